/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Rules about guests: machine types, vPHBs, IOMMU groups. Takes a guest,
 * reports what would abort its virtual machine monitor or break isolation.
 */
#include <stdlib.h>
#include <string.h>

#include "wiring/example.h"
#include "wiring/rules.h"

/* Limits of QEMU's spapr PCI host bridge: facts §3.1, §3.2. */
#define VPHB_HIGHEST 30
#define VPHB_GPUS 6
#define VPHB_ATSDS 8
#define GPU_LINKS 3
#define BUS_SLOTS 32

static const struct npu *device_npu(const struct vphb_device *device)
{
	return device->gpu ? device->gpu->npu : device->link->npu;
}

static const char *device_name(const struct check *check, const struct vphb_device *device)
{
	return device->gpu ? device->gpu->name
			   : arena_printf(check->arena, "%s:%u", device->link->npu->name,
					  device->link->brick);
}

/* row 27, and QEMU 8.2, which dropped NVLink2 */
static void check_machine(const struct check *check, const struct guest *guest)
{
	unsigned version = guest->machine_major * 100 + guest->machine_minor;

	if (!guest->machine_known || (version >= 401 && version <= 801))
		return;
	RULE_REPORT(check, guest->machine.span, "%s has no NVLink2: %s", guest->machine.value,
		    version < 401 ? "it came with pseries-4.1"
				  : "QEMU dropped it after pseries-8.1");
}

static void check_vphb_number(const struct check *check, const struct guest *guest)
{
	const struct vphb *seen[VPHB_HIGHEST + 1] = {NULL};

	for (size_t i = 0; i < guest->vphbs.count; i++) {
		const struct vphb *vphb = guest->vphbs.items[i];
		struct diag_record *error;

		if (vphb->number > VPHB_HIGHEST) {
			RULE_REPORT(check, vphb->span, "there is no vPHB %llu: they are numbered 0 to %d",
				    (unsigned long long)vphb->number, VPHB_HIGHEST);
		} else if (!seen[vphb->number]) {
			seen[vphb->number] = vphb;
		} else {
			error = RULE_REPORT(check, vphb->span, "vPHB %llu is there twice",
					    (unsigned long long)vphb->number);
			diag_note(check->diags, error, seen[vphb->number]->span,
				  "it was described here");
		}
	}
}

static void check_no_vphb(const struct check *check, const struct guest *guest)
{
	if (!guest->vphbs.count && !guest->damaged)
		RULE_REPORT(check, guest->span, "guest %s has no devices", guest->name);
}

/* row 25 */
static void check_two_groups(const struct check *check, const struct guest *guest)
{
	for (size_t i = 0; i < guest->vphbs.count; i++) {
		const struct vphb *vphb = guest->vphbs.items[i];
		const struct vphb_device *first = NULL;

		for (size_t j = 0; j < vphb->devices.count; j++) {
			const struct vphb_device *device = &vphb->devices.items[j];
			struct diag_record *error;

			if (!device_npu(device))
				continue;
			if (!first)
				first = device;
			if (device_npu(device) == device_npu(first))
				continue;
			error = RULE_REPORT(check, device->span,
					    "%s belongs to the IOMMU group of %s, and %s on the same "
					    "vPHB to that of %s",
					    device_name(check, device), device_npu(device)->name,
					    device_name(check, first), device_npu(first)->name);
			diag_note(check->diags, error, first->span, "%s was given here",
				  device_name(check, first));
			diag_fix(check->diags, error, "give each group its own phb");
			break;
		}
	}
}

/* What of each NPU's group a guest has been given. */
struct share {
	const struct npu *npu;
	const struct vphb_device *first;
	size_t devices;
};

typedef ARRAY(struct share) share_list;

