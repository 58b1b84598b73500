"""`grader status`: a target -> one's own hand-ins and what became of them. Prints; decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from grader.cli.hand_in import Phrases
    from grader.spool.contract import HandIn


def status(
    assignment: Annotated[str | None, typer.Option("--assignment", "-a", metavar="SLUG", help="Only this assignment.")] = None,
    to: Annotated[
        str | None, typer.Option(metavar="URL|DIR", help="Where you hand in; default: $GRADER_SUBMIT_TO, else what was kept.")
    ] = None,
    insecure: Annotated[bool, typer.Option("--insecure", help="Let the token travel over http://.")] = False,
    lang: Annotated[str | None, typer.Option(metavar="en|ko", help="Language; default: your locale's.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Also the receipts and the single checks.")] = False,
) -> None:
    """Say what you have handed in, and what became of it.

    Latest first. Points are those that count, after lateness. What was not taken is told with its reason.

    Examples:

      grader status

      grader status --assignment gemm -v

      grader status --json
    """
    from grader.cli import output
    from grader.cli.hand_in import Phrases, open_target
    from grader.cli.words import chosen

    phrases = Phrases(chosen(lang))
    target = open_target(to, insecure=insecure)
    slug = None
    if assignment is not None:
        known = [each.assignment for each in target.assignments()]
        slug = next((each for each in known if assignment in (each, each.partition("_")[2])), assignment)
    found = target.status(slug)
    if json:
        output.print_json({"to": target.name, "handed_in": found.handed_in, "rejected": found.rejected})
        raise typer.Exit(0)
    out = output.console()
    if not found.handed_in and not found.rejected:
        output.paragraph(out, phrases("nothing_yet"))
    if found.handed_in:
        _table(out, found.handed_in, phrases, verbose=verbose)
    for rejected in found.rejected:
        values = {"assignment": rejected.assignment, "at": phrases.moment(rejected.received_at), "reason": rejected.reason}
        output.paragraph(out, phrases("rejected", **values), style="yellow")


def _table(out: Any, hand_ins: tuple[HandIn, ...], phrases: Phrases, *, verbose: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    from grader.cli import output
    from grader.cli.gcc import clean

    table = Table(box=None, pad_edge=False, header_style="bold")
    for key in ("assignment", "number", "at", "state", "points", "counts"):
        table.add_column(phrases(f"col_{key}"), justify="right" if key in ("number", "points") else "left", no_wrap=key != "state")
    for each in hand_ins:
        points = f"{each.points:g}" if each.points is not None else ""
        number = str(each.receipt.number or "")
        at = phrases.moment(each.receipt.received_at)
        counts = phrases("yes") if each.counts else ""
        table.add_row(*(Text(cell) for cell in (each.receipt.assignment, number, at, clean(_state(each, phrases)), points, counts)))
    out.print(table)
    for each in hand_ins:
        for text in (phrases.text(each.late, each.late_ko), *each.comments):
            if text:
                output.paragraph(out, phrases("comment", assignment=each.receipt.assignment, text=clean(text)), 2)
        if verbose:
            _details(out, each, phrases)


def _details(out: Any, each: HandIn, phrases: Phrases) -> None:
    from grader.cli import output
    from grader.cli.gcc import clean

    out.print()
    output.paragraph(out, f"{each.receipt.assignment} {each.receipt.number or ''}".rstrip(), style="bold")
    if each.receipt.text:
        output.paragraph(out, phrases("receipt", text=each.receipt.text), 2)
    if each.grade is None:
        return
    if message := phrases.text(each.grade.message, each.grade.message_ko):
        output.paragraph(out, clean(message), 2)
    marks = {"passed": "ok", "failed": "--", "not_run": "??"}
    for check in each.grade.checks:
        title = phrases.text(check.title, check.title_ko)
        output.paragraph(out, f"{marks[check.outcome]} {check.points:g}/{check.max_points:g}  {clean(title)}  {check.verdict}".rstrip(), 2)


def _state(each: HandIn, phrases: Phrases) -> str:
    if each.grade is not None:
        where = f"  {each.grade.file}:{each.grade.line}" if each.grade.file and each.grade.line else ""
        return f"{each.grade.score:g}/{each.grade.max_score:g}  {each.grade.verdict}{where}"
    return phrases("state_waiting" if each.receipt.state == "received" else f"state_{each.receipt.state}")
