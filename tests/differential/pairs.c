/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a range of seeds, makes a base and overlays from each, and has both
 * fdtoverlay and nv2dtc merge them. Gives 0 if they agree, but for what
 * may_be_stricter() lists; never judges a merge by our own code.
 *
 * pairs NV2DTC FDTOVERLAY DIR FIRST COUNT
 */
#include <fcntl.h>
#include <libfdt.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/arena.h"
#include "core/buffer.h"
#include "tree/tree.h"

#define NODES_MAX 80
#define OVERLAYS_MAX 3
#define FRAGMENTS_MAX 4
#define ADDED_MAX 10

extern char **environ;

/* What was done wrong to the last overlay on purpose. */
enum damage {
	DAMAGE_NONE,
	DAMAGE_LABEL,         /* a label that the base lacks */
	DAMAGE_TARGET_PATH,   /* a path that the base lacks */
	DAMAGE_NO_TARGET,     /* a fragment without target and target-path */
	DAMAGE_FIXUP_TEXT,    /* a fixup that is not PATH:PROPERTY:OFFSET */
	DAMAGE_FIXUP_PATH,    /* a fixup for a node that is not there */
	DAMAGE_FIXUP_PROP,    /* a fixup for a property that is not there */
	DAMAGE_FIXUP_OFFSET,  /* a fixup behind the end of its property */
	DAMAGE_LOCAL_MIRROR,  /* a local fixup for a node that is not there */
	DAMAGE_LOCAL_PROP,    /* a local fixup for a property that is not there */
	DAMAGE_LOCAL_LIST,    /* a list of local fixups that is not made of cells */
	DAMAGE_LOCAL_OFFSET,  /* a local fixup behind the end of its property */
	DAMAGE_LOCAL_PHANDLE, /* a local fixup where no phandle of the overlay is */
	DAMAGE_SYMBOL,        /* a symbol of a node that is not there */
	DAMAGES
};

static const char *const damage_names[DAMAGES] = {
	"nothing",
	"a label",
	"a target-path",
	"a target",
	"a fixup's text",
	"a fixup's path",
	"a fixup's property",
	"a fixup's offset",
	"a local fixup's node",
	"a local fixup's property",
	"a list of local fixups",
	"a local fixup's offset",
	"a local fixup's phandle",
	"a symbol",
};

/* A node that has a phandle, by its path in the merged tree without unit addresses. */
struct numbered {
	const char *path;
	int overlay; /* -1: the base's */
};

struct made {
	struct arena *arena;
	struct intern *names;
	uint64_t state;
	struct tree *base;
	struct tree *overlays[OVERLAYS_MAX];
	int overlay_count, overlay_number;
	struct tree_node *nodes[NODES_MAX]; /* of the base */
	bool labelled[NODES_MAX];
	unsigned node_count;
	ARRAY(struct numbered) numbered;
	bool collides;    /* a node with a phandle may land on one with a phandle */
	bool two_numbers; /* and both may be of one overlay */
	enum damage damage;
};

/* SplitMix64. */
static unsigned pick(struct made *made, unsigned below)
{
	uint64_t word = made->state += 0x9e3779b97f4a7c15u;

	word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9u;
	word = (word ^ word >> 27) * 0x94d049bb133111ebu;
	return (unsigned)((word ^ word >> 31) % below);
}

static bool chance(struct made *made, unsigned in)
{
	return !pick(made, in);
}

static void set_random(struct made *made, struct tree *tree, struct tree_node *node)
{
	const char *name = arena_printf(made->arena, "p%u", pick(made, 6));
	unsigned char bytes[24];
	unsigned len = pick(made, 24);

	if (tree_find_property(tree, node, name))
		return;
	for (unsigned i = 0; i < len; i++)
		bytes[i] = (unsigned char)pick(made, 256);
	tree_set(tree, node, name, bytes, len);
}

