/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes file names, gives their texts and, for any span of bytes, the line
 * and column a person would name. Never judges what the text says.
 */
#include "core/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/text.h"

struct sources *sources_new(struct arena *arena)
{
	struct sources *sources = arena_alloc(arena, sizeof(*sources));

	sources->arena = arena;
	return sources;
}

static struct source *add_source(struct sources *sources, const char *name, const char *path,
				 char *text, size_t size)
{
	struct source *source = arena_alloc(sources->arena, sizeof(*source));

	*ARRAY_PUSH(sources->arena, &sources->files) = source;
	source->id = (uint32_t)sources->files.count;
	source->name = arena_strdup(sources->arena, name);
	source->path = path ? arena_strdup(sources->arena, path) : NULL;
	source->text = text;
	source->size = size;
	return source;
}

struct source *source_from_text(struct sources *sources, const char *name, const char *text,
				size_t size)
{
	char *copy = arena_alloc(sources->arena, size + 2);

	if (size)
		memcpy(copy, text, size);
	return add_source(sources, name, NULL, copy, size);
}

/* The text that stands in for a file, or NULL. */
static struct source *read_overlay(struct sources *sources, const char *path, const char *name,
				   int *error)
{
	struct source *source;
	const char *text;
	size_t size = 0;

	if (!sources->overlay.find)
		return NULL;
	text = sources->overlay.find(sources->overlay.context, path, &size);
	if (!text)
		return NULL;
	if (size > SOURCE_SIZE_MAX) {
		*error = EFBIG;
		return NULL;
	}
	source = source_from_text(sources, name, text, size);
	source->path = arena_strdup(sources->arena, path);
	return source;
}

/* A pipe or a device may never end. */
#define STREAM_SIZE_MAX ((size_t)256 << 20)

/* A pipe has no size to ask for: read until it ends, doubling. */
static char *read_whole(struct arena *arena, int fd, size_t guess, size_t limit, size_t *size,
			int *error)
{
	size_t capacity = guess + 1, len = 0;
	char *text = arena_alloc(arena, capacity + 2);

	for (;;) {
		ssize_t got = read(fd, text + len, capacity - len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			*error = errno;
			return NULL;
		}
		if (got == 0)
			break;
		len += (size_t)got;
		if (len > limit) {
			*error = EFBIG;
			return NULL;
		}
		if (len == capacity) {
			char *grown = arena_alloc(arena, capacity * 2 + 2);

			memcpy(grown, text, len);
			text = grown;
			capacity *= 2;
		}
	}
	text[len] = text[len + 1] = '\0';
	*size = len;
	return text;
}

struct source *source_read(struct sources *sources, const char *path, const char *name, int *error)
{
	bool standard_input = !strcmp(path, "-");
	struct source *overlaid = standard_input ? NULL : read_overlay(sources, path, name, error);
	struct stat status;
	size_t size = 0;
	char *text = NULL;
	int fd;

	if (overlaid)
		return overlaid;
	fd = standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) < 0) {
		*error = errno;
	} else if (S_ISDIR(status.st_mode)) {
		*error = EISDIR;
	} else if (S_ISREG(status.st_mode) && (uintmax_t)status.st_size > SOURCE_SIZE_MAX) {
		*error = EFBIG;
	} else {
		bool regular = S_ISREG(status.st_mode);

		text = read_whole(sources->arena, fd, regular ? (size_t)status.st_size : 4096,
				  regular ? SOURCE_SIZE_MAX : STREAM_SIZE_MAX, &size, error);
	}
	if (fd >= 0 && !standard_input)
		close(fd);
	if (!text)
		return NULL;
	return add_source(sources, name, standard_input ? NULL : path, text, size);
}

struct source *source_get(const struct sources *sources, uint32_t id)
{
	return id && id <= sources->files.count ? sources->files.items[id - 1] : NULL;
}

void source_add_marker(struct sources *sources, struct source *source, uint32_t offset,
		       uint32_t line, const char *name)
{
	*ARRAY_PUSH(sources->arena, &source->markers) = (struct source_marker){
		.offset = offset,
		.line = line,
		.name = name,
	};
}

