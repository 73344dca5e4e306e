/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a command line, runs the command it names. Never knows what commands
 * do.
 */
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"

static const struct command *const commands[] = {
	&compile_command, &check_command, &show_command, &fmt_command, &explain_command,
	&merge_command,
	&import_command, &verify_command, &graph_command, &dump_command, &lsp_command,
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void print_usage(FILE *stream)
{
	fprintf(stream, "Usage: nv2dtc COMMAND [OPTION]... [FILE]...\n"
			"Compiles NVLink2 wiring descriptions into device-tree overlays.\n\n"
			"Commands:\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(stream, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
	fprintf(stream, "\n'nv2dtc COMMAND --help' tells more; see also nv2dtc(1) and nv2(5).\n");
}

static enum exit_status find_and_run(int argc, char **argv)
{
	const char *names[COMMAND_COUNT], *closest;

	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		names[i] = commands[i]->name;
		if (!strcmp(argv[1], commands[i]->name))
			return run_command(commands[i], argc - 1, argv + 1);
	}
	closest = closest_name(argv[1], names, COMMAND_COUNT);
	fprintf(stderr, "nv2dtc: there is no command '%s'", argv[1]);
	if (closest)
		fprintf(stderr, "; did you mean '%s'?", closest);
	fprintf(stderr, "\nTry 'nv2dtc --help'.\n");
	return EXIT_USAGE;
}

static int flush(enum exit_status status)
{
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "nv2dtc: cannot write to standard output\n");
		return (int)EXIT_SYSTEM;
	}
	return (int)status;
}

int main(int argc, char **argv)
{
	/* A full disk, a file-size limit or a closed pipe is an error to report, not an end. */
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	json_set_alloc_funcs(checked_malloc, free);

	if (argc < 2) {
		print_usage(stderr);
		return (int)EXIT_USAGE;
	}
	if (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
		print_usage(stdout);
		return flush(EXIT_DONE);
	}
	if (!strcmp(argv[1], "--version")) {
		printf("nv2dtc %s\n", NV2_VERSION);
		return flush(EXIT_DONE);
	}
	return (int)find_and_run(argc, argv);
}
