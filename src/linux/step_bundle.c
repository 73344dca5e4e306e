/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a bundle and the live tree, gives whether they belong together and the
 * overlay that the tree lacks. Never changes the machine, but for its counter.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "blob/overlay.h"
#include "linux/steps.h"

/* What to do about it; "" where the status says it all. */
static const char *advice_of(enum nv2_status status)
{
	switch (status) {
	case NV2_ERR_UNSIGNED:
		return "; sign it with nv2dtc compile --sign, and put the public key into "
		       "/etc/nv2boot/keys.d";
	case NV2_ERR_SIGNATURE:
		return "; sign it by a key whose public half is in /etc/nv2boot/keys.d";
	case NV2_ERR_NO_VERIFIER:
		return "; use an nv2boot that was built with libsodium";
	case NV2_ERR_REPLAY:
		return "; compile a newer one with a bundle-version that is no lower";
	case NV2_ERR_VERSION:
		return "; use a later nv2boot";
	case NV2_ERR_BOARD:
		return "; compile the wiring of this machine's board";
	case NV2_ERR_NO_NODE:
		return "; compare the wiring with this machine by nv2dtc verify, and see whether "
		       "its firmware knows this device";
	case NV2_ERR_AMBIGUOUS:
	case NV2_ERR_CONFLICT:
	case NV2_ERR_CELLS:
	case NV2_ERR_OVERLAP:
		return "; compare the wiring with this machine by nv2dtc verify";
	case NV2_ERR_NO_PHANDLE:
		return "; firmware has to give this node one";
	default:
		return "; copy or compile the bundle again";
	}
}

/* ---- opening -------------------------------------------------------------- */

/* A counter that cannot be read lets nothing pass: an older bundle could. */
static enum outcome look_up_counter(const struct session *session, struct nv2_trust *trust)
{
	const struct machine *machine = session->machine;
	int rc;

	if (!trust->key_count)
		return OUTCOME_DONE;
	rc = machine->ops->load_counter(machine->context, &trust->last_version);
	if (!rc)
		return OUTCOME_DONE;
	log_say(session->log, LOG_LEVEL_ERROR,
		"the highest bundle-version that was applied here cannot be read: %s; without it "
		"an "
		"older bundle cannot be told step=bundle",
		cause_of(rc));
	return OUTCOME_SYSTEM;
}

static enum outcome refuse_bundle(const struct session *session, enum nv2_status status,
				  const char *details)
{
	log_say(session->log, LOG_LEVEL_ERROR, "the bundle is refused: %s%s step=bundle%s",
		nv2_strerror(status), advice_of(status), details);
	return OUTCOME_REFUSED;
}

/* Whoever reads the log has to know why a signature is wanted at all. */
static void say_why_signed(const struct session *session, enum nv2_status status)
{
	const struct nv2_trust *trust = &session->transaction->trust;

	if (status != NV2_ERR_UNSIGNED && status != NV2_ERR_SIGNATURE &&
	    status != NV2_ERR_NO_VERIFIER)
		return;
	if (trust->locked_down && !trust->key_count)
		log_say(session->log, LOG_LEVEL_ERROR,
			"this kernel is locked down, so bundles need a signature, and there is no "
			"key to check one; put the public key into /etc/nv2boot/keys.d "
			"step=bundle");
	else
		log_say(session->log, LOG_LEVEL_ERROR,
			"bundles need a signature because there are keys here%s step=bundle "
			"keys=%" PRIu32,
			trust->locked_down ? " and the kernel is locked down" : "",
			trust->key_count);
}

enum outcome open_bundle(const struct session *session, const void *bytes, size_t size,
			 struct nv2_bundle *bundle)
{
	struct nv2_trust trust = session->transaction->trust;
	struct nv2_failure failure;
	struct details details = {""};
	struct log_value part;
	enum nv2_status status = nv2_bundle_open(bundle, bytes, size);

	if (status) {
		log_say(session->log, LOG_LEVEL_ERROR,
			"the bundle cannot be opened: %s%s step=bundle at=0x%" PRIx32 "%s%s",
			nv2_strerror(status), advice_of(status), bundle->fault,
			bundle->fault_part ? " part=" : "",
			bundle->fault_part ? log_value(&part, bundle->fault_part) : "");
		return OUTCOME_REFUSED;
	}
	if (look_up_counter(session, &trust))
		return OUTCOME_SYSTEM;
	status = nv2_bundle_verify(bundle, &trust, &session->ops, &failure);
	if (!status)
		return OUTCOME_DONE;
	say_why_signed(session, status);
	return refuse_bundle(session, status, details_of(&failure, NULL, NULL, &details));
}

enum outcome check_board(const struct session *session, const struct nv2_bundle *bundle,
			 const struct live *live)
{
	struct nv2_failure failure;
	struct log_value board, found;
	enum nv2_status status = nv2_board_check(bundle, &live->fdt, &failure);

	if (!status)
		return OUTCOME_DONE;
	log_say(session->log, LOG_LEVEL_ERROR,
		"the bundle is refused: %s%s step=board board=%s wanted=%s found=%s",
		nv2_strerror(status), advice_of(status), log_value(&board, bundle->board),
		bundle->compatible, failure.what ? log_value(&found, failure.what) : "nothing");
	return OUTCOME_REFUSED;
}

/* ---- binding -------------------------------------------------------------- */

/* On the heap; NULL after *outcome was set. */
static unsigned char *bind_part(const struct session *session, const struct nv2_bundle *bundle,
				enum nv2_part_kind kind, const struct live *live, size_t *size,
				enum outcome *outcome)
{
	const struct nv2_part *part = &bundle->part[kind];
	struct nv2_failure failure;
	struct nv2_fdt overlay;
	struct nv2_space space;
	struct details details;
	enum nv2_status status;
	unsigned char *output;
	void *work;

