/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a board and a tree, gives a note for each run of bricks that the two
 * wire differently. Never reports what is wrong with the tree by itself.
 */
#include <string.h>

#include "import/found.h"
#include "import/import.h"

/* One brick, as the board and as the tree have it. */
struct wire {
	const struct link *here;        /* NULL: not wired */
	const struct found_link *there; /* NULL: not wired */
};

struct comparison {
	struct diags *diags;
	const struct board *board;
	const struct found *found;
	const struct npu *npu; /* of the board; NULL: it has none on this chip */
	uint32_t chip;
};

static bool leads_alike(const struct wire *wire)
{
	if (!wire->here || !wire->there)
		return !wire->here && !wire->there;
	return wire->here->gpu->slot.value &&
	       !strcmp(wire->here->gpu->slot.value, wire->there->gpu->slot);
}

/* A rate that the tree does not say was guessed: that is no difference. */
static bool runs_alike(const struct wire *wire)
{
	return !wire->here || !wire->there || wire->there->rate_guessed || !wire->here->rate ||
	       wire->here->rate == wire->there->rate;
}

/* Whether what would be said of the two is the same. */
static bool belong_together(const struct wire *a, const struct wire *b)
{
	return !a->here == !b->here && !a->there == !b->there &&
	       (!a->here || (a->here->gpu == b->here->gpu && a->here->rate == b->here->rate)) &&
	       (!a->there ||
		(a->there->gpu == b->there->gpu && a->there->rate == b->there->rate)) &&
	       leads_alike(a) == leads_alike(b) && runs_alike(a) == runs_alike(b);
}

static const char *name_bricks(const struct comparison *comparison, unsigned first, unsigned last)
{
	struct arena *arena = comparison->diags->arena;
	const char *range = first == last ? arena_printf(arena, "%u", first)
					  : arena_printf(arena, "%u-%u", first, last);

	if (comparison->npu)
		return arena_printf(arena, "%s:%s", comparison->npu->name, range);
	return arena_printf(arena, "brick%s %s of chip %u", first == last ? "" : "s", range,
			    (unsigned)comparison->chip);
}

static const char *name_end(const struct comparison *comparison, const char *slot)
{
	return slot ? arena_printf(comparison->diags->arena, "to \"%s\"", slot) : "nowhere";
}

static void report_wire(const struct comparison *comparison, const struct wire *wire,
			unsigned first, unsigned last)
{
	const struct diag_def *def = &import_codes[IMPORT_WIRE];
	const char *bricks = name_bricks(comparison, first, last);
	const char *tree = comparison->found->tree->file;
	struct span span = wire->here        ? wire->here->span
			   : comparison->npu ? comparison->npu->span
					     : comparison->board->span;
	bool one = first == last;

	if (!leads_alike(wire))
		diag_add(comparison->diags, def, span, "%s lead%s %s here, and %s in %s", bricks,
			 one ? "s" : "",
			 name_end(comparison, wire->here ? wire->here->gpu->slot.value : NULL),
			 name_end(comparison, wire->there ? wire->there->gpu->slot : NULL), tree);
	if (!runs_alike(wire))
		diag_add(comparison->diags, def, span,
			 "%s run%s at %s Gbps here, and at %s Gbps in %s", bricks, one ? "s" : "",
			 wire->here->rate->text, wire->there->rate->text, tree);
}

static void compare_chip(const struct comparison *comparison, const struct found_npu *there)
{
	struct wire wires[BRICKS_MAX];
	unsigned last;

	for (unsigned i = 0; i < BRICKS_MAX; i++) {
		const struct found_link *link = there ? there->links[i] : NULL;

		wires[i].here = comparison->npu ? comparison->npu->bricks[i] : NULL;
		/* What the tree does not say of a link is no wire. */
		wires[i].there = link && link->gpu ? link : NULL;
	}
	for (unsigned first = 0; first < BRICKS_MAX; first = last + 1) {
		for (last = first; last + 1 < BRICKS_MAX; last++)
			if (!belong_together(&wires[first], &wires[last + 1]))
				break;
		report_wire(comparison, &wires[first], first, last);
	}
}

static const struct found_npu *find_on_chip(const struct found *found, uint64_t chip)
{
	for (size_t i = 0; i < found->npus.count; i++)
		if (found->npus.items[i]->chip == chip)
			return found->npus.items[i];
	return NULL;
}

static bool has_chip(const struct board *board, uint32_t chip)
{
	for (size_t i = 0; i < board->npus.count; i++)
		if (board->npus.items[i]->chip.value == chip)
			return true;
	return false;
}

void compare_wires(struct lang *lang, const struct board *board, struct tree *tree)
{
	/* What is wrong with the tree is not asked for here: import says that. */
	struct lang quiet = *lang;
	struct found found;
	struct comparison comparison = {.diags = lang->diags, .board = board, .found = &found};

	quiet.diags = diags_new(lang->arena, lang->sources);
	find_wiring(&found, &quiet, tree);
	if (!found.npus.count)
		return;
	for (size_t i = 0; i < board->npus.count; i++) {
		comparison.npu = board->npus.items[i];
		comparison.chip = (uint32_t)comparison.npu->chip.value;
		compare_chip(&comparison, find_on_chip(&found, comparison.npu->chip.value));
	}
	comparison.npu = NULL;
	for (size_t i = 0; i < found.npus.count; i++) {
		comparison.chip = found.npus.items[i]->chip;
		if (!has_chip(board, comparison.chip))
			compare_chip(&comparison, found.npus.items[i]);
	}
}
