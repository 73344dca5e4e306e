/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_EMIT_C_TEXT_H
#define NV2_EMIT_C_TEXT_H

#include "core/buffer.h"
#include "plan/plan.h"

/* A header that is being written; its names are nv2_<id>_… */
struct c_header {
	struct buffer *out;
	struct buffer id, guard;
};

/* `table`: the last part of the file's name, as "regions"; `what`: what it holds, for people. */
void begin_c_header(struct c_header *header, struct buffer *out, const struct plan_board *board,
		    const char *stem, const char *table, const char *what);
/* Includes <nv2/NAME.h>, and refuses it if the macro `format` is not the one written here. */
void include_nv2(struct c_header *header, const char *name, const char *format);
/* `name`: behind nv2_<id>_; `comment` may be NULL. */
void add_c_constant(struct c_header *header, const char *name, uint64_t value, const char *comment);
void begin_c_table(struct c_header *header, const char *type, const char *name);
void end_c_table(struct c_header *header);
void end_c_header(struct c_header *header);

/* A string literal, or NULL. */
void add_c_string(struct buffer *out, const char *text);
/* Text within a comment; cannot end it, nor start another. */
void add_c_comment(struct buffer *out, const char *text);
/* A member of a row on a line of its own, `name` as its comment. */
void add_c_member_string(struct buffer *out, const char *text, const char *name);
void add_c_member_word(struct buffer *out, const char *word, const char *name);
void add_c_member_number(struct buffer *out, uint64_t value, const char *name);
void add_c_member_hex32(struct buffer *out, uint64_t value, const char *name);
void add_c_member_hex64(struct buffer *out, uint64_t value, const char *name);
void add_c_member_bytes(struct buffer *out, const unsigned char *bytes, size_t len,
			const char *name);

#endif
