/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes nothing but dtc from the system, checks selectors and the binding of
 * late-bound overlays against a small machine with two links and two GPUs.
 */
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blob/selector.h"
#include "tree/bind.h"
#include "tree/codes.h"
#include "tree/overlay.h"
#include "tree/select.h"
#include "tree/tree.h"
#include "session.h"

static size_t count_code(enum tree_code code)
{
	size_t count = 0;

	for (const struct diag_record *record = diags->first; record; record = record->next)
		count += record->def == &tree_codes[code];
	return count;
}

static struct buffer run_dtc(const char *text)
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
	pipe = popen(arena_printf(arena, "dtc -q -f -I dts -O dtb %s", path), "r");
	ck_assert_ptr_nonnull(pipe);
	while ((got = fread(chunk, 1, sizeof(chunk), pipe)) > 0)
		buffer_add(&blob, chunk, got);
	ck_assert_msg(pclose(pipe) == 0, "dtc refuses: %s", text);
	unlink(path);
	return blob;
}

static struct tree *from_dts(const char *file, const char *text)
{
	struct buffer blob = run_dtc(text);
	struct tree *tree = tree_read_dtb(arena, names, diags, file, blob.data, blob.len);

	ck_assert_msg(tree != NULL, "%s", all_text());
	buffer_free(&blob);
	return tree;
}

static const char *write_text(const struct tree *tree)
{
	struct buffer text = {0};
	const char *copy;

	tree_write_dts(tree, NULL, &text);
	copy = arena_strdup(arena, text.data);
	buffer_free(&text);
	return copy;
}

