/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes small trees made by hand, checks which node a selector means, and how selectors and fixups
 * are read. Never uses the compiler's selectors: tests/unit/test_blob.c does.
 */
#include "case.h"
#include "maker.h"

#include "blob/fdt.h"
#include "blob/selector.h"

static struct maker maker;
static struct nv2_fdt fdt;
static struct nv2_fdt_walk walk;
static struct nv2_view view;

static void open_tree(void)
{
	make_finish(&maker, 1);
	CHECK_U64(nv2_fdt_open(&fdt, maker.bytes, maker.size), NV2_OK);
	nv2_fdt_walk_begin(&walk, &fdt);
	view = nv2_fdt_view(&walk);
}

static uint32_t find(const char *path)
{
	uint32_t node = nv2_fdt_find(&fdt, path, strlen(path));

	CHECK(node != 0);
	return node;
}

/* Facts §2: how firmware's nodes look. */
static void make_machine(void)
{
	static const unsigned char phb[] = {0, 6, 3, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0};

	make_begin(&maker, 0);
	make_node(&maker, "");
	make_property(&maker, "compatible", "ibm,powernv\0ibm,witherspoon", 28);
	make_node(&maker, "xscom@603fc00000000");
	make_property(&maker, "compatible", "ibm,xscom\0ibm,power9-xscom", 27);
	make_u32(&maker, "ibm,chip-id", 8);
	make_node(&maker, "npu@5011000");
	make_text(&maker, "compatible", "ibm,power9-npu");
	make_property(&maker, "reg", "\5\1\x10\0\0\0\0\x2c", 8);
	make_node(&maker, "link@3");
	make_text(&maker, "compatible", "ibm,npu-link");
	make_u32(&maker, "ibm,npu-link-index", 3);
	make_end_node(&maker);
	make_end_node(&maker);
	make_end_node(&maker);
	make_node(&maker, "pciex@6030200000000");
	make_property(&maker, "compatible", "ibm,power9-npu-pciex\0ibm,ioda2-npu2-phb", 40);
	make_property(&maker, "reg", phb, sizeof(phb));
	make_node(&maker, "unknown-bridge@1,2");
	make_u32(&maker, "vendor-id", 0x1014);
	make_u32(&maker, "reg", 0x01000a00); /* only bus, device and function count */
	make_end_node(&maker);
	make_end_node(&maker);
	make_node(&maker, "pciex@600c3c0400000");
	make_text(&maker, "compatible", "ibm,pcie-port");
	make_text(&maker, "ibm,slot-label", "GPU0");
	make_text(&maker, "ibm,loc-code", "GPU0");
	make_node(&maker, "builtin");
	make_node(&maker, "gpu@0");
	make_u32(&maker, "vendor-id", 0x10de);
	make_end_node(&maker);
	make_end_node(&maker);
	make_end_node(&maker);
	make_end_node(&maker);
	open_tree();
}

#define XSCOM "/xscom@603fc00000000"
#define NPU XSCOM "/npu@5011000"
#define LINK NPU "/link@3"
#define PHB "/pciex@6030200000000"
#define BRIDGE PHB "/unknown-bridge@1,2"
#define PORT "/pciex@600c3c0400000"
#define SLOT PORT "/builtin"
#define GPU SLOT "/gpu@0"

