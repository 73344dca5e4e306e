/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LINUX_RECORD_H
#define NV2_LINUX_RECORD_H

#include "linux/machine.h"

/*
 * What is remembered of a transaction until the next boot: text, for people
 * too, with a digest at its end, so that half of one is no record.
 *
 *         nv2boot-record-1
 *         boot 0a2f…                      /proc/sys/kernel/random/boot_id
 *         sequence 3                      one more with each that is stored
 *         state applying                  or applied, removing
 *         bundle SHA-256 SIZE VERSION     of the copy kept as `bundle`
 *         board NAME
 *         tree SHA-256                    of the live tree before, as inventory_digest() takes it
 *         overlay ITEM SHA-256 SIZE       of the copy kept as `overlay`; absent if the tree had all
 *         register ROW OLD                one a line, in the order of the program
 *         digest SHA-256                  of all before
 */
enum record_state {
	RECORD_NONE, /* no record, or one from before the last boot */
	RECORD_APPLYING,
	RECORD_APPLIED,
	RECORD_REMOVING,
	RECORD_STATES
};

#define RECORD_FILE "record"
#define RECORD_BUNDLE_FILE "bundle"
#define RECORD_OVERLAY_FILE "overlay"

struct record {
	enum record_state state;
	char boot_id[37]; /* with RECORD_NONE: "", or of the other boot that a record was from */
	uint64_t sequence;
	unsigned char bundle_sha256[32];
	uint64_t bundle_size;
	uint32_t bundle_version;
	char *board;                   /* heap, or NULL, which is the same as "" */
	unsigned char tree_sha256[32]; /* undone is when the tree has it again */
	char item[64];                 /* name in configfs; "" : no overlay was needed */
	unsigned char overlay_sha256[32];
	uint64_t overlay_size;
	/*
	 * Heap, or NULL. `written` is not recorded, and true in what was read: a write may have
	 * been the last thing that happened, so each register has to be looked at.
	 */
	struct nv2_saved *saved;
	uint32_t saved_count;
};

/*
 * 0 or a negative errno; -EBADMSG for a record that is torn or no record, also when it is read
 * again, and then `record` is RECORD_NONE. One of another boot is RECORD_NONE, and 0.
 */
int record_load(const struct machine *machine, struct record *record);
/* The machine's boot id; -EPROTO if that is none. */
int record_boot_id(const struct machine *machine, char id[37]);
/* Counts the sequence up. -EINVAL for a record that cannot be written down (see record_write()). */
int record_store(const struct machine *machine, struct record *record);
/* The record first, then the copies. */
int record_drop(const struct machine *machine);
void record_free(struct record *record);

/*
 * The text, and back; for those above and for who wants to try. record_write(): false for a
 * record without a state, with a name that would not come back (control characters in the
 * board's, others than letters, digits, '.', '_' and '-' in the item's), or without memory.
 * record_parse(): false for any text but what record_write() makes; then `record` is RECORD_NONE.
 */
bool record_write(const struct record *record, struct bytes *text);
bool record_parse(const void *text, size_t size, struct record *record);

const char *record_state_name(enum record_state state);

#endif
