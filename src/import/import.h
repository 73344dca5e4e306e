/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_IMPORT_IMPORT_H
#define NV2_IMPORT_IMPORT_H

#include "lang/parse.h"
#include "tree/tree.h"
#include "wiring/model.h"

/*
 * Writes the wiring that a host tree describes, as text in the canonical
 * layout. What is wrong with the tree becomes diagnostics that point into it;
 * what could be understood is written all the same. False, with nothing
 * written, where the tree has no wiring.
 */
bool import_tree(struct lang *lang, struct tree *tree, struct buffer *text);

/*
 * Notes, at the links of a board, where a tree's bricks lead elsewhere or run
 * at another rate. None for a tree that describes no NVLink.
 */
void compare_wires(struct lang *lang, const struct board *board, struct tree *tree);

#endif
