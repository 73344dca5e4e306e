/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes what an item of configfs looks like, gives how this kernel's interface
 * is driven. Never goes by what `status` says but by how it says it.
 */
#include "linux/variant.h"

#include <string.h>

static const struct variant variants[] = {
	/*
	 * Pantelis Antoniou's "OF: DT-Overlay configfs interface" and what came of it: Xilinx,
	 * Analog Devices, Renesas, AOSC, Raspberry Pi; and our own nv2_overlay.
	 */
	{
		.name = "close",
		.status_is_number = false,
	},
	/* github.com/ikwzm/dtbocfg */
	{
		.name = "dtbocfg",
		.path_matters = true,
		.path = false,
		.status_writable = true,
		.status_is_number = true,
		.apply_text = "1",
		.remove_text = "0",
	},
	/* The NEXST fork of linux-xlnx: 0 idle, 1 applied, 2 to 5 what went wrong. */
	{
		.name = "numeric",
		.path_matters = true,
		.path = true,
		.status_writable = true,
		.status_is_number = true,
		.apply_text = "1",
		.remove_text = "0",
	},
};

static bool is_number(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

/* `status` may be unreadable: that says nothing. */
static bool matches(const struct variant *variant, const struct overlay_item *item)
{
	return item->dtbo && item->status &&
	       (!variant->path_matters || variant->path == item->path) &&
	       variant->status_writable == item->status_writable &&
	       (!item->text[0] || variant->status_is_number == is_number(item->text));
}

const struct variant *variant_of(const struct overlay_item *item)
{
	for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++)
		if (matches(&variants[i], item))
			return &variants[i];
	return NULL;
}
