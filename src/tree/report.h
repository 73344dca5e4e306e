/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TREE_REPORT_H
#define NV2_TREE_REPORT_H

#include "core/memory.h"
#include "diag/diag.h"
#include "tree/codes.h"
#include "tree/tree.h"

/*
 * Diagnostics about trees. A node or property that comes from a wiring text
 * is shown there; any other as "file: /path/of/node:property". `property`
 * may be NULL, and so may `node`.
 */
struct diag_record *report_node(struct diags *diags, enum tree_code code, const struct tree *tree,
				const struct tree_node *node, const struct tree_property *property,
				const char *format, ...) FORMAT_PRINTF(6, 7);
void note_node(struct diags *diags, struct diag_record *record, const struct tree *tree,
	       const struct tree_node *node, const struct tree_property *property,
	       const char *format, ...) FORMAT_PRINTF(6, 7);

/* A value for a message: as in DTS, cut short where it is long. */
const char *show_value(struct arena *arena, const struct tree_property *property);

/* Looking for what was meant costs time, so only the errors that are shown get a hint. */
bool hints_wanted(const struct diags *diags);
/* Names or paths close to one that is not there; NULL if nothing is close. */
const char *closest_property(struct diags *diags, const struct tree_node *node, const char *name);
const char *closest_path(struct diags *diags, struct tree *tree, const char *path);

#endif
