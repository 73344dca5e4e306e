/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes file URIs and paths, gives one for the other. Never asks the file
 * system whether there is such a file.
 */
#include "lsp/uri.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/buffer.h"

/* Adds the parts of a path to `out`, which holds a path without them already. */
static void add_parts(struct buffer *out, const char *path)
{
	while (*path) {
		size_t len = strcspn(path, "/");

		if (len == 2 && !memcmp(path, "..", 2)) {
			while (out->len && out->data[--out->len] != '/')
				;
			if (out->data)
				out->data[out->len] = '\0';
		} else if (len && !(len == 1 && path[0] == '.')) {
			buffer_add_string(out, "/");
			buffer_add(out, path, len);
		}
		path += len;
		path += *path == '/';
	}
}

char *absolute_path(const char *path)
{
	struct buffer out = {0};

	if (path[0] != '/') {
		char *here = getcwd(NULL, 0);

		if (here)
			add_parts(&out, here);
		free(here);
	}
	add_parts(&out, path);
	if (!out.len)
		buffer_add_string(&out, "/");
	return out.data;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

char *uri_path(const char *uri)
{
	struct buffer decoded = {0};
	char *path;

	if (strncasecmp(uri, "file://", 7) != 0)
		return NULL;
	/* Between the slashes may stand a host, which can only be this one. */
	uri += 7;
	uri += strcspn(uri, "/");
	for (; *uri && *uri != '?' && *uri != '#'; uri++) {
		int high = *uri == '%' ? hex_value(uri[1]) : -1;
		int low = high >= 0 ? hex_value(uri[2]) : -1;
		unsigned char byte = (unsigned char)(low >= 0 ? high * 16 + low : *uri);

		/* No path can hold a NUL. */
		if (!byte) {
			buffer_free(&decoded);
			return NULL;
		}
		buffer_add(&decoded, &byte, 1);
		if (low >= 0)
			uri += 2;
	}
	path = decoded.data ? absolute_path(decoded.data) : NULL;
	buffer_free(&decoded);
	return path;
}

char *path_uri(const char *path)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~/";
	char *absolute = absolute_path(path);
	struct buffer uri = {0};

	buffer_add_string(&uri, "file://");
	for (const char *at = absolute; *at; at++) {
		if (strchr(plain, *at))
			buffer_add(&uri, at, 1);
		else
			buffer_printf(&uri, "%%%02X", (unsigned char)*at);
	}
	free(absolute);
	return uri.data;
}
