/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the bytes of a bundle, gives its parts and tables. Never looks at
 * anything before the seal's digest has been found right.
 */
#include "nv2/bundle.h"

#include "blob/fdt.h"
#include "blob/freestanding.h"
#include "blob/overlay.h"
#include "blob/sha256.h"

#define FDT_MAGIC 0xd00dfeedu
#define HEAD_SIZE (NV2_SEAL_OFFSET + NV2_SEAL_SIZE)
/* The digest and the signature stand side by side: both count as zero in the digest. */
#define ZERO_START (NV2_SEAL_OFFSET + offsetof(struct nv2_seal, sha256))
#define ZERO_SIZE (NV2_SHA256_SIZE + 64)

_Static_assert(sizeof(struct nv2_seal) == NV2_SEAL_SIZE, "the seal has no holes");
_Static_assert(HEAD_SIZE % 8 == 0, "the reservation map is aligned");
_Static_assert(offsetof(struct nv2_seal, signature) == NV2_SEAL_MESSAGE_SIZE,
	       "the signature is of all before it");
_Static_assert(ZERO_START + ZERO_SIZE == HEAD_SIZE, "digest and signature end the seal");

/* --- the seal ---------------------------------------------------------------- */

void nv2_seal_digest(const void *bytes, size_t size, unsigned char sha256[32])
{
	static const unsigned char zeros[ZERO_SIZE];
	const unsigned char *at = (const unsigned char *)bytes;
	struct nv2_sha256 hash;

	nv2_sha256_begin(&hash);
	nv2_sha256_add(&hash, at, ZERO_START);
	nv2_sha256_add(&hash, zeros, ZERO_SIZE);
	nv2_sha256_add(&hash, at + HEAD_SIZE, size - HEAD_SIZE);
	nv2_sha256_end(&hash, sha256);
}

static bool is_zero(const unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i])
			return false;
	return true;
}

static uint32_t seal_flags(const struct nv2_seal *seal)
{
	return nv2_get_be32(seal->flags);
}

enum nv2_status nv2_seal_check(const void *bytes, size_t size)
{
	const unsigned char *at = (const unsigned char *)bytes;
	const struct nv2_seal *seal;
	unsigned char digest[NV2_SHA256_SIZE];

	if (size >= 4 && nv2_get_be32(at) != FDT_MAGIC)
		return NV2_ERR_NOT_BUNDLE;
	if (size < HEAD_SIZE)
		return NV2_ERR_TRUNCATED;
	seal = (const struct nv2_seal *)(at + NV2_SEAL_OFFSET);
	if (memcmp(seal->magic, NV2_SEAL_MAGIC, sizeof(seal->magic)) != 0)
		return NV2_ERR_NOT_BUNDLE;
	if ((seal->major[0] << 8 | seal->major[1]) != NV2_BUNDLE_MAJOR)
		return NV2_ERR_VERSION;
	nv2_seal_digest(bytes, size, digest);
	if (memcmp(digest, seal->sha256, sizeof(digest)) != 0)
		return NV2_ERR_DIGEST;
	if (seal_flags(seal) & ~NV2_SEAL_SIGNED)
		return NV2_ERR_SEAL;
	if (!(seal_flags(seal) & NV2_SEAL_SIGNED) &&
	    (!is_zero(seal->signer, sizeof(seal->signer)) ||
	     !is_zero(seal->signature, sizeof(seal->signature))))
		return NV2_ERR_SEAL;
	return NV2_OK;
}

bool nv2_bundle_is_signed(const struct nv2_bundle *bundle)
{
	return (seal_flags(bundle->seal) & NV2_SEAL_SIGNED) != 0;
}

size_t nv2_bundle_size(const void *bytes, size_t size)
{
	const unsigned char *at = (const unsigned char *)bytes;

	return size < 8 || nv2_get_be32(at) != FDT_MAGIC ? 0 : nv2_get_be32(at + 4);
}

/* --- parts ------------------------------------------------------------------- */

