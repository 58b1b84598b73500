"""Choose: everything that was handed in -> what is worth grading, by the course's rules. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from grader.course_file import SubmitRules
from grader.gradebook.records import Submission


def choose(
    submissions: Iterable[Submission], rules_of: Callable[[str], SubmitRules], counting: Mapping[tuple[str, str], int]
) -> tuple[list[Submission], list[Submission]]:
    """Where the last one counts, those that count, by the gradebook's own rule (`counting`: student and assignment -> number); where the
    best counts, all. In order of assignment, then of number. And those that another one has superseded."""
    chosen, superseded = [], []
    for each in submissions:
        if rules_of(each.assignment).counts == "best" or counting.get((each.student, each.assignment), each.id) == each.id:
            chosen.append(each)
        else:
            superseded.append(each)
    return sorted(chosen, key=lambda each: (each.assignment, each.id)), superseded


def sample(submissions: Sequence[Submission], count: int) -> list[Submission]:
    """So many of them, spread evenly over the whole: a look before the night. All if there are no more."""
    if count <= 0 or count >= len(submissions):
        return list(submissions)
    return [submissions[number * len(submissions) // count] for number in range(count)]
