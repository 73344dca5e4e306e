/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_WIRING_NAMES_H
#define NV2_WIRING_NAMES_H

#include <stdbool.h>

#include "core/arena.h"
#include "wiring/declare.h"

/*
 * The names of a text and what each stands for, for those who edit it. Kept
 * only where wiring_options asks: compiling needs none of it.
 */
struct name_use {
	struct span span;
	const struct declaration *declaration;
	bool declares; /* it is the label itself */
};

struct name_index {
	ARRAY(struct name_use) uses;
	ARRAY(const struct declaration *) boards;
	ARRAY(const struct declaration *) guests;
};

const char *property_name(enum property_id id);
enum block_kind property_block(enum property_id id);

#endif
