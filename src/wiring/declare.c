/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes the syntax tree, gives declarations: what there is once all
 * amendments and deletions are done. Never looks at a value.
 */
#include "wiring/names.h"

#include <assert.h>
#include <string.h>

static const char *const block_names[] = {
	[BLOCK_BOARD] = "board", [BLOCK_NPU] = "npu",     [BLOCK_GPU] = "gpu",
	[BLOCK_LINK] = "link",   [BLOCK_GUEST] = "guest", [BLOCK_PHB] = "phb",
};

static_assert(sizeof(block_names) / sizeof(block_names[0]) == BLOCK_KINDS, "every block has a name");

const char *block_phrase(enum block_kind kind)
{
	static const char *const phrases[] = {
		[BLOCK_BOARD] = "a board", [BLOCK_NPU] = "an npu",     [BLOCK_GPU] = "a gpu",
		[BLOCK_LINK] = "a link",   [BLOCK_GUEST] = "a guest", [BLOCK_PHB] = "a phb",
	};

	return phrases[kind];
}

const char *block_name(enum block_kind kind)
{
	return block_names[kind];
}

static const struct {
	enum block_kind block;
	const char *name;
} property_names[] = {
	[PROPERTY_MODEL] = {BLOCK_BOARD, "model"},
	[PROPERTY_COMPATIBLE] = {BLOCK_BOARD, "compatible"},
	[PROPERTY_FAMILY] = {BLOCK_BOARD, "family"},
	[PROPERTY_MEMORY_MAP] = {BLOCK_BOARD, "memory-map"},
	[PROPERTY_PAGE_SIZE] = {BLOCK_BOARD, "page-size"},
	[PROPERTY_CHIP] = {BLOCK_NPU, "chip"},
	[PROPERTY_PHB] = {BLOCK_NPU, "phb"},
	[PROPERTY_SCOM] = {BLOCK_NPU, "scom"},
	[PROPERTY_SLOT] = {BLOCK_GPU, "slot"},
	[PROPERTY_PATH] = {BLOCK_GPU, "path"},
	[PROPERTY_GROUP] = {BLOCK_GPU, "group"},
	[PROPERTY_APERTURE] = {BLOCK_GPU, "aperture"},
	[PROPERTY_PCI] = {BLOCK_GPU, "pci"},
	[PROPERTY_LANE_MASK] = {BLOCK_LINK, "lane-mask"},
	[PROPERTY_PHY] = {BLOCK_LINK, "phy"},
	[PROPERTY_BRICK_ID] = {BLOCK_LINK, "brick-id"},
	[PROPERTY_MACHINE] = {BLOCK_GUEST, "machine"},
	[PROPERTY_BOARD] = {BLOCK_GUEST, "board"},
	[PROPERTY_LPID] = {BLOCK_GUEST, "lpid"},
	[PROPERTY_NPU] = {BLOCK_PHB, "npu"},
	[PROPERTY_DEVICES] = {BLOCK_PHB, "devices"},
};

static_assert(sizeof(property_names) / sizeof(property_names[0]) == PROPERTY_COUNT,
	      "every property has a name");

const char *property_name(enum property_id id)
{
	return property_names[id].name;
}

enum block_kind property_block(enum property_id id)
{
	return property_names[id].block;
}

/* Where a block's properties start in the table: they stand together there. */
static enum property_id first_property(enum block_kind kind)
{
	enum property_id id = 0;

	while (property_names[id].block != kind)
		id++;
	return id;
}

const struct stmt *property_stmt(const struct declaration *declaration, enum property_id id)
{
	return declaration->properties[id - first_property(declaration->kind)];
}

static struct symbol *find_symbol(const struct resolve *resolve, const struct declaration *scope,
				  const char *name)
{
	struct symbol_key key;
	struct symbol *symbol;

	memset(&key, 0, sizeof(key));
	key.scope = scope;
	key.name = name;
	HASH_FIND(hh, resolve->symbols, &key, sizeof(key), symbol);
	return symbol;
}

struct declaration *find_label(const struct resolve *resolve, const struct declaration *scope,
			       const char *name, struct span *dropped)
{
	const struct symbol *symbol = find_symbol(resolve, scope, name);

	if (!symbol)
		return NULL;
	if (symbol->declaration->deleted.file) {
		if (dropped)
			*dropped = symbol->declaration->deleted;
		return NULL;
	}
	return symbol->declaration;
}

