/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Rules about wires: bricks, ports, lanes, and the GPUs at their ends. Takes
 * a board, reports what the hardware or its firmware would not stand.
 */
#include <stdlib.h>
#include <string.h>

#include "wiring/example.h"
#include "wiring/rules.h"

/* facts §8 rows 2, 3 and 4 */
static void check_brick_twice(const struct check *check, const struct board *board)
{
	for (size_t i = 0; i < board->links.count; i++) {
		const struct link *link = board->links.items[i];
		const struct link *first = link->npu->bricks[link->brick];
		struct diag_record *error;

		if (link == first)
			continue;
		error = RULE_REPORT(check, link->span, "brick %u of %s is wired twice", link->brick,
				    link->npu->name);
		diag_note(check->diags, error, first->span, "%s:%u was already wired here, to %s",
			  link->npu->name, link->brick, first->gpu->name);
	}
}

static void check_port(const struct check *check, const struct gpu *gpu, unsigned port,
		       struct span span)
{
	const struct gpu_port *first = &gpu->ports[port];
	struct diag_record *error;

	if (!span_compare(first->span, span) && first->span.len == span.len)
		return;
	error = RULE_REPORT(check, span, "port %u of %s is wired twice", port, gpu->name);
	diag_note(check->diags, error, first->span, "%s:%u was already wired here", gpu->name, port);
}

static void check_port_twice(const struct check *check, const struct board *board)
{
	for (size_t i = 0; i < board->links.count; i++) {
		const struct link *link = board->links.items[i];

		if (link->port >= 0 && link->gpu->ports[link->port].link != link)
			check_port(check, link->gpu, (unsigned)link->port, link->port_span);
	}
	for (size_t i = 0; i < board->peers.count; i++) {
		const struct peer_link *peer = &board->peers.items[i];

		check_port(check, peer->a, peer->port_a, peer->span_a);
		check_port(check, peer->b, peer->port_b, peer->span_b);
	}
}

static bool on_one_chip(const struct gpu *gpu)
{
	for (size_t i = 0; i < gpu->links.count; i++)
		if (gpu->links.items[i]->npu != gpu->npu)
			return false;
	return true;
}

/* The first link of a GPU in the text, with this NPU or with any other. */
static const struct link *first_in_text(const struct gpu *gpu, const struct npu *except)
{
	const struct link *first = NULL;

	for (size_t i = 0; i < gpu->links.count; i++) {
		const struct link *link = gpu->links.items[i];

		if (link->npu != except && (!first || span_compare(link->span, first->span) < 0))
			first = link;
	}
	return first;
}

/* row 10 */
static void check_two_chips(const struct check *check, const struct board *board)
{
	for (size_t i = 0; i < board->gpus.count; i++) {
		const struct gpu *gpu = board->gpus.items[i];
		const struct link *first = first_in_text(gpu, NULL);
		const struct link *other = first ? first_in_text(gpu, first->npu) : NULL;
		struct diag_record *error;

		if (!other)
			continue;
		error = RULE_REPORT(check, other->span, "%s is wired to two chips, %s and %s",
				    gpu->name, first->npu->name, other->npu->name);
		diag_note(check->diags, error, first->span, "it is wired to %s here",
			  first->npu->name);
	}
}

/* row 6 */
static void check_link_count(const struct check *check, const struct board *board)
{
	for (size_t i = 0; i < board->gpus.count; i++) {
		const struct gpu *gpu = board->gpus.items[i];
		size_t count = gpu->links.count;
		struct diag_record *error;

		if (!count || !on_one_chip(gpu) ||
		    (count < 32 && board->family->gpu_link_counts >> count & 1))
			continue;
		error = RULE_REPORT(check, gpu->span,
				    "%s has %zu links with %s, and there is no BAR mode for %zu",
				    gpu->name, count, gpu->npu->name, count);
		diag_note(check->diags, error, gpu->links.items[0]->statement,
			  "the first of them is here");
	}
}

