/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes bundles that are sealed but wrong, or not trusted, or of another
 * machine, and says that nothing comes of them. Never uses a kernel that
 * misbehaves: that is cases_overlay.c.
 */
#include "cases.h"

#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OVERLAY_ROOM 32768

/* A bundle for the next runs, in place of the board's. */
static void use(struct scene *scene, const struct bytes *bundle)
{
	scene->driver.bundle = bundle->data;
	scene->driver.bundle_size = bundle->size;
}

static bool refused_idle(struct scene *scene)
{
	return scene_run_idle(scene, OPERATION_APPLY, MAY_REFUSED) && scene_is_original(scene);
}

/* ---- overlays in a bundle ------------------------------------------------------------ */

/* The kinds of anchors/runtime.md 0.1, in the words of late-bound overlays. */
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

static struct nv2_part host_os(const struct board *board)
{
	struct nv2_bundle bundle;

	if (nv2_bundle_open(&bundle, board->bundle, board->bundle_size) != NV2_OK)
		abort();
	return bundle.part[NV2_PART_HOST_OS];
}

/* Parts lie at any place; libfdt wants them aligned. Freed by free(). */
static unsigned char *editable(const struct board *board)
{
	struct nv2_part part = host_os(board);
	unsigned char *fdt = calloc(1, OVERLAY_ROOM);

	if (!fdt || part.size > OVERLAY_ROOM)
		abort();
	memcpy(fdt, part.data, part.size);
	if (fdt_open_into(fdt, fdt, OVERLAY_ROOM))
		abort();
	return fdt;
}

static void set(void *fdt, int node, const char *name, const void *value, size_t len)
{
	if (node < 0 || fdt_setprop(fdt, node, name, value, (int)len))
		abort();
}

/* A second fragment for a node that has one, with a property that it sets there. */
static void add_duplicate(void *fdt)
{
	static const unsigned char two[4] = {0, 0, 0, 2};
	int from = fdt_path_offset(fdt, "/fragment@1"), len, fragment;
	const char *target = fdt_getprop(fdt, from, "target-path", &len);
	char text[64];

	snprintf(text, sizeof(text), "%s", target ? target : "");
	fragment = fdt_add_subnode(fdt, 0, "fragment@9");
	set(fdt, fragment, "target-path", text, strlen(text) + 1);
	set(fdt, fdt_add_subnode(fdt, fragment, "__overlay__"), "ibm,links", two, sizeof(two));
}

/* No fragment, and no selector that refers to one. */
static void make_empty(void *fdt)
{
	int node, next;

	for (node = fdt_first_subnode(fdt, 0); node >= 0; node = next) {
		if (!strncmp(fdt_get_name(fdt, node, NULL), "nv2-bind", 8)) {
			next = fdt_next_subnode(fdt, node);
		} else {
			fdt_del_node(fdt, node);
			next = fdt_first_subnode(fdt, 0);
		}
	}
	fdt_for_each_subnode(node, fdt, fdt_path_offset(fdt, "/nv2-bind"))
		fdt_delprop(fdt, node, "fixups");
}

static void spoil(void *fdt, enum bad bad)
{
	static const unsigned char seven[4] = {0, 0, 0, 7};
	static const char nowhere[] = "/nv2-unbound/99", place[] = "/fragment@0:target:0";

	switch (bad) {
	case BAD_TARGET:
		set(fdt, fdt_path_offset(fdt, "/fragment@1"), "target-path", nowhere,
		    sizeof(nowhere));
		break;
	case BAD_CELLS:
		set(fdt, fdt_path_offset(fdt, "/fragment@0/__overlay__"), "#size-cells", seven,
		    sizeof(seven));
		break;
	case BAD_SYMBOLS:
		set(fdt, fdt_add_subnode(fdt, 0, "__symbols__"), "label", place, sizeof(place));
		break;
	case BAD_FIXUPS:
		set(fdt, fdt_add_subnode(fdt, 0, "__fixups__"), "label", place, sizeof(place));
		break;
	case BAD_DUPLICATE:
		add_duplicate(fdt);
		break;
	case BAD_EMPTY:
		make_empty(fdt);
		break;
	default:
		break;
	}
}

static struct bytes bad_bundle(const struct board *board, enum bad bad)
{
	unsigned char *fdt = editable(board);
	struct bytes bundle;
	size_t size;

