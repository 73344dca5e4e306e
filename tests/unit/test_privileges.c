/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes processes with all that root has, or what is had here, checks that they are left with what
 * was asked for, by what the kernel says of them. Never runs any of it in its own process.
 */
#define _GNU_SOURCE /* environ, setresuid() */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linux/privileges.h"
#include "linux/process.h"
#include "unit.h"

static struct {
	char line[1024];
	unsigned errors, infos;
} heard;

static void hear(void *context, enum log_level level, const char *line)
{
	(void)context;
	heard.errors += level == LOG_LEVEL_ERROR;
	heard.infos += level == LOG_LEVEL_INFO;
	snprintf(heard.line, sizeof(heard.line), "%s", line);
}

static const struct log listened = {.level = LOG_LEVEL_ERROR, .heard = hear};

/* ---- the kernel's functions, listened to ---- */

static unsigned capset_calls;
static int capset_error;

int capset(cap_user_header_t header, cap_user_data_t data);
int capset(cap_user_header_t header, cap_user_data_t data)
{
	capset_calls++;
	if (!capset_error)
		return (int)syscall(SYS_capset, header, data);
	errno = capset_error;
	return -1;
}

/* A number of /proc/self/status; UINT64_MAX if it is not there. */
static uint64_t status_of(const char *name, int base)
{
	FILE *file = fopen("/proc/self/status", "r");
	uint64_t value = UINT64_MAX;
	char line[256];
	size_t len = strlen(name);

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, len) && line[len] == ':')
			value = strtoull(line + len + 1, NULL, base);
	if (file)
		fclose(file);
	return value;
}

/* ---- processes ---- */

/* In a function that gives 0, or the line that is not as it should be. */
#define WANT(condition)                                                                            \
	do {                                                                                       \
		if (!(condition))                                                                  \
			return __LINE__;                                                           \
	} while (0)

