/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the capabilities of this process, gives up those that it does not need. Never gets one
 * back, and never goes on with one that it could not give up.
 */
#include "linux/privileges.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* The C library has them, and no header for them; capget(2). */
int capget(cap_user_header_t header, cap_user_data_t data);
int capset(cap_user_header_t header, cap_user_data_t data);

#define WORDS _LINUX_CAPABILITY_U32S_3

static const uint64_t capabilities_of[] = {
	[PRIVILEGE_FILES] = UINT64_C(1) << CAP_DAC_OVERRIDE | UINT64_C(1) << CAP_DAC_READ_SEARCH,
	[PRIVILEGE_MOUNT] = UINT64_C(1) << CAP_SYS_ADMIN,
	[PRIVILEGE_MEMORY] = UINT64_C(1) << CAP_SYS_RAWIO,
};

_Static_assert(sizeof(capabilities_of) / sizeof(capabilities_of[0]) == PRIVILEGES,
	       "each privilege has its capabilities");

static uint64_t kept_capabilities(unsigned kept)
{
	uint64_t capabilities = 0;

	/* Who is not root reaches root's files by this alone. */
	if (geteuid())
		kept |= 1u << PRIVILEGE_FILES;
	for (unsigned i = 0; i < PRIVILEGES; i++)
		if (kept & 1u << i)
			capabilities |= capabilities_of[i];
	return capabilities;
}

/* True if there was something to give up. */
static bool narrow(struct __user_cap_data_struct data[WORDS], uint64_t kept)
{
	bool narrower = false;

	for (unsigned i = 0; i < WORDS; i++) {
		uint32_t word = (uint32_t)(kept >> (32 * i));

		narrower = narrower || data[i].permitted & ~word || data[i].inheritable;
		data[i].permitted &= word;
		data[i].effective &= word;
		data[i].inheritable = 0;
	}
	return narrower;
}

/*
 * The bounding set may stay as it is: with no_new_privs an execve(2) as root gives what is
 * permitted at most (security/commoncap.c, cap_bprm_creds_from_file()).
 */
static int give_up(unsigned kept)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[WORDS];

	memset(data, 0, sizeof(data));
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || capget(&header, data) < 0)
		return -errno;
	if (narrow(data, kept_capabilities(kept)) && capset(&header, data) < 0)
		return -errno;
	return 0;
}

int privileges_keep(unsigned kept, const struct log *log)
{
	int error = give_up(kept);

	if (error)
		log_say(log, LOG_LEVEL_ERROR,
			"cannot give up capabilities that are not needed: %s: nothing is done with "
			"them errno=%d",
			strerror(-error), -error);
	return error;
}
