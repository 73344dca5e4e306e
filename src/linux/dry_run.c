/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes what a transaction has worked out, says each write that it would make,
 * in its order. Never changes the machine.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "linux/steps.h"

static void say_file(const struct session *session, const char *name, size_t size)
{
	log_say(session->log, LOG_LEVEL_NOTICE, "would write a file step=record file=%s bytes=%zu",
		name, size);
}

static void say_registers(const struct session *session, const struct nv2_bundle *bundle)
{
	const struct nv2_program program = {.bundle = bundle};
	struct register_state state;

	for (uint32_t i = 0; check_register(session, &program, i, &state); i++) {
		struct log_value npu, name;

		/* A self-clearing one is a command, which is given in any case. */
		if (state.status == NV2_OK && !(state.write.flags & NV2_WRITE_SELF_CLEARING))
			continue;
		log_say(session->log, LOG_LEVEL_NOTICE,
			"would write NPU register %s step=register npu=%s register=%s "
			"at=0x%06" PRIx32 " old=0x%" PRIx64 " new=0x%" PRIx64,
			state.write.name, log_value(&npu, state.write.npu),
			log_value(&name, state.write.name), state.write.reg, state.found,
			state.write.value);
	}
}

static void say_fragments(const struct session *session, const struct change *change)
{
	const struct nv2_fdt *fdt = &change->fdt;
	uint32_t node;

	for (node = nv2_fdt_child(fdt, fdt->root); node; node = nv2_fdt_sibling(fdt, node)) {
		const char *target = nv2_fdt_string(fdt, node, "target-path");
		size_t nodes = 0, properties = 0;
		struct log_value value;

		if (!target)
			continue;
		for (size_t i = 0; i < change->things.count; i++) {
			const struct thing *thing = &change->things.things[i];

			if (thing->is_cells || thing->node < node ||
			    (nv2_fdt_sibling(fdt, node) &&
			     thing->node >= nv2_fdt_sibling(fdt, node)))
				continue;
			*(thing->property ? &properties : &nodes) += 1;
		}
		log_say(session->log, LOG_LEVEL_NOTICE,
			"would add to the live tree step=overlay fragment=%s target=%s nodes=%zu "
			"properties=%zu",
			nv2_fdt_name(fdt, node), log_value(&value, target), nodes, properties);
	}
}

void say_apply(const struct session *session, const struct work *work, size_t bundle_size)
{
	const struct record *record = &work->record;
	struct bytes text;

	say_file(session, RECORD_BUNDLE_FILE, bundle_size);
	if (work->change.bytes)
		say_file(session, RECORD_OVERLAY_FILE, work->change.size);
	if (record_write(record, &text)) {
		say_file(session, RECORD_FILE, text.size);
		free(text.data);
	}
	say_registers(session, &work->bundle);
	if (work->change.bytes) {
		log_say(session->log, LOG_LEVEL_NOTICE,
			"would hand an overlay to the kernel step=overlay item=%s bytes=%zu",
			record->item, work->change.size);
		say_fragments(session, &work->change);
	}
	log_say(session->log, LOG_LEVEL_NOTICE,
		"would record that the bundle is applied step=record file=%s", RECORD_FILE);
}

void say_undo(const struct session *session, const struct work *work)
{
	const struct nv2_program program = {.bundle = &work->bundle};
	const struct record *record = &work->record;

	log_say(session->log, LOG_LEVEL_NOTICE,
		"would record that the bundle is being removed step=record file=%s", RECORD_FILE);
	if (record->item[0])
		log_say(session->log, LOG_LEVEL_NOTICE,
			"would take out an overlay step=undo item=%s things=%zu", record->item,
			work->change.things.count);
	for (uint32_t i = record->saved_count; work->has_bundle && i--;) {
		struct register_state state;
		struct log_value npu, name;

		if (!check_register(session, &program, i, &state) ||
		    !((state.found ^ record->saved[i].old) & state.write.mask))
			continue;
		log_say(session->log, LOG_LEVEL_NOTICE,
			"would write NPU register %s back step=undo npu=%s register=%s "
			"at=0x%06" PRIx32 " old=0x%" PRIx64 " new=0x%" PRIx64,
			state.write.name, log_value(&npu, state.write.npu),
			log_value(&name, state.write.name), state.write.reg, state.found,
			record->saved[i].old);
	}
	log_say(session->log, LOG_LEVEL_NOTICE,
		"would forget the record and its copies step=record file=%s", RECORD_FILE);
}
