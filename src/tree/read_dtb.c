/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the bytes of a DTB, gives a tree. Never follows an offset or a length
 * that it has not checked: libfdt's own check comes second, as a witness.
 */
#include <inttypes.h>
#include <libfdt.h>
#include <stdarg.h>
#include <string.h>

#include "tree/index.h"
#include "tree/report.h"
#include "tree/tree.h"

#define HEADER_SIZE_V16 36
#define HEADER_SIZE_V17 40

struct reader {
	struct tree *tree;
	struct diags *diags;
	const unsigned char *blob; /* aligned to 8 */
	size_t total;
	size_t structure, structure_end;
	size_t strings, strings_size;
	size_t at;              /* in the structure block */
	unsigned char *checked; /* a bit for each offset in the string table: a name is there */
	struct arena *scratch;  /* for that, and for `names` */
	struct name_set names;  /* in the node that ends */
	struct tree_node *node; /* the open one; NULL before the root and after it */
};

static bool fail(struct reader *reader, enum tree_code code, size_t offset, const char *format, ...)
	FORMAT_PRINTF(4, 5);

static bool fail(struct reader *reader, enum tree_code code, size_t offset, const char *format, ...)
{
	struct diags *diags = reader->diags;
	const char *text, *subject;
	va_list args;

	va_start(args, format);
	text = arena_vprintf(diags->arena, format, args);
	va_end(args);
	subject = arena_printf(diags->arena, "%s: byte 0x%zx%s%s", reader->tree->file, offset,
			       reader->node ? ", in " : "",
			       reader->node ? tree_path(diags->arena, reader->node) : "");
	diag_add_about(diags, &tree_codes[code], subject, "%s", text);
	return false;
}

static uint32_t header_word(const struct reader *reader, size_t offset)
{
	return get_be32(reader->blob + offset);
}

static bool check_block(struct reader *reader, const char *what, size_t field, size_t start,
			size_t size)
{
	if (start > reader->total || size > reader->total - start)
		return fail(reader, TREE_DTB_DAMAGED, field,
			    "%s at 0x%zx with 0x%zx bytes does not fit into 0x%zx bytes", what,
			    start, size, reader->total);
	return true;
}

static bool read_version(struct reader *reader)
{
	uint32_t version = header_word(reader, 20), oldest = header_word(reader, 24);

	if (version < 16 || oldest > 17)
		return fail(reader, TREE_DTB_VERSION, 20,
			    "version %" PRIu32 ", readable from version %" PRIu32
			    " on; this reads 16 and 17",
			    version, oldest);
	if (oldest > version)
		return fail(reader, TREE_DTB_DAMAGED, 24,
			    "version %" PRIu32 " says it is readable from version %" PRIu32 " on",
			    version, oldest);
	return true;
}

/* What is there instead of a blob is mostly its source, or the wiring. */
static bool fail_magic(struct reader *reader)
{
	const unsigned char *word = reader->blob;
	struct diags *diags = reader->diags;
	struct diag_record *record;
	bool text = true;

	for (unsigned i = 0; i < 4; i++)
		text = text && ((word[i] >= ' ' && word[i] < 0x7f) || strchr("\t\r\n", word[i]));
	if (!text)
		return fail(reader, TREE_DTB_DAMAGED, 0,
			    "it starts with 0x%08" PRIx32
			    " and not with 0x%08x: no device tree blob",
			    header_word(reader, 0), FDT_MAGIC);
	record = diag_add_about(diags, &tree_codes[TREE_DTB_DAMAGED], reader->tree->file,
				"this is text, and no device tree blob");
	diag_fix(diags, record,
		 "compile a tree's source with dtc -I dts -O dtb, and a wiring with nv2dtc compile");
	return false;
}

static bool read_header(struct reader *reader, size_t len)
{
	bool has_size;

	if (len < HEADER_SIZE_V17)
		return fail(reader, TREE_DTB_DAMAGED, 0, "%zu bytes are no device tree blob", len);
	if (header_word(reader, 0) != FDT_MAGIC)
		return fail_magic(reader);
	reader->total = header_word(reader, 4);
	if (reader->total > len)
		return fail(reader, TREE_DTB_DAMAGED, 4,
			    "totalsize is %zu, but the file has %zu bytes", reader->total, len);
	if (reader->total < HEADER_SIZE_V17)
		return fail(reader, TREE_DTB_DAMAGED, 4, "totalsize %zu is less than a header",
			    reader->total);
	if (!read_version(reader))
		return false;
	has_size = header_word(reader, 20) >= 17;
	reader->structure = header_word(reader, 8);
	reader->strings = header_word(reader, 12);
	reader->strings_size = header_word(reader, 32);
	if (reader->structure < (has_size ? HEADER_SIZE_V17 : HEADER_SIZE_V16) ||
	    reader->structure % 4)
		return fail(reader, TREE_DTB_DAMAGED, 8,
			    "the structure block cannot start at 0x%zx", reader->structure);
	if (!check_block(reader, "the structure block", 8, reader->structure,
			 has_size ? header_word(reader, 36) : 0) ||
	    !check_block(reader, "the string table", 12, reader->strings, reader->strings_size))
		return false;
	reader->structure_end =
		has_size ? reader->structure + header_word(reader, 36) : reader->total;
	reader->tree->boot_cpuid = header_word(reader, 28);
	return true;
}

