/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * `nv2dtc graph`: the wiring and the address map as a picture, or with all
 * numbers as a page. Writes to standard output only.
 */
#include "cmd.h"
#include "emit/graph.h"
#include "emit/sheet.h"

static enum exit_status run_graph(struct session *session)
{
	struct wiring *wiring = open_wiring(session, session->settings.files[0]);
	struct buffer out = {0};
	struct plan *plan;

	if (session->settings.diagnostics != DIAGNOSTICS_TEXT)
		return usage_error(session->command,
				   "standard output has the picture: diagnostics must be text");
	if (session->settings.svg && session->settings.html)
		return usage_error(session->command, "--svg or --html, not both");
	if (!wiring)
		return EXIT_DONE;
	plan = make_plan(session->arena, wiring);
	if (session->settings.html)
		emit_sheet(session->arena, plan, &out);
	else if (session->settings.svg)
		emit_graph_svg(session->arena, plan, &out);
	else
		emit_graph_dot(session->arena, plan, &out);
	write_stdout(session, &out);
	buffer_free(&out);
	return EXIT_DONE;
}

static const struct option_row options[] = {
	{OPTION_SVG, 0, "svg", NULL, "as SVG; else as a graph for Graphviz' dot"},
	{OPTION_HTML, 0, "html", NULL, "as a page with the picture and all numbers, for browsers"},
	OPTION_ROW_INCLUDE,
	OPTION_ROW_PAGE_SIZE,
	OPTION_ROW_NAME,
	OPTION_ROWS_DIAGNOSTICS,
};

const struct command graph_command = {
	.name = "graph",
	.arguments = "[OPTION]... FILE.nv2",
	.summary = "Draw the wiring and the address map",
	.details = "    nv2dtc graph --svg board.nv2 >board.svg\n"
		   "    nv2dtc graph board.nv2 | dot -Tpdf >board.pdf\n"
		   "    nv2dtc graph --html board.nv2 >board.html\n",
	.options = options,
	.files_min = 1,
	.files_max = 1,
	.run = run_graph,
};
