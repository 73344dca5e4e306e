/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a plan, gives the sheet of its boards: one HTML page, which is XML as
 * well. Never refers to anything outside of it.
 */
#include "emit/sheet.h"

#include <sodium.h>
#include <string.h>

#include "core/text.h"
#include "emit/svg.h"

static const char head[] = "<!DOCTYPE html>\n"
			   "<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n"
			   "<head>\n"
			   "<meta charset=\"utf-8\"/>\n";

static const char body[] =
	"</head>\n"
	"<body>\n"
	"<form id=\"search\" role=\"search\" hidden=\"hidden\">\n"
	"<label for=\"q\">Search</label>\n"
	"<input id=\"q\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\" "
	"placeholder=\"GPU0, npu0:3, 0x6030200800000\" "
	"title=\"rows that have all of these words; / comes here, Escape clears\"/>\n"
	"<output id=\"count\" for=\"q\"></output>\n"
	"</form>\n"
	"<main>\n";

/* What the policy calls a text it allows. */
static const char *hash_source(struct arena *arena, const char *text, size_t len)
{
	unsigned char digest[crypto_hash_sha256_BYTES];
	char base64[sodium_base64_ENCODED_LEN(crypto_hash_sha256_BYTES,
					      sodium_base64_VARIANT_ORIGINAL)];

	crypto_hash_sha256(digest, (const unsigned char *)text, len);
	sodium_bin2base64(base64, sizeof(base64), digest, sizeof(digest),
			  sodium_base64_VARIANT_ORIGINAL);
	return arena_printf(arena, "'sha256-%s'", base64);
}

static void add_head(struct html *html, const struct plan *plan)
{
	struct buffer style = {0}, *out = html->out;

	buffer_printf(&style, "\n%s%s", sheet_style, svg_style);
	buffer_add_string(out, head);
	buffer_printf(out,
		      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		      "style-src %s; script-src %s; img-src data:; base-uri 'none'; "
		      "form-action 'none'\"/>\n",
		      hash_source(html->arena, style.data, style.len),
		      hash_source(html->arena, sheet_script, strlen(sheet_script)));
	/* An icon, or browsers ask for one. */
	buffer_add_string(out, "<meta name=\"viewport\" content=\"width=device-width\"/>\n"
			       "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
			       "<link rel=\"icon\" href=\"data:,\"/>\n<title>");
	for (size_t i = 0; i < plan->boards.count; i++) {
		buffer_add_string(out, i ? ", " : "");
		html_text(html, plan->boards.items[i]->board->name);
	}
	buffer_printf(out, "</title>\n<style>%s</style>\n", style.data);
	buffer_add_string(out, body);
	buffer_free(&style);
}

static void add_term(struct html *html, const char *term, const char *text)
{
	buffer_printf(html->out, "<dt>%s</dt><dd>", term);
	html_text(html, text);
	buffer_add_string(html->out, "</dd>\n");
}

static void add_facts(struct html *html, const struct plan_board *plan)
{
	const struct board *board = plan->board;

	buffer_add_string(html->out, "<dl>\n");
	if (board->model.value)
		add_term(html, "model", board->model.value);
	if (board->label)
		add_term(html, "label", board->label);
	for (size_t i = 0; i < board->compatible.count; i++)
		add_term(html, "compatible", board->compatible.items[i].value);
	add_term(html, "family", board->family->name);
	add_term(html, "memory map", board->map->name);
	add_term(html, "host pages",
		 arena_printf(html->arena, "%s (%u bytes)", size_text(html->arena, plan->page_size),
			      (unsigned)plan->page_size));
	buffer_add_string(html->out, "</dl>\n");
}

static void add_contents(struct html *html, const struct plan_board *plan)
{
	static const struct {
		const char *id, *title;
	} parts[] = {
		{"npus", "NPUs"},           {"gpus", "GPUs"},     {"links", "Links"},
		{"groups", "IOMMU groups"}, {"map", "Addresses"}, {"regions", "VFIO regions"},
		{"program", "Program"},     {"guests", "Guests"},
	};

	size_t count = sizeof(parts) / sizeof(parts[0]);

	if (!plan->board->guests.count)
		count--;
	buffer_add_string(html->out, "<nav aria-label=\"Contents\"><ul>\n");
	for (size_t i = 0; i < count; i++)
		buffer_printf(html->out, "<li><a href=\"#b%zu-%s\">%s</a></li>\n", html->board,
			      parts[i].id, parts[i].title);
	buffer_add_string(html->out, "</ul></nav>\n");
}

/* The margins are the page's own; lines at the edge need half their width. */
static void add_picture(struct html *html, const struct plan_board *plan)
{
	struct buffer inside = {0};
	struct drawing drawing = {
		.arena = html->arena, .out = &inside, .board = plan, .untitled = true};
	int width = svg_draw_board(&drawing) - 2 * (SVG_MARGIN - 2);

	buffer_printf(
		html->out,
		"<figure>\n<div class=\"picture\" tabindex=\"0\" role=\"group\" "
		"aria-label=\"Picture\">\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
		"height=\"%d\" viewBox=\"%d -2 %d %d\" role=\"img\" aria-label=\"Wiring and "
		"address map\">\n",
		width, drawing.y, SVG_MARGIN - 2, width, drawing.y);
	buffer_add(html->out, inside.data, inside.len);
	buffer_add_string(
		html->out,
		"</svg>\n</div>\n<figcaption>Bricks, above, and ports carry their numbers. A "
		"block of the address map starts at the address on its left; it is not to "
		"scale. What a guest is given has its colour.</figcaption>\n</figure>\n");
	buffer_free(&inside);
}

static void add_section(struct html *html, const struct plan_board *plan)
{
	buffer_printf(html->out, "<section aria-labelledby=\"b%zu\">\n<h1 id=\"b%zu\">",
		      html->board, html->board);
	html_text(html, plan->board->name);
	buffer_add_string(html->out, "</h1>\n");
	add_facts(html, plan);
	if (plan->npus.count) {
		add_contents(html, plan);
		add_picture(html, plan);
		sheet_add_board(html, plan);
		sheet_add_vfio(html, plan);
		sheet_add_program(html, plan);
		sheet_add_guests(html, plan);
	} else {
		buffer_add_string(html->out, "<p>No link leads from an NPU to a GPU.</p>\n");
	}
	buffer_add_string(html->out, "</section>\n");
}

void emit_sheet(struct arena *arena, const struct plan *plan, struct buffer *out)
{
	struct html html = {.arena = arena, .out = out, .row_head = true};

	add_head(&html, plan);
	for (size_t i = 0; i < plan->boards.count; i++) {
		html.board = i + 1;
		add_section(&html, plan->boards.items[i]);
	}
	buffer_printf(out, "</main>\n<script>%s</script>\n</body>\n</html>\n", sheet_script);
}
