/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a directory as the root of a machine, checks what the Linux side of
 * the runtime does to files there. Never touches this machine's own.
 */
#include "linux_root.h"

#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "blob/fdt.h"
#include "linux/configfs.h"
#include "linux/file.h"
#include "linux/live_tree.h"
#include "linux/state.h"

/* ---- paths ---- */

START_TEST(paths_stay_below_the_root)
{
	int fd;

	put_text("etc/a", "a");
	ck_assert_int_eq(symlink("/etc", path_of("link")), 0);
	ck_assert_int_eq(symlink("a", path_of("etc/b")), 0);
	fd = root_open_at(&root, "/etc//a", O_RDONLY);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	fd = root_open_at(&root, "/", O_RDONLY | O_DIRECTORY);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(root_open_at(&root, "/link/passwd", O_RDONLY), -ENOTDIR);
	ck_assert_int_eq(root_open_at(&root, "/etc/b", O_RDONLY), -ELOOP);
	ck_assert_int_eq(root_open_at(&root, "/../etc/a", O_RDONLY), -EXDEV);
	ck_assert_int_eq(root_open_at(&root, "/etc/..", O_RDONLY), -EXDEV);
	ck_assert_int_eq(root_open_at(&root, "/etc/none", O_RDONLY), -ENOENT);
	ck_assert_int_eq(root_open_at(&root, "/none/a", O_RDONLY), -ENOENT);
}
END_TEST

START_TEST(a_name_may_be_long_but_not_too_long)
{
	char path[NAME_MAX + 3];

	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[NAME_MAX + 2] = 0;
	ck_assert_int_eq(root_open_at(&root, path, O_RDONLY), -ENAMETOOLONG);
	path[NAME_MAX + 1] = 0;
	ck_assert_int_eq(root_open_at(&root, path, O_RDONLY), -ENOENT);
}
END_TEST

START_TEST(a_root_that_is_not_there_is_a_wrong_command_line)
{
	struct linux_options wrong = {.root = path_of("none"), .log = &test_log};
	bool usage = false;

	ck_assert_ptr_null(linux_machine_open(&wrong, &usage));
	ck_assert(usage);
	ck_assert_heard("name a directory with --root path=");
	put_text("file", "");
	wrong.root = path_of("file");
	ck_assert_ptr_null(linux_machine_open(&wrong, &usage));
	ck_assert(usage);
}
END_TEST

START_TEST(no_root_and_a_slash_are_this_machine)
{
	const char *const same[] = {NULL, "", "/", "//"};

	for (size_t i = 0; i < COUNT(same); i++) {
		struct linux_options here = {.root = same[i], .read_only = true, .log = &test_log};
		struct root machine;

		ck_assert_int_eq(root_open(&machine, &here), 0);
		ck_assert(root_is_machine(&machine));
		ck_assert_str_eq(machine.path, "");
		root_close(&machine);
	}
	ck_assert(!root_is_machine(&root));
}
END_TEST

START_TEST(paths_in_messages_have_the_root_in_front)
{
	struct root_shown shown;

	root_show(&root, &shown, "/run/%s", "a b");
	ck_assert_str_eq(shown.path, path_of("run/a b"));
	ck_assert_int_eq(shown.value[0], '"');
}
END_TEST

/* ---- the live tree ---- */

static struct nv2_fdt read_live_tree(struct bytes *tree)
{
	struct nv2_fdt fdt;

	ck_assert_int_eq(live_tree_read(&root, tree), 0);
	ck_assert_int_eq(nv2_fdt_open(&fdt, tree->data, tree->size), NV2_OK);
	ck_assert_uint_eq(fdt.size, tree->size);
	return fdt;
}

static void check_property(const struct nv2_fdt *fdt, const char *node, const char *name,
			   const void *value, uint32_t size)
{
	uint32_t at = nv2_fdt_find(fdt, node, strlen(node)), len = 0;
	const unsigned char *found = nv2_fdt_property(fdt, at, name, &len);

	ck_assert_msg(at && found, "%s:%s", node, name);
	ck_assert_uint_eq(len, size);
	ck_assert_mem_eq(found, value, size);
}

static bool has_property(const struct nv2_fdt *fdt, const char *node, const char *name)
{
	uint32_t len;

	return nv2_fdt_property(fdt, nv2_fdt_find(fdt, node, strlen(node)), name, &len);
}

START_TEST(directories_become_a_tree)
{
	struct bytes tree;
	struct nv2_fdt fdt;
	uint32_t node;

	put_bytes("proc/device-tree/name", "", 1);
	put_bytes("proc/device-tree/#address-cells", "\0\0\0\2", 4);
	put_bytes("proc/device-tree/npu@5011000/name", "npu", 4);
	put_bytes("proc/device-tree/npu@5011000/empty", "", 0);
	put_bytes("proc/device-tree/npu@5011000/odd", "abcde", 5);
	put_bytes("proc/device-tree/npu@5011000/link@1/#address-cells", "\0\0\0\1", 4);
	put_bytes("proc/device-tree/npu@5011000/link@0/reg", "\0\0\0\0", 4);
	put_bytes("proc/device-tree/memory#1/a", "b", 2);
	fdt = read_live_tree(&tree);
	check_property(&fdt, "/", "#address-cells", "\0\0\0\2", 4);
	check_property(&fdt, "/npu@5011000", "empty", "", 0);
	check_property(&fdt, "/npu@5011000", "odd", "abcde", 5);
	check_property(&fdt, "/npu@5011000/link@1", "#address-cells", "\0\0\0\1", 4);
	check_property(&fdt, "/npu@5011000/link@0", "reg", "\0\0\0\0", 4);
	check_property(&fdt, "/memory#1", "a", "b", 2);
	ck_assert(!has_property(&fdt, "/", "name"));
	ck_assert(!has_property(&fdt, "/npu@5011000", "name"));
	/* Sorted: the same directories are the same bytes. */
	node = nv2_fdt_child(&fdt, fdt.root);
	ck_assert_str_eq(nv2_fdt_name(&fdt, node), "memory#1");
	node = nv2_fdt_child(&fdt, nv2_fdt_sibling(&fdt, node));
	ck_assert_str_eq(nv2_fdt_name(&fdt, node), "link@0");
	free(tree.data);
}
END_TEST

START_TEST(a_name_that_the_kernel_did_not_make_is_kept)
{
	struct bytes tree;
	struct nv2_fdt fdt;

	put_bytes("proc/device-tree/a@1/name", "b", 2);
	put_bytes("proc/device-tree/b@1/name", "b", 1);
	put_bytes("proc/device-tree/c@1/name", "c@1", 4);
	put_bytes("proc/device-tree/d@1/names", "d", 2);
	put_bytes("proc/device-tree/e/f/name", "e", 2);
	fdt = read_live_tree(&tree);
	check_property(&fdt, "/a@1", "name", "b", 2);
	check_property(&fdt, "/b@1", "name", "b", 1);
	check_property(&fdt, "/c@1", "name", "c@1", 4);
	check_property(&fdt, "/d@1", "names", "d", 2);
	check_property(&fdt, "/e/f", "name", "e", 2);
	free(tree.data);
}
END_TEST

