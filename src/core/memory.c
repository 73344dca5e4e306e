/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a size, gives memory. Never returns NULL; the one place where running
 * out of memory is handled.
 */
#include "core/memory.h"

#include <stdlib.h>
#include <unistd.h>

_Noreturn void out_of_memory(void)
{
	static const char text[] = "nv2dtc: out of memory\n";

	/* stdio may want to allocate: go to the descriptor directly. */
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(3);
	_exit(3);
}

void *checked_malloc(size_t size)
{
	void *memory = malloc(size ? size : 1);

	if (!memory)
		out_of_memory();
	return memory;
}

void *checked_realloc(void *old, size_t size)
{
	void *memory = realloc(old, size ? size : 1);

	if (!memory)
		out_of_memory();
	return memory;
}
