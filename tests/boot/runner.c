/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a directory of fixtures, gives TAP: one line for each case of each table. Never needs more
 * than libc, so that the same cases run on other processors under an emulator.
 */
#include "case.h"

#include <errno.h>
#include <stdlib.h>

unsigned case_failures;

static const struct table {
	const struct test_case *cases;
	const size_t *count;
} tables[] = {
	{blob_cases, &blob_case_count},           {selector_cases, &selector_case_count},
	{bundle_cases, &bundle_case_count},       {overlay_cases, &overlay_case_count},
	{fdt_write_cases, &fdt_write_case_count}, {bind_cases, &bind_case_count},
	{apply_cases, &apply_case_count},         {presence_cases, &presence_case_count},
	{trust_cases, &trust_case_count},         {program_cases, &program_case_count},
	{owner_cases, &owner_case_count},         {npu2_cases, &npu2_case_count},
};

#define TABLES (sizeof(tables) / sizeof(tables[0]))

/* --- fixtures ---------------------------------------------------------------- */

#define FIXTURES_MAX 64

static struct {
	const char *directory;
	size_t count;
	struct {
		char name[64];
		struct fixture fixture;
	} loaded[FIXTURES_MAX];
} fixtures;

static void bail_out(const char *what, const char *name)
{
	printf("Bail out! %s %s/%s: %s\n", what, fixtures.directory, name, strerror(errno));
	exit(1);
}

static long size_of(FILE *file)
{
	long size;

	if (fseek(file, 0, SEEK_END))
		return -1;
	size = ftell(file);
	return fseek(file, 0, SEEK_SET) ? -1 : size;
}

/* In a block of exactly its size: AddressSanitizer sees any byte that is read behind it. */
static struct fixture load(const char *name)
{
	struct fixture fixture = {0};
	char path[4096];
	unsigned char *bytes;
	FILE *file;
	long size;

	if (snprintf(path, sizeof(path), "%s/%s", fixtures.directory, name) >= (int)sizeof(path))
		bail_out("the path is too long of", name);
	file = fopen(path, "rb");
	if (!file)
		bail_out("cannot open", name);
	size = size_of(file);
	if (size < 0)
		bail_out("cannot seek in", name);
	fixture.size = (size_t)size;
	bytes = malloc(fixture.size ? fixture.size : 1);
	if (!bytes || fread(bytes, 1, fixture.size, file) != fixture.size)
		bail_out("cannot read", name);
	fclose(file);
	fixture.bytes = bytes;
	return fixture;
}

struct fixture fixture(const char *name)
{
	size_t i;

	for (i = 0; i < fixtures.count; i++)
		if (!strcmp(fixtures.loaded[i].name, name))
			return fixtures.loaded[i].fixture;
	if (i == FIXTURES_MAX || strlen(name) >= sizeof(fixtures.loaded[i].name))
		bail_out("there is no room for", name);
	memcpy(fixtures.loaded[i].name, name, strlen(name) + 1);
	fixtures.loaded[i].fixture = load(name);
	fixtures.count++;
	return fixtures.loaded[i].fixture;
}

static void free_fixtures(void)
{
	for (size_t i = 0; i < fixtures.count; i++)
		free((void *)(uintptr_t)fixtures.loaded[i].fixture.bytes);
}

/* --- cases ------------------------------------------------------------------- */

/* Lines are whole even where a case takes the process with it. */
static bool run_case(size_t number, const struct test_case *test)
{
	case_failures = 0;
	test->run();
	printf("%sok %zu - %s\n", case_failures ? "not " : "", number, test->name);
	fflush(stdout);
	return !case_failures;
}

int main(int argc, char **argv)
{
	size_t number = 0, failed = 0, total = 0;

	if (argc < 2) {
		fprintf(stderr, "Usage: runner FIXTURES [CASE]\n");
		return 2;
	}
	fixtures.directory = argv[1];
	for (size_t i = 0; i < TABLES; i++)
		for (size_t j = 0; j < *tables[i].count; j++)
			total += argc < 3 || !strcmp(tables[i].cases[j].name, argv[2]);
	printf("1..%zu\n", total);
	fflush(stdout);
	for (size_t i = 0; i < TABLES; i++) {
		for (size_t j = 0; j < *tables[i].count; j++) {
			const struct test_case *test = &tables[i].cases[j];

			if (argc < 3 || !strcmp(test->name, argv[2]))
				failed += !run_case(++number, test);
		}
	}
	free_fixtures();
	return failed || !number;
}
