/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes sysfs, gives the PCI functions with their nodes, drivers and IOMMU
 * groups. Never opens a device, and never writes.
 */
#include "nv2boot/pci.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux/file.h"

#define DEVICES "/sys/bus/pci/devices"
#define GROUPS "/sys/kernel/iommu_groups"
/* Names of a directory; a machine has some hundred functions of twelve characters. */
#define NAMES_MAX ((size_t)4 << 20)
/* PCI class 06, bridge, subclass 04, to PCI. */
#define CLASS_PCI_BRIDGE 0x0604

/* What a link says, on the heap; NULL with errno if there is none. */
static char *read_link(int dir, const char *name, const char *link)
{
	char path[NAME_MAX + 32], text[PATH_MAX];
	ssize_t len;

	snprintf(path, sizeof(path), "%s/%s", name, link);
	len = readlinkat(dir, path, text, sizeof(text) - 1);
	if (len < 0)
		return NULL;
	text[len] = '\0';
	return strdup(text);
}

/* "../../../firmware/devicetree/base/pciex@6030200000000/…" */
static char *read_node(int dir, const char *name)
{
	static const char base[] = "/firmware/devicetree/base";
	char *link = read_link(dir, name, "of_node");
	char *at = link ? strstr(link, base) : NULL, *node = NULL;

	if (at && at[sizeof(base) - 1] == '/')
		node = strdup(at + sizeof(base) - 1);
	else if (link)
		errno = ENOENT;
	free(link);
	return node;
}

static char *read_driver(int dir, const char *name)
{
	char *link = read_link(dir, name, "driver"), *slash = link ? strrchr(link, '/') : NULL;

	if (slash)
		memmove(link, slash + 1, strlen(slash + 1) + 1);
	return link;
}

/* "0x068001" */
static bool is_bridge(int dir, const char *name)
{
	char path[NAME_MAX + 32];
	struct bytes text;
	bool bridge = false;
	int fd;

	snprintf(path, sizeof(path), "%s/class", name);
	fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return false;
	if (!file_read(fd, 64, &text)) {
		bridge = strtoul((const char *)text.data, NULL, 16) >> 8 == CLASS_PCI_BRIDGE;
		free(text.data);
	}
	close(fd);
	return bridge;
}

/* -ENOENT is no error for a link that may be missing; everything else is. */
static bool is_missing(const char *text)
{
	return !text && errno != ENOENT && errno != EINVAL;
}

static int read_function(int dir, const char *name, struct pci_function *function)
{
	*function = (struct pci_function){.group = PCI_NO_GROUP};
	function->address = strdup(name);
	if (!function->address)
		return -ENOMEM;
	function->node = read_node(dir, name);
	if (is_missing(function->node))
		return -errno;
	function->driver = read_driver(dir, name);
	if (is_missing(function->driver))
		return -errno;
	function->is_bridge = is_bridge(dir, name);
	return 0;
}

/* Names in a directory of sysfs; none where it is missing. `fd` gets the directory, or -1. */
static int list(const struct root *root, const char *path, int *fd, struct bytes *names)
{
	int error;

	*names = (struct bytes){0};
	*fd = root_open_at(root, path, O_RDONLY | O_DIRECTORY);
	if (*fd == -ENOENT || *fd == -ENOTDIR) {
		*fd = -1;
		return 0;
	}
	if (*fd < 0)
		return *fd;
	error = file_list(*fd, false, NAMES_MAX, names);
	if (error)
		close(*fd);
	return error;
}

static int read_functions(const struct root *root, struct pci *pci)
{
	struct bytes names;
	const char *name = NULL;
	size_t room = 0;
	int dir, error = list(root, DEVICES, &dir, &names);

	if (error || dir < 0)
		return error;
	while (!error && (name = file_next_name(&names, name))) {
		if (pci->function_count == room) {
			struct pci_function *more;

			room = room ? room * 2 : 64;
			more = realloc(pci->functions, room * sizeof(*more));
			if (!more) {
				error = -ENOMEM;
				break;
			}
			pci->functions = more;
		}
		error = read_function(dir, name, &pci->functions[pci->function_count++]);
	}
	free(names.data);
	close(dir);
	return error;
}

/* --- IOMMU groups -------------------------------------------------------------- */

static int add_member(struct pci *pci, size_t *room, uint32_t group, const char *device)
{
	if (pci->member_count == *room) {
		size_t more_room = *room ? *room * 2 : 64;
		struct iommu_member *more = realloc(pci->members, more_room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		pci->members = more;
		*room = more_room;
	}
	pci->members[pci->member_count].group = group;
	pci->members[pci->member_count].device = strdup(device);
	return pci->members[pci->member_count++].device ? 0 : -ENOMEM;
}

static int read_group(const struct root *root, struct pci *pci, size_t *room, const char *number)
{
	char path[NAME_MAX + 64], *end;
	unsigned long group = strtoul(number, &end, 10);
	const char *name = NULL;
	struct bytes names;
	int dir, error;

	if (*end || number[0] < '0' || number[0] > '9' || group >= PCI_NO_GROUP)
		return 0;
	snprintf(path, sizeof(path), GROUPS "/%s/devices", number);
	error = list(root, path, &dir, &names);
	if (error || dir < 0)
		return error;
	while (!error && (name = file_next_name(&names, name)))
		error = add_member(pci, room, (uint32_t)group, name);
	free(names.data);
	close(dir);
	return error;
}

static int read_groups(const struct root *root, struct pci *pci)
{
	struct bytes names;
	const char *name = NULL;
	size_t room = 0;
	int dir, error = list(root, GROUPS, &dir, &names);

	if (error || dir < 0)
		return error;
	while (!error && (name = file_next_name(&names, name)))
		error = read_group(root, pci, &room, name);
	free(names.data);
	close(dir);
	pci->has_groups = pci->member_count > 0;
	for (size_t i = 0; !error && i < pci->member_count; i++)
		for (size_t j = 0; j < pci->function_count; j++)
			if (!strcmp(pci->functions[j].address, pci->members[i].device))
				pci->functions[j].group = pci->members[i].group;
	return error;
}

int pci_read(const struct root *root, struct pci *pci)
{
	int error;

	*pci = (struct pci){0};
	error = read_functions(root, pci);
	if (!error)
		error = read_groups(root, pci);
	if (error)
		pci_free(pci);
	return error;
}

void pci_free(struct pci *pci)
{
	for (size_t i = 0; i < pci->function_count; i++) {
		free(pci->functions[i].address);
		free(pci->functions[i].node);
		free(pci->functions[i].driver);
	}
	free(pci->functions);
	for (size_t i = 0; i < pci->member_count; i++)
		free(pci->members[i].device);
	free(pci->members);
	*pci = (struct pci){0};
}

const struct pci_function *pci_find(const struct pci *pci, const char *address)
{
	for (size_t i = 0; i < pci->function_count; i++)
		if (!strcmp(pci->functions[i].address, address))
			return &pci->functions[i];
	return NULL;
}

const struct pci_function *pci_find_node(const struct pci *pci, const char *node)
{
	for (size_t i = 0; i < pci->function_count; i++)
		if (pci->functions[i].node && !strcmp(pci->functions[i].node, node))
			return &pci->functions[i];
	return NULL;
}
