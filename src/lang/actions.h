/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LANG_ACTIONS_H
#define NV2_LANG_ACTIONS_H

#include "lang/scan.h"

/* What the grammar's actions build the tree with. */

struct block {
	struct stmt_list body;
	struct span close;
	bool damaged;
};

struct rate {
	const char *text; /* NULL: none */
	const char *unit;
	struct span span;
};

/* A value inside an expression, or why and where there is none. */
struct operand {
	struct wide wide;
	enum wide_error error;
	struct span span;
};

struct raw_value {
	struct buffer bytes;
	enum raw_form form;
};

/* fragment: an .nv2i, without version line; verbatim: includes are not followed. */
struct syntax *parse_source(struct lang *lang, struct source *source, bool fragment, bool verbatim);

struct stmt_list append_stmt(struct stmt_list list, struct stmt *stmt);
struct stmt *seen(struct parser *parser, struct stmt *stmt);
struct stmt *version_line(struct parser *parser, struct span span);
struct stmt *labelled(struct parser *parser, struct name label, struct stmt *stmt);
struct stmt *dropped(struct parser *parser, struct span span);

struct stmt *block_stmt(struct parser *parser, enum stmt_kind kind, struct name name,
			struct block block, struct span span);
struct stmt *device_stmt(struct parser *parser, enum stmt_kind kind, struct name label,
			 struct block block, struct span span);
struct stmt *phb_stmt(struct parser *parser, struct value *number, struct block block,
		      struct span span);
struct stmt *link_stmt(struct parser *parser, struct device_ref a, struct device_ref b,
		       struct rate rate, struct block block, struct span keyword, struct span span);
struct stmt *unknown_stmt(struct parser *parser, const char *word, struct span where,
			  struct span span);
struct stmt *property(struct parser *parser, const char *name, struct span where,
		      struct value_list values, struct span span, bool damaged);
struct stmt *slot(struct parser *parser, struct name device, struct ports *ports,
		  struct value_list values, struct span span, bool damaged);
struct stmt *amend(struct parser *parser, struct name scope, struct name name, struct block block,
		   struct span span);
struct stmt *delete(struct parser *parser, struct name scope, struct name name, struct span span);

struct stmt *delete_property(struct parser *parser, struct span span);

struct ports *new_port(struct parser *parser, uint64_t first, uint64_t last, struct span span);
struct ports *append_port(struct ports *list, struct ports *port);
struct device_ref device_with_ports(struct name name, struct ports *ports, struct span span);
struct rate whole_rate(struct parser *parser, uint64_t number, struct name unit, struct span span);

struct value *number_value(struct parser *parser, uint64_t number, struct span span);
struct value *text_value(struct parser *parser, enum value_kind kind, const char *text,
			 struct span span);
struct value *device_value(struct parser *parser, struct device_ref device);
struct value *range_value(struct parser *parser, uint64_t first, uint64_t last, struct span span);
struct value *expression_value(struct parser *parser, struct operand operand, struct span span);
uint64_t expression_number(struct parser *parser, struct operand operand, struct span span);
struct value_list first_value(struct parser *parser, struct value *value);
struct value_list append_value(struct parser *parser, struct value_list list, struct value *value);

struct operand operand(uint64_t number);
struct operand negate(struct operand a);
struct operand complement(struct operand a, struct span span);
struct operand logical_not(struct operand a);
struct operand binary(enum wide_operator op, struct operand a, struct operand b, struct span span);
/* As in C, what is not needed for the result may be wrong. */
struct operand logical_and(struct operand a, struct operand b);
struct operand logical_or(struct operand a, struct operand b);
struct operand choose(struct operand condition, struct operand yes, struct operand no);

struct stmt *raw_property(struct parser *parser, const char *name, struct span where,
			  struct raw_value *value);
struct raw_value *new_raw(struct parser *parser, enum raw_form form);
struct raw_value *raw_string(struct parser *parser, const char *text);
struct raw_value *raw_cell(struct parser *parser, struct raw_value *value, uint64_t number,
			   struct span span);
struct raw_value *raw_hex(struct parser *parser, struct raw_value *value, const char *digits,
			  struct span span);
struct raw_value *raw_reference(struct parser *parser, struct raw_value *value, struct span span);
struct raw_value *join_raw(struct parser *parser, struct raw_value *list, struct raw_value *value);
unsigned raw_bits(struct parser *parser, uint64_t bits, struct span span);
struct raw_value *raw_bits_done(struct parser *parser, struct raw_value *value);

/* A token that can be a name: any word, whatever it means elsewhere. */
bool is_word(int kind);

/* `follows`: the kind of token behind the word. */
void report_unknown_statement(struct parser *parser, const char *word, struct span where,
			      int follows);

/*
 * `found` and `expected` are the grammar's names for tokens; `expected` is NULL
 * where too much could have stood. `semicolon`: a ';' could have.
 */
void syntax_error(struct parser *parser, struct span span, const char *found, bool at_end,
		  bool semicolon, const char *expected);

#endif
