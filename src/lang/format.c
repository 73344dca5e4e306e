/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a wiring text, gives it in the one canonical layout. Works on the
 * tokens, comments among them, so it can lose nothing; never changes a token.
 */
#include <string.h>

#include "lang/actions.h"
#include "lang/grammar.h"

#define LINE_WIDTH 80
#define TAB_WIDTH 8

struct token {
	int kind;
	const char *text;
	uint32_t len;
	uint32_t newlines; /* line ends between the token before it and it */
};

struct format {
	ARRAY(struct token) tokens;
	struct buffer *out;
	unsigned indent;
	bool line_start;
	bool after_line_comment; /* nothing can be joined to the line before */
	bool inline_block;  /* inside a block that stays on one line */
	unsigned parens;
	unsigned angles;    /* inside <cells> */
	bool raw;           /* inside extra: '-' and ':' are part of names there */
	bool ports;         /* behind `label:`: commas join ports */
	size_t statement;   /* index of the first token of the statement */
};

/*
 * A ';' of an empty statement, or the optional one behind '}', which is written where it is
 * canonical. Left out here, so that the layout of what is written does not depend on it.
 * `before`: the token before it that is no comment, 0 for none.
 */
static bool says_nothing(int kind, int before)
{
	return kind == ';' && (!before || before == ';' || before == '{' || before == '}' ||
			       before == INCLUDE || before == MARKER);
}

static bool collect_tokens(struct lang *lang, struct source *source, struct format *format)
{
	struct syntax *syntax = arena_alloc(lang->arena, sizeof(*syntax));
	struct scan scan = {.lang = lang, .syntax = syntax, .verbatim = true};
	const char *end = source->text;
	void *scanner = NULL;
	NV2_STYPE value;
	struct span span;
	uint32_t left_out = 0; /* line ends before what was left out */
	int kind, before = 0;

	if (!scanner_open(&scan, source, &scanner))
		return false;
	while ((kind = nv2_lex(&value, &span, scanner))) {
		struct token token = {
			.kind = kind,
			.text = source->text + span.offset,
			.len = span.len,
		};

		for (const char *at = end; at < token.text; at++)
			token.newlines += *at == '\n';
		end = token.text + token.len;
		if (token.newlines < left_out)
			token.newlines = left_out;
		left_out = 0;
		if (says_nothing(kind, before))
			left_out = token.newlines;
		else
			*ARRAY_PUSH(lang->arena, &format->tokens) = token;
		if (kind != COMMENT)
			before = kind;
	}
	scanner_close(scanner);
	return !syntax->has_errors;
}

static const struct token *token_at(const struct format *format, size_t at)
{
	static const struct token none = {.text = ""};

	return at < format->tokens.count ? &format->tokens.items[at] : &none;
}

static int kind_at(const struct format *format, size_t at)
{
	return token_at(format, at)->kind;
}

/* The '}' that closes the '{' at `open`. */
static size_t find_close(const struct format *format, size_t open)
{
	size_t depth = 0;

	for (size_t at = open; at < format->tokens.count; at++) {
		depth += kind_at(format, at) == '{';
		if (kind_at(format, at) == '}' && --depth == 0)
			return at;
	}
	return format->tokens.count;
}

/* `label:` in front of a statement, as against `npu0:0`. */
static bool is_statement_label(const struct format *format, size_t colon)
{
	return colon == format->statement + 1 && is_word(kind_at(format, colon + 1));
}

static bool is_unary(int before)
{
	return before == '(' || before == '+' || before == '-' || before == '*' || before == '/' ||
	       before == '%' || before == '~' || before == '!' || before == '&' || before == '|' ||
	       before == '^' || before == '?' || before == ':' || before == '<' || before == '>' ||
	       (before >= SHL && before <= OR);
}

/* Blanks between operators and operands of an expression. */
static bool space_in_expression(const struct format *format, size_t at)
{
	int before = kind_at(format, at - 1), kind = kind_at(format, at);

	if (before == '(' || kind == ')')
		return false;
	if (before == '~' || before == '!')
		return false;
	if ((before == '-' || before == '+') && at >= 2 && is_unary(kind_at(format, at - 2)))
		return false;
	return true;
}