/* libfdt takes a name without unit address for any of that name, so paths are compared loosely. */
static const char *without_units(struct made *made, const char *path)
{
	char *copy = arena_strdup(made->arena, path), *to = copy;

	for (const char *from = path; *from; from++) {
		if (*from == '@')
			from += strcspn(from, "/");
		if (*from)
			*to++ = *from;
		else
			break;
	}
	*to = '\0';
	return copy;
}

static void note_phandle(struct made *made, const char *path, int overlay)
{
	path = without_units(made, path);
	for (size_t i = 0; i < made->numbered.count; i++) {
		if (strcmp(made->numbered.items[i].path, path) != 0)
			continue;
		made->collides = true;
		made->two_numbers |= overlay >= 0 && made->numbered.items[i].overlay == overlay;
	}
	*ARRAY_PUSH(made->arena, &made->numbered) = (struct numbered){path, overlay};
}

static void make_base(struct made *made)
{
	unsigned count = 3 + pick(made, NODES_MAX - 3);
	uint32_t phandle = pick(made, 50);
	struct tree_node *symbols = NULL;

	made->base = tree_new(made->arena, made->names, "base");
	made->nodes[0] = made->base->root;
	made->node_count = 1;
	for (unsigned i = 1; i < count; i++) {
		struct tree_node *parent = made->nodes[pick(made, i)], *node;

		if (parent->depth > 20)
			parent = made->base->root;
		node = tree_add_node(made->base, parent,
				     arena_printf(made->arena, chance(made, 2) ? "n%u@%x" : "n%u",
						  i, pick(made, 4096)));
		for (unsigned j = pick(made, 4); j; j--)
			set_random(made, made->base, node);
		if (!chance(made, 4)) {
			phandle += 1 + pick(made, 3);
			tree_set_u32(made->base, node, "phandle", phandle);
			note_phandle(made, tree_path(made->arena, node), -1);
			made->labelled[i] = chance(made, 2);
		}
		made->nodes[made->node_count++] = node;
	}
	if (chance(made, 3))
		*ARRAY_PUSH(made->arena, &made->base->reservations) =
			(struct tree_reservation){pick(made, 9999), 1 + pick(made, 9999)};
	if (chance(made, 12))
		return;
	symbols = tree_add_node(made->base, made->base->root, "__symbols__");
	for (unsigned i = 1; i < made->node_count; i++)
		if (made->labelled[i])
			tree_set_string(made->base, symbols, arena_printf(made->arena, "l%u", i),
					tree_path(made->arena, made->nodes[i]));
}

/* An overlay as it is being made. */
struct making {
	struct made *made;
	struct tree *tree;
	struct tree_node *fixups, *symbols; /* NULL until there is one */
	struct tree_node *contents[FRAGMENTS_MAX], *added[ADDED_MAX];
	unsigned targets[FRAGMENTS_MAX]; /* numbers of base nodes */
	unsigned fragment_count, added_count;
	uint32_t phandles;
};

static void append_string(struct tree *tree, struct tree_node *node, const char *name,
			  const char *text)
{
	const struct tree_property *old = tree_find_property(tree, node, name);
	struct buffer list = {0};

	if (old)
		buffer_add(&list, old->value, old->len);
	buffer_add(&list, text, strlen(text) + 1);
	tree_set(tree, node, name, list.data, list.len);
	buffer_free(&list);
}

static void append_cell(struct tree *tree, struct tree_node *node, const char *name, uint32_t cell)
{
	const struct tree_property *old = tree_find_property(tree, node, name);
	struct buffer list = {0};

	if (old)
		buffer_add(&list, old->value, old->len);
	buffer_add_be32(&list, cell);
	tree_set(tree, node, name, list.data, list.len);
	buffer_free(&list);
}

static struct tree_node *mirror_of(struct tree *tree, struct tree_node *node)
{
	struct tree_node *above = node->parent ? mirror_of(tree, node->parent) : node;
	const char *name = node->parent ? node->name : "__local_fixups__";
	struct tree_node *mirror = tree_find_child(tree, above, name);

	return mirror ? mirror : tree_add_node(tree, above, name);
}

static bool has_symbols(const struct made *made)
{
	return tree_find_child(made->base, made->base->root, "__symbols__") != NULL;
}

