"""The student's source with what was found on it: Grade → files of lines, each with its marks and counters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from markupsafe import Markup

from grader.records import CheckResult, Grade, Problem
from grader.report.counters import EXECUTED, LineCounters, line_counters
from grader.report.highlight import highlight
from grader.report.notebook import MARKDOWN, OUTPUT, is_cell, is_python, markdown, printed
from grader.report.notebook import highlight as python
from grader.report.pattern import read_pattern
from grader.report.picture import Picture
from grader.verdicts import VERDICTS

Kind = Literal["error", "costly", "note", "other"]

FILE_LINES = 4000  # a longer file is shown around its findings only
# "… hazard at …: write by thread (0,1,0), read by several threads, with no barrier between"
_ACTS = re.compile(r": (read|write|atomic update) by .*?, (read|write|atomic update) by (several threads)?")
_LEAD = re.compile(r'(?P<tag><span class="\w+">)?(?P<blanks> *)')
CONTEXT_LINES = 40  # kept before and after a finding in such a file


@dataclass(frozen=True)
class Mark:
    """One thing to say below a source line: a finding, or the other access of one."""

    id: str  # anchor of this mark
    kind: Kind
    verdict: str
    message: str
    details: tuple[tuple[str, str], ...] = ()  # (key of the words table, value): block, thread, kernel
    count: int = 1
    link: str = ""  # anchor of the partner mark
    link_place: str = ""  # "gemm.cu:27"
    message_ko: str = ""


@dataclass
class Line:
    """One source line, or a gap that stands for `omitted` lines."""

    number: int
    html: Markup
    anchor: str
    counters: LineCounters | None = None
    picture: Picture | None = None  # of its accesses
    marks: list[Mark] = field(default_factory=list)
    omitted: int = 0

    def drawn(self, space: str) -> str:
        """Anchor of the picture of its accesses to this memory, or "" """
        return self.picture.id if self.picture is not None and self.picture.pattern.space == space else ""

    @property
    def kind(self) -> str:
        """The gravest mark's kind, for the colour of the line; "" without a mark."""
        return min((mark.kind for mark in self.marks), key=("error", "costly", "other", "note").index, default="")


@dataclass
class SourceFile:
    name: str
    lines: list[Line]
    measured: bool  # some line has counters
    kind: Literal["", "markdown", "output"] = ""  # of a notebook: a text, or what a cell printed; neither has lines
    html: Markup = field(default_factory=Markup)  # of those


@dataclass(frozen=True)
class Finding:
    """A problem as the list of findings shows it: with the anchor of its mark, or "" if it has no line in a shown file."""

    problem: Problem
    kind: Kind
    anchor: str
    details: tuple[tuple[str, str], ...]


def kind_of(verdict: str, note: bool) -> Kind:
    if note:
        return "note"
    row = VERDICTS.get(verdict)
    return "costly" if row is not None and row.category == "performance" else "error"


def place(file: str | None, line: int | None) -> str:
    """ "gemm.cu:23", "gemm.cu", or "" """
    return f"{file}:{line}" if file and line else file or ""


def short_kernel(name: str) -> str:
    """A demangled kernel without its parameter list: "gemm<16>(float const*, int)" → "gemm<16>"."""
    if not name.endswith(")"):
        return name
    depth = 0
    for index in range(len(name) - 1, 0, -1):
        depth += (name[index] == ")") - (name[index] == "(")
        if depth == 0:
            return name[:index]
    return name


def triple(value: tuple[int, int, int] | None) -> str:
    """A thread or block as CUDA writes it: "(0, 1, 0)", or "" """
    return f"({value[0]}, {value[1]}, {value[2]})" if value else ""


def acts(problem: Problem) -> tuple[str, str]:
    """What both accesses of a race are, as the device's sentence says: read, write, atomic; "access" where it doesn't."""
    said = _ACTS.search(problem.message)
    return (said[1].split()[0], said[2].split()[0]) if said else ("access", "access")


def several_others(problem: Problem) -> bool:
    """Whether the other access is of several threads, so that no single one can be named."""
    said = _ACTS.search(problem.message)
    return said is not None and said[3] is not None


def _details(problem: Problem) -> tuple[tuple[str, str], ...]:
    """The coordinates of a finding, in words-table keys."""
    found: list[tuple[str, str]] = []
    if problem.block is not None:
        found.append(("block", triple(problem.block)))
    if problem.thread is not None and problem.other_thread is not None and not several_others(problem):
        found.append(("threads", f"{triple(problem.thread)}, {triple(problem.other_thread)}"))
    elif problem.thread is not None:
        found.append(("thread", triple(problem.thread)))
    if problem.kernel:
        found.append(("kernel", short_kernel(problem.kernel)))
    return tuple(found)


