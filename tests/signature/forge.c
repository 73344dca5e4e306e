/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a good bundle and what an attacker would do to it, gives the forgery. Never makes a
 * signature without its secret key: that is what all of this is about.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blob/fdt.h"
#include "blob/freestanding.h"
#include "blob/sha256.h"
#include "nv2/bundle.h"

#define BUNDLE_MAX ((size_t)4 << 20)

struct file {
	unsigned char bytes[BUNDLE_MAX];
	size_t size;
};

static struct nv2_seal *seal_of(struct file *file)
{
	return (struct nv2_seal *)(file->bytes + NV2_SEAL_OFFSET);
}

static void stop(const char *what, const char *about)
{
	fprintf(stderr, "forge: %s: %s\n", about, what);
	exit(1);
}

static void load(const char *path, struct file *file)
{
	FILE *stream = fopen(path, "rb");

	if (!stream)
		stop("cannot be opened", path);
	file->size = fread(file->bytes, 1, sizeof(file->bytes), stream);
	fclose(stream);
	if (file->size < NV2_SEAL_OFFSET + NV2_SEAL_SIZE)
		stop("is too short for a bundle", path);
}

static void put_number(unsigned char *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (unsigned char)(value >> (24 - 8 * i));
}

/* --- edits ------------------------------------------------------------------- */

/* Finds a part by the structure alone: a forgery in the making has no good digests. */
static unsigned char *find_part(struct file *file, const char *kind, const char *property,
				uint32_t *size)
{
	const unsigned char *value = NULL;
	struct nv2_fdt fdt;
	char path[64];
	uint32_t node;

	snprintf(path, sizeof(path), "/parts/%s", kind);
	if (nv2_fdt_open(&fdt, file->bytes, file->size))
		stop("has no structure any more", "the bundle");
	node = nv2_fdt_find(&fdt, path, strlen(path));
	if (node)
		value = nv2_fdt_property(&fdt, node, property, size);
	if (!value)
		stop("there is no such part", kind);
	return file->bytes + (value - file->bytes);
}

/* part=KIND:DONOR */
static void take_part(struct file *file, const char *argument)
{
	static struct file donor;
	const char *colon = strchr(argument, ':');
	uint32_t size, theirs;
	unsigned char *to;
	const unsigned char *from;
	char kind[32];

	if (!colon)
		stop("wants KIND:DONOR", argument);
	snprintf(kind, sizeof(kind), "%.*s", (int)(colon - argument), argument);
	load(colon + 1, &donor);
	to = find_part(file, kind, "data", &size);
	from = find_part(&donor, kind, "data", &theirs);
	if (size != theirs)
		stop("the parts differ in size", argument);
	if (!memcmp(to, from, size))
		stop("the parts are the same", argument);
	memcpy(to, from, size);
}

/* digest=KIND */
static void repair_part(struct file *file, const char *kind)
{
	uint32_t size, length;
	const unsigned char *data = find_part(file, kind, "data", &size);

	nv2_sha256(data, size, find_part(file, kind, "sha256", &length));
}

static void repair_seal(struct file *file, const char *argument)
{
	(void)argument;
	nv2_seal_digest(file->bytes, file->size, seal_of(file)->sha256);
}

static void take_seal(struct file *file, const char *path)
{
	static struct file donor;

	load(path, &donor);
	memcpy(seal_of(file), seal_of(&donor), sizeof(struct nv2_seal));
}

static void take_signature(struct file *file, const char *path)
{
	static struct file donor;

	load(path, &donor);
	memcpy(seal_of(file)->signature, seal_of(&donor)->signature,
	       sizeof(seal_of(file)->signature));
}

/* signer=KEYFILE, a public key */
static void put_signer(struct file *file, const char *path)
{
	char text[128] = "";
	FILE *stream = fopen(path, "rb");
	size_t size = 0, len = stream ? fread(text, 1, sizeof(text), stream) : 0;

	if (stream)
		fclose(stream);
	if (sodium_base642bin(seal_of(file)->signer, 32, text, len, "\n", &size, NULL,
			      sodium_base64_VARIANT_ORIGINAL) < 0)
		stop("is no key", path);
}

static void set_flags(struct file *file, const char *number)
{
	put_number(seal_of(file)->flags, (uint32_t)strtoul(number, NULL, 0));
}

