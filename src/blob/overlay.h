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
 * Checks an overlay whole, so that who works on it afterwards has nothing to
 * check in the overlay itself:
 * - every child of the root is a fragment with one target-path and one
 *   __overlay__, or nv2-bind (late-bound only), or __local_fixups__. No __symbols__,
 *   no __fixups__, no `target`;
 * - siblings differ in name, and a node's properties do;
 * - phandles are 4 bytes, neither 0 nor 0xffffffff, and one node's only;
 * - every local fixup lies wholly in a property that is there, in a fragment, its list is made of
 *   cells, and the phandle at its place is that of a node in a fragment;
 * - late-bound: nv2-bind is compatible with "nv2,bind-1"; its children's reg count from
 *   0; every selector decodes, is under one with a lower number of the kind it must be
 *   under, and every place it lists is a cell of 0xffffffff in a property in a fragment;
 *   every target-path is "/nv2-unbound/N" of one of them;
 * - no two references, local or a selector's, overlap.
 * NV2_ERR_OVERLAY, NV2_ERR_FIXUP, NV2_ERR_SELECTOR.
 */
enum nv2_status nv2_late_overlay_verify(const struct nv2_fdt *overlay,
					struct nv2_overlay_fault *fault);
enum nv2_status nv2_bound_overlay_verify(const struct nv2_fdt *overlay,
					 struct nv2_overlay_fault *fault);

#endif
