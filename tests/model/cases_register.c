/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes registers that misbehave, or that guests hold, and says what must come
 * of a transaction there. Never lets anybody's register be taken: the model
 * watches every write.
 */
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DRIFTED UINT64_C(0x5a5a5a5a5a5a5a5a)

/* ---- finding registers ------------------------------------------------------------ */

/* The first of boot that is, or is not, handed over as guests come and go. */
static const struct nv2_write *row_of(const struct scene *scene, enum nv2_owner owner)
{
	const struct board *board = scene->board;

	for (uint32_t i = 0; i < board->row_count; i++)
		if (board->rows[i].phase == NV2_PHASE_BOOT && board->rows[i].owner == owner)
			return &board->rows[i];
	abort();
}

static struct model_register *register_of(struct scene *scene, const struct nv2_write *row)
{
	struct model_register *reg = model_register(scene->driver.model, row->chip, row->reg);

	if (!reg)
		abort();
	return reg;
}

/* All as at first but one register, which belongs to somebody else by now. */
static bool is_original_but(struct scene *scene, struct model_register *reg)
{
	struct model_register had = *reg;
	const struct board *board = scene->board;
	bool good;

	for (uint32_t i = 0; i < board->row_count; i++)
		if (board->rows[i].chip == reg->chip && board->rows[i].reg == reg->reg) {
			reg->value = board->old[i];
			break;
		}
	good = model_state(&scene->driver.handle).tree_original &&
	       model_state(&scene->driver.handle).registers_old;
	*reg = had;
	return scene_check(scene, good, "not as at first");
}

/* ---- registers that misbehave -------------------------------------------------------- */

static const struct fault {
	enum model_behaviour behaviour;
	uint64_t how;
	unsigned outcomes;
	bool idle; /* it shows before anything is written */
} faults[] = {
	{REGISTER_STICKS, 0, MAY_FAIL, false},
	{REGISTER_FLIPS, 40, MAY_LOST, false}, /* its old value cannot be written either */
	{REGISTER_NEVER_CLEARS, UINT64_C(1) << 20, MAY_LOST, false},
	{REGISTER_ONES, 0, MAY_FAIL, true},
	{REGISTER_DEAD, 0, MAY_FAIL, true},
	{REGISTER_READ_ONLY, 0, MAY_FAIL, false},
};

/* Of each kind of register, on each place: the first, one in between, the last. */
static bool misbehave(struct scene *scene)
{
	const struct fault *fault = &faults[scene->argument];
	uint32_t boot = 0;
	bool good = true;

	while (boot < scene->board->row_count && scene->board->rows[boot].phase == NV2_PHASE_BOOT)
		boot++;
	for (uint32_t i = 0; i < boot; i += boot / 5) {
		const struct nv2_write *row = &scene->board->rows[i];
		struct model_register *reg;

		/* Bit 40 and 20 of an ATSD's are of no account. */
		if (row->owner == NV2_OWNER_RUNTIME && fault->how)
			continue;
		scene_begin(scene, scene->board, scene->driver.model->variant, 0);
		reg = register_of(scene, row);
		reg->behaviour = fault->behaviour;
		reg->how = fault->how;
		good = (fault->idle ? scene_run_idle(scene, OPERATION_APPLY, fault->outcomes)
				    : scene_run(scene, OPERATION_APPLY, fault->outcomes)) &&
		       scene_said(scene, row->name) && good;
		if (fault->outcomes != MAY_LOST)
			good = scene_is_original(scene) && good;
		else
			good = is_original_but(scene, reg) && good;
	}
	return good;
}

/*
 * It changes by itself at some time between the first look at it and the last. Of one moment nobody
 * can know: that between the last look and the write behind it.
 */
static bool drift(struct scene *scene)
{
	const struct nv2_write *row = row_of(scene, NV2_OWNER_BOOT);
	unsigned races = 0;
	bool good = true;

	for (uint64_t reads = 1;; reads++) {
		struct model_register *reg;
		struct result result;

		scene_begin(scene, scene->board, scene->driver.model->variant, 0);
		reg = register_of(scene, row);
		reg->behaviour = REGISTER_DRIFTS;
		reg->how = reads;
		result = drive(&scene->driver, OPERATION_APPLY, 0, FAULT_NONE);
		/* Nobody looked so often, or not again. */
		if (reg->reads < reads || (reg->reads == reads && reg->value == DRIFTED))
			return scene_check(scene, reads > 3, "it was not looked at often") && good;
		if (result.outcome == OUTCOME_DONE) {
			good = scene_check(scene, !races++, "done, but a register has changed") &&
			       scene_is_applied(scene) && good;
			continue;
		}
		good = scene_said(scene, row->name) &&
		       scene_check(scene, reg->value == DRIFTED, "somebody's value is gone") &&
		       is_original_but(scene, reg) && good;
	}
}

