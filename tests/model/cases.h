/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TEST_MODEL_CASES_H
#define NV2_TEST_MODEL_CASES_H

#include "drive.h"
#include "fixture.h"
#include "tap.h"

/* What scenarios need: a machine of a kind, and what may come out of an operation. */

struct scene {
	struct tap *tap;
	struct driver driver;
	struct board small, redbud, sequoia;
	const struct board *board; /* of the machine that is there */
	const char *variant;
	unsigned argument;
	char where[160]; /* the scenario, for messages */
};

/* Outcomes that are right, as a set. */
#define MAY_DONE (1u << OUTCOME_DONE)
#define MAY_REFUSED (1u << OUTCOME_REFUSED)
#define MAY_SYSTEM (1u << OUTCOME_SYSTEM)
#define MAY_LOST (1u << OUTCOME_LOST)
#define MAY_FAIL (MAY_REFUSED | MAY_SYSTEM)

/* A fresh machine. */
void scene_begin(struct scene *scene, const struct board *board,
		 const struct model_variant *variant, uint32_t traits);

/*
 * Runs the operation and judges it; false, after a comment, if that went wrong or the outcome is
 * none of these. With MAY_LOST, the model made undo impossible.
 */
bool scene_run(struct scene *scene, enum operation operation, unsigned outcomes);
/* The same, and nothing may be written. */
bool scene_run_idle(struct scene *scene, enum operation operation, unsigned outcomes);

/* False after a comment if `good` is. */
bool scene_check(struct scene *scene, bool good, const char *what);
/* As at first, and nothing left. */
bool scene_is_original(struct scene *scene);
bool scene_is_applied(struct scene *scene);
/* Whether an error of the last run has these words. */
bool scene_said(struct scene *scene, const char *words);

/* A scenario is one line of TAP, whatever number of machines it takes. */
struct scenario {
	const char *name;
	bool (*run)(struct scene *scene);
	bool every_variant; /* run() with each; else with the first */
	bool every_board;
	unsigned argument; /* scene.argument: of scenarios that are alike */
};

void run_scenarios(struct scene *scene, const struct scenario *table, size_t count);

/* The tables of cases_overlay.c and so on. */
extern const struct scenario overlay_scenarios[], bundle_scenarios[], register_scenarios[],
	firmware_scenarios[];
extern const size_t overlay_scenario_count, bundle_scenario_count, register_scenario_count,
	firmware_scenario_count;

#endif
