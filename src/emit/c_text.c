/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes names and numbers, gives the text of a header of constant tables that
 * is C11 and C++17 alike. Never knows what a table is about.
 */
#include "emit/c_text.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

/* How far the comments of a row are from its start. */
#define COMMENT_COLUMN 31

/* Letters and digits of ASCII only: what the locale calls a letter, C does not. */
static bool is_word(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9');
}

/* Anything else becomes one '_', never two in a row: C++ keeps those names for itself. */
static void add_identifier(struct buffer *out, const char *stem)
{
	bool gap = false;

	for (; *stem; stem++) {
		if (is_word(*stem)) {
			if (gap && out->len)
				buffer_add_string(out, "_");
			buffer_add(out, stem, 1);
		}
		gap = !is_word(*stem);
	}
	if (!out->len)
		buffer_add_string(out, "board");
}

void add_c_string(struct buffer *out, const char *text)
{
	if (!text) {
		buffer_add_string(out, "NULL");
		return;
	}
	buffer_add_string(out, "\"");
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte == '"' || byte == '\\' || byte == '?')
			buffer_printf(out, "\\%c", byte);
		else if (byte < 0x20 || byte >= 0x7f)
			buffer_printf(out, "\\%03o", byte);
		else
			buffer_add(out, text, 1);
	}
	buffer_add_string(out, "\"");
}

void add_c_comment(struct buffer *out, const char *text)
{
	for (char last = '\0'; *text; last = *text++) {
		unsigned char byte = (unsigned char)*text;

		if ((last == '*' && byte == '/') || (last == '/' && byte == '*'))
			buffer_add_string(out, " ");
		buffer_add_string(out, byte < 0x20 || byte == 0x7f ? "?" : (char[]){*text, 0});
	}
}

void begin_c_header(struct c_header *header, struct buffer *out, const struct plan_board *board,
		    const char *stem, const char *table, const char *what)
{
	*header = (struct c_header){.out = out};
	add_identifier(&header->id, stem);
	/* In the stem's own case: stems that differ in nothing else get guards of their own. */
	buffer_printf(&header->guard, "NV2_%s_", header->id.data);
	for (; *table; table++)
		buffer_add(&header->guard, (char[]){(char)toupper((unsigned char)*table)}, 1);
	buffer_add_string(&header->guard, "_H");

	buffer_add_string(out, "/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */\n"
			       "/*\n * ");
	buffer_add_string(out, what);
	buffer_add_string(out, " of board ");
	add_c_comment(out, board->board->name);
	buffer_add_string(out, ".\n * Written by nv2dtc: change the wiring instead.\n */\n");
	buffer_printf(out, "#ifndef %s\n#define %s\n\n", header->guard.data, header->guard.data);
}

void include_nv2(struct c_header *header, const char *name, const char *format)
{
	buffer_printf(header->out,
		      "#include <nv2/%s.h>\n\n"
		      "#if %s != 1\n"
		      "#error \"these tables are for another <nv2/%s.h>\"\n"
		      "#endif\n\n",
		      name, format, name);
}

void add_c_constant(struct c_header *header, const char *name, uint64_t value, const char *comment)
{
	buffer_printf(header->out, "enum { nv2_%s_%s = %" PRIu64 " };", header->id.data, name,
		      value);
	if (comment)
		buffer_printf(header->out, " /* %s */", comment);
	buffer_add_string(header->out, "\n");
}

void begin_c_table(struct c_header *header, const char *type, const char *name)
{
	buffer_printf(header->out, "\nNV2_MAYBE_UNUSED static const struct %s nv2_%s_%s[] = {\n",
		      type, header->id.data, name);
}

void end_c_table(struct c_header *header)
{
	buffer_add_string(header->out, "};\n");
}

void end_c_header(struct c_header *header)
{
	buffer_add_string(header->out, "\n#endif\n");
	buffer_free(&header->id);
	buffer_free(&header->guard);
}

/* Ends the line of a member that began at `start`. */
static void end_member(struct buffer *out, size_t start, const char *name)
{
	size_t len = out->len - start + 1;

	buffer_add_string(out, ",");
	buffer_add_repeated(out, ' ', len < COMMENT_COLUMN ? COMMENT_COLUMN - len : 1);
	buffer_printf(out, "/* %s */\n", name);
}

static size_t begin_member(struct buffer *out)
{
	buffer_add_string(out, "\t\t");
	return out->len;
}

void add_c_member_string(struct buffer *out, const char *text, const char *name)
{
	size_t start = begin_member(out);

	add_c_string(out, text);
	end_member(out, start, name);
}

void add_c_member_word(struct buffer *out, const char *word, const char *name)
{
	size_t start = begin_member(out);

	buffer_add_string(out, word);
	end_member(out, start, name);
}

void add_c_member_number(struct buffer *out, uint64_t value, const char *name)
{
	size_t start = begin_member(out);

	buffer_printf(out, "%" PRIu64, value);
	end_member(out, start, name);
}

void add_c_member_hex32(struct buffer *out, uint64_t value, const char *name)
{
	size_t start = begin_member(out);

	buffer_printf(out, "0x%" PRIx64 "u", value);
	end_member(out, start, name);
}

void add_c_member_hex64(struct buffer *out, uint64_t value, const char *name)
{
	size_t start = begin_member(out);

	buffer_printf(out, "UINT64_C(0x%" PRIx64 ")", value);
	end_member(out, start, name);
}

void add_c_member_bytes(struct buffer *out, const unsigned char *bytes, size_t len,
			const char *name)
{
	static const char digits[] = "0123456789abcdef";

	buffer_printf(out, "\t\t{ /* %s */\n", name);
	for (size_t i = 0; i < len; i++) {
		/* Thousands of these: printf would take a fifth of the whole compiler's time. */
		const char byte[] = {'0', 'x', digits[bytes[i] >> 4], digits[bytes[i] & 15], ','};

		buffer_add_string(out, i % 16 ? " " : "\t\t\t");
		buffer_add(out, byte, sizeof(byte));
		if (i % 16 == 15 || i + 1 == len)
			buffer_add_string(out, "\n");
	}
	buffer_add_string(out, "\t\t},\n");
}
