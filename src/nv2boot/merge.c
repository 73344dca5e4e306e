/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a bundle and a tree, gives the tree as it is to be, in memory. Never
 * changes either, nor the machine.
 */
#include "nv2boot/merge.h"

#include <stdlib.h>
#include <string.h>

#include "nv2boot/explain.h"
#include "nv2boot/run.h"

static int bind(struct run *run, const struct nv2_fdt *tree, struct merged *merged)
{
	const struct nv2_part *part = &run->bundle.part[NV2_PART_HOST_OS];
	struct nv2_failure failure = {.step = NV2_STEP_NONE};
	struct nv2_space space;
	struct nv2_fdt late;
	enum nv2_status status = nv2_fdt_open(&late, part->data, part->size);
	void *work;

	failure.status = status;
	if (!status) {
		nv2_bind_space(&late, tree, &space);
		work = malloc(space.work + 1);
		merged->overlay_bytes.data = malloc(space.output + 1);
		if (!work || !merged->overlay_bytes.data) {
			free(work);
			return out_of_memory(run);
		}
		merged->overlay_bytes.size = space.output;
		status = nv2_bind(&late, tree, work, space.work, merged->overlay_bytes.data,
				  &merged->overlay_bytes.size, &failure);
		free(work);
	}
	if (!status)
		failure.status = status = nv2_fdt_open(&merged->overlay, merged->overlay_bytes.data,
						       merged->overlay_bytes.size);
	if (!status)
		return EXIT_DONE;
	say_failure(run, "cannot bind the overlay to the tree", &failure, tree);
	return EXIT_REFUSED;
}

static int apply(struct run *run, const struct nv2_fdt *tree, struct merged *merged)
{
	struct nv2_failure failure = {.step = NV2_STEP_NONE};
	struct nv2_space space;
	enum nv2_status status;
	void *work;

	nv2_apply_fdt_space(tree, &merged->overlay, &space);
	work = malloc(space.work + 1);
	merged->tree_bytes.data = malloc(space.output + 1);
	if (!work || !merged->tree_bytes.data) {
		free(work);
		return out_of_memory(run);
	}
	merged->tree_bytes.size = space.output;
	status = nv2_apply_fdt(tree, &merged->overlay, work, space.work, merged->tree_bytes.data,
			       &merged->tree_bytes.size, &failure);
	free(work);
	if (!status)
		failure.status = status = nv2_fdt_open(&merged->tree, merged->tree_bytes.data,
						       merged->tree_bytes.size);
	if (!status)
		return EXIT_DONE;
	say_failure(run, "cannot put the overlay into the tree", &failure, tree);
	return EXIT_REFUSED;
}

int merge_bundle(struct run *run, const struct nv2_fdt *tree, struct merged *merged)
{
	int status;

	*merged = (struct merged){.changed = false};
	status = bind(run, tree, merged);
	if (status)
		return status;
	merged->changed = !nv2_overlay_is_empty(&merged->overlay);
	if (merged->changed)
		return apply(run, tree, merged);
	merged->tree = *tree;
	return EXIT_DONE;
}

void free_merged(struct merged *merged)
{
	free(merged->overlay_bytes.data);
	free(merged->tree_bytes.data);
}
