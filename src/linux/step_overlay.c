/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes an overlay, gives a live tree with it, or again without. Never
 * believes what the overlay interface says: only the tree is a witness.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux/steps.h"
#include "linux/variant.h"

/* What goes wrong once may go well the second time. */
#define ATTEMPTS 2

/* ---- saying it ------------------------------------------------------------ */

static const char *const difference_words[] = {
	[DIFFERENCE_MISSING] = "the live tree lacks this of the overlay",
	[DIFFERENCE_LEFT] = "this of the overlay could not be undone: it is still in the live tree",
	[DIFFERENCE_GONE] = "this of the live tree is gone, and is not the overlay's",
	[DIFFERENCE_APPEARED] = "this has appeared in the live tree, and is not the overlay's",
	[DIFFERENCE_CHANGED] = "this of the live tree has another value, and is not the overlay's",
};

_Static_assert(sizeof(difference_words) / sizeof(difference_words[0]) == DIFFERENCES,
	       "each difference has words");

static void hear(void *context, enum difference difference, const struct thing *thing)
{
	const struct log *log = *(const struct log *const *)context;
	struct log_value path, property;

	log_say(log, LOG_LEVEL_ERROR, "%s step=overlay node=%s%s%s", difference_words[difference],
		log_value(&path, thing->path), thing->property ? " property=" : "",
		thing->property ? log_value(&property, thing->property) : "");
}

/* ---- the interface -------------------------------------------------------- */

static int try_to_open(const struct session *session)
{
	int rc = -EIO;

	for (int attempt = 0; attempt < ATTEMPTS && rc && rc != -ENOENT; attempt++)
		rc = session->machine->ops->open_overlays(session->machine->context);
	return rc;
}

enum outcome open_interface(const struct session *session, bool *absent)
{
	int rc = try_to_open(session);

	*absent = rc == -ENOENT;
	if (!rc || *absent)
		return OUTCOME_DONE;
	log_say(session->log, LOG_LEVEL_ERROR,
		"the kernel's overlay interface cannot be opened: %s; see that configfs can be "
		"mounted at /sys/kernel/config, and that this runs as root step=overlay",
		cause_of(rc));
	return OUTCOME_SYSTEM;
}

enum outcome list_items(const struct session *session, struct bytes *names)
{
	const struct machine *machine = session->machine;
	int rc;

	memset(names, 0, sizeof(*names));
	rc = machine->ops->list_overlays(machine->context, names);
	if (!rc && (!names->size || !names->data[names->size - 1]))
		return OUTCOME_DONE;
	if (!rc)
		free(names->data);
	memset(names, 0, sizeof(*names));
	log_say(session->log, LOG_LEVEL_ERROR,
		"the overlays that there are cannot be listed: %s step=overlay",
		cause_of(rc ? rc : EPROTO));
	return OUTCOME_SYSTEM;
}

/* -ENOENT: there is no such item. */
static int look_at(const struct session *session, const char *name, struct overlay_item *item)
{
	const struct machine *machine = session->machine;
	int rc = -EIO;

	for (int attempt = 0; attempt < ATTEMPTS && rc && rc != -ENOENT; attempt++) {
		memset(item, 0, sizeof(*item));
		rc = machine->ops->look_at_overlay(machine->context, name, item);
		item->text[sizeof(item->text) - 1] = '\0';
	}
	return rc;
}

/* ---- handing over --------------------------------------------------------- */

static bool make_item(const struct session *session, const char *name)
{
	const struct machine *machine = session->machine;
	int rc = machine->ops->make_overlay(machine->context, name);

	if (!rc)
		return true;
	log_say(session->log, LOG_LEVEL_ERROR,
		"the overlay's item cannot be made: %s; %s step=overlay item=%s", cause_of(rc),
		rc == -EPERM || rc == -EACCES
			? "this kernel does not let overlays be added, or this does not run as root"
		: rc == -EEXIST ? "somebody else made one of this name meanwhile"
				: "the kernel's log may say more",
		name);
	return false;
}

static const struct variant *find_variant(const struct session *session, const char *name)
{
	const struct variant *variant = NULL;
	struct overlay_item item;
	struct log_value text;
	int rc = look_at(session, name, &item);

	if (!rc)
		variant = variant_of(&item);
	if (rc)
		log_say(session->log, LOG_LEVEL_ERROR,
			"the overlay's item cannot be looked at: %s step=overlay item=%s",
			cause_of(rc), name);
	else if (!variant)
		log_say(session->log, LOG_LEVEL_ERROR,
			"this kernel's overlay interface is of a kind that is not known; the "
			"module "
			"nv2_overlay (kmod/) gives one that is step=overlay item=%s path=%s "
			"dtbo=%s "
			"status=%s text=%s",
			name, item.path ? "yes" : "no", item.dtbo ? "yes" : "no",
			item.status_writable ? "writable"
			: item.status        ? "yes"
					     : "no",
			log_value(&text, item.text));
	else
		log_say(session->log, LOG_LEVEL_INFO,
			"the kernel's overlay interface step=overlay variant=%s", variant->name);
	return variant;
}

