/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LINUX_LINUX_MACHINE_H
#define NV2_LINUX_LINUX_MACHINE_H

#include "linux/log.h"
#include "linux/machine.h"

/* The machine this runs on, or one whose files lie below another root. */
struct linux_machine;

struct linux_options {
	const char *root; /* prefix of every path; "" for this machine */
	/*
	 * How registers are reached, "BACKEND" or "NPU=BACKEND", the latter before the former:
	 *     scom                      debugfs, powerpc/scom
	 *     opal-prd                  /dev/opal-prd
	 *     mem:/dev/mem              at the register's system address
	 *     pci:DDDD:BB:DD.F/N[@OFF]  resource file N of a PCI function, from byte OFF
	 *     file:PATH[@OFF]           a file, from byte OFF
	 * The last two have NPU_REGS at OFF. Without any: scom where the kernel has it, else
	 * opal-prd; with some, an NPU that none is for is an error. PATH and /dev/mem are below
	 * `root` as well.
	 */
	const char *const *backends;
	size_t backend_count;
	bool read_only; /* nothing is created, locked or mounted */
	const struct log *log;
};

/*
 * Opens what does not need to know a bundle, and takes the lock of /run/nv2boot, waiting
 * at most ten seconds for it (not with read_only). Registers are opened when first used. NULL after
 * it was logged why; *usage says whether it is the command line that is wrong.
 */
struct linux_machine *linux_machine_open(const struct linux_options *options, bool *usage);
struct machine linux_machine_of(struct linux_machine *machine);
void linux_machine_close(struct linux_machine *machine);
/*
 * All files that are not the machine's own are open or read, the bundle among
 * them: gives up what it takes to open those. What registers and overlays take is given up when
 * they are open. 0 or a negative errno, which is logged.
 */
int linux_machine_settle(struct linux_machine *machine);

/*
 * Public keys of /etc/nv2boot/keys.d, 32 bytes each: every regular file there, one line of base64,
 * owned by root (or who runs this) and writable by nobody else. One that cannot be read or is
 * none is an error, not passed over. 0 or a negative errno, after it was logged.
 */
int linux_read_keys(const struct linux_options *options, struct bytes *keys);

/*
 * Whether the kernel is locked down: /sys/kernel/security/lockdown has another word than none in
 * brackets, or cannot be read. Without that file it is not.
 */
bool linux_is_locked_down(const struct linux_options *options);

/* Ed25519, as nv2_ops has it; needs no context. */
int linux_verify_signature(void *context, const unsigned char *key, const void *message,
			   size_t size, const unsigned char *signature);

#endif
