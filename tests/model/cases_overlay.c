/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes kernels that misbehave, each in one way, and says what must come of a
 * transaction there. First of all that the model's kernels are as bad as real
 * ones (anchors/runtime.md 0, A2, A3). Never lets "done" stand without the tree.
 */
#include "cases.h"

#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OVERLAY_ROOM 4096

/* ---- overlays made by hand ---------------------------------------------------------- */

static void set_text(void *fdt, int node, const char *name, const char *text)
{
	if (fdt_setprop(fdt, node, name, text, (int)strlen(text) + 1))
		abort();
}

/* An overlay with a property for a node; more can be added. Freed by free(). */
static void *make_overlay(const char *target, const char *property, const void *value, int len)
{
	void *fdt = malloc(OVERLAY_ROOM);
	int fragment, contents;

	if (!fdt || fdt_create_empty_tree(fdt, OVERLAY_ROOM))
		abort();
	fragment = fdt_add_subnode(fdt, 0, "fragment@0");
	set_text(fdt, fragment, "target-path", target);
	contents = fdt_add_subnode(fdt, fragment, "__overlay__");
	if (contents < 0 || fdt_setprop(fdt, contents, property, value, len))
		abort();
	return fdt;
}

static void add_fragment(void *fdt, const char *target, const char *property, const void *value,
			 int len)
{
	int fragment = fdt_add_subnode(fdt, 0, "fragment@1"), contents;

	set_text(fdt, fragment, "target-path", target);
	contents = fdt_add_subnode(fdt, fragment, "__overlay__");
	if (contents < 0 || fdt_setprop(fdt, contents, property, value, len))
		abort();
}

/* The eight of anchors/runtime.md 0.1. */
enum bad {
	BAD_TARGET,
	BAD_CELLS,
	BAD_SYMBOLS,
	BAD_FIXUPS,
	BAD_DUPLICATE,
	BAD_EMPTY,
	BAD_TRUNCATED,
	BAD_JUNK,
	BADS
};

static void *make_bad(enum bad bad, size_t *size)
{
	static const char one[4] = {0, 0, 0, 1};
	void *fdt = make_overlay(bad == BAD_TARGET ? "/nowhere" : "/ibm,opal",
				 bad == BAD_CELLS ? "#size-cells" : "x", one, 4);

	if (bad == BAD_CELLS)
		set_text(fdt, fdt_path_offset(fdt, "/fragment@0"), "target-path", "/");
	if (bad == BAD_SYMBOLS)
		set_text(fdt, fdt_add_subnode(fdt, 0, "__symbols__"), "label",
			 "/fragment@0/__overlay__");
	if (bad == BAD_FIXUPS)
		set_text(fdt, fdt_add_subnode(fdt, 0, "__fixups__"), "label",
			 "/fragment@0/__overlay__:x:0");
	if (bad == BAD_DUPLICATE)
		add_fragment(fdt, "/ibm,opal", "x", one, 4);
	if (bad == BAD_EMPTY)
		fdt_del_node(fdt, fdt_path_offset(fdt, "/fragment@0"));
	fdt_pack(fdt);
	*size = fdt_totalsize(fdt);
	if (bad == BAD_TRUNCATED)
		*size /= 2;
	if (bad == BAD_JUNK)
		for (size_t i = 0; i < *size; i++)
			((unsigned char *)fdt)[i] = (unsigned char)(i * 151 + 7);
	return fdt;
}

/* What `status` says of an overlay that failed, by kind of kernel: typed from the anchors. */
static const char *const lies[MODEL_VARIANTS] = {
	"unapplied", "applied",   "unapplied", "unapplied", "applied",
	"unapplied", "unapplied", "2",         "0",         "unapplied",
};

static bool check_bad(struct scene *scene, const struct machine *machine, enum bad bad)
{
	const struct machine_ops *ops = machine->ops;
	struct model *model = scene->driver.model;
	struct overlay_item item;
	size_t size;
	void *blob = make_bad(bad, &size);
	int made = ops->make_overlay(machine->context, "bad");
	int written = ops->write_overlay(machine->context, "bad", blob, size);
	int set = model->variant->status_writable ? ops->set_overlay(machine->context, "bad", "1")
						  : 0;
	const char *said = lies[model->variant - model_variants];
	bool good = !ops->look_at_overlay(machine->context, "bad", &item);

	good = good && scene_check(scene, !made && !written && !set, "a failure shows") &&
	       scene_check(scene, !strcmp(item.text, said), "status says something else") &&
	       scene_check(scene, model_state(&scene->driver.handle).tree_original,
			   "the tree has changed") &&
	       scene_check(scene, !ops->remove_overlay(machine->context, "bad"), "rmdir fails");
	free(blob);
	return good;
}

