/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_FUZZ_FUZZ_H
#define NV2_FUZZ_FUZZ_H

/*
 * What every fuzz target shares. A target is one function over bytes: libFuzzer
 * calls it, AFL++ too, and replay.c calls it with files, for any compiler.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/arena.h"
#include "core/intern.h"
#include "core/source.h"
#include "diag/diag.h"
#include "lang/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise that was broken: ends the process, as a crash does, which is what fuzzers look for. */
#define PROMISE(condition)                                                                         \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition);    \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* What the rooms of the compiler work with. */
static inline struct lang open_lang(void)
{
	struct lang lang = {.arena = arena_new()};

	lang.strings = intern_new(lang.arena);
	lang.sources = sources_new(lang.arena);
	lang.diags = diags_new(lang.arena, lang.sources);
	return lang;
}

static inline void close_lang(struct lang *lang)
{
	intern_free(lang->strings);
	arena_free(lang->arena);
}

/*
 * Two inputs in one: the first two bytes, big-endian, say how long the first
 * is, as far as there is so much.
 */
struct two_inputs {
	const uint8_t *first, *second;
	size_t first_size, second_size;
};

static inline struct two_inputs split_input(const uint8_t *data, size_t size)
{
	size_t first;

	if (size < 2)
		return (struct two_inputs){.first = data, .second = data};
	first = (size_t)data[0] << 8 | data[1];
	if (first > size - 2)
		first = size - 2;
	return (struct two_inputs){
		.first = data + 2,
		.first_size = first,
		.second = data + 2 + first,
		.second_size = size - 2 - first,
	};
}

#endif
