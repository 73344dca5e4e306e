/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a tree, gives a version 17 blob laid out as dtc does. Never searches
 * the string table: names are interned, so each is one word to look up.
 */
#include <libfdt.h>
#include <string.h>

#include "tree/index.h"
#include "tree/tree.h"

#define HEADER_SIZE 40
#define VERSION 17
#define COMPATIBLE_VERSION 16

struct writer {
	struct arena *arena;     /* for the map only */
	struct word_map offsets; /* of a name in the string table, plus one */
	struct buffer strings;
	struct buffer *out;
};

static uint32_t add_string(struct writer *writer, const char *name)
{
	uintptr_t known = word_map_get(&writer->offsets, (uintptr_t)name);

	if (!known) {
		known = writer->strings.len + 1;
		word_map_set(writer->arena, &writer->offsets, (uintptr_t)name, known);
		buffer_add(&writer->strings, name, strlen(name) + 1);
	}
	return (uint32_t)(known - 1);
}

static void pad_to_cell(struct buffer *out, size_t start)
{
	buffer_add_repeated(out, 0, (4 - (out->len - start) % 4) % 4);
}

static void begin_node(struct writer *writer, const struct tree_node *node, size_t start)
{
	buffer_add_be32(writer->out, FDT_BEGIN_NODE);
	buffer_add(writer->out, node->name, strlen(node->name) + 1);
	pad_to_cell(writer->out, start);
	for (const struct tree_property *property = node->properties; property;
	     property = property->next) {
		buffer_add_be32(writer->out, FDT_PROP);
		buffer_add_be32(writer->out, property->len);
		buffer_add_be32(writer->out, add_string(writer, property->name));
		buffer_add(writer->out, property->value, property->len);
		pad_to_cell(writer->out, start);
	}
}

static void write_structure(struct writer *writer, const struct tree *tree)
{
	const struct tree_node *node = tree->root;
	size_t start = writer->out->len;

	begin_node(writer, node, start);
	for (const struct tree_node *next; (next = tree_next(tree->root, node)); node = next) {
		for (; node != next->parent; node = node->parent)
			buffer_add_be32(writer->out, FDT_END_NODE);
		begin_node(writer, next, start);
	}
	for (; node; node = node->parent)
		buffer_add_be32(writer->out, FDT_END_NODE);
	buffer_add_be32(writer->out, FDT_END);
}

static void write_reservations(const struct tree *tree, struct buffer *out)
{
	for (size_t i = 0; i < tree->reservations.count; i++) {
		buffer_add_be64(out, tree->reservations.items[i].address);
		buffer_add_be64(out, tree->reservations.items[i].size);
	}
	buffer_add_repeated(out, 0, 16);
}

bool tree_write_dtb(const struct tree *tree, struct buffer *out)
{
	struct writer writer = {.arena = arena_new(), .out = out};
	size_t start = out->len, structure, strings, total;
	char *header;

	buffer_extend(out, HEADER_SIZE);
	write_reservations(tree, out);
	structure = out->len - start;
	write_structure(&writer, tree);
	strings = out->len - start;
	buffer_add(out, writer.strings.data, writer.strings.len);
	total = out->len - start;

	header = out->data + start;
	put_be32(header, FDT_MAGIC);
	put_be32(header + 4, (uint32_t)total);
	put_be32(header + 8, (uint32_t)structure);
	put_be32(header + 12, (uint32_t)strings);
	put_be32(header + 16, HEADER_SIZE);
	put_be32(header + 20, VERSION);
	put_be32(header + 24, COMPATIBLE_VERSION);
	put_be32(header + 28, tree->boot_cpuid);
	put_be32(header + 32, (uint32_t)(total - strings));
	put_be32(header + 36, (uint32_t)(strings - structure));
	buffer_free(&writer.strings);
	arena_free(writer.arena);
	/* libfdt counts in int. */
	return total <= INT32_MAX;
}
