/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_CORE_SOURCE_H
#define NV2_CORE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

/*
 * The texts of a compilation. Every file read gets a number; a place in it is
 * a span of bytes, and lines and columns are worked out only when a message
 * or a comment is printed.
 */
struct span {
	uint32_t file; /* 0: no place */
	uint32_t offset, len;
};

/* Spans hold 32-bit offsets and the scanner counts in int: no file may pass this. */
#define SOURCE_SIZE_MAX ((size_t)0x7ffffff0)

struct source_marker;

struct source {
	uint32_t id;
	const char *name; /* as the user or the /include/ wrote it */
	const char *path; /* as it was opened; NULL for standard input and for texts in memory */
	char *text;       /* `size` bytes, then two NULs for the scanner */
	size_t size;
	struct span included_from; /* the /include/ that brought it in; file 0 if none */

	ARRAY(uint32_t) lines;                /* offset of each line start, built on first use */
	ARRAY(struct source_marker) markers;  /* C preprocessor line markers, in file order */
	/* The last column worked out: most places asked for lie behind it on its line. */
	struct {
		uint32_t line_start, offset, column;
	} last_column;
};

/* `# 12 "file"` on the line before `offset`: that line is line 12 of `file`. */
struct source_marker {
	uint32_t offset;
	uint32_t line;
	const char *name;
};

/*
 * Texts that stand in for files: what an editor has open, saved or not. `find`
 * gives the text for a path, or NULL where the file itself is to be read; it
 * is copied.
 */
struct source_overlay {
	const char *(*find)(void *context, const char *path, size_t *size);
	void *context;
};

struct sources {
	struct arena *arena;
	ARRAY(struct source *) files;
	struct source_overlay overlay; /* zeroed: none */
};

/* What a position means to a person. Lines and columns count from 1; a column is a code point. */
struct place {
	const char *name;
	uint32_t line, column;
	uint32_t end_line, end_column; /* just behind the last character */
	const char *line_text;         /* the line the span starts in, without its newline */
	size_t line_len;
	size_t at; /* byte offset of the span's start in line_text */
};

struct sources *sources_new(struct arena *arena);

/*
 * Reads `path` ("-": standard input) whole. Gives NULL and sets *error to an
 * errno value (EISDIR for a directory, EFBIG over SOURCE_SIZE_MAX). A text of the
 * overlay is given in place of its file.
 */
struct source *source_read(struct sources *sources, const char *path, const char *name, int *error);
/* The same for a text already in memory, which is copied. */
struct source *source_from_text(struct sources *sources, const char *name, const char *text,
				size_t size);
struct source *source_get(const struct sources *sources, uint32_t id);

void source_add_marker(struct sources *sources, struct source *source, uint32_t offset,
		       uint32_t line, const char *name);
/* False if the span has no file. */
bool source_place(struct sources *sources, struct span span, struct place *place);
/*
 * Offset of the first byte that is no text (NUL or not UTF-8), or `size` when
 * all of it is.
 */
size_t source_find_bad_byte(const struct source *source);

/* The span from the start of `first` to the end of `last`, both in one file. */
struct span span_join(struct span first, struct span last);
/* Negative, 0, positive: by file, then offset. */
int span_compare(struct span a, struct span b);

#endif