static bool write_item(const struct session *session, const struct work *work,
		       const struct variant *variant)
{
	const struct machine *machine = session->machine;
	const char *name = work->record.item;
	int rc = machine->ops->write_overlay(machine->context, name, work->change.bytes,
					     work->change.size);

	if (!rc && variant->apply_text)
		rc = machine->ops->set_overlay(machine->context, name, variant->apply_text);
	if (rc) {
		log_say(session->log, LOG_LEVEL_ERROR,
			"the overlay cannot be handed to the kernel: %s step=overlay item=%s "
			"bytes=%zu",
			cause_of(rc), name, work->change.size);
		return false;
	}
	log_say(session->log, LOG_LEVEL_NOTICE,
		"handed the overlay to the kernel step=overlay item=%s bytes=%zu variant=%s", name,
		work->change.size, variant->name);
	return true;
}

/* Kept in the log for who looks for the reason; it lies in both directions. */
static void say_status(const struct session *session, const char *name)
{
	struct overlay_item item;
	struct log_value text;

	if (!look_at(session, name, &item))
		log_say(session->log, LOG_LEVEL_INFO,
			"what the item's status says is not believed step=overlay item=%s "
			"status=%s",
			name, log_value(&text, item.text));
}

/* ---- is it there ---------------------------------------------------------- */

/* Whether the value is or has a phandle that the kernel may have given another number. */
static bool is_reference(const struct change *change, const struct thing *thing)
{
	static const char mirror[] = "/__local_fixups__";
	char *path = path_of_node(&change->fdt, thing->node), *whole;
	uint32_t len, node = 0;

	if (!path || !strcmp(thing->property, "phandle")) {
		free(path);
		return true;
	}
	whole = (char *)malloc(sizeof(mirror) + strlen(path));
	if (whole) {
		memcpy(whole, mirror, sizeof(mirror) - 1);
		memcpy(whole + sizeof(mirror) - 1, path, strlen(path) + 1);
		node = nv2_fdt_find(&change->fdt, whole, strlen(whole));
	}
	free(whole);
	free(path);
	return node && nv2_fdt_property(&change->fdt, node, thing->property, &len);
}

static void say_different(const struct session *session, const struct change *change,
			  const struct live *live, const struct nv2_presence *presence)
{
	struct details details;
	bool said = false;

	for (size_t i = 0; i < change->things.count; i++) {
		const struct thing *thing = &change->things.things[i], *there;
		struct log_value path, property;

		there = thing->property ? inventory_find(&live->all, thing) : NULL;
		if (!there ||
		    (there->len == thing->len && !memcmp(there->value, thing->value, thing->len)) ||
		    is_reference(change, thing))
			continue;
		said = true;
		log_say(session->log, LOG_LEVEL_ERROR,
			"this of the overlay has another value in the live tree step=overlay "
			"node=%s property=%s",
			log_value(&path, thing->path), log_value(&property, thing->property));
	}
	if (!said)
		log_say(session->log, LOG_LEVEL_ERROR,
			"the overlay has another value in the live tree step=overlay%s",
			details_of(&presence->first, &live->fdt, &change->fdt, &details));
}

bool compare_overlay(const struct session *session, const struct change *change,
		     const struct live *live)
{
	const struct log *log = session->log;
	const struct inventory_listener listener = {hear, &log};
	struct nv2_presence presence;
	size_t missing = inventory_missing(&change->things, &live->all, &listener);

	nv2_overlay_presence(&change->fdt, &live->fdt, &presence);
	if (presence.different)
		say_different(session, change, live, &presence);
	return !missing && !presence.absent && !presence.different;
}

/* Its own things by the library, which knows of phandles; all else must be as before. */
static bool is_applied(const struct session *session, const struct change *change,
		       const struct live *before, const struct live *after, bool say)
{
	const struct log *log = session->log;
	const struct inventory_listener listener = {hear, &log}, *told = say ? &listener : NULL;
	struct nv2_presence presence;
	size_t missing, others;

	nv2_overlay_presence(&change->fdt, &after->fdt, &presence);
	missing = inventory_missing(&change->things, &after->all, told);
	others = inventory_compare(&before->all, &after->all, &change->things, told);
	if (!presence.absent && !presence.different && !missing && !others)
		return true;
	if (!say)
		return false;
	if (presence.different)
		say_different(session, change, after, &presence);
	log_say(session->log, LOG_LEVEL_ERROR,
		"%s step=overlay present=%" PRIu32 " absent=%" PRIu32 " different=%" PRIu32
		" others=%zu",
		presence.present > presence.absent || others
			? "the kernel applied the overlay otherwise than it was asked to; its log "
			  "may say why"
			: "the kernel did not apply the overlay, and said nothing; its log may say "
			  "why",
		presence.present, presence.absent, presence.different, others);
	return false;
}

