/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Writes a tree of a kind and a size as a DTB, on standard output. dtc takes
 * minutes for the larger ones. Nothing of nv2dtc is in here, nor libfdt: what is
 * measured does not make its own input.
 *
 *	trees KIND N
 *
 * base has N nodes, 99 in each 100 with a phandle and a label (as by dtc -@); the
 * other kinds are made for the base they name, most of them overlays.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAVES 99 /* on a bus; the bus is the hundredth node */

enum token {
	BEGIN_NODE = 1,
	END_NODE,
	PROPERTY,
	END = 9,
};

struct bytes {
	unsigned char *data;
	size_t len, room;
};

static struct bytes structure, strings;

/* Names that stand in the strings once, whoever uses them. */
static struct {
	const char *name;
	uint32_t offset;
} common[32];
static size_t common_count;

static void put(struct bytes *bytes, const void *data, size_t len)
{
	while (bytes->room - bytes->len < len) {
		bytes->room = bytes->room ? bytes->room * 2 : 65536;
		bytes->data = realloc(bytes->data, bytes->room);
		if (!bytes->data) {
			perror("trees");
			exit(1);
		}
	}
	if (len)
		memcpy(bytes->data + bytes->len, data, len);
	bytes->len += len;
}

static void put_u32(struct bytes *bytes, uint32_t value)
{
	unsigned char cell[] = {(unsigned char)(value >> 24), (unsigned char)(value >> 16),
				(unsigned char)(value >> 8), (unsigned char)value};

	put(bytes, cell, sizeof(cell));
}

/* To the next cell. */
static void pad(struct bytes *bytes)
{
	while (bytes->len % 4)
		put(bytes, "", 1);
}

static uint32_t add_name(const char *name)
{
	uint32_t offset = (uint32_t)strings.len;

	put(&strings, name, strlen(name) + 1);
	return offset;
}

static void open_node(const char *name)
{
	put_u32(&structure, BEGIN_NODE);
	put(&structure, name, strlen(name) + 1);
	pad(&structure);
}

static void close_node(void)
{
	put_u32(&structure, END_NODE);
}

static void put_property(uint32_t name, const void *value, size_t len)
{
	put_u32(&structure, PROPERTY);
	put_u32(&structure, (uint32_t)len);
	put_u32(&structure, name);
	put(&structure, value, len);
	pad(&structure);
}

/* `name` must outlive the tree. */
static uint32_t common_name(const char *name)
{
	size_t i = 0;

	while (i < common_count && strcmp(common[i].name, name) != 0)
		i++;
	if (i == common_count) {
		common[i].name = name;
		common[i].offset = add_name(name);
		common_count++;
	}
	return common[i].offset;
}

static void common_text(const char *name, const char *text)
{
	put_property(common_name(name), text, strlen(text) + 1);
}

static void common_u32(const char *name, uint32_t value)
{
	unsigned char cell[] = {(unsigned char)(value >> 24), (unsigned char)(value >> 16),
				(unsigned char)(value >> 8), (unsigned char)value};

	put_property(common_name(name), cell, sizeof(cell));
}

static void common_empty(const char *name)
{
	put_property(common_name(name), "", 0);
}

/* Names that occur once. */
static void text(const char *name, const char *value)
{
	put_property(add_name(name), value, strlen(value) + 1);
}

static char *format(const char *pattern, long a, long b)
{
	static char room[4][96];
	static unsigned next;
	char *out = room[next++ % 4];

	snprintf(out, sizeof(room[0]), pattern, a, b);
	return out;
}

/* --- bases ---------------------------------------------------------------------- */

static void base_leaf(long i)
{
	open_node(format("leaf@%lx", i % LEAVES, 0));
	common_text("compatible", "example,leaf");
	common_u32("reg", (uint32_t)(i % LEAVES));
	common_u32("phandle", (uint32_t)i + 1);
	close_node();
}

static void base(long n)
{
	long buses = (n + LEAVES) / (LEAVES + 1), leaves = n - buses;

	common_text("compatible", "example,machine");
	for (long bus = 0, i = 0; bus < buses; bus++) {
		open_node(format("bus@%lx", bus, 0));
		common_u32("#address-cells", 1);
		common_u32("#size-cells", 0);
		do
			if (i < leaves)
				base_leaf(i);
		while (++i % LEAVES);
		close_node();
	}
	open_node("__symbols__");
	for (long i = 0; i < leaves; i++)
		text(format("l%ld", i, 0), format("/bus@%lx/leaf@%lx", i / LEAVES, i % LEAVES));
	close_node();
}

