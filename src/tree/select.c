/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes selectors and a tree, gives the nodes they mean. Never decides what
 * a selector means: blob/selector.c does, for the boot library as well.
 */
#include "tree/select.h"

#include <inttypes.h>
#include <string.h>

#include "tree/report.h"

/* A node under the key by which selectors of one kind find it. */
struct entry {
	const struct entry *next; /* with the same hash */
	const struct tree_node *node;
	struct nv2_selector said; /* what a selector for it says */
};

struct select_index {
	struct arena *arena;
	const struct tree *tree;
	struct word_map by_key; /* a hash to the first entry, in document order */
	struct word_map last;   /* and to the last */
	ARRAY(const struct entry *) by_kind[NV2_SELECTOR_KINDS];
};

static const struct tree_node *to_node(uintptr_t node)
{
	return (const struct tree_node *)node;
}

static const void *view_property(const void *context, uintptr_t node, const char *name,
				 uint32_t *len)
{
	const struct tree_property *property = tree_find_property(context, to_node(node), name);

	*len = property ? property->len : 0;
	return property ? property->value : NULL;
}

static bool view_parent(const void *context, uintptr_t node, uintptr_t *parent)
{
	(void)context;
	*parent = (uintptr_t)to_node(node)->parent;
	return *parent;
}

static const char *view_name(const void *context, uintptr_t node)
{
	(void)context;
	return to_node(node)->name;
}

struct nv2_view tree_view(const struct tree *tree)
{
	return (struct nv2_view){
		.property = view_property,
		.parent = view_parent,
		.name = view_name,
		.context = tree,
	};
}

static bool is_below(enum nv2_selector_kind kind)
{
	return nv2_selector_infos[kind].under != NV2_SELECTOR_KINDS;
}

/* Never 0. Two keys may share a hash: what it finds is matched again. */
static uintptr_t hash_key(const struct nv2_selector *selector, const struct tree_node *parent)
{
	uintptr_t above = is_below(selector->kind) ? (uintptr_t)parent : 0;
	uint32_t kind = selector->kind, hash = HASH_SEED;

	hash = hash_bytes(hash, &kind, sizeof(kind));
	hash = hash_bytes(hash, &above, sizeof(above));
	hash = hash_bytes(hash, &selector->value, sizeof(selector->value));
	hash = hash_bytes(hash, selector->text, selector->text_len);
	return (uintptr_t)hash | (uintptr_t)1 << 31;
}

static void add_entry(struct select_index *index, const struct tree_node *node,
		      const struct nv2_selector *said)
{
	struct entry *entry = arena_alloc(index->arena, sizeof(*entry));
	uintptr_t key = hash_key(said, node->parent);
	struct entry *last = (struct entry *)word_map_get(&index->last, key);

	*entry = (struct entry){.node = node, .said = *said};
	if (last)
		last->next = entry;
	else
		word_map_set(index->arena, &index->by_key, key, (uintptr_t)entry);
	word_map_set(index->arena, &index->last, key, (uintptr_t)entry);
	*ARRAY_PUSH(index->arena, &index->by_kind[said->kind]) = entry;
}

struct select_index *select_index_new(struct arena *arena, const struct tree *tree)
{
	struct select_index *index = arena_alloc(arena, sizeof(*index));
	struct nv2_view view = tree_view(tree);

	index->arena = arena;
	index->tree = tree;
	for (const struct tree_node *node = tree->root; node; node = tree_next(tree->root, node)) {
		for (unsigned kind = 0; kind < NV2_SELECTOR_KINDS; kind++) {
			struct nv2_selector said;

			if (nv2_selector_describe((enum nv2_selector_kind)kind, &view,
						  (uintptr_t)node, &said))
				add_entry(index, node, &said);
		}
	}
	return index;
}

static void add_match(struct tree_matches *matches, const struct select_index *index,
		      const struct nv2_selector *selector, const struct tree_node *node)
{
	struct nv2_view view = tree_view(index->tree);

	if (!node || !nv2_selector_match(selector, &view, (uintptr_t)node))
		return;
	if (!matches->first)
		matches->first = node;
	else
		matches->second = node;
}

static bool is_one(struct tree_matches matches)
{
	return matches.first && !matches.second;
}

