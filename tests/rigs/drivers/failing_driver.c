// SPDX-License-Identifier: GPL-2.0
/*
 * Takes the kernel's word that an overlay comes or goes, and fails with it when told
 * to, as a driver of what is in the overlay may. Never to be used outside of tests.
 */
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/of.h>

static bool pre_apply, post_apply, pre_remove;
module_param(pre_apply, bool, 0644);
MODULE_PARM_DESC(pre_apply, "fail before an overlay is applied");
module_param(post_apply, bool, 0644);
MODULE_PARM_DESC(post_apply, "fail once it is applied");
module_param(pre_remove, bool, 0644);
MODULE_PARM_DESC(pre_remove, "fail before it is removed");

static int hear(struct notifier_block *block, unsigned long action, void *data)
{
	bool fails = (action == OF_OVERLAY_PRE_APPLY && pre_apply) ||
		     (action == OF_OVERLAY_POST_APPLY && post_apply) ||
		     (action == OF_OVERLAY_PRE_REMOVE && pre_remove);

	return fails ? notifier_from_errno(-ENODEV) : NOTIFY_OK;
}

/* After the others have heard it. */
static struct notifier_block block = {.notifier_call = hear, .priority = -1};

static int __init failing_driver_init(void)
{
	return of_overlay_notifier_register(&block);
}

static void __exit failing_driver_exit(void)
{
	of_overlay_notifier_unregister(&block);
}

module_init(failing_driver_init);
module_exit(failing_driver_exit);

MODULE_DESCRIPTION("Fails with overlays when told to");
MODULE_AUTHOR("the nv2dtc authors");
MODULE_LICENSE("GPL");
