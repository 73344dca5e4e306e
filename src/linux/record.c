/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a record, gives its text, and back. Never takes a text for a record
 * that is not, to the byte, what would be written.
 */
#include "linux/record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blob/sha256.h"

#define HEAD "nv2boot-record-1\n"
/* "digest ", 64 digits, newline. */
#define DIGEST_LINE (sizeof("sha256 ") + 2 * (size_t)NV2_SHA256_SIZE)
/* A line of a register is no shorter: "register 0 0x0" and its newline. */
#define REGISTER_LINE_MIN 15

static const char *const state_names[] = {
	[RECORD_NONE] = "none",
	[RECORD_APPLYING] = "applying",
	[RECORD_APPLIED] = "applied",
	[RECORD_REMOVING] = "removing",
};

_Static_assert(sizeof(state_names) / sizeof(state_names[0]) == RECORD_STATES,
	       "each state has a name");

const char *record_state_name(enum record_state state)
{
	return (unsigned)state < RECORD_STATES ? state_names[state] : "unknown";
}

void record_free(struct record *record)
{
	free(record->board);
	free(record->saved);
	memset(record, 0, sizeof(*record));
}

/* ---- names that come back as they went ---------------------------------- */

static bool is_item_name(const char *name)
{
	return strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
		       strlen(name) &&
	       strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static bool is_board_name(const char *name)
{
	for (; *name; name++)
		if ((unsigned char)*name < 0x20 || *name == 0x7f)
			return false;
	return true;
}

static bool is_boot_id(const char *id)
{
	return strnlen(id, 37) == 36 && strspn(id, "0123456789abcdef-") == 36;
}

/* ---- text --------------------------------------------------------------- */

/* Grows; `failed` is kept, so that only the end has to look. */
struct text {
	char *at;
	size_t used, size;
	bool failed;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *text, const char *format, ...)
{
	va_list arguments;
	int len;

	if (text->failed)
		return;
	va_start(arguments, format);
	len = vsnprintf(text->at + text->used, text->size - text->used, format, arguments);
	va_end(arguments);
	if (len < 0 || (size_t)len >= text->size - text->used)
		text->failed = true;
	else
		text->used += (size_t)len;
}

static void add_hex(struct text *text, const unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		add(text, "%02x", bytes[i]);
}

/* More than all of its lines can take: 20 digits are the longest number, 16 an old value. */
static bool make_room(const struct record *record, struct text *text)
{
	size_t board = record->board ? strlen(record->board) : 0;

	memset(text, 0, sizeof(*text));
	if (record->saved_count > (SIZE_MAX / 2 - board) / 64)
		return false;
	text->size = 1024 + board + (size_t)record->saved_count * 64;
	text->at = (char *)malloc(text->size);
	return text->at != NULL;
}

static void add_digest(struct text *text)
{
	unsigned char digest[NV2_SHA256_SIZE];

	nv2_sha256(text->at, text->used, digest);
	add(text, "digest ");
	add_hex(text, digest, sizeof(digest));
	add(text, "\n");
}

static bool is_writable(const struct record *record)
{
	return record->state > RECORD_NONE && record->state < RECORD_STATES &&
	       is_boot_id(record->boot_id) && (!record->board || is_board_name(record->board)) &&
	       is_item_name(record->item);
}

/* 0, -EINVAL, -ENOMEM. */
static int write_text(const struct record *record, struct bytes *bytes)
{
	struct text text;

	memset(bytes, 0, sizeof(*bytes));
	if (!is_writable(record))
		return -EINVAL;
	if (!make_room(record, &text))
		return -ENOMEM;
	add(&text, HEAD "boot %s\nsequence %" PRIu64 "\nstate %s\nbundle ", record->boot_id,
	    record->sequence, record_state_name(record->state));
	add_hex(&text, record->bundle_sha256, sizeof(record->bundle_sha256));
	add(&text, " %" PRIu64 " %" PRIu32 "\nboard %s\n", record->bundle_size,
	    record->bundle_version, record->board ? record->board : "");
	add(&text, "tree ");
	add_hex(&text, record->tree_sha256, sizeof(record->tree_sha256));
	add(&text, "\n");
	if (record->item[0]) {
		add(&text, "overlay %s ", record->item);
		add_hex(&text, record->overlay_sha256, sizeof(record->overlay_sha256));
		add(&text, " %" PRIu64 "\n", record->overlay_size);
	}
	for (uint32_t i = 0; i < record->saved_count; i++)
		add(&text, "register %" PRIu32 " 0x%" PRIx64 "\n", record->saved[i].row,
		    record->saved[i].old);
	add_digest(&text);
	if (text.failed) {
		free(text.at);
		return -EINVAL;
	}
	bytes->data = (unsigned char *)text.at;
	bytes->size = text.used;
	return 0;
}

bool record_write(const struct record *record, struct bytes *text)
{
	return !write_text(record, text);
}

/* ---- and back ------------------------------------------------------------- */

/*
 * Reads what it knows and is not strict about how it is written: in the end the
 * record is written again, and only the same bytes will do.
 */
struct reader {
	const char *at, *end;
	bool no_memory; /* so it is not known whether this is a record */
};

static bool take(struct reader *reader, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(reader->end - reader->at) < len || memcmp(reader->at, text, len) != 0)
		return false;
	reader->at += len;
	return true;
}

