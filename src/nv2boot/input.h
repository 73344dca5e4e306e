/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_NV2BOOT_INPUT_H
#define NV2_NV2BOOT_INPUT_H

#include <stdbool.h>

#include "linux/machine.h"

/* Bundles and trees; what is larger is none. */
#define INPUT_MAX ((size_t)64 << 20)

/*
 * The whole of a regular file, or of standard input ("-"), read once. `follow`: symbolic
 * links are. 0 or a negative errno: -ELOOP for a link, -EFBIG, -EINVAL for what is no regular
 * file.
 */
int read_input(const char *path, bool follow, struct bytes *bytes);

/* What went wrong there, in words. */
const char *input_error(int error);

#endif
