/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a link of a bundle, its NPU's registers and a device tree, gives its GPU's address as each
 * of them has it. Never writes anything, and never believes one of them alone.
 */
#include "nv2/boot.h"

#include "blob/fdt.h"
#include "blob/freestanding.h"
#include "blob/overlay.h"

/* skiboot include/npu2-regs.h: stack << 20 | block << 16 | register; bricks 0-1 are in stack 4. */
#define FIRST_LINK_STACK 4u
#define GPU0_MEM_BAR 0x20u /* of the even brick of a stack */
#define GPU1_MEM_BAR 0x28u /* of the odd one */
#define SM_MASK 0x30000u
#define SM_SHIFT 16
#define ALL_SMS 0xfu
#define BRICKS 6u

/* skiboot hw/npu2.c, npu2_assign_gmb(): bits 62 to 42 of the BAR are bits 50 to 30 of the base. */
#define BAR_ENABLE (UINT64_C(1) << 63)
#define BAR_BASE UINT64_C(0x7ffffc0000000000)
#define BAR_BASE_SHIFT 12

#define TGT_PROPERTY "ibm,device-tgt-addr"

/* skiboot hw/npu2.c, npu2_dn_fixup(): bits 43, 44, 47, 48 and those above 50 are dropped. */
uint64_t nv2_tgt_compress(uint64_t base)
{
	return (base & UINT64_C(0x7ffffffffff)) | (base >> 45 & 3) << 43 | (base >> 49 & 3) << 45;
}

uint64_t nv2_tgt_expand(uint64_t tgt)
{
	return (tgt & UINT64_C(0x7ffffffffff)) | (tgt >> 43 & 3) << 45 | (tgt >> 45 & 3) << 49;
}

struct search {
	const struct nv2_bundle *bundle;
	const struct nv2_fdt *tree;
	const struct nv2_ops *ops;
	struct nv2_proof *proof;
	struct nv2_failure *failure;
	struct nv2_device device;
	uint64_t regs; /* address of the NPU's registers, which is its PHB's */
};

static enum nv2_status fail(const struct search *search, enum nv2_status status)
{
	search->failure->status = status;
	return status;
}

/* The status unless they are the same. */
static enum nv2_status compare(const struct search *search, enum nv2_status status, uint64_t wanted,
			       uint64_t found)
{
	if (wanted == found)
		return NV2_OK;
	search->failure->wanted = wanted;
	search->failure->found = found;
	return fail(search, status);
}

/* --- the plan ---------------------------------------------------------------- */

static enum nv2_status find_plan(struct search *search, uint32_t index)
{
	const struct nv2_bundle *bundle = search->bundle;
	struct nv2_device *device = &search->device;
	struct nv2_region region;

	if (!nv2_bundle_device(bundle, index, device))
		return fail(search, NV2_ERR_TABLE);
	search->failure->what = device->name;
	/* A tgt of 0 says "no NVLink2" to who reads the tree: QEMU hw/vfio/pci-quirks.c. */
	if (device->kind != NV2_DEVICE_LINK || device->link >= BRICKS ||
	    !nv2_bundle_region(bundle, device->first_region, &region) || !region.tgt)
		return fail(search, NV2_ERR_TABLE);
	search->proof->link = device->name;
	search->proof->gpu = device->gpu;
	search->proof->tgt_plan = region.tgt;
	return NV2_OK;
}

/* --- the registers ----------------------------------------------------------- */

static bool is_bar(const struct nv2_device *device, const struct nv2_write *write)
{
	uint32_t bar = (FIRST_LINK_STACK + device->link / 2) << 20 |
		       (device->link % 2 ? GPU1_MEM_BAR : GPU0_MEM_BAR);

	return write->phase == NV2_PHASE_BOOT && (write->reg & ~SM_MASK) == bar &&
	       nv2_is_same(write->npu, device->npu);
}

static enum nv2_status read_bar(struct search *search, const struct nv2_write *write, bool first)
{
	const struct nv2_ops *ops = search->ops;
	struct nv2_proof *proof = search->proof;
	uint64_t bar;

	search->failure->what = write->name;
	search->failure->cause = ops->read(ops->context, write, &bar);
	if (search->failure->cause)
		return fail(search, NV2_ERR_READ);
	if (bar == UINT64_MAX)
		return compare(search, NV2_ERR_ALL_ONES, write->value, bar);
	if (first) {
		search->regs = write->mmio - write->reg;
		proof->bar = bar;
		proof->base = (bar & BAR_BASE) >> BAR_BASE_SHIFT;
		proof->tgt_bar = nv2_tgt_compress(proof->base);
	}
	/* Each SM block goes by its own copy: they are one register to their users. */
	return compare(search, NV2_ERR_TGT, proof->bar, bar);
}