START_TEST(values_of_any_size)
{
	static const uint32_t sizes[] = {4095, 4096, 4097, 65535, 65536, 65537, 300000, 1 << 20};
	static unsigned char value[1 << 20];
	struct bytes tree;
	struct nv2_fdt fdt;

	for (size_t i = 0; i < sizeof(value); i++)
		value[i] = (unsigned char)(i * 7 + i / 251);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		char path[64];

		snprintf(path, sizeof(path), "proc/device-tree/n/p%" PRIu32, sizes[i]);
		put_bytes(path, value, sizes[i]);
	}
	fdt = read_live_tree(&tree);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		char name[32];

		snprintf(name, sizeof(name), "p%" PRIu32, sizes[i]);
		check_property(&fdt, "/n", name, value, sizes[i]);
	}
	free(tree.data);
}
END_TEST

START_TEST(more_names_than_are_remembered)
{
	struct bytes tree;
	struct nv2_fdt fdt;
	char path[64];

	for (int i = 0; i < 3000; i++) {
		snprintf(path, sizeof(path), "proc/device-tree/n%d/p%d", i % 2, i);
		put_bytes(path, &i, 1);
	}
	fdt = read_live_tree(&tree);
	for (int i = 0; i < 3000; i++) {
		snprintf(path, sizeof(path), "p%d", i);
		check_property(&fdt, i % 2 ? "/n1" : "/n0", path, &i, 1);
	}
	free(tree.data);
}
END_TEST

START_TEST(links_and_fifos_are_none_of_the_tree)
{
	struct bytes tree;
	struct nv2_fdt fdt;

	put_bytes("proc/device-tree/n/p", "1", 1);
	ck_assert_int_eq(symlink("n", path_of("proc/device-tree/m")), 0);
	ck_assert_int_eq(symlink("p", path_of("proc/device-tree/n/q")), 0);
	ck_assert_int_eq(mkfifo(path_of("proc/device-tree/n/f"), 0600), 0);
	fdt = read_live_tree(&tree);
	check_property(&fdt, "/n", "p", "1", 1);
	ck_assert_uint_eq(nv2_fdt_find(&fdt, "/m", 2), 0);
	ck_assert(!has_property(&fdt, "/n", "q"));
	ck_assert(!has_property(&fdt, "/n", "f"));
	free(tree.data);
}
END_TEST

START_TEST(the_tree_of_sysfs_serves_as_well)
{
	struct bytes tree;
	struct nv2_fdt fdt;

	/* As on a machine, where it would lead out of the root. */
	make_dirs("proc");
	ck_assert_int_eq(symlink("/sys/firmware/devicetree/base", path_of("proc/device-tree")), 0);
	put_bytes("sys/firmware/devicetree/base/p", "1", 1);
	fdt = read_live_tree(&tree);
	check_property(&fdt, "/", "p", "1", 1);
	free(tree.data);
}
END_TEST

START_TEST(no_tree_at_all)
{
	struct bytes tree;

	ck_assert_int_eq(live_tree_read(&root, &tree), -ENOENT);
	ck_assert_ptr_null(tree.data);
	ck_assert_heard("this kernel needs CONFIG_OF");
}
END_TEST

/* 64 levels below the root can be; nothing here is recursive, so deeper ones cost nothing. */
START_TEST(trees_of_any_depth)
{
	char path[1024] = "proc/device-tree";
	struct bytes tree;
	unsigned open = count_open();

	for (unsigned i = 0; i < NV2_FDT_DEPTH_MAX; i++)
		strcat(path, "/d");
	make_dirs(path);
	read_live_tree(&tree);
	free(tree.data);
	strcat(path, "/d");
	make_dirs(path);
	ck_assert_int_eq(live_tree_read(&root, &tree), -ELOOP);
	ck_assert_heard("nested too deep");
	ck_assert_uint_eq(count_open(), open);
}
END_TEST

START_TEST(a_tree_too_large_to_be_one)
{
	struct bytes tree;
	unsigned open = count_open();

	put_bytes("proc/device-tree/n/p", "1", 1);
	put_hole("proc/device-tree/n/q", (off_t)65 << 20);
	ck_assert_int_eq(live_tree_read(&root, &tree), -EFBIG);
	ck_assert_ptr_null(tree.data);
	ck_assert_heard("device-tree/n/q: ");
	ck_assert_heard("more than 64 MiB");
	ck_assert_uint_eq(count_open(), open);
}
END_TEST

START_TEST(a_tree_that_only_root_may_read)
{
	struct bytes tree;

	put_bytes("proc/device-tree/n/security-password", "1", 1);
	ck_assert_int_eq(chmod(path_of("proc/device-tree/n/security-password"), 0), 0);
	ck_assert(is_nobody());
	ck_assert_int_eq(live_tree_read(&root, &tree), -EACCES);
	ck_assert_heard("device-tree/n/security-password: ");
	ck_assert_heard("only root may");
}
END_TEST

static void make_small_tree(void)
{
	put_bytes("proc/device-tree/compatible", "ibm,witherspoon", 16);
	put_bytes("proc/device-tree/a/name", "a", 2);
	put_bytes("proc/device-tree/a/b/c", "1", 1);
	put_bytes("proc/device-tree/d/e", "2", 1);
}

/* What cannot be closed was read all the same. */
START_TEST(each_call_of_reading_a_tree_fails)
{
	bool hit = true;
	struct bytes good, tree;
	unsigned open = count_open(), failed = 0;

	make_small_tree();
	read_live_tree(&good);
	for (unsigned at = 1; hit; at++) {
		int error;

		set_fault(FAULT_ERROR, EIO, at);
		error = live_tree_read(&root, &tree);
		hit = end_fault();
		failed += error < 0;
		/* Until the directory is open, the other place is tried, which is not there. */
		ck_assert(error == (at <= 2 ? -ENOENT : -EIO) || !error);
		ck_assert(error ? !tree.data : tree.size == good.size);
		free(tree.data);
		ck_assert_uint_eq(count_open(), open);
	}
	/*
	 * Two directories on the way, three below them, four properties to open and to read. Not
	 * counted: getdents64(2).
	 */
	ck_assert_uint_eq(failed, 2 + 3 + 4 * 2);
	free(good.data);
}
END_TEST

START_TEST(reading_a_tree_is_interrupted)
{
	struct bytes good, tree;

	make_small_tree();
	read_live_tree(&good);
	for (unsigned at = 1;; at++) {
		set_fault(FAULT_ERROR, EINTR, at);
		ck_assert_int_eq(live_tree_read(&root, &tree), 0);
		ck_assert_mem_eq(tree.data, good.data, good.size);
		free(tree.data);
		if (!end_fault())
			break;
	}
	free(good.data);
}
END_TEST

START_TEST(a_tree_that_changes_is_read_again)
{
	bool hit = true;
	struct bytes good, tree;
	unsigned open = count_open(), again = 0;

	make_small_tree();
	read_live_tree(&good);
	for (unsigned at = 1; hit; at++) {
		int error;

		set_fault(FAULT_ERROR, ENOENT, at);
		error = live_tree_read(&root, &tree);
		hit = end_fault();
		if (at <= 2 && error == -ENOENT) /* proc, device-tree */
			continue;
		again++;
		ck_assert_int_eq(error, 0);
		ck_assert_mem_eq(tree.data, good.data, good.size);
		free(tree.data);
		ck_assert_uint_eq(count_open(), open);
	}
	ck_assert_uint_ge(again, 3 + 4 * 2);
	free(good.data);
}
END_TEST

/* ---- overlays ---- */

