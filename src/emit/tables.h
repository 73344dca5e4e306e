/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_EMIT_TABLES_H
#define NV2_EMIT_TABLES_H

#include "core/arena.h"
#include "core/buffer.h"
#include "plan/plan.h"

/*
 * The tables for other people's programs: VFIO regions and register writes,
 * as JSON (nv2-regions-1, nv2-program-1) and as C for <nv2/region.h> and
 * <nv2/program.h>. `stem`: of the file's name; it becomes a part of what the
 * C declares.
 */
void emit_regions_json(const struct plan_board *board, struct buffer *out);
void emit_regions_h(const struct plan_board *board, const char *stem, struct buffer *out);
void emit_program_json(const struct plan_board *board, struct arena *arena, struct buffer *out);
void emit_program_h(const struct plan_board *board, const char *stem, struct arena *arena,
		    struct buffer *out);

#endif
