"""Audit: a gradebook -> whether anything that decides points was changed since it was stored, link by link. Reads; changes nothing.

Read are the chain, the rows that it vouches for, what was handed in and each grade's whole record. Recorded runs, which can be large, are
for `check`: their names are in the rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec
from sqlalchemy import Connection, select

from grader.blobs import Blobs
from grader.errors import HarnessError
from grader.gradebook.chain import KINDS, Found, Subject, read, subjects, unlinked
from grader.gradebook.links import NOUN, START, Kind, Link, Row, Seal, Written, hash_of, sha256
from grader.gradebook.models import GradeRow
from grader.gradebook.shelf import Shelf, portions
from grader.records import Record

_AT_ONCE = 1000

Sort = Literal["chain", "seal", "row", "content", "unlinked", "end"]


class Wrong(Record, frozen=True, kw_only=True):
    """One thing that isn't as it was stored. `sort`: a link itself, what it vouches for, the row, a file, a row with no link, or the head
    that was written down."""

    link: int | None  # None: no link speaks of it
    sort: Sort
    text: str


class Audited(Record, frozen=True, kw_only=True):
    """What an audit came to."""

    head: str  # "12:ab34…"; "" if nothing is linked
    links: int
    kinds: dict[Kind, int]  # kind -> how many links
    afterwards: int  # links of what was stored before there was a chain
    forgotten: int  # links of what was deleted with `forget` or `expire`
    since: str  # the head that was asked about, "" if none was
    added: dict[Kind, int]  # kind -> links after that one
    wrong: tuple[Wrong, ...]  # in order of the links

    @property
    def ok(self) -> bool:
        return not self.wrong


class Audit(Shelf):
    """The audit."""

    def audit(self, since: Written | None = None) -> Audited:
        """All that is wrong, each with its link. `since`: a head that was written down, which must still be in the chain: the only way to
        know of links that were cut off the end, or of a chain that was made anew as a whole."""
        with self.database.reading() as connection:
            found = audited(connection, self.blobs, since)
        lost = [wrong for wrong in found.wrong if isinstance(wrong, _Lost)]
        if not lost:
            return found
        with self.database.reading() as connection:  # somebody may have been forgotten meanwhile, with their files
            still = _there(connection, {wrong.grade for wrong in lost})
        kept = tuple(wrong for wrong in found.wrong if not isinstance(wrong, _Lost) or wrong.grade in still)
        return msgspec.structs.replace(found, wrong=kept)


class _Lost(Wrong, frozen=True, kw_only=True):
    """A content that is gone or damaged."""

    grade: int


def audited(connection: Connection, blobs: Blobs, since: Written | None = None) -> Audited:
    """As `Audit.audit`, of one state of the database."""
    walk = _Walk(connection, blobs, since)
    for part in portions(read(connection), _AT_ONCE):
        walk.look(part)
    return walk.end()


class _Walk:
    """From the first link to the last."""

    def __init__(self, connection: Connection, blobs: Blobs, since: Written | None) -> None:
        self._connection, self._blobs, self._since = connection, blobs, since
        self._last: Link | None = None
        self._counts: Counter[str] = Counter()
        self._added: Counter[str] = Counter()
        self._seen_since = False
        self._afterwards = 0
        self._bare: dict[int, Link] = {}  # links that have no seal, until a deletion names them
        self._taken: set[int] = set()  # links that deletions name
        self._sealed: set[int] = set()
        self._whole: set[str] = set()  # contents that were read
        self._wrong: list[Wrong] = []

    def look(self, part: Sequence[Found]) -> None:
        """At some links, the next ones."""
        there = {kind: subjects(self._connection, kind, [f.link.subject for f in part if f.link.kind == kind]) for kind in KINDS}
        for found in part:
            link = found.link
            if link.kind not in KINDS:
                self._say(link, "chain", f"link {link.number} is of a kind that there isn't, {link.kind!r}")
            else:
                self._sound(link)
                self._vouched(link, found.seal, there[link.kind].get(link.subject))
            self._count(link)
            self._last = link

    def end(self) -> Audited:
        """What it came to."""
        for link in self._bare.values():
            if link.number in self._taken:
                continue
            self._say(
                link, "seal", f"the seal of link {link.number}, on {_named(link)}, is gone, and no deletion by `grader gradebook` took it"
            )
        for number in sorted(self._taken & self._sealed):
            self._wrong.append(Wrong(link=number, sort="seal", text=f"link {number} has a seal again, and a deletion took it"))
        for kind, ids in unlinked(self._connection).items():
            self._wrong += [
                Wrong(link=None, sort="unlinked", text=f"{NOUN[kind]} {id} has no link: it wasn't stored by the grader") for id in ids
            ]
        self._wrong += self._missing()
        return Audited(
            head=self._last.head if self._last else "",
            links=self._counts.total(),
            kinds={kind: self._counts[kind] for kind in KINDS},
            afterwards=self._afterwards,
            forgotten=len(self._taken),
            since=self._since.text if self._since else "",
            added={kind: self._added[kind] for kind in KINDS} if self._since else {},
            wrong=tuple(sorted(self._wrong, key=lambda wrong: (wrong.link is None, wrong.link or 0))),
        )

    # ---- one link

    def _sound(self, link: Link) -> None:
        """Whether it is what it was, and follows the one before it."""
        number, previous = (0, START) if self._last is None else (self._last.number, self._last.hash)
        if link.number != number + 1:
            gap = f"link {number + 1} is" if link.number == number + 2 else f"links {number + 1} to {link.number - 1} are"
            self._say(link, "chain", f"{gap} gone: link {link.number} comes after {f'link {number}' if number else 'none'}")
        elif link.previous != previous:
            before = f"link {number} as it is now" if number else "the beginning"
            self._say(link, "chain", f"link {link.number} doesn't follow {before}: one of them was changed, or put in")
        if hash_of(link) != link.hash:
            self._say(link, "chain", f"link {link.number} was changed: its hash is another one's")

    def _vouched(self, link: Link, document: str | None, now: Subject | None) -> None:
        """Whether what it vouches for is as it was."""
        if document is None:
            self._bare[link.number] = link
            if link.kind == "forgotten":
                self._say(link, "seal", f"the seal of link {link.number} is gone, which says what a deletion took")
            elif now is not None:
                self._say(link, "seal", f"{_named(link)} is there and the seal of link {link.number}, which vouches for it, is gone")
            return
        self._sealed.add(link.number)
        if sha256(document.encode()) != link.sealed:
            self._say(link, "seal", f"the seal of link {link.number}, on {_named(link)}, was changed")
        try:
            seal = msgspec.json.decode(document, type=Seal)
        except msgspec.MsgspecError:
            self._say(link, "seal", f"the seal of link {link.number} can't be read")
            return
        self._afterwards += seal.afterwards
        if link.kind == "forgotten":
            self._taken.update(seal.forgotten)
        if now is None:
            self._say(link, "row", f"{_named(link)} is gone, and no deletion by `grader gradebook` took it")
            return
        for text in _changes(seal, now):
            self._say(link, "row", f"{_named(link)}{f' of {seal.student}' if seal.student else ''}: {text}")
        if link.kind == "grade":
            self._contents(link, seal)

    def _contents(self, link: Link, seal: Seal) -> None:
        for what, name in (("what was handed in", seal.submission.get("content")), ("the whole record", seal.row.get("record"))):
            if not isinstance(name, str) or name in self._whole:
                continue
            try:
                self._blobs.get(name)
            except HarnessError as error:
                text = f"{_named(link)} of {seal.student}: {what} isn't what it was: {error}"
                self._wrong.append(_Lost(link=link.number, sort="content", text=text, grade=link.subject))
            else:
                self._whole.add(name)

    def _count(self, link: Link) -> None:
        self._counts[link.kind] += 1
        if self._seen_since:
            self._added[link.kind] += 1
        elif self._since is not None and link.hash.startswith(self._since.hash) and self._since.number in (None, link.number):
            self._seen_since = True

    def _missing(self) -> Iterator[Wrong]:
        if self._since is None or self._seen_since:
            return
        number, last = self._since.number, self._last.number if self._last else 0
        why = (
            f"the chain ends with link {last}: its end was cut off"
            if number is not None and number > last
            else f"link {number} is another one now: the chain was made anew"
            if number is not None
            else "its end was cut off, or all of it was made anew, or it is another gradebook's"
        )
        yield Wrong(link=None, sort="end", text=f"the head that was written down, {self._since.text}, isn't in the chain: {why}")

    def _say(self, link: Link, sort: Sort, text: str) -> None:
        self._wrong.append(Wrong(link=link.number, sort=sort, text=text))


def _named(link: Link) -> str:
    return f"{NOUN[link.kind]} {link.subject}"


def _changes(seal: Seal, now: Subject) -> Iterator[str]:
    if seal.student != now.student:
        yield f"it is {now.student}'s now"
    for where, before, after in (("", seal.row, now.row), ("of what was handed in, ", seal.submission, now.submission)):
        for name in _differing(before, after):
            yield f"{where}{name} was {_shown(before.get(name))} when it was stored and is {_shown(after.get(name))}"


def _differing(before: Row, after: Row) -> Iterable[str]:
    """Names of columns, without those that a later step of the schema added or took away."""
    return (name for name in before if name in after and before[name] != after[name])


def _shown(value: object) -> str:
    if isinstance(value, str) and value.startswith("sha256:"):
        return f"a text of the digest {value[7:19]}…"
    return repr(value)


def _there(connection: Connection, grades: Iterable[int]) -> set[int]:
    found: set[int] = set()
    for part in portions(grades):
        found.update(connection.execute(select(GradeRow.id).where(GradeRow.id.in_(part))).scalars())
    return found
