/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes links and GPUs made by hand, checks the VFIO region of each, to the
 * byte. What is expected stems from facts/nvlink2.md §4 and §10.7.
 */
#include "unit.h"

#include <string.h>

#include <jansson.h>

#include "core/buffer.h"
#include "emit/tables.h"
#include "plan/region.h"

#define PAGE_64K UINT64_C(0x10000)
#define PAGE_4K UINT64_C(0x1000)
#define ATSD0 UINT64_C(0x6030200800000)
#define ATSD_STRIDE UINT64_C(0x10000)

/* Chip 0 of a Redbud: GPU0, and the link on one of the NPU's bricks. */
static struct link_rate rate;
static struct link link_model;
static struct plan_npu npu;
static struct plan_gpu gpu;
static struct plan_link bridge;
static struct npu npu_model = {.name = "npu0"};
static struct gpu gpu_model = {.name = "GPU0"};
static struct board board_model = {.name = "example,board"};

static void set_up(unsigned brick, unsigned atsds)
{
	rate = (struct link_rate){"25.78125", UINT64_C(25781250000), 8};
	link_model = (struct link){.brick = brick, .rate = &rate};
	npu = (struct plan_npu){.npu = &npu_model, .atsd_count = atsds};
	for (unsigned i = 0; i < atsds; i++)
		npu.atsds[i] = ATSD0 + i * ATSD_STRIDE;
	gpu = (struct plan_gpu){
		.gpu = &gpu_model,
		.npu = &npu,
		.base = UINT64_C(0x40000000000),
		.size = UINT64_C(0x2000000000),
		.tgt = UINT64_C(0x40000000000),
	};
	bridge =
		(struct plan_link){.link = &link_model, .npu = &npu, .gpu = &gpu, .name = "npu0:0"};
}

/* Groups of four bytes, as the facts have them. */
static void assert_info(const struct plan_region *region, bool big_endian, const char *expected)
{
	unsigned char info[REGION_INFO_MAX];
	struct buffer text = {0};
	size_t len;

	memset(info, 0xaa, sizeof(info));
	len = plan_region_info(region, big_endian, info);
	for (size_t i = 0; i < len; i++)
		buffer_printf(&text, "%s%02x", i && i % 4 == 0 ? " " : "", info[i]);
	ck_assert_str_eq(text.data, expected);
	buffer_free(&text);
	for (size_t i = len; i < sizeof(info); i++)
		ck_assert_uint_eq(info[i], 0);
}

START_TEST(describes_gpu)
{
	struct plan_region region;

	set_up(0, 8);
	region = plan_gpu_region(&gpu);
	ck_assert_uint_eq(region.index, 9);
	ck_assert_uint_eq(region.offset, UINT64_C(0x90000000000));
	ck_assert_uint_eq(region.size, UINT64_C(0x2000000000));
	ck_assert_uint_eq(region.flags, 0xf);
	ck_assert_uint_eq(region.type, 0x800010de);
	ck_assert_uint_eq(region.subtype, 1);
	ck_assert_uint_eq(region.tgt, UINT64_C(0x40000000000));
	ck_assert_uint_eq(region.atsd, 0);
	ck_assert(!region.atsd_shared);
	ck_assert(!region.has_link_speed);
	assert_info(&region, false,
		    "40000000 0f000000 09000000 20000000 00000000 20000000 00000000 00090000 "
		    "02000100 30000000 de100080 01000000 04000100 00000000 00000000 00040000");
	assert_info(&region, true,
		    "00000040 0000000f 00000009 00000020 00000020 00000000 00000900 00000000 "
		    "00020001 00000030 800010de 00000001 00040001 00000000 00000400 00000000");
}
END_TEST

START_TEST(describes_link)
{
	struct plan_region region;

	set_up(0, 8);
	region = plan_link_region(&bridge, PAGE_64K);
	ck_assert_uint_eq(region.index, 9);
	ck_assert_uint_eq(region.offset, UINT64_C(0x90000000000));
	ck_assert_uint_eq(region.size, 0x10000);
	ck_assert_uint_eq(region.flags, 0xf);
	ck_assert_uint_eq(region.type, 0x80001014);
	ck_assert_uint_eq(region.subtype, 1);
	ck_assert_uint_eq(region.tgt, UINT64_C(0x40000000000));
	ck_assert_uint_eq(region.atsd, UINT64_C(0x6030200800000));
	ck_assert(!region.atsd_shared);
	ck_assert(region.has_link_speed);
	ck_assert_uint_eq(region.link_speed, 8);
	assert_info(&region, false,
		    "50000000 0f000000 09000000 20000000 00000100 00000000 00000000 00090000 "
		    "02000100 30000000 14100080 01000000 04000100 40000000 00000000 00040000 "
		    "05000100 00000000 08000000 00000000");
	assert_info(&region, true,
		    "00000050 0000000f 00000009 00000020 00000000 00010000 00000900 00000000 "
		    "00020001 00000030 80001014 00000001 00040001 00000040 00000400 00000000 "
		    "00050001 00000000 00000008 00000000");
}
END_TEST