/* A labelled node of the base; 0 if there is none. */
static unsigned pick_labelled(struct made *made)
{
	for (int tries = 0; has_symbols(made) && tries < 20; tries++) {
		unsigned number = pick(made, made->node_count);

		if (made->labelled[number])
			return number;
	}
	return 0;
}

static void add_fixup(struct making *making, unsigned label, const char *fixup)
{
	if (!making->fixups)
		making->fixups = tree_add_node(making->tree, making->tree->root, "__fixups__");
	append_string(making->tree, making->fixups, arena_printf(making->made->arena, "l%u", label),
		      fixup);
}

static void make_fragment(struct making *making)
{
	struct made *made = making->made;
	unsigned number = making->fragment_count++, label = 0, target;
	struct tree_node *fragment = tree_add_node(
		making->tree, making->tree->root,
		arena_printf(made->arena, chance(made, 8) ? "some%u" : "fragment@%u", number));

	if (chance(made, 2))
		label = pick_labelled(made);
	target = label ? label : pick(made, made->node_count);
	if (label) {
		tree_set_u32(making->tree, fragment, "target", UINT32_MAX);
		add_fixup(making, label, arena_printf(made->arena, "/%s:target:0", fragment->name));
	} else {
		tree_set_string(making->tree, fragment, "target-path",
				tree_path(made->arena, made->nodes[target]));
	}
	making->targets[number] = target;
	making->contents[number] = tree_add_node(making->tree, fragment, "__overlay__");
}

static void give_phandle(struct making *making, struct tree_node *node)
{
	struct made *made = making->made;
	const char *path = tree_path(made->arena, node);
	const char *content = strstr(path, "/__overlay__");
	unsigned fragment = 0;

	tree_set_u32(making->tree, node, "phandle", ++making->phandles);
	while (strncmp(tree_path(made->arena, making->contents[fragment]), path,
		       (size_t)(content - path) + 1) != 0)
		fragment++;
	path = tree_path(made->arena, made->nodes[making->targets[fragment]]);
	note_phandle(made,
		     arena_printf(made->arena, "%s%s", path[1] ? path : "",
				  content + sizeof("/__overlay__") - 1),
		     made->overlay_number);
}

/* A node under a fragment or under one that was added; now and then one that the base has. */
static void make_node(struct making *making)
{
	struct made *made = making->made;
	unsigned number = making->added_count, fragment = pick(made, making->fragment_count);
	struct tree_node *parent = making->contents[fragment], *node;
	const struct tree_node *there = made->nodes[making->targets[fragment]]->children;
	const char *name = arena_printf(made->arena, chance(made, 2) ? "m%u@%x" : "m%u", number,
					pick(made, 99));
	bool in_base = there && chance(made, 3);

	if (number && chance(made, 2)) {
		parent = making->added[pick(made, number)];
		in_base = false;
	}
	for (unsigned i = pick(made, 3); in_base && there->next && i; i--)
		there = there->next;
	if (in_base && strcmp(there->name, "__symbols__") != 0)
		name = there->name;
	if (tree_find_child(making->tree, parent, name))
		return;
	node = tree_add_node(making->tree, parent, name);
	/* Seldom onto what has one: Debian's fdtoverlay does that in another way. */
	if (!chance(made, in_base && tree_node_phandle(made->base, there) ? 30 : 3) &&
	    !(in_base && tree_node_phandle(made->base, there) && !chance(made, 12)))
		give_phandle(making, node);
	making->added[making->added_count++] = node;
}

static struct tree_node *pick_with_phandle(struct making *making)
{
	for (int tries = 0; making->added_count && tries < 10; tries++) {
		struct tree_node *node = making->added[pick(making->made, making->added_count)];

		if (tree_node_phandle(making->tree, node))
			return node;
	}
	return NULL;
}

