/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the analyses of all open files, gives the client the diagnostics of
 * each file, included ones too. Never sends the same twice.
 */
#include <stdlib.h>
#include <string.h>

#include "lsp/server.h"
#include "lsp/uri.h"

json_t *source_uri(struct server *server, const struct analysis *analysis,
		   const struct source *source)
{
	const struct document *document = NULL;
	json_t *json;
	char *uri;

	if (source == analysis->root)
		document = analysis->document;
	else if (source->path)
		document = document_at(&server->documents, source->path);
	if (document)
		return rpc_text(document->uri, strlen(document->uri));
	uri = path_uri(source->path ? source->path : source->name);
	json = rpc_text(uri, strlen(uri));
	free(uri);
	return json;
}

static json_t *position_json(struct position position)
{
	return json_pack("{s:I, s:I}", "line", (json_int_t)position.line, "character",
			 (json_int_t)position.character);
}

json_t *range_json(struct server *server, struct analysis *analysis, struct span span)
{
	const struct source *source = source_get(analysis->sources, span.file);
	const struct lines *lines = analysis_lines(analysis, source ? source : analysis->root);
	size_t start = source ? span.offset : 0, end = source ? start + span.len : 0;

	return json_pack("{s:o, s:o}", "start",
			 position_json(lines_position(lines, start, server->encoding)), "end",
			 position_json(lines_position(lines, end, server->encoding)));
}

json_t *location_json(struct server *server, struct analysis *analysis, struct span span)
{
	const struct source *source = source_get(analysis->sources, span.file);

	return json_pack("{s:o, s:o}", "uri",
			 source_uri(server, analysis, source ? source : analysis->root), "range",
			 range_json(server, analysis, span));
}

struct span record_span(const struct analysis *analysis, const struct diag_record *record)
{
	if (record->span.file)
		return record->span;
	return (struct span){analysis->root->id, 0, 0};
}

json_t *diagnostic_json(struct server *server, struct analysis *analysis,
			const struct diag_record *record)
{
	static const int severities[SEVERITY_COUNT] = {
		[SEVERITY_ERROR] = 1, [SEVERITY_WARNING] = 2, [SEVERITY_NOTE] = 3};
	const char *fix = diag_fix_text(record);
	struct buffer message = {0};
	json_t *json = json_object(), *related = json_array();

	buffer_printf(&message, "%s%s%s", record->subject ? record->subject : "",
		      record->subject ? ": " : "", record->message);
	if (fix && !record->replacement)
		buffer_printf(&message, "\nfix: %s", fix);
	json_object_set_new(json, "range",
			    range_json(server, analysis, record_span(analysis, record)));
	json_object_set_new(json, "severity", json_integer(severities[record->severity]));
	json_object_set_new(json, "code", json_string(record->def->code));
	json_object_set_new(json, "source", json_string("nv2dtc"));
	json_object_set_new(json, "message", rpc_text(message.data, message.len));
	for (const struct diag_related *note = record->related; note; note = note->next)
		if (note->span.file)
			json_array_append_new(
				related,
				json_pack("{s:o, s:o}", "location",
					  location_json(server, analysis, note->span), "message",
					  rpc_text(note->message, strlen(note->message))));
	if (json_array_size(related))
		json_object_set(json, "relatedInformation", related);
	json_decref(related);
	buffer_free(&message);
	return json;
}

static bool holds(const json_t *list, size_t count, const json_t *item)
{
	for (size_t i = 0; i < count; i++)
		if (json_equal(json_array_get(list, i), item))
			return true;
	return false;
}

/* Adds what one analysis says; what another said of a file they share is said once. */
static void collect(struct server *server, struct analysis *analysis, json_t *by_uri)
{
	json_t *before = json_object();

	for (const struct diag_record *record = analysis->diags->first; record;
	     record = record->next) {
		const struct source *source =
			source_get(analysis->sources, record_span(analysis, record).file);
		json_t *uri = source_uri(server, analysis, source);
		const char *key = json_string_value(uri);
		json_t *list = json_object_get(by_uri, key), *item;

		if (!list) {
			list = json_array();
			json_object_set_new(by_uri, key, list);
		}
		if (!json_object_get(before, key))
			json_object_set_new(before, key,
					    json_integer((json_int_t)json_array_size(list)));
		item = diagnostic_json(server, analysis, record);
		if (!holds(list, (size_t)json_integer_value(json_object_get(before, key)), item))
			json_array_append(list, item);
		json_decref(item);
		json_decref(uri);
	}
	json_decref(before);
}

/* A fragment is judged by what includes it; by itself only where nothing open does. */
static bool included(const struct server *server, const struct document *fragment)
{
	for (const struct document *at = server->documents.first; at; at = at->next)
		if (!at->fragment && at->analysis && at->analysis->root &&
		    analysis_source(at->analysis, fragment))
			return true;
	return false;
}

static void publish(struct server *server, const char *uri, const json_t *list)
{
	struct document *document = document_find(&server->documents, uri);
	json_t *params = json_object();

	json_object_set_new(params, "uri", json_string(uri));
	if (document)
		json_object_set_new(params, "version", json_integer(document->version));
	json_object_set_new(params, "diagnostics", list ? json_deep_copy(list) : json_array());
	if (document)
		document->to_publish = false;
	rpc_notify(&server->rpc, "textDocument/publishDiagnostics", params);
}

/* What files said before and say no more, then what is new. */
static void publish_changes(struct server *server, json_t *by_uri)
{
	const char *uri;
	json_t *list;

	json_object_foreach(server->published, uri,
			    list) if (!json_object_get(by_uri, uri) &&
				      !document_find(&server->documents, uri))
		publish(server, uri, NULL);
	for (struct document *at = server->documents.first; at; at = at->next)
		if (!json_object_get(by_uri, at->uri))
			json_object_set_new(by_uri, at->uri, json_array());
	json_object_foreach(by_uri, uri, list)
	{
		const struct document *document = document_find(&server->documents, uri);
		const json_t *before = json_object_get(server->published, uri);

		if ((document && document->to_publish) ||
		    (before ? !json_equal(before, list) : json_array_size(list) > 0))
			publish(server, uri, list);
	}
	json_decref(server->published);
	server->published = by_uri;
}

void publish_diagnostics(struct server *server)
{
	json_t *by_uri = json_object();

	for (struct document *at = server->documents.first; at; at = at->next)
		if (!at->analysis)
			at->analysis = analyse(&server->options, &server->documents, at);
	for (struct document *at = server->documents.first; at; at = at->next)
		if (at->analysis->root && !(at->fragment && included(server, at)))
			collect(server, at->analysis, by_uri);
	publish_changes(server, by_uri);
}
