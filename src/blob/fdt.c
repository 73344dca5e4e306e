/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the bytes of a flattened device tree, gives its nodes and properties.
 * Never follows an offset or a length that it has not checked.
 */
#include "blob/fdt.h"

#include "blob/freestanding.h"

#define MAGIC 0xd00dfeedu
#define HEADER_SIZE_V16 36u
#define HEADER_SIZE_V17 40u
/* libfdt counts in int; so do we, and the sum of two offsets never wraps. */
#define SIZE_LIMIT 0x7fffffffu

enum header_word {
	HEADER_MAGIC = 0,
	HEADER_TOTALSIZE = 4,
	HEADER_STRUCTURE = 8,
	HEADER_STRINGS = 12,
	HEADER_RESERVATIONS = 16,
	HEADER_VERSION = 20,
	HEADER_COMPATIBLE_VERSION = 24,
	HEADER_STRINGS_SIZE = 32,
	HEADER_STRUCTURE_SIZE = 36,
};

enum tag {
	TAG_BEGIN_NODE = 1,
	TAG_END_NODE = 2,
	TAG_PROPERTY = 3,
	TAG_NOP = 4,
	TAG_END = 9,
};

/* One tag of the structure block with what belongs to it. */
struct item {
	uint32_t tag;
	uint32_t name;     /* offset, in the blob for a node, in the string table for a property */
	uint32_t name_len; /* of a node's */
	uint32_t value, len;
	uint32_t next; /* where the next tag is */
};

/* All it gives lies in the structure block, but for a property's name, which may lie anywhere. */
static enum nv2_status read_item(const struct nv2_fdt *fdt, uint32_t at, struct item *item)
{
	const unsigned char *bytes = fdt->bytes;
	uint32_t left;

	if (at > fdt->structure_end || fdt->structure_end - at < 4)
		return NV2_ERR_FDT_STRUCTURE;
	item->tag = nv2_get_be32(bytes + at);
	at += 4;
	left = fdt->structure_end - at;
	switch (item->tag) {
	case TAG_BEGIN_NODE:
		item->name = at;
		item->name_len = 0;
		while (item->name_len < left && bytes[at + item->name_len])
			item->name_len++;
		if (item->name_len == left)
			return NV2_ERR_FDT_NAME;
		at += item->name_len + 1;
		break;
	case TAG_PROPERTY:
		if (left < 8)
			return NV2_ERR_FDT_STRUCTURE;
		item->len = nv2_get_be32(bytes + at);
		item->name = nv2_get_be32(bytes + at + 4);
		item->value = at + 8;
		if (item->len > left - 8)
			return NV2_ERR_FDT_STRUCTURE;
		at += 8 + item->len;
		break;
	case TAG_END_NODE:
	case TAG_NOP:
	case TAG_END:
		break;
	default:
		return NV2_ERR_FDT_STRUCTURE;
	}
	/* The block starts at a multiple of 4, so this aligns within it. */
	item->next = (at + 3) & ~3u;
	return NV2_OK;
}

/* --- the check --------------------------------------------------------------- */

static enum nv2_status fail(struct nv2_fdt *fdt, enum nv2_status status, uint32_t at)
{
	fdt->fault = at;
	return status;
}

static uint32_t header_word(const struct nv2_fdt *fdt, enum header_word offset)
{
	return nv2_get_be32(fdt->bytes + (uint32_t)offset);
}

static bool fits(const struct nv2_fdt *fdt, uint32_t start, uint32_t size)
{
	return start <= fdt->size && size <= fdt->size - start;
}

static enum nv2_status check_header(struct nv2_fdt *fdt, size_t size, uint32_t *header_size)
{
	uint32_t version, structure_size;

	if (size < 8)
		return fail(fdt, NV2_ERR_TRUNCATED, 0);
	if (header_word(fdt, HEADER_MAGIC) != MAGIC)
		return fail(fdt, NV2_ERR_FDT_MAGIC, HEADER_MAGIC);
	fdt->size = header_word(fdt, HEADER_TOTALSIZE);
	if (fdt->size > size)
		return fail(fdt, NV2_ERR_TRUNCATED, HEADER_TOTALSIZE);
	if (fdt->size < HEADER_SIZE_V17 || fdt->size > SIZE_LIMIT)
		return fail(fdt, NV2_ERR_FDT_LAYOUT, HEADER_TOTALSIZE);
	version = header_word(fdt, HEADER_VERSION);
	if (version < 16 || header_word(fdt, HEADER_COMPATIBLE_VERSION) > 17 ||
	    header_word(fdt, HEADER_COMPATIBLE_VERSION) > version)
		return fail(fdt, NV2_ERR_FDT_VERSION, HEADER_VERSION);
	*header_size = version < 17 ? HEADER_SIZE_V16 : HEADER_SIZE_V17;

