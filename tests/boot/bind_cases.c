/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes late-bound overlays and trees, checks what the boot library makes of
 * them against overlays written by hand, and what it refuses. Never takes its word for a tree that
 * the compiler can merge as well.
 */
#include "sketch.h"

#include "blob/fdt_write.h"

/* Two links, of which the overlay speaks of one; a renamed node; old and new phandles. */
static const char machine[] =
	"/ { compatible = \"ibm,powernv\", \"b\"; #address-cells = <2>; #size-cells = <2>;\n"
	"memory@0 { device_type = \"memory\"; reg = <0 0 0x40 0>; };\n"
	"xscom@6 { compatible = \"ibm,xscom\"; ibm,chip-id = <0>;\n"
	"  #address-cells = <1>; #size-cells = <1>;\n"
	"  processor@5 { compatible = \"ibm,power9-npu\"; reg = <5 0x2c>; phandle = <0x51>;\n"
	"    #address-cells = <1>; #size-cells = <0>;\n"
	"    link@0 { compatible = \"ibm,npu-link\"; reg = <0>; ibm,npu-link-index = <0>; }; }; "
	"};\n"
	"phb@6 { compatible = \"ibm,power9-npu-pciex\"; reg = <0x60302 0 0 0x1000>;\n"
	"  #address-cells = <3>; #size-cells = <2>;\n"
	"  bridge@0 { vendor-id = <0x1014>; reg = <0 0 0 0 0>; phandle = <0x60>; };\n"
	"  bridge@1 { vendor-id = <0x1014>; reg = <0x100 0 0 0 0>; linux,phandle = <0x61>;\n"
	"    old = \"value\"; }; };\n"
	"gpu@0 { vendor-id = <0x10de>; ibm,loc-code = \"GPU0\"; phandle = <0x70>; }; };";

#define BIND                                                                                       \
	"/ { compatible = \"b\"; nv2-bind { compatible = \"nv2,bind-1\";\n"                        \
	"sel@0 { reg = <0>; kind = \"root\"; what = \"the root\"; board = \"a\", \"b\"; };\n"      \
	"sel@1 { reg = <1>; kind = \"xscom\"; what = \"the XSCOM\"; chip-id = <0>; };\n"           \
	"sel@2 { reg = <2>; kind = \"npu\"; what = \"the NPU\"; under = <1>; scom = <5>;\n"        \
	"  fixups = \"/fragment@1/__overlay__:ibm,npcq:0\"; };\n"                                  \
	"sel@3 { reg = <3>; kind = \"phb\"; what = \"the PHB\"; address = <0x60302 0>; };\n"       \
	"sel@4 { reg = <4>; kind = \"bridge\"; what = \"the bridge\"; under = <3>; devfn = <1>;\n" \
	"  fixups = \"/fragment@0/__overlay__/memory@4:links:4\"; };\n"                            \
	"sel@5 { reg = <5>; kind = \"gpu\"; slot-label = \"GPU0\";\n"                              \
	"  fixups = \"/fragment@2/__overlay__:ibm,gpu:0\"; }; };\n"

static const char overlay_text[] =
	BIND "fragment@0 { target-path = \"/nv2-unbound/0\"; __overlay__ {\n"
	     "  #address-cells = <2>; #size-cells = <2>;\n"
	     "  memory@4 { phandle = <9>; device_type = \"memory\"; reg = <0x400 0 0x20 0>;\n"
	     "    links = <7 0xffffffff 9>; };\n"
	     "  memory@5 { phandle = <7>; linux,phandle = <7>; reg = <0x420 0 0x20 0>;\n"
	     "    inner { empty; }; }; }; };\n"
	     "fragment@1 { target-path = \"/nv2-unbound/3\"; __overlay__ {\n"
	     "  #address-cells = <7>; ibm,npcq = <0xffffffff>; }; };\n"
	     "fragment@2 { target-path = \"/nv2-unbound/4\"; __overlay__ {\n"
	     "  ibm,gpu = <0xffffffff>; memory-region = <9>; old = \"value\"; }; };\n"
	     "__local_fixups__ {\n"
	     "  fragment@0 { __overlay__ { memory@4 { links = <0 8>; }; }; };\n"
	     "  fragment@2 { __overlay__ { memory-region = <0>; }; }; }; };";

