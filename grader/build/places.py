"""Places: what a runtime call or a launch looks like in the source -> its line, where the device can't know it.

A search in the text, so a help for the reader and never a ground for a verdict.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"", re.S)


def call_place(sources: Mapping[str, bytes], name: str) -> tuple[str, int] | None:
    """Where `name(` stands first."""
    return _first(sources, rf"\b{re.escape(name)}\s*\(")


def only_call_place(sources: Mapping[str, bytes], name: str) -> tuple[str, int] | None:
    """Where `name(` stands, if there is one such place."""
    pattern = rf"\b{re.escape(name)}\s*\("
    return _first(sources, pattern) if sum(len(re.findall(pattern, _code(text))) for text in sources.values()) == 1 else None


def launch_place(sources: Mapping[str, bytes], kernel: str) -> tuple[str, int] | None:
    """Where `kernel<<<` or `kernel<…><<<` stands first."""
    return _first(sources, rf"\b{re.escape(kernel)}\s*(?:<[^<>;]*>\s*)?<<<")


def function_place(sources: Mapping[str, bytes], mangled: str) -> tuple[str, int] | None:
    """Where the function of a mangled name stands first: _Z2dhi -> `dh(`."""
    name = plain_name(mangled)
    return call_place(sources, name) if name else None


def plain_name(mangled: str) -> str:
    """The innermost identifier of an Itanium-mangled name ("_ZN1q2dhEi" -> "dh"); "" if it is none."""
    match = re.match(r"_ZN?[KVr]*", mangled)
    at, name = (match.end(), "") if match else (len(mangled), "")
    while number := re.match(r"\d+", mangled[at:]):
        start = at + number.end()
        at = start + int(number[0])
        name = mangled[start:at]
    return name


def _code(content: bytes) -> str:
    """The text with blanks for comments and strings."""
    return _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), content.decode("utf-8", "replace"))


def _first(sources: Mapping[str, bytes], pattern: str) -> tuple[str, int] | None:
    for name, content in sources.items():
        text = _code(content)
        if found := re.search(pattern, text):
            return name, text.count("\n", 0, found.start()) + 1
    return None
