"""Data: tables of literals, counters and maps that outlive a call, comparisons with one particular number, in one file's tokens."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from grader.look.source import Seen, opens_scope
from grader.look.tokens import Text, Token

LONGEST_TABLE = 64  # numbers in one initialiser
LONGEST_TYPE = 64  # tokens of a declaration up to its name
SMALLEST_SPECIAL, SMALLEST_CASE = 64, 128  # a switch over compute capabilities is everybody's
_INTEGER = re.compile(r"(?:0[xX][0-9a-fA-F']+|0[bB][01']+|[\d']+)[uUlLzZ]*")
_COUNTED = frozenset(
    "int unsigned long short size_t ssize_t uint64_t uint32_t uint16_t uint8_t int64_t int32_t int16_t int8_t uint ulong atomic atomic_int "
    "atomic_uint atomic_long atomic_ulong atomic_size_t char ptrdiff_t auto".split()
)
_FIXED = frozenset("const constexpr constinit __device__ __constant__ __shared__ __managed__ extern typedef using enum".split())
_REMEMBERING = frozenset("map unordered_map multimap unordered_multimap cudaGraphExec_t cudaGraph_t".split())


def tables(text: Text) -> Iterator[Seen]:
    """Initialisers with many literal numbers, those within them counted together."""
    tokens = text.tokens
    open_: list[list[int]] = []  # [first token's line, numbers, whether it is an initialiser]
    for at, token in enumerate(tokens):
        if token.kind == "number":
            if open_ and open_[-1][2]:
                open_[-1][1] += 1
        elif token.kind != "punct":
            continue
        elif token.text in ("{", "("):
            inside = bool(open_) and bool(open_[-1][2])
            open_.append([token.line, 0, int(inside or (token.text == "{" and at > 0 and _initialises(tokens[at - 1])))])
        elif token.text in ("}", ")") and open_:
            line, count, initialiser = open_.pop()
            if open_ and open_[-1][2] and initialiser:
                open_[-1][1] += count
            elif count >= LONGEST_TABLE:
                yield Seen("hidden-data", line)
        elif token.text == ";" and open_:
            open_[-1][1] = open_[-1][2] = 0  # statements: no initialiser after all


def _initialises(before: Token) -> bool:
    """Whether a brace behind this token may begin an initialiser."""
    return before.text in ("=", "]") or (before.kind == "word" and before.text not in ("else", "do", "try"))


def kept(text: Text, closing: Mapping[int, int]) -> Iterator[Seen]:
    """Host variables that outlive a call and are counted up; maps and graphs that outlive a call."""
    tokens = text.tokens
    counters: dict[str, int] = {}  # name -> line
    for begin, end in _lasting(tokens, closing):
        words = [token for token in tokens[begin:end] if token.kind == "word"]
        kinds = {token.text for token in words}
        template = next((at for at in range(begin, end) if tokens[at].text == "<"), end)
        if _FIXED & {token.text for token in tokens[begin:template]}:
            continue
        if kinds & _REMEMBERING:
            yield Seen("kept-state", tokens[begin].line)
        elif words and kinds & _COUNTED:
            counters[words[-1].text] = words[-1].line
    for name in sorted(_counted_up(tokens, counters)):
        yield Seen("call-counter", counters[name])


def _counted_up(tokens: Sequence[Token], names: Collection[str]) -> set[str]:
    """Those of the names that are counted up somewhere: x++, ++x, x += 1, x = x + 1, x.fetch_add(…)."""
    found = set()
    for at, token in enumerate(tokens):
        if token.text not in names or token.kind != "word":
            continue
        after = [each.text for each in tokens[at + 1 : at + 4]]
        stepped = after[:1] in (["++"], ["--"], ["+="]) or (at and tokens[at - 1].text in ("++", "--"))
        added = after[:1] == ["="] and after[1:3] in ([token.text, "+"], ["1", "+"])
        if stepped or added or after[:2] == [".", "fetch_add"]:
            found.add(token.text)
    return found


def _lasting(tokens: Sequence[Token], closing: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """Declarations that outlive a call: from their first token to behind their name. Those of the file's scope, and static ones."""
    at, begins, end_ = 0, True, len(tokens)
    while at < end_:
        token = tokens[at]
        if begins and token.kind == "word":
            stop = _behind_name(tokens, at)
            if stop:
                yield at, stop
        begins = token.text in (";", "}") or (at + 1 < end_ and tokens[at + 1].first and token.text not in (",", "=", "(", "<", "::"))
        if token.text in ("{", "(") and at in closing:
            if token.text == "{" and opens_scope(tokens, at):
                begins = True
            else:
                yield from _statics(tokens, at, closing[at])
                at = closing[at]
                begins = tokens[at].text == "}"
        at += 1


def _statics(tokens: Sequence[Token], begin: int, end: int) -> Iterator[tuple[int, int]]:
    for at in range(begin, end):
        if tokens[at].text == "static" and tokens[at].kind == "word":
            stop = _behind_name(tokens, at)
            if stop:
                yield at, stop


def _behind_name(tokens: Sequence[Token], begin: int) -> int:
    """Index behind the name of the variable that is declared from here on; 0 if none is: a function, a directive, a type."""
    for at in range(begin, min(begin + LONGEST_TYPE, len(tokens))):
        text = tokens[at].text
        if text in ("=", ";", "{", "["):
            return at if at - begin >= 2 and tokens[at - 1].kind == "word" else 0
        if text in ("(", "}", "#", "struct", "class", "union", "enum", "namespace", "template", "return", "using"):
            return 0
    return 0


def special_sizes(text: Text) -> Iterator[Seen]:
    """`== 1000003`, `case 1537:`. Powers of two, the numbers below them and multiples of a warp are everybody's."""
    tokens = text.tokens
    for at, token in enumerate(tokens):
        if token.kind != "number" or not at:
            continue
        case = tokens[at - 1].text == "case"
        compared = case or tokens[at - 1].text in ("==", "!=") or (at + 1 < len(tokens) and tokens[at + 1].text in ("==", "!="))
        if compared and _INTEGER.fullmatch(token.text) and _special(token.text, SMALLEST_CASE if case else SMALLEST_SPECIAL):
            yield Seen("special-size", token.line)


def _special(text: str, smallest: int) -> bool:
    digits = text.replace("'", "").rstrip("uUlLzZ")
    try:
        value = int(digits, 8 if re.fullmatch(r"0[0-7]+", digits) else 0)
    except ValueError:  # 08, or longer than int() takes
        return False
    return smallest <= value and value & (value - 1) != 0 and value & (value + 1) != 0 and value % 32 != 0
