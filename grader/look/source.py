"""Source: one file's tokens -> what its names, directives and strings show, as (rule, line). Pure; one pass each, linear."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from grader.look.names import Name, of_word, takes_the_place
from grader.look.tokens import Text, Token


class Seen(NamedTuple):
    """One sighting in the making. `name`: the word that showed it, so that the built program's import of it is no news."""

    rule: str
    line: int
    name: str = ""


LONGEST_STRING = 1000  # characters
# Words after which a name is used, though it looks like a declaration: `return open(…)`.
_STATEMENT = frozenset("return else do case throw co_return co_await co_yield new delete goto and or not sizeof".split())
_INCLUDES = frozenset({"include", "include_next", "import", "embed"})
_GLOBAL = frozenset({"std", "chrono", "filesystem", "this_thread", "__gnu_cxx", "experimental"})
# A string that is a path or holds one in quotes or behind "=": not one that speaks of it.
_PATH = re.compile(r"""(?:^|["'=])(?:\.\./|/(?:proc|sys|dev|etc|tmp|home|root|usr|var|run|mnt|opt|srv|work)(?:/|$))""")
_GRADER = re.compile(r"warpgrade|GRADER_|results\.json|^LD_PRELOAD(?:=|$)", re.I)
_OUTSIDE = re.compile(r"[/~\\]|[A-Za-z]:|(?:.*[/\\])?\.\.(?:[/\\]|$)")
_LIBRARY = re.compile(
    r"(?:cublas|cufft|cusparse|cusolver|cudnn|cutensor|nccl|npp|cutlass|cute/|thrust/|cub/|Eigen/|mkl|cblas|openblas|nvrtc)"
)
_RUNTIME_CODE = re.compile(r"nvrtc|nvJitLink")
# Marks that reorder or hide text, and controls that no editor shows; not what joins the parts of an emoji or a letter.
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2061-\u2069\x00-\x08\x0b\x0e-\x1f\x7f]")
_AT_LOAD = frozenset("constructor destructor ifunc init_priority __constructor__ __destructor__ __ifunc__ __init_priority__".split())
_LINKAGE = frozenset("alias weakref symver __alias__ __weakref__ __symver__".split())
_SECTION = re.compile(r"\.(?:preinit_array|init_array|fini_array|ctors|dtors|init|fini)\b")


def names(text: Text, closing: Mapping[int, int]) -> Iterator[Seen]:
    """Calls and mentions of what the table of names has."""
    tokens = text.tokens
    wanted = {word: name for word in {token.text for token in tokens if token.kind == "word"} if (name := of_word(word))}
    if not wanted:
        return
    own = _own(tokens, closing, wanted) if any(name.how == "called" for name in wanted.values()) else set()
    headers = {token.line for at, token in enumerate(tokens) if _includes(tokens, at)}
    for at, token in enumerate(tokens):
        if (
            token.kind == "word"
            and (name := wanted.get(token.text))
            and token.line not in headers
            and _used(tokens, at, name, own, closing)
        ):
            yield Seen(name.rule, token.line, token.text)


def _includes(tokens: Sequence[Token], at: int) -> bool:
    """Whether an #include begins here."""
    return tokens[at].first and tokens[at].text in ("#", "%:") and at + 1 < len(tokens) and tokens[at + 1].text in _INCLUDES


def _used(tokens: Sequence[Token], at: int, name: Name, own: set[str], closing: Mapping[int, int]) -> bool:
    before = tokens[at - 1] if at else None
    qualified = False
    if before is not None and before.text in (".", "->") and before.kind == "punct":
        return name.rule in ("device-identity", "cache-policy")
    if before is not None and before.text == "::":
        scope = tokens[at - 2] if at > 1 else None
        if scope is not None and scope.kind == "word" and scope.text not in _STATEMENT:
            if scope.text not in _GLOBAL:
                return name.how == "anywhere" and name.rule in ("library", "grader")
            qualified = True
        else:
            qualified = True
            if name.how == "std":
                return False
    if name.how == "anywhere":
        return True
    if name.how == "std":
        return qualified
    called = at + 1 < len(tokens) and tokens[at + 1].text == "(" and at + 1 in closing
    if not called:
        return False
    if qualified:
        return True
    if before is not None and before.kind == "word" and before.text not in _STATEMENT:  # a declaration: of a function elsewhere?
        return any(token.text in ("extern", "C") for token in tokens[max(0, at - 6) : at])
    return tokens[at].text not in own


def _own(tokens: Sequence[Token], closing: Mapping[int, int], wanted: Mapping[str, Name]) -> set[str]:
    """Words among `wanted` that the file defines itself: functions with a body, variables, parameters, lambdas."""
    found = set()
    for at, token in enumerate(tokens):
        if token.kind != "word" or token.text not in wanted or not at or at + 1 >= len(tokens):
            continue
        before, after = tokens[at - 1], tokens[at + 1].text
        typed = (before.kind == "word" and before.text not in _STATEMENT) or before.text in ("*", "&", ">")
        if not typed:
            continue
        if after in ("=", ";", ",", ")", "[", "{") and before.kind == "word":
            found.add(token.text)
        elif after == "(" and (end := closing.get(at + 1)) is not None:
            tail = [each.text for each in tokens[end + 1 : end + 4]]
            if "{" in tail[:1] or (tail[:1] and tail[0] in ("const", "noexcept") and "{" in tail):
                found.add(token.text)
    return found


