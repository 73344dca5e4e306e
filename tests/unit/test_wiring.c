/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes nothing, checks what the model says about a text: groups, IOMMU
 * groups, slots, and what is left after amendments and deletions. Golden
 * tests have the rules.
 */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "compile.h"
#include "wiring/names.h"

static const struct board *first_board(const struct wiring *wiring)
{
	ck_assert_uint_ge(wiring->boards.count, 1);
	return wiring->boards.items[0];
}

static const struct npu *npu_named(const struct board *board, const char *name)
{
	for (size_t i = 0; i < board->npus.count; i++)
		if (!strcmp(board->npus.items[i]->name, name))
			return board->npus.items[i];
	ck_abort_msg("no npu %s", name);
	return NULL;
}

static const struct gpu *gpu_named(const struct board *board, const char *name)
{
	for (size_t i = 0; i < board->gpus.count; i++)
		if (!strcmp(board->gpus.items[i]->name, name))
			return board->gpus.items[i];
	ck_abort_msg("no gpu %s", name);
	return NULL;
}

/* "GPU0=0 GPU1=1 / 0GPU0 …": the groups, then which brick leads where. */
static const char *npu_text(const struct npu *npu)
{
	struct buffer out = {0};
	const char *copy;

	for (size_t i = 0; i < npu->gpus.count; i++) {
		const struct gpu *gpu = npu->gpus.items[i];

		buffer_printf(&out, "%s%s=%u", i ? " " : "", gpu->name, gpu->group);
		for (size_t j = 1; j < gpu->links.count; j++)
			ck_assert_uint_lt(gpu->links.items[j - 1]->brick, gpu->links.items[j]->brick);
	}
	buffer_add_string(&out, " /");
	for (unsigned i = 0; i < BRICKS_MAX; i++)
		if (npu->bricks[i])
			buffer_printf(&out, " %u%s", i, npu->bricks[i]->gpu->name);
	copy = arena_strndup(lang.arena, out.data, out.len);
	buffer_free(&out);
	return copy;
}

static void expect_npu(const struct board *board, const char *name, const char *want)
{
	ck_assert_str_eq(npu_text(npu_named(board, name)), want);
}

/* ---- groups ---- */

#define CHIP "\tnpu n { chip = 0; }\n"
#define CHIPS CHIP "\tnpu m { chip = 8; }\n"

static const struct {
	const char *body, *npu;
} groups[] = {
	/* one GPU, two, three; six with one link each */
	{CHIP GPU("A") "link n:0-2 <-> A:0-2 at 25 Gbps;", "A=0 / 0A 1A 2A"},
	{CHIP GPU("A") GPU("B") "link n:0-2 <-> A:0-2 at 25 Gbps; link n:3-5 <-> B:0-2 at 25 Gbps;",
	 "A=0 B=1 / 0A 1A 2A 3B 4B 5B"},
	/* whatever order the links have in the text */
	{CHIP GPU("A") GPU("B") "link n:3-5 <-> A:0-2 at 25 Gbps; link n:0-2 <-> B:0-2 at 25 Gbps;",
	 "B=0 A=1 / 0B 1B 2B 3A 4A 5A"},
	{CHIP GPU("B") GPU("A") "link n:3-5 <-> A:0-2 at 25 Gbps; link n:0-2 <-> B:0-2 at 25 Gbps;",
	 "B=0 A=1 / 0B 1B 2B 3A 4A 5A"},
	/* and the GPUs, and the two ends of a link */
	{GPU("C") GPU("B") GPU("A") "link C:0,1 <-> n:4,5 at 25 Gbps; link A:0 <-> n:1 at 25 Gbps;"
	 "link n:0 <-> A:1 at 25 Gbps; link B <-> n:2,3 at 25 Gbps;" CHIP,
	 "A=0 B=1 C=2 / 0A 1A 2B 3B 4C 5C"},
	/* the lowest brick counts, not the number of links */
	{CHIP GPU("A") GPU("B") "link n:5,1,2 <-> A:0-2 at 25 Gbps; link n:3,0 <-> B:0-1 at 25 Gbps;",
	 "B=0 A=1 / 0B 1A 2A 3B 5A"},
	{CHIP GPU("A") "link n:5 <-> A:0 at 25 Gbps;", "A=0 / 5A"},
	{CHIP GPU("A") GPU("B") "link n:2 <-> A:0 at 25 Gbps; link n:4 <-> B:0 at 25 Gbps;",
	 "A=0 B=1 / 2A 4B"},
	/* a GPU without links is in no group and takes no number */
	{CHIP GPU("A") GPU("X") GPU("B") "link n:2 <-> A:0 at 25 Gbps; link n:4 <-> B:0 at 25 Gbps;",
	 "A=0 B=1 / 2A 4B"},
	/* group = */
	{CHIP "gpu A { slot = \"A\"; group = 3; }" GPU("B")
	 "link n:0-2 <-> A:0-2 at 25 Gbps; link n:3-5 <-> B:0-2 at 25 Gbps;",
	 "B=1 A=3 / 0A 1A 2A 3B 4B 5B"},
	{CHIP "gpu A { slot = \"A\"; group = 1; } gpu B { slot = \"B\"; group = 0; }"
	 "link n:0-2 <-> A:0-2 at 25 Gbps; link n:3-5 <-> B:0-2 at 25 Gbps;",
	 "B=0 A=1 / 0A 1A 2A 3B 4B 5B"},
};

