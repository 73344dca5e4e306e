/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes files in memory, gives them on disk: all, or none. Allocates nothing
 * while temporary files exist, so that running out of memory leaves none. Never
 * puts a file in the place of a device or a FIFO: those are written to.
 */
#include "core/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct output_file {
	const char *path;   /* as it was named */
	const char *target; /* where that is, symbolic links followed */
	char *temporary; /* the file under its temporary name */
	char *saved;     /* what was at `path` before, under another name */
	struct buffer contents;
	int stream; /* a device or FIFO, open, or -1 */
	bool old;   /* there was a file */
	bool written, renamed;
	bool kept;   /* `saved` is a second name for the old file */
	bool unkept; /* there is an old file, and no hard link could be made to it */
	bool moved;  /* the old file is at `saved` */
};

void output_init(struct output_set *set, struct arena *arena)
{
	*set = (struct output_set){.arena = arena};
}

/* A name beside `path`, hidden, for mkstemp() to complete. */
static char *name_beside(struct arena *arena, const char *path, const char *what)
{
	const char *slash = strrchr(path, '/');
	int dir_len = slash ? (int)(slash + 1 - path) : 0;

	return arena_printf(arena, "%.*s.%s.%s.XXXXXX", dir_len, path, path + dir_len, what);
}

void output_add(struct output_set *set, const char *path, struct buffer *contents)
{
	struct output_file *file = arena_alloc(set->arena, sizeof(*file));
	char *real = realpath(path, NULL);

	file->path = arena_strdup(set->arena, path);
	file->target = real ? arena_strdup(set->arena, real) : file->path;
	free(real);
	file->temporary = name_beside(set->arena, file->target, "new");
	file->saved = name_beside(set->arena, file->target, "old");
	file->stream = -1;
	file->contents = *contents;
	*contents = (struct buffer){0};
	*ARRAY_PUSH(set->arena, &set->files) = file;
}

int write_all(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len) {
		ssize_t wrote = write(fd, at, len);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return errno;
		at += wrote;
		len -= (size_t)wrote;
	}
	return 0;
}

static bool fail(struct output_set *set, const char *path, int error)
{
	if (!set->failed) {
		set->failed = path;
		set->error = error;
	}
	return false;
}

/* By its own name: what /dev/stdout leads to may have no path. */
static bool open_stream(struct output_set *set, struct output_file *file)
{
	file->stream = open(file->path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	return file->stream >= 0 || fail(set, file->path, errno);
}

static bool write_stream(struct output_set *set, struct output_file *file)
{
	int error = write_all(file->stream, file->contents.data, file->contents.len);

	if (close(file->stream) < 0 && !error)
		error = errno;
	file->stream = -1;
	return !error || fail(set, file->path, error);
}

static bool write_temporary(struct output_set *set, struct output_file *file, mode_t mask)
{
	struct stat status;
	int fd, error;

	if (!stat(file->path, &status)) {
		if (S_ISDIR(status.st_mode))
			return fail(set, file->path, EISDIR);
		if (!S_ISREG(status.st_mode))
			return open_stream(set, file);
		file->old = true;
	}
	fd = mkstemp(file->temporary);
	if (fd < 0)
		return fail(set, file->path, errno);
	file->written = true;
	error = write_all(fd, file->contents.data, file->contents.len);
	/* mkstemp() keeps others out; output is as public as what it replaces, or as any new file. */
	if (!error && fchmod(fd, file->old ? status.st_mode & 07777 : 0666 & ~mask) < 0)
		error = errno;
	if (close(fd) < 0 && !error)
		error = errno;
	return !error || fail(set, file->path, error);
}

/* Keeps what is at `path` under another name until all is done. */
static bool keep_old(struct output_set *set, struct output_file *file)
{
	if (!file->old)
		return true;
	/* As unique as the temporary file's name is. */
	memcpy(file->saved + strlen(file->saved) - 6,
	       file->temporary + strlen(file->temporary) - 6, 6);
	if (!link(file->target, file->saved)) {
		file->kept = true;
		return true;
	}
	/* Nothing there, or a file system without hard links: then renaming has to do. */
	if (errno == EPERM || errno == EOPNOTSUPP || errno == EMLINK)
		file->unkept = true;
	if (errno == ENOENT || file->unkept)
		return true;
	return fail(set, file->path, errno);
}

static void undo(struct output_set *set)
{
	for (size_t i = set->files.count; i-- > 0;) {
		struct output_file *file = set->files.items[i];
		bool back = true;

		if (file->stream >= 0)
			close(file->stream);
		if (file->moved || (file->renamed && file->kept))
			back = !rename(file->saved, file->target);
		else if (file->renamed)
			unlink(file->target);
		if (file->written && !file->renamed)
			unlink(file->temporary);
		/* If it cannot go back, it is at least still there. */
		if (file->kept && back)
			unlink(file->saved);
	}
}

static bool commit_files(struct output_set *set)
{
	mode_t mask = umask(077);

	umask(mask);
	for (size_t i = 0; i < set->files.count; i++)
		if (!write_temporary(set, set->files.items[i], mask))
			return false;
	for (size_t i = 0; i < set->files.count; i++)
		if (!keep_old(set, set->files.items[i]))
			return false;
	for (size_t i = 0; i < set->files.count; i++) {
		struct output_file *file = set->files.items[i];

		if (file->stream >= 0)
			continue;
		if (file->unkept && rename(file->target, file->saved) < 0)
			return fail(set, file->path, errno);
		file->moved = file->unkept;
		if (rename(file->temporary, file->target) < 0)
			return fail(set, file->path, errno);
		file->renamed = true;
	}
	/* Last, for what is written there cannot be taken back. */
	for (size_t i = 0; i < set->files.count; i++)
		if (set->files.items[i]->stream >= 0 && !write_stream(set, set->files.items[i]))
			return false;
	return true;
}

bool output_commit(struct output_set *set, const char *dir)
{
	bool made = dir && !mkdir(dir, 0777);

	if (dir && !made && errno != EEXIST)
		return fail(set, dir, errno);
	if (!commit_files(set)) {
		undo(set);
		if (made)
			rmdir(dir);
		return false;
	}
	for (size_t i = 0; i < set->files.count; i++)
		if (set->files.items[i]->kept || set->files.items[i]->moved)
			unlink(set->files.items[i]->saved);
	return true;
}

void output_free(struct output_set *set)
{
	for (size_t i = 0; i < set->files.count; i++)
		buffer_free(&set->files.items[i]->contents);
}

const char *output_path(const struct output_set *set, size_t at)
{
	return set->files.items[at]->path;
}

const struct buffer *output_contents(const struct output_set *set, size_t at)
{
	return &set->files.items[at]->contents;
}

void output_drop(struct output_set *set)
{
	output_free(set);
	set->files.count = 0;
}
