"""`grader lint [SLUG…]`: assignments' folders -> what is missing, stale or contradicts itself, as lines that editors jump to, or JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.toolchain import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from grader.lint import Finding, Result

PASSED, FOUND = 0, 1


def lint(
    slug: Annotated[
        list[str] | None, typer.Argument(metavar="SLUG", help="Assignments: gemm, 09_gemm or a folder.", show_default=False)
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every assignment of the course, and course.toml.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Leave the calibration of the bounds out, which computes for seconds.")] = False,
    fix: Annotated[bool, typer.Option("--fix", help="First write starters anew from their references.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Errors only, a line each.")] = False,
) -> None:
    """Check assignments' folders: both languages, points, starters, mutants' lines, headers, bounds, and that no answer gets out.

    Nothing is compiled, no submission is run; `grader verify` does that. Each finding is a line file:line: error: …, then the remedy.

    Examples:

      grader lint gemm

      grader lint --all              also course.toml: order, weights, dates

      grader lint gemm --fix         the starter anew, then the rest

      grader lint --all --json

    Exit status: 0 nothing wrong (warnings may be), 1 errors, 2 wrong usage, 3 something of ours failed.
    """
    from grader.cli import output
    from grader.course import find_course, folder_of
    from grader.lint import lint as lint_folders
    from grader.lint.linting import all_folders

    if bool(slug) == all_:
        raise UsageError("say which assignments, or --all" if not slug else "name assignments, or say --all, not both")
    course = find_course()
    if all_:
        folders = all_folders(course)
    else:
        found = [folder_of(name, None if "/" in name else course) for name in slug or ()]
        folders = list(dict.fromkeys(folder for folder, _ in found))
        course = found[0][1]
    written = _fixed(folders) if fix else []
    result = lint_folders(course, folders, quick=quick, whole=all_)
    ok = result.ok and not (strict and result.findings)
    if json:
        output.print_json({"ok": ok, "assignments": result.slugs, "written": written, "findings": result.findings})
    else:
        _show(output.console(), result, written, quiet=quiet, strict=strict, count=len(folders))
    raise typer.Exit(PASSED if ok else FOUND)


def _fixed(folders: list[Path]) -> list[str]:
    """Writes starters anew; the paths of those that changed. What can't be written is left for the rules to tell."""
    from grader.assignment import load_assignment
    from grader.errors import AssignmentError
    from grader.fences import FenceError
    from grader.files import write_atomically
    from grader.starters import starter_text

    written = []
    for folder in folders:
        try:
            assignment = load_assignment(folder)
        except AssignmentError:
            continue
        given = {source for program in assignment.given for source in program.sources}
        for name in assignment.files:
            reference, target = assignment.reference / name, folder / "starter" / name
            if not reference.is_file():
                continue
            try:
                text = starter_text(name, reference.read_text(encoding="utf-8"), given)
            except (FenceError, UnicodeDecodeError):
                continue
            if text is not None and (not target.is_file() or target.read_text(encoding="utf-8") != text):
                target.parent.mkdir(parents=True, exist_ok=True)
                write_atomically(target, text.encode())
                written.append(str(target))
    return written


def _show(out: Console, result: Result, written: list[str], *, quiet: bool, strict: bool, count: int) -> None:
    from rich.text import Text

    from grader.cli import output

    for path in written:
        out.print(Text(f"{_short(path)}: written"), style="dim")
    for finding in result.findings:
        if quiet and finding.severity == "warning" and not strict:
            continue
        severity = "error" if strict else finding.severity
        line = Text(_place(finding), style="bold")
        line.append(f"{severity}: ", style="red" if severity == "error" else "yellow")
        line.append(f"{finding.message} [{finding.rule}]", style="")
        out.print(line, soft_wrap=True)
        if finding.remedy and not quiet:
            output.paragraph(out, finding.remedy, 4, style="dim")
    errors = sum(finding.severity == "error" or strict for finding in result.findings)
    warnings = len(result.findings) - errors
    told = f"{_count(count, 'assignment')}: {_count(errors, 'error')}, {_count(warnings, 'warning')}"
    out.print(Text(told, style="bold red" if errors else "bold green"))


def _place(finding: Finding) -> str:
    return f"{_short(finding.file)}{f':{finding.line}' if finding.line else ''}: "


def _short(path: str) -> str:
    """Relative to the working folder if it lies there."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return path


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
