/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes registers of an NPU, gives them through the file of its chip's SCOMs in
 * debugfs. Never lets anybody of ours in between the two halves of an indirect access.
 */
#define _DEFAULT_SOURCE /* flock() */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "linux/file.h"
#include "linux/registers.h"

/* A pair is held for two SCOMs, which are microseconds. */
#define PAIR_MILLISECONDS 500u

static const struct register_hint open_hints[] = {
	{ENOENT, "this kernel needs CONFIG_SCOM_DEBUGFS, debugfs has to be mounted at "
		 "/sys/kernel/debug, and the machine must have this chip; without them, try "
		 "--backend opal-prd"},
	{EPERM, "the kernel is locked down (LOCKDOWN_DEBUGFS): try --backend opal-prd, or boot "
		"without lockdown"},
	{EACCES, "only root may: run this as root"},
	{0, NULL},
};

static const struct register_hint access_hints[] = {
	{EIO, "firmware or the hardware refused the SCOM; the cause is in firmware's log, "
	      "/sys/firmware/opal/msglog"},
	{EBUSY, "another process holds the pair of SCOMs for too long"},
	{EPERM, "the kernel is locked down (LOCKDOWN_DEBUGFS)"},
	{0, NULL},
};

static int open_scom(struct register_channel *channel)
{
	char path[sizeof(REGISTER_SCOM_DIR) + 32];
	struct register_channel named = *channel;

	snprintf(path, sizeof(path), REGISTER_SCOM_DIR "/%08x/access", (unsigned)channel->chip);
	/* Reading a register takes a write as well: of its address. */
	channel->fd = root_open_at(channel->root, path, O_RDWR);
	named.path = path;
	return channel->fd < 0 ? register_open_failed(&named, channel->fd, open_hints) : 0;
}

static off_t scom_position(uint32_t address)
{
	return (off_t)address << 3;
}

/*
 * Always at a position: the kernel does not move on after a write
 * (arch/powerpc/platforms/powernv/opal-xscom.c, scom_debug_write()). It takes and gives
 * numbers in the processor's byte order.
 */
static int write_scom(int fd, uint32_t address, uint64_t value)
{
	ssize_t put;

	do
		put = pwrite(fd, &value, sizeof(value), scom_position(address));
	while (put < 0 && errno == EINTR);
	if (put < 0)
		return -errno;
	return put == sizeof(value) ? 0 : -EIO;
}

static int read_scom(int fd, uint32_t address, uint64_t *value)
{
	ssize_t got;

	do
		got = pread(fd, value, sizeof(*value), scom_position(address));
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	return got == sizeof(*value) ? 0 : -EIO;
}

/*
 * Those who only look take no other lock, and a read of theirs between an
 * address and its data would send the data to another register.
 */
static int read_register(const struct register_channel *channel, const struct nv2_write *reg,
			 uint64_t offset, uint64_t *value)
{
	int error = file_lock(channel->fd, PAIR_MILLISECONDS);

	(void)offset;
	if (!error) {
		error = write_scom(channel->fd, reg->addr_scom, reg->indirect);
		if (!error)
			error = read_scom(channel->fd, reg->data_scom, value);
		flock(channel->fd, LOCK_UN);
	}
	return error ? register_failed(channel, reg, "read", error, access_hints) : 0;
}

static int write_register(const struct register_channel *channel, const struct nv2_write *reg,
			  uint64_t offset, uint64_t value)
{
	int error = file_lock(channel->fd, PAIR_MILLISECONDS);

	(void)offset;
	if (!error) {
		error = write_scom(channel->fd, reg->addr_scom, reg->indirect);
		if (!error)
			error = write_scom(channel->fd, reg->data_scom, value);
		flock(channel->fd, LOCK_UN);
	}
	return error ? register_failed(channel, reg, "write", error, access_hints) : 0;
}

static void close_scom(struct register_channel *channel)
{
	close(channel->fd);
	channel->fd = -1;
}

const struct register_backend register_scom = {
	.name = "scom",
	.per_chip = true,
	.open = open_scom,
	.read = read_register,
	.write = write_register,
	.close = close_scom,
};
