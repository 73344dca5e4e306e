/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes nothing, gives the diagnostics about trees that a wiring is read
 * from. A code, once released, never changes its meaning.
 */
#include "import/codes.h"

#include <assert.h>

const struct diag_def import_codes[] = {
	[IMPORT_NOTHING] =
		{"NV2-E0371", "import-nothing", SEVERITY_ERROR, "The tree describes no NVLink",
		 "A wiring is read from the link nodes below \"ibm,power9-npu\", and from what\n"
		 "firmware and the kernel have added to PHBs, bridges and GPUs. This tree has no\n"
		 "link that says which brick and which GPU it is of.",
		 NULL,
		 "name the tree of a machine with NVLink2 GPUs; a guest's tree says nothing about "
		 "wires"},
	[IMPORT_LINK] = {"NV2-E0372", "import-link", SEVERITY_ERROR,
			 "A link of the tree cannot be used",
			 "Which brick a link is on is in ibm,npu-link-index of its link node, once "
			 "per NPU;\n"
			 "an emulated bridge leads there by ibm,nvlink. Firmware asserts where the "
			 "index is\n"
			 "missing. The link is left out of the wiring.",
			 NULL,
			 "correct the tree at its source, or add the link to the wiring by hand"},
	[IMPORT_GPU] =
		{"NV2-E0373", "import-gpu", SEVERITY_ERROR,
		 "A link of the tree does not say which GPU it goes to",
		 "That is in ibm,slot-label of the link node, in ibm,loc-code and ibm,gpu of the\n"
		 "bridge. Without it firmware ties no GPU to the link (\"NPU: Cannot find GPU "
		 "slot\n"
		 "information\"), and the GPU is an ordinary PCI device. The link is left out of "
		 "the\n"
		 "wiring.",
		 NULL, "find the socket in the board's documents, and add the link by hand"},
	[IMPORT_RATE] = {"NV2-W0374", "import-rate", SEVERITY_WARNING,
			 "A link of the tree does not say its rate, or one nobody knows",
			 "Firmware from older hardware data has no nvidia,link-speed, and code 0 "
			 "means that\n"
			 "it did not know. A link with the wrong rate does not train, without a "
			 "message. The\n"
			 "wiring gets the rate of Witherspoon, with a comment.",
			 NULL, "set the rate in the wiring after the board's documents"},
	[IMPORT_CONFLICT] = {"NV2-E0375", "import-conflict", SEVERITY_ERROR,
			     "Two places of the tree disagree about a wire",
			     "Firmware, kernel and drivers read different ones of them, and each "
			     "believes what\n"
			     "it reads. The wiring follows the place that the message names first.",
			     NULL, "find out which of the two is right before using the wiring"},
	[IMPORT_WIRE] =
		{"NV2-N0376", "import-wire", SEVERITY_NOTE,
		 "A brick is wired otherwise in the tree",
		 "What verify lists are properties: one wire that is not what the tree says "
		 "shows up in\n"
		 "the link's node, its bridge, two GPUs and their peers. This note says it once, "
		 "at "
		 "the link.\n"
		 "Neither says which of the two is right: the copper is, and only the board's "
		 "documents\n"
		 "or a link that trains tell.",
		 NULL,
		 FIX_FOR_EXPLAIN "look the wire up in the board's documents; then correct the "
				 "wiring, or the firmware's board data"},
};

static_assert(sizeof(import_codes) / sizeof(import_codes[0]) == IMPORT_CODE_COUNT,
	      "each enum import_code has a row");

void import_register_codes(struct diags *diags)
{
	for (unsigned i = 0; i < IMPORT_CODE_COUNT; i++)
		diag_register(diags, &import_codes[i]);
}