	fdt->structure = header_word(fdt, HEADER_STRUCTURE);
	fdt->strings = header_word(fdt, HEADER_STRINGS);
	fdt->strings_size = header_word(fdt, HEADER_STRINGS_SIZE);
	fdt->reservations = header_word(fdt, HEADER_RESERVATIONS);
	structure_size = version < 17 ? 0 : header_word(fdt, HEADER_STRUCTURE_SIZE);
	if (fdt->structure % 4 || !fits(fdt, fdt->structure, structure_size))
		return fail(fdt, NV2_ERR_FDT_LAYOUT, HEADER_STRUCTURE);
	if (!fits(fdt, fdt->strings, fdt->strings_size))
		return fail(fdt, NV2_ERR_FDT_LAYOUT, HEADER_STRINGS);
	if (fdt->reservations % 8 || !fits(fdt, fdt->reservations, 0))
		return fail(fdt, NV2_ERR_FDT_LAYOUT, HEADER_RESERVATIONS);
	fdt->structure_end = version < 17 ? fdt->size : fdt->structure + structure_size;
	return NV2_OK;
}

/* A size of 0 ends the map, as for libfdt and Linux. */
static enum nv2_status check_reservations(struct nv2_fdt *fdt, uint32_t *end)
{
	uint32_t at = fdt->reservations;

	for (;; at += 16) {
		if (!fits(fdt, at, 16))
			return fail(fdt, NV2_ERR_FDT_RESERVATION, at);
		if (!nv2_get_be64(fdt->bytes + at + 8))
			break;
	}
	*end = at + 16;
	return NV2_OK;
}

static bool is_name_byte(unsigned char byte)
{
	return byte > ' ' && byte <= '~' && byte != '/';
}

static bool is_name(const unsigned char *name, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		if (!is_name_byte(name[i]))
			return false;
	return len > 0;
}

static bool is_property_name(const struct nv2_fdt *fdt, uint32_t name)
{
	const unsigned char *at;
	uint32_t len = 0, left;

	if (name >= fdt->strings_size)
		return false;
	at = fdt->bytes + fdt->strings + name;
	left = fdt->strings_size - name;
	if (left > NV2_FDT_NAME_MAX + 1)
		left = NV2_FDT_NAME_MAX + 1;
	while (len < left && is_name_byte(at[len]))
		len++;
	return len > 0 && len < left && !at[len];
}

static enum nv2_status check_node(struct nv2_fdt *fdt, uint32_t at, const struct item *item,
				  uint32_t depth)
{
	if (!depth && (fdt->root || item->name_len))
		return fail(fdt, NV2_ERR_FDT_ROOT, at);
	if (depth && !is_name(fdt->bytes + item->name, item->name_len))
		return fail(fdt, NV2_ERR_FDT_NAME, at);
	if (depth > NV2_FDT_DEPTH_MAX)
		return fail(fdt, NV2_ERR_FDT_DEPTH, at);
	if (!depth)
		fdt->root = at;
	return NV2_OK;
}

/* Every step takes at least a tag, so the block's size bounds the loop. */
static enum nv2_status check_structure(struct nv2_fdt *fdt)
{
	uint32_t at = fdt->structure, depth = 0;
	bool properties = false; /* may stand here: no child came yet */
	struct item item = {0};

	for (;; at = item.next) {
		enum nv2_status status = read_item(fdt, at, &item);

		if (status)
			return fail(fdt, status, at);
		switch (item.tag) {
		case TAG_BEGIN_NODE:
			status = check_node(fdt, at, &item, depth);
			if (status)
				return status;
			depth++;
			properties = true;
			break;
		case TAG_END_NODE:
			if (!depth)
				return fail(fdt, NV2_ERR_FDT_STRUCTURE, at);
			depth--;
			properties = false;
			break;
		case TAG_PROPERTY:
			if (!properties)
				return fail(fdt, NV2_ERR_FDT_STRUCTURE, at);
			if (!is_property_name(fdt, item.name))
				return fail(fdt, NV2_ERR_FDT_NAME, at);
			break;
		case TAG_END:
			if (depth)
				return fail(fdt, NV2_ERR_FDT_STRUCTURE, at);
			if (!fdt->root)
				return fail(fdt, NV2_ERR_FDT_ROOT, at);
			fdt->structure_end = item.next;
			return NV2_OK;
		default: /* TAG_NOP */
			break;
		}
	}
}

