/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Rules about chips, groups and address maps. Takes a board, reports what
 * would send DMA to the wrong place.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "wiring/example.h"
#include "wiring/rules.h"

static void check_chip_twice(const struct check *check, const struct board *board)
{
	const struct npu *seen[128] = {NULL};

	for (size_t i = 0; i < board->npus.count; i++) {
		const struct npu *npu = board->npus.items[i];
		struct diag_record *error;

		if (!npu->chip.set)
			continue;
		if (!seen[npu->chip.value]) {
			seen[npu->chip.value] = npu;
			continue;
		}
		error = RULE_REPORT(check, npu->chip.span, "%s and %s are on one chip, %llu",
				    seen[npu->chip.value]->name, npu->name,
				    (unsigned long long)npu->chip.value);
		diag_note(check->diags, error, seen[npu->chip.value]->chip.span, "%s is on it here",
			  seen[npu->chip.value]->name);
	}
}

/* As set, or as it follows from the chip. */
static const char *phb_path(const struct check *check, const struct npu *npu)
{
	const struct family *family = npu->board->family;

	if (npu->phb.value)
		return npu->phb.value;
	return arena_printf(check->arena, "/pciex@%" PRIx64,
			    family->npu_regs +
				    family_chip_base(family, (unsigned)npu->chip.value));
}

struct phb_use {
	const char *path;
	const struct npu *npu;
};

/* By path; of one path, those that have it by their chip first. */
static int compare_phbs(const void *left, const void *right)
{
	const struct phb_use *a = left, *b = right;
	int order = strcmp(a->path, b->path);

	if (order)
		return order;
	if (!a->npu->phb.value != !b->npu->phb.value)
		return a->npu->phb.value ? 1 : -1;
	return span_compare(a->npu->span, b->npu->span);
}

static void check_phb_twice(const struct check *check, const struct board *board)
{
	size_t count = board->npus.count;
	struct phb_use *uses = arena_alloc(check->arena, (count + 1) * sizeof(*uses));

	for (size_t i = 0; i < count; i++)
		uses[i] = (struct phb_use){phb_path(check, board->npus.items[i]),
					   board->npus.items[i]};
	qsort(uses, count, sizeof(*uses), compare_phbs);
	for (size_t i = 1; i < count; i++) {
		const struct npu *a = uses[i - 1].npu, *b = uses[i].npu;
		struct diag_record *error;

		/* Two NPUs with a path by one chip are on one chip: that is another rule's. */
		if (!b->phb.value || strcmp(uses[i - 1].path, uses[i].path) != 0)
			continue;
		error = RULE_REPORT(check, b->phb.span, "%s and %s have the same PHB, %s", a->name,
				    b->name, b->phb.value);
		diag_note(check->diags, error, a->phb.value ? a->phb.span : a->chip.span,
			  a->phb.value ? "%s has it here" : "%s has it by its chip", a->name);
	}
}

/* row 5 */
static void check_group_shared(const struct check *check, const struct board *board)
{
	for (size_t i = 0; i < board->npus.count; i++) {
		const struct npu *npu = board->npus.items[i];

		for (size_t j = 1; j < npu->gpus.count; j++) {
			const struct gpu *a = npu->gpus.items[j - 1], *b = npu->gpus.items[j];
			struct diag_record *error;

			if (a->group != b->group)
				continue;
			if (!b->group_set.set) {
				a = b;
				b = npu->gpus.items[j - 1];
			}
			error = RULE_REPORT(check, b->group_set.set ? b->group_set.span : b->span,
					    "%s and %s of %s are both group %u", a->name, b->name,
					    npu->name, a->group);
			diag_note(check->diags, error,
				  a->group_set.set ? a->group_set.span : a->span,
				  a->group_set.set ? "%s has it here"
						   : "%s has it by its lowest brick",
				  a->name);
		}
	}
}

