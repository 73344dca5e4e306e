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

#include "cmd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise that was broken: ends the process, as a crash does, which is what fuzzers look for. */
#define PROMISE(condition)                                                                         \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition);    \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* What a command of the compiler works with. */
void open_session(struct session *session);
void close_session(struct session *session);

/* Diagnostics as text, as JSON and as SARIF. Promises: both are JSON, of the shape they have. */
void print_diagnostics(struct session *session);
/* Promises that a text is JSON, and empties it. */
void expect_json(struct buffer *text);
/* Promises that two buffers hold the same bytes. */
void expect_same(const struct buffer *a, const struct buffer *b);

struct tree *read_tree(struct session *session, const char *name, const uint8_t *data, size_t size);

/* Whether two trees have the same nodes with the same properties, in any order. */
enum likeness {
	LIKE_BYTES, /* and the same values */
	LIKE_NAMES, /* and values of the same length, whatever they are */
};
bool same_trees(struct tree *a, struct tree *b, enum likeness likeness);

/*
 * Two inputs in one: the first two bytes, big-endian, say how long the first
 * is, as far as there is so much.
 */
struct two_inputs {
	const uint8_t *first, *second;
	size_t first_size, second_size;
};

struct two_inputs split_input(const uint8_t *data, size_t size);

#endif
