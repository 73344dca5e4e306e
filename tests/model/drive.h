/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TEST_MODEL_DRIVE_H
#define NV2_TEST_MODEL_DRIVE_H

#include "linux/transaction.h"
#include "model.h"

/* Runs transactions upon a model, and judges what they say by what they did. */

enum operation {
	OPERATION_APPLY,
	OPERATION_REMOVE,
	OPERATION_GUEST_START,
	OPERATION_GUEST_STOP,
	OPERATION_VERIFY,
	OPERATIONS
};

extern const char *const operation_names[OPERATIONS];

/* Lines, each with its newline. */
struct lines {
	size_t count, used;
	char text[65536];
};

/* What was logged. */
struct heard {
	struct lines errors, notices;
};

struct driver {
	struct model *model; /* in memory that processes share */
	struct model_handle handle;
	struct model *before; /* as it was before the last run */
	struct model_handle was;
	struct model_cache *cache;
	const char *guest;
	uint32_t lpid;
	struct nv2_trust trust;
	int (*verify_signature)(void *context, const unsigned char *key, const void *message,
				size_t size, const unsigned char *signature);
	bool dry_run;
	bool no_writes; /* the next run may not write anything */
	/* An earlier fault of the next run; at 0: none. */
	uint32_t early_at;
	enum model_fault early;
	/* Another bundle than the board's; NULL: that one. */
	const unsigned char *bundle;
	size_t bundle_size;
	struct heard *heard; /* shared as well */
};

void driver_begin(struct driver *driver);
void driver_end(struct driver *driver);

struct result {
	bool killed;
	int outcome;
};

/* One transaction, with a fault at call `at` if that is not 0. */
struct result drive(struct driver *driver, enum operation operation, uint32_t at,
		    enum model_fault fault);

/* What the model did can be a reason for OUTCOME_LOST. */
#define EXCUSE_NONE 0x0u
#define EXCUSE_LOST 0x1u    /* undo was made impossible */
#define EXCUSE_DOUBT 0x2u   /* it was made impossible to prove that undo was done */
#define EXCUSE_UNNAMED 0x4u /* what is lost cannot be known: who saw what was before was killed */

/* NULL if all is right, else what is wrong. `text` is where it may be written. */
const char *judge(struct driver *driver, enum operation operation, struct result result,
		  unsigned excuses, char *text, size_t size);

/* As at first, with nothing left of any transaction; as the bundle says. */
bool is_original(struct driver *driver);
bool is_applied(struct driver *driver);

/* Memory that a process shares with those it starts. Aborts if there is none. */
void *shared_memory(size_t size);

#endif
