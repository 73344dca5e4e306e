/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes names and blobs of overlays, gives them to the kernel as items of
 * configfs. Never believes that what was handed over was applied.
 */
#define _DEFAULT_SOURCE /* syscall() */
#include "linux/configfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "linux/file.h"

/* fs/configfs/mount.c; <linux/magic.h> does not have it. */
#define CONFIGFS_MAGIC 0x62656570

/* Of all items of all tools. */
#define NAMES_SIZE_MAX ((size_t)1 << 20)

#define MOUNT_POINT "/sys/kernel/config"
#define OLD_MOUNT_POINT "/config" /* of images from before it had a fixed place */

void configfs_init(struct configfs *configfs, const struct root *root)
{
	*configfs = (struct configfs){root, -1};
}

void configfs_close(struct configfs *configfs)
{
	if (configfs->overlays >= 0)
		close(configfs->overlays);
	configfs->overlays = -1;
}

/* ---- finding it ---- */

/* A directory with configfs in it, or -ENOENT. Below another root any directory does. */
static int open_mounted(const struct root *root, const char *path)
{
	int dir = root_open_at(root, path, O_RDONLY | O_DIRECTORY);
	struct statfs status;

	if (dir < 0 || !root_is_machine(root))
		return dir;
	if (!fstatfs(dir, &status) && (unsigned long)status.f_type == CONFIGFS_MAGIC)
		return dir;
	close(dir);
	return -ENOENT;
}

/*
 * The directory to mount it at is made by the kernel's module, which is loaded
 * when somebody asks for the file system by its name.
 */
static void load_module(void)
{
#ifdef SYS_fsopen
	long fd = syscall(SYS_fsopen, "configfs", 1 /* FSOPEN_CLOEXEC */);

	if (fd >= 0)
		close((int)fd);
#endif
}

bool configfs_is_mounted(const struct root *root)
{
	int dir = open_mounted(root, MOUNT_POINT);

	if (dir == -ENOENT)
		dir = open_mounted(root, OLD_MOUNT_POINT);
	if (dir >= 0)
		close(dir);
	return dir >= 0;
}

