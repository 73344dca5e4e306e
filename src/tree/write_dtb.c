/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a tree, gives a version 17 blob laid out as dtc does. Never searches
 * the string table: a hash table says where a name stands.
 */
#include <libfdt.h>
#include <string.h>

#include "tree/index.h"
#include "tree/tree.h"

#define HEADER_SIZE 40
#define VERSION 17
#define COMPATIBLE_VERSION 16

#define FIRST_SIZE 256

struct writer {
	struct arena *arena; /* for the table only */
	uint32_t *offsets;   /* of names in the string table, plus one; a hash table */
	size_t size, count;  /* of that table; a power of two, and how many are in use */
	struct buffer strings;
	struct buffer *out;
};

/* Where a name's offset is in the table, or is to be. */
static uint32_t *find_offset(const struct writer *writer, const char *name, size_t len)
{
	size_t at = hash_bytes(HASH_SEED, name, len);

	for (;; at++) {
		uint32_t *offset = &writer->offsets[at & (writer->size - 1)];

		if (!*offset || !strcmp(writer->strings.data + (*offset - 1), name))
			return offset;
	}
}

static void grow_offsets(struct writer *writer)
{
	const uint32_t *old = writer->offsets;
	size_t old_size = writer->size;

	writer->size = old_size ? old_size * 2 : FIRST_SIZE;
	writer->offsets = arena_alloc(writer->arena, writer->size * sizeof(*writer->offsets));
	for (size_t i = 0; i < old_size; i++) {
		const char *name;

		if (!old[i])
			continue;
		name = writer->strings.data + (old[i] - 1);
		*find_offset(writer, name, strlen(name)) = old[i];
	}
}

static uint32_t add_string(struct writer *writer, const char *name)
{
	size_t len = strlen(name);
	uint32_t *offset;

	if (writer->count * 2 >= writer->size)
		grow_offsets(writer);
	offset = find_offset(writer, name, len);
	if (!*offset) {
		*offset = (uint32_t)writer->strings.len + 1;
		buffer_add(&writer->strings, name, len + 1);
		writer->count++;
	}
	return *offset - 1;
}

static size_t align4(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

static void begin_node(struct writer *writer, const struct tree_node *node)
{
	size_t len = strlen(node->name) + 1;
	char *at = buffer_extend(writer->out, 4 + align4(len));

	put_be32(at, FDT_BEGIN_NODE);
	memcpy(at + 4, node->name, len);
	for (const struct tree_property *property = node->properties; property;
	     property = property->next) {
		at = buffer_extend(writer->out, 12 + align4(property->len));
		put_be32(at, FDT_PROP);
		put_be32(at + 4, property->len);
		put_be32(at + 8, add_string(writer, property->name));
		if (property->len)
			memcpy(at + 12, property->value, property->len);
	}
}

static void write_structure(struct writer *writer, const struct tree *tree)
{
	const struct tree_node *node = tree->root;

	begin_node(writer, node);
	for (const struct tree_node *next; (next = tree_next(tree->root, node)); node = next) {
		for (; node != next->parent; node = node->parent)
			buffer_add_be32(writer->out, FDT_END_NODE);
		begin_node(writer, next);
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
