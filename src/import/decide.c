/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes all that was found in a tree, gives what follows from it together:
 * order, names, memory map, board variant. Never looks for more.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "import/found.h"

#define N NO_PEER

/* skiboot platforms/astbmc/witherspoon.c npu2_phb_nvlink_dt(); facts §1. */
static const struct variant variants[] = {
	{
		.name = "Redbud",
		.board = "ibm,witherspoon-redbud",
		.gpus = 2,
		.groups = {0, 0, 0, 1, 1, 1},
		.brick_ports = {1, 3, 5, 1, 3, 5},
		.peers = {{1, N, 1, N, 1, N}, {0, N, 0, N, 0, N}},
	},
	{
		.name = "Sequoia",
		.board = "ibm,witherspoon-sequoia",
		.gpus = 3,
		.groups = {0, 0, 1, 1, 2, 2},
		.brick_ports = {1, 5, 1, 5, 3, 5},
		.peers = {{1, N, 2, 2, 1, N}, {0, N, 2, 2, 0, N}, {1, 0, 1, N, 0, N}},
	},
};

/* ---- order and names ---- */

static int compare_npus(const void *left, const void *right)
{
	const struct found_npu *a = *(struct found_npu *const *)left;
	const struct found_npu *b = *(struct found_npu *const *)right;

	return a->chip < b->chip ? -1 : a->chip > b->chip;
}

static bool has_links(const struct found_npu *npu)
{
	for (unsigned brick = 0; brick < BRICKS_MAX; brick++)
		if (npu->links[brick])
			return true;
	return false;
}

/* NPUs with links, by chip; GPUs by their lowest brick, as groups are counted. */
static void put_in_order(struct found *found)
{
	size_t kept = 0;

	for (size_t i = 0; i < found->npus.count; i++)
		if (has_links(found->npus.items[i]))
			found->npus.items[kept++] = found->npus.items[i];
	found->npus.count = kept;
	if (kept)
		qsort(found->npus.items, kept, sizeof(found->npus.items[0]), compare_npus);
	found->gpus.count = 0;
	for (size_t i = 0; i < kept; i++) {
		for (unsigned brick = 0; brick < BRICKS_MAX; brick++) {
			struct found_link *link = found->npus.items[i]->links[brick];

			if (!link || link->gpu->first)
				continue;
			link->gpu->first = link;
			*ARRAY_PUSH(found->arena, &found->gpus) = link->gpu;
		}
	}
}

static bool is_letter(char byte)
{
	return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || byte == '_';
}

static bool label_is_taken(const struct found *found, const char *label)
{
	for (size_t i = 0; i < found->npus.count; i++)
		if (found->npus.items[i]->label && !strcmp(found->npus.items[i]->label, label))
			return true;
	for (size_t i = 0; i < found->gpus.count; i++)
		if (found->gpus.items[i]->label && !strcmp(found->gpus.items[i]->label, label))
			return true;
	return false;
}

/* The slot's label, as an identifier that no other device has. */
static const char *make_label(const struct found *found, const char *slot)
{
	char *label = arena_printf(found->arena, "%s%s", is_letter(slot[0]) ? "" : "slot-", slot);
	const char *free_label = label;

	for (char *at = label; *at; at++)
		if (!is_letter(*at) && !(*at >= '0' && *at <= '9') && *at != '-')
			*at = '_';
	for (unsigned number = 2; label_is_taken(found, free_label); number++)
		free_label = arena_printf(found->arena, "%s_%u", label, number);
	return free_label;
}

static void name_all(struct found *found)
{
	for (size_t i = 0; i < found->npus.count; i++)
		found->npus.items[i]->label =
			arena_printf(found->arena, "npu%" PRIu32, found->npus.items[i]->chip);
	for (size_t i = 0; i < found->gpus.count; i++)
		found->gpus.items[i]->label = make_label(found, found->gpus.items[i]->slot);
}

/* ---- what is not said, and which GPU a slot means ---- */

/* Groups count the GPUs of a chip. */
static void fill_groups(struct found *found)
{
	for (size_t i = 0; i < found->gpus.count; i++) {
		struct found_link *first = found->gpus.items[i]->first;

		if (first->has_group)
			continue;
		for (size_t j = 0; j < i; j++)
			first->group += found->gpus.items[j]->first->npu == first->npu;
		first->has_group = true;
	}
}

/* Of a link that does not say its own. */
static void fill_link(struct found *found, struct found_link *link)
{
	if (!link->has_group) {
		link->has_group = true;
		link->group = link->gpu->first->group;
	}
	if (link->rate)
		return;
	link->rate = &found->family->rates[found->family->rate_count - 1];
	link->rate_guessed = true;
	report(found, IMPORT_RATE, link->node, "nvidia,link-speed",
	       "no known rate is said here; %s Gbps is written, which is a guess",
	       link->rate->text);
}

static void fill_gaps(struct found *found)
{
	fill_groups(found);
	for (size_t i = 0; i < found->npus.count; i++)
		for (unsigned brick = 0; brick < BRICKS_MAX; brick++)
			if (found->npus.items[i]->links[brick])
				fill_link(found, found->npus.items[i]->links[brick]);
}