/* 8 of 8 bad overlays: write and close say nothing, and status says what that kernel says. */
static bool kernels_hide_failures(struct scene *scene)
{
	const struct machine machine = model_machine(&scene->driver.handle);
	const struct model_rules rules = {.no_record = true};
	bool good = true;

	for (enum bad bad = 0; bad < BADS; bad++) {
		model_begin(scene->driver.model, scene->board, scene->driver.model->variant, 0);
		model_arm(scene->driver.model, 0, FAULT_NONE, &rules);
		machine.ops->open_overlays(machine.context);
		good = check_bad(scene, &machine, bad) && good;
	}
	return good;
}

/* What fails leaves a changeset behind, and rmdir of an earlier one takes nothing out. */
static bool failures_poison_removal(struct scene *scene)
{
	static const char one[4] = {0, 0, 0, 1};
	struct driver *driver = &scene->driver;
	bool leaks = driver->model->variant->failure == FAILURE_LEAKED;
	void *good = make_overlay("/ibm,opal", "x", one, 4), *bad;
	bool right;

	bad = make_overlay("/ibm,opal", "y", one, 4);
	add_fragment(bad, "/nowhere", "y", one, 4);
	fdt_pack(good);
	fdt_pack(bad);
	right = scene_check(scene,
			    model_apply_other(&driver->handle, "good", good, fdt_totalsize(good)),
			    "a good overlay is refused") &&
		scene_check(
			scene,
			driver->model->variant->failure == FAILURE_KEPT ||
				!model_apply_other(&driver->handle, "bad", bad, fdt_totalsize(bad)),
			"a bad overlay is taken") &&
		scene_check(scene, model_remove_other(&driver->handle, "good"), "rmdir fails") &&
		scene_check(scene, model_state(&driver->handle).tree_original == !leaks,
			    "rmdir does not what this kernel's does");
	free(good);
	free(bad);
	return right;
}

/* ---- misbehaviours ----------------------------------------------------------------------- */

static const struct misbehaviour {
	uint32_t traits;
	unsigned apply, remove; /* what may come of them; remove: 0 where apply fails */
} misbehaviours[] = {
	{TRAIT_REFUSES, MAY_SYSTEM, 0},
	{TRAIT_REFUSES | TRAIT_SAYS_APPLIED, MAY_SYSTEM, 0},
	{TRAIT_FAILS_LATE, MAY_DONE | MAY_SYSTEM | MAY_LOST, MAY_DONE | MAY_LOST | MAY_SYSTEM},
	{TRAIT_PART, MAY_SYSTEM, 0},
	{TRAIT_WRONG_VALUE, MAY_SYSTEM, 0},
	{TRAIT_MORE, MAY_SYSTEM, 0},
	{TRAIT_MORE_STAYS, MAY_LOST, 0},
	{TRAIT_PART | TRAIT_STAYS, MAY_LOST, 0},
	{TRAIT_PART | TRAIT_BUSY, MAY_LOST | MAY_SYSTEM, 0},
	{TRAIT_WRONG_VALUE | TRAIT_LEFTOVER, MAY_LOST, 0},
	{TRAIT_STAYS, MAY_DONE, MAY_LOST | MAY_SYSTEM},
	{TRAIT_BUSY, MAY_DONE, MAY_LOST | MAY_SYSTEM},
	{TRAIT_LEFTOVER, MAY_DONE, MAY_LOST},
	{TRAIT_UNREADABLE, MAY_DONE, MAY_DONE},
	{TRAIT_HOLE, MAY_DONE | MAY_SYSTEM, MAY_DONE},
	{TRAIT_SAYS_APPLIED, MAY_DONE, MAY_DONE},
	{TRAIT_SAYS_UNAPPLIED, MAY_DONE, MAY_DONE},
	{TRAIT_NO_INTERFACE, MAY_REFUSED | MAY_SYSTEM, 0},
	{TRAIT_NO_ITEMS, MAY_SYSTEM, 0},
};

/* What no item is a handle of stays; from everything else a machine that behaves recovers. */
#define FOR_GOOD (TRAIT_FAILS_LATE | TRAIT_MORE_STAYS | TRAIT_STAYS | TRAIT_LEFTOVER)

