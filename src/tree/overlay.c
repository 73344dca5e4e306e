/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a base and an overlay, gives the base with the overlay in it. Never
 * leaves the base half changed: each step is noted and undone if a later one fails.
 */
#include "tree/overlay.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "tree/report.h"
#include "tree/verify.h"

/* One step back: a node or property added, or the value that a property had. */
struct undo {
	struct tree_node *node;
	struct tree_property *property; /* NULL: the node was added */
	bool was_there;
	const unsigned char *value;
	uint32_t len;
	enum tree_form form;
	struct span origin;
	const char *comment;
};

struct applier {
	struct tree *base;
	const struct tree *tree; /* the overlay */
	struct diags *diags;
	struct overlay overlay;
	bool is_linux, ok;
	bool has_capitals;           /* in some node's name */
	struct tree_node **targets;  /* by fragment, once it is merged */
	uint32_t delta;              /* what the overlay's phandles move up by */
	struct word_map labels;      /* a property of __fixups__ to the label's phandle */
	struct word_map kept;        /* a phandle of the overlay to the base's that stays */
	struct word_map dropped;     /* a phandle of the overlay that the kernel passes over */
	struct word_map fragment_of; /* what was added or set to its fragment's number, plus 1 */
	ARRAY(struct undo) steps;
};

static const char *path_of(const struct applier *applier, const struct tree_node *node)
{
	return tree_path(applier->diags->arena, node);
}

/* A phandle of the overlay as it is in the merged tree. */
static uint32_t move_phandle(const struct applier *applier, uint32_t phandle)
{
	uintptr_t kept = word_map_get(&applier->kept, phandle);

	return kept ? (uint32_t)kept : phandle + applier->delta;
}

/* What refers to a node by a phandle that it does not get would lead nowhere. */
static void report_dropped(struct applier *applier, const struct tree_property *property,
			   uint32_t phandle)
{
	const struct tree_node *node =
		(const struct tree_node *)word_map_get(&applier->dropped, phandle);

	report_node(applier->diags, TREE_LINUX_PHANDLE, applier->tree, node, NULL,
		    "%s refers to this node, which %s has already: the kernel passes over the "
		    "phandle that the overlay gives it",
		    property->name, applier->base->file);
	applier->ok = false;
}

static void put_reference(struct applier *applier, const struct tree_property *property,
			  const struct reference *reference, unsigned char *cell)
{
	if (reference->kind != REFERENCE_LOCAL) {
		put_be32(cell,
			 (uint32_t)word_map_get(&applier->labels, (uintptr_t)reference->label));
		return;
	}
	if (word_map_get(&applier->dropped, get_be32(cell)))
		report_dropped(applier, property, get_be32(cell));
	put_be32(cell, move_phandle(applier, get_be32(cell)));
}

/* A property's value with all references filled in, in the base's arena. */
static const unsigned char *fill_in(struct applier *applier, const struct tree_property *property)
{
	unsigned char *value = arena_memdup(applier->base->arena, property->value, property->len);
	const struct reference *reference = overlay_references(&applier->overlay, property);

	for (; reference; reference = reference->next)
		put_reference(applier, property, reference, value + reference->offset);
	return value;
}

/*
 * To libfdt, a name without '@' is that of the first node that has it, whatever its unit address;
 * to the kernel it is that of one node. True if there are two that the one could mean.
 */
static bool report_ambiguous(struct applier *applier, const struct tree_node *where,
			     const struct tree_property *property, const struct tree *tree,
			     const struct tree_node *parent, const char *name)
{
	const struct tree_node *other =
		strchr(name, '@') ? NULL : tree_find_unit(tree, parent, name);

	if (!other)
		return false;
	report_node(applier->diags, TREE_LINUX_NAME, applier->tree, where, property,
		    "%s is %s to the kernel, and may be %s to libfdt", name,
		    tree_find_child(tree, parent, name) ? "another node" : "a new node",
		    path_of(applier, other));
	applier->ok = false;
	return true;
}