static void nodes_are_described(void)
{
	static const struct {
		enum nv2_selector_kind kind;
		const char *path;
		uint64_t value;
		const char *text;
	} rows[] = {
		{NV2_SELECT_XSCOM, XSCOM, 8, NULL},
		{NV2_SELECT_NPU, NPU, 0x5011000, NULL},
		{NV2_SELECT_LINK, LINK, 3, NULL},
		{NV2_SELECT_PHB, PHB, 0x6030200000000, NULL},
		{NV2_SELECT_BRIDGE, BRIDGE, 0xa, NULL},
		{NV2_SELECT_GPU, GPU, 0, "GPU0"},
		{NV2_SELECT_SLOT, SLOT, 0, "GPU0"},
	};
	size_t meant = 0;

	make_machine();
	while (nv2_fdt_walk_next(&walk)) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			struct nv2_selector selector;
			bool is_it = walk.node == find(rows[i].path);

			CHECK(nv2_selector_describe(rows[i].kind, &view, walk.node, &selector) ==
			      is_it);
			if (!is_it)
				continue;
			meant++;
			CHECK_U64(selector.kind, rows[i].kind);
			CHECK_U64(selector.value, rows[i].value);
			CHECK_U64(selector.text_len, rows[i].text ? strlen(rows[i].text) : 0);
			if (rows[i].text)
				CHECK(!memcmp(selector.text, rows[i].text, selector.text_len));
			CHECK(nv2_selector_match(&selector, &view, walk.node));
			selector.value++;
			CHECK(!nv2_selector_match(&selector, &view, walk.node));
			selector.value--;
			selector.text_len++;
			CHECK(!nv2_selector_match(&selector, &view, walk.node));
		}
	}
	CHECK_U64(meant, sizeof(rows) / sizeof(rows[0]));
}

static bool match(enum nv2_selector_kind kind, const char *text, uint32_t len, uint32_t node)
{
	const struct nv2_selector selector = {.kind = kind, .text = text, .text_len = len};

	return nv2_selector_match(&selector, &view, node);
}

static void labels_are_compared(void)
{
	make_machine();
	CHECK(match(NV2_SELECT_GPU, "GPU0", 4, find(GPU)));
	CHECK(!match(NV2_SELECT_GPU, "GPU1", 4, find(GPU)));
	CHECK(!match(NV2_SELECT_GPU, "GPU", 3, find(GPU)));
}

static void kinds_that_describe_nothing(void)
{
	struct nv2_selector selector;

	make_machine();
	CHECK(!nv2_selector_describe(NV2_SELECT_ROOT, &view, fdt.root, &selector));
	CHECK(!nv2_selector_describe(NV2_SELECT_PATH, &view, fdt.root, &selector));
	CHECK(!nv2_selector_describe(NV2_SELECTOR_KINDS, &view, fdt.root, &selector));
}

/* A node with one property, which is of the wrong kind or says something else. */
static void expect_nothing(enum nv2_selector_kind kind, const char *name, const void *value,
			   size_t len, const char *second, const void *second_value,
			   size_t second_len)
{
	struct nv2_selector selector;

	make_begin(&maker, 0);
	make_node(&maker, "");
	make_property(&maker, name, value, len);
	if (second)
		make_property(&maker, second, second_value, second_len);
	make_node(&maker, "below");
	make_end_node(&maker);
	make_end_node(&maker);
	open_tree();
	CHECK(!nv2_selector_describe(kind, &view, fdt.root, &selector));
	CHECK(!nv2_selector_describe(kind, &view, find("/below"), &selector));
}