def definitions(text: Text, closing: Mapping[int, int]) -> Iterator[Seen]:
    """Macros under others' names, and functions of the file's own scope: a member takes nobody's place."""
    tokens = text.tokens
    for at, token in enumerate(tokens):
        if token.text == "define" and token.kind == "word" and at and tokens[at - 1].text in ("#", "%:") and at + 1 < len(tokens):
            name = tokens[at + 1]
            if name.kind == "word" and takes_the_place(name.text, macro=True):
                yield Seen("runtime-names", name.line, name.text)
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.text == "{" and at in closing and not opens_scope(tokens, at):
            at = closing[at]
        elif token.text == "(" and token.kind == "punct" and at >= 2 and at in closing:
            name, before, end = tokens[at - 1], tokens[at - 2], closing[at]
            typed = before.kind == "word" or before.text in ("*", "&")
            opens = end + 1 < len(tokens) and tokens[end + 1].text == "{"
            if (
                typed
                and opens
                and name.kind == "word"
                and takes_the_place(name.text)
                and name.text != "main"
                and not _inner(tokens, at - 1)
            ):
                yield Seen("runtime-names", name.line, name.text)
            at = end
        at += 1


def opens_scope(tokens: Sequence[Token], at: int) -> bool:
    """Whether this brace is a namespace's or of extern "C": within, declarations are still the file's."""
    before = tokens[max(0, at - 2) : at]
    return any(token.text == "namespace" for token in before) or (bool(before) and before[-1].kind == "string")


def _inner(tokens: Sequence[Token], at: int) -> bool:
    """Whether a definition is for the device or for this file only."""
    for token in reversed(tokens[max(0, at - 8) : at]):
        if token.text in (";", "}", "{"):
            return False
        if token.text in ("static", "__device__", "__global__"):
            return True
    return False


def attributes(text: Text) -> Iterator[Seen]:
    """Attributes that make code run at load, or a function another's."""
    tokens = text.tokens
    for at, token in enumerate(tokens):
        if token.kind == "word" and (token.text in _AT_LOAD or token.text in _LINKAGE) and tokens[at - 1].text in ("(", ",", "::"):
            near = {each.text for each in tokens[max(0, at - 16) : at]}
            if "__attribute__" in near or "__attribute" in near or "gnu" in near:
                yield Seen("constructor" if token.text in _AT_LOAD else "runtime-names", token.line, token.text)


def exits(text: Text) -> Iterator[Seen]:
    """exit(0): the end of the program as if all were well. What macros that check errors do, exit(1), is everybody's."""
    tokens = text.tokens
    for at, token in enumerate(tokens[:-3]):
        if token.text != "exit" or (at and tokens[at - 1].text in (".", "->")):
            continue
        opening, status, closing = (each.text for each in tokens[at + 1 : at + 4])
        if opening == "(" and status in ("0", "EXIT_SUCCESS") and closing == ")":
            yield Seen("early-exit", token.line, "exit")


def directives(text: Text) -> Iterator[Seen]:
    """#include, #embed and __has_include of places outside; libraries' headers; forged lines."""
    tokens = text.tokens
    for at, token in enumerate(tokens):
        if token.kind == "word" and token.text in ("__has_include", "__has_include_next", "__has_embed"):
            yield from _target(text, at + 2, token.line, asked=True)
        if not token.first or token.text not in ("#", "%:") or at + 1 >= len(tokens) or tokens[at + 1].first:
            continue
        word = tokens[at + 1]
        if word.text in _INCLUDES:
            yield from _target(text, at + 2, token.line)
        elif word.text == "line" or word.kind == "number":
            yield Seen("line-directive", token.line)


def _target(text: Text, at: int, line: int, *, asked: bool = False) -> Iterator[Seen]:
    tokens = text.tokens
    if at >= len(tokens) or (tokens[at].first and not asked):
        return
    token = tokens[at]
    if token.kind == "string":
        named = token.text
    elif token.text == "<":
        end = text.joined.find("\n", token.start)
        named = text.joined[token.end : end if end >= 0 else len(text.joined)].partition(">")[0].strip()
    elif asked:
        return
    else:
        yield Seen("include-outside", line)
        return
    if _OUTSIDE.match(named):
        yield Seen("include-outside", line)
    elif not asked and _LIBRARY.match(named):
        yield Seen("runtime-code" if _RUNTIME_CODE.match(named) else "library", line, named)


def device(text: Text) -> Iterator[Seen]:
    """The device's name, of a file that asks for its properties."""
    tokens = text.tokens
    if not any(token.text in ("cudaDeviceProp", "cudaGetDeviceProperties", "cudaGetDeviceProperties_v2") for token in tokens):
        return
    for at, token in enumerate(tokens):
        if token.kind == "word" and token.text in ("name", "uuid") and tokens[at - 1].text in (".", "->"):
            yield Seen("device-identity", token.line, token.text)


def strings(text: Text) -> Iterator[Seen]:
    """Paths, names of the grader's, very long strings. Adjacent literals are one, as for the compiler."""
    tokens, at = text.tokens, 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind != "string":
            at += 1
            continue
        begin, parts = at, []
        while at < len(tokens) and tokens[at].kind == "string":
            parts.append(tokens[at].text)
            at += 1
        if begin and tokens[begin - 1].text in _INCLUDES:
            continue
        value = "".join(parts)
        if _PATH.search(value):
            yield Seen("paths", token.line)
        if _GRADER.search(value):
            yield Seen("grader", token.line)
        if _SECTION.search(value):
            yield Seen("constructor", token.line)
        if len(value) > LONGEST_STRING:
            yield Seen("hidden-data", token.line)


def invisible(text: Text) -> Iterator[Seen]:
    """The first character that hides or reorders text, wherever it stands: comments too."""
    if match := _INVISIBLE.search(text.joined):
        yield Seen("hidden-text", next(number for number, line in enumerate(text.lines, start=1) if match[0] in line))
