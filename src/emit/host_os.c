/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a planned board, gives the overlay for the kernel: what VFIO, the
 * kernel and GPU drivers read of NPU PHBs, bridges, GPUs and GPU memory
 * (skiboot hw/npu2.c, platforms/astbmc/witherspoon.c).
 */
#include "emit/overlay.h"

/* The numbers of the selectors of one NPU. */
struct npu_selectors {
	uint32_t npu, phb;
	uint32_t links[BRICKS_MAX], bridges[BRICKS_MAX]; /* by place in plan->links */
	uint32_t gpus[BRICKS_MAX];                       /* by place in plan->gpus */
	uint32_t memory[BRICKS_MAX];                     /* phandles, by place in plan->gpus */
};

static size_t gpu_place(const struct plan_npu *plan, const struct plan_gpu *gpu)
{
	size_t place = 0;

	while (plan->gpus.items[place] != gpu)
		place++;
	return place;
}

static size_t link_place(const struct plan_npu *plan, const struct plan_link *link)
{
	size_t place = 0;

	while (plan->links.items[place] != link)
		place++;
	return place;
}

static void select_nodes_of(struct overlay_builder *builder, const struct plan_npu *plan,
			    struct npu_selectors *selectors)
{
	struct arena *arena = builder->tree->arena;
	const char *name = plan->npu->name, *what;
	uint32_t xscom;

	xscom = select_by_number(builder, NV2_SELECT_XSCOM,
				 arena_printf(arena, "the XSCOM node of chip %u", plan->chip),
				 plan->npu->chip.span, SELECT_UNDER_NONE, plan->chip);
	selectors->npu = select_by_number(builder, NV2_SELECT_NPU,
					  arena_printf(arena, "the NPU of %s", name),
					  plan->npu->span, xscom, plan->scom_base);
	what = arena_printf(arena, "the PHB of %s", name);
	selectors->phb = plan->phb_path_set
				 ? select_by_text(builder, NV2_SELECT_PATH, what,
						  plan->npu->phb.span, plan->phb_path)
				 : select_by_number(builder, NV2_SELECT_PHB, what, plan->npu->span,
						    SELECT_UNDER_NONE, plan->regs);
	for (size_t i = 0; i < plan->gpus.count; i++) {
		const struct gpu *gpu = plan->gpus.items[i]->gpu;
		const struct text *text = gpu->path.value ? &gpu->path : &gpu->slot;

		selectors->gpus[i] =
			select_by_text(builder, gpu->path.value ? NV2_SELECT_PATH : NV2_SELECT_GPU,
				       gpu->name, text->span, text->value);
	}
	for (size_t i = 0; i < plan->links.count; i++) {
		const struct plan_link *link = plan->links.items[i];

		selectors->links[i] = select_by_number(
			builder, NV2_SELECT_LINK,
			arena_printf(arena, "the link node of %s", link->name), link->link->span,
			selectors->npu, link->link->brick);
		selectors->bridges[i] = select_by_number(
			builder, NV2_SELECT_BRIDGE,
			arena_printf(arena, "the bridge of %s", link->name), link->link->span,
			selectors->phb, link->bdfn);
	}
}

static void emit_memory(struct overlay_builder *builder, struct tree_node *root,
			const struct plan_npu *plan, struct npu_selectors *selectors)
{
	struct tree *tree = builder->tree;

	for (size_t i = 0; i < plan->gpus.count; i++) {
		const struct plan_gpu *gpu = plan->gpus.items[i];
		uint64_t reg[2] = {gpu->base, gpu->size}, usable[2] = {gpu->base, 0};
		uint32_t associativity[5] = {4, gpu->node, gpu->node, gpu->node, gpu->node};
		struct tree_node *node = tree_add_node(tree, root, gpu->memory_name);

		node->origin = gpu->gpu->span;
		selectors->memory[i] = overlay_phandle(builder, node);
		tree_set_string(tree, node, "device_type", "memory");
		tree_set_string(tree, node, "compatible", "ibm,coherent-device-memory");
		tree_set_u64s(tree, node, "reg", reg, 2)->origin = gpu->gpu->aperture.span;
		/* Size 0: the kernel must not touch GPU memory before its links are trained. */
		tree_set_u64s(tree, node, "linux,usable-memory", usable, 2)->origin =
			gpu->gpu->aperture.span;
		tree_set_u32(tree, node, "ibm,chip-id", gpu->node);
		tree_set_cells(tree, node, "ibm,associativity", associativity, 5);
	}
}

