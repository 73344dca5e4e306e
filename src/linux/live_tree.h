/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LINUX_LIVE_TREE_H
#define NV2_LINUX_LIVE_TREE_H

#include "linux/machine.h"
#include "linux/root.h"

/* A tree larger than this is none. */
#define LIVE_TREE_SIZE_MAX ((size_t)64 << 20)

/*
 * The device tree that the kernel has now, from /proc/device-tree, as an FDT:
 * properties, then children, each by name, so that the same tree gives the
 * same bytes. 0 or a negative errno, which is logged.
 */
int live_tree_read(const struct root *root, struct bytes *tree);

#endif