static bool space_between(const struct format *format, size_t at)
{
	int before = kind_at(format, at - 1), kind = kind_at(format, at);

	if (kind == ';' || kind == ',')
		return false;
	if (before == COMMENT || kind == COMMENT)
		return true;
	if (format->parens)
		return space_in_expression(format, at);
	if (kind == ':')
		return false;
	if (before == ':')
		return is_statement_label(format, at - 1);
	if (before == ',')
		return !(format->ports && kind == NUMBER);
	if (before == '[' || kind == ']' || before == '&')
		return false;
	if (format->raw && (before == '<' || kind == '>'))
		return false;
	if (before == '/' || kind == '/' || before == '-' || kind == '-')
		return false;
	return true;
}

static size_t text_width(const struct token *token)
{
	size_t width = 0;

	for (uint32_t i = 0; i < token->len; i++)
		width += ((unsigned char)token->text[i] & 0xc0) != 0x80 &&
			 !(token->kind == NUMBER && strchr(" \t", token->text[i]));
	return width;
}

/* Columns the tokens from `from` to `to` take on one line. */
static size_t one_line_width(struct format *format, size_t from, size_t to)
{
	struct format trial = *format;
	size_t width = 0;

	trial.ports = false;
	trial.statement = from;
	for (size_t at = from; at <= to; at++) {
		int kind = kind_at(format, at);

		if (kind == '(')
			trial.parens++;
		width += text_width(token_at(format, at)) + (at > from && space_between(&trial, at));
		if (kind == ')')
			trial.parens--;
		if (kind == ':')
			trial.ports = true;
		else if (is_word(kind) || kind == '=' || kind == ';')
			trial.ports = false;
		if (kind == ';' || kind == '{')
			trial.statement = at + 1;
	}
	return width;
}

/*
 * A block of properties alone stays on the line of its statement where it
 * fits, but for boards and guests, which are chapters of the file.
 */
static bool fits_on_line(struct format *format, size_t open)
{
	size_t close = find_close(format, open), first = format->statement;
	int head = kind_at(format, first);

	if (is_word(head) && kind_at(format, first + 1) == ':')
		head = kind_at(format, first + 2);
	if (head == WORD_BOARD || head == WORD_GUEST || format->inline_block)
		return false;
	for (size_t at = first; at < close; at++)
		if ((at > open && kind_at(format, at) == '{') || kind_at(format, at) == COMMENT ||
		    kind_at(format, at) == INCLUDE || kind_at(format, at) == MARKER)
			return false;
	return (size_t)format->indent * TAB_WIDTH + one_line_width(format, first, close) <=
	       LINE_WIDTH;
}

static void start_line(struct format *format)
{
	if (!format->line_start) {
		buffer_add_string(format->out, "\n");
		format->line_start = true;
	}
}

/*
 * Bytes from `at` up to one that is not written: the blank in 64 KiB, the CR
 * of a line end inside a comment.
 */
static uint32_t run_length(const struct token *token, uint32_t at, uint32_t len)
{
	uint32_t end = at;

	for (; end < len; end++) {
		char c = token->text[end];

		if (token->kind == NUMBER && (c == ' ' || c == '\t'))
			break;
		if (c == '\r' && end + 1 < len && token->text[end + 1] == '\n')
			break;
	}
	return end - at;
}

/* A token's text, but for what layout decides. */
static void put_text(struct format *format, const struct token *token)
{
	const char *quote = token->kind == INCLUDE ? memchr(token->text, '"', token->len) : NULL;
	uint32_t len = token->len;

	if (quote) {
		buffer_add_string(format->out, "/include/ ");
		buffer_add(format->out, quote, (size_t)(token->text + len - quote));
		return;
	}
	/* Blanks at the end of a line comment are nobody's text. */
	while (token->kind == COMMENT && len && strchr(" \t\r", token->text[len - 1]))
		len--;
	for (uint32_t i = 0; i < len;) {
		uint32_t run = run_length(token, i, len);

		buffer_add(format->out, token->text + i, run);
		i += run + 1; /* what ended the run is left out */
	}
}

