/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes what is done to items of configfs, gives the kernel's list of
 * changesets and the live tree that comes of it (anchors/runtime.md A2, A3).
 * Never says more about a failure than the kernel of that variant does.
 */
#include "overlays.h"

#include <errno.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct model_variant model_variants[MODEL_VARIANTS] = {
	/* The text says "applied" and "unapplied"; the close of `dtbo` applies. */
	{"pantelis-v7", true, false, false, STATUS_FROM_ZERO, FAILURE_FORGOTTEN},
	{"torvalds-4.15", true, false, false, STATUS_FROM_ZERO, FAILURE_KEPT},
	{"xilinx-380e5d6", true, false, false, STATUS_FROM_ZERO, FAILURE_FORGOTTEN},
	{"xilinx-21a5722", true, false, false, STATUS_FROM_ZERO, FAILURE_FORGOTTEN},
	{"adi-a1853d6", true, false, false, STATUS_FROM_ZERO, FAILURE_ZEROED},
	{"aosc-6.x", true, false, false, STATUS_FROM_ONE, FAILURE_LEAKED},
	{"renesas", true, false, false, STATUS_FROM_ONE, FAILURE_REMOVED},
	/* A number; writing it applies and removes. */
	{"nexst", true, true, false, STATUS_STATES, FAILURE_KEPT},
	{"dtbocfg-0.1.1", false, true, false, STATUS_DIGIT, FAILURE_LEAKED},
	/* This project's module. */
	{"nv2", true, false, true, STATUS_FROM_ONE, FAILURE_REMOVED},
};

/* ---- items ------------------------------------------------------------------------ */

static struct model_item *find_item(struct model *model, const char *name)
{
	for (size_t i = 0; i < MODEL_ITEMS; i++)
		if (model->items[i].used && !strcmp(model->items[i].name, name))
			return &model->items[i];
	return NULL;
}

int overlays_make(struct model *model, const char *name)
{
	if (model->traits & TRAIT_NO_ITEMS)
		return -EPERM;
	if (find_item(model, name))
		return -EEXIST;
	if (!*name || strlen(name) >= sizeof(model->items[0].name) || strchr(name, '/'))
		return -EINVAL;
	for (size_t i = 0; i < MODEL_ITEMS; i++) {
		struct model_item *item = &model->items[i];

		if (item->used)
			continue;
		*item = (struct model_item){.used = true, .blob = -1, .id = -1};
		if (model->variant->status != STATUS_FROM_ZERO)
			item->id = 0;
		memcpy(item->name, name, strlen(name) + 1);
		return 0;
	}
	return -ENOSPC;
}

static bool says_applied(const struct model *model, const struct model_item *item)
{
	if (model->traits & (TRAIT_SAYS_APPLIED | TRAIT_SAYS_UNAPPLIED))
		return (model->traits & TRAIT_SAYS_APPLIED) != 0;
	return model->variant->status == STATUS_FROM_ZERO ? item->id >= 0 : item->id > 0;
}

int overlays_look(const struct model *model, const char *name, bool lie, struct overlay_item *seen)
{
	const struct model_item *item = find_item((struct model *)(uintptr_t)model, name);
	bool applied;

	if (!item)
		return -ENOENT;
	applied = says_applied(model, item) != lie;
	*seen = (struct overlay_item){
		.path = model->variant->path,
		.dtbo = true,
		.status = true,
		.status_writable = model->variant->status_writable,
	};
	if (model->variant->status == STATUS_STATES && item->state > 1 && !lie)
		snprintf(seen->text, sizeof(seen->text), "%u", item->state);
	else if (model->variant->status >= STATUS_DIGIT)
		snprintf(seen->text, sizeof(seen->text), "%d", applied);
	else
		snprintf(seen->text, sizeof(seen->text), "%s", applied ? "applied" : "unapplied");
	return 0;
}

int overlays_read(const struct model *model, const char *name, const struct model_blob **blob)
{
	const struct model_item *item = find_item((struct model *)(uintptr_t)model, name);

	if (!item)
		return -ENOENT;
	if (model->traits & TRAIT_UNREADABLE)
		return -EACCES;
	*blob = item->blob < 0 ? NULL : &model->blobs[item->blob];
	return 0;
}

/* ---- the kernel's list -------------------------------------------------------------- */

