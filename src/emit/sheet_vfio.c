/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a planned board, gives the tables of what has to be in registers and
 * what VFIO says: all of nv2-regions-1 and nv2-program-1. Computes nothing.
 */
#include <inttypes.h>

#include "emit/sheet.h"
#include "plan/program.h"
#include "plan/region.h"

static void add_region(struct html *html, const char *name, const char *kind, const char *npu,
		       const struct plan_region *region)
{
	html_row(html);
	html_cell(html, name);
	html_cell(html, kind);
	html_cell(html, npu);
	html_number(html, region->index);
	html_hex(html, region->offset);
	html_size(html, region->size);
	html_number(html, region->flags);
	html_hex(html, region->type);
	html_number(html, region->subtype);
	html_hex(html, region->tgt);
	if (region->atsd)
		html_hex(html, region->atsd);
	else
		html_cell(html, NULL);
	html_cell(html, region->atsd_shared ? "yes" : NULL);
	if (region->has_link_speed)
		html_number(html, region->link_speed);
	else
		html_cell(html, NULL);
}

static void add_info(struct html *html, const char *name, const struct plan_region *region)
{
	unsigned char info[REGION_INFO_MAX];
	size_t len = plan_region_info(region, false, info);

	html_row(html);
	html_cell(html, name);
	html_bytes(html, info, len);
	len = plan_region_info(region, true, info);
	html_bytes(html, info, len);
}

/* Each device has one region: its row, or its buffer. */
static void add_devices(struct html *html, const struct plan_board *board, bool as_info)
{
	for (size_t i = 0; i < board->npus.count; i++) {
		const struct plan_npu *npu = board->npus.items[i];

		for (size_t j = 0; j < npu->gpus.count; j++) {
			struct plan_region region = plan_gpu_region(npu->gpus.items[j]);
			const char *name = npu->gpus.items[j]->gpu->name;

			if (as_info)
				add_info(html, name, &region);
			else
				add_region(html, name, "GPU", npu->npu->name, &region);
		}
		for (size_t j = 0; j < npu->links.count; j++) {
			struct plan_region region =
				plan_link_region(npu->links.items[j], board->page_size);
			const char *name = npu->links.items[j]->name;

			if (as_info)
				add_info(html, name, &region);
			else
				add_region(html, name, "link", npu->npu->name, &region);
		}
	}
}

void sheet_add_vfio(struct html *html, const struct plan_board *board)
{
	static const char *const heads[] = {
		"device", "kind",     "NPU", ">index", "offset",      ">size",       ">flags",
		"type",   ">subtype", "tgt", "ATSD",   "ATSD shared", ">link speed", NULL};
	static const char *const info_heads[] = {"device", "little-endian", "big-endian", NULL};

	buffer_add_string(html->out,
			  "<h2>VFIO</h2>\n<p>The one region that each device has besides "
			  "those of PCI.</p>\n");
	html_table_begin(html, "regions", "VFIO regions", heads);
	add_devices(html, board, false);
	html_table_end(html);
	html_table_begin(html, "info", "What VFIO_DEVICE_GET_REGION_INFO gives, in bytes",
			 info_heads);
	add_devices(html, board, true);
	html_table_end(html);
}

static void add_write(struct html *html, const struct plan_write *write, size_t step)
{
	html_row(html);
	html_number(html, step);
	html_cell(html, write->guest ? arena_printf(html->arena, "guest %s", write->guest->name)
				     : "boot");
	html_cell(html, write->npu->npu->name);
	html_cell(html, write->name);
	html_hex(html, write->reg);
	html_hex(html, write->mmio);
	html_hex(html, write->value);
	html_hex(html, write->mask);
	if (write->lpid_mask)
		html_hex(html, write->lpid_mask);
	else
		html_cell(html, NULL);
	html_cell(html, write->owner == PROGRAM_BOOT ? "boot" : "runtime");
	html_hex(html, write->addr_scom);
	html_hex(html, write->data_scom);
	html_hex(html, write->indirect);
}

void sheet_add_program(struct html *html, const struct plan_board *board)
{
	static const char *const heads[] = {">step",
					    "phase",
					    "NPU",
					    "register",
					    "offset",
					    "address",
					    "value",
					    "mask",
					    "LPID mask",
					    "owner",
					    "address SCOM",
					    "data SCOM",
					    "what the address SCOM takes",
					    NULL};
	plan_program program = make_program(html->arena, board);

	buffer_add_string(html->out,
			  "<h2>Registers</h2>\n<p>The writes in their order, each of eight "
			  "bytes: at an address, or through the chip's pair of SCOMs. The "
			  "mask has the bits that count when a register is read back; where "
			  "there is an LPID mask, the guest's LPID goes there.</p>\n");
	html_table_begin(html, "program", "Register program", heads);
	for (size_t i = 0; i < program.count; i++)
		add_write(html, &program.items[i], i + 1);
	html_table_end(html);
}
