/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LSP_CONTEXT_H
#define NV2_LSP_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What a place is inside of, read from the text before it: what is being typed
 * there does not parse yet.
 */
#define CONTEXT_DEPTH 33
#define CONTEXT_WORD 64

struct context {
	/* The first word of each statement whose block is open; "&" and the label of an amendment.
	 */
	char blocks[CONTEXT_DEPTH][CONTEXT_WORD];
	size_t depth;
	bool quiet;            /* in a comment or a string: nothing is to be offered */
	size_t statement, end; /* bytes of the statement so far, up to the word being typed */
};

void read_context(const char *text, size_t offset, struct context *context);

#endif