/* row 9 */
static void check_adjacent(const struct check *check, const struct board *board)
{
	for (size_t i = 0; i < board->gpus.count; i++) {
		const struct gpu *gpu = board->gpus.items[i];

		if (!on_one_chip(gpu))
			continue;
		for (size_t j = 1; j < gpu->links.count; j++) {
			const struct link *last = gpu->links.items[j - 1],
					  *link = gpu->links.items[j];
			struct diag_record *warning;

			if (link->brick <= last->brick + 1)
				continue;
			warning = RULE_REPORT(check, link->span,
					      "the bricks of %s are not adjacent: %u, then %u",
					      gpu->name, last->brick, link->brick);
			diag_note(check->diags, warning, last->span, "brick %u is here",
				  last->brick);
			break;
		}
	}
}

static unsigned count_bits(uint32_t bits)
{
	unsigned count = 0;

	for (; bits; bits &= bits - 1)
		count++;
	return count;
}

/* row 39 */
static void check_lane_mask(const struct check *check, const struct board *board)
{
	for (size_t i = 0; i < board->links.count; i++) {
		const struct link *link = board->links.items[i];
		unsigned lanes = count_bits(link_lane_mask(link));

		if (lanes != 8)
			RULE_REPORT(check,
				    link->lane_mask.set ? link->lane_mask.span : link->span,
				    "the lane mask 0x%06x of %s:%u has %u lanes, and a link has 8",
				    link_lane_mask(link), link->npu->name, link->brick, lanes);
	}
}

static void check_lane_overlap(const struct check *check, const struct board *board)
{
	for (size_t i = 0; i < board->npus.count; i++) {
		const struct npu *npu = board->npus.items[i];

		for (unsigned b = 1; b < BRICKS_MAX; b++) {
			for (unsigned a = 0; a < b; a++) {
				const struct link *x = npu->bricks[a], *y = npu->bricks[b];
				struct diag_record *error;

				if (!x || !y || link_phy(x) != link_phy(y) ||
				    !(link_lane_mask(x) & link_lane_mask(y)))
					continue;
				error = RULE_REPORT(
					check, y->lane_mask.set ? y->lane_mask.span : y->span,
					"%s:%u and %s:%u share lanes 0x%06x of one PHY", npu->name,
					b, npu->name, a, link_lane_mask(x) & link_lane_mask(y));
				diag_note(check->diags, error,
					  x->lane_mask.set ? x->lane_mask.span : x->span,
					  "%s:%u has the lanes 0x%06x", npu->name, a,
					  link_lane_mask(x));
			}
		}
	}
}

static void check_peer_chips(const struct check *check, const struct board *board)
{
	const struct peer_link *last = NULL;

	for (size_t i = 0; i < board->peers.count; i++) {
		const struct peer_link *peer = &board->peers.items[i];
		struct diag_record *error;

		if (!peer->a->npu || !peer->b->npu || peer->a->npu == peer->b->npu ||
		    !on_one_chip(peer->a) || !on_one_chip(peer->b))
			continue;
		/* The links of one statement are one mistake. */
		if (last && last->a == peer->a && last->b == peer->b)
			continue;
		last = peer;
		error = RULE_REPORT(check, peer->span_b,
				    "%s and %s are wired to each other and belong to two IOMMU groups",
				    peer->a->name, peer->b->name);
		diag_note(check->diags, error, peer->a->links.items[0]->span, "%s belongs to %s",
			  peer->a->name, peer->a->npu->name);
		diag_note(check->diags, error, peer->b->links.items[0]->span, "%s belongs to %s",
			  peer->b->name, peer->b->npu->name);
	}
}

static void check_unwired(const struct check *check, const struct board *board)
{
	for (size_t i = 0; i < board->gpus.count; i++)
		if (!board->gpus.items[i]->links.count && !board->gpus.items[i]->damaged)
			RULE_REPORT(check, board->gpus.items[i]->span,
				    "%s has no link with an NPU", board->gpus.items[i]->name);
}

