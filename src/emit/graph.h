/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_EMIT_GRAPH_H
#define NV2_EMIT_GRAPH_H

#include "core/buffer.h"
#include "plan/plan.h"

/* The wiring and the address map of all boards, as a picture. */

/* For Graphviz. */
void emit_graph_dot(struct arena *arena, const struct plan *plan, struct buffer *out);
/* Drawn here, for browsers, light and dark. */
void emit_graph_svg(struct arena *arena, const struct plan *plan, struct buffer *out);

#endif