static share_list collect_shares(const struct check *check, const struct guest *guest)
{
	share_list shares = {0};

	for (size_t i = 0; i < guest->vphbs.count; i++) {
		const struct vphb *vphb = guest->vphbs.items[i];

		for (size_t j = 0; j < vphb->devices.count; j++) {
			const struct npu *npu = device_npu(&vphb->devices.items[j]);
			size_t at = 0;

			/* A guest has devices of a few chips. */
			while (at < shares.count && shares.items[at].npu != npu)
				at++;
			if (at == shares.count)
				*ARRAY_PUSH(check->arena, &shares) = (struct share){
					.npu = npu, .first = &vphb->devices.items[j]};
			shares.items[at].devices++;
		}
	}
	return shares;
}

static bool guest_has(const struct guest *guest, const struct gpu *gpu, const struct link *link)
{
	for (size_t i = 0; i < guest->vphbs.count; i++) {
		const struct vphb *vphb = guest->vphbs.items[i];

		for (size_t j = 0; j < vphb->devices.count; j++)
			if (gpu ? vphb->devices.items[j].gpu == gpu
				: vphb->devices.items[j].link == link)
				return true;
	}
	return false;
}

static bool guest_damaged(const struct guest *guest)
{
	bool damaged = guest->damaged;

	for (size_t i = 0; i < guest->vphbs.count; i++)
		damaged |= guest->vphbs.items[i]->damaged;
	return damaged;
}

static struct span first_span_of(const struct gpu *gpu)
{
	return gpu->links.count ? gpu->links.items[0]->span : gpu->span;
}

/* row 26: the group is the unit of ownership */
static void check_partial_group(const struct check *check, const struct guest *guest)
{
	share_list shares = collect_shares(check, guest);

	if (guest_damaged(guest))
		return;
	for (size_t i = 0; i < shares.count; i++) {
		const struct npu *npu = shares.items[i].npu;
		struct diag_record *error = NULL;
		struct buffer missing = {0};
		struct span other = {0};

		if (!npu || shares.items[i].devices >= npu->gpus.count + npu->link_count)
			continue;
		for (size_t j = 0; j < npu->gpus.count; j++) {
			if (guest_has(guest, npu->gpus.items[j], NULL))
				continue;
			buffer_printf(&missing, "%s%s", missing.len ? ", " : "",
				      npu->gpus.items[j]->name);
			if (!other.file)
				other = first_span_of(npu->gpus.items[j]);
		}
		for (unsigned b = 0; b < BRICKS_MAX; b++) {
			if (!npu->bricks[b] || guest_has(guest, NULL, npu->bricks[b]))
				continue;
			buffer_printf(&missing, "%s%s:%u", missing.len ? ", " : "", npu->name, b);
			if (!other.file)
				other = npu->bricks[b]->span;
		}
		if (missing.len)
			error = RULE_REPORT(check, shares.items[i].first->span,
					    "guest %s has a part of the IOMMU group of %s; missing: %s",
					    guest->name, npu->name, missing.data);
		diag_note(check->diags, error, other, "the rest of the group is wired here");
		diag_fix(check->diags, error, "give it the whole group: `npu = %s;`", npu->name);
		buffer_free(&missing);
	}
}

struct group_use {
	const struct npu *npu;
	const struct guest *guest;
	const struct vphb_device *device;
};

static int compare_group_uses(const void *left, const void *right)
{
	const struct group_use *a = left, *b = right;

	if (a->npu != b->npu)
		return a->npu < b->npu ? -1 : 1;
	return span_compare(a->device->span, b->device->span);
}

