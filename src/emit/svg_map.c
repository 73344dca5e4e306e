/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the address ranges of a board and its guests, draws them as blocks from
 * low to high, what is inside another within it. Never draws to scale: ranges
 * are between 4 KiB and 2 TiB.
 */
#include <inttypes.h>

#include "core/text.h"
#include "emit/address_map.h"
#include "emit/svg.h"

enum {
	HEAD = 34,
	TITLE = 20, /* where the text of a head stands */
	ROW = 24,
	NOTE = 18,  /* what a note makes a row higher */
	INSIDE = 6, /* from the edges of the block around */
	BREAK = 18, /* between blocks that do not meet */
	ADDRESS = 118,
	BLOCK = SVG_COLUMN - ADDRESS,
	STRIPE = 6, /* in the colour of the guest */
};

static int row_height(const struct map_row *row)
{
	return ROW + (row->note ? NOTE : 0);
}

/* With all that is inside it. */
static int block_height(const map_rows *rows, size_t at)
{
	int height = row_height(&rows->items[at]);
	bool holds = false;

	for (size_t i = at + 1; i < rows->count && rows->items[i].inside; i++) {
		height += row_height(&rows->items[i]);
		holds = true;
	}
	return height + (holds ? INSIDE : 0);
}

static void draw_row(struct drawing *drawing, const map_rows *rows, size_t at, int x, int y)
{
	const struct map_row *row = &rows->items[at];
	int edge = row->inside ? INSIDE : 0, left = x + ADDRESS + edge;
	int width = BLOCK - 2 * edge;
	int height = row->inside ? row_height(row) : block_height(rows, at);
	const char *stripe = svg_class(drawing, "key", row->guest);
	const char *size = size_text(drawing->arena, row->size);
	int room = width - 34 - svg_width("s", size);

	buffer_printf(
		drawing->out,
		"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" class=\"k%d\"><title>0x%" PRIx64
		" to 0x%" PRIx64 "</title></rect>\n",
		left, y, width, height, (int)row->kind, row->base, row->base + (row->size - 1));
	if (row->guest)
		buffer_printf(drawing->out,
			      "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" class=\"%s\"/>\n",
			      left, y, STRIPE, height, stripe);
	svg_text(drawing, x + ADDRESS - 8, y + 16, row->inside ? "m e d" : "m e",
		 arena_printf(drawing->arena, "0x%" PRIx64, row->base));
	if (row->name)
		svg_name(drawing, left + 14, y + 16, "s", room,
			 arena_printf(drawing->arena, "%s of ", row->what), row->name, "");
	else
		svg_text(drawing, left + 14, y + 16, "s", row->what);
	svg_text(drawing, left + width - 8, y + 16, "s e", size);
	if (row->note)
		svg_text(drawing, left + 14, y + 16 + NOTE, "m", row->note);
}

/* Two ranges that do not meet have a break between them. */
static void draw_break(struct drawing *drawing, int x, int y)
{
	for (int i = 0; i < 2; i++)
		buffer_printf(drawing->out,
			      "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" class=\"gap\"/>\n",
			      x + ADDRESS + i * BLOCK, y, x + ADDRESS + i * BLOCK, y + BREAK);
}

/* Below its title, which begins at y; gives where it ends. */
static int draw_map(struct drawing *drawing, int x, int y, const map_rows *rows)
{
	const struct map_row *last = NULL; /* that is not inside another */
	int end = y + HEAD;

	y = end;
	for (size_t i = 0; i < rows->count; i++) {
		const struct map_row *row = &rows->items[i];

		if (!row->inside) {
			y = end;
			if (last && row->base != last->base + last->size) {
				draw_break(drawing, x, y);
				y += BREAK;
			}
			end = y + block_height(rows, i);
			last = row;
		}
		draw_row(drawing, rows, i, x, y);
		y += row_height(row);
	}
	return end;
}

void svg_draw_host_maps(struct drawing *drawing, size_t first, size_t count, const int *columns)
{
	int end = drawing->y;

	for (size_t i = 0; i < count; i++) {
		const struct plan_npu *npu = drawing->board->npus.items[first + i];
		map_rows rows = map_npu(drawing->arena, drawing->board, npu);
		int bottom;

		svg_text(drawing, columns[i], drawing->y + TITLE, "h",
			 arena_printf(drawing->arena, "Addresses of chip %u", npu->chip));
		bottom = draw_map(drawing, columns[i], drawing->y, &rows);
		if (bottom > end)
			end = bottom;
	}
	drawing->y = end;
}

/* One below the other where they do not fit side by side. */
void svg_draw_guest_maps(struct drawing *drawing, int width)
{
	const struct board *board = drawing->board->board;
	int x = SVG_MARGIN, top = drawing->y, end = top;

	for (size_t i = 0; i < board->guests.count; i++) {
		const struct guest *guest = board->guests.items[i];
		const struct plan_guest *plan =
			make_guest_plan(drawing->arena, drawing->board, guest);

		for (size_t j = 0; j < plan->vphbs.count; j++) {
			map_rows rows = map_vphb(drawing->arena, plan, plan->vphbs.items[j]);
			int bottom;

			if (x > SVG_MARGIN && x + SVG_COLUMN > SVG_MARGIN + width) {
				x = SVG_MARGIN;
				top = end;
			}
			svg_name(drawing, x, top + SVG_GAP + TITLE,
				 svg_class(drawing, "h b", guest), SVG_COLUMN,
				 "Addresses in guest ", guest->name,
				 arena_printf(drawing->arena, ", vPHB %" PRIu32,
					      plan->vphbs.items[j]->index));
			bottom = draw_map(drawing, x, top + SVG_GAP, &rows);
			if (bottom > end)
				end = bottom;
			x += SVG_COLUMN + SVG_GAP;
		}
	}
	drawing->y = end;
}
