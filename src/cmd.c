/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a command and its arguments, gives an exit status: options, inputs,
 * diagnostics. Never does what a command is for.
 */
#include "cmd.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compile.h"
#include "core/output.h"
#include "import/codes.h"
#include "emit/bundle.h"
#include "sign.h"
#include "tree/codes.h"
#include "tree/kind.h"

#define OPTIONS_MAX 24

static const struct diag_def read_code = {
	"NV2-E0001", "cannot-read", SEVERITY_ERROR, "A file cannot be read",
	"The system's reason is in the message.", NULL,
	"check the name and its permissions; `-` stands for standard input",
};

static const struct diag_def write_code = {
	"NV2-E0002", "cannot-write", SEVERITY_ERROR, "A file cannot be written",
	"The system's reason is in the message. Nothing was left half-written: files that were\n"
	"there before are as they were.",
	NULL, "check space, quota and permissions of the directory",
};

enum exit_status usage_error(const struct command *command, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "nv2dtc %s: ", command->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\nTry 'nv2dtc %s --help'.\n", command->name);
	return EXIT_USAGE;
}

static void print_help(const struct command *command)
{
	printf("Usage: nv2dtc %s %s\n%s.\n", command->name, command->arguments, command->summary);
	if (command->details)
		printf("\n%s", command->details);
	printf("\nOptions:\n");
	for (const struct option_row *row = command->options; row->letter || row->name; row++) {
		char text[64];
		int len = 0;

		if (row->letter)
			len = snprintf(text, sizeof(text), "-%c%s%s%s", row->letter,
				       row->argument && !row->name ? row->argument : "",
				       row->argument && row->name ? " " : "",
				       row->argument && row->name ? row->argument : "");
		if (row->name)
			snprintf(text + len, sizeof(text) - (size_t)len, "%s--%s%s%s",
				 row->letter ? ", " : "    ", row->name, row->argument ? "=" : "",
				 row->argument ? row->argument : "");
		printf("  %-30s %s\n", text, row->help);
	}
	printf("\nSee nv2dtc(1) and nv2(5).\n");
}

static enum exit_status take_page_size(struct session *session, const char *value)
{
	if (!strcmp(value, "64KiB") || !strcmp(value, "65536"))
		session->settings.page_size = 65536;
	else if (!strcmp(value, "4KiB") || !strcmp(value, "4096"))
		session->settings.page_size = 4096;
	else
		return usage_error(session->command, "--page-size is 64KiB or 4KiB, not '%s'", value);
	return EXIT_DONE;
}

static enum exit_status take_bundle_version(struct session *session, const char *value)
{
	unsigned long long number;
	char *end;

	errno = 0;
	number = strtoull(value, &end, 10);
	if (errno || *end || value[0] < '0' || value[0] > '9' || number < 1 ||
	    number > UINT32_MAX)
		return usage_error(session->command,
				   "--bundle-version is a number from 1 to %lu, not '%s'",
				   (unsigned long)UINT32_MAX, value);
	session->settings.bundle_version = (uint32_t)number;
	return EXIT_DONE;
}

const char *closest_diagnostic(struct session *session, const char *text)
{
	size_t count = session->diags->defs.count;
	const char **names = arena_alloc(session->arena, 2 * count * sizeof(*names));

	for (size_t i = 0; i < count; i++) {
		names[i] = session->diags->defs.items[i]->name;
		names[count + i] = session->diags->defs.items[i]->code;
	}
	return closest_name(text, names, 2 * count);
}

static enum exit_status report_no_warning(struct session *session, const char *value)
{
	size_t prefix = !strncmp(value, "no-", 3) ? 3 : !strncmp(value, "error=", 6) ? 6 : 0;
	const char *closest = closest_diagnostic(session, value + prefix);

	if (closest)
		return usage_error(session->command,
				   "-W%s: there is no such diagnostic; did you mean '-W%.*s%s'?",
				   value, (int)prefix, value, closest);
	return usage_error(session->command,
			   "-W%s: there is no such diagnostic ('nv2dtc explain' lists them)",
			   value);
}