#define OVERLAYS "sys/kernel/config/device-tree/overlays"

static struct configfs configfs;

static void setup_overlays(void)
{
	setup_root();
	configfs_init(&configfs, &root);
}

static void teardown_overlays(void)
{
	configfs_close(&configfs);
	teardown_root();
}

/* An item as a kernel makes it. */
static void make_item(const char *name, mode_t status_mode)
{
	char path[512];

	make_dirs(OVERLAYS);
	ck_assert_int_eq(configfs_make(&configfs, name), 0);
	snprintf(path, sizeof(path), OVERLAYS "/%s/path", name);
	put_text(path, "");
	snprintf(path, sizeof(path), OVERLAYS "/%s/dtbo", name);
	put_text(path, "");
	snprintf(path, sizeof(path), OVERLAYS "/%s/status", name);
	put_text(path, "unapplied\n");
	ck_assert_int_eq(chmod(path_of(path), status_mode), 0);
}

START_TEST(a_kernel_without_the_interface)
{
	struct bytes names;

	ck_assert_int_eq(configfs_open(&configfs), -ENOENT);
	ck_assert_heard("CONFIG_OF_OVERLAY");
	ck_assert_heard("kmod/");
	make_dirs("sys/kernel/config");
	ck_assert_int_eq(configfs_open(&configfs), -ENOENT);
	make_dirs("sys/kernel/config/device-tree");
	ck_assert_int_eq(configfs_list(&configfs, &names), -ENOENT);
	ck_assert_int_eq(configfs_make(&configfs, "a"), -ENOENT);
	make_dirs(OVERLAYS);
	ck_assert_int_eq(configfs_open(&configfs), 0);
}
END_TEST

START_TEST(the_interface_where_old_images_have_it)
{
	make_dirs("config/device-tree/overlays");
	ck_assert_int_eq(configfs_make(&configfs, "a"), 0);
	ck_assert_int_eq(access(path_of("config/device-tree/overlays/a"), F_OK), 0);
}
END_TEST

/* The group of a directory tree that is not root's own could be a link to anywhere. */
START_TEST(the_interface_is_no_link)
{
	make_dirs("sys/kernel/config");
	make_dirs("elsewhere/overlays");
	ck_assert_int_eq(symlink("../../../elsewhere", path_of("sys/kernel/config/device-tree")),
			 0);
	ck_assert_int_lt(configfs_open(&configfs), 0);
}
END_TEST

START_TEST(items_come_and_go)
{
	struct overlay_item item;
	struct bytes names;

	make_item("nv2-a", 0644);
	make_item("nv2-b", 0444);
	put_text(OVERLAYS "/error", "an attribute of the group");
	ck_assert_int_eq(configfs_list(&configfs, &names), 0);
	ck_assert_uint_eq(names.size, 12);
	ck_assert_mem_eq(names.data, "nv2-a\0nv2-b", 12);
	free(names.data);
	ck_assert_int_eq(configfs_make(&configfs, "nv2-a"), -EEXIST);
	ck_assert_heard("item=nv2-a errno=");

	ck_assert_int_eq(configfs_look(&configfs, "nv2-a", &item), 0);
	ck_assert(item.path && item.dtbo && item.status && item.status_writable);
	ck_assert_str_eq(item.text, "unapplied");
	ck_assert_int_eq(configfs_look(&configfs, "nv2-b", &item), 0);
	ck_assert(item.status && !item.status_writable);
	ck_assert_int_eq(configfs_look(&configfs, "nv2-c", &item), -ENOENT);
	ck_assert(!item.dtbo);

	ck_assert_int_lt(configfs_remove(&configfs, "nv2-a"), 0); /* a plain directory has files */
	ck_assert_int_eq(remove(path_of(OVERLAYS "/nv2-a/path")), 0);
	ck_assert_int_eq(remove(path_of(OVERLAYS "/nv2-a/dtbo")), 0);
	ck_assert_int_eq(configfs_look(&configfs, "nv2-a", &item), 0);
	ck_assert(!item.path && !item.dtbo && item.status);
	ck_assert_int_eq(remove(path_of(OVERLAYS "/nv2-a/status")), 0);
	ck_assert_int_eq(configfs_look(&configfs, "nv2-a", &item), 0);
	ck_assert(!item.status && !item.status_writable && !item.text[0]);
	ck_assert_int_eq(configfs_remove(&configfs, "nv2-a"), 0);
	ck_assert_int_eq(configfs_remove(&configfs, "nv2-a"), -ENOENT);
}
END_TEST

START_TEST(names_of_items_are_one_component)
{
	static const char *const bad[] = {"", ".", "..", ".hidden", "a/b", "../a"};
	char name[NAME_MAX + 2];

	make_dirs(OVERLAYS);
	for (size_t i = 0; i < COUNT(bad); i++)
		ck_assert_int_eq(configfs_make(&configfs, bad[i]), -EINVAL);
	memset(name, 'a', sizeof(name));
	name[NAME_MAX + 1] = 0;
	ck_assert_int_eq(configfs_make(&configfs, name), -EINVAL);
	name[NAME_MAX] = 0;
	ck_assert_int_eq(configfs_make(&configfs, name), 0);
	ck_assert_uint_eq(count_files(path_of(OVERLAYS)), 1);
}
END_TEST

START_TEST(a_status_that_is_not_what_one_expects)
{
	struct overlay_item item;

	make_item("a", 0644);
	put_text(OVERLAYS "/a/status", "0");
	ck_assert_int_eq(configfs_look(&configfs, "a", &item), 0);
	ck_assert_str_eq(item.text, "0");
	put_text(OVERLAYS "/a/status", "applied\nand more\n");
	ck_assert_int_eq(configfs_look(&configfs, "a", &item), 0);
	ck_assert_str_eq(item.text, "applied");
	put_text(OVERLAYS "/a/status", "0123456789012345678901234567890");
	ck_assert_int_eq(configfs_look(&configfs, "a", &item), 0);
	ck_assert_str_eq(item.text, "0123456789012345678901234567890");
	put_text(OVERLAYS "/a/status", "01234567890123456789012345678901");
	ck_assert_int_eq(configfs_look(&configfs, "a", &item), 0);
	ck_assert_str_eq(item.text, "");
	put_hole(OVERLAYS "/a/status", 5000);
	ck_assert_int_eq(configfs_look(&configfs, "a", &item), 0);
	ck_assert_str_eq(item.text, "");
}
END_TEST

START_TEST(a_blob_is_handed_over_in_one_write)
{
	static unsigned char blob[70000];
	struct bytes back;
	unsigned open, writes;

	for (size_t i = 0; i < sizeof(blob); i++)
		blob[i] = (unsigned char)(i * 13);
	make_item("a", 0644);
	open = count_open();
	writes = fault.writes;
	ck_assert_int_eq(configfs_write(&configfs, "a", blob, sizeof(blob)), 0);
	ck_assert_uint_eq(fault.writes, writes + 1);
	ck_assert_int_eq(configfs_read(&configfs, "a", &back), 0);
	ck_assert_uint_eq(back.size, sizeof(blob));
	ck_assert_mem_eq(back.data, blob, sizeof(blob));
	free(back.data);
	ck_assert(has_text(OVERLAYS "/a/path", ""));
	ck_assert_int_eq(configfs_set(&configfs, "a", "1"), 0);
	ck_assert_uint_eq(fault.writes, writes + 2);
	ck_assert(has_text(OVERLAYS "/a/status",
			   "1napplied\n")); /* nothing else was done to the file */
	ck_assert_uint_eq(count_open(), open);
}
END_TEST

