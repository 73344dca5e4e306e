/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a bundle, gives whether the machine agrees with it, each difference a
 * line. Never changes the machine.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "blob/sha256.h"
#include "linux/steps.h"

/* ---- the tree ------------------------------------------------------------- */

/*
 * With everything in place, binding once more finds nothing to add. What was recorded comes first:
 * it names each difference, while binding ends at the first that stands in its way.
 */
static enum outcome compare_tree(const struct session *session, const struct work *work,
				 const struct live *live)
{
	struct change change;
	enum outcome outcome;

	if (work->change.bytes && !compare_overlay(session, &work->change, live))
		return OUTCOME_REFUSED;
	outcome = bind_change(session, &work->bundle, live, &change);
	if (outcome || !change.bytes)
		return outcome;
	compare_overlay(session, &change, live);
	change_free(&change);
	return OUTCOME_REFUSED;
}

enum outcome compare_machine(const struct session *session, const struct work *work,
			     const struct live *live)
{
	const struct nv2_program program = {.bundle = &work->bundle};
	bool unread_link = false;
	uint32_t unread = 0;
	enum outcome tree = compare_tree(session, work, live);
	uint32_t differing = compare_registers(session, &program, &unread);
	bool proven = prove_links(session, &work->bundle, live, &unread_link);

	if (unread || unread_link || tree == OUTCOME_SYSTEM)
		return OUTCOME_SYSTEM;
	return tree || differing || !proven ? OUTCOME_REFUSED : OUTCOME_DONE;
}

/* ---- the record ----------------------------------------------------------- */

/* What a record says is a hint, and no difference by itself. */
static enum outcome say_record(const struct session *session, struct work *work)
{
	struct record *record = &work->record;
	const struct log *log = session->log;
	unsigned char sha256[32];
	char digest[65];
	int rc = record_load(session->machine, record);

	if (rc && rc != -EBADMSG) {
		log_say(log, LOG_LEVEL_ERROR,
			"the record of what was applied cannot be read: %s; see that /run/nv2boot "
			"can "
			"be read step=record file=%s",
			cause_of(rc), RECORD_FILE);
		return OUTCOME_SYSTEM;
	}
	if (rc) {
		log_say(log, LOG_LEVEL_ERROR,
			"the record of what was applied is torn; run nv2boot remove step=record "
			"file=%s",
			RECORD_FILE);
		return OUTCOME_REFUSED;
	}
	if (record->state == RECORD_NONE) {
		log_say(log, LOG_LEVEL_WARNING,
			"nothing is recorded as applied; machine and bundle are compared all the "
			"same "
			"step=record");
		return OUTCOME_DONE;
	}
	nv2_sha256(work->bundle.fdt.bytes, work->bundle.fdt.size, sha256);
	digest_text(record->bundle_sha256, digest);
	if (memcmp(sha256, record->bundle_sha256, sizeof(sha256)) != 0) {
		log_say(log, LOG_LEVEL_ERROR,
			"another bundle is recorded as %s step=record bundle=%s version=%" PRIu32,
			record_state_name(record->state), digest, record->bundle_version);
		return OUTCOME_REFUSED;
	}
	log_say(log, record->state == RECORD_APPLIED ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR,
		record->state == RECORD_APPLIED
			? "this bundle is recorded as applied step=record bundle=%s item=%s"
			: "this bundle was interrupted; run nv2boot apply or remove step=record "
			  "bundle=%s item=%s",
		digest, record->item[0] ? record->item : "none");
	return record->state == RECORD_APPLIED ? OUTCOME_DONE : OUTCOME_REFUSED;
}

/* The overlay that was applied: worth having for what it names, if the copy is there. */
static void load_applied(const struct session *session, struct work *work)
{
	if (work->record.state == RECORD_APPLIED)
		work_load(session, work, COPY_OVERLAY);
}

static enum outcome verify_bundle(const struct session *session, struct work *work,
				  struct live *live)
{
	enum outcome outcome, recorded, compared;

	if (!live_read(session, live)) {
		log_say(session->log, LOG_LEVEL_ERROR,
			"nothing can be compared, for the live device tree cannot be read "
			"step=tree");
		return OUTCOME_SYSTEM;
	}
	outcome = check_board(session, &work->bundle, live);
	if (outcome)
		return outcome;
	recorded = say_record(session, work);
	if (recorded == OUTCOME_DONE)
		load_applied(session, work);
	outcome = check_firmware(session, &work->bundle, live);
	compared = compare_machine(session, work, live);
	if (compared == OUTCOME_SYSTEM || recorded == OUTCOME_SYSTEM)
		outcome = OUTCOME_SYSTEM;
	else if (!outcome)
		outcome = compared ? compared : recorded;
	if (!outcome)
		log_say(session->log, LOG_LEVEL_NOTICE,
			"the machine is as the bundle says step=done");
	return outcome;
}

enum outcome transaction_verify(const struct transaction *transaction, const void *bundle,
				size_t size)
{
	struct session session;
	struct work work = {0};
	struct live live = {0};
	enum outcome outcome;

	session_begin(&session, transaction);
	outcome = open_bundle(&session, bundle, size, &work.bundle);
	if (!outcome) {
		work.has_bundle = true;
		outcome = verify_bundle(&session, &work, &live);
	}
	live_free(&live);
	work_free(&work);
	return outcome;
}
