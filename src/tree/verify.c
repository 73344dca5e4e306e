/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes an overlay, gives its fragments and references after checking each
 * of them. Never looks at a base, and never changes the overlay.
 */
#include "tree/verify.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "blob/selector.h"
#include "tree/report.h"

#define CELL 4

struct verifier {
	struct overlay *overlay;
	const struct tree *tree;
	struct diags *diags;
	bool ok;
};

static const struct tree_node *find_root_child(const struct tree *tree, const char *name)
{
	return tree_find_child(tree, tree->root, name);
}

/* Nodes about the overlay, which hold nothing to be added to a base. */
static bool is_meta(const struct overlay *overlay, const struct tree_node *node)
{
	return node == overlay->symbols || node == overlay->fixups ||
	       node == overlay->local_fixups || node == overlay->bind;
}

/*
 * libfdt looks these up by a name that a node with a unit address has as well
 * (fdt_subnode_offset()), and so does the kernel (of_node_name_eq()), as
 * "__local_fixups__@1", say. Neither may find more in an overlay than was checked here.
 */
static void refuse_alike(struct verifier *verifier, const struct tree_node *parent,
			 const char *name)
{
	size_t len = strlen(name);

	for (const struct tree_node *node = parent->children; node; node = node->next) {
		if (strncmp(node->name, name, len) != 0 || node->name[len] != '@')
			continue;
		report_node(verifier->diags, TREE_OVERLAY_DAMAGED, verifier->tree, node, NULL,
			    "%s has a unit address: the kernel and libfdt take it for %s all the "
			    "same",
			    node->name, name);
		verifier->ok = false;
	}
}

/* Any node below the root that has an __overlay__ is one to them, whatever it is called. */
static void refuse_content(struct verifier *verifier, const struct tree_node *node)
{
	const struct tree *tree = verifier->tree;

	if (!tree_find_child(tree, node, "__overlay__") &&
	    !tree_find_unit(tree, node, "__overlay__"))
		return;
	report_node(verifier->diags, TREE_OVERLAY_DAMAGED, verifier->tree, node, NULL,
		    "%s has a node __overlay__: the kernel and libfdt take it for a fragment",
		    node->name);
	verifier->ok = false;
}

static void verify_names(struct verifier *verifier)
{
	const struct tree_node *root = verifier->tree->root;

	refuse_alike(verifier, root, "__symbols__");
	refuse_alike(verifier, root, "__fixups__");
	refuse_alike(verifier, root, "__local_fixups__");
	for (const struct tree_node *node = root->children; node; node = node->next)
		if (is_meta(verifier->overlay, node))
			refuse_content(verifier, node);
		else
			refuse_alike(verifier, node, "__overlay__");
}

static void verify_fragment(struct verifier *verifier, const struct tree_node *node,
			    const struct tree_node *content)
{
	const struct tree *tree = verifier->tree;
	struct fragment *fragment = ARRAY_PUSH(tree->arena, &verifier->overlay->fragments);

	*fragment = (struct fragment){
		.node = node,
		.content = content,
		.target = tree_find_property(tree, node, "target"),
		.target_path = tree_find_property(tree, node, "target-path"),
	};
	if (fragment->target && fragment->target->len != CELL) {
		report_node(verifier->diags, TREE_OVERLAY_DAMAGED, tree, node, fragment->target,
			    "target has %" PRIu32 " bytes; a phandle has 4", fragment->target->len);
		verifier->ok = false;
	}
	if (fragment->target_path && !property_string(fragment->target_path)) {
		report_node(verifier->diags, TREE_OVERLAY_DAMAGED, tree, node,
			    fragment->target_path, "target-path is not one string");
		verifier->ok = false;
	}
	if (!fragment->target && !fragment->target_path) {
		report_node(verifier->diags, TREE_OVERLAY_DAMAGED, tree, node, NULL,
			    "%s has neither target nor target-path", node->name);
		verifier->ok = false;
	}
}

