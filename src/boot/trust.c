/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a bundle, opened or not, and what its user trusts, gives whether it may be applied, and to
 * this tree. Never changes anything, and never takes a bundle for good because it says so itself.
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

static enum nv2_status check_signature(const struct nv2_seal *seal, const struct nv2_trust *trust,
				       const struct nv2_ops *ops, struct nv2_failure *failure)
{
	const unsigned char *key;

	if (!trust->key_count && !trust->locked_down)
		return NV2_OK;
	if (!(nv2_get_be32(seal->flags) & NV2_SEAL_SIGNED))
		return fail(failure, NV2_ERR_UNSIGNED);
	if (trust->key_count && (!ops || !ops->verify_signature))
		return fail(failure, NV2_ERR_NO_VERIFIER);
	key = find_signer(trust, seal);
	if (!key)
		return fail(failure, NV2_ERR_SIGNATURE);
	failure->cause = ops->verify_signature(ops->context, key, seal, NV2_SEAL_MESSAGE_SIZE,
					       seal->signature);
	return failure->cause ? fail(failure, NV2_ERR_SIGNATURE) : NV2_OK;
}

/* Without a key the counter is what anybody wrote there. */
static enum nv2_status check_counter(const struct nv2_bundle *bundle, const struct nv2_trust *trust,
				     struct nv2_failure *failure)
{
	if (!trust->key_count || bundle->version >= trust->last_version)
		return NV2_OK;
	failure->wanted = trust->last_version;
	failure->found = bundle->version;
	return fail(failure, NV2_ERR_REPLAY);
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

enum nv2_status nv2_seal_verify(const void *bytes, size_t size, const struct nv2_trust *trust,
				const struct nv2_ops *ops, struct nv2_failure *failure)
{
	enum nv2_status status = nv2_seal_check(bytes, size);

	begin(failure);
	if (status)
		return fail(failure, status);
	return check_signature(
		(const struct nv2_seal *)((const unsigned char *)bytes + NV2_SEAL_OFFSET), trust,
		ops, failure);
}

enum nv2_status nv2_bundle_verify(const struct nv2_bundle *bundle, const struct nv2_trust *trust,
				  const struct nv2_ops *ops, struct nv2_failure *failure)
{
	enum nv2_status status;

	begin(failure);
	status = check_signature(bundle->seal, trust, ops, failure);
	if (!status)
		status = check_counter(bundle, trust, failure);
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
