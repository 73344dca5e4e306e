/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes nothing, checks the numbers that follow from a wiring. They were
 * copied from the facts (§1, §2, §6, §7, §10.1), none from the program.
 */
#include <check.h>
#include <inttypes.h>
#include <string.h>

#include "compile.h"
#include "plan/plan.h"

static const struct plan_board *plan(const char *text)
{
	const struct wiring *wiring = compile_good(text);
	const struct plan *made = make_plan(lang.arena, wiring);

	ck_assert_ptr_eq(made->wiring, wiring);
	ck_assert_uint_eq(made->boards.count, wiring->boards.count);
	return made->boards.items[0];
}

static const struct plan_gpu *gpu_named(const struct plan_board *board, const char *name)
{
	for (size_t i = 0; i < board->gpus.count; i++)
		if (!strcmp(board->gpus.items[i]->gpu->name, name))
			return board->gpus.items[i];
	ck_abort_msg("no gpu %s", name);
	return NULL;
}

/* ---- one NPU ---- */

struct wanted_npu {
	uint32_t chip;
	uint64_t xscom, regs, mmio_window, first_atsd;
	const char *npu_path, *phb_path;
};

static const struct wanted_npu npus[] = {
	{0, UINT64_C(0x603fc00000000), UINT64_C(0x6030200000000), UINT64_C(0x6030201600000),
	 UINT64_C(0x6030200800000), "/xscom@603fc00000000/npu@5011000", "/pciex@6030200000000"},
	{8, UINT64_C(0x623fc00000000), UINT64_C(0x6230200000000), UINT64_C(0x6230201600000),
	 UINT64_C(0x6230200800000), "/xscom@623fc00000000/npu@5011000", "/pciex@6230200000000"},
};

static void expect_npu(const struct plan_npu *npu, const struct wanted_npu *want)
{
	ck_assert_uint_eq(npu->chip, want->chip);
	ck_assert_uint_eq(npu->xscom, want->xscom);
	ck_assert_uint_eq(npu->scom_base, 0x5011000);
	ck_assert_uint_eq(npu->regs, want->regs);
	ck_assert_uint_eq(npu->mmio_window, want->mmio_window);
	ck_assert_uint_eq(npu->mmio_window_size, 0x120000);
	ck_assert_str_eq(npu->npu_path, want->npu_path);
	ck_assert_mem_eq(npu->npu_path, npu->xscom_path, strlen(npu->xscom_path));
	ck_assert_int_eq(npu->npu_path[strlen(npu->xscom_path)], '/');
	ck_assert_str_eq(npu->phb_path, want->phb_path);
	ck_assert(!npu->phb_path_set);
	ck_assert_uint_eq(npu->atsd_count, 8);
	for (unsigned i = 0; i < 8; i++)
		ck_assert_uint_eq(npu->atsds[i], want->first_atsd + i * 0x10000);
}

/* ---- Redbud: facts §10.1, and the same for chip 8 by §1 and §6 ---- */

static const struct {
	const char *name;
	unsigned npu;
	uint64_t base, tgt;
	uint32_t node;
	const char *memory_name;
} redbud_gpus[] = {
	{"GPU0", 0, UINT64_C(0x40000000000), UINT64_C(0x40000000000), 255, "memory@40000000000"},
	{"GPU1", 0, UINT64_C(0x42000000000), UINT64_C(0x42000000000), 254, "memory@42000000000"},
	{"GPU3", 1, UINT64_C(0x240000000000), UINT64_C(0xc0000000000), 253, "memory@240000000000"},
	{"GPU4", 1, UINT64_C(0x242000000000), UINT64_C(0xc2000000000), 252, "memory@242000000000"},
};

