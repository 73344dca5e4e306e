/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a bundle and key files, gives what libnv2boot says of them, with libsodium to check
 * signatures, as a firmware would have it. Never touches anything.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nv2/boot.h"

#define BUNDLE_MAX ((size_t)4 << 20)
#define KEYS_MAX 8

static int verify(void *context, const unsigned char *key, const void *message, size_t size,
		  const unsigned char *signature)
{
	(void)context;
	return crypto_sign_verify_detached(signature, (const unsigned char *)message, size, key);
}

static size_t read_file(const char *path, unsigned char *bytes, size_t room)
{
	FILE *file = fopen(path, "rb");
	size_t size;

	if (!file) {
		perror(path);
		exit(2);
	}
	size = fread(bytes, 1, room, file);
	fclose(file);
	return size;
}

static void read_key(const char *path, unsigned char key[32])
{
	unsigned char text[128];
	size_t len = read_file(path, text, sizeof(text)), size = 0;

	if (sodium_base642bin(key, 32, (const char *)text, len, "\n", &size, NULL,
			      sodium_base64_VARIANT_ORIGINAL) < 0 ||
	    size != 32) {
		fprintf(stderr, "judge: %s: no key\n", path);
		exit(2);
	}
}

static int say(const char *step, enum nv2_status status)
{
	printf("%s: %s\n", step, nv2_strerror(status));
	return status ? 1 : 0;
}

/* In the order that nv2/boot.h wants. Whoever leaves the first step out must be refused as well. */
static int judge(const unsigned char *bytes, size_t size, const struct nv2_trust *trust)
{
	const struct nv2_ops ops = {.verify_signature = verify};
	enum nv2_status sealed, status;
	struct nv2_failure failure;
	struct nv2_bundle bundle;

	sealed = nv2_seal_verify(bytes, size, trust, &ops, &failure);
	status = nv2_bundle_open(&bundle, bytes, size);
	if (!status)
		status = nv2_bundle_verify(&bundle, trust, &ops, &failure);
	if (sealed && !status)
		return say("taken without nv2_seal_verify", sealed);
	if (sealed)
		return say("seal", sealed);
	return status ? say("bundle", status) : say("taken", NV2_OK);
}

int main(int argc, char **argv)
{
	static unsigned char bytes[BUNDLE_MAX], keys[KEYS_MAX * 32];
	struct nv2_trust trust = {.keys = keys};
	int option;

	while ((option = getopt(argc, argv, "c:l")) != -1) {
		if (option == 'c')
			trust.last_version = (uint32_t)strtoul(optarg, NULL, 10);
		else if (option == 'l')
			trust.locked_down = true;
		else
			return 2;
	}
	if (sodium_init() < 0 || optind >= argc || argc - optind - 1 > KEYS_MAX) {
		fprintf(stderr, "Usage: judge [-l] [-c LAST-VERSION] BUNDLE [KEY]...\n");
		return 2;
	}
	for (int i = optind + 1; i < argc; i++)
		read_key(argv[i], keys + (size_t)32 * trust.key_count++);
	return judge(bytes, read_file(argv[optind], bytes, sizeof(bytes)), &trust);
}
