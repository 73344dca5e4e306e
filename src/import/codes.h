/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_IMPORT_CODES_H
#define NV2_IMPORT_CODES_H

#include "diag/diag.h"

/* What can be wrong with a tree that a wiring is read from. */
enum import_code {
	IMPORT_NOTHING,
	IMPORT_LINK,
	IMPORT_GPU,
	IMPORT_RATE,
	IMPORT_CONFLICT,
	IMPORT_WIRE,
	IMPORT_CODE_COUNT
};

extern const struct diag_def import_codes[IMPORT_CODE_COUNT];

/* Makes the diagnostics of this room known. */
void import_register_codes(struct diags *diags);

#endif
