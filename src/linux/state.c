/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes what is to be remembered, gives files that are there whole or not at
 * all. Never uses a directory that somebody else could have written to.
 */
#include "linux/state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux/file.h"

#define LOCK_FILE "lock"
#define COUNTER_FILE "bundle-version"

/* A place of ours: /run/nv2boot is NAME in /run. */
struct place {
	const char *parent, *name;
};

static const struct place run_place = {"/run", "nv2boot"}, kept_place = {"/var/lib", "nv2boot"};

static int fail_at(const struct root *root, const char *what, const struct place *place,
		   const char *name, int error, const char *why)
{
	struct root_shown shown;

	root_show(root, &shown, "%s/%s%s%s", place->parent, place->name, name ? "/" : "",
		  name ? name : "");
	log_say(root->log, LOG_LEVEL_ERROR, "cannot %s %s: %s%s%s path=%s errno=%d", what,
		shown.path, strerror(-error), why ? ": " : "", why ? why : "", shown.value, -error);
	return error;
}

/* ---- directories ---- */

/* Made, on disk, for its owner alone; one that is there is left as it is. */
static int make_dir(int parent, const char *name)
{
	if (mkdirat(parent, name, 0700) < 0)
		return errno == EEXIST ? 0 : -errno;
	return fsync(parent) < 0 ? -errno : 0;
}

static int check_dir(const struct root *root, const struct place *place, int dir)
{
	const char *wrong = file_is_exposed(dir);
	struct root_shown shown;

	if (!wrong)
		return 0;
	root_show(root, &shown, "%s/%s", place->parent, place->name);
	log_say(root->log, LOG_LEVEL_ERROR,
		"cannot trust %s: %s: make it root's own, with mode 0700 path=%s errno=%d",
		shown.path, wrong, shown.value, EPERM);
	return -EPERM;
}

/* A descriptor, or a negative errno; -ENOENT is logged if it was to be made. */
static int open_dir(const struct root *root, const struct place *place, bool make)
{
	int parent = root_open_at(root, place->parent, O_RDONLY | O_DIRECTORY), dir, error = 0;

	if (parent < 0) {
		if (parent == -ENOENT && !make)
			return parent;
		return fail_at(root, "open", place, NULL, parent,
			       parent == -ENOENT ? "the directory above it is needed" : NULL);
	}
	if (make)
		error = make_dir(parent, place->name);
	dir = error ? -1
		    : openat(parent, place->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (!error && dir < 0)
		error = -errno;
	close(parent);
	if (error == -ENOENT && !make)
		return error;
	if (error)
		return fail_at(
			root, "open", place, NULL, error,
			error == -ELOOP || error == -ENOTDIR
				? "a symbolic link or a file is where the directory should be"
				: NULL);
	error = check_dir(root, place, dir);
	if (!error)
		return dir;
	close(dir);
	return error;
}

/* ---- the lock ---- */

/* Who has it, by what is written into it; "" if nothing of use is. */
struct holder {
	char text[48];
};

static struct holder lock_holder(int lock)
{
	struct holder holder = {""};
	char text[24] = "";
	ssize_t got = pread(lock, text, sizeof(text) - 1, 0);

	if (got > 0 && text[0] >= '1' && text[0] <= '9')
		snprintf(holder.text, sizeof(holder.text), ", process %lu,",
			 strtoul(text, NULL, 10));
	return holder;
}

/* For those who find it locked; that the lock is held does not depend on it. */
static void sign_lock(int lock)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	if (!ftruncate(lock, 0) && pwrite(lock, text, (size_t)len, 0) < 0)
		return;
}

/*
 * Opened before anything that changes the machine, so that its number is lower: of a process that
 * is killed, files are released from the highest number down (fs/file.c, close_files(), puts each
 * in front of the others for kernel/task_work.c, task_work_run()). The overlay that is applied by
 * its release is then applied when the lock goes.
 */
