/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes an overlay whose nodes have their counterparts, gives what the tree lacks of it. Never
 * gives a property that the tree has.
 */
#include "boot/bind.h"

#include "blob/freestanding.h"

uint32_t nv2_path_length(const struct nv2_fdt_walk *walk)
{
	size_t len = 0;

	for (uint32_t i = 1; i <= walk->depth; i++)
		len += strlen(nv2_fdt_name(walk->fdt, walk->path[i])) + 1;
	return len ? (uint32_t)len : 1;
}

struct nv2_bound_node *nv2_next_owner(const struct nv2_binder *binder, uint32_t base)
{
	struct nv2_bound_node *next = NULL;

	for (struct nv2_bound_node *each = binder->nodes; each < binder->end; each++)
		if (each->base > base && (!next || each->base < next->base))
			next = each;
	return next;
}

/* ---- content ---- */

/*
 * How many references of a property are to nodes that the overlay makes; they are put into
 * `room`, unless that is NULL.
 */
static uint32_t list_references(const struct nv2_binder *binder, const struct nv2_bound_node *node,
				const char *property, unsigned char *room)
{
	struct nv2_fdt_property list;
	uint32_t count = 0;

	if (!nv2_fdt_property_named(binder->overlay, node->mirror, property, &list))
		return 0;
	for (uint32_t at = 0; at < list.len; at += 4) {
		const unsigned char *offset = nv2_filled(binder, list.value + at);

		if (nv2_get_be32(offset) == UINT32_MAX)
			continue;
		if (room)
			memcpy(room + sizeof(uint32_t) * count, offset, sizeof(uint32_t));
		count++;
	}
	return count;
}

static enum nv2_status write_property(struct nv2_binder *binder, struct nv2_bound_node *node,
				      const struct nv2_fdt_property *property)
{
	struct nv2_fdt_writer *writer = &binder->writer;
	uint32_t references = list_references(binder, node, property->name, NULL);
	enum nv2_role role = nv2_role_of(property->name);
	struct nv2_fdt_property there;
	bool is_there = nv2_fdt_property_named(binder->tree, node->base, property->name, &there);
	const unsigned char *value = nv2_filled(binder, property->value);

	if (node->base && (role || is_there)) {
		/* Those of a node that is there follow the tree. */
		if (binder->writes_fixups || (binder->selectors && role))
			return NV2_OK;
		if (is_there && !references && property->len == there.len &&
		    !memcmp(value, there.value, there.len) &&
		    (binder->selectors || role == NV2_ROLE_CELLS))
			return NV2_OK;
		return nv2_binder_fail(binder, NV2_ERR_CONFLICT, node, property->name);
	}
	if (!binder->writes_fixups) {
		node->owner->refers |= references > 0;
		nv2_fdt_put_bytes(writer, property->name, value, property->len);
	} else if (references) {
		list_references(binder, node, property->name,
				nv2_fdt_put(writer, property->name, 4 * references));
	}
	return NV2_OK;
}

static void begin_node(struct nv2_binder *binder, const char *name)
{
	nv2_fdt_begin_node(&binder->writer, name, strlen(name));
}

static void end_nodes(struct nv2_binder *binder, uint32_t depth)
{
	while (binder->writer.depth > depth)
		nv2_fdt_end_node(&binder->writer);
}

enum nv2_status nv2_write_content(struct nv2_binder *binder, struct nv2_bound_node *owner)
{
	uint32_t depth = binder->writer.depth;
	enum nv2_status status = NV2_OK;

	for (struct nv2_bound_node *node = owner; node < binder->end; node++) {
		struct nv2_fdt_property property;
		uint32_t cursor = node->from;

		if (node->owner != owner)
			continue;
		if (node != owner) {
			end_nodes(binder, depth + node->depth - owner->depth - 1);
			begin_node(binder, nv2_fdt_name(binder->overlay, node->from));
		}
		while (!status && nv2_fdt_next_property(binder->overlay, &cursor, &property))
			status = write_property(binder, node, &property);
	}
	end_nodes(binder, depth);
	return status;
}

/* ---- fragments ---- */

/* "fragment@1f" */
static void begin_fragment(struct nv2_binder *binder, uint32_t number)
{
	static const char prefix[] = {'f', 'r', 'a', 'g', 'm', 'e', 'n', 't', '@'};
	char name[sizeof(prefix) + 9];
	char *at = name + sizeof(name) - 1;

	*at = 0;
	do {
		*--at = "0123456789abcdef"[number & 15];
		number >>= 4;
	} while (number);
	at -= sizeof(prefix);
	memcpy(at, prefix, sizeof(prefix));
	begin_node(binder, at);
}

