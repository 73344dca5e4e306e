/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_FUZZ_MUTATE_H
#define NV2_FUZZ_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's own, of bytes that are nothing in particular. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
/* What libFuzzer calls where a target has one. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

/*
 * Changes a device tree as a tree where it is one, so that the result mostly is one as well; a
 * bundle stays a bundle, with a seal that has room for its digest. Gives the new size.
 */
size_t mutate_blob(uint8_t *data, size_t size, size_t max_size, unsigned seed);
/* Changes one of two inputs (see split_input()): a device tree as such, anything else as bytes. */
size_t mutate_pair(uint8_t *data, size_t size, size_t max_size, unsigned seed);

#endif
