/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a bound overlay and trees that have all, some or none of it, checks what the
 * boot library counts. Never makes such a tree with the library.
 */
#include "sketch.h"

/* Four nodes and properties in the first fragment, two properties in the second, one in the last.
 */
static const char overlay_text[] =
	"/ { fragment@0 { target-path = \"/\"; __overlay__ { #address-cells = <1>;\n"
	"  n@1 { phandle = <1>; reg = <1>; m { linux,phandle = <2>; }; }; }; };\n"
	"fragment@1 { target-path = \"/a\"; __overlay__ { x = \"abc\"; to = <7 1 8 2 9>; }; };\n"
	"fragment@2 { target-path = \"/a/b\"; __overlay__ { y; }; };\n"
	"__local_fixups__ { fragment@1 { __overlay__ { to = <4 12>; }; }; }; };";

static const char bare[] = "/ { #address-cells = <2>; a { b { }; }; };";

/* The kernel gave other phandles. */
static const char full[] =
	"/ { #address-cells = <1>; n@1 { phandle = <0x31>; reg = <1>; m { phandle = <0x32>; }; };\n"
	"a { x = \"abc\"; to = <7 0x31 8 0x32 9>; b { y; }; }; };";

static const struct count {
	const char *text, *from, *to; /* a tree, and a change to it */
	uint32_t present, absent, different;
	enum nv2_status status; /* of the first that is not present: */
	uint32_t step;
	const char *node, *property, *at;
} counts[] = {
	{full, "/ {", "/ {", 8, 0, 0, NV2_OK, NV2_STEP_NONE, "", NULL, ""},
	{bare, "/ {", "/ {", 0, 8, 0, NV2_ERR_NO_NODE, 0, "n@1", NULL, ""},
	/* targets: only what goes there counts */
	{full, "b { y; };", "", 7, 1, 0, NV2_ERR_NO_NODE, 2, "__overlay__", "y", ""},
	{full, "a {", "c {", 5, 3, 0, NV2_ERR_NO_NODE, 1, "__overlay__", "x", ""},
	{full, "#address-cells = <1>", "#address-cells = <3>", 8, 0, 0, NV2_OK, NV2_STEP_NONE, "",
	 NULL, ""},
	/* nodes */
	{full, "m { ", "k { ", 5, 2, 1, NV2_ERR_NO_NODE, 0, "m", NULL, ""},
	{full, "n@1 {", "n@2 {", 2, 5, 1, NV2_ERR_NO_NODE, 0, "n@1", NULL, ""},
	/* phandles: any will do, but there has to be one for what refers to it */
	{full, "phandle = <0x31>; ", "", 6, 1, 1, NV2_ERR_NO_NODE, 0, "n@1", "phandle", "n@1"},
	{full, "phandle = <0x31>", "linux,phandle = <0x31>", 8, 0, 0, NV2_OK, NV2_STEP_NONE, "",
	 NULL, ""},
	{full, "phandle = <0x32>", "phandle = <0x33>", 7, 0, 1, NV2_ERR_CONFLICT, 1, "__overlay__",
	 "to", "a"},
	/* properties */
	{full, "reg = <1>; ", "", 7, 1, 0, NV2_ERR_NO_NODE, 0, "n@1", "reg", "n@1"},
	{full, "reg = <1>", "reg = <2>", 7, 0, 1, NV2_ERR_CONFLICT, 0, "n@1", "reg", "n@1"},
	{full, "\"abc\"", "\"abcd\"", 7, 0, 1, NV2_ERR_CONFLICT, 1, "__overlay__", "x", "a"},
	{full, "\"abc\"", "\"abd\"", 7, 0, 1, NV2_ERR_CONFLICT, 1, "__overlay__", "x", "a"},
	/* around references, and they themselves */
	{full, "<7 0x31", "<6 0x31", 7, 0, 1, NV2_ERR_CONFLICT, 1, "__overlay__", "to", "a"},
	{full, "8 0x32", "9 0x32", 7, 0, 1, NV2_ERR_CONFLICT, 1, "__overlay__", "to", "a"},
	{full, "9>", "8>", 7, 0, 1, NV2_ERR_CONFLICT, 1, "__overlay__", "to", "a"},
	{full, "0x31 8 0x32", "0x32 8 0x31", 7, 0, 1, NV2_ERR_CONFLICT, 1, "__overlay__", "to",
	 "a"},
	{full, "0x31 8 0x32", "0x31 8 2", 7, 0, 1, NV2_ERR_CONFLICT, 1, "__overlay__", "to", "a"},
	/* no phandle is none, on both sides */
	{full, "m { phandle = <0x32>; }; };\na { x = \"abc\"; to = <7 0x31 8 0x32 9>",
	 "m { }; };\na { x = \"abc\"; to = <7 0x31 8 0 9>", 6, 1, 1, NV2_ERR_NO_NODE, 0, "m",
	 "linux,phandle", "m"},
	/* what is absent comes first, whatever comes before it */
	{full, "reg = <1>; m { phandle = <0x32>; }; };\na { x = \"abc\";",
	 "reg = <2>; m { phandle = <0x32>; }; };\na { x = \"a\";", 6, 0, 2, NV2_ERR_CONFLICT, 0,
	 "n@1", "reg", "n@1"},
	{full,
	 "reg = <1>; m { phandle = <0x32>; }; };\na { x = \"abc\"; to = <7 0x31 8 0x32 9>; b { y; "
	 "}",
	 "reg = <2>; m { phandle = <0x32>; }; };\na { to = <7 0x31 8 0x32 9>; b { }", 5, 2, 1,
	 NV2_ERR_NO_NODE, 1, "__overlay__", "x", "a"},
};

