/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * `nv2dtc fmt`: wiring files in the one canonical layout. Never touches a
 * file that has errors.
 */
#include <string.h>

#include "cmd.h"
#include "core/output.h"

static bool is_fragment(const char *path)
{
	size_t len = strlen(path);

	return len > 5 && !strcmp(path + len - 5, ".nv2i");
}

static enum exit_status run_fmt(struct session *session)
{
	const struct settings *settings = &session->settings;
	struct output_set outputs;
	struct buffer text = {0};

	if (settings->write && !strcmp(settings->files[0], "-"))
		return usage_error(session->command, "standard input cannot be written back");
	if (settings->diagnostics != DIAGNOSTICS_TEXT && !settings->write)
		return usage_error(session->command,
				   "standard output has the text: diagnostics must be text");
	output_init(&outputs, session->arena);
	for (int i = 0; i < settings->file_count; i++) {
		const char *path = settings->files[i];
		struct source *source = open_source(session, path);
		const char *name = !strcmp(path, "-") && settings->name ? settings->name : path;

		if (!source || !format_source(&session->lang, source, is_fragment(name), &text))
			continue;
		if (!settings->write)
			continue;
		if (text.len != source->size || memcmp(text.data, source->text, text.len) != 0)
			output_add(&outputs, path, &text);
		text.len = 0;
	}
	/* All files or none: a set that is half new layout helps nobody. */
	if (!diags_have_errors(session->diags)) {
		if (!settings->write)
			write_stdout(session, &text);
		else if (!output_commit(&outputs, NULL))
			report_write(session, outputs.failed, outputs.error);
	}
	output_free(&outputs);
	buffer_free(&text);
	return EXIT_DONE;
}

static const struct option_row options[] = {
	{OPTION_WRITE, 'w', "write", NULL, "write the files back instead of to standard output"},
	OPTION_ROW_NAME,
	OPTION_ROWS_DIAGNOSTICS,
};

const struct command fmt_command = {
	.name = "fmt",
	.arguments = "[OPTION]... FILE...",
	.summary = "Write wiring files in the canonical layout",
	.details = "Comments are kept, includes are not followed. Files named *.nv2i have no version "
		   "line.\n",
	.options = options,
	.files_min = 1,
	.files_max = -1,
	.run = run_fmt,
};
