/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a register program, gives registers that hold it, or what they held
 * before, and names each that does not. Never writes but through libnv2boot.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux/steps.h"

/* XTS_ATSDn_LPARID, bits 52 to 63 of IBM's count: skiboot include/npu2-regs.h. */
#define LPID_BITS UINT64_C(0xfff)
/* And bit 51, set for the host only: npu2_map_lpar() in skiboot hw/npu2.c. */
#define HOST_BIT UINT64_C(0x1000)
#define BITS_FALL (NV2_WRITE_ONE_TO_CLEAR | NV2_WRITE_SELF_CLEARING)
/* What goes wrong once may go well the second time. */
#define ATTEMPTS 2

/* ---- saying it ------------------------------------------------------------ */

/* "npu=npu0 register=NAME at=0x400020", for the end of a line. */
struct register_words {
	char text[256];
};

static const char *words_of(const struct nv2_write *write, struct register_words *words)
{
	struct log_value npu, name;

	snprintf(words->text, sizeof(words->text), "npu=%s register=%s at=0x%06" PRIx32,
		 log_value(&npu, write->npu), log_value(&name, write->name), write->reg);
	return words->text;
}

static const char *advice_of(enum nv2_status status)
{
	switch (status) {
	case NV2_ERR_HELD:
		return "; stop the guest with this LPID first";
	case NV2_ERR_READ:
	case NV2_ERR_WRITE:
		return "; see that the --backend of its NPU reaches it";
	case NV2_ERR_ALL_ONES:
		return "; its NPU is fenced or absent, or the --backend is another one's";
	case NV2_ERR_STUCK:
	case NV2_ERR_TIMEOUT:
		return "; see firmware's log for errors of this NPU";
	case NV2_ERR_CHANGED:
		return "; whoever changed it has to change it back, or the machine is rebooted";
	case NV2_ERR_LPID:
		return "; LPIDs are 1 to 4095, and the bundle may have one of its own for this "
		       "guest";
	case NV2_ERR_NO_GUEST:
		return "; nv2dtc dump shows which guests a bundle has";
	default:
		return "";
	}
}

static void say_failure(const struct session *session, const struct nv2_program *program,
			const char *what, const struct nv2_failure *failure)
{
	struct nv2_write write;
	struct register_words words;
	const char *cause = failure->cause ? cause_of(failure->cause) : "";
	struct log_value guest;

	if (failure->step == NV2_STEP_NONE ||
	    !nv2_bundle_write(program->bundle, failure->step, &write)) {
		log_say(session->log, LOG_LEVEL_ERROR, "%s: %s%s step=register%s%s", what,
			nv2_strerror(failure->status), advice_of(failure->status),
			program->guest ? " guest=" : "",
			program->guest ? log_value(&guest, program->guest) : "");
		return;
	}
	if (failure->status == NV2_ERR_HELD)
		log_say(session->log, LOG_LEVEL_ERROR,
			"%s: the guest with LPID %" PRIu64 " holds %s%s step=register lpid=%" PRIu64
			" %s",
			what, failure->found, write.name, advice_of(failure->status),
			failure->found, words_of(&write, &words));
	else
		log_say(session->log, LOG_LEVEL_ERROR,
			"%s: NPU register %s: %s%s%s%s step=register %s wanted=0x%" PRIx64
			" found=0x%" PRIx64,
			what, write.name, nv2_strerror(failure->status), *cause ? ": " : "", cause,
			advice_of(failure->status), words_of(&write, &words), failure->wanted,
			failure->found);
}

/* ---- reading -------------------------------------------------------------- */

/*
 * What a register held before is put back when all else fails, so it is read
 * twice. Those that hardware changes by itself may differ.
 */
static bool is_steady(const struct session *session, const struct nv2_program *program,
		      const struct nv2_saved *once, const struct nv2_saved *again, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct nv2_write write;
		struct register_words words;

		if (once[i].old == again[i].old ||
		    !nv2_bundle_write(program->bundle, once[i].row, &write) ||
		    write.flags & (BITS_FALL | NV2_WRITE_VOLATILE) ||
		    !((once[i].old ^ again[i].old) & write.mask))
			continue;
		log_say(session->log, LOG_LEVEL_ERROR,
			"NPU register %s read twice gave two values, so what to put back later is "
			"not known; try again step=register %s once=0x%" PRIx64 " again=0x%" PRIx64,
			write.name, words_of(&write, &words), once[i].old, again[i].old);
		return false;
	}
	return true;
}

