// SPDX-License-Identifier: GPL-2.0
/*
 * Takes overlays through configfs as kernels of various vendors do. Gives the
 * answers that those give, wrong ones included, one set of them for each row of a
 * table. Never to be used outside of tests.
 */
#include <linux/configfs.h>
#include <linux/kernel.h>
#include <linux/kernel_read_file.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/version.h>
#include <linux/vmalloc.h>

#define BLOB_MAX (1024 * 1024)

/* How a vendor's module is laid out and what it gets wrong. */
struct variant {
	const char *name;
	bool path;        /* there is a file `path` */
	bool path_hides;  /* its write succeeds though nothing was applied */
	bool by_status;   /* applied by writing to `status`, not by closing `dtbo` */
	bool status_lies; /* that write succeeds whatever came of it */
	bool takes_back;  /* a failed changeset is removed */
	bool forgets;     /* a failed changeset's id is lost */
	bool numbers;     /* `status` is one of enum state */
	bool digit;       /* `status` is 0 or 1 */
	int least_id;     /* of an overlay that is called applied */
};

static const struct variant variants[] = {
	/* An id of 0 is that of a failed apply, and passes for applied. */
	{.name = "zero-is-applied", .path = true, .path_hides = true, .least_id = 0},
	{.name = "positive-is-applied", .path = true, .forgets = true, .least_id = 1},
	{.name = "positive-keeps-id", .path = true, .least_id = 1},
	{.name = "takes-back", .path = true, .takes_back = true, .least_id = 1},
	{.name = "digit",
	 .by_status = true,
	 .status_lies = true,
	 .forgets = true,
	 .digit = true,
	 .least_id = 1},
	{.name = "numbers", .path = true, .by_status = true, .numbers = true, .least_id = 1},
};

/* As the one module with numbers has them. */
enum state { IDLE, APPLIED, PRE_APPLY, POST_APPLY, PRE_REMOVE, POST_REMOVE };

struct overlay {
	struct config_item item;
	int id;
	enum state state;
	void *blob;
	size_t size;
};

static char *name = "zero-is-applied";
module_param_named(variant, name, charp, 0444);
MODULE_PARM_DESC(variant, "row of the table");

/* What the kernel is given instead of what was written. */
static char instead[128];
module_param_string(instead, instead, sizeof(instead), 0644);
MODULE_PARM_DESC(instead, "file to apply instead, or -");

static const struct variant *chosen;
static DEFINE_MUTEX(lock);

static struct overlay *to_overlay(struct config_item *item)
{
	return container_of(item, struct overlay, item);
}

static int hand_over(struct overlay *overlay, const void *blob, size_t size)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return of_overlay_fdt_apply(blob, size, &overlay->id, NULL);
#else
	return of_overlay_fdt_apply(blob, size, &overlay->id);
#endif
}

static int hand_over_other(struct overlay *overlay)
{
	void *blob = NULL;
	char *path = kstrdup(instead, GFP_KERNEL);
	ssize_t size = -ENOMEM;
	int error;

	if (path)
		size = kernel_read_file_from_path(strim(path), 0, &blob, BLOB_MAX, NULL,
						  READING_UNKNOWN);
	kfree(path);
	if (size < 0)
		return size;
	error = hand_over(overlay, blob, size);
	vfree(blob);
	return error;
}

static int apply(struct overlay *overlay)
{
	int error;

	if (instead[0] == '/')
		error = hand_over_other(overlay);
	else
		error = hand_over(overlay, overlay->blob, overlay->size);
	overlay->state = !error ? APPLIED : overlay->id > 0 ? POST_APPLY : PRE_APPLY;
	if (!error)
		return 0;
	if (chosen->takes_back && overlay->id > 0)
		of_overlay_remove(&overlay->id);
	if (chosen->takes_back || chosen->forgets)
		overlay->id = 0;
	return error;
}

static int take_out(struct overlay *overlay)
{
	int error = 0;

	if (overlay->id >= chosen->least_id)
		error = of_overlay_remove(&overlay->id);
	overlay->state = !error ? IDLE : overlay->id > 0 ? PRE_REMOVE : POST_REMOVE;
	if (chosen->status_lies)
		overlay->id = 0;
	return error;
}

static int keep_blob(struct overlay *overlay, const void *data, size_t size)
{
	if (overlay->blob)
		return -EPERM;
	overlay->blob = data ? kmemdup(data, size, GFP_KERNEL) : NULL;
	overlay->size = overlay->blob ? size : 0;
	return data && !overlay->blob ? -ENOMEM : 0;
}

static void drop_blob(struct overlay *overlay)
{
	kfree(overlay->blob);
	overlay->blob = NULL;
	overlay->size = 0;
}

static ssize_t item_path_show(struct config_item *item, char *page)
{
	return sprintf(page, "\n");
}