START_TEST(plans_redbud_gpus)
{
	const struct plan_board *board = plan(REDBUD);

	ck_assert_uint_eq(board->gpus.count, 4);
	ck_assert_uint_eq(board->page_size, 65536);
	for (size_t i = 0; i < 4; i++) {
		const struct plan_gpu *gpu = board->gpus.items[i];

		ck_assert_str_eq(gpu->gpu->name, redbud_gpus[i].name);
		ck_assert_ptr_eq(gpu->npu, board->npus.items[redbud_gpus[i].npu]);
		ck_assert_ptr_eq(gpu->npu->gpus.items[i % 2], gpu);
		ck_assert_uint_eq(gpu->base, redbud_gpus[i].base);
		ck_assert_uint_eq(gpu->size, UINT64_C(0x2000000000));
		ck_assert_uint_eq(gpu->tgt, redbud_gpus[i].tgt);
		ck_assert_uint_eq(gpu->node, redbud_gpus[i].node);
		ck_assert_str_eq(gpu->memory_name, redbud_gpus[i].memory_name);
		ck_assert(gpu->peers_known);
		ck_assert_uint_eq(gpu->links.count, 3);
	}
}
END_TEST

START_TEST(plans_redbud_npus)
{
	const struct plan_board *board = plan(REDBUD);

	ck_assert_uint_eq(board->npus.count, 2);
	for (size_t i = 0; i < 2; i++) {
		expect_npu(board->npus.items[i], &npus[i]);
		ck_assert_uint_eq(board->npus.items[i]->gpus.count, 2);
		ck_assert_uint_eq(board->npus.items[i]->links.count, 6);
	}
}
END_TEST

static const struct {
	uint32_t bdfn;
	unsigned gpu;
	uint64_t atsd; /* of chip 0 */
	uint32_t lane_mask;
	uint64_t phy;
	uint32_t brick_id, workbook_link_id;
} redbud_links[] = {
	{0x00, 0, UINT64_C(0x6030200800000), 0xf1e000, UINT64_C(0x8000000009010c3f), 0x0, 1},
	{0x01, 0, UINT64_C(0x6030200810000), 0x0e1870, UINT64_C(0x8000000009010c3f), 0x1, 3},
	{0x02, 0, UINT64_C(0x6030200820000), 0x00078f, UINT64_C(0x8000000009010c3f), 0x2, 5},
	{0x08, 1, UINT64_C(0x6030200830000), 0x00078f, UINT64_C(0x800000000c010c3f), 0x9, 7},
	{0x09, 1, UINT64_C(0x6030200840000), 0x0e1870, UINT64_C(0x800000000c010c3f), 0xa, 9},
	{0x0a, 1, UINT64_C(0x6030200850000), 0xf1e000, UINT64_C(0x800000000c010c3f), 0xb, 11},
};

START_TEST(plans_redbud_links)
{
	static const char *const names[] = {"npu0:0", "npu0:1", "npu0:2", "npu0:3", "npu0:4",
					    "npu0:5", "npu8:0", "npu8:1", "npu8:2", "npu8:3",
					    "npu8:4", "npu8:5"};
	const struct plan_board *board = plan(REDBUD);

	for (size_t i = 0; i < 12; i++) {
		const struct plan_npu *npu = board->npus.items[i / 6];
		const struct plan_link *link = npu->links.items[i % 6];
		const struct plan_gpu *gpu = npu->gpus.items[redbud_links[i % 6].gpu];

		ck_assert_str_eq(link->name, names[i]);
		ck_assert_ptr_eq(link->npu, npu);
		ck_assert_ptr_eq(link->gpu, gpu);
		ck_assert_uint_eq(link->link->brick, i % 6);
		ck_assert_uint_eq(link->bdfn, redbud_links[i % 6].bdfn);
		ck_assert_uint_eq(link->atsd, redbud_links[i % 6].atsd +
						      (i / 6) * UINT64_C(0x200000000000));
		ck_assert_uint_eq(link->lane_mask, redbud_links[i % 6].lane_mask);
		ck_assert_uint_eq(link->phy, redbud_links[i % 6].phy);
		ck_assert_uint_eq(link->brick_id, redbud_links[i % 6].brick_id);
		ck_assert_uint_eq(link->workbook_link_id, redbud_links[i % 6].workbook_link_id);
		ck_assert_uint_eq(link->link->rate->code, 8);
		ck_assert_uint_eq(link->link->rate->bits_per_second, UINT64_C(25781250000));
		/* ibm,npu lists them in this order */
		ck_assert_ptr_eq(gpu->links.items[i % 3], link);
	}
}
END_TEST