/* A property of cells, some of which refer to nodes of either tree. */
static void make_references(struct making *making, struct tree_node *node)
{
	struct made *made = making->made;
	const char *name = arena_printf(made->arena, "r%u", pick(made, 4));
	uint32_t cells[6];
	unsigned count = 1 + pick(made, 6);

	if (tree_find_property(making->tree, node, name))
		return;
	for (unsigned i = 0; i < count; i++)
		cells[i] = pick(made, 1000);
	tree_set_cells(making->tree, node, name, cells, count);
	for (unsigned i = 0; i < count; i++) {
		struct tree_node *local = chance(made, 3) ? pick_with_phandle(making) : NULL;
		unsigned label = !local && chance(made, 3) ? pick_labelled(made) : 0;

		if (local) {
			cells[i] = tree_node_phandle(making->tree, local);
			append_cell(making->tree, mirror_of(making->tree, node), name, 4 * i);
		}
		if (label) {
			cells[i] = UINT32_MAX;
			add_fixup(making, label,
				  arena_printf(made->arena, "%s:%s:%u",
					       tree_path(made->arena, node), name, 4 * i));
		}
	}
	tree_set_cells(making->tree, node, name, cells, count);
}

static void make_symbols(struct making *making)
{
	struct made *made = making->made;

	for (unsigned i = 0; i < making->added_count; i++) {
		if (!chance(made, 3))
			continue;
		if (!making->symbols)
			making->symbols =
				tree_add_node(making->tree, making->tree->root, "__symbols__");
		tree_set_string(making->tree, making->symbols,
				arena_printf(made->arena, "%c%u", chance(made, 6) ? 'l' : 's',
					     pick(made, 20)),
				tree_path(made->arena, making->added[i]));
	}
}

static struct tree *make_overlay(struct made *made, struct making *making)
{
	*making = (struct making){
		.made = made,
		.tree = tree_new(made->arena, made->names, "overlay"),
	};
	for (unsigned i = 1 + pick(made, FRAGMENTS_MAX); i; i--)
		make_fragment(making);
	for (unsigned i = pick(made, ADDED_MAX); i; i--)
		make_node(making);
	for (unsigned i = 0; i < making->added_count + making->fragment_count; i++) {
		struct tree_node *node = i < making->added_count
						 ? making->added[i]
						 : making->contents[i - making->added_count];

		for (unsigned j = pick(made, 3); j; j--)
			set_random(made, making->tree, node);
		if (chance(made, 2))
			make_references(making, node);
	}
	make_symbols(making);
	return making->tree;
}

