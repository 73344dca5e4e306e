/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a good overlay. Gives copies that are a little wrong, most of them in a
 * way that leaves them an overlay. Never looks at what becomes of them.
 */
#include "mutant.h"

#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"

static void add_part(struct parts *parts, uint32_t at, uint32_t size)
{
	if (parts->count == MUTANT_PARTS) {
		fprintf(stderr, "an overlay has too many nodes or properties to be damaged\n");
		exit(1);
	}
	parts->items[parts->count++] = (struct part){at, size};
}

/* The properties of a node follow it, each after the one before. */
static void add_properties(struct original *original, int node)
{
	uint32_t structure = fdt_off_dt_struct(original->bytes);
	int property;

	fdt_for_each_property_offset(property, original->bytes, node)
	{
		uint32_t at = structure + (uint32_t)property;
		int len = 0;

		fdt_get_property_by_offset(original->bytes, property, &len);
		add_part(&original->properties, at, (12 + (uint32_t)len + 3) & ~3U);
		if (len > 0)
			add_part(&original->values, at + 12, (uint32_t)len);
	}
}

/* Behind the tag that ends a node. */
static int find_end(const void *bytes, int node)
{
	int depth = 0, next = node;

	do {
		int tag = (int)fdt_next_tag(bytes, node, &next);

		depth += tag == FDT_BEGIN_NODE ? 1 : tag == FDT_END_NODE ? -1 : 0;
		node = next;
	} while (depth > 0 && next > 0);
	return next;
}

void open_original(struct original *original, const char *path)
{
	uint32_t structure;

	memset(original, 0, sizeof(*original));
	original->size = read_file(path, original->bytes, sizeof(original->bytes));
	if (fdt_check_full(original->bytes, original->size)) {
		fprintf(stderr, "%s is no overlay\n", path);
		exit(1);
	}
	structure = fdt_off_dt_struct(original->bytes);
	original->strings = (struct part){fdt_off_dt_strings(original->bytes),
					  fdt_size_dt_strings(original->bytes)};
	for (int node = 0; node >= 0; node = fdt_next_node(original->bytes, node, NULL)) {
		uint32_t at = structure + (uint32_t)node;
		size_t len = strlen((const char *)original->bytes + at + 4);

		if (node > 0)
			add_part(&original->nodes, at,
				 (uint32_t)(find_end(original->bytes, node) - node));
		if (len > 0)
			add_part(&original->names, at + 4, (uint32_t)len);
		add_properties(original, node);
	}
}

static uint32_t pick(uint64_t *random, size_t count)
{
	return (uint32_t)(next_random(random) % count);
}

static const struct part *pick_part(const struct parts *parts, uint64_t *random)
{
	return &parts->items[pick(random, parts->count)];
}

static void put_cell(unsigned char *at, uint32_t cell)
{
	for (int i = 0; i < 4; i++)
		at[i] = (unsigned char)(cell >> (24 - 8 * i));
}

/* Values that lengths, offsets, tags and phandles go wrong with. */
static uint32_t odd_cell(uint64_t *random)
{
	static const uint32_t cells[] = {
		0,          1,          2,          3,          4,          8,      9,         12,
		0xffffffff, 0xfffffffc, 0xfffffffe, 0x7fffffff, 0x80000000, 0x1000, 0x10203000};

	if (pick(random, 3) > 0)
		return cells[pick(random, sizeof(cells) / sizeof(cells[0]))];
	return pick(random, 0x200);
}

/* One that stands in names, mostly. */
static unsigned char odd_letter(uint64_t *random)
{
	static const char letters[] = "abcdtv0123@,-_#:/";

	if (pick(random, 40) == 0)
		return (unsigned char)next_random(random);
	return (unsigned char)letters[pick(random, sizeof(letters) - 1)];
}

static void leave_out(unsigned char *mutant, const struct part *place)
{
	for (uint32_t i = 0; i + 4 <= place->size; i += 4)
		put_cell(mutant + place->at + i, FDT_NOP);
}

static void damage_value(unsigned char *mutant, const struct part *value, uint64_t *random)
{
	if (pick(random, 2) == 0 && value->size >= 4)
		put_cell(mutant + value->at + 4 * pick(random, value->size / 4), odd_cell(random));
	else
		mutant[value->at + pick(random, value->size)] = odd_letter(random);
}

/* One property's value or name in the place of another's. */
static void mix_up(const struct original *original, unsigned char *mutant, uint64_t *random)
{
	const struct part *from, *to;

	if (pick(random, 2) == 0) {
		from = pick_part(&original->values, random);
		to = pick_part(&original->values, random);
		memcpy(mutant + to->at, original->bytes + from->at,
		       from->size < to->size ? from->size : to->size);
	} else {
		from = pick_part(&original->properties, random);
		to = pick_part(&original->properties, random);
		memcpy(mutant + to->at + 8, original->bytes + from->at + 8, 4);
	}
}

/* Anywhere, tags and header included. */
static void damage_anything(const struct original *original, unsigned char *mutant,
			    uint64_t *random)
{
	uint32_t at = pick(random, original->size);

	if (pick(random, 2) == 0)
		mutant[at] ^= (unsigned char)(1U << pick(random, 8));
	else if (original->size - at >= 8)
		put_cell(mutant + at - at % 4, odd_cell(random));
}

static void damage(const struct original *original, unsigned char *mutant, uint64_t *random)
{
	const struct part *name;

	switch (pick(random, 16)) {
	case 0:
	case 1:
	case 2:
		name = pick_part(&original->names, random);
		mutant[name->at + pick(random, name->size)] = odd_letter(random);
		break;
	case 3:
		mutant[original->strings.at + pick(random, original->strings.size)] =
			odd_letter(random);
		break;
	case 4:
		leave_out(mutant, pick_part(&original->properties, random));
		break;
	case 5:
		leave_out(mutant, pick_part(&original->nodes, random));
		break;
	case 6:
	case 7:
		mix_up(original, mutant, random);
		break;
	case 8:
		damage_anything(original, mutant, random);
		break;
	default:
		damage_value(mutant, pick_part(&original->values, random), random);
		break;
	}
}

size_t make_mutant(const struct original *original, unsigned char *mutant, uint64_t *random)
{
	uint32_t spots = 1 + pick(random, 3);

	memcpy(mutant, original->bytes, original->size);
	while (spots-- > 0)
		damage(original, mutant, random);
	return pick(random, 64) == 0 ? pick(random, original->size) : original->size;
}
