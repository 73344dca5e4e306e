/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes text, gives the one copy of it. Never forgets a string before its
 * arena goes.
 */
#include "core/intern.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct slot {
	const char *text;
	size_t len;
	uint32_t hash;
};

struct intern {
	struct arena *arena;
	struct slot *slots;
	size_t size; /* a power of two */
	size_t count;
};

#define FIRST_SIZE 256

struct intern *intern_new(struct arena *arena)
{
	struct intern *strings = checked_malloc(sizeof(*strings));

	*strings = (struct intern){.arena = arena, .size = FIRST_SIZE};
	strings->slots = checked_malloc(FIRST_SIZE * sizeof(struct slot));
	memset(strings->slots, 0, FIRST_SIZE * sizeof(struct slot));
	return strings;
}

void intern_free(struct intern *strings)
{
	if (!strings)
		return;
	free(strings->slots);
	free(strings);
}

/* FNV-1a: short keys, no secrets; inputs are the user's own files. */
static uint32_t hash_bytes(const char *text, size_t len)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)text[i]) * 16777619u;
	return hash;
}

static void grow_slots(struct intern *strings)
{
	size_t size = strings->size * 2;
	struct slot *slots;

	if (size > SIZE_MAX / sizeof(*slots))
		out_of_memory();
	slots = checked_malloc(size * sizeof(*slots));
	memset(slots, 0, size * sizeof(*slots));
	for (size_t i = 0; i < strings->size; i++) {
		const struct slot *old = &strings->slots[i];
		size_t at = old->hash & (size - 1);

		if (!old->text)
			continue;
		while (slots[at].text)
			at = (at + 1) & (size - 1);
		slots[at] = *old;
	}
	free(strings->slots);
	strings->slots = slots;
	strings->size = size;
}

const char *intern_bytes(struct intern *strings, const char *text, size_t len)
{
	uint32_t hash = hash_bytes(text, len);
	size_t at;

	if (strings->count * 2 >= strings->size)
		grow_slots(strings);
	at = hash & (strings->size - 1);
	while (strings->slots[at].text) {
		const struct slot *slot = &strings->slots[at];

		if (slot->hash == hash && slot->len == len &&
		    (!len || !memcmp(slot->text, text, len)))
			return slot->text;
		at = (at + 1) & (strings->size - 1);
	}
	strings->slots[at] = (struct slot){
		.text = arena_strndup(strings->arena, text, len),
		.len = len,
		.hash = hash,
	};
	strings->count++;
	return strings->slots[at].text;
}

const char *intern_string(struct intern *strings, const char *text)
{
	return intern_bytes(strings, text, strlen(text));
}
