"""nbgrader's CSV: its columns in its order, every student with every assignment."""

from __future__ import annotations

import csv
import io

import pytest

from grader.export import EXPORTERS, Exported
from grader.export.people import split_name
from tests.export.making import OTHER, late, material, missing, override, standing, student

# what `nbgrader export` 0.9.6 writes as its first line
HEADER = "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,late_submission_penalty,score,max_score"


def read(made: Exported) -> list[dict[str, str]]:
    text = made.files[0].content.decode()
    assert text.splitlines()[0] == HEADER
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_rows() -> None:
    alice, bob = student("alice", "Kim, Alice", email="a@x.kr"), student("bob", "=1+1 Bob")
    made = EXPORTERS["nbgrader"].write(material(late(alice), override(bob), missing(alice, OTHER), standing(bob, OTHER, None)))
    first, second, third, fourth = read(made)
    assert first == {
        "assignment": "01_scale",
        "duedate": "2026-03-02 12:00:00",
        "timestamp": "2026-03-02 12:00:00",
        "student_id": "alice",
        "last_name": "Kim",
        "first_name": "Alice",
        "email": "a@x.kr",
        "raw_score": "60",
        "late_submission_penalty": "6",
        "score": "54",
        "max_score": "100",
    }
    assert (second["score"], second["late_submission_penalty"], second["first_name"]) == ("91.5", "0", "'=1+1")
    assert (third["score"], third["timestamp"], third["duedate"]) == ("0", "", ""), "nothing came: 0 points"
    assert (fourth["score"], fourth["raw_score"]) == ("", ""), "not graded yet: nothing"
    assert made.rows == 4


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Kim, Minji", ("Kim", "Minji")),
        ("Minji Kim", ("Kim", "Minji")),
        ("김민지", ("김민지", "")),
        ("Ana de la Cruz", ("Cruz", "Ana de la")),
        ("", ("", "")),
    ],
)
def test_names(name: str, parts: tuple[str, str]) -> None:
    assert split_name(name) == parts
