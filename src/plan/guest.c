/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a planned board and a guest, gives the guest's windows, phandles and
 * NUMA ids. Follows QEMU's walk over each vPHB; never knows a file format.
 */
#include "plan/guest.h"

#include <inttypes.h>
#include <stdlib.h>

#include "plan/region.h"

/* include/hw/pci-host/spapr.h */
#define BUID_BASE UINT64_C(0x800000020000000)
#define RAM_WINDOW UINT64_C(0x400000000000)    /* 64 TiB */
#define RAM_WINDOW_SIZE UINT64_C(0x20000000000) /* 2 TiB */
#define ATSD_WINDOW UINT64_C(0x800000000000)   /* 128 TiB */
#define ATSD_WINDOW_SIZE UINT64_C(0x120000)    /* 6 GPUs, 3 links each, 64 KiB */
/* hw/ppc/spapr_pci_nvlink2.c */
#define PHANDLE_PCI(index, devfn) (0x12000000u | (index) << 16 | (devfn))
#define PHANDLE_MEMORY(index, slot) (0x110000ffu | (index) << 16 | (slot) << 8)
#define PHANDLE_LINK(index, slot, link) (0x00130000u | (index) << 8 | (slot) << 4 | (link))
/* The first NUMA id behind those of a guest's own memory; it has one node. */
#define FIRST_NODE 1u

static uint32_t devfn_of(const struct vphb_device *device)
{
	return device->slot << 3 | device->function;
}

static int compare_devfn(const void *left, const void *right)
{
	uint32_t a = devfn_of(*(const struct vphb_device *const *)left);
	uint32_t b = devfn_of(*(const struct vphb_device *const *)right);

	return a < b ? -1 : a > b;
}

static void collect_walk(struct arena *arena, struct plan_vphb *plan)
{
	const struct vphb *vphb = plan->vphb;

	for (size_t i = 0; i < vphb->devices.count; i++)
		*ARRAY_PUSH(arena, &plan->walk) = &vphb->devices.items[i];
	if (plan->walk.count > 1)
		qsort(plan->walk.items, plan->walk.count, sizeof(plan->walk.items[0]),
		      compare_devfn);
}

static const struct plan_gpu *gpu_of(const struct plan_npu *npu, const struct gpu *gpu)
{
	for (size_t i = 0; i < npu->gpus.count; i++)
		if (npu->gpus.items[i]->gpu == gpu)
			return npu->gpus.items[i];
	return NULL;
}

static const struct plan_link *link_of(const struct plan_npu *npu, const struct link *link)
{
	for (size_t i = 0; i < npu->links.count; i++)
		if (npu->links.items[i]->link == link)
			return npu->links.items[i];
	return NULL;
}

static const char *function_name(struct arena *arena, const char *what, uint32_t devfn)
{
	if (devfn & 7)
		return arena_printf(arena, "%s@%x,%x", what, devfn >> 3, devfn & 7);
	return arena_printf(arena, "%s@%x", what, devfn >> 3);
}

/* The slot for a GPU, made when a device shows its tgt for the first time. */
static struct plan_guest_gpu *slot_for(struct arena *arena, struct plan_vphb *plan,
				       const struct gpu *gpu)
{
	uint32_t slot = (uint32_t)plan->gpus.count;
	struct plan_guest_gpu *made;

	for (size_t i = 0; i < plan->gpus.count; i++)
		if (plan->gpus.items[i]->gpu->gpu == gpu)
			return plan->gpus.items[i];
	made = arena_alloc(arena, sizeof(*made));
	made->gpu = gpu_of(plan->npu, gpu);
	made->size = made->gpu->size;
	made->memory_phandle = PHANDLE_MEMORY(plan->index, slot);
	*ARRAY_PUSH(arena, &plan->gpus) = made;
	return made;
}

static void walk_gpu(struct arena *arena, struct plan_vphb *plan, const struct vphb_device *device,
		     uint64_t *ram, uint32_t *node)
{
	struct plan_guest_gpu *gpu = slot_for(arena, plan, device->gpu);

	gpu->device = device;
	gpu->devfn = devfn_of(device);
	gpu->name = function_name(arena, "3d-controller", gpu->devfn);
	gpu->phandle = PHANDLE_PCI(plan->index, gpu->devfn);
	gpu->base = *ram;
	*ram += gpu->size;
	gpu->memory_name = arena_printf(arena, "memory@%" PRIx64, gpu->base);
	gpu->node = (*node)++;
}

