/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_TESTS_COMPILE_H
#define NV2_TESTS_COMPILE_H

#include <stdbool.h>
#include <string.h>

#include "lang/parse.h"
#include "unit.h"
#include "wiring/wiring.h"

/* From a text to its model, for tests. Needs start_compiler() before, stop_compiler() behind. */

static struct lang lang;

static inline void start_compiler(void)
{
	lang = (struct lang){.arena = arena_new()};
	lang.strings = intern_new(lang.arena);
	lang.sources = sources_new(lang.arena);
	lang.diags = diags_new(lang.arena, lang.sources);
	wiring_register_codes(lang.diags);
}

static inline void stop_compiler(void)
{
	intern_free(lang.strings);
	arena_free(lang.arena);
}

static inline struct wiring *compile(const char *text)
{
	struct wiring_options options = {0};
	struct source *source = source_from_text(lang.sources, "a.nv2", text, strlen(text));

	return build_wiring(lang.arena, lang.strings, lang.diags, parse_file(&lang, source),
			    &options);
}

static inline const char *all_text(void)
{
	struct buffer out = {0};
	const char *copy;

	diags_sort(lang.diags);
	diags_print_text(lang.diags, &out, false);
	copy = arena_strndup(lang.arena, out.data, out.len);
	buffer_free(&out);
	return copy;
}

/* A text without an error; warnings may be. */
static inline struct wiring *compile_good(const char *text)
{
	struct wiring *wiring = compile(text);

	ck_assert_msg(!diags_have_errors(lang.diags), "%s", all_text());
	return wiring;
}

static inline bool was_given(const char *name)
{
	for (const struct diag_record *record = lang.diags->first; record; record = record->next)
		if (!strcmp(record->def->name, name))
			return true;
	return false;
}

/* What boards say about themselves before they get to their wires. */
#define HEAD_MAP(map)                                                                              \
	"\tcompatible = \"ibm,witherspoon\";\n"                                                    \
	"\tfamily = power9-npu2;\n"                                                                \
	"\tmemory-map = " map ";\n"
#define HEAD HEAD_MAP("gpu-4t-up")

#define BOARD_MAP(map, body) "/nv2-v1/;\nboard \"b\" {\n" HEAD_MAP(map) body "};\n"
#define BOARD(body) BOARD_MAP("gpu-4t-up", body)

#define GPU(label) "\tgpu " label " { slot = \"" label "\"; }\n"

/* dts/ibm/witherspoon-redbud.nv2, with the map to choose. */
#define REDBUD_BODY                                                                                \
	"\tnpu npu0 { chip = 0; }\n\tnpu npu8 { chip = 8; }\n"                                     \
	GPU("GPU0") GPU("GPU1") GPU("GPU3") GPU("GPU4")                                            \
	"\tlink npu0:0-2 <-> GPU0:1,3,5 at 25.78125 Gbps;\n"                                       \
	"\tlink npu0:3-5 <-> GPU1:1,3,5 at 25.78125 Gbps;\n"                                       \
	"\tlink GPU0:0,2,4 <-> GPU1:0,2,4;\n"                                                      \
	"\tlink npu8:0-2 <-> GPU3:1,3,5 at 25.78125 Gbps;\n"                                       \
	"\tlink npu8:3-5 <-> GPU4:1,3,5 at 25.78125 Gbps;\n"                                       \
	"\tlink GPU3:0,2,4 <-> GPU4:0,2,4;\n"

#define SEQUOIA_BODY                                                                               \
	"\tnpu npu0 { chip = 0; }\n\tnpu npu8 { chip = 8; }\n"                                     \
	GPU("GPU0") GPU("GPU1") GPU("GPU2") GPU("GPU3") GPU("GPU4") GPU("GPU5")                    \
	"\tlink npu0:0-1 <-> GPU0:1,5 at 25.78125 Gbps;\n"                                         \
	"\tlink npu0:2-3 <-> GPU1:1,5 at 25.78125 Gbps;\n"                                         \
	"\tlink npu0:4-5 <-> GPU2:3,5 at 25.78125 Gbps;\n"                                         \
	"\tlink GPU0:0,4 <-> GPU1:0,4;\n\tlink GPU0:2,3 <-> GPU2:1,4;\n"                           \
	"\tlink GPU1:2,3 <-> GPU2:0,2;\n"                                                          \
	"\tlink npu8:0-1 <-> GPU3:1,5 at 25.78125 Gbps;\n"                                         \
	"\tlink npu8:2-3 <-> GPU4:1,5 at 25.78125 Gbps;\n"                                         \
	"\tlink npu8:4-5 <-> GPU5:3,5 at 25.78125 Gbps;\n"                                         \
	"\tlink GPU3:0,4 <-> GPU4:0,4;\n\tlink GPU3:2,3 <-> GPU5:1,4;\n"                           \
	"\tlink GPU4:2,3 <-> GPU5:0,2;\n"

#define REDBUD BOARD(REDBUD_BODY)
#define SEQUOIA BOARD(SEQUOIA_BODY)

#endif
