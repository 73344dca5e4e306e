/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a plan, gives its wiring as a graph for Graphviz: a cluster for each
 * IOMMU group, an edge for each wire, a table for the addresses of each chip and
 * guest. Never lays anything out.
 */
#include <inttypes.h>

#include "core/text.h"
#include "emit/address_map.h"
#include "emit/graph.h"
#include "emit/xml.h"

/* Of guests, in their order; more share them. They are seen on white and on black. */
static const char *const colors[] = {"#d4590a", "#8250df", "#2c9a44",
				     "#bf3989", "#3b82e0", "#a37200"};
#define COLOR_COUNT (sizeof(colors) / sizeof(colors[0]))

/* The colour of a guest; NULL if there is no guest. */
static const char *color_of(const struct plan_board *plan, const struct guest *guest)
{
	for (size_t i = 0; guest && i < plan->board->guests.count; i++)
		if (plan->board->guests.items[i] == guest)
			return colors[i % COLOR_COUNT];
	return NULL;
}

static const struct guest *guest_of(const struct vphb *vphb)
{
	return vphb ? vphb->guest : NULL;
}

/* In a quoted string, where \ and " are DOT's own; control characters are no text. */
static void add_quoted(struct buffer *out, const char *text)
{
	struct buffer clean = {0};

	buffer_add_clean(&clean, text);
	buffer_add_string(out, "\"");
	for (size_t i = 0; i < clean.len; i++) {
		if (clean.data[i] == '"' || clean.data[i] == '\\')
			buffer_add_string(out, "\\");
		buffer_add(out, &clean.data[i], 1);
	}
	buffer_add_string(out, "\"");
	buffer_free(&clean);
}

/* Labels and numbers need no escapes here: see nv2(5). */
static void add_node(struct buffer *out, size_t board, const char *name)
{
	buffer_printf(out,
		      "\t\t\t\"b%zu_%s\" [label=<<TABLE BORDER=\"0\" CELLBORDER=\"1\" "
		      "CELLSPACING=\"0\" CELLPADDING=\"4\">",
		      board, name);
}

static void add_npu(struct buffer *out, size_t board, const struct plan_npu *npu)
{
	add_node(out, board, npu->npu->name);
	buffer_printf(out, "<TR><TD COLSPAN=\"%zu\"><B>%s</B>, chip %u</TD></TR><TR>",
		      npu->links.count, npu->npu->name, npu->chip);
	for (size_t i = 0; i < npu->links.count; i++)
		buffer_printf(out, "<TD PORT=\"p%u\">%u</TD>", npu->links.items[i]->link->brick,
			      npu->links.items[i]->link->brick);
	buffer_add_string(out, "</TR></TABLE>>];\n");
}

/* Ports to the NPU stand above, where their wires come from; all others below. */
static void add_ports(struct buffer *out, const struct plan_gpu *gpu, bool above, size_t span)
{
	buffer_add_string(out, "<TR>");
	for (unsigned port = 0; port < gpu->gpu->board->family->gpu_ports; port++)
		if ((gpu->ports[port].link != NULL) == above)
			buffer_printf(out, "<TD PORT=\"p%u\" COLSPAN=\"%zu\">%u</TD>", port, span,
				      port);
	buffer_add_string(out, "</TR>");
}

