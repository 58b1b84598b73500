"""Plan: stored grades -> for each the cheapest honest way to a new one. Reads; runs nothing.

unchanged   nothing that the grade depends on has changed
replay      only what judges has changed (checks, rubric, texts): the recorded runs are evaluated again
run         what shapes the runs has changed (cases, inputs, compiler, device, sandbox), or no runs were recorded
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import msgspec

from grader.address import Address, Basis
from grader.errors import HarnessError, SubmissionError
from grader.gradebook.records import StoredGrade
from grader.records import Record, Source

Way = Literal["unchanged", "replay", "run"]


class Step(Record, frozen=True, kw_only=True):
    """One stored grade and what is to be done about it."""

    old: StoredGrade
    way: Way
    reason: str  # of the way, in words
    address: Address | None = None  # of the new grade; None if the submission can't be read at all
    source: Source | None = None  # for what is run again


def plan(
    grades: Iterable[StoredGrade],
    basis_of: Callable[[str], Basis],
    run_key_of: Callable[[StoredGrade], str],
    source_of: Callable[[StoredGrade], Source],
    *,
    only: Sequence[str] = (),
    everything: bool = False,
) -> list[Step]:
    """A step for each grade. `basis_of` says what an assignment is like now, `run_key_of` what shaped the recorded runs ("" if there are
    none); `only` names checks: recorded runs are taken even if what shapes runs has changed since, as long as their cases are as they
    were. `everything` runs all again, whatever is unchanged."""
    return [_step(each, basis_of(each.assignment), run_key_of, source_of, tuple(only), everything) for each in grades]


def _step(
    old: StoredGrade,
    now: Basis,
    run_key_of: Callable[[StoredGrade], str],
    source_of: Callable[[StoredGrade], Source],
    only: tuple[str, ...],
    everything: bool,
) -> Step:
    try:
        source = source_of(old)
    except SubmissionError as error:  # it couldn't be read then and can't be now: the verdict stays
        return Step(old=old, way="unchanged", reason=f"the submission can't be read: {error}")
    except HarnessError as error:  # its content is lost: the others are graded all the same
        return Step(old=old, way="unchanged", reason=f"what was handed in is gone: {error}")
    address = now.of(source)
    if everything:
        return Step(old=old, way="run", reason="asked for", address=address, source=source)
    if address.grade == old.key and old.decided and not only:
        return Step(old=old, way="unchanged", reason="nothing that it depends on has changed", address=address)
    run_key, lost = _run_key(old, run_key_of)
    if not old.decided and not only:
        return Step(old=old, way="run", reason="checks were not run, for a reason of ours", address=address, source=source)
    if not run_key:
        return Step(old=old, way="run", reason=lost, address=address, source=source)
    if only:
        return Step(old=old, way="replay", reason=f"only {', '.join(only)}", address=address)
    if run_key == address.runs:
        return Step(old=old, way="replay", reason="checks have changed, and nothing that shapes the runs", address=address)
    return Step(old=old, way="run", reason="what shapes the runs has changed", address=address, source=source)


def _run_key(old: StoredGrade, run_key_of: Callable[[StoredGrade], str]) -> tuple[str, str]:
    try:
        return run_key_of(old), "no runs were recorded"
    except (HarnessError, msgspec.MsgspecError) as error:
        return "", f"the recorded runs can't be read: {error}"
