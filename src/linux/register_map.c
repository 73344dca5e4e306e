/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes registers of an NPU, gives them by mapping the page they are in: of
 * /dev/mem, of a PCI function's resource, of a file. Never maps more than that page.
 */
#define _DEFAULT_SOURCE /* htobe64() */
#include <ctype.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux/registers.h"

/* ---- one register in its page ---- */

struct page {
	unsigned char *base;
	size_t size;
	volatile uint64_t *at;
};

/*
 * One page and no longer than for one access: with CONFIG_IO_STRICT_DEVMEM the kernel checks the
 * whole range that is mapped, and takes it away again when a driver comes for it.
 */
static int map_page(const struct register_channel *channel, uint64_t position, bool write,
		    struct page *page)
{
	int protection = write ? PROT_READ | PROT_WRITE : PROT_READ;
	uint64_t inside;
	struct stat status;
	void *base;

	/* Two accesses of four bytes would be another thing to the device. */
	if (sizeof(void *) < sizeof(uint64_t))
		return -EOPNOTSUPP;
	if (position > (uint64_t)INT64_MAX - sizeof(uint64_t))
		return -EOVERFLOW;
	if (fstat(channel->fd, &status) < 0)
		return -errno;
	/* Behind the end of a file is SIGBUS. Devices have no size; sysfs says a resource's. */
	if (S_ISREG(status.st_mode) && position + sizeof(uint64_t) > (uint64_t)status.st_size)
		return -ENXIO;
	page->size = (size_t)sysconf(_SC_PAGESIZE);
	inside = position % page->size;
	base = mmap(NULL, page->size, protection, MAP_SHARED, channel->fd,
		    (off_t)(position - inside));
	if (base == MAP_FAILED)
		return -errno;
	page->base = base;
	page->at = (volatile uint64_t *)(void *)(page->base + inside);
	return 0;
}

/* Before: what was written to other registers. After: what is read from this one. */
static void map_barrier(void)
{
#if defined(__powerpc__) || defined(__powerpc64__)
	__asm__ volatile("sync" ::: "memory");
#elif defined(__aarch64__)
	__asm__ volatile("dsb sy" ::: "memory");
#elif defined(__x86_64__)
	__asm__ volatile("mfence" ::: "memory");
#else
	__sync_synchronize();
#endif
}

static int map_read(const struct register_channel *channel, const struct nv2_write *reg,
		    uint64_t position, uint64_t *value, const struct register_hint *hints)
{
	struct page page;
	int error = map_page(channel, position, false, &page);

	if (error)
		return register_failed(channel, reg, "read", error, hints);
	*value = be64toh(*page.at);
	map_barrier();
	munmap(page.base, page.size);
	return 0;
}

static int map_write(const struct register_channel *channel, const struct nv2_write *reg,
		     uint64_t position, uint64_t value, const struct register_hint *hints)
{
	struct page page;
	int error = map_page(channel, position, true, &page);

	if (error)
		return register_failed(channel, reg, "write", error, hints);
	map_barrier();
	*page.at = htobe64(value);
	map_barrier();
	munmap(page.base, page.size);
	return 0;
}

static void map_close(struct register_channel *channel)
{
	close(channel->fd);
	channel->fd = -1;
}

/* O_SYNC: /dev/mem is then mapped without a cache; to the others it means nothing. */
static int map_open(struct register_channel *channel, const struct register_hint *hints)
{
	int flags = (channel->root->read_only ? O_RDONLY : O_RDWR) | O_SYNC | O_NOCTTY | O_NONBLOCK;

	channel->fd = root_open_at(channel->root, channel->path, flags);
	return channel->fd < 0 ? register_open_failed(channel, channel->fd, hints) : 0;
}

static bool parse_path(const char *argument, char **path, uint64_t *offset)
{
	*offset = 0;
	*path = *argument ? strdup(argument) : NULL;
	return *path;
}

static bool parse_path_at(const char *argument, char **path, uint64_t *offset)
{
	size_t len;

	if (!register_parse_offset(argument, &len, offset) || !len)
		return false;
	*path = strndup(argument, len);
	return *path;
}

/* ---- mem ---- */

