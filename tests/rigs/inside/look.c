/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a machine. Gives its tree, a line for each node and each property, sorted;
 * or a sum of its registers. Never changes anything.
 *
 * look tree | look registers FILE...
 */
#include "machine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lines {
	char **items;
	size_t count, room;
};

static void add_line(void *context, const char *path, uint64_t sum)
{
	struct lines *lines = context;
	size_t size = strlen(path) + 32;
	char *line = malloc(size);

	if (lines->count == lines->room) {
		lines->room = lines->room ? 2 * lines->room : 4096;
		lines->items = realloc(lines->items, lines->room * sizeof(*lines->items));
	}
	if (!line || !lines->items)
		die("memory");
	snprintf(line, size, "%s %016" PRIx64, path, sum);
	lines->items[lines->count++] = line;
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int print_tree(void)
{
	struct lines lines = {0};

	walk_tree(add_line, &lines);
	qsort(lines.items, lines.count, sizeof(*lines.items), compare_lines);
	for (size_t i = 0; i < lines.count; i++)
		puts(lines.items[i]);
	return lines.count < 10 || fflush(stdout) != 0;
}

int main(int argc, char **argv)
{
	uint64_t sum = SUM_START;

	if (argc == 2 && !strcmp(argv[1], "tree"))
		return print_tree();
	if (argc < 3 || strcmp(argv[1], "registers") != 0) {
		fprintf(stderr, "usage: look tree | look registers FILE...\n");
		return 2;
	}
	for (int i = 2; i < argc; i++)
		sum = sum_registers(argv[i], sum);
	printf("%016" PRIx64 "\n", sum);
	return 0;
}
