/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The diagnostics about names and values, each with its page for `explain`.
 * What boards and guests may not be is in the rule tables.
 */
#include "wiring/codes.h"

#include <assert.h>

#include "wiring/example.h"

const struct diag_def wiring_codes[] = {
	[WIRING_MISPLACED] = {
		"NV2-E0101", "misplaced", SEVERITY_ERROR,
		"A statement stands in a block that cannot hold it",
		"Boards and guests stand at the top of a file; npu, gpu and link in a board; phb in\n"
		"a guest; slots in a phb; extra in npu, gpu, link and guest.",
		EXAMPLE_VERSION "npu npu0 { chip = 0; }\n",
		"move it into the block it belongs to",
	},
	[WIRING_LABEL_TWICE] = {
		"NV2-E0102", "label-twice", SEVERITY_ERROR,
		"Two things in one place have the same label",
		"A label names one thing: NPUs, GPUs and links share the labels of their board,\n"
		"boards and guests those of the file.",
		EXAMPLE_BOARD("\tnpu npu0 { chip = 0; }\n\tgpu npu0 { slot = \"GPU0\"; }\n"),
		"rename one of them",
	},
	[WIRING_UNKNOWN_NAME] = {
		"NV2-E0103", "unknown-name", SEVERITY_ERROR,
		"A name that stands for nothing",
		"Names are looked up in the board (in a guest: in its board), then in the file. What\n"
		"/delete/ dropped is gone for what names it.",
		EXAMPLE_REDBUD_WITH("\tlink npu0:0-2 <-> GPU9:1,3,5 at 25 Gbps;\n"),
		FIX_FOR_EXPLAIN "declare it, or correct the name; what names a dropped thing has to go with it",
	},
	[WIRING_AMBIGUOUS_NAME] = {
		"NV2-E0104", "ambiguous-name", SEVERITY_ERROR,
		"A name that several boards have",
		"At the top of a file a label is looked up in all boards; where two have it, the\n"
		"board has to be said.",
		EXAMPLE_VERSION "A: board \"a\" {\n" EXAMPLE_HEAD "\tnpu npu0 { chip = 0; }\n};\n"
			"B: board \"b\" {\n" EXAMPLE_HEAD "\tnpu npu0 { chip = 0; }\n};\n"
			"&npu0 { chip = 8; };\n",
		"write &BOARD/NAME",
	},
	[WIRING_WRONG_KIND] = {
		"NV2-E0105", "wrong-kind", SEVERITY_ERROR,
		"A name stands for a thing of another kind than is wanted here",
		"For instance a GPU where an NPU is needed.",
		EXAMPLE_REDBUD_GUEST("\tphb 1 { npu = GPU0; }\n"),
		FIX_FOR_EXPLAIN "name a thing of the right kind",
	},
	[WIRING_UNKNOWN_PROPERTY] = {
		"NV2-E0106", "unknown-property", SEVERITY_ERROR,
		"A block has no property of that name",
		"An unknown property would be a wish that nobody grants; so it is an error and not\n"
		"ignored. nv2(5) lists the properties of each block.",
		EXAMPLE_BOARD("\tgpu GPU0 { slott = \"GPU0\"; }\n"),
		"correct the name, or put raw device-tree properties into `extra`",
	},
	[WIRING_PROPERTY_TWICE] = {
		"NV2-E0107", "property-twice", SEVERITY_ERROR,
		"The same property stands twice in one block",
		"One of the two values would win and the other be lost. To change a value that\n"
		"another file sets, amend the thing: &NAME { … };",
		EXAMPLE_BOARD("\tgpu GPU0 { slot = \"GPU0\"; slot = \"GPU1\"; }\n"),
		"keep one of them",
	},
	[WIRING_PROPERTY_MISSING] = {
		"NV2-E0108", "property-missing", SEVERITY_ERROR,
		"A property that no default can stand in for is missing",
		"Firmware stops, or binds the wrong device, where these are missing (npu2 asserts on\n"
		"missing properties; a GPU without a slot label stays an ordinary PCI device).",
		EXAMPLE_BOARD("\tnpu npu0 { }\n"),
		"add it",
	},
	[WIRING_PROPERTY_TYPE] = {
		"NV2-E0109", "property-type", SEVERITY_ERROR,
		"A property's value is of the wrong type",
		"Strings are quoted, words and numbers are not; only `compatible` and `devices` take\n"
		"several values.",
		EXAMPLE_BOARD("\tgpu GPU0 { slot = GPU0; }\n"),
		FIX_FOR_EXPLAIN "write a value of the type that the message names",
	},
	[WIRING_PROPERTY_RANGE] = {
		"NV2-E0110", "property-range", SEVERITY_ERROR,
		"A property's value is not one that can be",
		"The message names the range or the form.",
		EXAMPLE_BOARD("\tnpu npu0 { chip = 128; }\n"),
		FIX_FOR_EXPLAIN "write a value that the message allows",
	},
	[WIRING_UNKNOWN_VALUE] = {
		"NV2-E0111", "unknown-value", SEVERITY_ERROR,
		"A word that is none of those the property knows",
		"The fix lists the words.",
		EXAMPLE_VERSION "board \"b\" {\n\tcompatible = \"ibm,witherspoon\";\n"
			"\tfamily = power9-npu3;\n\tmemory-map = gpu-4t-up;\n};\n",
		FIX_FOR_EXPLAIN "write one of the words that the message lists",
	},
	[WIRING_LINK_ENDS] = {
		"NV2-E0113", "link-ends", SEVERITY_ERROR,
		"A link joins two things that no NVLink joins",
		"Links run from an NPU to a GPU, or between two GPUs.",
		EXAMPLE_REDBUD_WITH("\tlink npu0:0 <-> npu0:1 at 25 Gbps;\n"),
		"name an NPU and a GPU, or two GPUs",
	},
	[WIRING_LIST_LENGTHS] = {
		"NV2-E0114", "list-lengths", SEVERITY_ERROR,
		"The two lists of a link are of different length",
		"Bricks and ports are paired one to one, in the order written; a list too short\n"
		"would leave a brick without its port.",
		EXAMPLE_BOARD("\tnpu npu0 { chip = 0; }\n\tgpu GPU0 { slot = \"GPU0\"; }\n"
			      "\tlink npu0:0-2 <-> GPU0:1,3 at 25 Gbps;\n"),
		FIX_FOR_EXPLAIN "make the lists equally long",
	},
	[WIRING_PORTS_MISSING] = {
		"NV2-E0115", "ports-missing", SEVERITY_ERROR,
		"A link does not say which bricks or ports it uses",
		"The NPU's bricks must be named; a GPU's ports may be left out only where the other\n"
		"end is an NPU.",
		EXAMPLE_BOARD("\tnpu npu0 { chip = 0; }\n\tgpu GPU0 { slot = \"GPU0\"; }\n"
			      "\tlink npu0 <-> GPU0:1 at 25 Gbps;\n"),
		FIX_FOR_EXPLAIN "write them behind a ':', as in npu0:0-2",
	},
	[WIRING_BRICK_RANGE] = {
		"NV2-E0116", "brick-range", SEVERITY_ERROR,
		"An NPU has no such brick",
		"Firmware asserts when a tree has more link nodes than the NPU has links.",
		EXAMPLE_BOARD("\tnpu npu0 { chip = 0; }\n\tgpu GPU0 { slot = \"GPU0\"; }\n"
			      "\tlink npu0:6 <-> GPU0:1 at 25 Gbps;\n"),
		"bricks are numbered from 0",
	},
	[WIRING_PORT_RANGE] = {
		"NV2-E0117", "port-range", SEVERITY_ERROR,
		"A GPU has no such port",
		"The ports are the GPU's own NVLink numbers.",
		EXAMPLE_BOARD("\tnpu npu0 { chip = 0; }\n\tgpu GPU0 { slot = \"GPU0\"; }\n"
			      "\tlink npu0:0 <-> GPU0:6 at 25 Gbps;\n"),
		"ports are numbered from 0",
	},
	[WIRING_RATE_MISSING] = {
		"NV2-E0118", "rate-missing", SEVERITY_ERROR,
		"A link with an NPU does not say its rate",
		"VFIO refuses to open a bridge without ibm,nvlink-speed (-EFAULT), and firmware\n"
		"asserts without ibm,link-speed. There is no safe default: a wrong rate does not\n"
		"train, without a message.",
		EXAMPLE_BOARD("\tnpu npu0 { chip = 0; }\n\tgpu GPU0 { slot = \"GPU0\"; }\n"
			      "\tlink npu0:0 <-> GPU0:1;\n"),
		"write `at 25.78125 Gbps` (or 25, or 20) before the ';'",
	},
	[WIRING_RATE_UNKNOWN] = {
		"NV2-E0119", "rate-unknown", SEVERITY_ERROR,
		"A rate for which no speed code is known",
		"Device trees carry the rate as a code (3, 9, 8). A link with a wrong code does not\n"
		"train, and no driver says why.",
		EXAMPLE_BOARD("\tnpu npu0 { chip = 0; }\n\tgpu GPU0 { slot = \"GPU0\"; }\n"
			      "\tlink npu0:0 <-> GPU0:1 at 25.78 Gbps;\n"),
		"the rates are 20, 25 and 25.78125 Gbps per lane",
	},
	[WIRING_RATE_UNWANTED] = {
		"NV2-E0120", "rate-unwanted", SEVERITY_ERROR,
		"A link between two GPUs has a rate or properties",
		"GPUs settle the rate of their own links; nothing in a tree describes it, so a rate\n"
		"here would have no effect.",
		EXAMPLE_BOARD("\tgpu GPU0 { slot = \"GPU0\"; }\n\tgpu GPU1 { slot = \"GPU1\"; }\n"
			      "\tlink GPU0:0 <-> GPU1:0 at 25 Gbps;\n"),
		"leave it out",
	},
	[WIRING_GUEST_BOARD] = {
		"NV2-E0121", "guest-board", SEVERITY_ERROR,
		"A guest does not say on which board it runs",
		"A guest resolves its names in its board. Where a file has several boards, or none,\n"
		"that board cannot be guessed.",
		EXAMPLE_VERSION "guest \"vm0\" {\n\tmachine = \"pseries-5.1\";\n"
				"\tphb 1 { npu = npu0; }\n};\n",
		"add `board = LABEL;`",
	},
	[WIRING_DEVICE_TWICE] = {
		"NV2-E0122", "device-twice", SEVERITY_ERROR,
		"A device is given twice",
		"A PCI function can be on one vPHB of one guest only.",
		EXAMPLE_REDBUD_GUEST("\tphb 1 { devices = GPU0, GPU1, npu0:0-5, GPU0; }\n"),
		"name it once",
	},
	[WIRING_EXTRA_PLACE] = {
		"NV2-E0150", "extra-place", SEVERITY_ERROR,
		"An extra block for a node that does not exist in that output",
		"The firmware's overlay has nodes for NPUs and links; GPUs are PCI devices, which\n"
		"firmware finds itself. A guest has nothing in the host's trees.",
		EXAMPLE_BOARD("\tgpu GPU0 {\n\t\tslot = \"GPU0\";\n"
			      "\t\textra host-fw { vendor,flag; }\n\t}\n"),
		"use an output that has a node for it: nv2(5) lists them",
	},
	[WIRING_NOT_ON_VPHB] = {
		"NV2-E0214", "not-on-vphb", SEVERITY_ERROR,
		"A slot is given to a device that is not on this vPHB",
		"Slots place the devices that `npu` or `devices` puts on the vPHB.",
		EXAMPLE_TWO_CHIPS_GUEST("\tphb 1 {\n\t\tnpu = npu0;\n\t\tslots { GPU3 = 3; }\n\t}\n"),
		"add the device to the vPHB, or remove its slot",
	},
	[WIRING_CODES] = {0},
};

static_assert(sizeof(wiring_codes) / sizeof(wiring_codes[0]) == WIRING_CODES + 1,
	      "every wiring_code has its row");