/* The first `from` in a text replaced; it has to be there. */
static const char *replace(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	ck_assert_msg(at != NULL, "no \"%s\" to replace", from);
	return arena_printf(arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

/* ---- the machine ---- */

static const char base_text[] =
	"/dts-v1/;\n"
	"/ {\n"
	"compatible = \"ibm,powernv\", \"ibm,witherspoon\";\n"
	"#address-cells = <2>; #size-cells = <2>;\n"
	"memory@0 { device_type = \"memory\"; reg = <0 0 0x40 0>; };\n"
	"xscom@603fc00000000 {\n"
	"  compatible = \"ibm,xscom\", \"ibm,power9-xscom\"; ibm,chip-id = <0>;\n"
	"  #address-cells = <1>; #size-cells = <1>;\n"
	"  npu@5011000 {\n"
	"    compatible = \"ibm,power9-npu\"; reg = <0x5011000 0x2c>; phandle = <0xf>;\n"
	"    #address-cells = <1>; #size-cells = <0>;\n"
	"    link@0 { compatible = \"ibm,npu-link\"; reg = <0>; ibm,npu-link-index = <0>;\n"
	"      ibm,slot-label = \"GPU0\"; phandle = <0x10>; };\n"
	"    link@1 { compatible = \"ibm,npu-link\"; reg = <1>; ibm,npu-link-index = <1>;\n"
	"      phandle = <0x11>; };\n"
	"  };\n"
	"};\n"
	"xscom@623fc00000000 { compatible = \"ibm,xscom\"; ibm,chip-id = <8>; };\n"
	"pciex@6030200000000 {\n"
	"  compatible = \"ibm,power9-npu-pciex\", \"ibm,ioda2-npu2-phb\";\n"
	"  reg = <0x60302 0 0 0x1000000>; #address-cells = <3>; #size-cells = <2>;\n"
	"  unknown-bridge@0 { vendor-id = <0x1014>; reg = <0 0 0 0 0>; phandle = <0x20>; };\n"
	"  unknown-bridge@0,1 { vendor-id = <0x1014>; reg = <0x100 0 0 0 0>; phandle = <0x21>; };\n"
	"};\n"
	"pciex@600c3c0000000 {\n"
	"  pci@0 { ibm,loc-code = \"GPU0\"; 3d-controller@0 { vendor-id = <0x10de>;\n"
	"    phandle = <0x30>; }; };\n"
	"  pci@1 { ibm,loc-code = \"PLX\"; 3d-controller@0 { vendor-id = <0x10de>;\n"
	"    ibm,loc-code = \"GPU1\"; phandle = <0x31>; }; };\n"
	"};\n"
	"ibm,pcie-slots { down-port@a { compatible = \"ibm,pcie-port\"; ibm,slot-label = "
	"\"GPU0\";\n"
	"  builtin { phandle = <0x40>; ibm,slot-label = \"GPU0\"; }; }; };\n"
	"};\n";

#define UNBOUND "<0xffffffff>"

static const char late_text[] =
	"/dts-v1/;\n"
	"/ {\n"
	"compatible = \"ibm,witherspoon\";\n"
	"fragment@0 { target-path = \"/nv2-unbound/5\"; __overlay__ {\n"
	"  memory-region = <1>; ibm,nvlink = " UNBOUND "; ibm,gpu = " UNBOUND ";\n"
	"  ibm,device-tgt-addr = <0x400 0>; vendor-id = <0x1014>; }; };\n"
	"fragment@1 { target-path = \"/nv2-unbound/8\"; __overlay__ {\n"
	"  memory-region = <1>; ibm,nvlink = " UNBOUND "; }; };\n"
	"fragment@2 { target-path = \"/nv2-unbound/6\"; __overlay__ {\n"
	"  ibm,npu = <0xffffffff 0xffffffff>; }; };\n"
	"fragment@3 { target-path = \"/nv2-unbound/0\"; __overlay__ {\n"
	"  #address-cells = <2>; #size-cells = <2>;\n"
	"  memory@40000000000 { device_type = \"memory\"; compatible = "
	"\"ibm,coherent-device-memory\";\n"
	"    reg = <0x400 0 0x20 0>; phandle = <1>; }; }; };\n"
	"fragment@4 { target-path = \"/nv2-unbound/2\"; __overlay__ {\n"
	"  #address-cells = <1>; #size-cells = <0>;\n"
	"  link@0 { compatible = \"ibm,npu-link\"; reg = <0>; ibm,slot-label = \"GPU0\";\n"
	"    ibm,pcie-slot = " UNBOUND "; peer = <2>; phandle = <3>; };\n"
	"  link@2 { compatible = \"ibm,npu-link\"; reg = <2>; phandle = <2>; first = <3>;\n"
	"    ibm,pcie-slot = " UNBOUND "; me = <3 2>; }; }; };\n"
	"fragment@5 { target-path = \"/nv2-unbound/5\"; __overlay__ { ibm,nvlink-speed = <8>; }; "
	"};\n"
	"fragment@6 { target-path = \"/nv2-unbound/4\"; __overlay__ { reg = <0x60302 0 0 "
	"0x1000000>;\n"
	"  #address-cells = <3>; #size-cells = <2>; }; };\n"
	"__local_fixups__ {\n"
	"  fragment@0 { __overlay__ { memory-region = <0>; }; };\n"
	"  fragment@1 { __overlay__ { memory-region = <0>; }; };\n"
	"  fragment@4 { __overlay__ { link@0 { peer = <0>; }; link@2 { first = <0>; me = <0 4>; }; "
	"};\n"
	"  }; };\n"
	"nv2-bind { compatible = \"nv2,bind-1\"; #address-cells = <1>; #size-cells = <0>;\n"
	"sel@0 { reg = <0>; kind = \"root\"; what = \"the root\";\n"
	"  board = \"ibm,none\", \"ibm,witherspoon\"; };\n"
	"sel@1 { reg = <1>; kind = \"xscom\"; what = \"the XSCOM of chip 0\"; chip-id = <0>; };\n"
	"sel@2 { reg = <2>; kind = \"npu\"; what = \"the NPU of chip 0\"; under = <1>;\n"
	"  scom = <0x5011000>; };\n"
	"sel@3 { reg = <3>; kind = \"link\"; what = \"link 0\"; under = <2>; link-index = <0>;\n"
	"  fixups = \"/fragment@0/__overlay__:ibm,nvlink:0\"; };\n"
	"sel@4 { reg = <4>; kind = \"phb\"; what = \"the PHB of npu0\"; address = <0x60302 0>; };\n"
	"sel@5 { reg = <5>; kind = \"bridge\"; what = \"the bridge of npu0:0\"; under = <4>;\n"
	"  devfn = <0>; fixups = \"/fragment@2/__overlay__:ibm,npu:0\"; };\n"
	"sel@6 { reg = <6>; kind = \"gpu\"; what = \"the PCI node of GPU0\"; slot-label = "
	"\"GPU0\";\n"
	"  fixups = \"/fragment@0/__overlay__:ibm,gpu:0\"; };\n"
	"sel@7 { reg = <7>; kind = \"slot\"; what = \"the slot of GPU0\"; slot-label = \"GPU0\";\n"
	"  fixups = \"/fragment@4/__overlay__/link@0:ibm,pcie-slot:0\",\n"
	"    \"/fragment@4/__overlay__/link@2:ibm,pcie-slot:0\"; };\n"
	"sel@8 { reg = <8>; kind = \"bridge\"; what = \"the bridge of npu0:1\"; under = <4>;\n"
	"  devfn = <1>; fixups = \"/fragment@2/__overlay__:ibm,npu:4\"; };\n"
	"sel@9 { reg = <9>; kind = \"link\"; what = \"link 1\"; under = <2>; link-index = <1>;\n"
	"  fixups = \"/fragment@1/__overlay__:ibm,nvlink:0\"; };\n"
	"}; };\n";

static const char bound_text[] =
	"/dts-v1/;\n"
	"\n"
	"/ {\n"
	"\tcompatible = \"ibm,witherspoon\";\n"
	"\n"
	"\tfragment@0 {\n"
	"\t\ttarget-path = \"/pciex@6030200000000/unknown-bridge@0\";\n"
	"\n"
	"\t\t__overlay__ {\n"
	"\t\t\tmemory-region = <0x1>;\n"
	"\t\t\tibm,nvlink = <0x10>;\n"
	"\t\t\tibm,gpu = <0x30>;\n"
	"\t\t\tibm,device-tgt-addr = <0x400 0x0>;\n"
	"\t\t\tibm,nvlink-speed = <0x8>;\n"
	"\t\t};\n"
	"\t};\n"
	"\n"
	"\tfragment@1 {\n"
	"\t\ttarget-path = \"/pciex@6030200000000/unknown-bridge@0,1\";\n"
	"\n"
	"\t\t__overlay__ {\n"
	"\t\t\tmemory-region = <0x1>;\n"
	"\t\t\tibm,nvlink = <0x11>;\n"
	"\t\t};\n"
	"\t};\n"
	"\n"
	"\tfragment@2 {\n"
	"\t\ttarget-path = \"/pciex@600c3c0000000/pci@0/3d-controller@0\";\n"
	"\n"
	"\t\t__overlay__ {\n"
	"\t\t\tibm,npu = <0x20 0x21>;\n"
	"\t\t};\n"
	"\t};\n"
	"\n"
	"\tfragment@3 {\n"
	"\t\ttarget-path = \"/\";\n"
	"\n"
	"\t\t__overlay__ {\n"
	"\t\t\t#address-cells = <0x2>;\n"
	"\t\t\t#size-cells = <0x2>;\n"
	"\n"
	"\t\t\tmemory@40000000000 {\n"
	"\t\t\t\tdevice_type = \"memory\";\n"
	"\t\t\t\tcompatible = \"ibm,coherent-device-memory\";\n"
	"\t\t\t\treg = <0x400 0x0 0x20 0x0>;\n"
	"\t\t\t\tphandle = <0x1>;\n"
	"\t\t\t};\n"
	"\t\t};\n"
	"\t};\n"
	"\n"
	"\tfragment@4 {\n"
	"\t\ttarget-path = \"/xscom@603fc00000000/npu@5011000\";\n"
	"\n"
	"\t\t__overlay__ {\n"
	"\t\t\t#address-cells = <0x1>;\n"
	"\t\t\t#size-cells = <0x0>;\n"
	"\n"
	"\t\t\tlink@2 {\n"
	"\t\t\t\tcompatible = \"ibm,npu-link\";\n"
	"\t\t\t\treg = <0x2>;\n"
	"\t\t\t\tphandle = <0x2>;\n"
	"\t\t\t\tfirst = <0x10>;\n"
	"\t\t\t\tibm,pcie-slot = <0x40>;\n"
	"\t\t\t\tme = <0x10 0x2>;\n"
	"\t\t\t};\n"
	"\t\t};\n"
	"\t};\n"
	"\n"
	"\tfragment@5 {\n"
	"\t\ttarget-path = \"/xscom@603fc00000000/npu@5011000/link@0\";\n"
	"\n"
	"\t\t__overlay__ {\n"
	"\t\t\tibm,pcie-slot = <0x40>;\n"
	"\t\t\tpeer = <0x2>;\n"
	"\t\t};\n"
	"\t};\n"
	"\n"
	"\t__local_fixups__ {\n"
	"\t\tfragment@0 {\n"
	"\t\t\t__overlay__ {\n"
	"\t\t\t\tmemory-region = <0x0>;\n"
	"\t\t\t};\n"
	"\t\t};\n"
	"\n"
	"\t\tfragment@1 {\n"
	"\t\t\t__overlay__ {\n"
	"\t\t\t\tmemory-region = <0x0>;\n"
	"\t\t\t};\n"
	"\t\t};\n"
	"\n"
	"\t\tfragment@5 {\n"
	"\t\t\t__overlay__ {\n"
	"\t\t\t\tpeer = <0x0>;\n"
	"\t\t\t};\n"
	"\t\t};\n"
	"\n"
	"\t\tfragment@4 {\n"
	"\t\t\t__overlay__ {\n"
	"\t\t\t\tlink@2 {\n"
	"\t\t\t\t\tme = <0x4>;\n"
	"\t\t\t\t};\n"
	"\t\t\t};\n"
	"\t\t};\n"
	"\t};\n"
	"};\n";

static struct tree *bind_text(const char *overlay, struct tree *base)
{
	return tree_bind(from_dts("late.dtbo", overlay), base, diags);
}

START_TEST(binds_as_written_by_hand)
{
	struct tree *base = from_dts("base.dtb", base_text);
	struct tree *bound = bind_text(late_text, base);

	ck_assert_msg(bound != NULL, "%s", all_text());
	ck_assert_str_eq(write_text(bound), bound_text);
	ck_assert(!tree_is_late_bound(bound));
	ck_assert_ptr_null(diags->first);
}
END_TEST

/* ---- the same wiring on trees that differ in what firmware builds differ in ---- */

static struct tree_node *follow(struct tree *tree, const struct tree_node *node, const char *name,
				uint32_t offset)
{
	const struct tree_property *property = tree_find_property(tree, node, name);

	ck_assert_msg(property && property->len >= offset + 4, "%s of %s", name, node->name);
	return tree_find_phandle(tree, get_be32(property->value + offset));
}

static struct tree_node *find_one(struct tree *tree, enum nv2_selector_kind kind, uint64_t value,
				  const char *text, const struct nv2_selector *under)
{
	struct nv2_selector selector = {
		.kind = kind,
		.under = under,
		.value = value,
		.text = text,
		.text_len = text ? (uint32_t)strlen(text) : 0,
	};
	struct tree_matches matches = select_nodes(select_index_new(arena, tree), &selector);

	ck_assert_ptr_nonnull(matches.first);
	ck_assert_ptr_null(matches.second);
	return (struct tree_node *)matches.first;
}

/* What the wiring says, whatever nodes are called and numbered. */
static void expect_wired(struct tree *tree)
{
	const struct nv2_selector phb = {.kind = NV2_SELECT_PHB, .value = 0x6030200000000};
	const struct nv2_selector xscom = {.kind = NV2_SELECT_XSCOM, .value = 0};
	const struct nv2_selector npu = {
		.kind = NV2_SELECT_NPU, .value = 0x5011000, .under = &xscom};
	struct tree_node *bridge0 = find_one(tree, NV2_SELECT_BRIDGE, 0, NULL, &phb);
	struct tree_node *bridge1 = find_one(tree, NV2_SELECT_BRIDGE, 1, NULL, &phb);
	struct tree_node *link0 = find_one(tree, NV2_SELECT_LINK, 0, NULL, &npu);
	struct tree_node *gpu = find_one(tree, NV2_SELECT_GPU, 0, "GPU0", NULL);
	struct tree_node *slot = find_one(tree, NV2_SELECT_SLOT, 0, "GPU0", NULL);
	struct tree_node *memory = tree_find_path(tree, "/memory@40000000000");
	struct tree_node *link2 = follow(tree, link0, "peer", 0);

	ck_assert_ptr_nonnull(memory);
	ck_assert_ptr_eq(follow(tree, bridge0, "ibm,nvlink", 0), link0);
	ck_assert_ptr_eq(follow(tree, bridge0, "ibm,gpu", 0), gpu);
	ck_assert_ptr_eq(follow(tree, bridge0, "memory-region", 0), memory);
	ck_assert_ptr_eq(follow(tree, bridge1, "memory-region", 0), memory);
	ck_assert_ptr_eq(follow(tree, gpu, "ibm,npu", 0), bridge0);
	ck_assert_ptr_eq(follow(tree, gpu, "ibm,npu", 4), bridge1);
	ck_assert_str_eq(link2->name, "link@2");
	ck_assert_ptr_eq(link2->parent, link0->parent);
	ck_assert_ptr_eq(follow(tree, link2, "me", 0), link0);
	ck_assert_ptr_eq(follow(tree, link2, "me", 4), link2);
	ck_assert_ptr_eq(follow(tree, link2, "first", 0), link0);
	ck_assert_ptr_eq(follow(tree, link2, "ibm,pcie-slot", 0), slot);
	ck_assert_ptr_eq(follow(tree, link0, "ibm,pcie-slot", 0), slot);
}

static const struct {
	const char *name, *from, *to;
} variants[] = {
	{"as it is", "compatible", "compatible"},
	{"another order of phandles", "phandle = <0x10>", "phandle = <0x7fffffff>"},
	{"a small phandle", "phandle = <0x30>", "phandle = <2>"},
	{"the old spelling", "phandle = <0x20>", "linux,phandle = <0x20>"},
	{"a PHB of another name", "pciex@6030200000000", "pci@6030200000000"},
	{"a bridge of another name", "unknown-bridge@0 ", "pci@0 "},
	{"a link of another name", "link@0 ", "nvlink@0 "},
	{"an xscom of another name", "xscom@603fc00000000", "scom"},
	{"a slot of another name", "builtin", "connector"},
	{"a label on the GPU itself", "3d-controller@0 {", "gpu@0 { ibm,loc-code = \"GPU0\";"},
	{"a bus number", "reg = <0x100 0", "reg = <0x2000100 0"},
	{"values that are there already", "vendor-id = <0x1014>;",
	 "vendor-id = <0x1014>; ibm,gpu = <0x30>; ibm,nvlink = <0x10>; ibm,nvlink-speed = <8>;"},
	{"GPU memory that is there already", "memory@0 {",
	 "memory@40000000000 { device_type = \"memory\"; compatible = "
	 "\"ibm,coherent-device-memory\"; reg = <0x400 0 0x20 0>; phandle = <0x77>; }; memory@0 {"},
	{"more below the NPU", "phandle = <0x11>; };",
	 "phandle = <0x11>; }; link@2 { compatible = \"ibm,npu-link\"; reg = <2>; phandle = <0x55>;"
	 " };"},
};

START_TEST(binds_to_any_build)
{
	const char *text = replace(base_text, variants[_i].from, variants[_i].to);
	struct tree *base = from_dts("base.dtb", text), *bound, *again;
	enum overlay_rules rules = OVERLAY_LINUX;
	struct buffer blob = {0};

	bound = bind_text(late_text, base);
	ck_assert_msg(bound != NULL, "%s: %s", variants[_i].name, all_text());
	/* What Linux is given is a blob. */
	ck_assert(tree_write_dtb(bound, &blob));
	ck_assert_int_eq(fdt_check_full(blob.data, blob.len), 0);
	bound = tree_read_dtb(arena, names, diags, "bound.dtbo", blob.data, blob.len);
	buffer_free(&blob);
	ck_assert_msg(bound && tree_apply(base, bound, rules, diags), "%s: %s", variants[_i].name,
		      all_text());
	expect_wired(base);

	again = bind_text(late_text, base);
	ck_assert_msg(again != NULL, "%s: %s", variants[_i].name, all_text());
	ck_assert_msg(!again->root->children, "%s: %s", variants[_i].name, write_text(again));
	ck_assert_str_eq(property_string(tree_find_property(again, again->root, "compatible")),
			 "ibm,witherspoon");
	ck_assert(tree_apply(base, again, rules, diags));
	expect_wired(base);
}
END_TEST

/* libfdt applies what was bound, and gets the same. */
START_TEST(gives_what_libfdt_applies)
{
	struct tree *base = from_dts("base.dtb", base_text);
	struct tree *bound = bind_text(late_text, base), *merged;
	struct buffer from = {0}, over = {0};
	char *room = arena_alloc(arena, 65536);

	ck_assert(tree_write_dtb(base, &from) && tree_write_dtb(bound, &over));
	ck_assert_int_eq(fdt_open_into(from.data, room, 65536), 0);
	ck_assert_int_eq(fdt_overlay_apply(room, over.data), 0);
	merged = tree_read_dtb(arena, names, diags, "libfdt", room, 65536);
	expect_wired(merged);
	buffer_free(&from);
	buffer_free(&over);
}
END_TEST

/* Not bound, it goes nowhere. */
START_TEST(cannot_be_applied_unbound)
{
	struct tree *base = from_dts("base.dtb", base_text);
	struct buffer from = {0}, over = {0};
	struct tree *late = from_dts("late.dtbo", late_text);
	char *room = arena_alloc(arena, 65536);

	ck_assert(tree_is_late_bound(late));
	ck_assert(!tree_apply(base, late, OVERLAY_GENERIC, diags));
	ck_assert_uint_eq(count_code(TREE_OVERLAY_UNBOUND), 1);
	ck_assert(tree_write_dtb(base, &from) && tree_write_dtb(late, &over));
	ck_assert_int_eq(fdt_open_into(from.data, room, 65536), 0);
	ck_assert_int_ne(fdt_overlay_apply(room, over.data), 0);
	buffer_free(&from);
	buffer_free(&over);
}
END_TEST

/* ---- what is in the way ---- */

static const struct {
	enum tree_code code;
	bool in_base; /* replace in the base, or in the overlay */
	const char *from, *to;
	const char *message;
} refusals[] = {
	{TREE_BOARD_MISMATCH, true, "\"ibm,witherspoon\"", "\"ibm,firestone\"", "ibm,firestone"},
	{TREE_BOARD_MISMATCH, true, "compatible = \"ibm,powernv\", \"ibm,witherspoon\";", "",
	 "without compatible"},
	{TREE_SELECTOR_MISSING, true, "ibm,loc-code = \"GPU0\"", "ibm,loc-code = \"GPU00\"",
	 "did you mean \"GPU00\""},
	{TREE_SELECTOR_MISSING, true, "vendor-id = <0x10de>", "vendor-id = <0x1002>",
	 "the PCI node of GPU0"},
	{TREE_SELECTOR_MISSING, true, "vendor-id = <0x1014>", "vendor-id = <0x1015>",
	 "the bridge of npu0:0"},
	{TREE_SELECTOR_MISSING, true, "\"ibm,power9-npu-pciex\"", "\"ibm,power9-npu-pci\"",
	 "the PHB of npu0"},
	{TREE_SELECTOR_MISSING, true, "reg = <0x60302 0 0 0x1000000>", "reg = <0x62302 0 0 1>",
	 "0x6030200000000"},
	{TREE_SELECTOR_MISSING, true, "ibm,npu-link-index = <1>", "ibm,npu-link-index = <2>",
	 "link 1"},
	{TREE_SELECTOR_MISSING, true, "ibm,chip-id = <0>", "ibm,chip-id = <1>",
	 "the XSCOM of chip 0"},
	{TREE_SELECTOR_MISSING, true, "\"ibm,pcie-port\"", "\"ibm,pcie-plug\"", "the slot of GPU0"},
	{TREE_SELECTOR_MISSING, false, "scom = <0x5011000>", "scom = <0x5011400>", "0x5011400"},
	{TREE_SELECTOR_MISSING, false, "kind = \"gpu\"",
	 "kind = \"path\"; path = \"/pciex@600c3c0000000/pci@2\"", "/pciex@600c3c0000000/pci@2"},
	/* Paths are whole: what the boot library cannot find must not be found here. */
	{TREE_SELECTOR_MISSING, false, "kind = \"gpu\"",
	 "kind = \"path\"; path = \"/pciex@600c3c0000000/pci\"", NULL},
	{TREE_SELECTOR_AMBIGUOUS, true, "\"GPU1\"", "\"GPU0\"", "more than one"},
	{TREE_SELECTOR_AMBIGUOUS, true, "ibm,chip-id = <8>", "ibm,chip-id = <0>", NULL},
	{TREE_SELECTOR_AMBIGUOUS, true, "phandle = <0x11>; };",
	 "phandle = <0x11>; }; a@2 { compatible = \"ibm,npu-link\"; reg = <2>; phandle = <1>;"
	 " }; b@2 { compatible = \"ibm,npu-link\"; reg = <2>; };",
	 "two nodes with the reg"},
	{TREE_PHANDLE_MISSING, true, "phandle = <0x30>;", "", "the PCI node of GPU0"},
	{TREE_PHANDLE_MISSING, true, "phandle = <0x30>;", "phandle = <0x30 0>;", NULL},
	{TREE_PHANDLE_MISSING, true, "phandle = <0x30>;", "phandle = <0xffffffff>;", NULL},
	/* Found by name and by fixup: still one thing to say. */
	{TREE_PHANDLE_MISSING, true, "phandle = <0x10>;", "", "link@0"},
	{TREE_VALUE_DIFFERS, true, "vendor-id = <0x1014>;",
	 "vendor-id = <0x1014>; ibm,gpu = <0x31>;", "<0x30>, but in base.dtb it is <0x31>"},
	{TREE_VALUE_DIFFERS, true, "\"GPU0\"; phandle = <0x10>", "\"GPU3\"; phandle = <0x10>",
	 "\"GPU0\", but in base.dtb it is \"GPU3\""},
	/* 1 is the number that the new node's phandle has in the overlay. */
	{TREE_VALUE_DIFFERS, true, "vendor-id = <0x1014>;",
	 "vendor-id = <0x1014>; memory-region = <1>;", "to be added"},
	{TREE_VALUE_DIFFERS, false, "ibm,nvlink-speed = <8>", "ibm,device-tgt-addr = <8>",
	 "elsewhere"},
	{TREE_CELLS_DIFFER, false, "#address-cells = <1>; #size-cells = <0>;\n  link@0",
	 "#address-cells = <1>; #size-cells = <1>;\n  link@0", "1 address and 1 size"},
	{TREE_CELLS_DIFFER, true, "#address-cells = <2>; #size-cells = <2>;", "", "it has 2 and 1"},
	{TREE_MEMORY_OVERLAP, true, "reg = <0 0 0x40 0>", "reg = <0 0 1 0 0x3f0 0 0x20 0>",
	 "0x40000000000 to 0x40fffffffff"},
	{TREE_MEMORY_OVERLAP, true, "reg = <0 0 0x40 0>", "reg = <0x41f 0xffffffff 0 1>",
	 "from 0x41fffffffff to 0x41fffffffff"},
	/* A long range, and behind its start a short one that ends before. */
	{TREE_MEMORY_OVERLAP, true, "reg = <0 0 0x40 0>", "reg = <0 0 0x1000 0 0x10 0 1 0>",
	 "from 0x40000000000 to 0x41fffffffff"},
	{TREE_BIND_VERSION, false, "nv2,bind-1", "nv2,bind-2", "nv2,bind-1"},
	{TREE_BIND_VERSION, false, "kind = \"gpu\"", "kind = \"tpu\"", "kind"},
	{TREE_BIND_DAMAGED, false, "kind = \"gpu\";", "", "no kind"},
	{TREE_BIND_DAMAGED, false, "chip-id = <0>;", "", "no chip-id"},
	{TREE_BIND_DAMAGED, false, "chip-id = <0>;", "chip-id = <0 0>;", "no chip-id"},
	{TREE_BIND_DAMAGED, false, "address = <0x60302 0>", "address = <0x60302>", "no address"},
	{TREE_BIND_DAMAGED, false, "slot-label = \"GPU0\";\n  fixups = \"/fragment@0",
	 "slot-label = \"\";\n  fixups = \"/fragment@0", "no slot-label"},
	{TREE_BIND_DAMAGED, false, "board = \"ibm,none\", \"ibm,witherspoon\"", "board = <1>",
	 "no board"},
	{TREE_BIND_DAMAGED, false, "under = <1>;", "", "which selector"},
	{TREE_BIND_DAMAGED, false, "under = <1>;", "under = <0>;", "none of kind xscom"},
	{TREE_BIND_DAMAGED, false, "under = <1>;", "under = <10>;", "none of kind xscom"},
	{TREE_BIND_DAMAGED, false, "under = <1>;", "under = <2>;", "none of kind xscom"},
	{TREE_BIND_DAMAGED, false, "reg = <3>;", "reg = <4>;", "number of another"},
	{TREE_BIND_DAMAGED, false, "reg = <3>;", "reg = <10>;", "beyond"},
	{TREE_BIND_DAMAGED, false, "reg = <3>;", "", "no number"},
	{TREE_BIND_DAMAGED, false, "/nv2-unbound/5", "/nv2-unbound/10", "target"},
	{TREE_BIND_DAMAGED, false, "/nv2-unbound/5", "/nv2-unbound/05", "target"},
	{TREE_BIND_DAMAGED, false, "/nv2-unbound/5", "/nv2-unbound/", "target"},
	{TREE_BIND_DAMAGED, false, "/nv2-unbound/5", "/nv2-unbound/5x", "target"},
	{TREE_BIND_DAMAGED, false, "/nv2-unbound/5", "/", "target"},
	{TREE_BIND_DAMAGED, false, "target-path = \"/nv2-unbound/5\"", "target = <5>", "target"},
	{TREE_BIND_DAMAGED, false, "ibm,gpu:0", "ibm,gpu:1", "outside"},
	{TREE_BIND_DAMAGED, false, "ibm,gpu:0", "ibm,gpx:0", "property"},
	{TREE_BIND_DAMAGED, false, "ibm,gpu:0", "ibm,device-tgt-addr:0", "not 0xffffffff"},
	{TREE_BIND_DAMAGED, false, "\"/fragment@0/__overlay__:ibm,gpu:0\"", "<1>",
	 "list of strings"},
	{TREE_BIND_DAMAGED, false, "__local_fixups__ {",
	 "__fixups__ { a = \"/fragment@0:target-path:0\"; }; __local_fixups__ {", "no __fixups__"},
	{TREE_BIND_DAMAGED, false, "__local_fixups__ {", "__symbols__ { }; __local_fixups__ {",
	 "no __symbols__"},
	{TREE_BIND_DAMAGED, false, "nv2-bind {", "nv2-bound {", "not late-bound"},
	{TREE_BIND_DAMAGED, false, "\"/fragment@0/__overlay__:ibm,gpu:0\"",
	 "\"/fragment@0/__overlay__:ibm,gpu:0\", \"/nv2-bind/sel@6:open:0\"; open = <0xffffffff>",
	 "no reference in a fragment"},
	{TREE_OVERLAY_FIXUP, false, "/fragment@2/__overlay__:ibm,npu:4",
	 "/fragment@2/__overlay__:ibm,npu:0", "overlap"},
	{TREE_OVERLAY_LOCAL_FIXUP, false, "me = <0 4>", "me = <0 8>", NULL},
};

START_TEST(says_what_is_in_the_way)
{
	const char *base_dts = base_text, *late_dts = late_text;
	struct tree *base, *bound;
	const char **changed = refusals[_i].in_base ? &base_dts : &late_dts;
	enum tree_code code = refusals[_i].code;

	*changed = replace(*changed, refusals[_i].from, refusals[_i].to);
	base = from_dts("base.dtb", base_dts);
	bound = bind_text(late_dts, base);
	ck_assert_msg(!bound, "%s -> %s was taken", refusals[_i].from, refusals[_i].to);
	ck_assert_msg(count_code(code) == 1, "wanted %s once: %s -> %s: %s", tree_codes[code].name,
		      refusals[_i].from, refusals[_i].to, all_text());
	ck_assert_msg(diags->counts[SEVERITY_ERROR] == 1, "%s -> %s: %s", refusals[_i].from,
		      refusals[_i].to, all_text());
	if (refusals[_i].message)
		ck_assert_msg(strstr(all_text(), refusals[_i].message) != NULL, "%s not in: %s",
			      refusals[_i].message, all_text());
}
END_TEST

START_TEST(needs_nodes_within_fragments)
{
	struct tree *late = from_dts("late.dtbo", late_text);

	tree_set_u32(late, tree_find_path(late, "/fragment@4"), "phandle", 9);
	tree_set_u32(late, tree_find_path(late, "/fragment@4/__overlay__/link@0"), "peer", 9);
	ck_assert_ptr_null(tree_bind(late, from_dts("base.dtb", base_text), diags));
	ck_assert_uint_eq(count_code(TREE_BIND_DAMAGED), 1);
	ck_assert_ptr_nonnull(strstr(all_text(), "which is in no fragment"));
}
END_TEST

START_TEST(reports_all_that_is_in_the_way)
{
	const char *text = replace(base_text, "phandle = <0x40>;", "");
	struct tree *base;

	text = replace(text, "vendor-id = <0x1014>;", "vendor-id = <0x1014>; ibm,nvlink = <1>;");
	text = replace(text, "ibm,npu-link-index = <1>", "ibm,npu-link-index = <5>");
	text = replace(text, "reg = <0 0 0x40 0>", "reg = <0 0 0x1000 0>");
	base = from_dts("base.dtb", text);
	ck_assert_ptr_null(bind_text(late_text, base));
	ck_assert_uint_eq(count_code(TREE_PHANDLE_MISSING), 1);
	ck_assert_uint_eq(count_code(TREE_VALUE_DIFFERS), 1);
	ck_assert_uint_eq(count_code(TREE_SELECTOR_MISSING), 1);
	ck_assert_uint_eq(count_code(TREE_MEMORY_OVERLAP), 1);
	ck_assert_uint_eq(diags->counts[SEVERITY_ERROR], 4);
}
END_TEST

/* Memory of a GPU may lie where the base has other GPU memory: that is compared by node. */
START_TEST(lets_gpu_memory_be)
{
	struct tree *base = from_dts(
		"base.dtb",
		replace(base_text, "memory@0 {",
			"gpu-memory@40000000000 { device_type = \"memory\"; reg = <0x400 0 0x40 0>;"
			" compatible = \"ibm,coherent-device-memory\"; }; memory@0 {"));

	ck_assert_msg(bind_text(late_text, base) != NULL, "%s", all_text());
}
END_TEST

START_TEST(points_at_the_wiring)
{
	static const char wiring[] = "board {\n  gpu GPU0;\n};\n";
	struct tree *base =
		from_dts("base.dtb", replace(base_text, "vendor-id = <0x1014>;",
					     "vendor-id = <0x1014>; ibm,gpu = <0x31>;"));
	struct tree *late = from_dts("late.dtbo", late_text);
	struct source *source = source_from_text(sources, "a.nv2", wiring, sizeof(wiring) - 1);
	struct tree_node *content = tree_find_path(late, "/fragment@0/__overlay__");
	struct tree *bound;

	tree_find_property(late, content, "ibm,gpu")->origin = (struct span){source->id, 14, 4};
	ck_assert_ptr_null(tree_bind(late, base, diags));
	ck_assert_msg(strstr(all_text(), "a.nv2:2:7: error: ibm,gpu of") != NULL, "%s", all_text());

	diags = diags_new(arena, sources);
	tree_find_property(late, content, "ibm,gpu")->comment = "GPU0";
	bound = tree_bind(late, from_dts("base.dtb", base_text), diags);
	content = tree_find_path(bound, "/fragment@0/__overlay__");
	ck_assert_uint_eq(tree_find_property(bound, content, "ibm,gpu")->origin.offset, 14);
	ck_assert_str_eq(tree_find_property(bound, content, "ibm,gpu")->comment, "GPU0");
}
END_TEST

/* A damaged overlay is refused, or still gives one that can be applied; nothing in between. */
START_TEST(survives_damaged_overlays)
{
	static const unsigned char flips[] = {0x01, 0x04, 0xff};
	struct buffer base_blob = run_dtc(base_text), blob = run_dtc(late_text);
	size_t bound_count = 0, refused = 0;

	for (size_t at = 0; at < blob.len; at++) {
		for (size_t i = 0; i < sizeof(flips); i++) {
			struct tree *base, *late, *bound = NULL;
			size_t len = blob.len;

			start_again();
			base = tree_read_dtb(arena, names, diags, "base.dtb", base_blob.data,
					     base_blob.len);
			blob.data[at] = (char)(blob.data[at] ^ flips[i]);
			late = tree_read_dtb(arena, names, diags, "late.dtbo", blob.data, len);
			blob.data[at] = (char)(blob.data[at] ^ flips[i]);
			if (late)
				bound = tree_bind(late, base, diags);
			ck_assert_msg(!bound == diags_have_errors(diags), "byte %zu: %s", at,
				      all_text());
			ck_assert_uint_eq(count_code(TREE_BIND_INTERNAL), 0);
			refused += !bound;
			if (!bound)
				continue;
			bound_count++;
			ck_assert_msg(tree_apply(base, bound, OVERLAY_GENERIC, diags),
				      "byte %zu: %s\n%s", at, all_text(), write_text(bound));
		}
	}
	ck_assert_uint_gt(bound_count, 100);
	ck_assert_uint_gt(refused, 1000);
	buffer_free(&blob);
	buffer_free(&base_blob);
}
END_TEST

/* ---- selectors by themselves ---- */

START_TEST(parses_fixups)
{
	static const struct {
		const char *text;
		bool good;
		uint32_t offset;
	} cases[] = {
		{"/a:p:0", true, 0},
		{"/a/b@1,2:x,y:4294967295", true, UINT32_MAX},
		{"/a:p:4294967296", false, 0},
		{"/a:p:99999999999999999999", false, 0},
		{"/a:p:007", true, 7},
		{"/a:p:1:2", false, 0},
		{"/a:p:0x4", false, 0},
		{"/a:p:+4", false, 0},
		{"/a:p:4 ", false, 0},
		{"/a:p:", false, 0},
		{"/a:p", false, 0},
		{"/a", false, 0},
		{":p:0", false, 0},
		{"/a::0", false, 0},
		{"::", false, 0},
		{"", false, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nv2_fixup fixup;
		bool good = nv2_fixup_parse(cases[i].text, strlen(cases[i].text), &fixup);

		ck_assert_msg(good == cases[i].good, "%s", cases[i].text);
		if (!good)
			continue;
		ck_assert_uint_eq(fixup.offset, cases[i].offset);
		ck_assert_uint_eq(fixup.path_len, strcspn(cases[i].text, ":"));
		ck_assert_ptr_eq(fixup.path, cases[i].text);
		ck_assert_ptr_eq(fixup.property, cases[i].text + fixup.path_len + 1);
	}
}
END_TEST

START_TEST(names_kinds)
{
	static const char *const kinds[] = {"root", "path",   "xscom", "npu", "link",
					    "phb",  "bridge", "gpu",   "slot"};

	for (unsigned i = 0; i < NV2_SELECTOR_KINDS; i++) {
		ck_assert_str_eq(nv2_selector_infos[i].name, kinds[i]);
		ck_assert_uint_eq(nv2_selector_kind_by_name(kinds[i], strlen(kinds[i])), i);
	}
	ck_assert_uint_eq(nv2_selector_kind_by_name("gp", 2), NV2_SELECTOR_KINDS);
	ck_assert_uint_eq(nv2_selector_kind_by_name("gpus", 4), NV2_SELECTOR_KINDS);
	ck_assert_uint_eq(nv2_selector_kind_by_name("", 0), NV2_SELECTOR_KINDS);
}
END_TEST

/* The index finds exactly what the predicate says of each node. */
START_TEST(finds_what_matches)
{
	struct tree *tree = from_dts("base.dtb", base_text);
	struct select_index *index = select_index_new(arena, tree);
	struct nv2_view view = tree_view(tree);
	const struct nv2_selector xscom = {.kind = NV2_SELECT_XSCOM, .value = 0};
	const struct nv2_selector npu = {
		.kind = NV2_SELECT_NPU, .value = 0x5011000, .under = &xscom};
	const struct nv2_selector phb = {.kind = NV2_SELECT_PHB, .value = 0x6030200000000};
	const struct {
		struct nv2_selector selector;
		const char *path; /* NULL: none */
	} cases[] = {
		{{NV2_SELECT_ROOT, NULL, 0, "x\0ibm,powernv", 14}, "/"},
		{{NV2_SELECT_ROOT, NULL, 0, "ibm,power", 10}, NULL},
		{{NV2_SELECT_PATH, NULL, 0, "/memory@0", 9}, "/memory@0"},
		{{NV2_SELECT_PATH, NULL, 0, "/", 1}, "/"},
		{{NV2_SELECT_PATH, NULL, 0, "/memory", 7}, NULL},
		{{NV2_SELECT_PATH, NULL, 0, "memory@0", 8}, NULL},
		{{NV2_SELECT_PATH, NULL, 0, "/memory@0/", 10}, NULL},
		{xscom, "/xscom@603fc00000000"},
		{{NV2_SELECT_XSCOM, NULL, 8, NULL, 0}, "/xscom@623fc00000000"},
		{{NV2_SELECT_XSCOM, NULL, 1, NULL, 0}, NULL},
		{npu, "/xscom@603fc00000000/npu@5011000"},
		{{NV2_SELECT_NPU, NULL, 0x5011000, NULL, 0}, NULL},
		{{NV2_SELECT_LINK, &npu, 1, NULL, 0}, "/xscom@603fc00000000/npu@5011000/link@1"},
		{{NV2_SELECT_LINK, &npu, 2, NULL, 0}, NULL},
		{{NV2_SELECT_LINK, &xscom, 1, NULL, 0}, NULL},
		{phb, "/pciex@6030200000000"},
		{{NV2_SELECT_BRIDGE, &phb, 1, NULL, 0}, "/pciex@6030200000000/unknown-bridge@0,1"},
		{{NV2_SELECT_BRIDGE, &phb, 8, NULL, 0}, NULL},
		{{NV2_SELECT_GPU, NULL, 0, "GPU0", 4},
		 "/pciex@600c3c0000000/pci@0/3d-controller@0"},
		{{NV2_SELECT_GPU, NULL, 0, "GPU1", 4},
		 "/pciex@600c3c0000000/pci@1/3d-controller@0"},
		{{NV2_SELECT_GPU, NULL, 0, "PLX", 3}, NULL},
		{{NV2_SELECT_GPU, NULL, 0, "GPU", 3}, NULL},
		{{NV2_SELECT_GPU, NULL, 0, "GPU00", 5}, NULL},
		{{NV2_SELECT_SLOT, NULL, 0, "GPU0", 4}, "/ibm,pcie-slots/down-port@a/builtin"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tree_matches matches = select_nodes(index, &cases[i].selector);

		ck_assert_msg(!matches.first == !cases[i].path, "case %zu", i);
		ck_assert_ptr_null(matches.second);
		if (cases[i].path)
			ck_assert_str_eq(tree_path(arena, matches.first), cases[i].path);
		/* A link that is under an xscom is no selector at all: only the index sees that. */
		if (cases[i].selector.under && !cases[i].path)
			continue;
		if (cases[i].selector.kind == NV2_SELECT_NPU && !cases[i].selector.under)
			continue;
		for (const struct tree_node *node = tree->root; node;
		     node = tree_next(tree->root, node))
			ck_assert_int_eq(
				nv2_selector_match(&cases[i].selector, &view, (uintptr_t)node),
				node == matches.first);
	}
}
END_TEST

START_TEST(has_links_to_all_kinds)
{
	ck_assert_uint_eq(nv2_selector_infos[NV2_SELECT_NPU].under, NV2_SELECT_XSCOM);
	ck_assert_uint_eq(nv2_selector_infos[NV2_SELECT_LINK].under, NV2_SELECT_NPU);
	ck_assert_uint_eq(nv2_selector_infos[NV2_SELECT_BRIDGE].under, NV2_SELECT_PHB);
	ck_assert_uint_eq(nv2_selector_infos[NV2_SELECT_GPU].under, NV2_SELECTOR_KINDS);
}
END_TEST

/* Many selectors on a large base: time that grows with their product would not end. */
START_TEST(binds_many)
{
	enum { MANY = 20000 };
	struct tree *base = tree_new(arena, names, "base.dtb");
	struct tree *late = tree_new(arena, names, "late.dtbo"), *bound;
	struct tree_node *bind, *fragment, *content;

	tree_set_string(base, base->root, "compatible", "b");
	for (uint32_t i = 0; i < MANY; i++) {
		struct tree_node *gpu =
			tree_add_node(base, base->root, arena_printf(arena, "gpu@%x", (unsigned)i));

		tree_set_u32(base, gpu, "vendor-id", 0x10de);
		tree_set_u32(base, gpu, "phandle", MANY - i);
		tree_set_string(base, gpu, "ibm,loc-code",
				arena_printf(arena, "GPU%u", (unsigned)i));
	}
	for (uint32_t i = 0; i < MANY; i++) {
		fragment = tree_add_node(late, late->root,
					 arena_printf(arena, "fragment@%u", (unsigned)i));
		tree_set_string(late, fragment, "target-path",
				arena_printf(arena, "/nv2-unbound/%u", (unsigned)i));
		content = tree_add_node(late, fragment, "__overlay__");
		tree_set_u32(late, content, "peer", UINT32_MAX);
	}
	bind = tree_add_node(late, late->root, "nv2-bind");
	tree_set_string(late, bind, "compatible", "nv2,bind-1");
	for (uint32_t i = 0; i < MANY; i++) {
		struct tree_node *node =
			tree_add_node(late, bind, arena_printf(arena, "sel@%x", (unsigned)i));

		tree_set_u32(late, node, "reg", i);
		tree_set_string(late, node, "kind", "gpu");
		tree_set_string(late, node, "slot-label",
				arena_printf(arena, "GPU%u", (unsigned)i));
		tree_set_string(late, node, "fixups",
				arena_printf(arena, "/fragment@%u/__overlay__:peer:0",
					     (unsigned)((i + 1) % MANY)));
	}
	bound = tree_bind(late, base, diags);
	ck_assert_msg(bound != NULL, "%s", all_text());
	ck_assert_uint_eq(bound->root->child_count, MANY);
	ck_assert(tree_apply(base, bound, OVERLAY_LINUX, diags));
	ck_assert_str_eq(follow(base, tree_find_path(base, "/gpu@5"), "peer", 0)->name, "gpu@4");
}
END_TEST


static Suite *make_suite(void)
{
	Suite *suite = suite_create("bind");
	TCase *cases = add_case(suite, "selectors", start_session, stop_session);

	tcase_add_test(cases, parses_fixups);
	tcase_add_test(cases, names_kinds);
	tcase_add_test(cases, finds_what_matches);
	tcase_add_test(cases, has_links_to_all_kinds);

	cases = add_case(suite, "binding", start_session, stop_session);
	tcase_add_test(cases, binds_as_written_by_hand);
	tcase_add_loop_test(cases, binds_to_any_build, 0, (int)COUNT(variants));
	tcase_add_test(cases, gives_what_libfdt_applies);
	tcase_add_test(cases, cannot_be_applied_unbound);
	tcase_add_test(cases, lets_gpu_memory_be);
	tcase_add_test(cases, points_at_the_wiring);
	tcase_add_test(cases, binds_many);

	cases = add_case(suite, "in the way", start_session, stop_session);
	tcase_add_loop_test(cases, says_what_is_in_the_way, 0, (int)COUNT(refusals));
	tcase_add_test(cases, needs_nodes_within_fragments);
	tcase_add_test(cases, reports_all_that_is_in_the_way);
	tcase_add_test(cases, survives_damaged_overlays);
	return suite;
}

int main(void)
{
	return run_suite(make_suite());
}