static bool read_reservations(struct reader *reader)
{
	size_t at = header_word(reader, 16);

	if (at % 8 || at < HEADER_SIZE_V16)
		return fail(reader, TREE_DTB_DAMAGED, 16,
			    "the reservation map cannot start at 0x%zx", at);
	for (;; at += 16) {
		struct tree_reservation entry;

		if (at > reader->total || reader->total - at < 16)
			return fail(reader, TREE_DTB_DAMAGED, 16,
				    "the reservation map at 0x%" PRIx32 " has no end",
				    header_word(reader, 16));
		entry.address = get_be64(reader->blob + at);
		entry.size = get_be64(reader->blob + at + 8);
		/* As in libfdt, the size alone marks the end. */
		if (!entry.size)
			return true;
		*ARRAY_PUSH(reader->tree->arena, &reader->tree->reservations) = entry;
	}
}

static size_t align4(size_t offset)
{
	return (offset + 3) & ~(size_t)3;
}

static bool take(struct reader *reader, size_t size, size_t *at)
{
	*at = reader->at;
	if (size > reader->structure_end - reader->at)
		return fail(reader, TREE_DTB_DAMAGED, reader->at,
			    "the structure block ends in the middle of something");
	reader->at += size;
	return true;
}

/* Items are padded to cells, but a block may end right behind an item's last byte. */
static void skip_padding(struct reader *reader)
{
	size_t next = reader->structure + align4(reader->at - reader->structure);

	reader->at = next < reader->structure_end ? next : reader->structure_end;
}

static bool begin_node(struct reader *reader, size_t tag)
{
	struct tree *tree = reader->tree;
	const char *name = (const char *)reader->blob + reader->at;
	const char *end = memchr(name, 0, reader->structure_end - reader->at);
	size_t len;

	if (!end)
		return fail(reader, TREE_DTB_DAMAGED, reader->at, "a node's name has no end");
	len = (size_t)(end - name);
	if (!reader->node) {
		if (len)
			return fail(reader, TREE_DTB_DAMAGED, tag,
				    "the root must have no name, but has one");
		reader->node = tree->root;
	} else {
		if (!tree_is_name(name, len))
			return fail(reader, TREE_DTB_DAMAGED, tag,
				    len ? "a node's name has a '/' or a byte that no name may have"
					: "a node has no name");
		if (reader->node->depth >= TREE_DEPTH_MAX)
			return fail(reader, TREE_DTB_TOO_DEEP, tag,
				    "%s is more than %d levels below the root", name,
				    TREE_DEPTH_MAX);
		reader->node = tree_add_node_shared(tree, reader->node, name);
	}
	reader->at += len + 1;
	skip_padding(reader);
	return true;
}

/* Where something of the blob stands in it. */
static size_t offset_of(const struct reader *reader, const void *place)
{
	return (size_t)((const unsigned char *)place - reader->blob);
}

static bool check_properties(struct reader *reader, const struct tree_node *node)
{
	if (node->property_count < 2)
		return true;
	name_set_start(reader->scratch, &reader->names, node->property_count);
	for (const struct tree_property *each = node->properties; each; each = each->next)
		if (!name_set_add(&reader->names, each->name))
			/* Its tag, its length and its name's offset are before the value. */
			return fail(reader, TREE_DTB_NAME_TWICE,
				    offset_of(reader, each->value) - 12,
				    "two properties are called %s", each->name);
	return true;
}

static bool check_children(struct reader *reader, const struct tree_node *node)
{
	if (node->child_count < 2)
		return true;
	name_set_start(reader->scratch, &reader->names, node->child_count);
	for (const struct tree_node *each = node->children; each; each = each->next)
		if (!name_set_add(&reader->names, each->name))
			return fail(reader, TREE_DTB_NAME_TWICE, offset_of(reader, each->name) - 4,
				    "two nodes are called %s", each->name);
	return true;
}

