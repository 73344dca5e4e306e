/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a place in a text, gives what can be said of what stands there: its
 * numbers, its meaning, its diagnostics. Never guesses where errors leave a
 * number open.
 */
#include <string.h>

#include "lsp/describe.h"
#include "lsp/server.h"
#include "lsp/words.h"

struct hover {
	struct server *server;
	struct place_params place;
	struct buffer text;
	struct span span;
};

static void add_section(struct hover *hover, const char *title, const char *prose,
			const struct buffer *table)
{
	bool markdown = hover->server->markdown;
	struct buffer *text = &hover->text;

	if (text->len)
		buffer_add_string(text, markdown ? "\n\n---\n\n" : "\n\n");
	buffer_printf(text, markdown ? "**%s**" : "%s", title);
	if (prose)
		buffer_printf(text, "\n\n%s", prose);
	if (table && table->len)
		buffer_printf(text, markdown ? "\n\n```\n%s```" : "\n\n%s", table->data);
}

static bool is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-';
}

/* The word at the place; one between slashes with them. */
static struct span word_at(const struct source *source, size_t offset)
{
	size_t start = offset, end = offset;

	while (start && is_word_byte(source->text[start - 1]))
		start--;
	while (end < source->size && is_word_byte(source->text[end]))
		end++;
	if (start && source->text[start - 1] == '/' && end < source->size &&
	    source->text[end] == '/' && end > start) {
		start--;
		end++;
	}
	return (struct span){source->id, (uint32_t)start, (uint32_t)(end - start)};
}

static const char *prose_unless(const struct analysis *analysis, const struct buffer *details)
{
	if (details->len || analysis->plan)
		return NULL;
	return analysis->wiring
		       ? "Its numbers follow once the file has no errors."
		       : "Its numbers follow from the file that includes this one: open it.";
}

static void hover_thing(struct hover *hover, const struct declaration *thing, struct span span)
{
	struct analysis *analysis = hover->place.analysis;
	struct buffer title = {0}, details = {0};

	describe_thing(analysis, thing, &title, &details);
	add_section(hover, title.data, prose_unless(analysis, &details), &details);
	hover->span = span;
	buffer_free(&title);
	buffer_free(&details);
}

static bool hover_name(struct hover *hover)
{
	const struct name_use *use =
		analysis_name(hover->place.analysis, hover->place.source->id, hover->place.offset);

	if (use)
		hover_thing(hover, use->declaration, use->span);
	return use != NULL;
}

/* The head of a board, guest or phb: what it declares may have no label. */
static bool hover_head(struct hover *hover)
{
	const struct name_index *names = &hover->place.analysis->names;
	size_t boards = names->boards.count;

	for (size_t i = 0; i < boards + names->guests.count; i++) {
		const struct declaration *thing =
			i < boards ? names->boards.items[i] : names->guests.items[i - boards];
		size_t children = i < boards ? 0 : thing->children.count;

		for (size_t j = 0; j <= children; j++) {
			const struct declaration *at = j ? thing->children.items[j - 1] : thing;

			if (!span_holds(at->head->span, hover->place.source->id,
					hover->place.offset))
				continue;
			hover_thing(hover, at, at->head->span);
			return true;
		}
	}
	return false;
}

/* The block that a property stands in; BLOCK_KINDS where that is not known. */
static enum block_kind block_of(const struct analysis *analysis, const struct stmt *parent)
{
	static const struct {
		enum stmt_kind stmt;
		enum block_kind block;
	} kinds[] = {{STMT_BOARD, BLOCK_BOARD}, {STMT_NPU, BLOCK_NPU},     {STMT_GPU, BLOCK_GPU},
		     {STMT_LINK, BLOCK_LINK},   {STMT_GUEST, BLOCK_GUEST}, {STMT_PHB, BLOCK_PHB}};
	const struct name_use *use;

	if (!parent)
		return BLOCK_KINDS;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].stmt == parent->kind)
			return kinds[i].block;
	if (parent->kind != STMT_AMEND)
		return BLOCK_KINDS;
	use = analysis_name(analysis, parent->name.span.file, parent->name.span.offset);
	return use ? use->declaration->kind : BLOCK_KINDS;
}

