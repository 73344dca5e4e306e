/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes trees and bound overlays, checks the trees that the boot library makes of both
 * against trees written by hand, and what it refuses. Never takes an
 * overlay from the library's own binder.
 */
#include "sketch.h"

#include "maker.h"

static const char tree_text[] =
	"/ { compatible = \"b\"; #address-cells = <2>; #size-cells = <1>;\n"
	"a { phandle = <0x10>; old = <1>; b@1 { reg = <1>; compatible = \"b\"; }; };\n"
	"c { linux,phandle = <0x70>; d { }; };\n"
	"e { phandle = <0x20>; }; };";

static const char overlay_text[] =
	"/ { fragment@0 { target-path = \"/\"; __overlay__ {\n"
	"  #address-cells = <2>; #size-cells = <1>;\n"
	"  n@1 { phandle = <1>; linux,phandle = <1>; reg = <1>; to = <2 0x10 1>; }; }; };\n"
	"fragment@1 { target-path = \"/a/b@1\"; __overlay__ { new = <2>; more; }; };\n"
	"fragment@2 { target-path = \"/a\"; __overlay__ { a-cells;\n"
	"  n@2 { phandle = <2>; deep { deeper { to = <1>; }; }; last { }; }; }; };\n"
	"fragment@3 { target-path = \"/e\"; __overlay__ { old = \"e\"; }; };\n"
	"__local_fixups__ { fragment@0 { __overlay__ { n@1 { to = <0 8>; }; }; };\n"
	"  fragment@1 { __overlay__ { new = <0>; }; };\n"
	"  fragment@2 { __overlay__ { n@2 { deep { deeper { to = <0>; }; }; }; }; }; }; };";

/* Phandles move up by 0x70. */
static const char merged_text[] =
	"/ { compatible = \"b\"; #address-cells = <2>; #size-cells = <1>;\n"
	"a { phandle = <0x10>; old = <1>; a-cells;\n"
	"  b@1 { reg = <1>; compatible = \"b\"; new = <0x72>; more; };\n"
	"  n@2 { phandle = <0x72>; deep { deeper { to = <0x71>; }; }; last { }; }; };\n"
	"c { linux,phandle = <0x70>; d { }; };\n"
	"e { phandle = <0x20>; old = \"e\"; };\n"
	"n@1 { phandle = <0x71>; linux,phandle = <0x71>; reg = <1>; to = <0x72 0x10 0x71>; }; };";

static void a_tree_and_an_overlay_are_merged_as_by_hand(void)
{
	struct nv2_fdt tree = sketch(tree_text), overlay = sketch(overlay_text);
	struct outcome outcome = apply_to(&tree, &overlay);

	CHECK_U64(outcome.status, NV2_OK);
	CHECK_TREE(outcome.fdt, merged_text);
	/* Neither was touched. */
	CHECK_TREE(tree, tree_text);
	CHECK_TREE(overlay, overlay_text);
	sketch_end();
}

static void an_overlay_without_fragments_changes_nothing(void)
{
	struct nv2_fdt tree = sketch(tree_text), overlay = sketch("/ { compatible = \"b\"; };");
	struct outcome outcome = apply_to(&tree, &overlay);

	CHECK_U64(outcome.status, NV2_OK);
	CHECK_TREE(outcome.fdt, tree_text);
	sketch_end();
}

/* Tags that mean nothing, version 16, a boot CPU, and memory that is reserved. */
static void what_is_unusual_in_a_tree_is_kept(void)
{
	static struct maker maker;
	struct nv2_fdt overlay =
		sketch("/ { f { target-path = \"/a\"; __overlay__ { new = <1>; n { }; }; };"
		       "g { target-path = \"/\"; __overlay__ { new = <2>; }; }; };");
	struct outcome outcome;
	struct nv2_fdt tree;

	make_begin(&maker, 8);
	for (int i = 0; i < 4; i++)
		make_word(&maker, 0);
	maker.structure += 16;
	put_u32(maker.bytes + maker.reservations + 4, 0x1000);
	put_u32(maker.bytes + maker.reservations + 12, 0x200);
	make_word(&maker, MAKE_NOP);
	make_node(&maker, "");
	make_word(&maker, MAKE_NOP);
	make_u32(&maker, "x", 1);
	make_word(&maker, MAKE_NOP);
	make_node(&maker, "a");
	make_word(&maker, MAKE_NOP);
	make_end_node(&maker);
	make_word(&maker, MAKE_NOP);
	make_end_node(&maker);
	make_word(&maker, MAKE_NOP);
	make_finish(&maker, 1);
	put_u32(maker.bytes + 20, 16); /* version */
	put_u32(maker.bytes + 28, 5);  /* boot CPU */
	tree = sketch_bytes(maker.bytes, maker.size);
	outcome = apply_to(&tree, &overlay);
	CHECK_U64(outcome.status, NV2_OK);
	CHECK_TREE(outcome.fdt, "/ { x = <1>; new = <2>; a { new = <1>; n { }; }; };");
	CHECK_U64(get_u32(outcome.fdt.bytes + 20), 17);
	CHECK_U64(get_u32(outcome.fdt.bytes + 28), 5);
	CHECK(!memcmp(outcome.fdt.bytes + outcome.fdt.reservations,
		      maker.bytes + maker.reservations, 32));
	sketch_end();
}

