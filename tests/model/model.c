/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the calls of a transaction, gives what a machine of the chosen kind
 * would answer, and the chosen fault at the chosen call. Never changes anything
 * that is not in struct model.
 */
#include "model.h"

#include <errno.h>
#include <libfdt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux/record.h"
#include "overlays.h"

const char *const model_call_names[MODEL_CALLS] = {
	"read_tree",      "open_overlays", "list_overlays", "make_overlay",   "look_at_overlay",
	"read_overlay",   "write_overlay", "set_overlay",   "remove_overlay", "read_register",
	"write_register", "barrier",       "load",          "store",          "drop",
	"load_counter",   "store_counter", "boot_id",
};

const char *const model_fault_names[MODEL_FAULTS] = {
	"none",  "EIO",  "ENOSPC",      "EIO-late",   "short",
	"wrong", "ones", "kill-before", "kill-after", "kill-half",
};

/* ---- faults ------------------------------------------------------------------- */

#define F(fault) (1u << FAULT_##fault)
#define READS (F(EIO) | F(SHORT) | F(WRONG) | F(KILL_BEFORE))
#define CHANGES (F(EIO) | F(EIO_LATE) | F(KILL_BEFORE) | F(KILL_AFTER))

static const unsigned fault_table[MODEL_CALLS] = {
	[CALL_READ_TREE] = READS,
	[CALL_OPEN_OVERLAYS] = F(EIO) | F(KILL_BEFORE),
	[CALL_LIST_OVERLAYS] = F(EIO) | F(WRONG) | F(KILL_BEFORE),
	[CALL_MAKE_OVERLAY] = CHANGES | F(ENOSPC),
	[CALL_LOOK_AT_OVERLAY] = F(EIO) | F(WRONG) | F(KILL_BEFORE),
	[CALL_READ_OVERLAY] = READS,
	[CALL_WRITE_OVERLAY] = CHANGES | F(ENOSPC) | F(SHORT) | F(WRONG) | F(KILL_HALF),
	[CALL_SET_OVERLAY] = CHANGES,
	[CALL_REMOVE_OVERLAY] = CHANGES,
	[CALL_READ_REGISTER] = F(EIO) | F(WRONG) | F(ONES) | F(KILL_BEFORE),
	[CALL_WRITE_REGISTER] = CHANGES | F(WRONG),
	[CALL_BARRIER] = F(KILL_BEFORE),
	[CALL_LOAD] = READS,
	[CALL_STORE] = CHANGES | F(ENOSPC) | F(SHORT),
	[CALL_DROP] = CHANGES,
	[CALL_LOAD_COUNTER] = F(EIO) | F(KILL_BEFORE),
	[CALL_STORE_COUNTER] = CHANGES | F(ENOSPC),
	[CALL_BOOT_ID] = F(EIO) | F(SHORT) | F(KILL_BEFORE),
};

static const unsigned change_table = 1u << CALL_MAKE_OVERLAY | 1u << CALL_WRITE_OVERLAY |
				     1u << CALL_SET_OVERLAY | 1u << CALL_REMOVE_OVERLAY |
				     1u << CALL_WRITE_REGISTER | 1u << CALL_STORE |
				     1u << CALL_DROP | 1u << CALL_STORE_COUNTER;

/*
 * Those that need a record of what was before. What takes out an overlay that nobody remembers
 * is none of them.
 */
static const unsigned recorded_table =
	1u << CALL_MAKE_OVERLAY | 1u << CALL_WRITE_OVERLAY | 1u << CALL_WRITE_REGISTER;

bool model_fault_fits(enum model_call call, enum model_fault fault)
{
	return (fault_table[call] & 1u << fault) != 0;
}

bool model_fault_kills(enum model_fault fault)
{
	return fault >= FAULT_KILL_BEFORE;
}

static void violate(struct model *model, const char *what, const char *which)
{
	if (!*model->violation)
		snprintf(model->violation, sizeof(model->violation), "call %u: %s%s%s",
			 model->calls, what, *which ? ": " : "", which);
}

static void die(void)
{
	raise(SIGKILL);
}

