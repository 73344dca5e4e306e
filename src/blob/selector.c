/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a selector and a view of a tree, says whether a node is meant. Never
 * allocates, never keeps state, and needs nothing but memcmp and strlen.
 */
#include "blob/selector.h"

#include "blob/freestanding.h"

#define VENDOR_IBM 0x1014
#define VENDOR_NVIDIA 0x10de
/* Bus, device and function in the first cell of a PCI node's reg. */
#define PCI_BDF_MASK 0x00ffff00u
#define PCI_BDF_SHIFT 8

#define NO_KIND NV2_SELECTOR_KINDS

const struct nv2_selector_info nv2_selector_infos[] = {
	[NV2_SELECT_ROOT] = {"root", "board", NV2_ARGUMENT_STRINGS, NO_KIND},
	[NV2_SELECT_PATH] = {"path", "path", NV2_ARGUMENT_STRING, NO_KIND},
	[NV2_SELECT_XSCOM] = {"xscom", "chip-id", NV2_ARGUMENT_U32, NO_KIND},
	[NV2_SELECT_NPU] = {"npu", "scom", NV2_ARGUMENT_U32, NV2_SELECT_XSCOM},
	[NV2_SELECT_LINK] = {"link", "link-index", NV2_ARGUMENT_U32, NV2_SELECT_NPU},
	[NV2_SELECT_PHB] = {"phb", "address", NV2_ARGUMENT_U64, NO_KIND},
	[NV2_SELECT_BRIDGE] = {"bridge", "devfn", NV2_ARGUMENT_U32, NV2_SELECT_PHB},
	[NV2_SELECT_GPU] = {"gpu", "slot-label", NV2_ARGUMENT_STRING, NO_KIND},
	[NV2_SELECT_SLOT] = {"slot", "slot-label", NV2_ARGUMENT_STRING, NO_KIND},
};

_Static_assert(sizeof(nv2_selector_infos) / sizeof(nv2_selector_infos[0]) == NV2_SELECTOR_KINDS,
	      "each selector kind has a row");

enum nv2_selector_kind nv2_selector_kind_by_name(const char *name, size_t len)
{
	unsigned kind;

	for (kind = 0; kind < NV2_SELECTOR_KINDS; kind++) {
		const char *known = nv2_selector_infos[kind].name;

		if (strlen(known) == len && !memcmp(known, name, len))
			break;
	}
	return (enum nv2_selector_kind)kind;
}

static bool get_u32(const struct nv2_view *view, uintptr_t node, const char *name, uint64_t *value)
{
	uint32_t len;
	const void *bytes = view->property(view->context, node, name, &len);

	if (!bytes || len != 4)
		return false;
	*value = nv2_get_be32(bytes);
	return true;
}

/* The first `need` bytes of a reg. */
static const void *get_reg(const struct nv2_view *view, uintptr_t node, uint32_t need)
{
	uint32_t len;
	const void *bytes = view->property(view->context, node, "reg", &len);

	return bytes && len >= need ? bytes : NULL;
}

/* The length of a string without its NUL, or `len` if it has none. */
static uint32_t string_len(const char *text, uint32_t len)
{
	uint32_t at = 0;

	while (at < len && text[at])
		at++;
	return at;
}

static bool get_string(const struct nv2_view *view, uintptr_t node, const char *name,
		       const char **text, uint32_t *text_len)
{
	uint32_t len;
	const char *bytes = view->property(view->context, node, name, &len);

	if (!bytes)
		return false;
	*text = bytes;
	*text_len = string_len(bytes, len);
	return *text_len + 1 == len;
}

static bool list_has(const char *list, uint32_t len, const char *text, uint32_t text_len)
{
	while (len) {
		uint32_t part = string_len(list, len);

		if (part == len)
			return false;
		if (part == text_len && !memcmp(list, text, part))
			return true;
		list += part + 1;
		len -= part + 1;
	}
	return false;
}

static bool is_compatible(const struct nv2_view *view, uintptr_t node, const char *name)
{
	uint32_t len;
	const char *list = view->property(view->context, node, "compatible", &len);

	return list && list_has(list, len, name, (uint32_t)strlen(name));
}

