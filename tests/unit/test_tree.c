/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes nothing but dtc from the system, checks the tree, its readers and
 * writers and the overlay merge. libfdt is the second opinion throughout.
 */
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tree/codes.h"
#include "tree/overlay.h"
#include "tree/tree.h"
#include "session.h"

static void forget_diagnostics(void)
{
	diags = diags_new(arena, sources);
}

static bool was_given(enum tree_code code)
{
	for (const struct diag_record *record = diags->first; record; record = record->next)
		if (record->def == &tree_codes[code])
			return true;
	return false;
}

static void expect_code(enum tree_code code)
{
	ck_assert_msg(was_given(code), "wanted %s, got: %s", tree_codes[code].name, all_text());
}

/* The blob that dtc makes of a text. */
static struct buffer run_dtc(const char *text, const char *options)
{
	char path[] = "/tmp/nv2-test-XXXXXX";
	struct buffer blob = {0};
	int file = mkstemp(path);
	char chunk[4096];
	size_t got;
	FILE *pipe;

	ck_assert_int_ge(file, 0);
	ck_assert_int_eq(write(file, text, strlen(text)), (ssize_t)strlen(text));
	close(file);
	pipe = popen(arena_printf(arena, "dtc -q -f -I dts -O dtb %s %s", options, path), "r");
	ck_assert_ptr_nonnull(pipe);
	while ((got = fread(chunk, 1, sizeof(chunk), pipe)) > 0)
		buffer_add(&blob, chunk, got);
	ck_assert_msg(pclose(pipe) == 0, "dtc refuses: %s", text);
	unlink(path);
	return blob;
}

static struct tree *read_blob(const char *file, const struct buffer *blob)
{
	return tree_read_dtb(arena, names, diags, file, blob->data, blob->len);
}

static struct tree *from_dts_with(const char *file, const char *text, const char *options)
{
	struct buffer blob = run_dtc(text, options);
	struct tree *tree = read_blob(file, &blob);

	ck_assert_msg(tree != NULL, "%s", all_text());
	buffer_free(&blob);
	return tree;
}

static struct tree *from_dts(const char *text)
{
	return from_dts_with("base.dtb", text, "-@");
}

static struct tree *overlay_from_dts(const char *text)
{
	return from_dts_with("over.dtbo", text, "-@");
}

static struct buffer write_blob(const struct tree *tree)
{
	struct buffer blob = {0};

	ck_assert(tree_write_dtb(tree, &blob));
	return blob;
}

static const char *write_text(const struct tree *tree)
{
	struct buffer text = {0};
	const char *copy;

	tree_write_dts(tree, sources, &text);
	copy = arena_strdup(arena, text.data);
	buffer_free(&text);
	return copy;
}

static bool same_properties(const struct tree *a, const struct tree_node *left,
			    const struct tree *b, const struct tree_node *right)
{
	if (left->property_count != right->property_count)
		return false;
	for (const struct tree_property *each = left->properties; each; each = each->next) {
		const struct tree_property *other = tree_find_property(b, right, each->name);

		if (!other || !property_equal(each, other))
			return false;
	}
	(void)a;
	return true;
}

/* As sets: the order of siblings does not matter. */
static bool same_trees(const struct tree *a, const struct tree *b)
{
	const struct tree_node *left = a->root, *right = b->root, *next;

	if (!same_properties(a, left, b, right) || left->child_count != right->child_count)
		return false;
	for (; (next = tree_next(a->root, left)); left = next) {
		for (; left != next->parent; left = left->parent)
			right = right->parent;
		right = tree_find_child(b, right, next->name);
		if (!right || right->child_count != next->child_count ||
		    !same_properties(a, next, b, right))
			return false;
	}
	return true;
}

static void expect_same(const struct tree *got, const struct tree *wanted)
{
	ck_assert_msg(same_trees(got, wanted), "got:\n%s\nwanted:\n%s", write_text(got),
		      write_text(wanted));
}

/* ---- looking things up ---- */

START_TEST(finds_among_many)
{
	enum { MANY = 100000 };
	struct tree *tree = tree_new(arena, names, "many");
	struct tree_node *big = tree_add_node(tree, tree->root, "big");
	char name[32];

	for (uint32_t i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "n%u@%x", (unsigned)i, (unsigned)i);
		tree_set_u32(tree, tree_add_node(tree, big, name), "phandle", i + 1);
		snprintf(name, sizeof(name), "p%u", (unsigned)i);
		tree_set_u32(tree, big, name, i);
	}
	for (uint32_t i = 0; i < MANY; i++) {
		const struct tree_node *child;
		uint32_t value;

		snprintf(name, sizeof(name), "p%u", (unsigned)i);
		ck_assert(property_u32(tree_find_property(tree, big, name), &value));
		ck_assert_uint_eq(value, i);
		snprintf(name, sizeof(name), "/big/n%u", (unsigned)i);
		child = tree_find_path(tree, name);
		ck_assert_ptr_nonnull(child);
		ck_assert_ptr_eq(tree_find_phandle(tree, i + 1), child);
	}
	ck_assert_uint_eq(tree_max_phandle(tree), MANY);
	ck_assert_ptr_null(tree_find_property(tree, big, "p100000"));
	ck_assert_ptr_null(tree_find_child(tree, big, "n5"));
	ck_assert_ptr_null(tree_find_phandle(tree, MANY + 1));
}
END_TEST

/* The same with few and with many siblings, as the two take different ways. */
START_TEST(changes_what_is_found)
{
	struct tree *tree = tree_new(arena, names, "t");
	char name[32];

	for (int i = 0; i < _i; i++) {
		snprintf(name, sizeof(name), "filler@%d", i);
		tree_add_node(tree, tree->root, name);
		tree_set_u32(tree, tree->root, name, 0);
	}
	struct tree_node *one = tree_add_node(tree, tree->root, "x@1");
	struct tree_node *two = tree_add_node(tree, tree->root, "x@2");

	tree_set_u32(tree, two, "phandle", 7);
	ck_assert_ptr_eq(tree_find_path(tree, "/x"), one);
	ck_assert_ptr_eq(tree_find_path(tree, "//x@2/"), two);
	ck_assert_ptr_eq(tree_find_phandle(tree, 7), two);
	tree_rename_node(tree, one, "y@1");
	ck_assert_ptr_eq(tree_find_path(tree, "/x"), two);
	ck_assert_ptr_eq(tree_find_path(tree, "/y"), one);
	ck_assert_ptr_null(tree_find_child(tree, tree->root, "x@1"));
	tree_remove_node(tree, two);
	ck_assert_ptr_null(tree_find_path(tree, "/x"));
	ck_assert_ptr_null(tree_find_phandle(tree, 7));
	ck_assert_uint_eq(tree->root->child_count, (unsigned)_i + 1);
	ck_assert_ptr_eq(tree->root->last_child, one);

	tree_set_u32(tree, tree->root, "gone", 1);
	ck_assert(tree_remove_property(tree, tree->root, "gone"));
	ck_assert(!tree_remove_property(tree, tree->root, "gone"));
	ck_assert_ptr_null(tree_find_property(tree, tree->root, "gone"));
	tree_set_u32(tree, tree->root, "gone", 2);
	tree_set_u32(tree, tree->root, "gone", 3);
	ck_assert_uint_eq(tree->root->property_count, (unsigned)_i + 1);
	ck_assert_uint_eq(get_be32(tree_find_property(tree, tree->root, "gone")->value), 3);
}
END_TEST

START_TEST(follows_aliases)
{
	struct tree *tree =
		from_dts("/dts-v1/; / { aliases { e = \"/soc/eth@1\"; loop = \"loop\"; };"
			 " soc { eth@1 { phy {}; }; }; };");

	ck_assert_str_eq(tree_path(arena, tree_find_path(tree, "e/phy")), "/soc/eth@1/phy");
	ck_assert_str_eq(tree_path(arena, tree_find_path(tree, "e")), "/soc/eth@1");
	ck_assert_str_eq(tree_path(arena, tree->root), "/");
	ck_assert_ptr_eq(tree_find_path(tree, "/"), tree->root);
	ck_assert_ptr_null(tree_find_path(tree, ""));
	ck_assert_ptr_null(tree_find_path(tree, "loop"));
	ck_assert_ptr_null(tree_find_path(tree, "soc"));
	ck_assert_ptr_null(tree_find_path(tree, "/soc/et"));
}
END_TEST

