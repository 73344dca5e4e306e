/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes any text as a wiring file: parses, checks, plans and writes it as
 * compile does. Promises: what is laid out by fmt means the same and stays so
 * when it is laid out again; diagnostics are JSON; a good file gives files
 * that are what they claim to be.
 */
#include <jansson.h>
#include <libfdt.h>
#include <string.h>

#include "emit/plan_json.h"
#include "emit/tables.h"
#include "fuzz.h"
#include "plan/plan.h"
#include "wiring/wiring.h"

static void expect_json(struct buffer *text)
{
	json_error_t error;
	json_t *json = json_loadb(text->data, text->len, 0, &error);

	PROMISE(json);
	json_decref(json);
	buffer_free(text);
}

static void check_format(const uint8_t *data, size_t size)
{
	struct lang lang = open_lang();
	struct buffer once = {0}, twice = {0};
	struct source *source =
		source_from_text(lang.sources, "a.nv2", (const char *)data, size);

	if (format_source(&lang, source, false, &once)) {
		source = source_from_text(lang.sources, "b.nv2", once.data, once.len);
		PROMISE(format_source(&lang, source, false, &twice));
		PROMISE(once.len == twice.len && !memcmp(once.data, twice.data, once.len));
	}
	buffer_free(&once);
	buffer_free(&twice);
	close_lang(&lang);
}

static void check_diagnostics(struct lang *lang)
{
	struct buffer out = {0};

	diags_sort(lang->diags);
	diags_print_text(lang->diags, &out, false);
	buffer_free(&out);
	diags_print_json(lang->diags, &out);
	expect_json(&out);
	diags_print_sarif(lang->diags, &out);
	expect_json(&out);
}

static void write_all(struct lang *lang, const struct wiring *wiring)
{
	const struct plan *plan = make_plan(lang->arena, wiring);

	for (size_t i = 0; i < plan->boards.count; i++) {
		const struct plan_board *board = plan->boards.items[i];
		struct buffer out = {0};

		emit_plan_json(plan, board, &out);
		expect_json(&out);
		emit_regions_json(board, &out);
		expect_json(&out);
		emit_program_json(board, lang->arena, &out);
		expect_json(&out);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wiring_options options = {0};
	struct lang lang = open_lang();
	const struct wiring *wiring;
	struct source *source;

	wiring_register_codes(lang.diags);
	source = source_from_text(lang.sources, "a.nv2", (const char *)data, size);
	wiring = build_wiring(lang.arena, lang.strings, lang.diags, parse_file(&lang, source),
			      &options);
	check_diagnostics(&lang);
	if (!diags_have_errors(lang.diags))
		write_all(&lang, wiring);
	close_lang(&lang);
	check_format(data, size);
	return 0;
}
