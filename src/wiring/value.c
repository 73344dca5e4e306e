/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the statement that set a property, gives its value in the right type.
 * Never knows what the value is for.
 */
#include "wiring/value.h"

#include <string.h>

static const char *const kind_names[VALUE_KINDS] = {
	[VALUE_NUMBER] = "a number",
	[VALUE_STRING] = "a string",
	[VALUE_DECIMAL] = "a number with a fraction",
	[VALUE_DEVICE] = "a name",
};

static void report_type(struct resolve *resolve, const struct stmt *stmt,
			const struct value *value, const char *wanted)
{
	struct diag_record *error =
		WIRING_ERROR(resolve, WIRING_PROPERTY_TYPE, value->span,
			     "'%s' takes %s, and this is %s", stmt->name.text, wanted,
			     kind_names[value->kind]);

	if (value->kind == VALUE_DEVICE && !strcmp(wanted, "a string") && !value->device.ports) {
		diag_fix(resolve->diags, error, "put it into quotes: \"%s\"",
			 value->device.name.text);
		diag_edit(resolve->diags, error, value->span, "\"%s\"", value->device.name.text);
	} else if (value->kind == VALUE_STRING && !strcmp(wanted, "a word")) {
		diag_fix(resolve->diags, error, "write it without quotes");
		diag_edit(resolve->diags, error, value->span, "%s", value->text);
	}
}

const struct value *single_value(struct resolve *resolve, const struct stmt *stmt)
{
	const struct value *value = stmt->values.first;

	if (stmt->damaged)
		return NULL;
	if (!value->next)
		return value;
	WIRING_ERROR(resolve, WIRING_PROPERTY_TYPE, value->next->span, "'%s' takes one value",
		     stmt->name.text ? stmt->name.text : stmt->a.name.text);
	return NULL;
}

static bool read_number(struct resolve *resolve, const struct stmt *stmt,
			const struct value *value, uint64_t lowest, uint64_t highest,
			struct number *number)
{
	if (value->kind != VALUE_NUMBER) {
		report_type(resolve, stmt, value, "a whole number");
		return false;
	}
	number->span = value->span;
	number->value = value->number;
	if (value->number < lowest || value->number > highest) {
		WIRING_ERROR(resolve, WIRING_PROPERTY_RANGE, value->span,
			     highest > 0xffff ? "'%s' must be between 0x%llx and 0x%llx"
					      : "'%s' must be between %llu and %llu",
			     stmt->name.text, (unsigned long long)lowest,
			     (unsigned long long)highest);
		return false;
	}
	number->set = true;
	return true;
}

bool get_number(struct resolve *resolve, const struct declaration *declaration,
		enum property_id id, uint64_t lowest, uint64_t highest, struct number *number)
{
	const struct stmt *stmt = property_stmt(declaration, id);
	const struct value *value = stmt ? single_value(resolve, stmt) : NULL;

	return value && read_number(resolve, stmt, value, lowest, highest, number);
}

void get_numbers(struct resolve *resolve, const struct declaration *declaration,
		 enum property_id id, uint64_t highest, struct number *numbers, size_t count)
{
	const struct stmt *stmt = property_stmt(declaration, id);
	size_t given = 0;

	for (const struct value *value = stmt && !stmt->damaged ? stmt->values.first : NULL; value;
	     value = value->next, given++)
		if (given < count &&
		    !read_number(resolve, stmt, value, 0, highest, &numbers[given]))
			return;
	for (size_t i = 1; given == 1 && i < count; i++)
		numbers[i] = numbers[0];
	if (given > 1 && given != count)
		diag_fix(resolve->diags,
			 WIRING_ERROR(resolve, WIRING_LIST_LENGTHS, stmt->values.first->span,
				      "'%s' has %zu values for %zu links", stmt->name.text, given,
				      count),
			 "write one value for all of them, or %zu", count);
}

static bool read_string(struct resolve *resolve, const struct stmt *stmt,
			const struct value *value, struct text *text)
{
	if (value->kind != VALUE_STRING) {
		report_type(resolve, stmt, value, "a string");
		return false;
	}
	if (!value->text[0]) {
		WIRING_ERROR(resolve, WIRING_PROPERTY_RANGE, value->span, "'%s' must not be empty",
			     stmt->name.text);
		return false;
	}
	*text = (struct text){value->text, value->span};
	return true;
}