/* By enum nv2_part_kind. */
static const struct part_row {
	const char *kind;
	uint32_t record_size; /* tables: what a row has at least; else 0 */
	bool tree;
} part_rows[] = {
	[NV2_PART_HOST_FW] = {"host-fw", 0, true},
	[NV2_PART_HOST_OS] = {"host-os", 0, true},
	[NV2_PART_NAMES] = {"names", 0, false},
	[NV2_PART_DEVICES] = {"devices", NV2_DEVICE_RECORD, false},
	[NV2_PART_REGIONS] = {"regions", NV2_REGION_RECORD, false},
	[NV2_PART_PROGRAM] = {"program", NV2_WRITE_RECORD, false},
};

_Static_assert(sizeof(part_rows) / sizeof(part_rows[0]) == NV2_PART_KINDS, "each kind has a row");

/* NULL is equal to NULL only. */
static bool equal_or_null(const char *a, const char *b)
{
	return a && b ? nv2_is_same(a, b) : a == b;
}

static bool read_part(const struct nv2_fdt *fdt, uint32_t node, struct nv2_part *part)
{
	uint32_t len;

	part->name = nv2_fdt_name(fdt, node);
	part->kind = nv2_fdt_string(fdt, node, "kind");
	part->guest = nv2_fdt_string(fdt, node, "guest");
	part->data = nv2_fdt_property(fdt, node, "data", &part->size);
	part->sha256 = nv2_fdt_property(fdt, node, "sha256", &len);
	if (!nv2_fdt_u32(fdt, node, "record-size", &part->record_size))
		part->record_size = 0;
	return part->kind && part->data && part->sha256 && len == NV2_SHA256_SIZE &&
	       !part->guest == !nv2_fdt_property(fdt, node, "guest", &len) &&
	       !part->record_size == !nv2_fdt_property(fdt, node, "record-size", &len);
}

bool nv2_bundle_next_part(const struct nv2_bundle *bundle, uint32_t *cursor, struct nv2_part *part)
{
	uint32_t node = *cursor ? nv2_fdt_sibling(&bundle->fdt, *cursor)
				: nv2_fdt_child(&bundle->fdt, bundle->parts);

	if (!node)
		return false;
	*cursor = node;
	return read_part(&bundle->fdt, node, part);
}

enum nv2_status nv2_bundle_find(const struct nv2_bundle *bundle, const char *kind,
				const char *guest, struct nv2_part *part)
{
	uint32_t cursor = 0;

	while (nv2_bundle_next_part(bundle, &cursor, part))
		if (nv2_is_same(part->kind, kind) && equal_or_null(part->guest, guest))
			return NV2_OK;
	return NV2_ERR_PART_MISSING;
}

/* --- opening ----------------------------------------------------------------- */

static enum nv2_status fail(struct nv2_bundle *bundle, enum nv2_status status, uint32_t at,
			    const char *part)
{
	bundle->fault = at;
	bundle->fault_part = part;
	return status;
}

static uint32_t offset_in(const struct nv2_bundle *bundle, const void *at)
{
	return (uint32_t)((const unsigned char *)at - bundle->fdt.bytes);
}

static enum nv2_status check_seal(struct nv2_bundle *bundle, const void *bytes, size_t size)
{
	enum nv2_status status = nv2_seal_check(bytes, size);

	if (status)
		return fail(bundle, status, status == NV2_ERR_NOT_BUNDLE ? 0 : NV2_SEAL_OFFSET,
			    NULL);
	bundle->seal = (const struct nv2_seal *)((const unsigned char *)bytes + NV2_SEAL_OFFSET);
	status = nv2_fdt_open(&bundle->fdt, bytes, size);
	if (status)
		return fail(bundle, status, bundle->fdt.fault, NULL);
	if (bundle->fdt.size != size)
		return fail(bundle, NV2_ERR_TRAILING, bundle->fdt.size, NULL);
	/* Nothing of the tree may lie in the seal. */
	if (bundle->fdt.reservations < HEAD_SIZE || bundle->fdt.structure < HEAD_SIZE ||
	    bundle->fdt.strings < HEAD_SIZE)
		return fail(bundle, NV2_ERR_FDT_LAYOUT, NV2_SEAL_OFFSET, NULL);
	return NV2_OK;
}

