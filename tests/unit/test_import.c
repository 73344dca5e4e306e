/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the boards and base trees of the project, checks import and verify
 * on them after all kinds of changes. Never judges messages: the scripts do.
 */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compile.h"
#include "emit/overlay.h"
#include "import/codes.h"
#include "import/import.h"
#include "plan/plan.h"
#include "tree/bind.h"
#include "tree/codes.h"
#include "tree/compare.h"
#include "tree/overlay.h"
#include "unit.h"

static const char *const boards[] = {"redbud", "sequoia"};

static uint64_t state;

static const char *source_dir(void)
{
	const char *dir = getenv("srcdir");

	return dir ? dir : ".";
}

/* The host tree of a board before anything was merged. */
static struct tree *read_base(const char *board)
{
	const char *command = arena_printf(
		lang.arena, "dtc -q -I dts -O dtb -i '%s/dts/base' '%s/dts/base/witherspoon-%s.dts'",
		source_dir(), source_dir(), board);
	FILE *pipe = popen(command, "r");
	struct buffer blob = {0};
	struct tree *tree;
	char chunk[4096];
	size_t got;

	ck_assert_ptr_nonnull(pipe);
	while ((got = fread(chunk, 1, sizeof(chunk), pipe)) > 0)
		buffer_add(&blob, chunk, got);
	ck_assert_int_eq(pclose(pipe), 0);
	tree = tree_read_dtb(lang.arena, lang.strings, lang.diags, "host.dtb", blob.data, blob.len);
	ck_assert_ptr_nonnull(tree);
	buffer_free(&blob);
	return tree;
}

/* A board's wiring, its late-bound overlays, and its tree with them. */
struct machine {
	struct tree *host_fw, *host_os, *tree;
};

static void merge(struct tree *tree, const struct tree *late)
{
	struct tree *bound = tree_bind(late, tree, lang.diags);

	ck_assert_msg(bound && tree_apply(tree, bound, OVERLAY_LINUX, lang.diags), "%s",
		      all_text());
}

static struct machine make_machine(const char *board)
{
	const char *path =
		arena_printf(lang.arena, "%s/dts/ibm/witherspoon-%s.nv2", source_dir(), board);
	struct wiring_options options = {0};
	struct machine machine;
	struct source *source;
	struct wiring *wiring;
	struct plan *plan;
	int error = 0;

	source = source_read(lang.sources, path, path, &error);
	ck_assert_ptr_nonnull(source);
	wiring = build_wiring(lang.arena, lang.strings, lang.diags, parse_file(&lang, source),
			      &options);
	ck_assert_msg(!diags_have_errors(lang.diags), "%s", all_text());
	plan = make_plan(lang.arena, wiring);
	machine.host_fw = tree_new(lang.arena, lang.strings, "host-fw");
	machine.host_os = tree_new(lang.arena, lang.strings, "host-os");
	emit_host_fw(machine.host_fw, plan->boards.items[0]);
	emit_host_os(machine.host_os, plan->boards.items[0]);
	machine.tree = read_base(board);
	merge(machine.tree, machine.host_fw);
	merge(machine.tree, machine.host_os);
	return machine;
}

static void forget_diagnostics(void)
{
	lang.diags = diags_new(lang.arena, lang.sources);
}

static struct tree_differences compare(const struct machine *machine, struct tree *tree)
{
	struct tree_differences differences = {0};

	ck_assert_msg(compare_overlay(machine->host_fw, tree, lang.diags, &differences) &&
			      compare_overlay(machine->host_os, tree, lang.diags, &differences),
		      "%s", all_text());
	compare_rest(tree, lang.arena, &differences);
	differences_sort(tree, lang.arena, &differences);
	return differences;
}

/* Whether the property is there because of the wiring. */
static bool is_wired(const struct tree *base, const struct tree_node *node,
		     const struct tree_property *property)
{
	const char *path = tree_path(lang.arena, node);
	const struct tree_node *before = tree_find_exact_path(base, path, strlen(path));

	if (property_is_phandle(property) || property->name[0] == '#')
		return false;
	return !before || !tree_find_property(base, before, property->name);
}