static enum nv2_status prove_bars(struct search *search)
{
	struct nv2_proof *proof = search->proof;
	struct nv2_write write;
	uint32_t seen = 0;
	enum nv2_status status;

	for (uint32_t row = 0; nv2_bundle_write(search->bundle, row, &write); row++) {
		if (!is_bar(&search->device, &write))
			continue;
		status = read_bar(search, &write, !seen);
		if (status)
			return status;
		seen |= UINT32_C(1) << ((write.reg & SM_MASK) >> SM_SHIFT);
	}
	if (seen != ALL_SMS) {
		search->failure->what = search->device.name;
		return compare(search, NV2_ERR_TABLE, ALL_SMS, seen);
	}
	status = compare(search, NV2_ERR_TGT, proof->bar | BAR_ENABLE, proof->bar);
	/* Compressing loses bits: an address that differs in those only is another one. */
	if (!status)
		status = compare(search, NV2_ERR_TGT, nv2_tgt_expand(proof->tgt_plan), proof->base);
	if (!status)
		status = compare(search, NV2_ERR_TGT, proof->tgt_plan, proof->tgt_bar);
	return status;
}

/* --- the tree ---------------------------------------------------------------- */

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

static bool is_bridge(const struct nv2_fdt *tree, uint32_t node, uint32_t link)
{
	uint32_t phandle, index;

	return nv2_fdt_u32(tree, node, "ibm,nvlink", &phandle) &&
	       nv2_fdt_u32(tree, find_phandle(tree, phandle), "ibm,npu-link-index", &index) &&
	       index == link;
}

/* All of the tree is looked at: a second bridge for the same link proves the first one wrong. */
static enum nv2_status find_bridge(const struct search *search, uint32_t *bridge)
{
	const struct nv2_fdt *tree = search->tree;
	struct nv2_failure *failure = search->failure;
	struct nv2_selector phb;
	struct nv2_fdt_walk walk;
	struct nv2_view view;

	*bridge = 0;
	nv2_fdt_walk_begin(&walk, tree);
	view = nv2_fdt_view(&walk);
	while (nv2_fdt_walk_next(&walk)) {
		if (!nv2_selector_describe(NV2_SELECT_PHB, &view, walk.node, &phb) ||
		    phb.value != search->regs)
			continue;
		for (uint32_t node = nv2_fdt_child(tree, walk.node); node;
		     node = nv2_fdt_sibling(tree, node)) {
			if (!is_bridge(tree, node, search->device.link))
				continue;
			failure->at = *bridge ? *bridge : node;
			failure->other = *bridge ? node : 0;
			if (*bridge)
				return fail(search, NV2_ERR_AMBIGUOUS);
			*bridge = node;
		}
	}
	failure->wanted = search->regs;
	failure->found = search->device.link;
	return *bridge ? NV2_OK : fail(search, NV2_ERR_NO_NODE);
}

static enum nv2_status prove_tree(const struct search *search)
{
	struct nv2_proof *proof = search->proof;
	const unsigned char *tgt;
	uint32_t bridge, len;
	enum nv2_status status;

	search->failure->what = search->device.name;
	status = find_bridge(search, &bridge);
	if (status)
		return status;
	search->failure->property = TGT_PROPERTY;
	tgt = nv2_fdt_property(search->tree, bridge, TGT_PROPERTY, &len);
	if (tgt && len == 8)
		proof->tgt_tree = nv2_get_be64(tgt);
	return compare(search, NV2_ERR_TGT, proof->tgt_plan, proof->tgt_tree);
}

enum nv2_status nv2_link_prove(const struct nv2_bundle *bundle, uint32_t device,
			       const struct nv2_fdt *tree, const struct nv2_ops *ops,
			       struct nv2_proof *proof, struct nv2_failure *failure)
{
	struct search search = {
		.bundle = bundle,
		.tree = tree,
		.ops = ops,
		.proof = proof,
		.failure = failure,
	};
	enum nv2_status status;

	memset(proof, 0, sizeof(*proof));
	memset(failure, 0, sizeof(*failure));
	failure->step = device;
	status = find_plan(&search, device);
	if (!status)
		status = prove_bars(&search);
	if (!status)
		status = prove_tree(&search);
	if (!status) {
		memset(failure, 0, sizeof(*failure));
		failure->step = NV2_STEP_NONE;
	}
	return status;
}
