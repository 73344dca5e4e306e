/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the boards, runs what happens on an ordinary day, on each kind of
 * overlay interface; and runs the tables of the other cases_*.c. Never injects
 * a fault: that is sweep.c.
 */
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void scene_begin(struct scene *scene, const struct board *board,
		 const struct model_variant *variant, uint32_t traits)
{
	scene->board = board;
	scene->variant = variant->name;
	scene->driver.bundle = NULL;
	scene->driver.dry_run = false;
	scene->driver.no_writes = false;
	scene->driver.lpid = 5;
	scene->driver.trust = (struct nv2_trust){0};
	scene->driver.verify_signature = NULL;
	model_begin(scene->driver.model, board, variant, traits);
}

bool scene_check(struct scene *scene, bool good, const char *what)
{
	if (good)
		return true;
	tap_comment("%s: %s, %s: %s", scene->where, scene->board->name, scene->variant, what);
	tap_lines(scene->driver.heard->errors.text);
	return false;
}

bool scene_run(struct scene *scene, enum operation operation, unsigned outcomes)
{
	struct driver *driver = &scene->driver;
	struct result result = drive(driver, operation, 0, FAULT_NONE);
	unsigned excuses = outcomes & MAY_LOST ? EXCUSE_LOST : EXCUSE_NONE;
	char text[200], message[300];
	const char *wrong = judge(driver, operation, result, excuses, text, sizeof(text));

	if (!wrong && !(outcomes & 1u << result.outcome))
		wrong = "another outcome than it must have";
	snprintf(message, sizeof(message), "%s, outcome %d: %s", operation_names[operation],
		 result.outcome, wrong ? wrong : "");
	return scene_check(scene, !wrong, message);
}

bool scene_run_idle(struct scene *scene, enum operation operation, unsigned outcomes)
{
	bool good;

	scene->driver.no_writes = true;
	good = scene_run(scene, operation, outcomes);
	scene->driver.no_writes = false;
	return good && scene_check(scene, !scene->driver.model->writes, "it wrote something");
}

bool scene_is_original(struct scene *scene)
{
	return scene_check(scene, is_original(&scene->driver),
			   "not as at first, or something left");
}

bool scene_is_applied(struct scene *scene)
{
	return scene_check(scene, is_applied(&scene->driver), "not as the bundle says");
}

bool scene_said(struct scene *scene, const char *words)
{
	char message[200];

	snprintf(message, sizeof(message), "no error says \"%s\"", words);
	return scene_check(scene, strstr(scene->driver.heard->errors.text, words) != NULL, message);
}

/* ---- an ordinary day ----------------------------------------------------------- */

static bool apply_and_remove(struct scene *scene)
{
	return scene_run(scene, OPERATION_APPLY, MAY_DONE) && scene_is_applied(scene) &&
	       scene_run(scene, OPERATION_VERIFY, MAY_DONE) &&
	       scene_run(scene, OPERATION_REMOVE, MAY_DONE) && scene_is_original(scene) &&
	       scene_run(scene, OPERATION_VERIFY, MAY_REFUSED) &&
	       scene_run(scene, OPERATION_APPLY, MAY_DONE) && scene_is_applied(scene);
}

static bool write_nothing_twice(struct scene *scene)
{
	return scene_run_idle(scene, OPERATION_REMOVE, MAY_DONE) &&
	       scene_run(scene, OPERATION_APPLY, MAY_DONE) &&
	       scene_run_idle(scene, OPERATION_APPLY, MAY_DONE) && scene_is_applied(scene) &&
	       scene_run(scene, OPERATION_REMOVE, MAY_DONE) &&
	       scene_run_idle(scene, OPERATION_REMOVE, MAY_DONE) && scene_is_original(scene);
}

static bool only_look_when_dry(struct scene *scene)
{
	bool good;

	scene->driver.dry_run = true;
	good = scene_run_idle(scene, OPERATION_APPLY, MAY_DONE | MAY_REFUSED | MAY_SYSTEM);
	scene->driver.dry_run = false;
	return good;
}

