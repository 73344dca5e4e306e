/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes an input of a target and a number, gives another input: device trees
 * are changed node by node and property by property, blobs within them too.
 * Never judges what it makes, and never sees what the target does with it.
 */
#include "mutate.h"

#include <string.h>

#include "fuzz.h"
#include "nv2/bundle.h"

#define FDT_MAGIC 0xd00dfeed
#define CHANGES_MAX 4
#define VALUE_MORE 64 /* by so much a value may grow at once */

struct mutation {
	struct session session;
	struct tree *tree;
	uint64_t state;
	bool nested; /* of a blob in a property of another */
};

/* xorshift64*: the same number gives the same input again. */
static uint32_t pick(struct mutation *mutation, size_t count)
{
	mutation->state ^= mutation->state >> 12;
	mutation->state ^= mutation->state << 25;
	mutation->state ^= mutation->state >> 27;
	return (uint32_t)((mutation->state * 0x2545f4914f6cdd1dull >> 33) % (count ? count : 1));
}

static bool is_blob(const void *bytes, size_t size)
{
	return size >= 40 && get_be32(bytes) == FDT_MAGIC;
}

/* ---- something of the tree, at random ---- */

static struct tree_node *pick_node(struct mutation *mutation)
{
	struct tree_node *root = mutation->tree->root, *node;
	size_t count = 0;

	for (node = root; node; node = tree_next(root, node))
		count++;
	count = pick(mutation, count);
	for (node = root; count; count--)
		node = tree_next(root, node);
	return node;
}

/* Each property of the tree is as likely as any other; NULL if it has none. */
static struct tree_property *pick_property(struct mutation *mutation, struct tree_node **of)
{
	struct tree_node *root = mutation->tree->root, *node;
	struct tree_property *property;
	size_t count = 0;

	for (node = root; node; node = tree_next(root, node))
		count += node->property_count;
	if (!count)
		return NULL;
	count = pick(mutation, count);
	for (node = root; count >= node->property_count; node = tree_next(root, node))
		count -= node->property_count;
	for (property = node->properties; count; count--)
		property = property->next;
	*of = node;
	return property;
}

