/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a planned board, gives the tables of its guests. Computes nothing.
 */
#include <inttypes.h>

#include "emit/sheet.h"
#include "plan/guest.h"

static void add_device(struct html *html, const struct plan_vphb *vphb, const char *name,
		       const char *kind, const struct vphb_device *device)
{
	html_row(html);
	html_cell(html, name);
	html_cell(html, kind);
	html_number(html, vphb->index);
	html_number(html, device->slot);
	html_number(html, device->function);
}

static void add_devices(struct html *html, const char *id, const char *caption,
			const struct plan_guest *plan)
{
	static const char *const heads[] = {"device",    "kind",    ">vPHB", ">slot",
					    ">function", "at",      ">size", ">NUMA node",
					    "node",      "phandle", NULL};

	html_table_begin(html, id, caption, heads);
	for (size_t i = 0; i < plan->vphbs.count; i++) {
		const struct plan_vphb *vphb = plan->vphbs.items[i];

		for (size_t j = 0; j < vphb->gpus.count; j++) {
			const struct plan_guest_gpu *gpu = vphb->gpus.items[j];

			add_device(html, vphb, gpu->gpu->gpu->name, "GPU", gpu->device);
			html_hex(html, gpu->base);
			html_size(html, gpu->size);
			html_number(html, gpu->node);
			html_code(html, gpu->name);
			html_hex(html, gpu->phandle);
		}
		for (size_t j = 0; j < vphb->links.count; j++) {
			const struct plan_guest_link *link = vphb->links.items[j];

			add_device(html, vphb, link->link->name, "bridge", link->device);
			if (link->atsd) {
				html_hex(html, link->atsd);
				html_size(html, plan->board->page_size);
			} else {
				html_cell(html, NULL);
				html_cell(html, NULL);
			}
			html_cell(html, NULL);
			html_code(html, link->name);
			html_hex(html, link->phandle);
		}
	}
	html_table_end(html);
}

static void add_vphbs(struct html *html, const char *id, const char *caption,
		      const struct plan_guest *plan)
{
	static const char *const heads[] = {">vPHB",
					    "NPU",
					    "BUID",
					    "node",
					    "window for GPU memory",
					    ">its size",
					    "window for ATSD",
					    ">its size",
					    NULL};

	html_table_begin(html, id, caption, heads);
	for (size_t i = 0; i < plan->vphbs.count; i++) {
		const struct plan_vphb *vphb = plan->vphbs.items[i];

		html_row(html);
		html_number(html, vphb->index);
		html_cell(html, vphb->npu->npu->name);
		html_hex(html, vphb->buid);
		html_code(html, arena_printf(html->arena, "/%s", vphb->name));
		html_hex(html, vphb->ram_window);
		html_size(html, vphb->ram_window_size);
		html_hex(html, vphb->atsd_window);
		html_size(html, vphb->atsd_window_size);
	}
	html_table_end(html);
}

/* Ids must differ: guests' names may hold what others do not, so their numbers are taken. */
static void add_guest(struct html *html, const struct plan_board *board, size_t number)
{
	const struct guest *guest = board->board->guests.items[number];
	const struct plan_guest *plan = make_guest_plan(html->arena, board, guest);

	buffer_add_string(html->out, "<h3>");
	html_text(html, arena_printf(html->arena, "Guest %s: machine %s", guest->name,
				     guest->machine.value));
	if (guest->lpid.set)
		buffer_printf(html->out, ", LPID %" PRIu64, guest->lpid.value);
	buffer_add_string(html->out, "</h3>\n");
	if (plan->vphbs.count) {
		add_devices(html, arena_printf(html->arena, "devices-%zu", number + 1),
			    arena_printf(html->arena, "Devices of guest %s", guest->name), plan);
		add_vphbs(html, arena_printf(html->arena, "vphbs-%zu", number + 1),
			  arena_printf(html->arena, "vPHBs of guest %s", guest->name), plan);
	}
	for (size_t i = 0; i < guest->vphbs.count; i++)
		if (!guest->vphbs.items[i]->devices.count)
			buffer_printf(html->out, "<p>vPHB %" PRIu64 " has no devices.</p>\n",
				      guest->vphbs.items[i]->number);
	if (!guest->vphbs.count)
		buffer_add_string(html->out, "<p>It has no vPHB.</p>\n");
}

void sheet_add_guests(struct html *html, const struct plan_board *board)
{
	if (!board->board->guests.count)
		return;
	buffer_printf(
		html->out,
		"<h2 id=\"b%zu-guests\">Guests</h2>\n<p>Addresses are the guest's physical "
		"ones: of a GPU's memory, and of a bridge's ATSD page. Nodes and phandles are "
		"those of QEMU up to 8.1.</p>\n",
		html->board);
	for (size_t i = 0; i < board->board->guests.count; i++)
		add_guest(html, board, i);
}