static const char bound_text[] =
	"/ { fragment@0 { target-path = \"/\"; __overlay__ {\n"
	"  #address-cells = <2>; #size-cells = <2>;\n"
	"  memory@4 { phandle = <1>; device_type = \"memory\"; reg = <0x400 0 0x20 0>;\n"
	"    links = <2 0x61 1>; };\n"
	"  memory@5 { phandle = <2>; linux,phandle = <2>; reg = <0x420 0 0x20 0>;\n"
	"    inner { empty; }; }; }; };\n"
	"fragment@1 { target-path = \"/phb@6\"; __overlay__ {\n"
	"  #address-cells = <3>; #size-cells = <2>; ibm,npcq = <0x51>; }; };\n"
	"fragment@2 { target-path = \"/phb@6/bridge@1\"; __overlay__ {\n"
	"  ibm,gpu = <0x70>; memory-region = <1>; }; };\n"
	"__local_fixups__ {\n"
	"  fragment@0 { __overlay__ { memory@4 { links = <0 8>; };\n"
	"    memory@5 { inner { }; }; }; };\n"
	"  fragment@2 { __overlay__ { memory-region = <0>; }; }; }; };";

static void check_bound(const char *text)
{
	struct nv2_fdt overlay = sketch(text), tree = sketch(machine);
	struct outcome outcome = bind_to(&overlay, &tree);

	CHECK_U64(outcome.status, NV2_OK);
	CHECK(!nv2_overlay_is_empty(&outcome.fdt));
	CHECK_TREE(outcome.fdt, bound_text);
	sketch_end();
}

static void an_overlay_is_bound_as_by_hand(void)
{
	check_bound(overlay_text);
}

/* A wiring may say where a PHB is, and then its bridges are below that path. */
static void a_bridge_is_found_below_a_path(void)
{
	check_bound(vary(overlay_text, "kind = \"phb\"; what = \"the PHB\"; address = <0x60302 0>;",
			 "kind = \"path\"; what = \"the PHB\"; path = \"/phb@6\";"));
}

/* The tree has the NPU under another name, and one of its links. */
static const char npu_text[] =
	BIND "fragment@0 { target-path = \"/nv2-unbound/1\"; __overlay__ {\n"
	     "  #address-cells = <1>; #size-cells = <1>; more { }; \n"
	     "  npu@5 { phandle = <1>; compatible = \"ibm,power9-npu\"; reg = <5 0x2c>;\n"
	     "    #address-cells = <1>; #size-cells = <0>; ibm,npu-links = <2>;\n"
	     "    link@0 { phandle = <2>; compatible = \"ibm,npu-link\"; reg = <0>; npu = <1>; };\n"
	     "    link@1 { phandle = <3>; compatible = \"ibm,npu-link\"; reg = <1>; npu = <1>;\n"
	     "      both = <3 1>; }; }; }; };\n"
	     "fragment@1 { target-path = \"/nv2-unbound/3\"; __overlay__ { ibm,npcq = "
	     "<0xffffffff>; }; };\n"
	     "fragment@2 { target-path = \"/nv2-unbound/4\"; __overlay__ { ibm,gpu = <0xffffffff>; "
	     "}; };\n"
	     "__local_fixups__ { fragment@0 { __overlay__ { npu@5 { link@0 { npu = <0>; };\n"
	     "  link@1 { npu = <0>; both = <0 4>; }; }; }; }; }; };";

static const char npu_bind[] = "sel@4 { reg = <4>; kind = \"bridge\"; what = \"the bridge\";"
			       " under = <3>; devfn = <1>;\n"
			       "  fixups = \"/fragment@0/__overlay__/memory@4:links:4\"; };\n";
static const char npu_bind_to[] = "sel@4 { reg = <4>; kind = \"bridge\"; what = \"the bridge\";"
				  " under = <3>; devfn = <1>; };\n";

static void nodes_are_found_by_what_they_are(void)
{
	struct nv2_fdt overlay = sketch(vary(npu_text, npu_bind, npu_bind_to));
	struct nv2_fdt tree = sketch(machine);
	struct outcome outcome = bind_to(&overlay, &tree);

	CHECK_U64(outcome.status, NV2_OK);
	/* link@0 refers to the NPU by the tree's phandle; `more` alone would need no cell counts.
	 */
	CHECK_TREE(outcome.fdt,
		   "/ { fragment@0 { target-path = \"/xscom@6\"; __overlay__ { more { }; }; };\n"
		   "fragment@1 { target-path = \"/xscom@6/processor@5\"; __overlay__ {\n"
		   "  #address-cells = <1>; #size-cells = <0>; ibm,npu-links = <2>;\n"
		   "  link@1 { phandle = <1>; compatible = \"ibm,npu-link\"; reg = <1>; npu = "
		   "<0x51>;\n"
		   "    both = <1 0x51>; }; }; };\n"
		   "fragment@2 { target-path = \"/xscom@6/processor@5/link@0\"; __overlay__ {\n"
		   "  npu = <0x51>; }; };\n"
		   "fragment@3 { target-path = \"/phb@6\"; __overlay__ {\n"
		   "  #address-cells = <3>; #size-cells = <2>; ibm,npcq = <0x51>; }; };\n"
		   "fragment@4 { target-path = \"/phb@6/bridge@1\"; __overlay__ { ibm,gpu = "
		   "<0x70>; }; };\n"
		   "__local_fixups__ { fragment@1 { __overlay__ {\n"
		   "  link@1 { both = <0>; }; }; }; }; };");
	sketch_end();
}

