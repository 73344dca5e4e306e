/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes nothing but a directory for temporary files, checks what all rooms
 * stand on: memory, strings, arithmetic, places in texts, files written whole.
 */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/arena.h"
#include "core/buffer.h"
#include "core/checked.h"
#include "core/intern.h"
#include "core/output.h"
#include "core/source.h"
#include "core/table.h"
#include "unit.h"

/*
 * The two calls that a commit depends on, as the programs here get them: the
 * library's, but for the one that a test wants to fail.
 */
static unsigned renames, links;
static unsigned failing_rename, failing_links_from;
static int call_error;

int rename(const char *old, const char *new)
{
	if (++renames == failing_rename) {
		errno = call_error;
		return -1;
	}
	return renameat(AT_FDCWD, old, AT_FDCWD, new);
}

int link(const char *old, const char *new)
{
	/* What is not there is not there on any file system. */
	if (failing_links_from && !access(old, F_OK) && ++links >= failing_links_from) {
		errno = call_error;
		return -1;
	}
	return linkat(AT_FDCWD, old, AT_FDCWD, new, 0);
}

static struct arena *arena;
static char directory[64];

static void setup(void)
{
	arena = arena_new();
}

static void teardown(void)
{
	arena_free(arena);
}

static char *in_directory(const char *name)
{
	return arena_printf(arena, "%s/%s", directory, name);
}

/* Removes a directory with what is in it, one level of directories down. */
static void remove_directory(const char *path)
{
	DIR *stream = opendir(path);
	const struct dirent *entry;

	while (stream && (entry = readdir(stream))) {
		char *name = arena_printf(arena, "%s/%s", path, entry->d_name);

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (unlink(name))
			remove_directory(name);
	}
	if (stream)
		closedir(stream);
	rmdir(path);
}

static void setup_directory(void)
{
	const char *parent = getenv("TMPDIR");

	setup();
	snprintf(directory, sizeof(directory), "%.40s/nv2-unit-XXXXXX", parent ? parent : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(directory));
}

static void teardown_directory(void)
{
	remove_directory(directory);
	teardown();
}

/* ---- memory ---- */

START_TEST(gives_zeroed_and_aligned_blocks)
{
	size_t sizes[] = {0, 1, 7, 15, 16, 17, 4095, 65535, 65536, 65537, 3000000,
			  4 * 1024 * 1024, 5 * 1024 * 1024, 1, 100};
	unsigned char *blocks[COUNT(sizes)];

	for (size_t i = 0; i < COUNT(sizes); i++) {
		blocks[i] = arena_alloc(arena, sizes[i]);
		ck_assert_uint_eq((uintptr_t)blocks[i] % alignof(max_align_t), 0);
		for (size_t j = 0; j < sizes[i]; j++)
			EXPECT(!blocks[i][j], "block %zu is not zero at %zu", i, j);
		memset(blocks[i], (int)i + 1, sizes[i]);
	}
	/* None lies over another. */
	for (size_t i = 0; i < COUNT(sizes); i++)
		for (size_t j = 0; j < sizes[i]; j++)
			EXPECT(blocks[i][j] == i + 1, "block %zu was overwritten", i);
}
END_TEST

START_TEST(counts_what_it_gave)
{
	size_t before = arena_used(arena);

	arena_alloc(arena, 1000);
	ck_assert_uint_ge(arena_used(arena), before + 1000);
	ck_assert_uint_le(arena_used(arena), before + 1000 + alignof(max_align_t));
}
END_TEST

START_TEST(copies_text_and_bytes)
{
	const char bytes[] = {'a', '\0', 'b', 'c'};
	char *text = arena_strndup(arena, bytes, 3);
	size_t len = 100000;
	char *longer;

	ck_assert_mem_eq(text, "a\0b\0", 4);
	ck_assert_str_eq(arena_strndup(arena, "abc", 0), "");
	ck_assert_str_eq(arena_strndup(arena, NULL, 0), "");
	ck_assert_str_eq(arena_strdup(arena, "abc"), "abc");
	ck_assert_mem_eq(arena_memdup(arena, bytes, sizeof(bytes)), bytes, sizeof(bytes));
	ck_assert_ptr_nonnull(arena_memdup(arena, NULL, 0));
	ck_assert_str_eq(arena_printf(arena, "%s-%d", "x", -1), "x--1");
	ck_assert_str_eq(arena_printf(arena, "%s", ""), "");
	longer = arena_printf(arena, "%*d", (int)len, 7);
	ck_assert_uint_eq(strlen(longer), len);
	ck_assert_int_eq(longer[len - 1], '7');
}
END_TEST

struct pair {
	uint32_t number, zero;
};

START_TEST(grows_arrays)
{
	ARRAY(struct pair) array = {0};

	for (uint32_t i = 0; i < 100000; i++) {
		EXPECT(!ARRAY_PUSH(arena, &array)->zero, "item %u", i);
		array.items[i].number = i;
		array.items[i].zero = UINT32_MAX;
	}
	ck_assert_uint_eq(array.count, 100000);
	for (uint32_t i = 0; i < 100000; i++)
		EXPECT(array.items[i].number == i, "item %u", i);
}
END_TEST

START_TEST(frees_nothing)
{
	struct buffer buffer = {0};

	arena_free(NULL);
	intern_free(NULL);
	buffer_free(&buffer);
	buffer_add_string(&buffer, "x");
	buffer_free(&buffer);
	ck_assert_ptr_null(buffer.data);
	ck_assert_uint_eq(buffer.len + buffer.capacity, 0);
	buffer_free(&buffer);
}
END_TEST

static void want_all_memory(void)
{
	arena_alloc(arena, SIZE_MAX);
}

static void want_half_of_all_memory(void)
{
	arena_alloc(arena, SIZE_MAX / 2);
}

static void want_more_than_half(void)
{
	arena_alloc(arena, SIZE_MAX / 2 + 1);
}

static void want_endless_text(void)
{
	arena_strndup(arena, "", SIZE_MAX);
}

