/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes UTF-8, gives its characters one by one and what may be shown of them.
 * Never asks the locale.
 */
#include "core/text.h"

#include <inttypes.h>
#include <string.h>

/* Columns a code point takes on a terminal, without asking the locale. */
static uint32_t character_width(uint32_t c)
{
	static const uint32_t wide[][2] = {
		{0x1100, 0x115f}, {0x2e80, 0xa4cf}, {0xac00, 0xd7a3}, {0xf900, 0xfaff},
		{0xfe30, 0xfe6f}, {0xff00, 0xff60}, {0xffe0, 0xffe6}, {0x1f300, 0x1f64f},
		{0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
	};

	if ((c >= 0x300 && c <= 0x36f) || (c >= 0x200b && c <= 0x200f))
		return 0;
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (c >= wide[i][0] && c <= wide[i][1])
			return 2;
	return 1;
}

size_t utf8_length(const char *text, size_t left)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t len;

	if (at[0] < 0x80)
		return at[0] ? 1 : 0;
	if (at[0] < 0xc2 || at[0] > 0xf4)
		return 0;
	len = at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
	if (left < len)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
	    (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
		return 0;
	return len;
}

struct character read_character(const char *at, size_t left)
{
	const unsigned char *byte = (const unsigned char *)at;
	size_t len = byte[0] ? utf8_length(at, left) : 1;
	uint32_t c = byte[0];

	if (!len)
		return (struct character){.bytes = 1, .width = 1, .code = byte[0]};
	if (len == 1)
		return (struct character){
			.bytes = 1,
			.width = 1,
			.code = c,
			.printable = c >= 0x20 && c != 0x7f,
		};
	c &= 0xffu >> (len + 1);
	for (size_t i = 1; i < len; i++)
		c = c << 6 | (byte[i] & 0x3f);
	/* C1 controls and the bidirectional overrides can make a terminal lie. */
	return (struct character){
		.bytes = len,
		.width = character_width(c),
		.code = c,
		.printable = c >= 0xa0 && !(c >= 0x202a && c <= 0x202e) &&
			     !(c >= 0x2066 && c <= 0x2069),
	};
}

void buffer_add_clean(struct buffer *out, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		struct character c = read_character(text, left);

		if (c.printable)
			buffer_add(out, text, c.bytes);
		else
			buffer_add_string(out, "?");
		text += c.bytes;
		left -= c.bytes;
	}
}

const char *size_text(struct arena *arena, uint64_t size)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	size_t unit = 0;

	while (unit < 4 && size >= 1024 && size % 1024 == 0) {
		size /= 1024;
		unit++;
	}
	return arena_printf(arena, "%" PRIu64 " %s", size, units[unit]);
}
