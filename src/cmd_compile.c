/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * `nv2dtc compile`: writes what a wiring description promises, all files or
 * none.
 */
#include <string.h>

#include "cmd.h"
#include "compile.h"
#include "core/output.h"
#include "emit/plan_json.h"

/* What an emitter has to work with: one board. */
struct emission {
	struct session *session;
	const struct plan *plan;
	const struct plan_board *board;
	struct overlays overlays;
};

enum emitter_id {
	EMIT_HOST_FW,
	EMIT_HOST_OS,
	EMIT_PLAN,
	EMIT_HOST_FW_DTS,
	EMIT_HOST_OS_DTS,
	EMITTERS
};

struct emitter {
	const char *name;   /* as --emit has it; several may share one */
	const char *suffix; /* of the file, behind B. or B.LABEL. */
	bool by_default;
	bool overlays;      /* works on overlays */
	void (*emit)(const struct emission *emission, struct buffer *out);
};

static void emit_fw_dtb(const struct emission *emission, struct buffer *out)
{
	tree_write_dtb(emission->overlays.host_fw, out);
}

static void emit_os_dtb(const struct emission *emission, struct buffer *out)
{
	tree_write_dtb(emission->overlays.host_os, out);
}

static void emit_fw_dts(const struct emission *emission, struct buffer *out)
{
	tree_write_dts(emission->overlays.host_fw, emission->session->sources, out);
}

static void emit_os_dts(const struct emission *emission, struct buffer *out)
{
	tree_write_dts(emission->overlays.host_os, emission->session->sources, out);
}

static void emit_plan(const struct emission *emission, struct buffer *out)
{
	emit_plan_json(emission->plan, emission->board, out);
}

static const struct emitter emitters[EMITTERS] = {
	[EMIT_HOST_FW] = {"host-fw", "host-fw.dtbo", true, true, emit_fw_dtb},
	[EMIT_HOST_OS] = {"host-os", "host-os.dtbo", true, true, emit_os_dtb},
	[EMIT_PLAN] = {"plan", "plan.json", true, false, emit_plan},
	[EMIT_HOST_FW_DTS] = {"dts", "host-fw.dts", false, true, emit_fw_dts},
	[EMIT_HOST_OS_DTS] = {"dts", "host-os.dts", false, true, emit_os_dts},
};

/* One bit an emitter; 0 after a usage error. */
static unsigned choose_emitters(const struct command *command, const char *list)
{
	unsigned chosen = 0;

	for (size_t i = 0; !list && i < EMITTERS; i++)
		if (emitters[i].by_default)
			chosen |= 1u << i;
	while (list) {
		size_t len = strcspn(list, ",");
		unsigned found = 0;

		for (size_t i = 0; i < EMITTERS; i++)
			if (strlen(emitters[i].name) == len && !memcmp(emitters[i].name, list, len))
				found |= 1u << i;
		if (!found) {
			usage_error(command, "--emit knows host-fw, host-os, plan and dts, not '%.*s'",
				    (int)len, list);
			return 0;
		}
		chosen |= found;
		list = list[len] ? list + len + 1 : NULL;
	}
	return chosen;
}

/* The input's name without directory and .nv2. */
static const char *input_stem(struct session *session)
{
	const char *path = session->settings.files[0];
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t len;

	if (session->settings.name)
		name = session->settings.name;
	len = strlen(name);
	if (len > 4 && !strcmp(name + len - 4, ".nv2"))
		len -= 4;
	return arena_strndup(session->arena, name, len);
}

static bool add_files(const struct emission *emission, unsigned chosen, const char *stem,
		      struct output_set *outputs)
{
	struct arena *arena = emission->session->arena;
	bool several = emission->plan->boards.count > 1;

	for (size_t i = 0; i < EMITTERS; i++) {
		struct buffer contents = {0};

		if (!(chosen >> i & 1))
			continue;
		emitters[i].emit(emission, &contents);
		output_add(outputs,
			   arena_printf(arena, "%s/%s%s%s.%s", emission->session->settings.output,
					stem, several ? "." : "",
					several ? emission->board->board->file_name : "",
					emitters[i].suffix),
			   &contents);
	}
	return true;
}

static bool needs_overlays(unsigned chosen)
{
	for (size_t i = 0; i < EMITTERS; i++)
		if (chosen >> i & 1 && emitters[i].overlays)
			return true;
	return false;
}

static bool emit_boards(struct session *session, const struct plan *plan, struct tree *base,
			unsigned chosen, struct output_set *outputs)
{
	const char *stem = input_stem(session);
	bool good = true;

	for (size_t i = 0; i < plan->boards.count; i++) {
		struct emission emission = {session, plan, plan->boards.items[i], {NULL, NULL}};

		if ((needs_overlays(chosen) || base) &&
		    !make_overlays(session, emission.board, base, &emission.overlays)) {
			good = false;
			continue;
		}
		if (good)
			add_files(&emission, chosen, stem, outputs);
	}
	return good;
}

/* Make and ninja read `\ `, `$$` and `\#` in names. */
static void add_name(struct buffer *out, const char *name)
{
	for (; *name; name++) {
		if (*name == ' ' || *name == '#')
			buffer_add_string(out, "\\");
		if (*name == '$')
			buffer_add_string(out, "$");
		buffer_add(out, name, 1);
	}
}

