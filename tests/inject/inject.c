/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the environment variable NV2_INJECT, makes the N-th call of a kind
 * fail. Linked with all objects of nv2dtc into nv2dtc-inject, a program for
 * tests only:
 *
 *	nv2dtc_inject_SOURCES = $(nv2dtc_SOURCES) tests/inject/inject.c
 *	nv2dtc_inject_LDADD = $(nv2dtc_LDADD)
 *	nv2dtc_inject_LDFLAGS = $(AM_LDFLAGS) \
 *		-Wl,--wrap=calloc,--wrap=malloc,--wrap=realloc \
 *		-Wl,--wrap=close,--wrap=fchmod,--wrap=fstat,--wrap=fstat64 \
 *		-Wl,--wrap=link,--wrap=mkdir,--wrap=mkstemp,--wrap=mkstemp64 \
 *		-Wl,--wrap=open,--wrap=open64,--wrap=read,--wrap=rename,--wrap=write
 *
 * NV2_INJECT is a list of CALL:N:FAULT, separated by commas. CALL is a name of
 * the table below. N counts from 1; `N+` means the N-th and all after it. FAULT
 * is the name of an errno value, or `short` for a read or write of about half of
 * what was asked for. When a fault happens, the file that NV2_INJECT_HIT names
 * is made. NV2_INJECT_TRACE=1 prints each counted call on standard error.
 *
 * Wrapped are the calls of our own objects and archives. What shared libraries
 * call for themselves is left alone: jansson allocates through
 * checked_malloc(), libfdt not at all, and stdio is used for help and usage.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

/* The names that --wrap makes are what they are. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
ssize_t __real_write(int fd, const void *bytes, size_t len);
ssize_t __real_read(int fd, void *bytes, size_t len);
int __real_rename(const char *old, const char *new);
int __real_link(const char *old, const char *new);
int __real_mkstemp(char *path);
int __real_mkstemp64(char *path);
int __real_close(int fd);
int __real_fchmod(int fd, mode_t mode);
int __real_open(const char *path, int flags, ...);
int __real_open64(const char *path, int flags, ...);
int __real_fstat(int fd, struct stat *status);
int __real_fstat64(int fd, struct stat *status);
int __real_mkdir(const char *path, mode_t mode);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_read(int fd, void *bytes, size_t len);
int __wrap_rename(const char *old, const char *new);
int __wrap_link(const char *old, const char *new);
int __wrap_mkstemp(char *path);
int __wrap_mkstemp64(char *path);
int __wrap_close(int fd);
int __wrap_fchmod(int fd, mode_t mode);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __wrap_fstat(int fd, struct stat *status);
int __wrap_fstat64(int fd, struct stat *status);
int __wrap_mkdir(const char *path, mode_t mode);

enum call {
	CALL_MALLOC, /* calloc too */
	CALL_REALLOC,
	CALL_WRITE,
	CALL_READ,
	CALL_RENAME,
	CALL_LINK,
	CALL_MKSTEMP,
	CALL_CLOSE,
	CALL_FCHMOD,
	CALL_OPEN,
	CALL_FSTAT,
	CALL_MKDIR,
	CALLS
};

static const char *const call_names[CALLS] = {
	[CALL_MALLOC] = "malloc",   [CALL_REALLOC] = "realloc", [CALL_WRITE] = "write",
	[CALL_READ] = "read",       [CALL_RENAME] = "rename",   [CALL_LINK] = "link",
	[CALL_MKSTEMP] = "mkstemp", [CALL_CLOSE] = "close",     [CALL_FCHMOD] = "fchmod",
	[CALL_OPEN] = "open",       [CALL_FSTAT] = "fstat",     [CALL_MKDIR] = "mkdir",
};

static const struct {
	const char *name;
	int value;
} errors[] = {
	{"EACCES", EACCES}, {"EDQUOT", EDQUOT}, {"EEXIST", EEXIST}, {"EFBIG", EFBIG},
	{"EINTR", EINTR},   {"EIO", EIO},       {"EMFILE", EMFILE}, {"EMLINK", EMLINK},
	{"ENOENT", ENOENT}, {"ENOMEM", ENOMEM}, {"ENOSPC", ENOSPC}, {"EOPNOTSUPP", EOPNOTSUPP},
	{"EPERM", EPERM},   {"EROFS", EROFS},   {"EXDEV", EXDEV},
};

#define SHORT (-1)
#define FAULTS_MAX 8

struct fault {
	enum call call;
	unsigned long first;
	bool all_after;
	int error; /* errno value, or SHORT */
};

static struct {
	struct fault faults[FAULTS_MAX];
	unsigned fault_count;
	unsigned long counts[CALLS];
	bool ready, trace;
} injection;

static _Noreturn void give_up(const char *text)
{
	fprintf(stderr, "nv2dtc-inject: cannot read NV2_INJECT at '%s'\n", text);
	_exit(99);
}

static size_t word_length(const char *text)
{
	return strcspn(text, ":,");
}

static bool is_word(const char *text, const char *word)
{
	return strlen(word) == word_length(text) && !strncmp(text, word, strlen(word));
}