/* row 8 */
static void check_group_range(const struct check *check, const struct board *board)
{
	for (size_t i = 0; i < board->gpus.count; i++) {
		const struct gpu *gpu = board->gpus.items[i];
		struct diag_record *error;

		if (!gpu->npu || gpu->group < board->map->groups)
			continue;
		error = RULE_REPORT(check, gpu->group_set.set ? gpu->group_set.span : gpu->span,
				    "%s is group %u of %s, and %s has apertures for groups 0 to %u",
				    gpu->name, gpu->group, gpu->npu->name, board->map->name,
				    board->map->groups - 1);
		diag_note(check->diags, error, board->map_span, "the memory map is chosen here");
	}
}

/* row 14: skiboot's witherspoon_probe() */
static void check_variant(const struct check *check, const struct board *board)
{
	bool witherspoon = false, any = false;
	unsigned highest = 0;

	for (size_t i = 0; i < board->compatible.count; i++)
		witherspoon |= !strcmp(board->compatible.items[i].value, "ibm,witherspoon");
	for (size_t i = 0; i < board->gpus.count; i++) {
		if (!board->gpus.items[i]->npu)
			continue;
		any = true;
		if (board->gpus.items[i]->group > highest)
			highest = board->gpus.items[i]->group;
	}
	if (!witherspoon || !any || highest == 1 || highest == 2)
		return;
	RULE_REPORT(check, board->span,
		    "firmware does not know this variant of Witherspoon: the highest group is %u",
		    highest);
}

struct range {
	uint64_t start, end; /* the last byte */
	struct span span;
	const char *name;
	bool aperture;
	bool set; /* by hand */
};

static int compare_ranges(const void *left, const void *right)
{
	const struct range *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return span_compare(a->span, b->span);
}

static struct span aperture_span(const struct gpu *gpu)
{
	return gpu->aperture.set ? gpu->aperture.span : gpu->span;
}

/* facts §6: base a multiple of the size */
static void check_aperture_aligned(const struct check *check, const struct board *board)
{
	for (size_t i = 0; i < board->gpus.count; i++) {
		const struct gpu *gpu = board->gpus.items[i];
		uint64_t base;

		if (!gpu_aperture(gpu, &base) || !(base & (board->family->aperture_size - 1)))
			continue;
		RULE_REPORT(check, aperture_span(gpu),
			    "the aperture 0x%llx of %s is not a multiple of its size, 0x%llx",
			    (unsigned long long)base, gpu->name,
			    (unsigned long long)board->family->aperture_size);
	}
}

/* rows 18 and 19, and facts §6 rule 2 */
static void check_tgt(const struct check *check, const struct board *board)
{
	for (size_t i = 0; i < board->gpus.count; i++) {
		const struct gpu *gpu = board->gpus.items[i];
		struct diag_record *error;
		uint64_t base, tgt;

		if (!gpu_aperture(gpu, &base))
			continue;
		tgt = board->family->compress(base);
		if (!gpu->aperture.set && gpu->npu->chip.value & board->map->excluded_chips) {
			error = RULE_REPORT(check, gpu->npu->chip.span,
					    "%s has no apertures for chip %llu: that of %s would be "
					    "0x%llx, in another chip's memory",
					    board->map->name, (unsigned long long)gpu->npu->chip.value,
					    gpu->name, (unsigned long long)base);
			diag_note(check->diags, error, board->map_span,
				  "the memory map is chosen here");
			continue;
		}
		if (tgt && board->family->expand(tgt) == base)
			continue;
		error = RULE_REPORT(
			check, aperture_span(gpu),
			tgt ? "the aperture 0x%llx of %s does not survive compression: the GPU would "
			      "reach 0x%llx"
			    : "the aperture 0x%llx of %s compresses to tgt 0x%llx, which means no "
			      "NVLink2",
			(unsigned long long)base, gpu->name,
			(unsigned long long)board->family->expand(tgt));
		if (gpu->aperture.set)
			diag_fix(check->diags, error, "leave `aperture` out for the memory map's");
		else if (gpu->npu)
			diag_note(check->diags, error, gpu->npu->chip.span,
				  "it follows from chip %llu and %s",
				  (unsigned long long)gpu->npu->chip.value, board->map->name);
	}
}

