/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes records and texts that are none, checks that only what was written is
 * read. The example's text and digest were made by hand and by sha256sum.
 */
#include <check.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "blob/sha256.h"
#include "linux/record.h"
#include "unit.h"

#define BOOT "0a2f0000-1111-4222-8333-444455556666"
#define BUNDLE_SHA "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define TREE_SHA "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0efeeedecebeae9e8e7e6e5e4e3e2e1e0"
#define OVERLAY_SHA "0008101820283038404850586068707880889098a0a8b0b8c0c8d0d8e0e8f0f8"
#define DIGEST "950e0d3c6bb41398efbdc8c83c9fe7c5313724091f14cbfe83b8b9ed7f34be67"

#define HEAD                                                                                       \
	"nv2boot-record-1\n"                                                                       \
	"boot " BOOT "\n"                                                                          \
	"sequence 3\n"                                                                             \
	"state applied\n"
#define BUNDLE "bundle " BUNDLE_SHA " 40972 7\n"
#define BOARD "board ibm,witherspoon-redbud\n"
#define TREE "tree " TREE_SHA "\n"
#define OVERLAY "overlay nv2-270390ace596fb9f " OVERLAY_SHA " 4711\n"
#define REGISTERS                                                                                  \
	"register 0 0x0\n"                                                                         \
	"register 5 0x1000\n"                                                                      \
	"register 4294967295 0xffffffffffffffff\n"
#define BODY HEAD BUNDLE BOARD TREE OVERLAY REGISTERS

static const char text[] = BODY "digest " DIGEST "\n";

static char board[] = "ibm,witherspoon-redbud";

static struct nv2_saved saved[] = {
	{.row = 0, .old = 0},
	{.row = 5, .old = 0x1000},
	{.row = UINT32_MAX, .old = UINT64_MAX},
};

static struct record make_record(void)
{
	struct record record = {
		.state = RECORD_APPLIED,
		.boot_id = BOOT,
		.sequence = 3,
		.bundle_size = 40972,
		.bundle_version = 7,
		.board = board,
		.item = "nv2-270390ace596fb9f",
		.overlay_size = 4711,
		.saved = saved,
		.saved_count = COUNT(saved),
	};

	for (unsigned i = 0; i < 32; i++) {
		record.bundle_sha256[i] = (unsigned char)i;
		record.tree_sha256[i] = (unsigned char)(0xff - i);
		record.overlay_sha256[i] = (unsigned char)(i * 8);
	}
	return record;
}

static void check_example(const struct record *record)
{
	const struct record wanted = make_record();

	ck_assert_int_eq(record->state, RECORD_APPLIED);
	ck_assert_str_eq(record->boot_id, BOOT);
	ck_assert_uint_eq(record->sequence, 3);
	ck_assert_mem_eq(record->bundle_sha256, wanted.bundle_sha256, 32);
	ck_assert_uint_eq(record->bundle_size, 40972);
	ck_assert_uint_eq(record->bundle_version, 7);
	ck_assert_str_eq(record->board, "ibm,witherspoon-redbud");
	ck_assert_mem_eq(record->tree_sha256, wanted.tree_sha256, 32);
	ck_assert_str_eq(record->item, "nv2-270390ace596fb9f");
	ck_assert_mem_eq(record->overlay_sha256, wanted.overlay_sha256, 32);
	ck_assert_uint_eq(record->overlay_size, 4711);
	ck_assert_uint_eq(record->saved_count, 3);
	ck_assert_uint_eq(record->saved[0].old, 0);
	ck_assert_uint_eq(record->saved[1].row, 5);
	ck_assert_uint_eq(record->saved[1].old, 0x1000);
	ck_assert_uint_eq(record->saved[2].row, UINT32_MAX);
	ck_assert_uint_eq(record->saved[2].old, UINT64_MAX);
	for (unsigned i = 0; i < 3; i++)
		ck_assert(record->saved[i].written);
}

