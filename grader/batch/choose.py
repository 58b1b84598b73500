"""Choose: everything that was handed in -> what is worth grading, by the course's rules. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from grader.course_file import SubmitRules
from grader.gradebook.records import Submission


def choose(submissions: Iterable[Submission], rules_of: Callable[[str], SubmitRules]) -> list[Submission]:
    """Where the last one counts, a student's last one in each assignment; where the best counts, all of them. In order of assignment, then
    of number."""
    found: dict[tuple[str, str], list[Submission]] = {}
    for each in submissions:
        found.setdefault((each.assignment, each.student), []).append(each)
    chosen: list[Submission] = []
    for (assignment, _), mine in found.items():
        chosen += [_last(mine)] if rules_of(assignment).counts == "last" else mine
    return sorted(chosen, key=lambda each: (each.assignment, each.id))


def sample(submissions: Sequence[Submission], count: int) -> list[Submission]:
    """So many of them, spread evenly over the whole: a look before the night. All if there are no more."""
    if count <= 0 or count >= len(submissions):
        return list(submissions)
    return [submissions[number * len(submissions) // count] for number in range(count)]


def _last(mine: Sequence[Submission]) -> Submission:
    """By time of receipt; what has none by the order in which it came."""
    return max(mine, key=lambda each: (each.received_at.timestamp() if each.received_at else 0.0, each.number))
