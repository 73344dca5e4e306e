/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TESTS_LINUX_ROOT_H
#define NV2_TESTS_LINUX_ROOT_H

/*
 * A directory to be the root of a machine, a log that is listened to, and
 * system calls that fail when told to. For one test program: it defines the
 * system calls' functions, which the linker then takes before libc's.
 */
#define _GNU_SOURCE
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux/linux_machine.h"
#include "linux/root.h"

/* ---- faults ---- */

enum fault_kind {
	FAULT_NONE,
	FAULT_ERROR, /* `error`, and nothing is done (but close(2) closes) */
	FAULT_SHORT, /* half of what was asked for is read or written */
};

static struct fault {
	enum fault_kind kind;
	int error;
	unsigned calls;  /* so far */
	unsigned at;     /* which of them, from 1 */
	unsigned writes; /* write(2) alone, never reset by a fault */
} fault;

static inline bool is_faulty(void)
{
	fault.calls++;
	if (fault.kind == FAULT_NONE || fault.calls != fault.at)
		return false;
	errno = fault.error;
	return true;
}

static inline void set_fault(enum fault_kind kind, int error, unsigned at)
{
	fault.kind = kind;
	fault.error = error;
	fault.at = at;
	fault.calls = 0;
}

/* Whether the call that was to fail was made at all. */
static inline bool end_fault(void)
{
	bool hit = fault.calls >= fault.at;

	fault.kind = FAULT_NONE;
	return hit;
}

int openat(int dir, const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list arguments;

	va_start(arguments, flags);
	if (flags & O_CREAT)
		mode = (mode_t)va_arg(arguments, unsigned);
	va_end(arguments);
	if (is_faulty() && fault.kind == FAULT_ERROR)
		return -1;
	return (int)syscall(SYS_openat, dir, path, flags, mode);
}

/* What openat() becomes where flags are not a constant and the C library is to check them. */
int __openat64_2(int dir, const char *path, int flags);
int __openat64_2(int dir, const char *path, int flags)
{
	return openat(dir, path, flags);
}

static inline ssize_t move(long number, int fd, const void *bytes, size_t len, off_t at)
{
	if (is_faulty()) {
		if (fault.kind == FAULT_ERROR)
			return -1;
		len /= 2;
	}
	return syscall(number, fd, bytes, len, at);
}

ssize_t read(int fd, void *bytes, size_t len)
{
	return move(SYS_read, fd, bytes, len, 0);
}

ssize_t write(int fd, const void *bytes, size_t len)
{
	fault.writes++;
	return move(SYS_write, fd, bytes, len, 0);
}

