/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_BLOB_OVERLAY_H
#define NV2_BLOB_OVERLAY_H

#include "blob/fdt.h"

/*
 * Overlays as they lie in a bundle: late-bound, or bound to a tree. Nothing
 * here looks at a tree that one is for.
 */

/* Where something is wrong: offsets in the overlay, 0 and NULL for what does not apply. */
struct nv2_overlay_fault {
	uint32_t node;
	const char *property;
	uint32_t step; /* number of the fragment, or of the selector; UINT32_MAX: neither */
};

/*
 * Bytes; larger ones are refused, for some of what is checked takes time in the
 * square of an overlay. Those of boards that exist have a twentieth of it.
 */
#define NV2_OVERLAY_SIZE_MAX 0x40000u

/*
 * Checks an overlay whole, so that who works on it afterwards has nothing to
 * check in the overlay itself:
 * - every child of the root is a fragment, that is, a node with one target-path, one
 *   __overlay__ and nothing else; or nv2-bind (late-bound only), or __local_fixups__. So no
 *   __symbols__, no __fixups__, no `target`;
 * - siblings differ in name, and a node's properties do;
 * - phandles are of nodes in fragments, 4 bytes, neither 0 nor 0xffffffff, one node's only, and
 *   the same in both spellings;
 * - a reference is a whole cell, at a multiple of 4, in a property in a fragment that is neither
 *   phandle nor cell count;
 * - every local fixup is such a reference, its list is made of cells and ascends, and the phandle
 *   at its place is that of a node in a fragment; no node mirrors one that is not there;
 * - fixups of selectors are PATH:PROPERTY:OFFSET, the offset in decimal without leading zeros;
 * - late-bound: nv2-bind is compatible with "nv2,bind-1"; its children's reg count from
 *   0, in order; every selector decodes, is under one with a lower number of the kind it must be
 *   under, and every place it lists is a reference of 0xffffffff that nothing else lists;
 *   every target-path is "/nv2-unbound/N" of one of them.
 * Takes no memory, so it is quadratic in what the overlay has; and it has hundreds.
 * Fragments are numbered in their order.
 * NV2_ERR_OVERLAY, NV2_ERR_FIXUP, NV2_ERR_SELECTOR.
 */
enum nv2_status nv2_overlay_verify(const struct nv2_fdt *overlay, struct nv2_overlay_fault *fault,
				   bool is_late);

static inline enum nv2_status nv2_late_overlay_verify(const struct nv2_fdt *overlay,
						      struct nv2_overlay_fault *fault)
{
	return nv2_overlay_verify(overlay, fault, true);
}

static inline enum nv2_status nv2_bound_overlay_verify(const struct nv2_fdt *overlay,
						       struct nv2_overlay_fault *fault)
{
	return nv2_overlay_verify(overlay, fault, false);
}

/* ---- going about in one that has been checked ---- */

#define NV2_LOCAL_FIXUPS "__local_fixups__"

/* The walk's next node that is a fragment's __overlay__ or below one. */
bool nv2_overlay_next(struct nv2_fdt_walk *walk);
/* Sets a walk at the node in a fragment with this phandle. */
bool nv2_overlay_find_phandle(const struct nv2_fdt *overlay, uint32_t phandle,
			      struct nv2_fdt_walk *walk);
/* The number in a fragment's "/nv2-unbound/N"; UINT32_MAX if there is none. */
uint32_t nv2_overlay_selector(const struct nv2_fdt *overlay, uint32_t fragment);
/* The node of a tree that a fragment is for; 0 if it has none. */
uint32_t nv2_overlay_find_target(const struct nv2_fdt *overlay, uint32_t fragment,
				 const struct nv2_fdt *tree);
/* The cell that a selector's fixup means; NULL if there is none. */
const unsigned char *nv2_overlay_cell(const struct nv2_fdt *overlay, const char *fixup);

/* ---- in any tree ---- */

/* Properties that mean something about their node, not about what it describes. */
enum nv2_role {
	NV2_ROLE_NONE,
	NV2_ROLE_PHANDLE, /* either spelling */
	NV2_ROLE_CELLS,   /* #address-cells, #size-cells */
};
enum nv2_role nv2_role_of(const char *property);
bool nv2_is_same(const char *a, const char *b);
/* By its whole name; 0 if there is none. */
uint32_t nv2_fdt_child_named(const struct nv2_fdt *fdt, uint32_t node, const char *name);
/* Down from a node by the names on a walk's way, from path[level] on; 0 if one is not there. */
uint32_t nv2_fdt_follow(const struct nv2_fdt *fdt, uint32_t node, const struct nv2_fdt_walk *walk,
			uint32_t level);
bool nv2_fdt_property_named(const struct nv2_fdt *fdt, uint32_t node, const char *name,
			    struct nv2_fdt_property *property);
/* 0 and 0xffffffff mean none. */
static inline bool nv2_is_usable(uint32_t phandle)
{
	return phandle + 1 > 1;
}
/* Of either spelling; 0 if there is none of 4 bytes. */
uint32_t nv2_fdt_phandle(const struct nv2_fdt *fdt, uint32_t node);
/* The string after `text`, or the first if that is NULL; NULL behind the last. */
const char *nv2_fdt_next_string(const struct nv2_fdt *fdt, uint32_t node, const char *name,
				const char *text);
/* Whether a list of strings has this one. */
bool nv2_fdt_has_string(const struct nv2_fdt *fdt, uint32_t node, const char *name,
			const char *text);

#endif
