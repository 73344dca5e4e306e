/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the redbud bundle, changes one thing in it and seals it again, checks what its reader says.
 * Never leaves the seal wrong but where that is the case: behind it all else must stand alone.
 */
#include "case.h"
#include "maker.h"

#include <stdlib.h>

#include "blob/fdt.h"
#include "blob/sha256.h"

#define SHA256 (NV2_SEAL_OFFSET + 48)
#define FLAGS (NV2_SEAL_OFFSET + 12)
#define SIGNER (NV2_SEAL_OFFSET + 16)
#define SIGNATURE (NV2_SEAL_OFFSET + 80)

static struct maker maker; /* its bytes are the bundle's */
static struct nv2_fdt fdt;
static struct nv2_bundle bundle;

static void begin(void)
{
	struct fixture bytes = fixture("redbud.nv2b");

	CHECK(bytes.size < MAKER_SIZE);
	if (bytes.size >= MAKER_SIZE)
		exit(1);
	memcpy(maker.bytes, bytes.bytes, bytes.size);
	maker.size = bytes.size;
	CHECK_U64(nv2_fdt_open(&fdt, maker.bytes, maker.size), NV2_OK);
}

static enum nv2_status open_bundle(void)
{
	return nv2_bundle_open(&bundle, maker.bytes, maker.size);
}

static void seal(void)
{
	nv2_seal_digest(maker.bytes, maker.size, maker.bytes + SHA256);
}

static void expect(enum nv2_status status, const char *part)
{
	seal();
	CHECK_U64(open_bundle(), status);
	if (part)
		CHECK_TEXT(bundle.fault_part, part);
	else
		CHECK(!bundle.fault_part);
	CHECK(bundle.fault <= maker.size);
}

static unsigned char *value_of(const char *path, const char *name, uint32_t *len)
{
	const unsigned char *value =
		nv2_fdt_property(&fdt, nv2_fdt_find(&fdt, path, strlen(path)), name, len);

	CHECK(value != NULL);
	if (!value)
		exit(1);
	return maker.bytes + (value - fdt.bytes);
}

static unsigned char *value(const char *path, const char *name)
{
	uint32_t len;

	return value_of(path, name, &len);
}

/* Takes a property out. */
static void drop(const char *path, const char *name)
{
	uint32_t len;
	unsigned char *at = value_of(path, name, &len);

	for (uint32_t i = 0; i < 12 + len; i += 4)
		put_u32(at - 12 + i, MAKE_NOP);
}

/* Makes a value shorter; both lengths are those of whole words. */
static void cut(const char *path, const char *name, uint32_t len)
{
	uint32_t old;
	unsigned char *at = value_of(path, name, &old);

	put_u32(at - 8, len);
	for (uint32_t i = len; i < old; i += 4)
		put_u32(at + i, MAKE_NOP);
}

/* The digest of a part, after a change in its data. */
static void digest(const char *path)
{
	uint32_t len;
	const unsigned char *data = value_of(path, "data", &len);

	nv2_sha256(data, len, value(path, "sha256"));
}

/* --- the seal ---------------------------------------------------------------------- */

static void the_seal_comes_first(void)
{
	begin();
	CHECK_U64(open_bundle(), NV2_OK);
	CHECK(!bundle.fault_part);
	CHECK_U64(bundle.version, 3);
	CHECK_TEXT(bundle.board, "ibm,witherspoon-redbud");
	CHECK(!nv2_bundle_is_signed(&bundle));
	for (size_t size = 0; size < NV2_SEAL_OFFSET + NV2_SEAL_SIZE; size++)
		CHECK_U64(nv2_seal_check(maker.bytes, size), NV2_ERR_TRUNCATED);
	CHECK_U64(nv2_seal_check(maker.bytes, NV2_SEAL_OFFSET + NV2_SEAL_SIZE), NV2_ERR_DIGEST);
	maker.bytes[0]++;
	CHECK_U64(nv2_seal_check(maker.bytes, 4), NV2_ERR_NOT_BUNDLE);
	CHECK_U64(open_bundle(), NV2_ERR_NOT_BUNDLE);
	CHECK_U64(bundle.fault, 0);
	begin();
	maker.bytes[NV2_SEAL_OFFSET]++;
	expect(NV2_ERR_NOT_BUNDLE, NULL);
	begin();
	maker.bytes[NV2_SEAL_OFFSET + 8] = 1; /* major 257 */
	expect(NV2_ERR_VERSION, NULL);
	CHECK_U64(bundle.fault, NV2_SEAL_OFFSET);
	begin();
	maker.bytes[NV2_SEAL_OFFSET + 11] = 9; /* minor 9 */
	expect(NV2_OK, NULL);
	maker.bytes[maker.size - 1] ^= 1;
	CHECK_U64(open_bundle(), NV2_ERR_DIGEST);
}

