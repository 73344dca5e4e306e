/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a guest's plan, gives a libvirt domain with its vPHBs and devices.
 * Never computes.
 */
#include <string.h>

#include "emit/vmm.h"
#include "emit/xml.h"

/*
 * Stands for a PCI domain of the host that is not known, less the index of the
 * NPU. OPAL counts its PHBs from 0 (skiboot core/pci.c, pci_register_phb()), so
 * libvirt finds no such device and refuses to start the guest.
 */
#define NO_DOMAIN 0xffffu
/* No bridge is on this bus, so that no two devices have one address. */
#define NO_BUS 0xffu

static const char intro[] =
	"<!--\n"
	"  An IOMMU group goes to one guest as a whole, on a PHB (pci-root) of its own.\n"
	"  The order of PHBs and of slots decides where the guest finds GPU memory and\n"
	"  ATSD registers. libvirt has no slot 0: devices in slot 0, and in those next to\n"
	"  it, are one slot higher here, in the same order.\n"
	"\n"
	"  Memory and CPUs are examples. Disks, networks and consoles are not here.\n"
	"\n"
	"  <?nv2 @NAME@?> behind a source address says that the address of that device\n"
	"  is not in the wiring. Domains 0xffff and below stand for the PCI domain of an\n"
	"  NPU's PHB, which is the host firmware's choice; libvirt does not start the\n"
	"  guest with them. Put the addresses of the machine in.\n"
	"-->\n";

static void add_controller(struct buffer *out, size_t number, uint32_t index)
{
	buffer_printf(out,
		      "    <controller type='pci' index='%zu' model='pci-root'>\n"
		      "      <model name='spapr-pci-host-bridge'/>\n"
		      "      <target index='%u'/>\n"
		      "    </controller>\n",
		      number, index);
}

/*
 * libvirt takes slots of a pci-root from 1 only (src/conf/domain_addr.c,
 * virDomainPCIAddressBusSetModel()). What counts for the guest is the order, so
 * the devices up to the first slot that is free make room.
 */
static unsigned first_free_slot(const struct plan_vphb *vphb)
{
	uint32_t taken = 0;
	unsigned slot = 0;

	for (size_t i = 0; i < vphb->walk.count; i++)
		taken |= UINT32_C(1) << vphb->walk.items[i]->slot;
	while (slot < 31 && taken >> slot & 1)
		slot++;
	return slot;
}

static uint32_t bridge_bdfn(const struct plan_vphb *vphb, const struct vphb_device *device)
{
	size_t i = 0;

	while (vphb->links.items[i]->device != device)
		i++;
	return vphb->links.items[i]->link->bdfn;
}

static void add_source(struct buffer *out, const struct plan_vphb *vphb,
		       const struct vphb_device *device)
{
	unsigned domain = NO_DOMAIN - vphb->npu->npu->index;
	const struct gpu *gpu = device->gpu;
	const char *pci = gpu ? gpu->pci.value : NULL;

	buffer_add_string(out, "      <source>\n        <address ");
	if (pci) /* DDDD:BB:DD.F */
		buffer_printf(out, "domain='0x%.4s' bus='0x%.2s' slot='0x%.2s' function='0x%.1s'/>",
			      pci, pci + 5, pci + 8, pci + 11);
	else if (gpu)
		buffer_printf(out,
			      "domain='0x%04x' bus='0x%02x' slot='0x%02x' function='0x0'/>"
			      "<?nv2 @%s@?>",
			      domain, NO_BUS, gpu->group & 0x1f, gpu->name);
	else
		buffer_printf(out,
			      "domain='0x%04x' bus='0x00' slot='0x%02x' function='0x%x'/>"
			      "<?nv2 @%s:%u@?>",
			      domain, bridge_bdfn(vphb, device) >> 3 & 0x1f,
			      bridge_bdfn(vphb, device) & 7, device->link->npu->name,
			      device->link->brick);
	buffer_add_string(out, "\n      </source>\n");
}

static void add_hostdev(struct buffer *out, const struct plan_vphb *vphb, size_t bus, size_t place)
{
	const struct vphb_device *device = vphb->walk.items[place];
	unsigned slot = device->slot + (device->slot < first_free_slot(vphb));

	buffer_add_string(out, "    <hostdev mode='subsystem' type='pci' managed='yes'>\n"
			       "      <driver name='vfio'/>\n");
	add_source(out, vphb, device);
	/* Aliases of users start with ua- and have no colon. */
	if (device->gpu)
		buffer_printf(out, "      <alias name='ua-%s'/>\n", device->gpu->name);
	else
		buffer_printf(out, "      <alias name='ua-%s.%u'/>\n", device->link->npu->name,
			      device->link->brick);
	buffer_printf(out,
		      "      <address type='pci' domain='0x0000' bus='0x%02zx' slot='0x%02x' "
		      "function='0x%x'%s/>\n"
		      "    </hostdev>\n",
		      bus, slot, device->function,
		      is_multifunction(vphb, place) ? " multifunction='on'" : "");
}

/*
 * Controllers are numbered without a gap, for libvirt fills gaps with PHBs of
 * its own choice. Number 0 is the machine's own vPHB, used or not.
 */
static void add_devices(struct buffer *out, const struct plan_guest *guest)
{
	size_t next = 1;

	add_controller(out, 0, 0);
	for (size_t i = 0; i < guest->vphbs.count; i++)
		if (guest->vphbs.items[i]->index)
			add_controller(out, next++, guest->vphbs.items[i]->index);
	next = 1;
	for (size_t i = 0; i < guest->vphbs.count; i++) {
		const struct plan_vphb *vphb = guest->vphbs.items[i];
		size_t bus = vphb->index ? next++ : 0;

		for (size_t j = 0; j < vphb->walk.count; j++)
			add_hostdev(out, vphb, bus, j);
	}
}

bool emit_libvirt(const struct plan_guest *guest, struct buffer *out)
{
	buffer_add_string(out, "<?xml version='1.0' encoding='UTF-8'?>\n");
	buffer_add_string(out, intro);
	buffer_add_string(out, "<domain type='kvm'>\n  <name>");
	xml_add_escaped(out, guest->guest->name);
	buffer_add_string(out, "</name>\n  <description>NVLink2 devices of ");
	xml_add_escaped(out, guest->board->board->name);
	buffer_add_string(out, "</description>\n"
			       "  <memory unit='GiB'>32</memory>\n"
			       "  <vcpu>8</vcpu>\n"
			       "  <os>\n"
			       "    <type arch='ppc64le' machine='");
	xml_add_escaped(out, guest->guest->machine.value);
	buffer_add_string(out, "'>hvm</type>\n  </os>\n  <devices>\n");
	add_devices(out, guest);
	buffer_add_string(out, "  </devices>\n</domain>\n");
	return true;
}
