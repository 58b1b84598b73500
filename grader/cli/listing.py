"""`grader list`: the course -> its assignments, a row each. One that can't be read is told as such and hides none of the others."""

from __future__ import annotations

from typing import Annotated, Any

import typer


def list_assignments(
    lang: Annotated[str | None, typer.Option(metavar="en|ko", help="Language of the titles; default: your locale's.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """List the assignments of the course: what each is called, what it weighs, and which files you write.

    Examples:

      grader list

      grader list --lang ko

      grader list --json
    """
    from grader.assignment import load_assignment
    from grader.cli import output
    from grader.cli.words import chosen
    from grader.course import find_course, slugs
    from grader.errors import AssignmentError

    words = chosen(lang)
    course = find_course()
    rows: list[dict[str, Any]] = []
    broken: list[dict[str, str]] = []
    for slug in slugs(course):
        try:
            each = load_assignment(course.assignments / slug, course)
        except AssignmentError as error:
            broken.append({"slug": slug, "error": str(error)})
            continue
        dates = course.table.dates.get(slug)
        rows.append(
            {
                "slug": each.slug,
                "name": each.slug.partition("_")[2],
                "title": each.title[words.language],
                "kind": each.kind,
                "weight": each.weight,
                "files": list(each.files),
                "public_cases": sum(case.visibility == "public" for case in each.cases),
                "hidden_cases": sum(case.visibility == "hidden" for case in each.cases),
                "release": dates.release if dates else None,
                "due": dates.due if dates else None,
            }
        )
    if json:
        output.print_json(
            {"course": course.id, "title": course.title.get(words.language, course.id), "assignments": rows, "broken": broken}
        )
        raise typer.Exit(0)
    _table(course.title.get(words.language, course.id), rows, words)
    out = output.console()
    output.paragraph(out, words("list_next"), style="dim")
    for row in broken:
        output.paragraph(output.console(stderr=True), words("list_broken", **row), style="yellow")


def _table(title: str, rows: list[dict[str, Any]], words: Any) -> None:
    from rich.table import Table
    from rich.text import Text

    from grader.cli import output

    out = output.console()
    table = Table(box=None, pad_edge=False, header_style="bold", title=Text(title), title_justify="left", title_style="bold")
    dated = any(row["due"] for row in rows)
    for key in ("list_slug", "list_title", "list_weight", "list_files", "list_kind", *(["list_due"] if dated else [])):
        table.add_column(words(key), justify="right" if key == "list_weight" else "left", no_wrap=key == "list_slug")
    for row in rows:
        due = f"{row['due']:%Y-%m-%d %H:%M %Z}" if row["due"] else ""
        cells = (row["slug"], row["title"], f"{row['weight']:g}", ", ".join(row["files"]), row["kind"], *([due] if dated else []))
        table.add_row(*(Text(cell) for cell in cells))
    out.print(table)
