/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LANG_PARSE_H
#define NV2_LANG_PARSE_H

#include "core/arena.h"
#include "core/buffer.h"
#include "core/intern.h"
#include "core/source.h"
#include "diag/diag.h"
#include "lang/ast.h"

/* What the parser works with. Everything it makes lives in `arena`. */
struct lang {
	struct arena *arena;
	struct intern *strings;
	struct sources *sources;
	struct diags *diags;
	ARRAY(const char *) include_dirs; /* -I, in order */
};

/*
 * Reads a wiring file and what it includes. Always gives a tree, of as much
 * as could be understood; errors are in lang->diags and set has_errors.
 */
struct syntax *parse_file(struct lang *lang, struct source *source);
/* The same for an .nv2i by itself, which has no version line. */
struct syntax *parse_fragment(struct lang *lang, struct source *source);
/* A word with a meaning in some places: `board`, `at`, …; NULL behind the last. */
const char *language_word(size_t at);

/*
 * Writes `source` in the one canonical layout, comments kept, includes not
 * followed. False, with nothing written and errors in lang->diags, if the
 * text has syntax errors. `fragment`: an .nv2i, which has no version line.
 */
bool format_source(struct lang *lang, struct source *source, bool fragment, struct buffer *out);

/* The diagnostics of this room: a table ended by a NULL code. */
extern const struct diag_def lang_codes[];

#endif