/* The region is a page of the host's, wherever the register lies. */
START_TEST(is_a_page_of_the_host)
{
	struct plan_region region;

	set_up(0, 8);
	region = plan_link_region(&bridge, PAGE_4K);
	ck_assert_uint_eq(region.size, 0x1000);
	ck_assert_uint_eq(region.atsd, UINT64_C(0x6030200800000));
	assert_info(&region, false,
		    "50000000 0f000000 09000000 20000000 00100000 00000000 00000000 00090000 "
		    "02000100 30000000 14100080 01000000 04000100 40000000 00000000 00040000 "
		    "05000100 00000000 08000000 00000000");
}
END_TEST

START_TEST(has_a_register_per_link)
{
	static const uint64_t expected[] = {
		UINT64_C(0x6030200800000), UINT64_C(0x6030200810000), UINT64_C(0x6030200820000),
		UINT64_C(0x6030200830000), UINT64_C(0x6030200840000), UINT64_C(0x6030200850000),
	};

	for (unsigned brick = 0; brick < COUNT(expected); brick++) {
		struct plan_region region;

		set_up(brick, 8);
		region = plan_link_region(&bridge, PAGE_64K);
		ck_assert_uint_eq(region.atsd, expected[brick]);
		ck_assert(!region.atsd_shared);
	}
}
END_TEST

/* Firmware up to skiboot 6.1 tells of one register: later links share it (facts §4.3). */
START_TEST(shares_the_first_register)
{
	static const struct {
		unsigned brick, atsds;
		bool shared;
	} cases[] = {{0, 1, false}, {1, 1, true}, {5, 1, true}, {3, 4, false}, {4, 4, true}};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct plan_region region;

		set_up(cases[i].brick, cases[i].atsds);
		region = plan_link_region(&bridge, PAGE_64K);
		ck_assert_uint_eq(region.size, 0x10000);
		ck_assert(region.atsd_shared == cases[i].shared);
		ck_assert_uint_eq(region.atsd,
				  cases[i].shared ? ATSD0 : ATSD0 + cases[i].brick * ATSD_STRIDE);
	}
}
END_TEST

START_TEST(is_empty_without_a_register)
{
	struct plan_region region;

	set_up(0, 0);
	region = plan_link_region(&bridge, PAGE_64K);
	ck_assert_uint_eq(region.size, 0);
	ck_assert_uint_eq(region.flags, 0xf);
	ck_assert_uint_eq(region.atsd, 0);
	ck_assert(!region.atsd_shared);
	assert_info(&region, false,
		    "50000000 0f000000 09000000 20000000 00000000 00000000 00000000 00090000 "
		    "02000100 30000000 14100080 01000000 04000100 40000000 00000000 00040000 "
		    "05000100 00000000 08000000 00000000");
}
END_TEST

/* facts §10.1: GPU1's aperture. Each byte of a number has its place in both byte orders. */
START_TEST(tells_the_aperture)
{
	struct plan_region region;

	set_up(3, 8);
	gpu.tgt = UINT64_C(0x42000000000);
	region = plan_gpu_region(&gpu);
	assert_info(&region, false,
		    "40000000 0f000000 09000000 20000000 00000000 20000000 00000000 00090000 "
		    "02000100 30000000 de100080 01000000 04000100 00000000 00000000 20040000");
	region = plan_link_region(&bridge, PAGE_64K);
	assert_info(&region, false,
		    "50000000 0f000000 09000000 20000000 00000100 00000000 00000000 00090000 "
		    "02000100 30000000 14100080 01000000 04000100 40000000 00000000 20040000 "
		    "05000100 00000000 08000000 00000000");
	gpu.tgt = UINT64_C(0x123456789abcdef0);
	rate.code = 0x01020304;
	region = plan_link_region(&bridge, PAGE_64K);
	assert_info(&region, true,
		    "00000050 0000000f 00000009 00000020 00000000 00010000 00000900 00000000 "
		    "00020001 00000030 80001014 00000001 00040001 00000040 12345678 9abcdef0 "
		    "00050001 00000000 01020304 00000000");
	assert_info(&region, false,
		    "50000000 0f000000 09000000 20000000 00000100 00000000 00000000 00090000 "
		    "02000100 30000000 14100080 01000000 04000100 40000000 f0debc9a 78563412 "
		    "05000100 00000000 04030201 00000000");
}
END_TEST

