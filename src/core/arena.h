/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_CORE_ARENA_H
#define NV2_CORE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "core/memory.h"

/*
 * An arena hands out memory that lives until the whole arena is freed.
 * Blocks are zeroed and aligned for any type.
 */
struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena);

void *arena_alloc(struct arena *arena, size_t size);
/* A copy of `len` bytes with a NUL behind them. */
char *arena_strndup(struct arena *arena, const char *text, size_t len);
char *arena_strdup(struct arena *arena, const char *text);
void *arena_memdup(struct arena *arena, const void *bytes, size_t len);
char *arena_printf(struct arena *arena, const char *format, ...) FORMAT_PRINTF(2, 3);
char *arena_vprintf(struct arena *arena, const char *format, va_list args) FORMAT_PRINTF(2, 0);

/* Bytes handed out so far; for statistics and tests. */
size_t arena_used(const struct arena *arena);

/*
 * Growing arrays inside an arena. `ARRAY(struct gpu) gpus;` starts out empty
 * when zeroed. ARRAY_PUSH gives a pointer to a new zeroed last item; earlier
 * pointers into the array are stale after it.
 */
#define ARRAY(type)                                                                                \
	struct {                                                                                   \
		type *items;                                                                       \
		size_t count, capacity;                                                            \
	}

#define ARRAY_PUSH(arena, array)                                                                   \
	(((array)->count == (array)->capacity                                                      \
		  ? (void)((array)->items = arena_grow((arena), (array)->items,                    \
						       sizeof(*(array)->items), (array)->count,    \
						       &(array)->capacity))                        \
		  : (void)0),                                                                      \
	 &(array)->items[(array)->count++])

void *arena_grow(struct arena *arena, const void *items, size_t item_size, size_t count,
		 size_t *capacity);

#endif
