/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a bundle and a key file, signs or verifies with Ed25519. Never writes
 * a file, and never leaves a secret key in memory.
 */
#include "sign.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emit/bundle.h"

/* More than any key has; what is longer is none. */
#define KEY_TEXT_MAX 128

static_assert(crypto_sign_SEEDBYTES == 32 && crypto_sign_PUBLICKEYBYTES == 32,
	      "a key file holds a seed or a public key");
static_assert(sizeof(((struct nv2_seal *)0)->signature) == crypto_sign_BYTES,
	      "the seal has room for a signature");

const struct diag_def bundle_codes[BUNDLE_CODES] = {
	[BUNDLE_DAMAGED] = {
		"NV2-E0361", "bundle-damaged", SEVERITY_ERROR,
		"A bundle is damaged, or no bundle",
		"A bundle carries a SHA-256 over all of its bytes, which is checked before anything\n"
		"else is read, and one for each part. This file was cut, got longer, was changed, or\n"
		"never was a bundle. Nothing of it is used.",
		NULL, "copy it again, or compile it again",
	},
	[BUNDLE_VERSION] = {
		"NV2-E0362", "bundle-version", SEVERITY_ERROR,
		"A bundle has a format that this release does not know",
		"Minor versions of the format add to it and can be read; another major version\n"
		"means something else by the same bytes, so it is not.",
		NULL, "take the release that wrote it, or compile it again with this one",
	},
	[BUNDLE_SIGNATURE] = {
		"NV2-E0363", "bundle-signature", SEVERITY_ERROR,
		"A bundle is not signed by this key",
		"It is not signed at all, or by another key, or the signature is not one of what the\n"
		"bundle says. A machine that has a key configured refuses it.",
		NULL, "sign it with `nv2dtc compile --sign`, or name the key that it was signed with",
	},
	[BUNDLE_KEY] = {
		"NV2-E0364", "key-file", SEVERITY_ERROR,
		"A key file cannot be used",
		"A key file holds 32 bytes in base64 on one line: the seed of an Ed25519 key to sign\n"
		"with, or a public key to verify with. `head -c 32 /dev/urandom | base64` makes a seed;\n"
		"`nv2dtc dump` shows the public key of whoever signed a bundle.",
		NULL, "check its name and what it holds",
	},
	[BUNDLE_KEY_EXPOSED] = {
		"NV2-E0365", "key-exposed", SEVERITY_ERROR,
		"Others than its owner can get at a secret key",
		"Whoever can read the key can sign bundles that machines take, and whoever can write\n"
		"it can put another in its place. Think about whether it has been read already.",
		NULL, "chmod 600 the file",
	},
};

static bool start_sodium(struct diags *diags)
{
	if (sodium_init() >= 0)
		return true;
	diag_add_about(diags, &bundle_codes[BUNDLE_KEY], "libsodium", "cannot be started");
	diags->system_failure = true;
	return false;
}

/* --- key files --------------------------------------------------------------- */

static bool report_key(struct diags *diags, const char *path, const char *what)
{
	diag_add_about(diags, &bundle_codes[BUNDLE_KEY], path, "%s", what);
	return false;
}

static bool report_unreadable(struct diags *diags, const char *path, int error)
{
	diag_add_about(diags, &bundle_codes[BUNDLE_KEY], path, "cannot be read: %s",
		       strerror(error));
	diags->system_failure = true;
	return false;
}

/* Pipes and the like have no permissions that would mean anything. */
static bool check_exposed(struct diags *diags, const char *path, int fd)
{
	struct diag_record *record;
	struct stat status;
	unsigned mode;

	if (fstat(fd, &status) < 0)
		return report_unreadable(diags, path, errno);
	mode = (unsigned)status.st_mode & 0777;
	if (!S_ISREG(status.st_mode) || !(mode & (S_IRWXG | S_IRWXO)))
		return true;
	record = diag_add_about(diags, &bundle_codes[BUNDLE_KEY_EXPOSED], path,
				"this secret key is not its owner's alone: its mode is %04o", mode);
	diag_fix(diags, record, "chmod 600 '%s'", path);
	return false;
}

/* Up to KEY_TEXT_MAX bytes; gives an errno value. */
static int read_text(int fd, char text[KEY_TEXT_MAX], size_t *len)
{
	for (*len = 0; *len < KEY_TEXT_MAX;) {
		ssize_t got = read(fd, text + *len, KEY_TEXT_MAX - *len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno;
		if (!got)
			break;
		*len += (size_t)got;
	}
	return 0;
}

static bool decode_key(struct diags *diags, const char *path, const char *text, size_t len,
		       unsigned char key[32])
{
	unsigned char bytes[KEY_TEXT_MAX];
	size_t count = 0;
	bool good;

	if (len && text[len - 1] == '\n')
		len--;
	if (len && text[len - 1] == '\r')
		len--;
	good = !sodium_base642bin(bytes, sizeof(bytes), text, len, NULL, &count, NULL,
				  sodium_base64_VARIANT_ORIGINAL);
	if (good && count == 32)
		memcpy(key, bytes, 32);
	sodium_memzero(bytes, sizeof(bytes));
	if (good && count == 32)
		return true;
	return report_key(diags, path,
			  !len   ? "this key file is empty"
			  : good ? "a key has 32 bytes; this file has another number of them"
				 : "this is no key: not base64 on one line");
}

static bool read_key(struct diags *diags, const char *path, bool secret, unsigned char key[32])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), error;
	char text[KEY_TEXT_MAX];
	size_t len = 0;
	bool good;

	if (fd < 0)
		return report_unreadable(diags, path, errno);
	if (secret && !check_exposed(diags, path, fd)) {
		close(fd);
		return false;
	}
	error = read_text(fd, text, &len);
	close(fd);
	good = error ? report_unreadable(diags, path, error)
		     : decode_key(diags, path, text, len, key);
	sodium_memzero(text, sizeof(text));
	return good;
}

