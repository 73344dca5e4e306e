/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a seed, makes of it a machine and what befalls it: kills, each
 * followed by apply or remove; and storms, where kernel and registers misbehave as
 * they like and every call may fail. Never needs more than the seed to do it again.
 */
#include <stdio.h>
#include <string.h>

#include "sweep.h"

/* SplitMix64. */
static uint32_t pick(uint64_t *state, uint32_t below)
{
	uint64_t word = *state += 0x9e3779b97f4a7c15u;

	word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9u;
	word = (word ^ word >> 27) * 0x94d049bb133111ebu;
	return (uint32_t)((word ^ word >> 31) % below);
}

static enum operation pick_operation(uint64_t *random, bool guests)
{
	static const enum operation some[] = {OPERATION_APPLY, OPERATION_APPLY, OPERATION_REMOVE,
					      OPERATION_GUEST_START, OPERATION_GUEST_STOP};

	return some[pick(random, guests ? 5 : 3)];
}

/* Where the operation would end, seen from the machine as it is. */
static uint32_t length_of(struct sweep *sweep, enum operation operation)
{
	struct driver *driver = &sweep->driver;
	uint32_t calls;

	model_copy(sweep->after, driver->model);
	drive(driver, operation, 0, FAULT_NONE);
	calls = driver->model->calls;
	model_copy(driver->model, sweep->after);
	return calls;
}

/* One operation, killed somewhere. Half of the kills are at calls that are not of registers. */
static bool kill_somewhere(struct sweep *sweep, uint64_t *random, enum operation operation)
{
	static const enum model_fault faults[] = {FAULT_KILL_BEFORE, FAULT_KILL_AFTER,
						  FAULT_KILL_HALF};
	struct driver *driver = &sweep->driver;
	uint32_t calls = length_of(sweep, operation), at;
	enum model_fault fault = faults[pick(random, 3)];
	struct result result;
	const char *wrong;
	char text[160];

	if (!calls)
		return true;
	at = 1 + pick(random, calls);
	for (int tries = 0; tries < 8 && pick(random, 2) && at <= MODEL_TRACE; tries++) {
		if (!is_of_registers((enum model_call)driver->model->trace[at - 1]))
			break;
		at = 1 + pick(random, calls);
	}
	result = drive(driver, operation, at, fault);
	wrong = judge(driver, operation, result, EXCUSE_NONE, text, sizeof(text));
	if (!wrong && !result.killed)
		wrong = "it was not killed";
	if (sweep->only)
		tap_comment("%s killed at call %u (%s), %s", operation_names[operation], at,
			    model_call_names[driver->model->trace[at - 1]],
			    model_fault_names[fault]);
	sweep->kills += result.killed;
	if (wrong)
		sweep_report(sweep, operation_names[operation], result, wrong);
	return !wrong;
}

/* A guest that has a register is stopped first: nothing else may end it. */
static bool settle(struct sweep *sweep, enum operation operation)
{
	struct driver *driver = &sweep->driver;
	struct model_state state = model_state(&driver->handle);

	if (state.tree_applied && model_lpid(driver->model, driver->guest) != 0 &&
	    model_file(driver->model, RECORD_FILE) && operation == OPERATION_REMOVE &&
	    state.registers_set && !state.registers_old &&
	    !sweep_finish(sweep, OPERATION_GUEST_STOP, "then guest-stop"))
		return false;
	return sweep_finish(sweep, operation,
			    operation == OPERATION_APPLY ? "then apply" : "then remove");
}

