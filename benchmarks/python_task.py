"""One small Python task, three functions and five checks, written for each of the graders: as otter-grader, nbgrader and we want it.

The checks compare the same five values. `SOLUTION` gets full marks everywhere, `WRONG` loses the same check everywhere.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SOLUTION = '''\
def mean(values):
    """The arithmetic mean."""
    return sum(values) / len(values)


def is_prime(number):
    """Whether a number is prime."""
    return number > 1 and all(number % divisor for divisor in range(2, int(number**0.5) + 1))


def words(text):
    """How many words a text has."""
    return len(text.split())
'''
WRONG = SOLUTION.replace("len(text.split())", "text.count(' ') + 1")

# name: (what is evaluated, what it must be)
CHECKS: dict[str, tuple[str, Any]] = {
    "mean_of_four": ("mean([1, 2, 3, 4])", 2.5),
    "mean_of_one": ("mean([7])", 7),
    "prime": ("is_prime(97)", True),
    "not_prime": ("is_prime(91)", False),
    "words": ("words('  four  words in all ')", 4),
}
KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}, "language_info": {"name": "python"}}


def notebook(cells: list[dict[str, Any]], **metadata: Any) -> str:
    return json.dumps({"cells": cells, "metadata": {**KERNEL, **metadata}, "nbformat": 4, "nbformat_minor": 5})


def code(name: str, source: str, **metadata: Any) -> dict[str, Any]:
    return {"cell_type": "code", "id": name, "metadata": metadata, "execution_count": None, "outputs": [], "source": source}


# ---- otter-grader: a notebook, and a zip with a test file a check


def for_otter(folder: Path, solution: str = SOLUTION) -> None:
    """submission.ipynb and tests/NAME.py; `otter generate` makes the zip."""
    (folder / "tests").mkdir(parents=True, exist_ok=True)
    (folder / "submission.ipynb").write_text(notebook([code("solution", solution)]), encoding="utf-8")
    for name, (call, wanted) in CHECKS.items():
        test = f">>> {call} == {wanted!r}\nTrue"
        suite = {
            "cases": [{"code": test, "hidden": False, "locked": False}],
            "scored": True,
            "setup": "",
            "teardown": "",
            "type": "doctest",
        }
        row = {"name": name, "points": 1, "suites": [suite]}
        (folder / "tests" / f"{name}.py").write_text("OK_FORMAT = True\n\ntest = " + repr(row) + "\n", encoding="utf-8")


# ---- nbgrader: a release with graded cells, and submissions


def for_nbgrader(folder: Path, students: int, solution: str = SOLUTION) -> None:
    """source/ and submitted/STUDENT/ of an assignment called task."""

    def cells(answer: str) -> list[dict[str, Any]]:
        graded = {"schema_version": 3, "points": 1, "grade": True, "solution": False, "locked": True, "task": False}
        answered = {"schema_version": 3, "grade": False, "solution": True, "locked": False, "task": False, "grade_id": "solution"}
        return [
            code("solution", answer, nbgrader=answered),
            *(code(name, f"assert {call} == {wanted!r}", nbgrader={**graded, "grade_id": name}) for name, (call, wanted) in CHECKS.items()),
        ]

    (folder / "source" / "task").mkdir(parents=True, exist_ok=True)
    begin = "### BEGIN SOLUTION\n" + solution + "### END SOLUTION\n"
    (folder / "source" / "task" / "task.ipynb").write_text(notebook(cells(begin)), encoding="utf-8")
    for number in range(students):
        place = folder / "submitted" / f"s{number:02}" / "task"
        place.mkdir(parents=True, exist_ok=True)
        (place / "task.ipynb").write_text(notebook(cells(solution)), encoding="utf-8")
    (folder / "nbgrader_config.py").write_text('c = get_config()\nc.CourseDirectory.course_id = "bench"\n', encoding="utf-8")


# ---- ours: an assignment of answers, which a program of the student's gave in the sandbox

ASSIGNMENT = """\
slug = "01_task"
kind = "quiz"
title = { en = "Three functions", ko = "함수 세 개" }
files = ["answers.json"]
"""
# Runs in the sandbox. What the student's code prints goes elsewhere; what the calls returned comes out as JSON.
DRIVER = """\
import json, os, sys
out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
scope = {}
exec(compile(open("/work/task.py").read(), "task.py", "exec"), scope)
found = {}
for name, call in json.load(open("/work/calls.json")).items():
    try:
        value = eval(call, scope)
        found[name] = str(value).lower() if isinstance(value, bool) else value
    except Exception as error:
        found[name] = type(error).__name__
json.dump(found, out)
out.close()
"""


def for_us(folder: Path) -> None:
    """A course of one assignment, its checks in the way of every assignment of answers."""
    place = folder / "assignments" / "01_task"
    place.mkdir(parents=True, exist_ok=True)
    (folder / "assignments" / "course.toml").write_text('id = "bench"\n', encoding="utf-8")
    (place / "assignment.toml").write_text(ASSIGNMENT, encoding="utf-8")
    lines = ["import pytest", "from grader.checks.answers import Number, OneOf, Question, among, near", ""]
    for name, (_, wanted) in CHECKS.items():
        form = 'OneOf(("true", "false"))' if isinstance(wanted, bool) else "Number()"
        right = f"among({{{str(wanted).lower()!r}}})" if isinstance(wanted, bool) else f"near({wanted!r})"
        lines += ["", "@pytest.mark.points(1)", f"def test_{name}(answers):", f'    """{name}"""']
        lines += [f'    answers.expect({{"{name}": Question({form}, {right})}})', ""]
    (place / "test_public.py").write_text("\n".join(lines), encoding="utf-8")
