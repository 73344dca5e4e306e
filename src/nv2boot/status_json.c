/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes what is applied, gives it as JSON, nv2-boot-status-1. Never computes.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blob/sha256.h"
#include "nv2boot/status.h"

/* A NULL member makes jansson's setters fail, which is kept for the end. */
struct writer {
	bool failed;
};

/* Takes `value` over. */
static void set(struct writer *writer, json_t *object, const char *key, json_t *value)
{
	writer->failed |= json_object_set_new(object, key, value) < 0;
}

static void append(struct writer *writer, json_t *array, json_t *value)
{
	writer->failed |= json_array_append_new(array, value) < 0;
}

static json_t *hex_json(uint64_t value)
{
	return json_sprintf("0x%" PRIx64, value);
}

/* JSON is UTF-8, and what comes from a bundle need not be. */
static json_t *text_json(const char *text)
{
	json_t *value = json_string(text);
	char *copy = value ? NULL : strdup(text);

	for (char *at = copy; at && *at; at++)
		if ((unsigned char)*at > 0x7e)
			*at = '?';
	if (copy)
		value = json_string(copy);
	free(copy);
	return value;
}

static json_t *digest_json(const unsigned char digest[NV2_SHA256_SIZE])
{
	char text[2 * NV2_SHA256_SIZE + 1];

	for (size_t i = 0; i < NV2_SHA256_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	return json_string(text);
}

static json_t *bundle_json(struct writer *writer, const struct run *run,
			   const struct boot_status *status)
{
	const struct transaction_status *found = &status->found;
	json_t *object = json_object();

	set(writer, object, "sha256", digest_json(found->bundle_sha256));
	set(writer, object, "size", json_integer((json_int_t)found->bundle_size));
	set(writer, object, "version", json_integer(found->bundle_version));
	if (status->has_bundle)
		set(writer, object, "signed", json_boolean(nv2_bundle_is_signed(&run->bundle)));
	return object;
}

static json_t *overlay_json(struct writer *writer, const struct transaction_status *found)
{
	json_t *object = json_object();

	set(writer, object, "item", text_json(found->item));
	set(writer, object, "sha256", digest_json(found->overlay_sha256));
	set(writer, object, "size", json_integer((json_int_t)found->overlay_size));
	if (found->overlay_kept && found->tree_read) {
		set(writer, object, "present", json_integer(found->present));
		set(writer, object, "absent", json_integer(found->absent));
		set(writer, object, "different", json_integer(found->different));
	}
	return object;
}

static json_t *registers_json(struct writer *writer, const struct transaction_status *found)
{
	json_t *object = json_object();

	set(writer, object, "count", json_integer(found->registers));
	set(writer, object, "agreeing", json_integer(found->agreeing));
	set(writer, object, "held", json_integer(found->held));
	set(writer, object, "differing", json_integer(found->differing));
	set(writer, object, "unread", json_integer(found->unread));
	return object;
}

static json_t *link_json(struct writer *writer, const struct transaction_link *link)
{
	json_t *object = json_object();

	set(writer, object, "link", text_json(link->proof.link));
	set(writer, object, "gpu", text_json(link->proof.gpu));
	set(writer, object, "bar", hex_json(link->proof.bar));
	set(writer, object, "base", hex_json(link->proof.base));
	set(writer, object, "tgt_register", hex_json(link->proof.tgt_bar));
	set(writer, object, "tgt_tree", hex_json(link->proof.tgt_tree));
	set(writer, object, "tgt_plan", hex_json(link->proof.tgt_plan));
	set(writer, object, "proven", json_boolean(!link->status));
	return object;
}

static json_t *device_json(struct writer *writer, const struct status_device *device)
{
	const struct pci_function *function = device->function;
	json_t *object = json_object();

	set(writer, object, "name", text_json(device->device.name));
	set(writer, object, "kind",
	    json_string(device->device.kind == NV2_DEVICE_GPU ? "gpu" : "link"));
	if (function)
		set(writer, object, "address", text_json(function->address));
	if (function && function->group != PCI_NO_GROUP)
		set(writer, object, "iommu_group", json_integer(function->group));
	if (function && function->driver)
		set(writer, object, "driver", text_json(function->driver));
	return object;
}

static void set_lists(struct writer *writer, json_t *root, const struct boot_status *status)
{
	json_t *links = json_array(), *devices = json_array(), *problems = json_array();

	for (size_t i = 0; i < status->found.link_count; i++)
		append(writer, links, link_json(writer, &status->found.links[i]));
	for (size_t i = 0; i < status->device_count; i++)
		append(writer, devices, device_json(writer, &status->devices[i]));
	for (size_t i = 0; i < status->problem_count; i++)
		append(writer, problems, text_json(status->problems[i]));
	set(writer, root, "links", links);
	set(writer, root, "devices", devices);
	set(writer, root, "problems", problems);
}

bool print_status_json(const struct run *run, const struct boot_status *status)
{
	struct writer writer = {.failed = false};
	json_t *root = json_object();
	const struct transaction_status *found = &status->found;
	bool is_applied = found->state != RECORD_NONE;
	char *text;

	set(&writer, root, "format", json_string("nv2-boot-status-1"));
	set(&writer, root, "state",
	    json_string(is_applied ? record_state_name(found->state) : "none"));
	set(&writer, root, "keys", json_integer(status->keys));
	set(&writer, root, "locked_down", json_boolean(status->locked_down));
	if (is_applied && found->board[0])
		set(&writer, root, "board", text_json(found->board));
	if (is_applied)
		set(&writer, root, "bundle", bundle_json(&writer, run, status));
	if (is_applied && found->item)
		set(&writer, root, "overlay", overlay_json(&writer, found));
	if (found->registers)
		set(&writer, root, "registers", registers_json(&writer, found));
	set_lists(&writer, root, status);
	text = writer.failed ? NULL : json_dumps(root, JSON_INDENT(2));
	if (text)
		printf("%s\n", text);
	free(text);
	json_decref(root);
	return text != NULL;
}
