/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TEST_MAKER_H
#define NV2_TEST_MAKER_H

#include <stddef.h>
#include <stdint.h>

/*
 * Flattened device trees, word by word: also such as nobody would write. It is
 * no part of the library, so that it cannot be wrong in the same way.
 */
#define MAKER_SIZE 65536u

struct maker {
	unsigned char bytes[MAKER_SIZE];
	size_t size, structure, reservations;
	char strings[512];
	size_t strings_size;
};

enum { MAKE_BEGIN = 1, MAKE_END_NODE = 2, MAKE_PROPERTY = 3, MAKE_NOP = 4, MAKE_END = 9 };

/* `gap` bytes between the header and the reservation map, which is empty. */
void make_begin(struct maker *maker, size_t gap);
void make_word(struct maker *maker, uint32_t word);
/* Its NUL, and zeros to the next word. */
void make_name(struct maker *maker, const char *name);
void make_node(struct maker *maker, const char *name);
void make_end_node(struct maker *maker);
void make_property(struct maker *maker, const char *name, const void *value, size_t len);
void make_u32(struct maker *maker, const char *name, uint32_t value);
void make_text(struct maker *maker, const char *name, const char *text);
/* The offset of a name in the strings, where it is put if it is not there. */
uint32_t make_string(struct maker *maker, const char *name);
/* The last tag if `end`, the strings, the header: version 17. */
void make_finish(struct maker *maker, int end);

/* Big-endian words anywhere. */
void put_u32(unsigned char *at, uint32_t value);
uint32_t get_u32(const unsigned char *at);

#endif
