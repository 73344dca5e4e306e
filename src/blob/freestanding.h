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

/*
 * Big-endian numbers, at any alignment. Always inline: on processors that load any address it is
 * two instructions, less than a call, which compilers that count bytes do not see by themselves.
 */
static inline __attribute__((always_inline)) uint32_t nv2_get_be32(const void *at)
{
	const unsigned char *byte = (const unsigned char *)at;

	return (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 | byte[3];
}

static inline uint64_t nv2_get_be64(const void *at)
{
	return (uint64_t)nv2_get_be32(at) << 32 | nv2_get_be32((const unsigned char *)at + 4);
}

/* Of the four bytes one by one, no compiler makes a single store. */
static inline void nv2_put_be32(void *at, uint32_t value)
{
	if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
		value = __builtin_bswap32(value);
	__builtin_memcpy(at, &value, sizeof(value));
}

#endif