/* --- signatures -------------------------------------------------------------- */

bool sign_bundle(struct diags *diags, struct buffer *bundle, const char *key_path)
{
	struct nv2_seal *seal = (struct nv2_seal *)(bundle->data + NV2_SEAL_OFFSET);
	unsigned char seed[crypto_sign_SEEDBYTES], secret[crypto_sign_SECRETKEYBYTES];

	if (!start_sodium(diags) || !read_key(diags, key_path, true, seed))
		return false;
	crypto_sign_seed_keypair(seal->signer, secret, seed);
	put_be32(seal->flags, NV2_SEAL_SIGNED);
	seal_bundle(bundle);
	crypto_sign_detached(seal->signature, NULL, (const unsigned char *)seal,
			     NV2_SEAL_MESSAGE_SIZE, secret);
	sodium_memzero(seed, sizeof(seed));
	sodium_memzero(secret, sizeof(secret));
	return true;
}

static bool has_signature(const struct nv2_seal *seal, const unsigned char *key)
{
	return !crypto_sign_verify_detached(seal->signature, (const unsigned char *)seal,
					    NV2_SEAL_MESSAGE_SIZE, key);
}

static void report_damage(struct diags *diags, const char *file, const void *bytes, size_t size,
			  const struct nv2_bundle *bundle, enum nv2_status status)
{
	const char *part = bundle->fault_part;
	struct diag_record *record;

	if (status == NV2_ERR_VERSION) {
		const struct nv2_seal *seal =
			(const struct nv2_seal *)((const char *)bytes + NV2_SEAL_OFFSET);

		diag_add_about(diags, &bundle_codes[BUNDLE_VERSION], file,
			       "this bundle has major version %u; this release reads %d",
			       seal->major[0] << 8 | seal->major[1], NV2_BUNDLE_MAJOR);
		return;
	}
	record = diag_add_about(diags, &bundle_codes[BUNDLE_DAMAGED], file,
				"%s (%s%sbyte 0x%" PRIx32 ")", nv2_strerror(status),
				part ? part : "", part ? ", " : "", bundle->fault);
	if (status == NV2_ERR_DIGEST && nv2_bundle_size(bytes, size) != size)
		diag_note_about(diags, record, file, "it has %zu bytes, and its header says %zu",
				size, nv2_bundle_size(bytes, size));
}

bool read_bundle(struct diags *diags, const char *file, const void *bytes, size_t size,
		 struct nv2_bundle *bundle)
{
	enum nv2_status status = nv2_bundle_open(bundle, bytes, size);

	if (status) {
		report_damage(diags, file, bytes, size, bundle, status);
		return false;
	}
	if (!start_sodium(diags))
		return false;
	if (!nv2_bundle_is_signed(bundle) || has_signature(bundle->seal, bundle->seal->signer))
		return true;
	diag_add_about(diags, &bundle_codes[BUNDLE_SIGNATURE], file,
		       "the signature is not one of this bundle by the key that it names");
	return false;
}

/* Whoever hands out a secret key by mistake should hear of it. */
static bool is_seed_of(const unsigned char seed[32], const unsigned char key[32])
{
	unsigned char public[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
	bool same;

	crypto_sign_seed_keypair(public, secret, seed);
	same = !sodium_memcmp(public, key, sizeof(public));
	sodium_memzero(secret, sizeof(secret));
	return same;
}

bool verify_bundle(struct diags *diags, const char *file, const struct nv2_bundle *bundle,
		   const char *key_path)
{
	unsigned char key[32];
	struct diag_record *record;

	if (!start_sodium(diags) || !read_key(diags, key_path, false, key))
		return false;
	if (!nv2_bundle_is_signed(bundle)) {
		diag_add_about(diags, &bundle_codes[BUNDLE_SIGNATURE], file,
			       "this bundle is not signed");
		return false;
	}
	if (has_signature(bundle->seal, key))
		return true;
	record = diag_add_about(diags, &bundle_codes[BUNDLE_SIGNATURE], file,
				"this bundle is not signed by the key in %s", key_path);
	if (is_seed_of(key, bundle->seal->signer))
		diag_fix(diags, record,
			 "this key is what it was signed with: if it is the secret one, give its "
			 "public half; if it is the public one, sign again with the secret one");
	sodium_memzero(key, sizeof(key));
	return false;
}
