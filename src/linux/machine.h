/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LINUX_MACHINE_H
#define NV2_LINUX_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nv2/boot.h"

/*
 * The machine that a transaction changes, as a table of functions: the real
 * one is made of files (machine_linux.c), the one of the tests is a model that
 * misbehaves on demand. Every function is one thing that can fail, or after
 * which the process can be gone.
 *
 * Those that return int return 0 or a negative errno.
 */

/* Bytes on the heap; free() is the owner's. */
struct bytes {
	unsigned char *data;
	size_t size;
};

/* What an item of the overlay interface has; found by looking, for kernels differ. */
struct overlay_item {
	bool path;            /* file `path` */
	bool dtbo;            /* file `dtbo` */
	bool status;          /* file `status` */
	bool status_writable;
	char text[32];        /* what `status` says, without its newline; "" if it cannot be read */
};

struct machine_ops {
	/* ---- the live device tree ---- */

	/* All of it as an FDT. *tree is the caller's. */
	int (*read_tree)(void *context, struct bytes *tree);

	/* ---- overlays: items of configfs, device-tree/overlays ---- */

	/*
	 * Whether there is such an interface; mounts configfs where that is all that is
	 * missing. -ENOENT: the kernel has none.
	 */
	int (*open_overlays)(void *context);
	/* Names of all items, each with its NUL, one after the other. */
	int (*list_overlays)(void *context, struct bytes *names);
	int (*make_overlay)(void *context, const char *name);
	int (*look_at_overlay)(void *context, const char *name, struct overlay_item *item);
	/* The blob an item holds; -EIO, -EINVAL …: whatever this kernel says if it cannot be read. */
	int (*read_overlay)(void *context, const char *name, struct bytes *blob);
	/* open, one write(2), close. A kernel hides what comes of it: look at the tree. */
	int (*write_overlay)(void *context, const char *name, const void *blob, size_t size);
	/* Writes `text` to `status`, for kernels where that is what applies and removes. */
	int (*set_overlay)(void *context, const char *name, const char *text);
	int (*remove_overlay)(void *context, const char *name);

	/* ---- registers: nv2_ops, with negative errno as the cause ---- */

	int (*read_register)(void *context, const struct nv2_write *reg, uint64_t *value);
	int (*write_register)(void *context, const struct nv2_write *reg, uint64_t value);
	void (*barrier)(void *context);

	/* ---- what is remembered until the next boot ---- */

	/* -ENOENT: there is none of that name. */
	int (*load)(void *context, const char *name, struct bytes *content);
	/* On disk, whole, when it returns 0: temporary file, fsync, rename, fsync of the directory. */
	int (*store)(void *context, const char *name, const void *content, size_t size);
	/* Gone, on disk, when it returns 0; no error if it was not there. */
	int (*drop)(void *context, const char *name);
	/*
	 * The highest bundle-version that was ever applied here, which outlives a boot; 0
	 * if there is none yet.
	 */
	int (*load_counter)(void *context, uint32_t *version);
	int (*store_counter)(void *context, uint32_t version);
	/* 36 characters and a NUL: another one means that nothing of before is there any more. */
	int (*boot_id)(void *context, char id[37]);
};

struct machine {
	const struct machine_ops *ops;
	void *context;
};

#endif
