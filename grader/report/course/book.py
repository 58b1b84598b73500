"""Gradebook and Course → the report's folder, brought up to date: what `grader report` and a batch call."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from grader.report.course.about import about
from grader.report.course.people import Audience, key_of
from grader.report.course.render import Rendered, render_course
from grader.report.course.sighted import recorded

if TYPE_CHECKING:
    from grader.course import Course
    from grader.gradebook.store import Gradebook

KEY = "pseudonyms.key"  # in the gradebook's folder of contents


def report_from(
    book: Gradebook,
    course: Course,
    folder: Path,
    *,
    audience: Audience = "staff",
    student: str = "",
    assignment: str = "",
    language: str = "en",
    details: bool = False,
    key: Path | None = None,
    changed_only: bool = True,
) -> Rendered:
    """`student`: a login, `assignment`: a slug. `key`: the file of the pseudonyms' key; default: one with the gradebook's contents, made on
    first use. Raises what `render_course` raises."""
    anonymous = audience == "anonymous"
    # everybody's, even for one student: what totals are out of is the same for all
    standings = book.standings(course, assignment=assignment or None)
    return render_course(
        standings,
        about(course),
        folder,
        submissions=() if anonymous else book.submissions(student=student or None, assignment=assignment or None),
        grades=() if anonymous else book.grades(student=student or None, assignment=assignment or None, every=True),
        audience=audience,
        student=student,
        assignment=assignment,
        language=language,
        full=book.full if details else None,
        sightings=recorded(book.blobs, standings) if audience == "staff" else None,
        key=key_of(key or book.blobs.folder / KEY) if anonymous else b"",
        changed_only=changed_only,
    )