static bool is_record(const void *bytes, size_t size)
{
	struct record record;
	bool good = record_parse(bytes, size, &record);

	if (!good) {
		ck_assert_int_eq(record.state, RECORD_NONE);
		ck_assert_ptr_null(record.board);
		ck_assert_ptr_null(record.saved);
	}
	record_free(&record);
	return good;
}

/* ---- there and back --------------------------------------------------------- */

START_TEST(writes_the_example)
{
	const struct record record = make_record();
	struct bytes written;

	ck_assert(record_write(&record, &written));
	ck_assert_uint_eq(written.size, sizeof(text) - 1);
	ck_assert_mem_eq(written.data, text, sizeof(text) - 1);
	free(written.data);
}
END_TEST

START_TEST(reads_the_example)
{
	struct record record;

	ck_assert(record_parse(text, sizeof(text) - 1, &record));
	check_example(&record);
	record_free(&record);
	ck_assert_ptr_null(record.saved);
}
END_TEST

/* Random ones, of every state, with and without an overlay, a board, registers. */
START_TEST(comes_back_as_it_went)
{
	uint64_t seed = (uint64_t)_i;
	struct record record = make_record(), back;
	struct nv2_saved many[40];
	struct bytes once, again;

	record.state = (enum record_state)(RECORD_APPLYING + random_below(&seed, 3));
	record.sequence = next_random(&seed);
	record.bundle_size = next_random(&seed);
	record.bundle_version = (uint32_t)next_random(&seed);
	if (random_below(&seed, 2))
		record.item[0] = '\0';
	if (random_below(&seed, 2))
		record.board = NULL;
	record.saved = many;
	record.saved_count = random_below(&seed, COUNT(many) + 1);
	for (uint32_t i = 0; i < record.saved_count; i++)
		many[i] = (struct nv2_saved){.row = (uint32_t)next_random(&seed),
					     .old = next_random(&seed) >> random_below(&seed, 64)};
	ck_assert(record_write(&record, &once));
	ck_assert(record_parse(once.data, once.size, &back));
	ck_assert_int_eq(back.state, record.state);
	ck_assert_uint_eq(back.sequence, record.sequence);
	ck_assert_uint_eq(back.saved_count, record.saved_count);
	for (uint32_t i = 0; i < record.saved_count; i++) {
		ck_assert_uint_eq(back.saved[i].row, many[i].row);
		ck_assert_uint_eq(back.saved[i].old, many[i].old);
	}
	ck_assert_str_eq(back.item, record.item);
	ck_assert(!back.board == !record.board);
	ck_assert(record_write(&back, &again));
	ck_assert_uint_eq(once.size, again.size);
	ck_assert_mem_eq(once.data, again.data, once.size);
	free(once.data);
	free(again.data);
	record_free(&back);
}
END_TEST

/* ---- what is none ----------------------------------------------------------- */

START_TEST(refuses_every_part_of_one)
{
	for (size_t size = 0; size < sizeof(text) - 1; size++)
		ck_assert_msg(!is_record(text, size), "the first %zu bytes", size);
	for (size_t start = 1; start < sizeof(text) - 1; start++)
		ck_assert_msg(!is_record(text + start, sizeof(text) - 1 - start),
			      "from byte %zu on", start);
	/* With the NUL behind it, it is too long. */
	ck_assert(!is_record(text, sizeof(text)));
}
END_TEST

START_TEST(refuses_every_turned_bit)
{
	char other[sizeof(text)];

	for (size_t at = 0; at < sizeof(text) - 1; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			memcpy(other, text, sizeof(text));
			other[at] = (char)(other[at] ^ 1 << bit);
			ck_assert_msg(!is_record(other, sizeof(text) - 1), "byte %zu, bit %u", at,
				      bit);
		}
	}
}
END_TEST