static void check_count(const struct count *wanted)
{
	struct nv2_fdt tree = sketch(vary(wanted->text, wanted->from, wanted->to));
	struct nv2_fdt overlay = sketch(overlay_text);
	unsigned before = case_failures;
	struct nv2_presence presence;
	const struct nv2_failure *first = &presence.first;

	nv2_overlay_presence(&overlay, &tree, &presence);
	CHECK_U64(presence.present, wanted->present);
	CHECK_U64(presence.absent, wanted->absent);
	CHECK_U64(presence.different, wanted->different);
	CHECK_U64(first->status, wanted->status);
	CHECK_U64(first->step, wanted->step);
	CHECK_TEXT(nv2_fdt_name(&overlay, first->node), wanted->node);
	CHECK_TEXT(nv2_fdt_name(&tree, first->at), wanted->at);
	if (wanted->property)
		CHECK_TEXT(first->property, wanted->property);
	else
		CHECK(!first->property);
	if (case_failures != before)
		printf("# of: %s -> %s\n", wanted->from, wanted->to);
	sketch_end();
}

static void what_a_tree_has_of_an_overlay_is_counted(void)
{
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		check_count(&counts[i]);
}

static void an_overlay_without_fragments_is_no_thing(void)
{
	struct nv2_fdt tree = sketch(bare), overlay = sketch("/ { compatible = \"b\"; };");
	struct nv2_presence presence;

	nv2_overlay_presence(&overlay, &tree, &presence);
	CHECK_U64(presence.present + presence.absent + presence.different, 0);
	CHECK_U64(presence.first.status, NV2_OK);
	CHECK_U64(presence.first.step, NV2_STEP_NONE);
	sketch_end();
}

static void what_is_no_bound_overlay_is_said(void)
{
	struct nv2_fdt tree = sketch(bare);
	struct nv2_fdt overlay = sketch(vary(overlay_text, "to = <4 12>", "to = <4 20>"));
	struct nv2_presence presence;

	nv2_overlay_presence(&overlay, &tree, &presence);
	CHECK_U64(presence.present + presence.absent + presence.different, 0);
	CHECK_U64(presence.first.status, NV2_ERR_FIXUP);
	CHECK_TEXT(presence.first.property, "to");
	CHECK_TEXT(nv2_fdt_name(&overlay, presence.first.node), "__overlay__");
	overlay = sketch(vary(overlay_text, "target-path = \"/a\";", ""));
	nv2_overlay_presence(&overlay, &tree, &presence);
	CHECK_U64(presence.first.status, NV2_ERR_OVERLAY);
	CHECK_U64(presence.first.step, 1);
	sketch_end();
}

/* As deep as nodes can be: 62 below __overlay__, which is on the second level itself. */
static void the_deepest_nodes_are_counted(void)
{
	char overlay[1000] = "/ { f { target-path = \"/\"; __overlay__ { ", tree[1000] = "/ { ";
	struct nv2_fdt fdts[2];
	struct nv2_presence presence;

	for (unsigned i = 0; i < 62; i++) {
		strcat(overlay, "n { ");
		strcat(tree, "n { ");
	}
	for (unsigned i = 0; i < 62; i++) {
		strcat(overlay, "}; ");
		strcat(tree, "}; ");
	}
	strcat(overlay, "}; }; };");
	strcat(tree, "};");
	fdts[0] = sketch(overlay);
	fdts[1] = sketch(tree);
	nv2_overlay_presence(&fdts[0], &fdts[1], &presence);
	CHECK_U64(presence.present, 62);
	CHECK_U64(presence.absent + presence.different, 0);
	sketch_end();
}

/* Before and after, of what the compiler merged: every thing, and none. */
static void of_the_boards_all_or_nothing_is_there(void)
{
	static const char *const boards[] = {"redbud", "sequoia"};

	for (unsigned i = 0; i < 2; i++) {
		struct nv2_fdt fdts[3];
		struct nv2_presence before, after;
		struct outcome outcome;

		for (unsigned j = 0; j < 3; j++) {
			static const char *const kinds[] = {"dtb", "host-os.dtbo", "merged.dtb"};
			char name[64];
			struct fixture bytes;

			snprintf(name, sizeof(name), "%s.%s", boards[i], kinds[j]);
			bytes = fixture(name);
			fdts[j] = sketch_bytes(bytes.bytes, bytes.size);
		}
		outcome = bind_to(&fdts[1], &fdts[0]);
		CHECK_U64(outcome.status, NV2_OK);
		nv2_overlay_presence(&outcome.fdt, &fdts[0], &before);
		CHECK_U64(before.present + before.different, 0);
		CHECK_U64(before.first.status, NV2_ERR_NO_NODE);
		nv2_overlay_presence(&outcome.fdt, &fdts[2], &after);
		CHECK_U64(after.absent + after.different, 0);
		CHECK_U64(after.present, before.absent);
		CHECK(after.present > 100);
		sketch_end();
	}
}

const struct test_case presence_cases[] = {
	CASE(what_a_tree_has_of_an_overlay_is_counted),
	CASE(an_overlay_without_fragments_is_no_thing),
	CASE(what_is_no_bound_overlay_is_said),
	CASE(the_deepest_nodes_are_counted),
	CASE(of_the_boards_all_or_nothing_is_there),
};
const size_t presence_case_count = sizeof(presence_cases) / sizeof(presence_cases[0]);
