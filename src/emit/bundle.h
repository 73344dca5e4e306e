/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_EMIT_BUNDLE_H
#define NV2_EMIT_BUNDLE_H

#include <stdbool.h>

#include "core/buffer.h"
#include "plan/plan.h"
#include "tree/tree.h"

/* Bytes for a guest, or for nobody in particular, that go into a bundle as they are. */
struct bundle_file {
	const char *kind;  /* as nv2/bundle.h has it, or any other word */
	const char *guest; /* or NULL */
	const char *bytes;
	size_t len;
};

struct bundle_guest {
	const char *name;
	const struct tree *fragment;
};

/* What a bundle is made of, besides the tables that follow from the plan. */
struct bundle_contents {
	const struct plan_board *board;
	const struct tree *host_fw, *host_os; /* late-bound, whatever there is as base */
	const struct bundle_guest *guests;
	size_t guest_count;
	const struct bundle_file *files; /* the plan as JSON, and what else a runtime may want */
	size_t file_count;
	uint32_t version; /* the counter */
};

#define BUNDLE_VERSION_DEFAULT 1

/*
 * Writes a bundle, sealed and not signed, into `out`, which is empty. False,
 * with nothing in it, if there are more parts than readers take or the whole
 * is larger than device trees can be.
 */
bool emit_bundle(struct arena *arena, struct intern *strings,
		 const struct bundle_contents *contents, struct buffer *out);

/* Sets the seal's digest to that of the bytes as they are now. */
void seal_bundle(struct buffer *bundle);

#endif
