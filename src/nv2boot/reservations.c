/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a tree without memory reservations, gives it with those of the tree
 * that this kernel was started with. Never changes anything else in it.
 */
#include "nv2boot/reservations.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blob/freestanding.h"
#include "linux/file.h"
#include "nv2boot/input.h"
#include "nv2boot/run.h"

#define FIRMWARE_TREE "/sys/firmware/fdt"

/* The header of a flattened device tree, version 17: offsets of its fields, and its size. */
enum {
	FDT_TOTALSIZE = 4,
	FDT_OFF_STRUCT = 8,
	FDT_OFF_STRINGS = 12,
	FDT_OFF_RESERVATIONS = 16,
	FDT_BOOT_CPU = 28,
	FDT_HEADER_SIZE = 40
};
/* An address and a size; both 0: the last. */
#define RESERVATION_SIZE 16u

/* With the last one. The map has an end: nv2_fdt_open() has looked. */
static uint32_t map_size(const struct nv2_fdt *fdt)
{
	const unsigned char *at = fdt->bytes + fdt->reservations;

	while (nv2_get_be64(at) || nv2_get_be64(at + 8))
		at += RESERVATION_SIZE;
	return (uint32_t)(at - fdt->bytes) - fdt->reservations + RESERVATION_SIZE;
}

/* Header, map, structure, strings. */
static bool rebuild(const struct nv2_fdt *tree, const struct nv2_fdt *firmware, struct bytes *bytes)
{
	uint32_t map = map_size(firmware), structure = tree->structure_end - tree->structure;
	size_t size = (size_t)FDT_HEADER_SIZE + map + structure + tree->strings_size;
	unsigned char *out = size <= UINT32_MAX ? malloc(size) : NULL;
	uint32_t at = FDT_HEADER_SIZE;

	if (!out)
		return false;
	memcpy(out, tree->bytes, FDT_HEADER_SIZE);
	nv2_put_be32(out + FDT_TOTALSIZE, (uint32_t)size);
	nv2_put_be32(out + FDT_BOOT_CPU, nv2_get_be32(firmware->bytes + FDT_BOOT_CPU));
	nv2_put_be32(out + FDT_OFF_RESERVATIONS, at);
	memcpy(out + at, firmware->bytes + firmware->reservations, map);
	at += map;
	nv2_put_be32(out + FDT_OFF_STRUCT, at);
	memcpy(out + at, tree->bytes + tree->structure, structure);
	at += structure;
	nv2_put_be32(out + FDT_OFF_STRINGS, at);
	memcpy(out + at, tree->bytes + tree->strings, tree->strings_size);
	*bytes = (struct bytes){out, size};
	return true;
}

static int read_firmware_tree(struct run *run, struct bytes *bytes, struct nv2_fdt *firmware)
{
	int fd = root_open_at(&run->root, FIRMWARE_TREE, O_RDONLY | O_NONBLOCK);
	int error = fd < 0 ? fd : file_read(fd, INPUT_MAX, bytes);
	enum nv2_status status = error ? NV2_OK : nv2_fdt_open(firmware, bytes->data, bytes->size);

	if (fd >= 0)
		close(fd);
	if (!error && !status)
		return EXIT_DONE;
	log_say(&run->log, LOG_LEVEL_ERROR,
		"cannot tell which memory is reserved for firmware: %s" FIRMWARE_TREE
		": %s: name a tree in boot_dtb that says so path=\"%s" FIRMWARE_TREE "\" errno=%d",
		run->root.path, error ? strerror(-error) : nv2_strerror(status), run->root.path,
		-error);
	return error ? EXIT_SYSTEM : EXIT_REFUSED;
}

int add_reservations(struct run *run, struct bytes *bytes, struct nv2_fdt *tree)
{
	struct bytes firmware_bytes = {0}, whole = {0};
	struct nv2_fdt firmware;
	int status = read_firmware_tree(run, &firmware_bytes, &firmware);

	if (!status && !rebuild(tree, &firmware, &whole))
		status = out_of_memory(run);
	if (!status && nv2_fdt_open(tree, whole.data, whole.size))
		status = EXIT_SYSTEM;
	free(firmware_bytes.data);
	if (status) {
		free(whole.data);
		return status;
	}
	free(bytes->data);
	*bytes = whole;
	return EXIT_DONE;
}