static void check_groups(struct found *found)
{
	for (size_t i = 0; i < found->npus.count; i++) {
		for (unsigned brick = 0; brick < BRICKS_MAX; brick++) {
			const struct found_link *link = found->npus.items[i]->links[brick];
			const struct found_link *first = link ? link->gpu->first : NULL;
			struct diag_record *record;

			if (!link || link->group == first->group)
				continue;
			record = report(found, IMPORT_CONFLICT, first->node, "ibm,npu-group-id",
					"%s is group %" PRIu32 " here, and group %" PRIu32
					" by another of its links",
					link->gpu->slot, first->group, link->group);
			report_note(found, record, link->node, "ibm,npu-group-id",
				    "this is the other");
		}
	}
}

static void check_slots(struct found *found)
{
	for (size_t i = 0; i < found->gpus.count; i++) {
		struct found_gpu *gpu = found->gpus.items[i];
		struct nv2_selector selector = {
			.kind = NV2_SELECT_GPU,
			.text = gpu->slot,
			.text_len = (uint32_t)strlen(gpu->slot),
		};
		struct tree_matches matches = select_nodes(found->index, &selector);

		if (!gpu->node && matches.first && !matches.second)
			gpu->node = matches.first;
		gpu->needs_path = gpu->node && (matches.first != gpu->node || matches.second);
	}
}

/* ---- memory map ---- */

/* How many GPUs have the aperture that a map gives them; -1: the map is not for such chips. */
static int count_fits(const struct found *found, const struct memory_map *map, bool *all)
{
	int count = 0;

	*all = true;
	for (size_t i = 0; i < found->gpus.count; i++) {
		const struct found_gpu *gpu = found->gpus.items[i];
		uint32_t group = gpu->first->group, chip = gpu->first->npu->chip;

		if (chip & map->excluded_chips)
			return -1;
		if (!gpu->has_aperture)
			continue;
		if (group < map->groups &&
		    gpu->aperture == family_aperture(found->family, map, chip, group))
			count++;
		else
			*all = false;
	}
	return count;
}

static void choose_map(struct found *found)
{
	int best = -1;

	found->map = &found->family->maps[0];
	for (size_t i = 0; i < found->family->map_count; i++) {
		bool all;
		int count = count_fits(found, &found->family->maps[i], &all);

		if (count <= best)
			continue;
		best = count;
		found->map = &found->family->maps[i];
		found->map_known = count > 0 && all;
	}
}

/* ---- board variant ---- */

/* On each chip, the links of a group go to one GPU, and none of it elsewhere. */
static bool variant_fits(const struct found *found, const struct variant *variant)
{
	for (size_t i = 0; i < found->npus.count; i++) {
		for (unsigned brick = 0; brick < BRICKS_MAX; brick++) {
			const struct found_link *link = found->npus.items[i]->links[brick];

			if (!link || link->group != variant->groups[brick] ||
			    link->gpu->first->npu != found->npus.items[i] ||
			    link->gpu->first->group != link->group)
				return false;
		}
	}
	return found->gpus.count == variant->gpus * found->npus.count;
}

static struct found_gpu *gpu_of_group(const struct found *found, const struct found_npu *npu,
				      unsigned group)
{
	for (size_t i = 0; i < found->gpus.count; i++)
		if (found->gpus.items[i]->first->npu == npu &&
		    found->gpus.items[i]->first->group == group)
			return found->gpus.items[i];
	return NULL;
}

static bool any_ports_known(const struct found *found)
{
	for (size_t i = 0; i < found->gpus.count; i++)
		if (found->gpus.items[i]->ports_known)
			return true;
	return false;
}

static void take_ports(struct found *found, struct found_npu *npu)
{
	for (unsigned brick = 0; brick < BRICKS_MAX; brick++) {
		struct found_link *link = npu->links[brick];

		link->port = (int)found->variant->brick_ports[brick];
		link->gpu->ports[link->port].link = link;
		link->gpu->ports_known = true;
	}
	for (unsigned group = 0; group < found->variant->gpus; group++) {
		struct found_gpu *gpu = gpu_of_group(found, npu, group);

		for (unsigned port = 0; gpu && port < GPU_PORTS_MAX; port++)
			if (found->variant->peers[group][port] != NO_PEER)
				gpu->ports[port].peer = gpu_of_group(
					found, npu, found->variant->peers[group][port]);
	}
}

static void choose_variant(struct found *found)
{
	if (!has_compatible(found, found->tree->root, "ibm,witherspoon"))
		return;
	for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++)
		if (variant_fits(found, &variants[i]))
			found->variant = &variants[i];
	/* A tree that has peers at all was written by firmware that knows them all. */
	if (!found->variant || any_ports_known(found))
		return;
	for (size_t i = 0; i < found->gpus.count; i++)
		if (found->gpus.items[i]->node &&
		    tree_find_property(found->tree, found->gpus.items[i]->node, "ibm,nvlink-peers"))
			return;
	found->ports_from_variant = true;
	for (size_t i = 0; i < found->npus.count; i++)
		take_ports(found, found->npus.items[i]);
}

void decide(struct found *found)
{
	put_in_order(found);
	name_all(found);
	fill_gaps(found);
	check_groups(found);
	check_slots(found);
	choose_map(found);
	/* GPUs found by their slots only now have nodes with peers to read. */
	read_peers(found);
	choose_variant(found);
}
