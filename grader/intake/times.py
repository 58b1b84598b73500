"""Times: a CSV file of who handed in when (`--times`) -> a look-up. For layouts that bring no times, or none to rely on.

Columns by their names, in any order: a person ("student", "login", "email", "id", "name" …), a time ("time", "submitted_at" …), and where
it matters an assignment. A time without an offset is the course's. Moodle's grading worksheet and Gradescope's CSV are understood. What
two people share, a name or a number, decides no time.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from grader.errors import HarnessError
from grader.intake.moments import moment_of
from grader.intake.record import Intake
from grader.records import Record
from grader.toolchain import UsageError
from grader.unpack.members import show

PERSON = (
    "student",
    "login",
    "sis login id",
    "username",
    "user",
    "email",
    "email address",
    "sid",
    "id",
    "sis user id",
    "id number",
    "identifier",
)
PERSON_NAMES = ("name", "full name")
TIME = ("time", "submitted_at", "received_at", "submitted", "submission time", "last modified (submission)", "timestamp", "date")
ASSIGNMENT = ("assignment", "slug")
_IDENTIFIER = "identifier"  # Moodle's "Participant 12345" is the 12345 of a folder's name
_MAX_BYTES = 64 << 20
_SHOWN = 10  # rows that nobody's hand-in asked for


class Row(Record, frozen=True, kw_only=True):
    """One line that has a time."""

    line: int
    keys: dict[str, int]  # who it is of, in small letters -> the column in which that stands
    names: tuple[str, ...]  # the same by display names
    slug: str  # "" if the table doesn't say
    moment: dt.datetime


class Times(Record, frozen=True, kw_only=True):
    """(person, slug) -> time; slug "" for a table without assignments. Persons without case."""

    moments: dict[tuple[str, str], dt.datetime] = {}
    names: dict[tuple[str, str], dt.datetime] = {}  # by display names, of which each is one person's
    rows: tuple[Row, ...] = ()
    file: str = ""

    def of(self, intake: Intake, *people: str) -> dt.datetime | None:
        """The time of a hand-in; None if the table has none. `people`: how else its owner is known (`Match.keys`)."""
        for slug in (intake.assignment or "", ""):
            for who in _asked(intake, people):
                if (moment := self.moments.get((who, slug))) is not None:
                    return moment
            if not intake.namesake and (moment := self.names.get((_folded(intake.name), slug))) is not None:
                return moment
        return None

    def left_over(self, taken: Iterable[tuple[Intake, Sequence[str]]]) -> list[str]:
        """What the reader should know of the table, each hand-in with its people: rows that are nobody's, as one with a slip of the pen in
        it would be, and hand-ins without a time, which count as in time."""
        if not self.file:
            return []
        handed = list(taken)
        keys = {who for intake, people in handed for who in (*_asked(intake, people), _folded(intake.name)) if who}
        slugs = {intake.assignment or "" for intake, _ in handed} | {""}
        loose = [row for row in self.rows if row.slug in slugs and keys.isdisjoint((*row.keys, *row.names))]
        told = [f"{self.file}:{row.line}: {show((*row.keys, *row.names)[0])} handed nothing in here" for row in loose[:_SHOWN]]
        if len(loose) > _SHOWN:
            told.append(f"{self.file}: {len(loose) - _SHOWN} more lines are of people who handed nothing in here")
        late = [intake for intake, people in handed if intake.received_at is None and self.of(intake, *people) is None]
        return told + [f"{show(intake.label)}: no time in {self.file}, so it counts as in time" for intake in late]


def read_times(file: Path, zone: dt.tzinfo, slug_of: Callable[[str], str | None]) -> Times:
    """Raises UsageError with the line that can't be read."""
    rows = _rows(file, zone, slug_of)
    moments, names = _index(rows, names=False), _index(rows, names=True)
    shared = next((row for row in rows if not row.keys and any((name, row.slug) not in names for name in row.names)), None)
    if shared is not None:
        name = show(next(name for name in shared.names if (name, shared.slug) not in names))
        raise UsageError(f"{file}:{shared.line}: {name!r} comes twice, with another time; add a column with logins or e-mails")
    return Times(moments=moments, names=names, rows=tuple(rows), file=file.name)


