/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a DTB, gives a directory as Linux shows it in /proc/device-tree, with
 * the property "name" that the kernel adds. Never uses our own reader.
 *
 * unpack FILE.dtb DIR
 */
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void die(const char *what)
{
	perror(what);
	exit(3);
}

static void write_file(const char *dir, const char *name, const void *value, size_t len)
{
	static char path[1 << 16];
	FILE *file;

	snprintf(path, sizeof(path), "%.60000s/%.4000s", dir, name);
	file = fopen(path, "wb");
	if (!file || (len && fwrite(value, len, 1, file) != 1) || fclose(file))
		die(path);
}

static void write_node(const void *blob, int node, const char *dir)
{
	static char path[1 << 16], made[1 << 16];
	int property, len = 0;
	const char *name;

	fdt_get_path(blob, node, path, sizeof(path));
	snprintf(made, sizeof(made), "%.30000s%.30000s", dir, path);
	if (mkdir(made, 0777) < 0)
		die(made);
	fdt_for_each_property_offset(property, blob, node)
	{
		const void *value = fdt_getprop_by_offset(blob, property, &name, &len);

		write_file(made, name, value, (size_t)len);
	}
	name = fdt_get_name(blob, node, &len);
	snprintf(path, sizeof(path), "%.*s", (int)strcspn(name, "@"), name);
	write_file(made, "name", path, strlen(path) + 1);
}

int main(int argc, char **argv)
{
	FILE *file = argc == 3 ? fopen(argv[1], "rb") : NULL;
	struct stat status;
	void *blob;

	if (argc != 3) {
		fprintf(stderr, "usage: unpack FILE.dtb DIR\n");
		return 2;
	}
	if (!file || fstat(fileno(file), &status) < 0)
		die(argv[1]);
	blob = malloc((size_t)status.st_size + 1);
	if (!blob || fread(blob, 1, (size_t)status.st_size, file) != (size_t)status.st_size)
		die(argv[1]);
	fclose(file);
	if (fdt_check_full(blob, (size_t)status.st_size))
		return 1;
	for (int node = fdt_next_node(blob, -1, NULL); node >= 0;
	     node = fdt_next_node(blob, node, NULL))
		write_node(blob, node, argv[2]);
	free(blob);
	return 0;
}
