"""Chain: rows that decide points -> links, each in the transaction of its row, each with the hash of the one before.

Grades, overrides and extensions are linked, and deletions of personal data, which take seals away and say so in a link of their own. Who
changes, removes, adds or reorders anything breaks a hash; only links cut off the end leave none, so the head is to be written down.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, get_args

import msgspec
from sqlalchemy import BigInteger, Connection, Table, delete, exists, insert, select, type_coerce

from grader.gradebook.database import Database
from grader.gradebook.links import START, Kind, Link, Row, Seal, digests, hash_of, new_salt, row_of, sealed
from grader.gradebook.models import (
    ErasureRow,
    ExtensionRow,
    GradeRow,
    LinkRow,
    Moment,
    OverrideRow,
    SealRow,
    StudentRow,
    SubmissionRow,
    microseconds,
    moment_of,
)
from grader.gradebook.shelf import Shelf, now, portions
from grader.records import Grounds, Record

KINDS: tuple[Kind, ...] = get_args(Kind)
_TABLES: dict[Kind, Table] = {
    "grade": GradeRow.metadata.tables["grades"],
    "override": OverrideRow.metadata.tables["overrides"],
    "extension": ExtensionRow.metadata.tables["extensions"],
    "forgotten": ErasureRow.metadata.tables["erasures"],
}
_CHANGING = {"open", "pending"}  # of a deletion: how far it has come
_LINK = (LinkRow.number, LinkRow.previous, LinkRow.kind, LinkRow.subject, LinkRow.at, LinkRow.sealed, LinkRow.hash)
_AT_ONCE = 1000


class Subject(NamedTuple):
    """What a link is about, as it is now."""

    row: Row
    student: str = ""
    submission: Row = {}


class Found(Record, frozen=True, kw_only=True):
    """A link as it is read, whatever somebody made of it."""

    link: Link
    seal: str | None  # its text; None: there is none any more


class Chain(Shelf):
    """The chain."""

    def head(self) -> Link | None:
        """The last link; None if nothing is linked yet."""
        with self.database.reading() as connection:
            return head_of(connection)

    def links(self) -> list[Link]:
        """All, in order."""
        with self.database.reading() as connection:
            return [found.link for found in read(connection)]


def add(
    database: Database,
    connection: Connection,
    kind: Kind,
    subject: int,
    *,
    grounds: Grounds | None = None,
    forgotten: Iterable[int] = (),
) -> None:
    """Links a row that this transaction has written. Until the transaction ends nobody else links anything."""
    database.alone(connection, "chain")
    current = subjects(connection, kind, [subject])[subject]
    _keep(connection, [_made(head_of(connection), kind, subject, current, digests(grounds), tuple(forgotten))])


def add_afterwards(database: Database, connection: Connection) -> int:
    """Links what no link speaks of, in the order of its time: what a gradebook held before it had a chain. How many."""
    database.alone(connection, "chain")
    waiting: list[tuple[int, Kind, int]] = []
    for kind, table in _TABLES.items():
        query = select(type_coerce(table.c.at, BigInteger), table.c.id).where(~_linked(kind, table))
        waiting += [(at, kind, id) for at, id in connection.execute(query)]
    last = head_of(connection)
    for part in portions(sorted(waiting), _AT_ONCE):
        known = {kind: subjects(connection, kind, [id for _, each, id in part if each == kind]) for kind in KINDS}
        made: list[_Made] = []
        for _, kind, id in part:
            made.append(_made(last, kind, id, known[kind][id], afterwards=True))
            last = made[-1][0]
        _keep(connection, made)
    return len(waiting)


def forget(database: Database, connection: Connection, erasure: int, gone: Mapping[Kind, Collection[int]]) -> None:
    """Takes the seals of rows away that a deletion takes, and links the deletion, which names their links."""
    database.alone(connection, "chain")
    numbers: list[int] = []
    for kind, ids in gone.items():
        for part in portions(ids):
            numbers += connection.execute(select(LinkRow.number).where(LinkRow.kind == kind, LinkRow.subject.in_(part))).scalars()
    for part in portions(numbers):
        connection.execute(delete(SealRow).where(SealRow.number.in_(part)))
    add(database, connection, "forgotten", erasure, forgotten=sorted(numbers))


def head_of(connection: Connection) -> Link | None:
    row = connection.execute(select(*_columns(_LINK)).order_by(LinkRow.number.desc()).limit(1)).first()
    return None if row is None else _link(row)


def read(connection: Connection) -> Iterator[Found]:
    """Every link with its seal, in order."""
    query = select(*_columns(_LINK), SealRow.document).outerjoin(SealRow, SealRow.number == LinkRow.number).order_by(LinkRow.number)
    for row in connection.execution_options(yield_per=_AT_ONCE).execute(query):
        yield Found(link=_link(row[:-1]), seal=None if row[-1] is None else str(row[-1]))  # SQLite keeps bytes as text if told to


def subjects(connection: Connection, kind: Kind, ids: Collection[int]) -> dict[int, Subject]:
    """Number -> what is stored now of such rows; those that aren't there are left out."""
    table = _TABLES[kind]
    own = [column for column in table.columns if column.name not in _CHANGING or kind != "forgotten"]
    handed = list(SubmissionRow.metadata.tables["submissions"].columns) if kind == "grade" else []
    query = select(*_columns([*own, *handed]), *([] if kind == "forgotten" else [StudentRow.login]))
    if kind == "grade":
        query = query.join(SubmissionRow, SubmissionRow.id == GradeRow.submission_id)
        query = query.join(StudentRow, StudentRow.id == SubmissionRow.student_id)
    elif kind != "forgotten":
        query = query.join(StudentRow, StudentRow.id == table.c.student_id)
    names, of_submission = [column.name for column in own], [column.name for column in handed]
    found = {}
    for part in portions(ids):
        for row in connection.execute(query.where(table.c.id.in_(part))):
            values = dict(zip(names, row, strict=False))
            submission = dict(zip(of_submission, row[len(names) :], strict=False))
            found[int(values["id"])] = Subject(row_of(values), "" if kind == "forgotten" else row[-1], row_of(submission))
    return found