struct tree_matches select_nodes(const struct select_index *index,
				 const struct nv2_selector *selector)
{
	struct tree_matches matches = {0};
	const struct tree_node *parent = NULL;
	const struct entry *entry;

	if (selector->kind == NV2_SELECT_ROOT) {
		add_match(&matches, index, selector, index->tree->root);
		return matches;
	}
	if (selector->kind == NV2_SELECT_PATH) {
		add_match(&matches, index, selector,
			  tree_find_exact_path(index->tree, selector->text, selector->text_len));
		return matches;
	}
	if (is_below(selector->kind)) {
		struct tree_matches above;

		/* Kinds form a chain of at most three, so this does not go deep. */
		if (!selector->under ||
		    !nv2_selector_goes_under(selector->kind, selector->under->kind))
			return matches;
		above = select_nodes(index, selector->under);
		if (!is_one(above))
			return matches;
		parent = above.first;
	}
	entry = (const struct entry *)word_map_get(&index->by_key, hash_key(selector, parent));
	for (; entry && !matches.second; entry = entry->next)
		add_match(&matches, index, selector, entry->node);
	return matches;
}

const char *select_closest(const struct select_index *index, const struct nv2_selector *selector)
{
	size_t count = index->by_kind[selector->kind].count;
	const char **names;

	if (nv2_selector_infos[selector->kind].type != NV2_ARGUMENT_STRING || !count)
		return NULL;
	names = arena_alloc(index->arena, count * sizeof(*names));
	for (size_t i = 0; i < count; i++) {
		const struct nv2_selector *said = &index->by_kind[selector->kind].items[i]->said;

		names[i] = arena_strndup(index->arena, said->text, said->text_len);
	}
	return closest_name(arena_strndup(index->arena, selector->text, selector->text_len), names,
			    count);
}

bool tree_is_late_bound(const struct tree *overlay)
{
	return tree_find_child(overlay, overlay->root, "nv2-bind");
}

static const char *show_strings(struct arena *arena, const char *text, uint32_t len)
{
	struct buffer shown = {0};
	const char *copy;

	tree_write_value((const unsigned char *)text, len, TREE_STRINGS, &shown);
	copy = arena_strdup(arena, shown.len ? shown.data : "none");
	buffer_free(&shown);
	return copy;
}

static const char *describe_one(struct arena *arena, const struct nv2_selector *selector)
{
	switch (selector->kind) {
	case NV2_SELECT_ROOT:
		return arena_printf(arena, "the root of %s",
				    show_strings(arena, selector->text, selector->text_len));
	case NV2_SELECT_PATH:
		return arena_printf(arena, "%.*s", (int)selector->text_len, selector->text);
	case NV2_SELECT_XSCOM:
		return arena_printf(arena, "\"ibm,xscom\" with ibm,chip-id %" PRIu64,
				    selector->value);
	case NV2_SELECT_NPU:
		return arena_printf(arena, "\"ibm,power9-npu\" with reg 0x%" PRIx64,
				    selector->value);
	case NV2_SELECT_LINK:
		return arena_printf(arena, "\"ibm,npu-link\" with ibm,npu-link-index %" PRIu64,
				    selector->value);
	case NV2_SELECT_PHB:
		return arena_printf(arena, "\"ibm,power9-npu-pciex\" with reg 0x%" PRIx64,
				    selector->value);
	case NV2_SELECT_BRIDGE:
		return arena_printf(arena, "vendor-id 0x1014 with reg 0x%" PRIx64 " (%02x:%02x.%x)",
				    selector->value << 8, (unsigned)(selector->value >> 8),
				    (unsigned)(selector->value >> 3 & 0x1f),
				    (unsigned)(selector->value & 7));
	case NV2_SELECT_GPU:
		return arena_printf(arena, "vendor-id 0x10de with ibm,loc-code \"%.*s\"",
				    (int)selector->text_len, selector->text);
	case NV2_SELECT_SLOT:
		return arena_printf(arena,
				    "a child of \"ibm,pcie-port\" with ibm,slot-label \"%.*s\"",
				    (int)selector->text_len, selector->text);
	default:
		return "nothing known";
	}
}

const char *describe_selector(struct arena *arena, const struct nv2_selector *selector)
{
	const char *text = describe_one(arena, selector);

	for (selector = selector->under; selector; selector = selector->under)
		text = arena_printf(arena, "%s below %s", text, describe_one(arena, selector));
	return text;
}

static bool refuse_selector(struct diags *diags, enum tree_code code, const struct tree *tree,
			    const struct tree_node *node, const char *why)
{
	report_node(diags, code, tree, node, NULL, "the selector %s", why);
	return false;
}

/* The number of a selector is its reg: its node's name is for people. */
static bool take_number(const struct tree *tree, const struct tree_node *node, struct diags *diags,
			struct bind_selectors *selectors, struct bind_selector **selector)
{
	uint32_t number;

	if (!property_u32(tree_find_property(tree, node, "reg"), &number))
		return refuse_selector(diags, TREE_BIND_DAMAGED, tree, node,
				       "has no number in reg");
	if (number >= selectors->count)
		return refuse_selector(diags, TREE_BIND_DAMAGED, tree, node,
				       "has a number beyond their count");
	*selector = &selectors->items[number];
	if ((*selector)->node)
		return refuse_selector(diags, TREE_BIND_DAMAGED, tree, node,
				       "has the number of another");
	(*selector)->node = node;
	return true;
}

