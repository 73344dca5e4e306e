/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TREE_INDEX_H
#define NV2_TREE_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

/*
 * The hash tables behind the tree's look-ups. They live in the arena, so a
 * tree needs no tearing down, and cost nothing on the many nodes with few
 * properties and children; uthash would cost both.
 */

/* Words to words (pointers, phandles). Neither a key nor a value may be 0. Zeroed: empty. */
struct word_map {
	struct word_slot *slots;
	size_t size, count;
};

/* 0 if the key is not there. */
uintptr_t word_map_get(const struct word_map *map, uintptr_t key);
void word_map_set(struct arena *arena, struct word_map *map, uintptr_t key, uintptr_t value);

/* Up to this many names are searched one by one. */
#define NAMES_FEW 8

struct name_table;

struct name_table *name_table_new(struct arena *arena);
void *name_table_find(const struct name_table *table, const char *name, size_t len);
/* The name stays where it is and must live as long as the table. Replaces what had the name. */
void name_table_set(struct arena *arena, struct name_table *table, const char *name, size_t len,
		    void *item);
void name_table_remove(struct name_table *table, const char *name, size_t len);

/*
 * A second table hung on the first, for names without their unit address;
 * NULL until set. Setting NULL drops it.
 */
struct name_table *name_table_short(const struct name_table *table);
void name_table_set_short(struct name_table *table, struct name_table *shorter);

uint32_t hash_bytes(uint32_t seed, const void *bytes, size_t len);
#define HASH_SEED 2166136261u

#endif
