/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the memory nodes of a tree and those an overlay adds, says whether they overlap. Never
 * looks at GPU memory in the tree: that has its own compatible.
 */
#include "boot/bind.h"

#include "blob/freestanding.h"

#define COHERENT_MEMORY "ibm,coherent-device-memory"

struct range {
	uint64_t first, size;
};

static bool is_memory(const struct nv2_fdt *fdt, uint32_t node)
{
	return nv2_fdt_has_string(fdt, node, "device_type", "memory");
}

static uint64_t read_number(const unsigned char *at, uint32_t cells)
{
	return cells == 1 ? nv2_get_be32(at) : nv2_get_be64(at);
}

static uint32_t count_cells(const struct nv2_fdt *fdt, uint32_t node, const char *name,
			    uint32_t count)
{
	nv2_fdt_u32(fdt, node, name, &count);
	return count;
}

/*
 * The next range of a node below `parent`; *at starts as 0. What cannot be read as ranges of
 * 64-bit numbers has none.
 */
static bool next_range(const struct nv2_fdt *fdt, uint32_t parent, uint32_t node, uint32_t *at,
		       struct range *range)
{
	uint32_t address = count_cells(fdt, parent, "#address-cells", 2);
	uint32_t size = count_cells(fdt, parent, "#size-cells", 1);
	struct nv2_fdt_property reg;

	if (address - 1 > 1 || size - 1 > 1 || !nv2_fdt_property_named(fdt, node, "reg", &reg))
		return false;
	while (reg.len - *at >= 4 * (address + size)) {
		const unsigned char *bytes = reg.value + *at;

		*at += 4 * (address + size);
		range->first = read_number(bytes, address);
		range->size = read_number(bytes + sizeof(uint32_t) * address, size);
		if (range->size)
			return true;
	}
	return false;
}

/* A range of the tree's memory against what the overlay adds. */
static enum nv2_status check_range(const struct nv2_binder *binder, uint32_t at,
				   const struct range *there)
{
	const struct nv2_fdt *overlay = binder->overlay;
	struct nv2_failure *failure = binder->failure;
	struct range wanted;

	for (struct nv2_bound_node *node = binder->nodes; node < binder->end; node++) {
		uint32_t cursor = 0;

		if (node->base || !is_memory(overlay, node->from))
			continue;
		/* The overlay counts cells as the tree does, or it will be refused for that. */
		while (next_range(overlay, node->parent->from, node->from, &cursor, &wanted)) {
			/* Neither starts in the other. */
			if (wanted.first - there->first >= there->size &&
			    there->first - wanted.first >= wanted.size)
				continue;
			failure->wanted = wanted.first;
			failure->found = there->first;
			nv2_binder_fail(binder, NV2_ERR_OVERLAP, node, "reg");
			failure->at = at;
			return NV2_ERR_OVERLAP;
		}
	}
	return NV2_OK;
}

enum nv2_status nv2_check_memory(const struct nv2_binder *binder)
{
	enum nv2_status status = NV2_OK;
	struct nv2_fdt_walk walk;
	struct range there;

	nv2_fdt_walk_begin(&walk, binder->tree);
	while (!status && nv2_fdt_walk_next(&walk)) {
		uint32_t cursor = 0;

		if (!walk.depth || !is_memory(binder->tree, walk.node) ||
		    nv2_fdt_has_string(binder->tree, walk.node, "compatible", COHERENT_MEMORY))
			continue;
		while (!status && next_range(binder->tree, walk.path[walk.depth - 1], walk.node,
					     &cursor, &there))
			status = check_range(binder, walk.node, &there);
	}
	return status;
}
