/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes texts and places, gives SVG elements, and the style they all have.
 * Never knows what a picture shows.
 */
#include "emit/svg.h"

#include <string.h>

#include "core/text.h"
#include "emit/xml.h"

/*
 * Dark is for screens only. c0 to c5 are guests' colours, as `color`: what takes part in it says so
 * with currentColor, so that one class does for lines, areas and text.
 */
const char svg_style[] =
	"text{font:13px system-ui,-apple-system,'Segoe UI',sans-serif;fill:#1f2328}\n"
	".t{font-size:22px;font-weight:600}.h{font-size:16px;font-weight:600}\n"
	".b{font-weight:600}.d{fill:#59636e}.s{font-size:12px}\n"
	".m{font-family:ui-monospace,'DejaVu Sans Mono',monospace;font-size:12px}\n"
	".n{font-size:12px;font-weight:600;text-anchor:middle}\n"
	".mid{text-anchor:middle}.e{text-anchor:end}\n"
	".panel{fill:#f6f8fa;stroke:#8c959f;stroke-dasharray:5 4}\n"
	".box{fill:#fff;stroke:#59636e;stroke-width:1.5}\n"
	".pin{fill:#eaeef2;stroke:#59636e}.plate{fill:#f6f8fa}\n"
	".w{fill:none;stroke:#59636e;stroke-width:2.5}.p{fill:none;stroke:#8c959f;stroke-width:2}\n"
	".c0{color:#bc4c00}.c1{color:#8250df}.c2{color:#1a7f37}\n"
	".c3{color:#bf3989}.c4{color:#0969da}.c5{color:#9a6700}\n"
	".w[class*=' c'],.p[class*=' c']{stroke:currentColor}\n"
	".box[class*=' c']{stroke:currentColor;stroke-width:2.5}\n"
	".tint{fill:currentColor;fill-opacity:.12}.key{fill:currentColor}\n"
	".b[class*=' c']{fill:currentColor}\n"
	".k0{fill:#b6dbff;stroke:#0969da}.k1{fill:#eaeef2;stroke:#59636e}\n"
	".k2{fill:#f6f8fa;stroke:#59636e}.k3{fill:#c3f0d0;stroke:#1a7f37}\n"
	".gap{stroke:#8c959f;stroke-dasharray:2 4;stroke-width:2}\n"
	"@media screen and (prefers-color-scheme:dark){\n"
	"text{fill:#e6edf3}.d{fill:#9198a1}.panel{fill:#151b23;stroke:#656c76}\n"
	".box{fill:#0d1117;stroke:#9198a1}.pin{fill:#2a313c;stroke:#9198a1}.plate{fill:#151b23}\n"
	".w{stroke:#9198a1}.p{stroke:#7d8590}\n"
	".c0{color:#f0883e}.c1{color:#ab7df8}.c2{color:#3fb950}\n"
	".c3{color:#db61a2}.c4{color:#4493f8}.c5{color:#d29922}\n"
	".k0{fill:#0c2d5c;stroke:#4493f8}.k1{fill:#2a313c;stroke:#9198a1}\n"
	".k2{fill:#151b23;stroke:#9198a1}.k3{fill:#0f3d1e;stroke:#3fb950}\n"
	".gap{stroke:#656c76}\n"
	"}\n";

static void add_clean(struct buffer *out, const char *text)
{
	struct buffer clean = {0};

	buffer_add_clean(&clean, text);
	buffer_add(&clean, "", 1);
	xml_add_escaped(out, clean.data);
	buffer_free(&clean);
}

/* `whole` is what the pointer shows; or NULL. */
static void add_text(struct drawing *drawing, int x, int y, const char *class, const char *text,
		     const char *whole)
{
	buffer_printf(drawing->out, "<text x=\"%d\" y=\"%d\"", x, y);
	if (*class)
		buffer_printf(drawing->out, " class=\"%s\"", class);
	buffer_add_string(drawing->out, ">");
	if (whole) {
		buffer_add_string(drawing->out, "<title>");
		add_clean(drawing->out, whole);
		buffer_add_string(drawing->out, "</title>");
	}
	add_clean(drawing->out, text);
	buffer_add_string(drawing->out, "</text>\n");
}

