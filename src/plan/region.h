/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_PLAN_REGION_H
#define NV2_PLAN_REGION_H

#include "plan/plan.h"

/*
 * The VFIO region of a device: what VFIO_DEVICE_GET_REGION_INFO says of the
 * one extra region that a GPU, or an emulated bridge, has. Sources: Linux
 * drivers/vfio/pci/vfio_pci_nvlink2.c up to v5.12, include/uapi/linux/vfio.h.
 */
#define REGION_INFO_MAX 80

struct plan_region {
	uint32_t index;        /* first one behind the PCI regions */
	uint64_t offset;       /* in the device's file */
	uint64_t size;         /* bytes; 0: a bridge for which there is no ATSD register */
	uint32_t flags;
	uint32_t type, subtype;
	uint64_t tgt;
	uint64_t atsd;         /* bridges: system address of the register; 0: none */
	bool atsd_shared;      /* bridges: entry 0 in place of one of its own */
	bool has_link_speed;   /* bridges */
	uint32_t link_speed;
};

struct plan_region plan_gpu_region(const struct plan_gpu *gpu);
/* `page_size`: of the host, for the ATSD page is one page of it. */
struct plan_region plan_link_region(const struct plan_link *link, uint64_t page_size);

/*
 * The whole GET_REGION_INFO buffer, struct vfio_region_info with its chain of
 * capabilities; gives its length.
 */
size_t plan_region_info(const struct plan_region *region, bool big_endian,
			unsigned char info[REGION_INFO_MAX]);

#endif