static void find_fragments(struct verifier *verifier)
{
	struct overlay *overlay = verifier->overlay;
	const struct tree_node *root = verifier->tree->root;

	for (const struct tree_node *node = root->children; node; node = node->next) {
		const struct tree_node *content;

		if (is_meta(overlay, node))
			continue;
		content = tree_find_child(verifier->tree, node, "__overlay__");
		if (content)
			verify_fragment(verifier, node, content);
	}
}

static void refuse_phandle(struct verifier *verifier, const struct tree_node *node,
			   const struct tree_property *property, const char *why)
{
	report_node(verifier->diags, TREE_OVERLAY_PHANDLE, verifier->tree, node, property, "%s %s",
		    property->name, why);
	verifier->ok = false;
}

static void verify_phandle(struct verifier *verifier, const struct tree_node *node,
			   const struct tree_property *property)
{
	struct word_map *phandles = &verifier->overlay->phandles;
	uint32_t phandle;
	uintptr_t other;

	if (!property)
		return;
	if (!property_u32(property, &phandle)) {
		refuse_phandle(verifier, node, property, "is not four bytes long");
		return;
	}
	if (!phandle || phandle == UINT32_MAX) {
		refuse_phandle(verifier, node, property, "is 0 or 0xffffffff, which mean none");
		return;
	}
	if (phandle > verifier->overlay->max_phandle)
		verifier->overlay->max_phandle = phandle;
	other = word_map_get(phandles, phandle);
	if (other && other != (uintptr_t)node)
		refuse_phandle(verifier, node, property,
			       arena_printf(verifier->diags->arena,
					    "0x%" PRIx32 " is also that of %s", phandle,
					    tree_path(verifier->diags->arena,
						      (const struct tree_node *)other)));
	else
		word_map_set(verifier->tree->arena, phandles, phandle, (uintptr_t)node);
}

static void verify_depth(struct verifier *verifier)
{
	const struct tree_node *root = verifier->tree->root;

	for (const struct tree_node *node = root; node; node = tree_next(root, node)) {
		if (node->depth <= TREE_DEPTH_MAX)
			continue;
		report_node(verifier->diags, TREE_DTB_TOO_DEEP, verifier->tree, node, NULL,
			    "%s is more than %d levels below the root", node->name, TREE_DEPTH_MAX);
		verifier->ok = false;
		return;
	}
}

static void verify_phandles(struct verifier *verifier)
{
	const struct tree *tree = verifier->tree;
	const struct tree_node *root = tree->root;

	for (const struct tree_node *top = root->children; top; top = top->next) {
		if (is_meta(verifier->overlay, top))
			continue;
		for (const struct tree_node *node = top; node; node = tree_next(top, node)) {
			const struct tree_property *plain =
				tree_find_property(tree, node, "phandle");
			const struct tree_property *old =
				tree_find_property(tree, node, "linux,phandle");

			verify_phandle(verifier, node, plain);
			if (plain && old && !property_equal(plain, old))
				refuse_phandle(verifier, node, old, "differs from phandle");
			else if (!plain)
				verify_phandle(verifier, node, old);
		}
	}
}