bool hand_over(const struct session *session, const struct work *work, const struct live *before,
	       struct live *after)
{
	const char *name = work->record.item;
	const struct variant *variant;

	memset(after, 0, sizeof(*after));
	if (!make_item(session, name))
		return false;
	variant = find_variant(session, name);
	if (!variant || !write_item(session, work, variant))
		return false;
	say_status(session, name);
	for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
		live_free(after);
		if (!live_read(session, after))
			return false;
		if (is_applied(session, &work->change, before, after, attempt == ATTEMPTS)) {
			log_say(session->log, LOG_LEVEL_INFO,
				"the live tree has all of the overlay, and is else as before "
				"step=overlay item=%s things=%zu",
				name, work->change.things.count);
			return true;
		}
	}
	return false;
}

/* ---- taking out ----------------------------------------------------------- */

/* What there was before, is tried, and remains. */
struct removal {
	const struct session *session;
	const struct work *work;
	const struct live *start; /* before anything was applied; NULL: not known */
	struct live before;       /* before it is taken out */
	struct live after;
	bool listed; /* the item is still there */
	bool busy;   /* and the kernel says why */
};

static void say_above(const struct session *session, const char *name)
{
	struct bytes names;

	if (list_items(session, &names))
		return;
	for (size_t at = 0; at < names.size; at += strlen((char *)names.data + at) + 1) {
		const char *other = (const char *)names.data + at;
		struct log_value value;

		if (strcmp(other, name) != 0)
			log_say(session->log, LOG_LEVEL_ERROR,
				"there is another overlay, which may lie on top of this one; "
				"remove "
				"it first step=undo item=%s other=%s",
				name, log_value(&value, other));
	}
	free(names.data);
}

/* For interfaces where rmdir alone would lose the handle upon something that stays. */
static bool unset_item(struct removal *removal, const struct variant *variant)
{
	const struct session *session = removal->session;
	const struct machine *machine = session->machine;
	const char *name = removal->work->record.item;
	int rc;

	if (!variant || !variant->remove_text)
		return true;
	rc = machine->ops->set_overlay(machine->context, name, variant->remove_text);
	if (rc)
		log_say(session->log, LOG_LEVEL_INFO,
			"writing to the item's status failed: %s step=undo item=%s text=%s",
			cause_of(rc), name, variant->remove_text);
	live_free(&removal->after);
	return !removal->work->change.bytes ||
	       (live_read(session, &removal->after) &&
		!inventory_left(&removal->work->change.things, &removal->after.all, NULL));
}

/* False: it is still there, or that is not known. */
static bool remove_item(struct removal *removal)
{
	const struct session *session = removal->session;
	const struct machine *machine = session->machine;
	const char *name = removal->work->record.item;
	struct overlay_item item;
	int rc = look_at(session, name, &item);

	if (rc == -ENOENT)
		return true;
	if (!unset_item(removal, rc ? NULL : variant_of(&item)))
		return false;
	rc = machine->ops->remove_overlay(machine->context, name);
	if (!rc) {
		log_say(session->log, LOG_LEVEL_NOTICE,
			"removed the overlay's item step=undo item=%s", name);
		return true;
	}
	if (look_at(session, name, &item) == -ENOENT)
		return true;
	log_say(session->log, LOG_LEVEL_WARNING,
		"the overlay's item cannot be removed: %s%s step=undo item=%s", cause_of(rc),
		rc == -EBUSY ? "; the kernel refuses while another overlay lies on top of it, or a "
			       "driver uses what it added"
			     : "",
		name);
	removal->busy = rc == -EBUSY;
	if (removal->busy)
		say_above(session, name);
	return false;
}

static bool has_digest(const struct live *live, const unsigned char wanted[32])
{
	unsigned char sha256[32];

	inventory_digest(&live->all, sha256);
	return !memcmp(sha256, wanted, sizeof(sha256));
}

