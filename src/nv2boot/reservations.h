/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_NV2BOOT_RESERVATIONS_H
#define NV2_NV2BOOT_RESERVATIONS_H

#include "nv2boot/cmd.h"

/*
 * Puts the memory reservation map, and the number of the boot CPU, of the tree that this kernel
 * was started with into a tree that was read from /proc/device-tree, which shows neither. A
 * kernel that is started without the map takes memory that is firmware's. Replaces the bytes and
 * opens `tree` on them. Gives an exit status, after it was logged why.
 */
int add_reservations(struct run *run, struct bytes *bytes, struct nv2_fdt *tree);

#endif
