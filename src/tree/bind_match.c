/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a verified late-bound overlay and the nodes its selectors mean, gives
 * each node of it its counterpart. Never looks at values but those that tell
 * which node is which.
 */
#include <string.h>

#include "tree/bind_room.h"

/* A child of the base under its reg and compatible. */
struct twin {
	const struct twin *next;
	const struct tree_node *node;
};

struct bound_node *bind_find_node(const struct binder *binder, const struct tree_node *from)
{
	uintptr_t at = word_map_get(&binder->by_node, (uintptr_t)from);

	return at ? &binder->nodes.items[at - 1] : NULL;
}

static const struct tree_property *
find_base_property(const struct binder *binder, const struct tree_node *node, const char *name)
{
	return tree_find_property(binder->base, node, name);
}

static uintptr_t hash_twin(const struct tree_node *parent, const struct tree_property *reg,
			   const struct tree_property *compatible)
{
	uintptr_t above = (uintptr_t)parent;
	uint32_t hash = hash_bytes(HASH_SEED, &above, sizeof(above));

	hash = hash_bytes(hash, reg->value, reg->len);
	hash = hash_bytes(hash, compatible->value, compatible->len);
	return (uintptr_t)hash | (uintptr_t)1 << 31;
}

static void learn_twins(struct binder *binder, const struct tree_node *parent)
{
	/* Backwards, so that lists are in document order. */
	for (struct tree_node *child = parent->last_child; child; child = child->prev) {
		const struct tree_property *reg = find_base_property(binder, child, "reg");
		const struct tree_property *compatible =
			find_base_property(binder, child, "compatible");
		struct twin *twin;
		uintptr_t key;

		if (!reg || !compatible)
			continue;
		key = hash_twin(parent, reg, compatible);
		twin = arena_alloc(binder->arena, sizeof(*twin));
		twin->node = child;
		twin->next = (const struct twin *)word_map_get(&binder->twins, key);
		word_map_set(binder->arena, &binder->twins, key, (uintptr_t)twin);
	}
	word_map_set(binder->arena, &binder->twins_known, (uintptr_t)parent, 1);
}

static void report_twins(struct binder *binder, const struct tree_node *from,
			 const struct tree_node *one, const struct tree_node *other)
{
	struct diag_record *record;

	record = report_node(binder->diags, TREE_SELECTOR_AMBIGUOUS, binder->overlay.tree, from,
			     NULL, "%s has two nodes with the reg and compatible of %s",
			     binder->base->file, from->name);
	note_node(binder->diags, record, binder->base, one, NULL, "this is one");
	note_node(binder->diags, record, binder->base, other, NULL, "this is the other");
	binder->ok = false;
}

/*
 * The child of a base node that a node of the overlay already is: of the same
 * name, or, as firmware builds rename nodes, with the same reg and compatible.
 */
static const struct tree_node *find_counterpart(struct binder *binder,
						const struct tree_node *parent,
						const struct tree_node *from)
{
	const struct tree *overlay = binder->overlay.tree;
	const struct tree_property *reg = tree_find_property(overlay, from, "reg");
	const struct tree_property *compatible = tree_find_property(overlay, from, "compatible");
	const struct tree_node *found = tree_find_child(binder->base, parent, from->name);
	const struct twin *twin;

	if (found || !reg || !compatible)
		return found;
	if (!word_map_get(&binder->twins_known, (uintptr_t)parent))
		learn_twins(binder, parent);
	twin = (const struct twin *)word_map_get(&binder->twins,
						 hash_twin(parent, reg, compatible));
	for (; twin; twin = twin->next) {
		if (twin->node->parent != parent ||
		    !property_equal(find_base_property(binder, twin->node, "reg"), reg) ||
		    !property_equal(find_base_property(binder, twin->node, "compatible"),
				    compatible))
			continue;
		if (found) {
			report_twins(binder, from, found, twin->node);
			break;
		}
		found = twin->node;
	}
	return found;
}

/*
 * Target of what is to be added to a node of the base: one fragment for each,
 * however deep in the overlay it came up. dtc would take a node in a fragment
 * that repeats a name of the base without its reg for a mistake.
 */
