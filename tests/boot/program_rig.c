/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the redbud bundle, or a table made by hand, gives a register program with registers to run
 * it on. Never takes an expected value from a bundle: they are facts §5.2, §5.4, §10.1.
 */
#include "program_rig.h"

struct rig rig = {.boot = {.bundle = &rig.bundle}};

static uint64_t before[MODEL_REGISTERS];

struct nv2_program rig_guest(const char *name, uint32_t lpid)
{
	return (struct nv2_program){.bundle = &rig.bundle, .guest = name, .lpid = lpid};
}

void rig_begin(void)
{
	struct fixture bytes = fixture("redbud.nv2b");

	CHECK_U64(nv2_bundle_open(&rig.bundle, bytes.bytes, bytes.size), NV2_OK);
	model_begin(&rig.model, &rig.bundle);
	memset(&rig.failure, 0x5a, sizeof(rig.failure));
	memset(rig.saved, 0x5a, sizeof(rig.saved));
}

void rig_remember(void)
{
	for (size_t i = 0; i < rig.model.count; i++)
		before[i] = rig.model.registers[i].value;
}

/* How many registers are not as rig_remember() found them. */
unsigned rig_count_changed(void)
{
	unsigned changed = 0;

	for (size_t i = 0; i < rig.model.count; i++)
		changed += rig.model.registers[i].value != before[i];
	return changed;
}

enum nv2_status rig_read(const struct nv2_program *program)
{
	return nv2_program_read(program, &rig.model.ops, rig.saved, nv2_program_length(program),
				&rig.failure);
}

enum nv2_status rig_run(const struct nv2_program *program)
{
	return nv2_program_run(program, &rig.model.ops, rig.saved, nv2_program_length(program),
			       &rig.failure);
}

enum nv2_status rig_undo(const struct nv2_program *program, uint32_t *lost)
{
	return nv2_program_undo(program, &rig.model.ops, rig.saved, nv2_program_length(program),
				lost, &rig.failure);
}

void rig_set_all(const char *npu, uint64_t value)
{
	for (size_t i = 0; i < rig.model.count; i++)
		if (strstr(rig.model.registers[i].name, "LPARID") &&
		    !strcmp(rig.model.registers[i].npu, npu))
			rig.model.registers[i].value = value;
}

void rig_start(const struct nv2_program *program)
{
	CHECK_U64(rig_read(program), NV2_OK);
	CHECK_U64(rig_run(program), NV2_OK);
	model_rewind(&rig.model);
	rig_remember();
}

/* The machine as boot leaves it. */
void rig_begin_booted(void)
{
	rig_begin();
	rig_start(&rig.boot);
}

void rig_check_failure(enum nv2_status status, uint32_t step, const char *what, uint64_t wanted,
		       uint64_t found)
{
	CHECK_U64(rig.failure.status, status);
	CHECK_U64(rig.failure.step, step);
	if (what)
		CHECK_TEXT(rig.failure.what, what);
	CHECK_U64(rig.failure.wanted, wanted);
	CHECK_U64(rig.failure.found, found);
}

/* --- tables made by hand ------------------------------------------------------ */

static unsigned char table_rows[TABLE_ROWS * NV2_WRITE_RECORD], table_names[256];
static uint32_t table_count, table_names_size;

static uint32_t add_name(const char *name)
{
	uint32_t at = table_names_size;

	if (!name)
		return NV2_NAME_NONE;
	memcpy(table_names + at, name, strlen(name) + 1);
	table_names_size += (uint32_t)strlen(name) + 1;
	return at;
}

static void put(unsigned char *at, uint64_t value, size_t size)
{
	while (size--) {
		at[size] = (unsigned char)value;
		value >>= 8;
	}
}

void rig_begin_table(void)
{
	memset(&rig.bundle, 0, sizeof(rig.bundle));
	memset(table_rows, 0, sizeof(table_rows));
	table_count = 0;
	table_names_size = 0;
	rig.bundle.part[NV2_PART_PROGRAM].record_size = NV2_WRITE_RECORD;
	rig.bundle.part[NV2_PART_PROGRAM].data = table_rows;
	rig.bundle.part[NV2_PART_NAMES].data = table_names;
}