/* Half of one, over another that was there before. */
START_TEST(refuses_a_mixture)
{
	char other[sizeof(text)];
	struct record record = make_record();
	struct bytes later;

	record.sequence = 4;
	record.state = RECORD_REMOVING;
	ck_assert(record_write(&record, &later));
	ck_assert_uint_eq(later.size, sizeof(text) - 1 + strlen("removing") - strlen("applied"));
	/* Up to where they begin to differ, it is the earlier one still. */
	for (size_t at = (size_t)(strstr(text, "3\n") - text) + 1; at < sizeof(text) - 1; at++) {
		memcpy(other, text, sizeof(text));
		memcpy(other, later.data, at);
		ck_assert(!is_record(other, sizeof(text) - 1));
	}
	free(later.data);
}
END_TEST

/* All have the right digest: somebody means it. */
static const char *const hostile[] = {
	"",
	"\n",
	"nv2boot-record-1\n",
	"nv2boot-record-2\nboot " BOOT "\nsequence 3\nstate applied\n" BUNDLE BOARD TREE,
	HEAD,
	HEAD BUNDLE,
	HEAD BUNDLE BOARD,
	HEAD BUNDLE TREE BOARD,
	HEAD BOARD BUNDLE TREE,
	HEAD BUNDLE BOARD TREE "\n",
	HEAD BUNDLE BOARD TREE " ",
	HEAD BUNDLE BOARD TREE OVERLAY OVERLAY,
	HEAD BUNDLE BOARD TREE REGISTERS OVERLAY,
	HEAD BUNDLE BOARD TREE "register 0 0x0",
	HEAD BUNDLE BOARD TREE "register 0\n",
	HEAD BUNDLE BOARD TREE "register 0 0\n",
	HEAD BUNDLE BOARD TREE "register 0 0x\n",
	HEAD BUNDLE BOARD TREE "register 0 0x00\n",
	HEAD BUNDLE BOARD TREE "register 0 0xA\n",
	HEAD BUNDLE BOARD TREE "register 0 -1\n",
	HEAD BUNDLE BOARD TREE "register 00 0x0\n",
	HEAD BUNDLE BOARD TREE "register 0x0 0x0\n",
	HEAD BUNDLE BOARD TREE "register  0 0x0\n",
	HEAD BUNDLE BOARD TREE "register 4294967296 0x0\n",
	HEAD BUNDLE BOARD TREE "register 0 0x10000000000000000\n",
	HEAD BUNDLE BOARD TREE "register 0 0x000000000000000000000000000000000000000000000001\n",
	HEAD BUNDLE BOARD TREE "rexister 0 0x0\n",
	HEAD BUNDLE BOARD TREE "overlay  " OVERLAY_SHA " 4711\n",
	HEAD BUNDLE BOARD TREE "overlay .. " OVERLAY_SHA " 4711\n",
	HEAD BUNDLE BOARD TREE "overlay . " OVERLAY_SHA " 4711\n",
	HEAD BUNDLE BOARD TREE "overlay a/b " OVERLAY_SHA " 4711\n",
	HEAD BUNDLE BOARD TREE
	"overlay 1234567890123456789012345678901234567890123456789012345678901"
	"234 " OVERLAY_SHA " 4711\n",
	HEAD BUNDLE BOARD TREE "overlay a " OVERLAY_SHA "00 4711\n",
	HEAD BUNDLE BOARD TREE "overlay a 00 4711\n",
	HEAD BUNDLE BOARD TREE "overlay a " OVERLAY_SHA " 18446744073709551616\n",
	HEAD BUNDLE "board with\ttab\n" TREE,
	HEAD BUNDLE "board with\x7f\n" TREE,
	HEAD BUNDLE "boards\n" TREE,
	HEAD "bundle " BUNDLE_SHA " 40972 4294967296\n" BOARD TREE,
	HEAD "bundle " BUNDLE_SHA " 40972\n" BOARD TREE,
	HEAD "bundle " BUNDLE_SHA "  7\n" BOARD TREE,
	HEAD "bundle " BUNDLE_SHA " +40972 7\n" BOARD TREE,
	HEAD
	"bundle 000102030405060708090A0B0C0D0E0F101112131415161718191a1b1c1d1e1f 40972 7\n" BOARD
		TREE,
	"nv2boot-record-1\nboot " BOOT "\nsequence 03\nstate applied\n" BUNDLE BOARD TREE,
	"nv2boot-record-1\nboot " BOOT "\nsequence 3\nstate none\n" BUNDLE BOARD TREE,
	"nv2boot-record-1\nboot " BOOT
	"\nsequence 3\nstate appliedappliedapplied\n" BUNDLE BOARD TREE,
	"nv2boot-record-1\nboot " BOOT "\nsequence 3\nstate \n" BUNDLE BOARD TREE,
	"nv2boot-record-1\nboot \nsequence 3\nstate applied\n" BUNDLE BOARD TREE,
	"nv2boot-record-1\nboot 0a2f0000-1111-4222-8333-44445555666\nsequence 3\nstate "
	"applied\n" BUNDLE BOARD TREE,
	"nv2boot-record-1\nboot 0A2F0000-1111-4222-8333-444455556666\nsequence 3\nstate "
	"applied\n" BUNDLE BOARD TREE,
	"nv2boot-record-1\r\nboot " BOOT "\nsequence 3\nstate applied\n" BUNDLE BOARD TREE,
};