struct block {
	uint32_t start, end;
};

/* Who changes a tree in place moves whole blocks: no two may share a byte. */
static enum nv2_status check_overlap(struct nv2_fdt *fdt, uint32_t header_size,
				     uint32_t reservations_end)
{
	const struct block blocks[] = {
		{0, header_size},
		{fdt->reservations, reservations_end},
		{fdt->structure, fdt->structure_end},
		{fdt->strings, fdt->strings + fdt->strings_size},
	};

	for (unsigned i = 0; i < 4; i++)
		for (unsigned j = 0; j < i; j++)
			if (blocks[i].start < blocks[j].end && blocks[j].start < blocks[i].end)
				return fail(fdt, NV2_ERR_FDT_LAYOUT, blocks[i].start);
	return NV2_OK;
}

enum nv2_status nv2_fdt_open(struct nv2_fdt *fdt, const void *bytes, size_t size)
{
	uint32_t header_size = 0, reservations_end = 0;
	enum nv2_status status;

	memset(fdt, 0, sizeof(*fdt));
	fdt->bytes = (const unsigned char *)bytes;
	status = check_header(fdt, size, &header_size);
	if (!status)
		status = check_reservations(fdt, &reservations_end);
	if (!status)
		status = check_structure(fdt);
	if (!status)
		status = check_overlap(fdt, header_size, reservations_end);
	return status;
}

/* --- going about ------------------------------------------------------------- */

static bool is_node(const struct nv2_fdt *fdt, uint32_t node, struct item *item)
{
	return node >= fdt->structure && !read_item(fdt, node, item) && item->tag == TAG_BEGIN_NODE;
}

const char *nv2_fdt_name(const struct nv2_fdt *fdt, uint32_t node)
{
	struct item item;

	return is_node(fdt, node, &item) ? (const char *)fdt->bytes + item.name : "";
}

bool nv2_fdt_next_property(const struct nv2_fdt *fdt, uint32_t *cursor,
			   struct nv2_fdt_property *property)
{
	struct item item;

	if (*cursor < fdt->structure || read_item(fdt, *cursor, &item))
		return false;
	do {
		*cursor = item.next;
		if (read_item(fdt, *cursor, &item))
			return false;
	} while (item.tag == TAG_NOP);
	if (item.tag != TAG_PROPERTY || item.name >= fdt->strings_size)
		return false;
	property->at = *cursor;
	property->name = (const char *)fdt->bytes + fdt->strings + item.name;
	property->value = fdt->bytes + item.value;
	property->len = item.len;
	return true;
}

uint32_t nv2_fdt_child(const struct nv2_fdt *fdt, uint32_t node)
{
	struct item item;
	uint32_t at;

	if (!is_node(fdt, node, &item))
		return 0;
	do {
		at = item.next;
		if (read_item(fdt, at, &item))
			return 0;
	} while (item.tag == TAG_PROPERTY || item.tag == TAG_NOP);
	return item.tag == TAG_BEGIN_NODE ? at : 0;
}

uint32_t nv2_fdt_sibling(const struct nv2_fdt *fdt, uint32_t node)
{
	struct item item;
	uint32_t at, open = 0;

	if (!is_node(fdt, node, &item))
		return 0;
	do {
		if (item.tag == TAG_BEGIN_NODE)
			open++;
		if (item.tag == TAG_END_NODE)
			open--;
		at = item.next;
		if (read_item(fdt, at, &item))
			return 0;
	} while (open || item.tag == TAG_NOP);
	return item.tag == TAG_BEGIN_NODE ? at : 0;
}

uint32_t nv2_fdt_find(const struct nv2_fdt *fdt, const char *path, size_t len)
{
	uint32_t node = fdt->root;
	size_t at = 0;

	if (!len || path[0] != '/')
		return 0;
	if (len == 1)
		return node;
	while (at < len) {
		size_t start = ++at, part;

		while (at < len && path[at] != '/')
			at++;
		part = at - start;
		for (node = nv2_fdt_child(fdt, node); node; node = nv2_fdt_sibling(fdt, node)) {
			const char *name = nv2_fdt_name(fdt, node);

			if (part && strlen(name) == part && !memcmp(name, path + start, part))
				break;
		}
		if (!node)
			return 0;
	}
	return node;
}

