/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes nodes and properties one by one, gives a flattened device tree. Never looks whether they
 * make sense.
 */
#include "maker.h"

#include <stdlib.h>
#include <string.h>

#define HEADER 40

void put_u32(unsigned char *at, uint32_t value)
{
	at[0] = (unsigned char)(value >> 24);
	at[1] = (unsigned char)(value >> 16);
	at[2] = (unsigned char)(value >> 8);
	at[3] = (unsigned char)value;
}

uint32_t get_u32(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void add(struct maker *maker, const void *bytes, size_t len)
{
	if (len > MAKER_SIZE - maker->size - 8)
		abort();
	if (len)
		memcpy(maker->bytes + maker->size, bytes, len);
	maker->size += len;
}

static void align(struct maker *maker)
{
	while (maker->size % 4)
		maker->bytes[maker->size++] = 0;
}

void make_begin(struct maker *maker, size_t gap)
{
	memset(maker, 0, sizeof(*maker));
	maker->reservations = HEADER + gap;
	maker->structure = maker->reservations + 16;
	maker->size = maker->structure;
}

void make_word(struct maker *maker, uint32_t word)
{
	unsigned char bytes[4];

	put_u32(bytes, word);
	add(maker, bytes, sizeof(bytes));
}

void make_name(struct maker *maker, const char *name)
{
	add(maker, name, strlen(name) + 1);
	align(maker);
}

void make_node(struct maker *maker, const char *name)
{
	make_word(maker, MAKE_BEGIN);
	make_name(maker, name);
}

void make_end_node(struct maker *maker)
{
	make_word(maker, MAKE_END_NODE);
}

uint32_t make_string(struct maker *maker, const char *name)
{
	size_t len = strlen(name) + 1;

	for (size_t at = 0; at < maker->strings_size; at += strlen(maker->strings + at) + 1)
		if (!strcmp(maker->strings + at, name))
			return (uint32_t)at;
	if (len > sizeof(maker->strings) - maker->strings_size)
		abort();
	memcpy(maker->strings + maker->strings_size, name, len);
	maker->strings_size += len;
	return (uint32_t)(maker->strings_size - len);
}

void make_property(struct maker *maker, const char *name, const void *value, size_t len)
{
	make_word(maker, MAKE_PROPERTY);
	make_word(maker, (uint32_t)len);
	make_word(maker, make_string(maker, name));
	add(maker, value, len);
	align(maker);
}

void make_u32(struct maker *maker, const char *name, uint32_t value)
{
	unsigned char bytes[4];

	put_u32(bytes, value);
	make_property(maker, name, bytes, sizeof(bytes));
}

void make_text(struct maker *maker, const char *name, const char *text)
{
	make_property(maker, name, text, strlen(text) + 1);
}

void make_finish(struct maker *maker, int end)
{
	size_t structure_end, strings;

	if (end)
		make_word(maker, MAKE_END);
	structure_end = maker->size;
	strings = maker->size;
	add(maker, maker->strings, maker->strings_size);
	put_u32(maker->bytes, 0xd00dfeed);
	put_u32(maker->bytes + 4, (uint32_t)maker->size);
	put_u32(maker->bytes + 8, (uint32_t)maker->structure);
	put_u32(maker->bytes + 12, (uint32_t)strings);
	put_u32(maker->bytes + 16, (uint32_t)maker->reservations);
	put_u32(maker->bytes + 20, 17);
	put_u32(maker->bytes + 24, 16);
	put_u32(maker->bytes + 32, (uint32_t)maker->strings_size);
	put_u32(maker->bytes + 36, (uint32_t)(structure_end - maker->structure));
}
