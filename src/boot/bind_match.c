/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes an overlay and a tree, gives each node of the one its counterpart in the other, and
 * each reference its phandle. Never trusts either beyond what was checked.
 */
#include "boot/bind.h"

#include "blob/freestanding.h"

/* No blob is larger: blob/fdt.c. */
#define SIZE_LIMIT 0x7fffffffu

/* ---- memory ---- */

uint32_t nv2_count_nodes(const struct nv2_fdt *overlay)
{
	struct nv2_fdt_walk walk;
	uint32_t count = 0;

	nv2_fdt_walk_begin(&walk, overlay);
	while (nv2_fdt_walk_next(&walk))
		count++;
	return count;
}

/* As if each node were a selector and in a fragment. */
static uint64_t work_size(const struct nv2_fdt *overlay, uint32_t nodes)
{
	return (uint64_t)nodes * (sizeof(struct nv2_choice) + sizeof(struct nv2_bound_node)) +
	       overlay->size;
}

/* Nothing larger can be had, and nv2_binder_begin() and the writer see that it is not enough. */
static size_t limit(uint64_t size)
{
	return size < SIZE_LIMIT ? (size_t)size : SIZE_LIMIT;
}

void nv2_set_space(struct nv2_space *space, const struct nv2_fdt *overlay, uint64_t output)
{
	space->work = limit(work_size(overlay, nv2_count_nodes(overlay)));
	space->output = limit(output);
}

/* ---- what went wrong ---- */

void nv2_name_step(const struct nv2_binder *binder, uint32_t step)
{
	struct nv2_failure *failure = binder->failure;

	failure->step = step;
	if (binder->selectors)
		failure->what =
			nv2_fdt_string(binder->overlay, binder->selectors[step].node, "what");
}

enum nv2_status nv2_binder_fail(const struct nv2_binder *binder, enum nv2_status status,
				const struct nv2_bound_node *node, const char *property)
{
	struct nv2_failure *failure = binder->failure;

	nv2_name_step(binder, node->step);
	failure->node = node->from;
	failure->property = property;
	failure->at = node->base;
	return status;
}

enum nv2_status nv2_binder_begin(struct nv2_binder *binder, void *work, size_t size, bool late)
{
	const struct nv2_fdt *overlay = binder->overlay;
	struct nv2_failure *failure = binder->failure;
	struct nv2_overlay_fault fault;
	enum nv2_status status = nv2_overlay_verify(overlay, &fault, late);
	uint32_t nodes = nv2_count_nodes(overlay);

	memset(failure, 0, sizeof(*failure));
	if (status) {
		failure->step = fault.step;
		failure->node = fault.node;
		failure->property = fault.property;
		return status;
	}
	failure->step = NV2_STEP_NONE;
	if (work_size(overlay, nodes) > size)
		return NV2_ERR_SPACE;
	if (late)
		binder->selectors = (struct nv2_choice *)work;
	binder->nodes = (struct nv2_bound_node *)(void *)((struct nv2_choice *)work + nodes);
	binder->end = binder->nodes;
	binder->copy = (uintptr_t)(binder->nodes + nodes) - (uintptr_t)overlay->bytes;
	memcpy(binder->nodes + nodes, overlay->bytes, overlay->size);
	return NV2_OK;
}

/* ---- nodes ---- */

/* Whether two nodes have a property, and with the same value. */
static bool agree(const struct nv2_binder *binder, uint32_t from, uint32_t base, const char *name)
{
	struct nv2_fdt_property a, b;

	return nv2_fdt_property_named(binder->overlay, from, name, &a) &&
	       nv2_fdt_property_named(binder->tree, base, name, &b) && a.len == b.len &&
	       !memcmp(a.value, b.value, a.len);
}

/*
 * Whether a child of a node of the tree is what a node of the overlay already is: of the same
 * name, or, as firmware builds rename nodes, with the same reg and compatible.
 */
static void compare(const struct nv2_binder *binder, struct nv2_bound_node *node, uint32_t child)
{
	if (node->is_named)
		return;
	if (nv2_is_same(nv2_fdt_name(binder->overlay, node->from),
			nv2_fdt_name(binder->tree, child))) {
		node->is_named = true;
		node->base = child;
	} else if (agree(binder, node->from, child, "reg") &&
		   agree(binder, node->from, child, "compatible")) {
		*(node->base ? &node->other : &node->base) = child;
	}
}

/* In one go for all that is right below a node, for the tree may have much there. */
static void find_counterparts(const struct nv2_binder *binder, const struct nv2_bound_node *parent)
{
	const struct nv2_fdt *tree = binder->tree;
	uint32_t child = nv2_fdt_child(tree, parent->base);

	for (; child; child = nv2_fdt_sibling(tree, child))
		for (struct nv2_bound_node *node = binder->nodes; node < binder->end; node++)
			if (node->parent == parent)
				compare(binder, node, child);
}

/* Gives a new node its phandle. */
static enum nv2_status number_node(struct nv2_binder *binder, struct nv2_bound_node *node)
{
	uint32_t cursor = node->from, number = node->phandle;
	struct nv2_fdt_property property;

