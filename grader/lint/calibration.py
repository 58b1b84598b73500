"""Rule about the bounds: zeros, NaN, lesser precision and dropped tails lose points; honest orders don't. Outputs are made up, none is
computed by a kernel.

problem.py's own `calibration` knows the mathematics: split-K, FMA, half-precision inputs. What any assignment with numbers must refuse is
made here from the oracle: its values rounded to fewer bits, and its last elements left as they were.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from grader.assignment import Assignment, Case
from grader.lint.finding import Finding, Folder, error, line_with, warning
from grader.verify.calibration import FAILS, PASSES, compared, inputs_of, rounded
from grader.verify.selftest import self_test

Array = np.ndarray[Any, Any]
SIGNIFICANT_BITS = {"half precision": 11, "TF32": 11, "8 significant bits (bfloat16)": 8}
TAIL = 32  # elements that whole warps, blocks or vectors may leave over


def calibration(folder: Folder) -> Iterator[Finding]:
    """See the module."""
    from grader.run.inputs import load_problem

    assignment = folder.assignment
    problem = load_problem(assignment)
    if not assignment.cases or problem is None or not hasattr(problem, "expected"):
        return
    file, text = assignment.problem, folder.text(assignment.problem.name)
    line = line_with(text, r"^def expected\b")
    for trouble in self_test(assignment):
        yield error(
            "calibration", file, trouble.removeprefix("calibration: "), "tighten or widen the bound in expected(), or add a case", line
        )
    yield from _made_up(folder, problem, line)
    yield from _offers(folder, problem, text)


def _made_up(folder: Folder, problem: Any, line: int | None) -> Iterator[Finding]:
    """Outputs that are wrong whatever the assignment is about."""
    assignment = folder.assignment
    judged = {case for check in folder.each_check() if check.category == "correctness" for case in check.cases}
    offered: set[tuple[str, str]] = set()
    refused: set[tuple[str, str]] = set()
    cases = [case for case in assignment.launching() if case.id in judged]
    for case, arrays in inputs_of(assignment, cases):
        expected = problem.expected(case, dict(arrays))
        right = rounded(expected, arrays)
        for name, outputs in _wrong(assignment, case, right, arrays):
            key = (case.entry, name)
            offered.add(key)
            if any(not each.passed for each in compared(assignment, case, arrays, expected, outputs)):
                refused.add(key)
    for entry, name in sorted(offered - refused):
        remedy = (
            'a case with fill = "mantissa_rich" or a tighter bound' if "bits" in name or "precision" in name else "a case whose size is odd"
        )
        message = f"{entry}: no case of a check of correctness refuses an output {name}"
        yield error("calibration", assignment.problem, message, remedy, line)


def _wrong(assignment: Assignment, case: Case, right: dict[str, Array], arrays: dict[str, Array]) -> Iterator[tuple[str, dict[str, Array]]]:
    """Outputs that differ from the right ones; where rounding changes nothing, there is nothing to offer."""
    floats = {name: value for name, value in right.items() if value.dtype == np.float32}
    for bits in sorted(set(SIGNIFICANT_BITS.values())):
        made = {**right, **{name: _cut(value, bits) for name, value in floats.items()}}
        if any(not np.array_equal(made[name], right[name], equal_nan=True) for name in floats):
            yield f"rounded to {bits} significant bits ({'half precision, TF32' if bits == 11 else 'bfloat16'})", made
    tails = {name: _tailless(value, arrays[name]) for name, value in right.items() if value.size > 1}
    if any(not np.array_equal(value, right[name], equal_nan=True) for name, value in tails.items() if value.dtype.kind == "f"):
        yield "whose last elements are never written", {**right, **tails}


def _cut(value: Array, bits: int) -> Array:
    """fp32 rounded to so many significant bits, to nearest."""
    fraction, exponent = np.frexp(value.astype(np.float64))
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where(np.isfinite(value), np.ldexp(np.rint(np.ldexp(fraction, bits)), exponent - bits), value).astype(np.float32)


def _tailless(value: Array, old: Array) -> Array:
    made = value.copy()
    flat, before = made.reshape(-1), old.reshape(-1)
    count = (flat.size - 1) % TAIL + 1
    flat[-count:] = before[-count:]
    return made


def _offers(folder: Folder, problem: Any, text: str) -> Iterator[Finding]:
    """problem.py has a calibration of its own with something of both kinds, for assignments whose results are rounded at all."""
    assignment, file = folder.assignment, folder.assignment.problem
    names: set[str] = set()
    rounds = False
    for case, arrays in inputs_of(assignment, assignment.launching()):
        rounds = rounds or any(np.any(np.asarray(each.bound) > 0) for each in problem.expected(case, dict(arrays)).values())
        if hasattr(problem, "calibration"):
            names |= set(problem.calibration(case, dict(arrays)))
        if rounds and any(n.startswith(PASSES) for n in names) and any(n.startswith(FAILS) for n in names):
            return
    if rounds:
        missing = [kind for kind in (PASSES, FAILS) if not any(name.startswith(kind) for name in names)]
        remedy = 'orders of computation that must pass ("passes:split-K") and mistakes that must not ("fails:half precision")'
        message = "has no calibration()" if len(missing) == 2 else f"calibration() offers nothing that {missing[0].rstrip(':')}"
        yield warning("calibration", file, message, remedy, line_with(text, r"^def calibration\b") or line_with(text, r"^def expected\b"))
