/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the links of a bundle, gives whether register, live tree and plan mean
 * the same address for each. Never changes the machine.
 */
#include <inttypes.h>
#include <string.h>

#include "linux/steps.h"

static bool prove_link(const struct session *session, const struct nv2_bundle *bundle,
		       uint32_t device, const struct live *live, bool *unread)
{
	struct nv2_proof proof;
	struct nv2_failure failure;
	struct nv2_device row;
	struct log_value link, gpu;
	struct details details;
	enum nv2_status status;

	memset(&proof, 0, sizeof(proof));
	status = nv2_link_prove(bundle, device, &live->fdt, &session->ops, &proof, &failure);
	if (!nv2_bundle_device(bundle, device, &row))
		return false;
	if (!status) {
		log_say(session->log, LOG_LEVEL_INFO,
			"link %s: register, tree and plan agree step=prove link=%s gpu=%s "
			"bar=0x%" PRIx64 " base=0x%" PRIx64 " tgt=0x%" PRIx64,
			row.name, log_value(&link, row.name), log_value(&gpu, row.gpu), proof.bar,
			proof.base, proof.tgt_tree);
		return true;
	}
	if (status == NV2_ERR_READ || status == NV2_ERR_ALL_ONES)
		*unread = true;
	log_say(session->log, LOG_LEVEL_ERROR,
		"link %s is not proven: %s%s%s; DMA over it would go astray, so it must not be "
		"used "
		"step=prove link=%s gpu=%s bar=0x%" PRIx64 " base=0x%" PRIx64 " tgt_bar=0x%" PRIx64
		" tgt_tree=0x%" PRIx64 " tgt_plan=0x%" PRIx64 "%s",
		row.name, nv2_strerror(status), failure.cause ? ": " : "",
		failure.cause ? cause_of(failure.cause) : "", log_value(&link, row.name),
		log_value(&gpu, row.gpu), proof.bar, proof.base, proof.tgt_bar, proof.tgt_tree,
		proof.tgt_plan, details_of(&failure, &live->fdt, NULL, &details));
	return false;
}

bool prove_links(const struct session *session, const struct nv2_bundle *bundle,
		 const struct live *live, bool *unread)
{
	struct nv2_device device;
	uint32_t count = 0;
	bool all = true;

	*unread = false;
	for (uint32_t i = 0; nv2_bundle_device(bundle, i, &device); i++) {
		if (device.kind != NV2_DEVICE_LINK)
			continue;
		count++;
		if (!prove_link(session, bundle, i, live, unread))
			all = false;
	}
	if (all)
		log_say(session->log, LOG_LEVEL_INFO,
			"all links are proven step=prove links=%" PRIu32, count);
	return all;
}
