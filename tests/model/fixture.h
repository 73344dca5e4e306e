/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TEST_MODEL_FIXTURE_H
#define NV2_TEST_MODEL_FIXTURE_H

#include "linux/machine.h"
#include "model.h"

/* Files that the script made, and bundles and boards with something changed. Aborts if it cannot.
 */

struct bytes fixture_read(const char *directory, const char *name, const char *suffix);

/*
 * NAME.nv2b, NAME.dtb, and NAME.applied.dtb, which other tools than ours made of the two. `tree` is
 * how the machine's tree is called if not NAME.
 */
struct board fixture_board(const char *directory, const char *name);
/* The same board and bundle, where the tree has all already. */
struct board fixture_board_applied(const char *directory, const char *name);
/* Registers that hold something at first: MEM BARs another address, ATSDs the host's value. */
void fixture_set_old(struct board *board);
/* With another bundle, whose program may differ. */
struct board fixture_with_bundle(const struct board *board, struct bytes bundle);
void fixture_board_free(struct board *board);

/* A copy of a bundle with other bytes for a part, and digests and seal to match. */
struct bytes fixture_with_part(const unsigned char *bundle, size_t size, enum nv2_part_kind part,
			       const void *data, size_t data_size);
/* With the bytes at an offset of a part changed by `xor`, 8 of them, as a big-endian number. */
struct bytes fixture_with_xor(const unsigned char *bundle, size_t size, enum nv2_part_kind part,
			      size_t at, uint64_t xor);
struct bytes fixture_with_version(const unsigned char *bundle, size_t size, uint32_t version);
/* Digests and seal, of what was changed by hand. */
void fixture_reseal(struct bytes *bundle);

#endif
