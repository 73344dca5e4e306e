/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes an opened bundle and what its user trusts, gives whether it may be applied, and to this
 * tree. Never changes anything, and never takes a bundle for good because it says so itself.
 */
#include "nv2/boot.h"

#include "blob/freestanding.h"
#include "blob/overlay.h"

#define KEY_SIZE 32

static void begin(struct nv2_failure *failure)
{
	memset(failure, 0, sizeof(*failure));
	failure->step = NV2_STEP_NONE;
}

static enum nv2_status fail(struct nv2_failure *failure, enum nv2_status status)
{
	failure->status = status;
	return status;
}

/* The seal names its signer inside of what is signed, so no other key has to be tried. */
static const unsigned char *find_signer(const struct nv2_trust *trust, const struct nv2_seal *seal)
{
	for (uint32_t i = 0; i < trust->key_count; i++) {
		const unsigned char *key = trust->keys + (size_t)i * KEY_SIZE;

		if (!memcmp(key, seal->signer, KEY_SIZE))
			return key;
	}
	return NULL;
}

static enum nv2_status check_signature(const struct nv2_bundle *bundle,
				       const struct nv2_trust *trust, const struct nv2_ops *ops,
				       struct nv2_failure *failure)
{
	const struct nv2_seal *seal = bundle->seal;
	const unsigned char *key;

	if (!trust->key_count && !trust->locked_down)
		return NV2_OK;
	if (!nv2_bundle_is_signed(bundle))
		return fail(failure, NV2_ERR_UNSIGNED);
	if (trust->key_count && (!ops || !ops->verify_signature))
		return fail(failure, NV2_ERR_NO_VERIFIER);
	key = find_signer(trust, seal);
	if (!key)
		return fail(failure, NV2_ERR_SIGNATURE);
	failure->cause = ops->verify_signature(ops->context, key, seal, NV2_SEAL_MESSAGE_SIZE,
					       seal->signature);
	if (failure->cause)
		return fail(failure, NV2_ERR_SIGNATURE);
	if (bundle->version < trust->last_version) {
		failure->wanted = trust->last_version;
		failure->found = bundle->version;
		return fail(failure, NV2_ERR_REPLAY);
	}
	return NV2_OK;
}

static enum nv2_status check_overlay(const struct nv2_part *part, struct nv2_failure *failure)
{
	struct nv2_overlay_fault fault = {.step = NV2_STEP_NONE};
	struct nv2_fdt overlay;
	enum nv2_status status = nv2_fdt_open(&overlay, part->data, part->size);

	if (status)
		fault.node = overlay.fault;
	else
		status = nv2_late_overlay_verify(&overlay, &fault);
	if (!status)
		return NV2_OK;
	failure->what = part->kind;
	failure->node = fault.node;
	failure->property = fault.property;
	failure->step = fault.step;
	return fail(failure, status);
}

enum nv2_status nv2_bundle_verify(const struct nv2_bundle *bundle, const struct nv2_trust *trust,
				  const struct nv2_ops *ops, struct nv2_failure *failure)
{
	enum nv2_status status;

	begin(failure);
	status = check_signature(bundle, trust, ops, failure);
	if (!status)
		status = check_overlay(&bundle->part[NV2_PART_HOST_FW], failure);
	if (!status)
		status = check_overlay(&bundle->part[NV2_PART_HOST_OS], failure);
	return status;
}

enum nv2_status nv2_board_check(const struct nv2_bundle *bundle, const struct nv2_fdt *tree,
				struct nv2_failure *failure)
{
	uint32_t size;
	const char *compatible = nv2_fdt_strings(tree, tree->root, "compatible", &size);

	begin(failure);
	if (compatible && nv2_bundle_fits(bundle, compatible, size))
		return NV2_OK;
	failure->what = compatible;
	failure->property = "compatible";
	failure->at = tree->root;
	return fail(failure, NV2_ERR_BOARD);
}
