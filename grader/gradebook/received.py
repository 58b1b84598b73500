"""Received: what people handed in -> Submissions, each once, with the bytes in the Blobs. Never changed."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select

from grader.gradebook.models import StudentRow, SubmissionRow, microseconds
from grader.gradebook.names import check_login
from grader.gradebook.people import unknown_student
from grader.gradebook.records import Submission
from grader.gradebook.shelf import Shelf, now
from grader.toolchain import UsageError

_COLUMNS: tuple[Any, ...] = (
    SubmissionRow.id,
    StudentRow.login,
    SubmissionRow.assignment,
    SubmissionRow.number,
    SubmissionRow.received_at,
    SubmissionRow.origin,
    SubmissionRow.label,
    SubmissionRow.filename,
    SubmissionRow.content,
    SubmissionRow.receipt,
)


class Received(Shelf):
    """Submissions."""

    def receive(
        self,
        student: str,
        assignment: str,
        content: bytes,
        *,
        filename: str,
        received_at: dt.datetime | None,
        origin: str,
        label: str,
        receipt: str = "",
        again: bool = False,
    ) -> Submission:
        """Keeps it, synced to disk when this returns. The same student, assignment, content and time again is the submission that is there
        already. Without a time, and with `again`, what isn't the latest one's content is a new submission even if an earlier one had it:
        who goes back to an old version has handed that in. A login that nobody has is added as not enrolled."""
        student = check_login(student)
        if not assignment:
            raise UsageError("a submission is of some assignment; name it")
        digest = hashlib.sha256(content).hexdigest()
        identity = f"{digest}@{'' if received_at is None else microseconds(received_at)}"
        with self.database.writing() as connection:
            self.database.alone(connection, "files", shared=True)  # the file below isn't yet anybody's: none may be cleared away now
            # with the student's row held, numbers come without gaps
            who = connection.execute(select(StudentRow.id).where(StudentRow.login == student).with_for_update()).scalar()
            if who is None:
                self.database.alone(connection, "roster")
                who = connection.execute(select(StudentRow.id).where(StudentRow.login == student).with_for_update()).scalar()
                who = unknown_student(connection, student) if who is None else who
            mine = (SubmissionRow.student_id == who, SubmissionRow.assignment == assignment)
            known = connection.execute(submissions_query().where(*mine, SubmissionRow.identity == identity)).first()
            number = 1 + (connection.execute(select(func.max(SubmissionRow.number)).where(*mine)).scalar() or 0)
            if again and received_at is None and number > 1:
                last = connection.execute(submissions_query().where(*mine, SubmissionRow.number == number - 1)).one()
                if submission_of(last).content == digest:
                    return submission_of(last)
                identity, known = (f"{identity}#{number}", None) if known is not None else (identity, None)
            if known is not None:
                return submission_of(known)
            self.blobs.put(content)
            row = {
                "student_id": who,
                "assignment": assignment,
                "number": number,
                "received_at": received_at,
                "stored_at": now(),
                "origin": origin,
                "label": label,
                "filename": filename,
                "content": digest,
                "receipt": receipt,
                "identity": identity,
            }
            made = connection.execute(insert(SubmissionRow).returning(SubmissionRow.id), [row]).scalar_one()
            return _one(connection, made)

    def submissions(self, *, student: str | None = None, assignment: str | None = None) -> list[Submission]:
        """In the order in which they were stored."""
        query = submissions_query().order_by(SubmissionRow.id)
        if student is not None:
            query = query.where(StudentRow.login == student)
        if assignment is not None:
            query = query.where(SubmissionRow.assignment == assignment)
        with self.database.reading() as connection:
            return [submission_of(row) for row in connection.execute(query)]

    def submission(self, id: int) -> Submission:
        """Raises UsageError if there is none of that number."""
        with self.database.reading() as connection:
            return _one(connection, id)

    def content(self, submission: Submission) -> bytes:
        """The bytes that were handed in."""
        return self.blobs.get(submission.content)


def submissions_query() -> Select[Any]:
    return select(*_COLUMNS).join(StudentRow, StudentRow.id == SubmissionRow.student_id)


def submission_of(row: Any) -> Submission:
    id, student, assignment, number, received_at, origin, label, filename, content, receipt = row
    return Submission(
        id=id,
        student=student,
        assignment=assignment,
        number=number,
        received_at=received_at,
        origin=origin,
        label=label,
        filename=filename,
        content=content,
        receipt=receipt,
    )


def _one(connection: Connection, id: int) -> Submission:
    row = connection.execute(submissions_query().where(SubmissionRow.id == id)).first()
    if row is None:
        raise UsageError(f"there is no submission number {id} in the gradebook")
    return submission_of(row)