static void nodes_that_are_not_quite_it(void)
{
	/* Compatible without a NUL, and with another word of the same length. */
	expect_nothing(NV2_SELECT_XSCOM, "compatible", "ibm,xscom", 9, NULL, NULL, 0);
	expect_nothing(NV2_SELECT_XSCOM, "compatible", "ibm,xscoM", 10, NULL, NULL, 0);
	expect_nothing(NV2_SELECT_XSCOM, "compatible", "", 0, NULL, NULL, 0);
	/* Right, but for the argument: none, or of another size. */
	expect_nothing(NV2_SELECT_XSCOM, "compatible", "ibm,xscom", 10, NULL, NULL, 0);
	expect_nothing(NV2_SELECT_XSCOM, "compatible", "ibm,xscom", 10, "ibm,chip-id", "\0\0", 2);
	expect_nothing(NV2_SELECT_NPU, "compatible", "ibm,power9-npu", 15, "reg", "\0\0\0", 3);
	expect_nothing(NV2_SELECT_NPU, "reg", "\0\0\0\0", 4, NULL, NULL, 0);
	expect_nothing(NV2_SELECT_LINK, "compatible", "ibm,npu-link", 13, NULL, NULL, 0);
	expect_nothing(NV2_SELECT_PHB, "compatible", "ibm,power9-npu-pciex", 21, "reg", "\0\0\0\0",
		       4);
	expect_nothing(NV2_SELECT_PHB, "reg", "\0\0\0\0\0\0\0\0", 8, NULL, NULL, 0);
	/* NVIDIA's, and nobody's. */
	expect_nothing(NV2_SELECT_BRIDGE, "vendor-id", "\0\0\x10\xde", 4, "reg", "\0\0\0\0", 4);
	expect_nothing(NV2_SELECT_BRIDGE, "reg", "\0\0\0\0", 4, NULL, NULL, 0);
	expect_nothing(NV2_SELECT_BRIDGE, "vendor-id", "\0\0\x10\x14", 4, NULL, NULL, 0);
	/* A GPU without a slot; in one whose label is no string. */
	expect_nothing(NV2_SELECT_GPU, "vendor-id", "\0\0\x10\xde", 4, NULL, NULL, 0);
	expect_nothing(NV2_SELECT_GPU, "vendor-id", "\0\0\x10\xde", 4, "ibm,loc-code", "GPU0", 4);
	expect_nothing(NV2_SELECT_GPU, "vendor-id", "\0\0\x10\xde", 4, "ibm,loc-code", "GPU0\0GPU1",
		       10);
	/* A slot below a port without a label, and below what is no port. */
	expect_nothing(NV2_SELECT_SLOT, "compatible", "ibm,pcie-port", 14, NULL, NULL, 0);
	expect_nothing(NV2_SELECT_SLOT, "compatible", "ibm,pcie-porT", 14, "ibm,slot-label", "GPU0",
		       5);
}

static void roots_are_of_a_board(void)
{
	make_machine();
	CHECK(match(NV2_SELECT_ROOT, "ibm,witherspoon", 16, fdt.root));
	CHECK(match(NV2_SELECT_ROOT, "other\0ibm,powernv", 18, fdt.root));
	CHECK(!match(NV2_SELECT_ROOT, "other", 6, fdt.root));
	CHECK(!match(NV2_SELECT_ROOT, "", 0, fdt.root));
	/* The list ends in the middle of a word. */
	CHECK(!match(NV2_SELECT_ROOT, "other\0ibm,powernv", 17, fdt.root));
	CHECK(!match(NV2_SELECT_ROOT, "ibm,pcie-port", 14, find(PORT)));
	make_begin(&maker, 0);
	make_node(&maker, "");
	make_end_node(&maker);
	open_tree();
	CHECK(!match(NV2_SELECT_ROOT, "ibm,witherspoon", 16, fdt.root));
}

static bool match_path(const char *path, uint32_t node)
{
	return match(NV2_SELECT_PATH, path, (uint32_t)strlen(path), node);
}

static void paths_are_whole(void)
{
	make_machine();
	CHECK(match_path("/", fdt.root));
	CHECK(match_path(LINK, find(LINK)));
	CHECK(match_path(XSCOM, find(XSCOM)));
	CHECK(!match_path("", fdt.root));
	CHECK(!match_path("x", fdt.root));
	CHECK(!match_path("//", fdt.root));
	CHECK(!match_path("/", find(XSCOM)));
	CHECK(!match_path("/npu@5011000", find(NPU)));
	CHECK(!match_path("/npu@5011001", find(NPU)));
	CHECK(!match_path("/x" XSCOM, find(XSCOM)));
	CHECK(!match_path("/xxscom@603fc00000000", find(XSCOM)));
	CHECK(!match_path("/" XSCOM, find(XSCOM)));
	CHECK(!match_path(PHB "/link@3", find(LINK)));
}

static void selectors_are_under_others(void)
{
	struct nv2_selector root = {
		.kind = NV2_SELECT_ROOT, .text = "ibm,witherspoon", .text_len = 16};
	struct nv2_selector xscom = {.kind = NV2_SELECT_XSCOM, .value = 8};
	struct nv2_selector npu = {.kind = NV2_SELECT_NPU, .value = 0x5011000, .under = &xscom};
	struct nv2_selector link = {.kind = NV2_SELECT_LINK, .value = 3, .under = &npu};
	struct nv2_selector loop = {.kind = NV2_SELECT_PATH, .text = "/", .text_len = 1};
	struct nv2_selector above = root;

	make_machine();
	CHECK(nv2_selector_match(&link, &view, find(LINK)));
	CHECK(!nv2_selector_match(&link, &view, find(NPU)));
	xscom.value = 0;
	CHECK(!nv2_selector_match(&link, &view, find(LINK)));
	/* Nothing is above the root. */
	above.under = &loop;
	CHECK(!nv2_selector_match(&above, &view, fdt.root));
}

