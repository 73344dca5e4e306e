/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a bundle, gives a machine that agrees with it, or one as it was. Never
 * changes anything before it is recorded how to undo it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "blob/sha256.h"
#include "linux/steps.h"

/* What is to be applied: the caller's bytes, and all that is worked out from them. */
struct apply {
	struct session session;
	const void *bytes;
	size_t size;
	struct work work;
	struct live before, after;
	bool asked, absent; /* whether the kernel has an interface for overlays */
};

/* ---- what an earlier run left --------------------------------------------- */

static bool is_same_bundle(const struct apply *apply, const struct record *record)
{
	return record->bundle_size == apply->size &&
	       !memcmp(record->bundle_sha256, apply->work.record.bundle_sha256,
		       sizeof(record->bundle_sha256));
}

/* Writes nothing, but for a counter that an interruption kept from being raised. */
static enum outcome confirm(struct apply *apply, struct work *past)
{
	const struct session *session = &apply->session;
	enum outcome outcome;

	work_load(session, past, COPY_OVERLAY);
	past->bundle = apply->work.bundle;
	past->has_bundle = true;
	outcome = compare_machine(session, past, &apply->before);
	if (outcome) {
		log_say(session->log, LOG_LEVEL_ERROR,
			"this bundle is applied already, but %s; nothing is changed: run nv2boot "
			"remove, then apply it again step=record item=%s",
			outcome == OUTCOME_REFUSED ? "the machine does not agree with it any more"
						   : "whether the machine agrees cannot be read",
			past->record.item[0] ? past->record.item : "none");
		return outcome;
	}
	log_say(session->log, LOG_LEVEL_INFO,
		"this bundle is applied already, and all is in place; nothing is changed "
		"step=record item=%s",
		past->record.item[0] ? past->record.item : "none");
	return raise_counter(session, &apply->work.bundle);
}

static enum outcome refuse_stray(struct apply *apply)
{
	const struct session *session = &apply->session;
	struct log_value value;
	char *name;
	enum outcome outcome = find_stray(session, &name, &apply->absent);

	apply->asked = true;
	if (outcome || !name)
		return outcome;
	log_say(session->log, LOG_LEVEL_ERROR,
		"there is an overlay with a name of ours, and no record tells how to undo it; run "
		"nv2boot remove first step=record item=%s",
		log_value(&value, name));
	free(name);
	return OUTCOME_REFUSED;
}

static enum outcome undo_interrupted(struct apply *apply, struct work *past, bool *go_on)
{
	const struct session *session = &apply->session;
	enum outcome outcome;

	if (session->transaction->dry_run) {
		work_load(session, past, COPY_BUNDLE | COPY_OVERLAY);
		say_undo(session, past);
		log_say(session->log, LOG_LEVEL_NOTICE,
			"would then apply the bundle afresh; what that writes can be said after "
			"nv2boot remove step=recover");
		return OUTCOME_DONE;
	}
	outcome = recover(session, past);
	*go_on = outcome == OUTCOME_DONE;
	if (outcome)
		return outcome;
	live_free(&apply->before);
	return live_read(session, &apply->before) ? OUTCOME_DONE : OUTCOME_SYSTEM;
}

static enum outcome refuse_other(const struct session *session, const struct record *record)
{
	struct log_value board;
	char digest[65];

	digest_text(record->bundle_sha256, digest);
	log_say(session->log, LOG_LEVEL_ERROR,
		"another bundle is applied; run nv2boot remove first step=record board=%s "
		"bundle=%s version=%" PRIu32,
		log_value(&board, record->board ? record->board : ""), digest,
		record->bundle_version);
	return OUTCOME_REFUSED;
}

static enum outcome refuse_unread(const struct session *session, int rc)
{
	if (rc == -EBADMSG) {
		log_say(session->log, LOG_LEVEL_ERROR,
			"the record of what was applied is torn; run nv2boot remove first, which "
			"looks at what is there step=record file=%s",
			RECORD_FILE);
		return OUTCOME_REFUSED;
	}
	log_say(session->log, LOG_LEVEL_ERROR,
		"the record of what was applied cannot be read: %s; see that /run/nv2boot can be "
		"read step=record file=%s",
		cause_of(rc), RECORD_FILE);
	return OUTCOME_SYSTEM;
}

