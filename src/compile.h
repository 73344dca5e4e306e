/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_COMPILE_H
#define NV2_COMPILE_H

#include "cmd.h"
#include "plan/guest.h"

/* The overlays of one board, bound to a base or late-bound. */
struct overlays {
	struct tree *host_fw, *host_os;
};

/*
 * Makes the overlays of a board. With a base, host-fw is bound to it, and
 * host-os, if `with_os`, to it with host-fw merged; what is bound has been
 * applied to a copy. Without `with_os`, host_os is NULL: a tree as firmware is
 * given it has no PHBs yet. False after diagnostics.
 */
bool make_overlays(struct session *session, const struct plan_board *board, struct tree *base,
		   bool with_os, struct overlays *overlays);

/*
 * Makes a guest's fragment, which has been applied to an empty tree. NULL
 * after diagnostics.
 */
struct tree *make_guest_fragment(struct session *session, const struct plan_guest *guest);

extern const struct diag_def firmware_tree_code;

void check_against_base(struct session *session, const struct plan *plan, struct tree *base);

#endif