/* Whether the kernel finds the same node at a path of the base. */
static void check_linux_path(struct applier *applier, const struct tree_node *where,
			     const struct tree_property *property, const char *path,
			     const struct tree_node *node)
{
	const char *whole, *found;

	if (!applier->is_linux || !node)
		return;
	whole = tree_whole_path(applier->base, path, strlen(path));
	found = path_of(applier, node);
	if (whole && strcmp(whole, found) != 0) {
		report_node(applier->diags, TREE_LINUX_NAME, applier->tree, where, property,
			    "%s is %s to libfdt, and leads nowhere in the kernel", path, found);
		applier->ok = false;
		return;
	}
	for (; node->parent; node = node->parent)
		if (report_ambiguous(applier, where, property, applier->base, node->parent,
				     node->name))
			return;
}

static void resolve_label(struct applier *applier, const struct tree_node *symbols,
			  const struct tree_property *label)
{
	struct tree *base = applier->base;
	const struct tree_property *symbol = tree_find_property(base, symbols, label->name);
	const char *path = property_string(symbol), *close;
	const struct tree_node *node = path ? tree_find_path(base, path) : NULL;
	uint32_t phandle = node ? tree_node_phandle(base, node) : 0;
	struct diag_record *record;

	check_linux_path(applier, applier->overlay.fixups, label, path, node);
	if (phandle && phandle != UINT32_MAX) {
		word_map_set(base->arena, &applier->labels, (uintptr_t)label, phandle);
		return;
	}
	applier->ok = false;
	if (!symbol) {
		record = report_node(applier->diags, TREE_OVERLAY_LABEL, applier->tree,
				     applier->overlay.fixups, label, "%s has no label %s",
				     base->file, label->name);
		close = closest_property(applier->diags, symbols, label->name);
		if (close)
			diag_fix(applier->diags, record, "did you mean %s?", close);
		return;
	}
	record = report_node(applier->diags, TREE_OVERLAY_LABEL, applier->tree,
			     applier->overlay.fixups, label, "the label %s of %s %s", label->name,
			     base->file,
			     !path   ? "has no path"
			     : !node ? "leads to no node"
				     : "is of a node without phandle");
	note_node(applier->diags, record, base, symbols, symbol, "this is the label");
}

static void resolve_labels(struct applier *applier)
{
	const struct tree_node *fixups = applier->overlay.fixups;
	const struct tree_node *symbols;

	if (!fixups)
		return;
	symbols = tree_find_child(applier->base, applier->base->root, "__symbols__");
	if (!symbols) {
		report_node(applier->diags, TREE_OVERLAY_LABEL, applier->tree, fixups, NULL,
			    "the overlay refers to labels, and %s has none (no /__symbols__)",
			    applier->base->file);
		applier->ok = false;
		return;
	}
	for (const struct tree_property *label = fixups->properties; label; label = label->next)
		resolve_label(applier, symbols, label);
}

/* All phandles have to fit after the move, so the highest decides. */
static void check_phandles_fit(struct applier *applier)
{
	uint32_t highest = applier->overlay.max_phandle;

	applier->delta = tree_max_phandle(applier->base);
	if (!highest || highest < UINT32_MAX - applier->delta)
		return;
	report_node(applier->diags, TREE_OVERLAY_PHANDLE, applier->tree,
		    (const struct tree_node *)word_map_get(&applier->overlay.phandles, highest),
		    NULL,
		    "phandle 0x%" PRIx32 " cannot be moved up by 0x%" PRIx32 ", the highest of %s",
		    highest, applier->delta, applier->base->file);
	applier->ok = false;
}

/* NULL if it is not there (yet); says nothing. */
static struct tree_node *find_target(struct applier *applier, const struct fragment *fragment)
{
	uint32_t phandle;

	if (fragment->target) {
		phandle = get_be32(fill_in(applier, fragment->target));
		if (phandle)
			return tree_find_phandle(applier->base, phandle);
	}
	if (!fragment->target_path)
		return NULL;
	return tree_find_path(applier->base, property_string(fragment->target_path));
}

/* A target that libfdt and the kernel look up alike, if it is given by its path. */
static void check_target(struct applier *applier, const struct fragment *fragment,
			 const struct tree_node *target)
{
	const struct tree_property *path = fragment->target_path;

	if (path && !(fragment->target && get_be32(fill_in(applier, fragment->target))))
		check_linux_path(applier, fragment->node, path, property_string(path), target);
}

