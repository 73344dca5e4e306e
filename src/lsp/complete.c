/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes a place in a text, gives what may be written there: statements,
 * properties, values and labels. Never offers what the block cannot hold.
 */
#include <string.h>

#include "lsp/context.h"
#include "lsp/server.h"
#include "lsp/words.h"

enum item_kind {
	ITEM_FIELD = 5,
	ITEM_PROPERTY = 10,
	ITEM_VALUE = 12,
	ITEM_KEYWORD = 14,
	ITEM_REFERENCE = 18,
};

struct completion {
	const struct analysis *analysis;
	struct context context;
	enum block_kind block; /* BLOCK_KINDS: the top of a file */
	bool known;            /* the block is one that holds statements */
	json_t *items;
};

static void offer(struct completion *completion, const char *label, enum item_kind kind,
		  const char *about)
{
	json_t *item =
		json_pack("{s:o, s:i}", "label", rpc_text(label, strlen(label)), "kind", (int)kind);

	if (about)
		json_object_set_new(item, "documentation", rpc_text(about, strlen(about)));
	json_array_append_new(completion->items, item);
}

static void offer_all(struct completion *completion, const char *const *texts)
{
	for (; *texts; texts++)
		offer(completion, *texts, ITEM_VALUE, NULL);
}

static bool is_offered(const json_t *items, const char *label)
{
	const json_t *item;
	size_t i;

	json_array_foreach(items, i,
			   item) if (!strcmp(json_string_value(json_object_get(item, "label")),
					     label)) return true;
	return false;
}

/* Labels of things of these kinds: bits, by enum block_kind. */
static void offer_labels(struct completion *completion, unsigned kinds)
{
	const struct name_index *names = &completion->analysis->names;

	for (size_t i = 0; i < names->uses.count; i++) {
		const struct declaration *thing = names->uses.items[i].declaration;

		if (names->uses.items[i].declares && kinds >> thing->kind & 1 &&
		    !thing->deleted.file && !is_offered(completion->items, thing->head->label.text))
			offer(completion, thing->head->label.text, ITEM_REFERENCE,
			      block_name(thing->kind));
	}
}

static void find_block(struct completion *completion)
{
	const struct context *context = &completion->context;
	const char *word = context->depth ? context->blocks[context->depth - 1] : NULL;
	const struct name_index *names = &completion->analysis->names;

	completion->block = BLOCK_KINDS;
	completion->known = !word;
	for (unsigned kind = 0; word && kind < BLOCK_KINDS; kind++)
		if (!strcmp(word, block_name((enum block_kind)kind))) {
			completion->block = (enum block_kind)kind;
			completion->known = true;
		}
	for (size_t i = 0; word && word[0] == '&' && i < names->uses.count; i++) {
		const struct declaration *thing = names->uses.items[i].declaration;

		if (thing->head->label.text && !strcmp(thing->head->label.text, word + 1)) {
			completion->block = thing->kind;
			completion->known = true;
		}
	}
	/* An .nv2i by itself may be included anywhere. */
	if (!word && completion->analysis->document->fragment)
		completion->block = BLOCK_BOARD;
}

static void offer_statements(struct completion *completion)
{
	static const char *const directives[] = {"/include/", "/delete/"};
	const char *word;

	for (size_t i = 0; (word = language_word(i)); i++)
		if (word_places(word) >> completion->block & 1)
			offer(completion, word, ITEM_KEYWORD, word_meaning(word, strlen(word)));
	for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++)
		if (word_places(directives[i]) >> completion->block & 1)
			offer(completion, directives[i], ITEM_KEYWORD,
			      word_meaning(directives[i], strlen(directives[i])));
	for (enum property_id id = 0; id < PROPERTY_COUNT; id++)
		if (property_block(id) == completion->block)
			offer(completion, property_name(id), ITEM_PROPERTY, property_meaning(id));
}