/* Up to `end`, which is passed over; without a NUL in it. The length, or SIZE_MAX. */
static size_t take_word(struct reader *reader, char end, const char **word)
{
	const char *stop =
		(const char *)memchr(reader->at, end, (size_t)(reader->end - reader->at));
	size_t len;

	if (!stop)
		return SIZE_MAX;
	len = (size_t)(stop - reader->at);
	if (memchr(reader->at, '\0', len))
		return SIZE_MAX;
	*word = reader->at;
	reader->at = stop + 1;
	return len;
}

static bool take_text(struct reader *reader, char end, char *text, size_t size)
{
	const char *word = NULL;
	size_t len = take_word(reader, end, &word);

	if (len >= size)
		return false;
	memcpy(text, word, len);
	text[len] = '\0';
	return true;
}

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

static bool take_number(struct reader *reader, char end, unsigned base, uint64_t *value)
{
	const char *word = NULL;
	size_t len = take_word(reader, end, &word);

	if (!len || len > 20)
		return false;
	*value = 0;
	for (size_t i = 0; i < len; i++) {
		unsigned next = (unsigned)digit(word[i]);

		if (next >= base || *value > (UINT64_MAX - next) / base)
			return false;
		*value = *value * base + next;
	}
	return true;
}

static bool take_u32(struct reader *reader, char end, uint32_t *value)
{
	uint64_t wide = 0;

	if (!take_number(reader, end, 10, &wide) || wide > UINT32_MAX)
		return false;
	*value = (uint32_t)wide;
	return true;
}

static bool take_hex(struct reader *reader, unsigned char *bytes, size_t size)
{
	if ((size_t)(reader->end - reader->at) < 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		int high = digit(reader->at[2 * i]), low = digit(reader->at[2 * i + 1]);

		if (high > 15 || low > 15)
			return false;
		bytes[i] = (unsigned char)(high << 4 | low);
	}
	reader->at += 2 * size;
	return true;
}

static bool take_state(struct reader *reader, enum record_state *state)
{
	char name[16];

	if (!take_text(reader, '\n', name, sizeof(name)))
		return false;
	for (unsigned i = RECORD_NONE + 1; i < RECORD_STATES; i++) {
		if (strcmp(name, state_names[i]) != 0)
			continue;
		*state = (enum record_state)i;
		return true;
	}
	return false;
}

static bool take_board(struct reader *reader, struct record *record)
{
	const char *word = NULL;
	size_t len = take_word(reader, '\n', &word);

	if (len == SIZE_MAX)
		return false;
	if (!len)
		return true;
	record->board = (char *)malloc(len + 1);
	if (!record->board) {
		reader->no_memory = true;
		return false;
	}
	memcpy(record->board, word, len);
	record->board[len] = '\0';
	return true;
}

static bool take_overlay(struct reader *reader, struct record *record)
{
	return take_text(reader, ' ', record->item, sizeof(record->item)) && record->item[0] &&
	       take_hex(reader, record->overlay_sha256, sizeof(record->overlay_sha256)) &&
	       take(reader, " ") && take_number(reader, '\n', 10, &record->overlay_size);
}

static bool take_registers(struct reader *reader, struct record *record)
{
	size_t most = (size_t)(reader->end - reader->at) / REGISTER_LINE_MIN;

	if (!most)
		return true;
	record->saved = (struct nv2_saved *)calloc(most, sizeof(*record->saved));
	if (!record->saved) {
		reader->no_memory = true;
		return false;
	}
	while (record->saved_count < most && take(reader, "register ")) {
		struct nv2_saved *saved = &record->saved[record->saved_count];

		if (!take_u32(reader, ' ', &saved->row) || !take(reader, "0x") ||
		    !take_number(reader, '\n', 16, &saved->old))
			return false;
		saved->written = true;
		record->saved_count++;
	}
	return true;
}

