"""`grader submit [PATH]`: a student's work -> what would be handed in, shown, checked; after a yes, a receipt. Prints; decides nothing."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grader.toolchain import UsageError

if TYPE_CHECKING:
    from grader.assignment import Assignment
    from grader.cli.hand_in import Phrases
    from grader.records import Grade
    from grader.spool.contract import Deadline, Package, Receipt, Target

DONE, NOT_SENT = 0, 1


def submit(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Your folder or file; default: this folder.", show_default=False)] = Path(
        "."
    ),
    to: Annotated[
        str | None,
        typer.Option(metavar="URL|DIR", help="A server or a shared folder; default: $GRADER_SUBMIT_TO, else what `grader whoami` kept."),
    ] = None,
    assignment: Annotated[
        str | None, typer.Option("--assignment", "-a", metavar="SLUG", help="Which assignment; default: what the folder or file tells.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
    no_check: Annotated[bool, typer.Option("--no-check", help="Don't run the public checks before.")] = False,
    insecure: Annotated[bool, typer.Option("--insecure", help="Let the token travel over http://.")] = False,
    lang: Annotated[str | None, typer.Option(metavar="en|ko", help="Language; default: your locale's.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else; needs --yes.")] = False,
) -> None:
    """Hand in, and get a receipt.

    You see the files, what the public checks say and whether you are in time; then you are asked. Only the files that the assignment asks
    for are sent. The time that counts is the receiving side's. If the connection breaks, do it again: the same files are the same hand-in,
    and you get its receipt.

    Examples:

      grader submit

      grader submit gemm.cu --to https://grader.example.edu

      grader submit 09_gemm/ --to /srv/hand-in --yes

    Exit status: 0 handed in, 1 not handed in, 2 wrong usage or refused, 3 something of ours failed (try again).
    """
    from grader.cli import output
    from grader.cli.hand_in import Phrases, open_target
    from grader.cli.target import assignment_of
    from grader.cli.words import chosen
    from grader.spool.contract import Refused
    from grader.spool.package import pack

    phrases = Phrases(chosen(lang))
    if not path.exists():
        raise UsageError(f"there is no file or folder {path}")
    if json and not yes:
        raise UsageError("--json asks no questions: say --yes too")
    if not yes and not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask on: say --yes")
    found = assignment_of(path, assignment)
    target = open_target(to, insecure=insecure)
    identity = target.whoami()
    package = pack(path, found, identity.login, target.key)
    deadline = next((each for each in target.assignments() if each.assignment == found.slug), None)
    if not json:
        _show(package, found, target, identity.login, phrases)
    checked = None if no_check else _checked(path, found, phrases, quiet=json)
    now = dt.datetime.now(dt.UTC)
    if not json:
        _show_dates(deadline, target, found.slug, now, phrases)
    if not yes and not _agreed(phrases):
        output.paragraph(output.console(), phrases("not_sent"))
        raise typer.Exit(NOT_SENT)
    try:
        receipt = target.hand_in(package)
    except Refused as error:
        raise UsageError(phrases.text(error.message, error.message_ko)) from None
    if json:
        output.print_json(_as_json(package, identity.login, target, checked, deadline, receipt))
    else:
        _show_receipt(receipt, phrases)
    raise typer.Exit(DONE)


def _show(package: Package, assignment: Assignment, target: Target, login: str, phrases: Phrases) -> None:
    from grader.cli import output
    from grader.cli.gcc import clean

    out = output.console()
    output.paragraph(out, phrases("sending", title=assignment.title[phrases.language]), style="bold")
    for file in package.files:
        output.paragraph(out, phrases("file", name=clean(file.name), size=file.size_bytes, digest=file.sha256[:16]), 2)
    if package.renamed:
        output.paragraph(out, phrases("renamed", old=clean(package.renamed), new=assignment.files[0]), 2, "yellow")
    output.paragraph(out, phrases("you_are", who=login), 2)
    output.paragraph(out, phrases("to", name=target.name, course=assignment.course), 2)


def _checked(path: Path, assignment: Assignment, phrases: Phrases, *, quiet: bool) -> Grade | None:
    """What the public checks say. Whatever keeps them from running keeps nobody from handing in."""
    from contextlib import nullcontext

    from grader.cli import output
    from grader.cli.check import untouched
    from grader.cli.gcc import clean
    from grader.course import refuse_own_checks
    from grader.errors import GraderError
    from grader.pipeline import grade, open_judge
    from grader.run.seeds import public_seed
    from grader.sandbox import best

    out, errors = output.console(), output.console(stderr=True)
    refuse_own_checks(assignment.folder, path)
    try:
        with errors.status(phrases("checking")) if errors.is_terminal else nullcontext():
            seed = public_seed(assignment.course, assignment.slug)
            judge = open_judge(assignment, sandbox=best()[0], seed=seed, hidden=False)
            result = grade(path, assignment, judge)
    except GraderError as error:
        if not quiet:
            output.paragraph(out, phrases("not_checked", error=error), 2, "yellow")
        return None
    if not quiet:
        where = f"  {result.file}:{result.line}" if result.file and result.line else ""
        text = phrases("checked", score=f"{result.score:g}", max=f"{result.max_score:g}", verdict=result.verdict + where)
        output.paragraph(out, clean(text), 2, "" if result.score >= result.max_score else "yellow")
        if untouched(result, assignment):
            output.paragraph(out, phrases("untouched"), 2, "yellow")
    return result


def _show_dates(deadline: Deadline | None, target: Target, slug: str, now: dt.datetime, phrases: Phrases) -> None:
    from grader.cli import output

    if deadline is None:
        return
    out = output.console()
    late = any(at is not None and now > at for at in (deadline.due, deadline.closes))
    output.paragraph(out, phrases.dates(deadline, now), 2, "yellow" if late else "")
    rules = phrases(f"rules_{deadline.counts}")
    if deadline.max_count is not None:
        number = len(target.status(slug).handed_in) + 1
        rules += "; " + phrases("count_left", number=min(number, deadline.max_count), max=deadline.max_count)
    output.paragraph(out, rules, 2)


def _agreed(phrases: Phrases) -> bool:
    """Only a clear yes is one; the end of the input is none."""
    print(f"{phrases('ask')} [y/N] ", end="", flush=True)
    return sys.stdin.readline().strip().casefold() in ("y", "yes", "예", "네", "ㅇ")


def _show_receipt(receipt: Receipt, phrases: Phrases) -> None:
    from grader.cli import output

    out, at = output.console(), phrases.moment(receipt.received_at)
    if receipt.again:
        output.paragraph(out, phrases("again", at=at), style="bold")
    elif receipt.state == "received":
        output.paragraph(out, phrases("received", at=at, number=receipt.number), style="bold green")
    else:
        output.paragraph(out, phrases("delivered", at=at), style="bold green")
    if receipt.text:
        out.print(phrases("receipt", text=receipt.text), markup=False, soft_wrap=True)  # one line, to be copied


def _as_json(
    package: Package, login: str, target: Target, checked: Grade | None, deadline: Deadline | None, receipt: Receipt
) -> dict[str, Any]:
    due = deadline.due if deadline else None
    return {
        "assignment": package.assignment,
        "student": login,
        "to": target.name,
        "files": package.files,
        "digest": package.digest,
        "check": {"score": checked.score, "max_score": checked.max_score, "verdict": checked.verdict} if checked else None,
        "due": due,
        "late": due is not None and receipt.received_at > due,
        "receipt": receipt,
    }
