/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes offsets of bytes and places as editors count them, gives one for the
 * other. Never trusts that a place is inside the text.
 */
#include "lsp/position.h"

#include <assert.h>

#include "core/text.h"

const char *const encoding_names[] = {
	[ENCODING_UTF8] = "utf-8",
	[ENCODING_UTF16] = "utf-16",
	[ENCODING_UTF32] = "utf-32",
};

static_assert(sizeof(encoding_names) / sizeof(encoding_names[0]) == ENCODINGS,
	      "each encoding has a name");

/* The start of the line behind the one that `at` is on, or `size`. */
static size_t next_line(const char *text, size_t size, size_t at)
{
	while (at < size && text[at] != '\n' && text[at] != '\r')
		at++;
	if (at + 1 < size && text[at] == '\r' && text[at + 1] == '\n')
		return at + 2;
	return at < size ? at + 1 : size;
}

void lines_index(struct lines *lines, struct arena *arena, const char *text, size_t size)
{
	lines->text = text;
	lines->size = size;
	*ARRAY_PUSH(arena, &lines->starts) = 0;
	for (size_t at = 0; at < size;) {
		at = next_line(text, size, at);
		if (at < size || text[at - 1] == '\n' || text[at - 1] == '\r')
			*ARRAY_PUSH(arena, &lines->starts) = at;
	}
}

/* What one character counts for. */
static unsigned units(struct character c, enum encoding encoding)
{
	if (encoding == ENCODING_UTF8)
		return (unsigned)c.bytes;
	return encoding == ENCODING_UTF16 && c.bytes == 4 ? 2 : 1;
}

struct position lines_position(const struct lines *lines, size_t offset, enum encoding encoding)
{
	struct position position = {0, 0};
	size_t low = 0, high = lines->starts.count, at;

	if (offset > lines->size)
		offset = lines->size;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (lines->starts.items[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	position.line = low;
	for (at = lines->starts.items[low]; at < offset;) {
		struct character c = read_character(lines->text + at, lines->size - at);

		at += c.bytes;
		if (at <= offset)
			position.character += units(c, encoding);
	}
	return position;
}

static size_t offset_on_line(const char *text, size_t size, size_t start, uint64_t character,
			     enum encoding encoding)
{
	size_t at = start;

	while (at < size && text[at] != '\n' && text[at] != '\r') {
		struct character c = read_character(text + at, size - at);
		unsigned count = units(c, encoding);

		if (character < count)
			break;
		character -= count;
		at += c.bytes;
	}
	return at;
}

size_t lines_offset(const struct lines *lines, struct position position, enum encoding encoding)
{
	if (position.line >= lines->starts.count)
		return lines->size;
	return offset_on_line(lines->text, lines->size, lines->starts.items[position.line],
			      position.character, encoding);
}

size_t text_offset(const char *text, size_t size, struct position position, enum encoding encoding)
{
	size_t at = 0;

	for (uint64_t line = 0; line < position.line; line++) {
		size_t next = next_line(text, size, at);

		if (next == size &&
		    (next == at || (text[next - 1] != '\n' && text[next - 1] != '\r')))
			return size;
		at = next;
	}
	return offset_on_line(text, size, at, position.character, encoding);
}
