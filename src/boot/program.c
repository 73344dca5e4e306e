/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the register program of a bundle and functions that reach registers, gives registers that
 * hold it, or again what they held before. Never writes a register that it has not read just
 * before, takes one from a guest, or believes a read of all ones.
 */
#include "nv2/boot.h"

#include "blob/freestanding.h"
#include "blob/overlay.h"

#define ALL_ONES UINT64_MAX
/*
 * Where each register that changes hands has its LPID: skiboot include/npu2-regs.h,
 * NPU2_XTS_ATSD_LPARID and NPU2_XTS_BDF_MAP_LPARID, bits 52 to 63 of IBM's count.
 */
#define LPID_BITS 0xfffu
#define KNOWN_FLAGS (NV2_WRITE_VOLATILE | NV2_WRITE_ONE_TO_CLEAR | NV2_WRITE_SELF_CLEARING)
/* In these, a bit of the value is done when it reads as 0. */
#define BITS_FALL (NV2_WRITE_ONE_TO_CLEAR | NV2_WRITE_SELF_CLEARING)

/* One register that is worked on. */
struct reg {
	const struct nv2_ops *ops;
	struct nv2_failure *failure;
	uint32_t row;
	struct nv2_write write;
	uint64_t from;          /* owner `runtime`: what it may hold besides 0 and its value */
	uint64_t wanted, found; /* for messages: what it is to hold, and what it was read as */
};

/* --- rows -------------------------------------------------------------------- */

static bool belongs(const struct nv2_program *program, const struct nv2_write *write)
{
	if (!program->guest)
		return write->phase == NV2_PHASE_BOOT;
	return write->phase == NV2_PHASE_GUEST && nv2_is_same(write->guest, program->guest);
}

/* The mask's lowest bit: times it in place of shifted, which is a call on small processors. */
static uint64_t lpid_unit(uint64_t mask)
{
	return mask & (~mask + 1);
}

/* Row *row of the bundle, or the first behind it that is of the program. */
static bool next_write(const struct nv2_program *program, uint32_t *row, struct nv2_write *write)
{
	for (; nv2_bundle_write(program->bundle, *row, write); ++*row) {
		if (!belongs(program, write))
			continue;
		write->value |= program->lpid * lpid_unit(write->lpid_mask) & write->lpid_mask;
		write->lpid_mask = 0;
		return true;
	}
	return false;
}

/* What boot writes to the same register. */
static bool find_boot_write(const struct nv2_bundle *bundle, const struct nv2_write *write,
			    struct nv2_write *boot)
{
	for (uint32_t row = 0; nv2_bundle_write(bundle, row, boot); row++)
		if (boot->phase == NV2_PHASE_BOOT && boot->reg == write->reg &&
		    nv2_is_same(boot->npu, write->npu))
			return true;
	return false;
}

static bool next_reg(const struct nv2_program *program, struct reg *reg)
{
	struct nv2_write boot;

	if (!next_write(program, &reg->row, &reg->write))
		return false;
	reg->wanted = reg->from = reg->write.value;
	if (program->guest && find_boot_write(program->bundle, &reg->write, &boot))
		reg->from = boot.value;
	return true;
}

uint32_t nv2_program_length(const struct nv2_program *program)
{
	struct nv2_write write;
	uint32_t length = 0;

	for (uint32_t row = 0; next_write(program, &row, &write); row++)
		length++;
	return length;
}

bool nv2_program_row(const struct nv2_program *program, uint32_t index, struct nv2_write *write,
		     uint32_t *row)
{
	for (*row = 0; next_write(program, row, write); ++*row)
		if (!index--)
			return true;
	return false;
}

/* --- what can be wrong before a register is read ------------------------------ */

static void begin(struct reg *reg, const struct nv2_ops *ops, struct nv2_failure *failure)
{
	memset(failure, 0, sizeof(*failure));
	failure->step = NV2_STEP_NONE;
	memset(reg, 0, sizeof(*reg));
	reg->ops = ops;
	reg->failure = failure;
}

