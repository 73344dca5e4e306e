/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a tree, gives the NPUs and links that its link nodes describe, as
 * skiboot reads them (hw/npu2.c). Never looks at PCI.
 */
#include <inttypes.h>
#include <string.h>

#include "import/found.h"

/* The rate that the codes of a link node name; NULL if they name none. */
static const struct link_rate *read_rate(const struct found *found, const struct tree_node *node)
{
	const struct tree_property *speed = tree_find_property(found->tree, node, "ibm,link-speed");
	const struct link_rate *by_code = NULL, *by_bits = NULL;
	uint32_t code = UINT32_MAX;
	uint64_t bits = 0;
	bool has_code = get_number32(found, node, "nvidia,link-speed", &code);
	bool has_bits = property_u64(speed, &bits);

	for (size_t i = 0; i < found->family->rate_count; i++) {
		const struct link_rate *rate = &found->family->rates[i];

		if (has_code && rate->code == code)
			by_code = rate;
		if (has_bits && rate->bits_per_second == bits)
			by_bits = rate;
	}
	if (by_code && has_bits && by_bits != by_code)
		report(found, IMPORT_CONFLICT, node, "nvidia,link-speed",
		       "nvidia,link-speed 0x%" PRIx32 " means %s Gbps, and ibm,link-speed is "
		       "%" PRIu64 " bit/s",
		       code, by_code->text, bits);
	return by_code ? by_code : by_bits;
}

static void read_link_values(struct found *found, struct found_link *link)
{
	const struct tree_node *node = link->node;
	uint64_t phy;

	link->has_group = get_number32(found, node, "ibm,npu-group-id", &link->group);
	link->rate = read_rate(found, node);
	get_number32(found, node, "ibm,npu-lane-mask", &link->lane_mask);
	get_number32(found, node, "ibm,npu-brick-id", &link->brick_id);
	if (property_u64(tree_find_property(found->tree, node, "ibm,npu-phy"), &phy))
		link->phy = phy;
}

static void read_link(struct found *found, struct found_npu *npu, const struct tree_node *node)
{
	struct found_link *link;
	struct diag_record *record;
	uint32_t brick, reg;

	if (!get_number32(found, node, "ibm,npu-link-index", &brick)) {
		report(found, IMPORT_LINK, node, NULL, "the link has no ibm,npu-link-index");
		return;
	}
	if (brick >= found->family->bricks) {
		report(found, IMPORT_LINK, node, "ibm,npu-link-index",
		       "there is no brick %" PRIu32 ": an NPU has bricks 0 to %u", brick,
		       found->family->bricks - 1);
		return;
	}
	if (npu->links[brick]) {
		record = report(found, IMPORT_LINK, node, "ibm,npu-link-index",
				"brick %" PRIu32 " has two link nodes", brick);
		report_note(found, record, npu->links[brick]->node, "ibm,npu-link-index",
			    "this is the first, which is used");
		return;
	}
	if (get_number32(found, node, "reg", &reg) && reg != brick)
		report(found, IMPORT_CONFLICT, node, "ibm,npu-link-index",
		       "ibm,npu-link-index is %" PRIu32 ", and reg is %" PRIu32, brick, reg);
	link = arena_alloc(found->arena, sizeof(*link));
	*link = (struct found_link){
		.npu = npu,
		.node = node,
		.brick = brick,
		.lane_mask = found->family->lane_masks[brick],
		.phy = found->family->phys[brick],
		.brick_id = found->family->brick_ids[brick],
		.port = -1,
	};
	read_link_values(found, link);
	npu->links[brick] = link;
	word_map_set(found->arena, &found->link_of, (uintptr_t)node, (uintptr_t)link);
}

static void read_npu(struct found *found, uint32_t chip, const struct tree_node *node)
{
	struct found_npu *npu = get_npu(found, chip);
	const struct tree_property *reg = tree_find_property(found->tree, node, "reg");
	uint32_t links, count = 0;

	if (npu->node) {
		struct diag_record *record =
			report(found, IMPORT_CONFLICT, node, NULL,
			       "chip %" PRIu32 " has two NPUs, and its silicon has one", chip);

		report_note(found, record, npu->node, NULL, "this is the first, which is used");
		return;
	}
	npu->node = node;
	if (reg && reg->len >= 4)
		npu->scom_base = get_be32(reg->value);
	for (const struct tree_node *link = node->children; link; link = link->next) {
		if (!has_compatible(found, link, "ibm,npu-link"))
			continue;
		count++;
		read_link(found, npu, link);
	}
	if (get_number32(found, node, "ibm,npu-links", &links) && links != count)
		report(found, IMPORT_CONFLICT, node, "ibm,npu-links",
		       "there are %" PRIu32 " link nodes, and ibm,npu-links is %" PRIu32, count,
		       links);
}

/* By ibm,chip-id, else by address, which firmware derives from it. */
static bool find_chip(const struct found *found, const struct tree_node *xscom, uint32_t *chip)
{
	const struct tree_property *reg = tree_find_property(found->tree, xscom, "reg");
	uint64_t address;

	if (get_number32(found, xscom, "ibm,chip-id", chip))
		return *chip < found->family->chip_ids;
	if (!reg || reg->len < 8)
		return false;
	address = get_be64(reg->value) - found->family->xscom;
	*chip = (uint32_t)(address >> found->family->chip_shift);
	return *chip < found->family->chip_ids && address == family_chip_base(found->family, *chip);
}

void read_links(struct found *found)
{
	const struct tree_node *root = found->tree->root;

	for (const struct tree_node *node = root; node; node = tree_next(root, node)) {
		uint32_t chip;

		if (!has_compatible(found, node, "ibm,power9-npu") || !node->parent ||
		    !has_compatible(found, node->parent, "ibm,xscom"))
			continue;
		if (find_chip(found, node->parent, &chip))
			read_npu(found, chip, node);
		else
			report(found, IMPORT_LINK, node->parent, "ibm,chip-id",
			       "nothing says which chip the NPU below is on");
	}
}
