/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a tree, gives DTS that dtc compiles back to the same tree. Never
 * writes a directory: only the last part of a file's name.
 */
#include <inttypes.h>
#include <string.h>

#include "tree/tree.h"

struct writer {
	struct sources *sources; /* NULL: no places */
	struct buffer *out;
};

static void add_indent(struct buffer *out, uint32_t depth)
{
	buffer_add_repeated(out, '\t', depth);
}

/* What dtc takes for text when it guesses, in any locale. */
static bool is_text_byte(unsigned char byte)
{
	return (byte >= ' ' && byte <= '~') || (byte >= '\a' && byte <= '\r');
}

static bool is_string_list(const unsigned char *value, uint32_t len)
{
	uint32_t nuls = 0;

	if (!len || value[len - 1])
		return false;
	for (uint32_t i = 0; i < len; i++) {
		if (!value[i])
			nuls++;
		else if (!is_text_byte(value[i]))
			return false;
	}
	return nuls <= len - nuls;
}

static enum tree_form choose_form(const unsigned char *value, uint32_t len, enum tree_form form)
{
	if (form == TREE_STRINGS && !value[len - 1])
		return form;
	if (form == TREE_BYTES || (form == TREE_CELLS && len % 4 == 0))
		return form;
	if (is_string_list(value, len))
		return TREE_STRINGS;
	return len % 4 == 0 ? TREE_CELLS : TREE_BYTES;
}

static void write_string_byte(unsigned char byte, struct buffer *out)
{
	static const char names[] = "abtnvfr"; /* from '\a' on */

	if (byte == '"' || byte == '\\')
		buffer_printf(out, "\\%c", byte);
	else if (byte >= '\a' && byte <= '\r')
		buffer_printf(out, "\\%c", names[byte - '\a']);
	else if (is_text_byte(byte))
		buffer_add(out, &byte, 1);
	else
		buffer_printf(out, "\\x%02x", byte);
}

static void write_strings(const unsigned char *value, uint32_t len, struct buffer *out)
{
	buffer_add_string(out, "\"");
	for (uint32_t i = 0; i < len - 1; i++) {
		if (value[i])
			write_string_byte(value[i], out);
		else
			buffer_add_string(out, "\", \"");
	}
	buffer_add_string(out, "\"");
}

void tree_write_value(const unsigned char *value, uint32_t len, enum tree_form form,
		      struct buffer *out)
{
	if (!len)
		return;
	switch (choose_form(value, len, form)) {
	case TREE_STRINGS:
		write_strings(value, len, out);
		break;
	case TREE_CELLS:
		for (uint32_t i = 0; i < len; i += 4)
			buffer_printf(out, "%s0x%" PRIx32, i ? " " : "<", get_be32(value + i));
		buffer_add_string(out, ">");
		break;
	default:
		for (uint32_t i = 0; i < len; i++)
			buffer_printf(out, "%s%02x", i ? " " : "[", value[i]);
		buffer_add_string(out, "]");
	}
}

/* Comment text must not end its comment, nor the line. */
static void add_comment_text(const char *text, struct buffer *out)
{
	for (; *text; text++) {
		if (text[0] == '*' && text[1] == '/')
			buffer_add_string(out, "* ");
		else
			buffer_add(out, (unsigned char)*text < ' ' ? " " : text, 1);
	}
}

static bool find_place(const struct writer *writer, struct span origin, struct place *place)
{
	return writer->sources && origin.file && source_place(writer->sources, origin, place);
}

static void end_line(const struct place *place, struct buffer *out)
{
	if (place) {
		const char *slash = strrchr(place->name, '/');

		buffer_add_string(out, " // ");
		add_comment_text(slash ? slash + 1 : place->name, out);
		buffer_printf(out, ":%" PRIu32, place->line);
	}
	buffer_add_string(out, "\n");
}

/* `near` is the place shown for the node; the same line is not said twice. */
static void write_property(const struct writer *writer, const struct tree_property *property,
			   uint32_t depth, const struct place *near)
{
	struct buffer *out = writer->out;
	struct place place;
	bool shown = find_place(writer, property->origin, &place);

	if (shown && near && place.line == near->line && !strcmp(place.name, near->name))
		shown = false;
	add_indent(out, depth);
	buffer_add_string(out, property->name);
	if (property->len) {
		buffer_add_string(out, " = ");
		tree_write_value(property->value, property->len, property->form, out);
	}
	buffer_add_string(out, ";");
	if (property->comment) {
		buffer_add_string(out, " /* ");
		add_comment_text(property->comment, out);
		buffer_add_string(out, " */");
	}
	end_line(shown ? &place : NULL, out);
}

static void begin_node(const struct writer *writer, const struct tree_node *node)
{
	struct buffer *out = writer->out;
	struct place place;
	bool shown = find_place(writer, node->origin, &place);

	if (node->prev || (node->parent && node->parent->properties))
		buffer_add_string(out, "\n");
	add_indent(out, node->depth);
	buffer_add_string(out, node->parent ? node->name : "/");
	buffer_add_string(out, " {");
	end_line(shown ? &place : NULL, out);
	for (const struct tree_property *property = node->properties; property;
	     property = property->next)
		write_property(writer, property, node->depth + 1, shown ? &place : NULL);
}

static void end_node(const struct tree_node *node, struct buffer *out)
{
	add_indent(out, node->depth);
	buffer_add_string(out, "};\n");
}

void tree_write_dts(const struct tree *tree, struct sources *sources, struct buffer *out)
{
	struct writer writer = {.sources = sources, .out = out};
	const struct tree_node *node = tree->root;

	buffer_add_string(out, "/dts-v1/;\n\n");
	for (size_t i = 0; i < tree->reservations.count; i++)
		buffer_printf(out, "/memreserve/ 0x%" PRIx64 " 0x%" PRIx64 ";\n",
			      tree->reservations.items[i].address,
			      tree->reservations.items[i].size);
	if (tree->reservations.count)
		buffer_add_string(out, "\n");
	begin_node(&writer, node);
	for (const struct tree_node *next; (next = tree_next(tree->root, node)); node = next) {
		for (; node != next->parent; node = node->parent)
			end_node(node, out);
		begin_node(&writer, next);
	}
	for (; node; node = node->parent)
		end_node(node, out);
}
