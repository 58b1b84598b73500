"""A second opinion on problem.py: reference/NN_slug/oracle.py computes the same outputs with a library that we did not write.

`oracle(case, arrays)` gives, for each buffer it can say something of, what PyTorch, OpenCV or the like make of the inputs in double
precision. An assignment whose expectations differ from that by more than a thousandth of their bounds is not as promised: a bound is for
the student's rounding, not for a formula of ours that is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from grader.assignment import Assignment, Case
from grader.checks.closeness import Expected
from grader.errors import AssignmentError
from grader.module_file import load
from grader.records import Record
from grader.run.inputs import load_problem
from grader.verify.calibration import inputs_of

SHARE = 1e-3  # of the bound
TINY = 1e-12  # relative: what double precision itself may differ by


class SecondOpinion(Record, frozen=True, kw_only=True):
    """What the comparison of one assignment found. With `missing` nothing was compared."""

    cases: int = 0  # in which some buffer was compared
    outputs: int = 0
    missing: str = ""  # the library that isn't installed
    troubles: tuple[str, ...] = ()


def path_of(assignment: Assignment) -> Path:
    """Where an assignment's second oracle lies, if it has one."""
    return assignment.reference / "oracle.py"


def second_opinion(assignment: Assignment) -> SecondOpinion | None:
    """problem.py beside oracle.py in every case of the emulated device; None for an assignment that has no oracle.py.

    Raises AssignmentError if either fails.
    """
    problem = load_problem(assignment)
    if not path_of(assignment).is_file() or problem is None:
        return None
    try:
        return _compared(assignment, problem)
    except ModuleNotFoundError as error:  # of oracle.py, at its top or where it first needs the library
        return SecondOpinion(missing=str(error.name))


def _compared(assignment: Assignment, problem: ModuleType) -> SecondOpinion:
    module = loaded(path_of(assignment))
    cases = outputs = 0
    troubles: list[str] = []
    for case, arrays in inputs_of(assignment, assignment.launching()):
        expected = problem.expected(case, dict(arrays))
        opinions = asked(module, assignment, case, arrays)
        cases += bool(opinions)
        outputs += len(opinions)
        for name, value in opinions.items():
            if name not in expected:
                raise AssignmentError(f"{path_of(assignment)}: oracle() of case {case.id} speaks of {name!r}; expected() doesn't")
            if trouble := disagreement(expected[name], value):
                troubles.append(f"{path_of(assignment).name} and problem.py disagree in case {case.id}, {name}{trouble}")
    return SecondOpinion(cases=cases, outputs=outputs, troubles=tuple(troubles))


def loaded(path: Path) -> ModuleType:
    """oracle.py, executed anew. Raises ModuleNotFoundError for a library that isn't there, AssignmentError for any other failure."""
    try:
        return load(path, f"grader_oracle_{path.parent.name}")
    except ModuleNotFoundError:
        raise
    except Exception as error:  # the instructor's code: any failure is theirs and named so
        raise AssignmentError(f"{path}: {type(error).__name__}: {error}") from error


def asked(module: ModuleType, assignment: Assignment, case: Case, arrays: Mapping[str, np.ndarray[Any, Any]]) -> dict[str, Any]:
    """What the oracle says of one case. Raises ModuleNotFoundError for a library that isn't there, else AssignmentError."""
    try:
        return dict(module.oracle(case, dict(arrays)))
    except ModuleNotFoundError:
        raise
    except Exception as error:
        raise AssignmentError(f"{path_of(assignment)}: oracle() of case {case.id} failed: {type(error).__name__}: {error}") from error


def disagreement(expected: Expected, opinion: Any) -> str:
    """Where the two differ by more than a thousandth of the bound, as the end of a sentence; "" where they agree. Elements that the oracle
    masks are left out."""
    value = np.asarray(expected.value, dtype=np.float64)
    mask, other = np.ma.getmaskarray(opinion), np.asarray(np.ma.getdata(opinion), dtype=np.float64)
    if other.shape != value.shape:
        return f": the oracle gives shape {other.shape}, expected() {value.shape}"
    nan = np.broadcast_to(np.asarray(expected.nan, dtype=np.bool_), value.shape)
    bound = np.broadcast_to(np.asarray(expected.bound, dtype=np.float64), value.shape)
    with np.errstate(invalid="ignore"):
        near = np.abs(value - other) <= SHARE * bound + TINY * np.where(bound > 0, np.abs(value), 0.0)
    agree = mask | np.where(nan, np.isnan(other), near | (value == other))
    if agree.all():
        return ""
    first = np.unravel_index(int(np.argmin(agree)), value.shape)
    place = ", ".join(str(int(i)) for i in first)
    said = "NaN" if nan[first] else f"{value[first]:.9g} ± {bound[first]:.3g}"
    return f"[{place}]: {other[first]:.9g} by the oracle, {said} by expected() ({int((~agree).sum())} elements)"