static bool has_string(const char *list, uint32_t size, const char *text)
{
	size_t len = strlen(text);

	while (size) {
		uint32_t part = (uint32_t)strlen(list);

		if (part == len && !memcmp(list, text, len))
			return true;
		list += part + 1;
		size -= part + 1;
	}
	return false;
}

static enum nv2_status check_root(struct nv2_bundle *bundle)
{
	const struct nv2_fdt *fdt = &bundle->fdt;
	uint32_t size;
	const char *format = nv2_fdt_strings(fdt, fdt->root, "compatible", &size);

	if (!format || !has_string(format, size, NV2_BUNDLE_COMPATIBLE))
		return fail(bundle, NV2_ERR_FORMAT, fdt->root, NULL);
	bundle->board = nv2_fdt_string(fdt, fdt->root, "board");
	bundle->compatible =
		nv2_fdt_strings(fdt, fdt->root, "board-compatible", &bundle->compatible_size);
	bundle->parts = nv2_fdt_find(fdt, "/parts", strlen("/parts"));
	if (!nv2_fdt_u32(fdt, fdt->root, "bundle-version", &bundle->version) ||
	    !nv2_fdt_u32(fdt, fdt->root, "page-size", &bundle->page_size) || !bundle->board ||
	    !bundle->compatible || !bundle->parts)
		return fail(bundle, NV2_ERR_FORMAT, fdt->root, NULL);
	return NV2_OK;
}

static enum nv2_status check_tree(struct nv2_bundle *bundle, const struct nv2_part *part)
{
	struct nv2_fdt fdt;
	enum nv2_status status = nv2_fdt_open(&fdt, part->data, part->size);
	uint32_t start = offset_in(bundle, part->data);

	if (status)
		return fail(bundle, status, start + fdt.fault, part->name);
	if (fdt.size != part->size)
		return fail(bundle, NV2_ERR_TRAILING, start + fdt.size, part->name);
	return NV2_OK;
}

static enum nv2_status check_known_part(struct nv2_bundle *bundle, const struct nv2_part *part)
{
	uint32_t at = offset_in(bundle, part->data);

	for (unsigned kind = 0; kind < NV2_PART_KINDS; kind++) {
		const struct part_row *row = &part_rows[kind];

		if (!nv2_is_same(part->kind, row->kind))
			continue;
		if (part->guest)
			return fail(bundle, NV2_ERR_PART, at, part->name);
		if (row->record_size &&
		    (part->record_size < row->record_size || part->size % part->record_size))
			return fail(bundle, NV2_ERR_TABLE, at, part->name);
		bundle->part[kind] = *part;
		return row->tree ? check_tree(bundle, part) : NV2_OK;
	}
	if (!nv2_is_same(part->kind, "guest"))
		return NV2_OK;
	return part->guest ? check_tree(bundle, part) : fail(bundle, NV2_ERR_PART, at, part->name);
}

static enum nv2_status check_part(struct nv2_bundle *bundle, uint32_t node)
{
	struct nv2_part part, same;
	unsigned char digest[NV2_SHA256_SIZE];

	if (!read_part(&bundle->fdt, node, &part) || ++bundle->part_count > NV2_PARTS_MAX)
		return fail(bundle, NV2_ERR_PART, node, nv2_fdt_name(&bundle->fdt, node));
	/* The first of that kind and guest must be this one, which is found at any rate. */
	nv2_bundle_find(bundle, part.kind, part.guest, &same);
	if (same.name != part.name)
		return fail(bundle, NV2_ERR_PART_TWICE, node, part.name);
	nv2_sha256(part.data, part.size, digest);
	if (memcmp(digest, part.sha256, sizeof(digest)) != 0)
		return fail(bundle, NV2_ERR_PART_DIGEST, offset_in(bundle, part.data), part.name);
	return check_known_part(bundle, &part);
}

static enum nv2_status check_parts(struct nv2_bundle *bundle)
{
	uint32_t node;