/* Whether nothing of the overlay is left, and nothing else has come of it. */
static bool is_clean(const struct removal *removal, bool say)
{
	const struct session *session = removal->session;
	const struct work *work = removal->work;
	const struct log *log = session->log;
	const struct inventory_listener listener = {hear, &log}, *told = say ? &listener : NULL;
	size_t count;

	if (removal->start)
		return !inventory_compare(&removal->start->all, &removal->after.all, NULL, told);
	if (!work->change.bytes || has_digest(&removal->after, work->record.tree_sha256))
		return true;
	count = inventory_left(&work->change.things, &removal->after.all, told);
	count += inventory_compare(&removal->before.all, &removal->after.all, &work->change.things,
				   told);
	return !count;
}

/*
 * Clean as far as the overlay goes, after an interruption: then only the digest of the whole tree
 * tells whether it is what it was. True if that is no proof enough.
 */
static bool say_unknown(const struct removal *removal)
{
	const struct log *log = removal->session->log;
	const struct work *work = removal->work;

	if (removal->start || work->record.state == RECORD_NONE ||
	    has_digest(&removal->after, work->record.tree_sha256))
		return false;
	if (work->change.bytes)
		log_say(log, LOG_LEVEL_WARNING,
			"nothing of the overlay is left, but the live tree is not what it was "
			"before it: somebody changed it meanwhile step=undo item=%s",
			work->record.item);
	else
		log_say(log, LOG_LEVEL_ERROR,
			"it is not known what of overlay %s is left in the live tree, for its copy "
			"was lost; reboot to be sure step=undo item=%s",
			work->record.item, work->record.item);
	return !work->change.bytes;
}

/* All of it is there, and so is the item: as if nothing had been tried. */
static bool is_untouched(const struct removal *removal)
{
	const struct inventory *things = &removal->work->change.things;

	return removal->listed && removal->work->change.bytes &&
	       !inventory_missing(things, &removal->after.all, NULL) &&
	       !inventory_compare(&removal->before.all, &removal->after.all, NULL, NULL);
}

/* All is said at the second look only: the first may have been mistaken. */
static bool look_again(struct removal *removal, bool *clean, bool *untouched)
{
	for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
		live_free(&removal->after);
		if (!live_read(removal->session, &removal->after))
			return false;
		*untouched = is_untouched(removal);
		*clean = is_clean(removal, attempt == ATTEMPTS && !*untouched);
		if (*clean || *untouched)
			break;
	}
	return true;
}

static enum taken judge(struct removal *removal, bool may_stay)
{
	const struct log *log = removal->session->log;
	const char *name = removal->work->record.item;
	bool clean = false, untouched = false;

	if (!look_again(removal, &clean, &untouched)) {
		log_say(log, LOG_LEVEL_ERROR,
			"it is not known whether overlay %s was undone, for the live tree cannot "
			"be "
			"read; run nv2boot remove again step=undo item=%s",
			name, name);
		return TAKEN_LOST;
	}
	if (untouched && may_stay)
		return TAKEN_NOT;
	if (untouched)
		is_clean(removal, true);
	if (removal->listed)
		log_say(log, LOG_LEVEL_ERROR,
			"the item of overlay %s could not be undone: it is still there; run "
			"nv2boot "
			"remove again step=undo item=%s",
			name, name);
	if (!clean)
		log_say(log, LOG_LEVEL_ERROR,
			"overlay %s could not be undone whole: what was named stays until the next "
			"boot, or until nv2boot remove finds it gone step=undo item=%s",
			name, name);
	return clean && !removal->listed && !say_unknown(removal) ? TAKEN_OUT : TAKEN_LOST;
}

enum taken take_out(const struct session *session, const struct work *work,
		    const struct live *start, bool may_stay)
{
	struct removal removal = {.session = session, .work = work, .start = start};
	enum taken taken;
	int rc;

	if (!work->handed)
		return TAKEN_OUT;
	if (!live_read(session, &removal.before)) {
		log_say(session->log, LOG_LEVEL_ERROR,
			"overlay %s was not taken out, for the live tree cannot be read; run "
			"nv2boot "
			"remove again step=undo item=%s",
			work->record.item, work->record.item);
		return may_stay ? TAKEN_NOT : TAKEN_LOST;
	}
	rc = try_to_open(session);
	/* Without an interface there is no item, whatever became of it. */
	removal.listed = rc != -ENOENT;
	if (rc && removal.listed)
		log_say(session->log, LOG_LEVEL_ERROR,
			"overlay %s cannot be taken out, for the kernel's overlay interface cannot "
			"be "
			"opened: %s; run nv2boot remove again step=undo item=%s",
			work->record.item, cause_of(rc), work->record.item);
	for (int attempt = 0; attempt < ATTEMPTS && !rc && removal.listed && !removal.busy;
	     attempt++)
		removal.listed = !remove_item(&removal);
	taken = judge(&removal, may_stay);
	live_free(&removal.before);
	live_free(&removal.after);
	return taken;
}