static void the_seal_does_not_contradict_itself(void)
{
	begin();
	maker.bytes[FLAGS] = 0x80;
	expect(NV2_ERR_SEAL, NULL);
	begin();
	maker.bytes[SIGNER + 31] = 1;
	expect(NV2_ERR_SEAL, NULL);
	begin();
	maker.bytes[SIGNATURE] = 1;
	expect(NV2_ERR_SEAL, NULL);
	begin();
	maker.bytes[FLAGS + 3] = NV2_SEAL_SIGNED;
	maker.bytes[SIGNER] = 1;
	expect(NV2_OK, NULL);
	CHECK(nv2_bundle_is_signed(&bundle));
}

static void a_size_is_read_from_eight_bytes(void)
{
	begin();
	CHECK_U64(nv2_bundle_size(maker.bytes, 8), maker.size);
	CHECK_U64(nv2_bundle_size(maker.bytes, 7), 0);
	maker.bytes[3]++;
	CHECK_U64(nv2_bundle_size(maker.bytes, maker.size), 0);
}

/* --- the tree ------------------------------------------------------------------------ */

/* / { }; with the seal's gap. */
static void make_empty(void)
{
	make_begin(&maker, NV2_SEAL_SIZE);
	make_node(&maker, "");
	make_end_node(&maker);
	make_finish(&maker, 1);
	memcpy(maker.bytes + NV2_SEAL_OFFSET, NV2_SEAL_MAGIC, 8);
	maker.bytes[NV2_SEAL_OFFSET + 9] = 1;
}

static void nothing_lies_in_the_seal(void)
{
	make_empty();
	expect(NV2_ERR_FORMAT, NULL);
	put_u32(maker.bytes + 16, NV2_SEAL_OFFSET); /* reservations: magic, versions, signer */
	expect(NV2_ERR_FDT_LAYOUT, NULL);
	CHECK_U64(bundle.fault, NV2_SEAL_OFFSET);
	make_empty();
	put_u32(maker.bytes + 12, NV2_SEAL_OFFSET); /* strings, of which there are none */
	expect(NV2_ERR_FDT_LAYOUT, NULL);
	make_empty();
	maker.bytes[FLAGS + 3] = NV2_SEAL_SIGNED;
	memcpy(maker.bytes + SIGNATURE, maker.bytes + maker.structure, 16);
	put_u32(maker.bytes + 8, SIGNATURE);
	expect(NV2_ERR_FDT_LAYOUT, NULL);
}

static void the_tree_is_checked(void)
{
	begin();
	put_u32(maker.bytes + fdt.structure, 7);
	expect(NV2_ERR_FDT_STRUCTURE, NULL);
	CHECK_U64(bundle.fault, fdt.structure);
	begin();
	memset(maker.bytes + maker.size, 0, 4);
	maker.size += 4;
	expect(NV2_ERR_TRAILING, NULL);
	CHECK_U64(bundle.fault, maker.size - 4);
}

static void the_root_says_what_it_is(void)
{
	static const char *const names[] = {"compatible", "bundle-version", "page-size", "board",
					    "board-compatible"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		begin();
		drop("/", names[i]);
		expect(NV2_ERR_FORMAT, NULL);
		CHECK_U64(bundle.fault, fdt.root);
	}
	begin();
	value("/", "compatible")[11] = '2'; /* nv2,bundle-2 */
	expect(NV2_ERR_FORMAT, NULL);
	begin();
	maker.bytes[nv2_fdt_find(&fdt, "/parts", 6) + 4] = 'P';
	expect(NV2_ERR_FORMAT, NULL);
}

