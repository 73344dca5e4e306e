/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes nothing, gives each target what a command of the compiler works with,
 * and judges what it says. Never reads a file.
 */
#include <jansson.h>
#include <string.h>

#include "fuzz.h"

/* No code is registered: SARIF would tell of each, whatever the input, at many times its cost. */
void open_session(struct session *session)
{
	*session = (struct session){.settings.bundle_version = 1};
	session->arena = arena_new();
	session->strings = intern_new(session->arena);
	session->sources = sources_new(session->arena);
	session->diags = diags_new(session->arena, session->sources);
	session->lang = (struct lang){
		.arena = session->arena,
		.strings = session->strings,
		.sources = session->sources,
		.diags = session->diags,
	};
}

void close_session(struct session *session)
{
	intern_free(session->strings);
	arena_free(session->arena);
}

static json_t *load_json(struct buffer *text)
{
	json_error_t error;
	json_t *json =
		json_loadb(text->data ? text->data : "", text->len, JSON_REJECT_DUPLICATES, &error);

	PROMISE(json);
	buffer_free(text);
	return json;
}

void expect_json(struct buffer *text)
{
	json_decref(load_json(text));
}

void expect_same(const struct buffer *a, const struct buffer *b)
{
	PROMISE(a->len == b->len);
	PROMISE(!a->len || !memcmp(a->data, b->data, a->len));
}

static size_t count_records(const struct session *session)
{
	size_t count = 0;

	for (const struct diag_record *record = session->diags->first; record;
	     record = record->next)
		count++;
	return count;
}

void print_diagnostics(struct session *session)
{
	struct buffer out = {0};
	json_t *json;

	diags_sort(session->diags);
	diags_print_text(session->diags, &out, false);
	PROMISE(!session->diags->first || out.len);
	buffer_free(&out);
	diags_print_text(session->diags, &out, true);
	buffer_free(&out);
	diags_print_json(session->diags, &out);
	json = load_json(&out);
	PROMISE(json_array_size(json_object_get(json, "diagnostics")) == count_records(session));
	json_decref(json);
	diags_print_sarif(session->diags, &out);
	json = load_json(&out);
	PROMISE(json_array_size(json_object_get(json_array_get(json_object_get(json, "runs"), 0),
						"results")) == count_records(session));
	json_decref(json);
}

struct tree *read_tree(struct session *session, const char *name, const uint8_t *data, size_t size)
{
	return tree_read_dtb(session->arena, session->strings, session->diags, name, data, size);
}

struct two_inputs split_input(const uint8_t *data, size_t size)
{
	size_t first;

	if (size < 2)
		return (struct two_inputs){.first = data, .second = data};
	first = (size_t)data[0] << 8 | data[1];
	if (first > size - 2)
		first = size - 2;
	return (struct two_inputs){
		.first = data + 2,
		.first_size = first,
		.second = data + 2 + first,
		.second_size = size - 2 - first,
	};
}

static bool same_properties(const struct tree_node *in_a, const struct tree *b,
			    const struct tree_node *in_b, enum likeness likeness)
{
	if (in_a->property_count != in_b->property_count)
		return false;
	for (const struct tree_property *each = in_a->properties; each; each = each->next) {
		const struct tree_property *other = tree_find_property(b, in_b, each->name);

		if (!other || each->len != other->len ||
		    (likeness == LIKE_BYTES && !property_equal(each, other)))
			return false;
	}
	return true;
}

bool same_trees(struct tree *a, struct tree *b, enum likeness likeness)
{
	for (struct tree_node *node = a->root; node; node = tree_next(a->root, node)) {
		const char *path = tree_path(a->arena, node);
		struct tree_node *other = tree_find_exact_path(b, path, strlen(path));

		if (!other || node->child_count != other->child_count ||
		    !same_properties(node, b, other, likeness))
			return false;
	}
	return true;
}
