/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a register program, gives registers for it that do what they are told to do wrong. Never
 * forgives a caller: an access to a register that is not there fails.
 */
#include "registers.h"

#include <string.h>

struct model_register *model_find(struct model *model, const char *npu, const char *name)
{
	for (size_t i = 0; i < model->count; i++)
		if (!strcmp(model->registers[i].npu, npu) &&
		    !strcmp(model->registers[i].name, name))
			return &model->registers[i];
	return NULL;
}

static struct model_register *find(struct model *model, const struct nv2_write *write)
{
	for (size_t i = 0; i < model->count; i++)
		if (!strcmp(model->registers[i].npu, write->npu) &&
		    model->registers[i].reg == write->reg)
			return &model->registers[i];
	return NULL;
}

static int begin_access(struct model *model)
{
	model->accesses++;
	if (model->meanwhile)
		model->meanwhile(model);
	return model->accesses == model->fails_at ? MODEL_CAUSE : 0;
}

static int model_read(void *context, const struct nv2_write *write, uint64_t *value)
{
	struct model *model = (struct model *)context;
	struct model_register *reg = find(model, write);
	int cause = begin_access(model);

	model->reads++;
	if (cause || !reg)
		return cause ? cause : MODEL_CAUSE;
	if (++reg->reads >= reg->falls_in)
		reg->value &= ~reg->falls;
	*value = model->accesses == model->ones_at ? UINT64_MAX : reg->value;
	return 0;
}

static int model_write(void *context, const struct nv2_write *write, uint64_t value)
{
	struct model *model = (struct model *)context;
	struct model_register *reg = find(model, write);
	int cause = begin_access(model);

	if (cause || !reg || model->writes == MODEL_WRITES)
		return cause ? cause : MODEL_CAUSE;
	model->written[model->writes++] = reg;
	reg->pending = value;
	reg->is_pending = true;
	return 0;
}

static void settle(struct model_register *reg)
{
	uint64_t value = reg->pending;

	value = (value & ~reg->clears) | (reg->value & reg->clears & ~value);
	value = (value & ~reg->stuck) | (reg->value & reg->stuck);
	reg->value = value ^ reg->flips;
	if (reg->flips_once)
		reg->flips = 0;
	reg->is_pending = false;
	reg->reads = 0;
}

static void model_barrier(void *context)
{
	struct model *model = (struct model *)context;

	for (size_t i = 0; i < model->count; i++)
		if (model->registers[i].is_pending)
			settle(&model->registers[i]);
}

void model_rewind(struct model *model)
{
	model->accesses = model->reads = model->writes = 0;
	model->fails_at = model->ones_at = 0;
	model->meanwhile = NULL;
}

void model_begin(struct model *model, const struct nv2_bundle *bundle)
{
	struct nv2_write write;

	memset(model, 0, sizeof(*model));
	for (uint32_t row = 0; nv2_bundle_write(bundle, row, &write); row++) {
		struct model_register *reg = &model->registers[model->count];

		if (find(model, &write) || model->count == MODEL_REGISTERS)
			continue;
		reg->npu = write.npu;
		reg->name = write.name;
		reg->reg = write.reg;
		model->count++;
	}
	model->ops = (struct nv2_ops){
		.context = model,
		.read = model_read,
		.write = model_write,
		.barrier = model_barrier,
	};
}
