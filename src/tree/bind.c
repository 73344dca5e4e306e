/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a late-bound overlay and a base, gives an overlay for that base with
 * what it lacks. Never changes either, and never replaces a value.
 */
#include "tree/bind.h"

#include <inttypes.h>
#include <string.h>

#include "tree/bind_room.h"

static bool is_cell_count(const struct tree_property *property)
{
	return !strcmp(property->name, "#address-cells") || !strcmp(property->name, "#size-cells");
}

/* 0 after a diagnostic, given once for each node. */
static uint32_t use_base_phandle(struct binder *binder, const struct tree_node *base,
				 const struct reference *reference, const char *what)
{
	uint32_t phandle = tree_node_phandle(binder->base, base);
	struct diag_record *record;

	if (phandle && phandle != UINT32_MAX)
		return phandle;
	binder->ok = false;
	if (word_map_get(&binder->reported, (uintptr_t)base))
		return 0;
	word_map_set(binder->arena, &binder->reported, (uintptr_t)base, 1);
	record = report_node(binder->diags, TREE_PHANDLE_MISSING, binder->overlay.tree,
			     reference->node, reference->property,
			     "%s refers to %s, which has no phandle in %s",
			     reference->property->name, what, binder->base->file);
	note_node(binder->diags, record, binder->base, base, NULL, "this node has no phandle");
	return 0;
}

struct resolved {
	uint32_t phandle; /* 0: cannot be */
	bool is_new;      /* of a node that the overlay makes */
};

static struct resolved resolve_local(struct binder *binder, const struct reference *reference)
{
	uint32_t phandle = get_be32(reference->property->value + reference->offset);
	const struct tree_node *node =
		(const struct tree_node *)word_map_get(&binder->overlay.phandles, phandle);
	const struct bound_node *bound = bind_find_node(binder, node);

	if (!bound)
		return (struct resolved){0};
	if (bound->base)
		return (struct resolved){
			.phandle = use_base_phandle(binder, bound->base, reference, node->name)};
	return (struct resolved){
		.phandle = (uint32_t)word_map_get(&binder->phandles, (uintptr_t)bound->out),
		.is_new = true};
}

static struct resolved resolve_reference(struct binder *binder, const struct reference *reference)
{
	const struct bind_selector *selector;

	if (reference->kind == REFERENCE_LOCAL)
		return resolve_local(binder, reference);
	binder->filled++;
	selector = &binder->selectors.items[reference->selector];
	if (!selector->found)
		return (struct resolved){0};
	return (struct resolved){
		.phandle = use_base_phandle(binder, selector->found, reference, selector->what)};
}

/* A property of the overlay with its references filled in. */
struct value {
	struct tree_property as; /* not in any tree */
	bool complete;           /* all references could be filled in */
	bool has_new;            /* some to nodes the overlay makes */
};

static struct value fill_in(struct binder *binder, const struct tree_property *property)
{
	const struct reference *reference = overlay_references(&binder->overlay, property);
	struct value value = {.as = *property, .complete = true};
	unsigned char *bytes;

	if (!reference)
		return value;
	bytes = arena_memdup(binder->arena, property->value, property->len);
	for (; reference; reference = reference->next) {
		struct resolved resolved = resolve_reference(binder, reference);

		put_be32(bytes + reference->offset, resolved.phandle);
		if (!resolved.phandle)
			value.complete = false;
		if (resolved.is_new)
			value.has_new = true;
	}
	value.as.value = bytes;
	return value;
}

static void report_difference(struct binder *binder, const struct bound_node *node,
			      const struct tree_property *from, const struct value *value,
			      const struct tree_property *base)
{
	struct arena *arena = binder->diags->arena;
	struct diag_record *record;

	record = report_node(binder->diags, TREE_VALUE_DIFFERS, binder->overlay.tree, node->from,
			     from, "%s of %s is to be %s%s, but in %s it is %s", from->name,
			     tree_path(arena, node->base), show_value(arena, &value->as),
			     value->has_new ? " (with phandles of nodes that are to be added)" : "",
			     binder->base->file, show_value(arena, base));
	note_node(binder->diags, record, binder->base, node->base, base, "this is the value there");
	binder->ok = false;
}

static void report_contradiction(struct binder *binder, const struct bound_node *node,
				 const struct tree_property *from, const struct value *value,
				 const struct tree_property *earlier)
{
	struct arena *arena = binder->diags->arena;
	struct diag_record *record;

	record = report_node(binder->diags, TREE_VALUE_DIFFERS, binder->overlay.tree, node->from,
			     from, "the overlay sets %s to %s here and to %s elsewhere", from->name,
			     show_value(arena, &value->as), show_value(arena, earlier));
	if (earlier->origin.file)
		diag_note(binder->diags, record, earlier->origin, "this is elsewhere");
	binder->ok = false;
}

static void note_references(struct binder *binder, const struct tree_property *from,
			    struct tree_node *out, const struct tree_property *property)
{
	const struct reference *reference = overlay_references(&binder->overlay, from);

