/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef FIRMWARE_BOOT_H
#define FIRMWARE_BOOT_H

#include <stddef.h>
#include <stdint.h>

/* ---- what the firmware around boot.c has to give ---- */

/* One access of 8 bytes to a system address, big-endian on the bus; `value` is a number. */
uint64_t mmio_read(uint64_t address);
void mmio_write(uint64_t address, uint64_t value);
/* A piece of a message; a line ends with \n. */
void console_put(const char *text);

/* ---- what boot.c does with it ---- */

enum boot_outcome {
	BOOT_DONE,    /* registers are programmed, `new_tree` is for the kernel */
	BOOT_REFUSED, /* all is as it was: boot with the old tree, or stop, as the board's owner
			 likes */
	BOOT_LOST,    /* some registers could not be put back: do not use the links */
};

struct boot {
	const void *bundle; /* from flash */
	size_t bundle_size;
	const void *tree; /* what the kernel would be given */
	size_t tree_size;
	void *memory; /* scratch, aligned for uint64_t; BOOT_MEMORY is plenty for a real board */
	size_t memory_size;
	/* Set at the very end, and with BOOT_DONE only; points into `memory`. */
	const void *new_tree;
	size_t new_tree_size;
};

#define BOOT_MEMORY ((size_t)512 * 1024)

enum boot_outcome boot_nvlink(struct boot *boot);

#endif
