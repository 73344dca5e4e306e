/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_WIRING_DECLARE_H
#define NV2_WIRING_DECLARE_H

#include "core/hash.h"
#include "wiring/codes.h"
#include "wiring/wiring.h"

/*
 * The first pass: what is declared, after amendments and deletions, each
 * property with the statement that set it last. Values are not looked at yet.
 */

enum block_kind {
	BLOCK_BOARD,
	BLOCK_NPU,
	BLOCK_GPU,
	BLOCK_LINK,
	BLOCK_GUEST,
	BLOCK_PHB,
	BLOCK_KINDS
};

enum property_id {
	/* board */
	PROPERTY_MODEL,
	PROPERTY_COMPATIBLE,
	PROPERTY_FAMILY,
	PROPERTY_MEMORY_MAP,
	PROPERTY_PAGE_SIZE,
	/* npu */
	PROPERTY_CHIP,
	PROPERTY_PHB,
	PROPERTY_SCOM,
	/* gpu */
	PROPERTY_SLOT,
	PROPERTY_PATH,
	PROPERTY_GROUP,
	PROPERTY_APERTURE,
	PROPERTY_PCI,
	/* link */
	PROPERTY_LANE_MASK,
	PROPERTY_PHY,
	PROPERTY_BRICK_ID,
	/* guest */
	PROPERTY_MACHINE,
	PROPERTY_BOARD,
	PROPERTY_LPID,
	/* phb */
	PROPERTY_NPU,
	PROPERTY_DEVICES,
	PROPERTY_COUNT
};

/* No block has more properties than this. */
#define BLOCK_PROPERTIES 8

struct declaration {
	enum block_kind kind;
	const struct stmt *head;
	struct declaration *parent; /* board of an npu, gpu, link; guest of a phb; else NULL */
	const struct stmt *properties[BLOCK_PROPERTIES];
	ARRAY(const struct stmt *) extras;
	ARRAY(const struct stmt *) slots; /* phb: slots blocks */
	ARRAY(struct declaration *) children;
	unsigned misspelt;   /* properties that an unknown one was probably meant for: bit 0 the first */
	struct span deleted; /* where /delete/ dropped it; file 0: it is there */
	bool damaged;
	void *object;        /* the struct board, npu, gpu, … made from it */
	ARRAY(struct link *) links; /* link: one for each brick */
};

struct symbol_key {
	const struct declaration *scope; /* NULL: the file */
	const char *name;
};

struct symbol {
	struct symbol_key key;
	struct declaration *declaration; /* the newest */
	UT_hash_handle hh;
};

/* All declarations of one label in any board or guest, for &X at the top of a file. */
struct label_uses {
	const char *name;
	ARRAY(struct declaration *) declarations;
	UT_hash_handle hh;
};

/* A board by its string, for guests that name it so. */
struct named_board {
	const char *name;
	struct declaration *declaration; /* the first that is not dropped */
	UT_hash_handle hh;
};

/* A word of the text that the parser threw away. */
struct dropped_word {
	const char *word; /* interned */
	UT_hash_handle hh;
};

struct resolve {
	struct arena *arena;
	struct intern *strings;
	struct diags *diags;
	const struct syntax *syntax;
	const struct wiring_options *options;
	struct wiring *wiring;
	ARRAY(struct declaration *) boards;
	ARRAY(struct declaration *) guests;
	struct symbol *symbols;
	struct label_uses *labels;
	struct named_board *names;
	struct dropped_word *dropped_words;
	size_t words_noted; /* dropped texts whose words are in it */
};

void declare_all(struct resolve *resolve);
void forget_symbols(struct resolve *resolve);

/* NULL if the scope has no such label, or if it was dropped (then *dropped says where). */
struct declaration *find_label(const struct resolve *resolve, const struct declaration *scope,
			       const char *name, struct span *dropped);
/* The same for a name of the text, which is noted for those who want the names. */
struct declaration *find_name(struct resolve *resolve, const struct declaration *scope,
			      struct name name, struct span *dropped);
void note_name(struct resolve *resolve, struct span span, const struct declaration *declaration);
/* The statement that set a property last, or NULL. */
const struct stmt *property_stmt(const struct declaration *declaration, enum property_id id);
/* A name that stands in text the parser threw away: not to be called unknown. */
bool name_was_dropped(struct resolve *resolve, const char *name);
/* Whether a block was to have this property, rightly or not. */
bool property_was_meant(const struct declaration *declaration, enum property_id id);
void report_unknown_name(struct resolve *resolve, const struct declaration *scope,
			 struct name name, struct span dropped);
/* The same for the board of a guest, which may be named by its string too. */
void report_unknown_board(struct resolve *resolve, struct name name, struct span dropped);

const char *block_name(enum block_kind kind);
/* With its article: "an npu". */
const char *block_phrase(enum block_kind kind);

#define WIRING_ERROR(resolve, code, span, ...)                                                     \
	diag_add((resolve)->diags, &wiring_codes[code], (span), __VA_ARGS__)

#endif
