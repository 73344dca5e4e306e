/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes texts and numbers, gives the tables of a page. Never knows what is in
 * them.
 */
#include "emit/html.h"

#include <inttypes.h>
#include <string.h>

#include "core/text.h"
#include "emit/xml.h"

/* Tables of more columns are set smaller. */
#define WIDE 9

void html_text(struct html *html, const char *text)
{
	struct buffer clean = {0};

	if (!text)
		return;
	buffer_add_clean(&clean, text);
	buffer_add(&clean, "", 1);
	xml_add_escaped(html->out, clean.data);
	buffer_free(&clean);
}

static void add_head(struct html *html, const char *head)
{
	const char *property = strchr(head, '|');
	bool number = *head == '>';

	head += number;
	buffer_printf(html->out, "<th scope=\"col\"%s>", number ? " class=\"number\"" : "");
	if (!property) {
		html_text(html, head);
	} else {
		html_text(html, arena_strndup(html->arena, head, (size_t)(property - head)));
		buffer_add_string(html->out, " <code>");
		html_text(html, property + 1);
		buffer_add_string(html->out, "</code>");
	}
	buffer_add_string(html->out, "</th>");
}

void html_table_begin(struct html *html, const char *id, const char *caption,
		      const char *const *heads)
{
	size_t columns = 0;

	while (heads[columns])
		columns++;
	/* Who has no mouse scrolls a wide table by its focus. */
	buffer_printf(html->out,
		      "<div class=\"scroll\" tabindex=\"0\" role=\"group\" "
		      "aria-labelledby=\"b%zu-%s\">\n<table%s>\n<caption id=\"b%zu-%s\">",
		      html->board, id, columns > WIDE ? " class=\"wide\"" : "", html->board, id);
	html_text(html, caption);
	buffer_add_string(html->out, "</caption>\n<thead>\n<tr>");
	for (; *heads; heads++)
		add_head(html, *heads);
	buffer_add_string(html->out, "</tr>\n</thead>\n<tbody>");
}

void html_row(struct html *html)
{
	if (html->row_head)
		buffer_add_string(html->out, "\n");
	else
		buffer_add_string(html->out, "</tr>\n");
	buffer_add_string(html->out, "<tr>");
	html->row_head = true;
}

void html_table_end(struct html *html)
{
	if (!html->row_head)
		buffer_add_string(html->out, "</tr>");
	html->row_head = true;
	buffer_add_string(html->out, "\n</tbody>\n</table>\n</div>\n");
}

static void add_cell(struct html *html, const char *class, const char *text)
{
	const char *tag = html->row_head ? "th scope=\"row\"" : "td";

	buffer_printf(html->out, "<%s%s%s%s>", tag, *class ? " class=\"" : "", class,
		      *class ? "\"" : "");
	html_text(html, text);
	buffer_printf(html->out, "</%.2s>", tag);
	html->row_head = false;
}

void html_cell(struct html *html, const char *text)
{
	if (text)
		add_cell(html, "", text);
	else
		add_cell(html, "none", "\xe2\x80\x93");
}

void html_number(struct html *html, uint64_t number)
{
	add_cell(html, "number", arena_printf(html->arena, "%" PRIu64, number));
}

void html_hex(struct html *html, uint64_t number)
{
	add_cell(html, "hex", arena_printf(html->arena, "0x%" PRIx64, number));
}

void html_size(struct html *html, uint64_t bytes)
{
	add_cell(html, "number",
		 arena_printf(html->arena, "%s (0x%" PRIx64 ")", size_text(html->arena, bytes),
			      bytes));
}

void html_code(struct html *html, const char *text)
{
	if (text)
		add_cell(html, "code", text);
	else
		html_cell(html, NULL);
}

void html_bytes(struct html *html, const unsigned char *bytes, size_t len)
{
	struct buffer text = {0};

	for (size_t i = 0; i < len; i++)
		buffer_printf(&text, "%02x", bytes[i]);
	add_cell(html, "code bytes", text.data);
	buffer_free(&text);
}