void note_name(struct resolve *resolve, struct span span, const struct declaration *declaration)
{
	struct name_index *names = resolve->options->names;

	if (names)
		*ARRAY_PUSH(resolve->arena, &names->uses) = (struct name_use){
			.span = span,
			.declaration = declaration,
			.declares = declaration->head->label.span.file == span.file &&
				    declaration->head->label.span.offset == span.offset,
		};
}

struct declaration *find_name(struct resolve *resolve, const struct declaration *scope,
			      struct name name, struct span *dropped)
{
	struct declaration *found = find_label(resolve, scope, name.text, dropped);

	if (found)
		note_name(resolve, name.span, found);
	return found;
}

void forget_symbols(struct resolve *resolve)
{
	HASH_CLEAR(hh, resolve->symbols);
	HASH_CLEAR(hh, resolve->labels);
	HASH_CLEAR(hh, resolve->names);
	HASH_CLEAR(hh, resolve->dropped_words);
}

static void add_use(struct resolve *resolve, struct declaration *declaration)
{
	const char *name = declaration->head->label.text;
	struct label_uses *uses;

	HASH_FIND_PTR(resolve->labels, &name, uses);
	if (!uses) {
		uses = arena_alloc(resolve->arena, sizeof(*uses));
		uses->name = name;
		HASH_ADD_PTR(resolve->labels, name, uses);
	}
	*ARRAY_PUSH(resolve->arena, &uses->declarations) = declaration;
}

static bool add_symbol(struct resolve *resolve, struct declaration *declaration)
{
	const struct name *label = &declaration->head->label;
	struct symbol *symbol;

	if (!label->text)
		return true;
	symbol = find_symbol(resolve, declaration->parent, label->text);
	if (symbol && !symbol->declaration->deleted.file) {
		struct diag_record *error =
			WIRING_ERROR(resolve, WIRING_LABEL_TWICE, label->span,
				     "the label '%s' is taken", label->text);

		diag_note(resolve->diags, error, symbol->declaration->head->label.span,
			  "this %s has it", block_name(symbol->declaration->kind));
		return false;
	}
	if (!symbol) {
		symbol = arena_alloc(resolve->arena, sizeof(*symbol));
		symbol->key.scope = declaration->parent;
		symbol->key.name = label->text;
		HASH_ADD(hh, resolve->symbols, key, sizeof(symbol->key), symbol);
	}
	symbol->declaration = declaration;
	if (declaration->parent)
		add_use(resolve, declaration);
	return true;
}

static bool is_word_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-';
}

static void note_word(struct resolve *resolve, const char *text, size_t len)
{
	const char *word = intern_bytes(resolve->strings, text, len);
	struct dropped_word *noted;

	HASH_FIND_PTR(resolve->dropped_words, &word, noted);
	if (noted)
		return;
	noted = arena_alloc(resolve->arena, sizeof(*noted));
	noted->word = word;
	HASH_ADD_PTR(resolve->dropped_words, word, noted);
}

static void note_words(struct resolve *resolve, struct span span)
{
	const struct source *source = source_get(resolve->diags->sources, span.file);
	const char *text = source ? source->text + span.offset : "";
	size_t len = source ? span.len : 0, start = 0;

	for (size_t at = 0; at <= len; at++) {
		if (at < len && is_word_character(text[at]))
			continue;
		if (at > start)
			note_word(resolve, text + start, at - start);
		start = at + 1;
	}
}

bool name_was_dropped(struct resolve *resolve, const char *name)
{
	struct dropped_word *noted;

	for (; resolve->words_noted < resolve->syntax->dropped.count; resolve->words_noted++)
		note_words(resolve, resolve->syntax->dropped.items[resolve->words_noted].span);
	HASH_FIND_PTR(resolve->dropped_words, &name, noted);
	return noted != NULL;
}

/* Up to this many names are looked through for the one that was meant. */
#define NAMES_MAX 64
/* Up to this many are listed where none is close. */
#define NAMES_SHOWN 8

struct label_list {
	const char *names[NAMES_MAX];
	size_t count;
};

