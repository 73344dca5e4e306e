/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_EMIT_VMM_H
#define NV2_EMIT_VMM_H

#include "core/buffer.h"
#include "plan/guest.h"

/*
 * What tells a virtual machine monitor which devices a guest is given, and in
 * which slots. A host address that the wiring does not give is marked @NAME@,
 * NAME being what the wiring calls the device: GPU0, npu0:0.
 *
 * Each appends to `out`. False, with nothing of use written, when the format
 * has no room for a name.
 */

/* A file for QEMU's -readconfig. */
bool emit_qemu(const struct plan_guest *guest, struct buffer *out);
/* A whole libvirt domain; never false. */
bool emit_libvirt(const struct plan_guest *guest, struct buffer *out);

/* Function 0 of a slot with more functions has to say so. `place`: in vphb->walk. */
static inline bool is_multifunction(const struct plan_vphb *vphb, size_t place)
{
	return !vphb->walk.items[place]->function && place + 1 < vphb->walk.count &&
	       vphb->walk.items[place + 1]->slot == vphb->walk.items[place]->slot;
}

#endif
