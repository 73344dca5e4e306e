/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * `nv2boot vmm`: what a virtual machine monitor is told of a guest's devices,
 * with their addresses on this host. Prints all of it or nothing, and never
 * binds a device to a driver.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nv2boot/explain.h"
#include "nv2boot/host.h"
#include "nv2boot/merge.h"
#include "nv2boot/pci.h"
#include "nv2boot/run.h"
#include "nv2boot/vmm_text.h"

/* A guest of the bundle beside the host it is to run on. */
struct assignment {
	struct run *run;
	const struct nv2_fdt *tree; /* with the bundle's overlay */
	struct pci pci;
	struct vmm_devices devices;
};

static const char *name_of(const struct vmm_device *device)
{
	return device->name ? device->name : "a device";
}

static int refuse(const struct assignment *assignment, const struct vmm_device *device,
		  const char *why)
{
	log_say(&assignment->run->log, LOG_LEVEL_ERROR, "%s%s%s: %s device=%s address=%s",
		name_of(device), device->address[0] ? " at " : "", device->address, why,
		name_of(device), device->address[0] ? device->address : "none");
	return EXIT_REFUSED;
}

/* --- addresses ----------------------------------------------------------------- */

static int find_address(const struct assignment *assignment, struct vmm_device *device)
{
	const struct run *run = assignment->run;
	const struct pci_function *function;
	struct nv2_device known;
	char room[NODE_PATH_MAX];
	const char *path;
	uint32_t node;

	if (!device->name || !find_device(&run->bundle, device->name, &known))
		/* Its address is in the wiring, and nothing says which device that is. */
		return device->len ? refuse(assignment, device, "the bundle has no such device")
				   : EXIT_DONE;
	node = find_device_node(run, assignment->tree, &known);
	if (!node)
		return EXIT_REFUSED;
	path = node_path(assignment->tree, node, room);
	function = pci_find_node(&assignment->pci, path);
	if (!function || strlen(function->address) >= PCI_ADDRESS_MAX) {
		log_say(&run->log, LOG_LEVEL_ERROR,
			"%s: no device in /sys/bus/pci/devices has the node %s device=%s node=%s",
			device->name, path, device->name, path);
		return EXIT_REFUSED;
	}
	if (device->len) {
		snprintf(device->address, sizeof(device->address), "%s", function->address);
	} else if (strcmp(device->address, function->address) != 0) {
		log_say(&run->log, LOG_LEVEL_ERROR,
			"%s: the wiring says that it is at %s, and in this machine it is at %s: "
			"correct `pci`, or leave it out device=%s address=%s",
			device->name, device->address, function->address, device->name,
			function->address);
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

static int find_addresses(struct assignment *assignment)
{
	for (size_t i = 0; i < assignment->devices.count; i++) {
		int status = find_address(assignment, &assignment->devices.items[i]);

		if (status)
			return status;
	}
	return EXIT_DONE;
}

/* --- IOMMU groups ---------------------------------------------------------------- */

static const struct vmm_device *find_assigned(const struct assignment *assignment,
					      const char *address)
{
	for (size_t i = 0; i < assignment->devices.count; i++)
		if (!strcmp(assignment->devices.items[i].address, address))
			return &assignment->devices.items[i];
	return NULL;
}

static int check_group(const struct assignment *assignment, size_t place)
{
	const struct vmm_device *device = &assignment->devices.items[place];
	const struct pci_function *function = pci_find(&assignment->pci, device->address);

	if (!function)
		return refuse(assignment, device, "this machine has no device there");
	if (find_assigned(assignment, device->address) != device)
		return refuse(assignment, device, "the guest has it twice");
	if (function->group == PCI_NO_GROUP)
		return refuse(assignment, device,
			      "it is in no IOMMU group, so VFIO cannot give it to a guest");
	for (size_t i = 0; i < place; i++) {
		const struct vmm_device *other = &assignment->devices.items[i];
		uint32_t group = pci_find(&assignment->pci, other->address)->group;
		bool same_bus = !strcmp(device->bus, other->bus);

		if (same_bus == (group == function->group))
			continue;
		log_say(&assignment->run->log, LOG_LEVEL_ERROR,
			"%s at %s is in IOMMU group %" PRIu32
			", and %s at %s, on %s, in group %" PRIu32
			": %s device=%s address=%s group=%" PRIu32,
			name_of(device), device->address, function->group, name_of(other),
			other->address, same_bus ? "the same vPHB" : "another vPHB", group,
			same_bus ? "a vPHB has one group" : "a group has one vPHB", name_of(device),
			device->address, function->group);
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

/* A group is given whole; bridges to other buses stay with the host (drivers/vfio/vfio.c). */
static int check_members(const struct assignment *assignment, const struct vmm_device *device)
{
	uint32_t group = pci_find(&assignment->pci, device->address)->group;

	for (size_t i = 0; i < assignment->pci.member_count; i++) {
		const struct iommu_member *member = &assignment->pci.members[i];
		const struct pci_function *function;

		if (member->group != group || find_assigned(assignment, member->device))
			continue;
		function = pci_find(&assignment->pci, member->device);
		if (function && function->is_bridge)
			continue;
		log_say(&assignment->run->log, LOG_LEVEL_ERROR,
			"%s is in IOMMU group %" PRIu32 " with %s at %s, and the guest does not "
			"have it: a group is given to a guest as a whole address=%s group=%" PRIu32,
			member->device, group, name_of(device), device->address, member->device,
			group);
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

static int check_groups(const struct assignment *assignment)
{
	const struct vmm_devices *devices = &assignment->devices;
	int status = EXIT_DONE;

	if (!assignment->pci.has_groups) {
		log_say(&assignment->run->log, LOG_LEVEL_ERROR,
			"/sys/kernel/iommu_groups is empty or missing: the kernel has no IOMMU "
			"that "
			"could keep a guest's devices apart (CONFIG_IOMMU_API, "
			"CONFIG_SPAPR_TCE_IOMMU)");
		return EXIT_REFUSED;
	}
	for (size_t i = 0; !status && i < devices->count; i++)
		status = check_group(assignment, i);
	for (size_t i = 0; !status && i < devices->count; i++)
		status = check_members(assignment, &devices->items[i]);
	return status;
}

/* --- the whole -------------------------------------------------------------------- */

static int print_filled(const struct assignment *assignment, enum vmm_format format,
			const struct nv2_part *part)
{
	struct bytes filled;
	size_t wrote;

	if (!vmm_fill(format, (const char *)part->data, part->size, &assignment->devices, &filled))
		return out_of_memory(assignment->run);
	wrote = fwrite(filled.data, 1, filled.size, stdout);
	free(filled.data);
	if (wrote == filled.size && !fflush(stdout))
		return EXIT_DONE;
	log_say(&assignment->run->log, LOG_LEVEL_ERROR,
		"cannot write to standard output: %s errno=%d", strerror(errno), errno);
	return EXIT_SYSTEM;
}

static int fill_part(struct assignment *assignment, enum vmm_format format,
		     const struct nv2_part *part)
{
	const struct log *log = &assignment->run->log;
	int error = vmm_parse(format, (const char *)part->data, part->size, &assignment->devices);
	int status;

	if (error == -ENOMEM)
		return out_of_memory(assignment->run);
	if (error) {
		log_say(log, LOG_LEVEL_ERROR,
			"the part %s of the bundle cannot be understood; compile it again",
			part->name);
		return EXIT_REFUSED;
	}
	status = find_addresses(assignment);
	if (!status)
		status = check_groups(assignment);
	return status ? status : print_filled(assignment, format, part);
}

static int assign(struct run *run, const struct nv2_fdt *tree, enum vmm_format format,
		  const struct nv2_part *part)
{
	struct assignment assignment = {.run = run};
	struct merged merged;
	int status = merge_bundle(run, tree, &merged);
	int error = status ? 0 : pci_read(&run->root, &assignment.pci);

	assignment.tree = &merged.tree;
	if (error) {
		log_say(&run->log, LOG_LEVEL_ERROR,
			"cannot read PCI devices and IOMMU groups in /sys: %s errno=%d",
			strerror(-error), -error);
		status = EXIT_SYSTEM;
	} else if (!status) {
		status = fill_part(&assignment, format, part);
	}
	vmm_free(&assignment.devices);
	pci_free(&assignment.pci);
	free_merged(&merged);
	return status;
}

static int find_part(struct run *run, enum vmm_format format, struct nv2_part *part)
{
	const char *guest = run->settings.operands[1], *kind = vmm_format_kind(format);

	if (!nv2_bundle_find(&run->bundle, kind, guest, part))
		return EXIT_DONE;
	log_say(&run->log, LOG_LEVEL_ERROR,
		"the bundle has no part %s for a guest '%s'; `nv2dtc dump` shows what it has", kind,
		guest);
	return EXIT_REFUSED;
}

static int run_vmm(struct run *run)
{
	const struct settings *settings = &run->settings;
	enum vmm_format format =
		settings->format && !strcmp(settings->format, "libvirt") ? VMM_LIBVIRT : VMM_QEMU;
	struct bytes bytes = {0};
	struct nv2_part part;
	struct nv2_fdt tree;
	int status = open_machine(run, true);

	if (!status)
		status = open_run_bundle(run, settings->operands[0]);
	if (!status)
		status = read_live_tree(run, &bytes, &tree);
	if (!status)
		status = trust_bundle(run, &tree);
	if (!status)
		status = find_part(run, format, &part);
	if (!status)
		status = assign(run, &tree, format, &part);
	free(bytes.data);
	return status;
}

static const struct option_row options[] = {
	{OPTION_FORMAT, 0, "format", "FORMAT", "qemu (for -readconfig, the default) or libvirt"},
	OPTION_ROWS_GLOBAL,
	OPTION_ROW_END,
};

const struct command vmm_command = {
	.name = "vmm",
	.arguments = "[OPTION]... BUNDLE GUEST",
	.summary = "Print a guest's devices for QEMU or libvirt, with this host's addresses",
	.details = "Refuses when the host's IOMMU groups are not what the guest is given: one "
		   "group, and\nall of it, on each vPHB.\n",
	.options = options,
	.operands = {"BUNDLE", "GUEST"},
	.run = run_vmm,
};
