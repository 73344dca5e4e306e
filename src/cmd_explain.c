/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * `nv2dtc explain`: what a diagnostic means. Reads no file.
 */
#include <string.h>
#include <strings.h>

#include "cmd.h"
#include "core/table.h"

static void list_all(struct session *session, struct buffer *out)
{
	static const char *const heads[] = {"code", "name", "level", "what", NULL};
	static const char *const levels[SEVERITY_COUNT] = {"off", "note", "warning", "error"};
	struct table *table = table_new(session->arena, heads);

	for (size_t i = 0; i < session->diags->defs.count; i++) {
		const struct diag_def *def = session->diags->defs.items[i];

		table_cell(table, "%s", def->code);
		table_cell(table, "%s", def->name);
		table_cell(table, "%s", levels[def->level]);
		table_cell(table, "%s", def->summary);
	}
	table_print(table, out);
}

/* What is left of a code without what may be left out: E0019 of nv2-e0019. */
static const char *code_of(const char *text)
{
	return strncasecmp(text, "NV2-", 4) != 0 ? text : text + 4;
}

/* As people write codes: NV2-E0019, nv2-e0019, E0019, 0019. */
static const struct diag_def *find_code(struct session *session, const char *text)
{
	const struct diag_def *found = diag_find(session->diags, text);
	const char *code = code_of(text);

	for (size_t i = 0; !found && i < session->diags->defs.count; i++) {
		const struct diag_def *def = session->diags->defs.items[i];
		const char *own = code_of(def->code);

		if (!strcasecmp(code, own) || !strcmp(code, own + 1) ||
		    !strcasecmp(text, def->name))
			found = def;
	}
	return found;
}

/* The digits of what is a code by its form, else NULL. */
static const char *digits_of(const char *text)
{
	const char *code = code_of(text);

	if (*code && strchr("EWNewn", *code))
		code++;
	return strlen(code) == 4 && strspn(code, "0123456789") == 4 ? code : NULL;
}

static enum exit_status report_unknown(struct session *session, const char *text)
{
	const char *closest, *digits = digits_of(text);
	const struct diag_def *def = digits ? find_code(session, digits) : NULL;

	/* Among codes only another letter is a slip: any digits are close to some. */
	closest = digits ? (def ? def->code : NULL) : closest_diagnostic(session, text);
	if (closest)
		return usage_error(session->command,
				   "there is no diagnostic '%s'; did you mean '%s'?", text, closest);
	return usage_error(session->command,
			   "there is no diagnostic '%s'; without a name all are listed", text);
}

static enum exit_status run_explain(struct session *session)
{
	const struct diag_def *def;
	struct buffer out = {0};

	if (session->settings.markdown && session->settings.file_count)
		return usage_error(session->command,
				   "--markdown has all diagnostics; '%s' cannot be picked",
				   session->settings.files[0]);
	if (session->settings.markdown) {
		diags_print_reference(session->diags, &out);
	} else if (!session->settings.file_count) {
		list_all(session, &out);
	} else {
		def = find_code(session, session->settings.files[0]);
		if (!def)
			return report_unknown(session, session->settings.files[0]);
		diag_print_explanation(def, &out);
	}
	write_stdout(session, &out);
	buffer_free(&out);
	return EXIT_DONE;
}

static const struct option_row options[] = {
	{OPTION_MARKDOWN, 0, "markdown", NULL, "all of them, as one document in Markdown"},
	{OPTION_HELP, 'h', "help", NULL, "show this text"},
	{0, 0, NULL, NULL, NULL},
};

const struct command explain_command = {
	.name = "explain",
	.arguments = "[--markdown | CODE | NAME]",
	.summary = "Explain a diagnostic by its code or name, or list all",
	.options = options,
	.files_min = 0,
	.files_max = 1,
	.run = run_explain,
};
