/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes guests' programs, and rows with each flag, checks whose a register is at any time, and how
 * those are read back that are not ordinary. Never takes an expected value from a bundle.
 */
#include "program_rig.h"

/* --- whose a register is ------------------------------------------------------ */

static void a_guests_register_is_not_taken(void)
{
	struct model_register *atsd;
	uint64_t values[] = {7, HOST | 7, 0xfff};

	for (size_t i = 0; i < 3; i++) {
		rig_begin();
		atsd = model_find(&rig.model, "npu8", "ATSD2_LPARID");
		atsd->value = values[i];
		CHECK_U64(rig_read(&rig.boot), NV2_ERR_HELD);
		rig_check_failure(NV2_ERR_HELD, 56, "ATSD2_LPARID", HOST, values[i] & 0xfff);
		CHECK_U64(rig.model.writes, 0);
	}
}

static void take_atsd(struct model *of)
{
	if (of->accesses == ROWS + 3 * 26 + 1) /* the first of what run does with row 26 */
		model_find(of, "npu0", "ATSD2_LPARID")->value = 12;
}

static void a_register_taken_meanwhile_is_left(void)
{
	uint32_t lost = 99;

	rig_begin();
	rig_remember();
	rig.model.meanwhile = take_atsd;
	CHECK_U64(rig_read(&rig.boot), NV2_OK);
	CHECK_U64(rig_run(&rig.boot), NV2_ERR_HELD);
	rig_check_failure(NV2_ERR_HELD, 26, "ATSD2_LPARID", HOST, 12);
	CHECK_U64(rig_undo(&rig.boot, &lost), NV2_OK);
	CHECK_U64(lost, 0);
	CHECK_U64(rig_count_changed(), 1);
	CHECK_U64(model_find(&rig.model, "npu0", "ATSD2_LPARID")->value, 12);
}

static void change_bar(struct model *of)
{
	if (of->accesses == ROWS + 1) /* the first of what run does with row 0 */
		of->registers[0].value = 0x1234;
}

static void a_register_changed_meanwhile_is_left(void)
{
	uint32_t lost = 99;

	rig_begin();
	rig.model.meanwhile = change_bar;
	CHECK_U64(rig_read(&rig.boot), NV2_OK);
	CHECK_U64(rig_run(&rig.boot), NV2_ERR_CHANGED);
	CHECK_U64(rig.failure.found, 0x1234);
	CHECK_U64(rig.failure.step, 0);
	CHECK_U64(rig.model.writes, 0);
	CHECK_U64(rig_undo(&rig.boot, &lost), NV2_OK);
	CHECK_U64(lost, 0);
	CHECK_U64(rig.model.registers[0].value, 0x1234);
}

static void take_after_write(struct model *of)
{
	if (of->accesses == ROWS + 3 * 26 + 3) /* before run reads it back */
		model_find(of, "npu0", "ATSD2_LPARID")->value = 12;
}

/* Even what run itself found there is not undone then: it is the guest's. */
static void a_register_taken_after_the_write_is_left(void)
{
	uint32_t lost = 99;

	rig_begin();
	rig.model.meanwhile = take_after_write;
	CHECK_U64(rig_read(&rig.boot), NV2_OK);
	CHECK_U64(rig_run(&rig.boot), NV2_ERR_STUCK);
	CHECK_U64(rig_undo(&rig.boot, &lost), NV2_ERR_CHANGED);
	rig_check_failure(NV2_ERR_CHANGED, 26, "ATSD2_LPARID", 0, 12);
	CHECK_U64(lost, 1);
	CHECK_U64(model_find(&rig.model, "npu0", "ATSD2_LPARID")->value, 12);
}