START_TEST(agrees_with_what_it_made)
{
	struct machine machine = make_machine(boards[_i]);

	ck_assert_uint_eq(compare(&machine, machine.tree).list.count, 0);
	ck_assert_int_eq(find_stage(machine.tree), STAGE_HOST_OS);
}
END_TEST

/* Each property that the overlays add, changed, cut, and gone. */
START_TEST(sees_each_change)
{
	struct machine machine = make_machine("redbud");
	struct tree *base = read_base("redbud"), *tree = machine.tree;
	size_t seen = 0;

	for (struct tree_node *node = tree->root; node; node = tree_next(tree->root, node)) {
		for (struct tree_property *property = node->properties; property;
		     property = property->next) {
			const unsigned char *value = property->value;
			uint32_t len = property->len;
			unsigned char *other;

			if (!is_wired(base, node, property))
				continue;
			seen++;
			other = arena_memdup(lang.arena, value, len);
			other[len - 1] ^= 1;
			other[0] ^= 0x20;
			property->value = other;
			ck_assert_msg(compare(&machine, tree).list.count, "%s:%s changed",
				      tree_path(lang.arena, node), property->name);
			property->value = value;
			property->len = len - 1;
			ck_assert_msg(compare(&machine, tree).list.count, "%s:%s cut",
				      tree_path(lang.arena, node), property->name);
			property->len = len;
		}
	}
	ck_assert_uint_gt(seen, 200);
	ck_assert_uint_eq(compare(&machine, tree).list.count, 0);
}
END_TEST

/* ---- trees changed at random ---- */

static struct tree_node *pick_node(struct tree *tree)
{
	struct tree_node *node = tree->root, *found = tree->root;
	unsigned count = 0;

	/* The last of those that chance stops at: each is as likely. */
	for (; node; node = tree_next(tree->root, node))
		if (!random_below(&state, ++count))
			found = node;
	return found;
}

static struct tree_property *pick_property(struct tree_node *node)
{
	struct tree_property *property = node->properties;
	unsigned count = node->property_count ? random_below(&state, node->property_count) : 0;

	while (property && count--)
		property = property->next;
	return property;
}

static void change_value(struct tree *tree, struct tree_node *node, struct tree_property *property)
{
	static const uint32_t numbers[] = {0, 1, 5, 6, 7, 8, 9, 0x80, 0x1014, 0x10de, UINT32_MAX};
	unsigned char bytes[64];
	struct tree_property *other;

	switch (random_below(&state, 6)) {
	case 0:
		tree_remove_property(tree, node, property->name);
		break;
	case 1:
		tree_set(tree, node, property->name, property->value,
			 random_below(&state, property->len + 1));
		break;
	case 2:
		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (unsigned char)next_random(&state);
		tree_set(tree, node, property->name, bytes, random_below(&state, sizeof(bytes)));
		break;
	case 3:
		tree_set_u32(tree, node, property->name,
			     numbers[random_below(&state, COUNT(numbers))]);
		break;
	case 4:
		tree_set_u32(tree, node, property->name, random_below(&state, 0x60));
		break;
	default:
		other = pick_property(pick_node(tree));
		if (other)
			tree_set(tree, node, property->name, other->value, other->len);
	}
}

static void change_something(struct tree *tree)
{
	struct tree_node *node = pick_node(tree);
	struct tree_property *property = pick_property(node);

	if (property && random_below(&state, 12)) {
		change_value(tree, node, property);
	} else if (node->parent) {
		const char *name = arena_printf(lang.arena, "other@%x", random_below(&state, 64));

		if (random_below(&state, 2))
			tree_remove_node(tree, node);
		else if (!tree_find_child(tree, node->parent, name))
			tree_rename_node(tree, node, name);
	}
}

/* What import gives is text that can be read, in the canonical layout, and good if it says so. */
static void check_import(struct tree *tree)
{
	struct buffer text = {0}, again = {0};
	struct wiring_options options = {0};
	struct source *source;
	bool told;

	if (!import_tree(&lang, tree, &text)) {
		ck_assert(diags_have_errors(lang.diags));
		ck_assert_uint_eq(text.len, 0);
		return;
	}
	told = diags_have_errors(lang.diags);
	forget_diagnostics();
	source = source_from_text(lang.sources, "a.nv2", text.data, text.len);
	ck_assert_msg(format_source(&lang, source, false, &again), "%s\n%s", all_text(), text.data);
	ck_assert_str_eq(text.data, again.data);
	build_wiring(lang.arena, lang.strings, lang.diags, parse_file(&lang, source), &options);
	ck_assert_msg(told || !diags_have_errors(lang.diags), "%s\n%s", all_text(), text.data);
	buffer_free(&text);
	buffer_free(&again);
}

