"""Evaluate: recorded runs -> one CheckResult a check, by running the assignment's pytest files in this very process over the records.

The student's code never comes near: checks read arrays and records only. Nothing outside of the assignment's folder has a say either: no
conftest, no ini file but ours, no PYTEST_ADDOPTS, no installed plugin. One evaluation runs at a time in a process, since pytest keeps
state in modules.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from grader.assignment import Assignment
from grader.checks.plugin import CheckPlugin
from grader.devices.contract import Oracle
from grader.errors import AssignmentError
from grader.records import CheckResult, Problem, Run
from grader.run.given import Programs
from grader.run.inputs import load_problem
from grader.run.shared import Shared

INI = Path(__file__).with_name("pytest.ini")
PUBLIC, HIDDEN = "test_public.py", "test_hidden.py"
# What pytest brings that a judge neither needs nor may share with a pytest that runs around it
UNWANTED = (
    *("terminal", "cacheprovider", "junitxml", "doctest", "pastebin", "faulthandler", "debugging", "setuponly", "setupplan", "stepwise"),
    *("logging", "warnings", "unraisableexception", "threadexception", "legacypath", "subtests"),
)
HIDDEN_VARIABLES = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_CURRENT_TEST", "PYTEST_DEBUG", "PYTEST_VERSION")
NO_PLUGINS = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"  # an option of that name exists from pytest 8.4 on only

_one_at_a_time = threading.Lock()


def evaluate(
    runs: Sequence[Run],
    assignment: Assignment,
    *,
    hidden: bool = True,
    blocked: Problem | None = None,
    python_paths: Sequence[Path] = (),
    device: str = "emulated",
    oracle: Oracle | None = None,
    files: Mapping[str, bytes] | None = None,
    programs: Programs | None = None,
    only: Collection[str] | None = None,
    shared: Shared | None = None,
) -> list[CheckResult]:
    """Runs the assignment's checks over recorded runs. `hidden` False leaves test_hidden.py out (students haven't got it).

    `blocked` is why nothing ran (a build that failed, a submission refused): then every check fails with it. `python_paths` are folders
    from which the checks may import; `device` is the kind that the runs come from: checks marked for another one are no part of the result.
    `oracle` computes what problem.py expects elsewhere, where it can. `files` are the student's, for checks of answers, and `programs`
    those that students were given; without them such checks are not run. `only` names the checks (CheckResult.id) to evaluate; `shared`
    remembers what is expected of inputs that many submissions share. Raises AssignmentError if the checks can't be collected; an error
    inside one check makes that check not_run.
    """
    modules = [assignment.folder / name for name in (PUBLIC, HIDDEN) if (hidden or name == PUBLIC) and (assignment.folder / name).is_file()]
    if not modules:
        raise AssignmentError(f"{assignment.folder} has no {PUBLIC}: an assignment needs at least one check")
    with _one_at_a_time, _undisturbed([assignment.folder, *python_paths]):
        problem = load_problem(assignment) if blocked is None and runs else None
        plugin = CheckPlugin(runs, assignment, problem, blocked, device, oracle, files, programs, only, shared)
        arguments = [
            f"-c{INI}",
            f"--rootdir={assignment.folder}",
            "--import-mode=importlib",
            "--noconftest",
            "--strict-markers",
            "--capture=sys",
        ]
        arguments += [f"-pno:{name}" for name in UNWANTED]
        if python_paths:
            arguments += ["-o", f"pythonpath={shlex.join(map(str, python_paths))}"]
        code = pytest.main([*arguments, *map(str, modules)], plugins=[plugin])
        return plugin.finish(int(code))


@contextlib.contextmanager
def _undisturbed(folders: Sequence[Path]) -> Iterator[None]:
    """Keeps pytest's traces out of this process and the user's settings out of pytest; forgets modules of these folders, so that none is
    ever stale."""
    variables = {name: os.environ.pop(name) for name in (*HIDDEN_VARIABLES, NO_PLUGINS) if name in os.environ}
    os.environ[NO_PLUGINS] = "1"
    known, writes_bytecode, path, hooks = set(sys.modules), sys.dont_write_bytecode, list(sys.path), list(sys.meta_path)
    sys.dont_write_bytecode = True  # an assignment's folder may be read-only, and gets no litter
    try:
        yield
    finally:
        sys.dont_write_bytecode, sys.path[:], sys.meta_path[:] = writes_bytecode, path, hooks
        for name in set(sys.modules) - known:
            file = getattr(sys.modules[name], "__file__", None)
            if file and any(Path(file).is_relative_to(folder) for folder in folders):
                del sys.modules[name]
        for name in (*HIDDEN_VARIABLES, NO_PLUGINS):
            os.environ.pop(name, None)
        os.environ.update(variables)
