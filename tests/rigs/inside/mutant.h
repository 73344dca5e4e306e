/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_RIG_MUTANT_H
#define NV2_RIG_MUTANT_H

#include <stddef.h>
#include <stdint.h>

#define MUTANT_PARTS 512
#define MUTANT_SIZE 65536

/* Bytes of an overlay that belong together. */
struct part {
	uint32_t at, size;
};

struct parts {
	struct part items[MUTANT_PARTS];
	size_t count;
};

/* A good overlay, and where in it what is. */
struct original {
	unsigned char bytes[MUTANT_SIZE];
	size_t size;
	struct parts nodes, names, properties, values; /* properties: with their tags */
	struct part strings;
};

/* Ends the program if it is no overlay. */
void open_original(struct original *original, const char *path);

/* Writes a damaged copy, of as many bytes as the original, and gives how many of them count. */
size_t make_mutant(const struct original *original, unsigned char *mutant, uint64_t *random);

#endif