START_TEST(survives_any_tree)
{
	for (unsigned round = 0; round < 250; round++) {
		struct machine machine;
		struct tree_differences differences = {0};

		stop_compiler();
		start_compiler();
		import_register_codes(lang.diags);
		state = 1000u * (unsigned)_i + round;
		machine = make_machine(boards[round % 2]);
		for (unsigned changes = 1 + random_below(&state, 6); changes; changes--)
			change_something(machine.tree);
		machine.tree->index = NULL;
		forget_diagnostics();
		check_import(machine.tree);
		forget_diagnostics();
		compare_overlay(machine.host_fw, machine.tree, lang.diags, &differences);
		compare_overlay(machine.host_os, machine.tree, lang.diags, &differences);
		compare_rest(machine.tree, lang.arena, &differences);
	}
}
END_TEST

/* ---- directories ---- */

START_TEST(reads_directories)
{
	char dir[] = "/tmp/nv2-unit-XXXXXX";
	struct tree_failure failure;
	struct tree *tree;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(system(arena_printf(lang.arena,
					     "cd %s && printf 'x\\0' >compatible && mkdir b@2 a && "
					     "printf '\\0\\0\\0\\007' >b@2/phandle && "
					     "printf 'b\\0' >b@2/name && printf 'c\\0' >a/name && "
					     ": >a/empty && ln -s .. a/up && ln -s name a/alias",
					     dir)),
			 0);
	tree = tree_read_dir(lang.arena, lang.strings, lang.diags, dir, &failure);
	ck_assert_msg(tree != NULL, "%s", all_text());
	ck_assert_ptr_null(failure.path);
	ck_assert_str_eq(tree->root->children->name, "a");
	ck_assert_str_eq(tree->root->last_child->name, "b@2");
	ck_assert_uint_eq(tree->root->child_count, 2);
	ck_assert_uint_eq(tree->root->last_child->property_count, 1);
	ck_assert_uint_eq(tree_node_phandle(tree, tree->root->last_child), 7);
	ck_assert_uint_eq(tree->root->children->property_count, 2);
	ck_assert_uint_eq(tree_find_property(tree, tree->root->children, "empty")->len, 0);
	ck_assert_int_eq(system(arena_printf(lang.arena, "rm -rf %s", dir)), 0);
	tree = tree_read_dir(lang.arena, lang.strings, lang.diags, dir, &failure);
	ck_assert_ptr_null(tree);
	ck_assert_ptr_nonnull(failure.path);
	ck_assert_int_ne(failure.error, 0);
}
END_TEST

START_TEST(has_whole_codes)
{
	for (unsigned i = 0; i < IMPORT_CODE_COUNT; i++) {
		ck_assert_ptr_nonnull(import_codes[i].code);
		ck_assert_ptr_nonnull(import_codes[i].name);
		ck_assert_ptr_nonnull(import_codes[i].summary);
		ck_assert_ptr_nonnull(import_codes[i].explain);
		ck_assert_ptr_nonnull(import_codes[i].fix);
		ck_assert_int_eq(strncmp(import_codes[i].code + 5, "037", 3), 0);
	}
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("import");
	TCase *cases = add_case(suite, "verify", start_compiler, stop_compiler);

	tcase_add_loop_test(cases, agrees_with_what_it_made, 0, (int)COUNT(boards));
	tcase_add_test(cases, sees_each_change);
	cases = add_case(suite, "any tree", start_compiler, stop_compiler);
	tcase_add_loop_test(cases, survives_any_tree, 0, 4);
	cases = add_case(suite, "the rest", start_compiler, stop_compiler);
	tcase_add_test(cases, reads_directories);
	tcase_add_test(cases, has_whole_codes);
	return suite;
}

int main(void)
{
	return run_suite(make_suite());
}
