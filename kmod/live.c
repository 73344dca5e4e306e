// SPDX-License-Identifier: GPL-2.0
/*
 * Takes an overlay on its way into the live tree. Gives the reason why the
 * kernel would fail half way, before it begins, and how far it came. Never
 * changes the tree.
 *
 * A changeset that failed before its changes were made cannot be removed:
 * of_overlay_remove() reverts changes that were never made, which attaches nodes
 * and cuts off properties of the live tree. One that has no changes yet can be
 * removed. So what makes the kernel fail while it collects changes is looked
 * for by a notifier, which runs just before, with all references resolved and
 * the tree locked; drivers/of/overlay.c is the source of the rules.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/notifier.h>
#include <linux/of.h>
#include <linux/rbtree.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "nv2_overlay.h"

#define SYMBOLS "/__symbols__"

/* Blobs are bounded to 60 levels; a fragment's target may lie anywhere. */
#define MAX_LEVELS 64

/* A node or a property that the overlay makes or changes; a change may come once. */
struct change {
	struct rb_node node;
	char key[];
};

/* One level of the walk over a fragment. */
struct level {
	struct device_node *live; /* its counterpart, with a reference; NULL: it will be made */
	size_t length;            /* of the path up to it */
};

/* A fragment that came by, for what __symbols__ says of its nodes. */
struct passed {
	struct list_head list;
	const struct device_node *overlay;
};

/*
 * The one overlay that is being applied. Only the task that began it touches
 * anything of it; the notifier tells it by `task`.
 */
static struct {
	struct task_struct *task;
	struct nv2_reason *why;
	bool refused;
	enum nv2_stage stage;
	struct rb_root changes;
	struct list_head passed;
	struct level level[MAX_LEVELS];
	char path[PATH_MAX];
} applying;

/* ---- what the blob alone tells -------------------------------------------- */

static int check_target(const struct nv2_blob *blob, u32 fragment, struct nv2_reason *why)
{
	struct nv2_property property;
	struct device_node *target;

	/* Numbers may be references that are still to be resolved. */
	if (nv2_blob_property(blob, fragment, "target", &property))
		return 0;
	if (!nv2_blob_property(blob, fragment, "target-path", &property) ||
	    !nv2_is_string(&property))
		return nv2_refuse(why, -EINVAL, "%s has neither a target nor a target-path",
				  blob->nodes[fragment].name);
	target = of_find_node_by_path((const char *)property.value);
	if (!target)
		return nv2_refuse(why, -EINVAL, "%s: the live tree has no node %s",
				  blob->nodes[fragment].name, (const char *)property.value);
	of_node_put(target);
	return 0;
}

static int check_labels(const struct nv2_blob *blob, u32 fixups, struct nv2_reason *why)
{
	struct device_node *symbols = of_find_node_by_path(SYMBOLS);
	struct nv2_property label;
	int error = 0;
	u32 at;

	if (!symbols)
		return nv2_refuse(why, -EINVAL,
				  "it refers to labels, and the live tree has no " SYMBOLS);
	for (at = blob->nodes[fixups].body; nv2_blob_property_at(blob, at, &label) && !error;
	     at = label.next) {
		if (strcmp(label.name, "name") != 0 && !of_find_property(symbols, label.name, NULL))
			error = nv2_refuse(why, -EINVAL, "the live tree has no label %s",
					   label.name);
	}
	of_node_put(symbols);
	return error;
}

int nv2_live_check(const struct nv2_blob *blob, struct nv2_reason *why)
{
	u32 child;
	int error = 0;

	for (child = blob->nodes[0].child; child != NV2_NO_NODE && !error;
	     child = blob->nodes[child].sibling) {
		const char *name = blob->nodes[child].name;

		if (!strcmp(name, "__fixups__")) {
			error = check_labels(blob, child, why);
		} else if (!strcmp(name, "__symbols__")) {
			struct device_node *symbols = of_find_node_by_path(SYMBOLS);

			if (!symbols)
				error = nv2_refuse(
					why, -EINVAL,
					"it has labels, and the live tree has no " SYMBOLS);
			of_node_put(symbols);
		} else if (nv2_blob_child(blob, child, "__overlay__", 11) != NV2_NO_NODE) {
			error = check_target(blob, child, why);
		}
		cond_resched();
	}
	return error;
}

