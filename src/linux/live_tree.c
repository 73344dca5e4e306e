/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the directories in which the kernel shows its device tree, gives the
 * tree as an FDT. Never follows a symbolic link in it, and never believes a size.
 */
#define _DEFAULT_SOURCE /* syscall(), DT_DIR */
#include "linux/live_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "blob/fdt.h"
#include "blob/freestanding.h"

/*
 * Four thousand files are read at each apply and verify, so it is the
 * system calls that count: three a file, two a directory and its open and close, nothing else.
 * Values are read to where they stay, which is why this does not go through blob/fdt_write.h: that
 * one wants to know a value's length before its bytes.
 */

#define FDT_MAGIC 0xd00dfeedu
#define FDT_BEGIN_NODE 1u
#define FDT_END_NODE 2u
#define FDT_PROP 3u
#define FDT_END 9u
#define FDT_HEADER_SIZE 40u
#define FDT_RESERVATIONS_SIZE 16u /* none but the zeros that end them */
#define FDT_PROP_SIZE 12u         /* tag, length, name */

/* Pages of the kernel: never less than this, and what read(2) gives of sysfs in one piece. */
#define PAGE_MIN 4096u
#define VALUE_ROOM (64u << 10)

/* As getdents64(2) writes it; a multiple of 8 bytes. */
struct listed {
	uint64_t inode;
	int64_t offset;
	unsigned short size;
	unsigned char type;
	char name[];
};

/* No record is larger: NAME_MAX and what is before it. */
#define LISTED_MAX ((size_t)288)

struct entry {
	const char *name;
	bool directory;
};

/* A node that is being read, and all in its directory. Its memory serves the next one as well. */
struct level {
	int fd;
	unsigned char *listing;
	size_t listing_room;
	struct entry *entries;
	size_t entry_room, count, next;
};

/* A table that grows: of bytes, from malloc(). */
struct block {
	unsigned char *data;
	size_t size, room;
};

#define NAMES_KNOWN 1024u

struct walk {
	struct level level[NV2_FDT_DEPTH_MAX + 1];
	unsigned depth; /* levels that are open */
	size_t listed;  /* bytes of all directories */
	struct block structure, strings;
	/* Where a name with this hash is in `strings`, plus one. One that lost its place is there
	 * twice. */
	uint32_t known[NAMES_KNOWN];
	const char *name; /* what it failed at, below the open levels */
};

/* ---- the FDT ---- */

static int make_room(struct block *block, size_t size)
{
	size_t room = block->room ? block->room : (size_t)256 << 10;
	unsigned char *data;

	if (size > LIVE_TREE_SIZE_MAX - block->size)
		return -EFBIG;
	while (room - block->size < size)
		room *= 2;
	if (room == block->room)
		return 0;
	data = realloc(block->data, room);
	if (!data)
		return -ENOMEM;
	block->data = data;
	block->room = room;
	return 0;
}

static void put_u32(struct block *block, uint32_t value)
{
	nv2_put_be32(block->data + block->size, value);
	block->size += 4;
}

static void put_padding(struct block *block)
{
	while (block->size % 4)
		block->data[block->size++] = 0;
}

static int begin_node(struct block *structure, const char *name)
{
	size_t size = strlen(name) + 1;
	int error = make_room(structure, 4 + size + 3);

	if (error)
		return error;
	put_u32(structure, FDT_BEGIN_NODE);
	memcpy(structure->data + structure->size, name, size);
	structure->size += size;
	put_padding(structure);
	return 0;
}

static int put_tag(struct block *structure, uint32_t tag)
{
	int error = make_room(structure, 4);

	if (!error)
		put_u32(structure, tag);
	return error;
}

static int find_string(struct walk *walk, const char *name, uint32_t *offset)
{
	struct block *strings = &walk->strings;
	uint32_t hash = 2166136261u; /* FNV-1a */
	uint32_t *known;
	size_t len = 0;
	int error;

	for (; name[len]; len++)
		hash = (hash ^ (unsigned char)name[len]) * 16777619u;
	known = &walk->known[(hash ^ hash >> 16) % NAMES_KNOWN];
	*offset = *known - 1;
	if (*known && !strcmp((const char *)strings->data + *offset, name))
		return 0;
	error = make_room(strings, len + 1);
	if (error)
		return error;
	*offset = (uint32_t)strings->size;
	*known = *offset + 1;
	memcpy(strings->data + strings->size, name, len + 1);
	strings->size += len + 1;
	return 0;
}

