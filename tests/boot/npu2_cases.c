/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the redbud bundle, its tree and registers, with one of them wrong at a time, checks the
 * proof of each link's address. Never computes an address: they are facts §6 and §10.1.
 */
#include "case.h"
#include "registers.h"

#include <stdlib.h>

#include "blob/fdt.h"

#define TGT "ibm,device-tgt-addr"
#define LINK_DEVICE 2u /* redbud's devices: GPU0, GPU1, npu0:0 … npu0:5, GPU3, … */

/* --- addresses ---------------------------------------------------------------- */

static void addresses_are_compressed(void)
{
	static const uint64_t table[][2] = {
		/* facts §6: chip 0, 4T_DOWN then 4T_UP; chip 8 likewise */
		{0x3e000000000, 0x3e000000000},
		{0x3c000000000, 0x3c000000000},
		{0x3a000000000, 0x3a000000000},
		{0x38000000000, 0x38000000000},
		{0x36000000000, 0x36000000000},
		{0x34000000000, 0x34000000000},
		{0x40000000000, 0x40000000000},
		{0x42000000000, 0x42000000000},
		{0x44000000000, 0x44000000000},
		{0x46000000000, 0x46000000000},
		{0x23e000000000, 0xbe000000000},
		{0x23c000000000, 0xbc000000000},
		{0x23a000000000, 0xba000000000},
		{0x238000000000, 0xb8000000000},
		{0x236000000000, 0xb6000000000},
		{0x234000000000, 0xb4000000000},
		{0x240000000000, 0xc0000000000},
		{0x242000000000, 0xc2000000000},
		{0x244000000000, 0xc4000000000},
		{0x246000000000, 0xc6000000000},
		/* each kept field's ends: bits 0-42, 45-46, 49-50 become 0-42, 43-44, 45-46 */
		{0x7ffffffffff, 0x7ffffffffff},
		{0x200000000000, 0x80000000000},
		{0x400000000000, 0x100000000000},
		{0x2000000000000, 0x200000000000},
		{0x4000000000000, 0x400000000000},
		{0x667ffffffffff, 0x7fffffffffff},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		CHECK_U64(nv2_tgt_compress(table[i][0]), table[i][1]);
		CHECK_U64(nv2_tgt_expand(table[i][1]), table[i][0]);
	}
	/* Dropped: 43, 44, 47, 48 and from 51 on; facts §6: chip 1 of 4T_UP compresses to 0. */
	CHECK_U64(nv2_tgt_compress(UINT64_C(0x80000000000)), 0);
	CHECK_U64(nv2_tgt_compress(UINT64_C(0xfff9980000000000)), 0);
	CHECK_U64(nv2_tgt_compress(UINT64_MAX), 0x7fffffffffff);
	CHECK_U64(nv2_tgt_expand(UINT64_MAX), 0x667ffffffffff);
}

/* --- proofs ------------------------------------------------------------------- */

static struct nv2_bundle bundle;
static struct model model;
static struct nv2_fdt tree;
static struct nv2_proof proof;
static struct nv2_failure failure;
static unsigned char tree_bytes[32768];

static void begin(void)
{
	struct fixture bytes = fixture("redbud.nv2b"), merged = fixture("redbud.merged.dtb");
	struct nv2_write write;

	CHECK_U64(nv2_bundle_open(&bundle, bytes.bytes, bytes.size), NV2_OK);
	model_begin(&model, &bundle);
	for (uint32_t row = 0; row < model.count; row++)
		if (nv2_bundle_write(&bundle, row, &write))
			model.registers[row].value = write.value;
	CHECK(merged.size <= sizeof(tree_bytes));
	if (merged.size > sizeof(tree_bytes))
		exit(1);
	memcpy(tree_bytes, merged.bytes, merged.size);
	CHECK_U64(nv2_fdt_open(&tree, tree_bytes, merged.size), NV2_OK);
	memset(&proof, 0x5a, sizeof(proof));
	memset(&failure, 0x5a, sizeof(failure));
}

static enum nv2_status prove(uint32_t device)
{
	return nv2_link_prove(&bundle, device, &tree, &model.ops, &proof, &failure);
}

static void expect(enum nv2_status status, const char *what, uint64_t wanted, uint64_t found)
{
	CHECK_U64(prove(LINK_DEVICE), status);
	CHECK_U64(failure.status, status);
	CHECK_U64(failure.step, LINK_DEVICE);
	CHECK_TEXT(failure.what, what);
	CHECK_U64(failure.wanted, wanted);
	CHECK_U64(failure.found, found);
}

