/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a bundle, a device tree and a file that stands for the NPUs' registers, gives what boot.c
 * makes of them: the machine around it, for trying it out. Never needs POWER9.
 *
 * The register file has a window of 16 MiB for each NPU, in the order in which the bundle's program
 * names them; a register is 8 big-endian bytes at its offset.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot.h"
#include "nv2/boot.h"

#define WINDOW 0x1000000
#define NPUS_MAX 16

/* The system's address map, which real firmware does not need: its loads go there by themselves. */
static struct {
	int file;
	uint64_t base[NPUS_MAX];
	size_t count;
} npus = {.file = -1};

static _Noreturn void give_up(const char *what, const char *file)
{
	fprintf(stderr, "host: %s %s\n", what, file);
	exit(3);
}

/* -1: nothing answers at this address. */
static off_t place_of(uint64_t address)
{
	for (size_t i = 0; i < npus.count; i++)
		if (address >= npus.base[i] && address - npus.base[i] < WINDOW)
			return (off_t)(i * WINDOW + (address - npus.base[i]));
	return -1;
}

uint64_t mmio_read(uint64_t address)
{
	off_t place = place_of(address);
	unsigned char bytes[8];
	uint64_t value = 0;

	if (place < 0 || pread(npus.file, bytes, sizeof(bytes), place) != sizeof(bytes))
		return UINT64_MAX;
	for (unsigned i = 0; i < 8; i++)
		value = value << 8 | bytes[i];
	return value;
}

void mmio_write(uint64_t address, uint64_t value)
{
	off_t place = place_of(address);
	unsigned char bytes[8];

	for (unsigned i = 8; i-- > 0; value >>= 8)
		bytes[i] = (unsigned char)value;
	/* A store that goes nowhere is as silent as on the bus: it is read back. */
	if (place >= 0 && pwrite(npus.file, bytes, sizeof(bytes), place) < 0)
		return;
}

void console_put(const char *text)
{
	fputs(text, stderr);
}

static void *read_whole(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	struct stat info;
	void *bytes;

	if (!file || fstat(fileno(file), &info))
		give_up("cannot open", path);
	*size = (size_t)info.st_size;
	bytes = malloc(*size ? *size : 1);
	if (!bytes || fread(bytes, 1, *size, file) != *size || fclose(file))
		give_up("cannot read", path);
	return bytes;
}

static void write_whole(const char *path, const void *bytes, size_t size)
{
	FILE *file = fopen(path, "wb");

	if (!file || fwrite(bytes, 1, size, file) != size || fclose(file))
		give_up("cannot write", path);
}

/* A bundle that cannot be opened has no NPUs here; boot.c says what is wrong with it. */
static void map_npus(const struct boot *boot)
{
	struct nv2_bundle bundle;
	struct nv2_write write;

	if (nv2_bundle_open(&bundle, boot->bundle, boot->bundle_size))
		return;
	for (uint32_t row = 0; nv2_bundle_write(&bundle, row, &write); row++)
		if (place_of(write.mmio) < 0 && npus.count < NPUS_MAX)
			npus.base[npus.count++] = write.mmio - write.reg;
}

static void open_registers(const char *path)
{
	struct stat info;
	off_t size = (off_t)npus.count * WINDOW;

	npus.file = open(path, O_RDWR | O_CREAT, 0666);
	if (npus.file < 0 || fstat(npus.file, &info) ||
	    (info.st_size < size && ftruncate(npus.file, size)))
		give_up("cannot open", path);
}

int main(int argc, char **argv)
{
	static uint64_t memory[BOOT_MEMORY / sizeof(uint64_t)];
	struct boot boot = {.memory = memory, .memory_size = sizeof(memory)};
	enum boot_outcome outcome;

	if (argc != 5) {
		fprintf(stderr, "Usage: host BUNDLE.nv2b TREE.dtb REGISTERS NEW-TREE.dtb\n");
		return 2;
	}
	boot.bundle = read_whole(argv[1], &boot.bundle_size);
	boot.tree = read_whole(argv[2], &boot.tree_size);
	map_npus(&boot);
	open_registers(argv[3]);
	outcome = boot_nvlink(&boot);
	if (outcome == BOOT_DONE)
		write_whole(argv[4], boot.new_tree, boot.new_tree_size);
	close(npus.file);
	free((void *)(uintptr_t)boot.bundle);
	free((void *)(uintptr_t)boot.tree);
	return outcome == BOOT_DONE ? 0 : outcome == BOOT_REFUSED ? 1 : 4;
}
