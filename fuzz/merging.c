/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a base and an overlay, merges them with ours and with libfdt, and
 * compares. Never gives libfdt an overlay that ours has refused.
 */
#include "merging.h"

#include <libfdt.h>
#include <string.h>

#include "tree/bind.h"
#include "tree/overlay.h"
#include "tree/select.h"

/* A merge by one set of rules, and what came of it. */
struct merge {
	struct session session;
	struct buffer before, after; /* `after` is empty if the overlay was refused */
	bool late;
};

static void merge(const struct two_inputs *inputs, enum overlay_rules rules, struct merge *merge)
{
	struct session *session = &merge->session;
	struct tree *base, *overlay;

	*merge = (struct merge){.late = false};
	open_session(session);
	base = read_tree(session, "base.dtb", inputs->first, inputs->first_size);
	overlay = read_tree(session, "a.dtbo", inputs->second, inputs->second_size);
	if (!base || !overlay || !tree_write_dtb(base, &merge->before))
		return;
	merge->late = tree_is_late_bound(overlay);
	if (merge->late)
		overlay = tree_bind(overlay, base, session->diags);
	if (overlay && tree_apply(base, overlay, rules, session->diags)) {
		PROMISE(!diags_have_errors(session->diags));
		if (tree_write_dtb(base, &merge->after))
			PROMISE(!fdt_check_full(merge->after.data, merge->after.len));
		else
			buffer_free(&merge->after);
	} else {
		PROMISE(diags_have_errors(session->diags));
		PROMISE(tree_write_dtb(base, &merge->after));
		expect_same(&merge->before, &merge->after);
		buffer_free(&merge->after);
	}
}

static void forget(struct merge *merge)
{
	print_diagnostics(&merge->session);
	buffer_free(&merge->before);
	buffer_free(&merge->after);
	close_session(&merge->session);
}

/*
 * libfdt before 1.7.1 writes the overlay's phandle over that of the base, and then lacks the
 * node: references to it are other numbers afterwards.
 */
static bool lost_phandles(struct tree *base, struct tree *merged)
{
	for (struct tree_node *node = base->root; node; node = tree_next(base->root, node)) {
		const char *path = tree_path(base->arena, node);
		struct tree_node *other = tree_find_exact_path(merged, path, strlen(path));

		if (!other || tree_node_phandle(base, node) != tree_node_phandle(merged, other))
			return true;
	}
	return false;
}

/* Whether two children of some node are called so, unit addresses aside. */
static bool is_shared(const struct tree *tree, const char *name)
{
	size_t len = strlen(name);

	for (struct tree_node *node = tree->root; node; node = tree_next(tree->root, node)) {
		unsigned count = 0;

		for (const struct tree_node *each = node->children; each; each = each->next)
			count += !strncmp(each->name, name, len) &&
				 (!each->name[len] || each->name[len] == '@');
		if (count > 1)
			return true;
	}
	return false;
}

/* Whether a name without '@' of some node in `names` is that of several siblings in `tree`. */
static bool shares_names(const struct tree *names, const struct tree *tree)
{
	for (struct tree_node *node = names->root; node; node = tree_next(names->root, node))
		if (node->parent && !strchr(node->name, '@') && is_shared(tree, node->name))
			return true;
	return false;
}

/*
 * For libfdt a name without '@' is that of the first child that has it, with or without a unit
 * address, and the first is the one that was made last; ours takes the child that has just this
 * name, if there is one, as the kernel does, else the first of the base's. So they may mean
 * different nodes where there are several, in the overlay or in a path.
 */
static bool is_ambiguous(const struct tree *overlay, struct tree *merged)
{
	if (shares_names(overlay, merged) || shares_names(merged, merged) ||
	    shares_names(overlay, overlay))
		return true;
	for (struct tree_node *node = overlay->root->children; node; node = node->next) {
		const struct tree_property *path = tree_find_property(overlay, node, "target-path");

		if (path && property_string(path) && path->value[0] == '/' &&
		    !tree_find_exact_path(merged, property_string(path), path->len - 1))
			return true;
	}
	return false;
}

