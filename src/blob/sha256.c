/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes bytes, gives their SHA-256 as FIPS 180-4 defines it. Never allocates
 * and never keeps state but in the caller's struct.
 */
#include "blob/sha256.h"

#include "blob/freestanding.h"

static const uint32_t constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

static uint32_t rotate(uint32_t word, unsigned by)
{
	return word >> by | word << (32 - by);
}

/* The schedule as a ring of 16 words: firmware's stack is small. */
static uint32_t next_word(uint32_t words[16], unsigned round)
{
	uint32_t *word = &words[round & 15];
	uint32_t early = words[(round + 1) & 15], late = words[(round + 14) & 15];

	*word += (rotate(early, 7) ^ rotate(early, 18) ^ early >> 3) + words[(round + 9) & 15] +
		 (rotate(late, 17) ^ rotate(late, 19) ^ late >> 10);
	return *word;
}

static void add_block(uint32_t state[8], const unsigned char *block)
{
	uint32_t words[16];
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	uint32_t e = state[4], f = state[5], g = state[6], h = state[7];

	for (unsigned i = 0; i < 16; i++)
		words[i] = nv2_get_be32(block + sizeof(words[0]) * i);
	for (unsigned i = 0; i < 64; i++) {
		uint32_t word = i < 16 ? words[i] : next_word(words, i);
		uint32_t first = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
				 ((e & f) ^ (~e & g)) + constants[i] + word;
		uint32_t second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) +
				  ((a & b) ^ (a & c) ^ (b & c));

		h = g;
		g = f;
		f = e;
		e = d + first;
		d = c;
		c = b;
		b = a;
		a = first + second;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

void nv2_sha256_begin(struct nv2_sha256 *hash)
{
	static const uint32_t start[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	};

	memcpy(hash->state, start, sizeof(start));
	hash->length = 0;
}

void nv2_sha256_add(struct nv2_sha256 *hash, const void *bytes, size_t len)
{
	const unsigned char *at = (const unsigned char *)bytes;
	size_t held = (size_t)hash->length & (NV2_SHA256_BLOCK - 1);

	hash->length += len;
	while (len) {
		size_t part = NV2_SHA256_BLOCK - held;

		if (part > len)
			part = len;
		if (part == NV2_SHA256_BLOCK) {
			add_block(hash->state, at);
		} else {
			memcpy(hash->block + held, at, part);
			held += part;
			if (held == NV2_SHA256_BLOCK) {
				add_block(hash->state, hash->block);
				held = 0;
			}
		}
		at += part;
		len -= part;
	}
}

void nv2_sha256_end(struct nv2_sha256 *hash, unsigned char digest[NV2_SHA256_SIZE])
{
	static const unsigned char padding[NV2_SHA256_BLOCK] = {0x80};
	uint64_t bits = hash->length << 3;
	size_t held = (size_t)hash->length & (NV2_SHA256_BLOCK - 1);
	unsigned char length[8];

	nv2_put_be32(length, (uint32_t)(bits >> 32));
	nv2_put_be32(length + 4, (uint32_t)bits);
	/* Up to 8 bytes before the end of a block, which is the next one if need be. */
	nv2_sha256_add(hash, padding, (held < 56 ? 56 : 120) - held);
	nv2_sha256_add(hash, length, sizeof(length));
	for (unsigned i = 0; i < 8; i++)
		nv2_put_be32(digest + sizeof(hash->state[0]) * i, hash->state[i]);
}

void nv2_sha256(const void *bytes, size_t len, unsigned char digest[NV2_SHA256_SIZE])
{
	struct nv2_sha256 hash;

	nv2_sha256_begin(&hash);
	nv2_sha256_add(&hash, bytes, len);
	nv2_sha256_end(&hash, digest);
}