	if (binder->selectors)
		number = ++binder->phandles;
	if (number >= UINT32_MAX - binder->highest)
		return nv2_binder_fail(binder, NV2_ERR_NO_PHANDLE, node, NULL);
	node->number = binder->highest + number;
	while (nv2_fdt_next_property(binder->overlay, &cursor, &property))
		if (nv2_role_of(property.name) == NV2_ROLE_PHANDLE)
			nv2_put_be32(nv2_filled(binder, property.value), node->number);
	return NV2_OK;
}

static void add_node(struct nv2_binder *binder, const struct nv2_fdt_walk *walk)
{
	const struct nv2_fdt *overlay = binder->overlay;
	struct nv2_bound_node *node = binder->end++, *parent = node;

	memset(node, 0, sizeof(*node));
	node->owner = node;
	node->from = walk->node;
	node->depth = (uint8_t)walk->depth;
	node->phandle = nv2_fdt_phandle(overlay, walk->node);
	node->mirror = nv2_fdt_follow(
		overlay, nv2_fdt_child_named(overlay, overlay->root, NV2_LOCAL_FIXUPS), walk, 1);
	if (walk->depth > 2) {
		/* A fragment starts with its __overlay__, which is above all else in it. */
		do
			parent--;
		while (parent->depth >= node->depth);
		node->parent = parent;
		node->step = parent->step;
	} else if (binder->selectors) {
		node->step = nv2_overlay_selector(overlay, walk->path[1]);
		node->base = binder->selectors[node->step].found;
	} else {
		node->step = binder->fragments++;
		node->base = nv2_overlay_find_target(overlay, walk->path[1], binder->tree);
	}
}

/* What its counterpart, if it has one, means for a node and what is below it. */
static enum nv2_status place_node(struct nv2_binder *binder, struct nv2_bound_node *node)
{
	struct nv2_bound_node *parent = node->parent;
	struct nv2_fdt_property reg;

	if (!node->is_named && node->other) {
		binder->failure->other = node->other;
		return nv2_binder_fail(binder, NV2_ERR_AMBIGUOUS, node, NULL);
	}
	if (node->base) {
		if (parent && !binder->selectors)
			return nv2_binder_fail(binder, NV2_ERR_CONFLICT, node, NULL);
		/* Two that are for the same node: which of them is meant where they differ? */
		for (struct nv2_bound_node *each = binder->nodes; each < node; each++)
			if (each->base == node->base)
				return nv2_binder_fail(binder, NV2_ERR_AMBIGUOUS, node, NULL);
		find_counterparts(binder, node);
		return NV2_OK;
	}
	if (!parent)
		return nv2_binder_fail(binder, NV2_ERR_NO_NODE, node, "target-path");
	node->owner = parent->owner;
	parent->has_new = true;
	if (nv2_fdt_property_named(binder->overlay, node->from, "reg", &reg))
		parent->has_reg = true;
	return node->phandle ? number_node(binder, node) : NV2_OK;
}

/* ---- references to nodes of the overlay ---- */

/* The references in one property. */
static enum nv2_status fill_in(const struct nv2_binder *binder, const struct nv2_bound_node *node,
			       const struct nv2_fdt_property *list)
{
	struct nv2_fdt_property property;

	nv2_fdt_property_named(binder->overlay, node->from, list->name, &property);
	for (uint32_t at = 0; at < list->len; at += 4) {
		const unsigned char *cell = property.value + nv2_get_be32(list->value + at);
		const struct nv2_bound_node *target = node;
		uint32_t number;

		for (struct nv2_bound_node *each = binder->nodes; each < binder->end; each++)
			if (each->phandle == nv2_get_be32(cell))
				target = each;
		number = target->number;
		if (target->base) {
			number = nv2_fdt_phandle(binder->tree, target->base);
			nv2_put_be32(nv2_filled(binder, list->value + at), UINT32_MAX);
		}
		if (!nv2_is_usable(number)) {
			binder->failure->other = target->base;
			return nv2_binder_fail(binder, NV2_ERR_NO_PHANDLE, node, property.name);
		}
		nv2_put_be32(nv2_filled(binder, cell), number);
	}
	return NV2_OK;
}

enum nv2_status nv2_binder_match(struct nv2_binder *binder)
{
	enum nv2_status status = NV2_OK;
	struct nv2_bound_node *node;
	struct nv2_fdt_walk walk;

	nv2_fdt_walk_begin(&walk, binder->overlay);
	while (nv2_overlay_next(&walk))
		add_node(binder, &walk);
	for (node = binder->nodes; !status && node < binder->end; node++)
		status = place_node(binder, node);
	for (node = binder->nodes; !status && node < binder->end; node++) {
		uint32_t cursor = node->mirror;
		struct nv2_fdt_property list;

		while (!status && nv2_fdt_next_property(binder->overlay, &cursor, &list))
			status = fill_in(binder, node, &list);
	}
	return status;
}