/* Whether an aperture is what was meant, as far as other rules can tell. */
static bool aperture_is_sound(const struct gpu *gpu, uint64_t base)
{
	const struct board *board = gpu->board;
	uint64_t tgt = board->family->compress(base);
	bool in_group = gpu->aperture.set;

	if (!tgt || board->family->expand(tgt) != base || base & (board->family->aperture_size - 1))
		return false;
	if (!gpu->aperture.set && gpu->npu->chip.value & board->map->excluded_chips)
		return false;
	for (size_t i = 0; gpu->npu && i < gpu->npu->gpus.count; i++) {
		const struct gpu *other = gpu->npu->gpus.items[i];

		in_group |= other == gpu;
		if (other != gpu && other->group == gpu->group && !gpu->aperture.set)
			return false;
	}
	return in_group;
}

/* facts §6 rule 3 */
static void check_overlap(const struct check *check, const struct board *board)
{
	const struct family *family = board->family;
	struct range *ranges = arena_alloc(
		check->arena, (board->gpus.count + board->npus.count + 1) * sizeof(*ranges));
	const struct range *top = ranges;
	size_t count = 0;

	for (size_t i = 0; i < board->gpus.count; i++) {
		const struct gpu *gpu = board->gpus.items[i];
		uint64_t base;

		if (gpu_aperture(gpu, &base) && aperture_is_sound(gpu, base))
			ranges[count++] = (struct range){base, base + family->aperture_size - 1,
							 aperture_span(gpu), gpu->name, true,
							 gpu->aperture.set};
	}
	for (size_t i = 0; i < board->npus.count; i++) {
		const struct npu *npu = board->npus.items[i];
		uint64_t base = family_chip_base(family, (unsigned)npu->chip.value);

		ranges[count++] = (struct range){base, base + family->memory_size - 1,
						 npu->chip.span,
						 arena_printf(check->arena, "chip %llu",
							      (unsigned long long)npu->chip.value),
						 false, false};
	}
	qsort(ranges, count, sizeof(*ranges), compare_ranges);
	for (size_t i = 1; i < count; i++) {
		const struct range *low = top, *range = &ranges[i];
		struct diag_record *error;

		if (range->end > top->end)
			top = range;
		/* Two NPUs on one chip are another rule's. */
		if (range->start > low->end || (!low->aperture && !range->aperture))
			continue;
		/* Told at an aperture, and of two at the one that was set by hand. */
		if (!range->aperture || (low->aperture && low->set && !range->set)) {
			range = low;
			low = &ranges[i];
		}
		error = RULE_REPORT(check, range->span,
				    "the aperture of %s, 0x%llx to 0x%llx, overlaps the %s of %s, "
				    "0x%llx to 0x%llx",
				    range->name, (unsigned long long)range->start,
				    (unsigned long long)range->end,
				    low->aperture ? "aperture" : "memory", low->name,
				    (unsigned long long)low->start, (unsigned long long)low->end);
		diag_note(check->diags, error, low->span, "%s is here", low->name);
		if (range->set)
			diag_fix(check->diags, error, "leave `aperture` out for the memory map's");
	}
}

/* row 34 */
static void check_page_size(const struct check *check, const struct board *board)
{
	if (board->page_size.value != 4096)
		return;
	RULE_REPORT(check, board->page_size.span.file ? board->page_size.span : board->span,
		    "with 4 KiB pages the ATSD regions are 4 KiB, and guests expect 64 KiB");
}

static int compare_extras(const void *left, const void *right)
{
	const struct extra_property *a = *(const struct extra_property *const *)left;
	const struct extra_property *b = *(const struct extra_property *const *)right;

	if (a->name != b->name)
		return a->name < b->name ? -1 : 1;
	return span_compare(a->span, b->span);
}