/* The place of a property's value in the tree, which a case may then damage. */
static unsigned char *value_of(uint32_t node, const char *name)
{
	uint32_t len;
	const unsigned char *value = nv2_fdt_property(&tree, node, name, &len);

	CHECK(value != NULL);
	return value ? tree_bytes + (value - tree.bytes) : tree_bytes;
}

static uint32_t find(const char *path)
{
	uint32_t node = nv2_fdt_find(&tree, path, strlen(path));

	CHECK(node != 0);
	return node;
}

#define BRIDGE "/pciex@6030200000000/unknown-bridge@0"
#define LINK0 "/xscom@603fc00000000/npu@5011000/link@0"

/* Words of the structure: a property's tag and length, which stand before its value. */
static void put_word(unsigned char *at, uint32_t word)
{
	at[0] = (unsigned char)(word >> 24);
	at[1] = (unsigned char)(word >> 16);
	at[2] = (unsigned char)(word >> 8);
	at[3] = (unsigned char)word;
}

#define FDT_NOP 4u

/* Takes a property of 4 or 8 bytes out of the tree. */
static void drop(uint32_t node, const char *name, unsigned len)
{
	unsigned char *value = value_of(node, name);

	for (unsigned i = 0; i < 12 + len; i += 4)
		put_word(value - 12 + i, FDT_NOP);
}

static unsigned char table[16384];

/* Copies a table of the bundle, for a case to change; gives the place of a row. */
static unsigned char *open_table(enum nv2_part_kind kind, uint32_t row)
{
	struct nv2_part *part = &bundle.part[kind];

	CHECK(part->size <= sizeof(table));
	if (part->size > sizeof(table))
		exit(1);
	memcpy(table, part->data, part->size);
	part->data = table;
	return table + row * part->record_size;
}

static void each_link_is_proven(void)
{
	static const struct {
		const char *link, *gpu;
		uint64_t bar, base, tgt;
	} links[] = {
		/* facts §10.1 */
		{"npu0:0", "GPU0", 0x8040027300000000, 0x40000000000, 0x40000000000},
		{"npu0:1", "GPU0", 0x8040027400000000, 0x40000000000, 0x40000000000},
		{"npu0:2", "GPU0", 0x8040027500000000, 0x40000000000, 0x40000000000},
		{"npu0:3", "GPU1", 0x8042027300000000, 0x42000000000, 0x42000000000},
		{"npu0:4", "GPU1", 0x8042027400000000, 0x42000000000, 0x42000000000},
		{"npu0:5", "GPU1", 0x8042027500000000, 0x42000000000, 0x42000000000},
		/* §5.2 with §6's bases */
		{"npu8:0", "GPU3", 0x8240027300000000, 0x240000000000, 0xc0000000000},
		{"npu8:1", "GPU3", 0x8240027400000000, 0x240000000000, 0xc0000000000},
		{"npu8:2", "GPU3", 0x8240027500000000, 0x240000000000, 0xc0000000000},
		{"npu8:3", "GPU4", 0x8242027300000000, 0x242000000000, 0xc2000000000},
		{"npu8:4", "GPU4", 0x8242027400000000, 0x242000000000, 0xc2000000000},
		{"npu8:5", "GPU4", 0x8242027500000000, 0x242000000000, 0xc2000000000},
	};
	struct nv2_device device;
	size_t seen = 0;

	begin();
	for (uint32_t i = 0; nv2_bundle_device(&bundle, i, &device); i++) {
		if (device.kind != NV2_DEVICE_LINK)
			continue;
		CHECK(seen < 12);
		if (seen == 12)
			break;
		CHECK_U64(prove(i), NV2_OK);
		CHECK_U64(failure.status, NV2_OK);
		CHECK_U64(failure.step, NV2_STEP_NONE);
		CHECK(!failure.what && !failure.at);
		CHECK_TEXT(proof.link, links[seen].link);
		CHECK_TEXT(proof.gpu, links[seen].gpu);
		CHECK_U64(proof.bar, links[seen].bar);
		CHECK_U64(proof.base, links[seen].base);
		CHECK_U64(proof.tgt_bar, links[seen].tgt);
		CHECK_U64(proof.tgt_tree, links[seen].tgt);
		CHECK_U64(proof.tgt_plan, links[seen].tgt);
		seen++;
	}
	CHECK_U64(seen, 12);
	CHECK_U64(model.reads, 12 * 4);
	CHECK_U64(model.writes, 0);
}

