/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_EMIT_SHEET_H
#define NV2_EMIT_SHEET_H

#include "emit/html.h"
#include "plan/plan.h"

/*
 * The sheet of all boards: one page with their pictures and all their numbers,
 * complete in itself. A browser asks nobody for anything on its behalf.
 */
void emit_sheet(struct arena *arena, const struct plan *plan, struct buffer *out);

/* Its parts; each gives whole tables. */
void sheet_add_board(struct html *html, const struct plan_board *board);
void sheet_add_vfio(struct html *html, const struct plan_board *board);
void sheet_add_program(struct html *html, const struct plan_board *board);
void sheet_add_guests(struct html *html, const struct plan_board *board);

/* What the page looks like, and how it searches: what stands within <style> and <script>. */
extern const char sheet_style[], sheet_script[];

#endif
