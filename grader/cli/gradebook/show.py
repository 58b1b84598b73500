"""`grader gradebook show`: the gradebook -> what stands of a student or in an assignment, with all that led to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grader.cli.gradebook import AsJson, Where, opened
from grader.toolchain import UsageError

if TYPE_CHECKING:
    from grader.course import Course
    from grader.gradebook.records import Standing
    from grader.gradebook.store import Gradebook

_COLUMNS = ("student", "assignment", "state", "points", "before lateness", "verdict", "handed in", "lateness, remarks")


def show(
    who: Annotated[
        str | None, typer.Argument(metavar="WHO", help="Login, e-mail, id or name; or an assignment.", show_default=False)
    ] = None,
    assignment: Annotated[str | None, typer.Option(metavar="SLUG", help="Only this assignment.")] = None,
    history: Annotated[bool, typer.Option("--history", help="Also every submission, grade, override and comment there ever was.")] = False,
    gradebook: Where = None,
    json: AsJson = False,
) -> None:
    """Show what stands of a student, or in an assignment: which submission counts, its points, lateness, and what staff said.

    Points are of 100 in each assignment. "waiting": handed in and not graded; "undecided": a fault of ours kept checks from running.

    Examples:

      grader gradebook show minsu

      grader gradebook show minsu --assignment gemm --history

      grader gradebook show gemm                     everybody in one assignment
    """
    from grader.cli import output
    from grader.cli.gradebook import tables
    from grader.course import find_course, folder_of

    if who is None and assignment is None:
        raise UsageError("say whose, or --assignment; `grader gradebook students` lists the roster")
    course = find_course()
    slug = None if assignment is None else folder_of(assignment, course)[0].name
    with opened(gradebook) as book:
        login, slug = _meant(book, course, who, slug)
        standings = book.standings(course, student=login, assignment=slug)
        past = _past(book, login, slug) if history else {}
    if json:
        output.print_json({"standings": standings, **({"history": past} if history else {})})
        raise typer.Exit(0)
    tables.show(_COLUMNS, (_row(s, course.table.zone) for s in standings), ("points", "before lateness"))
    for name, records in past.items():
        tables.say(f"\n{name}", style="bold")
        for record in records:
            tables.say(record, 2)


def _meant(book: Gradebook, course: Course, who: str | None, slug: str | None) -> tuple[str | None, str | None]:
    """Whose, and in which assignment; a word that names nobody may name an assignment."""
    from grader.course import folder_of
    from grader.errors import AssignmentError

    if who is None:
        return None, slug
    try:
        return book.student(who).login, slug
    except UsageError:
        if slug is not None:
            raise
        try:
            return None, folder_of(who, course)[0].name
        except AssignmentError:
            pass
        raise


def _row(standing: Standing, zone: dt.tzinfo) -> Sequence[str]:
    from grader.cli.gradebook.tables import points

    submission, grade = standing.submission, standing.grade
    when = submission.received_at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if submission and submission.received_at else ""
    said = [standing.lateness.text] if standing.lateness.text else []
    if standing.override is not None:
        said.append(f"by hand, {standing.override.author}: {standing.override.reason}")
    said += [f"{c.author}{' (private)' if c.private else ''}: {c.text}" for c in standing.comments]
    return (
        standing.student.login,
        standing.assignment,
        standing.state,
        points(standing.points),
        points(standing.raw_points),
        grade.verdict if grade else "",
        when,
        "; ".join(said),
    )


def _past(book: Gradebook, login: str | None, slug: str | None) -> dict[str, list[Any]]:
    """Everything that was ever kept, a sentence each."""
    from grader.cli.gradebook.tables import points

    day = "%Y-%m-%d %H:%M"
    return {
        "submissions": [
            f"{s.id}: {s.student} {s.assignment} no. {s.number}, {s.received_at or 'time unknown'}, {s.origin} {s.label} ({s.filename})"
            for s in book.submissions(student=login, assignment=slug)
        ],
        "grades": [
            f"{g.id}: submission {g.submission} of {g.student}, {g.at:{day}}, {points(g.score)}/{points(g.max_score)} {g.verdict}, {g.why}"
            f"{f' by {g.author}' if g.author else ''}{f', as grade {g.same_as}' if g.same_as else ''}"
            for g in book.grades(student=login, assignment=slug, every=True)
        ],
        "overrides": [
            f"{o.student} {o.assignment}: {'taken back' if o.points is None else points(o.points)}, {o.at:{day}} by {o.author}: {o.reason}"
            for o in book.overrides(student=login, assignment=slug, every=True)
        ],
        "extensions in force": [
            f"{e.student} {e.assignment}: until {e.until}, {e.at:{day}} by {e.author}: {e.reason}"
            for e in book.extensions(student=login, assignment=slug)
        ],
    }
