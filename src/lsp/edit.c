/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a text, gives the edits that lay it out or cure a diagnostic. Never
 * changes it itself.
 */
#include <string.h>

#include "lsp/server.h"

/* Back to where a line starts. */
static size_t line_start(const char *text, size_t at)
{
	while (at && text[at - 1] != '\n')
		at--;
	return at;
}

/* One edit, from the first line that differs to the last: the cursor stays where it is. */
static json_t *difference(struct server *server, const struct place_params *place,
			  const struct buffer *new)
{
	const struct source *old = place->source;
	size_t start = 0, end = 0, shortest = old->size < new->len ? old->size : new->len;
	struct span span;
	json_t *edit;

	while (start < shortest && old->text[start] == new->data[start])
		start++;
	if (start == old->size && start == new->len)
		return json_array();
	start = line_start(old->text, start);
	while (end < shortest - start &&
	       old->text[old->size - end - 1] == new->data[new->len - end - 1])
		end++;
	while (end && old->text[old->size - end - 1] != '\n')
		end--;
	span = (struct span){old->id, (uint32_t)start, (uint32_t)(old->size - end - start)};
	edit = json_pack("{s:o, s:o}", "range", range_json(server, place->analysis, span),
			 "newText", rpc_text(new->data + start, new->len - end - start));
	return json_pack("[o]", edit);
}

json_t *answer_formatting(struct server *server, const json_t *params, struct failure *failure)
{
	struct buffer text = {0};
	struct place_params place;
	json_t *result = NULL;
	struct lang lang;

	if (!read_document(server, params, &place, failure))
		return NULL;
	/* With errors it is left alone: the diagnostics of the analysis have said why. */
	place.analysis = place.document->analysis;
	place.source = place.analysis->root;
	lang = place.analysis->lang;
	lang.diags = diags_new(lang.arena, lang.sources);
	if (place.source && format_source(&lang, place.source, place.document->fragment, &text))
		result = difference(server, &place, &text);
	buffer_free(&text);
	return result;
}

static json_t *action_title(const struct place_params *place, const struct diag_record *record)
{
	const struct span span = record->edit_span;
	struct buffer title = {0};
	json_t *json;

	if (span.len)
		buffer_printf(&title, "write %s in place of %.*s", record->replacement,
			      (int)(span.len < 60 ? span.len : 60),
			      place->source->text + span.offset);
	else
		buffer_printf(&title, "insert %.*s", (int)strcspn(record->replacement, "\n"),
			      record->replacement);
	json = rpc_text(title.data, title.len);
	buffer_free(&title);
	return json;
}

static json_t *action_json(struct server *server, const struct place_params *place,
			   const struct diag_record *record)
{
	json_t *edit = json_pack("{s:o, s:o}", "range",
				 range_json(server, place->analysis, record->edit_span), "newText",
				 rpc_text(record->replacement, strlen(record->replacement)));
	json_t *changes = json_object();

	json_object_set_new(changes, place->document->uri, json_pack("[o]", edit));
	return json_pack("{s:o, s:s, s:[o], s:b, s:{s:o}}", "title", action_title(place, record),
			 "kind", "quickfix", "diagnostics",
			 diagnostic_json(server, place->analysis, record), "isPreferred", 1, "edit",
			 "changes", changes);
}

json_t *answer_actions(struct server *server, const json_t *params, struct failure *failure)
{
	const json_t *range = json_object_get(params, "range");
	struct position start, end;
	struct place_params place;
	size_t first, last;
	json_t *list;

	if (!read_document(server, params, &place, failure))
		return NULL;
	if (!read_position(json_object_get(range, "start"), &start) ||
	    !read_position(json_object_get(range, "end"), &end)) {
		*failure = (struct failure){RPC_INVALID_PARAMS, "range is missing or wrong"};
		return NULL;
	}
	first = lines_offset(analysis_lines(place.analysis, place.source), start, server->encoding);
	last = lines_offset(analysis_lines(place.analysis, place.source), end, server->encoding);
	list = json_array();
	for (const struct diag_record *record = place.analysis->diags->first; record;
	     record = record->next)
		if (record->replacement && record->edit_span.file == place.source->id &&
		    record->span.file == place.source->id && record->span.offset <= last &&
		    (size_t)record->span.offset + record->span.len >= first)
			json_array_append_new(list, action_json(server, &place, record));
	return list;
}
