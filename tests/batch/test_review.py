"""What a review of the batch found, each once: addresses that were made to collide, and one person's damage that stopped everybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.batch.take import take
from grader.blobs import Blobs
from grader.course import find_course
from grader.gradebook.contents import decoded
from tests import scale_course as course
from tests.batch.test_run import WRONG, Desk, Scripted, kinds


@pytest.fixture
def desk(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path_factory.getbasetemp() / "batch-cache"))
    monkeypatch.setenv("GRADER_DATA", str(tmp_path / "data"))
    made = Desk(tmp_path)
    yield made
    made.book.close()


def test_no_bytes_of_a_refused_file_have_the_address_of_a_program(desk: Desk) -> None:
    """A refused file's address was the digest of its bytes, and a program's that of its name, length and bytes."""
    code = course.GOOD.encode()
    desk.hand_in("mallory", f"scale.cu\0{len(code)}\0".encode() + code, "submission.zip")
    desk.run()
    desk.hand_in("alice", code)
    assert kinds(desk.run()) == [("mallory", "known"), ("alice", "graded")]
    assert desk.book.grades(student="alice")[0].verdict == "PASSED"


def test_a_refusal_names_nobody_elses_file(desk: Desk) -> None:
    desk.hand_in("kim", b"junk", "kim_chulsoo_20231234.zip")
    desk.run()
    desk.hand_in("lee", b"junk", "hw.zip")
    desk.run()
    (grade,) = desk.book.grades(student="lee")
    assert grade.same_as is None and "kim" not in grade.message and "hw.zip" in grade.message


def lose(blobs: Blobs, digest: str) -> None:
    (blobs.folder / digest[:2] / digest).write_bytes(b"")


def test_a_lost_content_keeps_nobody_waiting(desk: Desk) -> None:
    alice = desk.hand_in("alice", course.GOOD)
    lose(desk.book.blobs, alice.content)
    desk.hand_in("bob", WRONG)
    events = desk.run()
    assert kinds(events) == [("alice", "fault"), ("bob", "graded")]
    assert "damaged" in events[0].text
    desk.book.receive("alice", "01_scale", course.GOOD.encode(), filename="scale.cu", received_at=None, origin="folder", label="sub/alice")
    Blobs(desk.book.blobs.folder).put(course.GOOD.encode())  # who brings it again mends it
    assert sorted(kinds(desk.run())) == [("alice", "graded"), ("bob", "known")]


def test_what_can_not_be_linked_is_run(desk: Desk) -> None:
    desk.hand_in("alice", course.GOOD)
    desk.run()
    lose(desk.book.blobs, desk.book.grades()[0].record)
    desk.hand_in("bob", course.GOOD)
    engine = Scripted(desk)
    assert ("bob", "graded") in kinds(desk.run(engine)) and engine.graded == ["sub/bob"]


def test_what_can_not_be_replayed_is_run(desk: Desk) -> None:
    desk.hand_in("alice", WRONG)
    desk.run()
    evidence = decoded(desk.book.blobs.get(desk.book.grades()[0].evidence))
    lose(desk.book.blobs, next(iter(evidence.runs[0].outputs.values())))
    path = desk.folder / "test_public.py"
    path.write_text(path.read_text().replace("points(6)", "points(5)"))
    desk.reopen()
    engine = Scripted(desk)
    assert kinds(desk.run(engine)) == [("alice", "graded")] and engine.graded == ["sub/alice"]
    assert desk.book.check() == []  # the array is whole again


def test_a_broken_assignment_is_a_fault_of_its_own_submissions(desk: Desk) -> None:
    desk.hand_in("alice", WRONG)
    desk.run()
    (desk.folder / "test_public.py").write_text("def test_(:\n")
    desk.hand_in("bob", course.GOOD)
    events = desk.run()
    assert [(who, kind) for who, kind in kinds(events) if who == "alice"] == [("alice", "fault")]
    assert "test_public.py" in events[0].text


def test_who_goes_back_to_an_old_version_has_handed_that_in(desk: Desk, tmp_path: Path) -> None:
    found = find_course(desk.folder)
    for code in (course.GOOD, WRONG, course.GOOD):
        course.submission(tmp_path / "class", "alice", code)
        for _ in range(2):  # reading a folder twice is no second hand-in
            submissions, _, _ = _taken(desk, found, tmp_path / "class")
    assert [each.number for each in submissions] == [3] and len(desk.book.submissions(student="alice")) == 3
    desk.run()
    (standing,) = desk.book.standings(found, student="alice")
    assert standing.grade is not None and standing.grade.verdict == "PASSED"


def _taken(desk: Desk, found: object, folder: Path) -> tuple[list, list, list]:  # type: ignore[type-arg]
    taken = take(folder, desk.book, found)  # type: ignore[arg-type]
    return list(taken.submissions), list(taken.remarks), list(taken.left)
