/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the registered diagnostics, gives their reference as one Markdown
 * document. Never shows one that was reported.
 */
#include <stdlib.h>
#include <string.h>

#include "diag/diag.h"

static const char *const level_names[SEVERITY_COUNT] = {"off", "note", "warning", "error"};

/*
 * Adds a text of a diagnostic's definition. What stands between backquotes is
 * code there as well; elsewhere a character that means something in Markdown
 * is meant as it is.
 */
static void add_text(struct buffer *out, const char *text)
{
	bool code = false;

	for (; *text; text++) {
		if (*text == '`')
			code = !code;
		else if (!code && strchr("\\*_<>[]#|", *text))
			buffer_add_string(out, "\\");
		buffer_add(out, text, 1);
	}
}

static void add_row(struct buffer *out, const struct diag_def *def)
{
	buffer_printf(out, "| [%s](#%s) | `%s` | %s | ", def->code, def->name, def->name,
		      level_names[def->level]);
	add_text(out, def->summary);
	buffer_add_string(out, " |\n");
}

static void add_page(struct buffer *out, const struct diag_def *def)
{
	/* The heading is the name alone, so that the place can be linked to by name. */
	buffer_printf(out, "\n## %s\n\n**%s**, %s. ", def->name, def->code,
		      level_names[def->level]);
	add_text(out, def->summary);
	buffer_add_string(out, ".\n");
	if (def->explain) {
		buffer_add_string(out, "\n");
		add_text(out, def->explain);
		buffer_add_string(out, "\n");
	}
	if (def->example)
		buffer_printf(out, "\n```dts\n%s```\n", def->example);
	if (def->fix) {
		buffer_add_string(out, "\nFix: ");
		add_text(out, def->fix + (def->fix[0] == FIX_FOR_EXPLAIN[0]));
		buffer_add_string(out, "\n");
	}
}

/* NV2-E0123: the number tells diagnostics apart, the letter is the level's. */
static int compare_numbers(const void *a, const void *b)
{
	const struct diag_def *const *left = a, *const *right = b;

	return strcmp((*left)->code + strlen("NV2-E"), (*right)->code + strlen("NV2-E"));
}

void diags_print_reference(const struct diags *diags, struct buffer *out)
{
	size_t count = diags->defs.count;
	const struct diag_def **defs =
		arena_alloc(diags->arena, count * sizeof(const struct diag_def *));

	memcpy(defs, diags->defs.items, count * sizeof(const struct diag_def *));
	qsort(defs, count, sizeof(const struct diag_def *), compare_numbers);
	buffer_printf(out,
		      "<!-- SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause -->\n"
		      "# Diagnostics of nv2dtc\n\n"
		      "All %zu, by their numbers. `nv2dtc explain NAME` shows one in a terminal. "
		      "Examples\n"
		      "are whole files that give the diagnostic.\n\n"
		      "| code | name | level | what |\n|---|---|---|---|\n",
		      count);
	for (size_t i = 0; i < count; i++)
		add_row(out, defs[i]);
	for (size_t i = 0; i < count; i++)
		add_page(out, defs[i]);
}