/* One mirrored property: a list of offsets into the real one. */
static void verify_local_list(struct verifier *verifier, const struct tree_node *mirror,
			      const struct tree_node *node, const struct tree_property *list)
{
	const struct tree *tree = verifier->tree;
	const struct tree_property *property = tree_find_property(tree, node, list->name);
	const char *why = NULL;

	if (!property)
		why = "which the overlay does not have";
	else if (list->len % CELL)
		why = "with a list that is not made of cells";
	for (uint32_t at = 0; !why && at < list->len; at += CELL) {
		uint32_t offset = get_be32(list->value + at), phandle;

		if (property->len < CELL || offset > property->len - CELL) {
			why = arena_printf(verifier->diags->arena,
					   "at offset %" PRIu32 ", but it has %" PRIu32 " bytes",
					   offset, property->len);
			break;
		}
		phandle = get_be32(property->value + offset);
		if (!word_map_get(&verifier->overlay->phandles, phandle)) {
			report_node(verifier->diags, TREE_OVERLAY_PHANDLE, tree, node, property,
				    "%s refers to phandle 0x%" PRIx32
				    ", which no node of the overlay has",
				    property->name, phandle);
			verifier->ok = false;
			continue;
		}
		*ARRAY_PUSH(tree->arena, &verifier->overlay->references) = (struct reference){
			.node = node,
			.property = property,
			.offset = offset,
			.kind = REFERENCE_LOCAL,
		};
	}
	if (!why)
		return;
	report_node(verifier->diags, TREE_OVERLAY_LOCAL_FIXUP, tree, mirror, list,
		    "a local fixup is for %s:%s, %s", tree_path(verifier->diags->arena, node),
		    list->name, why);
	verifier->ok = false;
}

/* __local_fixups__ has the shape of the overlay, so both are walked in step. */
static void verify_local_fixups(struct verifier *verifier)
{
	const struct tree *tree = verifier->tree;
	const struct tree_node *top = verifier->overlay->local_fixups, *mirror = top;
	const struct tree_node *node = tree->root;

	while (mirror) {
		const struct tree_node *next, *child;

		for (const struct tree_property *list = mirror->properties; list; list = list->next)
			verify_local_list(verifier, mirror, node, list);
		next = tree_next(top, mirror);
		if (!next)
			return;
		for (; mirror != next->parent; mirror = mirror->parent)
			node = node->parent;
		child = tree_find_child(tree, node, next->name);
		if (!child) {
			report_node(verifier->diags, TREE_OVERLAY_LOCAL_FIXUP, tree, next, NULL,
				    "local fixups are for a node %s below %s, which the overlay "
				    "does not have",
				    next->name, tree_path(verifier->diags->arena, node));
			verifier->ok = false;
			return;
		}
		mirror = next;
		node = child;
	}
}

static const char *check_fixup(struct overlay *overlay, const char *text, size_t len,
			       struct reference *reference)
{
	const struct tree *tree = overlay->tree;
	struct nv2_fixup fixup;

	if (!nv2_fixup_parse(text, len, &fixup))
		return "is not PATH:PROPERTY:OFFSET";
	reference->node = tree_find_exact_path(tree, fixup.path, fixup.path_len);
	if (!reference->node)
		return "names a node that the overlay does not have";
	reference->property = tree_find_property_bytes(tree, reference->node, fixup.property,
						       fixup.property_len);
	if (!reference->property)
		return "names a property that the node does not have";
	if (reference->property->len < CELL || fixup.offset > reference->property->len - CELL)
		return "has an offset that is outside the property";
	reference->offset = fixup.offset;
	return NULL;
}

bool overlay_add_fixups(struct overlay *overlay, struct diags *diags,
			const struct tree_node *list_node, const struct tree_property *list,
			struct reference model, enum tree_code code)
{
	const char *at = (const char *)list->value;
	size_t left = list->len;
	bool ok = true;

	if (!left || at[left - 1]) {
		report_node(diags, code, overlay->tree, list_node, list,
			    "the fixups in %s are not a list of strings", list->name);
		return false;
	}
	while (left) {
		size_t len = strlen(at);
		struct reference reference = model;
		const char *why = check_fixup(overlay, at, len, &reference);

		if (why) {
			report_node(diags, code, overlay->tree, list_node, list,
				    "the fixup \"%.200s\" %s", at, why);
			ok = false;
		} else {
			*ARRAY_PUSH(overlay->tree->arena, &overlay->references) = reference;
		}
		at += len + 1;
		left -= len + 1;
	}
	return ok;
}