static void spoil(struct making *making)
{
	struct made *made = making->made;
	struct tree *tree = making->tree;
	struct tree_node *content = making->contents[0], *fragment = content->parent;
	const char *path = tree_path(made->arena, content);

	made->damage = (enum damage)(1 + pick(made, DAMAGES - 1));
	if (!tree_find_property(tree, content, "r0"))
		tree_set_u32(tree, content, "r0", 77);
	switch (made->damage) {
	case DAMAGE_LABEL:
		add_fixup(making, 9999, arena_printf(made->arena, "%s:r0:0", path));
		break;
	case DAMAGE_TARGET_PATH:
		tree_remove_property(tree, fragment, "target");
		tree_set_string(tree, fragment, "target-path", "/no/such/node");
		making->fixups = NULL;
		if (tree_find_child(tree, tree->root, "__fixups__"))
			tree_remove_node(tree, tree_find_child(tree, tree->root, "__fixups__"));
		break;
	case DAMAGE_NO_TARGET:
		tree_remove_property(tree, fragment, "target");
		tree_remove_property(tree, fragment, "target-path");
		break;
	case DAMAGE_FIXUP_TEXT: {
		static const char *const texts[] = {"",
						    ":",
						    "::",
						    "/fragment@0/__overlay__:r0",
						    "/fragment@0/__overlay__:r0:",
						    "/fragment@0/__overlay__:r0:x",
						    "/fragment@0/__overlay__:r0:0x",
						    "/fragment@0/__overlay__:r0:0 ",
						    "/fragment@0/__overlay__::0",
						    ":r0:0"};

		add_fixup(making, pick_labelled(made),
			  texts[pick(made, sizeof(texts) / sizeof(texts[0]))]);
		break;
	}
	case DAMAGE_FIXUP_PATH:
		add_fixup(making, pick_labelled(made), "/fragment@77/__overlay__:r0:0");
		break;
	case DAMAGE_FIXUP_PROP:
		add_fixup(making, pick_labelled(made),
			  arena_printf(made->arena, "%s:none:0", path));
		break;
	case DAMAGE_FIXUP_OFFSET:
		add_fixup(making, pick_labelled(made),
			  arena_printf(made->arena, "%s:r0:%u", path, 1000 + pick(made, 99)));
		break;
	case DAMAGE_LOCAL_MIRROR:
		tree_set_u32(tree, tree_add_node(tree, mirror_of(tree, content), "nobody"), "r0",
			     0);
		break;
	case DAMAGE_LOCAL_PROP:
		append_cell(tree, mirror_of(tree, content), "none", 0);
		break;
	case DAMAGE_LOCAL_LIST:
		tree_set(tree, mirror_of(tree, content), "r0", "\0\0\0\0\0", 5);
		break;
	case DAMAGE_LOCAL_OFFSET:
		append_cell(tree, mirror_of(tree, content), "r0",
			    chance(made, 2) ? 4000 : 0xfffffff0 + pick(made, 16));
		break;
	case DAMAGE_LOCAL_PHANDLE:
		tree_set_u32(tree, content, "odd", 0x7777);
		append_cell(tree, mirror_of(tree, content), "odd", 0);
		break;
	case DAMAGE_SYMBOL:
		if (!making->symbols)
			making->symbols = tree_add_node(tree, tree->root, "__symbols__");
		tree_set_string(tree, making->symbols, "lost",
				arena_printf(made->arena, "%s/nobody", path));
		break;
	default:
		break;
	}
}

static void make(struct made *made, uint64_t seed)
{
	struct making making = {0};

	*made = (struct made){.arena = arena_new(), .state = seed};
	made->names = intern_new(made->arena);
	make_base(made);
	made->overlay_count = 1 + (int)(pick(made, 6) / 3);
	for (int i = 0; i < made->overlay_count; i++) {
		made->overlay_number = i;
		made->overlays[i] = make_overlay(made, &making);
	}
	if (chance(made, 4))
		spoil(&making);
}

/* ---- running both ---- */

static void write_tree(const char *path, const struct tree *tree)
{
	struct buffer bytes = {0};
	FILE *file = fopen(path, "wb");

	if (!file || !tree_write_dtb(tree, &bytes) ||
	    fwrite(bytes.data, 1, bytes.len, file) != bytes.len || fclose(file)) {
		perror(path);
		exit(3);
	}
	buffer_free(&bytes);
}

/* The exit status, or minus the signal. Output goes to `log`. */
static int run(const char *const *argv, const char *log)
{
	posix_spawn_file_actions_t actions;
	int status;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	posix_spawn_file_actions_adddup2(&actions, 1, 2);
	if (posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)argv, environ) ||
	    waitpid(pid, &status, 0) < 0) {
		perror(argv[0]);
		exit(3);
	}
	posix_spawn_file_actions_destroy(&actions);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	struct stat status;
	void *bytes;

	if (!file)
		return NULL;
	if (fstat(fileno(file), &status) < 0 || !(bytes = malloc((size_t)status.st_size + 1)) ||
	    fread(bytes, 1, (size_t)status.st_size, file) != (size_t)status.st_size) {
		perror(path);
		exit(3);
	}
	fclose(file);
	*size = (size_t)status.st_size;
	return bytes;
}

/* A blob as sorted lines "path property hex", by libfdt. */
struct lines {
	char **items;
	size_t count;
};

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_line(struct lines *lines, const char *path, const char *name,
		     const unsigned char *value, int len)
{
	struct buffer text = {0};

	buffer_printf(&text, "%s %s", path, name);
	for (int i = 0; i < len; i++)
		buffer_printf(&text, "%s%02x", i ? "" : " ", value[i]);
	if (!(lines->count & (lines->count + 1)))
		lines->items =
			realloc(lines->items, (2 * lines->count + 2) * sizeof(*lines->items));
	lines->items[lines->count++] = text.data;
}

