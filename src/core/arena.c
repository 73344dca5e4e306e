/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes sizes, gives zeroed memory from large chunks. Never frees a single
 * block: the arena goes as a whole.
 */
#include "core/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef __has_feature
#define __has_feature(feature) 0
#endif

/*
 * AddressSanitizer sees a chunk as one block. Told where the blocks inside it end, and what was
 * moved away by arena_grow(), it finds a byte too far and a pointer that went stale.
 */
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#define HIDE(at, size) __asan_poison_memory_region((at), (size))
#define SHOW(at, size) __asan_unpoison_memory_region((at), (size))
#define GAP alignof(max_align_t)
#else
#define HIDE(at, size) ((void)(at), (void)(size))
#define SHOW(at, size) ((void)(at), (void)(size))
#define GAP ((size_t)0)
#endif

#define CHUNK_SIZE ((size_t)64 * 1024)
#define CHUNK_MAX ((size_t)4 * 1024 * 1024)

struct chunk {
	struct chunk *next;
	size_t size, used;
	alignas(max_align_t) unsigned char data[];
};

struct arena {
	struct chunk *chunks;
	size_t used;
	size_t next_size;
};

struct arena *arena_new(void)
{
	struct arena *arena = checked_malloc(sizeof(*arena));

	*arena = (struct arena){.next_size = CHUNK_SIZE};
	return arena;
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	for (struct chunk *chunk = arena->chunks, *next; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(arena);
}

static struct chunk *add_chunk(struct arena *arena, size_t need)
{
	size_t size = need > arena->next_size ? need : arena->next_size;
	struct chunk *chunk;

	if (size > SIZE_MAX - sizeof(*chunk))
		out_of_memory();
	chunk = checked_malloc(sizeof(*chunk) + size);
	chunk->size = size;
	chunk->used = 0;
	HIDE(chunk->data, size);
	if (arena->next_size < CHUNK_MAX)
		arena->next_size *= 2;
	/* A large block of its own goes behind the chunk still being filled. */
	if (arena->chunks && need >= CHUNK_MAX) {
		chunk->next = arena->chunks->next;
		arena->chunks->next = chunk;
	} else {
		chunk->next = arena->chunks;
		arena->chunks = chunk;
	}
	return chunk;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	const size_t align = alignof(max_align_t);
	struct chunk *chunk = arena->chunks;
	unsigned char *block;
	size_t room;

	if (size > SIZE_MAX / 2)
		out_of_memory();
	room = (size + GAP + align - 1) / align * align;
	if (!chunk || chunk->size - chunk->used < room)
		chunk = add_chunk(arena, room);
	block = chunk->data + chunk->used;
	chunk->used += room;
	arena->used += room - GAP;
	SHOW(block, size);
	return memset(block, 0, size);
}

void *arena_memdup(struct arena *arena, const void *bytes, size_t len)
{
	void *copy = arena_alloc(arena, len);

	if (len)
		memcpy(copy, bytes, len);
	return copy;
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
	char *copy;

	if (len == SIZE_MAX)
		out_of_memory();
	copy = arena_alloc(arena, len + 1);
	if (len)
		memcpy(copy, text, len);
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
	va_list again;
	int len;
	char *text;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (len < 0)
		out_of_memory();
	text = arena_alloc(arena, (size_t)len + 1);
	vsnprintf(text, (size_t)len + 1, format, args);
	return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}

size_t arena_used(const struct arena *arena)
{
	return arena->used;
}

void *arena_grow(struct arena *arena, const void *items, size_t item_size, size_t count,
		 size_t *capacity)
{
	size_t wanted = count ? count * 2 : 8;
	void *grown;

	if (count > SIZE_MAX / 2 || wanted > SIZE_MAX / 2 / item_size)
		out_of_memory();
	grown = arena_alloc(arena, wanted * item_size);
	if (count) {
		memcpy(grown, items, count * item_size);
		HIDE(items, count * item_size);
	}
	*capacity = wanted;
	return grown;
}