START_TEST(numbers_groups)
{
	const struct wiring *wiring = compile_good(
		arena_printf(lang.arena, "/nv2-v1/; board \"b\" { " HEAD "%s };\n", groups[_i].body));

	expect_npu(first_board(wiring), "n", groups[_i].npu);
}
END_TEST

/* However the statements of a board are shuffled, the model is the same. */
START_TEST(does_not_depend_on_the_order)
{
	static const char *const parts[] = {
		"npu npu0 { chip = 0; }", "npu npu8 { chip = 8; }",
		GPU("GPU0"), GPU("GPU1"), GPU("GPU2"), GPU("GPU3"), GPU("GPU4"), GPU("GPU5"),
		"link npu0:1 <-> GPU0:5 at 25 Gbps;", "link npu0:0 <-> GPU0:1 at 25 Gbps;",
		"link npu0:3,2 <-> GPU1:5,1 at 25 Gbps;", "link npu0:4-5 <-> GPU2:3,5 at 25 Gbps;",
		"link npu8:0-1 <-> GPU3:1,5 at 25 Gbps;", "link GPU4:1,5 <-> npu8:2-3 at 25 Gbps;",
		"link npu8:4-5 <-> GPU5:3,5 at 25 Gbps;", "link GPU0:0,4 <-> GPU1:0,4;",
		"link GPU2:4,1 <-> GPU0:3,2;", HEAD,
	};
	uint64_t state = 3;

	for (unsigned turn = 0; turn < 300; turn++) {
		const char *order[COUNT(parts)];
		const struct board *board;
		struct buffer text = {0};

		stop_compiler();
		start_compiler();
		memcpy(order, parts, sizeof(parts));
		for (unsigned i = COUNT(parts) - 1; i; i--) {
			unsigned j = random_below(&state, i + 1);
			const char *swap = order[i];

			order[i] = order[j];
			order[j] = swap;
		}
		buffer_add_string(&text, "/nv2-v1/; board \"b\" {\n");
		for (size_t i = 0; i < COUNT(parts); i++)
			buffer_printf(&text, "%s\n", order[i]);
		buffer_add_string(&text, "};\n");
		board = first_board(compile_good(text.data));
		expect_npu(board, "npu0", "GPU0=0 GPU1=1 GPU2=2 / 0GPU0 1GPU0 2GPU1 3GPU1 4GPU2 5GPU2");
		expect_npu(board, "npu8", "GPU3=0 GPU4=1 GPU5=2 / 0GPU3 1GPU3 2GPU4 3GPU4 4GPU5 5GPU5");
		ck_assert_str_eq(board->by_chip.items[0]->name, "npu0");
		ck_assert_str_eq(board->by_chip.items[1]->name, "npu8");
		ck_assert_str_eq(gpu_named(board, "GPU0")->ports[3].peer->name, "GPU2");
		ck_assert_uint_eq(gpu_named(board, "GPU0")->ports[3].peer_port, 4);
		ck_assert_uint_eq(gpu_named(board, "GPU1")->ports[5].link->brick, 3);
		buffer_free(&text);
	}
}
END_TEST

START_TEST(knows_ports)
{
	const struct board *board = first_board(compile_good(REDBUD));
	const struct gpu *gpu0 = gpu_named(board, "GPU0"), *gpu1 = gpu_named(board, "GPU1");

	for (unsigned i = 0; i < 3; i++) {
		ck_assert_uint_eq(gpu0->ports[2 * i + 1].link->brick, i);
		ck_assert_uint_eq(gpu1->ports[2 * i + 1].link->brick, i + 3);
		ck_assert_ptr_null(gpu0->ports[2 * i + 1].peer);
		ck_assert_ptr_null(gpu0->ports[2 * i].link);
		ck_assert_ptr_eq(gpu0->ports[2 * i].peer, gpu1);
		ck_assert_uint_eq(gpu0->ports[2 * i].peer_port, 2 * i);
		ck_assert_ptr_eq(gpu1->ports[2 * i].peer, gpu0);
	}
	ck_assert(!gpu0->ports_unknown);
	ck_assert_uint_eq(gpu0->peer_links, 3);
	ck_assert_uint_eq(board->peers.count, 6);
	ck_assert_uint_eq(board->links.count, 12);
	ck_assert_uint_eq(npu_named(board, "npu0")->link_count, 6);
	ck_assert_ptr_eq(gpu0->npu, npu_named(board, "npu0"));
	ck_assert_ptr_eq(gpu_named(board, "GPU3")->npu, npu_named(board, "npu8"));
}
END_TEST

