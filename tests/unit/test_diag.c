/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes nothing, checks diagnostics: which are given, in what order, and what
 * people, JSON and SARIF readers get to see of them.
 */
#include <check.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "diag/diag.h"
#include "unit.h"

static const struct diag_def bad_thing = {
	.code = "NV2-E9001",
	.name = "bad-thing",
	.level = SEVERITY_ERROR,
	.summary = "A thing is bad",
	.explain = "Why it is bad.\nIn two lines.",
	.example = "/nv2-v1/;\nbad;\n",
};
static const struct diag_def odd_thing = {
	.code = "NV2-W9002",
	.name = "odd-thing",
	.level = SEVERITY_WARNING,
	.summary = "A thing is odd",
	.explain = "Why it is odd.",
	.fix = "make it even",
};
static const struct diag_def strange_thing = {
	.code = "NV2-W9003",
	.name = "strange-thing",
	.level = SEVERITY_WARNING,
	.summary = "A thing is strange",
};
static const struct diag_def mere_hint = {
	.code = "NV2-N9004",
	.name = "mere-hint",
	.level = SEVERITY_NOTE,
	.summary = "A hint",
	.explain = "Why.",
};

static struct arena *arena;
static struct sources *sources;
static struct diags *diags;
static struct buffer out;

static void setup(void)
{
	arena = arena_new();
	sources = sources_new(arena);
	diags = diags_new(arena, sources);
	diag_register(diags, &bad_thing);
	diag_register(diags, &odd_thing);
	diag_register(diags, &strange_thing);
	diag_register(diags, &mere_hint);
	out = (struct buffer){0};
}

static void teardown(void)
{
	buffer_free(&out);
	arena_free(arena);
}

static struct source *add_source(const char *name, const char *text)
{
	return source_from_text(sources, name, text, strlen(text));
}

static struct span span_of(const struct source *source, const char *part)
{
	const char *at = strstr(source->text, part);

	ck_assert_ptr_nonnull(at);
	return (struct span){source->id, (uint32_t)(at - source->text), (uint32_t)strlen(part)};
}

static const struct span nowhere;

static const char *print_text(bool color)
{
	out.len = 0;
	buffer_add_string(&out, "");
	diags_print_text(diags, &out, color);
	return out.data;
}

static void expect_text(const char *want)
{
	const char *got = print_text(false);

	ck_assert_msg(!strcmp(got, want), "got:\n%s\nwanted:\n%s", got, want);
}

/* ---- what is given ---- */

START_TEST(finds_by_code_and_name)
{
	ck_assert_ptr_eq(diag_find(diags, "NV2-E9001"), &bad_thing);
	ck_assert_ptr_eq(diag_find(diags, "odd-thing"), &odd_thing);
	ck_assert_ptr_null(diag_find(diags, "odd-thin"));
	ck_assert_ptr_null(diag_find(diags, "nv2-e9001"));
	ck_assert_ptr_null(diag_find(diags, ""));
}
END_TEST

static enum severity given(const struct diag_def *def)
{
	struct diag_record *record = diag_add(diags, def, nowhere, "x");

	return record ? record->severity : SEVERITY_OFF;
}

static const struct {
	const char *options[4];
	enum severity bad, odd, strange, hint;
} levels[] = {
	{{NULL}, SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_WARNING, SEVERITY_NOTE},
	{{"error"}, SEVERITY_ERROR, SEVERITY_ERROR, SEVERITY_ERROR, SEVERITY_NOTE},
	{{"error", "no-error"}, SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_WARNING, SEVERITY_NOTE},
	{{"no-odd-thing"}, SEVERITY_ERROR, SEVERITY_OFF, SEVERITY_WARNING, SEVERITY_NOTE},
	{{"no-NV2-W9002"}, SEVERITY_ERROR, SEVERITY_OFF, SEVERITY_WARNING, SEVERITY_NOTE},
	{{"no-mere-hint"}, SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_WARNING, SEVERITY_OFF},
	{{"error=odd-thing"}, SEVERITY_ERROR, SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_NOTE},
	{{"error=NV2-W9003"}, SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_ERROR, SEVERITY_NOTE},
	{{"error=mere-hint"}, SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_WARNING, SEVERITY_ERROR},
	{{"error=bad-thing"}, SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_WARNING, SEVERITY_NOTE},
	{{"bad-thing"}, SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_WARNING, SEVERITY_NOTE},
	/* the last one counts, but off is off */
	{{"no-odd-thing", "odd-thing"}, SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_WARNING,
	 SEVERITY_NOTE},
	{{"odd-thing", "no-odd-thing"}, SEVERITY_ERROR, SEVERITY_OFF, SEVERITY_WARNING,
	 SEVERITY_NOTE},
	{{"error", "no-odd-thing"}, SEVERITY_ERROR, SEVERITY_OFF, SEVERITY_ERROR, SEVERITY_NOTE},
	{{"no-odd-thing", "error"}, SEVERITY_ERROR, SEVERITY_OFF, SEVERITY_ERROR, SEVERITY_NOTE},
	{{"error=odd-thing", "no-odd-thing"}, SEVERITY_ERROR, SEVERITY_OFF, SEVERITY_WARNING,
	 SEVERITY_NOTE},
	{{"no-odd-thing", "error=odd-thing"}, SEVERITY_ERROR, SEVERITY_ERROR, SEVERITY_WARNING,
	 SEVERITY_NOTE},
	{{"error=odd-thing", "no-error"}, SEVERITY_ERROR, SEVERITY_ERROR, SEVERITY_WARNING,
	 SEVERITY_NOTE},
};

