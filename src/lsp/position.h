/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LSP_POSITION_H
#define NV2_LSP_POSITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

/* What a client counts characters in. UTF-16 is what each client knows. */
enum encoding { ENCODING_UTF8, ENCODING_UTF16, ENCODING_UTF32, ENCODINGS };

extern const char *const encoding_names[ENCODINGS];

/* Both count from 0. */
struct position {
	uint64_t line, character;
};

/* Where the lines of a text start: "\n", "\r\n" and "\r" end one. */
struct lines {
	const char *text;
	size_t size;
	ARRAY(size_t) starts;
};

void lines_index(struct lines *lines, struct arena *arena, const char *text, size_t size);
/* A place inside a character is that of the character. */
struct position lines_position(const struct lines *lines, size_t offset, enum encoding encoding);
/* What lies behind the end of a line, or of the text, is that end. */
size_t lines_offset(const struct lines *lines, struct position position, enum encoding encoding);

/* The same for a text without an index. */
size_t text_offset(const char *text, size_t size, struct position position, enum encoding encoding);

#endif
