/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes what the other rooms found, gives it in order. Never prints: that is
 * for the driver to ask for.
 */
#include "diag/diag.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct diag_level {
	struct diag_level *next;
	const struct diag_def *def;
	enum severity level;
};

struct diags *diags_new(struct arena *arena, struct sources *sources)
{
	struct diags *diags = arena_alloc(arena, sizeof(*diags));

	diags->arena = arena;
	diags->sources = sources;
	return diags;
}

void diag_register(struct diags *diags, const struct diag_def *def)
{
	*ARRAY_PUSH(diags->arena, &diags->defs) = def;
}

void diags_inherit(struct diags *diags, const struct diags *from)
{
	for (size_t i = 0; i < from->defs.count; i++)
		diag_register(diags, from->defs.items[i]);
	diags->levels = from->levels;
	diags->warnings_are_errors = from->warnings_are_errors;
}

const struct diag_def *diag_find(const struct diags *diags, const char *code_or_name)
{
	for (size_t i = 0; i < diags->defs.count; i++) {
		const struct diag_def *def = diags->defs.items[i];

		if (!strcmp(def->code, code_or_name) || !strcmp(def->name, code_or_name))
			return def;
	}
	return NULL;
}

static void set_level(struct diags *diags, const struct diag_def *def, enum severity level)
{
	struct diag_level *entry = arena_alloc(diags->arena, sizeof(*entry));

	*entry = (struct diag_level){.next = diags->levels, .def = def, .level = level};
	diags->levels = entry;
}

enum diag_option_result diag_option(struct diags *diags, const char *text)
{
	const struct diag_def *def;

	if (!strcmp(text, "error")) {
		diags->warnings_are_errors = true;
		return DIAG_OPTION_OK;
	}
	if (!strcmp(text, "no-error")) {
		diags->warnings_are_errors = false;
		return DIAG_OPTION_OK;
	}
	if (!strncmp(text, "error=", 6)) {
		def = diag_find(diags, text + 6);
		if (!def)
			return DIAG_OPTION_UNKNOWN;
		set_level(diags, def, SEVERITY_ERROR);
		return DIAG_OPTION_OK;
	}
	if (!strncmp(text, "no-", 3)) {
		def = diag_find(diags, text + 3);
		if (!def)
			return DIAG_OPTION_UNKNOWN;
		if (def->level == SEVERITY_ERROR)
			return DIAG_OPTION_ERROR_OFF;
		set_level(diags, def, SEVERITY_OFF);
		return DIAG_OPTION_OK;
	}
	def = diag_find(diags, text);
	if (!def)
		return DIAG_OPTION_UNKNOWN;
	if (def->level != SEVERITY_ERROR)
		set_level(diags, def, SEVERITY_WARNING);
	return DIAG_OPTION_OK;
}

static enum severity level_of(const struct diags *diags, const struct diag_def *def)
{
	enum severity level = def->level;

	/* Newest first: the last option on the command line wins. */
	for (const struct diag_level *entry = diags->levels; entry; entry = entry->next) {
		if (entry->def == def) {
			level = entry->level;
			break;
		}
	}
	if (level == SEVERITY_WARNING && diags->warnings_are_errors)
		level = SEVERITY_ERROR;
	return level;
}

static struct diag_record *add_record(struct diags *diags, const struct diag_def *def)
{
	enum severity severity = level_of(diags, def);
	struct diag_record *record;

	if (severity == SEVERITY_OFF)
		return NULL;
	record = arena_alloc(diags->arena, sizeof(*record));
	record->def = def;
	record->severity = severity;
	if (diags->last)
		diags->last->next = record;
	else
		diags->first = record;
	diags->last = record;
	diags->counts[severity]++;
	return record;
}

struct diag_record *diag_add(struct diags *diags, const struct diag_def *def, struct span span,
			     const char *format, ...)
{
	struct diag_record *record = add_record(diags, def);
	va_list args;

	if (!record)
		return NULL;
	va_start(args, format);
	record->message = arena_vprintf(diags->arena, format, args);
	va_end(args);
	record->span = span;
	return record;
}

struct diag_record *diag_add_about(struct diags *diags, const struct diag_def *def,
				   const char *subject, const char *format, ...)
{
	struct diag_record *record = add_record(diags, def);
	va_list args;

	if (!record)
		return NULL;
	va_start(args, format);
	record->message = arena_vprintf(diags->arena, format, args);
	va_end(args);
	record->subject = arena_strdup(diags->arena, subject);
	return record;
}

static struct diag_related *add_related(struct diags *diags, struct diag_record *record)
{
	struct diag_related *related = arena_alloc(diags->arena, sizeof(*related));

	if (record->last_related)
		record->last_related->next = related;
	else
		record->related = related;
	record->last_related = related;
	return related;
}

