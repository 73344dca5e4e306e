/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * `nv2boot apply`: makes the machine agree with a bundle, or leaves it as it
 * was. Never writes anything itself but the count of attempts.
 */
#include "nv2boot/attempts.h"
#include "nv2boot/run.h"

static int apply_opened(struct run *run)
{
	int status = check_npu_names(run);

	if (status)
		return status;
	return exit_of(transaction_apply(&run->transaction, run->bundle_bytes.data,
					 run->bundle_bytes.size));
}

/* An attempt that was refused has changed nothing, and does not count. */
static int run_apply(struct run *run)
{
	const struct settings *settings = &run->settings;
	bool counts = settings->boot && !settings->dry_run;
	uint32_t before = 0;
	int status = open_machine(run, settings->dry_run);

	if (status)
		return status;
	if (counts)
		status = count_attempt(run, &before);
	if (status)
		return status;
	status = open_run_bundle(run, settings->operands[0]);
	if (!status)
		status = apply_opened(run);
	if (status == EXIT_DONE && !settings->dry_run)
		set_attempts(run, 0);
	else if (counts && (status == EXIT_REFUSED || status == EXIT_USAGE))
		set_attempts(run, before);
	return status;
}

static const struct option_row options[] = {
	{OPTION_BOOT, 0, "boot", NULL, "count the attempt; after three that did not end, refuse"},
	OPTION_ROWS_GLOBAL,
	OPTION_ROW_END,
};

const struct command apply_command = {
	.name = "apply",
	.arguments = "[OPTION]... BUNDLE",
	.summary = "Write registers and device tree as a bundle says, or change nothing",
	.details =
		"BUNDLE is a .nv2b file, or - for standard input. Checks it and the machine, "
		"writes\nregisters, reads them back, applies the overlay, reads the tree back, "
		"and proves\nlink by link that register, tree and plan agree. If anything fails, "
		"all is undone.\n",
	.options = options,
	.operands = {"BUNDLE"},
	.run = run_apply,
};