START_TEST(obeys_options)
{
	for (size_t i = 0; i < COUNT(levels[_i].options) && levels[_i].options[i]; i++)
		ck_assert_int_eq(diag_option(diags, levels[_i].options[i]), DIAG_OPTION_OK);
	ck_assert_int_eq(given(&bad_thing), levels[_i].bad);
	ck_assert_int_eq(given(&odd_thing), levels[_i].odd);
	ck_assert_int_eq(given(&strange_thing), levels[_i].strange);
	ck_assert_int_eq(given(&mere_hint), levels[_i].hint);
}
END_TEST

START_TEST(refuses_options)
{
	static const char *const unknown[] = {"", "no-", "error=", "nothing", "no-nothing",
					      "error=nothing", "no-no-odd-thing", "Error"};

	for (size_t i = 0; i < COUNT(unknown); i++)
		ck_assert_int_eq(diag_option(diags, unknown[i]), DIAG_OPTION_UNKNOWN);
	ck_assert_int_eq(diag_option(diags, "no-bad-thing"), DIAG_OPTION_ERROR_OFF);
	ck_assert_int_eq(diag_option(diags, "no-NV2-E9001"), DIAG_OPTION_ERROR_OFF);
	ck_assert_int_eq(given(&bad_thing), SEVERITY_ERROR);
	ck_assert_int_eq(given(&odd_thing), SEVERITY_WARNING);
}
END_TEST

START_TEST(counts)
{
	ck_assert(!diags_have_errors(diags));
	given(&odd_thing);
	given(&mere_hint);
	given(&mere_hint);
	ck_assert(!diags_have_errors(diags));
	ck_assert_uint_eq(diags->counts[SEVERITY_WARNING], 1);
	ck_assert_uint_eq(diags->counts[SEVERITY_NOTE], 2);
	given(&bad_thing);
	ck_assert(diags_have_errors(diags));
	ck_assert_uint_eq(diags->counts[SEVERITY_ERROR], 1);
}
END_TEST

START_TEST(says_nothing_when_off)
{
	struct diag_record *record;

	diag_option(diags, "no-odd-thing");
	record = diag_add(diags, &odd_thing, nowhere, "x");
	ck_assert_ptr_null(record);
	ck_assert_ptr_null(diag_add_about(diags, &odd_thing, "subject", "x"));
	diag_note(diags, record, nowhere, "x");
	diag_note_about(diags, record, "subject", "x");
	diag_fix(diags, record, "x");
	diags_sort(diags);
	expect_text("");
	ck_assert_uint_eq(diags->counts[SEVERITY_OFF], 0);
}
END_TEST

START_TEST(sorts)
{
	struct source *a = add_source("a", "0123456789"), *b = add_source("b", "0123456789");
	const struct {
		struct span span;
		const char *message;
	} given_in[] = {
		{{0}, "nowhere 1"},
		{{b->id, 3, 1}, "b3"},
		{{a->id, 9, 1}, "a9"},
		{{0}, "nowhere 2"},
		{{a->id, 2, 5}, "a2 first"},
		{{b->id, 0, 1}, "b0"},
		{{a->id, 2, 1}, "a2 second"},
		{{a->id, 0, 1}, "a0"},
	};
	static const char *const wanted[] = {"a0", "a2 first", "a2 second", "a9", "b0",
					     "b3", "nowhere 1", "nowhere 2"};
	const struct diag_record *record;
	size_t at = 0;

	diags_sort(diags);
	for (size_t i = 0; i < COUNT(given_in); i++)
		diag_add(diags, i % 2 ? &bad_thing : &odd_thing, given_in[i].span, "%s",
			 given_in[i].message);
	diags_sort(diags);
	for (record = diags->first; record; record = record->next, at++) {
		ck_assert_uint_lt(at, COUNT(wanted));
		ck_assert_str_eq(record->message, wanted[at]);
	}
	ck_assert_uint_eq(at, COUNT(wanted));
	ck_assert_str_eq(diags->last->message, "nowhere 2");
	diag_add(diags, &bad_thing, nowhere, "late");
	ck_assert_str_eq(diags->last->message, "late");
}
END_TEST

static size_t count_records(void)
{
	size_t count = 0;

	for (const struct diag_record *record = diags->first; record; record = record->next)
		count++;
	return count;
}

START_TEST(says_the_same_once)
{
	struct source *source = add_source("a", "0123456789");
	struct span span = {source->id, 3, 2};

	diag_add(diags, &bad_thing, span, "same");
	diag_add(diags, &bad_thing, span, "same");
	diag_add(diags, &bad_thing, span, "same");
	diags_sort(diags);
	ck_assert_uint_eq(count_records(), 1);
	ck_assert_uint_eq(diags->counts[SEVERITY_ERROR], 1);
	/* another text, length, place or diagnostic is another mistake */
	diag_add(diags, &bad_thing, span, "other");
	diag_add(diags, &bad_thing, (struct span){source->id, 3, 1}, "same");
	diag_add(diags, &bad_thing, (struct span){source->id, 4, 2}, "same");
	diag_add(diags, &odd_thing, span, "same");
	diags_sort(diags);
	ck_assert_uint_eq(count_records(), 5);
}
END_TEST

