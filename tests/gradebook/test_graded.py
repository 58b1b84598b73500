"""Grades: kept whole, found by what they rest on, the latest by number."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from grader.gradebook import graded
from grader.gradebook.store import Gradebook
from tests.gradebook.making import NOON, grade, hand_in


def test_a_grade_comes_back_whole(book: Gradebook) -> None:
    submission = hand_in(book, "minsu")
    given = grade(60, message="틀렸습니다")
    stored = book.store(submission, given, evidence="", why="graded", author="sora", cpu_s=1.5, wall_s=2.5)
    assert book.grades() == [stored]
    assert (stored.submission, stored.student, stored.assignment, stored.score, stored.key) == (1, "minsu", "01_scale", 60, "key")
    assert (stored.author, stored.cpu_s, stored.wall_s, stored.message) == ("sora", 1.5, 2.5, "틀렸습니다")
    assert [check.id for check in stored.checks] == ["t::square"] and stored.decided
    assert book.full(stored) == msgspec.structs.replace(given, submission="in/minsu"), "under the label that it came with"


def test_equal_grades_of_two_people_share_their_record_and_name_nobody(book: Gradebook) -> None:
    one, other = hand_in(book, "minsu"), hand_in(book, "sora")
    first = book.store(one, grade())
    second = book.store(other, grade(), same_as=first.id)
    assert first.record == second.record and second.same_as == first.id
    assert b"where/it/lay" not in book.blobs.get(first.record)
    assert book.full(second).submission == "in/sora"


def test_known_are_the_first_decided_of_each_key(book: Gradebook) -> None:
    submission = hand_in(book, "minsu")
    undecided = book.store(submission, grade(key="a", not_run=1))
    first = book.store(submission, grade(70, key="a"))
    book.store(submission, grade(80, key="a"))
    nothing = book.store(submission, grade(0, max_score=0, key="b"))
    empty = book.store(submission, grade(key=""))
    assert not undecided.decided and not nothing.decided and empty.decided
    assert book.known(["a", "b", "c", ""]) == {"a": first}
    assert book.known([]) == {}
    assert book.known(f"k{i}" for i in range(12_000)) == {}


def test_the_latest_is_the_last_stored_though_the_clock_goes_back(book: Gradebook, monkeypatch: pytest.MonkeyPatch) -> None:
    submission = hand_in(book, "minsu")
    first = book.store(submission, grade(10))
    monkeypatch.setattr(graded, "now", lambda: NOON - dt.timedelta(days=4000))
    second = book.store(submission, grade(20), why="regraded: mended")
    assert second.at < first.at
    assert book.grades(submission=submission.id) == [second]
    assert book.grades(every=True) == [first, second]
    assert book.grades(student="nobody") == book.grades(assignment="02_reverse") == []


def test_what_a_program_prints_can_hold_anything(book: Gradebook) -> None:
    submission = hand_in(book, "minsu")
    stored = book.store(submission, grade(message="a\0b\ud800c"))
    assert stored.message == "a\ufffdb\ufffdc"
    assert book.grades() == [stored]
    assert book.full(stored).message == stored.message
