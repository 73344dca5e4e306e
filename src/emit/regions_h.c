/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a planned board, gives the VFIO regions of its devices as C tables
 * for <nv2/region.h>. Computes nothing.
 */
#include "emit/c_text.h"
#include "emit/tables.h"
#include "plan/region.h"

/* A row of nv2_<stem>_devices[]; `link` NULL: of the GPU. */
static void add_device(struct buffer *out, const struct plan_gpu *gpu, const struct plan_link *link,
		       size_t region)
{
	buffer_add_string(out, "\t{ ");
	add_c_string(out, link ? link->name : gpu->gpu->name);
	buffer_add_string(out, ", ");
	add_c_string(out, gpu->npu->npu->name);
	buffer_add_string(out, ", ");
	add_c_string(out, link ? gpu->gpu->name : NULL);
	if (link)
		buffer_printf(out, ", NV2_DEVICE_LINK, %u", link->link->brick);
	else
		buffer_add_string(out, ", NV2_DEVICE_GPU, NV2_NO_LINK");
	buffer_printf(out, ", %zu, 1 },\n", region);
}

static void add_region(struct buffer *out, const char *name, size_t device,
		       const struct plan_region *region)
{
	unsigned char info[REGION_INFO_MAX];
	size_t len = plan_region_info(region, false, info);

	buffer_add_string(out, "\t{ /* ");
	add_c_comment(out, name);
	buffer_add_string(out, " */\n");
	add_c_member_number(out, device, "device");
	add_c_member_number(out, region->index, "index");
	add_c_member_hex32(out, region->flags, "flags");
	add_c_member_hex32(out, region->type, "type");
	add_c_member_number(out, region->subtype, "subtype");
	add_c_member_number(out, region->link_speed, "link_speed");
	add_c_member_hex64(out, region->offset, "offset");
	add_c_member_hex64(out, region->size, "size");
	add_c_member_hex64(out, region->tgt, "tgt");
	add_c_member_hex64(out, region->atsd, "atsd");
	add_c_member_number(out, region->atsd_shared, "atsd_shared");
	add_c_member_number(out, len, "info_len");
	add_c_member_bytes(out, info, len, "info_le");
	len = plan_region_info(region, true, info);
	add_c_member_bytes(out, info, len, "info_be");
	buffer_add_string(out, "\t},\n");
}

/* The rows of both tables, in one order: each device has one region. */
static void add_devices(const struct plan_board *board, struct buffer *out)
{
	size_t number = 0;

	for (size_t i = 0; i < board->npus.count; i++) {
		const struct plan_npu *npu = board->npus.items[i];

		for (size_t j = 0; j < npu->gpus.count; j++, number++)
			add_device(out, npu->gpus.items[j], NULL, number);
		for (size_t j = 0; j < npu->links.count; j++, number++)
			add_device(out, npu->links.items[j]->gpu, npu->links.items[j], number);
	}
}

static void add_regions(const struct plan_board *board, struct buffer *out)
{
	size_t number = 0;

	for (size_t i = 0; i < board->npus.count; i++) {
		const struct plan_npu *npu = board->npus.items[i];

		for (size_t j = 0; j < npu->gpus.count; j++) {
			struct plan_region region = plan_gpu_region(npu->gpus.items[j]);

			add_region(out, npu->gpus.items[j]->gpu->name, number++, &region);
		}
		for (size_t j = 0; j < npu->links.count; j++) {
			const struct plan_link *link = npu->links.items[j];
			struct plan_region region = plan_link_region(link, board->page_size);

			add_region(out, link->name, number++, &region);
		}
	}
}

static size_t count_devices(const struct plan_board *board)
{
	size_t count = 0;

	for (size_t i = 0; i < board->npus.count; i++)
		count += board->npus.items[i]->gpus.count + board->npus.items[i]->links.count;
	return count;
}

void emit_regions_h(const struct plan_board *board, const char *stem, struct buffer *out)
{
	size_t count = count_devices(board);
	struct c_header header;

	begin_c_header(&header, out, board, stem, "regions", "The VFIO regions");
	include_nv2(&header, "region", "NV2_REGION_FORMAT");
	add_c_constant(&header, "page_size", board->page_size, "of the host, in bytes");
	add_c_constant(&header, "device_count", count, NULL);
	add_c_constant(&header, "region_count", count, NULL);
	begin_c_table(&header, "nv2_device", "devices");
	buffer_add_string(out, "\t/* name, npu, gpu, kind, link, first_region, region_count */\n");
	add_devices(board, out);
	if (!count)
		buffer_add_string(out,
				  "\t/* none, but C has no empty arrays */\n"
				  "\t{ NULL, NULL, NULL, NV2_DEVICE_GPU, NV2_NO_LINK, 0, 0 },\n");
	end_c_table(&header);
	begin_c_table(&header, "nv2_region", "regions");
	add_regions(board, out);
	if (!count)
		buffer_add_string(out, "\t/* none, but C has no empty arrays */\n"
				       "\t{ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, { 0 }, { 0 } },\n");
	end_c_table(&header);
	end_c_header(&header);
}
