"""`grader grade SLUG PATH…`: submissions -> grades on the screen, as JSON, as a report. Prints; decides nothing."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grader.libraries import told
from grader.toolchain import UsageError
from grader.verdicts import OPEN

if TYPE_CHECKING:
    from grader.assignment import Assignment
    from grader.cli.words import Words
    from grader.pipeline import Judge
    from grader.records import Grade

PASSED, NOT_FULL_MARKS, FAULT = 0, 1, 3
FORMATS = ("text", "gcc")


def grade(
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="The assignment: gemm, 09_gemm or its folder.")],
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Submissions: the .cu file, a folder, a zip or a tar.")],
    sandbox: Annotated[
        str, typer.Option(metavar="NAME", help="Where student code runs: local (isolated) or none (your own code only).")
    ] = "local",
    device: Annotated[str, typer.Option(metavar="NAME", help="The device: emulated, or cuda for a real GPU.")] = "emulated",
    profile: Annotated[str, typer.Option(metavar="NAME", help="The GPU to emulate: t4, a100, h100, h200.")] = "a100",
    report: Annotated[Path | None, typer.Option(metavar="DIR", help="Write an HTML report and index.html into this folder.")] = None,
    lang: Annotated[str | None, typer.Option(metavar="en|ko", help="Language of texts and report; default: your locale's.")] = None,
    format: Annotated[
        str, typer.Option(metavar="text|gcc", help="gcc: one line a finding, as compilers write them; editors jump to those.")
    ] = "text",
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Build and grade anew, whatever is cached.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="One line a submission.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Also where the time went and what the sandbox kept.")] = False,
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
    from grader.cli.words import chosen
    from grader.course import refuse_own_checks
    from grader.pipeline import open_judge

    words = chosen(lang)
    known_format(format)
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise UsageError(f"there is no file or folder {', '.join(missing)}")
    assignment = find_assignment(slug)
    for path in paths:
        refuse_own_checks(assignment.folder, path)
    if report is not None:
        make_folder(report)
    lines = format == "text" and (quiet or (len(paths) > 1 and not sys.stdout.isatty()))
    with ExitStack() as stack:
        cache = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="warpgrade-cache-"))) if no_cache else None
        if cache:
            cache.chmod(0o711)
        judge = open_judge(assignment, sandbox=sandbox, device=device, profile=profile, cache=cache, keep_grades=not no_cache)
        begin, done = _progress(stack, len(paths), words, lines=lines and not json)
        grades, faults = grade_all(paths, assignment, judge, begin, done)
    index = write_report(grades, report, words)
    if json:
        records = [as_json(each) | {"sightings": each.sightings} for each in grades]
        output.print_json(records[0] if len(paths) == 1 and records else {"grades": records})
    else:
        if format == "gcc":
            print_gcc([(Path(each.submission), each) for each in grades], assignment, words)
        elif not lines:
            _print(grades, assignment, words, verbose=verbose)
        if index and format == "text":
            output.console().print(words("report", path=index), markup=False, soft_wrap=True)
    for fault in faults:
        output.console(stderr=True).print(fault, style="yellow", markup=False, soft_wrap=True)
    raise typer.Exit(exit_status(grades, faults))


def grade_all(
    paths: list[Path],
    assignment: Assignment,
    judge: Judge,
    begin: Callable[[int, Path], None] = lambda number, path: None,
    done: Callable[[Grade], None] = lambda each: None,
) -> tuple[list[Grade], list[str]]:
    """Grades in order, and what went wrong on our side with those that have none; `begin` and `done` are told of each. Raises
    AssignmentError: it would hit every submission."""
    from grader.errors import AssignmentError, HarnessError
    from grader.pipeline import grade as grade_one

    grades, faults = [], []
    for number, path in enumerate(paths, start=1):
        begin(number, path)
        try:
            grades.append(grade_one(path, assignment, judge))
        except AssignmentError:
            raise
        except HarnessError as error:  # the machine or the installation, before anything of the submission could run
            faults.append(f"grader: {path} is not graded: {error}")
        except Exception as error:  # the last line of defence: the next submission is graded all the same
            faults.append(f"grader: {path} could not be graded, by a fault of ours: {type(error).__name__}: {error}")
        else:
            done(grades[-1])
    return grades, faults


def exit_status(grades: list[Grade], faults: list[str]) -> int:
    """3 if a check could not run for a reason of ours, 1 if points were lost, 0 otherwise."""
    if faults or any(check.outcome == "not_run" and check.verdict not in OPEN for each in grades for check in each.checks):
        return FAULT
    return PASSED if all(each.score >= each.max_score > 0 for each in grades) else NOT_FULL_MARKS


def as_json(each: Grade) -> dict[str, Any]:
    """The JSON that contracts.md pins, and beside it where the main verdict points. Nothing that only the staff may see."""
    return {
        "assignment": each.assignment,
        "submission": each.submission,
        "score": each.score,
        "max_score": each.max_score,
        "verdict": each.verdict,
        "message": each.message,
        "message_ko": each.message_ko,
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
                "title_ko": check.title_ko,
                "points": check.points,
                "max_points": check.max_points,
                "outcome": check.outcome,
                "verdict": check.verdict,
                "message": check.message,
                "message_ko": check.message_ko,
                "file": check.file,
                "line": check.line,
                "other_file": check.other_file,
                "other_line": check.other_line,
                "hidden": check.hidden,
                "hint": check.hint,
                "hint_ko": check.hint_ko,
            }
            for check in each.checks
        ],
        "counters": each.counters,
        "timings_s": each.timings_s,
        "grounds": each.grounds,
        "libraries": told(each.environment),
    }


def known_format(name: str) -> None:
    """Raises UsageError that lists the known ones."""
    if name not in FORMATS:
        raise UsageError(f"unknown format {name!r}; known are {', '.join(FORMATS)}")


def print_gcc(submissions: list[tuple[Path, Grade]], assignment: Assignment, words: Words) -> None:
    """Nothing but lines that an editor or a CI log can jump to."""
    from grader.cli import gcc, grade_report

    for path, each in submissions:
        for line in gcc.lines(each, grade_report.causes(each), gcc.places(path, assignment.files), words):
            print(line)
    sys.stdout.flush()


def write_report(grades: list[Grade], folder: Path | None, words: Words) -> Path | None:
    """The HTML report, if one is wanted; its index."""
    if folder is None:
        return None
    from grader.report import render

    return render(grades, folder, language=words.language)


def make_folder(folder: Path) -> None:
    """Before an hour of grading, not after it. Raises UsageError if the report has no place to go."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        usable = os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        usable = False
    if not usable:
        raise UsageError(f"--report {folder} is not a folder that you may write to; name another one")


def _progress(stack: ExitStack, count: int, words: Words, *, lines: bool) -> tuple[Callable[[int, Path], None], Callable[[Grade], None]]:
    """What is told while it goes on: a line as soon as a grade is there, and on a terminal which submission is being graded."""
    from grader.cli import gcc, grade_report, output

    out, errors = output.console(), output.console(stderr=True)
    status = stack.enter_context(errors.status("")) if errors.is_terminal and count > 1 else None

    def begin(number: int, path: Path) -> None:
        if status:
            status.update(words("progress", number=number, count=count, path=gcc.clean(str(path))))

    def done(each: Grade) -> None:
        if lines:
            out.print(grade_report.one_line(each, words))
            sys.stdout.flush()

    return begin, done


def _print(grades: list[Grade], assignment: Assignment, words: Words, *, verbose: bool) -> None:
    from grader.cli import grade_report, output

    out = output.console()
    if len(grades) > 1:
        grade_report.table(out, grades, words)
    for each in grades if len(grades) == 1 else ():
        grade_report.in_full(out, each, assignment, words, verbose=verbose)
