/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes registers of an NPU, gives them through the SCOM calls of /dev/opal-prd.
 * Never takes an ioctl() that succeeded for an access that did.
 */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "linux/registers.h"

/*
 * As in the kernel's arch/powerpc/include/uapi/asm/opal-prd.h, which only powerpc has. `data` is in
 * the processor's byte order, both ways; `rc` is what firmware said.
 */
struct opal_prd_scom {
	uint64_t chip;
	uint64_t addr;
	uint64_t data;
	int64_t rc;
};

#define OPAL_PRD_SCOM_READ _IOR('o', 0x02, struct opal_prd_scom)
#define OPAL_PRD_SCOM_WRITE _IOW('o', 0x03, struct opal_prd_scom)

static const struct register_hint open_hints[] = {
	{EBUSY,
	 "the opal-prd daemon has it, and only one process can: systemctl stop opal-prd, and "
	 "start it again afterwards; or use --backend scom"},
	{ENOENT, "this kernel needs CONFIG_OPAL_PRD (modprobe opal-prd), and firmware that has a "
		 "diagnostics node; without them, try --backend scom"},
	{EACCES, "only root may: run this as root"},
	{0, NULL},
};

static const struct register_hint access_hints[] = {
	{ENOTTY, "this is no opal-prd device"},
	{EBUSY, "firmware says that the SCOM engine is busy"},
	{ENXIO, "firmware says that the chip, or this part of it, is off"},
	{ENODEV, "firmware says that there is nothing at this SCOM address"},
	{ETIMEDOUT, "firmware says that the hardware did not answer"},
	{EIO, "firmware refused the SCOM; the cause is in its log, /sys/firmware/opal/msglog"},
	{0, NULL},
};

/* Return codes of OPAL_XSCOM_READ and _WRITE (skiboot, include/opal-api.h). */
static int translate_opal(int64_t rc)
{
	switch (rc) {
	case 0:
		return 0;
	case -2:  /* OPAL_BUSY */
	case -12: /* OPAL_BUSY_EVENT */
		return -EBUSY;
	case -1: /* OPAL_PARAMETER */
		return -EINVAL;
	case -7: /* OPAL_UNSUPPORTED */
		return -EOPNOTSUPP;
	case -14: /* OPAL_XSCOM_CHIPLET_OFF */
	case -25: /* OPAL_XSCOM_PARTIAL_GOOD */
	case -30: /* OPAL_XSCOM_CTR_OFFLINED */
		return -ENXIO;
	case -26: /* OPAL_XSCOM_ADDR_ERROR */
		return -ENODEV;
	case -29: /* OPAL_XSCOM_TIMEOUT */
		return -ETIMEDOUT;
	default:
		return -EIO;
	}
}

static int open_prd(struct register_channel *channel)
{
	struct register_channel named = *channel;

	channel->fd = root_open_at(channel->root, REGISTER_OPAL_PRD_PATH, O_RDWR);
	named.path = REGISTER_OPAL_PRD_PATH;
	return channel->fd < 0 ? register_open_failed(&named, channel->fd, open_hints) : 0;
}

static int call(const struct register_channel *channel, unsigned long request, uint32_t chip,
		uint32_t address, uint64_t *data)
{
	struct opal_prd_scom scom = {.chip = chip, .addr = address, .data = *data};
	int result;

	do
		result = ioctl(channel->fd, request, &scom);
	while (result < 0 && errno == EINTR);
	if (result < 0)
		return -errno;
	if (scom.rc) {
		log_say(channel->root->log, LOG_LEVEL_INFO,
			"firmware answered %" PRId64 " to SCOM 0x%" PRIx32 " of chip %" PRIu32
			" rc=%" PRId64,
			scom.rc, address, chip, scom.rc);
		return translate_opal(scom.rc);
	}
	*data = scom.data;
	return 0;
}

/* Nobody of ours can come between address and data: only one process has the device open. */
static int read_register(const struct register_channel *channel, const struct nv2_write *reg,
			 uint64_t offset, uint64_t *value)
{
	uint64_t indirect = reg->indirect;
	int error = call(channel, OPAL_PRD_SCOM_WRITE, reg->chip, reg->addr_scom, &indirect);

	(void)offset;
	if (!error)
		error = call(channel, OPAL_PRD_SCOM_READ, reg->chip, reg->data_scom, value);
	return error ? register_failed(channel, reg, "read", error, access_hints) : 0;
}

static int write_register(const struct register_channel *channel, const struct nv2_write *reg,
			  uint64_t offset, uint64_t value)
{
	uint64_t indirect = reg->indirect;
	int error = call(channel, OPAL_PRD_SCOM_WRITE, reg->chip, reg->addr_scom, &indirect);

	(void)offset;
	if (!error)
		error = call(channel, OPAL_PRD_SCOM_WRITE, reg->chip, reg->data_scom, &value);
	return error ? register_failed(channel, reg, "write", error, access_hints) : 0;
}

static void close_prd(struct register_channel *channel)
{
	close(channel->fd);
	channel->fd = -1;
}

const struct register_backend register_opal_prd = {
	.name = "opal-prd",
	.open = open_prd,
	.read = read_register,
	.write = write_register,
	.close = close_prd,
};