START_TEST(says_the_same_once_with_others_between)
{
	struct source *source = add_source("a", "0123456789");
	struct span span = {source->id, 3, 2};

	diag_add(diags, &bad_thing, span, "same");
	diag_add(diags, &odd_thing, span, "between");
	diag_add(diags, &bad_thing, span, "same");
	diags_sort(diags);
	ck_assert_uint_eq(count_records(), 2);
	ck_assert_uint_eq(diags->counts[SEVERITY_ERROR], 1);
	ck_assert_uint_eq(diags->counts[SEVERITY_WARNING], 1);
}
END_TEST

START_TEST(keeps_what_is_about_nothing)
{
	diag_add_about(diags, &bad_thing, "a", "same");
	diag_add_about(diags, &bad_thing, "b", "same");
	diags_sort(diags);
	ck_assert_uint_eq(count_records(), 2);
	ck_assert_uint_eq(diags->counts[SEVERITY_ERROR], 2);
}
END_TEST

/* ---- text ---- */

START_TEST(prints_a_place)
{
	struct source *source = add_source("a.nv2", "board \"b\" {\n\tnpu npu0;\n};\n");

	diag_add(diags, &bad_thing, span_of(source, "npu0"), "no chip");
	expect_text("a.nv2:2:6: error: no chip [NV2-E9001]\n"
		    "    2 |         npu npu0;\n"
		    "      |             ^~~~\n");
}
END_TEST

START_TEST(prints_notes_and_a_fix)
{
	struct source *source = add_source("a.nv2", "first;\nsecond;\n");
	struct diag_record *record =
		diag_add(diags, &odd_thing, span_of(source, "second"), "%s again", "wired");

	diag_note(diags, record, span_of(source, "f"), "it was here");
	diag_note_about(diags, record, "host.dtb: /npu", "and there");
	diag_fix(diags, record, "remove %s", "one");
	expect_text("a.nv2:2:1: warning: wired again [NV2-W9002]\n"
		    "    2 | second;\n"
		    "      | ^~~~~~\n"
		    "a.nv2:1:1: note: it was here\n"
		    "    1 | first;\n"
		    "      | ^\n"
		    "host.dtb: /npu: note: and there\n"
		    "  fix: remove one\n");
}
END_TEST

/* Where the record has no fix of its own, that of its diagnostic. */
START_TEST(prints_the_usual_fix)
{
	diag_add(diags, &odd_thing, nowhere, "odd");
	diag_fix(diags, diag_add(diags, &odd_thing, nowhere, "odder"), "make it odder");
	diag_add(diags, &bad_thing, nowhere, "bad");
	diag_add(diags, &mere_hint, nowhere, "hint");
	expect_text("warning: odd [NV2-W9002]\n"
		    "  fix: make it even\n"
		    "warning: odder [NV2-W9002]\n"
		    "  fix: make it odder\n"
		    "error: bad [NV2-E9001]\n"
		    "note: hint [NV2-N9004]\n");
}
END_TEST

START_TEST(prints_without_a_place)
{
	diag_add(diags, &bad_thing, nowhere, "just so");
	diag_add_about(diags, &mere_hint, "host.dtb: /pciex", "a subject");
	expect_text("error: just so [NV2-E9001]\n"
		    "host.dtb: /pciex: note: a subject [NV2-N9004]\n");
}
END_TEST

START_TEST(prints_the_way_in)
{
	struct source *main = add_source("a.nv2", "x;\n/include/ \"b\"\n");
	struct source *middle = add_source("b", "\n\n/include/ \"c\"\n");
	struct source *inner = add_source("c", "wrong;\n");

	middle->included_from = span_of(main, "/include/");
	inner->included_from = span_of(middle, "/include/");
	diag_add(diags, &bad_thing, span_of(inner, "wrong"), "bad");
	expect_text("In file included from b:3:\n"
		    "In file included from a.nv2:2:\n"
		    "c:1:1: error: bad [NV2-E9001]\n"
		    "    1 | wrong;\n"
		    "      | ^~~~~\n");
}
END_TEST

