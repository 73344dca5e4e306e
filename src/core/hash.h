/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_CORE_HASH_H
#define NV2_CORE_HASH_H

/* uthash, with our way of running out of memory. */
#include "core/memory.h"

#define uthash_malloc(size) checked_malloc(size)
#define uthash_fatal(message) out_of_memory()

#include <uthash.h>

#endif
