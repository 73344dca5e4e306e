/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TREE_COMPARE_H
#define NV2_TREE_COMPARE_H

#include "tree/index.h"
#include "tree/tree.h"

/* Which of its lives a host tree is taken from. */
enum tree_stage {
	STAGE_HOST_FW, /* as firmware is given it: link nodes and slots, no NPU PHB yet */
	STAGE_HOST_OS, /* as the kernel is given it */
};

enum tree_stage find_stage(const struct tree *tree);
/* "host-fw", "host-os" */
const char *stage_name(enum tree_stage stage);

/* One thing about which a wiring and a tree disagree. */
struct tree_difference {
	const struct tree_node *node; /* of the tree; of a node that is missing, the one above */
	const char *path;
	const char *property; /* NULL: the node itself */
	const char *wiring;   /* what each says, as DTS or in words; NULL: nothing */
	const char *tree;
	struct span origin; /* in the wiring; file 0 where only the tree says something */
};

struct tree_differences {
	ARRAY(struct tree_difference) list;
	struct word_map known; /* nodes of the tree that the wiring speaks of */
};

/*
 * Adds what a late-bound overlay of a wiring would change in a tree, were the
 * tree's values not in its way. False after diagnostics about the overlay.
 */
bool compare_overlay(const struct tree *overlay, struct tree *tree, struct diags *diags,
		     struct tree_differences *differences);
/* After all overlays: adds NVLink nodes of the tree that the wiring does not speak of. */
void compare_rest(const struct tree *tree, struct arena *arena,
		  struct tree_differences *differences);
/* In document order of the tree. */
void differences_sort(const struct tree *tree, struct arena *arena,
		      struct tree_differences *differences);

#endif
