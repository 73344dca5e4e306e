/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_BOOT_H
#define NV2_BOOT_H

/*
 * libnv2boot: what firmware, or Linux, does with a bundle at boot.
 *
 *         nv2_seal_verify(bytes, size, &trust, …)          is it whole, and whose is it
 *         nv2_bundle_open(&bundle, bytes, size)            is all there that has to be
 *         nv2_bundle_verify(&bundle, &trust, …)            is it old, can its overlays be trusted
 *         nv2_fdt_open(&tree, fdt, fdt_size)
 *         nv2_board_check(&bundle, &tree, …)               is this the board it is for
 *         nv2_bind(&part, &tree, …)                        selectors to nodes: an overlay for this tree
 *         nv2_program_read(&program, …)                    old values; nobody's register is taken
 *         nv2_program_run(&program, …)                     registers, each read back
 *         nv2_apply_fdt(&tree, overlay, …)                 tree and overlay to a new tree
 *         nv2_link_prove(&bundle, link, …)                 BAR, tree and plan agree, link by link
 *
 * Freestanding: no heap, no writable globals, no recursion, no 64-bit
 * division, no atomics, every loop bounded by a count that was checked,
 * nothing from libc but memcpy, memmove, memcmp, memset and strlen. Nothing
 * prints. Memory is the caller's; how much is asked for first. Inputs are
 * never written to, outputs are whole or not there: a new tree is made beside
 * the old one, and the caller publishes it last.
 *
 * Numbers in structs are in the byte order of the machine that runs this; what
 * lies in a bundle or a device tree is big-endian and at any alignment.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nv2/bundle.h"
#include "nv2/program.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what is outside --------------------------------------------------- */

/*
 * Everything outside of the library, by functions of its user. Those that
 * return int return 0, or a number other than 0 of their own, which comes
 * back as nv2_failure.cause. What a call does not need may be NULL; which
 * ones it needs is said there.
 */
struct nv2_ops {
	void *context;
	/*
	 * One register, by its row: at `mmio`, or through the indirect SCOM
	 * pair. One access of 8 bytes, big-endian on the bus; `value` is a number. That it
	 * is one access is the promise of whoever implements this.
	 */
	int (*read)(void *context, const struct nv2_write *reg, uint64_t *value);
	int (*write)(void *context, const struct nv2_write *reg, uint64_t value);
	/* Writes before this reach the device before reads after it. */
	void (*barrier)(void *context);
	/*
	 * Ed25519 (RFC 8032): 0 if `signature`, 64 bytes, is that of the message by the
	 * secret key that belongs to `key`, 32 bytes.
	 */
	int (*verify_signature)(void *context, const unsigned char *key, const void *message,
				size_t size, const unsigned char *signature);
};

/* ---- what went wrong --------------------------------------------------- */

#define NV2_STEP_NONE UINT32_MAX

/* Filled in by every function below that takes one; pointers are into the inputs. */
struct nv2_failure {
	enum nv2_status status;
	/*
	 * What it is about: the number of a selector (bind), of a fragment (overlay), of a
	 * row of the bundle's program (registers), of a device (links); or NV2_STEP_NONE.
	 */
	uint32_t step;
	const char *what;     /* the selector's words, the register's name, …; or NULL */
	const char *property; /* or NULL */
	uint32_t node;        /* of the overlay, by its offset; 0: none */
	uint32_t at, other;   /* nodes of the tree, by their offsets; 0: none */
	uint64_t wanted, found; /* values, where there are some */
	int cause;              /* what an op returned; 0: none failed */
};

/* ---- trust -------------------------------------------------------------- */

/* Ed25519 public keys that may sign, and what was applied before. */
struct nv2_trust {
	const unsigned char *keys; /* 32 bytes each */
	uint32_t key_count;        /* 0: bundles need no signature */
	uint32_t last_version;     /* with a key: bundles with a lower counter are refused */
	bool locked_down;          /* a signature is wanted though there is no key: always refused */
};

/*
 * Everything that can be known of a bundle of exactly `size` bytes before
 * anything in it is parsed: nv2_seal_check(), then the signature against
 * `trust`. What no key vouches for need not get any further, so this comes
 * before nv2_bundle_open(). Not checked: the counter, which is inside.
 * NV2_ERR_TRUNCATED, NV2_ERR_NOT_BUNDLE, NV2_ERR_VERSION, NV2_ERR_SEAL, NV2_ERR_DIGEST,
 * NV2_ERR_UNSIGNED, NV2_ERR_NO_VERIFIER, NV2_ERR_SIGNATURE.
 */