/* Long after. */
static bool drift_later(struct scene *scene)
{
	const struct nv2_write *row = row_of(scene, NV2_OWNER_BOOT);
	struct model_register *reg = register_of(scene, row);
	bool good = scene_run(scene, OPERATION_APPLY, MAY_DONE);

	reg->value = DRIFTED;
	good = good && scene_run(scene, OPERATION_VERIFY, MAY_REFUSED) &&
	       scene_said(scene, row->name) && scene_run(scene, OPERATION_REMOVE, MAY_LOST) &&
	       scene_check(scene, reg->value == DRIFTED, "somebody's value is gone") &&
	       is_original_but(scene, reg);
	return good;
}

/* ---- flags ---------------------------------------------------------------------------- */

/* The scene on a board where the first ATSD register is boot's, with these flags. */
static struct board flagged(struct scene *scene, uint32_t flags)
{
	const struct nv2_write *row = row_of(scene, NV2_OWNER_RUNTIME);
	size_t index = (size_t)(row - scene->board->rows);

	return fixture_with_bundle(scene->board,
				   fixture_with_xor(scene->board->bundle, scene->board->bundle_size,
						    NV2_PART_PROGRAM, index * NV2_WRITE_RECORD + 48,
						    (uint64_t)NV2_OWNER_RUNTIME << 32 | flags));
}

static struct model_register *begin_flagged(struct scene *scene, const struct board *board,
					    const struct nv2_write *row,
					    enum model_behaviour behaviour, uint64_t how)
{
	struct model_register *reg;

	scene_begin(scene, board, scene->driver.model->variant, 0);
	reg = register_of(scene, row);
	reg->behaviour = behaviour;
	reg->how = how;
	return reg;
}

static bool comes_to(struct scene *scene, enum operation operation, int outcome)
{
	struct result result = drive(&scene->driver, operation, 0, FAULT_NONE);

	return scene_check(scene, !*scene->driver.model->violation,
			   scene->driver.model->violation) &&
	       scene_check(scene, result.outcome == outcome, "another outcome than it must have");
}

/* Ones that are written clear bits; what was cleared cannot come back. */
static bool one_to_clear(struct scene *scene)
{
	const struct nv2_write *row = row_of(scene, NV2_OWNER_RUNTIME);
	struct board board = flagged(scene, NV2_WRITE_ONE_TO_CLEAR);
	const struct board *had = scene->board;
	struct model_register *reg = begin_flagged(scene, &board, row, REGISTER_W1C, 0);
	bool good;

	reg->value = 0x1abc;
	good = comes_to(scene, OPERATION_APPLY, OUTCOME_DONE) &&
	       scene_check(scene, reg->value == 0xabc, "the bit is not cleared, or others are") &&
	       comes_to(scene, OPERATION_APPLY, OUTCOME_DONE) &&
	       scene_check(scene, !scene->driver.model->writes, "it wrote something again") &&
	       comes_to(scene, OPERATION_REMOVE, OUTCOME_DONE) &&
	       scene_check(scene, reg->value == 0xabc, "it was written again") &&
	       is_original_but(scene, reg);
	fixture_board_free(&board);
	scene->board = had;
	return good;
}

/* Bits fall when the hardware is done, or never. */
static bool self_clearing(struct scene *scene)
{
	const struct nv2_write *row = row_of(scene, NV2_OWNER_RUNTIME);
	struct board board = flagged(scene, NV2_WRITE_SELF_CLEARING);
	const struct board *had = scene->board;
	struct model_register *reg = begin_flagged(scene, &board, row, REGISTER_CLEARS, 0x1000);
	bool good;

	good = comes_to(scene, OPERATION_APPLY, OUTCOME_DONE) &&
	       comes_to(scene, OPERATION_REMOVE, OUTCOME_DONE) && is_original_but(scene, reg);
	reg = begin_flagged(scene, &board, row, REGISTER_NEVER_CLEARS, 0x1000);
	drive(&scene->driver, OPERATION_APPLY, 0, FAULT_NONE);
	good = good &&
	       scene_check(scene, !model_state(&scene->driver.handle).tree_applied,
			   "done, but a register never was") &&
	       scene_said(scene, row->name) && is_original_but(scene, reg) &&
	       scene_check(scene, scene->driver.model->calls < 8 * NV2_POLLS_MAX,
			   "it polls without end");
	fixture_board_free(&board);
	scene->board = had;
	return good;
}