static const char *const plain = "/ { nv2-bind { compatible = \"nv2,bind-1\";\n"
				 "sel@0 { reg = <0>; kind = \"path\"; path = \"/a\"; }; };\n"
				 "fragment@0 { target-path = \"/nv2-unbound/0\"; __overlay__ {\n"
				 "  c@1 { reg = <1>; compatible = \"c\"; x = <1>; }; }; }; };";

/* What a tree has below /a, and where the overlay's c@1 goes; NULL: it is new. */
static const struct place {
	const char *children, *at;
} places[] = {
	{"", NULL},
	{"c@2 { reg = <1>; compatible = \"c\"; };", "/a/c@2"},
	{"c@2 { reg = <1>; compatible = \"c\"; }; c@1 { };", "/a/c@1"},
	{"c@1 { y; }; c@1 { z; }; c@2 { reg = <1>; compatible = \"c\"; };", "/a/c@1"},
	{"c@2 { reg = <1>; compatible = \"c\"; }; c@3 { reg = <1>; compatible = \"c\"; }; c@1 { };",
	 "/a/c@1"},
	{"c@2 { reg = <1>; compatible = \"d\"; };", NULL},
	{"c@2 { reg = <1>; compatible = \"c\", \"d\"; };", NULL},
	{"c@2 { reg = <1>; };", NULL},
	{"c@2 { reg = <2>; compatible = \"c\"; };", NULL},
	{"c@2 { reg = <1 0>; compatible = \"c\"; };", NULL},
	{"c@2 { compatible = \"c\"; };", NULL},
};

static void counterparts_are_found_by_name_or_by_reg_and_compatible(void)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const char *text = vary("/ { a { CHILDREN }; };", "CHILDREN", places[i].children);
		struct nv2_fdt overlay = sketch(plain), tree = sketch(text);
		struct outcome outcome = bind_to(&overlay, &tree);
		const char *target = places[i].at ? places[i].at : "/a";

		CHECK_U64(outcome.status, NV2_OK);
		CHECK_TEXT(nv2_fdt_string(&outcome.fdt, node_at(&outcome.fdt, "/fragment@0"),
					  "target-path"),
			   target);
		CHECK((nv2_fdt_find(&outcome.fdt, "/fragment@0/__overlay__/c@1", 27) != 0) ==
		      !places[i].at);
		sketch_end();
	}
}

/* A node without compatible, or without reg, is found by its name alone. */
static void without_both_only_a_name_tells(void)
{
	static const char *const lacking[] = {"reg = <1>; ", "compatible = \"c\"; "};

	for (unsigned i = 0; i < 2; i++) {
		struct nv2_fdt overlay = sketch(vary(plain, lacking[i], ""));
		struct nv2_fdt tree =
			sketch("/ { a { c@2 { reg = <1>; compatible = \"c\"; }; }; };");
		struct outcome outcome = bind_to(&overlay, &tree);

		CHECK_U64(outcome.status, NV2_OK);
		node_at(&outcome.fdt, "/fragment@0/__overlay__/c@1");
		sketch_end();
	}
}

/* ---- what is there already ---- */

static void what_the_tree_has_is_left_out(void)
{
	struct nv2_fdt overlay = sketch(overlay_text), tree = sketch(machine), merged;
	struct outcome outcome = bind_to(&overlay, &tree);
	const char *half;

	outcome = apply_to(&tree, &outcome.fdt);
	CHECK_U64(outcome.status, NV2_OK);
	merged = outcome.fdt;
	outcome = bind_to(&overlay, &merged);
	CHECK_U64(outcome.status, NV2_OK);
	CHECK(nv2_overlay_is_empty(&outcome.fdt));
	CHECK_TREE(outcome.fdt, "/ { };");

	/* One of two nodes is there, with a phandle of its own, and lacks a property. */
	half = vary(
		machine, "xscom@6 {",
		"memory@4 { phandle = <0x99>; device_type = \"memory\"; reg = <0x400 0 0x20 0>; };"
		"xscom@6 {");
	half = vary(half, "old = \"value\"", "old = \"value\"; memory-region = <0x99>");
	tree = sketch(half);
	outcome = bind_to(&overlay, &tree);
	CHECK_U64(outcome.status, NV2_OK);
	CHECK_TREE(outcome.fdt,
		   "/ { fragment@0 { target-path = \"/\"; __overlay__ {\n"
		   "  #address-cells = <2>; #size-cells = <2>;\n"
		   "  memory@5 { phandle = <1>; linux,phandle = <1>; reg = <0x420 0 0x20 0>;\n"
		   "    inner { empty; }; }; }; };\n"
		   "fragment@1 { target-path = \"/memory@4\"; __overlay__ {\n"
		   "  links = <1 0x61 0x99>; }; };\n"
		   "fragment@2 { target-path = \"/phb@6\"; __overlay__ {\n"
		   "  #address-cells = <3>; #size-cells = <2>; ibm,npcq = <0x51>; }; };\n"
		   "fragment@3 { target-path = \"/phb@6/bridge@1\"; __overlay__ {\n"
		   "  ibm,gpu = <0x70>; }; };\n"
		   "__local_fixups__ { fragment@1 { __overlay__ { links = <0>; }; }; }; };");
	sketch_end();
}