void check_extra_list(const struct check *check, const extra_list *list,
		      const char *const *reserved, const char *who)
{
	const struct extra_property **sorted =
		arena_alloc(check->arena, (list->count + 1) * sizeof(*sorted));

	for (size_t i = 0; i < list->count; i++) {
		sorted[i] = &list->items[i];
		for (size_t j = 0; reserved[j]; j++)
			if (!strcmp(sorted[i]->name, reserved[j]))
				RULE_REPORT(check, sorted[i]->span, "'%s' is set by %s",
					    sorted[i]->name, who);
	}
	qsort(sorted, list->count, sizeof(*sorted), compare_extras);
	for (size_t i = 1; i < list->count; i++) {
		struct diag_record *error;

		if (sorted[i]->name != sorted[i - 1]->name)
			continue;
		error = RULE_REPORT(check, sorted[i]->span, "'%s' is set twice", sorted[i]->name);
		diag_fix(check->diags, error, "keep one of them");
		diag_note(check->diags, error, sorted[i - 1]->span, "it was set here");
	}
}

static const char *const npu_reserved[] = {
	"phandle", "linux,phandle", "reg", "compatible", "#address-cells", "#size-cells",
	"ibm,npu-index", "ibm,npu-links", "ibm,phb-index", NULL};
static const char *const link_reserved[] = {
	"phandle", "linux,phandle", "reg", "compatible", "ibm,npu-link-index",
	"ibm,workbook-link-id", "ibm,npu-phy", "ibm,npu-lane-mask", "ibm,npu-brick-id",
	"ibm,npu-group-id", "ibm,slot-label", "ibm,pcie-slot", "ibm,link-speed",
	"nvidia,link-speed", "ibm,npu-link-type", NULL};
static const char *const phb_reserved[] = {
	"phandle", "linux,phandle", "reg", "compatible", "#address-cells", "#size-cells",
	"device_type", "ibm,phb-index", "ibm,npu-index", "ibm,chip-id", "ibm,xscom-base",
	"ibm,links", "ibm,npcq", "ibm,mmio-window", "ibm,phb-diag-data-size",
	"#interrupt-cells", "bus-range", "clock-frequency", "ranges", "interrupt-parent",
	"interrupt-map-mask", "interrupt-map", "ibm,opal-num-pes", "ibm,opal-reserved-pe",
	"ibm,supported-tce-sizes", "ibm,mmio-atsd", "ibm,opal-phbid", NULL};
static const char *const bridge_reserved[] = {
	"phandle", "linux,phandle", "reg", "class-code", "revision-id", "vendor-id", "device-id",
	"interrupts", "ibm,pci-config-space-type", "memory-region", "ibm,device-tgt-addr",
	"ibm,nvlink", "ibm,nvlink-speed", "ibm,loc-code", "ibm,gpu", NULL};
static const char *const gpu_reserved[] = {
	"phandle", "linux,phandle", "reg", "class-code", "revision-id", "vendor-id", "device-id",
	"ibm,npu", "ibm,nvlink-peers", "ibm,loc-code", NULL};

/* In a guest's tree: on npuphbI and on the PCI functions. */
static const char *const npuphb_reserved[] = {
	"phandle", "linux,phandle", "reg", "ranges", "compatible", "#address-cells",
	"#size-cells", NULL};
static const char *const guest_gpu_reserved[] = {"phandle", "linux,phandle", "reg", "ibm,npu", NULL};
static const char *const guest_bridge_reserved[] = {
	"phandle", "linux,phandle", "reg", "ibm,gpu", "ibm,nvlink", "memory-region",
	"ibm,device-tgt-addr", "ibm,nvlink-speed", NULL};

