"""Tokens: a C++ or CUDA source as bytes -> its tokens with their lines, comments left out. Never fails, whatever the bytes; linear time.

Not a compiler's lexer: it knows comments, strings, raw strings, characters, numbers, words, continued lines and the digraph %:, which is
what it takes not to mistake a comment for code or a string for a name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

Kind = Literal["word", "number", "string", "char", "punct"]

LARGEST_BYTES = 256 << 10  # of one file; what lies behind is not looked at, which is a sighting of its own
MOST_TOKENS = 60_000
LONGEST_CONTINUED = 4  # lines that one is shown with, if it goes on
_CONTINUED = re.compile(r"\\[ \t\f\v]*\n")
# Each alternative takes what it begins, to the text's end if nothing closes it: no character is looked at again and again.
_TOKEN = re.compile(
    r"""
    (?P<blank> [^\S\n]+ | \ufeff )
  | (?P<newline> \n )
  | (?P<comment> //[^\n]* | /\*[\s\S]*?(?:\*/|\Z) )
  | (?P<raw> (?:u8|[uUL])?R"(?P<fence>[^()\\\s"]{0,16})\((?P<inside>[\s\S]*?)(?:\)(?P=fence)"|\Z) )
  | (?P<string> (?:u8|[uUL])?"[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*(?:"|(?=\n)|\\?\Z) )
  | (?P<char> (?:u8|[uUL])?'[^'\\\n]*(?:\\[\s\S][^'\\\n]*)*(?:'|(?=\n)|\\?\Z) )
  | (?P<number> \.?\d(?:[eEpP][+-]|'\w|[\w.])* )
  | (?P<word> [^\W\d][\w$]* | \$[\w$]* )
  | (?P<punct> <<<|>>>|->|::|\+\+|--|==|!=|\+=|-=|\#\#|%:|[\s\S] )
    """,
    re.VERBOSE,
)
_PLAIN: dict[str, Kind] = {"word": "word", "number": "number", "punct": "punct"}
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]+)|([0-7]{1,3})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.S)
_NAMED = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b"}


class Token(NamedTuple):
    """`text` of a string is its content with escapes undone; `first`: it is the first of its line."""

    kind: Kind
    text: str
    line: int
    first: bool
    start: int  # in Text.joined
    end: int


class Text(NamedTuple):
    """One file. `joined` is its text with continued lines joined, which tokens' places are in; `lines` are as they were written."""

    name: str
    tokens: Sequence[Token]
    joined: str
    lines: Sequence[str]
    whole: bool  # False: there is more than is looked at


def line_of(lines: Sequence[str], number: int) -> str:
    """As it was written, with what continues it."""
    found = ""
    for line in lines[max(0, number - 1) : number + LONGEST_CONTINUED]:
        found += line.rstrip("\\ \t") if line.rstrip().endswith("\\") else line
        if not line.rstrip().endswith("\\"):
            break
    return found


def read(name: str, content: bytes) -> Text:
    """The file's tokens."""
    text = content[:LARGEST_BYTES].decode("utf-8", "replace").replace("\r\n", "\n")
    parts = _CONTINUED.split(text)
    joined = "".join(parts)
    splices, at = [], 0  # where a line was continued
    for part in parts[:-1]:
        at += len(part)
        splices.append(at)
    tokens = _tokens(joined, splices)
    return Text(name, tokens, joined, text.split("\n"), len(content) <= LARGEST_BYTES and len(tokens) < MOST_TOKENS)


def _tokens(text: str, splices: Sequence[int]) -> list[Token]:
    found: list[Token] = []
    line, first, passed = 1, True, 0
    for match in _TOKEN.finditer(text):
        if len(found) >= MOST_TOKENS:
            break
        kind: str | None = match.lastgroup
        while passed < len(splices) and splices[passed] <= match.start():
            passed += 1
            line += 1
        if kind == "newline":
            line += 1
            first = True
        elif kind == "comment":
            line += match[0].count("\n")
        elif kind == "string" or kind == "char":
            found.append(Token("string" if kind == "string" else "char", _content(match[0]), line, first, match.start(), match.end()))
            line += match[0].count("\n")
            first = False
        elif (plain := _PLAIN.get(kind or "")) is not None:
            found.append(Token(plain, match[0], line, first, match.start(), match.end()))
            first = False
        elif kind != "blank":  # a raw string: the last group that matched lies within it
            found.append(Token("string", match["inside"], line, first, match.start(), match.end()))
            line += match[0].count("\n")
            first = False
    return found


def _content(literal: str) -> str:
    quote = '"' if '"' in literal[:3] else "'"
    text = literal[literal.index(quote) + 1 :]
    text = text.removesuffix(quote)
    return _ESCAPE.sub(_unescaped, text) if "\\" in text else text


def _unescaped(match: re.Match[str]) -> str:
    digits, octal, short, long, other = match.groups()
    if other is not None:
        return "" if other == "\n" else _NAMED.get(other, other)
    code = int(octal, 8) if octal else int((digits or short or long)[-8:], 16)
    return chr(code) if code < 0x110000 else "\ufffd"


def pairs(tokens: Sequence[Token]) -> dict[int, int]:
    """Index of each opening parenthesis or brace that is closed -> index of what closes it."""
    found: dict[int, int] = {}
    open_: list[int] = []
    for at, token in enumerate(tokens):
        if token.kind != "punct":
            continue
        if token.text in "({[":
            open_.append(at)
        elif token.text in ")}]" and open_:
            found[open_.pop()] = at
    return found
