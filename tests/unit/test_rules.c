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

static char *case_names[CASES_MAX];
static int case_count;

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

static const char *replace(const char *text, const char *old, const char *new)
{
	struct buffer out = {0};
	const char *copy, *found;

	while ((found = strstr(text, old))) {
		buffer_add(&out, text, (size_t)(found - text));
		buffer_add_string(&out, new);
		text = found + strlen(old);
	}
	buffer_add_string(&out, text);
	copy = arena_strndup(lang.arena, out.data, out.len);
	buffer_free(&out);
	return copy;
}

/* The same text as in the directory, which ends in a slash: without it before names. */
static const char *as_seen_in(const char *directory, const char *text)
{
	const char *bare = arena_strndup(lang.arena, directory, strlen(directory) - 1);

	return replace(replace(text, directory, ""), bare, ".");
}

START_TEST(says_what_the_golden_says)
{
	const char *path = golden(case_names[_i]), *want;
	struct wiring_options options = read_arguments(text_of(path));
	struct source *source;
	int error;

	want = text_of(arena_printf(lang.arena, "%.*s.err", (int)(strlen(path) - 4), path));
	source = source_read(lang.sources, path, case_names[_i], &error);
	ck_assert_ptr_nonnull(source);
	build_wiring(lang.arena, lang.strings, lang.diags, parse_file(&lang, source), &options);
	ck_assert_msg(diags_have_errors(lang.diags), "%s has no error", case_names[_i]);
	ck_assert_msg(!strcmp(as_seen_in(golden(""), all_text()), want), "%s says:\n%s",
		      case_names[_i], all_text());
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

/* ---- limits: what is just right and what is just wrong ---- */

#define CHIP "\tnpu n { chip = 0; }\n"
#define WITH_PCI(address)                                                                          \
	CHIP "gpu A { slot = \"A\"; pci = \"" address "\"; } link n:0-2 <-> A:0-2 at 25 Gbps;"

static const struct {
	const char *body, *names; /* what is found, by name, each behind a blank */
} limits[] = {
	/* Firmware tells the two Witherspoons by their highest group, 1 and 2. */
	{CHIP GPU("A") "link n:0-2 <-> A:0-2 at 25 Gbps;", " variant-unknown"},
	{CHIP GPU("A") GPU("B") "link n:0-2 <-> A:0-2 at 25 Gbps; link n:3-5 <-> B:0-2 at 25 Gbps;",
	 ""},
	{CHIP GPU("A") GPU("B") GPU("C") "link n:0 <-> A:0 at 25 Gbps; link n:1 <-> B:0 at 25 "
					 "Gbps; link n:2 <-> C:0 at 25 Gbps;",
	 ""},
	{CHIP GPU("A") GPU("B") GPU("C")
		 GPU("D") "link n:0 <-> A:0 at 25 Gbps; link n:1 <-> B:0 at 25 Gbps;"
			  "link n:2 <-> C:0 at 25 Gbps; link n:3 <-> D:0 at 25 Gbps;",
	 " variant-unknown"},
	{CHIP GPU("A"), " board-empty gpu-unwired"},
	/* PCI addresses, as lspci -D writes them: devices to 1f, functions to 7. */
	{WITH_PCI("0004:04:00.0"), " variant-unknown"},
	{WITH_PCI("0004:04:1f.7"), " variant-unknown"},
	{WITH_PCI("0004:04:20.0"), " property-range"},
	{WITH_PCI("0004:04:00.8"), " property-range"},
	{WITH_PCI("0004:04:00."), " property-range"},
	{WITH_PCI("0004:04:00.00"), " property-range"},
	{WITH_PCI("0004:04:0G.0"), " property-range"},
	{WITH_PCI(""), " property-range"},
	/* Every NPU and every GPU is looked at, not the first alone. */
	{CHIP "npu m { chip = 8; extra host-fw { ibm,npu-links = <3>; } }" GPU(
		 "A") "link n:0-2 <-> A:0-2 at 25 Gbps;",
	 " variant-unknown extra-reserved"},
	{CHIP "npu m { chip = 8; }" GPU("A")
		 GPU("B") "link n:0 <-> A:0 at 25 Gbps;"
			  "link n:1 <-> B:0 at 25 Gbps; link m:0 <-> B:1 at 25 Gbps;",
	 " variant-unknown gpu-two-chips"},
	/* After a mistake only what is not its echo is said. */
	{"npu n { chip = 1; } npu m { chip = 999; }" GPU("A") "link m:0 <-> A:0 at 25 Gbps;",
	 " property-range"},
	{"memory-map = gpu-9t;" CHIP "npu m { chip = 8; }" GPU("A") "link n:0 <-> A:0 at 25 Gbps;"
								    "link m:0 <-> A:1 at 25 Gbps;",
	 " property-twice gpu-two-chips"},
	/* A name in text that got lost may have been declared there: it may have any digit. */
	{CHIP "gpu G19z slot { }" GPU("A") "link n:0-2 <-> A:0-2 at 25 Gbps;"
					   "link n:3 <-> G19z:0 at 25 Gbps;",
	 " syntax"},
	{CHIP "gpu GZ slot { }" GPU("A") "link n:0-2 <-> A:0-2 at 25 Gbps;"
					 "link n:3 <-> GZ:0 at 25 Gbps;",
	 " syntax"},
	{CHIP "gpu G0 slot { }" GPU("A") "link n:0-2 <-> A:0-2 at 25 Gbps;"
					 "link n:3 <-> G0:0 at 25 Gbps;",
	 " syntax"},
	{CHIP GPU("A") "link n:5-3 <-> A:0-2 at 25 Gbps;", " range-falls"},
	{CHIP GPU("A") GPU("B") "link n:0-2 <-> A:0-2 at 25 Gbps; link A:3-4 <-> B:3;",
	 " list-lengths"},
	{CHIP GPU("A") GPU("B") "link n:0-2 <-> A:0-2 at 25 Gbps; link A:3 <-> B:9;",
	 " port-range"},
	{"npu n { chip = \"x\"; } npu m { chip = 0; }" GPU("A") GPU(
		 "B") "link n:0 <-> A:0 at 25 Gbps; link m:0 <-> B:0 at 25 Gbps;",
	 " property-type"},
	{CHIP "npu m { chip = 8; }" GPU("A") GPU("B") "link n:0 <-> A:0 at 25 Gbps;"
						      "link m:0 <-> B:0 at 25 Gbps { lane-mask = 0xff; }"
						      "link m:1 <-> B:1 at 25 Gbps { lane-mask = 0xff; }",
	 " variant-unknown lane-mask-overlap"},
	{CHIP GPU("A") "gpu B { slot = \"B\"; pci = \"0004:04:00.0\"; }"
		       "link n:0-2 <-> A:0-2 at 25 Gbps; link n:3-5 <-> B:0-2 at 25 Gbps;",
	 ""},
	{CHIP "gpu A { slot = \"x\"; } gpu B { slot = \"x\"; } gpu C { slot = \"y\"; }"
	      "gpu D { slot = \"y\"; } link n:0 <-> A:0 at 25 Gbps; link n:1 <-> B:0 at 25 Gbps;"
	      "link n:2 <-> C:0 at 25 Gbps; link n:3 <-> D:0 at 25 Gbps;",
	 " variant-unknown slot-twice slot-twice"},
	{CHIP GPU("A") "link n:0 <-> A:0 at 25 Gbps; link n:1 <-> A:0 at 25 Gbps;",
	 " variant-unknown port-wired-twice"},
	{CHIP GPU("A") GPU("B") "link n:0-2 <-> A:0-2 at 25 Gbps; link n:3,5 <-> B:0-1 at 25 Gbps;",
	 " bricks-not-adjacent"},
	{CHIP GPU("A") GPU("B") "link n:0 <-> A:0 at 25 Gbps { extra host-fw { reg = <1>; } }"
				"link n:1 <-> B:0 at 25 Gbps;",
	 " extra-reserved"},
	{CHIP GPU("A") GPU("B") "link n:0 <-> A at 25 Gbps; link n:1 <-> B:0 at 25 Gbps;",
	 " ports-unknown"},
	/* page sizes */
	{"page-size = 64KiB;" CHIP GPU("A") "link n:0 <-> A:0 at 25 Gbps;", " variant-unknown"},
	{"page-size = 65537;" CHIP GPU("A") "link n:0 <-> A:0 at 25 Gbps;", " property-range"},
	{"page-size = 0;" CHIP GPU("A") "link n:0 <-> A:0 at 25 Gbps;", " property-range"},
};

static const char *names_given(void)
{
	const char *names = "";

	diags_sort(lang.diags);
	for (const struct diag_record *record = lang.diags->first; record; record = record->next)
		names = arena_printf(lang.arena, "%s %s", names, record->def->name);
	return names;
}

/* A guest of a board with a link that got lost: of the bricks that are missed, only it is known. */
START_TEST(misses_no_brick_twice)
{
	static const char board[] = "/nv2-v1/; board \"b\" { " HEAD CHIP GPU(
		"A") "link n:0-2 <-> A:0-2 at 25 Gbps; link n:3 <-> X:0 at 25 Gbps; };"
		     "guest \"g\" { machine = \"pseries-5.1\"; phb 1 { devices = A, n:%s; } };\n";

	compile(arena_printf(lang.arena, board, _i ? "0-6" : "0-3"));
	ck_assert_str_eq(names_given(), _i ? " unknown-name brick-range" : " unknown-name");
}
END_TEST

/* What a vPHB that is not understood would have had, nobody misses: be it the first or another. */
START_TEST(misses_nothing_of_a_damaged_guest)
{
	static const char *const phbs[] = {
		"phb 1 { devices = A, n:0; } phb 2 { devices = X; }",
		"phb 1 { devices = X; } phb 2 { devices = A, n:0; }",
		"phb 1 { devices = A, ; } phb 2 { devices = A, n:0; }",
		"phb 1 { npu = ; } phb 2 { devices = A, n:0; }",
	};

	compile(arena_printf(
		lang.arena,
		"/nv2-v1/; board \"b\" { " HEAD CHIP GPU("A") GPU(
			"B") "link n:0-2 <-> A:0-2 at 25 Gbps; link n:3-5 <-> B:0-2 at 25 Gbps; };"
			     "guest \"g\" { machine = \"pseries-5.1\"; %s };\n",
		phbs[_i]));
	ck_assert_str_eq(names_given(), _i < 2 ? " unknown-name" : " syntax");
}
END_TEST

#define MACHINE "machine = \"pseries-5.1\"; "

/* Of three chips with a GPU each, on two links. */
static const struct {
	const char *guests, *names;
} guest_limits[] = {
	{"guest \"g\" { " MACHINE "phb 1 { npu = n; } phb 2 { npu = m; } };", " variant-unknown"},
	{"guest \"g\" { " MACHINE "phb 1 { npu = n; } phb 2 { devices = B, m:0-1, C, k:0-1; } };",
	 " variant-unknown two-groups-on-vphb"},
	{"guest \"g\" { " MACHINE "phb 1 { npu = n, n; } };", " property-type"},
	{"guest \"g\" { " MACHINE "phb 1 { devices = n:0; } };",
	 " variant-unknown partial-group gpu-and-bridges"},
	{"guest \"g\" { " MACHINE "phb 1 { devices = n:0-1; } };",
	 " variant-unknown partial-group gpu-and-bridges"},
	{"guest \"g\" { " MACHINE "phb 1 { npu = n; slots { A = 12.2; n:0 = 3; } } };",
	 " variant-unknown slot-taken"},
	{"guest \"g\" { " MACHINE "phb 1 { npu = n; slots { A = 12; n:0 = 12.0; } } };",
	 " variant-unknown slot-taken"},
	{"guest \"f\" { " MACHINE "phb 1 { npu = n; } }; guest \"g\" { " MACHINE
	 "phb 1 { npu = m; } }; guest \"h\" { " MACHINE "phb 1 { npu = n; } };",
	 " variant-unknown group-split"},
};

START_TEST(judges_guests)
{
	compile(arena_printf(lang.arena,
			     "/nv2-v1/; board \"b\" { " HEAD CHIP
			     "npu m { chip = 8; } npu k { chip = 16; }" GPU("A") GPU("B")
				     GPU("C") "link n:0-1 <-> A:0-1 at 25 Gbps;"
					      "link m:0-1 <-> B:0-1 at 25 Gbps;"
					      "link k:0-1 <-> C:0-1 at 25 Gbps; }; %s\n",
			     guest_limits[_i].guests));
	ck_assert_msg(!strcmp(names_given(), guest_limits[_i].names), "%s\ngives%s:\n%s",
		      guest_limits[_i].guests, names_given(), all_text());
}
END_TEST

/* The name of a guest is wrong whatever else is. */
START_TEST(judges_names_without_a_family)
{
	compile("/nv2-v1/; board \"b\" { compatible = \"ibm,witherspoon\"; family = x;"
		"memory-map = gpu-4t-up;" CHIP GPU(
			"A") "link n:0-2 <-> A:0-2 at 25 Gbps; };"
			     "guest \"vm/0\" { machine = \"pseries-5.1\"; phb 1 { npu = n; } };\n");
	ck_assert_str_eq(names_given(), " unknown-value guest-file-name");
}
END_TEST

/* Each board is checked, and what stands in a guest whatever its board lacks. */
START_TEST(checks_every_board)
{
	compile("/nv2-v1/; board \"b\" { " HEAD CHIP GPU("A")
			GPU("B") "link n:0-2 <-> A:0-2 at 25 Gbps; link n:3-5 <-> B:0-2 at 25 Gbps; };"
				 "board \"c\" { compatible = \"c\"; family = power9-npu2;"
				 "memory-map = gpu-4t-up;" CHIP GPU("A")
				 "link n:0 <-> A:0 at 25 Gbps; link n:0 <-> A:1 at 25 Gbps; };\n");
	ck_assert_str_eq(names_given(), " brick-wired-twice");
}
END_TEST

START_TEST(checks_extras_without_a_family)
{
	compile("/nv2-v1/; board \"b\" { compatible = \"ibm,witherspoon\"; family = x;"
		"memory-map = gpu-4t-up;" CHIP GPU(
			"A") "link n:0-2 <-> A:0-2 at 25 Gbps; };"
			     "guest \"g\" { " MACHINE "phb 1 { npu = n; }"
			     "extra guest { compatible = \"x\"; } };\n");
	ck_assert_str_eq(names_given(), " unknown-value guest-extra-reserved");
}
END_TEST

/* What a GPU without a link has lost may be what it was wired with. */
START_TEST(misses_no_wire_after_one_is_lost)
{
	static const char *const wires[] = {"link A:3 <-> B:9;", "link A:3-4 <-> B:3;",
					    "link A <-> B:3;", ""};
	static const char *const names[] = {" port-range", " list-lengths", " ports-missing",
					    " variant-unknown gpu-unwired guest-gpu-unwired"};

	compile(arena_printf(lang.arena,
			     "/nv2-v1/; board \"b\" { " HEAD CHIP GPU("A")
				     GPU("B") "link n:0-2 <-> A:0-2 at 25 Gbps; %s };"
					      "guest \"g\" { " MACHINE
					      "phb 1 { devices = A, n:0-2, B; } };\n",
			     wires[_i]));
	ck_assert_str_eq(names_given(), names[_i]);
}
END_TEST

/* A vPHB takes six GPUs, as many as a chip has bricks. */
START_TEST(takes_a_gpu_for_each_brick)
{
	compile("/nv2-v1/; board \"b\" { compatible = \"b\", \"ibm,witherspoon\"; "
		"family = power9-npu2; memory-map = gpu-4t-up;" CHIP GPU("A") GPU("B") GPU("C")
			GPU("D") GPU("E") GPU("F") "link n:0 <-> A:0 at 25 Gbps;"
						   "link n:1 <-> B:0 at 25 Gbps;"
						   "link n:2 <-> C:0 at 25 Gbps;"
						   "link n:3 <-> D:0 at 25 Gbps;"
						   "link n:4 <-> E:0 at 25 Gbps;"
						   "link n:5 <-> F:0 at 25 Gbps; };"
						   "guest \"g\" { " MACHINE
						   "phb 1 { npu = n; } };\n");
	/* The memory map has addresses for four of them; the vPHB has room for all. */
	ck_assert_str_eq(names_given(), " variant-unknown group-range group-range");
}
END_TEST

/* What a guest's machine has not is told without knowing the family of its board. */
START_TEST(judges_machines_without_a_family)
{
	compile("/nv2-v1/; board \"b\" { compatible = \"ibm,witherspoon\"; family = x;"
		"memory-map = gpu-4t-up;" CHIP GPU(
			"A") "link n:0-2 <-> A:0-2 at 25 Gbps; };"
			     "guest \"g\" { machine = \"pseries-4.0\"; phb 1 { npu = n; } };\n");
	ck_assert_str_eq(names_given(), " unknown-value machine-without-nvlink2");
}
END_TEST

START_TEST(reads_no_machine_that_is_no_text)
{
	compile("/nv2-v1/; board \"b\" { " HEAD CHIP GPU(
		"A") "link n:0-2 <-> A:0-2 at 25 Gbps; };"
		     "guest \"g\" { machine = 5; phb 1 { npu = n; } };\n");
	ck_assert_str_eq(names_given(), " property-type");
}
END_TEST

/* vPHBs are numbered to 30, and each number is there once. */
START_TEST(numbers_vphbs)
{
	static const char *const phbs[] = {"phb 30 { npu = n; }", "phb 31 { npu = n; }",
					   "phb 30 { npu = n; } phb 30 { npu = n; }"};

	compile(arena_printf(
		lang.arena,
		"/nv2-v1/; board \"b\" { " HEAD CHIP GPU("A") GPU(
			"B") "link n:0-2 <-> A:0-2 at 25 Gbps; link n:3-5 <-> B:0-2 at 25 Gbps; };"
			     "guest \"g\" { machine = \"pseries-5.1\"; %s };\n",
		phbs[_i]));
	ck_assert_int_eq(was_given("vphb-number"), _i != 0);
}
END_TEST

/* A board whose head is wrong is checked as far as that goes. */
START_TEST(checks_wires_without_a_family)
{
	static const char *const bodies[] = {
		"npu m { chip = 8; }" GPU("A") "link n:0 <-> A:0 at 25 Gbps;"
					       "link m:0 <-> A:1 at 25 Gbps;",
		"gpu A { slot = \"A\"; group = 1; } gpu B { slot = \"B\"; group = 1; }"
		"link n:0 <-> A:0 at 25 Gbps; link n:1 <-> B:0 at 25 Gbps;",
	};

	compile(arena_printf(lang.arena,
			     "/nv2-v1/; board \"b\" { compatible = 1, \"ibm,witherspoon\"; "
			     "family = x; memory-map = gpu-4t-up;" CHIP "%s };\n",
			     bodies[_i]));
	ck_assert_str_eq(names_given(), _i ? " property-type unknown-value group-shared"
					   : " property-type unknown-value gpu-two-chips");
}
END_TEST

START_TEST(keeps_the_limits)
{
	compile(arena_printf(lang.arena, "/nv2-v1/; board \"b\" { " HEAD "%s };\n",
			     limits[_i].body));
	ck_assert_msg(!strcmp(names_given(), limits[_i].names), "%s\ngives%s:\n%s", limits[_i].body,
		      names_given(), all_text());
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

		if (len > 4 && !strcmp(entry->d_name + len - 4, ".nv2") && case_count < CASES_MAX)
			case_names[case_count++] = strdup(entry->d_name);
	}
	closedir(directory);
	qsort(case_names, (size_t)case_count, sizeof(case_names[0]), compare_names);
	return case_count > 300;
}

static Suite *make_suite(void)
{
	Suite *suite = suite_create("rules");
	TCase *cases = add_case(suite, "rules", start_rules, stop_compiler);

	tcase_add_loop_test(cases, says_what_the_golden_says, 0, case_count);
	tcase_add_loop_test(cases, keeps_the_limits, 0, COUNT(limits));
	tcase_add_loop_test(cases, misses_no_brick_twice, 0, 2);
	tcase_add_loop_test(cases, misses_nothing_of_a_damaged_guest, 0, 4);
	tcase_add_loop_test(cases, judges_guests, 0, COUNT(guest_limits));
	tcase_add_test(cases, judges_names_without_a_family);
	tcase_add_loop_test(cases, misses_no_wire_after_one_is_lost, 0, 4);
	tcase_add_test(cases, takes_a_gpu_for_each_brick);
	tcase_add_test(cases, checks_every_board);
	tcase_add_test(cases, checks_extras_without_a_family);
	tcase_add_test(cases, reads_no_machine_that_is_no_text);
	tcase_add_test(cases, judges_machines_without_a_family);
	tcase_add_loop_test(cases, numbers_vphbs, 0, 3);
	tcase_add_loop_test(cases, checks_wires_without_a_family, 0, 2);
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
