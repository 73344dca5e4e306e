// SPDX-License-Identifier: GPL-2.0
/*
 * Takes an overlay whose structure is sound. Gives 0 when everything that the
 * kernel's overlay code would follow without a check of its own leads somewhere.
 * Never looks at the live tree.
 */
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/version.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#include "nv2_overlay.h"

#define LOCAL_FIXUPS "__local_fixups__"
#define FIXUPS "__fixups__"
#define SYMBOLS "__symbols__"
#define OVERLAY "__overlay__"

/*
 * The kernel reads 4 bytes of each of these, whatever their size
 * (populate_properties in drivers/of/fdt.c), and takes "name" for a string.
 */
static int verify_property(const struct nv2_blob *blob, u32 node,
			   const struct nv2_property *property, struct nv2_reason *why)
{
	const char *name = property->name;
	bool phandle = !strcmp(name, "phandle") || !strcmp(name, "linux,phandle") ||
		       !strcmp(name, "ibm,phandle");

	if (phandle && property->size != 4)
		return nv2_refuse(why, -EINVAL, "%s of node %s has %u bytes instead of 4", name,
				  blob->nodes[node].name, property->size);
	if (!strcmp(name, "name") && !nv2_is_string(property))
		return nv2_refuse(why, -EINVAL, "property name of node %s is no string",
				  blob->nodes[node].name);
	return 0;
}

static int verify_properties(const struct nv2_blob *blob, struct nv2_reason *why)
{
	struct nv2_property property;
	u32 node, at;
	int error;

	for (node = 0; node < blob->node_count; node++) {
		for (at = blob->nodes[node].body; nv2_blob_property_at(blob, at, &property);
		     at = property.next) {
			error = verify_property(blob, node, &property, why);
			if (error)
				return error;
		}
	}
	return 0;
}

/* What makes a node below the root a fragment, to the kernel, whatever it is called. */
static bool has_content(const struct nv2_blob *blob, u32 node)
{
	const size_t length = strlen(OVERLAY);
	u32 child;

	for (child = blob->nodes[node].child; child != NV2_NO_NODE;
	     child = blob->nodes[child].sibling) {
		const char *name = blob->nodes[child].name;

		if (!strncmp(name, OVERLAY, length) && (name[length] == '\0' || name[length] == '@'))
			return true;
	}
	return false;
}

/* The kernel finds these nodes by their names up to an @, and the first or the last of them. */
static int verify_special_nodes(const struct nv2_blob *blob, struct nv2_reason *why)
{
	static const char *const special[] = {LOCAL_FIXUPS, FIXUPS, SYMBOLS};
	unsigned int i, count;
	u32 child;

	for (i = 0; i < ARRAY_SIZE(special); i++) {
		count = 0;
		for (child = blob->nodes[0].child; child != NV2_NO_NODE;
		     child = blob->nodes[child].sibling) {
			const char *name = blob->nodes[child].name;
			size_t length = strlen(special[i]);

			if (strncmp(name, special[i], length) != 0)
				continue;
			if (name[length] == '@' || (name[length] == '\0' && count++ > 0))
				return nv2_refuse(why, -EINVAL, "there is a second node %s",
						  special[i]);
			if (has_content(blob, child))
				return nv2_refuse(why, -EINVAL, "%s is a fragment as well",
						  special[i]);
		}
	}
	return 0;
}

static int verify_fragments(const struct nv2_blob *blob, struct nv2_reason *why)
{
	u32 child;

	for (child = blob->nodes[0].child; child != NV2_NO_NODE;
	     child = blob->nodes[child].sibling) {
		if (!strcmp(blob->nodes[child].name, SYMBOLS) ||
		    nv2_blob_child(blob, child, OVERLAY, strlen(OVERLAY)) != NV2_NO_NODE)
			return 0;
	}
	return nv2_refuse(why, -EINVAL, "this is no overlay: no node has an " OVERLAY);
}

/*
 * One property of the mirror: places of phandles within the property of the
 * same name. The kernel's own check of them overflows: it takes 0xfffffffc
 * for a place, and writes there.
 */
static int verify_places(const struct nv2_blob *blob, u32 node, const struct nv2_property *list,
			 struct nv2_reason *why)
{
	const char *name = blob->nodes[node].name;
	struct nv2_property property;
	u32 i, place;

	if (list->size == 0 || list->size % 4 != 0)
		return nv2_refuse(why, -EINVAL,
				  LOCAL_FIXUPS " of %s/%s has %u bytes, which is no list of cells",
				  name, list->name, list->size);
	if (!nv2_blob_property(blob, node, list->name, &property))
		return nv2_refuse(why, -EINVAL, LOCAL_FIXUPS " names %s/%s, which is not there",
				  name, list->name);
	for (i = 0; i < list->size; i += 4) {
		place = get_unaligned_be32(list->value + i);
		if (property.size < 4 || place > property.size - 4)
			return nv2_refuse(why, -EINVAL,
					  LOCAL_FIXUPS " of %s/%s points to byte 0x%x of %u", name,
					  list->name, place, property.size);
	}
	return 0;
}

static bool is_kernels_own(const char *name)
{
	return !strcmp(name, "name") || !strcmp(name, "phandle") || !strcmp(name, "linux,phandle");
}

