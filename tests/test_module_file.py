"""A file of an assignment and those beside it: executed anew, together, and by nobody else's name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.assignment import load_assignment
from grader.errors import AssignmentError
from grader.module_file import load
from grader.release.course import released
from grader.release.leaks import answers_of
from grader.run.inputs import load_problem
from tests.scripted.course import make

PROBLEM = """
from .problem_words import room
from . import problem_words
def wanted(text):
    return problem_words.count(text)
"""
WORDS = """
def room(case, rng):
    return {"task/words.txt": "one two two"}
def count(text):
    return len(set(text.split()))
# BEGIN STAFF
SECRET_THAT_STAYS = "a line that is long enough to be told from others, and is the staff's"
# END STAFF
"""


def test_it_imports_what_lies_beside_it_and_is_always_as_the_files_are(tmp_path: Path) -> None:
    (tmp_path / "problem.py").write_text("from .problem_more import VALUE\n")
    for value in ("1", "2"):
        (tmp_path / "problem_more.py").write_text(f"VALUE = {value}\n")
        assert int(value) == load(tmp_path / "problem.py", "grader_problem_tried").VALUE
    assert sorted(os.listdir(tmp_path)) == ["problem.py", "problem_more.py"]  # no litter


def test_two_assignments_may_have_modules_of_the_same_name(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "problem.py").write_text("from .problem_more import VALUE\n")
        (tmp_path / name / "problem_more.py").write_text(f"VALUE = {name!r}\n")
    assert [load(tmp_path / name / "problem.py", f"grader_problem_{name}").VALUE for name in "aba"] == ["a", "b", "a"]


def test_a_fault_is_told_with_the_file_that_has_it(tmp_path: Path) -> None:
    assignment = make(tmp_path / "course", problem=PROBLEM)
    more = assignment.folder / "problem_words.py"
    for text, line in (("\n\n1 / 0\n", 3), ("\ndef broken(:\n", 2)):
        more.write_text(text)
        with pytest.raises(AssignmentError, match=rf"problem_words\.py:{line}: "):
            load_problem(assignment)


def test_a_release_has_them_without_their_staff_parts(tmp_path: Path) -> None:
    assignment = make(tmp_path / "course", problem=PROBLEM)
    (assignment.folder / "problem_words.py").write_text(WORDS)
    (assignment.folder / "oracles.py").write_text("HIDDEN = 1\n")
    files = released(load_assignment(assignment.folder)).files
    assert {"problem.py", "problem_words.py"} == {name for name in files if name.endswith(".py") and not name.startswith(("room", "test"))}
    assert b"STAYS" not in files["problem_words.py"] and b"count" in files["problem_words.py"]
    assignment.reference.mkdir(parents=True)
    assert any("STAYS" in line for answer in answers_of(assignment) for line in answer.lines)
