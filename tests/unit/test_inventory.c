/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes small trees and an overlay that libfdt has written, checks what the
 * inventory finds in them and between them.
 */
#include <check.h>
#include <libfdt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "linux/inventory.h"
#include "unit.h"

#define ROOM 4096

/* ---- trees --------------------------------------------------------------------- */

/* "{name", "}" and "name=value" in order; the root's own braces are left out. */
static void write_tree(unsigned char *room, const char *const *words)
{
	ck_assert_int_eq(fdt_create(room, ROOM), 0);
	ck_assert_int_eq(fdt_finish_reservemap(room), 0);
	ck_assert_int_eq(fdt_begin_node(room, ""), 0);
	for (; *words; words++) {
		const char *equals = strchr(*words, '=');
		char name[64];

		if (**words == '{') {
			ck_assert_int_eq(fdt_begin_node(room, *words + 1), 0);
		} else if (**words == '}') {
			ck_assert_int_eq(fdt_end_node(room), 0);
		} else {
			ck_assert_ptr_nonnull(equals);
			snprintf(name, sizeof(name), "%.*s", (int)(equals - *words), *words);
			ck_assert_int_eq(fdt_property(room, name, equals + 1, (int)strlen(equals)),
					 0);
		}
	}
	ck_assert_int_eq(fdt_end_node(room), 0);
	ck_assert_int_eq(fdt_finish(room), 0);
}

struct tree {
	unsigned char bytes[ROOM];
	struct nv2_fdt fdt;
	struct inventory all;
};

static struct tree *read_tree(const char *const *words, bool overlay)
{
	struct tree *tree = malloc(sizeof(*tree));

	ck_assert_ptr_nonnull(tree);
	write_tree(tree->bytes, words);
	ck_assert_int_eq(nv2_fdt_open(&tree->fdt, tree->bytes, ROOM), NV2_OK);
	ck_assert(overlay ? inventory_of_overlay(&tree->all, &tree->fdt)
			  : inventory_of_tree(&tree->all, &tree->fdt));
	return tree;
}

static void free_tree(struct tree *tree)
{
	inventory_free(&tree->all);
	free(tree);
}

static const char *const base[] = {
	"model=m", "#address-cells=2", "{b@1", "x=1", "}", "{a", "y=2", "{deep", "z=3", "}", "}",
	NULL};
/* Nothing of the overlay. */
static const char *const bare[] = {"#address-cells=2", NULL};
/* One node with a property and a child, below the root; one property for /b@1. */
static const char *const change[] = {"{fragment@0",
				     "target-path=/",
				     "{__overlay__",
				     "#address-cells=2",
				     "{new",
				     "p=4",
				     "#address-cells=1",
				     "{child",
				     "}",
				     "}",
				     "}",
				     "}",
				     "{fragment@1",
				     "target-path=/b@1",
				     "{__overlay__",
				     "q=5",
				     "}",
				     "}",
				     "{__local_fixups__",
				     "{fragment@1",
				     "{__overlay__",
				     "q=",
				     "}",
				     "}",
				     "}",
				     NULL};
static const char *const applied[] = {"model=m",
				      "#address-cells=2",
				      "{new",
				      "p=4",
				      "#address-cells=1",
				      "{child",
				      "}",
				      "}",
				      "{b@1",
				      "x=1",
				      "q=5",
				      "}",
				      "{a",
				      "y=2",
				      "{deep",
				      "z=3",
				      "}",
				      "}",
				      NULL};

/* ---- listening ------------------------------------------------------------------ */

static char told[1024];

static void hear(void *context, enum difference difference, const struct thing *thing)
{
	static const char signs[DIFFERENCES] = {'?', '!', '-', '+', '~'};
	size_t used = strlen(told);

	ck_assert_ptr_null(context);
	snprintf(told + used, sizeof(told) - used, "%c%s%s%s ", signs[difference], thing->path,
		 thing->property ? ":" : "", thing->property ? thing->property : "");
}

static const struct inventory_listener listener = {hear, NULL};

static void begin(void)
{
	told[0] = '\0';
}

/* ---- what is in one --------------------------------------------------------------- */

START_TEST(lists_a_tree)
{
	static const char *const wanted[][2] = {
		{"/", NULL},   {"/", "#address-cells"}, {"/", "model"},   {"/a", NULL},
		{"/a", "y"},   {"/a/deep", NULL},       {"/a/deep", "z"}, {"/b@1", NULL},
		{"/b@1", "x"},
	};
	struct tree *tree = read_tree(base, false);

	ck_assert_uint_eq(tree->all.count, COUNT(wanted));
	for (size_t i = 0; i < COUNT(wanted); i++) {
		const struct thing *thing = &tree->all.things[i];

		ck_assert_str_eq(thing->path, wanted[i][0]);
		ck_assert_pstr_eq(thing->property, wanted[i][1]);
		ck_assert(!thing->is_cells);
		ck_assert_ptr_eq(inventory_find(&tree->all, thing), thing);
	}
	ck_assert_str_eq((const char *)tree->all.things[4].value, "2");
	ck_assert_uint_eq(tree->all.things[4].len, 2);
	free_tree(tree);
}
END_TEST

