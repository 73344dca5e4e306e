/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes bytes as choices, makes a base and an overlay of them that are mostly
 * whole, and merges the two. Promises: see merging.h. Damaged blobs are not
 * for this target: it gets behind what refuses them.
 */
#include <string.h>

#include "merging.h"

#define BASE_NODES_MAX 10
#define FRAGMENTS_MAX 4
#define ADDED_MAX 8
#define NO_PHANDLE 0xffffffffu

struct making {
	const uint8_t *data;
	size_t size;
	struct session session;
	struct tree *base, *overlay;
	ARRAY(struct tree_node *) base_nodes;
	ARRAY(struct tree_node *) added; /* in fragments */
	uint32_t next_phandle;           /* of the overlay */
};

/* A number below `count`; 0 when there are no more bytes. */
static uint32_t choose(struct making *making, uint32_t count)
{
	if (!making->size)
		return 0;
	making->size--;
	return *making->data++ % count;
}

static const char *const names[] = {"a", "b", "c", "d@1", "d@2", "e@1", "d", "e"};
static const char *const properties[] = {"p",           "q",          "r", "reg", "#address-cells",
					 "#size-cells", "compatible", "s"};
static const char *const labels[] = {"l0", "l1", "l2", "l3", "lost"};

#define COUNT(list) (uint32_t)(sizeof(list) / sizeof((list)[0]))

static struct tree_node *add_node(struct making *making, struct tree *tree,
				  struct tree_node *parent)
{
	const char *name = names[choose(making, COUNT(names))];

	if (tree_find_child(tree, parent, name))
		return NULL;
	return tree_add_node(tree, parent, name);
}

static void add_values(struct making *making, struct tree *tree, struct tree_node *node)
{
	for (uint32_t left = choose(making, 4); left; left--) {
		const char *name = properties[choose(making, COUNT(properties))];

		tree_set(tree, node, name, "\0\0\0\1\0\0\0\2", 4 * (size_t)choose(making, 3));
	}
}

/* The node below the root that has this name, made if it is missing. */
static struct tree_node *get_child(struct tree *tree, struct tree_node *parent, const char *name)
{
	struct tree_node *node = tree_find_child(tree, parent, name);

	return node ? node : tree_add_node(tree, parent, name);
}

static void make_base(struct making *making)
{
	struct tree *tree = making->base;
	uint32_t count = 1 + choose(making, BASE_NODES_MAX), flags = choose(making, 8);

	*ARRAY_PUSH(tree->arena, &making->base_nodes) = tree->root;
	for (uint32_t i = 0; i < count; i++) {
		struct tree_node *parent =
			making->base_nodes
				.items[choose(making, (uint32_t)making->base_nodes.count)];
		struct tree_node *node = add_node(making, tree, parent);

		if (!node)
			continue;
		*ARRAY_PUSH(tree->arena, &making->base_nodes) = node;
		add_values(making, tree, node);
		if (choose(making, 2))
			tree_set_u32(tree, node, "phandle", 1 + i);
		if (flags & 1 && choose(making, 2))
			tree_set_string(tree, get_child(tree, tree->root, "__symbols__"),
					labels[choose(making, COUNT(labels) - 1)],
					tree_path(tree->arena, node));
		if (flags & 2 && choose(making, 2))
			tree_set_string(tree, get_child(tree, tree->root, "aliases"), "alias",
					tree_path(tree->arena, node));
	}
}

/* ---- references ---- */

/* The node below __local_fixups__ that stands for one of the overlay's. */
static struct tree_node *mirror(struct tree *tree, const struct tree_node *node)
{
	struct tree_node *at = get_child(tree, tree->root, "__local_fixups__");
	const struct tree_node *way[TREE_DEPTH_MAX + 1];
	uint32_t depth = 0;

	for (; node->parent; node = node->parent)
		way[depth++] = node;
	while (depth)
		at = get_child(tree, at, way[--depth]->name);
	return at;
}

/* One byte in eight says that the offset is another than it should be. */
static uint32_t offset_of(struct making *making, uint32_t offset)
{
	static const uint32_t wrong[] = {2, 4, 8, 0x118, 0x7ffffffc, 0xfffffffc, 0xffffffff, 1};
	uint32_t what = choose(making, 64);

	return what < COUNT(wrong) && making->size ? wrong[what] : offset;
}

static void add_to_list(struct tree *tree, struct tree_node *node, const char *name,
			const void *bytes, size_t len)
{
	const struct tree_property *old = tree_find_property(tree, node, name);
	struct buffer list = {0};

	if (old)
		buffer_add(&list, old->value, old->len);
	buffer_add(&list, bytes, len);
	tree_set(tree, node, name, list.data, list.len);
	buffer_free(&list);
}

static void refer_to_label(struct making *making, struct tree_node *node, const char *name,
			   uint32_t offset)
{
	struct tree *tree = making->overlay;
	const char *text =
		arena_printf(tree->arena, "%s:%s:%u", tree_path(tree->arena, node), name, offset);

	add_to_list(tree, get_child(tree, tree->root, "__fixups__"),
		    labels[choose(making, COUNT(labels))], text, strlen(text) + 1);
}

