/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * `nv2boot petitboot-hook`: the bundle's overlay, put into the tree that kexec
 * hands to the next kernel. Never changes the tree it was given.
 *
 * A boot hook is run without arguments, with the tree's file, if there is one
 * yet, in the environment as boot_dtb. When it exits with 2, lines "NAME=VALUE"
 * on its standard output take the place of these variables; with any other
 * status its output is ignored (petitboot discover/boot.c, run_boot_hooks() and
 * boot_hook_update()).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux/file.h"
#include "nv2boot/explain.h"
#include "nv2boot/input.h"
#include "nv2boot/merge.h"
#include "nv2boot/program.h"
#include "nv2boot/reservations.h"
#include "nv2boot/run.h"

#define HOOK_EXIT_UPDATE 2
#define DEFAULT_BUNDLE "/etc/nv2boot/bundle.nv2b"

static int open_named_tree(struct run *run, const char *path, struct bytes *bytes,
			   struct nv2_fdt *tree)
{
	int error = read_input(path, true, bytes);
	enum nv2_status status;

	if (error) {
		log_say(&run->log, LOG_LEVEL_ERROR,
			"cannot read the tree in boot_dtb, %s: %s path=\"%s\" errno=%d", path,
			input_error(error), path, -error);
		return EXIT_SYSTEM;
	}
	status = nv2_fdt_open(tree, bytes->data, bytes->size);
	if (!status)
		return EXIT_DONE;
	log_say(&run->log, LOG_LEVEL_ERROR, "cannot use the tree in boot_dtb, %s: %s byte=0x%x",
		path, nv2_strerror(status), tree->fault);
	return EXIT_REFUSED;
}

static int open_tree(struct run *run, struct bytes *bytes, struct nv2_fdt *tree)
{
	const char *path = getenv(HOOK_TREE_VARIABLE);
	int status;

	if (path && *path)
		return open_named_tree(run, path, bytes, tree);
	status = read_live_tree(run, bytes, tree);
	return status ? status : add_reservations(run, bytes, tree);
}

static int open_hook_bundle(struct run *run)
{
	char *path;
	int status;

	if (run->settings.bundle)
		return open_run_bundle(run, run->settings.bundle);
	path = path_below(run, DEFAULT_BUNDLE);
	status = path ? open_run_bundle(run, path) : EXIT_SYSTEM;
	free(path);
	return status;
}

/* A new file of mode 0600 in /tmp, where petitboot's own hooks have theirs; *name is the heap's. */
static int write_tree(struct run *run, const struct bytes *bytes, char **name)
{
	int fd, error;

	*name = path_below(run, "/tmp/nv2boot-dtb.XXXXXX");
	if (!*name)
		return EXIT_SYSTEM;
	fd = mkstemp(*name);
	error = fd < 0 ? -errno : file_write(fd, bytes->data, bytes->size);
	if (fd >= 0 && close(fd) < 0 && !error)
		error = -errno;
	if (!error)
		return EXIT_DONE;
	log_say(&run->log, LOG_LEVEL_ERROR,
		"cannot write the new tree to %s: %s path=\"%s\" errno=%d", *name, strerror(-error),
		*name, -error);
	if (fd >= 0)
		unlink(*name);
	return EXIT_SYSTEM;
}

/* A line ends the value, so a name with a newline would be another one. */
static int publish(struct run *run, const char *name)
{
	if (!strchr(name, '\n') && printf("boot_dtb=%s\n", name) >= 0 && !fflush(stdout))
		return HOOK_EXIT_UPDATE;
	log_say(&run->log, LOG_LEVEL_ERROR, "cannot hand over the name of the new tree: %s",
		strchr(name, '\n') ? "there is a newline in it" : strerror(errno));
	return EXIT_SYSTEM;
}

static int hand_over(struct run *run, const struct merged *merged)
{
	char *name = NULL;
	int status = write_tree(run, &merged->tree_bytes, &name);

	if (!status && run->settings.program) {
		status = run_boot_program(run, &merged->tree);
		if (status)
			unlink(name);
	}
	if (!status) {
		status = publish(run, name);
		if (status != HOOK_EXIT_UPDATE)
			unlink(name);
	}
	free(name);
	return status;
}

static int merge_and_hand_over(struct run *run, const struct nv2_fdt *tree)
{
	struct merged merged;
	int status = merge_bundle(run, tree, &merged);

	if (!status && run->settings.dry_run) {
		log_say(&run->log, LOG_LEVEL_NOTICE, "%s",
			merged.changed ? "the tree would be replaced by one with the overlay"
				       : "the tree has all of the overlay");
		if (run->settings.program)
			status = run_boot_program(run, &merged.tree);
	} else if (!status && merged.changed) {
		status = hand_over(run, &merged);
	} else if (!status) {
		log_say(&run->log, LOG_LEVEL_INFO, "the tree has all of the overlay");
		if (run->settings.program)
			status = run_boot_program(run, &merged.tree);
	}
	free_merged(&merged);
	return status;
}

static int run_petitboot_hook(struct run *run)
{
	const struct settings *settings = &run->settings;
	struct bytes bytes = {0};
	struct nv2_fdt tree;
	/* Only who writes registers needs the lock. */
	int status = open_machine(run, !settings->program || settings->dry_run);

	if (!status)
		status = open_tree(run, &bytes, &tree);
	if (!status)
		status = open_hook_bundle(run);
	if (!status)
		status = trust_bundle(run, &tree);
	if (!status)
		status = check_npu_names(run);
	if (!status)
		status = merge_and_hand_over(run, &tree);
	else if (status == EXIT_USAGE)
		status = EXIT_REFUSED;
	free(bytes.data);
	return status;
}

static const struct option_row options[] = {
	{OPTION_BUNDLE, 0, "bundle", "FILE", "the bundle (" DEFAULT_BUNDLE ")"},
	{OPTION_PROGRAM, 0, "program", NULL, "also write the registers"},
	OPTION_ROWS_GLOBAL,
	OPTION_ROW_END,
};

const struct command petitboot_hook_command = {
	.name = "petitboot-hook",
	.arguments = "[OPTION]...",
	.summary = "As a boot hook: put the overlay into the tree for the next kernel",
	.details = "Takes the tree from the file in the environment's boot_dtb, or the live one, "
		   "writes a\nnew file, prints its name as petitboot wants it, and exits with 2. "
		   "With all there\nalready it exits with 0. After an error it prints nothing, and "
		   "the exit status is\n1, 3 or 4; a wrong command line is 1.\n",
	.options = options,
	.operands = {NULL},
	.two_is_taken = true,
	.run = run_petitboot_hook,
};
