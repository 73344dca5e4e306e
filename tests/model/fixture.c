/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the files that sweep.test made, gives boards for the model and bundles
 * that are damaged but sealed. Never changes a file.
 */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blob/fdt.h"
#include "blob/freestanding.h"
#include "blob/sha256.h"

#define PART_TAG_SIZE 12 /* FDT_PROP, length, name */

static void *keep(void *memory)
{
	if (!memory) {
		fprintf(stderr, "out of memory\n");
		abort();
	}
	return memory;
}

static struct bytes copy_of(const void *bytes, size_t size)
{
	struct bytes copy = {keep(malloc(size + 1)), size};

	memcpy(copy.data, bytes, size);
	return copy;
}

struct bytes fixture_read(const char *directory, const char *name, const char *suffix)
{
	struct bytes bytes = {keep(malloc(MODEL_TREE_MAX)), 0};
	char path[1024];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s%s", directory, name, suffix);
	file = fopen(path, "rb");
	if (file)
		bytes.size = fread(bytes.data, 1, MODEL_TREE_MAX, file);
	if (!file || ferror(file) || !bytes.size || bytes.size == MODEL_TREE_MAX) {
		fprintf(stderr, "%s: cannot be read, or is empty or too large\n", path);
		abort();
	}
	fclose(file);
	return bytes;
}

static void open_bundle(struct nv2_bundle *bundle, const void *bytes, size_t size)
{
	enum nv2_status status = nv2_bundle_open(bundle, bytes, size);

	if (status != NV2_OK) {
		fprintf(stderr, "a bundle of a test: %s\n", nv2_strerror(status));
		abort();
	}
}

static void read_program(struct board *board)
{
	struct nv2_bundle bundle;

	open_bundle(&bundle, board->bundle, board->bundle_size);
	board->row_count = bundle.write_count;
	board->rows = keep(calloc(board->row_count + 1, sizeof(*board->rows)));
	board->old = keep(calloc(board->row_count + 1, sizeof(*board->old)));
	for (uint32_t i = 0; i < board->row_count; i++)
		nv2_bundle_write(&bundle, i, &board->rows[i]);
}

static struct board make_board(const char *directory, const char *name, const char *tree_suffix)
{
	struct bytes bundle = fixture_read(directory, name, ".nv2b");
	struct bytes tree = fixture_read(directory, name, tree_suffix);
	struct bytes applied = fixture_read(directory, name, ".applied.dtb");
	struct board board = {
		.name = name,
		.bundle = bundle.data,
		.bundle_size = bundle.size,
		.tree = tree.data,
		.tree_size = tree.size,
		.fixed = tree_highest_phandle(tree.data),
	};

	board.original = tree_set_of(tree.data, board.fixed);
	board.applied = tree_set_of(applied.data, board.fixed);
	board.applied_tree = applied.data;
	read_program(&board);
	return board;
}

struct board fixture_board(const char *directory, const char *name)
{
	return make_board(directory, name, ".dtb");
}

struct board fixture_board_applied(const char *directory, const char *name)
{
	return make_board(directory, name, ".applied.dtb");
}

void fixture_set_old(struct board *board)
{
	for (uint32_t i = 0; i < board->row_count; i++)
		board->old[i] = board->rows[i].owner == NV2_OWNER_RUNTIME
					? LPARID_HOST
					: UINT64_C(0x0123456789abc000) + i;
}

struct board fixture_with_bundle(const struct board *board, struct bytes bundle)
{
	struct board other = *board;
	struct bytes tree = copy_of(board->tree, board->tree_size);

	other.bundle = bundle.data;
	other.bundle_size = bundle.size;
	other.tree = tree.data;
	other.original = tree_set_of(tree.data, other.fixed);
	other.applied = tree_set_of(board->applied_tree, other.fixed);
	other.applied_tree = NULL;
	read_program(&other);
	return other;
}

