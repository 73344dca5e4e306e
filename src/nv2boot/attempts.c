/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the start and the end of an attempt to apply at boot, gives whether
 * there may be one. Never looks at the bundle.
 */
#include "nv2boot/attempts.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux/file.h"

#define PARENT_DIR "/var/lib"
#define STATE_DIR "nv2boot"
#define ATTEMPTS_FILE "attempts"

/* Whoever can write there can have any number of attempts, or none. */
static int check_dir(const struct run *run, int dir)
{
	const char *wrong = file_is_exposed(dir);

	if (!wrong)
		return dir;
	log_say(&run->log, LOG_LEVEL_ERROR,
		"cannot trust %s" PARENT_DIR "/" STATE_DIR
		": %s: make it root's own, with mode 0700 errno=%d",
		run->root.path, wrong, EPERM);
	close(dir);
	return -EPERM;
}

/* The directory, made if need be; or a negative errno. */
static int open_state(const struct run *run)
{
	int parent = root_open_at(&run->root, PARENT_DIR, O_RDONLY | O_DIRECTORY), dir, error = 0;

	if (parent < 0)
		return parent;
	if (mkdirat(parent, STATE_DIR, 0700) < 0 && errno != EEXIST)
		error = -errno;
	dir = error ? -1
		    : openat(parent, STATE_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (!error && dir < 0)
		error = -errno;
	close(parent);
	return error ? error : check_dir(run, dir);
}

/* Digits and a newline; anything else is not ours. */
static int parse_attempts(const struct bytes *text, uint32_t *count)
{
	size_t digits = text->size - 1;

	if (text->size < 2 || text->size > 8 || text->data[digits] != '\n')
		return -EBADMSG;
	for (size_t i = 0; i < digits; i++) {
		if (text->data[i] < '0' || text->data[i] > '9')
			return -EBADMSG;
		*count = *count * 10 + (uint32_t)(text->data[i] - '0');
	}
	return 0;
}

/* 0 where there is no file. */
static int read_attempts(int dir, uint32_t *count)
{
	int fd = openat(dir, ATTEMPTS_FILE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct bytes text = {0};
	int error;

	*count = 0;
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	error = file_read(fd, 64, &text);
	close(fd);
	if (!error)
		error = parse_attempts(&text, count);
	else if (error == -EFBIG)
		error = -EBADMSG;
	free(text.data);
	return error;
}

static int write_attempts(int dir, uint32_t count)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%" PRIu32 "\n", count);

	/* The machine's lock keeps a second one of us out. */
	file_sweep(dir);
	return file_store(dir, ATTEMPTS_FILE, text, (size_t)len);
}

static int fail(const struct run *run, const char *what, int error)
{
	log_say(&run->log, LOG_LEVEL_ERROR,
		"cannot %s the attempts at boot in %s" PARENT_DIR "/" STATE_DIR "/" ATTEMPTS_FILE
		": %s errno=%d",
		what, run->root.path,
		error == -EBADMSG ? "there is no count in it: remove it" : strerror(-error),
		-error);
	return EXIT_SYSTEM;
}

int count_attempt(struct run *run, uint32_t *before)
{
	int dir = open_state(run), error = dir < 0 ? dir : read_attempts(dir, before);
	int status = EXIT_DONE;

	if (error) {
		status = fail(run, "read", error);
	} else if (*before >= ATTEMPTS_MAX) {
		log_say(&run->log, LOG_LEVEL_ERROR,
			"not tried: %" PRIu32 " boots in a row did not come to the end of it; when "
			"the cause is gone, `nv2boot apply` by hand starts the count anew",
			*before);
		status = EXIT_REFUSED;
	} else {
		error = write_attempts(dir, *before + 1);
		if (error)
			status = fail(run, "count", error);
	}
	if (dir >= 0)
		close(dir);
	return status;
}

void set_attempts(struct run *run, uint32_t count)
{
	int dir = open_state(run), error = dir < 0 ? dir : 0;

	if (!error && count)
		error = write_attempts(dir, count);
	else if (!error && unlinkat(dir, ATTEMPTS_FILE, 0) < 0 && errno != ENOENT)
		error = -errno;
	if (error)
		fail(run, "count", error);
	if (dir >= 0)
		close(dir);
}