static void index_lines(struct sources *sources, struct source *source)
{
	const char *end = source->text + source->size;

	if (source->lines.count)
		return;
	*ARRAY_PUSH(sources->arena, &source->lines) = 0;
	for (const char *at = source->text; (at = memchr(at, '\n', (size_t)(end - at))); at++)
		*ARRAY_PUSH(sources->arena, &source->lines) = (uint32_t)(at + 1 - source->text);
}

/* Index of the last line that starts at or before `offset`. */
static size_t find_line(const struct source *source, uint32_t offset)
{
	size_t low = 0, high = source->lines.count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (source->lines.items[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static const struct source_marker *find_marker(const struct source *source, uint32_t offset)
{
	size_t low = 0, high = source->markers.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (source->markers.items[middle].offset <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &source->markers.items[low - 1] : NULL;
}

/* Bytes that continue a UTF-8 sequence start no column. */
static uint32_t count_columns(const char *text, size_t len)
{
	uint32_t columns = 0;

	for (size_t i = 0; i < len; i++)
		columns += ((unsigned char)text[i] & 0xc0) != 0x80;
	return columns;
}

static uint32_t column_at(struct source *source, uint32_t start, uint32_t offset)
{
	uint32_t from = start, column = 1;

	if (source->last_column.column && source->last_column.line_start == start &&
	    source->last_column.offset <= offset) {
		from = source->last_column.offset;
		column = source->last_column.column;
	}
	column += count_columns(source->text + from, offset - from);
	source->last_column.line_start = start;
	source->last_column.offset = offset;
	source->last_column.column = column;
	return column;
}

static void locate(struct source *source, uint32_t offset, const char **name, uint32_t *line,
		   uint32_t *column)
{
	size_t index = find_line(source, offset);
	const struct source_marker *marker = find_marker(source, offset);
	uint32_t start = source->lines.items[index];

	*name = source->name;
	*line = (uint32_t)index + 1;
	if (marker) {
		size_t base = find_line(source, marker->offset);

		*name = marker->name ? marker->name : source->name;
		*line = marker->line + (uint32_t)(index - base);
	}
	*column = column_at(source, start, offset);
}

bool source_place(struct sources *sources, struct span span, struct place *place)
{
	struct source *source = source_get(sources, span.file);
	uint32_t offset, end, start, stop;
	const char *name;
	size_t index;

	if (!source)
		return false;
	index_lines(sources, source);
	offset = span.offset <= source->size ? span.offset : (uint32_t)source->size;
	end = span.len > 1 && span.len <= source->size - offset ? offset + span.len - 1 : offset;
	/* The last character of the span may be several bytes: name where it starts. */
	while (end > offset && ((unsigned char)source->text[end] & 0xc0) == 0x80)
		end--;

	locate(source, offset, &place->name, &place->line, &place->column);
	locate(source, end, &name, &place->end_line, &place->end_column);
	place->end_column++;

	index = find_line(source, offset);
	start = source->lines.items[index];
	stop = index + 1 < source->lines.count ? source->lines.items[index + 1] - 1
					       : (uint32_t)source->size;
	if (stop > start && source->text[stop - 1] == '\r')
		stop--;
	place->line_text = source->text + start;
	place->line_len = stop - start;
	place->at = offset - start <= place->line_len ? offset - start : place->line_len;
	return true;
}

size_t source_find_bad_byte(const struct source *source)
{
	size_t at = 0;

	while (at < source->size) {
		size_t len = utf8_length(source->text + at, source->size - at);

		if (!len)
			return at;
		at += len;
	}
	return source->size;
}

struct span span_join(struct span first, struct span last)
{
	if (first.file != last.file || last.offset < first.offset)
		return first;
	first.len = last.offset + last.len - first.offset;
	return first;
}

int span_compare(struct span a, struct span b)
{
	if (a.file != b.file)
		return a.file < b.file ? -1 : 1;
	if (a.offset != b.offset)
		return a.offset < b.offset ? -1 : 1;
	return 0;
}