/* row 38 */
static void check_extra(const struct check *check, const struct board *board)
{
	static const char who[] = "firmware or by this compiler";
	const extra_list *last = NULL;

	for (size_t i = 0; i < board->npus.count; i++) {
		const struct npu *npu = board->npus.items[i];

		check_extra_list(check, &npu->extra[EXTRA_HOST_FW], npu_reserved, who);
		check_extra_list(check, &npu->extra[EXTRA_HOST_OS], phb_reserved, who);
		check_extra_list(check, &npu->extra[EXTRA_GUEST], npuphb_reserved, who);
	}
	for (size_t i = 0; i < board->gpus.count; i++) {
		const struct gpu *gpu = board->gpus.items[i];

		check_extra_list(check, &gpu->extra[EXTRA_HOST_OS], gpu_reserved, who);
		check_extra_list(check, &gpu->extra[EXTRA_GUEST], guest_gpu_reserved, who);
	}
	for (size_t i = 0; i < board->links.count; i++) {
		const struct link *link = board->links.items[i];

		/* The links of one statement share one list. */
		if (link->extra == last)
			continue;
		last = link->extra;
		check_extra_list(check, &link->extra[EXTRA_HOST_FW], link_reserved, who);
		check_extra_list(check, &link->extra[EXTRA_HOST_OS], bridge_reserved, who);
		check_extra_list(check, &link->extra[EXTRA_GUEST], guest_bridge_reserved, who);
	}
}

struct file_use {
	const char *name;
	const struct board *board;
};

static int compare_file_names(const void *left, const void *right)
{
	const struct file_use *a = left, *b = right;

	if (a->name != b->name)
		return a->name < b->name ? -1 : 1;
	return span_compare(a->board->span, b->board->span);
}

/* Two boards of a file whose files would have the same names. */
static void check_board_files(const struct check *check, const struct wiring *wiring)
{
	struct file_use *uses =
		arena_alloc(check->arena, (wiring->boards.count + 1) * sizeof(*uses));

	for (size_t i = 0; i < wiring->boards.count; i++) {
		const struct board *board = wiring->boards.items[i];

		uses[i] = (struct file_use){board->file_name, board};
		if (!board->name[0])
			diag_fix(check->diags,
				 RULE_REPORT(check, board->name_span,
					     "a board's name must not be empty"),
				 "write what the board is called");
		else if (wiring->boards.count > 1 && !valid_file_name(board->file_name))
			RULE_REPORT(check, board->name_span,
				    "'%s' cannot be part of a file name", board->name);
	}
	qsort(uses, wiring->boards.count, sizeof(*uses), compare_file_names);
	for (size_t i = 1; i < wiring->boards.count; i++) {
		struct diag_record *error;

		/* Two with one label are reported as that. */
		if (uses[i].name != uses[i - 1].name ||
		    (uses[i].board->label && uses[i].board->label == uses[i - 1].board->label))
			continue;
		error = RULE_REPORT(check, uses[i].board->span,
				    "the files of two boards would have the same names, *.%s.*",
				    uses[i].name);
		diag_note(check->diags, error, uses[i - 1].board->span, "the other board");
		diag_fix(check->diags, error, "give each board its own label");
	}
}

static void check_no_board(const struct check *check, const struct wiring *wiring)
{
	if (!wiring->boards.count)
		RULE_REPORT(check, wiring->end, "this file describes no board");
}

static void check_empty(const struct check *check, const struct board *board)
{
	if (!board->links.count)
		RULE_REPORT(check, board->span, "board %s has no link with an NPU", board->name);
}