static const struct {
	const char *text, *part;
	const char *want; /* behind the first line */
} layouts[] = {
	{"x", "x", "    1 | x\n      | ^\n"},
	{"\tx\ty", "y", "    1 |         x       y\n      |                 ^\n"},
	{"abc\tx", "x", "    1 | abc     x\n      |         ^\n"},
	{"1234567\tx", "x", "    1 | 1234567 x\n      |         ^\n"},
	{"12345678\tx", "x", "    1 | 12345678        x\n      |                 ^\n"},
	{"a\tb", "\t", "    1 | a       b\n      |  ^~~~~~~\n"},
	/* two columns each */
	{"漢字 x", "x", "    1 | 漢字 x\n      |      ^\n"},
	{"漢字 x", "漢字", "    1 | 漢字 x\n      | ^~~~\n"},
	{"😀x", "x", "    1 | 😀x\n      |   ^\n"},
	{"ＡＢ\tx", "x", "    1 | ＡＢ    x\n      |         ^\n"},
	{"한국 x", "x", "    1 | 한국 x\n      |      ^\n"},
	/* no column: a combining accent, a zero width space */
	{"e\u0301 x", "x", "    1 | e\u0301 x\n      |   ^\n"},
	{"a\u200b x", "x", "    1 | a\u200b x\n      |   ^\n"},
	/* one column of several bytes */
	{"é→ x", "x", "    1 | é→ x\n      |    ^\n"},
	{"é→ x", "→", "    1 | é→ x\n      |  ^\n"},
	/* CR LF shows no CR */
	{"ab;\r\ncd", "ab", "    1 | ab;\n      | ^~\n"},
	/* a span over lines is marked to the end of its first */
	{"a bc\ndef", "bc\nde", "    1 | a bc\n      |   ^~\n"},
	{"a\x1b[31m b", "b", "    1 | a?[31m b\n      |        ^\n"},
};

START_TEST(lays_out_lines)
{
	struct source *source = add_source("a", layouts[_i].text);
	const char *text;

	diag_add(diags, &bad_thing, span_of(source, layouts[_i].part), "x");
	text = strchr(print_text(false), '\n') + 1;
	ck_assert_msg(!strcmp(text, layouts[_i].want), "got:\n%s\nwanted:\n%s", text,
		      layouts[_i].want);
}
END_TEST

START_TEST(points_at_the_end)
{
	struct source *source = add_source("a", "abc\nde");

	diag_add(diags, &bad_thing, (struct span){source->id, 6, 0}, "end");
	expect_text("a:2:3: error: end [NV2-E9001]\n"
		    "    2 | de\n"
		    "      |   ^\n");
}
END_TEST

/* Columns of a text without wide characters: … counts as one. */
static size_t columns(const char *text, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

/* The caret stands below the character that the place names. */
static void expect_caret_below(char wanted)
{
	const char *line = strchr(print_text(false), '\n') + 1, *end = strchr(line, '\n');
	const char *caret_line = end + 1, *caret, *at = line;
	size_t column;

	ck_assert_ptr_nonnull(end);
	caret = strchr(caret_line, '^');
	ck_assert_ptr_nonnull(caret);
	column = columns(caret_line, (size_t)(caret - caret_line));
	while (at < end && columns(line, (size_t)(at + 1 - line)) <= column)
		at++;
	ck_assert_msg(at < end && *at == wanted, "'%c' is not above the caret:\n%s", wanted,
		      out.data);
	ck_assert_msg(columns(line, (size_t)(end - line)) <= 140, "too wide:\n%s", out.data);
}

START_TEST(shows_a_window_of_long_lines)
{
	enum { LENGTH = 1000 };
	static const uint32_t places[] = {0, 1, 39, 40, 41, 90, 99, 100, 101, 500, 998, 999};
	char text[LENGTH + 1];

	for (size_t i = 0; i < COUNT(places); i++) {
		struct source *source;

		memset(text, '.', LENGTH);
		text[LENGTH] = '\0';
		text[places[i]] = 'X';
		source = add_source("a", text);
		diags->first = diags->last = NULL;
		diag_add(diags, &bad_thing, (struct span){source->id, places[i], 1}, "here");
		expect_caret_below('X');
	}
}
END_TEST

START_TEST(shows_the_place_behind_many_tabs)
{
	for (uint32_t tabs = 0; tabs < 200; tabs++) {
		char *text = arena_printf(arena, "%*s", (int)tabs + 1, "X");
		struct source *source;

		memset(text, '\t', tabs);
		source = add_source("a", text);
		diags->first = diags->last = NULL;
		diag_add(diags, &bad_thing, (struct span){source->id, tabs, 1}, "here");
		expect_caret_below('X');
	}
}
END_TEST

START_TEST(shows_the_place_in_mixed_lines)
{
	static const char letters[] = "\t\t ab";
	uint64_t state = 7;

	for (unsigned turn = 0; turn < 2000; turn++) {
		char text[200];
		size_t len = 1 + random_below(&state, sizeof(text) - 2);
		uint32_t at = random_below(&state, (unsigned)len);
		struct source *source;

		for (size_t i = 0; i < len; i++)
			text[i] = letters[random_below(&state, sizeof(letters) - 1)];
		text[at] = 'X';
		text[len] = '\0';
		source = add_source("a", text);
		diags->first = diags->last = NULL;
		diag_add(diags, &bad_thing, (struct span){source->id, at, 1}, "here");
		expect_caret_below('X');
	}
}
END_TEST

START_TEST(aligns_large_line_numbers)
{
	static const uint32_t lines[] = {9, 99999, 100000, 1234567, UINT32_MAX};
	struct source *source = add_source("a", "....X...\n");

	source_add_marker(sources, source, 0, lines[_i], NULL);
	diag_add(diags, &bad_thing, span_of(source, "X"), "here");
	expect_caret_below('X');
}
END_TEST

START_TEST(survives_spans_of_nonsense)
{
	struct source *source = add_source("a", "é→😀\tx\r\ny");

	for (uint32_t offset = 0; offset < 20; offset++)
		for (uint32_t len = 0; len < 20; len++)
			diag_add(diags, &mere_hint, (struct span){source->id, offset, len}, "x");
	diag_add(diags, &mere_hint, (struct span){source->id, UINT32_MAX, UINT32_MAX}, "x");
	diags_sort(diags);
	ck_assert_uint_gt(strlen(print_text(true)), 1000);
}
END_TEST

/* What a terminal may be sent: text, line ends, and from us alone the colours. */
static void expect_harmless(const char *text, bool color, size_t lines)
{
	size_t found = 0;

	for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
		if (*at == '\n') {
			found++;
		} else if (*at == 0x1b && color) {
			ck_assert_int_eq(at[1], '[');
			for (at += 2; *at != 'm'; at++)
				EXPECT((*at >= '0' && *at <= '9') || *at == ';', "ESC [ %02x", *at);
		} else if (*at < 0x80) {
			EXPECT(*at >= 0x20 && *at != 0x7f, "%02x in:\n%s", *at, text);
		} else {
			struct source bytes = {.text = (char *)(uintptr_t)at, .size = 1};

			/* whole characters only */
			while (bytes.size < 5 && source_find_bad_byte(&bytes) < bytes.size)
				bytes.size++;
			EXPECT(bytes.size < 5, "broken UTF-8 in:\n%s", text);
			EXPECT(*at != 0xc2 || at[1] >= 0xa0, "a C1 control in:\n%s", text);
			EXPECT(memcmp(at, "\xe2\x80\xaa", 3) < 0 ||
				       memcmp(at, "\xe2\x80\xae", 3) > 0,
			       "an override in:\n%s", text);
			EXPECT(memcmp(at, "\xe2\x81\xa6", 3) < 0 ||
				       memcmp(at, "\xe2\x81\xa9", 3) > 0,
			       "an isolate in:\n%s", text);
			at += bytes.size - 1;
		}
	}
	EXPECT(found == lines, "%zu lines, not %zu:\n%s", found, lines, text);
}

