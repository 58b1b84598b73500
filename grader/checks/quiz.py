"""Quiz: further forms of answers: several choices at once, a quantity with its unit, and a text that a person reads.

They go with `answers.formed`, `answers.expect` and `answers.by_a_person` (grader/checks/answers.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from grader.checks.answers import Said, shown

# Of each kind of quantity: unit -> how much it is of the first one. Small and capital letters are different units.
UNITS: Final[dict[str, dict[str, float]]] = {
    "bytes": {
        "B": 1,
        "byte": 1,
        "bytes": 1,
        "kB": 1e3,
        "KB": 1e3,
        "MB": 1e6,
        "GB": 1e9,
        "TB": 1e12,
        "KiB": 2**10,
        "MiB": 2**20,
        "GiB": 2**30,
        "TiB": 2**40,
    },
    "seconds": {"s": 1, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ns": 1e-9, "min": 60, "h": 3600},
    "bytes/s": {"B/s": 1, "kB/s": 1e3, "KB/s": 1e3, "MB/s": 1e6, "GB/s": 1e9, "TB/s": 1e12, "KiB/s": 2**10, "MiB/s": 2**20, "GiB/s": 2**30},
    "flop/s": {"flop/s": 1, "Mflop/s": 1e6, "Gflop/s": 1e9, "Tflop/s": 1e12, "MFLOPS": 1e6, "GFLOPS": 1e9, "TFLOPS": 1e12},
}
_NUMBER: Final = r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,18})?(?:\.[0-9]{1,18})?(?:[eE][+-]?[0-9]{1,3})?"


class Choices(NamedTuple):
    """Any number of several words, as a list; upper and lower case are the same, the order doesn't matter."""

    words: tuple[str, ...]

    def fault(self, value: Any) -> Said | None:
        example = f'["{self.words[0]}", "{self.words[-1]}"]'
        listed = ", ".join(self.words)
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            return Said(
                f"is {shown(value)}; write a list such as {example}, of one or several of {listed}",
                f"{shown(value)}입니다. {example}처럼 목록으로, {listed} 가운데 하나 또는 여럿을 적으세요.",
            )
        if not value:
            return Said(f"is an empty list; name one or several of {listed}", f"빈 목록입니다. {listed} 가운데 하나 또는 여럿을 적으세요.")
        unknown = next((each for each in value if _plain(each) not in {_plain(word) for word in self.words}), None)
        if unknown is None:
            return None
        return Said(
            f"names {shown(unknown)}; the choices are {listed}", f"{shown(unknown)}은(는) 고를 수 없습니다. {listed} 가운데 고르세요."
        )

    def read(self, value: Any) -> frozenset[str]:
        return frozenset(_plain(each) for each in value)


class Quantity(NamedTuple):
    """A number with its unit, as text: "11.4 MiB". `kind` is a row of UNITS; the check compares in the row's first unit."""

    kind: str

    def fault(self, value: Any) -> Said | None:
        units = UNITS[self.kind]
        listed = ", ".join(units)
        example = f'"12.5 {list(units)[1 if len(units) > 1 else 0]}"'
        if not isinstance(value, str):
            return Said(
                f"is {shown(value)}; write number and unit as a text such as {example}",
                f"{shown(value)}입니다. 수와 단위를 {example}처럼 문자열로 적으세요.",
            )
        number, unit = _parts(value)
        if number is None:
            return Said(
                f"is {shown(value)}; write a number and a unit such as {example}",
                f"{shown(value)}입니다. {example}처럼 수와 단위를 적으세요.",
            )
        if not unit:
            return Said(f"is {shown(value)}; the unit is missing ({listed})", f"{shown(value)}입니다. 단위가 없습니다({listed}).")
        if unit not in units:
            return Said(
                f"has the unit {shown(unit)}; known are {listed}", f"{shown(unit)}은(는) 모르는 단위입니다. {listed} 가운데 쓰세요."
            )
        return None

    def read(self, value: Any) -> float:
        number, unit = _parts(value)
        return (number or 0.0) * UNITS[self.kind][unit]


class FreeText(NamedTuple):
    """A text of so many letters, blanks at both ends not counted. No check reads it: a person does."""

    least: int = 1
    most: int = 4000

    def fault(self, value: Any) -> Said | None:
        if not isinstance(value, str):
            return Said(f"is {shown(value)}; write a text in quotation marks", f"{shown(value)}입니다. 따옴표 안에 글로 적으세요.")
        length = len(self.read(value))
        if length < self.least:
            return Said(
                f"has {length} letters; write at least {self.least}, in whole sentences",
                f"{length}자입니다. {self.least}자 이상의 문장으로 적으세요.",
            )
        if length > self.most:
            return Said(f"has {length} letters; {self.most} are enough", f"{length}자입니다. {self.most}자 이내로 줄이세요.")
        return None

    def read(self, value: Any) -> str:
        return " ".join(str(value).split())


def exactly(wanted: Iterable[str]) -> Callable[[frozenset[str]], bool]:
    """All of these choices and no others."""
    values = frozenset(_plain(each) for each in wanted)
    return lambda got: got == values


def _plain(word: str) -> str:
    return " ".join(word.split()).casefold()


def _parts(text: str) -> tuple[float | None, str]:
    """Number and unit; None where there is no number."""
    found = re.fullmatch(rf"\s*({_NUMBER})\s*([^\s0-9.,+-][^\s]*)?\s*", text)
    if not found or not re.search(r"[0-9]", found[1]):
        return None, ""
    try:
        return float(found[1].replace(",", "")), found[2] or ""
    except ValueError:
        return None, ""