/* Another minor version's bundle can have further formats, before or after this one. */
static void one_of_several_formats_is_enough(void)
{
	static const char one[] = "nv2,bundle-1\0nv2,bundle-10", other[] = "x\0nv2,bundle-1";

	make_begin(&maker, NV2_SEAL_SIZE);
	make_node(&maker, "");
	make_property(&maker, "compatible", one, sizeof(one));
	make_property(&maker, "board-compatible", other, sizeof(other));
	make_text(&maker, "board", "b");
	make_u32(&maker, "bundle-version", 1);
	make_u32(&maker, "page-size", 4096);
	make_node(&maker, "parts");
	make_end_node(&maker);
	make_end_node(&maker);
	make_finish(&maker, 1);
	memcpy(maker.bytes + NV2_SEAL_OFFSET, NV2_SEAL_MAGIC, 8);
	maker.bytes[NV2_SEAL_OFFSET + 9] = 1;
	expect(NV2_ERR_PART_MISSING, "host-fw");
	CHECK(nv2_bundle_fits(&bundle, "nv2,bundle-1", 13));
	CHECK(nv2_bundle_fits(&bundle, "y\0x", 4));
	CHECK(!nv2_bundle_fits(&bundle, "y\0z", 4));
	CHECK(!nv2_bundle_fits(&bundle, "", 0));
	CHECK(!nv2_bundle_fits(&bundle, "x", 1));
}

/* --- parts ----------------------------------------------------------------------------- */

static void parts_have_what_they_need(void)
{
	begin();
	drop("/parts/host-os", "kind");
	expect(NV2_ERR_PART, "host-os");
	begin();
	drop("/parts/host-os", "data");
	expect(NV2_ERR_PART, "host-os");
	begin();
	drop("/parts/host-os", "sha256");
	expect(NV2_ERR_PART, "host-os");
	begin();
	cut("/parts/host-os", "sha256", 28);
	expect(NV2_ERR_PART, "host-os");
	begin();
	value("/parts/guest-vm8", "guest")[3] = 'x'; /* its NUL */
	expect(NV2_ERR_PART, "guest-vm8");
	begin();
	put_u32(value("/parts/program", "record-size") - 8, 3);
	expect(NV2_ERR_PART, "program");
	begin();
	put_u32(value("/parts/program", "record-size"), 0);
	expect(NV2_ERR_PART, "program");
}

static void parts_are_there_once(void)
{
	struct nv2_part part;
	uint32_t cursor = 0, count = 0;

	begin();
	CHECK_U64(open_bundle(), NV2_OK);
	CHECK_U64(nv2_bundle_find(&bundle, "guest", "vm8", &part), NV2_OK);
	CHECK_TEXT(part.guest, "vm8");
	CHECK_U64(nv2_bundle_find(&bundle, "guest", "vm9", &part), NV2_ERR_PART_MISSING);
	CHECK_U64(nv2_bundle_find(&bundle, "guest", "vm10", &part), NV2_ERR_PART_MISSING);
	CHECK_U64(nv2_bundle_find(&bundle, "guest", NULL, &part), NV2_ERR_PART_MISSING);
	CHECK_U64(nv2_bundle_find(&bundle, "names", NULL, &part), NV2_OK);
	while (nv2_bundle_next_part(&bundle, &cursor, &part))
		count++;
	CHECK_U64(count, bundle.part_count);
	value("/parts/guest-vm8", "guest")[2] = '0';
	expect(NV2_ERR_PART_TWICE, "guest-vm8");
	begin();
	value("/parts/names", "kind")[4] = 'z';
	expect(NV2_ERR_PART_MISSING, "names");
	begin();
	value("/parts/names", "data")[0] ^= 1;
	expect(NV2_ERR_PART_DIGEST, "names");
}

static void parts_are_a_guests_or_nobodys(void)
{
	begin();
	memcpy(value("/parts/guest-vm8", "kind"), "names", 5);
	expect(NV2_ERR_PART, "guest-vm8");
	begin();
	memcpy(value("/parts/names", "kind"), "guest", 5);
	expect(NV2_ERR_PART, "names");
}