/* Register n of the table is "Rn", at 8 * n. */
void rig_add_row(const char *for_guest, uint32_t number, enum nv2_owner owner, uint32_t flags,
		 uint64_t value, uint64_t mask, uint64_t lpid_mask)
{
	unsigned char *row = table_rows + table_count * NV2_WRITE_RECORD;
	char name[3] = {'R', (char)('0' + number), 0};

	put(row, for_guest ? NV2_PHASE_GUEST : NV2_PHASE_BOOT, 4);
	put(row + 4, add_name(for_guest), 4);
	put(row + 8, add_name("npu0"), 4);
	put(row + 16, add_name(name), 4);
	put(row + 20, 8 * number, 4);
	put(row + 48, owner, 4);
	put(row + 52, flags, 4);
	put(row + 56, value, 8);
	put(row + 64, mask, 8);
	put(row + 72, lpid_mask, 8);
	table_count++;
	rig.bundle.part[NV2_PART_PROGRAM].size = table_count * NV2_WRITE_RECORD;
	rig.bundle.part[NV2_PART_NAMES].size = table_names_size;
	model_begin(&rig.model, &rig.bundle);
}

/* One ordinary row of boot with these flags. */
struct model_register *rig_one_register(uint32_t flags, uint64_t value, uint64_t mask)
{
	rig_begin_table();
	rig_add_row(NULL, 0, NV2_OWNER_BOOT, flags, value, mask, 0);
	return &rig.model.registers[0];
}

static const struct bar {
	const char *npu, *bar;
	uint32_t reg; /* of SM 0 */
	uint64_t value;
} bars[] = {
	/* facts §10.1 */
	{"npu0", "GPU0_MEM_BAR.stack0.sm", 0x400020, 0x8040027300000000},
	{"npu0", "GPU1_MEM_BAR.stack0.sm", 0x400028, 0x8040027400000000},
	{"npu0", "GPU0_MEM_BAR.stack1.sm", 0x500020, 0x8040027500000000},
	{"npu0", "GPU1_MEM_BAR.stack1.sm", 0x500028, 0x8042027300000000},
	{"npu0", "GPU0_MEM_BAR.stack2.sm", 0x600020, 0x8042027400000000},
	{"npu0", "GPU1_MEM_BAR.stack2.sm", 0x600028, 0x8042027500000000},
	/* §5.2's form with §6's bases of chip 8, 0x240000000000 and 0x242000000000 */
	{"npu8", "GPU0_MEM_BAR.stack0.sm", 0x400020, 0x8240027300000000},
	{"npu8", "GPU1_MEM_BAR.stack0.sm", 0x400028, 0x8240027400000000},
	{"npu8", "GPU0_MEM_BAR.stack1.sm", 0x500020, 0x8240027500000000},
	{"npu8", "GPU1_MEM_BAR.stack1.sm", 0x500028, 0x8242027300000000},
	{"npu8", "GPU0_MEM_BAR.stack2.sm", 0x600020, 0x8242027400000000},
	{"npu8", "GPU1_MEM_BAR.stack2.sm", 0x600028, 0x8242027500000000},
};

void rig_check_programmed(void)
{
	static const char *const npus[] = {"npu0", "npu8"};
	unsigned checked = 0;

	for (size_t i = 0; i < sizeof(bars) / sizeof(bars[0]); i++) {
		for (unsigned sm = 0; sm < 4; sm++) {
			char name[32];
			struct model_register *reg;

			snprintf(name, sizeof(name), "%s%u", bars[i].bar, sm);
			reg = model_find(&rig.model, bars[i].npu, name);
			CHECK(reg && reg->reg == bars[i].reg + (sm << 16));
			CHECK_U64(reg ? reg->value : 0, bars[i].value);
			checked++;
		}
	}
	for (size_t i = 0; i < 2; i++) {
		for (unsigned brick = 0; brick < 6; brick++) {
			char name[32];
			struct model_register *reg;

			snprintf(name, sizeof(name), "ATSD%u_LPARID", brick);
			reg = model_find(&rig.model, npus[i], name);
			CHECK(reg && reg->reg == 0x710100 + 8 * brick);
			CHECK_U64(reg ? reg->value : 0, HOST);
			checked++;
		}
	}
	CHECK_U64(checked, rig.model.count);
}