/* ---- what is refused ---- */

static const struct refusal {
	const char *from, *to;           /* in the overlay; NULL: as it is */
	const char *tree_from, *tree_to; /* in the tree */
	enum nv2_status status;
	uint32_t step;
	const char *property;
	const char *node, *at, *other; /* names: of the overlay, of the tree */
} refusals[] = {
	{"/ {", "/ { nv2-bind { };", NULL, NULL, NV2_ERR_OVERLAY, NV2_STEP_NONE, NULL, "nv2-bind",
	 "", ""},
	{"new = <0>", "new = <2>", NULL, NULL, NV2_ERR_FIXUP, NV2_STEP_NONE, "new", "__overlay__",
	 "", ""},
	{"\"/e\"", "\"/f\"", NULL, NULL, NV2_ERR_NO_NODE, 3, "target-path", "__overlay__", "", ""},
	{"\"/e\"", "\"e\"", NULL, NULL, NV2_ERR_NO_NODE, 3, "target-path", "__overlay__", "", ""},
	{"\"/e\"", "\"\"", NULL, NULL, NV2_ERR_NO_NODE, 3, "target-path", "__overlay__", "", ""},
	/* a node that an earlier fragment makes */
	{"\"/e\"", "\"/n@1\"", NULL, NULL, NV2_ERR_NO_NODE, 3, "target-path", "__overlay__", "",
	 ""},
	{"\"/e\"", "\"/a\"", NULL, NULL, NV2_ERR_AMBIGUOUS, 3, NULL, "__overlay__", "a", ""},
	/* properties */
	{NULL, NULL, "e { ", "e { old; ", NV2_ERR_CONFLICT, 3, "old", "__overlay__", "e", ""},
	{NULL, NULL, "e { ", "e { old = \"e\"; ", NV2_ERR_CONFLICT, 3, "old", "__overlay__", "e",
	 ""},
	{"old = \"e\"", "phandle = <3>", NULL, NULL, NV2_ERR_CONFLICT, 3, "phandle", "__overlay__",
	 "e", ""},
	{"old = \"e\"", "linux,phandle = <3>", NULL, NULL, NV2_ERR_CONFLICT, 3, "linux,phandle",
	 "__overlay__", "e", ""},
	{NULL, NULL, "compatible = \"b\"; };", "compatible = \"b\"; new = <2>; };",
	 NV2_ERR_CONFLICT, 1, "new", "__overlay__", "b@1", ""},
	/* cell counts */
	{NULL, NULL, "#size-cells = <1>", "#size-cells = <2>", NV2_ERR_CONFLICT, 0, "#size-cells",
	 "__overlay__", "", ""},
	{NULL, NULL, "#size-cells = <1>", "#size-cells = <1 1>", NV2_ERR_CONFLICT, 0, "#size-cells",
	 "__overlay__", "", ""},
	{NULL, NULL, " #size-cells = <1>;", "", NV2_ERR_CONFLICT, 0, "#size-cells", "__overlay__",
	 "", ""},
	/* nodes */
	{NULL, NULL, "c {", "n@1 { }; c {", NV2_ERR_CONFLICT, 0, NULL, "n@1", "n@1", ""},
	{"n@2 { phandle = <2>; deep {",
	 "b@2 { reg = <1>; compatible = \"b\"; phandle = <2>; deep {", NULL, NULL, NV2_ERR_FIXUP,
	 NV2_STEP_NONE, NULL, "n@2", "", ""},
	{"last { }", "last { }; }; b@2 { reg = <1>; compatible = \"b\"", NULL, NULL,
	 NV2_ERR_CONFLICT, 2, NULL, "b@2", "b@1", ""},
	{"last { }", "last { }; }; b@2 { reg = <1>; compatible = \"b\"", "c {", "d@1 { }; c {",
	 NV2_ERR_CONFLICT, 2, NULL, "b@2", "b@1", ""},
	/* numbers: the highest that a phandle may be is 0xfffffffe */
	{NULL, NULL, "<0x70>", "<0xfffffffd>", NV2_ERR_NO_PHANDLE, 2, NULL, "n@2", "", ""},
	{NULL, NULL, "<0x70>", "<0xfffffffe>", NV2_ERR_NO_PHANDLE, 0, NULL, "n@1", "", ""},
	{NULL, NULL, "<0x70>", "<0xffffffff>", NV2_ERR_NO_PHANDLE, 0, NULL, "n@1", "", ""},
};

