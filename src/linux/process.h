/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LINUX_PROCESS_H
#define NV2_LINUX_PROCESS_H

/*
 * What a process inherits from whoever starts it, made harmless; to be called before anything is
 * opened. Descriptors 0 to 2 are in use afterwards, and no others; one that was closed takes and
 * gives nothing, with EBADF. Files are made for their owner alone. The environment holds nothing
 * but variables named in `kept`, which ends with NULL. 0 or a negative errno.
 */
int process_begin(const char *const *kept);

#endif