static int take_lock(struct state *state, unsigned milliseconds)
{
	const struct root *root = state->root;
	int lock = openat(state->run, LOCK_FILE, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct root_shown shown;
	int error;

	if (lock < 0)
		return fail_at(root, "open", &run_place, LOCK_FILE, -errno, NULL);
	error = file_lock(lock, 0);
	if (error == -EBUSY && milliseconds) {
		log_say(root->log, LOG_LEVEL_NOTICE, "waiting until another nv2boot%s is done",
			lock_holder(lock).text);
		error = file_lock(lock, milliseconds);
	}
	if (error && error != -EBUSY)
		fail_at(root, "lock", &run_place, LOCK_FILE, error, NULL);
	if (error == -EBUSY) {
		root_show(root, &shown, "/run/nv2boot/" LOCK_FILE);
		log_say(root->log, LOG_LEVEL_ERROR,
			"cannot lock %s: %s: another nv2boot%s has it for longer than %u ms: see "
			"what it does, and try again path=%s errno=%d",
			shown.path, strerror(-error), lock_holder(lock).text, milliseconds,
			shown.value, -error);
	}
	if (error) {
		close(lock);
		return error;
	}
	sign_lock(lock);
	state->lock = lock;
	return 0;
}

/* ---- open and close ---- */

int state_open(struct state *state, const struct root *root, unsigned milliseconds)
{
	int dir = open_dir(root, &run_place, !root->read_only), error;

	*state = (struct state){root, dir < 0 ? -1 : dir, -1, -1};
	if (dir == -ENOENT && root->read_only)
		return 0;
	if (dir < 0)
		return dir;
	if (root->read_only)
		return 0;
	error = take_lock(state, milliseconds);
	if (error)
		state_close(state);
	else
		file_sweep(state->run);
	return error;
}

void state_close(struct state *state)
{
	/* Before the lock goes: nobody who gets it should find our process id. */
	if (state->lock >= 0 && ftruncate(state->lock, 0) < 0)
		log_say(state->root->log, LOG_LEVEL_INFO, "cannot clear the lock: %s errno=%d",
			strerror(errno), errno);
	if (state->lock >= 0)
		close(state->lock);
	if (state->run >= 0)
		close(state->run);
	if (state->kept >= 0)
		close(state->kept);
	state->lock = state->run = state->kept = -1;
}

/* ---- files ---- */

static bool is_name(const char *name)
{
	size_t len = strlen(name);

	return len && len <= 64 && name[0] != '.' && !strchr(name, '/') &&
	       strcmp(name, LOCK_FILE) != 0;
}

/* -ENOENT is not logged. */
static int load_file(const struct root *root, int dir, const struct place *place, const char *name,
		     size_t limit, struct bytes *content)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), error;
	struct stat status;

	*content = (struct bytes){0};
	if (fd < 0)
		return errno == ENOENT ? -ENOENT : fail_at(root, "open", place, name, -errno, NULL);
	if (fstat(fd, &status) < 0)
		error = -errno;
	else
		error = S_ISREG(status.st_mode) ? file_read(fd, limit, content) : -EINVAL;
	close(fd);
	return error ? fail_at(root, "read", place, name, error, NULL) : 0;
}

static int store_file(const struct root *root, int dir, const struct place *place, const char *name,
		      const void *content, size_t size)
{
	int error = file_store(dir, name, content, size);

	return error ? fail_at(root, "store", place, name, error, NULL) : 0;
}

int state_load(struct state *state, const char *name, struct bytes *content)
{
	*content = (struct bytes){0};
	if (!is_name(name))
		return fail_at(state->root, "read", &run_place, name, -EINVAL, NULL);
	if (state->run < 0)
		return -ENOENT;
	return load_file(state->root, state->run, &run_place, name, STATE_SIZE_MAX, content);
}

/* Whether one may write there, by this name. */
static int may_change(const struct state *state, const char *name)
{
	if (!is_name(name))
		return -EINVAL;
	if (state->root->read_only)
		return -EROFS;
	return state->run < 0 ? -EBADF : 0;
}

