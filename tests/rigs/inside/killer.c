/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes nv2boot and a bundle, kills apply and remove at random times, and after
 * each kill has one of them run to its end. Gives how often tree and registers
 * were then neither all there nor all gone: never, or it fails.
 *
 * killer COUNT SEED REGISTERS... -- NV2BOOT-OPTION... BUNDLE
 * killer sum REGISTERS...        prints a sum of the registers, and does nothing
 *
 * Nothing may be applied when it starts; nothing is when it ends. REGISTERS are files.
 */
#define _GNU_SOURCE /* SEEK_DATA */
#include <errno.h>
#include <ftw.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ARGUMENTS 32

/* A sum of the tree that does not hang on the order in which it is read. */
static uint64_t tree_sum;

static const char *const *registers;
static int register_count;

static void die(const char *what)
{
	fprintf(stderr, "killer: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* FNV-1a, 64 bits. */
static uint64_t add_bytes(uint64_t sum, const void *data, size_t size)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < size; i++)
		sum = (sum ^ bytes[i]) * 0x100000001b3;
	return sum;
}

static uint64_t sum_file(const char *path, uint64_t sum)
{
	static unsigned char block[65536];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		die(path);
	while ((got = read(fd, block, sizeof(block))) > 0)
		sum = add_bytes(sum, block, (size_t)got);
	close(fd);
	return sum;
}

/*
 * Registers are few, in large files full of holes: only words that are not zero
 * count, each with its place.
 */
static uint64_t sum_registers(const char *path, uint64_t sum)
{
	static uint64_t block[512];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	off_t at = 0;
	ssize_t got;

	if (fd < 0)
		die(path);
	while ((at = lseek(fd, at, SEEK_DATA)) >= 0 &&
	       (got = pread(fd, block, sizeof(block), at)) > 0) {
		for (size_t i = 0; i < (size_t)got / 8; i++) {
			uint64_t word[2] = {(uint64_t)at + 8 * i, block[i]};

			if (block[i] != 0)
				sum = add_bytes(sum, word, sizeof(word));
		}
		at += got;
	}
	close(fd);
	return sum;
}

static int sum_entry(const char *path, const struct stat *status, int type, struct FTW *where)
{
	uint64_t sum = add_bytes(0xcbf29ce484222325, path, strlen(path));

	(void)status;
	(void)where;
	tree_sum += type == FTW_F ? sum_file(path, sum) : sum;
	return 0;
}

static uint64_t sum_machine(void)
{
	uint64_t sum = 0xcbf29ce484222325;

	tree_sum = 0;
	if (nftw("/sys/firmware/devicetree/base", sum_entry, 16, FTW_PHYS) != 0)
		die("/sys/firmware/devicetree/base");
	for (int i = 0; i < register_count; i++)
		sum = sum_registers(registers[i], sum);
	return sum ^ tree_sum;
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

	if (argc > 2 && !strcmp(argv[1], "sum")) {
		uint64_t sum = 0;

		for (int i = 2; i < argc; i++)
			sum = sum_registers(argv[i], sum);
		printf("%016llx\n", (unsigned long long)sum);
		return 0;
	}
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

	for (unsigned long i = 0; i < rounds; i++) {
		int which = (int)(next_random(&random) & 1);
		int then = (int)(next_random(&random) & 1);

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
	printf("%lu of %lu killed before their end, all came right\n", killed, rounds);
	return 0;
}