/* The fault that comes now, if one does. Dies if it is that one. */
static enum model_fault enter(struct model *model, enum model_call call)
{
	if (model->calls < MODEL_TRACE)
		model->trace[model->calls] = (unsigned char)call;
	model->calls++;
	if (change_table & 1u << call) {
		model->writes++;
		if (model->rules.no_writes)
			violate(model, "something was written", model_call_names[call]);
	}
	if (recorded_table & 1u << call && !model->rules.no_record &&
	    !model_file(model, RECORD_FILE))
		violate(model, "changed without a record", model_call_names[call]);
	if (model->calls == model->early_at && model_fault_fits(call, model->early))
		return model->early;
	if (model->calls != model->fault_at)
		return FAULT_NONE;
	/* What has no middle and no after is killed before. */
	if (model->fault == FAULT_KILL_BEFORE ||
	    (model_fault_kills(model->fault) && !model_fault_fits(call, model->fault))) {
		model->hit = true;
		die();
	}
	model->hit = model_fault_fits(call, model->fault);
	return model->hit ? model->fault : FAULT_NONE;
}

/* What a call says that did all it should, or did not begin. */
static int leave(enum model_fault fault)
{
	if (fault == FAULT_KILL_AFTER)
		die();
	return fault == FAULT_EIO_LATE ? -EIO : 0;
}

static bool fails(enum model_fault fault, int *status)
{
	*status = fault == FAULT_ENOSPC ? -ENOSPC : -EIO;
	return fault == FAULT_EIO || fault == FAULT_ENOSPC;
}

static struct model *model_of(void *context)
{
	struct model_handle *handle = context;

	return handle->model;
}

/* Bytes for a caller, whole, half, or with a bit turned. */
static int give(struct bytes *bytes, const void *from, size_t size, enum model_fault fault)
{
	if (fault == FAULT_SHORT)
		size /= 2;
	bytes->size = size;
	bytes->data = malloc(size + 1);
	if (!bytes->data)
		return -ENOMEM;
	memcpy(bytes->data, from, size);
	if (fault == FAULT_WRONG && size)
		bytes->data[size / 2] ^= 0x10;
	return 0;
}

/* ---- the tree ------------------------------------------------------------------- */

/* One value, anywhere, has another last bit. */
static void change_one_value(unsigned char *fdt, uint32_t which)
{
	int offsets[4096], count = 0;

	for (int node = 0; node >= 0; node = fdt_next_node(fdt, node, NULL)) {
		int property;

		fdt_for_each_property_offset(property, fdt, node)
		{
			int len;

			fdt_getprop_by_offset(fdt, property, NULL, &len);
			if (len > 0 && count < 4096)
				offsets[count++] = property;
		}
	}
	if (count) {
		const char *name;
		int len, at = offsets[which % (uint32_t)count];
		const unsigned char *value = fdt_getprop_by_offset(fdt, at, &name, &len);

		fdt[value - fdt + len - 1] ^= 1;
	}
}

static int read_tree(void *context, struct bytes *tree)
{
	struct model_handle *handle = context;
	struct model *model = handle->model;
	enum model_fault fault = enter(model, CALL_READ_TREE);
	const void *live;
	size_t size;
	int status;

	if (fails(fault, &status))
		return status;
	live = model_tree(handle, &size);
	status = give(tree, live, size, fault == FAULT_WRONG ? FAULT_NONE : fault);
	/* Another property at another call. */
	if (!status && fault == FAULT_WRONG)
		change_one_value(tree->data, model->calls * 7919u);
	return status;
}

/* ---- overlays --------------------------------------------------------------------- */

static int open_overlays(void *context)
{
	struct model *model = model_of(context);
	int status;

	if (fails(enter(model, CALL_OPEN_OVERLAYS), &status))
		return status;
	if (model->traits & TRAIT_NO_INTERFACE)
		return -ENOENT;
	model->mounted = true;
	return 0;
}

/* As on a real machine, each of them opens the interface if nobody did. */
static bool is_open(struct model *model, int *status)
{
	*status = -ENOENT;
	model->mounted = !(model->traits & TRAIT_NO_INTERFACE);
	return model->mounted;
}

static int list_overlays(void *context, struct bytes *names)
{
	struct model *model = model_of(context);
	enum model_fault fault = enter(model, CALL_LIST_OVERLAYS);
	char all[sizeof(model->items)];
	size_t size = 0;
	int status;

	if (fails(fault, &status) || !is_open(model, &status))
		return status;
	for (size_t i = 0; i < MODEL_ITEMS && fault != FAULT_WRONG; i++) {
		const struct model_item *item = &model->items[i];

		if (!item->used)
			continue;
		memcpy(all + size, item->name, strlen(item->name) + 1);
		size += strlen(item->name) + 1;
	}
	return give(names, all, size, FAULT_NONE);
}

