/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes what was found and decided, gives it as a wiring file, with a comment
 * wherever something was guessed. Never minds the layout: fmt does.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "import/found.h"

/* From here on the text is about this place in the tree. */
static void mark(struct wiring_text *text, const struct tree_node *node, const char *property)
{
	*ARRAY_PUSH(text->arena, &text->marks) =
		(struct text_mark){(uint32_t)text->out.len, node, property};
}

static void add(struct wiring_text *text, const char *format, ...) FORMAT_PRINTF(2, 3);

static void add(struct wiring_text *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	buffer_add_string(&text->out, arena_vprintf(text->arena, format, args));
	va_end(args);
}

static void add_quoted(struct wiring_text *text, const char *string)
{
	buffer_add_string(&text->out, "\"");
	for (; *string; string++) {
		if (*string == '"' || *string == '\\')
			buffer_add_string(&text->out, "\\");
		buffer_add(&text->out, string, 1);
	}
	buffer_add_string(&text->out, "\"");
}

/* Numbers of a list, rising runs of three and more as ranges. */
static void add_list(struct wiring_text *text, const unsigned *numbers, unsigned count)
{
	for (unsigned i = 0; i < count;) {
		unsigned run = 1;

		while (i + run < count && numbers[i + run] == numbers[i] + run)
			run++;
		if (run < 2)
			add(text, "%s%u", i ? "," : "", numbers[i]);
		else
			add(text, "%s%u-%u", i ? "," : "", numbers[i], numbers[i + run - 1]);
		i += run;
	}
}

/* ---- the board's head ---- */

/* OPAL lists what is general first; the last is the machine. */
static const char *machine_name(const struct found *found)
{
	const struct tree_node *root = found->tree->root;
	const struct tree_property *list = tree_find_property(found->tree, root, "compatible");
	const char *name = NULL;

	if (has_compatible(found, root, "ibm,witherspoon"))
		return "ibm,witherspoon";
	if (!list || !list->len || list->value[list->len - 1])
		return NULL;
	for (const char *at = (const char *)list->value; at < (const char *)list->value + list->len;
	     at += strlen(at) + 1)
		if (tree_is_name(at, strlen(at)))
			name = at;
	return name;
}

static void write_map(const struct found *found, struct wiring_text *text)
{
	bool any = false;

	for (size_t i = 0; i < found->gpus.count; i++)
		any |= found->gpus.items[i]->has_aperture;
	if (!any)
		add(text, "// Guessed: the tree has no GPU memory, which would show it.\n");
	else if (!found->map_known)
		add(text, "// Guessed: the GPU memory of the tree lies as in no map; see each "
			  "aperture.\n");
	add(text, "memory-map = %s;\n\n", found->map->name);
}

static void write_head(const struct found *found, struct wiring_text *text)
{
	const char *model = get_text(found, found->tree->root, "model");
	const char *machine = machine_name(found);

	add(text, "// Read from a %s tree by nv2dtc import.\n", stage_name(found->stage));
	add(text, "/nv2-v1/;\n\n");
	mark(text, found->tree->root, NULL);
	if (found->variant)
		add(text, "// Its bricks are wired as those of the board variant %s.\n",
		    found->variant->name);
	add(text, "board ");
	add_quoted(text, found->variant ? found->variant->board : machine ? machine : "imported");
	add(text, " {\n");
	if (model) {
		add(text, "model = ");
		add_quoted(text, model);
		add(text, ";\n");
	}
	mark(text, found->tree->root, "compatible");
	if (!machine)
		add(text, "// Guessed: the tree does not say what machine it is of.\n");
	add(text, "compatible = ");
	add_quoted(text, machine ? machine : "imported");
	add(text, ";\nfamily = %s;\n", found->family->name);
	write_map(found, text);
}

/* ---- what the tree says beyond the wiring ---- */

/* What firmware or the compiler sets, as in the rule extra-reserved, and the node's own name. */
static const char *const npu_known[] = {"name",
					"phandle",
					"linux,phandle",
					"reg",
					"compatible",
					"#address-cells",
					"#size-cells",
					"ibm,npu-index",
					"ibm,npu-links",
					"ibm,phb-index",
					NULL};
