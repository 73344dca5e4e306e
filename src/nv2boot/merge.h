/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_NV2BOOT_MERGE_H
#define NV2_NV2BOOT_MERGE_H

#include "nv2boot/cmd.h"

/* A tree with the bundle's host-os overlay. */
struct merged {
	struct bytes overlay_bytes, tree_bytes;
	struct nv2_fdt overlay, tree;
	bool changed; /* the tree lacked something */
};

/* Gives an exit status, after it was logged why. `merged` is to be freed in any case. */
int merge_bundle(struct run *run, const struct nv2_fdt *tree, struct merged *merged);
void free_merged(struct merged *merged);

#endif
