/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * `nv2dtc lsp`: a language server on standard input and output. Writes no
 * file.
 */
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "lsp/server.h"

static enum exit_status run_lsp(struct session *session)
{
	struct analysis_options options = {
		.diags = session->diags,
		.include_dirs = session->lang.include_dirs.items,
		.include_dir_count = session->lang.include_dirs.count,
		.page_size = session->settings.page_size,
	};
	int error = 0;

	if (serve(&options, STDIN_FILENO, STDOUT_FILENO, &error))
		return EXIT_DONE;
	if (!error)
		return EXIT_INPUT;
	fprintf(stderr, "nv2dtc lsp: the client cannot be reached: %s\n", strerror(error));
	return EXIT_SYSTEM;
}

static const struct option_row options[] = {
	OPTION_ROW_INCLUDE,
	OPTION_ROW_PAGE_SIZE,
	{OPTION_WARNING, 'W', NULL, "NAME",
	 "-Wno-NAME: without that warning; -Werror, -Werror=NAME: as errors"},
	{OPTION_STDIO, 0, "stdio", NULL, "what it does anyway; some clients say it"},
	{OPTION_HELP, 'h', "help", NULL, "show this text"},
	{0, 0, NULL, NULL, NULL},
};

const struct command lsp_command = {
	.name = "lsp",
	.arguments = "[OPTION]...",
	.summary = "Serve editors: diagnostics, numbers, layout (LSP)",
	.details =
		"Speaks the Language Server Protocol on standard input and output; editors start "
		"it.\n",
	.options = options,
	.files_min = 0,
	.files_max = 0,
	.run = run_lsp,
};