static bool has_vendor(const struct nv2_view *view, uintptr_t node, uint32_t vendor)
{
	uint64_t value;

	return get_u32(view, node, "vendor-id", &value) && value == vendor;
}

static bool describe_bridge(const struct nv2_view *view, uintptr_t node,
			    struct nv2_selector *selector)
{
	const void *reg = get_reg(view, node, 4);

	if (!reg || !has_vendor(view, node, VENDOR_IBM))
		return false;
	selector->value = (nv2_get_be32(reg) & PCI_BDF_MASK) >> PCI_BDF_SHIFT;
	return true;
}

/* Firmware puts the location code on the slot's port, above the GPU, or on the GPU itself. */
static bool describe_gpu(const struct nv2_view *view, uintptr_t node, struct nv2_selector *selector)
{
	uint32_t len;

	if (!has_vendor(view, node, VENDOR_NVIDIA))
		return false;
	while (!view->property(view->context, node, "ibm,loc-code", &len))
		if (!view->parent(view->context, node, &node))
			return false;
	return get_string(view, node, "ibm,loc-code", &selector->text, &selector->text_len);
}

static bool describe_slot(const struct nv2_view *view, uintptr_t node,
			  struct nv2_selector *selector)
{
	return view->parent(view->context, node, &node) &&
	       is_compatible(view, node, "ibm,pcie-port") &&
	       get_string(view, node, "ibm,slot-label", &selector->text, &selector->text_len);
}

bool nv2_selector_describe(enum nv2_selector_kind kind, const struct nv2_view *view, uintptr_t node,
			   struct nv2_selector *selector)
{
	const void *reg;

	*selector = (struct nv2_selector){.kind = kind};
	switch (kind) {
	case NV2_SELECT_XSCOM:
		return is_compatible(view, node, "ibm,xscom") &&
		       get_u32(view, node, "ibm,chip-id", &selector->value);
	case NV2_SELECT_NPU:
		reg = get_reg(view, node, 4);
		if (!reg || !is_compatible(view, node, "ibm,power9-npu"))
			return false;
		selector->value = nv2_get_be32(reg);
		return true;
	case NV2_SELECT_LINK:
		return is_compatible(view, node, "ibm,npu-link") &&
		       get_u32(view, node, "ibm,npu-link-index", &selector->value);
	case NV2_SELECT_PHB:
		reg = get_reg(view, node, 8);
		if (!reg || !is_compatible(view, node, "ibm,power9-npu-pciex"))
			return false;
		selector->value = nv2_get_be64(reg);
		return true;
	case NV2_SELECT_BRIDGE:
		return describe_bridge(view, node, selector);
	case NV2_SELECT_GPU:
		return describe_gpu(view, node, selector);
	case NV2_SELECT_SLOT:
		return describe_slot(view, node, selector);
	default:
		return false;
	}
}

static bool match_board(const struct nv2_selector *selector, const struct nv2_view *view,
			uintptr_t node)
{
	const char *at = selector->text;
	uint32_t len, left = selector->text_len;
	const char *list = view->property(view->context, node, "compatible", &len);
	uintptr_t parent;

	if (!list || view->parent(view->context, node, &parent))
		return false;
	while (left) {
		uint32_t part = string_len(at, left);

		if (part == left)
			return false;
		if (list_has(list, len, at, part))
			return true;
		at += part + 1;
		left -= part + 1;
	}
	return false;
}

/* From the last part of the path upwards, as a node knows its parent only. */
static bool match_path(const struct nv2_selector *selector, const struct nv2_view *view,
		       uintptr_t node)
{
	const char *path = selector->text;
	uint32_t end = selector->text_len;
	uintptr_t parent;

	if (!end || path[0] != '/')
		return false;
	while (view->parent(view->context, node, &parent)) {
		const char *name = view->name(view->context, node);
		size_t len = strlen(name);

		if (end <= len || path[end - len - 1] != '/' ||
		    memcmp(path + (end - len), name, len) != 0)
			return false;
		end -= (uint32_t)len + 1;
		node = parent;
	}
	return end == 0 || (end == 1 && selector->text_len == 1);
}

