// SPDX-License-Identifier: GPL-2.0
/*
 * Takes overlays written into files of configfs. Gives them to the kernel, and
 * tells what came of it. Never calls an overlay applied that is not in the tree,
 * and never forgets one that is.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/configfs.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/version.h>

#include "nv2_overlay.h"

#if !IS_ENABLED(CONFIG_OF_OVERLAY)
#error "this kernel is built without CONFIG_OF_OVERLAY: it cannot apply overlays"
#endif

#define BLOB_MAX (1024 * 1024)
/* What a text file can show: configfs has one buffer of 4096 bytes. */
#define LEFTOVERS_SHOWN 12

struct overlay {
	struct config_item item;
	struct list_head stack; /* in `applied`, or empty */
	int id;                 /* of the kernel's changeset, when applied */
	bool pinned;            /* by the overlay above it: rmdir says EBUSY */
	void *blob;             /* what is applied */
	size_t size;
	struct nv2_reason why; /* of the last write that failed */
};

/* What the kernel would not take back, and no item stands for any more. */
struct leftover {
	struct list_head list;
	int id;
	struct nv2_reason why;
	char name[];
};

/*
 * Guards everything below and in each struct overlay. Taken within configfs'
 * locks, never around them.
 */
static DEFINE_MUTEX(lock);
static LIST_HEAD(applied); /* oldest first */
static LIST_HEAD(leftovers);
static unsigned int leftover_count;

static struct configfs_subsystem subsystem;

static struct overlay *to_overlay(struct config_item *item)
{
	return container_of(item, struct overlay, item);
}

/* ---- reasons ------------------------------------------------------------ */

static const char *name_of_error(int error)
{
	switch (-error) {
	case EPERM:
		return "EPERM";
	case ENOENT:
		return "ENOENT";
	case EIO:
		return "EIO";
	case EAGAIN:
		return "EAGAIN";
	case ENOMEM:
		return "ENOMEM";
	case EBUSY:
		return "EBUSY";
	case EEXIST:
		return "EEXIST";
	case ENODEV:
		return "ENODEV";
	case EINVAL:
		return "EINVAL";
	case ENAMETOOLONG:
		return "ENAMETOOLONG";
	case EOPNOTSUPP:
		return "EOPNOTSUPP";
	default:
		return "error";
	}
}

int nv2_refuse(struct nv2_reason *why, int error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vscnprintf(why->text, sizeof(why->text), format, arguments);
	va_end(arguments);
	why->error = error;
	return error;
}

static ssize_t print_reason(char *page, size_t room, const struct nv2_reason *why)
{
	return scnprintf(page, room, "%s (%d): %s\n", name_of_error(why->error), -why->error,
			 why->text);
}

/* Something stays in the kernel that no item stands for: from now on this list does. */
static void keep_leftover(const char *name, int id, const struct nv2_reason *why)
{
	struct leftover *leftover =
		kmalloc(struct_size(leftover, name, strlen(name) + 1), GFP_KERNEL);

	pr_err("%s: overlay #%d stays in the kernel: %s\n", name, id, why->text);
	leftover_count++;
	/* Whoever loads the module anew would not know of it. */
	__module_get(THIS_MODULE);
	if (!leftover)
		return;
	leftover->id = id;
	leftover->why = *why;
	strcpy(leftover->name, name);
	list_add_tail(&leftover->list, &leftovers);
}

/* ---- the stack: what lies under another overlay cannot be removed ---------- */

static struct overlay *top_of_stack(void)
{
	return list_empty(&applied) ? NULL : list_last_entry(&applied, struct overlay, stack);
}

/*
 * The kernel takes an overlay back only while no later one touches the same
 * nodes, and rmdir cannot be refused from within: so the item is pinned. Latest
 * first is always allowed; this asks for it always.
 */
