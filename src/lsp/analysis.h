/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LSP_ANALYSIS_H
#define NV2_LSP_ANALYSIS_H

#include "diag/diag.h"
#include "lang/parse.h"
#include "lsp/document.h"
#include "lsp/position.h"
#include "plan/plan.h"
#include "wiring/names.h"
#include "wiring/wiring.h"

/* What holds for all texts: from the command line, and from the client. */
struct analysis_options {
	const struct diags *diags; /* the diagnostics there are, and their levels */
	const char *const *include_dirs;
	size_t include_dir_count;
	uint64_t page_size; /* 0: as the boards say */
};

/* All that is known of one open file and what it includes. Freed whole at its next change. */
struct analysis {
	struct arena *arena;
	struct intern *strings;
	struct sources *sources;
	struct diags *diags;
	struct lang lang;
	const struct document *document;
	struct source *root; /* NULL: it could not be read */
	struct syntax *syntax;
	struct wiring *wiring; /* NULL: a fragment by itself */
	struct plan *plan;     /* NULL: there are errors, so nothing follows yet */
	struct name_index names;
	struct lines **lines; /* by file, made on first use */
};

struct analysis *analyse(const struct analysis_options *options, struct documents *documents,
			 const struct document *document);
void analysis_free(struct analysis *analysis);

const struct lines *analysis_lines(struct analysis *analysis, const struct source *source);
/* The file of an analysis that a document is; NULL if it is none of them. */
struct source *analysis_source(const struct analysis *analysis, const struct document *document);

/* The name at a place, or NULL. */
const struct name_use *analysis_name(const struct analysis *analysis, uint32_t file, size_t offset);
bool span_holds(struct span span, uint32_t file, size_t offset);

/*
 * All statements, each before those in its block. Zeroed but for `next` it
 * starts; statement_next() gives NULL at the end, and sets `parent` and `level`
 * to those of the statement it gives.
 */
#define STATEMENT_DEPTH 40

struct statement_walk {
	const struct stmt *next;
	const struct stmt *parent; /* NULL: at the top */
	unsigned level;
	const struct stmt *open[STATEMENT_DEPTH];
	unsigned depth;
};

const struct stmt *statement_next(struct statement_walk *walk);

#endif
