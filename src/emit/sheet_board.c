/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a planned board, gives the tables of its hardware: all that is in
 * nv2-plan-1 of it. Computes nothing.
 */
#include <inttypes.h>

#include "emit/address_map.h"
#include "emit/sheet.h"

static void add_npus(struct html *html, const struct plan_board *plan)
{
	static const char *const heads[] = {
		"NPU",       ">chip|ibm,chip-id", ">index|ibm,npu-index", ">links|ibm,npu-links",
		"SCOM base", "registers",         "link registers",       ">their size",
		NULL};

	html_table_begin(html, "npus", "NPUs", heads);
	for (size_t i = 0; i < plan->npus.count; i++) {
		const struct plan_npu *npu = plan->npus.items[i];

		html_row(html);
		html_cell(html, npu->npu->name);
		html_number(html, npu->chip);
		html_number(html, npu->npu->index);
		html_number(html, npu->npu->link_count);
		html_hex(html, npu->scom_base);
		html_hex(html, npu->regs);
		html_hex(html, npu->mmio_window);
		html_size(html, npu->mmio_window_size);
	}
	html_table_end(html);
}

static void add_nodes(struct html *html, const struct plan_board *plan)
{
	static const char *const heads[] = {"NPU", "XSCOM node", "NPU node", "PHB node", NULL};

	html_table_begin(html, "nodes", "Nodes of the NPUs", heads);
	for (size_t i = 0; i < plan->npus.count; i++) {
		const struct plan_npu *npu = plan->npus.items[i];

		html_row(html);
		html_cell(html, npu->npu->name);
		html_code(html, npu->xscom_path);
		html_code(html, npu->npu_path);
		html_code(html, npu->phb_path);
	}
	html_table_end(html);
}

/* "NAME", then the numbers from 0 on. */
static const char *const *number_heads(struct arena *arena, const char *name, const char *each,
				       unsigned count)
{
	const char **heads = arena_alloc(arena, (count + 2) * sizeof(*heads));

	heads[0] = name;
	for (unsigned i = 0; i < count; i++)
		heads[i + 1] = arena_printf(arena, "%s %u", each, i);
	return heads;
}

static void add_atsds(struct html *html, const struct plan_board *plan)
{
	unsigned count = plan->board->family->atsds;

	html_table_begin(html, "atsds", "ATSD registers: ibm,mmio-atsd",
			 number_heads(html->arena, "NPU", "entry", count));
	for (size_t i = 0; i < plan->npus.count; i++) {
		html_row(html);
		html_cell(html, plan->npus.items[i]->npu->name);
		for (unsigned j = 0; j < count; j++)
			html_hex(html, plan->npus.items[i]->atsds[j]);
	}
	html_table_end(html);
}

static void add_gpus(struct html *html, const struct plan_board *plan)
{
	static const char *const heads[] = {"GPU",
					    "slot|ibm,loc-code",
					    "NPU",
					    ">group|ibm,npu-group-id",
					    "memory",
					    ">size",
					    "tgt|ibm,device-tgt-addr",
					    ">NUMA node|ibm,chip-id",
					    NULL};

	html_table_begin(html, "gpus", "GPUs", heads);
	for (size_t i = 0; i < plan->gpus.count; i++) {
		const struct plan_gpu *gpu = plan->gpus.items[i];

		html_row(html);
		html_cell(html, gpu->gpu->name);
		html_cell(html, gpu->gpu->slot.value);
		html_cell(html, gpu->npu->npu->name);
		html_number(html, gpu->gpu->group);
		html_hex(html, gpu->base);
		html_size(html, gpu->size);
		html_hex(html, gpu->tgt);
		html_number(html, gpu->node);
	}
	html_table_end(html);
}

static void add_gpu_nodes(struct html *html, const struct plan_board *plan)
{
	static const char *const heads[] = {"GPU", "memory node", "node", "PCI address", NULL};

	html_table_begin(html, "gpu-nodes",
			 "Nodes and PCI addresses of the GPUs, where they are set", heads);
	for (size_t i = 0; i < plan->gpus.count; i++) {
		const struct plan_gpu *gpu = plan->gpus.items[i];

		html_row(html);
		html_cell(html, gpu->gpu->name);
		html_code(html, arena_printf(html->arena, "/%s", gpu->memory_name));
		html_code(html, gpu->gpu->path.value);
		html_code(html, gpu->gpu->pci.value);
	}
	html_table_end(html);
}

static const char *port_text(struct arena *arena, const struct plan_gpu *gpu, unsigned place)
{
	const struct plan_port *port = &gpu->ports[place];

	if (!gpu->peers_known)
		return "not known";
	if (port->link)
		return port->link->name;
	if (port->peer)
		return arena_printf(arena, "%s:%u", port->peer->gpu->name, port->peer_port);
	return NULL;
}

static void add_ports(struct html *html, const struct plan_board *plan)
{
	unsigned count = plan->board->family->gpu_ports;

	html_table_begin(html, "ports", "Ports of the GPUs: ibm,nvlink-peers",
			 number_heads(html->arena, "GPU", "port", count));
	for (size_t i = 0; i < plan->gpus.count; i++) {
		html_row(html);
		html_cell(html, plan->gpus.items[i]->gpu->name);
		for (unsigned j = 0; j < count; j++)
			html_cell(html, port_text(html->arena, plan->gpus.items[i], j));
	}
	html_table_end(html);
}