static void trees_in_it_are_checked(void)
{
	static const char *const paths[] = {"/parts/host-fw", "/parts/host-os", "/parts/guest-vm0"};
	static struct maker small;

	make_begin(&small, 0);
	make_node(&small, "");
	make_end_node(&small);
	make_finish(&small, 1);
	for (size_t i = 0; i < 3; i++) {
		unsigned char *data;

		begin();
		data = value(paths[i], "data");
		put_u32(data + get_u32(data + 8), 7);
		digest(paths[i]);
		expect(NV2_ERR_FDT_STRUCTURE, paths[i] + 7);
		CHECK_U64(bundle.fault, (size_t)(data - maker.bytes) + get_u32(data + 8));
		begin();
		memcpy(value(paths[i], "data"), small.bytes, small.size);
		digest(paths[i]);
		expect(NV2_ERR_TRAILING, paths[i] + 7);
		CHECK_U64(bundle.fault, (size_t)(data - maker.bytes) + small.size);
	}
}

static void there_is_a_limit_to_parts(void)
{
	unsigned char sha256[NV2_SHA256_SIZE];

	nv2_sha256(NULL, 0, sha256);
	for (unsigned parts = NV2_PARTS_MAX; parts <= NV2_PARTS_MAX + 1; parts++) {
		make_begin(&maker, NV2_SEAL_SIZE);
		make_node(&maker, "");
		make_text(&maker, "compatible", "nv2,bundle-1");
		make_text(&maker, "board-compatible", "b");
		make_text(&maker, "board", "b");
		make_u32(&maker, "bundle-version", 1);
		make_u32(&maker, "page-size", 4096);
		make_node(&maker, "parts");
		for (unsigned i = 0; i < parts; i++) {
			char name[16];

			snprintf(name, sizeof(name), "p%u", i);
			make_node(&maker, name);
			make_text(&maker, "kind", name);
			make_property(&maker, "data", NULL, 0);
			make_property(&maker, "sha256", sha256, sizeof(sha256));
			make_end_node(&maker);
		}
		make_end_node(&maker);
		make_end_node(&maker);
		make_finish(&maker, 1);
		memcpy(maker.bytes + NV2_SEAL_OFFSET, NV2_SEAL_MAGIC, 8);
		maker.bytes[NV2_SEAL_OFFSET + 9] = 1;
		if (parts > NV2_PARTS_MAX)
			expect(NV2_ERR_PART, "p256");
		else
			expect(NV2_ERR_PART_MISSING, "host-fw");
	}
}

/* --- tables ------------------------------------------------------------------------------ */

static void tables_are_made_of_records(void)
{
	static const struct {
		const char *path;
		uint32_t record;
	} rows[] = {{"/parts/devices", NV2_DEVICE_RECORD},
		    {"/parts/regions", NV2_REGION_RECORD},
		    {"/parts/program", NV2_WRITE_RECORD}};

	for (size_t i = 0; i < 3; i++) {
		uint32_t len;

		begin();
		put_u32(value(rows[i].path, "record-size"), rows[i].record - 4);
		expect(NV2_ERR_TABLE, rows[i].path + 7);
		begin();
		value_of(rows[i].path, "data", &len);
		cut(rows[i].path, "data", len - 4);
		digest(rows[i].path);
		expect(NV2_ERR_TABLE, rows[i].path + 7);
	}
}

/* A word of a table's record, changed; what its reader says then. */
static void expect_word(enum nv2_status status, const char *part, uint32_t row, uint32_t record,
			uint32_t offset, uint32_t word)
{
	char path[32];

	snprintf(path, sizeof(path), "/parts/%s", part);
	begin();
	put_u32(value(path, "data") + row * record + offset, word);
	digest(path);
	expect(status, status ? part : NULL);
	if (status)
		CHECK_U64(bundle.fault, (size_t)(value(path, "data") - maker.bytes) + row * record);
}

#define DEVICE(row, offset, word)                                                                  \
	expect_word(NV2_ERR_TABLE, "devices", row, NV2_DEVICE_RECORD, offset, word)
