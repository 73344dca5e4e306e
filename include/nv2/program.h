/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_PROGRAM_H
#define NV2_PROGRAM_H

/*
 * The table in the B.program.h that `nv2dtc compile` writes: the register
 * writes that make a board's NPUs agree with its wiring.
 * Go by the counts beside the tables: a table without rows holds one of zeros,
 * for C has no empty arrays.
 *
 * Every register is 64 bits wide, big-endian, and is to be written with one
 * 8-byte access, either at `mmio` or through its chip's indirect SCOM pair:
 * write `indirect` to `addr_scom`, then the value to `data_scom`. Writes are
 * made in the order of the table, and undone in the other one. Bits are
 * numbered as in C: bit 0 is the lowest.
 *
 * For C11 and C++17, hosted or not; needs nothing but these two headers.
 * Numbers are in the byte order of the machine that reads them. Strings are
 * UTF-8.
 *
 * Sources: skiboot hw/npu2.c, npu2_assign_gmb() and npu2_map_lpar();
 * hw/npu2-common.c for the indirect SCOM protocol; include/npu2-regs.h.
 */
#include <stddef.h>
#include <stdint.h>

/* Generated tables refuse a header with another number here. */
#define NV2_PROGRAM_FORMAT 1

/* Whoever includes a table may use a part of it only. */
#ifndef NV2_MAYBE_UNUSED
#if defined(__GNUC__)
#define NV2_MAYBE_UNUSED __attribute__((unused))
#elif (defined(__cplusplus) && __cplusplus >= 201703L) ||                                          \
	(defined(__STDC_VERSION__) && __STDC_VERSION__ >= 202311L)
#define NV2_MAYBE_UNUSED [[maybe_unused]]
#else
#define NV2_MAYBE_UNUSED
#endif
#endif

/* When a write is to be made. */
enum nv2_phase {
	NV2_PHASE_BOOT = 0,  /* once, before anything uses the links */
	NV2_PHASE_GUEST = 1, /* whenever the guest starts */
};

/* Whose a register is after boot. */
enum nv2_owner {
	NV2_OWNER_BOOT = 0,    /* nobody's: what was written stays */
	NV2_OWNER_RUNTIME = 1, /* hypervisor and firmware change it, as guests come and go */
};

/* Bits of nv2_write.flags: what a read-back has to know of a register. */
#define NV2_WRITE_VOLATILE 0x1u      /* hardware changes it by itself */
#define NV2_WRITE_ONE_TO_CLEAR 0x2u  /* ones that are written clear bits */
#define NV2_WRITE_SELF_CLEARING 0x4u /* bits fall when the hardware is done */

struct nv2_write {
	enum nv2_phase phase;
	/* NV2_PHASE_GUEST: the guest's name. NV2_PHASE_BOOT: NULL. */
	const char *guest;
	/* Label of the NPU whose register it is. Never NULL. */
	const char *npu;
	/* The NPU's chip, ibm,chip-id: 0 to 127. */
	uint32_t chip;
	/* The register's name, "GPU0_MEM_BAR.stack0.sm0". Unique in its NPU. Never NULL. */
	const char *name;
	/* Its offset in bytes from the NPU's registers (NPU_REGS); 24 bits, multiple of 8. */
	uint32_t reg;
	/* Its system address in bytes: the NPU PHB's `reg`, plus the offset. */
	uint64_t mmio;
	/* SCOM addresses of the NPU's indirect pair (its SCOM base + 0x68e, + 0x68f). */
	uint32_t addr_scom;
	uint32_t data_scom;
	/* What `addr_scom` takes for this register: offset << 40, length 8 (3 << 38). */
	uint64_t indirect;
	enum nv2_owner owner;
	/* NV2_WRITE_* bits; 0: an ordinary register, which holds what was written. */
	uint32_t flags;
	/* What to write; the bits of `lpid_mask` are 0 in it. */
	uint64_t value;
	/* The bits that count when the register is read back. */
	uint64_t mask;
	/*
	 * Where the guest's LPID belongs in the value, its lowest bit at the lowest one of the
	 * mask; 0: nowhere, because there is none or because it is in `value` already.
	 */
	uint64_t lpid_mask;
};

#endif