static void emit_phb(struct overlay_builder *builder, const struct plan_npu *plan,
		     const struct npu_selectors *selectors)
{
	struct tree *tree = builder->tree;
	uint64_t window[2] = {plan->mmio_window, plan->mmio_window_size};
	struct overlay_cell npcq = {CELL_SELECTOR, selectors->npu};
	struct tree_node *node =
		overlay_fragment(builder, selectors->phb, 3, 2, plan->npu->span);

	overlay_set_phandles(builder, node, "ibm,npcq", &npcq, 1);
	tree_set_u32(tree, node, "ibm,npu-index", plan->npu->index);
	tree_set_u32(tree, node, "ibm,chip-id", plan->chip)->origin = plan->npu->chip.span;
	tree_set_u32(tree, node, "ibm,xscom-base", plan->scom_base)->origin = plan->npu->scom.span;
	tree_set_u32(tree, node, "ibm,links", plan->npu->link_count);
	tree_set_u64s(tree, node, "ibm,mmio-window", window, 2);
	tree_set_u64s(tree, node, "ibm,mmio-atsd", plan->atsds, plan->atsd_count);
	overlay_add_extra(builder, node, &plan->npu->extra[EXTRA_HOST_OS]);
}

static void emit_bridge(struct overlay_builder *builder, const struct plan_npu *plan, size_t place,
			const struct npu_selectors *selectors)
{
	struct tree *tree = builder->tree;
	const struct plan_link *link = plan->links.items[place];
	size_t gpu = gpu_place(plan, link->gpu);
	struct overlay_cell memory = {CELL_LOCAL, selectors->memory[gpu]};
	struct overlay_cell nvlink = {CELL_SELECTOR, selectors->links[place]};
	struct overlay_cell device = {CELL_SELECTOR, selectors->gpus[gpu]};
	struct tree_node *node =
		overlay_fragment(builder, selectors->bridges[place], 3, 2, link->link->span);

	overlay_set_phandles(builder, node, "memory-region", &memory, 1)->comment =
		arena_printf(tree->arena, "the memory of %s", link->gpu->gpu->name);
	tree_set_u64(tree, node, "ibm,device-tgt-addr", link->gpu->tgt)->origin =
		link->gpu->gpu->aperture.span;
	overlay_set_phandles(builder, node, "ibm,nvlink", &nvlink, 1);
	tree_set_u32(tree, node, "ibm,nvlink-speed", link->link->rate->code)->origin =
		link->link->statement;
	tree_set_string(tree, node, "ibm,loc-code", link->gpu->gpu->slot.value)->origin =
		link->gpu->gpu->slot.span;
	overlay_set_phandles(builder, node, "ibm,gpu", &device, 1);
	overlay_add_extra(builder, node, &link->link->extra[EXTRA_HOST_OS]);
}

static void emit_gpu(struct overlay_builder *builder, const struct plan_npu *plan, size_t place,
		     const struct npu_selectors *selectors)
{
	const struct plan_gpu *gpu = plan->gpus.items[place];
	struct overlay_cell bridges[BRICKS_MAX], peers[GPU_PORTS_MAX] = {{CELL_NONE, 0}};
	unsigned ports = gpu->gpu->board->family->gpu_ports;
	struct tree_node *node =
		overlay_fragment(builder, selectors->gpus[place], 3, 2, gpu->gpu->span);

	for (size_t i = 0; i < gpu->links.count; i++)
		bridges[i] = (struct overlay_cell){
			CELL_SELECTOR,
			selectors->bridges[link_place(plan, gpu->links.items[i])]};
	overlay_set_phandles(builder, node, "ibm,npu", bridges, gpu->links.count);
	for (unsigned port = 0; port < ports; port++) {
		const struct plan_port *end = &gpu->ports[port];

		if (end->link)
			peers[port] = (struct overlay_cell){
				CELL_SELECTOR, selectors->bridges[link_place(plan, end->link)]};
		else if (end->peer)
			peers[port] = (struct overlay_cell){
				CELL_SELECTOR, selectors->gpus[gpu_place(plan, end->peer)]};
	}
	if (gpu->peers_known)
		overlay_set_phandles(builder, node, "ibm,nvlink-peers", peers, ports);
	overlay_add_extra(builder, node, &gpu->gpu->extra[EXTRA_HOST_OS]);
}

void emit_host_os(struct tree *tree, const struct plan_board *board)
{
	struct npu_selectors *selectors =
		arena_alloc(tree->arena, (board->npus.count + 1) * sizeof(*selectors));
	struct overlay_builder builder;
	struct tree_node *root;

	overlay_begin(&builder, tree, board->board);
	for (size_t i = 0; i < board->npus.count; i++)
		select_nodes_of(&builder, board->npus.items[i], &selectors[i]);
	root = overlay_fragment(&builder, select_root(&builder), 2, 2, board->board->span);
	for (size_t i = 0; i < board->npus.count; i++)
		emit_memory(&builder, root, board->npus.items[i], &selectors[i]);
	for (size_t i = 0; i < board->npus.count; i++) {
		const struct plan_npu *npu = board->npus.items[i];

		emit_phb(&builder, npu, &selectors[i]);
		for (size_t j = 0; j < npu->links.count; j++)
			emit_bridge(&builder, npu, j, &selectors[i]);
		for (size_t j = 0; j < npu->gpus.count; j++)
			emit_gpu(&builder, npu, j, &selectors[i]);
	}
	overlay_end(&builder);
}
