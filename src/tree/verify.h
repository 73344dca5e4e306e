/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TREE_VERIFY_H
#define NV2_TREE_VERIFY_H

#include "tree/codes.h"
#include "tree/index.h"
#include "tree/tree.h"

/*
 * An overlay that has been checked: every fragment whole, every fixup a cell
 * that is there. What applies or binds overlays works on this and has nothing
 * left to check in the overlay itself.
 */
enum reference_kind {
	REFERENCE_LOCAL,    /* to a node of the overlay, by its phandle there */
	REFERENCE_LABEL,    /* to a label of the base */
	REFERENCE_SELECTOR, /* to what a selector of nv2-bind finds */
};

struct reference {
	const struct reference *next; /* in the same property, by offset */
	const struct tree_node *node;
	const struct tree_property *property;
	uint32_t offset;
	enum reference_kind kind;
	const struct tree_property *label; /* REFERENCE_LABEL: the property of __fixups__ */
	uint32_t selector;                 /* REFERENCE_SELECTOR: its number */
	size_t group;                      /* the same for all references in one property */
};

struct fragment {
	const struct tree_node *node;            /* fragment@N */
	const struct tree_node *content;         /* its __overlay__ */
	const struct tree_property *target;      /* four bytes, or NULL */
	const struct tree_property *target_path; /* a string, or NULL */
};

struct overlay {
	const struct tree *tree;
	ARRAY(struct fragment) fragments;
	ARRAY(struct reference) references;
	struct word_map by_property; /* a property to its first reference */
	struct word_map phandles;    /* a phandle of the overlay to its node */
	uint32_t max_phandle;
	const struct tree_node *symbols, *fixups, *local_fixups; /* or NULL */
	const struct tree_node *bind;                            /* nv2-bind, or NULL */
};

/* False after diagnostics. Says nothing about what a late-bound overlay has in nv2-bind. */
bool overlay_verify(const struct tree *tree, struct diags *diags, struct overlay *overlay);

/*
 * Adds a reference like `model` for each PATH:PROPERTY:OFFSET in `list`,
 * a property of `list_node`. False after diagnostics, which have `code`.
 */
bool overlay_add_fixups(struct overlay *overlay, struct diags *diags,
			const struct tree_node *list_node, const struct tree_property *list,
			struct reference model, enum tree_code code);
/* Orders all references and links those of one property; two that overlap are an error. */
bool overlay_link_references(struct overlay *overlay, struct diags *diags);

/* The first reference in a property, or NULL. */
const struct reference *overlay_references(const struct overlay *overlay,
					   const struct tree_property *property);

#endif