static void add_gpu(struct buffer *out, size_t board, const struct plan_board *plan,
		    const struct plan_gpu *gpu)
{
	const struct guest *guest = guest_of(gpu->gpu->vphb);
	size_t above = 0, below, width;

	for (unsigned port = 0; port < gpu->gpu->board->family->gpu_ports; port++)
		above += gpu->ports[port].link != NULL;
	below = gpu->gpu->board->family->gpu_ports - above;
	/* Both rows are as wide as the table, whose columns nobody sees. */
	width = (above ? above : 1) * (below ? below : 1);
	add_node(out, board, gpu->gpu->name);
	if (above)
		add_ports(out, gpu, true, width / above);
	buffer_printf(out,
		      "<TR><TD COLSPAN=\"%zu\"><B>%s</B>, group %u<BR/>base 0x%" PRIx64
		      "<BR/>tgt 0x%" PRIx64,
		      width, gpu->gpu->name, gpu->gpu->group, gpu->base, gpu->tgt);
	if (guest) {
		buffer_printf(out, "<BR/><FONT COLOR=\"%s\">guest ", color_of(plan, guest));
		xml_add_escaped(out, guest->name);
		buffer_add_string(out, "</FONT>");
	}
	buffer_add_string(out, "</TD></TR>");
	if (below)
		add_ports(out, gpu, false, width / below);
	buffer_add_string(out, "</TABLE>>];\n");
}

/*
 * A label for each wire has no room beside the others: the middle one of a rate
 * says it for all. Spaces keep other wires away from it.
 */
static void add_rate(struct buffer *out, const struct plan_link *link)
{
	const struct link_rate *rate = link->link->rate;
	size_t count = 0, before = 0;

	for (size_t i = 0; i < link->gpu->links.count; i++) {
		const struct plan_link *other = link->gpu->links.items[i];

		if (other == link)
			before = count;
		count += other->link->rate == rate;
	}
	if (before != (count - 1) / 2)
		return;
	buffer_add_string(out, "label=\"  ");
	if (count > 1)
		buffer_printf(out, "%zu \xc3\x97 ", count);
	buffer_printf(out, "%s Gbps  \"", rate->text);
}

static void add_link(struct buffer *out, size_t board, const struct plan_board *plan,
		     const struct plan_link *link)
{
	const struct guest *guest = guest_of(link->link->vphb);

	buffer_printf(out, "\t\t\"b%zu_%s\":p%u:s -- \"b%zu_%s\"", board, link->npu->npu->name,
		      link->link->brick, board, link->gpu->gpu->name);
	if (link->link->port >= 0)
		buffer_printf(out, ":p%d", link->link->port);
	buffer_add_string(out, ":n [");
	add_rate(out, link);
	if (guest) {
		buffer_printf(out, "%spenwidth=2, color=\"%s\", tooltip=",
			      out->data[out->len - 1] == '[' ? "" : ", ", color_of(plan, guest));
		add_quoted(out, guest->name);
	}
	buffer_add_string(out, "];\n");
}

static void add_map(struct arena *arena, struct buffer *out, const struct plan_board *plan,
		    const char *name, const char *title, const map_rows *rows)
{
	buffer_printf(out,
		      "\t\t\"%s\" [label=<<TABLE BORDER=\"0\" CELLBORDER=\"1\" CELLSPACING=\"0\" "
		      "CELLPADDING=\"4\"><TR><TD COLSPAN=\"3\"><B>",
		      name);
	xml_add_escaped(out, title);
	buffer_add_string(out, "</B></TD></TR>");
	for (size_t i = 0; i < rows->count; i++) {
		const struct map_row *row = &rows->items[i];
		const char *color = color_of(plan, row->guest);

		buffer_printf(out,
			      "<TR><TD ALIGN=\"LEFT\"><FONT FACE=\"monospace\">0x%" PRIx64
			      "</FONT></TD><TD ALIGN=\"RIGHT\">%s</TD><TD ALIGN=\"LEFT\"",
			      row->base, size_text(arena, row->size));
		if (color)
			buffer_printf(out, " COLOR=\"%s\"", color);
		buffer_printf(out, ">%s%s</TD></TR>", row->inside ? "\xe2\x80\x83" : "",
			      map_row_text(arena, row));
	}
	buffer_add_string(out, "</TABLE>>];\n");
}

/*
 * Below what they belong to: an edge that is not seen puts them there. Another
 * keeps them in order, and what stands above with them: clusters have no order
 * of their own.
 */
