/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a thing of the text, gives the numbers the plan has for it as people
 * read them. Computes nothing.
 */
#include "lsp/describe.h"

#include <inttypes.h>
#include <string.h>

#include "core/table.h"
#include "core/text.h"
#include "plan/guest.h"

static void row(struct buffer *out, const char *key, const char *format, ...) FORMAT_PRINTF(3, 4);

static void row(struct buffer *out, const char *key, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	buffer_printf(out, "%-12s ", key);
	buffer_add_clean(out, text);
	buffer_add_string(out, "\n");
}

static const struct plan_board *find_board(const struct plan *plan, const struct board *board)
{
	for (size_t i = 0; i < plan->boards.count; i++)
		if (plan->boards.items[i]->board == board)
			return plan->boards.items[i];
	return NULL;
}

static const struct plan_gpu *find_gpu(const struct plan *plan, const struct gpu *gpu)
{
	const struct plan_board *board = find_board(plan, gpu->board);

	for (size_t i = 0; board && i < board->gpus.count; i++)
		if (board->gpus.items[i]->gpu == gpu)
			return board->gpus.items[i];
	return NULL;
}

static const struct plan_npu *find_npu(const struct plan *plan, const struct npu *npu)
{
	const struct plan_board *board = find_board(plan, npu->board);

	for (size_t i = 0; board && i < board->npus.count; i++)
		if (board->npus.items[i]->npu == npu)
			return board->npus.items[i];
	return NULL;
}

/* The guests that were given a GPU, with its slot and its memory there. */
static void add_guests(struct analysis *analysis, const struct plan_gpu *gpu, struct buffer *out)
{
	const struct board *board = gpu->gpu->board;
	const struct plan_board *plan = find_board(analysis->plan, board);

	for (size_t i = 0; i < board->guests.count; i++) {
		const struct guest *guest = board->guests.items[i];
		const struct plan_guest *planned = make_guest_plan(analysis->arena, plan, guest);

		for (size_t j = 0; j < planned->vphbs.count; j++) {
			const struct plan_vphb *vphb = planned->vphbs.items[j];

			for (size_t k = 0; k < vphb->gpus.count; k++) {
				const struct plan_guest_gpu *at = vphb->gpus.items[k];

				if (at->gpu == gpu)
					row(out, "guest",
					    "%s: phb %u, slot %u.%u, memory at 0x%" PRIx64
					    ", NUMA node %u",
					    guest->name, vphb->index, at->device->slot,
					    at->device->function, at->base, at->node);
			}
		}
	}
}

static void describe_gpu(struct analysis *analysis, const struct gpu *gpu, struct buffer *title,
			 struct buffer *out)
{
	const struct plan_gpu *plan = find_gpu(analysis->plan, gpu);
	struct buffer list = {0};

	if (!plan) {
		buffer_add_string(title, ", without a link to an NPU");
		return;
	}
	buffer_printf(title, ", group %u of %s", gpu->group, gpu->npu->name);
	row(out, "slot", "%s", gpu->slot.value);
	row(out, "aperture", "0x%" PRIx64 ", %s", plan->base,
	    size_text(analysis->arena, plan->size));
	row(out, "tgt", "0x%" PRIx64, plan->tgt);
	row(out, "NUMA node", "%u", plan->node);
	for (size_t i = 0; i < plan->links.count; i++)
		buffer_printf(&list, "%s%s", i ? " " : "", plan->links.items[i]->name);
	row(out, "links", "%s", list.data ? list.data : "none");
	list.len = 0;
	for (unsigned p = 0; plan->peers_known && p < gpu->board->family->gpu_ports; p++) {
		const struct plan_port *port = &plan->ports[p];

		if (port->link)
			buffer_printf(&list, "%s%s", p ? " " : "", port->link->name);
		else if (port->peer)
			buffer_printf(&list, "%s%s:%u", p ? " " : "", port->peer->gpu->name,
				      port->peer_port);
		else
			buffer_printf(&list, "%s-", p ? " " : "");
	}
	row(out, "ports 0 to 5", "%s", plan->peers_known ? list.data : "not known");
	buffer_free(&list);
	add_guests(analysis, plan, out);
}

