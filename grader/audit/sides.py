"""Sides: names of grades as somebody types them -> two stored grades with all that is kept of each, the older one first."""

from __future__ import annotations

from collections.abc import Sequence

from grader.errors import HarnessError
from grader.evidence import Evidence
from grader.gradebook.contents import decoded
from grader.gradebook.records import StoredGrade
from grader.gradebook.store import Gradebook
from grader.records import Grade, Record
from grader.toolchain import UsageError


class Side(Record, frozen=True, kw_only=True):
    """One of two grades."""

    stored: StoredGrade
    grade: Grade
    evidence: Evidence | None = None
    lost: str = ""  # why there is no evidence, where some was kept


def chosen(gradebook: Gradebook, names: Sequence[str], student: str | None, assignment: str | None) -> tuple[Side, Side]:
    """Two numbers of grades; one "student:assignment", or both of the options: the latest two of that. Raises UsageError if that isn't two
    grades that are there."""
    numbers = [int(name) for name in names if name.isascii() and name.isdigit()]
    if len(names) == 2 and len(numbers) == 2 and student is assignment is None:
        if numbers[0] == numbers[1]:
            raise UsageError(f"grade {numbers[0]} compared with itself: name two grades")
        old, new = sorted(numbers)
        return _side(gradebook, _numbered(gradebook, old)), _side(gradebook, _numbered(gradebook, new))
    if len(names) == 1 and not numbers and student is assignment is None:
        student, colon, assignment = names[0].rpartition(":")
        if not colon or not student or not assignment:
            raise UsageError(f"{names[0]!r} is neither a grade's number nor STUDENT:ASSIGNMENT")
    elif names or student is None or assignment is None:
        raise UsageError("name two grades by their numbers, or STUDENT:ASSIGNMENT, or --student and --assignment")
    login = gradebook.student(student).login
    every = gradebook.grades(student=login, every=True)
    found = [grade for grade in every if assignment in (grade.assignment, grade.assignment.partition("_")[2])]
    if len(found) < 2:
        raise UsageError(f"{login} has {'one grade' if found else 'no grade'} in {assignment}, and it takes two to compare")
    return _side(gradebook, found[-2]), _side(gradebook, found[-1])


def _numbered(gradebook: Gradebook, number: int) -> StoredGrade:
    found = gradebook.grade(number)
    if found is None:
        raise UsageError(f"there is no grade number {number} in the gradebook; `grader gradebook show WHO --history` tells the numbers")
    return found


def _side(gradebook: Gradebook, stored: StoredGrade) -> Side:
    grade = gradebook.full(stored)
    if not stored.evidence:
        return Side(stored=stored, grade=grade)
    try:
        return Side(stored=stored, grade=grade, evidence=decoded(gradebook.blobs.get(stored.evidence)))
    except HarnessError as error:
        return Side(stored=stored, grade=grade, lost=str(error))
