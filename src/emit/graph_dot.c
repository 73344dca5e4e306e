/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a plan, gives its wiring as a graph for Graphviz: a cluster for each
 * IOMMU group, an edge for each wire. Never lays anything out.
 */
#include <inttypes.h>

#include "core/text.h"
#include "emit/graph.h"

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

static void add_gpu(struct buffer *out, size_t board, const struct plan_gpu *gpu)
{
	unsigned ports = gpu->gpu->board->family->gpu_ports;

	add_node(out, board, gpu->gpu->name);
	buffer_add_string(out, "<TR>");
	for (unsigned port = 0; port < ports; port++)
		buffer_printf(out, "<TD PORT=\"p%u\">%u</TD>", port, port);
	buffer_printf(out,
		      "</TR><TR><TD COLSPAN=\"%u\"><B>%s</B>, group %u<BR/>base 0x%" PRIx64
		      "<BR/>tgt 0x%" PRIx64 "</TD></TR></TABLE>>];\n",
		      ports, gpu->gpu->name, gpu->gpu->group, gpu->base, gpu->tgt);
}

static void add_link(struct buffer *out, size_t board, const struct plan_link *link)
{
	const struct vphb *vphb = link->link->vphb;

	buffer_printf(out, "\t\t\"b%zu_%s\":p%u -- \"b%zu_%s\"", board, link->npu->npu->name,
		      link->link->brick, board, link->gpu->gpu->name);
	if (link->link->port >= 0)
		buffer_printf(out, ":p%d", link->link->port);
	buffer_printf(out, " [label=\"%s Gbps\"", link->link->rate->text);
	if (vphb) {
		buffer_add_string(out, ", penwidth=2, tooltip=");
		add_quoted(out, vphb->guest->name);
	}
	buffer_add_string(out, "];\n");
}

/* Each wire between GPUs once, from the end that comes first. */
static void add_peers(struct buffer *out, size_t board, const struct plan_board *plan)
{
	for (size_t i = 0; i < plan->board->peers.count; i++) {
		const struct peer_link *peer = &plan->board->peers.items[i];

		buffer_printf(out,
			      "\t\t\"b%zu_%s\":p%u -- \"b%zu_%s\":p%u [style=dashed, "
			      "constraint=false];\n",
			      board, peer->a->name, peer->port_a, board, peer->b->name,
			      peer->port_b);
	}
}

static void add_board(struct buffer *out, size_t number, const struct plan_board *plan)
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
			add_gpu(out, number, npu->gpus.items[j]);
		buffer_add_string(out, "\t\t}\n");
	}
	for (size_t i = 0; i < plan->npus.count; i++)
		for (size_t j = 0; j < plan->npus.items[i]->links.count; j++)
			add_link(out, number, plan->npus.items[i]->links.items[j]);
	add_peers(out, number, plan);
	buffer_add_string(out, "\t}\n");
}

void emit_graph_dot(const struct plan *plan, struct buffer *out)
{
	buffer_add_string(
		out, "graph wiring {\n\tnode [shape=plain, fontname=\"sans-serif\", fontsize=11];\n"
		     "\tedge [fontname=\"sans-serif\", fontsize=9];\n");
	for (size_t i = 0; i < plan->boards.count; i++)
		add_board(out, i, plan->boards.items[i]);
	buffer_add_string(out, "}\n");
}