static const struct register_hint mem_open_hints[] = {
	{EPERM, "the kernel is locked down (LOCKDOWN_DEV_MEM), or CAP_SYS_RAWIO is missing: try "
		"--backend scom or opal-prd"},
	{ENOENT, "this kernel needs CONFIG_DEVMEM; without it, try --backend scom or opal-prd"},
	{EACCES, "only root may: run this as root"},
	{0, NULL},
};

static const struct register_hint mem_hints[] = {
	{EPERM,
	 "a driver has this range (CONFIG_IO_STRICT_DEVMEM), or it is memory "
	 "(CONFIG_STRICT_DEVMEM): boot with iomem=relaxed, or try --backend scom or opal-prd"},
	{ENXIO, "the file ends before this address"},
	{EINVAL, "there is no such address on this machine"},
	{0, NULL},
};

static int mem_open(struct register_channel *channel)
{
	return map_open(channel, mem_open_hints);
}

static int mem_read(const struct register_channel *channel, const struct nv2_write *reg,
		    uint64_t offset, uint64_t *value)
{
	(void)offset;
	return map_read(channel, reg, reg->mmio, value, mem_hints);
}

static int mem_write(const struct register_channel *channel, const struct nv2_write *reg,
		     uint64_t offset, uint64_t value)
{
	(void)offset;
	return map_write(channel, reg, reg->mmio, value, mem_hints);
}

const struct register_backend register_mem = {
	.name = "mem",
	.privileges = 1u << PRIVILEGE_MEMORY,
	.parse = parse_path,
	.form = "mem:/dev/mem",
	.open = mem_open,
	.read = mem_read,
	.write = mem_write,
	.barrier = map_barrier,
	.close = map_close,
};

/* ---- pci ---- */

#define PCI_DIR "/sys/bus/pci/devices/"
#define PCI_COMMAND 4           /* in configuration space, 2 bytes, little-endian */
#define PCI_COMMAND_MEMORY 0x2u /* the function answers at its addresses */

static const struct register_hint pci_open_hints[] = {
	{ENOENT, "there is no such function, or it has no such resource: see lspci -vD"},
	{EPERM, "the kernel is locked down (LOCKDOWN_PCI_ACCESS): try --backend scom or opal-prd"},
	{EACCES, "only root may: run this as root"},
	{0, NULL},
};

static const struct register_hint pci_hints[] = {
	{EINVAL, "a driver has this resource (CONFIG_IO_STRICT_DEVMEM): unbind it, or boot with "
		 "iomem=relaxed; or the resource is no memory, or ends before this register"},
	{EPERM, "the kernel is locked down (LOCKDOWN_PCI_ACCESS): try --backend scom or opal-prd"},
	{ENXIO, "the resource ends before this register"},
	{0, NULL},
};

static bool take_hex(const char **at, unsigned least, unsigned most)
{
	unsigned count = 0;

	while (count < most && isxdigit((unsigned char)**at)) {
		count++;
		(*at)++;
	}
	return count >= least;
}

static bool take_char(const char **at, char wanted)
{
	if (**at != wanted)
		return false;
	(*at)++;
	return true;
}

/* DDDD:BB:DD.F/N[@OFF] */
static bool pci_parse(const char *argument, char **path, uint64_t *offset)
{
	const char *at = argument;
	size_t len, function;

	if (!register_parse_offset(argument, &len, offset))
		return false;
	if (!take_hex(&at, 4, 8) || !take_char(&at, ':') || !take_hex(&at, 2, 2) ||
	    !take_char(&at, ':') || !take_hex(&at, 2, 2) || !take_char(&at, '.') || *at < '0' ||
	    *at > '7')
		return false;
	function = (size_t)(++at - argument);
	if (!take_char(&at, '/') || *at < '0' || *at > '5' || (size_t)(at + 1 - argument) != len)
		return false;
	*path = malloc(sizeof(PCI_DIR "/resourceN") + function);
	if (!*path)
		return false;
	sprintf(*path, PCI_DIR "%.*s/resource%c", (int)function, argument, *at);
	/* As the kernel names them. */
	for (char *c = *path + strlen(PCI_DIR); *c != '/'; c++)
		*c = (char)tolower((unsigned char)*c);
	return true;
}

