/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a plan, gives it as tables that people read. Computes nothing.
 */
#include <inttypes.h>

#include "core/table.h"
#include "core/text.h"
#include "emit/plan_json.h"
#include "plan/guest.h"

#define WIDTH 100 /* columns of a terminal that most have */

/* "-" where there is none. */
static const char *clean_text(struct arena *arena, const char *text)
{
	struct buffer clean = {0};
	const char *copy;

	if (!text)
		return "-";
	buffer_add_clean(&clean, text);
	copy = arena_strndup(arena, clean.data, clean.len);
	buffer_free(&clean);
	return copy;
}

static void print_title(struct buffer *out, const char *title)
{
	buffer_printf(out, "\n%s\n\n", title);
}

static void print_npus(struct arena *arena, const struct plan_board *plan, struct buffer *out)
{
	static const char *const heads[] = {"NPU",       ">chip",     ">index",         ">links",
					    "SCOM base", "registers", "link registers", ">size",
					    NULL};
	static const char *const node_heads[] = {"NPU", "PHB node", "NPU node", "XSCOM node", NULL};
	struct table *table = table_new(arena, heads), *nodes = table_new(arena, node_heads);

	for (size_t i = 0; i < plan->npus.count; i++) {
		const struct plan_npu *npu = plan->npus.items[i];

		table_cell(table, "%s", npu->npu->name);
		table_cell(table, "%u", npu->chip);
		table_cell(table, "%u", npu->npu->index);
		table_cell(table, "%u", npu->npu->link_count);
		table_cell(table, "0x%" PRIx32, npu->scom_base);
		table_cell(table, "0x%" PRIx64, npu->regs);
		table_cell(table, "0x%" PRIx64, npu->mmio_window);
		table_cell(table, "%s", size_text(arena, npu->mmio_window_size));
		table_cell(nodes, "%s", npu->npu->name);
		table_cell(nodes, "%s", clean_text(arena, npu->phb_path));
		table_cell(nodes, "%s", clean_text(arena, npu->npu_path));
		table_cell(nodes, "%s", clean_text(arena, npu->xscom_path));
	}
	print_title(out, "NPUs");
	table_print_within(table, WIDTH, out);
	buffer_add_string(out, "\n");
	table_print_within(nodes, WIDTH, out);
}

/* A column for each NPU, for there are more entries than NPUs. */
static void print_atsds(struct arena *arena, const struct plan_board *plan, struct buffer *out)
{
	const char **heads = arena_alloc(arena, (plan->npus.count + 2) * sizeof(*heads));
	struct table *table;

	heads[0] = ">entry";
	for (size_t i = 0; i < plan->npus.count; i++)
		heads[i + 1] = plan->npus.items[i]->npu->name;
	table = table_new(arena, heads);
	for (unsigned entry = 0; entry < plan->board->family->atsds; entry++) {
		table_cell(table, "%u", entry);
		for (size_t i = 0; i < plan->npus.count; i++)
			table_cell(table, "0x%" PRIx64, plan->npus.items[i]->atsds[entry]);
	}
	print_title(out, "ATSD registers of the NPUs; a link has the entry of its brick");
	table_print_within(table, WIDTH, out);
}

static void print_gpus(struct arena *arena, const struct plan_board *plan, struct buffer *out)
{
	static const char *const heads[] = {"GPU",         "slot",  "NPU", ">group",
					    "memory at",   ">size", "tgt", ">NUMA node",
					    "memory node", NULL};
	static const char *const place_heads[] = {"GPU", "PCI address", "host node", NULL};
	struct table *table = table_new(arena, heads), *places = table_new(arena, place_heads);
	bool placed = false;

	for (size_t i = 0; i < plan->gpus.count; i++) {
		const struct plan_gpu *gpu = plan->gpus.items[i];

		table_cell(table, "%s", gpu->gpu->name);
		table_cell(table, "%s", clean_text(arena, gpu->gpu->slot.value));
		table_cell(table, "%s", gpu->gpu->npu->name);
		table_cell(table, "%u", gpu->gpu->group);
		table_cell(table, "0x%" PRIx64, gpu->base);
		table_cell(table, "%s", size_text(arena, gpu->size));
		table_cell(table, "0x%" PRIx64, gpu->tgt);
		table_cell(table, "%u", gpu->node);
		table_cell(table, "/%s", gpu->memory_name);
		table_cell(places, "%s", gpu->gpu->name);
		table_cell(places, "%s", clean_text(arena, gpu->gpu->pci.value));
		table_cell(places, "%s", clean_text(arena, gpu->gpu->path.value));
		placed |= gpu->gpu->pci.value || gpu->gpu->path.value;
	}
	print_title(out, "GPUs, by chip and group");
	table_print_within(table, WIDTH, out);
	if (placed) {
		buffer_add_string(out, "\n");
		table_print_within(places, WIDTH, out);
	}
}

