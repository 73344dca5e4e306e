/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a board's or a guest's plan, gives its address ranges in order. Never
 * writes anything.
 */
#include "emit/address_map.h"

#include <inttypes.h>
#include <stdlib.h>

/* All registers of an NPU: facts of skiboot hw/phys-map.c, NPU_REGS. */
#define REGISTERS_SIZE UINT64_C(0x1000000)

static void add_row(struct arena *arena, map_rows *rows, enum map_kind kind, uint64_t base,
		    uint64_t size, const char *what)
{
	*ARRAY_PUSH(arena, rows) =
		(struct map_row){.kind = kind, .base = base, .size = size, .what = what};
}

static int compare_rows(const void *a, const void *b)
{
	const struct map_row *one = a, *other = b;

	if (one->base != other->base)
		return one->base < other->base ? -1 : 1;
	/* What holds another comes before it. */
	if (one->size != other->size)
		return one->size > other->size ? -1 : 1;
	return 0;
}

static void sort_rows(map_rows *rows)
{
	if (rows->count)
		qsort(rows->items, rows->count, sizeof(*rows->items), compare_rows);
}

map_rows map_board(struct arena *arena, const struct plan_board *board)
{
	map_rows rows = {0};

	for (size_t i = 0; i < board->gpus.count; i++) {
		const struct plan_gpu *gpu = board->gpus.items[i];

		add_row(arena, &rows, MAP_APERTURE, gpu->base, gpu->size,
			arena_printf(arena, "memory of %s", gpu->gpu->name));
		rows.items[rows.count - 1].note = arena_printf(
			arena, "tgt 0x%" PRIx64 ", NUMA node %" PRIu32, gpu->tgt, gpu->node);
	}
	for (size_t i = 0; i < board->npus.count; i++) {
		const struct plan_npu *npu = board->npus.items[i];

		add_row(arena, &rows, MAP_REGISTERS, npu->regs, REGISTERS_SIZE,
			arena_printf(arena, "registers of %s", npu->npu->name));
		add_row(arena, &rows, MAP_WINDOW, npu->mmio_window, npu->mmio_window_size,
			arena_printf(arena, "link registers of %s", npu->npu->name));
		for (size_t j = 0; j < npu->links.count; j++) {
			const struct plan_link *link = npu->links.items[j];

			if (link->atsd)
				add_row(arena, &rows, MAP_ATSD, link->atsd, board->page_size,
					arena_printf(arena, "ATSD of %s", link->name));
		}
	}
	sort_rows(&rows);
	return rows;
}

map_rows map_guest(struct arena *arena, const struct plan_guest *guest)
{
	map_rows rows = {0};

	for (size_t i = 0; i < guest->vphbs.count; i++) {
		const struct plan_vphb *vphb = guest->vphbs.items[i];

		for (size_t j = 0; j < vphb->gpus.count; j++) {
			const struct plan_guest_gpu *gpu = vphb->gpus.items[j];

			add_row(arena, &rows, MAP_APERTURE, gpu->base, gpu->size,
				arena_printf(arena, "memory of %s", gpu->gpu->gpu->name));
			rows.items[rows.count - 1].note =
				arena_printf(arena, "vPHB %" PRIu32 ", NUMA node %" PRIu32,
					     vphb->index, gpu->node);
		}
		for (size_t j = 0; j < vphb->links.count; j++) {
			const struct plan_guest_link *link = vphb->links.items[j];

			if (link->atsd)
				add_row(arena, &rows, MAP_ATSD, link->atsd, guest->board->page_size,
					arena_printf(arena, "ATSD of %s", link->link->name));
		}
	}
	sort_rows(&rows);
	return rows;
}