/* Cell counts go with a fragment that has properties only, and in no other way if they are odd. */
static void cell_counts_are_the_trees(void)
{
	struct nv2_fdt overlay =
		sketch(vary(plain, "c@1 { reg = <1>; compatible = \"c\"; x = <1>; };",
			    "#address-cells = <5>; x = <1>;"));
	struct nv2_fdt tree = sketch("/ { a { #address-cells = <1>; #size-cells = <1 2>; }; };");
	struct outcome outcome = bind_to(&overlay, &tree);

	CHECK_U64(outcome.status, NV2_OK);
	CHECK_TREE(outcome.fdt, "/ { fragment@0 { target-path = \"/a\"; __overlay__ {"
				"  #address-cells = <1>; x = <1>; }; }; };");
	sketch_end();
}

/* Devicetree specification 0.4, 2.3.5: two address cells, one size cell. */
static void without_cell_counts_the_usual_ones_are_meant(void)
{
	struct nv2_fdt overlay = sketch(vary(plain, "__overlay__ {",
					     "__overlay__ {"
					     " #address-cells = <2>; #size-cells = <1>;"));
	struct nv2_fdt tree = sketch("/ { a { }; };");

	CHECK_U64(bind_to(&overlay, &tree).status, NV2_OK);
	overlay = sketch(plain);
	tree = sketch("/ { a { #address-cells = <2>; #size-cells = <1>; }; };");
	CHECK_U64(bind_to(&overlay, &tree).status, NV2_OK);
	tree = sketch("/ { a { #address-cells = <1>; }; };");
	CHECK_U64(bind_to(&overlay, &tree).status, NV2_ERR_CELLS);
	tree = sketch("/ { a { #size-cells = <2>; }; };");
	CHECK_U64(bind_to(&overlay, &tree).status, NV2_ERR_CELLS);
	sketch_end();
}

/* ---- what is refused ---- */

struct refusal {
	const char *from, *to;           /* in the overlay; NULL: as it is */
	const char *tree_from, *tree_to; /* in the tree */
	enum nv2_status status;
	uint32_t step;
	const char *what, *property;
	const char *node, *at, *other; /* names: of the overlay, of the tree */
};

#define NO_STEP NV2_STEP_NONE

