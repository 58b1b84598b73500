"""Diagnosis where an output is a single number: bugs of 08_reduction as outputs, over its cases of up to 2**17 numbers. Each gets its
class, or WRONG_ANSWER where it has none; evidence comes from all cases together."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.assignment import load_assignment
from grader.checks.closeness import compare
from grader.checks.diagnosis import diagnose
from grader.checks.observation import Observation
from grader.run.inputs import load_problem, make_inputs
from grader.run.seeds import public_seed
from grader.verdicts import rank

REDUCTION = load_assignment(Path(__file__).parents[2] / "assignments" / "08_reduction")
PROBLEM: Any = load_problem(REDUCTION)
F32 = np.float32
Kernel = Callable[[np.ndarray, list[float]], float]  # x, the results of the calls before


def cases(kind: str) -> list[Any]:
    return [c for c in REDUCTION.cases if c.entry == f"ck_reduce_{kind}" and c.on in (None, "emulated") and c.sizes["n"] <= 1 << 17]


@cache
def inputs(case: str, call: int) -> Any:
    return make_inputs(REDUCTION, REDUCTION.case(case), call, public_seed("numbers", REDUCTION.slug), PROBLEM.inputs)


def verdict(kind: str, kernel: Kernel) -> str:
    """The gravest diagnosis; "" if all is right."""
    seen = []
    for case in cases(kind):
        output = next(b for b in REDUCTION.entry(case.entry).buffers() if b.direction == "out")
        comparisons, before = [], []
        for call in range(case.calls):
            arrays = inputs(case.id, call)
            with np.errstate(all="ignore"):
                before.append(kernel(arrays["x"], before))
            got = np.array([before[-1]]).astype(output.dtype)
            right = PROBLEM.expected(case, arrays)[output.name]
            comparisons.append(compare(case.id, call, output.name, got, arrays[output.name], right, poisoned=True))
        seen.append(
            Observation(
                case=case,
                comparisons=tuple(comparisons),
                hypotheses=lambda call, case=case: PROBLEM.hypotheses(case, inputs(case.id, call)),  # type: ignore[misc]
                elements=case.sizes["n"],
            )
        )
    return min((d.verdict for d in diagnose(seen).values()), key=rank, default="")


def whole(x: np.ndarray, piece: int) -> np.ndarray:
    return x[: x.size // piece * piece]


def largest(x: np.ndarray) -> float:
    return float(np.max(x, initial=-np.inf))


def first(x: np.ndarray) -> int:
    return int(np.argmax(x)) if x.size else -1


def last_tie(x: np.ndarray, _: list[float]) -> float:
    return x.size - 1 - int(np.argmax(x[::-1])) if x.size else -1


def numbers_only(x: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(x), F32(-np.inf), x)


def garbage(x: np.ndarray, before: list[float]) -> float:
    return float(np.random.default_rng(x.size + len(before)).standard_normal() * 50)


def total(x: np.ndarray) -> float:
    return float(np.sum(x, dtype=np.float64))


BUGS: dict[str, tuple[str, str, Kernel]] = {
    "sum": ("sum", "", lambda x, _: total(x)),
    "max": ("max", "", lambda x, _: largest(x)),
    "argmax": ("argmax", "", lambda x, _: first(x)),
    "sum without the rest of 32": ("sum", "WRONG_TAIL", lambda x, _: total(whole(x, 32))),
    "sum without the rest of 256": ("sum", "WRONG_TAIL", lambda x, _: total(whole(x, 256))),
    "max without the rest of 64": ("max", "WRONG_TAIL", lambda x, _: largest(whole(x, 64))),
    "sum that goes on": ("sum", "STATE_LEAK", lambda x, before: total(x) + (before[-1] if before else 0)),
    "sum of the first call": ("sum", "STATE_LEAK", lambda x, before: before[0] if before else total(x)),
    "max that stays": ("max", "STATE_LEAK", lambda x, before: max([largest(x), *before])),
    "max from 0": ("max", "WRONG_NEGATIVE", lambda x, _: largest(np.append(x, F32(0)))),
    "last of equals": ("argmax", "TIE_RULE", last_tie),
    "index without NaN": ("argmax", "NAN_LOST", lambda x, _: first(numbers_only(x))),
    "max without NaN": ("max", "NAN_LOST", lambda x, _: largest(numbers_only(x))),
    "sum of garbage": ("sum", "WRONG_ANSWER", garbage),
    "max of garbage": ("max", "WRONG_ANSWER", garbage),
    "index of garbage": ("argmax", "WRONG_ANSWER", lambda x, before: abs(garbage(x, before))),
    "sum and one": ("sum", "WRONG_ANSWER", lambda x, _: total(x) + 1),
    "sum times 1.001": ("sum", "WRONG_ANSWER", lambda x, _: total(x) * 1.001),
    "zero": ("sum", "WRONG_ANSWER", lambda x, _: 0.0),
    "the first": ("max", "WRONG_ANSWER", lambda x, _: float(x[0]) if x.size else -np.inf),
    "smallest": ("max", "WRONG_ANSWER", lambda x, _: float(np.min(x, initial=np.inf))),
    "index of the smallest": ("argmax", "WRONG_ANSWER", lambda x, _: int(np.argmin(x)) if x.size else -1),
    "index off by one": ("argmax", "WRONG_ANSWER", lambda x, _: first(x) + 1),
    "half of the blocks": ("sum", "WRONG_ANSWER", lambda x, _: total(x[np.arange(x.size) // 16 % 2 == 0])),
    "magnitudes": ("max", "WRONG_ANSWER", lambda x, _: largest(np.abs(x))),
}


@pytest.mark.parametrize("name", BUGS)
def test_a_bug_in_a_single_number_is_named_or_nothing_is(name: str) -> None:
    kind, expected, kernel = BUGS[name]
    assert verdict(kind, kernel) == expected
