/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes wiring text and blobs made by hand, checks what firmware reads them
 * with: SHA-256 (libsodium is the second opinion), the walk through flattened
 * device trees (libfdt is), bundles and their signatures. Never trusts a blob
 * to end where it says: each stands in a block of its own size.
 */
#include "session.h"

#include <errno.h>
#include <libfdt.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blob/fdt.h"
#include "blob/sha256.h"
#include "emit/bundle.h"
#include "emit/overlay.h"
#include "emit/plan_json.h"
#include "lang/parse.h"
#include "plan/program.h"
#include "plan/region.h"
#include "sign.h"
#include "tree/tree.h"
#include "wiring/wiring.h"

static void setup(void)
{
	start_session();
	ck_assert_int_ge(sodium_init(), 0);
}

/* The first diagnostic since the last call is this one, and says this. */
static void expect_diagnostic(enum bundle_code code, const char *part_of_text)
{
	ck_assert_msg(diags->first && diags->first->def == &bundle_codes[code] &&
			      strstr(all_text(), part_of_text),
		      "wanted %s with \"%s\", got: %s", bundle_codes[code].name, part_of_text,
		      all_text());
	diags = diags_new(arena, sources);
}

/* A copy at the very end of its memory block: AddressSanitizer sees any byte read behind it. */
static unsigned char *exact_copy(const void *bytes, size_t size)
{
	unsigned char *copy = malloc(size ? size : 1);

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, bytes, size);
	return copy;
}

static struct buffer copy_of(const struct buffer *buffer)
{
	struct buffer copy = {0};

	buffer_add(&copy, buffer->data, buffer->len);
	return copy;
}

/* --- SHA-256 ----------------------------------------------------------------- */

static void expect_sha256(const char *message, size_t times, const char *expected)
{
	unsigned char digest[NV2_SHA256_SIZE];
	char text[2 * NV2_SHA256_SIZE + 1];
	struct nv2_sha256 hash;

	nv2_sha256_begin(&hash);
	for (size_t i = 0; i < times; i++)
		nv2_sha256_add(&hash, message, strlen(message));
	nv2_sha256_end(&hash, digest);
	sodium_bin2hex(text, sizeof(text), digest, sizeof(digest));
	ck_assert_str_eq(text, expected);
}

