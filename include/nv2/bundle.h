/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_BUNDLE_H
#define NV2_BUNDLE_H

/*
 * The bundle, B.nv2b: all that makes a machine agree with the wiring of its
 * board, in one file for the boot-time runtime. It is a flattened device
 * tree, version 17, so fdtdump shows it and fdtget takes parts out of it (dtc
 * 1.7 and later):
 *
 *         fdtget -t r board.nv2b /parts/host-os data >board.host-os.dtbo
 *
 * All numbers in it are big-endian, whatever machine reads it.
 *
 *         byte    0  FDT header, 40 bytes; off_mem_rsvmap is 184
 *         byte   40  the seal, 144 bytes: struct nv2_seal
 *         byte  184  memory reservation map (empty), structure, strings
 *
 * The seal lies where FDT readers do not look. Its digest is over every byte
 * of the file, with the seal's own `sha256` and `signature` taken as zero, so
 * it is checked before anything else is read: a bundle that was cut, got
 * longer, or has one bit changed, is never parsed.
 *
 * The tree. Names with a * may be missing; readers pass over what they do
 * not know, which is how minor versions grow.
 *
 *   /                 compatible        "nv2,bundle-1": 1 is the major version
 *                     bundle-version    u32, a counter: a runtime that has a key configured
 *                                       refuses one that is lower than the last it applied
 *                     board             string, the board's name
 *                     board-compatible  strings: the host's root node must have one of them
 *                     page-size         u32, bytes: pages of the host
 *   /parts/NAME       kind              string, see below; unknown ones are passed over
 *                     guest *           string: the guest the part is for; (kind, guest) is unique
 *                     record-size *     u32, bytes, tables only: records may grow at their end
 *                     data              the part itself
 *                     sha256            32 bytes, of `data`
 *
 *   kind      data
 *   host-fw   late-bound overlay for firmware (a DTB: its node nv2-bind holds the selectors)
 *   host-os   late-bound overlay for the kernel, likewise; libnv2boot takes up to 256 KiB of each
 *   guest     device tree fragment of the guest, one part a guest; there may be none
 *   names     strings, each with its NUL; tables refer to them by their first byte
 *   devices   table, NV2_DEVICE_RECORD bytes a row: what VFIO gives an extra region
 *   regions   table, NV2_REGION_RECORD bytes a row: those regions
 *   program   table, NV2_WRITE_RECORD bytes a row: register writes, in order
 *   plan *    JSON, nv2-plan-1: every derived number, for tools
 *
 * Columns of the tables, as u32 unless said, are the members of the structs in
 * nv2/region.h and nv2/program.h. "name" is an offset into names, 0xffffffff
 * for NULL.
 *
 *   devices    0 name: name     4 name: npu      8 name: gpu     12 kind       16 link
 *             20 first_region  24 region_count
 *   regions    0 device         4 index          8 flags         12 type       16 subtype
 *             20 link_speed    24 u64 offset    32 u64 size      40 u64 tgt    48 u64 atsd
 *             56 atsd_shared   60 info_len      64 info_le[80]  144 info_be[80]
 *   program    0 phase          4 name: guest    8 name: npu     12 chip       16 name: name
 *             20 reg           24 u64 mmio      32 addr_scom     36 data_scom  40 u64 indirect
 *             48 owner         52 flags         56 u64 value     64 u64 mask   72 u64 lpid_mask
 *
 * The functions below are freestanding: no heap, no writable globals, no
 * recursion, every loop bounded, nothing from libc but memcpy, memmove,
 * memcmp, memset and strlen. They never write to the bundle, need no
 * alignment of it, and keep pointers into it: it must stay where it is, and
 * stay as it is (check what was copied, not what somebody else can change).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nv2/program.h"
#include "nv2/region.h"

#ifdef __cplusplus
extern "C" {
#endif

enum nv2_status {
	NV2_OK = 0,
	NV2_ERR_TRUNCATED,   /* fewer bytes than there must be */
	NV2_ERR_TRAILING,    /* more bytes than the header's totalsize */
	NV2_ERR_NOT_BUNDLE,  /* it does not start as a bundle does */
	NV2_ERR_VERSION,     /* a major version of the bundle that this reader does not know */
	NV2_ERR_SEAL,        /* flags that are not known, or a signature that is not announced */
	NV2_ERR_DIGEST,      /* the seal's SHA-256 is not that of the bytes */
	NV2_ERR_FDT_MAGIC,   /* no flattened device tree */
	NV2_ERR_FDT_VERSION, /* neither version 16 nor one readable as 17 */
	NV2_ERR_FDT_LAYOUT,  /* blocks outside of the blob, misaligned or on top of each other */
	NV2_ERR_FDT_RESERVATION, /* the memory reservation map has no end */
	NV2_ERR_FDT_STRUCTURE,   /* an unknown tag, or one where it may not be, or an early end */
	NV2_ERR_FDT_NAME,     /* a node's or property's name: missing, endless or forbidden bytes */
	NV2_ERR_FDT_ROOT,     /* no root, two of them, or a root with a name */
	NV2_ERR_FDT_DEPTH,    /* nodes nested too deep */
	NV2_ERR_FORMAT,       /* the root, or /parts, lacks something or has the wrong type */
	NV2_ERR_PART,         /* a part likewise */
	NV2_ERR_PART_MISSING, /* there is no such part */
	NV2_ERR_PART_TWICE,   /* two parts have the same kind and guest */
	NV2_ERR_PART_DIGEST,  /* a part's SHA-256 is not that of its data */
	NV2_ERR_TABLE,        /* a table with a record that refers to nothing, or is no record */
	/* From here on: nv2/boot.h. */
	NV2_ERR_SPACE,        /* the caller's memory is too small */
	NV2_ERR_UNSIGNED,     /* a signature is wanted, and there is none */
	NV2_ERR_NO_VERIFIER,  /* a signature is wanted, and nobody here can check one */
	NV2_ERR_SIGNATURE,    /* not signed by a key that is trusted */
	NV2_ERR_REPLAY,       /* an older bundle than the last that was applied */
	NV2_ERR_BOARD,        /* the tree is of another board */
	NV2_ERR_OVERLAY,      /* an overlay that is none, or not of the kind that is wanted */
	NV2_ERR_FIXUP,        /* a fixup of something that is not there */
	NV2_ERR_SELECTOR,     /* a selector that cannot be read */
	NV2_ERR_NO_NODE,      /* the tree lacks a node */
	NV2_ERR_AMBIGUOUS,    /* the tree has two where there may be one */
	NV2_ERR_NO_PHANDLE,   /* a node to refer to has no phandle */
	NV2_ERR_CONFLICT,     /* the tree has a property with another value */
	NV2_ERR_CELLS,        /* the tree counts cells in another way */
	NV2_ERR_OVERLAP,      /* GPU memory on top of other memory */
	NV2_ERR_READ,         /* a register could not be read */
	NV2_ERR_WRITE,        /* a register could not be written */
	NV2_ERR_ALL_ONES,     /* a register read as all ones, as those do that are not there */
	NV2_ERR_STUCK,        /* a register does not hold what was written */
	NV2_ERR_TIMEOUT,      /* a register did not finish */
	NV2_ERR_HELD,         /* a guest has this register */
	NV2_ERR_CHANGED,      /* a register was changed by somebody else */
	NV2_ERR_LPID,         /* no LPID that a guest can have */
	NV2_ERR_NO_GUEST,     /* the bundle has no such guest */
	NV2_ERR_TGT,          /* BAR, tree and plan do not agree on an address */
	NV2_STATUS_COUNT
};

