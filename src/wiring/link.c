/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the link statements of a board, gives one link for each brick, the
 * GPUs' ports, groups and IOMMU groups. Never asks whether a wiring is wise.
 */
#include <stdlib.h>
#include <string.h>

#include "wiring/value.h"

/* One end of a link statement. */
struct end {
	const struct device_ref *ref;
	enum block_kind kind; /* BLOCK_NPU or BLOCK_GPU, and that is set: */
	struct npu *npu;
	struct gpu *gpu;
};

/* One number of an end's list, and where it stands. */
struct point {
	unsigned number;
	struct span span;
};

typedef ARRAY(struct point) point_list;

static bool find_end(struct resolve *resolve, const struct declaration *board,
		     const struct device_ref *ref, struct end *end)
{
	struct span dropped = {0};
	struct declaration *found = find_name(resolve, board, ref->name, &dropped);
	struct diag_record *error;

	*end = (struct end){.ref = ref};
	if (!found) {
		report_unknown_name(resolve, board, ref->name, dropped);
		return false;
	}
	end->kind = found->kind;
	if (found->kind == BLOCK_NPU) {
		end->npu = found->object;
	} else if (found->kind == BLOCK_GPU) {
		end->gpu = found->object;
	} else {
		error = WIRING_ERROR(resolve, WIRING_WRONG_KIND, ref->name.span,
				     "'%s' is %s, and links end at NPUs and GPUs",
				     ref->name.text, block_phrase(found->kind));
		diag_note(resolve->diags, error, found->head->where, "it is declared here");
		return false;
	}
	return true;
}

/* How many numbers a list holds; saturates, for a list may say 0-18446744073709551615. */
static uint64_t list_length(const struct ports *ports)
{
	uint64_t length = 0;

	for (; ports; ports = ports->next) {
		uint64_t count = ports->last - ports->first;

		if (count >= UINT32_MAX || length >= UINT32_MAX)
			return UINT32_MAX;
		length += count + 1;
	}
	return length;
}

/* Writes the list out; false after an error, for numbers the device does not have. */
static bool expand_list(struct resolve *resolve, const struct end *end, unsigned limit,
			point_list *points)
{
	bool good = true;

	for (const struct ports *ports = end->ref->ports; ports; ports = ports->next) {
		struct diag_record *error;

		good = good && !ports->falls;
		if (ports->falls)
			continue;
		if (ports->last < limit) {
			for (uint64_t i = ports->first; i <= ports->last; i++)
				*ARRAY_PUSH(resolve->arena, points) =
					(struct point){(unsigned)i, ports->span};
			continue;
		}
		error = WIRING_ERROR(resolve, end->npu ? WIRING_BRICK_RANGE : WIRING_PORT_RANGE,
				     ports->span, "%s has no %s %llu", end->ref->name.text,
				     end->npu ? "brick" : "port",
				     (unsigned long long)(ports->first < limit ? ports->last
									       : ports->first));
		diag_fix(resolve->diags, error, "%s are numbered 0 to %u",
			 end->npu ? "its bricks" : "its ports", limit - 1);
		good = false;
	}
	return good;
}

static bool check_lengths(struct resolve *resolve, const struct stmt *stmt)
{
	uint64_t a = list_length(stmt->a.ports), b = list_length(stmt->b.ports);
	struct diag_record *error;

	if (!stmt->a.ports || !stmt->b.ports || a == b)
		return true;
	error = WIRING_ERROR(resolve, WIRING_LIST_LENGTHS, stmt->b.span,
			     "%s has %llu number%s here, and %s has %llu", stmt->b.name.text,
			     (unsigned long long)b, b == 1 ? "" : "s", stmt->a.name.text,
			     (unsigned long long)a);
	diag_note(resolve->diags, error, stmt->a.span, "the list of %s", stmt->a.name.text);
	diag_fix(resolve->diags, error, "write as many for %s as for %s: they are paired in order",
		 stmt->b.name.text, stmt->a.name.text);
	return false;
}

