/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes any bytes as what nv2boot finds of its last run, as they are and with
 * the digest put right, and as a value to be logged. Promises: what is a
 * record is written as the same bytes again; a record is taken from the boot
 * it names and from no other; a log line is one line without control
 * characters.
 */
#include <errno.h>
#include <string.h>

#include "blob/sha256.h"
#include "fuzz.h"
#include "linux/log.h"
#include "linux/record.h"

#define DIGEST_WORD (sizeof("digest ") - 1)
#define DIGEST_LINE (DIGEST_WORD + (size_t)2 * NV2_SHA256_SIZE + 1)

/* A machine that has one file, and a boot id. */
struct disk {
	const uint8_t *data;
	size_t size;
	const char *boot_id;
};

static int load(void *context, const char *name, struct bytes *content)
{
	const struct disk *disk = context;

	PROMISE(!strcmp(name, RECORD_FILE));
	content->data = malloc(disk->size + 1);
	PROMISE(content->data);
	memcpy(content->data, disk->data, disk->size);
	content->size = disk->size;
	return 0;
}

static int boot_id(void *context, char id[37])
{
	const struct disk *disk = context;

	memcpy(id, disk->boot_id, 37);
	return 0;
}

/* What the next command makes of it: `same_boot` says whether there was a boot in between. */
static void load_record(const struct record *parsed, struct disk *disk, bool same_boot)
{
	const struct machine_ops ops = {.load = load, .boot_id = boot_id};
	const struct machine machine = {&ops, disk};
	struct record record = {0};
	int status;

	disk->boot_id = same_boot ? parsed->boot_id : "00000000-0000-0000-0000-000000000000";
	same_boot = !strcmp(disk->boot_id, parsed->boot_id);
	status = record_load(&machine, &record);
	PROMISE(status == 0 || status == -EBADMSG);
	if (status || !same_boot)
		PROMISE(record.state == RECORD_NONE);
	else
		PROMISE(record.state == parsed->state && record.saved_count == parsed->saved_count);
	record_free(&record);
}

static void check_record(const uint8_t *data, size_t size)
{
	struct disk disk = {data, size, NULL};
	struct record record = {0};
	struct bytes text = {0};

	if (record_parse(data, size, &record)) {
		PROMISE(record_write(&record, &text));
		PROMISE(text.size == size && !memcmp(text.data, data, size));
		free(text.data);
		load_record(&record, &disk, true);
		load_record(&record, &disk, false);
	} else {
		PROMISE(record.state == RECORD_NONE);
	}
	record_free(&record);
}

/* As somebody who can write files can. */
static void put_digest_right(uint8_t *data, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char digest[NV2_SHA256_SIZE];
	uint8_t *line = data + size - DIGEST_LINE, *hex = line + DIGEST_WORD;

	nv2_sha256(data, size - DIGEST_LINE, digest);
	memcpy(line, "digest ", DIGEST_WORD);
	for (size_t i = 0; i < sizeof(digest); i++) {
		*hex++ = (uint8_t)digits[digest[i] >> 4];
		*hex++ = (uint8_t)digits[digest[i] & 15];
	}
	*hex = '\n';
}

static void hear(void *context, enum log_level level, const char *line)
{
	(void)context;
	(void)level;
	PROMISE(strlen(line) <= (size_t)4 * LOG_LINE_MAX); /* each byte as \xNN */
	for (; *line; line++)
		PROMISE((unsigned char)*line >= 0x20 && *line != 0x7f);
}

static void check_log(const char *text)
{
	const struct log log = {.level = LOG_LEVEL_ERROR, .heard = hear};
	struct log_value value;

	log_say(&log, LOG_LEVEL_INFO, "%s", text);
	log_say(&log, LOG_LEVEL_INFO, "name=%s", log_value(&value, text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size + 1);

	PROMISE(copy);
	memcpy(copy, data, size);
	copy[size] = 0;
	check_record(data, size);
	check_log((const char *)copy);
	if (size >= DIGEST_LINE) {
		put_digest_right(copy, size);
		check_record(copy, size);
	}
	free(copy);
	return 0;
}