/* A board with this one NPU, GPU and link. */
static void with_board(void (*emit)(const struct plan_board *, struct buffer *), struct buffer *out)
{
	struct plan_npu *npus[] = {&npu};
	struct plan_gpu *gpus[] = {&gpu};
	struct plan_link *links[] = {&bridge};
	struct plan_board board = {.board = &board_model, .page_size = PAGE_64K};

	npu.gpus.items = gpus;
	npu.links.items = links;
	board.npus.items = npus;
	npu.gpus.count = npu.links.count = board.npus.count = 1;
	emit(&board, out);
}

/* The JSON region of the link. */
static json_t *link_region_json(json_t **root)
{
	struct buffer text = {0};
	json_t *device;

	with_board(emit_regions_json, &text);
	*root = json_loadb(text.data, text.len, 0, NULL);
	buffer_free(&text);
	device = json_array_get(json_object_get(*root, "devices"), 1);
	ck_assert_str_eq(json_string_value(json_object_get(device, "kind")), "link");
	return json_array_get(json_object_get(device, "regions"), 0);
}

START_TEST(leaves_out_what_is_not_there)
{
	static const struct {
		unsigned brick, atsds;
		const char *size, *atsd;
		bool shared;
	} cases[] = {
		{0, 0, "0x0", NULL, false},
		{0, 1, "0x10000", "0x6030200800000", false},
		{3, 1, "0x10000", "0x6030200800000", true},
		{3, 8, "0x10000", "0x6030200830000", false},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		json_t *root, *region;

		set_up(cases[i].brick, cases[i].atsds);
		region = link_region_json(&root);
		ck_assert_str_eq(json_string_value(json_object_get(region, "size")), cases[i].size);
		ck_assert_pstr_eq(json_string_value(json_object_get(region, "atsd")),
				  cases[i].atsd);
		ck_assert((json_object_get(region, "atsd") != NULL) == (cases[i].atsd != NULL));
		ck_assert((json_object_get(region, "atsd_shared") != NULL) == cases[i].shared);
		ck_assert_uint_eq(json_array_size(json_object_get(region, "caps")), 3);
		json_decref(root);
	}
}
END_TEST

static void emit_header(const struct plan_board *board, struct buffer *out)
{
	emit_regions_h(board, "board", out);
}

START_TEST(tells_c_of_shared_registers)
{
	struct buffer text = {0};

	set_up(3, 1);
	with_board(emit_header, &text);
	ck_assert_ptr_nonnull(strstr(text.data,
				     "\t\tUINT64_C(0x6030200800000),     /* atsd */\n"
				     "\t\t1,                             /* atsd_shared */\n"));
	buffer_free(&text);
	set_up(3, 0);
	with_board(emit_header, &text);
	ck_assert_ptr_nonnull(strstr(text.data, "0x80001014u"));
	ck_assert_ptr_null(strstr(text.data, "UINT64_C(0x10000)"));
	ck_assert_ptr_null(strstr(text.data, "/* atsd */\n\t\t1"));
	buffer_free(&text);
}
END_TEST

static const struct {
	const char *stem, *name;
} stems[] = {
	{"witherspoon-redbud", "nv2_witherspoon_redbud_regions[]"},
	{"Board.rev-2", "nv2_Board_rev_2_regions[]"},
	{"4gpus", "nv2_4gpus_regions[]"},
	{"_a__b_", "nv2_a_b_regions[]"}, /* C++ reserves two in a row */
	{"br\xc3\xa4nd", "nv2_br_nd_regions[]"},
	{"--", "nv2_board_regions[]"},
	{"", "nv2_board_regions[]"},
};

static const char *stem;

static void emit_with_stem(const struct plan_board *board, struct buffer *out)
{
	emit_regions_h(board, stem, out);
}

START_TEST(makes_identifiers)
{
	struct buffer text = {0};

	stem = stems[_i].stem;
	set_up(0, 8);
	with_board(emit_with_stem, &text);
	ck_assert_msg(strstr(text.data, stems[_i].name) != NULL, "%s not in:\n%s", stems[_i].name,
		      text.data);
	buffer_free(&text);
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("region");
	TCase *cases = add_case(suite, "regions", NULL, NULL);

	tcase_add_test(cases, describes_gpu);
	tcase_add_test(cases, describes_link);
	tcase_add_test(cases, is_a_page_of_the_host);
	tcase_add_test(cases, has_a_register_per_link);
	tcase_add_test(cases, shares_the_first_register);
	tcase_add_test(cases, is_empty_without_a_register);
	tcase_add_test(cases, tells_the_aperture);

	cases = add_case(suite, "tables", NULL, NULL);
	tcase_add_test(cases, leaves_out_what_is_not_there);
	tcase_add_test(cases, tells_c_of_shared_registers);
	tcase_add_loop_test(cases, makes_identifiers, 0, COUNT(stems));
	return suite;
}

int main(void)
{
	return run_suite(make_suite());
}