static void set_rate(struct resolve *resolve, const struct stmt *stmt, const struct board *board,
		     const struct link_rate **rate)
{
	struct diag_record *error;
	struct buffer list = {0};

	if (!stmt->rate) {
		if (!stmt->damaged)
			WIRING_ERROR(resolve, WIRING_RATE_MISSING, stmt->b.span,
				     "a link with an NPU needs its rate");
		return;
	}
	if (!board->family)
		return;
	if (!strcmp(stmt->rate_unit, "Gbps"))
		*rate = family_find_rate(board->family, stmt->rate);
	if (*rate)
		return;
	for (size_t i = 0; i < board->family->rate_count; i++)
		buffer_printf(&list, "%s%s",
			      !i ? "" : i + 1 < board->family->rate_count ? ", " : " and ",
			      board->family->rates[i].text);
	error = WIRING_ERROR(resolve, WIRING_RATE_UNKNOWN, stmt->rate_span,
			     "no speed code is known for %s %s", stmt->rate, stmt->rate_unit);
	diag_fix(resolve->diags, error, "the rates of %s are %s Gbps per lane",
		 board->family->name, list.data);
	buffer_free(&list);
}

static void use_port(struct gpu *gpu, unsigned port, struct gpu_port use)
{
	/* The first use counts; rules report any other. */
	if (!gpu->ports[port].span.file)
		gpu->ports[port] = use;
}

/* One link for each brick of the statement. */
static void add_links(struct resolve *resolve, struct declaration *declaration,
		      const struct link *common, const point_list *bricks, const point_list *ports)
{
	size_t count = bricks->count;
	struct number *lane_masks = arena_alloc(resolve->arena, 3 * count * sizeof(*lane_masks));
	struct number *phys = lane_masks + count, *brick_ids = phys + count;

	get_numbers(resolve, declaration, PROPERTY_LANE_MASK, 0xffffff, lane_masks, count);
	get_numbers(resolve, declaration, PROPERTY_PHY, UINT64_MAX, phys, count);
	get_numbers(resolve, declaration, PROPERTY_BRICK_ID, UINT32_MAX, brick_ids, count);
	for (size_t i = 0; i < count; i++) {
		struct link *link = arena_memdup(resolve->arena, common, sizeof(*common));

		link->brick = bricks->items[i].number;
		link->span = bricks->items[i].span;
		link->lane_mask = lane_masks[i];
		link->phy = phys[i];
		link->brick_id = brick_ids[i];
		if (ports->count) {
			link->port = (int)ports->items[i].number;
			link->port_span = ports->items[i].span;
			use_port(link->gpu, (unsigned)link->port,
				 (struct gpu_port){.link = link, .span = link->port_span});
		} else {
			link->gpu->ports_unknown = true;
		}
		if (!link->npu->bricks[link->brick]) {
			link->npu->bricks[link->brick] = link;
			link->npu->link_count++;
		}
		*ARRAY_PUSH(resolve->arena, &link->board->links) = link;
		*ARRAY_PUSH(resolve->arena, &link->gpu->links) = link;
		*ARRAY_PUSH(resolve->arena, &declaration->links) = link;
	}
}

static void wire_npu(struct resolve *resolve, struct declaration *declaration, struct end npu,
		     struct end gpu)
{
	const struct stmt *stmt = declaration->head;
	struct board *board = npu.npu->board;
	unsigned bricks = board->family ? board->family->bricks : BRICKS_MAX;
	unsigned ports = board->family ? board->family->gpu_ports : GPU_PORTS_MAX;
	point_list brick_points = {0}, port_points = {0};
	extra_list *extra = arena_alloc(resolve->arena, EXTRA_OUTPUTS * sizeof(*extra));
	struct link common = {.board = board, .npu = npu.npu, .gpu = gpu.gpu,
			      .port = -1, .port_span = gpu.ref->span,
			      .extra = extra, .statement = stmt->span};
	bool good;

