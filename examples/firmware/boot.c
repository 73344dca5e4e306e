/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a bundle and the kernel's device tree in memory, gives programmed NPUs and a new tree that
 * agrees with them. Never leaves half of it done: what fails is undone, and the tree is handed out
 * last.
 *
 * To copy into a firmware: nothing here needs more than boot.h and libnv2boot.
 */
#include "boot.h"

#include <stdbool.h>

#include "nv2/boot.h"

/* --- registers: two functions and a barrier -------------------------------------- */

static int read_register(void *context, const struct nv2_write *reg, uint64_t *value)
{
	(void)context;
	*value = mmio_read(reg->mmio);
	return 0; /* a load cannot say that it failed: the library distrusts all ones */
}

static int write_register(void *context, const struct nv2_write *reg, uint64_t value)
{
	(void)context;
	mmio_write(reg->mmio, value);
	return 0;
}

/* On POWER this is `sync`, which also orders caching-inhibited accesses. */
static void barrier(void *context)
{
	(void)context;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/*
 * A firmware that takes signed bundles only sets verify_signature here, and lists its keys in
 * `trust` below; last_version is then whatever it keeps against replay.
 */
static const struct nv2_ops ops = {
	.read = read_register,
	.write = write_register,
	.barrier = barrier,
};
static const struct nv2_trust trust = {.key_count = 0};

/* --- messages -------------------------------------------------------------------- */

static void put_hex(uint64_t value)
{
	char text[19] = "0x0000000000000000";

	for (unsigned i = 17; i > 1; i--, value >>= 4)
		text[i] = "0123456789abcdef"[value & 15];
	console_put(text);
}

static void tell(const char *doing, enum nv2_status status, const struct nv2_failure *failure)
{
	console_put("nvlink: ");
	console_put(doing);
	if (failure && failure->what && failure->what != doing) {
		console_put(": ");
		console_put(failure->what);
	}
	if (failure && failure->property) {
		console_put(": ");
		console_put(failure->property);
	}
	console_put(": ");
	console_put(nv2_strerror(status));
	if (failure && (failure->wanted || failure->found)) {
		console_put(": wanted ");
		put_hex(failure->wanted);
		console_put(", found ");
		put_hex(failure->found);
	}
	console_put("\n");
}

/* --- memory: what is asked for first can be taken without looking ------------------ */

struct space {
	unsigned char *at;
	size_t left;
};

static void *take(struct space *space, size_t size)
{
	unsigned char *at = space->at;

	if (size > SIZE_MAX - 7)
		return NULL;
	size = (size + 7) & ~(size_t)7;
	if (size > space->left)
		return NULL;
	space->at += size;
	space->left -= size;
	return at;
}

/* --- the steps --------------------------------------------------------------------- */

struct job {
	struct nv2_bundle bundle;
	struct nv2_fdt old_tree, new_tree;
	struct space space;
	struct nv2_program program;
	struct nv2_saved *saved;
	uint32_t count;
	struct nv2_failure failure;
};

/* Nothing of the machine is touched here, and nothing that is wrong with the input gets further. */
static bool check_input(struct job *job, const struct boot *boot)
{
	enum nv2_status status =
		nv2_seal_verify(boot->bundle, boot->bundle_size, &trust, &ops, &job->failure);

	if (!status)
		status = nv2_bundle_open(&job->bundle, boot->bundle, boot->bundle_size);
	if (status) {
		tell("the bundle", status, NULL);
		return false;
	}
	status = nv2_bundle_verify(&job->bundle, &trust, &ops, &job->failure);
	if (status) {
		tell("the bundle", status, &job->failure);
		return false;
	}
	status = nv2_fdt_open(&job->old_tree, boot->tree, boot->tree_size);
	if (status) {
		tell("the device tree", status, NULL);
		return false;
	}
	status = nv2_board_check(&job->bundle, &job->old_tree, &job->failure);
	if (status) {
		tell("the board", status, &job->failure);
		return false;
	}
	return true;
}

/*
 * The overlay for the kernel. A firmware that makes NPU PHBs itself, as skiboot does from its
 * npu@ nodes, instead binds NV2_PART_HOST_FW to its own tree before it does so: it then
 * writes the registers and the kernel's properties on its own, and none of the rest here is
 * needed.
 */
static bool bind_overlay(struct job *job, struct nv2_fdt *bound)
{
	const struct nv2_part *part = &job->bundle.part[NV2_PART_HOST_OS];
	struct nv2_space need;
	struct nv2_fdt overlay;
	enum nv2_status status = nv2_fdt_open(&overlay, part->data, part->size);
	void *work, *output;
	size_t size;

	if (!status) {
		nv2_bind_space(&overlay, &job->old_tree, &need);
		output = take(&job->space, need.output);
		work = take(&job->space, need.work);
		size = need.output;
		status = output && work ? nv2_bind(&overlay, &job->old_tree, work, need.work,
						   output, &size, &job->failure)
					: NV2_ERR_SPACE;
		if (!status)
			status = nv2_fdt_open(bound, output, size);
	}
	if (status)
		tell("the overlay", status, &job->failure);
	return !status;
}

/* Beside the old tree, which stays as it is. */
static bool make_tree(struct job *job)
{
	struct nv2_space need;
	struct nv2_fdt bound;
	enum nv2_status status = NV2_ERR_SPACE;
	void *work, *output;
	size_t size;

	if (!bind_overlay(job, &bound))
		return false;
	nv2_apply_fdt_space(&job->old_tree, &bound, &need);
	output = take(&job->space, need.output);
	work = take(&job->space, need.work);
	size = need.output;
	if (output && work)
		status = nv2_apply_fdt(&job->old_tree, &bound, work, need.work, output, &size,
				       &job->failure);
	if (!status)
		status = nv2_fdt_open(&job->new_tree, output, size);
	if (status)
		tell("the new device tree", status, &job->failure);
	return !status;
}

/* A register's name is unique in its NPU only. */
static void tell_register(const struct job *job, enum nv2_status status)
{
	struct nv2_write write;
	bool known = nv2_bundle_write(&job->bundle, job->failure.step, &write);

	tell(known ? write.npu : "the registers", status, &job->failure);
}

static bool read_registers(struct job *job)
{
	enum nv2_status status = NV2_ERR_SPACE;

	job->program.bundle = &job->bundle;
	job->count = nv2_program_length(&job->program);
	if (job->count <= job->space.left / sizeof(*job->saved))
		job->saved = take(&job->space, job->count * sizeof(*job->saved));
	if (job->saved)
		status = nv2_program_read(&job->program, &ops, job->saved, job->count,
					  &job->failure);
	if (status)
		tell_register(job, status);
	return !status;
}

static bool write_registers(struct job *job)
{
	enum nv2_status status =
		nv2_program_run(&job->program, &ops, job->saved, job->count, &job->failure);

	if (status)
		tell_register(job, status);
	return !status;
}

/* Each link: the address in its BARs, in the new tree and in the plan is one. */
static bool prove_links(struct job *job)
{
	struct nv2_device device;
	struct nv2_proof proof;

	for (uint32_t i = 0; nv2_bundle_device(&job->bundle, i, &device); i++) {
		enum nv2_status status;

		if (device.kind != NV2_DEVICE_LINK)
			continue;
		status = nv2_link_prove(&job->bundle, i, &job->new_tree, &ops, &proof,
					&job->failure);
		if (status) {
			tell(device.name, status, &job->failure);
			return false;
		}
	}
	return true;
}

static enum boot_outcome undo(struct job *job)
{
	uint32_t lost;
	enum nv2_status status =
		nv2_program_undo(&job->program, &ops, job->saved, job->count, &lost, &job->failure);

	if (!status) {
		console_put("nvlink: nothing is changed\n");
		return BOOT_REFUSED;
	}
	console_put("nvlink: registers could not be put back; the first of them:\n");
	tell_register(job, status);
	return BOOT_LOST;
}

enum boot_outcome boot_nvlink(struct boot *boot)
{
	struct job job = {.space = {(unsigned char *)boot->memory, boot->memory_size}};

	boot->new_tree = NULL;
	boot->new_tree_size = 0;
	if (!check_input(&job, boot) || !make_tree(&job) || !read_registers(&job)) {
		console_put("nvlink: nothing is changed\n");
		return BOOT_REFUSED;
	}
	if (!write_registers(&job) || !prove_links(&job))
		return undo(&job);
	/* All is proven: from here on the kernel gets the new tree. */
	boot->new_tree = job.new_tree.bytes;
	boot->new_tree_size = job.new_tree.size;
	return BOOT_DONE;
}