/* row 26: two guests, one group */
static void check_group_split(const struct check *check, const struct wiring *wiring)
{
	ARRAY(struct group_use) uses = {0};

	for (size_t i = 0; i < wiring->guests.count; i++) {
		share_list shares = collect_shares(check, wiring->guests.items[i]);

		for (size_t j = 0; j < shares.count; j++)
			if (shares.items[j].npu)
				*ARRAY_PUSH(check->arena, &uses) = (struct group_use){
					shares.items[j].npu, wiring->guests.items[i],
					shares.items[j].first};
	}
	if (uses.count > 1)
		qsort(uses.items, uses.count, sizeof(uses.items[0]), compare_group_uses);
	for (size_t i = 1; i < uses.count; i++) {
		const struct group_use *a = &uses.items[i - 1], *b = &uses.items[i];
		struct diag_record *error;

		if (a->npu != b->npu)
			continue;
		error = RULE_REPORT(check, b->device->span,
				    "guests %s and %s both have devices of the IOMMU group of %s",
				    a->guest->name, b->guest->name, a->npu->name);
		diag_note(check->diags, error, a->device->span, "guest %s has them here",
			  a->guest->name);
	}
}

static bool vphb_has_gpu(const struct vphb *vphb, const struct gpu *gpu)
{
	for (size_t i = 0; i < vphb->devices.count; i++)
		if (vphb->devices.items[i].gpu == gpu)
			return true;
	return false;
}

/* "npu0:3, npu0:4": the bridges of a GPU that are on a vPHB, and the first of them. */
static const struct vphb_device *bridges_on(const struct check *check, const struct vphb *vphb,
					    const struct gpu *gpu, struct buffer *names)
{
	const struct vphb_device *first = NULL;

	for (size_t i = 0; i < vphb->devices.count; i++) {
		const struct vphb_device *device = &vphb->devices.items[i];

		if (!device->link || device->link->gpu != gpu)
			continue;
		buffer_printf(names, "%s%s", first ? ", " : "", device_name(check, device));
		if (!first)
			first = device;
	}
	return first;
}

/* row 20 */
static void check_bridges(const struct check *check, const struct guest *guest,
			  const struct vphb *vphb, const struct gpu *gpu)
{
	struct buffer names = {0};
	const struct vphb_device *first = bridges_on(check, vphb, gpu, &names);
	struct diag_record *error;

	/* With the GPU on another vPHB the group is torn apart: that is another rule's. */
	if (!first || vphb_has_gpu(vphb, gpu) || guest_has(guest, gpu, NULL)) {
		buffer_free(&names);
		return;
	}
	error = RULE_REPORT(check, first->span, "%s %s on vPHB %llu without %s, %s", names.data,
			    strchr(names.data, ',') ? "are" : "is",
			    (unsigned long long)vphb->number,
			    strchr(names.data, ',') ? "their GPU" : "its GPU", gpu->name);
	buffer_free(&names);
	diag_note(check->diags, error, first->link->port_span, "%s is wired here", gpu->name);
}

static void check_vphb_bridges(const struct check *check, const struct guest *guest,
			       const struct vphb *vphb)
{
	for (size_t i = 0; i < vphb->devices.count; i++) {
		const struct link *link = vphb->devices.items[i].link;
		bool first = link != NULL;

		for (size_t j = 0; j < i && first; j++)
			first = !vphb->devices.items[j].link ||
				vphb->devices.items[j].link->gpu != link->gpu;
		if (first)
			check_bridges(check, guest, vphb, link->gpu);
	}
}

static void check_vphb_gpus(const struct check *check, const struct guest *guest,
			    const struct vphb *vphb)
{
	for (size_t i = 0; i < vphb->devices.count; i++) {
		const struct gpu *gpu = vphb->devices.items[i].gpu;
		struct diag_record *error;
		bool has_bridge = false;

		for (size_t j = 0; gpu && j < gpu->links.count; j++)
			has_bridge |= guest_has(guest, NULL, gpu->links.items[j]);
		if (!gpu || !gpu->npu || has_bridge)
			continue;
		error = RULE_REPORT(check, vphb->devices.items[i].span,
				    "guest %s has %s without any of its bridges", guest->name,
				    gpu->name);
		diag_note(check->diags, error, first_span_of(gpu), "its links are wired here");
	}
}

