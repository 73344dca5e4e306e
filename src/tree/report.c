/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes nodes, properties and what is wrong with them, gives diagnostics.
 * Never decides that something is wrong.
 */
#include "tree/report.h"

#include <stdarg.h>
#include <string.h>

#define VALUE_SHOWN 96

static const char *make_subject(struct arena *arena, const struct tree *tree,
				const struct tree_node *node, const struct tree_property *property)
{
	if (!node)
		return tree->file;
	if (!property)
		return arena_printf(arena, "%s: %s", tree->file, tree_path(arena, node));
	return arena_printf(arena, "%s: %s:%s", tree->file, tree_path(arena, node), property->name);
}

static struct span find_origin(const struct tree_node *node, const struct tree_property *property)
{
	if (property && property->origin.file)
		return property->origin;
	return node ? node->origin : (struct span){0};
}

struct diag_record *report_node(struct diags *diags, enum tree_code code, const struct tree *tree,
				const struct tree_node *node, const struct tree_property *property,
				const char *format, ...)
{
	struct span origin = find_origin(node, property);
	const char *subject = make_subject(diags->arena, tree, node, property);
	struct diag_record *record;
	const char *text;
	va_list args;

	va_start(args, format);
	text = arena_vprintf(diags->arena, format, args);
	va_end(args);
	if (!origin.file)
		return diag_add_about(diags, &tree_codes[code], subject, "%s", text);
	record = diag_add(diags, &tree_codes[code], origin, "%s", text);
	/* A selector is of no use to people: what they wrote is at its origin. */
	if (!node || !node->parent || strcmp(node->parent->name, "nv2-bind") != 0)
		diag_note_about(diags, record, subject, "this is it in the tree");
	return record;
}

void note_node(struct diags *diags, struct diag_record *record, const struct tree *tree,
	       const struct tree_node *node, const struct tree_property *property,
	       const char *format, ...)
{
	struct span origin = find_origin(node, property);
	const char *text;
	va_list args;

	if (!record)
		return;
	va_start(args, format);
	text = arena_vprintf(diags->arena, format, args);
	va_end(args);
	if (origin.file)
		diag_note(diags, record, origin, "%s", text);
	else
		diag_note_about(diags, record, make_subject(diags->arena, tree, node, property),
				"%s", text);
}

const char *show_value(struct arena *arena, const struct tree_property *property)
{
	struct buffer text = {0};
	const char *shown;

	/* A long value is cut before it is written out, on a cell's boundary. */
	if (property->form != TREE_STRINGS && property->len > VALUE_SHOWN)
		tree_write_value(property->value, VALUE_SHOWN, TREE_CELLS, &text);
	else
		tree_write_value(property->value, property->len, property->form, &text);
	if (!text.len)
		shown = "(empty)";
	else if (text.len > VALUE_SHOWN)
		shown = arena_printf(arena, "%.*s... (%u bytes)", VALUE_SHOWN, text.data,
				     property->len);
	else
		shown = arena_strdup(arena, text.data);
	buffer_free(&text);
	return shown;
}

bool hints_wanted(const struct diags *diags)
{
	return diags->counts[SEVERITY_ERROR] < DIAG_ERRORS_SHOWN;
}

const char *closest_property(struct diags *diags, const struct tree_node *node, const char *name)
{
	const char **names;
	size_t count = 0;

	if (!node || !hints_wanted(diags) || !node->property_count)
		return NULL;
	names = arena_alloc(diags->arena, node->property_count * sizeof(*names));
	for (const struct tree_property *each = node->properties; each; each = each->next)
		names[count++] = each->name;
	return closest_name(name, names, count);
}

static const char *closest_child(struct diags *diags, const struct tree_node *node,
				 const char *name)
{
	const char **names;
	size_t count = 0;

	if (!node->child_count)
		return NULL;
	names = arena_alloc(diags->arena, node->child_count * sizeof(*names));
	for (const struct tree_node *child = node->children; child; child = child->next)
		names[count++] = child->name;
	return closest_name(name, names, count);
}

const char *closest_path(struct diags *diags, struct tree *tree, const char *path)
{
	struct arena *arena = diags->arena;
	const struct tree_node *node = tree->root, *child;
	const char *at = path, *close;

	if (!hints_wanted(diags) || *path != '/')
		return NULL;
	for (;;) {
		size_t len;
		const char *part;

		at += strspn(at, "/");
		len = strcspn(at, "/");
		if (!len)
			return NULL;
		part = arena_strndup(arena, at, len);
		child = tree_find_child_loosely(tree, node, part);
		if (!child) {
			close = closest_child(diags, node, part);
			break;
		}
		node = child;
		at += len;
	}
	if (!close)
		return NULL;
	return arena_printf(arena, "%s/%s%s", node->parent ? tree_path(arena, node) : "", close,
			    at + strcspn(at, "/"));
}
