/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a model, gives its live tree and what tree and registers are: as at
 * first, as the bundle says, or neither. Never asks the code under test.
 */
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

#define CACHED 48u

/* A tree by what was done to get it. */
struct cached_tree {
	uint64_t board_id;
	uint64_t edits[MODEL_EDITS];
	size_t edit_count;
	bool judged, original, applied;
	size_t size;
	unsigned char bytes[MODEL_TREE_MAX];
};

struct model_cache {
	unsigned next;
	struct cached_tree trees[CACHED];
};

struct model_cache *model_cache_new(void)
{
	struct model_cache *cache = calloc(1, sizeof(*cache));

	if (!cache)
		abort();
	return cache;
}

void model_cache_free(struct model_cache *cache)
{
	free(cache);
}

static uint64_t edit_key(const struct model *model, const struct model_edit *edit)
{
	return model->blobs[edit->blob].hash * KERNEL_EFFECTS + (uint64_t)edit->effect;
}

static bool is_cached(const struct cached_tree *tree, const struct model *model)
{
	if (tree->board_id != model->board_id || tree->edit_count != model->edit_count)
		return false;
	for (size_t i = 0; i < tree->edit_count; i++)
		if (tree->edits[i] != edit_key(model, &model->edits[i]))
			return false;
	return true;
}

/* The board's tree with all changesets, in their order. */
static void make_tree(struct cached_tree *tree, const struct model *model)
{
	tree->board_id = model->board_id;
	tree->edit_count = model->edit_count;
	tree->judged = false;
	memcpy(tree->bytes, model->board->tree, model->board->tree_size);
	for (size_t i = 0; i < model->edit_count; i++) {
		const struct model_edit *edit = &model->edits[i];
		const struct model_blob *blob = &model->blobs[edit->blob];

		tree->edits[i] = edit_key(model, edit);
		if (edit->effect != EFFECT_NONE &&
		    kernel_apply(tree->bytes, sizeof(tree->bytes), blob->bytes, blob->size,
				 edit->effect) < 0) {
			fprintf(stderr, "the model's kernel cannot apply what it accepted\n");
			abort();
		}
	}
	tree->size = fdt_totalsize(tree->bytes);
}

static struct cached_tree *live_tree(struct model_handle *handle)
{
	struct model_cache *cache = handle->cache;
	struct cached_tree *tree;

	for (unsigned i = 0; i < CACHED; i++)
		if (is_cached(&cache->trees[i], handle->model))
			return &cache->trees[i];
	tree = &cache->trees[cache->next++ % CACHED];
	make_tree(tree, handle->model);
	return tree;
}

const void *model_tree(struct model_handle *handle, size_t *size)
{
	const struct cached_tree *tree = live_tree(handle);

	*size = tree->size;
	return tree->bytes;
}

/* ---- judging -------------------------------------------------------------------- */

static void judge_tree(struct model_handle *handle, struct model_state *state)
{
	struct cached_tree *tree = live_tree(handle);
	const struct board *board = handle->model->board;

	if (!tree->judged) {
		struct tree_set set = tree_set_of(tree->bytes, board->fixed);

		tree->original = !tree_difference(&set, &board->original, NULL);
		tree->applied = !tree_difference(&set, &board->applied, NULL);
		tree->judged = true;
		tree_set_free(&set);
	}
	state->tree_original = tree->original;
	state->tree_applied = tree->applied;
}

static const struct model_register *register_of(const struct model *model,
						const struct nv2_write *row)
{
	for (size_t i = 0; i < model->register_count; i++)
		if (model->registers[i].chip == row->chip && model->registers[i].reg == row->reg)
			return &model->registers[i];
	abort();
}

/* What it was at first: its first row says so, for guests' registers are boot's too. */
static uint64_t old_value(const struct board *board, const struct nv2_write *row)
{
	for (uint32_t i = 0; i < board->row_count; i++)
		if (board->rows[i].chip == row->chip && board->rows[i].reg == row->reg)
			return board->old[i];
	return 0;
}

