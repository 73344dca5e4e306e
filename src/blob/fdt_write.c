/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes nodes and properties in document order, gives a flattened device
 * tree. Never writes outside of the memory it was given.
 */
#include "blob/fdt_write.h"

#include "blob/freestanding.h"

#define MAGIC 0xd00dfeedu
#define HEADER_SIZE 40u
#define RESERVATION_SIZE 16u
/* As for readers: blob/fdt.c. */
#define SIZE_LIMIT 0x7fffffffu

enum tag {
	TAG_BEGIN_NODE = 1,
	TAG_END_NODE = 2,
	TAG_PROPERTY = 3,
	TAG_END = 9,
};

/* Zeros for `fixed` bytes and `len` more, made up to whole words; NULL if there is no room. */
static unsigned char *take(struct nv2_fdt_writer *writer, size_t fixed, size_t len)
{
	size_t left = writer->strings - writer->at;
	unsigned char *room = writer->bytes + writer->at;

	if (writer->status || len > left || fixed + ((len + 3) & ~(size_t)3) > left) {
		writer->status = NV2_ERR_SPACE;
		return NULL;
	}
	fixed += (len + 3) & ~(size_t)3;
	writer->at += fixed;
	memset(room, 0, fixed);
	return room;
}

void nv2_fdt_write_begin(struct nv2_fdt_writer *writer, void *bytes, size_t size,
			 const struct nv2_fdt *reservations)
{
	const unsigned char *map = NULL;
	size_t len = 0;
	unsigned char *room;

	memset(writer, 0, sizeof(*writer));
	writer->bytes = (unsigned char *)bytes;
	writer->size = size < SIZE_LIMIT ? size : SIZE_LIMIT;
	writer->strings = writer->size;
	if (reservations) {
		map = reservations->bytes + reservations->reservations;
		while (nv2_get_be64(map + len + 8))
			len += RESERVATION_SIZE;
	}
	room = take(writer, HEADER_SIZE + RESERVATION_SIZE, len);
	if (room && map)
		memcpy(room + HEADER_SIZE, map, len);
	writer->structure = writer->at;
}

void nv2_fdt_begin_node(struct nv2_fdt_writer *writer, const char *name, size_t len)
{
	unsigned char *room = take(writer, 4, len + 1);

	writer->depth++;
	if (!room)
		return;
	nv2_put_be32(room, TAG_BEGIN_NODE);
	memcpy(room + 4, name, len);
}

static void put_tag(struct nv2_fdt_writer *writer, uint32_t tag)
{
	unsigned char *room = take(writer, 4, 0);

	if (room)
		nv2_put_be32(room, tag);
}

void nv2_fdt_end_node(struct nv2_fdt_writer *writer)
{
	writer->depth--;
	put_tag(writer, TAG_END_NODE);
}

/*
 * Where the byte at an offset in the string table is kept. The table grows
 * downwards, backwards: so an offset once given stays right.
 */
static unsigned char *name_byte(const struct nv2_fdt_writer *writer, size_t offset)
{
	return writer->bytes + (writer->size - 1 - offset);
}

/* Behind the names so far. `len` is with the NUL. */
static void add_name(struct nv2_fdt_writer *writer, const unsigned char *name, size_t len)
{
	if (len > writer->strings - writer->at) {
		writer->status = NV2_ERR_SPACE;
		return;
	}
	for (size_t i = 0; i < len; i++)
		writer->bytes[--writer->strings] = name[i];
}

/* A name that ends another one is found in it. */
static size_t find_name(const struct nv2_fdt_writer *writer, const char *name, size_t len)
{
	size_t used = writer->size - writer->strings, at, i = 0;

	for (at = 0; at + len <= used; at++) {
		for (i = 0; i < len && *name_byte(writer, at + i) == (unsigned char)name[i]; i++)
			;
		if (i == len)
			return at;
	}
	return used;
}

unsigned char *nv2_fdt_put(struct nv2_fdt_writer *writer, const char *name, uint32_t len)
{
	unsigned char *room = take(writer, 12, len);
	size_t name_len = strlen(name) + 1, at;

	if (!room)
		return NULL;
	at = find_name(writer, name, name_len);
	if (at == writer->size - writer->strings)
		add_name(writer, (const unsigned char *)name, name_len);
	if (writer->status)
		return NULL;
	nv2_put_be32(room, TAG_PROPERTY);
	nv2_put_be32(room + 4, len);
	nv2_put_be32(room + 8, (uint32_t)at);
	return room + 12;
}

void nv2_fdt_put_bytes(struct nv2_fdt_writer *writer, const char *name, const void *value,
		       uint32_t len)
{
	unsigned char *room = nv2_fdt_put(writer, name, len);

	if (room)
		memcpy(room, value, len);
}

void nv2_fdt_put_u32(struct nv2_fdt_writer *writer, const char *name, uint32_t value)
{
	unsigned char *room = nv2_fdt_put(writer, name, 4);

	if (room)
		nv2_put_be32(room, value);
}

void nv2_fdt_write_names(struct nv2_fdt_writer *writer, const struct nv2_fdt *from)
{
	add_name(writer, from->bytes + from->strings, from->strings_size);
}

void nv2_fdt_write_piece(struct nv2_fdt_writer *writer, const void *tags, uint32_t len)
{
	unsigned char *room = take(writer, 0, len);

	if (room)
		memcpy(room, tags, len);
}

/* Turns the names around and moves them behind the structure. */
static void settle_names(struct nv2_fdt_writer *writer)
{
	unsigned char *first = writer->bytes + writer->strings;
	unsigned char *last = writer->bytes + writer->size;

	while (first < last) {
		unsigned char byte = *--last;

		*last = *first;
		*first++ = byte;
	}
	memmove(writer->bytes + writer->at, writer->bytes + writer->strings,
		writer->size - writer->strings);
}

enum nv2_status nv2_fdt_write_finish(struct nv2_fdt_writer *writer, uint32_t boot_cpu, size_t *size)
{
	size_t names = writer->size - writer->strings;
	unsigned char *header = writer->bytes;

	put_tag(writer, TAG_END);
	if (writer->status)
		return writer->status;
	settle_names(writer);
	*size = writer->at + names;
	nv2_put_be32(header, MAGIC);
	nv2_put_be32(header + 4, (uint32_t)*size);
	nv2_put_be32(header + 8, (uint32_t)writer->structure);
	nv2_put_be32(header + 12, (uint32_t)writer->at);
	nv2_put_be32(header + 16, HEADER_SIZE);
	nv2_put_be32(header + 20, 17); /* version, */
	nv2_put_be32(header + 24, 16); /* and the oldest that it can be read as */
	nv2_put_be32(header + 28, boot_cpu);
	nv2_put_be32(header + 32, (uint32_t)names);
	nv2_put_be32(header + 36, (uint32_t)(writer->at - writer->structure));
	return NV2_OK;
}
