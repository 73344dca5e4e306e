/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes two blobs, a base and an overlay. Promises: what merge takes by the
 * kernel's rules, libfdt applies to the end without touching what is not its
 * own; the result is a tree; what is refused leaves the base as it was.
 */
#include <libfdt.h>
#include <string.h>

#include "fuzz.h"
#include "tree/bind.h"
#include "tree/overlay.h"
#include "tree/select.h"

/* libfdt writes into both blobs and wants room: it gets copies, each in a block of its own. */
static void apply_by_libfdt(const struct buffer *base, const uint8_t *overlay, size_t size)
{
	size_t room = base->len + 2 * size + 1024;
	void *target = malloc(room), *copy = malloc(size);

	PROMISE(target && copy);
	memcpy(copy, overlay, size);
	if (!fdt_open_into(base->data, target, (int)room))
		(void)fdt_overlay_apply(target, copy);
	free(target);
	free(copy);
}

static void merge(const struct two_inputs *inputs, enum overlay_rules rules)
{
	struct buffer before = {0}, after = {0};
	struct tree *base, *overlay;
	struct session session;
	bool late;

	open_session(&session);
	base = read_tree(&session, "base.dtb", inputs->first, inputs->first_size);
	overlay = read_tree(&session, "a.dtbo", inputs->second, inputs->second_size);
	late = overlay && tree_is_late_bound(overlay);
	if (base && overlay && tree_write_dtb(base, &before)) {
		if (late)
			overlay = tree_bind(overlay, base, session.diags);
		if (overlay && tree_apply(base, overlay, rules, session.diags)) {
			if (tree_write_dtb(base, &after))
				PROMISE(!fdt_check_full(after.data, after.len));
			if (!late && !fdt_check_full(inputs->second, inputs->second_size))
				apply_by_libfdt(&before, inputs->second, inputs->second_size);
		} else {
			PROMISE(diags_have_errors(session.diags));
			PROMISE(tree_write_dtb(base, &after));
			expect_same(&before, &after);
		}
	}
	print_diagnostics(&session);
	buffer_free(&before);
	buffer_free(&after);
	close_session(&session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct two_inputs inputs = split_input(data, size);

	merge(&inputs, OVERLAY_GENERIC);
	merge(&inputs, OVERLAY_LINUX);
	return 0;
}
