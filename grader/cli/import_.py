"""`grader import nbgrader DIR`: an assignment of nbgrader's -> an assignment of this course. Writes everything or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def import_(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Where it comes from; so far: nbgrader.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The source folder of one assignment, as source/ps1.")],
    name: Annotated[
        str | None, typer.Option(metavar="SLUG", help="ps1, or 30_ps1; default: the folder's name.", show_default=False)
    ] = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="What it is called, in both languages.", show_default=False)] = None,
    weight: Annotated[float, typer.Option(metavar="NUMBER", help="What it weighs in the course.")] = 1.0,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Bring an assignment over from nbgrader: starter, reference and checks, with nbgrader's own points for each cell.

    Metadata of all of nbgrader's schema versions is read. Solutions and hidden tests are taken out of what students get, as `nbgrader
    generate_assignment` does. Test cells are scored by its rule; cells that a person grades wait for `grader override`. The course is
    the nearest folder above with a course.toml, or the one that $GRADER_COURSE names.

    Examples:

      grader import nbgrader course101/source/ps1

      grader import nbgrader course101/source/ps1 --name 30_squares --title "Squares"

    Exit status: 0 written, 2 wrong usage, a notebook that can't be taken, or something of that name is there already (then nothing is
    written), 3 something of ours failed.
    """
    import re

    from grader.cli import output
    from grader.course import find_course
    from grader.notebook.imported import imported
    from grader.scaffold import Scaffold, seat, write
    from grader.toolchain import UsageError

    if source != "nbgrader":
        raise UsageError(f"can't import from {source!r}; known is nbgrader")
    wanted = name or re.sub(r"[^a-z0-9_]+", "_", folder.resolve().name.lower()).strip("_")
    slug, root, assignment, reference = seat(wanted, find_course())
    own, solutions = imported(folder, slug, title or "", weight)
    last = f"{assignment}/assignment.toml"  # what makes the folder an assignment comes last
    files = {f"{assignment}/{path}": content for path, content in own.items()} | {
        f"{reference}/{path}": content for path, content in solutions.items()
    }
    ordered = {path: files[path] for path in [*(path for path in sorted(files) if path != last), last]}
    write(Scaffold(slug=slug, root=root, files=ordered, assignment=assignment, reference=reference))
    if json:
        output.print_json({"assignment": slug, "course": str(root), "files": sorted(files)})
        raise typer.Exit(0)
    out = output.console()
    output.paragraph(out, f"{slug}: {len(files)} files in {root}", style="bold")
    for path in sorted(files):
        output.paragraph(out, path, 2)
    output.paragraph(out, "next: grader verify, then grade the submissions that nbgrader graded, and compare", style="bold")