#define REGION(row, offset, word)                                                                  \
	expect_word(NV2_ERR_TABLE, "regions", row, NV2_REGION_RECORD, offset, word)
#define WRITE(row, offset, word)                                                                   \
	expect_word(NV2_ERR_TABLE, "program", row, NV2_WRITE_RECORD, offset, word)

/* Redbud: 16 devices with one region each, 60 writes of boot, then those of guests. */
static void records_refer_to_what_is_there(void)
{
	enum { far = 100000 };

	DEVICE(0, 0, far);           /* name */
	DEVICE(0, 4, NV2_NAME_NONE); /* npu */
	DEVICE(0, 8, 0);             /* a GPU's gpu */
	DEVICE(2, 8, NV2_NAME_NONE); /* a link's */
	DEVICE(0, 12, 2);            /* kind */
	DEVICE(0, 20, 17);           /* first_region */
	DEVICE(15, 24, 2);           /* region_count: more than there are, and none */
	DEVICE(15, 24, 0);
	REGION(3, 0, 16);            /* device */
	REGION(3, 56, 2);            /* atsd_shared */
	REGION(3, 60, 81);           /* info_len */
	WRITE(0, 0, 2);              /* phase */
	WRITE(0, 4, 0);              /* boot's guest */
	WRITE(60, 4, NV2_NAME_NONE); /* a guest's */
	WRITE(5, 8, far);            /* npu */
	WRITE(5, 16, far);           /* name */
	WRITE(5, 48, 2);             /* owner */
	expect_word(NV2_OK, "regions", 3, NV2_REGION_RECORD, 60, 80);
}

static void names_end(void)
{
	uint32_t len;
	unsigned char *names;

	begin();
	names = value_of("/parts/names", "data", &len);
	names[len - 1] = 'x';
	digest("/parts/names");
	expect(NV2_ERR_TABLE, "names");
	/* Without any, no record can stand. */
	begin();
	cut("/parts/names", "data", 0);
	digest("/parts/names");
	expect(NV2_ERR_TABLE, "devices");
}

static void rows_end(void)
{
	struct nv2_device device;
	struct nv2_region region;
	struct nv2_write write;

	begin();
	CHECK_U64(open_bundle(), NV2_OK);
	CHECK_U64(bundle.device_count, 16);
	CHECK_U64(bundle.region_count, 16);
	CHECK_U64(bundle.write_count, 72);
	CHECK(nv2_bundle_device(&bundle, 15, &device));
	CHECK_TEXT(device.name, "npu8:5");
	CHECK_TEXT(device.gpu, "GPU4");
	CHECK_U64(device.link, 5);
	CHECK(!nv2_bundle_device(&bundle, 16, &device));
	CHECK(nv2_bundle_region(&bundle, 15, &region));
	CHECK_U64(region.tgt, 0xc2000000000);    /* facts §6 */
	CHECK_U64(region.atsd, 0x6230200850000); /* facts §5.4 */
	CHECK_U64(region.atsd_shared, 0);
	CHECK(!nv2_bundle_region(&bundle, 16, &region));
	CHECK(nv2_bundle_write(&bundle, 71, &write));
	CHECK_TEXT(write.guest, "vm8");
	CHECK(!nv2_bundle_write(&bundle, 72, &write));
}

const struct test_case bundle_cases[] = {
	CASE(the_seal_comes_first),
	CASE(the_seal_does_not_contradict_itself),
	CASE(a_size_is_read_from_eight_bytes),
	CASE(nothing_lies_in_the_seal),
	CASE(the_tree_is_checked),
	CASE(the_root_says_what_it_is),
	CASE(one_of_several_formats_is_enough),
	CASE(parts_have_what_they_need),
	CASE(parts_are_there_once),
	CASE(parts_are_a_guests_or_nobodys),
	CASE(trees_in_it_are_checked),
	CASE(there_is_a_limit_to_parts),
	CASE(tables_are_made_of_records),
	CASE(records_refer_to_what_is_there),
	CASE(names_end),
	CASE(rows_end),
};
const size_t bundle_case_count = sizeof(bundle_cases) / sizeof(bundle_cases[0]);