static struct tree_node *get_fragment(struct binder *binder, const struct tree_node *base,
				      struct span origin)
{
	struct bound_fragment *fragment;
	uintptr_t known = word_map_get(&binder->by_target, (uintptr_t)base);
	const char *name;

	if (known)
		return (struct tree_node *)known;
	name = arena_printf(binder->arena, "fragment@%zu", binder->fragments.count);
	fragment = ARRAY_PUSH(binder->arena, &binder->fragments);
	fragment->base = base;
	fragment->node = tree_add_node(binder->out, binder->out->root, name);
	fragment->node->origin = origin;
	tree_set_string(binder->out, fragment->node, "target-path", tree_path(binder->arena, base));
	fragment->content = tree_add_node(binder->out, fragment->node, "__overlay__");
	fragment->content->origin = origin;
	word_map_set(binder->arena, &binder->by_target, (uintptr_t)base,
		     (uintptr_t)fragment->content);
	return fragment->content;
}

static void add_bound_node(struct binder *binder, const struct tree_node *from,
			   const struct tree_node *base, struct tree_node *out)
{
	*ARRAY_PUSH(binder->arena, &binder->nodes) =
		(struct bound_node){.from = from, .base = base, .out = out};
	word_map_set(binder->arena, &binder->by_node, (uintptr_t)from, binder->nodes.count);
}

/* A node that the base lacks. Two fragments of the overlay may both have it. */
static struct tree_node *get_new_node(struct binder *binder, struct tree_node *parent,
				      const struct tree_node *from)
{
	const struct tree *overlay = binder->overlay.tree;
	struct tree_node *out = tree_find_child(binder->out, parent, from->name);

	if (!out) {
		out = tree_add_node(binder->out, parent, from->name);
		out->origin = from->origin;
	}
	if (tree_node_phandle(overlay, from) && !word_map_get(&binder->phandles, (uintptr_t)out))
		word_map_set(binder->arena, &binder->phandles, (uintptr_t)out,
			     binder->phandles.count + 1);
	return out;
}

static void match_child(struct binder *binder, const struct tree_node *from)
{
	struct bound_node *parent = bind_find_node(binder, from->parent);
	const struct tree_node *base = NULL;

	if (parent->base)
		base = find_counterpart(binder, parent->base, from);
	if (base) {
		add_bound_node(binder, from, base, get_fragment(binder, base, from->origin));
		return;
	}
	if (tree_find_property(binder->overlay.tree, from, "reg"))
		parent->adds_reg = true;
	add_bound_node(binder, from, NULL, get_new_node(binder, parent->out, from));
}

/* "/nv2-unbound/N" */
static const struct bind_selector *find_target(struct binder *binder,
					       const struct fragment *fragment)
{
	static const char prefix[] = "/nv2-unbound/";
	const char *path = NULL, *digit;
	size_t number = 0;

	if (!fragment->target && fragment->target_path)
		path = property_string(fragment->target_path);
	if (!path || strncmp(path, prefix, sizeof(prefix) - 1) != 0)
		return NULL;
	digit = path + sizeof(prefix) - 1;
	if (!*digit || (*digit == '0' && digit[1]))
		return NULL;
	for (; *digit; digit++) {
		if (*digit < '0' || *digit > '9')
			return NULL;
		number = number * 10 + (size_t)(*digit - '0');
		if (number >= binder->selectors.count)
			return NULL;
	}
	return &binder->selectors.items[number];
}

void bind_match_nodes(struct binder *binder)
{
	for (size_t i = 0; i < binder->overlay.fragments.count; i++) {
		const struct fragment *fragment = &binder->overlay.fragments.items[i];
		const struct tree_node *top = fragment->content;
		const struct bind_selector *target = find_target(binder, fragment);

		if (!target) {
			report_node(binder->diags, TREE_BIND_DAMAGED, binder->overlay.tree,
				    fragment->node, fragment->target_path,
				    "the target of %s is none of the selectors",
				    fragment->node->name);
			binder->ok = false;
			continue;
		}
		/* Reported already; its content may still be wrong in other ways, but not here. */
		if (!target->found)
			continue;
		add_bound_node(binder, top, target->found,
			       get_fragment(binder, target->found, fragment->node->origin));
		for (const struct tree_node *from = top; (from = tree_next(top, from));)
			match_child(binder, from);
	}
}
