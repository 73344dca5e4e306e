/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a planned board and perhaps a base, gives overlays that have proven
 * themselves: read back, and applied where there is a base. Writes nothing.
 */
#include "compile.h"

#include "emit/guest.h"
#include "emit/overlay.h"
#include "tree/bind.h"
#include "tree/overlay.h"
#include "tree/select.h"
#include "tree/verify.h"

/* The tree as a reader of its bytes gets it. */
static struct tree *read_back(struct session *session, const struct tree *tree)
{
	struct buffer bytes = {0};
	struct tree *read = NULL;

	if (tree_write_dtb(tree, &bytes))
		read = tree_read_dtb(session->arena, session->strings, session->diags, tree->file,
				     bytes.data, bytes.len);
	buffer_free(&bytes);
	return read;
}

static bool verify_late_bound(struct session *session, const struct tree *tree)
{
	struct tree *read = read_back(session, tree);
	struct bind_selectors selectors;
	struct overlay overlay;

	return read && overlay_verify(read, session->diags, &overlay) &&
	       bind_read_selectors(&overlay, session->diags, &selectors);
}

/* Binds `late`, applies what its bytes say to `base`, gives the bound overlay. */
static struct tree *bind_and_merge(struct session *session, const struct tree *late,
				   struct tree *base)
{
	struct tree *bound = tree_bind(late, base, session->diags);
	struct tree *read = bound ? read_back(session, bound) : NULL;

	if (!read || !tree_apply(base, read, OVERLAY_LINUX, session->diags))
		return NULL;
	return bound;
}

bool make_overlays(struct session *session, const struct plan_board *board, struct tree *base,
		   bool with_os, struct overlays *overlays)
{
	struct tree *merged;

	overlays->host_fw = tree_new(session->arena, session->strings, "host-fw overlay");
	overlays->host_os = tree_new(session->arena, session->strings, "host-os overlay");
	emit_host_fw(overlays->host_fw, board);
	emit_host_os(overlays->host_os, board);
	if (!base)
		return verify_late_bound(session, overlays->host_fw) &&
		       verify_late_bound(session, overlays->host_os);
	merged = tree_copy(base, session->arena, session->strings);
	overlays->host_fw = bind_and_merge(session, overlays->host_fw, merged);
	if (!overlays->host_fw)
		return false;
	if (!with_os) {
		overlays->host_os = NULL;
		return true;
	}
	overlays->host_os = bind_and_merge(session, overlays->host_os, merged);
	return overlays->host_os != NULL;
}

struct tree *make_guest_fragment(struct session *session, const struct plan_guest *guest)
{
	struct tree *fragment = tree_new(session->arena, session->strings, "guest fragment");
	struct tree *bare = tree_new(session->arena, session->strings, "bare tree"), *read;

	emit_guest(fragment, guest);
	read = read_back(session, fragment);
	/* In a bare tree, its later fragments add to nodes that the first one makes. */
	if (!read || !tree_apply(bare, read, OVERLAY_GENERIC, session->diags))
		return NULL;
	return fragment;
}

const struct diag_def firmware_tree_code = {
	"NV2-N0391", "firmware-tree", SEVERITY_NOTE, "A base is a tree from before firmware made its PHBs",
	"The host-os overlay adds to NPU PHBs, emulated bridges and GPUs, which firmware makes\n"
	"while it boots. A tree without them can show only whether host-fw fits.",
	NULL, NULL,
};

static bool has_npu_phb(const struct tree *tree)
{
	for (struct tree_node *node = tree->root; node; node = tree_next(tree->root, node)) {
		const struct tree_property *compatible =
			tree_find_property(tree, node, "compatible");

		if (compatible && property_has_string(compatible, "ibm,power9-npu-pciex"))
			return true;
	}
	return false;
}

void check_against_base(struct session *session, const struct plan *plan, struct tree *base)
{
	bool with_os = has_npu_phb(base);
	struct overlays overlays;

	if (!with_os)
		diag_add_about(session->diags, &firmware_tree_code, base->file,
			       "has no NPU PHB: checked as a tree that firmware is given, for "
			       "host-fw only");
	for (size_t i = 0; i < plan->boards.count; i++)
		make_overlays(session, plan->boards.items[i], base, with_os, &overlays);
}
