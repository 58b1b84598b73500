"""Canvas: the table that its importer reads, by the rules of that importer, and its own export filled in."""

from __future__ import annotations

import csv
import io
import re

import pytest

from grader.export import EXPORTERS, Exported, Material
from grader.toolchain import UsageError
from tests.export.making import OTHER, SLUG, late, material, missing, override, standing, student

ALICE = student("alice", "Kim, Alice", ids={"canvas": "11", "sis": "2026001"}, section="A", email="alice@x.kr")
BOB = student("bob", "=cmd|'/c calc'!A1", ids={"canvas": "12"})
MINJI = student("minji", "김민지", ids={"canvas": "13"})
STRANGER = student("guest", enrolled=False)
HEADER = "Student,ID,SIS User ID,SIS Login ID,Section,Scale a vector (501),Lab (7),Lab Current Score,Final Score\r\n"
TEMPLATE = (
    "\ufeff"
    + HEADER
    + "Manual Posting,,,,,,,,\r\n    Points Possible,,,,,20,5,(read only),(read only)\r\n"
    + '"Kim, Alice",11,2026001,alice,A,3,4.5,90,90\r\n'
    + "Someone Else,99,,else,A,8,,,\r\n"
    + '"민지, 김",,,minji,A,,,,\r\n'
    + '"Student, Test",77,,x,A,1,1,,\r\n'
)


def read(made: Exported) -> list[list[str]]:
    (file,) = made.files
    return list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"), newline="")))


def imported(rows: list[list[str]]) -> dict[str, dict[str, float]]:
    """As Canvas' importer takes a file: student's ID or login -> column -> points. Written from what its source does."""
    header = rows[0]
    assert len(header) > 3 and "Student" in header[0] and "ID" in header[1], "Canvas says: invalid header row"
    info = 3
    if re.search(r"SIS\s+Login\s+ID", header[2]):
        info = 4
    elif re.search(r"SIS\s+User\s+ID", header[2]) and re.search(r"SIS\s+Login\s+ID", header[3]):
        info = 5 + bool(re.search(r"Integration\s+ID", header[4]))
    assert "Section" in header[info - 1], "Canvas says: invalid header row"
    own = re.compile("Current Score|Current Points|Current Grade|Final Score|Final Points|Final Grade|Override")
    columns = {name: index for index, name in enumerate(header) if index >= info and not own.search(name)}
    found: dict[str, dict[str, float]] = {}
    for row in rows[1:]:
        if "Points Possible" in row[0] or all(re.fullmatch(r"\s*(Muted|Manual Posting.*)?\s*", cell, re.IGNORECASE) for cell in row):
            continue
        found[row[1] or row[3]] = {name: float(row[index]) for name, index in columns.items() if row[index].strip()}
    return found


def write(made: Material) -> Exported:
    return EXPORTERS["canvas"].write(made)


def test_a_new_table() -> None:
    made = write(
        material(late(ALICE), override(ALICE, OTHER), standing(BOB, points=12.345), standing(MINJI, points=None), missing(MINJI, OTHER))
    )
    rows = read(made)
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Scale a vector", "Reverse, in place"]
    assert rows[1] == ["    Points Possible", "", "", "", "", "100", "100"]
    assert imported(rows) == {
        "11": {"Scale a vector": 54.0, "Reverse, in place": 91.5},
        "12": {"Scale a vector": 12.35},
        "13": {},
    }
    assert rows[2][:5] == ["Kim, Alice", "11", "2026001", "alice", "A"] and rows[3][0] == "'=cmd|'/c calc'!A1"
    assert made.rows == 3 and made.notes == ()


def test_who_is_in_no_roster_is_left_out_and_told() -> None:
    made = write(material(standing(STRANGER), standing(student("carol"))))
    assert list(imported(read(made))) == ["carol"]
    assert "in no roster, so not in it: guest" in made.notes[0] and "login and name" in made.notes[1]


def test_its_own_export_is_filled_in_and_keeps_all_else() -> None:
    made = write(material(standing(ALICE, points=75.0), standing(MINJI, points=50.0), standing(BOB), template=TEMPLATE.encode()))
    (file,) = made.files
    expected = TEMPLATE.replace("alice,A,3,", "alice,A,15,").replace("minji,A,,", "minji,A,10,")
    assert file.content.decode() == expected, "BOM, line ends, columns and rows as they were; points of 20"
    assert made.rows == 2
    assert [note.partition(":")[2].strip() for note in made.notes] == ["Someone Else", "bob"]