/* One that is under itself ends nevertheless. */
static void a_selector_under_itself_ends(void)
{
	struct nv2_selector slot = {.kind = NV2_SELECT_LINK, .value = 1};
	uint32_t node;

	slot.under = &slot;
	make_begin(&maker, 0);
	for (unsigned i = 0; i < 20; i++) {
		make_node(&maker, i ? "n" : "");
		make_text(&maker, "compatible", "ibm,npu-link");
		make_u32(&maker, "ibm,npu-link-index", 1);
	}
	for (unsigned i = 0; i < 20; i++)
		make_end_node(&maker);
	open_tree();
	for (node = fdt.root; nv2_fdt_child(&fdt, node); node = nv2_fdt_child(&fdt, node))
		continue;
	CHECK(!nv2_selector_match(&slot, &view, node));
}

/* The walk knows its own ancestors; for others it looks. */
static void parents_are_found_off_the_walk(void)
{
	uintptr_t parent;

	make_machine();
	while (nv2_fdt_walk_next(&walk) && walk.node != find(LINK))
		continue;
	CHECK(view.parent(view.context, find(LINK), &parent));
	CHECK_U64(parent, find(NPU));
	CHECK(view.parent(view.context, find(BRIDGE), &parent));
	CHECK_U64(parent, find(PHB));
	CHECK(!view.parent(view.context, fdt.root, &parent));
	CHECK_TEXT(view.name(view.context, find(GPU)), "gpu@0");
}

/* --- reading them ------------------------------------------------------------------ */

/* A sel@N node with up to three properties: kind, its argument, under. */
static enum nv2_selector_status decode(const char *kind, size_t kind_len, const char *argument,
				       const void *value, size_t len, const void *under,
				       size_t under_len, struct nv2_selector *selector,
				       uint32_t *number)
{
	make_begin(&maker, 0);
	make_node(&maker, "");
	if (kind)
		make_property(&maker, "kind", kind, kind_len);
	if (argument)
		make_property(&maker, argument, value, len);
	if (under)
		make_property(&maker, "under", under, under_len);
	make_end_node(&maker);
	open_tree();
	return nv2_selector_decode(&view, fdt.root, selector, number);
}

static void selectors_are_decoded(void)
{
	struct nv2_selector selector;
	uint32_t under = 1;

	CHECK_U64(decode("xscom", 6, "chip-id", "\0\0\0\x08", 4, NULL, 0, &selector, &under), 0);
	CHECK_U64(selector.kind, NV2_SELECT_XSCOM);
	CHECK_U64(selector.value, 8);
	CHECK_U64(under, UINT32_MAX);
	CHECK_U64(decode("npu", 4, "scom", "\5\1\x10\0", 4, "\0\0\0\2", 4, &selector, &under), 0);
	CHECK_U64(selector.value, 0x5011000);
	CHECK_U64(under, 2);
	CHECK(!selector.under);
	CHECK_U64(decode("phb", 4, "address", "\0\6\3\2\0\0\0\0", 8, NULL, 0, &selector, &under),
		  0);
	CHECK_U64(selector.value, 0x6030200000000);
	CHECK_U64(decode("gpu", 4, "slot-label", "GPU0", 5, NULL, 0, &selector, &under), 0);
	CHECK_U64(selector.text_len, 4);
	CHECK(!memcmp(selector.text, "GPU0", 4));
	CHECK_U64(decode("root", 5, "board", "a\0b", 4, NULL, 0, &selector, &under), 0);
	CHECK_U64(selector.text_len, 4);
}