	set_rate(resolve, stmt, board, &common.rate);
	collect_extras(resolve, declaration, extra);
	if (!npu.ref->ports) {
		diag_fix(resolve->diags,
			 WIRING_ERROR(resolve, WIRING_PORTS_MISSING, npu.ref->span,
				      "which bricks of %s?", npu.ref->name.text),
			 "write them behind a ':', as in %s:0-2", npu.ref->name.text);
		board->gaps |= GAP_LINKS;
		return;
	}
	good = expand_list(resolve, &npu, bricks, &brick_points);
	good = expand_list(resolve, &gpu, ports, &port_points) && good;
	good = good && check_lengths(resolve, stmt);
	if (!good) {
		board->gaps |= GAP_LINKS;
		return;
	}
	add_links(resolve, declaration, &common, &brick_points, &port_points);
}

static void wire_peers(struct resolve *resolve, struct declaration *declaration, struct end a,
		       struct end b)
{
	const struct stmt *stmt = declaration->head;
	struct board *board = a.gpu->board;
	unsigned ports = board->family ? board->family->gpu_ports : GPU_PORTS_MAX;
	point_list points_a = {0}, points_b = {0};
	bool good;

	if (stmt->rate)
		WIRING_ERROR(resolve, WIRING_RATE_UNWANTED, stmt->rate_span,
			     "a link between GPUs takes no rate");
	if (stmt->body.first || declaration->extras.count)
		WIRING_ERROR(resolve, WIRING_RATE_UNWANTED, stmt->where,
			     "a link between GPUs has no properties");
	if (!a.ref->ports || !b.ref->ports) {
		const struct device_ref *ref = a.ref->ports ? b.ref : a.ref;

		diag_fix(resolve->diags,
			 WIRING_ERROR(resolve, WIRING_PORTS_MISSING, ref->span,
				      "which ports of %s?", ref->name.text),
			 "write them behind a ':', as in %s:0,2,4", ref->name.text);
		board->gaps |= GAP_LINKS;
		return;
	}
	good = expand_list(resolve, &a, ports, &points_a);
	good = expand_list(resolve, &b, ports, &points_b) && good;
	good = good && check_lengths(resolve, stmt);
	if (!good) {
		board->gaps |= GAP_LINKS;
		return;
	}
	for (size_t i = 0; i < points_a.count; i++) {
		struct point pa = points_a.items[i], pb = points_b.items[i];

		*ARRAY_PUSH(resolve->arena, &board->peers) = (struct peer_link){
			.a = a.gpu, .b = b.gpu,
			.port_a = pa.number, .port_b = pb.number,
			.span_a = pa.span, .span_b = pb.span,
		};
		a.gpu->peer_links++;
		b.gpu->peer_links++;
		use_port(a.gpu, pa.number, (struct gpu_port){.peer = b.gpu,
							     .peer_port = pb.number,
							     .span = pa.span});
		use_port(b.gpu, pb.number, (struct gpu_port){.peer = a.gpu,
							     .peer_port = pa.number,
							     .span = pb.span});
	}
}

static void build_link(struct resolve *resolve, struct declaration *board,
		       struct declaration *declaration)
{
	struct board *object = board->object;
	struct end a, b;
	bool good = find_end(resolve, board, &declaration->head->a, &a);

	good = find_end(resolve, board, &declaration->head->b, &b) && good;
	if (!good || declaration->head->damaged) {
		object->gaps |= GAP_LINKS;
	} else if (a.kind == BLOCK_NPU && b.kind == BLOCK_NPU) {
		object->gaps |= GAP_LINKS;
		WIRING_ERROR(resolve, WIRING_LINK_ENDS, declaration->head->b.span,
			     "no NVLink joins two NPUs");
	} else if (a.kind == BLOCK_NPU) {
		wire_npu(resolve, declaration, a, b);
	} else if (b.kind == BLOCK_NPU) {
		wire_npu(resolve, declaration, b, a);
	} else if (a.gpu == b.gpu) {
		object->gaps |= GAP_LINKS;
		WIRING_ERROR(resolve, WIRING_LINK_ENDS, declaration->head->b.span,
			     "no NVLink joins %s with itself", a.gpu->name);
	} else {
		wire_peers(resolve, declaration, a, b);
	}
}