/* rows 20 and 21; on each vPHB, for QEMU pairs them by tgt there */
static void check_pairs(const struct check *check, const struct guest *guest)
{
	/* More vPHBs, or devices on one, than there can be are reported as that. */
	if (guest_damaged(guest) || guest->vphbs.count > VPHB_HIGHEST + 1)
		return;
	for (size_t i = 0; i < guest->vphbs.count; i++) {
		const struct vphb *vphb = guest->vphbs.items[i];

		if (vphb->devices.count > BUS_SLOTS)
			continue;
		check_vphb_bridges(check, guest, vphb);
		check_vphb_gpus(check, guest, vphb);
	}
}

/* row 7 */
static void check_gpu_links(const struct check *check, const struct guest *guest)
{
	for (size_t i = 0; i < guest->vphbs.count; i++) {
		const struct vphb *vphb = guest->vphbs.items[i];

		for (size_t j = 0; j < vphb->devices.count; j++) {
			const struct gpu *gpu = vphb->devices.items[j].gpu;
			struct diag_record *error;

			if (!gpu || gpu->links.count <= GPU_LINKS)
				continue;
			error = RULE_REPORT(check, vphb->devices.items[j].span,
					    "%s has %zu links with its NPU, and a guest's GPU can have %d",
					    gpu->name, gpu->links.count, GPU_LINKS);
			diag_note(check->diags, error, first_span_of(gpu), "they are wired here");
		}
	}
}

/* rows 23 and 24 */
static void check_vphb_size(const struct check *check, const struct guest *guest)
{
	for (size_t i = 0; i < guest->vphbs.count; i++) {
		const struct vphb *vphb = guest->vphbs.items[i];
		size_t gpus = 0, links = 0;

		for (size_t j = 0; j < vphb->devices.count; j++)
			*(vphb->devices.items[j].gpu ? &gpus : &links) += 1;
		if (gpus > VPHB_GPUS)
			RULE_REPORT(check, vphb->span, "%zu GPUs are on one vPHB, which takes %d", gpus,
				    VPHB_GPUS);
		if (links > VPHB_ATSDS)
			RULE_REPORT(check, vphb->span,
				    "%zu bridges are on one vPHB, which takes %d ATSD registers", links,
				    VPHB_ATSDS);
		if (vphb->devices.count > BUS_SLOTS)
			RULE_REPORT(check, vphb->span, "%zu devices are on one bus of %d slots",
				    vphb->devices.count, BUS_SLOTS);
	}
}

/* row 28 */
static void check_slots(const struct check *check, const struct guest *guest)
{
	for (size_t i = 0; i < guest->vphbs.count; i++) {
		const struct vphb *vphb = guest->vphbs.items[i];
		const struct vphb_device *taken[32 * 8] = {NULL};

		for (size_t j = 0; j < vphb->devices.count; j++) {
			const struct vphb_device *device = &vphb->devices.items[j];
			const struct vphb_device **place;
			struct diag_record *error;

			if (device->slot >= 32)
				continue;
			place = &taken[device->slot * 8 + device->function];
			if (!*place) {
				*place = device;
				continue;
			}
			error = RULE_REPORT(check,
					    device->slot_span.file ? device->slot_span : device->span,
					    "%s and %s are both in slot %u.%u",
					    device_name(check, *place), device_name(check, device),
					    device->slot, device->function);
			diag_note(check->diags, error,
				  (*place)->slot_span.file ? (*place)->slot_span : (*place)->span,
				  "%s is in it here", device_name(check, *place));
		}
		for (size_t slot = 0; slot < 32; slot++)
			for (size_t f = 1; f < 8 && !taken[slot * 8]; f++)
				if (taken[slot * 8 + f]) {
					RULE_REPORT(check, taken[slot * 8 + f]->slot_span,
						    "slot %zu has a function %zu and no function 0: "
						    "no guest would look for it",
						    slot, f);
					break;
				}
	}
}

