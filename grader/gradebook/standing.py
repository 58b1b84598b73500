"""Standing: what one student handed in over the course, and the rules -> which submission of each assignment counts, and what it is worth.

Pure: computed anew whenever asked, so that a moved date or a changed rule needs no regrading. Assignments are taken in order of the
course's due dates, since that is the order in which free late days are spent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from grader.course_file import CourseFile, DatesTable
from grader.gradebook.models import microseconds, moment_of
from grader.gradebook.records import FULL_POINTS, Lateness, Override, StandingState, StoredGrade, Submission
from grader.late import after, hand_in, lateness

_FAR = 1 << 62  # of an assignment with no due date: after all others


class Hand(NamedTuple):
    """A submission, as much of it as decides which one counts. In a list: in the order in which they were stored."""

    id: int
    received_us: int | None  # microseconds since 1970; None: counts as in time
    raw: float | None  # points of FULL_POINTS by its latest grade; None if it has none that says anything


class Dates(NamedTuple):
    """Of one student in one assignment; times in microseconds since 1970. None: there is no such date."""

    table: DatesTable | None
    until: dt.datetime | None  # of the extension in force
    course_due_us: int | None  # orders the spending of free days
    due_us: int | None  # the student's own


class Chosen(NamedTuple):
    """What counts in one assignment."""

    hand: Hand | None
    lateness: Lateness


Late = Callable[[Sequence[tuple[str, Hand, Dates]]], Mapping[str, Lateness]]


def dates_of(course: CourseFile, assignment: str, until: dt.datetime | None) -> Dates:
    """`until`: the student's extension. It never makes a date earlier."""
    table = course.dates.get(assignment)
    due = None if table is None or table.due is None else microseconds(table.due)
    return Dates(table, until, due, due if due is None or until is None else max(due, microseconds(until)))


def counted(course: CourseFile, hands: Mapping[str, Sequence[Hand]], dates: Mapping[str, Dates]) -> dict[str, Chosen]:
    """Of each assignment in `dates`, the submission of one student that counts, and its lateness.

    "last": the last one that isn't too late to count at all, else the last. "best": of those that are graded, the one with the most points
    after lateness, the earliest of equals; if none is graded, as "last".
    """
    late = _policy(course)
    found: dict[str, Chosen] = {}
    spent: list[tuple[str, Hand, Dates]] = []  # what was late so far: only that costs free days
    left = course.late.budget_days
    for slug in sorted(dates, key=lambda slug: (_FAR if (due := dates[slug].course_due_us) is None else due, slug)):
        own = dates[slug]
        mine = hands.get(slug, ())
        chosen = _choose(course.submit_rules(slug).counts, slug, mine, own, spent, left, late) if mine else None
        found[slug] = chosen or Chosen(None, Lateness(budget_left=left))
        if chosen is not None and chosen.hand is not None and is_late(chosen.hand, own):
            spent.append((slug, chosen.hand, own))
            left = chosen.lateness.budget_left
    return found


def is_late(hand: Hand, dates: Dates) -> bool:
    """After the due date. Whether that costs anything, with grace and free days, is the late policy's to say."""
    return hand.received_us is not None and dates.due_us is not None and hand.received_us > dates.due_us


def raw_points(score: float, max_score: float) -> float | None:
    """Points of FULL_POINTS: what couldn't be run is left out of what they are a share of. None if nothing could."""
    return FULL_POINTS * score / max_score if max_score > 0 else None


def points_of(raw: float | None, lateness: Lateness, override: Override | None) -> float | None:
    """What counts in the end. Rounded where floats would show their seams."""
    if override is not None and override.points is not None:
        return override.points
    return None if raw is None else round(after(raw, lateness), 6)


def state_of(submission: Submission | None, grade: StoredGrade | None) -> StandingState:
    if submission is None:
        return "missing"
    if grade is None:
        return "waiting"
    return "graded" if grade.decided else "undecided"


def _choose(
    rule: str, slug: str, mine: Sequence[Hand], own: Dates, spent: Sequence[tuple[str, Hand, Dates]], left: int, late: Late
) -> Chosen:
    seen: dict[int, Lateness] = {}
    # what the policy has nothing to say of, without asking: most are in time
    plain = own.until is None and (own.table is None or own.table.closes is None or own.table.due is not None)

    def of(hand: Hand) -> Lateness:
        if plain and not is_late(hand, own):
            return Lateness(budget_left=left)
        if hand.id not in seen:
            seen[hand.id] = late([*spent, (slug, hand, own)])[slug]
        return seen[hand.id]

    graded = [hand for hand in mine if hand.raw is not None]
    if rule == "best" and graded:
        best = max(graded, key=lambda hand: (points_of(hand.raw, of(hand), None) or 0.0, -hand.id))
        return Chosen(best, of(best))
    last = next((hand for hand in reversed(mine) if not of(hand).closed), mine[-1])
    return Chosen(last, of(last))


def _policy(course: CourseFile) -> Late:
    def late(handed: Sequence[tuple[str, Hand, Dates]]) -> Mapping[str, Lateness]:
        records = [hand_in(slug, _moment(hand.received_us), dates.table, dates.until) for slug, hand, dates in handed]
        return lateness(records, course.late, course.zone)

    return late


def _moment(count: int | None) -> dt.datetime | None:
    return None if count is None else moment_of(count)