static int pin_top(struct nv2_reason *why)
{
	struct overlay *top = top_of_stack();
	int error;

	if (!top || top->pinned)
		return 0;
	error = configfs_depend_item_unlocked(&subsystem, &top->item);
	if (error)
		return nv2_refuse(why, -EAGAIN, "overlay %s is just being removed: try again",
				  config_item_name(&top->item));
	top->pinned = true;
	return 0;
}

static void unpin_top(void)
{
	struct overlay *top = top_of_stack();

	/* What is left over of another overlay may lie above it. */
	if (top && top->pinned && leftover_count == 0) {
		top->pinned = false;
		configfs_undepend_item(&top->item);
	}
}

/* ---- applying and removing -------------------------------------------------- */

static int hand_over(const void *blob, size_t size, int *id)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return of_overlay_fdt_apply(blob, size, id, NULL);
#else
	return of_overlay_fdt_apply(blob, size, id);
#endif
}

/*
 * After a failure: takes out of the kernel what it keeps of the overlay, if
 * that is safe. Left behind, it would keep earlier overlays on the same nodes
 * from being removed. True: the overlay is in the tree all the same.
 */
static bool take_back(struct overlay *overlay, int id, enum nv2_stage stage)
{
	const char *name = config_item_name(&overlay->item);
	struct nv2_reason why = overlay->why;
	int error;

	if (id <= 0)
		return false;
	if (stage == NV2_PREPARED) {
		nv2_refuse(&why, why.error,
			   "a failed overlay that cannot be taken out safely; it changed nothing, "
			   "but overlays under it stay until the next boot");
		keep_leftover(name, id, &why);
		return false;
	}
	error = of_overlay_remove(&id);
	if (id == 0)
		return false;
	if (stage == NV2_APPLIED) {
		overlay->id = id;
		nv2_refuse(&overlay->why, error,
			   "applied, but a driver failed with it, and the kernel does not take it "
			   "back");
		return true;
	}
	nv2_refuse(&why, error, "a failed overlay, empty, that the kernel does not take out");
	keep_leftover(name, id, &why);
	return false;
}

static int check_blob(const void *blob, size_t size, struct nv2_reason *why)
{
	struct nv2_blob opened;
	int error;

	error = nv2_blob_open(&opened, blob, size, why);
	if (error)
		return error;
	error = nv2_verify(&opened, why);
	if (!error)
		error = nv2_live_check(&opened, why);
	nv2_blob_close(&opened);
	return error;
}

/* Applies overlay->blob; its place in the stack is the caller's. */
static int apply(struct overlay *overlay)
{
	struct nv2_reason *why = &overlay->why;
	enum nv2_stage stage;
	int id = 0, error;

	error = check_blob(overlay->blob, overlay->size, why);
	if (error)
		return error;

	why->error = 0;
	nv2_live_begin(why);
	error = hand_over(overlay->blob, overlay->size, &id);
	stage = nv2_live_end();
	if (!error) {
		overlay->id = id;
		return 0;
	}
	if (!why->error)
		nv2_refuse(why, error, "the kernel refused it, and its log says why");
	return take_back(overlay, id, stage) ? 0 : error;
}

static void forget_blob(struct overlay *overlay)
{
	kvfree(overlay->blob);
	overlay->blob = NULL;
	overlay->size = 0;
}

static int store_overlay(struct overlay *overlay, const void *data, size_t size)
{
	struct nv2_reason *why = &overlay->why;
	int error;

	if (!data || size == 0)
		return nv2_refuse(why, -EINVAL, "nothing was written");
	if (size > BLOB_MAX)
		return nv2_refuse(why, -EINVAL, "%zu bytes are more than %d", size, BLOB_MAX);
	overlay->blob = kvmalloc(size, GFP_KERNEL);
	if (!overlay->blob)
		return nv2_refuse(why, -ENOMEM, "no memory for the blob");
	memcpy(overlay->blob, data, size);
	overlay->size = size;

	error = pin_top(why);
	if (error) {
		forget_blob(overlay);
		return error;
	}
	error = apply(overlay);
	if (error) {
		forget_blob(overlay);
		unpin_top();
		return error;
	}
	list_add_tail(&overlay->stack, &applied);
	return 0;
}

