"""Tables of the gradebook, as SQLAlchemy sees them. Times are microseconds since 1970 in UTC; what comes out of a column has an offset.

Migrations make these tables (migrations/versions); a test holds both equal. Rows of submissions, grades, extensions, overrides, comments,
batches, the journal and the chain's are never changed: triggers of the database refuse it (migrations/immutable.py).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, Boolean, Float, ForeignKey, Index, Integer, LargeBinary, MetaData, Text, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


def microseconds(moment: dt.datetime) -> int:
    """A time with an offset -> microseconds since 1970. One without is taken as UTC: nothing of ours makes such."""
    return ((moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)) - EPOCH) // _MICROSECOND


def moment_of(count: int) -> dt.datetime:
    return EPOCH + dt.timedelta(microseconds=count)


class Moment(TypeDecorator[dt.datetime]):
    """A time as an integer: exact, sortable and the same on every engine."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else microseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        return None if value is None else moment_of(int(value))


class Line(TypeDecorator[str]):
    """Text from anywhere. NUL, which PostgreSQL refuses, and halves of surrogate pairs, which UTF-8 can't say, become U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else plain(value)


def plain(text: str) -> str:
    """The text as both engines keep it."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in text)
    return text


class Base(DeclarativeBase):
    """Base of all tables. Constraints get names, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {str: Line, dt.datetime: Moment, int: BigInteger, float: Float(53), bool: Boolean, bytes: LargeBinary}


# SQLite counts by itself only what it calls INTEGER. With AUTOINCREMENT it never gives a number twice, nor after a deletion: the order
# of numbers is the order of things, whatever the clock says.
_NUMBER = BigInteger().with_variant(Integer(), "sqlite")
_COUNTED = {"sqlite_autoincrement": True}


class StudentRow(Base):
    __tablename__ = "students"
    __table_args__ = (_COUNTED,)
    id: Mapped[int] = mapped_column(_NUMBER, primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(index=True)  # names.name_key
    email: Mapped[str]
    email_key: Mapped[str] = mapped_column(index=True)  # in lower case
    section: Mapped[str]
    enrolled: Mapped[bool]


class IdentityRow(Base):
    """Who a student is in another system."""

    __tablename__ = "identities"
    system: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True, index=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("students.id"), index=True)


class TokenRow(Base):
    __tablename__ = "tokens"
    student_id: Mapped[int] = mapped_column(ForeignKey("students.id"), primary_key=True, autoincrement=False)
    key: Mapped[bytes] = mapped_column(unique=True)  # sha256 of the token
    made_at: Mapped[dt.datetime]


class MemberRow(Base):
    """Who is in which group of an assignment. One group a student and assignment."""

    __tablename__ = "members"
    assignment: Mapped[str] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("students.id"), primary_key=True, autoincrement=False, index=True)
    name: Mapped[str]


class ExtensionRow(Base):
    __tablename__ = "extensions"
    __table_args__ = (_COUNTED,)
    id: Mapped[int] = mapped_column(_NUMBER, primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("students.id"), index=True)
    assignment: Mapped[str]
    until: Mapped[dt.datetime | None]
    reason: Mapped[str]
    author: Mapped[str]
    at: Mapped[dt.datetime]


class SubmissionRow(Base):
    __tablename__ = "submissions"
    __table_args__ = (
        UniqueConstraint("student_id", "assignment", "number"),
        UniqueConstraint("student_id", "assignment", "identity"),
        _COUNTED,
    )
    id: Mapped[int] = mapped_column(_NUMBER, primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("students.id"))
    assignment: Mapped[str] = mapped_column(index=True)
    number: Mapped[int]
    received_at: Mapped[dt.datetime | None]
    stored_at: Mapped[dt.datetime]
    origin: Mapped[str]
    label: Mapped[str]
    filename: Mapped[str]
    content: Mapped[str] = mapped_column(index=True)
    receipt: Mapped[str]
    identity: Mapped[str]  # content and time: the same again is the same submission


class GradeRow(Base):
    __tablename__ = "grades"
    __table_args__ = (Index("ix_grades_submission_id_id", "submission_id", "id"), Index("ix_grades_key_id", "key", "id"), _COUNTED)
    id: Mapped[int] = mapped_column(_NUMBER, primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    at: Mapped[dt.datetime]
    score: Mapped[float]
    max_score: Mapped[float]
    decided: Mapped[bool]
    verdict: Mapped[str]
    message: Mapped[str]
    message_ko: Mapped[str]
    file: Mapped[str | None]
    line: Mapped[int | None]
    device: Mapped[str]
    seed_id: Mapped[str]
    key: Mapped[str]
    record: Mapped[str]
    evidence: Mapped[str]
    checks: Mapped[str]  # JSON of CheckSummary
    same_as: Mapped[int | None]  # no foreign key: the other one may have been forgotten
    why: Mapped[str]
    author: Mapped[str]
    cpu_s: Mapped[float]
    wall_s: Mapped[float]


class OverrideRow(Base):
    __tablename__ = "overrides"
    __table_args__ = (_COUNTED,)
    id: Mapped[int] = mapped_column(_NUMBER, primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("students.id"), index=True)
    assignment: Mapped[str]
    points: Mapped[float | None]
    reason: Mapped[str]
    author: Mapped[str]
    at: Mapped[dt.datetime]


class CommentRow(Base):
    __tablename__ = "comments"
    __table_args__ = (_COUNTED,)
    id: Mapped[int] = mapped_column(_NUMBER, primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("students.id"), index=True)
    assignment: Mapped[str]
    text: Mapped[str]
    author: Mapped[str]
    at: Mapped[dt.datetime]
    private: Mapped[bool]


class BatchRow(Base):
    __tablename__ = "batches"
    __table_args__ = (_COUNTED,)
    id: Mapped[int] = mapped_column(_NUMBER, primary_key=True)
    at: Mapped[dt.datetime]
    arguments: Mapped[str]  # JSON


class JournalRow(Base):
    __tablename__ = "journal"
    __table_args__ = (_COUNTED,)
    id: Mapped[int] = mapped_column(_NUMBER, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"), index=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), index=True)
    state: Mapped[str]
    attempt: Mapped[int]
    text: Mapped[str]
    at: Mapped[dt.datetime]


class ErasureRow(Base):
    """A deletion of personal data: who, when, why, how much; not whose. While one is `open`, its transaction may delete."""

    __tablename__ = "erasures"
    __table_args__ = (_COUNTED,)
    id: Mapped[int] = mapped_column(_NUMBER, primary_key=True)
    at: Mapped[dt.datetime]
    author: Mapped[str]
    reason: Mapped[str]
    submissions: Mapped[int]
    grades: Mapped[int]
    open: Mapped[bool]
    pending: Mapped[str]  # JSON: contents that nobody uses any more and that are still to be deleted


class LinkRow(Base):
    """One link of the chain (links.py). Never changed, and never deleted: it says nothing of anybody."""

    __tablename__ = "links"
    __table_args__ = (UniqueConstraint("kind", "subject"),)
    number: Mapped[int] = mapped_column(_NUMBER, primary_key=True, autoincrement=False)
    previous: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[int]
    at: Mapped[dt.datetime]
    sealed: Mapped[str]
    hash: Mapped[str]


class SealRow(Base):
    """What a link vouches for. Deleted with what it is about."""

    __tablename__ = "seals"
    number: Mapped[int] = mapped_column(ForeignKey("links.number"), primary_key=True, autoincrement=False)
    document: Mapped[str]  # JSON of a Seal


class LeaseRow(Base):
    """Who works on something that only one may do at a time, and until when unless it says again that it is alive."""

    __tablename__ = "leases"
    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[dt.datetime]
