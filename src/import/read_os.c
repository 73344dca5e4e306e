/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a tree and the links that its link nodes gave, gives what PHBs,
 * bridges, GPUs and GPU memory say about them. Never believes one place where
 * another contradicts it without saying so.
 */
#include <inttypes.h>
#include <string.h>

#include "import/found.h"

/* ---- PHBs and bridges ---- */

static struct found_npu *npu_of_node(const struct found *found, const struct tree_node *node)
{
	for (size_t i = 0; node && i < found->npus.count; i++)
		if (found->npus.items[i]->node == node)
			return found->npus.items[i];
	return NULL;
}

/* The chip that the PHB's address is of: firmware derives it. */
static bool chip_of_address(const struct found *found, const struct tree_node *phb, uint32_t *chip)
{
	const struct tree_property *reg = tree_find_property(found->tree, phb, "reg");
	uint64_t offset;

	if (!reg || reg->len < 8)
		return false;
	offset = get_be64(reg->value) - found->family->npu_regs;
	*chip = (uint32_t)(offset >> found->family->chip_shift);
	return *chip < found->family->chip_ids && offset == family_chip_base(found->family, *chip);
}

/* By ibm,npcq, ibm,chip-id, or the address. */
static struct found_npu *find_npu(struct found *found, const struct tree_node *phb)
{
	struct found_npu *npu = npu_of_node(found, follow(found, phb, "ibm,npcq"));
	uint32_t chip = 0, by_address = 0;
	bool has_chip = get_number32(found, phb, "ibm,chip-id", &chip);
	bool has_address = chip_of_address(found, phb, &by_address);
	struct diag_record *record;

	if (has_chip && chip >= found->family->chip_ids) {
		report(found, IMPORT_LINK, phb, "ibm,chip-id",
		       "there is no chip %" PRIu32 ": ids run from 0 to %u", chip,
		       found->family->chip_ids - 1);
		has_chip = false;
	}
	if (!has_chip && !npu && has_address)
		return get_npu(found, by_address);
	if (!has_chip)
		return npu;
	if (!npu)
		return get_npu(found, chip);
	if (npu->chip == chip)
		return npu;
	record = report(found, IMPORT_CONFLICT, phb, "ibm,chip-id",
			"the PHB is on chip %" PRIu32 " by ibm,chip-id, and on chip %" PRIu32
			" by ibm,npcq",
			chip, npu->chip);
	report_note(found, record, npu->node, NULL, "this is where ibm,npcq leads");
	return has_address && by_address == npu->chip ? npu : get_npu(found, chip);
}

