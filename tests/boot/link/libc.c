/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the place of a C library: the five functions that libnv2boot needs, as a firmware has them.
 * Never more than these: whatever else is needed does not link.
 */
#include "blob/freestanding.h"

void *memcpy(void *to, const void *from, size_t len)
{
	return memmove(to, from, len);
}

void *memmove(void *to, const void *from, size_t len)
{
	unsigned char *target = (unsigned char *)to;
	const unsigned char *source = (const unsigned char *)from;

	if (target < source)
		for (size_t i = 0; i < len; i++)
			target[i] = source[i];
	else
		while (len--)
			target[len] = source[len];
	return to;
}

void *memset(void *at, int byte, size_t len)
{
	unsigned char *target = (unsigned char *)at;

	while (len--)
		*target++ = (unsigned char)byte;
	return at;
}

int memcmp(const void *a, const void *b, size_t len)
{
	const unsigned char *left = (const unsigned char *)a, *right = (const unsigned char *)b;

	for (; len--; left++, right++)
		if (*left != *right)
			return *left - *right;
	return 0;
}

size_t strlen(const char *text)
{
	size_t len = 0;

	while (text[len])
		len++;
	return len;
}
