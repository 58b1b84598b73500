"""Plan: submissions -> what each needs: nothing, a link to a grade of equal files, its recorded runs evaluated again, or to be run. Reads
the gradebook; runs nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from grader.address import Address, Basis
from grader.assignment import Assignment
from grader.errors import HarnessError, SubmissionError
from grader.evidence import Evidence
from grader.gradebook.records import StoredGrade, Submission
from grader.gradebook.store import Gradebook
from grader.records import Record, Source
from grader.regrade.sources import read_source

Need = Literal["nothing", "link", "replay", "run", "refused"]


class Item(Record, frozen=True, kw_only=True):
    """One submission and what it needs."""

    submission: Submission
    need: Need
    address: Address | None = None
    source: Source | None = None  # to be run
    known: StoredGrade | None = None  # the grade that stands, or the one to link to
    evidence: Evidence | None = None  # to be evaluated again
    why: str = ""  # of a refusal


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
        source = read_source(gradebook, submission, assignment_of(submission.assignment))
    except SubmissionError as error:
        # its grade rests on what was handed in and on how it is read, which are both in this address
        basis = basis_of(submission.assignment)
        return Item(submission=submission, need="refused", address=basis.of(Source(files={}, digest=submission.content)), why=str(error))
    return Item(submission=submission, need="run", address=basis_of(submission.assignment).of(source), source=source)


def _needs(item: Item, known: dict[str, StoredGrade], latest: StoredGrade | None, gradebook: Gradebook, anew: bool) -> Item:
    assert item.address is not None
    equal = known.get(item.address.grade)
    if latest is not None and latest.key == item.address.grade and _settled(latest) and not anew:
        return msgspec.structs.replace(item, need="nothing", known=latest)
    if equal is not None and gradebook.blobs.has(equal.record):  # without its record there is nothing to link to: it is made anew
        return msgspec.structs.replace(item, need="link", known=equal)
    if item.need == "refused" or latest is None or anew or not latest.decided:
        return item
    evidence = _evidence(latest, gradebook)
    if evidence is not None and evidence.run_key == item.address.runs:
        return msgspec.structs.replace(item, need="replay", evidence=evidence, known=latest)
    return item


def _settled(grade: StoredGrade) -> bool:
    """Whether another run would say the same: what the device can't emulate, it can't the next time either."""
    return grade.decided or all(c.outcome != "not_run" or c.verdict in ("NOT_MEASURED", "UNSUPPORTED") for c in grade.checks)


def _evidence(latest: StoredGrade, gradebook: Gradebook) -> Evidence | None:
    """What is gone or damaged is made anew by running."""
    if not latest.evidence:
        return None
    try:
        return msgspec.json.decode(gradebook.blobs.get(latest.evidence), type=Evidence)
    except (HarnessError, msgspec.MsgspecError):
        return None
