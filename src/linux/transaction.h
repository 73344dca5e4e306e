/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LINUX_TRANSACTION_H
#define NV2_LINUX_TRANSACTION_H

#include "linux/log.h"
#include "linux/machine.h"
#include "linux/record.h"
#include "nv2/boot.h"

/*
 * Apply and remove as transactions upon a machine: done whole, or undone
 * whole and proven so, or it is said exactly what could not be undone.
 *
 * Apply, in this order; before the record there is nothing to undo:
 *
 *    1  open and verify the bundle; board; nothing else applied
 *    2  if a record says that an apply or a remove was interrupted: undo that first, wholly
 *    3  read the live tree, bind; read the registers, refuse those a guest holds
 *    4  record: state `applying`, bundle, overlay, old values
 *    5  write registers, read back
 *    6  make the overlay's item, hand it over, read the live tree back
 *    7  prove tgt, link by link
 *    8  record: state `applied`; raise the counter
 *
 * The record is a hint. What is there is read from the tree and the
 * registers, every time. A kill between any two calls leaves a machine from
 * which either apply or remove comes to a clean end.
 *
 * The counter of bundle-version counts only what a key has signed: without keys it is neither
 * looked at nor raised.
 */

/* As exit statuses. */
enum outcome {
	OUTCOME_DONE = 0,
	OUTCOME_REFUSED = 1, /* bundle or machine are not as they must be; nothing is changed */
	OUTCOME_SYSTEM = 3,  /* something failed; what was done is undone, and that was verified */
	OUTCOME_LOST = 4,    /* something could not be undone; the log names it */
};

struct transaction {
	const struct machine *machine;
	const struct log *log;
	struct nv2_trust trust; /* last_version is looked up with the machine's load_counter */
	int (*verify_signature)(void *context, const unsigned char *key, const void *message,
				size_t size, const unsigned char *signature);
	/* Says every write that would be made, in order, as notices, and makes none. */
	bool dry_run;
};

/*
 * Applies a bundle. With the same bundle applied already and all in place, writes nothing and is
 * done. `bundle` is read once, and only these bytes are used.
 */
enum outcome transaction_apply(const struct transaction *transaction, const void *bundle,
			       size_t size);

/* Undoes what the record says was applied, from what the record kept. Nothing applied: done. */
enum outcome transaction_remove(const struct transaction *transaction);

/* Whether tree and registers are as the bundle says, each difference a line. Changes nothing. */
enum outcome transaction_verify(const struct transaction *transaction, const void *bundle,
				size_t size);

/*
 * The guest's phase of the bundle that is applied: gives the guest's registers to
 * `lpid`, or back to the host. Undone whole if one of them fails.
 */
enum outcome transaction_guest_start(const struct transaction *transaction, const char *guest,
				     uint32_t lpid);
enum outcome transaction_guest_stop(const struct transaction *transaction, const char *guest,
				    uint32_t lpid);

/* One link, as nv2_link_prove() found it; with NV2_OK it is proven. */
struct transaction_link {
	enum nv2_status status;
	struct nv2_proof proof; /* link and gpu are set in any case */
};

/*
 * What is there, for people and tools to look at; each part is looked at by itself, and one that
 * cannot be says so. Pointers are the struct's own.
 */
struct transaction_status {
	enum record_state state;
	bool torn;       /* there is a record, and it cannot be read as one */
	bool other_boot; /* there is one from before the last boot, which means nothing */

	/* Unless the state is RECORD_NONE. */
	const char *board;
	unsigned char bundle_sha256[32];
	uint64_t bundle_size;
	uint32_t bundle_version;
	bool bundle_kept; /* its copy is there, whole: else no registers and no links */
	const char *item; /* NULL: no overlay was needed */
	unsigned char overlay_sha256[32];
	uint64_t overlay_size;
	bool overlay_kept; /* likewise: else nothing of the tree */

	/* The overlay interface. */
	bool interface_known; /* it could be asked, or there is none */
	bool interface_there;
	bool item_listed;
	struct bytes strays; /* items of ours that the record does not tell of, each with its NUL */

	/* The live tree. */
	bool tree_read;
	uint32_t present, absent, different; /* of the overlay: struct nv2_presence */

	/* Boot's program. */
	uint32_t registers, agreeing, held, differing, unread;

	struct transaction_link *links;
	uint32_t link_count;

	/* Its own. */
	struct record record;
	struct bytes copy;
};

/*
 * DONE, whatever was found; SYSTEM if the record cannot be read, and then there is nothing in it.
 * Changes nothing. In both cases to be freed.
 */
enum outcome transaction_status(const struct transaction *transaction,
				struct transaction_status *status);
void transaction_status_free(struct transaction_status *status);

#endif