START_TEST(leaves_ports_unknown)
{
	const struct board *board = first_board(compile_good(BOARD(
		CHIP GPU("A") GPU("B") "link n:0-2 <-> A at 25 Gbps; link n:3 <-> B:5 at 20 Gbps;")));
	const struct gpu *a = gpu_named(board, "A");

	ck_assert(a->ports_unknown);
	ck_assert_uint_eq(a->links.count, 3);
	for (size_t i = 0; i < 3; i++) {
		ck_assert_int_eq(a->links.items[i]->port, -1);
		ck_assert_uint_eq(a->links.items[i]->brick, i);
		ck_assert_uint_eq(a->links.items[i]->rate->code, 9);
	}
	ck_assert(!gpu_named(board, "B")->ports_unknown);
	ck_assert_int_eq(gpu_named(board, "B")->links.items[0]->port, 5);
	ck_assert_uint_eq(gpu_named(board, "B")->links.items[0]->rate->code, 3);
}
END_TEST

/* ---- IOMMU groups and NPUs ---- */

START_TEST(makes_one_group_a_chip)
{
	const struct board *board = first_board(compile_good(SEQUOIA));

	expect_npu(board, "npu0", "GPU0=0 GPU1=1 GPU2=2 / 0GPU0 1GPU0 2GPU1 3GPU1 4GPU2 5GPU2");
	expect_npu(board, "npu8", "GPU3=0 GPU4=1 GPU5=2 / 0GPU3 1GPU3 2GPU4 3GPU4 4GPU5 5GPU5");
	ck_assert_uint_eq(board->by_chip.count, 2);
}
END_TEST

/* ibm,npu-index counts the NPUs with links, by chip; order of the text and idle NPUs do not matter. */
START_TEST(numbers_npus)
{
	const struct board *board = first_board(compile_good(
		BOARD_MAP("gpu-4t-down",
			  "npu d { chip = 25; } npu a { chip = 0; } npu c { chip = 9; } npu b { chip = 1; }"
			  GPU("A") GPU("C") GPU("D") "link d:0 <-> D:0 at 25 Gbps;"
			  "link c:5 <-> C:0 at 25 Gbps; link a:3 <-> A:0 at 25 Gbps;")));

	ck_assert_uint_eq(board->npus.count, 4);
	ck_assert_uint_eq(board->by_chip.count, 3);
	ck_assert_str_eq(board->by_chip.items[0]->name, "a");
	ck_assert_str_eq(board->by_chip.items[1]->name, "c");
	ck_assert_str_eq(board->by_chip.items[2]->name, "d");
	for (unsigned i = 0; i < 3; i++)
		ck_assert_uint_eq(board->by_chip.items[i]->index, i);
	ck_assert_uint_eq(npu_named(board, "b")->link_count, 0);
}
END_TEST

/* Facts §6: which chips a map is for. */
START_TEST(judges_chips)
{
	static const char *const maps[] = {"gpu-4t-up", "gpu-4t-down"};
	static const unsigned good[2][8] = {{0, 8, 16, 24, 0, 0, 0, 0},
					    {0, 1, 8, 9, 16, 17, 24, 25}};
	unsigned chip = (unsigned)_i % 128, map = (unsigned)_i / 128;
	bool allowed = false;

	for (size_t i = 0; i < 8; i++)
		allowed |= good[map][i] == chip;
	compile(arena_printf(lang.arena,
			     "/nv2-v1/; board \"b\" { compatible = \"x\"; family = power9-npu2; "
			     "memory-map = %s; npu n { chip = %u; }" GPU("A")
			     "link n:0-2 <-> A:1,3,5 at 25 Gbps; };",
			     maps[map], chip));
	ck_assert_msg(diags_have_errors(lang.diags) == !allowed, "chip %u with %s: %s", chip,
		      maps[map], all_text());
	if (!allowed)
		ck_assert_uint_eq(lang.diags->counts[SEVERITY_ERROR], 1);
}
END_TEST

