/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The numbers of POWER9 "Nimbus" chips with an NPU2. Takes nothing, gives
 * constants and one pair of pure functions. Never knows a board.
 *
 * Sources: skiboot v7.1 hw/phys-map.c (address map), hdata/spira.c (NPU and
 * link nodes), hw/npu2.c (PHB, link counts, compression), core/affinity.c and
 * hdata/test/op920.wsp.dts (a real machine's lane masks and brick ids).
 */
#include "family/family.h"

#define GIB ((uint64_t)1 << 30)

#define OBUS0 UINT64_C(0x8000000009010c3f)
#define OBUS3 UINT64_C(0x800000000c010c3f)

/* hw/phys-map.c, GPU_MEM_4T_UP and GPU_MEM_4T_DOWN. */
static const struct memory_map maps[] = {
	{.name = "gpu-4t-up", .base = UINT64_C(0x40000000000), .groups = 4,
	 .excluded_chips = 7 /* all but chip 0 of each node */},
	{.name = "gpu-4t-down", .base = UINT64_C(0x3e000000000), .down = true, .groups = 6},
};

/* hdata/spira.c add_npu(): HDAT's link_speed 0, 1 and 2. The faster rate has the lower code. */
static const struct link_rate rates[] = {
	{"20", UINT64_C(20000000000), 0x3},
	{"25", UINT64_C(25000000000), 0x9},
	{"25.78125", UINT64_C(25781250000), 0x8},
};

#define LOW_BITS (((uint64_t)1 << 43) - 1)

/*
 * hw/npu2.c npu2_dn_fixup_gmb(): of a 51-bit address only bits 0-42, 45-46
 * and 49-50 reach the GPU, squeezed together.
 */
static uint64_t compress(uint64_t address)
{
	return (address & LOW_BITS) | ((address >> 45) & 3) << 43 | ((address >> 49) & 3) << 45;
}

static uint64_t expand(uint64_t tgt)
{
	return (tgt & LOW_BITS) | ((tgt >> 43) & 3) << 45 | ((tgt >> 45) & 3) << 49;
}

const struct family power9_npu2 = {
	.name = "power9-npu2",
	.chip_ids = 128, /* include/chip.h: 7 bits */
	.chip_shift = 42,
	.bricks = 6,
	.gpu_ports = 6,
	.aperture_size = 128 * GIB,
	.memory_size = UINT64_C(0x34000000000), /* SYSTEM_MEM */
	.maps = maps,
	.map_count = sizeof(maps) / sizeof(maps[0]),
	.rates = rates,
	.rate_count = sizeof(rates) / sizeof(rates[0]),
	.xscom = UINT64_C(0x603fc00000000),
	.scom_base = 0x5011000,
	.scom_size = 0x2c,
	.lane_masks = {0xf1e000, 0x0e1870, 0x00078f, 0x00078f, 0x0e1870, 0xf1e000},
	.phys = {OBUS0, OBUS0, OBUS0, OBUS3, OBUS3, OBUS3},
	.brick_ids = {0x0, 0x1, 0x2, 0x9, 0xa, 0xb},
	.workbook_link_ids = {1, 3, 5, 7, 9, 11},
	.npu_regs = UINT64_C(0x6030200000000),
	.npu_regs_size = 0x1000000,
	.mmio_window = UINT64_C(0x6030201600000), /* NTL0 … end of GENID2 */
	.mmio_window_size = 0x120000,
	.atsd_offset = 0x800000,
	.atsd_stride = 0x10000,
	.atsds = 8,
	/* hw/npu2.c npu2_assign_gmb() knows BAR modes for these. */
	.gpu_link_counts = 1u << 1 | 1u << 2 | 1u << 3 | 1u << 4 | 1u << 6,
	.first_gpu_node = 255,
	.compress = compress,
	.expand = expand,
};
