/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LINUX_STEPS_H
#define NV2_LINUX_STEPS_H

#include "linux/inventory.h"
#include "linux/transaction.h"

/*
 * The steps that transactions are made of. Each says in the log what it found, what it changed, and
 * what is wrong; the transaction only has to decide what comes next.
 */

/* ---- what a transaction works with (session.c) ----------------------------- */

struct session {
	const struct transaction *transaction;
	const struct machine *machine;
	const struct log *log;
	struct nv2_ops ops;
};

void session_begin(struct session *session, const struct transaction *transaction);

/* The live tree as it was read once. */
struct live {
	struct bytes bytes;
	struct nv2_fdt fdt;
	struct inventory all;
};

/* False after it was said why. Tries twice. Freed by live_free(), also if it was never read. */
bool live_read(const struct session *session, struct live *live);
void live_free(struct live *live);

/* An overlay that was bound. */
struct change {
	unsigned char *bytes; /* heap; NULL: there is none */
	size_t size;
	struct nv2_fdt fdt;
	struct inventory things;
	unsigned char sha256[32];
};

/* Takes over `bytes`, also where it fails: then it was no overlay, or there is no memory. */
bool change_open(struct change *change, unsigned char *bytes, size_t size);
void change_free(struct change *change);
/* Its item in configfs: "nv2-" and the first 16 digits of its SHA-256. */
#define ITEM_NAME_SIZE 21
void change_name(const struct change *change, char name[ITEM_NAME_SIZE]);
bool is_item_name(const char *name);

/* What is done or undone: a record, and what belongs to it as far as it is known. */
struct work {
	struct record record;
	struct nv2_bundle bundle;
	bool has_bundle;
	struct change change; /* bytes are NULL where no overlay is needed, or it is lost */
	struct bytes copy;    /* of the bundle, where it was loaded */
	bool handed;          /* the overlay's item can be there */
};

/*
 * The record's copies, those that are asked for, each with the digest it must have. What is not
 * there is said, and lacking.
 */
#define COPY_BUNDLE 0x1u
#define COPY_OVERLAY 0x2u
void work_load(const struct session *session, struct work *work, unsigned copies);
/* The bundle's copy only, for a record that was lost; false: there is none. */
bool work_load_bundle(const struct session *session, struct work *work);
void work_free(struct work *work);

/* "ENOSPC: No space left on device" is how it is said; never NULL. */
const char *cause_of(int error);
void digest_text(const unsigned char sha256[32], char text[65]);

/*
 * " selector=3 node=/a other=/b property=p wanted=0x1 found=0x2": what of it there is. `tree` and
 * `overlay` may be NULL.
 */
struct details {
	char text[1024];
};
const char *details_of(const struct nv2_failure *failure, const struct nv2_fdt *tree,
		       const struct nv2_fdt *overlay, struct details *details);

/* ---- the bundle and the tree (step_bundle.c) -------------------------------- */

/* Opens and verifies, with the counter of this machine. */
enum outcome open_bundle(const struct session *session, const void *bytes, size_t size,
			 struct nv2_bundle *bundle);
enum outcome check_board(const struct session *session, const struct nv2_bundle *bundle,
			 const struct live *live);
/* Whether firmware's own nodes say the same as the wiring; what it lacks is only said. */
enum outcome check_firmware(const struct session *session, const struct nv2_bundle *bundle,
			    const struct live *live);
/* The overlay for the kernel. `change` is without bytes if the tree has everything. */
enum outcome bind_change(const struct session *session, const struct nv2_bundle *bundle,
			 const struct live *live, struct change *change);
/* Stores the bundle's version as the highest that was applied, if it is and there are keys. */
enum outcome raise_counter(const struct session *session, const struct nv2_bundle *bundle);

/* ---- registers (step_registers.c) -------------------------------------------- */

/* Reads old values, twice; `saved` and its count are the caller's to free, also after a failure. */
enum outcome read_registers(const struct session *session, const struct nv2_program *program,
			    struct nv2_saved **saved, uint32_t *count);
/* Writes, reads back, and verifies. False: undo_registers() is called for. */
bool run_registers(const struct session *session, const struct nv2_program *program,
		   struct nv2_saved *saved, uint32_t count);