/* *go_on: nothing is applied, and nothing is left of anything. */
static enum outcome look_back(struct apply *apply, bool *go_on)
{
	const struct session *session = &apply->session;
	struct work past = {0};
	enum outcome outcome;
	int rc = record_load(session->machine, &past.record);

	*go_on = false;
	if (rc)
		return refuse_unread(session, rc);
	switch (past.record.state) {
	case RECORD_APPLIED:
		outcome = is_same_bundle(apply, &past.record) ? confirm(apply, &past)
							      : refuse_other(session, &past.record);
		break;
	case RECORD_APPLYING:
	case RECORD_REMOVING:
		outcome = undo_interrupted(apply, &past, go_on);
		break;
	default:
		outcome = refuse_stray(apply);
		*go_on = outcome == OUTCOME_DONE;
		break;
	}
	work_free(&past);
	return outcome;
}

/* ---- what is to be done ---------------------------------------------------- */

/* Asked before anything is changed, so that a kernel without it costs no undo. */
static enum outcome need_interface(struct apply *apply)
{
	enum outcome outcome = OUTCOME_DONE;

	if (!apply->asked)
		outcome = open_interface(&apply->session, &apply->absent);
	if (outcome || !apply->absent)
		return outcome;
	log_say(apply->session.log, LOG_LEVEL_ERROR,
		"this kernel has no interface for overlays; it needs CONFIG_OF_OVERLAY and "
		"CONFIG_CONFIGFS_FS, and, as mainline kernels have no files for it, the module "
		"nv2_overlay (kmod/): modprobe nv2_overlay step=overlay");
	return OUTCOME_REFUSED;
}

static enum outcome fill_record(struct apply *apply)
{
	struct work *work = &apply->work;
	struct record *record = &work->record;
	const char *board = work->bundle.board;
	int rc = record_boot_id(apply->session.machine, record->boot_id);

	record->board = (char *)malloc(strlen(board) + 1);
	if (!rc && !record->board)
		rc = -ENOMEM;
	if (rc) {
		log_say(apply->session.log, LOG_LEVEL_ERROR,
			"what is to be done cannot be recorded: %s; nothing is changed step=record",
			cause_of(rc));
		return OUTCOME_SYSTEM;
	}
	memcpy(record->board, board, strlen(board) + 1);
	record->state = RECORD_APPLYING;
	record->bundle_version = work->bundle.version;
	inventory_digest(&apply->before.all, record->tree_sha256);
	if (!work->change.bytes)
		return OUTCOME_DONE;
	change_name(&work->change, record->item);
	memcpy(record->overlay_sha256, work->change.sha256, sizeof(record->overlay_sha256));
	record->overlay_size = work->change.size;
	return OUTCOME_DONE;
}

/* Reads all there is to read; nothing is changed. */
static enum outcome prepare(struct apply *apply)
{
	const struct session *session = &apply->session;
	struct work *work = &apply->work;
	const struct nv2_program program = {.bundle = &work->bundle};
	enum outcome outcome = check_firmware(session, &work->bundle, &apply->before);

	if (!outcome)
		outcome = bind_change(session, &work->bundle, &apply->before, &work->change);
	if (!outcome && work->change.bytes)
		outcome = need_interface(apply);
	if (!outcome)
		outcome = read_registers(session, &program, &work->record.saved,
					 &work->record.saved_count);
	return outcome ? outcome : fill_record(apply);
}

/* ---- doing it ------------------------------------------------------------- */

static bool store_copy(const struct session *session, const char *name, const void *bytes,
		       size_t size)
{
	const struct machine *machine = session->machine;
	int rc = machine->ops->store(machine->context, name, bytes, size);

	if (rc)
		log_say(session->log, LOG_LEVEL_ERROR,
			"what is to be done cannot be recorded: %s; see that /run/nv2boot can be "
			"written and has room step=record file=%s bytes=%zu",
			cause_of(rc), name, size);
	return !rc;
}

static bool store_record(const struct session *session, struct record *record,
			 enum record_state state)
{
	int rc;

	record->state = state;
	rc = record_store(session->machine, record);
	if (rc)
		log_say(session->log, LOG_LEVEL_ERROR,
			"it cannot be recorded what is done: %s; see that /run/nv2boot can be "
			"written "
			"and has room step=record file=%s state=%s",
			cause_of(rc), RECORD_FILE, record_state_name(state));
	return !rc;
}

