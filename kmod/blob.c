// SPDX-License-Identifier: GPL-2.0
/*
 * Takes bytes that claim to be a flattened device tree. Gives its nodes and
 * properties. Never reads outside of the bytes, and never changes them.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/version.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#include "nv2_overlay.h"

/* Devicetree Specification 0.4, 5.2 and 5.4.1. */
#define FDT_MAGIC 0xd00dfeed
#define FDT_VERSION 17
#define FDT_COMPATIBLE 16
#define TAG_BEGIN 1
#define TAG_END 2
#define TAG_PROPERTY 3
#define TAG_NOP 4
#define TAG_FINISH 9

/*
 * The kernel leaves out, with a warning, what lies deeper than 62 levels
 * (FDT_MAX_DEPTH in drivers/of/fdt.c). Nobody needs as many.
 */
#define MAX_DEPTH 60

enum header_field {
	MAGIC,
	TOTAL_SIZE,
	OFF_STRUCTURE,
	OFF_STRINGS,
	OFF_RESERVED,
	VERSION,
	COMPATIBLE,
	BOOT_CPU,
	STRINGS_SIZE,
	STRUCTURE_SIZE,
	HEADER_FIELDS
};

struct token {
	u32 tag;
	const char *name; /* of a node */
	struct nv2_property property;
	u32 next;
};

static bool lies_within(u32 offset, u32 size, u32 total)
{
	return offset >= HEADER_FIELDS * sizeof(u32) && offset <= total && size <= total - offset;
}

static int read_header(struct nv2_blob *blob, const void *data, size_t size, struct nv2_reason *why)
{
	u32 field[HEADER_FIELDS];
	unsigned int i;

	if (size < sizeof(field))
		return nv2_refuse(why, -EINVAL, "%zu bytes are too few for a device tree blob",
				  size);
	for (i = 0; i < HEADER_FIELDS; i++)
		field[i] = get_unaligned_be32((const u8 *)data + 4 * i);

	if (field[MAGIC] != FDT_MAGIC)
		return nv2_refuse(why, -EINVAL,
				  "this is no device tree blob: it starts with 0x%08x", field[0]);
	if (field[VERSION] < FDT_VERSION || field[COMPATIBLE] > FDT_VERSION ||
	    field[COMPATIBLE] < FDT_COMPATIBLE)
		return nv2_refuse(why, -EINVAL, "blob version %u, compatible with %u, is unknown",
				  field[VERSION], field[COMPATIBLE]);
	if (field[TOTAL_SIZE] > size)
		return nv2_refuse(why, -EINVAL, "truncated: the blob has %u bytes, %zu came",
				  field[TOTAL_SIZE], size);
	if (!lies_within(field[OFF_STRUCTURE], field[STRUCTURE_SIZE], field[TOTAL_SIZE]) ||
	    !lies_within(field[OFF_STRINGS], field[STRINGS_SIZE], field[TOTAL_SIZE]) ||
	    !lies_within(field[OFF_RESERVED], 2 * sizeof(u64), field[TOTAL_SIZE]) ||
	    field[OFF_STRUCTURE] % 4 != 0)
		return nv2_refuse(why, -EINVAL,
				  "the header names a part that lies outside of the blob");

	blob->structure = (const u8 *)data + field[OFF_STRUCTURE];
	blob->structure_size = field[STRUCTURE_SIZE];
	blob->strings = (const char *)data + field[OFF_STRINGS];
	blob->strings_size = field[STRINGS_SIZE];
	return 0;
}

static bool read_cell(const struct nv2_blob *blob, u32 at, u32 *cell)
{
	if (at > blob->structure_size || blob->structure_size - at < 4)
		return false;
	*cell = get_unaligned_be32(blob->structure + at);
	return true;
}

static bool read_name(const struct nv2_blob *blob, u32 at, struct token *token)
{
	const char *name = (const char *)blob->structure + at;
	size_t room = blob->structure_size - at;
	size_t length = strnlen(name, room);

	if (length == room)
		return false;
	token->name = name;
	token->next = at + (u32)ALIGN(length + 1, 4);
	return true;
}

static bool read_property(const struct nv2_blob *blob, u32 at, struct token *token)
{
	struct nv2_property *property = &token->property;
	u32 name, room;

	if (!read_cell(blob, at, &property->size) || !read_cell(blob, at + 4, &name))
		return false;
	at += 8;
	if (property->size > blob->structure_size - at || name >= blob->strings_size)
		return false;
	room = blob->strings_size - name;
	property->name = blob->strings + name;
	if (property->name[0] == '\0' || strnlen(property->name, room) == room)
		return false;
	property->value = blob->structure + at;
	property->next = at + ALIGN(property->size, 4);
	token->next = property->next;
	return true;
}

/*
 * The token at `at`, which may be anything. No sum overflows: what lies in the
 * blob is smaller than it, and it is bounded far below U32_MAX.
 */
static bool read_token(const struct nv2_blob *blob, u32 at, struct token *token)
{
	do {
		if (!read_cell(blob, at, &token->tag))
			return false;
		at += 4;
	} while (token->tag == TAG_NOP);

	token->next = at;
	switch (token->tag) {
	case TAG_BEGIN:
		return read_name(blob, at, token);
	case TAG_PROPERTY:
		return read_property(blob, at, token);
	case TAG_END:
	case TAG_FINISH:
		return true;
	default:
		return false;
	}
}

