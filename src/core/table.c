/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes cells, gives them in aligned columns. Never wraps or cuts a cell.
 */
#include "core/table.h"

#include <stdbool.h>
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
		       const char *text, size_t width)
{
	bool right = table->heads[column][0] == '>';
	size_t pad = width - display_width(text);

	buffer_add_string(out, "  ");
	if (right)
		buffer_add_repeated(out, ' ', pad);
	buffer_add_string(out, text);
	if (!right && column + 1 < table->columns)
		buffer_add_repeated(out, ' ', pad);
}

void table_print(const struct table *table, struct buffer *out)
{
	size_t *widths = arena_alloc(table->arena, (table->columns + 1) * sizeof(*widths));

	for (size_t i = 0; i < table->columns; i++)
		widths[i] = display_width(table->heads[i] + (table->heads[i][0] == '>'));
	for (size_t i = 0; i < table->cells.count; i++) {
		size_t width = display_width(table->cells.items[i]);

		if (width > widths[i % table->columns])
			widths[i % table->columns] = width;
	}
	for (size_t i = 0; i < table->columns; i++)
		print_cell(table, out, i, table->heads[i] + (table->heads[i][0] == '>'), widths[i]);
	buffer_add_string(out, "\n");
	for (size_t i = 0; i < table->cells.count; i++) {
		print_cell(table, out, i % table->columns, table->cells.items[i],
			   widths[i % table->columns]);
		if (i % table->columns == table->columns - 1)
			buffer_add_string(out, "\n");
	}
}