/* FIPS 180-4's examples and NIST's "Cryptographic Standards and Guidelines" ones. */
START_TEST(sha256_has_the_published_digests)
{
	expect_sha256("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	expect_sha256("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	expect_sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
		      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	expect_sha256("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
		      "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
		      1, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
	expect_sha256("a", 1000000,
		      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}
END_TEST

START_TEST(sha256_agrees_with_libsodium)
{
	unsigned char message[600], ours[NV2_SHA256_SIZE], theirs[NV2_SHA256_SIZE];
	uint64_t chance = 1;

	for (size_t i = 0; i < sizeof(message); i++)
		message[i] = (unsigned char)random_below(&chance, 256);
	for (size_t len = 0; len <= sizeof(message); len++) {
		unsigned char *copy = exact_copy(message, len);
		struct nv2_sha256 hash;

		crypto_hash_sha256(theirs, message, len);
		nv2_sha256(copy, len, ours);
		ck_assert_mem_eq(ours, theirs, sizeof(ours));
		nv2_sha256_begin(&hash);
		for (size_t at = 0; at < len;) {
			size_t part = 1 + random_below(&chance, 150);

			part = part < len - at ? part : len - at;
			nv2_sha256_add(&hash, copy + at, part);
			at += part;
		}
		nv2_sha256_add(&hash, NULL, 0);
		nv2_sha256_end(&hash, ours);
		ck_assert_mem_eq(ours, theirs, sizeof(ours));
		free(copy);
	}
}
END_TEST

/* --- flattened device trees -------------------------------------------------- */

/* A tree with a bit of everything. */
static struct tree *sample_tree(void)
{
	struct tree *tree = tree_new(arena, names, "sample");
	struct tree_node *a, *b, *deep;

	*ARRAY_PUSH(arena, &tree->reservations) = (struct tree_reservation){0x1000, 0x2000};
	tree_set_string(tree, tree->root, "compatible", "ibm,witherspoon");
	tree_set(tree, tree->root, "empty", "", 0);
	tree_set(tree, tree->root, "odd", "abcde", 5);
	a = tree_add_node(tree, tree->root, "a@1");
	tree_set_u32(tree, a, "reg", 1);
	tree_set_u64(tree, a, "wide", 2);
	tree_add_node(tree, a, "empty");
	b = tree_add_node(tree, a, "b");
	tree_set(tree, b, "list", "one\0two\0", 8);
	tree_add_node(tree, tree->root, "a@10");
	deep = tree_add_node(tree, tree->root, "deep");
	for (unsigned i = 0; i < 5; i++)
		deep = tree_add_node(tree, deep, "x");
	tree_set_u32(tree, deep, "bottom", 7);
	return tree;
}

static struct buffer sample_blob(void)
{
	struct buffer blob = {0};

	ck_assert(tree_write_dtb(sample_tree(), &blob));
	return blob;
}

/* Goes everywhere that a reader can; gives the number of nodes. */
static uint32_t visit_all(const struct nv2_fdt *fdt)
{
	struct nv2_fdt_walk walk;
	uint32_t count = 0, sum = 0;

	nv2_fdt_walk_begin(&walk, fdt);
	while (nv2_fdt_walk_next(&walk)) {
		struct nv2_view view = nv2_fdt_view(&walk);
		struct nv2_selector selector = {0};
		struct nv2_fdt_property property;
		uint32_t cursor = walk.node, under;
		uintptr_t parent;

		ck_assert_uint_le(walk.depth, NV2_FDT_DEPTH_MAX);
		count++;
		while (nv2_fdt_next_property(fdt, &cursor, &property)) {
			ck_assert_uint_le(strlen(property.name), NV2_FDT_NAME_MAX);
			for (uint32_t i = 0; i < property.len; i++)
				sum += property.value[i];
		}
		sum += (uint32_t)strlen(nv2_fdt_name(fdt, walk.node));
		nv2_fdt_child(fdt, walk.node);
		nv2_fdt_sibling(fdt, walk.node);
		ck_assert(view.parent(view.context, walk.node, &parent) == (walk.depth > 0));
		nv2_selector_decode(&view, walk.node, &selector, &under);
		for (unsigned kind = NV2_SELECT_XSCOM; kind < NV2_SELECTOR_KINDS; kind++)
			nv2_selector_describe((enum nv2_selector_kind)kind, &view, walk.node,
					      &selector);
	}
	/* Any number is taken for a node, and for none. */
	for (uint32_t at = 0; at < fdt->size + 8; at++) {
		nv2_fdt_child(fdt, at);
		sum += nv2_fdt_sibling(fdt, at) + (uint32_t)strlen(nv2_fdt_name(fdt, at));
	}
	ck_assert(!nv2_fdt_walk_next(&walk));
	return sum == UINT32_MAX ? 0 : count;
}

static void expect_fdt(enum nv2_status expected, const struct buffer *blob)
{
	unsigned char *copy = exact_copy(blob->data, blob->len);
	struct nv2_fdt fdt;
	enum nv2_status status = nv2_fdt_open(&fdt, copy, blob->len);

	ck_assert_msg(status == expected, "wanted \"%s\", got \"%s\" at 0x%x",
		      nv2_strerror(expected), nv2_strerror(status), fdt.fault);
	free(copy);
}

START_TEST(fdt_reads_what_the_tree_holds)
{
	struct tree *tree = sample_tree();
	struct buffer blob = sample_blob();
	struct tree_node *node = tree->root;
	struct nv2_fdt_walk walk;
	struct nv2_fdt fdt;

	ck_assert_int_eq(nv2_fdt_open(&fdt, blob.data, blob.len), NV2_OK);
	nv2_fdt_walk_begin(&walk, &fdt);
	for (; node; node = tree_next(tree->root, node)) {
		const char *path = tree_path(arena, node);
		struct nv2_fdt_property property;
		uint32_t cursor, child, children = 0;

		ck_assert(nv2_fdt_walk_next(&walk));
		ck_assert_str_eq(nv2_fdt_name(&fdt, walk.node), node->name);
		ck_assert_uint_eq(walk.depth, node->depth);
		ck_assert_uint_eq(nv2_fdt_find(&fdt, path, strlen(path)), walk.node);
		ck_assert_uint_eq(nv2_fdt_parent(&fdt, walk.node),
				  walk.depth ? walk.path[walk.depth - 1] : 0);
		cursor = walk.node;
		for (const struct tree_property *each = node->properties; each; each = each->next) {
			uint32_t len = 99;
			const void *value = nv2_fdt_property(&fdt, walk.node, each->name, &len);

			ck_assert(nv2_fdt_next_property(&fdt, &cursor, &property));
			ck_assert_str_eq(property.name, each->name);
			ck_assert_ptr_eq(value, property.value);
			ck_assert_uint_eq(len, each->len);
			ck_assert_mem_eq(value, each->value, len);
		}
		ck_assert(!nv2_fdt_next_property(&fdt, &cursor, &property));
		for (child = nv2_fdt_child(&fdt, walk.node); child;
		     child = nv2_fdt_sibling(&fdt, child))
			children++;
		ck_assert_uint_eq(children, node->child_count);
	}
	ck_assert(!nv2_fdt_walk_next(&walk));
	ck_assert_uint_eq(visit_all(&fdt), 11);
	buffer_free(&blob);
}
END_TEST

START_TEST(fdt_look_ups_are_exact)
{
	static const char *const missing[] = {"",    "a@1",   "//",       "/a",        "/a@1/",
					      "/a@", "/a@11", "//a@1",    "/a@1/b/c",  "/deep/x/x/x/x/x/x",
					      "/A@1"};
	struct buffer blob = sample_blob();
	struct nv2_fdt fdt;
	uint32_t value, len, a;

	ck_assert_int_eq(nv2_fdt_open(&fdt, blob.data, blob.len), NV2_OK);
	for (size_t i = 0; i < COUNT(missing); i++)
		ck_assert_msg(!nv2_fdt_find(&fdt, missing[i], strlen(missing[i])), "%s", missing[i]);
	ck_assert_uint_ne(nv2_fdt_find(&fdt, "/a@1/bogus", 6), 0);
	a = nv2_fdt_find(&fdt, "/a@1", 4);
	ck_assert(nv2_fdt_u32(&fdt, a, "reg", &value) && value == 1);
	ck_assert(!nv2_fdt_u32(&fdt, a, "wide", &value));
	ck_assert(!nv2_fdt_u32(&fdt, a, "re", &value));
	ck_assert(!nv2_fdt_u32(&fdt, a, "regs", &value));
	ck_assert_ptr_null(nv2_fdt_property(&fdt, a, "", &len));
	ck_assert_ptr_nonnull(nv2_fdt_property(&fdt, fdt.root, "empty", &len));
	ck_assert_uint_eq(len, 0);
	ck_assert_str_eq(nv2_fdt_string(&fdt, fdt.root, "compatible"), "ibm,witherspoon");
	ck_assert_ptr_null(nv2_fdt_string(&fdt, fdt.root, "odd"));
	ck_assert_ptr_null(nv2_fdt_string(&fdt, fdt.root, "empty"));
	a = nv2_fdt_find(&fdt, "/a@1/b", 6);
	ck_assert_ptr_null(nv2_fdt_string(&fdt, a, "list"));
	ck_assert_ptr_nonnull(nv2_fdt_strings(&fdt, a, "list", &len));
	ck_assert_uint_eq(len, 8);
	/* No node is no node. */
	ck_assert_uint_eq(nv2_fdt_child(&fdt, 0) + nv2_fdt_sibling(&fdt, 0), 0);
	ck_assert_ptr_null(nv2_fdt_property(&fdt, 0, "compatible", &len));
	ck_assert_str_eq(nv2_fdt_name(&fdt, 0), "");
	ck_assert_uint_eq(nv2_fdt_parent(&fdt, 12345), 0);
	buffer_free(&blob);
}
END_TEST

/* A blob of words: header, empty reservation map, `count` words of structure, "p\0q/\0". */
static struct buffer blob_of(const uint32_t *words, size_t count)
{
	uint32_t structure = 56, size = (uint32_t)count * 4, strings_at = structure + size;
	uint32_t header[10] = {FDT_MAGIC, strings_at + 5, structure, strings_at, 40,
			       17,        16,             0,         5,          size};
	struct buffer blob = {0};

	for (size_t i = 0; i < COUNT(header); i++)
		buffer_add_be32(&blob, header[i]);
	buffer_add_repeated(&blob, 0, 16);
	for (size_t i = 0; i < count; i++)
		buffer_add_be32(&blob, words[i]);
	buffer_add(&blob, "p\0q/", 5);
	return blob;
}

#define NAME(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))
#define N_A NAME('a', 0, 0, 0)

START_TEST(fdt_refuses_each_broken_structure)
{
	static const struct {
		enum nv2_status status;
		size_t count;
		uint32_t words[12];
	} cases[] = {
		{NV2_OK, 4, {1, 0, 2, 9}},
		{NV2_OK, 9, {4, 1, 0, 4, 3, 0, 0, 2, 9}},
		{NV2_OK, 7, {1, 0, 1, N_A, 2, 2, 9}},
		{NV2_OK, 5, {1, 0, 2, 4, 9}},
		{NV2_OK, 11, {1, 0, 1, N_A, 2, 4, 1, N_A, 2, 2, 9}},
		{NV2_OK, 6, {1, 0, 2, 9, 7, 7}}, /* what is behind the end is nobody's */
		{NV2_ERR_FDT_STRUCTURE, 0, {0}},
		{NV2_ERR_FDT_STRUCTURE, 1, {4}},
		{NV2_ERR_FDT_STRUCTURE, 3, {1, 0, 2}},            /* no end */
		{NV2_ERR_FDT_STRUCTURE, 3, {1, 0, 9}},            /* not closed */
		{NV2_ERR_FDT_STRUCTURE, 1, {2}},                  /* closed, not opened */
		{NV2_ERR_FDT_STRUCTURE, 5, {1, 0, 2, 2, 9}},      /* closed twice */
		{NV2_ERR_FDT_STRUCTURE, 5, {1, 0, 5, 2, 9}},      /* unknown tag */
		{NV2_ERR_FDT_STRUCTURE, 5, {1, 0, 0, 2, 9}},
		{NV2_ERR_FDT_STRUCTURE, 4, {3, 0, 0, 9}},         /* a property in no node */
		{NV2_ERR_FDT_STRUCTURE, 10, {1, 0, 1, N_A, 2, 3, 0, 0, 2, 9}}, /* behind a child */
		{NV2_ERR_FDT_STRUCTURE, 7, {1, 0, 3, 9, 0, 2, 9}}, /* longer than the block */
		{NV2_ERR_FDT_STRUCTURE, 7, {1, 0, 3, 0xffffffff, 0, 2, 9}},
		{NV2_ERR_FDT_STRUCTURE, 7, {1, 0, 3, 0xfffffffd, 0, 2, 9}},
		{NV2_ERR_FDT_STRUCTURE, 4, {1, 0, 3, 0}},         /* cut in its head */
		{NV2_ERR_FDT_ROOT, 1, {9}},
		{NV2_ERR_FDT_ROOT, 2, {4, 9}},
		{NV2_ERR_FDT_ROOT, 7, {1, 0, 2, 1, 0, 2, 9}},     /* two roots */
		{NV2_ERR_FDT_ROOT, 4, {1, N_A, 2, 9}},            /* a root with a name */
		{NV2_ERR_FDT_NAME, 7, {1, 0, 1, 0, 2, 2, 9}},     /* a child without */
		{NV2_ERR_FDT_NAME, 7, {1, 0, 1, NAME('a', '/', 0, 0), 2, 2, 9}},
		{NV2_ERR_FDT_NAME, 7, {1, 0, 1, NAME('a', ' ', 0, 0), 2, 2, 9}},
		{NV2_ERR_FDT_NAME, 7, {1, 0, 1, NAME('a', 0xc3, 0xa4, 0), 2, 2, 9}},
		{NV2_ERR_FDT_NAME, 3, {1, 0, 1}},                 /* a name outside of the block */
		{NV2_ERR_FDT_NAME, 4, {1, 0, 1, NAME('a', 'b', 'c', 'd')}},
		{NV2_ERR_FDT_NAME, 7, {1, 0, 3, 0, 1, 2, 9}},     /* "" */
		{NV2_ERR_FDT_NAME, 7, {1, 0, 3, 0, 2, 2, 9}},     /* "q/" */
		{NV2_ERR_FDT_NAME, 7, {1, 0, 3, 0, 5, 2, 9}},     /* outside of the strings */
		{NV2_ERR_FDT_NAME, 7, {1, 0, 3, 0, 0xffffffff, 2, 9}},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buffer blob = blob_of(cases[i].words, cases[i].count);

		expect_fdt(cases[i].status, &blob);
		buffer_free(&blob);
	}
}
END_TEST

/* A value that reaches out of the block by a byte, or up to where its size would end. */
START_TEST(fdt_says_where_a_value_is_too_long)
{
	static const uint32_t lengths[] = {9, 12, 16, 17, 24};
	uint32_t words[] = {1, 0, 3, lengths[_i], 0, 2, 9};
	struct buffer blob = blob_of(words, COUNT(words));
	struct nv2_fdt fdt;

	ck_assert_int_eq(nv2_fdt_open(&fdt, blob.data, blob.len), NV2_ERR_FDT_STRUCTURE);
	ck_assert_uint_eq(fdt.fault, get_be32(blob.data + 8) + 8);
	buffer_free(&blob);
}
END_TEST

START_TEST(fdt_refuses_each_broken_header)
{
	static const uint32_t words[] = {1, 0, 3, 0, 0, 2, 9};
	static const struct {
		enum nv2_status status;
		uint32_t at, value;
	} cases[] = {
		{NV2_ERR_FDT_MAGIC, 0, 0xd00dfeee},
		{NV2_ERR_TRUNCATED, 4, 90},
		{NV2_ERR_TRUNCATED, 4, 0xffffffff},
		{NV2_ERR_FDT_LAYOUT, 4, 39},
		{NV2_ERR_FDT_LAYOUT, 4, 0},
		{NV2_ERR_FDT_LAYOUT, 8, 57},
		{NV2_ERR_FDT_LAYOUT, 8, 64},         /* reaches out of the blob */
		{NV2_ERR_FDT_LAYOUT, 8, 0xfffffffc},
		{NV2_ERR_FDT_LAYOUT, 12, 85},
		{NV2_ERR_FDT_LAYOUT, 12, 0xffffffff},
		{NV2_ERR_FDT_LAYOUT, 16, 44},
		{NV2_ERR_FDT_LAYOUT, 16, 0xfffffff8},
		{NV2_ERR_FDT_VERSION, 20, 15},
		{NV2_ERR_FDT_VERSION, 24, 18},
		{NV2_OK, 20, 18},
		{NV2_ERR_FDT_VERSION, 24, 17},       /* and its version is set to 16 */
		{NV2_OK, 20, 16},
		{NV2_ERR_FDT_LAYOUT, 32, 6},
		{NV2_ERR_FDT_LAYOUT, 32, 0xffffffff},
		{NV2_ERR_FDT_NAME, 32, 1},           /* "p" without its end */
		{NV2_ERR_FDT_NAME, 32, 0},
		{NV2_ERR_FDT_LAYOUT, 36, 0xffffffff},
		{NV2_ERR_FDT_STRUCTURE, 36, 24},
		{NV2_ERR_FDT_STRUCTURE, 36, 0},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buffer blob = blob_of(words, COUNT(words));

		put_be32(blob.data + cases[i].at, cases[i].value);
		if (cases[i].at == 24 && cases[i].value == 17)
			put_be32(blob.data + 20, 16);
		expect_fdt(cases[i].status, &blob);
		buffer_free(&blob);
	}
}
END_TEST

/* Each block is whole where it stands; only that another is there as well is wrong. */
START_TEST(fdt_refuses_blocks_on_blocks)
{
	static const uint32_t named[] = {1, 0, 3, 0, 0, 1, NAME('p', 0, 0, 0), 2, 2, 9};
	static const uint32_t zeros[] = {1, 0, 3, 8, 0, 0, 0, 2, 9};
	struct buffer blob = blob_of(named, COUNT(named));

	expect_fdt(NV2_OK, &blob);
	put_be32(blob.data + 12, 80); /* the strings where the child's name is */
	expect_fdt(NV2_ERR_FDT_LAYOUT, &blob);
	buffer_free(&blob);

	blob = blob_of(zeros, COUNT(zeros));
	expect_fdt(NV2_OK, &blob);
	put_be32(blob.data + 16, 64); /* the reservation map where the property is */
	expect_fdt(NV2_ERR_FDT_LAYOUT, &blob);
	put_be32(blob.data + 16, 32); /* or the header's end */
	expect_fdt(NV2_ERR_FDT_LAYOUT, &blob);
	put_be32(blob.data + 16, 40);
	put_be32(blob.data + 52, 1);  /* an entry, and what follows goes on up to the blob's end */
	put_be32(blob.data + 68, 1);
	expect_fdt(NV2_ERR_FDT_RESERVATION, &blob);
	buffer_free(&blob);
}
END_TEST

/* More than libfdt could count: refused before anything that far away is looked at. */
START_TEST(fdt_size_is_limited)
{
	static const uint32_t words[] = {1, 0, 2, 9};
	struct buffer blob = blob_of(words, COUNT(words));
	struct nv2_fdt fdt;

	put_be32(blob.data + 4, 0x80000000);
	ck_assert_int_eq(nv2_fdt_open(&fdt, blob.data, 0x80000000), NV2_ERR_FDT_LAYOUT);
	ck_assert_uint_eq(fdt.fault, 4);
	buffer_free(&blob);
}
END_TEST

START_TEST(fdt_nops_are_passed_over)
{
	static const uint32_t words[] = {4, 1, 0, 4, 3, 0, 0, 4, 1, N_A, 4, 2, 4,
					 1, NAME('b', 0, 0, 0), 2, 4, 2, 4, 9};
	struct buffer blob = blob_of(words, COUNT(words));
	struct nv2_fdt fdt;
	uint32_t len = 1, a, b;

	ck_assert_int_eq(nv2_fdt_open(&fdt, blob.data, blob.len), NV2_OK);
	ck_assert_ptr_nonnull(nv2_fdt_property(&fdt, fdt.root, "p", &len));
	ck_assert_uint_eq(len, 0);
	a = nv2_fdt_child(&fdt, fdt.root);
	b = nv2_fdt_sibling(&fdt, a);
	ck_assert_str_eq(nv2_fdt_name(&fdt, a), "a");
	ck_assert_str_eq(nv2_fdt_name(&fdt, b), "b");
	ck_assert_uint_eq(nv2_fdt_sibling(&fdt, b), 0);
	ck_assert_uint_eq(nv2_fdt_sibling(&fdt, fdt.root), 0);
	ck_assert_uint_eq(visit_all(&fdt), 3);
	buffer_free(&blob);
}
END_TEST

START_TEST(fdt_depth_is_limited)
{
	for (unsigned levels = NV2_FDT_DEPTH_MAX; levels <= NV2_FDT_DEPTH_MAX + 1; levels++) {
		uint32_t words[300];
		struct buffer blob;
		size_t count = 0;

		words[count++] = 1;
		words[count++] = 0;
		for (unsigned i = 0; i < levels; i++) {
			words[count++] = 1;
			words[count++] = N_A;
		}
		for (unsigned i = 0; i <= levels; i++)
			words[count++] = 2;
		words[count++] = 9;
		blob = blob_of(words, count);
		expect_fdt(levels > NV2_FDT_DEPTH_MAX ? NV2_ERR_FDT_DEPTH : NV2_OK, &blob);
		if (levels == NV2_FDT_DEPTH_MAX) {
			struct nv2_fdt fdt;

			ck_assert_int_eq(nv2_fdt_open(&fdt, blob.data, blob.len), NV2_OK);
			ck_assert_uint_eq(visit_all(&fdt), levels + 1);
		}
		buffer_free(&blob);
	}
}
END_TEST

START_TEST(fdt_names_have_a_bound)
{
	char name[NV2_FDT_NAME_MAX + 2];

	for (size_t len = NV2_FDT_NAME_MAX; len <= NV2_FDT_NAME_MAX + 1; len++) {
		struct tree *tree = tree_new(arena, names, "names");
		struct buffer blob = {0};

		memset(name, 'n', len);
		name[len] = '\0';
		tree_set_u32(tree, tree->root, name, 1);
		ck_assert(tree_write_dtb(tree, &blob));
		expect_fdt(len > NV2_FDT_NAME_MAX ? NV2_ERR_FDT_NAME : NV2_OK, &blob);
		buffer_free(&blob);
	}
}
END_TEST

/*
 * What we take, libfdt takes as well, and all of it can be read without leaving
 * the blob. (One thing older ones do not: a NOP right before the end.)
 */
static void try_mutant(const unsigned char *bytes, size_t size)
{
	struct nv2_fdt fdt;

	if (nv2_fdt_open(&fdt, bytes, size))
		return;
	visit_all(&fdt);
	ck_assert_int_eq(fdt_check_full(bytes, size), 0);
}

START_TEST(fdt_survives_any_flipped_byte)
{
	static const unsigned char flips[] = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20,
					      0x40, 0x80, 0xff, 0x0f, 0xf0};
	struct buffer blob = sample_blob();
	unsigned char *copy = exact_copy(blob.data, blob.len);

	for (size_t at = 0; at < blob.len; at++) {
		unsigned char was = copy[at];

		for (size_t i = 0; i < COUNT(flips); i++) {
			copy[at] = was ^ flips[i];
			try_mutant(copy, blob.len);
		}
		copy[at] = was;
	}
	free(copy);
	buffer_free(&blob);
}
END_TEST

START_TEST(fdt_survives_any_length)
{
	struct buffer blob = sample_blob();

	for (uint32_t len = 0; len < blob.len; len++) {
		unsigned char *copy = exact_copy(blob.data, len);
		struct nv2_fdt fdt;

		ck_assert_int_eq(nv2_fdt_open(&fdt, copy, len), NV2_ERR_TRUNCATED);
		if (len >= 8) { /* and says it is that long */
			put_be32(copy + 4, len);
			ck_assert_int_ne(nv2_fdt_open(&fdt, copy, len), NV2_OK);
		}
		free(copy);
	}
	buffer_free(&blob);
}
END_TEST

START_TEST(fdt_survives_chance)
{
	static const uint32_t words[] = {0, 1, 2, 3, 4, 9, 0x7fffffff, 0x80000000, 0xffffffff,
					 0xfffffffc, 40, 56, 0x100};
	struct buffer blob = sample_blob();
	uint64_t chance = 42;

	for (unsigned round = 0; round < 50000; round++) {
		unsigned char *copy = exact_copy(blob.data, blob.len);

		for (unsigned i = 1 + random_below(&chance, 4); i; i--) {
			size_t at = random_below(&chance, (unsigned)blob.len / 4) * 4;

			if (random_below(&chance, 2))
				put_be32(copy + at, words[random_below(&chance, COUNT(words))]);
			else
				copy[at + random_below(&chance, 4)] =
					(unsigned char)random_below(&chance, 256);
		}
		try_mutant(copy, blob.len);
		free(copy);
	}
	buffer_free(&blob);
}
END_TEST

/* --- bundles ----------------------------------------------------------------- */

#define SMALL                                                                                      \
	"/nv2-v1/;\n"                                                                              \
	"board \"example,board\" {\n"                                                              \
	"\tcompatible = \"example,board\", \"example,other\";\n"                                   \
	"\tfamily = power9-npu2;\n"                                                                \
	"\tmemory-map = gpu-4t-up;\n"                                                              \
	"\tnpu npu0 { chip = 0; }\n"                                                               \
	"\tgpu GPU0 { slot = \"GPU0\"; }\n"                                                        \
	"\tlink npu0:0-1 <-> GPU0:1,3 at 25 Gbps;\n"                                               \
	"};\n"
#define GUEST "guest \"vm0\" { machine = \"pseries-5.1\"; phb 1 { npu = npu0; } };\n"

static struct plan *plan_of(const char *text)
{
	struct lang lang = {.arena = arena, .strings = names, .sources = sources, .diags = diags};
	struct source *source = source_from_text(sources, "test.nv2", text, strlen(text));
	struct wiring_options options = {0};
	struct wiring *wiring =
		build_wiring(arena, names, diags, parse_file(&lang, source), &options);

	ck_assert_msg(!diags_have_errors(diags), "%s", all_text());
	return make_plan(arena, wiring);
}

/* With `guest`, also a fragment of it and the plan. */
static struct buffer bundle_of(const char *text, bool with_guest, uint32_t version)
{
	struct plan *plan = plan_of(text);
	struct tree *fw = tree_new(arena, names, "fw"), *os = tree_new(arena, names, "os");
	struct bundle_guest guest = {"vm0", sample_tree()};
	struct bundle_file file = {"plan", NULL, NULL, 0};
	struct buffer json = {0}, out = {0};
	struct bundle_contents contents = {
		.board = plan->boards.items[0],
		.host_fw = fw,
		.host_os = os,
		.guests = &guest,
		.guest_count = with_guest,
		.files = &file,
		.file_count = with_guest,
		.version = version,
	};

	emit_host_fw(fw, contents.board);
	emit_host_os(os, contents.board);
	emit_plan_json(plan, contents.board, &json);
	file.bytes = json.data;
	file.len = json.len;
	ck_assert(emit_bundle(arena, names, &contents, &out));
	buffer_free(&json);
	return out;
}

static struct buffer small_bundle(void)
{
	return bundle_of(SMALL, false, 1);
}

static enum nv2_status open_status(const struct buffer *bytes)
{
	unsigned char *copy = exact_copy(bytes->data, bytes->len);
	struct nv2_bundle bundle;
	enum nv2_status status = nv2_bundle_open(&bundle, copy, bytes->len);

	free(copy);
	return status;
}

static void expect_open(enum nv2_status expected, const struct buffer *bytes)
{
	enum nv2_status status = open_status(bytes);

	ck_assert_msg(status == expected, "wanted \"%s\", got \"%s\"", nv2_strerror(expected),
		      nv2_strerror(status));
}

START_TEST(every_status_has_a_text)
{
	for (unsigned i = 0; i < NV2_STATUS_COUNT; i++)
		for (unsigned j = 0; j < i; j++)
			ck_assert_str_ne(nv2_strerror((enum nv2_status)i),
					 nv2_strerror((enum nv2_status)j));
	ck_assert_str_eq(nv2_strerror((enum nv2_status)NV2_STATUS_COUNT), "unknown status");
}
END_TEST

START_TEST(bundle_says_what_was_put_in)
{
	struct buffer bytes = bundle_of(SMALL GUEST, true, 7);
	struct nv2_bundle bundle;
	struct nv2_part part;
	uint32_t cursor = 0, parts = 0;

	ck_assert_int_eq(nv2_bundle_open(&bundle, bytes.data, bytes.len), NV2_OK);
	ck_assert_uint_eq(nv2_bundle_size(bytes.data, 8), bytes.len);
	ck_assert_uint_eq(nv2_bundle_size(bytes.data, 7), 0);
	ck_assert_uint_eq(nv2_bundle_size("no bundle", 9), 0);
	ck_assert(!nv2_bundle_is_signed(&bundle));
	ck_assert_uint_eq(bundle.version, 7);
	ck_assert_uint_eq(bundle.page_size, 65536);
	ck_assert_str_eq(bundle.board, "example,board");
	while (nv2_bundle_next_part(&bundle, &cursor, &part)) {
		unsigned char digest[32];

		parts++;
		crypto_hash_sha256(digest, part.data, part.size);
		ck_assert_mem_eq(digest, part.sha256, 32);
	}
	ck_assert_uint_eq(parts, bundle.part_count);
	ck_assert_uint_eq(parts, NV2_PART_KINDS + 2);
	ck_assert_int_eq(nv2_bundle_find(&bundle, "guest", "vm0", &part), NV2_OK);
	ck_assert_str_eq(part.name, "guest-vm0");
	ck_assert_int_eq(nv2_bundle_find(&bundle, "guest", "vm1", &part), NV2_ERR_PART_MISSING);
	ck_assert_int_eq(nv2_bundle_find(&bundle, "guest", NULL, &part), NV2_ERR_PART_MISSING);
	ck_assert_int_eq(nv2_bundle_find(&bundle, "host-os", "vm0", &part), NV2_ERR_PART_MISSING);
	ck_assert_int_eq(nv2_bundle_find(&bundle, "host-os", NULL, &part), NV2_OK);
	ck_assert_ptr_eq(part.data, bundle.part[NV2_PART_HOST_OS].data);
	buffer_free(&bytes);
}
END_TEST

START_TEST(bundle_fits_its_boards_only)
{
	struct buffer bytes = small_bundle();
	struct nv2_bundle bundle;

	ck_assert_int_eq(nv2_bundle_open(&bundle, bytes.data, bytes.len), NV2_OK);
	ck_assert(nv2_bundle_fits(&bundle, "example,board", 14));
	ck_assert(nv2_bundle_fits(&bundle, "example,other", 14));
	ck_assert(nv2_bundle_fits(&bundle, "a\0example,board\0b", 18));
	ck_assert(!nv2_bundle_fits(&bundle, "example,board", 13));
	ck_assert(!nv2_bundle_fits(&bundle, "example,boar", 13));
	ck_assert(!nv2_bundle_fits(&bundle, "example,boards", 15));
	ck_assert(!nv2_bundle_fits(&bundle, "", 0));
	ck_assert(!nv2_bundle_fits(&bundle, "", 1));
	buffer_free(&bytes);
}
END_TEST

static void expect_region(const struct nv2_region *region, const struct plan_region *plan)
{
	unsigned char info[REGION_INFO_MAX];

	ck_assert_uint_eq(region->index, plan->index);
	ck_assert_uint_eq(region->flags, plan->flags);
	ck_assert_uint_eq(region->type, plan->type);
	ck_assert_uint_eq(region->subtype, plan->subtype);
	ck_assert_uint_eq(region->link_speed, plan->link_speed);
	ck_assert_uint_eq(region->offset, plan->offset);
	ck_assert_uint_eq(region->size, plan->size);
	ck_assert_uint_eq(region->tgt, plan->tgt);
	ck_assert_uint_eq(region->atsd, plan->atsd);
	ck_assert_uint_eq(region->atsd_shared, plan->atsd_shared);
	ck_assert_uint_eq(region->info_len, plan_region_info(plan, false, info));
	ck_assert_mem_eq(region->info_le, info, sizeof(info));
	plan_region_info(plan, true, info);
	ck_assert_mem_eq(region->info_be, info, sizeof(info));
}

START_TEST(bundle_tables_are_the_plan)
{
	struct plan *plan = plan_of(SMALL GUEST);
	const struct plan_board *board = plan->boards.items[0];
	const struct plan_npu *npu = board->npus.items[0];
	plan_program program = make_program(arena, board);
	struct plan_region expected = plan_gpu_region(npu->gpus.items[0]);
	struct buffer bytes = bundle_of(SMALL GUEST, true, 1);
	struct nv2_bundle bundle;
	struct nv2_device device;
	struct nv2_region region;
	struct nv2_write write;

	ck_assert_int_eq(nv2_bundle_open(&bundle, bytes.data, bytes.len), NV2_OK);
	ck_assert_uint_eq(bundle.device_count, 3);
	ck_assert_uint_eq(bundle.region_count, 3);
	ck_assert(!nv2_bundle_device(&bundle, 3, &device));
	ck_assert(!nv2_bundle_region(&bundle, 3, &region));
	ck_assert(!nv2_bundle_region(&bundle, UINT32_MAX, &region));
	ck_assert(nv2_bundle_device(&bundle, 0, &device) && device.kind == NV2_DEVICE_GPU);
	ck_assert_str_eq(device.name, "GPU0");
	ck_assert_str_eq(device.npu, "npu0");
	ck_assert_ptr_null(device.gpu);
	ck_assert_uint_eq(device.link, NV2_NO_LINK);
	ck_assert(nv2_bundle_region(&bundle, 0, &region));
	expect_region(&region, &expected);
	for (uint32_t i = 1; i < 3; i++) {
		ck_assert(nv2_bundle_device(&bundle, i, &device) && device.kind == NV2_DEVICE_LINK);
		ck_assert_str_eq(device.name, npu->links.items[i - 1]->name);
		ck_assert_str_eq(device.gpu, "GPU0");
		ck_assert_uint_eq(device.link, i - 1);
		ck_assert_uint_eq(device.first_region, i);
		ck_assert_uint_eq(device.region_count, 1);
		ck_assert(nv2_bundle_region(&bundle, i, &region) && region.device == i);
		expected = plan_link_region(npu->links.items[i - 1], 65536);
		expect_region(&region, &expected);
	}
	ck_assert_uint_eq(bundle.write_count, program.count);
	for (uint32_t i = 0; i < program.count; i++) {
		const struct plan_write *model = &program.items[i];

		ck_assert(nv2_bundle_write(&bundle, i, &write));
		ck_assert_int_eq(write.phase, model->guest ? NV2_PHASE_GUEST : NV2_PHASE_BOOT);
		ck_assert_pstr_eq(write.guest, model->guest ? "vm0" : NULL);
		ck_assert_str_eq(write.npu, "npu0");
		ck_assert_str_eq(write.name, model->name);
		ck_assert_uint_eq(write.chip, 0);
		ck_assert_uint_eq(write.reg, model->reg);
		ck_assert_uint_eq(write.mmio, model->mmio);
		ck_assert_uint_eq(write.addr_scom, model->addr_scom);
		ck_assert_uint_eq(write.data_scom, model->data_scom);
		ck_assert_uint_eq(write.indirect, model->indirect);
		ck_assert_int_eq(write.owner, model->owner == PROGRAM_BOOT ? NV2_OWNER_BOOT
									    : NV2_OWNER_RUNTIME);
		ck_assert_uint_eq(write.flags, 0);
		ck_assert_uint_eq(write.value, model->value);
		ck_assert_uint_eq(write.mask, model->mask);
		ck_assert_uint_eq(write.lpid_mask, model->lpid_mask);
	}
	ck_assert(!nv2_bundle_write(&bundle, bundle.write_count, &write));
	buffer_free(&bytes);
}
END_TEST

START_TEST(bundle_is_a_function_of_its_input)
{
	struct buffer first = bundle_of(SMALL GUEST, true, 3), second, third;

	stop_session();
	setup();
	second = bundle_of(SMALL GUEST, true, 3);
	third = bundle_of(SMALL GUEST, true, 4);
	ck_assert_uint_eq(first.len, second.len);
	ck_assert_mem_eq(first.data, second.data, first.len);
	ck_assert_mem_ne(first.data, third.data, first.len);
	buffer_free(&first);
	buffer_free(&second);
	buffer_free(&third);
}
END_TEST

START_TEST(bundle_is_a_device_tree_for_others)
{
	struct buffer bytes = bundle_of(SMALL GUEST, true, 1);
	struct tree *tree;
	int node, len;

	ck_assert_int_eq(fdt_check_full(bytes.data, bytes.len), 0);
	ck_assert_uint_eq(fdt_off_mem_rsvmap(bytes.data), NV2_SEAL_OFFSET + NV2_SEAL_SIZE);
	node = fdt_path_offset(bytes.data, "/parts/guest-vm0");
	ck_assert_int_ge(node, 0);
	ck_assert_ptr_nonnull(fdt_getprop(bytes.data, node, "data", &len));
	tree = tree_read_dtb(arena, names, diags, "bundle", bytes.data, bytes.len);
	ck_assert_msg(tree != NULL, "%s", all_text());
	ck_assert_ptr_nonnull(tree_find_path(tree, "/parts/plan"));
	buffer_free(&bytes);
}
END_TEST

START_TEST(bundle_detects_every_flipped_bit)
{
	struct buffer bytes = small_bundle();
	unsigned char *copy = exact_copy(bytes.data, bytes.len);
	struct nv2_bundle bundle;

	for (size_t at = 0; at < bytes.len; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			copy[at] ^= (unsigned char)(1u << bit);
			ck_assert_msg(nv2_bundle_open(&bundle, copy, bytes.len) != NV2_OK,
				      "bit %u of byte 0x%zx", bit, at);
			copy[at] ^= (unsigned char)(1u << bit);
		}
	}
	ck_assert_int_eq(nv2_bundle_open(&bundle, copy, bytes.len), NV2_OK);
	free(copy);
	buffer_free(&bytes);
}
END_TEST

START_TEST(bundle_detects_every_other_length)
{
	struct buffer bytes = small_bundle();

	for (size_t len = 0; len < bytes.len; len++) {
		unsigned char *copy = exact_copy(bytes.data, len);
		struct nv2_bundle bundle;

		ck_assert_int_ne(nv2_bundle_open(&bundle, copy, len), NV2_OK);
		free(copy);
	}
	buffer_add(&bytes, "", 1);
	expect_open(NV2_ERR_DIGEST, &bytes);
	/* A seal that says so as well does not help. */
	seal_bundle(&bytes);
	expect_open(NV2_ERR_TRAILING, &bytes);
	buffer_free(&bytes);
}
END_TEST

/* Whoever can compute a SHA-256 can seal what he likes: the structure is checked all the same. */
START_TEST(bundle_survives_any_flipped_byte_under_a_good_seal)
{
	static const unsigned char flips[] = {0x01, 0x80, 0xff, 0x20};
	struct buffer bytes = small_bundle();
	unsigned char *copy = exact_copy(bytes.data, bytes.len);
	struct nv2_seal *seal = (struct nv2_seal *)(copy + NV2_SEAL_OFFSET);

	for (size_t at = 0; at < bytes.len; at++) {
		for (size_t i = 0; i < COUNT(flips); i++) {
			struct nv2_bundle bundle;
			struct nv2_device device;
			struct nv2_region region;
			struct nv2_write write;
			struct nv2_part part;
			uint32_t cursor = 0, n;

			copy[at] ^= flips[i];
			nv2_seal_digest(copy, bytes.len, seal->sha256);
			if (!nv2_bundle_open(&bundle, copy, bytes.len)) {
				while (nv2_bundle_next_part(&bundle, &cursor, &part))
					ck_assert_uint_ne(strlen(part.name) + strlen(part.kind), 0);
				for (n = 0; nv2_bundle_device(&bundle, n, &device); n++)
					ck_assert(device.name && device.npu);
				for (n = 0; nv2_bundle_region(&bundle, n, &region); n++)
					ck_assert_uint_lt(region.device, bundle.device_count);
				for (n = 0; nv2_bundle_write(&bundle, n, &write); n++)
					ck_assert(write.name && write.npu &&
						  !write.guest == !write.phase);
			}
			copy[at] = (unsigned char)bytes.data[at];
		}
	}
	free(copy);
	buffer_free(&bytes);
}
END_TEST

START_TEST(bundle_versions_and_flags)
{
	static const struct {
		enum nv2_status status;
		size_t at;
		unsigned char value;
	} cases[] = {
		{NV2_ERR_NOT_BUNDLE, 0, 0},                                /* the FDT's magic */
		{NV2_ERR_NOT_BUNDLE, NV2_SEAL_OFFSET, 'N'},
		{NV2_ERR_NOT_BUNDLE, NV2_SEAL_OFFSET + 7, 1},
		{NV2_ERR_VERSION, NV2_SEAL_OFFSET + 9, 2},                 /* major */
		{NV2_ERR_VERSION, NV2_SEAL_OFFSET + 9, 0},
		{NV2_ERR_VERSION, NV2_SEAL_OFFSET + 8, 1},
		{NV2_OK, NV2_SEAL_OFFSET + 11, 9},                         /* minor */
		{NV2_ERR_SEAL, NV2_SEAL_OFFSET + 15, 2},                   /* flags */
		{NV2_ERR_SEAL, NV2_SEAL_OFFSET + 12, 0x80},
		{NV2_ERR_SEAL, NV2_SEAL_OFFSET + 16, 1},                   /* a signer, */
		{NV2_ERR_SEAL, NV2_SEAL_OFFSET + NV2_SEAL_SIZE - 1, 1},    /* a signature, of nobody */
		{NV2_OK, NV2_SEAL_OFFSET + 15, 1}, /* signed: by whom is not for this room to say */
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buffer bytes = small_bundle();

		bytes.data[cases[i].at] = (char)cases[i].value;
		seal_bundle(&bytes);
		expect_open(cases[i].status, &bytes);
		buffer_free(&bytes);
	}
}
END_TEST

/* Puts a tree under a seal, as emit/bundle.c does, for trees that it would not write. */
static struct buffer sealed(const struct tree *tree)
{
	struct nv2_seal seal = {.magic = NV2_SEAL_MAGIC, .major = {0, 1}};
	struct buffer blob = {0}, out = {0};

	ck_assert(tree_write_dtb(tree, &blob));
	buffer_add(&out, blob.data, NV2_SEAL_OFFSET);
	buffer_add(&out, &seal, sizeof(seal));
	buffer_add(&out, blob.data + NV2_SEAL_OFFSET, blob.len - NV2_SEAL_OFFSET);
	for (size_t at = 4; at <= 16; at += 4)
		put_be32(out.data + at, get_be32(out.data + at) + NV2_SEAL_SIZE);
	seal_bundle(&out);
	buffer_free(&blob);
	return out;
}

static struct tree *bundle_tree(void)
{
	struct buffer bytes = bundle_of(SMALL GUEST, true, 1);
	struct tree *tree = tree_read_dtb(arena, names, diags, "bundle", bytes.data, bytes.len);

	ck_assert_ptr_nonnull(tree);
	buffer_free(&bytes);
	return tree;
}

static void expect_tree(enum nv2_status expected, const struct tree *tree, const char *part)
{
	struct buffer bytes = sealed(tree);
	struct nv2_bundle bundle;
	enum nv2_status status = nv2_bundle_open(&bundle, bytes.data, bytes.len);

	ck_assert_msg(status == expected, "wanted \"%s\", got \"%s\" (%s)", nv2_strerror(expected),
		      nv2_strerror(status), bundle.fault_part ? bundle.fault_part : "no part");
	if (status)
		ck_assert_pstr_eq(bundle.fault_part, part);
	buffer_free(&bytes);
}

static struct tree_node *part_node(struct tree *tree, const char *name)
{
	return tree_find_path(tree, arena_printf(arena, "/parts/%s", name));
}

/* Sets a part's data together with the digest it then has. */
static void set_data(struct tree *tree, struct tree_node *part, const void *bytes, size_t len)
{
	unsigned char digest[32];

	crypto_hash_sha256(digest, bytes, len);
	tree_set(tree, part, "data", bytes, len);
	tree_set(tree, part, "sha256", digest, sizeof(digest));
}

START_TEST(bundle_without_something)
{
	static const char *const root[] = {"compatible", "bundle-version", "board",
					   "board-compatible", "page-size"};
	static const char *const part[] = {"kind", "data", "sha256"};
	static const char *const tables[] = {"devices", "regions", "program"};
	static const char *const parts[] = {"host-fw", "host-os", "names",
					    "devices", "regions", "program"};
	struct tree *tree = bundle_tree();

	expect_tree(NV2_OK, tree, NULL);
	for (size_t i = 0; i < COUNT(root); i++) {
		tree = bundle_tree();
		ck_assert(tree_remove_property(tree, tree->root, root[i]));
		expect_tree(NV2_ERR_FORMAT, tree, NULL);
	}
	for (size_t i = 0; i < COUNT(part); i++) {
		tree = bundle_tree();
		ck_assert(tree_remove_property(tree, part_node(tree, "plan"), part[i]));
		expect_tree(NV2_ERR_PART, tree, "plan");
	}
	for (size_t i = 0; i < COUNT(tables); i++) {
		tree = bundle_tree();
		ck_assert(tree_remove_property(tree, part_node(tree, tables[i]), "record-size"));
		expect_tree(NV2_ERR_TABLE, tree, tables[i]);
	}
	for (size_t i = 0; i < COUNT(parts); i++) {
		tree = bundle_tree();
		tree_remove_node(tree, part_node(tree, parts[i]));
		expect_tree(NV2_ERR_PART_MISSING, tree, parts[i]);
	}
	tree = bundle_tree();
	tree_remove_node(tree, part_node(tree, "plan"));
	tree_remove_node(tree, part_node(tree, "guest-vm0"));
	expect_tree(NV2_OK, tree, NULL);
	tree = bundle_tree();
	tree_remove_node(tree, tree_find_path(tree, "/parts"));
	expect_tree(NV2_ERR_FORMAT, tree, NULL);
}
END_TEST

START_TEST(bundle_with_something_wrong)
{
	struct tree *tree = bundle_tree();

	tree_set_string(tree, tree->root, "compatible", "nv2,bundle-2");
	expect_tree(NV2_ERR_FORMAT, tree, NULL);
	tree_set(tree, tree->root, "compatible", "nv2,bundle-1x\0nv2,bundle-1", 27);
	expect_tree(NV2_OK, tree, NULL);
	tree_set(tree, tree->root, "bundle-version", "12345", 5);
	expect_tree(NV2_ERR_FORMAT, tree, NULL);

	tree = bundle_tree();
	tree_set(tree, part_node(tree, "plan"), "data", "{}", 2);
	expect_tree(NV2_ERR_PART_DIGEST, tree, "plan");
	set_data(tree, part_node(tree, "plan"), "{}", 2);
	expect_tree(NV2_OK, tree, NULL);
	tree_set(tree, part_node(tree, "plan"), "guest", "vm0", 3);
	expect_tree(NV2_ERR_PART, tree, "plan");

	tree = bundle_tree();
	tree_remove_property(tree, part_node(tree, "guest-vm0"), "guest");
	expect_tree(NV2_ERR_PART, tree, "guest-vm0");

	tree = bundle_tree();
	tree_set_string(tree, part_node(tree, "names"), "guest", "vm0");
	expect_tree(NV2_ERR_PART, tree, "names");

	tree = bundle_tree();
	tree_set_string(tree, part_node(tree, "plan"), "kind", "host-fw");
	expect_tree(NV2_ERR_PART_TWICE, tree, "plan");

	/* A kind of some later minor version. */
	tree = bundle_tree();
	tree_set_string(tree, part_node(tree, "plan"), "kind", "later");
	tree_set_u32(tree, part_node(tree, "plan"), "later", 1);
	expect_tree(NV2_OK, tree, NULL);
}
END_TEST

START_TEST(bundle_with_parts_swapped)
{
	struct tree *tree = bundle_tree();
	struct tree_node *fw = part_node(tree, "host-fw"), *os = part_node(tree, "host-os");
	struct tree_property *a = tree_find_property(tree, fw, "data");
	struct tree_property *b = tree_find_property(tree, os, "data");
	struct buffer whole = bundle_of(SMALL GUEST, true, 1), swapped;
	const unsigned char *value = a->value;
	uint32_t len = a->len;

	a->value = b->value;
	a->len = b->len;
	b->value = value;
	b->len = len;
	expect_tree(NV2_ERR_PART_DIGEST, tree, "host-fw");
	/* With the digests it is another bundle, which the old seal does not cover. */
	set_data(tree, fw, a->value, a->len);
	set_data(tree, os, b->value, b->len);
	swapped = sealed(tree);
	ck_assert_uint_eq(whole.len, swapped.len);
	memcpy(swapped.data + NV2_SEAL_OFFSET, whole.data + NV2_SEAL_OFFSET, NV2_SEAL_SIZE);
	expect_open(NV2_ERR_DIGEST, &swapped);
	buffer_free(&whole);
	buffer_free(&swapped);
}
END_TEST

START_TEST(bundle_with_a_damaged_tree_in_it)
{
	static const char *const parts[] = {"host-fw", "host-os", "guest-vm0"};

	for (size_t i = 0; i < COUNT(parts); i++) {
		struct tree *tree = bundle_tree();
		struct tree_node *node = part_node(tree, parts[i]);
		const struct tree_property *data = tree_find_property(tree, node, "data");
		unsigned char *copy = arena_memdup(arena, data->value, data->len), *longer;
		uint32_t len = data->len;

		copy[0] = 0;
		set_data(tree, node, copy, len);
		expect_tree(NV2_ERR_FDT_MAGIC, tree, parts[i]);
		copy[0] = 0xd0;
		longer = arena_alloc(arena, len + 1);
		memcpy(longer, copy, len);
		set_data(tree, node, longer, len + 1);
		expect_tree(NV2_ERR_TRAILING, tree, parts[i]);
		set_data(tree, node, copy, len - 1);
		expect_tree(NV2_ERR_TRUNCATED, tree, parts[i]);
		put_be32(copy + 36, 8);
		set_data(tree, node, copy, len);
		expect_tree(NV2_ERR_FDT_STRUCTURE, tree, parts[i]);
		set_data(tree, node, "", 0);
		expect_tree(NV2_ERR_TRUNCATED, tree, parts[i]);
	}
}
END_TEST

/* Every u32 of the first record of each table, at values that matter. */
START_TEST(bundle_with_bad_records)
{
	static const struct {
		const char *part;
		uint32_t at, value;
		enum nv2_status status;
	} cases[] = {
		{"devices", 0, 0x10000000, NV2_ERR_TABLE},  {"devices", 0, 0xffffffff, NV2_ERR_TABLE},
		{"devices", 4, 0xffffffff, NV2_ERR_TABLE},  {"devices", 8, 0, NV2_ERR_TABLE},
		{"devices", 12, 2, NV2_ERR_TABLE},          {"devices", 16, 5, NV2_OK},
		{"devices", 20, 3, NV2_ERR_TABLE},          {"devices", 20, 4, NV2_ERR_TABLE},
		{"devices", 20, 0xffffffff, NV2_ERR_TABLE}, {"devices", 24, 0, NV2_ERR_TABLE},
		{"devices", 24, 3, NV2_OK},                 {"devices", 24, 4, NV2_ERR_TABLE},
		{"devices", 24, 0xffffffff, NV2_ERR_TABLE}, {"regions", 0, 3, NV2_ERR_TABLE},
		{"regions", 0, 2, NV2_OK},                  {"regions", 56, 2, NV2_ERR_TABLE},
		{"regions", 60, 81, NV2_ERR_TABLE},         {"program", 0, 2, NV2_ERR_TABLE},
		{"program", 0, 1, NV2_ERR_TABLE},           {"program", 4, 0, NV2_ERR_TABLE},
		{"program", 8, 0xffffffff, NV2_ERR_TABLE},  {"program", 16, 0xfffffff0, NV2_ERR_TABLE},
		{"program", 48, 2, NV2_ERR_TABLE},          {"program", 52, 7, NV2_OK},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct tree *tree = bundle_tree();
		struct tree_node *node = part_node(tree, cases[i].part);
		const struct tree_property *data = tree_find_property(tree, node, "data");
		unsigned char *copy = arena_memdup(arena, data->value, data->len);

		put_be32(copy + cases[i].at, cases[i].value);
		set_data(tree, node, copy, data->len);
		expect_tree(cases[i].status, tree, cases[i].part);
	}
}
END_TEST

START_TEST(bundle_with_bad_tables)
{
	struct tree *tree = bundle_tree();
	struct tree_node *node = part_node(tree, "regions");

	tree_set_u32(tree, node, "record-size", 0);
	expect_tree(NV2_ERR_PART, tree, "regions");
	tree_set_u32(tree, node, "record-size", 223);
	expect_tree(NV2_ERR_TABLE, tree, "regions");
	tree_set_u32(tree, node, "record-size", 225);
	expect_tree(NV2_ERR_TABLE, tree, "regions");
	tree_set(tree, node, "record-size", "12345678", 8);
	expect_tree(NV2_ERR_PART, tree, "regions");

	tree = bundle_tree();
	set_data(tree, part_node(tree, "names"), "no end", 6);
	expect_tree(NV2_ERR_TABLE, tree, "names");
	set_data(tree, part_node(tree, "names"), "", 0);
	expect_tree(NV2_ERR_TABLE, tree, "devices");
}
END_TEST

/* A later minor version appends to records. */
START_TEST(bundle_with_longer_records)
{
	struct tree *tree = bundle_tree();
	struct tree_node *node = part_node(tree, "devices");
	const struct tree_property *data = tree_find_property(tree, node, "data");
	struct buffer longer = {0}, bytes;
	struct nv2_bundle bundle;
	struct nv2_device device;

	for (uint32_t at = 0; at < data->len; at += NV2_DEVICE_RECORD) {
		buffer_add(&longer, data->value + at, NV2_DEVICE_RECORD);
		buffer_add(&longer, "more", 4);
	}
	set_data(tree, node, longer.data, longer.len);
	tree_set_u32(tree, node, "record-size", NV2_DEVICE_RECORD + 4);
	bytes = sealed(tree);
	ck_assert_int_eq(nv2_bundle_open(&bundle, bytes.data, bytes.len), NV2_OK);
	ck_assert_uint_eq(bundle.device_count, 3);
	ck_assert(nv2_bundle_device(&bundle, 2, &device));
	ck_assert_str_eq(device.name, "npu0:1");
	buffer_free(&longer);
	buffer_free(&bytes);
}
END_TEST

START_TEST(bundle_with_too_many_parts)
{
	struct plan *plan = plan_of(SMALL);
	struct tree *fw = tree_new(arena, names, "fw"), *os = tree_new(arena, names, "os"), *tree;
	struct bundle_file files[NV2_PARTS_MAX];
	struct bundle_contents contents = {
		.board = plan->boards.items[0],
		.host_fw = fw,
		.host_os = os,
		.files = files,
		.file_count = NV2_PARTS_MAX - NV2_PART_KINDS,
	};
	struct buffer out = {0};

	for (unsigned i = 0; i < NV2_PARTS_MAX; i++)
		files[i] = (struct bundle_file){"file", arena_printf(arena, "%u", i), "x", 1};
	emit_host_fw(fw, contents.board);
	emit_host_os(os, contents.board);
	ck_assert(emit_bundle(arena, names, &contents, &out));
	expect_open(NV2_OK, &out);
	buffer_free(&out);
	contents.file_count++;
	ck_assert(!emit_bundle(arena, names, &contents, &out));
	ck_assert_uint_eq(out.len, 0);
	buffer_free(&out);

	tree = bundle_tree();
	while (tree_find_path(tree, "/parts")->child_count <= NV2_PARTS_MAX) {
		struct tree_node *node = tree_add_node(
			tree, tree_find_path(tree, "/parts"),
			arena_printf(arena, "n%u", tree_find_path(tree, "/parts")->child_count));

		tree_set_string(tree, node, "kind", node->name);
		set_data(tree, node, "x", 1);
	}
	expect_tree(NV2_ERR_PART, tree, arena_printf(arena, "n%u", NV2_PARTS_MAX));
}
END_TEST

/* A block of the tree in the seal: it would be read as a tree where it is sealed in another way. */
START_TEST(bundle_with_a_block_in_the_seal)
{
	struct buffer bytes = small_bundle();

	put_be32(bytes.data + 16, NV2_SEAL_OFFSET + 16); /* the signer, all zeros: a good empty map */
	seal_bundle(&bytes);
	expect_open(NV2_ERR_FDT_LAYOUT, &bytes);
	buffer_free(&bytes);
}
END_TEST

/* Header and seal, then the blocks in any order: the seal's end may be the start of each. */
START_TEST(bundle_with_its_blocks_in_another_order)
{
	enum { HEAD = NV2_SEAL_OFFSET + NV2_SEAL_SIZE };
	static const char zeros[24];
	struct buffer bytes = small_bundle(), out = {0};
	uint32_t structure = get_be32(bytes.data + 8), structure_size = get_be32(bytes.data + 36);
	uint32_t strings = get_be32(bytes.data + 12), strings_size = get_be32(bytes.data + 32);

	buffer_add(&out, bytes.data, HEAD);
	put_be32(out.data + (_i ? 12 : 8), HEAD);
	if (_i)
		buffer_add(&out, bytes.data + strings, strings_size);
	buffer_add(&out, zeros, -out.len & 3);
	put_be32(out.data + 8, (uint32_t)out.len);
	buffer_add(&out, bytes.data + structure, structure_size);
	if (!_i) {
		put_be32(out.data + 12, (uint32_t)out.len);
		buffer_add(&out, bytes.data + strings, strings_size);
	}
	buffer_add(&out, zeros, -out.len & 7);
	put_be32(out.data + 16, (uint32_t)out.len);
	buffer_add(&out, zeros, 16);
	put_be32(out.data + 4, (uint32_t)out.len);
	seal_bundle(&out);
	expect_open(NV2_OK, &out);
	buffer_free(&out);
	buffer_free(&bytes);
}
END_TEST

START_TEST(bundle_of_a_board_without_links)
{
	struct buffer bytes = bundle_of("/nv2-v1/;\n"
					"board \"b\" { compatible = \"b\"; family = power9-npu2;\n"
					"memory-map = gpu-4t-up; npu npu0 { chip = 0; } };\n",
					false, 1);
	struct nv2_bundle bundle;

	ck_assert_int_eq(nv2_bundle_open(&bundle, bytes.data, bytes.len), NV2_OK);
	ck_assert_uint_eq(bundle.device_count + bundle.region_count + bundle.write_count, 0);
	buffer_free(&bytes);
}
END_TEST

/* The seal is in nobody's way: an overlay in a bundle reads as it was. */
START_TEST(bundle_overlays_are_found_by_selectors)
{
	struct buffer bytes = small_bundle();
	struct nv2_fdt_walk walk;
	struct nv2_bundle bundle;
	struct nv2_fdt fdt;
	unsigned selectors = 0;

	ck_assert_int_eq(nv2_bundle_open(&bundle, bytes.data, bytes.len), NV2_OK);
	ck_assert_int_eq(nv2_fdt_open(&fdt, bundle.part[NV2_PART_HOST_OS].data,
				      bundle.part[NV2_PART_HOST_OS].size),
			 NV2_OK);
	nv2_fdt_walk_begin(&walk, &fdt);
	while (nv2_fdt_walk_next(&walk)) {
		struct nv2_view view = nv2_fdt_view(&walk);
		struct nv2_selector selector;
		uint32_t under;

		if (strncmp(nv2_fdt_name(&fdt, walk.node), "sel@", 4) != 0)
			continue;
		ck_assert_int_eq(nv2_selector_decode(&view, walk.node, &selector, &under),
				 NV2_SELECTOR_OK);
		selectors++;
	}
	ck_assert_uint_gt(selectors, 6);
	buffer_free(&bytes);
}
END_TEST

/* Root matches by the board, others by what they are: parents are asked for. */
START_TEST(selectors_work_on_a_blob)
{
	struct tree *tree = sample_tree();
	struct tree_node *port = tree_add_node(tree, tree->root, "pci@0"), *gpu;
	struct nv2_selector board = {.kind = NV2_SELECT_ROOT, .text = "ibm,witherspoon",
				     .text_len = 16};
	struct nv2_selector slot = {.kind = NV2_SELECT_GPU, .text = "GPU7", .text_len = 4};
	struct nv2_selector path = {.kind = NV2_SELECT_PATH, .text = "/pci@0/gpu", .text_len = 10};
	struct buffer blob = {0};
	struct nv2_fdt_walk walk;
	struct nv2_view view;
	struct nv2_fdt fdt;
	unsigned found = 0;

	tree_set_string(tree, port, "ibm,loc-code", "GPU7");
	gpu = tree_add_node(tree, port, "gpu");
	tree_set_u32(tree, gpu, "vendor-id", 0x10de);
	ck_assert(tree_write_dtb(tree, &blob));
	ck_assert_int_eq(nv2_fdt_open(&fdt, blob.data, blob.len), NV2_OK);
	nv2_fdt_walk_begin(&walk, &fdt);
	while (nv2_fdt_walk_next(&walk)) {
		bool is_gpu = !strcmp(nv2_fdt_name(&fdt, walk.node), "gpu");

		view = nv2_fdt_view(&walk);
		ck_assert(nv2_selector_match(&board, &view, walk.node) == !walk.depth);
		ck_assert(nv2_selector_match(&slot, &view, walk.node) == is_gpu);
		ck_assert(nv2_selector_match(&path, &view, walk.node) == is_gpu);
		found += is_gpu;
	}
	ck_assert_uint_eq(found, 1);
	/* A node that the walk is not at. */
	nv2_fdt_walk_begin(&walk, &fdt);
	view = nv2_fdt_view(&walk);
	ck_assert(nv2_selector_match(&slot, &view, nv2_fdt_find(&fdt, "/pci@0/gpu", 10)));
	buffer_free(&blob);
}
END_TEST

/* --- signatures -------------------------------------------------------------- */

/* RFC 8032, 7.1, test 1. */
#define RFC_SEED "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
#define RFC_PUBLIC "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"

static char key_dir[] = "/tmp/nv2-test-XXXXXX";

static void setup_keys(void)
{
	setup();
	strcpy(key_dir + strlen(key_dir) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(key_dir));
}

static void teardown_keys(void)
{
	static const char *const files[] = {"secret", "public", "other"};

	for (size_t i = 0; i < COUNT(files); i++)
		unlink(arena_printf(arena, "%s/%s", key_dir, files[i]));
	rmdir(key_dir);
	stop_session();
}

static const char *write_key(const char *name, const char *text, mode_t mode)
{
	const char *path = arena_printf(arena, "%s/%s", key_dir, name);
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(chmod(path, mode), 0);
	return path;
}

static const char *base64_of(const char *hex)
{
	unsigned char bytes[64];
	char *text = arena_alloc(arena, 128);
	size_t len;

	ck_assert(!sodium_hex2bin(bytes, sizeof(bytes), hex, strlen(hex), NULL, &len, NULL));
	return sodium_bin2base64(text, 128, bytes, len, sodium_base64_VARIANT_ORIGINAL);
}

static const char *secret_key(void)
{
	return write_key("secret", arena_printf(arena, "%s\n", base64_of(RFC_SEED)), 0600);
}

static const char *public_key(void)
{
	return write_key("public", arena_printf(arena, "%s\n", base64_of(RFC_PUBLIC)), 0644);
}

static struct buffer signed_bundle(void)
{
	struct buffer bytes = small_bundle();

	ck_assert_msg(sign_bundle(diags, &bytes, secret_key()), "%s", all_text());
	return bytes;
}

static bool read_exact(const struct buffer *bytes, struct nv2_bundle *bundle)
{
	return read_bundle(diags, "test.nv2b", bytes->data, bytes->len, bundle);
}

START_TEST(signing_and_verifying)
{
	struct buffer bytes = signed_bundle(), again = signed_bundle();
	struct nv2_bundle bundle;
	char hex[65];

	ck_assert_mem_eq(bytes.data, again.data, bytes.len);
	ck_assert_msg(read_exact(&bytes, &bundle), "%s", all_text());
	ck_assert(nv2_bundle_is_signed(&bundle));
	sodium_bin2hex(hex, sizeof(hex), bundle.seal->signer, 32);
	ck_assert_str_eq(hex, RFC_PUBLIC);
	ck_assert_msg(verify_bundle(diags, "test.nv2b", &bundle, public_key()), "%s", all_text());
	ck_assert(!crypto_sign_verify_detached(bundle.seal->signature,
					       (const unsigned char *)bundle.seal,
					       NV2_SEAL_MESSAGE_SIZE, bundle.seal->signer));
	buffer_free(&again);
	/* Signing again is no different from signing. */
	again = copy_of(&bytes);
	ck_assert(sign_bundle(diags, &again, secret_key()));
	ck_assert_mem_eq(bytes.data, again.data, bytes.len);
	buffer_free(&bytes);
	buffer_free(&again);
}
END_TEST

START_TEST(signed_bundle_detects_every_flipped_bit)
{
	struct buffer bytes = signed_bundle();
	struct nv2_bundle bundle;

	for (size_t at = 0; at < bytes.len; at++) {
		/* Every bit of the head and a bit of each byte of the rest, which has its own test. */
		for (unsigned bit = at < 200 ? 0 : at & 7; bit < (at < 200 ? 8 : (at & 7) + 1); bit++) {
			bytes.data[at] ^= (char)(1u << bit);
			ck_assert_msg(!read_exact(&bytes, &bundle), "bit %u of byte 0x%zx", bit, at);
			bytes.data[at] ^= (char)(1u << bit);
		}
	}
	diags = diags_new(arena, sources);
	ck_assert_msg(read_exact(&bytes, &bundle), "%s", all_text());
	buffer_free(&bytes);
}
END_TEST

START_TEST(another_key_is_refused)
{
	struct buffer bytes = signed_bundle(), plain = small_bundle();
	struct nv2_seal *seal = (struct nv2_seal *)(bytes.data + NV2_SEAL_OFFSET);
	struct nv2_bundle bundle;
	const char *other = write_key(
		"other",
		base64_of("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"), 0644);

	ck_assert(read_exact(&bytes, &bundle));
	ck_assert(!verify_bundle(diags, "test.nv2b", &bundle, other));
	expect_diagnostic(BUNDLE_SIGNATURE, "not signed by the key in");
	ck_assert(!verify_bundle(diags, "test.nv2b", &bundle, secret_key()));
	expect_diagnostic(BUNDLE_SIGNATURE, "if it is the secret one, give its public half");
	/* Whoever replaces the key and seals again has no signature. */
	seal->signer[0] ^= 1;
	seal_bundle(&bytes);
	ck_assert(!read_exact(&bytes, &bundle));
	expect_diagnostic(BUNDLE_SIGNATURE, "by the key that it names");
	ck_assert(read_exact(&plain, &bundle));
	ck_assert(!verify_bundle(diags, "test.nv2b", &bundle, public_key()));
	expect_diagnostic(BUNDLE_SIGNATURE, "is not signed");
	buffer_free(&bytes);
	buffer_free(&plain);
}
END_TEST

/* A new seal over old contents, with the old signature: it was not of this. */
START_TEST(a_signature_is_for_one_bundle)
{
	struct buffer bytes = signed_bundle(), other = bundle_of(SMALL, false, 2);
	struct nv2_seal *from = (struct nv2_seal *)(bytes.data + NV2_SEAL_OFFSET);
	struct nv2_seal *to = (struct nv2_seal *)(other.data + NV2_SEAL_OFFSET);
	struct nv2_bundle bundle;

	*to = *from;
	seal_bundle(&other);
	ck_assert(!read_exact(&other, &bundle));
	expect_diagnostic(BUNDLE_SIGNATURE, "by the key that it names");
	buffer_free(&bytes);
	buffer_free(&other);
}
END_TEST

START_TEST(a_secret_key_is_its_owners)
{
	static const mode_t modes[] = {0640, 0604, 0620, 0602, 0644, 0666, 0700 | 0010};
	struct buffer bytes = small_bundle(), before = copy_of(&bytes);
	const char *path = secret_key();

	for (size_t i = 0; i < COUNT(modes); i++) {
		ck_assert_int_eq(chmod(path, modes[i]), 0);
		ck_assert(!sign_bundle(diags, &bytes, path));
		expect_diagnostic(BUNDLE_KEY_EXPOSED, arena_printf(arena, "chmod 600 '%s'", path));
		ck_assert_mem_eq(bytes.data, before.data, before.len);
	}
	ck_assert_int_eq(chmod(path, 0400), 0);
	ck_assert_msg(sign_bundle(diags, &bytes, path), "%s", all_text());
	buffer_free(&bytes);
	buffer_free(&before);
}
END_TEST

START_TEST(what_is_no_key)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{"", "is empty"},
		{"\n", "is empty"},
		{"not base64 at all!\n", "not base64"},
		{"QUJD\n", "another number"},
		{"nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2\n", "not base64"},
		{"nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2B=\n", "not base64"}, /* loose bits */
		{"nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=\n\n", "not base64"},
		{"nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A= \n", "not base64"},
		{"nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2BBQkM=\n", "another number"},
		{"nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=\n# comment\n", "not base64"},
	};
	struct buffer bytes = small_bundle(), before = copy_of(&bytes);
	struct buffer lots = {0};

	for (size_t i = 0; i < COUNT(cases); i++) {
		ck_assert(!sign_bundle(diags, &bytes, write_key("secret", cases[i].text, 0600)));
		expect_diagnostic(BUNDLE_KEY, cases[i].message);
	}
	buffer_add_repeated(&lots, 'A', 100000);
	ck_assert(!sign_bundle(diags, &bytes, write_key("secret", lots.data, 0600)));
	expect_diagnostic(BUNDLE_KEY, "");
	buffer_free(&lots);
	ck_assert(!diags->system_failure);
	ck_assert(!sign_bundle(diags, &bytes, "/nonexistent/key"));
	ck_assert(diags->system_failure);
	expect_diagnostic(BUNDLE_KEY, strerror(ENOENT));
	ck_assert(!sign_bundle(diags, &bytes, "/tmp"));
	ck_assert(diags->system_failure);
	expect_diagnostic(BUNDLE_KEY, strerror(EISDIR));
	ck_assert_mem_eq(bytes.data, before.data, before.len);
	/* A line may end as on other systems, or not at all. */
	ck_assert(sign_bundle(diags, &bytes,
			      write_key("secret", arena_printf(arena, "%s\r\n", base64_of(RFC_SEED)),
					0600)));
	ck_assert(sign_bundle(diags, &bytes, write_key("secret", base64_of(RFC_SEED), 0600)));
	buffer_free(&bytes);
	buffer_free(&before);
}
END_TEST

