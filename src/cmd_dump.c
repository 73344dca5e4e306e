/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * `nv2dtc dump`: what a bundle holds, once all of it has been checked. Writes
 * to standard output only.
 */
#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <string.h>

#include "blob/fdt.h"
#include "cmd.h"
#include "core/table.h"
#include "core/text.h"
#include "sign.h"

struct dump {
	struct session *session;
	struct arena *arena;
	const char *file;
	const struct nv2_bundle *bundle;
	struct buffer *out;
};

/* What a bundle says is for a terminal only after a wash. "-" for NULL. */
static const char *clean(struct dump *dump, const char *text)
{
	struct buffer out = {0};
	const char *copy;

	buffer_add_clean(&out, text ? text : "-");
	copy = arena_strndup(dump->arena, out.data ? out.data : "", out.len);
	buffer_free(&out);
	return copy;
}

static const char *hex(struct dump *dump, const unsigned char *bytes, size_t len)
{
	char *text = arena_alloc(dump->arena, 2 * len + 1);

	return sodium_bin2hex(text, 2 * len + 1, bytes, len);
}

/* Nothing where there is nothing to say. */
static void number_cell(struct table *table, uint64_t value)
{
	if (value)
		table_cell(table, "0x%" PRIx64, value);
	else
		table_cell(table, "-");
}

/* --- the head ---------------------------------------------------------------- */

static void print_signature(struct dump *dump)
{
	char key[sodium_base64_ENCODED_LEN(32, sodium_base64_VARIANT_ORIGINAL)];

	if (!nv2_bundle_is_signed(dump->bundle)) {
		buffer_add_string(dump->out, "  signature  none\n");
		return;
	}
	sodium_bin2base64(key, sizeof(key), dump->bundle->seal->signer, 32,
			  sodium_base64_VARIANT_ORIGINAL);
	buffer_printf(dump->out, "  signature  good, by %s, ", key);
	if (dump->session->settings.key) {
		buffer_add_string(dump->out, "which is the key in ");
		buffer_add_clean(dump->out, dump->session->settings.key);
		buffer_add_string(dump->out, "\n");
	} else {
		buffer_add_string(dump->out, "whoever that is: no --key to compare with\n");
	}
}

static void print_head(struct dump *dump)
{
	const struct nv2_bundle *bundle = dump->bundle;
	const struct nv2_seal *seal = bundle->seal;
	const char *at = bundle->compatible, *end = at + bundle->compatible_size;

	buffer_add_string(dump->out, "bundle ");
	buffer_add_clean(dump->out, dump->file);
	buffer_printf(dump->out, ": %" PRIu32 " bytes, format %u.%u\n", bundle->fdt.size,
		      seal->major[0] << 8 | seal->major[1], seal->minor[0] << 8 | seal->minor[1]);
	buffer_printf(dump->out, "  board      %s, host pages %" PRIu32 " KiB, for",
		      clean(dump, bundle->board), bundle->page_size / 1024);
	for (; at < end; at += strlen(at) + 1)
		buffer_printf(dump->out, " %s", clean(dump, at));
	buffer_printf(dump->out, "\n  version    %" PRIu32 "\n", bundle->version);
	buffer_printf(dump->out, "  SHA-256    %s\n", hex(dump, seal->sha256, 32));
	print_signature(dump);
}

/* --- tables ------------------------------------------------------------------ */

static void print_parts(struct dump *dump)
{
	static const char *const heads[] = {"part", "guest", ">bytes", "SHA-256", NULL};
	struct table *table = table_new(dump->arena, heads);
	struct nv2_part part;
	uint32_t cursor = 0;

	while (nv2_bundle_next_part(dump->bundle, &cursor, &part)) {
		table_cell(table, "%s", clean(dump, part.kind));
		table_cell(table, "%s", clean(dump, part.guest));
		table_cell(table, "%" PRIu32, part.size);
		table_cell(table, "%s", hex(dump, part.sha256, 32));
	}
	buffer_add_string(dump->out, "\n");
	table_print(table, dump->out);
}

