"""Try-out: a release that lies in a folder -> whether it works: it loads, its checks can be collected, its problem.py answers for every
case. Runs the course's own Python, no submission."""

from __future__ import annotations

from pathlib import Path

from grader.assignment import Assignment, load_assignment
from grader.course import find_course
from grader.errors import AssignmentError
from grader.records import Problem

SMALL = 50_000  # numbers of a case


def try_out(root: Path) -> list[Assignment]:
    """The release's assignments. Raises AssignmentError, with the remedy, for the first that students couldn't use."""
    course = find_course(root)
    found = []
    for file in sorted(course.assignments.glob("*/assignment.toml")):
        assignment = load_assignment(file.parent, course)
        try:
            _collect(assignment)
            _expect(assignment)
        except AssignmentError as error:
            text = str(error).replace(f"{root}/", "")
            remedy = "what the public part needs must neither be hidden nor stand between STAFF fences"
            raise AssignmentError(f"{assignment.slug} doesn't work without its hidden part: {text}; {remedy}") from None
        found.append(assignment)
    return found


def _collect(assignment: Assignment) -> None:
    from grader.checks import evaluate

    for device in assignment.devices():
        evaluate([], assignment, hidden=False, blocked=Problem(verdict="COMPILE_ERROR", message=""), device=device)


def _expect(assignment: Assignment) -> None:
    """What `check` will ask of problem.py, with the public seed, for the cases that the emulated GPU runs."""
    from grader.run.inputs import load_problem, make_inputs
    from grader.run.seeds import public_seed
    from grader.scripted.place import made

    problem = load_problem(assignment)
    if problem is None:
        return
    seed = public_seed(assignment.course, assignment.slug)
    names = {name for name in ("expected", "hypotheses") if hasattr(problem, name)}
    for case in (case for case in assignment.cases if case.run):
        made(assignment, case, seed)
    for case in assignment.launching():
        arrays = make_inputs(assignment, case, 0, seed, getattr(problem, "inputs", None))
        small = sum(array.size for array in arrays.values()) <= SMALL
        for name in sorted(names if small else names - {"hypotheses"}):  # these try out much; the small cases do for them
            try:
                getattr(problem, name)(case, {key: value.copy() for key, value in arrays.items()})
            except Exception as error:  # the instructor's code: any failure is theirs and named so
                raise AssignmentError(
                    f"{assignment.problem}: {name}() of case {case.id} failed: {type(error).__name__}: {error}"
                ) from error