/* What the status means, for people: no capital, no full stop. Never NULL. */
const char *nv2_strerror(enum nv2_status status);

/* ---- the seal --------------------------------------------------------- */

#define NV2_SEAL_OFFSET 40
#define NV2_SEAL_SIZE 144
#define NV2_SEAL_MAGIC "nv2seal" /* with its NUL */
/* In the compatible of a bundle's root node: major version 1. */
#define NV2_BUNDLE_COMPATIBLE "nv2,bundle-1"

#define NV2_BUNDLE_MAJOR 1
#define NV2_BUNDLE_MINOR 0

#define NV2_SEAL_SIGNED 0x1u /* the only flag; readers refuse any other */

struct nv2_seal {
	unsigned char magic[8];
	unsigned char major[2]; /* readers refuse one they do not know */
	unsigned char minor[2]; /* and take any of these */
	unsigned char flags[4];
	/*
	 * Ed25519 public key of who signed; 0 if nobody did. It says which key to look for and
	 * proves nothing: trust is in a key that the reader has from elsewhere.
	 */
	unsigned char signer[32];
	unsigned char sha256[32];
	/* Ed25519 (RFC 8032), of the seal's first NV2_SEAL_MESSAGE_SIZE bytes; 0 if not signed. */
	unsigned char signature[64];
};

/* From the magic to the digest with it. */
#define NV2_SEAL_MESSAGE_SIZE 80

/*
 * The digest that belongs into the seal. `size` is at least
 * NV2_SEAL_OFFSET + NV2_SEAL_SIZE.
 */
void nv2_seal_digest(const void *bytes, size_t size, unsigned char sha256[32]);

/*
 * Checks the seal: magic, version, flags, digest. Looks at nothing else, and
 * at no signature: with a key, the caller checks `signature` of the message
 * that starts at the seal.
 * NV2_ERR_TRUNCATED, NV2_ERR_NOT_BUNDLE, NV2_ERR_VERSION, NV2_ERR_SEAL,
 * NV2_ERR_DIGEST.
 */
