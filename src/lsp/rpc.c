/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes bytes from a client, gives its messages, and sends ours. Never knows
 * what a message asks for, and holds no more of one than RPC_MESSAGE_MAX.
 */
#include "lsp/rpc.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/output.h"
#include "core/text.h"

#define READ_SIZE ((size_t)64 * 1024)

/* Reads what there is; false at the end of the input. */
static bool read_more(struct rpc *rpc)
{
	ssize_t got;
	char *at;

	if (rpc->at) {
		memmove(rpc->input.data, rpc->input.data + rpc->at, rpc->input.len - rpc->at);
		rpc->input.len -= rpc->at;
		rpc->at = 0;
	}
	at = buffer_extend(&rpc->input, READ_SIZE);
	rpc->input.len -= READ_SIZE;
	do
		got = read(rpc->in, at, READ_SIZE);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		rpc->error = errno;
	if (got <= 0)
		return false;
	rpc->input.len += (size_t)got;
	return true;
}

static size_t unread(const struct rpc *rpc)
{
	return rpc->input.len - rpc->at;
}

/* A line of the header without its end; NULL at the end of the input or past the limit. */
static const char *read_line(struct rpc *rpc, size_t *len, bool *too_long)
{
	for (;;) {
		const char *start = rpc->input.data ? rpc->input.data + rpc->at : "";
		const char *end = unread(rpc) ? memchr(start, '\n', unread(rpc)) : NULL;

		*too_long = (end ? (size_t)(end - start) : unread(rpc)) > RPC_HEADER_MAX;
		if (*too_long)
			return NULL;
		if (end) {
			*len = (size_t)(end - start);
			rpc->at += *len + 1;
			*len -= *len && start[*len - 1] == '\r';
			return start;
		}
		if (!read_more(rpc))
			return NULL;
	}
}

/* Digits and blanks only: a sign, or a number past 64 bits, is no length. */
static bool read_length(const char *text, size_t len, uint64_t *length)
{
	size_t digits = 0;

	*length = 0;
	while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	for (size_t i = 0; i < len; i++) {
		if ((text[i] == ' ' || text[i] == '\t') && !digits)
			continue;
		if (text[i] < '0' || text[i] > '9' || ++digits > 18)
			return false;
		*length = *length * 10 + (uint64_t)(text[i] - '0');
	}
	return digits > 0;
}

static enum rpc_result read_header(struct rpc *rpc, uint64_t *length)
{
	static const char name[] = "Content-Length:";
	bool known = false, too_long = false;
	size_t lines = 0, len;
	const char *line;

	while ((line = read_line(rpc, &len, &too_long))) {
		if (!len && known)
			return RPC_MESSAGE;
		if (!memchr(line, ':', len) || ++lines > 32)
			return RPC_BAD_HEADER;
		if (len < sizeof(name) - 1 || strncasecmp(line, name, sizeof(name) - 1) != 0)
			continue;
		if (known || !read_length(line + sizeof(name) - 1, len - sizeof(name) + 1, length))
			return RPC_BAD_HEADER;
		known = true;
	}
	return too_long || lines || unread(rpc) ? RPC_BAD_HEADER : RPC_END;
}

/* Throws a body away as it comes; false at the end of the input. */
static bool skip(struct rpc *rpc, uint64_t length)
{
	while (unread(rpc) < length) {
		length -= unread(rpc);
		rpc->at = rpc->input.len;
		if (!read_more(rpc))
			return false;
	}
	rpc->at += (size_t)length;
	return true;
}

enum rpc_result rpc_read(struct rpc *rpc, json_t **message)
{
	enum rpc_result result;
	uint64_t length = 0;
	json_error_t error;

	*message = NULL;
	result = read_header(rpc, &length);
	if (result != RPC_MESSAGE)
		return result;
	if (length > RPC_MESSAGE_MAX) {
		rpc_send_error(rpc, NULL, RPC_INVALID_REQUEST,
			       "this message is longer than 64 MiB and is not read");
		return skip(rpc, length) ? RPC_TOO_LONG : RPC_END;
	}
	/* The room grows with what comes, not with what the header says. */
	while (unread(rpc) < length)
		if (!read_more(rpc))
			return RPC_END;
	/* A text with a NUL is for the compiler to refuse, at its place. */
	*message = json_loadb(rpc->input.data + rpc->at, (size_t)length,
			      JSON_ALLOW_NUL | JSON_DECODE_ANY, &error);
	rpc->at += (size_t)length;
	return *message ? RPC_MESSAGE : RPC_NOT_JSON;
}

bool rpc_waiting(const struct rpc *rpc)
{
	struct pollfd input = {.fd = rpc->in, .events = POLLIN};

	return unread(rpc) || poll(&input, 1, 0) > 0;
}

static void send_message(struct rpc *rpc, json_t *message)
{
	char *text;
	struct buffer out = {0};
	int error;

	json_object_set_new(message, "jsonrpc", json_string("2.0"));
	text = json_dumps(message, JSON_COMPACT);
	if (!text)
		out_of_memory();
	buffer_printf(&out, "Content-Length: %zu\r\n\r\n", strlen(text));
	buffer_add_string(&out, text);
	free(text);
	json_decref(message);
	error = rpc->error ? 0 : write_all(rpc->out, out.data, out.len);
	if (error)
		rpc->error = error;
	buffer_free(&out);
}

static json_t *answer(const json_t *id)
{
	json_t *message = json_object();

	json_object_set_new(message, "id", id ? json_deep_copy(id) : json_null());
	return message;
}

void rpc_send_result(struct rpc *rpc, const json_t *id, json_t *result)
{
	json_t *message = answer(id);

	json_object_set_new(message, "result", result ? result : json_null());
	send_message(rpc, message);
}

void rpc_send_error(struct rpc *rpc, const json_t *id, enum rpc_error code, const char *text)
{
	json_t *message = answer(id), *error = json_object();

	json_object_set_new(error, "code", json_integer((int)code));
	json_object_set_new(error, "message", rpc_text(text, strlen(text)));
	json_object_set_new(message, "error", error);
	send_message(rpc, message);
}

void rpc_notify(struct rpc *rpc, const char *method, json_t *params)
{
	json_t *message = json_object();

	json_object_set_new(message, "method", json_string(method));
	json_object_set_new(message, "params", params);
	send_message(rpc, message);
}

void rpc_free(struct rpc *rpc)
{
	buffer_free(&rpc->input);
}

json_t *rpc_text(const char *text, size_t len)
{
	json_t *value = json_stringn(text, len);
	struct buffer clean = {0};

	for (size_t at = 0; !value && at < len;) {
		size_t bytes = utf8_length(text + at, len - at);

		if (bytes)
			buffer_add(&clean, text + at, bytes);
		else
			buffer_add_string(&clean, "?");
		at += bytes ? bytes : 1;
	}
	if (!value)
		value = json_stringn(clean.data ? clean.data : "", clean.len);
	buffer_free(&clean);
	if (!value)
		out_of_memory();
	return value;
}
