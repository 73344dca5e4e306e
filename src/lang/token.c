/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the text of one token, gives its value: numbers, strings, includes,
 * line markers. Never looks at the tokens around it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/checked.h"
#include "lang/scan.h"

struct diag_record *lang_error(struct scan *scan, enum lang_code code, struct span span,
			       const char *format, ...)
{
	va_list args;
	char *message;

	va_start(args, format);
	message = arena_vprintf(scan->lang->arena, format, args);
	va_end(args);
	scan->syntax->has_errors = true;
	scan->last_error = span;
	return diag_add(scan->lang->diags, &lang_codes[code], span, "%s", message);
}

bool scan_error_on_line(const struct scan *scan, struct span span)
{
	const struct source *source = source_get(scan->lang->sources, span.file);
	struct span last = scan->last_error;

	return source && last.file == span.file && last.offset <= span.offset &&
	       !memchr(source->text + last.offset, '\n', span.offset - last.offset);
}

static unsigned digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a' + 10);
	if (c >= 'A' && c <= 'F')
		return (unsigned)(c - 'A' + 10);
	return 16;
}

/* The power of two a unit multiplies by; 0 for no unit, -1 for none of ours. */
static int unit_shift(const char *text, size_t len)
{
	static const struct {
		const char *text;
		int shift;
	} units[] = {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40}};

	if (!len)
		return 0;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (len == 3 && !memcmp(text, units[i].text, 3))
			return units[i].shift;
	return -1;
}

/* Messages quote no more than this of a text. */
#define QUOTE_MAX 40u
#define QUOTED(len) (int)((len) < QUOTE_MAX ? (len) : QUOTE_MAX)

static void complain_about_number(struct scan *scan, const char *text, size_t len, size_t digits)
{
	struct diag_record *error;

	error = lang_error(scan, LANG_BAD_NUMBER, scan->token, "'%.*s%s' is not a number",
			   QUOTED(len), text, len > QUOTE_MAX ? "…" : "");
	if (len > 1 && len <= QUOTE_MAX && text[0] == '0' && digits == len) {
		size_t zeros = 0;

		while (zeros + 1 < len && text[zeros] == '0')
			zeros++;
		if (strspn(text, "01234567") == len)
			diag_fix(scan->lang->diags, error,
				 "decimal numbers have no leading zero: write %.*s, or %llu if octal "
				 "was meant",
				 (int)(len - zeros), text + zeros, strtoull(text, NULL, 8));
		else
			diag_fix(scan->lang->diags, error,
				 "decimal numbers have no leading zero: write %.*s",
				 (int)(len - zeros), text + zeros);
	} else {
		diag_fix(scan->lang->diags, error,
			 "integers are decimal, 0x… or 0b…; the units are KiB, MiB, GiB and TiB");
	}
}

/*
 * A number and its unit. `*used` becomes less than `len` when a word that is no
 * unit of size follows without a blank, as in 25Gbps: the grammar judges it.
 */
void scan_number(struct scan *scan, const char *text, size_t len, uint64_t *number, size_t *used)
{
	unsigned base = 10;
	size_t at = 0, start;
	uint64_t value = 0;
	bool fits = true;
	int shift;

	*number = 0;
	if (len > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'b')) {
		base = text[1] == 'x' ? 16 : 2;
		at = 2;
	}
	start = at;
	while (at < len && digit_value(text[at]) < base) {
		fits = fits && checked_mul(value, base, &value) &&
		       checked_add(value, digit_value(text[at]), &value);
		at++;
	}
	while (at < len && (text[at] == ' ' || text[at] == '\t'))
		at++;
	shift = unit_shift(text + at, len - at);
	if (at == start || (base == 10 && at > 1 && text[0] == '0') || (shift < 0 && base != 10)) {
		complain_about_number(scan, text, len, at);
		return;
	}
	if (shift < 0) {
		if (len - at != 4 || memcmp(text + at, "Gbps", 4) != 0) {
			complain_about_number(scan, text, len, at);
			return;
		}
		*used = at;
		shift = 0;
	}
	if (!fits || !checked_shl(value, (uint64_t)shift, &value)) {
		lang_error(scan, LANG_NUMBER_TOO_LARGE, scan->token,
			   "%.*s%s does not fit into 64 bits", QUOTED(len), text,
			   len > QUOTE_MAX ? "…" : "");
		return;
	}
	*number = value;
}

/* One escape sequence behind its backslash; gives the bytes it took, 0 if there is none such. */
static size_t read_escape(const char *text, size_t len, unsigned *byte)
{
	static const char letters[] = "abfnrtv\\\"'?", values[] = "\a\b\f\n\r\t\v\\\"'?";
	const char *letter = memchr(letters, text[0], sizeof(letters) - 1);
	size_t at = 0;

	if (letter) {
		*byte = (unsigned char)values[letter - letters];
		return 1;
	}
	*byte = 0;
	if (text[0] == 'x') {
		for (at = 1; at < len && at < 3 && digit_value(text[at]) < 16; at++)
			*byte = *byte * 16 + digit_value(text[at]);
		return at > 1 ? at : 0;
	}
	while (at < len && at < 3 && digit_value(text[at]) < 8)
		*byte = *byte * 8 + digit_value(text[at++]);
	return *byte <= 0xff ? at : 0;
}