	spoil(fdt, bad);
	fdt_pack(fdt);
	size = fdt_totalsize(fdt);
	if (bad == BAD_TRUNCATED)
		size /= 2;
	for (size_t i = 0; bad == BAD_JUNK && i < size; i++)
		fdt[i] = (unsigned char)(i * 151 + 7);
	bundle = fixture_with_part(board->bundle, board->bundle_size, NV2_PART_HOST_OS, fdt, size);
	free(fdt);
	return bundle;
}

/* Sealed well, for whoever seals can also be wrong. */
static bool bad_overlays(struct scene *scene)
{
	bool good = true;

	for (enum bad bad = 0; bad < BADS; bad++) {
		struct bytes bundle = bad_bundle(scene->board, bad);

		use(scene, &bundle);
		if (bad == BAD_EMPTY)
			good = scene_run(scene, OPERATION_APPLY, MAY_FAIL) &&
			       scene_is_original(scene) && good;
		else
			good = refused_idle(scene) && good;
		free(bundle.data);
		scene->driver.bundle = NULL;
	}
	return good && scene_run(scene, OPERATION_APPLY, MAY_DONE);
}

/* Any byte of the seal or behind it. */
static bool damaged_bundle(struct scene *scene)
{
	struct bytes bundle = {malloc(scene->board->bundle_size), scene->board->bundle_size};
	bool good = bundle.data != NULL;

	for (size_t at = 0; good && at < bundle.size; at += 397) {
		memcpy(bundle.data, scene->board->bundle, bundle.size);
		bundle.data[at] ^= 0x20;
		use(scene, &bundle);
		good = refused_idle(scene);
	}
	if (good) {
		memcpy(bundle.data, scene->board->bundle, bundle.size);
		bundle.size /= 2;
		use(scene, &bundle);
		good = refused_idle(scene);
	}
	free(bundle.data);
	return good;
}

/* ---- proof of tgt ------------------------------------------------------------------------ */

/* Applies a bundle in which one of the three that must agree does not. */
static bool disagree(struct scene *scene, struct bytes bundle)
{
	struct board other = fixture_with_bundle(scene->board, bundle);
	const struct board *board = scene->board;
	bool good;

	scene_begin(scene, &other, scene->driver.model->variant, 0);
	good = scene_run(scene, OPERATION_APPLY, MAY_FAIL) && scene_is_original(scene) &&
	       scene_said(scene, "npu0:0");
	fixture_board_free(&other);
	scene->board = board;
	return good;
}

/* Group 1's aperture where group 0's is: bit 37 of the address is bit 49 of the BAR. */
#define OTHER_BAR (UINT64_C(1) << 49)
#define OTHER_TGT UINT64_C(0x2000000000)

static bool bar_disagrees(struct scene *scene)
{
	const unsigned char *from = scene->board->bundle;
	size_t size = scene->board->bundle_size;
	struct bytes bundle = {0};

	/* The four of brick 0. */
	for (unsigned row = 0; row < 4; row++) {
		struct bytes next =
			fixture_with_xor(row ? bundle.data : from, row ? bundle.size : size,
					 NV2_PART_PROGRAM, row * NV2_WRITE_RECORD + 56, OTHER_BAR);

		free(bundle.data);
		bundle = next;
	}
	return disagree(scene, bundle);
}

/* One of the four only: the BARs of a link must agree with each other, too. */
static bool one_bar_disagrees(struct scene *scene)
{
	return disagree(scene,
			fixture_with_xor(scene->board->bundle, scene->board->bundle_size,
					 NV2_PART_PROGRAM, 2 * NV2_WRITE_RECORD + 56, OTHER_BAR));
}

static bool plan_disagrees(struct scene *scene)
{
	struct nv2_bundle bundle;
	struct nv2_device device;
	uint32_t i = 0;

	if (nv2_bundle_open(&bundle, scene->board->bundle, scene->board->bundle_size) != NV2_OK)
		return false;
	while (nv2_bundle_device(&bundle, i, &device) && strcmp(device.name, "npu0:0") != 0)
		i++;
	for (uint32_t region = 0; region < bundle.region_count; region++) {
		struct nv2_region row;

		nv2_bundle_region(&bundle, region, &row);
		if (row.device == i)
			return disagree(scene, fixture_with_xor(
						       scene->board->bundle,
						       scene->board->bundle_size, NV2_PART_REGIONS,
						       region * NV2_REGION_RECORD + 40, OTHER_TGT));
	}
	return scene_check(scene, false, "the bundle has no region for npu0:0");
}