START_TEST(knows_values)
{
	struct tree *tree = tree_new(arena, names, "t");
	const uint32_t cells[] = {1, 0xfffffffe};
	const uint64_t wide[] = {0x123456789abcdef0, 1};
	uint32_t small;
	uint64_t large;

	tree_set_cells(tree, tree->root, "cells", cells, 2);
	tree_set_u64s(tree, tree->root, "wide", wide, 2);
	tree_set_u64(tree, tree->root, "u64", wide[0]);
	tree_set(tree, tree->root, "list", "one\0two", 8);
	tree_set(tree, tree->root, "open", "one", 3);
	tree_set(tree, tree->root, "empty", NULL, 0);
	ck_assert_mem_eq(tree_find_property(tree, tree->root, "cells")->value,
			 "\0\0\0\1\xff\xff\xff\xfe", 8);
	ck_assert_mem_eq(tree_find_property(tree, tree->root, "wide")->value,
			 "\x12\x34\x56\x78\x9a\xbc\xde\xf0\0\0\0\0\0\0\0\1", 16);
	ck_assert(!property_u32(tree_find_property(tree, tree->root, "u64"), &small));
	ck_assert(property_u64(tree_find_property(tree, tree->root, "u64"), &large));
	ck_assert_uint_eq(large, wide[0]);
	ck_assert(!property_u64(NULL, &large));
	ck_assert(property_has_string(tree_find_property(tree, tree->root, "list"), "two"));
	ck_assert(!property_has_string(tree_find_property(tree, tree->root, "list"), "tw"));
	ck_assert(!property_has_string(tree_find_property(tree, tree->root, "open"), "one"));
	ck_assert_ptr_null(property_string(tree_find_property(tree, tree->root, "list")));
	ck_assert_ptr_null(property_string(tree_find_property(tree, tree->root, "open")));
	ck_assert_ptr_null(property_string(tree_find_property(tree, tree->root, "empty")));
}
END_TEST

START_TEST(prefers_phandle_to_its_old_name)
{
	struct tree *tree = tree_new(arena, names, "t");
	struct tree_node *old = tree_add_node(tree, tree->root, "old");
	struct tree_node *both = tree_add_node(tree, tree->root, "both");

	tree_set_u32(tree, old, "linux,phandle", 4);
	tree_set_u32(tree, both, "linux,phandle", 6);
	tree_set_u32(tree, both, "phandle", 5);
	ck_assert_ptr_eq(tree_find_phandle(tree, 4), old);
	ck_assert_ptr_eq(tree_find_phandle(tree, 5), both);
	ck_assert_ptr_null(tree_find_phandle(tree, 6));
	tree_set_u32(tree, both, "phandle", 8);
	ck_assert_ptr_null(tree_find_phandle(tree, 5));
	ck_assert_ptr_eq(tree_find_phandle(tree, 8), both);
	tree_set_u32(tree, tree_add_node(tree, both, "all-ones"), "phandle", UINT32_MAX);
	ck_assert_ptr_null(tree_find_phandle(tree, UINT32_MAX));
	ck_assert_ptr_null(tree_find_phandle(tree, 0));
}
END_TEST

/* ---- reading and writing ---- */

static const char sample[] =
	"/dts-v1/;\n"
	"/memreserve/ 0x10000000 0x4000;\n"
	"/memreserve/ 0xfffffffffffff000 0x1000;\n"
	"/ { #address-cells = <2>; #size-cells = <1>; model = \"a \\\"b\\\" \\\\ c\\t\";\n"
	" compatible = \"x,y\", \"x,z\"; flag; bytes = [01 02 03]; text-like = [61 62 63];\n"
	" high = \"caf\\xc3\\xa9\"; cells = <0 1 0xffffffff>; zeros = <0 0>; empty = \"\";\n"
	" two-empty = \"\", \"\"; nl = \"a\\nb\\r\\v\\f\\b\\a\";\n"
	" l1: cpus { cpu@0 { reg = <0>; next = <&l2>; }; l2: cpu@1 { reg = <1>; deep { er { }; }; "
	"}; };\n"
	" memory@0 { device_type = \"memory\"; reg = <0 0 0x1000>; }; };\n";

START_TEST(reads_what_it_writes)
{
	struct tree *tree = from_dts_with("sample.dtb", sample, "-@ -b 3");
	struct buffer blob = write_blob(tree), again;
	struct tree *back = read_blob("again.dtb", &blob);

	ck_assert_int_eq(fdt_check_full(blob.data, blob.len), 0);
	ck_assert_uint_eq(fdt_totalsize(blob.data), blob.len);
	ck_assert_uint_eq(fdt_version(blob.data), 17);
	ck_assert_int_eq(fdt_num_mem_rsv(blob.data), 2);
	ck_assert_uint_eq(fdt_boot_cpuid_phys(blob.data), 3);
	expect_same(back, tree);
	ck_assert_uint_eq(back->reservations.count, 2);
	ck_assert_uint_eq(back->reservations.items[0].address, 0x10000000);
	ck_assert_uint_eq(back->reservations.items[1].address, 0xfffffffffffff000);
	ck_assert_uint_eq(back->reservations.items[1].size, 0x1000);
	ck_assert_uint_eq(back->boot_cpuid, 3);
	again = write_blob(back);
	ck_assert_uint_eq(again.len, blob.len);
	ck_assert_mem_eq(again.data, blob.data, blob.len);
	buffer_free(&again);
	buffer_free(&blob);
}
END_TEST

START_TEST(copies_into_another_arena)
{
	struct tree *tree = from_dts_with("sample.dtb", sample, "-@");
	struct buffer blob = write_blob(tree), copied;
	struct arena *other = arena_new();
	struct intern *other_names = intern_new(other);
	struct tree *copy = tree_copy(tree, other, other_names);

	start_again();
	copied = write_blob(copy);
	ck_assert_uint_eq(copied.len, blob.len);
	ck_assert_mem_eq(copied.data, blob.data, blob.len);
	buffer_free(&copied);
	buffer_free(&blob);
	intern_free(other_names);
	arena_free(other);
}
END_TEST

START_TEST(reads_version_16)
{
	struct buffer blob = run_dtc(sample, "-V 16");
	struct tree *tree = read_blob("v16.dtb", &blob);

	ck_assert_msg(tree != NULL, "%s", all_text());
	expect_same(tree, from_dts_with("v17.dtb", sample, ""));
	buffer_free(&blob);
}
END_TEST

/* An unaligned copy, and bytes behind the blob's end. */
START_TEST(reads_from_anywhere)
{
	struct buffer blob = run_dtc(sample, "");
	char *shifted = arena_alloc(arena, blob.len + 16);

	memset(shifted, 0xaa, blob.len + 16);
	memcpy(shifted + 3, blob.data, blob.len);
	ck_assert_ptr_nonnull(
		tree_read_dtb(arena, names, diags, "shifted", shifted + 3, blob.len + 9));
	buffer_free(&blob);
}
END_TEST

START_TEST(writes_dts_that_dtc_takes_back)
{
	struct tree *tree = from_dts_with("sample.dtb", sample, "-@");
	struct tree *back = from_dts_with("back.dtb", write_text(tree), "");

	expect_same(back, tree);
	ck_assert_uint_eq(back->reservations.count, 2);
	ck_assert_str_eq(write_text(back), write_text(tree));
}
END_TEST

START_TEST(writes_every_byte_as_text)
{
	struct tree *tree = tree_new(arena, names, "t");
	unsigned char all[257] = {0}, cells[256];

	for (unsigned i = 0; i < 256; i++)
		all[i] = (unsigned char)(i + 1);
	memcpy(cells, all, 256);
	tree_set(tree, tree->root, "strings", all, 256)->form = TREE_STRINGS;
	tree_set(tree, tree->root, "digits-behind",
		 "\x01"
		 "0f\xff"
		 "a",
		 6)
		->form = TREE_STRINGS;
	tree_set(tree, tree->root, "bytes", all, 255)->form = TREE_BYTES;
	tree_set(tree, tree->root, "cells", cells, 256)->form = TREE_CELLS;
	tree_set(tree, tree->root, "no-cells", cells, 255)->form = TREE_CELLS;
	tree_set(tree, tree->root, "no-strings", "abc", 3)->form = TREE_STRINGS;
	tree_set(tree, tree->root, "nuls", "\0\0\0", 3)->form = TREE_STRINGS;
	expect_same(from_dts_with("back.dtb", write_text(tree), ""), tree);
}
END_TEST