static void add_links(struct html *html, const struct plan_board *plan)
{
	static const char *const heads[] = {"link",
					    ">brick|ibm,npu-link-index",
					    "GPU",
					    ">port",
					    "Gbps a lane",
					    "bit/s|ibm,link-speed",
					    ">code|nvidia,link-speed",
					    "lane mask|ibm,npu-lane-mask",
					    "PHY|ibm,npu-phy",
					    ">brick id|ibm,npu-brick-id",
					    ">workbook id|ibm,workbook-link-id",
					    NULL};

	html_table_begin(html, "links", "Links between NPUs and GPUs", heads);
	for (size_t i = 0; i < plan->npus.count; i++) {
		for (size_t j = 0; j < plan->npus.items[i]->links.count; j++) {
			const struct plan_link *link = plan->npus.items[i]->links.items[j];

			html_row(html);
			html_cell(html, link->name);
			html_number(html, link->link->brick);
			html_cell(html, link->gpu->gpu->name);
			if (link->link->port >= 0)
				html_number(html, (uint64_t)link->link->port);
			else
				html_cell(html, NULL);
			html_cell(html, link->link->rate->text);
			html_hex(html, link->link->rate->bits_per_second);
			html_number(html, link->link->rate->code);
			html_hex(html, link->lane_mask);
			html_hex(html, link->phy);
			html_number(html, link->brick_id);
			html_number(html, link->workbook_link_id);
		}
	}
	html_table_end(html);
}

static void add_bridges(struct html *html, const struct plan_board *plan)
{
	static const char *const heads[] = {
		"link", "bridge", ">its number", "tgt|ibm,device-tgt-addr", "memory of the GPU",
		"ATSD", NULL};

	html_table_begin(html, "bridges", "Emulated bridges, on the PHBs of the NPUs", heads);
	for (size_t i = 0; i < plan->npus.count; i++) {
		for (size_t j = 0; j < plan->npus.items[i]->links.count; j++) {
			const struct plan_link *link = plan->npus.items[i]->links.items[j];

			html_row(html);
			html_cell(html, link->name);
			html_code(html, arena_printf(html->arena, "%02x:%02x.%u", link->bdfn >> 8,
						     link->bdfn >> 3 & 0x1f, link->bdfn & 7));
			html_number(html, link->bdfn);
			html_hex(html, link->gpu->tgt);
			html_hex(html, link->gpu->base);
			html_hex(html, link->atsd);
		}
	}
	html_table_end(html);
}

static void add_peers(struct html *html, const struct plan_board *plan)
{
	static const char *const heads[] = {"GPU", ">port", "peer", ">its port", NULL};
	const struct board *board = plan->board;

	if (!board->peers.count)
		return;
	html_table_begin(html, "peers", "Links between GPUs", heads);
	for (size_t i = 0; i < board->peers.count; i++) {
		const struct peer_link *peer = &board->peers.items[i];

		html_row(html);
		html_cell(html, peer->a->name);
		html_number(html, peer->port_a);
		html_cell(html, peer->b->name);
		html_number(html, peer->port_b);
	}
	html_table_end(html);
}

static void add_groups(struct html *html, const struct plan_board *plan)
{
	static const char *const heads[] = {"group of", "devices", NULL};

	html_table_begin(html, "groups", "IOMMU groups: their devices go to a guest together only",
			 heads);
	for (size_t i = 0; i < plan->npus.count; i++) {
		const struct plan_npu *npu = plan->npus.items[i];
		struct buffer devices = {0};

		for (size_t j = 0; j < npu->gpus.count; j++)
			buffer_printf(&devices, "%s%s", j ? " " : "",
				      npu->gpus.items[j]->gpu->name);
		for (size_t j = 0; j < npu->links.count; j++)
			buffer_printf(&devices, " %s", npu->links.items[j]->name);
		html_row(html);
		html_cell(html, npu->npu->name);
		html_cell(html, devices.data);
		buffer_free(&devices);
	}
	html_table_end(html);
}

static void add_map(struct html *html, const struct plan_board *plan)
{
	static const char *const heads[] = {"what", "from", "to", ">size", "guest", NULL};

	html_table_begin(html, "map", "Addresses of the host", heads);
	for (size_t i = 0; i < plan->npus.count; i++) {
		map_rows rows = map_npu(html->arena, plan, plan->npus.items[i]);

		for (size_t j = 0; j < rows.count; j++) {
			const struct map_row *row = &rows.items[j];

			html_row(html);
			html_cell(html, map_row_text(html->arena, row));
			html_hex(html, row->base);
			html_hex(html, row->base + (row->size - 1));
			html_size(html, row->size);
			html_cell(html, row->guest ? row->guest->name : NULL);
		}
	}
	html_table_end(html);
}

void sheet_add_board(struct html *html, const struct plan_board *board)
{
	buffer_add_string(html->out,
			  "<h2>Hardware</h2>\n<p>Addresses are system addresses. Below a column's "
			  "title stands the property that it becomes.</p>\n");
	add_npus(html, board);
	add_nodes(html, board);
	add_atsds(html, board);
	add_gpus(html, board);
	add_gpu_nodes(html, board);
	add_ports(html, board);
	add_links(html, board);
	add_bridges(html, board);
	add_peers(html, board);
	add_groups(html, board);
	add_map(html, board);
}
