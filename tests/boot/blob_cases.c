/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes bytes made by hand, checks what all else reads them with: SHA-256, flattened device trees,
 * selectors. Never uses a tree that the compiler made: tests/unit/test_blob.c does.
 */
#include "case.h"
#include "maker.h"

#include "blob/fdt.h"
#include "blob/sha256.h"

static struct maker maker;
static struct nv2_fdt fdt;

/* --- words and digests ---------------------------------------------------------- */

static void each_status_has_its_own_text(void)
{
	for (unsigned i = 0; i < NV2_STATUS_COUNT; i++) {
		const char *text = nv2_strerror((enum nv2_status)i);

		CHECK(text && strlen(text) > 5);
		for (unsigned j = 0; text && j < i; j++)
			CHECK(strcmp(text, nv2_strerror((enum nv2_status)j)) != 0);
	}
	CHECK_TEXT(nv2_strerror(NV2_STATUS_COUNT), "unknown status");
	CHECK_TEXT(nv2_strerror((enum nv2_status)4711), "unknown status");
}

static void check_digest(const char *message, size_t times, size_t piece, const char *wanted)
{
	unsigned char digest[NV2_SHA256_SIZE];
	char text[2 * NV2_SHA256_SIZE + 1];
	struct nv2_sha256 hash;

	nv2_sha256_begin(&hash);
	for (size_t i = 0; i < times; i++) {
		size_t len = strlen(message);

		for (size_t at = 0; at < len; at += piece)
			nv2_sha256_add(&hash, message + at, piece < len - at ? piece : len - at);
	}
	nv2_sha256_add(&hash, NULL, 0);
	nv2_sha256_end(&hash, digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	CHECK_TEXT(text, wanted);
}

/* FIPS 180-4's examples, and NIST's of one, of 56 and of 112 bytes, and a million letters. */
static void digests_are_the_published_ones(void)
{
	static const char *const two_blocks =
		"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
		"hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";

	check_digest("", 1, 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	check_digest("abc", 1, 3,
		     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	check_digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1, 5,
		     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	for (size_t piece = 1; piece <= 112; piece++)
		check_digest(two_blocks, 1, piece,
			     "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
	check_digest("aaaaaaaaaa", 100000, 10,
		     "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* --- trees that are one ---------------------------------------------------------- */

static enum nv2_status open_fdt(void)
{
	static unsigned char exact[MAKER_SIZE];

	memcpy(exact, maker.bytes, maker.size);
	return nv2_fdt_open(&fdt, exact, maker.size);
}

static void expect_open(enum nv2_status status)
{
	CHECK_U64(open_fdt(), status);
}

/*
 * / { compatible = "a", "b"; empty; number = <7>; list = <1 2>; crooked = "x"(without its NUL);
 *     child@1 { number = <8>; grand { }; };  NOP
 *     child@2 { }; };
 */
static void make_sample(void)
{
	make_begin(&maker, 0);
	make_node(&maker, "");
	make_property(&maker, "compatible", "a\0b", 4);
	make_property(&maker, "empty", NULL, 0);
	make_word(&maker, MAKE_NOP);
	make_u32(&maker, "number", 7);
	make_property(&maker, "list", "\0\0\0\1\0\0\0\2", 8);
	make_property(&maker, "crooked", "x", 1);
	make_word(&maker, MAKE_NOP);
	make_node(&maker, "child@1");
	make_u32(&maker, "number", 8);
	make_node(&maker, "grand");
	make_end_node(&maker);
	make_word(&maker, MAKE_NOP);
	make_end_node(&maker);
	make_word(&maker, MAKE_NOP);
	make_node(&maker, "child@2");
	make_end_node(&maker);
	make_end_node(&maker);
	make_finish(&maker, 1);
	expect_open(NV2_OK);
}

static uint32_t find(const char *path)
{
	return nv2_fdt_find(&fdt, path, strlen(path));
}

static void nodes_are_found(void)
{
	make_sample();
	CHECK_U64(find("/"), fdt.root);
	CHECK_TEXT(nv2_fdt_name(&fdt, find("/child@1")), "child@1");
	CHECK_TEXT(nv2_fdt_name(&fdt, find("/child@1/grand")), "grand");
	CHECK_TEXT(nv2_fdt_name(&fdt, fdt.root), "");
	CHECK_U64(nv2_fdt_child(&fdt, fdt.root), find("/child@1"));
	CHECK_U64(nv2_fdt_sibling(&fdt, find("/child@1")), find("/child@2"));
	CHECK_U64(nv2_fdt_sibling(&fdt, find("/child@2")), 0);
	CHECK_U64(nv2_fdt_sibling(&fdt, fdt.root), 0);
	CHECK_U64(nv2_fdt_child(&fdt, find("/child@2")), 0);
	CHECK_U64(nv2_fdt_parent(&fdt, find("/child@1/grand")), find("/child@1"));
	CHECK_U64(nv2_fdt_parent(&fdt, find("/child@1")), fdt.root);
	CHECK_U64(nv2_fdt_parent(&fdt, fdt.root), 0);
	CHECK_U64(nv2_fdt_parent(&fdt, 4), 0);
	CHECK_U64(find(""), 0);
	CHECK_U64(find("child@1"), 0);
	CHECK_U64(find("//"), 0);
	CHECK_U64(find("/child@1/"), 0);
	CHECK_U64(find("/child"), 0);
	CHECK_U64(find("/child@3"), 0);
	CHECK_U64(find("/child@1/nobody/grand"), 0);
}

static void no_node_has_nothing(void)
{
	uint32_t cursor = 0, len;
	struct nv2_fdt_property property;

	make_sample();
	for (uint32_t node = 0; node < 8; node += 4) {
		cursor = node;
		CHECK_TEXT(nv2_fdt_name(&fdt, node), "");
		CHECK_U64(nv2_fdt_child(&fdt, node), 0);
		CHECK_U64(nv2_fdt_sibling(&fdt, node), 0);
		CHECK(!nv2_fdt_next_property(&fdt, &cursor, &property));
		CHECK(!nv2_fdt_property(&fdt, node, "number", &len));
	}
	/* What is in the structure, and no node. */
	CHECK_TEXT(nv2_fdt_name(&fdt, fdt.structure_end - 4), "");
	cursor = fdt.structure_end - 4;
	CHECK(!nv2_fdt_next_property(&fdt, &cursor, &property));
	cursor = fdt.structure_end;
	CHECK(!nv2_fdt_next_property(&fdt, &cursor, &property));
	CHECK_TEXT(nv2_fdt_name(&fdt, fdt.structure_end), "");
	CHECK_TEXT(nv2_fdt_name(&fdt, fdt.structure_end + 4), "");
}

/* A property's value can look like anything: who takes it for a node stays in the structure. */
static void values_are_no_nodes(void)
{
	static const unsigned char fake[] = {
		0, 0, 0, 1, 'a', 0, 0, 0, 0, 0, 0, 7,                   /* a node, then no tag */
		0, 0, 0, 4, 0,   0, 0, 3, 0, 0, 0, 0, 0, 0, 0xff, 0xff, /* a NOP, a property */
	};
	struct nv2_fdt_property property;
	uint32_t len, at, cursor;

	make_begin(&maker, 0);
	make_node(&maker, "");
	make_property(&maker, "fake", fake, sizeof(fake));
	make_end_node(&maker);
	make_finish(&maker, 1);
	expect_open(NV2_OK);
	at = (uint32_t)(nv2_fdt_property(&fdt, fdt.root, "fake", &len) - fdt.bytes);
	CHECK_TEXT(nv2_fdt_name(&fdt, at), "a");
	CHECK_U64(nv2_fdt_child(&fdt, at), 0);
	CHECK_U64(nv2_fdt_sibling(&fdt, at), 0);
	cursor = at;
	CHECK(!nv2_fdt_next_property(&fdt, &cursor, &property));
	cursor = at + 12; /* its name is nowhere */
	CHECK(!nv2_fdt_next_property(&fdt, &cursor, &property));
}

static void properties_are_of_a_kind_or_not(void)
{
	static const char *const names[] = {"compatible", "empty", "number", "list", "crooked"};
	struct nv2_fdt_property property;
	uint32_t len = 99, value = 99, cursor, count = 0;

	make_sample();
	CHECK(nv2_fdt_property(&fdt, fdt.root, "empty", &len) != NULL);
	CHECK_U64(len, 0);
	CHECK(!nv2_fdt_property(&fdt, fdt.root, "numbe", &len));
	CHECK(!nv2_fdt_property(&fdt, fdt.root, "number2", &len));
	/* Longer than what is left of the strings. */
	CHECK(!nv2_fdt_property(&fdt, fdt.root,
				"a-name-that-is-so-long-that-it-does-not-fit-behind-the-last-one",
				&len));
	CHECK(nv2_fdt_u32(&fdt, fdt.root, "number", &value));
	CHECK_U64(value, 7);
	CHECK(nv2_fdt_u32(&fdt, find("/child@1"), "number", &value));
	CHECK_U64(value, 8);
	CHECK(!nv2_fdt_u32(&fdt, fdt.root, "list", &value));
	CHECK(!nv2_fdt_u32(&fdt, fdt.root, "nothing", &value));
	CHECK(nv2_fdt_strings(&fdt, fdt.root, "compatible", &len) != NULL);
	CHECK_U64(len, 4);
	CHECK(!nv2_fdt_strings(&fdt, fdt.root, "empty", &len));
	CHECK(!nv2_fdt_strings(&fdt, fdt.root, "crooked", &len));
	CHECK(!nv2_fdt_strings(&fdt, fdt.root, "nothing", &len));
	CHECK(!nv2_fdt_string(&fdt, fdt.root, "compatible"));
	CHECK(!nv2_fdt_string(&fdt, fdt.root, "nothing"));
	for (cursor = fdt.root; nv2_fdt_next_property(&fdt, &cursor, &property); count++)
		if (count < 5)
			CHECK_TEXT(property.name, names[count]);
	CHECK_U64(count, 5);
}

static void walks_see_all_nodes(void)
{
	static const struct {
		const char *name;
		uint32_t depth;
	} nodes[] = {{"", 0}, {"child@1", 1}, {"grand", 2}, {"child@2", 1}};
	struct nv2_fdt_walk walk;
	uint32_t count = 0;

	make_sample();
	nv2_fdt_walk_begin(&walk, &fdt);
	for (; nv2_fdt_walk_next(&walk); count++) {
		CHECK(count < 4);
		if (count >= 4)
			break;
		CHECK_TEXT(nv2_fdt_name(&fdt, walk.node), nodes[count].name);
		CHECK_U64(walk.depth, nodes[count].depth);
		CHECK_U64(walk.path[0], fdt.root);
		CHECK_U64(walk.path[walk.depth], walk.node);
	}
	CHECK_U64(count, 4);
	CHECK(!nv2_fdt_walk_next(&walk));
	/* Of a tree that was not opened, it stays within its arrays and the structure. */
	nv2_fdt_walk_begin(&walk, &fdt);
	walk.open = NV2_FDT_DEPTH_MAX + 1;
	while (nv2_fdt_walk_next(&walk))
		CHECK(walk.depth <= NV2_FDT_DEPTH_MAX);
	nv2_fdt_walk_begin(&walk, &fdt);
	walk.next = fdt.structure_end - 8; /* the root's end */
	CHECK(!nv2_fdt_walk_next(&walk));
	nv2_fdt_walk_begin(&walk, &fdt);
	walk.next = fdt.structure_end;
	CHECK(!nv2_fdt_walk_next(&walk));
}

/* --- trees that are none ----------------------------------------------------------- */

static void headers_are_checked(void)
{
	static const struct {
		uint32_t offset, value;
		enum nv2_status status;
	} rows[] = {
		{0, 0xd00dfeee, NV2_ERR_FDT_MAGIC},
		{4, 39, NV2_ERR_FDT_LAYOUT}, /* totalsize */
		{4, 0xffffff, NV2_ERR_TRUNCATED},
		{8, 57, NV2_ERR_FDT_LAYOUT}, /* structure: crooked, behind the end */
		{8, 0x10000, NV2_ERR_FDT_LAYOUT},
		{12, 0x10000, NV2_ERR_FDT_LAYOUT}, /* strings */
		{16, 44, NV2_ERR_FDT_LAYOUT},      /* reservations */
		{16, 0x10000, NV2_ERR_FDT_LAYOUT},
		{20, 15, NV2_ERR_FDT_VERSION},     /* version */
		{24, 18, NV2_ERR_FDT_VERSION},     /* the last compatible one */
		{32, 0x10000, NV2_ERR_FDT_LAYOUT}, /* sizes */
		{36, 0x10000, NV2_ERR_FDT_LAYOUT},
		{8, 32, NV2_ERR_FDT_STRUCTURE}, /* the header's own words are no tags */
		{12, 56, NV2_ERR_FDT_NAME},     /* names in the structure */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		make_sample();
		put_u32(maker.bytes + rows[i].offset, rows[i].value);
		expect_open(rows[i].status);
	}
	make_sample();
	put_u32(maker.bytes + 20, 16); /* older than the version it says it can be read as */
	put_u32(maker.bytes + 24, 17);
	expect_open(NV2_ERR_FDT_VERSION);
	put_u32(maker.bytes + 20, 20);
	expect_open(NV2_OK);
	CHECK_U64(nv2_fdt_open(&fdt, maker.bytes, 7), NV2_ERR_TRUNCATED);
	CHECK_U64(nv2_fdt_open(&fdt, maker.bytes, maker.size - 1), NV2_ERR_TRUNCATED);
	CHECK_U64(fdt.fault, 4);
	put_u32(maker.bytes + 4, 0x80000000);
	CHECK_U64(nv2_fdt_open(&fdt, maker.bytes, SIZE_MAX), NV2_ERR_FDT_LAYOUT);
}

/* Version 16 does not say how large the structure is. */
static void version_16_is_read(void)
{
	make_sample();
	put_u32(maker.bytes + 20, 16);
	put_u32(maker.bytes + 36, 0xffffffff);
	expect_open(NV2_OK);
	CHECK_TEXT(nv2_fdt_name(&fdt, find("/child@2")), "child@2");
}

static void blocks_do_not_overlap(void)
{
	make_begin(&maker, 0);
	make_node(&maker, "");
	make_end_node(&maker);
	make_finish(&maker, 1);
	expect_open(NV2_OK);
	/* One byte of strings, in the header, in the map, in the structure. */
	put_u32(maker.bytes + 32, 1);
	for (uint32_t at = 39; at < 72; at += 16) {
		put_u32(maker.bytes + 12, at);
		expect_open(NV2_ERR_FDT_LAYOUT);
	}
}

/* In any order: the specification asks for none. */
static void blocks_stand_anywhere(void)
{
	make_begin(&maker, 16);
	make_node(&maker, "");
	make_text(&maker, "name", "x");
	make_end_node(&maker);
	make_finish(&maker, 1);
	memcpy(maker.bytes + 40, "name", 5);
	put_u32(maker.bytes + 12, 40);
	expect_open(NV2_OK);
	CHECK_TEXT(nv2_fdt_string(&fdt, fdt.root, "name"), "x");
}

static void reservations_have_an_end(void)
{
	make_begin(&maker, 16); /* room for one entry before the end */
	make_node(&maker, "");
	make_end_node(&maker);
	make_finish(&maker, 1);
	put_u32(maker.bytes + 16, 40);
	maker.bytes[40 + 15] = 1;
	expect_open(NV2_OK);
	memset(maker.bytes + 40, 0xff, maker.size - 40);
	expect_open(NV2_ERR_FDT_RESERVATION);
}

#define WORDS(...)                                                                                 \
	(const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t)

/* A tree of these words; the strings are "a", "", " ", "c c", and a letter without its NUL. */
static void expect_words(enum nv2_status status, const uint32_t *words, size_t count)
{
	make_begin(&maker, 0);
	for (size_t i = 0; i < count; i++)
		make_word(&maker, words[i]);
	memcpy(maker.strings, "a\0\0 \0c c\0b", 10);
	maker.strings_size = 10;
	make_finish(&maker, 0);
	expect_open(status);
}

static void structures_are_checked(void)
{
	enum { a = 0x61000000, slash = 0x2f000000, blank = 0x20000000, del = 0x7f000000 };
	enum { first = 0x21000000, last = 0x7e000000 }; /* ! and ~ */

	expect_words(NV2_OK, WORDS(1, 0, 2, 9));
	expect_words(NV2_OK, WORDS(4, 1, 0, 3, 0, 0, 1, a, 2, 4, 2, 9));
	expect_words(NV2_OK, WORDS(1, 0, 1, first, 2, 1, last, 2, 2, 9));
	expect_words(NV2_ERR_FDT_STRUCTURE, WORDS(7));
	expect_words(NV2_ERR_FDT_STRUCTURE, WORDS(1, 0, 2));    /* no end */
	expect_words(NV2_ERR_FDT_STRUCTURE, WORDS(1, 0, 9));    /* too early an end */
	expect_words(NV2_ERR_FDT_STRUCTURE, WORDS(2, 9));       /* an end of nothing */
	expect_words(NV2_ERR_FDT_STRUCTURE, WORDS(3, 0, 0, 9)); /* nobody's property */
	expect_words(NV2_ERR_FDT_STRUCTURE, WORDS(1, 0, 1, a, 2, 3, 0, 0, 2, 9)); /* a late one */
	expect_words(NV2_ERR_FDT_STRUCTURE, WORDS(1, 0, 3, 0));                   /* half of one */
	expect_words(NV2_ERR_FDT_STRUCTURE, WORDS(1, 0, 3, 5, 0, 0)); /* too long a value */
	expect_words(NV2_ERR_FDT_NAME, WORDS(1, 0x61616161));         /* a name without an end */
	expect_words(NV2_ERR_FDT_NAME, WORDS(1, 0, 1, 0, 2, 2, 9));   /* a child without a name */
	expect_words(NV2_ERR_FDT_NAME, WORDS(1, 0, 1, slash, 2, 2, 9));
	expect_words(NV2_ERR_FDT_NAME, WORDS(1, 0, 1, blank, 2, 2, 9));
	expect_words(NV2_ERR_FDT_NAME, WORDS(1, 0, 1, del, 2, 2, 9));
	expect_words(NV2_ERR_FDT_NAME, WORDS(1, 0, 3, 0, 10, 2, 9)); /* behind the strings */
	expect_words(NV2_ERR_FDT_NAME, WORDS(1, 0, 3, 0, 1, 2, 9));  /* "" */
	expect_words(NV2_ERR_FDT_NAME, WORDS(1, 0, 3, 0, 3, 2, 9));  /* " " */
	expect_words(NV2_ERR_FDT_NAME, WORDS(1, 0, 3, 0, 5, 2, 9));  /* c c */
	expect_words(NV2_ERR_FDT_NAME, WORDS(1, 0, 3, 0, 9, 2, 9));  /* no NUL */
	expect_words(NV2_ERR_FDT_ROOT, WORDS(9));
	expect_words(NV2_ERR_FDT_ROOT, WORDS(1, a, 2, 9));
	expect_words(NV2_ERR_FDT_ROOT, WORDS(1, 0, 2, 1, 0, 2, 9));
	CHECK_U64(fdt.fault, 56 + 12);
}

static void depth_is_limited(void)
{
	for (unsigned depth = NV2_FDT_DEPTH_MAX; depth <= NV2_FDT_DEPTH_MAX + 1; depth++) {
		make_begin(&maker, 0);
		for (unsigned i = 0; i <= depth; i++)
			make_node(&maker, i ? "n" : "");
		for (unsigned i = 0; i <= depth; i++)
			make_end_node(&maker);
		make_finish(&maker, 1);
		expect_open(depth > NV2_FDT_DEPTH_MAX ? NV2_ERR_FDT_DEPTH : NV2_OK);
	}
}

static void names_of_properties_are_limited(void)
{
	char name[NV2_FDT_NAME_MAX + 2];

	for (size_t len = NV2_FDT_NAME_MAX; len <= NV2_FDT_NAME_MAX + 1; len++) {
		memset(name, 'n', len);
		name[len] = 0;
		make_begin(&maker, 0);
		make_node(&maker, "");
		make_property(&maker, name, NULL, 0);
		make_end_node(&maker);
		make_finish(&maker, 1);
		expect_open(len > NV2_FDT_NAME_MAX ? NV2_ERR_FDT_NAME : NV2_OK);
	}
}

const struct test_case blob_cases[] = {
	CASE(each_status_has_its_own_text),
	CASE(digests_are_the_published_ones),
	CASE(nodes_are_found),
	CASE(no_node_has_nothing),
	CASE(values_are_no_nodes),
	CASE(properties_are_of_a_kind_or_not),
	CASE(walks_see_all_nodes),
	CASE(headers_are_checked),
	CASE(version_16_is_read),
	CASE(blocks_do_not_overlap),
	CASE(blocks_stand_anywhere),
	CASE(reservations_have_an_end),
	CASE(structures_are_checked),
	CASE(depth_is_limited),
	CASE(names_of_properties_are_limited),
};
const size_t blob_case_count = sizeof(blob_cases) / sizeof(blob_cases[0]);
