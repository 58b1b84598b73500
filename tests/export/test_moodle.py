"""Moodle: the worksheet that its importer reads, new or filled in."""

from __future__ import annotations

import csv
import io

import pytest

from grader.export import EXPORTERS, Exported, Material
from grader.toolchain import UsageError
from tests.export.making import NASTY, OTHER, faulty, graded, late, material, missing, override, standing, student

ALICE = student("alice", "Alice Kim", ids={"moodle": "Participant 77"}, email="alice@x.kr")
BOB = student("bob", "-1+1|calc", ids={"moodle": "78"})
WORKSHEET = (
    '\ufeffIdentifier,"Full name","Email address",Status,Grade,"Maximum grade",'
    '"Grade can be changed","Last modified (grade)","Feedback comments"\n'
    'Participant 77,"Alice Kim",,Submitted,,50.00,Yes,"Monday, 2 March 2026, 9:00 AM",\n'
    "Participant 90,Someone,b@x,Submitted,12,50.00,Yes,-,old\n"
)


def read(made: Exported) -> list[dict[str, str]]:
    """As Moodle takes it: only with the three columns that its importer insists on."""
    (file,) = made.files
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"), newline="")))
    assert {"Identifier", "Grade", "Last modified (grade)"} <= set(rows[0])
    return rows


def write(made: Material) -> Exported:
    return EXPORTERS["moodle"].write(made)


def test_a_new_worksheet() -> None:
    made = write(material(late(ALICE), override(BOB), missing(student("carol"))))
    alice, bob = read(made)
    assert (alice["Identifier"], alice["Email address"], alice["Grade"], alice["Maximum grade"]) == (
        "Participant 77",
        "alice@x.kr",
        "54",
        "100",
    )
    assert bob["Identifier"] == "Participant 78" and bob["Full name"] == "'-1+1|calc" and bob["Grade"] == "91.5"
    assert "1 free day used" in alice["Feedback comments"] and "Before lateness: 60 of 100" in alice["Feedback comments"]
    assert "ta: well done" in bob["Feedback comments"] and "copied?" not in bob["Feedback comments"], "private comments stay"
    assert "talked it over" in bob["Feedback comments"]
    assert made.rows == 2 and "carol" in made.notes[0] and made.files[0].name == "moodle-01_scale.csv"


def test_korean() -> None:
    (row,) = read(write(material(late(ALICE), language="ko")))
    assert "2일 지각" in row["Feedback comments"] and "지각 감점 전: 100점 중 60점" in row["Feedback comments"]


def test_its_worksheet_is_filled_in() -> None:
    made = write(material(standing(ALICE, points=75.0), standing(BOB), template=WORKSHEET.encode()))
    alice, other = read(made)
    assert alice["Grade"] == "37.5" and alice["Feedback comments"] and alice["Last modified (grade)"] == "Monday, 2 March 2026, 9:00 AM"
    assert other == {**other, "Grade": "12", "Feedback comments": "old"}
    assert made.files[0].content.startswith(b"\xef\xbb\xbf") and b"\r\n" not in made.files[0].content
    assert "left as they are: Someone" in made.notes[0] and "not in the worksheet: bob" in made.notes[1]


def test_feedback_is_html_and_harmless() -> None:
    (row,) = read(write(material(standing(ALICE), grades=lambda each: graded(text=NASTY))))
    text = row["Feedback comments"]
    assert "&lt;b&gt;&amp;amp;" in text and "<b>" not in text and "\x1b" not in text and "\n" not in text


def test_what_we_could_not_run_is_told() -> None:
    (row,) = read(write(material(standing(ALICE), grades=lambda each: faulty())))
    assert "1 check could not be run, for a reason of ours; it costs no points" in row["Feedback comments"]


def test_a_worksheet_is_about_one_assignment() -> None:
    with pytest.raises(UsageError, match="say which with --assignment; known are 01_scale, 02_reverse"):
        write(material(standing(ALICE), standing(ALICE, OTHER)))


@pytest.mark.parametrize("template", ["a,b\n1,2\n", WORKSHEET.replace("Last modified (grade)", "Zuletzt")])
def test_what_is_no_worksheet_is_told(template: str) -> None:
    with pytest.raises(UsageError, match="no grading worksheet of Moodle"):
        write(material(standing(ALICE), template=template.encode()))


def test_a_worksheet_without_a_column_for_feedback_gets_the_grades() -> None:
    made = write(material(standing(ALICE), template=WORKSHEET.replace("Feedback comments", "x").encode()))
    assert read(made)[0]["Grade"] == "30" and "switch feedback comments on" in made.notes[0]


def test_a_scale_in_place_of_a_maximum_counts_as_100() -> None:
    assert read(write(material(standing(ALICE), template=WORKSHEET.replace("50.00", "-").encode())))[0]["Grade"] == "60"
