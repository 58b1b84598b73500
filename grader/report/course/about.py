"""What the pages say of a course itself: a Course -> titles, weights and due dates, in the course's order. Reads the assignments' files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from grader.assignment import load_assignment
from grader.course import Course, slugs
from grader.course_file import DatesTable, zone_of
from grader.errors import AssignmentError
from grader.records import Record


class About(Record, frozen=True, kw_only=True):
    """One assignment. `weight` 0: the course gives it none."""

    slug: str
    title: dict[str, str]  # language -> title; empty if the assignment can't be read
    weight: float
    due: dt.datetime | None


class CourseAbout(Record, frozen=True, kw_only=True):
    """The course as pages show it."""

    title: dict[str, str]  # language -> title; may be empty
    id: str
    time_zone: str
    assignments: tuple[About, ...]

    @property
    def zone(self) -> dt.tzinfo:
        """Raises ValueError or KeyError for one that this machine doesn't know."""
        return zone_of(self.time_zone)

    def only(self, slug: str) -> CourseAbout:
        """The same course with one assignment."""
        kept = tuple(each for each in self.assignments if each.slug == slug)
        return CourseAbout(title=self.title, id=self.id, time_zone=self.time_zone, assignments=kept)

    def with_unknown(self, names: Iterable[str]) -> CourseAbout:
        """With those assignments at the end that the gradebook has and the course no longer does; they weigh nothing."""
        known = {each.slug for each in self.assignments}
        added = tuple(About(slug=slug, title={}, weight=0.0, due=None) for slug in sorted(set(names) - known))
        return CourseAbout(title=self.title, id=self.id, time_zone=self.time_zone, assignments=(*self.assignments, *added))


def about(course: Course) -> CourseAbout:
    """An assignment that can't be read keeps its place, with its folder's name as title and the weight that course.toml has for it."""
    found = []
    for slug in slugs(course):
        try:
            assignment = load_assignment(course.assignments / slug, course)
            title, weight = assignment.title, assignment.weight
        except AssignmentError:
            title, weight = {}, course.table.weights.get(slug, 0.0)
        dates = course.table.dates.get(slug, DatesTable())
        found.append(About(slug=slug, title=dict(title), weight=weight, due=dates.due))
    return CourseAbout(title=dict(course.title), id=course.id, time_zone=course.table.time_zone, assignments=tuple(found))