static void add_maps(struct arena *arena, struct buffer *out, size_t number,
		     const struct plan_board *plan)
{
	for (size_t i = 0; i < plan->npus.count; i++) {
		const struct plan_npu *npu = plan->npus.items[i];
		map_rows rows = map_npu(arena, plan, npu);

		add_map(arena, out, plan, arena_printf(arena, "b%zu map %zu", number, i),
			arena_printf(arena, "addresses of chip %u", npu->chip), &rows);
		buffer_printf(out, "\t\t\"b%zu_%s\" -- \"b%zu map %zu\" [style=invis];\n", number,
			      npu->gpus.items[0]->gpu->name, number, i);
		if (i)
			buffer_printf(out,
				      "\t\t\"b%zu map %zu\" -- \"b%zu map %zu\" [style=invis, "
				      "minlen=0];\n",
				      number, i - 1, number, i);
	}
	for (size_t i = 0; i < plan->board->guests.count; i++) {
		const struct plan_guest *guest =
			make_guest_plan(arena, plan, plan->board->guests.items[i]);

		for (size_t j = 0; j < guest->vphbs.count; j++) {
			map_rows rows = map_vphb(arena, guest, guest->vphbs.items[j]);

			add_map(arena, out, plan,
				arena_printf(arena, "b%zu guest %zu %zu", number, i, j),
				arena_printf(arena, "addresses in guest %s, vPHB %" PRIu32,
					     guest->guest->name, guest->vphbs.items[j]->index),
				&rows);
			buffer_printf(
				out,
				"\t\t\"b%zu map %u\" -- \"b%zu guest %zu %zu\" [style=invis];\n",
				number, guest->vphbs.items[j]->npu->npu->index, number, i, j);
		}
	}
}

/* Each wire between GPUs once, from the end that comes first. */
static void add_peers(struct buffer *out, size_t board, const struct plan_board *plan)
{
	for (size_t i = 0; i < plan->board->peers.count; i++) {
		const struct peer_link *peer = &plan->board->peers.items[i];

		buffer_printf(out,
			      "\t\t\"b%zu_%s\":p%u:s -- \"b%zu_%s\":p%u:s [style=dashed, "
			      "constraint=false];\n",
			      board, peer->a->name, peer->port_a, board, peer->b->name,
			      peer->port_b);
	}
}

static void add_board(struct arena *arena, struct buffer *out, size_t number,
		      const struct plan_board *plan)
{
	buffer_printf(out, "\tsubgraph cluster_b%zu {\n\t\tlabel=", number);
	add_quoted(out, plan->board->name);
	buffer_add_string(out, ";\n");
	for (size_t i = 0; i < plan->npus.count; i++) {
		const struct plan_npu *npu = plan->npus.items[i];

		buffer_printf(
			out,
			"\t\tsubgraph cluster_b%zu_%zu {\n\t\t\tlabel=\"IOMMU group of %s\";\n"
			"\t\t\tstyle=dashed;\n",
			number, i, npu->npu->name);
		add_npu(out, number, npu);
		for (size_t j = 0; j < npu->gpus.count; j++)
			add_gpu(out, number, plan, npu->gpus.items[j]);
		buffer_add_string(out, "\t\t}\n");
	}
	for (size_t i = 0; i < plan->npus.count; i++)
		for (size_t j = 0; j < plan->npus.items[i]->links.count; j++)
			add_link(out, number, plan, plan->npus.items[i]->links.items[j]);
	add_peers(out, number, plan);
	add_maps(arena, out, number, plan);
	buffer_add_string(out, "\t}\n");
}

void emit_graph_dot(struct arena *arena, const struct plan *plan, struct buffer *out)
{
	buffer_add_string(out, "graph wiring {\n\tfontname=\"sans-serif\";\n"
			       "\tnode [shape=plain, fontname=\"sans-serif\", fontsize=11];\n"
			       "\tedge [fontname=\"sans-serif\", fontsize=9];\n");
	for (size_t i = 0; i < plan->boards.count; i++)
		add_board(arena, out, i, plan->boards.items[i]);
	buffer_add_string(out, "}\n");
}