/* The hardware changes it by itself: no reason to fail. */
static bool is_volatile(struct scene *scene)
{
	const struct nv2_write *row = row_of(scene, NV2_OWNER_RUNTIME);
	struct board board = flagged(scene, NV2_WRITE_VOLATILE);
	const struct board *had = scene->board;
	struct model_register *reg;
	bool good = true;

	for (uint64_t reads = 1; reads < 8; reads++) {
		reg = begin_flagged(scene, &board, row, REGISTER_DRIFTS, reads);
		good = comes_to(scene, OPERATION_APPLY, OUTCOME_DONE) &&
		       comes_to(scene, OPERATION_REMOVE, OUTCOME_DONE) &&
		       is_original_but(scene, reg) && good;
	}
	fixture_board_free(&board);
	scene->board = had;
	return good;
}

/* ---- guests ----------------------------------------------------------------------------- */

/* A guest runs already when we come: nothing is touched, and the message says which one. */
static bool held_before(struct scene *scene)
{
	struct board board = fixture_board(scene->tap->directory, scene->board->name);
	const struct board *had = scene->board;
	bool good;

	for (uint32_t i = 0; i < board.row_count; i++)
		if (board.rows[i].owner == NV2_OWNER_RUNTIME)
			board.old[i] = 3243;
	scene_begin(scene, &board, scene->driver.model->variant, 0);
	good = scene_run_idle(scene, OPERATION_APPLY, MAY_REFUSED) && scene_is_original(scene) &&
	       scene_check(scene,
			   strstr(scene->driver.heard->errors.text, "3243") ||
				   strstr(scene->driver.heard->errors.text, "0xcab"),
			   "the LPID is not named");
	fixture_board_free(&board);
	scene->board = had;
	return good;
}

/* It comes while we work: after so many looks at its register. One moment is as with drift(). */
static bool held_meanwhile(struct scene *scene)
{
	const struct nv2_write *row = row_of(scene, NV2_OWNER_RUNTIME);
	unsigned races = 0;
	bool good = true;

	for (uint64_t reads = 1;; reads++) {
		struct driver *driver = &scene->driver;
		struct model_register *reg;
		struct result result;

		scene_begin(scene, scene->board, driver->model->variant, 0);
		reg = register_of(scene, row);
		reg->behaviour = REGISTER_TAKEN;
		reg->how = reads;
		result = drive(driver, OPERATION_APPLY, 0, FAULT_NONE);
		if (reg->reads < reads)
			return scene_check(scene, reads > 3, "it was not looked at often") && good;
		good = scene_check(scene, !*driver->model->violation, driver->model->violation) &&
		       scene_check(scene, reg->value == 7 || !races++,
				   "the guest has lost its register") &&
		       (result.outcome == OUTCOME_DONE ? scene_is_applied(scene)
						       : is_original_but(scene, reg)) &&
		       good;
	}
}

/* A guest's life, and what may not be done to it. */
static bool guest_life(struct scene *scene)
{
	struct driver *driver = &scene->driver;
	bool good = scene_run_idle(scene, OPERATION_GUEST_START, MAY_REFUSED) &&
		    scene_run(scene, OPERATION_APPLY, MAY_DONE) &&
		    scene_run_idle(scene, OPERATION_GUEST_STOP, MAY_DONE) &&
		    scene_run(scene, OPERATION_GUEST_START, MAY_DONE) &&
		    scene_run_idle(scene, OPERATION_GUEST_START, MAY_DONE) &&
		    scene_run_idle(scene, OPERATION_APPLY, MAY_DONE) && scene_is_applied(scene) &&
		    scene_run(scene, OPERATION_VERIFY, MAY_DONE) &&
		    scene_run_idle(scene, OPERATION_REMOVE, MAY_REFUSED);

	driver->lpid = 6;
	good = good && scene_run_idle(scene, OPERATION_GUEST_START, MAY_REFUSED) &&
	       scene_run_idle(scene, OPERATION_GUEST_STOP, MAY_REFUSED);
	driver->lpid = 5;
	good = good && scene_run(scene, OPERATION_GUEST_STOP, MAY_DONE) &&
	       scene_run_idle(scene, OPERATION_GUEST_STOP, MAY_DONE);
	driver->lpid = 4095;
	good = good && scene_run(scene, OPERATION_GUEST_START, MAY_DONE) &&
	       scene_run(scene, OPERATION_GUEST_STOP, MAY_DONE) &&
	       scene_run(scene, OPERATION_REMOVE, MAY_DONE) && scene_is_original(scene) &&
	       scene_run_idle(scene, OPERATION_GUEST_START, MAY_REFUSED);
	return good;
}

