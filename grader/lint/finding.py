"""Finding: one thing that is wrong with an assignment's folder, where, and the remedy. Folder: what the rules look at, read once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Literal

from grader.assignment import Assignment
from grader.course import Course
from grader.records import CheckResult, Problem, Record
from grader.verify import Subject, subjects

HANGUL = re.compile("[가-힣]")


class Finding(Record, frozen=True, kw_only=True):
    """`error`: students, graders or a release would suffer. `warning`: worth a look."""

    rule: str
    severity: Literal["error", "warning"]
    file: str
    line: int | None
    message: str
    remedy: str


def error(rule: str, file: Path, message: str, remedy: str, line: int | None = None) -> Finding:
    return Finding(rule=rule, severity="error", file=str(file), line=line, message=message, remedy=remedy)


def warning(rule: str, file: Path, message: str, remedy: str, line: int | None = None) -> Finding:
    return Finding(rule=rule, severity="warning", file=str(file), line=line, message=message, remedy=remedy)


class Folder:
    """One assignment as the rules see it. Properties raise AssignmentError for what can't be read; the rule that asks first reports it."""

    def __init__(self, assignment: Assignment, course: Course) -> None:
        self.assignment, self.course = assignment, course

    @property
    def toml(self) -> Path:
        return self.assignment.folder / "assignment.toml"

    @cached_property
    def checks(self) -> dict[str, list[CheckResult]]:
        """Device that some case runs on -> its checks, public and hidden, as pytest collects them."""
        from grader.checks import evaluate

        nothing = Problem(verdict="COMPILE_ERROR", message="")
        return {device: evaluate([], self.assignment, blocked=nothing, device=device) for device in self.assignment.devices()}

    @cached_property
    def subjects(self) -> list[Subject]:
        return subjects(self.assignment)

    def text(self, name: str) -> str:
        """A file of the assignment's folder; empty if it isn't there."""
        file = self.assignment.folder / name
        return file.read_bytes().decode("utf-8", "replace") if file.is_file() else ""

    def place(self, check_id: str) -> tuple[Path, int | None]:
        """Where a check is defined: "test_public.py::test_odd[2]" -> its file and line."""
        name, _, function = check_id.partition("::")
        function = function.partition("[")[0].rpartition("::")[2]
        return self.assignment.folder / name, line_with(self.text(name), rf"def {re.escape(function)}\b")

    def each_check(self) -> Iterator[CheckResult]:
        """Every check once, whatever device it is for."""
        seen: dict[str, CheckResult] = {}
        for found in self.checks.values():
            for check in found:
                seen.setdefault(check.id, check)
        yield from seen.values()


def line_with(text: str, pattern: str) -> int | None:
    """The first line (from 1) in which the pattern is found."""
    found = re.compile(pattern)
    return next((number for number, line in enumerate(text.splitlines(), 1) if found.search(line)), None)
