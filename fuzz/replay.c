/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes files and directories of them, gives each to the target it is linked
 * with, and says how many there were. Never changes an input.
 */
#include <dirent.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

static bool replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = NULL;
	size_t size = 0, room = 0, got = 1;
	bool bad;

	if (!file) {
		perror(path);
		return false;
	}
	while (got) {
		if (room - size < 4096) {
			room = room ? 2 * room : 65536;
			bytes = realloc(bytes, room);
			if (!bytes)
				abort();
		}
		got = fread(bytes + size, 1, room - size, file);
		size += got;
	}
	bad = ferror(file) != 0;
	if (fclose(file) || bad) {
		perror(path);
		free(bytes);
		return false;
	}
	/* A block of exactly this size, so that one byte too far is noticed. */
	bytes = realloc(bytes, size ? size : 1);
	if (!bytes)
		abort();
	LLVMFuzzerTestOneInput(bytes, size);
	free(bytes);
	return true;
}

static long replay_directory(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	char name[4096];
	long count = 0;

	if (!dir) {
		perror(path);
		return -1;
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (!replay_file(name)) {
			closedir(dir);
			return -1;
		}
		count++;
	}
	closedir(dir);
	return count;
}

int main(int argc, char **argv)
{
	long total = 0;

	for (int i = 1; i < argc; i++) {
		struct stat what;
		long count = 1;

		if (!stat(argv[i], &what) && S_ISDIR(what.st_mode))
			count = replay_directory(argv[i]);
		else if (!replay_file(argv[i]))
			count = -1;
		if (count < 0)
			return 1;
		total += count;
	}
	printf("%ld inputs\n", total);
	return total == 0;
}