/* --- properties -------------------------------------------------------------- */

const unsigned char *nv2_fdt_property(const struct nv2_fdt *fdt, uint32_t node, const char *name,
				      uint32_t *len)
{
	struct nv2_fdt_property property;
	size_t name_size = strlen(name) + 1;
	uint32_t cursor = node;

	while (nv2_fdt_next_property(fdt, &cursor, &property)) {
		size_t left = (size_t)(fdt->bytes + fdt->strings + fdt->strings_size -
				       (const unsigned char *)property.name);

		if (name_size > left || memcmp(property.name, name, name_size) != 0)
			continue;
		*len = property.len;
		return property.value;
	}
	return NULL;
}

bool nv2_fdt_u32(const struct nv2_fdt *fdt, uint32_t node, const char *name, uint32_t *value)
{
	uint32_t len;
	const unsigned char *bytes = nv2_fdt_property(fdt, node, name, &len);

	if (!bytes || len != 4)
		return false;
	*value = nv2_get_be32(bytes);
	return true;
}

const char *nv2_fdt_strings(const struct nv2_fdt *fdt, uint32_t node, const char *name,
			    uint32_t *len)
{
	const unsigned char *bytes = nv2_fdt_property(fdt, node, name, len);

	return bytes && *len && !bytes[*len - 1] ? (const char *)bytes : NULL;
}

const char *nv2_fdt_string(const struct nv2_fdt *fdt, uint32_t node, const char *name)
{
	uint32_t len;
	const char *text = nv2_fdt_strings(fdt, node, name, &len);

	return text && strlen(text) + 1 == len ? text : NULL;
}

/* --- the walk, and selectors' view ------------------------------------------- */

void nv2_fdt_walk_begin(struct nv2_fdt_walk *walk, const struct nv2_fdt *fdt)
{
	walk->fdt = fdt;
	walk->node = 0;
	walk->depth = 0;
	walk->path[0] = 0;
	walk->next = fdt->root;
	walk->open = 0;
}

bool nv2_fdt_walk_next(struct nv2_fdt_walk *walk)
{
	uint32_t at;
	struct item item;

	for (at = walk->next; !read_item(walk->fdt, at, &item); at = item.next) {
		if (item.tag == TAG_BEGIN_NODE && walk->open <= NV2_FDT_DEPTH_MAX) {
			walk->node = at;
			walk->depth = walk->open++;
			walk->path[walk->depth] = at;
			walk->next = item.next;
			return true;
		}
		if (item.tag == TAG_END_NODE && walk->open)
			walk->open--;
		if (item.tag == TAG_END)
			break;
	}
	walk->next = at;
	return false;
}

static uint32_t parent_on_walk(const struct nv2_fdt_walk *walk, uint32_t node, bool *known)
{
	*known = false;
	for (uint32_t i = 0; i <= walk->depth; i++) {
		if (walk->path[i] != node)
			continue;
		*known = true;
		return i ? walk->path[i - 1] : 0;
	}
	return 0;
}

uint32_t nv2_fdt_parent(const struct nv2_fdt *fdt, uint32_t node)
{
	struct nv2_fdt_walk walk;
	bool known;

	nv2_fdt_walk_begin(&walk, fdt);
	while (nv2_fdt_walk_next(&walk))
		if (walk.node == node)
			return parent_on_walk(&walk, node, &known);
	return 0;
}

static const void *view_property(const void *context, uintptr_t node, const char *name,
				 uint32_t *len)
{
	const struct nv2_fdt_walk *walk = (const struct nv2_fdt_walk *)context;

	return nv2_fdt_property(walk->fdt, (uint32_t)node, name, len);
}

static bool view_parent(const void *context, uintptr_t node, uintptr_t *parent)
{
	const struct nv2_fdt_walk *walk = (const struct nv2_fdt_walk *)context;
	bool known;

	*parent = parent_on_walk(walk, (uint32_t)node, &known);
	if (!known)
		*parent = nv2_fdt_parent(walk->fdt, (uint32_t)node);
	return *parent != 0;
}

static const char *view_name(const void *context, uintptr_t node)
{
	const struct nv2_fdt_walk *walk = (const struct nv2_fdt_walk *)context;

	return nv2_fdt_name(walk->fdt, (uint32_t)node);
}

struct nv2_view nv2_fdt_view(const struct nv2_fdt_walk *walk)
{
	struct nv2_view view = {
		.property = view_property,
		.parent = view_parent,
		.name = view_name,
		.context = walk,
	};

	return view;
}
