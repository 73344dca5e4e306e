/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes an open file, gives what all rooms say of it: syntax, names,
 * diagnostics, plan. Never changes a text, and keeps nothing of the last one.
 */
#include "lsp/analysis.h"

#include <stdlib.h>
#include <string.h>

static struct analysis *new_analysis(const struct analysis_options *options,
				     struct documents *documents, const struct document *document)
{
	struct arena *arena = arena_new();
	struct analysis *analysis = arena_alloc(arena, sizeof(*analysis));

	analysis->arena = arena;
	analysis->document = document;
	analysis->strings = intern_new(arena);
	analysis->sources = sources_new(arena);
	analysis->sources->overlay = (struct source_overlay){document_text, documents};
	analysis->diags = diags_new(arena, analysis->sources);
	diags_inherit(analysis->diags, options->diags);
	analysis->lang.arena = arena;
	analysis->lang.strings = analysis->strings;
	analysis->lang.sources = analysis->sources;
	analysis->lang.diags = analysis->diags;
	for (size_t i = 0; i < options->include_dir_count; i++)
		*ARRAY_PUSH(arena, &analysis->lang.include_dirs) = options->include_dirs[i];
	return analysis;
}

struct analysis *analyse(const struct analysis_options *options, struct documents *documents,
			 const struct document *document)
{
	struct analysis *analysis = new_analysis(options, documents, document);
	struct wiring_options wiring = {.page_size = options->page_size, .names = &analysis->names};
	const char *name = document->path ? document->path : document->uri;
	int error = 0;

	if (document->path)
		analysis->root = source_read(analysis->sources, name, name, &error);
	else
		analysis->root = source_from_text(analysis->sources, name, document->text.data,
						  document->text.len);
	if (!analysis->root)
		return analysis;
	if (document->fragment) {
		analysis->syntax = parse_fragment(&analysis->lang, analysis->root);
	} else {
		analysis->syntax = parse_file(&analysis->lang, analysis->root);
		analysis->wiring = build_wiring(analysis->arena, analysis->strings, analysis->diags,
						analysis->syntax, &wiring);
		if (!diags_have_errors(analysis->diags))
			analysis->plan = make_plan(analysis->arena, analysis->wiring);
	}
	diags_sort(analysis->diags);
	analysis->lines = arena_alloc(analysis->arena,
				      analysis->sources->files.count * sizeof(*analysis->lines));
	return analysis;
}

void analysis_free(struct analysis *analysis)
{
	if (!analysis)
		return;
	intern_free(analysis->strings);
	arena_free(analysis->arena);
}

const struct lines *analysis_lines(struct analysis *analysis, const struct source *source)
{
	struct lines **lines = &analysis->lines[source->id - 1];

	if (!*lines) {
		*lines = arena_alloc(analysis->arena, sizeof(**lines));
		lines_index(*lines, analysis->arena, source->text, source->size);
	}
	return *lines;
}

struct source *analysis_source(const struct analysis *analysis, const struct document *document)
{
	struct documents only = {(struct document *)document};

	if (analysis->document == document)
		return analysis->root;
	for (size_t i = 0; i < analysis->sources->files.count; i++) {
		struct source *source = analysis->sources->files.items[i];

		if (source->path && (document_at(&only, source->path)))
			return source;
	}
	return NULL;
}

bool span_holds(struct span span, uint32_t file, size_t offset)
{
	return span.file == file && offset >= span.offset &&
	       offset <= (size_t)span.offset + span.len;
}

const struct name_use *analysis_name(const struct analysis *analysis, uint32_t file, size_t offset)
{
	for (size_t i = 0; i < analysis->names.uses.count; i++)
		if (span_holds(analysis->names.uses.items[i].span, file, offset))
			return &analysis->names.uses.items[i];
	return NULL;
}

const struct stmt *statement_next(struct statement_walk *walk)
{
	const struct stmt *stmt = walk->next;

	if (!stmt)
		return NULL;
	walk->level = walk->depth;
	walk->parent = walk->depth ? walk->open[walk->depth - 1] : NULL;
	/* Deeper than any file can nest; what is there is left out. */
	if (stmt->body.first && walk->depth + 1 < STATEMENT_DEPTH) {
		walk->open[walk->depth++] = stmt;
		walk->next = stmt->body.first;
		return stmt;
	}
	for (walk->next = stmt->next; !walk->next && walk->depth;)
		walk->next = walk->open[--walk->depth]->next;
	return stmt;
}
