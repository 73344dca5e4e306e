/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes any bytes as a host tree and imports it. Promises: what is written is
 * a wiring file in the canonical layout.
 */
#include <string.h>

#include "fuzz.h"
#include "import/import.h"
#include "wiring/wiring.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lang lang = open_lang();
	struct buffer text = {0}, formatted = {0}, messages = {0};
	struct tree *tree = tree_read_dtb(lang.arena, lang.strings, lang.diags, "a.dtb", data, size);

	wiring_register_codes(lang.diags);
	if (tree && import_tree(&lang, tree, &text)) {
		struct source *source =
			source_from_text(lang.sources, "a.nv2", text.data, text.len);

		PROMISE(format_source(&lang, source, false, &formatted));
		PROMISE(formatted.len == text.len &&
			!memcmp(formatted.data, text.data, text.len));
	}
	diags_print_text(lang.diags, &messages, false);
	buffer_free(&text);
	buffer_free(&formatted);
	buffer_free(&messages);
	close_lang(&lang);
	return 0;
}