static bool take_all(struct reader *reader, struct record *record)
{
	return take(reader, HEAD "boot ") &&
	       take_text(reader, '\n', record->boot_id, sizeof(record->boot_id)) &&
	       take(reader, "sequence ") && take_number(reader, '\n', 10, &record->sequence) &&
	       take(reader, "state ") && take_state(reader, &record->state) &&
	       take(reader, "bundle ") &&
	       take_hex(reader, record->bundle_sha256, sizeof(record->bundle_sha256)) &&
	       take(reader, " ") && take_number(reader, ' ', 10, &record->bundle_size) &&
	       take_u32(reader, '\n', &record->bundle_version) && take(reader, "board ") &&
	       take_board(reader, record) && take(reader, "tree ") &&
	       take_hex(reader, record->tree_sha256, sizeof(record->tree_sha256)) &&
	       take(reader, "\n") && (!take(reader, "overlay ") || take_overlay(reader, record)) &&
	       take_registers(reader, record) && reader->at == reader->end;
}

/* 0, -EBADMSG, -ENOMEM. The digest is checked as well, for it is written again with all else. */
static int compare_written(const struct record *record, const void *text, size_t size)
{
	struct bytes again;
	int rc = write_text(record, &again);

	if (rc)
		return rc == -ENOMEM ? rc : -EBADMSG;
	if (again.size != size || memcmp(again.data, text, size) != 0)
		rc = -EBADMSG;
	free(again.data);
	return rc;
}

static int parse_text(const void *text, size_t size, struct record *record)
{
	struct reader reader = {.at = (const char *)text};
	int rc = -EBADMSG;

	memset(record, 0, sizeof(*record));
	if (size < DIGEST_LINE)
		return -EBADMSG;
	reader.end = reader.at + size - DIGEST_LINE;
	if (take_all(&reader, record))
		rc = compare_written(record, text, size);
	else if (reader.no_memory)
		rc = -ENOMEM;
	if (rc)
		record_free(record);
	return rc;
}

bool record_parse(const void *text, size_t size, struct record *record)
{
	return !parse_text(text, size, record);
}

/* ---- on the machine --------------------------------------------------------- */

/* Something that was once read wrongly is no reason to forget all that was done. */
static int load_text(const struct machine *machine, struct record *record)
{
	int rc = -EBADMSG;

	for (int attempt = 0; attempt < 2 && rc == -EBADMSG; attempt++) {
		struct bytes text = {0};

		rc = machine->ops->load(machine->context, RECORD_FILE, &text);
		if (!rc)
			rc = parse_text(text.data, text.size, record);
		free(text.data);
	}
	return rc;
}

int record_boot_id(const struct machine *machine, char id[37])
{
	int rc = machine->ops->boot_id(machine->context, id);

	return rc ? rc : is_boot_id(id) ? 0 : -EPROTO;
}

int record_load(const struct machine *machine, struct record *record)
{
	char boot_id[37] = "";
	int rc;

	memset(record, 0, sizeof(*record));
	rc = load_text(machine, record);
	if (rc)
		return rc == -ENOENT ? 0 : rc;
	rc = record_boot_id(machine, boot_id);
	if (rc) {
		record_free(record);
	} else if (strcmp(boot_id, record->boot_id) != 0) {
		memcpy(boot_id, record->boot_id, sizeof(boot_id));
		record_free(record);
		memcpy(record->boot_id, boot_id, sizeof(boot_id));
	}
	return rc;
}

int record_store(const struct machine *machine, struct record *record)
{
	struct bytes text;
	int rc;

	record->sequence++;
	rc = write_text(record, &text);
	if (rc)
		return rc;
	rc = machine->ops->store(machine->context, RECORD_FILE, text.data, text.size);
	free(text.data);
	return rc;
}

int record_drop(const struct machine *machine)
{
	static const char *const names[] = {RECORD_FILE, RECORD_BUNDLE_FILE, RECORD_OVERLAY_FILE};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int rc = machine->ops->drop(machine->context, names[i]);

		if (rc)
			return rc;
	}
	return 0;
}