/* The first failure is kept. */
static enum nv2_status fail(const struct reg *reg, enum nv2_status status)
{
	struct nv2_failure *failure = reg->failure;

	if (failure->status)
		return status;
	failure->status = status;
	failure->step = reg->row;
	failure->what = reg->write.name;
	failure->wanted = reg->wanted;
	failure->found = reg->found;
	return status;
}

/* Not about a row. */
static enum nv2_status fail_whole(const struct reg *reg, enum nv2_status status, const char *what)
{
	fail(reg, status);
	reg->failure->step = NV2_STEP_NONE;
	reg->failure->what = what;
	return status;
}

/* Whether any LPID has room in the mask. */
static bool is_lpid_mask(uint64_t mask)
{
	uint64_t unit = lpid_unit(mask), all = LPID_BITS * unit;

	return !(all & ~mask) && all >> 11 >= unit; /* or else its top bits are lost */
}

static enum nv2_status check_lpid(struct reg *reg, uint32_t lpid)
{
	const struct nv2_write *write = &reg->write;
	bool good = true;

	reg->wanted = write->value & LPID_BITS;
	reg->found = lpid;
	if (write->lpid_mask) {
		if (!is_lpid_mask(write->lpid_mask))
			return fail(reg, NV2_ERR_TABLE);
		good = lpid && lpid <= LPID_BITS;
	} else if (write->owner == NV2_OWNER_RUNTIME) {
		good = reg->wanted && (!lpid || lpid == reg->wanted);
	}
	return good ? NV2_OK : fail(reg, NV2_ERR_LPID);
}

static enum nv2_status check_program(const struct nv2_program *program, struct reg *reg)
{
	const struct nv2_bundle *bundle = program->bundle;
	struct nv2_part part;

	for (reg->row = 0; nv2_bundle_write(bundle, reg->row, &reg->write); reg->row++) {
		if (!belongs(program, &reg->write))
			continue;
		/* How to read back such a register is not known here. */
		reg->wanted = KNOWN_FLAGS;
		reg->found = reg->write.flags;
		if (reg->write.flags & ~KNOWN_FLAGS)
			return fail(reg, NV2_ERR_TABLE);
		if (program->guest && check_lpid(reg, program->lpid))
			return reg->failure->status;
	}
	/* A guest without links has nothing to write, and a fragment nevertheless. */
	if (program->guest && !nv2_program_length(program) &&
	    nv2_bundle_find(bundle, "guest", program->guest, &part))
		return fail_whole(reg, NV2_ERR_NO_GUEST, program->guest);
	reg->row = 0;
	return NV2_OK;
}

static enum nv2_status check_count(const struct nv2_program *program, struct reg *reg,
				   uint32_t count)
{
	reg->wanted = nv2_program_length(program);
	reg->found = count;
	return count == reg->wanted ? NV2_OK : fail_whole(reg, NV2_ERR_SPACE, NULL);
}

/* --- one register ------------------------------------------------------------ */

static enum nv2_status fail_access(const struct reg *reg, enum nv2_status status, int cause)
{
	if (!reg->failure->status)
		reg->failure->cause = cause;
	return fail(reg, status);
}

static enum nv2_status read_reg(struct reg *reg)
{
	int cause;

	reg->found = 0;
	cause = reg->ops->read(reg->ops->context, &reg->write, &reg->found);
	if (cause)
		return fail_access(reg, NV2_ERR_READ, cause);
	return reg->found == ALL_ONES ? fail(reg, NV2_ERR_ALL_ONES) : NV2_OK;
}

/* What is wanted. */
static enum nv2_status write_reg(struct reg *reg)
{
	int cause = reg->ops->write(reg->ops->context, &reg->write, reg->wanted);

	if (cause)
		return fail_access(reg, NV2_ERR_WRITE, cause);
	reg->ops->barrier(reg->ops->context);
	return NV2_OK;
}

