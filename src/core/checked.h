/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_CORE_CHECKED_H
#define NV2_CORE_CHECKED_H

#include <stdbool.h>
#include <stdint.h>

/*
 * 64-bit arithmetic that says when the result does not fit. Each gives true
 * and sets *result, or gives false and leaves it alone.
 */
static inline bool checked_add(uint64_t a, uint64_t b, uint64_t *result)
{
	uint64_t sum = a + b;

	if (sum < a)
		return false;
	*result = sum;
	return true;
}

static inline bool checked_sub(uint64_t a, uint64_t b, uint64_t *result)
{
	if (b > a)
		return false;
	*result = a - b;
	return true;
}

static inline bool checked_mul(uint64_t a, uint64_t b, uint64_t *result)
{
	if (a && b > UINT64_MAX / a)
		return false;
	*result = a * b;
	return true;
}

static inline bool checked_shl(uint64_t a, uint64_t by, uint64_t *result)
{
	if (a && (by >= 64 || a > UINT64_MAX >> by))
		return false;
	*result = a ? a << by : 0;
	return true;
}

#endif