static void check_ports_unknown(const struct check *check, const struct board *board)
{
	for (size_t i = 0; i < board->gpus.count; i++) {
		const struct gpu *gpu = board->gpus.items[i];

		for (size_t j = 0; j < gpu->links.count; j++) {
			if (gpu->links.items[j]->port >= 0)
				continue;
			RULE_REPORT(check, gpu->links.items[j]->port_span,
				    "the ports of %s are not said, so it gets no ibm,nvlink-peers",
				    gpu->name);
			break;
		}
	}
}

struct text_use {
	const char *value;
	struct span span;
	const struct gpu *gpu;
};

static int compare_uses(const void *left, const void *right)
{
	const struct text_use *a = left, *b = right;

	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	return span_compare(a->span, b->span);
}

/* Reports each text that two GPUs of a board share. Equal texts are one pointer. */
static void check_shared_text(const struct check *check, const struct board *board,
			      struct text (*get)(const struct gpu *gpu), const char *what)
{
	struct text_use *uses = arena_alloc(check->arena, (board->gpus.count + 1) * sizeof(*uses));
	size_t count = 0;

	for (size_t i = 0; i < board->gpus.count; i++) {
		struct text text = get(board->gpus.items[i]);

		if (text.value)
			uses[count++] = (struct text_use){text.value, text.span, board->gpus.items[i]};
	}
	qsort(uses, count, sizeof(*uses), compare_uses);
	for (size_t i = 1; i < count; i++) {
		struct diag_record *error;

		if (uses[i].value != uses[i - 1].value)
			continue;
		error = RULE_REPORT(check, uses[i].span, "%s and %s have the same %s, \"%s\"",
				    uses[i - 1].gpu->name, uses[i].gpu->name, what, uses[i].value);
		diag_note(check->diags, error, uses[i - 1].span, "%s has it here",
			  uses[i - 1].gpu->name);
	}
}

static struct text get_slot(const struct gpu *gpu)
{
	return gpu->slot;
}

static struct text get_path(const struct gpu *gpu)
{
	return gpu->path;
}

static struct text get_pci(const struct gpu *gpu)
{
	return gpu->pci;
}

/* row 13 */
static void check_slot_twice(const struct check *check, const struct board *board)
{
	check_shared_text(check, board, get_slot, "slot label");
}

static void check_device_twice(const struct check *check, const struct board *board)
{
	check_shared_text(check, board, get_path, "path");
	check_shared_text(check, board, get_pci, "PCI address");
}

/* row 30: bus, device and function, without the domain, are what the NPU's table compares */
static void check_pci_bdf(const struct check *check, const struct board *board)
{
	for (size_t i = 0; i < board->npus.count; i++) {
		const struct npu *npu = board->npus.items[i];

		for (size_t b = 1; b < npu->gpus.count; b++) {
			for (size_t a = 0; a < b; a++) {
				const struct text x = npu->gpus.items[a]->pci,
						  y = npu->gpus.items[b]->pci;
				struct diag_record *error;

				if (!x.value || !y.value || x.value == y.value ||
				    strcmp(x.value + 5, y.value + 5) != 0)
					continue;
				error = RULE_REPORT(check, y.span,
						    "%s and %s have the same bus and device, %s",
						    npu->gpus.items[a]->name,
						    npu->gpus.items[b]->name, y.value + 5);
				diag_note(check->diags, error, x.span, "%s is here",
					  npu->gpus.items[a]->name);
			}
		}
	}
}