static void want_endless_array(void)
{
	size_t capacity = SIZE_MAX / 8;

	arena_grow(arena, NULL, 8, SIZE_MAX / 8, &capacity);
}

static void want_array_of_giants(void)
{
	size_t capacity = 0;

	arena_grow(arena, NULL, SIZE_MAX / 4, 0, &capacity);
}

static void want_endless_buffer(void)
{
	struct buffer buffer = {0};

	buffer_extend(&buffer, SIZE_MAX);
}

static void want_one_byte_too_many(void)
{
	struct buffer buffer = {0};

	buffer_add(&buffer, "x", 1);
	buffer_extend(&buffer, SIZE_MAX / 2 - 1);
}

static void want_huge_buffer(void)
{
	struct buffer buffer = {0};

	buffer_add_repeated(&buffer, 'x', SIZE_MAX / 2 - 1);
}

static void want_block(void)
{
	free(checked_malloc(SIZE_MAX));
}

static void want_larger_block(void)
{
	free(checked_realloc(NULL, SIZE_MAX));
}

static void (*const wishes[])(void) = {
	want_all_memory,    want_half_of_all_memory, want_more_than_half, want_endless_text,
	want_endless_array, want_array_of_giants,    want_endless_buffer, want_one_byte_too_many,
	want_huge_buffer,   want_block,              want_larger_block,
};

/* What cannot be had ends the program in the one way there is. */
START_TEST(ends_when_memory_runs_out)
{
	char text[256] = "";
	size_t len = 0;
	ssize_t got;
	int ends[2], status;
	pid_t child;

	ck_assert_int_eq(pipe(ends), 0);
	child = fork();
	if (!child) {
		dup2(ends[1], STDERR_FILENO);
		wishes[_i]();
		_exit(99);
	}
	close(ends[1]);
	while (len < sizeof(text) - 1 &&
	       (got = read(ends[0], text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)got;
	close(ends[0]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 3, "status %x", (unsigned)status);
	/* AddressSanitizer has something to say as well. */
	ck_assert_msg(strstr(text, "nv2dtc: out of memory\n") != NULL, "said: %s", text);
}
END_TEST

START_TEST(gives_memory_for_nothing)
{
	void *block = checked_malloc(0);

	ck_assert_ptr_nonnull(block);
	block = checked_realloc(block, 0);
	ck_assert_ptr_nonnull(block);
	free(block);
}
END_TEST

/* ---- strings ---- */

START_TEST(interns_equal_text_once)
{
	struct intern *strings = intern_new(arena);
	char text[] = "brick";
	const char *first = intern_string(strings, text);

	ck_assert_ptr_ne(first, text);
	text[0] = 'x';
	ck_assert_str_eq(first, "brick");
	ck_assert_ptr_eq(intern_string(strings, "brick"), first);
	ck_assert_ptr_eq(intern_bytes(strings, "bricks", 5), first);
	ck_assert_ptr_ne(intern_string(strings, "bricks"), first);
	ck_assert_ptr_ne(intern_string(strings, "bric"), first);
	ck_assert_str_eq(intern_bytes(strings, "bricks", 5), "brick");
	intern_free(strings);
	ck_assert_str_eq(first, "brick");
}
END_TEST

START_TEST(interns_nothing_and_nul)
{
	struct intern *strings = intern_new(arena);
	const char *empty = intern_string(strings, ""), *nul = intern_bytes(strings, "a\0b", 3);

	ck_assert_str_eq(empty, "");
	ck_assert_ptr_eq(intern_bytes(strings, NULL, 0), empty);
	ck_assert_ptr_ne(intern_bytes(strings, "", 1), empty);
	ck_assert_ptr_ne(intern_string(strings, "a"), nul);
	ck_assert_ptr_eq(intern_bytes(strings, "a\0b", 3), nul);
	ck_assert_ptr_ne(intern_bytes(strings, "a\0c", 3), nul);
	ck_assert_mem_eq(nul, "a\0b\0", 4);
	intern_free(strings);
}
END_TEST

/* Texts whose hashes (FNV-1a, 32 bits) are equal; of the last pairs one begins with the other. */
START_TEST(tells_equal_hashes_apart)
{
	static const char *const texts_of_one_hash[][2] = {
		{"costarring", "liquid"}, {"declinate", "macallums"}, {"altarage", "zinke"},
		{"GPU0qtJfRu", "GPU0"}, {"GPU0", "GPU0qtJfRu"},
	};

	for (size_t i = 0; i < COUNT(texts_of_one_hash); i++) {
		struct intern *strings = intern_new(arena);
		const char *a = intern_string(strings, texts_of_one_hash[i][0]);
		const char *b = intern_string(strings, texts_of_one_hash[i][1]);

		ck_assert_str_eq(a, texts_of_one_hash[i][0]);
		ck_assert_str_eq(b, texts_of_one_hash[i][1]);
		ck_assert_ptr_eq(intern_string(strings, texts_of_one_hash[i][0]), a);
		ck_assert_ptr_eq(intern_string(strings, texts_of_one_hash[i][1]), b);
		intern_free(strings);
	}
}
END_TEST

START_TEST(interns_very_many)
{
	enum { MANY = 100000 };
	const char **found = arena_alloc(arena, MANY * sizeof(*found));
	struct intern *strings = intern_new(arena);
	char text[32];

	for (unsigned i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text), "GPU%u", i);
		found[i] = intern_string(strings, text);
	}
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text), "GPU%u", i);
		EXPECT(!strcmp(found[i], text), "%s", text);
		EXPECT(intern_string(strings, text) == found[i], "%s", text);
	}
	intern_free(strings);
}
END_TEST

START_TEST(fills_buffers)
{
	struct buffer buffer = {0};

	buffer_add(&buffer, NULL, 0);
	ck_assert_uint_eq(buffer.len, 0);
	ck_assert_str_eq(buffer.data, "");
	buffer_add_string(&buffer, "ab");
	buffer_add(&buffer, "\0c", 2);
	buffer_add_repeated(&buffer, '-', 3);
	buffer_add_repeated(&buffer, '+', 0);
	buffer_printf(&buffer, "%s%u", "x", 42u);
	ck_assert_uint_eq(buffer.len, 10);
	ck_assert_mem_eq(buffer.data, "ab\0c---x42", 11);
	buffer_free(&buffer);
}
END_TEST

