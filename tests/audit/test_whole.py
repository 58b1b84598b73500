"""From a submission to the question why its grades differ, through the pipeline and the gradebook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from grader.assignment import Assignment, find_assignment
from grader.audit.compare import compare
from grader.audit.sides import chosen
from grader.gradebook.records import Student
from grader.gradebook.store import Gradebook
from grader.pipeline import Judge, grade, grade_recorded, open_judge, replay
from grader.records import Source
from grader.run.seeds import public_seed
from grader.unpack import digest_of_files
from tests.audit.making import copied
from tests.gradebook.making import hand_in

SLUG = "03_vector_matrix"


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    return find_assignment(SLUG)


@pytest.fixture(scope="module")
def judge(assignment: Assignment, tmp_path_factory: pytest.TempPathFactory) -> Judge:
    seed = public_seed(assignment.course, SLUG)
    return open_judge(assignment, sandbox="none", seed=seed, cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with Gradebook.open(tmp_path / "gradebook.db") as book:
        book.enroll([Student(login="minsu")])
        yield book


def test_a_mended_check_is_what_differs(assignment: Assignment, judge: Judge, book: Gradebook, tmp_path: Path) -> None:
    files = dict.fromkeys(assignment.files, b"this is no CUDA\n")
    first, evidence = grade_recorded(Source(files=files, digest=digest_of_files(files)), assignment, judge, "", book.blobs.put)
    assert first.grounds is not None and first.grounds == evidence.grounds and {*first.grounds.submission} == {*files}
    submission = hand_in(book, "minsu", SLUG)
    book.store(submission, first, evidence=book.blobs.put(msgspec.json.encode(evidence)))
    mended = copied(assignment, tmp_path, "test_hidden.py", "\n# mended\n")
    again, new = replay(evidence, book.blobs.get, mended, judge.builds, "", digest="mended")
    book.store(submission, again, evidence=book.blobs.put(msgspec.json.encode(new)), why="evaluated again: mended")
    found = compare(*chosen(book, ["1", "2"], None, None))
    assert [(reason.part, reason.details) for reason in found.reasons] == [("checks", ("test_hidden.py changed",))]
    assert found.judgement == "equal" and book.audit().ok
    assert book.full(book.grades()[0]).grounds == again.grounds != first.grounds


def test_every_way_to_a_grade_says_what_it_rests_on(assignment: Assignment, judge: Judge, tmp_path: Path) -> None:
    folder = tmp_path / "minsu"
    folder.mkdir()
    refused = grade(folder, assignment, judge)
    assert refused.verdict == "MISSING_FILE" and refused.grounds is not None and refused.grounds.submission == {}
    for name in assignment.files:
        (folder / name).write_text("this is no CUDA\n")
    first, again = grade(folder, assignment, judge), grade(folder, assignment, judge)
    assert again.from_cache and first.grounds is not None and first.grounds == again.grounds
    assert msgspec.structs.replace(first.grounds, submission={}) == refused.grounds
