/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TESTS_SESSION_H
#define NV2_TESTS_SESSION_H

#include "core/intern.h"
#include "diag/diag.h"
#include "unit.h"

/* Memory, names and diagnostics for one test. As fixtures: start_session(), stop_session(). */

static struct arena *arena;
static struct intern *names;
static struct sources *sources;
static struct diags *diags;

static inline void start_session(void)
{
	arena = arena_new();
	names = intern_new(arena);
	sources = sources_new(arena);
	diags = diags_new(arena, sources);
}

static inline void stop_session(void)
{
	intern_free(names);
	arena_free(arena);
}

/* For tests that go through many trees. */
static inline void start_again(void)
{
	stop_session();
	start_session();
}

static inline const char *all_text(void)
{
	struct buffer text = {0};
	const char *copy;

	diags_print_text(diags, &text, false);
	copy = arena_strdup(arena, text.len ? text.data : "(no diagnostics)\n");
	buffer_free(&text);
	return copy;
}

#endif
