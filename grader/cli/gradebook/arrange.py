"""`grader gradebook extend | group`: who may hand in later, and who works together."""

from __future__ import annotations

from typing import Annotated

import typer

from grader.cli.book import author_of
from grader.cli.gradebook import AsJson, Author, Where, opened
from grader.toolchain import UsageError

Assignment = Annotated[str, typer.Argument(metavar="ASSIGNMENT", help="As gemm or 09_gemm.", show_default=False)]


def extend(
    who: Annotated[str, typer.Argument(metavar="WHO", help="Login, e-mail, id or name.", show_default=False)],
    assignment: Assignment,
    until: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Their due date: 2026-10-20 (until its end) or 2026-10-20T18:00, on the course's clock."),
    ] = None,
    take_back: Annotated[bool, typer.Option("--take-back", help="The course's date counts again.")] = False,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it is kept.")] = "",
    author: Author = None,
    gradebook: Where = None,
    json: AsJson = False,
) -> None:
    """Give one student a later due date in one assignment.

    It counts at once, also for what was handed in already. An earlier date than the course's changes nothing.

    Examples:

      grader gradebook extend minsu gemm --until 2026-10-20 --reason "ill, certificate seen"

      grader gradebook extend minsu gemm --take-back --reason "withdrawn"
    """
    from grader.cli import output
    from grader.cli.gradebook import tables
    from grader.cli.gradebook.moments import moment
    from grader.course import find_course, folder_of

    if (until is None) != take_back:
        raise UsageError("say --until DATE, or --take-back")
    folder, course = folder_of(assignment, find_course())
    when = None if until is None else moment(until, course.table.zone, end_of_day=True)
    with opened(gradebook) as book:
        student = book.student(who)
        made = book.extend(student.login, folder.name, when, reason=reason, author=author_of(author))
    if json:
        output.print_json(made)
        raise typer.Exit(0)
    if when is None:
        tables.say(f"{student.login}: {folder.name} is due as for everybody")
        raise typer.Exit(0)
    table = course.table.dates.get(folder.name)
    tables.say(f"{student.login}: {folder.name} is due {when.astimezone(course.table.zone).isoformat(sep=' ')}")
    if table is None or table.due is None:
        tables.say("note: course.toml gives it no due date, so nothing is late in it")
    elif when <= table.due:
        tables.say(f"note: that isn't later than the course's own date, {table.due.isoformat(sep=' ')}, which counts")


def group(
    assignment: Assignment,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="What the group is called.", show_default=False)] = None,
    who: Annotated[list[str] | None, typer.Argument(metavar="WHO…", help="All of its members.", show_default=False)] = None,
    dissolve: Annotated[bool, typer.Option("--dissolve", help="Nobody is in it any more.")] = False,
    gradebook: Where = None,
    json: AsJson = False,
) -> None:
    """Say who works together in an assignment: what one of them hands in counts for all. Without a name, list the groups.

    Examples:

      grader gradebook group gemm team1 minsu sora

      grader gradebook group gemm

      grader gradebook group gemm team1 --dissolve
    """
    from grader.cli import output
    from grader.cli.gradebook import tables
    from grader.course import find_course, folder_of

    slug = folder_of(assignment, find_course())[0].name
    if name is not None and bool(who) == dissolve:
        raise UsageError(f"say who is in {name!r}, or --dissolve")
    with opened(gradebook) as book:
        if name is not None:
            book.set_group(slug, name, [book.student(each).login for each in who or ()])
        groups = book.groups(slug)
    if json:
        output.print_json({"assignment": slug, "groups": groups})
        raise typer.Exit(0)
    if not groups:
        tables.say(f"no groups in {slug}")
        raise typer.Exit(0)
    tables.show(("group", "members"), ((each, ", ".join(logins)) for each, logins in groups.items()))
