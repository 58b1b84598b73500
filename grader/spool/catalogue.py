"""Catalogue: a course's folder -> its assignments and, for one student, their deadlines and rules. Read anew when course.toml changes.

A deadline that is moved while a server runs counts from the next request on; a course.toml that is broken in the middle of an edit
leaves the last whole one in force.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections.abc import Iterable
from pathlib import Path

from grader.assignment import Assignment, load_assignment
from grader.course import Course, find_course, slugs
from grader.errors import AssignmentError
from grader.gradebook.records import Extension
from grader.late import closing, hand_in
from grader.spool.contract import Deadline


class Catalogue:
    """The course as it is now. Safe to be asked by several threads."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._stamp = _stamp(course.file)
        self._assignments = _loaded(course)
        self._lock = threading.Lock()

    @property
    def course(self) -> Course:
        self._refresh()
        return self._course

    @property
    def assignments(self) -> dict[str, Assignment]:
        """Slug -> assignment, in the course's order. A folder that can't be read is left out: `grader lint` tells of it."""
        self._refresh()
        return self._assignments

    def released(self, now: dt.datetime) -> dict[str, Assignment]:
        """Those that students may know of."""
        dates = self.course.table.dates
        early = {slug for slug, each in dates.items() if each.release is not None and each.release > now}
        return {slug: each for slug, each in self._assignments.items() if slug not in early}

    def deadlines(self, now: dt.datetime, extensions: Iterable[Extension] = ()) -> tuple[Deadline, ...]:
        """Every released assignment, with the extensions (of one student) applied."""
        until = {each.assignment: each.until for each in extensions if each.until is not None}
        return tuple(self.deadline(slug, until.get(slug)) for slug in self.released(now))

    def deadline(self, slug: str, until: dt.datetime | None = None) -> Deadline:
        """One assignment's, as the late policy has them (grader/late.py). `until`: the student's extension."""
        course, each = self.course, self._assignments[slug]
        table, rules = course.table, course.table.submit_rules(slug)
        dates = table.dates.get(slug)
        own = hand_in(slug, None, dates, until)
        return Deadline(
            assignment=slug,
            title=each.title,
            files=each.files,
            release=dates.release if dates else None,
            due=own.due,
            closes=closing(own, table.late, table.zone),
            grace_minutes=table.late.grace_minutes,
            extended=own.extended,
            counts=rules.counts,
            max_count=rules.max_count,
            cool_down_minutes=rules.cool_down_minutes,
        )

    def _refresh(self) -> None:
        with self._lock:
            stamp = _stamp(self._course.file)
            if stamp == self._stamp:
                return
            self._stamp = stamp
            with contextlib.suppress(AssignmentError):
                course = find_course(self._course.file.parent)
                self._assignments, self._course = _loaded(course), course


def _loaded(course: Course) -> dict[str, Assignment]:
    found = {}
    for slug in slugs(course):
        with contextlib.suppress(AssignmentError):
            found[slug] = load_assignment(course.assignments / slug, course)
    return found


def _stamp(file: Path) -> tuple[int, int, int]:
    try:
        status = file.stat()
    except OSError:
        return (0, 0, 0)
    return (status.st_mtime_ns, status.st_size, status.st_ino)
