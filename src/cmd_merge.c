/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * `nv2dtc merge`: a base and the overlays on top of it, as one tree. Writes
 * nothing unless every overlay could be applied.
 */
#include <string.h>

#include "cmd.h"
#include "core/output.h"
#include "sign.h"
#include "tree/bind.h"
#include "tree/codes.h"
#include "tree/kind.h"
#include "tree/overlay.h"
#include "tree/select.h"

static bool choose_rules(const struct command *command, const char *name, enum overlay_rules *rules)
{
	*rules = OVERLAY_GENERIC;
	if (!name || !strcmp(name, "generic"))
		return true;
	*rules = OVERLAY_LINUX;
	if (!strcmp(name, "linux"))
		return true;
	usage_error(command, "--for knows generic and linux, not '%s'", name);
	return false;
}

static enum exit_status check_usage(struct session *session)
{
	const struct settings *settings = &session->settings;
	int from_stdin = 0;

	if (!settings->output)
		return usage_error(session->command, "where to? Name a file with -o");
	if (!strcmp(settings->output, "-") && settings->diagnostics != DIAGNOSTICS_TEXT)
		return usage_error(session->command,
				   "standard output has the tree: diagnostics must be text");
	for (int i = 0; i < settings->file_count; i++)
		from_stdin += !strcmp(settings->files[i], "-");
	if (from_stdin > 1)
		return usage_error(session->command, "standard input can be read once only");
	return EXIT_DONE;
}

static bool is_bundle(const struct source *source)
{
	size_t len = strlen(source->name);

	if (len > 5 && !strcmp(source->name + len - 5, ".nv2b"))
		return true;
	return source->size >= NV2_SEAL_OFFSET + sizeof(NV2_SEAL_MAGIC) &&
	       !memcmp(source->text + NV2_SEAL_OFFSET, NV2_SEAL_MAGIC, sizeof(NV2_SEAL_MAGIC));
}

/* What a bundle has for the kernel. What it has for firmware, firmware has to apply. */
static struct tree *open_bundle(struct session *session, const struct source *source)
{
	const struct nv2_part *part;
	struct nv2_bundle bundle;

	if (!read_bundle(session->diags, source->name, source->text, source->size, &bundle))
		return NULL;
	part = &bundle.part[NV2_PART_HOST_OS];
	return tree_read_dtb(session->arena, session->strings, session->diags,
			     arena_printf(session->arena, "%s (%s)", source->name, part->name),
			     part->data, part->size);
}

static struct tree *open_overlay(struct session *session, const char *path)
{
	struct source *source = open_source(session, path);

	if (!source)
		return NULL;
	if (is_bundle(source))
		return open_bundle(session, source);
	return tree_read_dtb_shared(session->arena, session->strings, session->diags, source->name,
				    source->text, source->size);
}

static bool apply(struct session *session, struct tree *base, struct tree *overlay,
		  enum overlay_rules rules)
{
	if (!tree_expect_overlay(overlay, base, session->diags))
		return false;
	if (tree_is_late_bound(overlay))
		overlay = tree_bind(overlay, base, session->diags);
	return overlay && tree_apply(base, overlay, rules, session->diags);
}

static void write_tree(struct session *session, const struct tree *tree)
{
	const char *path = session->settings.output;
	struct output_set outputs;
	struct buffer bytes = {0};

	if (!tree_write_dtb(tree, &bytes)) {
		diag_add_about(session->diags, &tree_codes[TREE_MERGED_TOO_LARGE], tree->file,
			       "with its overlays it is too large for a blob");
		buffer_free(&bytes);
		return;
	}
	if (!strcmp(path, "-")) {
		write_stdout(session, &bytes);
		buffer_free(&bytes);
		return;
	}
	output_init(&outputs, session->arena);
	output_add(&outputs, path, &bytes);
	if (!output_commit(&outputs, NULL))
		report_write(session, outputs.failed, outputs.error);
	output_free(&outputs);
}

static enum exit_status run_merge(struct session *session)
{
	const struct settings *settings = &session->settings;
	enum exit_status status = check_usage(session);
	struct tree *base, **overlays;
	enum overlay_rules rules;

	if (status || !choose_rules(session->command, settings->rules, &rules))
		return EXIT_USAGE;
	base = open_tree(session, settings->files[0]);
	overlays = arena_alloc(session->arena, (size_t)settings->file_count * sizeof(*overlays));
	for (int i = 1; i < settings->file_count; i++)
		overlays[i] = open_overlay(session, settings->files[i]);
	if (diags_have_errors(session->diags))
		return EXIT_DONE;
	/* What comes after one that cannot be applied may build upon it: no more is said. */
	for (int i = 1; i < settings->file_count; i++)
		if (!apply(session, base, overlays[i], rules))
			return EXIT_DONE;
	write_tree(session, base);
	return EXIT_DONE;
}

static const struct option_row options[] = {
	{OPTION_OUTPUT, 'o', "output", "FILE",
	 "write the merged tree into FILE (-: standard output)"},
	{OPTION_FOR, 0, "for", "WHOM",
	 "generic: what libfdt takes; linux: also refuse what the kernel refuses"},
	OPTION_ROW_NAME,
	OPTION_ROWS_DIAGNOSTICS,
};

const struct command merge_command = {
	.name = "merge",
	.arguments = "[OPTION]... BASE OVERLAY... -o OUT.dtb",
	.summary = "Merge overlays into a base tree",
	.details = "BASE is a DTB or a directory such as /proc/device-tree. Overlays (.dtbo) are "
		   "applied\nin the order given; late-bound ones, and the host-os overlay of "
		   "bundles (.nv2b),\nare bound to the tree they find.\n",
	.options = options,
	.files_min = 2,
	.files_max = -1,
	.run = run_merge,
};
