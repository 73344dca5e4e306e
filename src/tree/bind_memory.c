/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the memory nodes of a base and those of an overlay, says where they
 * overlap. Never looks at GPU memory in the base: that has its own compatible.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "core/checked.h"
#include "tree/bind_room.h"

#define COHERENT_MEMORY "ibm,coherent-device-memory"

struct range {
	uint64_t first, last;
	const struct tree_node *node;
	const struct range *reaches; /* of those up to here, the one that ends last */
};

struct ranges {
	ARRAY(struct range) list;
};

struct cell_counts count_cells(const struct tree *tree, const struct tree_node *node)
{
	struct cell_counts counts = {.address = 2, .size = 1};

	property_u32(tree_find_property(tree, node, "#address-cells"), &counts.address);
	property_u32(tree_find_property(tree, node, "#size-cells"), &counts.size);
	return counts;
}

static bool is_memory(const struct tree *tree, const struct tree_node *node)
{
	return property_has_string(tree_find_property(tree, node, "device_type"), "memory");
}

static uint64_t read_number(const unsigned char *at, uint32_t cells)
{
	uint64_t value = 0;

	for (; cells; cells--, at += 4)
		value = value << 32 | get_be32(at);
	return value;
}

/* Adds the ranges of a reg; what cannot be read as ranges of 64-bit numbers is left out. */
static void add_ranges(struct arena *arena, struct ranges *ranges, const struct tree *tree,
		       const struct tree_node *node, struct cell_counts cells)
{
	const struct tree_property *reg = tree_find_property(tree, node, "reg");
	uint32_t step;

	if (!reg || !cells.address || cells.address > 2 || !cells.size || cells.size > 2)
		return;
	step = 4 * (cells.address + cells.size);
	for (uint32_t at = 0; reg->len - at >= step; at += step) {
		const unsigned char *bytes = reg->value + at;
		uint64_t first = read_number(bytes, cells.address), last;
		uint64_t size = read_number(bytes + sizeof(uint32_t) * cells.address, cells.size);

		if (!size)
			continue;
		if (!checked_add(first, size - 1, &last))
			last = UINT64_MAX;
		*ARRAY_PUSH(arena, &ranges->list) =
			(struct range){.first = first, .last = last, .node = node};
	}
}

static int compare_ranges(const void *a, const void *b)
{
	const struct range *left = a, *right = b;

	if (left->first != right->first)
		return left->first < right->first ? -1 : 1;
	if (left->last != right->last)
		return left->last < right->last ? -1 : 1;
	return 0;
}

static void collect_base(const struct binder *binder, const struct word_map *known,
			 struct ranges *ranges)
{
	const struct tree *base = binder->base;

	for (const struct tree_node *node = base->root; (node = tree_next(base->root, node));) {
		if (!is_memory(base, node) || word_map_get(known, (uintptr_t)node) ||
		    property_has_string(tree_find_property(base, node, "compatible"),
					COHERENT_MEMORY))
			continue;
		add_ranges(binder->arena, ranges, base, node, count_cells(base, node->parent));
	}
	if (!ranges->list.count)
		return;
	qsort(ranges->list.items, ranges->list.count, sizeof(struct range), compare_ranges);
	for (size_t i = 0; i < ranges->list.count; i++) {
		struct range *range = &ranges->list.items[i];

		range->reaches = range;
		if (i && range[-1].reaches->last > range->last)
			range->reaches = range[-1].reaches;
	}
}

static const struct range *find_overlap(const struct ranges *ranges, const struct range *wanted)
{
	size_t low = 0, high = ranges->list.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ranges->list.items[middle].first <= wanted->last)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || ranges->list.items[low - 1].reaches->last < wanted->first)
		return NULL;
	return ranges->list.items[low - 1].reaches;
}

/* What the overlay speaks of. Of that, what the base has already goes into `known`. */
static void collect_overlay(const struct binder *binder, bool merged, struct ranges *ranges,
			    struct word_map *known)
{
	const struct tree *overlay = binder->overlay.tree;

	for (size_t i = 0; i < binder->nodes.count; i++) {
		const struct bound_node *node = &binder->nodes.items[i];
		const struct bound_node *parent = bind_find_node(binder, node->from->parent);

		if ((node->base && !merged) || !parent || !is_memory(overlay, node->from))
			continue;
		if (node->base)
			word_map_set(binder->arena, known, (uintptr_t)node->base, 1);
		add_ranges(binder->arena, ranges, overlay, node->from,
			   parent->base ? count_cells(binder->base, parent->base)
					: count_cells(overlay, parent->from));
	}
}

struct memory_overlaps bind_find_overlaps(const struct binder *binder, bool merged)
{
	struct memory_overlaps overlaps = {0};
	struct ranges base = {0}, wanted = {0};
	struct word_map known = {0};

	collect_overlay(binder, merged, &wanted, &known);
	if (!wanted.list.count)
		return overlaps;
	collect_base(binder, &known, &base);
	for (size_t i = 0; i < wanted.list.count; i++) {
		const struct range *each = &wanted.list.items[i];
		const struct range *there = find_overlap(&base, each);

		if (there)
			*ARRAY_PUSH(binder->arena, &overlaps.list) = (struct memory_overlap){
				.node = each->node,
				.there = there->node,
				.first = each->first,
				.last = each->last,
				.there_first = there->first,
				.there_last = there->last,
			};
	}
	return overlaps;
}

static void report_overlap(struct binder *binder, const struct memory_overlap *overlap)
{
	uint64_t first =
		overlap->first > overlap->there_first ? overlap->first : overlap->there_first;
	uint64_t last = overlap->last < overlap->there_last ? overlap->last : overlap->there_last;
	struct diag_record *record;

	record = report_node(binder->diags, TREE_MEMORY_OVERLAP, binder->overlay.tree,
			     overlap->node, NULL,
			     "%s, 0x%" PRIx64 " to 0x%" PRIx64 ", overlaps memory of %s, 0x%" PRIx64
			     " to 0x%" PRIx64 ", from 0x%" PRIx64 " to 0x%" PRIx64,
			     overlap->node->name, overlap->first, overlap->last, binder->base->file,
			     overlap->there_first, overlap->there_last, first, last);
	note_node(binder->diags, record, binder->base, overlap->there, NULL,
		  "the base has memory here");
	binder->ok = false;
}

void bind_check_memory(struct binder *binder)
{
	struct memory_overlaps overlaps = bind_find_overlaps(binder, false);

	for (size_t i = 0; i < overlaps.list.count; i++)
		report_overlap(binder, &overlaps.list.items[i]);
}
