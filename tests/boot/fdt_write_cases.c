/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes trees written by the boot library, checks their bytes against a blob
 * laid out by hand. Never trusts the library's reader alone.
 */
#include "blob/fdt_write.h"

#include "maker.h"
#include "sketch.h"

/* Devicetree specification 0.4, chapter 5, by hand. */
static const unsigned char small[] = {
	0xd0, 0x0d, 0xfe, 0xed, 0,   0,   0,   0x92, /* magic, totalsize */
	0,    0,    0,    0x38, 0,   0,   0,   0x84, /* structure, strings */
	0,    0,    0,    0x28, 0,   0,   0,   17,   /* reservations, version */
	0,    0,    0,    16,   0,   0,   0,   7,    /* last compatible, boot CPU */
	0,    0,    0,    14,   0,   0,   0,   0x4c, /* sizes: strings, structure */
	0,    0,    0,    0,    0,   0,   0,   0,    0, 0,   0,   0,   0, 0, 0, 0, /* no reservation
										    */
	0,    0,    0,    1,    0,   0,   0,   0,                                  /* the root */
	0,    0,    0,    3,    0,   0,   0,   5,    0, 0,   0,   0,               /* linux,reg */
	'a',  'b',  'c',  'd',  0,   0,   0,   0,    0, 0,   0,   3,   0, 0, 0, 0, 0,
	0,    0,    10,                                              /* end, empty */
	0,    0,    0,    1,    'n', '@', '1', 0,                    /* n@1 */
	0,    0,    0,    3,    0,   0,   0,   4,    0, 0,   0,   6, /* reg, the end of linux,reg */
	0x12, 0x34, 0x56, 0x78, 0,   0,   0,   2,    0, 0,   0,   2,   0, 0, 0, 9, 'l',
	'i',  'n',  'u',  'x',  ',', 'r', 'e', 'g',  0, 'e', 'n', 'd', 0,
};

static enum nv2_status write_small(void *bytes, size_t *size)
{
	struct nv2_fdt_writer writer;

	nv2_fdt_write_begin(&writer, bytes, *size, NULL);
	nv2_fdt_begin_node(&writer, "", 0);
	nv2_fdt_put_bytes(&writer, "linux,reg", "abcd", 5);
	nv2_fdt_put_bytes(&writer, "end", "", 0);
	nv2_fdt_begin_node(&writer, "n@1 and more", 3);
	CHECK_U64(writer.depth, 2);
	nv2_fdt_put_u32(&writer, "reg", 0x12345678);
	nv2_fdt_end_node(&writer);
	nv2_fdt_end_node(&writer);
	CHECK_U64(writer.depth, 0);
	return nv2_fdt_write_finish(&writer, 7, size);
}

static void a_small_tree_has_the_bytes_of_the_specification(void)
{
	unsigned char *bytes = sketch_block(sizeof(small) + 100);
	size_t size = sizeof(small) + 100;

	memset(bytes, 0xaa, size);
	CHECK_U64(write_small(bytes, &size), NV2_OK);
	CHECK_U64(size, sizeof(small));
	CHECK(!memcmp(bytes, small, sizeof(small)));
	sketch_end();
}

static void any_size_that_is_too_small_is_refused(void)
{
	for (size_t room = 0; room < sizeof(small); room++) {
		unsigned char *bytes = sketch_block(room);
		size_t size = room;

		CHECK_U64(write_small(bytes, &size), NV2_ERR_SPACE);
		CHECK_U64(size, room);
		sketch_end();
	}
	{
		unsigned char *bytes = sketch_block(sizeof(small));
		size_t size = sizeof(small);

		CHECK_U64(write_small(bytes, &size), NV2_OK);
		CHECK(!memcmp(bytes, small, sizeof(small)));
	}
	sketch_end();
}

static void a_value_larger_than_the_room_is_refused(void)
{
	unsigned char *bytes = sketch_block(200);
	struct nv2_fdt_writer writer;
	size_t size;

	nv2_fdt_write_begin(&writer, bytes, 200, NULL);
	nv2_fdt_begin_node(&writer, "", 0);
	CHECK(!nv2_fdt_put(&writer, "large", 0xffffffff));
	CHECK_U64(writer.status, NV2_ERR_SPACE);
	/* And then nothing more, though there would be room. */
	CHECK(!nv2_fdt_put(&writer, "small", 4));
	nv2_fdt_end_node(&writer);
	CHECK_U64(writer.at, 56 + 8);
	CHECK_U64(nv2_fdt_write_finish(&writer, 0, &size), NV2_ERR_SPACE);
	sketch_end();
}

