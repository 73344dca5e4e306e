/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes diagnostics, gives the text people read: place, message, source line,
 * caret, notes, fix. Never lets a control character of the input through.
 */
#include "diag/diag.h"

#include <string.h>

#define TAB_WIDTH 8
/* A line longer than this is shown as a window around the place. */
#define WINDOW_COLUMNS 100
#define WINDOW_BEFORE 40

struct style {
	const char *bold, *error, *warning, *note, *fix, *plain;
};

static const struct style styles[] = {
	{"", "", "", "", "", ""},
	{"\033[1m", "\033[1;31m", "\033[1;35m", "\033[1;36m", "\033[1;32m", "\033[0m"},
};

static const char *const severity_names[SEVERITY_COUNT] = {"off", "note", "warning", "error"};

static const char *severity_color(const struct style *style, enum severity severity)
{
	return severity == SEVERITY_ERROR     ? style->error
	       : severity == SEVERITY_WARNING ? style->warning
					      : style->note;
}

struct character {
	size_t bytes;
	uint32_t width;
	bool printable;
};

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

/* The character at `at`. What is not UTF-8 counts as one byte, one column. */
static struct character read_character(const char *at, size_t left)
{
	const unsigned char *byte = (const unsigned char *)at;
	size_t len = byte[0] < 0x80 ? 1 : byte[0] < 0xc2 ? 0 : byte[0] < 0xe0 ? 2 : byte[0] < 0xf0 ? 3 : byte[0] < 0xf5 ? 4 : 0;
	uint32_t c;

	if (!len || len > left)
		return (struct character){.bytes = 1, .width = 1};
	if (len == 1)
		return (struct character){.bytes = 1,
					  .width = 1,
					  .printable = byte[0] >= 0x20 && byte[0] != 0x7f};
	c = byte[0] & (0xffu >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return (struct character){.bytes = 1, .width = 1};
		c = c << 6 | (byte[i] & 0x3f);
	}
	/* C1 controls and the bidirectional overrides can make a terminal lie. */
	return (struct character){
		.bytes = len,
		.width = character_width(c),
		.printable = c >= 0xa0 && !(c >= 0x202a && c <= 0x202e) &&
			     !(c >= 0x2066 && c <= 0x2069),
	};
}

static void add_clean(struct buffer *out, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		struct character c = read_character(text, left);

		if (c.printable)
			buffer_add(out, text, c.bytes);
		else
			buffer_add_string(out, *text == '\n' ? "\n" : "?");
		text += c.bytes;
		left -= c.bytes;
	}
}

/* Adds one character of a source line at display column `column`; gives its width. */
static uint32_t add_source_character(struct buffer *out, const char *at, struct character c,
				     uint32_t column)
{
	uint32_t width;

	if (*at == '\t') {
		width = TAB_WIDTH - column % TAB_WIDTH;
		buffer_add_repeated(out, ' ', width);
		return width;
	}
	if (c.printable)
		buffer_add(out, at, c.bytes);
	else
		buffer_add_string(out, "?");
	return c.width;
}

/* Byte offset to start showing from, so that `at` falls inside the window. */
static size_t window_start(const struct place *place)
{
	size_t start;

	if (place->line_len <= WINDOW_COLUMNS || place->at <= WINDOW_BEFORE)
		return 0;
	start = place->at - WINDOW_BEFORE;
	while (start < place->at && ((unsigned char)place->line_text[start] & 0xc0) == 0x80)
		start++;
	return start;
}

