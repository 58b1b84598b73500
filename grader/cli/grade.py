"""`grader grade SLUG PATH…`: submissions -> grades on the screen, as JSON, as a report. Prints; decides nothing."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grader.toolchain import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from grader.assignment import Assignment
    from grader.pipeline import Judge
    from grader.records import CheckResult, Grade

PASSED, NOT_FULL_MARKS, FAULT = 0, 1, 3
COLOURS = {"passed": "green", "failed": "red", "not_run": "yellow"}


def grade(
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="The assignment: gemm, 09_gemm or its folder.")],
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Submissions: the .cu file, a folder, a zip or a tar.")],
    sandbox: Annotated[
        str, typer.Option(metavar="NAME", help="Where student code runs: local (isolated) or none (your own code only).")
    ] = "local",
    device: Annotated[str, typer.Option(metavar="NAME", help="The device: emulated.")] = "emulated",
    profile: Annotated[str, typer.Option(metavar="NAME", help="The GPU to emulate: t4, a100, h100, h200.")] = "a100",
    report: Annotated[Path | None, typer.Option(metavar="DIR", help="Write an HTML report and index.html into this folder.")] = None,
    language: Annotated[str, typer.Option(metavar="en|ko", help="Language of the report.")] = "en",
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Build and grade anew, whatever is cached.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="One line a submission.")] = False,
) -> None:
    """Grade submissions of one assignment, with no GPU.

    Each is compiled and run in a sandbox; what it did is recorded by the emulated GPU and judged outside. A submission that is broken,
    endless or hostile gets its verdict and never stops the next one.

    Examples:

      grader grade gemm gemm.cu

      grader grade gemm submissions/*.zip --report out/gemm

      grader grade 09_gemm alice/ --json

    Exit status: 0 full marks, 1 graded but not full marks, 2 wrong usage, 3 something of ours failed (no points are lost by it).
    """
    from grader.assignment import find_assignment
    from grader.cli import output
    from grader.pipeline import open_judge

    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise UsageError(f"there is no file or folder {', '.join(missing)}")
    if language not in ("en", "ko"):
        raise UsageError(f"unknown language {language!r}; known are en, ko")
    assignment = find_assignment(slug)
    with ExitStack() as stack:
        cache = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="warpgrade-cache-"))) if no_cache else None
        if cache:
            cache.chmod(0o711)
        judge = open_judge(assignment, sandbox=sandbox, device=device, profile=profile, cache=cache, keep_grades=not no_cache)
        grades, faults = grade_all(paths, assignment, judge)
    index = _report(grades, report, language)
    if json:
        records = [as_json(each) for each in grades]
        output.print_json(records[0] if len(paths) == 1 and records else {"grades": records})
    else:
        _print(output.console(), grades, assignment, quiet)
        if index:
            output.console().print(f"report: {index}", soft_wrap=True)
    for fault in faults:
        output.console(stderr=True).print(fault, style="yellow", markup=False, soft_wrap=True)
    raise typer.Exit(exit_status(grades, faults))


def grade_all(paths: list[Path], assignment: Assignment, judge: Judge) -> tuple[list[Grade], list[str]]:
    """Grades in order, and what went wrong on our side with those that have none. Raises AssignmentError: it would hit every submission."""
    from grader.errors import AssignmentError, HarnessError
    from grader.pipeline import grade as grade_one

    grades, faults = [], []
    for path in paths:
        try:
            grades.append(grade_one(path, assignment, judge))
        except AssignmentError:
            raise
        except HarnessError as error:  # the machine or the installation, before anything of the submission could run
            faults.append(f"grader: {path} is not graded: {error}")
        except Exception as error:  # the last line of defence: the next submission is graded all the same
            faults.append(f"grader: {path} could not be graded, by a fault of ours: {type(error).__name__}: {error}")
    return grades, faults


def exit_status(grades: list[Grade], faults: list[str]) -> int:
    """3 if a check could not run for a reason of ours, 1 if points were lost, 0 otherwise."""
    if faults or any(check.outcome == "not_run" for each in grades for check in each.checks):
        return FAULT
    return PASSED if all(each.score >= each.max_score > 0 for each in grades) else NOT_FULL_MARKS


def as_json(each: Grade) -> dict[str, Any]:
    """The JSON that contracts.md pins, and beside it where the main verdict points."""
    return {
        "assignment": each.assignment,
        "submission": each.submission,
        "score": each.score,
        "max_score": each.max_score,
        "verdict": each.verdict,
        "message": each.message,
        "file": each.file,
        "line": each.line,
        "device": each.device,
        "isolation": each.isolation.level,
        "seed_id": each.seed_id,
        "from_cache": each.from_cache,
        "checks": [
            {
                "id": check.id,
                "title": check.title,
                "points": check.points,
                "max_points": check.max_points,
                "outcome": check.outcome,
                "verdict": check.verdict,
                "message": check.message,
                "file": check.file,
                "line": check.line,
                "hidden": check.hidden,
            }
            for check in each.checks
        ],
        "counters": each.counters,
        "timings_s": each.timings_s,
    }


def _report(grades: list[Grade], folder: Path | None, language: str) -> Path | None:
    if folder is None:
        return None
    from grader.report import render

    return render(grades, folder, language=language)


def _print(console: Console, grades: list[Grade], assignment: Assignment, quiet: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    if quiet or (len(grades) > 1 and not console.is_terminal):
        for each in grades:
            console.print(
                Text("  ".join((_points(each), each.verdict, place(each.file, each.line), clean(each.submission), clean(each.message))))
            )
        return
    if len(grades) > 1:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for title in ("submission", "score", "verdict", "where", "why"):
            table.add_column(title, justify="right" if title == "score" else "left", no_wrap=title in ("score", "verdict"))
        for each in grades:
            texts = (clean(each.submission), _points(each), each.verdict, place(each.file, each.line), clean(each.message))
            table.add_row(*(Text(text, style=_style(each) if i == 2 else "") for i, text in enumerate(texts)))
        console.print(table)
        return
    for each in grades:
        _print_one(console, each, assignment)


def _print_one(console: Console, each: Grade, assignment: Assignment) -> None:
    from rich.text import Text

    console.print(
        Text.assemble((f"{assignment.title['en']}: ", "bold"), clean(each.submission), "  (from the cache)" if each.from_cache else "")
    )
    where = place(each.file, each.line)
    console.print(Text.assemble((_points(each), "bold"), "  ", (each.verdict, _style(each)), f"  {where}" if where else ""))
    if each.message:
        console.print(Text(clean(each.message)))
    console.print()
    for check in each.checks:
        console.print(_check_line(check))
        if check.outcome != "passed" and check.message:
            console.print(Text(f"        {clean(check.message)}", style="dim"))
        elif check.outcome == "passed" and check.points < check.max_points:
            console.print(Text("        passed; it counts for as much as of the correctness points was earned", style="dim"))
    notes = [problem for problem in each.problems if problem.note]
    for note in notes[:5]:
        console.print(Text(f"  note: {note.verdict} {place(note.file, note.line)} {clean(note.message)}", style="dim"))
    console.print()
    console.print(
        Text(
            f"{each.device} · isolation {each.isolation.level} · seed {each.seed_id} · {each.timings_s.get('total', 0):.2f} s", style="dim"
        )
    )


def _check_line(check: CheckResult) -> Any:
    from rich.text import Text

    mark = {"passed": "ok", "failed": "--", "not_run": "??"}[check.outcome]
    points = f"{_rounded(check.points)}/{_rounded(check.max_points)}"
    line = Text.assemble("  ", (mark, COLOURS[check.outcome]), f" {points:>7}  {clean(check.title)}")
    if check.outcome != "passed":
        line.append(f"  {check.verdict} {place(check.file, check.line)}".rstrip(), style=COLOURS[check.outcome])
    return line


def place(file: str | None, line: int | None) -> str:
    """gemm.cu:23."""
    return f"{clean(file)}:{line}" if file and line else clean(file or "")


def clean(text: str) -> str:
    """Text that a submission had a say in: control characters (escape sequences of terminals) spelled out."""
    return "".join(c if c.isprintable() else " " if c in "\n\t" else f"\\x{ord(c):02x}" for c in text)


def _points(each: Grade) -> str:
    return f"{_rounded(each.score)}/{_rounded(each.max_score)}"


def _rounded(points: float) -> str:
    return f"{points:.2f}".rstrip("0").rstrip(".")


def _style(each: Grade) -> str:
    return "green" if each.verdict == "PASSED" else "yellow" if each.verdict == "NOT_RUN" else "red"