static const struct refusal refusals[] = {
	/* the overlay is wrong */
	{"nv2-bind", "nv2-bond", NULL, NULL, NV2_ERR_OVERLAY, NO_STEP, NULL, NULL, "", "", ""},
	{"links:4", "links:3", NULL, NULL, NV2_ERR_FIXUP, 4, NULL, "fixups", "sel@4", "", ""},
	{"\"xscom\"", "\"x\"", NULL, NULL, NV2_ERR_SELECTOR, 1, NULL, NULL, "sel@1", "", ""},
	/* the tree is another's */
	{NULL, NULL, "\"ibm,powernv\", \"b\"", "\"c\"", NV2_ERR_BOARD, 0, "the root", NULL, "sel@0",
	 "", ""},
	{NULL, NULL, "ibm,chip-id = <0>", "ibm,chip-id = <1>", NV2_ERR_NO_NODE, 1, "the XSCOM",
	 NULL, "sel@1", "", ""},
	{NULL, NULL, "reg = <5 0x2c>", "reg = <6 0x2c>", NV2_ERR_NO_NODE, 2, "the NPU", NULL,
	 "sel@2", "", ""},
	{NULL, NULL, "xscom@6 {", "x { compatible = \"ibm,xscom\"; ibm,chip-id = <0>; }; xscom@6 {",
	 NV2_ERR_AMBIGUOUS, 1, "the XSCOM", NULL, "sel@1", "x", "xscom@6"},
	{NULL, NULL, "gpu@0 {", "g { vendor-id = <0x10de>; ibm,loc-code = \"GPU0\"; }; gpu@0 {",
	 NV2_ERR_AMBIGUOUS, 5, NULL, NULL, "sel@5", "g", "gpu@0"},
	/* no phandle to refer to */
	{NULL, NULL, "phandle = <0x51>;", "", NV2_ERR_NO_PHANDLE, 2, "the NPU", NULL, "sel@2",
	 "processor@5", ""},
	{NULL, NULL, "phandle = <0x51>", "phandle = <0>", NV2_ERR_NO_PHANDLE, 2, "the NPU", NULL,
	 "sel@2", "processor@5", ""},
	{NULL, NULL, "phandle = <0x51>", "phandle = <0xffffffff>", NV2_ERR_NO_PHANDLE, 2, "the NPU",
	 NULL, "sel@2", "processor@5", ""},
	{NULL, NULL, "xscom@6 {",
	 "memory@5 { reg = <0x420 0 0x20 0>; inner { empty; }; }; xscom@6 {", NV2_ERR_NO_PHANDLE, 0,
	 "the root", "links", "memory@4", "", "memory@5"},
	/* values */
	{NULL, NULL, "\"value\"", "\"other\"", NV2_ERR_CONFLICT, 4, "the bridge", "old",
	 "__overlay__", "bridge@1", ""},
	{NULL, NULL, "\"value\"", "\"values\"", NV2_ERR_CONFLICT, 4, "the bridge", "old",
	 "__overlay__", "bridge@1", ""},
	/* with the number that the new node would get in this overlay */
	{NULL, NULL, "old = ", "memory-region = <1>; old = ", NV2_ERR_CONFLICT, 4, "the bridge",
	 "memory-region", "__overlay__", "bridge@1", ""},
	{NULL, NULL, "gpu@0 {", "memory@5 { phandle = <2>; reg = <0>; }; gpu@0 {", NV2_ERR_CONFLICT,
	 0, "the root", "reg", "memory@5", "memory@5", ""},
	/* cell counts */
	{NULL, NULL, "#address-cells = <2>; #size-cells = <2>", "#address-cells = <1>",
	 NV2_ERR_CELLS, 0, "the root", "#address-cells", "__overlay__", "", ""},
	{NULL, NULL, "#address-cells = <2>; #size-cells = <2>",
	 "#size-cells = <2>; #address-cells = <3>", NV2_ERR_CELLS, 0, "the root", "#address-cells",
	 "__overlay__", "", ""},
	{NULL, NULL, " #size-cells = <2>;", "", NV2_ERR_CELLS, 0, "the root", "#size-cells",
	 "__overlay__", "", ""},
	/* memory */
	{NULL, NULL, "reg = <0 0 0x40 0>", "reg = <0 0 0x400 1>", NV2_ERR_OVERLAP, 0, "the root",
	 "reg", "memory@4", "memory@0", ""},
	/* two for one */
	{"unbound/4\"", "unbound/3\"", NULL, NULL, NV2_ERR_AMBIGUOUS, 3, "the PHB", NULL,
	 "__overlay__", "phb@6", ""},
	{NULL, NULL, "  bridge@0 {", "  bridge@1 { }; bridge@0 {", NV2_ERR_AMBIGUOUS, 4,
	 "the bridge", NULL, "__overlay__", "bridge@1", ""},
	{NULL, NULL, "phb@6 {", "phb@6 { }; phb@6 {", NV2_ERR_AMBIGUOUS, 3, "the PHB", NULL,
	 "__overlay__", "phb@6", ""},
};

static void check_name(const struct nv2_fdt *fdt, uint32_t node, const char *wanted)
{
	/* Neither is the root, unless the case says nothing of it. */
	CHECK_TEXT(nv2_fdt_name(fdt, node), wanted);
}

static void check_refusal(const struct refusal *wanted)
{
	struct nv2_fdt overlay =
		sketch(wanted->from ? vary(overlay_text, wanted->from, wanted->to) : overlay_text);
	struct nv2_fdt tree = sketch(
		wanted->tree_from ? vary(machine, wanted->tree_from, wanted->tree_to) : machine);
	unsigned before = case_failures;
	struct outcome outcome = bind_to(&overlay, &tree);
	const struct nv2_failure *failure = &outcome.failure;

	CHECK_U64(outcome.status, wanted->status);
	CHECK_U64(failure->step, wanted->step);
	if (wanted->what)
		CHECK_TEXT(failure->what, wanted->what);
	else
		CHECK(!failure->what);
	if (wanted->property)
		CHECK_TEXT(failure->property, wanted->property);
	else
		CHECK(!failure->property);
	check_name(&overlay, failure->node, wanted->node);
	check_name(&tree, failure->at, wanted->at);
	check_name(&tree, failure->other, wanted->other);
	CHECK_U64(failure->cause, 0);
	if (case_failures != before)
		printf("# of: %s -> %s, %s -> %s\n", wanted->from, wanted->to, wanted->tree_from,
		       wanted->tree_to);
	sketch_end();
}

static void what_cannot_be_bound_is_refused(void)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		check_refusal(&refusals[i]);
}