static void add_label(struct label_list *list, const struct declaration *declaration)
{
	const char *label = declaration->head->label.text;

	if (label && !declaration->deleted.file && list->count < NAMES_MAX)
		list->names[list->count++] = label;
}

static void fix_unknown_name(struct resolve *resolve, struct diag_record *error, struct name name,
			     const struct label_list *list)
{
	const char *closest = closest_name(name.text, list->names, list->count);
	struct buffer text = {0};

	if (closest) {
		diag_fix(resolve->diags, error, "did you mean '%s'?", closest);
		diag_edit(resolve->diags, error, name.span, "%s", closest);
		return;
	}
	for (size_t i = 0; i < list->count && i < NAMES_SHOWN; i++)
		buffer_printf(&text, "%s%s", i ? ", " : "", list->names[i]);
	if (list->count)
		diag_fix(resolve->diags, error, "the labels are %s%s", text.data,
			 list->count > NAMES_SHOWN ? ", …" : "");
	else
		diag_fix(resolve->diags, error, "declare it before this: nothing has a label yet");
	buffer_free(&text);
}

/* NULL if it is not said, or nothing is left to say of it. */
static struct diag_record *report_no_such(struct resolve *resolve, const struct declaration *scope,
					  struct name name, struct span dropped)
{
	struct diag_record *error;

	if (resolve->syntax->include_lost || name_was_dropped(resolve, name.text))
		return NULL;
	error = WIRING_ERROR(resolve, WIRING_UNKNOWN_NAME, name.span, "there is no '%s'%s%s",
			     name.text, scope ? " in board " : "",
			     scope ? scope->head->name.text : "");
	if (!dropped.file)
		return error;
	diag_note(resolve->diags, error, dropped, "it was dropped here");
	diag_fix(resolve->diags, error, "drop what names it as well, or keep %s", name.text);
	return NULL;
}

void report_unknown_name(struct resolve *resolve, const struct declaration *scope, struct name name,
			 struct span dropped)
{
	struct diag_record *error = report_no_such(resolve, scope, name, dropped);
	struct label_list list = {.count = 0};

	for (size_t i = 0; scope && i < scope->children.count && i < 256; i++)
		add_label(&list, scope->children.items[i]);
	for (size_t i = 0; !scope && i < resolve->boards.count && i < 256; i++)
		add_label(&list, resolve->boards.items[i]);
	if (error && !scope && !list.count)
		diag_fix(resolve->diags, error, "give the board that label: `%s: board …`",
			 name.text);
	else if (error)
		fix_unknown_name(resolve, error, name, &list);
}

/* A name at the top of a file may stand for anything that has a label. */
static void report_unknown_label(struct resolve *resolve, struct name name, struct span dropped)
{
	struct diag_record *error = report_no_such(resolve, NULL, name, dropped);
	struct label_list list = {.count = 0};

	for (size_t i = 0; i < resolve->boards.count && i < 256; i++) {
		const struct declaration *board = resolve->boards.items[i];

		add_label(&list, board);
		for (size_t j = 0; !board->deleted.file && j < board->children.count && j < 256;
		     j++)
			add_label(&list, board->children.items[j]);
	}
	for (size_t i = 0; i < resolve->guests.count && i < 256; i++)
		add_label(&list, resolve->guests.items[i]);
	if (error)
		fix_unknown_name(resolve, error, name, &list);
}

void report_unknown_board(struct resolve *resolve, struct name name, struct span dropped)
{
	struct diag_record *error = report_no_such(resolve, NULL, name, dropped);
	const char *names[NAMES_MAX], *closest, *quote = "\"";
	struct buffer text = {0};
	size_t count = 0;

	for (size_t i = 0; i < resolve->boards.count && count < NAMES_MAX; i++) {
		const struct stmt *head = resolve->boards.items[i]->head;

		if (resolve->boards.items[i]->deleted.file)
			continue;
		names[count++] = head->label.text ? head->label.text : head->name.text;
		if (count <= NAMES_SHOWN)
			buffer_printf(&text, head->label.text ? "%s%s" : "%s\"%s\"",
				      count > 1 ? ", " : "", names[count - 1]);
	}
	closest = closest_name(name.text, names, count);
	for (size_t i = 0; closest && i < resolve->boards.count; i++)
		if (resolve->boards.items[i]->head->label.text == closest)
			quote = "";
	if (closest) {
		diag_fix(resolve->diags, error, "did you mean %s%s%s?", *quote ? quote : "'",
			 closest, *quote ? quote : "'");
		diag_edit(resolve->diags, error, name.span, "%s%s%s", quote, closest, quote);
	} else if (count) {
		diag_fix(resolve->diags, error, "the boards are %s%s", text.data,
			 count > NAMES_SHOWN ? ", …" : "");
	} else {
		diag_fix(resolve->diags, error, "describe a board, or include its file");
	}
	buffer_free(&text);
}

