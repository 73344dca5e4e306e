/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a status, gives what it means in words. Never formats anything: who
 * has offsets and names to add does it there.
 */
#include "nv2/bundle.h"

static const char *const texts[] = {
	[NV2_OK] = "all is well",
	[NV2_ERR_TRUNCATED] = "its end is missing",
	[NV2_ERR_TRAILING] = "there is something behind its end",
	[NV2_ERR_NOT_BUNDLE] = "this is no bundle",
	[NV2_ERR_VERSION] = "this is a bundle of a later major version",
	[NV2_ERR_SEAL] = "the seal contradicts itself",
	[NV2_ERR_DIGEST] = "the contents were changed: they do not have the seal's SHA-256",
	[NV2_ERR_FDT_MAGIC] = "this is no flattened device tree",
	[NV2_ERR_FDT_VERSION] = "this version of flattened device trees cannot be read",
	[NV2_ERR_FDT_LAYOUT] =
		"a block of the device tree lies outside of it, crooked, or on another",
	[NV2_ERR_FDT_RESERVATION] = "the device tree's memory reservation map has no end",
	[NV2_ERR_FDT_STRUCTURE] = "the device tree's structure is broken",
	[NV2_ERR_FDT_NAME] = "a name in the device tree is missing, endless or no name",
	[NV2_ERR_FDT_ROOT] = "the device tree does not have one root without a name",
	[NV2_ERR_FDT_DEPTH] = "the device tree's nodes are nested too deep",
	[NV2_ERR_FORMAT] = "a property of the bundle is missing or malformed",
	[NV2_ERR_PART] = "a property of a part is missing or malformed",
	[NV2_ERR_PART_MISSING] = "a part is missing",
	[NV2_ERR_PART_TWICE] = "a part is there twice",
	[NV2_ERR_PART_DIGEST] = "a part does not have its SHA-256",
	[NV2_ERR_TABLE] = "a table has a record that refers to nothing",
	[NV2_ERR_SPACE] = "the memory given for it is too small",
	[NV2_ERR_UNSIGNED] = "it is not signed, and must be",
	[NV2_ERR_NO_VERIFIER] = "it must be signed, and nothing here can check a signature",
	[NV2_ERR_SIGNATURE] = "it is not signed by a key that is trusted here",
	[NV2_ERR_REPLAY] = "it is older than the last one that was applied",
	[NV2_ERR_BOARD] = "this machine is another board",
	[NV2_ERR_OVERLAY] = "an overlay in it is malformed",
	[NV2_ERR_FIXUP] = "a fixup points at something that is not there",
	[NV2_ERR_SELECTOR] = "a selector cannot be read",
	[NV2_ERR_NO_NODE] = "the tree lacks a node",
	[NV2_ERR_AMBIGUOUS] = "the tree has two nodes where there may be one",
	[NV2_ERR_NO_PHANDLE] = "a node of the tree has no phandle to refer to it by",
	[NV2_ERR_CONFLICT] = "the tree has a property with another value",
	[NV2_ERR_CELLS] = "the tree has other #address-cells or #size-cells",
	[NV2_ERR_OVERLAP] = "GPU memory would lie over other memory",
	[NV2_ERR_READ] = "a register could not be read",
	[NV2_ERR_WRITE] = "a register could not be written",
	[NV2_ERR_ALL_ONES] = "a register reads as all ones, as those do that are not there",
	[NV2_ERR_STUCK] = "a register does not hold what was written to it",
	[NV2_ERR_TIMEOUT] = "a register did not finish in time",
	[NV2_ERR_HELD] = "a guest holds a register",
	[NV2_ERR_CHANGED] = "a register was changed by somebody else",
	[NV2_ERR_LPID] = "that is no LPID of a guest",
	[NV2_ERR_NO_GUEST] = "the bundle has no such guest",
	[NV2_ERR_TGT] = "register, tree and plan do not agree on an address",
};

_Static_assert(sizeof(texts) / sizeof(texts[0]) == NV2_STATUS_COUNT, "each status has a text");

const char *nv2_strerror(enum nv2_status status)
{
	return (unsigned)status < NV2_STATUS_COUNT ? texts[status] : "unknown status";
}