static void complain_about_escape(struct scan *scan, size_t offset, size_t len, const char *why,
				  const char *fix)
{
	struct span span = scan->token;

	span.offset += (uint32_t)offset;
	span.len = (uint32_t)len;
	diag_fix(scan->lang->diags, lang_error(scan, LANG_BAD_ESCAPE, span, "%s", why), "%s", fix);
}

const char *scan_string(struct scan *scan, const char *text, size_t len)
{
	struct buffer out = {0};
	struct source check;
	const char *interned;
	bool escaped = false;
	size_t start = 1;

	/* A scanned include carries its directive before the string. */
	while (start < len && text[start - 1] != '"')
		start++;
	for (size_t at = start; at + 1 < len; at++) {
		unsigned byte = 0;
		size_t took;

		if (text[at] != '\\') {
			buffer_add(&out, text + at, 1);
			continue;
		}
		took = read_escape(text + at + 1, len - at - 2, &byte);
		if (!took)
			complain_about_escape(scan, at, 2, "C has no such escape sequence",
					      "write a backslash itself as `\\\\`");
		else if (!byte)
			complain_about_escape(scan, at, took + 1, "a string cannot hold a NUL",
					      "leave it out: strings end by themselves");
		else
			buffer_add(&out, (char[]){(char)byte}, 1);
		escaped = true;
		at += took ? took : 1;
	}
	check = (struct source){.text = out.data, .size = out.len};
	if (escaped && source_find_bad_byte(&check) < out.len)
		complain_about_escape(scan, 0, len, "the escapes in this string do not give UTF-8",
				      "write the characters themselves");
	interned = intern_bytes(scan->lang->strings, out.data ? out.data : "", out.len);
	buffer_free(&out);
	return interned;
}

bool scan_line_marker(struct scan *scan, const char *text, size_t len)
{
	struct scan_frame *frame = scan->frames[scan->frame_count - 1];
	const char *quote = memchr(text, '"', len), *end;
	uint64_t line;
	char *after;

	while (*text && (*text < '0' || *text > '9'))
		text++;
	errno = 0;
	line = strtoull(text, &after, 10);
	if (errno || line > UINT32_MAX || !quote)
		return false;
	for (end = quote + 1; *end != '"'; end++)
		if (*end == '\\')
			end++;
	/* The marker speaks of the line behind it. */
	source_add_marker(scan->lang->sources, frame->source, frame->offset + 1, (uint32_t)line,
			  scan_string(scan, quote, (size_t)(end + 1 - quote)));
	return true;
}

bool scan_open_brace(struct scan *scan)
{
	struct scan_frame *frame = scan->frames[scan->frame_count - 1];

	if (scan->depth >= NESTING_MAX) {
		lang_error(scan, LANG_NESTING, scan->token,
			   "more than %d blocks are open here; nothing behind this brace was read",
			   NESTING_MAX);
		scan->stopped = true;
		return false;
	}
	frame->open_braces[frame->depth++] = scan->token;
	scan->depth++;
	return true;
}

bool scan_close_brace(struct scan *scan)
{
	struct scan_frame *frame = scan->frames[scan->frame_count - 1];

	if (!frame->depth) {
		struct diag_record *error = NULL;

		/* After a syntax error it may close what the parser had to drop. */
		if (!scan->syntax->has_errors)
			error = lang_error(scan, LANG_UNBALANCED, scan->token,
					   "this '}' closes nothing in this file");
		scan->syntax->has_errors = true;
		if (scan->frame_count > 1)
			diag_note(scan->lang->diags, error, frame->source->included_from,
				  "an included file must close what it opens, and nothing else");
		return false;
	}
	frame->depth--;
	scan->depth--;
	return true;
}

bool scan_push_frame(struct scan *scan, struct source *source)
{
	struct scan_frame *frame;

	if (scan->frame_count == INCLUDE_DEPTH_MAX) {
		lang_error(scan, LANG_INCLUDE_LOOP, scan->token,
			   "includes are nested more than %d deep", INCLUDE_DEPTH_MAX);
		scan->stopped = true;
		return false;
	}
	frame = arena_alloc(scan->lang->arena, sizeof(*frame));
	frame->source = source;
	scan->frames[scan->frame_count++] = frame;
	return true;
}