static void print_source_line(struct buffer *out, const struct style *style, const char *color,
			      const struct place *place, uint32_t span_len)
{
	size_t start = window_start(place), at = start;
	uint32_t column = 0, caret = 0, marked = 0;

	buffer_printf(out, "%5u | %s", place->line, start ? "…" : "");
	if (start)
		column = 1;
	while (at < place->line_len && column < WINDOW_COLUMNS + TAB_WIDTH) {
		struct character c = read_character(place->line_text + at, place->line_len - at);
		uint32_t width;

		if (at == place->at)
			caret = column;
		width = add_source_character(out, place->line_text + at, c, column);
		if (at >= place->at && at < place->at + span_len)
			marked += width;
		column += width;
		at += c.bytes;
	}
	if (at <= place->at)
		caret = column;
	buffer_add_string(out, at < place->line_len ? "…\n      | " : "\n      | ");
	buffer_add_repeated(out, ' ', caret);
	buffer_add_string(out, color);
	buffer_add_string(out, "^");
	if (marked > 1)
		buffer_add_repeated(out, '~', marked - 1);
	buffer_add_string(out, style->plain);
	buffer_add_string(out, "\n");
}

static void print_head(struct buffer *out, const struct style *style, const char *color,
		       const char *severity, const struct place *place, const char *subject)
{
	buffer_add_string(out, style->bold);
	if (place) {
		add_clean(out, place->name);
		buffer_printf(out, ":%u:%u: ", place->line, place->column);
	} else if (subject) {
		add_clean(out, subject);
		buffer_add_string(out, ": ");
	}
	buffer_printf(out, "%s%s%s:%s ", style->plain, color, severity, style->plain);
}

static void print_include_chain(const struct diags *diags, struct buffer *out, struct span span)
{
	const struct source *source = source_get(diags->sources, span.file);

	while (source && source->included_from.file) {
		struct place place;

		if (!source_place(diags->sources, source->included_from, &place))
			break;
		buffer_add_string(out, "In file included from ");
		add_clean(out, place.name);
		buffer_printf(out, ":%u:\n", place.line);
		source = source_get(diags->sources, source->included_from.file);
	}
}

static void print_record(const struct diags *diags, struct buffer *out, const struct style *style,
			 const struct diag_record *record)
{
	const char *color = severity_color(style, record->severity);
	struct place place;
	bool placed = source_place(diags->sources, record->span, &place);

	print_include_chain(diags, out, record->span);
	print_head(out, style, color, severity_names[record->severity], placed ? &place : NULL,
		   record->subject);
	add_clean(out, record->message);
	buffer_printf(out, " [%s]\n", record->def->code);
	if (placed)
		print_source_line(out, style, color, &place, record->span.len);

	for (const struct diag_related *note = record->related; note; note = note->next) {
		placed = source_place(diags->sources, note->span, &place);
		print_head(out, style, style->note, "note", placed ? &place : NULL, note->subject);
		add_clean(out, note->message);
		buffer_add_string(out, "\n");
		if (placed)
			print_source_line(out, style, style->note, &place, note->span.len);
	}
	if (record->fix) {
		buffer_printf(out, "%s  fix:%s ", style->fix, style->plain);
		add_clean(out, record->fix);
		buffer_add_string(out, "\n");
	}
}

void diags_print_text(struct diags *diags, struct buffer *out, bool color)
{
	const struct style *style = &styles[color];
	size_t errors = 0;

	for (const struct diag_record *record = diags->first; record; record = record->next) {
		if (record->severity == SEVERITY_ERROR && errors++ >= DIAG_ERRORS_SHOWN)
			continue;
		print_record(diags, out, style, record);
	}
	if (errors > DIAG_ERRORS_SHOWN)
		buffer_printf(out, "%zu more errors are not shown, %zu in all\n",
			      errors - DIAG_ERRORS_SHOWN, errors);
}

void diag_print_explanation(const struct diag_def *def, struct buffer *out)
{
	buffer_printf(out, "%s %s (%s)\n\n%s.\n", def->code, def->name, severity_names[def->level],
		      def->summary);
	if (def->explain)
		buffer_printf(out, "\n%s\n", def->explain);
	if (def->example)
		buffer_printf(out, "\nExample:\n\n%s", def->example);
	if (def->fix)
		buffer_printf(out, "\nFix: %s\n", def->fix);
}