	for (node = nv2_fdt_child(&bundle->fdt, bundle->parts); node;
	     node = nv2_fdt_sibling(&bundle->fdt, node)) {
		enum nv2_status status = check_part(bundle, node);

		if (status)
			return status;
	}
	for (unsigned kind = 0; kind < NV2_PART_KINDS; kind++)
		if (!bundle->part[kind].data)
			return fail(bundle, NV2_ERR_PART_MISSING, bundle->parts,
				    part_rows[kind].kind);
	return NV2_OK;
}

/* --- tables ------------------------------------------------------------------ */

static const unsigned char *record(const struct nv2_bundle *bundle, enum nv2_part_kind kind,
				   uint32_t index)
{
	const struct nv2_part *part = &bundle->part[kind];

	return index < part->size / part->record_size
		       ? part->data + (size_t)index * part->record_size
		       : NULL;
}

static bool is_name(const struct nv2_bundle *bundle, uint32_t name)
{
	return name < bundle->part[NV2_PART_NAMES].size;
}

static const char *read_name(const struct nv2_bundle *bundle, const unsigned char *at)
{
	uint32_t name = nv2_get_be32(at);

	return is_name(bundle, name) ? (const char *)bundle->part[NV2_PART_NAMES].data + name
				     : NULL;
}

/* 0xffffffff gives NULL as well, but says so. */
static bool is_null_name(const unsigned char *at)
{
	return nv2_get_be32(at) == NV2_NAME_NONE;
}

bool nv2_bundle_device(const struct nv2_bundle *bundle, uint32_t index, struct nv2_device *device)
{
	const unsigned char *at = record(bundle, NV2_PART_DEVICES, index);

	if (!at)
		return false;
	device->name = read_name(bundle, at);
	device->npu = read_name(bundle, at + 4);
	device->gpu = read_name(bundle, at + 8);
	device->kind = nv2_get_be32(at + 12) == NV2_DEVICE_GPU ? NV2_DEVICE_GPU : NV2_DEVICE_LINK;
	device->link = nv2_get_be32(at + 16);
	device->first_region = nv2_get_be32(at + 20);
	device->region_count = nv2_get_be32(at + 24);
	return true;
}

bool nv2_bundle_region(const struct nv2_bundle *bundle, uint32_t index, struct nv2_region *region)
{
	const unsigned char *at = record(bundle, NV2_PART_REGIONS, index);

	if (!at)
		return false;
	region->device = nv2_get_be32(at);
	region->index = nv2_get_be32(at + 4);
	region->flags = nv2_get_be32(at + 8);
	region->type = nv2_get_be32(at + 12);
	region->subtype = nv2_get_be32(at + 16);
	region->link_speed = nv2_get_be32(at + 20);
	region->offset = nv2_get_be64(at + 24);
	region->size = nv2_get_be64(at + 32);
	region->tgt = nv2_get_be64(at + 40);
	region->atsd = nv2_get_be64(at + 48);
	region->atsd_shared = nv2_get_be32(at + 56) != 0;
	region->info_len = (uint8_t)nv2_get_be32(at + 60);
	memcpy(region->info_le, at + 64, sizeof(region->info_le));
	memcpy(region->info_be, at + 144, sizeof(region->info_be));
	return true;
}

bool nv2_bundle_write(const struct nv2_bundle *bundle, uint32_t index, struct nv2_write *write)
{
	const unsigned char *at = record(bundle, NV2_PART_PROGRAM, index);

	if (!at)
		return false;
	write->phase = nv2_get_be32(at) == NV2_PHASE_BOOT ? NV2_PHASE_BOOT : NV2_PHASE_GUEST;
	write->guest = read_name(bundle, at + 4);
	write->npu = read_name(bundle, at + 8);
	write->chip = nv2_get_be32(at + 12);
	write->name = read_name(bundle, at + 16);
	write->reg = nv2_get_be32(at + 20);
	write->mmio = nv2_get_be64(at + 24);
	write->addr_scom = nv2_get_be32(at + 32);
	write->data_scom = nv2_get_be32(at + 36);
	write->indirect = nv2_get_be64(at + 40);
	write->owner = nv2_get_be32(at + 48) == NV2_OWNER_BOOT ? NV2_OWNER_BOOT : NV2_OWNER_RUNTIME;
	write->flags = nv2_get_be32(at + 52);
	write->value = nv2_get_be64(at + 56);
	write->mask = nv2_get_be64(at + 64);
	write->lpid_mask = nv2_get_be64(at + 72);
	return true;
}