static bool reads(const struct reg *reg, uint64_t value)
{
	return ((reg->found ^ value) & reg->write.mask) == 0;
}

static bool holds(const struct reg *reg)
{
	if (reg->write.flags & BITS_FALL)
		return (reg->found & reg->write.value & reg->write.mask) == 0;
	return reads(reg, reg->write.value);
}

/* Reads once; a self-clearing register until it is idle. */
static enum nv2_status await(struct reg *reg)
{
	uint32_t polls = reg->write.flags & NV2_WRITE_SELF_CLEARING ? NV2_POLLS_MAX : 1;
	enum nv2_status status;

	do {
		status = read_reg(reg);
		if (status || holds(reg))
			return status;
	} while (--polls);
	return reg->write.flags & NV2_WRITE_SELF_CLEARING ? fail(reg, NV2_ERR_TIMEOUT) : NV2_OK;
}

static enum nv2_status fail_held(struct reg *reg)
{
	reg->found &= reg->write.mask & LPID_BITS;
	return fail(reg, NV2_ERR_HELD);
}

/* Whether nobody has it, or only who may give it away. */
static enum nv2_status check_holder(struct reg *reg)
{
	if (reg->write.owner == NV2_OWNER_BOOT || reads(reg, 0) || reads(reg, reg->write.value) ||
	    reads(reg, reg->from))
		return NV2_OK;
	return fail_held(reg);
}

static enum nv2_status look_at(struct reg *reg)
{
	enum nv2_status status = read_reg(reg);

	return status ? status : check_holder(reg);
}

/* `saved` may be NULL for what is not to be undone. */
static enum nv2_status set_reg(struct reg *reg, struct nv2_saved *saved)
{
	uint32_t flags = reg->write.flags;
	enum nv2_status status = await(reg);

	if (!status)
		status = check_holder(reg);
	/* That a self-clearing one is idle does not say that it was ever told to work. */
	if (status || (holds(reg) && !(flags & NV2_WRITE_SELF_CLEARING)))
		return status;
	/* What is written over without having been saved could never be put back. */
	if (saved && reg->found != saved->old && !(flags & NV2_WRITE_VOLATILE))
		return fail(reg, NV2_ERR_CHANGED);
	if (saved)
		saved->written = true;
	status = write_reg(reg);
	if (!status)
		status = await(reg);
	if (status || holds(reg) || flags & NV2_WRITE_VOLATILE)
		return status;
	if (saved) {
		saved->stuck = true;
		saved->left = reg->found;
	}
	return fail(reg, NV2_ERR_STUCK);
}

/* --- the program ------------------------------------------------------------- */

enum nv2_status nv2_program_read(const struct nv2_program *program, const struct nv2_ops *ops,
				 struct nv2_saved *saved, uint32_t count,
				 struct nv2_failure *failure)
{
	struct reg reg;

	begin(&reg, ops, failure);
	if (check_program(program, &reg) || check_count(program, &reg, count))
		return failure->status;
	for (; next_reg(program, &reg); reg.row++, saved++) {
		if (look_at(&reg))
			return failure->status;
		memset(saved, 0, sizeof(*saved));
		saved->row = reg.row;
		saved->old = reg.found;
	}
	return NV2_OK;
}

enum nv2_status nv2_program_run(const struct nv2_program *program, const struct nv2_ops *ops,
				struct nv2_saved *saved, uint32_t count,
				struct nv2_failure *failure)
{
	struct reg reg;

	begin(&reg, ops, failure);
	if (check_program(program, &reg) || check_count(program, &reg, count))
		return failure->status;
	for (; next_reg(program, &reg); reg.row++, saved++) {
		if (saved->row != reg.row)
			return fail(&reg, NV2_ERR_TABLE);
		if (set_reg(&reg, saved))
			return failure->status;
	}
	return NV2_OK;
}

