/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_BLOB_FREESTANDING_H
#define NV2_BLOB_FREESTANDING_H

#include <stddef.h>
#include <stdint.h>

/* All that this room takes from outside. Firmware has these five, but not always <string.h>. */
void *memcpy(void *to, const void *from, size_t len);
void *memmove(void *to, const void *from, size_t len);
void *memset(void *at, int byte, size_t len);
int memcmp(const void *a, const void *b, size_t len);
size_t strlen(const char *text);

/* Big-endian numbers, at any alignment. */
static inline uint32_t nv2_get_be32(const void *at)
{
	const unsigned char *byte = (const unsigned char *)at;

	return (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 | byte[3];
}

static inline uint64_t nv2_get_be64(const void *at)
{
	return (uint64_t)nv2_get_be32(at) << 32 | nv2_get_be32((const unsigned char *)at + 4);
}

static inline void nv2_put_be32(void *at, uint32_t value)
{
	unsigned char *byte = (unsigned char *)at;

	byte[0] = (unsigned char)(value >> 24);
	byte[1] = (unsigned char)(value >> 16);
	byte[2] = (unsigned char)(value >> 8);
	byte[3] = (unsigned char)value;
}

#endif
