/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes what the grammar recognised, gives the nodes of the syntax tree.
 * Never looks a name up.
 */
#include "lang/actions.h"

#include <string.h>

#include "lang/grammar.h"

struct stmt_list append_stmt(struct stmt_list list, struct stmt *stmt)
{
	if (!stmt)
		return list;
	if (stmt->kind == STMT_DROPPED) {
		list.damaged = true;
		return list;
	}
	if (list.last)
		list.last->next = stmt;
	else
		list.first = stmt;
	list.last = stmt;
	return list;
}

static struct stmt *new_stmt(struct parser *parser, enum stmt_kind kind, struct span span)
{
	struct stmt *stmt = arena_alloc(parser->lang->arena, sizeof(*stmt));

	stmt->kind = kind;
	stmt->span = stmt->where = span;
	parser->seen_statement = true;
	return stmt;
}

struct stmt *seen(struct parser *parser, struct stmt *stmt)
{
	parser->seen_statement = true;
	return stmt;
}

struct stmt *version_line(struct parser *parser, struct span span)
{
	struct diag_record *error;

	if (parser->scan->frame_count > 1 || (parser->scan->frames[0]->source->id != span.file)) {
		error = lang_error(parser->scan, LANG_VERSION, span,
				   "an included file has no version line");
		diag_fix(parser->lang->diags, error, "remove it; the .nv2 file has it");
	} else if (parser->seen_version || parser->seen_statement) {
		error = lang_error(parser->scan, LANG_VERSION, span,
				   "the version line must be the first statement, once");
		diag_fix(parser->lang->diags, error,
			 parser->seen_version ? "remove it" : "move it to the top");
	}
	parser->seen_version = true;
	return NULL;
}

struct stmt *labelled(struct parser *parser, struct name label, struct stmt *stmt)
{
	struct diag_record *error;

	parser->seen_statement = true;
	if (!stmt || stmt->kind == STMT_DROPPED)
		return stmt;
	if (stmt->kind == STMT_NPU || stmt->kind == STMT_GPU || stmt->kind == STMT_SLOTS ||
	    stmt->kind == STMT_EXTRA) {
		error = lang_error(parser->scan, LANG_SYNTAX, label.span,
				   "only links, boards, guests and phbs take a label in front");
		if (stmt->label.text)
			diag_note(parser->lang->diags, error, stmt->label.span,
				  "the label is the word here");
		return stmt;
	}
	stmt->label = label;
	stmt->where = label.span;
	return stmt;
}

struct stmt *dropped(struct parser *parser, struct span span)
{
	struct syntax *syntax = parser->syntax;

	ARRAY_PUSH(parser->lang->arena, &syntax->dropped)->span = span;
	return new_stmt(parser, STMT_DROPPED, span);
}

/* Whether a value inside was wrong: then it is poison, and no rule looks at it. */
static bool error_within(const struct parser *parser, struct span span)
{
	struct span error = parser->scan->last_error;

	return error.file == span.file && error.offset >= span.offset &&
	       error.offset < span.offset + span.len;
}

struct stmt *block_stmt(struct parser *parser, enum stmt_kind kind, struct name name,
			struct block block, struct span span)
{
	struct stmt *stmt = new_stmt(parser, kind, span);

	stmt->name = name;
	stmt->where = name.span;
	stmt->body = block.body;
	stmt->close = block.close;
	stmt->damaged = block.damaged;
	return stmt;
}

struct stmt *device_stmt(struct parser *parser, enum stmt_kind kind, struct name label,
			 struct block block, struct span span)
{
	struct stmt *stmt = block_stmt(parser, kind, label, block, span);

	stmt->label = label;
	return stmt;
}

struct stmt *phb_stmt(struct parser *parser, struct value *number, struct block block,
		      struct span span)
{
	struct stmt *stmt = new_stmt(parser, STMT_PHB, span);

	stmt->values = (struct value_list){number, number};
	stmt->body = block.body;
	stmt->close = block.close;
	stmt->damaged = block.damaged || error_within(parser, number->span);
	return stmt;
}

struct stmt *link_stmt(struct parser *parser, struct device_ref a, struct device_ref b,
		       struct rate rate, struct block block, struct span keyword, struct span span)
{
	struct stmt *stmt = new_stmt(parser, STMT_LINK, span);