/* All its nodes are children of the root. */
static void base_flat(long n)
{
	for (long i = 0; i < n; i++) {
		open_node(format("leaf@%lx", i, 0));
		common_u32("phandle", (uint32_t)i + 1);
		close_node();
	}
	open_node("__symbols__");
	for (long i = 0; i < n; i++)
		text(format("l%ld", i, 0), format("/leaf@%lx", i, 0));
	close_node();
}

static void base_properties(long n)
{
	for (long i = 0; i < n; i++)
		put_property(add_name(format("p%ld", i, 0)), "", 0);
}

/* 100 branches, each of n levels. */
static void base_depth(long n)
{
	for (long branch = 0; branch < 100; branch++) {
		open_node(format("branch@%lx", branch, 0));
		for (long i = 1; i < n; i++)
			open_node("level");
		for (long i = 0; i < n; i++)
			close_node();
	}
}

/* --- overlays -------------------------------------------------------------------- */

static void open_fragment(long i, const char *path)
{
	open_node(format("fragment@%ld", i, 0));
	if (path)
		common_text("target-path", path);
	else
		common_u32("target", 0xffffffff);
	open_node("__overlay__");
}

static void close_fragment(void)
{
	close_node();
	close_node();
}

/* One fragment, n properties with a reference each to a label of its own. */
static void props(long n)
{
	open_fragment(0, "/");
	open_node("references");
	for (long i = 0; i < n; i++)
		put_property(add_name(format("r%ld", i, 0)), "\377\377\377\377", 4);
	close_node();
	close_fragment();
	open_node("__fixups__");
	for (long i = 0; i < n; i++)
		text(format("l%ld", i, 0),
		     format("/fragment@0/__overlay__/references:r%ld:0", i, 0));
	close_node();
}

/* n fragments, each on a label of its own. */
static void frags(long n)
{
	for (long i = 0; i < n; i++) {
		open_fragment(i, NULL);
		common_empty("touched");
		close_fragment();
	}
	open_node("__fixups__");
	for (long i = 0; i < n; i++)
		text(format("l%ld", i, 0), format("/fragment@%ld:target:0", i, 0));
	close_node();
}

/* n cells of one property, all references to one label. */
static void same(long n)
{
	struct bytes list = {0}, cells = {0};

	open_fragment(0, "/");
	for (long i = 0; i < n; i++) {
		char *where = format("/fragment@0/__overlay__:refs:%ld", i * 4, 0);

		put(&list, where, strlen(where) + 1);
		put_u32(&cells, 0xffffffff);
	}
	put_property(common_name("refs"), cells.data, cells.len);
	close_fragment();
	open_node("__fixups__");
	put_property(add_name("l0"), list.data, list.len);
	close_node();
	free(list.data);
	free(cells.data);
}

/* n nodes with a phandle and a reference each to the one before; with labels. */
static void locals(long n)
{
	open_fragment(0, "/");
	for (long i = 0; i < n; i++) {
		open_node(format("new@%lx", i, 0));
		common_u32("phandle", (uint32_t)i + 1);
		common_u32("before", i ? (uint32_t)i : 1);
		close_node();
	}
	close_fragment();
	open_node("__local_fixups__");
	open_node("fragment@0");
	open_node("__overlay__");
	for (long i = 0; i < n; i++) {
		open_node(format("new@%lx", i, 0));
		common_u32("before", 0);
		close_node();
	}
	close_node();
	close_node();
	close_node();
	open_node("__symbols__");
	for (long i = 0; i < n; i++)
		text(format("n%ld", i, 0), format("/fragment@0/__overlay__/new@%lx", i, 0));
	close_node();
}

/* n nodes below one. */
static void siblings(long n)
{
	open_fragment(0, "/");
	for (long i = 0; i < n; i++) {
		open_node(format("new@%lx", i, 0));
		common_u32("reg", (uint32_t)i);
		close_node();
	}
	close_fragment();
}

/* n nodes, each below a node of the base. */
static void nodes(long n)
{
	for (long i = 0; i < n; i++) {
		open_fragment(i, format("/bus@%lx/leaf@%lx", i / LEAVES, i % LEAVES));
		open_node("new");
		common_u32("reg", 0);
		close_node();
		close_fragment();
	}
}

/* n properties of one node. */
static void properties(long n)
{
	open_fragment(0, "/");
	for (long i = 0; i < n; i++)
		put_property(add_name(format("p%ld", i, 0)), "", 0);
	close_fragment();
}

