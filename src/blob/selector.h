/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_BLOB_SELECTOR_H
#define NV2_BLOB_SELECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A selector says what a late-bound overlay points at: a node described by
 * what it is, because names and phandles differ between firmware builds. The
 * compiler matches selectors against trees in memory and the boot library
 * against an FDT, both through the same predicate and a view of the tree.
 */
enum nv2_selector_kind {
	NV2_SELECT_ROOT,   /* the root node, if its compatible has one of `board` */
	NV2_SELECT_PATH,   /* the node at `path`: the only kind that looks at names */
	NV2_SELECT_XSCOM,  /* the "ibm,xscom" of a chip */
	NV2_SELECT_NPU,    /* below an xscom: the "ibm,power9-npu" at a SCOM address */
	NV2_SELECT_LINK,   /* below an NPU: the "ibm,npu-link" with an index */
	NV2_SELECT_PHB,    /* the "ibm,power9-npu-pciex" at an address */
	NV2_SELECT_BRIDGE, /* below a PHB: the emulated bridge (1014:*) with a bus, device, function
			    */
	NV2_SELECT_GPU,    /* the GPU (10de:*) in a slot */
	NV2_SELECT_SLOT,   /* the slot node of that label, below its "ibm,pcie-port" */
	NV2_SELECTOR_KINDS
};

enum nv2_argument_type {
	NV2_ARGUMENT_U32,
	NV2_ARGUMENT_U64,
	NV2_ARGUMENT_STRING,
	NV2_ARGUMENT_STRINGS,
};

struct nv2_selector_info {
	const char *name;     /* as property `kind` has it */
	const char *argument; /* the property with its argument */
	enum nv2_argument_type type;
	enum nv2_selector_kind under; /* the kind its parent is of; NV2_SELECTOR_KINDS: any */
};

/* By enum nv2_selector_kind. */
extern const struct nv2_selector_info nv2_selector_infos[NV2_SELECTOR_KINDS];

/*
 * Whether the parent of one kind may be a selector of kind `above`: of that in its row, or, for a
 * bridge, the path of a PHB, which a wiring may name.
 */
static inline bool nv2_selector_goes_under(enum nv2_selector_kind kind,
					   enum nv2_selector_kind above)
{
	return above == nv2_selector_infos[kind].under ||
	       (kind == NV2_SELECT_BRIDGE && above == NV2_SELECT_PATH);
}

/* NV2_SELECTOR_KINDS if there is none of that name. */
enum nv2_selector_kind nv2_selector_kind_by_name(const char *name, size_t len);

struct nv2_selector {
	enum nv2_selector_kind kind;
	const struct nv2_selector *under; /* NULL unless the kind has one */
	uint64_t value;                   /* a number argument */
	const char *text;                 /* a string argument, not terminated */
	uint32_t text_len;                /* `board`: with the NUL of each string */
};

/* How to look at a tree. A node is whatever fits: a pointer, or an offset into an FDT. */
struct nv2_view {
	/* NULL if the node has no such property; an empty value is not NULL. */
	const void *(*property)(const void *context, uintptr_t node, const char *name,
				uint32_t *len);
	/* False for the root. */
	bool (*parent)(const void *context, uintptr_t node, uintptr_t *parent);
	/* With its unit address. */
	const char *(*name)(const void *context, uintptr_t node);
	const void *context;
};

/*
 * What a selector of this kind would have to say to mean this node: fills in
 * `value` or `text`, which points into the tree. False if no selector of this
 * kind can mean it. Never for NV2_SELECT_ROOT and NV2_SELECT_PATH.
 */
bool nv2_selector_describe(enum nv2_selector_kind kind, const struct nv2_view *view, uintptr_t node,
			   struct nv2_selector *selector);

/* Whether the selector means this node. Selectors it is under are matched as well. */
bool nv2_selector_match(const struct nv2_selector *selector, const struct nv2_view *view,
			uintptr_t node);

enum nv2_selector_status {
	NV2_SELECTOR_OK,
	NV2_SELECTOR_NO_KIND,      /* property `kind` is missing or no string */
	NV2_SELECTOR_UNKNOWN_KIND, /* a kind of some later version */
	NV2_SELECTOR_BAD_ARGUMENT, /* missing, or of the wrong type */
	NV2_SELECTOR_BAD_UNDER,    /* the number of the selector it is under, likewise */
};

/*
 * Reads a selector from its sel@N node. `under` is left NULL for the caller
 * to set: *under gets that selector's number, or UINT32_MAX if the kind has none.
 */
enum nv2_selector_status nv2_selector_decode(const struct nv2_view *view, uintptr_t node,
					     struct nv2_selector *selector, uint32_t *under);

/* "PATH:PROPERTY:OFFSET", as in __fixups__. The parts point into the text. */
struct nv2_fixup {
	const char *path, *property;
	uint32_t path_len, property_len;
	uint32_t offset;
};

/* `len` is without the NUL. Strict: an offset is decimal digits and fits. */
bool nv2_fixup_parse(const char *text, size_t len, struct nv2_fixup *fixup);

#endif
