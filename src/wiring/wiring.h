/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_WIRING_WIRING_H
#define NV2_WIRING_WIRING_H

#include "core/arena.h"
#include "core/intern.h"
#include "diag/diag.h"
#include "lang/ast.h"
#include "wiring/model.h"

struct name_index;

struct wiring_options {
	uint64_t page_size; /* --page-size in bytes; 0: as the boards say */
	struct name_index *names; /* filled where it is not NULL: see names.h */
};

/*
 * Syntax tree to model: names resolved, every rule checked. Always gives a
 * model, of what could be understood; whether it may be used is for
 * diags_have_errors() to say.
 */
struct wiring *build_wiring(struct arena *arena, struct intern *strings, struct diags *diags,
			    const struct syntax *syntax, const struct wiring_options *options);

/* Makes the diagnostics of this room known. */
void wiring_register_codes(struct diags *diags);

#endif