static void report_target(struct applier *applier, const struct fragment *fragment)
{
	struct diags *diags = applier->diags;
	const char *path, *close;
	struct diag_record *record;
	uint32_t phandle = 0;

	applier->ok = false;
	if (fragment->target)
		phandle = get_be32(fill_in(applier, fragment->target));
	if (phandle || !fragment->target_path) {
		report_node(diags, TREE_OVERLAY_TARGET, applier->tree, fragment->node,
			    fragment->target, "%s has no node with phandle 0x%" PRIx32,
			    applier->base->file, phandle);
		return;
	}
	path = property_string(fragment->target_path);
	record = report_node(diags, TREE_OVERLAY_TARGET, applier->tree, fragment->node,
			     fragment->target_path, "%s has no node %s", applier->base->file, path);
	close = closest_path(diags, applier->base, path);
	if (close)
		diag_fix(diags, record, "did you mean %s?", close);
}

static struct tree_node *find_base_child(const struct applier *applier,
					 const struct tree_node *parent, const char *name)
{
	/* The kernel compares whole names; libfdt takes one without '@' for any unit. */
	if (applier->is_linux)
		return tree_find_child(applier->base, parent, name);
	return tree_find_child_loosely(applier->base, parent, name);
}

/* Where both trees gave a node a phandle, the base's stays and the overlay's references follow. */
static void keep_phandle(struct applier *applier, const struct tree_node *node,
			 const struct tree_node *base)
{
	uint32_t there = tree_node_phandle(applier->base, base);
	uint32_t added = tree_node_phandle(applier->tree, node);

	if (!added)
		return;
	if (there)
		word_map_set(applier->base->arena, &applier->kept, added, there);
	if (!applier->is_linux)
		return;
	/* A target's own, or one for a node that has none: passed over without a word. */
	if (!there || !strcmp(node->name, "__overlay__")) {
		word_map_set(applier->base->arena, &applier->dropped, added, (uintptr_t)node);
		return;
	}
	report_node(applier->diags, TREE_LINUX_PHANDLE, applier->tree, node, NULL,
		    "%s has phandle 0x%" PRIx32 " in %s, and the overlay gives it another",
		    path_of(applier, base), there, applier->base->file);
	applier->ok = false;
}

static void keep_phandles(struct applier *applier, const struct tree_node *top,
			  const struct tree_node *base)
{
	const struct tree_node *node = top, *next = tree_next(top, top);

	keep_phandle(applier, top, base);
	while (next) {
		const struct tree_node *child;

		for (; node != next->parent; node = node->parent)
			base = base->parent;
		child = find_base_child(applier, base, next->name);
		if (!child) {
			next = tree_next_beside(top, next);
			continue;
		}
		keep_phandle(applier, next, child);
		node = next;
		base = child;
		next = tree_next(top, node);
	}
}

/* Before anything is changed: what the base lacks now, libfdt lets an earlier fragment add. */
static void resolve_fragments(struct applier *applier)
{
	for (size_t i = 0; i < applier->overlay.fragments.count; i++) {
		const struct fragment *fragment = &applier->overlay.fragments.items[i];
		struct tree_node *target = find_target(applier, fragment);

		if (target)
			keep_phandles(applier, fragment->content, target);
		else if (applier->is_linux)
			report_target(applier, fragment);
	}
}

static void note_property(struct applier *applier, struct tree_node *node,
			  struct tree_property *property)
{
	*ARRAY_PUSH(applier->base->arena, &applier->steps) = (struct undo){
		.node = node,
		.property = property,
		.was_there = true,
		.value = property->value,
		.len = property->len,
		.form = property->form,
		.origin = property->origin,
		.comment = property->comment,
	};
}

static struct tree_property *set_property(struct applier *applier, struct tree_node *node,
					  const char *name, const void *value, uint32_t len)
{
	struct tree_property *property = tree_find_property(applier->base, node, name);

	if (property) {
		note_property(applier, node, property);
		return tree_set_shared(applier->base, node, name, value, len);
	}
	property = tree_set_shared(applier->base, node, name, value, len);
	*ARRAY_PUSH(applier->base->arena, &applier->steps) =
		(struct undo){.node = node, .property = property};
	return property;
}

static struct tree_node *add_node(struct applier *applier, struct tree_node *parent,
				  const char *name)
{
	struct tree_node *node = tree_add_node(applier->base, parent, name);

	*ARRAY_PUSH(applier->base->arena, &applier->steps) = (struct undo){.node = node};
	return node;
}

