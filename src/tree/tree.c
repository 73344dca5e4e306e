/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes nodes and properties one by one, gives a tree to look things up in.
 * Never checks names or values against any binding, and never prints.
 */
#include "tree/tree.h"

#include <string.h>

#include "tree/index.h"

struct tree_index {
	struct word_map phandles; /* to nodes */
	uint32_t max_phandle;
};

struct tree *tree_new(struct arena *arena, struct intern *names, const char *file)
{
	struct tree *tree = arena_alloc(arena, sizeof(*tree));

	*tree = (struct tree){.arena = arena, .names = names, .file = file};
	tree->root = arena_alloc(arena, sizeof(*tree->root));
	tree->root->name = intern_string(names, "");
	return tree;
}

static void add_short_name(const struct tree *tree, struct name_table *shorter,
			   struct tree_node *child)
{
	const char *at = strchr(child->name, '@');
	size_t len = at ? (size_t)(at - child->name) : 0;

	if (at && !name_table_find(shorter, child->name, len))
		name_table_set(tree->arena, shorter, child->name, len, child);
}

/* The table of a node's children, made if there are many; NULL if there are few. */
static struct name_table *child_table(const struct tree *tree, const struct tree_node *parent)
{
	struct name_table *table = parent->child_names;

	if (table || parent->child_count <= NAMES_FEW)
		return table;
	table = name_table_new(tree->arena, parent->child_count);
	for (struct tree_node *each = parent->children; each; each = each->next)
		name_table_set(tree->arena, table, each->name, strlen(each->name), each);
	/* To whoever looks something up, the tree is the same with the table and without. */
	((struct tree_node *)parent)->child_names = table;
	return table;
}

static void index_child(struct tree *tree, struct tree_node *parent, struct tree_node *child)
{
	struct name_table *table = parent->child_names;

	if (!table)
		return;
	name_table_set(tree->arena, table, child->name, strlen(child->name), child);
	if (name_table_short(table))
		add_short_name(tree, name_table_short(table), child);
}

static void unindex_child(struct tree_node *parent, const struct tree_node *child)
{
	if (!parent->child_names)
		return;
	name_table_remove(parent->child_names, child->name, strlen(child->name));
	name_table_set_short(parent->child_names, NULL);
}

struct tree_node *tree_add_node(struct tree *tree, struct tree_node *parent, const char *name)
{
	return tree_add_node_shared(tree, parent, intern_string(tree->names, name));
}

struct tree_node *tree_add_node_shared(struct tree *tree, struct tree_node *parent,
				       const char *name)
{
	struct tree_node *node = arena_alloc(tree->arena, sizeof(*node));

	node->name = name;
	node->parent = parent;
	node->depth = parent->depth + 1;
	node->prev = parent->last_child;
	if (parent->last_child)
		parent->last_child->next = node;
	else
		parent->children = node;
	parent->last_child = node;
	parent->child_count++;
	index_child(tree, parent, node);
	return node;
}

void tree_rename_node(struct tree *tree, struct tree_node *node, const char *name)
{
	unindex_child(node->parent, node);
	node->name = intern_string(tree->names, name);
	index_child(tree, node->parent, node);
}

void tree_remove_node(struct tree *tree, struct tree_node *node)
{
	struct tree_node *parent = node->parent;

	unindex_child(parent, node);
	if (node->prev)
		node->prev->next = node->next;
	else
		parent->children = node->next;
	if (node->next)
		node->next->prev = node->prev;
	else
		parent->last_child = node->prev;
	parent->child_count--;
	node->parent = NULL;
	tree->index = NULL;
}

/* As child_table(). */
static struct name_table *property_table(const struct tree *tree, const struct tree_node *node)
{
	struct name_table *table = node->property_names;

	if (table || node->property_count <= NAMES_FEW)
		return table;
	table = name_table_new(tree->arena, node->property_count);
	for (struct tree_property *each = node->properties; each; each = each->next)
		name_table_set(tree->arena, table, each->name, strlen(each->name), each);
	((struct tree_node *)node)->property_names = table;
	return table;
}

struct tree_property *tree_find_property_bytes(const struct tree *tree,
					       const struct tree_node *node, const char *name,
					       size_t len)
{
	const struct name_table *table = property_table(tree, node);

	if (table)
		return name_table_find(table, name, len);
	for (struct tree_property *property = node->properties; property; property = property->next)
		if (!strncmp(property->name, name, len) && !property->name[len])
			return property;
	return NULL;
}

struct tree_property *tree_find_property(const struct tree *tree, const struct tree_node *node,
					 const char *name)
{
	return tree_find_property_bytes(tree, node, name, strlen(name));
}

