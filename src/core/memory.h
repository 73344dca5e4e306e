/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_CORE_MEMORY_H
#define NV2_CORE_MEMORY_H

#include <stddef.h>

#define FORMAT_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))

/*
 * Allocation that cannot fail: when memory runs out the program says so on
 * standard error and exits with status 3 (out_of_memory()). Nothing that
 * allocates may run while half-written output files exist; see output.h.
 */
void *checked_malloc(size_t size);
void *checked_realloc(void *old, size_t size);
_Noreturn void out_of_memory(void);

#endif