/* Copies first: a record never speaks of what is not there. */
static bool record_intent(struct apply *apply)
{
	const struct session *session = &apply->session;
	struct work *work = &apply->work;

	return store_copy(session, RECORD_BUNDLE_FILE, apply->bytes, apply->size) &&
	       (!work->change.bytes ||
		store_copy(session, RECORD_OVERLAY_FILE, work->change.bytes, work->change.size)) &&
	       store_record(session, &work->record, RECORD_APPLYING);
}

static bool prove(const struct apply *apply, const struct live *live)
{
	bool unread;

	if (prove_links(&apply->session, &apply->work.bundle, live, &unread))
		return true;
	log_say(apply->session.log, LOG_LEVEL_ERROR,
		"the bundle is not applied, for not every link is proven step=prove");
	return false;
}

static bool carry_out(struct apply *apply)
{
	const struct session *session = &apply->session;
	struct work *work = &apply->work;
	const struct nv2_program program = {.bundle = &work->bundle};

	if (!record_intent(apply) ||
	    !run_registers(session, &program, work->record.saved, work->record.saved_count))
		return false;
	if (work->change.bytes) {
		work->handed = true;
		if (!hand_over(session, work, &apply->before, &apply->after))
			return false;
	}
	return prove(apply, work->change.bytes ? &apply->after : &apply->before) &&
	       store_record(session, &work->record, RECORD_APPLIED) &&
	       raise_counter(session, &work->bundle) == OUTCOME_DONE;
}

static bool was_changed(const struct work *work)
{
	bool changed = work->handed;

	for (uint32_t i = 0; i < work->record.saved_count; i++)
		changed = changed || work->record.saved[i].written;
	return changed;
}

static enum outcome take_back(struct apply *apply)
{
	const struct session *session = &apply->session;
	struct record *record = &apply->work.record;
	enum outcome outcome;

	/*
	 * Whoever is killed from here on must not leave `applied` behind. Without room for that
	 * the undo is still the best there is.
	 */
	if (record->state == RECORD_APPLIED)
		store_record(session, record, RECORD_REMOVING);
	outcome = undo_all(session, &apply->work, &apply->before, NULL);
	if (outcome)
		return outcome;
	log_say(session->log, was_changed(&apply->work) ? LOG_LEVEL_NOTICE : LOG_LEVEL_INFO,
		"what was done is undone, and that was verified step=undo");
	return OUTCOME_SYSTEM;
}

static void say_done(const struct apply *apply)
{
	const struct record *record = &apply->work.record;
	struct log_value board;
	char digest[65];

	digest_text(record->bundle_sha256, digest);
	log_say(apply->session.log, LOG_LEVEL_NOTICE,
		"the bundle is applied step=done board=%s bundle=%s version=%" PRIu32
		" item=%s registers=%" PRIu32,
		log_value(&board, record->board), digest, record->bundle_version,
		record->item[0] ? record->item : "none", record->saved_count);
}

static enum outcome apply_bundle(struct apply *apply)
{
	const struct session *session = &apply->session;
	bool go_on = false;
	enum outcome outcome;

	if (!live_read(session, &apply->before)) {
		log_say(session->log, LOG_LEVEL_ERROR,
			"nothing is changed, for the live device tree cannot be read step=tree");
		return OUTCOME_SYSTEM;
	}
	outcome = check_board(session, &apply->work.bundle, &apply->before);
	if (!outcome)
		outcome = look_back(apply, &go_on);
	if (outcome || !go_on)
		return outcome;
	outcome = prepare(apply);
	if (outcome)
		return outcome;
	if (session->transaction->dry_run) {
		say_apply(session, &apply->work, apply->size);
		return raise_counter(session, &apply->work.bundle);
	}
	if (!carry_out(apply))
		return take_back(apply);
	say_done(apply);
	return OUTCOME_DONE;
}

enum outcome transaction_apply(const struct transaction *transaction, const void *bundle,
			       size_t size)
{
	struct apply apply = {.bytes = bundle, .size = size};
	enum outcome outcome;

	session_begin(&apply.session, transaction);
	nv2_sha256(bundle, size, apply.work.record.bundle_sha256);
	apply.work.record.bundle_size = size;
	outcome = open_bundle(&apply.session, bundle, size, &apply.work.bundle);
	if (!outcome) {
		apply.work.has_bundle = true;
		outcome = apply_bundle(&apply);
	}
	live_free(&apply.before);
	live_free(&apply.after);
	work_free(&apply.work);
	return outcome;
}
