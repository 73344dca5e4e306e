/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes values, gives the JSON all our files are made of: the one layout and
 * the one way to write numbers. Never knows what a file is about.
 */
#include "emit/json.h"

#include <inttypes.h>
#include <stdio.h>

void set_member(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value))
		out_of_memory();
}

void set_text(json_t *object, const char *key, const char *value)
{
	if (value)
		set_member(object, key, json_string(value));
}

void append_item(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value))
		out_of_memory();
}

json_t *make_hex(uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%" PRIx64, value);
	return json_string(text);
}

static int add_text(const char *text, size_t len, void *out)
{
	buffer_add(out, text, len);
	return 0;
}

void write_json(json_t *root, struct buffer *out)
{
	if (json_dump_callback(root, add_text, out, JSON_INDENT(2)))
		out_of_memory();
	buffer_add_string(out, "\n");
	json_decref(root);
}