START_TEST(writes_dts_for_people)
{
	static const char wiring[] = "board {\n  npu;\n  gpu;\n}\n";
	struct tree *tree = tree_new(arena, names, "t");
	struct source *source =
		source_from_text(sources, "some/dir/a.nv2", wiring, sizeof(wiring) - 1);
	struct span npu = {source->id, 10, 3}, gpu = {source->id, 17, 3};
	struct tree_node *node;
	struct tree_property *property;

	*ARRAY_PUSH(arena, &tree->reservations) = (struct tree_reservation){0x1000, 0x20};
	tree_set_string(tree, tree->root, "compatible", "a,b");
	node = tree_add_node(tree, tree->root, "npu@1");
	node->origin = npu;
	tree_set_u32(tree, node, "reg", 1)->origin = npu;
	property = tree_set_u32(tree, node, "gpu", 0x155);
	property->origin = gpu;
	property->comment = "GPU0 */ in\nits slot";
	tree_set(tree, node, "flag", NULL, 0);
	tree_add_node(tree, node, "inner");
	tree_add_node(tree, tree->root, "last");
	ck_assert_str_eq(write_text(tree),
			 "/dts-v1/;\n"
			 "\n"
			 "/memreserve/ 0x1000 0x20;\n"
			 "\n"
			 "/ {\n"
			 "\tcompatible = \"a,b\";\n"
			 "\n"
			 "\tnpu@1 { // a.nv2:2\n"
			 "\t\treg = <0x1>;\n"
			 "\t\tgpu = <0x155>; /* GPU0 * / in its slot */ // a.nv2:3\n"
			 "\t\tflag;\n"
			 "\n"
			 "\t\tinner {\n"
			 "\t\t};\n"
			 "\t};\n"
			 "\n"
			 "\tlast {\n"
			 "\t};\n"
			 "};\n");
	expect_same(from_dts_with("back.dtb", write_text(tree), ""), tree);
}
END_TEST

/* ---- damaged blobs ---- */

/* Header (40), one empty reservation entry (16), then the structure and the strings given. */
static struct buffer raw_blob(const void *structure, size_t size, const char *strings,
			      size_t strings_size)
{
	const uint32_t header[] = {FDT_MAGIC,
				   (uint32_t)(56 + size + strings_size),
				   56,
				   (uint32_t)(56 + size),
				   40,
				   17,
				   16,
				   0,
				   (uint32_t)strings_size,
				   (uint32_t)size};
	struct buffer blob = {0};

	for (size_t i = 0; i < 10; i++)
		buffer_add_be32(&blob, header[i]);
	buffer_add_repeated(&blob, 0, 16);
	buffer_add(&blob, structure, size);
	buffer_add(&blob, strings, strings_size);
	return blob;
}

#define BEGIN "\0\0\0\1"
#define END "\0\0\0\2"
#define PROP "\0\0\0\3"
#define NOP "\0\0\0\4"
#define FINISH "\0\0\0\11"
#define ROOT BEGIN "\0\0\0\0"
#define NODE_A BEGIN "a\0\0\0"
/* An empty property called "p": the string table is "p\0q/\0" + one byte without an end. */
#define PROP_P PROP "\0\0\0\0\0\0\0\0"

static const struct {
	const char *structure;
	size_t size;
	enum tree_code code;
} structures[] = {
#define CASE(bytes, code)                                                                          \
	{                                                                                          \
		bytes, sizeof(bytes) - 1, code                                                     \
	}
	CASE(ROOT END FINISH, TREE_CODE_COUNT),
	CASE(ROOT NOP NODE_A PROP_P NOP END NOP END FINISH, TREE_CODE_COUNT),
	CASE(FINISH, TREE_DTB_DAMAGED),
	CASE(ROOT FINISH, TREE_DTB_DAMAGED),
	CASE(ROOT END, TREE_DTB_DAMAGED),
	CASE(ROOT END END FINISH, TREE_DTB_DAMAGED),
	CASE(END FINISH, TREE_DTB_DAMAGED),
	CASE(ROOT END ROOT END FINISH, TREE_DTB_DAMAGED),
	CASE(NODE_A END FINISH, TREE_DTB_DAMAGED),
	CASE(ROOT ROOT END END FINISH, TREE_DTB_DAMAGED),
	CASE(ROOT BEGIN "a/b\0" END END FINISH, TREE_DTB_DAMAGED),
	CASE(ROOT BEGIN "a b\0" END END FINISH, TREE_DTB_DAMAGED),
	CASE(ROOT BEGIN "a\xffz\0" END END FINISH, TREE_DTB_DAMAGED),
	CASE(ROOT BEGIN "abcd", TREE_DTB_DAMAGED),
	CASE(ROOT NODE_A END PROP_P END FINISH, TREE_DTB_DAMAGED),
	CASE(PROP_P ROOT END FINISH, TREE_DTB_DAMAGED),
	CASE(ROOT END PROP_P FINISH, TREE_DTB_DAMAGED),
	CASE(ROOT PROP "\0\0\0\0\0\0\0\2" END FINISH, TREE_DTB_DAMAGED), /* "q/" */
	CASE(ROOT PROP "\0\0\0\0\0\0\0\1" END FINISH, TREE_DTB_DAMAGED), /* "" */
	CASE(ROOT PROP "\0\0\0\0\0\0\0\5" END FINISH, TREE_DTB_DAMAGED), /* no end */
	CASE(ROOT PROP "\0\0\0\0\0\0\0\6" END FINISH, TREE_DTB_DAMAGED), /* outside */
	CASE(ROOT PROP "\xff\xff\xff\xff\0\0\0\0" END FINISH, TREE_DTB_DAMAGED),
	CASE(ROOT PROP "\0\0\0\11\0\0\0\0" END FINISH, TREE_DTB_DAMAGED),
	CASE(ROOT PROP "\0\0", TREE_DTB_DAMAGED),
	CASE(ROOT "\0\0\0\7" END FINISH, TREE_DTB_DAMAGED),
	CASE(ROOT NODE_A END NODE_A END END FINISH, TREE_DTB_NAME_TWICE),
	CASE(ROOT PROP_P PROP_P END FINISH, TREE_DTB_NAME_TWICE),
#undef CASE
};

START_TEST(judges_structures)
{
	struct buffer blob = raw_blob(structures[_i].structure, structures[_i].size, "p\0q/\0z", 6);
	struct tree *tree = read_blob("raw.dtb", &blob);

	if (structures[_i].code == TREE_CODE_COUNT) {
		ck_assert_msg(tree != NULL, "%s", all_text());
	} else {
		ck_assert_ptr_null(tree);
		expect_code(structures[_i].code);
		ck_assert_ptr_null(diags->first->next);
		ck_assert_ptr_nonnull(strstr(diags->first->subject, "raw.dtb: byte 0x"));
	}
	buffer_free(&blob);
}
END_TEST

static const struct {
	size_t offset;
	uint32_t value;
	enum tree_code code;
} headers[] = {
	{0, 0xd00dfeee, TREE_DTB_DAMAGED},
	{4, 0, TREE_DTB_DAMAGED},
	{4, 39, TREE_DTB_DAMAGED},
	{4, 0xffffffff, TREE_DTB_DAMAGED},
	{8, 57, TREE_DTB_DAMAGED},
	{8, 0, TREE_DTB_DAMAGED},
	{8, 0xfffffffc, TREE_DTB_DAMAGED},
	{12, 0xffffffff, TREE_DTB_DAMAGED},
	{16, 41, TREE_DTB_DAMAGED},
	{16, 0, TREE_DTB_DAMAGED},
	{16, 0xfffffff8, TREE_DTB_DAMAGED},
	{32, 0xffffffff, TREE_DTB_DAMAGED},
	{36, 0xffffffff, TREE_DTB_DAMAGED},
	{36, 4, TREE_DTB_DAMAGED},
	{20, 15, TREE_DTB_VERSION},
	{24, 18, TREE_DTB_VERSION},
	{24, 17, TREE_CODE_COUNT},
	{20, 0xffffffff, TREE_CODE_COUNT},
	/* With the end of the reservation map gone, all that follows is taken for entries. */
	{52, 1, TREE_DTB_DAMAGED},
};