static void check_refusal(const struct refusal *wanted)
{
	struct nv2_fdt overlay =
		sketch(wanted->from ? vary(overlay_text, wanted->from, wanted->to) : overlay_text);
	struct nv2_fdt tree =
		sketch(wanted->tree_from ? vary(tree_text, wanted->tree_from, wanted->tree_to)
					 : tree_text);
	unsigned before = case_failures;
	struct outcome outcome = apply_to(&tree, &overlay);
	const struct nv2_failure *failure = &outcome.failure;

	CHECK_U64(outcome.status, wanted->status);
	CHECK_U64(failure->step, wanted->step);
	CHECK(!failure->what);
	if (wanted->property)
		CHECK_TEXT(failure->property, wanted->property);
	else
		CHECK(!failure->property);
	CHECK_TEXT(nv2_fdt_name(&overlay, failure->node), wanted->node);
	CHECK_TEXT(nv2_fdt_name(&tree, failure->at), wanted->at);
	CHECK_TEXT(nv2_fdt_name(&tree, failure->other), wanted->other);
	if (case_failures != before)
		printf("# of: %s -> %s, %s -> %s\n", wanted->from, wanted->to, wanted->tree_from,
		       wanted->tree_to);
	sketch_end();
}

static void what_cannot_be_applied_is_refused(void)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		check_refusal(&refusals[i]);
}

static void the_last_phandles_can_be_used(void)
{
	struct nv2_fdt tree = sketch(vary(tree_text, "<0x70>", "<0xfffffffc>"));
	struct nv2_fdt overlay = sketch(overlay_text);
	struct outcome outcome = apply_to(&tree, &overlay);
	uint32_t phandle = 0;

	CHECK_U64(outcome.status, NV2_OK);
	CHECK(nv2_fdt_u32(&outcome.fdt, node_at(&outcome.fdt, "/a/n@2"), "phandle", &phandle));
	CHECK_U64(phandle, 0xfffffffe);
	/* Without new ones it does not matter that there are none left. */
	tree = sketch(vary(tree_text, "<0x70>", "<0xffffffff>"));
	overlay = sketch("/ { f { target-path = \"/e\"; __overlay__ { x = <1>; }; }; };");
	CHECK_U64(apply_to(&tree, &overlay).status, NV2_OK);
	sketch_end();
}

/* A target 63 levels below the root takes one more level, and not two. */
static void nodes_that_would_be_too_deep_are_refused(void)
{
	static char path[63 * 2 + 1];
	static struct maker maker;
	struct outcome outcome;
	struct nv2_fdt tree, overlay;

	make_begin(&maker, 0);
	make_node(&maker, "");
	for (unsigned i = 0; i < 63; i++) {
		make_node(&maker, "d");
		memcpy(path + 2 * i, "/d", 3);
	}
	for (unsigned i = 0; i < 64; i++)
		make_end_node(&maker);
	make_finish(&maker, 1);
	tree = sketch_bytes(maker.bytes, maker.size);
	overlay = sketch(vary("/ { f { target-path = \"PATH\"; __overlay__ { n { }; }; }; };",
			      "PATH", path));
	outcome = apply_to(&tree, &overlay);
	CHECK_U64(outcome.status, NV2_OK);
	overlay =
		sketch(vary("/ { f { target-path = \"PATH\"; __overlay__ { n { m { }; }; }; }; };",
			    "PATH", path));
	outcome = apply_to(&tree, &overlay);
	CHECK_U64(outcome.status, NV2_ERR_FDT_DEPTH);
	sketch_end();
}

static void less_room_than_is_needed_is_refused(void)
{
	struct nv2_fdt tree = sketch(tree_text), overlay = sketch(overlay_text);
	struct outcome whole = apply_to(&tree, &overlay);
	struct nv2_failure failure;
	struct nv2_space space;
	size_t size;
	void *work;

	nv2_apply_fdt_space(&tree, &overlay, &space);
	work = sketch_block(space.work);
	for (size_t room = 0; room <= whole.fdt.size; room++) {
		void *output = sketch_block(room);
		bool fits = room == whole.fdt.size;

		size = room;
		CHECK_U64(nv2_apply_fdt(&tree, &overlay, work, space.work, output, &size, &failure),
			  fits ? NV2_OK : NV2_ERR_SPACE);
		CHECK_U64(size, room);
		if (fits)
			CHECK(!memcmp(output, whole.fdt.bytes, size));
		if (room % 400 == 399) {
			sketch_end();
			tree = sketch(tree_text);
			overlay = sketch(overlay_text);
			whole = apply_to(&tree, &overlay);
			work = sketch_block(space.work);
		}
	}
	size = space.output;
	CHECK_U64(nv2_apply_fdt(&tree, &overlay, work, space.work - 1, NULL, &size, &failure),
		  NV2_ERR_SPACE);
	sketch_end();
}

const struct test_case apply_cases[] = {
	CASE(a_tree_and_an_overlay_are_merged_as_by_hand),
	CASE(an_overlay_without_fragments_changes_nothing),
	CASE(what_is_unusual_in_a_tree_is_kept),
	CASE(what_cannot_be_applied_is_refused),
	CASE(the_last_phandles_can_be_used),
	CASE(nodes_that_would_be_too_deep_are_refused),
	CASE(less_room_than_is_needed_is_refused),
};
const size_t apply_case_count = sizeof(apply_cases) / sizeof(apply_cases[0]);
