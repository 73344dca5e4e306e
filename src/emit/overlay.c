/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes targets, properties and references, gives a late-bound overlay tree.
 * Never knows what the properties mean.
 */
#include "emit/overlay.h"

#include <string.h>

struct overlay_selector {
	struct tree_node *node; /* sel@N */
	const char *what;
	struct buffer fixups;   /* strings, each with its NUL */
};

static void set_compatible(struct tree *tree, struct tree_node *node, const char *name,
			   const struct board *board)
{
	struct buffer list = {0};

	for (size_t i = 0; i < board->compatible.count; i++)
		buffer_add(&list, board->compatible.items[i].value,
			   strlen(board->compatible.items[i].value) + 1);
	tree_set(tree, node, name, list.data, list.len)->form = TREE_STRINGS;
	buffer_free(&list);
}

static struct overlay_selector *new_selector(struct overlay_builder *builder,
					     enum nv2_selector_kind kind, const char *what,
					     struct span origin)
{
	struct tree *tree = builder->tree;
	uint32_t number = (uint32_t)builder->selectors.count;
	struct overlay_selector *selector = arena_alloc(tree->arena, sizeof(*selector));

	selector->what = what;
	selector->node = tree_add_node(tree, builder->bind,
				       arena_printf(tree->arena, "sel@%x", number));
	selector->node->origin = origin;
	tree_set_u32(tree, selector->node, "reg", number);
	tree_set_string(tree, selector->node, "kind", nv2_selector_infos[kind].name);
	tree_set_string(tree, selector->node, "what", what);
	*ARRAY_PUSH(tree->arena, &builder->selectors) = selector;
	return selector;
}

static uint32_t last_selector(const struct overlay_builder *builder)
{
	return (uint32_t)builder->selectors.count - 1;
}

void overlay_begin(struct overlay_builder *builder, struct tree *tree, const struct board *board)
{
	struct overlay_selector *root;

	*builder = (struct overlay_builder){.tree = tree};
	set_compatible(tree, tree->root, "compatible", board);
	builder->bind = tree_add_node(tree, tree->root, "nv2-bind");
	tree_set_string(tree, builder->bind, "compatible", "nv2,bind-1");
	tree_set_u32(tree, builder->bind, "#address-cells", 1);
	tree_set_u32(tree, builder->bind, "#size-cells", 0);
	root = new_selector(builder, NV2_SELECT_ROOT, "the root node of the host's tree",
			    board->compatible.items[0].span);
	set_compatible(tree, root->node, nv2_selector_infos[NV2_SELECT_ROOT].argument, board);
}

uint32_t select_root(struct overlay_builder *builder)
{
	(void)builder;
	return 0;
}

uint32_t select_by_number(struct overlay_builder *builder, enum nv2_selector_kind kind,
			  const char *what, struct span origin, uint32_t under, uint64_t number)
{
	const struct nv2_selector_info *info = &nv2_selector_infos[kind];
	struct overlay_selector *selector = new_selector(builder, kind, what, origin);

	if (under != SELECT_UNDER_NONE)
		tree_set_u32(builder->tree, selector->node, "under", under);
	if (info->type == NV2_ARGUMENT_U64)
		tree_set_u64(builder->tree, selector->node, info->argument, number);
	else
		tree_set_u32(builder->tree, selector->node, info->argument, (uint32_t)number);
	return last_selector(builder);
}

uint32_t select_by_text(struct overlay_builder *builder, enum nv2_selector_kind kind,
			const char *what, struct span origin, const char *text)
{
	struct overlay_selector *selector = new_selector(builder, kind, what, origin);

	tree_set_string(builder->tree, selector->node, nv2_selector_infos[kind].argument, text);
	return last_selector(builder);
}

struct tree_node *overlay_fragment(struct overlay_builder *builder, uint32_t target,
				   uint32_t address_cells, uint32_t size_cells, struct span origin)
{
	struct tree *tree = builder->tree;
	struct tree_node *fragment, *overlay;

	fragment = tree_add_node(tree, tree->root,
				 arena_printf(tree->arena, "fragment@%x", builder->fragments++));
	fragment->origin = origin;
	tree_set_string(tree, fragment, "target-path",
			arena_printf(tree->arena, "/nv2-unbound/%u", target))
		->comment = builder->selectors.items[target]->what;
	overlay = tree_add_node(tree, fragment, "__overlay__");
	overlay->origin = origin;
	tree_set_u32(tree, overlay, "#address-cells", address_cells);
	tree_set_u32(tree, overlay, "#size-cells", size_cells);
	return overlay;
}

