"""Linting: a course and some of its assignments -> findings, rule after rule. What grows is the table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from grader.assignment import Assignment, load_assignment
from grader.course import Course, slugs
from grader.errors import AssignmentError
from grader.lint import calibration, checks, handout, header, solutions
from grader.lint.course import course_findings
from grader.lint.finding import Finding, Folder, error
from grader.records import Record

Rule = Callable[[Folder], Iterator[Finding]]

# What they look at first comes first: a folder without checks has no points to add up.
RULES: dict[str, Rule] = {
    "title": handout.title,
    "handout": handout.handouts,
    "header": header.header,
    "points": checks.points,
    "languages": checks.languages,
    "public-cases": checks.public_cases,
    "unused-case": checks.unused_cases,
    "hidden": checks.hidden_part,
    "starter": solutions.starter,
    "honest": solutions.honest,
    "mutants": solutions.mutants,
    "readme": solutions.readme,
    "verdicts": checks.codes,
    "release": handout.released,
    "calibration": calibration.calibration,
}
SLOW = {"calibration"}


class Result(Record, frozen=True, kw_only=True):
    """What was looked at, and what was found. `slugs` are those that could be read."""

    slugs: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        return not any(finding.severity == "error" for finding in self.findings)


def lint(course: Course, folders: Sequence[Path], *, quick: bool = False, whole: bool = False) -> Result:
    """Every rule over every folder. `whole`: course.toml too. `quick` leaves out what computes. Never raises for a mistake in a folder."""
    findings: list[Finding] = []
    assignments: list[Assignment] = []
    for folder in folders:
        try:
            assignments.append(load_assignment(folder, course))
        except AssignmentError as problem:
            findings.append(_told("assignment", folder / "assignment.toml", problem))
    if whole:
        findings += course_findings(course, assignments)
    for assignment in assignments:
        looked_at = Folder(assignment, course)
        told: set[str] = set()
        for name, rule in RULES.items():
            if quick and name in SLOW:
                continue
            try:
                findings += rule(looked_at)
            except AssignmentError as problem:
                if str(problem) not in told:  # several rules need the same file
                    told.add(str(problem))
                    findings.append(_told(name, assignment.folder, problem))
    return Result(slugs=tuple(each.slug for each in assignments), findings=tuple(findings))


def all_folders(course: Course) -> list[Path]:
    return [course.assignments / slug for slug in slugs(course)]


def _told(rule: str, file: Path, problem: AssignmentError) -> Finding:
    """An AssignmentError as a finding: its text begins with file and line where they are known, and names the remedy itself."""
    found = re.match(r"(?P<file>/[^:\n]+?):(?:(?P<line>\d+):)? (?P<text>.*)", str(problem), re.S)
    if found:
        return error(rule, Path(found["file"]), found["text"], "", int(found["line"]) if found["line"] else None)
    return error(rule, file, str(problem), "")