static void undo_all(struct applier *applier)
{
	for (size_t i = applier->steps.count; i-- > 0;) {
		const struct undo *step = &applier->steps.items[i];
		struct tree_property *property = step->property;

		if (!property) {
			tree_remove_node(applier->base, step->node);
			continue;
		}
		if (!step->was_there) {
			tree_remove_property(applier->base, step->node, property->name);
			continue;
		}
		property->value = step->value;
		property->len = step->len;
		property->form = step->form;
		property->origin = step->origin;
		property->comment = step->comment;
	}
	applier->base->index = NULL;
}

static bool is_cell_count(const struct tree_property *property)
{
	return !strcmp(property->name, "#address-cells") || !strcmp(property->name, "#size-cells");
}

/* What the kernel says to a property; false if it is not to be set. */
static bool check_linux_property(struct applier *applier, const struct tree_node *node,
				 const struct tree_property *from,
				 const struct tree_property *there, const unsigned char *value,
				 size_t number)
{
	uintptr_t other = there ? word_map_get(&applier->fragment_of, (uintptr_t)there) : 0;
	enum tree_code code = TREE_LINUX_PROPERTY_TWICE;
	const char *why = "is set by another fragment as well";
	struct diag_record *record;

	if (!there)
		return true;
	if (!other) {
		if (!is_cell_count(from))
			return strcmp(from->name, "name") != 0;
		if (from->len == there->len && !memcmp(value, there->value, from->len))
			return false;
		code = TREE_LINUX_CELLS;
		why = "would change";
	} else if (other == number + 1) {
		return true;
	}
	applier->ok = false;
	record = report_node(applier->diags, code, applier->tree, node, from, "%s %s", from->name,
			     why);
	if (other)
		note_node(applier->diags, record, applier->tree,
			  applier->overlay.fragments.items[other - 1].node, NULL,
			  "this is the other fragment");
	else
		note_node(applier->diags, record, applier->base, NULL, NULL, "there it is %s",
			  show_value(applier->diags->arena, there));
	return false;
}

static void merge_phandle(struct applier *applier, const struct tree_node *node,
			  const struct tree_property *from, struct tree_node *base)
{
	const struct tree_property *there = tree_find_property(applier->base, base, from->name);
	uint32_t phandle = move_phandle(applier, get_be32(from->value)), old;
	unsigned char *value;

	if (applier->is_linux && !word_map_get(&applier->fragment_of, (uintptr_t)base))
		return;
	/* 0 is no phandle: the base's node is as one that has none. */
	if (property_u32(there, &old) && old) {
		if (old == phandle)
			return;
		report_node(applier->diags, TREE_OVERLAY_PHANDLE, applier->tree, node, from,
			    "two fragments give %s different phandles", path_of(applier, base));
		applier->ok = false;
		return;
	}
	value = arena_alloc(applier->base->arena, 4);
	put_be32(value, phandle);
	set_property(applier, base, from->name, value, 4)->form = TREE_CELLS;
}

static void merge_property(struct applier *applier, const struct tree_node *node,
			   const struct tree_property *from, struct tree_node *base, size_t number)
{
	struct arena *arena = applier->base->arena;
	struct tree_property *property;
	const unsigned char *value;

	if (property_is_phandle(from)) {
		merge_phandle(applier, node, from, base);
		return;
	}
	value = fill_in(applier, from);
	property = tree_find_property(applier->base, base, from->name);
	if (applier->is_linux &&
	    !check_linux_property(applier, node, from, property, value, number))
		return;
	property = set_property(applier, base, from->name, value, from->len);
	property->form = from->form;
	property->origin = from->origin;
	property->comment = from->comment ? arena_strdup(arena, from->comment) : NULL;
	if (applier->is_linux)
		word_map_set(arena, &applier->fragment_of, (uintptr_t)property, number + 1);
}

static bool has_capitals(const struct tree *tree)
{
	for (const struct tree_node *node = tree->root; node; node = tree_next(tree->root, node))
		for (const char *letter = node->name; *letter; letter++)
			if (*letter >= 'A' && *letter <= 'Z')
				return true;
	return false;
}

/*
 * The kernel compares names of nodes as if they had no capitals (of_node_cmp), but
 * not everywhere: it takes the new node for the one that is there.
 */
