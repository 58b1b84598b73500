"""nbgrader: what counts -> the CSV that `nbgrader export` writes, column for column, for tools that read that."""

from __future__ import annotations

import datetime as dt

from grader.export import table_text
from grader.export.people import split_name
from grader.export.record import Exported, File, Material
from grader.gradebook.records import FULL_POINTS

HEAD = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)


def write(material: Material) -> Exported:
    """A row for every student and assignment, also where nothing came (0 points, as nbgrader has it) or nothing is graded yet (empty)."""
    rows: list[tuple[str | float | None, ...]] = [HEAD]
    for standing in material.standings:
        raw, points = standing.raw_points, standing.points
        if standing.state == "missing":
            raw, points = raw or 0.0, points or 0.0
        last, first = split_name(standing.student.name)
        penalty = None if raw is None or points is None else max(0.0, raw - points) if standing.override is None else 0.0
        received = standing.submission.received_at if standing.submission else None
        rows.append(
            (
                standing.assignment,
                _time(material.due.get(standing.assignment)),
                _time(received),
                standing.student.login,
                last,
                first,
                standing.student.email,
                raw,
                penalty,
                points,
                FULL_POINTS,
            )
        )
    return Exported(files=(File(name="nbgrader.csv", content=table_text.write(rows)),), rows=len(rows) - 1)


def _time(moment: dt.datetime | None) -> str:
    """In UTC without an offset, as nbgrader's database keeps it."""
    return "" if moment is None else moment.astimezone(dt.UTC).replace(tzinfo=None).isoformat(sep=" ")
