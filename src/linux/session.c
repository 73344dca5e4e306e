/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a transaction, gives what its steps share: the live tree, bound overlays,
 * copies that a record speaks of. Never changes the machine.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blob/overlay.h"
#include "blob/sha256.h"
#include "linux/steps.h"

void session_begin(struct session *session, const struct transaction *transaction)
{
	const struct machine *machine = transaction->machine;

	*session = (struct session){
		.transaction = transaction,
		.machine = machine,
		.log = transaction->log,
		.ops =
			{
				.context = machine->context,
				.read = machine->ops->read_register,
				.write = machine->ops->write_register,
				.barrier = machine->ops->barrier,
				.verify_signature = transaction->verify_signature,
			},
	};
}

const char *cause_of(int error)
{
	return strerror(error < 0 ? -error : error);
}

void digest_text(const unsigned char sha256[32], char text[65])
{
	for (size_t i = 0; i < 32; i++)
		snprintf(text + 2 * i, 3, "%02x", sha256[i]);
}

/* ---- the live tree -------------------------------------------------------- */

void live_free(struct live *live)
{
	inventory_free(&live->all);
	free(live->bytes.data);
	memset(live, 0, sizeof(*live));
}

/* *passing: another try may go well. */
static bool read_once(const struct session *session, struct live *live, bool *passing)
{
	enum nv2_status status;
	int rc;

	memset(live, 0, sizeof(*live));
	rc = session->machine->ops->read_tree(session->machine->context, &live->bytes);
	*passing = rc != -ENOENT && rc != -EACCES && rc != -EPERM;
	if (rc) {
		memset(live, 0, sizeof(*live));
		log_say(session->log, LOG_LEVEL_WARNING,
			"the live device tree cannot be read: %s; see that /proc/device-tree is "
			"there step=tree",
			cause_of(rc));
		return false;
	}
	status = nv2_fdt_open(&live->fdt, live->bytes.data, live->bytes.size);
	if (status)
		log_say(session->log, LOG_LEVEL_WARNING,
			"the live device tree cannot be understood: %s step=tree at=0x%" PRIx32,
			nv2_strerror(status), live->fdt.fault);
	else if (inventory_of_tree(&live->all, &live->fdt))
		return true;
	else
		log_say(session->log, LOG_LEVEL_WARNING,
			"the live device tree cannot be kept: %s step=tree", cause_of(ENOMEM));
	live_free(live);
	return false;
}

bool live_read(const struct session *session, struct live *live)
{
	bool passing;

	return read_once(session, live, &passing) ||
	       (passing && read_once(session, live, &passing));
}

/* ---- a bound overlay ------------------------------------------------------- */

void change_free(struct change *change)
{
	inventory_free(&change->things);
	free(change->bytes);
	memset(change, 0, sizeof(*change));
}

bool change_open(struct change *change, unsigned char *bytes, size_t size)
{
	struct nv2_overlay_fault fault;

	memset(change, 0, sizeof(*change));
	change->bytes = bytes;
	change->size = size;
	if (bytes && !nv2_fdt_open(&change->fdt, bytes, size) &&
	    !nv2_bound_overlay_verify(&change->fdt, &fault) &&
	    inventory_of_overlay(&change->things, &change->fdt)) {
		nv2_sha256(bytes, size, change->sha256);
		return true;
	}
	change_free(change);
	return false;
}

void change_name(const struct change *change, char name[ITEM_NAME_SIZE])
{
	snprintf(name, ITEM_NAME_SIZE, "nv2-");
	for (size_t i = 0; i < 8; i++)
		snprintf(name + 4 + 2 * i, 3, "%02x", change->sha256[i]);
}

bool is_item_name(const char *name)
{
	return !strncmp(name, "nv2-", 4) && strlen(name) == ITEM_NAME_SIZE - 1 &&
	       strspn(name + 4, "0123456789abcdef") == 16;
}

/* ---- copies --------------------------------------------------------------- */

