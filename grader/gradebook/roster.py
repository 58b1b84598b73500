"""Roster: the bytes of a CSV file, as Canvas, Gradescope, Moodle or a spreadsheet write it -> Students, each mistake with its line.

Taken: UTF-8 with or without a BOM, UTF-16, CP949 (Korean Windows), Windows-1252; commas, semicolons or tabs; any line ends; quoted line
breaks; `="0012"`, with which spreadsheets keep zeros. Cells that look like formulas stay the text that they are: nothing evaluates them
here, and exports guard against them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from grader.gradebook.names import check_login
from grader.gradebook.records import Student
from grader.records import Record
from grader.toolchain import UsageError

_SHOWN = 10  # mistakes of a file
_DELIMITERS = ",;\t"

# What a column means, by its header in small letters. "id:…": who that is in another system.
_HEADERS = {
    "login": ("login", "login id", "username", "user name", "user", "netid", "net id", "아이디", "로그인"),
    "sis_login": ("sis login id",),
    "name": ("name", "student", "full name", "student name", "이름", "성명", "학생"),
    "first": ("first name", "firstname", "given name"),
    "last": ("last name", "lastname", "surname", "family name"),
    "email": ("email", "e-mail", "email address", "mail", "이메일", "전자우편"),
    "section": ("section", "sections", "group", "분반", "반"),
    "role": ("role", "roles", "역할"),
    "id:canvas": ("id", "canvas", "canvas id"),
    "id:sis": ("sis user id", "sis", "sis id", "sid", "student id", "id number", "학번"),
    "id:gradescope": ("gradescope", "gradescope id"),
    "id:moodle": ("identifier", "moodle", "moodle id"),
    "id:github": ("github", "github_username", "github username"),
}
_MEANING = {header: field for field, headers in _HEADERS.items() for header in headers}
# What can be the login, best first.
_LOGINS = ("login", "sis_login", "id:sis", "email", "id:github", "id:canvas")
_STUDENTS = {"", "student", "students", "learner", "학생", "studentenrollment"}
_NO_STUDENT = ("points possible", "student, test", "test student", "manual posting")
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d+")


class Roster(Record, frozen=True, kw_only=True):
    """What a file says."""

    students: tuple[Student, ...]
    columns: tuple[str, ...]  # those that were understood
    encoding: str
    skipped: tuple[str, ...]  # rows that are no student's, each with its line and why


def read_roster(data: bytes, name: str = "the roster") -> Roster:
    """Raises UsageError that names the file and up to ten mistakes with their lines."""
    text, encoding = _decoded(data, name)
    rows = _rows(text, name)
    header_line, header = next(rows, (0, []))
    fields = [_MEANING.get(" ".join(cell.split()).casefold(), "") for cell in header]
    usable = [field for field in _LOGINS if field in fields]
    if not usable:
        raise UsageError(
            f"{name}, line {header_line or 1}: its columns are {', '.join(header[:8]) or 'missing'}; one must say who somebody is: "
            "login, SIS Login ID, student ID, 학번 or email"
        )
    twice = next((field for field in fields if field and fields.count(field) > 1), None)
    if twice is not None:
        raise UsageError(f"{name}, line {header_line}: two columns mean the same: {', '.join(_named(header, fields, twice))}; take one out")
    students: dict[str, Student] = {}
    lines: dict[str, tuple[int, str]] = {}  # login in small letters -> where it came first, and how it is written
    skipped: list[str] = []
    mistakes: list[str] = []
    for line, row in rows:
        cells = {field: _cell(cell) for field, cell in zip(fields, row, strict=False) if field}
        if why := _no_student(cells, row):
            skipped.append(f"line {line}: {why}")
            continue
        try:
            if len(row) > len(header) and any(cell.strip() for cell in row[len(header) :]):
                raise UsageError(f"has {len(row)} cells, and the header {len(header)}: a comma in a name needs quotes around the name")
            student = _student(cells, usable)
            first, written = lines.setdefault(student.login.casefold(), (line, student.login))
            if student.login not in students and written != student.login:
                raise UsageError(f"the login {student.login!r} differs from {written!r} of line {first} only in capital letters")
            if students.setdefault(student.login, student) != student:
                raise UsageError(f"the login {student.login!r} stood in line {first} already, with other details")
            if first != line:
                skipped.append(f"line {line}: the same as line {first}")
        except UsageError as error:
            mistakes.append(f"line {line}: {error}")
    if mistakes:
        more = f"\n… and {len(mistakes) - _SHOWN} more" if len(mistakes) > _SHOWN else ""
        raise UsageError(f"{name} was not imported:\n" + "\n".join(mistakes[:_SHOWN]) + more)
    if not students:
        raise UsageError(f"{name} names no student: there is nothing but a header in it")
    return Roster(
        students=tuple(students.values()),
        columns=tuple(h for h, f in zip(header, fields, strict=True) if f),
        encoding=encoding,
        skipped=tuple(skipped),
    )


def _student(cells: dict[str, str], usable: Sequence[str]) -> Student:
    login = next((cells[field] for field in usable if cells.get(field)), "")
    if not login:
        raise UsageError("says nowhere who it is; fill in the login")
    login = check_login(login)
    ids = {field.partition(":")[2]: value for field, value in cells.items() if field.startswith("id:") and value}
    for value in (login, *ids.values()):
        if _SCIENTIFIC.fullmatch(value):
            raise UsageError(f"a spreadsheet has turned a number into {value}; format that column as text and export it again")
    email = cells.get("email", "") or next((v for v in (cells.get("sis_login", ""), login) if re.fullmatch(r"[^@\s]+@[^@\s]+", v)), "")
    name = cells.get("name", "") or " ".join(filter(None, (cells.get("first", ""), cells.get("last", ""))))
    return Student(login=login, name=" ".join(name.split()), email=email, ids=dict(sorted(ids.items())), section=cells.get("section", ""))


def _no_student(cells: dict[str, str], row: Sequence[str]) -> str:
    """Why a row is nobody's; "" if it may be somebody's."""
    first = (row[0] if row else "").strip().casefold()
    name = cells.get("name", "").casefold()
    if first in _NO_STUDENT or name in _NO_STUDENT:
        return f"{(cells.get('name') or first)!r} is no student"
    role = cells.get("role", "")
    return "" if role.casefold() in _STUDENTS else f"{role} is no student's role"


def _cell(text: str) -> str:
    text = text.strip().replace("\ufeff", "")
    if quoted := re.fullmatch(r'="(.*)"', text, re.DOTALL):
        return quoted[1].strip()
    return text[1:] if re.match(r"'[=+\-@\t]", text) else text  # as our exports guard a cell


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold anything, each with the line on which it begins."""
    lines = io.StringIO(text, newline="")
    first = text.lstrip("\r\n").split("\n", 1)[0].rstrip("\r")
    told = re.fullmatch(r"sep=(.)", first.strip('"'), re.IGNORECASE)  # as Excel writes it for itself
    delimiter = told[1] if told else max(_DELIMITERS, key=first.count)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    line = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row) and not (told and line == 1):
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise UsageError(f"{name}, line {line}: {error}; is a quote left open?") from None


def _decoded(data: bytes, name: str) -> tuple[str, str]:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        attempts: tuple[str, ...] = ("utf-16",)
    elif data[1:2] == b"\0" and data[:1].isascii():
        attempts = ("utf-16-le",)
    elif data[:1] == b"\0":
        attempts = ("utf-16-be",)
    else:
        attempts = ("utf-8-sig", "cp949", "cp1252")
    for encoding in attempts:
        try:
            return data.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
    raise UsageError(f"{name} is no text in {' or '.join(attempts)}: export it as CSV, UTF-8 (a spreadsheet's own file can't be read)")


def _named(header: Sequence[str], fields: Sequence[str], field: str) -> list[str]:
    return [cell for cell, each in zip(header, fields, strict=True) if each == field]
