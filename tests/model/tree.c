/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes flattened device trees, gives them as sorted lines and says where two
 * differ. Never uses code that is itself under test.
 */
#include "tree.h"

#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 64
#define PATH_MAX_LEN 1024

struct text {
	char *bytes;
	size_t used, room;
};

static void put(struct text *text, const char *bytes, size_t len)
{
	if (text->used + len + 1 > text->room) {
		text->room = 2 * (text->used + len + 1) + 4096;
		text->bytes = realloc(text->bytes, text->room);
		if (!text->bytes)
			abort();
	}
	memcpy(text->bytes + text->used, bytes, len);
	text->used += len;
	text->bytes[text->used] = '\0';
}

static void put_word(struct text *text, const char *word)
{
	put(text, word, strlen(word));
}

static uint32_t get_cell(const char *at)
{
	const unsigned char *byte = (const unsigned char *)at;

	return (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 | byte[3];
}

uint32_t tree_highest_phandle(const void *fdt)
{
	uint32_t highest = 0;

	for (int node = 0; node >= 0; node = fdt_next_node(fdt, node, NULL)) {
		uint32_t phandle = fdt_get_phandle(fdt, node);

		if (phandle != UINT32_MAX && phandle > highest)
			highest = phandle;
	}
	return highest;
}

/* Properties made of phandles (facts 2.2 to 2.5). */
static int is_reference(const char *name)
{
	static const char *const names[] = {"memory-region", "ibm,nvlink",       "ibm,gpu",
					    "ibm,npu",       "ibm,nvlink-peers", "ibm,npcq",
					    "ibm,pcie-slot"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return 1;
	return 0;
}

static void put_reference(struct text *text, const void *fdt, uint32_t phandle, uint32_t fixed)
{
	char path[PATH_MAX_LEN];
	int node = phandle > fixed ? fdt_node_offset_by_phandle(fdt, phandle) : -1;

	if (node >= 0 && !fdt_get_path(fdt, node, path, sizeof(path)))
		snprintf(path + strlen(path), 2, ";");
	else
		snprintf(path, sizeof(path), "%x;", phandle);
	put_word(text, path);
}

static void put_value(struct text *text, const void *fdt, const char *name, const char *value,
		      int len, uint32_t fixed)
{
	char hex[3];

	if (len == 4 && (!strcmp(name, "phandle") || !strcmp(name, "linux,phandle")) &&
	    get_cell(value) > fixed) {
		put_word(text, "new");
	} else if (is_reference(name) && len % 4 == 0) {
		for (int i = 0; i < len; i += 4)
			put_reference(text, fdt, get_cell(value + i), fixed);
	} else {
		for (int i = 0; i < len; i++) {
			snprintf(hex, sizeof(hex), "%02x", (unsigned char)value[i]);
			put_word(text, hex);
		}
	}
}

/* Lines end with NUL while they are gathered. */
static void put_node(struct text *text, const void *fdt, int node, const char *path, uint32_t fixed)
{
	int property;

	put_word(text, path);
	put(text, "", 1);
	fdt_for_each_property_offset(property, fdt, node)
	{
		const char *name;
		int len;
		const char *value = fdt_getprop_by_offset(fdt, property, &name, &len);

		put_word(text, path);
		put_word(text, " ");
		put_word(text, name);
		put_word(text, " ");
		put_value(text, fdt, name, value, len, fixed);
		put(text, "", 1);
	}
}

static int by_line(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_lines(struct tree_set *set, const struct text *text)
{
	for (size_t i = 0; i < text->used; i++)
		set->count += !text->bytes[i];
	set->text = text->bytes;
	set->lines = calloc(set->count + 1, sizeof(*set->lines));
	if (!set->lines)
		abort();
	for (size_t i = 0, at = 0; i < set->count; i++) {
		set->lines[i] = set->text + at;
		at += strlen(set->text + at) + 1;
	}
	qsort(set->lines, set->count, sizeof(*set->lines), by_line);
}

struct tree_set tree_set_of(const void *fdt, uint32_t fixed)
{
	struct tree_set set = {0};
	struct text text = {0};
	char path[PATH_MAX_LEN] = "";
	size_t ends[DEPTH_MAX + 1] = {0};
	int depth = 0;

	for (int node = 0; node >= 0 && depth >= 0 && depth < DEPTH_MAX;
	     node = fdt_next_node(fdt, node, &depth)) {
		size_t end = depth ? ends[depth - 1] : 0;

		if (depth)
			ends[depth] = end + (size_t)snprintf(path + end, sizeof(path) - end, "/%s",
							     fdt_get_name(fdt, node, NULL));
		if (ends[depth] >= sizeof(path))
			abort();
		put_node(&text, fdt, node, depth ? path : "/", fixed);
	}
	sort_lines(&set, &text);
	return set;
}

void tree_set_free(struct tree_set *set)
{
	free(set->lines);
	free(set->text);
	*set = (struct tree_set){0};
}

int tree_each_difference(const struct tree_set *a, const struct tree_set *b,
			 int (*each)(void *context, const char *line), void *context)
{
	size_t i = 0, j = 0;

	while (i < a->count || j < b->count) {
		int order = i == a->count   ? 1
			    : j == b->count ? -1
					    : strcmp(a->lines[i], b->lines[j]);
		int end = order ? each(context, order < 0 ? a->lines[i] : b->lines[j]) : 0;

		if (end)
			return end;
		i += order <= 0;
		j += order >= 0;
	}
	return 0;
}

struct first {
	const char *line;
	size_t count;
};

static int keep_first(void *context, const char *line)
{
	struct first *first = context;

	if (!first->count++)
		first->line = line;
	return 0;
}

const char *tree_difference(const struct tree_set *a, const struct tree_set *b, size_t *others)
{
	struct first first = {0};

	tree_each_difference(a, b, keep_first, &first);
	if (others)
		*others = first.count;
	return first.line;
}