/* What a walk over the structure knows. */
struct walk {
	u32 node; /* the open one */
	u32 depth;
	u32 count;
	bool children;           /* the open node has some already */
	u32 last[MAX_DEPTH + 1]; /* the last child at each depth */
};

static int begin_node(struct nv2_blob *blob, struct walk *walk, const struct token *token,
		      struct nv2_reason *why)
{
	struct nv2_node *node = &blob->nodes[walk->count];
	u32 *last = &walk->last[walk->depth];

	if (walk->depth == 0 ? walk->count > 0 || token->name[0] != '\0' : token->name[0] == '\0')
		return nv2_refuse(why, -EINVAL,
				  "a node other than the root has no name, or the root has one");
	if (strchr(token->name, '/'))
		return nv2_refuse(why, -EINVAL, "a node's name has a slash: %s", token->name);
	if (walk->depth == MAX_DEPTH)
		return nv2_refuse(why, -EINVAL, "nodes are nested deeper than %d", MAX_DEPTH);

	node->name = token->name;
	node->body = token->next;
	node->parent = walk->node;
	node->child = NV2_NO_NODE;
	node->sibling = NV2_NO_NODE;
	if (*last != NV2_NO_NODE)
		blob->nodes[*last].sibling = walk->count;
	else if (walk->node != NV2_NO_NODE)
		blob->nodes[walk->node].child = walk->count;
	*last = walk->count;

	walk->node = walk->count++;
	walk->depth++;
	walk->last[walk->depth] = NV2_NO_NODE;
	walk->children = false;
	return 0;
}

static int end_node(struct nv2_blob *blob, struct walk *walk, struct nv2_reason *why)
{
	if (walk->depth == 0)
		return nv2_refuse(why, -EINVAL, "more nodes end than begin");
	walk->node = blob->nodes[walk->node].parent;
	walk->depth--;
	walk->children = true;
	return 0;
}

/* How many nodes there can be: each takes at least a tag, a name and its end. */
static u32 count_nodes(const struct nv2_blob *blob)
{
	return blob->structure_size / 12;
}

static int list_nodes(struct nv2_blob *blob, struct walk *walk, struct nv2_reason *why)
{
	struct token token = {};
	u32 at = 0;
	int error;

	for (; read_token(blob, at, &token); at = token.next) {
		error = 0;
		switch (token.tag) {
		case TAG_BEGIN:
			if (walk->count == blob->node_count)
				return nv2_refuse(why, -EINVAL, "the structure is cut off");
			error = begin_node(blob, walk, &token, why);
			break;
		case TAG_END:
			error = end_node(blob, walk, why);
			break;
		case TAG_PROPERTY:
			/* The kernel would not see them. */
			if (walk->depth == 0 || walk->children)
				error = nv2_refuse(why, -EINVAL, "property %s stands behind a node",
						   token.property.name);
			break;
		case TAG_FINISH:
			if (walk->depth > 0 || walk->count == 0)
				return nv2_refuse(why, -EINVAL, "the structure ends within a node");
			blob->node_count = walk->count;
			return 0;
		}
		if (error)
			return error;
	}
	return nv2_refuse(why, -EINVAL, "the structure is broken at 0x%x", at);
}

int nv2_blob_open(struct nv2_blob *blob, const void *data, size_t size, struct nv2_reason *why)
{
	struct walk walk = {.node = NV2_NO_NODE, .last = {NV2_NO_NODE}};
	int error;

	error = read_header(blob, data, size, why);
	if (error)
		return error;
	blob->node_count = count_nodes(blob);
	blob->nodes = kvcalloc(blob->node_count, sizeof(*blob->nodes), GFP_KERNEL);
	if (!blob->nodes)
		return nv2_refuse(why, -ENOMEM, "no memory to check the blob");
	error = list_nodes(blob, &walk, why);
	if (error)
		nv2_blob_close(blob);
	return error;
}

void nv2_blob_close(struct nv2_blob *blob)
{
	kvfree(blob->nodes);
	blob->nodes = NULL;
}

bool nv2_blob_property_at(const struct nv2_blob *blob, u32 at, struct nv2_property *property)
{
	struct token token = {};

	if (!read_token(blob, at, &token) || token.tag != TAG_PROPERTY)
		return false;
	*property = token.property;
	return true;
}

bool nv2_blob_property(const struct nv2_blob *blob, u32 node, const char *name,
		       struct nv2_property *property)
{
	u32 at;

	for (at = blob->nodes[node].body; nv2_blob_property_at(blob, at, property);
	     at = property->next) {
		if (strcmp(property->name, name) == 0)
			return true;
	}
	return false;
}

u32 nv2_blob_child(const struct nv2_blob *blob, u32 node, const char *name, size_t length)
{
	u32 child;

	for (child = blob->nodes[node].child; child != NV2_NO_NODE;
	     child = blob->nodes[child].sibling) {
		const char *found = blob->nodes[child].name;

		if (strncmp(found, name, length) == 0 && found[length] == '\0')
			break;
	}
	return child;
}

bool nv2_is_string(const struct nv2_property *property)
{
	return property->size > 0 &&
	       strnlen((const char *)property->value, property->size) == property->size - 1;
}
