"""Canvas: what counts -> the CSV that its gradebook imports. Given a file that Canvas exported, that file with our columns filled in.

Facts from Canvas' own importer: the first columns must be Student, ID, then any of SIS User ID and SIS Login ID, then Section; a row whose
first cell contains "Points Possible" is the second; a column is found by the number in brackets at its end, else by its title; an empty
cell changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from grader.export import table_text
from grader.export.people import People, folded
from grader.export.plain import listed, number
from grader.export.record import Exported, File, Material
from grader.gradebook.records import FULL_POINTS, Standing, Student
from grader.toolchain import UsageError

HEAD = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
POINTS_POSSIBLE = "    Points Possible"
TEST_STUDENT = "Student, Test"
# Columns of Canvas' own, behind the assignments, of the course, a group or a grading period; what is written there doesn't count.
_OWN = re.compile(r"(Current|Final|Override) (Score|Points|Grade|Status)\b")
_NUMBER_AT_END = re.compile(r"\s*\((\d+)\)\s*$")


def write(material: Material) -> Exported:
    by_student: dict[str, dict[str, Standing]] = {}
    for standing in material.standings:
        by_student.setdefault(standing.student.login, {})[standing.assignment] = standing
    students = {standing.student.login: standing.student for standing in material.standings}
    if material.template is not None:
        return _filled(material, material.template, by_student, students)
    return _new(material, by_student, students)


def _new(material: Material, by_student: Mapping[str, Mapping[str, Standing]], students: Mapping[str, Student]) -> Exported:
    slugs = material.assignments()
    strangers = sorted(login for login, student in students.items() if not student.enrolled)
    rows: list[Sequence[str | float | None]] = [
        (*HEAD, *(material.title(slug) for slug in slugs)),
        (POINTS_POSSIBLE, "", "", "", "", *(FULL_POINTS for _ in slugs)),
    ]
    count = 0
    for login in sorted(set(students) - set(strangers)):
        student = students[login]
        points = [standing.points if (standing := by_student[login].get(slug)) else None for slug in slugs]
        count += sum(each is not None for each in points)
        ids = (student.ids.get("canvas", ""), student.ids.get("sis", ""))
        rows.append((student.name or login, *ids, login, student.section, *points))
    notes = []
    if strangers:
        notes.append(f"in no roster, so not in it: {listed(strangers)}; enroll them, or hand in under the name of the roster")
    if any(not students[login].ids.get("canvas") for login in set(students) - set(strangers)):
        notes.append(
            "Canvas' own numbers of some students aren't known, so it goes by login and name; --template FILE (its export) is safer"
        )
    return Exported(files=(File(name="canvas.csv", content=table_text.write(rows)),), rows=count, notes=tuple(notes))


def _filled(
    material: Material, template: bytes, by_student: Mapping[str, Mapping[str, Standing]], students: Mapping[str, Student]
) -> Exported:
    rows, dialect = table_text.read(template, "--template")
    header = rows[0]
    places = {name.strip(): index for index, name in enumerate(header[:9])}
    if "ID" not in places or not ({"Student", "LastName"} & set(places)):
        raise UsageError("--template is no export of Canvas' gradebook: its first columns must be Student and ID")
    notes: list[str] = []
    columns = {slug: _column(header, slug, material.titles.get(slug, {})) for slug in material.assignments()}
    added = [slug for slug, index in columns.items() if index < 0]
    # new columns go before those of Canvas' own, which come last
    at = next((index for index, name in enumerate(header) if index > places["ID"] and _OWN.search(name)), len(header))
    if added:
        columns = {slug: index if index < at else index + len(added) for slug, index in columns.items() if index >= 0}
        columns |= {slug: at + offset for offset, slug in enumerate(added)}
        rows = [[*row[:at], *([""] * (at - len(row))), *[""] * len(added), *row[at:]] for row in rows]
        for slug in added:
            rows[0][columns[slug]] = material.title(slug)
        notes.append(f"no column of the template is called like {listed(added)}: Canvas will ask whether each is a new assignment")
    people = People(students.values())
    possible = dict.fromkeys(columns, FULL_POINTS)
    seen: set[str] = set()
    count = 0
    unknown: list[str] = []
    for row in rows[1:]:
        row += [""] * (len(rows[0]) - len(row))
        first = row[0].strip()
        if "Points Possible" in row[0]:
            for slug, index in columns.items():
                if slug in added:
                    row[index] = number(FULL_POINTS)
                possible[slug] = _possible(row[index], slug, header)
            continue
        if not any(value.strip() for value in row) or first in (TEST_STUDENT, "Test Student") or _is_muted(row):
            continue
        login = people.find(*_clues(row, places))
        if login is None:
            unknown.append(first)
            continue
        seen.add(login)
        for slug, index in columns.items():
            standing = by_student[login].get(slug)
            if standing is not None and standing.points is not None:
                row[index] = number(standing.points * possible[slug] / FULL_POINTS)
                count += 1
    if unknown:
        notes.append(f"in the template, but not known here, so left as they are: {listed(unknown)}")
    missing = sorted(login for login in set(students) - seen if any(each.points is not None for each in by_student[login].values()))
    if missing:
        notes.append(f"graded, but not in the template: {listed(missing)}")
    return Exported(files=(File(name="canvas.csv", content=table_text.write(rows, dialect)),), rows=count, notes=tuple(notes))


def _column(header: Sequence[str], slug: str, titles: Mapping[str, str]) -> int:
    """Where an assignment's column is: by its title in any language, its slug or the slug's name; -1 if nowhere. Raises UsageError if
    several columns could be it."""
    names = {folded(name) for name in (*titles.values(), slug, slug.partition("_")[2], slug.replace("_", " ")) if name}
    found = [index for index, name in enumerate(header) if index > 1 and folded(_NUMBER_AT_END.sub("", name)) in names]
    if len(found) > 1:
        those = listed([header[index] for index in found])
        raise UsageError(f"--template has several columns that could be {slug}: {those}; rename or take out all but one")
    return found[0] if found else -1


def _clues(row: Sequence[str], places: Mapping[str, int]) -> list[tuple[str, str]]:
    login = row[places["SIS Login ID"]] if "SIS Login ID" in places else ""
    sis = row[places["SIS User ID"]] if "SIS User ID" in places else ""
    name = (
        row[places["Student"]] if "Student" in places else f"{row[places['LastName']]}, {row[places.get('FirstName', places['LastName'])]}"
    )
    return [("canvas", row[places["ID"]]), ("sis", sis), ("login", login), ("email", login), ("login", sis), ("name", name)]


def _possible(text: str, slug: str, header: Sequence[str]) -> float:
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        value = 0.0
    if not 0 < value < 1e6:
        raise UsageError(f"--template says {text.strip()!r} points are possible for {slug}; write a number above 0 into its second row")
    return value


def _is_muted(row: Sequence[str]) -> bool:
    return all(re.fullmatch(r"\s*(Muted|Manual Posting.*)?\s*", value, re.IGNORECASE) for value in row)
