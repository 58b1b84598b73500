"""Submissions: each once, in order, whatever comes at the same time."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from grader.gradebook.store import Gradebook
from grader.toolchain import UsageError
from tests.gradebook.conftest import Place
from tests.gradebook.making import NOON, at, hand_in


def test_a_submission_comes_back_as_it_was_given(book: Gradebook) -> None:
    made = book.receive(
        "minsu", "01_scale", b"// mine", filename="scale.cu", received_at=NOON, origin="server", label="up/load", receipt="r1"
    )
    assert (made.id, made.number, made.student, made.receipt, made.received_at) == (1, 1, "minsu", "r1", NOON)
    assert book.content(made) == b"// mine"
    assert book.submission(made.id) == made and book.submissions(student="minsu", assignment="01_scale") == [made]
    assert book.submissions(student="sora") == book.submissions(assignment="02_reverse") == []
    with pytest.raises(UsageError, match="no submission number 99"):
        book.submission(99)


def test_the_same_again_is_the_same(book: Gradebook) -> None:
    first = hand_in(book, "minsu", content=b"x")
    assert hand_in(book, "minsu", content=b"x") == first
    later = NOON.astimezone(dt.timezone(dt.timedelta(hours=9)))
    assert hand_in(book, "minsu", when=later, content=b"x") == first, "the same moment on another clock"
    unknown = hand_in(book, "minsu", when=None, content=b"x")
    assert hand_in(book, "minsu", when=None, content=b"x") == unknown != first
    numbers = [
        hand_in(book, "minsu", when=at(seconds=1), content=b"x").number,
        hand_in(book, "minsu", content=b"y").number,
        hand_in(book, "minsu", "02_reverse", content=b"x").number,
        hand_in(book, "sora", content=b"x").number,
    ]
    assert numbers == [3, 4, 1, 1]


def test_numbers_go_by_receipt_and_not_by_the_clock(book: Gradebook) -> None:
    late = hand_in(book, "minsu", when=at(1))
    early = hand_in(book, "minsu", when=at(-1))
    assert (late.number, early.number) == (1, 2)
    assert book.submissions() == [late, early]


def test_times_are_kept_to_the_microsecond(book: Gradebook) -> None:
    moment = dt.datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=dt.UTC)
    assert hand_in(book, "minsu", when=moment).received_at == moment


def test_many_at_once_are_neither_lost_nor_doubled(place: Place) -> None:
    """Of eight people at the same time, each hands in the same three files twice, over two connections' worth of gradebooks."""
    with place.open() as one, place.open() as other, ThreadPoolExecutor(16) as threads:
        jobs = [
            threads.submit(hand_in, book, f"s{who}", content=b"%d" % what) for who in range(8) for what in range(3) for book in (one, other)
        ]
        for job in jobs:
            job.result()
        found = one.submissions()
    assert len(found) == 24
    assert sorted((s.student, s.number) for s in found) == [(f"s{who}", number) for who in range(8) for number in (1, 2, 3)]


def test_equal_contents_are_one_file(book: Gradebook) -> None:
    assert hand_in(book, "minsu", content=b"x").content == hand_in(book, "sora", content=b"x").content
    assert len(list(book.blobs.all())) == 1
