"""A small course on the disk with one notebook, and its submissions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from grader.assignment import Assignment, load_assignment
from grader.notebook.build import built

TOML = """
slug = "01_steps"
kind = "notebook"
title = { en = "Steps", ko = "걸음" }
files = ["steps.ipynb"]
[limits]
time_s = 30
memory_mib = 384
output_mib = 16
[[case]]
id = "public"
visibility = "public"
run = ["python", "/task/execute.py"]
lane = "jupyter"
given = { cell_time_s = 4, cell_output_kib = 64 }
[[case]]
id = "hidden"
run = ["python", "/task/execute.py"]
lane = "jupyter"
given = { cell_time_s = 4, cell_output_kib = 64 }
"""
MASTER = '''
"""A master for tests."""

# %% [markdown] id=intro
# # Steps
# Write *both* functions.

# %% id=imports kind=setup
import numpy as np

# %% id=descend kind=solution
def descend(w, gradient, rate):
    """One step of gradient descent."""
    # BEGIN SOLUTION the new w
    return w - rate * gradient
    # END SOLUTION

# %% id=try_descend
print("one step:", descend(np.ones(2), np.ones(2), 0.5))

# %% id=average kind=solution
def average(values):
    """Their mean."""
    # BEGIN SOLUTION
    return sum(values) / len(values)
    # END SOLUTION

# %% id=scratch kind=free
'''
PROBES = """
# %% after=descend
w = room.load("w")
room.save("descended", descend(w, np.ones_like(w), 0.25))

# %% after=average
room.save("mean", average(list(room.load("w"))))
"""
PROBLEM = """
import numpy as np
def room(case, rng):
    return {"task/w.npy": rng.standard_normal(5)}
"""
TEST = """
import pytest

@pytest.mark.points(30)
@pytest.mark.korean("한 걸음")
def test_descend(judge):
    \"\"\"One step\"\"\"
    judge.each(lambda room: room.expect("descended", room.given("task/w.npy") - 0.25, 1e-12, file="steps.ipynb#descend"))

@pytest.mark.points(20)
@pytest.mark.korean("평균")
def test_average(judge):
    \"\"\"The mean\"\"\"
    judge.each(lambda room: room.expect("mean", room.given("task/w.npy").mean(), 1e-12, file="steps.ipynb#average"))
"""


def make(folder: Path, *, master: str = MASTER, toml: str = TOML, probes: str = PROBES, test: str = TEST) -> Assignment:
    """The assignment, written below `folder`, with its notebooks built."""
    place, reference = folder / "assignments" / "01_steps", folder / "reference" / "01_steps"
    for each in (place / "room", place / "room_hidden", reference, folder / "kernels" / "include"):
        each.mkdir(parents=True)
    (folder / "assignments" / "course.toml").write_text('id = "small"\n')
    (place / "assignment.toml").write_text(toml)
    (place / "problem.py").write_text(PROBLEM)
    (place / "test_public.py").write_text(test)
    (place / "test_hidden.py").write_text(test)
    (place / "room" / "probes_public.py").write_text(probes)
    (place / "room_hidden" / "probes_hidden.py").write_text(probes)
    (reference / "master.py").write_text(master)
    for path, text in built(reference).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return load_assignment(place)


def solution(assignment: Assignment) -> dict[str, Any]:
    """The reference's notebook, parsed."""
    book: dict[str, Any] = json.loads((assignment.reference / "steps.ipynb").read_text())
    return book


def changed(assignment: Assignment, **cells: str | None) -> dict[str, Any]:
    """The reference with some cells' texts replaced; None deletes a cell."""
    book = solution(assignment)
    book["cells"] = [cell for cell in book["cells"] if cells.get(cell["id"], "") is not None]
    for cell in book["cells"]:
        if text := cells.get(cell["id"]):
            cell["source"] = text
    return book


def added(book: dict[str, Any], after: str, source: str, **more: Any) -> dict[str, Any]:
    """With one more code cell, as Jupyter makes it."""
    at = next(i for i, cell in enumerate(book["cells"]) if cell["id"] == after)
    cell = {"cell_type": "code", "id": "0123abcd", "metadata": {}, "source": source, "outputs": [], "execution_count": 3}
    book["cells"].insert(at + 1, cell | more)
    return book


def code(source: str, **more: Any) -> dict[str, Any]:
    """A code cell."""
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None, **more}


def book_of(*cells: Any, **more: Any) -> dict[str, Any]:
    """A notebook of these cells."""
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more}


def encoded(book: Any) -> bytes:
    return json.dumps(book).encode()