/* Trouble with reading is the machine's, all else is that bundle and machine disagree. */
static enum outcome outcome_of(enum nv2_status status)
{
	return status == NV2_ERR_READ || status == NV2_ERR_ALL_ONES ? OUTCOME_SYSTEM
								    : OUTCOME_REFUSED;
}

enum outcome read_registers(const struct session *session, const struct nv2_program *program,
			    struct nv2_saved **saved, uint32_t *count)
{
	struct nv2_failure failure;
	struct nv2_saved *again;
	enum outcome outcome = OUTCOME_DONE;
	enum nv2_status status;

	*count = nv2_program_length(program);
	*saved = (struct nv2_saved *)calloc((size_t)*count + 1, sizeof(**saved));
	again = (struct nv2_saved *)calloc((size_t)*count + 1, sizeof(*again));
	if (!*saved || !again) {
		log_say(session->log, LOG_LEVEL_ERROR,
			"there is no memory for the old values of registers: %s step=register "
			"registers=%" PRIu32,
			cause_of(ENOMEM), *count);
		free(again);
		return OUTCOME_SYSTEM;
	}
	status = nv2_program_read(program, &session->ops, *saved, *count, &failure);
	if (!status)
		status = nv2_program_read(program, &session->ops, again, *count, &failure);
	if (status) {
		say_failure(session, program, "registers are left as they are", &failure);
		outcome = outcome_of(status);
	} else if (!is_steady(session, program, *saved, again, *count)) {
		outcome = OUTCOME_SYSTEM;
	}
	free(again);
	return outcome;
}

/* ---- writing -------------------------------------------------------------- */

static void say_written(const struct session *session, const struct nv2_program *program,
			const struct nv2_saved *saved, uint32_t count)
{
	struct nv2_write write;
	struct register_words words;
	uint32_t written = 0, row;

	for (uint32_t i = 0; i < count; i++) {
		if (!saved[i].written || !nv2_program_row(program, i, &write, &row))
			continue;
		written++;
		log_say(session->log, LOG_LEVEL_NOTICE,
			"wrote NPU register %s step=register %s old=0x%" PRIx64 " new=0x%" PRIx64,
			write.name, words_of(&write, &words), saved[i].old, write.value);
	}
	log_say(session->log, LOG_LEVEL_INFO,
		"of the registers, those that held their value already were left step=register "
		"written=%" PRIu32 " registers=%" PRIu32,
		written, count);
}

/*
 * Lets a register be written only if it still holds what was saved of it: else somebody else has
 * got it since, and what to put back later would be wrong.
 */
struct guard {
	const struct nv2_ops *ops;
	const struct nv2_program *program;
	const struct nv2_saved *saved;
	uint32_t count;
	uint64_t found;   /* by the last read, which was of the register that is written next */
	uint32_t refused; /* index; count: none */
};

/* Its index among the saved ones; `count` if it is none of them. */
static uint32_t find_saved(const struct nv2_program *program, const struct nv2_saved *saved,
			   uint32_t count, const struct nv2_write *write)
{
	struct nv2_write row;
	uint32_t i;

	for (i = 0; i < count; i++)
		if (nv2_bundle_write(program->bundle, saved[i].row, &row) &&
		    row.chip == write->chip && row.reg == write->reg)
			break;
	return i;
}

static int read_guarded(void *context, const struct nv2_write *write, uint64_t *value)
{
	struct guard *guard = (struct guard *)context;
	int rc = guard->ops->read(guard->ops->context, write, value);

	guard->found = rc ? 0 : *value;
	return rc;
}

static int write_guarded(void *context, const struct nv2_write *write, uint64_t value)
{
	struct guard *guard = (struct guard *)context;
	uint32_t i = find_saved(guard->program, guard->saved, guard->count, write);

	if (i < guard->count && !(write->flags & (BITS_FALL | NV2_WRITE_VOLATILE)) &&
	    (guard->found ^ guard->saved[i].old) & write->mask) {
		guard->refused = i;
		return -ESTALE;
	}
	return guard->ops->write(guard->ops->context, write, value);
}

static void barrier_guarded(void *context)
{
	const struct guard *guard = (const struct guard *)context;

	guard->ops->barrier(guard->ops->context);
}

