/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The diagnostics about text and syntax, each with its page for `explain`.
 */
#include "lang/codes.h"

#include <assert.h>

#include "lang/parse.h"

/* What every example needs before it gets to its point. */
#define VERSION "/nv2-v1/;\n\n"

const struct diag_def lang_codes[] = {
	[LANG_NOT_TEXT] = {
		"NV2-E0003", "not-text", SEVERITY_ERROR,
		"The file holds bytes that are not UTF-8 text",
		"Wiring files are UTF-8. A NUL byte or an invalid sequence usually means that a\n"
		"binary file (a .dtb, an archive) was given by mistake, or that the file was\n"
		"saved in another encoding.",
		NULL,
		"save the file as UTF-8; to see the byte, use `hexdump -C`",
	},
	[LANG_SYNTAX] = {
		"NV2-E0004", "syntax", SEVERITY_ERROR,
		"The text does not follow the grammar",
		"The message names what was found and what could have stood there. The parser\n"
		"skips to the next `;` or `}` and goes on, so one run shows every such place. nv2(5)\n"
		"has the grammar.",
		VERSION "board \"b\" {\n\tfamily power9-npu2;\n};\n",
		FIX_FOR_EXPLAIN "see nv2(5) for the grammar",
	},
	[LANG_STRAY_CHARACTER] = {
		"NV2-E0005", "stray-character", SEVERITY_ERROR,
		"A character that means nothing in this language",
		"Outside strings and comments only names, numbers, strings and the punctuation of\n"
		"nv2(5) may stand.",
		VERSION "board \"b\" {\n\tfamily = power9-npu2 $;\n};\n",
		"remove it, or put it into a string",
	},
	[LANG_OPEN_COMMENT] = {
		"NV2-E0006", "open-comment", SEVERITY_ERROR,
		"A comment is opened and never closed",
		"Everything from `/*` to the end of the file would be swallowed.",
		VERSION "/* the board\nboard \"b\" { };\n",
		"close it with `*/`",
	},
	[LANG_OPEN_STRING] = {
		"NV2-E0007", "open-string", SEVERITY_ERROR,
		"A string is opened and not closed on its line",
		"Strings end on the line they start on, so that one missing quote does not swallow\n"
		"the rest of the file.",
		VERSION "board \"b {\n};\n",
		"close it with `\"`; a newline inside a string is written `\\n`",
	},
	[LANG_BAD_ESCAPE] = {
		"NV2-E0008", "bad-escape", SEVERITY_ERROR,
		"An escape sequence in a string that C does not have, or that gives a NUL or no text",
		"Strings use C's escapes: \\n \\t \\\\ \\\" \\x41 \\101 and so on. A NUL would end the\n"
		"string early in every reader, so it cannot be written; and the result must be\n"
		"UTF-8.",
		VERSION "board \"b\" {\n\tmodel = \"four\\qGPUs\";\n};\n",
		FIX_FOR_EXPLAIN "write a backslash itself as `\\`, and other characters as they are",
	},
	[LANG_BAD_NUMBER] = {
		"NV2-E0009", "bad-number", SEVERITY_ERROR,
		"A number is not written as numbers are",
		"Integers are decimal without leading zeros, 0x… or 0b…, and may carry KiB, MiB,\n"
		"GiB or TiB. A leading zero is refused because C would read it as octal and people\n"
		"do not.",
		VERSION "board \"b\" {\n\tnpu npu0 { chip = 08; }\n};\n",
		FIX_FOR_EXPLAIN "write it in decimal, or with 0x or 0b in front",
	},
	[LANG_NUMBER_TOO_LARGE] = {
		"NV2-E0010", "number-too-large", SEVERITY_ERROR,
		"A number does not fit into 64 bits",
		"All numbers are 64 bits wide; a larger one is never cut off silently.",
		VERSION "board \"b\" {\n\tnpu npu0 { chip = 18446744073709551616; }\n};\n",
		FIX_FOR_EXPLAIN "look for a digit too many, or a unit that is not meant",
	},
	[LANG_EXPRESSION] = {
		"NV2-E0011", "expression", SEVERITY_ERROR,
		"An expression has no value",
		"Expressions in parentheses follow C, in 64 bits, with nothing wrapping around: a\n"
		"result that does not fit, a division by zero, a bit operator on a negative number\n"
		"and a result below zero are errors. What the result does not need, as the branch of\n"
		"?: that is not taken, may be wrong.",
		VERSION "board \"b\" {\n\tnpu npu0 { chip = (1 - 2); }\n};\n",
		FIX_FOR_EXPLAIN "check the operands",
	},
	[LANG_NESTING] = {
		"NV2-E0012", "nesting", SEVERITY_ERROR,
		"Braces or parentheses are nested deeper than any wiring needs",
		"The language nests four blocks at the most; a file that opens many more is broken\n"
		"or hostile, and reading stops there.",
		0,
		"close the blocks that are open",
	},
	[LANG_VERSION] = {
		"NV2-E0013", "version", SEVERITY_ERROR,
		"The version line is missing, misplaced or of another version",
		"A wiring file starts with `/nv2-v1/;`, so that a later language can change without\n"
		"misreading old files. Included .nv2i files have no such line.",
		"board \"b\" { };\n",
		"make `/nv2-v1/;` the first statement of the .nv2 file",
	},
	[LANG_INCLUDE_LOOP] = {
		"NV2-E0014", "include-loop", SEVERITY_ERROR,
		"A file includes itself, directly or through others",
		"Reading it would never end. The notes show the way round.",
		0,
		"take what both need into a third file",
	},
	[LANG_INCLUDE_MISSING] = {
		"NV2-E0015", "include-missing", SEVERITY_ERROR,
		"An included file cannot be read",
		"The file is looked for beside the including file, then in each -I directory.",
		VERSION "/include/ \"no-such-file.nv2i\"\n",
		"check the name, or add its directory with -I",
	},
	[LANG_INCLUDE_PLACE] = {
		"NV2-E0016", "include-place", SEVERITY_ERROR,
		"/include/ stands where no statement may, or names no file",
		"`/include/ \"file\"` may stand wherever a statement may, and takes one string.",
		VERSION "board \"b\" {\n\tfamily = /include/ \"x.nv2i\";\n};\n",
		FIX_FOR_EXPLAIN "put it on a line of its own: /include/ \"FILE\"",
	},
	[LANG_UNBALANCED] = {
		"NV2-E0017", "unbalanced", SEVERITY_ERROR,
		"Braces do not match within one file",
		"Every file, an included one too, closes what it opens and nothing else.",
		VERSION "board \"b\" {\n",
		"add the missing brace, or remove the one too many",
	},
	[LANG_DIRECTIVE] = {
		"NV2-E0018", "directive", SEVERITY_ERROR,
		"A directive that this language does not have",
		"There are /nv2-v1/, /include/ and /delete/; inside extra blocks also /bits/. Lines\n"
		"that start with # are the C preprocessor's: run it first, its line markers are\n"
		"understood.",
		VERSION "/delete-node/ &GPU0;\n",
		"see nv2(5)",
	},
	[LANG_RANGE_FALLS] = {
		"NV2-E0019", "range-falls", SEVERITY_ERROR,
		"A range runs downwards",
		"`2-0` could mean 2,1,0 or be a slip; links are paired one to one, so the difference\n"
		"would wire bricks to the wrong ports. Order is written out with commas.",
		VERSION "board \"b\" {\n\tlink a:2-0 <-> b:0-2;\n};\n",
		"write the list out, or turn the range round",
	},
	[LANG_RANGE_PLACE] = {
		"NV2-E0020", "range-place", SEVERITY_ERROR,
		"A range or list of ports without the device it belongs to",
		"Ranges `0-2` and lists `1,3,5` stand only behind `label:`. Subtraction stands in\n"
		"parentheses.",
		VERSION "board \"b\" {\n\tnpu npu0 { chip = 0-2; }\n};\n",
		"write `label:0-2`, or `(2 - 0)` for arithmetic",
	},
	[LANG_UNKNOWN_STATEMENT] = {
		"NV2-E0021", "unknown-statement", SEVERITY_ERROR,
		"A statement that starts with an unknown word",
		"Statements start with board, guest, npu, gpu, link, phb, slots or extra, or are\n"
		"properties, `name = value;`.",
		VERSION "board \"b\" {\n\tnpv npu0 { chip = 0; }\n};\n",
		"see nv2(5)",
	},
	[LANG_RAW_VALUE] = {
		"NV2-E0022", "raw-value", SEVERITY_ERROR,
		"A value inside an extra block cannot be a device-tree property",
		"Inside extra the syntax is that of DTS properties: strings, <cells>, [bytes] and\n"
		"/bits/. References (&label) are not known there, and cells must fit their size.",
		VERSION "board \"b\" {\n\tgpu GPU0 {\n\t\tslot = \"GPU0\";\n"
			"\t\textra host-os { cells = <0x100000000>; }\n\t}\n};\n",
		FIX_FOR_EXPLAIN "write what DTS has; /bits/ 64 is for 64-bit values",
	},
	[LANG_CODES] = {0},
};

static_assert(sizeof(lang_codes) / sizeof(lang_codes[0]) == LANG_CODES + 1,
	      "every lang_code has its row");
