/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes examples/firmware/boot.c and a transaction, gives both the same bundle
 * and the same machine, and says that the same comes of it: tree and registers.
 * Never lets the example near struct machine_ops: it has its loads and stores.
 */
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot.h"

/*
 * What stands behind the addresses. The example's functions have no context, as real loads and
 * stores have none, so this is the one thing here that lives outside of a function.
 */
static struct firmware {
	const struct board *board;
	uint64_t values[MODEL_REGISTERS]; /* by the first row of the address */
	unsigned writes;
	uint64_t broken; /* an address that sticks */
} firmware;

static uint64_t *value_at(uint64_t address)
{
	for (uint32_t i = 0; i < firmware.board->row_count; i++)
		if (firmware.board->rows[i].mmio == address)
			return &firmware.values[i];
	return NULL;
}

uint64_t mmio_read(uint64_t address)
{
	const uint64_t *value = value_at(address);

	return value ? *value : UINT64_MAX;
}

void mmio_write(uint64_t address, uint64_t value)
{
	uint64_t *at = value_at(address);

	firmware.writes++;
	if (at && address != firmware.broken)
		*at = value;
}

void console_put(const char *text)
{
	fputs(text, stderr);
}

static enum boot_outcome boot_board(struct boot *boot, const struct board *board)
{
	firmware.board = board;
	firmware.writes = 0;
	for (uint32_t i = 0; i < board->row_count; i++)
		firmware.values[i] = board->old[i];
	*boot = (struct boot){
		.bundle = board->bundle,
		.bundle_size = board->bundle_size,
		.tree = board->tree,
		.tree_size = board->tree_size,
		.memory = calloc(1, BOOT_MEMORY),
		.memory_size = BOOT_MEMORY,
	};
	if (!boot->memory)
		abort();
	return boot_nvlink(boot);
}

static bool same_registers(struct scene *scene)
{
	const struct board *board = scene->board;

	for (uint32_t i = 0; i < board->row_count; i++) {
		const struct nv2_write *row = &board->rows[i];
		const struct model_register *reg =
			model_register(scene->driver.model, row->chip, row->reg);

		if (!reg || mmio_read(row->mmio) != reg->value)
			return scene_check(scene, false, row->name);
	}
	return true;
}

static bool same_as_firmware(struct scene *scene)
{
	struct boot boot;
	struct tree_set set = {0};
	bool good = scene_check(scene, boot_board(&boot, scene->board) == BOOT_DONE,
				"the firmware does not boot") &&
		    scene_run(scene, OPERATION_APPLY, MAY_DONE) && scene_is_applied(scene);

	if (good) {
		size_t size;
		const void *tree = model_tree(&scene->driver.handle, &size);
		struct tree_set live = tree_set_of(tree, scene->board->fixed);
		const char *line;

		set = tree_set_of(boot.new_tree, scene->board->fixed);
		line = tree_difference(&set, &live, NULL);
		good = scene_check(scene, set.count > 100 && !line, line ? line : "no tree") &&
		       same_registers(scene);
		tree_set_free(&live);
	}
	tree_set_free(&set);
	free(boot.memory);
	return good;
}

/* Both leave a machine alone that they cannot program. */
static bool both_undo(struct scene *scene)
{
	const struct nv2_write *row = &scene->board->rows[2];
	struct boot boot;
	bool good;

	firmware.broken = row->mmio;
	model_register(scene->driver.model, row->chip, row->reg)->behaviour = REGISTER_STICKS;
	good = scene_check(scene, boot_board(&boot, scene->board) == BOOT_REFUSED,
			   "the firmware does not refuse") &&
	       scene_check(scene, firmware.writes > 0 && !boot.new_tree,
			   "it did not come so far") &&
	       scene_run(scene, OPERATION_APPLY, MAY_FAIL) && scene_is_original(scene) &&
	       same_registers(scene);
	firmware.broken = 0;
	free(boot.memory);
	return good;
}

const struct scenario firmware_scenarios[] = {
	{"the firmware example leaves the same tree and registers", same_as_firmware, false, true,
	 0},
	{"the firmware example undoes the same", both_undo, false, true, 0},
};
const size_t firmware_scenario_count = sizeof(firmware_scenarios) / sizeof(firmware_scenarios[0]);
