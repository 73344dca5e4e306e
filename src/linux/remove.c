/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes what was recorded as applied, gives the machine without it. Never
 * begins while a guest has a register of it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "linux/steps.h"

static enum outcome store_state(const struct session *session, struct record *record,
				enum record_state state)
{
	int rc;

	record->state = state;
	rc = record_store(session->machine, record);
	if (!rc)
		return OUTCOME_DONE;
	log_say(session->log, LOG_LEVEL_ERROR,
		"it cannot be recorded that the bundle is %s: %s; see that /run/nv2boot can be "
		"written and has room step=record file=%s",
		record_state_name(state), cause_of(rc), RECORD_FILE);
	return OUTCOME_SYSTEM;
}

/* The overlay cannot go, and is whole: so all stays, and is recorded as it is. */
static enum outcome stay(const struct session *session, struct work *work)
{
	log_say(session->log, LOG_LEVEL_ERROR,
		"nothing is removed, for overlay %s cannot be taken out; the bundle is still "
		"applied "
		"whole: remove what lies on top of it or uses it, then run nv2boot remove again "
		"step=undo item=%s",
		work->record.item, work->record.item);
	store_state(session, &work->record, RECORD_APPLIED);
	return OUTCOME_SYSTEM;
}

static enum outcome remove_applied(const struct session *session, struct work *work)
{
	const struct nv2_program program = {.bundle = &work->bundle};
	enum outcome outcome = OUTCOME_DONE;
	bool untouched;

	work_load(session, work, COPY_BUNDLE | COPY_OVERLAY);
	if (work->has_bundle)
		outcome = find_holders(session, &program);
	if (outcome)
		return outcome;
	if (session->transaction->dry_run) {
		say_undo(session, work);
		return OUTCOME_DONE;
	}
	outcome = store_state(session, &work->record, RECORD_REMOVING);
	if (outcome) {
		/* It may have been stored all the same; then this says again what is. */
		work->record.state = RECORD_APPLIED;
		record_store(session->machine, &work->record);
		return outcome;
	}
	outcome = undo_all(session, work, NULL, &untouched);
	if (untouched)
		return stay(session, work);
	if (!outcome)
		log_say(session->log, LOG_LEVEL_NOTICE,
			"the bundle is removed, and that was verified step=done item=%s "
			"registers=%" PRIu32,
			work->record.item[0] ? work->record.item : "none",
			work->record.saved_count);
	return outcome;
}

static enum outcome remove_unrecorded(const struct session *session, const struct record *record,
				      bool torn)
{
	char *name = NULL;
	enum outcome outcome = OUTCOME_DONE;
	bool absent;

	if (torn)
		log_say(session->log, LOG_LEVEL_WARNING,
			"the record of what was applied is torn; what is there is looked for "
			"step=record file=%s",
			RECORD_FILE);
	else
		outcome = find_stray(session, &name, &absent);
	if (outcome)
		return outcome;
	if (!torn && !name) {
		/* Who removes twice, or too early, must not take silence for a bundle removed. */
		log_say(session->log, LOG_LEVEL_NOTICE,
			"no bundle is applied, so there is none to remove step=record");
		if (!session->transaction->dry_run)
			drop_leftovers(session, record);
	} else if (session->transaction->dry_run) {
		log_say(session->log, LOG_LEVEL_NOTICE,
			"would take out overlays of ours that no record tells of "
			"step=undo item=%s",
			name ? name : "any");
	} else {
		outcome = remove_strays(session, torn);
	}
	free(name);
	return outcome;
}

static enum outcome remove_recorded(const struct session *session, struct work *work)
{
	int rc = record_load(session->machine, &work->record);

	if (rc && rc != -EBADMSG) {
		log_say(session->log, LOG_LEVEL_ERROR,
			"the record of what was applied cannot be read: %s; see that /run/nv2boot "
			"can "
			"be read step=record file=%s",
			cause_of(rc), RECORD_FILE);
		return OUTCOME_SYSTEM;
	}
	if (work->record.state == RECORD_NONE)
		return remove_unrecorded(session, &work->record, rc != 0);
	if (work->record.state == RECORD_APPLIED)
		return remove_applied(session, work);
	if (session->transaction->dry_run) {
		work_load(session, work, COPY_BUNDLE | COPY_OVERLAY);
		say_undo(session, work);
		return OUTCOME_DONE;
	}
	return recover(session, work);
}

enum outcome transaction_remove(const struct transaction *transaction)
{
	struct session session;
	struct work work = {0};
	enum outcome outcome;

	session_begin(&session, transaction);
	outcome = remove_recorded(&session, &work);
	work_free(&work);
	return outcome;
}
