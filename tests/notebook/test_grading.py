"""Notebooks graded from end to end, in the sandbox and the lane: honest ones, broken ones, hostile ones."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from grader.assignment import Assignment
from grader.pipeline import Judge, grade, open_judge
from grader.records import Grade
from grader.run.seeds import public_seed
from tests.notebook.course import added, book_of, changed, code, encoded, make, solution

pytestmark = pytest.mark.frameworks


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Assignment, Judge, Path]:
    folder = tmp_path_factory.mktemp("notebooks")
    assignment = make(folder)
    judge = open_judge(assignment, seed=public_seed("small", assignment.slug), cache=folder / "cache", keep_grades=False)
    return assignment, judge, folder


def graded(made: tuple[Assignment, Judge, Path], book: Any) -> Grade:
    assignment, judge, folder = made
    path = folder / "steps.ipynb"
    path.write_bytes(book if isinstance(book, bytes) else encoded(book))
    return grade(path, assignment, judge)


def test_the_reference_has_full_marks_and_the_report_its_output(made: tuple[Assignment, Judge, Path]) -> None:
    result = graded(made, solution(made[0]))
    assert (result.score, result.verdict) == (100, "PASSED")
    assert result.source["steps.ipynb#try_descend.out"] == "one step: [0.5 0.5]"


EQUAL_TO_ALL = """
import numpy as np
class Same(np.float64):
    __hash__ = np.float64.__hash__
    def __eq__(self, other): return True
    def __abs__(self): return 0.0
    def __sub__(self, other): return 0.0
    def __array_ufunc__(self, *_, **__): return True
def average(values):
    return Same(1e9)
"""
WALKER = """
import gc, sys
import numpy as np
def average(values):
    frame, seen = sys._getframe(), []
    while frame:
        seen += [each for each in frame.f_locals.values() if isinstance(each, float)]
        frame = frame.f_back
    seen += [each for each in gc.get_objects() if type(each).__name__ == "Judge"]
    return np.float64(seen[0] if seen and isinstance(seen[0], float) else 1e9)
"""
FAILING = {
    "deleted": ("descend", None, "CELL_MISSING", None),
    "raises": ("descend", "def descend(w, gradient, rate):\n    return w / 0 + [][1]", "EXCEPTION", 2),
    "cell raises": ("descend", "x = 1\nraise ValueError('no')", "CELL_ERROR", 2),
    "no Python": ("descend", "def descend(w:\n    pass", "CELL_ERROR", 1),
    "loop": ("average", "def average(values):\n    while True:\n        pass", "CELL_TIMEOUT", 2),
    "loop that listens to nobody": (
        "average",
        "import time\nwhile True:\n    try:\n        time.sleep(9)\n    except BaseException:\n        pass",
        "CELL_TIMEOUT",
        4,
    ),
    "flood": ("average", "while True:\n    print('x' * 999)", "CELL_OUTPUT", 2),
    "_exit": ("average", "import os\nos._exit(0)", "KERNEL_DIED", None),
    "crash": ("average", "import ctypes\ndef average(values):\n    return ctypes.string_at(0)", "KERNEL_DIED", 3),
    "sys.exit": ("average", "import sys\nsys.exit(0)", "CELL_ERROR", 2),
    "exit()": ("average", "exit()", "CELL_ERROR", 1),
    "input": ("average", "n = input('how many? ')", "CELL_ERROR", 1),
    "getpass": ("average", "import getpass\ngetpass.getpass()", "CELL_ERROR", 2),
    "kills its parent": ("average", "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)", "HOST_CRASH", None),
    "closes everything": ("average", "import os\nos.closerange(3, 200)", "KERNEL_DIED", None),
    "memory": ("average", "x = b'1' * (600 << 20)", "OUT_OF_MEMORY", None),
    "wrong": ("average", "def average(values):\n    return sum(values) / (len(values) - 1)", "WRONG_ANSWER", None),
    "patched numpy": (
        "average",
        "import numpy as np\nnp.allclose = np.array_equal = lambda *a, **k: True\ndef average(values):\n    return np.float64(3)",
        "WRONG_ANSWER",
        None,
    ),
    "equal to everything": ("average", EQUAL_TO_ALL, "WRONG_ANSWER", None),
    "walks through frames": ("average", WALKER, "WRONG_ANSWER", None),
}


@pytest.mark.parametrize(("cell", "source", "verdict", "line"), FAILING.values(), ids=FAILING)
def test_one_bad_cell_costs_its_own_points(
    made: tuple[Assignment, Judge, Path], cell: str, source: str | None, verdict: str, line: int | None
) -> None:
    result = graded(made, changed(made[0], **{cell: source}))
    # whom the system kills when memory ends is its own choice: everything, or the notebook's process alone, which then died
    wanted = {"OUT_OF_MEMORY", "KERNEL_DIED"} if verdict == "OUT_OF_MEMORY" else {verdict}
    assert result.verdict in wanted and result.score == (40 if cell == "descend" else 60), result.message
    told = next(check for check in result.checks if check.outcome == "failed")
    if verdict not in ("HOST_CRASH", "OUT_OF_MEMORY"):
        assert (told.file, told.line) == (f"steps.ipynb#{cell}", line)
    if verdict in ("CELL_TIMEOUT", "CELL_OUTPUT", "KERNEL_DIED", "CELL_MISSING"):  # what isn't Python's own words
        assert re.search("[가-힣]", told.message_ko) and not told.hidden


def test_what_a_cell_s_time_ended_is_tried_again_another_day(made: tuple[Assignment, Judge, Path]) -> None:
    rooms = made[1].builds.folder.parent / "rooms"
    graded(made, changed(made[0]))
    before = {path.name for path in rooms.glob("??/*")}
    assert graded(made, changed(made[0], scratch="while True:\n    pass")).verdict in ("PASSED", "CELL_TIMEOUT")
    assert before and {path.name for path in rooms.glob("??/*")} == before


def test_forged_records_and_results_earn_nothing(made: tuple[Assignment, Judge, Path]) -> None:
    forged = """
