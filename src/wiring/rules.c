/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a model, runs every rule over it. Never changes the model.
 */
#include "wiring/rules.h"

#include <string.h>

#include "wiring/codes.h"
#include "wiring/wiring.h"

static const struct rule *const tables[] = {board_rules, link_rules, guest_rules};

#define TABLE_COUNT (sizeof(tables) / sizeof(tables[0]))

bool valid_file_name(const char *name)
{
	static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				   "0123456789._-";

	return name[0] && strspn(name, good) == strlen(name);
}

static void run_rule(struct check *check, const struct rule *rule)
{
	const struct wiring *wiring = check->wiring;

	check->rule = rule;
	if (check->had_errors && rule->blind & GAP_ERRORS)
		return;
	if (rule->check_wiring)
		rule->check_wiring(check, wiring);
	for (size_t i = 0; rule->check_board && i < wiring->boards.count; i++)
		if (!(wiring->boards.items[i]->gaps & rule->blind))
			rule->check_board(check, wiring->boards.items[i]);
	for (size_t i = 0; rule->check_guest && i < wiring->guests.count; i++) {
		const struct guest *guest = wiring->guests.items[i];

		if (guest->board && !(guest->board->gaps & rule->blind))
			rule->check_guest(check, guest);
	}
}

void check_rules(struct arena *arena, struct diags *diags, const struct wiring *wiring)
{
	struct check check = {
		.arena = arena,
		.diags = diags,
		.wiring = wiring,
		.had_errors = diags_have_errors(diags),
	};

	for (size_t i = 0; i < TABLE_COUNT; i++)
		for (const struct rule *rule = tables[i]; rule->def.code; rule++)
			run_rule(&check, rule);
}

void wiring_register_codes(struct diags *diags)
{
	for (const struct diag_def *def = wiring_codes; def->code; def++)
		diag_register(diags, def);
	for (size_t i = 0; i < TABLE_COUNT; i++)
		for (const struct rule *rule = tables[i]; rule->def.code; rule++)
			diag_register(diags, &rule->def);
}