bool get_string(struct resolve *resolve, const struct declaration *declaration,
		enum property_id id, struct text *text)
{
	const struct stmt *stmt = property_stmt(declaration, id);
	const struct value *value = stmt ? single_value(resolve, stmt) : NULL;

	return value && read_string(resolve, stmt, value, text);
}

void get_strings(struct resolve *resolve, const struct declaration *declaration,
		 enum property_id id, void *texts)
{
	const struct stmt *stmt = property_stmt(declaration, id);
	ARRAY(struct text) *list = texts;
	const struct value *value = stmt && !stmt->damaged ? stmt->values.first : NULL;

	for (; value; value = value->next) {
		struct text text;

		if (read_string(resolve, stmt, value, &text))
			*ARRAY_PUSH(resolve->arena, list) = text;
	}
}

bool get_word(struct resolve *resolve, const struct declaration *declaration, enum property_id id,
	      struct text *text)
{
	const struct stmt *stmt = property_stmt(declaration, id);
	const struct value *value = stmt ? single_value(resolve, stmt) : NULL;

	if (!value)
		return false;
	if (value->kind != VALUE_DEVICE || value->device.ports) {
		report_type(resolve, stmt, value, "a word");
		return false;
	}
	*text = (struct text){value->device.name.text, value->span};
	return true;
}

void require_property(struct resolve *resolve, const struct declaration *declaration,
		      enum property_id id, const char *name, const char *fix)
{
	struct diag_record *error;

	/* In a block the parser had to patch up, the property may be what it dropped. */
	if (property_was_meant(declaration, id))
		return;
	error = WIRING_ERROR(resolve, WIRING_PROPERTY_MISSING, declaration->head->where,
			     "this %s has no '%s'", block_name(declaration->kind), name);
	diag_fix(resolve->diags, error, "%s", fix);
}

static bool output_by_name(const char *name, enum extra_output *output)
{
	static const char *const names[EXTRA_OUTPUTS] = {
		[EXTRA_HOST_FW] = "host-fw",
		[EXTRA_HOST_OS] = "host-os",
		[EXTRA_GUEST] = "guest",
	};

	for (int i = 0; i < EXTRA_OUTPUTS; i++) {
		if (!strcmp(name, names[i])) {
			*output = (enum extra_output)i;
			return true;
		}
	}
	return false;
}

/* GPUs are PCI devices, which firmware finds itself; guests have a tree of their own. */
static bool extra_has_node(enum block_kind kind, enum extra_output output)
{
	switch (kind) {
	case BLOCK_NPU:
	case BLOCK_LINK:
		return true;
	case BLOCK_GPU:
		return output != EXTRA_HOST_FW;
	default:
		return output == EXTRA_GUEST;
	}
}

static void collect_extra(struct resolve *resolve, const struct stmt *extra, extra_list *list)
{
	for (const struct stmt *stmt = extra->body.first; stmt; stmt = stmt->next) {
		if (stmt->kind != STMT_RAW)
			continue;
		*ARRAY_PUSH(resolve->arena, list) = (struct extra_property){
			.name = stmt->name.text,
			.bytes = stmt->bytes,
			.len = stmt->byte_count,
			.form = stmt->form,
			.span = stmt->name.span,
		};
	}
}

void collect_extras(struct resolve *resolve, const struct declaration *declaration,
		    extra_list lists[EXTRA_OUTPUTS])
{
	for (size_t i = 0; i < declaration->extras.count; i++) {
		const struct stmt *extra = declaration->extras.items[i];
		enum extra_output output;

		if (output_by_name(extra->name.text, &output)) {
			if (extra_has_node(declaration->kind, output))
				collect_extra(resolve, extra, &lists[output]);
			else
				WIRING_ERROR(resolve, WIRING_EXTRA_PLACE, extra->name.span,
					     "%s has no node for %s, so nothing can be added to it",
					     extra->name.text, block_phrase(declaration->kind));
		} else {
			struct diag_record *error =
				WIRING_ERROR(resolve, WIRING_UNKNOWN_VALUE, extra->name.span,
					     "there is no output '%s'", extra->name.text);

			diag_fix(resolve->diags, error,
				 "the outputs are host-fw, host-os and guest");
		}
	}
}
