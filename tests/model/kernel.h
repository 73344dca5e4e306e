/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TEST_MODEL_KERNEL_H
#define NV2_TEST_MODEL_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a kernel's overlay engine does to a tree (anchors: drivers/of/overlay.c and resolver.c of
 * Linux 6.1), upon flattened trees and by libfdt.
 */

/* A blob passes through here whole or in part; sizes are checked against what is there. */

/*
 * 0 if the engine would take this overlay for this tree, else -EINVAL: what 6.1 refuses
 * before it changes anything.
 */
int kernel_check(const void *tree, const void *overlay, size_t size);

/* How an overlay ends up in the tree. */
enum kernel_effect {
	EFFECT_WHOLE,
	EFFECT_PART,     /* without the first property that it sets */
	EFFECT_MORE,     /* and another property of the root has another value */
	EFFECT_WRONG,    /* the last property that it sets has another value */
	EFFECT_LEFTOVER, /* only the first property that it sets */
	EFFECT_STRAY,    /* only the other property of the root */
	EFFECT_NONE,     /* a changeset without changes: left on the list by a failure */
	KERNEL_EFFECTS
};

/*
 * `tree`, in a buffer of `room` bytes, with an overlay that kernel_check() passes. Phandles of the
 * overlay are raised by the tree's highest, as Linux does and libfdt too.
 */
int kernel_apply(void *tree, size_t room, const void *overlay, size_t size,
		 enum kernel_effect effect);

/*
 * Whether two overlays touch the same node, or one a node above or below one of the other's: then
 * the earlier cannot be removed while the later is there.
 */
bool kernel_overlaps(const void *a, const void *b);

#endif
