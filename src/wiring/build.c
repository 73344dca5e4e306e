/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes declarations, gives boards with NPUs, GPUs and links. Never judges
 * whether what is described can work: that is for the rules.
 */
#include <stdlib.h>
#include <string.h>

#include "wiring/rules.h"
#include "wiring/value.h"

static void build_npu(struct resolve *resolve, struct board *board, struct declaration *declaration)
{
	struct npu *npu = arena_alloc(resolve->arena, sizeof(*npu));
	unsigned chips = board->family ? board->family->chip_ids : 128;

	declaration->object = npu;
	npu->board = board;
	npu->name = declaration->head->label.text;
	npu->span = declaration->head->where;
	npu->damaged = declaration->damaged;
	require_property(resolve, declaration, PROPERTY_CHIP, "chip",
			 "add `chip = N;`, the ibm,chip-id of the chip the NPU is on");
	if (!get_number(resolve, declaration, PROPERTY_CHIP, 0, chips - 1, &npu->chip))
		board->gaps |= GAP_CHIPS;
	get_number(resolve, declaration, PROPERTY_SCOM, 0, UINT32_MAX, &npu->scom);
	get_string(resolve, declaration, PROPERTY_PHB, &npu->phb);
	if (npu->phb.value && npu->phb.value[0] != '/') {
		WIRING_ERROR(resolve, WIRING_PROPERTY_RANGE, npu->phb.span,
			     "'phb' must be a full path, starting with '/'");
		npu->phb.value = NULL;
	}
	collect_extras(resolve, declaration, npu->extra);
	*ARRAY_PUSH(resolve->arena, &board->npus) = npu;
}

/* DDDD:BB:DD.F, in hex, as lspci -D writes it. */
static bool is_pci_address(const char *text)
{
	static const char pattern[] = "xxxx:xx:xx.x";
	size_t i;

	for (i = 0; pattern[i] && text[i]; i++) {
		bool hex = strchr("0123456789abcdef", text[i]) != NULL;

		if (pattern[i] == 'x' ? !hex : text[i] != pattern[i])
			return false;
	}
	return !pattern[i] && !text[i] && text[11] <= '7' && text[8] <= '1';
}

static void build_gpu(struct resolve *resolve, struct board *board, struct declaration *declaration)
{
	struct gpu *gpu = arena_alloc(resolve->arena, sizeof(*gpu));

	declaration->object = gpu;
	gpu->board = board;
	gpu->name = declaration->head->label.text;
	gpu->span = declaration->head->where;
	gpu->damaged = declaration->damaged;
	require_property(resolve, declaration, PROPERTY_SLOT, "slot",
			 "add `slot = \"…\";`, the slot's label (ibm,slot-label, ibm,loc-code)");
	get_string(resolve, declaration, PROPERTY_SLOT, &gpu->slot);
	get_string(resolve, declaration, PROPERTY_PATH, &gpu->path);
	if (gpu->path.value && gpu->path.value[0] != '/') {
		WIRING_ERROR(resolve, WIRING_PROPERTY_RANGE, gpu->path.span,
			     "'path' must be a full path, starting with '/'");
		gpu->path.value = NULL;
	}
	get_number(resolve, declaration, PROPERTY_GROUP, 0, 31, &gpu->group_set);
	get_number(resolve, declaration, PROPERTY_APERTURE, 0, UINT64_MAX, &gpu->aperture);
	get_string(resolve, declaration, PROPERTY_PCI, &gpu->pci);
	if (gpu->pci.value && !is_pci_address(gpu->pci.value)) {
		struct diag_record *error =
			WIRING_ERROR(resolve, WIRING_PROPERTY_RANGE, gpu->pci.span,
				     "'pci' must be domain:bus:device.function in lower-case hex");

		diag_fix(resolve->diags, error, "write it as lspci -D does: \"0004:04:00.0\"");
		gpu->pci.value = NULL;
	}
	collect_extras(resolve, declaration, gpu->extra);
	*ARRAY_PUSH(resolve->arena, &board->gpus) = gpu;
}

static void report_value(struct resolve *resolve, struct text text, const char *what,
			 const char *const *names, size_t count)
{
	const char *closest = closest_name(text.value, names, count);
	struct diag_record *error = WIRING_ERROR(resolve, WIRING_UNKNOWN_VALUE, text.span,
						 "there is no %s '%s'", what, text.value);
	struct buffer list = {0};

	for (size_t i = 0; i < count; i++)
		buffer_printf(&list, "%s%s", i ? ", " : "", names[i]);
	if (closest) {
		diag_fix(resolve->diags, error, "did you mean '%s'?", closest);
		diag_edit(resolve->diags, error, text.span, "%s", closest);
	} else {
		diag_fix(resolve->diags, error, "known: %s", list.data);
	}
	buffer_free(&list);
}

