/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes names, gives families, maps and rates; works out addresses from their
 * numbers. Never holds a number of its own.
 */
#include "family/family.h"

#include <string.h>

static const struct family *const families[] = {&power9_npu2};

const struct family *family_find(const char *name)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (!strcmp(families[i]->name, name))
			return families[i];
	return NULL;
}

const char *const *family_names(size_t *count)
{
	static const char *const names[] = {"power9-npu2"};

	*count = sizeof(names) / sizeof(names[0]);
	return names;
}

const struct memory_map *family_find_map(const struct family *family, const char *name)
{
	for (size_t i = 0; i < family->map_count; i++)
		if (!strcmp(family->maps[i].name, name))
			return &family->maps[i];
	return NULL;
}

/* Length without zeros behind the point that say nothing, nor the point itself. */
static size_t significant_length(const char *text)
{
	size_t len = strlen(text);

	if (!strchr(text, '.'))
		return len;
	while (len && text[len - 1] == '0')
		len--;
	return len && text[len - 1] == '.' ? len - 1 : len;
}

const struct link_rate *family_find_rate(const struct family *family, const char *text)
{
	size_t len = significant_length(text);

	for (size_t i = 0; i < family->rate_count; i++)
		if (strlen(family->rates[i].text) == len &&
		    !memcmp(family->rates[i].text, text, len))
			return &family->rates[i];
	return NULL;
}

uint64_t family_chip_base(const struct family *family, unsigned chip)
{
	return (uint64_t)chip << family->chip_shift;
}

uint64_t family_aperture(const struct family *family, const struct memory_map *map, unsigned chip,
			 unsigned group)
{
	uint64_t distance = group * family->aperture_size;

	return family_chip_base(family, chip) +
	       (map->down ? map->base - distance : map->base + distance);
}