START_TEST(grows_buffers)
{
	struct buffer buffer = {0};
	char *zeros;

	for (unsigned i = 0; i < 70000; i++) {
		buffer_add(&buffer, (char[]){(char)i}, 1);
		EXPECT(!buffer.data[buffer.len], "behind byte %u", i);
	}
	for (unsigned i = 0; i < 70000; i++)
		EXPECT(buffer.data[i] == (char)i, "byte %u", i);
	zeros = buffer_extend(&buffer, 70000);
	for (unsigned i = 0; i <= 70000; i++)
		EXPECT(!zeros[i], "byte %u", i);
	ck_assert_uint_eq(buffer.len, 140000);
	/* zeros even where something was */
	buffer.len = 0;
	zeros = buffer_extend(&buffer, 70000);
	for (unsigned i = 0; i <= 70000; i++)
		EXPECT(!zeros[i], "byte %u", i);
	buffer.len = 0;
	buffer_printf(&buffer, "%*d", 300000, 1);
	ck_assert_uint_eq(buffer.len, 300000);
	ck_assert_int_eq(buffer.data[299999], '1');
	buffer_free(&buffer);
}
END_TEST

START_TEST(writes_big_endian)
{
	struct buffer buffer = {0};
	unsigned char at[5] = {0};

	buffer_add_be32(&buffer, 0x01234567);
	buffer_add_be64(&buffer, UINT64_C(0x89abcdeffedcba98));
	ck_assert_uint_eq(buffer.len, 12);
	ck_assert_mem_eq(buffer.data, "\x01\x23\x45\x67\x89\xab\xcd\xef\xfe\xdc\xba\x98", 12);
	ck_assert_uint_eq(get_be32(buffer.data), 0x01234567);
	ck_assert_uint_eq(get_be32(buffer.data + 1), 0x23456789);
	ck_assert_uint_eq(get_be64(buffer.data + 3), UINT64_C(0x6789abcdeffedcba));
	put_be32(at + 1, 0xfffefdfc);
	ck_assert_mem_eq(at, "\x00\xff\xfe\xfd\xfc", 5);
	buffer_free(&buffer);
}
END_TEST

/* ---- arithmetic ---- */

static const uint64_t edges[] = {
	0, 1, 2, 3, 7, 10, 31, 32, 33, 62, 63, 64, 65, 127, 128, 255, 256,
	0x7fffffff, 0x80000000, 0xffffffff, UINT64_C(0x100000000), UINT64_C(0x100000001),
	UINT64_C(0x5555555555555555), UINT64_C(0x5555555555555556), INT64_MAX - 1u, INT64_MAX,
	UINT64_C(0x8000000000000000), UINT64_C(0x8000000000000001), UINT64_MAX - 1, UINT64_MAX,
};

#define UNTOUCHED UINT64_C(0x0123456789abcdef)

static void expect_checked(const char *what, uint64_t a, uint64_t b, bool given, uint64_t result,
			   bool fits, unsigned __int128 exact)
{
	ck_assert_msg(given == fits, "%s of %llx and %llx: said %d", what, (unsigned long long)a,
		      (unsigned long long)b, given);
	ck_assert_msg(result == (fits ? (uint64_t)exact : UNTOUCHED), "%s of %llx and %llx: %llx",
		      what, (unsigned long long)a, (unsigned long long)b,
		      (unsigned long long)result);
}

START_TEST(computes_or_refuses)
{
	for (size_t i = 0; i < COUNT(edges); i++) {
		for (size_t j = 0; j < COUNT(edges); j++) {
			uint64_t a = edges[i], b = edges[j], result = UNTOUCHED;
			unsigned __int128 exact = (unsigned __int128)a + b;
			bool given = checked_add(a, b, &result);

			expect_checked("sum", a, b, given, result, exact <= UINT64_MAX, exact);
			result = UNTOUCHED;
			given = checked_sub(a, b, &result);
			expect_checked("difference", a, b, given, result, a >= b,
				       (unsigned __int128)a - b);
			result = UNTOUCHED;
			exact = (unsigned __int128)a * b;
			given = checked_mul(a, b, &result);
			expect_checked("product", a, b, given, result, exact <= UINT64_MAX, exact);
			result = UNTOUCHED;
			/* From 64 on only nothing shifted is still nothing. */
			exact = b < 64 ? (unsigned __int128)a << b : 0;
			given = checked_shl(a, b, &result);
			expect_checked("shift", a, b, given, result,
				       !a || (b < 64 && exact <= UINT64_MAX), exact);
		}
	}
}
END_TEST

/* ---- places ---- */

static struct sources *sources;

static void setup_sources(void)
{
	setup_directory();
	sources = sources_new(arena);
}

struct located {
	const char *text;
	uint32_t offset, len;
	uint32_t line, column, end_line, end_column;
	const char *line_text;
	size_t at;
};

