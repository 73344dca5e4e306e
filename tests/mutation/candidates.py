# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
"""
Takes the text of a C file, gives what in it can be flipped: one operator, constant or condition
each. Never looks at the meaning: what does not compile is for others to find out.
"""

import dataclasses
import re

TOKEN = re.compile(
    r"""
    (?P<skip>\s+|//[^\n]*|/\*.*?\*/)
  | (?P<text>(?:u8|[uUL])?"(?:\\.|[^"\\])*"|[uUL]?'(?:\\.|[^'\\])*')
  | (?P<number>\.?[0-9](?:[eEpP][+-]|[A-Za-z0-9_.])*)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<mark><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|.)
    """,
    re.VERBOSE | re.DOTALL,
)

# Each gives one mutant for each of its flips.
FLIPS = {
    "<": ("<=", ">="),
    "<=": ("<", ">"),
    ">": (">=", "<="),
    ">=": (">", "<"),
    "==": ("!=",),
    "!=": ("==",),
    "&&": ("||",),
    "||": ("&&",),
    "<<": (">>",),
    ">>": ("<<",),
    "+": ("-",),
    "-": ("+",),
    "*": ("/",),
    "/": ("*",),
    "%": ("*",),
    "&": ("|",),
    "|": ("&",),
    "^": ("&",),
    "+=": ("-=",),
    "-=": ("+=",),
    "*=": ("/=",),
    "|=": ("&=",),
    "&=": ("|=",),
    "^=": ("&=",),
    "<<=": (">>=",),
    ">>=": ("<<=",),
    "++": ("--",),
    "--": ("++",),
    "!": ("",),
    "~": ("",),
    "true": ("false",),
    "false": ("true",),
}
# These are operators of arithmetic only with blanks around them, as clang-format sets them.
SPACED = {"+", "-", "*", "&", "<", ">"}


@dataclasses.dataclass(frozen=True)
class Token:
    kind: str
    text: str
    start: int


@dataclasses.dataclass(frozen=True)
class Candidate:
    """One mutation: the bytes from start to end of a file become `to`."""

    path: str
    line_number: int
    function: str
    line: str  # without the blanks around it
    what: str  # "< to <=", and which of several in the line
    start: int
    end: int
    to: str

    def key(self):
        """What the list of survivors calls it: it outlives changes elsewhere in the file."""
        return f"{self.path}: {self.function}: {self.what}: {self.line}"


def blank_preprocessor(text):
    """The same text, at the same offsets, with directives made blanks."""
    return re.sub(
        r"^[ \t]*#(?:[^\n\\]|\\.)*",
        lambda match: re.sub(r"[^\n]", " ", match[0]),
        text,
        flags=re.MULTILINE | re.DOTALL,
    )


def tokens_of(text):
    return [
        Token(match.lastgroup, match[0], match.start())
        for match in TOKEN.finditer(blank_preprocessor(text))
        if match.lastgroup != "skip"
    ]


def function_at(tokens):
    """For each token the name of the function or table it stands in, or ''."""
    names, depth, parens, current, last = [], 0, 0, "", ""
    for index, token in enumerate(tokens):
        if token.text in "([":
            if not depth and not parens and tokens[index - 1].kind == "name":
                last = tokens[index - 1].text
            parens += 1
        elif token.text in ")]":
            parens -= 1
        elif token.text == "{":
            if not depth:
                tag = index > 1 and tokens[index - 2].text in ("enum", "struct", "union")
                current = tokens[index - 1].text if tag else last
            depth += 1
        elif token.text == "}":
            depth -= 1
        elif token.text == "=" and not depth and not parens and tokens[index - 1].kind == "name":
            last = tokens[index - 1].text
        names.append(current if depth else "")
    return names


def plus_one(number):
    """The constant one up, in its own notation; None for what is no integer."""
    match = re.fullmatch(r"(0[xX][0-9a-fA-F]+|[0-9]+)([uUlL]*)", number)
    if not match:
        return None
    if match[1][:2] in ("0x", "0X"):
        digits = len(match[1]) - 2
        return f"0x{int(match[1], 16) + 1:0{digits}x}{match[2]}"
    return f"{int(match[1]) + 1}{match[2]}"


def is_spaced(text, token):
    end = token.start + len(token.text)
    return text[token.start - 1] in " \t\n" and text[end : end + 1] in (" ", "\n")


def sizes_an_array(tokens, index):
    """`type name[N]`: a declaration's size is no step of a computation."""
    if index < 3 or tokens[index - 1].text != "[":
        return False
    name, kind = tokens[index - 2], tokens[index - 3]
    return name.kind == "name" and (
        kind.kind == "name" and kind.text not in ("return", "sizeof") or kind.text in "*,"
    )


def condition_of(tokens, index):
    """The parentheses behind `if`, `while` or `for`: what is in them, without `for`'s other parts."""
    depth, start, parts = 0, index + 2, []
    for at in range(index + 1, len(tokens)):
        text = tokens[at].text
        depth += (text in "([{") - (text in ")]}")
        if text == ";" and depth == 1 or not depth:
            parts.append((start, at))
            start = at + 1
        if not depth:
            break
    if tokens[index].text == "for":
        return parts[1] if len(parts) == 3 and parts[1][0] < parts[1][1] else None
    return parts[0] if len(parts) == 1 else None


def flips_of(text, tokens, index):
    """(start, end, replacement, description) of each mutation that begins at a token."""
    token = tokens[index]
    end = token.start + len(token.text)
    if token.kind == "number" and not sizes_an_array(tokens, index):
        to = plus_one(token.text)
        if to:
            yield token.start, end, to, f"{token.text} to {to}"
    if token.text in ("if", "while", "for"):
        part = condition_of(tokens, index)
        if part:
            start, stop = tokens[part[0]].start, tokens[part[1]].start
            yield start, stop, f"!({text[start:stop].rstrip()})", f"{token.text} negated"
    if token.text in SPACED and not is_spaced(text, token):
        return
    for to in FLIPS.get(token.text, ()) if token.kind != "text" else ():
        yield token.start, end, to, f"{token.text} to {to}" if to else f"{token.text} left out"


def candidates_of(path, text):
    """Every mutation of a file, in the order of the text."""
    tokens = tokens_of(text)
    functions = function_at(tokens)
    found, times = [], {}
    for index, token in enumerate(tokens):
        for start, end, to, what in flips_of(text, tokens, index):
            first = text.rfind("\n", 0, token.start) + 1
            line = " ".join(text[first : (text + "\n").index("\n", token.start)].split())
            number = text.count("\n", 0, token.start) + 1
            time = times[number, what] = times.get((number, what), 0) + 1
            if time > 1:
                what = f"{what} ({time})"
            found.append(
                Candidate(path, number, functions[index], line, what, start, end, to)
            )
    return found
