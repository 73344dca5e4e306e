/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TEST_MODEL_H
#define NV2_TEST_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel.h"
#include "linux/machine.h"
#include "tree.h"

/*
 * A machine for transactions to change: a live tree with a kernel's overlay
 * interface, registers, files that last until the next boot. It misbehaves as told, and dies
 * as told, between any two calls or in the middle of one.
 *
 * All that outlives a process is in struct model, without pointers of its own, so it can lie in
 * shared memory while a process dies, and be copied whole.
 */

/* ---- calls and faults ----------------------------------------------------- */

/* The functions of struct machine_ops. */
enum model_call {
	CALL_READ_TREE,
	CALL_OPEN_OVERLAYS,
	CALL_LIST_OVERLAYS,
	CALL_MAKE_OVERLAY,
	CALL_LOOK_AT_OVERLAY,
	CALL_READ_OVERLAY,
	CALL_WRITE_OVERLAY,
	CALL_SET_OVERLAY,
	CALL_REMOVE_OVERLAY,
	CALL_READ_REGISTER,
	CALL_WRITE_REGISTER,
	CALL_BARRIER,
	CALL_LOAD,
	CALL_STORE,
	CALL_DROP,
	CALL_LOAD_COUNTER,
	CALL_STORE_COUNTER,
	CALL_BOOT_ID,
	MODEL_CALLS
};

/* What happens at one call; never again afterwards. */
enum model_fault {
	FAULT_NONE,
	FAULT_EIO,         /* fails, and nothing happened */
	FAULT_ENOSPC,      /* likewise */
	FAULT_EIO_LATE,    /* fails, but it took effect */
	FAULT_SHORT,       /* half of the bytes; for what is written, an error as well */
	FAULT_WRONG,       /* another value than there is, or than was meant, and no error */
	FAULT_ONES,        /* a register reads as all ones */
	FAULT_KILL_BEFORE, /* the process is killed, and nothing happened */
	FAULT_KILL_AFTER,  /* it is killed after it took effect */
	FAULT_KILL_HALF,   /* in the middle of a write(2) */
	MODEL_FAULTS
};

extern const char *const model_call_names[MODEL_CALLS];
extern const char *const model_fault_names[MODEL_FAULTS];

/* Whether a call can fail in this way. */
bool model_fault_fits(enum model_call call, enum model_fault fault);
bool model_fault_kills(enum model_fault fault);

/* FNV-1a, from where an earlier one ended or from MODEL_HASH. */
#define MODEL_HASH UINT64_C(0xcbf29ce484222325)
uint64_t model_hash(uint64_t hash, const void *bytes, size_t size);

/* ---- the overlay interface -------------------------------------------------- */

/* What a kernel's `status` goes by. */
enum model_status {
	STATUS_FROM_ZERO, /* "applied" if the id is not negative */
	STATUS_FROM_ONE,  /* "applied" if it is positive */
	STATUS_DIGIT,     /* "0", or "1" if it is positive */
	STATUS_STATES,    /* "0" to "5": idle, applied, and what failed */
};

/* What is left of an overlay that could not be applied. */
enum model_failure {
	FAILURE_FORGOTTEN, /* the id is -1, nothing is left */
	FAILURE_ZEROED,    /* the id is 0, nothing is left */
	FAILURE_LEAKED,    /* the id is 0, and the changeset stays on the kernel's list for good */
	FAILURE_KEPT,      /* the id is the changeset's, which stays until rmdir */
	FAILURE_REMOVED,   /* the changeset is removed at once, the id is 0 */
};

struct model_variant {
	const char *name;
	bool path;            /* there is a file `path` */
	bool status_writable; /* and it is what applies */
	bool pinned;          /* rmdir fails where the kernel refuses; else it says 0 */
	enum model_status status;
	enum model_failure failure;
};

/* anchors/runtime.md A3, a row each, and our own module. */
#define MODEL_VARIANTS 10
extern const struct model_variant model_variants[MODEL_VARIANTS];

