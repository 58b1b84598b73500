"""Privacy: a student, or a date -> their data deleted, from the database and the files, with a record of who did it and why, not of whom.

The rows go in one transaction, which also names the files that they needed; those that nobody else needs are deleted after it. If the
machine stops in between, the next deletion finishes what that record still names. The chain keeps its links, which say nothing of anybody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, or_, select, text, update

from grader.gradebook.chain import forget
from grader.gradebook.contents import NO_SIGHTINGS, needed, of_submissions
from grader.gradebook.links import Kind
from grader.gradebook.models import (
    BatchRow,
    CommentRow,
    ErasureRow,
    ExtensionRow,
    GradeRow,
    IdentityRow,
    JournalRow,
    LeaseRow,
    MemberRow,
    OverrideRow,
    StudentRow,
    SubmissionRow,
    TokenRow,
)
from grader.gradebook.records import Forgotten
from grader.gradebook.shelf import Shelf, now, portions, said
from grader.toolchain import UsageError

_REMARKS: tuple[Any, ...] = (OverrideRow, CommentRow, ExtensionRow)
_LINKED: dict[Any, Kind] = {GradeRow: "grade", OverrideRow: "override", ExtensionRow: "extension"}
_Gone = dict[Kind, list[int]]  # numbers of what was deleted, by what it was


class Privacy(Shelf):
    """Deletion."""

    def forget(self, login: str, *, author: str, reason: str) -> Forgotten:
        """Deletes everything of one student: person, token, submissions, grades, remarks, files that nobody else's work shares. Raises
        UsageError if work of theirs counts for others of a group, or a batch is running."""
        author, reason = said(author, "who deletes"), said(reason, "why")
        with self.database.writing() as connection:
            self._alone(connection)
            who = self._student_id(connection, login)
            _refuse_shared(connection, login, who)
            mine = list(connection.execute(select(SubmissionRow.id).where(SubmissionRow.student_id == who)).scalars())
            erasure, gone = self._erase(connection, mine, author, reason)
            grades = len(gone["grade"])
            remarks = sum(_delete(connection, table, table.student_id == who, gone) for table in _REMARKS)
            for table in (MemberRow, TokenRow, IdentityRow):
                connection.execute(delete(table).where(table.student_id == who))
            connection.execute(delete(StudentRow).where(StudentRow.id == who))
            self._close(connection, erasure, gone)
        files = self._finish(erasure)
        return Forgotten(login=login, submissions=len(mine), grades=grades, remarks=remarks, files=files)

    def expire(self, before: dt.datetime, *, dry_run: bool = False) -> int:
        """Deletes submissions that came before a moment (or, if nobody knows when, were stored before it) with their grades, and remarks
        that are older; then whoever isn't enrolled and has nothing left. Returns how many submissions it deleted. `dry_run`: only count."""
        if before.tzinfo is None:
            raise UsageError(f"{before} has no offset; write it as {before.isoformat()}+09:00")
        with self.database.writing() as connection:
            self._alone(connection)
            came = func.coalesce(SubmissionRow.received_at, SubmissionRow.stored_at)
            old = list(connection.execute(select(SubmissionRow.id).where(came < before)).scalars())
            if dry_run:
                return len(old)
            erasure, gone = self._erase(connection, old, "retention", f"what came before {before.isoformat()}")
            for table in _REMARKS:
                _delete(connection, table, table.at < before, gone)
            kept = exists().where(JournalRow.batch_id == BatchRow.id)
            connection.execute(delete(BatchRow).where(BatchRow.at < before, ~kept))
            left = or_(*(exists().where(table.student_id == StudentRow.id) for table in (SubmissionRow, *_REMARKS, MemberRow)))
            nobody = list(connection.execute(select(StudentRow.id).where(~StudentRow.enrolled, ~left)).scalars())
            for part in portions(nobody):
                for table in (TokenRow, IdentityRow):
                    connection.execute(delete(table).where(table.student_id.in_(part)))
                connection.execute(delete(StudentRow).where(StudentRow.id.in_(part)))
            self._close(connection, erasure, gone)
        self._finish(erasure)
        return len(old)

    def _alone(self, connection: Connection) -> None:
        """Nobody stores meanwhile; a batch, whose workers keep arrays that no row names yet, mustn't run at all."""
        self.database.alone(connection, "files")
        held = connection.execute(select(LeaseRow.name, LeaseRow.holder).where(LeaseRow.until > now())).first()
        if held is not None:
            raise UsageError(f"{held[0]} is at work ({held[1]}); delete when it has ended")

    def _erase(self, connection: Connection, submissions: Sequence[int], author: str, reason: str) -> tuple[int, _Gone]:
        """Opens a deletion and deletes these. Returns its number and which grades went."""
        files = of_submissions(connection, self.blobs, submissions)
        row = {"at": now(), "author": author, "reason": reason, "submissions": len(submissions), "grades": 0, "open": True}
        row["pending"] = msgspec.json.encode(sorted(files)).decode()
        erasure = int(connection.execute(insert(ErasureRow).returning(ErasureRow.id), [row]).scalar_one())
        gone: _Gone = {"grade": [], "override": [], "extension": []}
        for part in portions(submissions):
            connection.execute(delete(JournalRow).where(JournalRow.submission_id.in_(part)))
            _delete(connection, GradeRow, GradeRow.submission_id.in_(part), gone)
            connection.execute(delete(SubmissionRow).where(SubmissionRow.id.in_(part)))
        connection.execute(update(ErasureRow).where(ErasureRow.id == erasure).values(grades=len(gone["grade"])))
        return erasure, gone

    def _close(self, connection: Connection, erasure: int, gone: _Gone) -> None:
        forget(self.database, connection, erasure, gone)
        connection.execute(update(ErasureRow).where(ErasureRow.id == erasure).values(open=False))

    def _finish(self, erasure: int) -> int:
        """Deletes the files that deletions have left to be deleted. Returns how many of this one went."""
        count = 0
        with self.database.writing() as connection:
            self.database.alone(connection, "files")
            left = connection.execute(select(ErasureRow.id, ErasureRow.pending).where(ErasureRow.pending != "[]")).all()
            if left:
                used = needed(connection, self.blobs, [])
                for number, pending in left:
                    for digest in set(msgspec.json.decode(pending, type=list[str])) - used:
                        count += number == erasure and self.blobs.has(digest)
                        self.blobs.drop(digest)
                (self.blobs.folder / NO_SIGHTINGS).unlink(missing_ok=True)  # it names records by their digests
                connection.execute(update(ErasureRow).where(ErasureRow.pending != "[]").values(pending="[]"))
        if self.database.kind == "sqlite":
            with self.database.outside() as connection:  # what was deleted still stands in the log
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        return count


def _delete(connection: Connection, table: Any, which: ColumnElement[bool], gone: _Gone) -> int:
    """Deletes such rows, and notes the numbers of those that are linked. How many."""
    if (kind := _LINKED.get(table)) is not None:
        gone[kind] += connection.execute(select(table.id).where(which)).scalars()
    return connection.execute(delete(table).where(which)).rowcount


def _refuse_shared(connection: Connection, login: str, who: int) -> None:
    groups = select(MemberRow.assignment, MemberRow.name).where(MemberRow.student_id == who)
    for slug, name in connection.execute(groups):
        others = connection.execute(
            select(StudentRow.login)
            .join(MemberRow, MemberRow.student_id == StudentRow.id)
            .where(MemberRow.assignment == slug, MemberRow.name == name, MemberRow.student_id != who)
        ).scalars()
        handed_in = exists().where(SubmissionRow.student_id == who, SubmissionRow.assignment == slug)
        if (mates := sorted(others)) and connection.execute(select(handed_in)).scalar():
            raise UsageError(
                f"what {login} handed in for {slug} counts for {', '.join(mates)} too (group {name!r}). Keep their points with "
                f"`grader override`, then take {login} out: grader gradebook group {slug} {name} {' '.join(mates)}"
            )
