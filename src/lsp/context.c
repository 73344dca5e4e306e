/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a text up to a place, gives the blocks that are open there. Never
 * minds errors: half a statement is what it is for.
 */
#include "lsp/context.h"

#include <string.h>

static bool is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-';
}

/* The byte behind a comment or a string that starts at `at`; `at` itself if none does. */
static size_t skip_quiet(const char *text, size_t end, size_t at)
{
	bool block = at + 1 < end && text[at] == '/' && text[at + 1] == '*';

	if (block) {
		for (at += 2; at + 1 < end; at++)
			if (text[at] == '*' && text[at + 1] == '/')
				return at + 2;
		return end + 1;
	}
	if (at + 1 < end && text[at] == '/' && text[at + 1] == '/') {
		const char *line = memchr(text + at, '\n', end - at);

		return line ? (size_t)(line - text) : end + 1;
	}
	if (text[at] != '"')
		return at;
	for (at++; at < end && text[at] != '\n'; at++) {
		if (text[at] == '\\')
			at++;
		else if (text[at] == '"')
			return at + 1;
	}
	return at < end ? at : end + 1;
}

/* The first word of a statement, behind a label; "&" with the last word of an amendment's name. */
static void head_word(const char *text, size_t start, size_t end, char word[CONTEXT_WORD])
{
	size_t len = 0, at = start;

	while (at < end && !is_word_byte(text[at]) && text[at] != '&')
		at++;
	if (at < end && text[at] == '&') {
		word[len++] = '&';
		for (size_t i = at; i < end; i++)
			if (text[i] == '/')
				at = i;
		at++;
	}
	for (size_t i = at; i < end && len < CONTEXT_WORD - 1 && is_word_byte(text[i]); i++)
		word[len++] = text[i];
	word[len] = '\0';
	while (at < end && is_word_byte(text[at]))
		at++;
	/* `L0: link …`: the label is not the word. */
	if (word[0] != '&' && at < end && text[at] == ':' && at + 1 < end) {
		for (at++, len = 0; at < end && !is_word_byte(text[at]);)
			at++;
		while (at < end && len < CONTEXT_WORD - 1 && is_word_byte(text[at]))
			word[len++] = text[at++];
		word[len] = '\0';
	}
}

void read_context(const char *text, size_t offset, struct context *context)
{
	size_t end = offset;

	*context = (struct context){0};
	while (end && is_word_byte(text[end - 1]))
		end--;
	for (size_t at = 0; at < end;) {
		size_t behind = skip_quiet(text, end, at);

		if (behind > end) {
			context->quiet = true;
			break;
		}
		if (behind > at) {
			/* A comment before a statement is no part of it. */
			if (text[at] == '/' && context->statement == at)
				context->statement = behind;
			at = behind;
			continue;
		}
		if (text[at] == '{') {
			if (context->depth < CONTEXT_DEPTH)
				head_word(text, context->statement, at,
					  context->blocks[context->depth]);
			context->depth += context->depth < CONTEXT_DEPTH;
		}
		if (text[at] == '}' && context->depth)
			context->depth--;
		if (text[at] == '{' || text[at] == '}' || text[at] == ';' ||
		    (context->statement == at && strchr(" \t\r\n", text[at])))
			context->statement = at + 1;
		at++;
	}
	context->end = end;
}