static enum exit_status take_warning(struct session *session, const char *value)
{
	switch (diag_option(session->diags, value)) {
	case DIAG_OPTION_UNKNOWN:
		return report_no_warning(session, value);
	case DIAG_OPTION_ERROR_OFF:
		return usage_error(session->command,
				   "-W%s: this is an error, and errors cannot be turned off", value);
	default:
		return EXIT_DONE;
	}
}

/* One of three words. */
static enum exit_status take_word(struct session *session, const char *option, const char *value,
				  const char *const words[3], int *choice)
{
	for (int i = 0; i < 3; i++) {
		if (!strcmp(value, words[i])) {
			*choice = i;
			return EXIT_DONE;
		}
	}
	return usage_error(session->command, "--%s is %s, %s or %s, not '%s'", option, words[0],
			   words[1], words[2], value);
}

/* As C compilers have it: -MD, -MP, -MF FILE, -MT TARGET. */
static enum exit_status take_dependencies(struct session *session, const char *value, int argc,
					  char **argv)
{
	struct settings *settings = &session->settings;
	const char **text = value[0] == 'F' ? &settings->dependency_file
					    : &settings->dependency_target;

	settings->dependencies = true;
	if (!strcmp(value, "D"))
		return EXIT_DONE;
	if (!strcmp(value, "P")) {
		settings->phony = true;
		return EXIT_DONE;
	}
	if (value[0] != 'F' && value[0] != 'T')
		return usage_error(session->command, "there is no option -M%s", value);
	if (!value[1] && optind >= argc)
		return usage_error(session->command, "-M%s needs a name", value);
	*text = value[1] ? value + 1 : argv[optind++];
	return EXIT_DONE;
}

static enum exit_status take_option(struct session *session, enum option_id id, const char *value,
				    int argc, char **argv)
{
	static const char *const formats[] = {"text", "json", "sarif"};
	static const char *const colors[] = {"auto", "always", "never"};
	struct settings *settings = &session->settings;
	enum exit_status status = EXIT_DONE;
	int choice = 0;

	switch (id) {
	case OPTION_OUTPUT:
		settings->output = value;
		break;
	case OPTION_INCLUDE:
		*ARRAY_PUSH(session->arena, &session->lang.include_dirs) = value;
		break;
	case OPTION_BASE:
		settings->base = value;
		break;
	case OPTION_PAGE_SIZE:
		status = take_page_size(session, value);
		break;
	case OPTION_NAME:
		settings->name = value;
		break;
	case OPTION_EMIT:
		settings->emit = value;
		break;
	case OPTION_DEPENDENCIES:
		status = take_dependencies(session, value, argc, argv);
		break;
	case OPTION_WARNING:
		status = take_warning(session, value);
		break;
	case OPTION_DIAGNOSTICS:
		status = take_word(session, "diagnostics", value, formats, &choice);
		settings->diagnostics = (enum diagnostics_format)choice;
		break;
	case OPTION_COLOR:
		status = take_word(session, "color", value, colors, &choice);
		settings->color = (enum color_when)choice;
		break;
	case OPTION_SVG:
		settings->svg = true;
		break;
	case OPTION_MARKDOWN:
		settings->markdown = true;
		break;
	case OPTION_HTML:
		settings->html = true;
		break;
	case OPTION_JSON:
		settings->json = true;
		break;
	case OPTION_WRITE:
		settings->write = true;
		break;
	case OPTION_FOR:
		settings->rules = value;
		break;
	case OPTION_KEY:
		settings->key = value;
		break;
	case OPTION_SIGN:
		settings->sign = value;
		break;
	case OPTION_BUNDLE_VERSION:
		status = take_bundle_version(session, value);
		break;
	case OPTION_STDIO:
	case OPTION_HELP:
		break;
	}
	return status;
}

/* getopt_long()'s tables from ours. Long options give 256 + their row. */
static void make_getopt_tables(const struct command *command, char *letters, struct option *longs)
{
	int row = 0;

	*letters++ = ':';
	for (const struct option_row *option = command->options; option->letter || option->name;
	     option++, row++) {
		if (option->letter) {
			*letters++ = option->letter;
			if (option->argument)
				*letters++ = ':';
		}
		if (option->name)
			*longs++ = (struct option){
				.name = option->name,
				.has_arg = option->argument ? required_argument : no_argument,
				.val = 256 + row,
			};
	}
	*letters = '\0';
	*longs = (struct option){0};
}