/* An é has two bytes, a → three, a 😀 four; each is one column. */
static const struct located located[] = {
	{"abc\ndef\n", 0, 1, 1, 1, 1, 2, "abc", 0},
	{"abc\ndef\n", 0, 3, 1, 1, 1, 4, "abc", 0},
	{"abc\ndef\n", 2, 1, 1, 3, 1, 4, "abc", 2},
	{"abc\ndef\n", 3, 1, 1, 4, 1, 5, "abc", 3},
	{"abc\ndef\n", 4, 3, 2, 1, 2, 4, "def", 0},
	{"abc\ndef", 6, 1, 2, 3, 2, 4, "def", 2},
	{"abc\ndef", 1, 5, 1, 2, 2, 3, "abc", 1},
	{"\n\n\nx", 3, 1, 4, 1, 4, 2, "x", 0},
	{"\n\n\nx", 1, 1, 2, 1, 2, 2, "", 0},
	/* a tab is one column */
	{"\tx\ty", 1, 1, 1, 2, 1, 3, "\tx\ty", 1},
	{"\tx\ty", 3, 1, 1, 4, 1, 5, "\tx\ty", 3},
	/* so is a character of several bytes */
	{"é→😀x", 0, 2, 1, 1, 1, 2, "é→😀x", 0},
	{"é→😀x", 2, 3, 1, 2, 1, 3, "é→😀x", 2},
	{"é→😀x", 5, 4, 1, 3, 1, 4, "é→😀x", 5},
	{"é→😀x", 9, 1, 1, 4, 1, 5, "é→😀x", 9},
	{"é→😀x", 0, 9, 1, 1, 1, 4, "é→😀x", 0},
	{"é\n→😀", 3, 7, 2, 1, 2, 3, "→😀", 0},
	/* lines that end in CR LF */
	{"ab\r\ncd\r\n", 0, 2, 1, 1, 1, 3, "ab", 0},
	{"ab\r\ncd\r\n", 4, 2, 2, 1, 2, 3, "cd", 0},
	{"ab\r\ncd\r\n", 2, 1, 1, 3, 1, 4, "ab", 2},
	{"ab\r\ncd\r\n", 3, 1, 1, 4, 1, 5, "ab", 2},
	{"ab\r\n\r\ncd", 6, 1, 3, 1, 3, 2, "cd", 0},
	/* a CR alone ends no line */
	{"ab\rcd", 3, 1, 1, 4, 1, 5, "ab\rcd", 3},
};

START_TEST(finds_places)
{
	const struct located *want = &located[_i];
	struct source *source =
		source_from_text(sources, "a.nv2", want->text, strlen(want->text));
	struct span span = {source->id, want->offset, want->len};
	struct place place;

	ck_assert(source_place(sources, span, &place));
	ck_assert_str_eq(place.name, "a.nv2");
	ck_assert_uint_eq(place.line, want->line);
	ck_assert_uint_eq(place.column, want->column);
	ck_assert_uint_eq(place.end_line, want->end_line);
	ck_assert_uint_eq(place.end_column, want->end_column);
	ck_assert_uint_eq(place.line_len, strlen(want->line_text));
	ck_assert_mem_eq(place.line_text, want->line_text, place.line_len);
	ck_assert_uint_eq(place.at, want->at);
}
END_TEST

static void expect_end(const char *text, uint32_t offset, uint32_t len, uint32_t line,
		       uint32_t column)
{
	struct source *source = source_from_text(sources, "a.nv2", text, strlen(text));
	struct place place;

	ck_assert(source_place(sources, (struct span){source->id, offset, len}, &place));
	ck_assert_uint_eq(place.line, line);
	ck_assert_uint_eq(place.column, column);
	ck_assert_uint_le(place.at, place.line_len);
}

START_TEST(finds_the_end)
{
	expect_end("", 0, 0, 1, 1);
	expect_end("", 0, 1, 1, 1);
	expect_end("abc", 3, 0, 1, 4);
	expect_end("abc\n", 4, 0, 2, 1);
	expect_end("abc\r\n", 5, 0, 2, 1);
	expect_end("abc\ndé", 7, 0, 2, 3);
	/* what lies behind the end is the end */
	expect_end("abc\nde", 100, 5, 2, 3);
	expect_end("abc\nde", 5, UINT32_MAX, 2, 2);
	expect_end("abc\nde", UINT32_MAX, UINT32_MAX, 2, 3);
}
END_TEST

START_TEST(knows_no_other_files)
{
	struct place place;

	ck_assert(!source_place(sources, (struct span){0, 0, 1}, &place));
	ck_assert(!source_place(sources, (struct span){1, 0, 1}, &place));
	ck_assert_ptr_null(source_get(sources, 0));
	ck_assert_ptr_null(source_get(sources, 1));
	source_from_text(sources, "a", "x", 1);
	ck_assert_ptr_nonnull(source_get(sources, 1));
	ck_assert_ptr_null(source_get(sources, 2));
	ck_assert_ptr_null(source_get(sources, UINT32_MAX));
}
END_TEST

static void expect_marked(const struct source *source, uint32_t offset, const char *name,
			  uint32_t line, uint32_t column, const char *line_text)
{
	struct place place;

	ck_assert(source_place(sources, (struct span){source->id, offset, 1}, &place));
	ck_assert_str_eq(place.name, name);
	ck_assert_uint_eq(place.line, line);
	ck_assert_uint_eq(place.column, column);
	ck_assert_uint_eq(place.line_len, strlen(line_text));
	ck_assert_mem_eq(place.line_text, line_text, place.line_len);
}

START_TEST(follows_line_markers)
{
	static const char text[] = "first\n"         /* 0 */
				   "# 12 \"b.nv2i\"\n" /* 6 */
				   "twelve\n"        /* 20 */
				   "thirteen\n"      /* 27 */
				   "# 3 \"c\"\n"     /* 36 */
				   "three\n"         /* 44 */
				   "# 100\n"         /* 50 */
				   "hundred";        /* 56 */
	struct source *source = source_from_text(sources, "a.i", text, strlen(text));

	source_add_marker(sources, source, 20, 12, "b.nv2i");
	source_add_marker(sources, source, 44, 3, "c");
	source_add_marker(sources, source, 56, 100, NULL);
	expect_marked(source, 0, "a.i", 1, 1, "first");
	expect_marked(source, 10, "a.i", 2, 5, "# 12 \"b.nv2i\"");
	expect_marked(source, 20, "b.nv2i", 12, 1, "twelve");
	expect_marked(source, 29, "b.nv2i", 13, 3, "thirteen");
	expect_marked(source, 45, "c", 3, 2, "three");
	expect_marked(source, 62, "a.i", 100, 7, "hundred");
}
END_TEST

