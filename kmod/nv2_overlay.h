/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NV2_OVERLAY_H
#define NV2_OVERLAY_H

#include <linux/compiler.h>
#include <linux/types.h>

/* Why something was refused: an errno and words for people, as `error` shows them. */
struct nv2_reason {
	int error;
	char text[240];
};

/* Fills in a reason and returns its (negative) error. */
__printf(3, 4) int nv2_refuse(struct nv2_reason *why, int error, const char *format, ...);

/* ---- blob.c: a flattened tree, read within its bounds ---- */

#define NV2_NO_NODE U32_MAX

/* Nodes are numbers: places in blob.nodes, parents before children, 0 is the root. */
struct nv2_node {
	const char *name;
	u32 body; /* of the token after the one that begins it */
	u32 parent;
	u32 child; /* the first one, or NV2_NO_NODE */
	u32 sibling;
};

struct nv2_blob {
	const u8 *structure;
	const char *strings;
	u32 structure_size;
	u32 strings_size;
	struct nv2_node *nodes;
	u32 node_count;
};

struct nv2_property {
	const char *name;
	const u8 *value;
	u32 size;
	u32 next; /* of the token after it */
};

/* Checks header and structure of `size` bytes, and lists the nodes. Close it if this was 0. */
int nv2_blob_open(struct nv2_blob *blob, const void *data, size_t size, struct nv2_reason *why);
void nv2_blob_close(struct nv2_blob *blob);

/* The property at `at`, which begins as the node's body and goes on as property.next. */
bool nv2_blob_property_at(const struct nv2_blob *blob, u32 at, struct nv2_property *property);
bool nv2_blob_property(const struct nv2_blob *blob, u32 node, const char *name,
		       struct nv2_property *property);
u32 nv2_blob_child(const struct nv2_blob *blob, u32 node, const char *name, size_t length);

/* Whether a property's value is one string with its NUL, and nothing behind it. */
bool nv2_is_string(const struct nv2_property *property);

/* ---- verify.c: what the kernel's code takes on trust ---- */

int nv2_verify(const struct nv2_blob *blob, struct nv2_reason *why);

/* ---- live.c: whether the live tree can take it ---- */

/* How far the kernel came with the overlay of this task. */
enum nv2_stage {
	NV2_NOTHING,  /* its list of changes is empty */
	NV2_PREPARED, /* it has changes that were never made, or were taken back */
	NV2_APPLIED,  /* the changes are made */
};

int nv2_live_init(void);
void nv2_live_exit(void);

int nv2_live_check(const struct nv2_blob *blob, struct nv2_reason *why);

/* Around of_overlay_fdt_apply(), by one task at a time. */
void nv2_live_begin(struct nv2_reason *why);
enum nv2_stage nv2_live_end(void);

#endif
