/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes nothing but a directory for temporary files, checks the language:
 * arithmetic against 128-bit integers, trees, recovery and positions of the
 * parser, and the formatter over texts made by chance.
 */
#include <check.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lang/codes.h"
#include "lang/parse.h"
#include "lang/wide.h"
#include "unit.h"

static struct lang lang;

static void setup(void)
{
	lang = (struct lang){.arena = arena_new()};
	lang.strings = intern_new(lang.arena);
	lang.sources = sources_new(lang.arena);
	lang.diags = diags_new(lang.arena, lang.sources);
}

static void teardown(void)
{
	intern_free(lang.strings);
	arena_free(lang.arena);
}

/* For tests that go through many texts. */
static void start_again(void)
{
	teardown();
	setup();
}

static struct syntax *parse(const char *text)
{
	return parse_file(&lang, source_from_text(lang.sources, "a.nv2", text, strlen(text)));
}

static char *take(struct buffer *buffer)
{
	char *text = arena_strndup(lang.arena, buffer->data, buffer->len);

	buffer_free(buffer);
	return text;
}

/* All diagnostics, one a line: where they are, and what. Golden tests have their words. */
static char *complaints(void)
{
	struct buffer out = {0};

	buffer_add_string(&out, "");
	diags_sort(lang.diags);
	for (const struct diag_record *record = lang.diags->first; record; record = record->next) {
		struct place place = {0};

		source_place(lang.sources, record->span, &place);
		buffer_printf(&out, "%s:%u:%u-%u:%u %s\n", place.name ? place.name : "?",
			      place.line, place.column, place.end_line, place.end_column,
			      record->def->name);
	}
	return take(&out);
}

static void expect_complaints(const char *want)
{
	const char *got = complaints();

	ck_assert_msg(!strcmp(got, want), "got:\n%s\nwanted:\n%s", got, want);
}

/* ---- numbers ---- */

#define NUMBER_MAX ((__int128)UINT64_MAX)

static const uint64_t magnitudes[] = {
	0, 1, 2, 3, 5, 7, 10, 31, 32, 33, 62, 63, 64, 65, 100, 127, 255, 1000,
	0x7fffffff, 0x80000000, 0xffffffff, UINT64_C(0x100000000), UINT64_C(0x5555555555555555),
	UINT64_C(0x5555555555555556), UINT64_C(0x7ffffffffffffffe), UINT64_C(0x7fffffffffffffff),
	UINT64_C(0x8000000000000000), UINT64_C(0x8000000000000001), UINT64_MAX - 2, UINT64_MAX - 1,
	UINT64_MAX,
};

/* What C would say, had it integers without end. A product may need 129 bits: that is checked. */
static enum wide_error compute(enum wide_operator op, __int128 a, __int128 b, __int128 *result)
{
	bool bits = op == WIDE_SHL || op == WIDE_SHR || op == WIDE_AND || op == WIDE_OR ||
		    op == WIDE_XOR;

	if ((op == WIDE_DIV || op == WIDE_MOD) && !b)
		return WIDE_DIVIDE_BY_ZERO;
	if (bits && (a < 0 || b < 0))
		return WIDE_NEGATIVE_BITS;
	if (op == WIDE_MUL && __builtin_mul_overflow(a, b, result))
		return WIDE_OVERFLOW;
	if (op == WIDE_SHL && a && b > 63)
		return WIDE_OVERFLOW;
	*result = op == WIDE_ADD   ? a + b
		  : op == WIDE_SUB ? a - b
		  : op == WIDE_MUL ? a * b
		  : op == WIDE_DIV ? a / b
		  : op == WIDE_MOD ? a % b
		  : op == WIDE_SHL ? (a ? a << b : 0)
		  : op == WIDE_SHR ? (b > 63 ? 0 : a >> b)
		  : op == WIDE_AND ? (a & b)
		  : op == WIDE_OR  ? (a | b)
		  : op == WIDE_XOR ? (a ^ b)
		  : op == WIDE_LT  ? a < b
		  : op == WIDE_GT  ? a > b
		  : op == WIDE_LE  ? a <= b
		  : op == WIDE_GE  ? a >= b
		  : op == WIDE_EQ  ? a == b
				   : a != b;
	return *result > NUMBER_MAX || *result < -NUMBER_MAX ? WIDE_OVERFLOW : WIDE_OK;
}

static const char *const operators[WIDE_OPERATORS] = {
	[WIDE_ADD] = "+",  [WIDE_SUB] = "-",  [WIDE_MUL] = "*", [WIDE_DIV] = "/",
	[WIDE_MOD] = "%",  [WIDE_SHL] = "<<", [WIDE_SHR] = ">>", [WIDE_AND] = "&",
	[WIDE_OR] = "|",   [WIDE_XOR] = "^",  [WIDE_LT] = "<",  [WIDE_GT] = ">",
	[WIDE_LE] = "<=",  [WIDE_GE] = ">=",  [WIDE_EQ] = "==", [WIDE_NE] = "!=",
};

static __int128 value_of(struct wide wide)
{
	EXPECT(wide.magnitude || !wide.negative, "a negative zero");
	return wide.negative ? -(__int128)wide.magnitude : (__int128)wide.magnitude;
}

static void expect_result(enum wide_operator op, struct wide a, struct wide b)
{
	struct wide got = {0};
	__int128 want = 0;
	enum wide_error error = wide_binary(op, a, b, &got);
	enum wide_error wanted = compute(op, value_of(a), value_of(b), &want);

	EXPECT(error == wanted, "%s%" PRIu64 " %s %s%" PRIu64 ": error %d, not %d",
	       a.negative ? "-" : "", a.magnitude, operators[op], b.negative ? "-" : "",
	       b.magnitude, error, wanted);
	if (!error)
		EXPECT(value_of(got) == want, "%s%" PRIu64 " %s %s%" PRIu64 " gives %s%" PRIu64,
		       a.negative ? "-" : "", a.magnitude, operators[op], b.negative ? "-" : "",
		       b.magnitude, got.negative ? "-" : "", got.magnitude);
}

START_TEST(computes_as_wider_integers_do)
{
	for (size_t i = 0; i < COUNT(magnitudes) * 2; i++) {
		for (size_t j = 0; j < COUNT(magnitudes) * 2; j++) {
			struct wide a = wide_from(magnitudes[i / 2]);
			struct wide b = wide_from(magnitudes[j / 2]);

			if (i % 2)
				a = wide_negate(a);
			if (j % 2)
				b = wide_negate(b);
			expect_result((enum wide_operator)_i, a, b);
		}
	}
}
END_TEST

START_TEST(computes_with_chance_numbers)
{
	uint64_t state = (uint64_t)_i;

	for (unsigned turn = 0; turn < 20000; turn++) {
		struct wide a = wide_from(next_random(&state) >> random_below(&state, 64));
		struct wide b = wide_from(next_random(&state) >> random_below(&state, 64));

		if (random_below(&state, 2))
			a = wide_negate(a);
		if (random_below(&state, 2))
			b = wide_negate(b);
		expect_result((enum wide_operator)_i, a, b);
	}
}
END_TEST

START_TEST(computes_with_one_operand)
{
	for (size_t i = 0; i < COUNT(magnitudes); i++) {
		struct wide a = wide_from(magnitudes[i]), result = {0};

		ck_assert(value_of(a) == (__int128)magnitudes[i]);
		ck_assert(value_of(wide_negate(a)) == -(__int128)magnitudes[i]);
		ck_assert(value_of(wide_negate(wide_negate(a))) == (__int128)magnitudes[i]);
		ck_assert_int_eq(wide_true(a), magnitudes[i] != 0);
		ck_assert_int_eq(wide_true(wide_negate(a)), magnitudes[i] != 0);
		ck_assert_int_eq(wide_complement(a, &result), WIDE_OK);
		ck_assert(value_of(result) == NUMBER_MAX - magnitudes[i]);
		if (magnitudes[i])
			ck_assert_int_eq(wide_complement(wide_negate(a), &result),
					 WIDE_NEGATIVE_BITS);
	}
}
END_TEST

