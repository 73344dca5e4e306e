/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TREE_OVERLAY_H
#define NV2_TREE_OVERLAY_H

#include "tree/tree.h"

enum overlay_rules {
	OVERLAY_GENERIC, /* what libfdt's newest release means by an overlay */
	OVERLAY_LINUX,   /* and what the kernel refuses is refused */
};

/*
 * Applies an overlay to a base. False after diagnostics; the base then is as
 * it was. A late-bound overlay has to be bound first (tree_bind()).
 */
bool tree_apply(struct tree *base, const struct tree *overlay, enum overlay_rules rules,
		struct diags *diags);

#endif
