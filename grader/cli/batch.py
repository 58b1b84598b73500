"""`grader batch DIR|--from-spool`: a class's submissions -> grades in the gradebook. Prints; decides nothing."""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from grader.toolchain import UsageError

if TYPE_CHECKING:
    from grader.batch.night import Night, Summary, Tally
    from grader.batch.run import Event
    from grader.course import Course
    from grader.gradebook.records import Submission
    from grader.gradebook.store import Gradebook

DONE, FAULT, INTERRUPTED = 0, 3, 130
RENEW_S = 60.0


class Watcher(Protocol):
    """Who is told of what happens."""

    def begin(self, total: int) -> None: ...

    def event(self, event: Event, tally: Tally) -> None: ...

    def end(self) -> None: ...


def batch(
    path: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="DIR/<student>/<files>, or a download of Canvas, Gradescope, Moodle, GitHub Classroom."),
    ] = None,
    from_spool: Annotated[
        bool,
        typer.Option(
            "--from-spool", help="Grade what students have handed in with `grader submit`: DIR is the shared folder, none for a server's."
        ),
    ] = False,
    assignment: Annotated[str | None, typer.Option("--assignment", "-a", metavar="SLUG", help="What the submissions are of.")] = None,
    layout: Annotated[
        str | None, typer.Option(metavar="NAME", help="The layout of DIR, if it isn't recognised; a wrong name lists them.")
    ] = None,
    times: Annotated[
        Path | None, typer.Option(metavar="CSV", help="student,assignment,received_at: when things came, where the layout doesn't say.")
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Submissions at a time; 0: as many as the machine has room for.")] = 0,
    engine: Annotated[str, typer.Option(metavar="NAME", help="Who does the work: local, or ray for a cluster.")] = "local",
    sandbox: Annotated[str, typer.Option(metavar="NAME", help="Where student code runs: local (isolated) or none.")] = "local",
    device: Annotated[str, typer.Option(metavar="NAME", help="The device: emulated, or cuda for a real GPU.")] = "emulated",
    profile: Annotated[str, typer.Option(metavar="NAME", help="The GPU to emulate: t4, a100, h100, h200.")] = "a100",
    sample: Annotated[
        int, typer.Option(metavar="N", min=0, help="Only N submissions, spread over the whole: a look before the night.")
    ] = 0,
    gradebook: Annotated[
        str | None,
        typer.Option(metavar="URL", help="An SQLite file or postgresql://…; default: $GRADER_GRADEBOOK, else gradebook.db beside DIR."),
    ] = None,
    report: Annotated[Path | None, typer.Option(metavar="DIR", help="Write the course report there afterwards.")] = None,
    lang: Annotated[str | None, typer.Option(metavar="en|ko", help="Language of the report; default: your locale's.")] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Build and run everything anew, whatever is known.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No line a submission; the summary only.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Also what was known already, and where the time went.")] = False,
) -> None:
    """Grade a whole class.

    Each grade is in the gradebook the moment that it is there: stop it, kill it, lose power, start the same command again, and it goes on
    where it was. Equal files are graded once. A submission that is broken, endless or hostile gets its verdict and never stops the others;
    what fails on our side is tried again, and costs nobody points.

    Examples:

      grader batch submissions/ --assignment gemm

      grader batch canvas-download.zip -a gemm --gradebook course.db --report out/report

      grader batch --from-spool /srv/hand-in --engine ray

      grader batch --from-spool --gradebook course.db

    Exit status: 0 everything is graded, 2 wrong usage, 3 something of ours kept a submission from being graded (start it again).
    """
    from grader.assignment import find_course
    from grader.batch.night import Night, Tally, alone
    from grader.cli import output
    from grader.engine.contract import Settings
    from grader.gradebook.store import Gradebook

    if path is None and not from_spool:
        raise UsageError("say what to grade: a folder or archive, or --from-spool")
    if from_spool and (layout or times):
        raise UsageError("--layout and --times are for downloads; the spool knows who and when")
    if path is not None and not path.exists():
        raise UsageError(f"there is no file or folder {path}")
    course = find_course()
    start = time.perf_counter()
    with ExitStack() as stack:
        book = stack.enter_context(
            Gradebook.open(_where(gradebook, None if from_spool else path), create=not from_spool or path is not None)
        )
        settings = Settings(course=str(course.file.parent), sandbox=sandbox, device=device, profile=profile, blobs=str(book.blobs.folder))
        night, tally = Night(course, settings), Tally()
        keep = stack.enter_context(alone(book))
        submissions, remarks, left = _handed_in(book, course, path, from_spool, assignment, layout, times, sample)
        tally.leave(left)
        watcher: Watcher = _Silent() if json or quiet else _Bar(stack) if sys.stderr.isatty() else _Lines(verbose=verbose)
        number = book.begin({"path": str(path or ""), "assignment": assignment, "engine": engine, "device": device, "profile": profile})
        stopped = False
        try:
            _work(book, night, number, submissions, tally, watcher, keep, engine, jobs, no_cache=no_cache)
        except KeyboardInterrupt:
            stopped = True
        watcher.end()
        tally.settle({(each.student.login, each.assignment): each.grade.score for each in book.standings(course) if each.grade})
        summary = tally.summary(len(submissions) + len(left), time.perf_counter() - start, _own_cpu_s(), remarks, number, book.url)
        if from_spool and path is not None and not stopped:
            from grader.spool.publish import publish

            publish(path, book, course)
        index = _report(book, course, report, lang)
    if json:
        output.print_json(summary)
    else:
        _tell(summary, tally, index, verbose=verbose)
    if stopped:
        rest = len(submissions) - tally.done
        print(
            f"grader: interrupted; {tally.done} of {len(submissions)} are done. The same command grades the other {rest}.", file=sys.stderr
        )
        raise typer.Exit(INTERRUPTED)
    raise typer.Exit(FAULT if summary.not_run else DONE)