def unlinked(connection: Connection) -> dict[Kind, list[int]]:
    """Rows that no link speaks of."""
    found: dict[Kind, list[int]] = {}
    for kind, table in _TABLES.items():
        if ids := list(connection.execute(select(table.c.id).where(~_linked(kind, table)).order_by(table.c.id)).scalars()):
            found[kind] = ids
    return found


def _linked(kind: Kind, table: Table) -> Any:
    return exists().where(LinkRow.kind == kind, LinkRow.subject == table.c.id)


_Made = tuple[Link, str]  # a link, and its seal's text


def _made(
    last: Link | None,
    kind: Kind,
    subject: int,
    current: Subject,
    grounds: dict[str, str] | None = None,
    forgotten: tuple[int, ...] = (),
    *,
    afterwards: bool = False,
) -> _Made:
    """The link that follows `last`."""
    seal = Seal(
        salt=new_salt(),
        row=current.row,
        student=current.student,
        submission=current.submission,
        grounds=grounds or {},
        afterwards=afterwards,
        forgotten=forgotten,
    )
    document, digest = sealed(seal)
    number, previous = (1, START) if last is None else (last.number + 1, last.hash)
    link = Link(number=number, previous=previous, kind=kind, subject=subject, at=microseconds(now()), sealed=digest)
    return msgspec.structs.replace(link, hash=hash_of(link)), document


def _keep(connection: Connection, made: Sequence[_Made]) -> None:
    if made:
        links = [{**msgspec.structs.asdict(link), "at": moment_of(link.at)} for link, _ in made]
        connection.execute(insert(LinkRow), links)
        connection.execute(insert(SealRow), [{"number": link.number, "document": document} for link, document in made])


def _columns(columns: Iterable[Any]) -> list[Any]:
    return [type_coerce(column, BigInteger).label(column.name) if isinstance(column.type, Moment) else column for column in columns]


def _link(row: Any) -> Link:
    number, previous, kind, subject, at, digest, own = row
    return Link(number=number, previous=previous, kind=kind, subject=subject, at=at, sealed=digest, hash=own)
