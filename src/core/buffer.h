/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_CORE_BUFFER_H
#define NV2_CORE_BUFFER_H

#include <stddef.h>
#include <stdint.h>

#include "core/memory.h"

/*
 * A growing run of bytes, always with a NUL behind it that does not count.
 * A zeroed struct is an empty buffer; buffer_free() gives its memory back.
 */
struct buffer {
	char *data;
	size_t len, capacity;
};

void buffer_free(struct buffer *buffer);
/* `count` zeroed bytes at the end; the pointer is stale after the next call. */
char *buffer_extend(struct buffer *buffer, size_t count);
void buffer_add(struct buffer *buffer, const void *bytes, size_t len);
void buffer_add_string(struct buffer *buffer, const char *text);
void buffer_add_repeated(struct buffer *buffer, char byte, size_t count);
void buffer_add_be32(struct buffer *buffer, uint32_t value);
void buffer_add_be64(struct buffer *buffer, uint64_t value);
void buffer_printf(struct buffer *buffer, const char *format, ...) FORMAT_PRINTF(2, 3);

static inline void put_be32(void *at, uint32_t value)
{
	unsigned char *byte = at;

	byte[0] = (unsigned char)(value >> 24);
	byte[1] = (unsigned char)(value >> 16);
	byte[2] = (unsigned char)(value >> 8);
	byte[3] = (unsigned char)value;
}

static inline uint32_t get_be32(const void *at)
{
	const unsigned char *byte = at;

	return (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 | byte[3];
}

static inline uint64_t get_be64(const void *at)
{
	return (uint64_t)get_be32(at) << 32 | get_be32((const unsigned char *)at + 4);
}

#endif
