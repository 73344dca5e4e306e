/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LINUX_STATE_H
#define NV2_LINUX_STATE_H

#include <stdint.h>

#include "linux/machine.h"
#include "linux/root.h"

/* Bundles are kept whole. */
#define STATE_SIZE_MAX ((size_t)64 << 20)

/* What is remembered: /run/nv2boot until the next boot, /var/lib/nv2boot for ever. */
struct state {
	const struct root *root;
	int run; /* directories; -1: not open */
	int kept;
	int lock; /* the file `lock`, if we hold it */
};

/*
 * Opens /run/nv2boot and takes its lock, waiting this long. With read_only, neither is
 * made nor locked, and nothing may be there. 0 or a negative errno, logged as below too.
 */
int state_open(struct state *state, const struct root *root, unsigned milliseconds);
void state_close(struct state *state);

/* As those of struct machine_ops. */
int state_load(struct state *state, const char *name, struct bytes *content);
int state_store(struct state *state, const char *name, const void *content, size_t size);
int state_drop(struct state *state, const char *name);
int state_load_counter(struct state *state, uint32_t *version);
int state_store_counter(struct state *state, uint32_t version);
int state_boot_id(const struct state *state, char id[37]);

#endif
