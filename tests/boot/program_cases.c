/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes redbud's program of boot on registers that misbehave, checks that it is run whole, or
 * undone whole, or what is lost is told. Never takes an expected value from a bundle.
 */
#include "program_rig.h"

/* --- rows -------------------------------------------------------------------- */

static void length_counts_the_rows_of_a_phase(void)
{
	struct nv2_program vm0 = rig_guest("vm0", 9), vm8 = rig_guest("vm8", 0),
			   nobody = rig_guest("vm", 1);

	rig_begin();
	CHECK_U64(nv2_program_length(&rig.boot), ROWS);
	CHECK_U64(nv2_program_length(&vm0), LINK_ROWS);
	CHECK_U64(nv2_program_length(&vm8), LINK_ROWS);
	CHECK_U64(nv2_program_length(&nobody), 0);
}

static void rows_have_the_lpid_in_place(void)
{
	struct nv2_program vm0 = rig_guest("vm0", 0xabc), vm8 = rig_guest("vm8", 5);
	struct nv2_write write;
	uint32_t row;

	rig_begin();
	CHECK(nv2_program_row(&rig.boot, 0, &write, &row));
	CHECK_U64(row, 0);
	CHECK_TEXT(write.npu, "npu0");
	CHECK_TEXT(write.name, "GPU0_MEM_BAR.stack0.sm0");
	CHECK_U64(write.reg, 0x400020);
	CHECK_U64(write.mmio, 0x6030200400020);
	CHECK_U64(write.addr_scom, 0x501168e);
	CHECK_U64(write.data_scom, 0x501168f);
	CHECK_U64(write.indirect, 0x400020c000000000);
	CHECK_U64(write.value, 0x8040027300000000);
	CHECK(nv2_program_row(&rig.boot, ROWS - 1, &write, &row));
	CHECK_TEXT(write.npu, "npu8");
	CHECK_TEXT(write.name, "ATSD5_LPARID");
	CHECK_U64(write.value, HOST);
	CHECK(!nv2_program_row(&rig.boot, ROWS, &write, &row));
	CHECK(!nv2_program_row(&rig.boot, UINT32_MAX, &write, &row));

	CHECK(nv2_program_row(&vm0, 2, &write, &row));
	CHECK_U64(row, ROWS + 2);
	CHECK_TEXT(write.name, "ATSD2_LPARID");
	CHECK_U64(write.reg, 0x710110);
	CHECK_U64(write.value, 0xabc);
	CHECK_U64(write.lpid_mask, 0);
	CHECK(nv2_program_row(&vm8, 0, &write, &row));
	CHECK_U64(row, ROWS + LINK_ROWS);
	CHECK_U64(write.value, 5);
}

static void lpids_are_placed_by_their_mask(void)
{
	struct nv2_program vm = rig_guest("vm", 0x123);
	struct nv2_write write;
	uint32_t row;

	rig_begin_table();
	rig_add_row("vm", 0, NV2_OWNER_RUNTIME, 0, 1, UINT64_MAX, UINT64_C(0xfff) << 52);
	rig_add_row("vm", 1, NV2_OWNER_RUNTIME, 0, 0, UINT64_MAX, UINT64_C(0xfff0));
	CHECK(nv2_program_row(&vm, 0, &write, &row));
	CHECK_U64(write.value, 0x1230000000000001);
	CHECK(nv2_program_row(&vm, 1, &write, &row));
	CHECK_U64(write.value, 0x1230);
}

/* --- running ----------------------------------------------------------------- */

