/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * `nv2boot verify`: whether tree and registers are as a bundle says. Never
 * changes anything.
 */
#include "nv2boot/run.h"

static int run_verify(struct run *run)
{
	int status = open_machine(run, true);

	if (!status)
		status = open_run_bundle(run, run->settings.operands[0]);
	if (!status)
		status = check_npu_names(run);
	if (status)
		return status;
	return exit_of(transaction_verify(&run->transaction, run->bundle_bytes.data,
					  run->bundle_bytes.size));
}

static const struct option_row options[] = {
	OPTION_ROWS_GLOBAL,
	OPTION_ROW_END,
};

const struct command verify_command = {
	.name = "verify",
	.arguments = "[OPTION]... BUNDLE",
	.summary = "Show what a bundle and this machine disagree about",
	.details = "BUNDLE is a .nv2b file, or - for standard input. Each difference is a line, "
		   "and with\nany the exit status is 1.\n",
	.options = options,
	.operands = {"BUNDLE"},
	.run = run_verify,
};
