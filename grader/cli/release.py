"""`grader release --to DIR [SLUG…]`: the course -> a folder with what students get. Prints what was written, and what stayed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import typer

from grader.toolchain import UsageError


def release(
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Where to write; a folder that isn't there yet.")],
    slug: Annotated[
        list[str] | None, typer.Argument(metavar="SLUG", help="Assignments; default: all of the course.", show_default=False)
    ] = None,
    by: Annotated[
        str | None, typer.Option(metavar="DATE", help="Only what course.toml releases by then: 2026-10-01, or now.", show_default=False)
    ] = None,
    update: Annotated[bool, typer.Option("--update", help="Write over an earlier release in DIR.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Write what students get: hand-outs, starters, headers, public checks and cases. Nothing with an answer in it.

    Solutions, mutants, hidden checks and hidden cases stay, and so does what stands between `# BEGIN STAFF` and `# END STAFF` in problem.py
    and test_public.py. If an answer would get out all the same, or the public part doesn't work by itself, nothing is written. In DIR the
    public checks run: `grader start`, then `grader check`.

    Examples:

      grader release --to ../course-2026

      grader release --to ../course-2026 gemm reduction --update

      grader release --to ../course-2026 --by now --update

    Exit status: 0 written, 2 something keeps it from being written, 3 something of ours failed.
    """
    from grader.assignment import load_assignment
    from grader.cli import output
    from grader.course import find_course, folder_of, slugs
    from grader.errors import AssignmentError
    from grader.release import release as write_release
    from grader.release import released

    course = find_course()
    names = list(dict.fromkeys(folder_of(name, course)[0].name for name in slug)) if slug else slugs(course)
    if by is not None:
        moment = _moment(by)
        dates = course.table.dates
        names = [name for name in names if name not in dates or (when := dates[name].release) is None or when <= moment]
    if not names:
        raise AssignmentError(f"there is no assignment to release in {course.assignments}{f' by {by}' if by else ''}")
    assignments = [load_assignment(course.assignments / name, course) for name in names]
    if to.resolve() == course.assignments.parent.resolve():
        raise UsageError(f"{to} is the course itself; name another folder")
    files = write_release(course, assignments, to, update=update)
    rows: list[dict[str, Any]] = [
        {"slug": part.slug, "files": len(part.files), "public_cases": part.public_cases, "hidden_cases_kept": part.hidden_cases}
        for part in map(released, assignments)
    ]
    if json:
        output.print_json({"folder": str(to), "files": sorted(files), "assignments": rows})
        raise typer.Exit(0)
    out = output.console()
    output.paragraph(out, f"{len(files)} files in {to}", style="bold")
    for row in rows:
        text = f"{row['slug']}: {row['files']} files, {row['public_cases']} public cases; {row['hidden_cases_kept']} hidden cases stay here"
        output.paragraph(out, text, 2)
    output.paragraph(out, f"try it: cd {to} && grader start {names[0].partition('_')[2]} my_work && grader check my_work")


def _moment(text: str) -> dt.datetime:
    if text == "now":
        return dt.datetime.now(dt.UTC)
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--by {text}: write a date such as 2026-10-01 or 2026-10-01T09:00+09:00, or now") from None
    return found if found.tzinfo else found.astimezone()