/* Only now are all names known that must differ. */
static bool end_node(struct reader *reader, size_t tag)
{
	if (!reader->node)
		return fail(reader, TREE_DTB_DAMAGED, tag, "a node ends that never began");
	if (!check_properties(reader, reader->node) || !check_children(reader, reader->node))
		return false;
	reader->node = reader->node->parent;
	return true;
}

/* The name at an offset of the string table. */
static const char *read_name(struct reader *reader, size_t tag, size_t offset)
{
	const char *name, *end;

	if (offset >= reader->strings_size) {
		fail(reader, TREE_DTB_DAMAGED, tag,
		     "a property's name is at 0x%zx of a string table with 0x%zx bytes", offset,
		     reader->strings_size);
		return NULL;
	}
	name = (const char *)reader->blob + reader->strings + offset;
	if (reader->checked[offset / 8] >> offset % 8 & 1)
		return name;
	end = memchr(name, 0, reader->strings_size - offset);
	if (!end || !tree_is_name(name, (size_t)(end - name))) {
		fail(reader, TREE_DTB_DAMAGED, tag,
		     !end          ? "a property's name has no end"
		     : end == name ? "a property has no name"
				   : "a property's name has a '/' or a byte that no name may have");
		return NULL;
	}
	reader->checked[offset / 8] |= (unsigned char)(1u << offset % 8);
	return name;
}

static bool read_property(struct reader *reader, size_t tag)
{
	const char *name;
	uint32_t len;
	size_t at;

	if (!reader->node)
		return fail(reader, TREE_DTB_DAMAGED, tag, "a property is outside any node");
	if (reader->node->children)
		return fail(reader, TREE_DTB_DAMAGED, tag, "a property comes after a child node");
	if (!take(reader, 8, &at))
		return false;
	len = get_be32(reader->blob + at);
	name = read_name(reader, tag, get_be32(reader->blob + at + 4));
	if (!name)
		return false;
	if (!take(reader, len, &at))
		return false;
	tree_add_property_shared(reader->tree, reader->node, name, reader->blob + at, len);
	skip_padding(reader);
	return true;
}

static bool read_structure(struct reader *reader)
{
	bool has_root = false;

	reader->at = reader->structure;
	for (;;) {
		size_t tag;

		if (!take(reader, 4, &tag))
			return false;
		switch (get_be32(reader->blob + tag)) {
		case FDT_NOP:
			break;
		case FDT_BEGIN_NODE:
			if (!reader->node && has_root)
				return fail(reader, TREE_DTB_DAMAGED, tag,
					    "there is a second root");
			has_root = true;
			if (!begin_node(reader, tag))
				return false;
			break;
		case FDT_END_NODE:
			if (!end_node(reader, tag))
				return false;
			break;
		case FDT_PROP:
			if (!read_property(reader, tag))
				return false;
			break;
		case FDT_END:
			if (reader->node || !has_root)
				return fail(reader, TREE_DTB_DAMAGED, tag,
					    has_root ? "the tree ends inside a node"
						     : "there is no root node");
			return true;
		default:
			return fail(reader, TREE_DTB_DAMAGED, tag, "0x%08" PRIx32 " is no tag",
				    get_be32(reader->blob + tag));
		}
	}
}

static bool read_blob(struct reader *reader, size_t len)
{
	int error;

	if (!read_header(reader, len) || !read_reservations(reader))
		return false;
	reader->checked = arena_alloc(reader->scratch, reader->strings_size / 8 + 1);
	if (!read_structure(reader))
		return false;
	error = fdt_check_full(reader->blob, reader->total);
	return !error ||
	       fail(reader, TREE_DTB_DAMAGED, 0, "libfdt refuses it: %s", fdt_strerror(error));
}

struct tree *tree_read_dtb_shared(struct arena *arena, struct intern *names, struct diags *diags,
				  const char *file, const void *bytes, size_t len)
{
	struct reader reader = {
		.tree = tree_new(arena, names, arena_strdup(arena, file)),
		.diags = diags,
		.blob = bytes,
		.scratch = arena_new(),
	};
	bool good = read_blob(&reader, len);

	arena_free(reader.scratch);
	return good ? reader.tree : NULL;
}

struct tree *tree_read_dtb(struct arena *arena, struct intern *names, struct diags *diags,
			   const char *file, const void *bytes, size_t len)
{
	return tree_read_dtb_shared(arena, names, diags, file, arena_memdup(arena, bytes, len),
				    len);
}
