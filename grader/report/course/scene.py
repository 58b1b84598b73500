"""Scene: what all pages of one report share: the language, who reads it, the course, and how its people are shown. A record."""

from __future__ import annotations

from grader.records import Record
from grader.report.course.about import About, CourseAbout
from grader.report.course.people import Audience, Person
from grader.report.text import number


class Scene(Record, frozen=True, kw_only=True):
    """What the pages of one report share. `whose`: number of a grade -> login, to say whose equal files were graded."""

    language: str
    audience: Audience
    course: CourseAbout
    people: dict[str, Person]
    in_play: tuple[About, ...]  # assignments that somebody has points in: totals are over these
    details: dict[int, str] = {}  # number of a grade -> address of its full report
    whose: dict[int, str] = {}

    @property
    def out_of(self) -> str:
        """What totals are out of."""
        return number(sum(each.weight for each in self.in_play), 1)
