/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a text for a virtual machine monitor, gives the devices in it, and
 * the text with their host addresses. Never changes anything else in it.
 */
#include "nv2boot/vmm_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of the text. */
struct slice {
	const char *at;
	size_t len;
};

struct parser {
	const char *text;
	struct vmm_devices *devices;
	struct vmm_device *open; /* the device that lines are about; NULL: none */
	bool is_source;          /* libvirt: inside <source> */
	int error;
};

const char *vmm_format_kind(enum vmm_format format)
{
	return format == VMM_QEMU ? "qemu" : "libvirt";
}

static bool starts(struct slice line, const char *with)
{
	size_t len = strlen(with);

	return line.len >= len && !memcmp(line.at, with, len);
}

/* What stands between `before` and the next `after` in the line. */
static bool between(struct slice line, const char *before, const char *after, struct slice *found)
{
	size_t before_len = strlen(before), after_len = strlen(after);
	size_t start = 0, end;

	while (start + before_len <= line.len && memcmp(line.at + start, before, before_len) != 0)
		start++;
	start += before_len;
	for (end = start; end + after_len <= line.len; end++) {
		if (memcmp(line.at + end, after, after_len) != 0)
			continue;
		*found = (struct slice){line.at + start, end - start};
		return true;
	}
	return false;
}

static void set_text(struct parser *parser, char **text, struct slice slice)
{
	free(*text);
	*text = strndup(slice.at, slice.len);
	if (!*text)
		parser->error = -ENOMEM;
}

static void begin_device(struct parser *parser)
{
	struct vmm_devices *devices = parser->devices;

	if (devices->count == devices->room) {
		size_t room = devices->room ? devices->room * 2 : 32;
		struct vmm_device *more = realloc(devices->items, room * sizeof(*more));

		if (!more) {
			parser->error = -ENOMEM;
			return;
		}
		devices->items = more;
		devices->room = room;
	}
	parser->open = &devices->items[devices->count++];
	*parser->open = (struct vmm_device){.name = NULL};
}

/* A device that lacks an address or a bus is not one that was written for it. */
static void end_device(struct parser *parser)
{
	const struct vmm_device *device = parser->open;

	parser->open = NULL;
	if (!parser->error && device && (!device->bus || (!device->len && !device->address[0])))
		parser->error = -EBADMSG;
}

static void set_address(struct parser *parser, struct slice address)
{
	if (!address.len || address.len >= PCI_ADDRESS_MAX)
		parser->error = -EBADMSG;
	else
		memcpy(parser->open->address, address.at, address.len);
}

static void set_hole(struct parser *parser, struct slice hole, struct slice name)
{
	parser->open->at = (size_t)(hole.at - parser->text);
	parser->open->len = hole.len;
	set_text(parser, &parser->open->name, name);
}

/* --- QEMU: [device "gpu.GPU0"], host = "@GPU0@", bus = "vphb.1.0" ----------------- */

static void read_qemu_line(struct parser *parser, struct slice line)
{
	struct slice value;

	if (starts(line, "[")) {
		end_device(parser);
		if (!starts(line, "[device \"gpu.") && !starts(line, "[device \"link."))
			return;
		begin_device(parser);
		if (parser->open && between(line, "\"gpu.", "\"]", &value))
			set_text(parser, &parser->open->name, value);
	} else if (parser->open && starts(line, "  bus = ") && between(line, "\"", "\"", &value)) {
		set_text(parser, &parser->open->bus, value);
	} else if (parser->open && starts(line, "  host = ") && between(line, "\"", "\"", &value)) {
		if (value.len > 2 && value.at[0] == '@' && value.at[value.len - 1] == '@')
			set_hole(parser, value, (struct slice){value.at + 1, value.len - 2});
		else
			set_address(parser, value);
	}
}

/* --- libvirt: <hostdev>, <source><address …/><?nv2 @GPU0@?></source>, <alias>, <address> --- */

static bool hex_field(struct slice line, const char *name, struct slice *digits)
{
	char before[32];

	snprintf(before, sizeof(before), "%s='0x", name);
	return between(line, before, "'", digits) && digits->len && digits->len <= 8;
}