#define EVIL                                                                                       \
	"\x1b]0;x\x07\x1b[2J\b\x7f\r\v\f\x01"                                                      \
	"\xc2\x80\xc2\x9b" "31m\xc2\x9f\u202a\u202e\u2066\u2069"

START_TEST(sends_no_controls_to_the_terminal)
{
	struct source *source = add_source("a" EVIL ".nv2", "good\n" EVIL " bad\n");
	struct source *inner = add_source("b" EVIL, EVIL "bad" EVIL);
	struct diag_record *record;

	inner->included_from = span_of(source, "bad");
	record = diag_add(diags, &bad_thing, span_of(inner, "bad"), "m%s", EVIL);
	diag_note(diags, record, span_of(source, "bad"), "n%s", EVIL);
	diag_note_about(diags, record, "s" EVIL, "n%s", EVIL);
	diag_fix(diags, record, "f%s", EVIL);
	diag_add_about(diags, &bad_thing, "t" EVIL, "m%s", EVIL);
	expect_harmless(print_text(false), false, 10);
	expect_harmless(print_text(true), true, 10);
}
END_TEST

/* A line end that comes from the input could forge a line of ours. */
START_TEST(prints_no_forged_lines)
{
	struct source *source = add_source("a\nb.nv2", "bad\n");
	struct diag_record *record;

	record = diag_add(diags, &bad_thing, span_of(source, "bad"), "m %s", "x\nc:1:1: error: y");
	diag_note_about(diags, record, "s\nt", "n %s", "x\ny");
	diag_fix(diags, record, "f %s", "x\ny");
	expect_harmless(print_text(false), false, 5);
}
END_TEST

START_TEST(prints_any_bytes)
{
	uint64_t state = 42;

	for (unsigned turn = 0; turn < 3000; turn++) {
		char text[80];
		size_t len = 1 + random_below(&state, sizeof(text) - 2);
		struct source *source;

		for (size_t i = 0; i < len; i++) {
			text[i] = (char)(random_below(&state, 3) ? 0x80 + random_below(&state, 128)
								 : 1 + random_below(&state, 127));
			if (text[i] == '\n')
				text[i] = ' ';
		}
		text[len] = '\0';
		source = add_source("a", text);
		diags->first = diags->last = NULL;
		diag_add(diags, &bad_thing,
			 (struct span){source->id, random_below(&state, (unsigned)len),
				       random_below(&state, 9)},
			 "%s", text);
		expect_harmless(print_text(false), false, 3);
	}
}
END_TEST

START_TEST(colours_nothing_but_colour)
{
	struct source *source = add_source("a.nv2", "first;\n\tsecond;\n");
	struct diag_record *record =
		diag_add(diags, &bad_thing, span_of(source, "second"), "message");
	const char *plain;
	char *at, *to, *colored;

	diag_note(diags, record, span_of(source, "first"), "note");
	diag_fix(diags, record, "fix");
	diag_add(diags, &odd_thing, span_of(source, "first"), "odd");
	diag_add(diags, &mere_hint, nowhere, "hint");
	plain = arena_strdup(arena, print_text(false));
	colored = arena_strdup(arena, print_text(true));
	ck_assert_str_ne(plain, colored);
	for (at = to = colored; *at;) {
		if (*at == 0x1b)
			at = strchr(at, 'm') + 1;
		else
			*to++ = *at++;
	}
	*to = '\0';
	ck_assert_str_eq(colored, plain);
}
END_TEST

