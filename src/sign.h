/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_SIGN_H
#define NV2_SIGN_H

#include <stdbool.h>

#include "core/buffer.h"
#include "diag/diag.h"
#include "nv2/bundle.h"

/* Trust in bundles: whether one is whole, and by whose key it is signed. */
enum bundle_code {
	BUNDLE_DAMAGED,
	BUNDLE_VERSION,
	BUNDLE_SIGNATURE,
	BUNDLE_KEY,
	BUNDLE_KEY_EXPOSED,
	BUNDLE_CODES
};

extern const struct diag_def bundle_codes[BUNDLE_CODES];

/*
 * Opens a bundle of exactly these bytes, which must stay; one that is signed
 * must have a signature of the key that it names. `file` is what messages call
 * it. False after a diagnostic.
 */
bool read_bundle(struct diags *diags, const char *file, const void *bytes, size_t size,
		 struct nv2_bundle *bundle);

/*
 * Signs a bundle with the secret key in a file: 32 bytes, the Ed25519 seed, in
 * base64, one line, for its owner's eyes only. False after a diagnostic; the
 * bundle is then as it was.
 */
bool sign_bundle(struct diags *diags, struct buffer *bundle, const char *key_path);

/*
 * Whether the bundle is signed by the public key in a file: 32 bytes in
 * base64, one line. False after a diagnostic. `bundle` is from read_bundle(),
 * `file` is what messages call it.
 */
bool verify_bundle(struct diags *diags, const char *file, const struct nv2_bundle *bundle,
		   const char *key_path);

#endif
