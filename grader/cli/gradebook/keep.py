"""`grader gradebook backup | restore | check | forget | expire`: care of what is stored, and its end."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.cli.book import author_of
from grader.cli.gradebook import AsJson, Author, Where, Yes, agreed, opened

FAULT = 3


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The zip to write.", show_default=False)],
    force: Annotated[bool, typer.Option("--force", help="Write over FILE.")] = False,
    gradebook: Where = None,
    json: AsJson = False,
) -> None:
    """Write all of it, with every file that was handed in, into one zip. Others may work meanwhile.

    It can be restored on SQLite and PostgreSQL alike.

    Examples:

      grader gradebook backup friday.zip

      grader gradebook backup friday.zip --gradebook postgresql://ta@db/course
    """
    from grader.cli import output
    from grader.cli.gradebook import tables

    with opened(gradebook) as book:
        from grader.gradebook.archive import backup as write

        made = write(book, file, force=force)
    if json:
        output.print_json({"file": str(file), "rows": made.rows, "files": made.files, "missing": made.missing, "head": made.head})
    else:
        tables.say(f"{file}: {made.rows['submissions']} submissions, {made.rows['grades']} grades, {made.files} contents")
        if made.head:
            tables.say(f"head of the chain: {made.head}; `grader audit --since` takes it")
        if made.missing:
            tables.say(f"{len(made.missing)} contents were gone or damaged already and aren't in it; `grader gradebook check` names them")
    raise typer.Exit(FAULT if made.missing else 0)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The zip that `backup` wrote.", show_default=False)],
    gradebook: Where = None,
    json: AsJson = False,
) -> None:
    """Fill an empty gradebook from a backup, and verify its chain. A gradebook that holds anything is left alone.

    Exit status: 0 restored, 3 restored, and something in it was changed before it was backed up.

    Examples:

      grader gradebook restore friday.zip --gradebook restored.db
    """
    from grader.cli import output
    from grader.cli.book import location
    from grader.cli.gradebook import tables
    from grader.gradebook.archive import restore as read

    made = read(file, location(gradebook))
    if json:
        output.print_json({"rows": made.rows, "files": made.files, "missing": made.missing, "head": made.head, "wrong": made.wrong})
    else:
        tables.say(f"restored: {made.rows['submissions']} submissions, {made.rows['grades']} grades, {made.files} contents")
        if made.wrong:
            tables.say(f"its chain says that something was changed before it was backed up: {made.wrong[0]}", style="bold red")
            tables.say("`grader audit` names all of it")
    raise typer.Exit(FAULT if made.wrong else 0)


def check(gradebook: Where = None, json: AsJson = False) -> None:
    """Say what is wrong: the database itself, what guards it from changes, contents that are gone or damaged, grades that differ from their
    records. Whether anything was changed by somebody since it was stored is for `grader audit` to say.

    Exit status: 0 nothing is wrong, 3 something is.

    Examples:

      grader gradebook check
    """
    from grader.cli import output
    from grader.cli.gradebook import tables

    with opened(gradebook) as book:
        wrong = book.check()
        url = book.url
    if json:
        output.print_json({"gradebook": url, "ok": not wrong, "wrong": wrong})
    else:
        for sentence in wrong or ["nothing is wrong; `grader audit` says whether anything was changed since it was stored"]:
            tables.say(sentence)
    raise typer.Exit(FAULT if wrong else 0)


def forget(
    who: Annotated[str, typer.Argument(metavar="WHO", help="Login, e-mail, id or name.", show_default=False)],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it is kept, so name nobody in it.")] = "",
    author: Author = None,
    yes: Yes = False,
    gradebook: Where = None,
    json: AsJson = False,
) -> None:
    """Delete all of one student's data: person, token, submissions, grades, remarks. It can't be undone; backups still hold it.

    What is kept: that data was deleted, when, by whom and why; not whose.

    Examples:

      grader gradebook forget minsu --reason "asked for it by letter"
    """
    from grader.cli import output
    from grader.cli.gradebook import tables

    with opened(gradebook) as book:
        student = book.student(who)
        count = len(book.submissions(student=student.login))
        agreed(f"Delete {student.login} ({student.name or 'no name'}) with {count} submissions for good?", yes)
        gone = book.forget(student.login, author=author_of(author), reason=reason)
    if json:
        output.print_json(gone)
    else:
        tables.say(
            f"deleted: {gone.submissions} submissions, {gone.grades} grades, {gone.remarks} remarks, {gone.files} files that nobody shares"
        )
    raise typer.Exit(0)


def expire(
    before: Annotated[str, typer.Option(metavar="DATE", help="What came before it goes.")],
    yes: Yes = False,
    gradebook: Where = None,
    json: AsJson = False,
) -> None:
    """Delete submissions that came before a date, with their grades, and remarks that are older. The roster stays.

    Examples:

      grader gradebook expire --before 2025-03-01
    """
    from grader.cli import output
    from grader.cli.gradebook import tables
    from grader.cli.gradebook.moments import moment
    from grader.course import find_course

    when = moment(before, find_course().table.zone)
    with opened(gradebook) as book:
        agreed(f"Delete {book.expire(when, dry_run=True)} submissions that came before {when.isoformat(sep=' ')} for good?", yes)
        gone = book.expire(when)
    if json:
        output.print_json({"submissions": gone})
    else:
        tables.say(f"deleted: {gone} submissions")
    raise typer.Exit(0)
