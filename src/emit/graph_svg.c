/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a plan, gives a picture of it as SVG: NPUs above their GPUs, each wire
 * from brick to port, and below the addresses. Never measures text: boxes have
 * room for what labels and numbers can be.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "core/text.h"
#include "emit/address_map.h"
#include "emit/graph.h"
#include "emit/xml.h"

/* Pixels. */
enum {
	MARGIN = 24,
	TITLE_HEIGHT = 58,
	PANEL_PAD = 18,
	PANEL_GAP = 24,
	PANEL_HEAD = 26,
	NPU_HEIGHT = 70,
	WIRE_HEIGHT = 92,
	GPU_WIDTH = 190,
	GPU_HEIGHT = 112,
	GPU_GAP = 26,
	PORT = 18, /* side of a brick or port */
	PORT_STEP = 26,
	PEER_STEP = 13,
	PEER_BASE = 26,
	ROW_HEIGHT = 21,
	MAP_HEAD = 42,
	MAP_WIDTH = 700,
	COLORS = 6, /* of guests; more share them */
};

static const char style[] =
	"<style>\n"
	"text{font:12px system-ui,-apple-system,'Segoe UI',sans-serif;fill:#1f2328}\n"
	".t{font-size:18px;font-weight:600}.h{font-size:13px;font-weight:600}.d{fill:#59636e}\n"
	".m{font-family:ui-monospace,'DejaVu Sans Mono',monospace;font-size:11px}\n"
	".n{font-size:10px;text-anchor:middle}.c{text-anchor:middle}.e{text-anchor:end}\n"
	".bg{fill:#fff}.panel{fill:#f6f8fa;stroke:#8c959f;stroke-dasharray:5 4}\n"
	".box{fill:#fff;stroke:#59636e;stroke-width:1.2}.pin{fill:#eaeef2;stroke:#59636e}\n"
	".w{fill:none;stroke:#59636e;stroke-width:2}.p{fill:none;stroke:#8c959f;stroke-width:1.6}\n"
	".g0{stroke:#0969da}.g1{stroke:#bc4c00}.g2{stroke:#1a7f37}.g3{stroke:#8250df}"
	".g4{stroke:#bf3989}.g5{stroke:#9a6700}\n"
	".f0{fill:#0969da}.f1{fill:#bc4c00}.f2{fill:#1a7f37}.f3{fill:#8250df}"
	".f4{fill:#bf3989}.f5{fill:#9a6700}\n"
	".k0{fill:#54aeff}.k1{fill:#d4a72c}.k2{fill:#8c959f}.k3{fill:#4ac26b}\n"
	".line{stroke:#d1d9e0}\n"
	"@media (prefers-color-scheme:dark){\n"
	"text{fill:#e6edf3}.d{fill:#9198a1}.bg{fill:#0d1117}.panel{fill:#151b23;stroke:#656c76}\n"
	".box{fill:#0d1117;stroke:#9198a1}.pin{fill:#2a313c;stroke:#9198a1}\n"
	".w{stroke:#9198a1}.p{stroke:#656c76}.line{stroke:#3d444d}\n"
	".g0{stroke:#4493f8}.g1{stroke:#f0883e}.g2{stroke:#3fb950}.g3{stroke:#ab7df8}"
	".g4{stroke:#db61a2}.g5{stroke:#d29922}\n"
	".f0{fill:#4493f8}.f1{fill:#f0883e}.f2{fill:#3fb950}.f3{fill:#ab7df8}"
	".f4{fill:#db61a2}.f5{fill:#d29922}\n"
	"}\n"
	"</style>\n";

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
	ARRAY(struct svg_wire) wires; /* by brick */
	ARRAY(struct svg_peer) peers;
};

struct picture {
	struct arena *arena;
	struct buffer *out;
	const struct plan_board *board;
	ARRAY(struct panel) panels;
	int y;
};

static void add_text(struct picture *picture, int x, int y, const char *class, const char *text)
{
	struct buffer clean = {0};

	buffer_add_clean(&clean, text);
	buffer_printf(picture->out, "<text x=\"%d\" y=\"%d\" class=\"%s\">", x, y, class);
	buffer_add(&clean, "", 1);
	xml_add_escaped(picture->out, clean.data);
	buffer_add_string(picture->out, "</text>\n");
	buffer_free(&clean);
}