static bool is_tied(const struct found *found, const struct tree_node *bridge)
{
	static const char *const names[] = {"ibm,nvlink", "ibm,gpu", "memory-region",
					    "ibm,device-tgt-addr"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (tree_find_property(found->tree, bridge, names[i]))
			return true;
	return false;
}

static struct found_link *link_of_node(const struct found *found, const struct tree_node *node)
{
	return (struct found_link *)word_map_get(&found->link_of, (uintptr_t)node);
}

static void check_speed(struct found *found, struct found_link *link)
{
	const struct link_rate *rate = NULL;
	struct diag_record *record;
	uint32_t code;

	if (!get_number32(found, link->bridge, "ibm,nvlink-speed", &code))
		return;
	for (size_t i = 0; i < found->family->rate_count; i++)
		if (found->family->rates[i].code == code)
			rate = &found->family->rates[i];
	if (!link->rate) {
		link->rate = rate;
		return;
	}
	if (link->rate == rate)
		return;
	record = report(found, IMPORT_CONFLICT, link->node, "nvidia,link-speed",
			"the link is at %s Gbps here, and ibm,nvlink-speed of its bridge is "
			"0x%" PRIx32,
			link->rate->text, code);
	report_note(found, record, link->bridge, "ibm,nvlink-speed", "this is the bridge");
}

/* hw/npu2.c npu_allocate_bdfn(): the device number is the group. */
static void check_group(struct found *found, struct found_link *link)
{
	const struct tree_property *reg = tree_find_property(found->tree, link->bridge, "reg");
	struct diag_record *record;
	uint32_t group;

	if (!reg || reg->len < 4)
		return;
	group = get_be32(reg->value) >> 11 & 0x1f;
	if (!link->has_group) {
		link->has_group = true;
		link->group = group;
	} else if (link->group != group) {
		record = report(found, IMPORT_CONFLICT, link->node, "ibm,npu-group-id",
				"the group is %" PRIu32 " here, and %" PRIu32
				" by the device number of its bridge",
				link->group, group);
		report_note(found, record, link->bridge, "reg", "this is the bridge");
	}
}

/* hw/npu2.c npu_allocate_bdfn(): the function is the link's ordinal in its group. */
static struct found_link *link_of_address(const struct found *found, const struct found_npu *npu,
					  const struct tree_node *bridge)
{
	const struct tree_property *reg = tree_find_property(found->tree, bridge, "reg");
	uint32_t bdfn = reg && reg->len >= 4 ? get_be32(reg->value) >> 8 & 0xffff : UINT32_MAX;
	uint32_t ordinal = 0;

	for (unsigned brick = 0; brick < BRICKS_MAX; brick++) {
		struct found_link *link = npu->links[brick];

		if (!link || !link->has_group || link->group != bdfn >> 3)
			continue;
		if (ordinal++ == (bdfn & 7))
			return link;
	}
	return NULL;
}

/* The link that a bridge is for. Where ibm,nvlink is wrong, its address has to do. */
static struct found_link *find_link(struct found *found, const struct found_npu *npu,
				    const struct tree_node *bridge)
{
	const struct tree_node *node = follow(found, bridge, "ibm,nvlink");
	struct found_link *link = node ? link_of_node(found, node) : NULL;
	struct diag_record *record;

	if (!link) {
		report(found, IMPORT_LINK, bridge, "ibm,nvlink",
		       "ibm,nvlink of the bridge leads to no link node%s",
		       node ? " that could be used" : "");
	} else if (link->npu != npu) {
		record = report(found, IMPORT_CONFLICT, bridge, NULL,
				"the bridge is on a PHB of chip %" PRIu32
				", and the link it leads to is of chip %" PRIu32,
				npu->chip, link->npu->chip);
		report_note(found, record, link->node, NULL, "this is the link");
	} else if (link->bridge) {
		record = report(found, IMPORT_LINK, bridge, "ibm,nvlink",
				"two bridges lead to one link");
		report_note(found, record, link->bridge, "ibm,nvlink", "this is the first");
	} else {
		return link;
	}
	tell(found, bridge);
	link = link_of_address(found, npu, bridge);
	return link && !link->bridge ? link : NULL;
}

static void read_bridge(struct found *found, const struct found_npu *npu,
			const struct tree_node *bridge)
{
	static const char *const names[] = {"ibm,gpu", "memory-region"};
	struct found_link *link;

	if (!is_tied(found, bridge))
		return;
	link = find_link(found, npu, bridge);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (tree_find_property(found->tree, bridge, names[i]) &&
		    !follow(found, bridge, names[i]))
			report(found, IMPORT_CONFLICT, bridge, names[i],
			       "%s of the bridge leads to no node", names[i]);
	if (!link)
		return;
	link->bridge = bridge;
	word_map_set(found->arena, &found->link_of, (uintptr_t)bridge, (uintptr_t)link);
	check_speed(found, link);
	check_group(found, link);
}

static void read_phb(struct found *found, const struct tree_node *phb)
{
	struct found_npu *npu = find_npu(found, phb);
	uint32_t scom_base;

	if (!npu) {
		report(found, IMPORT_LINK, phb, "ibm,chip-id",
		       "nothing says which chip the NPU PHB is on");
		tell(found, phb);
		return;
	}
	if (npu->phb) {
		struct diag_record *record = report(found, IMPORT_CONFLICT, phb, NULL,
						    "chip %" PRIu32 " has two NPU PHBs", npu->chip);

		report_note(found, record, npu->phb, NULL, "this is the first, which is used");
		tell(found, phb);
		return;
	}
	npu->phb = phb;
	if (!npu->node && get_number32(found, phb, "ibm,xscom-base", &scom_base))
		npu->scom_base = scom_base;
	for (const struct tree_node *child = phb->children; child; child = child->next) {
		uint32_t vendor;

		if (get_number32(found, child, "vendor-id", &vendor) && vendor == 0x1014)
			read_bridge(found, npu, child);
	}
}

/* ---- GPUs ---- */

/* The location code that the GPU's own node, or one above it, has. */
static const char *code_of_gpu(const struct found *found, const struct tree_node *node)
{
	struct nv2_view view = tree_view(found->tree);
	struct nv2_selector said;

	if (!node || !nv2_selector_describe(NV2_SELECT_GPU, &view, (uintptr_t)node, &said))
		return NULL;
	return arena_strndup(found->arena, said.text, said.text_len);
}

/* False if `gpu` is another than the slot's. */
static bool check_codes(const struct found *found, const struct found_link *link, const char *slot,
			const struct tree_node *gpu)
{
	const char *loc_code = link->bridge ? get_text(found, link->bridge, "ibm,loc-code") : NULL;
	const char *code = code_of_gpu(found, gpu);
	struct diag_record *record;

	if (slot && loc_code && strcmp(slot, loc_code) != 0) {
		record = report(found, IMPORT_CONFLICT, link->node, "ibm,slot-label",
				"the link goes to slot %s here, and to %s by its bridge", slot,
				loc_code);
		report_note(found, record, link->bridge, "ibm,loc-code", "this is the bridge");
	}
	if (!slot || !code || !strcmp(slot, code))
		return true;
	record =
		report(found, IMPORT_CONFLICT, link->node, "ibm,slot-label",
		       "the link goes to slot %s here, and by ibm,gpu of its bridge to a GPU in %s",
		       slot, code);
	report_note(found, record, link->bridge, "ibm,gpu", "this is the bridge");
	report_note(found, record, gpu, NULL, "this is the GPU");
	return false;
}

static void tie_gpu(struct found *found, struct found_link *link)
{
	const struct tree_node *gpu = link->bridge ? follow(found, link->bridge, "ibm,gpu") : NULL;
	const char *slot = get_text(found, link->node, "ibm,slot-label");
	struct diag_record *record;

	if (!check_codes(found, link, slot, gpu))
		gpu = NULL;
	if (!slot && link->bridge)
		slot = get_text(found, link->bridge, "ibm,loc-code");
	if (!slot)
		slot = code_of_gpu(found, gpu);
	if (!slot) {
		report(found, IMPORT_GPU, link->node, "ibm,slot-label",
		       "nothing says which slot link %u of chip %" PRIu32 " goes to", link->brick,
		       link->npu->chip);
		link->npu->links[link->brick] = NULL;
		return;
	}
	link->gpu = get_gpu(found, slot, gpu);
	if (!gpu || link->gpu->node == gpu)
		return;
	record = report(found, IMPORT_CONFLICT, link->gpu->node, NULL,
			"this GPU and another are both said to be in slot %s", slot);
	report_note(found, record, gpu, NULL, "this is the other");
}

/* ---- memory ---- */

static bool read_memory(struct found *found, const struct found_link *link,
			const struct tree_node *memory, uint64_t *base)
{
	const struct tree_property *reg = tree_find_property(found->tree, memory, "reg");

	if (!reg || reg->len != 16) {
		if (was_told(found, memory))
			return false;
		tell(found, memory);
		report(found, IMPORT_CONFLICT, memory, "reg",
		       "reg of GPU memory has to be 16 bytes long: vfio and the driver want it so");
		return false;
	}
	*base = get_be64(reg->value);
	if (get_be64(reg->value + 8) == found->family->aperture_size || was_told(found, memory))
		return true;
	tell(found, memory);
	report(found, IMPORT_CONFLICT, memory, "reg",
	       "the memory of %s has 0x%" PRIx64 " bytes, and an aperture has 0x%" PRIx64,
	       link->gpu->slot, get_be64(reg->value + 8), found->family->aperture_size);
	return true;
}

static void read_aperture(struct found *found, struct found_link *link)
{
	const struct tree_node *memory = follow(found, link->bridge, "memory-region");
	struct found_gpu *gpu = link->gpu;
	const struct tree_property *property =
		tree_find_property(found->tree, link->bridge, "ibm,device-tgt-addr");
	uint64_t tgt = 0, base = 0;
	bool has_tgt = property_u64(property, &tgt);
	bool has_base = memory && read_memory(found, link, memory, &base);
	struct diag_record *record;

	if (property && !has_tgt)
		report(found, IMPORT_CONFLICT, link->bridge, "ibm,device-tgt-addr",
		       "it has to be 8 bytes long: the driver rejects anything else");
	if (has_base && has_tgt && found->family->compress(base) != tgt) {
		record = report(found, IMPORT_CONFLICT, memory, "reg",
				"the memory of %s is at 0x%" PRIx64 ", which is tgt 0x%" PRIx64
				", and ibm,device-tgt-addr is 0x%" PRIx64,
				gpu->slot, base, found->family->compress(base), tgt);
		report_note(found, record, link->bridge, "ibm,device-tgt-addr",
			    "this is the bridge");
	}
	if (!has_base && !has_tgt)
		return;
	if (!has_base)
		base = found->family->expand(tgt);
	if (!gpu->has_aperture) {
		gpu->has_aperture = true;
		gpu->aperture = base;
		gpu->memory = memory ? memory : link->bridge;
	} else if (gpu->aperture != base) {
		record = report(found, IMPORT_CONFLICT, gpu->memory, NULL,
				"the memory of %s is here at 0x%" PRIx64 ", and at 0x%" PRIx64
				" by another bridge",
				gpu->slot, gpu->aperture, base);
		report_note(found, record, link->bridge, NULL, "this is the other bridge");
	}
}

/* ibm,npu of a GPU has to list its bridges, all of them, and no others. */
static void check_npu_list(struct found *found, const struct found_gpu *gpu)
{
	const struct tree_property *list =
		gpu->node ? tree_find_property(found->tree, gpu->node, "ibm,npu") : NULL;
	uint32_t bridges = 0;

	if (!list)
		return;
	for (uint32_t at = 0; at + 4 <= list->len; at += 4) {
		const struct tree_node *bridge =
			tree_find_phandle(found->tree, get_be32(list->value + at));
		const struct found_link *link = bridge ? link_of_node(found, bridge) : NULL;
		struct diag_record *record;

		if ((link && link->gpu == gpu) || (bridge && was_told(found, bridge)))
			continue;
		tell(found, gpu->node);
		record = report(found, IMPORT_CONFLICT, bridge ? bridge : gpu->node,
				bridge ? "ibm,gpu" : "ibm,npu",
				bridge ? "this bridge is none of %s, and the GPU lists it"
				       : "%s lists a bridge that is not there",
				gpu->slot);
		if (bridge)
			report_note(found, record, gpu->node, "ibm,npu", "this is the GPU");
	}
	for (size_t i = 0; i < found->npus.count; i++)
		for (unsigned brick = 0; brick < BRICKS_MAX; brick++) {
			const struct found_link *link = found->npus.items[i]->links[brick];

			bridges += link && link->bridge && link->gpu == gpu;
		}
	if (list->len != 4 * bridges && !was_told(found, gpu->node))
		report(found, IMPORT_CONFLICT, gpu->node, "ibm,npu",
		       "ibm,npu of %s has %" PRIu32 " bytes for %" PRIu32 " bridges", gpu->slot,
		       list->len, bridges);
}

void read_bridges(struct found *found)
{
	const struct tree_node *root = found->tree->root;

	for (const struct tree_node *node = root; node; node = tree_next(root, node))
		if (has_compatible(found, node, "ibm,power9-npu-pciex"))
			read_phb(found, node);
	for (size_t i = 0; i < found->npus.count; i++) {
		for (unsigned brick = 0; brick < BRICKS_MAX; brick++) {
			struct found_link *link = found->npus.items[i]->links[brick];

			if (!link)
				continue;
			tie_gpu(found, link);
			if (link->gpu && link->bridge)
				read_aperture(found, link);
		}
	}
	for (size_t i = 0; i < found->gpus.count; i++)
		check_npu_list(found, found->gpus.items[i]);
}

/* ---- ports ---- */

static struct found_gpu *gpu_of_node(const struct found *found, const struct tree_node *node)
{
	for (size_t i = 0; i < found->gpus.count; i++)
		if (found->gpus.items[i]->node == node)
			return found->gpus.items[i];
	return NULL;
}

static bool read_port(struct found *found, struct found_gpu *gpu, unsigned port, uint32_t phandle)
{
	const struct tree_node *node = tree_find_phandle(found->tree, phandle);
	struct found_link *link = node ? link_of_node(found, node) : NULL;
	struct found_gpu *peer = node ? gpu_of_node(found, node) : NULL;
	const char *why = NULL;

	if (!node)
		why = "to no node";
	else if (!link && (!peer || peer == gpu))
		why = peer ? "to the GPU itself" : "to a node that has no link with it";
	else if (link && link->gpu != gpu)
		why = "to a bridge of another GPU";
	else if (link && link->port >= 0)
		why = "to a bridge that another port leads to as well";
	if (why) {
		if (!node || !was_told(found, node))
			report(found, IMPORT_CONFLICT, gpu->node, "ibm,nvlink-peers",
			       "port %u of %s leads %s", port, gpu->slot, why);
		return false;
	}
	gpu->ports[port] = (struct found_port){link, peer};
	if (link)
		link->port = (int)port;
	return true;
}

static void forget_ports(struct found *found, struct found_gpu *gpu)
{
	gpu->ports_damaged = true;
	memset(gpu->ports, 0, sizeof(gpu->ports));
	for (size_t i = 0; i < found->npus.count; i++)
		for (unsigned brick = 0; brick < BRICKS_MAX; brick++) {
			struct found_link *link = found->npus.items[i]->links[brick];

			if (link && link->gpu == gpu)
				link->port = -1;
		}
}

static void read_ports(struct found *found, struct found_gpu *gpu)
{
	const struct tree_property *peers =
		gpu->node ? tree_find_property(found->tree, gpu->node, "ibm,nvlink-peers") : NULL;

	if (!peers)
		return;
	gpu->ports_known = peers->len == 4 * found->family->gpu_ports;
	if (!gpu->ports_known)
		report(found, IMPORT_CONFLICT, gpu->node, "ibm,nvlink-peers",
		       "ibm,nvlink-peers of %s has %" PRIu32 " bytes, and a GPU has %u ports",
		       gpu->slot, peers->len, found->family->gpu_ports);
	for (unsigned port = 0; gpu->ports_known && port < found->family->gpu_ports; port++) {
		uint32_t phandle = get_be32(peers->value + 4 * (size_t)port);

		if (phandle && !read_port(found, gpu, port, phandle))
			gpu->ports_known = false;
	}
	for (size_t i = 0; gpu->ports_known && i < found->npus.count; i++)
		for (unsigned brick = 0; brick < BRICKS_MAX; brick++) {
			const struct found_link *link = found->npus.items[i]->links[brick];

			if (!gpu->ports_known || !link || link->gpu != gpu || link->port >= 0)
				continue;
			report(found, IMPORT_CONFLICT, gpu->node, "ibm,nvlink-peers",
			       "no port of %s leads to its link %u", gpu->slot, brick);
			gpu->ports_known = false;
		}
	if (!gpu->ports_known)
		forget_ports(found, gpu);
}

static unsigned count_ports(const struct found_gpu *gpu, const struct found_gpu *peer)
{
	unsigned count = 0;

	for (unsigned port = 0; port < GPU_PORTS_MAX; port++)
		count += gpu->ports[port].peer == peer;
	return count;
}

void read_peers(struct found *found)
{
	for (size_t i = 0; i < found->gpus.count; i++)
		read_ports(found, found->gpus.items[i]);
	for (size_t i = 0; i < found->gpus.count; i++) {
		for (size_t j = i + 1; j < found->gpus.count; j++) {
			struct found_gpu *a = found->gpus.items[i], *b = found->gpus.items[j];
			unsigned there = count_ports(a, b), back = count_ports(b, a);
			struct diag_record *record;

			if (there == back || a->ports_damaged || b->ports_damaged)
				continue;
			record = report(found, IMPORT_CONFLICT, a->node, "ibm,nvlink-peers",
					"%u ports of %s lead to %s, and %u lead back", there,
					a->slot, b->slot, back);
			report_note(found, record, b->node, "ibm,nvlink-peers", "this is it");
		}
	}
}
