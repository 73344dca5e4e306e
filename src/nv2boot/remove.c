/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * `nv2boot remove`: undoes what apply did since the last boot. Never guesses
 * what that was.
 */
#include "linux/record.h"
#include "nv2boot/run.h"

/* Whoever removes twice, or too early, should not take silence for a bundle that is removed. */
static void say_if_nothing(const struct run *run)
{
	struct record record = {.state = RECORD_NONE};

	/* What is wrong with a record, transaction_remove() says. */
	if (!record_load(&run->machine, &record) && record.state == RECORD_NONE)
		log_say(&run->log, LOG_LEVEL_NOTICE,
			"no bundle is applied, so there is none to remove step=record");
	record_free(&record);
}

static int run_remove(struct run *run)
{
	int status = open_machine(run, run->settings.dry_run);

	if (!status && linux_machine_settle(run->handle))
		status = EXIT_SYSTEM;
	if (status)
		return status;
	say_if_nothing(run);
	return exit_of(transaction_remove(&run->transaction));
}

static const struct option_row options[] = {
	OPTION_ROWS_GLOBAL,
	OPTION_ROW_END,
};

const struct command remove_command = {
	.name = "remove",
	.arguments = "[OPTION]...",
	.summary = "Undo what apply did, and verify that",
	.details = "Goes by the record in /run/nv2boot. Without one there is nothing to undo.\n",
	.options = options,
	.operands = {NULL},
	.run = run_remove,
};
