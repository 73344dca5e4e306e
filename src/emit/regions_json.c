/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a planned board, gives the VFIO regions of its devices as JSON
 * (nv2-regions-1). Computes nothing.
 */
#include "emit/json.h"
#include "emit/tables.h"
#include "plan/region.h"

/* Where struct vfio_region_info and its capabilities have their fields. */
#define INFO_CAP_OFFSET 12
#define CAP_VERSION 2
#define CAP_NEXT 4

static json_t *bytes_json(const unsigned char *bytes, size_t len)
{
	char text[2 * REGION_INFO_MAX];

	for (size_t i = 0; i < len; i++) {
		text[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
		text[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	return json_stringn(text, 2 * len);
}

/* The chain of capabilities, read from the big-endian buffer. */
static json_t *caps_json(const unsigned char *info)
{
	json_t *caps = json_array();

	for (uint32_t at = get_be32(info + INFO_CAP_OFFSET); at;
	     at = get_be32(info + at + CAP_NEXT)) {
		json_t *cap = json_object();

		set_member(cap, "id", json_integer(info[at] << 8 | info[at + 1]));
		set_member(cap, "version",
			   json_integer(info[at + CAP_VERSION] << 8 | info[at + CAP_VERSION + 1]));
		set_member(cap, "offset", json_integer(at));
		append_item(caps, cap);
	}
	return caps;
}

static json_t *region_json(const struct plan_region *region)
{
	unsigned char le[REGION_INFO_MAX], be[REGION_INFO_MAX];
	size_t le_len = plan_region_info(region, false, le);
	size_t be_len = plan_region_info(region, true, be);
	json_t *object = json_object();

	set_member(object, "index", json_integer(region->index));
	set_member(object, "offset", make_hex(region->offset));
	set_member(object, "size", make_hex(region->size));
	set_member(object, "flags", json_integer(region->flags));
	set_member(object, "type", make_hex(region->type));
	set_member(object, "subtype", json_integer(region->subtype));
	set_member(object, "tgt", make_hex(region->tgt));
	if (region->atsd)
		set_member(object, "atsd", make_hex(region->atsd));
	if (region->atsd_shared)
		set_member(object, "atsd_shared", json_true());
	if (region->has_link_speed)
		set_member(object, "link_speed", json_integer(region->link_speed));
	set_member(object, "caps", caps_json(be));
	set_member(object, "info_le", bytes_json(le, le_len));
	set_member(object, "info_be", bytes_json(be, be_len));
	return object;
}

static void set_region(json_t *object, const struct plan_region *region)
{
	json_t *regions = json_array();

	append_item(regions, region_json(region));
	set_member(object, "regions", regions);
}

static json_t *gpu_json(const struct plan_gpu *gpu)
{
	struct plan_region region = plan_gpu_region(gpu);
	json_t *object = json_object();

	set_text(object, "name", gpu->gpu->name);
	set_text(object, "kind", "gpu");
	set_text(object, "npu", gpu->npu->npu->name);
	set_region(object, &region);
	return object;
}

static json_t *link_json(const struct plan_link *link, uint64_t page_size)
{
	struct plan_region region = plan_link_region(link, page_size);
	json_t *object = json_object();

	set_text(object, "name", link->name);
	set_text(object, "kind", "link");
	set_text(object, "npu", link->npu->npu->name);
	set_member(object, "link", json_integer(link->link->brick));
	set_text(object, "gpu", link->gpu->gpu->name);
	set_region(object, &region);
	return object;
}

void emit_regions_json(const struct plan_board *board, struct buffer *out)
{
	json_t *root = json_object(), *devices = json_array();

	set_text(root, "format", "nv2-regions-1");
	set_member(root, "page_size", json_integer((json_int_t)board->page_size));
	for (size_t i = 0; i < board->npus.count; i++) {
		const struct plan_npu *npu = board->npus.items[i];

		for (size_t j = 0; j < npu->gpus.count; j++)
			append_item(devices, gpu_json(npu->gpus.items[j]));
		for (size_t j = 0; j < npu->links.count; j++)
			append_item(devices, link_json(npu->links.items[j], board->page_size));
	}
	set_member(root, "devices", devices);
	write_json(root, out);
}