static void run_programs_every_register(void)
{
	uint32_t held = 99;

	rig_begin();
	for (size_t i = 0; i < rig.model.count; i++)
		rig.model.registers[i].value = i % 3 ? UINT64_C(0x123456789000) * i : 0;
	rig_set_all("npu0", 0);
	rig_set_all("npu8", HOST | UINT64_C(1) << 40); /* a bit outside of the mask */
	rig_remember();
	CHECK_U64(rig_read(&rig.boot), NV2_OK);
	CHECK_U64(rig.failure.status, NV2_OK);
	CHECK_U64(rig.failure.step, NV2_STEP_NONE);
	CHECK_U64(rig.model.writes, 0);
	CHECK_U64(rig.model.reads, ROWS);
	for (size_t i = 0; i < ROWS; i++) {
		CHECK_U64(rig.saved[i].row, i);
		CHECK_U64(rig.saved[i].old, rig.model.registers[i].value);
		CHECK(!rig.saved[i].written);
	}
	CHECK_U64(nv2_program_verify(&rig.boot, &rig.model.ops, &held, &rig.failure),
		  NV2_ERR_STUCK);
	CHECK_U64(rig_run(&rig.boot), NV2_OK);
	/* The host had npu8's already. */
	CHECK_U64(rig.model.writes, ROWS - 6);
	for (size_t i = 0; i < rig.model.writes; i++)
		CHECK(rig.model.written[i] == &rig.model.registers[i]);
	for (size_t i = 0; i < ROWS; i++)
		CHECK(rig.saved[i].written == (i < ROWS - 6));
	rig_set_all("npu8", HOST);
	rig_check_programmed();
	CHECK_U64(nv2_program_verify(&rig.boot, &rig.model.ops, &held, &rig.failure), NV2_OK);
	CHECK_U64(held, 0);
}

static void second_run_writes_nothing(void)
{
	uint32_t lost = 99;

	rig_begin_booted();
	CHECK_U64(rig_read(&rig.boot), NV2_OK);
	CHECK_U64(rig_run(&rig.boot), NV2_OK);
	CHECK_U64(rig.model.writes, 0);
	CHECK_U64(rig_undo(&rig.boot, &lost), NV2_OK);
	CHECK_U64(lost, 0);
	CHECK_U64(rig.model.writes, 0);
	CHECK_U64(rig_count_changed(), 0);
}

static void undo_goes_backwards(void)
{
	uint32_t lost = 99;

	rig_begin();
	for (size_t i = 0; i < rig.model.count; i++)
		rig.model.registers[i].value =
			strstr(rig.model.registers[i].name, "LPARID") ? 0 : i;
	rig_remember();
	CHECK_U64(rig_read(&rig.boot), NV2_OK);
	CHECK_U64(rig_run(&rig.boot), NV2_OK);
	CHECK_U64(rig_count_changed(), ROWS);
	model_rewind(&rig.model);
	CHECK_U64(rig_undo(&rig.boot, &lost), NV2_OK);
	CHECK_U64(lost, 0);
	CHECK_U64(rig_count_changed(), 0);
	CHECK_U64(rig.model.writes, ROWS);
	for (size_t i = 0; i < rig.model.writes; i++)
		CHECK(rig.model.written[i] == &rig.model.registers[ROWS - 1 - i]);
	/* What is as it was is not written. */
	model_rewind(&rig.model);
	CHECK_U64(rig_undo(&rig.boot, &lost), NV2_OK);
	CHECK_U64(rig.model.writes, 0);
}

static void counts_must_be_the_programs(void)
{
	rig_begin();
	CHECK_U64(nv2_program_read(&rig.boot, &rig.model.ops, rig.saved, ROWS - 1, &rig.failure),
		  NV2_ERR_SPACE);
	rig_check_failure(NV2_ERR_SPACE, NV2_STEP_NONE, NULL, ROWS, ROWS - 1);
	CHECK_U64(nv2_program_run(&rig.boot, &rig.model.ops, rig.saved, ROWS + 1, &rig.failure),
		  NV2_ERR_SPACE);
	CHECK_U64(rig.model.accesses, 0);
	CHECK_U64(rig_read(&rig.boot), NV2_OK);
	rig.saved[7].row = 8;
	CHECK_U64(rig_run(&rig.boot), NV2_ERR_TABLE);
	CHECK_U64(rig.failure.step, 7);
	CHECK_TEXT(rig.failure.what, "GPU1_MEM_BAR.stack0.sm3");
}

/* --- faults ------------------------------------------------------------------ */