static void clear_signature(struct file *file, const char *argument)
{
	(void)argument;
	memset(seal_of(file)->signature, 0, sizeof(seal_of(file)->signature));
}

static void clear_signer(struct file *file, const char *argument)
{
	(void)argument;
	memset(seal_of(file)->signer, 0, sizeof(seal_of(file)->signer));
}

/* version=N, the counter */
static void set_version(struct file *file, const char *number)
{
	struct nv2_fdt fdt;
	uint32_t size;
	const unsigned char *value;

	if (nv2_fdt_open(&fdt, file->bytes, file->size))
		stop("has no structure any more", "the bundle");
	value = nv2_fdt_property(&fdt, fdt.root, "bundle-version", &size);
	if (!value)
		stop("there is none", "bundle-version");
	put_number(file->bytes + (value - file->bytes), (uint32_t)strtoul(number, NULL, 10));
}

/* byte=OFFSET: its lowest bit is the other one. */
static void flip(struct file *file, const char *offset)
{
	size_t at = strtoul(offset, NULL, 0);

	if (at >= file->size)
		stop("is behind the end", offset);
	file->bytes[at] ^= 1;
}

static void cut(struct file *file, const char *count)
{
	size_t bytes = strtoul(count, NULL, 0);

	if (bytes > file->size)
		stop("is more than there is", count);
	file->size -= bytes;
}

static void append(struct file *file, const char *path)
{
	static struct file tail;

	load(path, &tail);
	if (tail.size > sizeof(file->bytes) - file->size)
		stop("is too long", path);
	memcpy(file->bytes + file->size, tail.bytes, tail.size);
	file->size += tail.size;
}

/* The header's totalsize, to what there is. */
static void repair_size(struct file *file, const char *argument)
{
	(void)argument;
	put_number(file->bytes + 4, (uint32_t)file->size);
}

static void set_major(struct file *file, const char *number)
{
	seal_of(file)->major[1] = (unsigned char)strtoul(number, NULL, 10);
}

/*
 * S + L, with the group's order: the equation still holds, so a verifier has to refuse it for not
 * being reduced (RFC 8032, 5.1.7).
 */
static void malleate(struct file *file, const char *argument)
{
	static const unsigned char order[32] = {
		0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,        0xd6,
		0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10,
	};
	unsigned char *scalar = seal_of(file)->signature + 32;
	unsigned carry = 0;

	(void)argument;
	for (unsigned i = 0; i < 32; i++) {
		carry += (unsigned)scalar[i] + order[i];
		scalar[i] = (unsigned char)carry;
		carry >>= 8;
	}
}

/* R the neutral element and S 0: with a key of small order the equation holds for any message. */
static void sign_as_nobody(struct file *file, const char *argument)
{
	(void)argument;
	clear_signature(file, NULL);
	seal_of(file)->signature[0] = 1;
}

static const struct edit {
	const char *name;
	void (*make)(struct file *file, const char *argument);
} edits[] = {
	{"append", append},
	{"byte", flip},
	{"cut", cut},
	{"digest", repair_part},
	{"flags", set_flags},
	{"major", set_major},
	{"malleate", malleate},
	{"no-signature", clear_signature},
	{"no-signer", clear_signer},
	{"nobody", sign_as_nobody},
	{"part", take_part},
	{"seal", repair_seal},
	{"seal-of", take_seal},
	{"signature-of", take_signature},
	{"signer", put_signer},
	{"size", repair_size},
	{"version", set_version},
};

static void edit(struct file *file, const char *text)
{
	size_t len = strcspn(text, "=");

	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		if (strlen(edits[i].name) == len && !strncmp(edits[i].name, text, len)) {
			edits[i].make(file, text[len] ? text + len + 1 : "");
			return;
		}
	}
	stop("there is no such edit", text);
}

int main(int argc, char **argv)
{
	static struct file file;
	FILE *stream;

	if (argc < 3 || sodium_init() < 0) {
		fprintf(stderr, "Usage: forge BUNDLE OUTPUT [EDIT[=ARGUMENT]]...\n");
		return 2;
	}
	load(argv[1], &file);
	for (int i = 3; i < argc; i++)
		edit(&file, argv[i]);
	stream = fopen(argv[2], "wb");
	if (!stream || fwrite(file.bytes, 1, file.size, stream) != file.size || fclose(stream))
		stop("cannot be written", argv[2]);
	return 0;
}