static void lpids_that_no_guest_has(void)
{
	static const struct {
		const char *guest;
		uint32_t lpid;
		enum nv2_status status;
		uint64_t wanted;
	} rows[] = {
		{"vm0", 0, NV2_ERR_LPID, 0}, {"vm0", 1, NV2_OK, 0},
		{"vm0", 4095, NV2_OK, 0},    {"vm0", 4096, NV2_ERR_LPID, 0},
		{"vm8", 0, NV2_OK, 0},       {"vm8", 5, NV2_OK, 0},
		{"vm8", 6, NV2_ERR_LPID, 5}, {"vm8", UINT32_MAX, NV2_ERR_LPID, 5},
	};

	rig_begin();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct nv2_program program = rig_guest(rows[i].guest, rows[i].lpid);
		uint32_t held;

		CHECK_U64(rig_read(&program), rows[i].status);
		if (!rows[i].status)
			continue;
		rig_check_failure(NV2_ERR_LPID, program.guest[2] == '0' ? ROWS : ROWS + LINK_ROWS,
				  "ATSD0_LPARID", rows[i].wanted, rows[i].lpid);
		model_rewind(&rig.model);
		CHECK_U64(rig_run(&program), NV2_ERR_LPID);
		CHECK_U64(nv2_program_verify(&program, &rig.model.ops, &held, &rig.failure),
			  NV2_ERR_LPID);
		CHECK_U64(nv2_program_release(&program, &rig.model.ops, &rig.failure),
			  NV2_ERR_LPID);
		CHECK_U64(rig.model.accesses, 0);
	}
}

/* A row with another place for the LPID; 1 fits into any, but another LPID might not. */
static enum nv2_status read_with_mask(uint64_t mask)
{
	struct nv2_program vm = rig_guest("vm", 1);

	rig_begin_table();
	rig_add_row("vm", 0, NV2_OWNER_RUNTIME, 0, 0, UINT64_MAX, mask);
	return rig_read(&vm);
}

static void any_lpid_must_fit(void)
{
	CHECK_U64(read_with_mask(0xfff), NV2_OK);
	CHECK_U64(read_with_mask(UINT64_MAX), NV2_OK);
	CHECK_U64(read_with_mask(UINT64_C(0xfff) << 52), NV2_OK);
	CHECK_U64(read_with_mask(UINT64_C(0x1fff) << 51), NV2_OK);
	CHECK_U64(read_with_mask(UINT64_C(0x7ff) << 53), NV2_ERR_TABLE);
	CHECK_U64(read_with_mask(UINT64_C(1) << 63), NV2_ERR_TABLE);
	CHECK_U64(read_with_mask(0x7ff), NV2_ERR_TABLE);
	CHECK_U64(read_with_mask(0xffd), NV2_ERR_TABLE);
	CHECK_U64(rig.failure.step, 0);
	CHECK_TEXT(rig.failure.what, "R0");
	CHECK_U64(rig.model.accesses, 0);
}

static void lpids_that_are_not_filled_in(void)
{
	struct nv2_program vm = rig_guest("vm", 0x123);

	/* Filled in, but with none. */
	rig_begin_table();
	rig_add_row("vm", 0, NV2_OWNER_RUNTIME, 0, 0, UINT64_MAX, 0);
	CHECK_U64(rig_read(&vm), NV2_ERR_LPID);
	/* A register that does not change hands has none at all. */
	rig_begin_table();
	rig_add_row("vm", 0, NV2_OWNER_BOOT, 0, 0, UINT64_MAX, 0);
	CHECK_U64(rig_read(&vm), NV2_OK);
}

static void guests_that_are_not_there(void)
{
	struct nv2_program nobody = rig_guest("vm1", 1), vm0 = rig_guest("vm0", 1);

	rig_begin();
	CHECK_U64(rig_read(&nobody), NV2_ERR_NO_GUEST);
	rig_check_failure(NV2_ERR_NO_GUEST, NV2_STEP_NONE, "vm1", 0, 0);
	CHECK_U64(nv2_program_release(&rig.boot, &rig.model.ops, &rig.failure), NV2_ERR_NO_GUEST);
	CHECK_U64(nv2_program_release(&nobody, &rig.model.ops, &rig.failure), NV2_ERR_NO_GUEST);
	/* One with a GPU and none of its links has no rows, but a fragment. */
	rig.bundle.part[NV2_PART_PROGRAM].size = ROWS * NV2_WRITE_RECORD;
	CHECK_U64(rig_read(&vm0), NV2_OK);
	CHECK_U64(rig_run(&vm0), NV2_OK);
	CHECK_U64(nv2_program_release(&vm0, &rig.model.ops, &rig.failure), NV2_OK);
	CHECK_U64(rig.model.accesses, 0);
}

