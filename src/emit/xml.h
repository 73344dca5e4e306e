/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_EMIT_XML_H
#define NV2_EMIT_XML_H

#include "core/buffer.h"

/*
 * For text and for attributes in either kind of quotes. Characters that XML 1.0
 * has no room for become U+FFFD.
 */
void xml_add_escaped(struct buffer *out, const char *text);

#endif
