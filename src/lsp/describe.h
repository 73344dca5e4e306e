/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LSP_DESCRIBE_H
#define NV2_LSP_DESCRIBE_H

#include "core/buffer.h"
#include "lsp/analysis.h"

/* A line that says what a declared thing is; `out`: all numbers that follow for it, or nothing. */
void describe_thing(struct analysis *analysis, const struct declaration *thing,
		    struct buffer *title, struct buffer *out);
/* The same for a link statement, or only for what is on the ports of one of its ends. */
void describe_link(struct analysis *analysis, const struct stmt *stmt, const struct ports *ports,
		   struct buffer *title, struct buffer *out);

#endif
