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
};

_Static_assert(sizeof(texts) / sizeof(texts[0]) == NV2_STATUS_COUNT, "each status has a text");

const char *nv2_strerror(enum nv2_status status)
{
	return (unsigned)status < NV2_STATUS_COUNT ? texts[status] : "unknown status";
}
