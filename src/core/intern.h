/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_CORE_INTERN_H
#define NV2_CORE_INTERN_H

#include <stddef.h>

#include "core/arena.h"

/*
 * Interned strings: equal text gives the same pointer, so they compare with
 * ==. The text lives as long as the arena.
 */
struct intern;

struct intern *intern_new(struct arena *arena);
/* Frees the index only; the strings stay in the arena. */
void intern_free(struct intern *strings);

const char *intern_bytes(struct intern *strings, const char *text, size_t len);
const char *intern_string(struct intern *strings, const char *text);

#endif
