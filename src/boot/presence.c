/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a bound overlay and a tree, gives how much of the one is in the other.
 * Never takes a phandle's number for what it means.
 */
#include "blob/freestanding.h"
#include "blob/overlay.h"
#include "nv2/boot.h"

struct viewer {
	const struct nv2_fdt *overlay, *tree;
	struct nv2_presence *presence;
	uint32_t step; /* the fragment, */
	uint32_t node; /* the node in it, */
	uint32_t at;   /* and where that is in the tree; 0: nowhere */
};

static void count(struct viewer *viewer, enum nv2_status status, const char *property)
{
	struct nv2_presence *presence = viewer->presence;
	struct nv2_failure *first = &presence->first;

	if (!status)
		presence->present++;
	else if (status == NV2_ERR_CONFLICT)
		presence->different++;
	else
		presence->absent++;
	/* What is absent comes before what is different. */
	if (!status || first->status == NV2_ERR_NO_NODE || first->status == status)
		return;
	first->status = status;
	first->step = viewer->step;
	first->node = viewer->node;
	first->property = property;
	first->at = viewer->at;
}

/* Whether a phandle of the tree leads to what the overlay's leads to. */
static bool is_same_node(const struct viewer *viewer, uint32_t wanted, uint32_t found)
{
	struct nv2_fdt_walk walk;
	uint32_t node;

	nv2_overlay_find_phandle(viewer->overlay, wanted, &walk);
	node = nv2_fdt_follow(viewer->tree,
			      nv2_overlay_find_target(viewer->overlay, walk.path[1], viewer->tree),
			      &walk, 3);
	return found && nv2_fdt_phandle(viewer->tree, node) == found;
}

static bool is_same_value(const struct viewer *viewer, uint32_t mirror,
			  const struct nv2_fdt_property *wanted,
			  const struct nv2_fdt_property *found)
{
	struct nv2_fdt_property list;
	uint32_t from = 0, len = 0;

	if (wanted->len != found->len)
		return false;
	if (nv2_fdt_property_named(viewer->overlay, mirror, wanted->name, &list))
		len = list.len;
	for (uint32_t at = 0; at < len; at += 4) {
		uint32_t offset = nv2_get_be32(list.value + at);

		if (memcmp(wanted->value + from, found->value + from, offset - from) != 0 ||
		    !is_same_node(viewer, nv2_get_be32(wanted->value + offset),
				  nv2_get_be32(found->value + offset)))
			return false;
		from = offset + 4;
	}
	return !memcmp(wanted->value + from, found->value + from, wanted->len - from);
}

static void count_properties(struct viewer *viewer, uint32_t mirror, bool is_target)
{
	struct nv2_fdt_property wanted, found;
	uint32_t cursor = viewer->node;

	while (nv2_fdt_next_property(viewer->overlay, &cursor, &wanted)) {
		enum nv2_role role = nv2_role_of(wanted.name);
		enum nv2_status status = NV2_OK;

		/* Those of a target are the tree's own. */
		if (is_target && role == NV2_ROLE_CELLS)
			continue;
		if (role == NV2_ROLE_PHANDLE) {
			if (!nv2_fdt_phandle(viewer->tree, viewer->at))
				status = NV2_ERR_NO_NODE;
		} else if (!nv2_fdt_property_named(viewer->tree, viewer->at, wanted.name, &found)) {
			status = NV2_ERR_NO_NODE;
		} else if (!is_same_value(viewer, mirror, &wanted, &found)) {
			status = NV2_ERR_CONFLICT;
		}
		count(viewer, status, wanted.name);
	}
}

static void count_nodes(struct viewer *viewer)
{
	const struct nv2_fdt *overlay = viewer->overlay;
	uint32_t local = nv2_fdt_child_named(overlay, overlay->root, NV2_LOCAL_FIXUPS);
	uint32_t at[NV2_FDT_DEPTH_MAX + 1]; /* nodes of the tree, for the walk's path */
	struct nv2_fdt_walk walk;

	nv2_fdt_walk_begin(&walk, overlay);
	while (nv2_overlay_next(&walk)) {
		bool is_target = walk.depth == 2;

		viewer->node = walk.node;
		if (is_target) {
			viewer->step++;
			viewer->at = nv2_overlay_find_target(overlay, walk.path[1], viewer->tree);
		} else {
			viewer->at = nv2_fdt_child_named(viewer->tree, at[walk.depth - 1],
							 nv2_fdt_name(overlay, walk.node));
			count(viewer, viewer->at ? NV2_OK : NV2_ERR_NO_NODE, NULL);
		}
		at[walk.depth] = viewer->at;
		count_properties(viewer, nv2_fdt_follow(overlay, local, &walk, 1), is_target);
	}
}

void nv2_overlay_presence(const struct nv2_fdt *overlay, const struct nv2_fdt *tree,
			  struct nv2_presence *presence)
{
	struct viewer viewer = {overlay, tree, presence, UINT32_MAX, 0, 0};
	struct nv2_overlay_fault fault = {0, NULL, 0};

	memset(presence, 0, sizeof(*presence));
	presence->first.step = NV2_STEP_NONE;
	presence->first.status = nv2_bound_overlay_verify(overlay, &fault);
	if (!presence->first.status) {
		count_nodes(&viewer);
		return;
	}
	presence->first.step = fault.step;
	presence->first.node = fault.node;
	presence->first.property = fault.property;
}