START_TEST(judges_headers)
{
	static const char structure[] = ROOT END FINISH;
	struct buffer blob = raw_blob(structure, sizeof(structure) - 1, "p", 2);

	put_be32(blob.data + headers[_i].offset, headers[_i].value);
	if (headers[_i].code == TREE_CODE_COUNT) {
		ck_assert_msg(read_blob("raw.dtb", &blob) != NULL, "%s", all_text());
	} else {
		ck_assert_ptr_null(read_blob("raw.dtb", &blob));
		expect_code(headers[_i].code);
	}
	buffer_free(&blob);
}
END_TEST

START_TEST(limits_depth)
{
	for (uint32_t depth = 63; depth <= 66; depth++) {
		struct tree *tree = tree_new(arena, names, "deep"), *back;
		struct tree_node *node = tree->root;
		struct buffer blob;

		while (node->depth < depth)
			node = tree_add_node(tree, node, "n");
		blob = write_blob(tree);
		back = read_blob("deep.dtb", &blob);
		ck_assert_msg(!back == (depth > 64), "depth %u: %s", (unsigned)depth, all_text());
		buffer_free(&blob);
	}
	expect_code(TREE_DTB_TOO_DEEP);
}
END_TEST

/* Whatever is read can be written, read again, and is fine by libfdt. */
static bool try_damaged(const struct buffer *blob)
{
	struct tree *tree, *back;
	struct buffer written;

	start_again();
	tree = read_blob("damaged.dtb", blob);
	ck_assert_msg(!tree == diags_have_errors(diags), "%s", all_text());
	if (tree) {
		written = write_blob(tree);
		back = read_blob("written.dtb", &written);
		ck_assert_msg(back != NULL, "%s", all_text());
		expect_same(back, tree);
		buffer_free(&written);
		write_text(tree);
	}
	return tree;
}

START_TEST(survives_flipped_bytes)
{
	static const unsigned char flips[] = {0x01, 0x80, 0xff, 0x04};
	struct buffer blob = run_dtc(sample, "-@");
	size_t taken = 0;

	for (size_t at = 0; at < blob.len; at++) {
		for (size_t i = 0; i < sizeof(flips); i++) {
			blob.data[at] = (char)(blob.data[at] ^ flips[i]);
			taken += try_damaged(&blob);
			blob.data[at] = (char)(blob.data[at] ^ flips[i]);
		}
	}
	ck_assert_uint_gt(taken, blob.len / 2);
	ck_assert_uint_lt(taken, 4 * blob.len);
	buffer_free(&blob);
}
END_TEST

START_TEST(survives_cuts)
{
	struct buffer blob = run_dtc(sample, "-@");
	size_t whole = blob.len;

	for (size_t len = 0; len < whole; len++) {
		/* Memory of its own, so that the sanitizer sees a read behind the cut. */
		struct buffer cut = {.data = malloc(len ? len : 1), .len = len};

		ck_assert_ptr_nonnull(cut.data);
		memcpy(cut.data, blob.data, len);
		ck_assert(!try_damaged(&cut));
		if (len >= 8) {
			put_be32(cut.data + 4, (uint32_t)len);
			ck_assert(!try_damaged(&cut));
		}
		free(cut.data);
	}
	buffer_free(&blob);
}
END_TEST

/* ---- overlays ---- */

static const char base_text[] =
	"/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; aliases { bus = \"/soc/bus@1\"; "
	"};\n"
	" soc: soc { #address-cells = <1>; #size-cells = <0>; p = \"old\";\n"
	"  bus: bus@1 { reg = <1>; d: dev@2 { reg = <2>; x = <&soc>; }; }; plain { v = <1>; }; }; "
	"};\n";

static const struct {
	const char *name, *overlay, *wanted;
} merges[] = {
	{"label and property",
	 "/dts-v1/; /plugin/; &soc { p = \"a much longer value\"; n = <&bus 7>; };",
	 "/dts-v1/; / { #address-cells = <1>; #size-cells = <1>;"
	 " aliases { bus = \"/soc/bus@1\"; };"
	 " soc { #address-cells = <1>; #size-cells = <0>; p = \"a much longer value\"; phandle = "
	 "<1>;"
	 "  n = <2 7>; bus@1 { reg = <1>; phandle = <2>; dev@2 { reg = <2>; x = <1>;"
	 "  phandle = <3>; }; }; plain { v = <1>; }; };"
	 " __symbols__ { soc = \"/soc\"; bus = \"/soc/bus@1\"; d = \"/soc/bus@1/dev@2\"; }; };"},
	{"new nodes that refer to each other",
	 "/dts-v1/; / { fragment@0 { target-path = \"/soc/bus@1\"; __overlay__ {"
	 "  a: new@5 { reg = <5>; to = <&b 9 &a>; }; }; };"
	 " fragment@1 { target-path = \"/\"; __overlay__ { b: other { to = <&a>; }; }; };"
	 " __local_fixups__ { fragment@0 { __overlay__ { new@5 { to = <0 8>; }; }; };"
	 "  fragment@1 { __overlay__ { other { to = <0>; }; }; }; }; };",
	 "/dts-v1/; / { #address-cells = <1>; #size-cells = <1>;"
	 " aliases { bus = \"/soc/bus@1\"; };"
	 " soc { #address-cells = <1>; #size-cells = <0>; p = \"old\"; phandle = <1>;"
	 "  bus@1 { reg = <1>; phandle = <2>; dev@2 { reg = <2>; x = <1>; phandle = <3>; };"
	 "   new@5 { reg = <5>; phandle = <5>; to = <4 9 5>; }; }; plain { v = <1>; }; };"
	 " other { phandle = <4>; to = <5>; };"
	 " __symbols__ { soc = \"/soc\"; bus = \"/soc/bus@1\"; d = \"/soc/bus@1/dev@2\";"
	 "  a = \"/soc/bus@1/new@5\"; b = \"/other\"; }; };"},
	{"a node that an earlier fragment made, by path and by phandle",
	 "/dts-v1/; / { fragment@0 { target-path = \"/\"; __overlay__ {"
	 "  made { phandle = <1>; }; }; };"
	 " fragment@1 { target-path = \"/made\"; __overlay__ { by-path; }; };"
	 " fragment@2 { target = <1>; __overlay__ { by-phandle; }; };"
	 " __local_fixups__ { fragment@2 { target = <0>; }; }; };",
	 "/dts-v1/; / { #address-cells = <1>; #size-cells = <1>;"
	 " aliases { bus = \"/soc/bus@1\"; };"
	 " soc { #address-cells = <1>; #size-cells = <0>; p = \"old\"; phandle = <1>;"
	 "  bus@1 { reg = <1>; phandle = <2>; dev@2 { reg = <2>; x = <1>; phandle = <3>; }; };"
	 "  plain { v = <1>; }; }; made { phandle = <4>; by-path; by-phandle; };"
	 " __symbols__ { soc = \"/soc\"; bus = \"/soc/bus@1\"; d = \"/soc/bus@1/dev@2\"; }; };"},
	{"alias target, name without unit address, unaligned reference",
	 "/dts-v1/; / { fragment@0 { target-path = \"bus\"; __overlay__ {"
	 "  dev { u = [00 ff ff ff ff 00]; }; }; };"
	 " __fixups__ { soc = \"/fragment@0/__overlay__/dev:u:1\"; }; };",
	 "/dts-v1/; / { #address-cells = <1>; #size-cells = <1>;"
	 " aliases { bus = \"/soc/bus@1\"; };"
	 " soc { #address-cells = <1>; #size-cells = <0>; p = \"old\"; phandle = <1>;"
	 "  bus@1 { reg = <1>; phandle = <2>; dev@2 { reg = <2>; x = <1>; phandle = <3>;"
	 "   u = [00 00 00 00 01 00]; }; }; plain { v = <1>; }; };"
	 " __symbols__ { soc = \"/soc\"; bus = \"/soc/bus@1\"; d = \"/soc/bus@1/dev@2\"; }; };"},
	{"a child that is no fragment", "/dts-v1/; / { note { text = \"not merged\"; }; };",
	 "/dts-v1/; / { #address-cells = <1>; #size-cells = <1>;"
	 " aliases { bus = \"/soc/bus@1\"; };"
	 " soc { #address-cells = <1>; #size-cells = <0>; p = \"old\"; phandle = <1>;"
	 "  bus@1 { reg = <1>; phandle = <2>; dev@2 { reg = <2>; x = <1>; phandle = <3>; }; };"
	 "  plain { v = <1>; }; };"
	 " __symbols__ { soc = \"/soc\"; bus = \"/soc/bus@1\"; d = \"/soc/bus@1/dev@2\"; }; };"},
};

