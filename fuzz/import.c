/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes any bytes as a host tree and imports it. Promises: what is written is
 * a wiring file in the canonical layout; if import had nothing to say against
 * the tree, neither has the checker against the wiring.
 */
#include "fuzz.h"
#include "import/import.h"

static void check_text(const struct buffer *text, bool expect_good)
{
	struct wiring_options options = {0};
	struct buffer formatted = {0};
	struct session session;
	struct source *source;

	open_session(&session);
	source = source_from_text(session.sources, "a.nv2", text->data, text->len);
	PROMISE(format_source(&session.lang, source, false, &formatted));
	expect_same(&formatted, text);
	build_wiring(session.arena, session.strings, session.diags,
		     parse_file(&session.lang, source), &options);
	PROMISE(!expect_good || !diags_have_errors(session.diags));
	print_diagnostics(&session);
	buffer_free(&formatted);
	close_session(&session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer text = {0};
	struct session session;
	struct tree *tree;

	open_session(&session);
	tree = read_tree(&session, "a.dtb", data, size);
	if (tree && import_tree(&session.lang, tree, &text))
		check_text(&text, !session.diags->first);
	else
		PROMISE(diags_have_errors(session.diags));
	print_diagnostics(&session);
	buffer_free(&text);
	close_session(&session);
	return 0;
}
