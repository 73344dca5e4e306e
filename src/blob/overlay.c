/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes an overlay, gives whether everything in it is as it must be, and ways to go about in it.
 * Never looks at a tree that it is for, and never changes the overlay.
 */
#include "blob/overlay.h"

#include "blob/freestanding.h"

#define NONE UINT32_MAX

/* ---- in any tree ---- */

bool nv2_is_same(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

enum nv2_role nv2_role_of(const char *property)
{
	static const char names[][16] = {"phandle", "linux,phandle", "#address-cells",
					 "#size-cells"};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (nv2_is_same(property, names[i]))
			return i < 2 ? NV2_ROLE_PHANDLE : NV2_ROLE_CELLS;
	return NV2_ROLE_NONE;
}

uint32_t nv2_fdt_child_named(const struct nv2_fdt *fdt, uint32_t node, const char *name)
{
	node = nv2_fdt_child(fdt, node);
	while (node && !nv2_is_same(nv2_fdt_name(fdt, node), name))
		node = nv2_fdt_sibling(fdt, node);
	return node;
}

uint32_t nv2_fdt_follow(const struct nv2_fdt *fdt, uint32_t node, const struct nv2_fdt_walk *walk,
			uint32_t level)
{
	for (; level <= walk->depth; level++)
		node = nv2_fdt_child_named(fdt, node, nv2_fdt_name(walk->fdt, walk->path[level]));
	return node;
}

bool nv2_fdt_property_named(const struct nv2_fdt *fdt, uint32_t node, const char *name,
			    struct nv2_fdt_property *property)
{
	while (nv2_fdt_next_property(fdt, &node, property))
		if (nv2_is_same(property->name, name))
			return true;
	return false;
}

uint32_t nv2_fdt_phandle(const struct nv2_fdt *fdt, uint32_t node)
{
	uint32_t phandle = 0;

	if (!nv2_fdt_u32(fdt, node, "phandle", &phandle))
		nv2_fdt_u32(fdt, node, "linux,phandle", &phandle);
	return phandle;
}

const char *nv2_fdt_next_string(const struct nv2_fdt *fdt, uint32_t node, const char *name,
				const char *text)
{
	uint32_t len;
	const char *list = nv2_fdt_strings(fdt, node, name, &len);

	if (!list || !text)
		return list;
	text += strlen(text) + 1;
	return text < list + len ? text : NULL;
}

bool nv2_fdt_has_string(const struct nv2_fdt *fdt, uint32_t node, const char *name,
			const char *text)
{
	const char *each = NULL;

	while ((each = nv2_fdt_next_string(fdt, node, name, each)))
		if (nv2_is_same(each, text))
			return true;
	return false;
}

/* ---- going about ---- */

/* NULL for nv2-bind and __local_fixups__, which are no fragments. */
static const char *get_path(const struct nv2_fdt *overlay, uint32_t fragment)
{
	return nv2_fdt_string(overlay, fragment, "target-path");
}

bool nv2_overlay_next(struct nv2_fdt_walk *walk)
{
	while (nv2_fdt_walk_next(walk))
		if (walk->depth >= 2 && get_path(walk->fdt, walk->path[1]))
			return true;
	return false;
}

bool nv2_overlay_find_phandle(const struct nv2_fdt *overlay, uint32_t phandle,
			      struct nv2_fdt_walk *walk)
{
	nv2_fdt_walk_begin(walk, overlay);
	while (nv2_overlay_next(walk))
		if (nv2_fdt_phandle(overlay, walk->node) == phandle)
			return nv2_is_usable(phandle);
	return false;
}

uint32_t nv2_overlay_find_target(const struct nv2_fdt *overlay, uint32_t fragment,
				 const struct nv2_fdt *tree)
{
	const char *path = get_path(overlay, fragment);

	return nv2_fdt_find(tree, path, strlen(path));
}

uint32_t nv2_overlay_selector(const struct nv2_fdt *overlay, uint32_t fragment)
{
	const char *prefix = "/nv2-unbound/", *at = get_path(overlay, fragment);
	uint32_t number = 0;

	while (*prefix)
		if (*at++ != *prefix++)
			return NONE;
	/* The last test is for leading zeros. */
	if (!*at || (*at == '0' && at[1]))
		return NONE;
	for (; *at; at++) {
		uint32_t digit = (uint32_t)(unsigned char)*at - '0';

		/* An overlay has less than 2^28 selectors. */
		if (digit > 9 || number > NONE / 16)
			return NONE;
		number = number * 10 + digit;
	}
	return number;
}

/* Whether the node is in a fragment. A fragment has one child, so all in it is content. */
static bool is_in_fragment(const struct nv2_fdt *overlay, uint32_t node)
{
	uint32_t next = nv2_fdt_child(overlay, overlay->root), top = node;

	for (; next && next <= node; next = nv2_fdt_sibling(overlay, next))
		top = next;
	return top != node && get_path(overlay, top);
}

static bool is_reference(const struct nv2_fdt_property *property, uint32_t offset)
{
	return offset % 4 == 0 && property->len >= 4 && offset <= property->len - 4 &&
	       !nv2_role_of(property->name);
}

const unsigned char *nv2_overlay_cell(const struct nv2_fdt *overlay, const char *fixup)
{
	struct nv2_fdt_property property;
	struct nv2_fixup parts;
	uint32_t node;

	if (!nv2_fixup_parse(fixup, strlen(fixup), &parts))
		return NULL;
	/* Each place is written in one way, so two fixups of it are the same text. */
	fixup = parts.property + parts.property_len + 1;
	if (fixup[0] == '0' && fixup[1])
		return NULL;
	node = nv2_fdt_find(overlay, parts.path, parts.path_len);
	if (!is_in_fragment(overlay, node))
		return NULL;
	while (nv2_fdt_next_property(overlay, &node, &property))
		if (strlen(property.name) == parts.property_len &&
		    !memcmp(property.name, parts.property, parts.property_len) &&
		    is_reference(&property, parts.offset))
			return property.value + parts.offset;
	return NULL;
}

/* ---- the check ---- */

/* Each check says first what it looks at, so that it is known where it fails. */

/* Siblings differ in name, and so do properties. */
static bool is_named_alone(const struct nv2_fdt *overlay, struct nv2_overlay_fault *fault,
			   uint32_t node)
{
	struct nv2_fdt_property property, other;
	uint32_t cursor = node, sibling = node, after;

	fault->node = node;
	fault->property = NULL;
	while ((sibling = nv2_fdt_sibling(overlay, sibling)))
		if (nv2_is_same(nv2_fdt_name(overlay, sibling), nv2_fdt_name(overlay, node)))
			return false;
	while (nv2_fdt_next_property(overlay, &cursor, &property)) {
		fault->property = property.name;
		after = cursor;
		while (nv2_fdt_next_property(overlay, &after, &other))
			if (nv2_is_same(property.name, other.name))
				return false;
	}
	return true;
}

/* A phandle is the same in both spellings, and that of the first node in a fragment with it. */
static bool has_own_phandle(const struct nv2_fdt *overlay, struct nv2_overlay_fault *fault,
			    uint32_t node)
{
	uint32_t cursor = node, phandle = nv2_fdt_phandle(overlay, node);
	struct nv2_fdt_property property;
	struct nv2_fdt_walk walk;

	while (nv2_fdt_next_property(overlay, &cursor, &property)) {
		fault->property = property.name;
		if (nv2_role_of(property.name) == NV2_ROLE_PHANDLE &&
		    (property.len != 4 || nv2_get_be32(property.value) != phandle ||
		     !nv2_overlay_find_phandle(overlay, phandle, &walk) || walk.node != node))
			return false;
	}
	return true;
}

static enum nv2_status check_nodes(const struct nv2_fdt *overlay, struct nv2_overlay_fault *fault)
{
	struct nv2_fdt_walk walk;

	nv2_fdt_walk_begin(&walk, overlay);
	while (nv2_fdt_walk_next(&walk))
		if (!is_named_alone(overlay, fault, walk.node) ||
		    !has_own_phandle(overlay, fault, walk.node))
			return NV2_ERR_OVERLAY;
	return NV2_OK;
}

/* Whether selector `number`, of those that start at `node`, may have one of this kind below it. */
static bool may_be_above(const struct nv2_fdt *overlay, uint32_t node, uint32_t number,
			 enum nv2_selector_kind kind)
{
	for (; number; number--)
		node = nv2_fdt_sibling(overlay, node);
	for (unsigned above = 0; above < NV2_SELECTOR_KINDS; above++)
		if (nv2_selector_goes_under(kind, (enum nv2_selector_kind)above) &&
		    nv2_fdt_has_string(overlay, node, "kind", nv2_selector_infos[above].name))
			return true;
	return false;
}

/* Whether a fixup is listed again after this, by this selector or a later one. */
static bool is_listed_again(const struct nv2_fdt *overlay, uint32_t selector, const char *fixup)
{
	const char *other = fixup + strlen(fixup) + 1, *list;
	uint32_t len;

	do {
		list = nv2_fdt_strings(overlay, selector, "fixups", &len);
		if (!list)
			continue;
		for (other = other ? other : list; other < list + len; other += strlen(other) + 1)
			if (nv2_is_same(other, fixup))
				return true;
		other = NULL;
	} while ((selector = nv2_fdt_sibling(overlay, selector)));
	return false;
}

static bool are_places(const struct nv2_fdt *overlay, uint32_t selector)
{
	struct nv2_fdt_property property;
	const char *fixup = NULL;

	if (nv2_fdt_property_named(overlay, selector, "fixups", &property) &&
	    !nv2_fdt_next_string(overlay, selector, "fixups", NULL))
		return false;
	while ((fixup = nv2_fdt_next_string(overlay, selector, "fixups", fixup))) {
		const unsigned char *cell = nv2_overlay_cell(overlay, fixup);

		if (!cell || nv2_get_be32(cell) != NONE ||
		    is_listed_again(overlay, selector, fixup))
			return false;
	}
	return true;
}

/* Counts the selectors. */
static enum nv2_status check_selectors(const struct nv2_fdt *overlay,
				       struct nv2_overlay_fault *fault, uint32_t bind,
				       uint32_t *count)
{
	uint32_t first = nv2_fdt_child(overlay, bind), under;
	struct nv2_selector selector;
	struct nv2_fdt_walk walk;
	struct nv2_view view = nv2_fdt_view(&walk);

	fault->node = bind;
	fault->property = "compatible";
	if (!nv2_fdt_has_string(overlay, bind, fault->property, "nv2,bind-1"))
		return NV2_ERR_OVERLAY;
	nv2_fdt_walk_begin(&walk, overlay);
	for (uint32_t node = first; node; node = nv2_fdt_sibling(overlay, node)) {
		uint32_t number = NONE;

		fault->step = *count;
		fault->node = node;
		fault->property = "reg";
		nv2_fdt_u32(overlay, node, fault->property, &number);
		if (number != (*count)++)
			return NV2_ERR_SELECTOR;
		fault->property = NULL;
		if (nv2_selector_decode(&view, node, &selector, &under) != NV2_SELECTOR_OK)
			return NV2_ERR_SELECTOR;
		fault->property = "under";
		if (under != NONE &&
		    (under >= number || !may_be_above(overlay, first, under, selector.kind)))
			return NV2_ERR_SELECTOR;
		fault->property = "fixups";
		if (!are_places(overlay, node))
			return NV2_ERR_FIXUP;
	}
	return NV2_OK;
}

static bool is_whole(const struct nv2_fdt *overlay, uint32_t fragment)
{
	uint32_t content = nv2_fdt_child(overlay, fragment), cursor = fragment;
	struct nv2_fdt_property property;

	if (nv2_fdt_next_property(overlay, &cursor, &property) &&
	    nv2_fdt_next_property(overlay, &cursor, &property))
		return false;
	return get_path(overlay, fragment) &&
	       nv2_is_same(nv2_fdt_name(overlay, content), "__overlay__") &&
	       !nv2_fdt_sibling(overlay, content);
}

/* Without `bind`, target-paths are those of a tree. */
static enum nv2_status check_fragments(const struct nv2_fdt *overlay,
				       struct nv2_overlay_fault *fault, uint32_t bind,
				       uint32_t selectors)
{
	uint32_t node = nv2_fdt_child(overlay, overlay->root);

	fault->property = NULL;
	fault->step = NONE;
	for (; node; node = nv2_fdt_sibling(overlay, node)) {
		if (!get_path(overlay, node) &&
		    (node == bind || nv2_is_same(nv2_fdt_name(overlay, node), NV2_LOCAL_FIXUPS)))
			continue;
		fault->step++;
		fault->node = node;
		if (!is_whole(overlay, node) ||
		    (bind && nv2_overlay_selector(overlay, node) >= selectors))
			return NV2_ERR_OVERLAY;
	}
	return NV2_OK;
}

/* One property of a mirror. */
static bool is_list(const struct nv2_fdt *overlay, uint32_t node,
		    const struct nv2_fdt_property *list)
{
	struct nv2_fdt_property property;
	struct nv2_fdt_walk walk;
	uint32_t least = 0;

	if (list->len % 4 || !is_in_fragment(overlay, node) ||
	    !nv2_fdt_property_named(overlay, node, list->name, &property))
		return false;
	for (uint32_t at = 0; at < list->len; at += 4) {
		uint32_t offset = nv2_get_be32(list->value + at);

		if (offset < least || !is_reference(&property, offset) ||
		    !nv2_overlay_find_phandle(overlay, nv2_get_be32(property.value + offset),
					      &walk))
			return false;
		least = offset + 4;
	}
	return true;
}

static enum nv2_status check_local_fixups(const struct nv2_fdt *overlay,
					  struct nv2_overlay_fault *fault)
{
	uint32_t local = nv2_fdt_child_named(overlay, overlay->root, NV2_LOCAL_FIXUPS);
	struct nv2_fdt_walk walk;

	fault->step = NONE;
	nv2_fdt_walk_begin(&walk, overlay);
	while (nv2_fdt_walk_next(&walk)) {
		struct nv2_fdt_property list;
		uint32_t cursor = walk.node, node;

		if (!walk.depth || walk.path[1] != local)
			continue;
		node = nv2_fdt_follow(overlay, overlay->root, &walk, 2);
		fault->node = walk.node;
		fault->property = NULL;
		if (!node)
			return NV2_ERR_FIXUP;
		while (nv2_fdt_next_property(overlay, &cursor, &list)) {
			fault->property = list.name;
			if (!is_list(overlay, node, &list))
				return NV2_ERR_FIXUP;
		}
	}
	return NV2_OK;
}

enum nv2_status nv2_overlay_verify(const struct nv2_fdt *overlay, struct nv2_overlay_fault *fault,
				   bool is_late)
{
	uint32_t bind = nv2_fdt_child_named(overlay, overlay->root, "nv2-bind"), selectors = 0;
	enum nv2_status status;

	fault->node = bind;
	fault->property = NULL;
	fault->step = NONE;
	if (is_late != (bind != 0) || overlay->size > NV2_OVERLAY_SIZE_MAX)
		return NV2_ERR_OVERLAY;
	status = check_nodes(overlay, fault);
	if (!status && is_late)
		status = check_selectors(overlay, fault, bind, &selectors);
	if (!status)
		status = check_fragments(overlay, fault, bind, selectors);
	if (!status)
		status = check_local_fixups(overlay, fault);
	return status;
}
