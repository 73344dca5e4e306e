/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a number of runs and a command, gives the medians of its user time, of
 * user and system time together and of wall-clock time, in microseconds, and its
 * peak memory in KiB. Never shows what the command prints.
 *
 * Kernels know the sum of user and system time well; which part is which many
 * only guess at each tick, so that short runs may seem to have none of one.
 *
 *	timer RUNS COMMAND [ARGUMENT]...
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS_MAX 1000

enum figure {
	FIGURE_USER,
	FIGURE_CPU,
	FIGURE_WALL,
	FIGURES
};

static long long microseconds(struct timeval time)
{
	return (long long)time.tv_sec * 1000000 + time.tv_usec;
}

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (long long)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

/* In the child: the command, silent. */
static void become(char **argv)
{
	int null = open("/dev/null", O_RDWR);

	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	execvp(argv[0], argv);
	_exit(127);
}

/* Gives the exit status. */
static int run(char **argv, long long *figures, long *memory)
{
	struct rusage before, after;
	long long start;
	int status;
	pid_t child;

	getrusage(RUSAGE_CHILDREN, &before);
	start = now();
	child = fork();
	if (child < 0)
		return 127;
	if (!child)
		become(argv);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	figures[FIGURE_WALL] = now() - start;
	getrusage(RUSAGE_CHILDREN, &after);
	figures[FIGURE_USER] = microseconds(after.ru_utime) - microseconds(before.ru_utime);
	figures[FIGURE_CPU] = figures[FIGURE_USER] + microseconds(after.ru_stime) -
			      microseconds(before.ru_stime);
	*memory = after.ru_maxrss; /* the largest of all runs */
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int compare(const void *left, const void *right)
{
	long long a = *(const long long *)left, b = *(const long long *)right;

	return a < b ? -1 : a > b;
}

int main(int argc, char **argv)
{
	static long long figures[FIGURES][RUNS_MAX];
	long runs = argc > 2 ? strtol(argv[1], NULL, 10) : 0, memory = 0;

	if (runs < 1 || runs > RUNS_MAX) {
		fprintf(stderr, "Usage: timer RUNS COMMAND [ARGUMENT]...\n");
		return 2;
	}
	for (long i = 0; i < runs; i++) {
		long long once[FIGURES];
		int status = run(argv + 2, once, &memory);

		if (status) {
			fprintf(stderr, "timer: %s: exit status %d\n", argv[2], status);
			return 1;
		}
		for (int j = 0; j < FIGURES; j++)
			figures[j][i] = once[j];
	}
	for (int i = 0; i < FIGURES; i++) {
		qsort(figures[i], (size_t)runs, sizeof(figures[i][0]), compare);
		printf("%lld ", figures[i][runs / 2]);
	}
	printf("%ld\n", memory);
	return 0;
}
