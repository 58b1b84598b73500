"""By hand: one check of a student's work, its answer and its rubric, and the points that a person gives for it -> another stored grade.

The computed grade stays underneath, as everything in a gradebook does. The rubric is the staff's: reference/<assignment>/rubric.toml.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec

from grader.errors import AssignmentError
from grader.gradebook.records import Standing, StoredGrade
from grader.gradebook.store import Gradebook
from grader.records import CheckResult, Grade, Record
from grader.score import by_hand
from grader.toolchain import UsageError

RUBRIC = "rubric.toml"


class Criterion(Record, frozen=True, kw_only=True):
    """A part of the points, and what it is given for."""

    points: float
    text: str


class Rubric(Record, frozen=True, kw_only=True):
    """How one check is graded by hand. `good` is an answer that gets all points."""

    criteria: tuple[Criterion, ...]
    good: str = ""


class Asked(Record, frozen=True, kw_only=True):
    """What a person needs to see before giving points."""

    student: str
    assignment: str
    check: CheckResult
    answer: str  # what the check is about: a key's lines in answers.json, the text of a notebook's cell
    rubric: Rubric | None


def asked(book: Gradebook, standing: Standing, name: str, reference: Path) -> Asked:
    """One check of the work that counts. Raises UsageError if nothing is graded or no check has this name."""
    grade = _grade(book, standing)[1]
    check = by_hand.find(grade.checks, name)
    return Asked(
        student=standing.student.login,
        assignment=standing.assignment,
        check=check,
        answer=by_hand.answer(grade, check),
        rubric=rubric_of(reference, check.id),
    )


def give(book: Gradebook, standing: Standing, name: str, points: float, *, comment: str, author: str) -> tuple[StoredGrade, CheckResult]:
    """Stores the grade with these points for the check."""
    stored, grade = _grade(book, standing)
    check = by_hand.find(grade.checks, name)
    return _store(book, stored, by_hand.given(grade, check, points, comment, author), check.id, author)


def take_back(book: Gradebook, standing: Standing, name: str, *, author: str) -> tuple[StoredGrade, CheckResult]:
    """What was computed for the check counts again. Raises UsageError if nobody gave it points."""
    stored, grade = _grade(book, standing)
    check = by_hand.find(grade.checks, name)
    if not check.by:
        raise UsageError(f"nobody gave points for {check.id} by hand")
    for earlier in reversed(book.grades(submission=stored.submission, every=True)):
        before = next((c for c in book.full(earlier).checks if c.id == check.id and not c.by), None)
        if before is not None:
            return _store(book, stored, by_hand.put(grade, (before,)), check.id, author, taken_back=True)
    # the points came with an equal answer in an earlier submission, as only those of an answer that waits do: it waits again
    return _store(book, stored, by_hand.put(grade, (by_hand.waiting(check),)), check.id, author, taken_back=True)


def rubric_of(reference: Path, check: str) -> Rubric | None:
    """The rubric of a check, by the last part of its id; None if there is none. Raises AssignmentError for a file that can't be used."""
    path = reference / RUBRIC
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AssignmentError(f"{path}: {error}") from None
    try:
        rubrics = msgspec.convert(table, type=dict[str, Rubric])
    except msgspec.ValidationError as error:
        raise AssignmentError(f"{path}: {error}") from None
    return rubrics.get(check.rpartition("::")[2])


def _grade(book: Gradebook, standing: Standing) -> tuple[StoredGrade, Grade]:
    if standing.grade is None:
        raise UsageError(f"{standing.student.login} has no grade in {standing.assignment} yet; `grader batch` makes it")
    return standing.grade, book.full(standing.grade)


def _store(
    book: Gradebook, old: StoredGrade, grade: Grade, check: str, author: str, *, taken_back: bool = False
) -> tuple[StoredGrade, CheckResult]:
    why = f"by hand: {check}" if not taken_back else f"by hand: {check}, taken back"
    submission = book.submission(old.submission)
    stored = book.store(submission, grade, evidence=old.evidence, why=why, author=author, keep=False)
    return stored, next(each for each in grade.checks if each.id == check)
