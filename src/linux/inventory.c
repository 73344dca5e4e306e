/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes flattened trees and overlays, gives sorted lists of what is in them,
 * and how two of them differ. Never looks at the order of nodes or properties.
 */
#include "linux/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "blob/freestanding.h"
#include "blob/sha256.h"

/* ---- making one ----------------------------------------------------------- */

/* Goes over an FDT twice: once to count, once to fill in. */
struct maker {
	struct inventory *inventory;
	const struct nv2_fdt *fdt;
	bool filling;
	size_t count, used; /* things, bytes of text */
	/* Of the nodes on the way; the root's path counts as empty here. */
	const char *path[NV2_FDT_DEPTH_MAX + 1];
	size_t len[NV2_FDT_DEPTH_MAX + 1];
};

/* Two strings make a path: that of the node above, and a name with its slash or nothing. */
static void set_path(struct maker *maker, uint32_t depth, const char *above, size_t above_len,
		     const char *name)
{
	size_t name_len = strlen(name), len = above_len + (name_len ? 1 + name_len : 0);
	size_t start = maker->used;
	char *at;

	maker->len[depth] = len;
	/* "/" takes one byte although it counts as empty. */
	maker->used += (len ? len : 1) + 1;
	if (!maker->filling)
		return;
	at = maker->inventory->text + start;
	maker->path[depth] = at;
	if (above_len)
		memcpy(at, above, above_len);
	if (name_len || !len)
		at[above_len] = '/';
	if (name_len)
		memcpy(at + above_len + 1, name, name_len);
	at[len ? len : 1] = '\0';
}

static void add_thing(struct maker *maker, uint32_t depth, uint32_t node,
		      const struct nv2_fdt_property *property, bool is_cells)
{
	struct thing *thing;

	if (maker->filling) {
		thing = &maker->inventory->things[maker->count];
		memset(thing, 0, sizeof(*thing));
		thing->path = maker->path[depth];
		thing->node = node;
		thing->is_cells = is_cells;
		if (property) {
			thing->property = property->name;
			thing->value = property->value;
			thing->len = property->len;
		}
	}
	maker->count++;
}

static bool is_cell_count(const char *name)
{
	return !strcmp(name, "#address-cells") || !strcmp(name, "#size-cells");
}

static void add_properties(struct maker *maker, uint32_t depth, uint32_t node, bool of_target)
{
	struct nv2_fdt_property property;
	uint32_t cursor = node;

	while (nv2_fdt_next_property(maker->fdt, &cursor, &property))
		add_thing(maker, depth, node, &property, of_target && is_cell_count(property.name));
}

static void list_tree(struct maker *maker)
{
	struct nv2_fdt_walk walk;

	nv2_fdt_walk_begin(&walk, maker->fdt);
	while (nv2_fdt_walk_next(&walk)) {
		uint32_t above = walk.depth ? walk.depth - 1 : 0;

		set_path(maker, walk.depth, maker->path[above], walk.depth ? maker->len[above] : 0,
			 nv2_fdt_name(maker->fdt, walk.node));
		add_thing(maker, walk.depth, walk.node, NULL, false);
		add_properties(maker, walk.depth, walk.node, false);
	}
}

/* Where a fragment's content goes; NULL for what is no fragment. */
static const char *find_target(const struct nv2_fdt *overlay, const struct nv2_fdt_walk *walk)
{
	return walk->depth < 2 ? NULL : nv2_fdt_string(overlay, walk->path[1], "target-path");
}

/* root, fragment@N, __overlay__ (which stands for the target), and then nodes that are made. */
static void list_overlay(struct maker *maker)
{
	struct nv2_fdt_walk walk;

	nv2_fdt_walk_begin(&walk, maker->fdt);
	while (nv2_fdt_walk_next(&walk)) {
		const char *target = find_target(maker->fdt, &walk);
		uint32_t above = walk.depth ? walk.depth - 1 : 0;

		if (!target)
			continue;
		if (walk.depth == 2) {
			set_path(maker, 2, target, strcmp(target, "/") ? strlen(target) : 0, "");
		} else {
			set_path(maker, walk.depth, maker->path[above], maker->len[above],
				 nv2_fdt_name(maker->fdt, walk.node));
			add_thing(maker, walk.depth, walk.node, NULL, false);
		}
		add_properties(maker, walk.depth, walk.node, walk.depth == 2);
	}
}