START_TEST(finds_lines_among_many)
{
	struct buffer text = {0};
	struct source *source;
	struct place place;

	for (unsigned i = 0; i < 100000; i++)
		buffer_printf(&text, "%05u\n", i);
	source = source_from_text(sources, "long", text.data, text.len);
	for (uint32_t i = 0; i < 100000; i += 997) {
		struct span span = {source->id, i * 6 + 2, 3};

		ck_assert(source_place(sources, span, &place));
		ck_assert_uint_eq(place.line, i + 1);
		ck_assert_uint_eq(place.column, 3);
		ck_assert_uint_eq(place.end_column, 6);
		ck_assert_uint_eq((unsigned long)strtoul(place.line_text, NULL, 10), i);
	}
	buffer_free(&text);
}
END_TEST

START_TEST(joins_and_compares_spans)
{
	struct span a = {1, 10, 5}, b = {1, 20, 3}, other = {2, 0, 1}, joined;

	joined = span_join(a, b);
	ck_assert(joined.file == 1 && joined.offset == 10 && joined.len == 13);
	joined = span_join(a, a);
	ck_assert(joined.file == 1 && joined.offset == 10 && joined.len == 5);
	/* what cannot be joined is the first */
	joined = span_join(b, a);
	ck_assert(joined.offset == 20 && joined.len == 3);
	joined = span_join(a, other);
	ck_assert(joined.file == 1 && joined.offset == 10 && joined.len == 5);

	ck_assert_int_lt(span_compare(a, b), 0);
	ck_assert_int_gt(span_compare(b, a), 0);
	ck_assert_int_lt(span_compare(b, other), 0);
	ck_assert_int_gt(span_compare(other, b), 0);
	ck_assert_int_eq(span_compare(a, (struct span){1, 10, 99}), 0);
	ck_assert_int_lt(span_compare((struct span){1, 0, 0}, (struct span){1, UINT32_MAX, 0}), 0);
}
END_TEST

static char *write_file(const char *name, const char *text, size_t len)
{
	char *path = in_directory(name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write_all(fd, text, len), 0);
	close(fd);
	return path;
}

START_TEST(reads_files_whole)
{
	static const size_t sizes[] = {0, 1, 4095, 4096, 4097, 100000};

	for (size_t i = 0; i < COUNT(sizes); i++) {
		char *text = arena_alloc(arena, sizes[i] + 1), *path;
		struct source *source;
		int error = 0;

		for (size_t j = 0; j < sizes[i]; j++)
			text[j] = (char)(j * 7);
		path = write_file("input", text, sizes[i]);
		source = source_read(sources, path, "as called", &error);
		ck_assert_ptr_nonnull(source);
		ck_assert_int_eq(error, 0);
		ck_assert_str_eq(source->name, "as called");
		ck_assert_str_eq(source->path, path);
		ck_assert_uint_eq(source->size, sizes[i]);
		ck_assert_mem_eq(source->text, text, sizes[i]);
		ck_assert_mem_eq(source->text + sizes[i], "\0\0", 2);
		ck_assert_uint_eq(source->id, i + 1);
		ck_assert_ptr_eq(source_get(sources, source->id), source);
	}
}
END_TEST

START_TEST(says_why_it_cannot_read)
{
	const char *path = write_file("file", "x", 1);
	int error = 0;

	ck_assert_ptr_null(source_read(sources, in_directory("missing"), "m", &error));
	ck_assert_int_eq(error, ENOENT);
	ck_assert_ptr_null(source_read(sources, directory, "d", &error));
	ck_assert_int_eq(error, EISDIR);
	ck_assert_ptr_null(source_read(sources, arena_printf(arena, "%s/x", path), "x", &error));
	ck_assert_int_eq(error, ENOTDIR);
	ck_assert_uint_eq(sources->files.count, 0);
	if (!truncate(path, (off_t)SOURCE_SIZE_MAX + 1)) {
		ck_assert_ptr_null(source_read(sources, path, "large", &error));
		ck_assert_int_eq(error, EFBIG);
	}
	ck_assert_uint_eq(sources->files.count, 0);
}
END_TEST

START_TEST(reads_what_has_no_size)
{
	int ends[2], error = 0, status;
	struct source *source;
	pid_t child;

	ck_assert_int_eq(pipe(ends), 0);
	child = fork();
	if (!child) {
		for (unsigned i = 0; i < 10000; i++)
			if (write(ends[1], "abcdefghijklmno\n", 16) != 16)
				_exit(1);
		_exit(0);
	}
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	source = source_read(sources, "-", "<stdin>", &error);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_ptr_nonnull(source);
	ck_assert_ptr_null(source->path);
	ck_assert_str_eq(source->name, "<stdin>");
	ck_assert_uint_eq(source->size, 160000);
	for (size_t i = 0; i < 160000; i += 16)
		EXPECT(!memcmp(source->text + i, "abcdefghijklmno\n", 16), "byte %zu", i);
	ck_assert_mem_eq(source->text + 160000, "\0\0", 2);
	/* Files of /proc claim to be empty. */
	source = source_read(sources, "/proc/self/status", "status", &error);
	if (source)
		ck_assert_uint_gt(source->size, 10);
}
END_TEST

/* ---- text ---- */

static size_t bad_byte(const void *bytes, size_t len)
{
	struct source source = {.text = (char *)(uintptr_t)bytes, .size = len};

	return source_find_bad_byte(&source);
}

