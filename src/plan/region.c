/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a planned GPU or link, gives the region VFIO makes for it, to the
 * byte. Never touches a device.
 */
#include "plan/region.h"

#include <string.h>

/* include/uapi/linux/vfio.h */
#define REGION_READ 1u
#define REGION_WRITE 2u
#define REGION_MMAP 4u
#define REGION_CAPS 8u
#define PCI_NUM_REGIONS 9u
#define PCI_VENDOR_TYPE 0x80000000u
#define VENDOR_NVIDIA 0x10deu
#define VENDOR_IBM 0x1014u
#define SUBTYPE_NVIDIA_NVLINK2_RAM 1u
#define SUBTYPE_IBM_NVLINK2_ATSD 1u
#define CAP_TYPE 2u
#define CAP_NVLINK2_SSATGT 4u
#define CAP_NVLINK2_LNKSPD 5u
/* drivers/vfio/pci/vfio_pci_private.h */
#define OFFSET_SHIFT 40

#define INFO_SIZE 32u
#define CAP_SIZE 16u

static struct plan_region common_region(uint32_t vendor, uint32_t subtype, uint64_t tgt)
{
	return (struct plan_region){
		.index = PCI_NUM_REGIONS,
		.offset = (uint64_t)PCI_NUM_REGIONS << OFFSET_SHIFT,
		.flags = REGION_READ | REGION_WRITE | REGION_MMAP | REGION_CAPS,
		.type = PCI_VENDOR_TYPE | vendor,
		.subtype = subtype,
		.tgt = tgt,
	};
}

struct plan_region plan_gpu_region(const struct plan_gpu *gpu)
{
	struct plan_region region =
		common_region(VENDOR_NVIDIA, SUBTYPE_NVIDIA_NVLINK2_RAM, gpu->tgt);

	region.size = gpu->size;
	return region;
}

/*
 * The register with the link's own index; where the NPU has none of that
 * index, the first one, shared; without any, a region of size 0.
 */
struct plan_region plan_link_region(const struct plan_link *link, uint64_t page_size)
{
	struct plan_region region =
		common_region(VENDOR_IBM, SUBTYPE_IBM_NVLINK2_ATSD, link->gpu->tgt);
	const struct plan_npu *npu = link->npu;

	region.has_link_speed = true;
	region.link_speed = link->link->rate->code;
	if (!npu->atsd_count)
		return region;
	region.size = page_size;
	region.atsd_shared = link->link->brick >= npu->atsd_count;
	region.atsd = npu->atsds[region.atsd_shared ? 0 : link->link->brick];
	return region;
}

struct info_writer {
	unsigned char *bytes;
	size_t len;
	bool big_endian;
};

static void put(struct info_writer *writer, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		size_t shift = 8 * (writer->big_endian ? size - 1 - i : i);

		writer->bytes[writer->len++] = (unsigned char)(value >> shift);
	}
}

/* struct vfio_info_cap_header; `last`: no further one follows. */
static void put_cap(struct info_writer *writer, uint32_t id, bool last)
{
	size_t start = writer->len;

	put(writer, id, 2);
	put(writer, 1, 2);
	put(writer, last ? 0 : start + CAP_SIZE, 4);
}

size_t plan_region_info(const struct plan_region *region, bool big_endian,
			unsigned char info[REGION_INFO_MAX])
{
	struct info_writer writer = {.bytes = info, .big_endian = big_endian};
	uint32_t size = INFO_SIZE + 2 * CAP_SIZE + (region->has_link_speed ? CAP_SIZE : 0);

	memset(info, 0, REGION_INFO_MAX);
	put(&writer, size, 4);
	put(&writer, region->flags, 4);
	put(&writer, region->index, 4);
	put(&writer, INFO_SIZE, 4); /* cap_offset */
	put(&writer, region->size, 8);
	put(&writer, region->offset, 8);
	put_cap(&writer, CAP_TYPE, false);
	put(&writer, region->type, 4);
	put(&writer, region->subtype, 4);
	put_cap(&writer, CAP_NVLINK2_SSATGT, !region->has_link_speed);
	put(&writer, region->tgt, 8);
	if (region->has_link_speed) {
		put_cap(&writer, CAP_NVLINK2_LNKSPD, true);
		put(&writer, region->link_speed, 4);
		put(&writer, 0, 4);
	}
	return writer.len;
}