static void describe_npu(struct analysis *analysis, const struct npu *npu, struct buffer *title,
			 struct buffer *out)
{
	const struct plan_npu *plan = find_npu(analysis->plan, npu);
	struct buffer list = {0};

	buffer_printf(title, " on chip %" PRIu64, npu->chip.value);
	if (!plan) {
		buffer_add_string(title, ", without links: nothing follows from it");
		return;
	}
	row(out, "index", "%u", npu->index);
	row(out, "PHB", "%s", plan->phb_path);
	row(out, "npu node", "%s", plan->npu_path);
	row(out, "registers", "0x%" PRIx64 ", %s", plan->regs,
	    size_text(analysis->arena, npu->board->family->npu_regs_size));
	row(out, "window", "0x%" PRIx64 " + 0x%" PRIx64, plan->mmio_window, plan->mmio_window_size);
	row(out, "ATSD", "0x%" PRIx64 " to 0x%" PRIx64 ", %u of them", plan->atsds[0],
	    plan->atsds[plan->atsd_count - 1], plan->atsd_count);
	for (size_t i = 0; i < npu->gpus.count; i++)
		buffer_printf(&list, "%s%s", i ? " " : "", npu->gpus.items[i]->name);
	row(out, "GPUs", "%s: one IOMMU group", list.data ? list.data : "none");
	buffer_free(&list);
}

static const char *port_text(struct analysis *analysis, const struct plan_link *link)
{
	for (unsigned p = 0; p < GPU_PORTS_MAX; p++)
		if (link->gpu->ports[p].link == link)
			return arena_printf(analysis->arena, "%s:%u", link->gpu->gpu->name, p);
	return link->gpu->gpu->name;
}

static void add_link(struct analysis *analysis, struct table *table, const struct plan_link *link)
{
	table_cell(table, "%s", link->name);
	table_cell(table, "%s", port_text(analysis, link));
	table_cell(table, "%02x:%02x.%u", link->bdfn >> 8, link->bdfn >> 3 & 0x1f, link->bdfn & 7);
	table_cell(table, "%s Gbps, code %u", link->link->rate->text, link->link->rate->code);
	table_cell(table, "0x%" PRIx64, link->gpu->tgt);
	table_cell(table, "0x%" PRIx64, link->atsd);
	table_cell(table, "0x%06" PRIx32, link->lane_mask);
	table_cell(table, "0x%" PRIx64, link->phy);
}

static bool has_port(const struct ports *ports, unsigned number)
{
	for (; ports; ports = ports->next)
		if (number >= ports->first && number <= ports->last)
			return true;
	return false;
}

/* The pairs of ports of a link statement between GPUs. */
static void add_peers(const struct analysis *analysis, const struct stmt *stmt, struct buffer *out)
{
	for (size_t i = 0; analysis->plan && i < analysis->plan->boards.count; i++) {
		const struct board *board = analysis->plan->boards.items[i]->board;

		for (size_t j = 0; j < board->peers.count; j++) {
			const struct peer_link *peer = &board->peers.items[j];

			if (span_holds(stmt->span, peer->span_a.file, peer->span_a.offset))
				buffer_printf(out, "%s:%u <-> %s:%u\n", peer->a->name, peer->port_a,
					      peer->b->name, peer->port_b);
		}
	}
}

void describe_link(struct analysis *analysis, const struct stmt *stmt, const struct ports *ports,
		   struct buffer *title, struct buffer *out)
{
	static const char *const heads[] = {"brick", "port",      "bridge", "rate", "tgt",
					    "ATSD",  "lane mask", "PHY",    NULL};
	struct table *table = table_new(analysis->arena, heads);
	bool a = ports == stmt->a.ports, found = false;

	buffer_printf(title, "link %s <-> %s", stmt->a.name.text, stmt->b.name.text);
	for (size_t i = 0; analysis->plan && i < analysis->plan->boards.count; i++) {
		const struct plan_board *board = analysis->plan->boards.items[i];

		for (size_t j = 0; j < board->gpus.count; j++) {
			const struct plan_gpu *gpu = board->gpus.items[j];

			for (size_t k = 0; k < gpu->links.count; k++) {
				const struct plan_link *link = gpu->links.items[k];
				const char *end = a ? stmt->a.name.text : stmt->b.name.text;
				bool brick = end == link->link->npu->name;

				if (link->link->statement.file != stmt->span.file ||
				    link->link->statement.offset != stmt->span.offset)
					continue;
				/* Ports of the GPU's end are not bricks: then all are shown. */
				if (ports && brick && !has_port(ports, link->link->brick))
					continue;
				add_link(analysis, table, link);
				found = true;
			}
		}
	}
	if (found)
		table_print(table, out);
	else
		add_peers(analysis, stmt, out);
}

