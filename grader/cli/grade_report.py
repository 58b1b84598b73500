"""What `grade` and `check` say of grades: a line each, a table, or one in full. A cause is told once, with the checks that it cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from grader import libraries
from grader.cli import gcc
from grader.cli.gcc import Place, Remark, clean
from grader.cli.output import paragraph
from grader.cli.words import LANGUAGES, Words
from grader.records import CheckResult
from grader.verdicts import VERDICTS, rank

if TYPE_CHECKING:
    from rich.console import Console

    from grader.assignment import Assignment
    from grader.records import Grade, Problem

COLOURS = {"passed": "green", "failed": "red", "not_run": "yellow"}
MARKS = {"passed": "ok", "failed": "--", "not_run": "??"}
SEVERITIES = {"error": "bold red", "warning": "bold magenta", "note": "bold cyan"}  # as gcc colours them
NOTES = 5  # more would bury the verdict; the report has all
NOT_MEASURED = "NOT_MEASURED"  # a device can't tell; nobody's fault
AWAITS = "AWAITS_GRADING"  # a person is to tell


def one_line(each: Grade, words: Words) -> Text:
    """Score, verdict, place (or -), submission, message: two blanks between them."""
    where = place(each.file, each.line) or "-"
    return Text("  ".join((_score(each), each.verdict, where, clean(each.submission), clean(gcc.said(each, words)))).rstrip())


def table(console: Console, grades: Sequence[Grade], words: Words) -> None:
    """Several grades on a terminal."""
    from rich.table import Table

    rows = Table(box=None, pad_edge=False, header_style="bold")
    for key in ("submission", "score", "verdict", "where", "why"):
        rows.add_column(words(key), justify="right" if key == "score" else "left", no_wrap=key in ("score", "verdict"))
    for each in grades:
        texts = (clean(each.submission), _score(each), each.verdict, place(each.file, each.line), clean(gcc.said(each, words)))
        rows.add_row(*(Text(text, style=_style(each) if i == 2 else "") for i, text in enumerate(texts)))
    console.print(rows)


def in_full(
    console: Console, each: Grade, assignment: Assignment, words: Words, *, jump: Place | None = None, verbose: bool = False
) -> None:
    """One grade: what is wrong, gravest first, each with the checks that it cost; then what is right.

    With `jump`, findings are gcc-style lines with the paths that it gives, so that an editor's error list takes them up, and the first
    cause is explained.
    """
    heading(console, each, assignment, words)
    if each.message and not any(check.outcome != "passed" for check in each.checks):
        paragraph(console, clean(gcc.said(each, words)))
    groups = causes(each)
    told = gcc.remarks(each, groups) if jump else []
    for number, checks in enumerate(groups):
        console.print()
        block = _Cause(console, words, each, checks, first=number == 0)
        block.jumpable(told[number], jump) if jump else block.plain()
        block.checks()
    if jump:
        _remarks(console, told[-1][:NOTES], each, words, jump)
    _passed(console, [check for check in each.checks if check.outcome == "passed"], words)
    for note in [problem for problem in each.problems if problem.note][:NOTES] if not jump else ():
        text = words("note", text=f"{note.verdict} {place(note.file, note.line)} {clean(gcc.said(note, words))}")
        paragraph(console, text, 2, "dim")
    console.print()
    seconds = f"{each.timings_s.get('total', 0):.2f}"
    line = words("device_line", device=each.device, isolation=each.isolation.level, seed=each.seed_id, seconds=seconds)
    for name, what in libraries.told(each.environment).items():
        line += f" · {name}: {words(what)}" if what == libraries.STAND_IN else f" · {name} {what}"
    line += "".join(f" · {name.removeprefix('lane ')}: {what}" for name, what in each.environment.items() if name.startswith("lane "))
    console.print(Text(line, style="dim"))
    if each.sightings:
        console.print(Text(sightings_line(each, words), style="dim"))
    if verbose:
        details(console, each, words)


def sightings_line(each: Grade, words: Words) -> str:
    """What the static look saw, in one line; it is told to the staff, whose grades alone have any."""
    from grader.look.rules import KNOWN

    at = LANGUAGES.index(words.language)
    told: dict[str, str] = {}
    for one in each.sightings:
        title = KNOWN[one.code].title[at] if one.code in KNOWN else one.code
        told.setdefault(title, place(one.file, one.line) or clean(one.excerpt))
    return words("sightings", text=", ".join(f"{title} ({clean(where)})" if where else title for title, where in told.items()))


def heading(console: Console, each: Grade, assignment: Assignment, words: Words) -> None:
    """What was graded, its score and its main verdict with the place."""
    title = assignment.title[words.language]
    cached = f"  ({words('from_cache')})" if each.from_cache else ""
    console.print(Text.assemble((f"{title}: ", "bold"), clean(each.submission), cached))
    where = place(each.file, each.line)
    console.print(Text.assemble((_score(each), "bold"), "  ", (each.verdict, _style(each)), f"  {where}" if where else ""))


def details(console: Console, each: Grade, words: Words) -> None:
    """`-v`: where the time went, and what the sandbox kept."""
    paragraph(console, words("timings", stages=", ".join(f"{name} {seconds:.3f} s" for name, seconds in each.timings_s.items())), 2, "dim")
    for text in each.isolation.enforced:
        paragraph(console, words("enforced", text=text), 2, "dim")
    for text in each.isolation.not_enforced:
        paragraph(console, words("not_enforced", text=text), 2, "dim")


def causes(each: Grade) -> list[list[CheckResult]]:
    """Checks that weren't passed, by verdict and place: the main verdict's first, then by gravity, then as the checks stand."""
    groups: dict[tuple[str, str, str | None, int | None, str], list[CheckResult]] = {}
    for check in each.checks:
        if check.outcome != "passed":
            # without a verdict the text is all there is to tell causes apart
            key = (check.outcome, check.verdict, check.file, check.line, "" if check.verdict else check.message)
            groups.setdefault(key, []).append(check)

    def gravity(checks: list[CheckResult]) -> tuple[bool, bool, int]:
        head = checks[0]
        main = (head.verdict, head.file, head.line) == (each.verdict, each.file, each.line)
        return head.outcome == "not_run", not main, rank(head.verdict)

    found = sorted(groups.values(), key=gravity)
    # the check that the grade's own message comes from speaks for its group
    return [sorted(checks, key=lambda check: check.message != each.message) if n == 0 else checks for n, checks in enumerate(found)]


class _Cause:
    """One cause with the checks that it cost."""

    def __init__(self, console: Console, words: Words, each: Grade, checks: Sequence[CheckResult], *, first: bool) -> None:
        self.console, self.words, self.each, self._checks, self.first = console, words, each, checks, first
        self.head = checks[0]
        self.row = VERDICTS.get(self.head.verdict)
        self._told = bare(self.head, words)  # of the head's message, what is said already

    def plain(self) -> None:
        """Title, place and points; the message; what to look at."""
        head = self.head
        where = f"{head.verdict} {place(head.file, head.line)}".strip()
        if head.other_line and (head.other_file or head.line != head.other_line):
            where += f" ({self.words('other_access')}: {place(head.other_file or head.file, head.other_line)})"
        self._title(f"  {where}" if where else "")
        paragraph(self.console, clean(gcc.said(head, self.words)), 4)
        if self.first:
            self._advice()

    def jumpable(self, told: Sequence[Problem | CheckResult], jump: Place) -> None:
        """Title and points; the lines that an editor jumps to; for the first cause what it means and what to look at."""
        self._title("")
        _remarks(self.console, told, self.each, self.words, jump)
        if self.head.outcome == "not_run":
            paragraph(self.console, clean(gcc.said(self.head, self.words)), 4)
        elif self.first and self.row:
            paragraph(self.console, self.row.explanation[self.words.language], 4)
            self._advice()
        place_of_head = (self.head.verdict, self.head.file, self.head.line)
        seen = next((item for item in told if (item.verdict, item.file, item.line) == place_of_head), None)
        self._told = "" if seen is None else bare(seen, self.words) if isinstance(seen, CheckResult) else gcc.said(seen, self.words)

    def checks(self) -> None:
        """What it cost, each with its hint; a single line if nothing could be built or run, so that no check says anything of its own."""
        nothing_ran = self.row is not None and self.row.category in ("build", "crash")
        if nothing_ran and len(self._checks) == len(self.each.checks) > 1:
            self.console.print(Text.assemble("  ", ("--", "red"), " ", self.words("all_checks", count=len(self._checks))))
            return
        for check in self._checks:
            _check(self.console, check, self.words)
            rest = self._rest(check)
            if rest:
                paragraph(self.console, clean(rest), 14, "dim")
            hint = translated(check, "hint", self.words)
            if hint:
                paragraph(self.console, clean(hint), 14, "dim")
        shown = next((check.error_map for check in self._checks if check.error_map), None)
        if self.first and shown:
            from grader.cli.error_map import drawn

            for line in drawn(shown, self.words):
                self.console.print(Text("    ") + line)

    def _title(self, where: str) -> None:
        head = self.head
        if head.outcome == "not_run":
            title, lost = self.words({NOT_MEASURED: "not_measured", AWAITS: "awaits"}.get(head.verdict, "not_run")), ""
        else:
            title = self.row.title[self.words.language] if self.row else head.verdict
            lost = "  " + self.words("lost", points=rounded(sum(check.max_points - check.points for check in self._checks)))
        self.console.print(Text.assemble((title, f"bold {COLOURS[head.outcome]}"), where, (lost, "bold")))

    def _advice(self) -> None:
        if self.row and self.head.outcome == "failed":
            paragraph(self.console, self.words("look_at", text=self.row.look_at[self.words.language]), 4, "dim")

    def _rest(self, check: CheckResult) -> str:
        """What a check's message adds to what the cause has said. With a line, the cause is one; without, each check may have its own."""
        text = bare(check, self.words)
        if self.head.outcome == "not_run":
            return ""
        if self._told and text.startswith(self._told):  # a finding was told, and the check saw its effects too
            rest = text.removeprefix(self._told).lstrip(". ")
            return "" if rest.startswith("(") else rest
        return gcc.said(check, self.words) if self.head.line is None else ""