static const char *const link_known[] = {"name",
					 "phandle",
					 "linux,phandle",
					 "reg",
					 "compatible",
					 "ibm,npu-link-index",
					 "ibm,workbook-link-id",
					 "ibm,npu-phy",
					 "ibm,npu-lane-mask",
					 "ibm,npu-brick-id",
					 "ibm,npu-group-id",
					 "ibm,slot-label",
					 "ibm,pcie-slot",
					 "ibm,link-speed",
					 "nvidia,link-speed",
					 "ibm,npu-link-type",
					 NULL};

static bool is_known(const char *const *known, const struct tree_property *property)
{
	for (; *known; known++)
		if (!strcmp(*known, property->name))
			return true;
	return false;
}

static unsigned count_unknown(const struct tree_node *node, const char *const *known)
{
	unsigned count = 0;

	for (const struct tree_property *each = node->properties; each; each = each->next)
		count += !is_known(known, each);
	return count;
}

/* Whether one statement can have the extra properties of both links. */
static bool same_unknown(const struct found *found, const struct tree_node *a,
			 const struct tree_node *b)
{
	for (const struct tree_property *each = a->properties; each; each = each->next) {
		const struct tree_property *other = tree_find_property(found->tree, b, each->name);

		if (!is_known(link_known, each) && (!other || !property_equal(each, other)))
			return false;
	}
	return count_unknown(a, link_known) == count_unknown(b, link_known);
}

/* A property that only the board knows the meaning of. */
static void write_unknown(struct wiring_text *text, const struct tree_property *property)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789,._+?#-";

	if (property->name[strspn(property->name, letters)]) {
		add(text, "// Left out, as no source can have that name: %s\n", property->name);
		return;
	}
	add(text, "%s%s", property->name, property->len ? " = " : "");
	tree_write_value(property->value, property->len, property->form, &text->out);
	add(text, ";\n");
}

static void write_extra(struct wiring_text *text, const struct tree_node *node,
			const char *const *known)
{
	if (!count_unknown(node, known))
		return;
	add(text, "// Not known to nv2dtc, copied: a phandle in it would be of that tree alone.\n"
		  "extra host-fw {\n");
	for (const struct tree_property *each = node->properties; each; each = each->next) {
		if (is_known(known, each))
			continue;
		mark(text, node, each->name);
		write_unknown(text, each);
	}
	add(text, "}\n");
}

/* ---- devices ---- */

static void write_npu(const struct found *found, struct wiring_text *text,
		      const struct found_npu *npu)
{
	const struct tree_property *reg =
		npu->phb ? tree_find_property(found->tree, npu->phb, "reg") : NULL;
	uint64_t address = found->family->npu_regs + family_chip_base(found->family, npu->chip);

	mark(text, npu->node, NULL);
	add(text, "npu %s {\nchip = %" PRIu32 ";\n", npu->label, npu->chip);
	if (npu->scom_base != found->family->scom_base)
		add(text, "scom = 0x%" PRIx32 ";\n", npu->scom_base);
	if (reg && (reg->len < 8 || get_be64(reg->value) != address)) {
		mark(text, npu->phb, "reg");
		add(text, "phb = ");
		add_quoted(text, tree_path(text->arena, npu->phb));
		add(text, ";\n");
	}
	if (npu->node)
		write_extra(text, npu->node, npu_known);
	add(text, "}\n");
}

/* Its place among the GPUs of its chip, by lowest brick. */
static unsigned ordinal(const struct found *found, const struct found_gpu *gpu)
{
	unsigned count = 0;

	for (size_t i = 0; found->gpus.items[i] != gpu; i++)
		count += found->gpus.items[i]->first->npu == gpu->first->npu;
	return count;
}

static bool aperture_is_map(const struct found *found, const struct found_gpu *gpu)
{
	return gpu->first->group < found->map->groups &&
	       gpu->aperture == family_aperture(found->family, found->map, gpu->first->npu->chip,
						gpu->first->group);
}

