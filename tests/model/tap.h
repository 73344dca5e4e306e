/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TEST_MODEL_TAP_H
#define NV2_TEST_MODEL_TAP_H

#include <stdbool.h>
#include <stdint.h>

#include "drive.h"

/* A test's output, and what all tests of this directory share. */
struct tap {
	unsigned count, failed;
	const char *directory; /* of the fixtures */
};

__attribute__((format(printf, 3, 4))) bool tap_ok(struct tap *tap, bool good, const char *format,
						  ...);
__attribute__((format(printf, 1, 2))) void tap_comment(const char *format, ...);
/* The first lines of a text as comments. */
void tap_lines(const char *text);

/* cases.c: ordinary scenarios and each misbehaviour by itself. */
void run_cases(struct tap *tap);

#endif
