/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * `nv2dtc compile`: writes what a wiring description promises, all files or
 * none.
 */
#include <errno.h>
#include <string.h>

#include "cmd.h"
#include "compile.h"
#include "core/output.h"
#include "emit/bundle.h"
#include "emit/plan_json.h"
#include "emit/tables.h"
#include "emit/vmm.h"
#include "sign.h"

/* What an emitter has to work with: one board, and for some one of its guests. */
struct emission {
	struct session *session;
	const struct plan *plan;
	const struct plan_board *board;
	const char *stem; /* of the board's files */
	struct overlays overlays;
	const struct plan_guest *guest;
	const struct tree *guest_tree;
	ARRAY(struct bundle_guest) guests; /* their fragments */
	ARRAY(struct bundle_file) files;   /* what else the bundle holds */
};

enum emitter_scope {
	SCOPE_BOARD,
	SCOPE_HOST_FW, /* a board, with its host-fw overlay made */
	SCOPE_HOST_OS, /* a board, with both overlays made */
	SCOPE_GUEST,
	SCOPE_GUEST_TREE, /* a guest, with its fragment made */
	SCOPE_BUNDLE,     /* a board with all of its guests; made when all else is */
};

struct emitter {
	const char *name;   /* as --emit has it; several may share one */
	const char *suffix; /* of the file, behind B., B.LABEL. or either with the guest's name */
	enum emitter_scope scope;
	bool by_default;
	bool (*emit)(const struct emission *emission, struct buffer *out);
};

static bool emit_fw_dtb(const struct emission *emission, struct buffer *out)
{
	return tree_write_dtb(emission->overlays.host_fw, out);
}

static bool emit_os_dtb(const struct emission *emission, struct buffer *out)
{
	return tree_write_dtb(emission->overlays.host_os, out);
}

static bool emit_fw_dts(const struct emission *emission, struct buffer *out)
{
	tree_write_dts(emission->overlays.host_fw, emission->session->sources, out);
	return true;
}

static bool emit_os_dts(const struct emission *emission, struct buffer *out)
{
	tree_write_dts(emission->overlays.host_os, emission->session->sources, out);
	return true;
}

static bool emit_guest_dtb(const struct emission *emission, struct buffer *out)
{
	return tree_write_dtb(emission->guest_tree, out);
}

static bool emit_guest_dts(const struct emission *emission, struct buffer *out)
{
	tree_write_dts(emission->guest_tree, emission->session->sources, out);
	return true;
}

static bool emit_plan(const struct emission *emission, struct buffer *out)
{
	emit_plan_json(emission->plan, emission->board, out);
	return true;
}

static bool emit_region_table(const struct emission *emission, struct buffer *out)
{
	emit_regions_json(emission->board, out);
	return true;
}

static bool emit_region_header(const struct emission *emission, struct buffer *out)
{
	emit_regions_h(emission->board, emission->stem, out);
	return true;
}

static bool emit_program_table(const struct emission *emission, struct buffer *out)
{
	emit_program_json(emission->board, emission->session->arena, out);
	return true;
}

static bool emit_program_header(const struct emission *emission, struct buffer *out)
{
	emit_program_h(emission->board, emission->stem, emission->session->arena, out);
	return true;
}

static bool emit_qemu_file(const struct emission *emission, struct buffer *out)
{
	return emit_qemu(emission->guest, out);
}

static bool emit_libvirt_file(const struct emission *emission, struct buffer *out)
{
	return emit_libvirt(emission->guest, out);
}

/* What a bundle holds is late-bound, whatever base there is here: it is bound where it boots. */
static bool emit_bundle_file(const struct emission *emission, struct buffer *out)
{
	struct session *session = emission->session;
	struct overlays late = emission->overlays;
	struct bundle_contents contents = {
		.board = emission->board,
		.guests = emission->guests.items,
		.guest_count = emission->guests.count,
		.files = emission->files.items,
		.file_count = emission->files.count,
		.version = session->settings.bundle_version,
	};
	bool good;

	if ((session->settings.base || !late.host_os) &&
	    !make_overlays(session, emission->board, NULL, true, &late))
		return false;
	contents.host_fw = late.host_fw;
	contents.host_os = late.host_os;
	good = emit_bundle(session->arena, session->strings, &contents, out);
	if (good && session->settings.sign)
		good = sign_bundle(session->diags, out, session->settings.sign);
	return good;
}