/* There is no firmware to load here: every path is one that fails. */
static ssize_t item_path_store(struct config_item *item, const char *page, size_t count)
{
	return chosen->path_hides ? (ssize_t)count : -ENOENT;
}

static ssize_t item_status_show(struct config_item *item, char *page)
{
	const struct overlay *overlay = to_overlay(item);
	bool applied = overlay->id >= chosen->least_id;

	if (chosen->numbers)
		return sprintf(page, "%d\n", overlay->state);
	if (chosen->digit)
		return sprintf(page, "%d\n", applied);
	return sprintf(page, "%s\n", applied ? "applied" : "unapplied");
}

static ssize_t item_status_store(struct config_item *item, const char *page, size_t count)
{
	struct overlay *overlay = to_overlay(item);
	unsigned long value;
	int error = 0;

	if (kstrtoul(page, 0, &value))
		return -EPERM;
	mutex_lock(&lock);
	if (value && overlay->id < chosen->least_id)
		error = apply(overlay);
	else if (!value)
		error = take_out(overlay);
	mutex_unlock(&lock);
	return error && !chosen->status_lies ? error : (ssize_t)count;
}

static ssize_t item_dtbo_read(struct config_item *item, void *data, size_t room)
{
	const struct overlay *overlay = to_overlay(item);

	if (data)
		memcpy(data, overlay->blob, min(room, overlay->size));
	return overlay->size;
}

static ssize_t item_dtbo_write(struct config_item *item, const void *data, size_t size)
{
	struct overlay *overlay = to_overlay(item);
	int error;

	mutex_lock(&lock);
	if (chosen->by_status && overlay->id < chosen->least_id)
		drop_blob(overlay);
	error = keep_blob(overlay, data, size);
	if (!error && !chosen->by_status) {
		error = apply(overlay);
		if (error)
			drop_blob(overlay);
	}
	mutex_unlock(&lock);
	return error ? error : (ssize_t)size;
}

CONFIGFS_ATTR(item_, path);
CONFIGFS_ATTR(item_, status);
CONFIGFS_BIN_ATTR(item_, dtbo, NULL, BLOB_MAX);

static struct configfs_attribute *attrs[3];

static struct configfs_bin_attribute *bin_attrs[] = {
	&item_attr_dtbo,
	NULL,
};

static void release_overlay(struct config_item *item)
{
	struct overlay *overlay = to_overlay(item);

	drop_blob(overlay);
	kfree(overlay);
}

static struct configfs_item_operations item_ops = {.release = release_overlay};

static const struct config_item_type item_type = {
	.ct_item_ops = &item_ops,
	.ct_attrs = attrs,
	.ct_bin_attrs = bin_attrs,
	.ct_owner = THIS_MODULE,
};

static struct config_item *make_item(struct config_group *group, const char *item_name)
{
	struct overlay *overlay = kzalloc(sizeof(*overlay), GFP_KERNEL);

	if (!overlay)
		return ERR_PTR(-ENOMEM);
	overlay->id = -1;
	config_item_init_type_name(&overlay->item, item_name, &item_type);
	return &overlay->item;
}

static void drop_item(struct config_group *group, struct config_item *item)
{
	mutex_lock(&lock);
	take_out(to_overlay(item));
	mutex_unlock(&lock);
	config_item_put(item);
}

static struct configfs_group_operations group_ops = {
	.make_item = make_item,
	.drop_item = drop_item,
};

static const struct config_item_type group_type = {
	.ct_group_ops = &group_ops,
	.ct_owner = THIS_MODULE,
};

static const struct config_item_type device_tree_type = {.ct_owner = THIS_MODULE};

static struct config_group overlays;

static struct configfs_subsystem subsystem = {
	.su_group.cg_item.ci_namebuf = "device-tree",
	.su_group.cg_item.ci_type = &device_tree_type,
	.su_mutex = __MUTEX_INITIALIZER(subsystem.su_mutex),
};

static int __init variants_init(void)
{
	unsigned int i, count = 0;

	for (i = 0; i < ARRAY_SIZE(variants); i++) {
		if (!strcmp(variants[i].name, name))
			chosen = &variants[i];
	}
	if (!chosen)
		return -EINVAL;
	item_attr_status.ca_mode = chosen->by_status ? 0644 : 0444;
	attrs[count++] = &item_attr_status;
	if (chosen->path)
		attrs[count] = &item_attr_path;
	config_group_init(&subsystem.su_group);
	config_group_init_type_name(&overlays, "overlays", &group_type);
	configfs_add_default_group(&overlays, &subsystem.su_group);
	return configfs_register_subsystem(&subsystem);
}

static void __exit variants_exit(void)
{
	configfs_unregister_subsystem(&subsystem);
}

module_init(variants_init);
module_exit(variants_exit);

MODULE_DESCRIPTION("Device tree overlays through configfs, as vendors have it");
MODULE_AUTHOR("the nv2dtc authors");
MODULE_LICENSE("GPL");
