/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a flattened tree and an overlay, gives the tree as a kernel's overlay
 * engine would leave it, or its refusal. Never trusts the overlay: what would
 * kill libfdt is refused before libfdt sees it.
 */
#include "kernel.h"

#include <errno.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NODE_PATH_MAX 512
#define TOUCHED_MAX 1024

static uint32_t get_cell(const void *at)
{
	const unsigned char *byte = at;

	return (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 | byte[3];
}

/* __overlay__ of a fragment, or a negative number. */
static int contents_of(const void *overlay, int fragment)
{
	return fdt_subnode_offset(overlay, fragment, "__overlay__");
}

static const char *target_path(const void *overlay, int fragment)
{
	int len;
	const char *path = fdt_getprop(overlay, fragment, "target-path", &len);

	return path && len > 0 && !path[len - 1] && len < NODE_PATH_MAX ? path : NULL;
}

/* ---- what is refused ------------------------------------------------------- */

/* Names of nodes and properties that the overlay touches, in the tree's words. */
struct touched {
	char (*names)[NODE_PATH_MAX];
	size_t count;
};

static int touch(struct touched *touched, const char *path, const char *property)
{
	char name[NODE_PATH_MAX];
	int len = snprintf(name, sizeof(name), "%s:%s", path, property);

	if (len < 0 || (size_t)len >= sizeof(name) || touched->count == TOUCHED_MAX)
		return -EINVAL;
	for (size_t i = 0; i < touched->count; i++)
		if (!strcmp(touched->names[i], name))
			return -EINVAL;
	memcpy(touched->names[touched->count++], name, (size_t)len + 1);
	return 0;
}

static int check_cells(const void *tree, int node, const char *name, const void *value, int len)
{
	int had_len;
	const void *had = fdt_getprop(tree, node, name, &had_len);

	if (strcmp(name, "#address-cells") != 0 && strcmp(name, "#size-cells") != 0)
		return 0;
	return had && (had_len != len || memcmp(had, value, (size_t)len) != 0) ? -EINVAL : 0;
}

/* One node of an overlay; `node` is the tree's of that path, or negative. */
static int check_node(const void *tree, const void *overlay, int from, const char *path,
		      struct touched *touched)
{
	int node = fdt_path_offset(tree, path), property;

	if (node >= 0 && fdt_get_phandle(overlay, from) && fdt_get_phandle(tree, node))
		return -EINVAL;
	if (node < 0 && touch(touched, path, "") < 0)
		return -EINVAL;
	fdt_for_each_property_offset(property, overlay, from)
	{
		const char *name;
		int len;
		const void *value = fdt_getprop_by_offset(overlay, property, &name, &len);

		if (check_cells(tree, node, name, value, len) < 0 || touch(touched, path, name) < 0)
			return -EINVAL;
	}
	return 0;
}

static int check_fragment(const void *tree, const void *overlay, int fragment,
			  struct touched *touched)
{
	const char *target = target_path(overlay, fragment);
	int contents = contents_of(overlay, fragment), depth = 0;
	size_t ends[FDT_MAX_NCELLS * 16] = {0};
	char path[NODE_PATH_MAX];

	if (!target || fdt_path_offset(tree, target) < 0)
		return -EINVAL;
	ends[0] = strcmp(target, "/") != 0 ? strlen(target) : 0;
	memcpy(path, target, strlen(target) + 1);
	for (int node = contents; node >= 0 && depth >= 0;
	     node = fdt_next_node(overlay, node, &depth)) {
		if (depth >= (int)(sizeof(ends) / sizeof(ends[0])))
			return -EINVAL;
		if (depth) {
			size_t end = ends[depth - 1];
			int len = snprintf(path + end, sizeof(path) - end, "/%s",
					   fdt_get_name(overlay, node, NULL));

			if (len < 0 || (size_t)len >= sizeof(path) - end)
				return -EINVAL;
			ends[depth] = end + (size_t)len;
		}
		if (check_node(tree, overlay, node, path, touched) < 0)
			return -EINVAL;
	}
	return 0;
}

/* Each list of __local_fixups__ names cells that are there (libfdt does not look). */
static int check_local_list(const void *overlay, int fixups, int mirror)
{
	int property;

	fdt_for_each_property_offset(property, overlay, fixups)
	{
		const char *name;
		int len, value_len;
		const char *list = fdt_getprop_by_offset(overlay, property, &name, &len);

		if (!fdt_getprop(overlay, mirror, name, &value_len) || len % 4)
			return -EINVAL;
		for (int i = 0; i < len; i += 4)
			if (value_len < 4 || get_cell(list + i) > (uint32_t)value_len - 4)
				return -EINVAL;
	}
	return 0;
}

static int check_local_fixups(const void *overlay)
{
	int root = fdt_path_offset(overlay, "/__local_fixups__"), depth = 0;

	for (int node = root; node >= 0 && depth >= 0;
	     node = fdt_next_node(overlay, node, &depth)) {
		char path[NODE_PATH_MAX];
		int mirror;

		if (fdt_get_path(overlay, node, path, sizeof(path)))
			return -EINVAL;
		mirror = depth ? fdt_path_offset(overlay, path + strlen("/__local_fixups__")) : 0;
		if (mirror < 0 || check_local_list(overlay, node, mirror) < 0)
			return -EINVAL;
	}
	return 0;
}

/* Labels of a tree that has none. */
static int check_symbols(const void *tree, const void *overlay)
{
	int fixups = fdt_path_offset(overlay, "/__fixups__");

	if (fdt_path_offset(tree, "/__symbols__") >= 0)
		return 0;
	if (fdt_path_offset(overlay, "/__symbols__") >= 0)
		return -EINVAL;
	return fixups >= 0 && fdt_first_property_offset(overlay, fixups) >= 0 ? -EINVAL : 0;
}

int kernel_check(const void *tree, const void *overlay, size_t size)
{
	struct touched touched = {0};
	int fragment, fragments = 0, status = 0;

	if (size < sizeof(struct fdt_header) || fdt_check_header(overlay) ||
	    fdt_totalsize(overlay) > size || fdt_check_full(overlay, size) ||
	    check_symbols(tree, overlay) < 0 || check_local_fixups(overlay) < 0)
		return -EINVAL;
	touched.names = calloc(TOUCHED_MAX, sizeof(*touched.names));
	if (!touched.names)
		abort();
	fdt_for_each_subnode(fragment, overlay, 0)
	{
		if (contents_of(overlay, fragment) < 0)
			continue;
		fragments++;
		if (!status)
			status = check_fragment(tree, overlay, fragment, &touched);
	}
	free(touched.names);
	return fragments ? status : -EINVAL;
}

/* ---- what is changed --------------------------------------------------------- */

/* A property that an overlay sets on a node that is in the tree. */
struct setting {
	const char *target, *name;
	char value[256];
	int len;
};

/* The first one, or the last. False if there is none. */
static bool find_setting(const void *overlay, bool last, struct setting *setting)
{
	int fragment, property;
	bool found = false;

	fdt_for_each_subnode(fragment, overlay, 0)
	{
		int contents = contents_of(overlay, fragment);

		if (contents < 0)
			continue;
		fdt_for_each_property_offset(property, overlay, contents)
		{
			const char *name;
			int len;
			const void *value = fdt_getprop_by_offset(overlay, property, &name, &len);

			if (*name == '#' || len < 1 || len > (int)sizeof(setting->value) ||
			    (found && !last))
				continue;
			found = true;
			setting->target = target_path(overlay, fragment);
			setting->name = name;
			setting->len = len;
			memcpy(setting->value, value, (size_t)len);
		}
	}
	return found && setting->target;
}

/* Something of the root that no overlay of ours touches. */
static int change_another(void *tree)
{
	static const char text[] = "changed behind our back";

	return fdt_setprop(tree, 0, "model", text, sizeof(text));
}

static int change_one(void *tree, const void *overlay, enum kernel_effect effect)
{
	struct setting setting;
	int node;

	if (!find_setting(overlay, effect == EFFECT_WRONG, &setting))
		return 0;
	node = fdt_path_offset(tree, setting.target);
	if (node < 0)
		return node;
	if (effect == EFFECT_PART)
		return fdt_delprop(tree, node, setting.name);
	if (effect == EFFECT_WRONG)
		setting.value[setting.len - 1] ^= 1;
	return fdt_setprop(tree, node, setting.name, setting.value, setting.len);
}

/* libfdt destroys both of its blobs when it fails, and the overlay always. */
static int apply_copy(void *tree, const void *overlay, size_t size)
{
	void *copy = malloc(size);
	int error;

	if (!copy)
		abort();
	memcpy(copy, overlay, size);
	error = fdt_overlay_apply(tree, copy);
	free(copy);
	return error;
}

int kernel_apply(void *tree, size_t room, const void *overlay, size_t size,
		 enum kernel_effect effect)
{
	int error = fdt_open_into(tree, tree, (int)room);

	if (!error && effect <= EFFECT_WRONG)
		error = apply_copy(tree, overlay, size);
	if (!error && (effect == EFFECT_MORE || effect == EFFECT_STRAY))
		error = change_another(tree);
	if (!error &&
	    (effect == EFFECT_PART || effect == EFFECT_WRONG || effect == EFFECT_LEFTOVER))
		error = change_one(tree, overlay, effect);
	return error || fdt_pack(tree) ? -EINVAL : 0;
}

/* ---- what depends on what ------------------------------------------------------ */

/* What entries of a changeset are about: nodes that get properties, and nodes that are made. */
struct places {
	char (*paths)[NODE_PATH_MAX];
	size_t count;
};

static void add_place(struct places *places, const char *target, const char *child)
{
	const char *join = child && strcmp(target, "/") != 0 ? target : "";

	if (places->count == TOUCHED_MAX)
		abort();
	if (child)
		snprintf(places->paths[places->count++], NODE_PATH_MAX, "%s/%s", join, child);
	else
		snprintf(places->paths[places->count++], NODE_PATH_MAX, "%s", target);
}

static struct places places_of(const void *overlay)
{
	struct places places = {calloc(TOUCHED_MAX, NODE_PATH_MAX), 0};
	int fragment, child, property;

	if (!places.paths)
		abort();
	fdt_for_each_subnode(fragment, overlay, 0)
	{
		const char *target = target_path(overlay, fragment), *name;
		int contents = contents_of(overlay, fragment), own = 0;

		if (!target || contents < 0)
			continue;
		fdt_for_each_property_offset(property, overlay, contents)
		{
			fdt_getprop_by_offset(overlay, property, &name, NULL);
			own += *name != '#'; /* cell counts are compared, not changed */
		}
		if (own)
			add_place(&places, target, NULL);
		fdt_for_each_subnode(child, overlay, contents)
			add_place(&places, target, fdt_get_name(overlay, child, NULL));
	}
	return places;
}

static bool is_above(const char *a, const char *b)
{
	size_t len = strcmp(a, "/") != 0 ? strlen(a) : 0;

	return !strncmp(a, b, len) && (b[len] == '/' || !b[len]);
}

bool kernel_overlaps(const void *a, const void *b)
{
	struct places first = places_of(a), second = places_of(b);
	bool overlap = false;

	for (size_t i = 0; i < first.count; i++)
		for (size_t j = 0; j < second.count; j++)
			overlap = overlap || is_above(first.paths[i], second.paths[j]) ||
				  is_above(second.paths[j], first.paths[i]);
	free(first.paths);
	free(second.paths);
	return overlap;
}
