/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LSP_WORDS_H
#define NV2_LSP_WORDS_H

#include "wiring/declare.h"

/* What the words of the language mean, in a line or two: nv2(5) has the whole. */

/* NULL: it is no word with a meaning. */
const char *word_meaning(const char *word, size_t len);
const char *property_meaning(enum property_id id);

/* Blocks a statement's word may stand in: bit BLOCK_KINDS stands for the top of a file. */
unsigned word_places(const char *word);

#endif
