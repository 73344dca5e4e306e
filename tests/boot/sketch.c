/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes device trees as text, gives them flattened, and what the library makes of them. Never
 * uses the library's own writer for that.
 */
#include "sketch.h"

#include <stdlib.h>

#include "maker.h"

#define BLOCKS_MAX 512

static void *blocks[BLOCKS_MAX];
static size_t block_count;

void *sketch_block(size_t size)
{
	void *block = malloc(size ? size : 1);

	if (!block || block_count == BLOCKS_MAX)
		abort();
	blocks[block_count++] = block;
	return block;
}

void sketch_end(void)
{
	while (block_count)
		free(blocks[--block_count]);
}

struct nv2_fdt sketch_bytes(const void *bytes, size_t size)
{
	size_t shift = block_count % 4;
	unsigned char *copy = sketch_block(size + shift);
	struct nv2_fdt fdt;

	memcpy(copy + shift, bytes, size);
	CHECK_U64(nv2_fdt_open(&fdt, copy + shift, size), NV2_OK);
	return fdt;
}

/* --- text to tree -------------------------------------------------------------- */

static const char *skip_space(const char *at)
{
	return at + strspn(at, " \t\n");
}

static const char *expect(const char *at, char sign)
{
	at = skip_space(at);
	if (*at != sign) {
		printf("Bail out! a sketch lacks '%c' before: %.40s\n", sign, at);
		exit(1);
	}
	return at + 1;
}

struct value {
	unsigned char bytes[2048];
	size_t len;
};

static void add_byte(struct value *value, unsigned long byte)
{
	if (value->len == sizeof(value->bytes))
		abort();
	value->bytes[value->len++] = (unsigned char)byte;
}

static const char *read_cells(const char *at, struct value *value)
{
	while (*(at = skip_space(at)) != '>') {
		char *end;
		unsigned long cell = strtoul(at, &end, 0);

		if (end == at)
			abort();
		for (int shift = 24; shift >= 0; shift -= 8)
			add_byte(value, cell >> shift & 0xff);
		at = end;
	}
	return at + 1;
}

static const char *read_bytes(const char *at, struct value *value)
{
	while (*(at = skip_space(at)) != ']') {
		char digits[3] = {at[0], at[1], 0};

		add_byte(value, strtoul(digits, NULL, 16));
		at += 2;
	}
	return at + 1;
}

/* From behind the '=' to behind the ';'. */
static const char *read_value(const char *at, struct value *value)
{
	do {
		at = skip_space(at + 1);
		if (*at == '<') {
			at = read_cells(at + 1, value);
		} else if (*at == '[') {
			at = read_bytes(at + 1, value);
		} else {
			at = expect(at, '"');
			for (; *at != '"'; at++)
				add_byte(value, (unsigned char)*at);
			add_byte(value, 0);
			at++;
		}
		at = skip_space(at);
	} while (*at == ',');
	return expect(at, ';');
}

/* A property, or the begin of a node. */
static const char *read_item(const char *at, struct maker *maker, unsigned *depth)
{
	size_t len = strcspn(at, " {=;");
	struct value value = {.len = 0};
	char name[256];

	if (!len || len >= sizeof(name)) {
		printf("Bail out! a sketch lacks a name before: %.40s\n", at);
		exit(1);
	}
	memcpy(name, at, len);
	name[len] = 0;
	at = skip_space(at + len);
	if (*at == '{') {
		make_node(maker, *depth ? name : "");
		(*depth)++;
		return at + 1;
	}
	if (*at == '=')
		at = read_value(at, &value);
	else
		at = expect(at, ';');
	make_property(maker, name, value.bytes, value.len);
	return at;
}

struct nv2_fdt sketch(const char *text)
{
	static struct maker maker;
	const char *at = text;
	unsigned depth = 0;

	make_begin(&maker, 0);
	while (*(at = skip_space(at))) {
		if (*at != '}') {
			at = read_item(at, &maker, &depth);
			continue;
		}
		at = expect(at + 1, ';');
		make_end_node(&maker);
		depth--;
	}
	make_finish(&maker, 1);
	return sketch_bytes(maker.bytes, maker.size);
}

