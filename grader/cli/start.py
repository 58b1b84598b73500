"""`grader start SLUG [DIR]`: an assignment -> a folder to work in. Writes everything or nothing, and never over a file."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer


def start(
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="The assignment: gemm or 09_gemm; `grader list` shows all.")],
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Where to work; default: a folder named as the assignment.", show_default=False)
    ] = None,
    lang: Annotated[str | None, typer.Option(metavar="en|ko", help="Language; default: your locale's.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Begin an assignment: hand-out, starter, headers and the public checks go into a folder of yours.

    Nothing that is there is overwritten: if any of the files exists, none is written. Editors that use clangd find their settings.

    Examples:

      grader start gemm

      grader start gemm ~/course/my_gemm

      grader start 09_gemm . --lang ko
    """
    from grader.assignment import find_assignment
    from grader.cli import output
    from grader.cli.words import chosen
    from grader.handout import handout, place

    words = chosen(lang)
    assignment = find_assignment(slug)
    target = folder if folder is not None else Path(assignment.slug)
    files = handout(assignment)
    place(files, target)
    if json:
        output.print_json({"assignment": assignment.slug, "folder": str(target), "files": sorted(files), "student_files": assignment.files})
        raise typer.Exit(0)
    here = target == Path(".")
    out, yours = output.console(), ", ".join(assignment.files)
    shown = [name for name in files if name not in assignment.files and not name.startswith((".", "include/"))]
    output.paragraph(
        out,
        words("started", title=assignment.title[words.language], count=len(files), folder=target.absolute().name if here else target),
        style="bold",
    )
    headers = ["include/ck/"] if any(name.startswith("include/ck/") for name in files) else []
    output.paragraph(out, words("start_write", files=yours), 2)
    output.paragraph(out, words("start_read", files=", ".join([*shown, *headers])), 2)
    output.paragraph(out, words("start_hand_in", files=yours), 2)
    output.paragraph(out, words("start_check", folder="" if here else shlex.quote(str(target))).rstrip(), 2)