/* What libfdt makes of the same two blobs; NULL if it refuses. */
static struct tree *merge_by_libfdt(const struct tree *base, const struct tree *overlay)
{
	struct buffer from = write_blob(base), over = write_blob(overlay);
	size_t room = from.len + 2 * over.len + 65536;
	char *target = arena_alloc(arena, room), *copy = arena_memdup(arena, over.data, over.len);
	struct tree *merged = NULL;

	ck_assert_int_eq(fdt_open_into(from.data, target, (int)room), 0);
	if (!fdt_overlay_apply(target, copy))
		merged = tree_read_dtb(arena, names, diags, "libfdt", target, room);
	buffer_free(&from);
	buffer_free(&over);
	return merged;
}

START_TEST(merges_as_written_by_hand)
{
	struct tree *base = from_dts(base_text);
	bool labels = strstr(merges[_i].overlay, "&a") != NULL;
	struct tree *overlay =
		from_dts_with("over.dtbo", merges[_i].overlay,
			      labels || strstr(merges[_i].overlay, "/plugin/") ? "-@" : "");
	struct tree *libfdt = merge_by_libfdt(base, overlay);

	ck_assert_msg(tree_apply(base, overlay, OVERLAY_GENERIC, diags), "%s: %s", merges[_i].name,
		      all_text());
	expect_same(base, from_dts_with("wanted", merges[_i].wanted, ""));
	ck_assert_ptr_nonnull(libfdt);
	expect_same(base, libfdt);
}
END_TEST

/* Newer than Debian's libfdt: a label put on a node that has a phandle (dtc 1.7.1 and on). */
START_TEST(keeps_phandles_of_the_base)
{
	struct tree *base = from_dts(base_text);
	struct tree *overlay = overlay_from_dts("/dts-v1/; /plugin/; &{/soc} { s2: bus@1 { to = "
						"<&n>; n: new { to = <&s2>; }; }; };");
	uint32_t value;

	ck_assert_msg(tree_apply(base, overlay, OVERLAY_GENERIC, diags), "%s", all_text());
	ck_assert_uint_eq(tree_node_phandle(base, tree_find_path(base, "/soc/bus@1")), 2);
	ck_assert(property_u32(
		tree_find_property(base, tree_find_path(base, "/soc/bus@1/new"), "to"), &value));
	ck_assert_uint_eq(value, 2);
	ck_assert(property_u32(tree_find_property(base, tree_find_path(base, "/soc/bus@1"), "to"),
			       &value));
	ck_assert_uint_eq(value, tree_node_phandle(base, tree_find_path(base, "/soc/bus@1/new")));
	ck_assert_str_eq(property_string(tree_find_property(
				 base, tree_find_path(base, "/__symbols__"), "s2")),
			 "/soc/bus@1");
}
END_TEST

/* dtc's issue 26: libfdt leaves a '/' behind such a path. */
START_TEST(moves_labels_of_targets)
{
	struct tree *base = from_dts(base_text);
	struct tree *overlay = overlay_from_dts(
		"/dts-v1/; / { fragment@0 { target-path = \"bus\"; __overlay__ { v; }; };"
		" fragment@1 { target-path = \"/\"; __overlay__ { w { }; }; };"
		" __symbols__ { b = \"/fragment@0/__overlay__\"; r = \"/fragment@1/__overlay__\";"
		"  w = \"/fragment@1/__overlay__/w\"; f = \"/fragment@1\"; }; };");
	const struct tree_node *symbols;

	ck_assert_msg(tree_apply(base, overlay, OVERLAY_GENERIC, diags), "%s", all_text());
	symbols = tree_find_path(base, "/__symbols__");
	ck_assert_str_eq(property_string(tree_find_property(base, symbols, "b")), "/soc/bus@1");
	ck_assert_str_eq(property_string(tree_find_property(base, symbols, "r")), "/");
	ck_assert_str_eq(property_string(tree_find_property(base, symbols, "w")), "/w");
	ck_assert_ptr_null(tree_find_property(base, symbols, "f"));
}
END_TEST

START_TEST(makes_symbols_where_there_are_none)
{
	struct tree *base = from_dts_with("base.dtb", base_text, "");
	struct tree *overlay =
		overlay_from_dts("/dts-v1/; /plugin/; &{/soc} { n: new { me = <&n>; }; };");

	ck_assert(!tree_apply(base, overlay, OVERLAY_LINUX, diags));
	expect_code(TREE_LINUX_SYMBOL);
	forget_diagnostics();
	ck_assert_msg(tree_apply(base, overlay, OVERLAY_GENERIC, diags), "%s", all_text());
	ck_assert_str_eq(property_string(tree_find_property(
				 base, tree_find_path(base, "/__symbols__"), "n")),
			 "/soc/new");
}
END_TEST

#define FRAGMENT(path, content)                                                                    \
	"/dts-v1/; / { fragment@0 { target-path = \"" path "\"; __overlay__ { " content " }; }; "  \
	"};"
#define OVER(content) "/dts-v1/; / { " content " };"
#define TO_ROOT "target-path = \"/\";"

