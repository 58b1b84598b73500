"""What is stored is never changed: the database itself refuses, whoever asks."""

from __future__ import annotations

import pytest

from grader.gradebook.migrations.immutable import CHAIN, TABLES
from grader.gradebook.records import Student
from tests.gradebook.conftest import Place
from tests.gradebook.making import at, grade, hand_in

ONE_COLUMN = {
    "extensions": "reason",
    "submissions": "received_at",
    "grades": "score",
    "overrides": "points",
    "comments": "text",
    "batches": "arguments",
    "journal": "state",
    "links": "hash",
    "seals": "document",
}


@pytest.fixture
def full(place: Place) -> Place:
    """A gradebook with a row in every table that is guarded."""
    with place.open() as book:
        book.enroll([Student(login="minsu")])
        submission = hand_in(book, "minsu")
        book.store(submission, grade(10))
        book.override("minsu", "01_scale", 5, reason="x", author="ta")
        book.comment("minsu", "01_scale", "x", author="ta")
        book.extend("minsu", "01_scale", at(1), reason="x", author="ta")
        book.note(book.begin({}), submission.id, "graded")
    return place


def test_all_tables_are_thought_of() -> None:
    assert {*ONE_COLUMN} == {*TABLES, *CHAIN}


@pytest.mark.parametrize("table", [*ONE_COLUMN])
def test_no_row_is_changed_or_deleted(full: Place, table: str) -> None:
    before = full.execute(f"SELECT * FROM {table}")
    assert len(before) == (3 if table in CHAIN else 1)  # links of the grade, the override and the extension
    key = "number" if table in CHAIN else "id"
    column = ONE_COLUMN[table]
    attempts = [f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"]
    if full.server is None:
        attempts += [f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}", f"REPLACE INTO {table} SELECT * FROM {table}"]
    else:
        attempts += [
            f"TRUNCATE {table} CASCADE",
            f"INSERT INTO {table} SELECT * FROM {table} ON CONFLICT ({key}) DO UPDATE SET {column} = EXCLUDED.{column}",
        ]
    for attempt in attempts:
        with pytest.raises(Exception, match=r"never (changed|deleted|replaced)"):
            full.execute(attempt)
    assert full.execute(f"SELECT * FROM {table}") == before


def test_a_submission_is_not_replaced_by_one_of_the_same_number(full: Place) -> None:
    columns = "student_id, assignment, number, received_at, stored_at, origin, label, filename, content, receipt, identity"
    taken = f"SELECT {columns.replace('identity', chr(39) + 'other' + chr(39))} FROM submissions"
    verb = "INSERT OR REPLACE" if full.server is None else "INSERT"
    with pytest.raises(Exception, match=r"(?i)unique"):
        full.execute(f"{verb} INTO submissions ({columns}) {taken}")
    assert len(full.execute("SELECT * FROM submissions")) == 1


def test_an_open_deletion_lets_rows_be_deleted_and_never_changed(full: Place) -> None:
    full.execute(
        "INSERT INTO erasures (id, at, author, reason, submissions, grades, open, pending) VALUES (1, 0, 'x', 'x', 0, 0, true, '[]')"
    )
    with pytest.raises(Exception, match="never changed"):
        full.execute("UPDATE grades SET score = 100")
    with full.open() as book:
        assert any("left the way open" in sentence for sentence in book.check())
    full.execute("DELETE FROM grades")
    full.execute("DELETE FROM seals")
    with pytest.raises(Exception, match=r"never deleted|never changed"):
        full.execute("DELETE FROM links")
    full.execute("UPDATE erasures SET open = false")
    with pytest.raises(Exception, match=r"never deleted|never changed"):
        full.execute("DELETE FROM comments")