static void selector_argument(struct dump *dump, struct table *table,
			      const struct nv2_selector *selector)
{
	const struct nv2_selector_info *info = &nv2_selector_infos[selector->kind];
	char *text;

	if (info->type == NV2_ARGUMENT_U32 || info->type == NV2_ARGUMENT_U64) {
		table_cell(table, "%s 0x%" PRIx64, info->argument, selector->value);
		return;
	}
	text = arena_strndup(dump->arena, selector->text, selector->text_len);
	/* `board` may be a list. */
	for (uint32_t i = 0; i + 1 < selector->text_len; i++)
		if (!text[i])
			text[i] = ' ';
	table_cell(table, "%s %s", info->argument, clean(dump, text));
}

static void add_selector(struct dump *dump, struct table *table, const char *overlay,
			 const struct nv2_fdt_walk *walk)
{
	struct nv2_view view = nv2_fdt_view(walk);
	struct nv2_selector selector;
	uint32_t number = 0, under;

	if (!nv2_fdt_u32(walk->fdt, walk->node, "reg", &number))
		return;
	table_cell(table, "%s", overlay);
	table_cell(table, "%" PRIu32, number);
	if (nv2_selector_decode(&view, walk->node, &selector, &under) != NV2_SELECTOR_OK) {
		table_cell(table, "?");
		table_cell(table, "-");
		table_cell(table, "-");
	} else {
		table_cell(table, "%s", nv2_selector_infos[selector.kind].name);
		selector_argument(dump, table, &selector);
		if (under == UINT32_MAX)
			table_cell(table, "-");
		else
			table_cell(table, "%" PRIu32, under);
	}
	table_cell(table, "%s", clean(dump, nv2_fdt_string(walk->fdt, walk->node, "what")));
}

/* What the host's overlays are bound by: the children of /nv2-bind. */
static void print_selectors(struct dump *dump)
{
	static const char *const heads[] = {"overlay", ">selector", "kind", "argument",
					    ">under",  "what",      NULL};
	struct table *table = table_new(dump->arena, heads);

	for (unsigned kind = NV2_PART_HOST_FW; kind <= NV2_PART_HOST_OS; kind++) {
		const struct nv2_part *part = &dump->bundle->part[kind];
		struct nv2_fdt_walk walk;
		struct nv2_fdt fdt;
		uint32_t bind;

		if (nv2_fdt_open(&fdt, part->data, part->size))
			continue;
		bind = nv2_fdt_find(&fdt, "/nv2-bind", strlen("/nv2-bind"));
		nv2_fdt_walk_begin(&walk, &fdt);
		while (bind && nv2_fdt_walk_next(&walk))
			if (walk.depth == 2 && walk.path[1] == bind)
				add_selector(dump, table, part->kind, &walk);
	}
	buffer_add_string(dump->out, "\n");
	table_print(table, dump->out);
}

static void print_regions(struct dump *dump)
{
	static const char *const heads[] = {"device", "kind", "NPU", "GPU",  ">region", "offset",
					    "size",   "type", "tgt", "ATSD", ">speed",  NULL};
	struct table *table = table_new(dump->arena, heads);
	struct nv2_region region;
	struct nv2_device device;

	for (uint32_t i = 0; nv2_bundle_region(dump->bundle, i, &region); i++) {
		if (!nv2_bundle_device(dump->bundle, region.device, &device))
			continue;
		table_cell(table, "%s", clean(dump, device.name));
		table_cell(table, "%s", device.kind == NV2_DEVICE_GPU ? "GPU" : "link");
		table_cell(table, "%s", clean(dump, device.npu));
		table_cell(table, "%s", clean(dump, device.gpu));
		table_cell(table, "%" PRIu32, region.index);
		table_cell(table, "0x%" PRIx64, region.offset);
		table_cell(table, "0x%" PRIx64, region.size);
		table_cell(table, "0x%" PRIx32 ":%" PRIu32, region.type, region.subtype);
		table_cell(table, "0x%" PRIx64, region.tgt);
		number_cell(table, region.atsd);
		if (device.kind == NV2_DEVICE_LINK)
			table_cell(table, "%" PRIu32, region.link_speed);
		else
			table_cell(table, "-");
	}
	buffer_add_string(dump->out, "\n");
	table_print(table, dump->out);
}

