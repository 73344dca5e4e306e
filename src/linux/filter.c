/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a list of system calls, has the kernel refuse them from now on. Never refuses one that
 * nv2boot or a C library makes, and never stops a boot for want of a filter.
 */
#include "linux/privileges.h"

#ifndef NV2_SECCOMP

bool privileges_filter(const struct log *log)
{
	log_say(log, LOG_LEVEL_INFO,
		"no system call is refused: this program was built without libseccomp");
	return false;
}

#else

#include <errno.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

/* Mounting is left to the capability: it is needed, until it is not. */
static const char *const refused[] = {
	/* other programs, other processes */
	"execve",
	"execveat",
	"fork",
	"vfork",
	"clone",
	"clone3",
	"ptrace",
	"process_vm_readv",
	"process_vm_writev",
	"pidfd_getfd",
	"kcmp",
	/* other code in the kernel, other kernels */
	"init_module",
	"finit_module",
	"delete_module",
	"kexec_load",
	"kexec_file_load",
	"bpf",
	"perf_event_open",
	"userfaultfd",
	"io_uring_setup",
	"reboot",
	/* other places */
	"chroot",
	"pivot_root",
	"setns",
	"unshare",
	"umount2",
	"open_by_handle_at",
	"swapon",
	"add_key",
	"keyctl",
	"request_key",
};

/* Which of them an architecture lacks is no error: it cannot be called there. */
static void refuse(scmp_filter_ctx filter, const char *name, unsigned count,
		   const struct scmp_arg_cmp *arguments)
{
	int number = seccomp_syscall_resolve_name(name);

	if (number != __NR_SCMP_ERROR)
		seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), number, count, arguments);
}

static void refuse_all(scmp_filter_ctx filter)
{
	/* What is mapped for its code was mapped when the program started. */
	const struct scmp_arg_cmp executable =
		SCMP_A2(SCMP_CMP_MASKED_EQ, (scmp_datum_t)PROT_EXEC, (scmp_datum_t)PROT_EXEC);
	/* syslog(3) is all that there is to talk to. */
	const struct scmp_arg_cmp remote = SCMP_A0(SCMP_CMP_NE, (scmp_datum_t)AF_UNIX, 0);

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		refuse(filter, refused[i], 0, NULL);
	refuse(filter, "mmap", 1, &executable);
	refuse(filter, "mprotect", 1, &executable);
	refuse(filter, "pkey_mprotect", 1, &executable);
	refuse(filter, "socket", 1, &remote);
}

static int load(scmp_filter_ctx filter)
{
	/* Of another architecture's system calls nothing is known. */
	int error = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(EPERM));

	/*
	 * The tree's four thousand files are twelve thousand calls: a binary search, and no brake
	 * on speculation, which a process without secrets does not need. Without them, it is
	 * slower.
	 */
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1);
	return error ? error : seccomp_load(filter);
}

bool privileges_filter(const struct log *log)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int error = filter ? 0 : -ENOMEM;

	if (!error) {
		refuse_all(filter);
		error = load(filter);
		seccomp_release(filter);
	}
	if (error)
		log_say(log, LOG_LEVEL_INFO,
			"no system call is refused: %s: this needs CONFIG_SECCOMP_FILTER errno=%d",
			strerror(-error), -error);
	return !error;
}

#endif
