/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_WIRING_RULES_H
#define NV2_WIRING_RULES_H

#include "diag/diag.h"
#include "wiring/model.h"

struct rule;

/* What a check function works with. */
struct check {
	struct arena *arena;
	struct diags *diags;
	const struct rule *rule;
	const struct wiring *wiring;
	bool had_errors; /* before the rules ran */
};

/*
 * A rule: what no board, guest or file may be. All rules run; one that finds
 * something stops no other. `blind` names the gaps in a board that would make
 * the rule report only their echo: with one of them it is left out.
 */
struct rule {
	struct diag_def def;
	unsigned blind; /* enum board_gap */
	/* One of these is set: what the rule looks at, one at a time. */
	void (*check_board)(const struct check *check, const struct board *board);
	void (*check_guest)(const struct check *check, const struct guest *guest);
	void (*check_wiring)(const struct check *check, const struct wiring *wiring);
};

/* Tables ended by a row without a code. */
extern const struct rule board_rules[];
extern const struct rule link_rules[];
extern const struct rule guest_rules[];

void check_rules(struct arena *arena, struct diags *diags, const struct wiring *wiring);

/* Whether a name can become part of a file name: [A-Za-z0-9._-]+ */
bool valid_file_name(const char *name);

/* Reports raw properties that `who` sets, or that are in the list twice. */
void check_extra_list(const struct check *check, const extra_list *list,
		      const char *const *reserved, const char *who);

#define RULE_REPORT(check, span, ...)                                                              \
	diag_add((check)->diags, &(check)->rule->def, (span), __VA_ARGS__)

#endif
