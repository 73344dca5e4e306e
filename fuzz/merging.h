/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_FUZZ_MERGING_H
#define NV2_FUZZ_MERGING_H

#include "fuzz.h"

/*
 * Merges an overlay into a base by both sets of rules. Promises: what is refused is refused with a
 * message and leaves the base as it was; the result is a tree; what the kernel's rules allow the
 * generic ones do as well; and what libfdt takes as well, it makes the same
 * tree of, but for phandles that Debian's loses. libfdt is given nothing that our verifier
 * refuses: it does not survive that.
 */
void check_merge(const struct two_inputs *inputs);

#endif