START_TEST(takes_the_family_s_values)
{
	const struct board *board = first_board(compile_good(BOARD(
		CHIP GPU("A") GPU("B") "link n:0-2 <-> A at 25 Gbps; link n:3-5 <-> B at 25 Gbps "
		"{ lane-mask = 0x0000ff, 0x00ff00, 0xff0000; phy = 1; brick-id = 7, 8, 9; }")));
	const struct npu *npu = npu_named(board, "n");
	uint64_t base = 0;

	ck_assert_uint_eq(link_lane_mask(npu->bricks[1]), 0x0e1870);
	ck_assert_uint_eq(link_phy(npu->bricks[1]), UINT64_C(0x8000000009010c3f));
	ck_assert_uint_eq(link_brick_id(npu->bricks[2]), 2);
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_uint_eq(link_lane_mask(npu->bricks[3 + i]), 0xffu << 8 * i);
		ck_assert_uint_eq(link_phy(npu->bricks[3 + i]), 1);
		ck_assert_uint_eq(link_brick_id(npu->bricks[3 + i]), 7 + i);
	}
	ck_assert(gpu_aperture(gpu_named(board, "B"), &base));
	ck_assert_uint_eq(base, UINT64_C(0x42000000000));
	ck_assert_uint_eq(board->page_size.value, 65536);
}
END_TEST

/* ---- amendments and deletions ---- */

static const struct {
	const char *text, *slot; /* behind the board; GPU0's slot then */
} amendments[] = {
	{"", "GPU0"},
	{"&GPU0 { slot = \"x\"; };", "x"},
	{"&GPU0 { slot = \"x\"; }; &GPU0 { slot = \"y\"; };", "y"},
	{"&GPU0 { group = 0; };", "GPU0"},
	{"&GPU0 { }", "GPU0"},
	{"&B/GPU0 { slot = \"x\"; };", "x"},
	{"&B { &GPU0 { slot = \"x\"; } };", "x"},
	{"&B { /delete/ &GPU0; gpu GPU0 { slot = \"new\"; } };", "new"},
	{"/delete/ &GPU0; &B { gpu GPU0 { slot = \"new\"; } };", "new"},
};

START_TEST(amends_in_order)
{
	const struct wiring *wiring = compile_good(
		arena_printf(lang.arena,
			     "/nv2-v1/; B: board \"b\" { " HEAD CHIP GPU("GPU0")
			     "link n:0-2 <-> GPU0:0-2 at 25 Gbps; };\n%s\n",
			     amendments[_i].text));
	const struct gpu *gpu = gpu_named(first_board(wiring), "GPU0");

	ck_assert_uint_eq(wiring->boards.items[0]->gpus.count, 1);
	ck_assert_str_eq(gpu->slot.value, amendments[_i].slot);
	ck_assert_uint_eq(gpu->links.count, 3);
}
END_TEST

START_TEST(amends_everything)
{
	const struct wiring *wiring = compile_good(
		"/nv2-v1/; B: board \"b\" { " HEAD CHIPS GPU("A") GPU("C")
		"L: link n:0-2 <-> A:0-2 at 25 Gbps { phy = 1; }; M: link m:0 <-> C:0 at 25 Gbps; };\n"
		"G: guest \"g\" { machine = \"pseries-4.1\"; P: phb 1 { npu = n; } };\n"
		"&B { model = \"m\"; page-size = 64KiB; compatible = \"x\", \"y\"; };\n"
		"&n { scom = 5; };\n&L { brick-id = 4; };\n&M { lane-mask = 0xff; };\n"
		"&G { machine = \"pseries-5.2\"; lpid = 7; };\n&P { slots { A = 9; } };\n");
	const struct board *board = first_board(wiring);
	const struct guest *guest = wiring->guests.items[0];

	ck_assert_str_eq(board->model.value, "m");
	ck_assert_uint_eq(board->compatible.count, 2);
	ck_assert_str_eq(board->compatible.items[1].value, "y");
	ck_assert_uint_eq(npu_named(board, "n")->scom.value, 5);
	ck_assert_uint_eq(npu_named(board, "n")->chip.value, 0);
	/* what the first block set is still set */
	ck_assert_uint_eq(link_phy(npu_named(board, "n")->bricks[1]), 1);
	ck_assert_uint_eq(link_brick_id(npu_named(board, "n")->bricks[1]), 4);
	ck_assert_uint_eq(link_lane_mask(npu_named(board, "m")->bricks[0]), 0xff);
	ck_assert_uint_eq(guest->machine_major, 5);
	ck_assert_uint_eq(guest->machine_minor, 2);
	ck_assert_uint_eq(guest->lpid.value, 7);
	ck_assert_uint_eq(guest->vphbs.items[0]->devices.items[0].slot, 9);
}
END_TEST

