/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_EMIT_HTML_H
#define NV2_EMIT_HTML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/buffer.h"

/* Tables of an HTML page that is XML as well. Every text is escaped here. */
struct html {
	struct arena *arena;
	struct buffer *out;
	size_t board;      /* ids are b1-gpus, b2-gpus, ... */
	bool row_head;     /* the next cell is the first of its row */
};

/* Text from anywhere; NULL is none. */
void html_text(struct html *html, const char *text);

/*
 * `heads`: the columns' titles, ended by NULL. One that starts with '>' is of
 * numbers; behind a | stands the property that the column becomes.
 */
void html_table_begin(struct html *html, const char *id, const char *caption,
		      const char *const *heads);
void html_row(struct html *html);
void html_table_end(struct html *html);

/* Cells, from left to right; the first of a row heads it. */
void html_cell(struct html *html, const char *text); /* NULL: there is none */
void html_number(struct html *html, uint64_t number);
void html_hex(struct html *html, uint64_t number);
void html_size(struct html *html, uint64_t bytes); /* in its unit, and in bytes */
void html_code(struct html *html, const char *text); /* a path; NULL: there is none */
void html_bytes(struct html *html, const unsigned char *bytes, size_t len);

#endif