enum nv2_status nv2_seal_verify(const void *bytes, size_t size, const struct nv2_trust *trust,
				const struct nv2_ops *ops, struct nv2_failure *failure);

/*
 * Everything that can be known of an opened bundle before a machine is looked
 * at: signature and counter against `trust`, then every structure, selector and
 * fixup offset of both host overlays. Nothing may be applied before this.
 * Needs ops->verify_signature where there is a key: without it the bundle is refused. Only the
 * key that the seal names is tried. Of an overlay, failure->what is the kind of its part.
 * NV2_ERR_UNSIGNED, NV2_ERR_NO_VERIFIER, NV2_ERR_SIGNATURE, NV2_ERR_REPLAY,
 * NV2_ERR_OVERLAY, NV2_ERR_FIXUP, NV2_ERR_SELECTOR, NV2_ERR_FDT_* (of a bundle that was not
 * opened).
 */
enum nv2_status nv2_bundle_verify(const struct nv2_bundle *bundle, const struct nv2_trust *trust,
				  const struct nv2_ops *ops, struct nv2_failure *failure);

/*
 * Whether a tree is of the board that the bundle is for, by the root's
 * `compatible`. NV2_ERR_BOARD.
 */
enum nv2_status nv2_board_check(const struct nv2_bundle *bundle, const struct nv2_fdt *tree,
				struct nv2_failure *failure);

/* ---- the device tree ---------------------------------------------------- */

/* Caller's memory, aligned for uint64_t. Sizes in bytes. */
struct nv2_space {
	size_t work;   /* scratch, of no use afterwards */
	size_t output; /* for the result */
};

/*
 * What nv2_bind() needs at most for this overlay and this tree. `overlay` is a late-bound
 * overlay that nv2_bundle_verify() has passed. Never more than 0x7fffffff, which is never enough:
 * no blob is larger.
 */
void nv2_bind_space(const struct nv2_fdt *overlay, const struct nv2_fdt *tree,
		    struct nv2_space *space);

/*
 * Binds a late-bound overlay to a tree: finds the node of each selector, and
 * writes an overlay, version 17, of what the tree lacks, one fragment for each
 * node of the tree that gets something, each with target-path; references are the tree's
 * phandles, or local fixups where they are to nodes that the overlay makes. What the
 * tree has already, with the same value, is left out: *size is then that of an
 * overlay without fragments, and nv2_overlay_is_empty() says so.
 * *size: bytes that `output` has, then those written; as it was after an error.
 * failure->step is the selector, or that of the fragment; `node` the node of the overlay, `at` the
 * one of the tree, `other` a second one. Two fragments for one node of the tree are
 * NV2_ERR_AMBIGUOUS with `at` alone; for NV2_ERR_NO_PHANDLE of a property, `other` is what has none.
 * wanted and found are cell counts (NV2_ERR_CELLS), or first addresses (NV2_ERR_OVERLAP).
 * NV2_ERR_SPACE, NV2_ERR_OVERLAY, NV2_ERR_FIXUP, NV2_ERR_SELECTOR (of an overlay that was
 * not verified), NV2_ERR_NO_NODE, NV2_ERR_AMBIGUOUS, NV2_ERR_NO_PHANDLE,
 * NV2_ERR_CONFLICT, NV2_ERR_CELLS, NV2_ERR_OVERLAP, NV2_ERR_BOARD (selector root).
 */
enum nv2_status nv2_bind(const struct nv2_fdt *overlay, const struct nv2_fdt *tree, void *work,
			 size_t work_size, void *output, size_t *size,
			 struct nv2_failure *failure);

/* Whether a bound overlay adds nothing. */
bool nv2_overlay_is_empty(const struct nv2_fdt *overlay);

/*
 * How much of a bound overlay a tree has. Each property, and each node that the overlay makes, is
 * one thing; phandles that the kernel gave other numbers count as the same when they lead to
 * the same node. Cell counts of targets are the tree's own and do not count. `overlay` is
 * what nv2_bind() wrote; of anything else, nothing is counted.
 */
struct nv2_presence {
	uint32_t present, absent;
	uint32_t different; /* a property is there, with another value */
	/*
	 * The first thing that is absent, if any is (NV2_ERR_NO_NODE, also for a property), else
	 * the first different one (NV2_ERR_CONFLICT); `step` is the fragment, `at` the node of the
	 * tree. Or why the overlay is none: NV2_ERR_OVERLAY, NV2_ERR_FIXUP.
	 */
	struct nv2_failure first;
};
void nv2_overlay_presence(const struct nv2_fdt *overlay, const struct nv2_fdt *tree,
			  struct nv2_presence *presence);

