/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes nothing, gives the diagnostics about trees and overlays. A code, once
 * released, never changes its meaning.
 */
#include "tree/codes.h"

#include <assert.h>

#define E(number, its_name, its_summary, its_explain, its_fix)                                     \
	{                                                                                          \
		.code = "NV2-E" number, .name = its_name, .level = SEVERITY_ERROR,                 \
		.summary = its_summary, .explain = its_explain, .fix = its_fix,                    \
	}

const struct diag_def tree_codes[] = {
	[TREE_DTB_DAMAGED] = E(
		"0301", "dtb-damaged", "The device tree blob is damaged",
		"The file is not a well-formed flattened device tree: its header, its reservation "
		"map, its structure or its string table points outside the file, lacks an end, or "
		"holds something that no device tree may hold. The message gives the byte offset. "
		"Everything is refused here, because libfdt and the kernel read parts of a blob "
		"without checking it again.",
		"make the file again from its source, or copy it again; compare its size with "
		"the totalsize that fdtdump shows"),
	[TREE_DTB_VERSION] =
		E("0302", "dtb-version", "The device tree blob has a version that cannot be read",
		  "Versions 16 and 17 of the format are read: every tool has written them since "
		  "2006. A blob says which is the oldest reader that understands it.",
		  "convert the file with dtc -I dtb -O dtb -V 17"),
	[TREE_DTB_TOO_DEEP] =
		E("0303", "dtb-too-deep", "Nodes are nested more than 64 levels deep",
		  "Linux reads device trees to a depth of 64 and firmware keeps small stacks. A "
		  "deeper tree is damaged or was made to do harm. The limit holds for what is read "
		  "and for what an overlay would make of its base.",
		  "look at the path in the message: a real machine stays below ten levels"),
	[TREE_DTB_NAME_TWICE] =
		E("0304", "dtb-name-twice", "Two siblings have one name",
		  "A node has two children or two properties of the same name. Readers differ in "
		  "which of them they take, so firmware, kernel and tools would see different "
		  "machines.",
		  "find out which of the two is meant and remove the other at its source"),
	[TREE_NOT_A_MACHINE] = E(
		"0305", "not-a-machine", "An overlay or a bundle stands where a machine's tree is wanted",
		"check, verify, import and merge start from the tree of a machine: a DTB that "
		"firmware made, or /proc/device-tree. An overlay only says what is to be added to "
		"one.",
		"name the machine's tree; nv2dtc merge TREE OVERLAY -o NEW puts the two together"),

	[TREE_OVERLAY_DAMAGED] =
		E("0311", "overlay-damaged", "The overlay is not well formed",
		  "An overlay is a tree of fragments: each has a target or target-path and a node "
		  "__overlay__ with what is to be added there. The message says what is missing or "
		  "has the wrong type.",
		  "compile the overlay again with dtc -@; where it was written by hand, "
		  "compare it with Documentation/devicetree/overlay-notes.rst of the kernel"),
	[TREE_OVERLAY_FIXUP] = E(
		"0312", "overlay-fixup", "A fixup does not point at a cell of the overlay",
		"Each string in __fixups__ is PATH:PROPERTY:OFFSET and says where the number of a "
		"labelled node of the base is to be put. One that points beside its property makes "
		"libfdt write elsewhere in memory, so all of them are checked before anything is "
		"changed.",
		"compile the overlay again; never edit __fixups__ by hand"),
	[TREE_OVERLAY_LOCAL_FIXUP] = E(
		"0313", "overlay-local-fixup",
		"A local fixup does not point at a reference of the overlay",
		"__local_fixups__ mirrors the overlay's nodes and lists, per property, the byte "
		"offsets that hold a phandle of the overlay itself. An offset outside its property "
		"makes libfdt write elsewhere in memory and made Linux panic, so all of them are "
		"checked before anything is changed.",
		"compile the overlay again; never edit __local_fixups__ by hand"),
	[TREE_OVERLAY_UNBOUND] = E(
		"0314", "overlay-unbound", "The overlay is late-bound",
		"It was compiled without --base: its fragments say what they are for, as \"the PCI "
		"node of GPU0\", and not where that is. It has to be bound to the tree of the "
		"machine first; until then its targets are paths that no tree has, so that nothing "
		"applies it by mistake.",
		"bind it: nv2dtc merge does so itself, and nv2dtc compile with --base"),
	[TREE_OVERLAY_TARGET] = E(
		"0315", "overlay-target", "The base has no such target",
		"A fragment names, by phandle or by path, a node that the base does not have. "
		"Under "
		"--for=linux it has to be there before the overlay is applied: the kernel looks "
		"all "
		"targets up before it adds anything.",
		"check that the overlay is for this machine and that overlays it builds upon come "
		"first"),
	[TREE_OVERLAY_LABEL] = E(
		"0316", "overlay-label", "The base has no such label",
		"The overlay refers to a label. The base lists its labels in /__symbols__, and "
		"there it is missing, or its path leads nowhere, or the node has no phandle. Trees "
		"made by firmware have no labels at all.",
		"compile the base with dtc -@, or use target-path and phandles of the overlay's "
		"own nodes"),
	[TREE_OVERLAY_PHANDLE] =
		E("0317", "overlay-phandle", "The overlay's phandles cannot be used",
		  "Phandles of an overlay are moved up by the base's highest one. They have to be "
		  "four "
		  "bytes long, unique, neither 0 nor 0xffffffff, and still fit after the move; a "
		  "reference has to point at one of them.",
		  "compile the overlay again; look for a base with a phandle near 0xffffffff"),
	[TREE_OVERLAY_SYMBOL] = E(
		"0318", "overlay-symbol", "A symbol of the overlay leads nowhere",
		"A property of __symbols__ holds the path of a labelled node of the overlay. Those "
		"below a fragment's __overlay__ become labels of the base, so the path has to be "
		"one "
		"string, and the node has to be there.",
		"compile the overlay again; never edit __symbols__ by hand"),
	[TREE_NOT_AN_OVERLAY] = E(
		"0319", "not-an-overlay", "A tree stands where an overlay is wanted",
		"An overlay is made of fragments, each with a target and a node __overlay__. "
		"libfdt takes a whole tree as an overlay that adds nothing, and says so to nobody.",
		"the base comes first, then the overlays, in the order they are to be applied"),
	[TREE_GUEST_FRAGMENT] = E(
		"0320", "guest-fragment", "A guest's fragment is not for a host",
		"A guest's fragment adds vPHBs and GPU memory at the addresses of that guest. In "
		"the host's tree they would be memory and devices that are not there.",
		"give it to the guest's monitor; for the host there are host-fw and host-os"),

	[TREE_LINUX_NODE_TWICE] = E("0321", "linux-node-twice", "One node would be added twice",
				    "The kernel puts all fragments into one changeset and refuses "
				    "a changeset in which a "
				    "node is added twice (drivers/of/overlay.c). Names that "
				    "differ in capitals only are one node to it.",
				    "put what both fragments add into one, or give the node "
				    "another name"),
	[TREE_LINUX_PROPERTY_TWICE] =
		E("0322", "linux-property-twice", "Two fragments set one property",
		  "The kernel puts all fragments into one changeset and refuses a changeset in "
		  "which a "
		  "property is touched twice, even with the same value (drivers/of/overlay.c).",
		  "leave the property in one fragment only"),
	[TREE_LINUX_PHANDLE] = E(
		"0323", "linux-phandle", "A node that has a phandle would get another",
		"The overlay gives a phandle to a node that the base already gave one. The kernel "
		"refuses that; libfdt keeps the base's. A phandle for a fragment's target, or for "
		"a "
		"node of the base without one, the kernel passes over, and what refers to it "
		"leads nowhere.",
		"drop the label from that node in the overlay, or take it from the base"),
	[TREE_LINUX_SYMBOL] =
		E("0324", "linux-symbol", "The kernel would refuse a symbol",
		  "The kernel adds an overlay's labels to the live tree only if that has "
		  "__symbols__, "
		  "each label is new, and each path lies below a fragment's __overlay__. It "
		  "passes over labels that are called name or phandle.",
		  "rename the label, or compile without -@"),
	[TREE_LINUX_CELLS] = E(
		"0325", "linux-cells", "#address-cells or #size-cells would change",
		"A changed cell count gives every reg below that node another meaning. The kernel "
		"refuses overlays that do so.",
		"give the overlay's node the base's values"),
	[TREE_LINUX_NAME] = E(
		"0326", "linux-name", "The kernel and libfdt would not mean the same node",
		"To libfdt, and so to firmware, \"bus\" is the first node called so, with or "
		"without a "
		"unit address: bus@1 as well. The kernel compares whole names (drivers/of/base.c): "
		"it finds nothing there, or another node, or adds a new one. What is merged would "
		"depend on who does it.",
		"write the name with its unit address, or give one of the nodes another name"),

	[TREE_BIND_DAMAGED] = E(
		"0331", "bind-damaged", "The late-bound overlay is not well formed",
		"The node nv2-bind of a late-bound overlay holds one node per selector, numbered "
		"from 0, with its kind, its arguments and the places that refer to it; each "
		"fragment's target-path is /nv2-unbound/N. Something of that is missing or has the "
		"wrong type.",
		"compile the wiring file again; late-bound overlays are not written by hand"),
	[TREE_BIND_VERSION] = E(
		"0332", "bind-version",
		"The late-bound overlay is of a kind this version cannot bind",
		"nv2-bind has another compatible than \"nv2,bind-1\", or a selector of a kind that "
		"was added later. Binding it in part would leave references open.",
		"use the nv2dtc that compiled the overlay, or a newer one"),
	[TREE_BOARD_MISMATCH] = E(
		"0333", "board-mismatch", "The base is another board",
		"The root of the base has to name one of the boards that the wiring is for in its "
		"compatible. Wires differ between boards that look alike, and a wrong map trains "
		"no "
		"link.",
		"use the wiring of this machine; if it is the right one, list the machine's "
		"compatible in the board's"),
	[TREE_SELECTOR_MISSING] =
		E("0334", "selector-missing", "The base lacks a node",
		  "The overlay needs a node of the base that is not there. GPUs are found by slot "
		  "label "
		  "and vendor, emulated bridges by their NPU PHB and reg, NPUs by chip and SCOM "
		  "address, links by index, and nodes by path only where the wiring gives one.",
		  "check that the slot has power, and that its label is spelt as the machine "
		  "spells it"),
	[TREE_SELECTOR_AMBIGUOUS] =
		E("0335", "selector-ambiguous", "The base has several nodes of which one is meant",
		  "Two or more nodes of the base answer to one description. To choose one would be "
		  "to "
		  "guess where a wire ends.",
		  "give the node's path in the wiring"),
	[TREE_PHANDLE_MISSING] = E(
		"0336", "phandle-missing", "A node of the base that is referred to has no phandle",
		"References are phandles. The binder makes one only on nodes that the overlay "
		"makes: "
		"to add one to a node of the base is nothing Linux would accept.",
		"use a base as the firmware gives it: dtc drops phandles that nothing refers to "
		"unless they are explicit"),
	[TREE_VALUE_DIFFERS] =
		E("0337", "value-differs", "A property is there already, with another value",
		  "What the firmware says about the wiring and what the wiring file says disagree, "
		  "or "
		  "two fragments do. One of them is wrong, and copper does not follow either. A "
		  "property with the same value is left alone.",
		  "nv2dtc verify lists all differences between a wiring file and a tree"),
	[TREE_CELLS_DIFFER] = E(
		"0338", "cells-differ", "The overlay counts cells in another way than the base",
		"A reg is read with its parent's #address-cells and #size-cells (2 and 1 where the "
		"parent has none). The overlay adds nodes with a reg below a node of the base "
		"whose "
		"counts are not those the overlay was written for.",
		"look at the node of the base: it may be another kind of node than expected"),
	[TREE_MEMORY_OVERLAP] = E(
		"0339", "memory-overlap", "GPU memory lies over memory of the base",
		"The base has ordinary memory in an address range that the overlay gives to a GPU. "
		"The kernel would use one for the other.",
		"check memory-map and aperture in the wiring file, and how much memory the machine "
		"has"),
	[TREE_BIND_INTERNAL] =
		E("0340", "bind-internal", "Binding left something open (a fault in nv2dtc)",
		  "After binding, each reference has to have been filled in exactly once. This one "
		  "was "
		  "not, so nothing is written. The fault is in nv2dtc and not in your files.",
		  "please report it, with the overlay and the base"),

	[TREE_DIR_DAMAGED] =
		E("0341", "dir-damaged", "The directory is no device tree",
		  "A directory is read as Linux shows a device tree in /proc/device-tree: each "
		  "directory is a node, each file a property, symbolic links are passed over. This "
		  "one has a name that no node or property may have, is larger than any tree, or "
		  "has a root without compatible and #address-cells.",
		  "name /proc/device-tree, or a copy of it made with cp -r"),
	[TREE_MERGED_TOO_LARGE] = E(
		"0342", "merged-too-large", "The merged tree does not fit into a device tree blob",
		"Offsets in a blob have 32 bits, and firmware and tools take them as signed. The "
		"merged tree needs 2 GiB or more.",
		"look at the sizes of the overlays: one of them is no ordinary overlay"),
	[TREE_STAGE] =
		{
			.code = "NV2-N0343",
			.name = "tree-stage",
			.level = SEVERITY_NOTE,
			.summary = "which stage a host tree is from",
			.explain = "Firmware is given a tree with NPUs, links and slots (host-fw), "
				   "makes "
				   "NPU PHBs, bridges and GPU memory, and gives the kernel a tree "
				   "with all "
				   "of them (host-os). verify and import tell the two by the NPU "
				   "PHBs, "
				   "\"ibm,power9-npu-pciex\", and look at what a tree of that "
				   "stage can "
				   "have.",
		},
};

static_assert(sizeof(tree_codes) / sizeof(tree_codes[0]) == TREE_CODE_COUNT,
	      "each enum tree_code has a row");