/* One fault at the k-th access of read, run: whatever was done is undone, and nothing is lost. */
static void sweep(bool ones)
{
	unsigned points = 0;

	for (unsigned k = 1;; k++) {
		enum nv2_status status;
		uint32_t lost = 99;

		rig_begin();
		rig_set_all("npu8", HOST);
		rig_remember();
		rig.model.fails_at = ones ? 0 : k;
		rig.model.ones_at = ones ? k : 0;
		status = rig_read(&rig.boot);
		if (!status)
			status = rig_run(&rig.boot);
		else
			CHECK_U64(rig.model.writes, 0);
		if (rig.model.accesses < k) {
			CHECK_U64(status, NV2_OK);
			break;
		}
		points++;
		if (ones && !status) /* the access was a write */
			continue;
		CHECK(status == (ones ? NV2_ERR_ALL_ONES : NV2_ERR_READ) ||
		      (!ones && status == NV2_ERR_WRITE));
		CHECK_U64(rig.failure.cause, ones ? 0 : MODEL_CAUSE);
		CHECK(rig.failure.step < ROWS && rig.failure.what);
		if (k <= ROWS) {
			CHECK_U64(rig.failure.step, k - 1);
			continue;
		}
		CHECK_U64(rig_undo(&rig.boot, &lost), NV2_OK);
		CHECK_U64(lost, 0);
		CHECK_U64(rig_count_changed(), 0);
	}
	/* 60 reads; 54 registers are read, written, read; 6 are the host's and only read. */
	CHECK_U64(points, 60 + 54 * 3 + 6);
}

static void any_failing_access_is_undone(void)
{
	sweep(false);
}

static void any_read_of_all_ones_is_undone(void)
{
	sweep(true);
}

/* A fault during the undo loses one register at most, and says so. */
static void any_failing_undo_is_told(void)
{
	unsigned told = 0;

	for (unsigned k = 1; k <= 3 * ROWS; k++) {
		enum nv2_status status;
		uint32_t lost = 99;

		rig_begin();
		rig_remember();
		CHECK_U64(rig_read(&rig.boot), NV2_OK);
		CHECK_U64(rig_run(&rig.boot), NV2_OK);
		model_rewind(&rig.model);
		if (k % 2)
			rig.model.fails_at = k;
		else
			rig.model.ones_at = k;
		status = rig_undo(&rig.boot, &lost);
		CHECK_U64(status, rig.failure.status);
		CHECK_U64(lost, status != NV2_OK);
		told += lost;
		/* The last read of a register finds it in place. */
		CHECK_U64(rig_count_changed(), lost && k % 3 ? 1 : 0);
		if (status)
			CHECK_U64(rig.failure.step, ROWS - 1 - (k - 1) / 3);
	}
	/* Of two in six accesses, the write that does not fail reads nothing. */
	CHECK_U64(told, 3 * ROWS - ROWS / 2);
}

static void a_stuck_register_is_told(void)
{
	rig_begin();
	for (size_t i = 0; i < ROWS; i++) {
		uint32_t lost = 99;

		model_begin(&rig.model, &rig.bundle);
		rig.model.registers[i].stuck = UINT64_MAX;
		rig_remember();
		CHECK_U64(rig_read(&rig.boot), NV2_OK);
		CHECK_U64(rig_run(&rig.boot), NV2_ERR_STUCK);
		CHECK_U64(rig.failure.step, i);
		CHECK_TEXT(rig.failure.what, rig.model.registers[i].name);
		CHECK_U64(rig.failure.found, 0);
		CHECK(rig.failure.wanted != 0);
		CHECK_U64(rig_undo(&rig.boot, &lost), NV2_OK);
		CHECK_U64(lost, 0);
		CHECK_U64(rig_count_changed(), 0);
	}
}

