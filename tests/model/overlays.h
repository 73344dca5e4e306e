/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TEST_MODEL_OVERLAYS_H
#define NV2_TEST_MODEL_OVERLAYS_H

#include "model.h"

/*
 * The model's overlay interface: what model.c makes of the calls of struct machine_ops. 0 or a
 * negative errno, as a program sees it.
 */
int overlays_make(struct model *model, const char *name);
int overlays_look(const struct model *model, const char *name, bool lie, struct overlay_item *seen);
/* NULL: nothing was written. */
int overlays_read(const struct model *model, const char *name, const struct model_blob **blob);
int overlays_write(struct model_handle *handle, const char *name, const void *blob, size_t size);
int overlays_set(struct model_handle *handle, const char *name, const char *text);
int overlays_remove(struct model *model, const char *name);

#endif
