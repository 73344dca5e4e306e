/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes any bytes as a flattened device tree. Promises: what the build side
 * reads it writes so that libfdt finds no fault with it and it reads back the
 * same; what the boot library opens can be walked.
 */
#include <libfdt.h>
#include <string.h>

#include "blob/fdt.h"
#include "fuzz.h"
#include "tree/tree.h"

static void check_build_side(const uint8_t *data, size_t size)
{
	struct lang lang = open_lang();
	struct buffer once = {0}, twice = {0}, text = {0};
	const struct tree *tree = tree_read_dtb(lang.arena, lang.strings, lang.diags, "a.dtb", data,
						size);

	if (tree && tree_write_dtb(tree, &once)) {
		PROMISE(!fdt_check_full(once.data, once.len));
		tree = tree_read_dtb(lang.arena, lang.strings, lang.diags, "b.dtb", once.data,
				     once.len);
		PROMISE(tree && tree_write_dtb(tree, &twice));
		PROMISE(once.len == twice.len && !memcmp(once.data, twice.data, once.len));
		tree_write_dts(tree, NULL, &text);
	}
	diags_print_text(lang.diags, &text, false);
	buffer_free(&once);
	buffer_free(&twice);
	buffer_free(&text);
	close_lang(&lang);
}

static void check_boot_side(const uint8_t *data, size_t size)
{
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
	/* So that the reads are not left out. */
	__asm__ volatile("" : : "r"(sum));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_build_side(data, size);
	check_boot_side(data, size);
	return 0;
}