static void report_misplaced(struct resolve *resolve, const struct stmt *stmt, const char *what,
			     const struct declaration *block, const char *belongs)
{
	struct diag_record *error;

	/* After a syntax error blocks may have been torn apart: that was said. */
	if (resolve->syntax->has_errors)
		return;
	error = WIRING_ERROR(resolve, WIRING_MISPLACED, stmt->where, "%s cannot stand %s%s", what,
			     block ? "in " : "at the top of a file",
			     block ? block_phrase(block->kind) : "");
	diag_fix(resolve->diags, error, "%s", belongs);
}

bool property_was_meant(const struct declaration *declaration, enum property_id id)
{
	return property_stmt(declaration, id) || declaration->damaged ||
	       declaration->misspelt >> (id - first_property(declaration->kind)) & 1;
}

static void report_unknown_property(struct resolve *resolve, struct declaration *block,
				    const struct stmt *stmt)
{
	const char *names[BLOCK_PROPERTIES];
	const char *closest;
	struct diag_record *error;
	size_t count = 0;

	for (size_t id = first_property(block->kind);
	     id < PROPERTY_COUNT && property_names[id].block == block->kind; id++)
		names[count++] = property_names[id].name;
	error = WIRING_ERROR(resolve, WIRING_UNKNOWN_PROPERTY, stmt->name.span,
			     "%s has no property '%s'", block_phrase(block->kind),
			     stmt->name.text);
	closest = closest_name(stmt->name.text, names, count);
	if (closest) {
		diag_fix(resolve->diags, error, "did you mean '%s'?", closest);
		diag_edit(resolve->diags, error, stmt->name.span, "%s", closest);
		for (size_t i = 0; i < count; i++)
			if (names[i] == closest)
				block->misspelt |= 1u << i;
	} else {
		struct buffer list = {0};

		for (size_t i = 0; i < count; i++)
			buffer_printf(&list, "%s%s", i ? ", " : "", names[i]);
		diag_fix(resolve->diags, error, "its properties are %s", list.data);
		buffer_free(&list);
	}
}

static void set_property(struct resolve *resolve, struct declaration *block,
			 const struct stmt *stmt, const struct stmt **in_this_block)
{
	size_t first = first_property(block->kind);

	for (size_t id = first; id < PROPERTY_COUNT && property_names[id].block == block->kind;
	     id++) {
		struct diag_record *error;

		if (strcmp(property_names[id].name, stmt->name.text) != 0)
			continue;
		if (!in_this_block[id - first]) {
			in_this_block[id - first] = stmt;
			block->properties[id - first] = stmt;
			return;
		}
		if (stmt->damaged)
			return;
		error = WIRING_ERROR(resolve, WIRING_PROPERTY_TWICE, stmt->name.span,
				     "'%s' is set twice in this block", stmt->name.text);
		diag_note(resolve->diags, error, in_this_block[id - first]->name.span,
			  "it was set here first");
		return;
	}
	report_unknown_property(resolve, block, stmt);
}

static void declare_in(struct resolve *resolve, struct declaration *block, const struct stmt *body);

static struct declaration *new_declaration(struct resolve *resolve, enum block_kind kind,
					   const struct stmt *stmt, struct declaration *parent)
{
	struct declaration *declaration = arena_alloc(resolve->arena, sizeof(*declaration));

	declaration->kind = kind;
	declaration->head = stmt;
	declaration->parent = parent;
	declaration->damaged = stmt->damaged;
	if (stmt->label.text)
		note_name(resolve, stmt->label.span, declaration);
	/* With a label that is taken it still exists, so that its own errors are found. */
	add_symbol(resolve, declaration);
	return declaration;
}