enum nv2_status nv2_seal_check(const void *bytes, size_t size);

/* ---- a flattened device tree that has been checked --------------------- */

/* Filled in by nv2_fdt_open(); its members are the library's own. Offsets are from `bytes`. */
struct nv2_fdt {
	const unsigned char *bytes;
	uint32_t size; /* totalsize */
	uint32_t reservations;
	uint32_t root;
	uint32_t structure, structure_end;
	uint32_t strings, strings_size;
	uint32_t fault; /* after an error: the byte it is about */
};

/*
 * Checks the tree that starts at `bytes`, of which `size` bytes may be read:
 * header, places of all blocks, end of the reservation map, every tag, name
 * and length, properties before children, one root. What is behind totalsize
 * is the caller's business. Not checked: that siblings differ in name.
 * NV2_ERR_TRUNCATED, NV2_ERR_FDT_*; then fdt->fault is the byte.
 */
enum nv2_status nv2_fdt_open(struct nv2_fdt *fdt, const void *bytes, size_t size);

/* ---- the bundle -------------------------------------------------------- */

/* Kinds of parts that a bundle has once at most. */
enum nv2_part_kind {
	NV2_PART_HOST_FW,
	NV2_PART_HOST_OS,
	NV2_PART_NAMES,
	NV2_PART_DEVICES,
	NV2_PART_REGIONS,
	NV2_PART_PROGRAM,
	NV2_PART_KINDS
};

struct nv2_part {
	const char *name; /* of its node */
	const char *kind;
	const char *guest;           /* or NULL */
	const unsigned char *data;   /* not aligned to anything */
	uint32_t size;               /* bytes */
	const unsigned char *sha256; /* 32 bytes, proven by nv2_bundle_open() */
	uint32_t record_size;        /* tables; else 0 */
};

struct nv2_bundle {
	struct nv2_fdt fdt;
	const struct nv2_seal *seal;
	uint32_t version; /* the counter */
	uint32_t page_size;
	const char *board;
	const char *compatible;   /* strings, */
	uint32_t compatible_size; /* this many bytes with their NULs */
	uint32_t parts;           /* the node /parts */
	uint32_t part_count;
	struct nv2_part part[NV2_PART_KINDS]; /* always there */
	uint32_t device_count, region_count, write_count;

	/* After an error: the byte, and the part if it is in one (its node's name), else NULL. */
	uint32_t fault;
	const char *fault_part;
};

/* More parts than this are refused. */
#define NV2_PARTS_MAX 256

/*
 * How many bytes the bundle that starts here has, for who has it from a
 * larger place (flash, a partition); it takes 8 bytes to say. 0: it is none.
 */
size_t nv2_bundle_size(const void *bytes, size_t size);

/*
 * Opens a bundle of exactly `size` bytes: its seal, then its structure, its
 * parts with their digests, the structure of the device trees among them, and
 * every reference in its tables. Afterwards nothing below can fail on what
 * the bundle holds. Not checked: signature, counter, board, and what overlays
 * say.
 * All of enum nv2_status, and then `fault` and `fault_part` say where.
 */
enum nv2_status nv2_bundle_open(struct nv2_bundle *bundle, const void *bytes, size_t size);

bool nv2_bundle_is_signed(const struct nv2_bundle *bundle);

/* Whether a machine whose root node has this `compatible` is such a board. */
bool nv2_bundle_fits(const struct nv2_bundle *bundle, const char *compatible, size_t size);

/*
 * The next part, in the order of the file; *cursor starts as 0. False when
 * there is no further one.
 */
bool nv2_bundle_next_part(const struct nv2_bundle *bundle, uint32_t *cursor, struct nv2_part *part);

/*
 * The part of a kind; `guest` is a guest's name, or NULL for a part that is for
 * none. NV2_ERR_PART_MISSING.
 */
enum nv2_status nv2_bundle_find(const struct nv2_bundle *bundle, const char *kind,
				const char *guest, struct nv2_part *part);

/* A row of a table. False when `index` is behind the last. */
bool nv2_bundle_device(const struct nv2_bundle *bundle, uint32_t index, struct nv2_device *device);
bool nv2_bundle_region(const struct nv2_bundle *bundle, uint32_t index, struct nv2_region *region);
bool nv2_bundle_write(const struct nv2_bundle *bundle, uint32_t index, struct nv2_write *write);

#define NV2_DEVICE_RECORD 28u
#define NV2_REGION_RECORD 224u
#define NV2_WRITE_RECORD 80u
#define NV2_NAME_NONE 0xffffffffu

#ifdef __cplusplus
}
#endif

#endif
