/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_NV2BOOT_ATTEMPTS_H
#define NV2_NV2BOOT_ATTEMPTS_H

#include "nv2boot/cmd.h"

/*
 * How many boots in a row have begun to apply a bundle and not come to its
 * end: /var/lib/nv2boot/attempts. A machine that a bundle stops, or kills,
 * boots without it from the fourth time on.
 */
#define ATTEMPTS_MAX 3u

/* Counts one, on disk; *before is how many there were. EXIT_REFUSED when there were too many. */
int count_attempt(struct run *run, uint32_t *before);
/* Sets the count, after the attempt has ended. A failure is logged and is no reason to fail. */
void set_attempts(struct run *run, uint32_t count);

#endif