/* The kernel gets another address from the overlay than the plan has. */
static bool tree_disagrees(struct scene *scene)
{
	static const unsigned char other[8] = {0, 0, 4, 0x20, 0, 0, 0, 0};
	unsigned char *fdt = editable(scene->board);
	struct bytes bundle;
	int node;

	/* Of the first link. */
	for (node = 0; node >= 0; node = fdt_next_node(fdt, node, NULL))
		if (fdt_getprop(fdt, node, "ibm,device-tgt-addr", NULL))
			break;
	set(fdt, node, "ibm,device-tgt-addr", other, sizeof(other));
	fdt_pack(fdt);
	bundle = fixture_with_part(scene->board->bundle, scene->board->bundle_size,
				   NV2_PART_HOST_OS, fdt, fdt_totalsize(fdt));
	free(fdt);
	return disagree(scene, bundle);
}

/* The tree says so before. */
static bool tree_disagreed(struct scene *scene)
{
	static const unsigned char other[8] = {0, 0, 4, 0x20, 0, 0, 0, 0};
	struct board changed = *scene->board;
	const struct board *board = scene->board;
	unsigned char *fdt = calloc(1, MODEL_TREE_MAX);
	bool good;

	if (!fdt || fdt_open_into(board->tree, fdt, MODEL_TREE_MAX))
		abort();
	set(fdt, fdt_path_offset(fdt, "/pciex@6030200000000/unknown-bridge@0"),
	    "ibm,device-tgt-addr", other, sizeof(other));
	fdt_pack(fdt);
	changed.tree = fdt;
	changed.tree_size = fdt_totalsize(fdt);
	changed.original = tree_set_of(fdt, board->fixed);
	scene_begin(scene, &changed, scene->driver.model->variant, 0);
	good = refused_idle(scene) && scene_said(scene, "ibm,device-tgt-addr");
	tree_set_free(&changed.original);
	free(fdt);
	scene->board = board;
	return good;
}

/* ---- which bundle ------------------------------------------------------------------------- */

static bool another_machine(struct scene *scene)
{
	struct bytes bundle = {(unsigned char *)(uintptr_t)scene->redbud.bundle,
			       scene->redbud.bundle_size};

	use(scene, &bundle);
	return refused_idle(scene);
}

/* The root says that it is something else. */
static bool another_board(struct scene *scene)
{
	struct board changed = *scene->board;
	const struct board *board = scene->board;
	unsigned char *fdt = calloc(1, MODEL_TREE_MAX);
	bool good;

	if (!fdt || fdt_open_into(board->tree, fdt, MODEL_TREE_MAX))
		abort();
	set(fdt, 0, "compatible", "ibm,zaius", 10);
	fdt_pack(fdt);
	changed.tree = fdt;
	changed.tree_size = fdt_totalsize(fdt);
	changed.original = tree_set_of(fdt, board->fixed);
	scene_begin(scene, &changed, scene->driver.model->variant, 0);
	good = refused_idle(scene) && scene_said(scene, "ibm,witherspoon");
	tree_set_free(&changed.original);
	free(fdt);
	scene->board = board;
	return good;
}

/* With one applied, another one has to wait until it is removed. */
static bool another_is_applied(struct scene *scene)
{
	struct bytes other =
		fixture_with_version(scene->board->bundle, scene->board->bundle_size, 17);
	bool good = scene_run(scene, OPERATION_APPLY, MAY_DONE);

	use(scene, &other);
	good = good && scene_run_idle(scene, OPERATION_APPLY, MAY_REFUSED) &&
	       scene_is_applied(scene) && scene_run(scene, OPERATION_REMOVE, MAY_DONE) &&
	       scene_is_original(scene) && scene_run(scene, OPERATION_APPLY, MAY_DONE) &&
	       scene_is_applied(scene);
	scene->driver.bundle = NULL;
	free(other.data);
	return good;
}

/* Killed with one bundle, and the next apply has another: the first is undone with what was kept.
 */
