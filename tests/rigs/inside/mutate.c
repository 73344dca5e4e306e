/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the base tree of a machine and good overlays. Gives the kernel COUNT damaged
 * copies that `nv2dtc merge --for=linux` would accept, one after the other, and
 * compares the live tree with what merge makes. Never gives it one that merge refuses.
 *
 * mutate COUNT SEED BASE.dtb OVERLAY...
 *
 * The kernel moves phandles up by one more than merge does. So BASE.dtb is the machine's
 * base with one node more, /nv2-rig-highest, whose phandle is the next after the
 * highest: then the two trees are the same to the last byte.
 *
 * The interface has to hand over what it gets, unchecked. Writes into /out: what it did,
 * the last mutant given to the kernel, those that came out different. Exit
 * status: 0 no difference, 1 some.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "diag/diag.h"
#include "machine.h"
#include "mutant.h"
#include "tree/overlay.h"
#include "tree/select.h"
#include "tree/tree.h"

#define ITEM OVERLAYS "/mutant"
#define HIGHEST "/nv2-rig-highest"
#define TREE_ROOT "/sys/firmware/devicetree/base"
#define ORIGINALS_MAX 32
#define DIFFERING_MAX 20

struct rig {
	unsigned char base[MUTANT_SIZE];
	size_t base_size;
	struct original *originals;
	uint64_t clean; /* the sum of the tree without an overlay */
	int log;        /* /dev/kmsg */
	int last;       /* /out/last */
	unsigned long given, applied, hidden, refused, differing, warnings;
};

/* The kernel gives each node its name as a property, which no file has. */
static bool is_own_name(const char *path)
{
	size_t len = strlen(path);

	return len >= 5 && !strcmp(path + len - 5, "/name");
}

static uint64_t add_entry(uint64_t total, const char *path, uint64_t sum)
{
	return is_own_name(path) ? total : total + add_bytes(sum, path, strlen(path));
}

static void add_live(void *context, const char *path, uint64_t sum)
{
	uint64_t *total = context;

	*total = add_entry(*total, path + strlen(TREE_ROOT), sum);
}

static uint64_t sum_live(void)
{
	uint64_t total = 0;

	walk_tree(add_live, &total);
	return total;
}

/*
 * Whether a node has a property and a child of the same name. /proc/device-tree, which has
 * files and directories, then shows one of them under another name.
 */
static bool hides_something(const struct tree *tree)
{
	for (const struct tree_node *node = tree->root; node; node = tree_next(tree->root, node))
		for (const struct tree_node *child = node->children; child; child = child->next)
			if (tree_find_property(tree, node, child->name))
				return true;
	return false;
}

static uint64_t sum_merged(const struct tree *tree)
{
	uint64_t total = 0;

	for (const struct tree_node *node = tree->root; node; node = tree_next(tree->root, node)) {
		const char *path = node->parent ? tree_path(tree->arena, node) : "";

		if (!strcmp(path, HIGHEST))
			continue;
		total = add_entry(total, path, SUM_START);
		for (const struct tree_property *property = node->properties; property;
		     property = property->next)
			total = add_entry(total,
					  arena_printf(tree->arena, "%s/%s", path, property->name),
					  add_bytes(SUM_START, property->value, property->len));
	}
	return total;
}

/*
 * The kernel refuses an overlay without fragments; for merge and nv2boot it has nothing to
 * do, and nv2boot does not hand it over.
 */
static bool has_nothing(const struct tree *overlay)
{
	for (const struct tree_node *node = overlay->root->children; node; node = node->next)
		if (!strcmp(node->name, "__symbols__") ||
		    tree_find_child(overlay, node, "__overlay__"))
			return false;
	return true;
}

/*
 * Whether merge accepts it, and what it makes then, or 0 if that cannot be seen;
 * `mutant` NULL: of the base alone.
 */
static bool merge(const struct rig *rig, const void *mutant, size_t size, uint64_t *sum)
{
	struct arena *arena = arena_new();
	struct intern *names = intern_new(arena);
	struct diags *diags = diags_new(arena, sources_new(arena));
	struct tree *base = tree_read_dtb(arena, names, diags, "base", rig->base, rig->base_size);
	struct tree *overlay =
		mutant ? tree_read_dtb(arena, names, diags, "mutant", mutant, size) : NULL;
	bool done = base &&
		    (!mutant || (overlay && !tree_is_late_bound(overlay) && !has_nothing(overlay) &&
				 tree_apply(base, overlay, OVERLAY_LINUX, diags)));

	if (done)
		*sum = hides_something(base) ? 0 : sum_merged(base);
	intern_free(names);
	arena_free(arena);
	return done;
}