static int make_overlay(void *context, const char *name)
{
	struct model *model = model_of(context);
	enum model_fault fault = enter(model, CALL_MAKE_OVERLAY);
	int status;

	if (fails(fault, &status) || !is_open(model, &status))
		return status;
	status = overlays_make(model, name);
	return status ? status : leave(fault);
}

static int look_at_overlay(void *context, const char *name, struct overlay_item *item)
{
	struct model *model = model_of(context);
	enum model_fault fault = enter(model, CALL_LOOK_AT_OVERLAY);
	int status;

	if (fails(fault, &status) || !is_open(model, &status))
		return status;
	return overlays_look(model, name, fault == FAULT_WRONG, item);
}

static int read_overlay(void *context, const char *name, struct bytes *blob)
{
	struct model *model = model_of(context);
	enum model_fault fault = enter(model, CALL_READ_OVERLAY);
	const struct model_blob *held;
	int status;

	if (fails(fault, &status) || !is_open(model, &status))
		return status;
	status = overlays_read(model, name, &held);
	if (status)
		return status;
	return give(blob, held ? held->bytes : (const unsigned char *)"", held ? held->size : 0,
		    fault);
}

static int write_overlay(void *context, const char *name, const void *blob, size_t size)
{
	struct model_handle *handle = context;
	struct model *model = handle->model;
	enum model_fault fault = enter(model, CALL_WRITE_OVERLAY);
	bool half = fault == FAULT_SHORT || fault == FAULT_KILL_HALF;
	unsigned char *other = NULL;
	int status;

	if (fails(fault, &status) || !is_open(model, &status))
		return status;
	if (fault == FAULT_WRONG) {
		other = malloc(size + 1);
		if (!other)
			return -ENOMEM;
		memcpy(other, blob, size);
		other[size / 2] ^= 0x10;
	}
	status = overlays_write(handle, name, other ? other : blob, half ? size / 2 : size);
	free(other);
	if (fault == FAULT_KILL_HALF)
		die();
	if (!status && half)
		return -EIO;
	return status ? status : leave(fault);
}

static int set_overlay(void *context, const char *name, const char *text)
{
	struct model_handle *handle = context;
	enum model_fault fault = enter(handle->model, CALL_SET_OVERLAY);
	int status;

	if (fails(fault, &status) || !is_open(handle->model, &status))
		return status;
	status = overlays_set(handle, name, text);
	return status ? status : leave(fault);
}

static int remove_overlay(void *context, const char *name)
{
	struct model *model = model_of(context);
	enum model_fault fault = enter(model, CALL_REMOVE_OVERLAY);
	int status;

	if (fails(fault, &status) || !is_open(model, &status))
		return status;
	status = overlays_remove(model, name);
	return status ? status : leave(fault);
}

/* ---- registers ---------------------------------------------------------------------- */

struct model_register *model_register(struct model *model, uint32_t chip, uint32_t reg)
{
	for (size_t i = 0; i < model->register_count; i++)
		if (model->registers[i].chip == chip && model->registers[i].reg == reg)
			return &model->registers[i];
	return NULL;
}

static bool is_lparid(const struct model_register *reg)
{
	return reg->reg >= ATSD_LPARID_FIRST && reg->reg <= ATSD_LPARID_LAST;
}

/* The guest that has it, or 0. */
static uint32_t holder_of(uint64_t lparid)
{
	return lparid & LPARID_HOST ? 0 : (uint32_t)(lparid & LPARID_LPID);
}

/* What a register does by itself. */
static void pass_time(struct model_register *reg)
{
	reg->reads++;
	if (reg->behaviour == REGISTER_CLEARS && reg->reads % 3 == 0)
		reg->value &= ~reg->how;
	if (reg->reads != reg->how)
		return;
	if (reg->behaviour == REGISTER_TAKEN)
		reg->value = 7;
	else if (reg->behaviour == REGISTER_DRIFTS)
		reg->value = UINT64_C(0x5a5a5a5a5a5a5a5a);
}

