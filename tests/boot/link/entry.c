/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes nothing, gives a program that holds every function of libnv2boot. Never runs: that it links
 * is the test.
 */
#include "nv2/boot.h"

void (*volatile const functions[])(void) = {
	(void (*)(void))nv2_strerror,
	(void (*)(void))nv2_seal_digest,
	(void (*)(void))nv2_seal_check,
	(void (*)(void))nv2_seal_verify,
	(void (*)(void))nv2_fdt_open,
	(void (*)(void))nv2_bundle_size,
	(void (*)(void))nv2_bundle_open,
	(void (*)(void))nv2_bundle_is_signed,
	(void (*)(void))nv2_bundle_fits,
	(void (*)(void))nv2_bundle_next_part,
	(void (*)(void))nv2_bundle_find,
	(void (*)(void))nv2_bundle_device,
	(void (*)(void))nv2_bundle_region,
	(void (*)(void))nv2_bundle_write,
	(void (*)(void))nv2_bundle_verify,
	(void (*)(void))nv2_board_check,
	(void (*)(void))nv2_bind_space,
	(void (*)(void))nv2_bind,
	(void (*)(void))nv2_overlay_is_empty,
	(void (*)(void))nv2_overlay_presence,
	(void (*)(void))nv2_apply_fdt_space,
	(void (*)(void))nv2_apply_fdt,
	(void (*)(void))nv2_program_length,
	(void (*)(void))nv2_program_row,
	(void (*)(void))nv2_program_read,
	(void (*)(void))nv2_program_run,
	(void (*)(void))nv2_program_verify,
	(void (*)(void))nv2_program_undo,
	(void (*)(void))nv2_program_release,
	(void (*)(void))nv2_tgt_compress,
	(void (*)(void))nv2_tgt_expand,
	(void (*)(void))nv2_link_prove,
};

void nv2_link_entry(void);

void nv2_link_entry(void)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		functions[i]();
}
