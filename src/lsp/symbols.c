/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the syntax tree of a text, gives its outline. Never shows what another
 * file declares.
 */
#include <string.h>

#include "lsp/server.h"

/* The kinds of LSP that come closest. */
enum symbol_kind {
	SYMBOL_MODULE = 2,
	SYMBOL_CLASS = 5,
	SYMBOL_FIELD = 8,
	SYMBOL_INTERFACE = 11,
	SYMBOL_OBJECT = 19,
	SYMBOL_STRUCT = 23,
};

static const struct {
	enum stmt_kind stmt;
	const char *word;
	enum symbol_kind kind;
} kinds[] = {
	{STMT_BOARD, "board", SYMBOL_MODULE},  {STMT_GUEST, "guest", SYMBOL_MODULE},
	{STMT_NPU, "npu", SYMBOL_CLASS},       {STMT_GPU, "gpu", SYMBOL_OBJECT},
	{STMT_LINK, "link", SYMBOL_INTERFACE}, {STMT_PHB, "phb", SYMBOL_STRUCT},
	{STMT_AMEND, "&", SYMBOL_FIELD},
};

static void symbol_name(const struct place_params *place, const struct stmt *stmt, const char *word,
			struct buffer *name)
{
	if (stmt->kind == STMT_LINK || stmt->kind == STMT_PHB || stmt->kind == STMT_AMEND) {
		if (stmt->label.text)
			buffer_printf(name, "%s: ", stmt->label.text);
		buffer_add(name, place->source->text + stmt->span.offset, stmt->span.len);
	} else {
		buffer_printf(name, "%s %s", word, stmt->name.text ? stmt->name.text : "");
	}
}

static json_t *symbol_json(struct server *server, const struct place_params *place,
			   const struct stmt *stmt)
{
	struct span whole = stmt->close.file == stmt->span.file ? span_join(stmt->span, stmt->close)
								: stmt->span;
	struct buffer name = {0};
	json_t *symbol = NULL;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && !symbol; i++) {
		if (kinds[i].stmt != stmt->kind)
			continue;
		symbol_name(place, stmt, kinds[i].word, &name);
		symbol = json_pack("{s:o, s:i, s:o, s:o, s:[]}", "name",
				   rpc_text(name.data, name.len), "kind", (int)kinds[i].kind,
				   "range", range_json(server, place->analysis, whole),
				   "selectionRange",
				   range_json(server, place->analysis, stmt->span), "children");
	}
	buffer_free(&name);
	return symbol;
}

json_t *answer_symbols(struct server *server, const json_t *params, struct failure *failure)
{
	json_t *lists[STATEMENT_DEPTH + 1] = {NULL}, *result;
	struct statement_walk walk = {.next = NULL};
	struct place_params place;
	const struct stmt *stmt;

	if (!read_document(server, params, &place, failure))
		return NULL;
	walk.next = place.analysis->syntax->statements.first;
	result = lists[0] = json_array();
	while ((stmt = statement_next(&walk))) {
		unsigned level = walk.level;
		json_t *symbol = stmt->span.file == place.source->id
					 ? symbol_json(server, &place, stmt)
					 : NULL;

		/* What a fragment declares stands in a block of the file that includes it. */
		if (symbol)
			json_array_append_new(lists[level], symbol);
		lists[level + 1] = symbol ? json_object_get(symbol, "children") : lists[level];
	}
	return result;
}