static int read_register(void *context, const struct nv2_write *row, uint64_t *value)
{
	struct model *model = model_of(context);
	enum model_fault fault = enter(model, CALL_READ_REGISTER);
	struct model_register *reg = model_register(model, row->chip, row->reg);
	int status;

	if (!reg) {
		violate(model, "a register of no program was read", row->name);
		return -ENXIO;
	}
	if (fails(fault, &status) || reg->behaviour == REGISTER_DEAD)
		return -EIO;
	*value = reg->value;
	if (reg->behaviour == REGISTER_ONES || fault == FAULT_ONES)
		*value = UINT64_MAX;
	else if (fault == FAULT_WRONG)
		*value ^= UINT64_C(1) << (is_lparid(reg) ? 12 : 40);
	reg->seen = *value;
	reg->seen_at = model->calls;
	pass_time(reg);
	return 0;
}

/*
 * Nothing can keep a guest from taking a register between a look at it and the write right behind
 * that; so the look has to be the call before, and must have shown that nobody has it.
 */
static void check_holder(struct model *model, const struct nv2_write *row,
			 const struct model_register *reg, uint64_t value)
{
	uint32_t had = holder_of(reg->value), gets = holder_of(value);
	bool looked = reg->seen_at + 1 == model->calls && !holder_of(reg->seen);

	if (!is_lparid(reg))
		return;
	if (had && had != model->rules.lpid && !looked)
		violate(model, "a guest's register was taken", row->name);
	if (gets && gets != model->rules.lpid)
		violate(model, "a register was given to a guest that nobody named", row->name);
}

static int write_register(void *context, const struct nv2_write *row, uint64_t value)
{
	struct model *model = model_of(context);
	enum model_fault fault = enter(model, CALL_WRITE_REGISTER);
	struct model_register *reg = model_register(model, row->chip, row->reg);
	int status;

	if (!reg) {
		violate(model, "a register of no program was written", row->name);
		return -ENXIO;
	}
	check_holder(model, row, reg, value);
	if (fails(fault, &status) || reg->behaviour == REGISTER_DEAD ||
	    reg->behaviour == REGISTER_READ_ONLY)
		return -EIO;
	if (fault == FAULT_WRONG)
		value ^= UINT64_C(1) << (is_lparid(reg) ? 12 : 40);
	if (reg->behaviour == REGISTER_FLIPS)
		value ^= UINT64_C(1) << reg->how;
	if (reg->behaviour == REGISTER_NEVER_CLEARS)
		value |= reg->how;
	if (reg->behaviour == REGISTER_W1C)
		value = reg->value & ~value;
	if (reg->behaviour != REGISTER_STICKS)
		reg->value = value;
	if (reg->behaviour == REGISTER_CLEARS)
		reg->reads = 0;
	return leave(fault);
}

static void barrier(void *context)
{
	enter(model_of(context), CALL_BARRIER);
}

/* ---- what is remembered ---------------------------------------------------------------- */

struct model_file *model_file(struct model *model, const char *name)
{
	for (size_t i = 0; i < MODEL_FILES; i++)
		if (!strcmp(model->files[i].name, name))
			return &model->files[i];
	return NULL;
}

static int load(void *context, const char *name, struct bytes *content)
{
	struct model *model = model_of(context);
	enum model_fault fault = enter(model, CALL_LOAD);
	const struct model_file *file = model_file(model, name);
	int status;

	if (fails(fault, &status))
		return status;
	return file ? give(content, file->bytes, file->size, fault) : -ENOENT;
}

/* A rename: old or new content, never a part of one. */
static int store(void *context, const char *name, const void *content, size_t size)
{
	struct model *model = model_of(context);
	enum model_fault fault = enter(model, CALL_STORE);
	struct model_file *file = model_file(model, name);
	int status;

	if (fails(fault, &status) || fault == FAULT_SHORT)
		return status;
	if (!file)
		file = model_file(model, "");
	if (!file || size > sizeof(file->bytes) || strlen(name) >= sizeof(file->name)) {
		violate(model, "a file is too large, or one too many", name);
		return -EFBIG;
	}
	memcpy(file->name, name, strlen(name) + 1);
	memcpy(file->bytes, content, size);
	file->size = (uint32_t)size;
	return leave(fault);
}

static int drop(void *context, const char *name)
{
	struct model *model = model_of(context);
	enum model_fault fault = enter(model, CALL_DROP);
	struct model_file *file = model_file(model, name);
	int status;

	if (fails(fault, &status))
		return status;
	if (file && *name)
		*file->name = '\0';
	return leave(fault);
}

