/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a command and its arguments, gives an exit status: options, operands,
 * help. Never does what a command is for, and never touches the machine.
 */
#include "nv2boot/cmd.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "nv2boot/run.h"

#define OPTIONS_MAX 24
/* The field that carries the LPID has 12 bits, and 0 is the host (include/nv2/boot.h). */
#define LPID_MAX 4095

static const struct option_row global_options[] = {
	OPTION_ROWS_GLOBAL,
	{OPTION_VERSION, 0, "version", NULL, "print the version"},
	OPTION_ROW_END,
};

int usage_error(const struct command *command, const char *format, ...)
{
	const char *blank = command ? " " : "", *name = command ? command->name : "";
	va_list args;

	fprintf(stderr, "nv2boot%s%s: ", blank, name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\nTry 'nv2boot%s%s --help'.\n", blank, name);
	return EXIT_USAGE;
}

static void print_help(const struct command *command)
{
	printf("Usage: nv2boot %s %s\n%s.\n", command->name, command->arguments, command->summary);
	if (command->details)
		printf("\n%s", command->details);
	printf("\nOptions:\n");
	for (const struct option_row *row = command->options; row->name; row++) {
		char text[64];
		int len = row->letter ? snprintf(text, sizeof(text), "-%c, ", row->letter)
				      : snprintf(text, sizeof(text), "    ");

		snprintf(text + len, sizeof(text) - (size_t)len, "--%s%s%s", row->name,
			 row->argument ? "=" : "", row->argument ? row->argument : "");
		printf("  %-31s %s\n", text, row->help);
	}
	printf("\nSee nv2boot(8).\n");
}

/* --- values ------------------------------------------------------------------ */

static int take_root(const struct command *command, const char *value, struct settings *settings)
{
	struct stat status;

	if (stat(value, &status) < 0)
		return usage_error(command, "--root: '%s': %s", value, strerror(errno));
	if (!S_ISDIR(status.st_mode))
		return usage_error(command, "--root: '%s' is no directory", value);
	settings->root = strcmp(value, "/") != 0 ? value : "";
	return EXIT_DONE;
}

/* A comma list; the machine looks at what each of them says. */
static int take_backends(const struct command *command, const char *value,
			 struct settings *settings)
{
	char *text, *at, *rest = NULL;

	if (!*value)
		return usage_error(command, "--backend needs a backend");
	text = settings->backend_text_count < BACKENDS_MAX ? strdup(value) : NULL;
	if (text)
		settings->backend_texts[settings->backend_text_count++] = text;
	else if (settings->backend_text_count < BACKENDS_MAX)
		return EXIT_SYSTEM;
	for (at = text ? strtok_r(text, ",", &rest) : NULL; at; at = strtok_r(NULL, ",", &rest)) {
		if (settings->backend_count == BACKENDS_MAX)
			break;
		settings->backends[settings->backend_count++] = at;
	}
	if (!text || at)
		return usage_error(command, "more than %d backends are named", BACKENDS_MAX);
	return EXIT_DONE;
}

static int take_lpid(const struct command *command, const char *value, struct settings *settings)
{
	unsigned long number;
	char *end;

	errno = 0;
	number = strtoul(value, &end, 10);
	if (errno || *end || value[0] < '0' || value[0] > '9' || number < 1 || number > LPID_MAX)
		return usage_error(command, "--lpid is a number from 1 to %d, not '%s'", LPID_MAX,
				   value);
	settings->lpid = (uint32_t)number;
	return EXIT_DONE;
}

static int take_format(const struct command *command, const char *value, struct settings *settings)
{
	if (strcmp(value, "qemu") != 0 && strcmp(value, "libvirt") != 0)
		return usage_error(command, "--format is qemu or libvirt, not '%s'", value);
	settings->format = value;
	return EXIT_DONE;
}

static int take_option(const struct command *command, enum option_id id, const char *value,
		       struct settings *settings)
{
	switch (id) {
	case OPTION_ROOT:
		return take_root(command, value, settings);
	case OPTION_BACKEND:
		return take_backends(command, value, settings);
	case OPTION_LPID:
		return take_lpid(command, value, settings);
	case OPTION_FORMAT:
		return take_format(command, value, settings);
	case OPTION_BUNDLE:
		settings->bundle = value;
		break;
	case OPTION_DRY_RUN:
		settings->dry_run = true;
		break;
	case OPTION_SYSLOG:
		settings->syslog = true;
		break;
	case OPTION_VERBOSE:
		settings->verbose = true;
		break;
	case OPTION_JSON:
		settings->json = true;
		break;
	case OPTION_BOOT:
		settings->boot = true;
		break;
	case OPTION_PROGRAM:
		settings->program = true;
		break;
	case OPTION_HELP:
	case OPTION_VERSION:
		break;
	}
	return EXIT_DONE;
}

/* --- the command line --------------------------------------------------------- */

/* getopt_long()'s tables from ours. Long options give 256 + their row. */
static void make_getopt_tables(const struct option_row *options, char *letters,
			       struct option *longs)
{
	*letters++ = ':';
	for (int row = 0; options[row].name; row++) {
		const struct option_row *option = &options[row];

		if (option->letter) {
			*letters++ = option->letter;
			if (option->argument)
				*letters++ = ':';
		}
		*longs++ = (struct option){
			.name = option->name,
			.has_arg = option->argument ? required_argument : no_argument,
			.val = 256 + row,
		};
	}
	*letters = '\0';
	*longs = (struct option){0};
}

struct parsed {
	int operands; /* index of the first */
	bool help, version;
};

static int parse_options(const struct command *command, const struct option_row *options, int argc,
			 char **argv, struct settings *settings, struct parsed *parsed)
{
	char letters[2 * OPTIONS_MAX + 3] = "+";
	struct option longs[OPTIONS_MAX + 1];
	int found;

	make_getopt_tables(options, letters + (command ? 0 : 1), longs);
	optind = 0;
	opterr = 0;
	while ((found = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		const struct option_row *row = options;
		int status;

		if (found == ':')
			return usage_error(command, "%s needs a value", argv[optind - 1]);
		if (found == '?' && optopt && optopt < 256)
			return usage_error(command, "there is no option -%c", optopt);
		if (found == '?')
			return usage_error(command, "%s: no such option, or not with a value",
					   argv[optind - 1]);
		if (found >= 256)
			row += found - 256;
		else
			while (row->letter != found)
				row++;
		parsed->help |= row->id == OPTION_HELP;
		parsed->version |= row->id == OPTION_VERSION;
		status = take_option(command, row->id, optarg, settings);
		if (status)
			return status;
	}
	parsed->operands = optind;
	return EXIT_DONE;
}

static int check_operands(const struct command *command, int count, char **operands)
{
	int wanted = 0;

	while (command->operands[wanted])
		wanted++;
	if (count < wanted)
		return usage_error(command, "%s is missing", command->operands[count]);
	if (count > wanted)
		return usage_error(command, "one argument too many: '%s'", operands[wanted]);
	return EXIT_DONE;
}

int parse_global_options(int argc, char **argv, struct settings *settings, int *used, bool *help,
			 bool *version)
{
	struct parsed parsed = {0};
	int status = parse_options(NULL, global_options, argc, argv, settings, &parsed);

	*used = parsed.operands;
	*help = parsed.help;
	*version = parsed.version;
	return status;
}

void free_settings(struct settings *settings)
{
	for (size_t i = 0; i < settings->backend_text_count; i++)
		free(settings->backend_texts[i]);
	settings->backend_text_count = 0;
}

int run_command(const struct command *command, const struct settings *settings, int argc,
		char **argv)
{
	struct run run = {.command = command, .settings = *settings};
	struct parsed parsed = {0};
	int status = parse_options(command, command->options, argc, argv, &run.settings, &parsed);

	if (!status && !parsed.help) {
		run.settings.operands = argv + parsed.operands;
		status = check_operands(command, argc - parsed.operands, argv + parsed.operands);
	}
	if (!status && parsed.help) {
		print_help(command);
	} else if (!status) {
		begin_run(&run);
		status = command->run(&run);
		end_run(&run);
	} else if (status == EXIT_USAGE && command->two_is_taken) {
		status = EXIT_REFUSED;
	}
	free_settings(&run.settings);
	return status;
}