/* NULL, which is a node itself, comes before all names. */
static int compare_names(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int compare_things(const void *a, const void *b)
{
	const struct thing *one = (const struct thing *)a, *other = (const struct thing *)b;
	int order = strcmp(one->path, other->path);

	return order ? order : compare_names(one->property, other->property);
}

static bool make(struct inventory *inventory, const struct nv2_fdt *fdt,
		 void (*list)(struct maker *maker))
{
	struct maker maker = {.inventory = inventory, .fdt = fdt};

	memset(inventory, 0, sizeof(*inventory));
	list(&maker);
	inventory->things = (struct thing *)calloc(maker.count + 1, sizeof(*inventory->things));
	inventory->text = (char *)malloc(maker.used + 1);
	if (!inventory->things || !inventory->text) {
		inventory_free(inventory);
		return false;
	}
	maker.filling = true;
	maker.count = maker.used = 0;
	list(&maker);
	inventory->count = maker.count;
	qsort(inventory->things, inventory->count, sizeof(*inventory->things), compare_things);
	return true;
}

bool inventory_of_tree(struct inventory *inventory, const struct nv2_fdt *tree)
{
	return make(inventory, tree, list_tree);
}

bool inventory_of_overlay(struct inventory *inventory, const struct nv2_fdt *overlay)
{
	return make(inventory, overlay, list_overlay);
}

void inventory_free(struct inventory *inventory)
{
	free(inventory->things);
	free(inventory->text);
	memset(inventory, 0, sizeof(*inventory));
}

const struct thing *inventory_find(const struct inventory *inventory, const struct thing *like)
{
	if (!inventory->count)
		return NULL;
	return (const struct thing *)bsearch(like, inventory->things, inventory->count,
					     sizeof(*inventory->things), compare_things);
}

void inventory_digest(const struct inventory *inventory, unsigned char sha256[32])
{
	struct nv2_sha256 hash;

	nv2_sha256_begin(&hash);
	for (size_t i = 0; i < inventory->count; i++) {
		const struct thing *thing = &inventory->things[i];
		unsigned char len[4];

		if (!thing->property) {
			nv2_sha256_add(&hash, thing->path, strlen(thing->path) + 1);
			continue;
		}
		/* No name starts with a slash, so the two cannot be taken for each other. */
		nv2_put_be32(len, thing->len);
		nv2_sha256_add(&hash, thing->property, strlen(thing->property) + 1);
		nv2_sha256_add(&hash, len, sizeof(len));
		nv2_sha256_add(&hash, thing->value, thing->len);
	}
	nv2_sha256_end(&hash, sha256);
}

/* ---- comparing ------------------------------------------------------------ */

static void tell(const struct inventory_listener *listener, enum difference difference,
		 const struct thing *thing)
{
	if (listener)
		listener->hear(listener->context, difference, thing);
}

size_t inventory_present(const struct inventory *overlay, const struct inventory *tree,
			 size_t *total)
{
	size_t present = 0;

	*total = 0;
	for (size_t i = 0; i < overlay->count; i++) {
		const struct thing *thing = &overlay->things[i];

		if (thing->is_cells)
			continue;
		++*total;
		if (inventory_find(tree, thing))
			present++;
	}
	return present;
}

/* Those whose node is told of as well are left out of the telling, but count. */
static size_t tell_of(const struct inventory *overlay, const struct inventory *tree, bool present,
		      const struct inventory_listener *listener)
{
	const struct thing *node = NULL;
	size_t count = 0;

	for (size_t i = 0; i < overlay->count; i++) {
		const struct thing *thing = &overlay->things[i];

		if (thing->is_cells || !!inventory_find(tree, thing) != present)
			continue;
		count++;
		if (!thing->property)
			node = thing;
		else if (node && !strcmp(node->path, thing->path))
			continue;
		tell(listener, present ? DIFFERENCE_LEFT : DIFFERENCE_MISSING, thing);
	}
	return count;
}

size_t inventory_missing(const struct inventory *overlay, const struct inventory *tree,
			 const struct inventory_listener *listener)
{
	return tell_of(overlay, tree, false, listener);
}

size_t inventory_left(const struct inventory *overlay, const struct inventory *tree,
		      const struct inventory_listener *listener)
{
	return tell_of(overlay, tree, true, listener);
}

/* Two lists gone through side by side. */
struct comparison {
	const struct inventory *overlay;
	const struct inventory_listener *listener;
	const struct thing *node; /* the last that was told of as gone or new */
	size_t count;
};

static void note(struct comparison *comparison, enum difference difference,
		 const struct thing *thing)
{
	const struct thing *ours =
		comparison->overlay ? inventory_find(comparison->overlay, thing) : NULL;

	if (ours && !ours->is_cells)
		return;
	comparison->count++;
	if (difference != DIFFERENCE_CHANGED) {
		if (!thing->property)
			comparison->node = thing;
		else if (comparison->node && !strcmp(comparison->node->path, thing->path))
			return;
	}
	tell(comparison->listener, difference, thing);
}

static bool same_value(const struct thing *a, const struct thing *b)
{
	return a->len == b->len && (!a->len || !memcmp(a->value, b->value, a->len));
}

size_t inventory_compare(const struct inventory *before, const struct inventory *after,
			 const struct inventory *overlay, const struct inventory_listener *listener)
{
	struct comparison comparison = {.overlay = overlay, .listener = listener};
	size_t i = 0, j = 0;

	while (i < before->count || j < after->count) {
		const struct thing *old = &before->things[i], *now = &after->things[j];
		int order = i == before->count  ? 1
			    : j == after->count ? -1
						: compare_things(old, now);

		if (order < 0) {
			note(&comparison, DIFFERENCE_GONE, old);
			i++;
		} else if (order > 0) {
			note(&comparison, DIFFERENCE_APPEARED, now);
			j++;
		} else {
			if (!same_value(old, now))
				note(&comparison, DIFFERENCE_CHANGED, now);
			i++;
			j++;
		}
	}
	return comparison.count;
}

/* ---- paths ---------------------------------------------------------------- */

char *path_of_node(const struct nv2_fdt *fdt, uint32_t node)
{
	struct nv2_fdt_walk walk;
	size_t size = 2, used = 0;
	char *path;

	nv2_fdt_walk_begin(&walk, fdt);
	do {
		if (!nv2_fdt_walk_next(&walk))
			return NULL;
	} while (walk.node != node);
	for (uint32_t i = 1; i <= walk.depth; i++)
		size += 1 + strlen(nv2_fdt_name(fdt, walk.path[i]));
	path = (char *)malloc(size);
	if (!path)
		return NULL;
	for (uint32_t i = 1; i <= walk.depth; i++) {
		const char *name = nv2_fdt_name(fdt, walk.path[i]);
		size_t len = strlen(name);

		path[used++] = '/';
		memcpy(path + used, name, len);
		used += len;
	}
	if (!used)
		path[used++] = '/';
	path[used] = '\0';
	return path;
}
