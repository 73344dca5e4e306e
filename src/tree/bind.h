/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TREE_BIND_H
#define NV2_TREE_BIND_H

#include "tree/tree.h"

/*
 * A late-bound overlay with its selectors resolved against a base, in the
 * overlay's arena: real target paths, the base's phandles, and only what the
 * base lacks. With nothing to do it is a tree without fragments. NULL after
 * diagnostics, which name all that is in the way; neither tree is changed.
 */
struct tree *tree_bind(const struct tree *overlay, struct tree *base, struct diags *diags);

#endif
