"""Overrides, comments, extensions, groups, the journal: kept with author and reason; the latest counts; what makes no sense is refused."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from grader.gradebook.records import Student
from grader.gradebook.store import Gradebook
from grader.toolchain import UsageError
from tests.gradebook.conftest import Place
from tests.gradebook.making import NOON, at, hand_in

SLUG = "01_scale"


@pytest.fixture(autouse=True)
def _people(book: Gradebook) -> None:
    book.enroll([Student(login="minsu"), Student(login="sora")])


def test_the_latest_override_counts_and_may_be_taken_back(book: Gradebook) -> None:
    first = book.override("minsu", SLUG, 50, reason="appeal", author="ta")
    second = book.override("minsu", SLUG, 60.5, reason="second look", author="prof")
    assert book.overrides() == [second] and book.overrides(every=True) == [first, second]
    back = book.override("minsu", SLUG, None, reason="wrong student", author="ta")
    assert back.points is None
    assert book.overrides() == [] and len(book.overrides(student="minsu", assignment=SLUG, every=True)) == 3
    with pytest.raises(UsageError, match="no override in 01_scale to take back"):
        book.override("minsu", SLUG, None, reason="x", author="ta")


@pytest.mark.parametrize("points", [-1, 100.5, float("nan"), float("inf")])
def test_points_lie_between_0_and_100(book: Gradebook, points: float) -> None:
    with pytest.raises(UsageError, match="between 0 and 100"):
        book.override("minsu", SLUG, points, reason="x", author="ta")
    assert book.overrides(every=True) == []


def test_nothing_is_kept_without_a_reason_and_an_author(book: Gradebook) -> None:
    for reason, author in (("", "ta"), ("why", " ")):
        with pytest.raises(UsageError, match="kept with the record"):
            book.override("minsu", SLUG, 1, reason=reason, author=author)
        with pytest.raises(UsageError, match="kept with the record"):
            book.extend("minsu", SLUG, NOON, reason=reason, author=author)
    with pytest.raises(UsageError, match="kept with the record"):
        book.comment("minsu", SLUG, "", author="ta")
    with pytest.raises(UsageError, match="knows nobody 'minso'; did you mean minsu"):
        book.override("minso", SLUG, 1, reason="x", author="ta")


def test_comments_stay_in_order(book: Gradebook) -> None:
    one = book.comment("minsu", SLUG, "nice", author="ta")
    two = book.comment("minsu", SLUG, "copied?", author="prof", private=True)
    three = book.comment("sora", "02_reverse", "<b>", author="ta")
    assert book.comments() == [one, two, three]
    assert book.comments(student="minsu", assignment=SLUG) == [one, two] and two.private


def test_an_extension_is_the_latest_one(book: Gradebook) -> None:
    book.extend("minsu", SLUG, at(1), reason="ill", author="ta")
    second = book.extend("minsu", SLUG, at(3), reason="still ill", author="ta")
    other = book.extend("sora", "02_reverse", at(2), reason="jury", author="ta")
    assert book.extensions() == [second, other] and second.until == at(3)
    book.extend("minsu", SLUG, None, reason="wrong", author="ta")
    assert book.extensions(student="minsu") == [] and book.extensions(assignment="02_reverse") == [other]
    with pytest.raises(UsageError, match="no extension in 01_scale to take back"):
        book.extend("minsu", SLUG, None, reason="x", author="ta")
    with pytest.raises(UsageError, match="has no offset"):
        book.extend("minsu", SLUG, NOON.replace(tzinfo=None), reason="x", author="ta")


def test_a_student_is_in_one_group_of_an_assignment(book: Gradebook) -> None:
    book.set_group(SLUG, "team", ["sora", "minsu", "sora"])
    assert book.groups(SLUG) == {"team": ("minsu", "sora")} and book.groups("02_reverse") == {}
    with pytest.raises(UsageError, match="sora is in the group 'team' of 01_scale"):
        book.set_group(SLUG, "other", ["sora"])
    book.set_group(SLUG, "team", ["minsu"])
    book.set_group(SLUG, "other", ["sora"])
    assert book.groups(SLUG) == {"other": ("sora",), "team": ("minsu",)}
    with pytest.raises(UsageError, match="knows nobody"):
        book.set_group(SLUG, "team", ["nobody"])
    assert book.groups(SLUG)["team"] == ("minsu",), "nothing of it is done"
    book.set_group(SLUG, "team", [])
    assert book.groups(SLUG) == {"other": ("sora",)}


def test_the_journal_tells_what_a_batch_did(book: Gradebook) -> None:
    submission = hand_in(book, "minsu")
    one, two = book.begin({"folder": "학생"}), book.begin({})
    book.note(one, submission.id, "started")
    book.note(two, submission.id, "fault", attempt=2, text="worker died")
    assert [(e.batch, e.state, e.attempt, e.text) for e in book.journal()] == [(one, "started", 1, ""), (two, "fault", 2, "worker died")]
    assert [e.batch for e in book.journal(two)] == [two]
    with pytest.raises(UsageError, match="known are started, graded, linked, fault"):
        book.note(one, submission.id, "done")


def test_what_one_holds_nobody_else_does(book: Gradebook) -> None:
    assert book.hold("batch", "a", for_s=30) is None
    assert book.hold("batch", "a", for_s=30) is None, "saying again that one is alive"
    assert book.hold("batch", "b", for_s=30) == "a"
    assert book.hold("other", "b", for_s=30) is None
    book.release("batch", "b")
    assert book.hold("batch", "b", for_s=30) == "a", "only who has it gives it back"
    book.release("batch", "a")
    assert book.hold("batch", "b", for_s=0.01) is None
    time.sleep(0.02)
    assert book.hold("batch", "c", for_s=30) is None, "the dead lose it"


def test_of_many_that_ask_at_once_one_gets_it(place: Place) -> None:
    with place.open() as book, ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda who: book.hold("night", f"w{who}", for_s=30), range(8)))
    assert answers.count(None) == 1