static bool match_one(const struct nv2_selector *selector, const struct nv2_view *view,
		      uintptr_t node)
{
	struct nv2_selector found;

	if (selector->kind == NV2_SELECT_ROOT)
		return match_board(selector, view, node);
	if (selector->kind == NV2_SELECT_PATH)
		return match_path(selector, view, node);
	if (!nv2_selector_describe(selector->kind, view, node, &found))
		return false;
	return found.value == selector->value && found.text_len == selector->text_len &&
	       (!found.text_len || !memcmp(found.text, selector->text, found.text_len));
}

bool nv2_selector_match(const struct nv2_selector *selector, const struct nv2_view *view,
			uintptr_t node)
{
	for (unsigned steps = 0; steps < NV2_SELECTOR_KINDS; steps++) {
		if (!match_one(selector, view, node))
			return false;
		selector = selector->under;
		if (!selector)
			return true;
		if (!view->parent(view->context, node, &node))
			return false;
	}
	return false;
}

static bool decode_argument(const struct nv2_view *view, uintptr_t node,
			    struct nv2_selector *selector)
{
	const struct nv2_selector_info *info = &nv2_selector_infos[selector->kind];
	uint32_t len;
	const void *bytes = view->property(view->context, node, info->argument, &len);

	if (!bytes)
		return false;
	switch (info->type) {
	case NV2_ARGUMENT_U32:
		return get_u32(view, node, info->argument, &selector->value);
	case NV2_ARGUMENT_U64:
		if (len != 8)
			return false;
		selector->value = nv2_get_be64(bytes);
		return true;
	case NV2_ARGUMENT_STRING:
		return get_string(view, node, info->argument, &selector->text,
				  &selector->text_len) &&
		       selector->text_len;
	default: /* NV2_ARGUMENT_STRINGS */
		selector->text = bytes;
		selector->text_len = len;
		return len && !selector->text[len - 1];
	}
}

enum nv2_selector_status nv2_selector_decode(const struct nv2_view *view, uintptr_t node,
					     struct nv2_selector *selector, uint32_t *under)
{
	const char *kind;
	uint32_t kind_len;
	uint64_t number;

	*selector = (struct nv2_selector){.kind = NO_KIND};
	*under = UINT32_MAX;
	if (!get_string(view, node, "kind", &kind, &kind_len))
		return NV2_SELECTOR_NO_KIND;
	selector->kind = nv2_selector_kind_by_name(kind, kind_len);
	if (selector->kind == NO_KIND)
		return NV2_SELECTOR_UNKNOWN_KIND;
	if (!decode_argument(view, node, selector))
		return NV2_SELECTOR_BAD_ARGUMENT;
	if (nv2_selector_infos[selector->kind].under != NO_KIND) {
		if (!get_u32(view, node, "under", &number) || number == UINT32_MAX)
			return NV2_SELECTOR_BAD_UNDER;
		*under = (uint32_t)number;
	}
	return NV2_SELECTOR_OK;
}

static const char *find_byte(const char *text, const char *end, char byte)
{
	while (text < end && *text != byte)
		text++;
	return text < end ? text : NULL;
}

bool nv2_fixup_parse(const char *text, size_t len, struct nv2_fixup *fixup)
{
	const char *end = text + len, *first, *second;
	uint32_t offset = 0;

	if (len > UINT32_MAX)
		return false;
	first = find_byte(text, end, ':');
	second = first ? find_byte(first + 1, end, ':') : NULL;
	if (!second || first == text || second == first + 1 || second + 1 == end)
		return false;
	for (const char *at = second + 1; at < end; at++) {
		uint32_t digit = (uint32_t)(unsigned char)*at - '0';

		if (digit > 9 || offset > (UINT32_MAX - digit) / 10)
			return false;
		offset = offset * 10 + digit;
	}
	*fixup = (struct nv2_fixup){
		.path = text,
		.path_len = (uint32_t)(first - text),
		.property = first + 1,
		.property_len = (uint32_t)(second - first - 1),
		.offset = offset,
	};
	return true;
}