/* Number of a blob with these bytes, or -1. */
static int keep_blob(struct model *model, const unsigned char *bytes, size_t size)
{
	uint64_t hash = model_hash(MODEL_HASH, bytes, size);
	int unused = -1;

	for (int i = MODEL_BLOBS - 1; i >= 0; i--) {
		const struct model_blob *blob = &model->blobs[i];

		if (!blob->size)
			unused = i;
		else if (blob->hash == hash && blob->size == size &&
			 !memcmp(blob->bytes, bytes, size))
			return i;
	}
	if (unused < 0 || !size || size > MODEL_BLOB_MAX)
		return -1;
	model->blobs[unused].size = (uint32_t)size;
	model->blobs[unused].hash = hash;
	memcpy(model->blobs[unused].bytes, bytes, size);
	return unused;
}

static const void *edit_bytes(const struct model *model, const struct model_edit *edit)
{
	return model->blobs[edit->blob].bytes;
}

static int add_edit(struct model *model, int blob, enum kernel_effect effect, bool listed)
{
	if (model->edit_count == MODEL_EDITS)
		abort();
	model->edits[model->edit_count++] = (struct model_edit){
		.number = model->next_number, .blob = blob, .effect = effect, .listed = listed};
	return model->next_number++;
}

static struct model_edit *find_edit(struct model *model, int number)
{
	for (size_t i = 0; i < model->edit_count; i++)
		if (model->edits[i].number == number)
			return &model->edits[i];
	return NULL;
}

/* What removes a changeset from the tree leaves this. */
static enum kernel_effect remains_of(const struct model *model, const struct model_edit *edit)
{
	if (edit->effect != EFFECT_NONE && model->traits & TRAIT_LEFTOVER)
		return EFFECT_LEFTOVER;
	return edit->effect == EFFECT_MORE && model->traits & TRAIT_MORE_STAYS ? EFFECT_STRAY
									       : EFFECT_NONE;
}

/* of_overlay_remove(): -EBUSY, and nothing is changed, if a later changeset overlaps this one. */
static int remove_edit(struct model *model, int number)
{
	struct model_edit *edit = find_edit(model, number);
	struct model_edit *end = model->edits + model->edit_count;

	if (!edit)
		return -ENODEV;
	for (struct model_edit *later = edit + 1; later < end; later++)
		if (later->listed &&
		    kernel_overlaps(edit_bytes(model, edit), edit_bytes(model, later)))
			return -EBUSY;
	edit->effect = remains_of(model, edit);
	edit->listed = false;
	if (edit->effect == EFFECT_NONE) {
		memmove(edit, edit + 1, (size_t)(end - edit - 1) * sizeof(*edit));
		model->edit_count--;
	}
	return 0;
}

/* ---- applying ------------------------------------------------------------------------- */

static enum kernel_effect effect_of(const struct model *model)
{
	if (model->traits & TRAIT_PART)
		return EFFECT_PART;
	if (model->traits & TRAIT_WRONG_VALUE)
		return EFFECT_WRONG;
	return model->traits & (TRAIT_MORE | TRAIT_MORE_STAYS) ? EFFECT_MORE : EFFECT_WHOLE;
}

/* What the engine does with a blob. `*edit` is the number of a changeset, or 0. */
static int engine_apply(struct model_handle *handle, int blob, int *edit)
{
	struct model *model = handle->model;
	const struct model_blob *bytes = &model->blobs[blob];
	size_t size;
	const void *tree = model_tree(handle, &size);
	int status = kernel_check(tree, bytes->bytes, bytes->size);

	*edit = 0;
	if (model->traits & TRAIT_REFUSES)
		status = -EINVAL;
	if (!status)
		*edit = add_edit(model, blob, effect_of(model), true);
	else if (!fdt_check_full(bytes->bytes, bytes->size))
		*edit = add_edit(model, blob, EFFECT_NONE, true);
	return !status && model->traits & TRAIT_FAILS_LATE ? -EINVAL : status;
}