static bool another_after_a_kill(struct scene *scene)
{
	struct driver *driver = &scene->driver;
	struct bytes other =
		fixture_with_version(scene->board->bundle, scene->board->bundle_size, 17);
	uint32_t calls;
	bool good = scene_run(scene, OPERATION_APPLY, MAY_DONE) &&
		    scene_run(scene, OPERATION_REMOVE, MAY_DONE);

	drive(driver, OPERATION_APPLY, 0, FAULT_NONE);
	calls = driver->model->calls;
	for (uint32_t at = 1; good && at <= calls; at++) {
		scene_begin(scene, scene->board, driver->model->variant, 0);
		drive(driver, OPERATION_APPLY, at, FAULT_KILL_BEFORE);
		use(scene, &other);
		/* The last call may come behind the last record: then it is applied, and stays. */
		good = scene_run(scene, OPERATION_APPLY, MAY_DONE | MAY_REFUSED) &&
		       scene_is_applied(scene) && scene_run(scene, OPERATION_REMOVE, MAY_DONE) &&
		       scene_is_original(scene);
	}
	scene->driver.bundle = NULL;
	free(other.data);
	return good;
}

/* ---- trust --------------------------------------------------------------------------------- */

static const unsigned char key[32] = {1, 2, 3};

/* Whoever is asked answers what the first byte of the signature says. */
static int answer(void *context, const unsigned char *signer, const void *message, size_t size,
		  const unsigned char *signature)
{
	(void)context;
	(void)message;
	return size == NV2_SEAL_MESSAGE_SIZE && !memcmp(signer, key, sizeof(key)) &&
			       signature[0] == 's'
		       ? 0
		       : -1;
}

static struct bytes sign(const struct board *board, uint32_t version, char with)
{
	struct bytes bundle = fixture_with_version(board->bundle, board->bundle_size, version);
	struct nv2_seal *seal = (struct nv2_seal *)(bundle.data + NV2_SEAL_OFFSET);

	seal->flags[3] = NV2_SEAL_SIGNED;
	memcpy(seal->signer, key, sizeof(key));
	fixture_reseal(&bundle);
	seal->signature[0] = (unsigned char)with;
	return bundle;
}

static bool apply_signed(struct scene *scene, uint32_t version, char with, unsigned outcomes)
{
	struct bytes bundle = sign(scene->board, version, with);
	bool good;

	use(scene, &bundle);
	good = scene_run(scene, OPERATION_APPLY, outcomes);
	if (good && outcomes == MAY_DONE)
		good = scene_is_applied(scene) && scene_run(scene, OPERATION_REMOVE, MAY_DONE);
	free(bundle.data);
	scene->driver.bundle = NULL;
	return good && scene_is_original(scene);
}

static bool keys(struct scene *scene)
{
	struct driver *driver = &scene->driver;
	bool good;

	driver->trust = (struct nv2_trust){.keys = key, .key_count = 1};
	driver->verify_signature = answer;
	good = refused_idle(scene) && apply_signed(scene, 7, 'x', MAY_REFUSED) &&
	       apply_signed(scene, 7, 's', MAY_DONE) &&
	       scene_check(scene, driver->model->counter == 7, "the counter is not raised") &&
	       apply_signed(scene, 6, 's', MAY_REFUSED) && apply_signed(scene, 7, 's', MAY_DONE);
	model_reboot(driver->model);
	good = good && apply_signed(scene, 6, 's', MAY_REFUSED) &&
	       apply_signed(scene, 8, 's', MAY_DONE);
	driver->verify_signature = NULL;
	return good && apply_signed(scene, 8, 's', MAY_REFUSED);
}

static bool lockdown(struct scene *scene)
{
	scene->driver.trust = (struct nv2_trust){.locked_down = true};
	return refused_idle(scene);
}

const struct scenario bundle_scenarios[] = {
	{"8 of 8 bad overlays in a bundle are refused", bad_overlays, true, false, 0},
	{"damaged bundles are refused", damaged_bundle, false, false, 0},
	{"BARs that disagree with tree and plan", bar_disagrees, true, true, 0},
	{"one BAR that disagrees with the others", one_bar_disagrees, false, true, 0},
	{"a plan that disagrees with BARs and tree", plan_disagrees, true, true, 0},
	{"a tree that disagrees with BARs and plan", tree_disagrees, true, true, 0},
	{"a tree that disagreed before", tree_disagreed, true, false, 0},
	{"a bundle for another machine", another_machine, true, false, 0},
	{"a bundle for another board", another_board, true, false, 0},
	{"another bundle while one is applied", another_is_applied, true, false, 0},
	{"another bundle after a kill", another_after_a_kill, false, false, 0},
	{"keys and counter", keys, false, false, 0},
	{"lockdown", lockdown, false, false, 0},
};
const size_t bundle_scenario_count = sizeof(bundle_scenarios) / sizeof(bundle_scenarios[0]);
