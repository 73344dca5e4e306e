/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_NV2BOOT_PROGRAM_H
#define NV2_NV2BOOT_PROGRAM_H

#include "nv2boot/cmd.h"

/*
 * Writes the registers of boot, each read back, and proves each link against
 * `tree`; if that fails, undoes all. For where there is no overlay to apply with
 * them. With --dry-run only says what it would write. Gives an exit status.
 */
int run_boot_program(struct run *run, const struct nv2_fdt *tree);

#endif
