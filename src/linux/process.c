/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes descriptors, file mode mask and environment of whoever started this, gives ones that do no
 * harm. Never looks at what they are.
 */
#define _GNU_SOURCE /* environ, O_PATH */
#include "linux/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Where the kernel cannot close a range (before 5.9), one by one up to here. */
#define DESCRIPTORS_MAX 1024

/*
 * A register file that became descriptor 1 would get what is printed. With O_PATH every read and
 * write fails as on a closed one, so that a message that nobody gets is still an error; /dev/null
 * would hide it, and is not always there.
 */
static int guard_standard(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		int guard;

		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		guard = open("/", O_PATH | O_CLOEXEC);
		if (guard < 0)
			return -errno;
		if (guard != fd) {
			close(guard);
			return -EBADF;
		}
	}
	return 0;
}

/* An overlay is applied when the last reference to its file goes: none should be had by accident.
 */
static void close_others(void)
{
#ifdef SYS_close_range
	if (!syscall(SYS_close_range, STDERR_FILENO + 1, UINT_MAX, 0))
		return;
#endif
	for (int fd = STDERR_FILENO + 1; fd < DESCRIPTORS_MAX; fd++)
		close(fd);
}

static bool is_kept(const char *variable, const char *const *kept)
{
	size_t len = strcspn(variable, "=");

	for (; *kept; kept++)
		if (strlen(*kept) == len && !strncmp(*kept, variable, len))
			return true;
	return false;
}

/* The C library looks into it at the oddest moments: TZ names a file that syslog(3) reads. */
static void clean_environment(const char *const *kept)
{
	char **to = environ;

	for (char **from = environ; from && *from; from++)
		if (is_kept(*from, kept))
			*to++ = *from;
	if (to)
		*to = NULL;
}

int process_begin(const char *const *kept)
{
	umask(077);
	clean_environment(kept);
	close_others();
	return guard_standard();
}