/* `skip`: leave phandles out, and what may refer to them. */
static bool read_lines(const char *path, bool skip, struct lines *lines)
{
	static char node_path[1 << 16];
	size_t size = 0;
	void *blob = read_file(path, &size);
	int node, property;

	if (!blob || fdt_check_full(blob, size))
		return false;
	for (int i = 0; i < fdt_num_mem_rsv(blob); i++) {
		uint64_t at = 0, len = 0;

		fdt_get_mem_rsv(blob, i, &at, &len);
		add_line(lines, "/memreserve/", "",
			 (const unsigned char *)&(const uint64_t[]){at, len}, 16);
	}
	for (node = fdt_next_node(blob, -1, NULL); node >= 0;
	     node = fdt_next_node(blob, node, NULL)) {
		fdt_get_path(blob, node, node_path, sizeof(node_path));
		add_line(lines, node_path, "", NULL, 0);
		fdt_for_each_property_offset(property, blob, node)
		{
			const char *name = NULL;
			int len = 0;
			const void *value = fdt_getprop_by_offset(blob, property, &name, &len);

			if (skip && (!strcmp(name, "phandle") || name[0] == 'r'))
				continue;
			add_line(lines, node_path, name, value, len);
		}
	}
	free(blob);
	if (lines->count > 1)
		qsort(lines->items, lines->count, sizeof(*lines->items), compare_lines);
	return true;
}

static bool same_trees(const char *theirs, const char *ours, bool skip)
{
	struct lines a = {0}, b = {0};
	bool same = read_lines(theirs, skip, &a) && read_lines(ours, skip, &b);
	size_t i = 0, j = 0;

	while (i < a.count || j < b.count) {
		int order = i == a.count ? 1 : j == b.count ? -1 : strcmp(a.items[i], b.items[j]);

		if (order) {
			same = false;
			printf("# %s %s\n", order < 0 ? "fdtoverlay:" : "nv2dtc:    ",
			       order < 0 ? a.items[i] : b.items[j]);
		}
		i += order <= 0;
		j += order >= 0;
	}
	for (i = 0; i < a.count; i++)
		free(a.items[i]);
	for (i = 0; i < b.count; i++)
		free(b.items[i]);
	free(a.items);
	free(b.items);
	return same;
}

struct counts {
	unsigned alike, refused, phandles, lost, two_numbers, stricter[DAMAGES], crashed;
};

/*
 * Known differences. fdtoverlay 1.6.1 of Debian 12 replaces a phandle of the
 * base by the overlay's, and then lacks nodes that are there (cured in libfdt
 * 1.7.1: phandles of the base stay); such pairs are compared without phandles.
 * Two fragments that give a node different phandles leave dangling references
 * with libfdt. And then there is damage that it takes no notice of, or that
 * kills it; what it does to the blob then is nothing to be copied.
 */
static bool may_be_stricter(enum damage damage)
{
	return damage == DAMAGE_LOCAL_OFFSET || damage == DAMAGE_LOCAL_PHANDLE ||
	       damage == DAMAGE_FIXUP_TEXT || damage == DAMAGE_LOCAL_LIST ||
	       damage == DAMAGE_FIXUP_OFFSET || damage == DAMAGE_NO_TARGET ||
	       damage == DAMAGE_LOCAL_MIRROR || damage == DAMAGE_SYMBOL;
}

