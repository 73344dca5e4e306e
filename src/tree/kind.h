/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TREE_KIND_H
#define NV2_TREE_KIND_H

#include "diag/diag.h"
#include "tree/tree.h"

/* What a guest's fragment has in the compatible of its root, as QEMU's machine has. */
#define TREE_GUEST_COMPATIBLE "qemu,pseries"

/* Whether it is a machine's tree, and no overlay or bundle; false after a diagnostic. */
bool tree_expect_machine(const struct tree *tree, struct diags *diags);
/* Whether it is an overlay, and not one of a guest for a host; false after a diagnostic. */
bool tree_expect_overlay(const struct tree *tree, const struct tree *base, struct diags *diags);

#endif
