/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_PLAN_PLAN_H
#define NV2_PLAN_PLAN_H

#include "core/arena.h"
#include "wiring/model.h"

/*
 * The plan: every number that follows from a wiring, worked out once. What
 * writes files only copies from here. All addresses are system addresses.
 */

struct plan_gpu;
struct plan_npu;

struct plan_link {
	const struct link *link;
	struct plan_npu *npu;
	struct plan_gpu *gpu;
	const char *name;      /* "npu0:3" */
	uint32_t bdfn;         /* bus 0, device, function of the emulated bridge */
	uint32_t lane_mask;
	uint64_t phy;
	uint32_t brick_id, workbook_link_id;
	uint64_t atsd;         /* address of the ATSD register VFIO gives it */
};

/* What one NVLink of a GPU leads to. */
struct plan_port {
	const struct plan_link *link; /* to an NPU, */
	const struct plan_gpu *peer;  /* or to this GPU, */
	unsigned peer_port;           /* at this port; neither: not wired */
};

struct plan_gpu {
	const struct gpu *gpu;
	struct plan_npu *npu;
	uint64_t base, size;     /* aperture */
	uint64_t tgt;            /* the aperture's compressed address */
	uint32_t node;           /* NUMA id, which is ibm,chip-id of the memory node as well */
	const char *memory_name; /* "memory@40000000000" */
	ARRAY(struct plan_link *) links; /* by bdfn */
	struct plan_port ports[GPU_PORTS_MAX];
	bool peers_known;        /* every link with an NPU names its port here */
};

struct plan_npu {
	const struct npu *npu;
	uint32_t chip;
	uint64_t xscom;           /* address of the chip's XSCOM range */
	uint32_t scom_base;
	uint64_t regs;            /* NPU_REGS, the PHB's unit address */
	uint64_t mmio_window, mmio_window_size;
	uint64_t atsds[16];
	unsigned atsd_count;
	const char *xscom_path, *npu_path, *phb_path;
	bool phb_path_set;        /* by the wiring, not by the family */
	ARRAY(struct plan_gpu *) gpus;   /* by group */
	ARRAY(struct plan_link *) links; /* by brick */
};

struct plan_board {
	const struct board *board;
	uint64_t page_size;
	ARRAY(struct plan_npu *) npus; /* those with links, by chip */
	ARRAY(struct plan_gpu *) gpus; /* those with links, by chip, then group */
};

struct plan {
	const struct wiring *wiring;
	ARRAY(struct plan_board *) boards; /* as in the wiring */
};

/* For a wiring without errors only. */
struct plan *make_plan(struct arena *arena, const struct wiring *wiring);

#endif