static void remove_overlay(struct overlay *overlay)
{
	const char *name = config_item_name(&overlay->item);
	struct nv2_reason why;
	int id = overlay->id;
	int error = of_overlay_remove(&id);

	list_del_init(&overlay->stack);
	if (id != 0) {
		nv2_refuse(&why, error, "the kernel refused to remove it: it is still in the tree");
		keep_leftover(name, id, &why);
	} else if (error) {
		pr_warn("%s: removed, though a driver failed with it (%d)\n", name, error);
	}
	unpin_top();
}

/* ---- files of an item ------------------------------------------------------ */

static ssize_t overlay_item_path_show(struct config_item *item, char *page)
{
	return sprintf(page, "\n");
}

/*
 * Reading a file by its name would be a second look at bytes that somebody
 * checked before.
 */
static ssize_t overlay_item_path_store(struct config_item *item, const char *page, size_t count)
{
	struct overlay *overlay = to_overlay(item);

	mutex_lock(&lock);
	nv2_refuse(&overlay->why, -EOPNOTSUPP,
		   "files are not read by name: write the overlay's bytes to dtbo");
	mutex_unlock(&lock);
	return -EOPNOTSUPP;
}

static ssize_t overlay_item_status_show(struct config_item *item, char *page)
{
	ssize_t length;

	mutex_lock(&lock);
	length = sprintf(page, "%s\n",
			 list_empty(&to_overlay(item)->stack) ? "unapplied" : "applied");
	mutex_unlock(&lock);
	return length;
}

static ssize_t overlay_item_error_show(struct config_item *item, char *page)
{
	const struct overlay *overlay = to_overlay(item);
	ssize_t length = 0;

	mutex_lock(&lock);
	if (overlay->why.error)
		length = print_reason(page, PAGE_SIZE, &overlay->why);
	mutex_unlock(&lock);
	return length;
}

static ssize_t overlay_item_dtbo_read(struct config_item *item, void *data, size_t room)
{
	const struct overlay *overlay = to_overlay(item);
	ssize_t size;

	mutex_lock(&lock);
	size = overlay->size;
	/* The first of two calls asks for the size; a write may have come in between. */
	if (data) {
		size = min_t(size_t, size, room);
		memcpy(data, overlay->blob, size);
	}
	mutex_unlock(&lock);
	return size;
}

/* What this returns reaches nobody: close(2) has no result of it. Hence `error`. */
static ssize_t overlay_item_dtbo_write(struct config_item *item, const void *data, size_t size)
{
	struct overlay *overlay = to_overlay(item);
	int error;

	mutex_lock(&lock);
	if (list_empty(&overlay->stack)) {
		memset(&overlay->why, 0, sizeof(overlay->why));
		error = store_overlay(overlay, data, size);
	} else {
		error = nv2_refuse(&overlay->why, -EPERM,
				   "an overlay is applied here already, and stays");
	}
	if (error)
		pr_notice("%s: %s\n", config_item_name(item), overlay->why.text);
	mutex_unlock(&lock);
	return error ? error : (ssize_t)size;
}

CONFIGFS_ATTR(overlay_item_, path);
CONFIGFS_ATTR_RO(overlay_item_, status);
CONFIGFS_ATTR_RO(overlay_item_, error);
CONFIGFS_BIN_ATTR(overlay_item_, dtbo, NULL, BLOB_MAX);

static struct configfs_attribute *overlay_attrs[] = {
	&overlay_item_attr_path,
	&overlay_item_attr_status,
	&overlay_item_attr_error,
	NULL,
};

static struct configfs_bin_attribute *overlay_bin_attrs[] = {
	&overlay_item_attr_dtbo,
	NULL,
};

