/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a guest of the bundle that is applied, gives its registers to it or
 * back to the host. Never takes one from another guest.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "linux/steps.h"

struct guest_step {
	struct session session;
	struct work work;
	struct nv2_program program;
	struct nv2_saved *saved;
	uint32_t count;
	const char *verb;
};

static enum outcome find_applied(struct guest_step *step)
{
	const struct session *session = &step->session;
	struct work *work = &step->work;
	int rc = record_load(session->machine, &work->record);

	if (rc && rc != -EBADMSG) {
		log_say(session->log, LOG_LEVEL_ERROR,
			"the record of what was applied cannot be read: %s; see that /run/nv2boot "
			"can "
			"be read step=record file=%s",
			cause_of(rc), RECORD_FILE);
		return OUTCOME_SYSTEM;
	}
	if (work->record.state != RECORD_APPLIED) {
		log_say(session->log, LOG_LEVEL_ERROR,
			"no bundle is applied%s, so no guest can be %s; run nv2boot apply first "
			"step=record state=%s",
			work->record.boot_id[0] && work->record.state == RECORD_NONE
				? " since the last boot"
				: "",
			step->verb, record_state_name(work->record.state));
		return OUTCOME_REFUSED;
	}
	work_load(session, work, COPY_BUNDLE);
	if (work->has_bundle)
		return OUTCOME_DONE;
	log_say(session->log, LOG_LEVEL_ERROR,
		"the bundle that is applied is not kept any more, so the guest's registers are not "
		"known; run nv2boot remove, then apply step=record file=%s",
		RECORD_BUNDLE_FILE);
	return OUTCOME_SYSTEM;
}

/* Reads what there is, and refuses what is another guest's. */
static enum outcome prepare(struct guest_step *step)
{
	enum outcome outcome = find_applied(step);

	if (outcome)
		return outcome;
	step->program.bundle = &step->work.bundle;
	return read_registers(&step->session, &step->program, &step->saved, &step->count);
}

/* What the guest's program or, at a stop, boot's would change. */
static void say_plan(const struct guest_step *step, bool start)
{
	for (uint32_t i = 0; i < step->count; i++) {
		struct nv2_write write;
		struct log_value npu, name;
		uint32_t row;

		if (!nv2_program_row(&step->program, i, &write, &row) ||
		    (((step->saved[i].old ^ write.value) & write.mask) == 0) == start)
			continue;
		log_say(step->session.log, LOG_LEVEL_NOTICE,
			"would %s NPU register %s step=register npu=%s register=%s at=0x%06" PRIx32
			" old=0x%" PRIx64,
			start ? "give the guest" : "give back to the host", write.name,
			log_value(&npu, write.npu), log_value(&name, write.name), write.reg,
			step->saved[i].old);
	}
}

static enum outcome finish(const struct guest_step *step, bool done, bool undone)
{
	const struct log *log = step->session.log;
	struct log_value guest;

	if (done)
		log_say(log, LOG_LEVEL_NOTICE,
			"the guest is %s step=done guest=%s lpid=%" PRIu32 " registers=%" PRIu32,
			step->verb, log_value(&guest, step->program.guest), step->program.lpid,
			step->count);
	else if (undone)
		log_say(log, LOG_LEVEL_NOTICE,
			"what was done is undone, and that was verified step=undo guest=%s",
			log_value(&guest, step->program.guest));
	return done ? OUTCOME_DONE : undone ? OUTCOME_SYSTEM : OUTCOME_LOST;
}

static enum outcome start(struct guest_step *step)
{
	bool done = run_registers(&step->session, &step->program, step->saved, step->count);

	return finish(
		step, done,
		done || undo_registers(&step->session, &step->program, step->saved, step->count));
}

static enum outcome stop(struct guest_step *step)
{
	bool done = release_registers(&step->session, &step->program, step->saved, step->count);

	return finish(
		step, done,
		done || return_registers(&step->session, &step->program, step->saved, step->count));
}

static enum outcome change_guest(const struct transaction *transaction, const char *guest,
				 uint32_t lpid, bool starts)
{
	struct guest_step step = {
		.program = {.guest = guest, .lpid = lpid},
		.verb = starts ? "started" : "stopped",
	};
	enum outcome outcome;

	session_begin(&step.session, transaction);
	outcome = prepare(&step);
	if (!outcome && transaction->dry_run)
		say_plan(&step, starts);
	else if (!outcome)
		outcome = starts ? start(&step) : stop(&step);
	free(step.saved);
	work_free(&step.work);
	return outcome;
}

enum outcome transaction_guest_start(const struct transaction *transaction, const char *guest,
				     uint32_t lpid)
{
	return change_guest(transaction, guest, lpid, true);
}

enum outcome transaction_guest_stop(const struct transaction *transaction, const char *guest,
				    uint32_t lpid)
{
	return change_guest(transaction, guest, lpid, false);
}