static int parse_error(const char *text)
{
	if (is_word(text, "short"))
		return SHORT;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (is_word(text, errors[i].name))
			return errors[i].value;
	give_up(text);
}

static const char *parse_fault(const char *text, struct fault *fault)
{
	char *end;

	while (fault->call < CALLS && !is_word(text, call_names[fault->call]))
		fault->call++;
	if (fault->call == CALLS || text[word_length(text)] != ':')
		give_up(text);
	text += word_length(text) + 1;
	fault->first = strtoul(text, &end, 10);
	fault->all_after = *end == '+';
	end += fault->all_after;
	if (!fault->first || *end != ':')
		give_up(text);
	fault->error = parse_error(end + 1);
	return end + 1 + word_length(end + 1);
}

static void read_environment(void)
{
	const char *text = getenv("NV2_INJECT");

	injection.ready = true;
	injection.trace = getenv("NV2_INJECT_TRACE") != NULL;
	while (text && *text) {
		if (injection.fault_count == FAULTS_MAX)
			give_up(text);
		text = parse_fault(text, &injection.faults[injection.fault_count++]);
		if (*text && *text++ != ',')
			give_up(text);
	}
}

static void note_hit(void)
{
	const char *path = getenv("NV2_INJECT_HIT");
	int fd = path ? __real_open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644) : -1;

	if (fd >= 0)
		__real_close(fd);
}

/* Counts a call; gives what is to go wrong with it, 0 for nothing. */
static int next_fault(enum call call)
{
	unsigned long count;

	if (!injection.ready)
		read_environment();
	count = ++injection.counts[call];
	if (injection.trace)
		fprintf(stderr, "%s:%lu\n", call_names[call], count);
	for (unsigned i = 0; i < injection.fault_count; i++) {
		const struct fault *fault = &injection.faults[i];

		if (fault->call != call || count < fault->first ||
		    (count > fault->first && !fault->all_after))
			continue;
		note_hit();
		return fault->error;
	}
	return 0;
}

/* For calls that give 0 or a descriptor: whether this one fails. */
static bool fails(enum call call)
{
	int error = next_fault(call);

	if (error <= 0)
		return false;
	errno = error;
	return true;
}

void *__wrap_malloc(size_t size)
{
	return fails(CALL_MALLOC) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails(CALL_MALLOC) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return fails(CALL_REALLOC) ? NULL : __real_realloc(old, size);
}

ssize_t __wrap_write(int fd, const void *bytes, size_t len)
{
	int error = next_fault(CALL_WRITE);

	if (error > 0) {
		errno = error;
		return -1;
	}
	return __real_write(fd, bytes, error == SHORT && len > 1 ? len / 2 : len);
}

ssize_t __wrap_read(int fd, void *bytes, size_t len)
{
	int error = next_fault(CALL_READ);

	if (error > 0) {
		errno = error;
		return -1;
	}
	return __real_read(fd, bytes, error == SHORT && len > 1 ? len / 2 : len);
}

int __wrap_rename(const char *old, const char *new)
{
	return fails(CALL_RENAME) ? -1 : __real_rename(old, new);
}

/* As the kernel has it, a name that is not there is found missing before all else. */
int __wrap_link(const char *old, const char *new)
{
	if (access(old, F_OK))
		return __real_link(old, new);
	return fails(CALL_LINK) ? -1 : __real_link(old, new);
}

int __wrap_mkstemp(char *path)
{
	return fails(CALL_MKSTEMP) ? -1 : __real_mkstemp(path);
}

int __wrap_mkstemp64(char *path)
{
	return fails(CALL_MKSTEMP) ? -1 : __real_mkstemp64(path);
}

/* The kernel lets the descriptor go even when close(2) fails. */
int __wrap_close(int fd)
{
	int error = next_fault(CALL_CLOSE), result = __real_close(fd);

	if (error <= 0)
		return result;
	errno = error;
	return -1;
}

int __wrap_fchmod(int fd, mode_t mode)
{
	return fails(CALL_FCHMOD) ? -1 : __real_fchmod(fd, mode);
}

static mode_t mode_argument(int flags, va_list args)
{
	return flags & O_CREAT ? va_arg(args, mode_t) : 0;
}

int __wrap_open(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = mode_argument(flags, args);
	va_end(args);
	return fails(CALL_OPEN) ? -1 : __real_open(path, flags, mode);
}

int __wrap_open64(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = mode_argument(flags, args);
	va_end(args);
	return fails(CALL_OPEN) ? -1 : __real_open64(path, flags, mode);
}

int __wrap_fstat(int fd, struct stat *status)
{
	return fails(CALL_FSTAT) ? -1 : __real_fstat(fd, status);
}

int __wrap_fstat64(int fd, struct stat *status)
{
	return fails(CALL_FSTAT) ? -1 : __real_fstat64(fd, status);
}

int __wrap_mkdir(const char *path, mode_t mode)
{
	return fails(CALL_MKDIR) ? -1 : __real_mkdir(path, mode);
}