/* The value of the one property of a text. */
static bool evaluate(const char *number, uint64_t *value)
{
	struct syntax *syntax =
		parse(arena_printf(lang.arena, "/nv2-v1/; chip = %s;", number));

	if (syntax->has_errors)
		return false;
	ck_assert_ptr_nonnull(syntax->statements.first);
	ck_assert_int_eq(syntax->statements.first->values.first->kind, VALUE_NUMBER);
	*value = syntax->statements.first->values.first->number;
	return true;
}

#define EXPRESSION(text) {"(" #text ")", (uint64_t)(text)}
#define LAZY(text, value) {"(" #text ")", value}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wparentheses"

/* The compiler of this file says what C means. */
static const struct {
	const char *text;
	uint64_t value;
} expressions[] = {
	EXPRESSION(1 + 2 * 3),
	EXPRESSION((1 + 2) * 3),
	EXPRESSION(10 - 4 - 3),
	EXPRESSION(100 / 10 / 5),
	EXPRESSION(100 / 7 * 7),
	EXPRESSION(17 % 5 * 2),
	EXPRESSION(2 + 3 << 2),
	EXPRESSION(1 << 3 + 1),
	EXPRESSION(256 >> 2 >> 1),
	EXPRESSION(1 << 2 < 5),
	EXPRESSION(3 > 2 == 1),
	EXPRESSION(1 == 1 == 1),
	EXPRESSION(2 != 2 < 1),
	EXPRESSION(6 & 3 == 3),
	EXPRESSION((6 & 3) == 3),
	EXPRESSION(6 ^ 3 & 1),
	EXPRESSION(8 | 6 ^ 3),
	EXPRESSION(1 | 2 && 0),
	EXPRESSION(0 && 0 || 1),
	EXPRESSION(1 || 0 && 0),
	EXPRESSION(5 ? 6 : 7),
	EXPRESSION(0 ? 6 : 7),
	EXPRESSION(1 ? 0 ? 1 : 2 : 3),
	EXPRESSION(0 ? 1 : 0 ? 2 : 3),
	EXPRESSION(1 || 0 ? 4 : 5),
	EXPRESSION(- 3 + 5),
	EXPRESSION(- - 3),
	EXPRESSION(+ 3),
	EXPRESSION(! 3),
	EXPRESSION(! ! 3),
	EXPRESSION(! 0 + 1),
	EXPRESSION(2 * - 3 + 7),
	EXPRESSION(- 7 / 2 + 4),
	EXPRESSION(- 7 % 2 + 1),
	EXPRESSION(7 % - 2),
	EXPRESSION(- 1 < 0),
	EXPRESSION(- 2 < - 1),
	EXPRESSION(0x10 + 010 - 8),
	EXPRESSION(0x6030200000000 + (8 << 4)),
	EXPRESSION(~ 0x0fULL),
	EXPRESSION(~ 0ULL >> 60),
	EXPRESSION(0x8000000000000000 - 1),
	EXPRESSION(0x7fffffff * 0x7fffffffULL),
	/* What decides nothing is not looked at, as in C. */
	LAZY(0 ? 1 / 0 : 2, 2),
	LAZY(1 ? 2 : 1 / 0, 2),
	LAZY(0 && 1 / 0, 0),
	LAZY(1 || 1 / 0, 1),
	LAZY(5 || 1 / 0, 1),
	LAZY(0 && 1 << 64 || 3, 1),
	LAZY(1 ? 0 && ~-1 : 1 % 0, 0),
	LAZY(!(0 && 1 / 0), 1),
};

#pragma GCC diagnostic pop

START_TEST(evaluates_as_c_does)
{
	char *text = arena_strdup(lang.arena, expressions[_i].text), *at;
	uint64_t value = 0;

	/* C's octal and suffixes are not ours. */
	while ((at = strstr(text, "ULL")))
		memcpy(at, "   ", 3);
	if ((at = strstr(text, "010")))
		memcpy(at, "0x8", 3);
	ck_assert_msg(evaluate(text, &value), "%s: %s", text, complaints());
	ck_assert_msg(value == expressions[_i].value, "%s gives %" PRIu64, text, value);
}
END_TEST

/* An expression by chance: with no more parentheses than C needs. */
struct chance {
	uint64_t state;
	struct buffer out;
};

static const struct {
	enum wide_operator op;
	unsigned level;
} binaries[] = {
	{WIDE_OR, 1}, {WIDE_XOR, 2}, {WIDE_AND, 3}, {WIDE_EQ, 4},  {WIDE_NE, 4},  {WIDE_LT, 5},
	{WIDE_GT, 5}, {WIDE_LE, 5},  {WIDE_GE, 5},  {WIDE_SHL, 6}, {WIDE_SHR, 6}, {WIDE_ADD, 7},
	{WIDE_SUB, 7}, {WIDE_MUL, 8}, {WIDE_DIV, 8}, {WIDE_MOD, 8},
};

static enum wide_error make_expression(struct chance *chance, unsigned depth, unsigned level,
				       __int128 *value)
{
	struct buffer *out = &chance->out;
	__int128 a = 0, b = 0;
	enum wide_error left, right;
	size_t choice = random_below(&chance->state, COUNT(binaries) + 4);

	if (!depth || choice >= COUNT(binaries) + 2) {
		uint64_t number = next_random(&chance->state) >> random_below(&chance->state, 64);

		buffer_printf(out, random_below(&chance->state, 2) ? "%" PRIu64 : "0x%" PRIx64,
			      number);
		*value = number;
		return WIDE_OK;
	}
	if (choice >= COUNT(binaries)) {
		bool minus = choice == COUNT(binaries);

		buffer_add_string(out, minus ? "-" : "!");
		left = make_expression(chance, depth - 1, 9, &a);
		*value = minus ? -a : !a;
		return left;
	}
	if (binaries[choice].level < level)
		buffer_add_string(out, "(");
	left = make_expression(chance, depth - 1, binaries[choice].level, &a);
	buffer_printf(out, " %s ", operators[binaries[choice].op]);
	right = make_expression(chance, depth - 1, binaries[choice].level + 1, &b);
	if (binaries[choice].level < level)
		buffer_add_string(out, ")");
	if (left || right)
		return left ? left : right;
	return compute(binaries[choice].op, a, b, value);
}

START_TEST(evaluates_chance_expressions)
{
	struct chance chance = {.state = 2026};
	unsigned good = 0;

	for (unsigned turn = 0; turn < 20000; turn++) {
		__int128 value = 0;
		enum wide_error error;
		uint64_t got = 0;
		bool given;

		if (turn % 500 == 0)
			start_again();
		chance.out.len = 0;
		buffer_add_string(&chance.out, "(");
		error = make_expression(&chance, 1 + turn % 5, 0, &value);
		buffer_add_string(&chance.out, ")");
		given = evaluate(chance.out.data, &got);
		ck_assert_msg(given == (!error && value >= 0), "%s", chance.out.data);
		ck_assert_msg(!given || got == (uint64_t)value, "%s gives %" PRIu64,
			      chance.out.data, got);
		good += given;
	}
	buffer_free(&chance.out);
	ck_assert_uint_gt(good, 5000);
}
END_TEST