/* --- guests ------------------------------------------------------------------ */

static void a_guest_starts_and_stops(void)
{
	struct nv2_program vm0 = rig_guest("vm0", 9), vm8 = rig_guest("vm8", 0),
			   other = rig_guest("vm0", 10);
	uint32_t held = 99, lost = 99;

	rig_begin_booted();
	CHECK_U64(nv2_program_verify(&vm0, &rig.model.ops, &held, &rig.failure), NV2_ERR_STUCK);
	rig_start(&vm0);
	CHECK_U64(model_find(&rig.model, "npu0", "ATSD0_LPARID")->value, 9);
	CHECK_U64(model_find(&rig.model, "npu0", "ATSD5_LPARID")->value, 9);
	CHECK_U64(model_find(&rig.model, "npu8", "ATSD0_LPARID")->value, HOST);
	rig_start(&vm8);
	CHECK_U64(model_find(&rig.model, "npu8", "ATSD5_LPARID")->value, 5);
	CHECK_U64(nv2_program_verify(&vm0, &rig.model.ops, &held, &rig.failure), NV2_OK);
	CHECK_U64(held, 0);
	CHECK_U64(nv2_program_verify(&rig.boot, &rig.model.ops, &held, &rig.failure), NV2_OK);
	CHECK_U64(held, 2 * LINK_ROWS);
	/* Nobody else gets them, nor gives them back. */
	CHECK_U64(rig_read(&other), NV2_ERR_HELD);
	rig_check_failure(NV2_ERR_HELD, ROWS, "ATSD0_LPARID", 10, 9);
	CHECK_U64(nv2_program_verify(&other, &rig.model.ops, &held, &rig.failure), NV2_ERR_HELD);
	rig_check_failure(NV2_ERR_HELD, ROWS, "ATSD0_LPARID", 10, 9);
	CHECK_U64(nv2_program_release(&other, &rig.model.ops, &rig.failure), NV2_ERR_HELD);
	rig_check_failure(NV2_ERR_HELD, ROWS, "ATSD0_LPARID", HOST, 9);
	CHECK_U64(rig_read(&rig.boot), NV2_ERR_HELD);
	CHECK_U64(rig.model.writes, 0);
	/* Starting again changes nothing, and undoing that neither. */
	CHECK_U64(rig_read(&vm0), NV2_OK);
	CHECK_U64(rig_run(&vm0), NV2_OK);
	CHECK_U64(rig_undo(&vm0, &lost), NV2_OK);
	CHECK_U64(rig.model.writes, 0);
	CHECK_U64(nv2_program_release(&vm0, &rig.model.ops, &rig.failure), NV2_OK);
	CHECK_U64(rig.failure.step, NV2_STEP_NONE);
	CHECK_U64(rig.model.writes, LINK_ROWS);
	CHECK_U64(nv2_program_release(&vm8, &rig.model.ops, &rig.failure), NV2_OK);
	rig_check_programmed();
	model_rewind(&rig.model);
	CHECK_U64(nv2_program_release(&vm0, &rig.model.ops, &rig.failure), NV2_OK);
	CHECK_U64(rig.model.writes, 0);
	CHECK_U64(rig.model.reads, 2 * LINK_ROWS);
}

