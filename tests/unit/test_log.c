/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes words and values, checks that each call is one line that steers no
 * terminal; and that items of overlay interfaces are told apart.
 */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "linux/log.h"
#include "linux/variant.h"
#include "unit.h"

/* ---- lines ------------------------------------------------------------------ */

static struct {
	char line[16384];
	enum log_level level;
	unsigned count;
} heard;

static void hear(void *context, enum log_level level, const char *line)
{
	ck_assert_ptr_eq(context, &heard);
	heard.level = level;
	heard.count++;
	snprintf(heard.line, sizeof(heard.line), "%s", line);
}

static const struct log listened = {.level = LOG_LEVEL_ERROR, .heard = hear, .context = &heard};

START_TEST(says_words_and_values)
{
	log_say(&listened, LOG_LEVEL_INFO, "link %s is proven step=%s", "npu0:0", "prove");
	ck_assert_str_eq(heard.line, "link npu0:0 is proven step=prove");
	ck_assert_int_eq(heard.level, LOG_LEVEL_INFO);
	ck_assert_uint_eq(heard.count, 1);
	/* Nobody listens: nothing happens. */
	log_say(NULL, LOG_LEVEL_ERROR, "x");
	log_say(&listened, LOG_LEVELS, "x");
	ck_assert_uint_eq(heard.count, 1);
}
END_TEST

static const struct {
	const char *said, *line;
} escapes[] = {
	{"a\nb", "a\\x0ab"},
	{"a\r\tb", "a\\x0d\\x09b"},
	{"\x1b[2J", "\\x1b[2J"},
	{"\x7f", "\\x7f"},
	/* UTF-8 as it is: o with dots, an arrow, a clef. */
	{"K\xc3\xb6ln", "K\xc3\xb6ln"},
	{"\xe2\x86\x92", "\xe2\x86\x92"},
	{"\xf0\x9d\x84\x9e", "\xf0\x9d\x84\x9e"},
	/* U+009B begins what terminals obey, in UTF-8 and as one byte. */
	{"\xc2\x9b"
	 "2J",
	 "\\xc2\\x9b2J"},
	{"\x9b"
	 "2J",
	 "\\x9b2J"},
	{"\xc2\xa0", "\xc2\xa0"},
	/* What is no UTF-8: cut, too long, too high. */
	{"\xc3", "\\xc3"},
	{"\xe2\x86", "\\xe2\\x86"},
	{"\xc0\xaf", "\\xc0\\xaf"},
	{"\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80"},
};

START_TEST(escapes_what_steers)
{
	log_say(&listened, LOG_LEVEL_WARNING, "%s", escapes[_i].said);
	ck_assert_str_eq(heard.line, escapes[_i].line);
}
END_TEST

START_TEST(cuts_what_is_too_long)
{
	char longest[3 * LOG_LINE_MAX];

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	log_say(&listened, LOG_LEVEL_WARNING, "%s", longest);
	ck_assert_uint_eq(strlen(heard.line), LOG_LINE_MAX - 1);
	ck_assert_str_eq(heard.line + LOG_LINE_MAX - 7, " (cut)");
	/* Each takes four times its room. */
	memset(longest, '\x01', sizeof(longest) - 1);
	log_say(&listened, LOG_LEVEL_WARNING, "%s", longest);
	ck_assert_uint_eq(strlen(heard.line), 4 * (LOG_LINE_MAX - 7) + 6);
}
END_TEST

/* What is beyond the level goes to listeners only. */
START_TEST(writes_to_standard_error)
{
	const struct log log = {.level = LOG_LEVEL_NOTICE};
	char said[256] = "";
	int ends[2], had;
	ssize_t size;

	ck_assert_int_eq(pipe(ends), 0);
	fflush(stderr);
	had = dup(STDERR_FILENO);
	dup2(ends[1], STDERR_FILENO);
	for (enum log_level level = LOG_LEVEL_ERROR; level < LOG_LEVELS; level++)
		log_say(&log, level, "a\n%d", (int)level);
	fflush(stderr);
	dup2(had, STDERR_FILENO);
	size = read(ends[0], said, sizeof(said) - 1);
	close(ends[0]);
	close(ends[1]);
	close(had);
	ck_assert_int_gt((int)size, 0);
	ck_assert_str_eq(said, "nv2boot: error: a\\x0a0\n"
			       "nv2boot: warning: a\\x0a1\n"
			       "nv2boot: notice: a\\x0a2\n");
	ck_assert_str_eq(log_level_name(LOG_LEVELS), "unknown");
}
END_TEST