/* What overlays, bundles and NVLink nodes are made of. */
static const char *const property_names[] = {
	"phandle",
	"linux,phandle",
	"target",
	"target-path",
	"#address-cells",
	"#size-cells",
	"reg",
	"compatible",
	"kind",
	"under",
	"fixups",
	"address",
	"index",
	"path",
	"label",
	"ibm,nvlink",
	"ibm,gpu",
	"ibm,npu",
	"ibm,chip-id",
	"ibm,npu-link-index",
	"ibm,device-tgt-addr",
	"ibm,loc-code",
	"memory-region",
	"ibm,nvlink-peers",
	"ibm,link-speed",
	"vendor-id",
	"data",
	"guest",
	"record-size",
	"sha256",
	"device_type",
	"ibm,npu-group-id",
	"x",
};
static const char *const node_names[] = {
	"__overlay__",
	"__fixups__",
	"__local_fixups__",
	"__symbols__",
	"aliases",
	"nv2-bind",
	"fragment@0",
	"fragment@1",
	"fragment@2",
	"sel@0",
	"sel@1",
	"sel@2",
	"memory@40000000000",
	"link@0",
	"link@5",
	"npu@5011000",
	"xscom@603fc00000000",
	"chosen",
	"x",
	"x@1",
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static uint32_t pick_cell(struct mutation *mutation)
{
	static const uint32_t cells[] = {
		0,          1,          2,          3,          4,          5,          6,
		7,          8,          0x10,       0x40,       0x100,      0x118,      0x7fffffff,
		0x80000000, 0xfffffffb, 0xfffffffc, 0xfffffffd, 0xfffffffe, 0xffffffff,
	};
	struct tree_node *node;

	switch (pick(mutation, 3)) {
	case 0:
		return pick(mutation, 64);
	case 1:
		node = pick_node(mutation);
		return tree_node_phandle(mutation->tree, node);
	default:
		return cells[pick(mutation, COUNT(cells))];
	}
}

/* ---- one change ---- */

/* Writes a value over; tree_set() keeps a property's place. */
static void set_value(struct mutation *mutation, struct tree_node *node, const char *name,
		      const void *value, size_t len)
{
	if (name && len < INT32_MAX)
		tree_set(mutation->tree, node, name, value, len);
}

static void change_value(struct mutation *mutation)
{
	struct tree_node *node;
	struct tree_property *property = pick_property(mutation, &node);
	struct buffer value = {0};
	size_t len;

	if (!property)
		return;
	buffer_add(&value, property->value, property->len);
	buffer_extend(&value, VALUE_MORE);
	if (is_blob(value.data, property->len) && !mutation->nested)
		len = mutate_blob((uint8_t *)value.data, property->len, value.len,
				  pick(mutation, INT32_MAX) | 1u << 31);
	else
		len = LLVMFuzzerMutate((uint8_t *)value.data, property->len, value.len);
	set_value(mutation, node, property->name, value.data, len);
	buffer_free(&value);
}

static void change_cell(struct mutation *mutation)
{
	struct tree_node *node;
	struct tree_property *property = pick_property(mutation, &node);
	struct buffer value = {0};
	size_t at;

	if (!property)
		return;
	buffer_add(&value, property->value, property->len);
	at = 4 * (size_t)pick(mutation, property->len / 4 + 1);
	if (at + 4 > value.len)
		buffer_extend(&value, at + 4 - value.len);
	put_be32(value.data + at, pick_cell(mutation));
	set_value(mutation, node, property->name, value.data, value.len);
	buffer_free(&value);
}

/* A property of one node, or its value only, for another. */
static void copy_property(struct mutation *mutation)
{
	struct tree_node *from, *to = NULL;
	struct tree_property *source = pick_property(mutation, &from), *target;

	if (!source)
		return;
	if (pick(mutation, 2)) {
		set_value(mutation, pick_node(mutation), source->name, source->value, source->len);
		return;
	}
	target = pick_property(mutation, &to);
	if (target != source)
		set_value(mutation, to, target->name, source->value, source->len);
}

static void add_property(struct mutation *mutation)
{
	unsigned char cell[4];
	size_t len = pick(mutation, 4) ? 4 : pick(mutation, 5);

	put_be32(cell, pick_cell(mutation));
	set_value(mutation, pick_node(mutation),
		  property_names[pick(mutation, COUNT(property_names))], cell, len);
}

static void add_node(struct mutation *mutation)
{
	struct tree_node *parent = pick_node(mutation), *like = pick_node(mutation), *node;
	const char *name = node_names[pick(mutation, COUNT(node_names))];

	if (pick(mutation, 2) && like->parent)
		name = like->name;
	if (parent->depth >= TREE_DEPTH_MAX || tree_find_child(mutation->tree, parent, name))
		return;
	node = tree_add_node(mutation->tree, parent, name);
	if (!strcmp(name, like->name))
		for (struct tree_property *each = like->properties; each; each = each->next)
			set_value(mutation, node, each->name, each->value, each->len);
}

static void rename_node(struct mutation *mutation)
{
	struct tree_node *node = pick_node(mutation), *like = pick_node(mutation);
	struct arena *arena = mutation->tree->arena;
	const char *name = node_names[pick(mutation, COUNT(node_names))];

	if (!node->parent)
		return;
	if (pick(mutation, 2) && like->parent)
		name = like->name;
	if (!pick(mutation, 4))
		name = arena_printf(arena, "%.*s@%x", (int)strcspn(node->name, "@"), node->name,
				    pick_cell(mutation));
	if (!tree_find_child(mutation->tree, node->parent, name))
		tree_rename_node(mutation->tree, node, name);
}

static void remove_something(struct mutation *mutation)
{
	struct tree_node *node;
	struct tree_property *property;

	if (pick(mutation, 3)) {
		property = pick_property(mutation, &node);
		if (property)
			tree_remove_property(mutation->tree, node, property->name);
		return;
	}
	node = pick_node(mutation);
	if (node->parent)
		tree_remove_node(mutation->tree, node);
}

static void change_once(struct mutation *mutation)
{
	switch (pick(mutation, 12)) {
	case 0:
	case 1:
	case 2:
		change_value(mutation);
		break;
	case 3:
	case 4:
	case 5:
		change_cell(mutation);
		break;
	case 6:
	case 7:
		copy_property(mutation);
		break;
	case 8:
		add_property(mutation);
		break;
	case 9:
		add_node(mutation);
		break;
	case 10:
		rename_node(mutation);
		break;
	default:
		remove_something(mutation);
		break;
	}
}

/* ---- a blob ---- */

static bool is_sealed(const uint8_t *data, size_t size)
{
	return size >= NV2_SEAL_OFFSET + NV2_SEAL_SIZE &&
	       !memcmp(data + NV2_SEAL_OFFSET, NV2_SEAL_MAGIC, sizeof(NV2_SEAL_MAGIC));
}

/* Behind the header: totalsize and three offsets move. The target puts the digests right. */
static void put_seal(struct buffer *blob, const uint8_t *seal)
{
	struct buffer sealed = {0};

	buffer_add(&sealed, blob->data, NV2_SEAL_OFFSET);
	buffer_add(&sealed, seal, NV2_SEAL_SIZE);
	buffer_add(&sealed, blob->data + NV2_SEAL_OFFSET, blob->len - NV2_SEAL_OFFSET);
	for (size_t at = 4; at <= 16; at += 4)
		put_be32(sealed.data + at, get_be32(sealed.data + at) + NV2_SEAL_SIZE);
	buffer_free(blob);
	*blob = sealed;
}

static size_t mutate_bytes(struct mutation *mutation, uint8_t *data, size_t size, size_t max_size)
{
	size = LLVMFuzzerMutate(data, size, max_size);
	if (is_blob(data, size) && pick(mutation, 2))
		put_be32(data + 4, (uint32_t)size);
	return size;
}

size_t mutate_blob(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	struct mutation mutation = {.state = seed + 0x9e3779b97f4a7c15ull, .nested = seed >> 31};
	struct buffer blob = {0};

	open_session(&mutation.session);
	mutation.tree = read_tree(&mutation.session, "input", data, size);
	if (mutation.tree && pick(&mutation, 16)) {
		for (uint32_t left = 1 + pick(&mutation, CHANGES_MAX); left; left--)
			change_once(&mutation);
		if (tree_write_dtb(mutation.tree, &blob) && is_sealed(data, size))
			put_seal(&blob, data + NV2_SEAL_OFFSET);
	}
	if (blob.len && blob.len <= max_size) {
		memcpy(data, blob.data, blob.len);
		size = blob.len;
	} else {
		size = mutate_bytes(&mutation, data, size, max_size);
	}
	buffer_free(&blob);
	close_session(&mutation.session);
	return size;
}

/* ---- two inputs ---- */

static size_t mutate_part(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	if (is_blob(data, size))
		return mutate_blob(data, size, max_size, seed & INT32_MAX);
	return LLVMFuzzerMutate(data, size, max_size);
}

size_t mutate_pair(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	struct two_inputs inputs = split_input(data, size);
	struct buffer parts[2] = {{0}};
	unsigned which = seed % 2;
	size_t old, room;

	if (size < 2 || max_size <= size || seed % 64 == 2)
		return LLVMFuzzerMutate(data, size, max_size);
	buffer_add(&parts[0], inputs.first, inputs.first_size);
	buffer_add(&parts[1], inputs.second, inputs.second_size);
	old = parts[which].len;
	room = old + (max_size - size);
	if (!which && room > UINT16_MAX)
		room = UINT16_MAX;
	buffer_extend(&parts[which], room - old);
	parts[which].len = mutate_part((uint8_t *)parts[which].data, old, room, seed / 2);
	data[0] = (uint8_t)(parts[0].len >> 8);
	data[1] = (uint8_t)parts[0].len;
	memcpy(data + 2, parts[0].data, parts[0].len);
	if (parts[1].len)
		memcpy(data + 2 + parts[0].len, parts[1].data, parts[1].len);
	size = 2 + parts[0].len + parts[1].len;
	buffer_free(&parts[0]);
	buffer_free(&parts[1]);
	return size;
}
