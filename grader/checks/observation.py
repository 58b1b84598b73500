"""Observation: one case that ran to its end, as a diagnosis sees it; Scene, all of them with what is still to be explained; Diagnosis, what
comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from grader.assignment import Case
from grader.checks.closeness import Comparison

Key = tuple[str, int, str]  # case, call, buffer
Hypotheses = Mapping[str, Mapping[str, NDArray[Any]]]  # code, or code:variant -> buffer -> array; masked where nobody can tell


@dataclass(frozen=True, eq=False)
class Observation:
    """One case that ran to its end: its outputs compared, call by call."""

    case: Case
    comparisons: tuple[Comparison, ...]
    hypotheses: Callable[[int], Hypotheses]  # call -> what known bugs would give; asked only if something is wrong
    stored: bool | None = None  # whether a kernel wrote to global memory; None if not counted
    widths: Mapping[str, str] = field(default_factory=dict)  # leading dimension -> its width
    elements: int = 0  # of all buffers: what a hypothesis costs


@dataclass(frozen=True)
class Diagnosis:
    """The class of one wrong output, and a remark that backs it."""

    verdict: str
    remark: str = ""


Claims = dict[Key, Diagnosis]


@dataclass(frozen=True, eq=False)
class Scene:
    """All cases of one entry point, and the diagnoses so far. What a detector gets."""

    observations: tuple[Observation, ...]
    found: Mapping[Key, Diagnosis]

    def outputs(self) -> Iterator[tuple[Observation, Comparison]]:
        """Every output, right and wrong."""
        for seen in self.observations:
            for comparison in seen.comparisons:
                yield seen, comparison

    def open(self) -> list[tuple[Observation, Comparison]]:
        """Wrong outputs without a diagnosis."""
        return [(seen, c) for seen, c in self.outputs() if not c.passed and key(c) not in self.found]


def key(comparison: Comparison) -> Key:
    return comparison.case, comparison.call, comparison.buffer