void fixture_board_free(struct board *board)
{
	free((void *)(uintptr_t)board->bundle);
	free((void *)(uintptr_t)board->tree);
	free(board->applied_tree);
	free(board->rows);
	free(board->old);
	tree_set_free(&board->original);
	tree_set_free(&board->applied);
}

/* ---- bundles with something changed --------------------------------------------------- */

/* Where a part lies, without trust in digests that no longer fit. */
static size_t part_offset(const unsigned char *bundle, size_t size, enum nv2_part_kind kind,
			  size_t *part_size)
{
	struct nv2_bundle open;

	open_bundle(&open, bundle, size);
	*part_size = open.part[kind].size;
	return (size_t)(open.part[kind].data - bundle);
}

void fixture_reseal(struct bytes *bundle)
{
	nv2_seal_digest(bundle->data, bundle->size,
			bundle->data + NV2_SEAL_OFFSET + offsetof(struct nv2_seal, sha256));
}

static size_t padded(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

/* Adds to a number of the FDT's header. */
static void shift(struct bytes *bundle, size_t at, size_t plus, size_t minus)
{
	uint32_t value = nv2_get_be32(bundle->data + at);

	nv2_put_be32(bundle->data + at, value + (uint32_t)plus - (uint32_t)minus);
}

/* The digest of a part lies in its node: found by what it was. */
static void replace_digest(struct bytes *bundle, const unsigned char *was,
			   const unsigned char *digest)
{
	for (size_t i = 0; i + NV2_SHA256_SIZE <= bundle->size; i++) {
		if (memcmp(bundle->data + i, was, NV2_SHA256_SIZE) != 0)
			continue;
		memcpy(bundle->data + i, digest, NV2_SHA256_SIZE);
		return;
	}
	abort();
}

struct bytes fixture_with_part(const unsigned char *bundle, size_t size, enum nv2_part_kind part,
			       const void *data, size_t data_size)
{
	size_t had, at = part_offset(bundle, size, part, &had), rest = at + padded(had);
	struct bytes made = {keep(calloc(1, size + padded(data_size))), 0};
	unsigned char was[NV2_SHA256_SIZE], digest[NV2_SHA256_SIZE];

	made.size = size - padded(had) + padded(data_size);
	memcpy(made.data, bundle, at);
	memcpy(made.data + at, data, data_size);
	memcpy(made.data + at + padded(data_size), bundle + rest, size - rest);
	nv2_put_be32(made.data + at - PART_TAG_SIZE + 4, (uint32_t)data_size);
	shift(&made, 4, padded(data_size), padded(had));  /* totalsize */
	shift(&made, 36, padded(data_size), padded(had)); /* size_dt_struct */
	if (nv2_get_be32(bundle + 12) > at)
		shift(&made, 12, padded(data_size), padded(had)); /* off_dt_strings */
	nv2_sha256(bundle + at, had, was);
	nv2_sha256(data, data_size, digest);
	replace_digest(&made, was, digest);
	fixture_reseal(&made);
	return made;
}

struct bytes fixture_with_xor(const unsigned char *bundle, size_t size, enum nv2_part_kind part,
			      size_t at, uint64_t xor)
{
	size_t part_size, from = part_offset(bundle, size, part, &part_size);
	struct bytes data = copy_of(bundle + from, part_size), made;

	for (size_t i = 0; i < 8 && at + i < part_size; i++)
		data.data[at + i] ^= (unsigned char)(xor >> (56 - 8 * i));
	made = fixture_with_part(bundle, size, part, data.data, data.size);
	free(data.data);
	return made;
}

struct bytes fixture_with_version(const unsigned char *bundle, size_t size, uint32_t version)
{
	struct bytes made = copy_of(bundle, size);
	struct nv2_bundle open;
	uint32_t len;
	const unsigned char *at;

	open_bundle(&open, made.data, made.size);
	at = nv2_fdt_property(&open.fdt, open.fdt.root, "bundle-version", &len);
	if (!at)
		abort();
	nv2_put_be32(made.data + (at - made.data), version);
	fixture_reseal(&made);
	return made;
}