static void put_token(struct format *format, size_t at)
{
	const struct token *token = token_at(format, at);

	if (format->line_start) {
		bool goes_on = at > format->statement && token->kind != '}';

		if (token->kind != MARKER)
			buffer_add_repeated(format->out, '\t', format->indent + goes_on);
		format->line_start = false;
	} else if (space_between(format, at)) {
		buffer_add_string(format->out, " ");
	}
	put_text(format, token);
	format->after_line_comment = false;
}

static bool keeps_semicolon(const struct format *format, size_t first)
{
	int head = kind_at(format, first);

	if (is_word(head) && kind_at(format, first + 1) == ':')
		head = kind_at(format, first + 2);
	return !format->indent && (head == WORD_BOARD || head == WORD_GUEST || head == '&');
}

/* A comment on the line of the token before it stays there. */
static void put_comment(struct format *format, size_t at)
{
	const struct token *token = token_at(format, at);
	bool trailing = at && !token->newlines && !format->after_line_comment;

	if (trailing && format->line_start && format->out->len) {
		format->out->len--; /* take the line end back */
		format->out->data[format->out->len] = '\0';
		format->line_start = false;
	} else if (!trailing) {
		start_line(format);
	}
	put_token(format, at);
	format->after_line_comment = token->text[1] == '/';
	if (token->text[1] == '/' || token_at(format, at + 1)->newlines || !trailing)
		start_line(format);
}

struct open_block {
	size_t first; /* token its statement starts with */
	bool on_line;
};

static void put_blank_line(struct format *format, size_t at)
{
	int before = at ? kind_at(format, at - 1) : '{';

	if (token_at(format, at)->newlines > 1 && before != '{' && kind_at(format, at) != '}' &&
	    format->line_start)
		buffer_add_string(format->out, "\n");
}

static void close_block(struct format *format, size_t at, struct open_block block)
{
	if (block.on_line) {
		format->inline_block = false;
	} else {
		start_line(format);
		format->indent--;
	}
	put_token(format, at);
	if (keeps_semicolon(format, block.first))
		buffer_add_string(format->out, ";");
	start_line(format);
	format->statement = at + 1;
}

static void track(struct format *format, int kind, int before)
{
	if (kind == '(')
		format->parens++;
	if (kind == ')' && format->parens)
		format->parens--;
	if (kind == ':' && is_word(before))
		format->ports = true;
	else if (is_word(kind) || kind == '=' || kind == ';' || kind == '{')
		format->ports = false;
}

static void layout(struct format *format)
{
	struct open_block blocks[NESTING_MAX];
	size_t depth = 0;

	for (size_t at = 0; at < format->tokens.count; at++) {
		int kind = kind_at(format, at);

		put_blank_line(format, at);
		if (kind == COMMENT) {
			put_comment(format, at);
			if (format->statement == at)
				format->statement = at + 1;
			continue;
		}
		if (kind == '{') {
			bool on_line = fits_on_line(format, at);

			if (kind_at(format, format->statement) == WORD_EXTRA)
				format->raw = true;
			put_token(format, at);
			blocks[depth++] = (struct open_block){format->statement, on_line};
			format->inline_block = on_line;
			if (!on_line) {
				format->indent++;
				start_line(format);
			}
			format->statement = at + 1;
		} else if (kind == '}') {
			format->raw = false;
			close_block(format, at, blocks[--depth]);
		} else {
			put_token(format, at);
			if (kind == ';' || kind == INCLUDE || kind == MARKER) {
				format->statement = at + 1;
				if (!format->inline_block || kind == MARKER)
					start_line(format);
			}
		}
		track(format, kind, at ? kind_at(format, at - 1) : 0);
	}
	start_line(format);
}

bool format_source(struct lang *lang, struct source *source, bool fragment, struct buffer *out)
{
	struct syntax *syntax = parse_source(lang, source, fragment, true);
	struct format format = {.out = out, .line_start = true};

	if (syntax->has_errors || !collect_tokens(lang, source, &format))
		return false;
	layout(&format);
	return true;
}