def test_what_is_not_graded_leaves_the_cell() -> None:
    made = write(material(standing(ALICE, points=None), template=TEMPLATE.encode()))
    assert made.files[0].content.decode() == TEMPLATE and made.rows == 0


def test_an_assignment_without_a_column_gets_one_before_canvas_own() -> None:
    made = write(material(standing(ALICE), standing(ALICE, OTHER, 40.0), template=TEMPLATE.encode()))
    rows = read(made)
    assert rows[0][5:8] == ["Scale a vector (501)", "Lab (7)", "Reverse, in place"] and rows[0][8:] == ["Lab Current Score", "Final Score"]
    assert rows[2][5:8] == ["20", "5", "100"]
    assert imported(rows)["11"] == {"Scale a vector (501)": 12.0, "Lab (7)": 4.5, "Reverse, in place": 40.0}
    assert "no column of the template is called like 02_reverse" in made.notes[0]


@pytest.mark.parametrize("name", ["scale", "01_scale", "01 Scale (3)", "SCALE A VECTOR", "벡터에 수 곱하기 (9)"])
def test_a_column_is_found_by_any_of_its_names(name: str) -> None:
    made = write(material(standing(ALICE, points=50.0), template=TEMPLATE.replace("Scale a vector (501)", name).encode()))
    assert read(made)[3][5] == "10"


def test_students_are_found_by_what_is_surest() -> None:
    lines = "Student,ID,SIS Login ID,Section,scale\n Points Possible,,,,100\nX,12,alice,,\nAlice Kim,,,,\nY,,ALICE@x.kr ,,\n"
    rows = read(write(material(standing(ALICE, points=1.0), standing(BOB, points=2.0), template=lines.encode())))
    assert [row[4] for row in rows[2:]] == ["2", "1", "1"], "the number before the login, the name turned round, the e-mail"


def test_two_people_of_one_name_are_not_guessed() -> None:
    twin = student("kim2", "Kim, Alice")
    lines = 'Student,ID,Section,scale\n Points Possible,,,100\n"Kim, Alice",,,\n'
    made = write(material(standing(ALICE), standing(twin), template=lines.encode()))
    assert (
        read(made)[2][3] == ""
        and "left as they are: Kim, Alice" in made.notes[0]
        and "graded, but not in the template: alice, kim2" in made.notes[1]
    )


def test_decimal_commas_and_semicolons_are_kept() -> None:
    lines = TEMPLATE.replace(",", ";").replace("Kim; Alice", "Kim, Alice").replace("민지; 김", "민지, 김").replace("4.5", "4,5")
    made = write(material(standing(ALICE, points=75.0), template=lines.encode()))
    quotes = lines.replace('"Kim, Alice"', "Kim, Alice").replace('"민지, 김"', "민지, 김").replace('"Student; Test"', '"Student; Test"')
    assert made.files[0].content.decode() == quotes.replace("alice;A;3;", "alice;A;15;")


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("a,b\n1,2\n", "no export of Canvas' gradebook"),
        (TEMPLATE.replace("Lab (7)", "scale (7)"), "several columns that could be 01_scale: Scale a vector (501), scale (7)"),
        (TEMPLATE.replace(",20,", ",0,"), "says '0' points are possible for 01_scale"),
        (TEMPLATE.replace(",20,", ",,"), "says '' points are possible for 01_scale"),
    ],
)
def test_a_template_that_cannot_be_filled_in_is_told(template: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        write(material(standing(ALICE), template=template.encode()))
    assert says in str(caught.value)


def test_a_short_row_is_filled_up() -> None:
    lines = "Student,ID,Section,scale\n Points Possible,,,10\nX,11\n"
    assert read(write(material(standing(ALICE), template=lines.encode())))[2] == ["X", "11", "", "6"]


def test_columns_are_of_slugs_asked_for() -> None:
    assert material(standing(ALICE), standing(ALICE, OTHER)).assignments() == [SLUG, OTHER]
