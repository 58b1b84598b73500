"""Rules: how nbgrader gives points, for assignments that came from there. `score` and `by_a_person` stand in their checks.

A test cell that raises, or that says something on stderr, earns 0; one whose last expression is a number from 0 to its points earns so
many; every other earns all (nbgrader's `determine_grade`). The tests run beside the student's code, in one process, as they do there: who
patches what they look at can fool them. Assignments of ours compare in the judge instead.
"""

from __future__ import annotations

from typing import Any, NoReturn

from grader.checks.failed import NotRun
from grader.notebook.results import CellResult, Executed, executed
from grader.records import Problem
from grader.scripted.told import PYTHONS, unsaid

_VERDICTS = {"timeout": "CELL_TIMEOUT", "output": "CELL_OUTPUT", "died": "KERNEL_DIED"}


def score(room: Any, cell: str, points: float) -> None:
    """The points of one test cell. Returns for all of them, else fails the check with its share."""
    book = executed(room)
    by_name = {each.name: each for each in book.cells}
    found = by_name.get(cell)
    if room.exit.cause != "exited" or room.exit.code or found is None or found.status == "skipped":
        _not_reached(room, book.cells, cell)
    place = _place(room, book, cell)
    if found.status in _VERDICTS:
        _ended(room, found, place)
    if found.status == "error":
        _failed(room, found, place)
    if found.complained:
        text = f"the test cell {cell} said something on stderr, which counts as failed"
        room.fail("WRONG_ANSWER", text, message_ko=f"테스트 셀 {cell}이(가) stderr에 출력했습니다. 실패로 칩니다.", file=place)
    share = _partial(found.result, points, cell)
    if share < 1:
        text = f"the test cell {cell} gives {share * points:g} of {points:g} points"
        korean = f"테스트 셀 {cell}이(가) {points:g}점 가운데 {share * points:g}점을 줍니다."
        room.fail("WRONG_ANSWER", text, message_ko=korean, file=place, share=share)


def by_a_person(room: Any, cell: str) -> NoReturn:
    """A cell that a person reads: nothing for one that is as it was handed out; else the check waits for `grader override`."""
    book = executed(room)
    place = _place(room, book, cell)
    if cell in book.unanswered:
        room.fail("ANSWER_MISSING", f"the cell {cell} has no answer", message_ko=f"셀 {cell}에 답이 없습니다.", file=place)
    text = "your answer is there; a person will read it and give the points"
    korean = "답이 들어왔습니다. 사람이 읽고 점수를 줍니다."
    problem = Problem(verdict="AWAITS_GRADING", message=text, message_ko=korean, file=place)
    raise NotRun(text, problem)


def _place(room: Any, book: Executed, cell: str) -> str:
    """The cell, in the notebook that the case names: what the record calls it could be anything."""
    return f"{room.case.given.get('notebook', book.notebook)}#{cell}"


def _partial(result: str | None, points: float, cell: str) -> float:
    """nbgrader's get_partial_grade: what a test's last value is worth, as a share."""
    try:
        value = float(result) if result else points
    except ValueError:
        return 1.0
    if value > points:
        # The course's fault, unless the record is forged: this check alone waits for a person, who sees which.
        raise NotRun(f"the test cell {cell} gives {value:g} of {points:g} points; a partial grade can't be larger than its points")
    return value / points if value >= 0 and points else 1.0


def _ended(room: Any, found: CellResult, place: str, before: str = "", before_ko: str = "") -> NoReturn:
    """A cell that time, output or the death of its process ended. Of a hidden case without words: the student may have written them."""
    verdict = _VERDICTS[found.status]
    if room.run.visibility == "hidden":
        text, korean = unsaid(verdict)
        room.fail(verdict, text, message_ko=korean, file=place)
    korean = f"{before_ko}{found.message_ko}"
    room.fail(verdict, f"{before}{found.message}", message_ko=korean, file=found.file or place, line=found.line)
    raise AssertionError("fail returns nowhere")


def _failed(room: Any, found: CellResult, place: str) -> NoReturn:
    """A test that raised. Of a hidden one neither message nor line is told, and of classes only Python's own."""
    verdict = "WRONG_ANSWER" if found.type == "AssertionError" else "EXCEPTION"
    if room.run.visibility == "hidden":
        said = found.type if found.type in PYTHONS else "an exception of its own"
        said_ko = found.type if found.type in PYTHONS else "직접 만든 예외"
        text, korean = f"the test cell {found.name} failed: {said}", f"테스트 셀 {found.name}이(가) 실패했습니다: {said_ko}"
        room.fail(verdict, text, message_ko=korean, file=place)
    text, korean = f"the test cell {found.name} failed: {found.message}", f"테스트 셀 {found.name}이(가) 실패했습니다: {found.message}"
    room.fail(verdict, text, message_ko=korean, file=found.file or place, line=found.line)
    raise AssertionError("fail returns nowhere")


def _not_reached(room: Any, cells: tuple[CellResult, ...], name: str) -> NoReturn:
    """A test that was never executed: the cell that ended everything says why."""
    last = next(
        (each for each in cells if each.status in ("died", "timeout", "output") and any(c.status == "skipped" for c in cells)), None
    )
    if last is not None:
        _ended(room, last, _place(room, executed(room), name), before="not reached: ", before_ko="여기까지 실행되지 않았습니다. ")
    room.content(f"the test cell {name}")  # fails with what ended the run
    raise AssertionError("content of a name that can't be there")
