/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes what a transaction asks of its machine, gives it to the part of Linux that has it. Never
 * decides anything by itself.
 */
#include "linux/linux_machine.h"

#include <errno.h>
#include <stdlib.h>

#include "linux/configfs.h"
#include "linux/live_tree.h"
#include "linux/privileges.h"
#include "linux/registers.h"
#include "linux/root.h"
#include "linux/state.h"

/* Another apply is done by then, or hangs. */
#define LOCK_MILLISECONDS 10000u

struct linux_machine {
	struct root root;
	struct configfs configfs;
	struct registers registers;
	struct state state;
	bool settled;     /* nothing is to be read any more but what is root's own */
	bool needs_mount; /* configfs is not mounted */
};

/* Gives up what is not needed any more. */
static int narrow(const struct linux_machine *machine)
{
	unsigned wanted = registers_privileges(&machine->registers);

	/* An image may be anybody's. */
	if (!machine->settled || !root_is_machine(&machine->root))
		wanted |= 1u << PRIVILEGE_FILES;
	if (machine->needs_mount)
		wanted |= 1u << PRIVILEGE_MOUNT;
	return privileges_keep(wanted, machine->root.log);
}

/* The interface was asked for: it is mounted, or it will not be. */
static int end_mounting(struct linux_machine *machine, int error)
{
	int narrowed;

	if (!machine->needs_mount)
		return error;
	machine->needs_mount = false;
	narrowed = narrow(machine);
	return error ? error : narrowed;
}

static int read_tree(void *context, struct bytes *tree)
{
	struct linux_machine *machine = context;

	return live_tree_read(&machine->root, tree);
}

static int open_overlays(void *context)
{
	struct linux_machine *machine = context;

	return end_mounting(machine, configfs_open(&machine->configfs));
}

static int list_overlays(void *context, struct bytes *names)
{
	struct linux_machine *machine = context;

	return end_mounting(machine, configfs_list(&machine->configfs, names));
}

static int make_overlay(void *context, const char *name)
{
	struct linux_machine *machine = context;

	return configfs_make(&machine->configfs, name);
}

static int look_at_overlay(void *context, const char *name, struct overlay_item *item)
{
	struct linux_machine *machine = context;

	return configfs_look(&machine->configfs, name, item);
}

static int read_overlay(void *context, const char *name, struct bytes *blob)
{
	struct linux_machine *machine = context;

	return configfs_read(&machine->configfs, name, blob);
}

static int write_overlay(void *context, const char *name, const void *blob, size_t size)
{
	struct linux_machine *machine = context;

	return configfs_write(&machine->configfs, name, blob, size);
}

static int set_overlay(void *context, const char *name, const char *text)
{
	struct linux_machine *machine = context;

	return configfs_set(&machine->configfs, name, text);
}

static int remove_overlay(void *context, const char *name)
{
	struct linux_machine *machine = context;

	return configfs_remove(&machine->configfs, name);
}

static int read_register(void *context, const struct nv2_write *reg, uint64_t *value)
{
	struct linux_machine *machine = context;
	unsigned open = machine->registers.channel_count;
	int error = registers_read(&machine->registers, reg, value);

	/* All are read before one is written, so this is where they are opened. */
	if (machine->registers.channel_count == open)
		return error;
	return error ? error : narrow(machine);
}

static int write_register(void *context, const struct nv2_write *reg, uint64_t value)
{
	struct linux_machine *machine = context;

	return registers_write(&machine->registers, reg, value);
}

static void barrier(void *context)
{
	const struct linux_machine *machine = context;

	registers_barrier(&machine->registers);
}

static int load(void *context, const char *name, struct bytes *content)
{
	struct linux_machine *machine = context;

	return state_load(&machine->state, name, content);
}

static int store(void *context, const char *name, const void *content, size_t size)
{
	struct linux_machine *machine = context;

	return state_store(&machine->state, name, content, size);
}

static int drop(void *context, const char *name)
{
	struct linux_machine *machine = context;

	return state_drop(&machine->state, name);
}

static int load_counter(void *context, uint32_t *version)
{
	struct linux_machine *machine = context;

	return state_load_counter(&machine->state, version);
}

static int store_counter(void *context, uint32_t version)
{
	struct linux_machine *machine = context;

	return state_store_counter(&machine->state, version);
}

static int boot_id(void *context, char id[37])
{
	const struct linux_machine *machine = context;

	return state_boot_id(&machine->state, id);
}

static const struct machine_ops linux_ops = {
	.read_tree = read_tree,
	.open_overlays = open_overlays,
	.list_overlays = list_overlays,
	.make_overlay = make_overlay,
	.look_at_overlay = look_at_overlay,
	.read_overlay = read_overlay,
	.write_overlay = write_overlay,
	.set_overlay = set_overlay,
	.remove_overlay = remove_overlay,
	.read_register = read_register,
	.write_register = write_register,
	.barrier = barrier,
	.load = load,
	.store = store,
	.drop = drop,
	.load_counter = load_counter,
	.store_counter = store_counter,
	.boot_id = boot_id,
};

struct linux_machine *linux_machine_open(const struct linux_options *options, bool *usage)
{
	struct linux_machine *machine = calloc(1, sizeof(*machine));
	int error;

	*usage = false;
	if (!machine) {
		log_say(options->log, LOG_LEVEL_ERROR, "out of memory errno=%d", ENOMEM);
		return NULL;
	}
	error = root_open(&machine->root, options);
	if (error) {
		*usage = error == -ENOENT || error == -ENOTDIR;
		free(machine);
		return NULL;
	}
	configfs_init(&machine->configfs, &machine->root);
	*usage = !registers_init(&machine->registers, &machine->root, options->backends,
				 options->backend_count);
	machine->needs_mount = root_is_machine(&machine->root) && !machine->root.read_only &&
			       !configfs_is_mounted(&machine->root);
	if (!*usage && !narrow(machine) &&
	    !state_open(&machine->state, &machine->root, LOCK_MILLISECONDS))
		return machine;
	registers_close(&machine->registers);
	root_close(&machine->root);
	free(machine);
	return NULL;
}

int linux_machine_settle(struct linux_machine *machine)
{
	machine->settled = true;
	return narrow(machine);
}

struct machine linux_machine_of(struct linux_machine *machine)
{
	return (struct machine){&linux_ops, machine};
}

void linux_machine_close(struct linux_machine *machine)
{
	if (!machine)
		return;
	registers_close(&machine->registers);
	configfs_close(&machine->configfs);
	/* The lock last. */
	state_close(&machine->state);
	root_close(&machine->root);
	free(machine);
}