static void read_source_address(struct parser *parser, struct slice line)
{
	struct slice domain, bus, slot, function, name;
	char text[64];
	int len;

	if (between(line, "/><?nv2 @", "@?>", &name)) {
		set_hole(parser, line, name);
		return;
	}
	if (!hex_field(line, "domain", &domain) || !hex_field(line, "bus", &bus) ||
	    !hex_field(line, "slot", &slot) || !hex_field(line, "function", &function)) {
		parser->error = -EBADMSG;
		return;
	}
	len = snprintf(text, sizeof(text), "%.*s:%.*s:%.*s.%.*s", (int)domain.len, domain.at,
		       (int)bus.len, bus.at, (int)slot.len, slot.at, (int)function.len,
		       function.at);
	set_address(parser, (struct slice){text, (size_t)len});
}

static void read_libvirt_line(struct parser *parser, struct slice line)
{
	struct slice value;

	while (line.len && *line.at == ' ')
		line = (struct slice){line.at + 1, line.len - 1};
	if (starts(line, "<hostdev "))
		begin_device(parser);
	else if (starts(line, "</hostdev>"))
		end_device(parser);
	else if (starts(line, "<source>") || starts(line, "</source>"))
		parser->is_source = line.at[1] != '/';
	else if (!parser->open)
		return;
	else if (starts(line, "<address ") && parser->is_source)
		read_source_address(parser, line);
	else if (starts(line, "<address ") && hex_field(line, "bus", &value))
		set_text(parser, &parser->open->bus, value);
	else if (starts(line, "<alias ") && !parser->open->name &&
		 between(line, "'ua-", "'", &value))
		set_text(parser, &parser->open->name, value);
}

int vmm_parse(enum vmm_format format, const char *text, size_t size, struct vmm_devices *devices)
{
	struct parser parser = {.text = text, .devices = devices};

	*devices = (struct vmm_devices){.items = NULL};
	for (size_t at = 0; at < size && !parser.error;) {
		const char *end = memchr(text + at, '\n', size - at);
		struct slice line = {text + at, end ? (size_t)(end - text) - at : size - at};

		if (format == VMM_QEMU)
			read_qemu_line(&parser, line);
		else
			read_libvirt_line(&parser, line);
		at += line.len + 1;
	}
	end_device(&parser);
	return parser.error;
}

void vmm_free(struct vmm_devices *devices)
{
	for (size_t i = 0; i < devices->count; i++) {
		free(devices->items[i].name);
		free(devices->items[i].bus);
	}
	free(devices->items);
	*devices = (struct vmm_devices){.items = NULL};
}

/* As sysfs has it: domain, bus, slot, function. */
static int write_address(enum vmm_format format, const char *address, char *text, size_t size)
{
	const char *bus = strchr(address, ':'), *slot = bus ? strchr(bus + 1, ':') : NULL;
	const char *function = slot ? strchr(slot, '.') : NULL;

	if (format == VMM_QEMU || !function)
		return snprintf(text, size, "%s", address);
	return snprintf(text, size,
			"<address domain='0x%.*s' bus='0x%.*s' slot='0x%.*s' function='0x%s'/>",
			(int)(bus - address), address, (int)(slot - bus - 1), bus + 1,
			(int)(function - slot - 1), slot + 1, function + 1);
}

bool vmm_fill(enum vmm_format format, const char *text, size_t size,
	      const struct vmm_devices *devices, struct bytes *filled)
{
	char address[PCI_ADDRESS_MAX + 64];
	size_t at = 0, used = 0;
	unsigned char *out = malloc(size + devices->count * sizeof(address) + 1);

	if (!out)
		return false;
	for (size_t i = 0; i < devices->count; i++) {
		const struct vmm_device *device = &devices->items[i];
		int len = write_address(format, device->address, address, sizeof(address));

		if (!device->len)
			continue;
		memcpy(out + used, text + at, device->at - at);
		used += device->at - at;
		memcpy(out + used, address, (size_t)len);
		used += (size_t)len;
		at = device->at + device->len;
	}
	memcpy(out + used, text + at, size - at);
	*filled = (struct bytes){out, used + size - at};
	return true;
}