static int guest_color(const struct plan_board *board, const struct vphb *vphb)
{
	if (!vphb)
		return -1;
	for (size_t i = 0; i < board->board->guests.count; i++)
		if (board->board->guests.items[i] == vphb->guest)
			return (int)(i % COLORS);
	return -1;
}

static const char *colored(struct picture *picture, const char *class, char kind, int color)
{
	return color < 0 ? class : arena_printf(picture->arena, "%s %c%d", class, kind, color);
}

/* ---- where things are ---- */

static int panel_width(const struct plan_npu *npu)
{
	return 2 * PANEL_PAD + (int)npu->gpus.count * (GPU_WIDTH + GPU_GAP) - GPU_GAP;
}

static int gpu_x(const struct panel *panel, size_t place)
{
	return panel->x + PANEL_PAD + (int)place * (GPU_WIDTH + GPU_GAP);
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
	return gpu_x(panel, gpu) + GPU_WIDTH / 2 + (int)(2 * place) * PORT_STEP / 2 -
	       (int)(count - 1) * PORT_STEP / 2;
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
static void place_wires(struct picture *picture, struct panel *panel)
{
	size_t count;
	int *places;

	for (size_t i = 0; i < panel->npu->gpus.count; i++) {
		const struct plan_gpu *gpu = panel->npu->gpus.items[i];

		for (size_t j = 0; j < gpu->links.count; j++)
			*ARRAY_PUSH(picture->arena, &panel->wires) = (struct svg_wire){
				.link = gpu->links.items[j],
				.port_x = pin_x(panel, i, j, gpu->links.count),
			};
	}
	count = panel->wires.count;
	if (!count)
		return;
	places = arena_alloc(picture->arena, count * sizeof(*places));
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
static void place_peers(struct picture *picture, struct panel *panel)
{
	const struct board *board = picture->board->board;

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
		*ARRAY_PUSH(picture->arena, &panel->peers) = wire;
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
	return gpu_y(panel) + GPU_HEIGHT + PANEL_PAD + (depth ? depth + PORT / 2 : 0);
}

/* ---- drawing ---- */

static void draw_pin(struct picture *picture, int x, int y, unsigned number, const char *title)
{
	buffer_printf(picture->out,
		      "<g><title>%s</title><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
		      "rx=\"3\" class=\"pin\"/>",
		      title, x - PORT / 2, y - PORT / 2, PORT, PORT);
	buffer_printf(picture->out, "<text x=\"%d\" y=\"%d\" class=\"n\">%u</text></g>\n", x, y + 4,
		      number);
}

static void draw_wire(struct picture *picture, const struct panel *panel,
		      const struct svg_wire *wire)
{
	const struct plan_link *link = wire->link;
	int top = npu_y(panel) + NPU_HEIGHT, bottom = gpu_y(panel), middle = (top + bottom) / 2;
	int color = guest_color(picture->board, link->link->vphb);
	const char *end = link->gpu->gpu->name;

	if (link->link->port >= 0)
		end = arena_printf(picture->arena, "%s:%d", end, link->link->port);
	buffer_printf(picture->out,
		      "<path d=\"M%d %dC%d %d %d %d %d %d\" class=\"%s\"><title>%s to %s, %s Gbps "
		      "a lane</title></path>\n",
		      wire->brick_x, top, wire->brick_x, middle, wire->port_x, middle, wire->port_x,
		      bottom, colored(picture, "w", 'g', color), link->name, end,
		      link->link->rate->text);
	draw_pin(picture, wire->brick_x, top, link->link->brick,
		 arena_printf(picture->arena, "brick %u of %s", link->link->brick,
			      link->npu->npu->name));
	if (link->link->port >= 0)
		draw_pin(picture, wire->port_x, bottom, (unsigned)link->link->port,
			 arena_printf(picture->arena, "port %d of %s", link->link->port,
				      link->gpu->gpu->name));
}

/* One rate for all the wires of a GPU is said once. */
static void draw_rate(struct picture *picture, const struct panel *panel, size_t place)
{
	const struct plan_gpu *gpu = panel->npu->gpus.items[place];
	const struct link_rate *rate = gpu->links.items[0]->link->rate;
	int x = gpu_x(panel, place) + (GPU_WIDTH + (int)gpu->links.count * PORT_STEP) / 2 + 2;
	int y = gpu_y(panel) - WIRE_HEIGHT / 2;

	for (size_t i = 1; i < gpu->links.count; i++)
		if (gpu->links.items[i]->link->rate != rate)
			return;
	add_text(picture, x, y - 9, "d",
		 arena_printf(picture->arena, "%zu \xc3\x97", gpu->links.count));
	add_text(picture, x, y + 6, "d", rate->text);
	add_text(picture, x, y + 21, "d", "Gbps");
}

static void draw_peer(struct picture *picture, const struct panel *panel,
		      const struct svg_peer *peer)
{
	int y = gpu_y(panel) + GPU_HEIGHT, low = y + peer_depth(peer) * 4 / 3;

	buffer_printf(picture->out,
		      "<path d=\"M%d %dC%d %d %d %d %d %d\" class=\"p\"><title>%s:%u to %s:%u"
		      "</title></path>\n",
		      peer->left_x, y, peer->left_x, low, peer->right_x, low, peer->right_x, y,
		      peer->peer->a->name, peer->peer->port_a, peer->peer->b->name,
		      peer->peer->port_b);
	draw_pin(picture, peer->left_x, y, peer->left_port, "port to a GPU");
	draw_pin(picture, peer->right_x, y, peer->right_port, "port to a GPU");
}

static void draw_npu(struct picture *picture, const struct panel *panel)
{
	const struct plan_npu *npu = panel->npu;
	int x = panel->x + PANEL_PAD, y = npu_y(panel), width = panel->width - 2 * PANEL_PAD;
	struct buffer idle = {0};

	buffer_printf(
		picture->out,
		"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\" class=\"box\"/>\n", x,
		y, width, NPU_HEIGHT);
	add_text(picture, x + 12, y + 20, "h",
		 arena_printf(picture->arena, "%s, chip %u", npu->npu->name, npu->chip));
	add_text(picture, x + 12, y + 37, "m d",
		 arena_printf(picture->arena, "0x%" PRIx64, npu->regs));
	for (unsigned brick = 0; brick < picture->board->board->family->bricks; brick++)
		if (!npu->npu->bricks[brick])
			buffer_printf(&idle, "%s %u", idle.len ? "," : "not wired:", brick);
	if (idle.len)
		add_text(picture, x + 12, y + 54, "d",
			 arena_strndup(picture->arena, idle.data, idle.len));
	buffer_free(&idle);
}

static void draw_gpu(struct picture *picture, const struct panel *panel, size_t place)
{
	const struct plan_gpu *gpu = panel->npu->gpus.items[place];
	const struct vphb *vphb = gpu->gpu->vphb;
	int x = gpu_x(panel, place), y = gpu_y(panel), color = guest_color(picture->board, vphb);

	buffer_printf(
		picture->out,
		"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\" class=\"%s\"/>\n", x,
		y, GPU_WIDTH, GPU_HEIGHT, colored(picture, "box", 'g', color));
	add_text(picture, x + 12, y + 31, "h", gpu->gpu->name);
	add_text(picture, x + GPU_WIDTH - 12, y + 31, "e d",
		 arena_printf(picture->arena, "group %u", gpu->gpu->group));
	add_text(picture, x + 12, y + 50, "m",
		 arena_printf(picture->arena, "base 0x%" PRIx64, gpu->base));
	add_text(picture, x + 12, y + 66, "m",
		 arena_printf(picture->arena, "tgt  0x%" PRIx64, gpu->tgt));
	if (vphb)
		add_text(picture, x + 12, y + 85, colored(picture, "h", 'f', color),
			 arena_printf(picture->arena, "guest %s", vphb->guest->name));
	else if (gpu->gpu->slot.value)
		add_text(picture, x + 12, y + 85, "d",
			 arena_printf(picture->arena, "slot %s", gpu->gpu->slot.value));
}

static void draw_panel(struct picture *picture, const struct panel *panel)
{
	buffer_printf(picture->out,
		      "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"10\" "
		      "class=\"panel\"/>\n",
		      panel->x, panel->y, panel->width, panel_bottom(panel) - panel->y);
	add_text(picture, panel->x + PANEL_PAD, panel->y + 18, "d",
		 arena_printf(picture->arena, "IOMMU group of %s", panel->npu->npu->name));
	draw_npu(picture, panel);
	for (size_t i = 0; i < panel->npu->gpus.count; i++) {
		draw_gpu(picture, panel, i);
		draw_rate(picture, panel, i);
	}
	for (size_t i = 0; i < panel->wires.count; i++)
		draw_wire(picture, panel, &panel->wires.items[i]);
	for (size_t i = 0; i < panel->peers.count; i++)
		draw_peer(picture, panel, &panel->peers.items[i]);
}

/* ---- the address map ---- */

static void draw_row(struct picture *picture, const struct map_row *row, bool gap)
{
	int y = picture->y, x = MARGIN;

	if (gap)
		buffer_printf(picture->out,
			      "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" class=\"line\"/>\n", x,
			      y, x + MAP_WIDTH, y);
	buffer_printf(
		picture->out,
		"<rect x=\"%d\" y=\"%d\" width=\"14\" height=\"14\" rx=\"3\" class=\"k%d\"/>\n", x,
		y + 4, (int)row->kind);
	add_text(picture, x + 24, y + 15, "m",
		 arena_printf(picture->arena, "0x%" PRIx64 " to 0x%" PRIx64, row->base,
			      row->base + (row->size - 1)));
	add_text(picture, x + 330, y + 15, "e d", size_text(picture->arena, row->size));
	add_text(picture, x + 350, y + 15, "", row->what);
	if (row->note)
		add_text(picture, x + 490, y + 15, "m d", row->note);
	picture->y += ROW_HEIGHT;
}

static void draw_map(struct picture *picture, const char *title, const map_rows *rows)
{
	if (!rows->count)
		return;
	add_text(picture, MARGIN, picture->y + 28, "h", title);
	picture->y += MAP_HEAD;
	for (size_t i = 0; i < rows->count; i++) {
		const struct map_row *row = &rows->items[i];
		uint64_t end = i ? row[-1].base + row[-1].size : row->base;

		draw_row(picture, row, i && row->base > end);
	}
}

/* ---- a board ---- */

static int place_panels(struct picture *picture, int y)
{
	int x = MARGIN, width = MAP_WIDTH;

	for (size_t i = 0; i < picture->board->npus.count; i++) {
		struct panel *panel = ARRAY_PUSH(picture->arena, &picture->panels);

		panel->npu = picture->board->npus.items[i];
		panel->x = x;
		panel->y = y;
		panel->width = panel_width(panel->npu);
		place_wires(picture, panel);
		place_peers(picture, panel);
		x += panel->width + PANEL_GAP;
	}
	if (x - PANEL_GAP - MARGIN > width)
		width = x - PANEL_GAP - MARGIN;
	return width;
}

static int draw_board(struct picture *picture)
{
	const struct board *board = picture->board->board;
	map_rows rows = map_board(picture->arena, picture->board);
	int width = place_panels(picture, picture->y + TITLE_HEIGHT), bottom;

	add_text(picture, MARGIN, picture->y + 30, "t", board->name);
	if (board->model.value)
		add_text(picture, MARGIN, picture->y + 48, "d", board->model.value);
	bottom = picture->y + TITLE_HEIGHT;
	for (size_t i = 0; i < picture->panels.count; i++) {
		draw_panel(picture, &picture->panels.items[i]);
		if (panel_bottom(&picture->panels.items[i]) > bottom)
			bottom = panel_bottom(&picture->panels.items[i]);
	}
	picture->y = bottom + 8;
	draw_map(picture, "Addresses of the host", &rows);
	for (size_t i = 0; i < board->guests.count; i++) {
		rows = map_guest(picture->arena, make_guest_plan(picture->arena, picture->board,
								 board->guests.items[i]));
		draw_map(picture,
			 arena_printf(picture->arena, "Addresses in guest %s",
				      board->guests.items[i]->name),
			 &rows);
	}
	picture->y += MARGIN;
	return width;
}

void emit_graph_svg(struct arena *arena, const struct plan *plan, struct buffer *out)
{
	struct buffer body = {0};
	int width = MAP_WIDTH, y = 0;

	for (size_t i = 0; i < plan->boards.count; i++) {
		struct picture picture = {
			.arena = arena, .out = &body, .board = plan->boards.items[i], .y = y};
		int wide = draw_board(&picture);

		if (wide > width)
			width = wide;
		y = picture.y;
	}
	width += 2 * MARGIN;
	buffer_printf(out,
		      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		      "viewBox=\"0 0 %d %d\">\n",
		      width, y, width, y);
	buffer_add_string(out, style);
	buffer_printf(out, "<rect width=\"%d\" height=\"%d\" class=\"bg\"/>\n", width, y);
	buffer_add(out, body.data, body.len);
	buffer_add_string(out, "</svg>\n");
	buffer_free(&body);
}
