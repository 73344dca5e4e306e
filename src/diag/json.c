/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes diagnostics, gives them for machines: our own JSON and SARIF 2.1.0.
 * Never leaves one out: the cap on errors is for people.
 */
#include "diag/diag.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char *const severity_names[SEVERITY_COUNT] = {"none", "note", "warning", "error"};

/* jansson frees with free() what it allocates with checked_malloc(): see the driver. */
static void add_json(struct buffer *out, json_t *root)
{
	char *text = json_dumps(root, JSON_INDENT(2));

	if (!text)
		out_of_memory();
	buffer_add_string(out, text);
	buffer_add_string(out, "\n");
	free(text);
	json_decref(root);
}

/* Texts quote the user's input, which may be broken at the very place a message is about. */
static json_t *text_json(const char *text)
{
	json_t *value = json_string(text);
	struct buffer clean = {0};

	if (value)
		return value;
	for (; *text; text++)
		buffer_add_string(&clean, (unsigned char)*text < 0x80 ? (char[]){*text, 0} : "?");
	value = json_string(clean.data ? clean.data : "");
	buffer_free(&clean);
	if (!value)
		out_of_memory();
	return value;
}

static void set_place(const struct diags *diags, json_t *object, struct span span,
		      const char *subject, bool with_end)
{
	struct place place;

	if (!source_place(diags->sources, span, &place)) {
		if (subject)
			json_object_set_new(object, "file", text_json(subject));
		return;
	}
	json_object_set_new(object, "file", text_json(place.name));
	json_object_set_new(object, "line", json_integer(place.line));
	json_object_set_new(object, "column", json_integer(place.column));
	if (!with_end)
		return;
	json_object_set_new(object, "end_line", json_integer(place.end_line));
	json_object_set_new(object, "end_column", json_integer(place.end_column));
}

static json_t *record_json(const struct diags *diags, const struct diag_record *record)
{
	json_t *object = json_object();
	json_t *related = json_array();

	json_object_set_new(object, "code", text_json(record->def->code));
	json_object_set_new(object, "name", text_json(record->def->name));
	json_object_set_new(object, "severity", text_json(severity_names[record->severity]));
	json_object_set_new(object, "message", text_json(record->message));
	set_place(diags, object, record->span, record->subject, true);
	for (const struct diag_related *note = record->related; note; note = note->next) {
		json_t *item = json_object();

		json_object_set_new(item, "message", text_json(note->message));
		set_place(diags, item, note->span, note->subject, false);
		json_array_append_new(related, item);
	}
	json_object_set_new(object, "related", related);
	if (diag_fix_text(record))
		json_object_set_new(object, "fix", text_json(diag_fix_text(record)));
	return object;
}

void diags_print_json(struct diags *diags, struct buffer *out)
{
	json_t *root = json_object(), *list = json_array();

	json_object_set_new(root, "format", json_string("nv2-diagnostics-1"));
	for (const struct diag_record *record = diags->first; record; record = record->next)
		json_array_append_new(list, record_json(diags, record));
	json_object_set_new(root, "diagnostics", list);
	add_json(out, root);
}

/* SARIF wants a URI: everything but unreserved characters and '/' is escaped. */
static json_t *uri_json(const char *name)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~/";
	struct buffer uri = {0};
	json_t *value;

	for (; *name; name++) {
		if (strchr(plain, *name))
			buffer_add(&uri, name, 1);
		else
			buffer_printf(&uri, "%%%02X", (unsigned char)*name);
	}
	value = text_json(uri.data ? uri.data : "");
	buffer_free(&uri);
	return value;
}

