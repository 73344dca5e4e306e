/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes paths, gives open files of this machine or of the one below --root.
 * Never leaves that root, not by "..", nor by a symbolic link.
 */
#define _GNU_SOURCE /* O_PATH */
#include "linux/root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int open_retried(int dir, const char *path, int flags)
{
	int fd;

	do
		fd = openat(dir, path, flags | O_CLOEXEC);
	while (fd < 0 && errno == EINTR);
	return fd < 0 ? -errno : fd;
}

int root_open(struct root *root, const struct linux_options *options)
{
	const char *path = options->root ? options->root : "";
	struct root_shown shown;

	*root = (struct root){path, AT_FDCWD, options->read_only, options->log};
	if (!path[strspn(path, "/")]) {
		root->path = "";
		return 0;
	}
	root->fd = open_retried(AT_FDCWD, path, O_PATH | O_DIRECTORY);
	if (root->fd >= 0)
		return 0;
	root_show(root, &shown, "%s", "");
	log_say(root->log, LOG_LEVEL_ERROR,
		"cannot open the root: %s: %s: name a directory with --root path=%s errno=%d",
		shown.path, strerror(-root->fd), shown.value, -root->fd);
	return root->fd;
}

void root_close(struct root *root)
{
	if (root->fd >= 0)
		close(root->fd);
	root->fd = -1;
}

bool root_is_machine(const struct root *root)
{
	return !root->path[0];
}

/*
 * One component after the other, each from the directory of the one before:
 * openat2(2) would do it in one call, but POWER9 hosts run kernels that lack it.
 */
static int open_below(const struct root *root, const char *path, int flags)
{
	int dir = root->fd, fd;

	for (;;) {
		char name[NAME_MAX + 1];
		size_t len;
		bool last;

		path += strspn(path, "/");
		len = strcspn(path, "/");
		last = !path[len + strspn(path + len, "/")];
		if (len > NAME_MAX)
			fd = -ENAMETOOLONG;
		else if (len == 2 && !memcmp(path, "..", 2))
			fd = -EXDEV;
		else {
			memcpy(name, path, len);
			name[len] = 0;
			fd = open_retried(dir, len ? name : ".",
					  (last ? flags : O_PATH | O_DIRECTORY) | O_NOFOLLOW);
		}
		if (dir != root->fd)
			close(dir);
		if (fd < 0 || last)
			return fd;
		path += len;
		dir = fd;
	}
}

int root_open_at(const struct root *root, const char *path, int flags)
{
	if (root_is_machine(root))
		return open_retried(AT_FDCWD, path, flags);
	return open_below(root, path, flags);
}

void root_show(const struct root *root, struct root_shown *shown, const char *format, ...)
{
	size_t len = strlen(root->path) < sizeof(shown->path) ? strlen(root->path) : 0;
	struct log_value value;
	va_list arguments;

	memcpy(shown->path, root->path, len);
	va_start(arguments, format);
	vsnprintf(shown->path + len, sizeof(shown->path) - len, format, arguments);
	va_end(arguments);
	snprintf(shown->value, sizeof(shown->value), "%s", log_value(&value, shown->path));
}