def _index(rows: Iterable[Row], *, names: bool) -> dict[tuple[str, str], dt.datetime]:
    """By key, without those that are several people's. Of several hand-ins of one person the last is the one that is here."""
    found: dict[tuple[str, str], tuple[dt.datetime, Row]] = {}
    several: set[tuple[str, str]] = set()
    for row in rows:
        for who in row.names if names else row.keys:
            key = (who, row.slug)
            moment, first = found.get(key, (row.moment, row))
            # a name is one person's if an id says so; an id if it stands in the same column: 77 of Canvas isn't the student number 77
            same = not first.keys.keys().isdisjoint(row.keys) if names and row.keys else names or first.keys[who] == row.keys[who]
            if not same or (names and not row.keys and moment != row.moment):
                several.add(key)
            found[key] = (max(moment, row.moment), first)
    return {key: moment for key, (moment, _) in found.items() if key not in several}


def _rows(file: Path, zone: dt.tzinfo, slug_of: Callable[[str], str | None]) -> list[Row]:
    text = _text(file)
    separator = max(",;\t", key=text.partition("\n")[0].count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[Row] = []
    try:
        head = [name.strip().casefold() for name in next(lines, [])]
        people = [head.index(name) for name in PERSON if name in head]
        named = [head.index(name) for name in PERSON_NAMES if name in head]
        time = next((head.index(name) for name in TIME if name in head), None)
        slugs = [head.index(name) for name in ASSIGNMENT if name in head]
        if not (people or named) or time is None:
            raise UsageError(
                f"{file}: the first line must name columns for a person ({', '.join(PERSON[:4])} …) and a time ({', '.join(TIME[:3])} …)"
            )
        for line in lines:
            cells = [cell.strip() for cell in line] + [""] * (len(head) - len(line))
            if cells[time] in ("", "-"):
                continue
            where = f"{file}:{lines.line_num}"
            slug = (slug_of(cells[slugs[0]]) or "") if slugs else ""
            if slugs and cells[slugs[0]] and not slug:
                raise UsageError(f"{where}: {show(cells[slugs[0]])!r} is no assignment of this course")
            moment = moment_of(cells[time], zone)
            if moment is None:
                form = "2026-03-01 23:59:00 or 2026-03-01T23:59:00+09:00"
                raise UsageError(f"{where}: {show(cells[time])!r} is no time, or could be two; write it as {form}")
            keys = {each: column for column in people for each in _spellings(cells[column], head[column])}
            names = tuple(dict.fromkeys(_folded(cells[column]) for column in named if cells[column]))
            if keys or names:
                rows.append(Row(line=lines.line_num, keys=keys, names=names, slug=slug, moment=moment))
    except csv.Error as error:
        raise UsageError(f"{file}:{lines.line_num}: {error}") from None
    return rows


def _text(file: Path) -> str:
    try:
        if not file.is_file():
            raise UsageError(f"{file} is no file; name the CSV file of times")
        if file.stat().st_size > _MAX_BYTES:
            raise UsageError(f"{file} is larger than {_MAX_BYTES >> 20} MiB; is it a table of times?")
        data = file.read_bytes()
    except OSError as error:
        raise HarnessError(f"can't read {file}: {error.strerror}; check its permissions") from None
    for encoding in ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp949"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UsageError(f"{file} is no text in UTF-8; save it as CSV UTF-8")


def _spellings(cell: str, column: str) -> list[str]:
    text = _folded(cell)
    number = text.rpartition(" ")[2] if column == _IDENTIFIER else ""
    return [each for each in (text, number if number.isdecimal() and number != text else "") if each]


def _asked(intake: Intake, people: Sequence[str]) -> list[str]:
    who = () if intake.who == intake.name else (intake.who,)  # a display name is looked up among names
    return [key for each in (*people, *who, *intake.ids.values(), intake.label) if (key := _folded(each))]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip().casefold()