static void a_guests_start_is_undone(void)
{
	struct nv2_program vm0 = rig_guest("vm0", 9);
	uint32_t lost = 99;

	rig_begin_booted();
	model_find(&rig.model, "npu0", "ATSD3_LPARID")->stuck = 0xfff;
	CHECK_U64(rig_read(&vm0), NV2_OK);
	CHECK_U64(rig_run(&vm0), NV2_ERR_STUCK);
	rig_check_failure(NV2_ERR_STUCK, ROWS + 3, "ATSD3_LPARID", 9, 0);
	/* It came out as 0, which is nobody's: the host has all of them again. */
	CHECK_U64(rig_undo(&vm0, &lost), NV2_OK);
	CHECK_U64(lost, 0);
	CHECK_U64(rig_count_changed(), 0);
}

static void releasing_is_all_or_nothing(void)
{
	struct nv2_program vm0 = rig_guest("vm0", 9);
	struct model_register *last;

	rig_begin_booted();
	rig_start(&vm0);
	last = model_find(&rig.model, "npu0", "ATSD5_LPARID");
	last->value = 10;
	CHECK_U64(nv2_program_release(&vm0, &rig.model.ops, &rig.failure), NV2_ERR_HELD);
	rig_check_failure(NV2_ERR_HELD, ROWS + 5, "ATSD5_LPARID", HOST, 10);
	CHECK_U64(rig.model.writes, 0);
	/* Nobody's: the host gets it as well. */
	last->value = 0;
	CHECK_U64(nv2_program_release(&vm0, &rig.model.ops, &rig.failure), NV2_OK);
	rig_check_programmed();
}

static void releasing_can_be_done_again(void)
{
	struct nv2_program vm0 = rig_guest("vm0", 9);

	/* 6 reads, then each is read, written and read back. */
	for (unsigned k = 1; k <= 24; k++) {
		rig_begin_booted();
		rig_start(&vm0);
		if (k % 2)
			rig.model.fails_at = k;
		else
			rig.model.ones_at = k;
		if (nv2_program_release(&vm0, &rig.model.ops, &rig.failure)) {
			CHECK(rig.failure.step >= ROWS && rig.failure.step < ROWS + LINK_ROWS);
			CHECK_U64(nv2_program_release(&vm0, &rig.model.ops, &rig.failure), NV2_OK);
		}
		rig_check_programmed();
	}
}

static void releasing_needs_what_boot_wrote(void)
{
	struct nv2_program vm = rig_guest("vm", 3);

	rig_begin_table();
	rig_add_row("vm", 0, NV2_OWNER_RUNTIME, 0, 0, 0x1fff, 0xfff);
	CHECK_U64(rig_read(&vm), NV2_OK);
	CHECK_U64(rig_run(&vm), NV2_OK);
	CHECK_U64(nv2_program_release(&vm, &rig.model.ops, &rig.failure), NV2_ERR_TABLE);
	CHECK_U64(rig.failure.step, 0);
	CHECK_TEXT(rig.failure.what, "R0");
	CHECK_U64(rig.model.registers[0].value, 3);
	/* Without it, the host's value is not known: one that has it is not free. */
	rig.model.registers[0].value = HOST;
	CHECK_U64(rig_read(&vm), NV2_ERR_HELD);
}

static void releasing_tells_of_a_stuck_register(void)
{
	struct nv2_program vm = rig_guest("vm", 3);

	rig_begin_table();
	rig_add_row(NULL, 0, NV2_OWNER_BOOT, 0, 8, 0xf, 0);
	rig_add_row("vm", 0, NV2_OWNER_BOOT, 0, 4, 0xf, 0);
	rig.model.registers[0].value = 4;
	rig.model.registers[0].stuck = 4;
	CHECK_U64(nv2_program_release(&vm, &rig.model.ops, &rig.failure), NV2_ERR_STUCK);
	rig_check_failure(NV2_ERR_STUCK, 1, "R0", 8, 12);
}

/* --- flags ------------------------------------------------------------------- */