/*
 * The way of a walk, as a path; `known` is that of the one before. False if it leads to another
 * node: siblings have the same name.
 */
static bool write_target(struct nv2_fdt_writer *writer, const struct nv2_fdt_walk *walk,
			 uint32_t *known)
{
	uint32_t len = nv2_path_length(walk);
	char *at = (char *)nv2_fdt_put(writer, "target-path", len + 1);

	if (!at)
		return true;
	*at = '/';
	for (uint32_t i = 1; i <= walk->depth; i++) {
		const char *name = nv2_fdt_name(walk->fdt, walk->path[i]);

		if (known[i] != walk->path[i] &&
		    nv2_fdt_child_named(walk->fdt, walk->path[i - 1], name) != walk->path[i])
			return false;
		known[i] = walk->path[i];
		*at++ = '/';
		while (*name)
			*at++ = *name++;
	}
	return true;
}

/*
 * The tree's own counts, so that whoever reads the overlay alone, as dtc's checks do, reads regs
 * as they are meant. dtc wants none where no child has a reg. What is to be added has to count
 * in the same way.
 */
static enum nv2_status write_cells(struct nv2_binder *binder, const struct nv2_bound_node *node)
{
	static const char *const names[] = {"#address-cells", "#size-cells"};

	for (uint32_t i = 0; i < 2; i++) {
		uint32_t wanted = 2 - i, found = wanted;
		bool is_there = nv2_fdt_u32(binder->tree, node->base, names[i], &found);

		nv2_fdt_u32(binder->overlay, node->from, names[i], &wanted);
		if (node->has_reg && wanted != found) {
			binder->failure->wanted = wanted;
			binder->failure->found = found;
			return nv2_binder_fail(binder, NV2_ERR_CELLS, node, names[i]);
		}
		if (is_there && (node->has_reg || !node->has_new))
			nv2_fdt_put_u32(&binder->writer, names[i], found);
	}
	return NV2_OK;
}

/* A fragment for the node that the walk is at; nothing, if nothing goes there. */
static enum nv2_status write_fragment(struct nv2_binder *binder, const struct nv2_fdt_walk *walk,
				      uint32_t *known, struct nv2_bound_node *node)
{
	struct nv2_fdt_writer *writer = &binder->writer;
	size_t before = writer->at, strings = writer->strings, start;
	enum nv2_status status;

	node->number = binder->fragments;
	begin_fragment(binder, node->number);
	if (!write_target(writer, walk, known))
		return nv2_binder_fail(binder, NV2_ERR_AMBIGUOUS, node, NULL);
	begin_node(binder, "__overlay__");
	status = write_cells(binder, node);
	start = writer->at;
	if (!status)
		status = nv2_write_content(binder, node);
	end_nodes(binder, 1);
	/* Two tags have ended it. That there was no room, if so, the writer does not forget. */
	if (writer->at == start + 8) {
		writer->at = before;
		writer->strings = strings;
	} else {
		binder->fragments++;
	}
	return status;
}

static enum nv2_status write_fragments(struct nv2_binder *binder)
{
	struct nv2_bound_node *next = nv2_next_owner(binder, 0);
	uint32_t known[NV2_FDT_DEPTH_MAX + 1];
	enum nv2_status status = NV2_OK;
	struct nv2_fdt_walk walk;

	memset(known, 0, sizeof(known));
	nv2_fdt_walk_begin(&walk, binder->tree);
	while (!status && nv2_fdt_walk_next(&walk)) {
		if (!next || walk.node != next->base)
			continue;
		status = write_fragment(binder, &walk, known, next);
		next = nv2_next_owner(binder, walk.node);
	}
	return status;
}

static void write_local_fixups(struct nv2_binder *binder)
{
	binder->writes_fixups = true;
	for (struct nv2_bound_node *node = binder->nodes; node < binder->end; node++) {
		if (!node->refers)
			continue;
		if (binder->writer.depth == 1)
			begin_node(binder, NV2_LOCAL_FIXUPS);
		begin_fragment(binder, node->number);
		begin_node(binder, "__overlay__");
		nv2_write_content(binder, node);
		end_nodes(binder, 2);
	}
}

enum nv2_status nv2_write_overlay(struct nv2_binder *binder, void *output, size_t *size)
{
	enum nv2_status status;

	nv2_fdt_write_begin(&binder->writer, output, *size, NULL);
	begin_node(binder, "");
	status = write_fragments(binder);
	if (status)
		return status;
	write_local_fixups(binder);
	end_nodes(binder, 0);
	return nv2_fdt_write_finish(&binder->writer, 0, size);
}
