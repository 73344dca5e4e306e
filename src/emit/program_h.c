/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a planned board, gives its register writes as a C table for
 * <nv2/program.h>, in the order to make them. Computes nothing.
 */
#include "emit/c_text.h"
#include "emit/tables.h"
#include "plan/program.h"

static void add_write(struct buffer *out, const struct plan_write *write)
{
	buffer_add_string(out, "\t{ /* ");
	add_c_comment(out, write->npu->npu->name);
	buffer_printf(out, " %s, ", write->name);
	if (write->guest) {
		buffer_add_string(out, "guest ");
		add_c_comment(out, write->guest->name);
	} else {
		buffer_add_string(out, "boot");
	}
	buffer_add_string(out, " */\n");
	add_c_member_word(out, write->guest ? "NV2_PHASE_GUEST" : "NV2_PHASE_BOOT", "phase");
	add_c_member_string(out, write->guest ? write->guest->name : NULL, "guest");
	add_c_member_string(out, write->npu->npu->name, "npu");
	add_c_member_number(out, write->npu->chip, "chip");
	add_c_member_string(out, write->name, "name");
	add_c_member_hex32(out, write->reg, "reg");
	add_c_member_hex64(out, write->mmio, "mmio");
	add_c_member_hex32(out, write->addr_scom, "addr_scom");
	add_c_member_hex32(out, write->data_scom, "data_scom");
	add_c_member_hex64(out, write->indirect, "indirect");
	add_c_member_word(out,
			  write->owner == PROGRAM_BOOT ? "NV2_OWNER_BOOT" : "NV2_OWNER_RUNTIME",
			  "owner");
	add_c_member_number(out, 0, "flags"); /* none of these registers has any */
	add_c_member_hex64(out, write->value, "value");
	add_c_member_hex64(out, write->mask, "mask");
	add_c_member_hex64(out, write->lpid_mask, "lpid_mask");
	buffer_add_string(out, "\t},\n");
}

void emit_program_h(const struct plan_board *board, const char *stem, struct arena *arena,
		    struct buffer *out)
{
	plan_program program = make_program(arena, board);
	struct c_header header;

	begin_c_header(&header, out, board, stem, "program", "The register writes");
	include_nv2(&header, "program", "NV2_PROGRAM_FORMAT");
	add_c_constant(&header, "program_count", program.count, NULL);
	begin_c_table(&header, "nv2_write", "program");
	for (size_t i = 0; i < program.count; i++)
		add_write(out, &program.items[i]);
	if (!program.count)
		buffer_add_string(out, "\t/* none, but C has no empty arrays */\n"
				       "\t{ NV2_PHASE_BOOT, NULL, NULL, 0, NULL, 0, 0, 0, 0, 0, "
				       "NV2_OWNER_BOOT, 0, 0, 0, 0 },\n");
	end_c_table(&header);
	end_c_header(&header);
}