static void describe_phb(struct analysis *analysis, const struct vphb *vphb, struct buffer *out)
{
	static const char *const heads[] = {"device", "slot", "address in the guest", NULL};
	const struct plan_board *board = find_board(analysis->plan, vphb->guest->board);
	const struct plan_guest *guest = make_guest_plan(analysis->arena, board, vphb->guest);
	struct table *table = table_new(analysis->arena, heads);

	for (size_t i = 0; i < guest->vphbs.count; i++) {
		const struct plan_vphb *plan = guest->vphbs.items[i];

		if (plan->vphb != vphb)
			continue;
		row(out, "node", "/%s, /%s", plan->name, plan->npuphb_name);
		row(out, "GPU memory", "from 0x%" PRIx64, plan->ram_window);
		row(out, "ATSD", "from 0x%" PRIx64, plan->atsd_window);
		buffer_add_string(out, "\n");
		for (size_t j = 0; j < plan->gpus.count; j++) {
			const struct plan_guest_gpu *gpu = plan->gpus.items[j];

			table_cell(table, "%s", gpu->gpu->gpu->name);
			table_cell(table, "%u.%u", gpu->devfn >> 3, gpu->devfn & 7);
			table_cell(table, "0x%" PRIx64, gpu->base);
		}
		for (size_t j = 0; j < plan->links.count; j++) {
			const struct plan_guest_link *link = plan->links.items[j];

			table_cell(table, "%s", link->link->name);
			table_cell(table, "%u.%u", link->devfn >> 3, link->devfn & 7);
			table_cell(table, "0x%" PRIx64, link->atsd);
		}
		table_print(table, out);
	}
}

static void describe_guest(const struct guest *guest, struct buffer *out)
{
	row(out, "board", "%s", guest->board->name);
	row(out, "machine", "%s", guest->machine.value);
	if (guest->lpid.set)
		row(out, "LPID", "%" PRIu64, guest->lpid.value);
	for (size_t i = 0; i < guest->vphbs.count; i++)
		row(out, "phb", "%" PRIu64 ", %zu devices", guest->vphbs.items[i]->number,
		    guest->vphbs.items[i]->devices.count);
}

static void describe_board(struct analysis *analysis, const struct board *board, struct buffer *out)
{
	const struct plan_board *plan = find_board(analysis->plan, board);

	row(out, "family", "%s", board->family->name);
	row(out, "memory map", "%s", board->map->name);
	row(out, "host pages", "%s", size_text(analysis->arena, plan->page_size));
	row(out, "NPUs", "%zu with links", plan->npus.count);
	row(out, "GPUs", "%zu with links", plan->gpus.count);
	row(out, "links", "%zu with NPUs, %zu between GPUs", board->links.count,
	    board->peers.count);
}

void describe_thing(struct analysis *analysis, const struct declaration *thing,
		    struct buffer *title, struct buffer *out)
{
	const struct stmt *head = thing->head;
	const char *name = head->label.text ? head->label.text : head->name.text;

	if (thing->kind == BLOCK_LINK) {
		describe_link(analysis, head, NULL, title, out);
		return;
	}
	buffer_printf(title, "%s%s%s", block_name(thing->kind), name ? " " : "", name ? name : "");
	if (thing->kind == BLOCK_PHB && !name)
		buffer_printf(title, " %" PRIu64, head->values.first->number);
	if (!analysis->plan || thing->deleted.file || !thing->object)
		return;
	if (thing->kind == BLOCK_GPU)
		describe_gpu(analysis, thing->object, title, out);
	else if (thing->kind == BLOCK_NPU)
		describe_npu(analysis, thing->object, title, out);
	else if (thing->kind == BLOCK_PHB)
		describe_phb(analysis, thing->object, out);
	else if (thing->kind == BLOCK_GUEST)
		describe_guest(thing->object, out);
	else
		describe_board(analysis, thing->object, out);
}
