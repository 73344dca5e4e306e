/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes overlays that are wrong in one way each, checks that the verifier of
 * the boot library finds it, and where. Never looks at a tree that they are for.
 */
#include "blob/overlay.h"

#include "sketch.h"

static const char late[] =
	"/ { compatible = \"b\";\n"
	"nv2-bind { compatible = \"x\", \"nv2,bind-1\"; #address-cells = <1>;\n"
	"  sel@0 { reg = <0>; kind = \"root\"; board = \"b\"; };\n"
	"  sel@1 { reg = <1>; kind = \"xscom\"; chip-id = <8>;\n"
	"    fixups = \"/fragment@0/__overlay__:a:4\", \"/fragment@1/__overlay__/n@1:ref:0\"; };\n"
	"  sel@2 { reg = <2>; kind = \"npu\"; under = <1>; scom = <5>; extra = <0xffffffff>; };\n"
	"  sel@3 { reg = <3>; kind = \"link\"; under = <2>; link-index = <0>;\n"
	"    fixups = \"/fragment@1/__overlay__/n@1:ref:8\"; }; };\n"
	"fragment@0 { target-path = \"/nv2-unbound/3\"; __overlay__ {\n"
	"  #size-cells = <0xffffffff>; a = <2 0xffffffff>; b = <7>; }; };\n"
	"fragment@1 { target-path = \"/nv2-unbound/0\"; __overlay__ {\n"
	"  n@1 { phandle = <7>; linux,phandle = <7>; ref = <0xffffffff 8 0xffffffff>; };\n"
	"  n@2 { linux,phandle = <8>; odd = [ff ff ff]; }; }; };\n"
	"__local_fixups__ {\n"
	"  fragment@0 { __overlay__ { b = <0>; }; };\n"
	"  fragment@1 { __overlay__ { n@1 { ref = <4>; }; }; }; }; };";

static const char bound[] =
	"/ {\n"
	"fragment@0 { target-path = \"/\"; __overlay__ { n@1 { phandle = <1>; }; }; };\n"
	"fragment@1 { target-path = \"/a/b\"; __overlay__ { c = <9 1>; }; };\n"
	"__local_fixups__ { fragment@1 { __overlay__ { c = <4>; }; }; }; };";

struct fault {
	const char *from, *to; /* the change that makes it wrong */
	enum nv2_status status;
	uint32_t step;
	const char *node; /* name of the one said to be at fault */
	const char *property;
};

#define NO_STEP UINT32_MAX