static bool heal(struct scene *scene)
{
	struct driver *driver = &scene->driver;
	uint32_t traits = driver->model->traits;

	driver->model->traits = 0;
	if (traits & FOR_GOOD && !model_state(&driver->handle).tree_original)
		return true;
	return scene_run(scene, OPERATION_APPLY, MAY_DONE) && scene_is_applied(scene) &&
	       scene_run(scene, OPERATION_REMOVE, MAY_DONE) && scene_is_original(scene);
}

static bool misbehave(struct scene *scene)
{
	const struct misbehaviour *row = &misbehaviours[scene->argument];
	struct driver *driver = &scene->driver;

	driver->model->traits = row->traits;
	if (!scene_run(scene, OPERATION_APPLY, row->apply))
		return false;
	if (!is_applied(driver))
		return heal(scene);
	if (!row->remove)
		return scene_check(scene, false, "applied all the same");
	if (!scene_run_idle(scene, OPERATION_APPLY, MAY_DONE) ||
	    !scene_run(scene, OPERATION_REMOVE, row->remove))
		return false;
	return heal(scene);
}

/* The 4 KiB hole is only in overlays that long. */
static bool hole(struct scene *scene)
{
	struct driver *driver = &scene->driver;

	scene_begin(scene, &scene->redbud, driver->model->variant, TRAIT_HOLE);
	return scene_run(scene, OPERATION_APPLY, MAY_SYSTEM) && heal(scene);
}

static bool name_the_option(struct scene *scene)
{
	scene->driver.model->traits = TRAIT_NO_INTERFACE;
	return scene_run(scene, OPERATION_APPLY, MAY_FAIL) &&
	       scene_said(scene, "CONFIG_OF_OVERLAY") && scene_is_original(scene);
}

/* ---- others ---------------------------------------------------------------------------------- */

/* Somebody else's overlay, before and behind ours, that has nothing to do with it. */
static bool beside_others(struct scene *scene)
{
	static const char one[4] = {0, 0, 0, 1};
	struct driver *driver = &scene->driver;
	void *first = make_overlay("/ibm,opal", "x", one, 4);
	void *second = make_overlay("/ibm,pcie-slots", "y", one, 4);
	bool good;

	fdt_pack(first);
	fdt_pack(second);
	good = model_apply_other(&driver->handle, "first", first, fdt_totalsize(first)) &&
	       scene_check(scene, drive(driver, OPERATION_APPLY, 0, FAULT_NONE).outcome == 0,
			   "apply beside another overlay") &&
	       model_apply_other(&driver->handle, "second", second, fdt_totalsize(second)) &&
	       scene_check(scene, drive(driver, OPERATION_APPLY, 0, FAULT_NONE).outcome == 0,
			   "apply again") &&
	       scene_check(scene, !driver->model->writes, "apply again wrote something") &&
	       scene_check(scene, drive(driver, OPERATION_REMOVE, 0, FAULT_NONE).outcome == 0,
			   "remove beside other overlays") &&
	       scene_check(scene,
			   model_remove_other(&driver->handle, "second") &&
				   model_remove_other(&driver->handle, "first"),
			   "others' items are gone") &&
	       scene_is_original(scene);
	free(first);
	free(second);
	return good;
}

/* Somebody else's overlay touches a node that ours changed: ours cannot go before. */
static bool below_another(struct scene *scene)
{
	static const char one[4] = {0, 0, 0, 1};
	struct driver *driver = &scene->driver;
	void *other = make_overlay("/pciex@6030200000000/unknown-bridge@0", "x", one, 4);
	struct result result;
	bool good;

	fdt_pack(other);
	good = scene_run(scene, OPERATION_APPLY, MAY_DONE) &&
	       scene_check(scene,
			   model_apply_other(&driver->handle, "other", other, fdt_totalsize(other)),
			   "the other overlay is refused");
	result = drive(driver, OPERATION_REMOVE, 0, FAULT_NONE);
	good = good && scene_check(scene, !*driver->model->violation, driver->model->violation) &&
	       scene_check(scene,
			   result.outcome == OUTCOME_LOST || result.outcome == OUTCOME_REFUSED ||
				   result.outcome == OUTCOME_SYSTEM,
			   "removed from below another overlay");
	if (good && driver->model->variant->pinned)
		good = scene_check(scene, model_remove_other(&driver->handle, "other"), "rmdir") &&
		       scene_run(scene, OPERATION_REMOVE, MAY_DONE) && scene_is_original(scene);
	free(other);
	return good;
}

