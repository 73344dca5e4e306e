/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a machine. Gives sums of its live tree and of files of registers. Never
 * changes anything in it.
 */
#define _GNU_SOURCE /* SEEK_DATA, d_type */
#include "machine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TREE "/sys/firmware/devicetree/base"

void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

uint64_t next_random(uint64_t *state)
{
	/* Marsaglia's xorshift64, shifts 13, 7, 17. */
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

uint64_t add_bytes(uint64_t sum, const void *data, size_t size)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < size; i++)
		sum = (sum ^ bytes[i]) * 0x100000001b3;
	return sum;
}

static size_t read_open_file(int fd, const char *path, void *data, size_t room)
{
	size_t size = 0;
	ssize_t got;

	if (fd < 0)
		die(path);
	while (size < room && (got = read(fd, (char *)data + size, room - size)) > 0)
		size += (size_t)got;
	close(fd);
	return size;
}

size_t read_file(const char *path, void *data, size_t room)
{
	return read_open_file(open(path, O_RDONLY | O_CLOEXEC), path, data, room);
}

/* Directories that are still to be read; calls are dear in User Mode Linux. */
struct walk {
	char **paths;
	size_t count, room;
	visit_function *visit;
	void *context;
};

static void push_path(struct walk *walk, const char *directory, const char *name)
{
	size_t size = strlen(directory) + strlen(name) + 2;
	char *path = malloc(size);

	if (walk->count == walk->room) {
		walk->room = walk->room ? 2 * walk->room : 256;
		walk->paths = realloc(walk->paths, walk->room * sizeof(*walk->paths));
	}
	if (!path || !walk->paths)
		die("memory");
	snprintf(path, size, "%s%s%s", directory, name[0] ? "/" : "", name);
	walk->paths[walk->count++] = path;
}

static void visit_property(struct walk *walk, int directory, const char *path, const char *name)
{
	static unsigned char value[65536];
	char whole[4096];
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
	size_t size = read_open_file(fd, name, value, sizeof(value));

	snprintf(whole, sizeof(whole), "%s/%s", path, name);
	walk->visit(walk->context, whole, add_bytes(SUM_START, value, size));
}

static void visit_node(struct walk *walk, const char *path)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;

	if (!directory)
		die(path);
	walk->visit(walk->context, path, SUM_START);
	while ((entry = readdir(directory))) {
		if (entry->d_type != DT_DIR)
			visit_property(walk, dirfd(directory), path, entry->d_name);
		else if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			push_path(walk, path, entry->d_name);
	}
	closedir(directory);
}

void walk_tree(visit_function *visit, void *context)
{
	struct walk walk = {.visit = visit, .context = context};

	push_path(&walk, TREE, "");
	while (walk.count > 0) {
		char *path = walk.paths[--walk.count];

		visit_node(&walk, path);
		free(path);
	}
	free(walk.paths);
}

static void add_to_sum(void *context, const char *path, uint64_t sum)
{
	uint64_t *total = context;

	*total += add_bytes(sum, path, strlen(path));
}

uint64_t sum_tree(void)
{
	uint64_t sum = 0;

	walk_tree(add_to_sum, &sum);
	return sum;
}

/*
 * Registers are few, in large files full of holes: only words that are not zero
 * count, each with its place.
 */
uint64_t sum_registers(const char *path, uint64_t sum)
{
	static uint64_t block[512];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	off_t at = 0;
	ssize_t got;

	if (fd < 0)
		die(path);
	while ((at = lseek(fd, at, SEEK_DATA)) >= 0 &&
	       (got = pread(fd, block, sizeof(block), at)) > 0) {
		for (size_t i = 0; i < (size_t)got / 8; i++) {
			uint64_t word[2] = {(uint64_t)at + 8 * i, block[i]};

			if (block[i] != 0)
				sum = add_bytes(sum, word, sizeof(word));
		}
		at += got;
	}
	close(fd);
	return sum;
}
