/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes nothing, checks the numbers of the chip families. Every number here
 * was copied from the facts, none from the program.
 */
#include <check.h>
#include <inttypes.h>
#include <string.h>

#include "family/family.h"
#include "unit.h"

static const struct family *const family = &power9_npu2;

START_TEST(finds_families_and_maps)
{
	size_t count = 0;
	const char *const *names = family_names(&count);

	ck_assert_uint_eq(count, 1);
	ck_assert_str_eq(names[0], "power9-npu2");
	ck_assert_ptr_eq(family_find("power9-npu2"), family);
	ck_assert_ptr_null(family_find("power9"));
	ck_assert_ptr_null(family_find("power9-npu22"));
	ck_assert_ptr_null(family_find(""));
	ck_assert_uint_eq(family->map_count, 2);
	ck_assert_str_eq(family_find_map(family, "gpu-4t-up")->name, "gpu-4t-up");
	ck_assert_str_eq(family_find_map(family, "gpu-4t-down")->name, "gpu-4t-down");
	ck_assert_ptr_null(family_find_map(family, "gpu-4t"));
	ck_assert_uint_eq(family_find_map(family, "gpu-4t-up")->groups, 4);
	ck_assert_uint_eq(family_find_map(family, "gpu-4t-down")->groups, 6);
}
END_TEST

/* Every row of the table of apertures and tgts. */
static const struct {
	const char *map;
	unsigned chip, group;
	uint64_t base, tgt;
} apertures[] = {
	{"gpu-4t-down", 0, 0, UINT64_C(0x3e000000000), UINT64_C(0x3e000000000)},
	{"gpu-4t-down", 0, 1, UINT64_C(0x3c000000000), UINT64_C(0x3c000000000)},
	{"gpu-4t-down", 0, 2, UINT64_C(0x3a000000000), UINT64_C(0x3a000000000)},
	{"gpu-4t-down", 0, 3, UINT64_C(0x38000000000), UINT64_C(0x38000000000)},
	{"gpu-4t-down", 0, 4, UINT64_C(0x36000000000), UINT64_C(0x36000000000)},
	{"gpu-4t-down", 0, 5, UINT64_C(0x34000000000), UINT64_C(0x34000000000)},
	{"gpu-4t-down", 8, 0, UINT64_C(0x23e000000000), UINT64_C(0xbe000000000)},
	{"gpu-4t-down", 8, 1, UINT64_C(0x23c000000000), UINT64_C(0xbc000000000)},
	{"gpu-4t-down", 8, 2, UINT64_C(0x23a000000000), UINT64_C(0xba000000000)},
	{"gpu-4t-down", 8, 3, UINT64_C(0x238000000000), UINT64_C(0xb8000000000)},
	{"gpu-4t-down", 8, 4, UINT64_C(0x236000000000), UINT64_C(0xb6000000000)},
	{"gpu-4t-down", 8, 5, UINT64_C(0x234000000000), UINT64_C(0xb4000000000)},
	{"gpu-4t-up", 0, 0, UINT64_C(0x40000000000), UINT64_C(0x40000000000)},
	{"gpu-4t-up", 0, 1, UINT64_C(0x42000000000), UINT64_C(0x42000000000)},
	{"gpu-4t-up", 0, 2, UINT64_C(0x44000000000), UINT64_C(0x44000000000)},
	{"gpu-4t-up", 0, 3, UINT64_C(0x46000000000), UINT64_C(0x46000000000)},
	{"gpu-4t-up", 8, 0, UINT64_C(0x240000000000), UINT64_C(0xc0000000000)},
	{"gpu-4t-up", 8, 1, UINT64_C(0x242000000000), UINT64_C(0xc2000000000)},
	{"gpu-4t-up", 8, 2, UINT64_C(0x244000000000), UINT64_C(0xc4000000000)},
	{"gpu-4t-up", 8, 3, UINT64_C(0x246000000000), UINT64_C(0xc6000000000)},
};

