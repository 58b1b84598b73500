"""`grader regrade`: stored grades and the course as it is now -> what would change, and, once somebody agreed, new grades. Prints; decides
nothing."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec.structs import asdict, replace

from grader.toolchain import UsageError

if TYPE_CHECKING:
    from grader.batch.night import Night
    from grader.gradebook.records import StoredGrade
    from grader.gradebook.store import Gradebook
    from grader.regrade.difference import Difference
    from grader.regrade.perform import Result
    from grader.regrade.plan import Step

DONE, DIFFERENT, FAULT = 0, 1, 3


def regrade(
    student: Annotated[str | None, typer.Option(metavar="WHO", help="Only this student's: login, e-mail, id or name.")] = None,
    assignment: Annotated[str | None, typer.Option(metavar="SLUG", help="Only this assignment's.")] = None,
    only: Annotated[
        list[str] | None, typer.Option(metavar="CHECK", help="Evaluate only this check again (its function's name), over recorded runs.")
    ] = None,
    why: Annotated[str, typer.Option(metavar="TEXT", help="The reason, which stays with each new grade.")] = "",
    author: Annotated[str | None, typer.Option(metavar="NAME", help="Who asks for it; default: your login.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Store the new grades without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change and store nothing.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Build and run all anew, whatever is unchanged.")] = False,
    replay: Annotated[
        bool, typer.Option("--replay", help="Evaluate all recorded runs once more and say where a verdict differs; stores nothing.")
    ] = False,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=0, help="Submissions at a time, where some must run; 0: as the machine has.")
    ] = 0,
    engine: Annotated[str, typer.Option(metavar="NAME", help="What runs them: local or ray.")] = "local",
    sandbox: Annotated[str, typer.Option(metavar="NAME", help="Where student code runs: local or none.")] = "local",
    device: Annotated[str | None, typer.Option(metavar="NAME", help="emulated or cuda; default: what each was graded on.")] = None,
    profile: Annotated[str | None, typer.Option(metavar="NAME", help="The GPU to emulate; default: what each was graded on.")] = None,
    gradebook: Annotated[
        str | None, typer.Option(metavar="URL", help="A SQLite file or postgresql://…; default: $GRADER_GRADEBOOK, else gradebook.db.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress; the differences only.")] = False,
) -> None:
    """Grade again what a mended assignment changes, and nothing else.

    A changed check is evaluated over the runs that were recorded when the submission was graded; only what shapes the runs themselves
    (cases, inputs, compiler, device) makes a submission run again. What would change is shown before anything is stored, and old grades
    stay in the gradebook.

    Examples:

      grader regrade --assignment gemm --why "test_odd_k asked too much"

      grader regrade --assignment gemm --only test_odd_k --why "appeal of alice" --student alice

      grader regrade --replay

    Exit status: 0 done, 1 differences were found and not stored, 2 wrong usage, 3 something of ours failed.
    """
    from grader.assignment import find_assignment
    from grader.batch.night import Night, alone
    from grader.cli.book import author_of, location
    from grader.course import find_course
    from grader.engine.contract import Settings
    from grader.gradebook.store import Gradebook

    course = find_course()
    wanted = find_assignment(assignment, course).slug if assignment else None
    with ExitStack() as stack:
        book = stack.enter_context(Gradebook.open(location(gradebook), create=False))
        who = book.student(student).login if student else None
        grades = book.grades(student=who, assignment=wanted)
        if not grades:
            raise UsageError(f"{book.url} has no grade{f' of {who}' if who else ''}{f' in {wanted}' if wanted else ''} to grade again")
        settings = Settings(course=str(course.file.parent), sandbox=sandbox, blobs=str(book.blobs.folder))
        if replay:
            raise typer.Exit(_replay(book, grades, Night(course, settings), as_json=json))
        if not why:
            raise UsageError("say the reason with --why: it stays with each new grade, for the student who asks")
        checks = _named(only or [], grades)
        stack.enter_context(alone(book))  # a batch meanwhile would store grades that this one hasn't seen
        steps: list[Step] = []
        results: list[Result] = []
        for (kind, gpu), part in _by_device(grades, device, profile).items():
            night = Night(course, replace(settings, device=kind, profile=gpu))
            planned = _plan(book, part, night, checks, again=again)
            results += _perform(stack, book, planned, night, checks, engine, jobs, quiet=quiet or json)
            steps += planned
        raise typer.Exit(_tell(book, steps, results, why=why, author=author_of(author), yes=yes, dry_run=dry_run, as_json=json))


def _by_device(grades: list[StoredGrade], device: str | None, profile: str | None) -> dict[tuple[str, str], list[StoredGrade]]:
    """(device, profile) -> the grades that were given on it, unless the command line says on which."""
    found: dict[tuple[str, str], list[StoredGrade]] = {}
    for grade in grades:
        kind, _, gpu = grade.device.partition(":")
        gpu = gpu if kind == "emulated" else "a100"  # of a real card the label is the machine's; the card says what it is
        found.setdefault((device or kind, profile or gpu), []).append(grade)
    return found


def _named(names: list[str], grades: list[StoredGrade]) -> tuple[str, ...]:
    """Functions' names -> the checks' ids. Raises UsageError that lists the known ones."""
    if not names:
        return ()
    if len({grade.assignment for grade in grades}) > 1:
        raise UsageError("--only names a check of one assignment: say which with --assignment")
    known = dict.fromkeys(check.id for grade in grades for check in grade.checks)
    found = []
    for name in names:
        meant = [each for each in known if name in (each, each.rpartition("::")[2])]
        if not meant:
            short = ", ".join(each.rpartition("::")[2] for each in known)
            raise UsageError(f"no stored grade has a check {name!r}; known are {short}")
        found += meant
    return tuple(found)


def _plan(book: Gradebook, grades: list[StoredGrade], night: Night, only: tuple[str, ...], *, again: bool) -> list[Step]:
    from grader.records import Source
    from grader.regrade.perform import run_key_of
    from grader.regrade.plan import plan
    from grader.regrade.sources import read_source

    def source_of(stored: StoredGrade) -> Source:
        return read_source(book, book.submission(stored.submission), night.assignment(stored.assignment))

    return plan(grades, night.basis, run_key_of(book), source_of, only=only, everything=again)


def _perform(
    stack: ExitStack,
    book: Gradebook,
    steps: list[Step],
    night: Night,
    only: tuple[str, ...],
    engine: str,
    jobs: int,
    *,
    quiet: bool,
) -> list[Result]:
    from grader.cli import output
    from grader.engine.contract import Engine
    from grader.engine.table import open_engine
    from grader.regrade.perform import perform

    def machines() -> Engine:
        return open_engine(engine, night.settings, jobs)

    def label_of(stored: StoredGrade) -> str:
        return book.submission(stored.submission).label

    errors = output.console(stderr=True)
    counts = Counter(step.way for step in steps)
    doing = [step for step in steps if step.way != "unchanged"]
    if not quiet:
        ways = f"{counts['unchanged']} unchanged, {counts['replay']} to be evaluated again, {counts['run']} to be run again"
        errors.print(f"{len(steps)} grades: {ways}", markup=False)
    status = stack.enter_context(errors.status("")) if errors.is_terminal and not quiet and doing else None
    results: list[Result] = []
    for result in perform(doing, night.assignment, label_of, book.blobs, night.builds, machines, only=only):
        results.append(result)
        if status:
            status.update(f"{len(results)} of {len(doing)}: {result.step.old.student}, {result.step.old.assignment}")
    if status:
        status.stop()
    return results


def _tell(
    book: Gradebook, steps: list[Step], results: list[Result], *, why: str, author: str, yes: bool, dry_run: bool, as_json: bool
) -> int:
    """Shows the differences, asks, stores. The exit status."""
    from grader.cli import output
    from grader.cli.gcc import clean
    from grader.regrade.perform import apply

    errors = output.console(stderr=True)
    found = sorted((d for r in results if (d := r.difference) is not None), key=lambda d: (d.assignment, d.student, d.submission))
    changed = [d for d in found if d.changed]
    faults = [r for r in results if r.fault]
    if not as_json:
        _table(changed)
    for result in faults:
        errors.print(
            clean(f"grader: {result.step.old.student}, {result.step.old.assignment}: {result.fault}; the old grade stands"), markup=False
        )
    agreed = yes or (bool(found) and not dry_run and not as_json and _asked(len(changed), len(found)))
    stored = apply(results, book, why=why, author=author) if agreed and not dry_run else 0
    if as_json:
        output.print_json(
            {
                "grades": len(steps),
                "ways": dict(Counter(step.way for step in steps)),
                "changed": [{**asdict(d), "points": d.points} for d in changed],
                "faults": [{"student": r.step.old.student, "assignment": r.step.old.assignment, "fault": r.fault} for r in faults],
                "stored": stored,
            }
        )
    elif stored:
        print(f"{stored} new grades are stored; {len(changed)} differ from the old ones, which stay in the gradebook.")
    elif changed:
        print("Nothing was stored.")
    else:
        print("Nothing changes." if not found else f"{len(found)} grades were found again as they are. Nothing was stored.")
    if faults:
        return FAULT
    return DIFFERENT if changed and not stored else DONE


def _table(changed: list[Difference]) -> None:
    from rich.table import Table
    from rich.text import Text

    from grader.cli import output
    from grader.cli.gcc import clean

    if not changed:
        return
    out = output.console()
    if out.is_terminal:
        rows = Table(box=None, pad_edge=False, header_style="bold")
        for name in ("student", "assignment", "old", "new", "points", "verdict", "checks"):
            rows.add_column(name, justify="right" if name in ("old", "new", "points") else "left")
        for d in changed:
            style = "green" if d.points > 0 else "red" if d.points < 0 else ""
            rows.add_row(*(Text(clean(text)) for text in _cells(d)[:4]), Text(f"{d.points:+g}", style=style), *map(Text, _cells(d)[5:]))
        out.print(rows)
        return
    for d in changed:
        out.print(clean("  ".join(_cells(d))), markup=False)
    sys.stdout.flush()


def _cells(d: Difference) -> list[str]:
    verdict = d.new_verdict if d.new_verdict == d.old_verdict else f"{d.old_verdict} -> {d.new_verdict}"
    checks = "; ".join(
        f"{c.id.rpartition('::')[2]} {_points(c.old_points)} -> {_points(c.new_points)} {c.new_verdict}".rstrip() for c in d.checks
    )
    return [
        d.student,
        d.assignment,
        f"{d.old_score:g}/{d.old_max:g}",
        f"{d.new_score:g}/{d.new_max:g}",
        f"{d.points:+g}",
        verdict,
        checks,
    ]


def _points(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def _asked(changed: int, found: int) -> bool:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    return typer.confirm(f"Store {found} new grades, of which {changed} differ?", default=False)


def _replay(book: Gradebook, grades: list[StoredGrade], night: Night, *, as_json: bool) -> int:
    """Each grade from its evidence once more."""
    from grader.cli import output
    from grader.cli.gcc import clean
    from grader.errors import HarnessError
    from grader.regrade.perform import differing, evidence_of

    read = evidence_of(book)
    differences: list[dict[str, Any]] = []
    without = same = 0
    for stored in grades:
        try:
            evidence = read(stored)
            text = (
                differing(stored, book.full(stored), evidence, night.assignment(stored.assignment), book.blobs, night.builds)
                if evidence
                else None
            )
        except HarnessError as error:
            text = str(error)
        if text is None:
            without += 1
        elif text:
            differences.append({"student": stored.student, "assignment": stored.assignment, "grade": stored.id, "difference": text})
        else:
            same += 1
    if as_json:
        output.print_json({"grades": len(grades), "same": same, "without_evidence": without, "different": differences})
    else:
        for each in differences:
            print(clean(f"{each['student']}  {each['assignment']}  grade {each['grade']}: {each['difference']}"))
        print(f"{len(grades)} grades: {same} found again as they are, {len(differences)} differ, {without} have no recorded runs")
    return DIFFERENT if differences else DONE
