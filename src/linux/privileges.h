/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LINUX_PRIVILEGES_H
#define NV2_LINUX_PRIVILEGES_H

#include <stdbool.h>

#include "linux/log.h"

/*
 * What nv2boot may need beyond being root, and each only until something is
 * open: afterwards files are root's own, and their descriptors do. Checked at open(2) alone are
 * /dev/mem (drivers/char/mem.c, open_port()) and all of sysfs, configfs and debugfs.
 */
enum privilege {
	PRIVILEGE_FILES,  /* files of others: a bundle in somebody's home, an image (--root) */
	PRIVILEGE_MOUNT,  /* configfs, where it is not mounted yet */
	PRIVILEGE_MEMORY, /* /dev/mem */
	PRIVILEGES
};

#define PRIVILEGES_ALL ((1u << PRIVILEGES) - 1)

/*
 * Gives up every capability but those of `kept`, a set of 1u << privilege, for
 * good: nor can a program that is started get any. 0, also where there is nothing to give up, or a
 * negative errno, which is logged.
 */
int privileges_keep(unsigned kept, const struct log *log);

/*
 * Has the kernel refuse, with EPERM, the system calls that nv2boot never makes and that somebody
 * who took it over would want most: to start programs or processes, reach into others, load modules
 * or kernels, make memory executable, use the network. A list of what is refused, not of what is
 * allowed: the C library of another day may make others, and a boot must not depend on that. False
 * where this kernel, or this build, has no such filter; that is logged as information.
 */
bool privileges_filter(const struct log *log);

#endif
