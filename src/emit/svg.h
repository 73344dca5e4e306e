/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_EMIT_SVG_H
#define NV2_EMIT_SVG_H

#include <stdbool.h>

#include "core/arena.h"
#include "core/buffer.h"
#include "plan/plan.h"

/* What the parts of a drawing share. All measures are pixels. */

enum {
	SVG_MARGIN = 24,
	SVG_GAP = 24,      /* between columns */
	SVG_COLUMN = 442,  /* what the narrowest column needs */
	SVG_COLORS = 6,    /* of guests; more share them */
};

struct drawing {
	struct arena *arena;
	struct buffer *out;
	const struct plan_board *board;
	int y; /* how far it has got */
	bool untitled; /* the board's name stands elsewhere */
};

/* The picture of one board, from drawing->y on, which it moves down; gives its width. */
int svg_draw_board(struct drawing *drawing);

/* Rules for the classes of all elements, light and dark; without tags around them. */
extern const char svg_style[];

/* Text from anywhere, as one element. */
void svg_text(struct drawing *drawing, int x, int y, const char *class, const char *text);
/*
 * A name with what stands before and after it, in `room` pixels: where it is too
 * long, its middle is left out. It is seen in full where the pointer rests on it.
 */
void svg_name(struct drawing *drawing, int x, int y, const char *class, int room,
	      const char *before, const char *name, const char *after);
/* Room for a text, as far as one knows without its font. */
int svg_width(const char *class, const char *text);
/* Text on a plate, its centre at x, y. */
void svg_plate(struct drawing *drawing, int x, int y, const char *text);
/* "class c2" for what is the third guest's, else "class". */
const char *svg_class(struct drawing *drawing, const char *class, const struct guest *guest);

/*
 * The address maps, from drawing->y on, which they move down: of `count` NPUs
 * below the columns at `columns`, and of all guests side by side within `width`.
 */
void svg_draw_host_maps(struct drawing *drawing, size_t first, size_t count, const int *columns);
void svg_draw_guest_maps(struct drawing *drawing, int width);

#endif
