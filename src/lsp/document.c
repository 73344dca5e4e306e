/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes what a client opens, edits and closes, gives the texts as they are
 * now. Never writes a file.
 */
#include "lsp/document.h"

#include <stdlib.h>
#include <string.h>

#include "lsp/analysis.h"
#include "lsp/uri.h"

static char *copy_string(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(checked_malloc(size), text, size);
}

static bool has_suffix(const char *text, const char *suffix)
{
	size_t len = strlen(text), suffix_len = strlen(suffix);

	return len > suffix_len && !strcmp(text + len - suffix_len, suffix);
}

struct document *document_find(const struct documents *documents, const char *uri)
{
	for (struct document *at = documents->first; at; at = at->next)
		if (!strcmp(at->uri, uri))
			return at;
	return NULL;
}

struct document *document_open(struct documents *documents, const char *uri, json_int_t version,
			       const char *text, size_t size)
{
	struct document *document = document_find(documents, uri), **end = &documents->first;

	/* Opened twice: the client knows best what the text is now. */
	if (document)
		document_close(documents, document);
	document = checked_malloc(sizeof(*document));
	*document = (struct document){.version = version, .to_publish = true};
	document->uri = copy_string(uri);
	document->path = uri_path(uri);
	document->real_path = document->path ? realpath(document->path, NULL) : NULL;
	document->fragment = has_suffix(document->path ? document->path : uri, ".nv2i");
	buffer_add(&document->text, text, size);
	while (*end)
		end = &(*end)->next;
	*end = document;
	return document;
}

void document_close(struct documents *documents, struct document *document)
{
	struct document **link = &documents->first;

	while (*link != document)
		link = &(*link)->next;
	*link = document->next;
	analysis_free(document->analysis);
	buffer_free(&document->text);
	free(document->uri);
	free(document->path);
	free(document->real_path);
	free(document);
}

void documents_free(struct documents *documents)
{
	while (documents->first)
		document_close(documents, documents->first);
}

void document_replace(struct document *document, size_t start, size_t end, const char *text,
		      size_t size)
{
	struct buffer *old = &document->text, edited = {0};

	buffer_add(&edited, old->data, start);
	buffer_add(&edited, text, size);
	buffer_add(&edited, old->data ? old->data + end : NULL, old->len - end);
	buffer_free(old);
	*old = edited;
}

struct document *document_at(const struct documents *documents, const char *path)
{
	char *absolute = absolute_path(path), *real = NULL;
	struct document *found = NULL;

	for (struct document *at = documents->first; at && !found; at = at->next)
		if (at->path && !strcmp(at->path, absolute))
			found = at;
	if (!found)
		real = realpath(absolute, NULL);
	for (struct document *at = documents->first; real && at && !found; at = at->next)
		if (at->real_path && !strcmp(at->real_path, real))
			found = at;
	free(real);
	free(absolute);
	return found;
}

const char *document_text(void *context, const char *path, size_t *size)
{
	const struct document *document = document_at(context, path);

	if (!document)
		return NULL;
	*size = document->text.len;
	return document->text.data ? document->text.data : "";
}