static const struct {
	const char *text;
	uint64_t value;
} numbers[] = {
	{"0", 0},
	{"18446744073709551615", UINT64_MAX},
	{"0xffffffffffffffff", UINT64_MAX},
	{"0xDEADbeef", 0xdeadbeef},
	{"0x0000000000000000000000001", 1},
	{"0b1011", 11},
	{"0b1111111111111111111111111111111111111111111111111111111111111111", UINT64_MAX},
	{"64KiB", 65536},
	{"64 KiB", 65536},
	{"1MiB", 1048576},
	{"3GiB", UINT64_C(3221225472)},
	{"4TiB", UINT64_C(4398046511104)},
	{"0TiB", 0},
	{"16777215TiB", UINT64_C(0xffffff0000000000)},
	{"18014398509481983KiB", UINT64_C(18446744073709550592)},
};

START_TEST(reads_numbers)
{
	uint64_t value = 0;

	ck_assert_msg(evaluate(numbers[_i].text, &value), "%s: %s", numbers[_i].text, complaints());
	ck_assert_uint_eq(value, numbers[_i].value);
}
END_TEST

static const struct {
	const char *text, *name;
} not_numbers[] = {
	{"18446744073709551616", "number-too-large"},
	{"0x10000000000000000", "number-too-large"},
	{"16777216TiB", "number-too-large"},
	{"16777216 TiB", "number-too-large"},
	{"18014398509481984KiB", "number-too-large"},
	{"00", "bad-number"},
	{"08", "bad-number"},
	{"0010", "bad-number"},
	{"0x", "bad-number"},
	{"0b", "bad-number"},
	{"0b2", "bad-number"},
	{"0xg", "bad-number"},
	{"1_000", "bad-number"},
	{"12abc", "bad-number"},
	{"1KB", "bad-number"},
	{"1 KB", "syntax"},
	{"1kiB", "bad-number"},
	{"(18446744073709551615 + 1)", "expression"},
	{"(0xffffffffffffffff * 2)", "expression"},
	{"(1 << 64)", "expression"},
	{"(1 / 0)", "expression"},
	{"(1 % 0)", "expression"},
	{"(~-1)", "expression"},
	{"(-1 << 1)", "expression"},
	{"(1 - 2)", "expression"},
	{"(1 && 1 / 0)", "expression"},
	{"(0 || 1 / 0)", "expression"},
	{"(1 ? 1 / 0 : 2)", "expression"},
	{"(1 / 0 ? 1 : 2)", "expression"},
	{"(1 / 0 && 0)", "expression"},
	{"(-0x8000000000000000)", "expression"},
	{"1 + 2", "syntax"},
	{"-1", "syntax"},
	{"(1 2)", "syntax"},
	{"()", "syntax"},
	{"(1", "syntax"},
	{"(GPU0)", "syntax"},
	{"(\"1\")", "syntax"},
};

START_TEST(refuses_numbers)
{
	uint64_t value = 0;

	ck_assert_msg(!evaluate(not_numbers[_i].text, &value), "%s", not_numbers[_i].text);
	ck_assert_msg(!strcmp(lang.diags->first->def->name, not_numbers[_i].name), "%s: %s",
		      not_numbers[_i].text, complaints());
	/* Each mistake is said once. */
	ck_assert_msg(!lang.diags->first->next, "%s: %s", not_numbers[_i].text, complaints());
}
END_TEST

/* ---- trees ---- */

static const char *const kinds[STMT_KINDS] = {
	[STMT_BOARD] = "board",   [STMT_GUEST] = "guest", [STMT_NPU] = "npu",
	[STMT_GPU] = "gpu",       [STMT_LINK] = "link",   [STMT_PHB] = "phb",
	[STMT_SLOTS] = "slots",   [STMT_EXTRA] = "extra", [STMT_PROPERTY] = "set",
	[STMT_SLOT] = "slot",     [STMT_AMEND] = "amend", [STMT_DELETE] = "delete",
	[STMT_RAW] = "raw",
};

static void dump_device(struct buffer *out, const struct device_ref *device)
{
	const char *separator = ":";

	buffer_printf(out, "%s", device->name.text ? device->name.text : "?");
	for (const struct ports *port = device->ports; port; port = port->next) {
		buffer_printf(out, "%s%" PRIu64, separator, port->first);
		if (port->last != port->first)
			buffer_printf(out, "-%" PRIu64, port->last);
		separator = ",";
	}
}

static void dump_values(struct buffer *out, const struct value *value)
{
	for (; value; value = value->next) {
		switch (value->kind) {
		case VALUE_NUMBER:
			buffer_printf(out, " %" PRIu64, value->number);
			break;
		case VALUE_STRING:
			buffer_printf(out, " \"%s\"", value->text);
			break;
		case VALUE_DECIMAL:
			buffer_printf(out, " .%s", value->text);
			break;
		default:
			buffer_add_string(out, " ");
			dump_device(out, &value->device);
			break;
		}
	}
}

static void dump_raw(struct buffer *out, const struct stmt *stmt)
{
	static const char *const forms[] = {"empty", "strings", "cells", "bytes", "mixed"};

	buffer_printf(out, " %s", forms[stmt->form]);
	for (size_t i = 0; i < stmt->byte_count; i++)
		buffer_printf(out, "%s%02x", i ? "" : " ", stmt->bytes[i]);
}

static void dump_list(struct buffer *out, const struct stmt *stmt)
{
	for (; stmt; stmt = stmt->next) {
		buffer_printf(out, "(%s", kinds[stmt->kind]);
		if (stmt->label.text)
			buffer_printf(out, " %s:", stmt->label.text);
		if (stmt->scope.text)
			buffer_printf(out, " %s/", stmt->scope.text);
		if (stmt->name.text)
			buffer_printf(out, " '%s'", stmt->name.text);
		if (stmt->kind == STMT_LINK || stmt->kind == STMT_SLOT) {
			buffer_add_string(out, " ");
			dump_device(out, &stmt->a);
		}
		if (stmt->kind == STMT_LINK) {
			buffer_add_string(out, " - ");
			dump_device(out, &stmt->b);
		}
		if (stmt->rate)
			buffer_printf(out, " at %s %s", stmt->rate, stmt->rate_unit);
		dump_values(out, stmt->values.first);
		if (stmt->kind == STMT_RAW)
			dump_raw(out, stmt);
		dump_list(out, stmt->body.first);
		buffer_add_string(out, stmt->damaged ? " damaged)" : ")");
	}
}

static char *dump(const struct syntax *syntax)
{
	struct buffer out = {0};

	buffer_add_string(&out, "");
	dump_list(&out, syntax->statements.first);
	return take(&out);
}

