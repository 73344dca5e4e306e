/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LINUX_FILE_H
#define NV2_LINUX_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "linux/machine.h"

/* Open files as a whole. Functions give 0 or a negative errno, and log nothing. */

/*
 * From where the file is to its end; `limit` bytes at most, else -EFBIG. A NUL that is not
 * counted follows the content, which is the caller's to free().
 */
int file_read(int fd, size_t limit, struct bytes *content);

/* All of it, in as many write(2) as it takes. */
int file_write(int fd, const void *content, size_t size);

/* All of it in one write(2), or -EIO: for files that act upon each of them. */
int file_write_once(int fd, const void *content, size_t size);

/* An exclusive flock(2), waiting for it if must be, but no longer than this; then -EBUSY. */
int file_lock(int fd, unsigned milliseconds);

/*
 * Names of all that is in a directory but "." and "..", sorted, each with its NUL; `limit` bytes
 * at most, else -E2BIG. With `directories`, of directories alone. `fd` stays open.
 */
int file_list(int fd, bool directories, size_t limit, struct bytes *names);

/* The name behind `name`, which is one of `names`; with NULL, the first. NULL behind the last. */
const char *file_next_name(const struct bytes *names, const char *name);

/*
 * A file of a directory that nobody else can write to: on disk, whole, when it gives 0, by a
 * temporary file of mode 0600 whose name cannot be guessed, fsync, rename, and fsync of the
 * directory. One that is there is replaced.
 */
int file_store(int dir, const char *name, const void *content, size_t size);

/* What a process left there that was killed in file_store(); nobody else may be in it. */
void file_sweep(int dir);

/*
 * Whether nobody can write there but root and who runs this: it is theirs, and neither
 * group nor others may write. NULL, or what is wrong with it.
 */
const char *file_is_exposed(int fd);

#endif
