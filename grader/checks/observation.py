"""Observation: one case that ran to its end, as a diagnosis sees it; and Diagnosis, what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from grader.assignment import Case
from grader.checks.closeness import Comparison

Key = tuple[str, int, str]  # case, call, buffer
Hypotheses = Mapping[str, Mapping[str, NDArray[Any]]]  # code, or code:variant -> buffer -> array


@dataclass(frozen=True, eq=False)
class Observation:
    """One case that ran to its end: its outputs compared, call by call."""

    case: Case
    comparisons: tuple[Comparison, ...]
    hypotheses: Callable[[int], Hypotheses]  # call -> what known bugs would give; asked only if something is wrong
    stored: bool | None = None  # whether a kernel wrote to global memory; None if not counted
    widths: Mapping[str, str] = field(default_factory=dict)  # leading dimension -> its width


@dataclass(frozen=True)
class Diagnosis:
    """The class of one wrong output, and a remark that backs it."""

    verdict: str
    remark: str = ""


def key(comparison: Comparison) -> Key:
    return comparison.case, comparison.call, comparison.buffer