static void print_ports(struct arena *arena, const struct plan_board *plan, struct buffer *out)
{
	unsigned count = plan->board->family->gpu_ports;
	const char **heads = arena_alloc(arena, (count + 2) * sizeof(*heads));
	struct table *table;

	heads[0] = "GPU";
	for (unsigned port = 0; port < count; port++)
		heads[port + 1] = arena_printf(arena, "port %u", port);
	table = table_new(arena, heads);
	for (size_t i = 0; i < plan->gpus.count; i++) {
		const struct plan_gpu *gpu = plan->gpus.items[i];

		table_cell(table, "%s", gpu->gpu->name);
		for (unsigned j = 0; j < count; j++) {
			const struct plan_port *port = &gpu->ports[j];

			if (!gpu->peers_known)
				table_cell(table, "not known");
			else if (port->link)
				table_cell(table, "%s", port->link->name);
			else if (port->peer)
				table_cell(table, "%s:%u", port->peer->gpu->name, port->peer_port);
			else
				table_cell(table, "-");
		}
	}
	print_title(out, "What the ports of the GPUs lead to: bricks, and ports of GPUs");
	table_print_within(table, WIDTH, out);
}

static void print_links(struct arena *arena, const struct plan_board *plan, struct buffer *out)
{
	static const char *const heads[] = {"link", "GPU",          ">port",  "bridge", ">bdfn",
					    "ATSD", ">rate a lane", ">bit/s", ">code",  NULL};
	static const char *const wire_heads[] = {"link",      "lane mask",    "PHY",
						 ">brick id", ">workbook id", NULL};
	struct table *table = table_new(arena, heads), *wires = table_new(arena, wire_heads);

	for (size_t i = 0; i < plan->npus.count; i++) {
		for (size_t j = 0; j < plan->npus.items[i]->links.count; j++) {
			const struct plan_link *link = plan->npus.items[i]->links.items[j];

			table_cell(table, "%s", link->name);
			table_cell(table, "%s", link->gpu->gpu->name);
			if (link->link->port >= 0)
				table_cell(table, "%d", link->link->port);
			else
				table_cell(table, "-");
			table_cell(table, "%02x:%02x.%u", link->bdfn >> 8, link->bdfn >> 3 & 0x1f,
				   link->bdfn & 7);
			table_cell(table, "%u", link->bdfn);
			table_cell(table, "0x%" PRIx64, link->atsd);
			table_cell(table, "%s Gbps", link->link->rate->text);
			table_cell(table, "%" PRIu64, link->link->rate->bits_per_second);
			table_cell(table, "%u", link->link->rate->code);
			table_cell(wires, "%s", link->name);
			table_cell(wires, "0x%06" PRIx32, link->lane_mask);
			table_cell(wires, "0x%" PRIx64, link->phy);
			table_cell(wires, "%" PRIu32, link->brick_id);
			table_cell(wires, "%" PRIu32, link->workbook_link_id);
		}
	}
	print_title(out, "Links, each with its emulated bridge on the NPU's PHB");
	table_print_within(table, WIDTH, out);
	print_title(out, "Lanes and ids of the links");
	table_print_within(wires, WIDTH, out);
}

static void print_groups(struct arena *arena, const struct plan_board *plan, struct buffer *out)
{
	static const char *const heads[] = {"group of", "GPUs", "links", NULL};
	struct table *table = table_new(arena, heads);

	for (size_t i = 0; i < plan->npus.count; i++) {
		const struct plan_npu *npu = plan->npus.items[i];
		struct buffer gpus = {0}, links = {0};

		for (size_t j = 0; j < npu->gpus.count; j++)
			buffer_printf(&gpus, "%s%s", j ? " " : "", npu->gpus.items[j]->gpu->name);
		for (size_t j = 0; j < npu->links.count; j++)
			buffer_printf(&links, "%s%s", j ? " " : "", npu->links.items[j]->name);
		table_cell(table, "%s", npu->npu->name);
		table_cell(table, "%s", gpus.data);
		table_cell(table, "%s", links.data);
		buffer_free(&gpus);
		buffer_free(&links);
	}
	print_title(out, "IOMMU groups: what is in one goes to a guest together only");
	table_print_within(table, WIDTH, out);
}