static void note_failure(struct model *model, struct model_item *item, int edit)
{
	enum model_failure failure = model->variant->failure;
	struct model_edit *left = find_edit(model, edit);

	item->id = failure == FAILURE_FORGOTTEN ? -1 : 0;
	item->state = left && left->effect != EFFECT_NONE ? 3 : 2;
	if (!left)
		return;
	if (failure == FAILURE_KEPT) {
		item->id = model->next_id++;
		item->edit = edit;
	} else if (failure == FAILURE_REMOVED) {
		remove_edit(model, edit);
	} else if (failure != FAILURE_LEAKED) {
		/* These take what never got into the tree off the list. */
		left->listed = left->effect != EFFECT_NONE;
		if (!left->listed)
			model->edit_count--;
	}
}

static void apply_item(struct model_handle *handle, struct model_item *item)
{
	int edit;

	if (engine_apply(handle, item->blob, &edit) < 0) {
		note_failure(handle->model, item, edit);
		return;
	}
	item->id = handle->model->next_id++;
	item->edit = edit;
	item->state = 1;
}

/* As configfs of 4.4 did when a blob came in several pieces. */
static int keep_with_hole(struct model *model, const unsigned char *bytes, size_t size)
{
	unsigned char *holed = calloc(1, size + 4096);
	int blob;

	if (!holed)
		abort();
	memcpy(holed, bytes, 4096);
	memcpy(holed + 8192, bytes + 4096, size - 4096);
	blob = keep_blob(model, holed, size + 4096);
	free(holed);
	return blob;
}

int overlays_write(struct model_handle *handle, const char *name, const void *blob, size_t size)
{
	struct model *model = handle->model;
	struct model_item *item = find_item(model, name);

	if (!item)
		return -ENOENT;
	/* The hook's -EPERM comes at close, where nobody sees it. */
	if (item->edit || (item->blob >= 0 && !model->variant->status_writable))
		return 0;
	item->blob = model->traits & TRAIT_HOLE && size > 4096 ? keep_with_hole(model, blob, size)
							       : keep_blob(model, blob, size);
	if (item->blob < 0)
		return -EFBIG;
	if (!model->variant->status_writable)
		apply_item(handle, item);
	return 0;
}

/* ---- status, rmdir ---------------------------------------------------------------------- */

/* dtbocfg: what the kernel refuses to remove, it loses, and says that all is well. */
static void unset(struct model *model, struct model_item *item)
{
	int status = model->traits & TRAIT_STAYS ? 0 : remove_edit(model, item->edit);

	if (model->variant->status == STATUS_STATES && status == -EBUSY) {
		item->state = 4;
		return;
	}
	item->id = 0;
	item->state = 0;
	item->edit = 0;
}

int overlays_set(struct model_handle *handle, const char *name, const char *text)
{
	struct model *model = handle->model;
	struct model_item *item = find_item(model, name);
	char *end;
	long number = strtol(text, &end, 0);

	if (!item)
		return -ENOENT;
	if (!model->variant->status_writable)
		return -EACCES;
	if (end == text || (*end && strcmp(end, "\n") != 0))
		return -EPERM;
	if (number && !item->edit && item->blob >= 0)
		apply_item(handle, item);
	else if (!number && item->edit)
		unset(model, item);
	return 0;
}

int overlays_remove(struct model *model, const char *name)
{
	struct model_item *item = find_item(model, name);

	if (!item)
		return -ENOENT;
	if (model->traits & TRAIT_BUSY)
		return -EBUSY;
	if (item->edit && !(model->traits & TRAIT_STAYS) &&
	    remove_edit(model, item->edit) == -EBUSY && model->variant->pinned)
		return -EBUSY;
	item->used = false;
	return 0;
}

/* ---- somebody else ------------------------------------------------------------------------ */

bool model_apply_other(struct model_handle *handle, const char *name, const void *overlay,
		       size_t size)
{
	struct model *model = handle->model;
	uint32_t traits = model->traits;
	struct model_item *item;

	model->traits = 0;
	model->mounted = true;
	if (!overlays_make(model, name)) {
		overlays_write(handle, name, overlay, size);
		if (model->variant->status_writable)
			overlays_set(handle, name, "1");
	}
	model->traits = traits;
	item = find_item(model, name);
	return item && item->edit;
}

void model_leak(struct model *model, const void *overlay, size_t size)
{
	int blob = keep_blob(model, overlay, size);

	if (blob < 0)
		abort();
	add_edit(model, blob, EFFECT_NONE, true);
}

bool model_remove_other(struct model_handle *handle, const char *name)
{
	return !overlays_remove(handle->model, name);
}
