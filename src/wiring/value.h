/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_WIRING_VALUE_H
#define NV2_WIRING_VALUE_H

#include "wiring/declare.h"

/*
 * Values of properties, type-checked. Each gives false, with an error added
 * where there was something wrong, if the property has no usable value.
 */
bool get_number(struct resolve *resolve, const struct declaration *declaration,
		enum property_id id, uint64_t lowest, uint64_t highest, struct number *number);
/*
 * For a statement that stands for `count` links: one value for all of them, or
 * exactly one for each. Fills numbers[count].
 */
void get_numbers(struct resolve *resolve, const struct declaration *declaration,
		 enum property_id id, uint64_t highest, struct number *numbers, size_t count);
bool get_string(struct resolve *resolve, const struct declaration *declaration,
		enum property_id id, struct text *text);
void get_strings(struct resolve *resolve, const struct declaration *declaration,
		 enum property_id id, void *texts);
/* A bare word, or a device without ports. */
bool get_word(struct resolve *resolve, const struct declaration *declaration, enum property_id id,
	      struct text *text);

void require_property(struct resolve *resolve, const struct declaration *declaration,
		      enum property_id id, const char *name, const char *fix);

void collect_extras(struct resolve *resolve, const struct declaration *declaration,
		    extra_list lists[EXTRA_OUTPUTS]);

/* The single value of a statement, or NULL after an error. */
const struct value *single_value(struct resolve *resolve, const struct stmt *stmt);

void build_links(struct resolve *resolve, struct declaration *declaration);
void build_guest(struct resolve *resolve, struct declaration *declaration);

#endif
