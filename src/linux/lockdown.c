/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the kernel's word on lockdown, gives yes or no. Never takes
 * what it cannot read for a no.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux/file.h"
#include "linux/linux_machine.h"
#include "linux/root.h"

/* "none [integrity] confidentiality": the one in brackets (security/lockdown/lockdown.c). */
static bool is_none(const char *text)
{
	static const char none[] = "[none]";
	const char *bracket = strchr(text, '[');

	return bracket && !strncmp(bracket, none, sizeof(none) - 1);
}

static bool is_locked_down(const struct root *root)
{
	static const char path[] = "/sys/kernel/security/lockdown";
	int fd = root_open_at(root, path, O_RDONLY | O_NONBLOCK), error;
	struct bytes text = {0};
	struct root_shown shown;
	bool locked;

	/* A kernel without CONFIG_SECURITY_LOCKDOWN_LSM has no such file. */
	if (fd == -ENOENT)
		return false;
	error = fd < 0 ? fd : file_read(fd, 4096, &text);
	if (fd >= 0)
		close(fd);
	if (error) {
		root_show(root, &shown, "%s", path);
		log_say(root->log, LOG_LEVEL_WARNING,
			"cannot tell whether the kernel is locked down, and take it that it is: "
			"%s: %s path=%s errno=%d",
			shown.path, strerror(-error), shown.value, -error);
	}
	locked = error || !is_none((const char *)text.data);
	free(text.data);
	return locked;
}

bool linux_is_locked_down(const struct linux_options *options)
{
	struct root root;
	bool locked;

	if (root_open(&root, options))
		return true;
	locked = is_locked_down(&root);
	root_close(&root);
	return locked;
}