/* ibm,nvlink-peers: what each NVLink of a GPU leads to; "g1" is the GPU of group 1. */
static const struct {
	const char *board; /* its body */
	unsigned npu, group;
	const char *ports;
} peers[] = {
	{REDBUD_BODY, 0, 0, "g1 0 g1 1 g1 2"},
	{REDBUD_BODY, 0, 1, "g0 3 g0 4 g0 5"},
	{REDBUD_BODY, 1, 0, "g1 0 g1 1 g1 2"},
	{REDBUD_BODY, 1, 1, "g0 3 g0 4 g0 5"},
	{SEQUOIA_BODY, 0, 0, "g1 0 g2 g2 g1 1"},
	{SEQUOIA_BODY, 0, 1, "g0 2 g2 g2 g0 3"},
	{SEQUOIA_BODY, 0, 2, "g1 g0 g1 4 g0 5"},
	{SEQUOIA_BODY, 1, 0, "g1 0 g2 g2 g1 1"},
	{SEQUOIA_BODY, 1, 1, "g0 2 g2 g2 g0 3"},
	{SEQUOIA_BODY, 1, 2, "g1 g0 g1 4 g0 5"},
};

START_TEST(plans_peers)
{
	const struct plan_board *board = plan(arena_printf(
		lang.arena, "/nv2-v1/;\nboard \"b\" {\n" HEAD "%s};\n", peers[_i].board));
	const struct plan_npu *npu = board->npus.items[peers[_i].npu];
	const struct plan_gpu *gpu = npu->gpus.items[peers[_i].group];
	char text[64] = "";

	for (unsigned port = 0; port < 6; port++) {
		const struct plan_port *to = &gpu->ports[port];
		size_t len = strlen(text);

		ck_assert((to->link != NULL) != (to->peer != NULL));
		if (to->peer) {
			ck_assert_ptr_eq(to->peer->npu, npu);
			ck_assert_ptr_eq(to->peer->ports[to->peer_port].peer, gpu);
			ck_assert_uint_eq(to->peer->ports[to->peer_port].peer_port, port);
			snprintf(text + len, sizeof(text) - len, "%sg%u", port ? " " : "",
				 to->peer->gpu->group);
		} else {
			ck_assert_ptr_eq(to->link->npu, npu);
			snprintf(text + len, sizeof(text) - len, "%s%u", port ? " " : "",
				 to->link->link->brick);
		}
	}
	ck_assert_str_eq(text, peers[_i].ports);
}
END_TEST

/* ---- Sequoia: six GPUs, two links each ---- */

static const struct {
	const char *name;
	uint64_t base, tgt;
	uint32_t node, first_bdfn;
	unsigned first_brick;
} sequoia_up[] = {
	{"GPU0", UINT64_C(0x40000000000), UINT64_C(0x40000000000), 255, 0x00, 0},
	{"GPU1", UINT64_C(0x42000000000), UINT64_C(0x42000000000), 254, 0x08, 2},
	{"GPU2", UINT64_C(0x44000000000), UINT64_C(0x44000000000), 253, 0x10, 4},
	{"GPU3", UINT64_C(0x240000000000), UINT64_C(0xc0000000000), 252, 0x00, 0},
	{"GPU4", UINT64_C(0x242000000000), UINT64_C(0xc2000000000), 251, 0x08, 2},
	{"GPU5", UINT64_C(0x244000000000), UINT64_C(0xc4000000000), 250, 0x10, 4},
}, sequoia_down[] = {
	{"GPU0", UINT64_C(0x3e000000000), UINT64_C(0x3e000000000), 255, 0x00, 0},
	{"GPU1", UINT64_C(0x3c000000000), UINT64_C(0x3c000000000), 254, 0x08, 2},
	{"GPU2", UINT64_C(0x3a000000000), UINT64_C(0x3a000000000), 253, 0x10, 4},
	{"GPU3", UINT64_C(0x23e000000000), UINT64_C(0xbe000000000), 252, 0x00, 0},
	{"GPU4", UINT64_C(0x23c000000000), UINT64_C(0xbc000000000), 251, 0x08, 2},
	{"GPU5", UINT64_C(0x23a000000000), UINT64_C(0xba000000000), 250, 0x10, 4},
};