static json_t *sarif_location(const struct diags *diags, struct span span, const char *subject,
			      const char *message)
{
	json_t *location = json_object();
	struct place place;

	if (source_place(diags->sources, span, &place)) {
		json_t *region = json_object(), *artifact = json_object(),
		       *physical = json_object();

		json_object_set_new(artifact, "uri", uri_json(place.name));
		json_object_set_new(region, "startLine", json_integer(place.line));
		json_object_set_new(region, "startColumn", json_integer(place.column));
		json_object_set_new(region, "endLine", json_integer(place.end_line));
		json_object_set_new(region, "endColumn", json_integer(place.end_column));
		json_object_set_new(physical, "artifactLocation", artifact);
		json_object_set_new(physical, "region", region);
		json_object_set_new(location, "physicalLocation", physical);
	} else if (subject) {
		json_t *logical = json_object(), *list = json_array();

		json_object_set_new(logical, "fullyQualifiedName", text_json(subject));
		json_array_append_new(list, logical);
		json_object_set_new(location, "logicalLocations", list);
	}
	if (message) {
		json_t *text = json_object();

		json_object_set_new(text, "text", text_json(message));
		json_object_set_new(location, "message", text);
	}
	return location;
}

static json_t *sarif_message(const char *text)
{
	json_t *message = json_object();

	json_object_set_new(message, "text", text_json(text));
	return message;
}

static json_t *sarif_rule(const struct diag_def *def)
{
	json_t *rule = json_object(), *level = json_object();

	json_object_set_new(rule, "id", text_json(def->code));
	json_object_set_new(rule, "name", text_json(def->name));
	json_object_set_new(rule, "shortDescription", sarif_message(def->summary));
	if (def->explain)
		json_object_set_new(rule, "fullDescription", sarif_message(def->explain));
	if (def->fix)
		json_object_set_new(rule, "help", sarif_message(def->fix + (def->fix[0] == FIX_FOR_EXPLAIN[0])));
	json_object_set_new(level, "level", text_json(severity_names[def->level]));
	json_object_set_new(rule, "defaultConfiguration", level);
	return rule;
}

static json_t *sarif_result(const struct diags *diags, const struct diag_record *record)
{
	json_t *result = json_object(), *locations = json_array(), *related = json_array();

	json_object_set_new(result, "ruleId", text_json(record->def->code));
	json_object_set_new(result, "level", text_json(severity_names[record->severity]));
	json_object_set_new(result, "message", sarif_message(record->message));
	if (record->span.file || record->subject)
		json_array_append_new(locations,
				      sarif_location(diags, record->span, record->subject, NULL));
	json_object_set_new(result, "locations", locations);
	for (const struct diag_related *note = record->related; note; note = note->next)
		json_array_append_new(related, sarif_location(diags, note->span, note->subject,
							      note->message));
	if (json_array_size(related))
		json_object_set_new(result, "relatedLocations", related);
	else
		json_decref(related);
	if (diag_fix_text(record)) {
		json_t *properties = json_object();

		json_object_set_new(properties, "fix", text_json(diag_fix_text(record)));
		json_object_set_new(result, "properties", properties);
	}
	return result;
}

void diags_print_sarif(struct diags *diags, struct buffer *out)
{
	json_t *root = json_object(), *runs = json_array(), *run = json_object();
	json_t *tool = json_object(), *driver = json_object(), *rules = json_array();
	json_t *results = json_array();

	json_object_set_new(root, "$schema",
			    json_string("https://json.schemastore.org/sarif-2.1.0.json"));
	json_object_set_new(root, "version", json_string("2.1.0"));
	json_object_set_new(driver, "name", json_string("nv2dtc"));
	json_object_set_new(driver, "version", json_string(NV2_VERSION));
	for (size_t i = 0; i < diags->defs.count; i++)
		json_array_append_new(rules, sarif_rule(diags->defs.items[i]));
	json_object_set_new(driver, "rules", rules);
	json_object_set_new(tool, "driver", driver);
	json_object_set_new(run, "tool", tool);
	json_object_set_new(run, "columnKind", json_string("unicodeCodePoints"));
	for (const struct diag_record *record = diags->first; record; record = record->next)
		json_array_append_new(results, sarif_result(diags, record));
	json_object_set_new(run, "results", results);
	json_array_append_new(runs, run);
	json_object_set_new(root, "runs", runs);
	add_json(out, root);
}
