/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TREE_TREE_H
#define NV2_TREE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/buffer.h"
#include "core/intern.h"
#include "core/source.h"

struct diags;

/*
 * A device tree in memory. Nodes and properties keep their order. Property
 * values are bytes as they stand in a DTB (big-endian cells). All memory
 * belongs to the tree's arena; what was read from a DTB stays in its bytes.
 */

/* Levels below the root. The kernel stops at 64 as well (drivers/of/fdt.c, FDT_MAX_DEPTH). */
#define TREE_DEPTH_MAX 64

/* How a value is to be shown in DTS; a DTB does not say. */
enum tree_form {
	TREE_GUESS,
	TREE_STRINGS,
	TREE_CELLS,
	TREE_BYTES,
};

struct tree_property {
	struct tree_property *next, *prev;
	const char *name;
	const unsigned char *value; /* never changed in place: trees may share it */
	uint32_t len;
	enum tree_form form;
	struct span origin;  /* the wiring text it comes from; file 0 if none */
	const char *comment; /* what a reference in it stands for, for the DTS; or NULL */
};

struct name_table;

struct tree_node {
	struct tree_node *parent, *next, *prev; /* next, prev: siblings */
	struct tree_node *children, *last_child;
	struct tree_property *properties, *last_property;
	const char *name; /* with its unit address; "" for the root */
	uint32_t child_count, property_count;
	uint32_t depth; /* 0 for the root */
	struct span origin;
	/* NULL until one of many is looked up: most nodes are never asked. */
	struct name_table *child_names, *property_names;
};

struct tree_reservation {
	uint64_t address, size;
};

struct tree_index;

struct tree {
	struct arena *arena;
	struct intern *names; /* where names are kept that have no other place */
	struct tree_node *root;
	struct tree_index *index; /* phandles; built when first needed */
	const char *file;         /* what messages call it */
	uint32_t boot_cpuid;
	ARRAY(struct tree_reservation) reservations;
};

struct tree *tree_new(struct arena *arena, struct intern *names, const char *file);

/* Gives a new last child; the caller makes sure the name is not taken. */
struct tree_node *tree_add_node(struct tree *tree, struct tree_node *parent, const char *name);
/* The same, but keeps the name where it is: it must live as long as the tree's arena. */
struct tree_node *tree_add_node_shared(struct tree *tree, struct tree_node *parent,
				       const char *name);
/* The caller makes sure that no sibling has that name. */
void tree_rename_node(struct tree *tree, struct tree_node *node, const char *name);
void tree_remove_node(struct tree *tree, struct tree_node *node);

/* Sets a property, in place if it is there already. The bytes are copied. */
struct tree_property *tree_set(struct tree *tree, struct tree_node *node, const char *name,
			       const void *value, size_t len);
/* The same, but keeps the bytes where they are: they must live as long as the tree's arena. */
struct tree_property *tree_set_shared(struct tree *tree, struct tree_node *node, const char *name,
				      const void *value, size_t len);
/* Adds a last property, and keeps name and bytes; the caller makes sure the name is not taken. */
struct tree_property *tree_add_property_shared(struct tree *tree, struct tree_node *node,
					       const char *name, const void *value, uint32_t len);
struct tree_property *tree_set_u32(struct tree *tree, struct tree_node *node, const char *name,
				   uint32_t value);
struct tree_property *tree_set_u64(struct tree *tree, struct tree_node *node, const char *name,
				   uint64_t value);
struct tree_property *tree_set_cells(struct tree *tree, struct tree_node *node, const char *name,
				     const uint32_t *cells, size_t count);
struct tree_property *tree_set_u64s(struct tree *tree, struct tree_node *node, const char *name,
				    const uint64_t *values, size_t count);
struct tree_property *tree_set_string(struct tree *tree, struct tree_node *node, const char *name,
				      const char *value);
bool tree_remove_property(struct tree *tree, struct tree_node *node, const char *name);

/* A copy with an arena and names of its own; values are copied too. */
struct tree *tree_copy(const struct tree *tree, struct arena *arena, struct intern *names);

/*
 * The node after `node` in document order within the subtree of `top`, or
 * NULL: for (n = top; n; n = tree_next(top, n)).
 */
