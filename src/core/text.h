/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_CORE_TEXT_H
#define NV2_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/buffer.h"

/*
 * Length of the UTF-8 sequence at `text`, or 0: overlong forms, surrogates and
 * a NUL are none.
 */
size_t utf8_length(const char *text, size_t left);

/* One character of a UTF-8 text, as a terminal would show it. */
struct character {
	size_t bytes;
	uint32_t code;  /* code point; the byte itself where it is not UTF-8 */
	uint32_t width; /* columns, without asking the locale */
	bool printable; /* not a control, and no character that can make a terminal lie */
};

/* The character at `at`. What is not UTF-8 counts as one byte, one column. */
struct character read_character(const char *at, size_t left);

/* Adds a text from outside, with '?' for what must not reach a terminal. */
void buffer_add_clean(struct buffer *out, const char *text);

/* A number of bytes in the largest unit that it is a whole number of: "128 GiB". */
const char *size_text(struct arena *arena, uint64_t size);

#endif
