"""Plugin: what pytest is told while it judges: the marks, the `judge` fixture, and how an outcome becomes a CheckResult. One object
serves one evaluation."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from grader.assignment import Assignment
from grader.checks.answers import Answers
from grader.checks.evidence import Evidence, rank
from grader.checks.failed import CheckFailed, NotRun
from grader.checks.judge import Judge
from grader.devices.contract import Oracle
from grader.errors import AssignmentError, HarnessError
from grader.records import CheckResult, Problem, Run
from grader.run.given import Programs
from grader.run.shared import Shared
from grader.verdicts import VERDICTS

DEVICES = ("emulated", "cuda")
CATEGORIES = ("correctness", "cleanliness", "performance")
MARKS = (
    "points(number): how many points the check is worth",
    "cases(*ids, all_or_nothing=False): the cases it looks at; default: every case of its file's visibility",
    "category(name): correctness (default), cleanliness or performance",
    "all_or_nothing: no partial credit",
    "on(device): makes sense on this kind of device only, emulated or cuda; elsewhere it is no part of the grade",
    "korean(title, hint=''): title and hint of the docstring in Korean",
)


class CheckPlugin:
    """Collects checks in order and their outcomes."""

    def __init__(
        self,
        runs: Sequence[Run],
        assignment: Assignment,
        problem: ModuleType | None,
        blocked: Problem | None,
        device: str = "emulated",
        oracle: Oracle | None = None,
        files: Mapping[str, bytes] | None = None,
        programs: Programs | None = None,
        only: Collection[str] | None = None,
        shared: Shared | None = None,
    ) -> None:
        self._files = files
        self._only = only
        self._programs = programs
        self._assignment = assignment
        self._device = device
        self._runs = {run.case: run for run in runs}
        self._evidence = Evidence(runs, assignment, problem, oracle, shared)
        self._blocked = blocked
        # A gap of the emulation costs no points. It leaves all checks undecided and not single ones, or a program could pick those that it
        # would rather not be judged by.
        unsupported = [p for run in runs for p in run.problems if p.verdict == "UNSUPPORTED" and not p.note]
        self._unsupported = unsupported[0] if unsupported else None
        # The same goes for a case that didn't run: what fails twice with the submission in it may be of its making.
        self._not_run = next((f"case {run.case}: {run.not_run}" for run in runs if run.not_run), "")
        self._checks: dict[str, CheckResult] = {}  # what is known before a check runs, in order
        self._results: dict[str, CheckResult] = {}
        self._all_or_nothing: set[str] = set()
        self._hints: dict[str, tuple[str, str]] = {}  # English, Korean
        self._mistakes: list[str] = []
        self._faulty: list[str] = []  # checks that failed by themselves
        self._elsewhere = 0  # checks for other kinds of device

    # ---- pytest's hooks

    def pytest_configure(self, config: pytest.Config) -> None:
        for mark in MARKS:
            config.addinivalue_line("markers", mark)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._mistakes.append(
                f"{report.nodeid}: {report.longreprtext.strip().splitlines()[-1] if report.longreprtext.strip() else 'could not be read'}"
            )

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            try:
                described = self._described(item)
                if _argument(item, "on", self._device) == self._device:
                    self._checks[item.nodeid] = described
                else:
                    self._elsewhere += 1
            except AssignmentError as error:
                self._mistakes.append(f"{item.nodeid}: {error}")
        if self._only is not None:
            if unknown := sorted(set(self._only) - set(self._checks)):
                self._mistakes.append(f"no check is called {', '.join(unknown)}; known are {', '.join(self._checks)}")
            self._checks = {name: check for name, check in self._checks.items() if name in self._only}
        items[:] = [] if self._mistakes else [item for item in items if item.nodeid in self._checks]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
        report = yield
        if call.excinfo is not None and item.nodeid not in self._results:
            self._results[item.nodeid] = self._judged(item, call.excinfo.value)
        elif call.when == "call":
            known = self._checks[item.nodeid]
            self._results.setdefault(item.nodeid, _with(known, outcome="passed", points=known.max_points))
        shown = getattr(getattr(item, "funcargs", {}).get("judge"), "shown", None)
        if shown is not None and item.nodeid in self._results:
            self._results[item.nodeid] = _with(self._results[item.nodeid], detections=shown)
        return report

    @pytest.fixture
    def judge(self, request: pytest.FixtureRequest) -> Judge:
        """The recorded runs of the check's cases."""
        check = self._checks[request.node.nodeid]
        if self._blocked is not None:
            raise CheckFailed(self._blocked)
        if self._unsupported is not None:
            raise NotRun(self._unsupported.message, self._unsupported)
        if self._not_run:
            raise NotRun(self._not_run)
        runs = []
        for case in check.cases:
            run = self._runs.get(case)
            if run is None:
                raise NotRun(f"case {case} was not run")
            runs.append(run)
        return Judge(self._evidence, runs)

    @pytest.fixture
    def answers(self) -> Answers:
        """The student's answers. They are graded whether or not the programs beside them can be built."""
        name = self._assignment.answers
        if name is None:
            raise AssignmentError("the assignment's `files` name no .json file, so there are no answers")
        if self._files is None and self._blocked is not None:
            raise CheckFailed(self._blocked)
        if self._files is None or name not in self._files:
            raise NotRun(f"{name} was not read")
        return Answers(name, self._files[name])

    @pytest.fixture
    def given(self) -> Programs:
        """What the emulated GPU sees of the programs that students were given."""
        if self._programs is None:
            raise NotRun("the given programs were not run")
        return self._programs

    # ---- a check, before and after

    def _described(self, item: pytest.Item) -> CheckResult:
        hidden = Path(item.path).name == "test_hidden.py"
        points = _argument(item, "points", None)
        if isinstance(points, bool) or not isinstance(points, int | float) or not 0 < points < 1e6:
            raise AssignmentError("needs @pytest.mark.points(NUMBER) with a positive number")
        category = _argument(item, "category", "correctness")
        if category not in CATEGORIES:
            raise AssignmentError(f"unknown category {category!r}; known are {', '.join(CATEGORIES)}")
        device = _argument(item, "on", self._device)
        if device not in DEVICES:
            raise AssignmentError(f"unknown device {device!r}; known are {', '.join(DEVICES)}")
        mark = item.get_closest_marker("cases")
        known = {case.id: case for case in self._assignment.cases if case.on in (None, device)}
        looks = "judge" in getattr(item, "fixturenames", ())
        usual = tuple(c.id for c in known.values() if looks and c.visibility == ("hidden" if hidden else "public"))
        named = mark.args if mark else usual
        unknown = [str(name) for name in named if name not in known]
        if unknown:
            raise AssignmentError(f"no case is called {', '.join(unknown)}; known are {', '.join(known)}")
        if not named and looks:
            raise AssignmentError("has no case to look at; name some with @pytest.mark.cases(...)")
        title, _, hint = inspect.cleandoc(getattr(getattr(item, "obj", None), "__doc__", None) or item.name).partition("\n")
        title_ko, hint_ko = _korean(item)
        self._hints[item.nodeid] = " ".join(hint.split()), hint_ko
        if item.get_closest_marker("all_or_nothing") or (mark and mark.kwargs.get("all_or_nothing")):
            self._all_or_nothing.add(item.nodeid)
        order = min((known[name].index for name in named), default=len(self._assignment.cases))
        hidden = hidden or any(known[name].visibility == "hidden" for name in named)
        return CheckResult(
            id=item.nodeid,
            title=title,
            title_ko=title_ko,
            points=0.0,
            max_points=float(points),
            outcome="not_run",
            hidden=hidden,
            category=category,
            cases=tuple(named),
            runtime=", ".join(dict.fromkeys(known[name].runtime for name in named if known[name].runtime)),
            order=order,
        )

    def _judged(self, item: pytest.Item, error: BaseException) -> CheckResult:
        known = self._checks[item.nodeid]
        if isinstance(error, CheckFailed):
            share = 0.0 if item.nodeid in self._all_or_nothing else min(1.0, max(0.0, error.fraction))
            return _with(self._failed(known, error.problem, share, error.hint), error_map=error.error_map, layers=error.layers)
        if isinstance(error, NotRun):
            place = error.problem or Problem(verdict="", message="")
            return _with(known, message=str(error), message_ko=place.message_ko, verdict=place.verdict, file=place.file, line=place.line)
        if isinstance(error, HarnessError):
            return _with(known, message=str(error))
        if isinstance(error, pytest.skip.Exception):
            return _with(known, message=f"left out: {error.msg}")
        frames = traceback.extract_tb(error.__traceback__)
        own = [f for f in frames if Path(f.filename).is_relative_to(self._assignment.folder)]
        if isinstance(error, AssertionError) and own and Path(own[-1].filename) == Path(item.path):
            # pytest's own idiom in the check itself: a failed check, not a broken one. Its text shows values, which a hidden check keeps
            # to itself.
            text = (
                "the output doesn't have the property that this check asks for"
                if known.hidden
                else str(error).strip() or "assertion failed"
            )
            return self._failed(known, Problem(verdict="WRONG_ANSWER", message=text), 0.0)
        self._faulty.append(item.nodeid)
        place_of = f"{Path(own[-1].filename).name}:{own[-1].lineno}: " if own else ""
        kind = "" if isinstance(error, AssignmentError) else f"{type(error).__name__}: "
        return _with(known, message=f"the check itself is faulty ({place_of}{kind}{error}); tell your instructor. It costs no points")

    def _failed(self, known: CheckResult, problem: Problem, share: float, hint: tuple[str, str] | None = None) -> CheckResult:
        rank(problem.verdict)
        # a hint asks about the result: beside a program that gave none it would lead astray
        judged = VERDICTS[problem.verdict].category not in ("build", "crash")
        said, said_ko = (hint or self._hints.get(known.id, ("", ""))) if judged else ("", "")
        return _with(
            known,
            outcome="failed",
            points=known.max_points * share,
            verdict=problem.verdict,
            message=problem.message,
            message_ko=problem.message_ko,
            hint=said,
            hint_ko=said_ko,
            file=problem.file,
            line=problem.line,
            other_file=problem.other_file if problem.other_line and problem.other_file != problem.file else None,
            other_line=problem.other_line,
        )

    def finish(self, code: int) -> list[CheckResult]:
        """All results in the order of the files. Raises AssignmentError if pytest didn't get through."""
        folder = self._assignment.folder
        if self._mistakes:
            raise AssignmentError(f"the checks in {folder} can't be used: " + "; ".join(self._mistakes))
        if not self._checks and self._elsewhere:
            remedy = "grade it with --device emulated" if self._device != "emulated" else "mark some without `on`"
            raise AssignmentError(f"{folder}: none of its checks makes sense on a device of kind {self._device}; {remedy}")
        if not self._checks:
            raise AssignmentError(f"{folder} holds no check: pytest collected nothing (exit code {code})")
        missing = [name for name in self._checks if name not in self._results]
        if missing:
            raise AssignmentError(
                f"{folder}: pytest ended (exit code {code}) before {', '.join(missing)}; a check must not end the process"
            )
        if self._faulty and any(run.command for run in self._runs.values()):
            # What a command wrote may have any form. A check that stumbles over it would leave the denominator, and that a program could
            # bring about for those checks that it would rather not be judged by: so a person has to look at all of it.
            why = self._results[self._faulty[0]].message
            return [_with(check, message=self._results[name].message or why) for name, check in self._checks.items()]
        return [self._results[name] for name in self._checks]


def _argument(item: pytest.Item, mark: str, default: Any) -> Any:
    found = item.get_closest_marker(mark)
    if found is None:
        return default
    if len(found.args) != 1 or found.kwargs:
        raise AssignmentError(f"@pytest.mark.{mark} takes exactly one value")
    return found.args[0]


def _korean(item: pytest.Item) -> tuple[str, str]:
    """Title and hint of `@pytest.mark.korean("제목", hint="…")`; two empty texts without it."""
    found = item.get_closest_marker("korean")
    if found is None:
        return "", ""
    texts = (*found.args, found.kwargs.get("hint", ""))
    if len(found.args) != 1 or set(found.kwargs) - {"hint"} or not all(isinstance(text, str) for text in texts):
        raise AssignmentError('@pytest.mark.korean takes a title and hint="…", both text')
    return texts[0], " ".join(texts[1].split())


def _with(known: CheckResult, **changes: Any) -> CheckResult:
    return msgspec.structs.replace(known, **changes)