static bool check_linux_name(struct applier *applier, const struct tree_node *node,
			     const struct tree_node *parent)
{
	if (!applier->is_linux || !applier->has_capitals)
		return true;
	for (const struct tree_node *child = parent->children; child; child = child->next) {
		if (strcasecmp(child->name, node->name) != 0)
			continue;
		report_node(applier->diags, TREE_LINUX_NODE_TWICE, applier->tree, node, NULL,
			    "the kernel takes it for %s: capitals make no difference",
			    path_of(applier, child));
		applier->ok = false;
		return false;
	}
	return true;
}

/* The node of the base that a node of the overlay goes to; NULL after a diagnostic. */
static struct tree_node *merge_child(struct applier *applier, const struct tree_node *from,
				     struct tree_node *parent, size_t number)
{
	struct tree_node *child = find_base_child(applier, parent, from->name);
	struct diag_record *record;
	uintptr_t other;

	if (applier->is_linux &&
	    report_ambiguous(applier, from, NULL, applier->base, parent, from->name))
		return NULL;
	if (!child) {
		if (!check_linux_name(applier, from, parent))
			return NULL;
		if (parent->depth >= TREE_DEPTH_MAX) {
			report_node(applier->diags, TREE_DTB_TOO_DEEP, applier->tree, from, NULL,
				    "%s would be more than %d levels below the root", from->name,
				    TREE_DEPTH_MAX);
			applier->ok = false;
			return NULL;
		}
		child = add_node(applier, parent, from->name);
		child->origin = from->origin;
		if (applier->is_linux)
			word_map_set(applier->base->arena, &applier->fragment_of, (uintptr_t)child,
				     number + 1);
		return child;
	}
	other = word_map_get(&applier->fragment_of, (uintptr_t)child);
	if (!other || other == number + 1)
		return child;
	record = report_node(applier->diags, TREE_LINUX_NODE_TWICE, applier->tree, from, NULL,
			     "%s is added by another fragment as well", path_of(applier, child));
	note_node(applier->diags, record, applier->tree,
		  applier->overlay.fragments.items[other - 1].node, NULL,
		  "this is the other fragment");
	applier->ok = false;
	return child;
}

static void merge_node(struct applier *applier, const struct tree_node *node,
		       struct tree_node *base, size_t number)
{
	for (const struct tree_property *from = node->properties; from; from = from->next)
		merge_property(applier, node, from, base, number);
}

static void merge_fragment(struct applier *applier, size_t number)
{
	const struct fragment *fragment = &applier->overlay.fragments.items[number];
	const struct tree_node *top = fragment->content, *node = top, *next;
	struct tree_node *base = find_target(applier, fragment);

	if (!base) {
		report_target(applier, fragment);
		return;
	}
	check_target(applier, fragment, base);
	applier->targets[number] = base;
	merge_node(applier, top, base, number);
	next = tree_next(top, top);
	while (next) {
		struct tree_node *child;

		for (; node != next->parent; node = node->parent)
			base = base->parent;
		child = merge_child(applier, next, base, number);
		if (!child) {
			next = tree_next_beside(top, next);
			continue;
		}
		merge_node(applier, next, child, number);
		node = next;
		base = child;
		next = tree_next(top, node);
	}
}

/*
 * Where a symbol's path leads after the merge, or NULL: *why says what is
 * wrong, and is NULL where the symbol is of no concern to the base.
 */
static const char *move_symbol(struct applier *applier, const struct tree_property *symbol,
			       const char **why)
{
	static const char content[] = "/__overlay__";
	const char *path = property_string(symbol), *slash, *rest;
	const struct tree_node *node;
	uintptr_t number;

	*why = "is not the path of a node";
	if (!path || *path != '/')
		return NULL;
	*why = NULL;
	slash = strchr(path + 1, '/');
	if (!slash || strncmp(slash, content, sizeof(content) - 1) != 0)
		return NULL;
	rest = slash + sizeof(content) - 1;
	if (*rest && *rest != '/')
		return NULL;
	*why = "is of a node that the overlay does not have";
	if (!tree_find_exact_path(applier->tree, path, strlen(path)))
		return NULL;
	node = tree_find_exact_path(applier->tree, path, (size_t)(slash - path));
	number = word_map_get(&applier->fragment_of, (uintptr_t)node);
	if (!number)
		return NULL;
	node = applier->targets[number - 1];
	rest += strspn(rest, "/");
	return arena_printf(applier->base->arena, "%s%s%s",
			    node->parent ? path_of(applier, node) : "",
			    *rest || !node->parent ? "/" : "", rest);
}