static const struct {
	const char *text, *tree;
} trees[] = {
	{"", ""},
	{";;", ""},
	{"board \"b\" { }", "(board 'b')"},
	{"board \"a,b\" { };", "(board 'a,b')"},
	{"L: board \"b\" { };", "(board L: 'b')"},
	{"guest \"vm0\" { machine = \"pseries-5.1\"; lpid = 5; };",
	 "(guest 'vm0'(set 'machine' \"pseries-5.1\")(set 'lpid' 5))"},
	{"npu npu0 { chip = 0; }", "(npu npu0: 'npu0'(set 'chip' 0))"},
	{"gpu GPU0 { slot = \"GPU0\"; pci = \"0004:04:00.0\"; };",
	 "(gpu GPU0: 'GPU0'(set 'slot' \"GPU0\")(set 'pci' \"0004:04:00.0\"))"},
	/* no word is reserved */
	{"gpu link { } npu gpu { } gpu at { } L: link gpu:0 <-> link:1 at 25 Gbps;",
	 "(gpu link: 'link')(npu gpu: 'gpu')(gpu at: 'at')(link L: gpu:0 - link:1 at 25 Gbps)"},
	{"board: board \"board\" { board = board; link = at:3; }",
	 "(board board: 'board'(set 'board' board)(set 'link' at:3))"},
	{"link npu0:0-2 <-> GPU0:1,3,5 at 25.78125 Gbps;",
	 "(link npu0:0-2 - GPU0:1,3,5 at 25.78125 Gbps)"},
	{"link a:0,2-4,7 <-> b;", "(link a:0,2-4,7 - b)"},
	{"link a <-> b:0x1,0b10 at 25Gbps { lane-mask = 0xf1e000, 1; phy = (1 << 63); };",
	 "(link a - b:1,2 at 25 Gbps(set 'lane-mask' 15851520 1)(set 'phy' 9223372036854775808))"},
	{"L0: link a:0 <-> b:0 { }", "(link L0: a:0 - b:0)"},
	{"link a:18446744073709551615 <-> b:0-18446744073709551615;",
	 "(link a:18446744073709551615 - b:0-18446744073709551615)"},
	{"phb 1 { npu = npu0; }", "(phb 1(set 'npu' npu0))"},
	{"P: phb (1 + 1) { devices = GPU0, npu0:0-2, L0; };",
	 "(phb P: 2(set 'devices' GPU0 npu0:0-2 L0))"},
	/* a bare number behind a device with ports is one of its ports */
	{"devices = npu0:1,3-5, GPU0, npu8:0;", "(set 'devices' npu0:1,3-5 GPU0 npu8:0)"},
	{"devices = GPU0, 1;", "(set 'devices' GPU0 1)"},
	{"slots { GPU0 = 0; npu0:0 = 2.0; npu0:1 = 2.1; }",
	 "(slots 'slots'(set 'GPU0' 0)(slot npu0:0 .2.0)(slot npu0:1 .2.1))"},
	{"compatible = \"a\", \"b\", \"\";", "(set 'compatible' \"a\" \"b\" \"\")"},
	{"page-size = 64KiB; page-size = 64 KiB; x = 1MiB, 2 GiB;",
	 "(set 'page-size' 65536)(set 'page-size' 65536)(set 'x' 1048576 2147483648)"},
	{"rate = 25.78125;", "(set 'rate' .25.78125)"},
	{"model = \"\\\"\\\\\\x41\\101\\t\";", "(set 'model' \"\"\\AA\t\")"},
	{"model = \"é→😀 // no /* comment */\";", "(set 'model' \"é→😀 // no /* comment */\")"},
	{"&GPU0 { slot = \"x\"; };", "(amend 'GPU0'(set 'slot' \"x\"))"},
	{"&b/GPU0 { };", "(amend b/ 'GPU0')"},
	{"/delete/ &GPU0;", "(delete 'GPU0')"},
	{"/delete/ &b/GPU0;", "(delete b/ 'GPU0')"},
	{"/delete/ & b / GPU0 ;", "(delete b/ 'GPU0')"},
	{"board \"b\" { npu n { chip = 0; } gpu g { } link n:0 <-> g:0 at 20 Gbps; &g { group = 1; } "
	 "/delete/ &g; }",
	 "(board 'b'(npu n: 'n'(set 'chip' 0))(gpu g: 'g')(link n:0 - g:0 at 20 Gbps)"
	 "(amend 'g'(set 'group' 1))(delete 'g'))"},
	/* extra: the properties of DTS */
	{"extra host-os { a; }", "(extra 'host-os'(raw 'a' empty))"},
	{"extra host-os { vendor,note = \"x\", \"\"; #cells = <1 0x2 (1 + 2)>; }",
	 "(extra 'host-os'(raw 'vendor,note' strings 780000)"
	 "(raw '#cells' cells 000000010000000200000003))"},
	{"extra guest { b = [0a 1B2c]; c = /bits/ 8 <1 255>; d = /bits/ 16 <0x1234>; }",
	 "(extra 'guest'(raw 'b' bytes 0a1b2c)(raw 'c' bytes 01ff)(raw 'd' bytes 1234))"},
	{"extra guest { e = /bits/ 64 <0x8000000009010c3f>; f = \"a\", <1>, [ff]; g = <>; h = []; }",
	 "(extra 'guest'(raw 'e' cells 8000000009010c3f)(raw 'f' mixed 610000000001ff)"
	 "(raw 'g' cells)(raw 'h' bytes))"},
	{"gpu g { slot = \"s\"; extra host-fw { slot; } group = 1; }",
	 "(gpu g: 'g'(set 'slot' \"s\")(extra 'host-fw'(raw 'slot' empty))(set 'group' 1))"},
	{"gpu extra { } extra = 1;", "(gpu extra: 'extra')(set 'extra' 1)"},
	/* comments and blanks of all kinds */
	{"/**/gpu/***/g/* * / */{// x\r\n}//", "(gpu g: 'g')"},
	{"chip\t=\f1\v;\r\n", "(set 'chip' 1)"},
	{"a=b-c;", "(set 'a' b-c)"},
};

START_TEST(builds_trees)
{
	struct syntax *syntax = parse(arena_printf(lang.arena, "/nv2-v1/; %s", trees[_i].text));

	ck_assert_msg(!syntax->has_errors, "%s: %s", trees[_i].text, complaints());
	expect_complaints("");
	ck_assert_str_eq(dump(syntax), trees[_i].tree);
}
END_TEST

/* ---- recovery ---- */

/* Each text stands on line 2, behind the version line. Damaged: something in it got lost. */
static const struct {
	const char *text, *complaints, *tree;
} mistakes[] = {
	{"chip = 1\nmodel = \"m\";", "a.nv2:2:8-2:9 syntax", "(set 'chip' 1)(set 'model' \"m\")"},
	{"npu n { chip = 1 }", "a.nv2:2:16-2:17 syntax", "(npu n: 'n'(set 'chip' 1))"},
	{"npu n { chip = ; scom = 1; }", "a.nv2:2:16-2:17 syntax",
	 "(npu n: 'n'(set 'scom' 1) damaged)"},
	{"npu n { chip 0; scom = 1; }\ngpu g { }", "a.nv2:2:12-2:13 syntax",
	 "(npu n: 'n'(set 'scom' 1) damaged)(gpu g: 'g')"},
	{"npu n { = = = ; scom = 1; }", "a.nv2:2:9-2:10 syntax",
	 "(npu n: 'n'(set 'scom' 1) damaged)"},
	{"npv n { chip = 0; }\ngpu g { }", "a.nv2:2:1-2:4 unknown-statement", "(gpu g: 'g')"},
	{"link a:2-0 <-> b:1;\ngpu g { }", "a.nv2:2:8-2:11 range-falls", NULL},
	{"x = 0-2;\ngpu g { }", "a.nv2:2:5-2:8 range-place", NULL},
	{"x = GPU0, 0-2;", "a.nv2:2:11-2:14 range-place", NULL},
	{"x = 1 $;\ngpu g { }", "a.nv2:2:7-2:8 stray-character", NULL},
	{"x = 1 é;\ngpu g { }", "a.nv2:2:7-2:8 stray-character", NULL},
	{"x = \"abc;\ngpu g { }", "a.nv2:2:5-2:10 open-string", NULL},
	{"x = \"a\\qb\";", "a.nv2:2:7-2:9 bad-escape", NULL},
	{"x = \"a\\0b\";", "a.nv2:2:7-2:9 bad-escape", NULL},
	{"x = \"\\xff\";", "a.nv2:2:5-2:11 bad-escape", NULL},
	{"gpu g { }\n/* open", "a.nv2:3:1-3:3 open-comment", "(gpu g: 'g')"},
	{"/delete-node/ &x;\ngpu g { }", "a.nv2:2:1-2:14 directive", NULL},
	{"/nv2-v1/;", "a.nv2:2:1-2:9 version", ""},
	{"L: gpu g { }", "a.nv2:2:1-2:2 syntax", "(gpu g: 'g')"},
	{"board \"b\" {", "a.nv2:2:11-2:12 unbalanced", NULL},
	{"gpu g { }\n}\ngpu h { }", "a.nv2:3:1-3:2 unbalanced", "(gpu g: 'g')(gpu h: 'h')"},
	{"extra host-os { a = <0x100000000>; b = [0]; c = <&x>; d; }",
	 "a.nv2:2:22-2:33 raw-value\na.nv2:2:41-2:42 raw-value\na.nv2:2:51-2:52 raw-value", NULL},
	{"x = /include/ \"y\";", "a.nv2:2:5-2:18 include-place", NULL},
	{"/include/ \"/no/such/file\"\ngpu g { }", "a.nv2:2:1-2:26 include-missing",
	 "(gpu g: 'g')"},
	{"#include \"x\"\ngpu g { }", "a.nv2:2:1-2:13 directive", "(gpu g: 'g')"},
	{"gpu g { a b c } gpu h { }", "a.nv2:2:13-2:14 syntax", NULL},
};

