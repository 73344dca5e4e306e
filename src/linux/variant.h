/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LINUX_VARIANT_H
#define NV2_LINUX_VARIANT_H

#include "linux/machine.h"

/*
 * The overlay interfaces of different kernels: what an item of each looks
 * like, and what makes it apply and remove. All have descended from one that mainline never
 * took, and none says whether something failed: the live tree has to be looked at.
 */
struct variant {
	const char *name;
	/* How an item of it is told. */
	bool path_matters;
	bool path;
	bool status_writable;
	bool status_is_number;
	/* What is written to `status` behind the blob; NULL: the blob's close applies. */
	const char *apply_text;
	/* What is written to `status` before rmdir; NULL: rmdir removes. */
	const char *remove_text;
};

/* NULL if an item like this is of no kind that is known. */
const struct variant *variant_of(const struct overlay_item *item);

#endif
