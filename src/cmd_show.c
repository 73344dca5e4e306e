/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * `nv2dtc show`: every number that follows from a wiring. Writes to standard
 * output only.
 */
#include "cmd.h"
#include "emit/plan_json.h"

static enum exit_status run_show(struct session *session)
{
	struct wiring *wiring = open_wiring(session, session->settings.files[0]);
	struct buffer out = {0};
	struct plan *plan;

	if (session->settings.diagnostics != DIAGNOSTICS_TEXT)
		return usage_error(session->command,
				   "standard output has the plan: diagnostics must be text");
	if (!wiring)
		return EXIT_DONE;
	plan = make_plan(session->arena, wiring);
	if (session->settings.json)
		emit_plan_json(plan, NULL, &out);
	else
		emit_plan_text(session->arena, plan, &out);
	write_stdout(session, &out);
	buffer_free(&out);
	return EXIT_DONE;
}

static const struct option_row options[] = {
	{OPTION_JSON, 0, "json", NULL, "as JSON, nv2-plan-1"},
	OPTION_ROW_INCLUDE,
	OPTION_ROW_PAGE_SIZE,
	OPTION_ROW_NAME,
	OPTION_ROWS_DIAGNOSTICS,
};

const struct command show_command = {
	.name = "show",
	.arguments = "[OPTION]... FILE.nv2",
	.summary = "Show every number that follows from a wiring description",
	.options = options,
	.files_min = 1,
	.files_max = 1,
	.run = run_show,
};
