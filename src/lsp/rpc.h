/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LSP_RPC_H
#define NV2_LSP_RPC_H

#include <jansson.h>
#include <stdbool.h>

#include "core/buffer.h"

/*
 * JSON-RPC 2.0 between two descriptors, each message with a header that says
 * its length. A longer message than this is thrown away as it comes.
 */
#define RPC_MESSAGE_MAX ((size_t)64 << 20)
#define RPC_HEADER_MAX ((size_t)4096)

enum rpc_error {
	RPC_PARSE_ERROR = -32700,
	RPC_INVALID_REQUEST = -32600,
	RPC_METHOD_NOT_FOUND = -32601,
	RPC_INVALID_PARAMS = -32602,
	RPC_NOT_INITIALIZED = -32002,
	RPC_REQUEST_FAILED = -32803,
};

enum rpc_result {
	RPC_MESSAGE,
	RPC_END,        /* the input ended, between two messages or inside one */
	RPC_BAD_HEADER, /* where the next message starts is not known any more */
	RPC_TOO_LONG,   /* a message that was thrown away */
	RPC_NOT_JSON,
};

struct rpc {
	int in, out;
	struct buffer input; /* read, and from `at` on not used yet */
	size_t at;
	int error; /* errno value of a read or write that failed */
};

/* The next message in *message, which the caller owns. */
enum rpc_result rpc_read(struct rpc *rpc, json_t **message);
/* Whether more has come already. */
bool rpc_waiting(const struct rpc *rpc);
/* Each takes over what it is given; `id` is only read, NULL: none was understood. */
void rpc_send_result(struct rpc *rpc, const json_t *id, json_t *result);
void rpc_send_error(struct rpc *rpc, const json_t *id, enum rpc_error code, const char *text);
void rpc_notify(struct rpc *rpc, const char *method, json_t *params);
void rpc_free(struct rpc *rpc);

/* A string of any bytes: what is not UTF-8 becomes '?'. */
json_t *rpc_text(const char *text, size_t len);

#endif