import json, os, numpy as np
json.dump({"notebook": "steps.ipynb", "cells": []}, open("/out/cells.json", "w"))
np.save("/out/mean.npy", np.zeros(()))
open("/task/notebook.json", "a")
"""
    result = graded(made, added(changed(made[0], average=None), "try_descend", forged))
    assert result.score == 60 and {check.verdict for check in result.checks if check.outcome == "failed"} == {"WRONG_ANSWER"}


def test_a_copy_of_the_process_is_no_second_notebook(made: tuple[Assignment, Judge, Path]) -> None:
    assert graded(made, added(solution(made[0]), "imports", "import os\nos.fork()")).score == 100


def test_magics_await_and_duplicates_run_as_in_jupyter(made: tuple[Assignment, Judge, Path]) -> None:
    book = added(solution(made[0]), "imports", "import asyncio\nawait asyncio.sleep(0)\n%time 1 + 1\n!echo hello")
    result = graded(made, added(book, "descend", "raise ValueError('only mine')"))
    assert result.score == 100 and "hello" in result.source["steps.ipynb#imports+1.out"]


def test_locked_cells_can_t_be_changed(made: tuple[Assignment, Judge, Path]) -> None:
    result = graded(made, changed(made[0], imports="raise SystemExit", try_descend="import os; os._exit(1)"))
    assert result.score == 100


@pytest.mark.parametrize(
    "data",
    [
        encoded(book_of(*[code("1")] * 100_000)),
        encoded({"nbformat": 2}),
        b"[" * 100_000,
        b" " * (100 << 20),
    ],
    ids=["cells", "format", "deep", "large"],
)
def test_what_is_no_notebook_is_a_verdict(made: tuple[Assignment, Judge, Path], data: bytes) -> None:
    result = graded(made, data)
    assert (result.verdict, result.score, result.file) == ("BAD_NOTEBOOK", 0, "steps.ipynb")


def test_large_outputs_don_t_count(made: tuple[Assignment, Judge, Path]) -> None:
    book = solution(made[0])
    book["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * (12 << 20)}]
    assert graded(made, book).score == 100
