"""`grader gradebook import | students | token`: a CSV file -> the roster, and the roster -> lists and tokens."""

from __future__ import annotations

import csv
import io
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from grader.cli.gradebook import AsJson, Where, opened
from grader.errors import HarnessError
from grader.toolchain import UsageError

_SHOWN = 20


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The CSV file; - for the standard input.", show_default=False)],
    section: Annotated[str, typer.Option(metavar="NAME", help="Whom the file gives no section is in this one.")] = "",
    drop_missing: Annotated[
        bool, typer.Option("--drop-missing", help="Who is enrolled and not in the file no longer is; work stays.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change and change nothing.")] = False,
    gradebook: Where = None,
    json: AsJson = False,
) -> None:
    """Add and change students from a CSV file.

    Takes Canvas's gradebook export, Gradescope's and Moodle's lists, and any file whose first line names its columns: login (or SIS Login
    ID, student ID, 학번, email), name, email, section, github. Encoding and delimiter are found out. A file with a mistake changes nothing.

    Examples:

      grader gradebook import canvas.csv

      grader gradebook import roster.csv --section B --drop-missing --dry-run
    """
    import msgspec

    from grader.cli import output
    from grader.cli.gradebook import tables
    from grader.gradebook.roster import read_roster

    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} can't be read: {error.strerror}") from None
    roster = read_roster(data, str(file))
    people = [msgspec.structs.replace(s, section=s.section or section) for s in roster.students]
    with opened(gradebook, create=True) as book:
        change = book.enroll(people, drop_missing=drop_missing, dry_run=dry_run)
        url = book.url
    if json:
        output.print_json(
            {"gradebook": url, "dry_run": dry_run, **msgspec.to_builtins(change), "skipped": roster.skipped, "encoding": roster.encoding}
        )
        raise typer.Exit(0)
    tables.say(f"{len(people)} students in {file} ({roster.encoding}; columns {', '.join(roster.columns)})")
    for name, logins in (
        ("added", change.added),
        ("changed", change.changed),
        ("dropped", change.dropped),
        ("unchanged", change.unchanged),
    ):
        listed = ", ".join(logins[:_SHOWN]) + (", …" if len(logins) > _SHOWN else "") if name != "unchanged" else ""
        tables.say(f"{'would be ' if dry_run else ''}{name}: {len(logins)}{f' ({listed})' if listed else ''}", 2)
    for line in roster.skipped[:_SHOWN]:
        tables.say(f"left out, {line}", 2)


def students(
    section: Annotated[str | None, typer.Option(metavar="NAME", help="Only of this section.")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Also who isn't enrolled: dropped, or never in a roster.")] = False,
    gradebook: Where = None,
    json: AsJson = False,
) -> None:
    """List the roster.

    Examples:

      grader gradebook students

      grader gradebook students --section A --json
    """
    from grader.cli import output
    from grader.cli.gradebook import tables

    with opened(gradebook) as book:
        found = book.students(section=section, enrolled=None if everybody else True)
    if json:
        output.print_json({"students": found})
        raise typer.Exit(0)
    if not found:
        tables.say("nobody; `grader gradebook import FILE` fills the roster")
        raise typer.Exit(0)
    columns = ["login", "name", "email", "section", *(["enrolled"] if everybody else [])]
    tables.show(columns, ([s.login, s.name, s.email, s.section, *(["yes" if s.enrolled else "no"] if everybody else [])] for s in found))


def token(
    who: Annotated[list[str] | None, typer.Argument(metavar="WHO…", help="Logins, e-mails, ids or names.", show_default=False)] = None,
    everybody: Annotated[bool, typer.Option("--all", help="For everybody who is enrolled.")] = False,
    without: Annotated[bool, typer.Option("--without", help="For everybody enrolled who has none yet.")] = False,
    to: Annotated[
        Path | None, typer.Option("--to", "-o", metavar="FILE", help="Write them into a new file that only you can read.")
    ] = None,
    gradebook: Where = None,
    json: AsJson = False,
) -> None:
    """Give students a new token to hand in with. It is shown this once; an earlier one no longer works.

    Prints CSV: login, e-mail, token.

    Examples:

      grader gradebook token minsu

      grader gradebook token --without -o tokens.csv
    """
    from grader.cli import output

    if (bool(who) + everybody + without) != 1:
        raise UsageError("say for whom: names, --all or --without")
    with opened(gradebook) as book:
        chosen = [book.student(each) for each in who] if who else book.students(enrolled=True)
        if without:
            chosen = [s for s in chosen if book.token_key(s.login) is None]
        handle = _new_file(to) if to is not None else None  # before a token is drawn: what can't be written down would lock people out
        tokens = [(s.login, s.email, book.new_token(s.login)) for s in chosen]
    if json:
        output.print_json({"tokens": [{"login": login, "email": email, "token": text} for login, email, text in tokens]})
    rows = io.StringIO(newline="")
    csv.writer(rows, lineterminator="\n").writerows([("login", "email", "token"), *tokens])
    if handle is not None:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(rows.getvalue())
    if not json:
        print(rows.getvalue() if to is None else f"{len(tokens)} tokens in {to}\n", end="")


def _new_file(path: Path) -> int:
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise UsageError(f"{path} is there already; name another file") from None
    except OSError as error:
        raise HarnessError(f"{path} can't be written: {error.strerror}") from None
