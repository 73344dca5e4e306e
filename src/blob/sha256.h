/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_BLOB_SHA256_H
#define NV2_BLOB_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define NV2_SHA256_SIZE 32
#define NV2_SHA256_BLOCK 64

/* SHA-256 (FIPS 180-4) of a message that comes in pieces of any size. */
struct nv2_sha256 {
	uint32_t state[8];
	uint64_t length; /* bytes so far */
	unsigned char block[NV2_SHA256_BLOCK];
};

void nv2_sha256_begin(struct nv2_sha256 *hash);
/* `bytes` may be NULL when `len` is 0. */
void nv2_sha256_add(struct nv2_sha256 *hash, const void *bytes, size_t len);
/* The hash is used up. */
void nv2_sha256_end(struct nv2_sha256 *hash, unsigned char digest[NV2_SHA256_SIZE]);

/* All at once. */
void nv2_sha256(const void *bytes, size_t len, unsigned char digest[NV2_SHA256_SIZE]);

#endif