static const struct {
	enum overlay_rules rules;
	enum tree_code code; /* TREE_CODE_COUNT: taken */
	const char *overlay;
	const char *message;
} refusals[] = {
	{OVERLAY_GENERIC, TREE_OVERLAY_UNBOUND,
	 OVER("fragment@0 { target-path = \"/nv2-unbound/0\"; __overlay__ { a; }; };"
	      " nv2-bind { compatible = \"nv2,bind-1\"; };"),
	 "late-bound: bind it first"},
	{OVERLAY_GENERIC, TREE_OVERLAY_TARGET, FRAGMENT("/nv2-unbound/0", "a;"), "/nv2-unbound/0"},
	{OVERLAY_GENERIC, TREE_OVERLAY_TARGET, FRAGMENT("/soc/bsu@1", "a;"), "/soc/bus@1"},
	{OVERLAY_GENERIC, TREE_OVERLAY_TARGET, FRAGMENT("nobus", "a;"), NULL},
	{OVERLAY_GENERIC, TREE_OVERLAY_TARGET, FRAGMENT("", "a;"), NULL},
	{OVERLAY_GENERIC, TREE_OVERLAY_TARGET,
	 OVER("fragment@0 { target = <0x1234>; __overlay__ { a; }; };"), "0x1234"},
	{OVERLAY_GENERIC, TREE_OVERLAY_DAMAGED, OVER("fragment@0 { __overlay__ { a; }; };"),
	 "neither target nor target-path"},
	{OVERLAY_GENERIC, TREE_OVERLAY_DAMAGED,
	 OVER("fragment@0 { target = <1 2>; __overlay__ { a; }; };"), "8 bytes"},
	{OVERLAY_GENERIC, TREE_OVERLAY_DAMAGED,
	 OVER("fragment@0 { target = <0xffffffff>; __overlay__ { a; }; };"), "no fixup"},
	{OVERLAY_GENERIC, TREE_OVERLAY_DAMAGED,
	 OVER("fragment@0 { target-path = \"/\", \"/\"; __overlay__ { a; }; };"), "one string"},
	{OVERLAY_GENERIC, TREE_OVERLAY_LABEL, "/dts-v1/; /plugin/; &sock { a; };", "did you mean"},
	{OVERLAY_GENERIC, TREE_OVERLAY_LABEL, "/dts-v1/; /plugin/; &zebra { a; };", "zebra"},
/* Each way a fixup can miss its cell. */
#define FIX(text)                                                                                  \
	OVER("fragment@0 { " TO_ROOT " __overlay__ { r = <0 0>; s = \"abc\"; e; }; };"             \
	     " __fixups__ { soc = " text "; };")
	{OVERLAY_GENERIC, TREE_CODE_COUNT, FIX("\"/fragment@0/__overlay__:r:4\""), NULL},
	{OVERLAY_GENERIC, TREE_OVERLAY_FIXUP, FIX("\"/fragment@0/__overlay__:r:5\""), "outside"},
	{OVERLAY_GENERIC, TREE_OVERLAY_FIXUP, FIX("\"/fragment@0/__overlay__:e:0\""), "outside"},
	{OVERLAY_GENERIC, TREE_OVERLAY_FIXUP, FIX("\"/fragment@0/__overlay__:r:4294967292\""),
	 NULL},
	{OVERLAY_GENERIC, TREE_OVERLAY_FIXUP, FIX("\"/fragment@0/__overlay__:r:4294967296\""),
	 NULL},
	{OVERLAY_GENERIC, TREE_OVERLAY_FIXUP, FIX("\"/fragment@0/__overlay__:r:-4\""), NULL},
	{OVERLAY_GENERIC, TREE_OVERLAY_FIXUP, FIX("\"/fragment@0/__overlay__:r: 4\""), NULL},
	{OVERLAY_GENERIC, TREE_OVERLAY_FIXUP, FIX("\"/fragment@0/__overlay__:r:\""), NULL},
	{OVERLAY_GENERIC, TREE_OVERLAY_FIXUP, FIX("\"/fragment@0/__overlay__:r\""), NULL},
	{OVERLAY_GENERIC, TREE_OVERLAY_FIXUP, FIX("\"/fragment@0/__overlay__::0\""), NULL},
	{OVERLAY_GENERIC, TREE_OVERLAY_FIXUP, FIX("\":r:0\""), NULL},
	{OVERLAY_GENERIC, TREE_OVERLAY_FIXUP, FIX("\"\""), NULL},
	{OVERLAY_GENERIC, TREE_OVERLAY_FIXUP, FIX("[61 62 63]"), "list of strings"},
	{OVERLAY_GENERIC, TREE_OVERLAY_FIXUP, FIX("\"/fragment@1/__overlay__:r:0\""), "node"},
	{OVERLAY_GENERIC, TREE_OVERLAY_FIXUP, FIX("\"/fragment@0/__overlay__:q:0\""), "property"},
	{OVERLAY_GENERIC, TREE_OVERLAY_FIXUP,
	 FIX("\"/fragment@0/__overlay__:r:0\", \"/fragment@0/__overlay__:r:2\""), "overlap"},
/* And a local one. */
#define LOCAL(text)                                                                                \
	OVER("fragment@0 { " TO_ROOT " __overlay__ { n { phandle = <1>; r = <0 1>; }; }; };"       \
	     " __local_fixups__ { " text " };")
#define LOCAL_N(text) LOCAL("fragment@0 { __overlay__ { n { " text " }; }; };")
	{OVERLAY_GENERIC, TREE_CODE_COUNT, LOCAL_N("r = <4>;"), NULL},
	{OVERLAY_GENERIC, TREE_OVERLAY_LOCAL_FIXUP, LOCAL_N("r = <8>;"), "offset 8"},
	{OVERLAY_GENERIC, TREE_OVERLAY_LOCAL_FIXUP, LOCAL_N("r = <0xfffffffc>;"), NULL},
	{OVERLAY_GENERIC, TREE_OVERLAY_LOCAL_FIXUP, LOCAL_N("r = <0x118>;"), NULL},
	{OVERLAY_GENERIC, TREE_OVERLAY_LOCAL_FIXUP, LOCAL_N("r = [00 00 04];"), NULL},
	{OVERLAY_GENERIC, TREE_OVERLAY_LOCAL_FIXUP, LOCAL_N("r = <4 4>;"), "overlap"},
	{OVERLAY_GENERIC, TREE_OVERLAY_LOCAL_FIXUP, LOCAL_N("q = <0>;"), "does not have"},
	{OVERLAY_GENERIC, TREE_OVERLAY_LOCAL_FIXUP, LOCAL("fragment@1 { x = <0>; };"),
	 "fragment@1"},
	{OVERLAY_GENERIC, TREE_OVERLAY_PHANDLE, LOCAL_N("r = <0>;"), "phandle 0x0"},
	/* The base's highest phandle is 3, and 0xffffffff is none. */
	{OVERLAY_GENERIC, TREE_CODE_COUNT, FRAGMENT("/", "n { phandle = <0xfffffffb>; };"), NULL},
	{OVERLAY_GENERIC, TREE_OVERLAY_PHANDLE, FRAGMENT("/", "n { phandle = <0xfffffffc>; };"),
	 "moved up"},
	{OVERLAY_GENERIC, TREE_OVERLAY_PHANDLE, FRAGMENT("/", "n { phandle = <0xfffffffe>; };"),
	 "moved up"},
	{OVERLAY_GENERIC, TREE_OVERLAY_PHANDLE, FRAGMENT("/", "n { phandle = [01 02]; };"),
	 "four bytes"},
	{OVERLAY_GENERIC, TREE_OVERLAY_PHANDLE,
	 OVER("fragment@0 { " TO_ROOT " __overlay__ { n { phandle = <1>; }; }; };"
	      " fragment@1 { target-path = \"/soc\"; __overlay__ { m { linux,phandle = <1>; }; }; "
	      "};"),
	 "also that of"},
	{OVERLAY_GENERIC, TREE_OVERLAY_PHANDLE,
	 FRAGMENT("/", "n { phandle = <1>; linux,phandle = <2>; };"), "differs"},
	{OVERLAY_GENERIC, TREE_OVERLAY_PHANDLE,
	 OVER("fragment@0 { " TO_ROOT " __overlay__ { n { phandle = <1>; }; }; };"
	      " fragment@1 { " TO_ROOT " __overlay__ { n { phandle = <2>; }; }; };"),
	 "different phandles"},
	{OVERLAY_GENERIC, TREE_OVERLAY_SYMBOL,
	 OVER("fragment@0 { " TO_ROOT " __overlay__ { n; }; };"
	      " __symbols__ { x = \"/fragment@0/__overlay__/m\"; };"),
	 "x"},
	{OVERLAY_GENERIC, TREE_OVERLAY_SYMBOL, OVER("__symbols__ { x = <1>; };"), "path"},
	{OVERLAY_GENERIC, TREE_OVERLAY_SYMBOL, OVER("__symbols__ { x = \"a/b\"; };"), "path"},
	/* What libfdt and the kernel take for something else than it is called. */
	{OVERLAY_GENERIC, TREE_OVERLAY_DAMAGED,
	 OVER("fragment@0 { " TO_ROOT " __overlay__@1 { n; }; };"), "__overlay__@1"},
	{OVERLAY_GENERIC, TREE_OVERLAY_DAMAGED,
	 OVER("fragment@0 { " TO_ROOT " __overlay__ { n; }; }; __local_fixups__@0 { };"),
	 "__local_fixups__@0"},
	{OVERLAY_GENERIC, TREE_OVERLAY_DAMAGED,
	 OVER("fragment@0 { " TO_ROOT " __overlay__ { n; }; }; __fixups__@ffff { };"),
	 "__fixups__@ffff"},
	{OVERLAY_GENERIC, TREE_OVERLAY_DAMAGED,
	 OVER("fragment@0 { " TO_ROOT " __overlay__ { n; }; }; __symbols__@1 { };"),
	 "__symbols__@1"},
	{OVERLAY_GENERIC, TREE_OVERLAY_DAMAGED,
	 OVER("fragment@0 { " TO_ROOT " __overlay__ { n; }; };"
	      "__symbols__ { " TO_ROOT " __overlay__ { n; }; };"),
	 "__symbols__ has a node __overlay__"},
	{OVERLAY_GENERIC, TREE_OVERLAY_DAMAGED,
	 OVER("fragment@0 { " TO_ROOT " __overlay__ { n; }; }; __fixups__ { __overlay__@1 { }; };"),
	 "__fixups__ has a node __overlay__"},
	{OVERLAY_GENERIC, TREE_OVERLAY_DAMAGED,
	 OVER("fragment@0 { " TO_ROOT " __overlay__ { n; }; };"
	      "__local_fixups__ { " TO_ROOT " __overlay__ { }; };"),
	 "__local_fixups__ has a node __overlay__"},
	/* What only the kernel refuses. */
	{OVERLAY_GENERIC, TREE_CODE_COUNT, FRAGMENT("/soc", "#size-cells = <1>;"), NULL},
	{OVERLAY_LINUX, TREE_LINUX_CELLS, FRAGMENT("/soc", "#size-cells = <1>;"), "#size-cells"},
	{OVERLAY_LINUX, TREE_CODE_COUNT, FRAGMENT("/soc", "#size-cells = <0>; p = \"old\";"), NULL},
	{OVERLAY_LINUX, TREE_CODE_COUNT, FRAGMENT("/soc/plain", "#size-cells = <0>;"), NULL},
#define TWICE(one, two)                                                                            \
	OVER("fragment@0 { " TO_ROOT " __overlay__ { " one " }; };"                                \
	     " fragment@1 { " TO_ROOT " __overlay__ { " two " }; };")
	{OVERLAY_GENERIC, TREE_CODE_COUNT, TWICE("n { a; };", "n { b; };"), NULL},
	{OVERLAY_LINUX, TREE_LINUX_NODE_TWICE, TWICE("n { a; };", "n { b; };"), "fragment@0"},
	{OVERLAY_LINUX, TREE_LINUX_PROPERTY_TWICE, TWICE("x = <1>;", "x = <1>;"), "x"},
	{OVERLAY_LINUX, TREE_LINUX_PROPERTY_TWICE,
	 TWICE("soc { p = \"a\"; };", "soc { p = \"b\"; };"), "p"},
	{OVERLAY_LINUX, TREE_CODE_COUNT, TWICE("x = <1>;", "y = <1>;"), NULL},
	{OVERLAY_LINUX, TREE_LINUX_PHANDLE, FRAGMENT("/", "soc { phandle = <1>; };"), "/soc"},
	{OVERLAY_LINUX, TREE_CODE_COUNT, FRAGMENT("/soc", "phandle = <1>;"), NULL},
	{OVERLAY_LINUX, TREE_LINUX_SYMBOL, "/dts-v1/; /plugin/; &{/soc} { bus: again { }; };",
	 "label of the base already"},
	{OVERLAY_LINUX, TREE_LINUX_SYMBOL, OVER("f { }; __symbols__ { x = \"/f\"; };"),
	 "in no fragment"},
	{OVERLAY_LINUX, TREE_OVERLAY_TARGET,
	 OVER("fragment@0 { " TO_ROOT " __overlay__ { n { }; }; };"
	      " fragment@1 { target-path = \"/n\"; __overlay__ { a; }; };"),
	 "/n"},
};

