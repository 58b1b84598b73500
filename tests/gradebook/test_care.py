"""`check` finds what is wrong, and nothing in a gradebook that is right."""

from __future__ import annotations

import sqlite3

import pytest

from grader.gradebook.store import Gradebook
from tests.gradebook.conftest import Place
from tests.gradebook.test_archive import fill


def unguarded(place: Place, *statements: str) -> None:
    """By hand, as somebody with all rights and bad intentions would."""
    if place.server is not None:
        place.execute("; ".join(["SET session_replication_role = replica", *statements]))
        return
    connection = sqlite3.connect(place.url, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN IMMEDIATE")
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    for _, sql in triggers:
        connection.execute(sql)
    connection.execute("COMMIT")
    connection.close()


def test_nothing_is_wrong(book: Gradebook) -> None:
    assert book.check() == []
    fill(book)
    assert book.check() == []


def test_contents_that_are_gone_or_damaged(book: Gradebook) -> None:
    fill(book)
    submission, grade = book.submissions()[0], book.grades()[0]
    book.blobs.drop(submission.content)
    path = book.blobs.folder / grade.record[:2] / grade.record
    path.write_bytes(b"0something else")
    wrong = book.check()
    assert len(wrong) == 2 and all("is gone or damaged; restore it" in sentence for sentence in wrong)
    assert submission.content in " ".join(wrong) and grade.record in " ".join(wrong)


def test_evidence_that_is_gone(book: Gradebook) -> None:
    fill(book)
    (evidence,) = {g.evidence for g in book.grades(every=True)} - {""}
    book.blobs.drop(evidence)
    assert book.check() == [f"the evidence {evidence} is gone or damaged; restore a backup"]


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE grades SET score = 100 WHERE id = 1", "grade 1 of minsu in 01_scale says otherwise than its record"),
        ("UPDATE grades SET same_as = 77 WHERE id = 2", "grade 2 was taken from grade 77, which isn't there"),
        ("DELETE FROM submissions WHERE id = 1", ""),
        ("UPDATE submissions SET number = 5 WHERE id = 2", "minsu has 2 submissions of 01_scale, and the last is number 5"),
    ],
)
def test_rows_that_somebody_changed_past_all_guards(book: Gradebook, place: Place, statement: str, message: str) -> None:
    fill(book)
    unguarded(place, statement)
    wrong = book.check()
    assert wrong and message in " ".join(wrong)


def test_guards_that_are_gone(book: Gradebook, place: Place) -> None:
    place.execute("DROP TRIGGER grades_no_update" if place.server is None else "ALTER TABLE grades DISABLE TRIGGER grades_immutable")
    (sentence,) = book.check()
    assert sentence.startswith("nothing keeps stored rows from being changed: the triggers grades_")