static void walk_link(struct arena *arena, struct plan_vphb *plan,
		      const struct vphb_device *device, uint64_t page_size, uint64_t *atsd)
{
	struct plan_guest_gpu *gpu = slot_for(arena, plan, device->link->gpu);
	struct plan_guest_link *link = arena_alloc(arena, sizeof(*link));

	link->link = link_of(plan->npu, device->link);
	link->gpu = gpu;
	link->device = device;
	link->devfn = devfn_of(device);
	link->name = function_name(arena, "unknown-bridge", link->devfn);
	link->phandle = PHANDLE_PCI(plan->index, link->devfn);
	link->atsd = *atsd;
	*atsd += plan_link_region(link->link, page_size).size;
	*ARRAY_PUSH(arena, &gpu->links) = link;
}

/* Links are numbered by slot, then in walk order: as ibm,mmio-atsd lists them. */
static void number_links(struct arena *arena, struct plan_vphb *plan)
{
	for (uint32_t slot = 0; slot < plan->gpus.count; slot++) {
		struct plan_guest_gpu *gpu = plan->gpus.items[slot];

		for (uint32_t i = 0; i < gpu->links.count; i++) {
			struct plan_guest_link *link = gpu->links.items[i];

			link->link_phandle = PHANDLE_LINK(plan->index, slot, i);
			link->index = (uint32_t)plan->links.count;
			*ARRAY_PUSH(arena, &plan->links) = link;
		}
	}
}

static struct plan_vphb *plan_vphb(struct arena *arena, const struct plan_board *board,
				   const struct vphb *vphb)
{
	struct plan_vphb *plan = arena_alloc(arena, sizeof(*plan));
	const struct vphb_device *first = &vphb->devices.items[0];
	const struct npu *npu = first->gpu ? first->gpu->npu : first->link->npu;

	plan->vphb = vphb;
	plan->index = (uint32_t)vphb->number;
	plan->npu = board->npus.items[npu->index];
	plan->buid = BUID_BASE + plan->index;
	plan->name = arena_printf(arena, "pci@%" PRIx64, plan->buid);
	plan->npuphb_name = arena_printf(arena, "npuphb%" PRIu32, plan->index);
	plan->ram_window = RAM_WINDOW + plan->index * RAM_WINDOW_SIZE;
	plan->ram_window_size = RAM_WINDOW_SIZE;
	plan->atsd_window = ATSD_WINDOW + plan->index * ATSD_WINDOW_SIZE;
	plan->atsd_window_size = ATSD_WINDOW_SIZE;
	collect_walk(arena, plan);
	return plan;
}

static void walk_vphb(struct arena *arena, struct plan_vphb *plan, uint64_t page_size,
		      uint32_t *node)
{
	uint64_t ram = plan->ram_window, atsd = plan->atsd_window;

	for (size_t i = 0; i < plan->walk.count; i++) {
		if (plan->walk.items[i]->gpu)
			walk_gpu(arena, plan, plan->walk.items[i], &ram, node);
		else
			walk_link(arena, plan, plan->walk.items[i], page_size, &atsd);
	}
	number_links(arena, plan);
}

struct plan_guest *make_guest_plan(struct arena *arena, const struct plan_board *board,
				   const struct guest *guest)
{
	struct plan_guest *plan = arena_alloc(arena, sizeof(*plan));

	plan->guest = guest;
	plan->board = board;
	plan->own_associativity = guest->machine_major * 100 + guest->machine_minor >= 501;
	plan->nodes = FIRST_NODE;
	for (size_t i = 0; i < guest->vphbs.count; i++)
		if (guest->vphbs.items[i]->devices.count)
			*ARRAY_PUSH(arena, &plan->vphbs) =
				plan_vphb(arena, board, guest->vphbs.items[i]);
	/*
	 * QEMU keeps its vPHBs newest first and resets them in that order. Number 0
	 * is the machine's own, which is there before all others.
	 */
	for (size_t i = plan->vphbs.count; i-- > 0;)
		if (plan->vphbs.items[i]->index)
			walk_vphb(arena, plan->vphbs.items[i], board->page_size, &plan->nodes);
	for (size_t i = 0; i < plan->vphbs.count; i++)
		if (!plan->vphbs.items[i]->index)
			walk_vphb(arena, plan->vphbs.items[i], board->page_size, &plan->nodes);
	return plan;
}