static const struct {
	const char *bytes;
	size_t len, bad; /* bad == len: none is */
} texts[] = {
	{"", 0, 0},
	{"abc\n", 4, 4},
	{"\0", 1, 0},
	{"a\0b", 3, 1},
	{"\x01\x7f", 2, 2},
	{"\x80", 1, 0},
	{"a\xbf", 2, 1},
	{"\xc0\x80", 2, 0}, /* NUL in two bytes */
	{"\xc1\xbf", 2, 0},
	{"\xc2\x80", 2, 2},
	{"\xdf\xbf", 2, 2},
	{"\xe0\x9f\xbf", 3, 0},
	{"\xe0\xa0\x80", 3, 3},
	{"\xed\x9f\xbf", 3, 3},
	{"\xed\xa0\x80", 3, 0}, /* surrogates */
	{"\xed\xbf\xbf", 3, 0},
	{"\xee\x80\x80", 3, 3},
	{"\xef\xbf\xbf", 3, 3},
	{"\xf0\x8f\xbf\xbf", 4, 0},
	{"\xf0\x90\x80\x80", 4, 4},
	{"\xf4\x8f\xbf\xbf", 4, 4},
	{"\xf4\x90\x80\x80", 4, 0}, /* beyond U+10FFFF */
	{"\xf5\x80\x80\x80", 4, 0},
	{"\xf8\x88\x80\x80\x80", 5, 0},
	{"\xfe", 1, 0},
	{"\xff", 1, 0},
	/* cut off, or broken off */
	{"ab\xc3", 3, 2},
	{"ab\xe2\x82", 4, 2},
	{"ab\xf0\x9f\x98", 5, 2},
	{"\xc3" "a", 2, 0},
	{"\xe2\x82" "a", 3, 0},
	{"\xe2" "a\x82", 3, 0},
	{"\xf0\x9f\x98" "a", 4, 0},
	{"\xc3\xa9\xc3", 3, 2},
	{"\xc3\xa9\x80", 3, 2},
};

START_TEST(tells_text_from_bytes)
{
	ck_assert_uint_eq(bad_byte(texts[_i].bytes, texts[_i].len), texts[_i].bad);
}
END_TEST

