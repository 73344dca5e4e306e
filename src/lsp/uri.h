/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LSP_URI_H
#define NV2_LSP_URI_H

/* What these give is the caller's to free(). */

/* The path of a file URI, without "." and ".."; NULL for any other URI. */
char *uri_path(const char *uri);
/* The file URI of a path, which is made absolute. */
char *path_uri(const char *path);
/* Absolute, without "." and "..". */
char *absolute_path(const char *path);

#endif
