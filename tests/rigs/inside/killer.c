/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes nv2boot and a bundle, kills apply and remove COUNT times at random points, and after
 * each kill has one of them run to its end. Gives how often tree and registers were
 * then neither all there nor all gone: never, or it fails. What ends before it is
 * killed does not count.
 *
 * killer COUNT SEED REGISTERS... -- NV2BOOT-OPTION... BUNDLE
 *
 * Nothing may be applied when it starts; nothing is when it ends. REGISTERS are files.
 */
#include "machine.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ARGUMENTS 32
#define TRIES 50

static const char *const *registers;
static int register_count;

static uint64_t sum_machine(void)
{
	uint64_t sum = SUM_START;

	for (int i = 0; i < register_count; i++)
		sum = sum_registers(registers[i], sum);
	return sum ^ sum_tree();
}

static pid_t start(const char *command, char **options, int count, const char *bundle)
{
	const char *arguments[ARGUMENTS];
	int used = 0;
	pid_t child = fork();

	if (child != 0)
		return child;
	arguments[used++] = "nv2boot";
	arguments[used++] = command;
	for (int i = 0; i < count && used < ARGUMENTS - 2; i++)
		arguments[used++] = options[i];
	if (!strcmp(command, "apply"))
		arguments[used++] = bundle;
	arguments[used] = NULL;
	execvp("nv2boot", (char *const *)arguments);
	_exit(127);
}

static int run(const char *command, char **options, int count, const char *bundle)
{
	int status;

	if (waitpid(start(command, options, count, bundle), &status, 0) < 0)
		die("waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

/* Whether it was killed, and not done before. */
static int run_and_kill(const char *command, char **options, int count, const char *bundle,
			uint64_t after)
{
	struct timespec pause = {(time_t)(after / 1000000), (long)(after % 1000000) * 1000};
	pid_t child = start(command, options, count, bundle);
	int status;

	nanosleep(&pause, NULL);
	kill(child, SIGKILL);
	if (waitpid(child, &status, 0) < 0)
		die("waitpid");
	return WIFSIGNALED(status);
}

static void settle(const char *command, char **options, int count, const char *bundle,
		   uint64_t wanted, unsigned long round)
{
	int status = run(command, options, count, bundle);

	if (status == 0 && sum_machine() == wanted)
		return;
	fprintf(stderr, "killer: round %lu: %s after a kill: exit status %d, and %s\n", round,
		command, status,
		sum_machine() == wanted ? "all is well" : "the machine is not as it must be");
	exit(1);
}

int main(int argc, char **argv)
{
	int first = 3, count;
	uint64_t random, clean, applied, took[2];
	unsigned long rounds, killed = 0;
	char **options;
	const char *bundle = argc > 1 ? argv[argc - 1] : "";

	while (first < argc && strcmp(argv[first], "--") != 0)
		first++;
	if (argc < 6 || first >= argc - 1) {
		fprintf(stderr, "usage: killer COUNT SEED FILE... -- OPTION... BUNDLE\n");
		return 2;
	}
	rounds = strtoul(argv[1], NULL, 10);
	random = strtoull(argv[2], NULL, 10) | 1;
	registers = (const char *const *)argv + 3;
	register_count = first - 3;
	options = argv + first + 1;
	count = argc - first - 2;

	clean = sum_machine();
	took[0] = now();
	if (run("apply", options, count, bundle) != 0)
		die("the first apply");
	took[0] = now() - took[0];
	applied = sum_machine();
	if (applied == clean)
		die("the first apply changed nothing");
	took[1] = now();
	if (run("remove", options, count, bundle) != 0 || sum_machine() != clean)
		die("the first remove");
	took[1] = now() - took[1];

	for (unsigned long i = 0; killed < rounds; i++) {
		int which = (int)(next_random(&random) & 1);
		int then = (int)(next_random(&random) & 1);

		if (i == TRIES * rounds) {
			fprintf(stderr, "killer: %lu runs, and only %lu were killed in time\n", i,
				killed);
			return 1;
		}
		/* Something to remove, now and then something to apply upon. */
		if (which == 1)
			settle("apply", options, count, bundle, applied, i);
		killed += (unsigned long)run_and_kill(
			which ? "remove" : "apply", options, count, bundle,
			next_random(&random) % (took[which] + took[which] / 8));
		settle(then ? "remove" : "apply", options, count, bundle, then ? clean : applied,
		       i);
	}
	settle("remove", options, count, bundle, clean, rounds);
	printf("%lu times, all came right\n", killed);
	return 0;
}
