/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes cells, gives them in aligned columns; those that do not fit beside the
 * others stand in another block below. Never wraps or cuts a cell.
 */
#include "core/table.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct table {
	struct arena *arena;
	const char *const *heads;
	size_t columns;
	ARRAY(const char *) cells;
};

struct table *table_new(struct arena *arena, const char *const *heads)
{
	struct table *table = arena_alloc(arena, sizeof(*table));

	table->arena = arena;
	table->heads = heads;
	while (heads[table->columns])
		table->columns++;
	return table;
}

void table_cell(struct table *table, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	*ARRAY_PUSH(table->arena, &table->cells) = arena_vprintf(table->arena, format, args);
	va_end(args);
}

static size_t display_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

static void print_cell(const struct table *table, struct buffer *out, size_t column,
		       const char *text, size_t width, bool last)
{
	bool right = table->heads[column][0] == '>';
	size_t pad = width - display_width(text);

	buffer_add_string(out, "  ");
	if (right)
		buffer_add_repeated(out, ' ', pad);
	buffer_add_string(out, text);
	if (!right && !last)
		buffer_add_repeated(out, ' ', pad);
}

/* One line of a block: the first column, and those from `from` to before `end`. */
static void print_line(const struct table *table, struct buffer *out, const char *const *cells,
		       const size_t *widths, size_t from, size_t end)
{
	if (from > 0)
		print_cell(table, out, 0, cells[0], widths[0], from == end);
	for (size_t i = from; i < end; i++)
		print_cell(table, out, i, cells[i], widths[i], i + 1 == end);
	buffer_add_string(out, "\n");
}

static size_t *measure_columns(const struct table *table, const char *const *titles)
{
	size_t *widths = arena_alloc(table->arena, (table->columns + 1) * sizeof(*widths));

	for (size_t i = 0; i < table->columns; i++)
		widths[i] = display_width(titles[i]);
	for (size_t i = 0, column = 0; i < table->cells.count; i++) {
		size_t width = display_width(table->cells.items[i]);

		if (width > widths[column])
			widths[column] = width;
		if (++column == table->columns)
			column = 0;
	}
	return widths;
}

void table_print_within(const struct table *table, size_t width, struct buffer *out)
{
	const char **titles = arena_alloc(table->arena, (table->columns + 1) * sizeof(*titles));
	size_t *widths, end;

	for (size_t i = 0; i < table->columns; i++)
		titles[i] = table->heads[i] + (table->heads[i][0] == '>');
	widths = measure_columns(table, titles);
	for (size_t from = 0; from < table->columns; from = end) {
		size_t used = 2 + widths[from];

		if (from > 0) {
			used += 2 + widths[0];
			buffer_add_string(out, "\n");
		}
		for (end = from + 1; end < table->columns; end++) {
			used += 2 + widths[end];
			if (used > width)
				break;
		}
		/* The first column alone says nothing. */
		if (!from && end == 1 && table->columns > 1)
			end = 2;
		print_line(table, out, titles, widths, from, end);
		for (size_t i = 0; i < table->cells.count; i += table->columns)
			print_line(table, out, table->cells.items + i, widths, from, end);
	}
}

void table_print(const struct table *table, struct buffer *out)
{
	table_print_within(table, SIZE_MAX, out);
}