const struct rule link_rules[] = {
	{{"NV2-E0123", "brick-wired-twice", SEVERITY_ERROR,
	  "A brick of an NPU is wired twice",
	  "A brick has one set of wires. In a tree, two nodes with one link index share the\n"
	  "NTL, the memory BAR and the ATSD register: the last write of the BAR wins, and DMA\n"
	  "of one GPU goes to the memory of the other.",
	  EXAMPLE_REDBUD_WITH("\tlink npu0:2 <-> GPU1:0 at 25.78125 Gbps;\n"),
	  "look up in the board's schematics which GPU the brick goes to"},
	 0, check_brick_twice, 0, 0},
	{{"NV2-E0124", "port-wired-twice", SEVERITY_ERROR,
	  "A port of a GPU is wired twice",
	  "A GPU's NVLink has one other end. ibm,nvlink-peers has one entry a port, so one of\n"
	  "the two would be lost.",
	  EXAMPLE_REDBUD_WITH("\tlink GPU0:1 <-> GPU1:0;\n"),
	  "look up in the board's schematics where the port goes to"},
	 0, check_port_twice, 0, 0},
	{{"NV2-E0125", "gpu-two-chips", SEVERITY_ERROR,
	  "A GPU has links with two chips",
	  "The kernel takes the GPU's IOMMU group, memory and ATSD from its first link and\n"
	  "ignores the chip of the others; it says itself that this is not supported.",
	  EXAMPLE_BOARD("\tnpu npu0 { chip = 0; }\n\tnpu npu8 { chip = 8; }\n"
			"\tgpu GPU0 { slot = \"GPU0\"; }\n"
			"\tlink npu0:0 <-> GPU0:1 at 25 Gbps;\n"
			"\tlink npu8:0 <-> GPU0:3 at 25 Gbps;\n"),
	  "wire all links of a GPU to one chip"},
	 0, check_two_chips, 0, 0},
	{{"NV2-E0126", "gpu-link-count", SEVERITY_ERROR,
	  "A GPU has a number of links with its NPU for which there is no BAR mode",
	  "The GPU memory BARs know modes for 1, 2, 3, 4 and 6 links. Firmware asserts on any\n"
	  "other number (npu2_assign_gmb).",
	  EXAMPLE_BOARD("\tnpu npu0 { chip = 0; }\n\tgpu GPU0 { slot = \"GPU0\"; }\n"
			"\tlink npu0:0-4 <-> GPU0:0-4 at 25 Gbps;\n"),
	  "a GPU has 1, 2, 3, 4 or 6 links with its NPU"},
	 GAP_HEAD | GAP_LINKS, check_link_count, 0, 0},
	{{"NV2-W0127", "bricks-not-adjacent", SEVERITY_WARNING,
	  "The bricks of a GPU are not adjacent",
	  "Every known board wires a GPU to adjacent bricks. Firmware programs the BARs of\n"
	  "others as well, but whether the hardware allows it is not public.",
	  EXAMPLE_BOARD("\tnpu npu0 { chip = 0; }\n\tgpu GPU0 { slot = \"GPU0\"; }\n"
			"\tlink npu0:0,3 <-> GPU0:1,3 at 25 Gbps;\n"),
	  "check the brick numbers; -Wno-bricks-not-adjacent if they are right"},
	 GAP_LINKS, check_adjacent, 0, 0},
	{{"NV2-E0128", "lane-mask-count", SEVERITY_ERROR,
	  "A lane mask does not have eight lanes",
	  "A link is eight lanes of its PHY's 24. Nothing checks the mask; a wrong one fails\n"
	  "in training.",
	  EXAMPLE_BOARD("\tnpu npu0 { chip = 0; }\n\tgpu GPU0 { slot = \"GPU0\"; }\n"
			"\tlink npu0:0 <-> GPU0:1 at 25 Gbps { lane-mask = 0xf1e008; }\n"),
	  "leave lane-mask out for the family's lanes, or give eight bits"},
	 GAP_HEAD, check_lane_mask, 0, 0},
	{{"NV2-E0129", "lane-mask-overlap", SEVERITY_ERROR,
	  "Two links use the same lanes of one PHY",
	  "A lane belongs to one link. Nothing checks that; training fails.",
	  EXAMPLE_BOARD("\tnpu npu0 { chip = 0; }\n\tgpu GPU0 { slot = \"GPU0\"; }\n"
			"\tlink npu0:0 <-> GPU0:1 at 25 Gbps;\n"
			"\tlink npu0:1 <-> GPU0:3 at 25 Gbps { lane-mask = 0xf1e000; }\n"),
	  "give each link its own eight lanes"},
	 GAP_HEAD, check_lane_overlap, 0, 0},
	{{"NV2-E0130", "peers-across-groups", SEVERITY_ERROR,
	  "GPUs of two IOMMU groups are wired to each other",
	  "Links between GPUs bypass the IOMMU, so what they join has to be one group; groups\n"
	  "are per chip. With such a wire, a guest with one group could reach the other's\n"
	  "memory.",
	  EXAMPLE_BOARD("\tnpu npu0 { chip = 0; }\n\tnpu npu8 { chip = 8; }\n"
			"\tgpu GPU0 { slot = \"GPU0\"; }\n\tgpu GPU3 { slot = \"GPU3\"; }\n"
			"\tlink npu0:0-2 <-> GPU0:1,3,5 at 25 Gbps;\n"
			"\tlink npu8:0-2 <-> GPU3:1,3,5 at 25 Gbps;\n"
			"\tlink GPU0:0 <-> GPU3:0;\n"),
	  "links between GPUs join GPUs of one chip"},
	 GAP_LINKS, check_peer_chips, 0, 0},
	{{"NV2-W0131", "gpu-unwired", SEVERITY_WARNING,
	  "A GPU has no link with an NPU",
	  "Nothing is generated for it: to the system it is an ordinary PCI device.",
	  EXAMPLE_REDBUD_WITH("\tgpu GPU2 { slot = \"GPU2\"; }\n"),
	  "wire it, or drop it from the description"},
	 GAP_LINKS | GAP_ERRORS, check_unwired, 0, 0},
	{{"NV2-N0132", "ports-unknown", SEVERITY_NOTE,
	  "The ports of a GPU are not said",
	  "ibm,nvlink-peers is indexed by the GPU's own link number. Without the ports it\n"
	  "cannot be written, and is left out whole; nothing upstream needs it.",
	  EXAMPLE_BOARD("\tnpu npu0 { chip = 0; }\n\tgpu GPU0 { slot = \"GPU0\"; }\n"
			"\tlink npu0:0-2 <-> GPU0 at 25 Gbps;\n"),
	  "add them, as in GPU0:1,3,5"},
	 GAP_LINKS | GAP_ERRORS, check_ports_unknown, 0, 0},
	{{"NV2-E0133", "slot-twice", SEVERITY_ERROR,
	  "Two GPUs have the same slot label",
	  "Firmware binds links to GPUs by comparing slot labels, and takes the first GPU that\n"
	  "matches: one GPU would get the links of both, with the memory of one.",
	  EXAMPLE_BOARD("\tgpu GPU0 { slot = \"GPU0\"; }\n\tgpu GPU1 { slot = \"GPU0\"; }\n"),
	  "each slot has its own label"},
	 0, check_slot_twice, 0, 0},
	{{"NV2-E0134", "gpu-twice", SEVERITY_ERROR,
	  "Two GPUs have the same path or PCI address",
	  "They would be one device.",
	  EXAMPLE_BOARD("\tgpu GPU0 { slot = \"GPU0\"; pci = \"0004:04:00.0\"; }\n"
			"\tgpu GPU1 { slot = \"GPU1\"; pci = \"0004:04:00.0\"; }\n"),
	  "correct one of them"},
	 0, check_device_twice, 0, 0},
	{{"NV2-E0135", "pci-bdf-shared", SEVERITY_ERROR,
	  "Two GPUs of one NPU have the same bus, device and function in different domains",
	  "The NPU's XTS table knows GPUs by bus, device and function, without the domain\n"
	  "(npu2_map_lpar): their contexts would collide.",
	  EXAMPLE_BOARD("\tnpu npu0 { chip = 0; }\n"
			"\tgpu GPU0 { slot = \"GPU0\"; pci = \"0004:04:00.0\"; }\n"
			"\tgpu GPU1 { slot = \"GPU1\"; pci = \"0005:04:00.0\"; }\n"
			"\tlink npu0:0-2 <-> GPU0:1,3,5 at 25 Gbps;\n"
			"\tlink npu0:3-5 <-> GPU1:1,3,5 at 25 Gbps;\n"),
	  "place one of the GPUs at another bus number"},
	 GAP_LINKS, check_pci_bdf, 0, 0},
	{{0}, 0, 0, 0, 0},
};
