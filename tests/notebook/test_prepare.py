"""What is executed of a hand-in: our locked cells, the student's others, the probes between them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from grader.assignment import Assignment
from grader.errors import AssignmentError
from grader.notebook.prepare import Plan, plan, prepare
from tests.notebook.course import added, changed, encoded, make, solution


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    return make(tmp_path)


def planned(assignment: Assignment, book: Any, case: int = 0) -> Plan:
    return plan(encoded(book), assignment, assignment.cases[case])


def names(made: Plan) -> list[str]:
    return [step.name for step in made.steps]


def source(made: Plan, name: str) -> str:
    return next(step.source for step in made.steps if step.name == name)


def test_probes_come_behind_their_cells(assignment: Assignment) -> None:
    made = planned(assignment, solution(assignment))
    assert names(made) == ["imports", "descend", "probe 2", "try_descend", "average", "probe 6", "scratch"]
    assert made.steps[2].saves == ["descended"] and made.steps[2].needs == ["descend"]
    assert (made.missing, made.restored, made.doubled) == ([], [], [])


def test_a_locked_cell_has_our_text(assignment: Assignment) -> None:
    made = planned(assignment, changed(assignment, imports="import math as np", try_descend="print('mine')"))
    assert source(made, "imports") == "import numpy as np" and "one step" in source(made, "try_descend")
    assert made.restored == ["imports", "try_descend"]


def test_a_deleted_locked_cell_comes_back_in_its_place(assignment: Assignment) -> None:
    made = planned(assignment, changed(assignment, imports=None, try_descend=None))
    assert names(made) == ["imports", "descend", "probe 2", "try_descend", "average", "probe 6", "scratch"]
    assert made.restored == ["imports", "try_descend"]


def test_a_deleted_solution_stays_away_and_its_probes_know(assignment: Assignment) -> None:
    made = planned(assignment, changed(assignment, descend=None))
    assert made.missing == ["descend"] and "descend" not in names(made)
    assert made.steps[-1].needs == ["descend"]


def test_cells_of_the_student_s_stay_where_they_are(assignment: Assignment) -> None:
    made = planned(assignment, added(solution(assignment), "descend", "helper = 1"))
    assert names(made)[1:4] == ["descend", "probe 2", "descend+1"]
    assert next(step for step in made.steps if step.name == "descend+1").kind == "added"


def test_the_order_is_the_student_s_and_setup_comes_first(assignment: Assignment) -> None:
    book = solution(assignment)
    book["cells"].reverse()
    assert names(planned(assignment, book)) == ["imports", "scratch", "average", "probe 6", "try_descend", "descend", "probe 2"]


def test_of_a_cell_that_was_split_both_pieces_count(assignment: Assignment) -> None:
    flags = {"nbgrader": {"grade_id": "descend", "solution": True}}
    made = planned(assignment, added(solution(assignment), "descend", "def descend(*a): return 'the second'", metadata=flags))
    assert names(made)[1:4] == ["descend", "descend+1", "probe 2"] and made.doubled == ["descend"]


def test_points_locks_and_limits_of_the_student_s_metadata_are_not_believed(assignment: Assignment) -> None:
    book = changed(assignment, imports="import math")
    for cell in book["cells"]:
        cell["metadata"]["nbgrader"] |= {"locked": False, "solution": True, "points": 1000, "grade": True}
        cell["metadata"]["warpgrade"] = {"time_s": 10_000, "kind": "setup"}
    made = planned(assignment, book)
    assert source(made, "imports") == "import numpy as np"
    assert {step.time_s for step in made.steps} == {4.0}


def test_a_cell_is_known_by_its_id_where_the_metadata_was_lost(assignment: Assignment) -> None:
    book = solution(assignment)
    for cell in book["cells"]:
        cell["metadata"] = {}
    assert planned(assignment, book).missing == []


def test_hidden_cases_have_hidden_probes(assignment: Assignment) -> None:
    (assignment.folder / "room_hidden" / "probes_hidden.py").write_text("# %% needs=average\nroom.save('other', 1)\n")
    made = planned(assignment, solution(assignment), case=1)
    assert names(made)[-1] == "probe 1" and made.steps[-1].saves == ["other"]
    written = prepare({"steps.ipynb": encoded(solution(assignment))}, assignment, assignment.cases[1])
    assert sorted(written) == ["execute.py", "notebook.json"]
    assert json.loads(written["notebook.json"])["steps"][-1]["needs"] == ["average"]


@pytest.mark.parametrize(
    ("probes", "said"),
    [
        ("# %% after=nothing\n1\n", "probes_public.py:1: no code cell of the notebook is called nothing"),
        ("# %% behind=descend\n1\n", "unknown word 'behind'"),
        ("# %% after=descend\nx = (\n", "probes_public.py:2: "),
    ],
)
def test_mistakes_in_probes_are_the_assignment_s(tmp_path: Path, probes: str, said: str) -> None:
    assignment = make(tmp_path, probes=probes)
    with pytest.raises(AssignmentError) as caught:
        planned(assignment, solution(assignment))
    assert said in str(caught.value)


def test_without_our_version_nothing_can_be_restored(assignment: Assignment) -> None:
    (assignment.folder / "starter" / "steps.ipynb").unlink()
    with pytest.raises(AssignmentError, match="locked cells are restored from it"):
        planned(assignment, solution(assignment))