START_TEST(drops)
{
	const struct wiring *wiring = compile_good(
		"/nv2-v1/; A: board \"a\" { " HEAD CHIPS GPU("X") GPU("Y")
		"L: link n:0-2 <-> X:0-2 at 25 Gbps; M: link m:0-2 <-> Y:0-2 at 25 Gbps; };\n"
		"B: board \"b\" { " HEAD "};\nG: guest \"g\" { board = A; machine = \"pseries-5.1\"; "
		"phb 1 { npu = n; } P: phb 2 { npu = m; } };\nH: guest \"h\" { };\n"
		"/delete/ &B; /delete/ &H; /delete/ &M; /delete/ &Y; /delete/ &P; /delete/ &A/m;\n");
	const struct board *board = first_board(wiring);

	ck_assert_uint_eq(wiring->boards.count, 1);
	ck_assert_uint_eq(wiring->guests.count, 1);
	ck_assert_uint_eq(board->npus.count, 1);
	ck_assert_uint_eq(board->gpus.count, 1);
	ck_assert_uint_eq(board->links.count, 3);
	ck_assert_uint_eq(wiring->guests.items[0]->vphbs.count, 1);
	ck_assert_ptr_eq(wiring->guests.items[0]->board, board);
}
END_TEST

/* What is named after it was dropped is an error where it is named. */
static const struct {
	const char *text, *name;
} misuses[] = {
	{"/delete/ &GPU0;", "unknown-name"},
	{"/delete/ &n;", "unknown-name"},
	{"/delete/ &X;", "unknown-name"},
	{"/delete/ &L; &L { phy = 1; };", "unknown-name"},
	{"/delete/ &L; /delete/ &L;", "unknown-name"},
	{"&X { slot = \"x\"; };", "unknown-name"},
	{"&B/X { slot = \"x\"; };", "unknown-name"},
	{"&C/GPU0 { slot = \"x\"; };", "unknown-name"},
	{"C: board \"c\" { " HEAD GPU("GPU0") "}; &GPU0 { slot = \"x\"; };", "ambiguous-name"},
	{"&GPU0 { slot = \"x\"; slot = \"y\"; };", "property-twice"},
	{"&GPU0 { chip = 1; };", "unknown-property"},
	{"&GPU0 { npu x { chip = 1; } };", "misplaced"},
	{"&B { npu n { chip = 8; } };", "label-twice"},
};

START_TEST(refuses_what_is_not_there)
{
	compile(arena_printf(lang.arena,
			     "/nv2-v1/; B: board \"b\" { " HEAD CHIP GPU("GPU0")
			     "L: link n:0-2 <-> GPU0:0-2 at 25 Gbps; };\n%s\n",
			     misuses[_i].text));
	ck_assert_msg(was_given(misuses[_i].name), "%s: %s", misuses[_i].text, all_text());
}
END_TEST

START_TEST(finds_a_label_in_its_board)
{
	const struct wiring *wiring = compile_good(
		"/nv2-v1/; A: board \"a\" { " HEAD CHIP GPU("X") "link n:0 <-> X:0 at 25 Gbps; };\n"
		"B: board \"b\" { " HEAD CHIP GPU("X") "link n:1 <-> X:0 at 25 Gbps; };\n"
		"&A/X { slot = \"a\"; }; &B/X { slot = \"b\"; };\n"
		"guest \"g\" { board = B; machine = \"pseries-5.1\"; phb 1 { npu = n; } };\n"
		"guest \"h\" { board = \"a\"; machine = \"pseries-5.1\"; phb 1 { npu = n; } };\n");

	ck_assert_str_eq(wiring->boards.items[0]->gpus.items[0]->slot.value, "a");
	ck_assert_str_eq(wiring->boards.items[1]->gpus.items[0]->slot.value, "b");
	ck_assert_ptr_eq(wiring->guests.items[0]->board, wiring->boards.items[1]);
	ck_assert_uint_eq(wiring->guests.items[0]->vphbs.items[0]->devices.items[1].link->brick, 1);
	ck_assert_ptr_eq(wiring->guests.items[1]->board, wiring->boards.items[0]);
}
END_TEST

/* ---- slots ---- */

static const struct {
	const char *phb, *devices;
} slots[] = {
	/* by default one slot each: GPUs by group, then links by brick */
	{"npu = npu0;", "GPU0=0.0 GPU1=1.0 0=2.0 1=3.0 2=4.0 3=5.0 4=6.0 5=7.0"},
	/* what is named comes first, the others take the lowest slots left */
	{"npu = npu0; slots { GPU1 = 0; }",
	 "GPU0=1.0 GPU1=0.0 0=2.0 1=3.0 2=4.0 3=5.0 4=6.0 5=7.0"},
	{"npu = npu0; slots { npu0:0 = 31; GPU0 = 2; }",
	 "GPU0=2.0 GPU1=0.0 0=31.0 1=1.0 2=3.0 3=4.0 4=5.0 5=6.0"},
	{"npu = npu0; slots { GPU0 = 0; npu0:0 = 2.0; npu0:1 = 2.1; npu0:2 = 2.7; }",
	 "GPU0=0.0 GPU1=1.0 0=2.0 1=2.1 2=2.7 3=3.0 4=4.0 5=5.0"},
	{"npu = npu0; slots { GPU0 = 5; } slots { npu0:5 = 5.1; }",
	 "GPU0=5.0 GPU1=0.0 0=1.0 1=2.0 2=3.0 3=4.0 4=6.0 5=5.1"},
	{"npu = npu0; slots { GPU1 = 0x10; npu0:3 = (4 * 4 + 1); }",
	 "GPU0=0.0 GPU1=16.0 0=1.0 1=2.0 2=3.0 3=17.0 4=4.0 5=5.0"},
	/* devices: whatever their order in the text */
	{"devices = GPU0, GPU1, npu0:0-5;", "GPU0=0.0 GPU1=1.0 0=2.0 1=3.0 2=4.0 3=5.0 4=6.0 5=7.0"},
	{"devices = npu0:5,4,3, GPU1, npu0:0-2, GPU0;",
	 "GPU0=0.0 GPU1=1.0 0=2.0 1=3.0 2=4.0 3=5.0 4=6.0 5=7.0"},
	{"devices = L1, L0, GPU1, GPU0;",
	 "GPU0=0.0 GPU1=1.0 0=2.0 1=3.0 2=4.0 3=5.0 4=6.0 5=7.0"},
};