static bool has_digest(const struct bytes *bytes, const unsigned char *wanted)
{
	unsigned char sha256[32];

	nv2_sha256(bytes->data, bytes->size, sha256);
	return !memcmp(sha256, wanted, sizeof(sha256));
}

/* `sha256` may be NULL: then whatever is there. Read twice before it is given up. */
static bool load_copy(const struct session *session, const char *name, const unsigned char *sha256,
		      struct bytes *copy)
{
	int rc = 0;

	for (int attempt = 0; attempt < 2; attempt++) {
		memset(copy, 0, sizeof(*copy));
		rc = session->machine->ops->load(session->machine->context, name, copy);
		if (!rc && (!sha256 || has_digest(copy, sha256)))
			return true;
		if (!rc)
			free(copy->data);
		memset(copy, 0, sizeof(*copy));
	}
	if (sha256)
		log_say(session->log, LOG_LEVEL_WARNING,
			"the copy of the %s that belongs to the record is lost: %s step=record "
			"file=%s",
			name, rc ? cause_of(rc) : "it has another SHA-256", name);
	return false;
}

static void load_change(const struct session *session, struct work *work)
{
	struct bytes copy;

	if (!work->record.item[0] ||
	    !load_copy(session, RECORD_OVERLAY_FILE, work->record.overlay_sha256, &copy))
		return;
	if (!change_open(&work->change, copy.data, copy.size))
		log_say(session->log, LOG_LEVEL_WARNING,
			"the copy of the overlay that belongs to the record cannot be read "
			"step=record file=%s",
			RECORD_OVERLAY_FILE);
}

static bool load_bundle(const struct session *session, struct work *work,
			const unsigned char *sha256)
{
	if (!load_copy(session, RECORD_BUNDLE_FILE, sha256, &work->copy))
		return false;
	work->has_bundle =
		nv2_bundle_open(&work->bundle, work->copy.data, work->copy.size) == NV2_OK;
	return work->has_bundle;
}

void work_load(const struct session *session, struct work *work, unsigned copies)
{
	work->handed = work->record.item[0] != '\0';
	if (copies & COPY_BUNDLE)
		load_bundle(session, work, work->record.bundle_sha256);
	if (copies & COPY_OVERLAY)
		load_change(session, work);
}

bool work_load_bundle(const struct session *session, struct work *work)
{
	return load_bundle(session, work, NULL);
}

void work_free(struct work *work)
{
	record_free(&work->record);
	change_free(&work->change);
	free(work->copy.data);
	memset(work, 0, sizeof(*work));
}

/* ---- details -------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void add(struct details *details, const char *format,
						      ...)
{
	size_t used = strlen(details->text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(details->text + used, sizeof(details->text) - used, format, arguments);
	va_end(arguments);
}

static void add_node(struct details *details, const char *key, const struct nv2_fdt *fdt,
		     uint32_t node)
{
	char *path = fdt && node ? path_of_node(fdt, node) : NULL;
	struct log_value value;

	if (path)
		add(details, " %s=%s", key, log_value(&value, path));
	free(path);
}

const char *details_of(const struct nv2_failure *failure, const struct nv2_fdt *tree,
		       const struct nv2_fdt *overlay, struct details *details)
{
	struct log_value value;

	details->text[0] = '\0';
	if (failure->what)
		add(details, " what=%s", log_value(&value, failure->what));
	if (failure->step != NV2_STEP_NONE)
		add(details, " number=%" PRIu32, failure->step);
	add_node(details, "node", tree, failure->at);
	add_node(details, "other", tree, failure->other);
	add_node(details, "overlay", overlay, failure->node);
	if (failure->property)
		add(details, " property=%s", log_value(&value, failure->property));
	if (failure->wanted || failure->found)
		add(details, " wanted=0x%" PRIx64 " found=0x%" PRIx64, failure->wanted,
		    failure->found);
	return details->text;
}
