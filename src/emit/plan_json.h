/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_EMIT_PLAN_JSON_H
#define NV2_EMIT_PLAN_JSON_H

#include "core/buffer.h"
#include "core/source.h"
#include "plan/plan.h"

/* The plan in the shape nv2-plan-1; `only`: of one board and its guests, or NULL for all. */
void emit_plan_json(const struct plan *plan, const struct plan_board *only, struct buffer *out);

/* The plan as tables for people. */
void emit_plan_text(struct arena *arena, const struct plan *plan, struct buffer *out);

#endif
