/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_CORE_TABLE_H
#define NV2_CORE_TABLE_H

#include "core/arena.h"
#include "core/buffer.h"

/* A table of text: a head and rows, columns as wide as they must be. */
struct table;

/* `heads`: the columns' titles, ended by NULL. One that starts with '>' aligns right. */
struct table *table_new(struct arena *arena, const char *const *heads);
/* The next cell, row by row. */
void table_cell(struct table *table, const char *format, ...) FORMAT_PRINTF(2, 3);
void table_print(const struct table *table, struct buffer *out);
/*
 * Not wider than that, as far as single cells allow: columns that do not fit
 * follow below, beside the first column again.
 */
void table_print_within(const struct table *table, size_t width, struct buffer *out);

#endif
