"""Which two grades are meant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from grader.audit.sides import chosen
from grader.gradebook.records import Student
from grader.gradebook.store import Gradebook
from grader.toolchain import UsageError
from tests.gradebook.making import at, evidence, grade, hand_in


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with Gradebook.open(tmp_path / "gradebook.db") as book:
        book.enroll([Student(login="minsu", name="Kim Minsu"), Student(login="sora")])
        first = hand_in(book, "minsu")
        book.store(first, grade(10))
        book.store(hand_in(book, "sora"), grade(20))
        book.store(first, grade(30, key="two"), why="regraded: x")
        book.store(hand_in(book, "minsu", when=at(1)), grade(40, key="three"))
        yield book


def numbers(book: Gradebook, *names: str, student: str | None = None, assignment: str | None = None) -> tuple[int, int]:
    old, new = chosen(book, names, student, assignment)
    return old.stored.id, new.stored.id


def test_two_are_found_by_number_or_as_the_latest(book: Gradebook) -> None:
    assert numbers(book, "1", "3") == numbers(book, "3", "1") == (1, 3)
    assert numbers(book, "2", "1") == (1, 2), "of two people too"
    assert numbers(book, "minsu:01_scale") == numbers(book, "minsu:scale") == (3, 4)
    assert numbers(book, student="Kim Minsu", assignment="scale") == (3, 4)


@pytest.mark.parametrize(
    ("names", "student", "assignment", "message"),
    [
        ((), None, None, "name two grades by their numbers"),
        (("1",), None, None, "'1' is neither|name two grades"),
        (("1", "2", "3"), None, None, "name two grades"),
        (("1", "x"), None, None, "name two grades"),
        (("1", "1"), None, None, "grade 1 compared with itself"),
        (("1", "9"), None, None, "there is no grade number 9"),
        (("minsu",), None, None, "'minsu' is neither a grade's number nor STUDENT:ASSIGNMENT"),
        ((":scale",), None, None, "neither a grade's number"),
        (("minso:scale",), None, None, "knows nobody 'minso'"),
        (("sora:scale",), None, None, "sora has one grade in scale, and it takes two"),
        (("minsu:gemm",), None, None, "minsu has no grade in gemm"),
        (("1", "2"), "minsu", "scale", "name two grades"),
        ((), "minsu", None, "name two grades"),
    ],
)
def test_what_names_no_two_grades(
    book: Gradebook, names: tuple[str, ...], student: str | None, assignment: str | None, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        chosen(book, names, student, assignment)


def test_evidence_comes_along_and_what_is_lost_is_told(book: Gradebook) -> None:
    kept = book.blobs.put(msgspec.json.encode(evidence()))
    book.store(book.submission(1), grade(50), evidence=kept)
    old, new = chosen(book, ["minsu:scale"], None, None)
    assert old.evidence is None and new.evidence == evidence() and new.lost == ""
    book.blobs.drop(kept)
    _, new = chosen(book, ["minsu:scale"], None, None)
    assert new.evidence is None and "is gone or damaged" in new.lost