	stmt->where = keyword;
	stmt->a = a;
	stmt->b = b;
	stmt->rate = rate.text;
	stmt->rate_unit = rate.unit;
	stmt->rate_span = rate.span;
	stmt->body = block.body;
	stmt->close = block.close;
	stmt->damaged = block.damaged || error_within(parser, span);
	return stmt;
}

struct stmt *unknown_stmt(struct parser *parser, const char *word, struct span where,
			  struct span span)
{
	report_unknown_statement(parser, word, where, WORD);
	return dropped(parser, span);
}

static void complain_about_range(struct parser *parser, struct span span)
{
	struct diag_record *error = lang_error(parser->scan, LANG_RANGE_PLACE, span,
					       "a range needs the device it belongs to");

	diag_fix(parser->lang->diags, error,
		 "write label:%.*s for ports, or put arithmetic into parentheses",
		 (int)span.len, source_get(parser->lang->sources, span.file)->text + span.offset);
}

/* The first value of a list: a range there has no device before it. */
struct value_list first_value(struct parser *parser, struct value *value)
{
	if (value->kind == VALUE_DEVICE && !value->device.name.text)
		complain_about_range(parser, value->span);
	return (struct value_list){value, value};
}

struct stmt *property(struct parser *parser, const char *name, struct span where,
		      struct value_list values, struct span span, bool damaged)
{
	struct stmt *stmt = new_stmt(parser, STMT_PROPERTY, span);

	stmt->name = (struct name){name, where};
	stmt->where = where;
	stmt->values = values;
	stmt->damaged = damaged || error_within(parser, span);
	return stmt;
}

struct stmt *slot(struct parser *parser, struct name device, struct ports *ports,
		  struct value_list values, struct span span, bool damaged)
{
	struct stmt *stmt = new_stmt(parser, STMT_SLOT, span);

	stmt->a = device_with_ports(device, ports, span);
	stmt->values = values;
	stmt->damaged = damaged || error_within(parser, span);
	return stmt;
}

struct stmt *amend(struct parser *parser, struct name scope, struct name name, struct block block,
		   struct span span)
{
	struct stmt *stmt = block_stmt(parser, STMT_AMEND, name, block, span);

	stmt->scope = scope;
	stmt->where = span;
	return stmt;
}

struct stmt *delete_property(struct parser *parser, struct span span)
{
	struct diag_record *error = lang_error(parser->scan, LANG_SYNTAX, span,
					       "/delete/ drops things, not properties");

	diag_fix(parser->lang->diags, error, "write /delete/ &LABEL; for a thing with a label");
	return dropped(parser, span);
}

struct stmt *delete(struct parser *parser, struct name scope, struct name name, struct span span)
{
	struct stmt *stmt = new_stmt(parser, STMT_DELETE, span);

	stmt->scope = scope;
	stmt->name = name;
	return stmt;
}

struct ports *new_port(struct parser *parser, uint64_t first, uint64_t last, struct span span)
{
	struct ports *port = arena_alloc(parser->lang->arena, sizeof(*port));

	if (first > last) {
		struct diag_record *error = lang_error(parser->scan, LANG_RANGE_FALLS, span,
						       "this range runs downwards");
		struct buffer list = {0};

		if (first - last < 8) {
			for (uint64_t i = first; i >= last && i <= first; i--)
				buffer_printf(&list, "%s%llu", i == first ? "" : ",",
					      (unsigned long long)i);
			diag_fix(parser->lang->diags, error, "write %s, or %llu-%llu", list.data,
				 (unsigned long long)last, (unsigned long long)first);
			buffer_free(&list);
		}
		/* Its length is right: nothing more has to be said about that. */
		*port = (struct ports){
			.first = last, .last = first, .span = span, .tail = port, .falls = true};
		return port;
	}
	*port = (struct ports){.first = first, .last = last, .span = span, .tail = port};
	return port;
}

struct ports *append_port(struct ports *list, struct ports *port)
{
	list->tail->next = port;
	list->tail = port;
	return list;
}

struct device_ref device_with_ports(struct name name, struct ports *ports, struct span span)
{
	return (struct device_ref){.name = name, .ports = ports, .span = span};
}

struct rate whole_rate(struct parser *parser, uint64_t number, struct name unit, struct span span)
{
	char *text = arena_printf(parser->lang->arena, "%llu", (unsigned long long)number);

