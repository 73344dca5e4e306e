/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a planned board, gives its register writes as JSON (nv2-program-1),
 * in the order to make them. Computes nothing.
 */
#include "emit/json.h"
#include "emit/tables.h"
#include "plan/program.h"

static json_t *indirect_json(const struct plan_write *write)
{
	json_t *object = json_object();

	set_member(object, "addr_scom", make_hex(write->addr_scom));
	set_member(object, "data_scom", make_hex(write->data_scom));
	set_member(object, "addr", make_hex(write->indirect));
	return object;
}

static json_t *register_json(const struct plan_write *write)
{
	json_t *object = json_object();

	set_member(object, "phase",
		   write->guest ? json_sprintf("guest:%s", write->guest->name)
				: json_string("boot"));
	set_text(object, "npu", write->npu->npu->name);
	set_member(object, "chip", json_integer(write->npu->chip));
	set_text(object, "name", write->name);
	set_member(object, "register", make_hex(write->reg));
	set_member(object, "mmio", make_hex(write->mmio));
	set_member(object, "indirect", indirect_json(write));
	set_text(object, "owner", write->owner == PROGRAM_BOOT ? "boot" : "runtime");
	/* "volatile", "write-one-to-clear", "self-clearing": none of these registers is. */
	set_member(object, "flags", json_array());
	set_member(object, "value", make_hex(write->value));
	set_member(object, "mask", make_hex(write->mask));
	if (write->lpid_mask)
		set_member(object, "lpid_mask", make_hex(write->lpid_mask));
	return object;
}

void emit_program_json(const struct plan_board *board, struct arena *arena, struct buffer *out)
{
	plan_program program = make_program(arena, board);
	json_t *root = json_object(), *writes = json_array();

	set_text(root, "format", "nv2-program-1");
	for (size_t i = 0; i < program.count; i++)
		append_item(writes, register_json(&program.items[i]));
	set_member(root, "writes", writes);
	write_json(root, out);
}