class Sources:
    """The files of one grade, with findings placed on their lines. Anchors: L<file>-<line> for lines, f<n> and f<n>-other for marks."""

    def __init__(self, grade: Grade, drawn: Sequence[Picture] = ()) -> None:
        self.files = [_read_file(index, name, text, grade.lines) for index, (name, text) in enumerate(_ordered(grade))]
        self._lines = {(file.name, line.number): line for file in self.files for line in file.lines}
        self._anchors = {_side(problem): f"f{number}" for number, problem in enumerate(grade.problems, start=1)}
        self.findings = [self._place(number, problem) for number, problem in enumerate(grade.problems, start=1)]
        for number, check in enumerate(grade.checks, start=1):
            self._place_check(number, check)
        for picture in drawn:
            if line := self._lines.get((picture.file, picture.line)):
                line.picture = picture
        self.codes = {problem.verdict for problem in grade.problems} | {check.verdict for check in grade.checks}
        for file in self.files:
            file.lines = _shorten(file.lines)
        self._shown = {line.anchor for file in self.files for line in file.lines}

    def link(self, file: str | None, line: int | None) -> str:
        """The anchor of a place, or "" if it isn't shown."""
        found = self._lines.get((file or "", line or 0))
        return found.anchor if found and found.anchor in self._shown else ""

    def excerpt(self, file: str | None, line: int | None, around: int) -> tuple[tuple[int, Markup, bool], ...]:
        """A line with its neighbours, common indentation taken off: number, HTML, whether it is the line. Empty if there is none."""
        wanted = line or 0
        numbers = range(wanted - around, wanted + around + 1)
        found = [self._lines[(file or "", number)] for number in numbers if (file or "", number) in self._lines]
        if (file or "", wanted) not in self._lines:
            return ()
        leads = [match for each in found if (match := _LEAD.match(each.html)) and match.end() < len(each.html)]
        indent = min((len(match["blanks"]) for match in leads), default=0)
        return tuple((each.number, _dedent(each.html, indent), each.number == wanted) for each in found)

    def _place(self, number: int, problem: Problem) -> Finding:
        anchor, other_anchor = f"f{number}", f"f{number}-other"
        details, kind = _details(problem), kind_of(problem.verdict, problem.note)
        line = self._lines.get((problem.file or "", problem.line or 0))
        other_file = problem.other_file or (problem.file if problem.other_line else None)
        other = self._lines.get((other_file or "", problem.other_line or 0))
        if other is line:
            other = None  # a line that races with itself: one mark says it all
        mirror = self._anchors.get((problem.verdict, other_file, problem.other_line, problem.file, problem.line), "")
        if other is not None and mirror:  # both sides were found: each is marked by its own finding, and they lead to each other
            other_anchor, other_mark = mirror, False
        else:
            other_mark = other is not None
        if line is not None:
            line.marks.append(
                Mark(
                    id=anchor,
                    kind=kind,
                    verdict=problem.verdict,
                    message=problem.message,
                    message_ko=problem.message_ko,
                    details=details,
                    count=problem.count,
                    link=other_anchor if other else "",
                    link_place=place(other_file, problem.other_line) if other else "",
                )
            )
        if other is not None and other_mark:
            other.marks.append(
                Mark(
                    id=other_anchor,
                    kind="note" if problem.note else "other",
                    verdict=problem.verdict,
                    message="",
                    link=anchor if line else "",
                    link_place=place(problem.file, problem.line) if line else "",
                )
            )
        return Finding(problem, kind, anchor if line else "", details)

    def _place_check(self, number: int, check: CheckResult) -> None:
        """A check that names a line marks it, unless a finding of the same code already does."""
        line = self._lines.get((check.file or "", check.line or 0))
        if check.outcome != "failed" or line is None or any(mark.verdict == check.verdict for mark in line.marks):
            return
        line.marks.append(Mark(f"c{number}", kind_of(check.verdict, False), check.verdict, check.message, message_ko=check.message_ko))


def _dedent(html: Markup, columns: int) -> Markup:
    """Without the first blanks of a line, which stand in front of its first token or, in a comment of several lines, inside of it."""
    match = _LEAD.match(html)
    return Markup(match["tag"] or "") + html[match.start("blanks") + columns :] if match and match["blanks"] else html


def _side(problem: Problem) -> tuple[str, str | None, int | None, str | None, int | None]:
    """A finding seen from its own line: code, place, the other access's place."""
    other_file = problem.other_file or (problem.file if problem.other_line else None)
    return problem.verdict, problem.file, problem.line, other_file, problem.other_line


def _ordered(grade: Grade) -> list[tuple[str, str]]:
    """By file, and a notebook's cells in the notebook's order."""
    return sorted(grade.source.items(), key=lambda item: item[0].partition("#")[0] if is_cell(item[0]) else item[0])


def _read_file(index: int, name: str, text: str, measured: tuple[dict[str, Any], ...]) -> SourceFile:
    rows = {int(row["line"]): row for row in measured if row.get("file") == name}
    total = sum(row["metrics"].get(EXECUTED, 0.0) for row in rows.values())

    def margin(number: int) -> LineCounters | None:
        if number not in rows:
            return None
        pattern = read_pattern(rows[number])
        ideal = pattern.ideal if pattern is not None and pattern.space == "global" else 0
        return line_counters(rows[number]["metrics"], total, ideal)

    if is_cell(name) and name.endswith((MARKDOWN, OUTPUT)):
        told = name.endswith(MARKDOWN)
        return SourceFile(name, [], False, "markdown" if told else "output", markdown(text) if told else printed(text))
    coloured = python(text) if is_python(name) else highlight(text)
    lines = [Line(number, html, f"L{index}-{number}", margin(number)) for number, html in enumerate(coloured, start=1)]
    return SourceFile(name, lines, bool(rows))


def _shorten(lines: list[Line]) -> list[Line]:
    """A very long file without the stretches in which there is nothing to tell."""
    if len(lines) <= FILE_LINES:
        return lines
    kept = {*range(1, CONTEXT_LINES + 1)}
    for line in lines:
        if line.marks or line.picture:
            kept.update(range(line.number - CONTEXT_LINES, line.number + CONTEXT_LINES + 1))
    shown: list[Line] = []
    for line in lines:
        if line.number in kept:
            shown.append(line)
        elif shown and shown[-1].omitted:
            shown[-1].omitted += 1
        else:
            shown.append(Line(line.number, Markup(""), "", omitted=1))
    return shown
