/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a host tree, gives its wiring as text after checking that text
 * against all rules. Never reports a place in the text: the reader has the tree.
 */
#include "import/import.h"

#include <stdarg.h>
#include <string.h>

#include "core/text.h"
#include "import/found.h"
#include "tree/report.h"
#include "wiring/wiring.h"

/* ---- what the readers share ---- */

struct found_npu *get_npu(struct found *found, uint32_t chip)
{
	struct found_npu *npu;

	for (size_t i = 0; i < found->npus.count; i++)
		if (found->npus.items[i]->chip == chip)
			return found->npus.items[i];
	npu = arena_alloc(found->arena, sizeof(*npu));
	*npu = (struct found_npu){.chip = chip, .scom_base = found->family->scom_base};
	*ARRAY_PUSH(found->arena, &found->npus) = npu;
	return npu;
}

struct found_gpu *get_gpu(struct found *found, const char *slot, const struct tree_node *node)
{
	struct found_gpu *gpu;

	for (size_t i = 0; i < found->gpus.count; i++) {
		gpu = found->gpus.items[i];
		if (strcmp(gpu->slot, slot) != 0)
			continue;
		if (!gpu->node)
			gpu->node = node;
		return gpu;
	}
	gpu = arena_alloc(found->arena, sizeof(*gpu));
	*gpu = (struct found_gpu){.slot = slot, .node = node};
	*ARRAY_PUSH(found->arena, &found->gpus) = gpu;
	return gpu;
}

/* hdata writes this where hardware data has no name. */
#define NO_NAME "<SLOT NAME MISSING>"

const char *get_text(const struct found *found, const struct tree_node *node, const char *name)
{
	const struct tree_property *property = tree_find_property(found->tree, node, name);
	const char *text = property_string(property);
	size_t left;

	if (!text || !*text || !strcmp(text, NO_NAME))
		return NULL;
	left = strlen(text);
	for (const char *at = text; left;) {
		struct character character = read_character(at, left);

		/* What is no text cannot stand in a wiring file. */
		if (!character.printable || !utf8_length(at, left))
			return NULL;
		at += character.bytes;
		left -= character.bytes;
	}
	return text;
}

bool get_number32(const struct found *found, const struct tree_node *node, const char *name,
		  uint32_t *value)
{
	return property_u32(tree_find_property(found->tree, node, name), value);
}

const struct tree_node *follow(const struct found *found, const struct tree_node *node,
			       const char *name)
{
	uint32_t phandle;

	if (!get_number32(found, node, name, &phandle))
		return NULL;
	return tree_find_phandle(found->tree, phandle);
}

bool has_compatible(const struct found *found, const struct tree_node *node, const char *name)
{
	return property_has_string(tree_find_property(found->tree, node, "compatible"), name);
}

static const char *make_place(const struct found *found, const struct tree_node *node,
			      const char *property)
{
	const char *path = tree_path(found->diags->arena, node);

	return arena_printf(found->diags->arena, "%s: %s%s%s", found->tree->file, path,
			    property ? ":" : "", property ? property : "");
}

struct diag_record *report(const struct found *found, enum import_code code,
			   const struct tree_node *node, const char *property, const char *format,
			   ...)
{
	const char *text;
	va_list args;

	va_start(args, format);
	text = arena_vprintf(found->diags->arena, format, args);
	va_end(args);
	return diag_add_about(found->diags, &import_codes[code], make_place(found, node, property),
			      "%s", text);
}

bool was_told(const struct found *found, const struct tree_node *node)
{
	return word_map_get(&found->told, (uintptr_t)node) ||
	       (node->parent && word_map_get(&found->told, (uintptr_t)node->parent));
}

void tell(struct found *found, const struct tree_node *node)
{
	word_map_set(found->arena, &found->told, (uintptr_t)node, 1);
}

void report_note(const struct found *found, struct diag_record *record,
		 const struct tree_node *node, const char *property, const char *message)
{
	if (record && node)
		diag_note_about(found->diags, record, make_place(found, node, property), "%s",
				message);
}

/* ---- the rules ---- */

/* What the text at a place is about. */
static const char *find_place(const struct found *found, const struct wiring_text *text,
			      struct span span)
{
	const struct text_mark *mark = NULL;

	for (size_t i = 0; i < text->marks.count && text->marks.items[i].offset <= span.offset; i++)
		mark = &text->marks.items[i];
	return mark ? make_place(found, mark->node, mark->property) : found->tree->file;
}

/* A diagnostic about the text becomes one about the tree. */
static void report_again(const struct found *found, const struct wiring_text *text,
			 const struct diag_record *record)
{
	struct diag_record *again =
		diag_add_about(found->diags, record->def, find_place(found, text, record->span),
			       "%s", record->message);

	for (const struct diag_related *note = record->related; note; note = note->next)
		diag_note_about(found->diags, again, find_place(found, text, note->span), "%s",
				note->message);
	if (record->fix)
		diag_fix(found->diags, again, "%s", record->fix);
}

/* Lays the text out, and has every rule look at it. */
static bool check_text(const struct found *found, struct wiring_text *text, struct buffer *out)
{
	struct lang lang = *found->lang;
	struct wiring_options options = {0};
	struct source *source;
	bool good;

	lang.diags = diags_new(found->arena, lang.sources);
	source = source_from_text(lang.sources, "imported wiring", text->out.data, text->out.len);
	good = format_source(&lang, source, false, out);
	if (good)
		build_wiring(lang.arena, lang.strings, lang.diags, parse_file(&lang, source),
			     &options);
	diags_sort(lang.diags);
	for (const struct diag_record *record = lang.diags->first; record; record = record->next)
		report_again(found, text, record);
	return good;
}

void find_wiring(struct found *found, struct lang *lang, struct tree *tree)
{
	*found = (struct found){
		.arena = lang->arena,
		.lang = lang,
		.diags = lang->diags,
		.tree = tree,
		.index = select_index_new(lang->arena, tree),
		.family = &power9_npu2,
		.stage = find_stage(tree),
	};
	read_links(found);
	read_bridges(found);
	decide(found);
}

bool import_tree(struct lang *lang, struct tree *tree, struct buffer *text)
{
	struct found found;
	struct wiring_text written = {.arena = lang->arena};
	bool good;

	find_wiring(&found, lang, tree);
	if (!found.npus.count) {
		report(&found, IMPORT_NOTHING, tree->root, NULL,
		       "the tree has no NVLink that says its brick and its GPU");
		return false;
	}
	write_wiring(&found, &written);
	good = check_text(&found, &written, text);
	buffer_free(&written.out);
	return good;
}