START_TEST(places_apertures)
{
	const struct memory_map *map = family_find_map(family, apertures[_i].map);
	uint64_t base = family_aperture(family, map, apertures[_i].chip, apertures[_i].group);

	ck_assert_uint_eq(base, apertures[_i].base);
	ck_assert_uint_eq(family->compress(base), apertures[_i].tgt);
	ck_assert_uint_eq(family->expand(apertures[_i].tgt), apertures[_i].base);
}
END_TEST

/* Kept are bits 0-42, 45-46 and 49-50; they go to 0-42, 43-44 and 45-46. */
START_TEST(compresses_bit_by_bit)
{
	for (unsigned bit = 0; bit < 64; bit++) {
		uint64_t address = UINT64_C(1) << bit, tgt = 0;

		if (bit <= 42)
			tgt = address;
		else if (bit == 45 || bit == 46)
			tgt = UINT64_C(1) << (bit - 2);
		else if (bit == 49 || bit == 50)
			tgt = UINT64_C(1) << (bit - 4);
		ck_assert_msg(family->compress(address) == tgt, "bit %u", bit);
		if (tgt)
			ck_assert_msg(family->expand(tgt) == address, "bit %u", bit);
	}
	ck_assert_uint_eq(family->compress(0), 0);
	ck_assert_uint_eq(family->compress(UINT64_MAX), UINT64_C(0x7fffffffffff));
	ck_assert_uint_eq(family->expand(UINT64_C(0x7fffffffffff)), UINT64_C(0x667ffffffffff));
	/* Nothing above 47 bits reaches an address. */
	ck_assert_uint_eq(family->expand(UINT64_MAX), UINT64_C(0x667ffffffffff));
}
END_TEST

START_TEST(compresses_any_address)
{
	uint64_t state = 11;

	for (unsigned turn = 0; turn < 100000; turn++) {
		uint64_t address = next_random(&state), tgt = family->compress(address);

		ck_assert_uint_eq(tgt >> 47, 0);
		ck_assert_uint_eq(family->expand(tgt), address & UINT64_C(0x667ffffffffff));
		ck_assert_uint_eq(family->compress(family->expand(tgt)), tgt);
	}
}
END_TEST

/* With the map going down the GPUs of these chips get their addresses back, of others not. */
START_TEST(survives_compression_downwards)
{
	static const unsigned good[] = {0, 1, 8, 9, 16, 17, 24, 25};
	const struct memory_map *map = family_find_map(family, "gpu-4t-down");

	for (unsigned chip = 0; chip < 128; chip++) {
		bool allowed = false;

		for (size_t i = 0; i < COUNT(good); i++)
			allowed |= good[i] == chip;
		for (unsigned group = 0; group < 6; group++) {
			uint64_t base = family_aperture(family, map, chip, group);

			ck_assert_uint_eq(base, UINT64_C(0x3e000000000) -
							group * UINT64_C(0x2000000000) +
							((uint64_t)chip << 42));
			ck_assert_msg((family->expand(family->compress(base)) == base) == allowed,
				      "chip %u group %u", chip, group);
		}
	}
}
END_TEST

/* With the map going up, all but chip 0 of each node run over into the next chip's room. */
START_TEST(survives_compression_upwards)
{
	static const unsigned good[] = {0, 8, 16, 24};
	const struct memory_map *map = family_find_map(family, "gpu-4t-up");

	for (size_t i = 0; i < COUNT(good); i++) {
		for (unsigned group = 0; group < 4; group++) {
			uint64_t base = family_aperture(family, map, good[i], group);

			ck_assert_uint_eq(family->expand(family->compress(base)), base);
			ck_assert_uint_ne(family->compress(base), 0);
			ck_assert_uint_eq(base % UINT64_C(0x2000000000), 0);
		}
	}
	/* tgt 0 means "no NVLink2" */
	ck_assert_uint_eq(family->compress(family_aperture(family, map, 1, 0)), 0);
	/* chip 7 lands in the room of chip 8 */
	ck_assert_uint_eq(family_aperture(family, map, 7, 0), family_chip_base(family, 8));
}
END_TEST

