/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a tree, says whether it is of the kind that is wanted. Never looks at what
 * it says of a machine.
 */
#include "tree/kind.h"

#include <string.h>

#include "nv2/bundle.h"
#include "tree/report.h"

#define HOST_COMPATIBLE "ibm,powernv"

static bool is_compatible(const struct tree *tree, const char *text)
{
	const struct tree_property *compatible = tree_find_property(tree, tree->root, "compatible");

	return compatible && property_has_string(compatible, text);
}

static bool has_fragments(const struct tree *tree)
{
	for (const struct tree_node *node = tree->root->children; node; node = node->next)
		if (tree_find_child(tree, node, "__overlay__"))
			return true;
	return false;
}

/* Labels and fixups of an overlay that adds nothing. */
static bool is_about_overlay(const struct tree_node *node)
{
	return !strncmp(node->name, "__", 2) || !strcmp(node->name, "nv2-bind");
}

bool tree_expect_machine(const struct tree *tree, struct diags *diags)
{
	const char *kind = is_compatible(tree, NV2_BUNDLE_COMPATIBLE) ? "a bundle"
			   : has_fragments(tree)                      ? "an overlay"
								      : NULL;

	if (!kind)
		return true;
	report_node(diags, TREE_NOT_A_MACHINE, tree, NULL, NULL,
		    "this is %s, and the tree of a machine is wanted here", kind);
	return false;
}

bool tree_expect_overlay(const struct tree *tree, const struct tree *base, struct diags *diags)
{
	if (is_compatible(tree, TREE_GUEST_COMPATIBLE) && is_compatible(base, HOST_COMPATIBLE)) {
		report_node(diags, TREE_GUEST_FRAGMENT, tree, NULL, NULL,
			    "this is for a guest, and %s is the tree of a host", base->file);
		return false;
	}
	if (has_fragments(tree))
		return true;
	for (const struct tree_node *node = tree->root->children; node; node = node->next) {
		if (is_about_overlay(node))
			continue;
		report_node(diags, TREE_NOT_AN_OVERLAY, tree, NULL, NULL,
			    "this is no overlay: it has a node %s, and no fragment", node->name);
		return false;
	}
	return true;
}
