/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a late-bound overlay and a tree, gives what they disagree about.
 * Never changes either; resolves and matches nodes as binding does.
 */
#include "tree/compare.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tree/bind_room.h"

struct comparer {
	struct binder binder; /* only to match nodes; what it makes of them is dropped */
	struct tree *tree;
	struct tree_differences *out;
};

enum tree_stage find_stage(const struct tree *tree)
{
	for (const struct tree_node *node = tree->root; node; node = tree_next(tree->root, node))
		if (property_has_string(tree_find_property(tree, node, "compatible"),
					"ibm,power9-npu-pciex"))
			return STAGE_HOST_OS;
	return STAGE_HOST_FW;
}

const char *stage_name(enum tree_stage stage)
{
	return stage == STAGE_HOST_OS ? "host-os" : "host-fw";
}

static struct tree_difference *add_difference(struct comparer *comparer,
					      const struct tree_node *node, const char *property,
					      const char *wiring, const char *tree)
{
	struct arena *arena = comparer->binder.arena;
	struct tree_difference *difference = ARRAY_PUSH(arena, &comparer->out->list);

	*difference = (struct tree_difference){
		.node = node,
		.path = tree_path(arena, node),
		.property = property,
		.wiring = wiring,
		.tree = tree,
	};
	return difference;
}

static void know(struct comparer *comparer, const struct tree_node *node)
{
	word_map_set(comparer->binder.arena, &comparer->out->known, (uintptr_t)node, 1);
}

/* ---- the nodes that the overlay needs ---- */

static const struct tree_property *compatible_of_root(const struct comparer *comparer)
{
	return tree_find_property(comparer->tree, comparer->tree->root, "compatible");
}

/* Another board than the wiring's, but compared all the same. */
static void compare_board(struct comparer *comparer, const struct bind_selector *selector)
{
	const struct tree_property *compatible = compatible_of_root(comparer);
	struct arena *arena = comparer->binder.arena;
	struct tree_property boards = {
		.value = (const unsigned char *)selector->match.text,
		.len = selector->match.text_len,
		.form = TREE_STRINGS,
	};

	/* Both overlays of a board say it. */
	for (size_t i = 0; i < comparer->out->list.count; i++)
		if (comparer->out->list.items[i].node == comparer->tree->root &&
		    comparer->out->list.items[i].property &&
		    !strcmp(comparer->out->list.items[i].property, "compatible"))
			return;
	add_difference(comparer, comparer->tree->root, "compatible", show_value(arena, &boards),
		       compatible ? show_value(arena, compatible) : NULL)
		->origin = selector->node->origin;
}

static const struct tree_node *node_above(const struct comparer *comparer,
					  const struct bind_selector *selector)
{
	for (size_t i = 0; i < comparer->binder.selectors.count; i++)
		if (selector->match.under == &comparer->binder.selectors.items[i].match)
			return comparer->binder.selectors.items[i].found;
	return comparer->tree->root;
}

/* What is missing is said once, however many selectors and overlays ask for it. */
static bool is_said(const struct comparer *comparer, const struct tree_node *node,
		    const char *wiring)
{
	for (size_t i = 0; i < comparer->out->list.count; i++) {
		const struct tree_difference *said = &comparer->out->list.items[i];

		if (said->node == node && !said->property && said->wiring &&
		    !strcmp(said->wiring, wiring))
			return true;
	}
	return false;
}

static void compare_selector(struct comparer *comparer, const struct select_index *index,
			     struct bind_selector *selector)
{
	struct arena *arena = comparer->binder.arena;
	struct tree_matches matches = select_nodes(index, &selector->match);
	const struct tree_node *above = node_above(comparer, selector);
	const char *wiring, *tree = NULL;