/* As they were, or false after each that is not was named. Notes in `saved` what it learns. */
bool undo_registers(const struct session *session, const struct nv2_program *program,
		    struct nv2_saved *saved, uint32_t count);
/* Gives a guest's to the host; and, if that failed half way, back to the guest that had them. */
bool release_registers(const struct session *session, const struct nv2_program *program,
		       const struct nv2_saved *saved, uint32_t count);
bool return_registers(const struct session *session, const struct nv2_program *program,
		      struct nv2_saved *saved, uint32_t count);
/*
 * REFUSED if a guest holds one that is the runtime's, SYSTEM if it cannot be known; each is named.
 */
enum outcome find_holders(const struct session *session, const struct nv2_program *program);

/* One row of a program, as nv2_program_verify() judges it. */
struct register_state {
	struct nv2_write write;
	enum nv2_status status; /* NV2_OK, _READ, _ALL_ONES, _STUCK; _HELD: a guest has it */
	uint64_t found;
	uint64_t lpid; /* with NV2_ERR_HELD */
	int cause;     /* with NV2_ERR_READ */
};
bool check_register(const struct session *session, const struct nv2_program *program,
		    uint32_t index, struct register_state *state);
/* Says each that does not hold its value. The number of them; *unread: could not be read. */
uint32_t compare_registers(const struct session *session, const struct nv2_program *program,
			   uint32_t *unread);

/* ---- the overlay (step_overlay.c) ---------------------------------------------- */

/* Whether this kernel has an interface. *absent: it has none, which may be no error. */
enum outcome open_interface(const struct session *session, bool *absent);
/* Makes the item, hands the overlay over, and looks at what came of it. */
bool hand_over(const struct session *session, const struct work *work, const struct live *before,
	       struct live *after);

enum taken {
	TAKEN_OUT,  /* item and nodes are gone, all else is there, and that was looked at */
	TAKEN_NOT,  /* nothing could be done: all is as before; only if it `may_stay` */
	TAKEN_LOST, /* named: what is still there, or is not as it was */
};
/* `start`: the tree before anything was applied, if that was in this session; else NULL. */
enum taken take_out(const struct session *session, const struct work *work,
		    const struct live *start, bool may_stay);
/* Says what of the overlay the tree lacks, or has otherwise. False if there was something. */
bool compare_overlay(const struct session *session, const struct change *change,
		     const struct live *live);
/* Names of all items; *names are heap, each with its NUL. */
enum outcome list_items(const struct session *session, struct bytes *names);

/* ---- proof (step_links.c) ---------------------------------------------------- */

/* Proves every link, each said. False if one is not proven; *unread: one could not be read. */
bool prove_links(const struct session *session, const struct nv2_bundle *bundle,
		 const struct live *live, bool *unread);

/* ---- undo (undo.c, lost.c) ----------------------------------------------------- */

/*
 * Takes everything back, newest first, and forgets the record. DONE; LOST with the record kept;
 * SYSTEM if all is undone but the record cannot be forgotten. With `untouched`, also SYSTEM, and it
 * is true, if the overlay cannot be taken out and all is still there: then nothing was changed.
 * `start`: as for take_out().
 */
enum outcome undo_all(const struct session *session, const struct work *work,
		      const struct live *start, bool *untouched);
/* Takes back what an interruption left. DONE, or as undo_all(), or as find_holders(). */
enum outcome recover(const struct session *session, struct work *work);

/*
 * The first item of ours, on the heap; *name is NULL if there is none. For when no record is.
 * *absent: the kernel has no interface for overlays.
 */
enum outcome find_stray(const struct session *session, char **name, bool *absent);
/* Takes out all that there are, and says which registers were perhaps changed. */
enum outcome remove_strays(const struct session *session, bool torn);
/* What a record of another boot, or none at all, has left in files. */
void drop_leftovers(const struct session *session, const struct record *record);

/* ---- what would be done (dry_run.c) --------------------------------------------- */

void say_apply(const struct session *session, const struct work *work, size_t bundle_size);
void say_undo(const struct session *session, const struct work *work);

/* ---- agreement (verify.c) --------------------------------------------------------- */

/*
 * Whether tree, registers and links are as the bundle of `work` says, each difference said. DONE,
 * REFUSED, or SYSTEM if something could not be read.
 */
enum outcome compare_machine(const struct session *session, const struct work *work,
			     const struct live *live);

#endif
