/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a guest's plan, gives its tree fragment: what QEMU's pseries machine
 * writes for NVLink2 (hw/ppc/spapr_pci_nvlink2.c, spapr_pci.c, spapr.c,
 * spapr_numa.c), with its phandles. Never computes.
 */
#include "emit/guest.h"

#include "emit/overlay.h"
#include "tree/kind.h"

/* An overlay's references are those within it, so they stay right where a base shifts phandles. */
static struct tree_property *set_reference(struct overlay_builder *builder, struct tree_node *node,
					   const char *name, uint32_t phandle)
{
	struct overlay_cell cell = {CELL_LOCAL, phandle};

	return overlay_set_phandles(builder, node, name, &cell, 1);
}

static struct tree_node *add_fragment(struct overlay_builder *builder, const char *path,
				      struct span origin)
{
	struct tree *tree = builder->tree;
	struct tree_node *node = tree_add_node(
		tree, tree->root, arena_printf(tree->arena, "fragment@%x", builder->fragments++));

	node->origin = origin;
	tree_set_string(tree, node, "target-path", path);
	return tree_add_node(tree, node, "__overlay__");
}

/*
 * A function at its place on bus 0. Only configuration space is in reg: where
 * BARs are, a guest reads in assigned-addresses, which stays as it is.
 */
static struct tree_node *add_function(struct tree *tree, struct tree_node *phb, const char *name,
				      uint32_t devfn, uint32_t phandle)
{
	uint32_t reg[5] = {devfn << 8, 0, 0, 0, 0};
	struct tree_node *node = tree_add_node(tree, phb, name);

	tree_set_cells(tree, node, "reg", reg, 5);
	tree_set_u32(tree, node, "phandle", phandle);
	return node;
}

static void emit_gpu(struct overlay_builder *builder, struct tree_node *phb,
		     const struct plan_guest_gpu *gpu)
{
	struct tree_node *node =
		add_function(builder->tree, phb, gpu->name, gpu->devfn, gpu->phandle);

	node->origin = gpu->device->span;
	overlay_add_extra(builder, node, &gpu->gpu->gpu->extra[EXTRA_GUEST]);
}

static void refer_to_links(struct overlay_builder *builder, const struct plan_vphb *vphb,
			   const struct plan_guest_gpu *gpu)
{
	struct arena *arena = builder->tree->arena;
	struct overlay_cell *cells = arena_alloc(arena, (gpu->links.count + 1) * sizeof(*cells));
	struct tree_node *node =
		add_fragment(builder, arena_printf(arena, "/%s/%s", vphb->name, gpu->name),
			     gpu->device->span);
	const char *names = "";

	for (size_t i = 0; i < gpu->links.count; i++) {
		cells[i] = (struct overlay_cell){CELL_LOCAL, gpu->links.items[i]->phandle};
		names = arena_printf(arena, "%s%s%s", names, i ? ", " : "",
				     gpu->links.items[i]->link->name);
	}
	overlay_set_phandles(builder, node, "ibm,npu", cells, gpu->links.count)->comment = names;
}

static void emit_link(struct overlay_builder *builder, struct tree_node *phb,
		      const struct plan_guest_link *link)
{
	struct tree *tree = builder->tree;
	const struct plan_gpu *gpu = link->gpu->gpu;
	struct tree_node *node = add_function(tree, phb, link->name, link->devfn, link->phandle);

	node->origin = link->device->span;
	/* Of the host, unlike all other addresses here. */
	tree_set_u64(tree, node, "ibm,device-tgt-addr", gpu->tgt)->origin =
		gpu->gpu->aperture.span;
	tree_set_u32(tree, node, "ibm,nvlink-speed", link->link->link->rate->code)->origin =
		link->link->link->statement;
	overlay_add_extra(builder, node, &link->link->link->extra[EXTRA_GUEST]);
}

static void refer_to_gpu(struct overlay_builder *builder, const struct plan_vphb *vphb,
			 const struct plan_guest_link *link)
{
	struct arena *arena = builder->tree->arena;
	const char *gpu = link->gpu->gpu->gpu->name;
	struct tree_node *node =
		add_fragment(builder, arena_printf(arena, "/%s/%s", vphb->name, link->name),
			     link->device->span);

	set_reference(builder, node, "ibm,gpu", link->gpu->phandle)->comment = gpu;
	set_reference(builder, node, "ibm,nvlink", link->link_phandle)->comment =
		link->link->name;
	set_reference(builder, node, "memory-region", link->gpu->memory_phandle)->comment =
		arena_printf(arena, "the memory of %s", gpu);
}

static void emit_device(struct overlay_builder *builder, struct tree_node *phb,
			const struct plan_vphb *vphb, const struct vphb_device *device)
{
	for (size_t i = 0; i < vphb->gpus.count; i++)
		if (vphb->gpus.items[i]->device == device)
			emit_gpu(builder, phb, vphb->gpus.items[i]);
	for (size_t i = 0; i < vphb->links.count; i++)
		if (vphb->links.items[i]->device == device)
			emit_link(builder, phb, vphb->links.items[i]);
}

/*
 * What a guest block describes are its vPHBs, so `extra guest` of a guest goes
 * onto each of them, and never onto the fragment's root, which is the guest's
 * own root node and belongs to whoever makes the machine.
 */
