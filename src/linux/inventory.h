/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LINUX_INVENTORY_H
#define NV2_LINUX_INVENTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "blob/fdt.h"

/*
 * What a tree has, or what an overlay adds, as a sorted list of things: each
 * node is one, and each property. Trees are compared as sets, for a kernel
 * puts children in any order.
 */
struct thing {
	const char *path;     /* of the node, in the live tree */
	const char *property; /* NULL: the node itself */
	const unsigned char *value;
	uint32_t len;
	uint32_t node; /* its offset in the FDT it is from */
	/*
	 * Of an overlay: a cell count of a node that the tree has already, there only for readers
	 * of the overlay; the tree has it before and afterwards.
	 */
	bool is_cells;
};

struct inventory {
	struct thing *things; /* by path, a node before its properties */
	size_t count;
	char *text; /* the paths */
};

/*
 * Of a tree; of an overlay that was bound, with its things where they belong in the tree. False
 * without memory; then there is nothing to free. They point into the FDT.
 */
bool inventory_of_tree(struct inventory *inventory, const struct nv2_fdt *tree);
bool inventory_of_overlay(struct inventory *inventory, const struct nv2_fdt *overlay);
void inventory_free(struct inventory *inventory);

/* The thing of the same path and property, or NULL. */
const struct thing *inventory_find(const struct inventory *inventory, const struct thing *like);

/*
 * SHA-256 of all paths, names, lengths and values in order: equal for trees that differ in the
 * order of nodes and properties only.
 */
void inventory_digest(const struct inventory *inventory, unsigned char sha256[32]);

enum difference {
	DIFFERENCE_MISSING,  /* of the overlay, and not in the tree */
	DIFFERENCE_LEFT,     /* of the overlay, and still in the tree */
	DIFFERENCE_GONE,     /* was in the tree, and is no more */
	DIFFERENCE_APPEARED, /* is in the tree, and was not, and is not the overlay's */
	DIFFERENCE_CHANGED,  /* has another value than before */
	DIFFERENCES
};

/* Is told of each; may be NULL where only the count matters. */
struct inventory_listener {
	void (*hear)(void *context, enum difference difference, const struct thing *thing);
	void *context;
};

/* How many things of the overlay a tree has; cells do not count. *total: that it could have. */
size_t inventory_present(const struct inventory *overlay, const struct inventory *tree,
			 size_t *total);
/* Says what of the overlay the tree lacks; what of it the tree has. The number of them. */
size_t inventory_missing(const struct inventory *overlay, const struct inventory *tree,
			 const struct inventory_listener *listener);
size_t inventory_left(const struct inventory *overlay, const struct inventory *tree,
		      const struct inventory_listener *listener);

/*
 * Compares what is outside of the overlay (NULL: everything) in two readings of a tree: GONE,
 * APPEARED, CHANGED. Properties of a node that is gone or has appeared are not told of. The
 * number of differences.
 */
size_t inventory_compare(const struct inventory *before, const struct inventory *after,
			 const struct inventory *overlay,
			 const struct inventory_listener *listener);

/*
 * The path of a node that is given by its offset, on the heap; NULL without memory, or if it
 * is none.
 */
char *path_of_node(const struct nv2_fdt *fdt, uint32_t node);

#endif
