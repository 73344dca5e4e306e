/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TESTS_UNIT_H
#define NV2_TESTS_UNIT_H

#include <check.h>
#include <stdint.h>
#include <stdlib.h>

/* What every unit test program needs: a runner that speaks TAP, and chance that can be repeated. */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* For loops of many turns: Check writes a note to the runner for each of its own assertions. */
#define EXPECT(condition, ...)                                                                     \
	do {                                                                                       \
		if (!(condition))                                                                  \
			ck_abort_msg(__VA_ARGS__);                                                 \
	} while (0)

/* A huge allocation is to fail under AddressSanitizer as it does without. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static inline TCase *add_case(Suite *suite, const char *name, void (*setup)(void),
			      void (*teardown)(void))
{
	TCase *cases = tcase_create(name);

	if (setup)
		tcase_add_checked_fixture(cases, setup, teardown);
	tcase_set_timeout(cases, 120);
	suite_add_tcase(suite, cases);
	return cases;
}

/* Runs it with TAP on standard output, and gives what main() returns. */
static inline int run_suite(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SplitMix64: the same sequence on every machine. */
static inline uint64_t next_random(uint64_t *state)
{
	uint64_t word = *state += 0x9e3779b97f4a7c15u;

	word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9u;
	word = (word ^ word >> 27) * 0x94d049bb133111ebu;
	return word ^ word >> 31;
}

static inline unsigned random_below(uint64_t *state, unsigned limit)
{
	return (unsigned)(next_random(state) % limit);
}

#endif
