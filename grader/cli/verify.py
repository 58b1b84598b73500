"""`grader verify [SLUG…]`: does each assignment grade as it promises? Prints a table an assignment and the confusion matrix of the
mutants."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from grader.assignment import Assignment, find_assignment, find_course
from grader.cli.output import console, print_json
from grader.course import slugs
from grader.errors import AssignmentError, HarnessError
from grader.records import Grade, Isolation
from grader.toolchain import UsageError
from grader.verdicts import VERDICTS
from grader.verify import AssignmentResult, Confusion, MutantResult, Scored, SecondOpinion, Subject, Verification, as_json, confusion
from grader.verify import ladder as ladders
from grader.verify import verify as verify_assignments
from grader.verify.grading import Settings, grade_all

PASSED, NOT_AS_PROMISED = 0, 1


def verify(
    slug: Annotated[
        list[str] | None, typer.Argument(metavar="SLUG", help="Assignments (gemm, 09_gemm or a folder); default: all of the course.")
    ] = None,
    as_json_: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    sandbox: Annotated[str, typer.Option(help="Where solutions are built and run: local or none.")] = "local",
    profile: Annotated[str, typer.Option(help="The emulated GPU: t4, a100, h100 or h200.")] = "a100",
    blind: Annotated[
        bool, typer.Option("--blind", help="Also the known-wrong solutions written from the hand-out alone, in other hands' ways.")
    ] = False,
    jobs: Annotated[int, typer.Option(min=0, help="Solutions at a time; 0: one per CPU and one more.")] = 0,
    ladder: Annotated[
        bool, typer.Option("--ladder", help="Measure the rungs of the reference instead, and print the table of their counters.")
    ] = False,
    write: Annotated[bool, typer.Option("--write", help="With --ladder: put the figures into the reference's README.md.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress; tables only.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="A line a solution, with where its time went; and what the sandbox kept.")
    ] = False,
) -> None:
    """Check assignments: the reference gets full marks, the starter about none, honest solutions lose nothing for their style, and each
    known-wrong solution gets the verdict and the line that it is labelled with.

    Ends with 0 if all is as promised, else 1.

    Examples:

      grader verify gemm

      grader verify --blind --json > verify.json

      grader verify --ladder transpose --write
    """
    course = find_course()
    names = slug or slugs(course)
    if not names:
        raise AssignmentError(f"there is no assignment in {course.assignments}")
    assignments = [find_assignment(name, None if "/" in name else course) for name in names]
    assignments = list({a.slug: a for a in assignments}.values())
    settings = Settings(sandbox=sandbox, profile=profile, jobs=jobs)
    if write and not ladder:
        raise UsageError("--write goes with --ladder: it puts the measured figures into the reference's README.md")
    if ladder:
        _ladders(assignments, settings, write, as_json_)
        raise typer.Exit(PASSED)
    errors = console(stderr=True)
    with _Progress(errors, enabled=not quiet and not as_json_, verbose=verbose) as progress:
        result = verify_assignments(assignments, grade_all(settings, progress.step), blind)
    if as_json_:
        print_json(as_json(result))
    else:
        show(result, console())
    if slug and result.left_out:  # asked for by name
        raise HarnessError("; ".join(f"{name} wasn't verified: {why}" for name, why in result.left_out.items()))
    raise typer.Exit(PASSED if result.ok else NOT_AS_PROMISED)


def _ladders(assignments: Sequence[Assignment], settings: Settings, write: bool, json: bool) -> None:
    """The counters of each ladder: printed, or written into the README that holds their table."""
    found: dict[str, list[dict[str, object]]] = {}
    for assignment in assignments:
        rungs = ladders.measure(assignment, settings)
        found[assignment.slug] = [{"rung": r.name, "points": r.points, "metrics": r.metrics} for r in rungs]
        readme = assignment.reference / "README.md"
        if json:
            continue
        text = readme.read_text(encoding="utf-8") if write and readme.is_file() else ""
        if write:
            new = ladders.renewed(text, rungs, str(readme))
            if new != text:
                readme.write_text(new, encoding="utf-8")
            typer.echo(f"{readme}: {'written' if new != text else 'as measured'}")
        else:
            typer.echo(f"{assignment.slug}\n\n{ladders.fresh_table(rungs)}")
    if json:
        print_json(found)


class _Progress:
    """A bar on a terminal, a line a solution in a pipe or on request."""

    def __init__(self, out: Console, enabled: bool, verbose: bool = False) -> None:
        self._out = out
        self._verbose = verbose
        self._lines = verbose or (enabled and not sys.stderr.isatty())
        self._isolation: Isolation | None = None
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, console=out, transient=True) if enabled and sys.stderr.isatty() else None
        self._task = self._bar.add_task("grading", total=None) if self._bar else None

    def __enter__(self) -> _Progress:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def step(self, subject: Subject, grade: Grade) -> None:
        if self._bar and self._task is not None:
            self._bar.update(self._task, advance=1, description=f"{subject.slug} {subject.name}")
        if self._lines:
            text = f"{subject.slug} {subject.kind} {subject.name}: {grade.score:g}/{grade.max_score:g} {grade.verdict}"
            if self._verbose:
                text += "  " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in grade.timings_s.items())
            self._out.print(text, markup=False, soft_wrap=True)
        if self._verbose and grade.isolation != self._isolation:  # once, unless it changes
            self._isolation = grade.isolation
            self._out.print(f"isolation {grade.isolation.level}", markup=False)
            for kept in grade.isolation.enforced:
                self._out.print(f"  in force: {kept}", markup=False, soft_wrap=True)
            for open_ in grade.isolation.not_enforced:
                self._out.print(f"  not in force: {open_}", markup=False, soft_wrap=True)


def show(result: Verification, out: Console) -> None:
    """Everything for people."""
    for assignment in result.assignments:
        out.print(_table(assignment))
        if assignment.opinion is not None:
            out.print(Text(_second_opinion(assignment.opinion), style="yellow" if assignment.opinion.missing else ""))
        for trouble in assignment.troubles:
            out.print(Text("- " + trouble, style="red"))
    for left_out, why in result.left_out.items():
        out.print(Text(f"{left_out}: left out. {why}", style="yellow"))
    mutants = [m for a in result.assignments for m in a.mutants]
    if mutants:
        for part in _matrices(mutants):
            out.print(part)
    caught = f"{sum(m.ok for m in mutants)} of {_count(len(mutants), 'mutant')} caught for the right reason"
    verdict = "all as promised" if result.ok else "not as promised"
    out.print(Text(f"{_count(len(result.assignments), 'assignment')}, {caught}: {verdict}", style="bold"))


def _second_opinion(opinion: SecondOpinion) -> str:
    if opinion.missing:
        return f"oracle.py: not compared, {opinion.missing} isn't installed (make test-oracles installs it)"
    return f"oracle.py: {_count(opinion.outputs, 'output')} of {_count(opinion.cases, 'case')} compared"


def _table(assignment: AssignmentResult) -> Table:
    table = Table(title=assignment.slug, title_justify="left")
    for name, justify in (
        ("solution", "left"),
        ("kind", "left"),
        ("points", "right"),
        ("expected", "left"),
        ("got", "left"),
        ("line", "right"),
        ("", "left"),
    ):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    rows: list[tuple[str, Scored]] = [("reference", assignment.reference)]
    rows += [("rung, without performance", r) for r in assignment.rungs]
    rows += [("honest, without performance", h) for h in assignment.honest]
    for kind, scored in rows:
        full = 0 < scored.max_score <= scored.score + 1e-6
        table.add_row(scored.name, kind, f"{scored.score:g}/{scored.max_score:g}", "full marks", "", "", _mark(full))
    starter = assignment.starter
    table.add_row(
        starter.name,
        "starter",
        f"{starter.score:g}/{starter.max_score:g}",
        "10 % at most",
        "",
        "",
        _mark(starter.score <= 0.1 * starter.max_score + 1e-6),
    )
    for mutant in assignment.mutants:
        lines = f" at {','.join(map(str, mutant.expected_lines))}" if mutant.expected_lines else ""
        line = "" if mutant.got_line is None else str(mutant.got_line)
        kind = "mutant, blind" if mutant.blind else "mutant"
        table.add_row(mutant.name, kind, f"{mutant.score:g}", mutant.expected + lines, mutant.got, line, _mark(mutant.ok))
    return table


def _matrices(mutants: list[MutantResult]) -> Iterator[Table | Text]:
    """The confusion matrix in squares, one a category of verdicts, so that any number of codes fits into 100 columns. What fell into
    another category stands in words beside its row. Off the diagonal is red."""
    found = confusion(mutants)
    yield Text("confusion matrix: verdicts expected (rows) by given (columns, by the rows' numbers)", style="italic")
    for name in dict.fromkeys(_category(code) for code in found.codes):
        yield _square(found, [i for i, code in enumerate(found.codes) if _category(code) == name], name)
    yield Text(_caption(found), style="italic")


def _category(code: str) -> str:
    return VERDICTS[code].category if code in VERDICTS else "other"


def _square(found: Confusion, members: list[int], name: str) -> Table:
    table = Table(box=None, padding=(0, 0, 0, 1), pad_edge=False)
    table.add_column("", justify="right", style="dim", no_wrap=True)
    table.add_column(name, no_wrap=True, header_style="dim", min_width=24)
    for number, _ in enumerate(members, 1):
        table.add_column(str(number), justify="right", no_wrap=True, header_style="dim", min_width=2)
    table.add_column("blind", justify="right", header_style="dim", no_wrap=True)
    table.add_column("", style="bold red")
    for number, row in enumerate(members, 1):
        counts = found.matrix[row]
        elsewhere = ", ".join(f"{count} {found.codes[i]}" for i, count in enumerate(counts) if count and i not in members)
        cells = [_count_cell(counts[column], row == column) for column in members]
        table.add_row(str(number), found.codes[row], *cells, str(found.blind[row] or ""), elsewhere)
    return table


def _count_cell(count: int, diagonal: bool) -> Text:
    return Text(str(count), style="green" if diagonal else "bold red") if count else Text("·", style="dim")


def _caption(found: Confusion) -> str:
    total, right = sum(map(sum, found.matrix)), sum(row[i] for i, row in enumerate(found.matrix))
    outputs = [i for i, code in enumerate(found.codes) if code in VERDICTS and VERDICTS[code].category == "output" and any(found.matrix[i])]
    once = [found.codes[i] for i in outputs if not found.blind[i]] if sum(found.blind) else []
    text = f"{total - right} off the diagonal; {sum(found.blind)} of {_count(total, 'mutant')} written blind, from the hand-out alone"
    return text + (f"; no blind one of {', '.join(once)}" if once else "")


def _mark(ok: bool) -> Text:
    return Text("ok", style="green") if ok else Text("NO", style="bold red")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