static bool read_selector(const struct tree *tree, const struct tree_node *node,
			  struct diags *diags, struct bind_selector *selector, uint32_t *under)
{
	struct nv2_view view = tree_view(tree);

	selector->what = property_string(tree_find_property(tree, node, "what"));
	if (!selector->what)
		selector->what = node->name;
	switch (nv2_selector_decode(&view, (uintptr_t)node, &selector->match, under)) {
	case NV2_SELECTOR_OK:
		return true;
	case NV2_SELECTOR_NO_KIND:
		return refuse_selector(diags, TREE_BIND_DAMAGED, tree, node, "has no kind");
	case NV2_SELECTOR_UNKNOWN_KIND:
		return refuse_selector(diags, TREE_BIND_VERSION, tree, node,
				       "is of a kind that this version does not know");
	case NV2_SELECTOR_BAD_UNDER:
		return refuse_selector(diags, TREE_BIND_DAMAGED, tree, node,
				       "does not say which selector it is under");
	case NV2_SELECTOR_BAD_ARGUMENT:
		break;
	}
	report_node(diags, TREE_BIND_DAMAGED, tree, node, NULL,
		    "the selector of kind %s has no %s, or one of the wrong type",
		    nv2_selector_infos[selector->match.kind].name,
		    nv2_selector_infos[selector->match.kind].argument);
	return false;
}

static bool link_selector(const struct tree *tree, struct diags *diags,
			  struct bind_selectors *selectors, struct bind_selector *selector,
			  uint32_t under)
{
	enum nv2_selector_kind kind = selector->match.kind;

	if (under == UINT32_MAX)
		return true;
	if (under >= selectors->count ||
	    !nv2_selector_goes_under(kind, selectors->items[under].match.kind)) {
		report_node(diags, TREE_BIND_DAMAGED, tree, selector->node, NULL,
			    "the selector is under %" PRIu32 ", which is none of kind %s", under,
			    nv2_selector_infos[nv2_selector_infos[kind].under].name);
		return false;
	}
	selector->match.under = &selectors->items[under].match;
	return true;
}

/* A place that a selector fills in holds all ones, so that nobody mistakes it for a phandle. */
static bool check_places(const struct overlay *overlay, struct diags *diags, size_t first)
{
	bool ok = true;

	for (size_t i = first; i < overlay->references.count; i++) {
		const struct reference *reference = &overlay->references.items[i];

		if (get_be32(reference->property->value + reference->offset) == UINT32_MAX)
			continue;
		report_node(diags, TREE_BIND_DAMAGED, overlay->tree, reference->node,
			    reference->property,
			    "offset %" PRIu32 " of %s is to be filled in, but is not 0xffffffff",
			    reference->offset, reference->property->name);
		ok = false;
	}
	return ok;
}

static bool read_bind_node(const struct overlay *overlay, struct diags *diags,
			   struct bind_selectors *selectors)
{
	const struct tree *tree = overlay->tree;
	uint32_t *under;
	bool ok = true;

	selectors->count = overlay->bind->child_count;
	selectors->items = arena_alloc(tree->arena, selectors->count * sizeof(*selectors->items));
	under = arena_alloc(tree->arena, selectors->count * sizeof(*under));
	for (const struct tree_node *node = overlay->bind->children; node; node = node->next) {
		struct bind_selector *selector = NULL;

		if (!take_number(tree, node, diags, selectors, &selector) ||
		    !read_selector(tree, node, diags, selector,
				   &under[selector - selectors->items]))
			ok = false;
	}
	for (size_t i = 0; ok && i < selectors->count; i++)
		ok = link_selector(tree, diags, selectors, &selectors->items[i], under[i]);
	return ok;
}

bool bind_read_selectors(struct overlay *overlay, struct diags *diags,
			 struct bind_selectors *selectors)
{
	const struct tree *tree = overlay->tree;
	size_t first = overlay->references.count;
	bool ok = true;

	*selectors = (struct bind_selectors){0};
	if (!overlay->bind) {
		report_node(diags, TREE_BIND_DAMAGED, tree, NULL, NULL,
			    "the overlay is not late-bound: it has no nv2-bind");
		return false;
	}
	if (!property_has_string(tree_find_property(tree, overlay->bind, "compatible"),
				 "nv2,bind-1")) {
		report_node(diags, TREE_BIND_VERSION, tree, overlay->bind, NULL,
			    "nv2-bind is not compatible with \"nv2,bind-1\"");
		return false;
	}
	if (!read_bind_node(overlay, diags, selectors))
		return false;
	for (size_t i = 0; i < selectors->count; i++) {
		const struct tree_node *node = selectors->items[i].node;
		const struct tree_property *list = tree_find_property(tree, node, "fixups");
		struct reference model = {.kind = REFERENCE_SELECTOR, .selector = (uint32_t)i};

		if (list &&
		    !overlay_add_fixups(overlay, diags, node, list, model, TREE_BIND_DAMAGED))
			ok = false;
	}
	if (!check_places(overlay, diags, first))
		ok = false;
	return overlay_link_references(overlay, diags) && ok;
}

