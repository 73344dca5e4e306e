/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes what was recorded, gives the machine as it was, newest first, or the
 * names of all that is not. Never forgets a record while something is left.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "linux/steps.h"

/* Without the bundle, nobody knows which registers they are: their rows are all there is to say. */
static bool say_rows_lost(const struct session *session, const struct record *record)
{
	for (uint32_t i = 0; i < record->saved_count; i++)
		log_say(session->log, LOG_LEVEL_ERROR,
			"row %" PRIu32
			" of the register program could not be undone, for the copy of "
			"the bundle was lost; see nv2dtc dump for its name, and reboot step=undo "
			"row=%" PRIu32 " wanted=0x%" PRIx64,
			record->saved[i].row, record->saved[i].row, record->saved[i].old);
	return record->saved_count == 0;
}

static bool undo_program(const struct session *session, const struct work *work)
{
	const struct record *record = &work->record;
	const struct nv2_program program = {.bundle = &work->bundle};

	if (!work->has_bundle)
		return say_rows_lost(session, record);
	return undo_registers(session, &program, record->saved, record->saved_count);
}

/* What is undone is undone: a record of it that stays only costs the next one a look. */
static enum outcome forget(const struct session *session)
{
	int rc = record_drop(session->machine);

	if (rc)
		rc = record_drop(session->machine);
	if (!rc)
		return OUTCOME_DONE;
	log_say(session->log, LOG_LEVEL_ERROR,
		"all is undone, but the record of it cannot be removed: %s; see that /run/nv2boot "
		"can "
		"be written, and run nv2boot remove step=record",
		cause_of(rc));
	return OUTCOME_SYSTEM;
}

enum outcome undo_all(const struct session *session, const struct work *work,
		      const struct live *start, bool *untouched)
{
	enum taken taken = take_out(session, work, start, untouched != NULL);
	bool registers;

	if (untouched)
		*untouched = taken == TAKEN_NOT;
	if (taken == TAKEN_NOT)
		return OUTCOME_SYSTEM;
	registers = undo_program(session, work);
	if (taken == TAKEN_OUT && registers)
		return forget(session);
	log_say(session->log, LOG_LEVEL_ERROR,
		"not all could be undone; what was named is not as it was, and is remembered: run "
		"nv2boot remove to try again, or reboot step=undo overlay=%s registers=%s",
		taken == TAKEN_OUT ? "undone" : "lost", registers ? "undone" : "lost");
	return OUTCOME_LOST;
}

enum outcome recover(const struct session *session, struct work *work)
{
	const struct nv2_program program = {.bundle = &work->bundle};
	enum outcome outcome;
	bool untouched;

	log_say(session->log, LOG_LEVEL_NOTICE,
		"an earlier run was interrupted; what it did is undone first step=recover state=%s "
		"item=%s registers=%" PRIu32,
		record_state_name(work->record.state),
		work->record.item[0] ? work->record.item : "none", work->record.saved_count);
	work_load(session, work, COPY_BUNDLE | COPY_OVERLAY);
	outcome = work->has_bundle ? find_holders(session, &program) : OUTCOME_DONE;
	if (outcome)
		return outcome;
	outcome = undo_all(session, work, NULL, &untouched);
	if (!outcome)
		log_say(session->log, LOG_LEVEL_NOTICE,
			"what the interrupted run did is undone step=recover");
	else if (untouched)
		log_say(session->log, LOG_LEVEL_ERROR,
			"what the interrupted run did is still there, and nothing was changed now; "
			"repair what is in the way and run nv2boot remove step=recover item=%s",
			work->record.item);
	return outcome;
}