START_TEST(blobs_and_texts_have_a_size)
{
	static unsigned char blob[OVERLAY_SIZE_MAX + 1];
	static char text[ATTRIBUTE_SIZE_MAX + 2];
	struct bytes back;

	make_item("a", 0644);
	ck_assert_int_eq(configfs_write(&configfs, "a", blob, 0), -EINVAL);
	ck_assert_int_eq(configfs_write(&configfs, "a", blob, sizeof(blob)), -EFBIG);
	ck_assert_heard("it has 1048577 bytes, and a kernel takes 1048576");
	ck_assert(has_text(OVERLAYS "/a/dtbo", ""));
	ck_assert_int_eq(configfs_write(&configfs, "a", blob, OVERLAY_SIZE_MAX), 0);
	ck_assert_int_eq(configfs_read(&configfs, "a", &back), 0);
	ck_assert_uint_eq(back.size, OVERLAY_SIZE_MAX);
	free(back.data);
	put_bytes(OVERLAYS "/a/dtbo", blob, sizeof(blob));
	ck_assert_int_eq(configfs_read(&configfs, "a", &back), -EFBIG);
	memset(text, '1', sizeof(text) - 1);
	ck_assert_int_eq(configfs_set(&configfs, "a", text), -EINVAL);
	text[ATTRIBUTE_SIZE_MAX] = 0;
	ck_assert_int_eq(configfs_set(&configfs, "a", text), 0);
	ck_assert_int_eq(configfs_set(&configfs, "a", ""), -EINVAL);
}
END_TEST