static int pci_read_command(const struct register_channel *channel, const char *path,
			    unsigned char command[2])
{
	int fd = root_open_at(channel->root, path, O_RDONLY | O_NONBLOCK), error = 0;
	ssize_t got;

	if (fd < 0)
		return fd;
	do
		got = pread(fd, command, 2, PCI_COMMAND);
	while (got < 0 && errno == EINTR);
	if (got != 2)
		error = got < 0 ? -errno : -EIO;
	close(fd);
	return error;
}

/* A function that does not answer gives all ones, takes nothing, and may be isolated for it. */
static int pci_check(const struct register_channel *channel)
{
	int dir = (int)(strrchr(channel->path, '/') - channel->path), error;
	struct register_channel config = *channel;
	char path[sizeof(PCI_DIR) + 64];
	unsigned char command[2] = {0};
	struct root_shown shown;

	snprintf(path, sizeof(path), "%.*s/config", dir, channel->path);
	config.path = path;
	error = pci_read_command(channel, path, command);
	if (error)
		return error == -ENOENT ? 0 : register_open_failed(&config, error, pci_open_hints);
	if (command[0] & PCI_COMMAND_MEMORY)
		return 0;
	root_show(channel->root, &shown, "%.*s/enable", dir, channel->path);
	log_say(channel->root->log, LOG_LEVEL_ERROR,
		"cannot reach registers through %s: memory of the function is off: echo 1 >%s "
		"backend=pci path=%s errno=%d",
		channel->path, shown.path, shown.value, ENXIO);
	return -ENXIO;
}

static int pci_open(struct register_channel *channel)
{
	int error = map_open(channel, pci_open_hints);

	if (!error)
		error = pci_check(channel);
	if (error && channel->fd >= 0)
		map_close(channel);
	return error;
}

static int pci_read(const struct register_channel *channel, const struct nv2_write *reg,
		    uint64_t offset, uint64_t *value)
{
	return map_read(channel, reg, offset + reg->reg, value, pci_hints);
}

static int pci_write(const struct register_channel *channel, const struct nv2_write *reg,
		     uint64_t offset, uint64_t value)
{
	return map_write(channel, reg, offset + reg->reg, value, pci_hints);
}

const struct register_backend register_pci = {
	.name = "pci",
	.parse = pci_parse,
	.form = "pci:DDDD:BB:DD.F/N or pci:DDDD:BB:DD.F/N@OFFSET, a multiple of 8",
	.open = pci_open,
	.read = pci_read,
	.write = pci_write,
	.barrier = map_barrier,
	.close = map_close,
};

/* ---- file ---- */

static const struct register_hint file_hints[] = {
	{ENXIO, "the file ends before this register: NPU_REGS are 16 MiB"},
	{ENODEV, "it cannot be mapped: it has to be a regular file"},
	{EINVAL, "it has to be a regular file"},
	{0, NULL},
};

static int file_open(struct register_channel *channel)
{
	struct stat status;
	int error = map_open(channel, file_hints);

	if (error)
		return error;
	if (fstat(channel->fd, &status) < 0)
		error = -errno;
	else if (!S_ISREG(status.st_mode))
		error = -EINVAL;
	if (error) {
		register_open_failed(channel, error, file_hints);
		map_close(channel);
	}
	return error;
}

static int file_read_register(const struct register_channel *channel, const struct nv2_write *reg,
			      uint64_t offset, uint64_t *value)
{
	return map_read(channel, reg, offset + reg->reg, value, file_hints);
}

static int file_write_register(const struct register_channel *channel, const struct nv2_write *reg,
			       uint64_t offset, uint64_t value)
{
	return map_write(channel, reg, offset + reg->reg, value, file_hints);
}

const struct register_backend register_file = {
	.name = "file",
	.privileges = 1u << PRIVILEGE_FILES,
	.parse = parse_path_at,
	.form = "file:PATH or file:PATH@OFFSET, a multiple of 8",
	.open = file_open,
	.read = file_read_register,
	.write = file_write_register,
	.barrier = map_barrier,
	.close = map_close,
};