static struct tree_property *add_property(struct tree *tree, struct tree_node *node,
					  const char *name)
{
	struct tree_property *property = arena_alloc(tree->arena, sizeof(*property));

	property->name = name;
	property->prev = node->last_property;
	if (node->last_property)
		node->last_property->next = property;
	else
		node->properties = property;
	node->last_property = property;
	node->property_count++;
	if (node->property_names)
		name_table_set(tree->arena, node->property_names, name, strlen(name), property);
	return property;
}

bool property_is_phandle(const struct tree_property *property)
{
	return !strcmp(property->name, "phandle") || !strcmp(property->name, "linux,phandle");
}

static void index_phandle(struct tree *tree, struct tree_node *node)
{
	struct tree_index *index = tree->index;
	uint32_t phandle = tree_node_phandle(tree, node);

	if (!phandle)
		return;
	if (!word_map_get(&index->phandles, phandle))
		word_map_set(tree->arena, &index->phandles, phandle, (uintptr_t)node);
	if (phandle > index->max_phandle)
		index->max_phandle = phandle;
}

struct tree_property *tree_set_shared(struct tree *tree, struct tree_node *node, const char *name,
				      const void *value, size_t len)
{
	struct tree_property *property = tree_find_property(tree, node, name);

	if (len > UINT32_MAX)
		out_of_memory();
	if (!property)
		return tree_add_property_shared(tree, node, intern_string(tree->names, name), value,
						(uint32_t)len);
	property->value = value;
	property->len = (uint32_t)len;
	property->form = TREE_GUESS;
	if (property_is_phandle(property))
		tree->index = NULL;
	return property;
}

struct tree_property *tree_add_property_shared(struct tree *tree, struct tree_node *node,
					       const char *name, const void *value, uint32_t len)
{
	struct tree_property *property = add_property(tree, node, name);

	property->value = value;
	property->len = len;
	if (tree->index && property_is_phandle(property))
		index_phandle(tree, node);
	return property;
}

struct tree_property *tree_set(struct tree *tree, struct tree_node *node, const char *name,
			       const void *value, size_t len)
{
	return tree_set_shared(tree, node, name, arena_memdup(tree->arena, value, len), len);
}

struct tree_property *tree_set_cells(struct tree *tree, struct tree_node *node, const char *name,
				     const uint32_t *cells, size_t count)
{
	struct tree_property *property;
	unsigned char *bytes;

	if (count > UINT32_MAX / 4)
		out_of_memory();
	bytes = arena_alloc(tree->arena, count * 4);
	for (size_t i = 0; i < count; i++)
		put_be32(bytes + 4 * i, cells[i]);
	property = tree_set_shared(tree, node, name, bytes, count * 4);
	property->form = TREE_CELLS;
	return property;
}

struct tree_property *tree_set_u64s(struct tree *tree, struct tree_node *node, const char *name,
				    const uint64_t *values, size_t count)
{
	struct tree_property *property;
	unsigned char *bytes;

	if (count > UINT32_MAX / 8)
		out_of_memory();
	bytes = arena_alloc(tree->arena, count * 8);
	for (size_t i = 0; i < count; i++) {
		put_be32(bytes + 8 * i, (uint32_t)(values[i] >> 32));
		put_be32(bytes + 8 * i + 4, (uint32_t)values[i]);
	}
	property = tree_set_shared(tree, node, name, bytes, count * 8);
	property->form = TREE_CELLS;
	return property;
}

struct tree_property *tree_set_u32(struct tree *tree, struct tree_node *node, const char *name,
				   uint32_t value)
{
	return tree_set_cells(tree, node, name, &value, 1);
}

struct tree_property *tree_set_u64(struct tree *tree, struct tree_node *node, const char *name,
				   uint64_t value)
{
	return tree_set_u64s(tree, node, name, &value, 1);
}

struct tree_property *tree_set_string(struct tree *tree, struct tree_node *node, const char *name,
				      const char *value)
{
	struct tree_property *property = tree_set(tree, node, name, value, strlen(value) + 1);

	property->form = TREE_STRINGS;
	return property;
}

bool tree_remove_property(struct tree *tree, struct tree_node *node, const char *name)
{
	struct tree_property *property = tree_find_property(tree, node, name);

	if (!property)
		return false;
	if (node->property_names)
		name_table_remove(node->property_names, property->name, strlen(property->name));
	if (property->prev)
		property->prev->next = property->next;
	else
		node->properties = property->next;
	if (property->next)
		property->next->prev = property->prev;
	else
		node->last_property = property->prev;
	node->property_count--;
	if (property_is_phandle(property))
		tree->index = NULL;
	return true;
}