int state_store(struct state *state, const char *name, const void *content, size_t size)
{
	int error = may_change(state, name);

	if (!error && size > STATE_SIZE_MAX)
		error = -EFBIG;
	if (error)
		return fail_at(state->root, "store", &run_place, name, error, NULL);
	return store_file(state->root, state->run, &run_place, name, content, size);
}

int state_drop(struct state *state, const char *name)
{
	int error = may_change(state, name);

	if (!error && unlinkat(state->run, name, 0) < 0 && errno != ENOENT)
		error = -errno;
	if (!error && fsync(state->run) < 0)
		error = -errno;
	return error ? fail_at(state->root, "remove", &run_place, name, error, NULL) : 0;
}

/* ---- the counter ---- */

static int open_kept(struct state *state, bool make)
{
	int dir;

	if (state->kept >= 0)
		return 0;
	dir = open_dir(state->root, &kept_place, make);
	if (dir < 0)
		return dir;
	state->kept = dir;
	return 0;
}

/* Digits and the end of the line. What else it may hold, it is no 0: that would let old bundles in.
 */
static bool parse_counter(const struct bytes *text, uint32_t *version)
{
	uint64_t value = 0;
	size_t len = text->size;

	if (len && text->data[len - 1] == '\n')
		len--;
	if (!len || len > 10 || (len > 1 && text->data[0] == '0'))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text->data[i] < '0' || text->data[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(text->data[i] - '0');
	}
	*version = (uint32_t)value;
	return value <= UINT32_MAX;
}

int state_load_counter(struct state *state, uint32_t *version)
{
	int error = open_kept(state, false);
	struct bytes text;

	*version = 0;
	if (!error)
		error = load_file(state->root, state->kept, &kept_place, COUNTER_FILE, 64, &text);
	if (error)
		return error == -ENOENT ? 0 : error;
	if (!parse_counter(&text, version)) {
		*version = 0;
		error = fail_at(state->root, "understand", &kept_place, COUNTER_FILE, -EINVAL,
				"it should be the number of the last bundle-version that was "
				"applied: write it there, or remove the file to take any");
	}
	free(text.data);
	return error;
}

int state_store_counter(struct state *state, uint32_t version)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%" PRIu32 "\n", version);
	int error = may_change(state, COUNTER_FILE);

	if (error)
		return fail_at(state->root, "store", &kept_place, COUNTER_FILE, error, NULL);
	error = open_kept(state, true);
	if (error)
		return error;
	file_sweep(state->kept);
	return store_file(state->root, state->kept, &kept_place, COUNTER_FILE, text, (size_t)len);
}

/* ---- which boot this is ---- */

/* As the kernel prints a UUID, and its newline. */
static bool is_boot_id(const struct bytes *text)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx\n";

	if (text->size != sizeof(form) - 1)
		return false;
	for (size_t i = 0; i < text->size; i++) {
		unsigned char c = text->data[i];

		if (form[i] == 'x' ? !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))
				   : c != (unsigned char)form[i])
			return false;
	}
	return true;
}

int state_boot_id(const struct state *state, char id[37])
{
	static const char path[] = "/proc/sys/kernel/random/boot_id";
	const struct root *root = state->root;
	int fd = root_open_at(root, path, O_RDONLY | O_NONBLOCK), error;
	struct bytes text = {0};
	struct root_shown shown;

	id[0] = 0;
	error = fd < 0 ? fd : file_read(fd, 4096, &text);
	if (fd >= 0)
		close(fd);
	if (!error && !is_boot_id(&text))
		error = -EINVAL;
	if (error) {
		root_show(root, &shown, "%s", path);
		log_say(root->log, LOG_LEVEL_ERROR,
			"cannot tell one boot from another: %s: %s: this needs /proc path=%s "
			"errno=%d",
			shown.path, strerror(-error), shown.value, -error);
	} else {
		memcpy(id, text.data, 36);
		id[36] = 0;
	}
	free(text.data);
	return error;
}