struct tree_node *tree_next(const struct tree_node *top, const struct tree_node *node);
/* The same, past the node's own subtree. */
struct tree_node *tree_next_beside(const struct tree_node *top, const struct tree_node *node);

/* Look-ups in expected constant time. NULL when there is none. */
struct tree_property *tree_find_property(const struct tree *tree, const struct tree_node *node,
					 const char *name);
struct tree_property *tree_find_property_bytes(const struct tree *tree,
					       const struct tree_node *node, const char *name,
					       size_t len);
/* By full name, unit address and all. */
struct tree_node *tree_find_child(const struct tree *tree, const struct tree_node *parent,
				  const char *name);
/* The first child that has this name before its '@'. */
struct tree_node *tree_find_unit(const struct tree *tree, const struct tree_node *parent,
				 const char *name);
/*
 * The same, but a name without '@' that no child has means the first child
 * with that name before its '@', as in libfdt.
 */
struct tree_node *tree_find_child_loosely(struct tree *tree, const struct tree_node *parent,
					  const char *name);
/*
 * "/a/b@1", each part as in tree_find_child_loosely(). A path that does not
 * start with '/' starts with an alias.
 */
struct tree_node *tree_find_path(struct tree *tree, const char *path);
struct tree_node *tree_find_path_bytes(struct tree *tree, const char *path, size_t len);
/* A path with what its alias stands for, if it starts with one; NULL if there is no such alias. */
const char *tree_whole_path(const struct tree *tree, const char *path, size_t len);
/* From the root, each part a full name; changes nothing in the tree. */
struct tree_node *tree_find_exact_path(const struct tree *tree, const char *path, size_t len);
/* The first node in document order; none for 0 and 0xffffffff, which no node may have. */
struct tree_node *tree_find_phandle(struct tree *tree, uint32_t phandle);
uint32_t tree_max_phandle(struct tree *tree);

/* Whether a node or property may be called so. */
bool tree_is_name(const char *name, size_t len);

/* 0 if the node has none. Both spellings (phandle, linux,phandle) count. */
uint32_t tree_node_phandle(const struct tree *tree, const struct tree_node *node);
/* The path of a node, in `arena`. */
const char *tree_path(struct arena *arena, const struct tree_node *node);

bool property_u32(const struct tree_property *property, uint32_t *value); /* exactly 4 bytes */
bool property_u64(const struct tree_property *property, uint64_t *value); /* exactly 8 bytes */
/* Whether a list of strings holds this one. */
bool property_has_string(const struct tree_property *property, const char *text);
/* The value if it is one string with its NUL, else NULL. */
const char *property_string(const struct tree_property *property);
bool property_equal(const struct tree_property *a, const struct tree_property *b);
bool property_is_phandle(const struct tree_property *property);

/* Gives NULL after a diagnostic. The bytes are copied. */
struct tree *tree_read_dtb(struct arena *arena, struct intern *names, struct diags *diags,
			   const char *file, const void *bytes, size_t len);
/*
 * The same, but keeps the bytes where they are: they must live as long as the
 * arena, and be aligned to 8 as libfdt wants it.
 */
struct tree *tree_read_dtb_shared(struct arena *arena, struct intern *names, struct diags *diags,
				  const char *file, const void *bytes, size_t len);

/* What the system refused, where it did. */
struct tree_failure {
	const char *path; /* NULL: nothing */
	int error;        /* errno value */
};

/*
 * The same from a directory such as /proc/device-tree: nodes are directories,
 * properties files, both by name; symbolic links are passed over. NULL after a
 * diagnostic, or with *failure filled in.
 */
struct tree *tree_read_dir(struct arena *arena, struct intern *names, struct diags *diags,
			   const char *path, struct tree_failure *failure);

/*
 * A version 17 blob at the end of `out`, which is best empty: offsets count
 * from its first byte. False when the tree is too large for one.
 */
bool tree_write_dtb(const struct tree *tree, struct buffer *out);
/* `sources` gives the comments with places in the wiring; may be NULL. */
void tree_write_dts(const struct tree *tree, struct sources *sources, struct buffer *out);
/* A value as DTS writes it: "a", "b" or <0x1 0x2> or [01 02]; nothing for an empty one. */
void tree_write_value(const unsigned char *value, uint32_t len, enum tree_form form,
		      struct buffer *out);

#endif