	for (; reference; reference = reference->next) {
		const struct tree_node *node;

		if (reference->kind != REFERENCE_LOCAL)
			continue;
		node = (const struct tree_node *)word_map_get(
			&binder->overlay.phandles, get_be32(from->value + reference->offset));
		if (bind_find_node(binder, node)->base)
			continue;
		*ARRAY_PUSH(binder->arena, &binder->references) =
			(struct bound_reference){out, property, reference->offset};
	}
}

static void keep_property(struct binder *binder, const struct bound_node *node,
			  const struct tree_property *from, const struct value *value)
{
	struct tree_property *kept = tree_find_property(binder->out, node->out, from->name);

	if (kept) {
		if (!property_equal(kept, &value->as))
			report_contradiction(binder, node, from, value, kept);
		return;
	}
	kept = tree_set_shared(binder->out, node->out, from->name, value->as.value, value->as.len);
	kept->form = from->form;
	kept->origin = from->origin;
	kept->comment = from->comment;
	if (value->has_new)
		note_references(binder, from, node->out, kept);
}

static void bind_new_phandle(struct binder *binder, const struct bound_node *node,
			     const struct tree_property *from)
{
	uint32_t phandle = (uint32_t)word_map_get(&binder->phandles, (uintptr_t)node->out);
	struct tree_property *kept = tree_set_u32(binder->out, node->out, from->name, phandle);

	kept->origin = from->origin;
	kept->comment = from->comment;
}

static void bind_property(struct binder *binder, const struct bound_node *node,
			  const struct tree_property *from)
{
	const struct tree_property *base;
	struct value value;

	if (property_is_phandle(from)) {
		if (!node->base)
			bind_new_phandle(binder, node, from);
		return;
	}
	/* Those of a node that is there follow the base: see get_fragment() and set_cells(). */
	if (node->base && is_cell_count(from))
		return;
	value = fill_in(binder, from);
	if (!value.complete)
		return;
	base = node->base ? tree_find_property(binder->base, node->base, from->name) : NULL;
	if (!base)
		keep_property(binder, node, from, &value);
	else if (value.has_new || !property_equal(base, &value.as))
		report_difference(binder, node, from, &value, base);
}

static void check_cells(struct binder *binder, const struct bound_node *node)
{
	struct cell_counts wanted = count_cells(binder->overlay.tree, node->from);
	struct cell_counts there = count_cells(binder->base, node->base);
	struct diag_record *record;

	if (wanted.address == there.address && wanted.size == there.size)
		return;
	record = report_node(
		binder->diags, TREE_CELLS_DIFFER, binder->overlay.tree, node->from, NULL,
		"nodes with reg are to be added to %s for %" PRIu32 " address and %" PRIu32
		" size cells, but in %s it has %" PRIu32 " and %" PRIu32,
		tree_path(binder->diags->arena, node->base), wanted.address, wanted.size,
		binder->base->file, there.address, there.size);
	note_node(binder->diags, record, binder->base, node->base, NULL, "this is the node there");
	binder->ok = false;
}

static bool has_child_with_reg(const struct tree *tree, const struct tree_node *node)
{
	for (const struct tree_node *child = node->children; child; child = child->next)
		if (tree_find_property(tree, child, "reg"))
			return true;
	return false;
}

/*
 * The base's own counts, so that whoever reads the overlay alone, as dtc's
 * checks do, reads regs as they are meant. dtc wants none where no child has a reg.
 */
static void set_cells(struct binder *binder, const struct bound_fragment *fragment)
{
	static const char *const names[] = {"#address-cells", "#size-cells"};
	struct tree_node *content = fragment->content;

	if (content->children && !has_child_with_reg(binder->out, content))
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct tree_property *base =
			tree_find_property(binder->base, fragment->base, names[i]);

		if (base)
			tree_set(binder->out, content, names[i], base->value, base->len)->form =
				TREE_CELLS;
	}
}

/* Fragments that turned out to have nothing to add go; the others close ranks. */
static void finish_fragments(struct binder *binder)
{
	size_t number = 0;

	for (size_t i = 0; i < binder->fragments.count; i++) {
		struct bound_fragment *fragment = &binder->fragments.items[i];

		if (!fragment->content->properties && !fragment->content->children) {
			tree_remove_node(binder->out, fragment->node);
			continue;
		}
		set_cells(binder, fragment);
		if (number != i)
			tree_rename_node(binder->out, fragment->node,
					 arena_printf(binder->arena, "fragment@%zu", number));
		number++;
	}
}

/* The node in __local_fixups__ for a node of the result. As deep as an overlay at most. */
static struct tree_node *get_mirror(struct binder *binder, struct word_map *mirrors,
				    struct tree_node *node)
{
	struct tree_node *mirror = (struct tree_node *)word_map_get(mirrors, (uintptr_t)node);

