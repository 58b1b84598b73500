"""One master -> the solution and the students' version, in nbgrader's metadata."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.fences import FenceError
from grader.notebook.build import main
from grader.notebook.ipynb import FLAGS, notebook, written
from grader.notebook.percent import MasterCell
from grader.starters import starter_text
from tests.notebook.course import make

ROOT = Path(__file__).resolve().parents[2]
MASTERS = sorted((ROOT / "reference").glob("*/master.py"))


def test_both_notebooks(tmp_path: Path) -> None:
    assignment = make(tmp_path)
    solution = json.loads((assignment.reference / "steps.ipynb").read_text())
    starter = json.loads((assignment.folder / "starter" / "steps.ipynb").read_text())
    assert (solution["nbformat"], solution["nbformat_minor"]) == (4, 5)
    assert [c["id"] for c in solution["cells"]] == [c["id"] for c in starter["cells"]]
    sources = {c["id"]: "".join(c["source"]) for c in starter["cells"]}
    assert sources["descend"] == 'def descend(w, gradient, rate):\n    """One step of gradient descent."""\n    # the new w'
    assert "sum(values)" not in json.dumps(starter) and "SOLUTION" not in json.dumps(starter)
    assert "sum(values)" in json.dumps(solution)
    assert all(c["outputs"] == [] and c["execution_count"] is None for c in solution["cells"] if c["cell_type"] == "code")
    assert starter["cells"][2]["metadata"]["nbgrader"] == {
        "cell_type": "code",
        "grade": False,
        "grade_id": "descend",
        "locked": False,
        "schema_version": 3,
        "solution": True,
        "task": False,
    }


def test_check_says_what_is_out_of_date(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assignment = make(tmp_path)
    assert main(["--check", str(assignment.reference)]) == 0
    master = assignment.reference / "master.py"
    master.write_text(master.read_text().replace("one step:", "a step:"))
    assert main(["--check", str(assignment.reference)]) == 1
    assert capsys.readouterr().out.count("out of date") == 2
    assert main([str(assignment.reference)]) == 0
    assert main(["--check", str(assignment.reference)]) == 0


def test_a_solution_cell_without_a_fence_is_refused() -> None:
    text = written(notebook([MasterCell(id="a", source="x = 1", kind="solution")]))
    with pytest.raises(FenceError, match=r"x\.ipynb#a: has no BEGIN SOLUTION fence"):
        starter_text("x.ipynb", text)


def test_what_is_left_must_be_python() -> None:
    source = "def f():\n    # BEGIN SOLUTION write it\n    return 1\n    # END SOLUTION"
    with pytest.raises(FenceError, match=r"x.ipynb#a \(as students get it\):\d"):
        starter_text("x.ipynb", written(notebook([MasterCell(id="a", source=source, kind="solution")])))


def test_the_flags_are_nbgraders() -> None:
    assert FLAGS["manual"] == (True, True, False) and FLAGS["test"] == (True, False, True)  # grade, solution, locked


@pytest.mark.parametrize("master", MASTERS, ids=lambda path: path.parent.name)
def test_the_course_s_notebooks_are_up_to_date(master: Path) -> None:
    assert main(["--check", str(master.parent)]) == 0