static enum nv2_status verify_reg(const struct nv2_program *program, struct reg *reg,
				  uint32_t *held)
{
	const struct nv2_write *write = &reg->write;
	enum nv2_status status = read_reg(reg);

	if (status || holds(reg) || write->flags & NV2_WRITE_VOLATILE)
		return status;
	if (write->owner == NV2_OWNER_BOOT || !(reg->found & write->mask & LPID_BITS))
		return fail(reg, NV2_ERR_STUCK);
	if (program->guest)
		return fail_held(reg);
	++*held;
	return NV2_OK;
}

enum nv2_status nv2_program_verify(const struct nv2_program *program, const struct nv2_ops *ops,
				   uint32_t *held, struct nv2_failure *failure)
{
	struct reg reg;

	*held = 0;
	begin(&reg, ops, failure);
	if (check_program(program, &reg))
		return failure->status;
	for (; next_reg(program, &reg); reg.row++)
		if (verify_reg(program, &reg, held))
			return failure->status;
	return NV2_OK;
}

/* --- and back ---------------------------------------------------------------- */

/* Whether what is found is what the program left there. */
static bool is_ours(const struct reg *reg, const struct nv2_saved *saved)
{
	if (reads(reg, reg->write.value))
		return true;
	/* What was read back from one that changes hands can be a guest's; 0 is nobody's. */
	if (reg->write.owner == NV2_OWNER_RUNTIME)
		return reads(reg, 0);
	return reg->write.flags & NV2_WRITE_VOLATILE || (saved->stuck && reads(reg, saved->left));
}

static enum nv2_status undo_reg(struct reg *reg, const struct nv2_saved *saved)
{
	enum nv2_status status;

	if (reg->write.flags & BITS_FALL)
		return NV2_OK;
	reg->wanted = saved->old;
	status = read_reg(reg);
	if (status || reads(reg, saved->old))
		return status;
	if (!is_ours(reg, saved))
		return fail(reg, NV2_ERR_CHANGED);
	status = write_reg(reg);
	if (!status)
		status = read_reg(reg);
	if (status || reads(reg, saved->old) || reg->write.flags & NV2_WRITE_VOLATILE)
		return status;
	return fail(reg, NV2_ERR_STUCK);
}

enum nv2_status nv2_program_undo(const struct nv2_program *program, const struct nv2_ops *ops,
				 const struct nv2_saved *saved, uint32_t count, uint32_t *lost,
				 struct nv2_failure *failure)
{
	struct reg reg;

	*lost = 0;
	begin(&reg, ops, failure);
	while (count--) {
		if (!saved[count].written)
			continue;
		reg.row = saved[count].row;
		if (!next_reg(program, &reg) || reg.row != saved[count].row) {
			reg.row = saved[count].row;
			reg.write.name = NULL;
			fail(&reg, NV2_ERR_TABLE);
			++*lost;
		} else if (undo_reg(&reg, &saved[count])) {
			++*lost;
		}
	}
	return failure->status;
}

/* From the guest's row to that which gives its register back. */
static enum nv2_status turn_back(const struct nv2_program *program, struct reg *reg)
{
	struct nv2_write boot;

	if (!find_boot_write(program->bundle, &reg->write, &boot))
		return fail(reg, NV2_ERR_TABLE);
	reg->from = reg->write.value;
	reg->write = boot;
	reg->wanted = boot.value;
	return NV2_OK;
}

enum nv2_status nv2_program_release(const struct nv2_program *program, const struct nv2_ops *ops,
				    struct nv2_failure *failure)
{
	struct reg reg;

	begin(&reg, ops, failure);
	if (!program->guest)
		return fail_whole(&reg, NV2_ERR_NO_GUEST, NULL);
	if (check_program(program, &reg))
		return failure->status;
	/* All of them are looked at before the first is written. */
	for (unsigned pass = 0; pass < 2; pass++) {
		for (reg.row = 0; next_reg(program, &reg); reg.row++) {
			if (turn_back(program, &reg) ||
			    (pass ? set_reg(&reg, NULL) : look_at(&reg)))
				return failure->status;
		}
	}
	return NV2_OK;
}
