/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TEST_MODEL_SWEEP_H
#define NV2_TEST_MODEL_SWEEP_H

#include "drive.h"
#include "tap.h"

/* What the parts of the sweep share: sweep.c, one fault at a time; kills.c, many at random. */

#define SWEEP_ROWS 22u
#define REPORTED_MAX 40u
#define POINT_MAX 160

/* What was counted, by fault. */
struct tally {
	unsigned points, applied, undone, kept, lost, doubted, wrong;
};

struct sweep {
	struct tap *tap;
	struct driver driver;
	struct model *start, *after; /* copies */
	bool full;
	const char *only;
	uint32_t early_at; /* of the row that is tried */
	uint64_t seed;
	unsigned kills_wanted, storms_wanted;
	struct tally tallies[MODEL_FAULTS], after_kills;
	unsigned kills, chains;
	unsigned storms, storm_runs, storm_wrong, storm_outcomes[OUTCOME_LOST + 1];
	unsigned distinct;
	unsigned char seen[SWEEP_ROWS][MODEL_VARIANTS][MODEL_FAULTS][MODEL_TRACE / 8];
	uint64_t reported[REPORTED_MAX]; /* hashes of what was wrong and where */
	unsigned report_count;
	char point[POINT_MAX];
};

/* Says what is wrong at sweep->point, once for what is alike. */
void sweep_report(struct sweep *sweep, const char *step, struct result result, const char *what);
/* Whether --only wants sweep->point. */
bool sweep_wants(const struct sweep *sweep);
/* The operation without a fault: it must come to a good end. False after a report. */
bool sweep_finish(struct sweep *sweep, enum operation operation, const char *step);
/* Registers are many and alike. */
bool is_of_registers(enum model_call call);

/* Kills, and then whatever may happen; each from sweep->seed on. */
void run_kills(struct sweep *sweep, const struct board *boards, size_t count);
void run_storms(struct sweep *sweep, const struct board *boards, size_t count);

#endif