	if (selector->match.kind == NV2_SELECT_ROOT) {
		if (!matches.first)
			compare_board(comparer, selector);
		selector->found = comparer->tree->root;
		return;
	}
	if (matches.first && !matches.second) {
		selector->found = matches.first;
		know(comparer, matches.first);
		return;
	}
	if (!above)
		return;
	/* Firmware's link nodes are what host-fw brings, so those are missing there already. */
	if ((selector->match.kind == NV2_SELECT_NPU || selector->match.kind == NV2_SELECT_LINK) &&
	    !matches.first && comparer->out->list.count)
		return;
	wiring = arena_printf(arena, "%s (%s)", selector->what,
			      describe_selector(arena, &selector->match));
	if (matches.first) {
		tree = arena_printf(arena, "both %s and %s", tree_path(arena, matches.first),
				    tree_path(arena, matches.second));
		know(comparer, matches.first);
		know(comparer, matches.second);
	}
	if (!is_said(comparer, above, wiring))
		add_difference(comparer, above, NULL, wiring, tree)->origin =
			selector->node->origin;
}

/* Selectors come after those that they are under. */
static void compare_selectors(struct comparer *comparer)
{
	struct select_index *index = select_index_new(comparer->binder.arena, comparer->tree);

	for (size_t i = 0; i < comparer->binder.selectors.count; i++)
		compare_selector(comparer, index, &comparer->binder.selectors.items[i]);
}

/* ---- values ---- */

#define SHOWN_WHOLE 1024

/* Whole, unless it is huge: the difference may be at its end. */
static const char *show_whole(struct arena *arena, const struct tree_property *property)
{
	struct buffer text = {0};
	const char *copy;

	if (property->len > SHOWN_WHOLE)
		return show_value(arena, property);
	tree_write_value(property->value, property->len, property->form, &text);
	copy = arena_strdup(arena, text.len ? text.data : "(empty)");
	buffer_free(&text);
	return copy;
}

/* What a reference means in the tree. */
struct meaning {
	const struct tree_node *node; /* NULL: of a node that the tree lacks, or lacks itself */
	const char *missing;          /* the path at which that node would be, if it is known */
};

static struct meaning find_meaning(struct comparer *comparer, const struct reference *reference)
{
	struct arena *arena = comparer->binder.arena;
	const struct bound_node *bound, *above;
	const struct tree_node *node;

	if (reference->kind == REFERENCE_SELECTOR)
		return (struct meaning){comparer->binder.selectors.items[reference->selector].found,
					NULL};
	node = (const struct tree_node *)word_map_get(
		&comparer->binder.overlay.phandles,
		get_be32(reference->property->value + reference->offset));
	bound = bind_find_node(&comparer->binder, node);
	if (!bound || bound->base)
		return (struct meaning){bound ? bound->base : NULL, NULL};
	above = bind_find_node(&comparer->binder, node->parent);
	return (struct meaning){NULL, arena_printf(arena, "%s/%s",
						   above && above->base && above->base->parent
							   ? tree_path(arena, above->base)
							   : "",
						   node->name)};
}

/* A phandle as a person reads it: where it leads. */
static void add_phandle(struct comparer *comparer, uint32_t phandle, struct buffer *text)
{
	const struct tree_node *node = tree_find_phandle(comparer->tree, phandle);

	if (text->len)
		buffer_add_string(text, " ");
	if (node)
		buffer_printf(text, "&%s", tree_path(comparer->binder.arena, node));
	else
		buffer_printf(text, "<0x%" PRIx32 ">", phandle);
}

static const char *finish_text(struct comparer *comparer, struct buffer *text)
{
	const char *copy = arena_strdup(comparer->binder.arena, text->len ? text->data : "(empty)");

	buffer_free(text);
	return copy;
}

static const char *show_phandles(struct comparer *comparer, const struct tree_property *property)
{
	struct buffer text = {0};

	if (property->len % 4)
		return show_value(comparer->binder.arena, property);
	for (uint32_t at = 0; at < property->len; at += 4)
		add_phandle(comparer, get_be32(property->value + at), &text);
	return finish_text(comparer, &text);
}

