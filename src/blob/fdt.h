/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_BLOB_FDT_H
#define NV2_BLOB_FDT_H

#include "blob/selector.h"
#include "nv2/bundle.h"

/*
 * Reading a flattened device tree where it lies, at any alignment. The blob
 * is checked whole by nv2_fdt_open(); all else works on what that accepted,
 * and still never leaves the structure block.
 *
 * A node is the offset of its FDT_BEGIN_NODE tag in the blob, and 0 is no
 * node: functions take it and find nothing.
 */

/* Levels below the root, as in Linux (drivers/of/fdt.c, FDT_MAX_DEPTH). */
#define NV2_FDT_DEPTH_MAX 64u
/* Bytes in a property's name: bounds the check of names that overlap in the string table. */
#define NV2_FDT_NAME_MAX 255u

/* With its unit address; "" for the root, and for what is no node. */
const char *nv2_fdt_name(const struct nv2_fdt *fdt, uint32_t node);

/* The first child, the next sibling; 0 if there is none. */
uint32_t nv2_fdt_child(const struct nv2_fdt *fdt, uint32_t node);
uint32_t nv2_fdt_sibling(const struct nv2_fdt *fdt, uint32_t node);
/* 0 for the root. Walks from the root: see struct nv2_fdt_walk for many of them. */
uint32_t nv2_fdt_parent(const struct nv2_fdt *fdt, uint32_t node);
/* "/a/b@1", each part a node's full name; 0 if there is none. */
uint32_t nv2_fdt_find(const struct nv2_fdt *fdt, const char *path, size_t len);

struct nv2_fdt_property {
	const char *name;
	const unsigned char *value; /* never NULL */
	uint32_t len;
	uint32_t at; /* of its tag */
};

/* The node's next property; *cursor starts as the node. False behind the last. */
bool nv2_fdt_next_property(const struct nv2_fdt *fdt, uint32_t *cursor,
			   struct nv2_fdt_property *property);

/* NULL if the node has none of that name; an empty value is not NULL. */
const unsigned char *nv2_fdt_property(const struct nv2_fdt *fdt, uint32_t node, const char *name,
				      uint32_t *len);
/* Exactly 4 bytes; else false. */
bool nv2_fdt_u32(const struct nv2_fdt *fdt, uint32_t node, const char *name, uint32_t *value);
/* One string with its NUL, else NULL. */
const char *nv2_fdt_string(const struct nv2_fdt *fdt, uint32_t node, const char *name);
/* One string or several, each with its NUL, else NULL. */
const char *nv2_fdt_strings(const struct nv2_fdt *fdt, uint32_t node, const char *name,
			    uint32_t *len);

/*
 * All nodes in document order, with the ancestors of each:
 *
 *         nv2_fdt_walk_begin(&walk, fdt);
 *         while (nv2_fdt_walk_next(&walk))
 *                 ... walk.node ...
 */
struct nv2_fdt_walk {
	const struct nv2_fdt *fdt;
	uint32_t node;
	uint32_t depth;                       /* 0: the root */
	uint32_t path[NV2_FDT_DEPTH_MAX + 1]; /* from the root, path[0], to the node, path[depth] */
	/* Its own: */
	uint32_t next; /* tag */
	uint32_t open; /* nodes */
};

void nv2_fdt_walk_begin(struct nv2_fdt_walk *walk, const struct nv2_fdt *fdt);
bool nv2_fdt_walk_next(struct nv2_fdt_walk *walk);

/*
 * For selectors. Parents of nodes on the walk's way are known; others cost a
 * walk of their own. The walk must outlive the view.
 */
struct nv2_view nv2_fdt_view(const struct nv2_fdt_walk *walk);

#endif
