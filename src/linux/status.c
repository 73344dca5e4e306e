/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a machine, gives what is applied and whether it is still in place.
 * Never changes anything, and never takes the record's word for it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "linux/steps.h"

static void look_at_record(struct transaction_status *status, const struct work *work)
{
	const struct record *record = &status->record;

	status->state = record->state;
	status->other_boot = record->state == RECORD_NONE && record->boot_id[0];
	if (record->state == RECORD_NONE)
		return;
	status->board = record->board ? record->board : "";
	memcpy(status->bundle_sha256, record->bundle_sha256, sizeof(status->bundle_sha256));
	status->bundle_size = record->bundle_size;
	status->bundle_version = record->bundle_version;
	status->bundle_kept = work->has_bundle;
	status->item = record->item[0] ? record->item : NULL;
	memcpy(status->overlay_sha256, record->overlay_sha256, sizeof(status->overlay_sha256));
	status->overlay_size = record->overlay_size;
	status->overlay_kept = work->change.bytes != NULL;
}

/* Those that are not ours are left out in place. */
static void keep_strays(struct transaction_status *status, struct bytes *names)
{
	size_t kept = 0;

	for (size_t at = 0; at < names->size;) {
		char *name = (char *)names->data + at;
		size_t len = strlen(name) + 1;

		at += len;
		if (status->item && !strcmp(name, status->item)) {
			status->item_listed = true;
		} else if (is_item_name(name)) {
			memmove(names->data + kept, name, len);
			kept += len;
		}
	}
	names->size = kept;
	status->strays = *names;
}

static void look_at_interface(const struct session *session, struct transaction_status *status)
{
	struct bytes names;
	bool absent;

	if (open_interface(session, &absent))
		return;
	status->interface_known = absent;
	if (absent || list_items(session, &names))
		return;
	status->interface_known = status->interface_there = true;
	keep_strays(status, &names);
}

static void look_at_registers(const struct session *session, const struct work *work,
			      struct transaction_status *status)
{
	const struct nv2_program program = {.bundle = &work->bundle};
	struct register_state state;

	for (uint32_t i = 0; check_register(session, &program, i, &state); i++) {
		status->registers++;
		if (state.status == NV2_OK)
			status->agreeing++;
		else if (state.status == NV2_ERR_HELD)
			status->held++;
		else if (state.status == NV2_ERR_READ || state.status == NV2_ERR_ALL_ONES)
			status->unread++;
		else
			status->differing++;
	}
}

static void look_at_links(const struct session *session, const struct work *work,
			  const struct live *live, struct transaction_status *status)
{
	const struct nv2_bundle *bundle = &work->bundle;
	struct nv2_device device;

	status->links = (struct transaction_link *)calloc((size_t)bundle->device_count + 1,
							  sizeof(*status->links));
	for (uint32_t i = 0; status->links && nv2_bundle_device(bundle, i, &device); i++) {
		struct transaction_link *link = &status->links[status->link_count];
		struct nv2_failure failure;

		if (device.kind != NV2_DEVICE_LINK)
			continue;
		status->link_count++;
		link->status = nv2_link_prove(bundle, i, &live->fdt, &session->ops, &link->proof,
					      &failure);
		link->proof.link = device.name;
		link->proof.gpu = device.gpu;
	}
}

static void look_at_machine(const struct session *session, const struct work *work,
			    struct transaction_status *status)
{
	struct nv2_presence presence;
	struct live live;

	look_at_interface(session, status);
	if (work->has_bundle)
		look_at_registers(session, work, status);
	status->tree_read = live_read(session, &live);
	if (!status->tree_read)
		return;
	if (work->change.bytes) {
		nv2_overlay_presence(&work->change.fdt, &live.fdt, &presence);
		status->present = presence.present;
		status->absent = presence.absent;
		status->different = presence.different;
	}
	if (work->has_bundle)
		look_at_links(session, work, &live, status);
	live_free(&live);
}

enum outcome transaction_status(const struct transaction *transaction,
				struct transaction_status *status)
{
	struct session session;
	struct work work = {0};
	int rc;

	memset(status, 0, sizeof(*status));
	session_begin(&session, transaction);
	rc = record_load(session.machine, &work.record);
	if (rc && rc != -EBADMSG) {
		log_say(session.log, LOG_LEVEL_ERROR,
			"the record of what was applied cannot be read: %s; see that /run/nv2boot "
			"can "
			"be read step=record file=%s",
			cause_of(rc), RECORD_FILE);
		return OUTCOME_SYSTEM;
	}
	status->torn = rc != 0;
	if (work.record.state != RECORD_NONE)
		work_load(&session, &work, COPY_BUNDLE | COPY_OVERLAY);
	status->record = work.record;
	look_at_record(status, &work);
	look_at_machine(&session, &work, status);
	/* Names of links are in the bundle's copy. */
	status->copy = work.copy;
	memset(&work.record, 0, sizeof(work.record));
	memset(&work.copy, 0, sizeof(work.copy));
	work_free(&work);
	return OUTCOME_DONE;
}

void transaction_status_free(struct transaction_status *status)
{
	record_free(&status->record);
	free(status->strays.data);
	free(status->links);
	free(status->copy.data);
	memset(status, 0, sizeof(*status));
}