/* Header and strings around the structure. */
static int finish_tree(struct walk *walk, struct bytes *tree)
{
	struct block *all = &walk->structure;
	size_t structure = FDT_HEADER_SIZE + FDT_RESERVATIONS_SIZE, strings;
	int error = put_tag(all, FDT_END);

	strings = all->size;
	if (!error)
		error = make_room(all, walk->strings.size);
	if (error)
		return error;
	if (walk->strings.size)
		memcpy(all->data + strings, walk->strings.data, walk->strings.size);
	all->size = 0;
	put_u32(all, FDT_MAGIC);
	put_u32(all, (uint32_t)(strings + walk->strings.size));
	put_u32(all, (uint32_t)structure);
	put_u32(all, (uint32_t)strings);
	put_u32(all, FDT_HEADER_SIZE); /* where the reservations are */
	put_u32(all, 17);              /* version, */
	put_u32(all, 16);              /* and the one it can be read as */
	put_u32(all, 0);               /* processor that boots: nobody asks a kernel that runs */
	put_u32(all, (uint32_t)walk->strings.size);
	put_u32(all, (uint32_t)(strings - structure));
	*tree = (struct bytes){all->data, strings + walk->strings.size};
	*all = (struct block){0};
	return 0;
}

/* O_NONBLOCK: should it have become a FIFO since it was listed, opening it must not wait. */
static int open_in(int dir, const char *name, int flags)
{
	int fd;

	do
		fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | flags);
	while (fd < 0 && errno == EINTR);
	return fd < 0 ? -errno : fd;
}

/* ---- properties ---- */

/*
 * Reads to the end. A kernel gives a property in pieces of a page
 * (fs/kernfs/file.c, kernfs_file_read_iter()), so less than the smallest page, and less than
 * there was room for, was the last piece: no second call is needed to see it.
 */
static int read_value(struct block *structure, int fd, size_t *size)
{
	size_t begin = structure->size;
	ssize_t got;

	do {
		size_t room;
		int error = make_room(structure, VALUE_ROOM);

		if (error)
			return error;
		room = structure->room - structure->size;
		got = read(fd, structure->data + structure->size, room);
		if (got < 0 && errno != EINTR)
			return -errno;
		structure->size += got > 0 ? (size_t)got : 0;
	} while (got < 0 || (size_t)got >= PAGE_MIN);
	*size = structure->size - begin;
	return 0;
}

/*
 * The kernel gives each node a property "name" that its FDT did not have
 * (drivers/of/fdt.c, populate_properties()): the node's name up to its unit address.
 */
static bool is_made_name(const struct walk *walk, const char *name, const unsigned char *value,
			 size_t size)
{
	const struct level *parent;
	const char *node = "";
	size_t len;

	if (strcmp(name, "name") != 0)
		return false;
	if (walk->depth > 1) {
		parent = &walk->level[walk->depth - 2];
		node = parent->entries[parent->next - 1].name;
	}
	len = strcspn(node, "@");
	return size == len + 1 && !memcmp(value, node, len) && !value[len];
}

static int put_property(struct walk *walk, const char *name, int fd)
{
	struct block *structure = &walk->structure;
	size_t begin = structure->size, size = 0;
	uint32_t string = 0;
	int error = make_room(structure, FDT_PROP_SIZE + 3);

	if (error)
		return error;
	structure->size += FDT_PROP_SIZE;
	error = read_value(structure, fd, &size);
	if (!error && is_made_name(walk, name, structure->data + begin + FDT_PROP_SIZE, size)) {
		structure->size = begin;
		return 0;
	}
	if (!error)
		error = make_room(structure, 3);
	if (!error)
		error = find_string(walk, name, &string);
	if (error)
		return error;
	nv2_put_be32(structure->data + begin, FDT_PROP);
	nv2_put_be32(structure->data + begin + 4, (uint32_t)size);
	nv2_put_be32(structure->data + begin + 8, string);
	put_padding(structure);
	return 0;
}

