/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_EMIT_OVERLAY_H
#define NV2_EMIT_OVERLAY_H

#include "blob/selector.h"
#include "plan/plan.h"
#include "tree/tree.h"

/*
 * Builds a late-bound overlay: fragments whose targets, and cells whose
 * phandles, are selectors. What has a base binds the result to it.
 */
struct overlay_selector;

struct overlay_builder {
	struct tree *tree;
	struct tree_node *bind; /* nv2-bind */
	ARRAY(struct overlay_selector *) selectors;
	uint32_t fragments, phandles;
};

void overlay_begin(struct overlay_builder *builder, struct tree *tree, const struct board *board);
/* Writes what can only be written when all is there. */
void overlay_end(struct overlay_builder *builder);

/*
 * Each gives the selector's number. `what` says to people what it means, and
 * `origin` where the wiring names it.
 */
uint32_t select_root(struct overlay_builder *builder);
uint32_t select_by_number(struct overlay_builder *builder, enum nv2_selector_kind kind,
			  const char *what, struct span origin, uint32_t under, uint64_t number);
uint32_t select_by_text(struct overlay_builder *builder, enum nv2_selector_kind kind,
			const char *what, struct span origin, const char *text);

#define SELECT_UNDER_NONE UINT32_MAX

/* The __overlay__ node of a new fragment. The cells are those the target must have. */
struct tree_node *overlay_fragment(struct overlay_builder *builder, uint32_t target,
				   uint32_t address_cells, uint32_t size_cells,
				   struct span origin);
/* Gives a node that the overlay makes a phandle. */
uint32_t overlay_phandle(struct overlay_builder *builder, struct tree_node *node);

/* A cell of a property: a phandle of the base's, of the overlay's own, or a plain 0. */
struct overlay_cell {
	enum { CELL_NONE, CELL_SELECTOR, CELL_LOCAL } kind;
	uint32_t number;
};

struct tree_property *overlay_set_phandles(struct overlay_builder *builder, struct tree_node *node,
					   const char *name, const struct overlay_cell *cells,
					   size_t count);
void overlay_add_extra(struct overlay_builder *builder, struct tree_node *node,
		       const extra_list *list);

/* The overlays of a board, late-bound. */
void emit_host_fw(struct tree *tree, const struct plan_board *board);
void emit_host_os(struct tree *tree, const struct plan_board *board);

#endif
