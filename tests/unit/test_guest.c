/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes nothing, checks what tools on the command line cannot see of guests:
 * fragments under our own merge, and VMM files with names at their limits.
 */
#include <string.h>

#include "session.h"

#include "emit/guest.h"
#include "emit/vmm.h"
#include "lang/parse.h"
#include "tree/overlay.h"
#include "wiring/wiring.h"

#define PHB "/pci@800000020000001"

static void setup(void)
{
	start_session();
	wiring_register_codes(diags);
}

/* The plan of the one guest of a board with two GPUs on chip 0. */
static struct plan_guest *plan_of(const char *gpu0, const char *guest)
{
	struct lang lang = {
		.arena = arena, .strings = names, .sources = sources, .diags = diags};
	struct wiring_options options = {0};
	const char *text = arena_printf(
		arena,
		"/nv2-v1/;\nboard \"b\" {\ncompatible = \"b\";\nfamily = power9-npu2;\n"
		"memory-map = gpu-4t-up;\nnpu npu0 { chip = 0; }\n"
		"gpu %s { slot = \"GPU0\"; }\ngpu GPU1 { slot = \"GPU1\"; }\n"
		"link npu0:0-2 <-> %s:1,3,5 at 25.78125 Gbps;\n"
		"link npu0:3-5 <-> GPU1:1,3,5 at 25.78125 Gbps;\n};\nguest \"vm0\" { %s };\n",
		gpu0, gpu0, guest);
	struct source *source = source_from_text(sources, "test.nv2", text, strlen(text));
	struct wiring *wiring = build_wiring(arena, names, diags, parse_file(&lang, source),
					     &options);
	struct plan *plan;

	ck_assert_msg(!diags_have_errors(diags), "%s", all_text());
	plan = make_plan(arena, wiring);
	return make_guest_plan(arena, plan->boards.items[0], wiring->guests.items[0]);
}

static struct plan_guest *plan_default(void)
{
	return plan_of("GPU0", "machine = \"pseries-5.1\"; phb 1 { npu = npu0; }");
}

static struct tree *fragment_of(const struct plan_guest *guest)
{
	struct tree *tree = tree_new(arena, names, "guest fragment");

	emit_guest(tree, guest);
	return tree;
}

static uint32_t cell_of(struct tree *tree, const char *path, const char *name, uint32_t number)
{
	struct tree_node *node = tree_find_path(tree, path);
	struct tree_property *property = node ? tree_find_property(tree, node, name) : NULL;

	ck_assert_msg(property && property->len >= number * 4 + 4, "%s: %s[%u]", path, name,
		      number);
	return get_be32(property->value + (size_t)number * 4);
}

/* A vPHB with its first GPU and bridge, as another hand would have made them. */
static struct tree *base_with_devices(uint32_t gpu_phandle)
{
	struct tree *tree = tree_new(arena, names, "base");
	struct tree_node *phb = tree_add_node(tree, tree->root, "pci@800000020000001");
	struct tree_node *gpu = tree_add_node(tree, phb, "3d-controller@0");
	struct tree_node *other = tree_add_node(tree, tree->root, "other");

	tree_set_string(tree, phb, "device_type", "pci");
	tree_set_u32(tree, gpu, "vendor-id", 0x10de);
	if (gpu_phandle) {
		tree_set_u32(tree, gpu, "phandle", gpu_phandle);
		tree_set_u32(tree, other, "device", gpu_phandle);
	}
	tree_add_node(tree, phb, "unknown-bridge@2");
	return tree;
}

static void apply(struct tree *base, const struct tree *fragment)
{
	ck_assert_msg(tree_apply(base, fragment, OVERLAY_GENERIC, diags), "%s", all_text());
	ck_assert_msg(!diags->first, "%s", all_text());
}

START_TEST(test_bare)
{
	struct tree *base = tree_new(arena, names, "bare tree");

	apply(base, fragment_of(plan_default()));
	ck_assert_uint_eq(cell_of(base, PHB "/3d-controller@0", "phandle", 0), 0x12010000);
	ck_assert_uint_eq(cell_of(base, PHB "/3d-controller@0", "ibm,npu", 2), 0x12010020);
	ck_assert_uint_eq(cell_of(base, PHB "/unknown-bridge@7", "ibm,nvlink", 0), 0x00130112);
	ck_assert_uint_eq(cell_of(base, "/npuphb1/link@5", "phandle", 0), 0x00130112);
	ck_assert_uint_eq(cell_of(base, "/memory@422000000000", "phandle", 0), 0x110101ff);
	ck_assert_uint_eq(cell_of(base, "/rtas", "ibm,max-associativity-domains", 4), 3);
}
END_TEST