static void declare_top(struct resolve *resolve, const struct stmt *stmt,
			struct declaration *inside)
{
	bool board = stmt->kind == STMT_BOARD;
	struct declaration *declaration;

	if (inside) {
		report_misplaced(resolve, stmt, board ? "a board" : "a guest", inside,
				 "boards and guests stand at the top of a file");
		return;
	}
	declaration = new_declaration(resolve, board ? BLOCK_BOARD : BLOCK_GUEST, stmt, NULL);
	if (board)
		*ARRAY_PUSH(resolve->arena, &resolve->boards) = declaration;
	else
		*ARRAY_PUSH(resolve->arena, &resolve->guests) = declaration;
	declare_in(resolve, declaration, stmt->body.first);
}

static void declare_child(struct resolve *resolve, const struct stmt *stmt,
			  struct declaration *parent)
{
	enum block_kind kind = stmt->kind == STMT_NPU   ? BLOCK_NPU
			       : stmt->kind == STMT_GPU ? BLOCK_GPU
			       : stmt->kind == STMT_PHB ? BLOCK_PHB
							: BLOCK_LINK;
	enum block_kind home = kind == BLOCK_PHB ? BLOCK_GUEST : BLOCK_BOARD;
	struct declaration *declaration;

	if (!parent || parent->kind != home) {
		report_misplaced(resolve, stmt, block_phrase(kind), parent,
				 kind == BLOCK_PHB ? "a phb stands in a guest"
						   : "npu, gpu and link stand in a board");
		return;
	}
	declaration = new_declaration(resolve, kind, stmt, parent);
	*ARRAY_PUSH(resolve->arena, &parent->children) = declaration;
	declare_in(resolve, declaration, stmt->body.first);
}

static void report_ambiguous_name(struct resolve *resolve, const struct stmt *stmt,
				  const struct stmt *first, const struct stmt *second)
{
	struct diag_record *error = WIRING_ERROR(resolve, WIRING_AMBIGUOUS_NAME, stmt->name.span,
						 "several boards have a '%s'", stmt->name.text);

	diag_note(resolve->diags, error, first->where, "board %s does", first->name.text);
	diag_note(resolve->diags, error, second->where, "board %s does too", second->name.text);
	if (first->label.text && second->label.text)
		diag_fix(resolve->diags, error, "write &%s/%s or &%s/%s", first->label.text,
			 stmt->name.text, second->label.text, stmt->name.text);
	else
		diag_fix(resolve->diags, error,
			 "give the boards labels, `LABEL: board …`, and write &LABEL/%s",
			 stmt->name.text);
}

/* What `&name` or `&scope/name` stands for here; NULL after an error. */
static struct declaration *find_target(struct resolve *resolve, const struct stmt *stmt,
				       const struct declaration *block)
{
	struct declaration *found = NULL, *scope;
	struct span dropped = {0};
	struct label_uses *uses;

	if (stmt->scope.text) {
		scope = find_name(resolve, NULL, stmt->scope, &dropped);
		if (!scope) {
			report_unknown_name(resolve, NULL, stmt->scope, dropped);
			return NULL;
		}
		found = find_name(resolve, scope, stmt->name, &dropped);
		if (!found)
			report_unknown_name(resolve, scope, stmt->name, dropped);
		return found;
	}
	if (block)
		found = find_name(resolve, block, stmt->name, &dropped);
	if (!found)
		found = find_name(resolve, NULL, stmt->name, &dropped);
	if (found)
		return found;

	HASH_FIND_PTR(resolve->labels, &stmt->name.text, uses);
	for (size_t i = 0; !block && uses && i < uses->declarations.count; i++) {
		struct declaration *use = uses->declarations.items[i];

		if (use->deleted.file || use->parent->deleted.file) {
			dropped = use->deleted.file ? use->deleted : use->parent->deleted;
		} else if (!found) {
			found = use;
		} else {
			report_ambiguous_name(resolve, stmt, found->parent->head, use->parent->head);
			return NULL;
		}
	}
	if (found)
		note_name(resolve, stmt->name.span, found);
	else if (block)
		report_unknown_name(resolve, block, stmt->name, dropped);
	else
		report_unknown_label(resolve, stmt->name, dropped);
	return found;
}