struct tree_node *tree_next_beside(const struct tree_node *top, const struct tree_node *node)
{
	while (node != top && !node->next)
		node = node->parent;
	return node == top ? NULL : node->next;
}

struct tree_node *tree_next(const struct tree_node *top, const struct tree_node *node)
{
	return node->children ? node->children : tree_next_beside(top, node);
}

static void copy_properties(struct tree *to, struct tree_node *node, const struct tree_node *from)
{
	node->origin = from->origin;
	for (const struct tree_property *old = from->properties; old; old = old->next) {
		struct tree_property *property =
			add_property(to, node, intern_string(to->names, old->name));

		property->value = arena_memdup(to->arena, old->value, old->len);
		property->len = old->len;
		property->form = old->form;
		property->origin = old->origin;
		property->comment = old->comment ? arena_strdup(to->arena, old->comment) : NULL;
	}
}

struct tree *tree_copy(const struct tree *tree, struct arena *arena, struct intern *names)
{
	struct tree *copy = tree_new(arena, names, arena_strdup(arena, tree->file));
	const struct tree_node *from = tree->root;
	struct tree_node *node = copy->root;

	copy->boot_cpuid = tree->boot_cpuid;
	for (size_t i = 0; i < tree->reservations.count; i++)
		*ARRAY_PUSH(arena, &copy->reservations) = tree->reservations.items[i];
	copy_properties(copy, node, from);
	for (const struct tree_node *next; (next = tree_next(tree->root, from)); from = next) {
		for (; from != next->parent; from = from->parent)
			node = node->parent;
		node = tree_add_node(copy, node, next->name);
		copy_properties(copy, node, next);
	}
	return copy;
}

static struct tree_node *find_child(const struct tree *tree, const struct tree_node *parent,
				    const char *name, size_t len)
{
	const struct name_table *table = child_table(tree, parent);

	if (table)
		return name_table_find(table, name, len);
	for (struct tree_node *child = parent->children; child; child = child->next)
		if (!strncmp(child->name, name, len) && !child->name[len])
			return child;
	return NULL;
}

struct tree_node *tree_find_child(const struct tree *tree, const struct tree_node *parent,
				  const char *name)
{
	return find_child(tree, parent, name, strlen(name));
}

static struct tree_node *find_unit(const struct tree *tree, const struct tree_node *parent,
				   const char *name, size_t len)
{
	struct tree_node *child;

	if (!child_table(tree, parent)) {
		for (child = parent->children; child; child = child->next)
			if (!strncmp(child->name, name, len) && child->name[len] == '@')
				return child;
		return NULL;
	}
	if (!name_table_short(parent->child_names)) {
		struct name_table *shorter = name_table_new(tree->arena, 0);

		for (child = parent->children; child; child = child->next)
			add_short_name(tree, shorter, child);
		name_table_set_short(parent->child_names, shorter);
	}
	return name_table_find(name_table_short(parent->child_names), name, len);
}

struct tree_node *tree_find_unit(const struct tree *tree, const struct tree_node *parent,
				 const char *name)
{
	return find_unit(tree, parent, name, strlen(name));
}

static struct tree_node *find_child_loosely(struct tree *tree, const struct tree_node *parent,
					    const char *name, size_t len)
{
	struct tree_node *child = find_child(tree, parent, name, len);

	return child || memchr(name, '@', len) ? child : find_unit(tree, parent, name, len);
}

struct tree_node *tree_find_child_loosely(struct tree *tree, const struct tree_node *parent,
					  const char *name)
{
	return find_child_loosely(tree, parent, name, strlen(name));
}

struct tree_node *tree_find_exact_path(const struct tree *tree, const char *path, size_t len)
{
	const char *end = path + len;
	struct tree_node *node = tree->root;

	if (!len || *path != '/')
		return NULL;
	for (path++; node && path < end;) {
		const char *slash = memchr(path, '/', (size_t)(end - path));
		size_t part = (size_t)((slash ? slash : end) - path);

		node = find_child(tree, node, path, part);
		path += part + (slash ? 1 : 0);
	}
	return node;
}

static struct tree_node *walk_path(struct tree *tree, const char *path, size_t len)
{
	const char *end = path + len;
	struct tree_node *node = tree->root;

	while (node && path < end) {
		const char *slash = memchr(path, '/', (size_t)(end - path));
		size_t part = (size_t)((slash ? slash : end) - path);

		if (part)
			node = find_child_loosely(tree, node, path, part);
		path += part + (slash ? 1 : 0);
	}
	return node;
}

