/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TREE_BIND_ROOM_H
#define NV2_TREE_BIND_ROOM_H

#include "tree/report.h"
#include "tree/select.h"
#include "tree/verify.h"

/* What bind.c and its two helpers share while they bind one overlay. */

/* A node of the overlay and what it is in the base or becomes in the result. */
struct bound_node {
	const struct tree_node *from;
	const struct tree_node *base; /* NULL: the base lacks it */
	struct tree_node *out;        /* where what the base lacks goes */
	bool adds_reg;                /* has children with a reg that the base lacks */
};

/* A fragment of the result. */
struct bound_fragment {
	const struct tree_node *base;
	struct tree_node *node, *content;
};

/* A reference in the result to a node of the result, for its __local_fixups__. */
struct bound_reference {
	struct tree_node *node;
	const struct tree_property *property;
	uint32_t offset;
};

struct binder {
	struct arena *arena;
	struct diags *diags;
	struct overlay overlay;
	struct bind_selectors selectors;
	const struct tree *base;
	struct tree *out;
	bool ok;

	ARRAY(struct bound_node) nodes; /* a parent comes before its children */
	struct word_map by_node;        /* a node of the overlay to its place in `nodes`, plus 1 */
	ARRAY(struct bound_fragment) fragments;
	struct word_map by_target;   /* a node of the base to its fragment's content */
	struct word_map phandles;    /* a new node of the result to its phandle */
	struct word_map reported;    /* nodes of the base said to lack a phandle */
	struct word_map twins;       /* a hash to children of the base, for bind_find_child() */
	struct word_map twins_known; /* parents whose children are in `twins` */
	ARRAY(struct bound_reference) references;
	size_t filled; /* references of selectors seen */
};

/* bind_match.c: fills in nodes, fragments and phandles. */
void bind_match_nodes(struct binder *binder);
/* NULL if the node is in no fragment. */
struct bound_node *bind_find_node(const struct binder *binder, const struct tree_node *from);

/* Memory that the overlay speaks of, and memory of the base that it lies over; last bytes too. */
struct memory_overlap {
	const struct tree_node *node, *there;
	uint64_t first, last, there_first, there_last;
};

struct memory_overlaps {
	ARRAY(struct memory_overlap) list;
};

/*
 * bind_memory.c: memory that the overlay adds must not lie over memory of the
 * base. With `merged`, the base may have the overlay's memory already.
 */
struct memory_overlaps bind_find_overlaps(const struct binder *binder, bool merged);
void bind_check_memory(struct binder *binder);

/* #address-cells and #size-cells of a node, or what their lack means. */
struct cell_counts {
	uint32_t address, size;
};
struct cell_counts count_cells(const struct tree *tree, const struct tree_node *node);

#endif