/* A list of references; others of its cells are 0 for "none", as in ibm,nvlink-peers. */
static void compare_references(struct comparer *comparer, const struct bound_node *node,
			       const struct tree_property *from)
{
	const struct tree_property *there =
		tree_find_property(comparer->tree, node->base, from->name);
	const struct reference *reference = overlay_references(&comparer->binder.overlay, from);
	bool same = there && there->len == from->len;
	struct buffer wiring = {0};

	for (uint32_t at = 0; at + 4 <= from->len; at += 4) {
		uint32_t wanted = get_be32(from->value + at);

		if (reference && reference->offset == at) {
			struct meaning meaning = find_meaning(comparer, reference);

			reference = reference->next;
			wanted = meaning.node ? tree_node_phandle(comparer->tree, meaning.node) : 0;
			if (!meaning.node && !meaning.missing) {
				/* Its node is missing, which has been said. */
				buffer_free(&wiring);
				return;
			}
			buffer_printf(&wiring, "%s&%s", wiring.len ? " " : "",
				      meaning.node ? tree_path(comparer->binder.arena, meaning.node)
						   : meaning.missing);
			same = same && wanted;
		} else {
			add_phandle(comparer, wanted, &wiring);
		}
		same = same && get_be32(there->value + at) == wanted;
	}
	if (same) {
		buffer_free(&wiring);
		return;
	}
	add_difference(comparer, node->base, from->name, finish_text(comparer, &wiring),
		       there ? show_phandles(comparer, there) : NULL)
		->origin = from->origin.file ? from->origin : node->from->origin;
}

static void compare_value(struct comparer *comparer, const struct bound_node *node,
			  const struct tree_property *from)
{
	const struct tree_property *there =
		tree_find_property(comparer->tree, node->base, from->name);
	struct arena *arena = comparer->binder.arena;
	struct tree_property shown;

	if (there && property_equal(there, from))
		return;
	/* The tree does not say how its values are meant: as those of the wiring. */
	if (there) {
		shown = *there;
		shown.form = there->len % 4 && from->form == TREE_CELLS ? TREE_GUESS : from->form;
	}
	add_difference(comparer, node->base, from->name, show_whole(arena, from),
		       there ? show_whole(arena, &shown) : NULL)
		->origin = from->origin.file ? from->origin : node->from->origin;
}

static bool is_about_form(const struct tree_property *property)
{
	return property_is_phandle(property) || !strcmp(property->name, "#address-cells") ||
	       !strcmp(property->name, "#size-cells");
}

static void compare_node(struct comparer *comparer, const struct bound_node *node)
{
	const struct bound_node *above;

	if (node->base) {
		know(comparer, node->base);
		for (const struct tree_property *from = node->from->properties; from;
		     from = from->next) {
			if (is_about_form(from))
				continue;
			if (overlay_references(&comparer->binder.overlay, from))
				compare_references(comparer, node, from);
			else
				compare_value(comparer, node, from);
		}
		return;
	}
	/* Of a whole branch that is missing, its top is enough. */
	above = bind_find_node(&comparer->binder, node->from->parent);
	if (above && above->base)
		add_difference(comparer, above->base, NULL, node->from->name, NULL)->origin =
			node->from->origin;
}

/* GPU memory is told apart by its compatible: what is left is memory that the kernel uses. */
static void compare_memory(struct comparer *comparer)
{
	struct memory_overlaps overlaps = bind_find_overlaps(&comparer->binder, true);
	struct arena *arena = comparer->binder.arena;

	for (size_t i = 0; i < overlaps.list.count; i++) {
		const struct memory_overlap *each = &overlaps.list.items[i];

		add_difference(comparer, each->there, "reg",
			       arena_printf(arena, "GPU memory, 0x%" PRIx64 " to 0x%" PRIx64,
					    each->first, each->last),
			       arena_printf(arena, "other memory, 0x%" PRIx64 " to 0x%" PRIx64,
					    each->there_first, each->there_last))
			->origin = each->node->origin;
	}
}

bool compare_overlay(const struct tree *overlay, struct tree *tree, struct diags *diags,
		     struct tree_differences *differences)
{
	struct comparer comparer = {
		.binder = {.arena = overlay->arena, .diags = diags, .base = tree, .ok = true},
		.tree = tree,
		.out = differences,
	};
	struct binder *binder = &comparer.binder;