def _remarks(console: Console, told: Sequence[Problem | CheckResult], each: Grade, words: Words, jump: Place) -> None:
    for item in told:
        for remark in gcc.as_remarks(item, each, words):
            console.print(_coloured(remark, jump), soft_wrap=True)  # one line, however narrow the terminal: editors read it


def _coloured(remark: Remark, jump: Place) -> Text:
    return Text.assemble((f"{remark.position(jump)}: ", "bold"), (f"{remark.severity}: ", SEVERITIES[remark.severity]), remark.tail())


def _passed(console: Console, checks: Sequence[CheckResult], words: Words) -> None:
    if not checks:
        return
    console.print()
    for check in checks:
        _check(console, check, words)
    if any(check.points < check.max_points for check in checks):
        paragraph(console, words("scaled"), 4, "dim")


def _check(console: Console, check: CheckResult, words: Words) -> None:
    points = f"{rounded(check.points)}/{rounded(check.max_points)}"
    title = clean(translated(check, "title", words))
    ran = (f"  [{check.runtime}]", "dim") if check.runtime else ""
    console.print(Text.assemble("  ", (MARKS[check.outcome], COLOURS[check.outcome]), f" {points:>7}  {title}", ran))


def translated(check: CheckResult, field: str, words: Words) -> str:
    """A check's title or hint in the language, English where the author gave no other."""
    text: str = getattr(check, f"{field}_ko") if words.language == "ko" else ""
    return text or getattr(check, field)


def bare(check: CheckResult, words: Words) -> str:
    """The message without the case it begins with: the same text of two cases is said once."""
    text = gcc.said(check, words)
    for case in check.cases:
        text = text.removeprefix(f"case {case}: ").removeprefix(f"{case} 경우: ")
    return text


def place(file: str | None, line: int | None) -> str:
    """gemm.cu:23."""
    return f"{clean(file)}:{line}" if file and line else clean(file or "")


def rounded(points: float) -> str:
    """12.50 -> 12.5, 7.00 -> 7."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def _score(each: Grade) -> str:
    return f"{rounded(each.score)}/{rounded(each.max_score)}"


def _style(each: Grade) -> str:
    return "green" if each.verdict == "PASSED" else "yellow" if each.verdict in ("NOT_RUN", AWAITS) else "red"
