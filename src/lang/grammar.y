/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes tokens, gives the syntax tree. Never knows what a name stands for:
 * any statement may stand in any block here.
 */
%require "3.8"
%define api.pure full
%define api.prefix {nv2_}
%define parse.error custom
%locations
%define api.location.type {struct span}
%expect 0
%lex-param {void *scanner}
%parse-param {struct parser *parser} {void *scanner}

%code requires {
#include "lang/actions.h"
}

%code {
#include <string.h>

/* An empty right-hand side has the place behind what came before it. */
#define YYLLOC_DEFAULT(current, rhs, n)                                                            \
	((current) = (n) ? span_join(YYRHSLOC(rhs, 1), YYRHSLOC(rhs, n))                           \
			 : (struct span){YYRHSLOC(rhs, 0).file,                                    \
					 YYRHSLOC(rhs, 0).offset + YYRHSLOC(rhs, 0).len, 0})

static void nv2_error(const struct span *location, struct parser *parser, void *scanner,
		      const char *message)
{
	/* Only "memory exhausted" comes this way: syntax errors are reported below. */
	(void)scanner;
	(void)message;
	diag_fix(parser->lang->diags,
		 lang_error(parser->scan, LANG_NESTING, *location,
			    "this is nested deeper than can be read"),
		 "write it shorter");
}
}

%destructor { buffer_free(&$$->bytes); } <raw>
%initial-action { @$ = (struct span){0}; }

%union {
	const char *text;
	uint64_t number;
	struct name name;
	struct ports *ports;
	struct device_ref device;
	struct value *value;
	struct value_list values;
	struct stmt *stmt;
	struct stmt_list list;
	struct block block;
	struct rate rate;
	struct operand operand;
	struct raw_value *raw;
	bool flag;
}

%token <text> WORD "a name"
%token <text> WORD_BOARD "'board'" WORD_GUEST "'guest'" WORD_NPU "'npu'" WORD_GPU "'gpu'"
%token <text> WORD_LINK "'link'" WORD_PHB "'phb'" WORD_SLOTS "'slots'" WORD_EXTRA "'extra'"
%token <text> WORD_AT "'at'"
%token <text> STRING "a string" DECIMAL "a decimal number" RAW_NAME "a property name" HEX "hex bytes"
%token <number> NUMBER "a number"
%token VERSION_LINE "'/nv2-v1/'" DELETE "'/delete/'" INCLUDE "'/include/'" BITS "'/bits/'"
%token ARROW "'<->'" COMMENT MARKER LOST
%token SHL "'<<'" SHR "'>>'" LE "'<='" GE "'>='" EQ "'=='" NE "'!='" AND "'&&'" OR "'||'"

%type <text> word
%type <name> label name string
%type <ports> port ports
%type <device> device
%type <value> value number
%type <values> values
%type <stmt> stmt declaration raw_property
%type <list> stmts
%type <block> block tail
%type <flag> end
%type <rate> rate
%type <operand> expr
%type <raw> raw_values raw_value cells hex

%right '?' ':'
%left OR
%left AND
%left '|'
%left '^'
%left '&'
%left EQ NE
%left '<' '>' LE GE
%left SHL SHR
%left '+' '-'
%left '*' '/' '%'
%precedence UNARY

%%

file:
	stmts	{ parser->syntax->statements = $1; }
	;

stmts:
	%empty		{ $$ = (struct stmt_list){0}; }
	| stmts stmt	{ $$ = append_stmt($1, $2); }
	;

stmt:
	';'				{ $$ = NULL; }
	| VERSION_LINE end			{ $$ = version_line(parser, @1); }
	| INCLUDE			{ $$ = NULL; }
	| LOST				{ $$ = dropped(parser, @1); }
	| declaration			{ $$ = seen(parser, $1); }
	| label declaration		{ $$ = labelled(parser, $1, $2); }
	| word '=' values end		{ $$ = property(parser, $1, @1, $3, span_join(@1, @3), $4); }
	| word ':' ports '=' values end	{ $$ = slot(parser, (struct name){$1, @1}, $3, $5, span_join(@1, @3), $6); }
	| raw_property			{ $$ = $1; }
	| '&' name block		{ $$ = amend(parser, (struct name){0}, $2, $3, span_join(@1, @2)); }
	| '&' name '/' name block	{ $$ = amend(parser, $2, $4, $5, span_join(@1, @4)); }
	| DELETE '&' name end		{ $$ = delete(parser, (struct name){0}, $3, span_join(@1, @3)); }
	| DELETE '&' name '/' name end	{ $$ = delete(parser, $3, $5, span_join(@1, @5)); }
	| DELETE name end		{ $$ = delete_property(parser, @2); }
	| error ';'			{ $$ = dropped(parser, @1); yyerrok; }
	| error block			{ $$ = dropped(parser, @1); yyerrok; }
	;