static enum exit_status parse_options(struct session *session, int argc, char **argv, bool *help)
{
	const struct command *command = session->command;
	char letters[2 * OPTIONS_MAX + 2];
	struct option longs[OPTIONS_MAX + 1];
	int found;

	make_getopt_tables(command, letters, longs);
	optind = 1;
	opterr = 0;
	while ((found = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		const struct option_row *row = command->options;
		enum exit_status status;

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
		*help |= row->id == OPTION_HELP;
		status = take_option(session, row->id, optarg, argc, argv);
		if (status)
			return status;
	}
	session->settings.files = argv + optind;
	session->settings.file_count = argc - optind;
	if (*help)
		return EXIT_DONE;
	if (argc - optind < command->files_min)
		return usage_error(command, argc == optind ? "no file is named"
							   : "only one file is named");
	if (command->files_max >= 0 && argc - optind > command->files_max)
		return usage_error(command, "one file too many: '%s'", argv[optind + command->files_max]);
	return EXIT_DONE;
}

static void register_codes(struct diags *diags)
{
	diag_register(diags, &read_code);
	diag_register(diags, &write_code);
	diag_register(diags, &firmware_tree_code);
	for (const struct diag_def *def = lang_codes; def->code; def++)
		diag_register(diags, def);
	wiring_register_codes(diags);
	import_register_codes(diags);
	for (size_t i = 0; i < BUNDLE_CODES; i++)
		diag_register(diags, &bundle_codes[i]);
	for (size_t i = 0; i < TREE_CODE_COUNT; i++)
		diag_register(diags, &tree_codes[i]);
}

static bool use_color(const struct settings *settings)
{
	const char *term = getenv("TERM"), *none = getenv("NO_COLOR");

	if (settings->color != COLOR_AUTO)
		return settings->color == COLOR_ALWAYS;
	return isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0 && !(none && *none);
}

static enum exit_status print_diagnostics(struct session *session)
{
	struct diags *diags = session->diags;
	struct buffer out = {0};
	int fd = STDERR_FILENO, error;

	diags_sort(diags);
	if (session->settings.diagnostics == DIAGNOSTICS_TEXT)
		diags_print_text(diags, &out, use_color(&session->settings));
	else if (session->settings.diagnostics == DIAGNOSTICS_JSON)
		diags_print_json(diags, &out);
	else
		diags_print_sarif(diags, &out);
	if (session->settings.diagnostics != DIAGNOSTICS_TEXT)
		fd = STDOUT_FILENO;
	error = write_all(fd, out.data, out.len);
	buffer_free(&out);
	if (error) {
		fprintf(stderr, "nv2dtc: cannot write diagnostics: %s\n", strerror(error));
		return EXIT_SYSTEM;
	}
	return EXIT_DONE;
}

enum exit_status run_command(const struct command *command, int argc, char **argv)
{
	struct session session = {
		.command = command,
		.settings.bundle_version = BUNDLE_VERSION_DEFAULT,
	};
	enum exit_status status, printed;
	bool help = false;

	session.arena = arena_new();
	session.strings = intern_new(session.arena);
	session.sources = sources_new(session.arena);
	session.diags = diags_new(session.arena, session.sources);
	session.lang.arena = session.arena;
	session.lang.strings = session.strings;
	session.lang.sources = session.sources;
	session.lang.diags = session.diags;
	register_codes(session.diags);