START_TEST(lists_an_overlay)
{
	/* Cells of the target are marked, those of a new node are as good as any property. */
	static const struct {
		const char *path, *property;
		bool is_cells;
	} wanted[] = {
		{"/", "#address-cells", true}, {"/b@1", "q", false},
		{"/new", NULL, false},         {"/new", "#address-cells", false},
		{"/new", "p", false},          {"/new/child", NULL, false},
	};
	struct tree *tree = read_tree(change, true);

	ck_assert_uint_eq(tree->all.count, COUNT(wanted));
	for (size_t i = 0; i < COUNT(wanted); i++) {
		ck_assert_str_eq(tree->all.things[i].path, wanted[i].path);
		ck_assert_pstr_eq(tree->all.things[i].property, wanted[i].property);
		ck_assert(tree->all.things[i].is_cells == wanted[i].is_cells);
	}
	free_tree(tree);
}
END_TEST

START_TEST(finds_paths)
{
	struct tree *tree = read_tree(base, false);

	for (size_t i = 0; i < tree->all.count; i++) {
		char *path = path_of_node(&tree->fdt, tree->all.things[i].node);

		ck_assert_str_eq(path, tree->all.things[i].path);
		free(path);
	}
	ck_assert_ptr_null(path_of_node(&tree->fdt, 1));
	free_tree(tree);
}
END_TEST

/* ---- between two -------------------------------------------------------------------- */

START_TEST(sees_no_order)
{
	static const char *const other[] = {"#address-cells=2",
					    "model=m",
					    "{a",
					    "y=2",
					    "{deep",
					    "z=3",
					    "}",
					    "}",
					    "{b@1",
					    "x=1",
					    "}",
					    NULL};
	struct tree *one = read_tree(base, false), *same = read_tree(other, false);
	unsigned char first[32], second[32];

	ck_assert_uint_eq(inventory_compare(&one->all, &same->all, NULL, &listener), 0);
	ck_assert_str_eq(told, "");
	inventory_digest(&one->all, first);
	inventory_digest(&same->all, second);
	ck_assert_mem_eq(first, second, 32);
	free_tree(one);
	free_tree(same);
}
END_TEST

/* Each changes the digest, and is told. */
static const struct {
	const char *words[16];
	const char *told;
	size_t count;
} changes[] = {
	{{"model=n", "#address-cells=2", "{b@1", "x=1", "}", "{a", "y=2", "{deep", "z=3", "}", "}"},
	 "~/:model ",
	 1},
	{{"model=mm", "#address-cells=2", "{b@1", "x=1", "}", "{a", "y=2", "{deep", "z=3", "}",
	  "}"},
	 "~/:model ",
	 1},
	{{"#address-cells=2", "{b@1", "x=1", "}", "{a", "y=2", "{deep", "z=3", "}", "}"},
	 "-/:model ",
	 1},
	{{"model=m", "#address-cells=2", "{a", "y=2", "{deep", "z=3", "}", "}"}, "-/b@1 ", 2},
	{{"model=m", "#address-cells=2", "{b@1", "x=1", "}"}, "-/a -/a/deep ", 4},
	{{"model=m", "#address-cells=2", "{b@2", "x=1", "}", "{a", "y=2", "{deep", "z=3", "}", "}"},
	 "-/b@1 +/b@2 ",
	 4},
	{{"model=m", "#address-cells=2", "{b@1", "x=1", "w=6", "}", "{a", "y=2", "{deep", "z=3",
	  "}", "}"},
	 "+/b@1:w ",
	 1},
	/* A property becomes a node. */
	{{"model=m", "#address-cells=2", "{b@1", "{x", "}", "}", "{a", "y=2", "{deep", "z=3", "}",
	  "}"},
	 "-/b@1:x +/b@1/x ",
	 2},
};

START_TEST(sees_each_change)
{
	struct tree *one = read_tree(base, false);
	struct tree *other = read_tree(changes[_i].words, false);
	unsigned char first[32], second[32];

	ck_assert_uint_eq(inventory_compare(&one->all, &other->all, NULL, &listener),
			  changes[_i].count);
	ck_assert_str_eq(told, changes[_i].told);
	inventory_digest(&one->all, first);
	inventory_digest(&other->all, second);
	ck_assert_mem_ne(first, second, 32);
	free_tree(one);
	free_tree(other);
}
END_TEST

static struct tree *read_bytes(const char *p, int p_len, const char *q, int q_len)
{
	struct tree *tree = malloc(sizeof(*tree));

	ck_assert_ptr_nonnull(tree);
	ck_assert_int_eq(fdt_create(tree->bytes, ROOM), 0);
	ck_assert_int_eq(fdt_finish_reservemap(tree->bytes), 0);
	ck_assert_int_eq(fdt_begin_node(tree->bytes, ""), 0);
	ck_assert_int_eq(fdt_property(tree->bytes, "p", p, p_len), 0);
	if (q)
		ck_assert_int_eq(fdt_property(tree->bytes, "q", q, q_len), 0);
	ck_assert_int_eq(fdt_end_node(tree->bytes), 0);
	ck_assert_int_eq(fdt_finish(tree->bytes), 0);
	ck_assert_int_eq(nv2_fdt_open(&tree->fdt, tree->bytes, ROOM), NV2_OK);
	ck_assert(inventory_of_tree(&tree->all, &tree->fdt));
	return tree;
}

