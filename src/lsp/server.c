/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the messages of a client in turn, gives its requests their answers.
 * Never trusts a message, and never leaves a request unanswered.
 */
#include "lsp/server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lsp/uri.h"

/* No text may grow past this by small edits either. */
#define TEXT_SIZE_MAX ((size_t)256 << 20)

static void log_message(struct server *server, const char *text)
{
	rpc_notify(&server->rpc, "window/logMessage",
		   json_pack("{s:i, s:s}", "type", 2, "message", text));
}

/* All of them: a file may be included by any other, and a missing one may be there now. */
static void forget_analyses(struct server *server)
{
	for (struct document *at = server->documents.first; at; at = at->next) {
		analysis_free(at->analysis);
		at->analysis = NULL;
	}
}

/* --- the client's parameters --------------------------------------------------- */

static const char *string_member(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

bool read_position(const json_t *json, struct position *position)
{
	const json_t *line = json_object_get(json, "line");
	const json_t *character = json_object_get(json, "character");

	if (!json_is_integer(line) || !json_is_integer(character) || json_integer_value(line) < 0 ||
	    json_integer_value(character) < 0)
		return false;
	position->line = (uint64_t)json_integer_value(line);
	position->character = (uint64_t)json_integer_value(character);
	return true;
}

/* The analysis of a document, or of one that includes it, which knows more. */
static void choose_analysis(struct server *server, struct place_params *place)
{
	place->analysis = place->document->analysis;
	place->source = place->analysis->root;
	for (struct document *at = server->documents.first; at && place->document->fragment;
	     at = at->next) {
		struct source *source;

		if (at->fragment || !at->analysis->root)
			continue;
		source = analysis_source(at->analysis, place->document);
		if (source) {
			place->analysis = at->analysis;
			place->source = source;
			return;
		}
	}
}

bool read_document(struct server *server, const json_t *params, struct place_params *place,
		   struct failure *failure)
{
	const char *uri = string_member(json_object_get(params, "textDocument"), "uri");

	*place = (struct place_params){0};
	if (!uri) {
		*failure = (struct failure){RPC_INVALID_PARAMS, "textDocument.uri is missing"};
		return false;
	}
	place->document = document_find(&server->documents, uri);
	if (!place->document) {
		*failure = (struct failure){RPC_INVALID_PARAMS, "this document is not open"};
		return false;
	}
	publish_diagnostics(server);
	choose_analysis(server, place);
	if (!place->source)
		*failure = (struct failure){RPC_REQUEST_FAILED, "this document cannot be read"};
	return place->source != NULL;
}

bool read_place(struct server *server, const json_t *params, struct place_params *place,
		struct failure *failure)
{
	struct position position;

	if (!read_document(server, params, place, failure))
		return false;
	if (!read_position(json_object_get(params, "position"), &position)) {
		*failure = (struct failure){RPC_INVALID_PARAMS, "position is missing or wrong"};
		return false;
	}
	place->offset = lines_offset(analysis_lines(place->analysis, place->source), position,
				     server->encoding);
	return true;
}

/* --- coming and going ----------------------------------------------------------- */

/* The first of the client's encodings that we know; without a list it is UTF-16. */
static void choose_encoding(struct server *server, const json_t *capabilities)
{
	const json_t *list =
		json_object_get(json_object_get(capabilities, "general"), "positionEncodings");
	const json_t *item;
	size_t i;

	server->encoding = ENCODING_UTF16;
	json_array_foreach(list, i,
			   item) for (size_t j = 0; json_is_string(item) && j < ENCODINGS;
				      j++) if (!strcmp(json_string_value(item), encoding_names[j]))
	{
		server->encoding = (enum encoding)j;
		return;
	}
}

static void choose_markup(struct server *server, const json_t *capabilities)
{
	const json_t *hover =
		json_object_get(json_object_get(capabilities, "textDocument"), "hover");
	const json_t *first = json_array_get(json_object_get(hover, "contentFormat"), 0);

	server->markdown = json_is_string(first) && !strcmp(json_string_value(first), "markdown");
}

/* initializationOptions.includeDirs, relative ones from the folder that is open. */
static void take_include_dirs(struct server *server, const json_t *params)
{
	const json_t *list =
		json_object_get(json_object_get(params, "initializationOptions"), "includeDirs");
	const char *root_uri = string_member(params, "rootUri");
	char *root = root_uri ? uri_path(root_uri) : NULL;
	size_t count = server->options.include_dir_count, i;
	const json_t *item;

	if (json_is_array(list))
		server->include_dirs = checked_realloc(
			server->include_dirs, (count + json_array_size(list) + 1) * sizeof(char *));
	json_array_foreach(list, i, item)
	{
		const char *text = json_string_value(item);
		struct buffer path = {0};

		if (!text || !*text)
			continue;
		if (root && text[0] != '/')
			buffer_printf(&path, "%s/", root);
		buffer_add_string(&path, text);
		server->include_dirs[count++] = path.data;
	}
	server->options.include_dirs = (const char *const *)server->include_dirs;
	server->options.include_dir_count = count;
	free(root);
}

static json_t *answer_initialize(struct server *server, const json_t *params,
				 struct failure *failure)
{
	const json_t *capabilities = json_object_get(params, "capabilities");

	if (!json_is_object(params)) {
		*failure = (struct failure){RPC_INVALID_PARAMS, "initialize has no parameters"};
		return NULL;
	}
	choose_encoding(server, capabilities);
	choose_markup(server, capabilities);
	take_include_dirs(server, params);
	server->state = SERVER_RUNNING;
	return json_pack("{s:{s:s, s:{s:b, s:i, s:b}, s:b, s:b, s:b, s:{s:b}, s:b, s:b, s:{s:[s]}, "
			 "s:{s:[s, s, s, s]}}, s:{s:s, s:s}}",
			 "capabilities", "positionEncoding", encoding_names[server->encoding],
			 "textDocumentSync", "openClose", 1, "change", 2, "save", 1,
			 "hoverProvider", 1, "definitionProvider", 1, "referencesProvider", 1,
			 "renameProvider", "prepareProvider", 1, "documentSymbolProvider", 1,
			 "documentFormattingProvider", 1, "codeActionProvider", "codeActionKinds",
			 "quickfix", "completionProvider", "triggerCharacters", "&", "=", " ", ":",
			 "serverInfo", "name", "nv2dtc", "version", NV2_VERSION);
}

static json_t *answer_shutdown(struct server *server, const json_t *params, struct failure *failure)
{
	(void)params;
	(void)failure;
	server->state = SERVER_SHUT_DOWN;
	return NULL;
}

/* --- texts ------------------------------------------------------------------------ */

static void did_open(struct server *server, const json_t *params)
{
	const json_t *item = json_object_get(params, "textDocument");
	const json_t *text = json_object_get(item, "text");
	const char *uri = string_member(item, "uri");

	if (!uri || !json_is_string(text)) {
		log_message(server, "didOpen without a URI or a text: left out");
		return;
	}
	forget_analyses(server);
	document_open(&server->documents, uri, json_integer_value(json_object_get(item, "version")),
		      json_string_value(text), json_string_length(text));
}

/* One item of contentChanges; false if it makes no sense. */
static bool change_text(struct server *server, struct document *document, const json_t *change)
{
	const json_t *text = json_object_get(change, "text");
	const json_t *range = json_object_get(change, "range");
	struct buffer *old = &document->text;
	size_t start = 0, end = old->len;
	struct position first, last;

	if (!json_is_string(text))
		return false;
	if (range) {
		if (!read_position(json_object_get(range, "start"), &first) ||
		    !read_position(json_object_get(range, "end"), &last))
			return false;
		start = text_offset(old->data, old->len, first, server->encoding);
		end = text_offset(old->data, old->len, last, server->encoding);
	}
	if (start > end || old->len - (end - start) + json_string_length(text) > TEXT_SIZE_MAX)
		return false;
	document_replace(document, start, end, json_string_value(text), json_string_length(text));
	return true;
}

static void did_change(struct server *server, const json_t *params)
{
	const json_t *item = json_object_get(params, "textDocument"), *change;
	const char *uri = string_member(item, "uri");
	struct document *document = uri ? document_find(&server->documents, uri) : NULL;
	const json_t *changes = json_object_get(params, "contentChanges");
	size_t i;

	if (!document || !json_is_array(changes)) {
		log_message(server, "didChange of a document that is not open: left out");
		return;
	}
	forget_analyses(server);
	document->to_publish = true;
	if (json_is_integer(json_object_get(item, "version")))
		document->version = json_integer_value(json_object_get(item, "version"));
	json_array_foreach(changes, i, change) if (!change_text(server, document, change))
	{
		log_message(server, "didChange with a change that is none: the text here "
				    "may be another than the client's until it is opened "
				    "again");
		return;
	}
}

/* Another file may have been written meanwhile as well. */
static void did_save(struct server *server, const json_t *params)
{
	(void)params;
	forget_analyses(server);
}

static void did_close(struct server *server, const json_t *params)
{
	const char *uri = string_member(json_object_get(params, "textDocument"), "uri");
	struct document *document = uri ? document_find(&server->documents, uri) : NULL;

	if (!document)
		return;
	forget_analyses(server);
	document_close(&server->documents, document);
}

/* --- dispatch ----------------------------------------------------------------------- */

static const struct {
	const char *method;
	request_function *answer;
} requests[] = {
	{"shutdown", answer_shutdown},
	{"textDocument/codeAction", answer_actions},
	{"textDocument/completion", answer_completion},
	{"textDocument/definition", answer_definition},
	{"textDocument/documentSymbol", answer_symbols},
	{"textDocument/formatting", answer_formatting},
	{"textDocument/hover", answer_hover},
	{"textDocument/prepareRename", answer_prepare_rename},
	{"textDocument/references", answer_references},
	{"textDocument/rename", answer_rename},
};

static const struct {
	const char *method;
	void (*take)(struct server *server, const json_t *params);
} notifications[] = {
	{"textDocument/didChange", did_change},
	{"textDocument/didClose", did_close},
	{"textDocument/didOpen", did_open},
	{"textDocument/didSave", did_save},
	{"workspace/didChangeWatchedFiles", did_save},
};

static request_function *find_request(const struct server *server, const char *method,
				      struct failure *failure)
{
	bool initialize = !strcmp(method, "initialize");

	if (server->state == SERVER_STARTING && initialize)
		return answer_initialize;
	if (server->state == SERVER_STARTING)
		*failure = (struct failure){RPC_NOT_INITIALIZED, "initialize comes first"};
	else if (server->state == SERVER_SHUT_DOWN)
		*failure = (struct failure){RPC_INVALID_REQUEST, "the server was shut down"};
	else if (initialize)
		*failure = (struct failure){RPC_INVALID_REQUEST, "initialize comes once"};
	for (size_t i = 0; !failure->code && i < sizeof(requests) / sizeof(requests[0]); i++)
		if (!strcmp(requests[i].method, method))
			return requests[i].answer;
	if (!failure->code)
		*failure = (struct failure){RPC_METHOD_NOT_FOUND, "there is no such method"};
	return NULL;
}

static void take_request(struct server *server, const json_t *id, const char *method,
			 const json_t *params)
{
	struct failure failure = {0};
	request_function *answer = find_request(server, method, &failure);
	json_t *result = answer ? answer(server, params, &failure) : NULL;

	if (failure.code)
		rpc_send_error(&server->rpc, id, failure.code, failure.message);
	else
		rpc_send_result(&server->rpc, id, result);
}

/* False when the client leaves. */
static bool take_message(struct server *server, const json_t *message)
{
	const json_t *id = json_object_get(message, "id");
	const char *method = string_member(message, "method");
	const json_t *params = json_object_get(message, "params");
	bool known_id = json_is_integer(id) || json_is_string(id);

	/* The answer to something we asked: we ask nothing. */
	if (!method && known_id &&
	    (json_object_get(message, "result") || json_object_get(message, "error")))
		return true;
	if (!json_is_object(message) || !method || (id && !known_id)) {
		rpc_send_error(&server->rpc, known_id ? id : NULL, RPC_INVALID_REQUEST,
			       "this is no JSON-RPC 2.0 request");
		return true;
	}
	if (id) {
		take_request(server, id, method, params);
		return true;
	}
	if (!strcmp(method, "exit"))
		return false;
	for (size_t i = 0; i < sizeof(notifications) / sizeof(notifications[0]); i++)
		if (server->state == SERVER_RUNNING && !strcmp(notifications[i].method, method))
			notifications[i].take(server, params);
	return true;
}

static bool has_unpublished(const struct server *server)
{
	for (const struct document *at = server->documents.first; at; at = at->next)
		if (!at->analysis)
			return true;
	/* The last document may have gone, and left its diagnostics. */
	return !server->documents.first && json_object_size(server->published);
}

static void run(struct server *server)
{
	bool more = true;

	while (more && !server->rpc.error) {
		json_t *message;

		/* Who types fast is not kept waiting by what is out of date already. */
		if (server->state == SERVER_RUNNING && has_unpublished(server) &&
		    !rpc_waiting(&server->rpc))
			publish_diagnostics(server);
		switch (rpc_read(&server->rpc, &message)) {
		case RPC_MESSAGE:
			more = take_message(server, message);
			break;
		case RPC_NOT_JSON:
			rpc_send_error(&server->rpc, NULL, RPC_PARSE_ERROR, "this is no JSON");
			break;
		case RPC_BAD_HEADER:
			rpc_send_error(&server->rpc, NULL, RPC_PARSE_ERROR,
				       "a header that does not say how long the message is: "
				       "nothing behind it can be read");
			more = false;
			server->state = SERVER_STARTING;
			break;
		case RPC_TOO_LONG:
			break;
		case RPC_END:
			more = false;
			server->state = SERVER_STARTING;
			break;
		}
		json_decref(message);
	}
}

bool serve(const struct analysis_options *options, int in, int out, int *error)
{
	struct server server = {.options = *options, .rpc = {.in = in, .out = out}};
	size_t count = options->include_dir_count;
	bool done;

	server.include_dirs = checked_malloc((count + 1) * sizeof(char *));
	for (size_t i = 0; i < count; i++)
		server.include_dirs[i] = absolute_path(options->include_dirs[i]);
	server.options.include_dirs = (const char *const *)server.include_dirs;
	server.published = json_object();
	run(&server);
	done = server.state == SERVER_SHUT_DOWN && !server.rpc.error;
	*error = server.rpc.error;
	documents_free(&server.documents);
	json_decref(server.published);
	for (size_t i = 0; i < server.options.include_dir_count; i++)
		free(server.include_dirs[i]);
	free(server.include_dirs);
	rpc_free(&server.rpc);
	return done;
}
