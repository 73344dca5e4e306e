/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_NV2BOOT_STATUS_H
#define NV2_NV2BOOT_STATUS_H

#include "nv2boot/cmd.h"
#include "nv2boot/pci.h"

struct status_device {
	struct nv2_device device;
	const struct pci_function *function; /* NULL: the kernel has none for its node */
};

/* What is applied, and what has become of it. */
struct boot_status {
	struct transaction_status found;
	uint32_t keys;
	bool locked_down;
	bool has_bundle; /* run->bundle is the one that was applied */
	struct status_device *devices;
	size_t device_count;
	struct pci pci;
	char **problems; /* a line each; none: all agrees */
	size_t problem_count, problem_room;
	bool out_of_memory;
};

void print_status_text(const struct boot_status *status);
/* Format nv2-boot-status-1. False without memory. */
bool print_status_json(const struct run *run, const struct boot_status *status);

#endif
