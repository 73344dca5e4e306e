/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a wiring file and a host tree, verifies and checks one by the other.
 * Promises: what binds to the tree and is merged into it leaves nothing that
 * verify would call missing or different; diagnostics are JSON.
 */
#include <string.h>

#include "compile.h"
#include "fuzz.h"
#include "tree/bind.h"
#include "tree/compare.h"
#include "tree/overlay.h"

/* How many things of the wiring the tree lacks or has otherwise; -1 after diagnostics. */
static long count_differences(struct session *session, const struct overlays *late,
			      struct tree *tree)
{
	struct tree_differences differences = {0};
	long count;

	if (!compare_overlay(late->host_fw, tree, session->diags, &differences) ||
	    !compare_overlay(late->host_os, tree, session->diags, &differences))
		return -1;
	count = (long)differences.list.count;
	compare_rest(tree, session->arena, &differences);
	differences_sort(tree, session->arena, &differences);
	for (size_t i = 0; i < differences.list.count; i++)
		PROMISE(differences.list.items[i].path);
	return count;
}

static bool merge(struct session *session, const struct tree *overlay, struct tree *tree)
{
	const struct tree *bound = tree_bind(overlay, tree, session->diags);

	return bound && tree_apply(tree, bound, OVERLAY_LINUX, session->diags);
}

static void compare(struct session *session, const struct plan_board *board, struct tree *tree)
{
	struct tree *merged = tree_copy(tree, session->arena, session->strings);
	struct overlays late;

	PROMISE(make_overlays(session, board, NULL, true, &late));
	(void)count_differences(session, &late, tree);
	if (merge(session, late.host_fw, merged) && merge(session, late.host_os, merged))
		PROMISE(!count_differences(session, &late, merged));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct two_inputs inputs = split_input(data, size);
	struct wiring_options options = {0};
	const struct wiring *wiring;
	const struct plan *plan;
	struct session session;
	struct source *source;
	struct tree *tree;

	open_session(&session);
	source = source_from_text(session.sources, "a.nv2", (const char *)inputs.first,
				  inputs.first_size);
	wiring = build_wiring(session.arena, session.strings, session.diags,
			      parse_file(&session.lang, source), &options);
	tree = read_tree(&session, "host.dtb", inputs.second, inputs.second_size);
	if (tree && !diags_have_errors(session.diags)) {
		plan = make_plan(session.arena, wiring);
		(void)find_stage(tree);
		for (size_t i = 0; i < plan->boards.count; i++)
			compare(&session, plan->boards.items[i], tree);
		check_against_base(&session, plan, tree);
	}
	print_diagnostics(&session);
	close_session(&session);
	return 0;
}