static void say_refused(const struct session *session, const struct guard *guard)
{
	struct nv2_write write;
	struct register_words words;

	if (!nv2_bundle_write(guard->program->bundle, guard->saved[guard->refused].row, &write))
		return;
	log_say(session->log, LOG_LEVEL_ERROR,
		"registers cannot be programmed: NPU register %s was changed by somebody else "
		"since it "
		"was read, and is left to them; find out who, then try again step=register %s "
		"once=0x%" PRIx64 " found=0x%" PRIx64,
		write.name, words_of(&write, &words), guard->saved[guard->refused].old,
		guard->found);
}

bool run_registers(const struct session *session, const struct nv2_program *program,
		   struct nv2_saved *saved, uint32_t count)
{
	struct guard guard = {
		.ops = &session->ops,
		.program = program,
		.saved = saved,
		.count = count,
		.refused = count,
	};
	const struct nv2_ops ops = {
		.context = &guard,
		.read = read_guarded,
		.write = write_guarded,
		.barrier = barrier_guarded,
	};
	struct nv2_failure failure;
	uint32_t held;
	enum nv2_status status = nv2_program_run(program, &ops, saved, count, &failure);

	if (guard.refused < count)
		saved[guard.refused].written = false;
	say_written(session, program, saved, count);
	/* A read that was wrong may have hidden that there was something to write. */
	if (!status)
		status = nv2_program_verify(program, &session->ops, &held, &failure);
	if (guard.refused < count)
		say_refused(session, &guard);
	else if (status)
		say_failure(session, program, "registers cannot be programmed", &failure);
	return !status;
}

/* ---- and back ------------------------------------------------------------- */

/* Whether it is as it was; says it if not. Bits that fall by themselves never come back. */
static bool is_back(const struct session *session, const struct nv2_program *program,
		    const struct nv2_saved *saved, uint32_t index, bool say)
{
	struct nv2_write write;
	struct register_words words;
	uint64_t found = 0;
	uint32_t row;
	int rc;

	if (!nv2_program_row(program, index, &write, &row) || row != saved->row)
		return false;
	if (write.flags & (BITS_FALL | NV2_WRITE_VOLATILE))
		return true;
	rc = session->ops.read(session->ops.context, &write, &found);
	if (!rc && found != UINT64_MAX && !((found ^ saved->old) & write.mask))
		return true;
	if (!say)
		return false;
	if (rc)
		log_say(session->log, LOG_LEVEL_ERROR,
			"NPU register %s could not be undone: it cannot be read: %s; repair what "
			"is in "
			"the way and run nv2boot remove, or reboot step=undo %s wanted=0x%" PRIx64,
			write.name, cause_of(rc), words_of(&write, &words), saved->old);
	else
		log_say(session->log, LOG_LEVEL_ERROR,
			"NPU register %s could not be undone; repair what is in the way and run "
			"nv2boot remove, or reboot step=undo %s wanted=0x%" PRIx64
			" found=0x%" PRIx64,
			write.name, words_of(&write, &words), saved->old, found);
	return false;
}

static uint32_t count_lost(const struct session *session, const struct nv2_program *program,
			   const struct nv2_saved *saved, uint32_t count, bool say)
{
	uint32_t lost = 0;

	for (uint32_t i = 0; i < count; i++)
		if (saved[i].written && !is_back(session, program, &saved[i], i, say))
			lost++;
	return lost;
}

/* Notes which registers were written. */
struct watch {
	const struct nv2_ops *ops;
	const struct nv2_program *program;
	const struct nv2_saved *saved;
	uint32_t count;
	bool *wrote; /* by index; NULL: no memory to note it */
};

static int read_watched(void *context, const struct nv2_write *write, uint64_t *value)
{
	const struct watch *watch = (const struct watch *)context;

	return watch->ops->read(watch->ops->context, write, value);
}

static int write_watched(void *context, const struct nv2_write *write, uint64_t value)
{
	const struct watch *watch = (const struct watch *)context;
	uint32_t i = find_saved(watch->program, watch->saved, watch->count, write);

	if (watch->wrote && i < watch->count)
		watch->wrote[i] = true;
	return watch->ops->write(watch->ops->context, write, value);
}

static void barrier_watched(void *context)
{
	const struct watch *watch = (const struct watch *)context;

	watch->ops->barrier(watch->ops->context);
}

/* What no guest has: with the host's bit, an LPID is nobody's. */
static bool is_nobodys(const struct nv2_write *write, uint64_t found)
{
	uint64_t field = found & write->mask;

	return found != UINT64_MAX && (!(field & LPID_BITS) || field & HOST_BIT);
}