static void print_program(struct dump *dump)
{
	static const char *const heads[] = {"phase", "NPU",   ">chip", "write", "register",
					    "owner", "value", "mask",  "LPID",  NULL};
	struct table *table = table_new(dump->arena, heads);
	struct nv2_write write;

	for (uint32_t i = 0; nv2_bundle_write(dump->bundle, i, &write); i++) {
		if (write.phase == NV2_PHASE_GUEST)
			table_cell(table, "guest %s", clean(dump, write.guest));
		else
			table_cell(table, "boot");
		table_cell(table, "%s", clean(dump, write.npu));
		table_cell(table, "%" PRIu32, write.chip);
		table_cell(table, "%s", clean(dump, write.name));
		table_cell(table, "0x%" PRIx64, write.mmio);
		table_cell(table, "%s", write.owner == NV2_OWNER_BOOT ? "boot" : "runtime");
		table_cell(table, "0x%" PRIx64, write.value);
		table_cell(table, "0x%" PRIx64, write.mask);
		number_cell(table, write.lpid_mask);
	}
	buffer_add_string(dump->out, "\n");
	table_print(table, dump->out);
}

/* --- the command ------------------------------------------------------------- */

/* As compile put it there, byte for byte, once it has proven to be that. */
static void print_plan(struct dump *dump)
{
	struct nv2_part plan = {0};
	json_error_t error;
	json_t *root = NULL;
	const char *format;

	if (!nv2_bundle_find(dump->bundle, "plan", NULL, &plan))
		root = json_loadb((const char *)plan.data, plan.size, JSON_REJECT_DUPLICATES,
				  &error);
	format = json_string_value(json_object_get(root, "format"));
	if (format && !strcmp(format, "nv2-plan-1"))
		buffer_add(dump->out, plan.data, plan.size);
	else
		diag_add_about(dump->session->diags, &bundle_codes[BUNDLE_DAMAGED], dump->file,
			       "%s",
			       root        ? "the plan in it is of another format"
			       : plan.data ? "the plan in it is no JSON"
					   : "there is no plan in it to show as JSON");
	json_decref(root);
}

static void print_text(struct dump *dump)
{
	print_head(dump);
	print_parts(dump);
	print_selectors(dump);
	print_regions(dump);
	print_program(dump);
}

static enum exit_status run_dump(struct session *session)
{
	const struct settings *settings = &session->settings;
	struct nv2_bundle bundle;
	struct buffer out = {0};
	struct source *source;
	struct dump dump = {session, session->arena, NULL, &bundle, &out};

	if (settings->diagnostics != DIAGNOSTICS_TEXT)
		return usage_error(session->command,
				   "standard output has the bundle: diagnostics must be text");
	source = open_source(session, settings->files[0]);
	if (!source ||
	    !read_bundle(session->diags, source->name, source->text, source->size, &bundle))
		return EXIT_DONE;
	if (settings->key && !verify_bundle(session->diags, source->name, &bundle, settings->key))
		return EXIT_DONE;
	dump.file = source->name;
	if (settings->json)
		print_plan(&dump);
	else
		print_text(&dump);
	write_stdout(session, &out);
	buffer_free(&out);
	return EXIT_DONE;
}

static const struct option_row options[] = {
	{OPTION_JSON, 0, "json", NULL, "the plan that the bundle was made of, as JSON, nv2-plan-1"},
	{OPTION_KEY, 0, "key", "FILE", "refuse a bundle that this public key did not sign"},
	OPTION_ROW_NAME,
	OPTION_ROWS_DIAGNOSTICS,
};

const struct command dump_command = {
	.name = "dump",
	.arguments = "[OPTION]... BUNDLE",
	.summary = "Check a bundle and show what it holds",
	.details =
		"A key file holds 32 bytes in base64 on one line. Without --key the signature is\n"
		"checked against the key that the bundle itself names, which proves nothing about\n"
		"who that is.\n",
	.options = options,
	.files_min = 1,
	.files_max = 1,
	.run = run_dump,
};
