/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a machine without a record, or with a torn one, gives it without the
 * overlays that are known as ours. Never writes a register: nobody knows its old value.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "linux/steps.h"

/* ---- what is there -------------------------------------------------------- */

static enum outcome list_strays(const struct session *session, struct bytes *names, bool *absent)
{
	enum outcome outcome;

	memset(names, 0, sizeof(*names));
	outcome = open_interface(session, absent);
	return outcome || *absent ? outcome : list_items(session, names);
}

/* The first item behind `at` that has a name like ours; the end if there is none. */
static size_t next_stray(const struct bytes *names, size_t at)
{
	while (at < names->size && !is_item_name((const char *)names->data + at))
		at += strlen((const char *)names->data + at) + 1;
	return at;
}

enum outcome find_stray(const struct session *session, char **name, bool *absent)
{
	struct bytes names;
	enum outcome outcome = list_strays(session, &names, absent);
	size_t at = next_stray(&names, 0);

	*name = NULL;
	if (!outcome && at < names.size) {
		const char *found = (const char *)names.data + at;

		*name = (char *)malloc(strlen(found) + 1);
		if (*name)
			memcpy(*name, found, strlen(found) + 1);
		else
			outcome = OUTCOME_SYSTEM;
	}
	free(names.data);
	return outcome;
}

/* ---- overlays ------------------------------------------------------------- */

static bool take_if_named(struct work *work, unsigned char *bytes, size_t size)
{
	char name[ITEM_NAME_SIZE];

	if (!change_open(&work->change, bytes, size))
		return false;
	change_name(&work->change, name);
	if (!strcmp(name, work->record.item))
		return true;
	change_free(&work->change);
	return false;
}

/* The blob that the item's name is the digest of: from the item, or from the copy kept aside. */
static bool find_blob(const struct session *session, struct work *work)
{
	const struct machine *machine = session->machine;
	struct bytes blob = {0};

	if (!machine->ops->read_overlay(machine->context, work->record.item, &blob) &&
	    take_if_named(work, blob.data, blob.size))
		return true;
	memset(&blob, 0, sizeof(blob));
	return !machine->ops->load(machine->context, RECORD_OVERLAY_FILE, &blob) &&
	       take_if_named(work, blob.data, blob.size);
}

/* True if it is gone. *was_applied: something of it was in the tree. */
static bool remove_stray(const struct session *session, const char *name, bool *was_applied)
{
	struct work work = {.handed = true};
	struct live live;
	size_t total;
	bool gone = false;

	memcpy(work.record.item, name, ITEM_NAME_SIZE);
	if (!find_blob(session, &work)) {
		log_say(session->log, LOG_LEVEL_ERROR,
			"overlay %s is left: it has a name of ours, but what it holds cannot be "
			"read "
			"or is another; look at it, and remove it by rmdir step=undo item=%s",
			name, name);
	} else if (live_read(session, &live)) {
		if (inventory_present(&work.change.things, &live.all, &total))
			*was_applied = true;
		live_free(&live);
		log_say(session->log, LOG_LEVEL_NOTICE,
			"overlay %s is one of ours, and no record tells of it; it is taken out "
			"step=undo item=%s",
			name, name);
		gone = take_out(session, &work, NULL, false) == TAKEN_OUT;
	}
	work_free(&work);
	return gone;
}

/* ---- registers ------------------------------------------------------------ */

/* A register with boot's value may have got it from whoever lost the record. */
static uint32_t say_suspects(const struct session *session, const struct nv2_bundle *bundle)
{
	const struct nv2_program program = {.bundle = bundle};
	struct register_state state;
	uint32_t count = 0;

	for (uint32_t i = 0; check_register(session, &program, i, &state); i++) {
		struct log_value npu, name;

		if (state.status && state.status != NV2_ERR_HELD)
			continue;
		count++;
		log_say(session->log, LOG_LEVEL_ERROR,
			"NPU register %s could not be undone: it holds the bundle's value, and "
			"what it "
			"held before is not known; reboot to have it as it was step=undo npu=%s "
			"register=%s at=0x%06" PRIx32 " found=0x%" PRIx64,
			state.write.name, log_value(&npu, state.write.npu),
			log_value(&name, state.write.name), state.write.reg, state.found);
	}
	return count;
}

static bool say_registers(const struct session *session)
{
	struct work work = {0};
	uint32_t suspects = 0;

	if (work_load_bundle(session, &work))
		suspects = say_suspects(session, &work.bundle);
	else
		log_say(session->log, LOG_LEVEL_ERROR,
			"it is not known which registers were written, for record and bundle were "
			"lost; reboot to have all as they were step=undo");
	if (!work.has_bundle)
		suspects++;
	work_free(&work);
	return suspects == 0;
}

/* ---- all of it ------------------------------------------------------------ */

enum outcome remove_strays(const struct session *session, bool torn)
{
	struct bytes names;
	bool gone = true, applied = torn, registers, absent;
	enum outcome outcome = list_strays(session, &names, &absent);

	if (outcome)
		return outcome;
	for (size_t at = next_stray(&names, 0); at < names.size;
	     at = next_stray(&names, at + ITEM_NAME_SIZE))
		if (!remove_stray(session, (const char *)names.data + at, &applied))
			gone = false;
	free(names.data);
	registers = !applied || say_registers(session);
	if (gone && record_drop(session->machine))
		log_say(session->log, LOG_LEVEL_WARNING,
			"what is left of a record cannot be removed; see that /run/nv2boot can be "
			"written step=record");
	if (gone && registers)
		return OUTCOME_DONE;
	log_say(session->log, LOG_LEVEL_ERROR,
		"not all could be undone, for its record was lost; what was named is not as it was "
		"step=undo overlay=%s registers=%s",
		gone ? "undone" : "lost", registers ? "undone" : "lost");
	return OUTCOME_LOST;
}

static bool is_kept(const struct session *session, const char *name)
{
	struct bytes copy = {0};
	int rc = session->machine->ops->load(session->machine->context, name, &copy);

	if (!rc)
		free(copy.data);
	return !rc;
}

void drop_leftovers(const struct session *session, const struct record *record)
{
	bool other = record->boot_id[0] != '\0';

	if (other)
		log_say(session->log, LOG_LEVEL_INFO,
			"a record of another boot means nothing any more step=record boot=%s",
			record->boot_id);
	if (!other && !is_kept(session, RECORD_BUNDLE_FILE) &&
	    !is_kept(session, RECORD_OVERLAY_FILE))
		return;
	if (record_drop(session->machine))
		log_say(session->log, LOG_LEVEL_WARNING,
			"copies that no record needs cannot be removed; see that /run/nv2boot can "
			"be "
			"written step=record");
}
