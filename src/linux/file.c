/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes open files, gives their whole content, or none. Never waits without
 * a limit, and never opens a path.
 */
#define _DEFAULT_SOURCE /* flock(), d_type */
#include "linux/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Files that are not yet what they are to be. */
#define TEMPORARY_PREFIX ".new-"
#define TEMPORARY_SIZE (sizeof(TEMPORARY_PREFIX) + 16)
#define NAMES_SIZE_MAX ((size_t)1 << 20)

/* Room for one more byte than there is, and for a NUL. */
static bool grow(struct bytes *content, size_t *room)
{
	size_t wanted = *room ? *room * 2 : 4096;
	unsigned char *data;

	if (content->size + 2 <= *room)
		return true;
	if (wanted < *room || !(data = realloc(content->data, wanted)))
		return false;
	content->data = data;
	*room = wanted;
	return true;
}

static int fail(struct bytes *content, int error)
{
	free(content->data);
	*content = (struct bytes){0};
	return -error;
}

int file_read(int fd, size_t limit, struct bytes *content)
{
	size_t room = 0;
	ssize_t got;

	*content = (struct bytes){0};
	do {
		if (!grow(content, &room))
			return fail(content, ENOMEM);
		got = read(fd, content->data + content->size, room - content->size - 1);
		if (got < 0 && errno != EINTR)
			return fail(content, errno);
		content->size += got > 0 ? (size_t)got : 0;
		if (content->size > limit)
			return fail(content, EFBIG);
	} while (got);
	content->data[content->size] = 0;
	return 0;
}

int file_write(int fd, const void *content, size_t size)
{
	const unsigned char *at = content;

	while (size) {
		ssize_t put = write(fd, at, size);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return put ? -errno : -EIO;
		at += put;
		size -= (size_t)put;
	}
	return 0;
}

int file_write_once(int fd, const void *content, size_t size)
{
	ssize_t put;

	/* Interrupted means that nothing was taken. */
	do
		put = write(fd, content, size);
	while (put < 0 && errno == EINTR);
	if (put < 0)
		return -errno;
	return (size_t)put == size ? 0 : -EIO;
}

static uint64_t now(void)
{
	struct timespec time = {0};

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

int file_lock(int fd, unsigned milliseconds)
{
	/* Short limits are of locks that are held for microseconds. */
	const struct timespec pause = {.tv_nsec = milliseconds < 1000 ? 1000000 : 20000000};
	uint64_t end = now() + milliseconds;

	for (;;) {
		if (!flock(fd, LOCK_EX | LOCK_NB))
			return 0;
		if (errno == EINTR)
			continue;
		if (errno != EWOULDBLOCK)
			return -errno;
		if (now() >= end)
			return -EBUSY;
		nanosleep(&pause, NULL);
	}
}

static bool is_directory(int fd, const struct dirent *entry)
{
	struct stat status;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return !fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) && S_ISDIR(status.st_mode);
}

static int add_name(struct bytes *names, size_t limit, const char *name)
{
	size_t size = strlen(name) + 1;
	unsigned char *data;

	if (size > limit - names->size)
		return -E2BIG;
	data = realloc(names->data, names->size + size);
	if (!data)
		return -ENOMEM;
	memcpy(data + names->size, name, size);
	names->data = data;
	names->size += size;
	return 0;
}

static int collect_names(DIR *dir, bool directories, size_t limit, struct bytes *names)
{
	const struct dirent *entry;
	int error = 0;

	for (errno = 0; !error && (entry = readdir(dir)); errno = 0) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (!directories || is_directory(dirfd(dir), entry))
			error = add_name(names, limit, entry->d_name);
	}
	return error ? error : -errno;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int sort_names(struct bytes *names)
{
	size_t count = 0, size = 0;
	const char **list = malloc((names->size + 1) * sizeof(*list));
	unsigned char *sorted = malloc(names->size + 1);

	if (!list || !sorted) {
		free(list);
		free(sorted);
		return -ENOMEM;
	}
	for (const char *name = NULL; (name = file_next_name(names, name));)
		list[count++] = name;
	qsort(list, count, sizeof(*list), compare_names);
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(list[i]) + 1;

		memcpy(sorted + size, list[i], len);
		size += len;
	}
	free(list);
	free(names->data);
	names->data = sorted;
	return 0;
}

int file_list(int fd, bool directories, size_t limit, struct bytes *names)
{
	/* Of its own, for closedir() closes it and readdir() moves it. */
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), error;
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);

	*names = (struct bytes){0};
	if (!dir) {
		error = -errno;
		if (copy >= 0)
			close(copy);
		return error;
	}
	error = collect_names(dir, directories, limit, names);
	closedir(dir);
	if (!error)
		error = sort_names(names);
	return error ? fail(names, -error) : 0;
}

const char *file_next_name(const struct bytes *names, const char *name)
{
	const char *first = (const char *)names->data;
	const char *next = name ? name + strlen(name) + 1 : first;

	return next && (size_t)(next - first) < names->size ? next : NULL;
}

/* ---- files that are there whole or not at all ---- */

/*
 * Nobody else can write to the directory, and the name is taken only if it is free: that it cannot
 * be guessed is a second bolt. At boot there may be no random numbers yet, and none are waited for.
 */
static void choose_name(char name[TEMPORARY_SIZE])
{
	struct timespec time = {0};
	uint64_t chance;

	if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) != (ssize_t)sizeof(chance)) {
		clock_gettime(CLOCK_MONOTONIC, &time);
		chance = (uint64_t)time.tv_sec << 32 ^ (uint64_t)time.tv_nsec ^
			 (uint64_t)getpid() << 40;
	}
	snprintf(name, TEMPORARY_SIZE, TEMPORARY_PREFIX "%016" PRIx64, chance);
}

static int write_temporary(int dir, char temporary[TEMPORARY_SIZE], const void *content,
			   size_t size)
{
	int fd, error;

	choose_name(temporary);
	fd = openat(dir, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	error = file_write(fd, content, size);
	if (!error && fsync(fd) < 0)
		error = -errno;
	if (close(fd) < 0 && errno != EINTR && !error)
		error = -errno;
	if (error)
		unlinkat(dir, temporary, 0);
	return error;
}

int file_store(int dir, const char *name, const void *content, size_t size)
{
	char temporary[TEMPORARY_SIZE];
	int error = write_temporary(dir, temporary, content, size);

	if (error)
		return error;
	if (renameat(dir, temporary, dir, name) < 0) {
		error = -errno;
		unlinkat(dir, temporary, 0);
	} else if (fsync(dir) < 0)
		error = -errno;
	return error;
}

void file_sweep(int dir)
{
	struct bytes names;

	if (file_list(dir, false, NAMES_SIZE_MAX, &names) < 0)
		return;
	for (const char *name = NULL; (name = file_next_name(&names, name));)
		if (!strncmp(name, TEMPORARY_PREFIX, strlen(TEMPORARY_PREFIX)))
			unlinkat(dir, name, 0);
	free(names.data);
}

const char *file_is_exposed(int fd)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return "it cannot be looked at";
	if (status.st_uid && status.st_uid != geteuid())
		return "it belongs to somebody else";
	if (status.st_mode & (S_IWGRP | S_IWOTH))
		return "it can be written by others than its owner";
	return NULL;
}