static void print_device(struct table *table, const struct plan_vphb *vphb, const char *name,
			 const char *kind, const struct vphb_device *device)
{
	table_cell(table, "%s", name);
	table_cell(table, "%s", kind);
	table_cell(table, "%" PRIu32, vphb->index);
	table_cell(table, "%u.%u", device->slot, device->function);
}

static void print_vphb(struct arena *arena, const struct plan_vphb *vphb, uint64_t page_size,
		       struct table *table)
{
	for (size_t i = 0; i < vphb->gpus.count; i++) {
		const struct plan_guest_gpu *gpu = vphb->gpus.items[i];

		print_device(table, vphb, gpu->gpu->gpu->name, "GPU", gpu->device);
		table_cell(table, "memory");
		table_cell(table, "0x%" PRIx64, gpu->base);
		table_cell(table, "%s", size_text(arena, gpu->size));
		table_cell(table, "%" PRIu32, gpu->node);
	}
	for (size_t i = 0; i < vphb->links.count; i++) {
		const struct plan_guest_link *link = vphb->links.items[i];

		print_device(table, vphb, link->link->name, "bridge", link->device);
		table_cell(table, "%s", link->atsd ? "ATSD" : "-");
		if (link->atsd) {
			table_cell(table, "0x%" PRIx64, link->atsd);
			table_cell(table, "%s", size_text(arena, page_size));
		} else {
			table_cell(table, "-");
			table_cell(table, "-");
		}
		table_cell(table, "-");
	}
}

static void print_guest(struct arena *arena, const struct plan_board *board,
			const struct guest *guest, struct buffer *out)
{
	static const char *const heads[] = {"device",        "kind",  ">vPHB",      ">slot", "what",
					    "guest address", ">size", ">NUMA node", NULL};
	struct table *table = table_new(arena, heads);
	const struct plan_guest *planned = make_guest_plan(arena, board, guest);

	buffer_printf(out, "\nguest %s on board ", guest->name);
	buffer_add_clean(out, guest->board->name);
	buffer_printf(out, ": machine %s", guest->machine.value);
	if (guest->lpid.set)
		buffer_printf(out, ", LPID %" PRIu64, guest->lpid.value);
	buffer_add_string(out, "\n\n");
	for (size_t i = 0; i < planned->vphbs.count; i++)
		print_vphb(arena, planned->vphbs.items[i], board->page_size, table);
	if (planned->vphbs.count)
		table_print_within(table, WIDTH, out);
	for (size_t i = 0; i < guest->vphbs.count; i++)
		if (!guest->vphbs.items[i]->devices.count)
			buffer_printf(out, "  vPHB %" PRIu64 " has no devices\n",
				      guest->vphbs.items[i]->number);
	if (!guest->vphbs.count)
		buffer_add_string(out, "  it has no vPHB\n");
}

static void print_board(struct arena *arena, const struct plan_board *plan, struct buffer *out)
{
	const struct board *board = plan->board;

	buffer_add_string(out, "board ");
	if (board->label)
		buffer_printf(out, "%s, ", board->label);
	buffer_add_clean(out, board->name);
	if (board->model.value)
		buffer_add_clean(out, arena_printf(arena, ": %s", board->model.value));
	buffer_add_string(out, "\n\n");
	for (size_t i = 0; i < board->compatible.count; i++)
		buffer_printf(out, "  %s  %s\n", i ? "          " : "compatible",
			      clean_text(arena, board->compatible.items[i].value));
	buffer_printf(out,
		      "  family      %s\n  memory map  %s\n  host pages  %s\n"
		      "  addresses   the host's system addresses; in a guest, its physical ones\n",
		      board->family->name, board->map->name, size_text(arena, plan->page_size));
	if (!plan->npus.count) {
		buffer_add_string(out, "\n  no link leads from an NPU to a GPU\n");
		return;
	}
	print_npus(arena, plan, out);
	print_atsds(arena, plan, out);
	print_gpus(arena, plan, out);
	print_ports(arena, plan, out);
	print_links(arena, plan, out);
	print_groups(arena, plan, out);
}

void emit_plan_text(struct arena *arena, const struct plan *plan, struct buffer *out)
{
	for (size_t i = 0; i < plan->boards.count; i++) {
		const struct plan_board *board = plan->boards.items[i];

		buffer_add_string(out, i ? "\n" : "");
		print_board(arena, board, out);
		for (size_t j = 0; j < board->board->guests.count; j++)
			print_guest(arena, board, board->board->guests.items[j], out);
	}
}