	if (!overlay_verify(overlay, diags, &binder->overlay) ||
	    !bind_read_selectors(&binder->overlay, diags, &binder->selectors))
		return false;
	compare_selectors(&comparer);
	binder->out = tree_new(binder->arena, overlay->names, overlay->file);
	bind_match_nodes(binder);
	for (size_t i = 0; i < binder->nodes.count; i++)
		compare_node(&comparer, &binder->nodes.items[i]);
	compare_memory(&comparer);
	return binder->ok;
}

/* ---- what only the tree has ---- */

static bool has_child_compatible(const struct tree *tree, const struct tree_node *node,
				 const char *name)
{
	for (const struct tree_node *child = node->children; child; child = child->next)
		if (property_has_string(tree_find_property(tree, child, "compatible"), name))
			return true;
	return false;
}

static bool is_number(const struct tree *tree, const struct tree_node *node, const char *name,
		      uint32_t wanted)
{
	uint32_t value;

	return property_u32(tree_find_property(tree, node, name), &value) && value == wanted;
}

/* In words, if the node is there because of an NVLink; else NULL. */
static const char *describe_node(const struct tree *tree, const struct tree_node *node)
{
	const struct tree_property *compatible = tree_find_property(tree, node, "compatible");

	if (property_has_string(compatible, "ibm,npu-link"))
		return "a link node";
	if (property_has_string(compatible, "ibm,power9-npu") &&
	    has_child_compatible(tree, node, "ibm,npu-link"))
		return "an NPU with links";
	if (property_has_string(compatible, "ibm,coherent-device-memory"))
		return "GPU memory";
	if (is_number(tree, node, "vendor-id", 0x1014) && node->parent &&
	    property_has_string(tree_find_property(tree, node->parent, "compatible"),
				"ibm,power9-npu-pciex"))
		return "an emulated bridge";
	if (is_number(tree, node, "vendor-id", 0x10de) && tree_find_property(tree, node, "ibm,npu"))
		return "a GPU with NVLinks";
	return NULL;
}

void compare_rest(const struct tree *tree, struct arena *arena,
		  struct tree_differences *differences)
{
	const struct tree_node *node = tree->root;

	while (node) {
		const char *what = describe_node(tree, node);

		if (!what || word_map_get(&differences->known, (uintptr_t)node)) {
			node = tree_next(tree->root, node);
			continue;
		}
		*ARRAY_PUSH(arena, &differences->list) = (struct tree_difference){
			.node = node,
			.path = tree_path(arena, node),
			.tree = what,
		};
		/* What is below goes with it. */
		node = tree_next_beside(tree->root, node);
	}
}

/* ---- order ---- */

struct ranked {
	uintptr_t rank;
	size_t place;
	struct tree_difference difference;
};

static int compare_ranks(const void *a, const void *b)
{
	const struct ranked *left = a, *right = b;

	if (left->rank != right->rank)
		return left->rank < right->rank ? -1 : 1;
	return left->place < right->place ? -1 : left->place > right->place;
}

void differences_sort(const struct tree *tree, struct arena *arena,
		      struct tree_differences *differences)
{
	size_t count = differences->list.count;
	struct ranked *ranked = arena_alloc(arena, (count + 1) * sizeof(*ranked));
	struct word_map ranks = {0};
	uintptr_t rank = 0;

	for (const struct tree_node *node = tree->root; node; node = tree_next(tree->root, node))
		word_map_set(arena, &ranks, (uintptr_t)node, ++rank);
	for (size_t i = 0; i < count; i++)
		ranked[i] = (struct ranked){
			word_map_get(&ranks, (uintptr_t)differences->list.items[i].node), i,
			differences->list.items[i]};
	if (count)
		qsort(ranked, count, sizeof(*ranked), compare_ranks);
	for (size_t i = 0; i < count; i++)
		differences->list.items[i] = ranked[i].difference;
}