START_TEST(test_nodes_there)
{
	struct tree *base = base_with_devices(0);

	apply(base, fragment_of(plan_default()));
	ck_assert_uint_eq(cell_of(base, PHB "/3d-controller@0", "vendor-id", 0), 0x10de);
	ck_assert_uint_eq(cell_of(base, PHB "/3d-controller@0", "phandle", 0), 0x12010000);
	ck_assert_uint_eq(cell_of(base, PHB "/unknown-bridge@2", "ibm,gpu", 0), 0x12010000);
}
END_TEST

/* The base's phandle stays, whoever refers to it is right, and so are our references. */
START_TEST(test_phandles_there)
{
	struct tree *base = base_with_devices(0x77);

	apply(base, fragment_of(plan_default()));
	ck_assert_uint_eq(cell_of(base, PHB "/3d-controller@0", "phandle", 0), 0x77);
	ck_assert_uint_eq(cell_of(base, "/other", "device", 0), 0x77);
	for (uint32_t slot = 2; slot < 5; slot++)
		ck_assert_uint_eq(cell_of(base,
					  arena_printf(arena, PHB "/unknown-bridge@%x", slot),
					  "ibm,gpu", 0),
				  0x77);
	ck_assert_uint_eq(cell_of(base, PHB "/unknown-bridge@5", "ibm,gpu", 0),
			  cell_of(base, PHB "/3d-controller@1", "phandle", 0));
	ck_assert_uint_eq(cell_of(base, PHB "/unknown-bridge@2", "memory-region", 0),
			  cell_of(base, "/memory@420000000000", "phandle", 0));
}
END_TEST

START_TEST(test_twice)
{
	struct tree *base = tree_new(arena, names, "bare tree");
	struct tree *fragment = fragment_of(plan_default());

	apply(base, fragment);
	apply(base, fragment);
	ck_assert_uint_eq(cell_of(base, PHB "/3d-controller@0", "phandle", 0), 0x12010000);
	ck_assert_uint_eq(cell_of(base, PHB "/unknown-bridge@2", "ibm,gpu", 0), 0x12010000);
}
END_TEST

START_TEST(test_no_devices)
{
	struct tree *base = tree_new(arena, names, "bare tree");
	struct buffer out = {0};
	struct plan_guest *guest = plan_of("GPU0", "machine = \"pseries-4.2\";");

	ck_assert(tree_apply(base, fragment_of(guest), OVERLAY_GENERIC, diags));
	ck_assert_uint_eq(cell_of(base, "/rtas", "ibm,max-associativity-domains", 1), 0);
	ck_assert_uint_eq(cell_of(base, "/rtas", "ibm,max-associativity-domains", 4), 1);
	ck_assert(emit_qemu(guest, &out));
	ck_assert(emit_libvirt(guest, &out));
	ck_assert_ptr_null(strstr(out.data, "vfio"));
	buffer_free(&out);
}
END_TEST

static const char *label_of(size_t len)
{
	char *label = arena_alloc(arena, len + 1);

	memset(label, 'g', len);
	return label;
}

/* QEMU keeps 63 letters of an id: "link." and 56 letters and ".5". */
START_TEST(test_long_labels)
{
	static const size_t lengths[] = {1, 50, 56, 57, 60, 100, 980};

	for (size_t i = 0; i < COUNT(lengths); i++) {
		const char *label = label_of(lengths[i]);
		struct plan_guest *guest =
			plan_of(label, "machine = \"pseries-5.1\"; phb 1 { npu = npu0; }");
		struct buffer out = {0};
		const char *line;

		ck_assert(emit_qemu(guest, &out));
		ck_assert_ptr_nonnull(
			strstr(out.data, lengths[i] > 56 ? "[device \"gpu.1.0.0\"]\n"
							 : arena_printf(arena, "\"gpu.%s\"]\n", label)));
		for (line = out.data; *line; line += strcspn(line, "\n") + 1)
			ck_assert_uint_lt(strcspn(line, "\n"), 1023);
		buffer_free(&out);
	}
}
END_TEST

START_TEST(test_too_long_label)
{
	struct plan_guest *guest =
		plan_of(label_of(2000), "machine = \"pseries-5.1\"; phb 1 { npu = npu0; }");
	struct buffer out = {0};

	ck_assert(!emit_qemu(guest, &out));
	buffer_free(&out);
	ck_assert(emit_libvirt(guest, &out));
	buffer_free(&out);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("guest");
	TCase *fragment = add_case(suite, "fragment", setup, stop_session);
	TCase *vmm = add_case(suite, "vmm", setup, stop_session);

	tcase_add_test(fragment, test_bare);
	tcase_add_test(fragment, test_nodes_there);
	tcase_add_test(fragment, test_phandles_there);
	tcase_add_test(fragment, test_twice);
	tcase_add_test(fragment, test_no_devices);
	tcase_add_test(vmm, test_long_labels);
	tcase_add_test(vmm, test_too_long_label);
	return run_suite(suite);
}
