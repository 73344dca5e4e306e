/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Takes two blobs, a base and an overlay, merges them. Promises: see merging.h. */
#include "merging.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct two_inputs inputs = split_input(data, size);

	check_merge(&inputs);
	return 0;
}