	if (mirror)
		return mirror;
	if (node->parent)
		mirror = tree_add_node(binder->out, get_mirror(binder, mirrors, node->parent),
				       node->name);
	else
		mirror = tree_add_node(binder->out, node, "__local_fixups__");
	word_map_set(binder->arena, mirrors, (uintptr_t)node, (uintptr_t)mirror);
	return mirror;
}

static void write_local_fixups(struct binder *binder)
{
	struct word_map mirrors = {0};
	size_t count = binder->references.count, next;

	for (size_t i = 0; i < count; i = next) {
		const struct bound_reference *first = &binder->references.items[i];
		struct tree_node *mirror = get_mirror(binder, &mirrors, first->node);
		unsigned char *list;

		for (next = i + 1; next < count; next++)
			if (binder->references.items[next].property != first->property)
				break;
		list = arena_alloc(binder->arena, (next - i) * 4);
		for (size_t each = i; each < next; each++)
			put_be32(list + 4 * (each - i), binder->references.items[each].offset);
		tree_set_shared(binder->out, mirror, first->property->name, list, (next - i) * 4)
			->form = TREE_CELLS;
	}
}

/* Places to be filled in have to lie where they are looked at. */
static void check_reach(struct binder *binder)
{
	for (size_t i = 0; i < binder->overlay.references.count; i++) {
		const struct reference *reference = &binder->overlay.references.items[i];
		const struct tree_node *target = NULL;

		if (!bind_find_node(binder, reference->node) ||
		    property_is_phandle(reference->property) ||
		    is_cell_count(reference->property)) {
			report_node(binder->diags, TREE_BIND_DAMAGED, binder->overlay.tree,
				    reference->node, reference->property,
				    "%s is to be filled in, but is no reference in a fragment",
				    reference->property->name);
			binder->ok = false;
			continue;
		}
		if (reference->kind != REFERENCE_LOCAL)
			continue;
		target = (const struct tree_node *)word_map_get(
			&binder->overlay.phandles,
			get_be32(reference->property->value + reference->offset));
		if (bind_find_node(binder, target))
			continue;
		report_node(binder->diags, TREE_BIND_DAMAGED, binder->overlay.tree, reference->node,
			    reference->property, "%s refers to %s, which is in no fragment",
			    reference->property->name, tree_path(binder->diags->arena, target));
		binder->ok = false;
	}
}

static void check_filled(struct binder *binder)
{
	size_t wanted = 0;

	for (size_t i = 0; i < binder->overlay.references.count; i++)
		if (binder->overlay.references.items[i].kind == REFERENCE_SELECTOR)
			wanted++;
	if (wanted == binder->filled)
		return;
	report_node(binder->diags, TREE_BIND_INTERNAL, binder->overlay.tree, NULL, NULL,
		    "%zu of %zu references were filled in", binder->filled, wanted);
	binder->ok = false;
}

static bool verify_late_bound(struct binder *binder, const struct tree *overlay)
{
	const struct tree_node *stray;

	if (!overlay_verify(overlay, binder->diags, &binder->overlay) ||
	    !bind_read_selectors(&binder->overlay, binder->diags, &binder->selectors))
		return false;
	stray = binder->overlay.fixups ? binder->overlay.fixups : binder->overlay.symbols;
	if (stray)
		report_node(binder->diags, TREE_BIND_DAMAGED, overlay, stray, NULL,
			    "a late-bound overlay has no %s", stray->name);
	return !stray;
}

static void start_result(struct binder *binder, const struct tree *overlay)
{
	binder->out = tree_new(binder->arena, overlay->names, overlay->file);
	binder->out->root->origin = overlay->root->origin;
	for (const struct tree_property *from = overlay->root->properties; from;
	     from = from->next) {
		struct tree_property *kept = tree_set_shared(binder->out, binder->out->root,
							     from->name, from->value, from->len);

		kept->form = from->form;
		kept->origin = from->origin;
		kept->comment = from->comment;
	}
}

struct tree *tree_bind(const struct tree *overlay, struct tree *base, struct diags *diags)
{
	struct binder binder = {.arena = overlay->arena, .diags = diags, .base = base, .ok = true};

	if (!verify_late_bound(&binder, overlay))
		return NULL;
	if (!bind_select(&binder.selectors, &binder.overlay, base, diags))
		binder.ok = false;
	start_result(&binder, overlay);
	bind_match_nodes(&binder);
	if (binder.ok)
		check_reach(&binder);
	for (size_t i = 0; i < binder.nodes.count; i++) {
		const struct bound_node *node = &binder.nodes.items[i];

		if (node->base && node->adds_reg)
			check_cells(&binder, node);
		for (const struct tree_property *from = node->from->properties; from;
		     from = from->next)
			bind_property(&binder, node, from);
	}
	bind_check_memory(&binder);
	if (binder.ok)
		check_filled(&binder);
	if (!binder.ok)
		return NULL;
	finish_fragments(&binder);
	write_local_fixups(&binder);
	return binder.out;
}
