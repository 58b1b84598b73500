"""Calibration: an assignment's bounds against outputs that are known to be right or wrong (`calibration` in problem.py). Nothing is run.

A bound is good if honest orders of summation pass and lesser precision, dropped terms and the like don't. The oracle's own values, rounded
to the buffer's type, must pass everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from grader.assignment import Assignment, Case
from grader.checks.closeness import Comparison, Expected, compare
from grader.checks.wording import describe
from grader.errors import AssignmentError
from grader.run.inputs import load_problem, make_inputs, override_of, width
from grader.run.seeds import public_seed

PASSES, FAILS = "passes:", "fails:"
Outputs = Mapping[str, np.ndarray[Any, Any]]


def calibrated(assignment: Assignment, cases: list[Case], judged: set[str]) -> list[str]:
    """What went wrong, a sentence each. `judged`: the cases that checks of correctness look at; a refusal elsewhere costs no points.

    Raises AssignmentError if problem.py fails.
    """
    problem = load_problem(assignment)
    if problem is None or not hasattr(problem, "expected"):
        return []
    troubles, offered, refused = [], set(), set()
    for case, arrays in inputs_of(assignment, cases):
        expected = _asked(problem.expected, assignment, case, arrays)
        made = _asked(problem.calibration, assignment, case, arrays) if hasattr(problem, "calibration") else {}
        for name, outputs in {f"{PASSES}the oracle": rounded(expected, arrays), **made}.items():
            if not name.startswith((PASSES, FAILS)):
                raise AssignmentError(f"{assignment.problem}: calibration() offers {name!r}; names begin with {PASSES!r} or {FAILS!r}")
            wrong = [c for c in compared(assignment, case, arrays, expected, outputs) if not c.passed]
            if name.startswith(FAILS):
                offered.add(name)
                if wrong and case.id in judged:
                    refused.add(name)
            elif wrong:
                text = describe(wrong[0], hidden=False)
                troubles.append(f"calibration: {name.removeprefix(PASSES)} should pass, but case {case.id} refuses it: {text}")
    troubles += [
        f"calibration: {name.removeprefix(FAILS)} should lose points, but every case that a check of correctness looks at accepts it"
        for name in sorted(offered - refused)
    ]
    return troubles


def inputs_of(assignment: Assignment, cases: Sequence[Case]) -> Iterator[tuple[Case, dict[str, np.ndarray[Any, Any]]]]:
    """Every case with what its buffers hold before its first call, as `grade` fills them with the public seed."""
    seed, override = public_seed(assignment.course, assignment.slug), override_of(assignment)
    for case in cases:
        yield case, make_inputs(assignment, case, 0, seed, override)


def _asked(function: Any, assignment: Assignment, case: Case, arrays: Outputs) -> Any:
    try:
        return function(case, dict(arrays))
    except Exception as error:  # the instructor's code: any failure is theirs and named so
        name = getattr(function, "__name__", "function")
        raise AssignmentError(f"{assignment.problem}: {name}() of case {case.id} failed: {type(error).__name__}: {error}") from error


def rounded(expected: Mapping[str, Expected], arrays: Outputs) -> dict[str, np.ndarray[Any, Any]]:
    """The oracle's values in the buffers' own types; guarded elements as they were."""
    made = {}
    for name, each in expected.items():
        old, value = arrays[name], np.asarray(each.value, dtype=np.float64)
        with np.errstate(invalid="ignore", over="ignore"):
            rounded = value.astype(old.dtype)
        nan = np.broadcast_to(np.asarray(each.nan, dtype=np.bool_), old.shape)
        made[name] = np.where(np.isnan(value) & ~nan, old, np.where(nan, _quiet(old.dtype), rounded))
    return made


def _quiet(dtype: np.dtype[Any]) -> Any:
    return dtype.type(np.nan) if dtype.kind == "f" else dtype.type(0)


def compared(
    assignment: Assignment, case: Case, arrays: Outputs, expected: Mapping[str, Expected], outputs: Outputs
) -> Iterator[Comparison]:
    """Each written buffer of one call against what is expected of it."""
    entry = assignment.entry(case.entry)
    for buffer in entry.buffers():
        if not buffer.written:
            continue
        if buffer.name not in outputs:
            raise AssignmentError(f"{assignment.problem}: calibration() of case {case.id} says nothing about {buffer.name}")
        old, got = arrays[buffer.name], np.asarray(outputs[buffer.name])
        if got.dtype != old.dtype or got.shape != old.shape:
            given, asked = f"{got.dtype}{got.shape}", f"{old.dtype}{old.shape}"
            raise AssignmentError(f"{assignment.problem}: calibration() of case {case.id} gives {buffer.name} as {given}; it is {asked}")
        poisoned = buffer.direction == "out" or buffer.name in case.poison
        yield compare(
            case.id,
            0,
            buffer.name,
            got,
            old,
            expected[buffer.name],
            poisoned=poisoned,
            direction=buffer.direction,
            width=width(buffer, entry, case),
        )