static const struct emitter emitters[] = {
	{"host-fw", "host-fw.dtbo", SCOPE_HOST_FW, true, emit_fw_dtb},
	{"host-os", "host-os.dtbo", SCOPE_HOST_OS, true, emit_os_dtb},
	{"guest", "guest.dtbo", SCOPE_GUEST_TREE, true, emit_guest_dtb},
	{"regions", "regions.json", SCOPE_BOARD, true, emit_region_table},
	{"regions", "regions.h", SCOPE_BOARD, true, emit_region_header},
	{"program", "program.json", SCOPE_BOARD, true, emit_program_table},
	{"program", "program.h", SCOPE_BOARD, true, emit_program_header},
	{"plan", "plan.json", SCOPE_BOARD, true, emit_plan},
	{"vmm", "qemu", SCOPE_GUEST, true, emit_qemu_file},
	{"vmm", "libvirt.xml", SCOPE_GUEST, true, emit_libvirt_file},
	{"dts", "host-fw.dts", SCOPE_HOST_FW, false, emit_fw_dts},
	{"dts", "host-os.dts", SCOPE_HOST_OS, false, emit_os_dts},
	{"dts", "guest.dts", SCOPE_GUEST_TREE, false, emit_guest_dts},
	{"bundle", "nv2b", SCOPE_BUNDLE, true, emit_bundle_file},
};