static void add_errors(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		diag_add(diags, &bad_thing, nowhere, "number %u", i);
}

static unsigned count_of(const char *part)
{
	unsigned count = 0;

	for (const char *at = out.data; (at = strstr(at, part)); at++)
		count++;
	return count;
}

START_TEST(shows_twenty_errors)
{
	add_errors(20);
	print_text(false);
	ck_assert_uint_eq(count_of("error: number"), 20);
	ck_assert_uint_eq(count_of("\n"), 20);
	diag_add(diags, &odd_thing, nowhere, "a warning");
	add_errors(5);
	diag_add(diags, &mere_hint, nowhere, "a hint");
	print_text(false);
	ck_assert_uint_eq(count_of("error: number"), 20);
	ck_assert_uint_eq(count_of("warning: a warning"), 1);
	ck_assert_uint_eq(count_of("note: a hint"), 1);
	ck_assert_ptr_nonnull(strstr(out.data, "5 more errors are not shown, 25 in all\n"));
	/* the count is the last line */
	ck_assert_str_eq(strstr(out.data, "5 more"), "5 more errors are not shown, 25 in all\n");
}
END_TEST

START_TEST(shows_all_warnings)
{
	for (unsigned i = 0; i < 50; i++)
		diag_add(diags, &strange_thing, nowhere, "strange %u", i);
	print_text(false);
	ck_assert_uint_eq(count_of("\n"), 50);
}
END_TEST

/* ---- for machines ---- */

static json_t *load(void)
{
	json_error_t error;
	json_t *root = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, &error);

	ck_assert_msg(root != NULL, "%s: %.2000s", error.text, out.data);
	ck_assert_int_eq(out.data[out.len - 1], '\n');
	return root;
}

static json_t *load_json(void)
{
	out.len = 0;
	diags_print_json(diags, &out);
	return load();
}

static json_t *load_sarif(void)
{
	out.len = 0;
	diags_print_sarif(diags, &out);
	return load();
}

static void expect_string(const json_t *object, const char *key, const char *want)
{
	const char *got = json_string_value(json_object_get(object, key));

	ck_assert_msg(got && !strcmp(got, want), "%s is %s, not %s", key, got ? got : "(none)",
		      want);
}

static void expect_integer(const json_t *object, const char *key, json_int_t want)
{
	const json_t *value = json_object_get(object, key);

	ck_assert_msg(json_is_integer(value) && json_integer_value(value) == want, "%s", key);
}

static void add_samples(void)
{
	struct source *source = add_source("a b.nv2", "first;\n\té second;\n");
	struct diag_record *record =
		diag_add(diags, &bad_thing, span_of(source, "second"), "bad \"%s\"", "é");

	diag_note(diags, record, span_of(source, "first"), "here");
	diag_note_about(diags, record, "host.dtb: /x", "there");
	diag_fix(diags, record, "mend it");
	diag_add(diags, &odd_thing, span_of(source, "first"), "odd");
	diag_add_about(diags, &mere_hint, "host.dtb", "hint");
	diag_add(diags, &bad_thing, nowhere, "nowhere");
}

START_TEST(writes_json)
{
	json_t *root, *list, *item, *note;

	add_samples();
	root = load_json();
	ck_assert_ptr_eq(strstr(out.data, "{\n  \"format\": \"nv2-diagnostics-1\",\n"), out.data);
	ck_assert_uint_eq(json_object_size(root), 2);
	list = json_object_get(root, "diagnostics");
	ck_assert_uint_eq(json_array_size(list), 4);

	item = json_array_get(list, 0);
	expect_string(item, "code", "NV2-E9001");
	expect_string(item, "name", "bad-thing");
	expect_string(item, "severity", "error");
	expect_string(item, "message", "bad \"é\"");
	expect_string(item, "file", "a b.nv2");
	expect_integer(item, "line", 2);
	expect_integer(item, "column", 4);
	expect_integer(item, "end_line", 2);
	expect_integer(item, "end_column", 10);
	expect_string(item, "fix", "mend it");
	ck_assert_uint_eq(json_object_size(item), 11);
	ck_assert_uint_eq(json_array_size(json_object_get(item, "related")), 2);
	note = json_array_get(json_object_get(item, "related"), 0);
	expect_string(note, "message", "here");
	expect_string(note, "file", "a b.nv2");
	expect_integer(note, "line", 1);
	expect_integer(note, "column", 1);
	ck_assert_uint_eq(json_object_size(note), 4);
	note = json_array_get(json_object_get(item, "related"), 1);
	expect_string(note, "message", "there");
	expect_string(note, "file", "host.dtb: /x");
	ck_assert_uint_eq(json_object_size(note), 2);

	item = json_array_get(list, 1);
	expect_string(item, "severity", "warning");
	expect_string(item, "fix", "make it even");
	ck_assert_uint_eq(json_array_size(json_object_get(item, "related")), 0);
	item = json_array_get(list, 2);
	expect_string(item, "severity", "note");
	expect_string(item, "file", "host.dtb");
	ck_assert_ptr_null(json_object_get(item, "line"));
	ck_assert_ptr_null(json_object_get(item, "fix"));
	item = json_array_get(list, 3);
	ck_assert_ptr_null(json_object_get(item, "file"));
	json_decref(root);
}
END_TEST

