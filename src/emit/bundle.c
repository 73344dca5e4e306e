/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a planned board and its overlays, gives the bundle that nv2/bundle.h
 * describes. Computes nothing but digests.
 */
#include "emit/bundle.h"

#include <string.h>

#include "blob/sha256.h"
#include "nv2/bundle.h"
#include "plan/program.h"
#include "plan/region.h"
#include "tree/index.h"

struct bundle_writer {
	struct arena *arena;
	struct intern *strings;
	struct tree *tree;
	struct tree_node *parts;
	struct buffer names;
	struct word_map name_offsets; /* of an interned string, plus one */
	struct buffer devices, regions, program;
	uint32_t device_count, region_count;
	bool fits;
};

/* --- parts ------------------------------------------------------------------- */

static void add_part(struct bundle_writer *writer, const char *kind, const char *guest,
		     const void *bytes, size_t len, uint32_t record_size)
{
	struct tree *tree = writer->tree;
	unsigned char digest[NV2_SHA256_SIZE];
	struct tree_node *node;

	if (writer->parts->child_count == NV2_PARTS_MAX || len > INT32_MAX) {
		writer->fits = false;
		return;
	}
	node = tree_add_node(tree, writer->parts,
			     guest ? arena_printf(writer->arena, "%s-%s", kind, guest) : kind);
	nv2_sha256(bytes, len, digest);
	tree_set_string(tree, node, "kind", kind);
	if (guest)
		tree_set_string(tree, node, "guest", guest);
	if (record_size)
		tree_set_u32(tree, node, "record-size", record_size);
	tree_set(tree, node, "data", bytes, len);
	tree_set(tree, node, "sha256", digest, sizeof(digest));
}

static void add_buffer(struct bundle_writer *writer, const char *kind, struct buffer *buffer,
		       uint32_t record_size)
{
	add_part(writer, kind, NULL, buffer->data ? buffer->data : "", buffer->len, record_size);
	buffer_free(buffer);
}

static void add_tree(struct bundle_writer *writer, const char *kind, const char *guest,
		     const struct tree *tree)
{
	struct buffer blob = {0};

	if (tree_write_dtb(tree, &blob))
		add_part(writer, kind, guest, blob.data, blob.len, 0);
	else
		writer->fits = false;
	buffer_free(&blob);
}

/* --- tables ------------------------------------------------------------------ */

/* Where `name` stands in the part `names`. */
static void add_name(struct bundle_writer *writer, struct buffer *out, const char *name)
{
	const char *word = name ? intern_string(writer->strings, name) : NULL;
	uintptr_t known = word ? word_map_get(&writer->name_offsets, (uintptr_t)word) : 0;

	if (word && !known) {
		known = writer->names.len + 1;
		word_map_set(writer->arena, &writer->name_offsets, (uintptr_t)word, known);
		buffer_add(&writer->names, word, strlen(word) + 1);
	}
	buffer_add_be32(out, word ? (uint32_t)(known - 1) : NV2_NAME_NONE);
}

static void add_region(struct bundle_writer *writer, const struct plan_region *region)
{
	struct buffer *out = &writer->regions;
	unsigned char info[REGION_INFO_MAX];
	size_t info_len = plan_region_info(region, false, info);

	buffer_add_be32(out, writer->device_count);
	buffer_add_be32(out, region->index);
	buffer_add_be32(out, region->flags);
	buffer_add_be32(out, region->type);
	buffer_add_be32(out, region->subtype);
	buffer_add_be32(out, region->link_speed);
	buffer_add_be64(out, region->offset);
	buffer_add_be64(out, region->size);
	buffer_add_be64(out, region->tgt);
	buffer_add_be64(out, region->atsd);
	buffer_add_be32(out, region->atsd_shared);
	buffer_add_be32(out, (uint32_t)info_len);
	buffer_add(out, info, sizeof(info));
	plan_region_info(region, true, info);
	buffer_add(out, info, sizeof(info));
	writer->region_count++;
}

/* A device with its one region. `link`: NULL for the GPU itself. */
static void add_device(struct bundle_writer *writer, const struct plan_gpu *gpu,
		       const struct plan_link *link, const struct plan_region *region)
{
	struct buffer *out = &writer->devices;

	add_name(writer, out, link ? link->name : gpu->gpu->name);
	add_name(writer, out, gpu->npu->npu->name);
	add_name(writer, out, link ? gpu->gpu->name : NULL);
	buffer_add_be32(out, link ? NV2_DEVICE_LINK : NV2_DEVICE_GPU);
	buffer_add_be32(out, link ? link->link->brick : NV2_NO_LINK);
	buffer_add_be32(out, writer->region_count);
	buffer_add_be32(out, 1);
	add_region(writer, region);
	writer->device_count++;
}

/* In the order of nv2/region.h: by chip, GPUs by group, then links by brick. */
static void add_devices(struct bundle_writer *writer, const struct plan_board *board)
{
	for (size_t i = 0; i < board->npus.count; i++) {
		const struct plan_npu *npu = board->npus.items[i];

		for (size_t j = 0; j < npu->gpus.count; j++) {
			struct plan_region region = plan_gpu_region(npu->gpus.items[j]);

			add_device(writer, npu->gpus.items[j], NULL, &region);
		}
		for (size_t j = 0; j < npu->links.count; j++) {
			const struct plan_link *link = npu->links.items[j];
			struct plan_region region = plan_link_region(link, board->page_size);

			add_device(writer, link->gpu, link, &region);
		}
	}
}