/* The symbol of a fragment's __overlay__ itself is "/node/" for libfdt. */
static bool same_symbol(const struct tree_property *ours, const struct tree_property *theirs)
{
	const char *path = property_string(ours);

	if (!theirs)
		return false;
	if (property_equal(ours, theirs))
		return true;
	return path && path[1] && theirs->len == ours->len + 1 &&
	       !memcmp(theirs->value, path, ours->len - 1) && theirs->value[ours->len - 1] == '/';
}

/* For a target that is an alias, libfdt writes symbols as "alias/node", which is no path. */
static bool names_alias(const struct tree *overlay)
{
	for (const struct tree_node *node = overlay->root->children; node; node = node->next) {
		const struct tree_property *path = tree_find_property(overlay, node, "target-path");

		if (path && path->len && path->value[0] != '/')
			return true;
	}
	return false;
}

/* Compares the symbols, and takes them out. */
static bool same_symbols(const struct tree *overlay, struct tree *merged, struct tree *theirs)
{
	struct tree_node *symbols = tree_find_child(merged, merged->root, "__symbols__");
	struct tree_node *others = tree_find_child(theirs, theirs->root, "__symbols__");
	bool same = !symbols == !others;

	if (!symbols || !others)
		return same;
	same = symbols->property_count == others->property_count;
	for (const struct tree_property *each = symbols->properties; each && !names_alias(overlay);
	     each = each->next)
		same = same && same_symbol(each, tree_find_property(theirs, others, each->name));
	tree_remove_node(merged, symbols);
	tree_remove_node(theirs, others);
	return same;
}

/* libfdt writes into both blobs and wants room: it gets copies, each in a block of its own. */
static void compare_with_libfdt(struct merge *ours, const struct two_inputs *inputs,
				bool may_differ)
{
	struct session *session = &ours->session;
	size_t size = inputs->second_size, room = ours->before.len + 2 * size + 65536;
	void *target = malloc(room), *overlay = malloc(size);
	struct tree *base, *merged, *theirs, *given;

	PROMISE(target && overlay);
	memcpy(overlay, inputs->second, size);
	PROMISE(!fdt_open_into(ours->before.data, target, (int)room));
	if (!fdt_overlay_apply(target, overlay)) {
		PROMISE(!fdt_check_full(target, room));
		base = read_tree(session, "base", (uint8_t *)ours->before.data, ours->before.len);
		merged = read_tree(session, "ours", (uint8_t *)ours->after.data, ours->after.len);
		theirs = read_tree(session, "theirs", target, fdt_totalsize(target));
		given = read_tree(session, "a.dtbo", inputs->second, size);
		PROMISE(base && merged && theirs && given);
		PROMISE((may_differ && is_ambiguous(given, merged)) ||
			(same_symbols(given, merged, theirs) &&
			 same_trees(merged, theirs,
				    lost_phandles(base, theirs) ? LIKE_NAMES : LIKE_BYTES)));
	}
	free(target);
	free(overlay);
}

static void drop_phandles(struct tree *tree)
{
	for (struct tree_node *node = tree->root; node; node = tree_next(tree->root, node)) {
		tree_remove_property(tree, node, "phandle");
		tree_remove_property(tree, node, "linux,phandle");
	}
}

/* The kernel passes over phandles for nodes that are there, if nothing refers to them. */
static void compare_rules(struct merge *generic, struct merge *linux_rules)
{
	struct session *session = &generic->session;
	struct tree *a =
		read_tree(session, "generic", (uint8_t *)generic->after.data, generic->after.len);
	struct tree *b = read_tree(session, "linux", (uint8_t *)linux_rules->after.data,
				   linux_rules->after.len);

	PROMISE(a && b);
	drop_phandles(a);
	drop_phandles(b);
	PROMISE(same_trees(a, b, LIKE_BYTES));
}

void check_merge(const struct two_inputs *inputs)
{
	struct merge generic, linux_rules;

	merge(inputs, OVERLAY_GENERIC, &generic);
	merge(inputs, OVERLAY_LINUX, &linux_rules);
	/* What the kernel's rules let through means the same to all. */
	if (linux_rules.after.len) {
		PROMISE(generic.after.len);
		compare_rules(&generic, &linux_rules);
	}
	if (generic.after.len && !generic.late &&
	    !fdt_check_full(inputs->second, inputs->second_size))
		compare_with_libfdt(&generic, inputs, !linux_rules.after.len);
	forget(&generic);
	forget(&linux_rules);
}
