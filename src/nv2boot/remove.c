/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * `nv2boot remove`: undoes what apply did since the last boot. Never guesses
 * what that was.
 */
#include "nv2boot/run.h"

static int run_remove(struct run *run)
{
	int status = open_machine(run, run->settings.dry_run);

	if (!status && linux_machine_settle(run->handle))
		status = EXIT_SYSTEM;
	return status ? status : exit_of(transaction_remove(&run->transaction));
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