declaration:
	WORD_BOARD string block		{ $$ = block_stmt(parser, STMT_BOARD, $2, $3, span_join(@1, @2)); }
	| WORD_GUEST string block	{ $$ = block_stmt(parser, STMT_GUEST, $2, $3, span_join(@1, @2)); }
	| WORD_NPU name block		{ $$ = device_stmt(parser, STMT_NPU, $2, $3, span_join(@1, @2)); }
	| WORD_GPU name block		{ $$ = device_stmt(parser, STMT_GPU, $2, $3, span_join(@1, @2)); }
	| WORD_SLOTS block		{ $$ = block_stmt(parser, STMT_SLOTS, (struct name){"slots", @1}, $2, @1); }
	| WORD_EXTRA name block		{ $$ = block_stmt(parser, STMT_EXTRA, $2, $3, span_join(@1, @2)); }
	| WORD_PHB number block		{ $$ = phb_stmt(parser, $2, $3, span_join(@1, @2)); }
	| WORD_LINK device ARROW device tail
					{ $$ = link_stmt(parser, $2, $4, (struct rate){0}, $5, @1, span_join(@1, @4)); }
	| WORD_LINK device ARROW device WORD_AT rate tail
					{ $$ = link_stmt(parser, $2, $4, $6, $7, @1, span_join(@1, @6)); }
	| WORD name block		{ $$ = unknown_stmt(parser, $1, @1, @$); }
	;

tail:
	end		{ $$ = (struct block){.damaged = $1}; }
	| block
	;

/*
 * The end of a statement. Where the ';' is missing the statement ends all the
 * same, and what comes next is read as the next one: true if it is not a mere
 * ';' that is missing.
 */
end:
	';'		{ $$ = false; }
	| error		{ $$ = !parser->semicolon_missing; yyerrok; }
	;

block:
	'{' stmts '}'		{ $$ = (struct block){.body = $2, .close = @3, .damaged = $2.damaged}; }
	| '{' stmts error '}'	{ dropped(parser, @3); $$ = (struct block){.body = $2, .close = @4, .damaged = true}; yyerrok; }
	;

label:
	word ':'	{ $$ = (struct name){$1, @1}; }
	;

name:
	word		{ $$ = (struct name){$1, @1}; }
	;

string:
	STRING		{ $$ = (struct name){$1, @1}; }
	;

word:
	WORD | WORD_BOARD | WORD_GUEST | WORD_NPU | WORD_GPU | WORD_LINK | WORD_PHB | WORD_SLOTS
	| WORD_EXTRA | WORD_AT
	;

device:
	name			{ $$ = (struct device_ref){.name = $1, .span = @$}; }
	| name ':' ports	{ $$ = device_with_ports($1, $3, @$); }
	;

ports:
	port			{ $$ = $1; }
	| ports ',' port	{ $$ = append_port($1, $3); }
	;

port:
	NUMBER			{ $$ = new_port(parser, $1, $1, @$); }
	| NUMBER '-' NUMBER	{ $$ = new_port(parser, $1, $3, @$); }
	;

rate:
	NUMBER name		{ $$ = whole_rate(parser, $1, $2, @$); }
	| DECIMAL name		{ $$ = (struct rate){$1, $2.text, @$}; }
	;

values:
	value			{ $$ = first_value(parser, $1); }
	| values ',' value	{ $$ = append_value(parser, $1, $3); }
	;

value:
	number
	| NUMBER '-' NUMBER	{ $$ = range_value(parser, $1, $3, @$); }
	| STRING		{ $$ = text_value(parser, VALUE_STRING, $1, @$); }
	| DECIMAL		{ $$ = text_value(parser, VALUE_DECIMAL, $1, @$); }
	| name			{ $$ = device_value(parser, (struct device_ref){.name = $1, .span = @$}); }
	| name ':' port		{ $$ = device_value(parser, device_with_ports($1, $3, @$)); }
	;

number:
	NUMBER			{ $$ = number_value(parser, $1, @$); }
	| '(' expr ')'		{ $$ = expression_value(parser, $2, @$); }
	;

