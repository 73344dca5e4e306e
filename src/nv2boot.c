/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a command line, runs the command it names. Never knows what commands
 * do.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "linux/privileges.h"
#include "linux/process.h"
#include "nv2boot/cmd.h"

static const struct command *const commands[] = {
	&apply_command, &status_command, &verify_command,         &remove_command,
	&guest_command, &vmm_command,    &petitboot_hook_command,
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void print_usage(FILE *stream)
{
	fprintf(stream, "Usage: nv2boot [OPTION]... COMMAND [OPTION]... [ARGUMENT]...\n"
			"Makes this machine agree with the NVLink2 wiring of its board.\n\n"
			"Commands:\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(stream, "  %-14s  %s\n", commands[i]->name, commands[i]->summary);
	fprintf(stream, "\n'nv2boot COMMAND --help' tells more; see also nv2boot(8).\n");
}

/* Whether one letter too many, too few, another or swapped makes the difference. */
static bool is_slip(const char *a, const char *b)
{
	size_t len_a = strlen(a), len_b = strlen(b);

	for (; len_a && len_b && *a == *b; a++, b++, len_a--, len_b--)
		;
	for (; len_a && len_b && a[len_a - 1] == b[len_b - 1]; len_a--, len_b--)
		;
	return (len_a <= 1 && len_b <= 1) ||
	       (len_a == 2 && len_b == 2 && a[0] == b[1] && a[1] == b[0]);
}

static int report_no_command(const char *text)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (is_slip(text, commands[i]->name))
			return usage_error(NULL, "there is no command '%s'; did you mean '%s'?",
					   text, commands[i]->name);
	return usage_error(NULL, "there is no command '%s'", text);
}

static int find_and_run(const struct settings *settings, int argc, char **argv)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (!strcmp(argv[0], commands[i]->name))
			return run_command(commands[i], settings, argc, argv);
	return report_no_command(argv[0]);
}

static int flush(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	fprintf(stderr, "nv2boot: cannot write to standard output\n");
	return status == EXIT_LOST ? EXIT_LOST : EXIT_SYSTEM;
}

/* Before anything is opened or even read, the command line included. */
static int begin(void)
{
	static const char *const kept[] = {HOOK_TREE_VARIABLE, NULL};
	const struct log log = {.level = LOG_LEVEL_NOTICE};
	int error = process_begin(kept);

	if (error) {
		log_say(&log, LOG_LEVEL_ERROR,
			"cannot take the place of a standard descriptor that is closed: %s "
			"errno=%d",
			strerror(-error), -error);
		return EXIT_SYSTEM;
	}
	if (privileges_keep(PRIVILEGES_ALL, &log))
		return EXIT_SYSTEM;
	privileges_filter(&log);
	return EXIT_DONE;
}

int main(int argc, char **argv)
{
	struct settings settings = {.root = ""};
	bool help = false, version = false;
	int used = 0, status = begin();

	if (status)
		return status;
	/* A full disk, a file-size limit or a closed pipe is an error to report, not an end. */
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);

	status = parse_global_options(argc, argv, &settings, &used, &help, &version);
	if (!status && help) {
		print_usage(stdout);
	} else if (!status && version) {
		printf("nv2boot %s\n", NV2_VERSION);
	} else if (!status && used < argc) {
		return flush(find_and_run(&settings, argc - used, argv + used));
	} else if (!status) {
		print_usage(stderr);
		status = EXIT_USAGE;
	}
	free_settings(&settings);
	return flush(status);
}