static void drop(struct declaration *declaration, struct span where)
{
	declaration->deleted = where;
	for (size_t i = 0; i < declaration->children.count; i++)
		if (!declaration->children.items[i]->deleted.file)
			declaration->children.items[i]->deleted = where;
}

static void report_in_slots(struct resolve *resolve, const struct stmt *stmt)
{
	if (resolve->syntax->has_errors)
		return;
	diag_fix(resolve->diags,
		 WIRING_ERROR(resolve, WIRING_MISPLACED, stmt->where, "this cannot stand in slots"),
		 "in slots stand the slots of devices, as in `GPU0 = 3;`");
}

static void declare_slots(struct resolve *resolve, struct declaration *block,
			  const struct stmt *slots)
{
	*ARRAY_PUSH(resolve->arena, &block->slots) = slots;
	for (const struct stmt *stmt = slots->body.first; stmt; stmt = stmt->next)
		if (stmt->kind != STMT_PROPERTY && stmt->kind != STMT_SLOT)
			report_in_slots(resolve, stmt);
}

static void declare_in(struct resolve *resolve, struct declaration *block, const struct stmt *body)
{
	const struct stmt *in_this_block[BLOCK_PROPERTIES] = {NULL};
	struct declaration *target;

	for (const struct stmt *stmt = body; stmt; stmt = stmt->next) {
		switch (stmt->kind) {
		case STMT_BOARD:
		case STMT_GUEST:
			declare_top(resolve, stmt, block);
			break;
		case STMT_NPU:
		case STMT_GPU:
		case STMT_LINK:
		case STMT_PHB:
			declare_child(resolve, stmt, block);
			break;
		case STMT_PROPERTY:
			if (block)
				set_property(resolve, block, stmt, in_this_block);
			else
				report_misplaced(resolve, stmt, "a property", block,
						 "properties stand in the block of what has them");
			break;
		case STMT_EXTRA:
			if (block && block->kind != BLOCK_BOARD && block->kind != BLOCK_PHB)
				*ARRAY_PUSH(resolve->arena, &block->extras) = stmt;
			else
				report_misplaced(resolve, stmt, "extra", block,
						 "extra stands in npu, gpu, link and guest blocks");
			break;
		case STMT_SLOTS:
			if (block && block->kind == BLOCK_PHB)
				declare_slots(resolve, block, stmt);
			else
				report_misplaced(resolve, stmt, "slots", block,
						 "slots stands in a phb");
			break;
		case STMT_SLOT:
			report_misplaced(resolve, stmt, "the slot of a device", block,
					 "it stands in the slots block of a phb");
			break;
		case STMT_AMEND:
			target = find_target(resolve, stmt, block);
			if (target) {
				target->damaged |= stmt->damaged;
				declare_in(resolve, target, stmt->body.first);
			}
			break;
		case STMT_DELETE:
			target = find_target(resolve, stmt, block);
			if (target)
				drop(target, stmt->span);
			break;
		default:
			report_misplaced(resolve, stmt, "a raw property", block,
					 "raw properties stand in extra blocks");
			break;
		}
	}
}

static void keep_declarations(struct resolve *resolve)
{
	struct name_index *names = resolve->options->names;

	for (size_t i = 0; names && i < resolve->boards.count; i++)
		*ARRAY_PUSH(resolve->arena, &names->boards) = resolve->boards.items[i];
	for (size_t i = 0; names && i < resolve->guests.count; i++)
		*ARRAY_PUSH(resolve->arena, &names->guests) = resolve->guests.items[i];
}

void declare_all(struct resolve *resolve)
{
	declare_in(resolve, NULL, resolve->syntax->statements.first);
	keep_declarations(resolve);
	for (size_t i = 0; i < resolve->boards.count; i++) {
		struct declaration *board = resolve->boards.items[i];
		struct named_board *named;

		HASH_FIND_PTR(resolve->names, &board->head->name.text, named);
		if (named || board->deleted.file)
			continue;
		named = arena_alloc(resolve->arena, sizeof(*named));
		named->name = board->head->name.text;
		named->declaration = board;
		HASH_ADD_PTR(resolve->names, name, named);
	}
}
