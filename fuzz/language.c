/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes any text as a wiring file: parses, checks, plans and writes it as
 * compile does. Promises: what is laid out by fmt is said to be right by the
 * parser and stays so when it is laid out again; diagnostics are JSON; a good
 * file gives files that are what they claim to be.
 */
#include <libfdt.h>
#include <string.h>

#include "compile.h"
#include "emit/bundle.h"
#include "emit/graph.h"
#include "emit/plan_json.h"
#include "emit/sheet.h"
#include "emit/tables.h"
#include "emit/vmm.h"
#include "fuzz.h"
#include "nv2/boot.h"

static void check_format(const uint8_t *data, size_t size, bool fragment)
{
	struct session session;
	struct buffer once = {0}, twice = {0};
	struct source *source;

	open_session(&session);
	source = source_from_text(session.sources, "a.nv2", (const char *)data, size);
	if (format_source(&session.lang, source, fragment, &once)) {
		source = source_from_text(session.sources, "b.nv2", once.data, once.len);
		PROMISE(format_source(&session.lang, source, fragment, &twice));
		expect_same(&once, &twice);
	} else {
		PROMISE(diags_have_errors(session.diags));
	}
	print_diagnostics(&session);
	buffer_free(&once);
	buffer_free(&twice);
	close_session(&session);
}

/* A blob that libfdt and our own reader find no fault with; then as DTS. */
static void expect_blob(struct session *session, const struct tree *tree)
{
	struct buffer out = {0};

	PROMISE(tree);
	PROMISE(tree_write_dtb(tree, &out));
	PROMISE(!fdt_check_full(out.data, out.len));
	PROMISE(read_tree(session, "out.dtbo", (const uint8_t *)out.data, out.len));
	buffer_free(&out);
	tree_write_dts(tree, session->sources, &out);
	buffer_free(&out);
}

/* The bundle as who boots sees it. */
static void expect_bundle(const struct buffer *bytes)
{
	const struct nv2_trust trust = {0};
	const struct nv2_ops ops = {0};
	struct nv2_failure failure;
	struct nv2_bundle bundle;

	PROMISE(nv2_bundle_open(&bundle, bytes->data, bytes->len) == NV2_OK);
	PROMISE(nv2_bundle_verify(&bundle, &trust, &ops, &failure) == NV2_OK);
}

static void write_guest(struct session *session, const struct plan_board *board, size_t number,
			struct bundle_guest *guest)
{
	struct plan_guest *plan =
		make_guest_plan(session->arena, board, board->board->guests.items[number]);
	struct buffer out = {0};

	*guest = (struct bundle_guest){plan->guest->name, make_guest_fragment(session, plan)};
	expect_blob(session, guest->fragment);
	(void)emit_qemu(plan, &out);
	PROMISE(emit_libvirt(plan, &out));
	buffer_free(&out);
}

static void write_tables(struct session *session, const struct plan *plan,
			 const struct plan_board *board)
{
	struct buffer out = {0};

	emit_plan_json(plan, board, &out);
	expect_json(&out);
	emit_regions_json(board, &out);
	expect_json(&out);
	emit_program_json(board, session->arena, &out);
	expect_json(&out);
	emit_regions_h(board, "a", &out);
	emit_program_h(board, "a", session->arena, &out);
	buffer_free(&out);
}

static void write_board(struct session *session, const struct plan *plan,
			const struct plan_board *board)
{
	size_t guest_count = board->board->guests.count;
	struct bundle_guest *guests = arena_alloc(session->arena, guest_count * sizeof(*guests));
	struct bundle_contents contents = {.board = board, .guests = guests, .version = 1};
	struct overlays overlays;
	struct buffer out = {0};

	write_tables(session, plan, board);
	PROMISE(make_overlays(session, board, NULL, true, &overlays));
	expect_blob(session, overlays.host_fw);
	expect_blob(session, overlays.host_os);
	for (size_t i = 0; i < guest_count; i++)
		write_guest(session, board, i, &guests[i]);
	contents.guest_count = guest_count;
	contents.host_fw = overlays.host_fw;
	contents.host_os = overlays.host_os;
	if (emit_bundle(session->arena, session->strings, &contents, &out))
		expect_bundle(&out);
	buffer_free(&out);
}

static void write_all(struct session *session, const struct wiring *wiring)
{
	const struct plan *plan = make_plan(session->arena, wiring);
	struct buffer out = {0};

	emit_plan_text(session->arena, plan, &out);
	emit_graph_dot(session->arena, plan, &out);
	emit_graph_svg(session->arena, plan, &out);
	emit_sheet(session->arena, plan, &out);
	buffer_free(&out);
	emit_plan_json(plan, NULL, &out);
	expect_json(&out);
	for (size_t i = 0; i < plan->boards.count; i++)
		write_board(session, plan, plan->boards.items[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wiring_options options = {0};
	const struct wiring *wiring;
	struct session session;
	struct source *source;

	open_session(&session);
	source = source_from_text(session.sources, "a.nv2", (const char *)data, size);
	wiring = build_wiring(session.arena, session.strings, session.diags,
			      parse_file(&session.lang, source), &options);
	print_diagnostics(&session);
	if (!diags_have_errors(session.diags)) {
		write_all(&session, wiring);
		PROMISE(!diags_have_errors(session.diags));
	}
	close_session(&session);
	check_format(data, size, false);
	check_format(data, size, true);
	return 0;
}