static void add_write(struct bundle_writer *writer, const struct plan_write *write)
{
	struct buffer *out = &writer->program;

	buffer_add_be32(out, write->guest ? NV2_PHASE_GUEST : NV2_PHASE_BOOT);
	add_name(writer, out, write->guest ? write->guest->name : NULL);
	add_name(writer, out, write->npu->npu->name);
	buffer_add_be32(out, write->npu->chip);
	add_name(writer, out, write->name);
	buffer_add_be32(out, write->reg);
	buffer_add_be64(out, write->mmio);
	buffer_add_be32(out, (uint32_t)write->addr_scom);
	buffer_add_be32(out, (uint32_t)write->data_scom);
	buffer_add_be64(out, write->indirect);
	buffer_add_be32(out, write->owner == PROGRAM_BOOT ? NV2_OWNER_BOOT : NV2_OWNER_RUNTIME);
	buffer_add_be32(out, 0); /* flags: none of these registers has any */
	buffer_add_be64(out, write->value);
	buffer_add_be64(out, write->mask);
	buffer_add_be64(out, write->lpid_mask);
}

/* --- the whole --------------------------------------------------------------- */

static void set_board(struct tree *tree, const struct bundle_contents *contents)
{
	const struct board *board = contents->board->board;
	struct buffer list = {0};

	tree_set_string(tree, tree->root, "compatible", NV2_BUNDLE_COMPATIBLE);
	tree_set_u32(tree, tree->root, "bundle-version", contents->version);
	tree_set_string(tree, tree->root, "board", board->name);
	for (size_t i = 0; i < board->compatible.count; i++)
		buffer_add(&list, board->compatible.items[i].value,
			   strlen(board->compatible.items[i].value) + 1);
	tree_set(tree, tree->root, "board-compatible", list.data, list.len);
	buffer_free(&list);
	tree_set_u32(tree, tree->root, "page-size", (uint32_t)contents->board->page_size);
}

static void add_parts(struct bundle_writer *writer, const struct bundle_contents *contents)
{
	plan_program program = make_program(writer->arena, contents->board);

	add_tree(writer, "host-fw", NULL, contents->host_fw);
	add_tree(writer, "host-os", NULL, contents->host_os);
	for (size_t i = 0; i < contents->guest_count; i++)
		add_tree(writer, "guest", contents->guests[i].name, contents->guests[i].fragment);
	add_devices(writer, contents->board);
	for (size_t i = 0; i < program.count; i++)
		add_write(writer, &program.items[i]);
	add_buffer(writer, "names", &writer->names, 0);
	add_buffer(writer, "devices", &writer->devices, NV2_DEVICE_RECORD);
	add_buffer(writer, "regions", &writer->regions, NV2_REGION_RECORD);
	add_buffer(writer, "program", &writer->program, NV2_WRITE_RECORD);
	for (size_t i = 0; i < contents->file_count; i++)
		add_part(writer, contents->files[i].kind, contents->files[i].guest,
			 contents->files[i].bytes, contents->files[i].len, 0);
}

static void shift(char *word)
{
	put_be32(word, get_be32(word) + NV2_SEAL_SIZE);
}

/* Makes room for the seal behind the header, which has three offsets and a size to mend. */
static void add_seal(const struct buffer *blob, struct buffer *out)
{
	struct nv2_seal seal = {
		.magic = NV2_SEAL_MAGIC,
		.major = {0, NV2_BUNDLE_MAJOR},
		.minor = {0, NV2_BUNDLE_MINOR},
	};

	buffer_add(out, blob->data, NV2_SEAL_OFFSET);
	buffer_add(out, &seal, sizeof(seal));
	buffer_add(out, blob->data + NV2_SEAL_OFFSET, blob->len - NV2_SEAL_OFFSET);
	shift(out->data + 4);  /* totalsize */
	shift(out->data + 8);  /* off_dt_struct */
	shift(out->data + 12); /* off_dt_strings */
	shift(out->data + 16); /* off_mem_rsvmap */
}

void seal_bundle(struct buffer *bundle)
{
	struct nv2_seal *seal = (struct nv2_seal *)(bundle->data + NV2_SEAL_OFFSET);

	nv2_seal_digest(bundle->data, bundle->len, seal->sha256);
}

bool emit_bundle(struct arena *arena, struct intern *strings,
		 const struct bundle_contents *contents, struct buffer *out)
{
	struct bundle_writer writer = {.arena = arena, .strings = strings, .fits = true};
	struct buffer blob = {0};
	bool good;

	writer.tree = tree_new(arena, strings, "bundle");
	set_board(writer.tree, contents);
	writer.parts = tree_add_node(writer.tree, writer.tree->root, "parts");
	add_parts(&writer, contents);
	good = writer.fits && tree_write_dtb(writer.tree, &blob) &&
	       blob.len <= INT32_MAX - NV2_SEAL_SIZE;
	if (good) {
		add_seal(&blob, out);
		seal_bundle(out);
	}
	buffer_free(&blob);
	return good;
}
