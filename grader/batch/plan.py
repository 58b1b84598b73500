"""Plan: submissions -> what each needs: nothing, a link to a grade of equal files, its recorded runs evaluated again, or to be run. Reads
the gradebook; runs nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from grader.address import Address, Basis
from grader.assignment import Assignment
from grader.errors import AssignmentError, HarnessError, SubmissionError
from grader.gradebook.records import CheckSummary, StoredGrade, Submission
from grader.gradebook.store import Gradebook
from grader.records import CheckResult, Record, Source
from grader.regrade.perform import run_key_of
from grader.regrade.sources import read_source
from grader.verdicts import OPEN

Need = Literal["nothing", "link", "replay", "run", "refused", "fault"]


class Item(Record, frozen=True, kw_only=True):
    """One submission and what it needs."""

    submission: Submission
    need: Need
    address: Address | None = None
    source: Source | None = None  # to be run
    known: StoredGrade | None = None  # the grade that stands, the one to link to, or the one whose runs are evaluated again
    why: str = ""  # of a refusal, or what is our fault


def plan(
    submissions: Sequence[Submission],
    gradebook: Gradebook,
    assignment_of: Callable[[str], Assignment],
    basis_of: Callable[[str], Basis],
    *,
    anew: bool = False,
) -> list[Item]:
    """An item for each submission, in their order. `anew`: everything is run, whatever is known. Raises HarnessError if the gradebook can't
    be read; what is wrong with a submission is in its item."""
    read = [_read(each, gradebook, assignment_of, basis_of) for each in submissions]
    known = {} if anew else gradebook.known(item.address.grade for item in read if item.address)
    latest = {} if anew else {grade.submission: grade for grade in gradebook.grades()}
    return [_needs(item, known, latest.get(item.submission.id), gradebook, anew) for item in read]


def _read(
    submission: Submission, gradebook: Gradebook, assignment_of: Callable[[str], Assignment], basis_of: Callable[[str], Basis]
) -> Item:
    try:
        basis = basis_of(submission.assignment)
        source = read_source(gradebook, submission, assignment_of(submission.assignment))
    except SubmissionError as error:
        address = basis.of_refused(submission.filename, submission.content)
        return Item(submission=submission, need="refused", address=address, why=str(error))
    except (HarnessError, AssignmentError) as error:  # a lost content, a broken assignment: the others are graded all the same
        return Item(submission=submission, need="fault", why=str(error))
    return Item(submission=submission, need="run", address=basis.of(source), source=source)


def _needs(item: Item, known: dict[str, StoredGrade], latest: StoredGrade | None, gradebook: Gradebook, anew: bool) -> Item:
    if item.address is None:
        return item
    equal = known.get(item.address.grade)
    if latest is not None and latest.key == item.address.grade and _settled(latest) and not anew:
        return msgspec.structs.replace(item, need="nothing", known=latest)
    if equal is not None and gradebook.blobs.has(equal.record):  # without its record there is nothing to link to: it is made anew
        return msgspec.structs.replace(item, need="link", known=equal)
    if item.need == "refused" or latest is None or anew or not latest.decided:
        return item
    if _run_key(latest, gradebook) == item.address.runs:
        return msgspec.structs.replace(item, need="replay", known=latest)
    return item


def _settled(grade: StoredGrade) -> bool:
    """Whether another run would say the same: what the device can't emulate, it can't the next time either."""
    return grade.decided or not any(map(open_still, grade.checks))


def open_still(check: CheckSummary | CheckResult) -> bool:
    """Whether a fault of ours kept a check from running. What can't be measured or emulated on this device is no such thing."""
    return check.outcome == "not_run" and check.verdict not in (*OPEN, "UNSUPPORTED")


def _run_key(latest: StoredGrade, gradebook: Gradebook) -> str:
    """ "" if there is none: what is gone or damaged is made anew by running."""
    try:
        return run_key_of(gradebook)(latest)
    except (HarnessError, msgspec.MsgspecError):
        return ""
