"""Arrangements: who works together in an assignment, and who may hand in later than the others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from grader.gradebook.chain import add
from grader.gradebook.models import ExtensionRow, MemberRow, StudentRow, plain
from grader.gradebook.records import Extension
from grader.gradebook.shelf import Shelf, now, said
from grader.toolchain import UsageError

_EXTENSION = (
    StudentRow.login,
    ExtensionRow.assignment,
    ExtensionRow.until,
    ExtensionRow.reason,
    ExtensionRow.author,
    ExtensionRow.at,
)


class Arrangements(Shelf):
    """Groups and extensions."""

    def set_group(self, assignment: str, name: str, logins: Sequence[str]) -> None:
        """These and nobody else are the group; nobody dissolves it. What one of them hands in counts for all. Raises UsageError for
        somebody who is in another group of that assignment."""
        name = said(name, "what the group is called")
        with self.database.writing() as connection:
            members = {self._student_id(connection, login): login for login in logins}
            connection.execute(delete(MemberRow).where(MemberRow.assignment == assignment, MemberRow.name == name))
            elsewhere = connection.execute(
                select(MemberRow.student_id, MemberRow.name).where(MemberRow.assignment == assignment, MemberRow.student_id.in_(members))
            ).first()
            if elsewhere is not None:
                raise UsageError(
                    f"{members[elsewhere[0]]} is in the group {elsewhere[1]!r} of {assignment}; take them out of that one first"
                )
            if members:
                connection.execute(insert(MemberRow), [{"assignment": assignment, "student_id": who, "name": name} for who in members])

    def groups(self, assignment: str) -> dict[str, tuple[str, ...]]:
        """Name -> logins, both in order."""
        with self.database.reading() as connection:
            return read_groups(connection, assignment).get(assignment, {})

    def extend(self, login: str, assignment: str, until: dt.datetime | None, *, reason: str, author: str) -> Extension:
        """A later due date for one student; None takes it back. Raises UsageError for a time without an offset, or nothing to take back."""
        if until is not None and until.tzinfo is None:
            raise UsageError(f"{until} has no offset; write it as {until.isoformat()}+09:00")
        row: dict[str, Any] = {
            "assignment": assignment,
            "until": until,
            "reason": said(reason, "why"),
            "author": said(author, "who grants it"),
            "at": now(),
        }
        with self.database.writing() as connection:
            who = self._student_id(connection, login)
            if until is None and not read_extensions(connection, who, assignment):
                raise UsageError(f"{login} has no extension in {assignment} to take back")
            made = connection.execute(insert(ExtensionRow).returning(ExtensionRow.id), [{**row, "student_id": who}]).scalar_one()
            add(self.database, connection, "extension", made)
        return Extension(
            student=login,
            assignment=assignment,
            until=None if until is None else until.astimezone(dt.UTC),
            reason=plain(row["reason"]),
            author=row["author"],
            at=row["at"],
        )

    def extensions(self, *, student: str | None = None, assignment: str | None = None) -> list[Extension]:
        """Those in force: the latest of each student and assignment, unless it takes back."""
        with self.database.reading() as connection:
            return read_extensions(connection, None if student is None else self._student_id(connection, student), assignment)


def read_groups(connection: Connection, assignment: str | None = None) -> dict[str, dict[str, tuple[str, ...]]]:
    """Assignment -> name -> logins."""
    query = select(MemberRow.assignment, MemberRow.name, StudentRow.login).join(StudentRow, StudentRow.id == MemberRow.student_id)
    if assignment is not None:
        query = query.where(MemberRow.assignment == assignment)
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for slug, name, login in connection.execute(query.order_by(MemberRow.name, StudentRow.login)):
        groups = found.setdefault(slug, {})
        groups[name] = (*groups.get(name, ()), login)
    return found


def read_extensions(connection: Connection, who: int | None, assignment: str | None) -> list[Extension]:
    last = select(func.max(ExtensionRow.id)).group_by(ExtensionRow.student_id, ExtensionRow.assignment)
    query = select(*_EXTENSION).join(StudentRow, StudentRow.id == ExtensionRow.student_id).order_by(ExtensionRow.id)
    query = query.where(ExtensionRow.id.in_(last), ExtensionRow.until.is_not(None))
    if assignment is not None:
        query = query.where(ExtensionRow.assignment == assignment)
    if who is not None:
        query = query.where(ExtensionRow.student_id == who)
    return [
        Extension(student=login, assignment=slug, until=until, reason=reason, author=author, at=at)
        for login, slug, until, reason, author, at in connection.execute(query)
    ]