/* What such a text would be with its digest. The size. */
static size_t seal_text(char *to, const char *body, size_t size)
{
	unsigned char digest[NV2_SHA256_SIZE];

	memcpy(to, body, size);
	nv2_sha256(body, size, digest);
	memcpy(to + size, "digest ", 7);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(to + size + 7 + 2 * i, 3, "%02x", digest[i]);
	to[size + 7 + 2 * sizeof(digest)] = '\n';
	return size + 7 + 2 * sizeof(digest) + 1;
}

START_TEST(refuses_what_it_would_not_write)
{
	char sealed[4096];
	size_t size = seal_text(sealed, hostile[_i], strlen(hostile[_i]));

	ck_assert(!is_record(sealed, size));
}
END_TEST

START_TEST(refuses_a_nul)
{
	static const char body[] = HEAD BUNDLE "board a\0b\n" TREE;
	char sealed[4096];

	ck_assert(!is_record(sealed, seal_text(sealed, body, sizeof(body) - 1)));
	/* And these are records: it is not for the way they are made that others are refused. */
	ck_assert(is_record(sealed, seal_text(sealed, BODY, strlen(BODY))));
	ck_assert(is_record(sealed, seal_text(sealed, HEAD BUNDLE "board \n" TREE,
					      strlen(HEAD BUNDLE "board \n" TREE))));
	ck_assert(is_record(sealed, seal_text(sealed, HEAD BUNDLE "board two words\n" TREE,
					      strlen(HEAD BUNDLE "board two words\n" TREE))));
}
END_TEST

START_TEST(refuses_noise)
{
	uint64_t seed = (uint64_t)_i;
	char noise[512], sealed[1024];
	size_t size = random_below(&seed, sizeof(noise));

	for (size_t i = 0; i < size; i++)
		noise[i] = (char)next_random(&seed);
	ck_assert(!is_record(noise, size));
	ck_assert(!is_record(sealed, seal_text(sealed, noise, size)));
}
END_TEST

START_TEST(writes_no_nonsense)
{
	struct record record;
	struct bytes written;
	char bad_board[] = "a\nstate removing";

	record = make_record();
	record.state = RECORD_NONE;
	ck_assert(!record_write(&record, &written));
	record.state = RECORD_STATES;
	ck_assert(!record_write(&record, &written));
	record = make_record();
	record.boot_id[5] = '\n';
	ck_assert(!record_write(&record, &written));
	memset(record.boot_id, '0', sizeof(record.boot_id));
	ck_assert(!record_write(&record, &written));
	record = make_record();
	record.board = bad_board;
	ck_assert(!record_write(&record, &written));
	record = make_record();
	snprintf(record.item, sizeof(record.item), "a b");
	ck_assert(!record_write(&record, &written));
	snprintf(record.item, sizeof(record.item), "..");
	ck_assert(!record_write(&record, &written));
	ck_assert_ptr_null(written.data);
}
END_TEST

