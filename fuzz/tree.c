/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes any bytes as a flattened device tree. Promises: what the build side
 * reads, the boot library opens, and the build side writes it so that libfdt
 * finds no fault with it and it reads back the same; what the boot library
 * opens can be walked.
 */
#include <libfdt.h>
#include <string.h>

#include "blob/fdt.h"
#include "blob/overlay.h"
#include "fuzz.h"
#include "tree/verify.h"

static void check_build_side(const uint8_t *data, size_t size)
{
	struct buffer once = {0}, twice = {0}, text = {0};
	struct overlay overlay;
	struct session session;
	struct tree *tree;

	open_session(&session);
	tree = read_tree(&session, "a.dtb", data, size);
	PROMISE(tree || diags_have_errors(session.diags));
	if (tree && tree_write_dtb(tree, &once)) {
		PROMISE(!fdt_check_full(once.data, once.len));
		tree = read_tree(&session, "b.dtb", (uint8_t *)once.data, once.len);
		PROMISE(tree && tree_write_dtb(tree, &twice));
		expect_same(&once, &twice);
		tree_write_dts(tree, NULL, &text);
		if (!overlay_verify(tree, session.diags, &overlay))
			PROMISE(diags_have_errors(session.diags));
	}
	print_diagnostics(&session);
	buffer_free(&once);
	buffer_free(&twice);
	buffer_free(&text);
	close_session(&session);
}

static void check_boot_side(const uint8_t *data, size_t size)
{
	struct nv2_overlay_fault fault;
	struct nv2_fdt_walk walk;
	struct nv2_fdt fdt;
	unsigned sum = 0;

	if (nv2_fdt_open(&fdt, data, size) != NV2_OK)
		return;
	nv2_fdt_walk_begin(&walk, &fdt);
	while (nv2_fdt_walk_next(&walk)) {
		struct nv2_fdt_property property;
		uint32_t cursor = walk.node;

		PROMISE(walk.depth <= NV2_FDT_DEPTH_MAX);
		sum += (unsigned)strlen(nv2_fdt_name(&fdt, walk.node));
		while (nv2_fdt_next_property(&fdt, &cursor, &property))
			for (uint32_t i = 0; i < property.len; i++)
				sum += property.value[i];
	}
	(void)nv2_overlay_verify(&fdt, &fault, true);
	(void)nv2_overlay_verify(&fdt, &fault, false);
	/* So that the reads are not left out. */
	__asm__ volatile("" : : "r"(sum));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_build_side(data, size);
	check_boot_side(data, size);
	return 0;
}