START_TEST(refuses_and_leaves_the_base_alone)
{
	struct tree *base = from_dts(base_text);
	struct tree *overlay = overlay_from_dts(refusals[_i].overlay);
	struct buffer before = write_blob(base), after;
	bool applied = tree_apply(base, overlay, refusals[_i].rules, diags);

	if (refusals[_i].code == TREE_CODE_COUNT) {
		ck_assert_msg(applied, "%s: %s", refusals[_i].overlay, all_text());
		ck_assert(!diags_have_errors(diags));
		buffer_free(&before);
		return;
	}
	ck_assert_msg(!applied, "taken: %s", refusals[_i].overlay);
	expect_code(refusals[_i].code);
	ck_assert_msg(strstr(all_text(), "over.dtbo") != NULL, "%s", all_text());
	if (refusals[_i].message)
		ck_assert_msg(strstr(all_text(), refusals[_i].message) != NULL, "%s", all_text());
	after = write_blob(base);
	ck_assert_uint_eq(after.len, before.len);
	ck_assert_mem_eq(after.data, before.data, before.len);
	buffer_free(&before);
	buffer_free(&after);
}
END_TEST

/* All mistakes of one overlay, and a change before the mistake undone. */
START_TEST(reports_all_mistakes)
{
	struct tree *base = from_dts(base_text);
	struct tree *overlay = overlay_from_dts(
		OVER("fragment@0 { target-path = \"/soc\"; __overlay__ { p = \"new\"; q; }; };"
		     " fragment@1 { target-path = \"/no/a\"; __overlay__ { }; };"
		     " fragment@2 { target-path = \"/no/b\"; __overlay__ { }; };"
		     " fragment@3 { target-path = \"/no/c\"; __overlay__ { }; };"));

	ck_assert(!tree_apply(base, overlay, OVERLAY_GENERIC, diags));
	ck_assert_uint_eq(diags->counts[SEVERITY_ERROR], 3);
	expect_same(base, from_dts(base_text));
}
END_TEST

START_TEST(stays_within_the_depth)
{
	struct tree *base = tree_new(arena, names, "base.dtb");
	struct tree_node *node = base->root;
	struct tree *overlay;

	while (node->depth < 63)
		node = tree_add_node(base, node, "n");
	overlay = from_dts_with(
		"over.dtbo",
		arena_printf(arena, FRAGMENT("%s", "a { b { }; };"), tree_path(arena, node)), "");
	ck_assert(!tree_apply(base, overlay, OVERLAY_GENERIC, diags));
	expect_code(TREE_DTB_TOO_DEEP);
	ck_assert_uint_eq(node->child_count, 0);
}
END_TEST

START_TEST(needs_labels_in_the_base)
{
	struct tree *base = from_dts_with("base.dtb", base_text, "");
	struct tree *overlay = overlay_from_dts("/dts-v1/; /plugin/; &soc { a; };");

	ck_assert(!tree_apply(base, overlay, OVERLAY_GENERIC, diags));
	expect_code(TREE_OVERLAY_LABEL);
	ck_assert_ptr_nonnull(strstr(all_text(), "__symbols__"));
}
END_TEST

START_TEST(refuses_labels_that_lead_nowhere)
{
	static const char *const symbols[] = {"\"/nowhere\"", "<1>", "\"/soc/plain\""};
	struct tree *overlay = overlay_from_dts("/dts-v1/; /plugin/; &lab { a; };");
	struct tree *base = from_dts_with(
		"base.dtb",
		arena_printf(arena,
			     "/dts-v1/; / { soc { plain { }; }; __symbols__ { lab = %s; }; };",
			     symbols[_i]),
		"");

	ck_assert(!tree_apply(base, overlay, OVERLAY_GENERIC, diags));
	expect_code(TREE_OVERLAY_LABEL);
}
END_TEST

START_TEST(survives_damaged_overlays)
{
	static const unsigned char flips[] = {0x01, 0x04, 0x80, 0xff};
	struct buffer base_blob = run_dtc(base_text, "-@");
	struct buffer blob =
		run_dtc("/dts-v1/; /plugin/; &bus { n: new@5 { reg = <5>; r = <&soc &n>;"
			" }; }; &{/soc} { p = \"x\"; o = <&n>; };",
			"-@");
	size_t applied = 0, refused = 0;

	for (size_t at = 0; at < blob.len; at++) {
		for (size_t i = 0; i < sizeof(flips); i++) {
			struct tree *base, *before, *overlay;

			start_again();
			base = read_blob("base.dtb", &base_blob);
			before = read_blob("base.dtb", &base_blob);
			blob.data[at] = (char)(blob.data[at] ^ flips[i]);
			overlay = read_blob("over.dtbo", &blob);
			blob.data[at] = (char)(blob.data[at] ^ flips[i]);
			if (overlay &&
			    tree_apply(base, overlay, at & 1 ? OVERLAY_LINUX : OVERLAY_GENERIC,
				       diags)) {
				applied++;
			} else {
				refused++;
				ck_assert(diags_have_errors(diags));
				expect_same(base, before);
			}
		}
	}
	ck_assert_uint_gt(applied, 100);
	ck_assert_uint_gt(refused, 100);
	buffer_free(&blob);
	buffer_free(&base_blob);
}
END_TEST

/* ---- against libfdt, on overlays made up ---- */

static uint32_t seed;

static uint32_t pick(uint32_t below)
{
	seed = seed * 1664525 + 1013904223;
	return (uint32_t)(((uint64_t)(seed >> 8) * below) >> 24);
}

static struct tree_node *pick_node(struct tree_node *const *nodes, uint32_t count)
{
	return nodes[pick(count)];
}