/* Says what would be written, registers and overlay, and writes none of it. */
static bool dry_run(struct scene *scene)
{
	const struct lines *notices = &scene->driver.heard->notices;
	uint32_t boot = 0;
	bool good;

	for (uint32_t i = 0; i < scene->board->row_count; i++)
		boot += scene->board->rows[i].phase == NV2_PHASE_BOOT;
	scene->driver.dry_run = true;
	drive(&scene->driver, OPERATION_APPLY, 0, FAULT_NONE);
	scene->driver.dry_run = false;
	good = scene_check(scene, !*scene->driver.model->violation && !scene->driver.model->writes,
			   "a dry run wrote something") &&
	       scene_check(scene, notices->count > boot, "a dry run did not say every write") &&
	       scene_is_original(scene);
	for (uint32_t i = 0; good && i < scene->board->row_count; i++)
		good = scene_check(scene,
				   scene->board->rows[i].phase != NV2_PHASE_BOOT ||
					   strstr(notices->text, scene->board->rows[i].name),
				   "a dry run did not say a register");
	good = good && scene_run(scene, OPERATION_APPLY, MAY_DONE);
	scene->driver.dry_run = true;
	drive(&scene->driver, OPERATION_REMOVE, 0, FAULT_NONE);
	scene->driver.dry_run = false;
	return good &&
	       scene_check(scene, !*scene->driver.model->violation && !scene->driver.model->writes,
			   "a dry run of remove wrote something") &&
	       scene_is_applied(scene) && only_look_when_dry(scene);
}

static bool reboot(struct scene *scene)
{
	struct model *model = scene->driver.model;

	if (!scene_run(scene, OPERATION_APPLY, MAY_DONE))
		return false;
	model_reboot(model);
	if (!scene_run(scene, OPERATION_REMOVE, MAY_DONE) || !scene_is_original(scene) ||
	    !scene_run(scene, OPERATION_APPLY, MAY_DONE) || !scene_is_applied(scene))
		return false;
	model_reboot(model);
	return scene_run(scene, OPERATION_VERIFY, MAY_REFUSED) &&
	       scene_run(scene, OPERATION_APPLY, MAY_DONE) && scene_is_applied(scene);
}

/* Somebody has /run on a disk. */
static bool reboot_with_old_files(struct scene *scene)
{
	struct driver *driver = &scene->driver;
	struct model *model = driver->model, *kept = calloc(1, sizeof(*kept));
	bool good = kept && scene_run(scene, OPERATION_APPLY, MAY_DONE);

	if (!kept)
		return false;

	model_copy(kept, model);
	model_reboot(model);
	memcpy(model->files, kept->files, sizeof(model->files));
	good = good && scene_run(scene, OPERATION_APPLY, MAY_DONE) && scene_is_applied(scene) &&
	       scene_run(scene, OPERATION_REMOVE, MAY_DONE) && scene_is_original(scene);
	model_reboot(model);
	memcpy(model->files, kept->files, sizeof(model->files));
	good = good && scene_run(scene, OPERATION_REMOVE, MAY_DONE);
	good = good && scene_check(scene, model_state(&driver->handle).registers_old,
				   "registers of another boot were restored");
	free(kept);
	return good;
}

/* The tree had all already: nothing for the kernel, and registers as ever. */
static bool tree_had_all(struct scene *scene)
{
	struct board had = fixture_board_applied(scene->tap->directory, scene->board->name);
	const struct board *board = scene->board;
	bool good;

	scene_begin(scene, &had, scene->driver.model->variant, 0);
	good = scene_run(scene, OPERATION_APPLY, MAY_DONE) && scene_is_applied(scene) &&
	       scene_check(scene, !scene->driver.model->items[0].used,
			   "an empty overlay was made") &&
	       scene_run_idle(scene, OPERATION_APPLY, MAY_DONE) &&
	       scene_run(scene, OPERATION_REMOVE, MAY_DONE) && scene_is_original(scene);
	fixture_board_free(&had);
	scene->board = board;
	return good;
}

