/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes diagnostics, gives the text people read: place, message, source line,
 * caret, notes, fix. Never lets a control character of the input through.
 */
#include "diag/diag.h"

#include <string.h>

#include "core/text.h"

#define TAB_WIDTH 8
#define EXPLAIN_WIDTH 80
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

static uint32_t width_at(const char *at, struct character c, uint32_t column)
{
	return *at == '\t' ? TAB_WIDTH - column % TAB_WIDTH : c.width;
}

/* The column a byte of a line is shown in, counted from 0. */
static uint32_t column_of(const struct place *place, size_t byte)
{
	uint32_t column = 0;

	for (size_t at = 0; at < byte && at < place->line_len;) {
		struct character c = read_character(place->line_text + at, place->line_len - at);

		column += width_at(place->line_text + at, c, column);
		at += c.bytes;
	}
	return column;
}

/* Adds what of a line falls between two columns. */
static void add_columns(struct buffer *out, const struct place *place, uint32_t from, uint32_t to)
{
	uint32_t column = 0;

	for (size_t at = 0; at < place->line_len && column < to;) {
		const char *text = place->line_text + at;
		struct character c = read_character(text, place->line_len - at);
		uint32_t end = column + width_at(text, c, column);

		if (end > from) {
			/* A tab, or a wide character at the border, becomes the blanks of it that show. */
			if (*text == '\t' || column < from || end > to)
				buffer_add_repeated(out, ' ', (end < to ? end : to) -
								      (column > from ? column : from));
			else if (c.printable)
				buffer_add(out, text, c.bytes);
			else
				buffer_add_string(out, "?");
		}
		column = end;
		at += c.bytes;
	}
}

static void print_source_line(struct buffer *out, const struct style *style, const char *color,
			      const struct place *place, uint32_t span_len)
{
	size_t span_end = place->at + span_len;
	uint32_t caret = column_of(place, place->at);
	uint32_t end = column_of(place, span_end < place->line_len ? span_end : place->line_len);
	uint32_t from = caret < WINDOW_COLUMNS ? 0 : caret - WINDOW_BEFORE;
	uint32_t to = from + WINDOW_COLUMNS + TAB_WIDTH;
	bool cut_before = from > 0, cut_behind = column_of(place, place->line_len) > to;
	size_t gutter = out->len;

	buffer_printf(out, "%5u", place->line);
	gutter = out->len - gutter;
	buffer_printf(out, " | %s", cut_before ? "…" : "");
	add_columns(out, place, from, to);
	buffer_add_string(out, cut_behind ? "…\n" : "\n");
	buffer_add_repeated(out, ' ', gutter);
	buffer_add_string(out, " | ");
	buffer_add_repeated(out, ' ', caret - from + cut_before);
	buffer_add_string(out, color);
	buffer_add_string(out, "^");
	if (end > to)
		end = to;
	if (end > caret + 1)
		buffer_add_repeated(out, '~', end - caret - 1);
	buffer_add_string(out, style->plain);
	buffer_add_string(out, "\n");
}

static void print_head(struct buffer *out, const struct style *style, const char *color,
		       const char *severity, const struct place *place, const char *subject)
{
	buffer_add_string(out, style->bold);
	if (place) {
		buffer_add_clean(out, place->name);
		buffer_printf(out, ":%u:%u: ", place->line, place->column);
	} else if (subject) {
		buffer_add_clean(out, subject);
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
		buffer_add_clean(out, place.name);
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
	buffer_add_clean(out, record->message);
	buffer_printf(out, " [%s]\n", record->def->code);
	if (placed)
		print_source_line(out, style, color, &place, record->span.len);

	for (const struct diag_related *note = record->related; note; note = note->next) {
		placed = source_place(diags->sources, note->span, &place);
		print_head(out, style, style->note, "note", placed ? &place : NULL, note->subject);
		buffer_add_clean(out, note->message);
		buffer_add_string(out, "\n");
		if (placed)
			print_source_line(out, style, style->note, &place, note->span.len);
	}
	if (diag_fix_text(record)) {
		buffer_printf(out, "%s  fix:%s ", style->fix, style->plain);
		buffer_add_clean(out, diag_fix_text(record));
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
		buffer_printf(out, "%zu more error%s not shown, %zu in all\n",
			      errors - DIAG_ERRORS_SHOWN,
			      errors - DIAG_ERRORS_SHOWN == 1 ? " is" : "s are", errors);
}

/* Paragraphs in lines of one width; a blank line parts them. */
static void add_paragraphs(struct buffer *out, const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t space = strspn(text, " \n"), len = strcspn(text + space, " \n");
		const char *line_end = memchr(text, '\n', space);
		bool parted = line_end && memchr(line_end + 1, '\n',
						 space - (size_t)(line_end + 1 - text));

		if (parted) {
			buffer_add_string(out, "\n\n");
			column = 0;
		} else if (column && column + 1 + len > EXPLAIN_WIDTH) {
			buffer_add_string(out, "\n");
			column = 0;
		} else if (column) {
			buffer_add_string(out, " ");
			column++;
		}
		buffer_add(out, text + space, len);
		column += len;
		text += space + len;
	}
	buffer_add_string(out, "\n");
}

void diag_print_explanation(const struct diag_def *def, struct buffer *out)
{
	buffer_printf(out, "%s %s (%s)\n\n%s.\n", def->code, def->name, severity_names[def->level],
		      def->summary);
	if (def->explain) {
		buffer_add_string(out, "\n");
		add_paragraphs(out, def->explain);
	}
	if (def->example)
		buffer_printf(out, "\nExample:\n\n%s", def->example);
	if (def->fix)
		buffer_printf(out, "\nFix: %s\n", def->fix + (def->fix[0] == FIX_FOR_EXPLAIN[0]));
}