static bool run_chain(struct sweep *sweep, const struct board *board, uint64_t seed)
{
	struct driver *driver = &sweep->driver;
	struct tally *tally = &sweep->after_kills;
	uint64_t random = seed;
	bool good = true;

	snprintf(sweep->point, sizeof(sweep->point), "kills/%llu", (unsigned long long)seed);
	if (!sweep_wants(sweep))
		return true;
	sweep->chains++;
	model_begin(driver->model, board, &model_variants[pick(&random, MODEL_VARIANTS)], 0);
	for (unsigned i = 0; good && i < 5 && sweep->kills < sweep->kills_wanted; i++) {
		bool applied = is_applied(driver) && model_file(driver->model, RECORD_FILE);
		enum operation operation = pick_operation(&random, applied);

		good = kill_somewhere(sweep, &random, operation);
		/* What recovers may be killed too, and what recovers from that. */
		while (good && !pick(&random, 3) && sweep->kills < sweep->kills_wanted)
			good = kill_somewhere(sweep, &random,
					      pick(&random, 2) ? OPERATION_APPLY
							       : OPERATION_REMOVE);
		if (good && !pick(&random, 40)) {
			model_reboot(driver->model);
			good = is_original(driver);
		}
		good = good && settle(sweep, pick(&random, 2) ? OPERATION_APPLY : OPERATION_REMOVE);
		if (good)
			*(is_applied(driver) ? &tally->applied : &tally->undone) += 1;
	}
	good = good && settle(sweep, OPERATION_REMOVE);
	tally->wrong += !good;
	return good;
}

void run_kills(struct sweep *sweep, const struct board *boards, size_t count)
{
	unsigned wrong = 0;
	uint64_t seed = sweep->seed;

	for (; sweep->kills < sweep->kills_wanted; seed++) {
		/* The large boards are slow: each gets a share. */
		const struct board *board = &boards[seed % 8 < count ? (size_t)(seed % 8) : 0];
		unsigned before = sweep->kills;

		wrong += !run_chain(sweep, board, seed);
		if (sweep->kills == before && (sweep->only || wrong > REPORTED_MAX))
			break;
	}
	tap_comment("seeds %llu to %llu: sweep DIRECTORY --only kills/SEED repeats one",
		    (unsigned long long)sweep->seed, (unsigned long long)(seed - 1));
	tap_ok(sweep->tap, !wrong, "%u kills at random, each followed by apply or remove",
	       sweep->kills);
}

/* ---- storms --------------------------------------------------------------------------------- */

/* One thing or two that the kernel does wrong, or none. */
static uint32_t pick_traits(uint64_t *random)
{
	static const uint32_t some[] = {
		0,
		0,
		0,
		TRAIT_REFUSES,
		TRAIT_FAILS_LATE,
		TRAIT_PART,
		TRAIT_WRONG_VALUE,
		TRAIT_MORE,
		TRAIT_MORE_STAYS,
		TRAIT_STAYS,
		TRAIT_BUSY,
		TRAIT_LEFTOVER,
		TRAIT_UNREADABLE,
		TRAIT_HOLE,
		TRAIT_SAYS_APPLIED,
		TRAIT_SAYS_UNAPPLIED,
		TRAIT_NO_INTERFACE,
		TRAIT_NO_ITEMS,
	};
	uint32_t count = sizeof(some) / sizeof(some[0]);

	return some[pick(random, count)] | some[pick(random, count)];
}

static void pick_behaviour(struct model *model, uint64_t *random)
{
	static const enum model_behaviour some[] = {
		REGISTER_PLAIN,     REGISTER_PLAIN, REGISTER_PLAIN,
		REGISTER_STICKS,    REGISTER_FLIPS, REGISTER_NEVER_CLEARS,
		REGISTER_READ_ONLY, REGISTER_DEAD,  REGISTER_ONES};
	struct model_register *reg =
		&model->registers[pick(random, (uint32_t)model->register_count)];

	for (size_t i = 0; i < model->register_count; i++)
		model->registers[i].behaviour = REGISTER_PLAIN;
	reg->behaviour = some[pick(random, 9)];
	reg->how = reg->behaviour == REGISTER_FLIPS ? 11 : UINT64_C(0x400);
}