	status = parse_options(&session, argc, argv, &help);
	if (!status && help) {
		print_help(command);
		if (fflush(stdout)) {
			fprintf(stderr, "nv2dtc: cannot write to standard output\n");
			status = EXIT_SYSTEM;
		}
	} else if (!status) {
		status = command->run(&session);
		if (status == EXIT_DONE && diags_have_errors(session.diags))
			status = EXIT_INPUT;
		if (session.diags->system_failure)
			status = EXIT_SYSTEM;
		printed = status == EXIT_USAGE ? EXIT_DONE : print_diagnostics(&session);
		if (printed)
			status = printed;
	}
	intern_free(session.strings);
	arena_free(session.arena);
	return status;
}

static void report_read(struct session *session, const char *path, int error)
{
	diag_add_about(session->diags, &read_code, path, "cannot be read: %s", strerror(error));
	session->diags->system_failure = true;
}

/* The first part of a path that is there and no directory; 0: none, else its length. */
static size_t file_in_path(struct session *session, const char *path)
{
	struct stat status;

	for (size_t len = strspn(path, "/"); path[len]; len += strspn(path + len, "/")) {
		len += strcspn(path + len, "/");
		if (!stat(arena_strndup(session->arena, path, len), &status) &&
		    !S_ISDIR(status.st_mode))
			return len;
	}
	return 0;
}

/* What to do where the system's reason tells. */
static void fix_write(struct session *session, struct diag_record *record, const char *path,
		      int error)
{
	const char *slash = strrchr(path, '/');
	size_t part = error == ENOTDIR ? file_in_path(session, path) : 0;
	const char *dir = slash && slash > path
				  ? arena_strndup(session->arena, path, (size_t)(slash - path))
				  : "/";
	struct stat status;

	if (error == ENOENT && stat(dir, &status) < 0)
		diag_fix(session->diags, record, "make the directory first: mkdir -p %s", dir);
	else if (part)
		diag_fix(session->diags, record, "%.*s is a file: name a directory", (int)part,
			 path);
	else if (error == EISDIR)
		diag_fix(session->diags, record, "name a file, or move the directory away");
	else if (error == ENOSPC || error == EDQUOT)
		diag_fix(session->diags, record,
			 "make room on the file system, or write elsewhere");
	else if (error == EFBIG)
		diag_fix(session->diags, record, "raise the limit on the size of files: ulimit -f");
	else if (error == EROFS)
		diag_fix(session->diags, record,
			 "write elsewhere: this file system takes no changes");
	else if (error == EACCES || error == EPERM)
		diag_fix(session->diags, record,
			 "check who may write to the directory, or write elsewhere");
}

void report_write(struct session *session, const char *path, int error)
{
	struct diag_record *record = diag_add_about(session->diags, &write_code, path,
						    "cannot be written: %s", strerror(error));

	fix_write(session, record, path, error);
	session->diags->system_failure = true;
}

struct source *open_source(struct session *session, const char *path)
{
	bool standard_input = !strcmp(path, "-");
	const char *name = standard_input ? (session->settings.name ? session->settings.name
								    : "<stdin>")
					  : path;
	struct source *source;
	int error = 0;

	source = source_read(session->sources, path, name, &error);
	if (!source)
		report_read(session, name, error);
	return source;
}

struct wiring *open_wiring(struct session *session, const char *path)
{
	struct wiring_options options = {.page_size = session->settings.page_size};
	struct source *source = open_source(session, path);
	struct syntax *syntax;
	struct wiring *wiring;

	if (!source)
		return NULL;
	syntax = parse_file(&session->lang, source);
	wiring = build_wiring(session->arena, session->strings, session->diags, syntax, &options);
	return diags_have_errors(session->diags) ? NULL : wiring;
}

static struct tree *open_tree_dir(struct session *session, const char *path)
{
	struct tree_failure failure;
	struct tree *tree =
		tree_read_dir(session->arena, session->strings, session->diags, path, &failure);

	if (failure.path)
		report_read(session, failure.path, failure.error);
	return tree;
}

struct tree *open_tree(struct session *session, const char *path)
{
	struct source *source;
	struct stat status;
	struct tree *tree;

	if (!stat(path, &status) && S_ISDIR(status.st_mode))
		return open_tree_dir(session, path);
	source = open_source(session, path);
	if (!source)
		return NULL;
	tree = tree_read_dtb_shared(session->arena, session->strings, session->diags, source->name,
				    source->text, source->size);
	return tree && tree_expect_machine(tree, session->diags) ? tree : NULL;
}

bool write_stdout(struct session *session, const struct buffer *buffer)
{
	int error = write_all(STDOUT_FILENO, buffer->data, buffer->len);

	if (error)
		report_write(session, "standard output", error);
	return !error;
}