static void report_board(const struct bind_selector *selector, const struct overlay *overlay,
			 const struct tree *base, struct diags *diags)
{
	const struct tree_property *compatible = tree_find_property(base, base->root, "compatible");

	report_node(diags, TREE_BOARD_MISMATCH, base, base->root, compatible,
		    "%s is for %s, and %s is %s", overlay->tree->file,
		    show_strings(diags->arena, selector->match.text, selector->match.text_len),
		    base->file,
		    compatible ? show_value(diags->arena, compatible)
			       : "a tree without compatible");
}

/* Whether another selector means what is called so: then it is no slip of this one. */
static bool is_meant_by_another(const struct bind_selectors *selectors,
				const struct bind_selector *selector, const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < selectors->count; i++) {
		const struct nv2_selector *other = &selectors->items[i].match;

		if (&selectors->items[i] != selector && other->kind == selector->match.kind &&
		    other->text_len == len && !memcmp(other->text, text, len))
			return true;
	}
	return false;
}

/* What to do where a node of some kind is missing. */
static const char *missing_fix(enum nv2_selector_kind kind)
{
	switch (kind) {
	case NV2_SELECT_NPU:
	case NV2_SELECT_LINK:
		return "merge the host-fw overlay first: it is what adds NPUs and links";
	case NV2_SELECT_BRIDGE:
		return "firmware makes it for each link it knows: compare the board's links with "
		       "the tree's (nv2dtc verify)";
	case NV2_SELECT_GPU:
	case NV2_SELECT_SLOT:
		return "check that the slot has power, and that its label is spelt as the machine "
		       "spells it";
	default:
		return "check that this is the tree of the host, whole, and the chip ids of the "
		       "wiring";
	}
}

static void report_missing(const struct bind_selectors *selectors,
			   const struct bind_selector *selector, const struct overlay *overlay,
			   const struct tree *base, const struct select_index *index,
			   struct diags *diags)
{
	const char *close = hints_wanted(diags) ? select_closest(index, &selector->match) : NULL;
	struct diag_record *record;

	if (close && is_meant_by_another(selectors, selector, close))
		close = NULL;

	record = report_node(diags, TREE_SELECTOR_MISSING, overlay->tree, selector->node, NULL,
			     "%s lacks %s: no node is %s", base->file, selector->what,
			     describe_selector(diags->arena, &selector->match));
	if (close)
		diag_fix(diags, record, "did you mean \"%s\"?", close);
	else
		diag_fix(diags, record, "%s", missing_fix(selector->match.kind));
}

static void report_ambiguous(const struct bind_selector *selector, const struct overlay *overlay,
			     const struct tree *base, struct tree_matches matches,
			     struct diags *diags)
{
	struct diag_record *record;

	record = report_node(diags, TREE_SELECTOR_AMBIGUOUS, overlay->tree, selector->node, NULL,
			     "%s has more than one node that could be %s: %s", base->file,
			     selector->what, describe_selector(diags->arena, &selector->match));
	note_node(diags, record, base, matches.first, NULL, "this is one");
	note_node(diags, record, base, matches.second, NULL, "this is another");
}

bool bind_select(struct bind_selectors *selectors, const struct overlay *overlay,
		 const struct tree *base, struct diags *diags)
{
	struct select_index *index = select_index_new(overlay->tree->arena, base);
	bool ok = true;

	/* On the wrong board everything is missing: that it is the wrong one is all to say. */
	for (size_t i = 0; i < selectors->count; i++) {
		const struct bind_selector *selector = &selectors->items[i];

		if (selector->match.kind != NV2_SELECT_ROOT ||
		    select_nodes(index, &selector->match).first)
			continue;
		report_board(selector, overlay, base, diags);
		return false;
	}
	for (size_t i = 0; i < selectors->count; i++) {
		struct bind_selector *selector = &selectors->items[i];
		const struct nv2_selector *under = selector->match.under;
		struct tree_matches matches;

		matches = select_nodes(index, &selector->match);
		if (is_one(matches)) {
			selector->found = matches.first;
			continue;
		}
		ok = false;
		/* What is above is reported under its own number. */
		if (under && !is_one(select_nodes(index, under)))
			continue;
		if (matches.first)
			report_ambiguous(selector, overlay, base, matches, diags);
		else
			report_missing(selectors, selector, overlay, base, index, diags);
	}
	return ok;
}