static void numbers_that_differ_are_told(void)
{
	struct nv2_fdt overlay = sketch(overlay_text);
	struct nv2_fdt tree = sketch(vary(machine, "#size-cells = <2>", "#size-cells = <3>"));
	struct outcome outcome = bind_to(&overlay, &tree);

	CHECK_U64(outcome.status, NV2_ERR_CELLS);
	CHECK_U64(outcome.failure.wanted, 2);
	CHECK_U64(outcome.failure.found, 3);
	tree = sketch(vary(machine, "reg = <0 0 0x40 0>", "reg = <0 0x100 0xffff 0>"));
	outcome = bind_to(&overlay, &tree);
	CHECK_U64(outcome.status, NV2_ERR_OVERLAP);
	CHECK_U64(outcome.failure.wanted, 0x40000000000);
	CHECK_U64(outcome.failure.found, 0x100);
	CHECK_U64(outcome.failure.at, node_at(&tree, "/memory@0"));
	sketch_end();
}

static void twins_are_told_apart_by_nobody(void)
{
	struct nv2_fdt overlay = sketch(plain);
	struct nv2_fdt tree = sketch("/ { a { c@2 { reg = <1>; compatible = \"c\"; };"
				     "c@3 { reg = <1>; compatible = \"c\"; }; }; };");
	struct outcome outcome = bind_to(&overlay, &tree);

	CHECK_U64(outcome.status, NV2_ERR_AMBIGUOUS);
	CHECK_U64(outcome.failure.node, node_at(&overlay, "/fragment@0/__overlay__/c@1"));
	CHECK_U64(outcome.failure.at, node_at(&tree, "/a/c@2"));
	CHECK_U64(outcome.failure.other, node_at(&tree, "/a/c@3"));
	/* Two nodes of the overlay that are one of the tree. */
	overlay = sketch(vary(plain, "x = <1>; };", "}; c@2 { };"));
	tree = sketch("/ { a { c@2 { reg = <1>; compatible = \"c\"; }; }; };");
	outcome = bind_to(&overlay, &tree);
	CHECK_U64(outcome.status, NV2_ERR_AMBIGUOUS);
	CHECK_U64(outcome.failure.node, node_at(&overlay, "/fragment@0/__overlay__/c@2"));
	CHECK_U64(outcome.failure.at, node_at(&tree, "/a/c@2"));
	sketch_end();
}

/* ---- memory ---- */

/* A node of the tree, and whether GPU memory from 4 TiB, 128 GiB of it, would lie on it. */
static const struct memory {
	const char *node;
	bool overlaps;
} memories[] = {
	{"device_type = \"memory\"; reg = <0x3ff 0xffffffff 0 1>;", false},
	{"device_type = \"memory\"; reg = <0x3ff 0xffffffff 0 2>;", true},
	{"device_type = \"memory\"; reg = <0x41f 0xffffffff 0 1>;", true},
	{"device_type = \"memory\"; reg = <0x420 0 0 1>;", false},
	{"device_type = \"memory\"; reg = <0x400 0 0x20 0>;", true},
	{"device_type = \"memory\"; reg = <0x300 0 0x200 0>;", true},
	{"device_type = \"memory\"; reg = <0x410 0 0 0>;", false},
	/* Read from its second byte it would start at 0x400 0. */
	{"device_type = \"memory\"; reg = <4 0 1 0 5 0 1 0>;", false},
	{"device_type = \"memory\"; reg = <0x410 0 0 0 0x410 0 0 1>;", true},
	{"device_type = \"memory\"; reg = <0x500 0 0 1 0x410 0 0 1>;", true},
	{"device_type = \"memory\"; reg = <0x410 0 0 1>; compatible = "
	 "\"ibm,coherent-device-memory\";",
	 false},
	{"device_type = \"memory\"; reg = <0x410 0 0 1>; compatible = \"memory\";", true},
	{"device_type = \"memories\"; reg = <0x410 0 0 1>;", false},
	{"reg = <0x410 0 0 1>;", false},
	{"device_type = \"memory\";", false},
	{"device_type = \"memory\"; reg = <0x410 0 0>;", false},
	/* below a node with other counts: one address cell, two size cells, and what is no 64-bit
	   number */
	{"#address-cells = <1>; #size-cells = <2>; m { device_type = \"memory\"; reg = <5 0x500 "
	 "0>; };",
	 true},
	{"#address-cells = <1>; #size-cells = <2>; m { device_type = \"memory\"; reg = <5 0x300 "
	 "0>; };",
	 false},
	{"#address-cells = <2>; #size-cells = <1>; m { device_type = \"memory\"; reg = <0x400 5 "
	 "1>; };",
	 true},
	{"m { device_type = \"memory\"; reg = <0x400 5 1>; };", true},
	{"#address-cells = <3>; #size-cells = <1>; m { device_type = \"memory\"; reg = <0x400 5 1 "
	 "1>; };",
	 false},
	{"#address-cells = <1>; #size-cells = <3>; m { device_type = \"memory\"; reg = <0 0x410 0 "
	 "1>; };",
	 false},
	{"#address-cells = <0>; #size-cells = <1>; m { device_type = \"memory\"; reg = <5>; };",
	 false},
	{"#address-cells = <2>; #size-cells = <0>; m { device_type = \"memory\"; reg = <0x400 5>; "
	 "};",
	 false},
};

