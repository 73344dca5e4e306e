/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Takes an input that is two, gives another with one of them changed. Keeps nothing between calls.
 */
#include "mutate.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	return mutate_pair(data, size, max_size, seed);
}