START_TEST(writes_json_of_nothing)
{
	json_t *root = load_json();

	ck_assert_uint_eq(json_array_size(json_object_get(root, "diagnostics")), 0);
	json_decref(root);
	root = load_sarif();
	json_decref(root);
}
END_TEST

START_TEST(leaves_none_out_for_machines)
{
	json_t *root, *run;

	add_errors(100);
	root = load_json();
	ck_assert_uint_eq(json_array_size(json_object_get(root, "diagnostics")), 100);
	json_decref(root);
	root = load_sarif();
	run = json_array_get(json_object_get(root, "runs"), 0);
	ck_assert_uint_eq(json_array_size(json_object_get(run, "results")), 100);
	json_decref(root);
}
END_TEST

START_TEST(writes_json_of_any_bytes)
{
	char bytes[256];
	struct source *source;
	json_t *root;

	for (unsigned i = 0; i < 255; i++)
		bytes[i] = (char)(i + 1);
	bytes[255] = '\0';
	source = add_source(bytes, bytes);
	diag_fix(diags, diag_add(diags, &bad_thing, (struct span){source->id, 3, 9}, "%s", bytes),
		 "%s", bytes);
	diag_add_about(diags, &bad_thing, bytes, "\xff");
	root = load_json();
	ck_assert_uint_eq(json_array_size(json_object_get(root, "diagnostics")), 2);
	json_decref(root);
	root = load_sarif();
	json_decref(root);
}
END_TEST

static void expect_message(const json_t *object, const char *want)
{
	expect_string(json_object_get(object, "message"), "text", want);
}

static const json_t *physical(const json_t *location)
{
	return json_object_get(location, "physicalLocation");
}

START_TEST(writes_sarif)
{
	json_t *root, *run, *driver, *rules, *results, *item, *related;
	const json_t *region;

	add_samples();
	root = load_sarif();
	expect_string(root, "version", "2.1.0");
	ck_assert_ptr_nonnull(
		strstr(json_string_value(json_object_get(root, "$schema")), "sarif"));
	ck_assert_uint_eq(json_array_size(json_object_get(root, "runs")), 1);
	run = json_array_get(json_object_get(root, "runs"), 0);
	expect_string(run, "columnKind", "unicodeCodePoints");
	driver = json_object_get(json_object_get(run, "tool"), "driver");
	expect_string(driver, "name", "nv2dtc");
	ck_assert(json_is_string(json_object_get(driver, "version")));

	rules = json_object_get(driver, "rules");
	ck_assert_uint_eq(json_array_size(rules), 4);
	item = json_array_get(rules, 0);
	expect_string(item, "id", "NV2-E9001");
	expect_string(item, "name", "bad-thing");
	expect_string(json_object_get(item, "shortDescription"), "text", "A thing is bad");
	expect_string(json_object_get(item, "fullDescription"), "text",
		      "Why it is bad.\nIn two lines.");
	ck_assert_ptr_null(json_object_get(item, "help"));
	expect_string(json_object_get(item, "defaultConfiguration"), "level", "error");
	expect_string(json_object_get(json_array_get(rules, 1), "help"), "text", "make it even");

	results = json_object_get(run, "results");
	ck_assert_uint_eq(json_array_size(results), 4);
	item = json_array_get(results, 0);
	expect_string(item, "ruleId", "NV2-E9001");
	expect_string(item, "level", "error");
	expect_message(item, "bad \"é\"");
	ck_assert_uint_eq(json_array_size(json_object_get(item, "locations")), 1);
	region = physical(json_array_get(json_object_get(item, "locations"), 0));
	/* a URI */
	expect_string(json_object_get(region, "artifactLocation"), "uri", "a%20b.nv2");
	region = json_object_get(region, "region");
	expect_integer(region, "startLine", 2);
	expect_integer(region, "startColumn", 4);
	expect_integer(region, "endLine", 2);
	expect_integer(region, "endColumn", 10);
	related = json_object_get(item, "relatedLocations");
	ck_assert_uint_eq(json_array_size(related), 2);
	expect_message(json_array_get(related, 0), "here");
	expect_integer(json_object_get(physical(json_array_get(related, 0)), "region"),
		       "startLine", 1);
	expect_message(json_array_get(related, 1), "there");
	related = json_object_get(json_array_get(related, 1), "logicalLocations");
	expect_string(json_array_get(related, 0), "fullyQualifiedName", "host.dtb: /x");

	item = json_array_get(results, 1);
	expect_string(item, "level", "warning");
	ck_assert_ptr_null(json_object_get(item, "relatedLocations"));
	expect_string(json_array_get(results, 2), "level", "note");
	ck_assert_uint_eq(json_array_size(json_object_get(json_array_get(results, 3), "locations")),
			  0);
	json_decref(root);
}
END_TEST

