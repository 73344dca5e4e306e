/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the generated tables of two boards, gives every number in them as a
 * line per row; C11 and C++17. tables.test compares it with the JSON.
 */
#include <inttypes.h>
#include <stdio.h>

#include "witherspoon-redbud.program.h"
#include "witherspoon-redbud.regions.h"
#include "witherspoon-sequoia.program.h"
#include "witherspoon-sequoia.regions.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void print_bytes(const uint8_t *bytes, unsigned len)
{
	putchar(' ');
	for (unsigned i = 0; i < len; i++)
		printf("%02x", (unsigned)bytes[i]);
}

static void print_region(const struct nv2_device *device, const struct nv2_region *region)
{
	printf("%s %s %s", device->name, device->kind == NV2_DEVICE_GPU ? "gpu" : "link",
	       device->npu);
	if (device->link == NV2_NO_LINK)
		printf(" -");
	else
		printf(" %" PRIu32, device->link);
	printf(" %s %" PRIu32 " 0x%" PRIx64 " 0x%" PRIx64 " %" PRIu32 " 0x%" PRIx32 " %" PRIu32,
	       device->gpu ? device->gpu : "-", region->index, region->offset, region->size,
	       region->flags, region->type, region->subtype);
	printf(" 0x%" PRIx64 " 0x%" PRIx64 " %u %" PRIu32, region->tgt, region->atsd,
	       (unsigned)region->atsd_shared, region->link_speed);
	print_bytes(region->info_le, region->info_len);
	print_bytes(region->info_be, region->info_len);
	putchar('\n');
}

static int print_regions(const struct nv2_device *devices, size_t device_count,
			 const struct nv2_region *regions, size_t region_count)
{
	size_t printed = 0;

	for (size_t i = 0; i < device_count; i++) {
		for (uint32_t j = 0; j < devices[i].region_count; j++) {
			const struct nv2_region *region = &regions[devices[i].first_region + j];

			if (region->device != i)
				return 1;
			print_region(&devices[i], region);
			printed++;
		}
	}
	return printed != region_count;
}

static void print_write(const struct nv2_write *write)
{
	printf("%s%s %s %" PRIu32 " %s",
	       write->phase == NV2_PHASE_BOOT ? "boot" : "guest:", write->guest ? write->guest : "",
	       write->npu, write->chip, write->name);
	printf(" 0x%" PRIx32 " 0x%" PRIx64 " 0x%" PRIx32 " 0x%" PRIx32 " 0x%" PRIx64, write->reg,
	       write->mmio, write->addr_scom, write->data_scom, write->indirect);
	printf(" %s %" PRIu32 " 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64 "\n",
	       write->owner == NV2_OWNER_BOOT ? "boot" : "runtime", write->flags, write->value,
	       write->mask, write->lpid_mask);
}

/* The counts are those of the arrays, and say so without a warning. */
#define PRINT(stem)                                                                                \
	do {                                                                                       \
		if (COUNT(nv2_##stem##_devices) != nv2_##stem##_device_count ||                    \
		    COUNT(nv2_##stem##_regions) != nv2_##stem##_region_count ||                    \
		    COUNT(nv2_##stem##_program) != nv2_##stem##_program_count)                     \
			return 1;                                                                  \
		printf("%d\n", nv2_##stem##_page_size);                                            \
		if (print_regions(nv2_##stem##_devices, nv2_##stem##_device_count,                 \
				  nv2_##stem##_regions, nv2_##stem##_region_count))                \
			return 1;                                                                  \
		for (size_t i = 0; i < nv2_##stem##_program_count; i++)                            \
			print_write(&nv2_##stem##_program[i]);                                     \
	} while (0)

int main(void)
{
	PRINT(witherspoon_redbud);
	PRINT(witherspoon_sequoia);
	return 0;
}