static bool old_values(struct scene *scene)
{
	struct board old = fixture_board(scene->tap->directory, scene->board->name);
	const struct board *board = scene->board;
	bool good;

	fixture_set_old(&old);
	scene_begin(scene, &old, scene->driver.model->variant, 0);
	good = scene_run(scene, OPERATION_APPLY, MAY_DONE) && scene_is_applied(scene) &&
	       scene_run_idle(scene, OPERATION_APPLY, MAY_DONE) &&
	       scene_run(scene, OPERATION_REMOVE, MAY_DONE) && scene_is_original(scene);
	fixture_board_free(&old);
	scene->board = board;
	return good;
}

/* Everything is there before: a record, and not a single other write. */
static bool all_had_all(struct scene *scene)
{
	struct board had = fixture_board_applied(scene->tap->directory, scene->board->name);
	const struct board *board = scene->board;
	bool good;

	for (uint32_t i = 0; i < had.row_count; i++)
		had.old[i] = had.rows[i].value;
	scene_begin(scene, &had, scene->driver.model->variant, 0);
	good = scene_run(scene, OPERATION_APPLY, MAY_DONE);
	for (uint32_t i = 0; good && i < scene->driver.model->calls; i++)
		good = scene_check(scene,
				   scene->driver.model->trace[i] != CALL_WRITE_REGISTER &&
					   scene->driver.model->trace[i] != CALL_MAKE_OVERLAY,
				   "something was written though all was there");
	good = good && scene_run(scene, OPERATION_REMOVE, MAY_DONE) && scene_is_original(scene);
	fixture_board_free(&had);
	scene->board = board;
	return good;
}

static const struct scenario scenarios[] = {
	{"apply, verify, remove, apply again", apply_and_remove, true, true, 0},
	{"a second apply or remove writes nothing", write_nothing_twice, true, true, 0},
	{"a dry run says every write and makes none", dry_run, false, true, 0},
	{"after a reboot nothing is applied", reboot, true, false, 0},
	{"files of another boot are of no account", reboot_with_old_files, true, false, 0},
	{"a tree that has all already", tree_had_all, true, false, 0},
	{"registers that held something else", old_values, false, true, 0},
	{"a machine that has all already", all_had_all, false, false, 0},
};

/* ---- all tables --------------------------------------------------------------------- */

/* Large boards take longer and show less: with a variant of each kind. */
static bool run_on_board(struct scene *scene, const struct scenario *scenario,
			 const struct board *board)
{
	bool good = true;

	for (unsigned i = 0; i < MODEL_VARIANTS; i++) {
		if (i && (!scenario->every_variant || (board != &scene->small && i < 8)))
			continue;
		scene_begin(scene, board, &model_variants[i], 0);
		scene->argument = scenario->argument;
		good = scenario->run(scene) && good;
	}
	return good;
}

void run_scenarios(struct scene *scene, const struct scenario *table, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool good;

		snprintf(scene->where, sizeof(scene->where), "%s", table[i].name);
		good = run_on_board(scene, &table[i], &scene->small);
		if (table[i].every_board) {
			good = run_on_board(scene, &table[i], &scene->redbud) && good;
			good = run_on_board(scene, &table[i], &scene->sequoia) && good;
		}
		tap_ok(scene->tap, good, "%s", table[i].name);
	}
}

void run_cases(struct tap *tap)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	if (!scene)
		abort();
	scene->tap = tap;
	driver_begin(&scene->driver);
	scene->small = fixture_board(tap->directory, "small");
	scene->redbud = fixture_board(tap->directory, "redbud");
	scene->sequoia = fixture_board(tap->directory, "sequoia");
	run_scenarios(scene, scenarios, sizeof(scenarios) / sizeof(scenarios[0]));
	run_scenarios(scene, overlay_scenarios, overlay_scenario_count);
	run_scenarios(scene, bundle_scenarios, bundle_scenario_count);
	run_scenarios(scene, register_scenarios, register_scenario_count);
	run_scenarios(scene, firmware_scenarios, firmware_scenario_count);
	fixture_board_free(&scene->small);
	fixture_board_free(&scene->redbud);
	fixture_board_free(&scene->sequoia);
	driver_end(&scene->driver);
	free(scene);
}
