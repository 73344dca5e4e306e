/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a place in a text, gives where its name is declared and used, and what
 * to change to call it otherwise. Never finds names by their letters: two
 * boards may each have a GPU0.
 */
#include <string.h>

#include "lsp/server.h"

static bool is_include(const struct source *source, struct span span, uint32_t file, size_t offset)
{
	return source->path && span.file && span_holds(span, file, offset);
}

json_t *answer_definition(struct server *server, const json_t *params, struct failure *failure)
{
	struct place_params place;
	const struct name_use *use;

	if (!read_place(server, params, &place, failure))
		return NULL;
	for (size_t i = 0; i < place.analysis->sources->files.count; i++) {
		const struct source *source = place.analysis->sources->files.items[i];

		if (is_include(source, source->included_from, place.source->id, place.offset))
			return location_json(server, place.analysis,
					     (struct span){source->id, 0, 0});
	}
	use = analysis_name(place.analysis, place.source->id, place.offset);
	if (!use)
		return NULL;
	return location_json(server, place.analysis, use->declaration->head->where);
}

static bool same_place(const struct analysis *a, struct span x, const struct analysis *b,
		       struct span y)
{
	const struct source *first = source_get(a->sources, x.file);
	const struct source *second = source_get(b->sources, y.file);

	return x.offset == y.offset && (first == second || (first->path && second->path &&
							    !strcmp(first->path, second->path)));
}

/* A place of the text where a label stands, in one of the analyses. */
struct mention {
	struct analysis *analysis;
	const struct name_use *use;
	bool found;
};

struct mentions {
	struct arena *arena;
	ARRAY(struct mention) items;
};

static void collect_mentions(struct server *server, struct mentions *mentions, const char *label)
{
	for (struct document *at = server->documents.first; at; at = at->next)
		for (size_t i = 0; i < at->analysis->names.uses.count; i++) {
			const struct name_use *use = &at->analysis->names.uses.items[i];
			const struct source *source =
				source_get(at->analysis->sources, use->span.file);

			/* Each analysis has its own strings; and a board may be meant by its name.
			 */
			if (use->declaration->head->label.text &&
			    !strcmp(use->declaration->head->label.text, label) &&
			    use->span.len == strlen(label) &&
			    !memcmp(source->text + use->span.offset, label, use->span.len))
				*ARRAY_PUSH(mentions->arena, &mentions->items) =
					(struct mention){at->analysis, use, false};
		}
}

/*
 * All places that mean what `start` means. A file that is included twice
 * declares two things at one place: they can only be called the same.
 */
static void spread(struct mentions *mentions, const struct declaration *start)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = 0; i < mentions->items.count; i++) {
			struct mention *mention = &mentions->items.items[i];

			mention->found |= mention->use->declaration == start;
			for (size_t j = 0; j < mentions->items.count && !mention->found; j++) {
				const struct mention *other = &mentions->items.items[j];

				if (!other->found)
					continue;
				mention->found =
					mention->use->declaration == other->use->declaration ||
					same_place(mention->analysis, mention->use->span,
						   other->analysis, other->use->span);
				changed |= mention->found;
			}
		}
	}
}

/* The same place may be in several analyses: only the first counts. */
static bool is_repeated(const struct mentions *mentions, size_t at)
{
	const struct mention *mention = &mentions->items.items[at];

	for (size_t i = 0; i < at; i++) {
		const struct mention *other = &mentions->items.items[i];

		if (other->found && same_place(mention->analysis, mention->use->span,
					       other->analysis, other->use->span))
			return true;
	}
	return false;
}

static bool find_mentions(struct server *server, const struct place_params *place,
			  struct mentions *mentions)
{
	const struct name_use *use =
		analysis_name(place->analysis, place->source->id, place->offset);

	if (!use || !use->declaration->head->label.text)
		return false;
	*mentions = (struct mentions){.arena = place->analysis->arena};
	collect_mentions(server, mentions, use->declaration->head->label.text);
	spread(mentions, use->declaration);
	return true;
}

json_t *answer_references(struct server *server, const json_t *params, struct failure *failure)
{
	const json_t *context = json_object_get(params, "context");
	bool declarations = json_is_true(json_object_get(context, "includeDeclaration"));
	struct place_params place;
	struct mentions mentions;
	json_t *list;

	if (!read_place(server, params, &place, failure) ||
	    !find_mentions(server, &place, &mentions))
		return NULL;
	list = json_array();
	for (size_t i = 0; i < mentions.items.count; i++) {
		const struct mention *mention = &mentions.items.items[i];

		if (mention->found && !is_repeated(&mentions, i) &&
		    (declarations || !mention->use->declares))
			json_array_append_new(
				list, location_json(server, mention->analysis, mention->use->span));
	}
	return list;
}

json_t *answer_prepare_rename(struct server *server, const json_t *params, struct failure *failure)
{
	struct place_params place;
	const struct name_use *use;

	if (!read_place(server, params, &place, failure))
		return NULL;
	use = analysis_name(place.analysis, place.source->id, place.offset);
	if (!use || !use->declaration->head->label.text)
		return NULL;
	return range_json(server, place.analysis, use->span);
}

static bool is_label(const char *text)
{
	static const char first[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";

	return text && *text && strchr(first, *text) &&
	       strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789-") ==
		       strlen(text);
}

/* Whether a thing in the scope of one that is to be renamed has the new name already. */
static bool is_taken(const struct server *server, const struct mentions *mentions, const char *name)
{
	for (struct document *at = server->documents.first; at; at = at->next)
		for (size_t i = 0; i < at->analysis->names.uses.count; i++) {
			const struct declaration *other =
				at->analysis->names.uses.items[i].declaration;

			if (!other->head->label.text || strcmp(other->head->label.text, name) != 0)
				continue;
			for (size_t j = 0; j < mentions->items.count; j++)
				if (mentions->items.items[j].found &&
				    mentions->items.items[j].use->declaration->parent ==
					    other->parent)
					return true;
		}
	return false;
}

json_t *answer_rename(struct server *server, const json_t *params, struct failure *failure)
{
	const char *name = json_string_value(json_object_get(params, "newName"));
	struct place_params place;
	struct mentions mentions;
	json_t *changes;

	if (!read_place(server, params, &place, failure))
		return NULL;
	if (!is_label(name)) {
		*failure = (struct failure){RPC_INVALID_PARAMS,
					    "a label is a letter or '_', then letters, digits, "
					    "'_' and '-'"};
		return NULL;
	}
	if (!find_mentions(server, &place, &mentions)) {
		*failure = (struct failure){RPC_REQUEST_FAILED, "there is no label here"};
		return NULL;
	}
	if (is_taken(server, &mentions, name)) {
		*failure = (struct failure){RPC_REQUEST_FAILED, "this label is taken"};
		return NULL;
	}
	changes = json_object();
	for (size_t i = 0; i < mentions.items.count; i++) {
		const struct mention *mention = &mentions.items.items[i];
		const struct source *source;
		json_t *uri, *list;

		if (!mention->found || is_repeated(&mentions, i))
			continue;
		source = source_get(mention->analysis->sources, mention->use->span.file);
		uri = source_uri(server, mention->analysis, source);
		list = json_object_get(changes, json_string_value(uri));
		if (!list) {
			list = json_array();
			json_object_set_new(changes, json_string_value(uri), list);
		}
		json_array_append_new(
			list, json_pack("{s:o, s:s}", "range",
					range_json(server, mention->analysis, mention->use->span),
					"newText", name));
		json_decref(uri);
	}
	return json_pack("{s:o}", "changes", changes);
}