static void verify_fixups(struct verifier *verifier)
{
	const struct tree_node *fixups = verifier->overlay->fixups;

	for (const struct tree_property *label = fixups->properties; label; label = label->next) {
		struct reference model = {.kind = REFERENCE_LABEL, .label = label};

		if (!overlay_add_fixups(verifier->overlay, verifier->diags, fixups, label, model,
					TREE_OVERLAY_FIXUP))
			verifier->ok = false;
	}
}

static int compare_references(const void *a, const void *b)
{
	const struct reference *left = a, *right = b;

	if (left->group != right->group)
		return left->group < right->group ? -1 : 1;
	if (left->offset != right->offset)
		return left->offset < right->offset ? -1 : 1;
	return 0;
}

bool overlay_link_references(struct overlay *overlay, struct diags *diags)
{
	struct arena *arena = overlay->tree->arena;
	size_t count = overlay->references.count;
	struct reference *references = overlay->references.items;
	struct word_map groups = {0};
	bool ok = true;

	overlay->by_property = (struct word_map){0};
	for (size_t i = 0; i < count; i++) {
		uintptr_t property = (uintptr_t)references[i].property;

		if (!word_map_get(&groups, property))
			word_map_set(arena, &groups, property, i + 1);
		references[i].group = word_map_get(&groups, property);
		references[i].next = NULL;
	}
	if (count)
		qsort(references, count, sizeof(*references), compare_references);
	for (size_t i = 0; i < count; i++) {
		struct reference *before = i ? &references[i - 1] : NULL;

		if (!before || before->group != references[i].group) {
			word_map_set(arena, &overlay->by_property,
				     (uintptr_t)references[i].property, (uintptr_t)&references[i]);
			continue;
		}
		before->next = &references[i];
		if (references[i].offset - before->offset >= CELL)
			continue;
		report_node(diags,
			    references[i].kind == REFERENCE_LOCAL ? TREE_OVERLAY_LOCAL_FIXUP
								  : TREE_OVERLAY_FIXUP,
			    overlay->tree, references[i].node, references[i].property,
			    "two fixups overlap at offset %" PRIu32 " of %s", references[i].offset,
			    references[i].property->name);
		ok = false;
	}
	return ok;
}

const struct reference *overlay_references(const struct overlay *overlay,
					   const struct tree_property *property)
{
	return (const struct reference *)word_map_get(&overlay->by_property, (uintptr_t)property);
}

/* A target may be written as 0xffffffff only where a fixup replaces it. */
static void verify_target_cells(struct verifier *verifier)
{
	for (size_t i = 0; i < verifier->overlay->fragments.count; i++) {
		const struct fragment *fragment = &verifier->overlay->fragments.items[i];
		uint32_t target;

		if (!property_u32(fragment->target, &target) || target != UINT32_MAX ||
		    overlay_references(verifier->overlay, fragment->target))
			continue;
		report_node(verifier->diags, TREE_OVERLAY_DAMAGED, verifier->tree, fragment->node,
			    fragment->target, "target is 0xffffffff and no fixup replaces it");
		verifier->ok = false;
	}
}

bool overlay_verify(const struct tree *tree, struct diags *diags, struct overlay *overlay)
{
	struct verifier verifier = {.overlay = overlay, .tree = tree, .diags = diags, .ok = true};

	*overlay = (struct overlay){
		.tree = tree,
		.symbols = find_root_child(tree, "__symbols__"),
		.fixups = find_root_child(tree, "__fixups__"),
		.local_fixups = find_root_child(tree, "__local_fixups__"),
		.bind = find_root_child(tree, "nv2-bind"),
	};
	verify_depth(&verifier);
	verify_names(&verifier);
	find_fragments(&verifier);
	verify_phandles(&verifier);
	if (overlay->local_fixups)
		verify_local_fixups(&verifier);
	if (overlay->fixups)
		verify_fixups(&verifier);
	if (!overlay_link_references(overlay, diags))
		verifier.ok = false;
	verify_target_cells(&verifier);
	return verifier.ok;
}
