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

#endif
