/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a bundle and a tree, gives programmed registers, or those that were
 * there before. Never touches the tree.
 */
#include "nv2boot/program.h"

#include <inttypes.h>
#include <stdlib.h>

#include "nv2boot/explain.h"
#include "nv2boot/run.h"

static bool prove_links(struct run *run, const struct nv2_fdt *tree, const struct nv2_ops *ops)
{
	struct nv2_failure failure = {.step = NV2_STEP_NONE};
	struct nv2_device device;
	struct nv2_proof proof;

	for (uint32_t i = 0; nv2_bundle_device(&run->bundle, i, &device); i++) {
		if (device.kind != NV2_DEVICE_LINK ||
		    !nv2_link_prove(&run->bundle, i, tree, ops, &proof, &failure))
			continue;
		say_failure(run, "cannot prove the address of a link", &failure, tree);
		return false;
	}
	return true;
}

static int undo(struct run *run, const struct nv2_program *program, const struct nv2_ops *ops,
		const struct nv2_saved *saved, uint32_t count)
{
	struct nv2_failure failure = {.step = NV2_STEP_NONE};
	uint32_t lost = 0;

	if (!nv2_program_undo(program, ops, saved, count, &lost, &failure)) {
		log_say(&run->log, LOG_LEVEL_NOTICE, "all registers are as they were");
		return EXIT_SYSTEM;
	}
	say_failure(run, "cannot undo the registers", &failure, NULL);
	log_say(&run->log, LOG_LEVEL_ERROR, "%" PRIu32 " registers are not as they were", lost);
	return EXIT_LOST;
}

/* Both are run with old values in `saved`. */
static int say_writes(struct run *run, const struct nv2_program *program,
		      const struct nv2_saved *saved, uint32_t count)
{
	struct nv2_write write;
	uint32_t row;

	for (uint32_t i = 0; i < count && nv2_program_row(program, i, &write, &row); i++)
		if ((saved[i].old & write.mask) != (write.value & write.mask))
			log_say(&run->log, LOG_LEVEL_NOTICE,
				"would write NPU register %s step=register npu=%s register=%s "
				"at=0x%06" PRIx32 " old=0x%" PRIx64 " new=0x%" PRIx64,
				write.name, write.npu, write.name, write.reg, saved[i].old,
				write.value);
	return EXIT_DONE;
}

static int write_registers(struct run *run, const struct nv2_program *program,
			   const struct nv2_fdt *tree, struct nv2_saved *saved, uint32_t count)
{
	const struct nv2_ops ops = register_ops(run);
	struct nv2_failure failure = {.step = NV2_STEP_NONE};
	enum nv2_status found = nv2_program_read(program, &ops, saved, count, &failure);

	if (found) {
		say_failure(run, "cannot write the registers", &failure, NULL);
		return found == NV2_ERR_HELD ? EXIT_REFUSED : EXIT_SYSTEM;
	}
	if (run->settings.dry_run)
		return say_writes(run, program, saved, count);
	found = nv2_program_run(program, &ops, saved, count, &failure);
	if (found)
		say_failure(run, "cannot write the registers", &failure, NULL);
	if (!found && prove_links(run, tree, &ops))
		return EXIT_DONE;
	return undo(run, program, &ops, saved, count);
}

int run_boot_program(struct run *run, const struct nv2_fdt *tree)
{
	const struct nv2_program program = {.bundle = &run->bundle};
	uint32_t count = nv2_program_length(&program);
	struct nv2_saved *saved = calloc(count + (size_t)1, sizeof(*saved));
	int status;

	if (!saved)
		return out_of_memory(run);
	status = write_registers(run, &program, tree, saved, count);
	free(saved);
	return status;
}
