/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_NV2BOOT_CMD_H
#define NV2_NV2BOOT_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "linux/linux_machine.h"
#include "linux/log.h"
#include "linux/machine.h"
#include "linux/root.h"
#include "linux/transaction.h"
#include "nv2/boot.h"

/* The one variable of the environment that counts: petitboot's name of the tree for the next kernel. */
#define HOOK_TREE_VARIABLE "boot_dtb"

enum exit_status {
	EXIT_DONE = 0,
	EXIT_REFUSED = 1, /* bundle or machine are not as they must be */
	EXIT_USAGE = 2,
	EXIT_SYSTEM = 3, /* I/O, memory, a step that failed and was undone */
	EXIT_LOST = 4,   /* something could not be undone */
};

enum option_id {
	OPTION_ROOT,
	OPTION_BACKEND,
	OPTION_DRY_RUN,
	OPTION_SYSLOG,
	OPTION_VERBOSE,
	OPTION_JSON,
	OPTION_BOOT,
	OPTION_LPID,
	OPTION_FORMAT,
	OPTION_BUNDLE,
	OPTION_PROGRAM,
	OPTION_HELP,
	OPTION_VERSION,
};

/* One option; the tables of these feed getopt_long(), --help and the tests of the manual. */
struct option_row {
	enum option_id id;
	char letter;          /* 0: none */
	const char *name;     /* NULL: the end of a table */
	const char *argument; /* NULL: takes none */
	const char *help;
};

#define BACKENDS_MAX 32

/* What the command line says, for all commands. */
struct settings {
	const char *root; /* "" for this machine */
	const char *backends[BACKENDS_MAX];
	size_t backend_count;
	char *backend_texts[BACKENDS_MAX]; /* what they point into */
	size_t backend_text_count;
	bool dry_run, syslog, verbose;
	bool json, boot, program;
	uint32_t lpid; /* 0: not given */
	const char *format;
	const char *bundle;
	char **operands;
};

/* A run of one command: its settings, and what it has opened. */
struct run {
	const struct command *command;
	struct settings settings;
	struct log log;
	struct linux_options options;
	struct root root;
	struct linux_machine *handle; /* NULL: not opened */
	struct machine machine;
	struct bytes keys;
	struct transaction transaction;
	struct bytes bundle_bytes;
	struct nv2_bundle bundle; /* when bundle_bytes.data is not NULL */
};

#define OPERANDS_MAX 2

struct command {
	const char *name;
	const char *arguments;            /* for --help */
	const char *summary;              /* one line */
	const char *details;              /* for --help; may be NULL */
	const struct option_row *options; /* ended by a row without name */
	const char *operands[OPERANDS_MAX + 1];
	/*
	 * Exit status 2 is this command's for something else, so a wrong command line is
	 * EXIT_REFUSED.
	 */
	bool two_is_taken;
	int (*run)(struct run *run);
};

extern const struct command apply_command, status_command, verify_command, remove_command,
	guest_command, vmm_command, petitboot_hook_command;

/* Rows that all commands have, and that may stand before the command's name too. */
#define OPTION_ROWS_GLOBAL                                                                         \
	{OPTION_ROOT, 0, "root", "DIR", "prefix every path of the machine with DIR"},              \
		{OPTION_BACKEND, 0, "backend", "[NPU=]BACKEND,...",                                \
		 "how registers are reached; see REGISTER BACKENDS in nv2boot(8)"},                \
		{OPTION_DRY_RUN, 0, "dry-run", NULL,                                               \
		 "say every write that would be made, and make none"},                             \
		{OPTION_SYSLOG, 0, "syslog", NULL, "messages to syslog, not to standard error"},   \
		{OPTION_VERBOSE, 0, "verbose", NULL, "also say what was found in order"},          \
	{                                                                                          \
		OPTION_HELP, 'h', "help", NULL, "show this text"                                   \
	}

#define OPTION_ROW_END                                                                             \
	{                                                                                          \
		OPTION_HELP, 0, NULL, NULL, NULL                                                   \
	}

/* A usage error: says it, with where to look, and gives EXIT_USAGE. `command` may be NULL. */
__attribute__((format(printf, 2, 3))) int usage_error(const struct command *command,
						      const char *format, ...);

/* The options before the name of a command, into `settings`; *used is how many words they are. */
int parse_global_options(int argc, char **argv, struct settings *settings, int *used, bool *help,
			 bool *version);

/* Parses options and operands, runs the command. Takes over what `settings` owns. */
int run_command(const struct command *command, const struct settings *settings, int argc,
		char **argv);

void free_settings(struct settings *settings);

#endif