static void a_volatile_register_is_not_compared(void)
{
	struct model_register *reg = rig_one_register(NV2_WRITE_VOLATILE, 0x55, 0xff);
	uint32_t held, lost = 99;

	reg->value = 0x11;
	reg->flips = 0x80;
	CHECK_U64(rig_read(&rig.boot), NV2_OK);
	reg->value = 0x12; /* by itself, which is in its nature */
	CHECK_U64(rig_run(&rig.boot), NV2_OK);
	CHECK_U64(reg->value, 0xd5);
	CHECK_U64(rig.model.writes, 1);
	CHECK_U64(nv2_program_verify(&rig.boot, &rig.model.ops, &held, &rig.failure), NV2_OK);
	/* Undone whatever it holds, and not compared either. */
	reg->value = 0x42;
	CHECK_U64(rig_undo(&rig.boot, &lost), NV2_OK);
	CHECK_U64(lost, 0);
	CHECK_U64(reg->value, 0x91);
	/* Not written where it holds the value already. */
	reg->value = 0x55;
	model_rewind(&rig.model);
	CHECK_U64(rig_run(&rig.boot), NV2_OK);
	CHECK_U64(rig.model.writes, 0);
	rig.model.ones_at = rig.model.accesses + 1;
	CHECK_U64(nv2_program_verify(&rig.boot, &rig.model.ops, &held, &rig.failure),
		  NV2_ERR_ALL_ONES);
}

static void a_volatile_register_can_still_be_a_guests(void)
{
	uint32_t lost = 99;

	rig_begin_table();
	rig_add_row(NULL, 0, NV2_OWNER_RUNTIME, NV2_WRITE_VOLATILE, HOST, 0x1fff, 0);
	CHECK_U64(rig_read(&rig.boot), NV2_OK);
	CHECK_U64(rig_run(&rig.boot), NV2_OK);
	rig.model.registers[0].value = 6;
	CHECK_U64(rig_run(&rig.boot), NV2_ERR_HELD);
	CHECK_U64(rig_undo(&rig.boot, &lost), NV2_ERR_CHANGED);
	CHECK_U64(rig.model.registers[0].value, 6);
}

static void one_to_clear_bits_are_cleared(void)
{
	struct model_register *reg = rig_one_register(NV2_WRITE_ONE_TO_CLEAR, 0x0f, 0xff);
	uint32_t held, lost = 99;

	reg->clears = 0xff;
	reg->value = 0x3c;
	CHECK_U64(rig_read(&rig.boot), NV2_OK);
	CHECK_U64(nv2_program_verify(&rig.boot, &rig.model.ops, &held, &rig.failure),
		  NV2_ERR_STUCK);
	rig_check_failure(NV2_ERR_STUCK, 0, "R0", 0x0f, 0x3c);
	CHECK_U64(rig_run(&rig.boot), NV2_OK);
	CHECK_U64(reg->value, 0x30);
	CHECK_U64(rig.model.writes, 1);
	CHECK_U64(nv2_program_verify(&rig.boot, &rig.model.ops, &held, &rig.failure), NV2_OK);
	CHECK_U64(rig_run(&rig.boot), NV2_OK);
	CHECK_U64(rig.model.writes, 1);
	/* Cleared is cleared, and nobody's loss. */
	model_rewind(&rig.model);
	CHECK_U64(rig_undo(&rig.boot, &lost), NV2_OK);
	CHECK_U64(lost, 0);
	CHECK_U64(rig.model.accesses, 0);
	/* A bit that cannot be cleared. */
	reg->stuck = 0x04;
	reg->value = 0x3c;
	CHECK_U64(rig_run(&rig.boot), NV2_ERR_STUCK);
	rig_check_failure(NV2_ERR_STUCK, 0, "R0", 0x0f, 0x34);
}