START_TEST(escapes_uris)
{
	struct source *source = add_source("dir/é%#?\x01.nv2", "x");
	json_t *root, *item;

	diag_add(diags, &bad_thing, (struct span){source->id, 0, 1}, "x");
	root = load_sarif();
	item = json_array_get(json_object_get(root, "runs"), 0);
	item = json_array_get(json_object_get(item, "results"), 0);
	item = json_array_get(json_object_get(item, "locations"), 0);
	expect_string(json_object_get(physical(item), "artifactLocation"), "uri",
		      "dir/%C3%A9%25%23%3F%01.nv2");
	json_decref(root);
}
END_TEST

START_TEST(explains)
{
	diag_print_explanation(&bad_thing, &out);
	ck_assert_str_eq(out.data, "NV2-E9001 bad-thing (error)\n\n"
				   "A thing is bad.\n\n"
				   "Why it is bad. In two lines.\n\n"
				   "Example:\n\n/nv2-v1/;\nbad;\n");
	out.len = 0;
	diag_print_explanation(&odd_thing, &out);
	ck_assert_str_eq(out.data, "NV2-W9002 odd-thing (warning)\n\n"
				   "A thing is odd.\n\n"
				   "Why it is odd.\n\n"
				   "Fix: make it even\n");
	out.len = 0;
	diag_print_explanation(&strange_thing, &out);
	ck_assert_str_eq(out.data, "NV2-W9003 strange-thing (warning)\n\nA thing is strange.\n");
}
END_TEST

/* ---- slips of the hand ---- */

static const struct {
	const char *text, *closest;
} slips[] = {
	{"chip", "chip"},
	{"chp", "chip"},
	{"chipp", "chip"},
	{"chop", "chip"},
	{"hcip", "chip"}, /* two letters the wrong way round */
	{"scmo", "scom"},
	{"phbs", "phb"},
	{"memory_map", "memory-map"},
	{"memorymap", "memory-map"},
	{"memroy-map", "memory-map"},
	{"zzzz", NULL},
	{"frequency", NULL},
	{"memory", NULL},
	{"ccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc", NULL},
};

START_TEST(finds_what_was_meant)
{
	static const char *const names[] = {"chip", "phb", "scom", "memory-map"};
	const char *found = closest_name(slips[_i].text, names, COUNT(names));

	ck_assert_msg(found == slips[_i].closest ||
			      (found && slips[_i].closest && !strcmp(found, slips[_i].closest)),
		      "%s: %s", slips[_i].text, found ? found : "(none)");
}
END_TEST

START_TEST(finds_the_closest)
{
	static const char *const names[] = {"GPU10", "GPU0", "GPU1"};
	static const char long_name[] =
		"ccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc";
	const char *const long_names[] = {long_name};

	ck_assert_str_eq(closest_name("GPU1", names, 3), "GPU1");
	ck_assert_str_eq(closest_name("GPU2", names, 3), "GPU0");
	ck_assert_ptr_null(closest_name("GPU2", names, 0));
	ck_assert_ptr_null(closest_name("GPU2", long_names, 1));
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("diag");
	TCase *cases = add_case(suite, "records", setup, teardown);

	tcase_add_test(cases, finds_by_code_and_name);
	tcase_add_loop_test(cases, obeys_options, 0, COUNT(levels));
	tcase_add_test(cases, refuses_options);
	tcase_add_test(cases, counts);
	tcase_add_test(cases, says_nothing_when_off);
	tcase_add_test(cases, sorts);
	tcase_add_test(cases, says_the_same_once);
	tcase_add_test(cases, says_the_same_once_with_others_between);
	tcase_add_test(cases, keeps_what_is_about_nothing);
	tcase_add_loop_test(cases, finds_what_was_meant, 0, COUNT(slips));
	tcase_add_test(cases, finds_the_closest);

	cases = add_case(suite, "text", setup, teardown);
	tcase_add_test(cases, prints_a_place);
	tcase_add_test(cases, prints_notes_and_a_fix);
	tcase_add_test(cases, prints_the_usual_fix);
	tcase_add_test(cases, prints_without_a_place);
	tcase_add_test(cases, prints_the_way_in);
	tcase_add_loop_test(cases, lays_out_lines, 0, COUNT(layouts));
	tcase_add_test(cases, points_at_the_end);
	tcase_add_test(cases, shows_a_window_of_long_lines);
	tcase_add_test(cases, shows_the_place_behind_many_tabs);
	tcase_add_test(cases, shows_the_place_in_mixed_lines);
	tcase_add_loop_test(cases, aligns_large_line_numbers, 0, 5);
	tcase_add_test(cases, survives_spans_of_nonsense);
	tcase_add_test(cases, sends_no_controls_to_the_terminal);
	tcase_add_test(cases, prints_no_forged_lines);
	tcase_add_test(cases, prints_any_bytes);
	tcase_add_test(cases, colours_nothing_but_colour);
	tcase_add_test(cases, shows_twenty_errors);
	tcase_add_test(cases, shows_all_warnings);
	tcase_add_test(cases, explains);

	cases = add_case(suite, "machines", setup, teardown);
	tcase_add_test(cases, writes_json);
	tcase_add_test(cases, writes_json_of_nothing);
	tcase_add_test(cases, leaves_none_out_for_machines);
	tcase_add_test(cases, writes_json_of_any_bytes);
	tcase_add_test(cases, writes_sarif);
	tcase_add_test(cases, escapes_uris);
	return suite;
}

int main(void)
{
	return run_suite(make_suite());
}
