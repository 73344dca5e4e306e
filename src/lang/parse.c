/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a source, gives its syntax tree: checks the text, runs the parser over
 * it. Never stops at the first error.
 */
#include "lang/parse.h"

#include <string.h>

#include "lang/actions.h"
#include "lang/grammar.h"

/* The text itself is checked before it is scanned, so that messages can quote it. */
static bool check_text(struct scan *scan, const struct source *source)
{
	size_t bad = source_find_bad_byte(source);
	struct span span = {source->id, (uint32_t)bad, 1};
	struct diag_record *error;

	if (bad == source->size)
		return true;
	error = lang_error(scan, LANG_NOT_TEXT, span, "byte 0x%02x here is not UTF-8 text",
			   (unsigned char)source->text[bad]);
	if (source->size >= 4 && !memcmp(source->text, "\xd0\x0d\xfe\xed", 4))
		diag_fix(scan->lang->diags, error,
			 "this is a device tree blob or a bundle, and no wiring: nv2dtc import, "
			 "merge, verify and dump read those");
	return false;
}

struct syntax *parse_source(struct lang *lang, struct source *source, bool fragment, bool verbatim)
{
	struct syntax *syntax = arena_alloc(lang->arena, sizeof(*syntax));
	struct scan scan = {.lang = lang, .syntax = syntax, .verbatim = verbatim};
	struct parser parser = {.lang = lang, .scan = &scan, .syntax = syntax};
	void *scanner = NULL;

	scan.skip_comments = true;
	if (!check_text(&scan, source))
		return syntax;
	if (scanner_open(&scan, source, &scanner))
		nv2_parse(&parser, scanner);
	scanner_close(scanner);
	syntax->end = (struct span){source->id, (uint32_t)source->size, 0};
	if (!fragment && !parser.seen_version && !scan.stopped) {
		struct diag_record *error = lang_error(&scan, LANG_VERSION,
						       (struct span){source->id, 0, 1},
						       "the file does not start with /nv2-v1/;");

		diag_fix(lang->diags, error, "make /nv2-v1/; the first statement");
		diag_edit(lang->diags, error, (struct span){source->id, 0, 0}, "/nv2-v1/;\n\n");
	}
	return syntax;
}

struct syntax *parse_file(struct lang *lang, struct source *source)
{
	return parse_source(lang, source, false, false);
}

struct syntax *parse_fragment(struct lang *lang, struct source *source)
{
	return parse_source(lang, source, true, false);
}
