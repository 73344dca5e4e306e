/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_PLAN_GUEST_H
#define NV2_PLAN_GUEST_H

#include "plan/plan.h"

/*
 * A guest's side of the plan: what QEMU's pseries machine (4.1 to 8.1) would
 * make of these devices in these slots, to the phandle. Addresses are the
 * guest's physical ones. Sources: QEMU hw/ppc/spapr_pci_nvlink2.c,
 * hw/ppc/spapr.c spapr_phb_placement(), hw/ppc/spapr_numa.c.
 */

struct plan_vphb;

struct plan_guest_gpu;

struct plan_guest_link {
	const struct plan_link *link;
	struct plan_guest_gpu *gpu;
	const struct vphb_device *device;
	uint32_t devfn;
	const char *name;      /* "unknown-bridge@2" */
	uint32_t phandle;      /* of the PCI function */
	uint32_t link_phandle; /* of npuphbI/link@K */
	uint32_t index;        /* K, which is its place in ibm,mmio-atsd */
	uint64_t atsd;         /* where the guest finds its ATSD page */
};

/* A slot in QEMU's words: a GPU with its links. */
struct plan_guest_gpu {
	const struct plan_gpu *gpu;
	const struct vphb_device *device;
	uint32_t devfn;
	const char *name;           /* "3d-controller@0" */
	uint32_t phandle;
	uint64_t base, size;        /* of its memory in the guest */
	const char *memory_name;    /* "memory@420000000000" */
	uint32_t memory_phandle;
	uint32_t node;              /* NUMA id */
	ARRAY(struct plan_guest_link *) links; /* in walk order */
};

struct plan_vphb {
	const struct vphb *vphb;
	const struct plan_npu *npu;
	uint32_t index;
	uint64_t buid;
	const char *name;         /* "pci@800000020000001" */
	const char *npuphb_name;  /* "npuphb1" */
	uint64_t ram_window, ram_window_size;   /* for GPU memory */
	uint64_t atsd_window, atsd_window_size; /* for ATSD pages */
	ARRAY(struct plan_guest_gpu *) gpus; /* by slot number: tgt first seen on the walk */
	ARRAY(struct plan_guest_link *) links; /* by index */
	ARRAY(const struct vphb_device *) walk; /* all devices, by devfn */
};

struct plan_guest {
	const struct guest *guest;
	const struct plan_board *board;
	ARRAY(struct plan_vphb *) vphbs; /* as written */
	/* Cells of ibm,associativity behind the count; all but the last are fixed on old machines. */
	bool own_associativity;   /* <4 id id id id>, from pseries-5.1 on; else <4 1 1 1 id> */
	uint32_t nodes;           /* the next free NUMA id */
};

struct plan_guest *make_guest_plan(struct arena *arena, const struct plan_board *board,
				   const struct guest *guest);

#endif
