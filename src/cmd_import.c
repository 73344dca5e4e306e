/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * `nv2dtc import`: the wiring that a host tree describes, as a wiring file.
 * Writes what could be understood even of a tree that contradicts itself.
 */
#include <string.h>

#include "cmd.h"
#include "core/output.h"
#include "import/import.h"
#include "tree/codes.h"
#include "tree/compare.h"

static void write_text(struct session *session, struct buffer *text)
{
	const char *path = session->settings.output;
	struct output_set outputs;

	if (!strcmp(path, "-")) {
		write_stdout(session, text);
		return;
	}
	output_init(&outputs, session->arena);
	output_add(&outputs, path, text);
	if (!output_commit(&outputs, NULL))
		report_write(session, outputs.failed, outputs.error);
	output_free(&outputs);
}

static enum exit_status run_import(struct session *session)
{
	const struct settings *settings = &session->settings;
	struct buffer text = {0};
	struct tree *tree;

	if (!settings->output)
		return usage_error(session->command, "where to? Name a file with -o");
	if (!strcmp(settings->output, "-") && settings->diagnostics != DIAGNOSTICS_TEXT)
		return usage_error(session->command,
				   "standard output has the wiring: diagnostics must be text");
	tree = open_tree(session, settings->files[0]);
	if (!tree)
		return EXIT_DONE;
	diag_add_about(session->diags, &tree_codes[TREE_STAGE], tree->file, "a %s tree",
		       stage_name(find_stage(tree)));
	if (import_tree(&session->lang, tree, &text))
		write_text(session, &text);
	buffer_free(&text);
	return EXIT_DONE;
}

static const struct option_row options[] = {
	{OPTION_OUTPUT, 'o', "output", "FILE", "write the wiring into FILE (-: standard output)"},
	OPTION_ROW_NAME,
	OPTION_ROWS_DIAGNOSTICS,
};

const struct command import_command = {
	.name = "import",
	.arguments = "[OPTION]... TREE -o FILE.nv2",
	.summary = "Make a wiring description from a tree",
	.details = "TREE is a DTB or a directory such as /proc/device-tree: one that firmware is "
		   "given, or\none that the kernel has. Comments in the file say what was guessed. "
		   "Where the tree\ncontradicts itself the file is written all the same, and the "
		   "exit status is 1.\n",
	.options = options,
	.files_min = 1,
	.files_max = 1,
	.run = run_import,
};