static int verify_mirrored_node(const struct nv2_blob *blob, u32 mirror, u32 node,
				struct nv2_reason *why)
{
	struct nv2_property list;
	u32 at;
	int error;

	for (at = blob->nodes[mirror].body; nv2_blob_property_at(blob, at, &list); at = list.next) {
		if (is_kernels_own(list.name))
			continue;
		error = verify_places(blob, node, &list, why);
		if (error)
			return error;
	}
	return 0;
}

/* The mirror is walked with one finger on it and one on what it mirrors. */
static int verify_local_fixups(const struct nv2_blob *blob, struct nv2_reason *why)
{
	const struct nv2_node *nodes = blob->nodes;
	u32 top = nv2_blob_child(blob, 0, LOCAL_FIXUPS, strlen(LOCAL_FIXUPS));
	u32 mirror = top, node = 0, next;
	int error;

	if (top == NV2_NO_NODE)
		return 0;
	for (;;) {
		error = verify_mirrored_node(blob, mirror, node, why);
		if (error)
			return error;
		cond_resched();

		next = nodes[mirror].child;
		while (next == NV2_NO_NODE && mirror != top) {
			next = nodes[mirror].sibling;
			mirror = nodes[mirror].parent;
			node = nodes[node].parent;
		}
		if (next == NV2_NO_NODE)
			return 0;
		mirror = next;
		next = nv2_blob_child(blob, node, nodes[mirror].name, strlen(nodes[mirror].name));
		if (next == NV2_NO_NODE)
			return nv2_refuse(why, -EINVAL,
					  LOCAL_FIXUPS " mirrors %s/%s, which is not there",
					  nodes[node].name, nodes[mirror].name);
		node = next;
	}
}

/* A path below the root, or NV2_NO_NODE. */
static u32 find_path(const struct nv2_blob *blob, const char *path, const char *end)
{
	u32 node = 0;

	while (path < end && node != NV2_NO_NODE) {
		const char *stop;

		if (*path++ != '/')
			return NV2_NO_NODE;
		stop = memchr(path, '/', end - path);
		if (!stop)
			stop = end;
		if (stop > path)
			node = nv2_blob_child(blob, node, path, stop - path);
		path = stop;
	}
	return node;
}

/*
 * One place of a label, "path:property:byte". The kernel passes silently over
 * a path that leads nowhere, and leaves a phandle of 0xffffffff behind.
 */
static int verify_place_of_label(const struct nv2_blob *blob, const char *label, char *text,
				 struct nv2_reason *why)
{
	char *name = strchr(text, ':');
	char *byte = name ? strchr(name + 1, ':') : NULL;
	struct nv2_property property;
	u32 node, place;

	if (!byte || byte[1] < '0' || byte[1] > '9' || kstrtou32(byte + 1, 10, &place))
		return nv2_refuse(why, -EINVAL, FIXUPS "/%s: %s is no path:property:byte", label,
				  text);
	node = find_path(blob, text, name);
	*name++ = '\0';
	*byte = '\0';
	if (node == NV2_NO_NODE || !nv2_blob_property(blob, node, name, &property))
		return nv2_refuse(why, -EINVAL, FIXUPS "/%s names %s:%s, which is not there", label,
				  text, name);
	if (property.size < 4 || place > property.size - 4)
		return nv2_refuse(why, -EINVAL, FIXUPS "/%s points to byte %u of %u of %s:%s",
				  label, place, property.size, text, name);
	return 0;
}

static int verify_label(const struct nv2_blob *blob, const struct nv2_property *list,
			struct nv2_reason *why)
{
	char *text, *end, *entry;
	int error = 0;

	if (list->size == 0 || list->value[list->size - 1] != '\0')
		return nv2_refuse(why, -EINVAL, FIXUPS "/%s is no list of strings", list->name);
	text = kvmalloc(list->size, GFP_KERNEL);
	if (!text)
		return nv2_refuse(why, -ENOMEM, "no memory to check the blob");
	memcpy(text, list->value, list->size);
	end = text + list->size;
	for (entry = text; entry < end && !error;) {
		char *next = entry + strlen(entry) + 1;

		error = verify_place_of_label(blob, list->name, entry, why);
		entry = next;
		cond_resched();
	}
	kvfree(text);
	return error;
}

static int verify_fixups(const struct nv2_blob *blob, struct nv2_reason *why)
{
	u32 node = nv2_blob_child(blob, 0, FIXUPS, strlen(FIXUPS));
	struct nv2_property list;
	int error;
	u32 at;

	if (node == NV2_NO_NODE)
		return 0;
	for (at = blob->nodes[node].body; nv2_blob_property_at(blob, at, &list); at = list.next) {
		if (!strcmp(list.name, "name"))
			continue;
		error = verify_label(blob, &list, why);
		if (error)
			return error;
	}
	return 0;
}

int nv2_verify(const struct nv2_blob *blob, struct nv2_reason *why)
{
	int error = verify_special_nodes(blob, why);

	if (!error)
		error = verify_properties(blob, why);
	if (!error)
		error = verify_fragments(blob, why);
	if (!error)
		error = verify_local_fixups(blob, why);
	if (!error)
		error = verify_fixups(blob, why);
	return error;
}