static const struct fault late_faults[] = {
	/* names */
	{"n@2", "n@1", NV2_ERR_OVERLAY, NO_STEP, "n@1", NULL},
	{"fragment@1 {", "fragment@0 {", NV2_ERR_OVERLAY, NO_STEP, "fragment@0", NULL},
	{"b = <7>", "a = <7>", NV2_ERR_OVERLAY, NO_STEP, "__overlay__", "a"},
	/* phandles */
	{"<7>; linux,phandle = <7>", "<7>; linux,phandle = <8>", NV2_ERR_OVERLAY, NO_STEP, "n@1",
	 "linux,phandle"},
	{"phandle = <7>; linux,phandle = <7>", "phandle = <8>", NV2_ERR_OVERLAY, NO_STEP, "n@2",
	 "linux,phandle"},
	{"{ linux,phandle = <8>", "{ phandle = <0>", NV2_ERR_OVERLAY, NO_STEP, "n@2", "phandle"},
	{"{ linux,phandle = <8>", "{ phandle = <0xffffffff>", NV2_ERR_OVERLAY, NO_STEP, "n@2",
	 "phandle"},
	{"{ linux,phandle = <8>", "{ phandle = <9 9>", NV2_ERR_OVERLAY, NO_STEP, "n@2", "phandle"},
	{"compatible = \"b\";", "phandle = <9>;", NV2_ERR_OVERLAY, NO_STEP, "", "phandle"},
	/* nv2-bind */
	{"nv2-bind", "nv2-bond", NV2_ERR_OVERLAY, NO_STEP, "", NULL},
	{"\"nv2,bind-1\"", "\"nv2,bind-2\"", NV2_ERR_OVERLAY, NO_STEP, "nv2-bind", "compatible"},
	{"\"nv2,bind-1\"", "[00 61]", NV2_ERR_OVERLAY, NO_STEP, "nv2-bind", "compatible"},
	{"reg = <0>; ", "", NV2_ERR_SELECTOR, 0, "sel@0", "reg"},
	{"reg = <2>", "reg = <3>", NV2_ERR_SELECTOR, 2, "sel@2", "reg"},
	{"\"xscom\"", "\"xcom\"", NV2_ERR_SELECTOR, 1, "sel@1", NULL},
	{"under = <1>", "under = <2>", NV2_ERR_SELECTOR, 2, "sel@2", "under"},
	{"under = <1>", "under = <3>", NV2_ERR_SELECTOR, 2, "sel@2", "under"},
	{"under = <1>", "under = <0>", NV2_ERR_SELECTOR, 2, "sel@2", "under"},
	{"under = <2>", "under = <1>", NV2_ERR_SELECTOR, 3, "sel@3", "under"},
	/* places that selectors list */
	{"\"/fragment@1/__overlay__/n@1:ref:8\"", "<5>", NV2_ERR_FIXUP, 3, "sel@3", "fixups"},
	{"ref:8", "ref", NV2_ERR_FIXUP, 3, "sel@3", "fixups"},
	{"ref:8", "ref:08", NV2_ERR_FIXUP, 3, "sel@3", "fixups"},
	{"ref:8", "ref:6", NV2_ERR_FIXUP, 3, "sel@3", "fixups"},
	{"ref:8", "ref:12", NV2_ERR_FIXUP, 3, "sel@3", "fixups"},
	{"ref:8", "ref:4294967292", NV2_ERR_FIXUP, 3, "sel@3", "fixups"},
	{"ref:8", "reg:8", NV2_ERR_FIXUP, 3, "sel@3", "fixups"},
	{"ref:8", "ref:4", NV2_ERR_FIXUP, 3, "sel@3", "fixups"},
	{"n@1:ref:8", "n@2:odd:0", NV2_ERR_FIXUP, 3, "sel@3", "fixups"},
	{"n@1:ref:8", "n@2:linux,phandle:0", NV2_ERR_FIXUP, 3, "sel@3", "fixups"},
	{"n@1:ref:8", "n@3:ref:8", NV2_ERR_FIXUP, 3, "sel@3", "fixups"},
	{"1/__overlay__/n@1:ref:8", "0/__overlay__:#size-cells:0", NV2_ERR_FIXUP, 3, "sel@3",
	 "fixups"},
	{"/fragment@1/__overlay__/n@1:ref:8", "/nv2-bind/sel@2:extra:0", NV2_ERR_FIXUP, 3, "sel@3",
	 "fixups"},
	{"/fragment@1/__overlay__/n@1:ref:8", "/fragment@1:target-path:0", NV2_ERR_FIXUP, 3,
	 "sel@3", "fixups"},
	{"/fragment@1/__overlay__/n@1:ref:8", "/:compatible:0", NV2_ERR_FIXUP, 3, "sel@3",
	 "fixups"},
	/* one place twice: of one selector, of two */
	{"/fragment@0/__overlay__:a:4", "/fragment@1/__overlay__/n@1:ref:0", NV2_ERR_FIXUP, 1,
	 "sel@1", "fixups"},
	{"n@1:ref:0", "n@1:ref:8", NV2_ERR_FIXUP, 1, "sel@1", "fixups"},
	{"n@1:ref:0\"", "n@1:ref:0\", \"/fragment@0/__overlay__:a:4\"", NV2_ERR_FIXUP, 1, "sel@1",
	 "fixups"},
	/* fragments */
	/* no fragment, so no node in it may have a phandle */
	{"target-path = \"/nv2-unbound/0\"; ", "", NV2_ERR_OVERLAY, NO_STEP, "n@1", "phandle"},
	{"target-path = \"/nv2-unbound/0\"; ", "target = \"/nv2-unbound/0\"; ", NV2_ERR_OVERLAY,
	 NO_STEP, "n@1", "phandle"},
	{"target-path = \"/nv2-unbound/0\"; ", "target-path = \"/nv2-unbound/0\", \"\"; ",
	 NV2_ERR_OVERLAY, NO_STEP, "n@1", "phandle"},
	{"target-path = \"/nv2-unbound/0\"; ", "target-path = \"/nv2-unbound/0\"; target = <1>; ",
	 NV2_ERR_OVERLAY, 1, "fragment@1", NULL},
	{"fragment@0 { target-path = \"/nv2-unbound/3\"; __overlay__ {\n  #size",
	 "fragment@0 { target-path = \"/nv2-unbound/3\"; other { }; };"
	 "fragment@0a { target-path = \"/nv2-unbound/3\"; __overlay__ {\n  #size",
	 NV2_ERR_FIXUP, 1, "sel@1", "fixups"},
	{"0\"; __overlay__ {", "0\"; __overload__ { }; __overlay__ {", NV2_ERR_OVERLAY, 1,
	 "fragment@1", NULL},
	{"odd = [ff ff ff]; }; }; };", "odd = [ff ff ff]; }; }; more { }; };", NV2_ERR_OVERLAY, 1,
	 "fragment@1", NULL},
	{"__local_fixups__ {", "__symbols__ { a = \"/\"; }; __local_fixups__ {", NV2_ERR_OVERLAY, 2,
	 "__symbols__", NULL},
	{"nv2-bind { ", "nv2-bind { target-path = \"/nv2-unbound/0\"; ", NV2_ERR_OVERLAY, 0,
	 "nv2-bind", NULL},
	{"unbound/3", "unbound/4", NV2_ERR_OVERLAY, 0, "fragment@0", NULL},
	{"unbound/3", "unbound/", NV2_ERR_OVERLAY, 0, "fragment@0", NULL},
	{"unbound/3", "unbound/03", NV2_ERR_OVERLAY, 0, "fragment@0", NULL},
	{"unbound/3", "unbound/3a", NV2_ERR_OVERLAY, 0, "fragment@0", NULL},
	{"unbound/3", "unbound/+3", NV2_ERR_OVERLAY, 0, "fragment@0", NULL},
	/* 3 + 2^32 */
	{"unbound/3", "unbound/4294967299", NV2_ERR_OVERLAY, 0, "fragment@0", NULL},
	{"/nv2-unbound/3", "/nv2", NV2_ERR_OVERLAY, 0, "fragment@0", NULL},
	{"/nv2-unbound/3", "/xscom", NV2_ERR_OVERLAY, 0, "fragment@0", NULL},
	/* local fixups */
	{"b = <0>", "b = [00 00]", NV2_ERR_FIXUP, NO_STEP, "__overlay__", "b"},
	{"b = <0>", "b = <4>", NV2_ERR_FIXUP, NO_STEP, "__overlay__", "b"},
	{"b = <0>", "b = <0xfffffffc>", NV2_ERR_FIXUP, NO_STEP, "__overlay__", "b"},
	{"b = <0>", "c = <0>", NV2_ERR_FIXUP, NO_STEP, "__overlay__", "c"},
	{"b = <0>", "#size-cells = <0>", NV2_ERR_FIXUP, NO_STEP, "__overlay__", "#size-cells"},
	{"b = <7>", "b = <9>", NV2_ERR_FIXUP, NO_STEP, "__overlay__", "b"},
	{"b = <7>", "b = <0>", NV2_ERR_FIXUP, NO_STEP, "__overlay__", "b"},
	{"b = <0>", "a = <4>", NV2_ERR_FIXUP, NO_STEP, "__overlay__", "a"},
	{"ref = <4>", "ref = <4 4>", NV2_ERR_FIXUP, NO_STEP, "n@1", "ref"},
	{"ref = <4>", "ref = <2>", NV2_ERR_FIXUP, NO_STEP, "n@1", "ref"},
	{"n@1 { ref = <4>", "n@3 { ref = <4>", NV2_ERR_FIXUP, NO_STEP, "n@3", NULL},
	{"__local_fixups__ {", "__local_fixups__ { compatible = <0>;", NV2_ERR_FIXUP, NO_STEP,
	 "__local_fixups__", "compatible"},
	{"__local_fixups__ {", "__local_fixups__ { nv2-bind { sel@1 { reg = <0>; }; };",
	 NV2_ERR_FIXUP, NO_STEP, "sel@1", "reg"},
};

