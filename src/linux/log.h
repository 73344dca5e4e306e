/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
#ifndef NV2_LINUX_LOG_H
#define NV2_LINUX_LOG_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What happened, a line each, to standard error or to syslog: words for people
 * first, then key=value pairs for tools, values in quotes where they have
 * blanks:
 *
 *         nv2boot: error: NPU register GPU0_MEM_BAR.stack0.sm0 does not hold … step=register
 * npu=npu0 …
 *
 * One call, one line, whatever is in the values: control characters are written as \xNN.
 */
enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_NOTICE, /* what was changed */
	LOG_LEVEL_INFO,   /* what was found; with --verbose */
	LOG_LEVELS
};

struct log {
	bool syslog;          /* else standard error */
	enum log_level level; /* up to this one */
	/*
	 * Each line also goes here if it is not NULL, those beyond `level` as well, without
	 * program and level in front: the tests listen.
	 */
	void (*heard)(void *context, enum log_level level, const char *line);
	void *context;
};

/* Longer lines are cut, and end in " (cut)". */
#define LOG_LINE_MAX 2048

__attribute__((format(printf, 3, 4))) void log_say(const struct log *log, enum log_level level,
						   const char *format, ...);

/* As lines have it: "error", …. */
const char *log_level_name(enum log_level level);

/*
 * A value that somebody else chose, for a key=value pair: as it is, or in quotes with \" and \\
 * where it has blanks, quotes or nothing at all. Cut if it is longer than the room.
 */
struct log_value {
	char text[320];
};
const char *log_value(struct log_value *room, const char *value);

#endif