static size_t encode(uint32_t c, unsigned char *out)
{
	if (c < 0x80) {
		out[0] = (unsigned char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (unsigned char)(0xc0 | c >> 6);
		out[1] = (unsigned char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (unsigned char)(0xe0 | c >> 12);
		out[1] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (unsigned char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (unsigned char)(0xf0 | c >> 18);
	out[1] = (unsigned char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (unsigned char)(0x80 | (c & 0x3f));
	return 4;
}

START_TEST(takes_every_code_point)
{
	for (uint32_t c = 0; c < 0x1fffff; c++) {
		bool good = c && c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff);
		unsigned char bytes[4];
		size_t len = encode(c, bytes);

		EXPECT(bad_byte(bytes, len) == (good ? len : 0), "U+%04X", c);
	}
}
END_TEST

START_TEST(judges_every_pair_of_bytes)
{
	for (unsigned pair = 0; pair < 0x10000; pair++) {
		unsigned char bytes[2] = {(unsigned char)(pair >> 8), (unsigned char)pair};
		size_t bad = 2;

		if (bytes[0] >= 0xc2 && bytes[0] <= 0xdf)
			bad = (bytes[1] & 0xc0) == 0x80 ? 2 : 0;
		else if (!bytes[0] || bytes[0] >= 0x80)
			bad = 0;
		else if (!bytes[1] || bytes[1] >= 0x80)
			bad = 1;
		EXPECT(bad_byte(bytes, 2) == bad, "%04x", pair);
	}
}
END_TEST

START_TEST(prints_tables)
{
	static const char *const heads[] = {"name", ">count", "what", NULL};
	struct table *table = table_new(arena, heads);
	struct buffer out = {0};

	table_print(table, &out);
	ck_assert_str_eq(out.data, "  name  count  what\n");
	out.len = 0;
	table_cell(table, "%s", "a");
	table_cell(table, "%d", 1);
	table_cell(table, "%s", "first");
	table_cell(table, "%s", "löng näme");
	table_cell(table, "%d", 1000000);
	table_cell(table, "%s", "");
	table_print(table, &out);
	ck_assert_str_eq(out.data, "  name         count  what\n"
				   "  a                1  first\n"
				   "  löng näme  1000000  \n");
	buffer_free(&out);
}
END_TEST

/* Columns that do not fit stand below, beside the first again; no cell is cut for it. */
START_TEST(breaks_tables)
{
	static const char *const heads[] = {"name", ">count", "what", NULL};
	struct table *table = table_new(arena, heads);
	struct buffer out = {0};

	table_cell(table, "ab");
	table_cell(table, "1");
	table_cell(table, "a longer one");
	table_print_within(table, 27, &out);
	ck_assert_str_eq(out.data, "  name  count  what\n"
				   "  ab        1  a longer one\n");
	out.len = 0;
	table_print_within(table, 26, &out);
	ck_assert_str_eq(out.data, "  name  count\n"
				   "  ab        1\n"
				   "\n"
				   "  name  what\n"
				   "  ab    a longer one\n");
	out.len = 0;
	table_print_within(table, 0, &out);
	ck_assert_str_eq(out.data, "  name  count\n"
				   "  ab        1\n"
				   "\n"
				   "  name  what\n"
				   "  ab    a longer one\n");
	buffer_free(&out);
}
END_TEST

/* ---- output ---- */

static struct output_set outputs;

static void setup_output(void)
{
	setup_directory();
	output_init(&outputs, arena);
	umask(022);
}

static void teardown_output(void)
{
	output_free(&outputs);
	teardown_directory();
}

static void add_output(const char *name, const char *text)
{
	struct buffer contents = {0};

	buffer_add_string(&contents, text);
	output_add(&outputs, in_directory(name), &contents);
	ck_assert_ptr_null(contents.data);
}

static void put_old(const char *name)
{
	write_file(name, "old", 3);
}

static void expect_file(const char *name, const char *text)
{
	struct sources *files = sources_new(arena);
	int error = 0;
	struct source *source = source_read(files, in_directory(name), name, &error);

	ck_assert_msg(source != NULL, "%s: %s", name, strerror(error));
	ck_assert_msg(!strcmp(source->text, text), "%s holds '%s', not '%s'", name, source->text,
		      text);
}

static void expect_entries(const char *path, unsigned wanted)
{
	DIR *stream = opendir(path);
	const struct dirent *entry;
	unsigned count = 0;

	ck_assert_ptr_nonnull(stream);
	while ((entry = readdir(stream)))
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(stream);
	ck_assert_msg(count == wanted, "%u files in %s, not %u", count, path, wanted);
}

static mode_t mode_of(const char *name)
{
	struct stat status;

	ck_assert_int_eq(stat(in_directory(name), &status), 0);
	return status.st_mode & 07777;
}

static ino_t inode_of(const char *name)
{
	struct stat status;

	ck_assert_int_eq(stat(in_directory(name), &status), 0);
	return status.st_ino;
}

START_TEST(writes_all)
{
	put_old("b");
	add_output("a", "A");
	add_output("b", "B");
	add_output("empty", "");
	ck_assert(output_commit(&outputs, directory));
	ck_assert_ptr_null(outputs.failed);
	expect_file("a", "A");
	expect_file("b", "B");
	expect_file("empty", "");
	expect_entries(directory, 3);
	ck_assert_str_eq(output_path(&outputs, 1), in_directory("b"));
	ck_assert_str_eq(output_contents(&outputs, 1)->data, "B");
}
END_TEST

START_TEST(writes_buffers_without_bytes)
{
	struct buffer nothing = {0};

	output_add(&outputs, in_directory("none"), &nothing);
	ck_assert(output_commit(&outputs, NULL));
	expect_file("none", "");
}
END_TEST

START_TEST(writes_large_files)
{
	struct buffer contents = {0};
	struct stat status;

	buffer_add_repeated(&contents, 'x', 5000000);
	output_add(&outputs, in_directory("large"), &contents);
	ck_assert(output_commit(&outputs, NULL));
	ck_assert_int_eq(stat(in_directory("large"), &status), 0);
	ck_assert_int_eq(status.st_size, 5000000);
}
END_TEST

START_TEST(makes_the_directory)
{
	add_output("new/a", "A");
	ck_assert(output_commit(&outputs, in_directory("new")));
	expect_file("new/a", "A");
	ck_assert_uint_eq(mode_of("new"), 0755);
}
END_TEST

START_TEST(makes_no_parents)
{
	add_output("x/y/a", "A");
	ck_assert(!output_commit(&outputs, in_directory("x/y")));
	ck_assert_int_eq(outputs.error, ENOENT);
	ck_assert_str_eq(outputs.failed, in_directory("x/y"));
	expect_entries(directory, 0);
}
END_TEST

static const struct {
	mode_t mask, mode;
} modes[] = {{0, 0666}, {022, 0644}, {077, 0600}, {027, 0640}, {0777, 0}};

/* New files are as public as any; what is replaced stays as it was. */
START_TEST(honours_umask)
{
	mode_t after;

	put_old("b");
	ck_assert_int_eq(chmod(in_directory("b"), 0604), 0);
	umask(modes[_i].mask);
	add_output("a", "A");
	add_output("b", "B");
	ck_assert(output_commit(&outputs, directory));
	after = umask(022);
	ck_assert_uint_eq(after, modes[_i].mask);
	ck_assert_uint_eq(mode_of("a"), modes[_i].mode);
	ck_assert_uint_eq(mode_of("b"), 0604);
}
END_TEST

START_TEST(follows_symbolic_links)
{
	struct stat status;

	ck_assert_int_eq(mkdir(in_directory("real"), 0755), 0);
	write_file("real/a", "old", 3);
	ck_assert_int_eq(symlink("real/a", in_directory("a")), 0);
	add_output("a", "A");
	ck_assert(output_commit(&outputs, directory));
	expect_file("real/a", "A");
	ck_assert_int_eq(lstat(in_directory("a"), &status), 0);
	ck_assert(S_ISLNK(status.st_mode));
	expect_entries(in_directory("real"), 1);
	expect_entries(directory, 2);
}
END_TEST

START_TEST(refuses_directories_in_the_way)
{
	put_old("a");
	ck_assert_int_eq(mkdir(in_directory("b"), 0755), 0);
	add_output("a", "A");
	add_output("b", "B");
	add_output("c", "C");
	ck_assert(!output_commit(&outputs, directory));
	ck_assert_int_eq(outputs.error, EISDIR);
	ck_assert_str_eq(outputs.failed, in_directory("b"));
	expect_file("a", "old");
	expect_entries(directory, 2);
	expect_entries(in_directory("b"), 0);
}
END_TEST

START_TEST(refuses_a_file_as_directory)
{
	put_old("dir");
	add_output("dir/a", "A");
	ck_assert(!output_commit(&outputs, in_directory("dir")));
	ck_assert_int_eq(outputs.error, ENOTDIR);
	expect_file("dir", "old");
	expect_entries(directory, 1);
}
END_TEST

START_TEST(takes_the_directory_back)
{
	add_output("new/a", "A");
	add_output("new/missing/b", "B");
	ck_assert(!output_commit(&outputs, in_directory("new")));
	ck_assert_int_eq(outputs.error, ENOENT);
	ck_assert_str_eq(outputs.failed, in_directory("new/missing/b"));
	expect_entries(directory, 0);
}
END_TEST

START_TEST(leaves_a_directory_that_was_there)
{
	ck_assert_int_eq(mkdir(in_directory("there"), 0755), 0);
	add_output("there/missing/b", "B");
	ck_assert(!output_commit(&outputs, in_directory("there")));
	expect_entries(directory, 1);
}
END_TEST

/* Three files, of which the first two exist; one rename fails. */
START_TEST(rolls_back)
{
	ino_t inode;

	put_old("a");
	put_old("b");
	inode = inode_of("a");
	add_output("a", "A");
	add_output("b", "B");
	add_output("c", "C");
	renames = 0;
	failing_rename = (unsigned)_i;
	call_error = EACCES;
	ck_assert(!output_commit(&outputs, directory));
	ck_assert_int_eq(outputs.error, EACCES);
	ck_assert_str_eq(outputs.failed, in_directory(_i == 1 ? "a" : _i == 2 ? "b" : "c"));
	expect_file("a", "old");
	expect_file("b", "old");
	expect_entries(directory, 2);
	/* It is the file that was there, not a copy. */
	ck_assert_uint_eq(inode_of("a"), inode);
}
END_TEST

START_TEST(rolls_back_what_was_not_there)
{
	put_old("b");
	add_output("a", "A");
	add_output("b", "B");
	renames = 0;
	failing_rename = 2;
	call_error = EIO;
	ck_assert(!output_commit(&outputs, directory));
	ck_assert_int_eq(outputs.error, EIO);
	expect_file("b", "old");
	expect_entries(directory, 1);
}
END_TEST

/* File systems like FAT have no hard links: EPERM, or EOPNOTSUPP, or EMLINK. */
static const int link_errors[] = {EPERM, EOPNOTSUPP, EMLINK};

static bool commit_with_failing_rename(unsigned which)
{
	output_init(&outputs, arena);
	add_output("a", "A");
	add_output("b", "B");
	links = renames = 0;
	failing_rename = which;
	return output_commit(&outputs, directory);
}

START_TEST(rolls_back_without_hard_links)
{
	unsigned which = 1;

	put_old("a");
	put_old("b");
	failing_links_from = 1;
	call_error = link_errors[_i];
	for (; !commit_with_failing_rename(which); which++) {
		ck_assert_uint_lt(which, 10);
		expect_file("a", "old");
		expect_file("b", "old");
		expect_entries(directory, 2);
		output_free(&outputs);
	}
	/* At least the two files had to be renamed. */
	ck_assert_uint_gt(which, 2);
	expect_file("a", "A");
	expect_file("b", "B");
	expect_entries(directory, 2);
}
END_TEST

START_TEST(writes_without_hard_links)
{
	put_old("a");
	add_output("a", "A");
	add_output("b", "B");
	failing_links_from = 1;
	call_error = link_errors[_i];
	ck_assert(output_commit(&outputs, directory));
	expect_file("a", "A");
	expect_file("b", "B");
	expect_entries(directory, 2);
}
END_TEST

START_TEST(gives_up_when_links_fail)
{
	put_old("a");
	put_old("b");
	add_output("a", "A");
	add_output("b", "B");
	failing_links_from = 2;
	call_error = EIO;
	ck_assert(!output_commit(&outputs, directory));
	ck_assert_int_eq(outputs.error, EIO);
	expect_file("a", "old");
	expect_file("b", "old");
	expect_entries(directory, 2);
}
END_TEST

START_TEST(forgets_dropped_files)
{
	add_output("a", "A");
	output_drop(&outputs);
	ck_assert_uint_eq(outputs.files.count, 0);
	add_output("b", "B");
	ck_assert(output_commit(&outputs, directory));
	expect_entries(directory, 1);
	expect_file("b", "B");
}
END_TEST

START_TEST(says_why_it_cannot_write)
{
	int full = open("/dev/full", O_WRONLY);

	ck_assert_int_eq(write_all(-1, "x", 1), EBADF);
	ck_assert_int_eq(write_all(-1, "", 0), 0);
	if (full >= 0) {
		ck_assert_int_eq(write_all(full, "x", 1), ENOSPC);
		close(full);
	}
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("core");
	TCase *cases = add_case(suite, "memory", setup, teardown);

	tcase_add_test(cases, gives_zeroed_and_aligned_blocks);
	tcase_add_test(cases, counts_what_it_gave);
	tcase_add_test(cases, copies_text_and_bytes);
	tcase_add_test(cases, grows_arrays);
	tcase_add_test(cases, frees_nothing);
	tcase_add_test(cases, gives_memory_for_nothing);
	tcase_add_loop_test(cases, ends_when_memory_runs_out, 0, COUNT(wishes));

	cases = add_case(suite, "strings", setup, teardown);
	tcase_add_test(cases, interns_equal_text_once);
	tcase_add_test(cases, interns_nothing_and_nul);
	tcase_add_test(cases, tells_equal_hashes_apart);
	tcase_add_test(cases, interns_very_many);
	tcase_add_test(cases, fills_buffers);
	tcase_add_test(cases, grows_buffers);
	tcase_add_test(cases, writes_big_endian);
	tcase_add_test(cases, computes_or_refuses);
	tcase_add_test(cases, prints_tables);
	tcase_add_test(cases, breaks_tables);

	cases = add_case(suite, "places", setup_sources, teardown_directory);
	tcase_add_loop_test(cases, finds_places, 0, COUNT(located));
	tcase_add_test(cases, finds_the_end);
	tcase_add_test(cases, knows_no_other_files);
	tcase_add_test(cases, follows_line_markers);
	tcase_add_test(cases, finds_lines_among_many);
	tcase_add_test(cases, joins_and_compares_spans);
	tcase_add_test(cases, reads_files_whole);
	tcase_add_test(cases, says_why_it_cannot_read);
	tcase_add_test(cases, reads_what_has_no_size);
	tcase_add_loop_test(cases, tells_text_from_bytes, 0, COUNT(texts));
	tcase_add_test(cases, takes_every_code_point);
	tcase_add_test(cases, judges_every_pair_of_bytes);

	cases = add_case(suite, "output", setup_output, teardown_output);
	tcase_add_test(cases, writes_all);
	tcase_add_test(cases, writes_buffers_without_bytes);
	tcase_add_test(cases, writes_large_files);
	tcase_add_test(cases, makes_the_directory);
	tcase_add_test(cases, makes_no_parents);
	tcase_add_loop_test(cases, honours_umask, 0, COUNT(modes));
	tcase_add_test(cases, follows_symbolic_links);
	tcase_add_test(cases, refuses_directories_in_the_way);
	tcase_add_test(cases, refuses_a_file_as_directory);
	tcase_add_test(cases, takes_the_directory_back);
	tcase_add_test(cases, leaves_a_directory_that_was_there);
	tcase_add_loop_test(cases, rolls_back, 1, 4);
	tcase_add_test(cases, rolls_back_what_was_not_there);
	tcase_add_loop_test(cases, rolls_back_without_hard_links, 0, COUNT(link_errors));
	tcase_add_loop_test(cases, writes_without_hard_links, 0, COUNT(link_errors));
	tcase_add_test(cases, gives_up_when_links_fail);
	tcase_add_test(cases, forgets_dropped_files);
	tcase_add_test(cases, says_why_it_cannot_write);
	return suite;
}

int main(void)
{
	return run_suite(make_suite());
}
