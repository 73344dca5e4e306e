/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the name of a file, gives what is in it. Never reads without a bound,
 * and never waits for who would write to a FIFO.
 */
#include "nv2boot/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux/file.h"

static int open_regular(const char *path, bool follow)
{
	/* O_NONBLOCK: to open a FIFO would be to wait for its other end. */
	int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW);
	int fd = open(path, flags), error = 0;
	struct stat status;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) < 0)
		error = -errno;
	else if (S_ISDIR(status.st_mode))
		error = -EISDIR;
	else if (!S_ISREG(status.st_mode))
		error = -EINVAL;
	else if ((uint64_t)status.st_size > INPUT_MAX)
		error = -EFBIG;
	if (!error)
		return fd;
	close(fd);
	return error;
}

int read_input(const char *path, bool follow, struct bytes *bytes)
{
	bool standard_input = !strcmp(path, "-");
	int fd = standard_input ? STDIN_FILENO : open_regular(path, follow);
	int error;

	*bytes = (struct bytes){0};
	if (fd < 0)
		return fd;
	error = file_read(fd, INPUT_MAX, bytes);
	if (!standard_input)
		close(fd);
	return error;
}

const char *input_error(int error)
{
	switch (error) {
	case -ELOOP:
		return "this is a symbolic link: name the file that it leads to";
	case -EFBIG:
		return "it has more than 64 MiB";
	case -EINVAL:
		return "this is no regular file";
	default:
		return strerror(-error);
	}
}
