/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_EMIT_ADDRESS_MAP_H
#define NV2_EMIT_ADDRESS_MAP_H

#include "plan/guest.h"

/* What lies where: rows of an address map, by address. */
enum map_kind {
	MAP_APERTURE, /* GPU memory */
	MAP_REGISTERS,
	MAP_WINDOW, /* of the host: the links' own registers; of a guest: room for others */
	MAP_ATSD,
	MAP_KINDS
};

struct map_row {
	enum map_kind kind;
	uint64_t base, size;
	const char *what;
	const char *name;          /* what it is of; or NULL */
	const char *note;          /* or NULL */
	const struct guest *guest; /* whose it is; or NULL */
	bool inside;               /* the last row before that is not inside another */
};

typedef ARRAY(struct map_row) map_rows;

/* "memory of GPU0" */
const char *map_row_text(struct arena *arena, const struct map_row *row);

/* System addresses of an NPU and its GPUs. */
map_rows map_npu(struct arena *arena, const struct plan_board *board, const struct plan_npu *npu);
/* Physical addresses of a guest, of what is on one of its vPHBs. */
map_rows map_vphb(struct arena *arena, const struct plan_guest *guest,
		  const struct plan_vphb *vphb);

#endif