/* Writes back in one step what is the runtime's; what a guest has by now is left. */
static void give_back(const struct session *session, const struct nv2_write *write, uint64_t old)
{
	uint64_t found = 0;

	if (session->ops.read(session->ops.context, write, &found) || !is_nobodys(write, found))
		return;
	if (!session->ops.write(session->ops.context, write, old))
		session->ops.barrier(session->ops.context);
}

/*
 * A write that went wrong has left what is neither the old value nor the program's. Of a register
 * that was written a moment ago, that is our own doing, and no reason to leave it so.
 */
static void own_up(const struct session *session, const struct watch *watch,
		   struct nv2_saved *saved, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct nv2_write write;
		uint32_t row;

		if (!saved[i].written || is_back(session, watch->program, &saved[i], i, false) ||
		    !nv2_program_row(watch->program, i, &write, &row))
			continue;
		if (write.owner == NV2_OWNER_RUNTIME)
			give_back(session, &write, saved[i].old);
		else if (watch->wrote && watch->wrote[i] &&
			 !session->ops.read(session->ops.context, &write, &saved[i].left))
			saved[i].stuck = true;
	}
}

static void say_undone(const struct session *session, const struct watch *watch)
{
	struct nv2_write write;
	struct register_words words;

	for (uint32_t i = watch->count; watch->wrote && i--;)
		if (watch->wrote[i] &&
		    nv2_bundle_write(watch->program->bundle, watch->saved[i].row, &write))
			log_say(session->log, LOG_LEVEL_NOTICE,
				"wrote NPU register %s back step=undo %s new=0x%" PRIx64,
				write.name, words_of(&write, &words), watch->saved[i].old);
}

bool undo_registers(const struct session *session, const struct nv2_program *program,
		    struct nv2_saved *saved, uint32_t count)
{
	struct watch watch = {
		.ops = &session->ops,
		.program = program,
		.saved = saved,
		.count = count,
		.wrote = (bool *)calloc((size_t)count + 1, sizeof(*watch.wrote)),
	};
	const struct nv2_ops ops = {
		.context = &watch,
		.read = read_watched,
		.write = write_watched,
		.barrier = barrier_watched,
	};
	struct nv2_failure failure = {.step = NV2_STEP_NONE};
	uint32_t lost = 0, left = count;

	for (int attempt = 0; attempt < ATTEMPTS && left; attempt++) {
		if (attempt)
			own_up(session, &watch, saved, count);
		nv2_program_undo(program, &ops, saved, count, &lost, &failure);
		left = count_lost(session, program, saved, count, attempt + 1 == ATTEMPTS);
	}
	say_undone(session, &watch);
	free(watch.wrote);
	if (left && failure.status)
		say_failure(session, program, "registers could not be undone", &failure);
	return !left;
}

bool return_registers(const struct session *session, const struct nv2_program *program,
		      struct nv2_saved *saved, uint32_t count)
{
	uint32_t left = count;

	for (uint32_t i = 0; i < count; i++)
		saved[i].written = true;
	for (int attempt = 0; attempt < ATTEMPTS && left; attempt++) {
		for (uint32_t i = count; i--;) {
			struct nv2_write write;
			uint32_t row;

			if (!is_back(session, program, &saved[i], i, false) &&
			    nv2_program_row(program, i, &write, &row))
				give_back(session, &write, saved[i].old);
		}
		left = count_lost(session, program, saved, count, attempt + 1 == ATTEMPTS);
	}
	return !left;
}

bool release_registers(const struct session *session, const struct nv2_program *program,
		       const struct nv2_saved *saved, uint32_t count)
{
	struct nv2_failure failure;
	struct nv2_write write;
	struct register_words words;
	uint32_t row;
	enum nv2_status status = nv2_program_release(program, &session->ops, &failure);

	/* A read that was wrong may have hidden that there was something to write. */
	if (!status)
		status = nv2_program_release(program, &session->ops, &failure);
	if (status) {
		say_failure(session, program, "registers cannot be given back to the host",
			    &failure);
		return false;
	}
	for (uint32_t i = 0; i < count; i++)
		if (saved[i].old & LPID_BITS && nv2_program_row(program, i, &write, &row))
			log_say(session->log, LOG_LEVEL_NOTICE,
				"gave NPU register %s back to the host step=register %s "
				"old=0x%" PRIx64,
				write.name, words_of(&write, &words), saved[i].old);
	return true;
}

