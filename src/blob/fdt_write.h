/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_BLOB_FDT_WRITE_H
#define NV2_BLOB_FDT_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nv2/bundle.h"

/*
 * Writes a flattened device tree, version 17, from the root's begin to its
 * end, into memory of its caller. The structure grows from the front, strings
 * from the back, each name once; nv2_fdt_write_finish() brings them together.
 * Running out of room is kept in `status` and makes all later calls do nothing, so only the
 * end needs to look. The caller writes properties before children and ends what
 * it begins.
 */
struct nv2_fdt_writer {
	unsigned char *bytes;
	size_t size;
	size_t structure; /* the first tag */
	size_t at;        /* the next tag */
	size_t strings;   /* the names lie from here to the end, each byte before its forerunner */
	uint32_t depth;   /* nodes that are open; counted also when there is no room */
	enum nv2_status status; /* NV2_OK or NV2_ERR_SPACE */
};

/*
 * `size` up to 0x7fffffff counts, for no tree is larger; the memory map is that of
 * `reservations`, or empty if NULL.
 */
void nv2_fdt_write_begin(struct nv2_fdt_writer *writer, void *bytes, size_t size,
			 const struct nv2_fdt *reservations);
/* Names need no NUL. */
void nv2_fdt_begin_node(struct nv2_fdt_writer *writer, const char *name, size_t len);
void nv2_fdt_end_node(struct nv2_fdt_writer *writer);
/* Room for a value of `len` bytes, or NULL if there is none; filled in by the caller. */
unsigned char *nv2_fdt_put(struct nv2_fdt_writer *writer, const char *name, uint32_t len);
void nv2_fdt_put_bytes(struct nv2_fdt_writer *writer, const char *name, const void *value,
		       uint32_t len);
void nv2_fdt_put_u32(struct nv2_fdt_writer *writer, const char *name, uint32_t value);
/*
 * For a tree that is another one with something between: first thing after the
 * begin, its names, and then pieces of its structure as they are, whole tags.
 */
void nv2_fdt_write_names(struct nv2_fdt_writer *writer, const struct nv2_fdt *from);
void nv2_fdt_write_piece(struct nv2_fdt_writer *writer, const void *tags, uint32_t len);
/* NV2_OK and the tree's size, or NV2_ERR_SPACE. */
enum nv2_status nv2_fdt_write_finish(struct nv2_fdt_writer *writer, uint32_t boot_cpu,
				     size_t *size);

#endif