/* Mistakes are said once, at their place; what stands around them is there still. */
START_TEST(recovers)
{
	struct syntax *syntax =
		parse(arena_printf(lang.arena, "/nv2-v1/;\n%s\n", mistakes[_i].text));

	ck_assert(syntax->has_errors);
	expect_complaints(arena_printf(lang.arena, "%s\n", mistakes[_i].complaints));
	if (mistakes[_i].tree)
		ck_assert_str_eq(dump(syntax), mistakes[_i].tree);
	else if (strstr(mistakes[_i].text, "\ngpu g { }"))
		ck_assert_ptr_nonnull(strstr(dump(syntax), "(gpu g: 'g')"));
}
END_TEST

START_TEST(wants_the_version_line)
{
	parse("board \"b\" { };\n");
	ck_assert_str_eq(lang.diags->first->def->name, "version");
	start_again();
	parse("");
	ck_assert_str_eq(lang.diags->first->def->name, "version");
	start_again();
	parse("/nv2-v2/;\n");
	ck_assert_str_eq(lang.diags->first->def->name, "version");
	ck_assert_ptr_null(lang.diags->first->next);
	start_again();
	parse("// first a comment\n;;/nv2-v1/;\n");
	expect_complaints("");
}
END_TEST

/* Five mistakes of five kinds in one file: all are said, each once, each where it is. */
START_TEST(reports_five_of_five)
{
	parse("/nv2-v1/;\n"                       /* 1 */
	      "board \"b\" {\n"                   /* 2 */
	      "\tfamily power9-npu2;\n"           /* 3 */
	      "\tmodel = \"\\q\";\n"              /* 4 */
	      "\tnpu npu0 { chip = 08; }\n"       /* 5 */
	      "\tgpu GPU0 { slot = \"GPU0\" }\n"  /* 6 */
	      "\tlink npu0:2-0 <-> GPU0:1,3,5 at 25 Gbps;\n" /* 7 */
	      "\tgpu GPU1 { slot = \"GPU1\"; }\n"
	      "};\n");
	diags_sort(lang.diags);
	for (uint32_t line = 3; line <= 7; line++) {
		const struct diag_record *record = lang.diags->first;
		struct place place;

		for (uint32_t i = 3; i < line && record; i++)
			record = record->next;
		ck_assert_msg(record != NULL, "%s", complaints());
		source_place(lang.sources, record->span, &place);
		ck_assert_msg(place.line == line, "%s", complaints());
	}
	ck_assert_uint_eq(lang.diags->counts[SEVERITY_ERROR], 5);
}
END_TEST

START_TEST(marks_what_is_damaged)
{
	struct syntax *syntax =
		parse("/nv2-v1/;\nboard \"b\" { gpu g { x y z } gpu h { } }\ngpu i { }\n");

	ck_assert_str_eq(dump(syntax), "(board 'b'(gpu g: 'g' damaged)(gpu h: 'h'))(gpu i: 'i')");
	ck_assert_uint_ge(syntax->dropped.count, 1);
}
END_TEST

static char *repeated(const char *text, unsigned count)
{
	struct buffer out = {0};

	for (unsigned i = 0; i < count; i++)
		buffer_add_string(&out, text);
	return take(&out);
}

START_TEST(stops_at_deep_nesting)
{
	struct syntax *syntax;

	syntax = parse(arena_printf(lang.arena, "/nv2-v1/;%s", repeated("gpu g {", 100000)));
	ck_assert(syntax->has_errors);
	ck_assert_str_eq(lang.diags->first->def->name, "nesting");
	ck_assert_uint_eq(lang.diags->counts[SEVERITY_ERROR], 1);
	start_again();
	syntax = parse(arena_printf(lang.arena, "/nv2-v1/;x = %s", repeated("(", 100000)));
	ck_assert(syntax->has_errors);
	ck_assert_str_eq(lang.diags->first->def->name, "nesting");
	ck_assert_uint_eq(lang.diags->counts[SEVERITY_ERROR], 1);
	start_again();
	syntax = parse(arena_printf(lang.arena, "/nv2-v1/;x = (%s 1);", repeated("-", 100000)));
	ck_assert(syntax->has_errors);
	start_again();
	parse(arena_printf(lang.arena, "/nv2-v1/;x = %s1%s;", repeated("(", 32),
			   repeated(")", 32)));
	expect_complaints("");
	start_again();
	parse(arena_printf(lang.arena, "/nv2-v1/;%s%s", repeated("gpu g {", 32),
			   repeated("}", 32)));
	expect_complaints("");
}
END_TEST

START_TEST(survives_long_lines)
{
	struct syntax *syntax;
	uint64_t value = 0;

	syntax = parse(arena_printf(lang.arena, "/nv2-v1/;gpu %s { }", repeated("g", 1 << 20)));
	ck_assert(!syntax->has_errors);
	ck_assert_uint_eq(strlen(syntax->statements.first->label.text), 1 << 20);
	ck_assert(!evaluate(repeated("9", 1 << 20), &value));
	ck_assert(!evaluate(repeated("\"", (1 << 20) + 1), &value));
}
END_TEST

/* Whatever the bytes, the parser ends and says what is wrong. */
START_TEST(survives_nonsense)
{
	static const char *const pieces[] = {
		"board", "guest", "npu", "gpu", "link", "phb", "slots", "extra", "at", "x", "\"s\"",
		"1", "2.0", "0x1", "{", "}", "{", "}", ";", ";", ":", "=", ",", "<->", "-", "&", "/",
		"(", ")", "+", "<", ">", "[", "]", "/delete/", "/include/", "/bits/", "/nv2-v1/",
		"\"", "//", "/*", "*/", "\n", "\n# 1 \"f\"\n", "$", "é", "#", "~", "?", "host-os",
	};
	uint64_t state = 99;

	for (unsigned turn = 0; turn < 4000; turn++) {
		struct buffer text = {0};
		unsigned count = random_below(&state, 60);
		struct syntax *syntax;
		struct source *source;

		buffer_add_string(&text, random_below(&state, 4) ? "/nv2-v1/; " : "");
		for (unsigned i = 0; i < count; i++)
			buffer_printf(&text, "%s ",
				      pieces[random_below(&state, COUNT(pieces))]);
		source = source_from_text(lang.sources, "n.nv2", text.data, text.len);
		syntax = parse_file(&lang, source);
		ck_assert_msg(syntax->has_errors == diags_have_errors(lang.diags), "%s", text.data);
		/* the text is as it was: messages quote it */
		ck_assert_mem_eq(source->text, text.data, text.len);
		dump(syntax);
		buffer_free(&text);
		start_again();
	}
}
END_TEST