/* Misbehaviours; each by itself or several at once. */
#define TRAIT_REFUSES 0x1u        /* every overlay: -EINVAL, nothing is changed */
#define TRAIT_FAILS_LATE 0x2u     /* an error after all was changed, which stays */
#define TRAIT_PART 0x4u           /* one property is not set */
#define TRAIT_WRONG_VALUE 0x8u    /* one property gets another value */
#define TRAIT_MORE 0x10u          /* another property is changed too, until the overlay goes */
#define TRAIT_MORE_STAYS 0x20u    /* likewise, for good */
#define TRAIT_STAYS 0x40u         /* rmdir: 0, the item is gone, the nodes stay */
#define TRAIT_BUSY 0x80u          /* rmdir: -EBUSY */
#define TRAIT_LEFTOVER 0x100u     /* rmdir: a property stays */
#define TRAIT_UNREADABLE 0x200u   /* `dtbo` cannot be read back */
#define TRAIT_HOLE 0x400u         /* 4 KiB of zeros behind the first 4 KiB of `dtbo` */
#define TRAIT_SAYS_APPLIED 0x800u /* `status`, whatever is */
#define TRAIT_SAYS_UNAPPLIED 0x1000u
#define TRAIT_NO_INTERFACE 0x2000u /* a kernel without overlays */
#define TRAIT_NO_ITEMS 0x4000u     /* mkdir: -EPERM */

struct model_item {
	bool used;
	char name[64];
	int blob;       /* in model.blobs; -1: nothing was written */
	int id;         /* what the interface has of the changeset */
	int edit;       /* number of its edit (model_edit.number), or 0 */
	unsigned state; /* STATUS_STATES */
};

/* A changeset on the kernel's list, or what one left behind. Later ones are behind earlier ones. */
struct model_edit {
	int number; /* from 1, never twice */
	int blob;
	enum kernel_effect effect;
	bool listed; /* blocks the removal of earlier ones that it overlaps */
};

/* ---- registers ---------------------------------------------------------------- */

enum model_behaviour {
	REGISTER_PLAIN,
	REGISTER_STICKS,       /* writes do nothing */
	REGISTER_FLIPS,        /* bit `how` of what is written is turned */
	REGISTER_CLEARS,       /* bits of `how` fall when it was read three times */
	REGISTER_NEVER_CLEARS, /* bits of `how` are set whatever is written */
	REGISTER_W1C,          /* ones that are written clear bits */
	REGISTER_ONES,         /* reads as all ones */
	REGISTER_TAKEN,  /* a guest gets it behind our back: after it was read `how` times it holds
			    LPID 7 */
	REGISTER_DRIFTS, /* likewise, but any other value */
	REGISTER_DEAD,   /* reads and writes fail */
	REGISTER_READ_ONLY, /* writes fail */
};

struct model_register {
	uint32_t chip, reg;
	uint64_t value;
	enum model_behaviour behaviour;
	uint64_t how;
	uint32_t reads;
	uint64_t seen;    /* what the last read said */
	uint32_t seen_at; /* the call of that read */
};

/* A guest's LPID without the host's bit; XTS_ATSDn_LPARID (facts 5.4). */
#define LPARID_HOST UINT64_C(0x1000)
#define LPARID_LPID UINT64_C(0xfff)
#define ATSD_LPARID_FIRST 0x710100u
#define ATSD_LPARID_LAST 0x710138u

/* ---- the machine ---------------------------------------------------------------- */

#define MODEL_BLOBS 10
#define MODEL_BLOB_MAX 24576u
#define MODEL_ITEMS 4
#define MODEL_EDITS 8
#define MODEL_REGISTERS 160
#define MODEL_FILES 5
#define MODEL_FILE_MAX 65536u
#define MODEL_TREE_MAX 65536u
#define MODEL_TRACE 4096u

struct model_blob {
	uint32_t size;
	uint64_t hash;
	unsigned char bytes[MODEL_BLOB_MAX];
};

struct model_file {
	char name[32]; /* "": none */
	uint32_t size;
	unsigned char bytes[MODEL_FILE_MAX];
};

/* What a machine is made of; does not change, and is shared by processes as it is. */
struct board {
	const char *name;
	const unsigned char *bundle;
	size_t bundle_size;
	const unsigned char *tree; /* before anything is applied */
	size_t tree_size;
	/* The bundle's program. */
	struct nv2_write *rows;
	uint32_t row_count;
	/* What registers hold at first, one for each row. */
	uint64_t *old;
	/* The tree before and after, as sets, with phandles up to `fixed` as they are. */
	uint32_t fixed;
	struct tree_set original, applied;
	unsigned char *applied_tree;
};

