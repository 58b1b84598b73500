"""What `grader grade` says of grades: a line each, a table of several, or one in full. A cause is told once, with the checks it cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from grader.cli.output import paragraph
from grader.verdicts import VERDICTS, rank

if TYPE_CHECKING:
    from rich.console import Console

    from grader.assignment import Assignment
    from grader.records import CheckResult, Grade

COLOURS = {"passed": "green", "failed": "red", "not_run": "yellow"}
MARKS = {"passed": "ok", "failed": "--", "not_run": "??"}
NOTES = 5  # more would bury the verdict; the report has all


def one_line(each: Grade) -> Text:
    """Score, verdict, place (or -), submission, message: two blanks between them."""
    where = place(each.file, each.line) or "-"
    return Text("  ".join((_score(each), each.verdict, where, clean(each.submission), clean(each.message))).rstrip())


def table(console: Console, grades: Sequence[Grade]) -> None:
    """Several grades on a terminal."""
    from rich.table import Table

    rows = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("submission", "score", "verdict", "where", "why"):
        rows.add_column(title, justify="right" if title == "score" else "left", no_wrap=title in ("score", "verdict"))
    for each in grades:
        texts = (clean(each.submission), _score(each), each.verdict, place(each.file, each.line), clean(each.message))
        rows.add_row(*(Text(text, style=_style(each) if i == 2 else "") for i, text in enumerate(texts)))
    console.print(rows)


def in_full(console: Console, each: Grade, assignment: Assignment) -> None:
    """One grade: what is wrong, gravest first, each with the checks that it cost; then what is right."""
    console.print(
        Text.assemble((f"{assignment.title['en']}: ", "bold"), clean(each.submission), "  (from the cache)" if each.from_cache else "")
    )
    where = place(each.file, each.line)
    console.print(Text.assemble((_score(each), "bold"), "  ", (each.verdict, _style(each)), f"  {where}" if where else ""))
    if each.message and not any(check.outcome != "passed" for check in each.checks):
        paragraph(console, clean(each.message))
    for number, checks in enumerate(causes(each)):
        console.print()
        _cause(console, checks, first=number == 0)
    _passed(console, [check for check in each.checks if check.outcome == "passed"])
    for note in [problem for problem in each.problems if problem.note][:NOTES]:
        paragraph(console, f"note: {note.verdict} {place(note.file, note.line)} {clean(note.message)}", 2, "dim")
    console.print()
    console.print(
        Text(
            f"{each.device} · isolation {each.isolation.level} · seed {each.seed_id} · {each.timings_s.get('total', 0):.2f} s", style="dim"
        )
    )


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


def _cause(console: Console, checks: Sequence[CheckResult], *, first: bool) -> None:
    head = checks[0]
    row = VERDICTS.get(head.verdict)
    if head.outcome == "not_run":
        title, lost = "Could not be judged, for a reason of ours; it costs no points", ""
    else:
        missing = sum(check.max_points - check.points for check in checks)
        title, lost = row.title["en"] if row else head.verdict, f"  -{rounded(missing)} points"
    where = f"{head.verdict} {place(head.file, head.line)}".strip()
    console.print(Text.assemble((title, f"bold {COLOURS[head.outcome]}"), f"  {where}" if where else "", (lost, "bold")))
    paragraph(console, clean(head.message), 4)
    if first and row and head.outcome == "failed":
        paragraph(console, f"What to look at next: {row.look_at['en']}", 4, "dim")
    for check in checks:
        _check(console, check)
        # with a line, the cause is one; without, each check may have its own
        if head.line is None and bare(check) != bare(head):
            paragraph(console, clean(check.message), 14, "dim")
        if check.hint:
            paragraph(console, clean(check.hint), 14, "dim")


def _passed(console: Console, checks: Sequence[CheckResult]) -> None:
    if not checks:
        return
    console.print()
    for check in checks:
        _check(console, check)
    if any(check.points < check.max_points for check in checks):
        text = "Cleanliness and performance count by the share of the correctness points that were earned; hence less than the full points."
        paragraph(console, text, 4, "dim")


def _check(console: Console, check: CheckResult) -> None:
    points = f"{rounded(check.points)}/{rounded(check.max_points)}"
    console.print(Text.assemble("  ", (MARKS[check.outcome], COLOURS[check.outcome]), f" {points:>7}  {clean(check.title)}"))


def bare(check: CheckResult) -> str:
    """The message without the case it begins with: the same text of two cases is said once."""
    text = check.message
    for case in check.cases:
        text = text.removeprefix(f"case {case}: ")
    return text


def place(file: str | None, line: int | None) -> str:
    """gemm.cu:23."""
    return f"{clean(file)}:{line}" if file and line else clean(file or "")


def clean(text: str) -> str:
    """Text that a submission had a say in: control characters (escape sequences of terminals) spelled out."""
    return "".join(c if c.isprintable() else " " if c in "\n\t" else f"\\x{ord(c):02x}" for c in text)


def rounded(points: float) -> str:
    """12.50 -> 12.5, 7.00 -> 7."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def _score(each: Grade) -> str:
    return f"{rounded(each.score)}/{rounded(each.max_score)}"


def _style(each: Grade) -> str:
    return "green" if each.verdict == "PASSED" else "yellow" if each.verdict == "NOT_RUN" else "red"
