/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes what the grammar recognised, gives the nodes of the syntax tree.
 * Never looks a name up.
 */
#include "lang/actions.h"

#include <string.h>

#include "core/checked.h"

struct stmt_list append_stmt(struct stmt_list list, struct stmt *stmt)
{
	if (!stmt)
		return list;
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
		lang_error(parser->scan, LANG_VERSION, span,
			   "the version line must be the first statement, once");
	}
	parser->seen_version = true;
	return NULL;
}

struct stmt *labelled(struct parser *parser, struct name label, struct stmt *stmt)
{
	struct diag_record *error;

	parser->seen_statement = true;
	if (!stmt)
		return NULL;
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
	parser->seen_statement = true;
	return NULL;
}

struct stmt *block_stmt(struct parser *parser, enum stmt_kind kind, struct name name,
			struct block block, struct span span)
{
	struct stmt *stmt = new_stmt(parser, kind, span);

	stmt->name = name;
	stmt->where = name.span;
	stmt->body = block.body;
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
	stmt->damaged = block.damaged;
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
	stmt->damaged = block.damaged;
	return stmt;
}

struct stmt *unknown_stmt(struct parser *parser, const char *word, struct span where,
			  struct span span)
{
	static const char *const words[] = {"board", "guest", "npu",   "gpu",
					    "link",  "phb",   "slots", "extra"};
	const char *closest = closest_name(word, words, sizeof(words) / sizeof(words[0]));
	struct diag_record *error = lang_error(parser->scan, LANG_UNKNOWN_STATEMENT, where,
					       "there is no statement '%s'", word);

	if (closest)
		diag_fix(parser->lang->diags, error, "did you mean '%s'?", closest);
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
		      struct value_list values, struct span span)
{
	struct stmt *stmt = new_stmt(parser, STMT_PROPERTY, span);

	stmt->name = (struct name){name, where};
	stmt->where = where;
	stmt->values = values;
	return stmt;
}

struct stmt *slot(struct parser *parser, struct name device, struct ports *ports,
		  struct value_list values, struct span span)
{
	struct stmt *stmt = new_stmt(parser, STMT_SLOT, span);

	stmt->a = device_with_ports(device, ports, span);
	stmt->values = values;
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
		last = first;
	}
	*port = (struct ports){.first = first, .last = last, .span = span};
	return port;
}

struct ports *append_port(struct ports *list, struct ports *port)
{
	struct ports *last = list;

	while (last->next)
		last = last->next;
	last->next = port;
	return list;
}

struct device_ref device_with_ports(struct name name, struct ports *ports, struct span span)
{
	struct ports *last = ports;

	while (last && last->next)
		last = last->next;
	return (struct device_ref){.name = name, .ports = ports, .last_port = last, .span = span};
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

/* A unit may stand behind a blank, too: 64 KiB. */
struct value *unit_value(struct parser *parser, uint64_t number, struct name unit, struct span span)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
	struct diag_record *error;
	uint64_t shifted;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(unit.text, units[i]))
			continue;
		if (checked_shl(number, 10 * (i + 1), &shifted))
			return number_value(parser, shifted, span);
		lang_error(parser->scan, LANG_NUMBER_TOO_LARGE, span,
			   "this does not fit into 64 bits");
		return number_value(parser, 0, span);
	}
	error = lang_error(parser->scan, LANG_BAD_NUMBER, unit.span, "'%s' is no unit of size",
			   unit.text);
	diag_fix(parser->lang->diags, error, "the units are KiB, MiB, GiB and TiB");
	return number_value(parser, number, span);
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
		last->device.last_port->next = port;
		last->device.last_port = port;
		last->span = last->device.span = span_join(last->span, value->span);
		return list;
	}
	last->next = value;
	list.last = value;
	return list;
}

static void report_wide(struct parser *parser, enum wide_error error, struct span span)
{
	static const char *const texts[WIDE_ERRORS] = {
		[WIDE_OVERFLOW] = "the result does not fit into 64 bits",
		[WIDE_DIVIDE_BY_ZERO] = "this divides by zero",
		[WIDE_NEGATIVE_BITS] = "bit operators and shifts want numbers that are not negative",
	};

	lang_error(parser->scan, LANG_EXPRESSION, span, "%s", texts[error]);
}

struct wide binary(struct parser *parser, enum wide_operator op, struct wide a, struct wide b,
		   struct span span)
{
	struct wide result = {0};
	enum wide_error error = wide_binary(op, a, b, &result);

	if (error)
		report_wide(parser, error, span);
	return result;
}

struct wide complement(struct parser *parser, struct wide a, struct span span)
{
	struct wide result = {0};
	enum wide_error error = wide_complement(a, &result);

	if (error)
		report_wide(parser, error, span);
	return result;
}

uint64_t expression_number(struct parser *parser, struct wide wide, struct span span)
{
	if (!wide.negative)
		return wide.magnitude;
	lang_error(parser->scan, LANG_EXPRESSION, span, "the result, -%llu, is below zero",
		   (unsigned long long)wide.magnitude);
	return 0;
}

struct value *expression_value(struct parser *parser, struct wide wide, struct span span)
{
	return number_value(parser, expression_number(parser, wide, span), span);
}

void syntax_error(struct parser *parser, struct span span, const char *found, bool at_end,
		  bool semicolon, const char *expected)
{
	struct scan *scan = parser->scan;
	const struct source *source = source_get(parser->lang->sources, span.file);
	struct span before = scan->before;
	struct diag_record *error;

	/* What stopped the scanner has been said already. */
	if (scan->stopped)
		return;
	/* A ';' left out is an error of the line it is missing from. */
	if (semicolon && before.file == span.file && before.len &&
	    memchr(source->text + before.offset, '\n', span.offset - before.offset)) {
		before.offset += before.len - 1;
		before.len = 1;
		error = lang_error(scan, LANG_SYNTAX, before, "';' is missing behind this");
		diag_fix(parser->lang->diags, error, "end the statement with ';'");
		return;
	}
	if (at_end) {
		lang_error(scan, LANG_SYNTAX, span, "the file ends in the middle of a statement%s%s",
			   expected ? "; expected " : "", expected ? expected : "");
		return;
	}
	if (found && found[0] == 'a') /* a name, a number, …: quote it */
		lang_error(scan, LANG_SYNTAX, span, "unexpected '%.*s'%s%s",
			   span.len < 40 ? (int)span.len : 40, source->text + span.offset,
			   expected ? ", expected " : "", expected ? expected : "");
	else
		lang_error(scan, LANG_SYNTAX, span, "unexpected %s%s%s", found ? found : "text",
			   expected ? ", expected " : "", expected ? expected : "");
}
