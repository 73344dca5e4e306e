/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LINUX_ROOT_H
#define NV2_LINUX_ROOT_H

#include <stdbool.h>

#include "linux/linux_machine.h"

/*
 * Where the files are. Paths start with "/" and are those of a running
 * machine; below another root, no symbolic link is followed and no ".." taken, so
 * that nothing outside of it can be meant.
 */
struct root {
	const char *path; /* "" : this machine */
	int fd;           /* of the directory; with "", AT_FDCWD */
	bool read_only;   /* nothing is to be created, locked, mounted or written */
	const struct log *log;
};

/* 0 or a negative errno, which is logged. `options` outlive it. */
int root_open(struct root *root, const struct linux_options *options);
void root_close(struct root *root);

/* Whether paths are those of this machine, and the kernel's file systems are where they should be.
 */
bool root_is_machine(const struct root *root);

/*
 * A descriptor or a negative errno, which is not logged. O_CLOEXEC is added,
 * and below another root O_NOFOLLOW. -EXDEV: there is a ".." in it.
 */
int root_open_at(const struct root *root, const char *path, int flags);

/* A path with its root in front, for a message: for people, and as a value for tools. */
struct root_shown {
	char path[1024];
	char value[sizeof(((struct log_value *)0)->text)];
};
__attribute__((format(printf, 3, 4))) void
root_show(const struct root *root, struct root_shown *shown, const char *format, ...);

#endif