#define GUEST(phb)                                                                                 \
	"/nv2-v1/; board \"b\" { " HEAD "npu npu0 { chip = 0; }" GPU("GPU1") GPU("GPU0")           \
	"L1: link npu0:3-5 <-> GPU1:1,3,5 at 25 Gbps;"                                             \
	"L0: link npu0:0-2 <-> GPU0:1,3,5 at 25 Gbps; };\n"                                        \
	"guest \"vm0\" { machine = \"pseries-5.1\"; phb 1 { " phb " } };\n"

static const char *device_text(const struct vphb *vphb)
{
	struct buffer out = {0};
	const char *copy;

	buffer_add_string(&out, "");
	for (size_t i = 0; i < vphb->devices.count; i++) {
		const struct vphb_device *device = &vphb->devices.items[i];

		if (device->gpu)
			buffer_printf(&out, "%s%s", i ? " " : "", device->gpu->name);
		else
			buffer_printf(&out, "%s%u", i ? " " : "", device->link->brick);
		buffer_printf(&out, "=%u.%u", device->slot, device->function);
	}
	copy = arena_strndup(lang.arena, out.data, out.len);
	buffer_free(&out);
	return copy;
}

START_TEST(gives_slots)
{
	const struct wiring *wiring = compile_good(
		arena_printf(lang.arena, GUEST("%s"), slots[_i].phb));

	ck_assert_uint_eq(wiring->guests.count, 1);
	ck_assert_uint_eq(wiring->guests.items[0]->vphbs.count, 1);
	ck_assert_uint_eq(wiring->guests.items[0]->vphbs.items[0]->number, 1);
	ck_assert_str_eq(device_text(wiring->guests.items[0]->vphbs.items[0]), slots[_i].devices);
}
END_TEST

static const char *const bad_slots[] = {
	"npu = npu0; slots { GPU0 = 32; }",
	"npu = npu0; slots { GPU0 = 1.8; }",
	"npu = npu0; slots { GPU0 = 100.0; }",
	"npu = npu0; slots { GPU0 = 1.00; }",
	"npu = npu0; slots { GPU0 = 18446744073709551615; }",
	"npu = npu0; slots { GPU0 = \"1\"; }",
	"npu = npu0; slots { GPU0 = 1, 2; }",
	"npu = npu0; slots { GPU0 = 1; GPU0 = 2; }",
	"npu = npu0; slots { GPU0 = 1; GPU1 = 1; }",
	"npu = npu0; slots { GPU0 = 1.1; }",
	"npu = npu0; slots { npu0:0-1 = 1; }",
	"npu = npu0; slots { npu0 = 1; }",
	"npu = npu0; slots { npu0:6 = 1; }",
	"npu = npu0; slots { npu0:18446744073709551615 = 1; }",
	"npu = npu0; slots { GPU7 = 1; }",
	"devices = GPU0, npu0:0-18446744073709551615;",
	"devices = npu0;",
	"devices = GPU0, GPU0, GPU1, npu0:0-5;",
	"devices = \"GPU0\";",
	"devices = 5;",
	"npu = GPU0;",
	"npu = npu0, npu0;",
	"npu = npu0:0;",
	"npu = npu0; devices = GPU0;",
	"",
};

START_TEST(refuses_slots)
{
	compile(arena_printf(lang.arena, GUEST("%s"), bad_slots[_i]));
	ck_assert_msg(diags_have_errors(lang.diags), "%s", bad_slots[_i]);
}
END_TEST