static bool hover_property(struct hover *hover, const struct stmt *stmt, const struct stmt *parent)
{
	enum block_kind block = block_of(hover->place.analysis, parent);
	struct buffer title = {0};

	if (!span_holds(stmt->name.span, hover->place.source->id, hover->place.offset))
		return false;
	for (enum property_id id = 0; id < PROPERTY_COUNT; id++) {
		/* In a fragment by itself the block is not known: the first of that name. */
		if ((block != BLOCK_KINDS && property_block(id) != block) ||
		    strcmp(property_name(id), stmt->name.text) != 0)
			continue;
		buffer_printf(&title, "%s, of %s", property_name(id),
			      block_phrase(property_block(id)));
		add_section(hover, title.data, property_meaning(id), NULL);
		hover->span = stmt->name.span;
		buffer_free(&title);
		return true;
	}
	return false;
}

static bool hover_link(struct hover *hover, const struct stmt *stmt)
{
	const struct place_params *place = &hover->place;
	struct buffer title = {0}, details = {0};
	const struct ports *ports = NULL;

	if (!span_holds(stmt->span, place->source->id, place->offset))
		return false;
	hover->span = stmt->span;
	if (span_holds(stmt->a.span, place->source->id, place->offset)) {
		ports = stmt->a.ports;
		hover->span = stmt->a.span;
	} else if (span_holds(stmt->b.span, place->source->id, place->offset)) {
		ports = stmt->b.ports;
		hover->span = stmt->b.span;
	}
	describe_link(place->analysis, stmt, ports, &title, &details);
	add_section(hover, title.data, prose_unless(place->analysis, &details), &details);
	buffer_free(&title);
	buffer_free(&details);
	return true;
}

static bool hover_statement(struct hover *hover)
{
	struct statement_walk walk = {.next = hover->place.analysis->syntax->statements.first};
	const struct stmt *stmt;

	while ((stmt = statement_next(&walk))) {
		if (stmt->span.file != hover->place.source->id)
			continue;
		if (stmt->kind == STMT_PROPERTY && hover_property(hover, stmt, walk.parent))
			return true;
		if (stmt->kind == STMT_LINK && hover_link(hover, stmt))
			return true;
	}
	return false;
}

static void explain(struct hover *hover, const struct diag_def *def)
{
	struct buffer text = {0}, title = {0};

	buffer_printf(&title, "%s %s", def->code, def->name);
	buffer_printf(&text, "%s.%s%s", def->summary, def->explain ? "\n\n" : "",
		      def->explain ? def->explain : "");
	if (def->fix)
		buffer_printf(&text, "\n\nFix: %s.",
			      def->fix + (def->fix[0] == FIX_FOR_EXPLAIN[0]));
	add_section(hover, title.data, text.data, NULL);
	buffer_free(&text);
	buffer_free(&title);
}

static void hover_word(struct hover *hover, struct span word)
{
	const char *text = hover->place.source->text + word.offset;
	const char *meaning = word_meaning(text, word.len);
	char name[24] = "";

	if (word.len < sizeof(name))
		memcpy(name, text, word.len);
	if (meaning) {
		add_section(hover, name, meaning, NULL);
		hover->span = word;
	} else if (!strncmp(name, "NV2-", 4) && diag_find(hover->place.analysis->diags, name)) {
		explain(hover, diag_find(hover->place.analysis->diags, name));
		hover->span = word;
	}
}

/* What is wrong here, at more length than the list of diagnostics has it. */
static void hover_diagnostics(struct hover *hover)
{
	const struct analysis *analysis = hover->place.analysis;

	for (const struct diag_record *record = analysis->diags->first; record;
	     record = record->next) {
		if (!span_holds(record->span, hover->place.source->id, hover->place.offset))
			continue;
		explain(hover, record->def);
		if (!hover->span.file)
			hover->span = record->span;
	}
}

json_t *answer_hover(struct server *server, const json_t *params, struct failure *failure)
{
	struct hover hover = {.server = server};
	json_t *contents, *result = NULL;

	if (!read_place(server, params, &hover.place, failure))
		return NULL;
	if (!hover_name(&hover) && !hover_statement(&hover) && !hover_head(&hover))
		hover_word(&hover, word_at(hover.place.source, hover.place.offset));
	hover_diagnostics(&hover);
	if (hover.text.len) {
		contents =
			json_pack("{s:s, s:o}", "kind", server->markdown ? "markdown" : "plaintext",
				  "value", rpc_text(hover.text.data, hover.text.len));
		result = json_pack("{s:o, s:o}", "contents", contents, "range",
				   range_json(server, hover.place.analysis, hover.span));
	}
	buffer_free(&hover.text);
	return result;
}