/* ---- what it would change ---------------------------------------------- */

/* `property` NULL: the node itself. */
static int note_change(const char *path, const char *property)
{
	struct rb_node **link = &applying.changes.rb_node, *parent = NULL;
	size_t length = strlen(path), more = property ? strlen(property) : 0;
	struct change *change = kmalloc(sizeof(*change) + length + more + 2, GFP_KERNEL);
	int order;

	if (!change)
		return nv2_refuse(applying.why, -ENOMEM, "no memory to check the overlay");
	memcpy(change->key, path, length);
	/* The newline keeps nodes and properties apart. */
	snprintf(change->key + length, more + 2, "%s%s", property ? "\n" : "",
		 property ? property : "");

	while (*link) {
		parent = *link;
		order = strcmp(change->key, rb_entry(parent, struct change, node)->key);
		if (order == 0) {
			kfree(change);
			return nv2_refuse(applying.why, -EINVAL, "it makes or changes %s%s%s twice",
					  path, property ? " property " : "",
					  property ? property : "");
		}
		link = order < 0 ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&change->node, parent, link);
	rb_insert_color(&change->node, &applying.changes);
	return 0;
}

static bool is_cells(const char *name)
{
	return !strcmp(name, "#address-cells") || !strcmp(name, "#size-cells");
}

static int check_property(const struct device_node *live, const struct property *property)
{
	const struct property *old = NULL;

	if (live) {
		if (!strcmp(property->name, "name") || !strcmp(property->name, "phandle") ||
		    !strcmp(property->name, "linux,phandle"))
			return 0;
		old = of_find_property(live, property->name, NULL);
	}
	if (old && is_cells(property->name)) {
		if (old->length == property->length &&
		    memcmp(old->value, property->value, old->length) == 0)
			return 0;
		return nv2_refuse(applying.why, -EINVAL, "it changes %s of %s", property->name,
				  applying.path[0] ? applying.path : "/");
	}
	return note_change(applying.path, property->name);
}

static struct device_node *find_live_child(const struct device_node *live, const char *name)
{
	struct device_node *child;

	for_each_child_of_node(live, child) {
		if (!of_node_cmp(name, kbasename(child->full_name)))
			return child;
	}
	return NULL;
}

/* Opens level `depth` for a node whose parent is at the one before. */
static int enter_node(unsigned int depth, const struct device_node *node)
{
	struct level *level = &applying.level[depth];
	const struct level *parent = &applying.level[depth - 1];
	const char *name = kbasename(node->full_name);
	size_t room = sizeof(applying.path) - parent->length;
	int length = snprintf(applying.path + parent->length, room, "/%s", name);

	level->live = NULL;
	level->length = parent->length + length;
	if ((size_t)length >= room)
		return nv2_refuse(applying.why, -ENAMETOOLONG, "a path is longer than %zu",
				  sizeof(applying.path) - 1);
	if (parent->live)
		level->live = find_live_child(parent->live, name);
	if (!level->live)
		return note_change(applying.path, NULL);
	if (level->live->phandle && node->phandle)
		return nv2_refuse(applying.why, -EINVAL, "it gives a phandle to %s, which has one",
				  applying.path);
	return 0;
}

static int check_node(const struct device_node *live, const struct device_node *node)
{
	const struct property *property;
	int error;

	for_each_property_of_node(node, property) {
		error = check_property(live, property);
		if (error)
			return error;
	}
	return 0;
}

static void leave_node(unsigned int depth)
{
	of_node_put(applying.level[depth].live);
	applying.path[depth ? applying.level[depth - 1].length : 0] = '\0';
}

/* The fragment's nodes, parents first; every level that is open has its reference. */
static int check_nodes(const struct device_node *top)
{
	const struct device_node *node = top, *next;
	unsigned int depth = 0;
	int error = check_node(applying.level[0].live, top);

	while (!error) {
		next = node->child;
		if (!next) {
			while (node != top && !node->sibling) {
				leave_node(depth--);
				node = node->parent;
			}
			if (node == top)
				break;
			leave_node(depth--);
			next = node->sibling;
		}
		if (depth + 1 == MAX_LEVELS) {
			error = nv2_refuse(applying.why, -EINVAL, "nodes are nested too deep");
			break;
		}
		node = next;
		error = enter_node(++depth, node);
		if (!error)
			error = check_node(applying.level[depth].live, node);
		cond_resched();
	}
	while (depth > 0)
		leave_node(depth--);
	return error;
}

