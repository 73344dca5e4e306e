/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TEST_REGISTERS_H
#define NV2_TEST_REGISTERS_H

#include <stddef.h>
#include <stdint.h>

#include "nv2/boot.h"

/*
 * Registers that misbehave on demand. A write reaches its register with the
 * next barrier only: who forgets that reads the old value.
 */
struct model_register {
	const char *npu, *name;
	uint32_t reg;
	uint64_t value;
	/* What it does by itself. */
	uint64_t stuck;    /* bits that writes do not change */
	uint64_t flips;    /* bits that come out wrong, at each write */
	bool flips_once;   /* at the next one only */
	uint64_t clears;   /* bits that a written one clears, and nothing sets */
	uint64_t falls;    /* bits that fall by themselves … */
	unsigned falls_in; /* … at this read from the write on */
	/* Its own: */
	uint64_t pending;
	bool is_pending;
	unsigned reads;
};

#define MODEL_REGISTERS 160
#define MODEL_WRITES 400

struct model {
	struct model_register registers[MODEL_REGISTERS];
	size_t count;
	unsigned accesses, reads, writes;
	/* The access that fails, from 1 on; 0: none. */
	unsigned fails_at, ones_at;
	/* The registers that were written, in order. */
	const struct model_register *written[MODEL_WRITES];
	/* Called before each access: what others do at the same time. */
	void (*meanwhile)(struct model *model);
	struct nv2_ops ops; /* read, write, barrier */
};

#define MODEL_CAUSE (-5) /* of an access that fails */

/* One register for each that the program of the bundle has, all 0. */
void model_begin(struct model *model, const struct nv2_bundle *bundle);
/* The counts and faults as they were at first; values and habits stay. */
void model_rewind(struct model *model);
/* NULL if there is none. */
struct model_register *model_find(struct model *model, const char *npu, const char *name);

#endif
