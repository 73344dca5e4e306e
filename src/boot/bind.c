/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a late-bound overlay and a tree, gives an overlay for that tree with
 * what it lacks. Never changes either, and never replaces a value.
 */
#include "boot/bind.h"

#include "blob/freestanding.h"

/* ---- selectors ---- */

static void read_selectors(struct nv2_binder *binder, const struct nv2_view *view)
{
	const struct nv2_fdt *overlay = binder->overlay;
	uint32_t node = nv2_fdt_child_named(overlay, overlay->root, "nv2-bind"), under;

	for (node = nv2_fdt_child(overlay, node); node; node = nv2_fdt_sibling(overlay, node)) {
		struct nv2_choice *choice = &binder->selectors[binder->selector_count++];

		memset(choice, 0, sizeof(*choice));
		nv2_selector_decode(view, node, &choice->match, &under);
		if (under != UINT32_MAX)
			choice->match.under = &binder->selectors[under].match;
		choice->node = node;
		binder->kinds |= 1u << choice->match.kind;
	}
}

/* Most nodes can be of no kind, so that is looked at before all the selectors. */
static void look_at(const struct nv2_binder *binder, const struct nv2_view *view, uint32_t node)
{
	uint32_t kinds = 1u << NV2_SELECT_ROOT | 1u << NV2_SELECT_PATH;
	struct nv2_choice *choice = binder->selectors;
	struct nv2_selector said;

	for (unsigned kind = 0; kind < NV2_SELECTOR_KINDS; kind++)
		if ((binder->kinds >> kind & 1) &&
		    nv2_selector_describe((enum nv2_selector_kind)kind, view, node, &said))
			kinds |= 1u << kind;
	for (uint32_t i = 0; i < binder->selector_count; i++, choice++)
		if ((kinds >> choice->match.kind & 1) &&
		    nv2_selector_match(&choice->match, view, node))
			*(choice->found ? &choice->other : &choice->found) = node;
}

static enum nv2_status fail_choice(const struct nv2_binder *binder, enum nv2_status status,
				   uint32_t number)
{
	const struct nv2_choice *choice = &binder->selectors[number];
	struct nv2_failure *failure = binder->failure;

	nv2_name_step(binder, number);
	failure->node = choice->node;
	failure->at = choice->found;
	failure->other = choice->other;
	return status;
}

static enum nv2_status choose(struct nv2_binder *binder)
{
	struct nv2_fdt_walk walk;
	struct nv2_view view = nv2_fdt_view(&walk);

	nv2_fdt_walk_begin(&walk, binder->overlay);
	read_selectors(binder, &view);
	nv2_fdt_walk_begin(&walk, binder->tree);
	while (nv2_fdt_walk_next(&walk))
		look_at(binder, &view, walk.node);
	/* What a selector is under has a lower number, so it is what is missing that is named. */
	for (uint32_t i = 0; i < binder->selector_count; i++) {
		const struct nv2_choice *choice = &binder->selectors[i];

		if (choice->other)
			return fail_choice(binder, NV2_ERR_AMBIGUOUS, i);
		if (!choice->found)
			return fail_choice(binder,
					   choice->match.kind == NV2_SELECT_ROOT ? NV2_ERR_BOARD
										 : NV2_ERR_NO_NODE,
					   i);
	}
	return NV2_OK;
}

/* Places that selectors list. */
static enum nv2_status fill_in(const struct nv2_binder *binder)
{
	const struct nv2_fdt *overlay = binder->overlay;

	for (uint32_t i = 0; i < binder->selector_count; i++) {
		const struct nv2_choice *choice = &binder->selectors[i];
		uint32_t phandle = nv2_fdt_phandle(binder->tree, choice->found);
		const char *fixup = NULL;

		while ((fixup = nv2_fdt_next_string(overlay, choice->node, "fixups", fixup))) {
			if (!nv2_is_usable(phandle))
				return fail_choice(binder, NV2_ERR_NO_PHANDLE, i);
			nv2_put_be32(nv2_filled(binder, nv2_overlay_cell(overlay, fixup)), phandle);
		}
	}
	return NV2_OK;
}

/* ---- all of it ---- */

/*
 * A fragment: its tags, target-path, __overlay__ and cell counts with their headers, and its
 * mirror. All nodes could turn out to be targets.
 */
#define FRAGMENT_SIZE 160u
/* The header, the root, and names that the overlay may not have. */
#define FRAME_SIZE 256u

void nv2_bind_space(const struct nv2_fdt *overlay, const struct nv2_fdt *tree,
		    struct nv2_space *space)
{
	uint32_t longest = 0;
	struct nv2_fdt_walk walk;

	nv2_fdt_walk_begin(&walk, tree);
	while (nv2_fdt_walk_next(&walk)) {
		uint32_t len = nv2_path_length(&walk);

		if (len > longest)
			longest = len;
	}
	nv2_set_space(space, overlay,
		      FRAME_SIZE + 2 * (uint64_t)overlay->size +
			      (uint64_t)nv2_count_nodes(overlay) * (FRAGMENT_SIZE + longest));
}

enum nv2_status nv2_bind(const struct nv2_fdt *overlay, const struct nv2_fdt *tree, void *work,
			 size_t work_size, void *output, size_t *size, struct nv2_failure *failure)
{
	struct nv2_binder binder = {.overlay = overlay, .tree = tree, .failure = failure};
	enum nv2_status status = nv2_binder_begin(&binder, work, work_size, true);

	if (!status)
		status = choose(&binder);
	if (!status)
		status = nv2_binder_match(&binder);
	if (!status)
		status = fill_in(&binder);
	if (!status)
		status = nv2_check_memory(&binder);
	if (!status)
		status = nv2_write_overlay(&binder, output, size);
	return failure->status = status;
}

bool nv2_overlay_is_empty(const struct nv2_fdt *overlay)
{
	return !nv2_fdt_child(overlay, overlay->root);
}
