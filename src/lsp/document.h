/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LSP_DOCUMENT_H
#define NV2_LSP_DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>

#include "core/buffer.h"
#include "lsp/position.h"

struct analysis;

/* A file as the client has it open. */
struct document {
	struct document *next;
	char *uri;
	char *path;      /* NULL: it is no file yet */
	char *real_path; /* with symbolic links followed; NULL: there is no such file */
	json_int_t version;
	struct buffer text;
	bool fragment;             /* an .nv2i */
	bool to_publish;           /* the client waits for news of this version */
	struct analysis *analysis; /* NULL: to be made */
};

struct documents {
	struct document *first; /* in the order they were opened */
};

struct document *document_find(const struct documents *documents, const char *uri);
struct document *document_open(struct documents *documents, const char *uri, json_int_t version,
			       const char *text, size_t size);
void document_close(struct documents *documents, struct document *document);
void documents_free(struct documents *documents);

/* Replaces the bytes from `start` to `end`. */
void document_replace(struct document *document, size_t start, size_t end, const char *text,
		      size_t size);

/* The open file that a path leads to, by whatever way; NULL if none does. */
struct document *document_at(const struct documents *documents, const char *path);
/* For struct source_overlay; `context` is the struct documents. */
const char *document_text(void *context, const char *path, size_t *size);

#endif
