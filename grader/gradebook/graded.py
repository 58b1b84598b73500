"""Graded: Grades -> StoredGrades, one transaction each with its link of the chain, and back. None is ever changed: a regrade is another
one, and the latest counts.

"Latest" goes by number and not by the clock, which may be set back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, func, insert, select

from grader.gradebook.chain import add
from grader.gradebook.models import GradeRow, StudentRow, SubmissionRow, plain
from grader.gradebook.records import CheckSummary, StoredGrade, Submission
from grader.gradebook.shelf import Shelf, among, now, portions
from grader.records import Grade
from grader.score.by_hand import AWAITS, kept
from grader.toolchain import UsageError

_CHECKS = msgspec.json.Decoder(tuple[CheckSummary, ...])
_COLUMNS: tuple[Any, ...] = (
    GradeRow.id,
    GradeRow.submission_id,
    StudentRow.login,
    SubmissionRow.assignment,
    GradeRow.at,
    GradeRow.score,
    GradeRow.max_score,
    GradeRow.verdict,
    GradeRow.message,
    GradeRow.message_ko,
    GradeRow.file,
    GradeRow.line,
    GradeRow.device,
    GradeRow.seed_id,
    GradeRow.key,
    GradeRow.record,
    GradeRow.evidence,
    GradeRow.checks,
    GradeRow.same_as,
    GradeRow.why,
    GradeRow.author,
    GradeRow.cpu_s,
    GradeRow.wall_s,
)


class Graded(Shelf):
    """Grades."""

    def known(self, keys: Iterable[str]) -> dict[str, StoredGrade]:
        """The first decided grade of each content address that has one."""
        found = {}
        with self.database.reading() as connection:
            for part in portions({key for key in keys if key}):
                mine = GradeRow.checks.not_like('%"by":"%')  # what a person gave for one's work is nobody else's
                first = select(func.min(GradeRow.id)).where(GradeRow.key.in_(part), GradeRow.decided, mine).group_by(GradeRow.key)
                for row in connection.execute(grades_query().where(GradeRow.id.in_(first))):
                    grade = grade_of(row)
                    found[grade.key] = grade
        return found

    def store(
        self,
        submission: Submission,
        grade: Grade,
        *,
        evidence: str = "",
        same_as: int | None = None,
        why: str = "graded",
        author: str = "",
        cpu_s: float = 0,
        wall_s: float = 0,
        keep: bool = True,
    ) -> StoredGrade:
        """Keeps a grade, synced to disk when this returns. With `keep`, points that a person gave earlier stay in it
        (score/by_hand.py). What is kept of the whole Grade holds no label: equal grades of many people are one file, and none names
        another's."""
        if keep:
            grade = self._with_points_by_hand(submission, grade)
        grade, record = _encoded(msgspec.structs.replace(grade, submission=""))
        stored = StoredGrade(
            id=0,
            submission=submission.id,
            student=submission.student,
            assignment=submission.assignment,
            at=now(),
            score=grade.score,
            max_score=grade.max_score,
            verdict=grade.verdict,
            message=plain(grade.message),
            message_ko=plain(grade.message_ko),
            file=None if grade.file is None else plain(grade.file),
            line=grade.line,
            device=grade.device,
            seed_id=grade.seed_id,
            key=grade.digest,
            record="",
            evidence=evidence,
            checks=summaries(grade),
            same_as=same_as,
            why=plain(why),
            author=plain(author),
            cpu_s=cpu_s,
            wall_s=wall_s,
        )
        with self.database.writing() as connection:
            self.database.alone(connection, "files", shared=True)
            stored = msgspec.structs.replace(stored, record=self.blobs.put(record))
            made = connection.execute(insert(GradeRow).returning(GradeRow.id), [row_of(stored)]).scalar_one()
            add(self.database, connection, "grade", made, grounds=grade.grounds)
        return msgspec.structs.replace(stored, id=made)

    def grades(
        self, *, student: str | None = None, assignment: str | None = None, submission: int | None = None, every: bool = False
    ) -> list[StoredGrade]:
        """The latest of each submission, or every one, in the order in which they were stored."""
        conditions: list[ColumnElement[bool]] = []
        if student is not None:
            conditions.append(StudentRow.login == student)
        if assignment is not None:
            conditions.append(SubmissionRow.assignment == assignment)
        if submission is not None:
            conditions.append(SubmissionRow.id == submission)
        query = grades_query().where(*conditions).order_by(GradeRow.id)
        if not every:
            query = query.where(latest(*conditions))
        with self.database.reading() as connection:
            return [grade_of(row) for row in connection.execute(query)]

    def grade(self, id: int) -> StoredGrade | None:
        """The one of that number."""
        with self.database.reading() as connection:
            row = connection.execute(grades_query().where(GradeRow.id == id)).first()
        return None if row is None else grade_of(row)

    def _with_points_by_hand(self, submission: Submission, grade: Grade) -> Grade:
        """With what a person gave for this submission, or for equal answers in an earlier one of the same student."""
        if any(check.by for check in grade.checks):
            return grade
        earlier = self.grades(submission=submission.id)
        if not earlier and any(check.verdict == AWAITS for check in grade.checks):
            earlier = self.grades(student=submission.student, assignment=submission.assignment)
        if not earlier or not any(check.by for check in earlier[-1].checks):
            return grade
        return kept(grade, self.full(earlier[-1]), same_work=earlier[-1].submission == submission.id)

    def full(self, stored: StoredGrade) -> Grade:
        """The whole grade as it was given. Raises HarnessError if its record is gone or damaged."""
        with self.database.reading() as connection:
            label = connection.execute(select(SubmissionRow.label).where(SubmissionRow.id == stored.submission)).scalar()
        if label is None:
            raise UsageError(f"there is no submission number {stored.submission} in the gradebook")
        return msgspec.structs.replace(msgspec.json.decode(self.blobs.get(stored.record), type=Grade), submission=label)