/* Somebody else's overlay failed and poisoned the list: rmdir of ours takes nothing out. */
static bool below_a_leak(struct scene *scene)
{
	static const char one[4] = {0, 0, 0, 1};
	struct driver *driver = &scene->driver;
	void *other = make_overlay("/pciex@6030200000000/unknown-bridge@0", "x", one, 4);
	bool good;

	fdt_pack(other);
	good = scene_run(scene, OPERATION_APPLY, MAY_DONE);
	model_leak(driver->model, other, fdt_totalsize(other));
	good = good && scene_run(scene, OPERATION_REMOVE, MAY_LOST | MAY_FAIL);
	free(other);
	return good;
}

/* Somebody removed our item by hand. */
static bool item_taken_away(struct scene *scene)
{
	struct driver *driver = &scene->driver;
	bool good = scene_run(scene, OPERATION_APPLY, MAY_DONE) &&
		    model_remove_other(&driver->handle, driver->model->items[0].name);

	return good && scene_run(scene, OPERATION_VERIFY, MAY_REFUSED) &&
	       scene_run_idle(scene, OPERATION_APPLY, MAY_REFUSED) &&
	       scene_run(scene, OPERATION_REMOVE, MAY_DONE) && scene_is_original(scene) &&
	       scene_run(scene, OPERATION_APPLY, MAY_DONE) && scene_is_applied(scene);
}

/* What is no record any more, with all in place: no lie may come of it. */
static bool torn_record(struct scene *scene)
{
	struct driver *driver = &scene->driver;
	struct model *applied = calloc(1, sizeof(*applied));
	static const unsigned outcomes[] = {MAY_DONE | MAY_FAIL | MAY_LOST,
					    MAY_DONE | MAY_FAIL | MAY_LOST};
	bool good = applied && scene_run(scene, OPERATION_APPLY, MAY_DONE);

	if (!good) {
		free(applied);
		return false;
	}
	model_copy(applied, driver->model);
	for (unsigned i = 0; good && i < 6; i++) {
		struct model_file *record;

		model_copy(driver->model, applied);
		record = model_file(driver->model, RECORD_FILE);
		if (i < 2)
			record->size /= 2;
		else if (i < 4)
			record->bytes[record->size / 3] ^= 1;
		else
			*record->name = '\0';
		good = scene_run(scene, i % 2 ? OPERATION_APPLY : OPERATION_REMOVE,
				 outcomes[i % 2]);
	}
	free(applied);
	return good;
}

const struct scenario overlay_scenarios[] = {
	{"model: 8 of 8 bad overlays fail unseen", kernels_hide_failures, true, false, 0},
	{"model: failures poison removals", failures_poison_removal, true, false, 0},
	{"a kernel that refuses every overlay", misbehave, true, false, 0},
	{"a kernel that refuses and says applied", misbehave, true, false, 1},
	{"a kernel that fails when all is changed", misbehave, true, false, 2},
	{"a kernel that sets only a part", misbehave, true, true, 3},
	{"a kernel that sets another value", misbehave, true, false, 4},
	{"a kernel that changes something else too", misbehave, true, false, 5},
	{"a kernel that changes something else for good", misbehave, true, false, 6},
	{"sets a part, and rmdir removes nothing", misbehave, true, false, 7},
	{"sets a part, and rmdir is busy", misbehave, true, false, 8},
	{"sets another value, which rmdir leaves", misbehave, true, false, 9},
	{"rmdir says 0 and removes nothing", misbehave, true, true, 10},
	{"rmdir is busy", misbehave, true, false, 11},
	{"rmdir leaves a property", misbehave, true, false, 12},
	{"dtbo cannot be read back", misbehave, true, false, 13},
	{"a hole of 4 KiB in what is longer", hole, true, false, 0},
	{"and none in what is not", misbehave, true, false, 14},
	{"status always says applied", misbehave, true, false, 15},
	{"status always says unapplied", misbehave, true, false, 16},
	{"a kernel without the interface", misbehave, true, false, 17},
	{"a kernel that lets nobody make items", misbehave, true, false, 18},
	{"which option is lacking", name_the_option, false, false, 0},
	{"beside others' overlays", beside_others, true, false, 0},
	{"below another's overlay", below_another, true, false, 0},
	{"below another's failure", below_a_leak, true, false, 0},
	{"an item that was removed by hand", item_taken_away, true, false, 0},
	{"a record that is none any more", torn_record, true, false, 0},
};
const size_t overlay_scenario_count = sizeof(overlay_scenarios) / sizeof(overlay_scenarios[0]);