static void each_copy_of_a_bar_must_agree(void)
{
	static const char *const names[] = {
		"GPU0_MEM_BAR.stack0.sm0",
		"GPU0_MEM_BAR.stack0.sm1",
		"GPU0_MEM_BAR.stack0.sm2",
		"GPU0_MEM_BAR.stack0.sm3",
	};
	const uint64_t right = 0x8040027300000000, wrong = 0x8042027300000000;

	for (unsigned sm = 0; sm < 4; sm++) {
		begin();
		model_find(&model, "npu0", names[sm])->value = wrong;
		/* The first is what the others are compared with. */
		expect(NV2_ERR_TGT, names[sm ? sm : 1], sm ? right : wrong, sm ? wrong : right);
		CHECK_U64(proof.bar, sm ? right : wrong);
		begin();
		model.fails_at = sm + 1;
		expect(NV2_ERR_READ, names[sm], 0, 0);
		CHECK_U64(failure.cause, MODEL_CAUSE);
		begin();
		model.ones_at = sm + 1;
		expect(NV2_ERR_ALL_ONES, names[sm], right, UINT64_MAX);
	}
}

static void set_bars(uint64_t value)
{
	for (unsigned sm = 0; sm < 4; sm++)
		model.registers[sm].value = value;
}

static void a_bar_must_hold_the_plans_address(void)
{
	begin();
	set_bars(0x8042027300000000); /* GPU1's */
	expect(NV2_ERR_TGT, "GPU0_MEM_BAR.stack0.sm3", 0x40000000000, 0x42000000000);
	CHECK_U64(proof.base, 0x42000000000);
	CHECK_U64(proof.tgt_bar, 0x42000000000);
	CHECK_U64(proof.tgt_plan, 0x40000000000);
	CHECK_U64(proof.tgt_tree, 0);
	/* Not enabled. */
	set_bars(0x0040027300000000);
	expect(NV2_ERR_TGT, "GPU0_MEM_BAR.stack0.sm3", 0x8040027300000000, 0x0040027300000000);
	/* Bit 43 of the address, which compressing drops: another address, the same tgt. */
	set_bars(0x8040027300000000 | UINT64_C(1) << (43 + 12));
	expect(NV2_ERR_TGT, "GPU0_MEM_BAR.stack0.sm3", 0x40000000000, 0xc0000000000);
	CHECK_U64(proof.tgt_bar, 0x40000000000);
	/* A plan's address that is no compressed one, for it has more than 47 bits. */
	begin();
	open_table(NV2_PART_REGIONS, LINK_DEVICE)[40] = 1;
	expect(NV2_ERR_TGT, "GPU0_MEM_BAR.stack0.sm3", 0x100040000000000, 0x40000000000);
}

static void check_tree_failure(uint32_t bridge)
{
	CHECK_TEXT(failure.property, TGT);
	CHECK_U64(failure.at, bridge);
}

static void the_tree_must_hold_the_plans_address(void)
{
	unsigned char *value;
	uint32_t bridge;

	begin();
	bridge = find(BRIDGE);
	value_of(bridge, TGT)[3] = 2;
	expect(NV2_ERR_TGT, "npu0:0", 0x40000000000, 0x40200000000);
	check_tree_failure(bridge);
	CHECK_U64(proof.tgt_tree, 0x40200000000);
	/* NVIDIA's driver takes 8 bytes and no others: facts §2.4. */
	begin();
	value = value_of(bridge, TGT);
	put_word(value - 8, 4);
	put_word(value + 4, FDT_NOP);
	expect(NV2_ERR_TGT, "npu0:0", 0x40000000000, 0);
	check_tree_failure(bridge);
	begin();
	drop(bridge, TGT, 8);
	expect(NV2_ERR_TGT, "npu0:0", 0x40000000000, 0);
	check_tree_failure(bridge);
}

