"""gcc style: a Grade -> lines such as `gemm.cu:23:9: error: … [RACE_SHARED]`, which every editor knows how to jump to.

A `note:` line right behind a finding is its other access. What costs nothing (notes of the device) and what is a matter of speed is a
`warning:`. Lines are plain: control characters of a submission are spelled out.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import Literal

from grader.cli.words import Words
from grader.records import CheckResult, Grade, Problem, Record
from grader.verdicts import VERDICTS

Severity = Literal["error", "warning", "note"]
Place = Callable[[str], str]  # a student's file -> the path that an editor opens


class Remark(Record, frozen=True, kw_only=True):
    """One line: where, how grave, what, and the verdict's code."""

    severity: Severity
    text: str
    file: str
    line: int | None = None
    column: int | None = None
    code: str = ""

    def shown(self, place: Place) -> str:
        """As gcc writes it; a column that isn't known is left out."""
        return f"{self.position(place)}: {self.severity}: {self.tail()}"

    def position(self, place: Place) -> str:
        parts = [clean(place(self.file))]
        if self.line:
            parts += [str(self.line)] + ([str(self.column)] if self.column else [])
        return ":".join(parts)

    def tail(self) -> str:
        return clean(self.text) + (f" [{self.code}]" if self.code else "")


def clean(text: str) -> str:
    """Text that a submission had a say in: control characters (escape sequences of terminals) spelled out."""
    return "".join(c if c.isprintable() else " " if c in "\n\t" else f"\\x{ord(c):02x}" for c in text)


def said(item: Problem | CheckResult | Grade, words: Words) -> str:
    """What an item says, in Korean where it has such a text; English otherwise."""
    return (item.message_ko if words.language == "ko" else "") or item.message


def of_problem(problem: Problem, words: Words, file: str) -> list[Remark]:
    """A finding and, behind it, the access that it collides with. `file` stands in where the problem has none."""
    text = _titled(problem.verdict, said(problem, words), words)
    if problem.count > 1 and not problem.note and problem.verdict != "COMPILE_ERROR":
        text += " " + words("times", count=f"{problem.count:,}")
    where = problem.file or file
    found = [
        Remark(
            severity="warning" if problem.note else "error",
            text=text,
            file=where,
            line=problem.line,
            column=problem.column or None,
            code=problem.verdict,
        )
    ]
    if problem.other_line:
        thread = problem.other_thread
        other = words("other_access_thread", thread="({},{},{})".format(*thread)) if thread else words("other_access")
        found.append(Remark(severity="note", text=other, file=problem.other_file or where, line=problem.other_line))
    return found


def of_check(check: CheckResult, words: Words, file: str) -> Remark:
    """A check that failed with nothing that the device found: a wrong output, a counter."""
    return Remark(
        severity="warning" if check.category == "performance" else "error",
        text=_titled(check.verdict, said(check, words), words),
        file=check.file or file,
        line=check.line,
        code=check.verdict,
    )


def remarks(each: Grade, groups: Sequence[Sequence[CheckResult]]) -> list[list[Problem | CheckResult]]:
    """For each cause (`groups`, gravest first) what to say of it: its findings, else its first check. A last list holds the rest.

    Findings of one checker belong together: a race inside a warp stands with the races that cost the points.
    """
    rest = [problem for problem in each.problems if not problem.note]
    told: list[list[Problem | CheckResult]] = [[] for _ in groups]
    for belongs in (_same_verdict, _same_checker):
        for mine, group in zip(told, groups, strict=True):
            head = group[0]
            found = [problem for problem in rest if head.outcome == "failed" and belongs(problem.verdict, head.verdict)]
            rest = [problem for problem in rest if problem not in found]
            mine += [p for p in found if (p.file, p.line) == (head.file, head.line)]
            mine += [p for p in found if (p.file, p.line) != (head.file, head.line)]
    for mine, group in zip(told, groups, strict=True):
        if not mine and group[0].outcome == "failed":
            # a cause that is told already (its finding stands with an earlier one) isn't told again
            known = {(p.verdict, p.file, p.line) for other in told for p in other}
            mine += [group[0]] if (group[0].verdict, group[0].file, group[0].line) not in known else []
    return [*told, [*rest, *(problem for problem in each.problems if problem.note)]]


def lines(each: Grade, groups: Sequence[Sequence[CheckResult]], place: Place, words: Words) -> list[str]:
    """The whole grade in gcc style, gravest cause first."""
    return [remark.shown(place) for told in remarks(each, groups) for item in told for remark in as_remarks(item, each, words)]


def as_remarks(item: Problem | CheckResult, each: Grade, words: Words) -> list[Remark]:
    file = next(iter(each.source), each.assignment)
    return of_problem(item, words, file) if isinstance(item, Problem) else [of_check(item, words, file)]


def places(path: Path, files: Sequence[str], folder: Path | None = None) -> Place:
    """Where the student's files of a submission are, relative to `folder` (default: the working one): what unpack takes, seen from here."""
    here = folder or Path.cwd()

    def place(name: str) -> str:
        found = located(path, name, files)
        return name if found is None else os.path.relpath(found, here)

    return place


def located(path: Path, name: str, files: Sequence[str]) -> Path | None:
    """The file that counts as `name` in a submission, as unpack chooses it; None in an archive, or if there is none or several."""
    if path.is_file():
        return path if len(files) == 1 and (path.suffix == PurePosixPath(name).suffix) else None
    if (path / name).is_file():
        return path / name
    below = [found for found in path.rglob(PurePosixPath(name).name) if found.as_posix().endswith("/" + name)][:2]
    return below[0] if len(below) == 1 else None


def _titled(code: str, message: str, words: Words) -> str:
    """Most messages are English; in another language the verdict's title goes before them."""
    row = VERDICTS.get(code)
    return message if words.language == "en" or row is None else f"{row.title[words.language]}: {message}"


def _same_verdict(code: str, other: str) -> bool:
    return code == other


def _same_checker(code: str, other: str) -> bool:
    one, two = VERDICTS.get(code), VERDICTS.get(other)
    return one is not None and two is not None and one.checker == two.checker != ""
