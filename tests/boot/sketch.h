/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TEST_SKETCH_H
#define NV2_TEST_SKETCH_H

#include "case.h"

#include "blob/overlay.h"
#include "nv2/boot.h"

/*
 * Device trees as text, and what the library makes of them. All memory is in blocks of exactly
 * its size, at each alignment in turn, until sketch_end().
 */

/*
 * As DTS: `NAME { … }`, `NAME = VALUE, …;`, `NAME;`, the root being `/`. A value is "text",
 * <cells> or [bytes], numbers as in C, bytes in hex. Nothing keeps anybody from saying a thing
 * twice.
 */
struct nv2_fdt sketch(const char *text);
/* A tree that lies in a block of its own. */
struct nv2_fdt sketch_bytes(const void *bytes, size_t size);
/* The text with the first `from` in it replaced; it has to be there. */
const char *vary(const char *text, const char *from, const char *to);
void *sketch_block(size_t size);
void sketch_end(void);

/* The node at a path; it has to be there. */
uint32_t node_at(const struct nv2_fdt *fdt, const char *path);
/* As sets of nodes and properties; says the first difference. */
bool is_same_tree(const struct nv2_fdt *a, const struct nv2_fdt *b);
#define CHECK_TREE(got, text)                                                                      \
	do {                                                                                       \
		struct nv2_fdt check_wanted = sketch(text);                                        \
		CHECK(is_same_tree(&(got), &check_wanted));                                        \
	} while (0)

/* What nv2_bind() or nv2_apply_fdt() gave, with as much memory as they asked for. */
struct outcome {
	enum nv2_status status;
	struct nv2_failure failure;
	struct nv2_fdt fdt; /* if the status is NV2_OK */
};
struct outcome bind_to(const struct nv2_fdt *overlay, const struct nv2_fdt *tree);
struct outcome apply_to(const struct nv2_fdt *tree, const struct nv2_fdt *overlay);

#endif