/* One value is the start of the other; one holds all that the other's properties do. */
START_TEST(goes_by_lengths)
{
	struct tree *one = read_bytes("ab", 2, NULL, 0), *longer = read_bytes("abc", 3, NULL, 0);
	struct tree *two = read_bytes("1", 1, "2", 1);
	struct tree *like_two = read_bytes("1q\0\0\0\0\0002", 8, NULL, 0);
	unsigned char first[32], second[32];

	ck_assert_uint_eq(inventory_compare(&one->all, &longer->all, NULL, NULL), 1);
	ck_assert_uint_eq(inventory_compare(&longer->all, &one->all, NULL, NULL), 1);
	inventory_digest(&two->all, first);
	inventory_digest(&like_two->all, second);
	ck_assert_mem_ne(first, second, 32);
	free_tree(one);
	free_tree(longer);
	free_tree(two);
	free_tree(like_two);
}
END_TEST

START_TEST(knows_what_is_the_overlays)
{
	struct tree *before = read_tree(base, false), *after = read_tree(applied, false);
	struct tree *overlay = read_tree(change, true);
	size_t total;

	ck_assert_uint_eq(inventory_present(&overlay->all, &before->all, &total), 0);
	ck_assert_uint_eq(total, 5);
	ck_assert_uint_eq(inventory_present(&overlay->all, &after->all, &total), 5);
	ck_assert_uint_eq(inventory_missing(&overlay->all, &after->all, &listener), 0);
	ck_assert_uint_eq(inventory_left(&overlay->all, &before->all, &listener), 0);
	ck_assert_uint_eq(inventory_compare(&before->all, &after->all, &overlay->all, &listener),
			  0);
	ck_assert_uint_eq(inventory_compare(&after->all, &before->all, &overlay->all, &listener),
			  0);
	ck_assert_str_eq(told, "");
	ck_assert_uint_eq(inventory_missing(&overlay->all, &before->all, &listener), 5);
	ck_assert_str_eq(told, "?/b@1:q ?/new ?/new/child ");
	begin();
	ck_assert_uint_eq(inventory_left(&overlay->all, &after->all, &listener), 5);
	ck_assert_str_eq(told, "!/b@1:q !/new !/new/child ");
	begin();
	ck_assert_uint_eq(inventory_compare(&before->all, &after->all, NULL, &listener), 5);
	ck_assert_str_eq(told, "+/b@1:q +/new +/new/child ");
	free_tree(before);
	free_tree(after);
	free_tree(overlay);
}
END_TEST

/* The target's cell counts are in the overlay for its readers: they must not change. */
START_TEST(guards_cells_of_targets)
{
	static const char *const other[] = {"model=m", "{b@1", "x=1", "}", "{a", "y=2",
					    "{deep",   "z=3",  "}",   "}", NULL};
	struct tree *before = read_tree(base, false), *after = read_tree(other, false);
	struct tree *overlay = read_tree(change, true);

	ck_assert_uint_eq(inventory_compare(&before->all, &after->all, &overlay->all, &listener),
			  1);
	ck_assert_str_eq(told, "-/:#address-cells ");
	free_tree(before);
	free_tree(after);
	free_tree(overlay);
}
END_TEST

/* Half of it is there. */
START_TEST(counts_a_part)
{
	struct tree *part = read_tree(bare, false), *overlay = read_tree(change, true);
	static const char *const more[] = {
		"#address-cells=2", "{new", "p=9", "}", "{b@1", "}", NULL};
	struct tree *other = read_tree(more, false);
	size_t total;

	ck_assert_uint_eq(inventory_present(&overlay->all, &part->all, &total), 0);
	ck_assert_uint_eq(inventory_present(&overlay->all, &other->all, &total), 2);
	ck_assert_uint_eq(total, 5);
	ck_assert_uint_eq(inventory_missing(&overlay->all, &other->all, &listener), 3);
	ck_assert_str_eq(told, "?/b@1:q ?/new:#address-cells ?/new/child ");
	free_tree(part);
	free_tree(other);
	free_tree(overlay);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("inventory");
	TCase *cases;

	cases = add_case(suite, "what is in one", begin, NULL);
	tcase_add_test(cases, lists_a_tree);
	tcase_add_test(cases, lists_an_overlay);
	tcase_add_test(cases, finds_paths);

	cases = add_case(suite, "between two", begin, NULL);
	tcase_add_test(cases, sees_no_order);
	tcase_add_loop_test(cases, sees_each_change, 0, COUNT(changes));
	tcase_add_test(cases, goes_by_lengths);
	tcase_add_test(cases, knows_what_is_the_overlays);
	tcase_add_test(cases, guards_cells_of_targets);
	tcase_add_test(cases, counts_a_part);
	return run_suite(suite);
}
