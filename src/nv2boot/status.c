/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * `nv2boot status`: what is applied, by the record, and whether tree and
 * registers still say so. Never changes anything.
 */
#include "nv2boot/status.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux/file.h"
#include "nv2boot/explain.h"
#include "nv2boot/host.h"
#include "nv2boot/merge.h"
#include "nv2boot/run.h"

#define PROBLEM_MAX (2 * NODE_PATH_MAX)

__attribute__((format(printf, 2, 3))) static void add_problem(struct boot_status *status,
							      const char *format, ...)
{
	char text[PROBLEM_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (status->problem_count == status->problem_room) {
		size_t room = status->problem_room ? status->problem_room * 2 : 16;
		char **more = realloc(status->problems, room * sizeof(*more));

		if (!more) {
			status->out_of_memory = true;
			return;
		}
		status->problems = more;
		status->problem_room = room;
	}
	status->problems[status->problem_count] = strdup(text);
	if (status->problems[status->problem_count])
		status->problem_count++;
	else
		status->out_of_memory = true;
}

/* --- what was found ---------------------------------------------------------------- */

static void judge_strays(struct boot_status *status)
{
	const struct bytes *names = &status->found.strays;

	for (const char *name = NULL; (name = file_next_name(names, name));)
		add_problem(
			status,
			"the kernel has an overlay %s of ours that no record tells of: `nv2boot "
			"remove` takes it out",
			name);
}

static void judge_copies(struct boot_status *status)
{
	const struct transaction_status *found = &status->found;

	if (!found->bundle_kept)
		add_problem(status, "the copy of the bundle is lost, or not what was applied");
	if (found->item && !found->overlay_kept)
		add_problem(status, "the copy of the overlay is lost, or not what was applied");
}

static void judge_tree(struct boot_status *status)
{
	const struct transaction_status *found = &status->found;

	if (!found->tree_read)
		add_problem(status, "the live device tree cannot be read");
	if (found->item && found->interface_there && !found->item_listed)
		add_problem(status, "the kernel does not list the overlay %s any more",
			    found->item);
	if (found->absent)
		add_problem(status,
			    "the live tree lacks %" PRIu32 " of %" PRIu32
			    " nodes and properties of the overlay",
			    found->absent, found->absent + found->present + found->different);
	if (found->different)
		add_problem(status,
			    "%" PRIu32
			    " properties of the overlay have other values in the live tree",
			    found->different);
}

static void judge_registers(struct boot_status *status)
{
	const struct transaction_status *found = &status->found;

	if (found->differing)
		add_problem(status, "%" PRIu32 " of %" PRIu32 " registers have other values",
			    found->differing, found->registers);
	if (found->unread)
		add_problem(status, "%" PRIu32 " of %" PRIu32 " registers cannot be read",
			    found->unread, found->registers);
	for (uint32_t i = 0; i < found->link_count; i++)
		if (found->links[i].status)
			add_problem(status, "%s: %s", found->links[i].proof.link,
				    nv2_strerror(found->links[i].status));
}

/* No overlay was needed: then none may be needed now. */
static void judge_completeness(struct run *run, struct boot_status *status,
			       const struct nv2_fdt *tree)
{
	struct merged merged;

	if (merge_bundle(run, tree, &merged))
		add_problem(status, "the live tree contradicts the bundle");
	else if (merged.changed)
		add_problem(status,
			    "the live tree lacks something that it had when it was applied");
	free_merged(&merged);
}

/* --- devices ------------------------------------------------------------------------- */

static void find_devices(struct run *run, struct boot_status *status, const struct nv2_fdt *tree)
{
	char room[NODE_PATH_MAX];
	struct nv2_device device;

	if (pci_read(&run->root, &status->pci) || !status->pci.function_count)
		return;
	status->devices = calloc(run->bundle.device_count + (size_t)1, sizeof(*status->devices));
	if (!status->devices) {
		status->out_of_memory = true;
		return;
	}
	for (uint32_t i = 0; nv2_bundle_device(&run->bundle, i, &device); i++) {
		uint32_t node = find_device_node(run, tree, &device);

		status->devices[status->device_count++] = (struct status_device){
			device,
			node ? pci_find_node(&status->pci, node_path(tree, node, room)) : NULL};
	}
}

/* --- the whole ----------------------------------------------------------------------- */

static void judge_applied(struct run *run, struct boot_status *status)
{
	const struct transaction_status *found = &status->found;
	struct bytes bytes = {0};
	struct nv2_fdt tree;

	judge_copies(status);
	judge_tree(status);
	judge_registers(status);
	status->has_bundle = found->bundle_kept &&
			     !nv2_bundle_open(&run->bundle, found->copy.data, found->copy.size);
	if (status->has_bundle && found->tree_read && !read_live_tree(run, &bytes, &tree)) {
		if (!found->item)
			judge_completeness(run, status, &tree);
		if (!status->problem_count)
			find_devices(run, status, &tree);
	}
	free(bytes.data);
}

static int collect(struct run *run, struct boot_status *status)
{
	enum outcome outcome = transaction_status(&run->transaction, &status->found);
	enum record_state state = status->found.state;

	status->keys = run->transaction.trust.key_count;
	status->locked_down = run->transaction.trust.locked_down;
	if (outcome)
		return exit_of(outcome);
	if (status->found.torn)
		add_problem(status, "the record in /run/nv2boot is torn, or no record");
	judge_strays(status);
	if (state == RECORD_APPLIED)
		judge_applied(run, status);
	else if (state != RECORD_NONE)
		add_problem(
			status,
			"it was interrupted while %s: `nv2boot remove` undoes what there is of it",
			record_state_name(state));
	return status->out_of_memory ? out_of_memory(run) : EXIT_DONE;
}

static void free_status(struct boot_status *status)
{
	transaction_status_free(&status->found);
	free(status->devices);
	pci_free(&status->pci);
	for (size_t i = 0; i < status->problem_count; i++)
		free(status->problems[i]);
	free(status->problems);
}

static int run_status(struct run *run)
{
	struct boot_status status = {.keys = 0};
	int exit_status = open_machine(run, true);

	if (!exit_status && linux_machine_settle(run->handle))
		exit_status = EXIT_SYSTEM;
	if (exit_status)
		return exit_status;
	exit_status = collect(run, &status);
	if (!exit_status && run->settings.json && !print_status_json(run, &status))
		exit_status = out_of_memory(run);
	else if (!exit_status && !run->settings.json)
		print_status_text(&status);
	if (!exit_status && status.problem_count)
		exit_status = EXIT_REFUSED;
	free_status(&status);
	return exit_status;
}

static const struct option_row options[] = {
	{OPTION_JSON, 0, "json", NULL, "as JSON, nv2-boot-status-1"},
	OPTION_ROWS_GLOBAL,
	OPTION_ROW_END,
};

const struct command status_command = {
	.name = "status",
	.arguments = "[OPTION]...",
	.summary = "Show what is applied, and whether tree and registers still agree",
	.details = "With any problem the exit status is 1. That nothing is applied is none.\n",
	.options = options,
	.operands = {NULL},
	.run = run_status,
};
