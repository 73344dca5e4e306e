/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a word or a property of the language, gives what it means and its
 * default. Never says more than nv2(5) does.
 */
#include "lsp/words.h"

#include <assert.h>
#include <string.h>

#define IN(kind) (1u << (kind))
#define AT_TOP (1u << BLOCK_KINDS)

static const struct {
	const char *word;
	unsigned places;
	const char *meaning;
} words[] = {
	{"board", AT_TOP, "A board: its NPUs, GPUs and links.\n\nboard \"NAME\" { … };"},
	{"guest", AT_TOP,
	 "A guest: the devices it is given, on its own PHBs.\n\nguest \"NAME\" { … };"},
	{"npu", IN(BLOCK_BOARD),
	 "The NPU of a chip, in which NVLink ends: six bricks, 0 to 5.\n\nnpu LABEL { chip = N; }"},
	{"gpu", IN(BLOCK_BOARD),
	 "A GPU with its NVLink ports, 0 to 5.\n\ngpu LABEL { slot = \"…\"; }"},
	{"link", IN(BLOCK_BOARD),
	 "Wires from bricks to ports, or from ports to ports, paired in order.\n\n"
	 "link npu0:0-2 <-> GPU0:1,3,5 at 25.78125 Gbps;"},
	{"phb", IN(BLOCK_GUEST),
	 "A PHB of the guest's machine, with the index N, and what is on it.\n\nphb N { npu = "
	 "LABEL; }"},
	{"slots", IN(BLOCK_PHB),
	 "Puts devices of the phb into slots, 0 to 31, with a function, 0 to 7.\n\n"
	 "slots { GPU0 = 0; npu0:0 = 2.0; }\n\n"
	 "Default: a slot of its own for each device it does not name."},
	{"extra", IN(BLOCK_NPU) | IN(BLOCK_GPU) | IN(BLOCK_LINK) | IN(BLOCK_GUEST),
	 "Raw device-tree properties for this node in one output: host-fw, host-os or "
	 "guest.\n\nextra host-os { vendor,note = \"…\"; }"},
	{"at", 0, "The rate of a link with an NPU, per lane: 20, 25 or 25.78125 Gbps."},
	{"/include/", AT_TOP | IN(BLOCK_BOARD) | IN(BLOCK_GUEST),
	 "Reads another file here. It is looked for beside this one, then in each -I directory."},
	{"/delete/", AT_TOP | IN(BLOCK_BOARD) | IN(BLOCK_GUEST),
	 "Drops what was declared before: /delete/ &LABEL;"},
	{"/nv2-v1/", 0, "The version of the language: the first statement of a file."},
};

const char *word_meaning(const char *word, size_t len)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i].word) == len && !memcmp(words[i].word, word, len))
			return words[i].meaning;
	return NULL;
}

unsigned word_places(const char *word)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i].word, word))
			return words[i].places;
	return 0;
}

static const char *const properties[] = {
	[PROPERTY_MODEL] = "What the board is called, for people.\n\nDefault: none.",
	[PROPERTY_COMPATIBLE] =
		"What the host's root node must say of itself: one of these.\n\nRequired.",
	[PROPERTY_FAMILY] = "The chip family: power9-npu2.\n\nRequired.",
	[PROPERTY_MEMORY_MAP] = "Where the GPU apertures of a chip lie: gpu-4t-up (from 4 TiB "
				"upwards, groups 0 to 3) or "
				"gpu-4t-down (below 4 TiB downwards, groups 0 to 5). Firmware "
				"chooses it.\n\nRequired.",
	[PROPERTY_PAGE_SIZE] = "The host's page size: 64KiB or 4KiB.\n\nDefault: 64KiB.",
	[PROPERTY_CHIP] = "The chip's id (ibm,chip-id), 0 to 127.\n\nRequired.",
	[PROPERTY_PHB] =
		"The path of the NPU's PHB in the host tree.\n\n"
		"Default: /pciex@ and 0x6030200000000 plus the chip's id shifted left by 42.",
	[PROPERTY_SCOM] =
		"The base of the NPU's registers in the chip's SCOM space.\n\nDefault: 0x5011000.",
	[PROPERTY_SLOT] = "The slot label of the GPU's socket (ibm,loc-code).\n\nRequired.",
	[PROPERTY_PATH] = "The path of the GPU's PCI node in the host tree.\n\n"
			  "Default: the node with this slot label and NVIDIA's vendor id.",
	[PROPERTY_GROUP] = "The GPU's ordinal on its chip.\n\nDefault: counted by the lowest brick "
			   "each GPU is wired to.",
	[PROPERTY_APERTURE] =
		"The base address of the GPU's aperture, 128 GiB in size and aligned to that.\n\n"
		"Default: from the memory map, the chip and the group.",
	[PROPERTY_PCI] = "The GPU's PCI address on the host, as \"0004:04:00.0\"; only VMM files "
			 "need it.\n\nDefault: none.",
	[PROPERTY_LANE_MASK] =
		"The PHY lanes of a link, eight bits out of 24.\n\n"
		"Default: by brick, 0xf1e000, 0x0e1870, 0x00078f, 0x00078f, 0x0e1870, 0xf1e000.",
	[PROPERTY_PHY] =
		"The SCOM address of a link's PHY.\n\n"
		"Default: 0x8000000009010c3f for bricks 0 to 2, 0x800000000c010c3f for 3 to 5.",
	[PROPERTY_BRICK_ID] =
		"What the board's data call the brick.\n\nDefault: by brick, 0, 1, 2, 9, 0xa, 0xb.",
	[PROPERTY_MACHINE] =
		"The guest's machine type, \"pseries-4.1\" to \"pseries-8.1\".\n\nRequired.",
	[PROPERTY_BOARD] = "The board whose devices the guest is given, by its label or name.\n\n"
			   "Default: the file's only board.",
	[PROPERTY_LPID] =
		"The LPAR's id, 1 to 4095, where it is fixed.\n\nDefault: the runtime fills it in.",
	[PROPERTY_NPU] = "The phb has all of this NPU's GPUs and links: its whole IOMMU group.",
	[PROPERTY_DEVICES] = "The phb has these devices, as in GPU0, npu0:0-2; instead of npu.",
};

static_assert(sizeof(properties) / sizeof(properties[0]) == PROPERTY_COUNT,
	      "each property has a meaning");

const char *property_meaning(enum property_id id)
{
	return properties[id];
}
