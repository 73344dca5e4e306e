/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a plan, gives a picture of it as SVG: NPUs above their GPUs, each wire
 * from brick to port, and below the addresses. Never measures text with a font:
 * boxes have room for what numbers can be, and names are cut to fit.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "core/text.h"
#include "emit/graph.h"
#include "emit/svg.h"
#include "emit/xml.h"

/* Pixels. */
enum {
	TITLE_HEIGHT = 48,
	LEGEND_HEIGHT = 26,
	PANEL_PAD = 18,
	PANEL_HEAD = 30,
	NPU_HEIGHT = 68,
	WIRE_HEIGHT = 88,
	GPU_WIDTH = 190,
	GPU_HEAD = 84,
	GPU_FOOT = 22,
	GPU_GAP = 26,
	LINE = 18,
	PIN = 20, /* side of a brick or port */
	PIN_STEP = 26,
	PEER_STEP = 13,
	PEER_BASE = 30,
	INSIDE = 12,      /* from a box's edge to its text */
	ROW_PANELS = 2,   /* at most so many side by side, */
	ROW_WIDTH = 1400, /* and not wider, if it can be */
};

/* A wire between GPUs, from the left one. */
struct svg_peer {
	const struct peer_link *peer;
	size_t left, right; /* places of the GPUs in the panel */
	unsigned left_port, right_port;
	int left_x, right_x;
};

/* A brick or a port where an NPU's wire begins or ends. */
struct svg_wire {
	const struct plan_link *link;
	int brick_x, port_x;
};

/* One NPU and its GPUs: an IOMMU group. */
struct panel {
	const struct plan_npu *npu;
	int x, y, width;
	int gpu_height;
	ARRAY(struct svg_wire) wires; /* by brick */
	ARRAY(struct svg_peer) peers;
};

/* ---- where things are ---- */

static int gpus_width(const struct plan_npu *npu)
{
	return (int)npu->gpus.count * (GPU_WIDTH + GPU_GAP) - GPU_GAP;
}

/* An address map stands below, so it may be wider than its GPUs. */
static int panel_width(const struct plan_npu *npu)
{
	int width = 2 * PANEL_PAD + gpus_width(npu);

	return width > SVG_COLUMN ? width : SVG_COLUMN;
}

static int gpu_x(const struct panel *panel, size_t place)
{
	return panel->x + (panel->width - gpus_width(panel->npu)) / 2 +
	       (int)place * (GPU_WIDTH + GPU_GAP);
}

static int npu_y(const struct panel *panel)
{
	return panel->y + PANEL_HEAD;
}

static int gpu_y(const struct panel *panel)
{
	return npu_y(panel) + NPU_HEIGHT + WIRE_HEIGHT;
}

/* Centre of pin `place` of `count` on a side of a GPU. */
static int pin_x(const struct panel *panel, size_t gpu, size_t place, size_t count)
{
	return gpu_x(panel, gpu) + GPU_WIDTH / 2 + (int)place * PIN_STEP -
	       (int)(count - 1) * PIN_STEP / 2;
}

