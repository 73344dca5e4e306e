/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a plan, gives it as tables that people read. Computes nothing.
 */
#include <inttypes.h>

#include "core/table.h"
#include "core/text.h"
#include "emit/plan_json.h"

static const char *clean_text(struct arena *arena, const char *text)
{
	struct buffer clean = {0};
	const char *copy;

	buffer_add_clean(&clean, text);
	copy = arena_strndup(arena, clean.data, clean.len);
	buffer_free(&clean);
	return copy;
}

static void print_npus(struct arena *arena, const struct plan_board *plan, struct buffer *out)
{
	static const char *const heads[] = {"NPU", ">chip", ">index", ">links", "PHB",
					    "NPU node", "MMIO window", "ATSD 0", NULL};
	struct table *table = table_new(arena, heads);

	for (size_t i = 0; i < plan->npus.count; i++) {
		const struct plan_npu *npu = plan->npus.items[i];

		table_cell(table, "%s", npu->npu->name);
		table_cell(table, "%u", npu->chip);
		table_cell(table, "%u", npu->npu->index);
		table_cell(table, "%u", npu->npu->link_count);
		table_cell(table, "%s", clean_text(arena, npu->phb_path));
		table_cell(table, "%s", npu->npu_path);
		table_cell(table, "0x%" PRIx64 " + 0x%" PRIx64, npu->mmio_window,
			   npu->mmio_window_size);
		table_cell(table, "0x%" PRIx64, npu->atsds[0]);
	}
	table_print(table, out);
}

static void print_gpus(struct arena *arena, const struct plan_board *plan, struct buffer *out)
{
	static const char *const heads[] = {"GPU",  "slot",     "NPU",  ">group", "aperture",
					    ">size", "tgt",     ">NUMA node", "ports 0 to 5", NULL};
	struct table *table = table_new(arena, heads);

	for (size_t i = 0; i < plan->gpus.count; i++) {
		const struct plan_gpu *gpu = plan->gpus.items[i];
		struct buffer ports = {0};

		table_cell(table, "%s", gpu->gpu->name);
		table_cell(table, "%s", clean_text(arena, gpu->gpu->slot.value));
		table_cell(table, "%s", gpu->gpu->npu->name);
		table_cell(table, "%u", gpu->gpu->group);
		table_cell(table, "0x%" PRIx64, gpu->base);
		table_cell(table, "%s", size_text(arena, gpu->size));
		table_cell(table, "0x%" PRIx64, gpu->tgt);
		table_cell(table, "%u", gpu->node);
		for (unsigned p = 0; p < gpu->gpu->board->family->gpu_ports; p++) {
			const struct plan_port *port = &gpu->ports[p];

			if (port->link)
				buffer_printf(&ports, " %s", port->link->name);
			else if (port->peer)
				buffer_printf(&ports, " %s:%u", port->peer->gpu->name,
					      port->peer_port);
			else
				buffer_add_string(&ports, " -");
		}
		table_cell(table, "%s", gpu->peers_known ? ports.data + 1 : "not known");
		buffer_free(&ports);
	}
	table_print(table, out);
}

static void print_links(struct arena *arena, const struct plan_board *plan, struct buffer *out)
{
	static const char *const heads[] = {"link", "GPU", "bridge", ">rate",     ">code",
					    "tgt",  "ATSD", "lane mask", "PHY", NULL};
	struct table *table = table_new(arena, heads);

	for (size_t i = 0; i < plan->npus.count; i++) {
		for (size_t j = 0; j < plan->npus.items[i]->links.count; j++) {
			const struct plan_link *link = plan->npus.items[i]->links.items[j];

			table_cell(table, "%s", link->name);
			table_cell(table, "%s", link->gpu->gpu->name);
			table_cell(table, "%02x:%02x.%u", link->bdfn >> 8, link->bdfn >> 3 & 0x1f,
				   link->bdfn & 7);
			table_cell(table, "%s Gbps", link->link->rate->text);
			table_cell(table, "%u", link->link->rate->code);
			table_cell(table, "0x%" PRIx64, link->gpu->tgt);
			table_cell(table, "0x%" PRIx64, link->atsd);
			table_cell(table, "0x%06" PRIx32, link->lane_mask);
			table_cell(table, "0x%" PRIx64, link->phy);
		}
	}
	table_print(table, out);
}

static void print_groups(struct arena *arena, const struct plan_board *plan, struct buffer *out)
{
	static const char *const heads[] = {"IOMMU group", "devices, always together", NULL};
	struct table *table = table_new(arena, heads);

	for (size_t i = 0; i < plan->npus.count; i++) {
		const struct plan_npu *npu = plan->npus.items[i];
		struct buffer devices = {0};

		for (size_t j = 0; j < npu->gpus.count; j++)
			buffer_printf(&devices, "%s ", npu->gpus.items[j]->gpu->name);
		for (size_t j = 0; j < npu->links.count; j++)
			buffer_printf(&devices, "%s ", npu->links.items[j]->name);
		devices.data[--devices.len] = '\0';
		table_cell(table, "%s", npu->npu->name);
		table_cell(table, "%s", devices.data);
		buffer_free(&devices);
	}
	table_print(table, out);
}

static void print_guest(struct arena *arena, const struct guest *guest, struct buffer *out)
{
	static const char *const heads[] = {">vPHB", "device", "kind", ">slot", NULL};
	struct table *table = table_new(arena, heads);

	buffer_printf(out, "\nguest %s on board ", guest->name);
	buffer_add_clean(out, guest->board->name);
	buffer_printf(out, ", machine %s", guest->machine.value);
	if (guest->lpid.set)
		buffer_printf(out, ", LPID %" PRIu64, guest->lpid.value);
	buffer_add_string(out, "\n\n");
	for (size_t i = 0; i < guest->vphbs.count; i++) {
		const struct vphb *vphb = guest->vphbs.items[i];

		for (size_t j = 0; j < vphb->devices.count; j++) {
			const struct vphb_device *device = &vphb->devices.items[j];

			table_cell(table, "%" PRIu64, vphb->number);
			if (device->gpu)
				table_cell(table, "%s", device->gpu->name);
			else
				table_cell(table, "%s:%u", device->link->npu->name,
					   device->link->brick);
			table_cell(table, "%s", device->gpu ? "GPU" : "bridge");
			table_cell(table, "%u.%u", device->slot, device->function);
		}
	}
	table_print(table, out);
}

void emit_plan_text(struct arena *arena, const struct plan *plan, struct buffer *out)
{
	for (size_t i = 0; i < plan->boards.count; i++) {
		const struct plan_board *board = plan->boards.items[i];

		buffer_add_string(out, i ? "\nboard " : "board ");
		buffer_add_clean(out, board->board->name);
		if (board->board->model.value)
			buffer_add_clean(out, arena_printf(arena, ": %s",
							   board->board->model.value));
		buffer_printf(out, "\n  family %s, memory map %s, host pages %s\n",
			      board->board->family->name, board->board->map->name,
			      size_text(arena, board->page_size));
		if (!board->npus.count)
			continue;
		buffer_add_string(out, "\n");
		print_npus(arena, board, out);
		buffer_add_string(out, "\n");
		print_gpus(arena, board, out);
		buffer_add_string(out, "\n");
		print_links(arena, board, out);
		buffer_add_string(out, "\n");
		print_groups(arena, board, out);
	}
	for (size_t i = 0; i < plan->wiring->guests.count; i++)
		print_guest(arena, plan->wiring->guests.items[i], out);
}
