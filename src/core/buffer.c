/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes bytes, gives one contiguous run of them. Never shrinks.
 */
#include "core/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buffer_free(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct buffer){0};
}

static void reserve(struct buffer *buffer, size_t count)
{
	size_t need, capacity = buffer->capacity ? buffer->capacity : 256;

	if (count > SIZE_MAX / 2 - buffer->len - 1)
		out_of_memory();
	need = buffer->len + count + 1;
	if (need <= buffer->capacity)
		return;
	while (capacity < need)
		capacity *= 2;
	buffer->data = checked_realloc(buffer->data, capacity);
	buffer->capacity = capacity;
}

char *buffer_extend(struct buffer *buffer, size_t count)
{
	char *start;

	reserve(buffer, count);
	start = buffer->data + buffer->len;
	memset(start, 0, count + 1);
	buffer->len += count;
	return start;
}

void buffer_add(struct buffer *buffer, const void *bytes, size_t len)
{
	reserve(buffer, len);
	if (len)
		memcpy(buffer->data + buffer->len, bytes, len);
	buffer->len += len;
	buffer->data[buffer->len] = '\0';
}

void buffer_add_string(struct buffer *buffer, const char *text)
{
	buffer_add(buffer, text, strlen(text));
}

void buffer_add_repeated(struct buffer *buffer, char byte, size_t count)
{
	memset(buffer_extend(buffer, count), byte, count);
}

void buffer_add_be32(struct buffer *buffer, uint32_t value)
{
	put_be32(buffer_extend(buffer, 4), value);
}

void buffer_add_be64(struct buffer *buffer, uint64_t value)
{
	buffer_add_be32(buffer, (uint32_t)(value >> 32));
	buffer_add_be32(buffer, (uint32_t)value);
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		out_of_memory();
	reserve(buffer, (size_t)len);
	va_start(args, format);
	vsnprintf(buffer->data + buffer->len, (size_t)len + 1, format, args);
	va_end(args);
	buffer->len += (size_t)len;
}