/*
 * No lies of what is read: with a kernel or a register that does wrong at the same time they
 * could make up for it.
 */
static enum model_fault pick_fault(uint64_t *random)
{
	static const enum model_fault some[] = {FAULT_EIO,      FAULT_ENOSPC,      FAULT_EIO_LATE,
						FAULT_SHORT,    FAULT_KILL_BEFORE, FAULT_KILL_AFTER,
						FAULT_KILL_HALF};

	return some[pick(random, 7)];
}

/* One run of a storm. False if it lies. */
static bool run_in_storm(struct sweep *sweep, uint64_t *random, unsigned *excuses)
{
	struct driver *driver = &sweep->driver;
	enum operation operation = pick_operation(random, true);
	struct result result;
	const char *wrong;
	char text[160];
	uint32_t at;

	driver->model->traits = pick_traits(random);
	pick_behaviour(driver->model, random);
	at = pick(random, 3) ? 1 + pick(random, 150) : 0;
	result = drive(driver, operation, at, pick_fault(random));
	wrong = judge(driver, operation, result, *excuses, text, sizeof(text));
	if (sweep->only) {
		tap_comment("%s, traits 0x%x: outcome %d", operation_names[operation],
			    driver->model->traits, result.killed ? -9 : result.outcome);
		tap_lines(driver->heard->errors.text);
	}
	sweep->storm_runs++;
	if (wrong) {
		sweep_report(sweep, operation_names[operation], result, wrong);
		sweep->storm_wrong++;
		return false;
	}
	/* What is lost is said once; what comes of it later is nobody's fault. */
	if (!result.killed) {
		sweep->storm_outcomes[result.outcome]++;
		return result.outcome != OUTCOME_LOST;
	}
	*excuses |= EXCUSE_UNNAMED;
	/* What was changed besides, and before the kill, looks as if others had done it. */
	return !(driver->model->traits & TRAIT_MORE_STAYS);
}

/*
 * Nothing needs to succeed here. But what is said must be so: done only when it is, failed only
 * when all is as it was, and what is lost is named.
 */
static bool run_storm(struct sweep *sweep, const struct board *board, uint64_t seed)
{
	struct driver *driver = &sweep->driver;
	uint64_t random = seed;
	unsigned excuses = EXCUSE_LOST | EXCUSE_DOUBT, reports = sweep->storm_wrong;
	bool going = true;

	snprintf(sweep->point, sizeof(sweep->point), "storms/%llu", (unsigned long long)seed);
	if (!sweep_wants(sweep))
		return true;
	sweep->storms++;
	model_begin(driver->model, board, &model_variants[pick(&random, MODEL_VARIANTS)], 0);
	for (unsigned i = 0; going && i < 12; i++)
		going = run_in_storm(sweep, &random, &excuses);
	return sweep->storm_wrong == reports;
}

void run_storms(struct sweep *sweep, const struct board *boards, size_t count)
{
	unsigned wrong = 0;
	uint64_t seed = sweep->seed;

	for (; sweep->storms < sweep->storms_wanted && wrong < REPORTED_MAX; seed++) {
		unsigned before = sweep->storms;

		wrong +=
			!run_storm(sweep, &boards[seed % 8 < count ? (size_t)(seed % 8) : 0], seed);
		if (sweep->storms == before)
			break;
	}
	tap_ok(sweep->tap, !wrong, "%u storms: whatever happens, no run lies", sweep->storms);
	tap_comment(
		"storms %u from seed %llu, runs %u: done %u, refused %u, failed %u, lost %u, the "
		"others killed; wrong %u",
		sweep->storms, (unsigned long long)sweep->seed, sweep->storm_runs,
		sweep->storm_outcomes[OUTCOME_DONE], sweep->storm_outcomes[OUTCOME_REFUSED],
		sweep->storm_outcomes[OUTCOME_SYSTEM], sweep->storm_outcomes[OUTCOME_LOST], wrong);
}