void nv2_apply_fdt_space(const struct nv2_fdt *tree, const struct nv2_fdt *overlay,
			 struct nv2_space *space);

/*
 * A new tree: `tree` with a bound overlay. Checks the overlay as if it came
 * from anywhere: every target must be there, once, and nothing in it may be in the
 * tree already but cell counts that are the same. Nodes that the overlay
 * makes get phandles behind the tree's highest, as in the kernel: their own, moved up by it.
 * *size: bytes that `output` has, then those written; as it was after an error.
 * failure->step is the fragment, in its order.
 * NV2_ERR_SPACE, NV2_ERR_OVERLAY, NV2_ERR_FIXUP, NV2_ERR_NO_NODE, NV2_ERR_CONFLICT,
 * NV2_ERR_AMBIGUOUS, NV2_ERR_NO_PHANDLE (the tree has used up all numbers), NV2_ERR_FDT_DEPTH.
 */
enum nv2_status nv2_apply_fdt(const struct nv2_fdt *tree, const struct nv2_fdt *overlay, void *work,
			      size_t work_size, void *output, size_t *size,
			      struct nv2_failure *failure);

/* ---- registers ------------------------------------------------------------ */

/* Which writes: those of boot, or those of one guest. */
struct nv2_program {
	const struct nv2_bundle *bundle;
	const char *guest; /* NULL: boot */
	uint32_t lpid;     /* the guest's, 1 to 4095; where the bundle has one filled in, that one or 0 */
};

/*
 * How a register is read back, by its flags. All ones are never taken for an answer. Other flags
 * than these are NV2_ERR_TABLE, before anything is touched.
 *
 *         none           the bits of the mask are those of the value
 *         VOLATILE       written if it does not hold the value, and not compared afterwards;
 *                        undone in the same way, whatever it holds by then
 *         ONE_TO_CLEAR   holds its value when those bits of it read 0. Cannot be undone, and is
 *                        not counted as lost
 *         SELF_CLEARING  a command, given whenever the program runs: nothing shows that it was
 *                        given before. Waited for until those bits read 0, before and after.
 *                        Cannot be undone either
 *
 * Writes are of whole values, also where the mask has a part of the bits only.
 */

/* What a register held before. One for each write of the program, in its order. */
struct nv2_saved {
	uint32_t row;  /* of the bundle's table */
	uint64_t old;  /* whole */
	bool written;  /* set by nv2_program_run(), before it writes */
	/*
	 * Then it was read back as `left`, not as the program's value: undone all the same. False
	 * where that is not known, as after a crash.
	 */
	bool stuck;
	uint64_t left;
};

/* How many writes it has; 0 also where there is no such guest. */
uint32_t nv2_program_length(const struct nv2_program *program);

/* Row `index`, with the LPID filled in and `lpid_mask` 0; *row is its number in the bundle. */
bool nv2_program_row(const struct nv2_program *program, uint32_t index, struct nv2_write *write,
		     uint32_t *row);

/*
 * Reads every register and changes none: fills in `saved`, `count` of them, which is
 * nv2_program_length(). Registers with owner `runtime` must hold 0, the host's value (that of boot)
 * or already the wanted one: else NV2_ERR_HELD, with the LPID in `found`.
 * Needs read. NV2_ERR_READ, NV2_ERR_ALL_ONES, NV2_ERR_HELD, NV2_ERR_LPID, NV2_ERR_NO_GUEST,
 * NV2_ERR_SPACE (another count), NV2_ERR_TABLE (unknown flags, no room for any LPID).
 */
enum nv2_status nv2_program_read(const struct nv2_program *program, const struct nv2_ops *ops,
				 struct nv2_saved *saved, uint32_t count,
				 struct nv2_failure *failure);

/*
 * Writes what does not hold its value yet, in order, each read back under its
 * mask and by its flags before the next. Ends at the first that fails; then
 * nv2_program_undo() takes back what was written. A second run writes nothing but self-clearing
 * registers. Whose a register is, and whether it still holds what was saved, is looked at again:
 * what is written over without having been saved could never be put back.
 * Needs read, write and barrier. NV2_ERR_READ, NV2_ERR_WRITE, NV2_ERR_ALL_ONES, NV2_ERR_STUCK,
 * NV2_ERR_TIMEOUT (self-clearing, after NV2_POLLS_MAX reads), NV2_ERR_HELD, NV2_ERR_CHANGED, and as
 * nv2_program_read(); NV2_ERR_TABLE also where `saved` is of another program.
 */