START_TEST(refuses_what_is_no_text)
{
	struct source *source = source_from_text(lang.sources, "b", "/nv2-v1/;\n\0", 11);
	struct syntax *syntax = parse_file(&lang, source);

	ck_assert(syntax->has_errors);
	ck_assert_str_eq(lang.diags->first->def->name, "not-text");
	ck_assert_uint_eq(lang.diags->first->span.offset, 10);
}
END_TEST

/* ---- positions ---- */

static void expect_span(struct span span, const char *want)
{
	const struct source *source = source_get(lang.sources, span.file);

	ck_assert_ptr_nonnull(source);
	ck_assert_msg(span.len == strlen(want) &&
			      !memcmp(source->text + span.offset, want, span.len),
		      "'%.*s', not '%s'", (int)span.len, source->text + span.offset, want);
}

START_TEST(knows_where_things_stand)
{
	struct syntax *syntax = parse("/nv2-v1/;\n"
				      "B: board \"b\" {\n"
				      "\tmodel = \"é\", 2;\n"
				      "\tnpu npu0 { chip = (1 + 1); }\n"
				      "\tL0: link npu0:0-2, 4 <-> GPU0 at 25 Gbps { phy = 1; }\n"
				      "\tlink a:1 <-> b:2;\n"
				      "\t&b/c { }\n"
				      "\t/delete/ &d;\n"
				      "};\n");
	const struct stmt *board = syntax->statements.first, *stmt = board->body.first;

	expect_complaints("");
	expect_span(board->where, "B");
	expect_span(board->name.span, "\"b\"");
	expect_span(stmt->where, "model");
	expect_span(stmt->span, "model = \"é\", 2");
	expect_span(stmt->values.first->span, "\"é\"");
	expect_span(stmt->values.last->span, "2");
	stmt = stmt->next;
	expect_span(stmt->where, "npu0");
	expect_span(stmt->span, "npu npu0");
	expect_span(stmt->body.first->values.first->span, "(1 + 1)");
	stmt = stmt->next;
	expect_span(stmt->where, "L0");
	expect_span(stmt->a.span, "npu0:0-2, 4");
	expect_span(stmt->a.name.span, "npu0");
	expect_span(stmt->a.ports->span, "0-2");
	expect_span(stmt->a.ports->tail->span, "4");
	expect_span(stmt->b.span, "GPU0");
	expect_span(stmt->rate_span, "25 Gbps");
	expect_span(stmt->body.first->where, "phy");
	stmt = stmt->next;
	expect_span(stmt->where, "link");
	expect_span(stmt->span, "link a:1 <-> b:2");
	stmt = stmt->next;
	expect_span(stmt->span, "&b/c");
	expect_span(stmt->scope.span, "b");
	expect_span(stmt->name.span, "c");
	stmt = stmt->next;
	expect_span(stmt->span, "/delete/ &d");
	expect_span(stmt->name.span, "d");
	ck_assert_ptr_null(stmt->next);
	ck_assert_uint_eq(syntax->end.offset, source_get(lang.sources, 1)->size);
}
END_TEST

START_TEST(follows_line_markers)
{
	parse("# 1 \"board.nv2\"\n"
	      "/nv2-v1/;\n"
	      "# 1 \"chips.h\" 1\n"
	      "\n"
	      "x = $;\n"
	      "# 7 \"board.nv2\" 2\n"
	      "y = %;\n"
	      "#line 40 \"other\"\n"
	      "z = @;\n");
	diags_sort(lang.diags);
	ck_assert_ptr_nonnull(strstr(complaints(), "chips.h:2:5-2:6 stray-character"));
	ck_assert_ptr_nonnull(strstr(complaints(), "board.nv2:7:5-"));
	ck_assert_ptr_nonnull(strstr(complaints(), "other:40:5-40:6 stray-character"));
}
END_TEST

/* ---- includes ---- */

static char directory[64];

static void setup_directory(void)
{
	const char *parent = getenv("TMPDIR");

	setup();
	snprintf(directory, sizeof(directory), "%.40s/nv2-unit-XXXXXX", parent ? parent : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(directory));
}

static void teardown_directory(void)
{
	static const char *const names[] = {"a.nv2", "b.nv2i", "c.nv2i", "d.nv2i"};

	for (size_t i = 0; i < COUNT(names); i++)
		unlink(arena_printf(lang.arena, "%s/%s", directory, names[i]));
	rmdir(directory);
	teardown();
}