ssize_t pread(int fd, void *bytes, size_t len, off_t at)
{
	return move(SYS_pread64, fd, bytes, len, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	return move(SYS_pwrite64, fd, bytes, len, at);
}

int close(int fd)
{
	bool faulty = is_faulty() && fault.kind == FAULT_ERROR;
	int result = (int)syscall(SYS_close, fd);

	if (!faulty)
		return result;
	errno = fault.error;
	return -1;
}

int fsync(int fd)
{
	return is_faulty() && fault.kind == FAULT_ERROR ? -1 : (int)syscall(SYS_fsync, fd);
}

int ftruncate(int fd, off_t size)
{
	if (is_faulty() && fault.kind == FAULT_ERROR)
		return -1;
	return (int)syscall(SYS_ftruncate, fd, size);
}

int renameat(int old_dir, const char *old, int new_dir, const char *new)
{
	if (is_faulty() && fault.kind == FAULT_ERROR)
		return -1;
	return (int)syscall(SYS_renameat2, old_dir, old, new_dir, new, 0);
}

int unlinkat(int dir, const char *path, int flags)
{
	if (is_faulty() && fault.kind == FAULT_ERROR)
		return -1;
	return (int)syscall(SYS_unlinkat, dir, path, flags);
}

int mkdirat(int dir, const char *path, mode_t mode)
{
	if (is_faulty() && fault.kind == FAULT_ERROR)
		return -1;
	return (int)syscall(SYS_mkdirat, dir, path, mode);
}

int flock(int fd, int operation)
{
	if (is_faulty() && fault.kind == FAULT_ERROR)
		return -1;
	return (int)syscall(SYS_flock, fd, operation);
}

/* ---- the log ---- */

static struct heard {
	char text[1 << 16];
	size_t len;
	unsigned errors, lines;
} heard;

static inline void hear(void *context, enum log_level level, const char *line)
{
	size_t len = strlen(line);

	(void)context;
	heard.lines++;
	heard.errors += level == LOG_LEVEL_ERROR;
	if (len + 2 > sizeof(heard.text) - heard.len)
		heard.len = 0;
	memcpy(heard.text + heard.len, line, len);
	heard.len += len;
	heard.text[heard.len++] = '\n';
	heard.text[heard.len] = 0;
}

static inline void forget(void)
{
	memset(&heard, 0, sizeof(heard));
}

#define ck_assert_heard(words)                                                                     \
	ck_assert_msg(strstr(heard.text, words), "\"%s\" is not in: %s", words, heard.text)

/* ---- the root ---- */

static char base[64], root_path[96];
static struct log test_log = {.level = LOG_LEVEL_ERROR, .heard = hear};
static struct linux_options options;
static struct root root;

/* Below the root; one after the other in four places. */
static inline const char *path_of(const char *path)
{
	static char paths[4][8192];
	static unsigned next;
	char *out = paths[next++ % 4];

	snprintf(out, sizeof(paths[0]), "%s/%s", root_path, path);
	return out;
}

static inline void make_dirs(const char *path)
{
	char whole[4096];

	snprintf(whole, sizeof(whole), "%s", path_of(path));
	for (char *at = whole + strlen(base) + 1; (at = strchr(at, '/')); at++) {
		*at = 0;
		mkdir(whole, 0755);
		*at = '/';
	}
	mkdir(whole, 0755);
}

/* With the directories above it. */
static inline void put_bytes(const char *path, const void *content, size_t size)
{
	char above[4096];
	FILE *file;

	snprintf(above, sizeof(above), "%s", path);
	if (strrchr(above, '/')) {
		*strrchr(above, '/') = 0;
		make_dirs(above);
	}
	file = fopen(path_of(path), "wb");
	ck_assert_msg(file && fwrite(content, 1, size, file) == size && !fclose(file), "%s", path);
}

static inline void put_text(const char *path, const char *text)
{
	put_bytes(path, text, strlen(text));
}

/* A file of this size, without a byte in it. */
static inline void put_hole(const char *path, off_t size)
{
	put_text(path, "");
	ck_assert_int_eq(truncate(path_of(path), size), 0);
}

static inline void get_at(const char *path, long at, void *bytes, size_t size)
{
	FILE *file = fopen(path_of(path), "rb");

	ck_assert_msg(file && !fseek(file, at, SEEK_SET) && fread(bytes, 1, size, file) == size,
		      "%s at %ld", path, at);
	fclose(file);
}

static inline bool has_text(const char *path, const char *text)
{
	char content[4096] = "";
	FILE *file = fopen(path_of(path), "rb");
	size_t got;

	if (!file)
		return false;
	got = fread(content, 1, sizeof(content) - 1, file);
	fclose(file);
	return got == strlen(text) && !memcmp(content, text, got);
}

static inline unsigned count_files(const char *dir)
{
	unsigned count = 0;
	DIR *all = opendir(dir);

	ck_assert_ptr_nonnull(all);
	while (readdir(all))
		count++;
	closedir(all);
	return count - 2;
}

/* Descriptors that are open; the one it takes to count them is among them, every time. */
static inline unsigned count_open(void)
{
	return count_files("/proc/self/fd");
}

static inline int remove_one(const char *path, const struct stat *status, int flag, struct FTW *ftw)
{
	(void)status;
	(void)flag;
	(void)ftw;
	return remove(path);
}

/* Before all tests and behind them: each of those runs in a process that may not come to its end.
 */
static inline bool make_base(void)
{
	snprintf(base, sizeof(base), "/tmp/nv2-linux-XXXXXX");
	return mkdtemp(base) && !chmod(base, 0755);
}

static inline void remove_base(void)
{
	nftw(base, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void open_root(bool read_only)
{
	options =
		(struct linux_options){.root = root_path, .read_only = read_only, .log = &test_log};
	ck_assert_int_eq(root_open(&root, &options), 0);
}

static inline void setup_root(void)
{
	umask(022);
	snprintf(root_path, sizeof(root_path), "%s/%ld", base, (long)getpid());
	ck_assert_int_eq(mkdir(root_path, 0755), 0);
	make_dirs("run");
	make_dirs("var/lib");
	forget();
	open_root(false);
}

static inline void teardown_root(void)
{
	root_close(&root);
}

/* For what root may always do: a process of its own that is nobody. True in that process. */
static inline bool is_nobody(void)
{
	if (geteuid())
		return true;
	return !setresgid(65534, 65534, 65534) && !setresuid(65534, 65534, 65534);
}

#endif