/* All apertures of chips that a map is for: apart from each other, in both forms. */
START_TEST(keeps_apertures_apart)
{
	static const unsigned chips[2][8] = {{0, 8, 16, 24}, {0, 1, 8, 9, 16, 17, 24, 25}};
	static const unsigned counts[2] = {4, 8};
	static const char *const names[2] = {"gpu-4t-up", "gpu-4t-down"};
	const struct memory_map *map = family_find_map(family, names[_i]);
	uint64_t bases[48], tgts[48];
	size_t count = 0;

	for (unsigned i = 0; i < counts[_i]; i++) {
		for (unsigned group = 0; group < map->groups; group++) {
			bases[count] = family_aperture(family, map, chips[_i][i], group);
			tgts[count] = family->compress(bases[count]);
			count++;
		}
	}
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < i; j++) {
			ck_assert_uint_ne(bases[i], bases[j]);
			ck_assert_uint_ne(tgts[i], tgts[j]);
		}
		/* nor in the memory of a chip */
		for (unsigned j = 0; j < counts[_i]; j++) {
			uint64_t memory = (uint64_t)chips[_i][j] << 42;

			ck_assert(bases[i] + UINT64_C(0x2000000000) <= memory ||
				  bases[i] >= memory + UINT64_C(0x34000000000));
		}
	}
}
END_TEST

static const struct {
	const char *text;
	uint64_t bits_per_second; /* 0: no such rate */
	uint32_t code;
} rates[] = {
	{"20", UINT64_C(20000000000), 0x3},
	{"20.0", UINT64_C(20000000000), 0x3},
	{"20.00000", UINT64_C(20000000000), 0x3},
	{"25", UINT64_C(25000000000), 0x9},
	{"25.00", UINT64_C(25000000000), 0x9},
	{"25.78125", UINT64_C(25781250000), 0x8},
	{"25.781250", UINT64_C(25781250000), 0x8},
	{"25.78125000000000000000000000000000000", UINT64_C(25781250000), 0x8},
	{"", 0, 0},
	{"0", 0, 0},
	{"2", 0, 0},
	{"200", 0, 0},
	{"250", 0, 0},
	{"25.7", 0, 0},
	{"25.78", 0, 0},
	{"25.7812", 0, 0},
	{"25.78126", 0, 0},
	{"25.781251", 0, 0},
	{"25.00001", 0, 0},
	{"025", 0, 0},
	{"20.05", 0, 0},
	{"2578125", 0, 0},
	{".", 0, 0},
	{"18446744073709551615", 0, 0},
};

START_TEST(knows_rates)
{
	const struct link_rate *rate = family_find_rate(family, rates[_i].text);

	if (!rates[_i].bits_per_second) {
		ck_assert_msg(!rate, "'%s' is %s", rates[_i].text, rate ? rate->text : "");
		return;
	}
	ck_assert_msg(rate != NULL, "'%s'", rates[_i].text);
	ck_assert_uint_eq(rate->bits_per_second, rates[_i].bits_per_second);
	ck_assert_uint_eq(rate->code, rates[_i].code);
	ck_assert_ptr_eq(family_find_rate(family, rate->text), rate);
}
END_TEST

/* op920.wsp.dts, lines 4071 to 4166: link@0 to link@5 of a real machine. */
static const struct {
	uint32_t lane_mask;
	uint64_t phy;
	uint32_t brick_id, workbook_link_id;
} bricks[] = {
	{0xf1e000, UINT64_C(0x8000000009010c3f), 0x0, 1},
	{0x0e1870, UINT64_C(0x8000000009010c3f), 0x1, 3},
	{0x00078f, UINT64_C(0x8000000009010c3f), 0x2, 5},
	{0x00078f, UINT64_C(0x800000000c010c3f), 0x9, 7},
	{0x0e1870, UINT64_C(0x800000000c010c3f), 0xa, 9},
	{0xf1e000, UINT64_C(0x800000000c010c3f), 0xb, 11},
};