static void gpu_memory_lies_over_no_other_memory(void)
{
	static const char *const where = "xscom@6 {";
	static const char *const node = "somewhere { NODE }; xscom@6 {";

	for (size_t i = 0; i < sizeof(memories) / sizeof(memories[0]); i++) {
		const char *text = vary(vary(machine, where, node), "NODE", memories[i].node);
		struct nv2_fdt overlay = sketch(overlay_text), tree = sketch(text);
		struct outcome outcome = bind_to(&overlay, &tree);

		CHECK_U64(outcome.status, memories[i].overlaps ? NV2_ERR_OVERLAP : NV2_OK);
		if (outcome.status != (memories[i].overlaps ? NV2_ERR_OVERLAP : NV2_OK))
			printf("# with %s\n", memories[i].node);
		sketch_end();
	}
}

/* Counts of a new node's parent that is new as well are the overlay's. */
static void memory_deep_in_the_overlay_is_looked_at(void)
{
	struct nv2_fdt overlay = sketch(vary(
		plain, "c@1 { reg = <1>; compatible = \"c\"; x = <1>; };",
		"c { #address-cells = <1>; #size-cells = <1>; m { device_type = \"x\", \"memory\";"
		"  reg = <0x1000 0x1000>; }; };"));
	struct nv2_fdt tree =
		sketch("/ { a { }; m { device_type = \"memory\"; reg = <0 0x1800 4>; }; };");

	CHECK_U64(bind_to(&overlay, &tree).status, NV2_ERR_OVERLAP);
	tree = sketch("/ { a { }; m { device_type = \"memory\"; reg = <0 0x2000 4>; }; };");
	CHECK_U64(bind_to(&overlay, &tree).status, NV2_OK);
	sketch_end();
}

/* ---- room ---- */

static void less_room_than_is_needed_is_refused(void)
{
	struct nv2_fdt overlay = sketch(overlay_text), tree = sketch(machine);
	struct outcome whole = bind_to(&overlay, &tree);
	struct nv2_failure failure;
	struct nv2_space space;
	void *work;
	size_t size;

	nv2_bind_space(&overlay, &tree, &space);
	/* Not much more than is needed either. */
	CHECK(space.output >= whole.fdt.size && space.output < 12 * whole.fdt.size);
	CHECK(space.work < 8 * overlay.size);
	work = sketch_block(space.work);
	for (size_t room = 0; room <= whole.fdt.size; room++) {
		void *output = sketch_block(room);
		bool fits = room == whole.fdt.size;

		size = room;
		CHECK_U64(nv2_bind(&overlay, &tree, work, space.work, output, &size, &failure),
			  fits ? NV2_OK : NV2_ERR_SPACE);
		CHECK_U64(size, room);
		CHECK_U64(failure.step, NV2_STEP_NONE);
		if (fits)
			CHECK(!memcmp(output, whole.fdt.bytes, size));
		if (room % 400 == 399) {
			sketch_end();
			overlay = sketch(overlay_text);
			tree = sketch(machine);
			whole = bind_to(&overlay, &tree);
			work = sketch_block(space.work);
		}
	}
	size = space.output;
	CHECK_U64(nv2_bind(&overlay, &tree, work, space.work - 1, NULL, &size, &failure),
		  NV2_ERR_SPACE);
	CHECK_U64(failure.status, NV2_ERR_SPACE);
	CHECK_U64(failure.step, NV2_STEP_NONE);
	sketch_end();
}

/* A node with nothing after it in the output: SPACE is not forgotten with its fragment. */
static void room_for_all_but_the_last_tag_is_no_room(void)
{
	struct nv2_fdt overlay =
		sketch(vary(plain, "c@1 { reg = <1>; compatible = \"c\"; x = <1>; };", "c { };"));
	struct nv2_fdt tree = sketch("/ { a { }; };");
	struct outcome whole = bind_to(&overlay, &tree);
	struct nv2_failure failure;
	struct nv2_space space;
	void *work;

	nv2_bind_space(&overlay, &tree, &space);
	work = sketch_block(space.work);
	for (size_t room = 0; room < whole.fdt.size; room++) {
		void *output = sketch_block(room);
		size_t size = room;

		CHECK_U64(nv2_bind(&overlay, &tree, work, space.work, output, &size, &failure),
			  NV2_ERR_SPACE);
	}
	sketch_end();
}

