/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a directory as the kernel shows a tree in /proc/device-tree, gives
 * the tree. Never follows a symbolic link, and never reads without a bound.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tree/report.h"
#include "tree/tree.h"

/* Names and values together; firmware keeps below a megabyte. */
#define BYTES_MAX ((size_t)64 << 20)

/* What is left of a walk, and where it failed. */
struct walk {
	struct tree *tree;
	struct diags *diags;
	size_t left;
	struct tree_failure *failure;
};

static const char *file_path(const struct walk *walk, const struct tree_node *node,
			     const char *name)
{
	return arena_printf(walk->tree->arena, "%s%s%s%s", walk->tree->file,
			    node->parent ? tree_path(walk->tree->arena, node) : "", name ? "/" : "",
			    name ? name : "");
}

static bool fail(struct walk *walk, const struct tree_node *node, const char *name, int error)
{
	*walk->failure = (struct tree_failure){file_path(walk, node, name), error};
	return false;
}

static bool refuse(struct walk *walk, const struct tree_node *node, enum tree_code code,
		   const char *name, const char *why)
{
	report_node(walk->diags, code, walk->tree, node, NULL, "%s %s", name, why);
	return false;
}

static bool take(struct walk *walk, const struct tree_node *node, const char *name, size_t size)
{
	if (size > walk->left)
		return refuse(walk, node, TREE_DIR_DAMAGED, name,
			      "is too much: a tree of more than 64 MiB is none");
	walk->left -= size;
	return true;
}

/* What is in a directory but "." and "..", sorted. */
struct names {
	ARRAY(const char *) list;
};

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Takes `dir_fd` over. */
static bool list_names(struct walk *walk, const struct tree_node *node, int dir_fd,
		       struct names *names)
{
	struct arena *arena = walk->tree->arena;
	DIR *dir = fdopendir(dir_fd);
	const struct dirent *entry;
	bool ok = true;

	if (!dir) {
		fail(walk, node, NULL, errno);
		close(dir_fd);
		return false;
	}
	for (errno = 0; ok && (entry = readdir(dir)); errno = 0) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		ok = take(walk, node, entry->d_name, strlen(entry->d_name) + 1);
		*ARRAY_PUSH(arena, &names->list) = arena_strdup(arena, entry->d_name);
	}
	if (ok && errno)
		ok = fail(walk, node, NULL, errno);
	closedir(dir);
	if (names->list.count)
		qsort(names->list.items, names->list.count, sizeof(names->list.items[0]),
		      compare_names);
	return ok;
}

/*
 * The kernel gives each node a property "name" that its tree did not have.
 * Like kexec, and dtc where it says nothing new, this leaves it out.
 */
static bool is_made_name(const struct tree_node *node, const char *name, const char *value,
			 size_t len)
{
	size_t base = strcspn(node->name, "@");

	return !strcmp(name, "name") && len == base + 1 && !memcmp(value, node->name, base) &&
	       !value[base];
}

/* sysfs says a size, but files of size 0 may hold something, so it is no more than a hint. */
static bool read_value(struct walk *walk, struct tree_node *node, const char *name, int fd)
{
	struct buffer value = {0};
	bool ok = true;
	ssize_t got;

	do {
		char *at;

		buffer_extend(&value, 4096);
		at = value.data + value.len - 4096;
		got = read(fd, at, 4096);
		value.len -= 4096 - (got > 0 ? (size_t)got : 0);
		if (got < 0 && errno != EINTR)
			ok = fail(walk, node, name, errno);
		else if (got > 0)
			ok = take(walk, node, name, (size_t)got);
	} while (ok && got);
	if (ok && !is_made_name(node, name, value.data, value.len))
		tree_set(walk->tree, node, name, value.data, value.len);
	buffer_free(&value);
	return ok;
}

static bool read_property(struct walk *walk, struct tree_node *node, int dir, const char *name)
{
	/* Should it have become a FIFO since it was looked at, opening it must not wait. */
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool ok;

	if (fd < 0)
		return fail(walk, node, name, errno);
	if (!tree_is_name(name, strlen(name))) {
		close(fd);
		return refuse(walk, node, TREE_DIR_DAMAGED, "a file",
			      "has a name that no property may have");
	}
	ok = read_value(walk, node, name, fd);
	close(fd);
	return ok;
}

static bool read_node(struct walk *walk, struct tree_node *node, int fd);

static bool read_child(struct walk *walk, struct tree_node *node, int dir, const char *name)
{
	struct tree_node *child;
	int fd;

	if (!tree_is_name(name, strlen(name)))
		return refuse(walk, node, TREE_DIR_DAMAGED, "a directory",
			      "has a name that no node may have");
	if (node->depth >= TREE_DEPTH_MAX)
		return refuse(walk, node, TREE_DTB_TOO_DEEP, name,
			      "is more than 64 levels below the root");
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return fail(walk, node, name, errno);
	child = tree_add_node(walk->tree, node, name);
	return read_node(walk, child, fd);
}

/*
 * Properties first, then children, each by name. What is neither file nor
 * directory, as the links of old kernels, is none of the tree.
 */
static bool read_entries(struct walk *walk, struct tree_node *node, int dir,
			 const struct names *names)
{
	for (int children = 0; children < 2; children++) {
		for (size_t i = 0; i < names->list.count; i++) {
			const char *name = names->list.items[i];
			struct stat status;

			if (fstatat(dir, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
				return fail(walk, node, name, errno);
			if (!children && S_ISREG(status.st_mode) &&
			    !read_property(walk, node, dir, name))
				return false;
			if (children && S_ISDIR(status.st_mode) &&
			    !read_child(walk, node, dir, name))
				return false;
		}
	}
	return true;
}

/* Takes `fd` over. Goes no deeper than TREE_DEPTH_MAX. */
static bool read_node(struct walk *walk, struct tree_node *node, int fd)
{
	struct names names = {0};
	int dir = dup(fd);
	bool ok;

	if (dir < 0) {
		fail(walk, node, NULL, errno);
		close(fd);
		return false;
	}
	fcntl(dir, F_SETFD, FD_CLOEXEC);
	ok = list_names(walk, node, fd, &names) && read_entries(walk, node, dir, &names);
	close(dir);
	return ok;
}

struct tree *tree_read_dir(struct arena *arena, struct intern *names, struct diags *diags,
			   const char *path, struct tree_failure *failure)
{
	struct walk walk = {.diags = diags, .left = BYTES_MAX, .failure = failure};
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*failure = (struct tree_failure){0};
	walk.tree = tree_new(arena, names, arena_strdup(arena, path));
	if (fd < 0) {
		fail(&walk, walk.tree->root, NULL, errno);
		return NULL;
	}
	if (!read_node(&walk, walk.tree->root, fd))
		return NULL;
	/* Any directory would do otherwise, /tmp as well. */
	if (!tree_find_property(walk.tree, walk.tree->root, "compatible") &&
	    !tree_find_property(walk.tree, walk.tree->root, "#address-cells")) {
		refuse(&walk, walk.tree->root, TREE_DIR_DAMAGED, "the directory",
		       "is no device tree: it has neither compatible nor #address-cells");
		return NULL;
	}
	return walk.tree;
}