static bool holds(const struct model_register *reg, const struct nv2_write *row)
{
	bool guest = row->owner == NV2_OWNER_RUNTIME && !(reg->value & LPARID_HOST) &&
		     (reg->value & LPARID_LPID);

	return guest || ((reg->value ^ row->value) & row->mask) == 0;
}

struct model_state model_state(struct model_handle *handle)
{
	struct model_state state = {.registers_old = true, .registers_set = true};
	const struct board *board = handle->model->board;

	judge_tree(handle, &state);
	for (uint32_t i = 0; i < board->row_count; i++) {
		const struct nv2_write *row = &board->rows[i];
		const struct model_register *reg = register_of(handle->model, row);

		if (reg->value != old_value(board, row))
			state.registers_old = false;
		if (row->phase == NV2_PHASE_BOOT && !holds(reg, row))
			state.registers_set = false;
	}
	return state;
}

int model_each_loss(struct model_handle *handle, int (*each)(void *context, const char *what),
		    void *context)
{
	const struct board *board = handle->model->board;
	struct cached_tree *tree = live_tree(handle);
	struct tree_set set = tree_set_of(tree->bytes, board->fixed);
	int end = tree_each_difference(&set, &board->original, each, context);

	tree_set_free(&set);
	for (uint32_t i = 0; !end && i < board->row_count; i++) {
		const struct nv2_write *row = &board->rows[i];

		if (row->phase == NV2_PHASE_BOOT &&
		    register_of(handle->model, row)->value != old_value(board, row))
			end = each(context, row->name);
	}
	return end;
}

uint32_t model_lpid(const struct model *model, const char *guest)
{
	const struct board *board = model->board;
	uint32_t lpid = UINT32_MAX;

	for (uint32_t i = 0; i < board->row_count; i++) {
		const struct nv2_write *row = &board->rows[i];
		uint64_t value;
		uint32_t this;

		if (row->phase != NV2_PHASE_GUEST || strcmp(row->guest, guest) != 0)
			continue;
		value = register_of(model, row)->value;
		this = value == LPARID_HOST ? 0 : (uint32_t)(value & LPARID_LPID);
		if (lpid != UINT32_MAX && this != lpid)
			return UINT32_MAX;
		lpid = this;
	}
	return lpid;
}

/* Changesets that show. */
static size_t visible_edits(const struct model *model, uint64_t keys[MODEL_EDITS])
{
	size_t count = 0;

	for (size_t i = 0; i < model->edit_count; i++)
		if (model->edits[i].effect != EFFECT_NONE)
			keys[count++] = edit_key(model, &model->edits[i]);
	return count;
}

static bool same_trees(struct model_handle *a, struct model_handle *b)
{
	uint64_t keys[MODEL_EDITS], others[MODEL_EDITS];
	size_t count = visible_edits(a->model, keys);
	struct tree_set one, other;
	bool same;

	if (visible_edits(b->model, others) == count &&
	    !memcmp(keys, others, count * sizeof(keys[0])))
		return true;
	one = tree_set_of(live_tree(a)->bytes, UINT32_MAX);
	other = tree_set_of(live_tree(b)->bytes, UINT32_MAX);
	same = !tree_difference(&one, &other, NULL);
	tree_set_free(&one);
	tree_set_free(&other);
	return same;
}

bool model_same(struct model_handle *a, struct model_handle *b)
{
	bool same = a->model->register_count == b->model->register_count && same_trees(a, b);

	for (size_t i = 0; same && i < a->model->register_count; i++)
		same = a->model->registers[i].value == b->model->registers[i].value;
	return same;
}

bool model_is_clean(const struct model *model)
{
	bool clean = true;

	for (size_t i = 0; i < MODEL_ITEMS; i++)
		clean = clean && !model->items[i].used;
	for (size_t i = 0; i < MODEL_FILES; i++)
		clean = clean && !*model->files[i].name;
	/* What an earlier failure left on the kernel's list shows nowhere. */
	for (size_t i = 0; i < model->edit_count; i++)
		clean = clean && model->edits[i].effect == EFFECT_NONE;
	return clean;
}
