"""An assignment's page: its Standings and statistics -> what assignment-SLUG.html shows. Pure.

In the anonymous report a row shows a pseudonym, and neither a place nor a time of day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from grader.gradebook.records import Standing
from grader.records import Record
from grader.report.course.about import About
from grader.report.course.outliers import Outlier
from grader.report.course.people import Person, anchor, one_line
from grader.report.course.phrasing import Score, Title, Verdict, moment, score, title, verdict
from grader.report.course.pieces import Card, Lists, card, in_order, lists
from grader.report.course.scene import Scene
from grader.report.course.sighted import Sighted
from grader.report.course.statistics import AssignmentStatistics
from grader.report.source import place
from grader.report.text import duration, number


class Listed(Record, frozen=True, kw_only=True):
    """People under a heading: who is late, who is missing."""

    key: str  # of the words table
    people: tuple[Person, ...]


class Entry(Record, frozen=True, kw_only=True):
    """One student in an assignment's table."""

    person: Person
    score: Score
    raw: str
    verdict: Verdict | None
    place: str
    handed: str
    wall: str
    wall_s: float
    details: str


class AssignmentPage(Record, frozen=True, kw_only=True):
    """assignment-SLUG.html"""

    language: str
    anonymous: bool
    course: Title
    anchor: str  # of this assignment on a student's page
    card: Card
    lists: Lists
    listed: tuple[Listed, ...]
    entries: tuple[Entry, ...]
    sections: bool
    timed: bool


def assignment_page(
    about: About,
    standings: Mapping[str, Standing],
    found: AssignmentStatistics,
    odd: Sequence[Outlier],
    scene: Scene,
    seen: Sequence[Sighted] = (),
) -> AssignmentPage:
    """One assignment. `standings`: login -> standing; `odd`: the outliers in it; `seen`: what the static look saw in it."""
    language, zone, named = scene.language, scene.course.zone, scene.audience != "anonymous"
    entries = tuple(
        _entry(person, standing, scene, zone, named)
        for login, person in scene.people.items()
        if (standing := standings.get(login)) is not None
    )
    states = (
        ("who_waiting", found.waiting),
        ("who_undecided", found.undecided),
        ("who_late", found.late),
        ("who_closed", found.closed),
        ("who_missing", found.missing),
        ("who_overridden", found.overridden),
    )
    return AssignmentPage(
        language=language,
        anonymous=not named,
        course=title(scene.course.title, language, scene.course.id),
        anchor=anchor("a", about.slug),
        card=card(about, found, scene),
        lists=lists(found.checks, found.verdicts, found.slowest, found.not_run, odd, scene, seen=seen),
        listed=tuple(Listed(key=key, people=in_order(logins, scene)) for key, logins in states),
        entries=entries,
        sections=any(entry.person.section for entry in entries),
        timed=any(entry.wall for entry in entries),
    )


def _entry(person: Person, standing: Standing, scene: Scene, zone: dt.tzinfo, named: bool) -> Entry:
    grade, submission = standing.grade, standing.submission
    changed = standing.raw_points is not None and standing.points != standing.raw_points
    return Entry(
        person=person,
        score=score(standing, scene.language),
        raw=number(standing.raw_points or 0.0, 1) if changed else "",
        verdict=verdict(grade.verdict, scene.language) if grade is not None else None,
        place=one_line(place(grade.file, grade.line)) if grade is not None and named else "",
        handed=moment(submission.received_at, zone) if submission is not None and named else "",
        wall=duration(grade.wall_s) if grade is not None and grade.wall_s > 0 else "",
        wall_s=grade.wall_s if grade is not None else 0.0,
        details=scene.details.get(grade.id, "") if grade is not None else "",
    )
