/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * `nv2dtc verify`: what a wiring and a tree disagree about, one thing a line.
 * Never writes a file, and never says which of the two is right.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "compile.h"
#include "core/text.h"
#include "emit/json.h"
#include "import/import.h"
#include "tree/codes.h"
#include "tree/compare.h"

/* A board of the wiring beside the tree. */
struct verdict {
	const struct plan_board *board; /* NULL: none could be compared */
	struct tree_differences differences;
};

static bool compare_board(struct session *session, const struct plan_board *board,
			  struct tree *tree, enum tree_stage stage, struct verdict *verdict)
{
	struct overlays overlays;

	*verdict = (struct verdict){.board = board};
	if (!make_overlays(session, board, NULL, true, &overlays) ||
	    !compare_overlay(overlays.host_fw, tree, session->diags, &verdict->differences))
		return false;
	if (stage == STAGE_HOST_OS &&
	    !compare_overlay(overlays.host_os, tree, session->diags, &verdict->differences))
		return false;
	compare_rest(tree, session->arena, &verdict->differences);
	differences_sort(tree, session->arena, &verdict->differences);
	return true;
}

/* Of several boards, the one that the tree is most like. */
static bool compare_boards(struct session *session, const struct plan *plan, struct tree *tree,
			   enum tree_stage stage, struct verdict *best)
{
	*best = (struct verdict){0};
	for (size_t i = 0; i < plan->boards.count; i++) {
		struct verdict verdict;

		if (!compare_board(session, plan->boards.items[i], tree, stage, &verdict))
			return false;
		if (!best->board || verdict.differences.list.count < best->differences.list.count)
			*best = verdict;
	}
	return best->board != NULL;
}

static void print_text(const struct verdict *verdict, struct buffer *out)
{
	for (size_t i = 0; i < verdict->differences.list.count; i++) {
		const struct tree_difference *each = &verdict->differences.list.items[i];

		buffer_add_clean(out, each->path);
		buffer_printf(out, ": %s: wiring says ",
			      each->property ? each->property : "(node)");
		buffer_add_clean(out, each->wiring ? each->wiring : "nothing");
		buffer_add_string(out, ", tree says ");
		buffer_add_clean(out, each->tree ? each->tree : "nothing");
		buffer_add_string(out, "\n");
	}
}

static json_t *difference_json(struct session *session, const struct tree_difference *difference)
{
	json_t *object = json_object();
	struct place place;

	set_text(object, "path", difference->path);
	set_text(object, "property", difference->property);
	set_text(object, "wiring", difference->wiring);
	set_text(object, "tree", difference->tree);
	if (source_place(session->sources, difference->origin, &place)) {
		set_text(object, "file", place.name);
		set_member(object, "line", json_integer(place.line));
		set_member(object, "column", json_integer(place.column));
	}
	return object;
}

static void print_json(struct session *session, const struct verdict *verdict,
		       enum tree_stage stage, struct buffer *out)
{
	json_t *root = json_object(), *list = json_array();

	for (size_t i = 0; i < verdict->differences.list.count; i++)
		append_item(list, difference_json(session, &verdict->differences.list.items[i]));
	set_text(root, "format", "nv2-differences-1");
	set_text(root, "stage", stage_name(stage));
	set_text(root, "board", verdict->board->board->name);
	set_member(root, "differences", list);
	write_json(root, out);
}

static void note_stage(struct session *session, const struct plan *plan, const struct tree *tree,
		       enum tree_stage stage, const struct verdict *verdict)
{
	struct diag_record *note = diag_add_about(
		session->diags, &tree_codes[TREE_STAGE], tree->file,
		stage == STAGE_HOST_OS
			? "a host-os tree: NPUs, links, PHBs, bridges, GPUs and GPU memory compared"
			: "a host-fw tree, without NPU PHBs: NPUs and links compared");

	if (plan->boards.count > 1)
		diag_note(session->diags, note, verdict->board->board->span,
			  "of the boards here it is most like this one");
}

static enum exit_status run_verify(struct session *session)
{
	const struct settings *settings = &session->settings;
	struct wiring *wiring;
	struct tree *tree;
	struct plan *plan;
	struct buffer out = {0};
	struct verdict verdict;
	enum tree_stage stage;

	if (settings->diagnostics != DIAGNOSTICS_TEXT)
		return usage_error(session->command,
				   "standard output has the differences: diagnostics must be text");
	if (!strcmp(settings->files[0], "-") && !strcmp(settings->files[1], "-"))
		return usage_error(session->command, "standard input can be read once only");
	wiring = open_wiring(session, settings->files[0]);
	tree = open_tree(session, settings->files[1]);
	if (!wiring || !tree)
		return EXIT_DONE;
	plan = make_plan(session->arena, wiring);
	stage = find_stage(tree);
	if (!compare_boards(session, plan, tree, stage, &verdict))
		return EXIT_DONE;
	note_stage(session, plan, tree, stage, &verdict);
	compare_wires(&session->lang, verdict.board->board, tree);
	if (settings->json)
		print_json(session, &verdict, stage, &out);
	else
		print_text(&verdict, &out);
	write_stdout(session, &out);
	buffer_free(&out);
	return verdict.differences.list.count ? EXIT_INPUT : EXIT_DONE;
}

static const struct option_row options[] = {
	{OPTION_JSON, 0, "json", NULL, "as JSON, nv2-differences-1"},
	OPTION_ROW_INCLUDE,
	OPTION_ROW_PAGE_SIZE,
	OPTION_ROW_NAME,
	OPTION_ROWS_DIAGNOSTICS,
};

const struct command verify_command = {
	.name = "verify",
	.arguments = "[OPTION]... FILE.nv2 TREE",
	.summary = "Show what a wiring description and a tree disagree about",
	.details = "TREE is a DTB or a directory such as /proc/device-tree. Each difference is one "
		   "line,\nPATH: PROPERTY: wiring says ..., tree says ..., and with any the exit "
		   "status is 1.\nA tree from before firmware made its PHBs is compared in NPUs "
		   "and links only.\n",
	.options = options,
	.files_min = 2,
	.files_max = 2,
	.run = run_verify,
};
