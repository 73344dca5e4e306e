/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LANG_SCAN_H
#define NV2_LANG_SCAN_H

#include "lang/codes.h"
#include "lang/parse.h"
#include "lang/wide.h"

/* No wiring nests deeper; a file that does is broken, and is not read on. */
#define NESTING_MAX 32
#define INCLUDE_DEPTH_MAX 32

/* A file being read: the one below it in the stack included it. */
struct scan_frame {
	struct source *source;
	uint32_t offset; /* of the next token */
	struct span open_braces[NESTING_MAX];
	unsigned depth;  /* braces open in this file */
};

/*
 * State of one scanner. The parser follows includes; the formatter
 * (`verbatim`) wants comments, includes and line markers as tokens instead.
 */
struct scan {
	struct lang *lang;
	struct syntax *syntax;
	struct scan_frame *frames[INCLUDE_DEPTH_MAX];
	unsigned frame_count;
	bool verbatim;      /* includes and line markers are tokens, not followed */
	bool skip_comments; /* else comments are tokens as well */
	bool stopped;      /* an error after which nothing more is read */
	unsigned depth;    /* braces open in all files */
	unsigned parens;
	struct span token;  /* the one being given */
	int last[4];       /* kinds of the tokens given, newest first */
	struct span last_spans[4];
	struct span last_error; /* of the scanner: the parser says no more about it */
	bool swallowed;         /* an open comment or string took what may have been a '}' */
	bool unbalanced;        /* braces were found open at the end of a file */
	bool raw;          /* inside an extra block: property names are DTS's */
};

/* What the parser carries besides the scanner. */
struct parser {
	struct lang *lang;
	struct scan *scan;
	struct syntax *syntax;
	bool seen_statement, seen_version;
	bool semicolon_missing; /* what the last syntax error was */
	struct span last_error; /* where the last syntax error was */
	unsigned cell_bits; /* of the <…> being read, 0: 32 */
};

/* Whether the scanner, or a value, was wrong earlier on the line of `span`. */
bool scan_error_on_line(const struct scan *scan, struct span span);

struct diag_record *lang_error(struct scan *scan, enum lang_code code, struct span span,
			       const char *format, ...) FORMAT_PRINTF(4, 5);

union NV2_STYPE;
/* The next token, as the grammar numbers them; 0 at the end. */
int nv2_lex(union NV2_STYPE *value, struct span *span, void *scanner);
bool scanner_open(struct scan *scan, struct source *source, void **scanner);
/* flex ends the current token with a NUL in the text: puts back what messages may quote. */
void scanner_mend_text(void *scanner);
void scanner_close(void *scanner);

/* What the scanner's actions call: token.c. */
void scan_number(struct scan *scan, const char *text, size_t len, uint64_t *number, size_t *used);
const char *scan_string(struct scan *scan, const char *text, size_t len);
bool scan_line_marker(struct scan *scan, const char *text, size_t len);
bool scan_open_brace(struct scan *scan);
bool scan_close_brace(struct scan *scan);
/* The file to read next, or NULL after an error. */
struct source *scan_include(struct scan *scan, const char *text, size_t len);
bool scan_push_frame(struct scan *scan, struct source *source);
/* False when that was the last file. */
bool scan_pop_frame(struct scan *scan);

#endif
