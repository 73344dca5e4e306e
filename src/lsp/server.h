/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LSP_SERVER_H
#define NV2_LSP_SERVER_H

#include "lsp/analysis.h"
#include "lsp/rpc.h"

/* The language server: LSP 3.17 over two descriptors. */

enum server_state {
	SERVER_STARTING, /* before `initialize` */
	SERVER_RUNNING,
	SERVER_SHUT_DOWN, /* waits for `exit` */
};

struct server {
	struct analysis_options options;
	struct rpc rpc;
	enum server_state state;
	enum encoding encoding;
	bool markdown; /* what the client shows a hover as */
	struct documents documents;
	json_t *published;   /* by URI: the lists that were sent last */
	char **include_dirs; /* those of the command line, then the client's */
};

/* What a request failed with; `code` 0: it did not. */
struct failure {
	enum rpc_error code;
	const char *message;
};

/* What a request about a place in a text is about. */
struct place_params {
	struct document *document;
	struct analysis *analysis; /* the one that says most of it: of a file that includes it */
	struct source *source;     /* the document, in that analysis */
	size_t offset;
};

/* Runs until the client leaves. True if it did as it should. */
bool serve(const struct analysis_options *options, int in, int out, int *error);

/* Analyses what changed, and sends what there is to say of it. */
void publish_diagnostics(struct server *server);

/* False after *failure is set. */
bool read_document(struct server *server, const json_t *params, struct place_params *place,
		   struct failure *failure);
bool read_place(struct server *server, const json_t *params, struct place_params *place,
		struct failure *failure);
bool read_position(const json_t *json, struct position *position);

json_t *range_json(struct server *server, struct analysis *analysis, struct span span);
json_t *location_json(struct server *server, struct analysis *analysis, struct span span);
json_t *source_uri(struct server *server, const struct analysis *analysis,
		   const struct source *source);
json_t *diagnostic_json(struct server *server, struct analysis *analysis,
			const struct diag_record *record);
/* A record without a place is at the start of the file that was asked about. */
struct span record_span(const struct analysis *analysis, const struct diag_record *record);

/* The requests: each gives its result, NULL for null or after setting *failure. */
typedef json_t *request_function(struct server *server, const json_t *params,
				 struct failure *failure);
request_function answer_hover, answer_definition, answer_references, answer_prepare_rename,
	answer_rename, answer_symbols, answer_formatting, answer_actions, answer_completion;

#endif