static void write_gpu(const struct found *found, struct wiring_text *text,
		      const struct found_gpu *gpu)
{
	mark(text, gpu->first->node, "ibm,slot-label");
	add(text, "gpu %s {\nslot = ", gpu->label);
	add_quoted(text, gpu->slot);
	add(text, ";\n");
	if (gpu->needs_path) {
		mark(text, gpu->node, NULL);
		add(text, "// The slot does not lead to it in this tree.\npath = ");
		add_quoted(text, tree_path(text->arena, gpu->node));
		add(text, ";\n");
	}
	if (gpu->first->group != ordinal(found, gpu)) {
		mark(text, gpu->first->node, "ibm,npu-group-id");
		add(text, "group = %" PRIu32 ";\n", gpu->first->group);
	}
	if (gpu->has_aperture && !aperture_is_map(found, gpu)) {
		mark(text, gpu->memory, "reg");
		add(text, "aperture = 0x%" PRIx64 ";\n", gpu->aperture);
	}
	add(text, "}\n");
}

/* ---- links ---- */

/* The links that one statement is for. */
struct group {
	const struct found_link *links[BRICKS_MAX];
	unsigned count;
};

static bool differs_from_family(const struct found *found, const struct found_link *link,
				unsigned which)
{
	const struct family *family = found->family;

	if (which == 0)
		return link->lane_mask != family->lane_masks[link->brick];
	if (which == 1)
		return link->phy != family->phys[link->brick];
	return link->brick_id != family->brick_ids[link->brick];
}

static void write_values(const struct found *found, struct wiring_text *text,
			 const struct group *group)
{
	static const char *const names[] = {"lane-mask", "phy", "brick-id"};
	static const char *const properties[] = {"ibm,npu-lane-mask", "ibm,npu-phy",
						 "ibm,npu-brick-id"};
	bool open = false;

	for (unsigned which = 0; which < 3; which++) {
		bool wanted = false;

		for (unsigned i = 0; i < group->count; i++)
			wanted |= differs_from_family(found, group->links[i], which);
		if (!wanted)
			continue;
		add(text, "%s", open ? "" : " {\n");
		open = true;
		add(text, "%s =", names[which]);
		for (unsigned i = 0; i < group->count; i++) {
			const struct found_link *link = group->links[i];
			uint64_t value = which == 0   ? link->lane_mask
					 : which == 1 ? link->phy
						      : link->brick_id;

			add(text, "%s ", i ? "," : "");
			mark(text, link->node, properties[which]);
			add(text, "0x%" PRIx64, value);
		}
		add(text, ";\n");
	}
	if (count_unknown(group->links[0]->node, link_known)) {
		add(text, "%s", open ? "" : " {\n");
		open = true;
		write_extra(text, group->links[0]->node, link_known);
	}
	if (open)
		add(text, "}");
}

static void write_link(const struct found *found, struct wiring_text *text,
		       const struct group *group)
{
	const struct found_link *first = group->links[0];
	unsigned numbers[BRICKS_MAX];

	if (first->rate_guessed)
		add(text, "// Guessed: the tree does not say the rate.\n");
	mark(text, first->node, NULL);
	add(text, "link %s:", first->npu->label);
	for (unsigned i = 0; i < group->count; i++)
		numbers[i] = group->links[i]->brick;
	add_list(text, numbers, group->count);
	add(text, " <-> ");
	mark(text, first->node, "ibm,slot-label");
	add(text, "%s", first->gpu->label);
	if (first->gpu->ports_known) {
		add(text, ":");
		for (unsigned i = 0; i < group->count; i++)
			numbers[i] = (unsigned)group->links[i]->port;
		add_list(text, numbers, group->count);
	}
	mark(text, first->node, "nvidia,link-speed");
	add(text, " at %s Gbps", first->rate->text);
	write_values(found, text, group);
	add(text, ";\n");
}