START_TEST(quotes_values)
{
	struct log_value room;
	char longest[2 * sizeof(room.text)];

	ck_assert_str_eq(log_value(&room, "/a/b@1,2"), "/a/b@1,2");
	ck_assert_str_eq(log_value(&room, ""), "\"\"");
	ck_assert_str_eq(log_value(&room, "two words"), "\"two words\"");
	ck_assert_str_eq(log_value(&room, "a=b"), "\"a=b\"");
	ck_assert_str_eq(log_value(&room, "a\"b\\"), "\"a\\\"b\\\\\"");
	for (unsigned quoted = 0; quoted < 2; quoted++) {
		memset(longest, 'x', sizeof(longest) - 1);
		longest[sizeof(longest) - 1] = '\0';
		longest[0] = quoted ? '"' : 'x';
		log_value(&room, longest);
		ck_assert_uint_lt(strlen(room.text), sizeof(room.text));
		ck_assert_uint_gt(strlen(room.text), sizeof(room.text) - 4);
		ck_assert_int_eq(room.text[strlen(room.text) - 1], quoted ? '"' : 'x');
	}
}
END_TEST

/* ---- overlay interfaces ------------------------------------------------------ */

/* anchors: what the items of the interfaces look like when fresh, and when applied. */
static const struct {
	struct overlay_item item;
	const char *variant; /* NULL: none that is known */
} items[] = {
	{{true, true, true, false, "unapplied"}, "close"},
	{{true, true, true, false, "applied"}, "close"},
	{{true, true, true, false, ""}, "close"},
	{{false, true, true, false, "unapplied"}, "close"},
	{{false, true, true, true, "0"}, "dtbocfg"},
	{{false, true, true, true, "1"}, "dtbocfg"},
	{{false, true, true, true, ""}, "dtbocfg"},
	{{true, true, true, true, "0"}, "numeric"},
	{{true, true, true, true, "5"}, "numeric"},
	{{true, true, true, true, ""}, "numeric"},
	/* What would be driven by guessing. */
	{{true, false, true, false, "unapplied"}, NULL},
	{{true, true, false, false, ""}, NULL},
	{{true, true, true, false, "0"}, NULL},
	{{true, true, true, true, "unapplied"}, NULL},
	{{false, true, true, true, "applied"}, NULL},
	{{false, false, false, false, ""}, NULL},
};

START_TEST(tells_variants_apart)
{
	const struct variant *variant = variant_of(&items[_i].item);

	if (!items[_i].variant) {
		ck_assert_ptr_null(variant);
		return;
	}
	ck_assert_ptr_nonnull(variant);
	ck_assert_str_eq(variant->name, items[_i].variant);
	if (items[_i].item.status_writable) {
		ck_assert_str_eq(variant->apply_text, "1");
		ck_assert_str_eq(variant->remove_text, "0");
	} else {
		ck_assert_ptr_null(variant->apply_text);
		ck_assert_ptr_null(variant->remove_text);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("log");
	TCase *cases;

	cases = add_case(suite, "lines", NULL, NULL);
	tcase_add_test(cases, says_words_and_values);
	tcase_add_loop_test(cases, escapes_what_steers, 0, COUNT(escapes));
	tcase_add_test(cases, cuts_what_is_too_long);
	tcase_add_test(cases, writes_to_standard_error);
	tcase_add_test(cases, quotes_values);

	cases = add_case(suite, "overlay interfaces", NULL, NULL);
	tcase_add_loop_test(cases, tells_variants_apart, 0, COUNT(items));
	return run_suite(suite);
}