static void emit_vphb(struct overlay_builder *builder, struct tree_node *root,
		      const struct plan_guest *guest, const struct plan_vphb *vphb)
{
	struct tree *tree = builder->tree;
	struct tree_node *node = tree_add_node(tree, root, vphb->name);
	uint64_t *atsds = arena_alloc(tree->arena, (vphb->links.count + 1) * sizeof(*atsds));
	uint64_t reg[2] = {vphb->buid, 0};

	node->origin = vphb->vphb->span;
	tree_set_u64s(tree, node, "reg", reg, 2);
	tree_set_u32(tree, node, "#address-cells", 3);
	tree_set_u32(tree, node, "#size-cells", 2);
	for (size_t i = 0; i < vphb->links.count; i++)
		atsds[i] = vphb->links.items[i]->atsd;
	tree_set_u64s(tree, node, "ibm,mmio-atsd", atsds, vphb->links.count);
	overlay_add_extra(builder, node, &guest->guest->extra[EXTRA_GUEST]);
	for (size_t i = 0; i < vphb->walk.count; i++)
		emit_device(builder, node, vphb, vphb->walk.items[i]);
}

/* The guest's idea of the NPU. Its links have no reg and it no ranges: dtc says so, rightly. */
static void emit_npuphb(struct overlay_builder *builder, struct tree_node *root,
			const struct plan_vphb *vphb)
{
	struct tree *tree = builder->tree;
	struct tree_node *node = tree_add_node(tree, root, vphb->npuphb_name);

	node->origin = vphb->npu->npu->span;
	tree_set_u32(tree, node, "#address-cells", 1);
	tree_set_u32(tree, node, "#size-cells", 0);
	tree_set_string(tree, node, "compatible", "ibm,power9-npu");
	overlay_add_extra(builder, node, &vphb->npu->npu->extra[EXTRA_GUEST]);
	for (size_t i = 0; i < vphb->links.count; i++) {
		const struct plan_guest_link *link = vphb->links.items[i];
		struct tree_node *child = tree_add_node(
			tree, node, arena_printf(tree->arena, "link@%u", link->index));

		child->origin = link->link->link->span;
		tree_set_string(tree, child, "compatible", "ibm,npu-link");
		tree_set_u32(tree, child, "phandle", link->link_phandle);
		tree_set_u32(tree, child, "ibm,npu-link-index", link->index);
	}
}

static void emit_memory(struct tree *tree, struct tree_node *root, const struct plan_guest *guest,
			const struct plan_guest_gpu *gpu)
{
	uint32_t near = guest->own_associativity ? gpu->node : 1;
	uint32_t associativity[5] = {4, near, near, near, gpu->node};
	uint64_t reg[2] = {gpu->base, gpu->size}, usable[2] = {gpu->base, 0};
	struct tree_node *node = tree_add_node(tree, root, gpu->memory_name);

	node->origin = gpu->device->span;
	tree_set_string(tree, node, "device_type", "memory");
	tree_set_u64s(tree, node, "reg", reg, 2);
	tree_set_cells(tree, node, "ibm,associativity", associativity, 5);
	tree_set_string(tree, node, "compatible", "ibm,coherent-device-memory");
	/* Size 0: the guest must not touch GPU memory before its links are trained. */
	tree_set_u64s(tree, node, "linux,usable-memory", usable, 2);
	tree_set_u32(tree, node, "phandle", gpu->memory_phandle);
}

/*
 * For one NUMA node of the guest's own, and FORM1 affinity: FORM2 is agreed on
 * while the guest boots, which nothing written beforehand can do.
 */
static void emit_rtas(struct tree *tree, struct tree_node *root, const struct plan_guest *guest)
{
	uint32_t points[3] = {4, 4, 2};
	uint32_t several = guest->nodes > 1;
	uint32_t domains[5] = {4, several, several, several, guest->nodes};
	struct tree_node *node = tree_add_node(tree, root, "rtas");

	node->origin = guest->guest->machine.span;
	tree_set_cells(tree, node, "ibm,associativity-reference-points", points,
		       guest->own_associativity ? 3 : 2);
	tree_set_cells(tree, node, "ibm,max-associativity-domains", domains, 5);
}

/*
 * What refers to other nodes has fragments of its own, one a function, behind
 * the one that makes the nodes: libfdt looks for a target only when it is that
 * fragment's turn. With all in one fragment, __local_fixups__ would need nodes
 * with unit addresses, of which dtc warns.
 */
void emit_guest(struct tree *tree, const struct plan_guest *guest)
{
	struct overlay_builder builder = {.tree = tree};
	struct tree_node *root = add_fragment(&builder, "/", guest->guest->span);

	/* Not in the fragment: it is to tell whose tree this is for. */
	tree_set_string(tree, tree->root, "compatible", TREE_GUEST_COMPATIBLE);
	tree_set_u32(tree, root, "#address-cells", 2);
	tree_set_u32(tree, root, "#size-cells", 2);
	for (size_t i = 0; i < guest->vphbs.count; i++)
		emit_vphb(&builder, root, guest, guest->vphbs.items[i]);
	for (size_t i = 0; i < guest->vphbs.count; i++)
		emit_npuphb(&builder, root, guest->vphbs.items[i]);
	for (size_t i = 0; i < guest->vphbs.count; i++)
		for (size_t j = 0; j < guest->vphbs.items[i]->gpus.count; j++)
			emit_memory(tree, root, guest, guest->vphbs.items[i]->gpus.items[j]);
	emit_rtas(tree, root, guest);
	for (size_t i = 0; i < guest->vphbs.count; i++) {
		const struct plan_vphb *vphb = guest->vphbs.items[i];

		for (size_t j = 0; j < vphb->gpus.count; j++)
			refer_to_links(&builder, vphb, vphb->gpus.items[j]);
		for (size_t j = 0; j < vphb->links.count; j++)
			refer_to_gpu(&builder, vphb, vphb->links.items[j]);
	}
}