static void no_more_room_is_used_than_a_tree_can_have(void)
{
	unsigned char *bytes = sketch_block(100);
	struct nv2_fdt_writer writer;

	nv2_fdt_write_begin(&writer, bytes, SIZE_MAX, NULL);
	CHECK_U64(writer.size, 0x7fffffff);
	CHECK_U64(writer.status, NV2_OK);
	sketch_end();
}

/* The rest of a tree around something new. */
static void pieces_of_a_tree_keep_their_names(void)
{
	struct nv2_fdt old = sketch("/ { first = <1>; child { second = <2>; }; };"), fdt;
	uint32_t child = node_at(&old, "/child");
	unsigned char *bytes = sketch_block(400);
	struct nv2_fdt_writer writer;
	size_t size;

	nv2_fdt_write_begin(&writer, bytes, 400, &old);
	nv2_fdt_write_names(&writer, &old);
	nv2_fdt_write_piece(&writer, old.bytes + old.structure, child - old.structure);
	nv2_fdt_begin_node(&writer, "new", 3);
	nv2_fdt_put_u32(&writer, "second", 3);
	nv2_fdt_put_u32(&writer, "third", 4);
	nv2_fdt_end_node(&writer);
	nv2_fdt_write_piece(&writer, old.bytes + child, old.structure_end - 4 - child);
	CHECK_U64(nv2_fdt_write_finish(&writer, 0, &size), NV2_OK);
	fdt = sketch_bytes(bytes, size);
	CHECK_U64(fdt.strings_size, sizeof("first") + sizeof("second") + sizeof("third"));
	CHECK_TREE(fdt, "/ { first = <1>; new { second = <3>; third = <4>; };"
			"  child { second = <2>; }; };");

	nv2_fdt_write_begin(&writer, bytes, 58, &old);
	nv2_fdt_write_names(&writer, &old);
	CHECK_U64(writer.status, NV2_ERR_SPACE);
	nv2_fdt_write_piece(&writer, old.bytes + old.structure, 8);
	CHECK_U64(writer.at, 56);
	sketch_end();
}

static void reservations_are_taken_over(void)
{
	static struct maker maker;
	unsigned char *bytes = sketch_block(200);
	struct nv2_fdt_writer writer;
	struct nv2_fdt old, fdt;
	size_t size;

	make_begin(&maker, 0);
	/* Two entries and the end. */
	put_u32(maker.bytes + maker.reservations + 4, 0x1000);
	put_u32(maker.bytes + maker.reservations + 12, 0x10);
	make_word(&maker, 0x12345678);
	make_word(&maker, 0);
	make_word(&maker, 1);
	make_word(&maker, 0);
	for (int i = 0; i < 4; i++)
		make_word(&maker, 0);
	maker.structure = maker.size;
	make_node(&maker, "");
	make_end_node(&maker);
	make_finish(&maker, 1);
	old = sketch_bytes(maker.bytes, maker.size);

	nv2_fdt_write_begin(&writer, bytes, 200, &old);
	nv2_fdt_begin_node(&writer, "", 0);
	nv2_fdt_end_node(&writer);
	CHECK_U64(nv2_fdt_write_finish(&writer, 0, &size), NV2_OK);
	fdt = sketch_bytes(bytes, size);
	CHECK_U64(fdt.reservations, 40);
	CHECK_U64(fdt.structure, 40 + 3 * 16);
	CHECK(!memcmp(fdt.bytes + 40, maker.bytes + maker.reservations, 3 * 16));

	nv2_fdt_write_begin(&writer, bytes, 40 + 3 * 16 - 1, &old);
	CHECK_U64(writer.status, NV2_ERR_SPACE);
	sketch_end();
}

const struct test_case fdt_write_cases[] = {
	CASE(a_small_tree_has_the_bytes_of_the_specification),
	CASE(any_size_that_is_too_small_is_refused),
	CASE(a_value_larger_than_the_room_is_refused),
	CASE(no_more_room_is_used_than_a_tree_can_have),
	CASE(pieces_of_a_tree_keep_their_names),
	CASE(reservations_are_taken_over),
};
const size_t fdt_write_case_count = sizeof(fdt_write_cases) / sizeof(fdt_write_cases[0]);
