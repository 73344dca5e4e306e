/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes overlays, gives the kernel many damaged copies of them, one after the
 * other. Never goes on when the interface contradicts itself.
 *
 * drive COUNT SEED OVERLAY...
 */
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ITEM OVERLAYS "/mutant"
#define BLOB_MAX 65536

/* Values that lengths, offsets and tags go wrong with. */
static uint32_t odd_cell(uint64_t *random)
{
	static const uint32_t cells[] = {0,          1,          2,          3,
					 4,          9,          0xffffffff, 0xfffffffc,
					 0xfffffffd, 0x7fffffff, 0x80000000, 0x1000};
	uint64_t choice = next_random(random) % 20;

	if (choice < sizeof(cells) / sizeof(cells[0]))
		return cells[choice];
	return (uint32_t)(next_random(random) % 0x200);
}

static size_t damage(unsigned char *blob, size_t size, uint64_t *random)
{
	uint64_t spots = 1 + next_random(random) % 3;

	while (spots-- > 0) {
		size_t at = next_random(random) % size;
		uint32_t cell = odd_cell(random);

		switch (next_random(random) % 5) {
		case 0:
			blob[at] ^= (unsigned char)(1U << next_random(random) % 8);
			break;
		case 1:
			blob[at] = (unsigned char)next_random(random);
			break;
		case 2:
			memmove(blob + at, blob + next_random(random) % (at + 1), (size - at) / 2);
			break;
		default:
			at -= at % 4;
			for (size_t i = 0; i < 4 && at + i < size; i++)
				blob[at + i] = (unsigned char)(cell >> (24 - 8 * i));
			break;
		}
	}
	return next_random(random) % 16 == 0 ? next_random(random) % size : size;
}

/* Whether it was applied; it is removed again. */
static int try_overlay(const void *blob, size_t size)
{
	char status[32] = "", error[512] = "";
	int fd, applied;

	if (mkdir(ITEM, 0755) != 0)
		die("mkdir");
	fd = open(ITEM "/dtbo", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		die("dtbo");
	if (size > 0 && write(fd, blob, size) != (ssize_t)size)
		die("write");
	close(fd);
	read_file(ITEM "/status", status, sizeof(status) - 1);
	read_file(ITEM "/error", error, sizeof(error) - 1);
	applied = !strcmp(status, "applied\n");
	if (!applied && strcmp(status, "unapplied\n") != 0) {
		fprintf(stderr, "drive: status is %s\n", status);
		exit(1);
	}
	if (size > 0 && applied != (error[0] == '\0')) {
		fprintf(stderr, "drive: status is %s, error is %s\n", status, error);
		exit(1);
	}
	if (rmdir(ITEM) != 0)
		die("rmdir");
	return applied;
}

int main(int argc, char **argv)
{
	static unsigned char blob[BLOB_MAX];
	unsigned long count, applied = 0;
	uint64_t random;

	if (argc < 4) {
		fprintf(stderr, "usage: drive COUNT SEED OVERLAY...\n");
		return 2;
	}
	count = strtoul(argv[1], NULL, 10);
	random = strtoull(argv[2], NULL, 10) | 1;
	for (unsigned long i = 0; i < count; i++) {
		const char *path = argv[3 + next_random(&random) % (unsigned)(argc - 3)];
		size_t size = read_file(path, blob, sizeof(blob));

		size = damage(blob, size, &random);
		applied += (unsigned long)try_overlay(blob, size);
	}
	printf("%lu damaged overlays, %lu applied, %lu refused\n", count, applied, count - applied);
	return 0;
}