/* ---- guests --------------------------------------------------------------- */

/* Boot's rows only: a guest gets the same registers. */
enum outcome find_holders(const struct session *session, const struct nv2_program *program)
{
	enum outcome outcome = OUTCOME_DONE;
	struct nv2_write write;
	struct register_words words;
	uint32_t row;

	for (uint32_t i = 0; nv2_program_row(program, i, &write, &row); i++) {
		uint64_t found = 0, field;
		int rc;

		if (write.owner != NV2_OWNER_RUNTIME)
			continue;
		rc = session->ops.read(session->ops.context, &write, &found);
		if (rc || found == UINT64_MAX) {
			log_say(session->log, LOG_LEVEL_ERROR,
				"NPU register %s cannot be read: %s; so a guest could have it, and "
				"nothing is changed step=register %s",
				write.name, rc ? cause_of(rc) : "all ones",
				words_of(&write, &words));
			return OUTCOME_SYSTEM;
		}
		field = found & write.mask;
		if (!field || field == (write.value & write.mask))
			continue;
		log_say(session->log, LOG_LEVEL_ERROR,
			"nothing is changed: the guest with LPID %" PRIu64
			" holds %s; stop it first step=register lpid=%" PRIu64 " %s",
			field & LPID_BITS, write.name, field & LPID_BITS, words_of(&write, &words));
		outcome = OUTCOME_REFUSED;
	}
	return outcome;
}

/* ---- comparing ------------------------------------------------------------ */

/* Asks the library about one register, and lets it find all others in order. */
struct filter {
	const struct nv2_ops *ops;
	const struct nv2_write *one;
	uint64_t found;
	int rc;
};

static int read_filtered(void *context, const struct nv2_write *write, uint64_t *value)
{
	struct filter *filter = (struct filter *)context;

	if (write->chip != filter->one->chip || write->reg != filter->one->reg) {
		*value = write->flags & BITS_FALL ? 0 : write->value;
		return 0;
	}
	*value = filter->found;
	return filter->rc;
}

bool check_register(const struct session *session, const struct nv2_program *program,
		    uint32_t index, struct register_state *state)
{
	struct filter filter = {.ops = &session->ops, .one = &state->write};
	const struct nv2_ops ops = {.context = &filter, .read = read_filtered};
	struct nv2_failure failure;
	uint32_t held = 0, row;

	memset(state, 0, sizeof(*state));
	if (!nv2_program_row(program, index, &state->write, &row))
		return false;
	filter.rc = session->ops.read(session->ops.context, &state->write, &filter.found);
	state->found = filter.found;
	state->cause = filter.rc;
	state->status = nv2_program_verify(program, &ops, &held, &failure);
	if (!state->status && held)
		state->status = NV2_ERR_HELD;
	if (state->status == NV2_ERR_HELD)
		state->lpid = state->found & state->write.mask & LPID_BITS;
	return true;
}

uint32_t compare_registers(const struct session *session, const struct nv2_program *program,
			   uint32_t *unread)
{
	struct register_state state;
	struct register_words words;
	uint32_t differing = 0;

	*unread = 0;
	for (uint32_t i = 0; check_register(session, program, i, &state); i++) {
		if (state.status == NV2_OK)
			continue;
		if (state.status == NV2_ERR_HELD) {
			log_say(session->log, LOG_LEVEL_INFO,
				"the guest with LPID %" PRIu64
				" holds %s step=register lpid=%" PRIu64 " %s",
				state.lpid, state.write.name, state.lpid,
				words_of(&state.write, &words));
			continue;
		}
		differing++;
		if (state.status == NV2_ERR_READ || state.status == NV2_ERR_ALL_ONES)
			++*unread;
		log_say(session->log, LOG_LEVEL_ERROR,
			"NPU register %s: %s%s%s%s step=register %s wanted=0x%" PRIx64
			" found=0x%" PRIx64,
			state.write.name,
			state.status == NV2_ERR_STUCK ? "it does not hold the bundle's value"
						      : nv2_strerror(state.status),
			state.cause ? ": " : "", state.cause ? cause_of(state.cause) : "",
			state.status == NV2_ERR_STUCK ? "" : advice_of(state.status),
			words_of(&state.write, &words), state.write.value, state.found);
	}
	return differing;
}