const char *vary(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	size_t before;
	char *varied;

	if (!at) {
		printf("Bail out! a sketch has no: %s\n", from);
		exit(1);
	}
	before = (size_t)(at - text);
	varied = sketch_block(strlen(text) - strlen(from) + strlen(to) + 1);
	memcpy(varied, text, before);
	strcpy(varied + before, to);
	strcat(varied + before, at + strlen(from));
	return varied;
}

/* --- trees -------------------------------------------------------------------------- */

uint32_t node_at(const struct nv2_fdt *fdt, const char *path)
{
	uint32_t node = nv2_fdt_find(fdt, path, strlen(path));

	if (!node)
		printf("# there is no %s\n", path);
	CHECK(node);
	return node;
}

static bool has_all_properties(const struct nv2_fdt *a, uint32_t in_a, const struct nv2_fdt *b,
			       uint32_t in_b)
{
	struct nv2_fdt_property property;
	uint32_t cursor = in_a;

	while (nv2_fdt_next_property(a, &cursor, &property)) {
		uint32_t len = 0;
		const unsigned char *there = nv2_fdt_property(b, in_b, property.name, &len);

		if (there && len == property.len && !memcmp(there, property.value, len))
			continue;
		printf("# %s of \"%s\" %s\n", property.name, nv2_fdt_name(a, in_a),
		       there ? "differs" : "is on one side only");
		return false;
	}
	return true;
}

/* Whether the one tree is in the other. */
static bool is_within(const struct nv2_fdt *a, const struct nv2_fdt *b)
{
	uint32_t in_b[NV2_FDT_DEPTH_MAX + 1];
	struct nv2_fdt_walk walk;

	nv2_fdt_walk_begin(&walk, a);
	while (nv2_fdt_walk_next(&walk)) {
		uint32_t *there = &in_b[walk.depth];

		if (!walk.depth) {
			*there = b->root;
		} else {
			*there = nv2_fdt_child(b, there[-1]);
			while (*there &&
			       strcmp(nv2_fdt_name(b, *there), nv2_fdt_name(a, walk.node)) != 0)
				*there = nv2_fdt_sibling(b, *there);
		}
		if (!*there) {
			printf("# \"%s\" is on one side only\n", nv2_fdt_name(a, walk.node));
			return false;
		}
		if (!has_all_properties(a, walk.node, b, *there))
			return false;
	}
	return true;
}

bool is_same_tree(const struct nv2_fdt *a, const struct nv2_fdt *b)
{
	return is_within(a, b) && is_within(b, a);
}

/* --- the library ------------------------------------------------------------------- */

static struct outcome finish(struct outcome outcome, const void *output, size_t size)
{
	CHECK_U64(outcome.failure.status, outcome.status);
	if (outcome.status)
		return outcome;
	CHECK_U64(outcome.failure.step, NV2_STEP_NONE);
	outcome.fdt = sketch_bytes(output, size);
	return outcome;
}

struct outcome bind_to(const struct nv2_fdt *overlay, const struct nv2_fdt *tree)
{
	struct nv2_overlay_fault fault;
	struct outcome outcome = {0};
	struct nv2_space space;
	void *work, *output;

	nv2_bind_space(overlay, tree, &space);
	work = sketch_block(space.work);
	output = sketch_block(space.output);
	outcome.status =
		nv2_bind(overlay, tree, work, space.work, output, &space.output, &outcome.failure);
	outcome = finish(outcome, output, space.output);
	if (!outcome.status)
		CHECK_U64(nv2_bound_overlay_verify(&outcome.fdt, &fault), NV2_OK);
	return outcome;
}

struct outcome apply_to(const struct nv2_fdt *tree, const struct nv2_fdt *overlay)
{
	struct outcome outcome = {0};
	struct nv2_space space;
	void *work, *output;

	nv2_apply_fdt_space(tree, overlay, &space);
	work = sketch_block(space.work);
	output = sketch_block(space.output);
	outcome.status = nv2_apply_fdt(tree, overlay, work, space.work, output, &space.output,
				       &outcome.failure);
	return finish(outcome, output, space.output);
}
