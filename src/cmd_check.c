/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * `nv2dtc check`: all rules, and with a base that the tree agrees. Writes no
 * file.
 */
#include "cmd.h"
#include "compile.h"

static enum exit_status run_check(struct session *session)
{
	struct wiring *wiring = open_wiring(session, session->settings.files[0]);
	struct tree *base = NULL;

	if (session->settings.base)
		base = open_tree(session, session->settings.base);
	if (!wiring || !base)
		return EXIT_DONE;
	check_against_base(session, make_plan(session->arena, wiring), base);
	return EXIT_DONE;
}

static const struct option_row options[] = {
	OPTION_ROW_BASE("check that this tree can take the overlays as well"),
	OPTION_ROW_INCLUDE,
	OPTION_ROW_PAGE_SIZE,
	OPTION_ROW_NAME,
	OPTION_ROWS_DIAGNOSTICS,
};

const struct command check_command = {
	.name = "check",
	.arguments = "[OPTION]... FILE.nv2",
	.summary = "Check a wiring description against all rules",
	.options = options,
	.files_min = 1,
	.files_max = 1,
	.run = run_check,
};