static bool good_device(const struct nv2_bundle *bundle, const unsigned char *at)
{
	uint32_t kind = nv2_get_be32(at + 12), first = nv2_get_be32(at + 20);
	uint32_t count = nv2_get_be32(at + 24);

	return is_name(bundle, nv2_get_be32(at)) && is_name(bundle, nv2_get_be32(at + 4)) &&
	       kind <= NV2_DEVICE_LINK &&
	       (kind == NV2_DEVICE_GPU ? is_null_name(at + 8)
				       : is_name(bundle, nv2_get_be32(at + 8))) &&
	       count && first <= bundle->region_count && count <= bundle->region_count - first;
}

static bool good_region(const struct nv2_bundle *bundle, const unsigned char *at)
{
	return nv2_get_be32(at) < bundle->device_count && nv2_get_be32(at + 56) <= 1 &&
	       nv2_get_be32(at + 60) <= NV2_REGION_INFO_MAX;
}

static bool good_write(const struct nv2_bundle *bundle, const unsigned char *at)
{
	uint32_t phase = nv2_get_be32(at);

	return phase <= NV2_PHASE_GUEST &&
	       (phase == NV2_PHASE_BOOT ? is_null_name(at + 4)
					: is_name(bundle, nv2_get_be32(at + 4))) &&
	       is_name(bundle, nv2_get_be32(at + 8)) && is_name(bundle, nv2_get_be32(at + 16)) &&
	       nv2_get_be32(at + 48) <= NV2_OWNER_RUNTIME;
}

static enum nv2_status check_table(struct nv2_bundle *bundle, enum nv2_part_kind kind,
				   uint32_t count,
				   bool (*good)(const struct nv2_bundle *, const unsigned char *))
{
	for (uint32_t i = 0; i < count; i++) {
		const unsigned char *at = record(bundle, kind, i);

		if (!good(bundle, at))
			return fail(bundle, NV2_ERR_TABLE, offset_in(bundle, at),
				    bundle->part[kind].name);
	}
	return NV2_OK;
}

static uint32_t count_records(const struct nv2_part *part)
{
	return part->size / part->record_size;
}

static enum nv2_status check_tables(struct nv2_bundle *bundle)
{
	const struct nv2_part *names = &bundle->part[NV2_PART_NAMES];
	enum nv2_status status;

	if (names->size && names->data[names->size - 1])
		return fail(bundle, NV2_ERR_TABLE, offset_in(bundle, names->data), names->name);
	bundle->device_count = count_records(&bundle->part[NV2_PART_DEVICES]);
	bundle->region_count = count_records(&bundle->part[NV2_PART_REGIONS]);
	bundle->write_count = count_records(&bundle->part[NV2_PART_PROGRAM]);
	status = check_table(bundle, NV2_PART_DEVICES, bundle->device_count, good_device);
	if (!status)
		status = check_table(bundle, NV2_PART_REGIONS, bundle->region_count, good_region);
	if (!status)
		status = check_table(bundle, NV2_PART_PROGRAM, bundle->write_count, good_write);
	return status;
}

enum nv2_status nv2_bundle_open(struct nv2_bundle *bundle, const void *bytes, size_t size)
{
	enum nv2_status status;

	memset(bundle, 0, sizeof(*bundle));
	status = check_seal(bundle, bytes, size);
	if (!status)
		status = check_root(bundle);
	if (!status)
		status = check_parts(bundle);
	if (!status)
		status = check_tables(bundle);
	return status;
}

bool nv2_bundle_fits(const struct nv2_bundle *bundle, const char *compatible, size_t size)
{
	const char *end = compatible + size;

	if (!size || end[-1])
		return false;
	for (; compatible < end; compatible += strlen(compatible) + 1)
		if (has_string(bundle->compatible, bundle->compatible_size, compatible))
			return true;
	return false;
}
