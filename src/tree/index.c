/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes names, pointers and numbers, gives what was stored under them.
 * Never frees: tables live in an arena.
 */
#include "tree/index.h"

#include <string.h>

#define FIRST_SIZE 16

struct word_slot {
	uintptr_t key, value;
};

struct name_slot {
	const char *name; /* NULL: never used */
	void *item;       /* NULL: removed */
	size_t len;
	uint32_t hash;
};

struct name_table {
	struct name_slot *slots;
	struct name_table *shorter;
	size_t size, used;
};

/* FNV-1a, as core/intern.c. */
uint32_t hash_bytes(uint32_t seed, const void *bytes, size_t len)
{
	const unsigned char *byte = bytes;

	for (size_t i = 0; i < len; i++)
		seed = (seed ^ byte[i]) * 16777619u;
	return seed;
}

/* The finaliser of MurmurHash3: phandles are dense and pointers aligned. */
static size_t hash_word(uintptr_t key)
{
	uint64_t word = key;

	word = (word ^ word >> 33) * 0xff51afd7ed558ccdu;
	word = (word ^ word >> 33) * 0xc4ceb9fe1a85ec53u;
	return (size_t)(word ^ word >> 33);
}

static struct word_slot *find_word(const struct word_map *map, uintptr_t key)
{
	size_t at = hash_word(key) & (map->size - 1);

	while (map->slots[at].key && map->slots[at].key != key)
		at = (at + 1) & (map->size - 1);
	return &map->slots[at];
}

uintptr_t word_map_get(const struct word_map *map, uintptr_t key)
{
	return map->size ? find_word(map, key)->value : 0;
}

static void grow_words(struct arena *arena, struct word_map *map)
{
	struct word_map grown = {.size = map->size ? map->size * 2 : FIRST_SIZE};

	if (grown.size > SIZE_MAX / 2 / sizeof(*grown.slots))
		out_of_memory();
	grown.slots = arena_alloc(arena, grown.size * sizeof(*grown.slots));
	for (size_t i = 0; i < map->size; i++)
		if (map->slots[i].key)
			*find_word(&grown, map->slots[i].key) = map->slots[i];
	grown.count = map->count;
	*map = grown;
}

void word_map_set(struct arena *arena, struct word_map *map, uintptr_t key, uintptr_t value)
{
	struct word_slot *slot;

	if (map->count * 2 >= map->size)
		grow_words(arena, map);
	slot = find_word(map, key);
	if (!slot->key)
		map->count++;
	*slot = (struct word_slot){.key = key, .value = value};
}

struct name_table *name_table_new(struct arena *arena)
{
	struct name_table *table = arena_alloc(arena, sizeof(*table));

	table->size = 4 * NAMES_FEW;
	table->slots = arena_alloc(arena, table->size * sizeof(*table->slots));
	return table;
}

static struct name_slot *find_name(const struct name_table *table, uint32_t hash, const char *name,
				   size_t len)
{
	size_t at = hash & (table->size - 1);

	for (;; at = (at + 1) & (table->size - 1)) {
		struct name_slot *slot = &table->slots[at];

		if (!slot->name)
			return slot;
		if (slot->hash == hash && slot->len == len && !memcmp(slot->name, name, len))
			return slot;
	}
}

void *name_table_find(const struct name_table *table, const char *name, size_t len)
{
	return find_name(table, hash_bytes(HASH_SEED, name, len), name, len)->item;
}

static void grow_names(struct arena *arena, struct name_table *table)
{
	struct name_table grown = {.size = table->size * 2, .shorter = table->shorter};

	if (grown.size > SIZE_MAX / 2 / sizeof(*grown.slots))
		out_of_memory();
	grown.slots = arena_alloc(arena, grown.size * sizeof(*grown.slots));
	for (size_t i = 0; i < table->size; i++) {
		const struct name_slot *old = &table->slots[i];

		if (!old->item)
			continue;
		*find_name(&grown, old->hash, old->name, old->len) = *old;
		grown.used++;
	}
	*table = grown;
}

void name_table_set(struct arena *arena, struct name_table *table, const char *name, size_t len,
		    void *item)
{
	uint32_t hash = hash_bytes(HASH_SEED, name, len);
	struct name_slot *slot;

	if (table->used * 2 >= table->size)
		grow_names(arena, table);
	slot = find_name(table, hash, name, len);
	if (!slot->name)
		table->used++;
	*slot = (struct name_slot){.name = name, .len = len, .hash = hash, .item = item};
}

void name_table_remove(struct name_table *table, const char *name, size_t len)
{
	find_name(table, hash_bytes(HASH_SEED, name, len), name, len)->item = NULL;
}

struct name_table *name_table_short(const struct name_table *table)
{
	return table->shorter;
}

void name_table_set_short(struct name_table *table, struct name_table *shorter)
{
	table->shorter = shorter;
}
