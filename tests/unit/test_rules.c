/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the wrong wiring files of tests/golden/fail, checks without the program that each gives
 * exactly the diagnostics that lie beside it, and that each diagnostic's example gives it. Never
 * writes a golden: fail.test does.
 */
#include <dirent.h>
#include <stdio.h>

#include "compile.h"

#define CASES_MAX 1000

static char *names[CASES_MAX];
static int name_count;

static const char *golden(const char *name)
{
	const char *srcdir = getenv("srcdir");

	return arena_printf(lang.arena, "%s/tests/golden/fail/%s", srcdir ? srcdir : ".", name);
}

static void start_rules(void)
{
	start_compiler();
	for (const struct diag_def *def = lang_codes; def->code; def++)
		diag_register(lang.diags, def);
}

static const char *text_of(const char *path)
{
	int error;
	struct source *source = source_read(lang.sources, path, path, &error);

	ck_assert_msg(source != NULL, "cannot read %s", path);
	return source->text;
}

/* `// args: -WNAME --page-size 4KiB`, in the first line. */
static struct wiring_options read_arguments(const char *text)
{
	static const char mark[] = "// args: ";
	struct wiring_options options = {0};
	char *line, *word, *rest;

	if (strncmp(text, mark, strlen(mark)) != 0)
		return options;
	text += strlen(mark);
	line = arena_strndup(lang.arena, text, strcspn(text, "\r\n"));
	for (word = strtok_r(line, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		if (!strncmp(word, "-W", 2)) {
			ck_assert_int_eq(diag_option(lang.diags, word + 2), DIAG_OPTION_OK);
		} else {
			ck_assert_str_eq(word, "--page-size");
			ck_assert_str_eq(strtok_r(NULL, " ", &rest), "4KiB");
			options.page_size = 4096;
		}
	}
	return options;
}

/* The same text without the directory that names stand in. */
static const char *without(const char *text, const char *directory)
{
	struct buffer out = {0};
	const char *copy, *found;

	while ((found = strstr(text, directory))) {
		buffer_add(&out, text, (size_t)(found - text));
		text = found + strlen(directory);
	}
	buffer_add_string(&out, text);
	copy = arena_strndup(lang.arena, out.data, out.len);
	buffer_free(&out);
	return copy;
}

START_TEST(says_what_the_golden_says)
{
	const char *path = golden(names[_i]), *want;
	struct wiring_options options = read_arguments(text_of(path));
	struct source *source;
	int error;

	want = text_of(arena_printf(lang.arena, "%.*s.err", (int)(strlen(path) - 4), path));
	source = source_read(lang.sources, path, names[_i], &error);
	ck_assert_ptr_nonnull(source);
	build_wiring(lang.arena, lang.strings, lang.diags, parse_file(&lang, source), &options);
	ck_assert_msg(diags_have_errors(lang.diags), "%s has no error", names[_i]);
	ck_assert_msg(!strcmp(without(all_text(), golden("")), want), "%s says:\n%s", names[_i],
		      all_text());
}
END_TEST

/* What a diagnostic shows as its example has to be one. */
START_TEST(gives_each_example_s_code)
{
	size_t count = 0;

	for (size_t i = 0; i < lang.diags->defs.count; i++) {
		const struct diag_def *def = lang.diags->defs.items[i];

		if (!def->example)
			continue;
		count++;
		stop_compiler();
		start_rules();
		compile(def->example);
		ck_assert_msg(was_given(def->name), "%s:\n%s\nsays:\n%s", def->code, def->example,
			      all_text());
	}
	ck_assert_uint_gt(count, 60);
}
END_TEST

static int compare_names(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static bool list_cases(void)
{
	const char *srcdir = getenv("srcdir");
	char path[4096];
	struct dirent *entry;
	DIR *directory;

	snprintf(path, sizeof(path), "%s/tests/golden/fail", srcdir ? srcdir : ".");
	directory = opendir(path);
	if (!directory)
		return false;
	while ((entry = readdir(directory))) {
		size_t len = strlen(entry->d_name);

		if (len > 4 && !strcmp(entry->d_name + len - 4, ".nv2") && name_count < CASES_MAX)
			names[name_count++] = strdup(entry->d_name);
	}
	closedir(directory);
	qsort(names, (size_t)name_count, sizeof(names[0]), compare_names);
	return name_count > 300;
}

static Suite *make_suite(void)
{
	Suite *suite = suite_create("rules");
	TCase *cases = add_case(suite, "rules", start_rules, stop_compiler);

	tcase_add_loop_test(cases, says_what_the_golden_says, 0, name_count);
	tcase_add_test(cases, gives_each_example_s_code);
	return suite;
}

int main(void)
{
	if (!list_cases()) {
		printf("Bail out! there are no cases in tests/golden/fail\n");
		return EXIT_FAILURE;
	}
	return run_suite(make_suite());
}