def summaries(grade: Grade) -> tuple[CheckSummary, ...]:
    return tuple(
        CheckSummary(
            id=c.id,
            title=c.title,
            title_ko=c.title_ko,
            category=c.category,
            points=c.points,
            max_points=c.max_points,
            outcome=c.outcome,
            verdict=c.verdict,
            hidden=c.hidden,
            by=c.by or None,
        )
        for c in grade.checks
    )


_OTHER = GradeRow.__table__.alias("latest_grade")


def latest(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a grade is the latest of its submission, among the submissions that `conditions` name: the fewer, the sooner answered."""
    if not conditions:
        return _latest()
    of = select(SubmissionRow.id).join(StudentRow, StudentRow.id == SubmissionRow.student_id).where(*conditions)
    return _latest(_OTHER.c.submission_id.in_(of))


def latest_of(connection: Connection, submissions: Sequence[int]) -> ColumnElement[bool]:
    """The same among submissions named by their numbers."""
    return _latest(among(connection, _OTHER.c.submission_id, submissions))


def _latest(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return GradeRow.id.in_(select(func.max(_OTHER.c.id)).where(*conditions).group_by(_OTHER.c.submission_id))


def grades_query() -> Select[Any]:
    return (
        select(*_COLUMNS)
        .join(SubmissionRow, SubmissionRow.id == GradeRow.submission_id)
        .join(StudentRow, StudentRow.id == SubmissionRow.student_id)
    )


def grade_of(row: Any) -> StoredGrade:
    id, submission, student, assignment, at, score, max_score, verdict, message, message_ko, file, line, *rest = row
    device, seed_id, key, record, evidence, checks, same_as, why, author, cpu_s, wall_s = rest
    return StoredGrade(
        id=id,
        submission=submission,
        student=student,
        assignment=assignment,
        at=at,
        score=score,
        max_score=max_score,
        verdict=verdict,
        message=message,
        message_ko=message_ko,
        file=file,
        line=line,
        device=device,
        seed_id=seed_id,
        key=key,
        record=record,
        evidence=evidence,
        checks=_CHECKS.decode(checks),
        same_as=same_as,
        why=why,
        author=author,
        cpu_s=cpu_s,
        wall_s=wall_s,
    )


def row_of(stored: StoredGrade) -> dict[str, Any]:
    """The row of a new grade; its number is the database's to give."""
    return {
        "submission_id": stored.submission,
        "at": stored.at,
        "score": stored.score,
        "max_score": stored.max_score,
        "decided": stored.decided,
        "verdict": stored.verdict,
        "message": stored.message,
        "message_ko": stored.message_ko,
        "file": stored.file,
        "line": stored.line,
        "device": stored.device,
        "seed_id": stored.seed_id,
        "key": stored.key,
        "record": stored.record,
        "evidence": stored.evidence,
        "checks": msgspec.json.encode(stored.checks).decode(),
        "same_as": stored.same_as,
        "why": stored.why,
        "author": stored.author,
        "cpu_s": stored.cpu_s,
        "wall_s": stored.wall_s,
    }


def _encoded(grade: Grade) -> tuple[Grade, bytes]:
    """The grade and its JSON. A student's program may print halves of characters, which JSON can't hold: they become U+FFFD in both."""
    try:
        return grade, msgspec.json.encode(grade)
    except UnicodeEncodeError:
        grade = msgspec.convert(_cleaned(msgspec.to_builtins(grade)), Grade)
        return grade, msgspec.json.encode(grade)


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {_cleaned(name): _cleaned(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(each) for each in value]
    return value