def _where(option: str | None, path: Path | None) -> str:
    """`--gradebook`, else the environment's, else gradebook.db beside what is graded."""
    from grader.cli.book import DEFAULT, location

    if option is None and not os.environ.get("GRADER_GRADEBOOK") and path is not None:
        return str(path.resolve().parent / DEFAULT)
    return location(option)


def _handed_in(
    book: Gradebook,
    course: Course,
    path: Path | None,
    spool: bool,
    assignment: str | None,
    layout: str | None,
    times: Path | None,
    sample_count: int,
) -> tuple[list[Submission], list[str], list[dict[str, str]]]:
    """What is to be graded, remarks, and what could not be taken."""
    from grader.assignment import find_assignment
    from grader.batch.choose import choose, sample

    slug = find_assignment(assignment, course).slug if assignment else None
    if not spool:
        from grader.batch.take import take

        assert path is not None
        taken = take(path, book, course, layout=layout, assignment=slug, times=times)
        found, remarks, left = list(taken.submissions), list(taken.remarks), list(taken.left)
    else:
        remarks, left = [], []
        if path is not None:
            from grader.spool.collect import collect

            remarks = [f"{name}: {reason}" for name, reason in collect(path, book, course).refused]
        known = set(course_slugs(course))
        found = [each for each in book.submissions(assignment=slug) if each.assignment in known]
    counting = {(each.student.login, each.assignment): each.submission.id for each in book.standings(course) if each.submission}
    chosen, superseded = choose(found, course.table.submit_rules, counting)
    remarks += [
        f"{each.label}: {each.student} has handed in another one of {each.assignment}, which counts" for each in superseded if not spool
    ]
    return sample(chosen, sample_count), remarks, left


def course_slugs(course: Course) -> list[str]:
    from grader.course import slugs

    return slugs(course)


def _work(
    book: Gradebook,
    night: Night,
    number: int,
    submissions: list[Submission],
    tally: Tally,
    watcher: Watcher,
    keep: object,
    engine: str,
    jobs: int,
    *,
    no_cache: bool,
) -> None:
    from grader.batch.plan import plan
    from grader.batch.run import Batch
    from grader.engine.table import open_engine

    watcher.begin(len(submissions))
    items = plan(submissions, book, night.assignment, night.basis, anew=no_cache)
    run = Batch(
        book,
        number,
        night.assignment,
        lambda item: night.refuse(item, book.content(item.submission)),
        night.builds,
        lambda: open_engine(engine, night.settings, jobs),
    )
    renewed = time.monotonic()
    for event in run.run(items):
        tally.add(event)
        watcher.event(event, tally)
        if time.monotonic() - renewed > RENEW_S and callable(keep):
            keep()
            renewed = time.monotonic()


