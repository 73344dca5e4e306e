/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a tree and an overlay bound to it, gives the tree with the overlay in
 * it. Never changes what it takes, and never replaces a value.
 */
#include "boot/bind.h"

#include "blob/freestanding.h"

/* Where the header has boot_cpuid_phys. */
#define HEADER_BOOT_CPU 28

void nv2_apply_fdt_space(const struct nv2_fdt *tree, const struct nv2_fdt *overlay,
			 struct nv2_space *space)
{
	/* Less: the fragments themselves do not get into the tree. */
	nv2_set_space(space, overlay, (uint64_t)tree->size + overlay->size);
}

static uint32_t highest_phandle(const struct nv2_fdt *tree)
{
	uint32_t highest = 0;
	struct nv2_fdt_walk walk;

	nv2_fdt_walk_begin(&walk, tree);
	while (nv2_fdt_walk_next(&walk)) {
		uint32_t phandle = nv2_fdt_phandle(tree, walk.node);

		if (phandle > highest)
			highest = phandle;
	}
	return highest;
}

/* Behind a node's properties. */
static uint32_t find_children(const struct nv2_fdt *tree, uint32_t node)
{
	uint32_t cursor = node;
	uint32_t end = node + 4 + (uint32_t)strlen(nv2_fdt_name(tree, node)) + 1;
	struct nv2_fdt_property property;

	while (nv2_fdt_next_property(tree, &cursor, &property))
		end = property.at + 12 + property.len;
	return (end + 3) & ~3u;
}

/* The tree's structure as it is, up to each target's children, where what it gets stands. */
static enum nv2_status write_tree(struct nv2_binder *binder, void *output, size_t *size)
{
	const struct nv2_fdt *tree = binder->tree;
	struct nv2_bound_node *next = nv2_next_owner(binder, 0);
	uint32_t at = tree->structure, to;
	enum nv2_status status = NV2_OK;
	struct nv2_fdt_writer *writer = &binder->writer;
	struct nv2_fdt merged;

	nv2_fdt_write_begin(writer, output, *size, tree);
	nv2_fdt_write_names(writer, tree);
	for (; next && !status; next = nv2_next_owner(binder, next->base)) {
		to = find_children(tree, next->base);
		nv2_fdt_write_piece(writer, tree->bytes + at, to - at);
		status = nv2_write_content(binder, next);
		at = to;
	}
	nv2_fdt_write_piece(writer, tree->bytes + at, tree->structure_end - 4 - at);
	if (!status)
		status = nv2_fdt_write_finish(writer, nv2_get_be32(tree->bytes + HEADER_BOOT_CPU),
					      size);
	/* Nodes below nodes may be too deep by now. */
	return status ? status : nv2_fdt_open(&merged, output, *size);
}

enum nv2_status nv2_apply_fdt(const struct nv2_fdt *tree, const struct nv2_fdt *overlay, void *work,
			      size_t work_size, void *output, size_t *size,
			      struct nv2_failure *failure)
{
	struct nv2_binder binder = {
		.overlay = overlay,
		.tree = tree,
		.failure = failure,
		.highest = highest_phandle(tree),
	};
	enum nv2_status status = nv2_binder_begin(&binder, work, work_size, false);

	if (!status)
		status = nv2_binder_match(&binder);
	if (!status)
		status = write_tree(&binder, output, size);
	return failure->status = status;
}
