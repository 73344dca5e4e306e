/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TEST_PROGRAM_RIG_H
#define NV2_TEST_PROGRAM_RIG_H

#include "case.h"
#include "registers.h"

/* What the cases of the register program have in common: one program on one set of registers. */

#define HOST UINT64_C(0x1000) /* ATSDn_LPARID: the host has it */
#define ROWS 60u              /* redbud: twelve links, four BARs and one LPARID each */
#define LINK_ROWS 6u          /* of a guest that has a whole NPU */

struct rig {
	struct nv2_bundle bundle;
	struct model model;
	struct nv2_saved saved[ROWS];
	struct nv2_failure failure;
	struct nv2_program boot; /* of the bundle */
};

extern struct rig rig;

/* Redbud, registers all 0; and with boot's program run. */
void rig_begin(void);
void rig_begin_booted(void);

struct nv2_program rig_guest(const char *name, uint32_t lpid);
enum nv2_status rig_read(const struct nv2_program *program);
enum nv2_status rig_run(const struct nv2_program *program);
enum nv2_status rig_undo(const struct nv2_program *program, uint32_t *lost);
/* Both at once; then counts from anew, and remembers. */
void rig_start(const struct nv2_program *program);

/* How many registers are not as rig_remember() found them. */
void rig_remember(void);
unsigned rig_count_changed(void);
/* All LPARIDs of an NPU. */
void rig_set_all(const char *npu, uint64_t value);

void rig_check_failure(enum nv2_status status, uint32_t step, const char *what, uint64_t wanted,
		       uint64_t found);
/* Every register holds what boot's program is to put there. */
void rig_check_programmed(void);

/* A table of another program in the bundle's place, and registers for it. */
#define TABLE_ROWS 8u
void rig_begin_table(void);
/* Register n of the table is "Rn" of npu0, at 8 * n. */
void rig_add_row(const char *for_guest, uint32_t number, enum nv2_owner owner, uint32_t flags,
		 uint64_t value, uint64_t mask, uint64_t lpid_mask);
/* A table of one ordinary row of boot with these flags. */
struct model_register *rig_one_register(uint32_t flags, uint64_t value, uint64_t mask);

#endif