enum nv2_status nv2_program_run(const struct nv2_program *program, const struct nv2_ops *ops,
				struct nv2_saved *saved, uint32_t count,
				struct nv2_failure *failure);
#define NV2_POLLS_MAX 1000u

/*
 * Whether all hold their values. In the program of boot, registers with owner `runtime` may hold a
 * guest's LPID: that is counted in *held and no error; in a guest's, another LPID is NV2_ERR_HELD.
 * Needs read. NV2_ERR_READ, NV2_ERR_ALL_ONES, NV2_ERR_STUCK, NV2_ERR_HELD, and NV2_ERR_LPID,
 * NV2_ERR_NO_GUEST, NV2_ERR_TABLE as nv2_program_read().
 */
enum nv2_status nv2_program_verify(const struct nv2_program *program, const struct nv2_ops *ops,
				   uint32_t *held, struct nv2_failure *failure);

/*
 * Writes back what was written, newest first, each read back. A register that
 * holds neither the old value nor what the program left there belongs to somebody else by now and
 * is left: NV2_ERR_CHANGED; but 0 where the owner is `runtime` is nobody's. Goes on after a
 * failure; `failure` is the first, and *lost how many registers are not as they were. What is as it
 * was already is not written.
 * Needs read, write and barrier. NV2_ERR_READ, NV2_ERR_WRITE, NV2_ERR_ALL_ONES, NV2_ERR_STUCK,
 * NV2_ERR_CHANGED, NV2_ERR_TABLE (a row that is not of the program).
 */
enum nv2_status nv2_program_undo(const struct nv2_program *program, const struct nv2_ops *ops,
				 const struct nv2_saved *saved, uint32_t count, uint32_t *lost,
				 struct nv2_failure *failure);

/*
 * A guest is gone: gives its registers back to the host, that is, writes what
 * boot wrote there. One that the host has already is left, one that another LPID
 * holds is NV2_ERR_HELD, and then none is written. What fails half-way can be done again.
 * Needs read, write and barrier. As nv2_program_run(); NV2_ERR_NO_GUEST also for the program of
 * boot, NV2_ERR_TABLE also where boot writes nothing to that register.
 */
enum nv2_status nv2_program_release(const struct nv2_program *program, const struct nv2_ops *ops,
				    struct nv2_failure *failure);

/* ---- proof ------------------------------------------------------------------ */

/* Compressed system address of an aperture's base (47 bits), and back. */
uint64_t nv2_tgt_compress(uint64_t base);
uint64_t nv2_tgt_expand(uint64_t tgt);

/* One link: the same address, three ways. */
struct nv2_proof {
	const char *link; /* "npu0:0" */
	const char *gpu;
	uint64_t bar;      /* the MEM BAR register as it was read */
	uint64_t base;     /* the address in it */
	uint64_t tgt_bar;  /* compressed */
	uint64_t tgt_tree; /* ibm,device-tgt-addr of the link's bridge in the tree */
	uint64_t tgt_plan;
};

/*
 * Reads the MEM BARs of a link from its NPU, and ibm,device-tgt-addr from the tree,
 * and compares both with the plan. `device` is a row of the bundle's devices with kind link; the
 * tree's bridge is found by what firmware wrote (PHB address, ibm,nvlink, ibm,npu-link-index),
 * not by the bundle's selectors. `proof` is filled in as far as it got.
 * The BAR's four copies must be the same, enabled, and hold what the plan's address expands to.
 * Where they do not, failure->what is the register; where the tree does not, failure->property is
 * set, and failure->at the bridge.
 * Needs read. NV2_ERR_READ, NV2_ERR_ALL_ONES, NV2_ERR_NO_NODE, NV2_ERR_AMBIGUOUS (two bridges say
 * that they are this link's), NV2_ERR_TGT, NV2_ERR_TABLE (no link, or the program lacks one of its
 * MEM BARs).
 */
enum nv2_status nv2_link_prove(const struct nv2_bundle *bundle, uint32_t device,
			       const struct nv2_fdt *tree, const struct nv2_ops *ops,
			       struct nv2_proof *proof, struct nv2_failure *failure);

#ifdef __cplusplus
}
#endif

#endif
