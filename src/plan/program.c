/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a planned board, gives its register writes. Never reads or writes a
 * register itself.
 */
#include "plan/program.h"

/* A register's offset: stack, block, register. Stacks 4, 5 and 6 hold bricks 0-1, 2-3, 4-5. */
#define REGISTER(stack, block, reg) ((uint32_t)(stack) << 20 | (uint32_t)(block) << 16 | (reg))
#define FIRST_LINK_STACK 4u
#define SM_BLOCKS 4u
#define GPU0_MEM_BAR 0x020u /* of the even brick of a stack */
#define GPU1_MEM_BAR 0x028u /* of the odd one */
#define ATSD0_LPARID 0x710100u

/* From the NPU's SCOM base. */
#define INDIRECT_ADDR 0x68eu
#define INDIRECT_DATA 0x68fu
#define INDIRECT_LENGTH_8 (UINT64_C(3) << 38)

/* XTS_ATSDn_LPARID */
#define LPARID_HV UINT64_C(0x1000) /* the host: bit 51 of IBM's count */
#define LPARID_LPID UINT64_C(0xfff)

static struct plan_write *add_write(struct arena *arena, plan_program *program,
				    const struct plan_npu *npu, uint32_t reg)
{
	struct plan_write *write = ARRAY_PUSH(arena, program);

	write->npu = npu;
	write->reg = reg;
	write->mmio = npu->regs + reg;
	write->addr_scom = npu->scom_base + INDIRECT_ADDR;
	write->data_scom = npu->scom_base + INDIRECT_DATA;
	write->indirect = (uint64_t)reg << 40 | INDIRECT_LENGTH_8;
	return write;
}

static unsigned log2_of(uint64_t value)
{
	unsigned log = 0;

	while (value >>= 1)
		log++;
	return log;
}

/*
 * npu2_assign_gmb(): how many links share the aperture, and which of them
 * this is. The counts it has no mode for are a rule's business.
 */
static uint64_t bar_mode(const struct plan_link *link)
{
	static const unsigned first[] = {[1] = 0, [2] = 1, [3] = 3, [4] = 6, [6] = 10};

	return first[link->gpu->links.count] + (link->bdfn & 7);
}

static uint64_t bar_value(const struct plan_link *link)
{
	const struct plan_gpu *gpu = link->gpu;

	return UINT64_C(1) << 63                             /* enable */
	       | ((gpu->base >> 30) & 0x1fffff) << 42        /* memory select … node address */
	       | UINT64_C(1) << 41                           /* poison */
	       | (uint64_t)log2_of(gpu->size >> 30) << 36    /* size */
	       | bar_mode(link) << 32;
}

static void add_bars(struct arena *arena, plan_program *program, const struct plan_link *link)
{
	unsigned brick = link->link->brick, stack = brick / 2;
	uint32_t bar = brick % 2 ? GPU1_MEM_BAR : GPU0_MEM_BAR;

	for (unsigned sm = 0; sm < SM_BLOCKS; sm++) {
		struct plan_write *write = add_write(arena, program, link->npu,
						     REGISTER(FIRST_LINK_STACK + stack, sm, bar));

		write->name = arena_printf(arena, "GPU%u_MEM_BAR.stack%u.sm%u", brick % 2, stack,
					   sm);
		write->owner = PROGRAM_BOOT;
		write->value = bar_value(link);
		write->mask = UINT64_MAX;
	}
}

static struct plan_write *add_lparid(struct arena *arena, plan_program *program,
				     const struct plan_link *link)
{
	unsigned brick = link->link->brick;
	struct plan_write *write = add_write(arena, program, link->npu, ATSD0_LPARID + 8 * brick);

	write->name = arena_printf(arena, "ATSD%u_LPARID", brick);
	write->owner = PROGRAM_RUNTIME;
	write->mask = LPARID_HV | LPARID_LPID;
	return write;
}

static const struct plan_link *find_link(const struct plan_board *board, const struct link *link)
{
	for (size_t i = 0; i < board->npus.count; i++)
		for (size_t j = 0; j < board->npus.items[i]->links.count; j++)
			if (board->npus.items[i]->links.items[j]->link == link)
				return board->npus.items[i]->links.items[j];
	return NULL;
}

/*
 * Firmware hands over the register of a GPU's first link only, while VFIO
 * gives the guest the page of each: so every link's register is set here.
 */
static void add_guest(struct arena *arena, plan_program *program, const struct plan_board *board,
		      const struct guest *guest)
{
	for (size_t i = 0; i < guest->vphbs.count; i++) {
		const struct vphb *vphb = guest->vphbs.items[i];

		for (size_t j = 0; j < vphb->devices.count; j++) {
			struct plan_write *write;

			if (!vphb->devices.items[j].link)
				continue;
			write = add_lparid(arena, program,
					   find_link(board, vphb->devices.items[j].link));
			write->guest = guest;
			if (guest->lpid.set)
				write->value = guest->lpid.value;
			else
				write->lpid_mask = LPARID_LPID;
		}
	}
}

plan_program make_program(struct arena *arena, const struct plan_board *board)
{
	plan_program program = {0};

	for (size_t i = 0; i < board->npus.count; i++) {
		const struct plan_npu *npu = board->npus.items[i];

		for (size_t j = 0; j < npu->links.count; j++)
			add_bars(arena, &program, npu->links.items[j]);
		for (size_t j = 0; j < npu->links.count; j++)
			add_lparid(arena, &program, npu->links.items[j])->value = LPARID_HV;
	}
	for (size_t i = 0; i < board->board->guests.count; i++)
		add_guest(arena, &program, board, board->board->guests.items[i]);
	return program;
}
