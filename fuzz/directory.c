/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes bytes as the doings of somebody who makes directories and files, as a
 * machine's /proc/device-tree, and reads them as both programs do. Promises:
 * a tree that is read has what was made, no more and no less, twice the same,
 * and libfdt finds no fault with it; both programs read the same tree.
 */
#include <fcntl.h>
#include <ftw.h>
#include <libfdt.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "linux/live_tree.h"

/* Deep enough to be too deep, and the longest path still one that the system takes. */
#define DOINGS_MAX 80
#define NAME_ROOM 40

/* The bytes that are left, and what was made of those before. */
struct making {
	const uint8_t *data;
	size_t size;
	int dir; /* the directory that is open */
	unsigned depth;
	size_t nodes, properties;
	char names[DOINGS_MAX + 1][NAME_ROOM]; /* of the directories that are open */
};

static uint8_t take(struct making *making)
{
	if (!making->size)
		return 0;
	making->size--;
	return *making->data++;
}

/* One of a few, or any bytes that a file can be called. */
static void take_name(struct making *making, char name[NAME_ROOM])
{
	static const char *const names[] = {
		"compatible", "#address-cells", "name", "reg", "phandle", "x", "pci@0", "memory@0"};
	uint8_t what = take(making);
	size_t len = what % (NAME_ROOM - 1) + 1u;

	if (what & 0x80) {
		snprintf(name, NAME_ROOM, "%s", names[what % 8]);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		name[i] = (char)take(making);
		if (!name[i] || name[i] == '/')
			name[i] = '_';
	}
	name[len] = 0;
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		name[0] = '_';
}

static void make_file(struct making *making)
{
	const char *node = making->depth ? making->names[making->depth] : "";
	size_t base = strcspn(node, "@"), len = take(making);
	char name[NAME_ROOM];
	int fd;

	take_name(making, name);
	if (len > making->size)
		len = making->size;
	fd = openat(making->dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	PROMISE(write(fd, making->data, len) == (ssize_t)len);
	close(fd);
	/* The kernel makes one called "name" for each node, which is no property of the tree's. */
	if (strcmp(name, "name") != 0 || len != base + 1 || memcmp(making->data, node, base) != 0 ||
	    making->data[base])
		making->properties++;
	making->data += len;
	making->size -= len;
}

static void make_directory(struct making *making)
{
	char name[NAME_ROOM];
	int fd;

	take_name(making, name);
	if (mkdirat(making->dir, name, 0700))
		return;
	fd = openat(making->dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	PROMISE(fd >= 0);
	close(making->dir);
	making->dir = fd;
	making->depth++;
	memcpy(making->names[making->depth], name, NAME_ROOM);
	making->nodes++;
}

static void leave_directory(struct making *making)
{
	int fd;

	if (!making->depth)
		return;
	fd = openat(making->dir, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	PROMISE(fd >= 0);
	close(making->dir);
	making->dir = fd;
	making->depth--;
}

/* What is neither file nor directory is none of the tree. */
static void make_other(struct making *making)
{
	char name[NAME_ROOM];

	take_name(making, name);
	if (take(making) & 1)
		(void)mkfifoat(making->dir, name, 0600);
	else
		(void)symlinkat("/etc/passwd", making->dir, name);
}

static void make_all(struct making *making)
{
	for (unsigned i = 0; i < DOINGS_MAX && making->size; i++) {
		switch (take(making) % 8) {
		case 0:
		case 1:
			make_directory(making);
			break;
		case 2:
			leave_directory(making);
			break;
		case 3:
			make_other(making);
			break;
		default:
			make_file(making);
			break;
		}
	}
	close(making->dir);
}

static void compare_counts(const struct making *making, const struct tree *tree)
{
	size_t nodes = 0, properties = 0;

	for (const struct tree_node *node = tree->root; node; node = tree_next(tree->root, node)) {
		nodes++;
		properties += node->property_count;
	}
	PROMISE(nodes == making->nodes);
	PROMISE(properties == making->properties);
}

/* As nv2boot reads it. */
static void compare_live(struct session *session, const char *path, struct tree *tree)
{
	const struct linux_options options = {.root = path, .read_only = true, .log = NULL};
	struct tree *live;
	struct bytes bytes;
	struct root root;

	PROMISE(!root_open(&root, &options));
	if (!live_tree_read(&root, &bytes)) {
		live = read_tree(session, "live", bytes.data, bytes.size);
		if (tree) {
			PROMISE(live);
			PROMISE(same_trees(tree, live, LIKE_BYTES));
		}
		free(bytes.data);
	} else {
		PROMISE(!tree);
	}
	root_close(&root);
}

static void check_directory(const struct making *making, const char *root, const char *path)
{
	struct tree_failure failure;
	struct session session;
	struct buffer once = {0}, twice = {0};
	struct tree *tree;

	open_session(&session);
	tree = tree_read_dir(session.arena, session.strings, session.diags, path, &failure);
	PROMISE(!failure.path);
	if (tree) {
		compare_counts(making, tree);
		PROMISE(tree_write_dtb(tree, &once));
		PROMISE(!fdt_check_full(once.data, once.len));
		tree = tree_read_dir(session.arena, session.strings, session.diags, path, &failure);
		PROMISE(tree && tree_write_dtb(tree, &twice));
		expect_same(&once, &twice);
	} else {
		PROMISE(diags_have_errors(session.diags));
	}
	compare_live(&session, root, tree);
	print_diagnostics(&session);
	buffer_free(&once);
	buffer_free(&twice);
	close_session(&session);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *at)
{
	(void)status;
	(void)type;
	(void)at;
	return remove(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct making making = {.data = data, .size = size, .nodes = 1};
	const char *temporary = getenv("TMPDIR");
	char root[512], path[600];

	snprintf(root, sizeof(root), "%s/nv2-fuzz-XXXXXX", temporary ? temporary : "/tmp");
	PROMISE(mkdtemp(root));
	snprintf(path, sizeof(path), "%s/proc", root);
	PROMISE(!mkdir(path, 0700));
	snprintf(path, sizeof(path), "%s/proc/device-tree", root);
	PROMISE(!mkdir(path, 0700));
	making.dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	PROMISE(making.dir >= 0);
	make_all(&making);
	check_directory(&making, root, path);
	PROMISE(!nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS));
	return 0;
}