static void refer_to_added(struct making *making, struct tree_node *node, const char *name,
			   uint32_t offset, unsigned char *cell)
{
	struct tree *tree = making->overlay;
	struct tree_node *to = making->added.items[choose(making, (uint32_t)making->added.count)];
	unsigned char list[4];

	if (!tree_node_phandle(tree, to))
		tree_set_u32(tree, to, "phandle", making->next_phandle++);
	put_be32(cell, tree_node_phandle(tree, to));
	put_be32(list, offset);
	add_to_list(tree, mirror(tree, node), name, list, sizeof(list));
}

static void add_references(struct making *making, struct tree_node *node)
{
	unsigned char cells[12];
	const char *name = properties[choose(making, 3)];
	size_t count = choose(making, 4);

	if (tree_find_property(making->overlay, node, name))
		return;
	for (size_t i = 0; i < count; i++) {
		uint32_t offset = offset_of(making, 4 * (uint32_t)i);

		put_be32(cells + 4 * i, NO_PHANDLE);
		switch (choose(making, 3)) {
		case 0:
			refer_to_label(making, node, name, offset);
			break;
		case 1:
			refer_to_added(making, node, name, offset, cells + 4 * i);
			break;
		default:
			put_be32(cells + 4 * i, choose(making, 16));
			break;
		}
	}
	tree_set(making->overlay, node, name, cells, 4 * count);
}

/* ---- the overlay ---- */

static void set_target(struct making *making, struct tree_node *fragment)
{
	struct tree *tree = making->overlay;
	struct tree_node *node =
		making->base_nodes.items[choose(making, (uint32_t)making->base_nodes.count)];
	const char *path = tree_path(tree->arena, node);
	struct tree_node *other;

	switch (choose(making, 8)) {
	case 0:
		tree_set_u32(tree, fragment, "target", tree_node_phandle(making->base, node));
		break;
	case 1:
		tree_set_u32(tree, fragment, "target", NO_PHANDLE);
		refer_to_label(making, fragment, "target", 0);
		break;
	case 2:
		tree_set_string(tree, fragment, "target-path", "alias");
		break;
	case 3:
		/* What an earlier fragment may have made. */
		other = making->added.items[choose(making, (uint32_t)making->added.count)];
		tree_set_string(
			tree, fragment, "target-path",
			arena_printf(tree->arena, "%s/%s", path[1] ? path : "", other->name));
		break;
	default:
		tree_set_string(tree, fragment, "target-path", path);
		break;
	}
}

static void make_fragment(struct making *making, uint32_t number)
{
	struct tree *tree = making->overlay;
	struct tree_node *fragment =
		tree_add_node(tree, tree->root, arena_printf(tree->arena, "fragment@%u", number));
	struct tree_node *content = tree_add_node(tree, fragment, "__overlay__");
	size_t first = making->added.count;

	*ARRAY_PUSH(tree->arena, &making->added) = content;
	set_target(making, fragment);
	for (uint32_t left = choose(making, ADDED_MAX); left; left--) {
		size_t own = making->added.count - first;
		struct tree_node *node = add_node(
			making, tree, making->added.items[first + choose(making, (uint32_t)own)]);

		if (node)
			*ARRAY_PUSH(tree->arena, &making->added) = node;
	}
	for (size_t i = first; i < making->added.count; i++) {
		add_values(making, tree, making->added.items[i]);
		add_references(making, making->added.items[i]);
	}
	if (choose(making, 4) == 1)
		tree_set_string(
			tree, get_child(tree, tree->root, "__symbols__"),
			labels[choose(making, COUNT(labels))],
			tree_path(tree->arena, making->added.items[making->added.count - 1]));
}

static void make_overlay(struct making *making)
{
	uint32_t count = 1 + choose(making, FRAGMENTS_MAX);

	making->next_phandle = 1 + choose(making, 4);
	for (uint32_t i = 0; i < count; i++)
		make_fragment(making, i);
}

static struct making open_making(const uint8_t *data, size_t size)
{
	struct making making = {.data = data, .size = size};
	struct session *session = &making.session;

	open_session(session);
	making.base = tree_new(session->arena, session->strings, "base");
	making.overlay = tree_new(session->arena, session->strings, "overlay");
	return making;
}

/* For who wants to see what the bytes of an input mean: NV2_FUZZ_KEEP names a directory. */
static void keep(const char *name, const struct buffer *blob)
{
	const char *directory = getenv("NV2_FUZZ_KEEP");
	char path[512];
	FILE *file;

	if (!directory)
		return;
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "wb");
	PROMISE(file && fwrite(blob->data, 1, blob->len, file) == blob->len && !fclose(file));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct making making = open_making(data, size);
	struct buffer base = {0}, overlay = {0};
	struct two_inputs inputs;

	make_base(&making);
	make_overlay(&making);
	PROMISE(tree_write_dtb(making.base, &base) && tree_write_dtb(making.overlay, &overlay));
	keep("base.dtb", &base);
	keep("overlay.dtbo", &overlay);
	inputs = (struct two_inputs){
		.first = (const uint8_t *)base.data,
		.first_size = base.len,
		.second = (const uint8_t *)overlay.data,
		.second_size = overlay.len,
	};
	check_merge(&inputs);
	buffer_free(&base);
	buffer_free(&overlay);
	close_session(&making.session);
	return 0;
}
