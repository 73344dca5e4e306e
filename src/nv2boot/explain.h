/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_NV2BOOT_EXPLAIN_H
#define NV2_NV2BOOT_EXPLAIN_H

#include "blob/fdt.h"
#include "nv2boot/cmd.h"

#define NODE_PATH_MAX 1024

/* "/a/b@1"; cut with dots in front if it is longer than there is room. */
const char *node_path(const struct nv2_fdt *fdt, uint32_t node, char path[NODE_PATH_MAX]);

/*
 * Logs what the library says has failed: "PREFIX: words: what, property …, where". `tree` may
 * be NULL when no node of one is meant.
 */
void say_failure(const struct run *run, const char *prefix, const struct nv2_failure *failure,
		 const struct nv2_fdt *tree);

#endif