static void a_flipped_bit_is_told_and_undone(void)
{
	const uint64_t bit = UINT64_C(1) << 42;
	uint32_t lost = 99;

	for (unsigned always = 0; always < 2; always++) {
		rig_begin();
		rig_remember();
		CHECK_U64(rig_read(&rig.boot), NV2_OK);
		rig.model.registers[9].flips = bit;
		rig.model.registers[9].flips_once = !always;
		CHECK_U64(rig_run(&rig.boot), NV2_ERR_STUCK);
		rig_check_failure(NV2_ERR_STUCK, 9, "GPU0_MEM_BAR.stack1.sm1", 0x8040027500000000,
				  0x8040027500000000 ^ bit);
		CHECK(rig.saved[9].stuck);
		CHECK_U64(rig_undo(&rig.boot, &lost), always ? NV2_ERR_STUCK : NV2_OK);
		CHECK_U64(lost, always);
		CHECK_U64(rig_count_changed(), always);
		if (always)
			rig_check_failure(NV2_ERR_STUCK, 9, "GPU0_MEM_BAR.stack1.sm1", 0, bit);
	}
}

/* After a crash nobody knows what the register was read back as. */
static void a_flipped_bit_is_left_after_a_crash(void)
{
	uint32_t lost = 99;

	rig_begin();
	rig_remember();
	CHECK_U64(rig_read(&rig.boot), NV2_OK);
	rig.model.registers[9].flips = 2;
	CHECK_U64(rig_run(&rig.boot), NV2_ERR_STUCK);
	rig.saved[9].stuck = false;
	CHECK_U64(rig_undo(&rig.boot, &lost), NV2_ERR_CHANGED);
	rig_check_failure(NV2_ERR_CHANGED, 9, "GPU0_MEM_BAR.stack1.sm1", 0, 0x8040027500000002);
	CHECK_U64(lost, 1);
	CHECK_U64(rig_count_changed(), 1);
}

/* What was read back is ours only as long as it stays so. */
static void a_flipped_bit_that_changes_is_left(void)
{
	uint32_t lost = 99;

	rig_begin();
	CHECK_U64(rig_read(&rig.boot), NV2_OK);
	rig.model.registers[9].flips = 2;
	CHECK_U64(rig_run(&rig.boot), NV2_ERR_STUCK);
	rig.model.registers[9].value = 0x99;
	CHECK_U64(rig_undo(&rig.boot, &lost), NV2_ERR_CHANGED);
	rig_check_failure(NV2_ERR_CHANGED, 9, "GPU0_MEM_BAR.stack1.sm1", 0, 0x99);
	CHECK_U64(lost, 1);
	CHECK_U64(rig.model.registers[9].value, 0x99);
}

/* Many failures: the first is told, the others are counted. */
static void the_first_failure_of_an_undo_is_kept(void)
{
	uint32_t lost = 99;

	rig_begin();
	CHECK_U64(rig_read(&rig.boot), NV2_OK);
	CHECK_U64(rig_run(&rig.boot), NV2_OK);
	rig.model.writes = MODEL_WRITES; /* no more than these are taken */
	CHECK_U64(rig_undo(&rig.boot, &lost), NV2_ERR_WRITE);
	rig_check_failure(NV2_ERR_WRITE, ROWS - 1, "ATSD5_LPARID", 0, HOST);
	CHECK_U64(rig.failure.cause, MODEL_CAUSE);
	CHECK_U64(lost, ROWS);
	rig.model.count = 10; /* the others do not answer */
	CHECK_U64(rig_undo(&rig.boot, &lost), NV2_ERR_READ);
	rig_check_failure(NV2_ERR_READ, ROWS - 1, "ATSD5_LPARID", 0, 0);
	CHECK_U64(lost, ROWS);
}

static void what_others_changed_is_left(void)
{
	uint32_t lost = 99;

	rig_begin();
	rig_remember();
	CHECK_U64(rig_read(&rig.boot), NV2_OK);
	CHECK_U64(rig_run(&rig.boot), NV2_OK);
	rig.model.registers[7].value = 0x77;
	rig.model.registers[50].value = 0x66;
	CHECK_U64(rig_undo(&rig.boot, &lost), NV2_ERR_CHANGED);
	CHECK_U64(lost, 2);
	rig_check_failure(NV2_ERR_CHANGED, 50, rig.model.registers[50].name, 0, 0x66);
	CHECK_U64(rig.model.registers[7].value, 0x77);
	CHECK_U64(rig.model.registers[50].value, 0x66);
	CHECK_U64(rig_count_changed(), 2);
}

