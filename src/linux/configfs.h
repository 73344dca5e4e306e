/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LINUX_CONFIGFS_H
#define NV2_LINUX_CONFIGFS_H

#include "linux/machine.h"
#include "linux/root.h"

/* A kernel takes no larger one (fs/configfs/file.c of drivers: cb_max_size, 1 MiB). */
#define OVERLAY_SIZE_MAX ((size_t)1 << 20)
/* Of an attribute that is text: 4096 bytes with a NUL, and longer ones are cut in silence. */
#define ATTRIBUTE_SIZE_MAX 4095u

/* The kernel's overlay interface, config/device-tree/overlays. */
struct configfs {
	const struct root *root;
	int overlays; /* the directory; -1 until it was opened */
};

void configfs_init(struct configfs *configfs, const struct root *root);
/* Whether it is mounted where it should be, so that nothing has to be mounted to open it. */
bool configfs_is_mounted(const struct root *root);
void configfs_close(struct configfs *configfs);

/* As those of struct machine_ops. Each opens the interface if it was not. */
int configfs_open(struct configfs *configfs);
int configfs_list(struct configfs *configfs, struct bytes *names);
int configfs_make(struct configfs *configfs, const char *name);
int configfs_look(struct configfs *configfs, const char *name, struct overlay_item *item);
int configfs_read(struct configfs *configfs, const char *name, struct bytes *blob);
int configfs_write(struct configfs *configfs, const char *name, const void *blob, size_t size);
int configfs_set(struct configfs *configfs, const char *name, const char *text);
int configfs_remove(struct configfs *configfs, const char *name);

#endif