static const struct fault bound_faults[] = {
	{"/ {", "/ { nv2-bind { };", NV2_ERR_OVERLAY, NO_STEP, "nv2-bind", NULL},
	{"target-path = \"/a/b\";", "", NV2_ERR_OVERLAY, 1, "fragment@1", NULL},
	{"phandle = <1>", "phandle = <2>", NV2_ERR_FIXUP, NO_STEP, "__overlay__", "c"},
	/* the one that panics Linux 6.1 */
	{"c = <4>", "c = <0xfffffffc>", NV2_ERR_FIXUP, NO_STEP, "__overlay__", "c"},
	{"c = <4>", "c = <0xffffffff>", NV2_ERR_FIXUP, NO_STEP, "__overlay__", "c"},
	/* those that libfdt writes through */
	{"c = <4>", "c = <0x118>", NV2_ERR_FIXUP, NO_STEP, "__overlay__", "c"},
	{"c = <4>", "c = <6>", NV2_ERR_FIXUP, NO_STEP, "__overlay__", "c"},
	/* those that libfdt and Linux would find, and this would not */
	{"__local_fixups__ {", "__local_fixups__@1 {", NV2_ERR_OVERLAY, 2, "__local_fixups__@1",
	 NULL},
};

static void check_fault(const char *text, const struct fault *wanted, bool is_late)
{
	struct nv2_fdt overlay = sketch(vary(text, wanted->from, wanted->to));
	struct nv2_overlay_fault fault;
	unsigned before = case_failures;

	CHECK_U64(is_late ? nv2_late_overlay_verify(&overlay, &fault)
			  : nv2_bound_overlay_verify(&overlay, &fault),
		  wanted->status);
	CHECK_U64(fault.step, wanted->step);
	CHECK_TEXT(nv2_fdt_name(&overlay, fault.node), wanted->node);
	if (wanted->property)
		CHECK_TEXT(fault.property, wanted->property);
	else
		CHECK(!fault.property);
	if (case_failures != before)
		printf("# of: %s -> %s\n", wanted->from, wanted->to);
	sketch_end();
}

