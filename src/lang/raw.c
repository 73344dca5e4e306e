/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the raw DTS properties of extra blocks, gives their bytes as a DTB
 * holds them. Never knows what they mean.
 */
#include <string.h>

#include "lang/actions.h"

struct raw_value *new_raw(struct parser *parser, enum raw_form form)
{
	struct raw_value *value = arena_alloc(parser->lang->arena, sizeof(*value));

	value->form = form;
	return value;
}

/* The bytes move into the arena with the property: see raw_property(). */
struct stmt *raw_property(struct parser *parser, const char *name, struct span where,
			  struct raw_value *value)
{
	struct stmt *stmt = arena_alloc(parser->lang->arena, sizeof(*stmt));

	stmt->kind = STMT_RAW;
	stmt->span = stmt->where = where;
	stmt->name = (struct name){name, where};
	if (!value)
		return stmt;
	stmt->bytes = arena_memdup(parser->lang->arena, value->bytes.data, value->bytes.len);
	stmt->byte_count = value->bytes.len;
	stmt->form = value->form;
	buffer_free(&value->bytes);
	return stmt;
}

struct raw_value *raw_string(struct parser *parser, const char *text)
{
	struct raw_value *value = new_raw(parser, RAW_STRINGS);

	buffer_add(&value->bytes, text, strlen(text) + 1);
	return value;
}

unsigned raw_bits(struct parser *parser, uint64_t bits, struct span span)
{
	if (bits == 8 || bits == 16 || bits == 32 || bits == 64)
		return (unsigned)bits;
	diag_fix(parser->lang->diags,
		 lang_error(parser->scan, LANG_RAW_VALUE, span, "%llu bits are no size of a cell",
			    (unsigned long long)bits),
		 "/bits/ takes 8, 16, 32 or 64");
	return 64;
}

struct raw_value *raw_bits_done(struct parser *parser, struct raw_value *value)
{
	if (parser->cell_bits < 32)
		value->form = RAW_BYTES;
	parser->cell_bits = 0;
	return value;
}

struct raw_value *raw_cell(struct parser *parser, struct raw_value *value, uint64_t number,
			   struct span span)
{
	unsigned bits = parser->cell_bits ? parser->cell_bits : 32;

	if (bits < 64 && number >> bits) {
		struct diag_record *error = lang_error(parser->scan, LANG_RAW_VALUE, span,
						       "this does not fit into %u bits", bits);

		if (bits == 32)
			diag_fix(parser->lang->diags, error,
				 "write <0x%llx 0x%llx>, or /bits/ 64 <…>",
				 (unsigned long long)(number >> 32),
				 (unsigned long long)(number & 0xffffffff));
	}
	for (unsigned shift = bits; shift; shift -= 8)
		buffer_add(&value->bytes, (char[]){(char)(number >> (shift - 8))}, 1);
	return value;
}

struct raw_value *raw_hex(struct parser *parser, struct raw_value *value, const char *digits,
			  struct span span)
{
	size_t len = strlen(digits);

	if (len % 2) {
		lang_error(parser->scan, LANG_RAW_VALUE, span,
			   "bytes are pairs of hex digits; here is one digit too many or too few");
		return value;
	}
	for (size_t i = 0; i < len; i += 2) {
		unsigned byte = 0;

		for (size_t j = i; j < i + 2; j++) {
			char c = digits[j];

			byte = byte * 16 + (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
		}
		buffer_add(&value->bytes, (char[]){(char)byte}, 1);
	}
	return value;
}

struct raw_value *raw_reference(struct parser *parser, struct raw_value *value, struct span span)
{
	lang_error(parser->scan, LANG_RAW_VALUE, span,
		   "references are not known inside extra: what refers to nodes is generated");
	return value;
}

struct raw_value *join_raw(struct parser *parser, struct raw_value *list, struct raw_value *value)
{
	(void)parser;
	if (list->form != value->form)
		list->form = RAW_MIXED;
	buffer_add(&list->bytes, value->bytes.data, value->bytes.len);
	buffer_free(&value->bytes);
	return list;
}
