/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_NV2BOOT_HOST_H
#define NV2_NV2BOOT_HOST_H

#include "blob/fdt.h"
#include "nv2boot/cmd.h"

/*
 * The node of a device of the bundle, "GPU0" or "npu0:0", in a tree that has the
 * bundle's host-os overlay: a bridge by its NPU's PHB and its link's index, a
 * GPU by its bridges. 0 if there is none, or if it contradicts itself, after
 * it was logged.
 */
uint32_t find_device_node(const struct run *run, const struct nv2_fdt *tree,
			  const struct nv2_device *device);

/* Row of the bundle's devices by name; false if there is none. */
bool find_device(const struct nv2_bundle *bundle, const char *name, struct nv2_device *device);

#endif