static void write_whole(int fd, const void *data, size_t size, const char *what)
{
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		die(what);
}

static bool put_overlay(const void *mutant, size_t size)
{
	char status[32] = "";
	int fd;

	if (mkdir(ITEM, 0755) != 0)
		die("mkdir");
	fd = open(ITEM "/dtbo", O_WRONLY | O_CLOEXEC);
	write_whole(fd, mutant, size, "dtbo");
	close(fd);
	read_file(ITEM "/status", status, sizeof(status) - 1);
	return !strcmp(status, "applied\n");
}

/* What the kernel warns of, but for what it says of every property given to an old node. */
static void count_warnings(struct rig *rig)
{
	static const char *const words[] = {"WARNING", "BUG", "Oops", "Call Trace", "refcount"};
	char line[4096];
	ssize_t got;

	while ((got = read(rig->log, line, sizeof(line) - 1)) > 0 || (got < 0 && errno == EPIPE)) {
		bool found = false;

		line[got > 0 ? got : 0] = '\0';
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			found |= strstr(line, words[i]) != NULL;
		if (!found || strstr(line, "memory leak will occur if overlay removed"))
			continue;
		if (rig->warnings++ < DIFFERING_MAX)
			printf("# %s", line);
	}
}

static void keep(struct rig *rig, const void *mutant, size_t size, const char *why)
{
	char path[64];
	int fd;

	if (rig->differing++ >= DIFFERING_MAX)
		return;
	snprintf(path, sizeof(path), "/out/differing-%lu.dtbo", rig->differing);
	printf("# %s: %s\n", path, why);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	write_whole(fd, mutant, size, path);
	close(fd);
}

/* One mutant that merge accepts, with the sum of the tree that it makes of it. */
static void try_mutant(struct rig *rig, const void *mutant, size_t size, uint64_t wanted)
{
	bool applied;

	if (pwrite(rig->last, mutant, size, 0) != (ssize_t)size)
		die("/out/last");
	applied = put_overlay(mutant, size);
	if (!applied)
		keep(rig, mutant, size, "the kernel refused it");
	else if (wanted && sum_live() != wanted)
		keep(rig, mutant, size, "the kernel's tree is another");
	rig->given++;
	rig->applied += applied;
	rig->hidden += wanted == 0;
	if (rmdir(ITEM) != 0)
		die("rmdir");
	if (sum_live() != rig->clean) {
		keep(rig, mutant, size, "the tree is not as it was before; no more is tried");
		exit(1);
	}
}

static void open_rig(struct rig *rig, int count, char **paths)
{
	uint64_t base;

	rig->base_size = read_file(paths[0], rig->base, sizeof(rig->base));
	rig->originals = calloc((size_t)count, sizeof(*rig->originals));
	if (!rig->originals)
		die("memory");
	for (int i = 1; i < count; i++)
		open_original(&rig->originals[i - 1], paths[i]);
	mknod("/tmp/kmsg", S_IFCHR | 0600, 1 << 8 | 11);
	rig->log = open("/tmp/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (rig->log < 0)
		die("the kernel's log");
	lseek(rig->log, 0, SEEK_END);
	rig->last = open("/out/last", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	rig->clean = sum_live();
	if (!merge(rig, NULL, 0, &base) || base != rig->clean) {
		fprintf(stderr, "the machine's tree is not that of %s\n", paths[0]);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	static unsigned char mutant[MUTANT_SIZE];
	static struct rig rig;
	unsigned long count;
	uint64_t random;

	if (argc < 5 || argc - 4 > ORIGINALS_MAX) {
		fprintf(stderr, "usage: mutate COUNT SEED BASE.dtb OVERLAY...\n");
		return 2;
	}
	count = strtoul(argv[1], NULL, 10);
	random = strtoull(argv[2], NULL, 10) * 0x9e3779b97f4a7c15 | 1;
	open_rig(&rig, argc - 3, argv + 3);
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (rig.given < count) {
		const struct original *original =
			&rig.originals[next_random(&random) % (unsigned)(argc - 4)];
		size_t size = make_mutant(original, mutant, &random);
		uint64_t wanted;

		if (merge(&rig, mutant, size, &wanted))
			try_mutant(&rig, mutant, size, wanted);
		else
			rig.refused++;
		count_warnings(&rig);
	}
	printf("seed %s: %lu mutants, %lu empty or refused by merge, %lu given to the kernel, "
	       "%lu applied, %lu of them not to be compared, %lu differing, %lu warnings\n",
	       argv[2], rig.given + rig.refused, rig.refused, rig.given, rig.applied, rig.hidden,
	       rig.differing, rig.warnings);
	return rig.differing > 0 || rig.warnings > 0;
}