/* ---- on a machine ----------------------------------------------------------- */

/* One file, a boot, and what was dropped, in order. */
struct fake {
	struct bytes file; /* data NULL: none */
	struct bytes once; /* what the next load() gives instead, if there is any */
	int error;         /* of the next call of any kind but drop */
	const char *boot;
	char dropped[64];
	int drops_left; /* before one fails */
};

static int copy_bytes(const struct bytes *from, struct bytes *to)
{
	to->size = from->size;
	to->data = malloc(from->size + 1);
	ck_assert_ptr_nonnull(to->data);
	memcpy(to->data, from->data, from->size);
	return 0;
}

static int fake_load(void *context, const char *name, struct bytes *content)
{
	struct fake *fake = context;
	struct bytes once = fake->once;

	ck_assert_str_eq(name, "record");
	if (fake->error)
		return fake->error;
	if (once.data) {
		fake->once.data = NULL;
		return copy_bytes(&once, content);
	}
	return fake->file.data ? copy_bytes(&fake->file, content) : -ENOENT;
}

static int fake_store(void *context, const char *name, const void *content, size_t size)
{
	struct fake *fake = context;
	const struct bytes from = {(unsigned char *)(uintptr_t)content, size};

	ck_assert_str_eq(name, "record");
	if (fake->error)
		return fake->error;
	free(fake->file.data);
	return copy_bytes(&from, &fake->file);
}

static int fake_drop(void *context, const char *name)
{
	struct fake *fake = context;

	if (!fake->drops_left--)
		return -EROFS;
	strcat(strcat(fake->dropped, name), " ");
	return 0;
}

static int fake_boot_id(void *context, char id[37])
{
	struct fake *fake = context;

	if (!fake->boot)
		return -EIO;
	snprintf(id, 37, "%s", fake->boot);
	return 0;
}

static const struct machine_ops fake_ops = {
	.load = fake_load,
	.store = fake_store,
	.drop = fake_drop,
	.boot_id = fake_boot_id,
};

static struct fake fake;
static const struct machine machine = {&fake_ops, &fake};

static void begin(void)
{
	fake = (struct fake){.boot = BOOT, .drops_left = 9};
}

static void end(void)
{
	free(fake.file.data);
}

static void put(const char *bytes, size_t size)
{
	const struct bytes from = {(unsigned char *)(uintptr_t)bytes, size};

	free(fake.file.data);
	copy_bytes(&from, &fake.file);
}

START_TEST(stores_and_loads)
{
	struct record record = make_record(), back;

	record.sequence = 2;
	ck_assert_int_eq(record_store(&machine, &record), 0);
	ck_assert_uint_eq(record.sequence, 3);
	ck_assert_uint_eq(fake.file.size, sizeof(text) - 1);
	ck_assert_mem_eq(fake.file.data, text, sizeof(text) - 1);
	ck_assert_int_eq(record_load(&machine, &back), 0);
	check_example(&back);
	record_free(&back);
	fake.error = -ENOSPC;
	ck_assert_int_eq(record_store(&machine, &record), -ENOSPC);
	fake.error = 0;
	record.state = RECORD_NONE;
	ck_assert_int_eq(record_store(&machine, &record), -EINVAL);
}
END_TEST

START_TEST(finds_none)
{
	struct record record;

	ck_assert_int_eq(record_load(&machine, &record), 0);
	ck_assert_int_eq(record.state, RECORD_NONE);
	ck_assert_str_eq(record.boot_id, "");
	fake.error = -EIO;
	ck_assert_int_eq(record_load(&machine, &record), -EIO);
	ck_assert_int_eq(record.state, RECORD_NONE);
}
END_TEST

START_TEST(finds_a_torn_one)
{
	struct record record;

	put(text, sizeof(text) / 2);
	ck_assert_int_eq(record_load(&machine, &record), -EBADMSG);
	ck_assert_int_eq(record.state, RECORD_NONE);
	put("", 0);
	ck_assert_int_eq(record_load(&machine, &record), -EBADMSG);
}
END_TEST

