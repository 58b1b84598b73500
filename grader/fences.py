"""Fences: a text with marked parts -> the text without them. Standard library only: a script or a build may use it without our package's.

    // BEGIN SOLUTION what the starter says instead
    ... the solution ...
    // END SOLUTION

What stands between is left out, with the fences; the text behind BEGIN, if any, stays as a comment at its indentation. SOLUTION is for
references (their starters have nothing of it), STAFF for files that students get of which a part isn't theirs to see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

Word = Literal["SOLUTION", "STAFF"]
COMMENTS = {".cu": "//", ".cuh": "//", ".h": "//", ".cc": "//", ".cpp": "//", ".c": "//", ".py": "#", ".sh": "#", ".toml": "#"}


class FenceError(ValueError):
    """Fences that don't pair up, or none at all. The message names file and line."""


def without(text: str, name: str, word: Word) -> str:
    """The text without what stands between the fences of this word; the same text if there is none. Raises FenceError."""
    return "".join(line + "\n" for _, line, inside in _lines(text, name, word) if not inside)


def inside(text: str, name: str, word: Word) -> list[tuple[int, str]]:
    """The lines between the fences, with their numbers from 1. Raises FenceError."""
    return [(number, line) for number, line, within in _lines(text, name, word) if within]


def starter_of(reference: str, name: str = "reference") -> str:
    """The text of a reference -> the text of its starter. Raises FenceError; also if there is no fence, since the starter would be the
    solution."""
    if not re.search(r"^\s*(//|#) BEGIN SOLUTION\b", reference, re.M):
        for _ in _lines(reference, name, "SOLUTION"):  # an END by itself is told as such
            pass
        raise FenceError(f"{name}: has no BEGIN SOLUTION fence, so its starter would be the solution")
    return without(reference, name, "SOLUTION")


def _lines(text: str, name: str, word: Word) -> Iterator[tuple[int, str, bool]]:
    """(number, line, whether it lies within a fence); the fences themselves are left out, the text that a fence says instead isn't."""
    fence = re.compile(rf"(?P<indent>\s*)(?P<comment>//|#) (?P<edge>BEGIN|END) {word}\b ?(?P<text>.*)")
    opened = 0  # line of the fence that is open, 0 if none
    for number, line in enumerate(text.splitlines(), 1):
        found = fence.fullmatch(line)
        if found is None:
            yield number, line, bool(opened)
        elif found["edge"] == "BEGIN":
            if opened:
                raise FenceError(f"{name}:{number}: BEGIN {word} inside the one of line {opened}; end that first")
            opened = number
            if found["text"]:
                yield number, f"{found['indent']}{found['comment']} {found['text']}", False
        else:
            if not opened:
                raise FenceError(f"{name}:{number}: END {word} without a BEGIN {word}")
            opened = 0
    if opened:
        raise FenceError(f"{name}:{opened}: BEGIN {word} is never ended")