static void write_file(const char *name, const char *text)
{
	FILE *file = fopen(arena_printf(lang.arena, "%s/%s", directory, name), "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static struct syntax *parse_main(void)
{
	int error = 0;
	struct source *source = source_read(
		lang.sources, arena_printf(lang.arena, "%s/a.nv2", directory), "a.nv2", &error);

	ck_assert_ptr_nonnull(source);
	return parse_file(&lang, source);
}

START_TEST(reads_includes)
{
	struct syntax *syntax;

	write_file("a.nv2", "/nv2-v1/; /include/ \"b.nv2i\" board \"b\" { /include/ \"c.nv2i\" z = 1; "
			    "/include/ \"d.nv2i\" }\n");
	write_file("b.nv2i", "L: guest \"g\" { };\n");
	write_file("c.nv2i", "x = 1;\n/include/ \"d.nv2i\"\n");
	write_file("d.nv2i", "// only a comment\ny = 2;");
	syntax = parse_main();
	expect_complaints("");
	ck_assert_str_eq(dump(syntax),
			 "(guest L: 'g')(board 'b'(set 'x' 1)(set 'y' 2)(set 'z' 1)(set 'y' 2))");
	ck_assert_uint_eq(lang.sources->files.count, 5);
}
END_TEST

START_TEST(names_the_included_file)
{
	write_file("a.nv2", "/nv2-v1/;\n/include/ \"b.nv2i\"\n$\n");
	write_file("b.nv2i", "\n  $\n");
	parse_main();
	ck_assert_ptr_nonnull(strstr(complaints(), "a.nv2:3:1-3:2 stray-character"));
	ck_assert_ptr_nonnull(strstr(complaints(), "b.nv2i:2:3-2:4 stray-character"));
	ck_assert_uint_eq(source_get(lang.sources, 2)->included_from.file, 1);
	expect_span(source_get(lang.sources, 2)->included_from, "/include/ \"b.nv2i\"");
}
END_TEST

static const struct {
	const char *text, *name;
} bad_includes[] = {
	{"/include/ \"a.nv2\"\n", "include-loop"},
	{"/include/ \"b.nv2i\"\n", "include-loop"},
	{"/nv2-v1/;\n", "version"},
	{"gpu g {\n", "unbalanced"},
	{"}\n", "unbalanced"},
	{"\xff\n", "not-text"},
};

START_TEST(refuses_bad_includes)
{
	bool found = false;

	write_file("a.nv2", "/nv2-v1/;\nboard \"b\" {\n/include/ \"b.nv2i\"\n}\ngpu last { }\n");
	write_file("b.nv2i", bad_includes[_i].text);
	parse_main();
	ck_assert(diags_have_errors(lang.diags));
	for (const struct diag_record *record = lang.diags->first; record; record = record->next)
		found = found || !strcmp(record->def->name, bad_includes[_i].name);
	ck_assert_msg(found, "%s: %s", bad_includes[_i].name, complaints());
}
END_TEST

START_TEST(looks_in_directories)
{
	struct syntax *syntax;

	write_file("b.nv2i", "x = 1;\n");
	syntax = parse("/nv2-v1/; /include/ \"b.nv2i\"\n");
	ck_assert(syntax->has_errors);
	lang.diags = diags_new(lang.arena, lang.sources);
	*ARRAY_PUSH(lang.arena, &lang.include_dirs) = "/no/such/directory";
	*ARRAY_PUSH(lang.arena, &lang.include_dirs) = directory;
	syntax = parse("/nv2-v1/; /include/ \"b.nv2i\"\n");
	expect_complaints("");
	ck_assert_str_eq(dump(syntax), "(set 'x' 1)");
}
END_TEST

/* ---- formatter ---- */

static char *format(const char *text)
{
	struct source *source = source_from_text(lang.sources, "f.nv2", text, strlen(text));
	struct buffer out = {0};

	if (!format_source(&lang, source, false, &out)) {
		buffer_free(&out);
		return NULL;
	}
	return take(&out);
}

static const struct {
	const char *text, *want;
} layouts[] = {
	{"/nv2-v1/ ;", "/nv2-v1/;\n"},
	{"/nv2-v1/;board \"b\"{}", "/nv2-v1/;\nboard \"b\" {\n};\n"},
	{"/nv2-v1/;\n\n\n\nboard \"b\"{\n\n\nmodel=\"m\"  ;;\n\n\n\nchip=1;\n\n}",
	 "/nv2-v1/;\n\nboard \"b\" {\n\tmodel = \"m\";\n\n\tchip = 1;\n};\n"},
	{"/nv2-v1/; board \"b\" { npu  npu0{chip=0;}; gpu g {slot=\"s\" ;extra host-os { a,b=<1 2>,[0a]; } } }",
	 "/nv2-v1/;\nboard \"b\" {\n\tnpu npu0 { chip = 0; }\n\tgpu g {\n\t\tslot = \"s\";\n"
	 "\t\textra host-os { a,b = <1 2>, [0a]; }\n\t}\n};\n"},
	{"/nv2-v1/; board \"b\" { L:link a:0 - 2,4<->b : 1, 3 at 25 Gbps; x=a , b:0 , 1; }",
	 "/nv2-v1/;\nboard \"b\" {\n\tL: link a:0-2,4 <-> b:1,3 at 25 Gbps;\n\tx = a, b:0,1;\n};\n"},
	{"/nv2-v1/; board \"b\" { x=( 1||2*-3<<( ~4 ) ); }",
	 "/nv2-v1/;\nboard \"b\" {\n\tx = (1 || 2 * -3 << (~4));\n};\n"},
	{"/nv2-v1/; // one \n/* two */ board \"b\" { // three\n// four\nx = 1; /* five */\n}; // six",
	 "/nv2-v1/; // one\n/* two */\nboard \"b\" { // three\n\t// four\n\tx = 1; /* five */\n"
	 "}; // six\n"},
	{"/nv2-v1/; &b/g {slot=\"x\";}; /delete/ & b / g ;",
	 "/nv2-v1/;\n&b/g { slot = \"x\"; };\n/delete/ &b/g;\n"},
};

START_TEST(lays_out)
{
	const char *got = format(layouts[_i].text);

	ck_assert_msg(got != NULL, "%s", complaints());
	ck_assert_msg(!strcmp(got, layouts[_i].want), "got:\n%s\nwanted:\n%s", got,
		      layouts[_i].want);
}
END_TEST

START_TEST(formats_no_broken_text)
{
	ck_assert_ptr_null(format("/nv2-v1/; board {"));
	ck_assert(diags_have_errors(lang.diags));
}
END_TEST

/* A file by chance: right in its grammar, wild in its layout. */

static void make_gap(struct chance *chance, bool needed)
{
	static const char *const blanks[] = {" ", "  ", "\t", "\n", "\n\n", "\r\n", " \n \n\n", "\f"};
	unsigned choice = random_below(&chance->state, 40);

	if (needed)
		buffer_add_string(&chance->out, " ");
	if (choice < COUNT(blanks))
		buffer_add_string(&chance->out, blanks[choice]);
	else if (choice == 20)
		buffer_printf(&chance->out, "/* c%u */", random_below(&chance->state, 10));
	else if (choice == 21)
		buffer_printf(&chance->out, " // l%u  \n", random_below(&chance->state, 10));
	else if (choice == 22)
		buffer_printf(&chance->out, "\n/* m%u\n * n */\n", random_below(&chance->state, 10));
	else if (choice == 23)
		buffer_add_string(&chance->out, "\n\n// x\n\n// y\n");
}

static void make_token(struct chance *chance, const char *token)
{
	const struct buffer *out = &chance->out;
	char last = out->len ? out->data[out->len - 1] : ' ';

	/* Words must not run into each other, nor '/' into a comment. */
	make_gap(chance, (last != ' ' && last != '\n' && last != '\t') || *token == '/');
	buffer_add_string(&chance->out, token);
}

static void make_name(struct chance *chance)
{
	static const char *const names[] = {"GPU0", "npu0", "link", "at", "board", "extra", "a-b", "_x"};

	make_token(chance, names[random_below(&chance->state, COUNT(names))]);
}

static void make_ports(struct chance *chance)
{
	unsigned count = 1 + random_below(&chance->state, 3);

	for (unsigned i = 0; i < count; i++) {
		if (i)
			make_token(chance, ",");
		make_token(chance, "1");
		if (random_below(&chance->state, 3) == 0) {
			make_token(chance, "-");
			make_token(chance, "3");
		}
	}
}

static void make_device(struct chance *chance, bool ports)
{
	make_name(chance);
	if (!ports)
		return;
	make_token(chance, ":");
	make_ports(chance);
}

/* Digits, sums, signs: what the layout of expressions has to tell apart. */
static void make_sum(struct chance *chance, unsigned depth)
{
	static const char *const infix[] = {"+", "-", "*", "|", "^", "&", "<<", "<", ">=", "==", "&&", "||"};
	static const char *const prefix[] = {"-", "+", "!"};
	unsigned choice = depth ? random_below(&chance->state, 6) : 0;

	switch (choice) {
	case 1:
		make_token(chance, "(");
		make_sum(chance, depth - 1);
		make_token(chance, ")");
		break;
	case 2:
		make_token(chance, prefix[random_below(&chance->state, COUNT(prefix))]);
		make_sum(chance, depth - 1);
		break;
	case 3:
		make_sum(chance, depth - 1);
		make_token(chance, "?");
		make_sum(chance, depth - 1);
		make_token(chance, ":");
		make_sum(chance, depth - 1);
		break;
	case 4:
	case 5:
		make_token(chance, "1");
		make_token(chance, infix[random_below(&chance->state, 6)]);
		make_sum(chance, depth - 1);
		break;
	default:
		make_token(chance, random_below(&chance->state, 2) ? "7" : "0x2");
		break;
	}
}

static void make_value(struct chance *chance)
{
	switch (random_below(&chance->state, 7)) {
	case 0:
		make_token(chance, "\"a // b\"");
		break;
	case 1:
		make_token(chance, "64KiB");
		break;
	case 2:
		/* Of a sum that is not looked at no value is wrong. */
		make_token(chance, "(");
		make_token(chance, "1");
		make_token(chance, "||");
		make_token(chance, "(");
		make_sum(chance, 3);
		make_token(chance, ")");
		make_token(chance, ")");
		break;
	case 3:
		make_token(chance, "2.0");
		break;
	case 4:
		make_token(chance, random_below(&chance->state, 2) ? "64 MiB" : "64\t KiB");
		break;
	default:
		make_device(chance, random_below(&chance->state, 2));
		break;
	}
}

static void make_property(struct chance *chance)
{
	unsigned count = 1 + random_below(&chance->state, 3);

	make_name(chance);
	if (random_below(&chance->state, 6) == 0) {
		make_token(chance, ":");
		make_ports(chance);
	}
	make_token(chance, "=");
	for (unsigned i = 0; i < count; i++) {
		if (i)
			make_token(chance, ",");
		make_value(chance);
	}
	make_token(chance, ";");
}

static void make_raw(struct chance *chance)
{
	static const char *const raws[] = {
		"a,b ;", "#x-y = < 1 0x2 ( 3+-4*0 ) > ;", "p = \"s\" , \"t\" ;", "q = [ 0a 0B1c ] ;",
		"r = /bits/ 64 < 1 > , \"x\" ;", "s=<>;", "t = < (1<2) (-1+2) > ;", "1a?+._ = [];",
	};

	make_token(chance, "extra");
	make_token(chance, "host-os");
	make_token(chance, "{");
	for (unsigned i = random_below(&chance->state, 4); i; i--)
		make_token(chance, raws[random_below(&chance->state, COUNT(raws))]);
	make_token(chance, "}");
}

static void make_block(struct chance *chance, unsigned depth);

static void make_statement(struct chance *chance, unsigned depth)
{
	static const char *const heads[] = {"npu", "gpu", "board", "guest", "slots", "phb"};
	unsigned choice = random_below(&chance->state, depth ? 14 : 6);

	if (choice < 3) {
		make_property(chance);
	} else if (choice == 3) {
		make_token(chance, "/delete/");
		make_token(chance, "&");
		make_name(chance);
		make_token(chance, ";");
	} else if (choice < 6) {
		if (random_below(&chance->state, 2)) {
			make_name(chance);
			make_token(chance, ":");
		}
		make_token(chance, "link");
		make_device(chance, true);
		make_token(chance, "<->");
		make_device(chance, random_below(&chance->state, 2));
		if (random_below(&chance->state, 2)) {
			make_token(chance, "at");
			make_token(chance, "25.78125");
			make_token(chance, "Gbps");
		}
		if (depth && random_below(&chance->state, 3) == 0)
			make_block(chance, depth - 1);
		else
			make_token(chance, ";");
	} else if (choice == 6) {
		make_raw(chance);
	} else if (choice == 7) {
		make_token(chance, "&");
		make_name(chance);
		if (random_below(&chance->state, 2)) {
			make_token(chance, "/");
			make_name(chance);
		}
		make_block(chance, depth - 1);
	} else {
		unsigned head = random_below(&chance->state, COUNT(heads));

		if ((head == 2 || head == 3 || head == 5) && random_below(&chance->state, 2)) {
			make_name(chance);
			make_token(chance, ":");
		}
		make_token(chance, heads[head]);
		if (head < 2)
			make_name(chance);
		else if (head < 4)
			make_token(chance, "\"n\"");
		else if (head == 5)
			make_token(chance, "3");
		make_block(chance, depth - 1);
	}
}

static void make_block(struct chance *chance, unsigned depth)
{
	make_token(chance, "{");
	for (unsigned i = random_below(&chance->state, 4); i; i--)
		make_statement(chance, depth);
	make_token(chance, "}");
	if (random_below(&chance->state, 3) == 0)
		make_token(chance, ";");
}

/* The comments of a text, in order, without the blanks at their lines' ends. */
static char *comments_of(const char *text)
{
	struct buffer out = {0};

	buffer_add_string(&out, "");
	for (const char *at = text; *at;) {
		const char *end = at + 1;

		if (*at == '"') {
			while (*end != '"')
				end++;
			at = end + 1;
			continue;
		}
		if (at[0] == '/' && at[1] == '/')
			end = at + strcspn(at, "\n");
		else if (at[0] == '/' && at[1] == '*')
			end = strstr(at, "*/") + 2;
		if (end > at + 1) {
			size_t len = (size_t)(end - at);

			while (strchr(" \t\r", at[len - 1]))
				len--;
			buffer_add(&out, at, len);
			buffer_add_string(&out, "\n");
		}
		at = end;
	}
	return take(&out);
}

static void expect_stable(const char *text)
{
	struct syntax *before, *after;
	const char *once, *twice;

	once = format(text);
	ck_assert_msg(once != NULL, "not formatted:\n%s\n%s", text, complaints());
	twice = format(once);
	ck_assert_msg(twice != NULL, "broken:\n%s\nfrom:\n%s\n%s", once, text, complaints());
	ck_assert_msg(!strcmp(once, twice), "first:\n%s\nthen:\n%s\nfrom:\n%s", once, twice, text);
	before = parse(text);
	after = parse(once);
	ck_assert_msg(!before->has_errors && !after->has_errors, "%s", complaints());
	ck_assert_msg(!strcmp(dump(before), dump(after)), "%s\n%s\nfrom:\n%s\nto:\n%s", dump(before),
		      dump(after), text, once);
	ck_assert_msg(!strcmp(comments_of(text), comments_of(once)), "comments of:\n%s\nin:\n%s", text,
		      once);
	/* No line ends in a blank; the file ends in one line end. */
	for (const char *at = once; (at = strchr(at, '\n')); at++)
		ck_assert_msg(at == once || !strchr(" \t", at[-1]), "blanks at a line's end:\n%s", once);
	ck_assert_msg(once[strlen(once) - 1] == '\n' && !strstr(once, "\n\n\n"), "%s", once);
}

START_TEST(formats_chance_texts)
{
	struct chance chance = {.state = (uint64_t)_i};

	for (unsigned turn = 0; turn < 300; turn++) {
		start_again();
		chance.out.len = 0;
		buffer_add_string(&chance.out, "/nv2-v1/;");
		for (unsigned i = 1 + random_below(&chance.state, 4); i; i--)
			make_statement(&chance, 1 + turn % 4);
		make_gap(&chance, false);
		expect_stable(chance.out.data);
	}
	buffer_free(&chance.out);
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("lang");
	TCase *cases = add_case(suite, "numbers", setup, teardown);

	tcase_add_loop_test(cases, computes_as_wider_integers_do, 0, WIDE_OPERATORS);
	tcase_add_loop_test(cases, computes_with_chance_numbers, 0, WIDE_OPERATORS);
	tcase_add_test(cases, computes_with_one_operand);
	tcase_add_loop_test(cases, evaluates_as_c_does, 0, COUNT(expressions));
	tcase_add_test(cases, evaluates_chance_expressions);
	tcase_add_loop_test(cases, reads_numbers, 0, COUNT(numbers));
	tcase_add_loop_test(cases, refuses_numbers, 0, COUNT(not_numbers));

	cases = add_case(suite, "parser", setup, teardown);
	tcase_add_loop_test(cases, builds_trees, 0, COUNT(trees));
	tcase_add_loop_test(cases, recovers, 0, COUNT(mistakes));
	tcase_add_test(cases, wants_the_version_line);
	tcase_add_test(cases, reports_five_of_five);
	tcase_add_test(cases, marks_what_is_damaged);
	tcase_add_test(cases, stops_at_deep_nesting);
	tcase_add_test(cases, survives_long_lines);
	tcase_add_test(cases, survives_nonsense);
	tcase_add_test(cases, refuses_what_is_no_text);
	tcase_add_test(cases, knows_where_things_stand);
	tcase_add_test(cases, follows_line_markers);

	cases = add_case(suite, "includes", setup_directory, teardown_directory);
	tcase_add_test(cases, reads_includes);
	tcase_add_test(cases, names_the_included_file);
	tcase_add_loop_test(cases, refuses_bad_includes, 0, COUNT(bad_includes));
	tcase_add_test(cases, looks_in_directories);

	cases = add_case(suite, "formatter", setup, teardown);
	tcase_add_loop_test(cases, lays_out, 0, COUNT(layouts));
	tcase_add_test(cases, formats_no_broken_text);
	tcase_add_loop_test(cases, formats_chance_texts, 0, 8);
	return suite;
}

int main(void)
{
	return run_suite(make_suite());
}