static void selectors_that_cannot_be_read(void)
{
	static const struct {
		enum nv2_selector_status status;
		const char *kind;
		size_t kind_len;
		const char *argument;
		const void *value;
		size_t len;
		const void *under;
		size_t under_len;
	} rows[] = {
		{NV2_SELECTOR_NO_KIND, NULL, 0, NULL, NULL, 0, NULL, 0},
		{NV2_SELECTOR_NO_KIND, "xscom", 5, "chip-id", "\0\0\0\1", 4, NULL, 0},
		{NV2_SELECTOR_UNKNOWN_KIND, "xscon", 6, "chip-id", "\0\0\0\1", 4, NULL, 0},
		{NV2_SELECTOR_UNKNOWN_KIND, "", 1, NULL, NULL, 0, NULL, 0},
		{NV2_SELECTOR_BAD_ARGUMENT, "xscom", 6, NULL, NULL, 0, NULL, 0},
		{NV2_SELECTOR_BAD_ARGUMENT, "xscom", 6, "chip-id", "\0", 1, NULL, 0},
		{NV2_SELECTOR_BAD_ARGUMENT, "phb", 4, "address", "\0\0\0\0", 4, NULL, 0},
		{NV2_SELECTOR_BAD_ARGUMENT, "gpu", 4, "slot-label", "GPU0", 4, NULL, 0},
		{NV2_SELECTOR_BAD_ARGUMENT, "gpu", 4, "slot-label", "", 1, NULL, 0},
		{NV2_SELECTOR_BAD_ARGUMENT, "root", 5, "board", "", 0, NULL, 0},
		{NV2_SELECTOR_BAD_ARGUMENT, "root", 5, "board", "a", 1, NULL, 0},
		{NV2_SELECTOR_BAD_UNDER, "npu", 4, "scom", "\0\0\0\1", 4, NULL, 0},
		{NV2_SELECTOR_BAD_UNDER, "npu", 4, "scom", "\0\0\0\1", 4, "\0", 1},
		{NV2_SELECTOR_BAD_UNDER, "npu", 4, "scom", "\0\0\0\1", 4, "\xff\xff\xff\xff", 4},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct nv2_selector selector;
		uint32_t under;

		CHECK_U64(decode(rows[i].kind, rows[i].kind_len, rows[i].argument, rows[i].value,
				 rows[i].len, rows[i].under, rows[i].under_len, &selector, &under),
			  rows[i].status);
	}
}

static void fixups_are_strict(void)
{
	static const char *const wrong[] = {
		"",
		"/a",
		"/a:b",
		":b:0",
		"/a::0",
		"/a:b:",
		"/a:b:x",
		"/a:b:4294967296",
		"/a:b:-1",
		"/a:b:0:0",
		"/a:b:99999999999",
		"/a:b: 1",
		"/a:b:0x4",
	};
	struct nv2_fixup fixup;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK(!nv2_fixup_parse(wrong[i], strlen(wrong[i]), &fixup));
	CHECK(nv2_fixup_parse("/a/b:ibm,gpu:4294967295", 23, &fixup));
	CHECK_U64(fixup.path_len, 4);
	CHECK(!memcmp(fixup.path, "/a/b", 4));
	CHECK_U64(fixup.property_len, 7);
	CHECK(!memcmp(fixup.property, "ibm,gpu", 7));
	CHECK_U64(fixup.offset, 4294967295u);
#if SIZE_MAX > UINT32_MAX
	CHECK(!nv2_fixup_parse("/a:b:0", (size_t)UINT32_MAX + 1, &fixup));
#endif
}

const struct test_case selector_cases[] = {
	CASE(nodes_are_described),
	CASE(labels_are_compared),
	CASE(kinds_that_describe_nothing),
	CASE(nodes_that_are_not_quite_it),
	CASE(roots_are_of_a_board),
	CASE(paths_are_whole),
	CASE(selectors_are_under_others),
	CASE(a_selector_under_itself_ends),
	CASE(parents_are_found_off_the_walk),
	CASE(selectors_are_decoded),
	CASE(selectors_that_cannot_be_read),
	CASE(fixups_are_strict),
};
const size_t selector_case_count = sizeof(selector_cases) / sizeof(selector_cases[0]);
