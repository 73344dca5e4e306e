/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes any bytes as what nv2boot remembers. Promises: what is a record is
 * written as the same bytes again.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "linux/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record record = {0};
	struct bytes text = {0};

	if (record_parse(data, size, &record)) {
		PROMISE(record_write(&record, &text));
		PROMISE(text.size == size && !memcmp(text.data, data, size));
		free(text.data);
	}
	record_free(&record);
	return 0;
}