START_TEST(knows_bricks)
{
	ck_assert_uint_eq(family->bricks, 6);
	ck_assert_uint_eq(family->gpu_ports, 6);
	for (unsigned i = 0; i < 6; i++) {
		ck_assert_uint_eq(family->lane_masks[i], bricks[i].lane_mask);
		ck_assert_uint_eq(family->phys[i], bricks[i].phy);
		ck_assert_uint_eq(family->brick_ids[i], bricks[i].brick_id);
		ck_assert_uint_eq(family->workbook_link_ids[i], bricks[i].workbook_link_id);
		ck_assert_int_eq(__builtin_popcount(family->lane_masks[i]), 8);
	}
	/* the three of one PHY take all its lanes, each once */
	ck_assert_uint_eq(family->lane_masks[0] ^ family->lane_masks[1] ^ family->lane_masks[2],
			  0xffffff);
	ck_assert_uint_eq(family->lane_masks[3] ^ family->lane_masks[4] ^ family->lane_masks[5],
			  0xffffff);
}
END_TEST

START_TEST(knows_the_chip)
{
	ck_assert_uint_eq(family->chip_ids, 128);
	ck_assert_uint_eq(family->aperture_size, UINT64_C(0x2000000000));
	ck_assert_uint_eq(family->memory_size, UINT64_C(0x34000000000));
	ck_assert_uint_eq(family_chip_base(family, 0), 0);
	ck_assert_uint_eq(family_chip_base(family, 8), UINT64_C(0x200000000000));
	ck_assert_uint_eq(family_chip_base(family, 127), UINT64_C(0x1fc0000000000));
	ck_assert_uint_eq(family->xscom, UINT64_C(0x603fc00000000));
	ck_assert_uint_eq(family->scom_base, 0x5011000);
	ck_assert_uint_eq(family->scom_size, 0x2c);
	ck_assert_uint_eq(family->npu_regs, UINT64_C(0x6030200000000));
	ck_assert_uint_eq(family->npu_regs_size, 0x1000000);
	ck_assert_uint_eq(family->mmio_window, UINT64_C(0x6030201600000));
	ck_assert_uint_eq(family->mmio_window_size, 0x120000);
	ck_assert_uint_eq(family->atsds, 8);
	ck_assert_uint_eq(family->npu_regs + family->atsd_offset, UINT64_C(0x6030200800000));
	ck_assert_uint_eq(family->npu_regs + family->atsd_offset + 7 * family->atsd_stride,
			  UINT64_C(0x6030200870000));
	/* 1, 2, 3, 4 or 6 links: facts §5.2 */
	ck_assert_uint_eq(family->gpu_link_counts, 0x5e);
	ck_assert_uint_eq(family->first_gpu_node, 255);
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("family");
	TCase *cases = add_case(suite, "power9-npu2", NULL, NULL);

	tcase_add_test(cases, finds_families_and_maps);
	tcase_add_loop_test(cases, places_apertures, 0, COUNT(apertures));
	tcase_add_test(cases, compresses_bit_by_bit);
	tcase_add_test(cases, compresses_any_address);
	tcase_add_test(cases, survives_compression_downwards);
	tcase_add_test(cases, survives_compression_upwards);
	tcase_add_loop_test(cases, keeps_apertures_apart, 0, 2);
	tcase_add_loop_test(cases, knows_rates, 0, COUNT(rates));
	tcase_add_test(cases, knows_bricks);
	tcase_add_test(cases, knows_the_chip);
	return suite;
}

int main(void)
{
	return run_suite(make_suite());
}