/* An alias names a path from the root: one that names another alias is damage, not a chain. */
static const char *find_alias(const struct tree *tree, const char *path, size_t len)
{
	const struct tree_node *aliases = tree_find_child(tree, tree->root, "aliases");
	const struct tree_property *alias =
		aliases ? tree_find_property_bytes(tree, aliases, path, len) : NULL;
	const char *start = property_string(alias);

	return start && *start == '/' ? start : NULL;
}

const char *tree_whole_path(const struct tree *tree, const char *path, size_t len)
{
	const char *slash = memchr(path, '/', len), *start = "";
	size_t part = slash ? (size_t)(slash - path) : len;

	if (!len)
		return NULL;
	if (part)
		start = find_alias(tree, path, part);
	return start ? arena_printf(tree->arena, "%s%.*s", start, (int)(len - part), path + part)
		     : NULL;
}

struct tree_node *tree_find_path_bytes(struct tree *tree, const char *path, size_t len)
{
	const char *whole;

	if (len && *path == '/')
		return walk_path(tree, path, len);
	whole = tree_whole_path(tree, path, len);
	return whole ? walk_path(tree, whole, strlen(whole)) : NULL;
}

struct tree_node *tree_find_path(struct tree *tree, const char *path)
{
	return tree_find_path_bytes(tree, path, strlen(path));
}

static struct tree_index *get_index(struct tree *tree)
{
	size_t nodes = 0;

	if (tree->index)
		return tree->index;
	tree->index = arena_alloc(tree->arena, sizeof(*tree->index));
	for (struct tree_node *node = tree->root; node; node = tree_next(tree->root, node))
		nodes++;
	word_map_reserve(tree->arena, &tree->index->phandles, nodes);
	for (struct tree_node *node = tree->root; node; node = tree_next(tree->root, node))
		index_phandle(tree, node);
	return tree->index;
}

struct tree_node *tree_find_phandle(struct tree *tree, uint32_t phandle)
{
	if (!phandle || phandle == UINT32_MAX)
		return NULL;
	/* The map holds nodes of this tree, which is not const. */
	return (struct tree_node *)word_map_get(&get_index(tree)->phandles, phandle);
}

uint32_t tree_max_phandle(struct tree *tree)
{
	return get_index(tree)->max_phandle;
}

bool tree_is_name(const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (name[i] <= ' ' || name[i] > '~' || name[i] == '/')
			return false;
	return len > 0;
}

uint32_t tree_node_phandle(const struct tree *tree, const struct tree_node *node)
{
	uint32_t phandle = 0;

	if (!property_u32(tree_find_property(tree, node, "phandle"), &phandle))
		property_u32(tree_find_property(tree, node, "linux,phandle"), &phandle);
	return phandle;
}

const char *tree_path(struct arena *arena, const struct tree_node *node)
{
	const struct tree_node *each;
	size_t len = 0;
	char *path;

	if (!node->parent)
		return "/";
	for (each = node; each->parent; each = each->parent)
		len += strlen(each->name) + 1;
	path = arena_alloc(arena, len + 1);
	for (each = node; each->parent; each = each->parent) {
		size_t part = strlen(each->name);

		len -= part + 1;
		path[len] = '/';
		memcpy(path + len + 1, each->name, part);
	}
	return path;
}

bool property_u32(const struct tree_property *property, uint32_t *value)
{
	if (!property || property->len != 4)
		return false;
	*value = get_be32(property->value);
	return true;
}

bool property_u64(const struct tree_property *property, uint64_t *value)
{
	if (!property || property->len != 8)
		return false;
	*value = get_be64(property->value);
	return true;
}

bool property_has_string(const struct tree_property *property, const char *text)
{
	size_t size = strlen(text) + 1;
	const char *at, *end;

	if (!property || !property->len || property->value[property->len - 1])
		return false;
	at = (const char *)property->value;
	end = at + property->len;
	while (at < end) {
		size_t len = strlen(at) + 1;

		if (len == size && !memcmp(at, text, size))
			return true;
		at += len;
	}
	return false;
}

const char *property_string(const struct tree_property *property)
{
	if (!property || !property->len)
		return NULL;
	if (memchr(property->value, 0, property->len) != property->value + property->len - 1)
		return NULL;
	return (const char *)property->value;
}

bool property_equal(const struct tree_property *a, const struct tree_property *b)
{
	return a->len == b->len && (!a->len || !memcmp(a->value, b->value, a->len));
}
