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
	uint32_t len, hash;
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

/* A power of two that `count` items fill by no more than half. */
static size_t table_size(size_t count)
{
	size_t size = FIRST_SIZE;

	if (count > SIZE_MAX / 8)
		out_of_memory();
	while (size < 2 * count)
		size *= 2;
	return size;
}

static void *alloc_slots(struct arena *arena, size_t count, size_t size)
{
	if (count > SIZE_MAX / 2 / size)
		out_of_memory();
	return arena_alloc(arena, count * size);
}

void word_map_reserve(struct arena *arena, struct word_map *map, size_t count)
{
	map->size = table_size(count);
	map->slots = alloc_slots(arena, map->size, sizeof(*map->slots));
}

static void grow_words(struct arena *arena, struct word_map *map)
{
	struct word_map grown = {.size = map->size ? map->size * 2 : FIRST_SIZE};

	grown.slots = alloc_slots(arena, grown.size, sizeof(*grown.slots));
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

struct name_table *name_table_new(struct arena *arena, size_t count)
{
	struct name_table *table = arena_alloc(arena, sizeof(*table));

	table->size = table_size(count + 1);
	table->slots = alloc_slots(arena, table->size, sizeof(*table->slots));
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

	grown.slots = alloc_slots(arena, grown.size, sizeof(*grown.slots));
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
	*slot = (struct name_slot){.name = name, .len = (uint32_t)len, .hash = hash, .item = item};
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

void name_set_start(struct arena *arena, struct name_set *set, size_t count)
{
	size_t slots = count > NAMES_FEW ? table_size(count) : NAMES_FEW;

	set->size = count > NAMES_FEW ? slots : 0;
	set->used = 0;
	if (slots > set->capacity) {
		set->slots = alloc_slots(arena, slots, sizeof(*set->slots));
		set->capacity = slots;
	} else if (set->size) {
		memset(set->slots, 0, slots * sizeof(*set->slots));
	}
}

bool name_set_add(struct name_set *set, const char *name)
{
	size_t at = 0;

	if (!set->size) {
		for (; at < set->used; at++)
			if (!strcmp(set->slots[at], name))
				return false;
	} else {
		at = hash_bytes(HASH_SEED, name, strlen(name)) & (set->size - 1);
		for (; set->slots[at]; at = (at + 1) & (set->size - 1))
			if (!strcmp(set->slots[at], name))
				return false;
	}
	set->slots[at] = name;
	set->used++;
	return true;
}