bool scan_pop_frame(struct scan *scan)
{
	struct scan_frame *frame = scan->frames[scan->frame_count - 1];

	for (unsigned i = 0; i < frame->depth && !scan->stopped && !scan->swallowed; i++)
		lang_error(scan, LANG_UNBALANCED, frame->open_braces[i],
			   "this '{' is not closed in this file");
	scan->unbalanced |= frame->depth > 0;
	scan->depth -= frame->depth;
	frame->depth = 0;
	if (scan->frame_count == 1)
		return false;
	scan->frame_count--;
	return true;
}

static const char *join_path(struct arena *arena, const char *dir, size_t dir_len, const char *name)
{
	if (!dir_len)
		return name;
	return arena_printf(arena, "%.*s/%s", (int)dir_len, dir, name);
}

/* Beside the including file first, then in each -I directory. */
static struct source *find_include(struct scan *scan, const char *name, int *error)
{
	struct lang *lang = scan->lang;
	const char *path = scan->frames[scan->frame_count - 1]->source->path;
	const char *slash = path ? strrchr(path, '/') : NULL;
	struct source *source;

	*error = ENOENT;
	if (name[0] == '/')
		return source_read(lang->sources, name, name, error);
	path = join_path(lang->arena, path, slash ? (size_t)(slash - path) : 0, name);
	source = source_read(lang->sources, path, name, error);
	for (size_t i = 0; !source && (*error == ENOENT || *error == ENOTDIR) &&
			   i < lang->include_dirs.count;
	     i++) {
		const char *dir = lang->include_dirs.items[i];

		path = join_path(lang->arena, dir, strlen(dir), name);
		source = source_read(lang->sources, path, name, error);
	}
	return source;
}

static bool includes_itself(struct scan *scan, struct source *source)
{
	struct diag_record *error;

	for (unsigned i = 0; i < scan->frame_count; i++) {
		const struct source *open = scan->frames[i]->source;

		if (!open->path || !source->path || strcmp(open->path, source->path) != 0)
			continue;
		error = lang_error(scan, LANG_INCLUDE_LOOP, scan->token, "%s includes itself",
				   source->name);
		for (unsigned j = i + 1; j < scan->frame_count; j++)
			diag_note(scan->lang->diags, error, scan->frames[j]->source->included_from,
				  "by way of %s", scan->frames[j]->source->name);
		return true;
	}
	return false;
}

/* Whether the name is at fault, and not what it names. */
static bool is_absence(int error)
{
	return error == ENOENT || error == ENOTDIR || error == EISDIR || error == ELOOP ||
	       error == ENAMETOOLONG || error == EFBIG;
}

/* Where an include was looked for, and which of the -I directories are none. */
static void note_directories(struct scan *scan, struct diag_record *error)
{
	const char *path = scan->frames[scan->frame_count - 1]->source->path;
	const char *slash = path ? strrchr(path, '/') : NULL;
	struct buffer list = {0};

	buffer_printf(&list, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
	for (size_t i = 0; i < scan->lang->include_dirs.count; i++) {
		const char *dir = scan->lang->include_dirs.items[i];
		struct stat status;

		buffer_printf(&list, ", %s%s", dir,
			      stat(dir, &status) < 0    ? " (not there)"
			      : S_ISDIR(status.st_mode) ? ""
							: " (no directory)");
	}
	diag_note(scan->lang->diags, error, (struct span){0}, "looked in %s", list.data);
	buffer_free(&list);
}

static void report_include(struct scan *scan, const char *name, int error)
{
	struct diag_record *record = lang_error(scan, LANG_INCLUDE_MISSING, scan->token,
						"cannot read \"%s\": %s", name, strerror(error));

	if ((error == ENOENT || error == ENOTDIR) && name[0] != '/')
		note_directories(scan, record);
	else if (error == EACCES)
		diag_fix(scan->lang->diags, record,
			 "check who may read the file, and enter its directory");
	else if (error == EISDIR)
		diag_fix(scan->lang->diags, record, "name a file in it");
	else if (error != ENOENT && error != ENOTDIR)
		diag_fix(scan->lang->diags, record,
			 "name another file, or see what is wrong with it");
}

struct source *scan_include(struct scan *scan, const char *text, size_t len)
{
	const char *name = scan_string(scan, text, len);
	struct source *source;
	size_t bad;
	int error;

	source = find_include(scan, name, &error);
	if (!source) {
		report_include(scan, name, error);
		/* A file that is not there is the text's fault; one that fails to be read is not. */
		if (!is_absence(error))
			scan->lang->diags->system_failure = true;
		scan->syntax->include_lost = true;
		return NULL;
	}
	source->included_from = scan->token;
	if (includes_itself(scan, source)) {
		scan->syntax->include_lost = true;
		return NULL;
	}
	bad = source_find_bad_byte(source);
	if (bad < source->size) {
		lang_error(scan, LANG_NOT_TEXT, (struct span){source->id, (uint32_t)bad, 1},
			   "byte 0x%02x here is not UTF-8 text", (unsigned char)source->text[bad]);
		return NULL;
	}
	return source;
}