#define EMITTERS (sizeof(emitters) / sizeof(emitters[0]))

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
			usage_error(command,
				    "--emit knows host-fw, host-os, guest, regions, program, plan, "
				    "vmm, bundle and dts, not '%.*s'",
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

static bool is_chosen(unsigned chosen, enum emitter_scope scope)
{
	for (size_t i = 0; i < EMITTERS; i++)
		if (chosen >> i & 1 && emitters[i].scope == scope)
			return true;
	return false;
}

/* The files of a board, of one of its guests, or its bundle: those of some scopes. */
static bool add_files(const struct emission *emission, unsigned chosen, enum emitter_scope from,
		      enum emitter_scope to, const char *stem, struct output_set *outputs)
{
	const char *dir = emission->session->settings.output;

	for (size_t i = 0; i < EMITTERS; i++) {
		const struct emitter *emitter = &emitters[i];
		struct buffer contents = {0};
		char *path;

		if (!(chosen >> i & 1) || emitter->scope < from || emitter->scope > to)
			continue;
		path = arena_printf(emission->session->arena, "%s/%s.%s", dir, stem,
				    emitter->suffix);
		if (!emitter->emit(emission, &contents)) {
			buffer_free(&contents);
			/* What has been said is enough; else the format has no room for it. */
			if (!diags_have_errors(emission->session->diags))
				report_write(emission->session, path, EOVERFLOW);
			return false;
		}
		output_add(outputs, path, &contents);
	}
	return true;
}

/* A text that goes into the bundle as it is. */
static void add_bundle_file(struct emission *emission, const char *kind, const char *guest,
			    struct buffer *text)
{
	struct arena *arena = emission->session->arena;

	*ARRAY_PUSH(arena, &emission->files) = (struct bundle_file){
		.kind = kind,
		.guest = guest,
		.bytes = arena_strndup(arena, text->data, text->len),
		.len = text->len,
	};
	buffer_free(text);
}

/* The plan, and what tells a VMM about each guest, but for the addresses of the host it runs on. */
static bool collect_bundle_files(struct emission *emission, const struct plan_guest *guest)
{
	struct buffer text = {0};

	if (!guest) {
		emit_plan_json(emission->plan, emission->board, &text);
		add_bundle_file(emission, "plan", NULL, &text);
		return true;
	}
	if (!emit_qemu(guest, &text)) {
		buffer_free(&text);
		return false;
	}
	add_bundle_file(emission, "qemu", guest->guest->name, &text);
	emit_libvirt(guest, &text);
	add_bundle_file(emission, "libvirt", guest->guest->name, &text);
	return true;
}

static bool emit_guests(struct emission *emission, unsigned chosen, struct output_set *outputs)
{
	const struct board *board = emission->board->board;
	struct session *session = emission->session;
	bool fragments = is_chosen(chosen, SCOPE_GUEST_TREE) || is_chosen(chosen, SCOPE_BUNDLE);

	for (size_t i = 0; i < board->guests.count; i++) {
		struct plan_guest *guest =
			make_guest_plan(session->arena, emission->board, board->guests.items[i]);
		const char *stem =
			arena_printf(session->arena, "%s.%s", emission->stem, guest->guest->name);

		emission->guest = guest;
		emission->guest_tree = fragments ? make_guest_fragment(session, guest) : NULL;
		if (fragments && !emission->guest_tree)
			return false;
		*ARRAY_PUSH(session->arena, &emission->guests) =
			(struct bundle_guest){guest->guest->name, emission->guest_tree};
		if (!add_files(emission, chosen, SCOPE_GUEST, SCOPE_GUEST_TREE, stem, outputs))
			return false;
		if (is_chosen(chosen, SCOPE_BUNDLE) && !collect_bundle_files(emission, guest)) {
			report_write(session, guest->guest->name, EOVERFLOW);
			return false;
		}
	}
	return true;
}

static bool emit_board(struct emission *emission, struct tree *base, unsigned chosen,
		       struct output_set *outputs)
{
	bool with_os = is_chosen(chosen, SCOPE_HOST_OS);

	if ((base || with_os || is_chosen(chosen, SCOPE_HOST_FW)) &&
	    !make_overlays(emission->session, emission->board, base, with_os, &emission->overlays))
		return false;
	if (is_chosen(chosen, SCOPE_BUNDLE))
		collect_bundle_files(emission, NULL);
	return add_files(emission, chosen, SCOPE_BOARD, SCOPE_HOST_OS, emission->stem, outputs) &&
	       emit_guests(emission, chosen, outputs);
}

static bool emit_boards(struct session *session, const struct plan *plan, struct tree *base,
			unsigned chosen, struct output_set *outputs)
{
	const char *stem = input_stem(session);
	size_t count = plan->boards.count;
	struct output_set bundles;
	bool good = true;

	output_init(&bundles, session->arena);
	for (size_t i = 0; i < count; i++) {
		/* What a board's files are made of goes with them: there may be many boards. */
		struct session own = *session;
		struct emission emission = {.session = &own, .plan = plan, .stem = stem};

		own.arena = arena_new();
		emission.board = plan->boards.items[i];
		if (count > 1)
			emission.stem = arena_printf(own.arena, "%s.%s", stem,
						     emission.board->board->file_name);
		good = emit_board(&emission, base, chosen, outputs) && good;
		if (good)
			good = add_files(&emission, chosen, SCOPE_BUNDLE, SCOPE_BUNDLE,
					 emission.stem, &bundles);
		arena_free(own.arena);
	}
	/* Bundles last: where one is, all that it speaks of is there. */
	for (size_t i = 0; i < bundles.files.count; i++)
		*ARRAY_PUSH(outputs->arena, &outputs->files) = bundles.files.items[i];
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
	if (settings->sign && !is_chosen(chosen, SCOPE_BUNDLE))
		return usage_error(session->command,
				   "--sign signs a bundle, and --emit chooses none");
	if (to_stdout && (chosen & (chosen - 1)))
		return usage_error(session->command,
				   "standard output takes one file: with --emit choose one of "
				   "host-fw, host-os, guest, plan and bundle");
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
	/* A rule without a target would be passed over in silence. */
	if (settings->dependencies && (outputs->files.count || settings->dependency_target))
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
	{OPTION_EMIT, 0, "emit", "LIST", "write only these files; all but dts by default"},
	OPTION_ROW_BASE("bind the overlays to this tree"),
	{OPTION_SIGN, 0, "sign", "KEY", "sign the bundle with this secret Ed25519 key"},
	{OPTION_BUNDLE_VERSION, 0, "bundle-version", "N", "the bundle's counter, 1 if not said"},
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
	.summary = "Compile a wiring description into overlays, tables and VMM files",
	.details = "Without --base the overlays are late-bound: they fit every machine with that "
		   "board,\n"
		   "and nothing applies them before they are bound to its tree.\n"
		   "\n"
		   "--emit takes a comma list of host-fw, host-os, guest, regions, program, plan,\n"
		   "vmm, bundle and dts.\n",
	.options = options,
	.files_min = 1,
	.files_max = 1,
	.run = run_compile,
};