static void a_self_clearing_register_is_waited_for(void)
{
	struct model_register *reg = rig_one_register(NV2_WRITE_SELF_CLEARING, 0x80, UINT64_MAX);
	uint32_t held, lost = 99;

	reg->falls = 0x80;
	reg->falls_in = 10;
	CHECK_U64(rig_read(&rig.boot), NV2_OK);
	CHECK_U64(rig_run(&rig.boot), NV2_OK);
	CHECK_U64(rig.model.writes, 1);
	CHECK_U64(reg->reads, 10);
	CHECK_U64(nv2_program_verify(&rig.boot, &rig.model.ops, &held, &rig.failure), NV2_OK);
	/* It is a command: nothing shows that it was given. */
	CHECK_U64(rig_run(&rig.boot), NV2_OK);
	CHECK_U64(rig.model.writes, 2);
	CHECK_U64(rig_undo(&rig.boot, &lost), NV2_OK);
	CHECK_U64(lost, 0);
	CHECK_U64(rig.model.writes, 2);
	/* Busy when we come. */
	reg->value = 0x80;
	reg->reads = 0;
	model_rewind(&rig.model);
	CHECK_U64(rig_run(&rig.boot), NV2_OK);
	CHECK_U64(rig.model.reads, 20);
	CHECK_U64(rig.model.writes, 1);
}

static void a_self_clearing_register_is_given_up(void)
{
	struct model_register *reg = rig_one_register(NV2_WRITE_SELF_CLEARING, 0x80, UINT64_MAX);

	reg->falls = 0x80;
	reg->falls_in = 1000;
	CHECK_U64(rig_read(&rig.boot), NV2_OK);
	CHECK_U64(rig_run(&rig.boot), NV2_OK);
	reg->falls_in = 1001;
	model_rewind(&rig.model);
	CHECK_U64(rig_run(&rig.boot), NV2_ERR_TIMEOUT);
	rig_check_failure(NV2_ERR_TIMEOUT, 0, "R0", 0x80, 0x80);
	CHECK_U64(rig.model.writes, 1);
	CHECK_U64(rig.model.reads, 1 + NV2_POLLS_MAX);
	/* Busy for ever: it is not written at all. */
	reg->falls = 0;
	model_rewind(&rig.model);
	CHECK_U64(rig_run(&rig.boot), NV2_ERR_TIMEOUT);
	CHECK_U64(rig.model.writes, 0);
	CHECK_U64(rig.model.reads, NV2_POLLS_MAX);
	/* All ones while it is polled is no answer. */
	model_rewind(&rig.model);
	rig.model.ones_at = 5;
	CHECK_U64(rig_run(&rig.boot), NV2_ERR_ALL_ONES);
	CHECK_U64(rig.model.reads, 5);
}

static void unknown_flags_are_refused(void)
{
	uint32_t held;

	rig_one_register(0x8, 0x80, UINT64_MAX);
	CHECK_U64(rig_read(&rig.boot), NV2_ERR_TABLE);
	rig_check_failure(NV2_ERR_TABLE, 0, "R0", 7, 8);
	CHECK_U64(rig_run(&rig.boot), NV2_ERR_TABLE);
	CHECK_U64(nv2_program_verify(&rig.boot, &rig.model.ops, &held, &rig.failure),
		  NV2_ERR_TABLE);
	CHECK_U64(rig.model.accesses, 0);
}

const struct test_case owner_cases[] = {
	CASE(a_guests_register_is_not_taken),
	CASE(a_register_taken_meanwhile_is_left),
	CASE(a_register_changed_meanwhile_is_left),
	CASE(a_register_taken_after_the_write_is_left),
	CASE(lpids_that_no_guest_has),
	CASE(any_lpid_must_fit),
	CASE(lpids_that_are_not_filled_in),
	CASE(guests_that_are_not_there),
	CASE(a_guest_starts_and_stops),
	CASE(a_guests_start_is_undone),
	CASE(releasing_is_all_or_nothing),
	CASE(releasing_can_be_done_again),
	CASE(releasing_needs_what_boot_wrote),
	CASE(releasing_tells_of_a_stuck_register),
	CASE(a_volatile_register_is_not_compared),
	CASE(a_volatile_register_can_still_be_a_guests),
	CASE(one_to_clear_bits_are_cleared),
	CASE(a_self_clearing_register_is_waited_for),
	CASE(a_self_clearing_register_is_given_up),
	CASE(unknown_flags_are_refused),
};
const size_t owner_case_count = sizeof(owner_cases) / sizeof(owner_cases[0]);
