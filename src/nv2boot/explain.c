/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes what the library says has failed, gives a line for people. Never
 * decides anything.
 */
#include "nv2boot/explain.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *node_path(const struct nv2_fdt *fdt, uint32_t node, char path[NODE_PATH_MAX])
{
	char *at = path + NODE_PATH_MAX - 1;

	*at = '\0';
	for (unsigned depth = 0; depth <= NV2_FDT_DEPTH_MAX; depth++) {
		uint32_t parent = nv2_fdt_parent(fdt, node);
		const char *name = nv2_fdt_name(fdt, node);
		size_t len = strlen(name);

		if (!parent)
			break;
		if (len + 4 > (size_t)(at - path))
			return memcpy(at - 3, "...", 3);
		at -= len;
		memcpy(at, name, len);
		*--at = '/';
		node = parent;
	}
	if (!*at)
		*--at = '/';
	return at;
}

/* What to do about it, where that can be said. */
static const char *advice(enum nv2_status status)
{
	switch (status) {
	case NV2_ERR_UNSIGNED:
		return "sign it with `nv2dtc compile --sign`";
	case NV2_ERR_SIGNATURE:
		return "put the public key of who signed it into /etc/nv2boot/keys.d";
	case NV2_ERR_NO_VERIFIER:
		return "use an nv2boot that was built with libsodium";
	case NV2_ERR_REPLAY:
		return "compile it again with a higher --bundle-version";
	case NV2_ERR_BOARD:
		return "take the bundle of this machine's board";
	case NV2_ERR_CONFLICT:
	case NV2_ERR_NO_NODE:
	case NV2_ERR_AMBIGUOUS:
		return "compare wiring and tree with `nv2dtc verify`";
	case NV2_ERR_HELD:
		return "stop the guest first";
	default:
		return NULL;
	}
}

struct line {
	char text[4 * NODE_PATH_MAX];
	size_t len;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *line, const char *format, ...)
{
	size_t left = sizeof(line->text) - line->len;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(line->text + line->len, left, format, args);
	va_end(args);
	if (len > 0)
		line->len += (size_t)len < left ? (size_t)len : left - 1;
}

void say_failure(const struct run *run, const char *prefix, const struct nv2_failure *failure,
		 const struct nv2_fdt *tree)
{
	char path[NODE_PATH_MAX];
	struct line line = {.len = 0};
	const char *what_to_do = advice(failure->status);

	add(&line, "%s: %s", prefix, nv2_strerror(failure->status));
	if (failure->what)
		add(&line, ": %s", failure->what);
	if (failure->property)
		add(&line, ", property %s", failure->property);
	if (tree && failure->at)
		add(&line, ", at %s", node_path(tree, failure->at, path));
	if (tree && failure->other)
		add(&line, ", and at %s", node_path(tree, failure->other, path));
	if (failure->wanted || failure->found)
		add(&line, ", 0x%" PRIx64 " is wanted and 0x%" PRIx64 " found", failure->wanted,
		    failure->found);
	if (what_to_do)
		add(&line, ": %s", what_to_do);
	if (failure->step != NV2_STEP_NONE)
		add(&line, " number=%" PRIu32, failure->step);
	if (failure->cause)
		add(&line, " cause=\"%s\"",
		    strerror(failure->cause < 0 ? -failure->cause : failure->cause));
	log_say(&run->log, LOG_LEVEL_ERROR, "%s", line.text);
}
