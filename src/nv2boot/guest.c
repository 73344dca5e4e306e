/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * `nv2boot guest`: the registers that a guest is given when it starts, and
 * the host when it is gone. Never starts or stops a guest.
 */
#include <string.h>

#include "nv2boot/run.h"

static int run_guest(struct run *run)
{
	const struct settings *settings = &run->settings;
	const char *guest = settings->operands[0], *what = settings->operands[1];
	bool start = !strcmp(what, "start");
	int status;

	if (!start && strcmp(what, "stop") != 0)
		return usage_error(run->command, "a guest can start or stop, not '%s'", what);
	if (!settings->lpid)
		return usage_error(run->command, "--lpid is missing");
	status = open_machine(run, settings->dry_run);
	if (!status && linux_machine_settle(run->handle))
		status = EXIT_SYSTEM;
	if (status)
		return status;
	return exit_of(start ? transaction_guest_start(&run->transaction, guest, settings->lpid)
			     : transaction_guest_stop(&run->transaction, guest, settings->lpid));
}

static const struct option_row options[] = {
	{OPTION_LPID, 0, "lpid", "N", "the guest's logical partition id, 1 to 4095"},
	OPTION_ROWS_GLOBAL,
	OPTION_ROW_END,
};

const struct command guest_command = {
	.name = "guest",
	.arguments = "[OPTION]... --lpid=N NAME start|stop",
	.summary = "Give a guest its registers, or the host when the guest is gone",
	.details = "NAME is a guest of the bundle that is applied. Registers that another guest "
		   "holds are\nnever taken.\n",
	.options = options,
	.operands = {"NAME", "start or stop"},
	.run = run_guest,
};
