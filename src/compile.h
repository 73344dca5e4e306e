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
 * host-os to it with host-fw merged; both have been applied to a copy. False
 * after diagnostics.
 */
bool make_overlays(struct session *session, const struct plan_board *board, struct tree *base,
		   struct overlays *overlays);

/*
 * Makes a guest's fragment, which has been applied to an empty tree. NULL
 * after diagnostics.
 */
struct tree *make_guest_fragment(struct session *session, const struct plan_guest *guest);

void check_against_base(struct session *session, const struct plan *plan, struct tree *base);

#endif
