/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_NV2BOOT_PCI_H
#define NV2_NV2BOOT_PCI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "linux/root.h"

#define PCI_NO_GROUP UINT32_MAX

/* A PCI function of this machine, as sysfs shows it. */
struct pci_function {
	char *address;  /* "0006:00:00.0" */
	char *node;     /* its path in the device tree, or NULL if it has none */
	char *driver;   /* or NULL */
	bool is_bridge; /* to another PCI bus: VFIO wants it in no guest */
	uint32_t group; /* or PCI_NO_GROUP */
};

/* A member of an IOMMU group. */
struct iommu_member {
	uint32_t group;
	char *device; /* "0006:00:00.0" */
};

struct pci {
	struct pci_function *functions; /* by address */
	size_t function_count;
	struct iommu_member *members;
	size_t member_count;
	bool has_groups; /* the kernel has IOMMU groups at all */
};

/*
 * Reads /sys/bus/pci/devices and /sys/kernel/iommu_groups. 0 or a negative errno, and then
 * there is nothing to free; a directory that is not there is empty.
 */
int pci_read(const struct root *root, struct pci *pci);
void pci_free(struct pci *pci);

/* By address; by node. NULL if there is none. */
const struct pci_function *pci_find(const struct pci *pci, const char *address);
const struct pci_function *pci_find_node(const struct pci *pci, const char *node);

#endif
