/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes names of the wiring, gives nodes of the host's tree. Never goes by a
 * node's name: firmware builds differ in those.
 */
#include "nv2boot/host.h"

#include <inttypes.h>
#include <string.h>

#include "blob/freestanding.h"
#include "nv2boot/explain.h"

bool find_device(const struct nv2_bundle *bundle, const char *name, struct nv2_device *device)
{
	for (uint32_t i = 0; nv2_bundle_device(bundle, i, device); i++)
		if (!strcmp(device->name, name))
			return true;
	return false;
}

/* What a PHB's `reg` says: every register of its NPU is at that and its offset. */
static bool find_npu_address(const struct nv2_bundle *bundle, const char *npu, uint64_t *address)
{
	struct nv2_write write;

	for (uint32_t i = 0; nv2_bundle_write(bundle, i, &write); i++) {
		if (strcmp(write.npu, npu) != 0)
			continue;
		*address = write.mmio - write.reg;
		return true;
	}
	return false;
}

static uint32_t find_phb(const struct nv2_fdt *tree, uint64_t address)
{
	const struct nv2_selector wanted = {.kind = NV2_SELECT_PHB, .value = address};
	struct nv2_fdt_walk walk;

	nv2_fdt_walk_begin(&walk, tree);
	while (nv2_fdt_walk_next(&walk)) {
		struct nv2_view view = nv2_fdt_view(&walk);

		if (nv2_selector_match(&wanted, &view, walk.node))
			return walk.node;
	}
	return 0;
}

static uint32_t find_phandle(const struct nv2_fdt *tree, uint32_t phandle)
{
	struct nv2_fdt_walk walk;
	uint32_t value;

	nv2_fdt_walk_begin(&walk, tree);
	while (nv2_fdt_walk_next(&walk))
		if (nv2_fdt_u32(tree, walk.node, "phandle", &value) && value == phandle)
			return walk.node;
	return 0;
}

/* The bridge below a PHB whose ibm,nvlink leads to the link of that index. */
static uint32_t find_bridge(const struct nv2_fdt *tree, uint32_t phb, uint32_t link)
{
	uint32_t node, phandle, index;

	for (node = nv2_fdt_child(tree, phb); node; node = nv2_fdt_sibling(tree, node))
		if (nv2_fdt_u32(tree, node, "ibm,nvlink", &phandle) &&
		    nv2_fdt_u32(tree, find_phandle(tree, phandle), "ibm,npu-link-index", &index) &&
		    index == link)
			return node;
	return 0;
}

static uint32_t find_link_node(const struct run *run, const struct nv2_fdt *tree,
			       const struct nv2_device *device)
{
	uint64_t address = 0;
	uint32_t phb = 0, bridge;

	if (find_npu_address(&run->bundle, device->npu, &address))
		phb = find_phb(tree, address);
	bridge = phb ? find_bridge(tree, phb, device->link) : 0;
	if (bridge)
		return bridge;
	log_say(&run->log, LOG_LEVEL_ERROR,
		phb ? "the tree has no bridge of %s below the PHB of %s at 0x%" PRIx64
		    : "the tree has no PHB for %s of %s at 0x%" PRIx64,
		device->name, device->npu, address);
	return 0;
}

/* All bridges of the GPU have to lead to one node. */
static uint32_t find_gpu_node(const struct run *run, const struct nv2_fdt *tree,
			      const struct nv2_device *gpu)
{
	struct nv2_device device;
	uint32_t found = 0;

	for (uint32_t i = 0; nv2_bundle_device(&run->bundle, i, &device); i++) {
		uint32_t bridge, phandle, node;

		if (device.kind != NV2_DEVICE_LINK || !device.gpu ||
		    strcmp(device.gpu, gpu->name) != 0)
			continue;
		bridge = find_link_node(run, tree, &device);
		if (!bridge)
			return 0;
		node = nv2_fdt_u32(tree, bridge, "ibm,gpu", &phandle) ? find_phandle(tree, phandle)
								      : 0;
		if (node && (!found || node == found)) {
			found = node;
			continue;
		}
		if (node)
			log_say(&run->log, LOG_LEVEL_ERROR,
				"the bridges of %s lead to several GPUs, that of %s to another",
				gpu->name, device.name);
		else
			log_say(&run->log, LOG_LEVEL_ERROR,
				"the bridge of %s does not lead to %s: its ibm,gpu is missing",
				device.name, gpu->name);
		return 0;
	}
	if (!found)
		log_say(&run->log, LOG_LEVEL_ERROR, "the bundle has no link of %s", gpu->name);
	return found;
}

uint32_t find_device_node(const struct run *run, const struct nv2_fdt *tree,
			  const struct nv2_device *device)
{
	if (device->kind == NV2_DEVICE_LINK)
		return find_link_node(run, tree, device);
	return find_gpu_node(run, tree, device);
}