START_TEST(plans_sequoia)
{
	const struct plan_board *board =
		plan(_i ? BOARD_MAP("gpu-4t-down", SEQUOIA_BODY) : SEQUOIA);

	ck_assert_uint_eq(board->gpus.count, 6);
	for (size_t i = 0; i < 6; i++) {
		const struct plan_gpu *gpu = board->gpus.items[i];

		ck_assert_str_eq(gpu->gpu->name, (_i ? sequoia_down : sequoia_up)[i].name);
		ck_assert_uint_eq(gpu->base, (_i ? sequoia_down : sequoia_up)[i].base);
		ck_assert_uint_eq(gpu->tgt, (_i ? sequoia_down : sequoia_up)[i].tgt);
		ck_assert_uint_eq(gpu->node, sequoia_up[i].node);
		ck_assert_uint_eq(gpu->links.count, 2);
		ck_assert_uint_eq(gpu->gpu->group, i % 3);
		for (unsigned j = 0; j < 2; j++) {
			ck_assert_uint_eq(gpu->links.items[j]->bdfn, sequoia_up[i].first_bdfn + j);
			ck_assert_uint_eq(gpu->links.items[j]->link->brick,
					  sequoia_up[i].first_brick + j);
		}
	}
	for (size_t i = 0; i < 2; i++)
		expect_npu(board->npus.items[i], &npus[i]);
}
END_TEST

START_TEST(names_memory_by_its_address)
{
	const struct plan_board *board = plan(BOARD_MAP("gpu-4t-down", REDBUD_BODY));

	ck_assert_str_eq(gpu_named(board, "GPU0")->memory_name, "memory@3e000000000");
	ck_assert_str_eq(gpu_named(board, "GPU1")->memory_name, "memory@3c000000000");
	ck_assert_str_eq(gpu_named(board, "GPU3")->memory_name, "memory@23e000000000");
	ck_assert_str_eq(gpu_named(board, "GPU4")->memory_name, "memory@23c000000000");
	/* ids fall with the groups, whichever way the addresses go */
	ck_assert_uint_eq(gpu_named(board, "GPU0")->node, 255);
	ck_assert_uint_eq(gpu_named(board, "GPU4")->node, 252);
}
END_TEST

/* ---- order ---- */

#define CHIP "\tnpu n { chip = 0; }\n"

/* Functions follow the bricks, devices the lowest bricks, whatever the text does. */
START_TEST(orders_functions_by_brick)
{
	static const uint32_t bdfns[] = {0x00, 0x08, 0x09, 0x01, 0x10, 0x0a};
	static const char *const gpus[] = {"B", "A", "A", "B", "C", "A"};
	const struct plan_board *board = plan(BOARD(
		GPU("A") GPU("C") "link n:5,2,1 <-> A:0,1,2 at 25 Gbps;\n"
		"link C:0 <-> n:4 at 20 Gbps;\n" GPU("B") "link B:5,4 <-> n:3,0 at 25.78125 Gbps;\n" CHIP));
	const struct plan_npu *npu = board->npus.items[0];

	ck_assert_uint_eq(npu->links.count, 6);
	for (unsigned i = 0; i < 6; i++) {
		ck_assert_uint_eq(npu->links.items[i]->link->brick, i);
		ck_assert_uint_eq(npu->links.items[i]->bdfn, bdfns[i]);
		ck_assert_str_eq(npu->links.items[i]->gpu->gpu->name, gpus[i]);
		ck_assert_uint_eq(npu->links.items[i]->atsd, UINT64_C(0x6030200800000) + i * 0x10000);
	}
	ck_assert_uint_eq(gpu_named(board, "B")->base, UINT64_C(0x40000000000));
	ck_assert_uint_eq(gpu_named(board, "A")->base, UINT64_C(0x42000000000));
	ck_assert_uint_eq(gpu_named(board, "C")->base, UINT64_C(0x44000000000));
	ck_assert_uint_eq(gpu_named(board, "B")->node, 255);
	ck_assert_uint_eq(gpu_named(board, "A")->node, 254);
	ck_assert_uint_eq(gpu_named(board, "C")->node, 253);
	ck_assert_ptr_eq(gpu_named(board, "A")->ports[0].link, npu->links.items[5]);
	ck_assert_ptr_eq(gpu_named(board, "A")->ports[2].link, npu->links.items[1]);
	ck_assert_ptr_eq(gpu_named(board, "B")->ports[5].link, npu->links.items[3]);
}
END_TEST