START_TEST(nobody_else_gets_an_item_to_read)
{
	struct stat status;

	make_dirs(OVERLAYS);
	ck_assert_int_eq(configfs_make(&configfs, "a"), 0);
	ck_assert_int_eq(stat(path_of(OVERLAYS "/a"), &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0700);
}
END_TEST

START_TEST(an_item_is_no_link)
{
	struct overlay_item item;

	make_dirs(OVERLAYS);
	put_text("elsewhere/dtbo", "");
	ck_assert_int_eq(symlink("../../../../elsewhere", path_of(OVERLAYS "/a")), 0);
	ck_assert_int_lt(configfs_look(&configfs, "a", &item), 0);
	ck_assert_int_lt(configfs_write(&configfs, "a", "b", 1), 0);
	make_item("c", 0644);
	ck_assert_int_eq(remove(path_of(OVERLAYS "/c/dtbo")), 0);
	ck_assert_int_eq(symlink("status", path_of(OVERLAYS "/c/dtbo")), 0);
	ck_assert_int_eq(configfs_write(&configfs, "c", "b", 1), -ELOOP);
	ck_assert(has_text("elsewhere/dtbo", ""));
}
END_TEST

START_TEST(nothing_is_changed_when_only_looking)
{
	struct bytes back;

	make_item("a", 0644);
	put_text(OVERLAYS "/a/dtbo", "blob");
	configfs_close(&configfs);
	root_close(&root);
	open_root(true);
	ck_assert_int_eq(configfs_make(&configfs, "b"), -EROFS);
	ck_assert_int_eq(configfs_write(&configfs, "a", "x", 1), -EROFS);
	ck_assert_int_eq(configfs_set(&configfs, "a", "1"), -EROFS);
	ck_assert_int_eq(configfs_remove(&configfs, "a"), -EROFS);
	ck_assert_int_eq(configfs_read(&configfs, "a", &back), 0);
	ck_assert_mem_eq(back.data, "blob", 4);
	free(back.data);
	ck_assert_uint_eq(count_files(path_of(OVERLAYS)), 1);
}
END_TEST

static int change_overlay(unsigned which)
{
	struct bytes bytes;
	int error;

	switch (which) {
	case 0:
		return configfs_write(&configfs, "a", "blob", 4);
	case 1:
		return configfs_set(&configfs, "a", "0");
	case 2:
		error = configfs_read(&configfs, "a", &bytes);
		break;
	default:
		error = configfs_list(&configfs, &bytes);
		break;
	}
	free(bytes.data);
	return error;
}

START_TEST(each_call_of_an_overlay_fails)
{
	unsigned open;

	make_item("a", 0644);
	ck_assert_int_eq(configfs_open(&configfs), 0);
	open = count_open();
	for (unsigned at = 1;; at++) {
		int error;

		set_fault(FAULT_ERROR, EIO, at);
		error = change_overlay((unsigned)_i);
		if (!end_fault())
			break;
		ck_assert(error == -EIO || !error);
		/* A close(2) that fails is a kernel that did not take it. */
		if (_i < 2 && !error)
			ck_assert_uint_eq(at, 3); /* that of the item's directory */
		ck_assert_uint_eq(count_open(), open);
	}
	for (unsigned at = 1;; at++) {
		set_fault(FAULT_SHORT, 0, at);
		if (change_overlay((unsigned)_i))
			ck_assert_int_lt(_i, 2);
		else if (_i == 0)
			ck_assert(has_text(OVERLAYS "/a/dtbo", "blob"));
		if (!end_fault())
			break;
	}
}
END_TEST

START_TEST(a_write_that_is_cut_short_is_an_error)
{
	make_item("a", 0644);
	ck_assert_int_eq(configfs_open(&configfs), 0);
	set_fault(FAULT_SHORT, 0, 4); /* open, open, close, write */
	ck_assert_int_eq(configfs_write(&configfs, "a", "blob", 4), -EIO);
	ck_assert(end_fault());
	ck_assert(has_text(OVERLAYS "/a/dtbo", "bl"));
	set_fault(FAULT_ERROR, EINTR, 4);
	ck_assert_int_eq(configfs_write(&configfs, "a", "blob", 4), 0);
	ck_assert(end_fault());
	ck_assert(has_text(OVERLAYS "/a/dtbo", "blob"));
}
END_TEST

/* ---- what is remembered ---- */

static struct state state;

static void setup_state(void)
{
	setup_root();
	ck_assert_int_eq(state_open(&state, &root, 0), 0);
}

static void teardown_state(void)
{
	state_close(&state);
	teardown_root();
}

static void check_loaded(const char *name, const char *wanted)
{
	struct bytes content;

	ck_assert_int_eq(state_load(&state, name, &content), 0);
	ck_assert_uint_eq(content.size, strlen(wanted));
	ck_assert_mem_eq(content.data, wanted, strlen(wanted));
	free(content.data);
}

START_TEST(what_is_stored_is_loaded)
{
	struct bytes content;
	struct stat status;

	ck_assert_int_eq(state_load(&state, "record", &content), -ENOENT);
	ck_assert_uint_eq(heard.lines, 0);
	ck_assert_int_eq(state_store(&state, "record", "one", 3), 0);
	check_loaded("record", "one");
	ck_assert_int_eq(state_store(&state, "record", "second", 6), 0);
	check_loaded("record", "second");
	ck_assert_int_eq(state_store(&state, "bundle", "", 0), 0);
	check_loaded("bundle", "");
	ck_assert_int_eq(stat(path_of("run/nv2boot"), &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0700);
	ck_assert_int_eq(stat(path_of("run/nv2boot/record"), &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0600);
	ck_assert_uint_eq(count_files(path_of("run/nv2boot")), 3); /* and the lock */
	ck_assert_int_eq(state_drop(&state, "record"), 0);
	ck_assert_int_eq(state_load(&state, "record", &content), -ENOENT);
	ck_assert_int_eq(state_drop(&state, "record"), 0);
	ck_assert_uint_eq(heard.errors, 0);
}
END_TEST

START_TEST(names_that_are_no_names)
{
	static const char *const bad[] = {"", ".", "..", ".new-1", "a/b", "../record", "lock"};
	struct bytes content;

	for (size_t i = 0; i < COUNT(bad); i++) {
		ck_assert_int_eq(state_load(&state, bad[i], &content), -EINVAL);
		ck_assert_int_eq(state_store(&state, bad[i], "", 0), -EINVAL);
		ck_assert_int_eq(state_drop(&state, bad[i]), -EINVAL);
	}
}
END_TEST

START_TEST(files_that_are_no_files)
{
	struct bytes content;

	put_text("elsewhere", "secret");
	ck_assert_int_eq(symlink("../../elsewhere", path_of("run/nv2boot/record")), 0);
	ck_assert_int_eq(mkfifo(path_of("run/nv2boot/bundle"), 0600), 0);
	ck_assert_int_eq(mkdir(path_of("run/nv2boot/overlay"), 0700), 0);
	ck_assert_int_eq(state_load(&state, "record", &content), -ELOOP);
	ck_assert_int_eq(state_load(&state, "bundle", &content), -EINVAL);
	ck_assert_int_eq(state_load(&state, "overlay", &content), -EINVAL);
	ck_assert_int_lt(state_store(&state, "overlay", "a", 1), 0);
	/* Storing puts a file in the link's place, and leaves what it led to. */
	ck_assert_int_eq(state_store(&state, "record", "mine", 4), 0);
	check_loaded("record", "mine");
	ck_assert(has_text("elsewhere", "secret"));
	put_hole("run/nv2boot/large", (off_t)STATE_SIZE_MAX + 1);
	ck_assert_int_eq(state_load(&state, "large", &content), -EFBIG);
	ck_assert_int_eq(state_store(&state, "larger", "", STATE_SIZE_MAX + 1), -EFBIG);
}
END_TEST

/* Whatever fails: the old content or the new one, nothing in between, nothing left over. */
START_TEST(each_call_of_storing_fails)
{
	static const int errors[] = {EIO, ENOSPC};
	unsigned open, failed = 0;

	ck_assert_int_eq(state_store(&state, "record", "old", 3), 0);
	open = count_open();
	for (unsigned at = 1;; at++) {
		struct bytes content;
		int error;

		set_fault(FAULT_ERROR, errors[at % 2], at);
		error = state_store(&state, "record", "newer", 5);
		if (!end_fault())
			break;
		failed++;
		ck_assert_int_eq(error, -errors[at % 2]);
		ck_assert_uint_eq(count_open(), open);
		ck_assert_int_eq(state_load(&state, "record", &content), 0);
		ck_assert(!strcmp((char *)content.data, "old") ||
			  !strcmp((char *)content.data, "newer"));
		free(content.data);
		ck_assert_uint_eq(count_files(path_of("run/nv2boot")), 2);
	}
	/* open, write, fsync, close, rename, fsync of the directory */
	ck_assert_uint_eq(failed, 6);
	check_loaded("record", "newer");
	for (unsigned at = 1; at <= 3; at++) {
		set_fault(FAULT_ERROR, EIO, at); /* unlink, fsync */
		ck_assert_int_eq(state_drop(&state, "record"), at <= 2 ? -EIO : 0);
		end_fault();
	}
}
END_TEST

START_TEST(storing_is_cut_short_and_interrupted)
{
	for (unsigned at = 1; at <= 6; at++) {
		set_fault(FAULT_SHORT, 0, at);
		ck_assert_int_eq(state_store(&state, "record", "abcdefgh", 8), 0);
		end_fault();
		check_loaded("record", "abcdefgh");
	}
	set_fault(FAULT_ERROR, EINTR, 2); /* the write */
	ck_assert_int_eq(state_store(&state, "record", "ijkl", 4), 0);
	ck_assert(end_fault());
	check_loaded("record", "ijkl");
	set_fault(FAULT_ERROR, EINTR, 4); /* the close */
	ck_assert_int_eq(state_store(&state, "record", "mnop", 4), 0);
	ck_assert(end_fault());
	check_loaded("record", "mnop");
}
END_TEST

START_TEST(what_a_killed_process_left_is_swept_away)
{
	put_text("run/nv2boot/.new-00c0ffee", "half");
	put_text("run/nv2boot/.other", "");
	ck_assert_int_eq(state_store(&state, "record", "a", 1), 0);
	state_close(&state);
	ck_assert_int_eq(state_open(&state, &root, 0), 0);
	ck_assert_int_lt(access(path_of("run/nv2boot/.new-00c0ffee"), F_OK), 0);
	ck_assert_int_eq(access(path_of("run/nv2boot/.other"), F_OK), 0);
	check_loaded("record", "a");
	put_text("var/lib/nv2boot/.new-00c0ffee", "half");
	ck_assert_int_eq(state_store_counter(&state, 1), 0);
	ck_assert_uint_eq(count_files(path_of("var/lib/nv2boot")), 1);
}
END_TEST

START_TEST(directories_that_cannot_be_trusted)
{
	struct state other;

	state_close(&state);
	ck_assert_int_eq(chmod(path_of("run/nv2boot"), 0770), 0);
	ck_assert_int_eq(state_open(&other, &root, 0), -EPERM);
	ck_assert_heard("can be written by others");
	ck_assert_int_eq(chmod(path_of("run/nv2boot"), 0702), 0);
	ck_assert_int_eq(state_open(&other, &root, 0), -EPERM);
	ck_assert_int_eq(chmod(path_of("run/nv2boot"), 0755), 0);
	ck_assert_int_eq(state_open(&other, &root, 0), 0);
	state_close(&other);
	if (!geteuid()) {
		ck_assert_int_eq(chown(path_of("run/nv2boot"), 1, 1), 0);
		ck_assert_int_eq(state_open(&other, &root, 0), -EPERM);
		ck_assert_heard("belongs to somebody else");
	}
	ck_assert_int_eq(rename(path_of("run/nv2boot"), path_of("run/other")), 0);
	ck_assert_int_eq(symlink("other", path_of("run/nv2boot")), 0);
	forget();
	ck_assert_int_lt(state_open(&other, &root, 0), 0);
	ck_assert_heard("a symbolic link or a file is where the directory should be");
	ck_assert_int_eq(remove(path_of("run/nv2boot")), 0);
	put_text("run/nv2boot", "");
	ck_assert_int_eq(state_open(&other, &root, 0), -ENOTDIR);
}
END_TEST

START_TEST(a_root_without_run)
{
	struct state other;

	state_close(&state);
	ck_assert_int_eq(rename(path_of("run"), path_of("ran")), 0);
	ck_assert_int_eq(state_open(&other, &root, 0), -ENOENT);
	ck_assert_heard("the directory above it is needed");
	ck_assert_int_eq(remove(path_of("var/lib")), 0);
	ck_assert_int_eq(rename(path_of("ran"), path_of("run")), 0);
	ck_assert_int_eq(state_open(&state, &root, 0), 0);
	ck_assert_int_eq(state_store_counter(&state, 1), -ENOENT);
}
END_TEST

START_TEST(each_call_of_opening_fails)
{
	unsigned open, failed = 0;

	state_close(&state);
	open = count_open();
	for (unsigned at = 1;; at++) {
		struct state other;
		int error;

		set_fault(FAULT_ERROR, EIO, at);
		error = state_open(&other, &root, 0);
		if (!end_fault()) {
			state_close(&other);
			break;
		}
		ck_assert(error == -EIO || !error);
		failed += error < 0;
		state_close(&other);
		ck_assert_uint_eq(count_open(), open);
	}
	/* run, nv2boot, the lock, flock: at least */
	ck_assert_uint_ge(failed, 4);
}
END_TEST

START_TEST(only_looking_makes_nothing)
{
	struct bytes content;
	uint32_t version = 7;

	ck_assert_int_eq(state_store(&state, "record", "a", 1), 0);
	state_close(&state);
	root_close(&root);
	open_root(true);
	ck_assert_int_eq(state_open(&state, &root, 0), 0);
	check_loaded("record", "a");
	ck_assert_int_eq(state_store(&state, "record", "b", 1), -EROFS);
	ck_assert_int_eq(state_drop(&state, "record"), -EROFS);
	ck_assert_int_eq(state_store_counter(&state, 1), -EROFS);
	ck_assert_int_eq(state_load_counter(&state, &version), 0);
	ck_assert_uint_eq(version, 0);
	ck_assert_int_eq(access(path_of("var/lib/nv2boot"), F_OK), -1);
	state_close(&state);
	ck_assert_int_eq(rename(path_of("run/nv2boot"), path_of("run/old")), 0);
	ck_assert_int_eq(state_open(&state, &root, 0), 0);
	ck_assert_int_eq(state_load(&state, "record", &content), -ENOENT);
	ck_assert_int_eq(access(path_of("run/nv2boot"), F_OK), -1);
}
END_TEST

/* ---- the counter, the boot ---- */

START_TEST(the_counter_counts)
{
	uint32_t version = 1;
	struct stat status;

	ck_assert_int_eq(state_load_counter(&state, &version), 0);
	ck_assert_uint_eq(version, 0);
	ck_assert_int_eq(state_store_counter(&state, 42), 0);
	ck_assert(has_text("var/lib/nv2boot/bundle-version", "42\n"));
	ck_assert_int_eq(stat(path_of("var/lib/nv2boot"), &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0700);
	ck_assert_int_eq(state_store_counter(&state, UINT32_MAX), 0);
	ck_assert_int_eq(state_load_counter(&state, &version), 0);
	ck_assert_uint_eq(version, UINT32_MAX);
	put_text("var/lib/nv2boot/bundle-version", "0");
	ck_assert_int_eq(state_load_counter(&state, &version), 0);
	ck_assert_uint_eq(version, 0);
}
END_TEST

START_TEST(what_is_no_counter_is_no_zero)
{
	static const char *const bad[] = {
		"",           "\n",          "x",     "-1",    "+1",
		" 1",         "1 ",          "1\n\n", "01",    "0x10",
		"4294967296", "99999999999", "1\r\n", "1,000", "18446744073709551617"};
	static char long_text[100];
	uint32_t version;

	for (size_t i = 0; i < COUNT(bad); i++) {
		put_text("var/lib/nv2boot/bundle-version", bad[i]);
		version = 7;
		ck_assert_msg(state_load_counter(&state, &version) == -EINVAL, "\"%s\"", bad[i]);
		ck_assert_uint_eq(version, 0);
	}
	put_bytes("var/lib/nv2boot/bundle-version", "1\0", 2);
	ck_assert_int_eq(state_load_counter(&state, &version), -EINVAL);
	memset(long_text, '1', sizeof(long_text) - 1);
	put_text("var/lib/nv2boot/bundle-version", long_text);
	ck_assert_int_eq(state_load_counter(&state, &version), -EFBIG);
	ck_assert_int_eq(remove(path_of("var/lib/nv2boot/bundle-version")), 0);
	ck_assert_int_eq(symlink("other", path_of("var/lib/nv2boot/bundle-version")), 0);
	ck_assert_int_eq(state_load_counter(&state, &version), -ELOOP);
}
END_TEST

START_TEST(a_counter_that_others_could_write)
{
	uint32_t version;

	make_dirs("var/lib/nv2boot");
	ck_assert_int_eq(chmod(path_of("var/lib/nv2boot"), 0777), 0);
	ck_assert_int_eq(state_load_counter(&state, &version), -EPERM);
	ck_assert_int_eq(state_store_counter(&state, 1), -EPERM);
}
END_TEST

START_TEST(one_boot_is_told_from_another)
{
	static const char path[] = "proc/sys/kernel/random/boot_id";
	static const char *const bad[] = {
		"",
		"\n",
		"0a2f1c3d-0000-4000-8000-0123456789ab",
		"0a2f1c3d-0000-4000-8000-0123456789ab\n\n",
		"0A2F1C3D-0000-4000-8000-0123456789AB\n",
		"0a2f1c3d-0000-4000-8000-0123456789a\n\n",
		"0a2f1c3d00000-4000-8000-0123456789ab\n",
		"0a2f1c3g-0000-4000-8000-0123456789ab\n",
	};
	char id[37];

	ck_assert_int_eq(state_boot_id(&state, id), -ENOENT);
	ck_assert_heard("this needs /proc");
	put_text(path, "0a2f1c3d-0000-4000-8000-0123456789ab\n");
	ck_assert_int_eq(state_boot_id(&state, id), 0);
	ck_assert_str_eq(id, "0a2f1c3d-0000-4000-8000-0123456789ab");
	for (size_t i = 0; i < COUNT(bad); i++) {
		put_text(path, bad[i]);
		ck_assert_msg(state_boot_id(&state, id) == -EINVAL, "\"%s\"", bad[i]);
		ck_assert_str_eq(id, "");
	}
}
END_TEST

/* ---- the lock ---- */

/* A process that holds the lock for so long. It says when it has it. */
static pid_t hold_lock(unsigned milliseconds)
{
	int ends[2];
	char byte;
	pid_t child;

	ck_assert_int_eq(pipe(ends), 0);
	child = fork();
	if (!child) {
		struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
		struct state other;

		if (state_open(&other, &root, 0) || write(ends[1], "x", 1) != 1)
			_exit(1);
		nanosleep(&time, NULL);
		state_close(&other);
		_exit(0);
	}
	close(ends[1]);
	ck_assert_int_eq(read(ends[0], &byte, 1), 1);
	close(ends[0]);
	return child;
}

START_TEST(one_at_a_time)
{
	char holder[64];
	unsigned open;
	pid_t child;
	int status;

	state_close(&state);
	child = hold_lock(600);
	open = count_open();
	snprintf(holder, sizeof(holder), "another nv2boot, process %ld, has it", (long)child);
	ck_assert_int_eq(state_open(&state, &root, 100), -EBUSY);
	ck_assert_heard(holder);
	ck_assert_uint_eq(count_open(), open);
	ck_assert_int_eq(state_open(&state, &root, 9000), 0);
	ck_assert_heard("waiting until another nv2boot, process");
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	snprintf(holder, sizeof(holder), "%ld\n", (long)getpid());
	ck_assert(has_text("run/nv2boot/lock", holder));
	state_close(&state);
	ck_assert(has_text("run/nv2boot/lock", ""));
}
END_TEST

START_TEST(a_lock_is_let_go_by_who_is_killed)
{
	pid_t child;
	int status;

	state_close(&state);
	child = hold_lock(60000);
	kill(child, SIGKILL);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(state_open(&state, &root, 0), 0);
}
END_TEST

START_TEST(who_only_looks_needs_no_lock)
{
	struct linux_options look = {.root = root_path, .read_only = true, .log = &test_log};
	struct state other;
	struct root looking;

	ck_assert_int_eq(root_open(&looking, &look), 0);
	ck_assert_int_eq(state_open(&other, &looking, 0), 0);
	state_close(&other);
	root_close(&looking);
	ck_assert_int_eq(state_store(&state, "record", "a", 1), 0);
}
END_TEST

START_TEST(a_lock_that_is_a_link)
{
	state_close(&state);
	put_text("precious", "text");
	ck_assert_int_eq(remove(path_of("run/nv2boot/lock")), 0);
	ck_assert_int_eq(symlink("../../precious", path_of("run/nv2boot/lock")), 0);
	ck_assert_int_eq(state_open(&state, &root, 0), -ELOOP);
	ck_assert(has_text("precious", "text"));
}
END_TEST

/* ---- keys, signatures, lockdown ---- */

/* 32 bytes of 'A', of 'B'; 31 bytes. */
#define KEY_A "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
#define KEY_B "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI="
#define KEY_SHORT "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQQ=="

START_TEST(keys_are_read_in_order)
{
	struct bytes keys;

	ck_assert_int_eq(linux_read_keys(&options, &keys), 0);
	ck_assert_uint_eq(keys.size, 0);
	make_dirs("etc/nv2boot");
	ck_assert_int_eq(linux_read_keys(&options, &keys), 0);
	ck_assert_uint_eq(keys.size, 0);
	make_dirs("etc/nv2boot/keys.d");
	ck_assert_int_eq(linux_read_keys(&options, &keys), 0);
	ck_assert_uint_eq(keys.size, 0);
	put_text("etc/nv2boot/keys.d/vendor", KEY_B "\n");
	put_text("etc/nv2boot/keys.d/site", KEY_A);
	ck_assert_int_eq(linux_read_keys(&options, &keys), 0);
	ck_assert_uint_eq(keys.size, 64);
	ck_assert_int_eq(keys.data[0], 'A');
	ck_assert_int_eq(keys.data[31], 'A');
	ck_assert_int_eq(keys.data[32], 'B');
	ck_assert_int_eq(keys.data[63], 'B');
	free(keys.data);
	put_text("etc/nv2boot/keys.d/vendor", KEY_B "\r\n");
	ck_assert_int_eq(linux_read_keys(&options, &keys), 0);
	ck_assert_uint_eq(keys.size, 64);
	free(keys.data);
	ck_assert_uint_eq(heard.lines, 0);
}
END_TEST

/* One that is no key makes all of them unusable: or none would be left, and all bundles good. */
static void check_no_keys(const char *why)
{
	unsigned open = count_open();
	struct bytes keys;

	forget();
	ck_assert_int_lt(linux_read_keys(&options, &keys), 0);
	ck_assert_uint_eq(keys.size, 0);
	ck_assert_ptr_null(keys.data);
	ck_assert_heard(why);
	ck_assert_uint_eq(count_open(), open);
}

START_TEST(what_is_no_key)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{"", "it is empty"},
		{"\n", "it is empty"},
		{KEY_A "\n" KEY_B "\n", "it is no key: not base64 on one line"},
		{"not base64!", "not base64"},
		{KEY_A "\n\n", "not base64"},
		{" " KEY_A, "not base64"},
		{KEY_SHORT, "a public key has 32 bytes"},
		{KEY_A KEY_A KEY_A, "File too large"},
	};

	put_text("etc/nv2boot/keys.d/good", KEY_A);
	for (size_t i = 0; i < COUNT(bad); i++) {
		put_text("etc/nv2boot/keys.d/bad", bad[i].text);
		check_no_keys(bad[i].why);
		ck_assert_heard("keys.d/bad: ");
	}
}
END_TEST

START_TEST(keys_that_are_no_files)
{
	put_text("etc/nv2boot/keys.d/good", KEY_A);
	put_text("etc/key", KEY_B);
	ck_assert_int_eq(symlink("../../key", path_of("etc/nv2boot/keys.d/link")), 0);
	check_no_keys("it is a symbolic link");
	ck_assert_int_eq(remove(path_of("etc/nv2boot/keys.d/link")), 0);
	make_dirs("etc/nv2boot/keys.d/old");
	check_no_keys("it is no regular file");
	ck_assert_int_eq(remove(path_of("etc/nv2boot/keys.d/old")), 0);
	ck_assert_int_eq(mkfifo(path_of("etc/nv2boot/keys.d/fifo"), 0600), 0);
	check_no_keys("it is no regular file");
}
END_TEST

START_TEST(keys_that_others_could_write)
{
	static const char key[] = "etc/nv2boot/keys.d/good";

	put_text(key, KEY_A);
	ck_assert_int_eq(chmod(path_of(key), 0664), 0);
	check_no_keys("can be written by others");
	ck_assert_int_eq(chmod(path_of(key), 0646), 0);
	check_no_keys("can be written by others");
	ck_assert_int_eq(chmod(path_of(key), 0644), 0);
	ck_assert_int_eq(chmod(path_of("etc/nv2boot/keys.d"), 0775), 0);
	check_no_keys("can be written by others");
	ck_assert_int_eq(chmod(path_of("etc/nv2boot/keys.d"), 0755), 0);
	ck_assert_int_eq(chmod(path_of("etc/nv2boot"), 0777), 0);
	check_no_keys("the directory above can be written by others");
	ck_assert_int_eq(remove(path_of(key)), 0);
	ck_assert_int_eq(remove(path_of("etc/nv2boot/keys.d")), 0);
	check_no_keys("the directory above can be written by others");
	if (geteuid())
		return;
	ck_assert_int_eq(chmod(path_of("etc/nv2boot"), 0755), 0);
	put_text(key, KEY_A);
	ck_assert_int_eq(chown(path_of(key), 1, 1), 0);
	check_no_keys("belongs to somebody else");
}
END_TEST

START_TEST(keys_that_cannot_be_read)
{
	put_text("etc/nv2boot/keys.d/good", KEY_A);
	ck_assert_int_eq(chmod(path_of("etc/nv2boot/keys.d/good"), 0), 0);
	ck_assert(is_nobody());
	check_no_keys("Permission denied");
}
END_TEST

START_TEST(each_call_of_reading_keys_fails)
{
	bool hit = true;
	unsigned open = count_open();

	put_text("etc/nv2boot/keys.d/good", KEY_A);
	for (unsigned at = 1; hit; at++) {
		struct bytes keys;
		int error;

		set_fault(FAULT_ERROR, EIO, at);
		error = linux_read_keys(&options, &keys);
		hit = end_fault();
		ck_assert(error == -EIO || !error);
		ck_assert_uint_eq(keys.size, error ? 0 : 32);
		free(keys.data);
		ck_assert_uint_eq(count_open(), open);
	}
}
END_TEST

/* RFC 8032, 7.1, test 2. */
START_TEST(signatures_are_checked)
{
	static const unsigned char key[32] = {0x3d, 0x40, 0x17, 0xc3, 0xe8, 0x43, 0x89, 0x5a,
					      0x92, 0xb7, 0x0a, 0xa7, 0x4d, 0x1b, 0x7e, 0xbc,
					      0x9c, 0x98, 0x2c, 0xcf, 0x2e, 0xc4, 0x96, 0x8c,
					      0xc0, 0xcd, 0x55, 0xf1, 0x2a, 0xf4, 0x66, 0x0c};
	unsigned char signature[64] = {
		0x92, 0xa0, 0x09, 0xa9, 0xf0, 0xd4, 0xca, 0xb8, 0x72, 0x0e, 0x82, 0x0b, 0x5f,
		0x64, 0x25, 0x40, 0xa2, 0xb2, 0x7b, 0x54, 0x16, 0x50, 0x3f, 0x8f, 0xb3, 0x76,
		0x22, 0x23, 0xeb, 0xdb, 0x69, 0xda, 0x08, 0x5a, 0xc1, 0xe4, 0x3e, 0x15, 0x99,
		0x6e, 0x45, 0x8f, 0x36, 0x13, 0xd0, 0xf1, 0x1d, 0x8c, 0x38, 0x7b, 0x2e, 0xae,
		0xb4, 0x30, 0x2a, 0xee, 0xb0, 0x0d, 0x29, 0x16, 0x12, 0xbb, 0x0c, 0x00};

	ck_assert_int_eq(linux_verify_signature(NULL, key, "r", 1, signature), 0);
	ck_assert_int_ne(linux_verify_signature(NULL, key, "s", 1, signature), 0);
	ck_assert_int_ne(linux_verify_signature(NULL, key, "r", 0, signature), 0);
	signature[63] = 1;
	ck_assert_int_ne(linux_verify_signature(NULL, key, "r", 1, signature), 0);
}
END_TEST

START_TEST(lockdown_is_what_is_in_brackets)
{
	static const struct {
		const char *text;
		bool locked;
	} cases[] = {
		{"[none] integrity confidentiality\n", false},
		{"none [integrity] confidentiality\n", true},
		{"none integrity [confidentiality]\n", true},
		{"", true},
		{"none\n", true},
		{"[nonesuch]\n", true},
	};

	ck_assert(!linux_is_locked_down(&options));
	for (size_t i = 0; i < COUNT(cases); i++) {
		put_text("sys/kernel/security/lockdown", cases[i].text);
		ck_assert_msg(linux_is_locked_down(&options) == cases[i].locked, "%s",
			      cases[i].text);
	}
	put_text("sys/kernel/security/lockdown", "[none]");
	set_fault(FAULT_ERROR, EIO,
		  7); /* root; sys, kernel and security, two of them closed; file */
	ck_assert(linux_is_locked_down(&options));
	ck_assert(end_fault());
	ck_assert_heard("take it that it is");
}
END_TEST

static Suite *linux_suite(void)
{
	Suite *suite = suite_create("linux");
	TCase *tests = add_case(suite, "paths", setup_root, teardown_root);

	tcase_add_test(tests, paths_stay_below_the_root);
	tcase_add_test(tests, a_name_may_be_long_but_not_too_long);
	tcase_add_test(tests, a_root_that_is_not_there_is_a_wrong_command_line);
	tcase_add_test(tests, no_root_and_a_slash_are_this_machine);
	tcase_add_test(tests, paths_in_messages_have_the_root_in_front);

	tests = add_case(suite, "live tree", setup_root, teardown_root);
	tcase_add_test(tests, directories_become_a_tree);
	tcase_add_test(tests, a_name_that_the_kernel_did_not_make_is_kept);
	tcase_add_test(tests, values_of_any_size);
	tcase_add_test(tests, more_names_than_are_remembered);
	tcase_add_test(tests, links_and_fifos_are_none_of_the_tree);
	tcase_add_test(tests, the_tree_of_sysfs_serves_as_well);
	tcase_add_test(tests, no_tree_at_all);
	tcase_add_test(tests, trees_of_any_depth);
	tcase_add_test(tests, a_tree_too_large_to_be_one);
	tcase_add_test(tests, a_tree_that_only_root_may_read);
	tcase_add_test(tests, each_call_of_reading_a_tree_fails);
	tcase_add_test(tests, reading_a_tree_is_interrupted);
	tcase_add_test(tests, a_tree_that_changes_is_read_again);

	tests = add_case(suite, "overlays", setup_overlays, teardown_overlays);
	tcase_add_test(tests, a_kernel_without_the_interface);
	tcase_add_test(tests, the_interface_where_old_images_have_it);
	tcase_add_test(tests, the_interface_is_no_link);
	tcase_add_test(tests, items_come_and_go);
	tcase_add_test(tests, names_of_items_are_one_component);
	tcase_add_test(tests, a_status_that_is_not_what_one_expects);
	tcase_add_test(tests, a_blob_is_handed_over_in_one_write);
	tcase_add_test(tests, blobs_and_texts_have_a_size);
	tcase_add_test(tests, nobody_else_gets_an_item_to_read);
	tcase_add_test(tests, an_item_is_no_link);
	tcase_add_test(tests, nothing_is_changed_when_only_looking);
	tcase_add_loop_test(tests, each_call_of_an_overlay_fails, 0, 4);
	tcase_add_test(tests, a_write_that_is_cut_short_is_an_error);

	tests = add_case(suite, "state", setup_state, teardown_state);
	tcase_add_test(tests, what_is_stored_is_loaded);
	tcase_add_test(tests, names_that_are_no_names);
	tcase_add_test(tests, files_that_are_no_files);
	tcase_add_test(tests, each_call_of_storing_fails);
	tcase_add_test(tests, storing_is_cut_short_and_interrupted);
	tcase_add_test(tests, what_a_killed_process_left_is_swept_away);
	tcase_add_test(tests, directories_that_cannot_be_trusted);
	tcase_add_test(tests, a_root_without_run);
	tcase_add_test(tests, each_call_of_opening_fails);
	tcase_add_test(tests, only_looking_makes_nothing);
	tcase_add_test(tests, the_counter_counts);
	tcase_add_test(tests, what_is_no_counter_is_no_zero);
	tcase_add_test(tests, a_counter_that_others_could_write);
	tcase_add_test(tests, one_boot_is_told_from_another);
	tcase_add_test(tests, one_at_a_time);
	tcase_add_test(tests, a_lock_is_let_go_by_who_is_killed);
	tcase_add_test(tests, who_only_looks_needs_no_lock);
	tcase_add_test(tests, a_lock_that_is_a_link);

	tests = add_case(suite, "trust", setup_root, teardown_root);
	tcase_add_test(tests, keys_are_read_in_order);
	tcase_add_test(tests, what_is_no_key);
	tcase_add_test(tests, keys_that_are_no_files);
	tcase_add_test(tests, keys_that_others_could_write);
	tcase_add_test(tests, keys_that_cannot_be_read);
	tcase_add_test(tests, each_call_of_reading_keys_fails);
	tcase_add_test(tests, signatures_are_checked);
	tcase_add_test(tests, lockdown_is_what_is_in_brackets);
	return suite;
}

int main(void)
{
	int result;

	if (!make_base())
		return EXIT_FAILURE;
	result = run_suite(linux_suite());
	remove_base();
	return result;
}
