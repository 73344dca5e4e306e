/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes what the grammar did not expect, says what the user probably meant.
 * Never says twice what one mistake set off.
 */
#include <string.h>

#include "lang/actions.h"
#include "lang/grammar.h"

/* The statement that a word in front of a token of this kind may be meant for, or NULL. */
static const char *closest_statement(const char *word, int follows)
{
	static const struct {
		const char *word;
		int follows;
	} statements[] = {
		{"board", STRING}, {"guest", STRING}, {"npu", WORD},  {"gpu", WORD},
		{"link", WORD},    {"extra", WORD},   {"phb", NUMBER}, {"slots", '{'},
	};
	const char *words[sizeof(statements) / sizeof(statements[0])];
	size_t count = 0;

	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
		if (statements[i].follows == follows)
			words[count++] = statements[i].word;
	return closest_name(word, words, count);
}

void report_unknown_statement(struct parser *parser, const char *word, struct span where,
			      int follows)
{
	const char *closest = closest_statement(word, follows);
	struct diag_record *error = lang_error(parser->scan, LANG_UNKNOWN_STATEMENT, where,
					       "there is no statement '%s'", word);

	if (closest) {
		diag_fix(parser->lang->diags, error, "did you mean '%s'?", closest);
		diag_edit(parser->lang->diags, error, where, "%s", closest);
	} else {
		diag_fix(parser->lang->diags, error,
			 "statements are board, guest, npu, gpu, link, phb, slots and extra");
	}
}

/* Whether a syntax error here would only repeat what was said about the same place. */
static bool said_already(const struct parser *parser, struct span span, struct span before,
			 bool at_end)
{
	const struct scan *scan = parser->scan;
	const struct source *source = source_get(parser->lang->sources, span.file);
	struct span last = parser->last_error;

	if (scan->stopped || (at_end && (scan->unbalanced || scan->swallowed)))
		return true;
	if (scan_error_on_line(scan, span) || scan_error_on_line(scan, before) ||
	    (scan->last_error.file == span.file && scan->last_error.offset >= span.offset))
		return true;
	/* Having lost its way, the parser may stumble again on the same line. */
	return source && last.file == span.file && last.offset <= span.offset &&
	       !memchr(source->text + last.offset, '\n', span.offset - last.offset);
}

/* Whether a line end lies between two tokens, the second in another file perhaps. */
static bool starts_line(const struct parser *parser, struct span before, struct span span)
{
	const struct source *source = source_get(parser->lang->sources, span.file);

	return before.file != span.file ||
	       (source && before.offset < span.offset &&
		memchr(source->text + before.offset, '\n', span.offset - before.offset));
}

/* Puts the place where something is missing at the end of the token before. */
static struct span behind(struct span span)
{
	if (span.len) {
		span.offset += span.len - 1;
		span.len = 1;
	}
	return span;
}

static const char *span_text(struct parser *parser, struct span span)
{
	const struct source *source = source_get(parser->lang->sources, span.file);

	return arena_strndup(parser->lang->arena, source->text + span.offset,
			     span.len < 40 ? span.len : 40);
}

bool is_word(int kind)
{
	return kind >= WORD && kind <= WORD_AT;
}

static bool ends_statement(int kind)
{
	return !kind || kind == ';' || kind == '{' || kind == '}';
}

/* How many bytes from `span` on, on its line, are of `set`. */
static size_t run_of(const struct parser *parser, struct span span, const char *set)
{
	const struct source *source = source_get(parser->lang->sources, span.file);

	return source ? strspn(source->text + span.offset, set) : 0;
}

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define NAME_CHARACTERS LETTERS "0123456789_-,.+"

/* `board example,redbud {`: the name is whole, and only its quotes are missing. */
static void fix_unquoted_name(struct parser *parser, struct diag_record *error, struct span span)
{
	span.len = (uint32_t)run_of(parser, span, NAME_CHARACTERS);
	diag_fix(parser->lang->diags, error, "put the name into quotes: \"%s\"",
		 span_text(parser, span));
	diag_edit(parser->lang->diags, error, span, "\"%s\"", span_text(parser, span));
}

/* `npu "npu0" {`. */
static void fix_quoted_label(struct parser *parser, struct diag_record *error, struct span span)
{
	struct span label = {span.file, span.offset + 1, span.len - 2};

	if (span.len <= 2 || run_of(parser, label, LETTERS "0123456789_-") != label.len) {
		diag_fix(parser->lang->diags, error,
			 "write a name of letters, digits, '_' and '-'");
		return;
	}
	diag_fix(parser->lang->diags, error, "write it without: %s", span_text(parser, label));
	diag_edit(parser->lang->diags, error, span, "%s", span_text(parser, label));
}

