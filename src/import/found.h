/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_IMPORT_FOUND_H
#define NV2_IMPORT_FOUND_H

#include "core/arena.h"
#include "core/memory.h"
#include "diag/diag.h"
#include "family/family.h"
#include "import/codes.h"
#include "lang/parse.h"
#include "tree/compare.h"
#include "tree/select.h"
#include "tree/tree.h"

/* What was found in a tree, each thing with the node that says it. */

struct found_npu;
struct found_gpu;

struct found_link {
	struct found_npu *npu;
	struct found_gpu *gpu;          /* NULL only after an error */
	const struct tree_node *node;   /* its link node */
	const struct tree_node *bridge; /* its emulated bridge, or NULL */
	unsigned brick;
	bool has_group;
	uint32_t group;
	const struct link_rate *rate; /* NULL until decided: not said */
	bool rate_guessed;
	uint32_t lane_mask, brick_id; /* the family's where the tree does not say */
	uint64_t phy;
	int port; /* of the GPU; -1: not known */
};

struct found_npu {
	const struct tree_node *node; /* "ibm,power9-npu", or NULL */
	const struct tree_node *phb;  /* or NULL */
	const char *label;
	uint32_t chip, scom_base;
	struct found_link *links[BRICKS_MAX]; /* by brick */
};

/* What one port of a GPU leads to; neither: nothing, or not known. */
struct found_port {
	struct found_link *link;
	struct found_gpu *peer;
};

struct found_gpu {
	const char *label;
	const char *slot;             /* as the tree spells it */
	const struct tree_node *node; /* the GPU itself; NULL: not in the tree */
	struct found_link *first;     /* its link on the lowest brick */
	bool needs_path;              /* its slot does not lead to it */
	bool has_aperture;
	uint64_t aperture;
	const struct tree_node *memory;
	bool ports_known, ports_damaged;
	struct found_port ports[GPU_PORTS_MAX];
};

/* How a Witherspoon is wired on each of its chips. */
struct variant {
	const char *name, *board;
	unsigned gpus;
	unsigned groups[BRICKS_MAX];      /* of each brick */
	unsigned brick_ports[BRICKS_MAX]; /* port of the GPU that brick leads to */
	unsigned peers[3][GPU_PORTS_MAX]; /* group that a port of a group leads to, else NO_PEER */
};

#define NO_PEER 9u

struct found {
	struct arena *arena;
	struct lang *lang;
	struct diags *diags;
	struct tree *tree;
	struct select_index *index;
	const struct family *family;
	enum tree_stage stage;
	ARRAY(struct found_npu *) npus; /* by chip, in the end */
	ARRAY(struct found_gpu *) gpus; /* by chip, then group, in the end */
	struct word_map link_of;        /* a link node or a bridge to its link */
	struct word_map told;           /* nodes with which something is wrong that has been said */
	const struct variant *variant;  /* or NULL */
	bool ports_from_variant;
	const struct memory_map *map;
	bool map_known;
};

/* import.c: all that is found in a tree, and what follows from it. */
void find_wiring(struct found *found, struct lang *lang, struct tree *tree);
/* read_fw.c: NPUs and link nodes. */
void read_links(struct found *found);
/* read_os.c: PHBs, bridges, GPUs and their memory. */
void read_bridges(struct found *found);
void read_peers(struct found *found);
/* decide.c: what follows from all of it together. */
void decide(struct found *found);
/* The text, and which node of the tree each part of it is about. */
struct text_mark {
	uint32_t offset;
	const struct tree_node *node;
	const char *property;
};

struct wiring_text {
	struct arena *arena;
	struct buffer out;
	ARRAY(struct text_mark) marks;
};

/* write.c */
void write_wiring(const struct found *found, struct wiring_text *text);

/* The NPU on a chip, made if it is not there yet. */
struct found_npu *get_npu(struct found *found, uint32_t chip);
/* The GPU in a slot, made if it is not there yet; `node` is where, or NULL. */
struct found_gpu *get_gpu(struct found *found, const char *slot, const struct tree_node *node);
/* What a property says as one usable string, or NULL. */
const char *get_text(const struct found *found, const struct tree_node *node, const char *name);
bool get_number32(const struct found *found, const struct tree_node *node, const char *name,
		  uint32_t *value);
/* The node that a property of one phandle leads to, or NULL. */
const struct tree_node *follow(const struct found *found, const struct tree_node *node,
			       const char *name);
bool has_compatible(const struct found *found, const struct tree_node *node, const char *name);

struct diag_record *report(const struct found *found, enum import_code code,
			   const struct tree_node *node, const char *property, const char *format,
			   ...) FORMAT_PRINTF(5, 6);
/* Whether the node, or the one above it, was reported; from now on it is. */
bool was_told(const struct found *found, const struct tree_node *node);
void tell(struct found *found, const struct tree_node *node);
/* Says which node the other side of a conflict is in. */
void report_note(const struct found *found, struct diag_record *record,
		 const struct tree_node *node, const char *property, const char *message);

#endif