static int compare_bricks(const void *left, const void *right)
{
	const struct link *a = *(struct link *const *)left, *b = *(struct link *const *)right;

	if (a->brick != b->brick)
		return a->brick < b->brick ? -1 : 1;
	return span_compare(a->span, b->span);
}

static int compare_groups(const void *left, const void *right)
{
	const struct gpu *a = *(struct gpu *const *)left, *b = *(struct gpu *const *)right;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	return a->links.items[0]->brick < b->links.items[0]->brick ? -1 : 1;
}

static int compare_chips(const void *left, const void *right)
{
	const struct npu *a = *(struct npu *const *)left, *b = *(struct npu *const *)right;

	if (a->chip.value != b->chip.value)
		return a->chip.value < b->chip.value ? -1 : 1;
	return span_compare(a->span, b->span);
}

static void sort(void *items, size_t count, size_t size, int (*compare)(const void *, const void *))
{
	if (count > 1)
		qsort(items, count, size, compare);
}

/* Groups: each chip counts its GPUs by their lowest brick, never by the order of the text. */
static void number_groups(struct resolve *resolve, struct npu *npu)
{
	for (unsigned brick = 0; brick < BRICKS_MAX; brick++) {
		const struct link *link = npu->bricks[brick];

		if (!link || link->gpu->npu != npu || link->gpu->links.items[0] != link)
			continue;
		link->gpu->group = (unsigned)npu->gpus.count;
		*ARRAY_PUSH(resolve->arena, &npu->gpus) = link->gpu;
	}
	for (size_t i = 0; i < npu->gpus.count; i++)
		if (npu->gpus.items[i]->group_set.set)
			npu->gpus.items[i]->group = (unsigned)npu->gpus.items[i]->group_set.value;
	sort(npu->gpus.items, npu->gpus.count, sizeof(npu->gpus.items[0]), compare_groups);
}

void build_links(struct resolve *resolve, struct declaration *declaration)
{
	struct board *board = declaration->object;

	for (size_t i = 0; i < declaration->children.count; i++) {
		struct declaration *child = declaration->children.items[i];

		if (child->kind == BLOCK_LINK && !child->deleted.file)
			build_link(resolve, declaration, child);
	}
	for (size_t i = 0; i < board->gpus.count; i++) {
		struct gpu *gpu = board->gpus.items[i];

		sort(gpu->links.items, gpu->links.count, sizeof(gpu->links.items[0]),
		     compare_bricks);
		gpu->npu = gpu->links.count ? gpu->links.items[0]->npu : NULL;
	}
	for (size_t i = 0; i < board->npus.count; i++) {
		struct npu *npu = board->npus.items[i];

		number_groups(resolve, npu);
		if (npu->link_count)
			*ARRAY_PUSH(resolve->arena, &board->by_chip) = npu;
	}
	sort(board->by_chip.items, board->by_chip.count, sizeof(board->by_chip.items[0]),
	     compare_chips);
	for (size_t i = 0; i < board->by_chip.count; i++)
		board->by_chip.items[i]->index = (unsigned)i;
}

uint32_t link_lane_mask(const struct link *link)
{
	return link->lane_mask.set ? (uint32_t)link->lane_mask.value
				   : link->board->family->lane_masks[link->brick];
}

uint64_t link_phy(const struct link *link)
{
	return link->phy.set ? link->phy.value : link->board->family->phys[link->brick];
}

uint32_t link_brick_id(const struct link *link)
{
	return link->brick_id.set ? (uint32_t)link->brick_id.value
				  : link->board->family->brick_ids[link->brick];
}

bool gpu_aperture(const struct gpu *gpu, uint64_t *base)
{
	const struct board *board = gpu->board;

	if (gpu->aperture.set) {
		*base = gpu->aperture.value;
		return true;
	}
	if (!board->map || !gpu->npu || !gpu->npu->chip.set || gpu->group >= board->map->groups)
		return false;
	*base = family_aperture(board->family, board->map, (unsigned)gpu->npu->chip.value,
				gpu->group);
	return true;
}
