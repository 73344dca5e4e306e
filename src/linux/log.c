/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes words and values, gives one line on standard error or in syslog.
 * Never lets a value end the line or steer a terminal.
 */
#include "linux/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

static const struct level_row {
	const char *name;
	int priority;
} level_rows[] = {
	[LOG_LEVEL_ERROR] = {"error", LOG_ERR},
	[LOG_LEVEL_WARNING] = {"warning", LOG_WARNING},
	[LOG_LEVEL_NOTICE] = {"notice", LOG_NOTICE},
	[LOG_LEVEL_INFO] = {"info", LOG_INFO},
};

_Static_assert(sizeof(level_rows) / sizeof(level_rows[0]) == LOG_LEVELS, "each level has a row");

const char *log_level_name(enum log_level level)
{
	return (unsigned)level < LOG_LEVELS ? level_rows[level].name : "unknown";
}

/*
 * Bytes of the character that starts here if it can be printed as it is; 0 if not. UTF-8 beyond
 * U+009F: what is below are the C1 controls, which terminals obey. Loose about what UTF-8 forbids
 * besides: such bytes show as garbage, and steer nothing.
 */
static size_t printable(const unsigned char *at)
{
	size_t len = at[0] < 0x80 ? 1 : at[0] < 0xc2 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;

	if (len == 1)
		return at[0] >= 0x20 && at[0] != 0x7f;
	if (at[0] > 0xf4 || (at[0] == 0xc2 && at[1] < 0xa0))
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

static void escape(const char *from, char *to, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *at = (const unsigned char *)from;
	size_t used = 0;

	while (*at && size - used > 5) {
		size_t len = printable(at);

		if (len) {
			memcpy(to + used, at, len);
			used += len;
			at += len;
			continue;
		}
		memcpy(to + used, "\\x", 2);
		to[used + 2] = digits[*at >> 4];
		to[used + 3] = digits[*at & 15];
		used += 4;
		at++;
	}
	to[used] = '\0';
}

void log_say(const struct log *log, enum log_level level, const char *format, ...)
{
	static const char cut[] = " (cut)";
	char raw[LOG_LINE_MAX], line[4 * LOG_LINE_MAX + 8];
	va_list arguments;
	int len;

	if (!log || (unsigned)level >= LOG_LEVELS || (level > log->level && !log->heard))
		return;
	va_start(arguments, format);
	len = vsnprintf(raw, sizeof(raw), format, arguments);
	va_end(arguments);
	if (len < 0)
		return;
	if ((size_t)len >= sizeof(raw))
		memcpy(raw + sizeof(raw) - sizeof(cut), cut, sizeof(cut));
	escape(raw, line, sizeof(line));
	if (log->heard)
		log->heard(log->context, level, line);
	if (level > log->level)
		return;
	if (log->syslog)
		syslog(level_rows[level].priority, "%s", line);
	else
		fprintf(stderr, "nv2boot: %s: %s\n", level_rows[level].name, line);
}

const char *log_value(struct log_value *room, const char *value)
{
	size_t used = 0, size = sizeof(room->text);

	if (*value && !strpbrk(value, " \t\"\\=")) {
		size_t len = strlen(value);

		used = len < size ? len : size - 1;
		memcpy(room->text, value, used);
		room->text[used] = '\0';
		return room->text;
	}
	room->text[used++] = '"';
	for (; *value && size - used > 3; value++) {
		if (*value == '"' || *value == '\\')
			room->text[used++] = '\\';
		room->text[used++] = *value;
	}
	room->text[used++] = '"';
	room->text[used] = '\0';
	return room->text;
}
