/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_BOOT_BIND_H
#define NV2_BOOT_BIND_H

#include "blob/fdt_write.h"
#include "blob/overlay.h"
#include "nv2/boot.h"

/* What binding an overlay and applying a bound one have in common. */

/* A selector and what it means in the tree. */
struct nv2_choice {
	struct nv2_selector match;
	uint32_t node;         /* its sel@N */
	uint32_t found, other; /* 0: none; two are enough to know that it is not one */
};

/* A node in a fragment of the overlay, and what it is in the tree. */
struct nv2_bound_node {
	struct nv2_bound_node *parent; /* NULL at the top of a fragment */
	struct nv2_bound_node *owner;  /* what is nearest above that the tree has, or it itself */
	uint32_t from;
	uint32_t base;    /* of the tree; 0: the tree lacks it */
	uint32_t other;   /* one more that it could be */
	uint32_t mirror;  /* in __local_fixups__; 0: nothing in it refers to the overlay */
	uint32_t step;    /* the selector, or, bound, the fragment, that it is under */
	uint32_t phandle; /* in the overlay; 0: none */
	uint32_t number;  /* the phandle it gets; of an owner, the number of its new fragment */
	uint8_t depth;
	bool is_named; /* `base` is so by its name */
	bool has_new;  /* nodes right below it that the tree lacks, */
	bool has_reg;  /* and some of these with reg */
	bool refers;   /* of an owner: what goes to it refers to nodes that the overlay makes */
};

struct nv2_binder {
	const struct nv2_fdt *overlay, *tree;
	struct nv2_failure *failure;
	struct nv2_choice *selectors; /* by number; NULL: the overlay is bound */
	uint32_t selector_count;
	uint32_t kinds;     /* of the selectors, a bit each */
	uint32_t highest;   /* phandle of the tree, where the overlay is bound */
	uint32_t phandles;  /* given to new nodes so far */
	uint32_t fragments; /* so far: of the overlay if that is bound, else of the new one */
	struct nv2_bound_node *nodes, *end; /* in document order */
	/*
	 * From an address in the overlay to that in its copy, where references are filled in. In
	 * the lists of __local_fixups__, what was filled in with a phandle of the tree is struck
	 * out: 0xffffffff.
	 */
	uintptr_t copy;
	struct nv2_fdt_writer writer;
	bool writes_fixups; /* not what goes to the tree, but its local fixups */
};

/* ---- bind_match.c ---- */

/* Says how much to ask for: no more than one can have. */
void nv2_set_space(struct nv2_space *space, const struct nv2_fdt *overlay, uint64_t output);
uint32_t nv2_count_nodes(const struct nv2_fdt *overlay);
/* Sets `failure` to nothing, checks the overlay, and takes hold of the memory. */
enum nv2_status nv2_binder_begin(struct nv2_binder *binder, void *work, size_t size, bool late);
/* Gives failure->what the words of a selector, where there are selectors. */
void nv2_name_step(const struct nv2_binder *binder, uint32_t step);
enum nv2_status nv2_binder_fail(const struct nv2_binder *binder, enum nv2_status status,
				const struct nv2_bound_node *node, const char *property);
/*
 * Gives each node in a fragment its counterpart in the tree, those that have none the phandle
 * they are to have, and fills in references to any of them. Where the overlay is bound, phandles
 * move up by `highest`, as in the kernel.
 */
enum nv2_status nv2_binder_match(struct nv2_binder *binder);
/* Memory that the overlay adds must not lie over memory of the tree. */
enum nv2_status nv2_check_memory(const struct nv2_binder *binder);

static inline unsigned char *nv2_filled(const struct nv2_binder *binder, const unsigned char *at)
{
	return (unsigned char *)((uintptr_t)at + binder->copy);
}

/* ---- bind_write.c ---- */

/* Of the path of the node that a walk is at, without its NUL. */
uint32_t nv2_path_length(const struct nv2_fdt_walk *walk);
/* The node after `base`, in the tree's order, that something may go to; NULL behind the last. */
struct nv2_bound_node *nv2_next_owner(const struct nv2_binder *binder, uint32_t base);
/*
 * What goes to an owner, or the local fixups of that: properties, then nodes. What is there
 * already must be the same; of a bound overlay, nothing may be but cell counts.
 */
enum nv2_status nv2_write_content(struct nv2_binder *binder, struct nv2_bound_node *owner);
/* All of a bound overlay. */
enum nv2_status nv2_write_overlay(struct nv2_binder *binder, void *output, size_t *size);

#endif
