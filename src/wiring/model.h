/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_WIRING_MODEL_H
#define NV2_WIRING_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/source.h"
#include "family/family.h"
#include "lang/ast.h"

/*
 * The model: boards with their NPUs, GPUs and links, and guests, with every
 * name resolved. Each thing keeps the place it was said at. What the text does
 * not set is not filled in here: the plan does that from the family.
 */

struct board;
struct vphb;
struct npu;
struct gpu;
struct link;

struct number {
	bool set;
	uint64_t value;
	struct span span;
};

struct text {
	const char *value; /* interned; NULL: not set */
	struct span span;
};

/* One raw property of an extra block. */
struct extra_property {
	const char *name;
	const unsigned char *bytes;
	size_t len;
	enum raw_form form;
	struct span span;
};

/* Which output an extra block adds to. */
enum extra_output {
	EXTRA_HOST_FW,
	EXTRA_HOST_OS,
	EXTRA_GUEST,
	EXTRA_OUTPUTS
};

typedef ARRAY(struct extra_property) extra_list;

struct npu {
	struct board *board;
	const char *name; /* its label */
	struct span span;
	struct number chip, scom;
	struct text phb;
	extra_list extra[EXTRA_OUTPUTS];
	bool damaged;

	struct link *bricks[BRICKS_MAX]; /* the first link on each; NULL: not wired */
	unsigned link_count;
	/* The IOMMU group of a POWER9 NPU: all GPUs wired to it, with all its links. */
	ARRAY(struct gpu *) gpus;        /* by group */
	unsigned index;                  /* ibm,npu-index: among the NPUs with links, by chip */
};

/* What sits behind one NVLink of a GPU. */
struct gpu_port {
	struct link *link;    /* to an NPU; or */
	struct gpu *peer;     /* to another GPU, */
	unsigned peer_port;   /* at this port of it */
	struct span span;     /* where it was wired; file 0: not wired */
};

struct gpu {
	struct board *board;
	const char *name; /* its label */
	struct span span;
	struct text slot, path, pci;
	struct number group_set, aperture;
	extra_list extra[EXTRA_OUTPUTS];
	bool damaged;

	struct npu *npu;             /* of its lowest brick; NULL: no link with an NPU */
	ARRAY(struct link *) links;  /* by brick */
	struct gpu_port ports[GPU_PORTS_MAX];
	bool ports_unknown;          /* a link with an NPU that names no port of this GPU */
	unsigned peer_links;
	const struct vphb *vphb;     /* the one it was last put on */
	size_t vphb_place;           /* among the devices there */
	unsigned group;              /* ordinal by lowest brick on its chip, or as set */
};

/* One brick of an NPU wired to one GPU. */
struct link {
	struct board *board;
	struct npu *npu;
	struct gpu *gpu;
	unsigned brick;
	int port; /* of the GPU; -1: not said */
	const struct link_rate *rate; /* NULL only after an error */
	struct number lane_mask, phy, brick_id;
	const extra_list *extra; /* [EXTRA_OUTPUTS], shared by the links of one statement */
	struct span span;        /* the brick, as written */
	struct span port_span;
	struct span statement;
	const struct vphb *vphb; /* the one its bridge was last put on */
	size_t vphb_place;       /* among the devices there */
};

struct peer_link {
	struct gpu *a, *b;
	unsigned port_a, port_b;
	struct span span_a, span_b;
};

/* What of a board could not be understood: rules that would only echo that stay silent. */
enum board_gap {
	GAP_HEAD = 1,   /* family or memory map unknown */
	GAP_LINKS = 2,  /* a link got lost */
	GAP_CHIPS = 4,  /* a chip id is missing or impossible */
	GAP_ERRORS = 8, /* for rules about what is absent: anything at all was wrong before */
};

struct board {
	const char *name;       /* the string */
	const char *label;      /* or NULL */
	const char *file_name;  /* LABEL of B.LABEL.*: the label, else the name with ',' as '_' */
	struct span span, name_span;
	struct text model;
	ARRAY(struct text) compatible;
	const struct family *family;
	const struct memory_map *map;
	struct span map_span;
	struct number page_size; /* bytes */
	bool damaged;
	unsigned gaps; /* enum board_gap */

	ARRAY(struct npu *) npus;   /* as written */
	ARRAY(struct gpu *) gpus;   /* as written */
	ARRAY(struct link *) links; /* by NPU as written, then brick */
	ARRAY(struct peer_link) peers;
	ARRAY(struct npu *) by_chip; /* the NPUs with links, by chip */
	ARRAY(struct guest *) guests; /* those that run on it, as written */
};

struct guest;

/* A device on a vPHB: a GPU, or an emulated bridge for a link. */
struct vphb_device {
	struct gpu *gpu;
	struct link *link;
	unsigned slot, function;
	struct span span;      /* where it was given to the vPHB */
	struct span slot_span; /* where its slot was set; file 0: by default */
};

struct vphb {
	struct guest *guest;
	uint64_t number;
	struct span span;
	struct npu *npu;       /* npu = …; or NULL */
	ARRAY(struct vphb_device) devices; /* GPUs first, then links, each as written */
	bool damaged;
};

struct guest {
	const char *name;
	struct span span, name_span;
	struct board *board; /* NULL only after an error */
	struct text machine;
	bool machine_known;                    /* it is pseries-MAJOR.MINOR */
	unsigned machine_major, machine_minor;
	struct number lpid;
	extra_list extra[EXTRA_OUTPUTS];
	ARRAY(struct vphb *) vphbs;
	bool damaged;
};

struct wiring {
	struct span end; /* of the file, for what is not in it */
	ARRAY(struct board *) boards; /* as written */
	ARRAY(struct guest *) guests;
};

/* Pages of the host are 64 KiB unless the board says otherwise. */
#define PAGE_SIZE_DEFAULT UINT64_C(65536)

uint32_t link_lane_mask(const struct link *link);
uint64_t link_phy(const struct link *link);
uint32_t link_brick_id(const struct link *link);
/* The aperture as set, else that of the map. False: the map has none for the group. */
bool gpu_aperture(const struct gpu *gpu, uint64_t *base);

#endif
