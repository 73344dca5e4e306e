/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the plan of an NPU or of a guest's vPHB, gives its address ranges in
 * order. Never writes anything.
 */
#include "emit/address_map.h"

#include <inttypes.h>
#include <stdlib.h>

static struct map_row *add_row(struct arena *arena, map_rows *rows, enum map_kind kind,
			       uint64_t base, uint64_t size, const char *what, const char *name)
{
	struct map_row *row = ARRAY_PUSH(arena, rows);

	*row = (struct map_row){
		.kind = kind, .base = base, .size = size, .what = what, .name = name};
	return row;
}

static const struct guest *guest_of(const struct vphb *vphb)
{
	return vphb ? vphb->guest : NULL;
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
	const struct map_row *holder = NULL;

	if (rows->count)
		qsort(rows->items, rows->count, sizeof(*rows->items), compare_rows);
	for (size_t i = 0; i < rows->count; i++) {
		struct map_row *row = &rows->items[i];

		row->inside = holder && row->base - holder->base < holder->size;
		if (!row->inside)
			holder = row;
	}
}

const char *map_row_text(struct arena *arena, const struct map_row *row)
{
	return row->name ? arena_printf(arena, "%s of %s", row->what, row->name) : row->what;
}

map_rows map_npu(struct arena *arena, const struct plan_board *board, const struct plan_npu *npu)
{
	map_rows rows = {0};

	for (size_t i = 0; i < npu->gpus.count; i++) {
		const struct plan_gpu *gpu = npu->gpus.items[i];
		struct map_row *row = add_row(arena, &rows, MAP_APERTURE, gpu->base, gpu->size,
					      "memory", gpu->gpu->name);

		row->note = arena_printf(arena, "tgt 0x%" PRIx64 ", NUMA node %" PRIu32, gpu->tgt,
					 gpu->node);
		row->guest = guest_of(gpu->gpu->vphb);
	}
	add_row(arena, &rows, MAP_REGISTERS, npu->regs, board->board->family->npu_regs_size,
		"registers", npu->npu->name);
	add_row(arena, &rows, MAP_WINDOW, npu->mmio_window, npu->mmio_window_size, "link registers",
		npu->npu->name);
	for (size_t i = 0; i < npu->links.count; i++) {
		const struct plan_link *link = npu->links.items[i];

		if (link->atsd)
			add_row(arena, &rows, MAP_ATSD, link->atsd, board->page_size, "ATSD",
				link->name)
				->guest = guest_of(link->link->vphb);
	}
	sort_rows(&rows);
	return rows;
}

map_rows map_vphb(struct arena *arena, const struct plan_guest *guest, const struct plan_vphb *vphb)
{
	map_rows rows = {0};

	add_row(arena, &rows, MAP_WINDOW, vphb->ram_window, vphb->ram_window_size,
		"window for GPU memory", NULL);
	for (size_t i = 0; i < vphb->gpus.count; i++) {
		const struct plan_guest_gpu *gpu = vphb->gpus.items[i];
		struct map_row *row = add_row(arena, &rows, MAP_APERTURE, gpu->base, gpu->size,
					      "memory", gpu->gpu->gpu->name);

		row->note = arena_printf(arena, "NUMA node %" PRIu32, gpu->node);
		row->guest = guest->guest;
	}
	add_row(arena, &rows, MAP_WINDOW, vphb->atsd_window, vphb->atsd_window_size,
		"window for ATSD", NULL);
	for (size_t i = 0; i < vphb->links.count; i++) {
		const struct plan_guest_link *link = vphb->links.items[i];

		if (link->atsd)
			add_row(arena, &rows, MAP_ATSD, link->atsd, guest->board->page_size, "ATSD",
				link->link->name)
				->guest = guest->guest;
	}
	sort_rows(&rows);
	return rows;
}
