"""Standing: what one student handed in over the course, and the rules -> which submission of each assignment counts, and what it is worth.

Pure: computed anew whenever asked, so that a moved date or a changed rule needs no regrading. Assignments are taken in order of the
course's due dates, since that is the order in which free late days are spent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from grader.course_file import CourseFile, DatesTable
from grader.gradebook.models import microseconds, moment_of
from grader.gradebook.records import FULL_POINTS, Lateness, Override, StandingState, StoredGrade, Submission
from grader.late import Handed, after, hand_in, is_closed, lateness

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
    plain: bool  # no extension, no hard stop without a due date: nothing is to be said of what is in time


class Chosen(NamedTuple):
    """What counts in one assignment."""

    hand: Hand | None
    lateness: Lateness


_Asked = tuple[str, Hand, Dates]  # assignment, submission, its dates


def dates_of(course: CourseFile, assignment: str, until: dt.datetime | None) -> Dates:
    """`until`: the student's extension. It never makes a date earlier."""
    table = course.dates.get(assignment)
    due = None if table is None or table.due is None else microseconds(table.due)
    plain = until is None and (table is None or table.closes is None or table.due is not None)
    return Dates(table, until, due, due if due is None or until is None else max(due, microseconds(until)), plain)


class Rules:
    """A course's rules, made ready once for many students."""

    def __init__(self, course: CourseFile) -> None:
        self._course = course
        self._zone = course.zone
        self._counts: dict[str, str] = {}
        self._nothing = [Lateness(budget_left=left) for left in range(course.late.budget_days + 1)]

    def counted(
        self, hands: Mapping[str, Sequence[Hand]], dates: Mapping[str, Dates], *, in_words: Collection[str] | None = None
    ) -> dict[str, Chosen]:
        """Of each assignment in `dates`, the submission of one student that counts, and its lateness: in numbers, and in those `in_words`
        (None: all) in sentences too.

        "last": the last one that isn't too late to count at all, else the last. "best": of those that are graded, the one with the most
        points after lateness, the earliest of equals; if none is graded, as "last".
        """
        order = sorted(dates, key=lambda slug: (_FAR if (due := dates[slug].course_due_us) is None else due, slug))
        picked: dict[str, Hand] = {}
        asked: list[_Asked] = []  # what the policy has to be asked of; only that costs free days
        for slug in order:
            if mine := hands.get(slug):
                picked[slug] = hand = self._pick(slug, mine, dates[slug], asked)
                if not _in_time(hand, dates[slug]):
                    asked.append((slug, hand, dates[slug]))
        handed = [_handed(each) for each in asked]
        said = lateness(handed, self._course.late, self._zone, in_words=in_words) if handed else {}
        found: dict[str, Chosen] = {}
        left = self._course.late.budget_days
        for slug in order:
            late = said.get(slug, self._nothing[left])
            left = late.budget_left
            found[slug] = Chosen(picked.get(slug), late)
        return found

    def _pick(self, slug: str, mine: Sequence[Hand], own: Dates, before: Sequence[_Asked]) -> Hand:
        policy, zone = self._course.late, self._zone
        if self._rule(slug) == "best" and (graded := [hand for hand in mine if hand.raw is not None]):
            best, worth = graded[0], -1.0
            # those in time first, then by points: what has fewer before lateness than the best after it needs no asking
            for hand in sorted(graded, key=lambda hand: (not _in_time(hand, own), -(hand.raw or 0.0), hand.id)):
                if (hand.raw or 0.0, -hand.id) <= (worth, -best.id):
                    continue
                late = self._nothing[0]
                if not _in_time(hand, own):
                    late = lateness([_handed(each) for each in (*before, (slug, hand, own))], policy, zone, in_words=())[slug]
                points = points_of(hand.raw, late, None) or 0.0
                if (points, -hand.id) > (worth, -best.id):
                    best, worth = hand, points
            return best
        for hand in reversed(mine):
            if _in_time(hand, own) or not is_closed(_handed((slug, hand, own)), policy, zone):
                return hand
        return mine[-1]

    def _rule(self, slug: str) -> str:
        if slug not in self._counts:
            self._counts[slug] = self._course.submit_rules(slug).counts
        return self._counts[slug]


def _in_time(hand: Hand, dates: Dates) -> bool:
    """Whether the policy has nothing to say of it, without asking: most are."""
    return dates.plain and not is_late(hand, dates)


def _handed(asked: _Asked) -> Handed:
    slug, hand, dates = asked
    received = None if hand.received_us is None else moment_of(hand.received_us)
    if dates.until is None and (table := dates.table) is not None:  # the same as below, with one date to look at
        return Handed(assignment=slug, received_at=received, due=table.due, closes=table.closes, extended=False)
    return hand_in(slug, received, dates.table, dates.until)


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
