"""`grader audit`: a gradebook -> whether anything was changed since it was stored; two grades -> why they differ. Prints; decides nothing.

Exit status: 0 nothing is wrong, 1 something is, 2 wrong usage, 3 the gradebook can't be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from grader.cli.gradebook import AsJson, Where, opened
from grader.toolchain import UsageError

if TYPE_CHECKING:
    from grader.audit.compare import Comparison, Told
    from grader.gradebook.audit import Audited
    from grader.gradebook.links import Kind

WRONG = 1
_SHOWN = 20

# What a sort of finding means to whoever reads it.
MEANING = {
    "chain": "The chain itself was changed here. What the links before this one vouch for is proven; of those from here on, only that each "
    "row still is what its own seal says.",
    "seal": "What this link vouches for was changed or taken away, so nothing says any more what was stored then.",
    "row": "The gradebook says something else now than when it was stored, and the grader never changes what it stored.",
    "content": "A file is gone or isn't what was stored. A disk may have done that: `grader gradebook check` names all such files.",
    "unlinked": "It was written past the grader, which links whatever it stores.",
    "end": "Whoever wrote that head down has seen links that aren't there any more.",
}
REMEDY = "A backup from before the change has what was stored: restore it into another gradebook and compare."


def audit(
    grades: Annotated[
        list[str] | None, typer.Argument(metavar="[GRADE GRADE | STUDENT:ASSIGNMENT]", help="With --compare.", show_default=False)
    ] = None,
    compare: Annotated[bool, typer.Option("--compare", help="Say what differs between two grades, and why.")] = False,
    student: Annotated[str | None, typer.Option(metavar="WHO", help="With --compare: the latest two grades of theirs.")] = None,
    assignment: Annotated[str | None, typer.Option(metavar="SLUG", help="With --compare and --student: in this assignment.")] = None,
    head: Annotated[bool, typer.Option("--head", help="Only print the head of the chain, to be written down elsewhere.")] = False,
    since: Annotated[str | None, typer.Option(metavar="HEAD", help="A head that was written down: it must still be in the chain.")] = None,
    gradebook: Where = None,
    json: AsJson = False,
) -> None:
    """Say whether anything that decides points was changed since it was stored, or why two grades differ.

    Every grade, override and extension has a link in a chain of hashes, which is verified here together with the rows, the files that were
    handed in and the whole record of each grade. Links cut off its end leave no trace: write the head down (--head) where nobody can
    change it, and give it later (--since).

    Examples:

      grader audit

      grader audit --head

      grader audit --since 120:6d99fc1fbfeb6784

      grader audit --compare minsu:gemm

      grader audit --compare 17 42

    Exit status: 0 nothing is wrong, 1 something is (or two grades differ and nothing explains it), 2 wrong usage, 3 a fault of ours.
    """
    if compare:
        if head or since is not None:
            raise UsageError("--compare goes with neither --head nor --since")
        _compare(gradebook, grades or [], student, assignment, as_json=json)
    if grades or student is not None or assignment is not None:
        raise UsageError("grades, --student and --assignment go with --compare; without it the whole gradebook is audited")
    if head:
        if since is not None:
            raise UsageError("say --head or --since, not both")
        _head(gradebook, as_json=json)
    _audit(gradebook, since, as_json=json)


def _head(gradebook: str | None, *, as_json: bool) -> NoReturn:
    from grader.cli import output
    from grader.cli.gradebook import tables

    with opened(gradebook) as book:
        last = book.head()
    if as_json:
        output.print_json({"gradebook": book.url, "head": last.head if last else ""})
    elif last is None:
        raise UsageError(f"nothing is stored in {book.url} yet, so its chain has no head")
    else:
        tables.say(last.head)
    raise typer.Exit(0)


def _audit(gradebook: str | None, since: str | None, *, as_json: bool) -> NoReturn:
    import msgspec

    from grader.cli import output
    from grader.cli.gradebook import tables

    with opened(gradebook) as book:
        from grader.gradebook.links import written

        found = book.audit(written(since) if since is not None else None)
    if as_json:
        output.print_json({"gradebook": book.url, "ok": found.ok, **msgspec.structs.asdict(found)})
        raise typer.Exit(0 if found.ok else WRONG)
    if not found.ok:
        _told(found)
    tables.say(f"{book.url}: {_counted(found.kinds, found.links)}" + (", all as they were stored" if found.ok else ""))
    if found.forgotten:
        tables.say(f"{found.forgotten} of them are about what was deleted with `grader gradebook forget` or `expire`", 2)
    if found.afterwards:
        tables.say(f"{found.afterwards} were linked when the chain began: what was changed before that, nothing tells", 2)
    if found.since and found.ok:
        tables.say(f"since {found.since}: {_counted(found.added, sum(found.added.values()))}", 2)
    if found.head:
        tables.say(f"head: {found.head}")
    raise typer.Exit(0 if found.ok else WRONG)


def _told(found: Audited) -> None:
    """The first thing that is wrong, and what it means; then the others."""
    from grader.cli.gradebook import tables

    first = found.wrong[0]
    tables.say(f"WRONG{'' if first.link is None else f' at link {first.link}'}: {first.text}", style="bold red")
    tables.say(MEANING[first.sort], 2)
    tables.say(REMEDY, 2)
    for each in found.wrong[1:_SHOWN]:
        tables.say(f"also{'' if each.link is None else f' at link {each.link}'}: {each.text}")
    if len(found.wrong) > _SHOWN:
        tables.say(f"and {len(found.wrong) - _SHOWN:,} more; --json has them all")


def _counted(kinds: dict[Kind, int], links: int) -> str:
    """ "12 links (9 grades, 2 overrides, 1 deletion)"."""
    from grader.gradebook.links import NOUN

    parts = [f"{count:,} {NOUN[kind]}{'' if count == 1 else 's'}" for kind, count in kinds.items() if count]
    return f"{links:,} link{'' if links == 1 else 's'}" + (f" ({', '.join(parts)})" if parts else "")


def _compare(gradebook: str | None, names: list[str], student: str | None, assignment: str | None, *, as_json: bool) -> NoReturn:
    from grader.cli import output

    with opened(gradebook) as book:
        from grader.audit.compare import compare
        from grader.audit.sides import chosen

        old, new = chosen(book, names, student, assignment)
    found = compare(old, new)
    if as_json:
        output.print_json(found)
    else:
        _compared(found)
    raise typer.Exit(WRONG if found.judgement == "unexplained" else 0)


VERDICT = {
    "equal": "The results are equal.",
    "explained": "The results differ. What may have brought that about is all that is listed above.",
    "chance": "The results differ and what they rest on doesn't; a machine, or a real GPU, can bring that about, as the notes say.",
    "unknown": "The results differ. Whether what they rest on does can't be told: it wasn't kept.",
    "unexplained": "THE RESULTS DIFFER AND NOTHING THAT THEY REST ON DOES. That must not happen and is a fault of ours: please report it, "
    "with `grader audit --compare … --json` and a backup.",
}


def _compared(found: Comparison) -> None:
    from grader.cli.gradebook import tables

    for grade in (found.old, found.new):
        tables.say(_heading(grade))
    tables.say("")
    tables.say("what differs:" if found.reasons else "nothing that a grade rests on differs", style="bold")
    for reason in found.reasons:
        tables.say(reason.text, 2)
        for detail in reason.details[:_SHOWN]:
            tables.say(detail, 4)
        if len(reason.details) > _SHOWN:
            tables.say(f"and {len(reason.details) - _SHOWN} more; --json has them all", 4)
    for note in found.notes:
        tables.say(f"note: {note}", 2)
    if found.results or found.points:
        tables.say(f"results that differ ({found.points:+g} of 100 points):", style="bold")
        none = "-"
        rows = (
            (c.title, c.id, tables.points(c.old_points), c.old_verdict or none, tables.points(c.new_points), c.new_verdict or none)
            for c in found.results
        )
        tables.show(("check", "id", f"in {found.old.id}", "", f"in {found.new.id}", ""), rows, (f"in {found.old.id}", f"in {found.new.id}"))
    tables.say(VERDICT[found.judgement], style="bold red" if found.judgement == "unexplained" else "bold")


def _heading(grade: Told) -> str:
    return (
        f"grade {grade.id}: {grade.student}, {grade.assignment}, {grade.at}, {grade.score:g}/{grade.max_score:g} {grade.verdict}, "
        f"{grade.device}, {grade.why}"
    )