/* The lower chip comes first, wherever it stands in the text; chips without links not at all. */
START_TEST(orders_npus_by_chip)
{
	const struct plan_board *board = plan(BOARD_MAP(
		"gpu-4t-down",
		"npu z { chip = 25; } npu y { chip = 1; } npu x { chip = 17; } npu w { chip = 0; }"
		GPU("Z") GPU("Y") GPU("X")
		"link z:0 <-> Z:0 at 25 Gbps; link x:5 <-> X:0 at 25 Gbps; link y:2 <-> Y:0 at 25 Gbps;"));

	ck_assert_uint_eq(board->npus.count, 3);
	ck_assert_uint_eq(board->npus.items[0]->chip, 1);
	ck_assert_uint_eq(board->npus.items[1]->chip, 17);
	ck_assert_uint_eq(board->npus.items[2]->chip, 25);
	ck_assert_uint_eq(gpu_named(board, "Y")->node, 255);
	ck_assert_uint_eq(gpu_named(board, "X")->node, 254);
	ck_assert_uint_eq(gpu_named(board, "Z")->node, 253);
	/* 1 << 42 and 17 << 42 higher than on chip 0 */
	ck_assert_str_eq(board->npus.items[0]->phb_path, "/pciex@6070200000000");
	ck_assert_uint_eq(gpu_named(board, "Y")->base, UINT64_C(0x7e000000000));
	ck_assert_uint_eq(gpu_named(board, "X")->base, UINT64_C(0x47e000000000));
	ck_assert_uint_eq(gpu_named(board, "X")->tgt, UINT64_C(0x17e000000000));
	/* brick 2 alone is function 0, with the register of brick 2 */
	ck_assert_uint_eq(board->npus.items[0]->links.items[0]->bdfn, 0);
	ck_assert_uint_eq(board->npus.items[0]->links.items[0]->atsd, UINT64_C(0x6070200820000));
}
END_TEST

/* What the wiring sets goes before what the family has. */
START_TEST(takes_what_is_set)
{
	const struct plan_board *board = plan(BOARD(
		"page-size = 4KiB;"
		"npu n { chip = 8; scom = 0x5011400; phb = \"/pciex@1234\"; }"
		"gpu A { slot = \"A\"; group = 2; } gpu B { slot = \"B\"; aperture = 0x246000000000; }"
		"link n:0-1 <-> A:0-1 at 25 Gbps { lane-mask = 0xff, 0xff00; phy = 5; brick-id = 9; }"
		"link n:3 <-> B at 25 Gbps;"));
	const struct plan_npu *npu = board->npus.items[0];

	ck_assert_uint_eq(board->page_size, 4096);
	ck_assert_uint_eq(npu->scom_base, 0x5011400);
	ck_assert_str_eq(npu->npu_path, "/xscom@623fc00000000/npu@5011400");
	ck_assert_str_eq(npu->phb_path, "/pciex@1234");
	ck_assert(npu->phb_path_set);
	ck_assert_uint_eq(npu->regs, UINT64_C(0x6230200000000));
	ck_assert_uint_eq(gpu_named(board, "A")->base, UINT64_C(0x244000000000));
	ck_assert_uint_eq(gpu_named(board, "A")->links.items[1]->bdfn, 0x11);
	ck_assert_uint_eq(gpu_named(board, "A")->links.items[1]->lane_mask, 0xff00);
	ck_assert_uint_eq(gpu_named(board, "A")->links.items[1]->phy, 5);
	ck_assert_uint_eq(gpu_named(board, "A")->links.items[1]->brick_id, 9);
	/* B is the second by its lowest brick */
	ck_assert_uint_eq(gpu_named(board, "B")->gpu->group, 1);
	ck_assert_uint_eq(gpu_named(board, "B")->links.items[0]->bdfn, 0x08);
	ck_assert_uint_eq(gpu_named(board, "B")->base, UINT64_C(0x246000000000));
	ck_assert_uint_eq(gpu_named(board, "B")->tgt, UINT64_C(0xc6000000000));
	ck_assert_str_eq(gpu_named(board, "B")->memory_name, "memory@246000000000");
	ck_assert(!gpu_named(board, "B")->peers_known);
	/* group 1 comes before group 2 */
	ck_assert_str_eq(npu->gpus.items[0]->gpu->name, "B");
	ck_assert_uint_eq(gpu_named(board, "B")->node, 255);
	ck_assert_uint_eq(gpu_named(board, "A")->node, 254);
}
END_TEST

