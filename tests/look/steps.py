"""Steps: how much work a call does, counted and not timed, so that a slow machine fails no test."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

WHOLE = frozenset("count decode encode join lstrip replace rstrip split strip".split())  # methods that read or copy all of their text


def steps(call: Callable[[], object]) -> int:
    """Lines of Python that ran, and characters of the texts whose methods were called. What regular expressions do isn't in it."""
    count = 0

    def line(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal count
        count += 1
        return line

    def function(frame: FrameType, event: str, arg: Any) -> None:
        nonlocal count
        if event == "c_call" and arg.__name__ in WHOLE and isinstance(text := getattr(arg, "__self__", None), str | bytes):
            count += len(text)

    before = sys.gettrace(), sys.getprofile()
    sys.settrace(line)
    sys.setprofile(function)
    try:
        call()
    finally:
        sys.settrace(before[0])
        sys.setprofile(before[1])
    return count


def growth(call: Callable[[int], object], size: int) -> float:
    """Steps for four times the size, by those for the size: 4 of work that is linear, 16 of one that looks at everything for each part."""
    return steps(lambda: call(4 * size)) / steps(lambda: call(size))
