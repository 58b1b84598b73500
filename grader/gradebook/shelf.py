"""Shelf: what all parts of the Gradebook share: the database, the files, and who is meant by a login."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import msgspec
from sqlalchemy import ARRAY, BigInteger, ColumnElement, Connection, any_, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute

from grader.blobs import Blobs
from grader.gradebook.database import Database
from grader.gradebook.models import StudentRow
from grader.toolchain import UsageError

_T = TypeVar("_T")
_AT_ONCE = 5000  # values in one question: SQLite takes 32,766, PostgreSQL 65,535


class Shelf:
    """Base of the Gradebook's parts. All of it may be used from several threads at once."""

    def __init__(self, database: Database, blobs: Blobs) -> None:
        self.database = database
        self.blobs = blobs

    def _student_id(self, connection: Connection, login: str) -> int:
        """Raises UsageError with logins that look alike if there is nobody of that login."""
        found = connection.execute(select(StudentRow.id).where(StudentRow.login == login)).scalar()
        if found is None:
            known = connection.execute(select(StudentRow.login)).scalars().all()
            raise UsageError(nobody(login, known))
        return found


def nobody(who: str, known: Sequence[str]) -> str:
    """The sentence for a person that isn't there."""
    close = difflib.get_close_matches(who, known[:20_000], n=3)
    hint = f"did you mean {' or '.join(close)}?" if close else "`grader gradebook students` lists all" if known else "the roster is empty"
    return f"the gradebook knows nobody {who!r}; {hint}"


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def said(text: str, what: str) -> str:
    """A text that must not be empty, as an author or a reason."""
    if not text.strip():
        raise UsageError(f"say {what}: it is kept with the record")
    return text.strip()


def portions(values: Iterable[_T], at_once: int = _AT_ONCE) -> Iterator[list[_T]]:
    """So many at a time; by default few enough for one question to the database."""
    batch: list[_T] = []
    for value in values:
        batch.append(value)
        if len(batch) == at_once:
            yield batch
            batch = []
    if batch:
        yield batch


def among(connection: Connection, column: ColumnElement[int] | InstrumentedAttribute[int], numbers: Sequence[int]) -> ColumnElement[bool]:
    """Whether a column holds one of many numbers, which go to the database as one value: thousands of single ones take longer to read than
    to look up."""
    if connection.dialect.name == "postgresql":
        return column == any_(literal(list(numbers), ARRAY(BigInteger)))
    listed = func.json_each(msgspec.json.encode(numbers).decode()).table_valued("value")
    return column.in_(select(listed.c.value))
