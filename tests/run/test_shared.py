"""Shared: submissions of one assignment share prepared cases and expected values, and get the grades that they get alone."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import msgspec
import pytest

from grader.assignment import find_assignment, load_assignment
from grader.blobs import Blobs
from grader.pipeline import grade_recorded, open_judge
from grader.records import Grade, Source
from grader.run.inputs import override_of
from grader.run.seeds import public_seed
from grader.run.shared import Shared
from grader.unpack import unpack

ROOT = Path(__file__).resolve().parents[2]


def plain(each: Grade) -> Grade:
    return msgspec.structs.replace(each, timings_s={}, digest="")


@pytest.mark.parametrize("slug", ["03_vector_matrix", "05_transpose"])
def test_shared_or_alone_the_grade_is_the_same(slug: str, tmp_path: Path) -> None:
    assignment = find_assignment(slug)
    seed = public_seed(assignment.course, slug)
    alone = open_judge(assignment, sandbox="none", seed=seed, keep_grades=False, hidden=False)
    shared = open_judge(assignment, sandbox="none", seed=seed, keep_grades=False, hidden=False, shared=Shared(tmp_path / "shared"))
    right = unpack(ROOT / "reference" / slug, assignment)
    broken = Source(files={name: data.replace(b"+ ", b"- ").replace(b"[", b"[1 * ") for name, data in right.files.items()}, digest="wrong")
    blobs = Blobs(tmp_path / "blobs")
    for source in (right, broken, right):  # what is remembered of one is used for the next
        first, _ = grade_recorded(source, assignment, alone, "alice", blobs.put)
        second, _ = grade_recorded(source, assignment, shared, "alice", blobs.put)
        assert plain(first) == plain(second)
    assert second.score == second.max_score


def test_a_case_is_prepared_once_even_by_several(tmp_path: Path) -> None:
    assignment = find_assignment("05_transpose")
    seed, case, override = public_seed("c", assignment.slug), assignment.cases[0], override_of(assignment)
    judges = [Shared(tmp_path) for _ in range(4)]
    found: list[tuple[object, Path]] = []
    threads = [threading.Thread(target=lambda each=each: found.append(each.case(assignment, case, seed, override))) for each in judges]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({str(folder) for _, folder in found}) == 1 and all(prepared == found[0][0] for prepared, _ in found)
    assert [name for name in os.listdir(found[0][1].parents[1]) if name.startswith(".")] == []


def test_another_seed_or_problem_is_another_case(tmp_path: Path) -> None:
    assignment = find_assignment("05_transpose")
    case, override, shared = assignment.cases[0], override_of(assignment), Shared(tmp_path)
    folders = {str(shared.case(assignment, case, public_seed(name, assignment.slug), override)[1]) for name in ("a", "b", "a")}
    assert len(folders) == 2
    contents = {Path(folder, name).read_bytes() for folder in folders for name in os.listdir(folder)}
    assert len(contents) > 2


def test_expected_values_are_remembered_for_shared_files_only(tmp_path: Path) -> None:
    shared, calls = Shared(tmp_path / "ours", max_expected_bytes=0), []

    def compute() -> dict[str, object]:
        calls.append(1)
        return {}

    ours, others = {"A.0": str(tmp_path / "ours" / "x")}, {"A.0": str(tmp_path / "x")}
    for inputs in (ours, ours, others, others):
        shared.expected(inputs, 0, compute)
    assert len(calls) == 3
    shared.expected(ours, 1, compute)  # another call of the run has no input here: nothing to be told apart by
    assert len(calls) == 4


def test_an_edited_problem_is_noticed(tmp_path: Path) -> None:
    copy = tmp_path / "course" / "assignments" / "05_transpose"
    shutil.copytree(find_assignment("05_transpose").folder, copy)
    (copy.parent / "course.toml").write_text('id = "c"\n')
    assignment, shared = load_assignment(copy), Shared(tmp_path / "shared")
    case, seed, override = assignment.cases[0], public_seed("c", "05_transpose"), override_of(assignment)
    before = shared.case(assignment, case, seed, override)[1]
    (copy / "problem.py").write_text((copy / "problem.py").read_text() + "\n")
    assert shared.case(assignment, case, seed, override)[1] != before