static int load_counter(void *context, uint32_t *version)
{
	struct model *model = model_of(context);
	int status;

	if (fails(enter(model, CALL_LOAD_COUNTER), &status))
		return status;
	*version = model->counter;
	return 0;
}

static int store_counter(void *context, uint32_t version)
{
	struct model *model = model_of(context);
	enum model_fault fault = enter(model, CALL_STORE_COUNTER);
	int status;

	if (fails(fault, &status))
		return status;
	if (version < model->counter)
		violate(model, "the counter was lowered", "");
	model->counter = version;
	return leave(fault);
}

static int boot_id(void *context, char id[37])
{
	struct model *model = model_of(context);
	enum model_fault fault = enter(model, CALL_BOOT_ID);
	int status;

	if (fails(fault, &status))
		return status;
	snprintf(id, 37, "%08x-0000-4000-8000-%012x", model->boots * 2654435761u, model->boots);
	if (fault == FAULT_SHORT)
		id[18] = '\0';
	return 0;
}

static const struct machine_ops ops = {
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

struct machine model_machine(struct model_handle *handle)
{
	return (struct machine){.ops = &ops, .context = handle};
}

/* ---- a machine's life ---------------------------------------------------------------------- */

static void add_register(struct model *model, const struct nv2_write *row, uint64_t old)
{
	if (model_register(model, row->chip, row->reg))
		return;
	if (model->register_count == MODEL_REGISTERS)
		abort();
	model->registers[model->register_count++] =
		(struct model_register){.chip = row->chip, .reg = row->reg, .value = old};
}

static void reset_registers(struct model *model)
{
	model->register_count = 0;
	for (uint32_t i = 0; i < model->board->row_count; i++)
		add_register(model, &model->board->rows[i], model->board->old[i]);
}

uint64_t model_hash(uint64_t hash, const void *bytes, size_t size)
{
	const unsigned char *byte = bytes;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static uint64_t board_id(const struct board *board)
{
	uint64_t hash = model_hash(MODEL_HASH, board->tree, board->tree_size);

	for (size_t i = 0; i < board->applied.count; i++)
		hash = model_hash(hash, board->applied.lines[i], strlen(board->applied.lines[i]));
	return hash;
}

void model_begin(struct model *model, const struct board *board,
		 const struct model_variant *variant, uint32_t traits)
{
	memset(model, 0, offsetof(struct model, blobs));
	model->board = board;
	model->board_id = board_id(board);
	model->variant = variant;
	model->traits = traits;
	model_reboot(model);
}

void model_reboot(struct model *model)
{
	model->mounted = false;
	memset(model->items, 0, sizeof(model->items));
	model->edit_count = 0;
	model->next_number = 1;
	/* Those of before Linux 4.15 count from 0. */
	model->next_id = model->variant->failure != FAILURE_FORGOTTEN;
	model->boots++;
	for (size_t i = 0; i < MODEL_BLOBS; i++)
		model->blobs[i].size = 0;
	for (size_t i = 0; i < MODEL_FILES; i++)
		*model->files[i].name = '\0';
	reset_registers(model);
}

void model_arm(struct model *model, uint32_t at, enum model_fault fault,
	       const struct model_rules *rules)
{
	static const struct model_rules none = {0};

	model->rules = rules ? *rules : none;
	model->calls = 0;
	model->writes = 0;
	model->fault_at = at;
	model->fault = fault;
	model->early_at = 0;
	model->early = FAULT_NONE;
	model->hit = false;
	*model->violation = '\0';
}

void model_copy(struct model *to, const struct model *from)
{
	memcpy(to, from, offsetof(struct model, blobs));
	for (size_t i = 0; i < MODEL_BLOBS; i++) {
		to->blobs[i].size = from->blobs[i].size;
		to->blobs[i].hash = from->blobs[i].hash;
		memcpy(to->blobs[i].bytes, from->blobs[i].bytes, from->blobs[i].size);
	}
	for (size_t i = 0; i < MODEL_FILES; i++) {
		memcpy(to->files[i].name, from->files[i].name, sizeof(to->files[i].name));
		if (!*from->files[i].name)
			continue;
		to->files[i].size = from->files[i].size;
		memcpy(to->files[i].bytes, from->files[i].bytes, from->files[i].size);
	}
}