static void release_overlay(struct config_item *item)
{
	struct overlay *overlay = to_overlay(item);

	forget_blob(overlay);
	kfree(overlay);
}

static struct configfs_item_operations overlay_ops = {.release = release_overlay};

static const struct config_item_type overlay_type = {
	.ct_item_ops = &overlay_ops,
	.ct_attrs = overlay_attrs,
	.ct_bin_attrs = overlay_bin_attrs,
	.ct_owner = THIS_MODULE,
};

/* ---- the group ---------------------------------------------------------- */

static struct config_item *make_item(struct config_group *group, const char *name)
{
	struct overlay *overlay = kzalloc(sizeof(*overlay), GFP_KERNEL);

	if (!overlay)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&overlay->stack);
	config_item_init_type_name(&overlay->item, name, &overlay_type);
	return &overlay->item;
}

static void drop_item(struct config_group *group, struct config_item *item)
{
	struct overlay *overlay = to_overlay(item);

	mutex_lock(&lock);
	if (!list_empty(&overlay->stack))
		remove_overlay(overlay);
	mutex_unlock(&lock);
	config_item_put(item);
}

static ssize_t overlays_refused_show(struct config_item *item, char *page)
{
	const struct leftover *leftover;
	unsigned int shown = 0;
	ssize_t length = 0;

	mutex_lock(&lock);
	list_for_each_entry(leftover, &leftovers, list) {
		if (shown++ == LEFTOVERS_SHOWN)
			break;
		length += scnprintf(page + length, PAGE_SIZE - length, "%.40s #%d ", leftover->name,
				    leftover->id);
		length += print_reason(page + length, PAGE_SIZE - length, &leftover->why);
	}
	if (leftover_count > shown)
		length +=
			scnprintf(page + length, PAGE_SIZE - length, "%u in all\n", leftover_count);
	mutex_unlock(&lock);
	return length;
}

CONFIGFS_ATTR_RO(overlays_, refused);

static struct configfs_attribute *overlays_attrs[] = {
	&overlays_attr_refused,
	NULL,
};

static struct configfs_group_operations overlays_ops = {
	.make_item = make_item,
	.drop_item = drop_item,
};

static const struct config_item_type overlays_type = {
	.ct_group_ops = &overlays_ops,
	.ct_attrs = overlays_attrs,
	.ct_owner = THIS_MODULE,
};

static const struct config_item_type device_tree_type = {.ct_owner = THIS_MODULE};

static struct config_group overlays;

static struct configfs_subsystem subsystem = {
	.su_group.cg_item.ci_namebuf = "device-tree",
	.su_group.cg_item.ci_type = &device_tree_type,
	.su_mutex = __MUTEX_INITIALIZER(subsystem.su_mutex),
};

static int __init nv2_overlay_init(void)
{
	int error;

	if (!of_have_populated_dt()) {
		pr_err("this machine has no device tree\n");
		return -ENODEV;
	}
	error = nv2_live_init();
	if (error)
		return error;
	config_group_init(&subsystem.su_group);
	config_group_init_type_name(&overlays, "overlays", &overlays_type);
	configfs_add_default_group(&overlays, &subsystem.su_group);
	error = configfs_register_subsystem(&subsystem);
	if (error) {
		pr_err("cannot offer device-tree/overlays (%d): does another module?\n", error);
		nv2_live_exit();
	}
	return error;
}

/* Runs only when no item is left, and nothing is left over. */
static void __exit nv2_overlay_exit(void)
{
	configfs_unregister_subsystem(&subsystem);
	nv2_live_exit();
}

module_init(nv2_overlay_init);
module_exit(nv2_overlay_exit);

MODULE_DESCRIPTION("Device tree overlays through configfs, with their true state");
MODULE_AUTHOR("the nv2dtc authors");
MODULE_LICENSE("GPL");
