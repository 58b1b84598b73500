"""Whole cells in place of the reference's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.notebook.mutate import mutated
from grader.notebook.percent import MasterError
from grader.verify.subjects import subjects
from tests.notebook.course import make


def test_cells_are_replaced_added_and_dropped(tmp_path: Path) -> None:
    book = (make(tmp_path).reference / "steps.ipynb").read_text()
    text = "# %% id=descend\nx = 1\n\n# %% id=try_descend drop\n\n# %% id=more after=average\ny = 2\n"
    cells = json.loads(mutated(book, text, "m.cells"))["cells"]
    assert [cell["id"] for cell in cells] == ["intro", "imports", "descend", "average", "student-more", "scratch"]
    assert cells[2]["source"] == ["x = 1"] and cells[2]["metadata"]["nbgrader"]["grade_id"] == "descend"
    assert cells[4]["metadata"] == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "m.cells: has no cell"),
        ("# %% id=adam\n1\n", "m.cells:1: no cell is called 'adam'"),
        ("# %% id=imports\nimport numpy as np\n", "m.cells changes nothing"),
        ("# %% id=imports\nimport (\n", "m.cells: cell imports:1: "),
        ("# %% id=imports kind=given\n1\n", "m.cells:1: unknown word 'kind'"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(MasterError) as caught:
        mutated((make(tmp_path).reference / "steps.ipynb").read_text(), text, "m.cells")
    assert str(caught.value).startswith(said)


def test_verify_takes_mutants_and_honest_solutions_as_cells(tmp_path: Path) -> None:
    assignment = make(tmp_path)
    for folder in ("mutants", "honest"):
        (assignment.reference / folder).mkdir()
        (assignment.reference / folder / f"in_{folder}.cells").write_text("# %% id=descend\ndef descend(*_): return 0\n")
    (assignment.reference / "mutants.toml").write_text('[[mutant]]\nname = "in_mutants"\nverdict = "WRONG_ANSWER"\nlines = [1]\n')
    found = {(each.kind, each.name): each.files["steps.ipynb"] for each in subjects(assignment)}
    assert b"def descend(*_)" in found["honest", "in_honest"] and b"def descend(*_)" in found["mutant", "in_mutants"]
    assert b"def descend(*_)" not in found["reference", "reference"]
