/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TREE_INDEX_H
#define NV2_TREE_INDEX_H

#include <stdbool.h>
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
/* Makes room for so many words in an empty map, so that it need not grow. */
void word_map_reserve(struct arena *arena, struct word_map *map, size_t count);
void word_map_set(struct arena *arena, struct word_map *map, uintptr_t key, uintptr_t value);

/* Up to this many names are searched one by one. */
#define NAMES_FEW 8

struct name_table;

/* With room for so many names; it grows if there are more. */
struct name_table *name_table_new(struct arena *arena, size_t count);
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

/* Names seen in one place. Zeroed: empty. */
struct name_set {
	const char **slots;
	size_t size; /* a power of two; 0: few names, one after the other */
	size_t used, capacity;
};

/* Empties the set and makes room for so many names. */
void name_set_start(struct arena *arena, struct name_set *set, size_t count);
/* False if the name is in the set already. It must live as long as the set is used. */
bool name_set_add(struct name_set *set, const char *name);

uint32_t hash_bytes(uint32_t seed, const void *bytes, size_t len);
#define HASH_SEED 2166136261u

#endif
