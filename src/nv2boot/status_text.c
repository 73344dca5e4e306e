/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes what is applied, gives it as aligned text for people. Never computes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "blob/sha256.h"
#include "nv2boot/status.h"

static void print_digest(const unsigned char digest[NV2_SHA256_SIZE])
{
	for (size_t i = 0; i < NV2_SHA256_SIZE; i++)
		printf("%02x", digest[i]);
}

/* Names come from a bundle that may be anybody's: no control characters to the terminal. */
static void print_clean(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			printf("\\x%02x", (unsigned char)*text);
		else
			putchar(*text);
}

static void print_padded(const char *text, size_t width)
{
	size_t len = strlen(text);

	print_clean(text);
	for (; len < width; len++)
		putchar(' ');
}

static void print_applied(const struct transaction_status *found)
{
	printf("board      ");
	print_clean(found->board[0] ? found->board : "unknown");
	printf("\nbundle     version %" PRIu32 ", %" PRIu64 " bytes, sha256 ",
	       found->bundle_version, found->bundle_size);
	print_digest(found->bundle_sha256);
	printf("\noverlay    ");
	if (!found->item) {
		printf("none was needed\n");
		return;
	}
	print_clean(found->item);
	printf(", %" PRIu64 " bytes, sha256 ", found->overlay_size);
	print_digest(found->overlay_sha256);
	if (found->overlay_kept && found->tree_read)
		printf("\ntree       %" PRIu32 " of %" PRIu32 " nodes and properties are there",
		       found->present, found->present + found->absent + found->different);
	printf("\n");
}

static void print_registers(const struct transaction_status *found)
{
	printf("registers  %" PRIu32 " of %" PRIu32 " agree", found->agreeing, found->registers);
	if (found->held)
		printf(", %" PRIu32 " are held by guests", found->held);
	if (found->differing)
		printf(", %" PRIu32 " have other values", found->differing);
	if (found->unread)
		printf(", %" PRIu32 " cannot be read", found->unread);
	printf("\n");
}

static size_t longest_device(const struct boot_status *status)
{
	size_t width = strlen("device");

	for (size_t i = 0; i < status->device_count; i++)
		if (strlen(status->devices[i].device.name) > width)
			width = strlen(status->devices[i].device.name);
	for (size_t i = 0; i < status->found.link_count; i++) {
		if (strlen(status->found.links[i].proof.link) > width)
			width = strlen(status->found.links[i].proof.link);
		if (strlen(status->found.links[i].proof.gpu) > width)
			width = strlen(status->found.links[i].proof.gpu);
	}
	return width;
}

static void print_links(const struct boot_status *status, size_t width)
{
	printf("\n");
	print_padded("link", width);
	printf("  ");
	print_padded("GPU", width);
	printf("  tgt of register  tgt in tree      tgt in plan\n");
	for (size_t i = 0; i < status->found.link_count; i++) {
		const struct transaction_link *link = &status->found.links[i];

		print_padded(link->proof.link, width);
		printf("  ");
		print_padded(link->proof.gpu, width);
		printf("  0x%-13" PRIx64 "  0x%-13" PRIx64 "  0x%" PRIx64 "%s\n",
		       link->proof.tgt_bar, link->proof.tgt_tree, link->proof.tgt_plan,
		       link->status ? "  not proven" : "");
	}
}

static void print_devices(const struct boot_status *status, size_t width)
{
	printf("\n");
	print_padded("device", width);
	printf("  address       group  driver\n");
	for (size_t i = 0; i < status->device_count; i++) {
		const struct pci_function *function = status->devices[i].function;

		print_padded(status->devices[i].device.name, width);
		printf("  ");
		print_padded(function ? function->address : "-", 12);
		if (function && function->group != PCI_NO_GROUP)
			printf("  %-5" PRIu32 "  ", function->group);
		else
			printf("  %-5s  ", "-");
		print_clean(function && function->driver ? function->driver : "-");
		printf("\n");
	}
}

void print_status_text(const struct boot_status *status)
{
	const struct transaction_status *found = &status->found;
	size_t width = longest_device(status);

	if (found->state == RECORD_NONE)
		printf("state      nothing is applied\n");
	else
		printf("state      %s\n", record_state_name(found->state));
	printf("keys       %" PRIu32 "%s\n", status->keys,
	       status->locked_down ? ", and the kernel is locked down" : "");
	if (found->state != RECORD_NONE)
		print_applied(found);
	if (found->registers)
		print_registers(found);
	if (status->found.link_count)
		print_links(status, width);
	if (status->device_count)
		print_devices(status, width);
	if (status->problem_count)
		printf("\nproblems:\n");
	for (size_t i = 0; i < status->problem_count; i++) {
		printf("  ");
		print_clean(status->problems[i]);
		printf("\n");
	}
}
