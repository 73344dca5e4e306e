/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_EMIT_GUEST_H
#define NV2_EMIT_GUEST_H

#include "plan/guest.h"
#include "tree/tree.h"

/*
 * The guest fragment, B.G.guest.dtbo: an overlay, into an empty tree. It is
 * bound to nothing, for a guest's paths and phandles follow from the plan.
 * Where the guest's tree has the nodes, they get the properties; where not, the
 * first fragment makes them. Later fragments rely on that, as libfdt allows and
 * the kernel does not, so it is for merging beforehand only (OVERLAY_GENERIC).
 */
void emit_guest(struct tree *tree, const struct plan_guest *guest);

#endif