/* 100 branches, each of n levels. */
static void depth(long n)
{
	open_fragment(0, "/");
	base_depth(n);
	close_fragment();
}

/* n fragments on one node. */
static void one_target(long n)
{
	for (long i = 0; i < n; i++) {
		open_fragment(i, "/bus@0");
		put_property(add_name(format("p%ld", i, 0)), "", 0);
		close_fragment();
	}
}

/* n phandles for nodes of the base that have one. */
static void phandles(long n)
{
	for (long i = 0; i < n; i++) {
		open_fragment(i, format("/bus@%lx/leaf@%lx", i / LEAVES, i % LEAVES));
		common_u32("phandle", (uint32_t)i + 1);
		close_fragment();
	}
}

/* A fragment that changes nothing. */
static void empty(long n)
{
	(void)n;
	open_fragment(0, "/");
	close_fragment();
}

/* --- mistakes --------------------------------------------------------------------- */

/* n labels that no base has, but which look like its own. */
static void bad_labels(long n)
{
	for (long i = 0; i < n; i++) {
		open_fragment(i, NULL);
		close_fragment();
	}
	open_node("__fixups__");
	for (long i = 0; i < n; i++)
		text(format("x%ld", i, 0), format("/fragment@%ld:target:0", i, 0));
	close_node();
}

static void bad_paths(long n)
{
	for (long i = 0; i < n; i++) {
		open_fragment(i, format("/bus@0/leaf@x%lx", i, 0));
		close_fragment();
	}
}

/* n places that the overlay does not have. */
static void bad_fixups(long n)
{
	open_fragment(0, "/");
	close_fragment();
	open_node("__fixups__");
	for (long i = 0; i < n; i++)
		text(format("l%ld", i, 0), format("/fragment@0/__overlay__:p%ld:0", i, 0));
	close_node();
}

/* n new nodes that two fragments make, and n properties that both set. */
static void bad_twice(long n)
{
	for (long i = 0; i < 2; i++) {
		open_fragment(i, "/");
		for (long j = 0; j < n; j++)
			put_property(add_name(format("p%ld", j, 0)), i ? "1" : "0", 2);
		for (long j = 0; j < n; j++) {
			open_node(format("new@%lx", j, 0));
			close_node();
		}
		close_fragment();
	}
}

static const struct kind {
	const char *name;
	void (*write)(long n);
} kinds[] = {
	{"base", base},
	{"base-flat", base_flat},
	{"base-properties", base_properties},
	{"base-depth", base_depth},
	{"empty", empty},
	{"props", props},
	{"frags", frags},
	{"same", same},
	{"locals", locals},
	{"siblings", siblings},
	{"nodes", nodes},
	{"properties", properties},
	{"depth", depth},
	{"one-target", one_target},
	{"phandles", phandles},
	{"bad-labels", bad_labels},
	{"bad-paths", bad_paths},
	{"bad-fixups", bad_fixups},
	{"bad-twice", bad_twice},
};

static int write_out(void)
{
	static const unsigned char no_reservations[16];
	struct bytes header = {0};
	uint32_t at = 40 + sizeof(no_reservations);
	uint32_t total = at + (uint32_t)structure.len + (uint32_t)strings.len;
	uint32_t words[] = {
		0xd00dfeed, total, at, at + (uint32_t)structure.len, 40,
		17,         16,    0,  (uint32_t)strings.len,        (uint32_t)structure.len};
	bool good;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		put_u32(&header, words[i]);
	put(&header, no_reservations, sizeof(no_reservations));
	good = fwrite(header.data, 1, header.len, stdout) == header.len &&
	       fwrite(structure.data, 1, structure.len, stdout) == structure.len &&
	       fwrite(strings.data, 1, strings.len, stdout) == strings.len && !fflush(stdout);
	free(header.data);
	if (!good) {
		perror("trees");
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	const struct kind *kind = NULL;
	long n = argc == 3 ? strtol(argv[2], NULL, 10) : -1;
	int status;

	for (size_t i = 0; argc == 3 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].name, argv[1]))
			kind = &kinds[i];
	if (!kind || n < 0) {
		fprintf(stderr, "Usage: trees KIND N\n");
		return 2;
	}
	open_node("");
	kind->write(n);
	close_node();
	put_u32(&structure, END);
	status = write_out();
	free(structure.data);
	free(strings.data);
	return status;
}