	return (struct rate){intern_string(parser->lang->strings, text), unit.text, span};
}

static struct value *new_value(struct parser *parser, enum value_kind kind, struct span span)
{
	struct value *value = arena_alloc(parser->lang->arena, sizeof(*value));

	value->kind = kind;
	value->span = span;
	return value;
}

struct value *number_value(struct parser *parser, uint64_t number, struct span span)
{
	struct value *value = new_value(parser, VALUE_NUMBER, span);

	value->number = number;
	return value;
}

struct value *text_value(struct parser *parser, enum value_kind kind, const char *text,
			 struct span span)
{
	struct value *value = new_value(parser, kind, span);

	value->text = text;
	return value;
}

struct value *device_value(struct parser *parser, struct device_ref device)
{
	struct value *value = new_value(parser, VALUE_DEVICE, device.span);

	value->device = device;
	return value;
}

struct value *range_value(struct parser *parser, uint64_t first, uint64_t last, struct span span)
{
	struct ports *port = new_port(parser, first, last, span);

	/* A device without a name: append_value() joins it to the device before it. */
	return device_value(parser, device_with_ports((struct name){0}, port, span));
}

/*
 * In `npu0:1,3, GPU0` the 3 is a port of npu0: a bare number or range behind a
 * device with ports belongs to that device.
 */
struct value_list append_value(struct parser *parser, struct value_list list, struct value *value)
{
	struct value *last = list.last;
	bool ports_open = last->kind == VALUE_DEVICE && last->device.ports;
	bool range = value->kind == VALUE_DEVICE && !value->device.name.text;
	struct ports *port = NULL;

	if (range && !ports_open)
		complain_about_range(parser, value->span);
	if (ports_open && range)
		port = value->device.ports;
	else if (ports_open && value->kind == VALUE_NUMBER)
		port = new_port(parser, value->number, value->number, value->span);
	if (port) {
		append_port(last->device.ports, port);
		last->span = last->device.span = span_join(last->span, value->span);
		return list;
	}
	last->next = value;
	list.last = value;
	return list;
}

struct operand operand(uint64_t number)
{
	return (struct operand){.wide = wide_from(number)};
}

struct operand negate(struct operand a)
{
	a.wide = wide_negate(a.wide);
	return a;
}

struct operand complement(struct operand a, struct span span)
{
	if (a.error)
		return a;
	a.error = wide_complement(a.wide, &a.wide);
	a.span = span;
	return a;
}

struct operand logical_not(struct operand a)
{
	a.wide = wide_from(!wide_true(a.wide));
	return a;
}

struct operand binary(enum wide_operator op, struct operand a, struct operand b, struct span span)
{
	struct operand result = {.span = span};

	if (a.error)
		return a;
	if (b.error)
		return b;
	result.error = wide_binary(op, a.wide, b.wide, &result.wide);
	return result;
}

struct operand logical_and(struct operand a, struct operand b)
{
	if (a.error || !wide_true(a.wide))
		return a;
	b.wide = wide_from(wide_true(b.wide));
	return b;
}

struct operand logical_or(struct operand a, struct operand b)
{
	if (a.error)
		return a;
	if (wide_true(a.wide))
		return operand(1);
	b.wide = wide_from(wide_true(b.wide));
	return b;
}

struct operand choose(struct operand condition, struct operand yes, struct operand no)
{
	if (condition.error)
		return condition;
	return wide_true(condition.wide) ? yes : no;
}

uint64_t expression_number(struct parser *parser, struct operand operand, struct span span)
{
	static const char *const texts[WIDE_ERRORS] = {
		[WIDE_OVERFLOW] = "the result does not fit into 64 bits",
		[WIDE_DIVIDE_BY_ZERO] = "this divides by zero",
		[WIDE_NEGATIVE_BITS] = "bit operators and shifts want numbers that are not negative",
	};

	if (operand.error)
		lang_error(parser->scan, LANG_EXPRESSION, operand.span, "%s", texts[operand.error]);
	else if (operand.wide.negative)
		lang_error(parser->scan, LANG_EXPRESSION, span, "the result, -%llu, is below zero",
			   (unsigned long long)operand.wide.magnitude);
	else
		return operand.wide.magnitude;
	return 0;
}

struct value *expression_value(struct parser *parser, struct operand operand, struct span span)
{
	return number_value(parser, expression_number(parser, operand, span), span);
}