static void build_map(struct resolve *resolve, struct board *board, struct declaration *declaration)
{
	struct text word;
	const char *names[8];
	size_t count = 0;

	if (!board->family || !get_word(resolve, declaration, PROPERTY_MEMORY_MAP, &word))
		return;
	board->map = family_find_map(board->family, word.value);
	board->map_span = word.span;
	for (; count < board->family->map_count && count < 8; count++)
		names[count] = board->family->maps[count].name;
	if (!board->map)
		report_value(resolve, word, "memory map", names, count);
}

static void build_page_size(struct resolve *resolve, struct board *board,
			    struct declaration *declaration)
{
	struct number *size = &board->page_size;

	if (get_number(resolve, declaration, PROPERTY_PAGE_SIZE, 0, UINT64_MAX, size) &&
	    size->value != 4096 && size->value != 65536) {
		struct diag_record *error = WIRING_ERROR(resolve, WIRING_PROPERTY_RANGE, size->span,
							 "'page-size' must be 64KiB or 4KiB");

		diag_fix(resolve->diags, error, "the host's kernel: `getconf PAGESIZE` tells");
		size->set = false;
	}
	if (resolve->options->page_size) {
		size->set = true;
		size->value = resolve->options->page_size;
	}
	if (!size->set)
		size->value = PAGE_SIZE_DEFAULT;
}

static void build_head(struct resolve *resolve, struct board *board,
		       struct declaration *declaration)
{
	struct text word;
	size_t count;
	const char *const *names = family_names(&count);

	require_property(resolve, declaration, PROPERTY_COMPATIBLE, "compatible",
			 "add `compatible = \"…\";`, what the host's root node says it is");
	require_property(resolve, declaration, PROPERTY_FAMILY, "family",
			 "add `family = power9-npu2;`");
	require_property(resolve, declaration, PROPERTY_MEMORY_MAP, "memory-map",
			 "add `memory-map = gpu-4t-up;` (or gpu-4t-down; see nv2(5))");
	get_string(resolve, declaration, PROPERTY_MODEL, &board->model);
	get_strings(resolve, declaration, PROPERTY_COMPATIBLE, &board->compatible);
	if (get_word(resolve, declaration, PROPERTY_FAMILY, &word)) {
		board->family = family_find(word.value);
		if (!board->family)
			report_value(resolve, word, "chip family", names, count);
	}
	build_map(resolve, board, declaration);
	build_page_size(resolve, board, declaration);
	if (!board->family || !board->map)
		board->gaps |= GAP_HEAD;
}

static struct board *build_board(struct resolve *resolve, struct declaration *declaration)
{
	struct board *board = arena_alloc(resolve->arena, sizeof(*board));
	char *file_name;

	declaration->object = board;
	board->name = declaration->head->name.text;
	board->label = declaration->head->label.text;
	board->span = declaration->head->where;
	board->name_span = declaration->head->name.span;
	board->damaged = declaration->damaged;
	if (board->damaged)
		board->gaps |= GAP_LINKS;
	file_name = arena_strdup(resolve->arena, board->label ? board->label : board->name);
	for (char *at = file_name; *at; at++)
		if (*at == ',')
			*at = '_';
	board->file_name = intern_string(resolve->strings, file_name);
	build_head(resolve, board, declaration);

	for (size_t i = 0; i < declaration->children.count; i++) {
		struct declaration *child = declaration->children.items[i];

		if (child->deleted.file)
			continue;
		if (child->kind == BLOCK_NPU)
			build_npu(resolve, board, child);
		else if (child->kind == BLOCK_GPU)
			build_gpu(resolve, board, child);
	}
	build_links(resolve, declaration);
	*ARRAY_PUSH(resolve->arena, &resolve->wiring->boards) = board;
	return board;
}

struct wiring *build_wiring(struct arena *arena, struct intern *strings, struct diags *diags,
			    const struct syntax *syntax, const struct wiring_options *options)
{
	struct resolve resolve = {
		.arena = arena,
		.strings = strings,
		.diags = diags,
		.syntax = syntax,
		.options = options,
		.wiring = arena_alloc(arena, sizeof(struct wiring)),
	};

	resolve.wiring->end = syntax->end;
	declare_all(&resolve);
	for (size_t i = 0; i < resolve.boards.count; i++)
		if (!resolve.boards.items[i]->deleted.file)
			build_board(&resolve, resolve.boards.items[i]);
	for (size_t i = 0; i < resolve.guests.count; i++)
		if (!resolve.guests.items[i]->deleted.file)
			build_guest(&resolve, resolve.guests.items[i]);
	forget_symbols(&resolve);
	check_rules(arena, diags, resolve.wiring);
	return resolve.wiring;
}
