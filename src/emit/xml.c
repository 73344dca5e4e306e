/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes text, gives it as XML has to have it. Never knows what it is in.
 */
#include "emit/xml.h"

#include <string.h>

/* How many bytes at `text` make one character that XML 1.0 has no room for; 0: none. */
static size_t unfit_len(const char *text)
{
	unsigned char byte = (unsigned char)*text;

	if (byte < 0x20 && byte != '\t' && byte != '\n')
		return 1;
	return !strncmp(text, "\xef\xbf\xbe", 3) || !strncmp(text, "\xef\xbf\xbf", 3) ? 3 : 0;
}

void xml_add_escaped(struct buffer *out, const char *text)
{
	while (*text) {
		size_t unfit = unfit_len(text);

		switch (*text) {
		case '&':
			buffer_add_string(out, "&amp;");
			break;
		case '<':
			buffer_add_string(out, "&lt;");
			break;
		case '>':
			buffer_add_string(out, "&gt;");
			break;
		case '\'':
			buffer_add_string(out, "&#39;");
			break;
		case '"':
			buffer_add_string(out, "&quot;");
			break;
		default:
			if (unfit)
				buffer_add_string(out, "\xef\xbf\xbd"); /* replacement character */
			else
				buffer_add(out, text, 1);
		}
		text += unfit ? unfit : 1;
	}
}
