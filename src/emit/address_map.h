/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_EMIT_ADDRESS_MAP_H
#define NV2_EMIT_ADDRESS_MAP_H

#include "plan/guest.h"

/* What lies where: rows of the address map in a picture, by address. */
enum map_kind {
	MAP_APERTURE, /* GPU memory */
	MAP_REGISTERS,
	MAP_WINDOW, /* the links' own registers */
	MAP_ATSD,
	MAP_KINDS
};

struct map_row {
	enum map_kind kind;
	uint64_t base, size;
	const char *what;
	const char *note; /* or NULL */
};

typedef ARRAY(struct map_row) map_rows;

/* System addresses of a board. */
map_rows map_board(struct arena *arena, const struct plan_board *board);
/* Physical addresses of a guest. */
map_rows map_guest(struct arena *arena, const struct plan_guest *guest);

#endif
