/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_REGION_H
#define NV2_REGION_H

/*
 * The tables in the B.regions.h that `nv2dtc compile` writes: which VFIO
 * region each GPU, and the emulated bridge of each link, has on a board.
 * Go by the counts beside the tables: a table without rows holds one of zeros,
 * for C has no empty arrays.
 *
 * For C11 and C++17, hosted or not; needs nothing but these two headers.
 * Numbers are in the byte order of the machine that reads them, but for the
 * info buffers, which are bytes. Strings are UTF-8.
 *
 * Sources: Linux v5.0 to v5.12, include/uapi/linux/vfio.h ("uapi") and
 * drivers/vfio/pci/vfio_pci_nvlink2.c ("driver").
 */
#include <stddef.h>
#include <stdint.h>

/* Generated tables refuse a header with another number here. */
#define NV2_REGION_FORMAT 1

/* Whoever includes a table may use a part of it only. */
#ifndef NV2_MAYBE_UNUSED
#if defined(__GNUC__)
#define NV2_MAYBE_UNUSED __attribute__((unused))
#elif (defined(__cplusplus) && __cplusplus >= 201703L) ||                                          \
	(defined(__STDC_VERSION__) && __STDC_VERSION__ >= 202311L)
#define NV2_MAYBE_UNUSED [[maybe_unused]]
#else
#define NV2_MAYBE_UNUSED
#endif
#endif

/* Bits of nv2_region.flags: uapi, VFIO_REGION_INFO_FLAG_*. */
#define NV2_REGION_READ 0x1u
#define NV2_REGION_WRITE 0x2u
#define NV2_REGION_MMAP 0x4u
#define NV2_REGION_CAPS 0x8u

/* nv2_region.type: uapi, VFIO_REGION_TYPE_PCI_VENDOR_TYPE with the PCI vendor's id. */
#define NV2_REGION_TYPE_NVIDIA 0x800010deu
#define NV2_REGION_TYPE_IBM 0x80001014u

/* nv2_region.subtype: uapi, VFIO_REGION_SUBTYPE_*. Each type counts its own. */
#define NV2_REGION_SUBTYPE_NVIDIA_NVLINK2_RAM 1u
#define NV2_REGION_SUBTYPE_IBM_NVLINK2_ATSD 1u

/* Room for struct vfio_region_info (32 bytes) and three capabilities (16 bytes each). */
#define NV2_REGION_INFO_MAX 80

/* nv2_device.link of a GPU. */
#define NV2_NO_LINK 0xffu

enum nv2_device_kind {
	NV2_DEVICE_GPU = 0,  /* the GPU itself, PCI vendor 10de */
	NV2_DEVICE_LINK = 1, /* the emulated bridge of a link with an NPU, 1014:04ea */
};

/*
 * A PCI function that VFIO gives an extra region. Devices stand by chip; on a
 * chip its GPUs by group, then its links by brick. All devices of one `npu`
 * are one IOMMU group.
 */
struct nv2_device {
	/* As the wiring calls it: a GPU by its label, a link "npu0:3". Never NULL. */
	const char *name;
	/* Label of the NPU it is wired to. Never NULL. */
	const char *npu;
	/* Links: label of the GPU at the other end. GPUs: NULL. */
	const char *gpu;
	enum nv2_device_kind kind;
	/* Links: the brick, 0 to 5, which is ibm,npu-link-index. GPUs: NV2_NO_LINK. */
	uint32_t link;
	/* Its regions: this many, from this place in nv2_<stem>_regions[] on. At least one. */
	uint32_t first_region;
	uint32_t region_count;
};

/*
 * One extra region, as VFIO_DEVICE_GET_REGION_INFO describes it. For a GPU it
 * is the GPU's memory, for a link a page with its ATSD register.
 */
struct nv2_region {
	/* Whose it is: place in nv2_<stem>_devices[]. */
	uint32_t device;
	/* What the ioctl takes: 9, the first behind the regions every PCI device has (uapi). */
	uint32_t index;
	/* NV2_REGION_* bits; all four are set, also where `size` is 0 (driver). */
	uint32_t flags;
	/* NV2_REGION_TYPE_*, NV2_REGION_SUBTYPE_*: from the capability TYPE (uapi, id 2). */
	uint32_t type;
	uint32_t subtype;
	/*
	 * Links: code of the rate, 3, 8 or 9 (20, 25.78125, 25 Gbps a lane), from the
	 * capability NVLINK2_LNKSPD (uapi, id 5), which is the tree's ibm,nvlink-speed.
	 * GPUs: 0, and no such capability.
	 */
	uint32_t link_speed;
	/* Bytes from the start of the device's file: `index` << 40 (vfio_pci_private.h). */
	uint64_t offset;
	/*
	 * Bytes. GPUs: the whole aperture, not the memory that is fitted. Links: one page of
	 * the host; 0 if the NPU has no ATSD register for them: nothing can be mapped then.
	 */
	uint64_t size;
	/*
	 * The aperture's system address in the GPU's compressed form, 47 bits, never 0, from
	 * the capability NVLINK2_SSATGT (uapi, id 4), which is the tree's
	 * ibm,device-tgt-addr. A GPU and its links have the same.
	 */
	uint64_t tgt;
	/*
	 * Links: system address of the ATSD register behind the region, entry of the NPU
	 * PHB's ibm,mmio-atsd; 0 if there is none. GPUs: 0.
	 */
	uint64_t atsd;
	/* Links: 1 if `atsd` is entry 0 for want of one of the link's own, else 0. GPUs: 0. */
	uint8_t atsd_shared;
	/* Bytes that count in `info_le`, `info_be`: 64 for a GPU, 80 for a link; the rest is 0. */
	uint8_t info_len;
	/*
	 * The whole buffer the ioctl fills in, struct vfio_region_info and its chain of
	 * capabilities, as a little-endian (ppc64le) and as a big-endian host has it.
	 */
	uint8_t info_le[NV2_REGION_INFO_MAX];
	uint8_t info_be[NV2_REGION_INFO_MAX];
};

#endif