static int mount_configfs(const struct root *root)
{
	int error;

	load_module();
	if (!mount("configfs", MOUNT_POINT, "configfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL)) {
		log_say(root->log, LOG_LEVEL_NOTICE, "mounted configfs path=%s", MOUNT_POINT);
		return 0;
	}
	error = errno;
	log_say(root->log, LOG_LEVEL_ERROR, "cannot mount configfs at %s: %s: %s path=%s errno=%d",
		MOUNT_POINT, strerror(error),
		error == EPERM || error == EACCES
			? "only root may: run this as root"
			: "this kernel needs CONFIG_CONFIGFS_FS (modprobe configfs)",
		MOUNT_POINT, error);
	return error == ENODEV ? -ENOENT : -error;
}

static int open_configfs(const struct root *root)
{
	int dir = open_mounted(root, MOUNT_POINT), error;

	if (dir == -ENOENT)
		dir = open_mounted(root, OLD_MOUNT_POINT);
	if (dir != -ENOENT || !root_is_machine(root) || root->read_only)
		return dir;
	error = mount_configfs(root);
	return error ? error : open_mounted(root, MOUNT_POINT);
}

static int open_overlays(const struct root *root, int configfs)
{
	int group =
		openat(configfs, "device-tree", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int overlays, error;

	if (group < 0)
		return -errno;
	overlays = openat(group, "overlays", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	error = errno;
	close(group);
	if (overlays >= 0)
		log_say(root->log, LOG_LEVEL_INFO, "this kernel takes overlays through configfs");
	return overlays < 0 ? -error : overlays;
}

int configfs_open(struct configfs *configfs)
{
	const struct root *root = configfs->root;
	int dir;

	if (configfs->overlays >= 0)
		return 0;
	dir = open_configfs(root);
	if (dir >= 0) {
		configfs->overlays = open_overlays(root, dir);
		close(dir);
		dir = configfs->overlays;
	}
	if (dir >= 0)
		return 0;
	configfs->overlays = -1;
	/* Who cannot do without says so. */
	log_say(root->log, LOG_LEVEL_INFO,
		"cannot find the kernel's overlay interface, device-tree/overlays in configfs at "
		"%s" MOUNT_POINT ": %s: %s errno=%d",
		root->path, strerror(-dir),
		dir == -ENOENT ? "this kernel needs CONFIG_OF_OVERLAY, CONFIG_CONFIGFS_FS and, as "
				 "mainline "
				 "has no such interface, the module in kmod/"
			       : "look at what is there instead",
		-dir);
	return dir;
}

/* ---- items ---- */

/* What changes something is an error, what only looks may be expected to fail. */
static int fail_at(const struct configfs *configfs, bool changes, const char *what,
		   const char *name, int error)
{
	const char *why = "";
	struct log_value value;

	if (error == -EROFS && configfs->root->read_only)
		why = ": nothing is changed in this mode";
	else if (error == -EPERM && changes)
		why = ": this kernel does not take it, or takes no second one for the item";
	else if (error == -EBUSY)
		why = ": another overlay is on top of it, or somebody has it open";
	else if (error == -EEXIST)
		why = ": somebody has an item of this name";
	log_say(configfs->root->log, changes ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO,
		"cannot %s overlay %s: %s%s item=%s errno=%d", what, name, strerror(-error), why,
		log_value(&value, name), -error);
	return error;
}

/* Readies an operation on an item, or logs why not; below this, names are one component. */
static int prepare(struct configfs *configfs, const char *name, bool changes, const char *what)
{
	size_t len = strlen(name);

	if (!len || len > NAME_MAX || strchr(name, '/') || name[0] == '.')
		return fail_at(configfs, changes, what, name, -EINVAL);
	if (changes && configfs->root->read_only)
		return fail_at(configfs, changes, what, name, -EROFS);
	return configfs_open(configfs);
}

/* A descriptor of an attribute, or a negative errno. */
static int open_attribute(const struct configfs *configfs, const char *name, const char *attribute,
			  int flags)
{
	int item =
		openat(configfs->overlays, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int fd, error;

	if (item < 0)
		return -errno;
	do
		fd = openat(item, attribute, flags | O_NOFOLLOW | O_CLOEXEC);
	while (fd < 0 && errno == EINTR);
	error = errno;
	close(item);
	return fd < 0 ? -error : fd;
}

int configfs_list(struct configfs *configfs, struct bytes *names)
{
	int error = configfs_open(configfs);

	*names = (struct bytes){0};
	if (!error)
		error = file_list(configfs->overlays, true, NAMES_SIZE_MAX, names);
	if (error && error != -ENOENT)
		log_say(configfs->root->log, LOG_LEVEL_ERROR, "cannot list overlays: %s errno=%d",
			strerror(-error), -error);
	return error;
}

int configfs_make(struct configfs *configfs, const char *name)
{
	static const char what[] = "make an item for";
	int error = prepare(configfs, name, true, what);

	if (!error && mkdirat(configfs->overlays, name, 0700) < 0)
		error = fail_at(configfs, true, what, name, -errno);
	return error;
}

static void read_status(const struct configfs *configfs, const char *name,
			struct overlay_item *item)
{
	int fd = open_attribute(configfs, name, "status", O_RDONLY);
	struct bytes text;

	if (fd < 0)
		return;
	if (!file_read(fd, ATTRIBUTE_SIZE_MAX, &text)) {
		size_t len = strcspn((const char *)text.data, "\n");

		if (len < sizeof(item->text)) {
			memcpy(item->text, text.data, len);
			item->text[len] = 0;
		}
		free(text.data);
	}
	close(fd);
}

int configfs_look(struct configfs *configfs, const char *name, struct overlay_item *item)
{
	int error = prepare(configfs, name, false, "look at"), dir;
	struct stat status;

	*item = (struct overlay_item){0};
	if (error)
		return error;
	dir = openat(configfs->overlays, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return fail_at(configfs, false, "look at", name, -errno);
	item->path = !fstatat(dir, "path", &status, AT_SYMLINK_NOFOLLOW);
	item->dtbo = !fstatat(dir, "dtbo", &status, AT_SYMLINK_NOFOLLOW);
	item->status = !fstatat(dir, "status", &status, AT_SYMLINK_NOFOLLOW);
	item->status_writable = item->status && (status.st_mode & S_IWUSR);
	close(dir);
	if (item->status)
		read_status(configfs, name, item);
	return 0;
}

int configfs_read(struct configfs *configfs, const char *name, struct bytes *blob)
{
	int error = prepare(configfs, name, false, "read"), fd;

	*blob = (struct bytes){0};
	if (error)
		return error;
	fd = open_attribute(configfs, name, "dtbo", O_RDONLY);
	if (fd < 0)
		return fail_at(configfs, false, "read", name, fd);
	error = file_read(fd, OVERLAY_SIZE_MAX, blob);
	close(fd);
	return error ? fail_at(configfs, false, "read", name, error) : 0;
}

/*
 * One write(2), for a kernel may take each as a whole text, and old ones tear blobs that come in
 * several; then close(2), which is when a blob is acted upon.
 */
static int write_attribute(const struct configfs *configfs, const char *name, const char *attribute,
			   const void *content, size_t size)
{
	int fd = open_attribute(configfs, name, attribute, O_WRONLY), error;

	if (fd < 0)
		return fd;
	error = file_write_once(fd, content, size);
	if (close(fd) < 0 && errno != EINTR && !error)
		error = -errno;
	return error;
}

int configfs_write(struct configfs *configfs, const char *name, const void *blob, size_t size)
{
	static const char what[] = "hand over";
	int error = prepare(configfs, name, true, what);
	struct log_value value;

	if (error)
		return error;
	if (size > OVERLAY_SIZE_MAX) {
		log_say(configfs->root->log, LOG_LEVEL_ERROR,
			"cannot hand over overlay %s: it has %zu bytes, and a kernel takes %zu: "
			"put it into the tree before the kernel starts, with nv2boot "
			"petitboot-hook item=%s errno=%d",
			name, size, OVERLAY_SIZE_MAX, log_value(&value, name), EFBIG);
		return -EFBIG;
	}
	error = size ? write_attribute(configfs, name, "dtbo", blob, size) : -EINVAL;
	return error ? fail_at(configfs, true, what, name, error) : 0;
}

int configfs_set(struct configfs *configfs, const char *name, const char *text)
{
	static const char what[] = "set the status of";
	size_t size = strlen(text);
	int error = prepare(configfs, name, true, what);

	if (error)
		return error;
	error = size && size <= ATTRIBUTE_SIZE_MAX
			? write_attribute(configfs, name, "status", text, size)
			: -EINVAL;
	return error ? fail_at(configfs, true, what, name, error) : 0;
}

int configfs_remove(struct configfs *configfs, const char *name)
{
	int error = prepare(configfs, name, true, "remove");

	if (!error && unlinkat(configfs->overlays, name, AT_REMOVEDIR) < 0)
		error = fail_at(configfs, true, "remove", name, -errno);
	return error;
}