START_TEST(damage_is_told_apart)
{
	struct buffer bytes = small_bundle(), cut = copy_of(&bytes);
	struct nv2_bundle bundle;

	bytes.data[NV2_SEAL_OFFSET + 9] = 2;
	ck_assert(!read_exact(&bytes, &bundle));
	expect_diagnostic(BUNDLE_VERSION, "major version 2; this release reads 1");
	cut.len -= 100;
	ck_assert(!read_exact(&cut, &bundle));
	expect_diagnostic(BUNDLE_DAMAGED,
			  arena_printf(arena, "%zu bytes, and its header says %zu", cut.len,
				       cut.len + 100));
	ck_assert(!read_bundle(diags, "test.nv2b", "hello, world", 12, &bundle));
	expect_diagnostic(BUNDLE_DAMAGED, "this is no bundle");
	ck_assert(!read_bundle(diags, "test.nv2b", "", 0, &bundle));
	expect_diagnostic(BUNDLE_DAMAGED, "its end is missing");
	buffer_free(&bytes);
	buffer_free(&cut);
}
END_TEST

static Suite *blob_suite(void)
{
	Suite *suite = suite_create("blob");
	TCase *tests = add_case(suite, "sha256", setup, stop_session);

	tcase_add_test(tests, sha256_has_the_published_digests);
	tcase_add_test(tests, sha256_agrees_with_libsodium);

	tests = add_case(suite, "fdt", setup, stop_session);
	tcase_add_test(tests, fdt_reads_what_the_tree_holds);
	tcase_add_test(tests, fdt_look_ups_are_exact);
	tcase_add_test(tests, fdt_refuses_each_broken_structure);
	tcase_add_loop_test(tests, fdt_says_where_a_value_is_too_long, 0, 5);
	tcase_add_test(tests, fdt_refuses_each_broken_header);
	tcase_add_test(tests, fdt_refuses_blocks_on_blocks);
	tcase_add_test(tests, fdt_size_is_limited);
	tcase_add_test(tests, fdt_nops_are_passed_over);
	tcase_add_test(tests, fdt_depth_is_limited);
	tcase_add_test(tests, fdt_names_have_a_bound);
	tcase_add_test(tests, fdt_survives_any_flipped_byte);
	tcase_add_test(tests, fdt_survives_any_length);
	tcase_add_test(tests, fdt_survives_chance);

	tests = add_case(suite, "bundle", setup, stop_session);
	tcase_add_test(tests, every_status_has_a_text);
	tcase_add_test(tests, bundle_says_what_was_put_in);
	tcase_add_test(tests, bundle_fits_its_boards_only);
	tcase_add_test(tests, bundle_tables_are_the_plan);
	tcase_add_test(tests, bundle_is_a_function_of_its_input);
	tcase_add_test(tests, bundle_is_a_device_tree_for_others);
	tcase_add_test(tests, bundle_detects_every_flipped_bit);
	tcase_add_test(tests, bundle_detects_every_other_length);
	tcase_add_test(tests, bundle_survives_any_flipped_byte_under_a_good_seal);
	tcase_add_test(tests, bundle_versions_and_flags);
	tcase_add_test(tests, bundle_without_something);
	tcase_add_test(tests, bundle_with_something_wrong);
	tcase_add_test(tests, bundle_with_parts_swapped);
	tcase_add_test(tests, bundle_with_a_damaged_tree_in_it);
	tcase_add_test(tests, bundle_with_bad_records);
	tcase_add_test(tests, bundle_with_bad_tables);
	tcase_add_test(tests, bundle_with_longer_records);
	tcase_add_test(tests, bundle_with_too_many_parts);
	tcase_add_test(tests, bundle_with_a_block_in_the_seal);
	tcase_add_loop_test(tests, bundle_with_its_blocks_in_another_order, 0, 2);
	tcase_add_test(tests, bundle_of_a_board_without_links);
	tcase_add_test(tests, bundle_overlays_are_found_by_selectors);
	tcase_add_test(tests, selectors_work_on_a_blob);

	tests = add_case(suite, "signatures", setup_keys, teardown_keys);
	tcase_add_test(tests, signing_and_verifying);
	tcase_add_test(tests, signed_bundle_detects_every_flipped_bit);
	tcase_add_test(tests, another_key_is_refused);
	tcase_add_test(tests, a_signature_is_for_one_bundle);
	tcase_add_test(tests, a_secret_key_is_its_owners);
	tcase_add_test(tests, what_is_no_key);
	tcase_add_test(tests, damage_is_told_apart);
	return suite;
}

int main(void)
{
	return run_suite(blob_suite());
}
