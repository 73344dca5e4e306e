/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_PLAN_PROGRAM_H
#define NV2_PLAN_PROGRAM_H

#include "plan/plan.h"

/*
 * The register program: the writes that make the NPUs agree with the wiring,
 * in the order to make them. Sources: skiboot hw/npu2.c npu2_assign_gmb(),
 * npu2_map_lpar(); hw/npu2-common.c for the indirect SCOM protocol.
 */

enum program_owner {
	PROGRAM_BOOT,    /* nobody changes it after boot */
	PROGRAM_RUNTIME, /* changes hands legitimately, as guests come and go */
};

struct plan_write {
	const struct guest *guest;  /* NULL: at boot; else when this guest starts */
	const struct plan_npu *npu;
	const char *name;           /* "GPU0_MEM_BAR.stack0.sm0" */
	uint32_t reg;               /* offset from NPU_REGS, which indirect SCOM uses as well */
	uint64_t mmio;              /* system address */
	uint64_t addr_scom, data_scom; /* of the chip's indirect SCOM pair */
	uint64_t indirect;          /* what addr_scom takes for this register */
	enum program_owner owner;
	uint64_t value, mask;       /* mask: the bits that count when it is read back */
	uint64_t lpid_mask;         /* where the runtime puts the guest's LPID; 0: nowhere */
};

typedef ARRAY(struct plan_write) plan_program;

/* The writes of a board at boot, then those of each of its guests. */
plan_program make_program(struct arena *arena, const struct plan_board *board);

#endif