const struct rule board_rules[] = {
	{{"NV2-E0140", "chip-twice", SEVERITY_ERROR,
	  "Two NPUs are on one chip",
	  "A chip has one NPU with six bricks; two would have the same registers, PHB and\n"
	  "apertures.",
	  EXAMPLE_BOARD("\tnpu a { chip = 0; }\n\tnpu b { chip = 0; }\n"),
	  "give each NPU the ibm,chip-id of its own chip"},
	 0, check_chip_twice, 0, 0},
	{{"NV2-E0141", "phb-twice", SEVERITY_ERROR,
	  "Two NPUs have the same PHB",
	  "The emulated bridges of both would be looked for under one node.",
	  EXAMPLE_BOARD("\tnpu a { chip = 0; phb = \"/pciex@1\"; }\n"
			"\tnpu b { chip = 8; phb = \"/pciex@1\"; }\n"),
	  "leave `phb` out for the family's path, or correct it"},
	 GAP_HEAD | GAP_CHIPS, check_phb_twice, 0, 0},
	{{"NV2-E0142", "group-shared", SEVERITY_ERROR,
	  "Two GPUs of a chip have the same group",
	  "The group is the emulated device number and the aperture index. With one group, the\n"
	  "bridges of both GPUs become functions of one device, with one tgt: DMA of the two\n"
	  "mixes, and QEMU aborts.",
	  EXAMPLE_VERSION "board \"b\" {\n" EXAMPLE_HEAD "\tnpu npu0 { chip = 0; }\n"
		"\tgpu GPU0 { slot = \"GPU0\"; }\n\tgpu GPU1 { slot = \"GPU1\"; group = 0; }\n"
		"\tlink npu0:0-2 <-> GPU0:1,3,5 at 25 Gbps;\n"
		"\tlink npu0:3-5 <-> GPU1:1,3,5 at 25 Gbps;\n};\n",
	  "leave `group` out: groups then follow the bricks"},
	 GAP_LINKS, check_group_shared, 0, 0},
	{{"NV2-E0143", "group-range", SEVERITY_ERROR,
	  "A group has no aperture in the memory map",
	  "gpu-4t-up has four apertures a chip, gpu-4t-down six. Firmware asserts when it looks\n"
	  "up one that is not there.",
	  EXAMPLE_BOARD("\tnpu npu0 { chip = 0; }\n"
			"\tgpu A { slot = \"A\"; }\n\tgpu B { slot = \"B\"; }\n"
			"\tgpu C { slot = \"C\"; }\n\tgpu D { slot = \"D\"; }\n"
			"\tgpu E { slot = \"E\"; }\n"
			"\tlink npu0:0 <-> A:0 at 25 Gbps;\n\tlink npu0:1 <-> B:0 at 25 Gbps;\n"
			"\tlink npu0:2 <-> C:0 at 25 Gbps;\n\tlink npu0:3 <-> D:0 at 25 Gbps;\n"
			"\tlink npu0:4 <-> E:0 at 25 Gbps;\n"),
	  "use gpu-4t-down, if the host's firmware does, or fewer GPUs a chip"},
	 GAP_HEAD | GAP_LINKS, check_group_range, 0, 0},
	{{"NV2-W0144", "variant-unknown", SEVERITY_WARNING,
	  "Firmware does not know this variant of Witherspoon",
	  "skiboot tells Redbud and Sequoia by the highest group, 1 or 2, over all chips. For\n"
	  "any other it writes no ibm,nvlink-peers.",
	  EXAMPLE_BOARD("\tnpu npu0 { chip = 0; }\n\tgpu GPU0 { slot = \"GPU0\"; }\n"
			"\tlink npu0:0-2 <-> GPU0:1,3,5 at 25 Gbps;\n"),
	  "nothing, if the board is no Redbud or Sequoia: -Wno-variant-unknown"},
	 GAP_LINKS | GAP_ERRORS, check_variant, 0, 0},
	{{"NV2-E0145", "aperture-alignment", SEVERITY_ERROR,
	  "An aperture is not a multiple of its size",
	  "The memory BAR has no bits for the rest: the aperture would start elsewhere.",
	  EXAMPLE_BOARD("\tnpu npu0 { chip = 0; }\n"
			"\tgpu GPU0 { slot = \"GPU0\"; aperture = 0x41000000000; }\n"
			"\tlink npu0:0 <-> GPU0:1 at 25 Gbps;\n"),
	  "leave `aperture` out for the memory map's"},
	 GAP_HEAD | GAP_CHIPS, check_aperture_aligned, 0, 0},
	{{"NV2-E0146", "tgt-lossy", SEVERITY_ERROR,
	  "An aperture cannot be told from another by its compressed address",
	  "GPUs address memory by a compressed form, tgt, that drops bits 43, 44, 47, 48 and\n"
	  "those above 50. An aperture with one of them set is reached as another address, the\n"
	  "memory of somebody else; and tgt 0 means \"no NVLink2\" to QEMU. gpu-4t-up works for\n"
	  "chips 0, 8, 16 and 24, gpu-4t-down for 0, 1, 8, 9, 16, 17, 24 and 25.",
	  EXAMPLE_BOARD("\tnpu npu1 { chip = 1; }\n\tgpu GPU0 { slot = \"GPU0\"; }\n"
			"\tlink npu1:0 <-> GPU0:1 at 25 Gbps;\n"),
	  "check the chip id (ibm,chip-id) and the memory map"},
	 GAP_HEAD | GAP_CHIPS | GAP_LINKS, check_tgt, 0, 0},
	{{"NV2-E0147", "aperture-overlap", SEVERITY_ERROR,
	  "An aperture overlaps another one, or the memory of a chip",
	  "With gpu-4t-up the apertures of a chip lie where the memory of the next chip would\n"
	  "be. A GPU with such an aperture writes into somebody else's memory.",
	  EXAMPLE_BOARD("\tnpu npu0 { chip = 0; }\n\tnpu npu1 { chip = 1; }\n"
			"\tgpu GPU0 { slot = \"GPU0\"; }\n"
			"\tlink npu0:0-2 <-> GPU0:1,3,5 at 25 Gbps;\n"),
	  "check the chip ids and the memory map"},
	 GAP_HEAD | GAP_CHIPS | GAP_LINKS, check_overlap, 0, 0},
	{{"NV2-W0148", "page-size-4k", SEVERITY_WARNING,
	  "The host has 4 KiB pages",
	  "An ATSD region is one page of the host. QEMU spaces a guest's ATSD pages by the size\n"
	  "of the region, but budgets its window for 64 KiB.",
	  EXAMPLE_VERSION "board \"b\" {\n" EXAMPLE_HEAD "\tpage-size = 4KiB;\n" EXAMPLE_CHIP "};\n",
	  "use a host kernel with 64 KiB pages, as the distributions' are"},
	 0, check_page_size, 0, 0},
	{{"NV2-E0149", "extra-reserved", SEVERITY_ERROR,
	  "An extra property that firmware or this compiler sets, or that is there twice",
	  "skiboot aborts on a property that exists already (\"Duplicate property\"); and what\n"
	  "is derived from the wiring must not be overridden behind its back.",
	  EXAMPLE_BOARD("\tnpu npu0 {\n\t\tchip = 0;\n"
			"\t\textra host-fw { ibm,npu-links = <3>; }\n\t}\n"),
	  "remove it; what the wiring says is written without being asked"},
	 0, check_extra, 0, 0},
	{{"NV2-E0151", "board-file-name", SEVERITY_ERROR,
	  "The name of a board cannot be part of a file name, or two boards have the same",
	  "Where a file has several boards, their labels (or else names) go into the names of\n"
	  "the files written. They are made of letters, digits, '.', '_' and '-'; a ',' in a\n"
	  "name is written '_'.",
	  EXAMPLE_VERSION "board \"a,b\" {\n" EXAMPLE_HEAD "};\nboard \"a_b\" {\n" EXAMPLE_HEAD "};\n",
	  "give the board a label: `LABEL: board \"…\" { … };`"},
	 0, 0, 0, check_board_files},
	{{"NV2-W0152", "board-empty", SEVERITY_WARNING,
	  "A board has no link with an NPU",
	  "There is nothing to generate: the overlays will be empty.",
	  EXAMPLE_BOARD("\tnpu npu0 { chip = 0; }\n"),
	  "describe its links"},
	 GAP_LINKS | GAP_ERRORS, check_empty, 0, 0},
	{{"NV2-E0153", "no-board", SEVERITY_ERROR,
	  "A file describes no board",
	  "There is nothing to check and nothing to compile. An .nv2i, a part of a board, is\n"
	  "included by an .nv2.",
	  "/nv2-v1/;\n",
	  "add `board \"…\" { … };`"},
	 GAP_ERRORS, 0, 0, check_no_board},
	{{0}, 0, 0, 0, 0},
};
