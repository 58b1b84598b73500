"""Times: a CSV file of who handed in when (`--times`) -> a look-up. For layouts that bring no times, or none to rely on.

Columns by their names, in any order: a person ("student", "login", "email", "id", "name" …), a time ("time", "submitted_at" …), and where
it matters an assignment. A time without an offset is the course's. Moodle's grading worksheet and Gradescope's CSV are understood.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path

from grader.errors import HarnessError
from grader.intake.record import Intake
from grader.records import Record
from grader.toolchain import UsageError

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
_FORMATS = ("%A, %d %B %Y, %I:%M %p", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M:%S %z")
_MAX_BYTES = 64 << 20


class Times(Record, frozen=True, kw_only=True):
    """(person, slug) -> time; slug "" for a table without assignments. Persons without case."""

    moments: dict[tuple[str, str], dt.datetime] = {}

    def of(self, intake: Intake, login: str) -> dt.datetime | None:
        """The time of a hand-in; None if the table has none."""
        for who in (login, intake.who, *intake.ids.values(), intake.label, intake.name):
            for slug in (intake.assignment or "", ""):
                if who and (moment := self.moments.get((who.casefold(), slug))) is not None:
                    return moment
        return None


def read_times(file: Path, zone: dt.tzinfo, slug_of: Callable[[str], str | None]) -> Times:
    """Raises UsageError with the line that can't be read."""
    try:
        data = file.read_bytes() if file.stat().st_size <= _MAX_BYTES else b""
    except OSError as error:
        raise HarnessError(f"can't read {file}: {error.strerror}") from None
    try:
        text = data.decode("utf-8-sig" if not data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-16")
    except UnicodeDecodeError:
        raise UsageError(f"{file} is no text in UTF-8; save it as CSV UTF-8") from None
    separator = max(",;\t", key=text.partition("\n")[0].count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    moments: dict[tuple[str, str], dt.datetime] = {}
    names: dict[tuple[str, str], dt.datetime] = {}
    twice: set[tuple[str, str]] = set()  # names that more than one person has
    try:
        head = [name.strip().casefold() for name in next(rows, [])]
        people = [head.index(name) for name in PERSON if name in head]
        named = [head.index(name) for name in PERSON_NAMES if name in head]
        times = [head.index(name) for name in TIME if name in head]
        slugs = [head.index(name) for name in ASSIGNMENT if name in head]
        if not (people or named) or not times:
            raise UsageError(
                f"{file}: the first line must name columns for a person ({', '.join(PERSON[:4])} …) and a time ({', '.join(TIME[:3])} …)"
            )
        for row in rows:
            cells = [cell.strip() for cell in row] + [""] * (len(head) - len(row))
            if not any(cells) or not cells[times[0]] or cells[times[0]] == "-":
                continue
            where = f"{file}:{rows.line_num}"
            slug = ""
            if slugs and cells[slugs[0]]:
                slug = slug_of(cells[slugs[0]]) or ""
                if not slug:
                    raise UsageError(f"{where}: {cells[slugs[0]]!r} is no assignment of this course")
            moment = moment_of(cells[times[0]], zone)
            if moment is None:
                raise UsageError(f"{where}: {cells[times[0]]!r} is no time; write it as 2026-03-01 23:59:00 or 2026-03-01T23:59:00+09:00")
            for column in people:
                for who in _spellings(cells[column]):  # of several hand-ins of one person the last is the one that is here
                    moments[who, slug] = max(moment, moments.get((who, slug), moment))
            for column in named:
                who = cells[column].casefold()
                if who and names.setdefault((who, slug), moment) != moment:
                    if not people:
                        raise UsageError(f"{where}: {cells[column]!r} comes twice, with another time; add a column with logins or e-mails")
                    twice.add((who, slug))
    except csv.Error as error:
        raise UsageError(f"{file}:{rows.line_num}: {error}") from None
    return Times(moments={**{key: moment for key, moment in names.items() if key not in twice}, **moments})


def _spellings(cell: str) -> list[str]:
    """As a layout may have it: Moodle's "Participant 12345" is the 12345 of a folder's name."""
    text = cell.casefold()
    number = text.rpartition(" ")[2]
    return [each for each in dict.fromkeys((text, number if number.isdecimal() else "")) if each]


def moment_of(text: str, zone: dt.tzinfo) -> dt.datetime | None:
    """A time in UTC; of one that a clock shows twice (the end of summer time) the earlier, which costs nobody anything."""
    moment = None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        for form in _FORMATS:
            try:
                moment = dt.datetime.strptime(text, form)
                break
            except ValueError:
                continue
    if moment is None:
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(dt.UTC)
    except (OverflowError, ValueError):
        return None