void svg_text(struct drawing *drawing, int x, int y, const char *class, const char *text)
{
	add_text(drawing, x, y, class, text, NULL);
}

/* Columns of a text, as if all were as wide in a picture. */
static int count_columns(const char *text)
{
	size_t left = strlen(text);
	int columns = 0;

	while (left) {
		struct character character = read_character(text, left);

		columns += (int)character.width;
		text += character.bytes;
		left -= character.bytes;
	}
	return columns;
}

/* A hundredth of an em each: about what it takes in the widest of usual fonts, DejaVu Sans. */
static int em_width(struct character character)
{
	if (character.width != 1)
		return (int)character.width * 50;
	if (character.code < 0x80 && strchr(" !'(),-./:;I[]fijlrt|", (int)character.code))
		return 41;
	if (character.code == 0x2026 ||
	    (character.code < 0x80 && strchr("%@MWmw", (int)character.code)))
		return 98;
	return character.code >= 'A' && character.code <= 'Z' ? 76 : 63;
}

/* Of an em, in hundredths of a pixel: bold letters are a tenth wider. */
static int em_size(const char *class)
{
	switch (*class) {
	case 't':
		return 2200 * 11 / 10;
	case 'h':
		return 1600 * 11 / 10;
	case 'b':
		return 1300 * 11 / 10;
	case 's':
		return 1200;
	default:
		return 1300;
	}
}

static int count_ems(const char *text)
{
	size_t left = strlen(text);
	int ems = 0;

	while (left) {
		struct character character = read_character(text, left);

		ems += em_width(character);
		text += character.bytes;
		left -= character.bytes;
	}
	return ems;
}

int svg_width(const char *class, const char *text)
{
	return (int)(((int64_t)count_ems(text) * em_size(class) + 9999) / 10000);
}

/* A text's start and its end, where names differ, in hundredths of an em; itself, if it fits. */
static const char *shorten(struct arena *arena, const char *text, int room)
{
	int all = count_ems(text), used = 0, half = (room - 98) / 2;
	size_t left = strlen(text), first = 0;
	const char *at = text;

	if (all <= room)
		return text;
	while (left && all - used > half) {
		struct character character = read_character(at, left);

		used += em_width(character);
		at += character.bytes;
		left -= character.bytes;
		if (used <= half)
			first = (size_t)(at - text);
	}
	return arena_printf(arena, "%.*s\xe2\x80\xa6%s", (int)first, text, at);
}

void svg_name(struct drawing *drawing, int x, int y, const char *class, int room,
	      const char *before, const char *name, const char *after)
{
	int ems = room * 10000 / em_size(class) - count_ems(before) - count_ems(after);
	const char *text = shorten(drawing->arena, name, ems);
	const char *whole = NULL;

	if (text != name)
		whole = arena_printf(drawing->arena, "%s%s%s", before, name, after);
	add_text(drawing, x, y, class, arena_printf(drawing->arena, "%s%s%s", before, text, after),
		 whole);
}

void svg_plate(struct drawing *drawing, int x, int y, const char *text)
{
	int width = count_columns(text) * 13 / 2 + 14; /* a digit is 6.5 wide, or less */

	buffer_printf(
		drawing->out,
		"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"20\" rx=\"10\" class=\"plate\"/>\n",
		x - width / 2, y - 10, width);
	svg_text(drawing, x, y + 4, "s mid", text);
}

const char *svg_class(struct drawing *drawing, const char *class, const struct guest *guest)
{
	const struct board *board = drawing->board->board;

	for (size_t i = 0; guest && i < board->guests.count; i++)
		if (board->guests.items[i] == guest)
			return arena_printf(drawing->arena, "%s c%d", class, (int)(i % SVG_COLORS));
	return class;
}
