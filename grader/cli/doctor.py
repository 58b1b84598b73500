"""`grader doctor`: this machine -> a row a probe, what is missing and the command that mends it. Prints; changes nothing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from grader.cli.words import Words
    from grader.doctor import Diagnosis

WORKS, FAULT = 0, 3
MARKS = {
    "ok": ("ok", "doctor_ok", "green"),
    "missing-optional": ("--", "doctor_missing", "yellow"),
    "problem": ("!!", "doctor_problem", "red"),
}


def doctor(
    course: Annotated[
        bool, typer.Option("--course", help="Look at what the course needs: WSL, packages, display, shell, Jupyter.")
    ] = False,
    lang: Annotated[str | None, typer.Option(metavar="en|ko", help="Language; default: your locale's.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say of every row what it is for.")] = False,
) -> None:
    """Look at this machine: what the grader needs, what is missing, and the command that mends it here.

    It compiles and runs a small program on the emulated GPU, asks for versions and reads settings; it installs and changes nothing.
    No GPU is needed. With --course it looks at the rest of a student's machine instead: Windows or not, distribution, packages of the setup
    script, display, shell profile, Jupyter, GPU, containers.

    Examples:

      grader doctor

      grader doctor --course

      grader doctor --json

    Exit status: 0 if you can grade with the emulated GPU (with --course: if you are ready for the course), 3 if not.
    """
    from grader.cli import output
    from grader.cli.words import chosen
    from grader.doctor import diagnose, diagnose_course, this_machine

    words = chosen(lang)
    look = diagnose_course if course else diagnose
    errors = output.console(stderr=True)
    if errors.is_terminal and not json:
        with errors.status(words("doctor_looking")):
            found = look(this_machine())
    else:
        found = look(this_machine())
    if json:
        output.print_json(as_json(found, words.language, course=course))
    else:
        show(output.console(), found, words, verbose=verbose)
    sys.stdout.flush()
    raise typer.Exit(WORKS if found.ready else FAULT)


def as_json(found: Diagnosis, language: str, *, course: bool = False) -> dict[str, Any]:
    """Rows by name; texts in one language."""
    return {
        "ready" if course else "can_grade": found.ready,
        "summary": found.summary[language],
        "probes": [
            {
                "name": row.name,
                "status": row.status,
                "needed": row.needed,
                "found": row.found[language],
                "why": row.why[language],
                "fix": row.fix[language] if row.fix else None,
            }
            for row in found.findings
        ],
    }


def show(out: Console, found: Diagnosis, words: Words, *, verbose: bool) -> None:
    """A line a row; below one that isn't ok, what it is for and what mends it."""
    from rich.cells import cell_len
    from rich.text import Text

    from grader.cli.output import paragraph

    width = max(cell_len(row.title[words.language]) for row in found.findings)
    for row in found.findings:
        mark, key, style = MARKS[row.status]
        title = row.title[words.language]
        head = Text.assemble((mark, style), "  ", (title, "bold"), " " * (width - cell_len(title) + 2))
        body = row.found[words.language]
        if row.status != "ok":
            body = f"{words(key)}: {body}" if row.status == "problem" else body
        _hanging(out, head, body)
        if row.status == "problem" or row.fix or verbose:
            paragraph(out, words("doctor_why", text=row.why[words.language]), width + 6, "dim")
        if row.fix:
            paragraph(out, words("doctor_fix", text=row.fix[words.language]), width + 6, "" if row.status == "problem" else "dim")
    out.print()
    paragraph(out, found.summary[words.language], style="bold green" if found.ready else "bold red")


def _hanging(out: Console, head: Any, body: str) -> None:
    """The body beside the head, its further lines below its first."""
    from rich.text import Text

    indent = head.cell_len
    content = Text(body)
    lines = [content] if out.soft_wrap else list(content.wrap(out, max(20, out.width - indent)))
    for number, line in enumerate(lines):
        out.print((head if number == 0 else Text(" " * indent)) + line)