static bool no_such_guest(struct scene *scene)
{
	static const uint32_t lpids[] = {0, 4096, UINT32_MAX};
	struct driver *driver = &scene->driver;
	bool good = scene_run(scene, OPERATION_APPLY, MAY_DONE);

	for (size_t i = 0; i < sizeof(lpids) / sizeof(lpids[0]); i++) {
		driver->lpid = lpids[i];
		good = good && scene_run_idle(scene, OPERATION_GUEST_START, MAY_REFUSED);
	}
	driver->lpid = 5;
	driver->guest = "nobody";
	good = good && scene_run_idle(scene, OPERATION_GUEST_START, MAY_REFUSED) &&
	       scene_said(scene, "nobody") &&
	       scene_run_idle(scene, OPERATION_GUEST_STOP, MAY_REFUSED);
	driver->guest = "vm0";
	return good && scene_is_applied(scene);
}

/* One of the guest's registers sticks: it gets none of them, and keeps all of them. */
static bool guest_in_part(struct scene *scene)
{
	struct driver *driver = &scene->driver;
	const struct board *board = scene->board;
	bool good = true;

	for (uint32_t i = 0; i < board->row_count; i++) {
		struct model_register *reg;

		if (board->rows[i].phase != NV2_PHASE_GUEST)
			continue;
		scene_begin(scene, board, driver->model->variant, 0);
		reg = register_of(scene, &board->rows[i]);
		good = scene_run(scene, OPERATION_APPLY, MAY_DONE) && good;
		reg->behaviour = REGISTER_STICKS;
		good = scene_run(scene, OPERATION_GUEST_START, MAY_FAIL) &&
		       scene_said(scene, board->rows[i].name) &&
		       scene_check(scene, model_lpid(driver->model, "vm0") == 0,
				   "the guest has some of its registers") &&
		       good;
		reg->behaviour = REGISTER_PLAIN;
		good = scene_run(scene, OPERATION_GUEST_START, MAY_DONE) && good;
		reg->behaviour = REGISTER_STICKS;
		good = scene_run(scene, OPERATION_GUEST_STOP, MAY_FAIL) &&
		       scene_said(scene, board->rows[i].name) &&
		       scene_check(scene, model_lpid(driver->model, "vm0") == 5,
				   "the guest has lost some of its registers") &&
		       good;
	}
	return good;
}

const struct scenario register_scenarios[] = {
	{"a register that sticks", misbehave, true, true, 0},
	{"a register that flips a bit", misbehave, true, false, 1},
	{"a register with a bit that stays set", misbehave, true, false, 2},
	{"a register that reads as all ones", misbehave, true, true, 3},
	{"a register that cannot be reached", misbehave, true, false, 4},
	{"a register that cannot be written", misbehave, true, false, 5},
	{"a register that changes by itself", drift, true, false, 0},
	{"a register that changed afterwards", drift_later, true, false, 0},
	{"ones clear bits", one_to_clear, false, false, 0},
	{"bits that fall, and that do not", self_clearing, false, false, 0},
	{"the hardware changes a register", is_volatile, false, false, 0},
	{"a guest holds a register", held_before, true, true, 0},
	{"a guest takes a register meanwhile", held_meanwhile, true, false, 0},
	{"a guest's life", guest_life, true, true, 0},
	{"no such guest, no such LPID", no_such_guest, false, false, 0},
	{"a guest gets all registers or none", guest_in_part, false, true, 0},
};
const size_t register_scenario_count = sizeof(register_scenarios) / sizeof(register_scenarios[0]);