static int check_fragment(const struct of_overlay_notify_data *data)
{
	struct passed *passed;
	int length, error;

	passed = kmalloc(sizeof(*passed), GFP_KERNEL);
	if (!passed)
		return nv2_refuse(applying.why, -ENOMEM, "no memory to check the overlay");
	passed->overlay = data->overlay;
	list_add_tail(&passed->list, &applying.passed);

	length = snprintf(applying.path, sizeof(applying.path), "%pOF", data->target);
	if ((size_t)length >= sizeof(applying.path))
		return nv2_refuse(applying.why, -ENAMETOOLONG, "a target's path is too long");
	if (length == 1) /* the root's path is "/", and its children's are not "//" */
		length = 0;
	applying.level[0].live = of_node_get(data->target);
	applying.level[0].length = length;
	applying.path[length] = '\0';
	error = check_nodes(data->overlay);
	of_node_put(applying.level[0].live);
	return error;
}

/* ---- labels that it brings ------------------------------------------------ */

/* Whether `path` lies in a fragment of this overlay: then the kernel can say it anew. */
static bool lies_in_fragment(const char *path)
{
	const struct passed *passed;

	list_for_each_entry(passed, &applying.passed, list) {
		int length =
			snprintf(applying.path, sizeof(applying.path), "%pOF", passed->overlay);

		if ((size_t)length < sizeof(applying.path) &&
		    strncmp(path, applying.path, length) == 0 &&
		    (path[length] == '/' || path[length] == '\0'))
			return true;
	}
	return false;
}

static int check_symbols(const struct of_overlay_notify_data *data)
{
	const struct property *property;

	for_each_property_of_node(data->overlay, property) {
		const char *path = property->value;

		if (!strcmp(property->name, "name") || !strcmp(property->name, "phandle") ||
		    !strcmp(property->name, "linux,phandle"))
			continue;
		if (of_find_property(data->target, property->name, NULL))
			return nv2_refuse(applying.why, -EINVAL,
					  "the live tree has a label %s already", property->name);
		if (property->length == 0 ||
		    strnlen(path, property->length) != property->length - 1 ||
		    !lies_in_fragment(path))
			return nv2_refuse(applying.why, -EINVAL,
					  "label %s stands at no node of this overlay",
					  property->name);
		if (note_change(SYMBOLS, property->name))
			return applying.why->error;
	}
	return 0;
}

/* ---- the notifier ------------------------------------------------------ */

static int notify(struct notifier_block *block, unsigned long action, void *argument)
{
	const struct of_overlay_notify_data *data = argument;
	int error;

	/* Others apply overlays too. */
	if (READ_ONCE(applying.task) != current)
		return NOTIFY_OK;

	if (action == OF_OVERLAY_POST_APPLY) {
		applying.stage = NV2_APPLIED;
	} else if (action == OF_OVERLAY_PRE_APPLY) {
		error = strcmp(data->overlay->full_name, "__symbols__") ? check_fragment(data)
									: check_symbols(data);
		if (error) {
			applying.stage = NV2_NOTHING;
			return notifier_from_errno(error);
		}
		applying.stage = NV2_PREPARED;
	}
	return NOTIFY_OK;
}

/* Before all others, so that none of them can fail without its being seen here. */
static struct notifier_block notifier = {.notifier_call = notify, .priority = INT_MAX};

int nv2_live_init(void)
{
	return of_overlay_notifier_register(&notifier);
}

void nv2_live_exit(void)
{
	of_overlay_notifier_unregister(&notifier);
}

void nv2_live_begin(struct nv2_reason *why)
{
	applying.why = why;
	applying.stage = NV2_NOTHING;
	applying.changes = RB_ROOT;
	INIT_LIST_HEAD(&applying.passed);
	WRITE_ONCE(applying.task, current);
}

enum nv2_stage nv2_live_end(void)
{
	struct change *change, *next_change;
	struct passed *passed, *next_passed;

	WRITE_ONCE(applying.task, NULL);
	rbtree_postorder_for_each_entry_safe(change, next_change, &applying.changes, node)
		kfree(change);
	list_for_each_entry_safe(passed, next_passed, &applying.passed, list)
		kfree(passed);
	return applying.stage;
}