/* Check has descriptors of its own in the test's process, so this is another. */
static void check_child(int (*body)(void))
{
	pid_t child = fork();
	int status;

	/* Lines as far as 8 bits of exit status go; this file has fewer than 512. */
	if (!child) {
		int line = body();

		_exit(line / 2);
	}
	ck_assert_int_gt(child, 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(WIFEXITED(status) && !WEXITSTATUS(status), "status 0x%x: about line %d",
		      (unsigned)status, WIFEXITED(status) ? 2 * WEXITSTATUS(status) : 0);
}

/* ---- capabilities ---- */

#define BIT(capability) (UINT64_C(1) << (capability))

static int keep_nothing(void)
{
	WANT(!privileges_keep(0, &listened));
	WANT(!geteuid() ? status_of("CapPrm", 16) == 0 : 1);
	WANT(!geteuid() ? status_of("CapEff", 16) == 0 : 1);
	WANT(status_of("CapInh", 16) == 0);
	WANT(status_of("NoNewPrivs", 10) == 1);
	WANT(!heard.errors);
	return 0;
}

START_TEST(nothing_is_kept)
{
	check_child(keep_nothing);
}
END_TEST

static int keep_all(void)
{
	const uint64_t all = BIT(CAP_DAC_OVERRIDE) | BIT(CAP_DAC_READ_SEARCH) | BIT(CAP_SYS_ADMIN) |
			     BIT(CAP_SYS_RAWIO);
	uint64_t had = status_of("CapPrm", 16);

	WANT(!privileges_keep(PRIVILEGES_ALL, &listened));
	WANT(status_of("CapPrm", 16) == (had & all));
	WANT(!(status_of("CapEff", 16) & ~all));
	return 0;
}

START_TEST(the_most_is_four)
{
	check_child(keep_all);
}
END_TEST

static int keep_one(enum privilege privilege, uint64_t capabilities)
{
	uint64_t had = status_of("CapPrm", 16);

	if (geteuid())
		capabilities |= BIT(CAP_DAC_OVERRIDE) | BIT(CAP_DAC_READ_SEARCH);
	WANT(!privileges_keep(1u << privilege, &listened));
	WANT(status_of("CapPrm", 16) == (had & capabilities));
	return 0;
}

static int keep_files(void)
{
	return keep_one(PRIVILEGE_FILES, BIT(CAP_DAC_OVERRIDE) | BIT(CAP_DAC_READ_SEARCH));
}

static int keep_mount(void)
{
	return keep_one(PRIVILEGE_MOUNT, BIT(CAP_SYS_ADMIN));
}

static int keep_memory(void)
{
	return keep_one(PRIVILEGE_MEMORY, BIT(CAP_SYS_RAWIO));
}

START_TEST(each_is_kept_alone)
{
	check_child(keep_files);
	check_child(keep_mount);
	check_child(keep_memory);
}
END_TEST

static int keep_less_then_more(void)
{
	uint64_t left;

	WANT(!privileges_keep(1u << PRIVILEGE_FILES, &listened));
	left = status_of("CapPrm", 16);
	capset_calls = 0;
	WANT(!privileges_keep(PRIVILEGES_ALL, &listened));
	WANT(status_of("CapPrm", 16) == left);
	/* Where there is nothing to give up, nothing is asked for. */
	WANT(!capset_calls);
	return 0;
}

START_TEST(what_is_given_up_does_not_come_back)
{
	check_child(keep_less_then_more);
}
END_TEST

static int fail_to_give_up(void)
{
	bool has = status_of("CapPrm", 16) & ~(BIT(CAP_DAC_OVERRIDE) | BIT(CAP_DAC_READ_SEARCH));

	capset_error = EPERM;
	WANT(privileges_keep(0, &listened) == (has ? -EPERM : 0));
	WANT(heard.errors == has);
	WANT(!has || strstr(heard.line, "cannot give up capabilities"));
	return 0;
}

START_TEST(what_cannot_be_given_up_is_an_error)
{
	check_child(fail_to_give_up);
}
END_TEST

/* As with AmbientCapabilities= and User= of systemd. */
static int keep_as_nobody(void)
{
	const uint64_t files = BIT(CAP_DAC_OVERRIDE) | BIT(CAP_DAC_READ_SEARCH);
	uint64_t had = status_of("CapPrm", 16);

	if (geteuid())
		return 0;
	WANT(!prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
	WANT(!setresgid(65534, 65534, 65534) && !setresuid(65534, 65534, 65534));
	WANT(!privileges_keep(0, &listened));
	WANT(status_of("CapPrm", 16) == (had & files));
	return 0;
}

START_TEST(who_is_not_root_keeps_files)
{
	check_child(keep_as_nobody);
}
END_TEST

/* ---- system calls ---- */

static bool is_refused(long result)
{
	return result == -1 && errno == EPERM;
}

static void *map(int protection)
{
	return mmap(NULL, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static int filter_calls(void)
{
	char program[] = "/bin/true", *arguments[] = {program, NULL};
	void *page;
	int local;

	WANT(!privileges_keep(0, &listened));
	if (!privileges_filter(&listened)) {
		/* Neither an error nor a secret. */
		WANT(heard.infos == 1 && !heard.errors);
		WANT(strstr(heard.line, "no system call is refused"));
		return 0;
	}
	WANT(status_of("Seccomp", 10) == 2);
	WANT(is_refused(execve(program, arguments, arguments)));
	WANT(is_refused(fork()));
	WANT(is_refused(syscall(SYS_ptrace, 0, 0, 0, 0)));
	WANT(is_refused(syscall(SYS_unshare, 0)));
	WANT(is_refused(syscall(SYS_init_module, NULL, 0, NULL)));
	WANT(is_refused(syscall(SYS_kexec_load, 0, 0, NULL, 0)));
	WANT(is_refused(socket(AF_INET, SOCK_DGRAM, 0)));
	page = map(PROT_READ | PROT_EXEC);
	WANT(page == MAP_FAILED && errno == EPERM);
	page = map(PROT_READ | PROT_WRITE);
	WANT(page != MAP_FAILED);
	WANT(is_refused(mprotect(page, 4096, PROT_READ | PROT_EXEC)));
	WANT(!mprotect(page, 4096, PROT_READ));
	local = socket(AF_UNIX, SOCK_DGRAM, 0);
	WANT(local >= 0);
	close(local);
	return 0;
}

START_TEST(calls_that_are_never_made_are_refused)
{
	check_child(filter_calls);
}
END_TEST

/* ---- what is inherited ---- */

static int begin_closed(void)
{
	static const char *const kept[] = {"kept", NULL};
	int high, fd;

	setenv("kept", "1", 1);
	setenv("keptnot", "1", 1);
	setenv("TZ", ":/etc/passwd", 1);
	umask(0);
	high = fcntl(STDERR_FILENO, F_DUPFD, 200);
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	WANT(high >= 200);
	WANT(!process_begin(kept));
	WANT(fcntl(high, F_GETFD) < 0 && errno == EBADF);
	/* Taken, and of no use. */
	WANT(fcntl(STDOUT_FILENO, F_GETFD) >= 0);
	WANT(write(STDOUT_FILENO, "x", 1) < 0 && errno == EBADF);
	WANT(read(STDIN_FILENO, &fd, 1) < 0 && errno == EBADF);
	fd = open("/proc/self/status", O_RDONLY);
	WANT(fd == STDERR_FILENO + 1);
	WANT(umask(0) == 077);
	WANT(getenv("kept") && !getenv("keptnot") && !getenv("TZ") && !getenv("PATH"));
	return 0;
}

static int begin_open(void)
{
	static const char *const kept[] = {NULL};
	struct stat before, after;

	WANT(!fstat(STDERR_FILENO, &before));
	WANT(!process_begin(kept));
	WANT(!fstat(STDERR_FILENO, &after));
	WANT(before.st_dev == after.st_dev && before.st_ino == after.st_ino);
	WANT(!environ[0]);
	return 0;
}

START_TEST(standard_descriptors_are_taken_and_others_closed)
{
	check_child(begin_closed);
	check_child(begin_open);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("privileges");
	TCase *cases;

	cases = add_case(suite, "capabilities", NULL, NULL);
	tcase_add_test(cases, nothing_is_kept);
	tcase_add_test(cases, the_most_is_four);
	tcase_add_test(cases, each_is_kept_alone);
	tcase_add_test(cases, what_is_given_up_does_not_come_back);
	tcase_add_test(cases, what_cannot_be_given_up_is_an_error);
	tcase_add_test(cases, who_is_not_root_keeps_files);

	cases = add_case(suite, "system calls", NULL, NULL);
	tcase_add_test(cases, calls_that_are_never_made_are_refused);

	cases = add_case(suite, "what is inherited", NULL, NULL);
	tcase_add_test(cases, standard_descriptors_are_taken_and_others_closed);
	return run_suite(suite);
}
