/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TEST_CASE_H
#define NV2_TEST_CASE_H

/*
 * Test cases that need nothing but libc, so that the same ones run hosted and,
 * linked statically, under qemu-user for other processors. They print TAP.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct test_case {
	const char *name;
	void (*run)(void);
};

#define CASE(function)                                                                             \
	{                                                                                          \
#function, function                                                                \
	}

/* Of the case that runs: how many checks did not hold. */
extern unsigned case_failures;

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			case_failures++;                                                           \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #condition);                   \
		}                                                                                  \
	} while (0)

#define CHECK_U64(got, wanted)                                                                     \
	do {                                                                                       \
		uint64_t check_got = (uint64_t)(got), check_wanted = (uint64_t)(wanted);           \
		if (check_got != check_wanted) {                                                   \
			case_failures++;                                                           \
			printf("# %s:%d: %s is 0x%llx, not 0x%llx\n", __FILE__, __LINE__, #got,    \
			       (unsigned long long)check_got, (unsigned long long)check_wanted);   \
		}                                                                                  \
	} while (0)

#define CHECK_TEXT(got, wanted)                                                                    \
	do {                                                                                       \
		const char *check_got = (got), *check_wanted = (wanted);                           \
		if (!check_got || strcmp(check_got, check_wanted) != 0) {                          \
			case_failures++;                                                           \
			printf("# %s:%d: %s is \"%s\", not \"%s\"\n", __FILE__, __LINE__, #got,    \
			       check_got ? check_got : "NULL", check_wanted);                      \
		}                                                                                  \
	} while (0)

/* One table per file of cases; main() runs all of them. */
extern const struct test_case blob_cases[], selector_cases[], bundle_cases[], overlay_cases[],
	fdt_write_cases[], bind_cases[], apply_cases[], presence_cases[], trust_cases[],
	program_cases[], owner_cases[], npu2_cases[];
extern const size_t blob_case_count, selector_case_count, bundle_case_count, overlay_case_count,
	fdt_write_case_count, bind_case_count, apply_case_count, presence_case_count,
	trust_case_count, program_case_count, owner_case_count, npu2_case_count;

/* A file that the script made before: "redbud.nv2b", "redbud.dtb", …. Whole; the run keeps it. */
struct fixture {
	const unsigned char *bytes;
	size_t size;
};
struct fixture fixture(const char *name);

#endif