/* More devices on one bus than it has slots: an error, and nothing worse. */
START_TEST(survives_crowded_buses)
{
	struct buffer text = {0};

	buffer_add_string(&text, "/nv2-v1/; board \"b\" { " HEAD);
	for (unsigned i = 0; i < 300; i++)
		buffer_printf(&text, "gpu G%u { slot = \"s%u\"; }\n", i, i);
	buffer_add_string(&text, "}; guest \"g\" { machine = \"pseries-5.1\"; phb 1 { devices = G0");
	for (unsigned i = 1; i < 300; i++)
		buffer_printf(&text, ", G%u", i);
	buffer_add_string(&text, "; slots { G0 = 0; G299 = 31.7; } } };\n");
	compile(text.data);
	buffer_free(&text);
	ck_assert(diags_have_errors(lang.diags));
	ck_assert(was_given("vphb-full"));
}
END_TEST

static const struct {
	const char *text;
	bool good;
	unsigned major, minor;
} machines[] = {
	{"pseries-4.1", true, 4, 1},   {"pseries-5.0", true, 5, 0},  {"pseries-8.1", true, 8, 1},
	{"pseries-4.0", false, 4, 0},  {"pseries-8.2", false, 8, 2}, {"pseries-2.12", false, 2, 12},
	{"pseries-10.0", false, 10, 0}, {"pseries", false, 0, 0},    {"pseries-", false, 0, 0},
	{"pseries-5", false, 0, 0},    {"pseries-5.", false, 0, 0},  {"pseries-5.1.2", false, 0, 0},
	{"pseries-x.y", false, 0, 0},  {"pseries-0.0", false, 0, 0}, {"powernv9", false, 0, 0},
	{"", false, 0, 0},             {"xpseries-5.1", false, 0, 0}, {"pseries-5.1 ", false, 0, 0},
	{"pseries-99999999999.1", false, 0, 0},
};

START_TEST(reads_machines)
{
	const struct wiring *wiring = compile(
		arena_printf(lang.arena,
			     "/nv2-v1/; board \"b\" { " HEAD CHIP GPU("A")
			     "link n:0 <-> A:0 at 25 Gbps; };\n"
			     "guest \"g\" { machine = \"%s\"; phb 1 { npu = n; } };\n",
			     machines[_i].text));

	ck_assert_msg(diags_have_errors(lang.diags) == !machines[_i].good, "%s: %s",
		      machines[_i].text, all_text());
	ck_assert_uint_eq(wiring->guests.items[0]->machine_major, machines[_i].major);
	ck_assert_uint_eq(wiring->guests.items[0]->machine_minor, machines[_i].minor);
}
END_TEST

START_TEST(takes_pages_from_outside)
{
	struct wiring_options options = {.page_size = 4096};
	const char *text = BOARD("page-size = 64KiB;" CHIP GPU("A") "link n:0 <-> A:0 at 25 Gbps;");
	struct source *source = source_from_text(lang.sources, "a", text, strlen(text));
	const struct wiring *wiring =
		build_wiring(lang.arena, lang.strings, lang.diags, parse_file(&lang, source), &options);

	ck_assert_uint_eq(first_board(wiring)->page_size.value, 4096);
}
END_TEST

START_TEST(keeps_extra_properties)
{
	const struct board *board = first_board(compile_good(BOARD(
		"npu n { chip = 0; extra host-fw { a = <1>; } extra host-os { b; } }"
		"gpu A { slot = \"A\"; extra host-os { c = \"x\"; } }"
		"link n:0-1 <-> A:0-1 at 25 Gbps { extra host-fw { d = [0102]; } }"
		"&A { extra host-os { e; } };")));
	const struct npu *npu = npu_named(board, "n");
	const struct gpu *gpu = gpu_named(board, "A");

	ck_assert_uint_eq(npu->extra[EXTRA_HOST_FW].count, 1);
	ck_assert_str_eq(npu->extra[EXTRA_HOST_FW].items[0].name, "a");
	ck_assert_mem_eq(npu->extra[EXTRA_HOST_FW].items[0].bytes, "\0\0\0\1", 4);
	ck_assert_uint_eq(npu->extra[EXTRA_HOST_OS].items[0].len, 0);
	ck_assert_uint_eq(gpu->extra[EXTRA_HOST_OS].count, 2);
	ck_assert_mem_eq(gpu->extra[EXTRA_HOST_OS].items[0].bytes, "x", 2);
	ck_assert_str_eq(gpu->extra[EXTRA_HOST_OS].items[1].name, "e");
	for (unsigned i = 0; i < 2; i++)
		ck_assert_str_eq(npu->bricks[i]->extra[EXTRA_HOST_FW].items[0].name, "d");
}
END_TEST

