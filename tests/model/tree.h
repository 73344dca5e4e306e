/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TEST_MODEL_TREE_H
#define NV2_TEST_MODEL_TREE_H

#include <stddef.h>
#include <stdint.h>

/*
 * The witness: device trees as sets of lines, one a node or property, sorted, made with
 * libfdt and nothing of ours, so that what is judged has no part in the judging.
 */
struct tree_set {
	char **lines; /* sorted, in `text` */
	size_t count;
	char *text;
};

/*
 * All of a tree that fdt_check_full() passes. Phandles above `fixed` are those that a kernel gives
 * to the nodes of an overlay: which number is not the point, so they show as "new", and references
 * to them as the node's path. The lines hold no blanks but one behind the node and one behind
 * the property's name.
 */
struct tree_set tree_set_of(const void *fdt, uint32_t fixed);
void tree_set_free(struct tree_set *set);

/*
 * The first line that one of them lacks, or NULL if they are equal. `others` counts how many there
 * are; may be NULL.
 */
const char *tree_difference(const struct tree_set *a, const struct tree_set *b, size_t *others);

/* As often as there are differences; ends when `each` says so by returning other than 0. */
int tree_each_difference(const struct tree_set *a, const struct tree_set *b,
			 int (*each)(void *context, const char *line), void *context);

uint32_t tree_highest_phandle(const void *fdt);

#endif
