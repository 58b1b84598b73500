"""Assignments of nbgrader's: read, brought over, and graded with the scores that nbgrader itself gives, cell by cell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from grader.assignment import Assignment, Case, load_assignment
from grader.checks.failed import CheckFailed
from grader.checks.rooms import Room
from grader.errors import AssignmentError
from grader.notebook.imported import imported
from grader.notebook.nbgrader import graded_with, read_source, release, upgraded
from grader.notebook.percent import MasterError
from grader.notebook.rules import score
from grader.pipeline import grade, open_judge
from grader.records import Exit, Run
from grader.run.seeds import public_seed
from grader.starters import starter_text
from tests.notebook.course import book_of, code
from tests.notebook.record_nbgrader import submissions

HERE = Path(__file__).resolve().parent / "nbgrader"
SCORES = json.loads((HERE / "scores.json").read_text())


def brought(root: Path, name: str) -> Assignment:
    """The assignment, imported into a course at `root`."""
    own, reference = imported(HERE / "source" / name, f"01_{name}")
    (root / "kernels" / "include").mkdir(parents=True)
    (root / "assignments").mkdir()
    (root / "assignments" / "course.toml").write_text('id = "small"\n')
    for folder, files in (("assignments", own), ("reference", reference)):
        for path, content in files.items():
            target = root / folder / f"01_{name}" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    return load_assignment(root / "assignments" / f"01_{name}")


@pytest.mark.frameworks
@pytest.mark.parametrize("name", ["ps1", "partial"])
def test_scores_are_nbgrader_s_own(tmp_path: Path, name: str) -> None:
    assignment = brought(tmp_path, name)
    judge = open_judge(assignment, seed=public_seed("small", assignment.slug), cache=tmp_path / "cache")
    ours: dict[str, dict[str, float | None]] = {}
    for who, files in submissions(name).items():
        folder = tmp_path / who
        folder.mkdir()
        for file, content in files.items():
            (folder / file).write_bytes(content)
        result = grade(folder, assignment, judge)
        ours[who] = {
            check.title.replace(": cell ", "/"): None if check.verdict == "AWAITS_GRADING" else round(check.points, 9)
            for check in result.checks
        }
    assert len(ours) >= 7
    assert ours == SCORES[name]


@pytest.mark.parametrize(
    ("flags", "wanted"),
    [
        ({}, None),
        ({"grade": False, "solution": False, "locked": False, "schema_version": 2}, None),
        (
            {"grade": True, "points": "3", "grade_id": "a"},  # version 0
            {"grade_id": "a", "grade": True, "solution": False, "locked": False, "task": False, "points": 3.0, "schema_version": 3},
        ),
        (
            {"grade": True, "points": -1, "grade_id": "a", "schema_version": 1, "solution": True},
            {"grade_id": "a", "grade": True, "solution": True, "locked": False, "task": False, "points": 0.0, "schema_version": 3},
        ),
        (
            {"solution": True, "points": 7, "grade_id": "b", "schema_version": 2, "checksum": "x"},
            {"grade_id": "b", "grade": False, "solution": True, "locked": False, "task": False, "schema_version": 3},
        ),
        (
            {"task": True, "points": 4, "grade_id": "t", "locked": True, "schema_version": 3},
            {"grade_id": "t", "grade": False, "solution": False, "locked": True, "task": True, "points": 4.0, "schema_version": 3},
        ),
    ],
)
def test_metadata_of_every_version_becomes_version_3(flags: dict[str, Any], wanted: dict[str, Any] | None) -> None:
    assert upgraded(flags) == wanted


def graded_cell(source: str, **flags: Any) -> dict[str, Any]:
    return code(source, metadata={"nbgrader": {"grade_id": "c", "points": 1, **flags}})


def only(book: dict[str, Any]) -> str:
    return "".join(book["cells"][0]["source"])


def read(*cells: dict[str, Any]) -> dict[str, Any]:
    return read_source(json.dumps(book_of(*cells)), "n.ipynb")


def test_students_get_stubs_and_no_hidden_tests() -> None:
    solution = "def f(x):\n    ### BEGIN SOLUTION\n    y = 1\n    return y\n    ### END SOLUTION\n"
    stub = "def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()\n"
    assert only(release(read(graded_cell(solution, solution=True)))) == stub
    assert only(release(read(graded_cell("return 1", solution=True)))) == "# YOUR CODE HERE\nraise NotImplementedError()"
    tests = read(graded_cell("assert 1\n# BEGIN HIDDEN TESTS\nassert 2\n# END HIDDEN TESTS\nassert 3", grade=True))
    assert only(release(tests)) == "assert 1\nassert 3"
    assert "assert 2" in only(graded_with(tests))


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([graded_cell("### BEGIN SOLUTION\nx", solution=True)], "BEGIN SOLUTION is never ended"),
        ([graded_cell("### BEGIN SOLUTION\nx\n### END SOLUTION", grade=True)], "isn't marked as a solution cell"),
        ([graded_cell("1", grade=True), graded_cell("2", grade=True)], "cell 2: the id c is there twice"),
        ([graded_cell("1", grade=True, grade_id="../x")], "cell 1: its id '../x' won't do"),
        ([{"cell_type": "code"}], "cell 1 isn't as it should be"),
    ],
)
def test_what_can_t_be_taken_is_told_with_its_cell(cells: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(MasterError) as caught:
        release(read(*cells), "n.ipynb")
    assert said in str(caught.value) and str(caught.value).startswith("n.ipynb")


def test_hidden_tests_are_in_no_file_of_the_students(tmp_path: Path) -> None:
    own, reference = imported(HERE / "source" / "partial", "01_partial")
    public = {name: content for name, content in own.items() if not name.startswith(("room_hidden/", "test_hidden"))}
    assert not any(b"[1, 2, 6]" in content or b"sum(x) / len(x)" in content for content in public.values())
    assert b"[1, 2, 6]" in own["room_hidden/partial.ipynb"] and b"sum(x) / len(x)" in reference["partial.ipynb"]


def test_the_starter_is_what_the_reference_gives() -> None:
    own, reference = imported(HERE / "source" / "partial", "01_partial")
    assert starter_text("partial.ipynb", reference["partial.ipynb"].decode()) == own["starter/partial.ipynb"].decode()


def test_a_folder_without_notebooks_is_told(tmp_path: Path) -> None:
    with pytest.raises(AssignmentError, match="has no notebook"):
        imported(tmp_path, "01_x")
    (tmp_path / "source" / "ps1").mkdir(parents=True)
    (tmp_path / "source" / "ps1" / "p.ipynb").write_text("{}")
    with pytest.raises(AssignmentError, match=r"did you mean .*/source/ps1\?"):
        imported(tmp_path, "01_x")
    with pytest.raises(AssignmentError, match=r"p\.ipynb: no notebook"):
        imported(tmp_path / "source" / "ps1", "01_x")


@pytest.mark.parametrize("status", ["error", "timeout", "died", "skipped"])
def test_of_a_hidden_test_nothing_is_told_that_the_record_says(tmp_path: Path, status: str) -> None:
    """Whoever shares the room may have written it: hidden tests, for the next hand-in."""
    words: dict[str, Any] = {"type": "secret", "message": "secret", "file": "secret", "line": 3}
    cells = [{"name": "before", "kind": "solution", "status": "died", **words}, {"name": "t", "kind": "test", "status": status, **words}]
    (tmp_path / "cells").write_text(json.dumps({"notebook": "secret", "cells": cells}))
    ended = Exit(cause="exited", code=0, signal=0, wall_s=0, cpu_s=0, peak_memory_mib=0)
    outputs = {"cells.json": str(tmp_path / "cells")}
    run = Run(case="c", visibility="hidden", sizes={}, scalars={}, inputs={}, outputs=outputs, command=True, exit=ended)
    case = Case(id="c", visibility="hidden", entry="", sizes={}, run=("true",), given={"notebook": "book.ipynb"})
    with pytest.raises(CheckFailed) as failed:
        score(Room(run, case), "t", 2)
    problem = failed.value.problem
    assert (problem.file, problem.line) == ("book.ipynb#t", None)
    assert "secret" not in f"{problem.message} {problem.message_ko}"