static void check_unwired_device(const struct check *check, const struct guest *guest)
{
	for (size_t i = 0; i < guest->vphbs.count; i++) {
		const struct vphb *vphb = guest->vphbs.items[i];

		for (size_t j = 0; j < vphb->devices.count; j++) {
			const struct gpu *gpu = vphb->devices.items[j].gpu;
			struct diag_record *error;

			if (!gpu || gpu->npu)
				continue;
			error = RULE_REPORT(check, vphb->devices.items[j].span,
					    "%s has no link with an NPU, so it has no NVLink2 to pass",
					    gpu->name);
			diag_note(check->diags, error, gpu->span, "it is declared here");
		}
	}
}

static int compare_guests(const void *left, const void *right)
{
	const struct guest *a = *(struct guest *const *)left, *b = *(struct guest *const *)right;

	if (a->board != b->board)
		return a->board < b->board ? -1 : 1;
	if (a->name != b->name)
		return a->name < b->name ? -1 : 1;
	return span_compare(a->span, b->span);
}

static void check_guest_files(const struct check *check, const struct wiring *wiring)
{
	size_t count = wiring->guests.count;
	struct guest **guests = arena_alloc(check->arena, (count + 1) * sizeof(*guests));

	for (size_t i = 0; i < count; i++) {
		guests[i] = wiring->guests.items[i];
		if (!valid_file_name(guests[i]->name))
			RULE_REPORT(check, guests[i]->name_span,
				    "'%s' cannot be part of a file name", guests[i]->name);
	}
	qsort(guests, count, sizeof(*guests), compare_guests);
	for (size_t i = 1; i < count; i++) {
		struct diag_record *error;

		if (guests[i]->board != guests[i - 1]->board ||
		    guests[i]->name != guests[i - 1]->name)
			continue;
		error = RULE_REPORT(check, guests[i]->name_span, "there are two guests \"%s\"",
				    guests[i]->name);
		diag_note(check->diags, error, guests[i - 1]->name_span, "the other one");
	}
}

/* row 26: QEMU attaches a group to the address space of one vPHB */
static void check_group_once(const struct check *check, const struct guest *guest)
{
	const struct vphb *seen[128] = {NULL}; /* by chip */

	for (size_t i = 0; i < guest->vphbs.count; i++) {
		const struct vphb *vphb = guest->vphbs.items[i], *other;
		const struct npu *npu = vphb->devices.count ? device_npu(&vphb->devices.items[0]) : NULL;
		struct diag_record *error;

		if (!npu || !npu->chip.set)
			continue;
		other = seen[npu->chip.value];
		if (!other) {
			seen[npu->chip.value] = vphb;
			continue;
		}
		/* One vPHB described twice is another rule's. */
		if (other->number == vphb->number)
			continue;
		error = RULE_REPORT(check, vphb->devices.items[0].span,
				    "the IOMMU group of %s is on two vPHBs, %llu and %llu", npu->name,
				    (unsigned long long)other->number,
				    (unsigned long long)vphb->number);
		diag_note(check->diags, error, other->devices.items[0].span,
			  "it is on vPHB %llu here", (unsigned long long)other->number);
	}
}

static const char *const guest_reserved[] = {"phandle", "linux,phandle", "reg", "compatible",
					     "#address-cells", "#size-cells", "ibm,mmio-atsd", NULL};

static void check_guest_extra(const struct check *check, const struct guest *guest)
{
	check_extra_list(check, &guest->extra[EXTRA_GUEST], guest_reserved, "this compiler");
}