uint32_t overlay_phandle(struct overlay_builder *builder, struct tree_node *node)
{
	tree_set_u32(builder->tree, node, "phandle", ++builder->phandles);
	return builder->phandles;
}

/* __local_fixups__ mirrors the nodes that hold references into the overlay itself. */
static struct tree_node *mirror_node(struct tree *tree, const struct tree_node *node)
{
	struct tree_node *parent, *mirror;

	if (!node->parent) {
		mirror = tree_find_child(tree, tree->root, "__local_fixups__");
		return mirror ? mirror : tree_add_node(tree, tree->root, "__local_fixups__");
	}
	parent = mirror_node(tree, node->parent);
	mirror = tree_find_child(tree, parent, node->name);
	return mirror ? mirror : tree_add_node(tree, parent, node->name);
}

static void note_local(struct tree *tree, const struct tree_node *node, const char *name,
		       const struct overlay_cell *cells, size_t count)
{
	uint32_t *offsets = arena_alloc(tree->arena, count * sizeof(*offsets));
	size_t locals = 0;

	for (size_t i = 0; i < count; i++)
		if (cells[i].kind == CELL_LOCAL)
			offsets[locals++] = (uint32_t)i * 4;
	if (locals)
		tree_set_cells(tree, mirror_node(tree, node), name, offsets, locals);
}

struct tree_property *overlay_set_phandles(struct overlay_builder *builder, struct tree_node *node,
					   const char *name, const struct overlay_cell *cells,
					   size_t count)
{
	struct tree *tree = builder->tree;
	uint32_t *values = arena_alloc(tree->arena, count * sizeof(*values));
	struct tree_property *property;
	struct buffer comment = {0};

	for (size_t i = 0; i < count; i++) {
		struct overlay_selector *selector;

		if (cells[i].kind == CELL_LOCAL)
			values[i] = cells[i].number;
		if (cells[i].kind != CELL_SELECTOR)
			continue;
		selector = builder->selectors.items[cells[i].number];
		values[i] = 0xffffffff;
		buffer_printf(&selector->fixups, "%s:%s:%zu", tree_path(tree->arena, node), name,
			      i * 4);
		buffer_add(&selector->fixups, "", 1);
		buffer_printf(&comment, "%s%s", comment.len ? ", " : "", selector->what);
	}
	property = tree_set_cells(tree, node, name, values, count);
	if (comment.len)
		property->comment = arena_strdup(tree->arena, comment.data);
	buffer_free(&comment);
	note_local(tree, node, name, cells, count);
	return property;
}

void overlay_add_extra(struct overlay_builder *builder, struct tree_node *node,
		       const extra_list *list)
{
	static const enum tree_form forms[] = {
		[RAW_EMPTY] = TREE_GUESS,   [RAW_STRINGS] = TREE_STRINGS,
		[RAW_CELLS] = TREE_CELLS,   [RAW_BYTES] = TREE_BYTES,
		[RAW_MIXED] = TREE_BYTES,
	};

	for (size_t i = 0; i < list->count; i++) {
		const struct extra_property *extra = &list->items[i];
		struct tree_property *property =
			tree_set(builder->tree, node, extra->name, extra->bytes, extra->len);

		property->form = forms[extra->form];
		property->origin = extra->span;
	}
}

void overlay_end(struct overlay_builder *builder)
{
	/* Without a fragment nothing would stop an overlay that is not bound. */
	if (!builder->fragments)
		overlay_fragment(builder, 0, 2, 2, (struct span){0});
	for (size_t i = 0; i < builder->selectors.count; i++) {
		struct overlay_selector *selector = builder->selectors.items[i];

		if (selector->fixups.len)
			tree_set(builder->tree, selector->node, "fixups", selector->fixups.data,
				 selector->fixups.len)
				->form = TREE_STRINGS;
		buffer_free(&selector->fixups);
	}
}
