/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_IMPORT_IMPORT_H
#define NV2_IMPORT_IMPORT_H

#include "lang/parse.h"
#include "tree/tree.h"

/*
 * Writes the wiring that a host tree describes, as text in the canonical
 * layout. What is wrong with the tree becomes diagnostics that point into it;
 * what could be understood is written all the same. False, with nothing
 * written, where the tree has no wiring.
 */
bool import_tree(struct lang *lang, struct tree *tree, struct buffer *text);

#endif
