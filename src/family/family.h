/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_FAMILY_FAMILY_H
#define NV2_FAMILY_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A chip family: what the silicon and its firmware fix for every board. One
 * file per family holds all of its numbers, with their sources. Addresses are
 * system addresses of chip 0 unless said otherwise.
 */

#define BRICKS_MAX 6    /* per NPU, over all families */
#define GPU_PORTS_MAX 6 /* NVLinks of one GPU */

/* Where the GPU apertures of a chip lie. */
struct memory_map {
	const char *name;
	uint64_t base;   /* of group 0 */
	bool down;       /* each further group lies one aperture lower, else higher */
	unsigned groups; /* GPUs a chip can have */
	/*
	 * Chips this map works for: those with none of these bits in their id. It
	 * takes the room of the chips left out.
	 */
	unsigned excluded_chips;
};

/* A signalling rate, per lane. */
struct link_rate {
	const char *text;          /* in Gbps, in the shortest form */
	uint64_t bits_per_second;  /* ibm,link-speed */
	uint32_t code;             /* nvidia,link-speed, ibm,nvlink-speed */
};

struct family {
	const char *name;

	unsigned chip_ids;    /* chip ids run from 0 to chip_ids - 1 */
	unsigned chip_shift;  /* an address of chip c lies c << chip_shift higher */
	unsigned bricks;      /* per NPU */
	unsigned gpu_ports;
	uint64_t aperture_size;
	uint64_t memory_size; /* of the range for system memory, from the chip's start */

	const struct memory_map *maps;
	size_t map_count;
	const struct link_rate *rates;
	size_t rate_count;

	/* The NPU under its chip's XSCOM node. */
	uint64_t xscom;
	uint32_t scom_base, scom_size;
	uint32_t lane_masks[BRICKS_MAX];
	uint64_t phys[BRICKS_MAX];
	uint32_t brick_ids[BRICKS_MAX];
	uint32_t workbook_link_ids[BRICKS_MAX];

	/* The emulated PHB. */
	uint64_t npu_regs, npu_regs_size;
	uint64_t mmio_window, mmio_window_size;
	uint64_t atsd_offset, atsd_stride; /* from npu_regs */
	unsigned atsds;

	/* Which numbers of links a GPU may have with its chip: bit n for n. */
	uint32_t gpu_link_counts;

	uint32_t first_gpu_node; /* NUMA id of the first GPU memory node; they fall from here */

	/* System address to the form in which a GPU addresses memory, and back. */
	uint64_t (*compress)(uint64_t address);
	uint64_t (*expand)(uint64_t tgt);
};

extern const struct family power9_npu2;

/* NULL if there is none of that name. */
const struct family *family_find(const char *name);
const char *const *family_names(size_t *count);
const struct memory_map *family_find_map(const struct family *family, const char *name);
/* `text` in Gbps, as written: 25, 25.0 and 25.00000 are the same rate. */
const struct link_rate *family_find_rate(const struct family *family, const char *text);

uint64_t family_chip_base(const struct family *family, unsigned chip);
/* The aperture of a group; only for group < map->groups. */
uint64_t family_aperture(const struct family *family, const struct memory_map *map, unsigned chip,
			 unsigned group);

#endif