def _report(book: Gradebook, course: Course, folder: Path | None, lang: str | None) -> Path | None:
    if folder is None:
        return None
    from grader.cli.words import chosen
    from grader.report.course.book import report_from

    return report_from(book, course, folder, language=chosen(lang).language, details=True).index


def _own_cpu_s() -> float:
    """Of this process alone: workers count theirs."""
    return time.process_time()


# ---- what is shown


class _Silent:
    def begin(self, total: int) -> None: ...

    def event(self, event: Event, tally: Tally) -> None: ...

    def end(self) -> None: ...


class _Lines:
    """A line a submission, in a pipe: score, verdict, place, assignment, student, how."""

    def __init__(self, *, verbose: bool) -> None:
        self._verbose = verbose
        self._total = 0

    def begin(self, total: int) -> None:
        self._total = total
        print(f"{total} submissions", file=sys.stderr)

    def event(self, event: Event, tally: Tally) -> None:
        from grader.cli.gcc import clean

        submission = event.item.submission
        if event.kind == "retry":
            print(clean(f"again: {submission.assignment}  {submission.student}  {event.text}"), file=sys.stderr)
        elif event.kind == "fault":
            print(clean(f"-  NOT_RUN  -  {submission.assignment}  {submission.student}  {event.text}"), flush=True)
        elif event.grade is not None and (event.kind != "known" or self._verbose):
            grade = event.grade
            place = f"{grade.file}:{grade.line}" if grade.file and grade.line else "-"
            score = f"{grade.score:g}/{grade.max_score:g}"
            print(clean(f"{score}  {grade.verdict}  {place}  {submission.assignment}  {submission.student}  {event.kind}"), flush=True)

    def end(self) -> None: ...


class _Bar:
    """A bar with the time that is left, and what is being graded, on a terminal."""

    def __init__(self, stack: ExitStack) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        from grader.cli import output

        columns = (
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.description}"),
        )
        self._progress = stack.enter_context(Progress(*columns, console=output.console(stderr=True), transient=True))
        self._bar = self._progress.add_task("reading …", total=None)

    def begin(self, total: int) -> None:
        self._progress.update(self._bar, total=total, description="what is known already …")

    def event(self, event: Event, tally: Tally) -> None:
        from rich.markup import escape

        from grader.cli.gcc import clean

        submission = event.item.submission
        text = escape(clean(f"{submission.student}, {submission.assignment}"))
        if event.kind == "fault" or event.kind == "retry":
            self._progress.console.print(escape(clean(f"{text}: {event.text}")), style="yellow")
        self._progress.update(self._bar, completed=tally.done, description=text)

    def end(self) -> None:
        self._progress.stop()


def _tell(summary: Summary, tally: Tally, index: Path | None, *, verbose: bool) -> None:
    from collections import Counter

    from grader.cli import output
    from grader.cli.gcc import clean

    out, errors = output.console(), output.console(stderr=True)
    for remark in summary.remarks:
        errors.print(clean(f"note: {remark}"), markup=False)
    known = summary.from_cache - summary.linked
    parts = [f"{summary.graded} graded", f"{known} known already", f"{summary.linked} equal to another's"]
    if summary.not_run:
        parts.append(f"{summary.not_run} not run, for reasons of ours: they cost nobody points, and the same command tries them again")
    rate = f", {60 * summary.graded / summary.wall_s:.1f} a minute" if summary.graded and summary.wall_s else ""
    out.print(f"{summary.submissions} submissions in {_duration(summary.wall_s)}{rate}: {', '.join(parts)}.", markup=False, soft_wrap=True)
    verdicts = Counter(tally.verdicts).most_common(8)
    if verdicts:
        out.print("verdicts: " + ", ".join(f"{verdict} {count}" for verdict, count in verdicts), markup=False, soft_wrap=True)
    if verbose:
        rest = summary.cpu_s - summary.compile_cpu_s - summary.device_cpu_s
        times = f"{summary.compile_cpu_s:.1f} compiling, {summary.device_cpu_s:.1f} emulating the device, {rest:.1f} the rest"
        out.print(f"processor time {summary.cpu_s:.1f} s: {times}", markup=False, soft_wrap=True)
    for fault in summary.faults:
        errors.print(clean(f"not run: {fault['student']}, {fault['assignment']}: {fault['fault']}"), style="yellow", markup=False)
    out.print(f"gradebook: {summary.gradebook}", markup=False, soft_wrap=True)
    if index:
        out.print(f"report: {index}", markup=False, soft_wrap=True)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"