/* What stands behind a keyword, said when something else does. */
static bool report_keyword(struct parser *parser, struct span span, int found)
{
	struct scan *scan = parser->scan;
	static const struct {
		int keyword;
		const char *text, *fix;
		const char *in_quotes; /* said of a string where a label should be */
	} wants[] = {
		{WORD_BOARD, "a board has a name, in quotes", "write `board \"…\" { … }`", NULL},
		{WORD_GUEST, "a guest has a name, in quotes", "write `guest \"…\" { … }`", NULL},
		{WORD_NPU, "an npu has a label", "write `npu LABEL { … }`",
		 "a label stands without quotes"},
		{WORD_GPU, "a gpu has a label", "write `gpu LABEL { … }`",
		 "a label stands without quotes"},
		{WORD_PHB, "a phb has a number", "write `phb 1 { … }`", NULL},
		{WORD_EXTRA, "extra says for which output",
		 "write `extra host-fw { … }`, or host-os or guest", NULL},
		{WORD_LINK, "a link joins two devices",
		 "write `link npu0:0-2 <-> GPU0:1,3,5 at … Gbps;`", NULL},
	};

	if (found == ':' || found == '=' || !ends_statement(scan->last[2]))
		return false;
	for (size_t i = 0; i < sizeof(wants) / sizeof(wants[0]); i++) {
		bool quoted = found == STRING && wants[i].in_quotes;
		struct diag_record *error;

		if (wants[i].keyword != scan->last[1])
			continue;
		error = lang_error(scan, LANG_SYNTAX, span, "%s",
				   quoted ? wants[i].in_quotes : wants[i].text);
		if (quoted)
			fix_quoted_label(parser, error, span);
		else if (is_word(found) &&
			 (scan->last[1] == WORD_BOARD || scan->last[1] == WORD_GUEST))
			fix_unquoted_name(parser, error, span);
		else
			diag_fix(parser->lang->diags, error, "%s", wants[i].fix);
		return true;
	}
	return false;
}

/* What to write instead of a token that cannot be where it is, where that is plain. */
static void fix_unexpected(struct parser *parser, struct diag_record *error, struct span span,
			   int found, const char *expected)
{
	const struct scan *scan = parser->scan;

	if (expected && strstr(expected, "'<->'") && found == ';') {
		diag_fix(parser->lang->diags, error, "name the other end behind `<->`");
	} else if (expected && strstr(expected, "'<->'") && is_word(found) &&
		   scan->last[2] == WORD_LINK) {
		diag_fix(parser->lang->diags, error,
			 "write `<->` between the ends of a link, or its label before it: `%s: "
			 "link …`",
			 span_text(parser, scan->last_spans[1]));
	} else if (expected && strstr(expected, "'<->'")) {
		diag_fix(parser->lang->diags, error, "write `<->` between the ends of a link");
		if (found != ':' && found != '-' && found != '<' && found != '=')
			return;
		span.len = (uint32_t)run_of(parser, span, "-=:<>");
		diag_edit(parser->lang->diags, error, span, "<->");
	} else if (scan->last[1] == '-' && scan->last[2] == NUMBER && !scan->parens &&
		   (found == '-' || is_word(found))) {
		/* `npu0:0 -- GPU0`: the first looked like that of a range. */
		diag_fix(parser->lang->diags, error, "write `<->` between the ends of a link");
	} else if (found == '-' && (scan->last[1] == '=' || scan->last[1] == ',')) {
		diag_fix(parser->lang->diags, error,
			 "numbers are not negative: write it without '-'");
	}
}

static void report_missing_equals(struct parser *parser, struct span word, struct span value)
{
	struct diag_record *error =
		lang_error(parser->scan, LANG_SYNTAX, behind(word), "'=' is missing behind '%s'",
			   span_text(parser, word));

	diag_fix(parser->lang->diags, error, "write `%s = %s;`", span_text(parser, word),
		 span_text(parser, value));
	word.offset += word.len;
	word.len = 0;
	diag_edit(parser->lang->diags, error, word, " =");
}

