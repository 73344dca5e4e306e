/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes two inputs, a bundle and a tree, puts the bundle's digests right as
 * an attacker could, and does with them what firmware does. Promises: what is
 * opened can be read to its last name; what is verified binds or is refused;
 * what is bound applies, is then wholly there, and libfdt finds no fault with
 * the tree; binding it again adds nothing; registers written are undone.
 */
#include <libfdt.h>
#include <string.h>

#include "blob/fdt.h"
#include "blob/sha256.h"
#include "fuzz.h"
#include "nv2/boot.h"

/* Parts first, then the seal over all of it. False: not even a tree. */
static bool put_digests_right(uint8_t *bytes, size_t size)
{
	struct nv2_seal *seal = (struct nv2_seal *)(void *)(bytes + NV2_SEAL_OFFSET);
	struct nv2_fdt fdt;
	uint32_t part;

	if (size < NV2_SEAL_OFFSET + NV2_SEAL_SIZE || nv2_fdt_open(&fdt, bytes, size) != NV2_OK)
		return false;
	part = nv2_fdt_child(&fdt, nv2_fdt_find(&fdt, "/parts", strlen("/parts")));
	for (; part; part = nv2_fdt_sibling(&fdt, part)) {
		uint32_t len, digest_len;
		const unsigned char *data = nv2_fdt_property(&fdt, part, "data", &len);
		const unsigned char *digest = nv2_fdt_property(&fdt, part, "sha256", &digest_len);

		if (data && digest && digest_len == 32)
			nv2_sha256(data, len, bytes + (digest - bytes));
	}
	memcpy(seal->magic, NV2_SEAL_MAGIC, sizeof(seal->magic));
	seal->major[0] = 0;
	seal->major[1] = NV2_BUNDLE_MAJOR;
	nv2_seal_digest(bytes, size, seal->sha256);
	return true;
}

static size_t read_text(const char *text)
{
	return text ? strlen(text) : 0;
}

static void read_all(const struct nv2_bundle *bundle)
{
	struct nv2_device device;
	struct nv2_region region;
	struct nv2_write write;
	struct nv2_part part;
	uint32_t cursor = 0;
	size_t sum = 0;

	while (nv2_bundle_next_part(bundle, &cursor, &part))
		sum += read_text(part.name) + read_text(part.kind) + read_text(part.guest) +
		       (part.size ? part.data[part.size - 1] : 0);
	for (uint32_t i = 0; nv2_bundle_device(bundle, i, &device); i++)
		sum += read_text(device.name) + read_text(device.npu) + read_text(device.gpu);
	for (uint32_t i = 0; nv2_bundle_region(bundle, i, &region); i++)
		sum += region.index;
	for (uint32_t i = 0; nv2_bundle_write(bundle, i, &write); i++)
		sum += read_text(write.guest) + read_text(write.npu) + read_text(write.name);
	__asm__ volatile("" : : "r"(sum));
}

/* Registers of any address: a few that remember, the others are what was written last. */
#define SLOTS 256u

struct registers {
	uint64_t values[SLOTS];
};

static int read_register(void *context, const struct nv2_write *reg, uint64_t *value)
{
	const struct registers *registers = context;

	*value = registers->values[(reg->reg >> 3 ^ reg->chip << 5) % SLOTS];
	return 0;
}

static int write_register(void *context, const struct nv2_write *reg, uint64_t value)
{
	struct registers *registers = context;

	registers->values[(reg->reg >> 3 ^ reg->chip << 5) % SLOTS] = value;
	return 0;
}

static void do_nothing(void *context)
{
	(void)context;
}

static void run_program(const struct nv2_bundle *bundle)
{
	struct registers registers = {{0}};
	const struct nv2_ops ops = {
		.context = &registers,
		.read = read_register,
		.write = write_register,
		.barrier = do_nothing,
	};
	struct nv2_program program = {.bundle = bundle};
	uint32_t count = nv2_program_length(&program), lost;
	struct nv2_saved *saved = calloc(count + 1u, sizeof(*saved));
	struct nv2_failure failure;

	PROMISE(saved);
	if (nv2_program_read(&program, &ops, saved, count, &failure) == NV2_OK) {
		(void)nv2_program_run(&program, &ops, saved, count, &failure);
		(void)nv2_program_undo(&program, &ops, saved, count, &lost, &failure);
	}
	free(saved);
}

static void apply(const struct nv2_fdt *tree, const void *bound, size_t bound_size)
{
	struct nv2_presence presence;
	struct nv2_failure failure;
	struct nv2_fdt overlay, merged;
	struct nv2_space space;
	enum nv2_status status;
	void *work, *output;
	size_t size;

	PROMISE(nv2_fdt_open(&overlay, bound, bound_size) == NV2_OK);
	PROMISE(!fdt_check_full(bound, bound_size));
	nv2_apply_fdt_space(tree, &overlay, &space);
	work = malloc(space.work + 1);
	output = malloc(space.output + 1);
	PROMISE(work && output);
	size = space.output;
	status = nv2_apply_fdt(tree, &overlay, work, space.work, output, &size, &failure);
	PROMISE(status != NV2_ERR_SPACE);
	if (status == NV2_OK) {
		PROMISE(nv2_fdt_open(&merged, output, size) == NV2_OK);
		PROMISE(!fdt_check_full(output, size));
		nv2_overlay_presence(&overlay, &merged, &presence);
		PROMISE(!presence.absent && !presence.different);
	}
	free(work);
	free(output);
}

static void bind_part(const struct nv2_part *part, const struct nv2_fdt *tree)
{
	struct nv2_failure failure;
	struct nv2_fdt overlay;
	struct nv2_space space;
	enum nv2_status status;
	void *work, *output;
	size_t size;

	PROMISE(nv2_fdt_open(&overlay, part->data, part->size) == NV2_OK);
	nv2_bind_space(&overlay, tree, &space);
	work = malloc(space.work + 1);
	output = malloc(space.output + 1);
	PROMISE(work && output);
	size = space.output;
	status = nv2_bind(&overlay, tree, work, space.work, output, &size, &failure);
	PROMISE(status != NV2_ERR_SPACE && status < NV2_STATUS_COUNT);
	if (status == NV2_OK)
		apply(tree, output, size);
	free(work);
	free(output);
}

static void boot(uint8_t *bytes, size_t size, const uint8_t *tree_bytes, size_t tree_size)
{
	const struct nv2_trust trust = {0};
	const struct nv2_ops ops = {0};
	struct nv2_failure failure;
	struct nv2_bundle bundle;
	struct nv2_fdt tree;

	if (!put_digests_right(bytes, size) || nv2_bundle_open(&bundle, bytes, size) != NV2_OK)
		return;
	read_all(&bundle);
	run_program(&bundle);
	if (nv2_bundle_verify(&bundle, &trust, &ops, &failure) != NV2_OK ||
	    nv2_fdt_open(&tree, tree_bytes, tree_size) != NV2_OK)
		return;
	(void)nv2_board_check(&bundle, &tree, &failure);
	bind_part(&bundle.part[NV2_PART_HOST_FW], &tree);
	bind_part(&bundle.part[NV2_PART_HOST_OS], &tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct two_inputs inputs = split_input(data, size);
	uint8_t *bundle = malloc(inputs.first_size + 1);

	PROMISE(bundle);
	memcpy(bundle, inputs.first, inputs.first_size);
	boot(bundle, inputs.first_size, inputs.second, inputs.second_size);
	free(bundle);
	return 0;
}