static void merge_symbol(struct applier *applier, struct tree_node *symbols,
			 const struct tree_property *symbol)
{
	const struct tree_property *there;
	const char *why, *path = move_symbol(applier, symbol, &why);
	enum tree_code code = TREE_OVERLAY_SYMBOL;

	if (!path && !why && applier->is_linux) {
		code = TREE_LINUX_SYMBOL;
		why = "is of a node that is in no fragment";
	}
	if (applier->is_linux && (property_is_phandle(symbol) || !strcmp(symbol->name, "name"))) {
		code = TREE_LINUX_SYMBOL;
		why = "is called as a property that the kernel passes over";
		path = NULL;
	}
	there = tree_find_property(applier->base, symbols, symbol->name);
	if (path && there && applier->is_linux) {
		code = TREE_LINUX_SYMBOL;
		why = "is a label of the base already";
		path = NULL;
	}
	if (path) {
		set_property(applier, symbols, symbol->name, path, (uint32_t)strlen(path) + 1)
			->form = TREE_STRINGS;
	} else if (why) {
		report_node(applier->diags, code, applier->tree, applier->overlay.symbols, symbol,
			    "the label %s %s", symbol->name, why);
		applier->ok = false;
	}
}

static void merge_symbols(struct applier *applier)
{
	const struct tree_node *from = applier->overlay.symbols;
	struct tree *base = applier->base;
	struct tree_node *symbols;

	if (!from)
		return;
	symbols = tree_find_child(base, base->root, "__symbols__");
	if (!symbols && applier->is_linux) {
		report_node(applier->diags, TREE_LINUX_SYMBOL, applier->tree, from, NULL,
			    "the overlay has labels, and %s has none (no /__symbols__)",
			    base->file);
		applier->ok = false;
		return;
	}
	if (!symbols)
		symbols = add_node(applier, base->root, "__symbols__");
	for (size_t i = 0; i < applier->overlay.fragments.count; i++)
		word_map_set(base->arena, &applier->fragment_of,
			     (uintptr_t)applier->overlay.fragments.items[i].node, i + 1);
	for (const struct tree_property *symbol = from->properties; symbol; symbol = symbol->next)
		merge_symbol(applier, symbols, symbol);
}

static bool check_bound(const struct applier *applier)
{
	if (!applier->overlay.bind)
		return true;
	report_node(applier->diags, TREE_OVERLAY_UNBOUND, applier->tree, NULL, NULL,
		    "the overlay is late-bound: bind it first");
	return false;
}

/* What libfdt looks up in the overlay: all of it but its top, to be sure. */
static void check_linux_overlay(struct applier *applier)
{
	const struct tree_node *top = applier->tree->root;

	for (const struct tree_node *node = tree_next(top, top); node; node = tree_next(top, node))
		if (report_ambiguous(applier, node, NULL, applier->tree, node->parent, node->name))
			return;
}

bool tree_apply(struct tree *base, const struct tree *overlay, enum overlay_rules rules,
		struct diags *diags)
{
	struct applier applier = {
		.base = base,
		.tree = overlay,
		.diags = diags,
		.is_linux = rules == OVERLAY_LINUX,
		.ok = true,
	};

	if (!overlay_verify(overlay, diags, &applier.overlay) || !check_bound(&applier))
		return false;
	applier.targets = arena_alloc(base->arena,
				      applier.overlay.fragments.count * sizeof(struct tree_node *));
	check_phandles_fit(&applier);
	if (applier.is_linux)
		check_linux_overlay(&applier);
	resolve_labels(&applier);
	if (!applier.ok)
		return false;
	resolve_fragments(&applier);
	if (!applier.ok)
		return false;
	applier.has_capitals = applier.is_linux && (has_capitals(base) || has_capitals(overlay));
	for (size_t i = 0; i < applier.overlay.fragments.count; i++)
		merge_fragment(&applier, i);
	if (applier.ok)
		merge_symbols(&applier);
	if (!applier.ok)
		undo_all(&applier);
	return applier.ok;
}