static void write_links(const struct found *found, struct wiring_text *text,
			const struct found_npu *npu)
{
	bool written[BRICKS_MAX] = {false};

	for (unsigned brick = 0; brick < BRICKS_MAX; brick++) {
		const struct found_link *first = npu->links[brick];
		struct group group = {.count = 0};

		if (!first || written[brick])
			continue;
		for (unsigned other = brick; other < BRICKS_MAX; other++) {
			const struct found_link *link = npu->links[other];

			if (!link || link->gpu != first->gpu || link->rate != first->rate ||
			    link->rate_guessed != first->rate_guessed ||
			    !same_unknown(found, link->node, first->node))
				continue;
			written[other] = true;
			group.links[group.count++] = link;
		}
		write_link(found, text, &group);
	}
}

static unsigned list_ports(const struct found_gpu *gpu, const struct found_gpu *peer,
			   unsigned *ports)
{
	unsigned count = 0;

	for (unsigned port = 0; port < GPU_PORTS_MAX; port++)
		if (gpu->ports[port].peer == peer)
			ports[count++] = port;
	return count;
}

static void write_peers(struct wiring_text *text, const struct found_gpu *a,
			const struct found_gpu *b)
{
	unsigned ports_a[GPU_PORTS_MAX], ports_b[GPU_PORTS_MAX];
	unsigned count = list_ports(a, b, ports_a), back = list_ports(b, a, ports_b);

	if (back < count)
		count = back;
	if (!count)
		return;
	mark(text, a->node ? a->node : a->first->node, "ibm,nvlink-peers");
	add(text, "link %s:", a->label);
	add_list(text, ports_a, count);
	add(text, " <-> ");
	mark(text, b->node ? b->node : b->first->node, "ibm,nvlink-peers");
	add(text, "%s:", b->label);
	add_list(text, ports_b, count);
	add(text, ";\n");
}

static bool any_unknown(const struct found *found, const struct found_npu *npu)
{
	for (size_t i = 0; i < found->gpus.count; i++)
		if (found->gpus.items[i]->first->npu == npu && !found->gpus.items[i]->ports_known)
			return true;
	return false;
}

static void write_chip(const struct found *found, struct wiring_text *text,
		       const struct found_npu *npu)
{
	add(text, "\n// chip %" PRIu32 "\n", npu->chip);
	if (found->ports_from_variant)
		add(text,
		    "// Guessed: ports of GPUs, which the tree does not know, are those of "
		    "the board variant %s.\n",
		    found->variant->name);
	else if (any_unknown(found, npu))
		add(text, "// The tree does not say which ports of the GPUs these are.\n");
	write_links(found, text, npu);
}

/* Which of A's ports meets which of B's stands nowhere; see dts/ibm. */
static void write_peers_of(const struct found *found, struct wiring_text *text,
			   const struct found_npu *npu)
{
	size_t before = text->out.len, start;

	if (found->ports_from_variant)
		add(text,
		    "// Guessed: links between GPUs, which the tree does not know, are those "
		    "of the board variant %s.\n",
		    found->variant->name);
	else
		add(text, "// Guessed: which of the ports meets which; the tree tells peers "
			  "only.\n");
	start = text->out.len;
	for (size_t i = 0; i < found->gpus.count; i++)
		for (size_t j = i + 1; j < found->gpus.count; j++)
			if (found->gpus.items[i]->first->npu == npu)
				write_peers(text, found->gpus.items[i], found->gpus.items[j]);
	if (text->out.len == start)
		text->out.len = before;
}

void write_wiring(const struct found *found, struct wiring_text *text)
{
	write_head(found, text);
	for (size_t i = 0; i < found->npus.count; i++)
		write_npu(found, text, found->npus.items[i]);
	add(text, "\n");
	for (size_t i = 0; i < found->gpus.count; i++)
		write_gpu(found, text, found->gpus.items[i]);
	for (size_t i = 0; i < found->npus.count; i++) {
		write_chip(found, text, found->npus.items[i]);
		write_peers_of(found, text, found->npus.items[i]);
	}
	add(text, "};\n");
}