static void rows_of_another_program_are_not_undone(void)
{
	uint32_t lost = 99;
	struct nv2_program vm0 = rig_guest("vm0", 1);
	struct nv2_saved wrong[] = {{.row = 0, .written = true},
				    {.row = ROWS + 2 * LINK_ROWS, .written = true}};

	rig_begin_booted();
	CHECK_U64(nv2_program_undo(&vm0, &rig.model.ops, wrong, 2, &lost, &rig.failure),
		  NV2_ERR_TABLE);
	CHECK_U64(lost, 2);
	CHECK_U64(rig.failure.step, ROWS + 2 * LINK_ROWS);
	CHECK_U64(nv2_program_undo(&vm0, &rig.model.ops, wrong, 1, &lost, &rig.failure),
		  NV2_ERR_TABLE);
	CHECK_U64(lost, 1);
	CHECK_U64(rig.failure.step, 0);
	CHECK(!rig.failure.what);
	CHECK_U64(rig.model.accesses, 0);
	CHECK_U64(nv2_program_undo(&rig.boot, &rig.model.ops, wrong, 0, &lost, &rig.failure),
		  NV2_OK);
	CHECK_U64(lost, 0);
}

/* --- verifying ---------------------------------------------------------------- */

static void verify_finds_any_register_that_differs(void)
{
	uint32_t held = 99;

	rig_begin_booted();
	for (size_t i = 0; i < ROWS; i++) {
		uint64_t value = rig.model.registers[i].value;

		rig.model.registers[i].value ^= UINT64_C(1) << 12;
		CHECK_U64(nv2_program_verify(&rig.boot, &rig.model.ops, &held, &rig.failure),
			  NV2_ERR_STUCK);
		CHECK_U64(rig.failure.step, i);
		CHECK_U64(rig.failure.found, value ^ UINT64_C(1) << 12);
		rig.model.registers[i].value = value;
	}
	model_rewind(&rig.model);
	rig.model.fails_at = 3;
	CHECK_U64(nv2_program_verify(&rig.boot, &rig.model.ops, &held, &rig.failure), NV2_ERR_READ);
	rig_check_failure(NV2_ERR_READ, 2, "GPU0_MEM_BAR.stack0.sm2", 0x8040027300000000, 0);
	CHECK_U64(rig.failure.cause, MODEL_CAUSE);
	model_rewind(&rig.model);
	rig.model.ones_at = 25;
	CHECK_U64(nv2_program_verify(&rig.boot, &rig.model.ops, &held, &rig.failure),
		  NV2_ERR_ALL_ONES);
	rig_check_failure(NV2_ERR_ALL_ONES, 24, "ATSD0_LPARID", HOST, UINT64_MAX);
	CHECK_U64(rig.model.writes, 0);
}

const struct test_case program_cases[] = {
	CASE(length_counts_the_rows_of_a_phase),
	CASE(rows_have_the_lpid_in_place),
	CASE(lpids_are_placed_by_their_mask),
	CASE(run_programs_every_register),
	CASE(second_run_writes_nothing),
	CASE(undo_goes_backwards),
	CASE(counts_must_be_the_programs),
	CASE(any_failing_access_is_undone),
	CASE(any_read_of_all_ones_is_undone),
	CASE(any_failing_undo_is_told),
	CASE(a_stuck_register_is_told),
	CASE(a_flipped_bit_is_told_and_undone),
	CASE(a_flipped_bit_is_left_after_a_crash),
	CASE(a_flipped_bit_that_changes_is_left),
	CASE(the_first_failure_of_an_undo_is_kept),
	CASE(what_others_changed_is_left),
	CASE(rows_of_another_program_are_not_undone),
	CASE(verify_finds_any_register_that_differs),
};
const size_t program_case_count = sizeof(program_cases) / sizeof(program_cases[0]);