const struct rule guest_rules[] = {
	{{"NV2-E0201", "machine-without-nvlink2", SEVERITY_ERROR,
	  "A guest's machine type has no NVLink2",
	  "Up to pseries-4.0 the windows for GPU memory and ATSD are zero, and everything about\n"
	  "NVLink2 is left out without a message. QEMU 8.2 dropped it.",
	  EXAMPLE_REDBUD "\nguest \"vm0\" {\n\tmachine = \"pseries-4.0\";\n"
			 "\tphb 1 { npu = npu0; }\n};\n",
	  "use a machine type from pseries-4.1 to pseries-8.1"},
	 0, 0, check_machine, 0},
	{{"NV2-E0202", "vphb-number", SEVERITY_ERROR,
	  "A vPHB has a number that does not exist, or that is taken",
	  "QEMU places the windows of 31 vPHBs, 0 to 30.",
	  EXAMPLE_REDBUD_GUEST("\tphb 31 { npu = npu0; }\n"),
	  "number the vPHBs from 0 to 30, each once"},
	 0, 0, check_vphb_number, 0},
	{{"NV2-W0203", "guest-without-devices", SEVERITY_WARNING,
	  "A guest has no vPHB, so it gets no devices",
	  "Nothing would be generated for it.",
	  EXAMPLE_REDBUD_GUEST(""),
	  "add `phb 1 { npu = NAME; }`"},
	 GAP_ERRORS, 0, check_no_vphb, 0},
	{{"NV2-E0204", "two-groups-on-vphb", SEVERITY_ERROR,
	  "Devices of two IOMMU groups are on one vPHB",
	  "ATSD registers belong to one NPU, but a guest sees them on the vPHB. QEMU reports\n"
	  "\"ATSD requires separate vPHB per GPU IOMMU group\" and goes on without them, so the\n"
	  "guest's address translation goes stale.",
	  EXAMPLE_TWO_CHIPS_GUEST("\tphb 1 { devices = GPU0, GPU1, npu0:0-5, GPU3, GPU4, npu8:0-5; }\n"),
	  "give each group its own phb"},
	 GAP_LINKS, 0, check_two_groups, 0},
	{{"NV2-E0205", "partial-group", SEVERITY_ERROR,
	  "A guest has a part of an IOMMU group",
	  "All GPUs of a chip and their bridges are one group: the GPUs are wired to each other\n"
	  "past the IOMMU. VFIO gives a group to one owner, whole (\"group is not viable\").",
	  EXAMPLE_REDBUD_GUEST("\tphb 1 { devices = GPU0, npu0:0-2; }\n"),
	  "give it the whole group with `npu = NAME;`"},
	 GAP_LINKS, 0, check_partial_group, 0},
	{{"NV2-E0206", "group-split", SEVERITY_ERROR,
	  "Two guests have devices of one IOMMU group",
	  "The group is the unit of ownership: the second open of /dev/vfio/N fails. If it did\n"
	  "not, the guests could reach each other's memory over the links between GPUs.",
	  EXAMPLE_REDBUD_GUEST("\tphb 1 { npu = npu0; }\n")
		"guest \"vm1\" {\n\tmachine = \"pseries-5.1\";\n\tphb 1 { npu = npu0; }\n};\n",
	  "give the group to one of them"},
	 GAP_LINKS, 0, 0, check_group_split},
	{{"NV2-E0207", "gpu-and-bridges", SEVERITY_ERROR,
	  "A GPU and its bridges are not together on one vPHB",
	  "QEMU pairs them by tgt on each vPHB. A bridge without its GPU crashes it; a GPU\n"
	  "without bridges has no ATSD, and its link is dead in the guest.",
	  EXAMPLE_REDBUD_GUEST("\tphb 1 { devices = GPU0, npu0:0-5; }\n"),
	  "put each GPU and all of its bridges on one vPHB"},
	 GAP_LINKS, 0, check_pairs, 0},
	{{"NV2-E0208", "guest-gpu-links", SEVERITY_ERROR,
	  "A guest's GPU has more than three links with its NPU",
	  "The hardware allows four and six, QEMU three: \"Found too many NVLink bridges per\n"
	  "GPU\", and the whole vPHB loses NVLink2.",
	  EXAMPLE_BOARD("\tnpu npu0 { chip = 0; }\n\tgpu GPU0 { slot = \"GPU0\"; }\n"
			"\tlink npu0:0-3 <-> GPU0:0-3 at 25 Gbps;\n")
		"\nguest \"vm0\" {\n\tmachine = \"pseries-5.1\";\n\tphb 1 { npu = npu0; }\n};\n",
	  "such a GPU can only be used by the host"},
	 GAP_LINKS, 0, check_gpu_links, 0},
	{{"NV2-E0209", "vphb-full", SEVERITY_ERROR,
	  "More GPUs, bridges or devices are on a vPHB than it takes",
	  "QEMU knows six GPUs and eight ATSD registers a vPHB and drops the rest.",
	  EXAMPLE_TWO_CHIPS_GUEST("\tphb 1 { devices = GPU0, GPU1, npu0:0-5, GPU3, GPU4, npu8:0-5; }\n"),
	  "use one phb for each IOMMU group"},
	 GAP_LINKS, 0, check_vphb_size, 0},
	{{"NV2-E0210", "slot-taken", SEVERITY_ERROR,
	  "Two devices are in one slot and function, or a slot has no function 0",
	  "Phandles of the guest's tree are made from slot and function: two devices with the\n"
	  "same would have the same phandle. Guests find other functions only behind function 0.",
	  EXAMPLE_REDBUD_GUEST("\tphb 1 {\n\t\tnpu = npu0;\n\t\tslots { GPU0 = 3; GPU1 = 3; }\n\t}\n"),
	  "leave `slots` out for one slot each"},
	 0, 0, check_slots, 0},
	{{"NV2-E0211", "guest-gpu-unwired", SEVERITY_ERROR,
	  "A guest is given a GPU without NVLink2",
	  "It is an ordinary PCI device, which no part of this description concerns.",
	  EXAMPLE_REDBUD_WITH("\tgpu GPU2 { slot = \"GPU2\"; }\n")
		"\nguest \"vm0\" {\n\tmachine = \"pseries-5.1\";\n"
		"\tphb 1 { devices = GPU0, GPU1, npu0:0-5, GPU2; }\n};\n",
	  "pass it as any other PCI device"},
	 GAP_LINKS, 0, check_unwired_device, 0},
	{{"NV2-E0212", "guest-file-name", SEVERITY_ERROR,
	  "The name of a guest cannot be part of a file name, or two guests have the same",
	  "Names of guests go into the names of the files written. They are made of letters,\n"
	  "digits, '.', '_' and '-'.",
	  EXAMPLE_REDBUD "guest \"vm/0\" {\n\tmachine = \"pseries-5.1\";\n"
			 "\tphb 1 { npu = npu0; }\n};\n",
	  "choose another name"},
	 0, 0, 0, check_guest_files},
	{{"NV2-E0215", "group-on-two-vphbs", SEVERITY_ERROR,
	  "An IOMMU group of a guest is on two vPHBs",
	  "A group belongs to one address space, and each vPHB is one: QEMU stops with \"group N\n"
	  "used in multiple address spaces\".",
	  EXAMPLE_REDBUD_GUEST("\tphb 1 { devices = GPU0, npu0:0-2; }\n"
			       "\tphb 2 { devices = GPU1, npu0:3-5; }\n"),
	  "give the whole group one phb: `npu = NAME;`"},
	 GAP_LINKS, 0, check_group_once, 0},
	{{"NV2-E0213", "guest-extra-reserved", SEVERITY_ERROR,
	  "An extra property of a guest that this compiler sets",
	  "What follows from the wiring must not be overridden behind its back.",
	  EXAMPLE_REDBUD_GUEST("\tphb 1 { npu = npu0; }\n\textra guest { compatible = \"x\"; }\n"),
	  "remove it"},
	 0, 0, check_guest_extra, 0},
	{{0}, 0, 0, 0, 0},
};
