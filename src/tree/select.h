/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TREE_SELECT_H
#define NV2_TREE_SELECT_H

#include "blob/selector.h"
#include "tree/tree.h"
#include "tree/verify.h"

/* Looks at trees in memory the way blob/selector.h wants; `context` is the tree. */
struct nv2_view tree_view(const struct tree *tree);

/*
 * The nodes of a tree by what selectors look for: made in one walk, after
 * which each selector costs expected constant time. Stale after a change to
 * the tree.
 */
struct select_index;

struct select_index *select_index_new(struct arena *arena, const struct tree *tree);

/* Two are enough to know that it is not one. */
struct tree_matches {
	const struct tree_node *first;  /* in document order; NULL if there is none */
	const struct tree_node *second; /* NULL if there is one only */
};

struct tree_matches select_nodes(const struct select_index *index,
				 const struct nv2_selector *selector);

/* What nodes of that kind are called in this tree, for "did you mean"; NULL if nothing is close. */
const char *select_closest(const struct select_index *index, const struct nv2_selector *selector);

/* A selector as it stands in a late-bound overlay. */
struct bind_selector {
	struct nv2_selector match;
	const struct tree_node *node;  /* its sel@N */
	const char *what;              /* for people: "the PCI node of GPU0" */
	const struct tree_node *found; /* in the base; NULL unless exactly one */
};

struct bind_selectors {
	struct bind_selector *items; /* by number */
	size_t count;
};

bool tree_is_late_bound(const struct tree *overlay);

/*
 * Reads nv2-bind of a verified overlay and adds the references it lists to
 * it. False after diagnostics.
 */
bool bind_read_selectors(struct overlay *overlay, struct diags *diags,
			 struct bind_selectors *selectors);
/* Sets `found` in each. False after diagnostics: one per node missing, and none for what is below.
 */
bool bind_select(struct bind_selectors *selectors, const struct overlay *overlay,
		 const struct tree *base, struct diags *diags);

/* What a selector looks for, in words: `"ibm,xscom" with ibm,chip-id 8`. */
const char *describe_selector(struct arena *arena, const struct nv2_selector *selector);

#endif
