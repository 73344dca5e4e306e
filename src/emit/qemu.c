/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a guest's plan, gives its vPHBs and devices as a file for QEMU's
 * -readconfig (util/qemu-config.c). Never computes.
 */
#include <string.h>

#include "emit/vmm.h"

/* qemu_config_foreach() silently cuts an id behind this, and a value, */
#define ID_MAX 63
#define VALUE_MAX 1000
/* and takes what is behind the 1023rd byte of a line for another one, comments too. */
#define COMMENT_NAME 64

static const char intro[] =
	"# An IOMMU group goes to one guest as a whole, on a vPHB of its own. QEMU finds\n"
	"# out by itself which bridge belongs to which GPU; the order and the slots here\n"
	"# make the numbers of the guest's tree, as in the guest fragment.\n"
	"#\n"
	"# @NAME@ stands for the host's address of a device, 0004:04:00.0, which is not\n"
	"# in the wiring: put it in for the machine. A bridge is on the domain of its\n"
	"# NPU's PHB, and that is the host firmware's choice.\n";

static void add_comment(struct buffer *out, const struct vphb_device *device)
{
	if (device->gpu)
		buffer_printf(out, "\n# %.*s\n", COMMENT_NAME, device->gpu->name);
	else
		buffer_printf(out, "\n# %.*s:%u, a link of %.*s\n", COMMENT_NAME,
			      device->link->npu->name, device->link->brick, COMMENT_NAME,
			      device->link->gpu->name);
}

/* By name; a name that is too long gives way to the place. Both are unique. */
static void add_id(struct buffer *out, const struct plan_vphb *vphb,
		   const struct vphb_device *device)
{
	const char *kind = device->gpu ? "gpu" : "link";
	const char *name = device->gpu ? device->gpu->name : device->link->npu->name;
	bool is_short = strlen(name) <= ID_MAX - strlen("link..0");

	buffer_printf(out, "[device \"%s.", kind);
	if (!is_short)
		buffer_printf(out, "%u.%u.%u", vphb->index, device->slot, device->function);
	else if (device->gpu)
		buffer_add_string(out, name);
	else
		buffer_printf(out, "%s.%u", name, device->link->brick);
	buffer_add_string(out, "\"]\n");
}

static bool add_host(struct buffer *out, const struct vphb_device *device)
{
	size_t before = out->len;

	if (device->link)
		buffer_printf(out, "  host = \"@%s:%u@\"\n", device->link->npu->name,
			      device->link->brick);
	else if (device->gpu->pci.value)
		buffer_printf(out, "  host = \"%s\"\n", device->gpu->pci.value);
	else
		buffer_printf(out, "  host = \"@%s@\"\n", device->gpu->name);
	return out->len - before <= VALUE_MAX;
}

/* Slots are hexadecimal to QEMU (hw/core/qdev-properties-system.c, set_pci_devfn()). */
static bool add_device(struct buffer *out, const struct plan_vphb *vphb, size_t place)
{
	const struct vphb_device *device = vphb->walk.items[place];
	bool fits;

	add_comment(out, device);
	add_id(out, vphb, device);
	buffer_add_string(out, "  driver = \"vfio-pci\"\n");
	fits = add_host(out, device);
	if (vphb->index)
		buffer_printf(out, "  bus = \"vphb.%u.0\"\n", vphb->index);
	else
		buffer_add_string(out, "  bus = \"pci.0\"\n");
	buffer_printf(out, "  addr = \"%x.%x\"\n", device->slot, device->function);
	if (is_multifunction(vphb, place))
		buffer_add_string(out, "  multifunction = \"on\"\n");
	return fits;
}

static bool add_vphb(struct buffer *out, const struct plan_vphb *vphb)
{
	bool fits = true;

	buffer_printf(out, "\n# --- vPHB %u: the IOMMU group of %.*s\n", vphb->index, COMMENT_NAME,
		      vphb->npu->npu->name);
	if (vphb->index)
		buffer_printf(out,
			      "[device \"vphb.%u\"]\n"
			      "  driver = \"spapr-pci-host-bridge\"\n"
			      "  index = \"%u\"\n",
			      vphb->index, vphb->index);
	else
		buffer_add_string(out, "# Every pseries machine has this one: it is bus pci.0.\n");
	for (size_t i = 0; i < vphb->walk.count; i++)
		fits &= add_device(out, vphb, i);
	return fits;
}

bool emit_qemu(const struct plan_guest *guest, struct buffer *out)
{
	bool fits = true;

	buffer_printf(out, "# The NVLink2 devices of guest %.*s, for qemu-system-ppc64 -readconfig.\n",
		      COMMENT_NAME, guest->guest->name);
	buffer_add_string(out, "#\n");
	buffer_add_string(out, intro);
	buffer_printf(out, "\n[machine]\n  type = \"%s\"\n", guest->guest->machine.value);
	for (size_t i = 0; i < guest->vphbs.count; i++)
		fits &= add_vphb(out, guest->vphbs.items[i]);
	return fits;
}
