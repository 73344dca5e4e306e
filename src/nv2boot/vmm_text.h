/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_NV2BOOT_VMM_TEXT_H
#define NV2_NV2BOOT_VMM_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "linux/machine.h"

enum vmm_format { VMM_QEMU, VMM_LIBVIRT, VMM_FORMATS };

/* As the parts of a bundle are called. */
const char *vmm_format_kind(enum vmm_format format);

/* "0006:00:00.0", with room for longer domains. */
#define PCI_ADDRESS_MAX 24

/* A device that the text gives to the guest. Pointers are the heap's. */
struct vmm_device {
	char *name; /* what the wiring calls it; NULL where the text does not tell */
	char *bus;  /* of the guest: its vPHB */
	char address[PCI_ADDRESS_MAX]; /* of the host; "" while it is not known */
	size_t at, len; /* the bytes whose place the address takes; `len` 0: it is there already */
};

struct vmm_devices {
	struct vmm_device *items;
	size_t count, room;
};

/*
 * Finds the devices in a part of the bundle, as src/emit/qemu.c and src/emit/libvirt.c
 * write them. 0; -EBADMSG for a text that is none of theirs; -ENOMEM. `devices` is to be freed
 * in any case.
 */
int vmm_parse(enum vmm_format format, const char *text, size_t size, struct vmm_devices *devices);
void vmm_free(struct vmm_devices *devices);

/* The text with all addresses filled in. False without memory. */
bool vmm_fill(enum vmm_format format, const char *text, size_t size,
	      const struct vmm_devices *devices, struct bytes *filled);

#endif