	/* It was opened once already, when the bundle was: this cannot fail. */
	nv2_fdt_open(&overlay, part->data, part->size);
	nv2_bind_space(&overlay, &live->fdt, &space);
	work = malloc(space.work + 1);
	output = (unsigned char *)malloc(space.output + 1);
	*size = space.output;
	*outcome = OUTCOME_SYSTEM;
	if (!work || !output) {
		log_say(session->log, LOG_LEVEL_ERROR,
			"there is no memory to bind the bundle: %s step=bind bytes=%zu",
			cause_of(ENOMEM), space.work + space.output);
		goto fail;
	}
	status = nv2_bind(&overlay, &live->fdt, work, space.work, output, size, &failure);
	if (!status) {
		free(work);
		return output;
	}
	log_say(session->log, LOG_LEVEL_ERROR,
		"the bundle does not fit this machine's device tree: %s%s step=bind part=%s%s",
		nv2_strerror(status), advice_of(status), part->kind,
		details_of(&failure, &live->fdt, &overlay, &details));
	*outcome = status == NV2_ERR_SPACE ? OUTCOME_SYSTEM : OUTCOME_REFUSED;
fail:
	free(work);
	free(output);
	return NULL;
}

/* Like change_open(), for what was bound a moment ago; without bytes if it adds nothing. */
static enum outcome open_bound(const struct session *session, unsigned char *bytes, size_t size,
			       struct change *change)
{
	struct nv2_fdt fdt;

	memset(change, 0, sizeof(*change));
	if (!nv2_fdt_open(&fdt, bytes, size) && nv2_overlay_is_empty(&fdt)) {
		free(bytes);
		return OUTCOME_DONE;
	}
	if (change_open(change, bytes, size))
		return OUTCOME_DONE;
	log_say(session->log, LOG_LEVEL_ERROR,
		"the overlay that was bound cannot be used: no memory, or it is malformed "
		"step=bind bytes=%zu",
		size);
	return OUTCOME_SYSTEM;
}

static enum outcome bind_kind(const struct session *session, const struct nv2_bundle *bundle,
			      enum nv2_part_kind kind, const struct live *live,
			      struct change *change)
{
	enum outcome outcome;
	size_t size;
	unsigned char *bytes = bind_part(session, bundle, kind, live, &size, &outcome);

	memset(change, 0, sizeof(*change));
	return bytes ? open_bound(session, bytes, size, change) : outcome;
}

static void hear_lacking(void *context, enum difference difference, const struct thing *thing)
{
	const struct session *session = (const struct session *)context;
	struct log_value path, property;

	(void)difference;
	log_say(session->log, LOG_LEVEL_INFO,
		"firmware's tree lacks what the wiring says step=bind node=%s%s%s",
		log_value(&path, thing->path), thing->property ? " property=" : "",
		thing->property ? log_value(&property, thing->property) : "");
}

enum outcome check_firmware(const struct session *session, const struct nv2_bundle *bundle,
			    const struct live *live)
{
	struct session heard = *session;
	const struct inventory_listener listener = {hear_lacking, &heard};
	struct change change;
	enum outcome outcome = bind_kind(session, bundle, NV2_PART_HOST_FW, live, &change);
	size_t count;

	if (outcome || !change.bytes)
		return outcome;
	count = inventory_missing(&change.things, &live->all, &listener);
	log_say(session->log, LOG_LEVEL_WARNING,
		"firmware's tree lacks %zu nodes and properties of the wiring; give firmware the "
		"overlay host-fw of this wiring, for Linux is too late for them step=bind",
		count);
	change_free(&change);
	return OUTCOME_DONE;
}

enum outcome bind_change(const struct session *session, const struct nv2_bundle *bundle,
			 const struct live *live, struct change *change)
{
	enum outcome outcome = bind_kind(session, bundle, NV2_PART_HOST_OS, live, change);

	if (!outcome)
		log_say(session->log, LOG_LEVEL_INFO, "%s step=bind things=%zu bytes=%zu",
			change->bytes ? "the bundle was bound to the live tree"
				      : "the live tree has all that the bundle adds",
			change->things.count, change->size);
	return outcome;
}

/* ---- the counter ---------------------------------------------------------- */

/* Without a key, the version is what anybody wrote into the bundle: it must not bind later ones. */
enum outcome raise_counter(const struct session *session, const struct nv2_bundle *bundle)
{
	const struct machine *machine = session->machine;
	uint32_t last = 0;
	int rc;

	if (!session->transaction->trust.key_count)
		return OUTCOME_DONE;
	rc = machine->ops->load_counter(machine->context, &last);
	if (!rc && last >= bundle->version)
		return OUTCOME_DONE;
	if (session->transaction->dry_run) {
		log_say(session->log, LOG_LEVEL_NOTICE,
			"would raise the highest bundle-version step=record from=%" PRIu32
			" to=%" PRIu32,
			last, bundle->version);
		return OUTCOME_DONE;
	}
	if (!rc)
		rc = machine->ops->store_counter(machine->context, bundle->version);
	if (rc) {
		log_say(session->log, LOG_LEVEL_ERROR,
			"the highest bundle-version cannot be raised: %s; see that "
			"/var/lib/nv2boot "
			"can be written step=record version=%" PRIu32,
			cause_of(rc), bundle->version);
		return OUTCOME_SYSTEM;
	}
	log_say(session->log, LOG_LEVEL_INFO,
		"the highest bundle-version was raised step=record from=%" PRIu32 " to=%" PRIu32,
		last, bundle->version);
	return OUTCOME_DONE;
}