/* `slot "GPU0"`, `bord "b" {`, `lnk npu0:0`: a first word that starts no statement. */
static bool report_first_word(struct parser *parser, struct span span, int found)
{
	struct scan *scan = parser->scan;
	struct span word = scan->last_spans[1];
	struct diag_record *error;

	if (found == ':' && scan->last[2] == WORD && ends_statement(scan->last[3])) {
		word = scan->last_spans[2];
		report_unknown_statement(parser, span_text(parser, word), word, WORD);
		return true;
	}
	if (found == ';' && is_word(scan->last[1]) && scan->last[2] == WORD &&
	    ends_statement(scan->last[3])) {
		word = scan->last_spans[2];
		report_missing_equals(parser, word, scan->last_spans[1]);
		return true;
	}
	if (scan->last[1] != WORD || !ends_statement(scan->last[2]) || word.file != span.file)
		return false;
	if (found == ',') {
		error = lang_error(scan, LANG_SYNTAX, span, "names have no ',' here");
		diag_fix(parser->lang->diags, error,
			 "device-tree properties stand in extra blocks");
		return true;
	}
	if (found != STRING && found != NUMBER && found != '{')
		return false;
	if (found == '{' || closest_statement(span_text(parser, word), found)) {
		report_unknown_statement(parser, span_text(parser, word), word, found);
		return true;
	}
	report_missing_equals(parser, word, span);
	return true;
}

/* `64 KB`: the scanner takes units only as they are written right. */
static bool report_unit(struct parser *parser, struct span span, int found)
{
	struct scan *scan = parser->scan;
	struct diag_record *error;

	if (scan->last[1] != NUMBER || !is_word(found))
		return false;
	error = lang_error(scan, LANG_SYNTAX, span, "'%s' is no unit of size",
			   span_text(parser, span));
	diag_fix(parser->lang->diags, error, "the units are KiB, MiB, GiB and TiB");
	return true;
}

static bool report_rate(struct parser *parser, struct span span)
{
	struct scan *scan = parser->scan;
	struct diag_record *error;

	if (scan->last[1] == WORD_AT) {
		error = lang_error(scan, LANG_SYNTAX, span, "'at' is followed by a rate");
		diag_fix(parser->lang->diags, error, "write a rate, as in `at 25 Gbps`");
		return true;
	}
	if (scan->last[2] != WORD_AT || (scan->last[1] != NUMBER && scan->last[1] != DECIMAL))
		return false;
	error = lang_error(scan, LANG_SYNTAX, span, "a rate is a number and its unit");
	diag_fix(parser->lang->diags, error, "write `at %s Gbps`",
		 span_text(parser, scan->last_spans[1]));
	return true;
}

void syntax_error(struct parser *parser, struct span span, const char *found, bool at_end,
		  bool semicolon, const char *expected)
{
	struct scan *scan = parser->scan;
	struct diag_record *error;
	/* The end of the file is no token that was noted. */
	struct span before = scan->last_spans[!at_end], own = scan->last_error;
	int kind = scan->last[0], kind_before = scan->last[!at_end];
	bool quiet = said_already(parser, span, before, at_end);

	parser->semicolon_missing = semicolon && !ends_statement(kind_before) &&
				    (at_end || kind == '}' || starts_line(parser, before, span));
	parser->last_error = parser->semicolon_missing ? before : span;
	if (quiet)
		return;
	if (parser->semicolon_missing) {
		error = lang_error(scan, LANG_SYNTAX, behind(before), "';' is missing behind this");
		diag_fix(parser->lang->diags, error, "end the statement with ';'");
		before.offset += before.len;
		before.len = 0;
		diag_edit(parser->lang->diags, error, before, ";");
	} else if (at_end) {
		lang_error(scan, LANG_SYNTAX, behind(before),
			   "the file ends in the middle of a statement%s%s",
			   expected ? "; expected " : "", expected ? expected : "");
	} else if (!report_keyword(parser, span, kind) &&
		   !report_first_word(parser, span, kind) && !report_rate(parser, span) &&
		   !(semicolon && report_unit(parser, span, kind))) {
		if (found && found[0] != '\'') /* a name, a number, …: quote it */
			found = arena_printf(parser->lang->arena, "'%s'", span_text(parser, span));
		error = lang_error(scan, LANG_SYNTAX, span, "unexpected %s%s%s",
				   found ? found : "text", expected ? ", expected " : "",
				   expected ? expected : "");
		fix_unexpected(parser, error, span, kind, expected);
	}
	/* lang_error() notes the scanner's own errors there. */
	scan->last_error = own;
}