static void the_links_bridge_must_be_there(void)
{
	const uint64_t phb = 0x6030200000000;

	begin();
	value_of(find("/pciex@6030200000000"), "reg")[3] = 1;
	expect(NV2_ERR_NO_NODE, "npu0:0", phb, 0);
	begin();
	drop(find(BRIDGE), "ibm,nvlink", 4);
	expect(NV2_ERR_NO_NODE, "npu0:0", phb, 0);
	begin();
	put_word(value_of(find(BRIDGE), "ibm,nvlink"), 0xffffffff);
	expect(NV2_ERR_NO_NODE, "npu0:0", phb, 0);
	begin();
	put_word(value_of(find(LINK0), "ibm,npu-link-index"), 6);
	expect(NV2_ERR_NO_NODE, "npu0:0", phb, 0);
	begin();
	drop(find(LINK0), "ibm,npu-link-index", 4);
	expect(NV2_ERR_NO_NODE, "npu0:0", phb, 0);
}

static void the_links_bridge_must_be_the_only_one(void)
{
	uint32_t first, second;

	begin();
	first = find(BRIDGE);
	second = find(BRIDGE ",1");
	memcpy(value_of(second, "ibm,nvlink"), value_of(first, "ibm,nvlink"), 4);
	expect(NV2_ERR_AMBIGUOUS, "npu0:0", 0, 0);
	CHECK_U64(failure.at, first);
	CHECK_U64(failure.other, second);
	/* A second PHB that says that it is this one. */
	begin();
	second = find("/pciex@6230200000000/unknown-bridge@0");
	memcpy(value_of(find("/pciex@6230200000000"), "reg"),
	       value_of(find("/pciex@6030200000000"), "reg"), 8);
	expect(NV2_ERR_AMBIGUOUS, "npu0:0", 0, 0);
	CHECK_U64(failure.at, first);
	CHECK_U64(failure.other, second);
}

/* --- what is no link ------------------------------------------------------------ */

static void only_links_are_proven(void)
{
	begin();
	CHECK_U64(prove(0), NV2_ERR_TABLE);
	CHECK_TEXT(failure.what, "GPU0");
	CHECK_U64(failure.step, 0);
	CHECK_U64(prove(bundle.device_count), NV2_ERR_TABLE);
	CHECK(!failure.what);
	CHECK(!proof.link);
	/* A brick that no NPU has, a region that is not there, and no address at all. */
	put_word(open_table(NV2_PART_DEVICES, LINK_DEVICE) + 16, 6);
	expect(NV2_ERR_TABLE, "npu0:0", 0, 0);
	begin();
	put_word(open_table(NV2_PART_DEVICES, LINK_DEVICE) + 20, 1000);
	expect(NV2_ERR_TABLE, "npu0:0", 0, 0);
	begin();
	memset(open_table(NV2_PART_REGIONS, LINK_DEVICE) + 40, 0, 8);
	expect(NV2_ERR_TABLE, "npu0:0", 0, 0);
	CHECK_U64(model.accesses, 0);
}

static void all_four_bars_must_be_in_the_program(void)
{
	for (unsigned sm = 0; sm < 4; sm++) {
		begin();
		put_word(open_table(NV2_PART_PROGRAM, sm) + 20, 0x400030);
		expect(NV2_ERR_TABLE, "npu0:0", 0xf, 0xf & ~(1u << sm));
	}
	/* Of an NPU with a longer name. */
	begin();
	put_word(open_table(NV2_PART_PROGRAM, 1) + 8,
		 (uint32_t)((const unsigned char *)model.registers[0].name -
			    bundle.part[NV2_PART_NAMES].data));
	expect(NV2_ERR_TABLE, "npu0:0", 0xf, 0xd);
	/* None at all: those of another NPU do not count. */
	begin();
	bundle.part[NV2_PART_PROGRAM].data += 30 * NV2_WRITE_RECORD;
	bundle.part[NV2_PART_PROGRAM].size -= 30 * NV2_WRITE_RECORD;
	expect(NV2_ERR_TABLE, "npu0:0", 0xf, 0);
}

const struct test_case npu2_cases[] = {
	CASE(addresses_are_compressed),
	CASE(each_link_is_proven),
	CASE(each_copy_of_a_bar_must_agree),
	CASE(a_bar_must_hold_the_plans_address),
	CASE(the_tree_must_hold_the_plans_address),
	CASE(the_links_bridge_must_be_there),
	CASE(the_links_bridge_must_be_the_only_one),
	CASE(only_links_are_proven),
	CASE(all_four_bars_must_be_in_the_program),
};
const size_t npu2_case_count = sizeof(npu2_cases) / sizeof(npu2_cases[0]);