/* Six GPUs on one chip take all apertures of the map that goes down. */
START_TEST(fills_the_map)
{
	const struct plan_board *board = plan(BOARD_MAP(
		"gpu-4t-down", CHIP GPU("A") GPU("B") GPU("C") GPU("D") GPU("E") GPU("F")
		"link n:0 <-> A:0 at 25 Gbps; link n:1 <-> B:0 at 25 Gbps; link n:2 <-> C:0 at 25 Gbps;"
		"link n:3 <-> D:0 at 25 Gbps; link n:4 <-> E:0 at 25 Gbps; link n:5 <-> F:0 at 25 Gbps;"));

	for (unsigned i = 0; i < 6; i++) {
		const struct plan_gpu *gpu = board->gpus.items[i];

		ck_assert_uint_eq(gpu->base, UINT64_C(0x3e000000000) - i * UINT64_C(0x2000000000));
		ck_assert_uint_eq(gpu->node, 255 - i);
		ck_assert_uint_eq(gpu->links.items[0]->bdfn, i << 3);
	}
}
END_TEST

START_TEST(plans_each_board_for_itself)
{
	const struct wiring *wiring = compile_good(
		"/nv2-v1/;\nboard \"x\" {\n" HEAD REDBUD_BODY "};\n"
		"board \"y\" {\n" HEAD SEQUOIA_BODY "};\nboard \"z\" {\n" HEAD CHIP "};\n");
	const struct plan *made = make_plan(lang.arena, wiring);

	ck_assert_uint_eq(made->boards.count, 3);
	ck_assert_uint_eq(made->boards.items[0]->gpus.items[0]->node, 255);
	ck_assert_uint_eq(made->boards.items[1]->gpus.items[0]->node, 255);
	ck_assert_uint_eq(made->boards.items[1]->gpus.items[5]->node, 250);
	ck_assert_uint_eq(made->boards.items[2]->npus.count, 0);
	ck_assert_uint_eq(made->boards.items[2]->gpus.count, 0);
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("plan");
	TCase *cases = add_case(suite, "power9-npu2", start_compiler, stop_compiler);

	tcase_add_test(cases, plans_redbud_gpus);
	tcase_add_test(cases, plans_redbud_npus);
	tcase_add_test(cases, plans_redbud_links);
	tcase_add_loop_test(cases, plans_peers, 0, COUNT(peers));
	tcase_add_loop_test(cases, plans_sequoia, 0, 2);
	tcase_add_test(cases, names_memory_by_its_address);
	tcase_add_test(cases, orders_functions_by_brick);
	tcase_add_test(cases, orders_npus_by_chip);
	tcase_add_test(cases, takes_what_is_set);
	tcase_add_test(cases, fills_the_map);
	tcase_add_test(cases, plans_each_board_for_itself);
	return suite;
}

int main(void)
{
	return run_suite(make_suite());
}
