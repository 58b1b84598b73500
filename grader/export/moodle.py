"""Moodle: what counts in one assignment -> the offline grading worksheet that it imports. Given the worksheet that Moodle wrote, that one
filled in.

Facts from Moodle's own importer: the columns Identifier, Grade and "Last modified (grade)" must be there; a row is found by the number
behind "Participant "; "Feedback comments" is HTML; a grade that was changed in Moodle after the date in the row is left alone.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from grader.export import table_text
from grader.export.feedback import sentences
from grader.export.people import People
from grader.export.plain import listed, number
from grader.export.record import Exported, File, Item, Material
from grader.gradebook.records import FULL_POINTS, Student
from grader.toolchain import UsageError

HEAD = (
    "Identifier",
    "Full name",
    "Email address",
    "Status",
    "Grade",
    "Maximum grade",
    "Grade can be changed",
    "Last modified (grade)",
    "Feedback comments",
)
_PARTICIPANT = "Participant "
_NEEDED = ("identifier", "grade", "last modified (grade)")


def write(material: Material) -> Exported:
    slug = material.one_assignment("Moodle")
    items = {item.login: item for item in material.items() if item.standing is not None}
    students = {login: item.standing.student for login, item in items.items() if item.standing is not None}
    name = f"moodle-{slug}.csv"
    if material.template is not None:
        return _filled(material, material.template, items, students, name)
    rows: list[Sequence[str | float | None]] = [HEAD]
    count = 0
    unknown = sorted(login for login, student in students.items() if not student.ids.get("moodle"))
    for login in sorted(set(students) - set(unknown)):
        student, item = students[login], items[login]
        count += item.points is not None
        identifier = _PARTICIPANT + _participant(student.ids["moodle"])
        feedback = _html(item, material)
        rows.append((identifier, student.name, student.email, "", item.points, FULL_POINTS, "Yes", "-", feedback))
    notes = [f"Moodle's number isn't known, so not in it: {listed(unknown)}; give its own worksheet with --template"] if unknown else []
    return Exported(files=(File(name=name, content=table_text.write(rows)),), rows=count, notes=tuple(notes))


def _filled(material: Material, template: bytes, items: Mapping[str, Item], students: Mapping[str, Student], name: str) -> Exported:
    rows, dialect = table_text.read(template, "--template")
    places = {text.strip().casefold(): index for index, text in enumerate(rows[0])}
    if lacking := [each for each in _NEEDED if each not in places]:
        raise UsageError(
            f"--template is no grading worksheet of Moodle: it has no column {' or '.join(lacking)}. Download it from the assignment, "
            "with offline grading worksheets switched on and Moodle's language set to English"
        )
    people = People(students.values())
    participants = {_participant(student.ids["moodle"]): login for login, student in students.items() if student.ids.get("moodle")}
    notes: list[str] = []
    unknown: list[str] = []
    seen: set[str] = set()
    count = 0
    feedback_at = places.get("feedback comments")
    for row in rows[1:]:
        row += [""] * (len(rows[0]) - len(row))
        if not any(row):
            continue
        texts = {key: row[index].strip() for key, index in places.items()}
        clues = [("email", texts.get("email address", "")), ("login", texts.get("username", "")), ("sis", texts.get("id number", ""))]
        login = participants.get(_participant(texts["identifier"])) or people.find(*clues, ("name", texts.get("full name", "")))
        if login is None:
            unknown.append(texts.get("full name") or texts["identifier"])
            continue
        seen.add(login)
        item = items[login]
        if feedback_at is not None and (text := _html(item, material)):
            row[feedback_at] = text
        if item.points is not None:
            row[places["grade"]] = number(item.points * _maximum(texts.get("maximum grade", "")) / FULL_POINTS)
            count += 1
    if feedback_at is None:
        notes.append("the worksheet has no column for feedback: switch feedback comments on in the assignment's settings")
    if unknown:
        notes.append(f"in the worksheet, but not known here, so left as they are: {listed(unknown)}")
    if missing := sorted(login for login in set(items) - seen if items[login].points is not None):
        notes.append(f"graded, but not in the worksheet: {listed(missing)}")
    return Exported(files=(File(name=name, content=table_text.write(rows, dialect)),), rows=count, notes=tuple(notes))


def _html(item: Item, material: Material) -> str:
    return "<br>".join(html.escape(line, quote=False) for line in sentences(item, material.language))


def _participant(text: str) -> str:
    """The number of "Participant 123"."""
    return text.strip().rpartition(" ")[2]


def _maximum(text: str) -> float:
    """Of the row; 100, Moodle's own default, where it says nothing that is a number (a scale)."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return FULL_POINTS
    return value if 0 < value < 1e6 else FULL_POINTS
