/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a wiring without errors, gives the numbers that follow from it and
 * its family. Never decides whether a wiring is good.
 */
#include "plan/plan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void plan_npu_addresses(struct arena *arena, struct plan_npu *plan)
{
	const struct npu *npu = plan->npu;
	const struct family *family = npu->board->family;
	uint64_t chip_base;

	plan->chip = (uint32_t)npu->chip.value;
	chip_base = family_chip_base(family, plan->chip);
	plan->xscom = family->xscom + chip_base;
	plan->scom_base = npu->scom.set ? (uint32_t)npu->scom.value : family->scom_base;
	plan->regs = family->npu_regs + chip_base;
	plan->mmio_window = family->mmio_window + chip_base;
	plan->mmio_window_size = family->mmio_window_size;
	plan->atsd_count = family->atsds;
	for (unsigned i = 0; i < family->atsds; i++)
		plan->atsds[i] = plan->regs + family->atsd_offset + i * family->atsd_stride;
	plan->xscom_path = arena_printf(arena, "/xscom@%" PRIx64, plan->xscom);
	plan->npu_path = arena_printf(arena, "%s/npu@%" PRIx32, plan->xscom_path, plan->scom_base);
	plan->phb_path_set = npu->phb.value != NULL;
	plan->phb_path = plan->phb_path_set ? npu->phb.value
					    : arena_printf(arena, "/pciex@%" PRIx64, plan->regs);
}

static struct plan_gpu *plan_gpu(struct arena *arena, struct plan_npu *npu, const struct gpu *gpu,
				 uint32_t node)
{
	const struct family *family = gpu->board->family;
	struct plan_gpu *plan = arena_alloc(arena, sizeof(*plan));

	plan->gpu = gpu;
	plan->npu = npu;
	gpu_aperture(gpu, &plan->base);
	plan->size = family->aperture_size;
	plan->tgt = family->compress(plan->base);
	plan->node = node;
	plan->memory_name = arena_printf(arena, "memory@%" PRIx64, plan->base);
	plan->peers_known = !gpu->ports_unknown;
	return plan;
}

static struct plan_gpu *find_gpu(const struct plan_npu *npu, const struct gpu *gpu)
{
	for (size_t i = 0; i < npu->gpus.count; i++)
		if (npu->gpus.items[i]->gpu == gpu)
			return npu->gpus.items[i];
	return NULL;
}

/*
 * hw/npu2.c npu_allocate_bdfn(): device = group, function = ordinal of the
 * link inside its group, in the order of the link nodes, which is by brick.
 */
static void plan_link(struct arena *arena, struct plan_npu *npu, const struct link *link)
{
	const struct family *family = link->board->family;
	struct plan_link *plan = arena_alloc(arena, sizeof(*plan));
	struct plan_gpu *gpu = find_gpu(npu, link->gpu);

	plan->link = link;
	plan->npu = npu;
	plan->gpu = gpu;
	plan->name = arena_printf(arena, "%s:%u", npu->npu->name, link->brick);
	plan->bdfn = link->gpu->group << 3 | (uint32_t)gpu->links.count;
	plan->lane_mask = link_lane_mask(link);
	plan->phy = link_phy(link);
	plan->brick_id = link_brick_id(link);
	plan->workbook_link_id = family->workbook_link_ids[link->brick];
	plan->atsd = npu->atsds[link->brick];
	if (link->port >= 0)
		gpu->ports[link->port].link = plan;
	*ARRAY_PUSH(arena, &gpu->links) = plan;
	*ARRAY_PUSH(arena, &npu->links) = plan;
}

static void plan_peers(const struct plan_npu *npu)
{
	for (size_t i = 0; i < npu->gpus.count; i++) {
		struct plan_gpu *gpu = npu->gpus.items[i];

		for (unsigned port = 0; port < GPU_PORTS_MAX; port++) {
			const struct gpu_port *wired = &gpu->gpu->ports[port];

			if (!wired->peer)
				continue;
			gpu->ports[port].peer = find_gpu(npu, wired->peer);
			gpu->ports[port].peer_port = wired->peer_port;
		}
	}
}

/*
 * hw/npu2.c gives GPU memory nodes their NUMA ids from 255 downwards, in the
 * order of the NPUs' PHBs, then of the devices on them.
 */
static struct plan_board *plan_board(struct arena *arena, const struct board *board)
{
	struct plan_board *plan = arena_alloc(arena, sizeof(*plan));
	uint32_t node = board->family->first_gpu_node;

	plan->board = board;
	plan->page_size = board->page_size.value;
	for (size_t i = 0; i < board->by_chip.count; i++) {
		struct plan_npu *npu = arena_alloc(arena, sizeof(*npu));

		npu->npu = board->by_chip.items[i];
		plan_npu_addresses(arena, npu);
		*ARRAY_PUSH(arena, &plan->npus) = npu;
		for (size_t j = 0; j < npu->npu->gpus.count; j++) {
			struct plan_gpu *gpu =
				plan_gpu(arena, npu, npu->npu->gpus.items[j], node--);

			*ARRAY_PUSH(arena, &npu->gpus) = gpu;
			*ARRAY_PUSH(arena, &plan->gpus) = gpu;
		}
		for (unsigned brick = 0; brick < board->family->bricks; brick++)
			if (npu->npu->bricks[brick])
				plan_link(arena, npu, npu->npu->bricks[brick]);
		plan_peers(npu);
	}
	return plan;
}

struct plan *make_plan(struct arena *arena, const struct wiring *wiring)
{
	struct plan *plan = arena_alloc(arena, sizeof(*plan));

	plan->wiring = wiring;
	for (size_t i = 0; i < wiring->boards.count; i++)
		*ARRAY_PUSH(arena, &plan->boards) = plan_board(arena, wiring->boards.items[i]);
	return plan;
}
