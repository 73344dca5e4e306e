/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a planned board, gives the overlay for firmware: NPU and link nodes
 * as the machine's own data would give them (skiboot hdata/spira.c add_npu()).
 */
#include "emit/overlay.h"

static void emit_link(struct overlay_builder *builder, struct tree_node *npu,
		      const struct plan_link *plan, uint32_t slot)
{
	struct tree *tree = builder->tree;
	const struct link *link = plan->link;
	const struct link_rate *rate = link->rate;
	struct tree_node *node =
		tree_add_node(tree, npu, arena_printf(tree->arena, "link@%x", link->brick));
	struct overlay_cell cell = {CELL_SELECTOR, slot};

	node->origin = link->span;
	overlay_phandle(builder, node);
	tree_set_string(tree, node, "compatible", "ibm,npu-link");
	tree_set_u32(tree, node, "reg", link->brick);
	tree_set_u32(tree, node, "ibm,npu-link-index", link->brick);
	tree_set_u32(tree, node, "ibm,workbook-link-id", plan->workbook_link_id);
	tree_set_u64(tree, node, "ibm,npu-phy", plan->phy)->origin = link->phy.span;
	tree_set_u32(tree, node, "ibm,npu-lane-mask", plan->lane_mask)->origin =
		link->lane_mask.span;
	tree_set_u32(tree, node, "ibm,npu-brick-id", plan->brick_id)->origin = link->brick_id.span;
	tree_set_u32(tree, node, "ibm,npu-group-id", link->gpu->group)->origin =
		link->gpu->group_set.span;
	tree_set_string(tree, node, "ibm,slot-label", link->gpu->slot.value)->origin =
		link->gpu->slot.span;
	overlay_set_phandles(builder, node, "ibm,pcie-slot", &cell, 1)->origin =
		link->gpu->slot.span;
	tree_set_u64(tree, node, "ibm,link-speed", rate->bits_per_second)->origin = link->statement;
	tree_set_u32(tree, node, "nvidia,link-speed", rate->code)->origin = link->statement;
	overlay_add_extra(builder, node, &link->extra[EXTRA_HOST_FW]);
}

static void emit_npu(struct overlay_builder *builder, const struct plan_npu *plan)
{
	struct tree *tree = builder->tree;
	const struct npu *npu = plan->npu;
	uint32_t reg[2] = {plan->scom_base, npu->board->family->scom_size};
	uint32_t xscom, slots[BRICKS_MAX] = {0};
	struct tree_node *overlay, *node;

	xscom = select_by_number(builder, NV2_SELECT_XSCOM,
				 arena_printf(tree->arena, "the XSCOM node of chip %u", plan->chip),
				 npu->chip.span, SELECT_UNDER_NONE, plan->chip);
	for (size_t i = 0; i < plan->gpus.count; i++) {
		const struct gpu *gpu = plan->gpus.items[i]->gpu;

		slots[i] = select_by_text(builder, NV2_SELECT_SLOT,
					  arena_printf(tree->arena, "the slot of %s", gpu->name),
					  gpu->slot.span, gpu->slot.value);
	}
	overlay = overlay_fragment(builder, xscom, 1, 1, npu->span);
	node = tree_add_node(tree, overlay, arena_printf(tree->arena, "npu@%x", plan->scom_base));
	node->origin = npu->span;
	overlay_phandle(builder, node);
	tree_set_cells(tree, node, "reg", reg, 2)->origin = npu->scom.span;
	tree_set_u32(tree, node, "#size-cells", 0);
	tree_set_u32(tree, node, "#address-cells", 1);
	tree_set_string(tree, node, "compatible", "ibm,power9-npu");
	tree_set_u32(tree, node, "ibm,npu-index", npu->index);
	tree_set_u32(tree, node, "ibm,npu-links", npu->link_count);
	overlay_add_extra(builder, node, &npu->extra[EXTRA_HOST_FW]);
	for (size_t i = 0; i < plan->links.count; i++) {
		size_t gpu = 0;

		while (plan->gpus.items[gpu] != plan->links.items[i]->gpu)
			gpu++;
		emit_link(builder, node, plan->links.items[i], slots[gpu]);
	}
}

void emit_host_fw(struct tree *tree, const struct plan_board *board)
{
	struct overlay_builder builder;

	overlay_begin(&builder, tree, board->board);
	for (size_t i = 0; i < board->npus.count; i++)
		emit_npu(&builder, board->npus.items[i]);
	overlay_end(&builder);
}