static void offer_maps(struct completion *completion)
{
	size_t count;
	const char *const *names = family_names(&count);

	for (size_t i = 0; i < count; i++) {
		const struct family *family = family_find(names[i]);

		for (size_t j = 0; j < family->map_count; j++)
			if (!is_offered(completion->items, family->maps[j].name))
				offer(completion, family->maps[j].name, ITEM_VALUE, family->name);
	}
}

static void offer_values(struct completion *completion, const char *property, size_t len)
{
	static const char *const sizes[] = {"64KiB", "4KiB", NULL};
	size_t count;
	const char *const *families = family_names(&count);

	for (enum property_id id = 0; id < PROPERTY_COUNT; id++) {
		if (property_block(id) != completion->block || strlen(property_name(id)) != len ||
		    memcmp(property_name(id), property, len) != 0)
			continue;
		if (id == PROPERTY_FAMILY)
			for (size_t i = 0; i < count; i++)
				offer(completion, families[i], ITEM_VALUE, NULL);
		else if (id == PROPERTY_MEMORY_MAP)
			offer_maps(completion);
		else if (id == PROPERTY_PAGE_SIZE)
			offer_all(completion, sizes);
		else if (id == PROPERTY_NPU)
			offer_labels(completion, 1u << BLOCK_NPU);
		else if (id == PROPERTY_BOARD)
			offer_labels(completion, 1u << BLOCK_BOARD);
		else if (id == PROPERTY_DEVICES)
			offer_labels(completion,
				     1u << BLOCK_NPU | 1u << BLOCK_GPU | 1u << BLOCK_LINK);
	}
}

static void offer_rates(struct completion *completion)
{
	size_t count;
	const char *const *names = family_names(&count);
	char text[64];

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < family_find(names[i])->rate_count; j++) {
			snprintf(text, sizeof(text), "%s Gbps",
				 family_find(names[i])->rates[j].text);
			if (!is_offered(completion->items, text))
				offer(completion, text, ITEM_VALUE, NULL);
		}
}

static bool ends_with(const char *text, size_t len, const char *end)
{
	size_t end_len = strlen(end);

	return len >= end_len && !memcmp(text + len - end_len, end, end_len);
}

static void complete(struct completion *completion, const char *text)
{
	static const char *const outputs[] = {"host-fw", "host-os", "guest", NULL};
	const struct context *context = &completion->context;
	const char *statement = text + context->statement;
	size_t len = context->end - context->statement;
	size_t word = strcspn(statement, " \t\r\n=:{;&</");
	const char *equals = memchr(statement, '=', len);
	bool slots = context->depth && !strcmp(context->blocks[context->depth - 1], "slots");
	bool end;

	while (len && strchr(" \t\r\n", statement[len - 1]))
		len--;
	end = ends_with(statement, len, "link") || ends_with(statement, len, "<->");
	if ((slots || end) && !equals)
		offer_labels(completion, 1u << BLOCK_NPU | 1u << BLOCK_GPU);
	else if (ends_with(statement, len, "&"))
		offer_labels(completion, (1u << BLOCK_KINDS) - 1);
	else if (!len && completion->known)
		offer_statements(completion);
	else if (equals)
		offer_values(completion, statement, word);
	else if (ends_with(statement, len, " at"))
		offer_rates(completion);
	else if (ends_with(statement, len, "extra"))
		offer_all(completion, outputs);
	else if (memchr(statement, '>', len) && !ends_with(statement, len, ":"))
		offer(completion, "at", ITEM_KEYWORD, word_meaning("at", 2));
}

json_t *answer_completion(struct server *server, const json_t *params, struct failure *failure)
{
	struct completion completion = {0};
	struct place_params place;

	if (!read_place(server, params, &place, failure))
		return NULL;
	completion.analysis = place.analysis;
	completion.items = json_array();
	read_context(place.source->text, place.offset, &completion.context);
	if (completion.context.quiet)
		return completion.items;
	find_block(&completion);
	complete(&completion, place.source->text);
	return completion.items;
}