/* "" if they agree. */
static const char *judge(const struct made *made, int theirs, int ours, const char *their_file,
			 const char *our_file, const char *our_log, struct counts *counts)
{
	struct stat status;

	if (ours != 0 && ours != 1)
		return "nv2dtc did not end as it should";
	if (ours == 1 && (stat(our_log, &status) < 0 || !status.st_size))
		return "nv2dtc refused without a message";
	if (ours == 1 && !stat(our_file, &status))
		return "nv2dtc refused and wrote a file";
	if (theirs == 0 && ours == 0) {
		if (!same_trees(their_file, our_file, made->collides))
			return "the results differ";
		counts->alike += !made->collides;
		counts->phandles += made->collides;
		return "";
	}
	if (theirs != 0 && ours == 1) {
		counts->refused++;
		counts->crashed += theirs < 0;
		return "";
	}
	if (ours == 0 && theirs == 1 && made->collides) {
		counts->lost++;
		return "";
	}
	if (ours == 1 && made->damage == DAMAGE_NONE && made->two_numbers) {
		counts->two_numbers++;
		return "";
	}
	if (ours == 1 && may_be_stricter(made->damage)) {
		counts->stricter[made->damage]++;
		return "";
	}
	return ours ? "only nv2dtc refuses" : "only fdtoverlay refuses";
}

static bool try_seed(uint64_t seed, const char *nv2dtc, const char *fdtoverlay, const char *dir,
		     struct counts *counts)
{
	struct made made;
	const char *ours[16] = {nv2dtc, "merge", "-o"}, *theirs[16] = {fdtoverlay, "-i"};
	const char *our_file, *their_file, *our_log, *verdict;
	int our_count = 3, their_count = 2, their_end, our_end;
	struct arena *arena;

	make(&made, seed);
	arena = made.arena;
	our_file = ours[our_count++] = arena_printf(arena, "%s/ours.dtb", dir);
	ours[our_count] = theirs[their_count++] = arena_printf(arena, "%s/base.dtb", dir);
	write_tree(ours[our_count++], made.base);
	theirs[their_count++] = "-o";
	their_file = theirs[their_count++] = arena_printf(arena, "%s/theirs.dtb", dir);
	for (int i = 0; i < made.overlay_count; i++) {
		const char *path = arena_printf(arena, "%s/overlay%d.dtbo", dir, i);

		write_tree(path, made.overlays[i]);
		ours[our_count++] = theirs[their_count++] = path;
	}
	unlink(our_file);
	unlink(their_file);
	our_log = arena_printf(arena, "%s/ours.log", dir);
	their_end = run(theirs, arena_printf(arena, "%s/theirs.log", dir));
	our_end = run(ours, our_log);
	verdict = judge(&made, their_end, our_end, their_file, our_file, our_log, counts);
	if (*verdict)
		printf("# seed %llu, spoilt: %s; fdtoverlay %d, nv2dtc %d: %s; files in %s\n",
		       (unsigned long long)seed, damage_names[made.damage], their_end, our_end,
		       verdict, dir);
	intern_free(made.names);
	arena_free(made.arena);
	return !*verdict;
}

int main(int argc, char **argv)
{
	struct counts counts = {0};
	uint64_t first, count;

	if (argc != 6) {
		fprintf(stderr, "usage: pairs NV2DTC FDTOVERLAY DIR FIRST COUNT\n");
		return 2;
	}
	first = strtoull(argv[4], NULL, 10);
	count = strtoull(argv[5], NULL, 10);
	for (uint64_t seed = first; seed < first + count; seed++)
		if (!try_seed(seed, argv[1], argv[2], argv[3], &counts))
			return 1;
	printf("# %llu pairs: %u with the same result, %u but for phandles of the base, "
	       "%u refused by both\n",
	       (unsigned long long)count, counts.alike, counts.phandles, counts.refused);
	for (int i = 0; i < DAMAGES; i++)
		if (counts.stricter[i])
			printf("# %u refused by nv2dtc only: damaged was %s\n", counts.stricter[i],
			       damage_names[i]);
	if (counts.lost)
		printf("# %u refused by fdtoverlay only: it lost a phandle of the base\n",
		       counts.lost);
	if (counts.two_numbers)
		printf("# %u refused by nv2dtc only: two fragments give a node different "
		       "phandles\n",
		       counts.two_numbers);
	if (counts.crashed)
		printf("# %u of those refused killed fdtoverlay\n", counts.crashed);
	return 0;
}
