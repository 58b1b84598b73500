"""`grader spool DIR`: a shared folder that students hand in to -> made, read into the gradebook, answered. Prints; decides nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.toolchain import UsageError


def spool(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The shared folder.")],
    init: Annotated[bool, typer.Option("--init", help="Make it, or set its modes again.")] = False,
    group: Annotated[
        str | None, typer.Option(metavar="NAME", help="With --init: files get this group, so that staff who aren't root can read them.")
    ] = None,
    gradebook: Annotated[
        str | None,
        typer.Option(metavar="URL", help="An SQLite file or postgresql://…; default: $GRADER_GRADEBOOK, else gradebook.db here."),
    ] = None,
    admit: Annotated[str | None, typer.Option(metavar="ID", help="Take this one out of quarantine, as --student's.")] = None,
    student: Annotated[str | None, typer.Option(metavar="WHO", help="With --admit: whose it is.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Take up what students have handed in to a shared folder, and leave them their receipts and grades there.

    `grader batch --from-spool` does the same before it grades. What can't be taken is kept in quarantine/ with its reason and its time.

    Examples:

      grader spool /srv/hand-in --init

      grader spool /srv/hand-in --gradebook course.db

      grader spool /srv/hand-in --admit 3f2a9c0d11e48b57 --student alice

    Exit status: 0 done, 1 something was put aside, 2 wrong usage, 3 something of ours failed (nothing is lost by it).
    """
    from grader.cli import output
    from grader.cli.book import location
    from grader.cli.gcc import clean
    from grader.course import find_course
    from grader.gradebook.store import Gradebook
    from grader.spool.collect import admit as admit_one
    from grader.spool.collect import collect, refusals
    from grader.spool.layout import find_spool, make_spool
    from grader.spool.publish import publish

    course = find_course()
    if (admit is None) != (student is None):
        raise UsageError("--admit ID and --student WHO belong together")
    if group is not None and not init:
        raise UsageError("--group is for --init")
    if init:
        make_spool(folder, course.id, _group_id(group))
    out = output.console()
    with Gradebook.open(location(gradebook)) as book:
        taken = [admit_one(folder, book, admit, student)] if admit is not None and student is not None else []
        done = collect(folder, book, course)
        written = publish(folder, book, course)
    kept = refusals(find_spool(folder))
    received = (*taken, *done.received)
    if json:
        output.print_json(
            {
                "received": received,
                "again": done.again,
                "refused": [{"path": path, "reason": reason} for path, reason in done.refused],
                "waiting": done.waiting,
                "quarantine": kept,
                "written": written,
            }
        )
    else:
        for each in received:
            output.paragraph(out, f"received  {each.assignment}  {clean(each.student)}  {each.received_at:%Y-%m-%d %H:%M:%S %Z}")
        for path, reason in done.refused:
            output.paragraph(out, f"put aside  {clean(path)}: {clean(reason)}", style="yellow")
        counts = (
            f"{len(received)} received, {len(done.again)} known already, {len(done.refused)} put aside, {done.waiting} still being written"
        )
        output.paragraph(out, f"{counts}; {len(kept)} in quarantine", style="bold")
        for refused in kept:
            output.paragraph(out, f"{refused.id}  {clean(refused.name)}: {clean(refused.reason)}", 2, "dim")
    raise typer.Exit(1 if done.refused else 0)


def _group_id(name: str | None) -> int | None:
    import grp

    if name is None:
        return None
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        raise UsageError(f"this machine knows no group {name!r}") from None
