/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_EMIT_JSON_H
#define NV2_EMIT_JSON_H

#include <jansson.h>
#include <stdint.h>

#include "core/buffer.h"

/*
 * What every JSON file is made with. Values become the container's; members
 * keep the order in which they were set. Without memory the program ends.
 */
void set_member(json_t *object, const char *key, json_t *value);
/* Leaves the member out where `value` is NULL. */
void set_text(json_t *object, const char *key, const char *value);
void append_item(json_t *array, json_t *value);

/* 64-bit numbers are lower-case hex strings: JSON readers may keep 53 bits only. */
json_t *make_hex(uint64_t value);

/* Writes a whole file and frees `root`. */
void write_json(json_t *root, struct buffer *out);

#endif
