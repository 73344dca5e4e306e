/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_DIAG_DIAG_H
#define NV2_DIAG_DIAG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/arena.h"
#include "core/buffer.h"
#include "core/source.h"

enum severity {
	SEVERITY_OFF,
	SEVERITY_NOTE,
	SEVERITY_WARNING,
	SEVERITY_ERROR,
	SEVERITY_COUNT
};

/*
 * What a diagnostic is. Codes keep their meaning for good: one that is no
 * longer given is retired, never used again. Each room keeps a table of its
 * own; diag_register() makes them known to -W and to `explain`.
 */
struct diag_def {
	const char *code;    /* NV2-E0123, NV2-W0140, NV2-N0150 */
	const char *name;    /* brick-wired-twice */
	enum severity level; /* before any -W option */
	const char *summary; /* one line: what is wrong */
	const char *explain; /* why it matters: paragraphs */
	const char *example; /* a wiring file that gives it, or NULL where none can */
	/*
	 * What to do about it. Messages without a fix of their own show it, unless
	 * it starts with FIX_FOR_EXPLAIN: too general to help in a message.
	 */
	const char *fix;
};

#define FIX_FOR_EXPLAIN "\001"

struct diag_related {
	struct diag_related *next;
	const char *message;
	struct span span;
	const char *subject; /* see struct diag_record */
};

struct diag_record {
	struct diag_record *next;
	const struct diag_def *def;
	enum severity severity;
	const char *message;
	struct span span;
	/*
	 * Where there is no span: the file, tree or node it is about, as
	 * "host.dtb: /pciex@6030200000000"; or NULL.
	 */
	const char *subject;
	struct diag_related *related, *last_related;
	const char *fix;
	/* The fix as an edit: what to write at `edit_span`, which may be empty; NULL: none. */
	const char *replacement;
	struct span edit_span;
	bool system; /* I/O or memory, not the input's fault: exit status 3 */
};

struct diag_level;

struct diags {
	struct arena *arena;
	struct sources *sources;
	struct diag_record *first, *last;
	size_t counts[SEVERITY_COUNT];
	bool system_failure;
	bool warnings_are_errors;
	ARRAY(const struct diag_def *) defs;
	struct diag_level *levels;
};

struct diags *diags_new(struct arena *arena, struct sources *sources);

void diag_register(struct diags *diags, const struct diag_def *def);
/* Takes over the definitions and the levels of `from`, which must live on. */
void diags_inherit(struct diags *diags, const struct diags *from);
/* By code or by name; NULL if there is none. */
const struct diag_def *diag_find(const struct diags *diags, const char *code_or_name);

enum diag_option_result {
	DIAG_OPTION_OK,
	DIAG_OPTION_UNKNOWN, /* no diagnostic has that name */
	DIAG_OPTION_ERROR_OFF, /* an error cannot be turned off or down */
};

/* The text behind -W: "error", "error=NAME", "NAME", "no-NAME". */
enum diag_option_result diag_option(struct diags *diags, const char *text);

/*
 * Adds a diagnostic and gives the record to hang notes and a fix on, or NULL
 * if the diagnostic is turned off; the other functions take NULL and do nothing.
 */
struct diag_record *diag_add(struct diags *diags, const struct diag_def *def, struct span span,
			     const char *format, ...) FORMAT_PRINTF(4, 5);
/* The same about something that is no text: a tree's node, a file. */
struct diag_record *diag_add_about(struct diags *diags, const struct diag_def *def,
				   const char *subject, const char *format, ...)
	FORMAT_PRINTF(4, 5);
void diag_note(struct diags *diags, struct diag_record *record, struct span span,
	       const char *format, ...) FORMAT_PRINTF(4, 5);
void diag_note_about(struct diags *diags, struct diag_record *record, const char *subject,
		     const char *format, ...) FORMAT_PRINTF(4, 5);
void diag_fix(struct diags *diags, struct diag_record *record, const char *format, ...)
	FORMAT_PRINTF(3, 4);

/* The fix as an edit of the text, for editors to make. */
void diag_edit(struct diags *diags, struct diag_record *record, struct span span,
	       const char *format, ...) FORMAT_PRINTF(4, 5);

/* The record's own fix, else that of its diagnostic; NULL if there is none to show. */
const char *diag_fix_text(const struct diag_record *record);

bool diags_have_errors(const struct diags *diags);

/* Source order; records without a place come last, in the order they were added. */
void diags_sort(struct diags *diags);

/* At most this many errors are shown as text, then a count. */
#define DIAG_ERRORS_SHOWN 20

void diags_print_text(struct diags *diags, struct buffer *out, bool color);
void diags_print_json(struct diags *diags, struct buffer *out);
void diags_print_sarif(struct diags *diags, struct buffer *out);

/* The page that `explain` shows. */
void diag_print_explanation(const struct diag_def *def, struct buffer *out);

/* All that were registered, as one document in Markdown. */
void diags_print_reference(const struct diags *diags, struct buffer *out);

/* The name in `names` closest to `text`, if close enough to be a slip of the hand; else NULL. */
const char *closest_name(const char *text, const char *const *names, size_t count);

#endif
