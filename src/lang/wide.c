/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes two numbers and an operator, gives the exact result or says why there
 * is none. Never wraps.
 */
#include "lang/wide.h"

#include "core/checked.h"

struct wide wide_from(uint64_t value)
{
	return (struct wide){.magnitude = value};
}

static struct wide signed_wide(uint64_t magnitude, bool negative)
{
	return (struct wide){.magnitude = magnitude, .negative = negative && magnitude};
}

struct wide wide_negate(struct wide a)
{
	return signed_wide(a.magnitude, !a.negative);
}

bool wide_true(struct wide a)
{
	return a.magnitude != 0;
}

enum wide_error wide_complement(struct wide a, struct wide *result)
{
	if (a.negative)
		return WIDE_NEGATIVE_BITS;
	*result = wide_from(~a.magnitude);
	return WIDE_OK;
}

static enum wide_error add(struct wide a, struct wide b, struct wide *result)
{
	uint64_t magnitude;

	if (a.negative == b.negative) {
		if (!checked_add(a.magnitude, b.magnitude, &magnitude))
			return WIDE_OVERFLOW;
		*result = signed_wide(magnitude, a.negative);
	} else if (a.magnitude >= b.magnitude) {
		*result = signed_wide(a.magnitude - b.magnitude, a.negative);
	} else {
		*result = signed_wide(b.magnitude - a.magnitude, b.negative);
	}
	return WIDE_OK;
}

static int compare(struct wide a, struct wide b)
{
	int order = a.magnitude < b.magnitude ? -1 : a.magnitude > b.magnitude;

	if (a.negative != b.negative)
		return a.negative ? -1 : 1;
	return a.negative ? -order : order;
}

static enum wide_error bits(enum wide_operator op, struct wide a, struct wide b,
			    struct wide *result)
{
	uint64_t value;

	if (a.negative || b.negative)
		return WIDE_NEGATIVE_BITS;
	switch (op) {
	case WIDE_SHL:
		if (!checked_shl(a.magnitude, b.magnitude, &value))
			return WIDE_OVERFLOW;
		break;
	case WIDE_SHR:
		value = b.magnitude < 64 ? a.magnitude >> b.magnitude : 0;
		break;
	case WIDE_AND:
		value = a.magnitude & b.magnitude;
		break;
	case WIDE_OR:
		value = a.magnitude | b.magnitude;
		break;
	default:
		value = a.magnitude ^ b.magnitude;
		break;
	}
	*result = wide_from(value);
	return WIDE_OK;
}

/* C's rule: the quotient is cut towards zero, the remainder has the dividend's sign. */
static enum wide_error divide(enum wide_operator op, struct wide a, struct wide b,
			      struct wide *result)
{
	if (!b.magnitude)
		return WIDE_DIVIDE_BY_ZERO;
	if (op == WIDE_DIV)
		*result = signed_wide(a.magnitude / b.magnitude, a.negative != b.negative);
	else
		*result = signed_wide(a.magnitude % b.magnitude, a.negative);
	return WIDE_OK;
}

enum wide_error wide_binary(enum wide_operator op, struct wide a, struct wide b,
			    struct wide *result)
{
	uint64_t magnitude;

	switch (op) {
	case WIDE_ADD:
		return add(a, b, result);
	case WIDE_SUB:
		return add(a, wide_negate(b), result);
	case WIDE_MUL:
		if (!checked_mul(a.magnitude, b.magnitude, &magnitude))
			return WIDE_OVERFLOW;
		*result = signed_wide(magnitude, a.negative != b.negative);
		return WIDE_OK;
	case WIDE_DIV:
	case WIDE_MOD:
		return divide(op, a, b, result);
	case WIDE_LT:
		*result = wide_from(compare(a, b) < 0);
		return WIDE_OK;
	case WIDE_GT:
		*result = wide_from(compare(a, b) > 0);
		return WIDE_OK;
	case WIDE_LE:
		*result = wide_from(compare(a, b) <= 0);
		return WIDE_OK;
	case WIDE_GE:
		*result = wide_from(compare(a, b) >= 0);
		return WIDE_OK;
	case WIDE_EQ:
		*result = wide_from(compare(a, b) == 0);
		return WIDE_OK;
	case WIDE_NE:
		*result = wide_from(compare(a, b) != 0);
		return WIDE_OK;
	default:
		return bits(op, a, b, result);
	}
}