/* For editors: each name, and whether it is the one that declares. */
START_TEST(indexes_names)
{
	static const char two[] = "/nv2-v1/; board \"b\" { " HEAD "}; board \"c\" { " HEAD "};\n";
	static const char wire[] = "link n:0 <-> A:0 at 25 Gbps;";
	static const char text[] =
		BOARD("npu n { chip = 0; }" GPU("A") "link n:0 <-> A:0 at 25 Gbps;");
	size_t wired = (size_t)(strstr(text, wire) - text);
	struct name_index names = {0};
	struct wiring_options options = {.names = &names};
	struct source *source = source_from_text(lang.sources, "a.nv2", text, strlen(text));
	size_t declared = 0;

	build_wiring(lang.arena, lang.strings, lang.diags, parse_file(&lang, source), &options);
	ck_assert_uint_eq(names.boards.count, 1);
	ck_assert_uint_eq(names.uses.count, 4); /* n and A, twice each */
	for (size_t i = 0; i < names.uses.count; i++) {
		const struct name_use *use = &names.uses.items[i];

		ck_assert_int_eq(use->declares, use->span.offset < wired);
		declared += use->declares;
	}
	ck_assert_uint_eq(declared, 2);
	names = (struct name_index){0};
	source = source_from_text(lang.sources, "b.nv2", two, strlen(two));
	build_wiring(lang.arena, lang.strings, lang.diags, parse_file(&lang, source), &options);
	ck_assert_uint_eq(names.boards.count, 2);
}
END_TEST

/* Whatever statements in whatever order: the model is built, and errors are said or it is good. */
START_TEST(survives_nonsense)
{
	static const char *const pieces[] = {
		"npu n { chip = 0; }", "npu n { chip = 8; }", "npu m { }", "npu m { chip = 500; }",
		"gpu A { slot = \"A\"; }", "gpu A { group = 9; }", "gpu B { slot = \"A\"; aperture = 0; }",
		"L: link n:0-2 <-> A:0-2 at 25 Gbps;", "link n:0-5 <-> A at 25 Gbps;",
		"link A:0-5 <-> B:0-5;", "link n:0 <-> m:0;", "link A:7 <-> n:9 at 30 Gbps;",
		"link n <-> A;", "link A <-> A:0;", "L: link B:1 <-> n:3 at 20 Gbps { phy = 1, 2; }",
		"/delete/ &A;", "/delete/ &n;", "/delete/ &L;", "&A { pci = \"x\"; }", "&n { chip = 16; }",
		"&L { lane-mask = 3; }", "}; guest \"g\" { machine = \"pseries-5.1\"; phb 1 { npu = n; } "
		"phb 1 { devices = A, n:0-5, L, B; slots { A = 1; n:1 = 2; } } }; board \"c\" {",
		"}; X: board \"b\" { " HEAD, "&X { npu z { chip = 1; } }", "x y z;", "phb 1 { }", HEAD,
	};
	uint64_t state = 5;

	for (unsigned turn = 0; turn < 3000; turn++) {
		struct buffer text = {0};

		stop_compiler();
		start_compiler();
		buffer_add_string(&text, "/nv2-v1/; board \"b\" { ");
		for (unsigned i = random_below(&state, 14); i; i--)
			buffer_printf(&text, "%s\n", pieces[random_below(&state, COUNT(pieces))]);
		buffer_add_string(&text, "};\n");
		ck_assert_ptr_nonnull(compile(text.data));
		ck_assert_uint_gt(strlen(all_text()) + !diags_have_errors(lang.diags), 0);
		buffer_free(&text);
	}
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("wiring");
	TCase *cases = add_case(suite, "boards", start_compiler, stop_compiler);

	tcase_add_loop_test(cases, numbers_groups, 0, COUNT(groups));
	tcase_add_test(cases, does_not_depend_on_the_order);
	tcase_add_test(cases, knows_ports);
	tcase_add_test(cases, leaves_ports_unknown);
	tcase_add_test(cases, makes_one_group_a_chip);
	tcase_add_test(cases, numbers_npus);
	tcase_add_loop_test(cases, judges_chips, 0, 256);
	tcase_add_test(cases, takes_the_family_s_values);
	tcase_add_test(cases, takes_pages_from_outside);
	tcase_add_test(cases, keeps_extra_properties);
	tcase_add_test(cases, indexes_names);
	tcase_add_test(cases, survives_nonsense);

	cases = add_case(suite, "changes", start_compiler, stop_compiler);
	tcase_add_loop_test(cases, amends_in_order, 0, COUNT(amendments));
	tcase_add_test(cases, amends_everything);
	tcase_add_test(cases, drops);
	tcase_add_loop_test(cases, refuses_what_is_not_there, 0, COUNT(misuses));
	tcase_add_test(cases, finds_a_label_in_its_board);

	cases = add_case(suite, "guests", start_compiler, stop_compiler);
	tcase_add_loop_test(cases, gives_slots, 0, COUNT(slots));
	tcase_add_loop_test(cases, refuses_slots, 0, COUNT(bad_slots));
	tcase_add_test(cases, survives_crowded_buses);
	tcase_add_loop_test(cases, reads_machines, 0, COUNT(machines));
	return suite;
}

int main(void)
{
	return run_suite(make_suite());
}
