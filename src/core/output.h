/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_CORE_OUTPUT_H
#define NV2_CORE_OUTPUT_H

#include <stdbool.h>

#include "core/arena.h"
#include "core/buffer.h"

/*
 * A set of files that is written whole or not at all: first every file under
 * a temporary name beside its place, then each renamed, in the order added. If
 * anything fails, files that were there before are there again, and nothing
 * new is.
 */
struct output_file;

struct output_set {
	struct arena *arena;
	ARRAY(struct output_file *) files;
	const char *failed; /* after a failure: the file that failed, and how */
	int error;          /* errno value */
};

void output_init(struct output_set *set, struct arena *arena);
/* Takes the bytes over; `path` is copied. */
void output_add(struct output_set *set, const char *path, struct buffer *contents);
/* Makes directory `dir` if it is missing (its parent must be there). */
bool output_commit(struct output_set *set, const char *dir);
const char *output_path(const struct output_set *set, size_t at);
const struct buffer *output_contents(const struct output_set *set, size_t at);
/* Forgets all files. */
void output_drop(struct output_set *set);
void output_free(struct output_set *set);

/* Writes all of it to an open descriptor; gives an errno value, 0 for none. */
int write_all(int fd, const void *bytes, size_t len);

#endif