/* What was read wrongly once is not forgotten. */
START_TEST(reads_a_torn_one_again)
{
	struct record record;

	put(text, sizeof(text) - 1);
	fake.once = (struct bytes){fake.file.data, fake.file.size / 2};
	ck_assert_int_eq(record_load(&machine, &record), 0);
	check_example(&record);
	record_free(&record);
}
END_TEST

START_TEST(means_nothing_after_a_boot)
{
	struct record record;

	put(text, sizeof(text) - 1);
	fake.boot = "ffff0000-1111-4222-8333-444455556666";
	ck_assert_int_eq(record_load(&machine, &record), 0);
	ck_assert_int_eq(record.state, RECORD_NONE);
	ck_assert_ptr_null(record.saved);
	/* Whose it was is said. */
	ck_assert_str_eq(record.boot_id, BOOT);
}
END_TEST

/* Else a record would seem to be of another boot, and be dropped. */
START_TEST(wants_a_whole_boot_id)
{
	static const char *const ids[] = {"", "0a2f0000-1111-4222",
					  "0a2f0000-1111-4222-8333-44445555666g", NULL};
	struct record record;
	char id[37];

	put(text, sizeof(text) - 1);
	for (size_t i = 0; i < COUNT(ids); i++) {
		fake.boot = ids[i];
		ck_assert_int_eq(record_load(&machine, &record), ids[i] ? -EPROTO : -EIO);
		ck_assert_int_eq(record.state, RECORD_NONE);
		ck_assert_ptr_null(record.saved);
		ck_assert_int_eq(record_boot_id(&machine, id), ids[i] ? -EPROTO : -EIO);
	}
}
END_TEST

START_TEST(drops_the_record_first)
{
	ck_assert_int_eq(record_drop(&machine), 0);
	ck_assert_str_eq(fake.dropped, "record bundle overlay ");
	for (int i = 0; i < 3; i++) {
		fake.drops_left = i;
		ck_assert_int_eq(record_drop(&machine), -EROFS);
	}
}
END_TEST

START_TEST(names_states)
{
	ck_assert_str_eq(record_state_name(RECORD_NONE), "none");
	ck_assert_str_eq(record_state_name(RECORD_APPLYING), "applying");
	ck_assert_str_eq(record_state_name(RECORD_APPLIED), "applied");
	ck_assert_str_eq(record_state_name(RECORD_REMOVING), "removing");
	ck_assert_str_eq(record_state_name(RECORD_STATES), "unknown");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("record");
	TCase *cases;

	cases = add_case(suite, "there and back", NULL, NULL);
	tcase_add_test(cases, writes_the_example);
	tcase_add_test(cases, reads_the_example);
	tcase_add_loop_test(cases, comes_back_as_it_went, 0, 50);
	tcase_add_test(cases, names_states);

	cases = add_case(suite, "what is none", NULL, NULL);
	tcase_add_test(cases, refuses_every_part_of_one);
	tcase_add_test(cases, refuses_every_turned_bit);
	tcase_add_test(cases, refuses_a_mixture);
	tcase_add_loop_test(cases, refuses_what_it_would_not_write, 0, COUNT(hostile));
	tcase_add_test(cases, refuses_a_nul);
	tcase_add_loop_test(cases, refuses_noise, 0, 50);
	tcase_add_test(cases, writes_no_nonsense);

	cases = add_case(suite, "on a machine", begin, end);
	tcase_add_test(cases, stores_and_loads);
	tcase_add_test(cases, finds_none);
	tcase_add_test(cases, finds_a_torn_one);
	tcase_add_test(cases, reads_a_torn_one_again);
	tcase_add_test(cases, means_nothing_after_a_boot);
	tcase_add_test(cases, wants_a_whole_boot_id);
	tcase_add_test(cases, drops_the_record_first);
	return run_suite(suite);
}