struct made_base {
	struct tree *tree;
	struct tree_node *nodes[40]; /* the first has no label */
	uint32_t count;
};

static void make_base(struct made_base *made)
{
	struct tree_node *symbols;

	made->tree = tree_new(arena, names, "base.dtb");
	made->nodes[0] = made->tree->root;
	made->count = 1;
	for (uint32_t i = 1; i < 40; i++) {
		struct tree_node *node = tree_add_node(
			made->tree, pick_node(made->nodes, made->count),
			arena_printf(arena, pick(2) ? "n%u@%x" : "n%u", (unsigned)i, (unsigned)i));

		tree_set_u32(made->tree, node, "phandle", 3 * i);
		tree_set_u32(made->tree, node, "p1", i);
		made->nodes[made->count++] = node;
	}
	symbols = tree_add_node(made->tree, made->tree->root, "__symbols__");
	for (uint32_t i = 1; i < 40; i++)
		tree_set_string(made->tree, symbols, arena_printf(arena, "l%u", (unsigned)i),
				tree_path(arena, made->nodes[i]));
}

/* Appends a string to a list. */
static void add_string(struct tree *tree, struct tree_node *node, const char *name,
		       const char *text)
{
	const struct tree_property *old = tree_find_property(tree, node, name);
	struct buffer list = {0};

	if (old)
		buffer_add(&list, old->value, old->len);
	buffer_add(&list, text, strlen(text) + 1);
	tree_set(tree, node, name, list.data, list.len);
	buffer_free(&list);
}

static struct tree_node *mirror_of(struct tree *tree, struct tree_node *node)
{
	struct tree_node *above, *mirror;
	const char *name = node->parent ? node->name : "__local_fixups__";

	above = node->parent ? mirror_of(tree, node->parent) : node;
	mirror = tree_find_child(tree, above, name);
	return mirror ? mirror : tree_add_node(tree, above, name);
}

static void fill_content(struct made_base *base, struct tree *tree, struct tree_node *fixups,
			 struct tree_node *node, uint32_t made)
{
	for (uint32_t i = 0, count = pick(4); i < count; i++) {
		const char *name = arena_printf(arena, "p%u", (unsigned)pick(5));
		const uint32_t cells[] = {pick(100), pick(made) + 1, 5};

		if (tree_find_property(tree, node, name))
			continue;
		tree_set_cells(tree, node, name, cells, 3);
		if (pick(2)) {
			tree_set_u32(tree, mirror_of(tree, node), name, 4);
		} else if (pick(2)) {
			const char *label =
				arena_printf(arena, "l%u", (unsigned)pick(base->count - 1) + 1);

			add_string(tree, fixups, label,
				   arena_printf(arena, "%s:%s:%d", tree_path(arena, node), name,
						pick(2) ? 4 : 8));
		}
	}
}

static struct tree *make_overlay(struct made_base *base)
{
	struct tree *tree = tree_new(arena, names, "over.dtbo");
	struct tree_node *fixups = tree_add_node(tree, tree->root, "__fixups__");
	struct tree_node *symbols = tree_add_node(tree, tree->root, "__symbols__");
	struct tree_node *contents[4], *made[12];
	uint32_t fragments = 1 + pick(4), count = 1 + pick(12);

	for (uint32_t i = 0; i < fragments; i++) {
		struct tree_node *fragment = tree_add_node(
			tree, tree->root, arena_printf(arena, "fragment@%u", (unsigned)i));
		uint32_t target = pick(base->count);

		contents[i] = tree_add_node(tree, fragment, "__overlay__");
		if (target && pick(2)) {
			tree_set_u32(tree, fragment, "target", UINT32_MAX);
			add_string(tree, fixups, arena_printf(arena, "l%u", (unsigned)target),
				   arena_printf(arena, "/fragment@%u:target:0", (unsigned)i));
		} else {
			tree_set_string(tree, fragment, "target-path",
					tree_path(arena, base->nodes[target]));
		}
	}
	for (uint32_t i = 0; i < count; i++) {
		struct tree_node *parent = i && pick(2) ? made[pick(i)] : contents[pick(fragments)];

		made[i] = tree_add_node(tree, parent, arena_printf(arena, "m%u", (unsigned)i));
		tree_set_u32(tree, made[i], "phandle", i + 1);
		tree_set_string(tree, symbols, arena_printf(arena, "s%u", (unsigned)pick(20)),
				tree_path(arena, made[i]));
	}
	for (uint32_t i = 0; i < fragments; i++)
		fill_content(base, tree, fixups, contents[i], count);
	for (uint32_t i = 0; i < count; i++)
		fill_content(base, tree, fixups, made[i], count);
	return tree;
}

START_TEST(merges_as_libfdt_does)
{
	for (uint32_t round = 0; round < 300; round++) {
		struct made_base base;
		struct tree *overlay, *libfdt;

		start_again();
		seed = round;
		make_base(&base);
		overlay = make_overlay(&base);
		libfdt = merge_by_libfdt(base.tree, overlay);
		ck_assert_ptr_nonnull(libfdt);
		ck_assert_msg(tree_apply(base.tree, overlay, OVERLAY_GENERIC, diags), "%s\n%s",
			      all_text(), write_text(overlay));
		expect_same(base.tree, libfdt);
	}
}
END_TEST

START_TEST(has_whole_codes)
{
	for (size_t i = 0; i < TREE_CODE_COUNT; i++) {
		ck_assert_msg(tree_codes[i].code && tree_codes[i].name && tree_codes[i].summary &&
				      tree_codes[i].explain &&
				      (tree_codes[i].fix || tree_codes[i].level == SEVERITY_NOTE),
			      "row %zu", i);
		ck_assert_int_eq(strncmp(tree_codes[i].code + 5, "03", 2), 0);
		for (size_t j = 0; j < i; j++) {
			ck_assert_str_ne(tree_codes[i].code, tree_codes[j].code);
			ck_assert_str_ne(tree_codes[i].name, tree_codes[j].name);
		}
	}
}
END_TEST


static Suite *make_suite(void)
{
	Suite *suite = suite_create("tree");
	TCase *cases = add_case(suite, "look-ups", start_session, stop_session);

	tcase_add_test(cases, finds_among_many);
	tcase_add_loop_test(cases, changes_what_is_found, 0, 12);
	tcase_add_test(cases, follows_aliases);
	tcase_add_test(cases, knows_values);
	tcase_add_test(cases, prefers_phandle_to_its_old_name);

	cases = add_case(suite, "reading and writing", start_session, stop_session);
	tcase_add_test(cases, reads_what_it_writes);
	tcase_add_test(cases, copies_into_another_arena);
	tcase_add_test(cases, reads_version_16);
	tcase_add_test(cases, reads_from_anywhere);
	tcase_add_test(cases, writes_dts_that_dtc_takes_back);
	tcase_add_test(cases, writes_every_byte_as_text);
	tcase_add_test(cases, writes_dts_for_people);

	cases = add_case(suite, "damage", start_session, stop_session);
	tcase_add_loop_test(cases, judges_structures, 0, (int)COUNT(structures));
	tcase_add_loop_test(cases, judges_headers, 0, (int)COUNT(headers));
	tcase_add_test(cases, limits_depth);
	tcase_add_test(cases, survives_flipped_bytes);
	tcase_add_test(cases, survives_cuts);

	cases = add_case(suite, "overlays", start_session, stop_session);
	tcase_add_loop_test(cases, merges_as_written_by_hand, 0, (int)COUNT(merges));
	tcase_add_test(cases, keeps_phandles_of_the_base);
	tcase_add_test(cases, moves_labels_of_targets);
	tcase_add_test(cases, makes_symbols_where_there_are_none);
	tcase_add_loop_test(cases, refuses_and_leaves_the_base_alone, 0, (int)COUNT(refusals));
	tcase_add_test(cases, reports_all_mistakes);
	tcase_add_test(cases, stays_within_the_depth);
	tcase_add_test(cases, needs_labels_in_the_base);
	tcase_add_loop_test(cases, refuses_labels_that_lead_nowhere, 0, 3);
	tcase_add_test(cases, survives_damaged_overlays);
	tcase_add_test(cases, merges_as_libfdt_does);
	tcase_add_test(cases, has_whole_codes);
	return suite;
}

int main(void)
{
	return run_suite(make_suite());
}