void diag_note(struct diags *diags, struct diag_record *record, struct span span,
	       const char *format, ...)
{
	struct diag_related *related;
	va_list args;

	if (!record)
		return;
	related = add_related(diags, record);
	va_start(args, format);
	related->message = arena_vprintf(diags->arena, format, args);
	va_end(args);
	related->span = span;
}

void diag_note_about(struct diags *diags, struct diag_record *record, const char *subject,
		     const char *format, ...)
{
	struct diag_related *related;
	va_list args;

	if (!record)
		return;
	related = add_related(diags, record);
	va_start(args, format);
	related->message = arena_vprintf(diags->arena, format, args);
	va_end(args);
	related->subject = arena_strdup(diags->arena, subject);
}

void diag_fix(struct diags *diags, struct diag_record *record, const char *format, ...)
{
	va_list args;

	if (!record)
		return;
	va_start(args, format);
	record->fix = arena_vprintf(diags->arena, format, args);
	va_end(args);
}

void diag_edit(struct diags *diags, struct diag_record *record, struct span span,
	       const char *format, ...)
{
	va_list args;

	if (!record)
		return;
	va_start(args, format);
	record->replacement = arena_vprintf(diags->arena, format, args);
	va_end(args);
	record->edit_span = span;
}

const char *diag_fix_text(const struct diag_record *record)
{
	const char *general = record->def->fix;

	if (record->fix || !general || general[0] == FIX_FOR_EXPLAIN[0])
		return record->fix;
	return general;
}

bool diags_have_errors(const struct diags *diags)
{
	return diags->counts[SEVERITY_ERROR] > 0;
}

struct sort_key {
	struct diag_record *record;
	size_t order;
};

static int compare_records(const void *left, const void *right)
{
	const struct sort_key *a = left, *b = right;
	struct span x = a->record->span, y = b->record->span;

	if (!x.file != !y.file)
		return x.file ? -1 : 1;
	if (span_compare(x, y))
		return span_compare(x, y);
	return a->order < b->order ? -1 : a->order > b->order;
}

static bool same_record(const struct diag_record *a, const struct diag_record *b)
{
	return a->def == b->def && a->span.file && !span_compare(a->span, b->span) &&
	       a->span.len == b->span.len && !strcmp(a->message, b->message);
}

/* What two rules see at one place is said once. */
static bool said_before(const struct sort_key *keys, size_t at)
{
	if (!keys[at].record->span.file)
		return false;
	for (size_t i = at; i-- > 0;) {
		if (span_compare(keys[i].record->span, keys[at].record->span))
			return false;
		if (same_record(keys[i].record, keys[at].record))
			return true;
	}
	return false;
}

void diags_sort(struct diags *diags)
{
	size_t count = 0, at = 0;
	struct sort_key *keys;

	for (struct diag_record *record = diags->first; record; record = record->next)
		count++;
	if (!count)
		return;
	keys = arena_alloc(diags->arena, count * sizeof(*keys));
	for (struct diag_record *record = diags->first; record; record = record->next, at++)
		keys[at] = (struct sort_key){.record = record, .order = at};
	qsort(keys, count, sizeof(*keys), compare_records);

	diags->first = diags->last = NULL;
	for (size_t i = 0; i < count; i++) {
		struct diag_record *record = keys[i].record;

		record->next = NULL;
		if (said_before(keys, i)) {
			diags->counts[record->severity]--;
			continue;
		}
		if (diags->last)
			diags->last->next = record;
		else
			diags->first = record;
		diags->last = record;
	}
}

/* Damerau-Levenshtein distance, but no more than `limit` + 1; short texts only. */
static size_t edit_distance(const char *a, const char *b, size_t limit)
{
	size_t rows[3][64];
	size_t *before = rows[0], *last = rows[1], *row = rows[2];
	size_t len_a = strlen(a), len_b = strlen(b);

	if (len_a >= 63 || len_b >= 63)
		return limit + 1;
	for (size_t j = 0; j <= len_b; j++)
		last[j] = j;
	for (size_t i = 1; i <= len_a; i++) {
		size_t *old = before;

		row[0] = i;
		for (size_t j = 1; j <= len_b; j++) {
			size_t cost = last[j - 1] + (a[i - 1] != b[j - 1]);

			if (last[j] + 1 < cost)
				cost = last[j] + 1;
			if (row[j - 1] + 1 < cost)
				cost = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < cost)
				cost = before[j - 2] + 1;
			row[j] = cost;
		}
		before = last;
		last = row;
		row = old;
	}
	return last[len_b];
}

const char *closest_name(const char *text, const char *const *names, size_t count)
{
	size_t len = strlen(text), limit = len < 5 ? 1 : len < 8 ? 2 : 3;
	const char *closest = NULL;
	size_t best = limit + 1;

	for (size_t i = 0; i < count; i++)
		if (!strcasecmp(text, names[i]))
			return names[i];
	for (size_t i = 0; i < count; i++) {
		size_t distance = edit_distance(text, names[i], limit);

		if (distance < best) {
			best = distance;
			closest = names[i];
		}
	}
	return closest;
}