static int compare_ints(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static int compare_wires(const void *a, const void *b)
{
	const struct svg_wire *one = a, *other = b;

	return (int)one->link->link->brick - (int)other->link->link->brick;
}

/* Ports stand below their GPU's bricks; bricks take the same places, in the order of their numbers.
 */
static void place_wires(struct drawing *drawing, struct panel *panel)
{
	size_t count;
	int *places;

	for (size_t i = 0; i < panel->npu->gpus.count; i++) {
		const struct plan_gpu *gpu = panel->npu->gpus.items[i];

		for (size_t j = 0; j < gpu->links.count; j++)
			*ARRAY_PUSH(drawing->arena, &panel->wires) = (struct svg_wire){
				.link = gpu->links.items[j],
				.port_x = pin_x(panel, i, j, gpu->links.count),
			};
	}
	count = panel->wires.count;
	if (!count)
		return;
	places = arena_alloc(drawing->arena, count * sizeof(*places));
	for (size_t i = 0; i < count; i++)
		places[i] = panel->wires.items[i].port_x;
	qsort(places, count, sizeof(*places), compare_ints);
	qsort(panel->wires.items, count, sizeof(*panel->wires.items), compare_wires);
	for (size_t i = 0; i < count; i++)
		panel->wires.items[i].brick_x = places[i];
}

static bool find_place(const struct panel *panel, const struct gpu *gpu, size_t *place)
{
	for (*place = 0; *place < panel->npu->gpus.count; ++*place)
		if (panel->npu->gpus.items[*place]->gpu == gpu)
			return true;
	return false;
}

/*
 * Where a wire meets the bottom of one of its GPUs, among all there, so that
 * none crosses another that it need not: wires to the left before wires to the
 * right; of the former the nearest first, of the latter the farthest. At the
 * right end the order within a pair is turned round.
 */
static int64_t peer_rank(const struct svg_peer *peer, size_t index, bool at_left)
{
	int64_t distance = (int64_t)(peer->right - peer->left);
	int64_t pair = at_left ? 1000000 - distance * 1000 : distance * 1000;

	return pair + (at_left ? (int64_t)(index % 1000) : 999 - (int64_t)(index % 1000));
}

static void place_end(struct panel *panel, struct svg_peer *peer, size_t index, bool at_left)
{
	size_t gpu = at_left ? peer->left : peer->right, before = 0, count = 0;
	int64_t rank = peer_rank(peer, index, at_left);

	for (size_t i = 0; i < panel->peers.count; i++) {
		const struct svg_peer *other = &panel->peers.items[i];

		if (other->left != gpu && other->right != gpu)
			continue;
		count++;
		if (i != index && peer_rank(other, i, other->left == gpu) < rank)
			before++;
	}
	if (at_left)
		peer->left_x = pin_x(panel, gpu, before, count);
	else
		peer->right_x = pin_x(panel, gpu, before, count);
}

/* Wires between GPUs of different NPUs would have to leave the panel: a rule refuses them. */
static void place_peers(struct drawing *drawing, struct panel *panel)
{
	const struct board *board = drawing->board->board;

	for (size_t i = 0; i < board->peers.count; i++) {
		const struct peer_link *peer = &board->peers.items[i];
		struct svg_peer wire = {.peer = peer};
		size_t a, b;

		if (!find_place(panel, peer->a, &a) || !find_place(panel, peer->b, &b) || a == b)
			continue;
		wire.left = a < b ? a : b;
		wire.right = a < b ? b : a;
		wire.left_port = a < b ? peer->port_a : peer->port_b;
		wire.right_port = a < b ? peer->port_b : peer->port_a;
		*ARRAY_PUSH(drawing->arena, &panel->peers) = wire;
	}
	for (size_t i = 0; i < panel->peers.count; i++) {
		place_end(panel, &panel->peers.items[i], i, true);
		place_end(panel, &panel->peers.items[i], i, false);
	}
}

static int peer_depth(const struct svg_peer *peer)
{
	return PEER_BASE + (peer->right_x - peer->left_x) * PEER_STEP / 60;
}

static int panel_bottom(const struct panel *panel)
{
	int depth = 0;

	for (size_t i = 0; i < panel->peers.count; i++)
		if (peer_depth(&panel->peers.items[i]) > depth)
			depth = peer_depth(&panel->peers.items[i]);
	return gpu_y(panel) + panel->gpu_height + PANEL_PAD + (depth ? depth + PIN / 2 : 0);
}

/* ---- wires ---- */

static void draw_pin(struct drawing *drawing, int x, int y, unsigned number, const char *title)
{
	buffer_printf(drawing->out,
		      "<g><title>%s</title><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
		      "rx=\"3\" class=\"pin\"/>",
		      title, x - PIN / 2, y - PIN / 2, PIN, PIN);
	buffer_printf(drawing->out, "<text x=\"%d\" y=\"%d\" class=\"n\">%u</text></g>\n", x, y + 4,
		      number);
}

static const struct guest *guest_of(const struct vphb *vphb)
{
	return vphb ? vphb->guest : NULL;
}

/* What a line, a brick or a port is is said in full where the pointer rests on it. */
static void draw_wire(struct drawing *drawing, const struct panel *panel,
		      const struct svg_wire *wire)
{
	const struct plan_link *link = wire->link;
	int top = npu_y(panel) + NPU_HEIGHT, bottom = gpu_y(panel), middle = (top + bottom) / 2;
	const char *end = link->gpu->gpu->name;

	if (link->link->port >= 0)
		end = arena_printf(drawing->arena, "%s:%d", end, link->link->port);
	buffer_printf(drawing->out,
		      "<path d=\"M%d %dC%d %d %d %d %d %d\" class=\"%s\"><title>%s to %s, %s Gbps "
		      "a lane</title></path>\n",
		      wire->brick_x, top, wire->brick_x, middle, wire->port_x, middle, wire->port_x,
		      bottom, svg_class(drawing, "w", guest_of(link->link->vphb)), link->name, end,
		      link->link->rate->text);
	draw_pin(drawing, wire->brick_x, top, link->link->brick,
		 arena_printf(drawing->arena, "brick %u of %s", link->link->brick,
			      link->npu->npu->name));
	if (link->link->port >= 0)
		draw_pin(drawing, wire->port_x, bottom, (unsigned)link->link->port,
			 arena_printf(drawing->arena, "port %d of %s", link->link->port,
				      link->gpu->gpu->name));
}

/* "25 Gbps a lane"; where links differ, "1 × 20, 2 × 25 Gbps a lane", in the order of bricks. */
static void draw_rate(struct drawing *drawing, const struct panel *panel, size_t place)
{
	const struct plan_gpu *gpu = panel->npu->gpus.items[place];
	int y = gpu_y(panel) - WIRE_HEIGHT / 2;
	struct buffer text = {0};

	for (size_t i = 0, run; i < gpu->links.count; i += run) {
		const struct link_rate *rate = gpu->links.items[i]->link->rate;

		for (run = 1; i + run < gpu->links.count; run++)
			if (gpu->links.items[i + run]->link->rate != rate)
				break;
		if (run < gpu->links.count)
			buffer_printf(&text, "%s%zu \xc3\x97 ", i ? ", " : "", run);
		buffer_add_string(&text, rate->text);
	}
	buffer_add_string(&text, " Gbps a lane");
	svg_plate(drawing, gpu_x(panel, place) + GPU_WIDTH / 2, y, text.data);
	buffer_free(&text);
}

static void draw_peer(struct drawing *drawing, const struct panel *panel,
		      const struct svg_peer *peer)
{
	int y = gpu_y(panel) + panel->gpu_height, low = y + peer_depth(peer) * 4 / 3;
	const struct vphb *a = peer->peer->a->vphb, *b = peer->peer->b->vphb;
	const struct guest *guest = guest_of(a) == guest_of(b) ? guest_of(a) : NULL;

	buffer_printf(drawing->out,
		      "<path d=\"M%d %dC%d %d %d %d %d %d\" class=\"%s\"><title>%s:%u to %s:%u"
		      "</title></path>\n",
		      peer->left_x, y, peer->left_x, low, peer->right_x, low, peer->right_x, y,
		      svg_class(drawing, "p", guest), peer->peer->a->name, peer->peer->port_a,
		      peer->peer->b->name, peer->peer->port_b);
	draw_pin(drawing, peer->left_x, y, peer->left_port,
		 arena_printf(drawing->arena, "port %u of %s", peer->left_port,
			      panel->npu->gpus.items[peer->left]->gpu->name));
	draw_pin(drawing, peer->right_x, y, peer->right_port,
		 arena_printf(drawing->arena, "port %u of %s", peer->right_port,
			      panel->npu->gpus.items[peer->right]->gpu->name));
}

/* How many there are between two GPUs, once for each pair, on the middle one. */
static void draw_peer_count(struct drawing *drawing, const struct panel *panel, size_t first)
{
	const struct svg_peer *peer = &panel->peers.items[first];
	int count = 0, depth = 0, middle = 0;

	for (size_t i = 0; i < panel->peers.count; i++) {
		const struct svg_peer *other = &panel->peers.items[i];

		if (other->left != peer->left || other->right != peer->right)
			continue;
		if (i < first)
			return;
		count++;
		depth += peer_depth(other);
		middle += (other->left_x + other->right_x) / 2;
	}
	svg_plate(drawing, middle / count, gpu_y(panel) + panel->gpu_height + depth / count,
		  arena_printf(drawing->arena, count == 1 ? "%d link" : "%d links", count));
}

/* ---- boxes ---- */

/* "bricks 0, 3-5 not wired"; NULL if all are. */
static const char *list_idle(struct drawing *drawing, const char *one, const bool *wired,
			     unsigned count)
{
	struct buffer list = {0};
	unsigned idle = 0;
	const char *text = NULL;

	for (unsigned i = 0, run; i < count; i += run) {
		for (run = 1; i + run < count && wired[i + run] == wired[i]; run++)
			;
		if (wired[i])
			continue;
		buffer_printf(&list, "%s%u", idle ? ", " : "", i);
		if (run > 1)
			buffer_printf(&list, "-%u", i + run - 1);
		idle += run;
	}
	if (idle)
		text = arena_printf(drawing->arena, "%s%s %s not wired", one, idle > 1 ? "s" : "",
				    list.data);
	buffer_free(&list);
	return text;
}

static void draw_npu(struct drawing *drawing, const struct panel *panel)
{
	const struct plan_npu *npu = panel->npu;
	int x = panel->x + PANEL_PAD, y = npu_y(panel), right = panel->width - 2 * PANEL_PAD;
	unsigned bricks = drawing->board->board->family->bricks;
	bool wired[BRICKS_MAX];
	const char *idle, *chip = arena_printf(drawing->arena, "chip %u", npu->chip);

	for (unsigned i = 0; i < bricks; i++)
		wired[i] = npu->npu->bricks[i] != NULL;
	idle = list_idle(drawing, "brick", wired, bricks);
	buffer_printf(
		drawing->out,
		"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\" class=\"box\"/>\n", x,
		y, right, NPU_HEIGHT);
	svg_name(drawing, x + INSIDE, y + 24, "h", right - 3 * INSIDE - svg_width("", chip), "",
		 npu->npu->name, "");
	svg_text(drawing, x + right - INSIDE, y + 24, "e d", chip);
	svg_text(drawing, x + INSIDE, y + 44, "m d",
		 arena_printf(drawing->arena, "registers 0x%" PRIx64, npu->regs));
	if (idle)
		svg_text(drawing, x + right - INSIDE, y + 44, "s e d", idle);
}

static const char *group_text(struct drawing *drawing, const struct plan_gpu *gpu)
{
	return arena_printf(drawing->arena, "group %u", gpu->gpu->group);
}

/* A group has a line of its own where its GPU's name is too long to stand beside it. */
static bool group_beside(const struct plan_gpu *gpu, const char *group)
{
	return svg_width("h", gpu->gpu->name) + INSIDE / 2 + svg_width("", group) <=
	       GPU_WIDTH - 2 * INSIDE;
}

/* Lines below a GPU's addresses; gives how many. With `draw` unset, only counts. */
static int draw_gpu_lines(struct drawing *drawing, const struct plan_gpu *gpu, int x, int y,
			  bool draw)
{
	const struct guest *guest = guest_of(gpu->gpu->vphb);
	bool wired[GPU_PORTS_MAX];
	struct {
		const char *class, *before, *name;
	} lines[4];
	int count = 0;
	const char *idle = "ports not known", *group = group_text(drawing, gpu);

	for (unsigned i = 0; i < gpu->gpu->board->family->gpu_ports; i++)
		wired[i] = gpu->ports[i].link || gpu->ports[i].peer;
	if (gpu->peers_known)
		idle = list_idle(drawing, "port", wired, gpu->gpu->board->family->gpu_ports);
	if (!group_beside(gpu, group)) {
		lines[count].class = "d";
		lines[count].before = "";
		lines[count++].name = group;
	}
	if (guest) {
		lines[count].class = svg_class(drawing, "b", guest);
		lines[count].before = "guest ";
		lines[count++].name = guest->name;
	}
	if (gpu->gpu->slot.value) {
		lines[count].class = "s d";
		lines[count].before = "slot ";
		lines[count++].name = gpu->gpu->slot.value;
	}
	if (idle) {
		lines[count].class = "s d";
		lines[count].before = "";
		lines[count++].name = idle;
	}
	for (int i = 0; draw && i < count; i++)
		svg_name(drawing, x, y + i * LINE, lines[i].class, GPU_WIDTH - 2 * INSIDE,
			 lines[i].before, lines[i].name, "");
	return count;
}

static void draw_gpu(struct drawing *drawing, const struct panel *panel, size_t place)
{
	const struct plan_gpu *gpu = panel->npu->gpus.items[place];
	const struct guest *guest = guest_of(gpu->gpu->vphb);
	const char *group = group_text(drawing, gpu);
	int x = gpu_x(panel, place), y = gpu_y(panel);

	buffer_printf(
		drawing->out,
		"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\" class=\"%s\"/>\n", x,
		y, GPU_WIDTH, panel->gpu_height, svg_class(drawing, "box", guest));
	if (guest)
		buffer_printf(drawing->out,
			      "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\" "
			      "class=\"%s\"/>\n",
			      x, y, GPU_WIDTH, panel->gpu_height,
			      svg_class(drawing, "tint", guest));
	svg_name(drawing, x + INSIDE, y + 34, "h", GPU_WIDTH - 2 * INSIDE, "", gpu->gpu->name, "");
	if (group_beside(gpu, group))
		svg_text(drawing, x + GPU_WIDTH - INSIDE, y + 34, "e d", group);
	svg_text(drawing, x + INSIDE, y + 55, "m",
		 arena_printf(drawing->arena, "base 0x%" PRIx64, gpu->base));
	svg_text(drawing, x + INSIDE, y + 72, "m",
		 arena_printf(drawing->arena, "tgt  0x%" PRIx64, gpu->tgt));
	draw_gpu_lines(drawing, gpu, x + INSIDE, y + GPU_HEAD + 7, true);
}

static void draw_panel(struct drawing *drawing, const struct panel *panel)
{
	buffer_printf(drawing->out,
		      "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"10\" "
		      "class=\"panel\"/>\n",
		      panel->x, panel->y, panel->width, panel_bottom(panel) - panel->y);
	svg_name(drawing, panel->x + PANEL_PAD, panel->y + 20, "d", panel->width - 2 * PANEL_PAD,
		 "IOMMU group of ", panel->npu->npu->name, "");
	draw_npu(drawing, panel);
	for (size_t i = 0; i < panel->npu->gpus.count; i++)
		draw_gpu(drawing, panel, i);
	for (size_t i = 0; i < panel->wires.count; i++)
		draw_wire(drawing, panel, &panel->wires.items[i]);
	for (size_t i = 0; i < panel->npu->gpus.count; i++)
		draw_rate(drawing, panel, i);
	for (size_t i = 0; i < panel->peers.count; i++)
		draw_peer(drawing, panel, &panel->peers.items[i]);
	for (size_t i = 0; i < panel->peers.count; i++)
		draw_peer_count(drawing, panel, i);
}

/* ---- a board ---- */

static void draw_title(struct drawing *drawing, int width)
{
	const struct board *board = drawing->board->board;

	svg_name(drawing, SVG_MARGIN, drawing->y + 34, "t", width, "", board->name, "");
	drawing->y += TITLE_HEIGHT;
	if (board->model.value) {
		svg_name(drawing, SVG_MARGIN, drawing->y + 5, "d", width, "", board->model.value,
			 "");
		drawing->y += LINE;
	}
}

static void draw_legend(struct drawing *drawing, int width)
{
	const struct board *board = drawing->board->board;

	for (size_t i = 0; i < board->guests.count; i++) {
		const struct guest *guest = board->guests.items[i];
		const char *lpid = "";

		if (guest->lpid.set)
			lpid = arena_printf(drawing->arena, ", LPID %" PRIu64, guest->lpid.value);
		buffer_printf(drawing->out,
			      "<rect x=\"%d\" y=\"%d\" width=\"14\" height=\"14\" rx=\"3\" "
			      "class=\"%s\"/>\n",
			      SVG_MARGIN, drawing->y + 3, svg_class(drawing, "key", guest));
		svg_name(drawing, SVG_MARGIN + 22, drawing->y + 15, "", width - 22, "guest ",
			 guest->name, lpid);
		drawing->y += LEGEND_HEIGHT;
	}
}

static void place_panel(struct drawing *drawing, struct panel *panel, int x)
{
	int lines = 0;

	panel->x = x;
	panel->y = drawing->y;
	panel->width = panel_width(panel->npu);
	for (size_t i = 0; i < panel->npu->gpus.count; i++) {
		int count = draw_gpu_lines(drawing, panel->npu->gpus.items[i], 0, 0, false);

		if (count > lines)
			lines = count;
	}
	panel->gpu_height = GPU_HEAD + lines * LINE + GPU_FOOT - 8;
	place_wires(drawing, panel);
	place_peers(drawing, panel);
}

/* How many panels from `first` on stand side by side; gives their width, too. */
static size_t fit_row(const struct plan_board *board, size_t first, int *width)
{
	size_t count;

	*width = 0;
	for (count = 0; count < ROW_PANELS && first + count < board->npus.count; count++) {
		int wider = *width + (count ? SVG_GAP : 0) +
			    panel_width(board->npus.items[first + count]);

		if (count && wider > ROW_WIDTH)
			break;
		*width = wider;
	}
	return count;
}

/* Without its margins. */
static int board_width(const struct plan_board *board)
{
	int width = SVG_COLUMN, row;

	for (size_t i = 0; i < board->npus.count;) {
		i += fit_row(board, i, &row);
		if (row > width)
			width = row;
	}
	return width;
}

/* The panels from `first` on that stand side by side, and their addresses; gives how many. */
static size_t draw_row(struct drawing *drawing, size_t first)
{
	int columns[ROW_PANELS], x = SVG_MARGIN, bottom = drawing->y, width;
	size_t count = fit_row(drawing->board, first, &width);

	for (size_t i = 0; i < count; i++) {
		struct panel panel = {.npu = drawing->board->npus.items[first + i]};

		place_panel(drawing, &panel, x);
		draw_panel(drawing, &panel);
		if (panel_bottom(&panel) > bottom)
			bottom = panel_bottom(&panel);
		columns[i] = x;
		x += panel.width + SVG_GAP;
	}
	drawing->y = bottom + SVG_GAP / 2;
	svg_draw_host_maps(drawing, first, count, columns);
	drawing->y += SVG_GAP;
	return count;
}

int svg_draw_board(struct drawing *drawing)
{
	int width = board_width(drawing->board);

	if (!drawing->untitled)
		draw_title(drawing, width);
	draw_legend(drawing, width);
	for (size_t i = 0; i < drawing->board->npus.count;)
		i += draw_row(drawing, i);
	drawing->y -= SVG_GAP;
	svg_draw_guest_maps(drawing, width);
	drawing->y += SVG_MARGIN;
	return width + 2 * SVG_MARGIN;
}

void emit_graph_svg(struct arena *arena, const struct plan *plan, struct buffer *out)
{
	struct buffer body = {0};
	int width = SVG_COLUMN, y = 0;

	for (size_t i = 0; i < plan->boards.count; i++) {
		struct drawing drawing = {
			.arena = arena, .out = &body, .board = plan->boards.items[i], .y = y};
		int wide = svg_draw_board(&drawing);

		if (wide > width)
			width = wide;
		y = drawing.y;
	}
	buffer_printf(out,
		      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		      "viewBox=\"0 0 %d %d\">\n<style>\n:root{color-scheme:light dark;"
		      "background:#fff}\n%s"
		      "@media (prefers-color-scheme:dark){:root{background:#0d1117}}\n</style>\n",
		      width, y, width, y, svg_style);
	buffer_add(out, body.data, body.len);
	buffer_add_string(out, "</svg>\n");
	buffer_free(&body);
}
