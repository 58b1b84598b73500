"""`grader batch DIR|--from-spool`: a class's submissions -> grades in the gradebook. Prints; decides nothing."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.toolchain import UsageError

if TYPE_CHECKING:
    from grader.batch.night import Night, Tally
    from grader.cli.batch_report import Watcher
    from grader.course import Course
    from grader.gradebook.records import Submission
    from grader.gradebook.store import Gradebook

DONE, FAULT, INTERRUPTED = 0, 3, 130
RENEW_S = 60.0


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
    from grader.cli.batch_report import Bar, Lines, Silent, tell
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
        watcher: Watcher = Silent() if json or quiet else Bar(stack) if sys.stderr.isatty() else Lines(verbose=verbose)
        number = book.begin({"path": str(path or ""), "assignment": assignment, "engine": engine, "device": device, "profile": profile})
        stopped = False
        try:
            _work(book, night, number, submissions, tally, watcher, keep, engine, jobs, no_cache=no_cache)
        except KeyboardInterrupt:
            stopped = True
        watcher.end()
        tally.settle({(each.student.login, each.assignment): each.grade.score for each in book.standings(course) if each.grade})
        own_cpu_s = time.process_time()  # workers count theirs
        summary = tally.summary(len(submissions) + len(left), time.perf_counter() - start, own_cpu_s, remarks, number, book.url)
        if from_spool and path is not None and not stopped:
            from grader.spool.publish import publish

            publish(path, book, course)
        index = _report(book, course, report, lang)
    if json:
        output.print_json(summary)
    else:
        tell(summary, tally, index, verbose=verbose)
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
    from grader.course import slugs

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
        known = set(slugs(course))
        found = [each for each in book.submissions(assignment=slug) if each.assignment in known]
    counting = {(each.student.login, each.assignment): each.submission.id for each in book.standings(course) if each.submission}
    chosen, superseded = choose(found, course.table.submit_rules, counting)
    remarks += [
        f"{each.label}: {each.student} has handed in another one of {each.assignment}, which counts" for each in superseded if not spool
    ]
    return sample(chosen, sample_count), remarks, left


def _work(
    book: Gradebook,
    night: Night,
    number: int,
    submissions: list[Submission],
    tally: Tally,
    watcher: Watcher,
    keep: Callable[[], None],
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
        if time.monotonic() - renewed > RENEW_S:
            keep()
            renewed = time.monotonic()


def _report(book: Gradebook, course: Course, folder: Path | None, lang: str | None) -> Path | None:
    if folder is None:
        return None
    from grader.cli.words import chosen
    from grader.report.course.book import report_from

    return report_from(book, course, folder, language=chosen(lang).language, details=True).index
