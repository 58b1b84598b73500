"""Remarks: what staff say after a grade: overrides and comments, each with author and time. Later ones are added, none is changed."""

from __future__ import annotations

import math
from typing import Any

from sqlalchemy import Connection, func, insert, select

from grader.gradebook.chain import add
from grader.gradebook.models import CommentRow, OverrideRow, StudentRow, plain
from grader.gradebook.records import FULL_POINTS, Comment, Override
from grader.gradebook.shelf import Shelf, now, said
from grader.toolchain import UsageError

_OVERRIDE = (
    OverrideRow.id,
    StudentRow.login,
    OverrideRow.assignment,
    OverrideRow.points,
    OverrideRow.reason,
    OverrideRow.author,
    OverrideRow.at,
)
_COMMENT = (
    CommentRow.id,
    StudentRow.login,
    CommentRow.assignment,
    CommentRow.text,
    CommentRow.author,
    CommentRow.at,
    CommentRow.private,
)


class Remarks(Shelf):
    """Overrides and comments."""

    def override(self, student: str, assignment: str, points: float | None, *, reason: str, author: str) -> Override:
        """Points of FULL_POINTS in place of the computed ones; None takes an earlier override back. Raises UsageError for points outside
        of 0 … FULL_POINTS, for nobody's login, without reason or author, or if there is none to take back."""
        if points is not None and not (math.isfinite(points) and 0 <= points <= FULL_POINTS):
            raise UsageError(f"points must lie between 0 and {FULL_POINTS:g}, and {points:g} doesn't")
        row: dict[str, Any] = {
            "assignment": assignment,
            "points": points,
            "reason": said(reason, "why"),
            "author": said(author, "who does it"),
            "at": now(),
        }
        with self.database.writing() as connection:
            who = self._student_id(connection, student)
            if points is None and not read_overrides(connection, who, assignment):
                raise UsageError(f"{student} has no override in {assignment} to take back")
            made = connection.execute(insert(OverrideRow).returning(OverrideRow.id), [{**row, "student_id": who}]).scalar_one()
            add(self.database, connection, "override", made)
            return Override(
                id=made,
                student=student,
                assignment=assignment,
                points=points,
                reason=plain(row["reason"]),
                author=row["author"],
                at=row["at"],
            )

    def overrides(self, *, student: str | None = None, assignment: str | None = None, every: bool = False) -> list[Override]:
        """Those in force, or every one, also those that take back."""
        with self.database.reading() as connection:
            who = None if student is None else self._student_id(connection, student)
            return read_overrides(connection, who, assignment, every=every)

    def comment(self, student: str, assignment: str, text: str, *, author: str, private: bool = False) -> Comment:
        """A remark on a student's work. Private ones are for staff."""
        row: dict[str, Any] = {
            "assignment": assignment,
            "text": plain(said(text, "what")),
            "author": said(author, "who says it"),
            "at": now(),
            "private": private,
        }
        with self.database.writing() as connection:
            who = self._student_id(connection, student)
            made = connection.execute(insert(CommentRow).returning(CommentRow.id), [{**row, "student_id": who}]).scalar_one()
            return Comment(
                id=made, student=student, assignment=assignment, text=row["text"], author=row["author"], at=row["at"], private=private
            )

    def comments(self, *, student: str | None = None, assignment: str | None = None) -> list[Comment]:
        """In order."""
        with self.database.reading() as connection:
            return read_comments(connection, None if student is None else self._student_id(connection, student), assignment)


def read_overrides(connection: Connection, who: int | None, assignment: str | None, *, every: bool = False) -> list[Override]:
    query = select(*_OVERRIDE).join(StudentRow, StudentRow.id == OverrideRow.student_id).order_by(OverrideRow.id)
    if assignment is not None:
        query = query.where(OverrideRow.assignment == assignment)
    if not every:
        last = select(func.max(OverrideRow.id)).group_by(OverrideRow.student_id, OverrideRow.assignment)
        query = query.where(OverrideRow.id.in_(last), OverrideRow.points.is_not(None))
    if who is not None:
        query = query.where(OverrideRow.student_id == who)
    return [
        Override(id=id, student=login, assignment=slug, points=points, reason=reason, author=author, at=at)
        for id, login, slug, points, reason, author, at in connection.execute(query)
    ]


def read_comments(connection: Connection, who: int | None, assignment: str | None) -> list[Comment]:
    query = select(*_COMMENT).join(StudentRow, StudentRow.id == CommentRow.student_id).order_by(CommentRow.id)
    if assignment is not None:
        query = query.where(CommentRow.assignment == assignment)
    if who is not None:
        query = query.where(CommentRow.student_id == who)
    return [
        Comment(id=id, student=login, assignment=slug, text=text, author=author, at=at, private=private)
        for id, login, slug, text, author, at, private in connection.execute(query)
    ]