expr:
	NUMBER			{ $$ = operand($1); }
	| '(' expr ')'		{ $$ = $2; }
	| '-' expr %prec UNARY	{ $$ = negate($2); }
	| '+' expr %prec UNARY	{ $$ = $2; }
	| '~' expr %prec UNARY	{ $$ = complement($2, @$); }
	| '!' expr %prec UNARY	{ $$ = logical_not($2); }
	| expr '+' expr		{ $$ = binary(WIDE_ADD, $1, $3, @$); }
	| expr '-' expr		{ $$ = binary(WIDE_SUB, $1, $3, @$); }
	| expr '*' expr		{ $$ = binary(WIDE_MUL, $1, $3, @$); }
	| expr '/' expr		{ $$ = binary(WIDE_DIV, $1, $3, @$); }
	| expr '%' expr		{ $$ = binary(WIDE_MOD, $1, $3, @$); }
	| expr SHL expr		{ $$ = binary(WIDE_SHL, $1, $3, @$); }
	| expr SHR expr		{ $$ = binary(WIDE_SHR, $1, $3, @$); }
	| expr '&' expr		{ $$ = binary(WIDE_AND, $1, $3, @$); }
	| expr '|' expr		{ $$ = binary(WIDE_OR, $1, $3, @$); }
	| expr '^' expr		{ $$ = binary(WIDE_XOR, $1, $3, @$); }
	| expr '<' expr		{ $$ = binary(WIDE_LT, $1, $3, @$); }
	| expr '>' expr		{ $$ = binary(WIDE_GT, $1, $3, @$); }
	| expr LE expr		{ $$ = binary(WIDE_LE, $1, $3, @$); }
	| expr GE expr		{ $$ = binary(WIDE_GE, $1, $3, @$); }
	| expr EQ expr		{ $$ = binary(WIDE_EQ, $1, $3, @$); }
	| expr NE expr		{ $$ = binary(WIDE_NE, $1, $3, @$); }
	| expr AND expr		{ $$ = logical_and($1, $3); }
	| expr OR expr		{ $$ = logical_or($1, $3); }
	| expr '?' expr ':' expr	{ $$ = choose($1, $3, $5); }
	;

raw_property:
	RAW_NAME end			{ $$ = raw_property(parser, $1, @1, NULL); }
	| RAW_NAME '=' raw_values end	{ $$ = raw_property(parser, $1, @1, $3); }
	;

raw_values:
	raw_value
	| raw_values ',' raw_value	{ $$ = join_raw(parser, $1, $3); }
	;

raw_value:
	STRING				{ $$ = raw_string(parser, $1); }
	| '<' cells '>'			{ $$ = $2; }
	| BITS NUMBER '<' { parser->cell_bits = raw_bits(parser, $2, @2); } cells '>'
					{ $$ = raw_bits_done(parser, $5); }
	| '[' hex ']'			{ $$ = $2; }
	;

cells:
	%empty				{ $$ = new_raw(parser, RAW_CELLS); }
	| cells NUMBER			{ $$ = raw_cell(parser, $1, $2, @2); }
	| cells '(' expr ')'		{ $$ = raw_cell(parser, $1, expression_number(parser, $3, @3), @3); }
	| cells '&' RAW_NAME		{ $$ = raw_reference(parser, $1, @3); }
	;

hex:
	%empty				{ $$ = new_raw(parser, RAW_BYTES); }
	| hex HEX			{ $$ = raw_hex(parser, $1, $2, @2); }
	;

%%

/* Up to this many possibilities are worth listing. */
#define EXPECTED_SHOWN 5

static bool is_keyword(yysymbol_kind_t kind)
{
	return kind >= YYSYMBOL_WORD_BOARD && kind <= YYSYMBOL_WORD_AT;
}

static int yyreport_syntax_error(const yypcontext_t *context, struct parser *parser, void *scanner)
{
	yysymbol_kind_t expected[YYNTOKENS], token = yypcontext_token(context);
	int count = yypcontext_expected_tokens(context, expected, YYNTOKENS);
	struct buffer list = {0};
	const char *names[EXPECTED_SHOWN];
	bool semicolon = false, name = false, string = false, operand = false, value;
	int shown = 0;

	scanner_mend_text(scanner);
	for (int i = 0; i < count; i++) {
		semicolon = semicolon || !strcmp(yysymbol_name(expected[i]), "';'");
		name = name || expected[i] == YYSYMBOL_WORD;
		string = string || expected[i] == YYSYMBOL_STRING;
	}
	value = name && string;
	for (int i = 0; i < count; i++) {
		/* Where any name may stand, the words that are names too say nothing more. */
		if (name && is_keyword(expected[i]))
			continue;
		if (shown < EXPECTED_SHOWN)
			names[shown] = yysymbol_name(expected[i]);
		shown++;
		operand = operand || !strcmp(yysymbol_name(expected[i]), "'~'");
	}
	if (operand || value) {
		names[0] = value ? "a value" : "a number";
		names[1] = "'('";
		shown = value ? 1 : 2;
	}
	for (int i = 0; i < shown && i < EXPECTED_SHOWN; i++)
		buffer_printf(&list, "%s%s", !i ? "" : i + 1 < shown ? ", " : " or ", names[i]);
	syntax_error(parser, *yypcontext_location(context),
		     token == YYSYMBOL_YYEMPTY ? NULL : yysymbol_name(token),
		     token == YYSYMBOL_YYEOF, semicolon,
		     shown && shown <= EXPECTED_SHOWN ? list.data : NULL);
	buffer_free(&list);
	return 0;
}