static void write_dependencies(struct session *session, struct output_set *outputs)
{
	const struct settings *settings = &session->settings;
	const char *path = settings->dependency_file;
	struct buffer out = {0};

	if (!path)
		path = arena_printf(session->arena, "%s/%s.d", settings->output,
				    input_stem(session));
	if (settings->dependency_target)
		buffer_add_string(&out, settings->dependency_target);
	for (size_t i = 0; !settings->dependency_target && i < outputs->files.count; i++) {
		buffer_add_string(&out, i ? " \\\n " : "");
		add_name(&out, output_path(outputs, i));
	}
	buffer_add_string(&out, ":");
	for (size_t i = 0; i < session->sources->files.count; i++) {
		const struct source *source = session->sources->files.items[i];

		if (!source->path)
			continue;
		buffer_add_string(&out, " \\\n ");
		add_name(&out, source->path);
	}
	buffer_add_string(&out, "\n");
	for (size_t i = 1; settings->phony && i < session->sources->files.count; i++) {
		const struct source *source = session->sources->files.items[i];

		if (!source->path)
			continue;
		buffer_add_string(&out, "\n");
		add_name(&out, source->path);
		buffer_add_string(&out, ":\n");
	}
	output_add(outputs, path, &out);
}

static enum exit_status check_usage(struct session *session, unsigned chosen)
{
	const struct settings *settings = &session->settings;
	bool to_stdout = settings->output && !strcmp(settings->output, "-");

	if (!settings->output)
		return usage_error(session->command, "where to? Name a directory with -o");
	if (!strcmp(settings->files[0], "-") && !settings->name && !to_stdout)
		return usage_error(session->command,
				   "standard input has no name: give one with --name");
	if (!strcmp(settings->files[0], "-") && settings->base && !strcmp(settings->base, "-"))
		return usage_error(session->command, "standard input can be read once only");
	if (settings->name && (!settings->name[0] || strchr(settings->name, '/')))
		return usage_error(session->command, "--name takes a file's name, without '/'");
	if (to_stdout && (chosen & (chosen - 1)))
		return usage_error(session->command,
				   "standard output takes one file: choose it with --emit");
	if (to_stdout && settings->dependencies && !settings->dependency_file)
		return usage_error(session->command, "with -o - the dependency file needs -MF");
	if (to_stdout && settings->dependencies && !settings->dependency_target)
		return usage_error(session->command, "with -o - the dependency file needs -MT");
	if (to_stdout && settings->diagnostics != DIAGNOSTICS_TEXT)
		return usage_error(session->command,
				   "standard output has the file: diagnostics must be text");
	return EXIT_DONE;
}

static void write_outputs(struct session *session, struct output_set *outputs)
{
	const struct settings *settings = &session->settings;
	bool to_stdout = !strcmp(settings->output, "-");

	if (to_stdout && outputs->files.count > 1) {
		diag_add_about(session->diags, diag_find(session->diags, "cannot-write"),
			       "standard output", "several boards do not fit into one file");
		return;
	}
	if (to_stdout && outputs->files.count) {
		write_stdout(session, output_contents(outputs, 0));
		output_drop(outputs);
	}
	if (settings->dependencies)
		write_dependencies(session, outputs);
	if (session->diags->system_failure)
		return;
	if (!output_commit(outputs, to_stdout ? NULL : settings->output))
		report_write(session, outputs->failed, outputs->error);
}

static enum exit_status run_compile(struct session *session)
{
	const struct settings *settings = &session->settings;
	unsigned chosen = choose_emitters(session->command, settings->emit);
	enum exit_status status = chosen ? check_usage(session, chosen) : EXIT_USAGE;
	struct output_set outputs;
	struct wiring *wiring;
	struct tree *base = NULL;

	if (status)
		return status;
	wiring = open_wiring(session, settings->files[0]);
	if (settings->base)
		base = open_tree(session, settings->base);
	if (!wiring || diags_have_errors(session->diags))
		return EXIT_DONE;
	output_init(&outputs, session->arena);
	if (emit_boards(session, make_plan(session->arena, wiring), base, chosen, &outputs) &&
	    !diags_have_errors(session->diags))
		write_outputs(session, &outputs);
	output_free(&outputs);
	return EXIT_DONE;
}

static const struct option_row options[] = {
	{OPTION_OUTPUT, 'o', "output", "DIR", "write the files into DIR (-: standard output)"},
	{OPTION_EMIT, 0, "emit", "LIST", "which files: host-fw,host-os,plan,dts (default: not dts)"},
	OPTION_ROW_BASE("bind the overlays to this tree"),
	OPTION_ROW_INCLUDE,
	OPTION_ROW_PAGE_SIZE,
	OPTION_ROW_NAME,
	{OPTION_DEPENDENCIES, 'M', NULL, "D|P|F FILE|T TARGET",
	 "write a dependency file for make or ninja"},
	OPTION_ROWS_DIAGNOSTICS,
};

const struct command compile_command = {
	.name = "compile",
	.arguments = "[OPTION]... FILE.nv2 -o DIR",
	.summary = "Compile a wiring description into overlays and a plan",
	.details = "Without --base the overlays are late-bound: they fit every machine with that board,\n"
		   "and nothing applies them before they are bound to its tree.\n",
	.options = options,
	.files_min = 1,
	.files_max = 1,
	.run = run_compile,
};
