/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LANG_AST_H
#define NV2_LANG_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/source.h"

/*
 * The syntax tree: what the text says, statement by statement, and where. It
 * knows which words may follow which, and nothing of what they mean. Any
 * statement may stand in any block here; where each belongs is for the
 * wiring room to say.
 */

struct name {
	const char *text; /* interned; NULL: not given */
	struct span span;
};

/* `3` or `0-2` behind a label; first == last for a single one. */
struct ports {
	struct ports *next;
	uint64_t first, last;
	struct span span;
	struct ports *tail; /* in the first of a list: the last of it */
	bool falls; /* written the wrong way round, which was reported */
};

/* `GPU0`, or `npu0:0-2,5`. */
struct device_ref {
	struct name name;
	struct ports *ports; /* NULL: none given */
	struct span span;
};

enum value_kind {
	VALUE_NUMBER,
	VALUE_STRING,
	VALUE_DECIMAL, /* 2.0 or 25.78125: as text */
	VALUE_DEVICE,  /* a word, or a device with its ports */
	VALUE_KINDS
};

struct value {
	struct value *next;
	enum value_kind kind;
	struct span span;
	uint64_t number;
	const char *text; /* string or decimal, interned */
	struct device_ref device;
};

struct value_list {
	struct value *first, *last;
};

enum stmt_kind {
	STMT_BOARD,
	STMT_GUEST,
	STMT_NPU,
	STMT_GPU,
	STMT_LINK,
	STMT_PHB,
	STMT_SLOTS,
	STMT_EXTRA,
	STMT_PROPERTY,
	STMT_SLOT,    /* npu0:0 = 2.0; a slot of a single device is a STMT_PROPERTY */
	STMT_AMEND,   /* &X { … } */
	STMT_DELETE,  /* /delete/ &X; */
	STMT_RAW,     /* a DTS property inside extra */
	STMT_DROPPED, /* what the parser could not read; in no list */
	STMT_KINDS
};

struct stmt_list {
	struct stmt *first, *last;
	bool damaged; /* something between them was dropped */
};

/* How a raw property was written, for writing it again. */
enum raw_form {
	RAW_EMPTY,
	RAW_STRINGS,
	RAW_CELLS,
	RAW_BYTES,
	RAW_MIXED,
};

struct stmt {
	struct stmt *next;
	enum stmt_kind kind;
	struct span span;  /* the head: up to the block or the ';' */
	struct span where; /* the shortest span that names it: its label, name or keyword */
	struct name label; /* `L0:` before the statement; npu and gpu: the word behind it */
	struct stmt_list body;
	struct span close; /* the '}' of its block; file 0: it has none */
	bool damaged; /* something in it was wrong, and was reported: no more is to be said */

	struct name name;  /* board, guest: the string; property, raw: its name; extra: the output */
	struct name scope; /* amend, delete: `board` of &board/X */
	struct value_list values; /* property, slot; phb: its number */
	struct device_ref a, b;   /* link; slot: a */
	const char *rate;         /* link: decimal text, interned; NULL: none */
	const char *rate_unit;
	struct span rate_span;
	const unsigned char *bytes; /* raw: the property's value */
	size_t byte_count;
	enum raw_form form;
};

/* Text the parser threw away to recover: names in it are not reported as unknown. */
struct dropped {
	struct span span;
};

struct syntax {
	struct stmt_list statements;
	ARRAY(struct dropped) dropped;
	struct span end; /* where the main file ends */
	bool include_lost; /* what is not there may have been in a file that was not read */
	bool has_errors;
};

#endif