static int read_property(struct walk *walk, int dir, const char *name)
{
	int fd = open_in(dir, name, 0), error;

	if (fd < 0)
		return fd;
	error = put_property(walk, name, fd);
	close(fd);
	return error;
}

/* ---- nodes ---- */

static bool is_in_tree(int dir, const struct listed *listed, bool *directory)
{
	struct stat status;

	if (listed->name[0] == '.' &&
	    (!listed->name[1] || (listed->name[1] == '.' && !listed->name[2])))
		return false;
	*directory = listed->type == DT_DIR;
	if (listed->type != DT_UNKNOWN)
		return *directory || listed->type == DT_REG;
	/* Kernels say what it is; file systems of images may not. */
	if (fstatat(dir, listed->name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	*directory = S_ISDIR(status.st_mode);
	return *directory || S_ISREG(status.st_mode);
}

static int read_listing(struct walk *walk, struct level *level, size_t *size)
{
	long got;

	*size = 0;
	do {
		if (level->listing_room - *size < 2 * LISTED_MAX) {
			size_t room = level->listing_room ? level->listing_room * 2 : PAGE_MIN;
			unsigned char *listing = realloc(level->listing, room);

			if (!listing)
				return -ENOMEM;
			level->listing = listing;
			level->listing_room = room;
		}
		got = syscall(SYS_getdents64, level->fd, level->listing + *size,
			      level->listing_room - *size);
		if (got < 0 && errno != EINTR)
			return -errno;
		*size += got > 0 ? (size_t)got : 0;
		walk->listed += got > 0 ? (size_t)got : 0;
		if (walk->listed > LIVE_TREE_SIZE_MAX)
			return -EFBIG;
	} while (got);
	return 0;
}

static int add_entry(struct level *level, const char *name, bool directory)
{
	if (level->count == level->entry_room) {
		size_t room = level->entry_room ? level->entry_room * 2 : 64;
		struct entry *entries = realloc(level->entries, room * sizeof(*entries));

		if (!entries)
			return -ENOMEM;
		level->entries = entries;
		level->entry_room = room;
	}
	level->entries[level->count++] = (struct entry){name, directory};
	return 0;
}

/* Properties before children, as FDTs have them. */
static int compare_entries(const void *a, const void *b)
{
	const struct entry *one = a, *other = b;

	if (one->directory != other->directory)
		return one->directory ? 1 : -1;
	return strcmp(one->name, other->name);
}

static int list_level(struct walk *walk, struct level *level)
{
	size_t size, at = 0;
	int error = read_listing(walk, level, &size);

	level->count = level->next = 0;
	while (!error && at < size) {
		const struct listed *listed = (const void *)(level->listing + at);
		bool directory;

		if (is_in_tree(level->fd, listed, &directory))
			error = add_entry(level, listed->name, directory);
		at += listed->size;
	}
	if (level->count)
		qsort(level->entries, level->count, sizeof(*level->entries), compare_entries);
	return error;
}

/* Takes `fd` over. */
static int open_level(struct walk *walk, int fd, const char *name)
{
	struct level *level = &walk->level[walk->depth];
	int error;

	level->fd = fd;
	walk->depth++;
	walk->name = NULL;
	error = begin_node(&walk->structure, name);
	return error ? error : list_level(walk, level);
}

static int open_child(struct walk *walk, int dir, const char *name)
{
	int fd;

	if (walk->depth > NV2_FDT_DEPTH_MAX)
		return -ELOOP;
	fd = open_in(dir, name, O_DIRECTORY);
	return fd < 0 ? fd : open_level(walk, fd, name);
}

static int close_level(struct walk *walk)
{
	close(walk->level[--walk->depth].fd);
	return put_tag(&walk->structure, FDT_END_NODE);
}

/* Takes `fd` over. */
static int read_levels(struct walk *walk, int fd)
{
	int error = make_room(&walk->structure, FDT_HEADER_SIZE + FDT_RESERVATIONS_SIZE);

	if (error) {
		close(fd);
		return error;
	}
	memset(walk->structure.data, 0, FDT_HEADER_SIZE + FDT_RESERVATIONS_SIZE);
	walk->structure.size = FDT_HEADER_SIZE + FDT_RESERVATIONS_SIZE;
	error = open_level(walk, fd, "");
	while (!error && walk->depth) {
		struct level *level = &walk->level[walk->depth - 1];
		const struct entry *entry;

		if (level->next == level->count) {
			error = close_level(walk);
			continue;
		}
		entry = &level->entries[level->next++];
		walk->name = entry->name;
		error = entry->directory ? open_child(walk, level->fd, entry->name)
					 : read_property(walk, level->fd, entry->name);
	}
	return error;
}

/* ---- the tree ---- */

static const char *explain(int error)
{
	switch (error) {
	case EACCES:
	case EPERM:
		return ": only root may read all of it";
	case EFBIG:
		return ": a tree of more than 64 MiB is none";
	case ELOOP:
		return ": nodes are nested too deep, or symbolic links are where nodes should be";
	default:
		return "";
	}
}

static void say_failure(const struct root *root, const struct walk *walk, const char *dir,
			int error)
{
	char path[768];
	struct root_shown shown;
	size_t len = 0;

	path[0] = 0;
	for (unsigned i = 0; i + 1 < walk->depth && len < sizeof(path); i++) {
		const struct level *level = &walk->level[i];

		len += (size_t)snprintf(path + len, sizeof(path) - len, "/%s",
					level->entries[level->next - 1].name);
	}
	root_show(root, &shown, "%s%s%s%s", dir, path, walk->name ? "/" : "",
		  walk->name ? walk->name : "");
	log_say(root->log, LOG_LEVEL_ERROR, "cannot read the live tree: %s: %s%s path=%s errno=%d",
		shown.path, strerror(-error), explain(-error), shown.value, -error);
}

static void free_walk(struct walk *walk)
{
	while (walk->depth)
		close(walk->level[--walk->depth].fd);
	for (unsigned i = 0; i <= NV2_FDT_DEPTH_MAX; i++) {
		free(walk->level[i].listing);
		free(walk->level[i].entries);
	}
	free(walk->structure.data);
	free(walk->strings.data);
	free(walk);
}

/* -EAGAIN: what was listed was gone when it was opened. Takes `fd` over. */
static int read_once(const struct root *root, const char *dir, int fd, struct bytes *tree)
{
	struct walk *walk = calloc(1, sizeof(*walk));
	int error;

	if (!walk) {
		close(fd);
		log_say(root->log, LOG_LEVEL_ERROR, "cannot read the live tree: %s errno=%d",
			strerror(ENOMEM), ENOMEM);
		return -ENOMEM;
	}
	error = read_levels(walk, fd);
	if (!error)
		error = finish_tree(walk, tree);
	if (error == -ENOENT)
		error = -EAGAIN;
	else if (error)
		say_failure(root, walk, dir, error);
	free_walk(walk);
	return error;
}

static int open_tree(const struct root *root, const char **dir)
{
	int fd;

	/* Of a machine that runs this is a symbolic link; in an image, that would lead out of it.
	 */
	*dir = "/proc/device-tree";
	fd = root_open_at(root, *dir, O_RDONLY | O_DIRECTORY);
	if (fd >= 0)
		return fd;
	*dir = "/sys/firmware/devicetree/base";
	return root_open_at(root, *dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

#define ATTEMPTS_MAX 3

int live_tree_read(const struct root *root, struct bytes *tree)
{
	struct root_shown shown;
	const char *dir = "";
	int error = -EAGAIN;

	*tree = (struct bytes){0};
	for (int attempt = 0; attempt < ATTEMPTS_MAX && error == -EAGAIN; attempt++) {
		int fd = open_tree(root, &dir);

		if (fd < 0) {
			log_say(root->log, LOG_LEVEL_ERROR,
				"cannot read the live tree: neither %s/proc/device-tree nor %s%s "
				"can be opened: %s: this kernel needs CONFIG_OF, and firmware that "
				"gives it a tree errno=%d",
				root->path, root->path, dir, strerror(-fd), -fd);
			return fd;
		}
		error = read_once(root, dir, fd, tree);
	}
	if (error == -EAGAIN) {
		root_show(root, &shown, "%s", dir);
		log_say(root->log, LOG_LEVEL_ERROR,
			"cannot read the live tree: %s changes while it is read: try again when "
			"nothing else applies overlays path=%s errno=%d",
			shown.path, shown.value, EAGAIN);
	}
	return error;
}