static void a_late_bound_overlay_that_is_right_is_found_right(void)
{
	struct nv2_fdt overlay = sketch(late);
	struct nv2_overlay_fault fault;

	CHECK_U64(nv2_late_overlay_verify(&overlay, &fault), NV2_OK);
	CHECK_U64(nv2_bound_overlay_verify(&overlay, &fault), NV2_ERR_OVERLAY);
	CHECK_U64(fault.node, node_at(&overlay, "/nv2-bind"));
	sketch_end();
}

static void faults_of_late_bound_overlays_are_found(void)
{
	for (size_t i = 0; i < sizeof(late_faults) / sizeof(late_faults[0]); i++)
		check_fault(late, &late_faults[i], true);
}

static void a_bound_overlay_that_is_right_is_found_right(void)
{
	struct nv2_fdt overlay = sketch(bound);
	struct nv2_overlay_fault fault;

	CHECK_U64(nv2_bound_overlay_verify(&overlay, &fault), NV2_OK);
	CHECK_U64(nv2_late_overlay_verify(&overlay, &fault), NV2_ERR_OVERLAY);
	CHECK_U64(fault.node, 0);
	overlay = sketch("/ { };");
	CHECK_U64(nv2_bound_overlay_verify(&overlay, &fault), NV2_OK);
	sketch_end();
}

static void faults_of_bound_overlays_are_found(void)
{
	for (size_t i = 0; i < sizeof(bound_faults) / sizeof(bound_faults[0]); i++)
		check_fault(bound, &bound_faults[i], false);
}

static void those_of_the_boards_are_right(void)
{
	static const char *const names[] = {"redbud.nv2b", "sequoia.nv2b"};

	for (unsigned i = 0; i < 2; i++) {
		struct fixture bytes = fixture(names[i]);
		struct nv2_overlay_fault fault;
		struct nv2_bundle bundle;

		CHECK_U64(nv2_bundle_open(&bundle, bytes.bytes, bytes.size), NV2_OK);
		for (unsigned part = NV2_PART_HOST_FW; part <= NV2_PART_HOST_OS; part++) {
			struct nv2_fdt overlay =
				sketch_bytes(bundle.part[part].data, bundle.part[part].size);

			CHECK_U64(nv2_late_overlay_verify(&overlay, &fault), NV2_OK);
			CHECK_U64(nv2_bound_overlay_verify(&overlay, &fault), NV2_ERR_OVERLAY);
		}
	}
	sketch_end();
}

static void an_overlay_of_any_size_is_not_looked_at(void)
{
	struct fixture bytes = fixture("redbud.host-os.dtbo");
	struct nv2_overlay_fault fault;
	struct nv2_fdt overlay;

	CHECK_U64(nv2_fdt_open(&overlay, bytes.bytes, bytes.size), NV2_OK);
	overlay.size = NV2_OVERLAY_SIZE_MAX;
	CHECK_U64(nv2_late_overlay_verify(&overlay, &fault), NV2_OK);
	overlay.size++;
	CHECK_U64(nv2_late_overlay_verify(&overlay, &fault), NV2_ERR_OVERLAY);
}

const struct test_case overlay_cases[] = {
	CASE(a_late_bound_overlay_that_is_right_is_found_right),
	CASE(faults_of_late_bound_overlays_are_found),
	CASE(a_bound_overlay_that_is_right_is_found_right),
	CASE(faults_of_bound_overlays_are_found),
	CASE(those_of_the_boards_are_right),
	CASE(an_overlay_of_any_size_is_not_looked_at),
};
const size_t overlay_case_count = sizeof(overlay_cases) / sizeof(overlay_cases[0]);
