/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LANG_WIDE_H
#define NV2_LANG_WIDE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The numbers of expressions: sign and 64 bits of magnitude, so that both
 * 0x8000000009010c3f and -1 exist while a value is worked out.
 */
struct wide {
	uint64_t magnitude;
	bool negative; /* never with magnitude 0 */
};

enum wide_error {
	WIDE_OK,
	WIDE_OVERFLOW,
	WIDE_DIVIDE_BY_ZERO,
	WIDE_NEGATIVE_BITS, /* a bit operator or a shift on a negative number */
	WIDE_ERRORS
};

enum wide_operator {
	WIDE_ADD, WIDE_SUB, WIDE_MUL, WIDE_DIV, WIDE_MOD,
	WIDE_SHL, WIDE_SHR, WIDE_AND, WIDE_OR, WIDE_XOR,
	WIDE_LT, WIDE_GT, WIDE_LE, WIDE_GE, WIDE_EQ, WIDE_NE,
	WIDE_OPERATORS
};

struct wide wide_from(uint64_t value);
enum wide_error wide_binary(enum wide_operator op, struct wide a, struct wide b,
			    struct wide *result);
struct wide wide_negate(struct wide a);
/* ~a in 64 bits, as dtc has it. */
enum wide_error wide_complement(struct wide a, struct wide *result);
bool wide_true(struct wide a);

#endif