/* Who may write what while a transaction runs. */
struct model_rules {
	uint32_t lpid;  /* of a guest start or stop; 0: no register of any guest may be written */
	bool no_writes; /* nothing at all */
	bool no_record; /* registers and overlays may be changed though there is no record */
};

struct model {
	const struct board *board;
	uint64_t board_id; /* other trees, other number: addresses come again */
	const struct model_variant *variant;
	uint32_t traits;
	struct model_rules rules;
	bool mounted;

	struct model_item items[MODEL_ITEMS];
	struct model_edit edits[MODEL_EDITS];
	size_t edit_count;
	int next_number, next_id;
	struct model_register registers[MODEL_REGISTERS];
	size_t register_count;
	uint32_t counter;
	uint32_t boots;

	/* Of the transaction that runs, or that ran last. */
	uint32_t calls;
	uint32_t writes;   /* calls that change something */
	uint32_t fault_at; /* number of a call, from 1; 0: none */
	enum model_fault fault;
	uint32_t early_at; /* another one before that, which kills nobody */
	enum model_fault early;
	bool hit; /* the fault's time has come */
	unsigned char trace[MODEL_TRACE];
	/* "" unless something was done that must not be: a test fails by it, whatever the outcome.
	 */
	char violation[160];

	struct model_blob blobs[MODEL_BLOBS]; /* never forgotten before the next boot */
	struct model_file files[MODEL_FILES];
};

/* The same as an assignment, but for unused bytes. */
void model_copy(struct model *to, const struct model *from);

/* Trees that were made before, in this process: making them is most of a run. */
struct model_cache;
struct model_cache *model_cache_new(void);
void model_cache_free(struct model_cache *cache);

/* What struct machine's context is. */
struct model_handle {
	struct model *model;
	struct model_cache *cache;
};

struct machine model_machine(struct model_handle *handle);

/* Fresh from the factory, booted. */
void model_begin(struct model *model, const struct board *board,
		 const struct model_variant *variant, uint32_t traits);

/* Before each transaction: counts start again; `fault` at call `at`, and nothing else. */
void model_arm(struct model *model, uint32_t at, enum model_fault fault,
	       const struct model_rules *rules);

/* Tree and registers as at first, no items, no files but the counter, another boot id. */
void model_reboot(struct model *model);

/* ---- the test's own hands: no call is counted, no fault comes -------------------- */

struct model_register *model_register(struct model *model, uint32_t chip, uint32_t reg);
struct model_file *model_file(struct model *model, const char *name);
/* Somebody else applies an overlay, or fails to. False: the kernel refuses it. */
bool model_apply_other(struct model_handle *handle, const char *name, const void *overlay,
		       size_t size);
/* Somebody else's changeset, like that of `overlay`, failed and is left on the list. */
void model_leak(struct model *model, const void *overlay, size_t size);
bool model_remove_other(struct model_handle *handle, const char *name);
/* The live tree; valid until the next call. */
const void *model_tree(struct model_handle *handle, size_t *size);
/* Whether there are no items, edits and files left of a transaction. */
bool model_is_clean(const struct model *model);

/* ---- judging ------------------------------------------------------------------------ */

/*
 * What tree and registers are; both can be true where there is nothing to do. Registers count as
 * set where a guest holds one that is the runtime's.
 */
struct model_state {
	bool tree_original, tree_applied;
	bool registers_old, registers_set;
};

struct model_state model_state(struct model_handle *handle);

/* What differs from the board as it was at first: lines of the tree, names of registers. */
int model_each_loss(struct model_handle *handle, int (*each)(void *context, const char *what),
		    void *context);

/* The LPID in the guest's registers: 0 if the host has all, UINT32_MAX if they differ. */
uint32_t model_lpid(const struct model *model, const char *guest);

/* Equal trees and registers, in two machines of one board. */
bool model_same(struct model_handle *a, struct model_handle *b);

#endif