#define MANY_NODES 9000
#define LONG_NAME 260000

/* More than a blob can have is never asked for. */
static void no_more_room_is_asked_for_than_there_can_be(void)
{
	size_t tree_room = LONG_NAME + 200, overlay_room = MANY_NODES * 16 + 400, size;
	unsigned char *bytes = sketch_block(tree_room);
	char *name = sketch_block(LONG_NAME);
	struct nv2_fdt_writer writer;
	struct nv2_fdt tree, overlay;
	struct nv2_space space;

	memset(name, 'a', LONG_NAME);
	nv2_fdt_write_begin(&writer, bytes, tree_room, NULL);
	nv2_fdt_begin_node(&writer, "", 0);
	nv2_fdt_begin_node(&writer, name, LONG_NAME);
	nv2_fdt_end_node(&writer);
	nv2_fdt_end_node(&writer);
	CHECK_U64(nv2_fdt_write_finish(&writer, 0, &size), NV2_OK);
	tree = sketch_bytes(bytes, size);
	bytes = sketch_block(overlay_room);
	nv2_fdt_write_begin(&writer, bytes, overlay_room, NULL);
	nv2_fdt_begin_node(&writer, "", 0);
	nv2_fdt_begin_node(&writer, "f", 1);
	nv2_fdt_begin_node(&writer, "__overlay__", 11);
	for (unsigned i = 0; i < MANY_NODES; i++) {
		nv2_fdt_begin_node(&writer, "n", 1);
		nv2_fdt_end_node(&writer);
	}
	for (unsigned i = 0; i < 3; i++)
		nv2_fdt_end_node(&writer);
	CHECK_U64(nv2_fdt_write_finish(&writer, 0, &size), NV2_OK);
	overlay = sketch_bytes(bytes, size);
	nv2_bind_space(&overlay, &tree, &space);
	CHECK(space.work < 0x7fffffff);
	CHECK_U64(space.output, 0x7fffffff);
	sketch_end();
}

/* ---- the boards ---- */

static struct nv2_fdt open_fixture(const char *board, const char *kind)
{
	char name[64];
	struct fixture bytes;

	snprintf(name, sizeof(name), "%s.%s", board, kind);
	bytes = fixture(name);
	return sketch_bytes(bytes.bytes, bytes.size);
}

/* As `nv2dtc merge` made them, to the last phandle. */
static void the_boards_are_merged_as_by_the_compiler(void)
{
	static const char *const boards[] = {"redbud", "sequoia"};
	static const char *const steps[][3] = {
		{"bare.dtb", "host-fw.dtbo", "dtb"},
		{"dtb", "host-os.dtbo", "merged.dtb"},
	};

	for (unsigned board = 0; board < 2; board++) {
		for (unsigned step = 0; step < 2; step++) {
			struct nv2_fdt tree = open_fixture(boards[board], steps[step][0]);
			struct nv2_fdt overlay = open_fixture(boards[board], steps[step][1]);
			struct nv2_fdt wanted = open_fixture(boards[board], steps[step][2]);
			struct outcome outcome = bind_to(&overlay, &tree);

			CHECK_U64(outcome.status, NV2_OK);
			outcome = apply_to(&tree, &outcome.fdt);
			CHECK_U64(outcome.status, NV2_OK);
			CHECK(is_same_tree(&outcome.fdt, &wanted));
			outcome = bind_to(&overlay, &wanted);
			CHECK_U64(outcome.status, NV2_OK);
			CHECK(nv2_overlay_is_empty(&outcome.fdt));
			sketch_end();
		}
	}
}

const struct test_case bind_cases[] = {
	CASE(an_overlay_is_bound_as_by_hand),
	CASE(a_bridge_is_found_below_a_path),
	CASE(nodes_are_found_by_what_they_are),
	CASE(counterparts_are_found_by_name_or_by_reg_and_compatible),
	CASE(without_both_only_a_name_tells),
	CASE(what_the_tree_has_is_left_out),
	CASE(cell_counts_are_the_trees),
	CASE(without_cell_counts_the_usual_ones_are_meant),
	CASE(what_cannot_be_bound_is_refused),
	CASE(numbers_that_differ_are_told),
	CASE(twins_are_told_apart_by_nobody),
	CASE(gpu_memory_lies_over_no_other_memory),
	CASE(memory_deep_in_the_overlay_is_looked_at),
	CASE(less_room_than_is_needed_is_refused),
	CASE(room_for_all_but_the_last_tag_is_no_room),
	CASE(no_more_room_is_asked_for_than_there_can_be),
	CASE(the_boards_are_merged_as_by_the_compiler),
};
const size_t bind_case_count = sizeof(bind_cases) / sizeof(bind_cases[0]);
