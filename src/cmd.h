/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_CMD_H
#define NV2_CMD_H

#include "core/buffer.h"
#include "diag/diag.h"
#include "lang/parse.h"
#include "plan/plan.h"
#include "tree/tree.h"
#include "wiring/wiring.h"

enum exit_status {
	EXIT_DONE = 0,
	EXIT_INPUT = 1,  /* the input is wrong */
	EXIT_USAGE = 2,
	EXIT_SYSTEM = 3, /* I/O, memory */
};

enum option_id {
	OPTION_OUTPUT,
	OPTION_INCLUDE,
	OPTION_BASE,
	OPTION_PAGE_SIZE,
	OPTION_NAME,
	OPTION_EMIT,
	OPTION_DEPENDENCIES,
	OPTION_WARNING,
	OPTION_DIAGNOSTICS,
	OPTION_COLOR,
	OPTION_JSON,
	OPTION_SVG,
	OPTION_MARKDOWN,
	OPTION_HTML,
	OPTION_WRITE,
	OPTION_FOR,
	OPTION_KEY,
	OPTION_SIGN,
	OPTION_BUNDLE_VERSION,
	OPTION_STDIO,
	OPTION_HELP,
};

/* One option; the tables of these feed getopt_long(), --help and the tests of the manual. */
struct option_row {
	enum option_id id;
	char letter;          /* 0: none */
	const char *name;     /* NULL: none */
	const char *argument; /* NULL: takes none */
	const char *help;
};

enum diagnostics_format {
	DIAGNOSTICS_TEXT,
	DIAGNOSTICS_JSON,
	DIAGNOSTICS_SARIF,
};

enum color_when {
	COLOR_AUTO,
	COLOR_ALWAYS,
	COLOR_NEVER,
};

/* What the command line says, for all commands. */
struct settings {
	const char *output;
	const char *base;
	const char *name;
	const char *emit;
	const char *rules; /* --for */
	uint64_t page_size;
	bool dependencies, phony;
	const char *dependency_file, *dependency_target;
	enum diagnostics_format diagnostics;
	enum color_when color;
	bool json, svg, html, markdown, write;
	const char *key, *sign; /* files of a public and of a secret key */
	uint32_t bundle_version;
	char **files;
	int file_count;
};

/* A run of one command: its settings and what every room works with. */
struct session {
	const struct command *command;
	struct settings settings;
	struct arena *arena;
	struct intern *strings;
	struct sources *sources;
	struct diags *diags;
	struct lang lang;
};

struct command {
	const char *name;
	const char *arguments; /* for --help */
	const char *summary;   /* one line */
	const char *details;   /* for --help; may be NULL */
	const struct option_row *options; /* ended by a row without letter and name */
	int files_min, files_max;         /* files_max -1: any number */
	enum exit_status (*run)(struct session *session);
};

extern const struct command compile_command, check_command, show_command, fmt_command,
	explain_command,
	merge_command, verify_command, import_command, dump_command, graph_command, lsp_command;

/* Rows that several commands have. */
#define OPTION_ROW_INCLUDE                                                                         \
	{OPTION_INCLUDE, 'I', "include", "DIR", "look for included files in DIR as well"}
#define OPTION_ROW_BASE(help)                                                                      \
	{OPTION_BASE, 0, "base", "HOST.dtb", help}
#define OPTION_ROW_PAGE_SIZE                                                                       \
	{OPTION_PAGE_SIZE, 0, "page-size", "SIZE", "pages of the host: 64KiB or 4KiB"}
#define OPTION_ROW_NAME                                                                            \
	{OPTION_NAME, 0, "name", "STEM", "what to call standard input"}
#define OPTION_ROWS_DIAGNOSTICS                                                                    \
	{OPTION_WARNING, 'W', NULL, "NAME",                                                        \
	 "-Wno-NAME: without that warning; -Werror, -Werror=NAME: as errors"},                     \
	{OPTION_DIAGNOSTICS, 0, "diagnostics", "FORMAT",                                           \
	 "text (standard error), json or sarif (standard output)"},                                \
	{OPTION_COLOR, 0, "color", "WHEN", "auto, always or never"},                               \
	{OPTION_HELP, 'h', "help", NULL, "show this text"},                                        \
	{0, 0, NULL, NULL, NULL}

/* A usage error: says it, with where to look, and gives EXIT_USAGE. */
enum exit_status usage_error(const struct command *command, const char *format, ...)
	FORMAT_PRINTF(2, 3);

/* Parses options and files, runs the command, prints diagnostics. */
enum exit_status run_command(const struct command *command, int argc, char **argv);

/* Reads a file; NULL after a diagnostic. `name` is what messages call it. */
struct source *open_source(struct session *session, const char *path);
/* Reads, parses, resolves, checks; NULL after errors. */
struct wiring *open_wiring(struct session *session, const char *path);
/* Reads a device tree; NULL after diagnostics. */
struct tree *open_tree(struct session *session, const char *path);
/* Writes to standard output, whole; false after a diagnostic. */
bool write_stdout(struct session *session, const struct buffer *buffer);
/* The name or code of a diagnostic closest to `text`, or NULL. */
const char *closest_diagnostic(struct session *session, const char *text);
/* A file could not be written. */
void report_write(struct session *session, const char *path, int error);

#endif
